/* Verifying what a result file says about its rows. */
#ifndef QD_ENGINE_VERIFY_STATISTICS_H
#define QD_ENGINE_VERIFY_STATISTICS_H

#include <stddef.h>

#include "quadrille/experiment.h"
#include "store/index.h"

/* Whether the rows of a result file are those of its tallies, and its summaries, paths, contrasts, indices
 * and verdicts those that follow from both: they are made again, in a scratch file below $TMPDIR. Writes what
 * differs first into `difference`,
 * "" where nothing does. */
QD_MUST_USE qd_status_t qd_verify_statistics(const qd_experiment_t *experiment, qd_index_t *index,
                                             const char *path, char *difference, size_t size,
                                             qd_error_t *error);

#endif
