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
        wider =
            sqrt(batches / (batches - 1.0)) * qd_student_quantile(tail, n - 1) / gsl_cdf_ugaussian_Qinv(tail);
    qd_resample_draw(n, seed, resample, QD_RESAMPLE_BATCHES, weight);
    for (size_t i = 0; i < n; i++)
        weight[i] = 1.0 + wider * (weight[i] - 1.0);
}

/* Moves the numbers to the front and NaN to the back; returns the number of numbers. */
static size_t part_known(size_t n, double value[])
{
    size_t known = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(value[i]))
            value[known++] = value[i];
    for (size_t i = known; i < n; i++)
        value[i] = NAN;
    return known;
}

/* The value of position `place` of value[0..n-1] in ascending order, 0 <= place < n, which are reordered: selection after
 * Hoare (1961), O(n). */
static double select_place(ptrdiff_t n, double value[], ptrdiff_t place)
{
    ptrdiff_t low = 0, high = n - 1;
    while (low < high) {
        double pivot = value[place];
        ptrdiff_t i = low, j = high;
        while (i <= j) {
            while (value[i] < pivot)
                i++;
            while (value[j] > pivot)
                j--;
            if (i > j)
                break;
            double moved = value[i];
            value[i++] = value[j];
            value[j--] = moved;
        }
        low = j < place ? i : low;
        high = place < i ? j : high;
    }
    return value[place];
}

static double quantile_of(size_t n, double value[], double p)
{
    return select_place((ptrdiff_t)n, value, (ptrdiff_t)qd_quantile_rank(p, n) - 1);
}

qd_interval_t qd_resample_interval(size_t n, double value[], double confidence, double centre)
{
    double tail = (1.0 - confidence) / 2.0;
    size_t known = part_known(n, value);
    if (known == 0 || (double)(n - known) > tail * (double)n)
        return (qd_interval_t){NAN, NAN};
    double shift = centre - quantile_of(known, value, 0.5);
    return (qd_interval_t){quantile_of(known, value, tail) + shift,
                           quantile_of(known, value, 1.0 - tail) + shift};
}
