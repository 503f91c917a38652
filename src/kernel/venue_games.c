#include "kernel/venue_games.h"

#include <math.h>

#include "kernel/mission_game.h"
#include "math/reduce.h"

/* ---- worth --------------------------------------------------------------------------------------------- */

/* These functions are inlined with a constant number of lanes: all, or the first alone, whose numbers then
 * stay in registers. */
#define INLINE static inline __attribute__((always_inline))

/* L = (1 + heads / N) / 2, and the addition of the venue's frame. */
INLINE void find_legitimacy(qd_worths_t *self, double n, size_t lanes)
{
    for (size_t g = 0; g < lanes; g++) {
        double base = 0.5 * (1.0 + self->heads[g] / n);
        self->legitimacy[g] = base + (1.0 - base) * self->frame[g];
    }
}

INLINE void find_success(qd_worths_t *self, double exponent, size_t lanes)
{
    if (exponent == 2.0)
        for (size_t g = 0; g < lanes; g++)
            self->success[g] = qd_contest_of_squares(self->effort[g], self->counter[g]);
    else
        for (size_t g = 0; g < lanes; g++)
            self->success[g] = qd_contest_success(self->effort[g], self->counter[g], exponent);
}

/* epsilon = min(C+, C-) / max(C+, C-) (1 - L) */
INLINE void find_escalation(qd_worths_t *self, size_t lanes)
{
    for (size_t g = 0; g < lanes; g++) {
        double ours = self->support[g], theirs = self->opposition[g];
        double less = ours < theirs ? ours : theirs, more = ours < theirs ? theirs : ours;
        self->escalation[g] = less / more * (1.0 - self->legitimacy[g]);
    }
}

INLINE void find_worths(qd_worths_t *self, const qd_case_t *given, size_t lanes)
{
    const qd_crisis_t *crisis = given->crisis;
    const qd_state_t *state = given->state;
    const qd_parameters_t *p = given->p;
    size_t i = (size_t)crisis->initiator;
    double stake = crisis->stake[i], cost = p->doctrine_cost * crisis->resistance;
    double brings = state->c[i] * (1.0 - state->load[i]);
    for (size_t g = 0; g < lanes; g++) {
        self->effort[g] = p->mission_effort * self->support[g];
        self->counter[g] = crisis->resistance + p->mission_opposition_effort * self->opposition[g];
    }
    find_legitimacy(self, (double)state->n, lanes);
    find_success(self, p->mission_contest_exponent, lanes);
    find_escalation(self, lanes);
    for (size_t g = 0; g < lanes; g++)
        self->worth[g] = stake * self->success[g] + p->doctrine_legitimacy * self->legitimacy[g] -
                         p->doctrine_prudence * self->escalation[g] +
                         (self->leaning[g] - cost * (brings / self->support[g]));
}

void qd_worths_find(qd_worths_t *self, const qd_case_t *given)
{
    find_worths(self, given, QD_ABREAST);
}

/* The legitimacy that the venue adds, as a share of 1 - L; for a club, if all joiners are at the deepest
 * level. */
static double frame_of(qd_venue_t g, const qd_case_t *given)
{
    double bloc_frame = 0.5 * given->cohesion * given->institution;
    switch (qd_venue_row(g).frame) {
    case QD_FRAME_INSTITUTION:
        return given->institution;
    case QD_FRAME_BLOC:
        return bloc_frame;
    case QD_FRAME_UMBRELLA:
        return given->p->mission_umbrella * bloc_frame;
    case QD_FRAME_CLUB:
        return 0.5 * given->institution;
    default:
        return 0.0;
    }
}

/* The leaning of the initiator towards venue g: its doctrine's bias plus its learned leaning. */
static double leaning_of(qd_venue_t g, const qd_case_t *given)
{
    size_t initiator = (size_t)given->crisis->initiator;
    return given->leaning.bias[g] + given->state->learned[(size_t)g * given->state->padded + initiator];
}

/* Copies the results of lane `lane` and whether the venue is open; marks the venue as solved. */
static void take(qd_venue_game_t *self, const qd_worths_t *worths, size_t lane, double force_ratio)
{
    self->effort = worths->effort[lane];
    self->counter = worths->counter[lane];
    self->success = worths->success[lane];
    self->legitimacy = worths->legitimacy[lane];
    self->escalation = worths->escalation[lane];
    self->worth = worths->worth[lane];
    self->open = self->effort >= force_ratio * self->counter;
    self->solved = true;
}

/* ---- rules --------------------------------------------------------------------------------------------- */

/* The bloc's label as a number to compare labels with; bloc 0 has no members. */
static double label_of(const qd_case_t *given)
{
    return given->bloc > 0 ? given->bloc : -1.0;
}

/* Membership of the states from i on in the venue's frame: 1 in the bloc, a level's share in a club; 0: no
 * members. */
static inline qd_reals_t memberships(qd_venue_t g, const qd_case_t *given, size_t i)
{
    if (qd_venue_row(g).frame == QD_FRAME_CLUB)
        return QD_REALS_OF(given->club + i);
    qd_mask_t member =
        QD_REALS_EQUAL(QD_REALS_OF_INTS(given->state->label + i), qd_reals_all(label_of(given)));
    return QD_REALS_WHERE(member, qd_reals_all(1.0));
}

/* The field and the thresholds of adjacent states in one venue. */
typedef struct {
    qd_reals_t field, up, down;
} start_t;

/* Thresholds of states with this field and price of taking a side; member: membership of the venue's
 * frame. */
static inline start_t start_of(const qd_venue_rules_t *rules, qd_mask_t member, qd_reals_t field,
                               qd_reals_t price)
{
    const qd_reals_t never = qd_reals_all((double)INFINITY);
    qd_mask_t barred = rules->members_only ? qd_mask_not(member) : qd_mask_all(rules->nobody);
    return (start_t){.field = field, .up = QD_REALS_EITHER(barred, never, price), .down = -price};
}

/* Sides before the first move. */
static void take_first_sides(const qd_case_t *given, double *x)
{
    for (size_t i = 0; i < given->state->padded; i++)
        x[i] = 0.0;
    x[given->crisis->initiator] = 1.0;
    if (given->crisis->target != QD_NOBODY)
        x[given->crisis->target] = -1.0;
}

/* ---- the first four, abreast --------------------------------------------------------------------------- */

/* Stores numbers of QD_REALS states, given venue by venue, as at[state][venue]. */
static inline void store_abreast(double *at, const qd_reals_t venue[QD_ABREAST])
{
    for (size_t h = 0; h < QD_REALS / QD_FEW; h++)
        for (size_t v = 0; v < QD_ABREAST_PARTS; v++) {
            qd_few_t square[QD_FEW];
            for (size_t g = 0; g < QD_FEW; g++)
                square[g] = qd_reals_part(venue[v * QD_FEW + g], h);
            qd_few_transpose(square);
            for (size_t l = 0; l < QD_FEW; l++)
                QD_FEW_AT(at + QD_ABREAST * (h * QD_FEW + l) + v * QD_FEW) = square[l];
        }
}

/* Fields where all free states stand at 0, and thresholds. An alliance that does not exist has no members:
 * its game is played as that of the unilateral venue. */
static void set_abreast(const qd_venues_abreast_t *self, const qd_case_t *given,
                        const qd_venue_scratch_t *scratch)
{
    const qd_state_t *state = given->state;
    const double *restrict opens = scratch->open, *restrict saves = scratch->saved;
    const double *restrict prices = given->crisis->price, bloc = label_of(given);
    const int *restrict label = state->label;
    double *restrict fields = self->field, *restrict ups = self->up, *restrict downs = self->down;
    qd_venue_rules_t rules[QD_ABREAST];
    for (qd_venue_t g = 0; g < QD_ABREAST; g++)
        rules[g] = qd_venue_rules(g, given);
    for (size_t i = 0; i < state->padded; i += QD_REALS) {
        qd_reals_t open = QD_REALS_OF(opens + i), saved = QD_REALS_OF(saves + i);
        qd_reals_t full = QD_REALS_OF(prices + i);
        qd_mask_t member = QD_REALS_EQUAL(QD_REALS_OF_INTS(label + i), qd_reals_all(bloc));
        qd_reals_t field[QD_ABREAST], up[QD_ABREAST], down[QD_ABREAST];
        for (size_t g = 0; g < QD_ABREAST; g++) {
            qd_reals_t obliged = QD_REALS_WHERE(member, qd_reals_all(rules[g].obliged));
            /* members among these pay the full price */
            qd_reals_t price = rules[g].saves_members ? saved : full;
            start_t start = start_of(&rules[g], member, open + (rules[g].pull + obliged), price);
            field[g] = start.field;
            up[g] = start.up;
            down[g] = start.down;
        }
        store_abreast(fields + QD_ABREAST * i, field);
        store_abreast(ups + QD_ABREAST * i, up);
        store_abreast(downs + QD_ABREAST * i, down);
    }
}

static void fill(double at[QD_ABREAST], double x)
{
    for (size_t g = 0; g < QD_ABREAST; g++)
        at[g] = x;
}

/* A state whose side is fixed never moves. */
static void hold(const qd_venues_abreast_t *self, int i)
{
    if (i == QD_NOBODY)
        return;
    fill(self->up + QD_ABREAST * (size_t)i, (double)INFINITY);
    fill(self->down + QD_ABREAST * (size_t)i, -(double)INFINITY);
}

static void play_abreast(qd_venues_abreast_t *self, const qd_case_t *given, const qd_venue_scratch_t *rules,
                         int passes[QD_ABREAST])
{
    const qd_state_t *state = given->state;
    qd_games_abreast_t games = {.n = state->n,
                                .padded = state->padded,
                                .c = state->c,
                                .affinity = state->affinity,
                                .coupling = given->p->mission_coupling,
                                .order = given->p->mission_random_order != 0.0 ? rules->order : NULL,
                                .field = self->field,
                                .up = self->up,
                                .down = self->down,
                                .x = self->x,
                                .change = self->change,
                                .log = rules->moved ? &self->log : NULL};
    qd_games_abreast_solve(&games, passes);
}

/* C+, C-, n+ and n-, before the target takes its side. C+ and C- are sums over even and over odd states,
 * which are independent of each other. */
static void count_abreast(const double *restrict x, const qd_state_t *state, const double *restrict strength,
                          qd_worths_t *worths, double joiners[QD_ABREAST], double opponents[QD_ABREAST])
{
    const double *restrict c = state->c;
    qd_abreast_t support[2] = {0}, opposition[2] = {0}, joined = {0}, opposed = {0};
    const qd_few_t one = qd_few_all(1.0), zero = {0};
    for (size_t k = 0; k < state->padded; k += 2)
        for (size_t l = 0; l < 2; l++)
            for (size_t v = 0; v < QD_ABREAST_PARTS; v++) {
                qd_few_t side = QD_FEW_OF(x + QD_ABREAST * (k + l) + v * QD_FEW);
                qd_few_mask_t joins = QD_FEW_BELOW(zero, side), opposes = QD_FEW_BELOW(side, zero);
                support[l].part[v] += QD_FEW_WHERE(joins, qd_few_all(strength[k + l]));
                opposition[l].part[v] += QD_FEW_WHERE(opposes, qd_few_all(c[k + l]));
                joined.part[v] += QD_FEW_WHERE(joins, one);
                opposed.part[v] += QD_FEW_WHERE(opposes, one);
            }
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++) {
        support[0].part[v] += support[1].part[v];
        opposition[0].part[v] += opposition[1].part[v];
    }
    qd_abreast_store(worths->support, &support[0]);
    qd_abreast_store(worths->opposition, &opposition[0]);
    qd_abreast_store(joiners, &joined);
    qd_abreast_store(opponents, &opposed);
}

static void weigh_abreast(const qd_venues_abreast_t *self, qd_venue_game_t venue[QD_ABREAST],
                          const qd_case_t *given, const qd_venue_scratch_t *rules)
{
    qd_worths_t worths;
    double joiners[QD_ABREAST], opponents[QD_ABREAST], targets = given->crisis->target != QD_NOBODY;
    count_abreast(self->x, given->state, rules->strength, &worths, joiners, opponents);
    for (size_t g = 0; g < QD_ABREAST; g++)
        worths.heads[g] = joiners[g] - (opponents[g] + targets);
    for (qd_venue_t g = 0; g < QD_ABREAST; g++) {
        worths.frame[g] = frame_of(g, given);
        worths.leaning[g] = leaning_of(g, given);
    }
    qd_worths_find(&worths, given);
    for (size_t g = 0; g < QD_ABREAST; g++) {
        if (!venue[g].exists)
            continue;
        venue[g].support = worths.support[g];
        venue[g].opposition = worths.opposition[g];
        venue[g].joiners = (size_t)(int)joiners[g];
        venue[g].opponents = (size_t)(int)(opponents[g] + targets);
        take(&venue[g], &worths, g, given->leaning.force_ratio);
    }
}

void qd_venues_abreast_solve(qd_venues_abreast_t *self, qd_venue_game_t *venue, const qd_case_t *given,
                             const qd_venue_scratch_t *rules)
{
    const qd_crisis_t *crisis = given->crisis;
    int passes[QD_ABREAST];
    set_abreast(self, given, rules);
    hold(self, crisis->initiator);
    hold(self, crisis->target);
    play_abreast(self, given, rules, passes);
    fill(self->x + QD_ABREAST * (size_t)crisis->initiator, 1.0);
    weigh_abreast(self, venue, given, rules);
    if (crisis->target != QD_NOBODY)
        fill(self->x + QD_ABREAST * (size_t)crisis->target, -1.0);
    for (size_t g = 0; g < QD_ABREAST; g++)
        venue[g].passes = passes[g];
}

void qd_venues_abreast_sides(const qd_venues_abreast_t *self, qd_venue_t g, size_t padded, double *x)
{
    for (size_t i = 0; i < padded; i++)
        x[i] = self->x[QD_ABREAST * i + (size_t)g];
}

void qd_venues_abreast_replay(const qd_venues_abreast_t *self, qd_venue_t g, const qd_case_t *given,
                              const qd_venue_scratch_t *rules, double *x)
{
    take_first_sides(given, x);
    for (size_t k = 0; k < self->log.count; k++) {
        const qd_abreast_move_t *move = &self->log.move[k];
        double before = x[move->mover], after = (double)move->side[g];
        x[move->mover] = after;
        if (after != before)
            rules->moved(rules->context, move->mover, before, after);
    }
}

/* ---- the later ones, alone ----------------------------------------------------------------------------- */

/* Fields where all free states stand at 0, and thresholds. */
static void set_alone(qd_venue_t g, const qd_case_t *given, qd_venue_scratch_t *scratch)
{
    const qd_crisis_t *crisis = given->crisis;
    qd_venue_rules_t rules = qd_venue_rules(g, given);
    const qd_mask_t inside = qd_mask_all(rules.saves_members), outside = qd_mask_all(rules.saves_outsiders);
    for (size_t i = 0; i < given->state->padded; i += QD_REALS) {
        qd_reals_t depth = memberships(g, given, i);
        qd_mask_t member = QD_REALS_BELOW(qd_reals_all(0.0), depth);
        qd_mask_t saves = qd_mask_or(qd_mask_and(member, inside), qd_mask_and(qd_mask_not(member), outside));
        qd_reals_t field = QD_REALS_OF(scratch->open + i) + (rules.pull + rules.obliged * depth);
        qd_reals_t price =
            QD_REALS_EITHER(saves, QD_REALS_OF(scratch->saved + i), QD_REALS_OF(crisis->price + i));
        start_t start = start_of(&rules, member, field, price);
        QD_REALS_AT(scratch->field + i) = start.field;
        QD_REALS_AT(scratch->up + i) = start.up;
        QD_REALS_AT(scratch->down + i) = start.down;
    }
    scratch->up[crisis->initiator] = -(double)INFINITY;
    if (crisis->target != QD_NOBODY)
        scratch->up[crisis->target] = scratch->down[crisis->target] = (double)INFINITY;
}

/* In the hub's game the coupling of two members is weaker, including the target's if it is a member. */
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

static void play_alone(qd_venue_game_t *self, qd_venue_t g, const qd_case_t *given,
                       qd_venue_scratch_t *scratch)
{
    const qd_state_t *state = given->state;
    bool hub = qd_venue_row(g).frame == QD_FRAME_CLUB;
    take_first_sides(given, self->x);
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
                              .change = scratch->change,
                              .moved = scratch->moved,
                              .context = scratch->context};
    self->passes = qd_mission_game_solve(&game);
}

/* A number of an even and one of an odd state. */
typedef double pair_t __attribute__((vector_size(16)));
typedef uint64_t pair_mask_t __attribute__((vector_size(16)));
typedef double pair_anywhere_t __attribute__((vector_size(16), aligned(8), may_alias));

/* C+, C-, n+, n-; sums over even and over odd states, as count_abreast makes them. The target counts as an
 * opponent, without capability. */
static void count_alone(qd_venue_game_t *self, const qd_case_t *given, const double *strength)
{
    const double *restrict c = given->state->c;
    int target = given->crisis->target;
    pair_t support = {0}, opposition = {0};
    pair_mask_t joined = {0}, opposed = {0}; /* counts, downwards: a mask is -1 */
    if (target != QD_NOBODY)
        self->x[target] = 0.0;
    for (size_t i = 0; i < given->state->padded; i += 2) {
        pair_t side = *(const pair_anywhere_t *)(self->x + i);
        pair_mask_t joins = (pair_mask_t)(side > 0.0), opposes = (pair_mask_t)(side < 0.0);
        support += (pair_t)(joins & (pair_mask_t) * (const pair_anywhere_t *)(strength + i));
        opposition += (pair_t)(opposes & (pair_mask_t) * (const pair_anywhere_t *)(c + i));
        joined += joins;
        opposed += opposes;
    }
    if (target != QD_NOBODY)
        self->x[target] = -1.0;
    self->joiners = (size_t) - (joined[0] + joined[1]);
    self->opponents = (size_t) - (opposed[0] + opposed[1]) + (target != QD_NOBODY);
    self->support = support[0] + support[1];
    self->opposition = opposition[0] + opposition[1];
}

/* Mean depth in the club, weighted by capability, of the joiners, the initiator left out; 0 without
 * joiners. After the game, whose thresholds it overwrites with the terms of its sums. */
static double mean_depth(const double *x, const qd_case_t *given, const qd_venue_scratch_t *scratch)
{
    const qd_state_t *state = given->state;
    double *restrict depths = scratch->up, *restrict sizes = scratch->down, deep = 0.0, whole = 0.0;
    const qd_reals_t zero = {0};
    for (size_t i = 0; i < state->padded; i += QD_REALS) {
        qd_mask_t joins = QD_REALS_BELOW(zero, QD_REALS_OF(x + i));
        qd_reals_t size = QD_REALS_WHERE(joins, QD_REALS_OF(state->c + i));
        QD_REALS_AT(sizes + i) = size;
        QD_REALS_AT(depths + i) = size * QD_REALS_OF(given->club + i);
    }
    depths[given->crisis->initiator] = sizes[given->crisis->initiator] = 0.0;
    for (size_t i = 0; i < state->padded; i += QD_LANES)
        for (size_t l = 0; l < QD_LANES; l++) {
            deep += depths[i + l];
            whole += sizes[i + l];
        }
    return whole > 0.0 ? deep / whole : 0.0;
}

/* One venue alone, in lane 0; the others are not set. */
INLINE void weigh_alone(qd_worths_t *worths, qd_venue_t g, double support, double opposition, double heads,
                        double frame, const qd_case_t *given)
{
    worths->support[0] = support;
    worths->opposition[0] = opposition;
    worths->heads[0] = heads;
    worths->frame[0] = frame;
    worths->leaning[0] = leaning_of(g, given);
    find_worths(worths, given, 1);
}

/* Whether state i may join venue g; the initiator always does. */
static bool may_join(qd_venue_t g, const qd_case_t *given, size_t i)
{
    int joiners = (int)qd_venue_row(g).joiners;
    return joiners == QD_JOINERS_ALL || (joiners == QD_JOINERS_MEMBERS && qd_venue_depth(g, given, i) > 0.0);
}

/* Contribution and number of the members. */
static double strength_of_members(qd_venue_t g, const qd_case_t *given, const double *strength, double *heads)
{
    qd_sums_t sum = {0};
    int members = 0;
    for (size_t i = 0; i < given->state->padded; i += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++) {
            qd_mask_t member = QD_REALS_BELOW(qd_reals_all(0.0), memberships(g, given, i + v * QD_REALS));
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
    qd_worths_t most;
    weigh_alone(&most, g, support, 0.0, heads, frame_of(g, given), given);
    return most.worth[0] + 1e-9; /* exceeds the rounding error */
}

void qd_venue_solve(qd_venue_game_t *self, qd_venue_t g, const qd_case_t *given, qd_venue_scratch_t *scratch)
{
    set_alone(g, given, scratch);
    play_alone(self, g, given, scratch);
    count_alone(self, given, scratch->strength);
    double frame = frame_of(g, given);
    if (qd_venue_row(g).frame == QD_FRAME_CLUB)
        frame *= mean_depth(self->x, given, scratch);
    qd_worths_t worths;
    weigh_alone(&worths, g, self->support, self->opposition, (double)self->joiners - (double)self->opponents,
                frame, given);
    take(self, &worths, 0, given->leaning.force_ratio);
}
