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

/* 1 where a state is in the bloc, else 0; nobody is in bloc 0. */
static void find_members(const int *restrict label, int bloc, size_t padded, double *restrict member)
{
    int sought = bloc > 0 ? bloc : -1;
    for (size_t i = 0; i < padded; i++)
        member[i] = (double)(label[i] == sought);
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
        QD_REALS_AT(self->base + i) = QD_REALS_OF(crisis->stake + i) + pull * ally;
        QD_REALS_AT(self->pressed + i) = press * ally - against * QD_REALS_OF(enemy + i);
        QD_REALS_AT(self->saved + i) = QD_REALS_WHERE(less > 0.0, less);
        QD_REALS_AT(self->strength + i) = QD_REALS_OF(state->c + i) * (1.0 - QD_REALS_OF(state->load + i));
    }
    find_members(state->label, bloc, padded, self->member);
    double brings = self->strength[target];
    self->strength[target] = targeted ? 0.0 : brings;
    self->support = qd_sum(self->strength, padded);
    self->support_members = qd_dot(self->strength, self->member, padded);
    self->strength[target] = brings;
    self->members = (size_t)qd_sum(self->member, padded) - (targeted && self->member[target] != 0.0);
}

bool qd_venue_exists(qd_venue_t g, const qd_parameters_t *p, int bloc)
{
    if (g == QD_UMBRELLA && p->doctrine_umbrella == 0.0)
        return false;
    return bloc > 0 || (g != QD_ALLIANCE && g != QD_UMBRELLA);
}

qd_venue_rules_t qd_venue_rules(qd_venue_t g, const qd_state_t *state, const qd_parameters_t *p, int bloc)
{
    const double never = (double)INFINITY;
    double obligation = p->mission_obligation * state->cohesion[bloc];
    switch (g) {
    case QD_COLLECTIVE:
        return (qd_venue_rules_t){.pull = p->mission_legitimacy_pull * state->institution};
    case QD_ALLIANCE:
        return (qd_venue_rules_t){.obliged = obligation, .outsiders = never};
    case QD_FLEXIBLE:
        return (qd_venue_rules_t){.saves_members = true, .saves_outsiders = true};
    case QD_UNILATERAL:
        return (qd_venue_rules_t){.nobody = never};
    default: /* QD_UMBRELLA */
        return (qd_venue_rules_t){.obliged = obligation * p->mission_umbrella, .saves_outsiders = true};
    }
}

/* Thresholds and the field without its coupling sum, as the venue's rules say. */
static void set_rules(qd_venue_t g, const qd_crisis_t *crisis, const qd_state_t *state,
                      const qd_parameters_t *p, qd_venue_scratch_t *scratch)
{
    const double *restrict base = scratch->base, *restrict member = scratch->member;
    const double *restrict price = crisis->price, *restrict saved = scratch->saved;
    double *restrict up = scratch->up, *restrict down = scratch->down, *restrict own = scratch->own;
    qd_venue_rules_t rules = qd_venue_rules(g, state, p, scratch->bloc);
    const double *insider = rules.saves_members ? saved : price;
    const double *outsider = rules.saves_outsiders ? saved : price;
    for (size_t i = 0; i < state->padded; i++) {
        double cost = member[i] != 0.0 ? insider[i] : outsider[i];
        own[i] = base[i] + (rules.pull + rules.obliged * member[i]);
        up[i] = cost + (rules.nobody + (member[i] != 0.0 ? 0.0 : rules.outsiders));
        down[i] = -cost;
    }
    up[crisis->initiator] = -(double)INFINITY;
    if (crisis->target != QD_NOBODY)
        up[crisis->target] = down[crisis->target] = (double)INFINITY;
}

static void play(qd_venue_game_t *self, const qd_crisis_t *crisis, const qd_state_t *state,
                 const qd_parameters_t *p, qd_venue_scratch_t *scratch)
{
    for (size_t i = 0; i < state->padded; i++) {
        self->x[i] = 0.0;
        scratch->field[i] = scratch->own[i] + scratch->pressed[i];
    }
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

static void count_sides(qd_venue_game_t *self, const qd_crisis_t *crisis, const qd_state_t *state,
                        const double *strength)
{
    qd_sums_t support = {0}, opposition = {0}, joiners = {0}, opponents = {0};
    bool targeted = crisis->target != QD_NOBODY;
    double *restrict x = self->x;
    if (targeted)
        x[crisis->target] = 0.0;
    for (size_t i = 0; i < state->padded; i += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++) {
            size_t at = i + v * QD_REALS;
            qd_reals_t side = QD_REALS_OF(x + at), c = QD_REALS_OF(state->c + at);
            qd_mask_t joins = (qd_mask_t)(side > 0.0), opposes = (qd_mask_t)(side < 0.0);
            support.part[v] += QD_REALS_WHERE(joins, QD_REALS_OF(strength + at));
            opposition.part[v] += QD_REALS_WHERE(opposes, c);
            joiners.part[v] += QD_REALS_WHERE(joins, qd_reals_all(1.0));
            opponents.part[v] += QD_REALS_WHERE(opposes, qd_reals_all(1.0));
        }
    if (targeted)
        x[crisis->target] = -1.0;
    self->support = qd_sums_join(&support);
    self->opposition = qd_sums_join(&opposition);
    self->joiners = (size_t)qd_sums_join(&joiners);
    self->opponents = (size_t)qd_sums_join(&opponents) + targeted;
}

/* L for n+ joiners and n- opponents in venue g. */
static double legitimacy(qd_venue_t g, const qd_state_t *state, double umbrella, int bloc, double heads)
{
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

/* EU but for success, legitimacy and escalation: the initiator's share of the effort, and its leanings. */
static double fixed_worth(qd_venue_t g, const qd_crisis_t *crisis, const qd_state_t *state,
                          const qd_parameters_t *p, const qd_leaning_t *leaning, double support)
{
    size_t i = (size_t)crisis->initiator;
    double share = state->c[i] * (1.0 - state->load[i]) / support;
    return leaning->bias[g] + state->learned[(size_t)g * state->padded + i] -
           p->doctrine_cost * crisis->resistance * share;
}

double qd_venue_bound(qd_venue_t g, const qd_crisis_t *crisis, const qd_state_t *state,
                      const qd_parameters_t *p, const qd_leaning_t *leaning,
                      const qd_venue_scratch_t *scratch)
{
    size_t i = (size_t)crisis->initiator, targets = crisis->target != QD_NOBODY;
    double support = scratch->support, joiners = (double)(state->n - targets);
    if (g == QD_ALLIANCE) {
        support = scratch->support_members;
        joiners = (double)scratch->members;
    } else if (g == QD_UNILATERAL) {
        support = state->c[i] * (1.0 - state->load[i]);
        joiners = 1.0;
    }
    double success =
        qd_contest_success(p->mission_effort * support, crisis->resistance, p->mission_contest_exponent);
    double lawful = legitimacy(g, state, p->mission_umbrella, scratch->bloc, joiners - (double)targets);
    return crisis->stake[i] * success + p->doctrine_legitimacy * lawful +
           fixed_worth(g, crisis, state, p, leaning, support) + 1e-9; /* more than rounding can take away */
}

void qd_venue_weigh(qd_venue_game_t *self, qd_venue_t g, const qd_crisis_t *crisis, const qd_state_t *state,
                    const qd_parameters_t *p, const qd_leaning_t *leaning, const qd_venue_scratch_t *scratch)
{
    int bloc = scratch->bloc;
    count_sides(self, crisis, state, scratch->strength);
    self->effort = p->mission_effort * self->support;
    self->counter = crisis->resistance + p->mission_opposition_effort * self->opposition;
    self->success = qd_contest_success(self->effort, self->counter, p->mission_contest_exponent);
    self->legitimacy =
        legitimacy(g, state, p->mission_umbrella, bloc, (double)self->joiners - (double)self->opponents);
    double less = self->support < self->opposition ? self->support : self->opposition;
    double more = self->support < self->opposition ? self->opposition : self->support;
    self->escalation = less > 0.0 ? less / more * (1.0 - self->legitimacy) : 0.0;
    self->worth = crisis->stake[crisis->initiator] * self->success +
                  p->doctrine_legitimacy * self->legitimacy - p->doctrine_prudence * self->escalation +
                  fixed_worth(g, crisis, state, p, leaning, self->support);
    self->open = self->effort >= leaning->force_ratio * self->counter;
    self->solved = true;
}

void qd_venue_solve(qd_venue_game_t *self, qd_venue_t g, const qd_crisis_t *crisis, const qd_state_t *state,
                    const qd_parameters_t *p, const qd_leaning_t *leaning, qd_venue_scratch_t *scratch)
{
    set_rules(g, crisis, state, p, scratch);
    play(self, crisis, state, p, scratch);
    qd_venue_weigh(self, g, crisis, state, p, leaning, scratch);
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
