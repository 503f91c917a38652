/* Power files, read by qd_power_load.
 *
 *     name, about   optional texts, not used
 *     members       names and weights under `quota`; or, beside `rules`, a list of names: their order
 *     quota         the weight that a coalition must reach
 *     rules         a list of {weights: {name: weight, ...}, quota: Q}, all of which must pass
 *     veto          names of members whose consent is required
 *
 * If both are given, `rules` hold in addition to `members` and `quota`. A member that a rule does not name has
 * weight 0 in it. Without `members`, the members are the names in the rules, in order of appearance. */
#ifndef QD_LANDSCAPE_POWER_FILE_H
#define QD_LANDSCAPE_POWER_FILE_H

#include "yaml/reader.h"
#include "quadrille/power.h"

/* The same from a document in memory, loaded with `error`. */
QD_MUST_USE qd_status_t qd_power_read(const qd_yaml_t *document, qd_power_t **self, qd_error_t *error);

#endif
