#include "statistics/batch_means.h"
#include "statistics/resample.h"
#include "statistics/sensitivity.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

/* mu, mu*, sigma of one factor. */
typedef struct {
    double mean, absolute, sigma;
} moments_t;

typedef struct {
    size_t trajectories, factors, batches;
    const qd_bootstrap_t *bootstrap;
    double *step;         /* trajectories x factors x batches: elementary effects, batch by batch */
    double *size, *share; /* batches: worlds; weight in a mean */
    double *effect;       /* trajectories x factors, under the present weights of batches */
    double *row_weight, *batch_weight; /* trajectories, batches */
    double *sample;                    /* 3 x factors x resamples: mu, mu*, sigma */
    double *memory;
} work_t;

static void fill_ones(size_t n, double weight[])
{
    for (size_t i = 0; i < n; i++)
        weight[i] = 1.0;
}

static bool work_init(work_t *self)
{
    size_t effects = self->trajectories * self->factors, b = self->batches;
    size_t samples = 3 * self->factors * self->bootstrap->resamples;
    self->memory = qd_new(effects * (b + 1) + self->trajectories + 3 * b + samples + 1, sizeof(double), NULL);
    if (self->memory == NULL)
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
static void fill_steps(work_t *self, const double unit[], const size_t moved[], const qd_batch_mean_t value[],
                       double noise)
{
    size_t d = self->factors, batches = self->batches;
    qd_batch_sizes(self->trajectories * (d + 1), batches, value, self->size);
    for (size_t row = 0; row < self->trajectories * d; row++) {
        size_t t = row / d, point = t * (d + 1) + row % d, factor = moved[row];
        double move = unit[(point + 1) * d + factor] - unit[point * d + factor];
        double *step = self->step + (t * d + factor) * batches;
        qd_batch_step(batches, value + point * batches, value + (point + 1) * batches, noise, step);
        for (size_t b = 0; b < batches; b++)
            step[b] = move == 0.0 ? NAN : step[b] / move;
    }
}

static void fill_effects(work_t *self)
{
    qd_batch_shares(self->batches, self->size, self->batch_weight, self->share);
    for (size_t i = 0; i < self->trajectories * self->factors; i++)
        self->effect[i] = qd_batch_mean(self->batches, self->share, self->step + i * self->batches);
}

/* Root mean square of the standard errors of one factor's effects. */
static double noise_of(const work_t *self, size_t factor)
{
    double sum = 0.0;
    for (size_t t = 0; t < self->trajectories; t++) {
        size_t i = t * self->factors + factor;
        const double *step = self->step + i * self->batches;
        sum += qd_batch_covariance(self->batches, self->share, step, self->effect[i], step, self->effect[i]);
    }
    return self->batches < 2 ? NAN : sqrt(sum / (double)self->trajectories);
}

static moments_t estimate(const work_t *self, size_t factor)
{
    moments_t out = {0.0, 0.0, 0.0};
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
    out.sigma = out.sigma <= QD_ROUNDING * out.absolute ? 0.0 : out.sigma;
    return out;
}

/* Where resample r of statistic s (0 mu, 1 mu*, 2 sigma) of a factor is kept. */
static double *sample_at(const work_t *self, size_t s, size_t factor, size_t r)
{
    return self->sample + (s * self->factors + factor) * self->bootstrap->resamples + r;
}

static void keep_sample(work_t *self, size_t r)
{
    for (size_t i = 0; i < self->factors; i++) {
        moments_t m = estimate(self, i);
        *sample_at(self, 0, i, r) = m.mean;
        *sample_at(self, 1, i, r) = m.absolute;
        *sample_at(self, 2, i, r) = m.sigma;
    }
}

/* Estimates from resampled batches, and with `rows` from resampled trajectories too. */
static void resample(work_t *self, bool rows)
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

static qd_interval_t interval(const work_t *self, size_t s, size_t factor, const qd_estimate_t *about)
{
    const qd_bootstrap_t *bootstrap = self->bootstrap;
    return qd_resample_interval(bootstrap->resamples, sample_at(self, s, factor, 0), bootstrap->confidence,
                                about->estimate);
}

static void find_intervals(work_t *self, qd_effect_t out[])
{
    if (self->trajectories > 1) {
        resample(self, true);
        for (size_t i = 0; i < self->factors; i++) {
            out[i].mean.whole = interval(self, 0, i, &out[i].mean);
            out[i].absolute.whole = interval(self, 1, i, &out[i].absolute);
            out[i].sigma.whole = interval(self, 2, i, &out[i].sigma);
        }
    }
    if (self->batches > 1) {
        resample(self, false);
        for (size_t i = 0; i < self->factors; i++) {
            out[i].mean.noise = interval(self, 0, i, &out[i].mean);
            out[i].absolute.noise = interval(self, 1, i, &out[i].absolute);
            out[i].sigma.noise = interval(self, 2, i, &out[i].sigma);
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
    qd_batch_extent_t extent = qd_batch_extent(trajectories * (factors + 1), batches, value);
    if (!extent.varies)
        return QD_OK;
    work_t work = {
        .trajectories = trajectories, .factors = factors, .batches = batches, .bootstrap = bootstrap};
    if (!work_init(&work))
        return qd_error_add(error, QD_ERROR_MEMORY, "out of memory for the elementary effects of %zu factors",
                            factors);
    fill_steps(&work, unit, moved, value, extent.noise);
    fill_effects(&work);
    for (size_t i = 0; i < factors; i++) {
        moments_t m = estimate(&work, i);
        effect[i].mean.estimate = m.mean;
        effect[i].absolute.estimate = m.absolute;
        effect[i].sigma.estimate = m.sigma;
        effect[i].noise = noise_of(&work, i);
    }
    find_intervals(&work, effect);
    free(work.memory);
    return QD_OK;
}
