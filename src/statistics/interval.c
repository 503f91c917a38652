#include "statistics/interval.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

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

static double known(double p)
{
    return isnan(p) ? 1.0 : p;
}

/* How many come before i when sorted by p, equal ones by position. */
static size_t rank_of(size_t n, const double p[], size_t i)
{
    size_t rank = 0;
    for (size_t j = 0; j < n; j++)
        rank += known(p[j]) < known(p[i]) || (known(p[j]) == known(p[i]) && j < i);
    return rank;
}

/* max over the smaller p of p_j (n - rank_j). */
static double adjusted_p(size_t n, const double p[], size_t i)
{
    double worst = 0.0;
    for (size_t j = 0; j < n; j++)
        if (known(p[j]) <= known(p[i]))
            worst = fmax(worst, known(p[j]) * (double)(n - rank_of(n, p, j)));
    return fmin(worst, 1.0);
}

void qd_holm_adjust(size_t n, const double p[], double adjusted[])
{
    /* The claims of a file are few: cubic time, and no memory needed. */
    for (size_t i = 0; i < n; i++)
        adjusted[i] = adjusted_p(n, p, i);
}

void qd_holm_levels(size_t n, const double p[], double confidence, double level[])
{
    double alpha = 1.0 - confidence;
    size_t rejected = 0;
    for (size_t i = 0; i < n; i++)
        rejected += adjusted_p(n, p, i) <= alpha;
    for (size_t i = 0; i < n; i++) {
        size_t rank = rank_of(n, p, i);
        rank = rank < rejected ? rank : rejected;
        level[i] = 1.0 - alpha / (double)(n - (rank < n ? rank : n - 1));
    }
}
