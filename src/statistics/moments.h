/* Count, sum, sum of squares, least and greatest of a variable, as integers: each value is rounded to the
 * nearest multiple of 2^-32; the sum and the sum of squares are then exact, in any order. Values beyond
 * +-(2^31 - 1) count as that bound in the sums (min and max keep them); NaN is left out. At most
 * QD_WORLDS_MAX values. */
#ifndef QD_STATISTICS_MOMENTS_H
#define QD_STATISTICS_MOMENTS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "statistics/byte_string.h"

__extension__ typedef __int128 qd_int128_t;
__extension__ typedef unsigned __int128 qd_uint128_t;

#define QD_FIXED_SCALE 0x1p32
#define QD_FIXED_BOUND 2147483647.0

/* x, which is not NaN, as a multiple of 2^-32. */
static inline int64_t qd_fixed(double x)
{
    double y = x > QD_FIXED_BOUND ? QD_FIXED_BOUND : x < -QD_FIXED_BOUND ? -QD_FIXED_BOUND : x;
    return (int64_t)llrint(y * QD_FIXED_SCALE);
}

/* The nearest double of a sum of fixed-point values, divided by `count`. */
static inline double qd_fixed_mean(qd_int128_t sum, uint64_t count)
{
    return (double)sum / (double)count / QD_FIXED_SCALE;
}

typedef struct {
    qd_int128_t sum;       /* in units of 2^-32 */
    qd_uint128_t squares;  /* low 128 bits of the sum of squares, in units of 2^-64 */
    uint64_t squares_high; /* its upper 64 bits */
    uint64_t count;
    double min, max; /* +inf and -inf while empty */
} qd_moments_t;

void qd_moments_clear(qd_moments_t *self);
void qd_moments_add(qd_moments_t *self, double x);
void qd_moments_merge(qd_moments_t *self, const qd_moments_t *other);

/* Mean; NaN while empty. */
double qd_moments_mean(const qd_moments_t *self);

/* Sample variance (n - 1), from the exact sums about the rounded mean, so free of cancellation; NaN below two
 * values. */
double qd_moments_variance(const qd_moments_t *self);

/* A sum of fixed-point values in bytes: LEB128 of its zigzag form, at most QD_WIDE_BYTES. */
#define QD_WIDE_BYTES 19
void qd_sum_encode(qd_int128_t sum, qd_byte_writer_t *to);
qd_int128_t qd_sum_decode(qd_byte_reader_t *from);

void qd_moments_encode(const qd_moments_t *self, qd_byte_writer_t *to);

/* Reads into an empty *self; false where the bytes hold no moments. */
bool qd_moments_decode(qd_moments_t *self, qd_byte_reader_t *from);

#endif
