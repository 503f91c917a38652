#include "store/result_fields.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/text.h"
#include "store/assembly.h"
#include "store/cf.h"
#include "store/merge.h"

/* ---- opening ------------------------------------------------------------------------------------------- */

static const char *keep_text(qd_result_file_t *self, const char *name)
{
    char *value = qd_h5_get_text(&self->h5, "/", name);
    self->text[self->texts++] = value;
    return value ? value : "";
}

static int as_count(int64_t value)
{
    return value < 0 || value > INT_MAX ? 0 : (int)value;
}

static void read_provenance(qd_result_file_t *self)
{
    qd_provenance_t *p = &self->provenance;
    int64_t complete = 0, threads = 0, ranks = 0;
    p->title = keep_text(self, "title");
    p->about = keep_text(self, "about");
    p->version = keep_text(self, "version");
    p->source_commit = keep_text(self, "source_commit");
    p->created = keep_text(self, "created");
    p->command_line = keep_text(self, "command_line");
    p->host = keep_text(self, "host");
    p->compiler = keep_text(self, "compiler");
    p->instruction_set = keep_text(self, "instruction_set");
    p->libraries = keep_text(self, "libraries");
    p->shard = keep_text(self, "shard");
    p->config = keep_text(self, "config");
    char *hash = qd_h5_get_text(&self->h5, "/", "config_hash");
    p->config_hash = hash ? strtoull(hash, NULL, 16) : 0;
    free(hash);
    hash = qd_h5_get_text(&self->h5, "/", "result_hash");
    snprintf(p->result_hash, sizeof p->result_hash, "%s", hash ? hash : "");
    free(hash);
    qd_h5_get_hash(&self->h5, "/", "seed", &p->seed);
    qd_h5_get_whole(&self->h5, "/", "complete", &complete);
    qd_h5_get_whole(&self->h5, "/", "threads", &threads);
    qd_h5_get_whole(&self->h5, "/", "ranks", &ranks);
    p->complete = complete != 0;
    p->threads = as_count(threads);
    p->ranks = as_count(ranks);
    p->seconds = NAN;
    qd_h5_get_real(&self->h5, "/", "seconds", &p->seconds);
}

static qd_status_t check_format(qd_result_file_t *self, qd_error_t *error)
{
    int64_t format = 0;
    bool ours = qd_h5_get_whole(&self->h5, "/", "quadrille_format", &format);
    if (self->h5.failed)
        return QD_OK; /* told on closing */
    if (!ours || format < 1)
        return qd_error_add(error, QD_ERROR_INPUT, "%s: HDF5, but not a result of quadrille", self->h5.path);
    if (format > QD_RESULT_FORMAT)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: result format %lld; this program reads up to %d: use a newer quadrille",
                            self->h5.path, (long long)format, QD_RESULT_FORMAT);
    self->provenance.format = (int)format;
    return QD_OK;
}

static qd_status_t open_file(qd_result_file_t *self, const char *path, qd_error_t *error)
{
    qd_h5_open(&self->h5, path);
    qd_status_t status = QD_OK;
    if (!self->h5.failed)
        status = check_format(self, error);
    if (status == QD_OK)
        qd_h5_vet(&self->h5);
    if (status != QD_OK || self->h5.failed)
        return status == QD_OK ? qd_result_file_outcome(self, error) : status;
    read_provenance(self);
    self->worlds = qd_h5_length(&self->h5, "/world", 0);
    self->point_label = qd_h5_read(&self->h5, "/point_label", QD_H5_TEXT, &self->points);
    self->order_label = qd_h5_read(&self->h5, "/order", QD_H5_TEXT, &self->orders);
    if (!self->h5.failed && (self->points == 0 || self->orders == 0))
        return qd_error_add(error, QD_ERROR_INPUT, "%s: damaged: it has no design point, or no order", path);
    return qd_result_file_outcome(self, error);
}

static qd_status_t open_folder(qd_result_file_t *self, const char *path, qd_error_t *error)
{
    self->h5.file = -1;
    qd_status_t status = qd_parts_reader_open(path, &self->parts, error);
    if (status != QD_OK)
        return status;
    qd_parts_reader_provenance(self->parts, &self->provenance);
    const qd_experiment_t *experiment = qd_parts_reader_experiment(self->parts);
    self->points = experiment->points;
    self->orders = experiment->orders;
    self->worlds = experiment->worlds;
    return QD_OK;
}

/* Sets *folder to the folder that `path` stands for, malloc'ed: itself, or OUT.h5.parts if OUT.h5 is missing
 * and its parts exist; else to NULL. */
static qd_status_t find_folder(const char *path, char **folder, qd_error_t *error)
{
    struct stat found, beside = {0};
    qd_status_t status = qd_look_at(path, true, &found, error);
    *folder = NULL;
    if (status != QD_OK || S_ISREG(found.st_mode))
        return status;
    if (asprintf(folder, "%s%s", path, found.st_mode == 0 ? ".parts" : "") < 0) {
        *folder = NULL;
        return qd_no_memory(error);
    }
    status = qd_look_at(*folder, true, &beside, error);
    if (!S_ISDIR(beside.st_mode)) {
        free(*folder);
        *folder = NULL;
    }
    return status;
}

qd_status_t qd_result_file_open(const char *path, qd_result_file_t **self, qd_error_t *error)
{
    char *folder;
    qd_result_file_t *file = qd_new(1, sizeof *file, error);
    *self = NULL;
    if (!file)
        return qd_no_memory(error);
    qd_status_t status = find_folder(path, &folder, error);
    if (status == QD_OK)
        status = folder ? open_folder(file, folder, error) : open_file(file, path, error);
    free(folder);
    if (status != QD_OK) {
        qd_result_file_close(file);
        return status;
    }
    *self = file;
    return QD_OK;
}

static void free_texts(char **text, size_t count)
{
    for (size_t i = 0; text && i < count; i++)
        free(text[i]);
    free(text);
}

static void free_summaries(summaries_t *self)
{
    free(self->count);
    for (size_t i = 0; i < QD_SUMMARIES_ALL; i++)
        free(self->real[i]);
    free(self->quantiles);
    *self = (summaries_t){0};
}

void qd_result_file_close(qd_result_file_t *self)
{
    if (!self)
        return;
    qd_error_t ignored = QD_ERROR_NONE;
    if (qd_h5_close(&self->h5, &ignored) != QD_OK)
        ignored.status = QD_OK; /* failures of reading were reported when they happened */
    free(self->done);
    for (size_t o = 0; o < QD_VALUES_MAX; o++)
        free_summaries(&self->summaries[o]);
    free_texts(self->point_label, self->points);
    free_texts(self->order_label, self->orders);
    for (size_t i = 0; i < self->texts; i++)
        free(self->text[i]);
    qd_result_file_free_tables(self);
    qd_parts_reader_close(self->parts);
    free(self);
}

qd_status_t qd_result_file_check(qd_result_file_t *self, bool worlds, qd_error_t *error)
{
    if (self->parts)
        return qd_parts_reader_check(self->parts, error);
    qd_h5_check(&self->h5, worlds);
    return qd_result_file_outcome(self, error);
}

qd_status_t qd_result_file_check_by(qd_result_file_t *self, size_t threads, qd_error_t *error)
{
    if (self->parts)
        return qd_parts_reader_check(self->parts, error);
    qd_h5_check_by(&self->h5, true, qd_h5_readers(&self->h5, threads));
    return qd_result_file_outcome(self, error);
}

bool qd_result_file_is_folder(const qd_result_file_t *self)
{
    return self->parts != NULL;
}

/* ---- contents ------------------------------------------------------------------------------------------ */

const qd_provenance_t *qd_result_file_provenance(const qd_result_file_t *self)
{
    return &self->provenance;
}

size_t qd_result_file_points(const qd_result_file_t *self)
{
    return self->points;
}

size_t qd_result_file_orders(const qd_result_file_t *self)
{
    return self->orders;
}

uint64_t qd_result_file_worlds(const qd_result_file_t *self)
{
    return self->worlds;
}

const char *qd_result_file_point_label(const qd_result_file_t *self, size_t point)
{
    return !self->parts ? self->point_label[point]
                        : qd_parts_reader_experiment(self->parts)->point[point].label;
}

const char *qd_result_file_order_label(const qd_result_file_t *self, size_t order)
{
    return !self->parts ? self->order_label[order]
                        : qd_parts_reader_experiment(self->parts)->order[order].label;
}

qd_status_t qd_result_file_experiment(const qd_result_file_t *self, const char *name,
                                      qd_experiment_t **experiment, qd_error_t *error)
{
    qd_experiment_t *stated = NULL;
    *experiment = NULL;
    qd_status_t status = qd_experiment_parse(self->provenance.config, name, &stated, error);
    if (status != QD_OK)
        return status;
    if (stated->points != self->points || stated->orders != self->orders || stated->worlds < self->worlds) {
        status =
            qd_error_add(error, QD_ERROR_INPUT,
                         "%s: damaged: found %zu point%s, %zu order%s and %" PRIu64
                         " world%s; expected %zu, %zu and at most %" PRIu64 ", as its `config` states",
                         name, self->points, QD_S(self->points), self->orders, QD_S(self->orders),
                         self->worlds, QD_S(self->worlds), stated->points, stated->orders, stated->worlds);
        qd_experiment_free(stated);
        return status;
    }
    *experiment = stated;
    return QD_OK;
}

bool qd_result_file_holds(qd_result_file_t *self, const char *variable)
{
    return !self->parts && qd_h5_exists(&self->h5, variable);
}

/* Whether the file has a member of a group, which is requested once. */
static bool has_member(qd_result_file_t *self, const char *group, const char *name, qd_presence_t *presence)
{
    char path[128];
    if (*presence == QD_NOT_REQUESTED) {
        snprintf(path, sizeof path, "/%s/%s", group, name);
        bool there = qd_result_file_holds(self, path);
        if (self->h5.failed)
            return false;
        *presence = there ? QD_PRESENT : QD_ABSENT;
    }
    return *presence == QD_PRESENT;
}

bool qd_result_file_has_worlds(qd_result_file_t *self, qd_outcome_t outcome)
{
    if (self->parts)
        return qd_parts_reader_keeps(self->parts, outcome);
    return has_member(self, "worlds", qd_value_info(outcome)->name, &self->rows[outcome]);
}

bool qd_result_file_keeps_rows(qd_result_file_t *self)
{
    for (size_t o = 0; o < qd_outcome_count; o++)
        if (qd_result_file_has_worlds(self, (qd_outcome_t)o))
            return true;
    return false;
}

bool qd_result_file_unequal_periods(qd_result_file_t *self)
{
    int64_t unequal = 0;
    return qd_result_file_holds(self, "/survival") &&
           qd_h5_get_whole(&self->h5, "/survival", QD_UNEQUAL_PERIODS, &unequal) && unequal != 0;
}

/* Reads a variable with `each` numbers for every (point, order); NULL after a failure. */
static void *read_cells(qd_result_file_t *self, const char *path, qd_h5_type_t type, size_t each)
{
    size_t count;
    void *value = qd_h5_read(&self->h5, path, type, &count);
    if (value && count != self->points * self->orders * each) {
        qd_h5_refuse_contents(&self->h5, "damaged: a variable has another shape than (point, order)");
        free(value);
        return NULL;
    }
    return value;
}

bool qd_result_file_summarises(qd_result_file_t *self, qd_outcome_t outcome)
{
    const qd_outcome_info_t *info = qd_value_info(outcome);
    if (!info || self->parts)
        return info && outcome < QD_OUTCOMES_MAX;
    return has_member(self, "summary", info->name, &self->summary[outcome]);
}

qd_status_t qd_result_file_done(qd_result_file_t *self, size_t point, size_t order, uint64_t *worlds,
                                qd_error_t *error)
{
    if (self->parts) {
        *worlds = qd_parts_reader_done(self->parts, point, order);
        return QD_OK;
    }
    if (!self->done)
        self->done = read_cells(self, "/worlds_done", QD_H5_HASH, 1);
    *worlds = self->done ? self->done[point * self->orders + order] : 0;
    return qd_result_file_outcome(self, error);
}

static qd_status_t read_summaries(qd_result_file_t *self, qd_outcome_t outcome, qd_error_t *error)
{
    summaries_t *summaries = &self->summaries[outcome];
    const char *name = qd_value_info(outcome)->name;
    char path[128];
    if (summaries->count)
        return QD_OK;
    if (!qd_result_file_summarises(self, outcome))
        return qd_error_add(error, QD_ERROR_INPUT, "%s: has no summary of %s", self->h5.path, name);
    for (size_t i = 0; i < QD_SUMMARIES_ALL; i++) {
        snprintf(path, sizeof path, "/summary/%s/%s", name, qd_summary_name[i]);
        bool optional = i == QD_SUMMARY_low || i == QD_SUMMARY_high || i >= QD_SUMMARIES;
        if (!optional || qd_h5_exists(&self->h5, path))
            summaries->real[i] = read_cells(self, path, QD_H5_REAL, 1);
    }
    snprintf(path, sizeof path, "/summary/%s/quantiles", name);
    if (outcome < QD_OUTCOMES_MAX || qd_h5_exists(&self->h5, path))
        summaries->quantiles = read_cells(self, path, QD_H5_REAL, QD_RESULT_QUANTILES);
    snprintf(path, sizeof path, "/summary/%s/count", name);
    summaries->count = read_cells(self, path, QD_H5_HASH, 1);
    qd_status_t status = qd_result_file_outcome(self, error);
    if (status != QD_OK)
        free_summaries(summaries);
    return status;
}

static double known(const double *value, size_t i)
{
    return value ? value[i] : (double)NAN;
}

qd_status_t qd_result_file_summary(qd_result_file_t *self, size_t point, size_t order, qd_outcome_t outcome,
                                   qd_result_summary_t *summary, qd_error_t *error)
{
    *summary = (qd_result_summary_t){0};
    if (self->parts)
        return qd_parts_reader_summary(self->parts, point, order, outcome, summary, error);
    qd_status_t status = read_summaries(self, outcome, error);
    if (status != QD_OK)
        return status;
    const summaries_t *from = &self->summaries[outcome];
    size_t i = point * self->orders + order;
    *summary = (qd_result_summary_t){
        .count = from->count[i],
#define QD_SUMMARY_COLUMN(name, meaning) .name = known(from->real[QD_SUMMARY_##name], i),
#define QD_STOP_COLUMN(name, meaning)    .name = known(from->real[QD_SUMMARY_##name], i),
#include "quadrille/result_columns.def"
    };
    for (size_t q = 0; q < QD_RESULT_QUANTILES; q++)
        summary->quantile[q] = known(from->quantiles, i * QD_RESULT_QUANTILES + q);
    return QD_OK;
}

qd_status_t qd_result_file_read(qd_result_file_t *self, size_t point, size_t order, qd_outcome_t outcome,
                                uint64_t first, size_t count, double out[], qd_error_t *error)
{
    if (self->parts)
        return qd_parts_reader_read(self->parts, point, order, outcome, first, count, out, error);
    if (!qd_result_file_has_worlds(self, outcome))
        return qd_error_add(error, QD_ERROR_INPUT, "%s: holds no worlds of %s", self->h5.path,
                            qd_value_info(outcome)->name);
    size_t there = first >= self->worlds ? 0 : count;
    if (there > 0 && self->worlds - first < there)
        there = (size_t)(self->worlds - first);
    for (size_t i = there; i < count; i++)
        out[i] = NAN;
    char path[128];
    hsize_t start[3] = {point, order, first}, size[3] = {1, 1, there};
    snprintf(path, sizeof path, "/worlds/%s", qd_value_info(outcome)->name);
    if (there > 0)
        qd_h5_read_slab(&self->h5, path, QD_H5_REAL, 3, start, size, out);
    if (qd_cf_outcome_flags(outcome))
        qd_cf_restore_codes(out, there);
    return qd_result_file_outcome(self, error);
}

/* ---- any variable -------------------------------------------------------------------------------------- */

qd_status_t qd_result_file_reals(qd_result_file_t *self, const char *variable, double **value, size_t *count,
                                 qd_error_t *error)
{
    *value = NULL;
    *count = 0;
    if (!qd_result_file_holds(self, variable))
        return qd_error_add(error, QD_ERROR_INPUT, "%s: holds no %s", self->h5.path, variable);
    *value = qd_h5_read(&self->h5, variable, QD_H5_REAL, count);
    return qd_result_file_outcome(self, error);
}

qd_status_t qd_result_file_at_point(qd_result_file_t *self, const char *variable, size_t rank, size_t point,
                                    double **value, size_t *count, qd_error_t *error)
{
    hsize_t start[QD_H5_RANK_MAX] = {point}, size[QD_H5_RANK_MAX] = {1};
    *value = NULL;
    *count = 1;
    for (size_t axis = 1; axis < rank && axis < QD_H5_RANK_MAX; axis++) {
        size[axis] = qd_h5_length(&self->h5, variable, axis);
        *count *= size[axis];
    }
    if (!self->h5.failed && !(*value = qd_new(*count, sizeof **value, error)))
        return QD_ERROR_MEMORY;
    if (!self->h5.failed)
        qd_h5_read_slab(&self->h5, variable, QD_H5_REAL, rank, start, size, *value);
    qd_status_t status = qd_result_file_outcome(self, error);
    if (status != QD_OK) {
        free(*value);
        *value = NULL;
    }
    return status;
}
