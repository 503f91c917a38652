/* Values that converge (model.md part 12), and the target of affinities when values move or clubs deepen.
 *
 * The unclamped baseline X follows values: X_ij += omega (V_ij new - V_ij old). Several moves within a period
 * are one step, taken at its end. As V = 2 alike - 1, X is the sum of a pull = 2 omega alike, which changes
 * with the values, and of a constant rest. Once values have moved, state->anchor holds the rest. */
#ifndef QD_KERNEL_VALUES_H
#define QD_KERNEL_VALUES_H

#include <stdbool.h>

#include "quadrille/registry.h"
#include "world/state.h"

typedef struct {
    bool moved;       /* values may not be those of the start: what follows is set */
    bool stale;       /* values have moved since the end of the last period */
    bool half;        /* affinities have been followed below the diagonal alone */
    double *root;     /* [2][padded] v(0) */
    double *followed; /* [2][padded] the values at the end of the last period */
    double *scaled;   /* [2][padded] the same times `scale` */
    double scale;     /* 1 / (sqrt(2) h) */
    double spread;    /* a bound of the distance of two values */
    /* [padded][padded], of the pairs below the diagonal: */
    double *pull;     /* 2 omega alike, alike = (V + 1) / 2 */
    double *unlike;   /* minus the logarithm of alike */
    double *raise;    /* deepening times the bond of two states, max_k min(d_ik, d_jk) / Lambda; not set where
                       there are no clubs, until values move */
    double *aim;      /* state->anchor + raise */
    size_t clamped;   /* rows from here on need no clamp, */
    double deepening; /* for this one */
    double *fresh;    /* [padded] scratch */
} qd_values_t;

/* Moves the states with x = +1 towards their mean, weighted by capability: v_i += convergence (mean -
 * v_i). */
void qd_values_converge(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p, const double *x);

/* End of a period: v_i += roots (v_i(0) - v_i). */
void qd_values_return(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p);

/* After a change of `raise`. */
void qd_values_aim(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p);

/* Sets B' = clamp(clamp(X) + raise), both to [-1, 1], of the pairs below the diagonal. */
void qd_values_set_baseline(const qd_values_t *self, const qd_state_t *state);

/* End of a period in which values moved (`stale`): X follows them, and affinities relax towards B' by one
 * period, above the diagonal in qd_values_catch_up. state->baseline is not set. */
void qd_values_relax(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p);

/* Brings both halves of the affinities up to date, before any of them is read. */
void qd_values_catch_up(qd_values_t *self, const qd_state_t *state);

/* After a change of affinity.values_scale: X stays, and V is that of the new scale. */
void qd_values_rescale(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p);

#endif
