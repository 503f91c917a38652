/* `design:`, the differences between points; the types are the rows of quadrille/designs.def. */
#ifndef QD_EXPERIMENT_DESIGN_READER_H
#define QD_EXPERIMENT_DESIGN_READER_H

#include <stdio.h>

#include "experiment/loading.h"

/* Reads the mapping into load->self->design (and load->item for a list of points). Faults are left in the
 * document. */
void qd_design_read(qd_loading_t *load, const qd_yaml_node_t *map);
void qd_items_free(qd_loading_t *load);

/* "{type: grid, factors: {...}, points: ...}"; without the points and values derived from them if
 * `whole` is false. */
void qd_write_design(FILE *out, const qd_loading_t *load, bool whole);

/* `factors:` of a design: name: {values: [...]} | {linspace: [a, b, n]} | {logspace: [a, b, n]} | a
 * distribution. */

#define QD_LEVELS_MAX 10000

void qd_factors_free(qd_design_t *design);

#endif
