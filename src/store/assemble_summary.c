#include "store/assembly.h"

#include "store/batch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Numbers of the fields of one outcome and of one series in the batch. */
typedef struct {
    qd_whole_field_t count, histogram;
    qd_real_field_t mean, sd, mcse, min, max, low, high, stop_low, stop_high, quantiles;
} outcome_fields_t;

typedef struct {
    qd_whole_field_t count;
    qd_real_field_t mean, q05, q50, q95;
} series_fields_t;

typedef struct {
    qd_assembly_t *assembly;
    qd_batch_t batch;
    uint64_t outcomes; /* which are summarised */
    outcome_fields_t outcome[QD_OUTCOMES_MAX];
    series_fields_t series[QD_SERIES_COUNT];
    qd_whole_field_t plane, worlds, failed;
} summary_t;

/* GROUP/NAME over (point, order) and up to two dimensions more; `path` and `long_name` are room for its texts. */
static qd_h5_variable_t variable_of(char path[static 256], char long_name[static 512], const char *group,
                                    const char *name, const char *third, const char *fourth,
                                    const char *units, const char *what, const char *of)
{
    snprintf(path, 256, "%s/%s", group, name);
    snprintf(long_name, 512, "%s%s", what, of);
    return (qd_h5_variable_t){.path = path,
                              .rank = 2 + (size_t)(third != NULL) + (size_t)(fourth != NULL),
                              .dimension = {"/point", "/order", third, fourth},
                              .units = units,
                              .long_name = long_name};
}

static qd_real_field_t add_reals(summary_t *self, const char *group, const char *name, const char *third,
                                 const char *units, const char *what, const char *of)
{
    char path[256], long_name[512];
    qd_h5_variable_t variable = variable_of(path, long_name, group, name, third, NULL, units, what, of);
    return qd_batch_add_reals(&self->batch, &variable);
}

/* Counts of worlds; those over more than (point, order) are packed. */
static qd_whole_field_t add_counts(summary_t *self, const char *group, const char *name, const char *third,
                                   const char *fourth, const char *what, const char *of)
{
    char path[256], long_name[512];
    qd_h5_variable_t variable = variable_of(path, long_name, group, name, third, fourth, "worlds", what, of);
    variable.compress = third != NULL;
    variable.chunk = third != NULL ? 16384 : 0;
    return qd_batch_add_wholes(&self->batch, &variable);
}

static void write_bins(qd_assembly_t *self, size_t outcome, const char *group)
{
    double width = (self->high[outcome] - self->low[outcome]) / QD_BINS, edge[QD_BINS];
    for (int high = 0; high < 2; high++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s", group, high ? "bin_high" : "bin_low");
        for (int i = 0; i < QD_BINS; i++)
            edge[i] = self->low[outcome] + width * (i + high);
        qd_h5_put(&self->h5,
                  &(qd_h5_variable_t){.path = path,
                                      .rank = 1,
                                      .dimension = {"/bin"},
                                      .units = qd_outcome_table[outcome].unit,
                                      .long_name = high ? "upper edge of a bin, excluded but in the last"
                                                        : "lower edge of a bin"},
                  qd_h5_reals(edge));
    }
}

/* Whether a precision stop judged the means of this outcome. */
static bool is_stopped_by(const summary_t *self, size_t outcome)
{
    const qd_assembly_t *assembly = self->assembly;
    return assembly->options->stop && assembly->experiment->precision.outcome == (qd_outcome_t)outcome;
}

static void add_outcome(summary_t *self, size_t outcome)
{
    const qd_outcome_info_t *info = &qd_outcome_table[outcome];
    outcome_fields_t *f = &self->outcome[outcome];
    const char *unit = info->unit, *of = info->meaning;
    char g[128];
    snprintf(g, sizeof g, "/summary/%s", info->name);
    qd_h5_group(&self->assembly->h5, g);
    qd_assembly_coordinates(self->assembly, g, true);
    qd_h5_set_text(&self->assembly->h5, g, "long_name", of);
    qd_h5_set_text(&self->assembly->h5, g, "outcome_group", qd_group_name(info->group));
    f->count = add_counts(self, g, "count", NULL, NULL, "worlds counted: ", of);
    f->mean = add_reals(self, g, "mean", NULL, unit, "mean: ", of);
    f->sd = add_reals(self, g, "sd", NULL, unit, "standard deviation: ", of);
    f->mcse = add_reals(self, g, "mcse", NULL, unit, "Monte Carlo standard error of the mean: ", of);
    f->min = add_reals(self, g, "min", NULL, unit, "smallest value: ", of);
    f->max = add_reals(self, g, "max", NULL, unit, "largest value: ", of);
    f->low = add_reals(self, g, "low", NULL, unit, "lower end of the 95 % interval of the mean: ", of);
    f->high = add_reals(self, g, "high", NULL, unit, "upper end of the 95 % interval of the mean: ", of);
    if (is_stopped_by(self, outcome)) {
        f->stop_low = add_reals(self, g, "stop_low", NULL, unit,
                                "lower end of the anytime-valid interval of the precision stop: ", of);
        f->stop_high = add_reals(self, g, "stop_high", NULL, unit,
                                 "upper end of the anytime-valid interval of the precision stop: ", of);
    }
    f->quantiles = add_reals(self, g, "quantiles", "/quantile", unit, "quantiles: ", of);
    f->histogram = add_counts(self, g, "histogram", "/bin", NULL, "worlds per bin: ", of);
    write_bins(self->assembly, outcome, g);
}

static void add_series(summary_t *self, size_t series)
{
    const qd_series_info_t *info = &qd_series_table[series];
    series_fields_t *f = &self->series[series];
    const char *unit = info->unit, *of = info->meaning, *t = "/period";
    char g[128];
    snprintf(g, sizeof g, "/paths/%s", info->name);
    qd_h5_group(&self->assembly->h5, g);
    qd_assembly_coordinates(self->assembly, g, false);
    qd_h5_set_text(&self->assembly->h5, g, "long_name", of);
    f->count = add_counts(self, g, "count", t, NULL, "worlds with a value: ", of);
    f->mean = add_reals(self, g, "mean", t, unit, "mean: ", of);
    f->q05 = add_reals(self, g, "q05", t, unit, "quantile 0.05: ", of);
    f->q50 = add_reals(self, g, "q50", t, unit, "median: ", of);
    f->q95 = add_reals(self, g, "q95", t, unit, "quantile 0.95: ", of);
}

static void define(summary_t *self)
{
    qd_assembly_t *assembly = self->assembly;
    self->worlds = add_counts(self, "", "worlds_done", NULL, NULL, "worlds played, failed ones included", "");
    self->failed = add_counts(self, "", "worlds_failed", NULL, NULL, "worlds set aside", "");
    const double confidence = QD_SUMMARY_CONFIDENCE;
    qd_h5_group(&assembly->h5, "/summary");
    qd_h5_set_reals(&assembly->h5, "/summary", "confidence", &confidence, 0);
    for (size_t o = 0; o < qd_outcome_count; o++)
        if (self->outcomes >> o & 1)
            add_outcome(self, o);
    qd_h5_group(&assembly->h5, "/plane");
    qd_assembly_coordinates(assembly, "/plane", false);
    qd_assembly_bins(assembly, "/plane");
    self->plane = add_counts(self, "/plane", "count", "/survival_bin", "/blocs_bin",
                             "worlds by survival and effective_blocs", "");
    if (!assembly->kind.paths)
        return;
    qd_h5_group(&assembly->h5, "/paths");
    for (size_t s = 0; s < QD_SERIES_COUNT; s++)
        add_series(self, s);
}

static void fill_outcome(summary_t *self, size_t o, size_t i, const qd_tally_t *tally)
{
    const outcome_fields_t *f = &self->outcome[o];
    qd_batch_t *b = &self->batch;
    qd_outcome_t outcome = (qd_outcome_t)o;
    qd_summary_t summary = qd_tally_summary(tally, outcome);
    *qd_batch_wholes(b, f->count, i) = (int64_t)summary.count;
    *qd_batch_reals(b, f->mean, i) = summary.mean;
    *qd_batch_reals(b, f->sd, i) = summary.sd;
    *qd_batch_reals(b, f->mcse, i) = summary.mcse;
    *qd_batch_reals(b, f->min, i) = summary.min;
    *qd_batch_reals(b, f->max, i) = summary.max;
    *qd_batch_reals(b, f->low, i) = summary.low;
    *qd_batch_reals(b, f->high, i) = summary.high;
    for (size_t q = 0; q < QD_RESULT_QUANTILES; q++)
        qd_batch_reals(b, f->quantiles, i)[q] = qd_tally_quantile(tally, outcome, qd_result_quantiles[q]);
    uint64_t count[QD_BINS];
    qd_tally_histogram(tally, outcome, self->assembly->low[o], self->assembly->high[o], QD_BINS, count);
    for (size_t k = 0; k < QD_BINS; k++)
        qd_batch_wholes(b, f->histogram, i)[k] = (int64_t)count[k];
}

static void fill_stop(summary_t *self, size_t o, size_t i, size_t point, size_t order)
{
    const qd_assembly_t *assembly = self->assembly;
    const qd_interval_t *stop = &assembly->options->stop[point * assembly->experiment->orders + order];
    *qd_batch_reals(&self->batch, self->outcome[o].stop_low, i) = stop->low;
    *qd_batch_reals(&self->batch, self->outcome[o].stop_high, i) = stop->high;
}

static void fill_series(summary_t *self, size_t s, size_t i, const qd_tally_t *tally)
{
    static const double p[] = {0.05, 0.5, 0.95};
    const series_fields_t *f = &self->series[s];
    qd_batch_t *b = &self->batch;
    int64_t *count = qd_batch_wholes(b, f->count, i);
    double *mean = qd_batch_reals(b, f->mean, i), *q05 = qd_batch_reals(b, f->q05, i),
           *q50 = qd_batch_reals(b, f->q50, i), *q95 = qd_batch_reals(b, f->q95, i);
    for (size_t t = 0; t < self->assembly->periods; t++) {
        double quantile[3];
        count[t] = (int64_t)qd_tally_path(tally, (qd_series_t)s, t, 3, p, &mean[t], quantile);
        q05[t] = quantile[0];
        q50[t] = quantile[1];
        q95[t] = quantile[2];
    }
}

static qd_status_t fill(summary_t *self, size_t point, size_t order, size_t i, qd_error_t *error)
{
    qd_index_t *index = self->assembly->index;
    const qd_tally_t *tally;
    qd_status_t status = qd_index_tally(index, point, order, &tally, error);
    if (status != QD_OK)
        return status;
    *qd_batch_wholes(&self->batch, self->worlds, i) =
        (int64_t)qd_ranges_count(qd_index_done(index, point, order));
    *qd_batch_wholes(&self->batch, self->failed, i) = (int64_t)qd_tally_failures(tally);
    for (size_t o = 0; o < qd_outcome_count; o++)
        if (self->outcomes >> o & 1) {
            fill_outcome(self, o, i, tally);
            if (is_stopped_by(self, o))
                fill_stop(self, o, i, point, order);
        }
    for (size_t s = 0; self->assembly->kind.paths && s < QD_SERIES_COUNT; s++)
        fill_series(self, s, i, tally);
    const uint64_t *plane = qd_tally_plane(tally);
    for (size_t k = 0; k < QD_PLANE_BINS * QD_PLANE_BINS; k++)
        qd_batch_wholes(&self->batch, self->plane, i)[k] = (int64_t)plane[k];
    return QD_OK;
}

static uint64_t wanted(const qd_experiment_t *experiment)
{
    uint64_t mask = 0;
    for (size_t o = 0; o < qd_outcome_count; o++)
        mask |= (uint64_t)experiment->output.outcome[o] << o;
    return mask;
}

qd_status_t qd_assembly_summary(qd_assembly_t *assembly, qd_error_t *error)
{
    const qd_experiment_t *experiment = assembly->experiment;
    size_t orders = experiment->orders, points = QD_BATCH_CELLS / orders;
    points = points == 0 ? 1 : points > experiment->points ? experiment->points : points;
    qd_status_t status = QD_OK;
    summary_t *self = calloc(1, sizeof *self);
    if (self == NULL)
        return qd_error_add(error, QD_ERROR_MEMORY, "out of memory for the summary");
    self->assembly = assembly;
    self->outcomes = wanted(experiment);
    qd_batch_init(&self->batch, &assembly->h5, points, orders);
    define(self);
    size_t unvaried = qd_experiment_unvaried(experiment), count;
    for (size_t first = 0; first < experiment->points && !assembly->h5.failed; first += count) {
        size_t end = first < unvaried ? unvaried : experiment->points;
        count = end - first < points ? end - first : points;
        for (size_t i = 0; i < count * orders && status == QD_OK; i++)
            status = fill(self, first + i / orders, i % orders, i, error);
        if (status != QD_OK)
            break;
        /* Of points varied for robustness, neither quantiles, histograms nor paths: they are many. */
        qd_batch_write(&self->batch, first, count, first < unvaried ? QD_H5_RANK_MAX : 2);
    }
    qd_batch_free(&self->batch);
    free(self);
    return status;
}
