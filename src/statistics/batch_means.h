/* Means over batches of worlds, with batches counted as often as a resample drew them. */
#ifndef QD_STATISTICS_BATCH_MEANS_H
#define QD_STATISTICS_BATCH_MEANS_H

#include "statistics/sensitivity.h"

/* Mean over the worlds of all batches, each batch `multiplicity` times; those sum to `batches`. */
static inline double qd_batch_mean(size_t batches, const qd_batch_mean_t value[], const double multiplicity[])
{
    double sum = 0.0, worlds = 0.0;
    for (size_t b = 0; b < batches; b++) {
        sum += multiplicity[b] * value[b].worlds * value[b].mean;
        worlds += multiplicity[b] * value[b].worlds;
    }
    return sum / worlds;
}

/* Squared standard error of the mean of a - c over the worlds, from how the batches differ, a batch of n
 * worlds having 1/n of a world's variance; 0 for one batch. */
static inline double qd_batch_noise(size_t batches, const qd_batch_mean_t a[], const qd_batch_mean_t c[],
                                    const double multiplicity[])
{
    if (batches < 2)
        return 0.0;
    double mean = qd_batch_mean(batches, a, multiplicity) - qd_batch_mean(batches, c, multiplicity);
    double squares = 0.0, worlds = 0.0;
    for (size_t b = 0; b < batches; b++) {
        double off = a[b].mean - c[b].mean - mean, size = 0.5 * (a[b].worlds + c[b].worlds);
        squares += multiplicity[b] * size * off * off;
        worlds += multiplicity[b] * size;
    }
    return squares / worlds / ((double)batches - 1.0);
}

#endif
