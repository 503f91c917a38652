/* Intervals and tests for proportions and means after the run, confidence sequences during it, and
 * corrections for multiple tests. All functions are pure and thread-safe. `confidence`, in (0,1), is that of
 * the two-sided interval. */
#ifndef QD_STATISTICS_INTERVAL_H
#define QD_STATISTICS_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/random.h"

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

/* t with P(T > t) = tail of Student's distribution, 0 < tail < 1, freedom >= 1. */
double qd_student_quantile(double tail, uint64_t freedom);

/* Interval for the mean of a variable in [low, high]: towards each bound, Student's limit of the sample with
 * one more value at that bound; clipped to the bounds. Unseen values thus keep a plausible probability: for n
 * zeros in [0, 1] the upper end is 2.96/n, not 0. If the mean is far from the bounds, the interval is
 * Student's. For 0/1 variables at confidence 0.95 it covers with at least 0.945, whatever p and n >= 30. n >=
 * 1; sd (n - 1) is without effect for n = 1. An unbounded side is Student's. */
qd_interval_t qd_interval_bounded(double mean, double sd, uint64_t n, double low, double high,
                                  double confidence);

/* Interval for the mean of a variable in [low, high], low <= 0 <= high, of whose n values only value[0..k-1]
 * are not 0, k <= n; it reorders them. The mean is that of the positive values less that of the negative
 * ones; each has Stringer's (1963) bounds at half the error of a side: where u_j and l_j are the exact
 * (Clopper and Pearson) limits of a proportion with j successes of n, and x_1 >= ... >= x_k,
 *   upper  u_0 high + sum_j (u_j - u_{j-1}) x_j        lower  sum_j (l_j - l_{j-1}) x_j
 * Unseen values of any size up to the bounds thus keep a plausible probability: for n zeros the upper end is
 * high (1 - ((1 - confidence) / 4)^(1/n)). Clipped to [low, high]; NaN where a bound is infinite. */
qd_interval_t qd_interval_rare(uint64_t n, size_t k, double value[], double low, double high,
                               double confidence);

/* The bounds of a weighted sum with one more term, which lies in [least, most]; either may be infinite. Begin
 * with {0, 0}. */
static inline qd_interval_t qd_interval_add_term(qd_interval_t sum, double weight, double least, double most)
{
    if (weight == 0.0) /* also of an unbounded term */
        return sum;
    double a = weight * least, b = weight * most;
    return (qd_interval_t){sum.low + (a < b ? a : b), sum.high + (a < b ? b : a)};
}

/* Student's interval for a mean: mean -+ t sd / sqrt(n), n - 1 degrees of freedom; unbounded below two
 * values. */
qd_interval_t qd_interval_mean(double mean, double sd, uint64_t n, double confidence);

/* Holm's (1979) step-down correction: adjusted[i] in [0,1] so that rejecting where adjusted[i] <= alpha keeps
 * the chance of any false rejection among all n below alpha. A p that is NaN counts as 1. `tests`: more than
 * n if these are some of a larger family (the others count as never rejected before these); otherwise it has
 * no effect. The arrays must not be the same. False where memory is short. */
QD_MUST_USE bool qd_holm_adjust(size_t n, uint64_t tests, const double p[], double adjusted[]);

/* Benjamini and Hochberg's (1995) step-up correction: rejecting where adjusted[i] <= q keeps the expected
 * share of false ones among those rejected below q, also where the tests depend positively on each other
 * (Benjamini and Yekutieli 2001). A p that is NaN counts as 1. The arrays must not be the same. False where
 * memory is short. */
QD_MUST_USE bool qd_bh_adjust(size_t n, const double p[], double adjusted[]);

/* A confidence sequence for a mean: intervals that cover at all looks simultaneously, so that a run may
 * stop at the first interval that is narrow enough and keep its coverage.
 *
 * Outcomes with both bounds: the empirical-Bernstein sequence of Howard, Ramdas, McAuliffe and Sekhon (2021,
 * theorem 4) with the gamma-exponential mixture (their proposition 9). With X in [0,1] after scaling and any
 * prediction P_i of X_i made from earlier worlds, V = sum (X_i - P_i)^2, the process exp(l sum (X_i - mu) -
 * (-log(1 - l) - l) V),  0 <= l < 1, is a supermartingale; its mixture over 1 - l with density proportional
 * to u^(rho-1) exp(-rho u) on (0,1] stays below 2/alpha with probability 1 - alpha/2, on either side.
 * P_i is the mean at the look before (0.5 at first), which makes V computable from moments. Valid at every
 * sample size.
 *
 * Other outcomes: the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas
 * (2024, theorem 2.2), mean -+ sd sqrt(2 (n r^2 + 1) / (n r)^2 log(sqrt(n r^2 + 1) / alpha)), r tuned to the
 * first look. It rests on the central limit theorem: it is unbounded below min_worlds and while the sd is 0.
 *
 * Looks are cumulative and must be taken at the same numbers of worlds whenever a run is repeated or resumed,
 * because the width depends on the looks: at block boundaries, worlds 0 .. n - 1 all finished. Plain data;
 * one thread at a time. */

typedef struct {
    bool bounded;
    double low, high; /* bounds of the outcome */
    double alpha;     /* 1 - confidence */
    double rho;       /* of the mixture: sets the time at which it is tightest */
    uint64_t min_worlds;
    uint64_t count;           /* at the last look, as all below */
    double mean, sd, squares; /* mean, sd (n - 1), sum of squares about the mean */
    double variation;         /* V, in units of (high - low)^2 */
} qd_confidence_sequence_t;

/* For an outcome in [low, high]; either may be infinite. min_worlds >= 2: the least number of worlds at which
 * the run may stop; the sequence is tuned for it. */
void qd_confidence_sequence_init(qd_confidence_sequence_t *self, double low, double high, double confidence,
                                 uint64_t min_worlds);

/* Takes a look: count, mean and sd (n - 1) of all worlds so far. A call whose count has not grown is
 * ignored. */
void qd_confidence_sequence_add(qd_confidence_sequence_t *self, uint64_t count, double mean, double sd);

/* The interval at the last look. */
qd_interval_t qd_confidence_sequence_interval(const qd_confidence_sequence_t *self);

/* Takes a look and returns its interval. */
qd_interval_t qd_confidence_sequence_look(qd_confidence_sequence_t *self, uint64_t count, double mean,
                                          double sd);

/* The p-value, at the last look, of the hypothesis that the mean is `value`: valid at every look, and so at
 * any at which the run may stop. It is the least alpha at which the interval of the same tuning excludes
 * `value`: below 1 - confidence if and only if the interval excludes it. In (0, 1]. */
double qd_confidence_sequence_p(const qd_confidence_sequence_t *self, double value);

/* Draws for resampling and simulated null distributions: purpose BOOTSTRAP, the kind of use as the "period".
 * Part of the format: an entry may be added, never moved. */

typedef enum {
    QD_RESAMPLE_SPREAD = 0, /* world: position of the value; draw 0 */
    QD_RESAMPLE_NULL = 1,   /* world: simulation; draw: number of the value */
    QD_RESAMPLE_ROWS = 2,   /* world: resample; draw: number of the row drawn (base samples, trajectories) */
    QD_RESAMPLE_BATCHES = 3 /* world: resample; draw: number of the batch drawn */
} qd_resample_use_t;

/* The number of times that each of n items is drawn in n draws with replacement: multiplicity[0..n-1]. */
void qd_resample_draw(size_t n, uint64_t seed, uint64_t resample, qd_resample_use_t use,
                      double multiplicity[]);

/* Weights of n batches under one resample: 1 + c (multiplicity - 1), which sum to n and may be negative. The
 * factor c = sqrt(n / (n - 1)) t / z makes a percentile interval of a mean from few batches as wide as
 * Student's, which the plain bootstrap (c = 1) is not. All 1 where n is 1. */
void qd_resample_batches(size_t n, uint64_t seed, uint64_t resample, double confidence, double weight[]);

/* Percentile interval (Efron 1979) of value[0..n-1], which it reorders, moved so that their median lies on
 * `centre`: resampling adds noise to squares and absolute values a second time, which biases all values. NaN
 * are omitted. If there are so many that an end of the interval could be one of them, or no values, both ends
 * are NaN. */
qd_interval_t qd_resample_interval(size_t n, double value[], double confidence, double centre);

/* Bets against the hypothesis that the mean of a bounded outcome is `margin` (Waudby-Smith and Ramdas 2024,
 * section 4): the capital prod_i (1 + l (x_i - m) / (m - low)) of a fixed stake l in (0, 1) is a non-negative
 * supermartingale where the mean is at most m, and so is its mean over the stakes, 1 at the start; it reaches
 * 2/alpha with probability at most alpha/2 (Ville 1939). The same with high - m on the other side. Bets see
 * the whole distribution of x and not its variance alone, which halves the number of worlds of the sequence
 * above if the outcome varies little compared with its bounds. Valid at every sample size. Plain data; one
 * thread at a time. */

/* Stakes fall from 1 - 2^-7 by factors of sqrt(2). */
#define QD_BETS 16

typedef struct {
    double margin, low, high;
    double above[QD_BETS], below[QD_BETS]; /* capitals that grow where the mean lies above, below */
} qd_bets_t;

/* Bounds and margin are finite. There are no bets against a margin outside the bounds. */
void qd_bets_init(qd_bets_t *self, double low, double high, double margin);

/* The outcome of one world, in [low, high]. */
void qd_bets_add(qd_bets_t *self, double x);

/* The p-value of "the mean is the margin", valid at every number of worlds: 2 over the larger mean capital.
 * In (0, 1]. */
double qd_bets_p(const qd_bets_t *self);

#endif
