#include "statistics/sensitivity.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "statistics/interval.h"

/* Differences below this share of the greatest value are rounding. */
#define ROUNDING 0x1p-40

/* Common properties of the values of a design. */
typedef struct {
    double origin; /* one of the values; sums are taken about it */
    double noise;  /* greatest difference that counts as rounding */
    bool varies;   /* some batch's mean differs between points, by more than rounding */
} batch_extent_t;

static batch_extent_t batch_extent(size_t points, size_t batches, const qd_batch_mean_t value[])
{
    double greatest = 0.0, spread = 0.0;
    for (size_t b = 0; b < batches; b++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t p = 0; p < points; p++) {
            low = fmin(low, value[p * batches + b].mean);
            high = fmax(high, value[p * batches + b].mean);
        }
        greatest = fmax(greatest, fmax(fabs(low), fabs(high)));
        spread = fmax(spread, high - low);
    }
    double noise = ROUNDING * greatest;
    return (batch_extent_t){.origin = value[0].mean, .noise = noise, .varies = spread > noise};
}

/* size[b]: mean number of worlds of batch b over the points. */
static void batch_sizes(size_t points, size_t batches, const qd_batch_mean_t value[], double size[])
{
    for (size_t b = 0; b < batches; b++) {
        size[b] = 0.0;
        for (size_t p = 0; p < points; p++)
            size[b] += value[p * batches + b].worlds;
        size[b] /= (double)points;
    }
}

void qd_batch_shares(size_t batches, const double size[], const double weight[], double share[])
{
    double sum = 0.0;
    for (size_t b = 0; b < batches; b++) {
        share[b] = size[b] * (weight ? weight[b] : 1.0);
        sum += share[b];
    }
    for (size_t b = 0; b < batches; b++)
        share[b] /= sum;
}

/* step[b] = to[b].mean - from[b].mean, 0 where that is rounding. */
static void batch_step(size_t batches, const qd_batch_mean_t from[], const qd_batch_mean_t to[], double noise,
                       double step[])
{
    for (size_t b = 0; b < batches; b++) {
        step[b] = to[b].mean - from[b].mean;
        step[b] = fabs(step[b]) <= noise ? 0.0 : step[b];
    }
}

/* Batch means of one outcome, arranged for estimates under changing weights of base samples and batches. */
typedef struct {
    size_t base, factors, batches;
    const qd_bootstrap_t *bootstrap;
    double *a, *b;                     /* base x batches: f(A), f(B), less an origin */
    double *step;                      /* base x batches x factors: f(AB_i) - f(A) */
    double *size, *share;              /* batches: worlds; weight in a mean */
    double *row_weight, *batch_weight; /* base, batches */
    double covariance;                 /* times qd_batch_covariance: unbiased under the present weights */
    double *centre;                    /* batches: mean of a and b over the base samples */
    double *off_a, *off_b;             /* batches: a and b of one base sample, less the centre */
    double *step_mean, *with_b,
        *with_step;                /* factors: mean of a base sample's steps; covariances with f(B), itself */
    double *first, *total;         /* factors: one set of estimates */
    double *first_sum, *total_sum; /* factors: estimates without each batch, summed */
    double *first_sample, *total_sample; /* factors x resamples */
    double *memory;
} indices_t;

static bool indices_init(indices_t *self)
{
    size_t values = self->base * self->batches, samples = self->factors * self->bootstrap->resamples;
    struct {
        double **part;
        size_t size;
    } parts[] = {{&self->a, values},
                 {&self->b, values},
                 {&self->step, values * self->factors},
                 {&self->size, self->batches},
                 {&self->share, self->batches},
                 {&self->row_weight, self->base},
                 {&self->batch_weight, self->batches},
                 {&self->centre, self->batches},
                 {&self->off_a, self->batches},
                 {&self->off_b, self->batches},
                 {&self->step_mean, self->factors},
                 {&self->with_b, self->factors},
                 {&self->with_step, self->factors},
                 {&self->first, self->factors},
                 {&self->total, self->factors},
                 {&self->first_sum, self->factors},
                 {&self->total_sum, self->factors},
                 {&self->first_sample, samples},
                 {&self->total_sample, samples}};
    size_t all = 1, count = sizeof parts / sizeof parts[0];
    for (size_t i = 0; i < count; i++)
        all += parts[i].size;
    double *at = self->memory = qd_new(all, sizeof(double), NULL);
    for (size_t i = 0; at && i < count; i++) {
        *parts[i].part = at;
        at += parts[i].size;
    }
    return at != NULL;
}

static void fill_ones(size_t n, double weight[])
{
    for (size_t i = 0; i < n; i++)
        weight[i] = 1.0;
}

static void fill_values(indices_t *self, const qd_batch_mean_t value[], const batch_extent_t *extent)
{
    size_t batches = self->batches, points = self->factors + 2;
    batch_sizes(self->base * points, batches, value, self->size);
    for (size_t k = 0; k < self->base; k++) {
        const qd_batch_mean_t *a = value + k * points * batches, *b = a + (points - 1) * batches;
        for (size_t i = 0; i < batches; i++) {
            self->a[k * batches + i] = a[i].mean - extent->origin;
            self->b[k * batches + i] = b[i].mean - extent->origin;
        }
        for (size_t f = 0; f < self->factors; f++) {
            batch_step(batches, a, a + (f + 1) * batches, extent->noise, self->off_a);
            for (size_t i = 0; i < batches; i++)
                self->step[(k * batches + i) * self->factors + f] = self->off_a[i];
        }
    }
}

/* The mean over A and B, batch by batch, under the present weights. */
static void find_centre(indices_t *self)
{
    size_t batches = self->batches;
    for (size_t i = 0; i < batches; i++)
        self->centre[i] = 0.0;
    for (size_t k = 0; k < self->base; k++) {
        double weight = self->row_weight[k] / (2.0 * (double)self->base);
        for (size_t i = 0; weight > 0.0 && i < batches; i++)
            self->centre[i] += weight * (self->a[k * batches + i] + self->b[k * batches + i]);
    }
}

/* Sums over base samples of squares and products of values, each minus its expectation from noise: the
 * covariance of its two factors over the worlds' luck, shared between points or not. */
typedef struct {
    double squares, noise; /* of f(A) and f(B) about the centre */
} sums_t;

/* qd_batch_mean and qd_batch_covariance of the steps of all factors side by side, each sum in the same
 * order. */
static void sum_steps(indices_t *self, const double *restrict step, double b)
{
    size_t batches = self->batches, factors = self->factors;
    double *restrict mean = self->step_mean, *restrict with_b = self->with_b,
                     *restrict with_step = self->with_step;
    for (size_t f = 0; f < factors; f++)
        mean[f] = with_b[f] = with_step[f] = 0.0;
    for (size_t i = 0; i < batches; i++)
        for (size_t f = 0; f < factors; f++)
            mean[f] += self->share[i] * step[i * factors + f];
    for (size_t i = 0; i < batches; i++) {
        double share = self->share[i], off_b = share * (self->off_b[i] - b);
        for (size_t f = 0; f < factors; f++) {
            double off = step[i * factors + f] - mean[f];
            with_b[f] += off_b * off;
            with_step[f] += share * off * off;
        }
    }
    for (size_t f = 0; f < factors; f++) {
        with_b[f] = batches < 2 ? 0.0 : with_b[f] / ((double)batches - 1.0);
        with_step[f] = batches < 2 ? 0.0 : with_step[f] / ((double)batches - 1.0);
    }
}

static void add_row(indices_t *self, size_t k, sums_t *sums)
{
    size_t batches = self->batches;
    const double *share = self->share;
    double weight = self->row_weight[k];
    for (size_t i = 0; i < batches; i++) {
        self->off_a[i] = self->a[k * batches + i] - self->centre[i];
        self->off_b[i] = self->b[k * batches + i] - self->centre[i];
    }
    double a = qd_batch_mean(batches, share, self->off_a), b = qd_batch_mean(batches, share, self->off_b);
    sums->squares += weight * (a * a + b * b);
    sums->noise += weight * self->covariance *
                   (qd_batch_covariance(batches, share, self->off_a, a, self->off_a, a) +
                    qd_batch_covariance(batches, share, self->off_b, b, self->off_b, b));
    sum_steps(self, self->step + k * batches * self->factors, b);
    for (size_t f = 0; f < self->factors; f++) {
        double s = self->step_mean[f];
        self->first[f] += weight * (b * s - self->covariance * self->with_b[f]);
        self->total[f] += weight * (s * s - self->covariance * self->with_step[f]);
    }
}

/* Indices under the present weights, into first and total; mean less the origin. */
static qd_sobol_summary_t estimate_indices(indices_t *self)
{
    double n = (double)self->base;
    sums_t sums = {0.0, 0.0};
    qd_batch_shares(self->batches, self->size, self->batch_weight, self->share);
    find_centre(self);
    for (size_t f = 0; f < self->factors; f++)
        self->first[f] = self->total[f] = 0.0;
    for (size_t k = 0; k < self->base; k++)
        if (self->row_weight[k] > 0.0)
            add_row(self, k, &sums);
    double variance = (sums.squares - sums.noise) / (2.0 * n - 1.0);
    for (size_t f = 0; f < self->factors; f++) {
        self->first[f] = variance > 0.0 ? self->first[f] / n / variance : NAN;
        self->total[f] = variance > 0.0 ? self->total[f] / (2.0 * n) / variance : NAN;
    }
    return (qd_sobol_summary_t){.mean = qd_batch_mean(self->batches, self->share, self->centre),
                                .variance = variance,
                                .noise_share = self->batches < 2 ? NAN : sums.noise / sums.squares};
}

/* Subtracts from the estimates their bias as ratios of two means over the same batches: with theta from all B
 * batches and theta_b from all but b, B theta - (B - 1) mean theta_b (Quenouille 1956). Numerator and V are
 * unbiased from any number of batches, so that the bias of the ratio is c / B + O(1 / B^2); c cancels.
 * Nothing is subtracted if some theta_b has no positive V, or with fewer than three batches, which give it no
 * covariance. */
static void subtract_ratio_bias(indices_t *self, qd_sobol_index_t index[])
{
    size_t batches = self->batches, factors = self->factors;
    double count = (double)batches, *first = self->first_sum, *total = self->total_sum;
    bool known = batches > 2;
    for (size_t b = 0; known && b < batches; b++) {
        self->batch_weight[b] = 0.0;
        self->covariance = (count - 1.0) / (count - 2.0);
        known = estimate_indices(self).variance > 0.0;
        for (size_t f = 0; f < factors; f++) {
            first[f] += self->first[f];
            total[f] += self->total[f];
        }
        self->batch_weight[b] = self->covariance = 1.0;
    }
    for (size_t f = 0; known && f < factors; f++) {
        index[f].first.estimate = count * index[f].first.estimate - (count - 1.0) / count * first[f];
        index[f].total.estimate = count * index[f].total.estimate - (count - 1.0) / count * total[f];
    }
}

/* Estimates from resampled batches, and with `rows` from resampled base samples too. */
static void resample_indices(indices_t *self, bool rows)
{
    const qd_bootstrap_t *bootstrap = self->bootstrap;
    for (size_t r = 0; r < bootstrap->resamples; r++) {
        qd_resample_batches(self->batches, bootstrap->seed, r, bootstrap->confidence, self->batch_weight);
        if (rows)
            qd_resample_draw(self->base, bootstrap->seed, r, QD_RESAMPLE_ROWS, self->row_weight);
        (void)estimate_indices(self);
        for (size_t f = 0; f < self->factors; f++) {
            self->first_sample[f * bootstrap->resamples + r] = self->first[f];
            self->total_sample[f * bootstrap->resamples + r] = self->total[f];
        }
    }
    fill_ones(self->base, self->row_weight);
}

static qd_interval_t index_interval(const indices_t *self, double sample[], size_t factor, double about)
{
    size_t resamples = self->bootstrap->resamples;
    return qd_resample_interval(resamples, sample + factor * resamples, self->bootstrap->confidence, about);
}

static void find_index_intervals(indices_t *self, qd_sobol_index_t index[])
{
    resample_indices(self, true);
    for (size_t f = 0; f < self->factors; f++) {
        index[f].first.whole = index_interval(self, self->first_sample, f, index[f].first.estimate);
        index[f].total.whole = index_interval(self, self->total_sample, f, index[f].total.estimate);
    }
    if (self->batches < 2)
        return;
    resample_indices(self, false);
    for (size_t f = 0; f < self->factors; f++) {
        index[f].first.noise = index_interval(self, self->first_sample, f, index[f].first.estimate);
        index[f].total.noise = index_interval(self, self->total_sample, f, index[f].total.estimate);
    }
}

qd_status_t qd_sobol_indices(size_t base, size_t factors, size_t batches, const qd_batch_mean_t value[],
                             const qd_bootstrap_t *bootstrap, qd_sobol_index_t index[],
                             qd_sobol_summary_t *summary, qd_error_t *error)
{
    const qd_estimate_t unknown = {NAN, {NAN, NAN}, {NAN, NAN}};
    for (size_t i = 0; i < factors; i++)
        index[i] = (qd_sobol_index_t){unknown, unknown};
    *summary = (qd_sobol_summary_t){NAN, NAN, NAN};
    if (base < 2)
        return QD_OK;
    batch_extent_t extent = batch_extent(base * (factors + 2), batches, value);
    if (!extent.varies) {
        *summary = (qd_sobol_summary_t){extent.origin, 0.0, NAN};
        return QD_OK;
    }
    indices_t work = {
        .base = base, .factors = factors, .batches = batches, .bootstrap = bootstrap, .covariance = 1.0};
    if (!indices_init(&work))
        return qd_no_memory(error);
    fill_values(&work, value, &extent);
    fill_ones(base, work.row_weight);
    fill_ones(batches, work.batch_weight);
    *summary = estimate_indices(&work);
    summary->mean += extent.origin;
    for (size_t i = 0; i < factors; i++) {
        index[i].first.estimate = work.first[i];
        index[i].total.estimate = work.total[i];
    }
    if (summary->variance > 0.0) { /* else there are no indices */
        subtract_ratio_bias(&work, index);
        find_index_intervals(&work, index);
    }
    free(work.memory);
    return QD_OK;
}

/* mu, mu*, sigma of one factor. */
typedef struct {
    double mean, absolute, sigma;
} effect_moments_t;

typedef struct {
    size_t trajectories, factors, batches;
    const qd_bootstrap_t *bootstrap;
    double *step;         /* trajectories x factors x batches: elementary effects, batch by batch */
    double *size, *share; /* batches: worlds; weight in a mean */
    double *effect;       /* trajectories x factors, under the present weights of batches */
    double *row_weight, *batch_weight; /* trajectories, batches */
    double *sample;                    /* 3 x factors x resamples: mu, mu*, sigma */
    double *memory;
} effects_t;

static bool effects_init(effects_t *self)
{
    size_t effects = self->trajectories * self->factors, b = self->batches;
    size_t samples = 3 * self->factors * self->bootstrap->resamples;
    self->memory = qd_new(effects * (b + 1) + self->trajectories + 3 * b + samples, sizeof(double), NULL);
    if (!self->memory)
        return false;
    self->step = self->memory;
    self->size = self->step + effects * b;
    self->share = self->size + b;
    self->batch_weight = self->share + b;
    self->row_weight = self->batch_weight + b;
    self->effect = self->row_weight + self->trajectories;
    self->sample = self->effect + effects;
    fill_ones(self->trajectories, self->row_weight);
    fill_ones(b, self->batch_weight);
    return true;
}

/* Effects of every batch: differences of f over differences of x. */
static void fill_steps(effects_t *self, const double unit[], const size_t moved[],
                       const qd_batch_mean_t value[], double noise)
{
    size_t d = self->factors, batches = self->batches;
    batch_sizes(self->trajectories * (d + 1), batches, value, self->size);
    for (size_t row = 0; row < self->trajectories * d; row++) {
        size_t t = row / d, point = t * (d + 1) + row % d, factor = moved[row];
        double move = unit[(point + 1) * d + factor] - unit[point * d + factor];
        double *step = self->step + (t * d + factor) * batches;
        batch_step(batches, value + point * batches, value + (point + 1) * batches, noise, step);
        for (size_t b = 0; b < batches; b++)
            step[b] = move == 0.0 ? NAN : step[b] / move;
    }
}

static void fill_effects(effects_t *self)
{
    qd_batch_shares(self->batches, self->size, self->batch_weight, self->share);
    for (size_t i = 0; i < self->trajectories * self->factors; i++)
        self->effect[i] = qd_batch_mean(self->batches, self->share, self->step + i * self->batches);
}

/* Root mean square of the standard errors of one factor's effects. */
static double noise_of(const effects_t *self, size_t factor)
{
    double sum = 0.0;
    for (size_t t = 0; t < self->trajectories; t++) {
        size_t i = t * self->factors + factor;
        const double *step = self->step + i * self->batches;
        sum += qd_batch_covariance(self->batches, self->share, step, self->effect[i], step, self->effect[i]);
    }
    return self->batches < 2 ? NAN : sqrt(sum / (double)self->trajectories);
}

static effect_moments_t estimate_effect(const effects_t *self, size_t factor)
{
    effect_moments_t out = {0.0, 0.0, 0.0};
    double n = (double)self->trajectories;
    for (size_t t = 0; t < self->trajectories; t++) {
        double effect = self->effect[t * self->factors + factor];
        out.mean += self->row_weight[t] * effect / n;
        out.absolute += self->row_weight[t] * fabs(effect) / n;
    }
    for (size_t t = 0; t < self->trajectories; t++) {
        double off = self->effect[t * self->factors + factor] - out.mean;
        out.sigma += self->row_weight[t] * off * off;
    }
    out.sigma = self->trajectories > 1 ? sqrt(out.sigma / (n - 1.0)) : NAN;
    out.sigma = out.sigma <= ROUNDING * out.absolute ? 0.0 : out.sigma;
    return out;
}

/* The place of resample r of statistic s (0 mu, 1 mu*, 2 sigma) of a factor. */
static double *sample_at(const effects_t *self, size_t s, size_t factor, size_t r)
{
    return self->sample + (s * self->factors + factor) * self->bootstrap->resamples + r;
}

static void keep_sample(effects_t *self, size_t r)
{
    for (size_t i = 0; i < self->factors; i++) {
        effect_moments_t m = estimate_effect(self, i);
        *sample_at(self, 0, i, r) = m.mean;
        *sample_at(self, 1, i, r) = m.absolute;
        *sample_at(self, 2, i, r) = m.sigma;
    }
}

/* Estimates from resampled batches, and with `rows` from resampled trajectories too. */
static void resample_effects(effects_t *self, bool rows)
{
    const qd_bootstrap_t *bootstrap = self->bootstrap;
    for (size_t r = 0; r < bootstrap->resamples; r++) {
        qd_resample_batches(self->batches, bootstrap->seed, r, bootstrap->confidence, self->batch_weight);
        if (rows)
            qd_resample_draw(self->trajectories, bootstrap->seed, r, QD_RESAMPLE_ROWS, self->row_weight);
        fill_effects(self);
        keep_sample(self, r);
    }
    fill_ones(self->trajectories, self->row_weight);
}

/* mu* and sigma are 0 at least: their intervals are cut there, which loses no true value. */
static qd_interval_t effect_interval(const effects_t *self, size_t s, size_t factor,
                                     const qd_estimate_t *about)
{
    const qd_bootstrap_t *bootstrap = self->bootstrap;
    qd_interval_t out = qd_resample_interval(bootstrap->resamples, sample_at(self, s, factor, 0),
                                             bootstrap->confidence, about->estimate);
    if (s > 0 && out.low < 0.0)
        out.low = 0.0;
    return out;
}

static void find_effect_intervals(effects_t *self, qd_effect_t out[])
{
    if (self->trajectories > 1) {
        resample_effects(self, true);
        for (size_t i = 0; i < self->factors; i++) {
            out[i].mean.whole = effect_interval(self, 0, i, &out[i].mean);
            out[i].absolute.whole = effect_interval(self, 1, i, &out[i].absolute);
            out[i].sigma.whole = effect_interval(self, 2, i, &out[i].sigma);
        }
    }
    if (self->batches > 1) {
        resample_effects(self, false);
        for (size_t i = 0; i < self->factors; i++) {
            out[i].mean.noise = effect_interval(self, 0, i, &out[i].mean);
            out[i].absolute.noise = effect_interval(self, 1, i, &out[i].absolute);
            out[i].sigma.noise = effect_interval(self, 2, i, &out[i].sigma);
        }
    }
}

qd_status_t qd_elementary_effects(size_t trajectories, size_t factors, size_t batches, const double unit[],
                                  const size_t moved[], const qd_batch_mean_t value[],
                                  const qd_bootstrap_t *bootstrap, qd_effect_t effect[], qd_error_t *error)
{
    const qd_estimate_t unknown = {NAN, {NAN, NAN}, {NAN, NAN}};
    for (size_t i = 0; i < factors; i++)
        effect[i] = (qd_effect_t){unknown, unknown, unknown, NAN};
    if (trajectories == 0)
        return QD_OK;
    batch_extent_t extent = batch_extent(trajectories * (factors + 1), batches, value);
    if (!extent.varies)
        return QD_OK;
    effects_t work = {
        .trajectories = trajectories, .factors = factors, .batches = batches, .bootstrap = bootstrap};
    if (!effects_init(&work))
        return qd_no_memory(error);
    fill_steps(&work, unit, moved, value, extent.noise);
    fill_effects(&work);
    for (size_t i = 0; i < factors; i++) {
        effect_moments_t m = estimate_effect(&work, i);
        effect[i].mean.estimate = m.mean;
        effect[i].absolute.estimate = m.absolute;
        effect[i].sigma.estimate = m.sigma;
        effect[i].noise = noise_of(&work, i);
    }
    find_effect_intervals(&work, effect);
    free(work.memory);
    return QD_OK;
}
