/* Sensitivity of an outcome to the factors: Sobol' indices from a Saltelli design, elementary effects from a
 * Morris design, with the noise of finitely many worlds separated from the uncertainty of the design.
 *
 * Input are batch means: the worlds 0 .. W-1 of every design point are cut into the same B batches (say 16)
 * of consecutive worlds, and value[point * batches + batch] is the outcome's mean over one. The mean over the
 * worlds of all batches is the point's value; a batch counts by its mean number of worlds over the points,
 * which differ where worlds failed. Points share their random numbers, so noise does not cancel in products
 * of values of several points: the covariance over the worlds, estimated from the batches, is subtracted from
 * every square and product. With B = 1 noise is unknown and nothing is corrected. Values must be finite.
 * Differences of the size of rounding count as 0; an outcome without larger ones has no sensitivity (NaN).
 * The results depend on the input and `seed` alone. */
#ifndef QD_STATISTICS_SENSITIVITY_H
#define QD_STATISTICS_SENSITIVITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "statistics/interval.h"

/* The mean over a batch of worlds, and their number (at least 1). */
typedef struct {
    double mean, worlds;
} qd_batch_mean_t;

/* Options of the intervals. */
typedef struct {
    size_t resamples;  /* bootstrap resamples, e.g. 1000; 0: no intervals (NaN) */
    double confidence; /* of the intervals */
    uint64_t seed;
} qd_bootstrap_t;

/* Estimate with bootstrap intervals. `whole`: rows of the design (base samples or trajectories) and batches
 * of worlds are resampled together, so that it covers the value of an infinite design of infinitely many
 * worlds; NaN for one row. `noise`: batches alone are resampled, the design held; NaN where B is 1. Either is
 * NaN if too many resamples have no estimate. */
typedef struct {
    double estimate;
    qd_interval_t whole, noise;
} qd_estimate_t;

/* ---- Sobol' indices ------------------------------------------------------------------------------------ */

typedef struct {
    qd_estimate_t first; /* S_i: share of the variance due to the factor alone */
    qd_estimate_t total; /* T_i: share due to the factor and all its interactions */
} qd_sobol_index_t;

typedef struct {
    double mean, variance; /* over the factors' distributions; the variance is corrected for noise */
    double noise_share;    /* of the uncorrected variance, due to finitely many worlds; NaN where B is 1 */
} qd_sobol_summary_t;

/* From base * (factors + 2) points in blocks A, AB_1 .. AB_d, B (qd_design_saltelli). f is centred on its
 * mean over A and B, and C[..] is the covariance of the term before it over the worlds:
 *   V   = sum over A and B of (f^2 - C[f, f]) / (2 base - 1)
 *   S_i = mean of (f(B) (f(AB_i) - f(A)) - C[f(B), f(AB_i) - f(A)]) / V   (Saltelli et al. 2010, table 2 (b))
 *   T_i = mean of ((f(AB_i) - f(A))^2 - C[same, same]) / (2 V)             (Jansen 1999)
 * Numerator N and V are unbiased, their ratio is not: E[N/V] = N/V (1 - cov(N,V)/(N V) + var(V)/V^2) to first
 * order. The part of this that comes from the worlds does not fall with `base`, as all points share their
 * luck: where luck L multiplies a factor's slope by 1 + L, V varies by about 2 sd(L). From three batches on
 * it is subtracted, by the jackknife over the batches (Quenouille 1956). The part that comes from the base
 * samples falls as 1 / base and stays, as does 2 base / (2 base - 1) in V: the mean of a low-discrepancy
 * sample varies less than that of an independent one, so that V is too large by up to this. Indices are NaN
 * where V <= 0, and where nothing varies; everything where base < 2. */
QD_MUST_USE qd_status_t qd_sobol_indices(size_t base, size_t factors, size_t batches,
                                         const qd_batch_mean_t value[], const qd_bootstrap_t *bootstrap,
                                         qd_sobol_index_t index[], qd_sobol_summary_t *summary,
                                         qd_error_t *error);

/* ---- elementary effects -------------------------------------------------------------------------------- */

typedef struct {
    qd_estimate_t mean;     /* mu: mean elementary effect */
    qd_estimate_t absolute; /* mu*: mean size of the effects (Campolongo, Cariboni and Saltelli 2007) */
    qd_estimate_t sigma;    /* their standard deviation: interactions and curvature, and noise */
    /* Standard error of one effect due to finitely many worlds (root mean square); NaN where B is 1. mu* of a
     * factor without any effect is about 0.8 of this. */
    double noise;
} qd_effect_t;

/* From trajectories * (factors + 1) points (qd_design_morris), unit and moved as that function gave them. The
 * effect of the factor moved from point k to k + 1 is (f_{k+1} - f_k) / (x_{k+1} - x_k), x in the unit cube
 * (Morris 1991). A factor that is not moved (it has one level) has no effect to estimate: NaN, as all are
 * where nothing varies. sigma is NaN for one trajectory, and 0 where effects differ by rounding. The
 * intervals of mu* and sigma end at 0. */
QD_MUST_USE qd_status_t qd_elementary_effects(size_t trajectories, size_t factors, size_t batches,
                                              const double unit[], const size_t moved[],
                                              const qd_batch_mean_t value[], const qd_bootstrap_t *bootstrap,
                                              qd_effect_t effect[], qd_error_t *error);

/* Means over batches of worlds: their weights, and the noise that their differences show.
 *
 * u[b] is the mean of some quantity over the worlds of batch b; the quantity's value is sum_b share[b]
 * u[b]. */

/* share[b] = weight[b] size[b] / their sum; weight NULL: all 1. */
void qd_batch_shares(size_t batches, const double size[], const double weight[], double share[]);

static inline double qd_batch_mean(size_t batches, const double share[], const double u[])
{
    double sum = 0.0;
    for (size_t b = 0; b < batches; b++)
        sum += share[b] * u[b];
    return sum;
}

/* Covariance of the values of u and v (whose means are given) over the worlds' random numbers, estimated from
 * the differences between batches: a batch of n worlds has 1/n of a world's covariance. 0 for one batch.
 * Unbiased where all weights are 1. */
static inline double qd_batch_covariance(size_t batches, const double share[], const double u[],
                                         double mean_u, const double v[], double mean_v)
{
    double sum = 0.0;
    for (size_t b = 0; b < batches; b++)
        sum += share[b] * (u[b] - mean_u) * (v[b] - mean_v);
    return batches < 2 ? 0.0 : sum / ((double)batches - 1.0);
}

#endif
