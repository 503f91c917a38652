#include "statistics/interval.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/number.h"
#include "random/distribution.h"
#include "statistics/histograms.h"

/* The largest number of values for which the exact interval is computed as defined. Beyond it, the least
 * number of successes and of failures for which the score interval is as good. */
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

/* Lower limit of a proportion; the upper limit is 1 - the lower limit of the failures. */
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

/* The last quantiles of Student's distribution computed by this thread: the summaries of a cell repeatedly
 * need the quantiles of two numbers of worlds. */
#define KEPT 4
static _Thread_local struct {
    double tail, freedom, quantile;
} kept[KEPT];

double qd_student_quantile(double tail, uint64_t freedom)
{
    size_t i = (size_t)(freedom % KEPT);
    double count = (double)freedom;
    if (kept[i].tail != tail || kept[i].freedom != count) {
        kept[i].quantile = gsl_cdf_tdist_Qinv(tail, count);
        kept[i].tail = tail;
        kept[i].freedom = count;
    }
    return kept[i].quantile;
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
    double t = qd_student_quantile((1.0 - confidence) / 2.0, n);
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
    double half = qd_student_quantile((1.0 - confidence) / 2.0, n - 1) * sd / sqrt((double)n);
    return (qd_interval_t){mean - half, mean + half};
}

/* ---- rare values --------------------------------------------------------------------------------------- */

/* Stringer's bounds of the mean of n values in [0, most], of which x[0..k-1], descending, are not 0. `tail`
 * is the error of each. */
static qd_interval_t stringer(uint64_t n, size_t k, const double x[], double most, double tail)
{
    qd_interval_t before = qd_interval_exact(0, n, 1.0 - 2.0 * tail), out = {0.0, before.high * most};
    for (size_t j = 1; j <= k; j++) {
        qd_interval_t share = qd_interval_exact(j, n, 1.0 - 2.0 * tail);
        out.low += (share.low - before.low) * x[j - 1];
        out.high += (share.high - before.high) * x[j - 1];
        before = share;
    }
    return out;
}

qd_interval_t qd_interval_rare(uint64_t n, size_t k, double value[], double low, double high,
                               double confidence)
{
    double tail = (1.0 - confidence) / 4.0;
    if (!isfinite(low) || !isfinite(high))
        return (qd_interval_t){NAN, NAN};
    size_t negative = 0;
    if (k > 1) /* `value` may be NULL where there is none */
        qsort(value, k, sizeof *value, qd_compare_doubles);
    for (size_t i = 0; i < k; i++)
        if (value[i] < 0.0)
            value[negative++] = -value[i]; /* ascending values: their sizes descend */
    size_t positive = k - negative;
    for (size_t i = 0; i < positive / 2; i++) {
        double other = value[negative + i];
        value[negative + i] = value[k - 1 - i];
        value[k - 1 - i] = other;
    }
    qd_interval_t loss = stringer(n, negative, value, -low, tail);
    qd_interval_t gain = stringer(n, positive, value + negative, high, tail);
    return (qd_interval_t){fmax(gain.low - loss.high, low), fmin(gain.high - loss.low, high)};
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
    ranked_t *ranked = qd_new(n, sizeof *ranked, NULL);
    for (size_t i = 0; ranked && i < n; i++)
        ranked[i] = (ranked_t){isnan(p[i]) ? 1.0 : p[i], i};
    if (ranked)
        qsort(ranked, n, sizeof *ranked, by_p);
    return ranked;
}

bool qd_bh_adjust(size_t n, const double p[], double adjusted[])
{
    ranked_t *ranked = rank_all(n, p);
    if (!ranked)
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
    if (!ranked)
        return false;
    double worst = 0.0;
    for (size_t k = 0; k < n; k++) {
        worst = fmax(worst, ranked[k].p * (double)(all - k));
        adjusted[ranked[k].place] = fmin(worst, 1.0);
    }
    free(ranked);
    return true;
}

/* Intrinsic time divided by this is the rho with the tightest mixture at that time (Howard et al. 2021,
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

/* Logarithm of P(a, x), the regularised lower incomplete gamma function, for x >= a > 0. Where Chernoff's
 * bound shows that its complement is negligible, the result is 0, which avoids an underflow in GSL. */
static double log_lower_gamma(double a, double x)
{
    if (a * log(x / a) - (x - a) < -40.0)
        return 0.0;
    return log1p(-gsl_sf_gamma_inc_Q(a, x));
}

/* Logarithm of the mixture at S = s >= 0, V = v, except terms without s. */
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

/* Whether the interval is bounded: the asymptotic sequence requires many worlds that differ. */
static bool is_informed(const qd_confidence_sequence_t *self)
{
    return self->count > 0 && (self->bounded || (self->count >= self->min_worlds && self->sd > 0.0));
}

/* The interval at the last look. */
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

void qd_resample_draw(size_t n, uint64_t seed, uint64_t resample, qd_resample_use_t use,
                      double multiplicity[])
{
    qd_luck_t luck = {.seed = seed, .world = resample};
    for (size_t i = 0; i < n; i++)
        multiplicity[i] = 0.0;
    for (size_t i = 0; i < n; i++) {
        double u = qd_random_uniform(luck, QD_PURPOSE_BOOTSTRAP, use, (uint32_t)i);
        multiplicity[(size_t)(u * (double)n)] += 1.0;
    }
}

void qd_resample_batches(size_t n, uint64_t seed, uint64_t resample, double confidence, double weight[])
{
    double tail = (1.0 - confidence) / 2.0, batches = (double)n, wider = 0.0;
    if (n > 1)
        wider =
            sqrt(batches / (batches - 1.0)) * qd_student_quantile(tail, n - 1) / gsl_cdf_ugaussian_Qinv(tail);
    qd_resample_draw(n, seed, resample, QD_RESAMPLE_BATCHES, weight);
    for (size_t i = 0; i < n; i++)
        weight[i] = 1.0 + wider * (weight[i] - 1.0);
}

/* Moves the numbers to the front and NaN to the back; returns the number of numbers. */
static size_t part_known(size_t n, double value[])
{
    size_t known = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(value[i]))
            value[known++] = value[i];
    for (size_t i = known; i < n; i++)
        value[i] = NAN;
    return known;
}

/* The value of position `place` of value[0..n-1] in ascending order, 0 <= place < n, which are reordered:
 * selection after Hoare (1961), O(n). */
static double select_place(ptrdiff_t n, double value[], ptrdiff_t place)
{
    ptrdiff_t low = 0, high = n - 1;
    while (low < high) {
        double pivot = value[place];
        ptrdiff_t i = low, j = high;
        while (i <= j) {
            while (value[i] < pivot)
                i++;
            while (value[j] > pivot)
                j--;
            if (i > j)
                break;
            double moved = value[i];
            value[i++] = value[j];
            value[j--] = moved;
        }
        low = j < place ? i : low;
        high = place < i ? j : high;
    }
    return value[place];
}

static double quantile_of(size_t n, double value[], double p)
{
    return select_place((ptrdiff_t)n, value, (ptrdiff_t)qd_quantile_rank(p, n) - 1);
}

qd_interval_t qd_resample_interval(size_t n, double value[], double confidence, double centre)
{
    double tail = (1.0 - confidence) / 2.0;
    size_t known = part_known(n, value);
    if (known == 0 || n - known >= qd_quantile_rank(tail, n))
        return (qd_interval_t){NAN, NAN};
    double shift = centre - quantile_of(known, value, 0.5);
    return (qd_interval_t){quantile_of(known, value, tail) + shift,
                           quantile_of(known, value, 1.0 - tail) + shift};
}

/* ---- bets ---------------------------------------------------------------------------------------------- */

/* Limit of the capital, against overflow; the evidence suffices long before it. */
#define CAPITAL_MOST 1e200

void qd_bets_init(qd_bets_t *self, double low, double high, double margin)
{
    *self = (qd_bets_t){.margin = margin, .low = low, .high = high};
    for (size_t k = 0; k < QD_BETS; k++)
        self->above[k] = self->below[k] = 1.0;
}

/* 1 - 2^-7, times 2^(-k/2). */
static const double stake[QD_BETS] = {
    127.0 / 0x1p7,  127.0 / 0x1p7 * M_SQRT1_2,  127.0 / 0x1p8,  127.0 / 0x1p8 * M_SQRT1_2,
    127.0 / 0x1p9,  127.0 / 0x1p9 * M_SQRT1_2,  127.0 / 0x1p10, 127.0 / 0x1p10 * M_SQRT1_2,
    127.0 / 0x1p11, 127.0 / 0x1p11 * M_SQRT1_2, 127.0 / 0x1p12, 127.0 / 0x1p12 * M_SQRT1_2,
    127.0 / 0x1p13, 127.0 / 0x1p13 * M_SQRT1_2, 127.0 / 0x1p14, 127.0 / 0x1p14 * M_SQRT1_2};

/* `step`: the change of a stake of 1, at least -1 but for rounding. */
static void bet(double capital[QD_BETS], double step)
{
    double least = step < -1.0 ? -1.0 : step;
    for (size_t k = 0; k < QD_BETS; k++) {
        double grown = capital[k] * (1.0 + stake[k] * least);
        capital[k] = grown < CAPITAL_MOST ? grown : CAPITAL_MOST;
    }
}

void qd_bets_add(qd_bets_t *self, double x)
{
    double excess = x - self->margin;
    if (excess == 0.0 || self->margin <= self->low || self->margin >= self->high)
        return;
    bet(self->above, excess / (self->margin - self->low));
    bet(self->below, -excess / (self->high - self->margin));
}

double qd_bets_p(const qd_bets_t *self)
{
    double above = 0.0, below = 0.0;
    for (size_t k = 0; k < QD_BETS; k++) {
        above += self->above[k] / QD_BETS;
        below += self->below[k] / QD_BETS;
    }
    return fmin(1.0, 2.0 / fmax(above, below));
}
