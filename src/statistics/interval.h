/* Intervals and tests for proportions and means after the run, and the correction for multiple tests. All
 * functions are pure and thread-safe. `confidence`, in (0,1), is that of the two-sided interval. */
#ifndef QD_STATISTICS_INTERVAL_H
#define QD_STATISTICS_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"

typedef struct {
    double low, high;
} qd_interval_t;

/* Wilson's (1927) score interval for a proportion, successes <= n; [0, 1] where n is 0. */
qd_interval_t qd_interval_wilson(uint64_t successes, uint64_t n, double confidence);

/* Clopper and Pearson's (1934) exact interval for a proportion, successes <= n: it covers with at least
 * `confidence`, which the score interval does not where a few successes are expected. [0, 1] where n is 0.
 * Beyond 10^4 values from the gamma distribution (relative error 1e-5), where both successes and failures are
 * more than a hundred from the score. */
qd_interval_t qd_interval_exact(uint64_t successes, uint64_t n, double confidence);

/* Interval for the mean of a variable in [low, high]: towards each bound, Student's limit of the sample with one more
 * value at that bound; clipped to the bounds. So values that were never seen keep a plausible probability: of n zeros
 * in [0, 1] the upper end is 2.96/n, not 0. If the mean is far from the bounds, the interval is Student's. For 0/1
 * variables at confidence 0.95 it covers with at least 0.945, whatever p and n >= 30. n >= 1; sd (n - 1) is
 * without effect for n = 1. An unbounded side is Student's. */
qd_interval_t qd_interval_bounded(double mean, double sd, uint64_t n, double low, double high,
                                  double confidence);

/* Student's interval for a mean: mean -+ t sd / sqrt(n), n - 1 degrees of freedom; unbounded below two
 * values. */
qd_interval_t qd_interval_mean(double mean, double sd, uint64_t n, double confidence);

/* p of Student's test of "the mean is at most `margin`" against "above", from estimate, standard error and
 * number of values: 0.5 on the margin, near 0 far above it (with all its digits), near 1 far below. Where se is
 * 0: 2^-n above the margin (the sign-flip test's p of n equal values), otherwise 1. NaN below two values. */
double qd_p_above(double estimate, double se, uint64_t n, double margin);

/* The same of "the mean is `margin`" against "it differs", two-sided. */
double qd_p_differs(double estimate, double se, uint64_t n, double margin);

/* Holm's (1979) step-down correction: adjusted[i] in [0,1] so that rejecting where adjusted[i] <= alpha keeps
 * the chance of any false rejection among all n below alpha. A p that is NaN counts as 1. `tests`: more than n
 * where these are some of so many (the others count as never rejected before them), otherwise without effect.
 * The arrays must not be the same. False where memory is short. */
QD_MUST_USE bool qd_holm_adjust(size_t n, uint64_t tests, const double p[], double adjusted[]);

/* Benjamini and Hochberg's (1995) step-up correction: rejecting where adjusted[i] <= q keeps the expected share of false
 * ones among those rejected below q, also where the tests depend positively on each other (Benjamini and Yekutieli
 * 2001). A p that is NaN counts as 1. The arrays must not be the same. False where memory is short. */
QD_MUST_USE bool qd_bh_adjust(size_t n, const double p[], double adjusted[]);

#endif
