/* Tallies of worlds that are played again, (point, order) by (point, order), against those that a file holds. Summaries,
 * paths and histograms follow from tallies, so that with these everything in a file that follows from its worlds is
 * compared. For verify.c only. */
#ifndef QD_ENGINE_VERIFY_TALLIES_H
#define QD_ENGINE_VERIFY_TALLIES_H

#include "quadrille/experiment.h"
#include "store/index.h"
#include "store/parts.h"

typedef struct qd_verify_tallies qd_verify_tallies_t;

/* Of an index all of whose worlds will be added. */
QD_MUST_USE qd_status_t qd_verify_tallies_new(const qd_experiment_t *experiment, qd_index_t *index,
                                              qd_verify_tallies_t **self, qd_error_t *error);
void qd_verify_tallies_free(qd_verify_tallies_t *self);

/* Adds the tally of a segment. With the last worlds of its (point, order) the sum is compared: writes into `difference`
 * what differs, and leaves it alone where nothing does. Tallies in progress are in memory, a few at any time where
 * segments come about in order. */
QD_MUST_USE qd_status_t qd_verify_tallies_add(qd_verify_tallies_t *self, const qd_segment_t *segment,
                                              const qd_tally_t *tally, char *difference, size_t size,
                                              qd_error_t *error);

#endif
