/* Facts about outcomes: counts per crisis, bounds, and the outcomes that are kept as rows of each world. */
#ifndef QD_ENGINE_COLUMNS_H
#define QD_ENGINE_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/worker.h"
#include "quadrille/experiment.h"
#include "store/index.h"

/* Whether the outcome is a count divided by the number of the world's crises. */
bool qd_outcome_per_crisis(qd_outcome_t outcome);

/* Returns the greatest value of an outcome in the worlds of a cell; INFINITY where none is known. */
double qd_outcome_greatest(qd_outcome_t outcome, const qd_cell_size_t *size);

/* The kind of parts that a run of the experiment writes. */
qd_part_kind_t qd_kept_kind(const qd_experiment_t *experiment);

/* Whether the contents of an index, if any, are of that kind. Missing rows cannot be recovered, and the
 * result has no place for columns that the experiment does not name. */
bool qd_is_kept_kind(const qd_index_t *index, const qd_experiment_t *experiment);

/* The same check of a result file that is read by its own experiment: QD_ERROR_INPUT if it fails. */
QD_MUST_USE qd_status_t qd_check_kept_kind(const qd_index_t *index, const qd_experiment_t *experiment,
                                           const char *path, qd_error_t *error);

#endif
