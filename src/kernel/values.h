/* Values that converge (model.md part 12), and the target of affinities when values move or clubs deepen.
 *
 * The unclamped baseline X (state->anchor) follows values: X_ij += omega (V_ij new - V_ij old). V is kept for
 * the values last followed, so that several moves within a period are one step, taken at its end. */
#ifndef QD_KERNEL_VALUES_H
#define QD_KERNEL_VALUES_H

#include <stdbool.h>

#include "math/reals.h"
#include "quadrille/registry.h"
#include "world/state.h"

/* What a period does to every pair. */
typedef struct {
    double sharpness; /* 1 / (2 h^2) */
    double weight;    /* X += weight (alike new - alike old): 2 omega, as V = 2 alike - 1 */
    double deepening;
    double rate, rest; /* A = rest A + rate B', rest = 1 - rate */
} qd_follow_t;

#define QD_WAITING_MAX 4

/* Periods wait to be followed until something reads the affinities: one pass then takes every pair through
 * them, with the bits of a pass for each. */
typedef struct {
    bool moved;       /* values may not be those of the start: what follows is set */
    bool stale;       /* values have moved since the end of the last period */
    bool half;        /* affinities have been followed below the diagonal alone */
    double *root;     /* [2][padded] v(0) */
    double *followed; /* [2][padded] the values at the end of the last period */
    /* [padded][padded], of the pairs below the diagonal, after the periods that have been followed: */
    double *alike;  /* (V + 1) / 2 */
    double *unlike; /* minus its logarithm (qd_state_set_unlike) */
    double *fresh;  /* [padded] scratch */
    size_t waiting; /* periods that are not followed yet */
    double *ends;   /* the values at their ends (values.c) */
    qd_follow_t by; /* for all of them */
} qd_values_t;

/* Moves the states with x = +1 towards their mean, weighted by capability: v_i += convergence (mean -
 * v_i). */
void qd_values_converge(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p, const double *x);

/* End of a period: v_i += roots (v_i(0) - v_i). */
void qd_values_return(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p);

/* B' = clamp(clamp(X) + deepening bond), both to [-1, 1], bond that of the pair: max_k min(d_ik, d_jk) /
 * Lambda. It is not read where deepening is 0. */
static inline qd_reals_t qd_values_baseline(qd_reals_t x, double deepening, const double *bond)
{
    const qd_reals_t low = qd_reals_all(-1.0), high = qd_reals_all(1.0);
    qd_reals_t b = QD_REALS_LARGER(QD_REALS_SMALLER(x, high), low);
    if (deepening == 0.0)
        return b;
    return QD_REALS_SMALLER(b + deepening * QD_REALS_OF(bond), high); /* neither factor is negative */
}

/* End of a period in which values moved (`stale`): X and B' follow them, and affinities relax towards B' by
 * one period, at the latest in qd_values_catch_up. bond: as rows of `padded` numbers below the diagonal; not
 * read without clubs or deepening. */
void qd_values_relax(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p, const double *bond);

/* Brings X, B' and both halves of the affinities up to date; before any of them is read, and before bond or
 * the scale of values changes. */
void qd_values_catch_up(qd_values_t *self, qd_state_t *state, const double *bond);

/* After a change of affinity.values_scale: computes V anew; nothing may be waiting. */
void qd_values_rescale(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p);

#endif
