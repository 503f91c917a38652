#include "statistics/interval.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "random/beta_quantile.h"

/* Most values for which the exact interval is computed as it is written; least of either kind, beyond that, for
 * which the score interval is as good. */
#define EXACT_MOST  10000
#define SCORE_LEAST 100

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

/* Quantile of the beta distribution with shapes a << b, both whole: -log(1 - x) is nearly a gamma variable of
 * shape a and rate b + (a - 1) / 2, up to relative terms of (a / b)^2 / 24. */
static double rare_quantile(double p, double a, double b)
{
    return -expm1(-gsl_cdf_gamma_Pinv(p, a, 1.0) / (b + (a - 1.0) / 2.0));
}

/* Lower limit of a proportion; the upper one is that of the failures. */
static double exact_low(uint64_t successes, uint64_t n, double tail)
{
    double a = (double)successes, b = (double)(n - successes) + 1.0;
    if (successes == 0)
        return 0.0;
    if (n <= EXACT_MOST)
        return qd_beta_quantile(a, b, tail); /* GSL does not converge for some arguments */
    return a <= b ? rare_quantile(tail, a, b) : 1.0 - rare_quantile(1.0 - tail, b, a);
}

qd_interval_t qd_interval_exact(uint64_t successes, uint64_t n, double confidence)
{
    double tail = (1.0 - confidence) / 2.0;
    if (n == 0)
        return (qd_interval_t){0.0, 1.0};
    if (n > EXACT_MOST && successes > SCORE_LEAST && n - successes > SCORE_LEAST)
        return qd_interval_wilson(successes, n, confidence);
    return (qd_interval_t){exact_low(successes, n, tail), 1.0 - exact_low(n - successes, n, tail)};
}

/* Student's limit, at a distance of t standard errors, of n values and one at `bound`. */
static double limit_with(double bound, double mean, double sd, double n, double t)
{
    double moved = mean + (bound - mean) / (n + 1.0), squares = n > 1.0 ? sd * sd * (n - 1.0) : 0.0;
    squares += (bound - mean) * (bound - mean) * n / (n + 1.0);
    return moved + (bound > mean ? t : -t) * sqrt(squares / n / (n + 1.0));
}

qd_interval_t qd_interval_bounded(double mean, double sd, uint64_t n, double low, double high,
                                  double confidence)
{
    qd_interval_t out = qd_interval_mean(mean, sd, n, confidence);
    double t = gsl_cdf_tdist_Qinv((1.0 - confidence) / 2.0, (double)n);
    if (isfinite(high))
        out.high = fmin(mean < high ? limit_with(high, mean, sd, (double)n, t) : high, high);
    if (isfinite(low))
        out.low = fmax(mean > low ? limit_with(low, mean, sd, (double)n, t) : low, low);
    return out;
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

/* Ascending, to be freed; NULL where memory is short. */
static ranked_t *rank_all(size_t n, const double p[])
{
    ranked_t *ranked = malloc((n + 1) * sizeof *ranked);
    for (size_t i = 0; ranked != NULL && i < n; i++)
        ranked[i] = (ranked_t){isnan(p[i]) ? 1.0 : p[i], i};
    if (ranked != NULL)
        qsort(ranked, n, sizeof *ranked, by_p);
    return ranked;
}

bool qd_bh_adjust(size_t n, const double p[], double adjusted[])
{
    ranked_t *ranked = rank_all(n, p);
    if (ranked == NULL)
        return false;
    double least = 1.0;
    for (size_t k = n; k-- > 0;) {
        least = fmin(least, ranked[k].p * (double)n / (double)(k + 1));
        adjusted[ranked[k].place] = least;
    }
    free(ranked);
    return true;
}

bool qd_holm_adjust(size_t n, uint64_t tests, const double p[], double adjusted[])
{
    uint64_t all = tests > n ? tests : n;
    ranked_t *ranked = rank_all(n, p);
    if (ranked == NULL)
        return false;
    double worst = 0.0;
    for (size_t k = 0; k < n; k++) {
        worst = fmax(worst, ranked[k].p * (double)(all - k));
        adjusted[ranked[k].place] = fmin(worst, 1.0);
    }
    free(ranked);
    return true;
}
