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

/* Matrices as rows of qd_padded(i) numbers, i < n, one after the other: the pairs below the diagonal. */
typedef struct {
    bool moved;       /* values may not be those of the start: what follows is set */
    bool stale;       /* values have moved since `alike` was made */
    double *root;     /* [2][padded] v(0) */
    double *followed; /* [2][padded] the values last followed */
    /* of the pairs below the diagonal, for these (qd_state_set_unlike): */
    double *alike;  /* (V + 1) / 2 */
    double *unlike; /* minus its logarithm */
    double *fresh;  /* [padded] scratch */
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

/* The values have moved (`stale`): brings X and B' up to date, and relaxes the affinities towards B' by one
 * period. bond: as rows of `padded` numbers below the diagonal; not read without clubs or deepening. */
void qd_values_relax(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p, const double *bond);

/* After a change of affinity.values_scale: computes V anew; values have been followed. */
void qd_values_rescale(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p);

#endif
