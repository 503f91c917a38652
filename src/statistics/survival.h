/* The Kaplan-Meier estimate of surviving past each period, with Greenwood's variance on the log(-log) scale.
 */
#ifndef QD_STATISTICS_SURVIVAL_H
#define QD_STATISTICS_SURVIVAL_H

#include <stddef.h>
#include <stdint.h>

/* Probability of surviving period t, with its pointwise interval; at_risk: worlds under observation at t. */
typedef struct {
    uint64_t at_risk;
    double estimate, low, high;
} qd_survival_t;

/* From counts: events[t] worlds broke down at period t, censored[t] were last seen at t without (a world
 * censored at t is at risk at t), t = 0 .. periods - 1. Worlds not counted there outlived them all: `beyond`.
 *   S(t) = prod_{u <= t} (1 - d_u / n_u)                                       (Kaplan and Meier 1958)
 *   var log S(t) = sum_{u <= t} d_u / (n_u (n_u - d_u))                        (Greenwood 1926)
 *   interval S(t)^exp(-+ z sqrt(var log S) / log S)                            (Kalbfleisch and Prentice
 * 1980) Before the first event the lower bound is the exact binomial (alpha/2)^(1/n) of none in the n last at
 * risk; once all are gone the upper bound stays where it last was. */
void qd_survival_estimate(size_t periods, const uint64_t events[], const uint64_t censored[], uint64_t beyond,
                          double confidence, qd_survival_t out[]);

/* Adds n worlds to events and censored (periods long) and *beyond, from their times (survival) and flags
 * (breakdown != 0). A pair with a NaN is left out. A censored time of `periods` or more counts as beyond. */
void qd_survival_count(size_t n, const double time[], const double flag[], size_t periods, uint64_t events[],
                       uint64_t censored[], uint64_t *beyond);

/* Mean survival within the periods: the area under the estimate, sum over t of S(t) (restricted mean). */
double qd_survival_restricted_mean(size_t periods, const qd_survival_t estimate[]);

#endif
