#include "store/assembly.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "statistics/tally.h"
#include "store/batch.h"
#include "store/cf.h"
#include "store/row_check.h"
#include "store/table.h"

#define CHUNK_LEAST 64

/* One variable of /worlds: an outcome, or QD_OUTCOMES_MAX + k for extra k. */
typedef struct {
    size_t outcome, variable;
} column_t;

/* The summary of an extra: its variable, and the values of the current (point, order). */
typedef struct {
    qd_whole_field_t count;
    qd_real_field_t real[QD_SUMMARIES], quantiles;
    qd_moments_t moments;
    qd_sketch_t sketch;
    uint64_t *bins; /* of the sketch */
} extra_t;

typedef struct {
    qd_assembly_t *assembly;
    size_t columns;
    column_t *column;
    double *value;         /* columns x QD_CHUNK */
    int8_t *code;          /* likewise, of outcomes with codes */
    qd_h5_slab_t *slab;    /* columns */
    qd_row_check_t *check; /* sums of the rows that are written */
    size_t points;         /* that are copied at once */
    qd_batch_t batch;      /* of as many: summaries of extras */
    extra_t *extra;
} copy_t;

/* Worlds of a chunk. Points varied for robustness are many and have few worlds each: a much larger chunk
 * would waste space. */
static uint64_t chunk_of(const qd_assembly_t *assembly)
{
    const qd_robustness_t *robustness = &assembly->experiment->robustness;
    uint64_t few = robustness->worlds > CHUNK_LEAST ? robustness->worlds : CHUNK_LEAST;
    bool small =
        assembly->worlds * assembly->experiment->orders <= QD_CHUNK / 2; /* chunks of several points */
    return robustness->rows > 0 && few < QD_CHUNK && !small ? few : QD_CHUNK;
}

/* Points whose worlds fill a chunk; 1 where the worlds of one do. */
static size_t points_at_once(const qd_assembly_t *assembly)
{
    uint64_t each = assembly->worlds * assembly->experiment->orders;
    return each > QD_CHUNK / 2 ? 1 : (size_t)qd_h5_chunk(assembly->experiment->points, QD_CHUNK / each);
}

static size_t define_column(copy_t *self, size_t outcome)
{
    qd_assembly_t *assembly = self->assembly;
    const qd_outcome_info_t *info = outcome < QD_OUTCOMES_MAX
                                        ? &qd_outcome_table[outcome]
                                        : &assembly->options->extra[outcome - QD_OUTCOMES_MAX];
    char path[256];
    snprintf(path, sizeof path, "/worlds/%s", info->name);
    return qd_h5_define(&assembly->h5,
                        &(qd_h5_variable_t){.path = path,
                                            .rank = 3,
                                            .dimension = {"/point", "/order", "/world"},
                                            .units = info->unit,
                                            .long_name = info->meaning,
                                            .chunk = chunk_of(assembly),
                                            .compress = assembly->options->compress || self->points > 1,
                                            .alike = true,
                                            .flags = qd_cf_outcome_flags(outcome)},
                        qd_cf_outcome_flags(outcome) ? QD_H5_CODE : QD_H5_REAL);
}

/* Defines a variable of /worlds and lists it among the columns to copy. A scratch file keeps its variables
 * without values: of its columns only the extras are read, for their summaries. */
static void add_column(copy_t *self, size_t outcome)
{
    size_t variable = define_column(self, outcome);
    if (self->assembly->options->scratch && outcome < QD_OUTCOMES_MAX)
        qd_h5_finish(&self->assembly->h5, variable);
    else
        self->column[self->columns++] = (column_t){.outcome = outcome, .variable = variable};
}

static void define_summary(copy_t *self, size_t k)
{
    const qd_outcome_info_t *info = &self->assembly->options->extra[k];
    extra_t *extra = &self->extra[k];
    char path[256];
    qd_h5_variable_t variable = {.path = path,
                                 .rank = 2,
                                 .dimension = {"/point", "/order", "/quantile"},
                                 .units = "worlds",
                                 .long_name = info->meaning};
    snprintf(path, sizeof path, "/summary/%s", info->name);
    qd_h5_group(&self->assembly->h5, path);
    qd_assembly_coordinates(self->assembly, path, true);
    snprintf(path, sizeof path, "/summary/%s/count", info->name);
    extra->count = qd_batch_add_wholes(&self->batch, &variable);
    variable.units = info->unit;
    for (size_t i = 0; i < QD_SUMMARIES; i++) {
        snprintf(path, sizeof path, "/summary/%s/%s", info->name, qd_summary_name[i]);
        extra->real[i] = qd_batch_add_reals(&self->batch, &variable);
    }
    snprintf(path, sizeof path, "/summary/%s/quantiles", info->name);
    variable.rank = 3;
    extra->quantiles = qd_batch_add_reals(&self->batch, &variable);
}

static void summarise(extra_t *self, const double value[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        qd_moments_add(&self->moments, value[i]);
        if (!isnan(value[i]))
            qd_sketch_add(&self->sketch, value[i]);
    }
}

/* Resets the sums for the next (point, order). */
static qd_status_t begin_cell(copy_t *self, size_t point, size_t order, qd_error_t *error)
{
    for (size_t k = 0; k < self->assembly->kind.extras; k++) {
        qd_moments_clear(&self->extra[k].moments);
        qd_sketch_clear(&self->extra[k].sketch);
    }
    return qd_row_check_begin(self->check, point, order, error);
}

static void keep_summary(copy_t *self, size_t k, size_t cell)
{
    const qd_outcome_info_t *info = &self->assembly->options->extra[k];
    const extra_t *extra = &self->extra[k];
    if (self->assembly->h5.failed)
        return;
    qd_summary_t found = qd_moments_summary(&extra->moments, info, info->high);
    const double value[QD_SUMMARIES] = {
#define QD_SUMMARY_COLUMN(name, meaning) found.name,
#include "quadrille/result_columns.def"
    };
    *qd_batch_wholes(&self->batch, extra->count, cell) = (int64_t)found.count;
    for (size_t i = 0; i < QD_SUMMARIES; i++)
        *qd_batch_reals(&self->batch, extra->real[i], cell) = value[i];
    for (size_t q = 0; q < QD_RESULT_QUANTILES; q++)
        qd_batch_reals(&self->batch, extra->quantiles, cell)[q] =
            qd_moments_quantile(&extra->moments, &extra->sketch, qd_result_quantiles[q]);
}

/* Compares the written rows with the tally of the survey. Parts were checked when they were indexed, but by
 * another reading of the disk. */
static qd_status_t check_rows(copy_t *self, size_t point, size_t order, qd_error_t *error)
{
    const qd_assembly_t *assembly = self->assembly;
    const qd_cell_hash_t *cell = &assembly->cell[point * assembly->experiment->orders + order];
    qd_status_t status = assembly->h5.failed ? QD_OK : qd_row_check_end(self->check, &cell->sum, error);
    return status == QD_ERROR_INPUT ? QD_ERROR_IO : status;
}

/* Checks the rows of a (point, order), the cell-th of the batch, and keeps the summaries of its extras. */
static qd_status_t end_cell(copy_t *self, size_t point, size_t order, size_t cell, qd_error_t *error)
{
    bool rows = qd_ranges_end(qd_index_done(self->assembly->index, point, order)) > 0;
    for (size_t k = 0; k < self->assembly->kind.extras; k++)
        keep_summary(self, k, cell);
    return rows && !self->assembly->options->scratch ? check_rows(self, point, order, error) : QD_OK;
}

/* Reads `count` worlds of every column of one (point, order), to position `at` of the present columns. */
static qd_status_t read_worlds(copy_t *self, size_t point, size_t order, uint64_t first, size_t count,
                               size_t at, qd_error_t *error)
{
    for (size_t c = 0; c < self->columns; c++) {
        column_t *column = &self->column[c];
        double *value = self->value + c * QD_CHUNK + at;
        qd_status_t status =
            qd_index_read(self->assembly->index, point, order, column->outcome, first, count, value, error);
        if (status != QD_OK)
            return status;
        qd_row_check_take(self->check, column->outcome, value, count);
        if (column->outcome >= QD_OUTCOMES_MAX)
            summarise(&self->extra[column->outcome - QD_OUTCOMES_MAX], value, count);
    }
    if (!self->assembly->options->scratch)
        qd_row_check_add(self->check, first, count);
    return QD_OK;
}

/* The values of a present column, as codes where the outcome has codes. */
static qd_h5_values_t values_of(copy_t *self, size_t c, size_t count)
{
    const double *value = self->value + c * QD_CHUNK;
    int8_t *code = self->code + c * QD_CHUNK;
    if (!qd_cf_outcome_flags(self->column[c].outcome))
        return qd_h5_reals(value);
    for (size_t i = 0; i < count; i++)
        code[i] = (int8_t)(isnan(value[i]) ? QD_CF_NO_CODE : value[i]);
    return qd_h5_codes(code);
}

/* Writes the present columns; a scratch file has none. */
static void write_columns(copy_t *self, const hsize_t start[3], const hsize_t size[3])
{
    size_t slabs = self->assembly->options->scratch ? 0 : self->columns;
    for (size_t c = 0; c < slabs; c++) {
        qd_h5_slab_t *slab = &self->slab[c];
        *slab = (qd_h5_slab_t){.variable = self->column[c].variable,
                               .values = values_of(self, c, (size_t)(size[0] * size[1] * size[2]))};
        memcpy(slab->start, start, 3 * sizeof *start);
        memcpy(slab->count, size, 3 * sizeof *size);
    }
    qd_h5_write_slabs(&self->assembly->h5, slabs, self->slab);
}

/* Copies points with few worlds as a whole. */
static qd_status_t copy_points(copy_t *self, size_t first, size_t points, qd_error_t *error)
{
    const qd_assembly_t *assembly = self->assembly;
    size_t orders = assembly->experiment->orders, worlds = (size_t)assembly->worlds;
    const hsize_t start[3] = {first, 0, 0}, size[3] = {points, orders, worlds};
    qd_status_t status = QD_OK;
    for (size_t i = 0; i < points * orders && status == QD_OK; i++) {
        size_t point = first + i / orders, order = i % orders;
        status = begin_cell(self, point, order, error);
        if (status == QD_OK)
            status = read_worlds(self, point, order, 0, worlds, i * worlds, error);
        if (status == QD_OK)
            status = end_cell(self, point, order, i, error);
    }
    if (status == QD_OK)
        write_columns(self, start, size);
    return status;
}

/* Copies one (point, order) with many worlds chunk by chunk. */
static qd_status_t copy_cell(copy_t *self, size_t point, size_t order, qd_error_t *error)
{
    const qd_ranges_t *done = qd_index_done(self->assembly->index, point, order);
    uint64_t end = qd_ranges_end(done), step = qd_h5_chunk(self->assembly->worlds, chunk_of(self->assembly));
    qd_status_t status = begin_cell(self, point, order, error);
    for (uint64_t first = 0; first < end && status == QD_OK && !self->assembly->h5.failed; first += step) {
        size_t count = (size_t)(end - first < step ? end - first : step);
        if (qd_ranges_shared(done, (qd_range_t){first, count}) == 0)
            continue;
        const hsize_t start[3] = {point, order, first}, size[3] = {1, 1, count};
        status = read_worlds(self, point, order, first, count, 0, error);
        if (status == QD_OK)
            write_columns(self, start, size);
    }
    return status == QD_OK ? end_cell(self, point, order, order, error) : status;
}

static qd_status_t copy_all(copy_t *self, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->assembly->experiment;
    qd_h5_t *h5 = &self->assembly->h5;
    qd_status_t status = QD_OK;
    for (size_t p = 0; p < experiment->points && status == QD_OK && !h5->failed; p += self->points) {
        size_t points = experiment->points - p < self->points ? experiment->points - p : self->points;
        if (self->points > 1)
            status = copy_points(self, p, points, error);
        for (size_t o = 0; o < experiment->orders && self->points == 1 && status == QD_OK; o++)
            status = copy_cell(self, p, o, error);
        qd_batch_write(&self->batch, p, points);
        qd_h5_hasten(h5);
    }
    return status;
}

static void define_all(copy_t *self)
{
    qd_h5_group(&self->assembly->h5, "/worlds");
    qd_assembly_coordinates(self->assembly, "/worlds", false);
    for (size_t o = 0; o < qd_outcome_count; o++)
        if (self->assembly->columns >> o & 1)
            add_column(self, o);
    for (size_t k = 0; k < self->assembly->kind.extras; k++) {
        add_column(self, QD_OUTCOMES_MAX + k);
        define_summary(self, k);
    }
}

static bool make_sketches(copy_t *self, const qd_assembly_t *assembly, size_t extras)
{
    for (size_t k = 0; k < extras; k++) {
        extra_t *extra = &self->extra[k];
        bool negative = assembly->options->extra[k].low < 0.0;
        if (!(extra->bins = qd_new(qd_sketch_bins(negative), sizeof *extra->bins, NULL)))
            return false;
        qd_sketch_init(&extra->sketch, extra->bins, negative);
    }
    return true;
}

qd_status_t qd_assembly_worlds(qd_assembly_t *assembly, qd_error_t *error)
{
    qd_status_t status = QD_OK;
    copy_t *self = qd_new(1, sizeof *self, error);
    size_t extras = assembly->kind.extras;
    if (!self || !(self->column = qd_new(QD_OUTCOMES_MAX + extras, sizeof *self->column, error)) ||
        !(self->extra = qd_new(extras, sizeof *self->extra, error)) ||
        !make_sketches(self, assembly, extras) ||
        !(self->check = qd_row_check_new(assembly->index, assembly->columns)) ||
        !(self->slab = qd_new(QD_OUTCOMES_MAX + extras, sizeof *self->slab, error)) ||
        !(self->code = qd_new((QD_OUTCOMES_MAX + extras) * QD_CHUNK, sizeof *self->code, error)) ||
        !(self->value = qd_new((QD_OUTCOMES_MAX + extras) * QD_CHUNK, sizeof *self->value, error))) {
        status = qd_no_memory(error);
        goto out;
    }
    self->assembly = assembly;
    self->points = points_at_once(assembly);
    qd_batch_init(&self->batch, &assembly->h5, self->points, assembly->experiment->orders);
    define_all(self);
    status = copy_all(self, error);
    for (size_t c = 0; c < self->columns; c++)
        qd_h5_finish(&assembly->h5, self->column[c].variable);
    qd_batch_free(&self->batch);
out:
    if (self) {
        free(self->column);
        for (size_t k = 0; self->extra && k < extras; k++)
            free(self->extra[k].bins);
        free(self->extra);
        free(self->value);
        free(self->code);
        free(self->slab);
        qd_row_check_free(self->check);
    }
    free(self);
    return status;
}
