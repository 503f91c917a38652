#include "statistics/sensitivity.h"

#include "statistics/batch_means.h"
#include "statistics/resample.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

/* Batch means of one outcome, arranged for estimates under changing weights of base samples and batches. */
typedef struct {
    size_t base, factors, batches;
    const qd_bootstrap_t *bootstrap;
    double *a, *b;                     /* base x batches: f(A), f(B), less an origin */
    double *step;                      /* base x batches x factors: f(AB_i) - f(A) */
    double *size, *share;              /* batches: worlds; weight in a mean */
    double *row_weight, *batch_weight; /* base, batches */
    double *centre;                    /* batches: mean of a and b over the base samples */
    double *off_a, *off_b;             /* batches: a and b of one base sample, less the centre */
    double *step_mean, *with_b,
        *with_step;        /* factors: mean of a base sample's steps; covariances with f(B), itself */
    double *first, *total; /* factors: one set of estimates */
    double *first_sample, *total_sample; /* factors x resamples */
    double *memory;
} work_t;

static bool work_init(work_t *self)
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
                 {&self->first_sample, samples},
                 {&self->total_sample, samples}};
    size_t all = 1, count = sizeof parts / sizeof parts[0];
    for (size_t i = 0; i < count; i++)
        all += parts[i].size;
    double *at = self->memory = qd_new(all, sizeof(double), NULL);
    for (size_t i = 0; at != NULL && i < count; i++) {
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

static void fill_values(work_t *self, const qd_batch_mean_t value[], const qd_batch_extent_t *extent)
{
    size_t batches = self->batches, points = self->factors + 2;
    qd_batch_sizes(self->base * points, batches, value, self->size);
    for (size_t k = 0; k < self->base; k++) {
        const qd_batch_mean_t *a = value + k * points * batches, *b = a + (points - 1) * batches;
        for (size_t i = 0; i < batches; i++) {
            self->a[k * batches + i] = a[i].mean - extent->origin;
            self->b[k * batches + i] = b[i].mean - extent->origin;
        }
        for (size_t f = 0; f < self->factors; f++) {
            qd_batch_step(batches, a, a + (f + 1) * batches, extent->noise, self->off_a);
            for (size_t i = 0; i < batches; i++)
                self->step[(k * batches + i) * self->factors + f] = self->off_a[i];
        }
    }
}

/* The mean over A and B, batch by batch, under the present weights. */
static void find_centre(work_t *self)
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

/* Sums over base samples of squares and products of values, each less its expectation from noise: the
 * covariance of its two factors over the worlds' luck, shared between points or not. */
typedef struct {
    double squares, noise; /* of f(A) and f(B) about the centre */
} sums_t;

/* qd_batch_mean and qd_batch_covariance of the steps of all factors side by side, each sum in the same order. */
static void sum_steps(work_t *self, const double *restrict step, double b)
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

static void add_row(work_t *self, size_t k, sums_t *sums)
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
    sums->noise += weight * (qd_batch_covariance(batches, share, self->off_a, a, self->off_a, a) +
                             qd_batch_covariance(batches, share, self->off_b, b, self->off_b, b));
    sum_steps(self, self->step + k * batches * self->factors, b);
    for (size_t f = 0; f < self->factors; f++) {
        double s = self->step_mean[f];
        self->first[f] += weight * (b * s - self->with_b[f]);
        self->total[f] += weight * (s * s - self->with_step[f]);
    }
}

/* Indices under the present weights, into first and total; mean less the origin. */
static qd_sobol_summary_t estimate(work_t *self)
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

/* Estimates from resampled batches, and with `rows` from resampled base samples too. */
static void resample(work_t *self, bool rows)
{
    const qd_bootstrap_t *bootstrap = self->bootstrap;
    for (size_t r = 0; r < bootstrap->resamples; r++) {
        qd_resample_batches(self->batches, bootstrap->seed, r, bootstrap->confidence, self->batch_weight);
        if (rows)
            qd_resample_draw(self->base, bootstrap->seed, r, QD_RESAMPLE_ROWS, self->row_weight);
        (void)estimate(self);
        for (size_t f = 0; f < self->factors; f++) {
            self->first_sample[f * bootstrap->resamples + r] = self->first[f];
            self->total_sample[f * bootstrap->resamples + r] = self->total[f];
        }
    }
    fill_ones(self->base, self->row_weight);
}

static qd_interval_t interval(const work_t *self, double sample[], size_t factor, double about)
{
    size_t resamples = self->bootstrap->resamples;
    return qd_resample_interval(resamples, sample + factor * resamples, self->bootstrap->confidence, about);
}

static void find_intervals(work_t *self, qd_sobol_index_t index[])
{
    resample(self, true);
    for (size_t f = 0; f < self->factors; f++) {
        index[f].first.whole = interval(self, self->first_sample, f, index[f].first.estimate);
        index[f].total.whole = interval(self, self->total_sample, f, index[f].total.estimate);
    }
    if (self->batches < 2)
        return;
    resample(self, false);
    for (size_t f = 0; f < self->factors; f++) {
        index[f].first.noise = interval(self, self->first_sample, f, index[f].first.estimate);
        index[f].total.noise = interval(self, self->total_sample, f, index[f].total.estimate);
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
    qd_batch_extent_t extent = qd_batch_extent(base * (factors + 2), batches, value);
    if (!extent.varies) {
        *summary = (qd_sobol_summary_t){extent.origin, 0.0, NAN};
        return QD_OK;
    }
    work_t work = {.base = base, .factors = factors, .batches = batches, .bootstrap = bootstrap};
    if (!work_init(&work))
        return qd_error_add(error, QD_ERROR_MEMORY,
                            "out of memory for the sensitivity indices of %zu factors", factors);
    fill_values(&work, value, &extent);
    fill_ones(base, work.row_weight);
    fill_ones(batches, work.batch_weight);
    *summary = estimate(&work);
    summary->mean += extent.origin;
    for (size_t i = 0; i < factors; i++) {
        index[i].first.estimate = work.first[i];
        index[i].total.estimate = work.total[i];
    }
    if (summary->variance > 0.0) /* else there is nothing to have an interval */
        find_intervals(&work, index);
    free(work.memory);
    return QD_OK;
}
