#include "statistics/contrast.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A difference below this share of the terms' sizes is rounding: 2^-40. The sum over the terms errs by at
 * most 2 terms DBL_EPSILON of it; the rest is for the rounding of the outcomes themselves. */
#define ROUNDING 0x1p-40

/* Differences of one size up to which the sign test decides; Student's is as good beyond. */
#define COINS 1000000

/* p-values by the interval of few differences: the least error that it is asked for, and the bisections of
 * log2 (error), which leave 50 / 2^26 of it. */
#define RARE_ERROR_LEAST 0x1p-50
#define BISECTIONS       26

/* Cochran's rule (1977): n > 25 g^2 worlds with differences of skewness g, so that Student's 95 % interval is
 * wrong in at most 6 % of samples. g / sqrt(n) is the skewness of their mean. */
#define SKEWNESS_MOST 0.2

#define ALL SIZE_MAX /* strata: all terms */

/* Welford's running mean and sum of squares about it; of differences also the sum of cubes (Pebay 2008). */
typedef struct {
    double mean, squares, cubes;
} running_t;

/* The terms that share their worlds' luck; worlds of different strata are independent of each other. */
typedef struct {
    size_t first;        /* its first term */
    bool weights_cancel; /* its weights sum to 0 */
    uint64_t count;      /* worlds in which all its terms have a value */
    double sizes;        /* sum over these worlds of sum_k |weight_k y_k| */
    running_t difference;
} stratum_t;

struct qd_contrast {
    size_t terms;
    size_t strata; /* 1: all terms are paired; `stratum` and `of` are then NULL */
    stratum_t *stratum;
    size_t *of;                  /* stratum of each term */
    bool weights_cancel;         /* the weights sum to 0 */
    uint64_t count, zeros;       /* worlds; those whose difference is 0 */
    uint64_t positive;           /* those whose difference is above 0 */
    bool uneven;                 /* differences of more than one size, but for their sign and rounding */
    double few[QD_CONTRAST_FEW]; /* the first differences that are not 0 */
    double low, high;            /* bounds of the difference */
    double sizes;                /* sum over worlds of sum_k |weight_k y_k| */
    running_t difference;
    running_t *term;
    double weight[];
};

static void running_add(running_t *self, double x, double count)
{
    double step = x - self->mean;
    self->mean += step / count;
    self->squares += step * (x - self->mean);
}

/* The same of a difference. */
static void running_add_difference(running_t *self, double x, double count)
{
    double step = x - self->mean, part = step / count;
    self->cubes += step * part * part * (count - 1.0) * (count - 2.0) - 3.0 * part * self->squares;
    running_add(self, x, count);
}

static bool weights_cancel(const qd_contrast_t *self, size_t stratum)
{
    double sum = 0.0, sizes = 0.0;
    for (size_t k = 0; k < self->terms; k++) {
        if (stratum != ALL && self->of[k] != stratum)
            continue;
        sum += self->weight[k];
        sizes += fabs(self->weight[k]);
    }
    return fabs(sum) <= ROUNDING * sizes;
}

static bool make_strata(qd_contrast_t *self, size_t strata, const size_t of[])
{
    self->strata = strata;
    if (strata == 1)
        return true;
    self->stratum = qd_new(strata, sizeof *self->stratum, NULL);
    self->of = qd_new(self->terms, sizeof *self->of, NULL);
    if (!self->stratum || !self->of)
        return false;
    memcpy(self->of, of, self->terms * sizeof *of);
    for (size_t k = self->terms; k-- > 0;)
        self->stratum[of[k]].first = k;
    for (size_t s = 0; s < strata; s++)
        self->stratum[s].weights_cancel = weights_cancel(self, s);
    return true;
}

qd_contrast_t *qd_contrast_new_strata(size_t terms, const double weight[], size_t strata, const size_t of[])
{
    qd_contrast_t *self = qd_new(1, sizeof *self + terms * sizeof *weight, NULL);
    if (!self)
        return NULL;
    self->terms = terms;
    self->low = -(double)INFINITY;
    self->high = (double)INFINITY;
    memcpy(self->weight, weight, terms * sizeof *weight);
    self->weights_cancel = weights_cancel(self, ALL);
    self->term = qd_new(terms, sizeof *self->term, NULL);
    if (!self->term || !make_strata(self, strata, of)) {
        qd_contrast_free(self);
        return NULL;
    }
    return self;
}

qd_contrast_t *qd_contrast_new(size_t terms, const double weight[])
{
    return qd_contrast_new_strata(terms, weight, 1, NULL);
}

void qd_contrast_set_range(qd_contrast_t *self, double least, double most)
{
    qd_interval_t sum = {0.0, 0.0};
    for (size_t k = 0; k < self->terms; k++)
        sum = qd_interval_add_term(sum, self->weight[k], least, most);
    self->low = sum.low;
    self->high = sum.high;
}

void qd_contrast_free(qd_contrast_t *self)
{
    if (!self)
        return;
    free(self->of);
    free(self->stratum);
    free(self->term);
    free(self);
}

/* sum_k weight_k y_k over the terms of a stratum (ALL: over all), 0 where that is rounding; *size is the size
 * that rounding is compared with. Weights that cancel are applied to differences from the first term, so that
 * equal terms give 0 exactly. */
static double combine_stratum(const qd_contrast_t *self, size_t stratum, size_t w,
                              const double *const column[], double *size)
{
    bool whole = stratum == ALL;
    bool cancel = whole ? self->weights_cancel : self->stratum[stratum].weights_cancel;
    double origin = cancel ? column[whole ? 0 : self->stratum[stratum].first][w] : 0.0;
    double difference = 0.0, terms = 0.0;
    for (size_t k = 0; k < self->terms; k++) {
        if (!whole && self->of[k] != stratum)
            continue;
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): there is a column for every term */
        difference += self->weight[k] * (column[k][w] - origin);
        terms += fabs(self->weight[k] * column[k][w]);
    }
    double noise = fmax(ROUNDING, 2.0 * (double)self->terms * DBL_EPSILON) * terms;
    *size = terms;
    return fabs(difference) <= noise ? 0.0 : difference;
}

static double combine(const qd_contrast_t *self, size_t w, const double *const column[], double *size)
{
    return combine_stratum(self, ALL, w, column, size);
}

const double *qd_contrast_weights(const qd_contrast_t *self)
{
    return self->weight;
}

double qd_contrast_of(const qd_contrast_t *self, size_t w, const double *const column[])
{
    double size;
    return combine(self, w, column, &size);
}

static bool differs(double a, double b)
{
    return fabs(a - b) > ROUNDING * fmax(a, b);
}

/* Adds to each stratum separately: a world that is missing in one stratum still counts in the others. */
static void add_to_strata(qd_contrast_t *self, size_t w, const double *const column[])
{
    for (size_t s = 0; s < self->strata; s++) {
        stratum_t *stratum = &self->stratum[s];
        double size, difference = combine_stratum(self, s, w, column, &size);
        if (isnan(difference))
            continue;
        double count = (double)++stratum->count;
        stratum->sizes += size;
        running_add_difference(&stratum->difference, difference, count);
        for (size_t k = 0; k < self->terms; k++)
            if (self->of[k] == s)
                running_add(&self->term[k], column[k][w], count);
    }
}

static void add_world(qd_contrast_t *self, size_t w, const double *const column[])
{
    if (self->strata > 1)
        add_to_strata(self, w, column);
    double size, difference = combine(self, w, column, &size);
    if (isnan(difference))
        return;
    double count = (double)++self->count;
    uint64_t seen = self->count - 1 - self->zeros;
    self->sizes += size;
    if (difference == 0.0)
        self->zeros++;
    else if (seen < QD_CONTRAST_FEW)
        self->few[seen] = difference;
    self->positive += difference > 0.0;
    self->uneven = self->uneven || (difference != 0.0 && differs(fabs(difference), fabs(self->few[0])));
    if (self->strata > 1)
        return;
    running_add_difference(&self->difference, difference, count);
    for (size_t k = 0; k < self->terms; k++)
        running_add(&self->term[k], column[k][w], count);
}

void qd_contrast_add(qd_contrast_t *self, size_t count, const double *const column[])
{
    for (size_t w = 0; w < count; w++)
        add_world(self, w, column);
}

/* ---- tests --------------------------------------------------------------------------------------------- */

/* Shares of the 2^n sign patterns whose sum is as high, as low, as far from 0 as that of the values. */
typedef struct {
    double high, low, far;
} flips_t;

static flips_t flip_signs(size_t n, const double value[])
{
    flips_t out = {0};
    double observed = 0.0, sizes = 0.0, share = ldexp(1.0, -(int)n);
    for (size_t i = 0; i < n; i++) {
        observed += value[i];
        sizes += fabs(value[i]);
    }
    double slack = ROUNDING * sizes; /* ties count as reached */
    for (size_t pattern = 0; pattern < (size_t)1 << n; pattern++) {
        double sum = 0.0;
        for (size_t i = 0; i < n; i++)
            sum += pattern >> i & 1 ? -value[i] : value[i];
        out.high += sum >= observed - slack ? share : 0.0;
        out.low += sum <= observed + slack ? share : 0.0;
        out.far += fabs(sum) >= fabs(observed) - slack ? share : 0.0;
    }
    return out;
}

/* The same of n differences of one size, of which k are positive: the sign test (McNemar 1947, where they are
 * those of flags). */
static flips_t flip_coins(unsigned n, unsigned k)
{
    double high = k > 0 ? gsl_cdf_binomial_Q(k - 1, 0.5, n) : 1.0, low = gsl_cdf_binomial_P(k, 0.5, n);
    return (flips_t){high, low, fmin(1.0, 2.0 * fmin(high, low))};
}

/* The same if it can be computed; otherwise its lower bound. */
static flips_t flips(const qd_contrast_t *self, double margin)
{
    uint64_t differing = self->count - self->zeros;
    uint64_t unequal = margin == 0.0 ? differing : self->count;
    double value[QD_CONTRAST_FEW];
    if (margin == 0.0 && !self->uneven && differing > 0 && differing <= COINS)
        return flip_coins((unsigned)differing, (unsigned)self->positive);
    if (unequal > QD_CONTRAST_FEW) {
        double least = ldexp(1.0, -(int)(unequal < 2000 ? unequal : 2000));
        return (flips_t){least, least, 2.0 * least};
    }
    for (size_t i = 0; i < unequal; i++)
        value[i] = (i < differing ? self->few[i] : 0.0) - margin;
    return flip_signs((size_t)unequal, value);
}

/* Whether so few worlds differ that neither the standard error nor the sign flips say much about the worlds
 * that were not played. Where none does, estimate and margin of 0 are equal. */
static bool is_rare(const qd_contrast_result_t *self)
{
    return self->differing <= QD_CONTRAST_FEW && 2 * self->differing < self->count &&
           (self->differing > 0 || self->margin != 0.0);
}

static bool is_bounded(const qd_contrast_result_t *self)
{
    return isfinite(self->low) && isfinite(self->high);
}

static qd_interval_t interval_of_few(const qd_contrast_result_t *self, double confidence)
{
    double value[QD_CONTRAST_FEW];
    memcpy(value, self->few, sizeof value);
    return qd_interval_rare(self->count, (size_t)self->differing, value, self->low, self->high, confidence);
}

/* One-sided p-value of "at most margin" against "above" (or "at least" against "below"): the error of a side
 * at which the interval of few differences reaches the margin, by bisection of its logarithm. 1 without
 * bounds, which leave the worlds that were not played any difference. */
static double p_of_few(const qd_contrast_result_t *self, bool above)
{
    double least = RARE_ERROR_LEAST, most = 1.0;
    for (int step = 0; step < BISECTIONS && is_bounded(self); step++) {
        double middle = sqrt(least * most);
        qd_interval_t at = interval_of_few(self, 1.0 - middle);
        bool excluded = above ? at.low > self->margin : at.high < self->margin;
        *(excluded ? &most : &least) = middle;
    }
    return most < 1.0 ? most / 2.0 : 1.0;
}

/* Student's p of "at most 0" against "above", with full precision far above 0. Of equal differences: the sign
 * flips' 2^-n above 0, otherwise 1. */
static double p_above(const qd_contrast_result_t *of, double excess)
{
    if (of->se == 0.0)
        return excess > 0.0 ? ldexp(1.0, -(int)(of->count < 2000 ? of->count : 2000)) : 1.0;
    return gsl_cdf_tdist_Q(excess / of->se, of->freedom);
}

/* The larger p of Student's test and of the sign flips, so that few or equal differences decide nothing;
 * where few worlds differ, also of the interval of few. Differences of one size need no such bound against 0:
 * gains and losses are then equally likely under the hypothesis. */
static void test(const qd_contrast_t *self, double margin, qd_contrast_result_t *out)
{
    double size = fmax(self->sizes / (double)self->count, fabs(margin));
    double excess = out->estimate - margin;
    if (fabs(excess) <= ROUNDING * size)
        excess = 0.0;
    flips_t flip = flips(self, margin);
    out->p = out->p_above = out->p_below = 1.0;
    if (excess == 0.0 && out->se == 0.0)
        return;
    out->p = fmax(fmin(1.0, 2.0 * p_above(out, fabs(excess))), flip.far);
    out->p_above = fmax(p_above(out, excess), flip.high);
    out->p_below = fmax(p_above(out, -excess), flip.low);
    if (!is_rare(out) || (margin == 0.0 && !self->uneven))
        return;
    double above = p_of_few(out, true), below = p_of_few(out, false);
    out->p = fmax(out->p, fmin(1.0, 2.0 * fmin(above, below)));
    out->p_above = fmax(out->p_above, above);
    out->p_below = fmax(out->p_below, below);
}

/* ---- results ------------------------------------------------------------------------------------------- */

/* Standard deviation of the differences, 0 where that is rounding. */
static double deviation(const running_t *difference, double sizes, double n)
{
    double sd = sqrt(difference->squares / (n - 1.0));
    return sd <= ROUNDING * sizes / n ? 0.0 : sd;
}

static void measure_paired(const qd_contrast_t *self, qd_contrast_result_t *out)
{
    double n = (double)self->count, unpaired = 0.0;
    for (size_t k = 0; k < self->terms; k++)
        unpaired += self->weight[k] * self->weight[k] * self->term[k].squares / (n - 1.0);
    out->freedom = n - 1.0;
    out->se = deviation(&self->difference, self->sizes, n) / sqrt(n);
    out->unpaired_se = sqrt(unpaired / n);
    out->reduction = out->se > 0.0 ? unpaired / n / (out->se * out->se) : NAN;
}

/* Variances of independent means add up; the degrees of freedom are Welch's (1947). */
static void measure_strata(const qd_contrast_t *self, qd_contrast_result_t *out)
{
    double variance = 0.0, spread = 0.0, unpaired = 0.0;
    for (size_t s = 0; s < self->strata; s++) {
        double n = (double)self->stratum[s].count;
        double sd = deviation(&self->stratum[s].difference, self->stratum[s].sizes, n);
        variance += sd * sd / n;
        spread += pow(sd * sd / n, 2.0) / (n - 1.0);
    }
    for (size_t k = 0; k < self->terms; k++) {
        double n = (double)self->stratum[self->of[k]].count;
        unpaired += self->weight[k] * self->weight[k] * self->term[k].squares / (n - 1.0) / n;
    }
    out->freedom = variance > 0.0 ? variance * variance / spread : (double)self->count - 1.0;
    out->se = sqrt(variance);
    out->unpaired_se = sqrt(unpaired);
    out->reduction = variance > 0.0 ? unpaired / variance : NAN;
}

/* Skewness of the estimate: the third central moments of independent means add up, as their variances do. */
static double skewness_of(const qd_contrast_t *self)
{
    double variance = 0.0, third = 0.0;
    for (size_t s = 0; s < self->strata; s++) {
        const running_t *d = self->strata > 1 ? &self->stratum[s].difference : &self->difference;
        double n = (double)(self->strata > 1 ? self->stratum[s].count : self->count);
        variance += d->squares / (n * n);
        third += d->cubes / (n * n * n);
    }
    return third / pow(variance, 1.5);
}

static double estimate_of(const qd_contrast_t *self)
{
    double sum = 0.0;
    if (self->count == 0)
        return NAN;
    if (self->strata == 1)
        return self->difference.mean;
    for (size_t s = 0; s < self->strata; s++)
        sum += self->stratum[s].difference.mean;
    return sum;
}

qd_contrast_result_t qd_contrast_result(const qd_contrast_t *self, double confidence, double margin)
{
    qd_contrast_result_t out = {.count = self->count,
                                .differing = self->count - self->zeros,
                                .estimate = estimate_of(self),
                                .se = NAN,
                                .freedom = NAN,
                                .skewness = NAN,
                                .margin = margin,
                                .interval = {NAN, NAN},
                                .p = NAN,
                                .p_above = NAN,
                                .p_below = NAN,
                                .unpaired_se = NAN,
                                .reduction = NAN,
                                .low = self->low,
                                .high = self->high};
    if (self->count < 2)
        return out;
    memcpy(out.few, self->few, sizeof out.few);
    if (self->strata > 1)
        measure_strata(self, &out);
    else
        measure_paired(self, &out);
    out.skewness = out.se > 0.0 ? skewness_of(self) : 0.0;
    test(self, margin, &out);
    out.interval = qd_contrast_interval(&out, confidence);
    return out;
}

bool qd_contrast_is_skewed(const qd_contrast_result_t *self)
{
    return fabs(self->skewness) > SKEWNESS_MOST && !is_rare(self);
}

qd_interval_t qd_contrast_interval(const qd_contrast_result_t *self, double confidence)
{
    bool constant = self->differing == 0 && self->se == 0.0 && self->margin == 0.0;
    bool enough = self->count >= 2 &&
                  (constant || self->count > 1000 || ldexp(1.0, 1 - (int)self->count) <= 1.0 - confidence);
    if (!enough)
        return (qd_interval_t){NAN, NAN};
    if (constant)
        return (qd_interval_t){self->estimate, self->estimate};
    double half = gsl_cdf_tdist_Qinv((1.0 - confidence) / 2.0, self->freedom) * self->se;
    qd_interval_t out = {self->estimate - half, self->estimate + half};
    if (is_rare(self) && is_bounded(self))
        out = interval_of_few(self, confidence);
    if (self->p > 1.0 - confidence)
        return (qd_interval_t){fmin(out.low, self->margin), fmax(out.high, self->margin)};
    bool above = self->estimate > self->margin;
    return (qd_interval_t){above ? fmax(out.low, self->margin) : out.low,
                           above ? out.high : fmin(out.high, self->margin)};
}
