#include "kernel/values.h"

#include <string.h>

#include "math/elementary.h"
#include "math/reduce.h"

/* V of all pairs for the values as they are. */
static void set_alike(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    size_t count = qd_state_set_unlike(state, p->affinity_values_scale, self->alike);
    for (size_t k = 0; k < count; k++)
        self->unlike[k] = -self->alike[k];
    qd_exp_all(self->alike, count);
    memcpy(self->followed, state->value, 2 * state->padded * sizeof *self->followed);
}

/* The values are about to move for the first time. */
static void begin(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    memcpy(self->root, state->value, 2 * state->padded * sizeof *self->root);
    set_alike(self, state, p);
    self->moved = true;
    self->stale = false;
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

/* What a period does to every pair. */
typedef struct {
    double sharpness; /* 1 / (2 h^2) */
    double weight;    /* X += weight (alike new - alike old): 2 omega, as V = 2 alike - 1 */
    double deepening;
    double rate, rest; /* A = rest A + rate B', rest = 1 - rate */
} follow_t;

/* One row of pairs: state i with those before it, and what pads the row. */
typedef struct {
    size_t count;          /* qd_padded(i) */
    double x, y;           /* state i's values */
    const double *vx, *vy; /* [padded] the values */
    const double *bond;
    double *unlike, *alike, *anchor, *baseline, *affinity; /* [count] */
    double *fresh;                                         /* [count] scratch */
} row_t;

#define INLINE static inline __attribute__((always_inline))

/* |v_i - v_j|^2 / (2 h^2) of some pairs from j on. */
INLINE qd_reals_t unlikeness(const row_t *row, size_t j, double sharpness)
{
    qd_reals_t dx = row->x - QD_REALS_OF(row->vx + j), dy = row->y - QD_REALS_OF(row->vy + j);
    return (dx * dx + dy * dy) * sharpness;
}

/* X, B' and A of some pairs, of which (V + 1) / 2 was `was` and is `is`. */
INLINE void follow_pairs(qd_reals_t was, qd_reals_t is, const follow_t *by, bool clubs, const double *bond,
                         double *restrict anchor, double *restrict baseline, double *restrict affinity)
{
    qd_reals_t x = QD_REALS_OF(anchor) + by->weight * (is - was);
    qd_reals_t b = qd_values_baseline(x, clubs ? by->deepening : 0.0, bond);
    QD_REALS_AT(anchor) = x;
    QD_REALS_AT(baseline) = b;
    QD_REALS_AT(affinity) = by->rest * QD_REALS_OF(affinity) + by->rate * b;
}

/* A row of which no logarithm has moved by more than NEAR. */
INLINE void follow_near(const row_t *row, const follow_t *by, bool clubs)
{
    double *restrict unlike = row->unlike, *restrict alike = row->alike, *restrict anchor = row->anchor;
    double *restrict baseline = row->baseline, *restrict affinity = row->affinity;
    const double *restrict bond = row->bond;
    size_t count = row->count;
    for (size_t j = 0; j < count; j += QD_REALS) {
        qd_reals_t now = unlikeness(row, j, by->sharpness), step = QD_REALS_OF(unlike + j) - now;
        qd_reals_t was = QD_REALS_OF(alike + j), is = was * exp_of_step(step);
        QD_REALS_AT(unlike + j) = now;
        QD_REALS_AT(alike + j) = is;
        follow_pairs(was, is, by, clubs, bond + j, anchor + j, baseline + j, affinity + j);
    }
}

/* Any other row. The exponentials wait where B' will be. */
static void follow_far(const row_t *row, const follow_t *by)
{
    double *restrict alike = row->alike, *restrict baseline = row->baseline;
    const double *restrict fresh = row->fresh;
    size_t count = row->count;
    for (size_t j = 0; j < count; j++)
        baseline[j] = -fresh[j];
    memcpy(row->unlike, fresh, count * sizeof *fresh);
    qd_exp_all(baseline, count);
    for (size_t j = 0; j < count; j += QD_REALS) {
        qd_reals_t was = QD_REALS_OF(alike + j), is = QD_REALS_OF(baseline + j);
        QD_REALS_AT(alike + j) = is;
        follow_pairs(was, is, by, true, row->bond + j, row->anchor + j, baseline + j, row->affinity + j);
    }
}

/* Whether no logarithm of a row has moved by more than NEAR; puts their negatives into row->fresh. */
static bool is_near(const row_t *row, double sharpness)
{
    qd_reals_t farthest = {0};
    for (size_t j = 0; j < row->count; j += QD_REALS) {
        qd_reals_t is = unlikeness(row, j, sharpness);
        farthest = QD_REALS_LARGER(QD_REALS_ABSOLUTE(QD_REALS_OF(row->unlike + j) - is), farthest);
        QD_REALS_AT(row->fresh + j) = is;
    }
    return qd_reals_bits(QD_REALS_BELOW(qd_reals_all(NEAR), farthest)) == 0;
}

static double largest_of(qd_reals_t x)
{
    double most = x[0];
    for (size_t l = 1; l < QD_REALS; l++)
        most = x[l] > most ? x[l] : most;
    return most;
}

/* Whether no logarithm of any pair can have moved by more than NEAR. With d_ij = v_i - v_j, each d has moved by at
 * most 2 s, s the longest step of a value, and | |d|^2 - |d'|^2 | <= |d - d'| (|d| + |d'|) <= 2 s (2 D + 2 s), D the
 * diagonal of the rectangle that holds the values (and 0, that of the padding). */
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

static inline row_t row_of(const qd_values_t *self, const qd_state_t *state, const double *bond, size_t i,
                           size_t at)
{
    size_t here = i * state->padded;
    return (row_t){.x = state->value[i],
                   .y = state->value[state->padded + i],
                   .count = qd_padded(i),
                   .vx = state->value,
                   .vy = state->value + state->padded,
                   .bond = bond + here,
                   .unlike = self->unlike + at,
                   .alike = self->alike + at,
                   .anchor = state->anchor + here,
                   .baseline = state->baseline + here,
                   .affinity = state->affinity + here,
                   .fresh = self->fresh};
}

/* All rows, none of which need be looked at first. To be inlined with constant `clubs`. */
INLINE void follow_all(const qd_values_t *self, const qd_state_t *state, const follow_t *given,
                       const double *bond, bool clubs)
{
    const follow_t by = *given; /* which no store to an array can change */
    for (size_t i = 0, at = 0; i < state->n; at += qd_padded(i++)) {
        const row_t row = row_of(self, state, bond, i, at);
        follow_near(&row, &by, clubs);
    }
}

static void follow_row(const row_t *row, const follow_t *by)
{
    if (!is_near(row, by->sharpness))
        follow_far(row, by);
    else if (by->deepening != 0.0)
        follow_near(row, by, true);
    else
        follow_near(row, by, false);
}

void qd_values_relax(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p, const double *bond)
{
    const follow_t by = {.sharpness = qd_sharpness(p->affinity_values_scale),
                         .weight = 2.0 * p->affinity_values,
                         .deepening = state->depth > 0 ? p->clubs_deepening : 0.0,
                         .rate = p->affinity_relaxation,
                         .rest = 1.0 - p->affinity_relaxation};
    bool near = all_near(self, state, by.sharpness);
    if (near && by.deepening != 0.0)
        follow_all(self, state, &by, bond, true);
    else if (near)
        follow_all(self, state, &by, bond, false);
    for (size_t i = 0, at = 0; !near && i < state->n; at += qd_padded(i++)) {
        const row_t row = row_of(self, state, bond, i, at);
        follow_row(&row, &by);
    }
    memcpy(self->followed, state->value, 2 * state->padded * sizeof *self->followed);
    qd_state_mirror(state, state->affinity, 0.0);
    self->stale = false;
}

void qd_values_rescale(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    if (self->moved)
        set_alike(self, state, p);
}
