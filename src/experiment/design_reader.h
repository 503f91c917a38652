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

/* Reads the mapping into load->self->design.factor, in file order. Faults are left in the document (then
 * false). */
bool qd_factors_read(qd_loading_t *load, const qd_yaml_node_t *map);

/* Factors of a list of points: every name that an item sets to a constant, in the order of the registry;
 * levels: the different values, ascending. */
bool qd_factors_of_items(qd_loading_t *load);

void qd_factors_free(qd_design_t *design);

/* "name: {values: [...]}" */
void qd_write_factor(FILE *out, const qd_factor_t *factor);

#endif
