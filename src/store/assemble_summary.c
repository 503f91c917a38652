#include "store/assembly.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/batch.h"
#include "store/table.h"

#define CELLS_A_THREAD 4 /* whose tallies are in memory at once */

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
    qd_batch_t batch;
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
    variable.compress = third != NULL;
    variable.chunk = third != NULL ? 16384 : 0;
    variable.alike = strcmp(name, "mean") != 0; /* quantiles are middles of bins */
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

static void fill_outcome(summary_t *self, size_t o, size_t i, const qd_tally_t *tally)
{
    const outcome_fields_t *f = &self->outcome[o];
    qd_batch_t *b = &self->batch;
    qd_outcome_t outcome = (qd_outcome_t)o;
    qd_summary_t summary = qd_tally_summary(tally, outcome);
    *qd_batch_wholes(b, f->count, i) = (int64_t)summary.count;
#define QD_SUMMARY_COLUMN(name, meaning) *qd_batch_reals(b, f->real[QD_SUMMARY_##name], i) = summary.name;
#include "quadrille/result_columns.def"
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
    *qd_batch_reals(&self->batch, self->outcome[o].real[QD_SUMMARY_stop_low], i) = stop->low;
    *qd_batch_reals(&self->batch, self->outcome[o].real[QD_SUMMARY_stop_high], i) = stop->high;
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

/* Of the tally of (point, order), the i-th of the batch. */
static void fill(summary_t *self, size_t point, size_t order, size_t i, const qd_tally_t *tally)
{
    *qd_batch_wholes(&self->batch, self->worlds, i) =
        (int64_t)qd_ranges_count(qd_index_done(self->assembly->index, point, order));
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
    for (size_t k = 0; k < (size_t)QD_PLANE_BINS * QD_PLANE_BINS; k++)
        qd_batch_wholes(&self->batch, self->plane, i)[k] = (int64_t)plane[k];
}

/* ---- on threads ---------------------------------------------------------------------------------------- */

/* The encoded tally of a (point, order), read by the one thread that reads; any thread decodes it. */
typedef struct {
    size_t point, order, place; /* place: in the batch */
    unsigned char *bytes;       /* NULL where nothing is done */
    size_t size;
} encoded_t;

/* Tallies that wait to be decoded, and what each of the tasks that share them decodes into. */
typedef struct {
    qd_tally_t *tally;
    size_t periods;
    bool paths;
    qd_error_t error;
} decoder_t;

typedef struct {
    summary_t *summary;
    size_t decoders, cells, most;
    decoder_t *decoder;
    encoded_t *cell;
} crew_t;

static void crew_free(crew_t *self)
{
    for (size_t i = 0; self->cell != NULL && i < self->cells; i++)
        free(self->cell[i].bytes);
    for (size_t i = 0; self->decoder != NULL && i < self->decoders; i++)
        qd_tally_free(self->decoder[i].tally);
    free(self->cell);
    free(self->decoder);
}

static qd_status_t crew_init(crew_t *self, summary_t *summary, qd_error_t *error)
{
    const qd_runner_t *runner = summary->assembly->options->runner;
    size_t threads = runner != NULL ? (size_t)runner->threads : 1;
    *self = (crew_t){.summary = summary, .decoders = threads, .most = threads * CELLS_A_THREAD};
    self->decoder = qd_new(self->decoders, sizeof *self->decoder, error);
    self->cell = qd_new(self->most, sizeof *self->cell, error);
    return self->decoder != NULL && self->cell != NULL ? QD_OK : qd_no_memory(error);
}

/* An empty tally for a cell: that of the cell before, where it fits. */
static bool make_ready(decoder_t *self, size_t periods, bool paths)
{
    if (self->tally != NULL && self->periods == periods && self->paths == paths) {
        qd_tally_clear(self->tally);
        return true;
    }
    qd_tally_free(self->tally);
    self->tally = qd_tally_new(periods, paths);
    self->periods = periods;
    self->paths = paths;
    if (self->tally == NULL)
        qd_no_memory(&self->error);
    return self->tally != NULL;
}

/* The cells of one task: every decoders-th of those in hand. */
static void decode_share(void *context, size_t number)
{
    crew_t *self = context;
    const qd_assembly_t *assembly = self->summary->assembly;
    decoder_t *decoder = &self->decoder[number];
    for (size_t i = number; i < self->cells && decoder->error.count == 0; i += self->decoders) {
        const encoded_t *cell = &self->cell[i];
        size_t periods = qd_index_periods(assembly->index, cell->point, cell->order);
        bool paths = assembly->kind.paths && assembly->experiment->point[cell->point].variation == 0;
        if (make_ready(decoder, periods == 0 ? 1 : periods, paths) &&
            (cell->bytes == NULL ||
             qd_tally_decode(decoder->tally, cell->bytes, cell->size, &decoder->error) == QD_OK))
            fill(self->summary, cell->point, cell->order, cell->place, decoder->tally);
    }
}

/* Decodes the tallies in hand into the batch. */
static qd_status_t crew_work(crew_t *self, qd_error_t *error)
{
    qd_runner_run(self->summary->assembly->options->runner, self->decoders, decode_share, self);
    for (size_t i = 0; i < self->cells; i++)
        free(self->cell[i].bytes);
    self->cells = 0;
    for (size_t i = 0; i < self->decoders; i++)
        if (self->decoder[i].error.count > 0)
            return qd_error_add(error, self->decoder[i].error.status, "%s", self->decoder[i].error.text);
    return QD_OK;
}

/* Reads the tally of a cell; once as many are in hand as are decoded together, does so. */
static qd_status_t crew_add(crew_t *self, encoded_t cell, qd_error_t *error)
{
    qd_index_t *index = self->summary->assembly->index;
    if (qd_ranges_count(qd_index_done(index, cell.point, cell.order)) > 0) {
        qd_status_t status = qd_index_encoded(index, cell.point, cell.order, &cell.bytes, &cell.size, error);
        if (status != QD_OK)
            return status;
    }
    self->cell[self->cells++] = cell;
    return self->cells == self->most ? crew_work(self, error) : QD_OK;
}

/* Fills the batch with `count` points from `first` on. */
static qd_status_t fill_batch(crew_t *self, size_t first, size_t count, qd_error_t *error)
{
    size_t orders = self->summary->assembly->experiment->orders;
    qd_status_t status = QD_OK;
    for (size_t i = 0; i < count * orders && status == QD_OK; i++)
        status =
            crew_add(self, (encoded_t){.point = first + i / orders, .order = i % orders, .place = i}, error);
    return status == QD_OK ? crew_work(self, error) : status;
}

/* ---- all of it ----------------------------------------------------------------------------------------- */

static uint64_t wanted(const qd_experiment_t *experiment)
{
    uint64_t mask = 0;
    for (size_t o = 0; o < qd_outcome_count; o++)
        mask |= (uint64_t)experiment->output.outcome[o] << o;
    return mask;
}

/* Points of a batch: a power of two, so that chunks divide it. */
static size_t points_at_once(const qd_experiment_t *experiment)
{
    size_t most = QD_BATCH_CELLS / experiment->orders, points = 1;
    while (2 * points <= most)
        points *= 2;
    return points < experiment->points ? points : experiment->points;
}

qd_status_t qd_assembly_summary(qd_assembly_t *assembly, qd_error_t *error)
{
    const qd_experiment_t *experiment = assembly->experiment;
    size_t orders = experiment->orders, points = points_at_once(experiment);
    crew_t crew = {0};
    summary_t *self = qd_new(1, sizeof *self, error);
    if (self == NULL)
        return QD_ERROR_MEMORY;
    self->assembly = assembly;
    self->outcomes = wanted(experiment);
    qd_batch_init(&self->batch, &assembly->h5, points, orders);
    define(self);
    qd_status_t status = crew_init(&crew, self, error);
    size_t unvaried = qd_experiment_unvaried(experiment), count;
    for (size_t first = 0; first < experiment->points && !assembly->h5.failed; first += count) {
        size_t end = first < unvaried ? unvaried : experiment->points;
        count = end - first < points ? end - first : points;
        if (status == QD_OK)
            status = fill_batch(&crew, first, count, error);
        if (status != QD_OK)
            break;
        /* Of points varied for robustness, neither quantiles, histograms nor paths: they are many. */
        qd_batch_write(&self->batch, first, count, first < unvaried ? QD_H5_RANK_MAX : 2);
    }
    crew_free(&crew);
    qd_batch_free(&self->batch);
    free(self);
    return status;
}
