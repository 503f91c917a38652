#include "statistics/confidence_sequence.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>

/* Intrinsic time divided by this is the rho whose mixture is tightest there (Howard et al. 2021,
 * section 3.5). */
static double tuning(double alpha)
{
    double twice_log = 2.0 * log(1.0 / alpha);
    return twice_log + log(1.0 + twice_log);
}

void qd_confidence_sequence_init(qd_confidence_sequence_t *self, double low, double high, double confidence,
                                 uint64_t min_worlds)
{
    double alpha = 1.0 - confidence, first = (double)(min_worlds < 2 ? 2 : min_worlds);
    bool bounded = isfinite(low) && isfinite(high) && high > low;
    /* Variance of a uniform outcome as a guess: the width depends on it by logarithms only. */
    double rho = bounded ? first / 12.0 / tuning(alpha / 2.0) : tuning(alpha) / first;
    *self = (qd_confidence_sequence_t){.bounded = bounded,
                                       .low = low,
                                       .high = high,
                                       .alpha = alpha,
                                       .rho = rho,
                                       .min_worlds = min_worlds < 2 ? 2 : min_worlds,
                                       .mean = bounded ? low + (high - low) / 2.0 : 0.0};
}

void qd_confidence_sequence_tune(qd_confidence_sequence_t *self, double share)
{
    if (self->bounded)
        self->rho = (double)self->min_worlds * share / tuning(self->alpha / 2.0);
}

/* Logarithm of P(a, x), the regularised lower incomplete gamma function, for x >= a > 0. Chernoff's bound
 * tells where its complement is negligible beside 1, which avoids an underflow in GSL. */
static double log_lower_gamma(double a, double x)
{
    if (a * log(x / a) - (x - a) < -40.0)
        return 0.0;
    return log1p(-gsl_sf_gamma_inc_Q(a, x));
}

/* Logarithm of the mixture at S = s >= 0, V = v, but for terms without s. */
static double log_mixture(double s, double v, double rho)
{
    double a = v + rho, x = s + v + rho;
    return log_lower_gamma(a, x) - a * log(x) + s + v;
}

/* The terms of the mixture's logarithm without s. */
static double log_mixture_scale(double v, double rho)
{
    double prior = rho * log(rho) - gsl_sf_lngamma(rho) - log_lower_gamma(rho, rho);
    return prior + gsl_sf_lngamma(v + rho);
}

/* The s at which the mixture, rising in s, reaches 1/alpha. */
static double mixture_bound(double v, double rho, double alpha)
{
    double goal = log(1.0 / alpha) - log_mixture_scale(v, rho), low = 0.0, high = 1.0 + sqrt(v);
    while (log_mixture(high, v, rho) < goal)
        high *= 2.0;
    for (int i = 0; i < 100 && high - low > 1e-10 * high; i++) {
        double middle = (low + high) / 2.0;
        if (log_mixture(middle, v, rho) < goal)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static double bounded_half_width(const qd_confidence_sequence_t *self, double count)
{
    double range = self->high - self->low;
    return mixture_bound(self->variation, self->rho, self->alpha / 2.0) / count * range;
}

static double asymptotic_half_width(const qd_confidence_sequence_t *self, double count, double sd)
{
    double grown = count * self->rho + 1.0; /* rho is r^2 here */
    return sd * sqrt(2.0 * grown / (count * count * self->rho) * log(sqrt(grown) / self->alpha));
}

void qd_confidence_sequence_add(qd_confidence_sequence_t *self, uint64_t count, double mean, double sd)
{
    if (count <= self->count)
        return;
    /* Sum over the new worlds of (x - prediction)^2, from the sums about the means before and now. */
    double n = (double)count, shift = mean - self->mean;
    double squares = count > 1 ? sd * sd * (n - 1.0) : 0.0;
    double added = squares + n * shift * shift - self->squares;
    double range = self->high - self->low;
    if (self->bounded && added > 0.0)
        self->variation += added / (range * range);
    self->count = count;
    self->mean = mean;
    self->sd = sd;
    self->squares = squares;
}

/* Whether the sequence excludes anything: the asymptotic one rests on many worlds that differ. */
static bool is_informed(const qd_confidence_sequence_t *self)
{
    return self->count > 0 && (self->bounded || (self->count >= self->min_worlds && self->sd > 0.0));
}

qd_interval_t qd_confidence_sequence_interval(const qd_confidence_sequence_t *self)
{
    if (!is_informed(self))
        return (qd_interval_t){self->low, self->high};
    double n = (double)self->count;
    double half = self->bounded ? bounded_half_width(self, n) : asymptotic_half_width(self, n, self->sd);
    return (qd_interval_t){fmax(self->mean - half, self->low), fmin(self->mean + half, self->high)};
}

qd_interval_t qd_confidence_sequence_look(qd_confidence_sequence_t *self, uint64_t count, double mean,
                                          double sd)
{
    qd_confidence_sequence_add(self, count, mean, sd);
    return qd_confidence_sequence_interval(self);
}

double qd_confidence_sequence_p(const qd_confidence_sequence_t *self, double value)
{
    if (!is_informed(self))
        return 1.0;
    double n = (double)self->count, distance = fabs(self->mean - value);
    if (!self->bounded) {
        double grown = n * self->rho + 1.0, z = distance / self->sd * n;
        return fmin(1.0, sqrt(grown) * exp(-z * z * self->rho / (2.0 * grown)));
    }
    double s = distance * n / (self->high - self->low);
    double mixture =
        log_mixture_scale(self->variation, self->rho) + log_mixture(s, self->variation, self->rho);
    return fmin(1.0, 2.0 * exp(-mixture));
}
