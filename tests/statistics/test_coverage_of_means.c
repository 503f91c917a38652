/* labels: validation slow */
/* Coverage of the intervals of /summary for means near a bound: flags by the binomial distribution, shares
 * and counts by simulation. */
#include "statistics/interval.h"
#include "statistics/moments.h"
#include "support/check.h"

#include <gsl/gsl_randist.h>
#include <math.h>

#define RUNS  4000
#define LEAST 0.94

static const double means[] = {0.0005, 0.003, 0.03};
static const uint64_t sizes[] = {200, 1000, 10000};

static void tell(const char *what, uint64_t n, double mean, double covered)
{
    printf("validation | 13 | means near a bound, %s | coverage of the 95%% interval at mean %g, n = %llu | "
           "at least 0.940 | "
           "%.4f\n",
           what, mean, (unsigned long long)n, covered);
    assert_true(covered >= LEAST);
}

static bool holds(qd_interval_t interval, double x)
{
    return interval.low <= x && x <= interval.high;
}

static void test_flags(void **state)
{
    (void)state;
    for (size_t s = 0; s < QD_COUNT(sizes); s++)
        for (size_t m = 0; m < QD_COUNT(means); m++) {
            double exact = 0.0, bounded = 0.0;
            unsigned n = (unsigned)sizes[s];
            for (unsigned k = 0; k <= n; k++) {
                double chance = gsl_ran_binomial_pdf(k, means[m], n), mean = (double)k / n;
                double sd = sqrt(mean * (1.0 - mean) * n / (n - 1.0));
                exact += holds(qd_interval_exact(k, n, 0.95), means[m]) ? chance : 0.0;
                bounded += holds(qd_interval_bounded(mean, sd, n, 0.0, 1.0, 0.95), means[m]) ? chance : 0.0;
            }
            tell("flags", n, means[m], exact);
            tell("flags as bounded means", n, means[m], bounded);
        }
}

/* k of ten crises, of which each is a success with probability `mean`. */
static double share(double u, double v, double mean)
{
    (void)v;
    double chance = pow(1.0 - mean, 10.0), below = chance, k = 0.0;
    for (; u > below && k < 10.0; k++) {
        chance *= (10.0 - k) / (k + 1.0) * mean / (1.0 - mean);
        below += chance;
    }
    return k / 10.0;
}

/* Nothing in most worlds, anything from 0 to 1 in some. */
static double rare(double u, double v, double mean)
{
    return u < 2.0 * mean ? v : 0.0;
}

static double poisson(double u, double v, double mean)
{
    (void)v;
    double chance = exp(-mean), below = chance, k = 0.0;
    for (; u > below && k < 50.0; below += chance)
        chance *= mean / ++k;
    return k;
}

/* Counts have one more than the greatest seen for an upper bound. */
static double coverage(double value(double u, double v, double mean), bool counts, uint64_t n, double mean)
{
    static double u[10000], v[10000];
    size_t held = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        qd_moments_t moments;
        qd_moments_clear(&moments);
        qd_random_opens((qd_luck_t){41, run}, QD_PURPOSE_BOOTSTRAP, 120, n, u);
        qd_random_opens((qd_luck_t){42, run}, QD_PURPOSE_BOOTSTRAP, 120, n, v);
        for (uint32_t i = 0; i < n; i++)
            qd_moments_add(&moments, value(u[i], v[i], mean));
        held += holds(qd_interval_bounded(qd_moments_mean(&moments), sqrt(qd_moments_variance(&moments)), n,
                                          0.0, counts ? moments.max + 1.0 : 1.0, 0.95),
                      mean);
    }
    return (double)held / RUNS;
}

static void test_shares_and_counts(void **state)
{
    (void)state;
    for (size_t s = 0; s < QD_COUNT(sizes); s++)
        for (size_t m = 0; m < QD_COUNT(means); m++) {
            tell("shares of ten", sizes[s], means[m], coverage(share, false, sizes[s], means[m]));
            tell("rare values from 0 to 1", sizes[s], means[m], coverage(rare, false, sizes[s], means[m]));
            tell("counts", sizes[s], means[m], coverage(poisson, true, sizes[s], means[m]));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_shares_and_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
