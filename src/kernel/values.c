#include "kernel/values.h"

#include <string.h>

#include "math/elementary.h"
#include "math/reduce.h"

/* The values are about to move for the first time. */
static void begin(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    memcpy(self->root, state->value, 2 * state->padded * sizeof *self->root);
    (void)qd_state_set_alike(state, p->affinity_values_scale, self->alike);
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

bool qd_values_follow(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p)
{
    double step = 2.0 * p->affinity_values; /* V = 2 alike - 1 */
    size_t padded = state->padded, at = 0;
    if (!self->stale)
        return false;
    (void)qd_state_set_alike(state, p->affinity_values_scale, self->fresh);
    for (size_t i = 0; i < state->n; at += qd_padded(i++)) {
        double *restrict row = state->anchor + i * padded;
        const double *restrict new = self->fresh + at, *restrict old = self->alike + at;
        for (size_t j = 0; j < qd_padded(i); j += QD_REALS)
            QD_REALS_AT(row + j) += step * (QD_REALS_OF(new + j) - QD_REALS_OF(old + j));
    }
    double *old = self->alike;
    self->alike = self->fresh;
    self->fresh = old;
    self->stale = false;
    return true;
}

void qd_values_rescale(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    if (self->moved)
        (void)qd_state_set_alike(state, p->affinity_values_scale, self->alike);
}
