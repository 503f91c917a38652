/* Functions that the histograms of a tally share: rank of a quantile, sparse encoding of an array of counts. */
#ifndef QD_STATISTICS_COUNTS_H
#define QD_STATISTICS_COUNTS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "statistics/byte_string.h"

/* Rank, 1..n, of the quantile p of n >= 1 values: the inverse of the empirical distribution function, Hyndman
 * and Fan's (1996) type 1. A tolerance keeps p n that is whole in decimals, as 0.07 * 100, from being rounded
 * up. */
static inline uint64_t qd_quantile_rank(double p, uint64_t n)
{
    double rank = ceil(p * (double)n * (1.0 - 0x1p-50));
    return rank < 1.0 ? 1 : rank >= (double)n ? n : (uint64_t)rank;
}

/* Position of the value of that rank (1..sum) among bins first..last of `count`. */
size_t qd_counts_find(const uint64_t count[], size_t first, size_t last, uint64_t rank);

/* The bins first..last (none where first > last), and one beyond them unless it is QD_COUNTS_NONE, as pairs
 * (gap, count) of those that are not 0. */
#define QD_COUNTS_NONE SIZE_MAX
void qd_counts_encode(const uint64_t count[], size_t first, size_t last, size_t apart, qd_byte_writer_t *to);

/* Decodes the bytes of qd_counts_encode and adds them to count[0..bins-1]; count NULL: only checks them. *total:
 * their sum; *first, *last: lowest and highest bin, unchanged if there is none. False if the bytes do not fit. */
bool qd_counts_decode(uint64_t count[], size_t bins, uint64_t *total, size_t *first, size_t *last,
                      qd_byte_reader_t *from);

#endif
