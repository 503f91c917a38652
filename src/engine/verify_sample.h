/* Which worlds of a sequence are sampled: a share of all of them, in blocks that are spread over the whole. */
#ifndef QD_ENGINE_VERIFY_SAMPLE_H
#define QD_ENGINE_VERIFY_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "store/ranges.h"

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

#endif
