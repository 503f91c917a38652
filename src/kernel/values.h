/* Values that converge (model.md part 12), and what affinities relax to when values move or clubs deepen.
 *
 * The unclamped baseline X (state->anchor) follows values: X_ij += omega (V_ij new - V_ij old). As V is kept for
 * the present values, several moves within a period are one step: it is taken where B is needed next. */
#ifndef QD_KERNEL_VALUES_H
#define QD_KERNEL_VALUES_H

#include <stdbool.h>

#include "quadrille/registry.h"
#include "world/state.h"

/* Matrices as rows of qd_padded(i) numbers, i < n, one after the other: the pairs below the diagonal. */
typedef struct {
    bool moved;   /* values may not be those of the start: what follows is set */
    bool stale;   /* values have moved since `alike` was made */
    double *root; /* [2][padded] v(0) */
    /* of the pairs below the diagonal, for the values last followed (qd_state_set_unlike): */
    double *alike;  /* (V + 1) / 2 */
    double *unlike; /* its logarithm */
    double *fresh;  /* scratch */
} qd_values_t;

/* Those with x = +1 move towards their mean, weighted by capability: v_i += convergence (mean - v_i). */
void qd_values_converge(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p, const double *x);

/* End of a period: v_i += roots (v_i(0) - v_i). */
void qd_values_return(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p);

/* Brings X up to date with the values; false where it was so. */
bool qd_values_follow(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p);

/* affinity.values_scale has changed: V anew; values have been followed. */
void qd_values_rescale(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p);

#endif
