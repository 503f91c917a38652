/* `claims:`, statements made before a run and judged after it. Reads the list and resolves every arm to
 * points: an arm is a mapping of names to values, {doctrine: rumsfeld, institution.target: 0.9}, and possibly
 * {point: label}. Where every name is a factor of the design, it stands for all design points that have these
 * values (to 1e-9); otherwise a point of its own is appended to the experiment, the file's parameters plus
 * what the arm sets; equal arms share one. */
#ifndef QD_EXPERIMENT_CLAIMS_READER_H
#define QD_EXPERIMENT_CLAIMS_READER_H

#include <stdio.h>

#include "experiment/loading.h"

/* Needs the orders and the design's points. Faults are left in the document. */
void qd_claims_read(qd_loading_t *load, const qd_yaml_node_t *list);
void qd_claims_free(qd_experiment_t *self);

/* The text of a node on one line. */
void qd_write_node(FILE *out, const qd_yaml_node_t *node);

/* The list in canonical form, one claim per line. */
void qd_write_claims(FILE *out, const qd_yaml_node_t *list);

#endif
