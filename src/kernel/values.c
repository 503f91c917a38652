#include "kernel/values.h"

#include <string.h>

#include "math/elementary.h"
#include "math/reduce.h"

/* Rows of qd_padded(i) numbers, i < n, one after the other, become rows of `padded`. */
static void spread_rows(double *matrix, size_t n, size_t padded, size_t count)
{
    for (size_t i = n; i-- > 0;) {
        count -= qd_padded(i);
        memmove(matrix + i * padded, matrix + count, qd_padded(i) * sizeof *matrix);
    }
}

/* V of all pairs for the values as they are. */
static void set_alike(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    size_t count = qd_state_set_unlike(state, p->affinity_values_scale, self->alike);
    for (size_t k = 0; k < count; k++)
        self->unlike[k] = -self->alike[k];
    qd_exp_all(self->alike, count);
    spread_rows(self->alike, state->n, state->padded, count);
    spread_rows(self->unlike, state->n, state->padded, count);
    memcpy(self->followed, state->value, 2 * state->padded * sizeof *self->followed);
}

/* The values are about to move for the first time. */
static void begin(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    memcpy(self->root, state->value, 2 * state->padded * sizeof *self->root);
    set_alike(self, state, p);
    self->moved = true;
    self->stale = self->half = false;
    self->waiting = 0;
}

/* One coordinate of those who joined moves towards its mean. */
static void converge(double *restrict v, const double *restrict c, const double *restrict x, size_t padded,
                     double rate)
{
    const qd_reals_t zero = {0};
    qd_sums_t sum = {0}, weight = {0};
    for (size_t i = 0; i < padded; i += QD_LANES)
        for (size_t k = 0; k < QD_PARTS; k++) {
            size_t at = i + k * QD_REALS;
            qd_reals_t size = QD_REALS_WHERE(QD_REALS_BELOW(zero, QD_REALS_OF(x + at)), QD_REALS_OF(c + at));
            weight.part[k] += size;
            sum.part[k] += size * QD_REALS_OF(v + at);
        }
    double whole = qd_sums_join(&weight);
    if (!(whole > 0.0))
        return;
    double mean = qd_sums_join(&sum) / whole;
    for (size_t i = 0; i < padded; i += QD_REALS) {
        qd_reals_t step = rate * (mean - QD_REALS_OF(v + i));
        QD_REALS_AT(v + i) += QD_REALS_WHERE(QD_REALS_BELOW(zero, QD_REALS_OF(x + i)), step);
    }
}

void qd_values_converge(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p, const double *x)
{
    double rate = p->affinity_convergence;
    if (rate == 0.0)
        return;
    if (!self->moved)
        begin(self, state, p);
    converge(state->value, state->c, x, state->padded, rate);
    converge(state->value + state->padded, state->c, x, state->padded, rate);
    self->stale = true;
}

void qd_values_return(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p)
{
    double rate = p->affinity_roots;
    if (!self->moved || rate == 0.0)
        return;
    for (size_t i = 0; i < 2 * state->padded; i += QD_REALS) {
        qd_reals_t v = QD_REALS_OF(state->value + i);
        QD_REALS_AT(state->value + i) = v + rate * (QD_REALS_OF(self->root + i) - v);
    }
    self->stale = true;
}

/* ---- what affinities relax to follows ------------------------------------------------------------------ */

/* e^r to the last bits for |r| <= NEAR, by its series. */
#define NEAR 0.03125
static inline qd_reals_t exp_of_step(qd_reals_t r)
{
    qd_reals_t r2 = r * r, low = (1.0 + r) + r2 * (1.0 / 2.0 + r * (1.0 / 6.0));
    qd_reals_t high = (1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5040.0));
    return low + (r2 * r2) * high;
}

#define INLINE static inline __attribute__((always_inline))

/* clamp(clamp(X) + raise), both to [-1, 1]; raise is not negative. */
INLINE qd_reals_t baseline_of(qd_reals_t x, qd_reals_t raise)
{
    return QD_REALS_SMALLER(QD_REALS_LARGER(x, qd_reals_all(-1.0)) + raise, qd_reals_all(1.0));
}

void qd_values_set_baseline(const qd_state_t *state, const qd_parameters_t *p, const double *bond)
{
    double deepening = state->depth > 0 ? p->clubs_deepening : 0.0;
    for (size_t i = 1; i < state->n; i++)
        for (size_t at = i * state->padded, last = at + i; at < last; at += QD_REALS) {
            qd_reals_t raise = {0};
            if (deepening != 0.0)
                raise = deepening * QD_REALS_OF(bond + at);
            QD_REALS_AT(state->baseline + at) = baseline_of(QD_REALS_OF(state->anchor + at), raise);
        }
}

/* Some pairs in registers; raise: deepening bond. */
typedef struct {
    qd_reals_t unlike, alike, anchor, affinity, raise;
} pairs_t;

/* To be inlined with constant `clubs`. */
INLINE pairs_t load_pairs(const qd_values_t *self, const qd_state_t *state, size_t at, const qd_follow_t *by,
                          const double *bond, bool clubs)
{
    pairs_t pairs = {.unlike = QD_REALS_OF(self->unlike + at),
                     .alike = QD_REALS_OF(self->alike + at),
                     .anchor = QD_REALS_OF(state->anchor + at),
                     .affinity = QD_REALS_OF(state->affinity + at)};
    if (clubs)
        pairs.raise = by->deepening * QD_REALS_OF(bond + at);
    return pairs;
}

INLINE void store_pairs(const qd_values_t *self, const qd_state_t *state, size_t at, const pairs_t *pairs)
{
    QD_REALS_AT(self->unlike + at) = pairs->unlike;
    QD_REALS_AT(self->alike + at) = pairs->alike;
    QD_REALS_AT(state->anchor + at) = pairs->anchor;
    QD_REALS_AT(state->affinity + at) = pairs->affinity;
}

/* A period that ends with these (V + 1) / 2 and minus their logarithms. */
INLINE void follow_pairs(pairs_t *self, qd_reals_t unlike, qd_reals_t alike, const qd_follow_t *by)
{
    self->anchor += by->weight * (alike - self->alike);
    self->affinity = by->rest * self->affinity + by->rate * baseline_of(self->anchor, self->raise);
    self->unlike = unlike;
    self->alike = alike;
}

/* The same where no logarithm moved by more than NEAR. */
INLINE void follow_near(pairs_t *self, qd_reals_t unlike, const qd_follow_t *by)
{
    follow_pairs(self, unlike, self->alike * exp_of_step(self->unlike - unlike), by);
}

/* ---- periods that have waited -------------------------------------------------------------------------- */

/* `ends` has, for each vector of states, their two values at the end of each waiting period, so that a loop
 * over states needs one pointer. */
#define END         (2 * QD_REALS)         /* of a vector of states: two vectors */
#define STATES_ENDS (QD_WAITING_MAX * END) /* all ends of a vector of states */

static void add_end(const qd_values_t *self, const qd_state_t *state)
{
    const double *vx = state->value, *vy = vx + state->padded;
    double *end = self->ends + self->waiting * END;
    for (size_t i = 0; i < state->padded; i += QD_REALS, end += STATES_ENDS) {
        QD_REALS_AT(end) = QD_REALS_OF(vx + i);
        QD_REALS_AT(end + QD_REALS) = QD_REALS_OF(vy + i);
    }
}

/* The row of pairs of state i through the waiting periods. To be inlined with constant clubs and periods. */
INLINE void follow_row(const qd_values_t *self, const qd_state_t *state, size_t i, const qd_follow_t *by,
                       const double *bond, bool clubs, size_t periods)
{
    const double *mine = self->ends + i / QD_REALS * STATES_ENDS + i % QD_REALS, *other = self->ends;
    size_t at = i * state->padded, end = at + i;
    for (; at < end; at += QD_REALS, other += STATES_ENDS) {
        pairs_t pairs = load_pairs(self, state, at, by, bond, clubs);
#pragma GCC unroll 4
        for (size_t t = 0; t < periods; t++) {
            qd_reals_t dx = mine[t * END] - QD_REALS_OF(other + t * END);
            qd_reals_t dy = mine[t * END + QD_REALS] - QD_REALS_OF(other + t * END + QD_REALS);
            follow_near(&pairs, (dx * dx + dy * dy) * by->sharpness, by);
        }
        store_pairs(self, state, at, &pairs);
    }
}

INLINE void follow_rows(const qd_values_t *given, const qd_state_t *order, const double *bond, bool clubs,
                        size_t periods)
{
    const qd_values_t self = *given; /* local copies, which no store to an array can change */
    const qd_state_t state = *order;
    const qd_follow_t by = self.by;
    for (size_t i = 1; i < state.n; i++)
        follow_row(&self, &state, i, &by, bond, clubs, periods);
}

INLINE void follow_waiting(const qd_values_t *self, const qd_state_t *state, const double *bond, bool clubs)
{
    switch (self->waiting) {
    case 1:
        follow_rows(self, state, bond, clubs, 1);
        break;
    case 2:
        follow_rows(self, state, bond, clubs, 2);
        break;
    case 3:
        follow_rows(self, state, bond, clubs, 3);
        break;
    default:
        follow_rows(self, state, bond, clubs, QD_WAITING_MAX);
    }
}

/* Follows the waiting periods, without the affinities above the diagonal. */
static void end_waiting(qd_values_t *self, const qd_state_t *state, const double *bond)
{
    if (self->waiting == 0)
        return;
    if (self->by.deepening != 0.0)
        follow_waiting(self, state, bond, true);
    else
        follow_waiting(self, state, bond, false);
    self->waiting = 0;
}

/* ---- periods that must be looked at -------------------------------------------------------------------- */

/* |v_i - v_j|^2 / (2 h^2) of some pairs from j on. value: [2][padded]. */
INLINE qd_reals_t unlikeness(const double *value, size_t padded, size_t i, size_t j, double sharpness)
{
    const double *vx = value, *vy = value + padded;
    qd_reals_t dx = vx[i] - QD_REALS_OF(vx + j), dy = vy[i] - QD_REALS_OF(vy + j);
    return (dx * dx + dy * dy) * sharpness;
}

/* Whether no logarithm of state i's row has moved by more than NEAR in this period; puts their negatives into
 * self->fresh. It also looks at the states beyond the last vector of the row, of qd_padded(i), of which
 * nothing is kept. */
static bool is_near(const qd_values_t *self, const qd_state_t *state, size_t i)
{
    const double *value = state->value;
    double sharpness = self->by.sharpness;
    size_t j = 0, padded = state->padded;
    qd_reals_t farthest = {0};
    for (; j < i; j += QD_REALS) {
        qd_reals_t is = unlikeness(value, padded, i, j, sharpness);
        qd_reals_t step = QD_REALS_OF(self->unlike + i * padded + j) - is;
        farthest = QD_REALS_LARGER(QD_REALS_ABSOLUTE(step), farthest);
        QD_REALS_AT(self->fresh + j) = is;
    }
    for (; j < qd_padded(i); j += QD_REALS) {
        qd_reals_t is = unlikeness(value, padded, i, j, sharpness);
        qd_reals_t step = unlikeness(self->followed, padded, i, j, sharpness) - is;
        farthest = QD_REALS_LARGER(QD_REALS_ABSOLUTE(step), farthest);
        QD_REALS_AT(self->fresh + j) = is;
    }
    return qd_reals_bits(QD_REALS_BELOW(qd_reals_all(NEAR), farthest)) == 0;
}

/* A row that is near. To be inlined with constant `clubs`. */
INLINE void follow_near_row(const qd_values_t *self, const qd_state_t *state, size_t i, const double *bond,
                            bool clubs)
{
    const qd_follow_t by = self->by;
    const double *fresh = self->fresh;
    size_t at = i * state->padded, end = at + i;
    for (; at < end; at += QD_REALS, fresh += QD_REALS) {
        pairs_t pairs = load_pairs(self, state, at, &by, bond, clubs);
        follow_near(&pairs, QD_REALS_OF(fresh), &by);
        store_pairs(self, state, at, &pairs);
    }
}

/* Any other row. The exponentials wait where B' belongs, which is set when it is read. */
static void follow_far_row(const qd_values_t *self, const qd_state_t *state, size_t i, const double *bond)
{
    const qd_follow_t by = self->by;
    const double *fresh = self->fresh;
    double *baseline = state->baseline + i * state->padded;
    for (size_t j = 0; j < qd_padded(i); j++)
        baseline[j] = -fresh[j];
    qd_exp_all(baseline, qd_padded(i));
    for (size_t j = 0; j < i; j += QD_REALS) {
        size_t at = i * state->padded + j;
        pairs_t pairs = load_pairs(self, state, at, &by, bond, by.deepening != 0.0);
        follow_pairs(&pairs, QD_REALS_OF(fresh + j), QD_REALS_OF(baseline + j), &by);
        store_pairs(self, state, at, &pairs);
    }
}

/* Follows the present period; nothing waits. */
static void look_at_rows(const qd_values_t *given, const qd_state_t *order, const double *bond)
{
    const qd_values_t self = *given; /* local copies, which no store to an array can change */
    const qd_state_t state = *order;
    for (size_t i = 1; i < state.n; i++)
        if (!is_near(&self, &state, i))
            follow_far_row(&self, &state, i, bond);
        else if (self.by.deepening != 0.0)
            follow_near_row(&self, &state, i, bond, true);
        else
            follow_near_row(&self, &state, i, bond, false);
}

/* ---- periods ------------------------------------------------------------------------------------------- */

static double largest_of(qd_reals_t x)
{
    double most = x[0];
    for (size_t l = 1; l < QD_REALS; l++)
        most = x[l] > most ? x[l] : most;
    return most;
}

/* Whether no logarithm of any pair can have moved by more than NEAR in this period. With d_ij = v_i - v_j,
 * each d has moved by at most 2 s, s the longest step of a value, and | |d|^2 - |d'|^2 | <= |d - d'| (|d| +
 * |d'|) <= 2 s (2 D + 2 s), D the diagonal of the rectangle that holds the values (and 0, that of the
 * padding). */
static bool all_near(const qd_values_t *self, const qd_state_t *state, double sharpness)
{
    const double *restrict vx = state->value, *restrict vy = vx + state->padded;
    const double *restrict wx = self->followed, *restrict wy = wx + state->padded;
    qd_reals_t step = {0}, right = {0}, left = {0}, up = {0}, down = {0};
    for (size_t i = 0; i < state->padded; i += QD_REALS) {
        qd_reals_t x = QD_REALS_OF(vx + i), y = QD_REALS_OF(vy + i);
        qd_reals_t dx = x - QD_REALS_OF(wx + i), dy = y - QD_REALS_OF(wy + i);
        step = QD_REALS_LARGER(dx * dx + dy * dy, step);
        right = QD_REALS_LARGER(x, right);
        left = QD_REALS_LARGER(-x, left);
        up = QD_REALS_LARGER(y, up);
        down = QD_REALS_LARGER(-y, down);
    }
    double width = largest_of(right) + largest_of(left), height = largest_of(up) + largest_of(down);
    double s = sqrt(largest_of(step)), squared = width * width + height * height;
    double rounding = 1e-12 * (1.0 + squared);
    return sharpness * (2.0 * s * (2.0 * sqrt(squared) + 2.0 * s) + rounding) < NEAR;
}

void qd_values_relax(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p, const double *bond)
{
    const qd_follow_t by = {.sharpness = qd_sharpness(p->affinity_values_scale),
                            .weight = 2.0 * p->affinity_values,
                            .deepening = state->depth > 0 ? p->clubs_deepening : 0.0,
                            .rate = p->affinity_relaxation,
                            .rest = 1.0 - p->affinity_relaxation};
    if (self->waiting == QD_WAITING_MAX || memcmp(&by, &self->by, sizeof by) != 0)
        end_waiting(self, state, bond);
    self->by = by;
    if (all_near(self, state, by.sharpness)) {
        add_end(self, state);
        self->waiting++;
    } else {
        end_waiting(self, state, bond);
        look_at_rows(self, state, bond);
    }
    memcpy(self->followed, state->value, 2 * state->padded * sizeof *self->followed);
    self->half = true;
    self->stale = false;
}

void qd_values_catch_up(qd_values_t *self, qd_state_t *state, const double *bond)
{
    end_waiting(self, state, bond);
    if (self->half)
        qd_state_mirror(state, state->affinity, 0.0);
    self->half = false;
}

void qd_values_rescale(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    if (self->moved)
        set_alike(self, state, p);
}
