#include "kernel/venue.h"

#include <math.h>

#include "kernel/contest.h"
#include "kernel/mission_game.h"
#include "math/reduce.h"

const char *qd_venue_name(qd_venue_t venue)
{
    static const char *const names[] = {
#define QD_VENUE(id, name, frame, joiners, savers, outside, start, effect) #name,
#include "quadrille/venues.def"
#undef QD_VENUE
        "abstain"};
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

const double *qd_venue_club(const qd_state_t *state, int i, int target, double *club)
{
    if (state->depth == 0 || (size_t)i >= state->poles)
        return NULL;
    const double *restrict level = state->level + (size_t)i * state->padded;
    double share = 1.0 / (double)state->depth;
    size_t members = 0;
    for (size_t j = 0; j < state->padded; j++) {
        club[j] = level[j] * share;
        members += level[j] > 0.0;
    }
    members -= 1 + (size_t)(target != QD_NOBODY && level[target] > 0.0); /* the patron itself, the target */
    club[i] = 0.0;
    return members > 0 ? club : NULL;
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

void qd_venue_prepare(qd_venue_scratch_t *self, const qd_case_t *given)
{
    const qd_crisis_t *crisis = given->crisis;
    const qd_state_t *state = given->state;
    const qd_parameters_t *p = given->p;
    size_t padded = state->padded, initiator = (size_t)crisis->initiator;
    bool targeted = crisis->target != QD_NOBODY;
    size_t target = targeted ? (size_t)crisis->target : 0;
    const double *restrict patron = state->affinity + initiator * padded;
    const double *restrict enemy = state->affinity + target * padded;
    double pull = p->mission_patronage * state->c[initiator];
    double press = p->mission_coupling * state->c[initiator];
    double against = targeted ? p->mission_coupling * state->c[target] : 0.0;
    double saving = p->mission_flexible_saving * p->mission_join_cost;
    for (size_t i = 0; i < padded; i += QD_REALS) {
        qd_reals_t ally = QD_REALS_OF(patron + i), less = QD_REALS_OF(crisis->price + i) - saving;
        QD_REALS_AT(self->open + i) =
            QD_REALS_OF(crisis->stake + i) + pull * ally + (press * ally - against * QD_REALS_OF(enemy + i));
        QD_REALS_AT(self->saved + i) = QD_REALS_WHERE(less > 0.0, less);
        QD_REALS_AT(self->strength + i) = QD_REALS_OF(state->c + i) * (1.0 - QD_REALS_OF(state->load + i));
    }
}

/* How deep state i is in what frames the venue: 1 in the bloc, in a club by its level; 0: it is no member. */
static double membership(qd_venue_t g, const qd_case_t *given, size_t i)
{
    if (qd_venue_row(g).frame == QD_FRAME_CLUB)
        return given->club[i];
    return qd_venue_member(given->state, given->bloc, i) ? 1.0 : 0.0;
}

void qd_venue_keep(qd_venue_t g, const qd_case_t *given, double *term, double *saves, double *member)
{
    qd_venue_rules_t rules = qd_venue_rules(g, given);
    bool hub = qd_venue_row(g).frame == QD_FRAME_CLUB;
    for (size_t i = 0; i < given->state->padded; i++) {
        double depth = membership(g, given, i);
        term[i] = rules.pull + rules.obliged * depth;
        saves[i] = (depth > 0.0 ? rules.saves_members : rules.saves_outsiders) ? 1.0 : 0.0;
        member[i] = hub && depth > 0.0 ? 1.0 : 0.0;
    }
}

/* The same of some states from i on, side by side. */
static inline qd_reals_t memberships(qd_venue_t g, const qd_case_t *given, size_t i)
{
    if (qd_venue_row(g).frame == QD_FRAME_CLUB)
        return QD_REALS_OF(given->club + i);
    const double bloc = given->bloc > 0 ? given->bloc : -1.0;
    qd_mask_t member = (qd_mask_t)(QD_REALS_OF_INTS(given->state->label + i) == bloc);
    return QD_REALS_WHERE(member, qd_reals_all(1.0));
}

/* Fields where all who are free stand at 0, and thresholds, as the venue's rules say. */
static void set_rules(qd_venue_t g, const qd_case_t *given, qd_venue_scratch_t *scratch)
{
    const qd_crisis_t *crisis = given->crisis;
    qd_venue_rules_t rules = qd_venue_rules(g, given);
    const qd_mask_t all = ~(qd_mask_t){0}, none = {0};
    const qd_mask_t inside = rules.saves_members ? all : none, outside = rules.saves_outsiders ? all : none;
    for (size_t i = 0; i < given->state->padded; i += QD_REALS) {
        qd_reals_t depth = memberships(g, given, i), price = QD_REALS_OF(crisis->price + i);
        qd_mask_t member = (qd_mask_t)(depth > 0.0), saves = (member & inside) | (~member & outside);
        qd_reals_t cost = QD_REALS_EITHER(saves, QD_REALS_OF(scratch->saved + i), price);
        QD_REALS_AT(scratch->field + i) =
            QD_REALS_OF(scratch->open + i) + (rules.pull + rules.obliged * depth);
        QD_REALS_AT(scratch->up + i) =
            cost + (rules.nobody + QD_REALS_WHERE(~member, qd_reals_all(rules.outsiders)));
        QD_REALS_AT(scratch->down + i) = -cost;
    }
    scratch->up[crisis->initiator] = -(double)INFINITY;
    if (crisis->target != QD_NOBODY)
        scratch->up[crisis->target] = scratch->down[crisis->target] = (double)INFINITY;
}

/* In the hub's game two members weigh less with each other, the target too if it is one. */
static void set_shuttle(const qd_case_t *given, qd_venue_scratch_t *scratch)
{
    const qd_state_t *state = given->state;
    int target = given->crisis->target;
    double kept = 1.0 - given->p->mission_shuttle;
    for (size_t i = 0; i < state->padded; i++)
        scratch->between[i] = given->club[i] > 0.0 ? kept : 1.0;
    if (target == QD_NOBODY || !(given->club[target] > 0.0))
        return;
    const double *restrict enemy = state->affinity + (size_t)target * state->padded;
    double less = given->p->mission_shuttle * given->p->mission_coupling * state->c[target];
    for (size_t i = 0; i < state->padded; i++)
        scratch->field[i] += given->club[i] > 0.0 ? less * enemy[i] : 0.0;
}

static void play(qd_venue_game_t *self, qd_venue_t g, const qd_case_t *given, qd_venue_scratch_t *scratch)
{
    const qd_state_t *state = given->state;
    bool hub = qd_venue_row(g).frame == QD_FRAME_CLUB;
    for (size_t i = 0; i < state->padded; i++)
        self->x[i] = 0.0;
    self->x[given->crisis->initiator] = 1.0;
    if (given->crisis->target != QD_NOBODY)
        self->x[given->crisis->target] = -1.0;
    if (hub)
        set_shuttle(given, scratch);
    qd_mission_game_t game = {.n = state->n,
                              .padded = state->padded,
                              .c = state->c,
                              .affinity = state->affinity,
                              .coupling = given->p->mission_coupling,
                              .between = hub ? scratch->between : NULL,
                              .up = scratch->up,
                              .down = scratch->down,
                              .order = given->p->mission_random_order != 0.0 ? scratch->order : NULL,
                              .field = scratch->field,
                              .x = self->x,
                              .moved = scratch->moved,
                              .context = scratch->context};
    self->passes = qd_mission_game_solve(&game);
}

/* C+, C-, n+, n-; sums over even and over odd states, as venues abreast make them. The target counts as an
 * opponent, without capability. */
static void count_sides(qd_venue_game_t *self, const qd_case_t *given, const double *strength)
{
    const qd_state_t *state = given->state;
    double support[2] = {0.0, 0.0}, opposition[2] = {0.0, 0.0};
    self->joiners = self->opponents = 0;
    for (size_t i = 0; i < state->n; i++) {
        bool joins = self->x[i] > 0.0, opposes = self->x[i] < 0.0;
        self->joiners += joins;
        self->opponents += opposes;
        support[i % 2] += joins ? strength[i] : 0.0;
        opposition[i % 2] += opposes && (int)i != given->crisis->target ? state->c[i] : 0.0;
    }
    self->support = support[0] + support[1];
    self->opposition = opposition[0] + opposition[1];
}

/* Mean depth in the club, weighted by capability, of those who joined, the initiator left out; 0 if nobody. */
static double mean_depth(const double *x, const qd_case_t *given)
{
    const qd_state_t *state = given->state;
    double deep = 0.0, whole = 0.0;
    for (size_t i = 0; i < state->n; i++) {
        bool joins = x[i] > 0.0 && (int)i != given->crisis->initiator;
        deep += joins ? state->c[i] * given->club[i] : 0.0;
        whole += joins ? state->c[i] : 0.0;
    }
    return whole > 0.0 ? deep / whole : 0.0;
}

/* One venue alone. */
static qd_worths_t worth_of(qd_venue_t g, double support, double opposition, double heads, double frame,
                            const qd_case_t *given)
{
    qd_worths_t worths = {.support = {support, 1.0, 1.0, 1.0},
                          .opposition = {opposition},
                          .heads = {heads},
                          .frame = {frame},
                          .leaning = {qd_venue_leaning(g, given)}};
    qd_worths_find(&worths, given->crisis, given->state, given->p);
    return worths;
}

/* Whether state i may join venue g; the initiator always does. */
static bool may_join(qd_venue_t g, const qd_case_t *given, size_t i)
{
    int joiners = (int)qd_venue_row(g).joiners;
    return joiners == QD_JOINERS_ALL || (joiners == QD_JOINERS_MEMBERS && membership(g, given, i) > 0.0);
}

/* What the members bring, and how many they are. */
static double strength_of_members(qd_venue_t g, const qd_case_t *given, const double *strength, double *heads)
{
    qd_sums_t sum = {0};
    int members = 0;
    for (size_t i = 0; i < given->state->padded; i += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++) {
            qd_mask_t member = (qd_mask_t)(memberships(g, given, i + v * QD_REALS) > 0.0);
            sum.part[v] += QD_REALS_WHERE(member, QD_REALS_OF(strength + i + v * QD_REALS));
            members += __builtin_popcount(qd_reals_bits(member));
        }
    *heads = members;
    return qd_sums_join(&sum);
}

double qd_venue_bound(qd_venue_t g, const qd_case_t *given, const qd_venue_scratch_t *scratch)
{
    const qd_crisis_t *crisis = given->crisis;
    const double *strength = scratch->strength;
    int joiners = (int)qd_venue_row(g).joiners, target = crisis->target;
    double heads = joiners == QD_JOINERS_ALL ? (double)given->state->n : 0.0, support = 0.0;
    if (joiners == QD_JOINERS_ALL)
        support = qd_sum(strength, given->state->padded);
    else if (joiners == QD_JOINERS_MEMBERS)
        support = strength_of_members(g, given, strength, &heads);
    if (!may_join(g, given, (size_t)crisis->initiator)) {
        support += strength[crisis->initiator];
        heads += 1.0;
    }
    if (target != QD_NOBODY && may_join(g, given, (size_t)target)) {
        support -= strength[target];
        heads -= 1.0;
    }
    heads -= target != QD_NOBODY; /* it opposes */
    qd_worths_t most = worth_of(g, support, 0.0, heads, qd_venue_frame(g, given), given);
    return most.worth[0] + 1e-9; /* more than rounding can take away */
}

void qd_venue_solve(qd_venue_game_t *self, qd_venue_t g, const qd_case_t *given, qd_venue_scratch_t *scratch)
{
    set_rules(g, given, scratch);
    play(self, g, given, scratch);
    count_sides(self, given, scratch->strength);
    double frame = qd_venue_frame(g, given);
    if (qd_venue_row(g).frame == QD_FRAME_CLUB)
        frame *= mean_depth(self->x, given);
    qd_worths_t worths = worth_of(g, self->support, self->opposition,
                                  (double)self->joiners - (double)self->opponents, frame, given);
    qd_venue_take(self, &worths, 0, given->leaning.force_ratio);
}

static bool institution_fails(const qd_venue_game_t *self, const qd_state_t *state, double quorum)
{
    for (size_t i = 0; i < state->poles; i++)
        if (self->x[i] < 0.0)
            return true;
    return (double)(state->n - self->opponents) < quorum * (double)state->n;
}

bool qd_venue_fails(const qd_venue_game_t *self, qd_venue_t g, const qd_case_t *given)
{
    const qd_state_t *state = given->state;
    int start = (int)qd_venue_row(g).start;
    double quorum = given->p->doctrine_quorum, whole = 0.0, joined = 0.0, opposed = 0.0;
    if (start == QD_START_NOTHING)
        return false;
    if (start == QD_START_VOTE)
        return institution_fails(self, state, quorum);
    for (size_t i = 0; i < state->n; i++) {
        if (state->label[i] != given->bloc)
            continue;
        whole += state->c[i];
        joined += self->x[i] > 0.0 ? state->c[i] : 0.0;
        opposed += self->x[i] < 0.0 ? state->c[i] : 0.0;
    }
    if (start == QD_START_BLOCKING)
        return opposed > (1.0 - quorum) * whole;
    return opposed > 0.0 || joined < quorum * whole;
}
