#include "statistics/path_histogram.h"

#include "statistics/counts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 504 /* y = k / STEPS, k = 0 .. STEPS */
#define NONE  505 /* bin of worlds without a value */

bool qd_path_histogram_init(qd_path_histogram_t *self, const qd_series_info_t *series, size_t periods)
{
    bool open = isinf(series->high);
    *self = (qd_path_histogram_t){.low = series->low,
                                  .scale = open ? 1.0 : 1.0 / (series->high - series->low),
                                  .open = open,
                                  .periods = periods};
    size_t some = periods > 0 ? periods : 1;
    self->count = calloc(some, QD_PATH_BINS * sizeof *self->count);
    self->sum = calloc(some, sizeof *self->sum);
    self->bin = calloc(some, sizeof *self->bin);
    return self->count != NULL && self->sum != NULL && self->bin != NULL;
}

void qd_path_histogram_free(qd_path_histogram_t *self)
{
    free(self->count);
    free(self->sum);
    free(self->bin);
    *self = (qd_path_histogram_t){0};
}

void qd_path_histogram_clear(qd_path_histogram_t *self)
{
    memset(self->count, 0, self->periods * QD_PATH_BINS * sizeof *self->count);
    memset(self->sum, 0, self->periods * sizeof *self->sum);
}

/* Branch-free, in the forms that become vector minima and maxima; a NaN passes for 0 until the last line. */
static void find_bins(qd_path_histogram_t *self, const double *restrict path, size_t periods)
{
    int32_t *restrict bin = self->bin;
    double low = self->low, scale = self->scale, bound = self->open ? 1e9 : 1.0;
    double bend = self->open ? 1.0 : 0.0; /* y = z / (1 + z), or z */
    for (size_t t = 0; t < periods; t++) {
        double z = (path[t] - low) * scale;
        z = z > 0.0 ? z : 0.0;
        z = z < bound ? z : bound;
        bin[t] = (int32_t)(z / (1.0 + bend * z) * STEPS + 0.5);
    }
    for (size_t t = 0; t < periods; t++)
        bin[t] = path[t] == path[t] ? bin[t] : NONE;
}

void qd_path_histogram_add(qd_path_histogram_t *self, const double path[], size_t periods)
{
    find_bins(self, path, periods);
    uint32_t *count = self->count;
    for (size_t t = 0; t < periods; t++, count += QD_PATH_BINS)
        count[self->bin[t]]++;
    for (size_t t = 0; t < periods; t++)
        if (path[t] == path[t])
            self->sum[t] += qd_fixed(path[t]);
}

void qd_path_histogram_merge(qd_path_histogram_t *self, const qd_path_histogram_t *other)
{
    size_t bins = self->periods * QD_PATH_BINS;
    const uint32_t *restrict from = other->count;
    uint32_t *restrict to = self->count;
    for (size_t i = 0; i < bins; i++)
        to[i] += from[i];
    for (size_t t = 0; t < self->periods; t++)
        self->sum[t] += other->sum[t];
}

uint64_t qd_path_histogram_count(const qd_path_histogram_t *self, size_t period)
{
    const uint32_t *count = self->count + period * QD_PATH_BINS;
    uint64_t n = 0;
    for (size_t i = 0; i <= STEPS; i++)
        n += count[i];
    return n;
}

double qd_path_histogram_mean(const qd_path_histogram_t *self, size_t period)
{
    uint64_t n = qd_path_histogram_count(self, period);
    return n == 0 ? NAN : qd_fixed_mean(self->sum[period], n);
}

double qd_path_histogram_quantile(const qd_path_histogram_t *self, size_t period, double p)
{
    uint64_t n = qd_path_histogram_count(self, period);
    if (n == 0)
        return NAN;
    const uint32_t *count = self->count + period * QD_PATH_BINS;
    double step = (double)qd_counts_find(count, 0, STEPS, qd_quantile_rank(p, n));
    if (!self->open)
        return self->low + step / STEPS / self->scale;
    step = step < STEPS ? step : STEPS - 1;
    return self->low + step / (STEPS - step);
}

void qd_path_histogram_encode(const qd_path_histogram_t *self, qd_byte_writer_t *to)
{
    for (size_t t = 0; t < self->periods; t++) {
        qd_counts_encode(self->count + t * QD_PATH_BINS, 0, QD_PATH_BINS - 1, to);
        qd_byte_writer_word(to, (uint64_t)self->sum[t]);
        qd_byte_writer_word(to, (uint64_t)((qd_uint128_t)self->sum[t] >> 64));
    }
}

bool qd_path_histogram_decode(qd_path_histogram_t *self, uint64_t worlds, bool apply, qd_byte_reader_t *from)
{
    for (size_t t = 0; t < self->periods; t++) {
        uint64_t total;
        size_t first, last;
        uint32_t *count = apply ? self->count + t * QD_PATH_BINS : NULL;
        if (!qd_counts_decode(count, QD_PATH_BINS, &total, &first, &last, from) || total > worlds)
            return false;
        uint64_t low = qd_byte_reader_word(from), high = qd_byte_reader_word(from);
        if (apply)
            self->sum[t] += (qd_int128_t)((qd_uint128_t)high << 64 | low);
    }
    return !from->failed;
}
