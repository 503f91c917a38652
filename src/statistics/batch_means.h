/* Means over batches of worlds, with batches counted as often as a resample drew them. */
#ifndef QD_STATISTICS_BATCH_MEANS_H
#define QD_STATISTICS_BATCH_MEANS_H

#include <stddef.h>

/* Mean of value[0..batches-1] with the given multiplicities, which sum to `batches`. */
static inline double qd_batch_mean(size_t batches, const double value[], const double multiplicity[])
{
    double sum = 0.0;
    for (size_t b = 0; b < batches; b++)
        sum += multiplicity[b] * value[b];
    return sum / (double)batches;
}

/* Squared standard error of the mean of a - c over the batches; 0 for one batch. */
static inline double qd_batch_noise(size_t batches, const double a[], const double c[],
                                    const double multiplicity[])
{
    if (batches < 2)
        return 0.0;
    double mean = 0.0, squares = 0.0, n = (double)batches;
    for (size_t b = 0; b < batches; b++)
        mean += multiplicity[b] * (a[b] - c[b]) / n;
    for (size_t b = 0; b < batches; b++)
        squares += multiplicity[b] * (a[b] - c[b] - mean) * (a[b] - c[b] - mean);
    return squares / (n - 1.0) / n;
}

#endif
