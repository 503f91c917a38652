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

/* e^r to the last bits for |r| <= STEP, by its series. */
#define STEP 0.03125
static inline qd_reals_t step_up(qd_reals_t r)
{
    qd_reals_t r2 = r * r, low = (1.0 + r) + r2 * (1.0 / 2.0 + r * (1.0 / 6.0));
    qd_reals_t high = (1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5040.0));
    return low + (r2 * r2) * high;
}

/* Whether no pair's logarithm has moved by more than STEP. */
static bool moved_little(const double *restrict new, const double *restrict old, size_t count)
{
    qd_mask_t far = {0};
    for (size_t k = 0; k < count; k += QD_REALS) {
        qd_reals_t step = QD_REALS_OF(new + k) - QD_REALS_OF(old + k);
        far |= (qd_mask_t)(QD_REALS_ABSOLUTE(step) > STEP);
    }
    return qd_reals_bits(far) == 0;
}

/* Values move by little in a period: the new V is the old one times a short series. */
bool qd_values_follow(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p)
{
    const double weight = 2.0 * p->affinity_values; /* V = 2 alike - 1 */
    size_t padded = state->padded, at = 0;
    double *restrict alike = self->alike, *new = self->fresh, *old = self->unlike;
    if (!self->stale)
        return false;
    size_t count = qd_state_set_unlike(state, p->affinity_values_scale, new);
    bool little = moved_little(new, old, count);
    for (size_t i = 0; i < state->n; at += qd_padded(i++)) {
        double *restrict row = state->anchor + i * padded;
        for (size_t j = 0; j < qd_padded(i); j += QD_REALS) {
            qd_reals_t was = QD_REALS_OF(alike + at + j), is;
            if (little)
                is = was * step_up(QD_REALS_OF(new + at + j) - QD_REALS_OF(old + at + j));
            else
                for (size_t l = 0; l < QD_REALS; l++)
                    is[l] = qd_exp(new[at + j + l]);
            QD_REALS_AT(row + j) += weight * (is - was);
            QD_REALS_AT(alike + at + j) = is;
        }
    }
    self->unlike = new;
    self->fresh = old;
    self->stale = false;
    return true;
}

void qd_values_rescale(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    if (self->moved)
        set_alike(self, state, p);
}
