/* The tally of one (design point, order): all statistics of its worlds, which are kept besides the rows.
 *
 * All sums are integers: values are rounded to multiples of 2^-32 and summed in 128 bits, histograms are
 * counts, and the hash of the worlds is a sum of hashes of rows. Integer sums are associative, so any split
 * of the worlds over threads, ranks, shards and resumed runs, merged in any order, gives the same bits. Error
 * bounds: mean 2^-33 absolute; quantiles as in histograms.h. A tally belongs to one thread at a time; no
 * allocation after _new. */
#ifndef QD_STATISTICS_TALLY_H
#define QD_STATISTICS_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/registry.h"
#include "quadrille/world.h"
#include "statistics/histograms.h"
#include "statistics/moments.h"

typedef struct qd_tally qd_tally_t;

/* Count, mean, sd (n-1), Monte Carlo standard error sd/sqrt(n), min, max, and the ends of an interval around
 * the mean (see qd_tally_summary). NaN where undefined (count 0; sd: count < 2). */
typedef struct {
    uint64_t count;
    double mean, sd, mcse, min, max, low, high;
} qd_summary_t;

/* Confidence of low and high, for a number of worlds fixed beforehand. */
#define QD_SUMMARY_CONFIDENCE 0.95

/* `periods`: the most periods a world may have; `paths`: whether series are kept. NULL when memory is short.
 */
qd_tally_t *qd_tally_new(size_t periods, bool paths);
void qd_tally_free(qd_tally_t *self);
void qd_tally_clear(qd_tally_t *self);

/* Adds one world that did not fail. `world` is its index. */
void qd_tally_add(qd_tally_t *self, uint64_t world, const qd_result_t *result);

/* Counts one failed world: its index and reason enter the hash. */
void qd_tally_add_failure(qd_tally_t *self, uint64_t world, const char *reason);

/* Adds `other` (made for the same periods and paths) to self. */
void qd_tally_merge(qd_tally_t *self, const qd_tally_t *other);

uint64_t qd_tally_count(const qd_tally_t *self);    /* worlds added */
uint64_t qd_tally_failures(const qd_tally_t *self); /* worlds failed */

/* 128-bit hash sum over all worlds added or failed: each row's XXH3-128 seeded by the world's index, summed
 * modulo 2^128. */
typedef struct {
    uint64_t low, high;
} qd_hash_sum_t;
qd_hash_sum_t qd_tally_hash(const qd_tally_t *self);

/* The same sum without a tally: adds one world, as qd_tally_add and qd_tally_add_failure do. */
void qd_hash_sum_add(qd_hash_sum_t *self, uint64_t world, const qd_outcomes_t *outcomes);
void qd_hash_sum_add_failure(qd_hash_sum_t *self, uint64_t world, const char *reason);

/* The interval is the exact one of a proportion for a flag, else qd_interval_bounded within the outcome's
 * range in the registry; `survival` ends at the number of periods. Where the range is open, one more value is
 * taken at the largest (or least) observed value, for counts and diagnostics one beyond it; NaN if all values
 * of a real outcome with an open range are equal. */
qd_summary_t qd_tally_summary(const qd_tally_t *self, qd_outcome_t outcome);

/* The same of the moments of any value: `info` is its row in the registry, `high` the upper end of its range
 * (info->high, or a closer bound). */
qd_summary_t qd_moments_summary(const qd_moments_t *moments, const qd_outcome_info_t *info, double high);

/* Quantile of the values of both, 0 <= p <= 1, as that of an outcome below. */
double qd_moments_quantile(const qd_moments_t *moments, const qd_sketch_t *sketch, double p);

/* Quantile of an outcome, 0 <= p <= 1 (type 1, inverse of the empirical distribution function, to the
 * sketch's resolution); NaN when empty. */
double qd_tally_quantile(const qd_tally_t *self, qd_outcome_t outcome, double p);

/* Counts over `bins` equal bins of [low, high]; values on the last edge go into the last bin, values outside
 * into the nearest. */
void qd_tally_histogram(const qd_tally_t *self, qd_outcome_t outcome, double low, double high, size_t bins,
                        uint64_t count[]);

/* 2-D counts of survival (rows: equal bins of [0, periods]) against effective_blocs (columns: equal bins of
 * [1, 17], the last one open above), 32 x 32, row by row. */
#define QD_PLANE_BINS 32
const uint64_t *qd_tally_plane(const qd_tally_t *self);

/* Of one series at one period: worlds with a value, their mean, and their quantiles p[0..quantiles-1],
 * ascending, in one walk; NaN where there is none. */
uint64_t qd_tally_path(const qd_tally_t *self, qd_series_t series, size_t period, size_t quantiles,
                       const double p[], double *mean, double quantile[]);

/* The tally in bytes, for a part file: sparse, little-endian, versioned. _encode appends to *buffer
 * (realloc'd; *size used, *capacity allocated). _decode *adds* the encoded tally to self and refuses invalid
 * bytes with QD_ERROR_INPUT. */
QD_MUST_USE qd_status_t qd_tally_encode(const qd_tally_t *self, unsigned char **buffer, size_t *size,
                                        size_t *capacity, qd_error_t *error);

/* Worlds that did not fail, worlds that failed, and the hash sum over both. */
typedef struct {
    uint64_t worlds, failures;
    qd_hash_sum_t hash;
} qd_tally_totals_t;

/* Values read from encoded tallies without decoding them: totals; least and greatest value of each outcome
 * (INFINITY and -INFINITY if no world has one). */
typedef struct {
    qd_tally_totals_t totals;
    double min[QD_OUTCOMES_MAX], max[QD_OUTCOMES_MAX];
} qd_tally_extent_t;
void qd_tally_extent_clear(qd_tally_extent_t *self);

/* Adds the values of an encoded tally. Refuses, with QD_ERROR_INPUT, bytes with a wrong checksum, with other
 * outcomes, or with impossible moments. Quantiles, plane and paths are not checked. */
QD_MUST_USE qd_status_t qd_tally_extent_add(qd_tally_extent_t *self, const unsigned char *bytes, size_t size,
                                            qd_error_t *error);

/* Whether the bytes have the present encoding, that of _encode; bytes of the former encoding can be decoded,
 * too. */
bool qd_tally_bytes_are_current(const unsigned char *bytes, size_t size);
bool qd_tally_bytes_keep_paths(const unsigned char *bytes, size_t size); /* of the bytes of _encode */
QD_MUST_USE qd_status_t qd_tally_decode(qd_tally_t *self, const unsigned char *bytes, size_t size,
                                        qd_error_t *error);

#endif
