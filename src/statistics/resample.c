#include "statistics/resample.h"

#include "statistics/histograms.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

int qd_compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void qd_resample_draw(size_t n, uint64_t seed, uint64_t resample, qd_resample_use_t use,
                      double multiplicity[])
{
    qd_luck_t luck = {.seed = seed, .world = resample};
    for (size_t i = 0; i < n; i++)
        multiplicity[i] = 0.0;
    for (size_t i = 0; i < n; i++) {
        double u = qd_random_uniform(luck, QD_PURPOSE_BOOTSTRAP, use, (uint32_t)i);
        multiplicity[(size_t)(u * (double)n)] += 1.0;
    }
}

void qd_resample_batches(size_t n, uint64_t seed, uint64_t resample, double confidence, double weight[])
{
    double tail = (1.0 - confidence) / 2.0, batches = (double)n, wider = 0.0;
    if (n > 1)
        wider = sqrt(batches / (batches - 1.0)) * gsl_cdf_tdist_Qinv(tail, batches - 1.0) /
                gsl_cdf_ugaussian_Qinv(tail);
    qd_resample_draw(n, seed, resample, QD_RESAMPLE_BATCHES, weight);
    for (size_t i = 0; i < n; i++)
        weight[i] = 1.0 + wider * (weight[i] - 1.0);
}

/* Sorts the numbers to the front and NaN to the back; returns the number of numbers. */
static size_t sort_known(size_t n, double value[])
{
    size_t known = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(value[i]))
            value[known++] = value[i];
    for (size_t i = known; i < n; i++)
        value[i] = NAN;
    qsort(value, known, sizeof *value, qd_compare_doubles);
    return known;
}

qd_interval_t qd_resample_interval(size_t n, double value[], double confidence, double centre)
{
    double tail = (1.0 - confidence) / 2.0;
    size_t known = sort_known(n, value);
    if (known == 0 || (double)(n - known) > tail * (double)n)
        return (qd_interval_t){NAN, NAN};
    double shift = centre - value[qd_quantile_rank(0.5, known) - 1];
    return (qd_interval_t){value[qd_quantile_rank(tail, known) - 1] + shift,
                           value[qd_quantile_rank(1.0 - tail, known) - 1] + shift};
}
