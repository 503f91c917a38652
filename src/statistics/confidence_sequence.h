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
#ifndef QD_STATISTICS_CONFIDENCE_SEQUENCE_H
#define QD_STATISTICS_CONFIDENCE_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "statistics/interval.h"

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

/* Tunes a new sequence of a bounded outcome for a variance of `share` (high - low)^2 in place of 1/12, that of a uniform
 * outcome. Coverage does not depend on it. */
void qd_confidence_sequence_tune(qd_confidence_sequence_t *self, double share);

/* Takes a look: count, mean and sd (n - 1) of all worlds so far. A count that has not grown is no look. */
void qd_confidence_sequence_add(qd_confidence_sequence_t *self, uint64_t count, double mean, double sd);

/* The interval at the last look. */
qd_interval_t qd_confidence_sequence_interval(const qd_confidence_sequence_t *self);

/* Takes a look and returns its interval. */
qd_interval_t qd_confidence_sequence_look(qd_confidence_sequence_t *self, uint64_t count, double mean,
                                          double sd);

/* The p-value, at the last look, of the hypothesis that the mean is `value`: valid at every look, and so at any at which
 * the run may stop. It is below 1 - confidence where the interval excludes `value`, and conversely: the least alpha at
 * which it does, for the same tuning. In (0, 1]. */
double qd_confidence_sequence_p(const qd_confidence_sequence_t *self, double value);

#endif
