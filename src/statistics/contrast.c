#include "statistics/contrast.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

/* A difference below this share of the terms' sizes is rounding: 2^-40. The sum over the terms errs by at most
 * 2 terms DBL_EPSILON of it; the rest is for the rounding of the outcomes themselves. */
#define ROUNDING 0x1p-40

/* Worlds with a difference that are remembered for the exact test: 2^16 sign patterns. */
#define FEW 16

/* Differences of one size up to which the sign test decides; Student's is as good beyond. */
#define COINS 1000000

/* Welford's running mean and sum of squares about it. */
typedef struct {
    double mean, squares;
} running_t;

struct qd_contrast {
    size_t terms;
    bool weights_cancel;   /* the weights sum to 0 */
    uint64_t count, zeros; /* worlds; those whose difference is 0 */
    uint64_t positive;     /* those whose difference is above 0 */
    bool uneven;           /* differences of more than one size, but for their sign and rounding */
    double few[FEW];       /* the first differences that are not 0 */
    double sizes;          /* sum over worlds of sum_k |weight_k y_k| */
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

qd_contrast_t *qd_contrast_new(size_t terms, const double weight[])
{
    qd_contrast_t *self = qd_new(1, sizeof *self + terms * sizeof *weight, NULL);
    if (self == NULL)
        return NULL;
    double sum = 0.0, sizes = 0.0;
    for (size_t k = 0; k < terms; k++) {
        sum += weight[k];
        sizes += fabs(weight[k]);
    }
    self->terms = terms;
    self->weights_cancel = fabs(sum) <= ROUNDING * sizes;
    self->term = qd_new(terms, sizeof *self->term, NULL);
    if (self->term == NULL) {
        free(self);
        return NULL;
    }
    for (size_t k = 0; k < terms; k++)
        self->weight[k] = weight[k];
    return self;
}

void qd_contrast_free(qd_contrast_t *self)
{
    if (self == NULL)
        return;
    free(self->term);
    free(self);
}

/* sum_k weight_k y_k, 0 where that is rounding; adds to *size what it is measured by. Weights that cancel are
 * applied to differences from the first term, so that equal terms give 0 exactly. */
static double combine(const qd_contrast_t *self, size_t w, const double *const column[], double *size)
{
    double origin = self->weights_cancel ? column[0][w] : 0.0, difference = 0.0, terms = 0.0;
    for (size_t k = 0; k < self->terms; k++) {
        difference += self->weight[k] * (column[k][w] - origin);
        terms += fabs(self->weight[k] * column[k][w]);
    }
    double noise = fmax(ROUNDING, 2.0 * (double)self->terms * DBL_EPSILON) * terms;
    *size = terms;
    return fabs(difference) <= noise ? 0.0 : difference;
}

static bool differs(double a, double b)
{
    return fabs(a - b) > ROUNDING * fmax(a, b);
}

static void add_world(qd_contrast_t *self, size_t w, const double *const column[])
{
    double size, difference = combine(self, w, column, &size);
    if (isnan(difference))
        return;
    double count = (double)++self->count;
    uint64_t seen = self->count - 1 - self->zeros;
    self->sizes += size;
    if (difference == 0.0)
        self->zeros++;
    else if (seen < FEW)
        self->few[seen] = difference;
    self->positive += difference > 0.0;
    self->uneven = self->uneven || (difference != 0.0 && differs(fabs(difference), fabs(self->few[0])));
    running_add(&self->difference, difference, count);
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

/* The same of n differences of one size, of which k are positive: the sign test (McNemar 1947, where they are those
 * of flags). */
static flips_t flip_coins(unsigned n, unsigned k)
{
    double high = k > 0 ? gsl_cdf_binomial_Q(k - 1, 0.5, n) : 1.0, low = gsl_cdf_binomial_P(k, 0.5, n);
    return (flips_t){high, low, fmin(1.0, 2.0 * fmin(high, low))};
}

/* The same where it can be found; beyond that, the least that it can be. */
static flips_t flips(const qd_contrast_t *self, double margin)
{
    uint64_t differing = self->count - self->zeros;
    uint64_t unequal = margin == 0.0 ? differing : self->count;
    double value[FEW];
    if (margin == 0.0 && !self->uneven && differing > 0 && differing <= COINS)
        return flip_coins((unsigned)differing, (unsigned)self->positive);
    if (unequal > FEW) {
        double least = ldexp(1.0, -(int)(unequal < 2000 ? unequal : 2000));
        return (flips_t){least, least, 2.0 * least};
    }
    for (size_t i = 0; i < unequal; i++)
        value[i] = (i < differing ? self->few[i] : 0.0) - margin;
    return flip_signs((size_t)unequal, value);
}

/* The larger p of Student's test and of the sign flips, so that few or equal differences prove nothing. */
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
    out->p = fmax(qd_p_differs(excess, out->se, self->count, 0.0), flip.far);
    out->p_above = fmax(qd_p_above(excess, out->se, self->count, 0.0), flip.high);
    out->p_below = fmax(qd_p_above(-excess, out->se, self->count, 0.0), flip.low);
}

qd_contrast_result_t qd_contrast_result(const qd_contrast_t *self, double confidence, double margin)
{
    qd_contrast_result_t out = {.count = self->count,
                                .differing = self->count - self->zeros,
                                .estimate = self->count > 0 ? self->difference.mean : NAN,
                                .se = NAN,
                                .margin = margin,
                                .interval = {NAN, NAN},
                                .p = NAN,
                                .p_above = NAN,
                                .p_below = NAN,
                                .unpaired_se = NAN,
                                .reduction = NAN};
    if (self->count < 2)
        return out;
    double n = (double)self->count, unpaired = 0.0;
    double sd = sqrt(self->difference.squares / (n - 1.0));
    if (sd <= ROUNDING * self->sizes / n)
        sd = 0.0;
    for (size_t k = 0; k < self->terms; k++)
        unpaired += self->weight[k] * self->weight[k] * self->term[k].squares / (n - 1.0);
    out.se = sd / sqrt(n);
    out.unpaired_se = sqrt(unpaired / n);
    out.reduction = out.se > 0.0 ? unpaired / n / (out.se * out.se) : NAN;
    test(self, margin, &out);
    out.interval = qd_contrast_interval(&out, confidence);
    return out;
}

qd_interval_t qd_contrast_interval(const qd_contrast_result_t *self, double confidence)
{
    bool bounded = self->count >= 2 && (self->differing == 0 || self->count > 1000 ||
                                        ldexp(1.0, 1 - (int)self->count) <= 1.0 - confidence);
    if (!bounded)
        return (qd_interval_t){NAN, NAN};
    double sd = self->se * sqrt((double)self->count);
    qd_interval_t out = qd_interval_mean(self->estimate, sd, self->count, confidence);
    if (self->differing > 0 && self->p > 1.0 - confidence)
        out = (qd_interval_t){fmin(out.low, self->margin), fmax(out.high, self->margin)};
    return out;
}

struct qd_trend {
    size_t levels;
    double direction;
    qd_contrast_t *rise, *tau;
    qd_contrast_t **step; /* levels - 1 */
};

/* Weights of the least-squares slope, times the range of the levels and the direction. */
static void rise_weights(size_t levels, const double level[], double direction, double weight[])
{
    double mean = 0.0, squares = 0.0;
    for (size_t l = 0; l < levels; l++)
        mean += level[l] / (double)levels;
    for (size_t l = 0; l < levels; l++)
        squares += (level[l] - mean) * (level[l] - mean);
    for (size_t l = 0; l < levels; l++)
        weight[l] = direction * (level[l] - mean) / squares * (level[levels - 1] - level[0]);
}

static bool make_contrasts(qd_trend_t *self, const double level[])
{
    double *weight = qd_new(self->levels, sizeof *weight, NULL);
    self->step = qd_new(self->levels, sizeof(qd_contrast_t *), NULL);
    bool made = weight != NULL && self->step != NULL;
    if (!made)
        goto out;
    rise_weights(self->levels, level, self->direction, weight);
    self->rise = qd_contrast_new(self->levels, weight);
    self->tau = qd_contrast_new(1, (const double[]){1.0});
    made = self->rise != NULL && self->tau != NULL;
    for (size_t l = 0; made && l + 1 < self->levels; l++) {
        self->step[l] = qd_contrast_new(2, (const double[]){-self->direction, self->direction});
        made = self->step[l] != NULL;
    }
out:
    free(weight);
    return made;
}

qd_trend_t *qd_trend_new(size_t levels, const double level[], int direction)
{
    qd_trend_t *self = qd_new(1, sizeof *self, NULL);
    if (self == NULL)
        return NULL;
    self->levels = levels;
    self->direction = direction < 0 ? -1.0 : 1.0;
    if (!make_contrasts(self, level)) {
        qd_trend_free(self);
        return NULL;
    }
    return self;
}

void qd_trend_free(qd_trend_t *self)
{
    if (self == NULL)
        return;
    for (size_t l = 0; self->step != NULL && l + 1 < self->levels; l++)
        qd_contrast_free(self->step[l]);
    free(self->step);
    qd_contrast_free(self->rise);
    qd_contrast_free(self->tau);
    free(self);
}

/* Kendall's S of one world over its greatest value, NaN where a level has no value. */
static double world_tau(const qd_trend_t *self, size_t w, const double *const column[])
{
    double score = 0.0;
    for (size_t i = 0; i < self->levels; i++) {
        if (isnan(column[i][w]))
            return NAN;
        for (size_t j = i + 1; j < self->levels; j++)
            score += (double)((column[j][w] > column[i][w]) - (column[j][w] < column[i][w]));
    }
    return self->direction * score / ((double)self->levels * (double)(self->levels - 1) / 2.0);
}

void qd_trend_add(qd_trend_t *self, size_t count, const double *const column[])
{
    qd_contrast_add(self->rise, count, column);
    for (size_t w = 0; w < count; w++) {
        double tau = world_tau(self, w, column);
        qd_contrast_add(self->tau, 1, (const double *const[]){&tau});
        if (isnan(tau))
            continue;
        for (size_t l = 0; l + 1 < self->levels; l++)
            qd_contrast_add(self->step[l], 1, (const double *const[]){column[l] + w, column[l + 1] + w});
    }
}

/* Intersection-union (Berger 1982): "rises at every step" holds at the level of its weakest test, uncorrected. */
static double supporting_p(const qd_trend_result_t *found)
{
    return fmin(1.0, 2.0 * fmax(found->rise.p_above, found->weakest.p_above));
}

qd_trend_result_t qd_trend_result(const qd_trend_t *self, double confidence, double margin)
{
    qd_trend_result_t out = {.rise = qd_contrast_result(self->rise, confidence, margin),
                             .tau = qd_contrast_result(self->tau, confidence, 0.0),
                             .p = NAN,
                             .p_against = NAN};
    double steps = (double)(self->levels - 1);
    out.tau.unpaired_se = out.tau.reduction = NAN;
    for (size_t l = 0; l + 1 < self->levels; l++) {
        qd_contrast_result_t step = qd_contrast_result(self->step[l], confidence, 0.0);
        if (l == 0 || step.p_above > out.weakest.p_above) {
            out.weakest = step;
            out.weakest_step = l;
        }
        double against = fmin(1.0, step.p_below * steps);
        out.p_against = l == 0 ? against : fmin(out.p_against, against);
    }
    if (out.rise.count < 2)
        return out;
    out.turns_back = out.p_against < 1.0 - confidence;
    out.p = out.rise.estimate > margin ? supporting_p(&out) : out.rise.p;
    out.monotone = out.rise.estimate > margin && out.p <= 1.0 - confidence;
    return out;
}
