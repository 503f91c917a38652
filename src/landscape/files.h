/* The files of landscapes and of power. Landscape files are read by qd_landscape_load:
 *
 *     name, about   optional texts, not used
 *     rule          two-camps or blocs
 *     method        exact (if absent) or search
 *     starts, seed  of a search; 1000 and 1 if absent
 *     actors        names and sizes, or a list of names (size 1)
 *     propensity    a symmetric matrix in the actors' order, row by row; or
 *     ties          a CSV file (qd_ties_read), relative to this file */
#ifndef QD_LANDSCAPE_FILES_H
#define QD_LANDSCAPE_FILES_H

#include "quadrille/landscape.h"
#include "quadrille/power.h"
#include "yaml/reader.h"

/* The same from a document in memory. `ties` is relative to `folder` (empty, or ending in '/'). `error` must
 * be the one with which the document was loaded. */
QD_MUST_USE qd_status_t qd_landscape_read(const qd_yaml_t *document, const char *folder,
                                          qd_landscape_t **self, qd_error_t *error);

/* Signed edge lists: CSV files (base/csv.h) with the header a,b,sign and one tie per line. */

/* Reads ties into a landscape. With `self` given, names must be its actors; otherwise *made is a new
 * landscape whose actors are the names in the order in which they appear, with size 1. sign: +1, -1 or any
 * other finite number but 0, the propensity of the pair. A duplicate pair (in either direction), a tie of an
 * actor with itself, an unknown name, a malformed line: each is reported with FILE:LINE:COLUMN, at most 20 of
 * them. Exactly one of self and made is NULL. */
QD_MUST_USE qd_status_t qd_ties_read(const char *path, qd_landscape_t *self, qd_landscape_t **made,
                                     qd_error_t *error);

/* Power files, read by qd_power_load.
 *
 *     name, about   optional texts, not used
 *     members       names and weights under `quota`; or, beside `rules`, a list of names: their order
 *     quota         the weight that a coalition must reach
 *     rules         a list of {weights: {name: weight, ...}, quota: Q}, all of which must pass
 *     veto          names of members whose consent is required
 *
 * If both are given, `rules` hold in addition to `members` and `quota`. A member that a rule does not name
 * has weight 0 in it. Without `members`, the members are the names in the rules, in order of appearance. */

/* The same from a document in memory, loaded with `error`. */
QD_MUST_USE qd_status_t qd_power_read(const qd_yaml_t *document, qd_power_t **self, qd_error_t *error);

#endif
