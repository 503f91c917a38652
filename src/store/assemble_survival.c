#include "store/assembly.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "statistics/survival.h"
#include "store/batch.h"

#define SURVIVAL_CONFIDENCE 0.95
#define VALUES_AT_ONCE      ((size_t)16384) /* of one variable: a chunk of it */

typedef struct {
    qd_assembly_t *assembly;
    qd_batch_t batch;
    qd_whole_field_t at_risk;
    qd_real_field_t estimate, low, high, mean, mean_low, mean_high;
    uint64_t *event, *censored;
    bool unequal; /* some worlds have fewer periods than others */
    qd_survival_t *curve;
    double time[QD_CHUNK], flag[QD_CHUNK];
} survival_t;

static qd_h5_variable_t variable_of(const char *path, const char *units, const char *long_name)
{
    return (qd_h5_variable_t){.path = path,
                              .rank = 3,
                              .dimension = {"/point", "/order", "/period"},
                              .chunk = VALUES_AT_ONCE,
                              .compress = true,
                              .units = units,
                              .long_name = long_name};
}

static qd_real_field_t add_reals(survival_t *self, const char *path, const char *units, const char *long_name)
{
    qd_h5_variable_t variable = variable_of(path, units, long_name);
    return qd_batch_add_reals(&self->batch, &variable);
}

static void define_survival(survival_t *self)
{
    qd_h5_t *h5 = &self->assembly->h5;
    double confidence = SURVIVAL_CONFIDENCE;
    qd_h5_group(h5, "/survival");
    qd_assembly_coordinates(self->assembly, "/survival", false);
    qd_h5_set_text(h5, "/survival", "long_name", "Kaplan-Meier estimate of surviving each period");
    qd_h5_set_reals(h5, "/survival", "confidence", &confidence, 0);
    qd_h5_variable_t at_risk =
        variable_of("/survival/at_risk", "worlds", "worlds under observation at the period");
    self->at_risk = qd_batch_add_wholes(&self->batch, &at_risk);
    self->estimate = add_reals(self, "/survival/estimate", "1", "share of worlds that survive the period");
    self->low = add_reals(self, "/survival/low", "1", "lower end of its pointwise interval");
    self->high = add_reals(self, "/survival/high", "1", "upper end of its pointwise interval");
    self->mean = add_reals(self, "/survival/restricted_mean", "periods",
                           "mean number of periods survived, of those up to this one");
    self->mean_low =
        add_reals(self, "/survival/restricted_mean_low", "periods", "lower end of its pointwise interval");
    self->mean_high =
        add_reals(self, "/survival/restricted_mean_high", "periods", "upper end of its pointwise interval");
}

static qd_status_t count_survival(survival_t *self, size_t point, size_t order, uint64_t *beyond,
                                  qd_error_t *error)
{
    qd_index_t *index = self->assembly->index;
    size_t periods = self->assembly->periods;
    uint64_t end = qd_ranges_end(qd_index_done(index, point, order));
    memset(self->event, 0, periods * sizeof *self->event);
    memset(self->censored, 0, periods * sizeof *self->censored);
    *beyond = 0;
    for (uint64_t first = 0; first < end; first += QD_CHUNK) {
        size_t count = end - first < QD_CHUNK ? (size_t)(end - first) : QD_CHUNK;
        qd_status_t status =
            qd_index_read(index, point, order, QD_O_survival, first, count, self->time, error);
        if (status == QD_OK)
            status = qd_index_read(index, point, order, QD_O_breakdown, first, count, self->flag, error);
        if (status != QD_OK)
            return status;
        qd_survival_count(count, self->time, self->flag, periods, self->event, self->censored, beyond);
    }
    return QD_OK;
}

static void put_period(survival_t *self, size_t cell, size_t t, const qd_survival_t *at)
{
    qd_batch_t *batch = &self->batch;
    qd_batch_wholes(batch, self->at_risk, cell)[t] = (int64_t)at->at_risk;
    qd_batch_reals(batch, self->estimate, cell)[t] = at->estimate;
    qd_batch_reals(batch, self->low, cell)[t] = at->low;
    qd_batch_reals(batch, self->high, cell)[t] = at->high;
    qd_batch_reals(batch, self->mean, cell)[t] = at->mean;
    qd_batch_reals(batch, self->mean_low, cell)[t] = at->mean_low;
    qd_batch_reals(batch, self->mean_high, cell)[t] = at->mean_high;
}

static qd_status_t fill_survival(survival_t *self, size_t point, size_t order, size_t cell, qd_error_t *error)
{
    uint64_t beyond;
    size_t periods = self->assembly->periods;
    qd_status_t status = count_survival(self, point, order, &beyond, error);
    if (status != QD_OK || self->assembly->h5.failed)
        return status;
    qd_survival_estimate(periods, self->event, self->censored, beyond, SURVIVAL_CONFIDENCE, self->curve);
    /* Values beyond the periods of this (point, order) are missing. */
    size_t known = qd_index_periods(self->assembly->index, point, order);
    for (size_t t = 0; t < periods; t++)
        self->unequal = self->unequal || self->censored[t] > 0;
    const qd_survival_t unknown = {0, NAN, NAN, NAN, NAN, NAN, NAN};
    for (size_t t = 0; t < periods; t++)
        put_period(self, cell, t, t < known ? &self->curve[t] : &unknown);
    return QD_OK;
}

/* Points whose curves are in memory at once: enough to fill a chunk. */
static size_t points_at_once(const qd_assembly_t *assembly)
{
    size_t each = assembly->periods * assembly->experiment->orders,
           most = each > VALUES_AT_ONCE ? 1 : VALUES_AT_ONCE / each;
    return (size_t)qd_h5_chunk(assembly->experiment->points, most);
}

qd_status_t qd_assembly_survival(qd_assembly_t *assembly, qd_error_t *error)
{
    const qd_experiment_t *experiment = assembly->experiment;
    uint64_t needed = (uint64_t)1 << QD_O_survival | (uint64_t)1 << QD_O_breakdown;
    if ((assembly->kind.columns & needed) != needed)
        return QD_OK;
    qd_status_t status = QD_OK;
    survival_t *self = qd_new(1, sizeof *self, error);
    if (!self || !(self->event = qd_new(assembly->periods, sizeof *self->event, error)) ||
        !(self->censored = qd_new(assembly->periods, sizeof *self->censored, error)) ||
        !(self->curve = qd_new(assembly->periods, sizeof *self->curve, error))) {
        status = qd_no_memory(error);
        goto out;
    }
    self->assembly = assembly;
    size_t points = points_at_once(assembly), orders = experiment->orders;
    qd_batch_init(&self->batch, &assembly->h5, points, orders);
    define_survival(self);
    size_t unvaried = qd_experiment_unvaried(experiment);
    for (size_t p = 0; p < unvaried && status == QD_OK && !assembly->h5.failed; p += points) {
        size_t some = unvaried - p < points ? unvaried - p : points;
        for (size_t i = 0; i < some * orders && status == QD_OK; i++)
            status = fill_survival(self, p + i / orders, i % orders, i, error);
        qd_batch_write(&self->batch, p, some);
    }
    qd_h5_set_whole(&assembly->h5, "/survival", QD_UNEQUAL_PERIODS, self->unequal);
    qd_batch_free(&self->batch);
out:
    if (self) {
        free(self->event);
        free(self->censored);
        free(self->curve);
    }
    free(self);
    return status;
}
