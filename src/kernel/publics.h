/* Publics (model.md part 11): the effects of missions and wars on the support y of each state. x: [padded], +1 for
 * states that joined, 0 for states that stayed out, -1 for opponents. */
#ifndef QD_KERNEL_PUBLICS_H
#define QD_KERNEL_PUBLICS_H

#include <stdbool.h>

#include "quadrille/registry.h"
#include "world/state.h"

/* At the end of a mission: for states that joined, y += gain (1 - y) on success, y -= loss y on failure. */
void qd_publics_judge(qd_state_t *state, const qd_parameters_t *p, const double *x, bool success);

/* After a war: y -= loss y for all states that took a side. */
void qd_publics_mourn(qd_state_t *state, const qd_parameters_t *p, const double *x);

/* While a mission continues: y -= wear y for its members. */
void qd_publics_tire(qd_state_t *state, const qd_parameters_t *p, const double *x);

/* End of a period: y += relaxation (1/2 - y). */
void qd_publics_relax(qd_state_t *state, const qd_parameters_t *p);

#endif
