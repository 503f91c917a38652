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
    qd_sums_t sum = {0}, weight = {0};
    for (size_t i = 0; i < padded; i += QD_LANES)
        for (size_t k = 0; k < QD_PARTS; k++) {
            size_t at = i + k * QD_REALS;
            qd_reals_t size = QD_REALS_WHERE(QD_REALS_OF(x + at) > 0.0, QD_REALS_OF(c + at));
            weight.part[k] += size;
            sum.part[k] += size * QD_REALS_OF(v + at);
        }
    double whole = qd_sums_join(&weight);
    if (!(whole > 0.0))
        return;
    double mean = qd_sums_join(&sum) / whole;
    for (size_t i = 0; i < padded; i += QD_REALS) {
        qd_reals_t step = rate * (mean - QD_REALS_OF(v + i));
        QD_REALS_AT(v + i) += QD_REALS_WHERE(QD_REALS_OF(x + i) > 0.0, step);
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

/* Whether no pair's logarithm has moved by more than QD_EXP_NEAR. */
static bool moved_little(const double *restrict new, const double *restrict old, size_t count)
{
    qd_mask_t far = {0};
    for (size_t k = 0; k < count; k += QD_REALS) {
        qd_reals_t step = QD_REALS_OF(new + k) - QD_REALS_OF(old + k);
        far |= (qd_mask_t)(QD_REALS_ABSOLUTE(step) > QD_EXP_NEAR);
    }
    return qd_reals_bits(far) == 0;
}

/* (V + 1) / 2 for the new logarithms, in place of the old ones: values move by little in a period, and then it
 * is the old one times an exponential of a number near 0. */
static void set_new(double *restrict old, const double *restrict new, const double *restrict alike,
                    size_t count)
{
    if (moved_little(new, old, count)) {
        for (size_t k = 0; k < count; k++)
            old[k] = alike[k] * qd_exp_near(new[k] - old[k]);
        return;
    }
    memcpy(old, new, count * sizeof *old);
    qd_exp_all(old, count);
}

bool qd_values_follow(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p)
{
    const double weight = 2.0 * p->affinity_values; /* V = 2 alike - 1 */
    double *was = self->alike, *is = self->unlike, *new = self->fresh;
    size_t padded = state->padded, at = 0;
    if (!self->stale)
        return false;
    size_t count = qd_state_set_unlike(state, p->affinity_values_scale, new);
    set_new(is, new, was, count);
    for (size_t i = 0; i < state->n; at += qd_padded(i++)) {
        double *restrict row = state->anchor + i * padded;
        for (size_t j = 0; j < qd_padded(i); j += QD_REALS)
            QD_REALS_AT(row + j) += weight * (QD_REALS_OF(is + at + j) - QD_REALS_OF(was + at + j));
    }
    *self = (qd_values_t){.moved = true, .root = self->root, .alike = is, .unlike = new, .fresh = was};
    return true;
}

void qd_values_rescale(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    if (self->moved)
        set_alike(self, state, p);
}
