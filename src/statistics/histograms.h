/* The histograms of a tally: sketches of outcomes, histograms of paths, and functions that both share (rank
 * of a quantile, sparse encoding of an array of counts). */
#ifndef QD_STATISTICS_HISTOGRAMS_H
#define QD_STATISTICS_HISTOGRAMS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/registry.h"
#include "statistics/byte_string.h"
#include "statistics/moments.h"

/* Rank, 1..n, of the quantile p of n >= 1 values: the inverse of the empirical distribution function, Hyndman
 * and Fan's (1996) type 1. A tolerance keeps p n that is whole in decimals, as 0.07 * 100, from being rounded
 * up. */
static inline uint64_t qd_quantile_rank(double p, uint64_t n)
{
    double rank = ceil(p * (double)n * (1.0 - 0x1p-50));
    return rank < 1.0 ? 1 : rank >= (double)n ? n : (uint64_t)rank;
}

/* An array of counts in bytes, sparse; and added back (count NULL: only checked), with their sum. False if
 * the bytes do not fit. */
void qd_counts_encode(const uint64_t count[], size_t bins, qd_byte_writer_t *to);
bool qd_counts_decode(uint64_t count[], size_t bins, uint64_t *total, qd_byte_reader_t *from);

/* A histogram of doubles rounded to eight significant bits: the distribution of one outcome, in counts.
 *
 * The bin of a value is read off the top bits of its IEEE representation: sign, exponent and seven bits of
 * mantissa, after rounding half away from zero. Bins stand for the values they round to, so the error of a
 * quantile is at most 2^-8 of itself for 2^-20 <= |x| < 2^21, and whole numbers up to 256, halves up to 128
 * and so on are exact. |x| below 2^-20 counts as 0; beyond 2^21 the last bin takes all. A sketch without a
 * negative side counts negative values as 0. At most QD_WORLDS_MAX values. NaN must not be added. */

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

/* The distribution of one series at every period over the worlds: counts and an exact sum.
 *
 * A series with both bounds is binned by y = (x - low) / (high - low), one without an upper bound by y = z /
 * (1 + z), z = x - low. y is rounded to the nearest of 504 steps (504 = 12 * 42, so that shares of up to four
 * missions are exact). A quantile is thus wrong by at most (high - low) / 1008, or without an upper bound by
 * about (1 + z)^2 / 1008 for z <= 335; z above 503 reads as 503. Values outside the bounds count as the
 * bounds; NaN means that the world has no value at that period and is counted separately. Means are exact to
 * 2^-33. At most QD_WORLDS_MAX worlds. */

typedef struct {
    size_t worlds;
    uint16_t *bin; /* QD_PATH_WAITING x periods */
    uint64_t *sum; /* periods: two's complement, in units of 2^-32 */
} qd_path_waiting_t;

typedef struct {
    double low, scale, bound; /* z = (x - low) * scale, at most `bound` */
    bool open;                /* no upper bound */
    size_t periods;
    uint64_t *count;        /* periods x QD_PATH_BINS */
    qd_int128_t *sum;       /* periods, in units of 2^-32 */
    uint16_t *first, *last; /* periods: all bins with a count lie within, but those of worlds without a value;
                                   first > last: there are none */
    qd_path_waiting_t *waiting; /* to be counted before counts or sums are read */
} qd_path_histogram_t;

/* Allocates for `periods` periods; false when memory is short (then *self may still be freed). */
bool qd_path_histogram_init(qd_path_histogram_t *self, const qd_series_info_t *series, size_t periods);
void qd_path_histogram_free(qd_path_histogram_t *self);
void qd_path_histogram_clear(qd_path_histogram_t *self);

/* Adds one world's path[0..periods-1]; `periods` at most those of self. */
void qd_path_histogram_add(qd_path_histogram_t *self, const double path[], size_t periods);
void qd_path_histogram_merge(qd_path_histogram_t *self, const qd_path_histogram_t *other);

/* Worlds with a value at a period; *mean is theirs and quantile[i] their type-1 quantile p[i], p ascending
 * (NaN where there is none). */
uint64_t qd_path_histogram_describe(const qd_path_histogram_t *self, size_t period, size_t quantiles,
                                    const double p[], double *mean, double quantile[]);

void qd_path_histogram_encode(const qd_path_histogram_t *self, qd_byte_writer_t *to);

/* Adds an encoded histogram of at most `worlds` worlds, or only checks it (`apply` false). False where it is
 * none; self is then to be cleared. */
bool qd_path_histogram_decode(qd_path_histogram_t *self, uint64_t worlds, bool apply, qd_byte_reader_t *from);

#endif
