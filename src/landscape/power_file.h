/* Power files (interface.md, "Landscape and power files"): what qd_power_load reads.
 *
 *     name, about   optional texts, not used
 *     members       names and weights under `quota`; or, beside `rules`, a list of names: their order
 *     quota         what a coalition must reach
 *     rules         a list of {weights: {name: weight, ...}, quota: Q}, all of which must pass
 *     veto          names of members without whom nothing passes
 *
 * Rules hold besides `members` and `quota` where both are given. A member that a rule does not name has
 * weight 0 in it. Without `members`, every name of the rules is one, in the order in which they appear. */
#ifndef QD_LANDSCAPE_POWER_FILE_H
#define QD_LANDSCAPE_POWER_FILE_H

#include "yaml/reader.h"
#include "quadrille/power.h"

/* The same from a document in memory, whose faults go to `error`. */
QD_MUST_USE qd_status_t qd_power_read(const qd_yaml_t *document, qd_power_t **self, qd_error_t *error);

#endif
