/* The distribution of one series at every period over the worlds: counts and an exact sum.
 *
 * A series with both bounds is binned by y = (x - low) / (high - low), one without an upper bound by
 * y = z / (1 + z), z = x - low. y is rounded to the nearest of 504 steps (504 = 12 * 42, so that shares of up
 * to four missions are exact). A quantile is thus wrong by at most (high - low) / 1008, or without an upper
 * bound by about (1 + z)^2 / 1008 for z <= 335; z above 503 reads as 503. Values outside the bounds count
 * as the bounds; NaN means that the world has no value at that period and is counted separately. Means are exact
 * to 2^-33. At most QD_WORLDS_MAX worlds. */
#ifndef QD_STATISTICS_PATH_HISTOGRAM_H
#define QD_STATISTICS_PATH_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/registry.h"
#include "statistics/byte_string.h"
#include "statistics/moments.h"

/* 505 bins, one for worlds without a value and one for worlds that had ended (which is never read), spaced by
 * an odd number of cache lines: with a power of two the bins of successive periods would fall into the same
 * few sets of the cache. */
#define QD_PATH_BINS 528

/* Worlds that wait to be counted together. The counts of all periods and series are 4.7 MB: counted world by
 * world, nearly every one would be fetched from the third-level cache; period by period, the counts of a
 * period stay in the first while those who wait are counted. */
#define QD_PATH_WAITING 64

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

/* Worlds with a value at a period; *mean is theirs and quantile[i] their type-1 quantile p[i], p ascending (NaN
 * where there is none). */
uint64_t qd_path_histogram_describe(const qd_path_histogram_t *self, size_t period, size_t quantiles,
                                    const double p[], double *mean, double quantile[]);

void qd_path_histogram_encode(const qd_path_histogram_t *self, qd_byte_writer_t *to);

/* Adds an encoded histogram of at most `worlds` worlds, or only checks it (`apply` false). False where it is
 * none; self is then to be cleared. */
bool qd_path_histogram_decode(qd_path_histogram_t *self, uint64_t worlds, bool apply, qd_byte_reader_t *from);

#endif
