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
    uint64_t number;      /* of the current block */
    qd_range_t positions; /* of the current block; none after the last */
} qd_verify_sample_t;

/* Returns a sample of `fraction` of the worlds (0 < fraction <= 1; rounded up, at least one) with its first
 * block. The sequence runs over `cells` (points and orders with worlds). A block has at most `most` worlds,
 * and at most the sample's mean number of worlds per cell, so that small cells are sampled one by one. The
 * sequence is divided into as many equal intervals as there are blocks. The place of the block within its
 * interval advances by the golden ratio, so that no period of the sequence (orders, levels of a factor) is
 * sampled at one phase. `fraction` 1 takes all worlds. */
qd_verify_sample_t qd_verify_sample(double fraction, uint64_t worlds, uint64_t cells, uint64_t most);

/* Moves to the next block, whose positions are larger. */
void qd_verify_sample_next(qd_verify_sample_t *self);

/* Tallies of replayed worlds, compared (point, order) by (point, order) with those that a file holds.
 * Summaries, paths and histograms follow from tallies, so that this compares everything that follows from
 * worlds. For verify.c only. */

typedef struct qd_verify_tallies qd_verify_tallies_t;

/* Expects that all worlds of the index will be added. */
QD_MUST_USE qd_status_t qd_verify_tallies_new(const qd_experiment_t *experiment, qd_index_t *index,
                                              qd_verify_tallies_t **self, qd_error_t *error);
void qd_verify_tallies_free(qd_verify_tallies_t *self);

/* Adds the tally of a segment, which the segment also has as bytes. The last worlds of a (point, order)
 * compare the sum: a difference is written into `difference`, which otherwise stays unchanged. Few tallies
 * are in memory at once if segments arrive in order. */
QD_MUST_USE qd_status_t qd_verify_tallies_add(qd_verify_tallies_t *self, const qd_segment_t *segment,
                                              const qd_tally_t *tally, char *difference, size_t size,
                                              qd_error_t *error);

#endif
