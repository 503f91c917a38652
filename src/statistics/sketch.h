/* A histogram of doubles rounded to eight significant bits: the distribution of one outcome, in counts.
 *
 * The bin of a value is read off the top bits of its IEEE representation: sign, exponent and seven bits of
 * mantissa, after rounding half away from zero. Bins stand for the values they round to, so the error of a quantile
 * is at most 2^-8 of itself for 2^-20 <= |x| < 2^21, and whole numbers up to 256, halves up to 128 and so on are
 * exact. |x| below 2^-20 counts as 0; beyond 2^21 the last bin takes all. A sketch without a negative side counts
 * negative values as 0. At most QD_WORLDS_MAX values. NaN must not be added. */
#ifndef QD_STATISTICS_SKETCH_H
#define QD_STATISTICS_SKETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "statistics/byte_string.h"

#define QD_SKETCH_SIDE ((20 - -20 + 1) * 128) /* bins on either side of zero */

typedef struct {
    uint64_t *count;    /* [qd_sketch_bins(...)] */
    size_t bins, zero;  /* number of bins; position of the bin of zero */
    size_t first, last; /* lowest and highest bin in use; first > last while empty */
} qd_sketch_t;

/* Bins needed: one for zero and QD_SKETCH_SIDE for every side. */
static inline size_t qd_sketch_bins(bool negative)
{
    return 1 + QD_SKETCH_SIDE * (negative ? 2u : 1u);
}

/* An empty sketch over `count`, zeroed memory of qd_sketch_bins(negative) numbers that outlives it. */
void qd_sketch_init(qd_sketch_t *self, uint64_t count[], bool negative);
void qd_sketch_clear(qd_sketch_t *self);
void qd_sketch_add(qd_sketch_t *self, double x);
void qd_sketch_merge(qd_sketch_t *self, const qd_sketch_t *other);

/* Value of rank 1..n of the n >= 1 values, as rounded. */
double qd_sketch_at_rank(const qd_sketch_t *self, uint64_t rank);

/* Adds the values, as rounded, to `bins` equal bins of [low, high]; those outside go into the nearest. */
void qd_sketch_histogram(const qd_sketch_t *self, double low, double high, size_t bins, uint64_t count[]);

void qd_sketch_encode(const qd_sketch_t *self, qd_byte_writer_t *to);

/* Adds an encoded sketch of `expected` values, or only checks it (`apply` false). False where it is none;
 * self is then to be cleared. */
bool qd_sketch_decode(qd_sketch_t *self, uint64_t expected, bool apply, qd_byte_reader_t *from);

#endif
