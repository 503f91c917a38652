#include "kernel/club_game.h"

#include <math.h>
#include <string.h>

#include "kernel/bloc_game.h"
#include "kernel/mission_game.h"
#include "math/reduce.h"
#include "world/set.h"

/* The place of level e >= 1 of club k among the levels of all clubs, and the first of its sums. */
static inline size_t place_of(const qd_club_game_t *self, size_t k, size_t e)
{
    return k * self->depth + (e - 1);
}

static inline size_t at(const qd_club_game_t *self, size_t k, size_t e)
{
    return place_of(self, k, e) * self->padded;
}

/* ---- sums over members --------------------------------------------------------------------------------- */

/* Some columns of the company and hostility of the states at level e of club k, held in registers over all
 * their rows; adds those of the deeper levels, which are computed before. To be inlined with constant
 * `parts`. */
#define PARTS  4
#define FEWER  (QD_REALS == 8 ? 1 : 2)
#define INLINE static inline __attribute__((always_inline))
INLINE void gather_columns(const qd_club_game_t *self, const qd_set_t *members, size_t sums, bool deepest,
                           size_t i, size_t parts)
{
    const double *restrict c = self->c, *restrict affinity = self->affinity + i;
    double *restrict companies = self->company + sums + i;
    double *restrict hostilities = self->threat != 0.0 ? self->hostility + sums + i : NULL;
    size_t padded = self->padded;
    qd_reals_t company[PARTS] = {{0}}, hostile[PARTS] = {{0}};
    for (size_t w = 0; w < members->words; w++)
        for (uint64_t left = members->word[w]; left != 0; left &= left - 1) {
            size_t j = qd_set_lowest(w, left);
            const double *restrict row = affinity + j * padded;
            double size = c[j];
            for (size_t v = 0; v < parts; v++) {
                qd_reals_t weighed = size * QD_REALS_OF(row + v * QD_REALS);
                company[v] += weighed;
                hostile[v] += QD_REALS_NEGATIVE(weighed); /* c m = min(c A, 0), because c is not negative */
            }
        }
    for (size_t v = 0; v < parts; v++) {
        size_t at = v * QD_REALS;
        if (!deepest)
            company[v] += QD_REALS_OF(companies + padded + at);
        QD_REALS_AT(companies + at) = company[v];
        if (!hostilities)
            continue;
        if (!deepest)
            hostile[v] += QD_REALS_OF(hostilities + padded + at);
        QD_REALS_AT(hostilities + at) = hostile[v];
    }
}

/* Companies, hostilities and reaches of one club, from its deepest level up. */
static void gather_club(qd_club_game_t *self, size_t k)
{
    qd_set_t members;
    for (size_t e = self->depth; e >= 1; e--) {
        size_t i = 0, sums = at(self, k, e);
        bool deepest = e == self->depth;
        qd_set_where(&members, self->level + k * self->padded, self->padded, (double)e);
        for (; i + PARTS * QD_REALS <= self->padded; i += PARTS * QD_REALS)
            gather_columns(self, &members, sums, deepest, i, PARTS);
        for (; i < self->padded; i += FEWER * QD_REALS)
            gather_columns(self, &members, sums, deepest, i, FEWER);
        if (self->threat != 0.0)
            self->reach[place_of(self, k, e)] =
                qd_threat_reach(self->c, self->hostility + sums, self->padded);
    }
}

/* Exposures of some vectors of states from i on, in registers. To be inlined with constant `parts`. */
INLINE void expose(const qd_club_game_t *self, size_t i, size_t parts)
{
    const double *restrict c = self->c, *row = self->affinity + i;
    qd_reals_t squares[PARTS] = {{0}};
    for (size_t l = 0; l < self->n && self->threat != 0.0; l++, row += self->padded)
        for (size_t v = 0; v < parts; v++) {
            qd_reals_t m = QD_REALS_NEGATIVE(QD_REALS_OF(row + v * QD_REALS));
            squares[v] += c[l] * m * m;
        }
    for (size_t v = 0; v < parts; v++)
        QD_REALS_AT(self->exposure + i + v * QD_REALS) = squares[v];
}

static void set_exposure(qd_club_game_t *self)
{
    double *restrict exposure = self->exposure;
    size_t i = 0;
    for (; i + PARTS * QD_REALS <= self->padded; i += PARTS * QD_REALS)
        expose(self, i, PARTS);
    for (; i < self->padded; i += FEWER * QD_REALS)
        expose(self, i, FEWER);
    for (i = 0; i < self->padded; i++)
        exposure[i] = sqrt(exposure[i]);
}

void qd_club_game_start(qd_club_game_t *self)
{
    for (size_t k = 0; k < self->clubs; k++) {
        for (size_t l = 0; l < self->clubs; l++) {
            double a = self->affinity[k * self->padded + l];
            self->hostile[k][l] = a < 0.0 && l != k ? self->rivalry * -a : 0.0;
        }
        gather_club(self, k);
    }
    if (!self->exposed)
        set_exposure(self);
}

/* ---- choices ------------------------------------------------------------------------------------------- */

/* Returns sum c_j W_ij over the other states at level e of club k or deeper; own: c_i E_ii if i is in the
 * club. */
static double worth_of(const qd_club_game_t *self, size_t i, size_t k, size_t e, double own)
{
    size_t sums = at(self, k, e);
    double company = self->company[sums + i];
    if (self->threat == 0.0)
        return company;
    bool inside = self->level[k * self->padded + i] >= (double)e;
    const double *row = self->affinity + i * self->padded;
    double shared = qd_threat_shared(row, self->c, self->hostility + sums, self->padded);
    return company + self->threat * (shared - (inside ? own : 0.0));
}

/* c_i E_ii, summed in the order of the states. */
static double own_threat(const qd_club_game_t *self, size_t i)
{
    const double *row = self->affinity + i * self->padded;
    double squares = 0.0;
    for (size_t l = 0; l < self->n; l++)
        squares += row[l] < 0.0 ? self->c[l] * row[l] * row[l] : 0.0;
    double exposure = sqrt(squares);
    return self->c[i] * (exposure * exposure);
}

/* Payoffs of levels 0..depth of club k for state i. */
static void weigh_levels(const qd_club_game_t *self, size_t i, size_t k, double value[QD_DEPTH_MAX + 1])
{
    bool member = self->level[k * self->padded + i] > 0.0;
    double share = 1.0 / (double)self->depth, worth = 0.0;
    double own = member && self->threat != 0.0 ? own_threat(self, i) : 0.0;
    value[0] = 0.0;
    for (size_t d = 1; d <= self->depth; d++) {
        double deep = (double)d * share, rivalry = 0.0;
        worth += worth_of(self, i, k, d, own);
        for (size_t l = 0; l < self->clubs; l++) {
            double other = self->level[l * self->padded + i];
            rivalry += self->hostile[k][l] * (other < (double)d ? other : (double)d);
        }
        value[d] = worth * share - self->cost[i] * (deep * deep) - rivalry * share;
    }
}

/* A smaller gain may be a rounding error (bloc_game.c). */
#define LEAST_GAIN 1e-13

/* Returns as bits which of QD_REALS states from i on may gain more than the switching cost in club k. A
 * deeper level adds at most its bound to a state's shared threat; a shallower level subtracts at least 0. To
 * be inlined with a constant depth, so that its arrays are registers. */
INLINE unsigned may_move(const qd_club_game_t *self, size_t i, size_t k, size_t depth, const double *threat)
{
    const double rounding = 1e-12; /* exceeds the rounding error */
    double share = 1.0 / (double)depth;
    qd_reals_t level = QD_REALS_OF(self->level + k * self->padded + i);
    qd_reals_t exposure = QD_REALS_OF(self->exposure + i), cost = QD_REALS_OF(self->cost + i);
    qd_reals_t most = {0}, present = {0}, worth = {0}, rivalry[QD_DEPTH_MAX];
#pragma GCC unroll 4
    for (size_t d = 0; d < depth; d++)
        rivalry[d] = qd_reals_all(0.0);
    for (size_t l = 0; l < self->clubs; l++) {
        double hostile = self->hostile[k][l];
        if (hostile == 0.0)
            continue;
        qd_reals_t other = QD_REALS_OF(self->level + l * self->padded + i);
#pragma GCC unroll 4
        for (size_t d = 0; d < depth; d++)
            rivalry[d] += hostile * QD_REALS_SMALLER(other, qd_reals_all((double)(d + 1)));
    }
#pragma GCC unroll 4
    for (size_t d = 1; d <= depth; d++) {
        double relative = (double)d * share;
        size_t sums = at(self, k, d);
        qd_reals_t deep = qd_reals_all((double)d);
        worth += QD_REALS_OF(self->company + sums + i) +
                 QD_REALS_WHERE(QD_REALS_BELOW(level, deep), threat[d - 1] * exposure);
        qd_reals_t value = (worth - rivalry[d - 1]) * share - cost * (relative * relative);
        most = QD_REALS_LARGER(value, most);
        present += QD_REALS_WHERE(QD_REALS_EQUAL(level, deep), value);
    }
    return qd_reals_bits(QD_REALS_BELOW(qd_reals_all(self->switching_cost), most - present + rounding));
}

/* The same of eight states from `group` on. */
INLINE unsigned eight_may_move(const qd_club_game_t *self, size_t group, size_t k, size_t depth)
{
    unsigned may = 0;
    double
        threat[QD_DEPTH_MAX]; /* the most that a state of exposure 1 may share with the members of a level */
    for (size_t d = 0; d < depth; d++)
        threat[d] = self->threat != 0.0 ? self->threat * (self->reach[k * depth + d] * (1.0 + 1e-9)) : 0.0;
    for (unsigned v = 0; v < QD_LANES; v += QD_REALS)
        may |= may_move(self, group + v, k, depth, threat) << v;
    return may;
}

static unsigned ask(const qd_club_game_t *self, size_t group, size_t k)
{
    switch (self->depth) {
    case 1:
        return eight_may_move(self, group, k, 1);
    case 2:
        return eight_may_move(self, group, k, 2);
    case 3:
        return eight_may_move(self, group, k, 3);
    default:
        return eight_may_move(self, group, k, QD_DEPTH_MAX);
    }
}

/* Updates the sums of level e of club k by a state, with its size (negative when it leaves). */
static void count_in(qd_club_game_t *self, size_t i, size_t k, size_t e, double size)
{
    const double *row = self->affinity + i * self->padded;
    size_t sums = at(self, k, e);
    qd_add_scaled(self->company + sums, size, row, self->padded);
    if (self->threat == 0.0)
        return;
    qd_threat_count_in(self->hostility + sums, size, row, self->padded);
    self->reach[place_of(self, k, e)] = qd_threat_reach(self->c, self->hostility + sums, self->padded);
}

static void move(qd_club_game_t *self, size_t i, size_t k, size_t to)
{
    double *level = &self->level[k * self->padded + i], before = *level;
    size_t from = (size_t)before;
    for (size_t e = (from < to ? from : to) + 1; e <= (from < to ? to : from); e++)
        count_in(self, i, k, e, from < to ? self->c[i] : -self->c[i]);
    *level = (double)to;
    if (self->moved)
        self->moved(self->context, i, k, before, (double)to);
}

/* Moves state i to its best level of club k if it gains more than the switching cost. Ties go to the present
 * level, then to the lowest. */
static bool improve(qd_club_game_t *self, size_t i, size_t k)
{
    double value[QD_DEPTH_MAX + 1];
    size_t present = (size_t)self->level[k * self->padded + i], best = present;
    weigh_levels(self, i, k, value);
    for (size_t d = 0; d <= self->depth; d++)
        if (value[d] > value[best])
            best = d;
    if (best == present || !(value[best] - value[present] > self->switching_cost + LEAST_GAIN))
        return false;
    move(self, i, k, best);
    return true;
}

/* The number of moves made when each eight states were last asked about each club, and when a state last
 * moved in it, from 1 on; 0: never. If none of the eight has moved in any club, and no state in club k, since
 * they were asked about k, none of them would move in k. */
typedef struct {
    unsigned moves, changed[QD_CLUBS_MAX], asked[QD_STATES_MAX / QD_LANES][QD_CLUBS_MAX];
} history_t;

static void begin(history_t *self, const qd_club_game_t *game)
{
    self->moves = 1;
    memset(self->changed, 0, sizeof self->changed);
    memset(self->asked, 0, game->padded / QD_LANES * sizeof *self->asked);
}

/* Finds, for each club, which of the eight states from `group` on may move, as bits. */
static void ask_all(const qd_club_game_t *self, size_t group, history_t *history, unsigned may[QD_CLUBS_MAX])
{
    unsigned *asked = history->asked[group / QD_LANES];
    for (size_t k = 0; k < self->clubs; k++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): begin() has set it */
        bool settled = asked[k] > history->changed[k];
        may[k] = settled ? 0 : ask(self, group, k);
        asked[k] = history->moves;
    }
}

/* Visits club after club for state i; a move in one club may make a move in another one pay. Returns the
 * clubs in which it moved, as bits. */
static unsigned go_round(qd_club_game_t *self, size_t i, unsigned bit, const unsigned may[QD_CLUBS_MAX])
{
    unsigned moved = 0;
    for (size_t k = 0; k < self->clubs && i < self->n; k++)
        /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): ask_all() has set it */
        if (k != i && (moved || (may[k] & bit)) && improve(self, i, k))
            moved |= 1u << k;
    return moved;
}

/* A state of the group has moved in these clubs: asks about them again. */
static void note_moves(const qd_club_game_t *self, size_t group, unsigned moved, history_t *history,
                       unsigned may[QD_CLUBS_MAX])
{
    unsigned *asked = history->asked[group / QD_LANES];
    history->moves++;
    for (size_t k = 0; k < self->clubs; k++) {
        asked[k] = 0;
        if (!(moved >> k & 1))
            continue;
        history->changed[k] = history->moves++;
        may[k] = ask(self, group, k);
    }
}

static unsigned in_any(const qd_club_game_t *self, const unsigned may[QD_CLUBS_MAX])
{
    unsigned any = 0;
    for (size_t k = 0; k < self->clubs; k++)
        any |= may[k]; /* NOLINT(clang-analyzer-core.uninitialized.Assign): ask_all() has set it */
    return any;
}

/* Visits states in index order, by eights, and asks only the states that may move. At the start no state from
 * `until` on would move. Returns the same bound at the end; 0 if no state moved. */
static size_t pass(qd_club_game_t *self, history_t *history, size_t until)
{
    unsigned may[QD_CLUBS_MAX];
    size_t last = 0;
    for (size_t group = 0; group < until; group += QD_LANES) {
        ask_all(self, group, history, may);
        unsigned any = in_any(self, may);
        while (any) {
            unsigned l = (unsigned)__builtin_ctz(any);
            any &= any - 1;
            unsigned moved = go_round(self, group + l, 1u << l, may);
            if (!moved)
                continue;
            last = group + l + 1;
            until = self->n;
            note_moves(self, group, moved, history, may);
            any = in_any(self, may) & ~0u << l << 1;
        }
    }
    return last;
}

int qd_club_game_review(qd_club_game_t *self)
{
    history_t history;
    qd_club_game_start(self);
    begin(&history, self);
    size_t until = self->n;
    for (int passes = 1; passes <= QD_PASSES_MAX; passes++) {
        until = pass(self, &history, until);
        if (until == 0)
            return passes;
    }
    return QD_PASSES_MAX + 1;
}
