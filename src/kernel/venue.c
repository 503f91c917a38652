#include "kernel/venue.h"

#include <math.h>

#include "kernel/contest.h"
#include "kernel/mission_game.h"
#include "math/reduce.h"

const char *qd_venue_name(qd_venue_t venue)
{
    static const char *const names[] = {"collective", "alliance", "flexible",
                                        "unilateral", "umbrella", "abstain"};
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

void qd_venue_prepare(qd_venue_scratch_t *self, const qd_crisis_t *crisis, const qd_state_t *state,
                      const qd_parameters_t *p, int bloc)
{
    size_t padded = state->padded, initiator = (size_t)crisis->initiator;
    bool targeted = crisis->target != QD_NOBODY;
    size_t target = targeted ? (size_t)crisis->target : 0;
    const double *restrict patron = state->affinity + initiator * padded;
    const double *restrict enemy = state->affinity + target * padded;
    double pull = p->mission_patronage * state->c[initiator];
    double press = p->mission_coupling * state->c[initiator];
    double against = targeted ? p->mission_coupling * state->c[target] : 0.0;
    double saving = p->mission_flexible_saving * p->mission_join_cost;
    self->bloc = bloc;
    for (size_t i = 0; i < padded; i += QD_REALS) {
        qd_reals_t ally = QD_REALS_OF(patron + i), less = QD_REALS_OF(crisis->price + i) - saving;
        QD_REALS_AT(self->open + i) =
            QD_REALS_OF(crisis->stake + i) + pull * ally + (press * ally - against * QD_REALS_OF(enemy + i));
        QD_REALS_AT(self->saved + i) = QD_REALS_WHERE(less > 0.0, less);
        QD_REALS_AT(self->strength + i) = QD_REALS_OF(state->c + i) * (1.0 - QD_REALS_OF(state->load + i));
    }
}

bool qd_venue_exists(qd_venue_t g, const qd_parameters_t *p, int bloc)
{
    if (g == QD_UMBRELLA && p->doctrine_umbrella == 0.0)
        return false;
    return bloc > 0 || (g != QD_ALLIANCE && g != QD_UMBRELLA);
}

/* Fields where all who are free stand at 0, and thresholds, as the venue's rules say. */
static void set_rules(qd_venue_t g, const qd_crisis_t *crisis, const qd_state_t *state,
                      const qd_parameters_t *p, qd_venue_scratch_t *scratch)
{
    qd_venue_rules_t rules = qd_venue_rules(g, state, p, scratch->bloc);
    for (size_t i = 0; i < state->padded; i++) {
        bool member = qd_venue_member(state, scratch->bloc, i);
        bool saves = member ? rules.saves_members : rules.saves_outsiders;
        double cost = saves ? scratch->saved[i] : crisis->price[i];
        double term = rules.pull + (member ? rules.obliged : 0.0);
        scratch->field[i] = scratch->open[i] + term;
        scratch->up[i] = cost + (rules.nobody + (member ? 0.0 : rules.outsiders));
        scratch->down[i] = -cost;
    }
    scratch->up[crisis->initiator] = -(double)INFINITY;
    if (crisis->target != QD_NOBODY)
        scratch->up[crisis->target] = scratch->down[crisis->target] = (double)INFINITY;
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
    self->passes = qd_mission_game_solve(&game);
}

/* C+, C-, n+, n-; sums over even and over odd states, as venues abreast make them. The target counts as an
 * opponent, without capability. */
static void count_sides(qd_venue_game_t *self, const qd_crisis_t *crisis, const qd_state_t *state,
                        const double *strength)
{
    double support[2] = {0.0, 0.0}, opposition[2] = {0.0, 0.0};
    self->joiners = self->opponents = 0;
    for (size_t i = 0; i < state->n; i++) {
        bool joins = self->x[i] > 0.0, opposes = self->x[i] < 0.0;
        self->joiners += joins;
        self->opponents += opposes;
        support[i % 2] += joins ? strength[i] : 0.0;
        opposition[i % 2] += opposes && (int)i != crisis->target ? state->c[i] : 0.0;
    }
    self->support = support[0] + support[1];
    self->opposition = opposition[0] + opposition[1];
}

/* One venue alone. */
static qd_worths_t worth_of(qd_venue_t g, double support, double opposition, double heads,
                            const qd_crisis_t *crisis, const qd_state_t *state, const qd_parameters_t *p,
                            const qd_leaning_t *leaning, int bloc)
{
    qd_worths_t worths = {.support = {support, 1.0, 1.0, 1.0}, .opposition = {opposition}, .heads = {heads}};
    qd_venue_lean(&worths, 0, g, crisis, state, p, leaning, bloc);
    qd_worths_find(&worths, crisis, state, p);
    return worths;
}

double qd_venue_bound(qd_venue_t g, const qd_crisis_t *crisis, const qd_state_t *state,
                      const qd_parameters_t *p, const qd_leaning_t *leaning,
                      const qd_venue_scratch_t *scratch)
{
    double support = 0.0, heads = crisis->target != QD_NOBODY ? -1.0 : 0.0;
    for (size_t i = 0; i < state->n; i++) {
        bool may = g == QD_UNILATERAL ? (int)i == crisis->initiator
                                      : g != QD_ALLIANCE || qd_venue_member(state, scratch->bloc, i);
        bool joins = may && (int)i != crisis->target;
        support += joins ? scratch->strength[i] : 0.0;
        heads += joins;
    }
    qd_worths_t most = worth_of(g, support, 0.0, heads, crisis, state, p, leaning, scratch->bloc);
    return most.worth[0] + 1e-9; /* more than rounding can take away */
}

void qd_venue_solve(qd_venue_game_t *self, qd_venue_t g, const qd_crisis_t *crisis, const qd_state_t *state,
                    const qd_parameters_t *p, const qd_leaning_t *leaning, qd_venue_scratch_t *scratch)
{
    set_rules(g, crisis, state, p, scratch);
    play(self, crisis, state, p, scratch);
    count_sides(self, crisis, state, scratch->strength);
    qd_worths_t worths =
        worth_of(g, self->support, self->opposition, (double)self->joiners - (double)self->opponents, crisis,
                 state, p, leaning, scratch->bloc);
    qd_venue_take(self, &worths, 0, leaning->force_ratio);
}

static bool institution_fails(const qd_venue_game_t *self, const qd_state_t *state, double quorum)
{
    for (size_t i = 0; i < state->poles; i++)
        if (self->x[i] < 0.0)
            return true;
    return (double)(state->n - self->opponents) < quorum * (double)state->n;
}

bool qd_venue_fails(const qd_venue_game_t *self, qd_venue_t g, const qd_state_t *state, double quorum,
                    int bloc)
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
