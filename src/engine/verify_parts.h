/* Parts of verify.c: the sample of worlds to verify, and the comparison of tallies.
 *
 * The sample is a share of all worlds of a sequence, in blocks that are spread over the whole. */
#ifndef QD_ENGINE_VERIFY_PARTS_H
#define QD_ENGINE_VERIFY_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "quadrille/experiment.h"
#include "store/index.h"
#include "store/parts.h"
#include "store/unit.h"

typedef struct {
    uint64_t worlds;      /* of the sequence: positions 0 .. worlds - 1 */
    uint64_t take;        /* of them */
    uint64_t blocks;      /* 1 <= blocks <= take, or 0 where there are no worlds */
    uint64_t number;      /* of the block in hand */
    qd_range_t positions; /* of the block in hand; none after the last */
} qd_verify_sample_t;

/* A sample of `fraction` of the worlds (0 < fraction <= 1; rounded up, so at least one), and its first block. The
 * sequence runs over `cells` (points and orders with worlds). A block has at most `most` worlds, and no more than the
 * sample has for each cell on average, so that small cells are met one by one. The sequence is cut into as many equal
 * stretches as there are blocks; the block of each lies at a place that varies from one to the next by the golden
 * ratio, so that no period of the sequence (orders, levels of a factor) is met at the same place again and again. All
 * worlds are taken where `fraction` is 1. */
qd_verify_sample_t qd_verify_sample(double fraction, uint64_t worlds, uint64_t cells, uint64_t most);

/* The next block; its positions are above those of the one before. */
void qd_verify_sample_next(qd_verify_sample_t *self);

/* Tallies of worlds that are played again, (point, order) by (point, order), against those that a file holds. Summaries,
 * paths and histograms follow from tallies, so that with these everything in a file that follows from its worlds is
 * compared. For verify.c only. */

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
