#include "engine/earlier.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "engine/columns.h"
#include "quadrille/result.h"
#include "store/parts.h"
#include "store/parts_folder.h"

/* Finished worlds of the run may lie beside an unreadable result file. */
static qd_status_t advise(const char *output, qd_status_t status, qd_error_t *error)
{
    char *folder;
    if (status == QD_ERROR_IO)
        return qd_error_add(error, status, "%s: kept as it is; run again with --resume when it can be read",
                            output);
    if (asprintf(&folder, "%s.parts", output) < 0)
        return status;
    if (access(folder, F_OK) == 0 || errno != ENOENT)
        qd_error_add(error, status, "%s: may hold finished worlds; move %s away and run again with --resume",
                     folder, output);
    else
        qd_error_add(error, status, "%s: cannot be resumed; " QD_ADVICE_AGAINST_RESUME, output);
    free(folder);
    return status;
}

/* A run with --force leaves parts beside the result that it would replace. */
static qd_status_t advise_parts(const char *output, qd_status_t status, qd_error_t *error)
{
    char *folder;
    if (asprintf(&folder, "%s.parts", output) < 0)
        return status;
    if (qd_parts_exist(folder))
        qd_error_add(error, status,
                     "%s: may hold finished worlds of this experiment; --resume --force continues them and "
                     "replaces %s",
                     folder, output);
    free(folder);
    return status;
}

/* Whether the worlds of a result file belong to this experiment and this version of the program. */
static qd_status_t check_origin(const qd_experiment_t *experiment, const char *output,
                                const qd_provenance_t *from, qd_error_t *error)
{
    qd_status_t status = qd_experiment_compare_plugin(experiment, from->config, output, error);
    if (status != QD_OK)
        return status;
    if (from->config_hash != experiment->config_hash)
        status = qd_error_add(error, QD_ERROR_INPUT,
                              "%s: is the result of another experiment (config_hash %016" PRIx64
                              ", this one's is %016" PRIx64 "); %s",
                              output, from->config_hash, experiment->config_hash, QD_ADVICE_AGAINST_RESUME);
    else if (strcmp(from->version, QD_VERSION) != 0)
        status = qd_error_add(error, QD_ERROR_INPUT, "%s: was written by quadrille %s, this is %s; %s",
                              output, from->version, QD_VERSION, QD_ADVICE_AGAINST_RESUME);
    return status == QD_OK ? QD_OK : advise_parts(output, status, error);
}

static qd_status_t open_result(const qd_experiment_t *experiment, const char *output, bool *foreign,
                               qd_result_file_t **file, qd_error_t *error)
{
    qd_status_t status = qd_result_file_open(output, file, error);
    if (status != QD_OK)
        return advise(output, status, error);
    status = check_origin(experiment, output, qd_result_file_provenance(*file), error);
    *foreign = status == QD_ERROR_INPUT;
    if (status != QD_OK)
        qd_result_file_close(*file);
    return status;
}

static qd_status_t add_result(qd_index_t *index, const qd_experiment_t *experiment, const char *output,
                              qd_error_t *error)
{
    qd_result_file_t *file;
    bool foreign;
    qd_status_t status = open_result(experiment, output, &foreign, &file, error);
    if (status != QD_OK)
        return status;
    bool rows = qd_result_file_keeps_rows(file);
    status = qd_result_file_fault(file, error);
    qd_result_file_close(file);
    return status == QD_OK && rows ? qd_index_add_result(index, output, error) : status;
}

/* Refuses finished worlds that keep other outcomes than this run: rows cannot be added later. */
static qd_status_t check_kind(const qd_index_t *index, const qd_experiment_t *experiment, const char *output,
                              qd_error_t *error)
{
    if (qd_is_kept_kind(index, experiment))
        return QD_OK;
    return qd_error_add(
        error, QD_ERROR_INPUT,
        "%s: keeps other outcomes or paths of each world than `output:` and `claims:` ask for now; name "
        "another output with -o, or start over with --force instead of --resume",
        output);
}

qd_status_t qd_earlier_find(const qd_experiment_t *experiment, const char *output, const char *folder,
                            bool repair, qd_index_t **done, qd_error_t *error)
{
    qd_index_t *index = NULL;
    qd_status_t status = qd_index_new(experiment, NULL, &index, error);
    bool parts = false, result = false;
    if (status == QD_OK)
        qd_index_expect_doubles(index);
    if (status == QD_OK && folder)
        status = qd_look_for(folder, &parts, error);
    if (status == QD_OK && output)
        status = qd_look_for(output, &result, error);
    if (status == QD_OK && parts)
        status = qd_index_add_folder(index, folder, repair, error);
    if (status == QD_OK && result)
        status = add_result(index, experiment, output, error);
    if (status == QD_OK)
        status = check_kind(index, experiment, output ? output : folder, error);
    if (status == QD_OK)
        status = qd_index_select(index, error);
    if (status == QD_OK && output && !folder)
        status = qd_index_check_rows(index, error);
    if (status != QD_OK) {
        qd_index_free(index);
        return status;
    }
    *done = index;
    return QD_OK;
}

qd_status_t qd_earlier_check_strangers(const qd_experiment_t *experiment, const char *output,
                                       const qd_index_t *done, qd_error_t *error)
{
    unsigned long long strangers = qd_index_strangers(done), worlds = experiment->worlds;
    if (strangers == 0 || experiment->precision.given)
        return QD_OK;
    return qd_error_add(
        error, QD_ERROR_INPUT,
        "%s: found %llu finished world%s that this experiment does not have: they are of other "
        "points or reach beyond its %llu world%s; expected none, as they would be lost: state "
        "them again, name another output with -o, or add --force to continue without them",
        output, strangers, QD_S(strangers), worlds, QD_S(worlds));
}

static qd_status_t count(qd_result_file_t *file, qd_assembled_t *assembled, qd_error_t *error)
{
    const qd_result_failure_t *failure;
    size_t failures = 0;
    qd_status_t status = qd_result_file_failures(file, &failure, &failures, error);
    for (size_t p = 0; p < qd_result_file_points(file) && status == QD_OK; p++)
        for (size_t o = 0; o < qd_result_file_orders(file) && status == QD_OK; o++) {
            uint64_t worlds = 0;
            status = qd_result_file_done(file, p, o, &worlds, error);
            assembled->worlds += worlds;
        }
    assembled->failures = failures;
    return status;
}

qd_status_t qd_earlier_complete(const qd_experiment_t *experiment, const char *output, bool *complete,
                                bool *foreign, qd_assembled_t *assembled, qd_error_t *error)
{
    qd_result_file_t *file;
    *complete = *foreign = false;
    bool there;
    qd_status_t status = qd_look_for(output, &there, error);
    if (status != QD_OK || !there)
        return status;
    status = open_result(experiment, output, foreign, &file, error);
    if (status != QD_OK)
        return status;
    const qd_provenance_t *provenance = qd_result_file_provenance(file);
    status = qd_result_file_check(file, true, error);
    if (status != QD_OK) {
        qd_result_file_close(file);
        return advise(output, status, error);
    }
    *complete = provenance->complete && strcmp(provenance->config, experiment->config) == 0;
    if (*complete) {
        *assembled = (qd_assembled_t){.complete = true};
        memcpy(assembled->result_hash, provenance->result_hash, sizeof assembled->result_hash);
        status = count(file, assembled, error);
    }
    qd_result_file_close(file);
    return status;
}

static bool copy(qd_done_table_t *self, const qd_index_t *index)
{
    for (size_t i = 0; i < self->cells; i++) {
        size_t point = i / self->orders, order = i % self->orders;
        const qd_ranges_t *ranges = qd_index_done(index, point, order);
        self->failures += qd_index_failures(index, point, order);
        for (size_t r = 0; r < ranges->size; r++)
            if (!qd_ranges_add(&self->ranges[i], ranges->range[r]))
                return false;
    }
    return true;
}

/* The numbers of ranges come first, then all ranges. */
static qd_status_t share(qd_done_table_t *self, const qd_ranks_t *ranks, qd_error_t *error)
{
    size_t total = 0, at = 0;
    uint64_t *sizes = qd_new(self->cells, sizeof *sizes, error);
    qd_range_t *all = NULL;
    qd_status_t status = sizes ? QD_OK : qd_no_memory(error);
    for (size_t i = 0; status == QD_OK && i < self->cells; i++)
        sizes[i] = self->ranges[i].size;
    status = qd_ranks_agree(ranks, status);
    if (status != QD_OK)
        goto out;
    qd_ranks_share(ranks, sizes, self->cells * sizeof *sizes);
    qd_ranks_share(ranks, &self->failures, sizeof self->failures);
    for (size_t i = 0; i < self->cells; i++)
        total += sizes[i];
    all = qd_new(total, sizeof *all, error);
    status = qd_ranks_agree(ranks, all ? QD_OK : qd_no_memory(error));
    if (status != QD_OK)
        goto out;
    for (size_t i = 0; ranks->rank == 0 && i < self->cells; i++)
        for (size_t r = 0; r < sizes[i]; r++)
            all[at++] = self->ranges[i].range[r];
    qd_ranks_share(ranks, all, total * sizeof *all);
    at = 0;
    for (size_t i = 0; ranks->rank != 0 && i < self->cells; i++)
        for (size_t r = 0; r < sizes[i]; r++)
            if (!qd_ranges_add(&self->ranges[i], all[at++]))
                status = QD_ERROR_MEMORY;
    status = qd_ranks_agree(ranks, status == QD_OK ? QD_OK : qd_no_memory(error));

out:
    free(sizes);
    free(all);
    return status;
}

qd_status_t qd_done_table_init(qd_done_table_t *self, const qd_experiment_t *experiment,
                               const qd_index_t *index, const qd_ranks_t *ranks, qd_error_t *error)
{
    *self = (qd_done_table_t){.cells = experiment->points * experiment->orders, .orders = experiment->orders};
    self->ranges = qd_new(self->cells, sizeof *self->ranges, error);
    qd_status_t status = self->ranges && (!index || copy(self, index)) ? QD_OK : qd_no_memory(error);
    status = qd_ranks_agree(ranks, status);
    if (status == QD_OK && ranks->size > 1)
        status = share(self, ranks, error);
    if (status != QD_OK)
        qd_done_table_free(self);
    return status;
}

void qd_done_table_free(qd_done_table_t *self)
{
    for (size_t i = 0; self->ranges && i < self->cells; i++)
        qd_ranges_free(&self->ranges[i]);
    free(self->ranges);
    *self = (qd_done_table_t){0};
}

const qd_ranges_t *qd_done_table_at(void *context, size_t point, size_t order)
{
    const qd_done_table_t *self = context;
    return &self->ranges[point * self->orders + order];
}
