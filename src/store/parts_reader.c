#include "store/parts_reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "store/index.h"
#include "store/parts_folder.h"

struct qd_parts_reader {
    qd_manifest_t manifest;
    qd_experiment_t *experiment;
    qd_index_t *index;
    /* Keeps all outcomes of each (point, order) asked for: decoding a tally takes about a millisecond, and
     * callers ask for the outcomes of all points one after another. */
    qd_result_summary_t **cell;
};

static qd_status_t open_index(qd_parts_reader_t *self, const char *folder, qd_error_t *error)
{
    char *manifest = qd_files_join(folder, QD_MANIFEST_NAME);
    bool parts = false;
    qd_status_t status = manifest ? qd_look_for(manifest, &parts, error) : qd_no_memory(error);
    free(manifest);
    if (status != QD_OK)
        return status;
    if (!parts)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: found a folder without a " QD_MANIFEST_NAME
                            "; expected a result file, or the parts of a run",
                            folder);
    status = qd_manifest_read(&self->manifest, &qd_files_system, folder, error);
    if (status == QD_OK)
        status = qd_experiment_parse(self->manifest.config, folder, &self->experiment, error);
    if (status == QD_OK)
        status = qd_index_new(self->experiment, NULL, &self->index, error);
    if (status == QD_OK)
        status = qd_index_add_folder(self->index, folder, false, error);
    if (status == QD_OK)
        status = qd_index_select(self->index, error);
    if (status != QD_OK)
        return status;
    self->cell =
        qd_new(self->experiment->points * self->experiment->orders, sizeof(qd_result_summary_t *), error);
    return self->cell ? QD_OK : qd_no_memory(error);
}

qd_status_t qd_parts_reader_open(const char *folder, qd_parts_reader_t **self, qd_error_t *error)
{
    qd_parts_reader_t *reader = qd_new(1, sizeof *reader, error);
    *self = NULL;
    if (!reader)
        return qd_no_memory(error);
    qd_status_t status = open_index(reader, folder, error);
    if (status != QD_OK) {
        qd_parts_reader_close(reader);
        return status;
    }
    *self = reader;
    return QD_OK;
}

void qd_parts_reader_close(qd_parts_reader_t *self)
{
    if (!self)
        return;
    for (size_t i = 0; self->cell && i < self->experiment->points * self->experiment->orders; i++)
        free(self->cell[i]);
    free(self->cell);
    qd_index_free(self->index);
    qd_experiment_free(self->experiment);
    qd_manifest_free(&self->manifest);
    free(self);
}

const qd_experiment_t *qd_parts_reader_experiment(const qd_parts_reader_t *self)
{
    return self->experiment;
}

void qd_parts_reader_provenance(const qd_parts_reader_t *self, qd_provenance_t *provenance)
{
    const qd_experiment_t *experiment = self->experiment;
    *provenance = (qd_provenance_t){.title = experiment->name ? experiment->name : "",
                                    .about = experiment->about ? experiment->about : "",
                                    .version = self->manifest.version,
                                    .source_commit = "",
                                    .created = "",
                                    .command_line = "",
                                    .host = "",
                                    .compiler = "",
                                    .instruction_set = "",
                                    .libraries = "",
                                    .shard = "",
                                    .seconds = NAN,
                                    .config = self->manifest.config,
                                    .seed = experiment->seed,
                                    .config_hash = self->manifest.kind.config_hash,
                                    .format = QD_RESULT_FORMAT};
}

bool qd_parts_reader_keeps(const qd_parts_reader_t *self, qd_outcome_t outcome)
{
    return outcome < QD_OUTCOMES_MAX ? self->manifest.kind.columns >> outcome & 1
                                     : outcome - QD_OUTCOMES_MAX < self->manifest.kind.extras;
}

uint64_t qd_parts_reader_done(const qd_parts_reader_t *self, size_t point, size_t order)
{
    return qd_ranges_count(qd_index_done(self->index, point, order));
}

static qd_result_summary_t summary_of(const qd_tally_t *tally, qd_outcome_t outcome)
{
    qd_summary_t all = qd_tally_summary(tally, outcome);
    qd_result_summary_t summary = {
        .count = all.count,
#define QD_SUMMARY_COLUMN(name, meaning) .name = all.name,
#define QD_STOP_COLUMN(name, meaning)    .name = NAN,
#include "quadrille/result_columns.def"
    };
    for (size_t q = 0; q < QD_RESULT_QUANTILES; q++)
        summary.quantile[q] = qd_tally_quantile(tally, outcome, qd_result_quantiles[q]);
    return summary;
}

qd_status_t qd_parts_reader_summary(qd_parts_reader_t *self, size_t point, size_t order, qd_outcome_t outcome,
                                    qd_result_summary_t *summary, qd_error_t *error)
{
    if (outcome >= QD_OUTCOMES_MAX)
        return qd_error_add(error, QD_ERROR_INPUT, "%s has no summary before the run has ended",
                            qd_value_info(outcome)->name);
    qd_result_summary_t **cell = &self->cell[point * self->experiment->orders + order];
    if (!*cell) {
        const qd_tally_t *tally;
        qd_status_t status = qd_index_tally(self->index, point, order, &tally, error);
        if (status != QD_OK)
            return status;
        if (!(*cell = qd_new(QD_OUTCOMES_MAX, sizeof **cell, error)))
            return QD_ERROR_MEMORY;
        for (size_t o = 0; o < qd_outcome_count; o++)
            (*cell)[o] = summary_of(tally, (qd_outcome_t)o);
    }
    *summary = (*cell)[outcome];
    return QD_OK;
}

qd_status_t qd_parts_reader_read(qd_parts_reader_t *self, size_t point, size_t order, qd_outcome_t outcome,
                                 uint64_t first, size_t count, double out[], qd_error_t *error)
{
    return qd_index_read(self->index, point, order, outcome, first, count, out, error);
}

qd_status_t qd_parts_reader_check(const qd_parts_reader_t *self, qd_error_t *error)
{
    const qd_error_t *warnings = qd_index_warnings(self->index);
    if (qd_index_damaged(self->index) == 0)
        return QD_OK;
    return qd_error_add(error, QD_ERROR_INPUT, "%.*s", (int)strcspn(warnings->text, "\n"), warnings->text);
}

qd_status_t qd_parts_reader_failures(qd_parts_reader_t *self, qd_result_failure_t **failure, size_t *count,
                                     qd_error_t *error)
{
    size_t points = self->experiment->points, orders = self->experiment->orders, total = 0;
    for (size_t i = 0; i < points * orders; i++)
        total += qd_index_failures(self->index, i / orders, i % orders);
    *count = 0;
    *failure = qd_new(total, sizeof **failure, error);
    bool whole = *failure != NULL;
    for (size_t i = 0; whole && i < points * orders; i++) {
        for (size_t f = 0; whole && f < qd_index_failures(self->index, i / orders, i % orders); f++) {
            qd_failure_t at = qd_index_failure(self->index, i / orders, i % orders, f);
            char *reason = strdup(at.reason);
            whole = reason != NULL;
            if (whole)
                (*failure)[(*count)++] = (qd_result_failure_t){i / orders, i % orders, at.world, reason};
        }
    }
    return whole ? QD_OK : qd_no_memory(error);
}
