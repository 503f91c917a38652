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

/* Sets B' = clamp(clamp(X) + deepening bond), both to [-1, 1], of the pairs below the diagonal, bond that
 * of the pair: max_k min(d_ik, d_jk) / Lambda, as rows of `padded` numbers, not read where deepening is
 * 0. Nothing may be waiting. */
void qd_values_set_baseline(const qd_state_t *state, const qd_parameters_t *p, const double *bond);

/* End of a period in which values moved (`stale`): X follows them, and affinities relax towards B' by one
 * period, at the latest in qd_values_catch_up. state->baseline is not set. */
void qd_values_relax(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p, const double *bond);

/* Brings X and both halves of the affinities up to date; before any of them is read, and before bond or
 * the scale of values changes. */
void qd_values_catch_up(qd_values_t *self, qd_state_t *state, const double *bond);

/* After a change of affinity.values_scale: computes V anew; nothing may be waiting. */
void qd_values_rescale(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p);

#endif
