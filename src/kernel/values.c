#include "kernel/values.h"

#include <string.h>

#include "math/elementary.h"
#include "math/reduce.h"

/* V of all pairs for the values as they are. */
static void set_alike(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    size_t count = qd_state_set_unlike(state, p->affinity_values_scale, self->unlike);
    memcpy(self->alike, self->unlike, count * sizeof *self->alike);
    qd_exp_all(self->alike, count);
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

/* One row of pairs: state i with those before it, and what pads the row. */
typedef struct {
    size_t count;                                       /* qd_padded(i) */
    const double *old, *bond;                           /* log of (V + 1) / 2 as last followed; [count] */
    double *new, *alike, *anchor, *baseline, *affinity; /* [count] */
} row_t;

/* The logarithms for the values as they are. Returns whether none has moved by more than NEAR. */
static bool set_logarithms(const row_t *row, const qd_state_t *state, size_t i, double sharpness)
{
    const double *restrict vx = state->value, *restrict vy = vx + state->padded, *restrict old = row->old;
    double *restrict new = row->new;
    const qd_reals_t x = qd_reals_all(vx[i]), y = qd_reals_all(vy[i]), scale = qd_reals_all(sharpness);
    qd_reals_t farthest = {0};
    for (size_t j = 0; j < row->count; j += QD_REALS) {
        qd_reals_t dx = x - QD_REALS_OF(vx + j), dy = y - QD_REALS_OF(vy + j);
        qd_reals_t is = -(dx * dx + dy * dy) * scale; /* qd_unlikeness */
        farthest = QD_REALS_LARGER(QD_REALS_ABSOLUTE(is - QD_REALS_OF(old + j)), farthest);
        QD_REALS_AT(new + j) = is;
    }
    return qd_reals_bits(QD_REALS_BELOW(qd_reals_all(NEAR), farthest)) == 0;
}

/* What a period does to every pair. */
typedef struct {
    double weight; /* X += weight (alike new - alike old): 2 omega, as V = 2 alike - 1 */
    double deepening;
    double rate; /* A += rate (B' - A) */
} follow_t;

/* (V + 1) / 2 of a row, X, B' and A. Of logarithms that are not near, the exponentials wait where B' will
 * be. To be inlined with constant `near` and `clubs`. */
static inline __attribute__((always_inline)) void follow_row(const row_t *row, follow_t by, bool near,
                                                             bool clubs)
{
    const double *restrict old = row->old, *restrict new = row->new, *restrict bond = row->bond;
    double *restrict alike = row->alike, *restrict anchor = row->anchor, *restrict baseline = row->baseline;
    double *restrict affinity = row->affinity, rest = 1.0 - by.rate;
    for (size_t j = 0; j < row->count; j += QD_REALS) {
        qd_reals_t was = QD_REALS_OF(alike + j), is = QD_REALS_OF(baseline + j);
        if (near)
            is = was * exp_of_step(QD_REALS_OF(new + j) - QD_REALS_OF(old + j));
        qd_reals_t x = QD_REALS_OF(anchor + j) + by.weight * (is - was);
        qd_reals_t b = qd_values_baseline(x, clubs ? by.deepening : 0.0, bond + j);
        QD_REALS_AT(alike + j) = is;
        QD_REALS_AT(anchor + j) = x;
        QD_REALS_AT(baseline + j) = b;
        QD_REALS_AT(affinity + j) = rest * QD_REALS_OF(affinity + j) + by.rate * b;
    }
}

static void follow(const row_t *row, follow_t by, bool near)
{
    if (near && by.deepening != 0.0)
        follow_row(row, by, true, true);
    else if (near)
        follow_row(row, by, true, false);
    else {
        memcpy(row->baseline, row->new, row->count * sizeof *row->new);
        qd_exp_all(row->baseline, row->count);
        follow_row(row, by, false, true);
    }
}

void qd_values_relax(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p, const double *bond)
{
    follow_t by = {.weight = 2.0 * p->affinity_values,
                   .deepening = state->depth > 0 ? p->clubs_deepening : 0.0,
                   .rate = p->affinity_relaxation};
    double *old = self->unlike, sharpness = qd_sharpness(p->affinity_values_scale);
    for (size_t i = 0, at = 0; i < state->n; at += qd_padded(i++)) {
        size_t here = i * state->padded;
        const row_t row = {.count = qd_padded(i),
                           .old = old + at,
                           .new = self->fresh + at,
                           .alike = self->alike + at,
                           .anchor = state->anchor + here,
                           .baseline = state->baseline + here,
                           .affinity = state->affinity + here,
                           .bond = bond + here};
        follow(&row, by, set_logarithms(&row, state, i, sharpness));
    }
    qd_state_mirror(state, state->affinity, 0.0);
    self->unlike = self->fresh;
    self->fresh = old;
    self->stale = false;
}

void qd_values_rescale(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    if (self->moved)
        set_alike(self, state, p);
}
