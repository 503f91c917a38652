/* The end of a period in its printed order, bloc reviews when due, and the schedule (model.md parts 2, 5 and
 * 6). */
#include "kernel/world.h"
#include "support/check.h"
#include "support/hand_made.h"
#include "support/random_plan.h"
#include "world/state.h"

/* ---- end of period ------------------------------------------------------------------------------------- */

static void test_tension_and_debt(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(4);
    world->state.tension = 0.4;
    world->state.debt = 2.0;
    qd_world_end_period(world);
    QD_ASSERT_NEAR(world->state.tension, (0.4 + 1.5 * 0.03 * 2.0) * 0.9,
                   1e-15); /* interest first, then decay */
    QD_ASSERT_NEAR(world->state.debt, 2.0 * 0.97, 1e-15);
    QD_ASSERT_NO_FAULT(qd_state_verify(&world->state));
    qd_world_free(world);
}

static void test_institution_and_cohesion(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(4);
    world->parameters.institution_target = 0.9;
    world->state.cohesion[3] = 1.0;
    qd_world_end_period(world);
    QD_ASSERT_NEAR(world->state.institution, 0.5 + 0.01 * 0.4, 1e-15);
    QD_ASSERT_NEAR(world->state.cohesion[1], 0.5 + 0.02 * 0.3, 1e-15);
    QD_ASSERT_NEAR(world->state.cohesion[3], 1.0 - 0.02 * 0.2, 1e-15);
    world->parameters.institution_renewal = world->parameters.institution_target = 1.0;
    qd_world_end_period(world);
    assert_true(world->state.institution == 1.0);
    qd_world_free(world);
}

/* The order breaks down when tension exceeds the bound after it has decayed; the first time counts. */
static void test_breakdown(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(4);
    world->parameters.tension_decay = 0.5;
    world->state.tension = 2.0; /* 1 after decay: not above 1 */
    world->record.period = 3;
    qd_world_end_period(world);
    assert_int_equal(world->record.cause, 0);
    world->state.tension = 2.001;
    world->record.period = 4;
    qd_world_end_period(world);
    assert_int_equal(world->record.cause, 2);
    assert_int_equal(world->record.broke, 4);
    world->state.tension = 9.0;
    world->record.period = 5;
    qd_world_end_period(world);
    assert_int_equal(world->record.broke, 4);
    qd_world_free(world);
}

/* l *= 0.75 comes before growth, which is drawn, dragged by load, and lowered for poles. */
static void check_growth(double volatility, double decline)
{
    qd_world_t *world = qd_test_world(5);
    qd_test_set_sizes(world, (const double[]){5, 4, 3, 2, 1});
    world->state.poles = 2;
    world->state.load[1] = 0.4;
    world->state.load[3] = 0.8;
    world->parameters.capability_pole_decline = decline;
    world->parameters.capability_volatility = volatility;
    world->period = 6;
    double expected[5], total = 0.0;
    for (size_t i = 0; i < 5; i++) {
        double z = qd_random_normal(world->luck, QD_PURPOSE_GROWTH, 6, (uint32_t)i);
        expected[i] = world->state.c[i] *
                      exp(volatility * z - 0.02 * 0.75 * world->state.load[i] - (i < 2 ? decline : 0.0));
        total += expected[i];
    }
    qd_world_end_period(world);
    for (size_t i = 0; i < 5; i++)
        QD_ASSERT_NEAR(world->state.c[i], expected[i] / total, 1e-15);
    QD_ASSERT_NEAR(world->state.load[1], 0.3, 1e-15);
    QD_ASSERT_NEAR(world->state.load[3], 0.6, 1e-15);
    QD_ASSERT_NO_FAULT(qd_state_verify(&world->state));
    qd_world_free(world);
}

/* Exponents near 0, and not; by a pole's decline alone. */
static void test_growth(void **state)
{
    (void)state;
    check_growth(0.05, 0.03);
    check_growth(0.0, 0.0);
    check_growth(2.0, 0.0);
    check_growth(0.01, 0.9);
}

static void test_relaxation(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(3);
    qd_state_t *s = &world->state;
    qd_test_set_affinity(world, 0, 1, 0.4);
    s->affinity[1] = s->affinity[s->padded] = -0.6;
    qd_world_end_period(world);
    qd_world_settle(world);
    QD_ASSERT_NEAR(s->affinity[1], -0.6 + 0.05 * 1.0, 1e-15);
    assert_true(s->affinity[1] == s->affinity[s->padded] && s->baseline[1] == 0.4);
    world->parameters.affinity_relaxation = 1.0;
    qd_world_end_period(world);
    qd_world_settle(world);
    QD_ASSERT_NEAR(s->affinity[1], 0.4, 1e-15);
    QD_ASSERT_NO_FAULT(qd_state_verify(s));
    qd_world_free(world);
}

/* Practice spreads from the powerful, by the shares before growth and one sum for all; then it fades. */
static void test_learning_spreads_and_fades(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(3);
    qd_test_set_sizes(world, (const double[]){5, 3, 2});
    world->parameters.doctrine_diffusion = 0.25;
    world->parameters.doctrine_memory = 0.1;
    world->learning = true;
    double *beta = world->state.learned + QD_FLEXIBLE * world->state.padded;
    beta[0] = 0.8;
    beta[2] = -0.4;
    double practice = 0.5 * 0.8 - 0.2 * 0.4;
    qd_world_end_period(world);
    static const double before[3] = {0.8, 0.0, -0.4};
    for (size_t i = 0; i < 3; i++)
        QD_ASSERT_NEAR(beta[i], (before[i] + 0.25 * (practice - before[i])) * 0.9, 1e-15);
    for (qd_venue_t g = 0; g < QD_VENUES; g++)
        for (size_t i = 0; i < 3 && g != QD_FLEXIBLE; i++)
            assert_true(world->state.learned[(size_t)g * world->state.padded + i] == 0.0);
    qd_world_free(world);
}

/* Periods of different rates, settled together or one by one; nothing is settled twice. */
static void test_relaxation_owed(void **state)
{
    (void)state;
    static const double rate[5] = {0.05, 0.3, 0.0, 1.0 / 3.0, 1e-9};
    qd_world_t *world = qd_test_world(3);
    qd_state_t *s = &world->state;
    qd_test_set_affinity(world, 0, 1, 0.4);
    s->affinity[1] = s->affinity[s->padded] = -0.6;
    double expected = -0.6;
    for (size_t t = 0; t < QD_COUNT(rate); t++) {
        world->parameters.affinity_relaxation = rate[t];
        qd_world_end_period(world);
        expected += rate[t] * (0.4 - expected);
    }
    qd_world_settle(world);
    QD_ASSERT_NEAR(s->affinity[1], expected, 1e-15);
    double settled = s->affinity[1];
    qd_world_settle(world);
    assert_true(s->affinity[1] == settled && s->affinity[s->padded] == settled);
    qd_world_free(world);
}

/* ---- events of a whole world --------------------------------------------------------------------------- */

#define STATES  14
#define PERIODS 24

/* Copies of what the schedule can touch, taken as events happen. */
typedef struct {
    size_t schedules, reviews, events;
    unsigned scheduled[PERIODS], reviewed[PERIODS + 1];
    qd_parameters_t drawn, at[PERIODS]; /* at: as they hold at the end of each period */
    qd_event_kind_t first[3];           /* the first three events that are not moves */
    double affinity[STATES * 16], baseline[STATES * 16], proximity[PERIODS][STATES * 16];
    qd_parameters_t after_change[PERIODS];
    int label[PERIODS][STATES];
    size_t labels[PERIODS];
    double cohesion[PERIODS][QD_LABELS_MAX + 1], end_cohesion[PERIODS][QD_LABELS_MAX + 1];
    bool crisis_in_period;
} film_t;

static void see(void *context, const qd_event_t *event)
{
    film_t *film = context;
    const qd_state_t *s = event->inside->state;
    unsigned t = event->period;
    if (film->events < 3 && event->kind != QD_EVENT_BLOC_MOVE)
        film->first[film->events++] = event->kind;
    if (event->kind == QD_EVENT_WORLD) {
        film->drawn = *event->inside->parameters;
        memcpy(film->affinity, s->affinity, sizeof film->affinity);
        memcpy(film->baseline, s->baseline, sizeof film->baseline);
    } else if (event->kind == QD_EVENT_CRISIS) {
        film->crisis_in_period = true;
    } else if (event->kind == QD_EVENT_SCHEDULE) {
        assert_false(film->crisis_in_period);
        film->scheduled[film->schedules++] = t;
        film->after_change[t] = *event->inside->parameters;
        memcpy(film->proximity[t], s->proximity, sizeof film->proximity[t]);
        film->labels[t] = s->labels;
        for (size_t i = 0; i < STATES; i++)
            film->label[t][i] = s->label[i];
        memcpy(film->cohesion[t], s->cohesion, sizeof film->cohesion[t]);
        QD_ASSERT_NO_FAULT(qd_state_verify(s));
    } else if (event->kind == QD_EVENT_REVIEW) {
        film->reviewed[film->reviews++] = t;
    } else if (event->kind == QD_EVENT_PERIOD) {
        film->crisis_in_period = false;
        film->at[t] = *event->inside->parameters;
        memcpy(film->end_cohesion[t], s->cohesion, sizeof film->end_cohesion[t]);
    }
}

static qd_plan_t fourteen_states(void)
{
    qd_plan_t plan = qd_plan_default(QD_MULTIPOLAR);
    qd_test_set(&plan, QD_P_order_states, STATES);
    qd_test_set(&plan, QD_P_order_periods, PERIODS);
    qd_test_set(&plan, QD_P_crises_rate, 1.5);
    return plan;
}

static void record(film_t *film, const qd_plan_t *plan, uint64_t number)
{
    qd_observer_t observer = {.context = film, .see = see};
    qd_world_t *world = qd_world_new(STATES, PERIODS);
    assert_non_null(world);
    *film = (film_t){0};
    qd_result_t result;
    qd_world_play(world, plan, (qd_luck_t){.seed = 61, .world = number}, &observer, &result);
    QD_ASSERT_NO_FAULT(result.failure);
    qd_world_free(world);
}

static qd_change_t change(int at, qd_parameter_t parameter, double value)
{
    return (qd_change_t){.at = at, .parameter = parameter, .distribution = qd_constant(value)};
}

/* Without other events relaxation is observed period by period; and a world is the same unobserved. */
typedef struct {
    double affinity[STATES * 16], baseline[STATES * 16];
    size_t periods;
} quiet_t;

static void see_quiet(void *context, const qd_event_t *event)
{
    quiet_t *quiet = context;
    if (event->kind == QD_EVENT_WORLD) {
        memcpy(quiet->affinity, event->inside->state->affinity, sizeof quiet->affinity);
        memcpy(quiet->baseline, event->inside->state->baseline, sizeof quiet->baseline);
    } else if (event->kind == QD_EVENT_PERIOD) {
        quiet->periods++;
        for (size_t k = 0; k < STATES * 16; k++) {
            quiet->affinity[k] += 0.05 * (quiet->baseline[k] - quiet->affinity[k]);
            QD_ASSERT_NEAR(event->inside->state->affinity[k], quiet->affinity[k], 1e-14);
        }
    }
}

static void test_relaxation_seen(void **state)
{
    (void)state;
    static quiet_t quiet;
    qd_plan_t plan = fourteen_states();
    qd_test_set(&plan, QD_P_crises_rate, 0.0);
    qd_world_t *world = qd_world_new(STATES, PERIODS);
    assert_non_null(world);
    qd_result_t seen, unseen;
    qd_observer_t observer = {.context = &quiet, .see = see_quiet};
    qd_world_play(world, &plan, (qd_luck_t){.seed = 61, .world = 3}, &observer, &seen);
    QD_ASSERT_NO_FAULT(seen.failure);
    assert_int_equal(quiet.periods, PERIODS);
    qd_world_play(world, &plan, (qd_luck_t){.seed = 61, .world = 3}, NULL, &unseen);
    assert_memory_equal(&seen.outcomes, &unseen.outcomes, sizeof seen.outcomes);
    qd_world_free(world);
}

static void test_reviews_when_due(void **state)
{
    (void)state;
    static film_t film;
    qd_plan_t plan = fourteen_states();
    for (unsigned every = 1; every <= 9; every++) {
        qd_test_set(&plan, QD_P_blocs_review, every);
        record(&film, &plan, every);
        assert_int_equal(film.reviews, 1 + PERIODS / every); /* the first one before period 0 */
        assert_int_equal(film.reviewed[0], 0);
        for (unsigned k = 1; k < film.reviews; k++)
            assert_int_equal(film.reviewed[k], k * every - 1);
    }
}

/* At 0: after the world is drawn, before the first bloc game. The drawing is that of the plan without it. */
static void test_schedule_at_zero(void **state)
{
    (void)state;
    static film_t plain, film;
    qd_plan_t plan = fourteen_states();
    record(&plain, &plan, 7);
    const qd_change_t changes[] = {change(0, QD_P_blocs_cost, 5.0), change(0, QD_P_mission_coupling, 2.0)};
    plan.change = changes;
    plan.changes = QD_COUNT(changes);
    record(&film, &plan, 7);
    assert_int_equal(film.first[0], QD_EVENT_WORLD);
    assert_int_equal(film.first[1], QD_EVENT_SCHEDULE);
    assert_int_equal(film.first[2], QD_EVENT_REVIEW);
    assert_int_equal(plain.first[1], QD_EVENT_REVIEW);
    assert_int_equal(film.schedules, 1);
    assert_true(film.drawn.blocs_cost == 0.02 && film.after_change[0].blocs_cost == 5.0);
    assert_true(film.after_change[0].mission_coupling == 2.0);
    assert_memory_equal(film.affinity, plain.affinity, sizeof film.affinity);
    assert_memory_equal(film.baseline, plain.baseline, sizeof film.baseline);
}

/* Changes hold from the start of their period on, before its crises; a later one of the same period wins; one
 * that lies beyond the end does nothing; what is not named stays. */
static void test_timeline(void **state)
{
    (void)state;
    static film_t film;
    qd_plan_t plan = fourteen_states();
    qd_change_t changes[2 + QD_DOCTRINE_FIELDS + 3];
    size_t count = 0;
    changes[count++] = change(5, QD_P_institution_target, 0.9);
    changes[count++] = change(5, QD_P_institution_target, 0.7);
    const qd_doctrine_info_t *obama = &qd_doctrine_table[qd_doctrine_find("obama")];
    for (size_t f = 0; f < QD_DOCTRINE_FIELDS; f++)
        changes[count++] = change(9, qd_doctrine_fields[f], obama->value[f]);
    changes[count++] = change(9, QD_P_doctrine_bias_flexible, -0.5); /* named beside the preset: wins */
    changes[count++] = change(PERIODS, QD_P_doctrine_quorum, 1.0);
    changes[count++] = change(999, QD_P_doctrine_quorum, 1.0);
    plan.change = changes;
    plan.changes = count;
    record(&film, &plan, 8);
    assert_int_equal(film.schedules, 2);
    assert_int_equal(film.scheduled[0], 5);
    assert_int_equal(film.scheduled[1], 9);
    for (unsigned t = 0; t < PERIODS; t++) {
        assert_true(film.at[t].institution_target == (t < 5 ? 0.5 : 0.7));
        assert_true(film.at[t].doctrine_bias_alliance == (t < 9 ? -0.01 : 0.04));
        assert_true(film.at[t].doctrine_bias_flexible == (t < 9 ? 0.0 : -0.5));
        assert_true(film.at[t].doctrine_bias_umbrella == -0.01);
        assert_true(film.at[t].doctrine_quorum == 0.5);
        for (size_t i = 0; i < QD_PARAMETER_COUNT; i++) {
            bool named = false;
            for (size_t k = 0; k < count; k++)
                named = named || changes[k].parameter == i;
            assert_true(named || film.at[t].value[i] == film.drawn.value[i]);
        }
    }
}

/* A scheduled distribution has its own draw: period 1 + at, the parameter's key. */
static void test_scheduled_distribution(void **state)
{
    (void)state;
    static film_t film;
    qd_plan_t plan = fourteen_states();
    qd_change_t changes[3];
    for (int k = 0; k < 3; k++) {
        changes[k] = change(4 * k, QD_P_tension_breakdown, 0.0);
        changes[k].distribution =
            (qd_distribution_t){.kind = QD_UNIFORM, .a = 2, .b = 6, .low = 2, .high = 6};
    }
    changes[2].distribution.key = qd_name_key("fate");
    plan.change = changes;
    plan.changes = 3;
    for (uint64_t w = 0; w < 5; w++) {
        record(&film, &plan, w);
        for (uint32_t k = 0; k < 3; k++) {
            qd_luck_t luck = {.seed = 61, .world = w};
            const char *name = k == 2 ? "fate" : "tension.breakdown";
            double u = qd_random_uniform(luck, QD_PURPOSE_PARAMETERS, 1 + 4 * k, qd_name_key(name));
            assert_true(film.after_change[4 * k].tension_breakdown ==
                        qd_distribution_quantile(&changes[k].distribution, u));
        }
    }
}

/* With fewer labels, states whose label is gone stand alone. With more, new labels begin at the present level
 * of cohesion. */
static void test_labels_come_and_go(void **state)
{
    (void)state;
    static film_t film;
    qd_plan_t plan = fourteen_states();
    qd_test_set(&plan, QD_P_blocs_relaxation, 0.0);
    const qd_change_t changes[] = {change(6, QD_P_blocs_max, 3), change(14, QD_P_blocs_max, 12),
                                   change(14, QD_P_blocs_cohesion, 0.35)};
    plan.change = changes;
    plan.changes = QD_COUNT(changes);
    for (uint64_t w = 0; w < 20; w++) {
        record(&film, &plan, w);
        assert_int_equal(film.labels[6], 3);
        for (size_t i = 0; i < STATES; i++)
            assert_true(film.label[6][i] <= 3);
        assert_int_equal(film.labels[14], 12);
        for (size_t k = 1; k <= 12; k++)
            if (k <= 3)
                assert_true(film.cohesion[14][k] ==
                            film.end_cohesion[13][k]); /* existing blocs keep theirs */
            else
                assert_true(film.cohesion[14][k] == 0.35);
        for (size_t i = 0; i < STATES; i++)
            assert_true(film.label[14][i] <= 3); /* owners of new labels wait for the next review */
    }
}

/* Scheduled at 0 a greater number of labels is as good as drawn. */
static void test_labels_at_zero(void **state)
{
    (void)state;
    qd_plan_t drawn = fourteen_states(), scheduled = drawn;
    qd_test_set(&drawn, QD_P_blocs_max, 11);
    const qd_change_t changes[] = {change(0, QD_P_blocs_max, 11)};
    scheduled.change = changes;
    scheduled.changes = 1;
    qd_world_t *world = qd_world_new(STATES, PERIODS);
    assert_non_null(world);
    for (uint64_t w = 0; w < 30; w++) {
        qd_result_t result;
        qd_world_play(world, &drawn, (qd_luck_t){.seed = 62, .world = w}, NULL, &result);
        uint64_t hash = qd_test_result_hash(&result);
        qd_world_play(world, &scheduled, (qd_luck_t){.seed = 62, .world = w}, NULL, &result);
        assert_true(qd_test_result_hash(&result) == hash);
    }
    qd_world_free(world);
}

/* blocs.cohesion scheduled moves the level that cohesion relaxes to, not cohesion itself. */
static void test_scheduled_cohesion(void **state)
{
    (void)state;
    static film_t film;
    qd_plan_t plan = fourteen_states();
    qd_test_set(&plan, QD_P_crises_rate, 0);
    qd_test_set(&plan, QD_P_blocs_relaxation, 0.25);
    const qd_change_t changes[] = {change(3, QD_P_blocs_cohesion, 0.4)};
    plan.change = changes;
    plan.changes = 1;
    record(&film, &plan, 1);
    QD_ASSERT_NEAR(film.end_cohesion[2][1], 0.8, 1e-15);
    assert_true(film.cohesion[3][1] == film.end_cohesion[2][1]);
    QD_ASSERT_NEAR(film.end_cohesion[3][1], 0.8 - 0.25 * 0.4, 1e-15);
    QD_ASSERT_NEAR(film.end_cohesion[4][1], 0.7 - 0.25 * 0.3, 1e-15);
}

/* A new decay length changes proximity; the baseline of affinities was drawn with the old one. */
static void test_scheduled_distance_scale(void **state)
{
    (void)state;
    static film_t film;
    qd_plan_t plan = fourteen_states();
    const qd_change_t changes[] = {change(0, QD_P_mission_stake, 0.15),
                                   change(5, QD_P_affinity_distance_scale, 1.4)};
    plan.change = changes;
    plan.changes = 2;
    record(&film, &plan, 3);
    for (size_t i = 0; i < STATES; i++)
        for (size_t j = 0; j < STATES; j++) {
            double before = film.proximity[0][16 * i + j], after = film.proximity[5][16 * i + j];
            QD_ASSERT_NEAR(after, sqrt(before), 1e-14); /* twice the length */
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tension_and_debt),   cmocka_unit_test(test_institution_and_cohesion),
        cmocka_unit_test(test_breakdown),          cmocka_unit_test(test_growth),
        cmocka_unit_test(test_relaxation),         cmocka_unit_test(test_relaxation_owed),
        cmocka_unit_test(test_relaxation_seen),    cmocka_unit_test(test_learning_spreads_and_fades),
        cmocka_unit_test(test_reviews_when_due),   cmocka_unit_test(test_schedule_at_zero),
        cmocka_unit_test(test_timeline),           cmocka_unit_test(test_scheduled_distribution),
        cmocka_unit_test(test_labels_come_and_go), cmocka_unit_test(test_labels_at_zero),
        cmocka_unit_test(test_scheduled_cohesion), cmocka_unit_test(test_scheduled_distance_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
