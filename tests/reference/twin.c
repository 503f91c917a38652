#include "reference/twin.h"

#include <stdlib.h>

#include "reference/twin_parts.h"

void *qd_twin_zeros(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL)
        abort();
    return memory;
}

static double draw_parameter(const qd_twin_t *t, const qd_distribution_t *distribution, size_t parameter,
                             uint32_t period)
{
    uint32_t key = distribution->key != 0 ? distribution->key : qd_name_key(qd_parameter_name(parameter));
    return qd_distribution_quantile(distribution,
                                    qd_random_uniform(t->luck, QD_PURPOSE_PARAMETERS, period, key));
}

static void set_up(qd_twin_t *t, const qd_plan_t *plan, qd_luck_t luck)
{
    *t = (qd_twin_t){.plan = plan, .luck = luck};
    for (size_t i = 0; i < QD_PARAMETER_COUNT; i++)
        t->p.value[i] = draw_parameter(t, &plan->parameter[i], i, 0);
    t->n = plan->empirical != NULL ? (int)plan->empirical->states : (int)t->p.order_states;
    t->poles = plan->empirical != NULL ? (int)plan->empirical->poles : (int)t->p.order_poles;
    t->periods = (int)t->p.order_periods;
    size_t n = (size_t)t->n;
    t->c = qd_twin_zeros(n, sizeof *t->c);
    t->load = qd_twin_zeros(n, sizeof *t->load);
    t->place = qd_twin_zeros(3 * n, sizeof *t->place);
    t->value = qd_twin_zeros(2 * n, sizeof *t->value);
    t->baseline = qd_twin_zeros(n * n, sizeof *t->baseline);
    t->affinity = qd_twin_zeros(n * n, sizeof *t->affinity);
    t->roots = qd_twin_zeros(2 * n, sizeof *t->roots);
    t->unclamped = qd_twin_zeros(n * n, sizeof *t->unclamped);
    t->level = qd_twin_zeros(n * (size_t)t->poles, sizeof *t->level);
    t->readiness = qd_twin_zeros(n, sizeof *t->readiness);
    t->support = qd_twin_zeros(n, sizeof *t->support);
    t->leaning = qd_twin_zeros(n * QD_VENUES, sizeof *t->leaning);
    t->label = qd_twin_zeros(n, sizeof *t->label);
    t->record.last_joined = qd_twin_zeros(n, sizeof *t->record.last_joined);
}

static void tear_down(qd_twin_t *t)
{
    free(t->c);
    free(t->load);
    free(t->place);
    free(t->value);
    free(t->baseline);
    free(t->affinity);
    free(t->roots);
    free(t->unclamped);
    free(t->level);
    free(t->readiness);
    free(t->support);
    free(t->leaning);
    free(t->label);
    free(t->record.last_joined);
}

/* A smaller K empties the labels above it; a larger K opens labels with the cohesion of that moment. */
static void resize_labels(qd_twin_t *t)
{
    int labels = (int)t->p.blocs_max;
    for (int i = 0; i < t->n; i++)
        if (t->label[i] > labels)
            t->label[i] = 0;
    for (int k = t->labels + 1; k <= labels; k++)
        t->cohesion[k] = t->p.blocs_cohesion;
    t->labels = labels;
}

/* Part 6, the schedule. */
static void apply_changes(qd_twin_t *t, int period)
{
    for (size_t i = 0; i < t->plan->changes; i++) {
        const qd_change_t *change = &t->plan->change[i];
        if (change->at == period)
            t->p.value[change->parameter] =
                draw_parameter(t, &change->distribution, change->parameter, 1 + (uint32_t)period);
    }
    resize_labels(t);
}

size_t qd_twin_play(const qd_plan_t *plan, qd_luck_t luck, qd_outcomes_t *outcomes, double *path)
{
    qd_twin_t t;
    set_up(&t, plan, luck);
    qd_twin_order_draw(&t);
    qd_twin_clubs_begin(&t);
    apply_changes(&t, 0);
    if (t.p.blocs_first != 0.0)
        qd_twin_bloc_game(&t);
    qd_twin_club_game(&t);
    for (int period = 0; period < t.periods; period++) {
        if (period > 0)
            apply_changes(&t, period);
        t.record.missions_now = t.record.flexible_now = 0;
        qd_twin_missions_go_on(&t, period);
        int crises = qd_twin_crisis_count(&t, period);
        for (int number = 0; number < crises; number++)
            qd_twin_crisis_play(&t, period, number);
        qd_twin_period_end(&t, period);
        qd_twin_record_period(&t, period, path);
    }
    qd_twin_missions_end(&t);
    qd_twin_outcomes(&t, outcomes);
    tear_down(&t);
    return (size_t)t.periods;
}
