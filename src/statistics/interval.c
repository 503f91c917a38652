#include "statistics/interval.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

qd_interval_t qd_interval_wilson(uint64_t successes, uint64_t n, double confidence)
{
    if (n == 0)
        return (qd_interval_t){0.0, 1.0};
    double z = gsl_cdf_ugaussian_Qinv((1.0 - confidence) / 2.0), count = (double)n;
    double share = (double)successes / count, z2 = z * z;
    double centre = (share + z2 / (2.0 * count)) / (1.0 + z2 / count);
    double half = z * sqrt(share * (1.0 - share) / count + z2 / (4.0 * count * count)) / (1.0 + z2 / count);
    return (qd_interval_t){successes == 0 ? 0.0 : centre - half, successes == n ? 1.0 : centre + half};
}

qd_interval_t qd_interval_mean(double mean, double sd, uint64_t n, double confidence)
{
    if (n < 2)
        return (qd_interval_t){-INFINITY, INFINITY};
    double half = gsl_cdf_tdist_Qinv((1.0 - confidence) / 2.0, (double)(n - 1)) * sd / sqrt((double)n);
    return (qd_interval_t){mean - half, mean + half};
}

double qd_p_above(double estimate, double se, uint64_t n, double margin)
{
    if (n < 2)
        return NAN;
    double excess = estimate - margin;
    if (se == 0.0)
        return excess > 0.0 ? ldexp(1.0, -(int)(n < 2000 ? n : 2000)) : 1.0;
    return gsl_cdf_tdist_Q(excess / se, (double)(n - 1));
}

double qd_p_differs(double estimate, double se, uint64_t n, double margin)
{
    double p = 2.0 * qd_p_above(fabs(estimate - margin), se, n, 0.0);
    return p > 1.0 ? 1.0 : p; /* NaN stays NaN */
}

/* ---- many tests ---------------------------------------------------------------------------------------- */

typedef struct {
    double p;
    size_t place;
} ranked_t;

static int by_p(const void *a, const void *b)
{
    const ranked_t *x = a, *y = b;
    return (x->p > y->p) - (x->p < y->p);
}

bool qd_holm_adjust(size_t n, uint64_t tests, const double p[], double adjusted[])
{
    uint64_t all = tests > n ? tests : n;
    ranked_t *ranked = malloc((n + 1) * sizeof *ranked);
    if (ranked == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        ranked[i] = (ranked_t){isnan(p[i]) ? 1.0 : p[i], i};
    qsort(ranked, n, sizeof *ranked, by_p);
    double worst = 0.0;
    for (size_t k = 0; k < n; k++) {
        worst = fmax(worst, ranked[k].p * (double)(all - k));
        adjusted[ranked[k].place] = fmin(worst, 1.0);
    }
    free(ranked);
    return true;
}
