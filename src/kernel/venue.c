#include "kernel/venue.h"

#include <math.h>

#include "kernel/contest.h"
#include "kernel/mission_game.h"
#include "math/reduce.h"

const char *qd_venue_name(qd_venue_t venue)
{
    static const char *const names[] = {"collective", "alliance", "flexible", "unilateral", "umbrella", "abstain"};
    return names[venue];
}

int qd_venue_bloc(const qd_state_t *state, int i)
{
    int label = state->label[i], members = 0;
    if (label == 0)
        return 0;
    for (size_t j = 0; j < state->n; j++)
        members += state->label[j] == label;
    return members > 1 ? label : 0;
}

void qd_venue_shuffle(const qd_crisis_t *crisis, size_t n, qd_luck_t luck, uint32_t *order)
{
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    for (size_t i = n - 1; i > 0; i--) {
        double u = qd_random_uniform(luck, QD_PURPOSE_MOVE_ORDER, crisis->period,
                                     65536u * crisis->number + (uint32_t)i);
        size_t j = (size_t)(u * (double)(i + 1));
        uint32_t moved = order[i];
        order[i] = order[j];
        order[j] = moved;
    }
}

/* Thresholds and the field without its coupling sum, as the venue's row of model.md's table says. */
static void set_rules(qd_venue_t g, const qd_crisis_t *crisis, const qd_state_t *state, const qd_parameters_t *p,
                      int bloc, qd_venue_scratch_t *scratch)
{
    size_t n = state->n, padded = state->padded;
    double *restrict up = scratch->up, *restrict down = scratch->down, *restrict own = scratch->own;
    double pull = p->mission_patronage * state->c[crisis->initiator];
    const double *patron = state->affinity + (size_t)crisis->initiator * padded;
    for (size_t i = 0; i < padded; i++)
        own[i] = crisis->stake[i] + pull * patron[i];
    double saving = p->mission_flexible_saving * p->mission_join_cost;
    double obligation = p->mission_obligation * state->cohesion[bloc];
    if (g == QD_UMBRELLA)
        obligation *= p->mission_umbrella;
    for (size_t i = 0; i < n; i++) {
        bool member = bloc > 0 && state->label[i] == bloc;
        double price = crisis->price[i];
        if (g == QD_FLEXIBLE || (g == QD_UMBRELLA && !member)) {
            price -= saving;
            price = price > 0.0 ? price : 0.0;
        }
        if (g == QD_COLLECTIVE)
            own[i] += p->mission_legitimacy_pull * state->institution;
        if ((g == QD_ALLIANCE || g == QD_UMBRELLA) && member)
            own[i] += obligation;
        bool may_join = g != QD_UNILATERAL && (g != QD_ALLIANCE || member);
        up[i] = may_join ? price : (double)INFINITY;
        down[i] = -price;
    }
    for (size_t i = n; i < padded; i++) {
        up[i] = (double)INFINITY;
        down[i] = -(double)INFINITY;
        own[i] = 0.0;
    }
    up[crisis->initiator] = -(double)INFINITY;
    if (crisis->target != QD_NOBODY)
        up[crisis->target] = down[crisis->target] = (double)INFINITY;
}

static void play(qd_venue_game_t *self, const qd_crisis_t *crisis, const qd_state_t *state,
                 const qd_parameters_t *p, qd_venue_scratch_t *scratch)
{
    for (size_t i = 0; i < state->padded; i++)
        self->x[i] = 0.0;
    self->x[crisis->initiator] = 1.0;
    if (crisis->target != QD_NOBODY)
        self->x[crisis->target] = -1.0;
    qd_mission_game_t game = {.n = state->n,
                              .padded = state->padded,
                              .c = state->c,
                              .affinity = state->affinity,
                              .coupling = p->mission_coupling,
                              .up = scratch->up,
                              .down = scratch->down,
                              .order = p->mission_random_order != 0.0 ? scratch->order : NULL,
                              .field = scratch->field,
                              .x = self->x,
                              .moved = scratch->moved,
                              .context = scratch->context};
    qd_mission_game_start(&game, scratch->own);
    self->passes = qd_mission_game_solve(&game);
}

static void count_sides(qd_venue_game_t *self, const qd_crisis_t *crisis, const qd_state_t *state)
{
    double support[QD_LANES] = {0}, opposition[QD_LANES] = {0}, joiners = 0.0, opponents = 0.0;
    for (size_t i = 0; i < state->padded; i += QD_LANES)
        for (size_t l = 0; l < QD_LANES; l++) {
            double x = self->x[i + l], c = state->c[i + l];
            support[l] += x > 0.0 ? c * (1.0 - state->load[i + l]) : 0.0;
            opposition[l] += x < 0.0 && (int)(i + l) != crisis->target ? c : 0.0;
            joiners += x > 0.0 ? 1.0 : 0.0;
            opponents += x < 0.0 ? 1.0 : 0.0;
        }
    self->support = qd_join_lanes(support);
    self->opposition = qd_join_lanes(opposition);
    self->joiners = (size_t)joiners;
    self->opponents = (size_t)opponents;
}

static double legitimacy(const qd_venue_game_t *self, qd_venue_t g, const qd_state_t *state, double umbrella,
                         int bloc)
{
    double heads = (double)self->joiners - (double)self->opponents;
    double base = 0.5 * (1.0 + heads / (double)state->n);
    double frame = 0.0;
    if (g == QD_COLLECTIVE)
        frame = state->institution;
    else if (g == QD_ALLIANCE)
        frame = 0.5 * state->cohesion[bloc] * state->institution;
    else if (g == QD_UMBRELLA)
        frame = 0.5 * umbrella * state->cohesion[bloc] * state->institution;
    return base + (1.0 - base) * frame;
}

static void weigh(qd_venue_game_t *self, qd_venue_t g, const qd_crisis_t *crisis, const qd_state_t *state,
                  const qd_parameters_t *p, const qd_leaning_t *leaning, int bloc)
{
    size_t i = (size_t)crisis->initiator;
    self->effort = p->mission_effort * self->support;
    self->counter = crisis->resistance + p->mission_opposition_effort * self->opposition;
    self->success = qd_contest_success(self->effort, self->counter, p->mission_contest_exponent);
    self->legitimacy = legitimacy(self, g, state, p->mission_umbrella, bloc);
    double less = self->support < self->opposition ? self->support : self->opposition;
    double more = self->support < self->opposition ? self->opposition : self->support;
    self->escalation = less > 0.0 ? less / more * (1.0 - self->legitimacy) : 0.0;
    double share = state->c[i] * (1.0 - state->load[i]) / self->support;
    self->worth = crisis->stake[i] * self->success - p->doctrine_cost * crisis->resistance * share +
                  p->doctrine_legitimacy * self->legitimacy - p->doctrine_prudence * self->escalation +
                  leaning->bias[g] + state->learned[(size_t)g * state->padded + i];
    self->open = self->effort >= leaning->force_ratio * self->counter;
}

void qd_venue_solve(qd_venue_game_t *self, qd_venue_t g, const qd_crisis_t *crisis, const qd_state_t *state,
                    const qd_parameters_t *p, const qd_leaning_t *leaning, int bloc, qd_venue_scratch_t *scratch)
{
    self->exists = !(g == QD_ALLIANCE || g == QD_UMBRELLA) || bloc > 0;
    if (g == QD_UMBRELLA && p->doctrine_umbrella == 0.0)
        self->exists = false;
    self->open = false;
    if (!self->exists)
        return;
    set_rules(g, crisis, state, p, bloc, scratch);
    play(self, crisis, state, p, scratch);
    count_sides(self, crisis, state);
    weigh(self, g, crisis, state, p, leaning, bloc);
}

static bool institution_fails(const qd_venue_game_t *self, const qd_state_t *state, double quorum)
{
    for (size_t i = 0; i < state->poles; i++)
        if (self->x[i] < 0.0)
            return true;
    return (double)(state->n - self->opponents) < quorum * (double)state->n;
}

bool qd_venue_fails(const qd_venue_game_t *self, qd_venue_t g, const qd_state_t *state, double quorum, int bloc)
{
    if (g == QD_FLEXIBLE || g == QD_UNILATERAL)
        return false;
    if (g == QD_COLLECTIVE)
        return institution_fails(self, state, quorum);
    double whole = 0.0, joined = 0.0, opposed = 0.0;
    for (size_t i = 0; i < state->n; i++) {
        if (state->label[i] != bloc)
            continue;
        whole += state->c[i];
        joined += self->x[i] > 0.0 ? state->c[i] : 0.0;
        opposed += self->x[i] < 0.0 ? state->c[i] : 0.0;
    }
    if (g == QD_UMBRELLA)
        return opposed > (1.0 - quorum) * whole;
    return opposed > 0.0 || joined < quorum * whole;
}
