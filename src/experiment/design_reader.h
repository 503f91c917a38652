/* `design:` - what differs between points: grid, list, lhs, sobol, saltelli, morris. */
#ifndef QD_EXPERIMENT_DESIGN_READER_H
#define QD_EXPERIMENT_DESIGN_READER_H

#include <stdio.h>

#include "experiment/loading.h"

/* Reads the mapping into load->self->design (and load->item for a list of points). Faults are left in the
 * document. */
void qd_design_read(qd_loading_t *load, const qd_yaml_node_t *map);
void qd_items_free(qd_loading_t *load);

const char *qd_design_name(qd_design_type_t type); /* "grid", ...; "none" */

/* "{type: grid, factors: {...}, points: ...}"; without the points and without what is derived from them if
 * `whole` is false. */
void qd_write_design(FILE *out, const qd_loading_t *load, bool whole);

#endif
