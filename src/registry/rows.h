/* Rows behind the public tables: those of a plugin, and sentences about the model. */
#ifndef QD_REGISTRY_ROWS_H
#define QD_REGISTRY_ROWS_H

#include "quadrille/registry.h"

/* Adds a plugin's row behind the model's own. There is room for QD_OWN_PARAMETERS and QD_OWN_OUTCOMES. Texts
 * must outlive the process's use of the registry. */
void qd_own_parameter_add(const qd_parameter_info_t *info);
void qd_own_outcome_add(const qd_outcome_info_t *info);

/* The assumptions of the model and its findings, as sentences (assumptions.def). Each list ends with NULL. */
extern const char *const qd_assumed[];
extern const char *const qd_found[];

#endif
