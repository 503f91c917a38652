/* The Kaplan-Meier estimate of surviving each period and the restricted mean, with Greenwood's variances on
 * the log(-log) scale. */
#ifndef QD_STATISTICS_SURVIVAL_H
#define QD_STATISTICS_SURVIVAL_H

#include <stddef.h>
#include <stdint.h>

/* At period t, with pointwise intervals: `at_risk` worlds are under observation, `estimate` is the
 * probability of surviving periods 0 .. t, `mean` the mean number of them survived (the restricted mean, 0 ..
 * t + 1). */
typedef struct {
    uint64_t at_risk;
    double estimate, low, high;
    double mean, mean_low, mean_high;
} qd_survival_t;

/* From counts: events[t] worlds broke down in period t; censored[t] worlds were observed in periods 0 .. t -
 * 1 without a breakdown, so that t is the first period in which they are not at risk; t = 0 .. periods - 1.
 * `beyond` worlds outlived all of these. This is R's convention for Surv(time, event) with a breakdown in
 * period t at time t + 1 and a world that ended after T periods at time T: at equal times, events come first.
 *   S(t) = prod_{u <= t} (1 - d_u / n_u)                                  (Kaplan and Meier 1958)
 *   var log S(t) = sum_{u <= t} d_u / (n_u (n_u - d_u))                   (Greenwood 1926)
 *   interval S(t)^exp(-+ z sqrt(var log S) / log S)                       (Kalbfleisch and Prentice 1980)
 *   M(t) = sum_{u <= t} S(u)                                              (restricted mean, Irwin 1949)
 *   var M(t) = sum_{u <= t} (sum_{u <= v <= t} S(v))^2 d_u / (n_u (n_u - d_u))
 * The interval of M(t) is made as that of S(t), from the share M(t) / (t + 1). Before the first event the
 * lower bound of either share is the exact binomial (alpha/2)^(1/n) of no event among the n at risk; once all
 * have broken down, the upper bound of S keeps its last value. From the first period without worlds at risk
 * on, if S is above 0, the estimates are unknown: NaN. */
void qd_survival_estimate(size_t periods, const uint64_t events[], const uint64_t censored[], uint64_t beyond,
                          double confidence, qd_survival_t out[]);

/* Adds n worlds to events and censored (periods long) and *beyond, from their times (outcome `survival`:
 * period of breakdown, or number of periods) and flags (`breakdown` != 0). A pair with a NaN is left out. A
 * time of `periods` or more counts as beyond. */
void qd_survival_count(size_t n, const double time[], const double flag[], size_t periods, uint64_t events[],
                       uint64_t censored[], uint64_t *beyond);

#endif
