/* Publics (model.md part 11): how missions and wars move the support y of each state. x: [padded], who joined
 * (+1), stayed out (0), opposed (-1). */
#ifndef QD_KERNEL_PUBLICS_H
#define QD_KERNEL_PUBLICS_H

#include <stdbool.h>

#include "quadrille/registry.h"
#include "world/state.h"

/* A mission has ended: of those who joined, y += gain (1 - y) on success, y -= loss y on failure. */
void qd_publics_judge(qd_state_t *state, const qd_parameters_t *p, const double *x, bool success);

/* After a war y -= loss y of all who took a side. */
void qd_publics_mourn(qd_state_t *state, const qd_parameters_t *p, const double *x);

/* A mission goes on: y -= wear y of those who are in it. */
void qd_publics_tire(qd_state_t *state, const qd_parameters_t *p, const double *x);

/* End of a period: y += relaxation (1/2 - y). */
void qd_publics_relax(qd_state_t *state, const qd_parameters_t *p);

#endif
