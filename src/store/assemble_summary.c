#include "store/assembly.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/batch.h"
#include "store/table.h"
#include "store/tally_crew.h"

#define WIDE_CHUNK 16384 /* elements, of variables over more than (point, order) */

/* Numbers of the fields of one outcome and of one series in the batch. */
typedef struct {
    qd_whole_field_t count, histogram;
    qd_real_field_t real[QD_SUMMARIES_ALL], quantiles;
} outcome_fields_t;

typedef struct {
    qd_whole_field_t count;
    qd_real_field_t mean, q05, q50, q95;
} series_fields_t;

typedef struct {
    qd_assembly_t *assembly;
    /* Values of variables over (point, order) alone are few: many more of them are written at once. */
    qd_batch_t batch, narrow;
    size_t first;      /* point of the first of `narrow` */
    uint64_t outcomes; /* which are summarised */
    outcome_fields_t outcome[QD_OUTCOMES_MAX];
    series_fields_t series[QD_SERIES_COUNT];
    qd_whole_field_t plane, worlds, failed;
} summary_t;

/* GROUP/NAME over (point, order) and up to two dimensions more; `path` and `long_name` are room for its
 * texts. */
static qd_h5_variable_t variable_of(char path[static 256], char long_name[static 512], const char *group,
                                    const char *name, const char *third, const char *fourth,
                                    const char *units, const char *what, const char *of)
{
    snprintf(path, 256, "%s/%s", group, name);
    snprintf(long_name, 512, "%s%s%s", what, *of ? ": " : "", of);
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
    variable.compress = true;
    variable.chunk = third ? WIDE_CHUNK : QD_NARROW_CELLS;
    variable.alike = strcmp(name, "mean") != 0; /* quantiles are middles of bins */
    return qd_batch_add_reals(third ? &self->batch : &self->narrow, &variable);
}

/* Counts of worlds. */
static qd_whole_field_t add_counts(summary_t *self, const char *group, const char *name, const char *third,
                                   const char *fourth, const char *what, const char *of)
{
    char path[256], long_name[512];
    qd_h5_variable_t variable = variable_of(path, long_name, group, name, third, fourth, "worlds", what, of);
    variable.compress = true;
    variable.chunk = third ? WIDE_CHUNK : QD_NARROW_CELLS;
    return qd_batch_add_wholes(third ? &self->batch : &self->narrow, &variable);
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
    f->count = add_counts(self, g, "count", NULL, NULL, "worlds counted", of);
    for (size_t k = 0; k < QD_SUMMARIES_ALL; k++)
        if (k < QD_SUMMARIES || is_stopped_by(self, outcome))
            f->real[k] = add_reals(self, g, qd_summary_name[k], NULL, unit, qd_summary_meaning[k], of);
    f->quantiles = add_reals(self, g, "quantiles", "/quantile", unit, "quantiles", of);
    f->histogram = add_counts(self, g, "histogram", "/bin", NULL, "worlds per bin", of);
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
    f->count = add_counts(self, g, "count", t, NULL, "worlds with a value", of);
    f->mean = add_reals(self, g, "mean", t, unit, "mean", of);
    f->q05 = add_reals(self, g, "q05", t, unit, "quantile 0.05", of);
    f->q50 = add_reals(self, g, "q50", t, unit, "median", of);
    f->q95 = add_reals(self, g, "q95", t, unit, "quantile 0.95", of);
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

static void fill_narrow(summary_t *self, size_t o, size_t n, const qd_tally_t *tally)
{
    const outcome_fields_t *f = &self->outcome[o];
    qd_batch_t *b = &self->narrow;
    qd_summary_t summary = qd_tally_summary(tally, (qd_outcome_t)o);
    *qd_batch_wholes(b, f->count, n) = (int64_t)summary.count;
#define QD_SUMMARY_COLUMN(name, meaning) *qd_batch_reals(b, f->real[QD_SUMMARY_##name], n) = summary.name;
#include "quadrille/result_columns.def"
}

static void fill_wide(summary_t *self, size_t o, size_t i, const qd_tally_t *tally)
{
    const outcome_fields_t *f = &self->outcome[o];
    qd_batch_t *b = &self->batch;
    qd_outcome_t outcome = (qd_outcome_t)o;
    for (size_t q = 0; q < QD_RESULT_QUANTILES; q++)
        qd_batch_reals(b, f->quantiles, i)[q] = qd_tally_quantile(tally, outcome, qd_result_quantiles[q]);
    uint64_t count[QD_BINS];
    qd_tally_histogram(tally, outcome, self->assembly->low[o], self->assembly->high[o], QD_BINS, count);
    for (size_t k = 0; k < QD_BINS; k++)
        qd_batch_wholes(b, f->histogram, i)[k] = (int64_t)count[k];
}

static void fill_stop(summary_t *self, size_t o, size_t n, size_t point, size_t order)
{
    const qd_assembly_t *assembly = self->assembly;
    const qd_interval_t *stop = &assembly->options->stop[point * assembly->experiment->orders + order];
    *qd_batch_reals(&self->narrow, self->outcome[o].real[QD_SUMMARY_stop_low], n) = stop->low;
    *qd_batch_reals(&self->narrow, self->outcome[o].real[QD_SUMMARY_stop_high], n) = stop->high;
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

/* Fills the i-th cell of the batch from the tally of (point, order). */
static void fill(summary_t *self, size_t point, size_t order, size_t i, const qd_tally_t *tally)
{
    size_t n = (point - self->first) * self->assembly->experiment->orders + order;
    *qd_batch_wholes(&self->narrow, self->worlds, n) =
        (int64_t)qd_ranges_count(qd_index_done(self->assembly->index, point, order));
    *qd_batch_wholes(&self->narrow, self->failed, n) = (int64_t)qd_tally_failures(tally);
    for (size_t o = 0; o < qd_outcome_count; o++)
        if (self->outcomes >> o & 1) {
            fill_narrow(self, o, n, tally);
            fill_wide(self, o, i, tally);
            if (is_stopped_by(self, o))
                fill_stop(self, o, n, point, order);
        }
    for (size_t s = 0; self->assembly->kind.paths && s < QD_SERIES_COUNT; s++)
        fill_series(self, s, i, tally);
    const uint64_t *plane = qd_tally_plane(tally);
    for (size_t k = 0; k < (size_t)QD_PLANE_BINS * QD_PLANE_BINS; k++)
        qd_batch_wholes(&self->batch, self->plane, i)[k] = (int64_t)plane[k];
}

/* ---- on threads ---------------------------------------------------------------------------------------- */

/* Memory of one worker: the tally that it decodes into. */
typedef struct {
    qd_tally_t *tally;
    size_t periods;
    bool paths;
} decoder_t;

typedef struct {
    summary_t *summary;
    size_t decoders;
    decoder_t *decoder;
    qd_tally_crew_t crew;
} crew_t;

static void crew_free(crew_t *self)
{
    for (size_t i = 0; self->decoder && i < self->decoders; i++)
        qd_tally_free(self->decoder[i].tally);
    free(self->decoder);
    qd_tally_crew_free(&self->crew);
}

/* An empty tally for a cell: that of the cell before, where it fits. */
static bool make_ready(decoder_t *self, size_t periods, bool paths)
{
    if (self->tally && self->periods == periods && self->paths == paths) {
        qd_tally_clear(self->tally);
        return true;
    }
    qd_tally_free(self->tally);
    self->tally = qd_tally_new(periods, paths);
    self->periods = periods;
    self->paths = paths;
    return self->tally != NULL;
}

/* Decodes the tally of a cell into the batch. */
static qd_status_t decode(void *context, size_t worker, const qd_crew_cell_t *cell, qd_error_t *error)
{
    crew_t *self = context;
    const qd_assembly_t *assembly = self->summary->assembly;
    decoder_t *decoder = &self->decoder[worker];
    size_t periods = qd_index_periods(assembly->index, cell->point, cell->order);
    bool paths = assembly->kind.paths && assembly->experiment->point[cell->point].variation == 0;
    if (!make_ready(decoder, periods == 0 ? 1 : periods, paths))
        return qd_no_memory(error);
    qd_status_t status =
        cell->bytes ? qd_tally_decode(decoder->tally, cell->bytes, cell->size, error) : QD_OK;
    if (status == QD_OK)
        fill(self->summary, cell->point, cell->order, cell->place, decoder->tally);
    return status;
}

static qd_status_t crew_init(crew_t *self, summary_t *summary, qd_error_t *error)
{
    const qd_runner_t *runner = summary->assembly->options->runner;
    *self = (crew_t){.summary = summary, .decoders = qd_crew_workers(runner)};
    self->decoder = qd_new(self->decoders, sizeof *self->decoder, error);
    return !self->decoder ? QD_ERROR_MEMORY
                          : qd_tally_crew_init(&self->crew, summary->assembly->index, runner,
                                               &(qd_crew_task_t){decode, NULL, self, true}, error);
}

/* Fills the batch with `count` points from `first` on. */
static qd_status_t fill_batch(crew_t *self, size_t first, size_t count, qd_error_t *error)
{
    size_t orders = self->summary->assembly->experiment->orders;
    qd_status_t status = QD_OK;
    for (size_t i = 0; i < count * orders && status == QD_OK; i++)
        status = qd_tally_crew_add(&self->crew, first + i / orders, i % orders, i, error);
    return status == QD_OK ? qd_tally_crew_finish(&self->crew, error) : status;
}

/* ---- all batches --------------------------------------------------------------------------------------- */

static uint64_t wanted(const qd_experiment_t *experiment)
{
    uint64_t mask = 0;
    for (size_t o = 0; o < qd_outcome_count; o++)
        mask |= (uint64_t)experiment->output.outcome[o] << o;
    return mask;
}

/* Points of a batch of at most that many cells: a power of two, so that chunks divide it. */
static size_t points_at_once(const qd_experiment_t *experiment, size_t cells)
{
    size_t most = cells / experiment->orders, points = 1;
    while (2 * points <= most)
        points *= 2;
    return points < experiment->points ? points : experiment->points;
}

/* Fills and writes batch by batch. */
static qd_status_t summarise(crew_t *crew, qd_error_t *error)
{
    summary_t *self = crew->summary;
    const qd_experiment_t *experiment = self->assembly->experiment;
    size_t unvaried = qd_experiment_unvaried(experiment), count;
    for (size_t first = 0; first < experiment->points && !self->assembly->h5.failed; first += count) {
        size_t end = first < unvaried ? unvaried : experiment->points,
               full = self->first + self->narrow.points;
        end = end < full ? end : full;
        count = end - first < self->batch.points ? end - first : self->batch.points;
        qd_status_t status = fill_batch(crew, first, count, error);
        if (status != QD_OK)
            return status;
        /* Points varied for robustness are many: they get neither quantiles, histograms nor paths. */
        if (first < unvaried)
            qd_batch_write(&self->batch, first, count);
        if (first + count < full && first + count < experiment->points)
            continue;
        qd_batch_write(&self->narrow, self->first, first + count - self->first);
        self->first = full;
    }
    return QD_OK;
}

qd_status_t qd_assembly_summary(qd_assembly_t *assembly, qd_error_t *error)
{
    const qd_experiment_t *experiment = assembly->experiment;
    size_t orders = experiment->orders;
    crew_t crew = {0};
    summary_t *self = qd_new(1, sizeof *self, error);
    if (!self)
        return QD_ERROR_MEMORY;
    self->assembly = assembly;
    self->outcomes = wanted(experiment);
    qd_batch_init(&self->batch, &assembly->h5, points_at_once(experiment, QD_BATCH_CELLS), orders);
    qd_batch_init(&self->narrow, &assembly->h5, points_at_once(experiment, QD_NARROW_CELLS), orders);
    define(self);
    qd_status_t status = crew_init(&crew, self, error);
    if (status == QD_OK)
        status = summarise(&crew, error);
    crew_free(&crew);
    qd_batch_free(&self->batch);
    qd_batch_free(&self->narrow);
    free(self);
    return status;
}
