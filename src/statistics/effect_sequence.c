#include "statistics/effect_sequence.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* Shares of alpha. */
#define MIXTURE       0.1
#define HORIZON       0.05
#define LAST          0.75
#define BETS          0.1
#define HORIZON_ALONE 0.15 /* of an effect without bounds */

#define WORLDS_THAT_VARY 25.0 /* (sum d^2)^2 / sum d^4, at least, for the central limit theorem */
#define HOPE             2.0  /* standard errors */
#define NONE_DIFFERS     0.5  /* share of the horizon without a difference that ends all hope */

void qd_effect_sequence_init(qd_effect_sequence_t *self, double low, double high, double margin, double alpha,
                             uint64_t min_worlds, uint64_t horizon)
{
    *self = (qd_effect_sequence_t){.margin = margin,
                                   .alpha = alpha,
                                   .bounded = isfinite(low) && isfinite(high) && low < high,
                                   .horizon = horizon};
    qd_confidence_sequence_init(&self->mixture, -(double)INFINITY, (double)INFINITY, 1.0 - alpha * MIXTURE,
                                min_worlds);
    if (self->bounded)
        qd_bets_init(&self->bets, low, high, margin);
    qd_moments_clear(&self->moments);
}

void qd_effect_sequence_add(qd_effect_sequence_t *self, double x)
{
    self->worlds++;
    if (isnan(x))
        return;
    double square = (x - self->margin) * (x - self->margin);
    self->squares += square;
    self->fourths += square * square;
    qd_moments_add(&self->moments, x);
    if (self->bounded)
        qd_bets_add(&self->bets, x);
}

void qd_effect_sequence_look(qd_effect_sequence_t *self)
{
    uint64_t n = self->moments.count;
    if (n > 0)
        qd_confidence_sequence_add(&self->mixture, n, qd_moments_mean(&self->moments),
                                   n > 1 ? sqrt(qd_moments_variance(&self->moments)) : 0.0);
}

static double horizon_share(const qd_effect_sequence_t *self)
{
    return self->bounded ? HORIZON : HORIZON_ALONE;
}

/* Whether the central limit theorem may be relied on. */
static bool is_informed(const qd_effect_sequence_t *self)
{
    const qd_confidence_sequence_t *of = &self->mixture;
    return of->count >= of->min_worlds && of->sd > 0.0 &&
           self->squares * self->squares >= WORLDS_THAT_VARY * self->fourths;
}

/* Standard deviation of the mean of so many worlds, times the horizon's share of them: a sum of n of N
 * worlds, in units of sd sqrt(N), is n (mean - margin) over it. */
static double horizon_scale(const qd_effect_sequence_t *self)
{
    return self->mixture.sd * sqrt((double)self->horizon);
}

static double p_of_horizon(const qd_effect_sequence_t *self)
{
    double n = (double)self->mixture.count;
    if (self->worlds > self->horizon)
        return 1.0;
    return 4.0 * gsl_cdf_ugaussian_Q(fabs(self->mixture.mean - self->margin) * n / horizon_scale(self));
}

/* Whether this is the last look, for which a test of a fixed number of worlds is reserved. */
static bool is_last(const qd_effect_sequence_t *self)
{
    return self->worlds == self->horizon;
}

/* Student's test, two-sided. */
static double p_of_last(const qd_effect_sequence_t *self)
{
    double n = (double)self->mixture.count;
    if (!is_last(self))
        return 1.0;
    return 2.0 *
           gsl_cdf_tdist_Q(fabs(self->mixture.mean - self->margin) * sqrt(n) / self->mixture.sd, n - 1.0);
}

static double p_of_bets(const qd_effect_sequence_t *self)
{
    return self->bounded ? qd_bets_p(&self->bets) / BETS : 1.0;
}

double qd_effect_sequence_p(const qd_effect_sequence_t *self)
{
    double p = fmin(1.0, p_of_bets(self));
    if (!is_informed(self))
        return p;
    p = fmin(p, qd_confidence_sequence_p(&self->mixture, self->margin) / MIXTURE);
    p = fmin(p, p_of_horizon(self) / horizon_share(self));
    return fmin(p, p_of_last(self) / LAST);
}

int qd_effect_sequence_side(const qd_effect_sequence_t *self, double alpha)
{
    if (!(qd_effect_sequence_p(self) <= alpha))
        return 0;
    return self->mixture.mean > self->margin ? 1 : -1;
}

bool qd_effect_sequence_exact(const qd_effect_sequence_t *self, double alpha)
{
    return p_of_bets(self) <= alpha;
}

/* Half the width of the interval of the horizon, or of the last look where that is narrower; INFINITY past
 * the horizon. */
static double half_width(const qd_effect_sequence_t *self)
{
    double n = (double)self->mixture.count;
    if (self->worlds > self->horizon)
        return (double)INFINITY;
    double half = gsl_cdf_ugaussian_Qinv(self->alpha * horizon_share(self) / 4.0) * horizon_scale(self) / n;
    if (is_last(self))
        half = fmin(half, gsl_cdf_tdist_Qinv(self->alpha * LAST / 2.0, n - 1.0) * self->mixture.sd / sqrt(n));
    return half;
}

qd_interval_t qd_effect_sequence_interval(const qd_effect_sequence_t *self)
{
    qd_interval_t out = {-(double)INFINITY, (double)INFINITY};
    if (is_informed(self)) {
        out = qd_confidence_sequence_interval(&self->mixture);
        double half = half_width(self);
        out.low = fmax(out.low, self->mixture.mean - half);
        out.high = fmin(out.high, self->mixture.mean + half);
    }
    int side = qd_effect_sequence_side(self, self->alpha);
    out.low = side > 0 ? fmax(out.low, self->margin) : out.low;
    out.high = side < 0 ? fmin(out.high, self->margin) : out.high;
    return out;
}

bool qd_effect_sequence_hopeless(const qd_effect_sequence_t *self, double alpha)
{
    double n = (double)self->mixture.count, all = (double)self->horizon, sd = self->mixture.sd;
    double distance = fabs(self->mixture.mean - self->margin);
    if (self->mixture.count < self->mixture.min_worlds)
        return false;
    if (sd == 0.0)
        return distance == 0.0 && n >= NONE_DIFFERS * all;
    double hoped = distance + HOPE * sd / sqrt(n) * (1.0 - n / all);
    return hoped * sqrt(all) < gsl_cdf_ugaussian_Qinv(alpha * LAST / 2.0) * sd;
}
