/* Rows that a plugin adds behind the model's own. */
#ifndef QD_REGISTRY_OWN_H
#define QD_REGISTRY_OWN_H

#include "quadrille/registry.h"

/* There is room for QD_OWN_PARAMETERS and QD_OWN_OUTCOMES. Texts must outlive the process's use of the registry. */
void qd_own_parameter_add(const qd_parameter_info_t *info);
void qd_own_outcome_add(const qd_outcome_info_t *info);

#endif
