/* Draws for resampling and simulated null distributions: purpose BOOTSTRAP, the kind of use as the "period".
 * Part of the format: an entry may be added, never moved. */
#ifndef QD_STATISTICS_RESAMPLE_H
#define QD_STATISTICS_RESAMPLE_H

#include <stddef.h>

#include "quadrille/random.h"
#include "statistics/interval.h"

typedef enum {
    QD_RESAMPLE_SPREAD = 0, /* world: position of the value; draw 0 */
    QD_RESAMPLE_NULL = 1,   /* world: simulation; draw: number of the value */
    QD_RESAMPLE_ROWS = 2,   /* world: resample; draw: number of the row drawn (base samples, trajectories) */
    QD_RESAMPLE_BATCHES = 3 /* world: resample; draw: number of the batch drawn */
} qd_resample_use_t;

/* The number of times that each of n items is drawn in n draws with replacement: multiplicity[0..n-1]. */
void qd_resample_draw(size_t n, uint64_t seed, uint64_t resample, qd_resample_use_t use,
                      double multiplicity[]);

/* Weights of n batches under one resample: 1 + c (multiplicity - 1), which sum to n and may be negative. The
 * factor c = sqrt(n / (n - 1)) t / z makes a percentile interval of a mean from few batches as wide as
 * Student's, which the plain bootstrap (c = 1) is not. All 1 where n is 1. */
void qd_resample_batches(size_t n, uint64_t seed, uint64_t resample, double confidence, double weight[]);

/* Percentile interval (Efron 1979) of value[0..n-1], which it reorders, moved so that their median lies on `centre`:
 * resampling adds noise to squares and absolute values again, which biases the values as a whole. NaN are omitted. If
 * there are so many that an end of the interval could be one of them, or no values, both ends are NaN. */
qd_interval_t qd_resample_interval(size_t n, double value[], double confidence, double centre);

/* Ascending order for qsort of doubles that are not NaN. */
int qd_compare_doubles(const void *a, const void *b);

#endif
