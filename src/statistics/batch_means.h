/* Means over batches of worlds: their weights, and the noise that their differences show.
 *
 * u[b] is the mean of some quantity over the worlds of batch b; the quantity's value is sum_b share[b] u[b]. */
#ifndef QD_STATISTICS_BATCH_MEANS_H
#define QD_STATISTICS_BATCH_MEANS_H

#include <stdbool.h>

#include "statistics/sensitivity.h"

/* Differences below this share of the greatest value are rounding. */
#define QD_ROUNDING 0x1p-40

/* Properties that the values of a whole design share. */
typedef struct {
    double origin; /* one of the values; sums are taken about it */
    double noise;  /* greatest difference that counts as rounding */
    bool varies;   /* some batch's mean differs between points, by more than rounding */
} qd_batch_extent_t;
qd_batch_extent_t qd_batch_extent(size_t points, size_t batches, const qd_batch_mean_t value[]);

/* size[b]: mean number of worlds of batch b over the points. */
void qd_batch_sizes(size_t points, size_t batches, const qd_batch_mean_t value[], double size[]);

/* share[b] = weight[b] size[b] / their sum; weight NULL: all 1. */
void qd_batch_shares(size_t batches, const double size[], const double weight[], double share[]);

/* step[b] = to[b].mean - from[b].mean, 0 where that is rounding. */
void qd_batch_step(size_t batches, const qd_batch_mean_t from[], const qd_batch_mean_t to[], double noise,
                   double step[]);

static inline double qd_batch_mean(size_t batches, const double share[], const double u[])
{
    double sum = 0.0;
    for (size_t b = 0; b < batches; b++)
        sum += share[b] * u[b];
    return sum;
}

/* Covariance of the values of u and v (whose means are given) over the worlds' random numbers, estimated from the
 * differences between batches: a batch of n worlds has 1/n of a world's covariance. 0 for one batch. Unbiased where
 * all weights are 1. */
static inline double qd_batch_covariance(size_t batches, const double share[], const double u[],
                                         double mean_u, const double v[], double mean_v)
{
    double sum = 0.0;
    for (size_t b = 0; b < batches; b++)
        sum += share[b] * (u[b] - mean_u) * (v[b] - mean_v);
    return batches < 2 ? 0.0 : sum / ((double)batches - 1.0);
}

#endif
