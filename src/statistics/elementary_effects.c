#include "statistics/batch_means.h"
#include "statistics/resample.h"
#include "statistics/sensitivity.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* mu, mu*, sigma of one factor. */
typedef struct {
    double mean, absolute, sigma;
} moments_t;

typedef struct {
    size_t trajectories, factors, batches;
    const double *unit;
    const qd_batch_mean_t *value;
    const size_t *moved;
    const qd_bootstrap_t *bootstrap;
    double *effect;                    /* trajectories x factors */
    double *row_weight, *batch_weight; /* multiplicities: trajectories, batches */
    double *sample;                    /* 3 x factors x resamples: mu, mu*, sigma */
    double *memory;
} work_t;

static bool work_init(work_t *self)
{
    size_t effects = self->trajectories * self->factors;
    size_t samples = 3 * self->factors * self->bootstrap->resamples;
    self->memory = calloc(effects + self->trajectories + self->batches + samples + 1, sizeof(double));
    if (self->memory == NULL)
        return false;
    self->effect = self->memory;
    self->row_weight = self->effect + effects;
    self->batch_weight = self->row_weight + self->trajectories;
    self->sample = self->batch_weight + self->batches;
    for (size_t t = 0; t < self->trajectories; t++)
        self->row_weight[t] = 1.0;
    for (size_t b = 0; b < self->batches; b++)
        self->batch_weight[b] = 1.0;
    return true;
}

/* Step k of a trajectory: its factor and what 1 / (x_{k+1} - x_k) is; NaN where the factor has one value. */
static size_t step_of(const work_t *self, size_t trajectory, size_t k, double *inverse)
{
    size_t d = self->factors, factor = self->moved[trajectory * d + k];
    const double *from = self->unit + (trajectory * (d + 1) + k) * d;
    double step = from[d + factor] - from[factor];
    *inverse = step == 0.0 ? NAN : 1.0 / step;
    return factor;
}

/* Effects under the present multiplicities of batches. */
static void fill_effects(work_t *self)
{
    size_t d = self->factors, batches = self->batches;
    for (size_t t = 0; t < self->trajectories; t++)
        for (size_t k = 0; k < d; k++) {
            double inverse;
            size_t factor = step_of(self, t, k, &inverse);
            const qd_batch_mean_t *before = self->value + (t * (d + 1) + k) * batches,
                                  *after = before + batches;
            double change = qd_batch_mean(batches, after, self->batch_weight) -
                            qd_batch_mean(batches, before, self->batch_weight);
            self->effect[t * d + factor] = change * inverse;
        }
}

/* Root mean square of the standard errors of one factor's effects, for every factor. */
static void measure_noise(const work_t *self, qd_effect_t out[])
{
    size_t d = self->factors, batches = self->batches;
    for (size_t i = 0; i < d; i++)
        out[i].noise = batches < 2 ? NAN : 0.0;
    for (size_t t = 0; batches > 1 && t < self->trajectories; t++)
        for (size_t k = 0; k < d; k++) {
            double inverse;
            size_t factor = step_of(self, t, k, &inverse);
            const qd_batch_mean_t *before = self->value + (t * (d + 1) + k) * batches;
            double noise = qd_batch_noise(batches, before + batches, before, self->batch_weight);
            out[factor].noise += noise * inverse * inverse / (double)self->trajectories;
        }
    for (size_t i = 0; i < d; i++)
        out[i].noise = sqrt(out[i].noise);
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

static qd_interval_t sample_interval(const work_t *self, size_t s, size_t factor)
{
    const qd_bootstrap_t *bootstrap = self->bootstrap;
    return qd_resample_interval(bootstrap->resamples, sample_at(self, s, factor, 0), bootstrap->confidence);
}

/* Resampled batches add their own noise to sizes and squares once more, hence about the estimate. */
static qd_interval_t noise_interval(const work_t *self, size_t s, size_t factor, double about)
{
    const qd_bootstrap_t *bootstrap = self->bootstrap;
    return qd_resample_interval_about(bootstrap->resamples, sample_at(self, s, factor, 0),
                                      bootstrap->confidence, about);
}

static void bootstrap_design(work_t *self, qd_effect_t out[])
{
    for (size_t r = 0; r < self->bootstrap->resamples; r++) {
        qd_resample_draw(self->trajectories, self->bootstrap->seed, r, QD_RESAMPLE_ROWS, self->row_weight);
        keep_sample(self, r);
    }
    for (size_t i = 0; i < self->factors; i++) {
        out[i].mean.design = sample_interval(self, 0, i);
        out[i].absolute.design = sample_interval(self, 1, i);
        out[i].sigma.design = sample_interval(self, 2, i);
    }
    for (size_t t = 0; t < self->trajectories; t++)
        self->row_weight[t] = 1.0;
}

static void bootstrap_noise(work_t *self, qd_effect_t out[])
{
    for (size_t r = 0; r < self->bootstrap->resamples; r++) {
        qd_resample_draw(self->batches, self->bootstrap->seed, r, QD_RESAMPLE_BATCHES, self->batch_weight);
        fill_effects(self);
        keep_sample(self, r);
    }
    for (size_t i = 0; i < self->factors; i++) {
        out[i].mean.noise = noise_interval(self, 0, i, out[i].mean.estimate);
        out[i].absolute.noise = noise_interval(self, 1, i, out[i].absolute.estimate);
        out[i].sigma.noise = noise_interval(self, 2, i, out[i].sigma.estimate);
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
    work_t work = {.trajectories = trajectories,
                   .factors = factors,
                   .batches = batches,
                   .unit = unit,
                   .value = value,
                   .moved = moved,
                   .bootstrap = bootstrap};
    if (!work_init(&work))
        return qd_error_add(error, QD_ERROR_MEMORY, "no memory for the elementary effects of %zu factors",
                            factors);
    fill_effects(&work);
    measure_noise(&work, effect);
    for (size_t i = 0; i < factors; i++) {
        moments_t m = estimate(&work, i);
        effect[i].mean.estimate = m.mean;
        effect[i].absolute.estimate = m.absolute;
        effect[i].sigma.estimate = m.sigma;
    }
    bootstrap_design(&work, effect);
    if (batches > 1)
        bootstrap_noise(&work, effect);
    free(work.memory);
    return QD_OK;
}
