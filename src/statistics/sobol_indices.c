#include "statistics/sensitivity.h"

#include "statistics/batch_means.h"
#include "statistics/resample.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Everything the estimates need of one base sample, so that a resample of base samples is a weighted sum:
 * f(A), f(B), the noise of their difference, then per factor f(AB_i) and the noise of f(A) - f(AB_i). */
enum { TERM_A, TERM_B, TERM_NOISE, TERMS };

typedef struct {
    size_t base, factors, batches;
    const qd_batch_mean_t *value;
    const qd_bootstrap_t *bootstrap;
    double *term;                        /* base x (TERMS + 2 factors) */
    double *row_weight, *batch_weight;   /* multiplicities: base, batches */
    double *first, *total;               /* factors: one set of estimates */
    double *first_sample, *total_sample; /* factors x resamples */
    double *memory;
} work_t;

static size_t term_stride(const work_t *self)
{
    return TERMS + 2 * self->factors;
}

static bool work_init(work_t *self)
{
    size_t resamples = self->bootstrap->resamples;
    size_t sizes[] = {self->base * term_stride(self),
                      self->base,
                      self->batches,
                      self->factors,
                      self->factors,
                      self->factors * resamples,
                      self->factors * resamples};
    double **parts[] = {&self->term,  &self->row_weight,   &self->batch_weight, &self->first,
                        &self->total, &self->first_sample, &self->total_sample};
    size_t all = 1;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        all += sizes[i];
    self->memory = calloc(all, sizeof(double));
    if (self->memory == NULL)
        return false;
    double *at = self->memory;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        *parts[i] = at;
        at += sizes[i];
    }
    return true;
}

static void fill_ones(size_t n, double weight[])
{
    for (size_t i = 0; i < n; i++)
        weight[i] = 1.0;
}

/* Terms from the batch means under the present multiplicities of batches. */
static void fill_terms(work_t *self)
{
    size_t points = self->factors + 2, batches = self->batches;
    const double *weight = self->batch_weight;
    for (size_t k = 0; k < self->base; k++) {
        const qd_batch_mean_t *a = self->value + k * points * batches, *b = a + (points - 1) * batches;
        double *term = self->term + k * term_stride(self);
        term[TERM_A] = qd_batch_mean(batches, a, weight);
        term[TERM_B] = qd_batch_mean(batches, b, weight);
        term[TERM_NOISE] = qd_batch_noise(batches, a, b, weight);
        for (size_t i = 0; i < self->factors; i++) {
            const qd_batch_mean_t *ab = a + (i + 1) * batches;
            term[TERMS + 2 * i] = qd_batch_mean(batches, ab, weight);
            term[TERMS + 2 * i + 1] = qd_batch_noise(batches, a, ab, weight);
        }
    }
}

/* Mean, variance and noise share under the present multiplicities of rows. Noise that all points share moves
 * the mean and adds no variance; half the noise of f(A) - f(B) is what does. */
static qd_sobol_summary_t summarise(const work_t *self)
{
    double n = (double)self->base, mean = 0.0, squares = 0.0, noise = 0.0;
    for (size_t k = 0; k < self->base; k++) {
        const double *term = self->term + k * term_stride(self);
        mean += self->row_weight[k] * (term[TERM_A] + term[TERM_B]) / (2.0 * n);
        noise += self->row_weight[k] * term[TERM_NOISE] / (2.0 * n);
    }
    for (size_t k = 0; k < self->base; k++) {
        const double *term = self->term + k * term_stride(self);
        double a = term[TERM_A] - mean, b = term[TERM_B] - mean;
        squares += self->row_weight[k] * (a * a + b * b);
    }
    double raw = squares / (2.0 * n - 1.0);
    return (qd_sobol_summary_t){
        .mean = mean, .variance = raw - noise, .noise_share = self->batches < 2 ? NAN : noise / raw};
}

/* Indices under the present multiplicities, into first and total. */
static void estimate(work_t *self, qd_sobol_summary_t summary)
{
    double n = (double)self->base;
    for (size_t i = 0; i < self->factors; i++) {
        double first = 0.0, total = 0.0;
        for (size_t k = 0; k < self->base; k++) {
            const double *term = self->term + k * term_stride(self);
            double step = term[TERMS + 2 * i] - term[TERM_A];
            first += self->row_weight[k] * (term[TERM_B] - summary.mean) * step;
            total += self->row_weight[k] * (step * step - term[TERMS + 2 * i + 1]);
        }
        bool varies = summary.variance > 0.0;
        self->first[i] = varies ? first / n / summary.variance : NAN;
        self->total[i] = varies ? total / (2.0 * n) / summary.variance : NAN;
    }
}

static void keep_sample(work_t *self, size_t resample)
{
    estimate(self, summarise(self));
    size_t resamples = self->bootstrap->resamples;
    for (size_t i = 0; i < self->factors; i++) {
        self->first_sample[i * resamples + resample] = self->first[i];
        self->total_sample[i * resamples + resample] = self->total[i];
    }
}

static qd_interval_t sample_interval(const work_t *self, double sample[], size_t factor)
{
    size_t resamples = self->bootstrap->resamples;
    return qd_resample_interval(resamples, sample + factor * resamples, self->bootstrap->confidence);
}

/* Resampled batches add their own noise to squares once more, hence about the estimate. */
static qd_interval_t noise_interval(const work_t *self, double sample[], size_t factor, double about)
{
    size_t resamples = self->bootstrap->resamples;
    return qd_resample_interval_about(resamples, sample + factor * resamples, self->bootstrap->confidence,
                                      about);
}

static void bootstrap_design(work_t *self, qd_sobol_index_t index[])
{
    for (size_t r = 0; r < self->bootstrap->resamples; r++) {
        qd_resample_draw(self->base, self->bootstrap->seed, r, QD_RESAMPLE_ROWS, self->row_weight);
        keep_sample(self, r);
    }
    for (size_t i = 0; i < self->factors; i++) {
        index[i].first.design = sample_interval(self, self->first_sample, i);
        index[i].total.design = sample_interval(self, self->total_sample, i);
    }
    fill_ones(self->base, self->row_weight);
}

static void bootstrap_noise(work_t *self, qd_sobol_index_t index[])
{
    for (size_t r = 0; r < self->bootstrap->resamples; r++) {
        qd_resample_draw(self->batches, self->bootstrap->seed, r, QD_RESAMPLE_BATCHES, self->batch_weight);
        fill_terms(self);
        keep_sample(self, r);
    }
    for (size_t i = 0; i < self->factors; i++) {
        index[i].first.noise = noise_interval(self, self->first_sample, i, index[i].first.estimate);
        index[i].total.noise = noise_interval(self, self->total_sample, i, index[i].total.estimate);
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
    work_t work = {
        .base = base, .factors = factors, .batches = batches, .value = value, .bootstrap = bootstrap};
    if (!work_init(&work))
        return qd_error_add(error, QD_ERROR_MEMORY, "no memory for the sensitivity indices of %zu factors",
                            factors);
    fill_ones(base, work.row_weight);
    fill_ones(batches, work.batch_weight);
    fill_terms(&work);
    *summary = summarise(&work);
    estimate(&work, *summary);
    for (size_t i = 0; i < factors; i++) {
        index[i].first.estimate = work.first[i];
        index[i].total.estimate = work.total[i];
    }
    if (summary->variance > 0.0) { /* else there is nothing to have an interval */
        bootstrap_design(&work, index);
        if (batches > 1)
            bootstrap_noise(&work, index);
    }
    free(work.memory);
    return QD_OK;
}
