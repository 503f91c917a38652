#include "statistics/batch_means.h"

#include <math.h>

qd_batch_extent_t qd_batch_extent(size_t points, size_t batches, const qd_batch_mean_t value[])
{
    double greatest = 0.0, spread = 0.0;
    for (size_t b = 0; b < batches; b++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t p = 0; p < points; p++) {
            low = fmin(low, value[p * batches + b].mean);
            high = fmax(high, value[p * batches + b].mean);
        }
        greatest = fmax(greatest, fmax(fabs(low), fabs(high)));
        spread = fmax(spread, high - low);
    }
    double noise = QD_ROUNDING * greatest;
    return (qd_batch_extent_t){.origin = value[0].mean, .noise = noise, .varies = spread > noise};
}

void qd_batch_sizes(size_t points, size_t batches, const qd_batch_mean_t value[], double size[])
{
    for (size_t b = 0; b < batches; b++) {
        size[b] = 0.0;
        for (size_t p = 0; p < points; p++)
            size[b] += value[p * batches + b].worlds;
        size[b] /= (double)points;
    }
}

void qd_batch_shares(size_t batches, const double size[], const double weight[], double share[])
{
    double sum = 0.0;
    for (size_t b = 0; b < batches; b++) {
        share[b] = size[b] * (weight ? weight[b] : 1.0);
        sum += share[b];
    }
    for (size_t b = 0; b < batches; b++)
        share[b] /= sum;
}

void qd_batch_step(size_t batches, const qd_batch_mean_t from[], const qd_batch_mean_t to[], double noise,
                   double step[])
{
    for (size_t b = 0; b < batches; b++) {
        step[b] = to[b].mean - from[b].mean;
        step[b] = fabs(step[b]) <= noise ? 0.0 : step[b];
    }
}
