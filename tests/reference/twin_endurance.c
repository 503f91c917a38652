#include <math.h>
#include <stdlib.h>

#include "reference/twin_parts.h"

bool qd_twin_endures(const qd_twin_t *t, const qd_twin_crisis_t *crisis)
{
    double u =
        qd_random_uniform(t->luck, QD_PURPOSE_ENDURANCE, (uint32_t)crisis->period, (uint32_t)crisis->number);
    return u < t->p.endurance_chance && t->running_count < QD_TWIN_RUNNING;
}

void qd_twin_mission_begin(qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue,
                           const qd_twin_game_t *game)
{
    size_t n = (size_t)t->n;
    qd_twin_running_t *mission = &t->running[t->running_count++];
    *mission = (qd_twin_running_t){.start = crisis->period,
                                   .number = crisis->number,
                                   .initiator = crisis->initiator,
                                   .target = crisis->target,
                                   .venue = venue,
                                   .s = crisis->s,
                                   .resistance = crisis->resistance,
                                   .legitimacy = game->legitimacy,
                                   .value = {crisis->value[0], crisis->value[1]}};
    mission->x = qd_twin_zeros(n, sizeof *mission->x);
    mission->stake = qd_twin_zeros(n, sizeof *mission->stake);
    mission->term = qd_twin_zeros(n, sizeof *mission->term);
    mission->hub_member = qd_twin_zeros(n, sizeof *mission->hub_member);
    mission->has_saving = qd_twin_zeros(n, sizeof *mission->has_saving);
    t->record.endured++;
    for (int i = 0; i < t->n; i++) {
        mission->x[i] = game->x[i];
        mission->stake[i] = crisis->stake[i];
        mission->term[i] = game->term[i]; /* a paralysis since has not changed it */
        mission->hub_member[i] = qd_twin_hub_member(t, crisis, venue, i);
        mission->has_saving[i] = qd_twin_has_saving(t, crisis, venue, i);
        t->record.partners += game->x[i] == 1 && i != crisis->initiator;
    }
}

static void forget(qd_twin_running_t *mission)
{
    free(mission->x);
    free(mission->stake);
    free(mission->term);
    free(mission->hub_member);
    free(mission->has_saving);
}

/* h_i + venue term + patronage c_p A_ip + sum_j J_ij c_j x_j */
static double field(const qd_twin_t *t, const qd_twin_running_t *mission, int i)
{
    int p = mission->initiator;
    double sum = 0.0;
    for (int j = 0; j < t->n; j++) {
        bool in_turn = mission->hub_member[i] && mission->hub_member[j];
        double share = in_turn ? 1.0 - t->p.mission_shuttle : 1.0;
        sum += t->c[j] * share * t->affinity[i * t->n + j] * mission->x[j];
    }
    return mission->stake[i] + mission->term[i] +
           t->p.mission_patronage * t->c[p] * t->affinity[i * t->n + p] + t->p.mission_coupling * sum;
}

/* Step 1. */
static void partners_leave(qd_twin_t *t, qd_twin_running_t *mission, int age)
{
    bool left = true;
    while (left) {
        left = false;
        for (int i = 0; i < t->n; i++) {
            if (mission->x[i] != 1 || i == mission->initiator)
                continue;
            double price = qd_twin_price(t, mission->value, mission->has_saving[i], i);
            if (field(t, mission, i) > price + t->p.endurance_fatigue * age)
                continue;
            mission->x[i] = 0;
            t->record.withdrawn++;
            left = true;
        }
    }
}

/* Present P+, P- and q. */
typedef struct {
    double c_plus, p_plus, success;
} strength_t;

static strength_t strength(const qd_twin_t *t, const qd_twin_running_t *mission)
{
    double c_plus = 0.0, c_minus = 0.0;
    for (int i = 0; i < t->n; i++) {
        if (mission->x[i] == 1)
            c_plus += t->c[i] * (1.0 - t->load[i]);
        if (mission->x[i] == -1 && i != mission->target)
            c_minus += t->c[i];
    }
    double p_plus = t->p.mission_effort * c_plus;
    double p_minus = mission->resistance + t->p.mission_opposition_effort * c_minus;
    return (strength_t){c_plus, p_plus, qd_twin_contest(p_plus, p_minus, t->p.mission_contest_exponent)};
}

/* Step 2. */
static bool initiator_leaves(const qd_twin_t *t, const qd_twin_running_t *mission, const strength_t *now,
                             int age)
{
    int p = mission->initiator;
    double worth = mission->stake[p] * now->success -
                   t->p.doctrine_cost * mission->resistance * t->c[p] * (1.0 - t->load[p]) / now->c_plus +
                   t->p.doctrine_legitimacy * mission->legitimacy - t->p.endurance_fatigue * age;
    return worth <= 0.0 || t->support[p] < t->p.doctrine_support ||
           (t->p.doctrine_exit > 0.0 && age >= t->p.doctrine_exit);
}

/* The end of step 3: another period. */
static void wear_on(qd_twin_t *t, const qd_twin_running_t *mission, const strength_t *now)
{
    double weight = t->p.endurance_load * t->p.mission_load * mission->s * mission->resistance;
    double added = qd_twin_load(weight, now->p_plus);
    for (int i = 0; i < t->n; i++) {
        if (mission->x[i] != 1)
            continue;
        t->load[i] = fmin(0.8, t->load[i] + added);
        t->support[i] -= t->p.publics_wear * t->support[i];
    }
    t->tension += t->p.endurance_strain * mission->s;
}

/* One period of one mission; false when it has ended. */
static bool goes_on(qd_twin_t *t, qd_twin_running_t *mission, int period)
{
    int age = period - mission->start;
    partners_leave(t, mission, age);
    strength_t now = strength(t, mission);
    bool fails = initiator_leaves(t, mission, &now, age);
    double u = qd_random_uniform(t->luck, QD_PURPOSE_PACE, (uint32_t)period,
                                 (uint32_t)(4 * mission->start + mission->number));
    bool succeeds = !fails && u < t->p.endurance_pace * now.success;
    if (!fails && !succeeds) {
        wear_on(t, mission, &now);
        return true;
    }
    qd_twin_result(t, mission->s, mission->initiator, mission->venue, mission->x, succeeds);
    t->record.length += age + 1;
    return false;
}

void qd_twin_missions_go_on(qd_twin_t *t, int period)
{
    int kept = 0;
    for (int m = 0; m < t->running_count; m++) {
        if (goes_on(t, &t->running[m], period))
            t->running[kept++] = t->running[m];
        else
            forget(&t->running[m]);
    }
    t->running_count = kept;
}

void qd_twin_missions_end(qd_twin_t *t)
{
    for (int m = 0; m < t->running_count; m++) {
        t->record.length += t->periods - t->running[m].start;
        forget(&t->running[m]);
    }
    t->running_count = 0;
}
