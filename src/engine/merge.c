#include "engine/merge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "engine/columns.h"
#include "engine/conclude.h"
#include "engine/parallel.h"
#include "engine/stopping.h"
#include "quadrille/result.h"
#include "store/draft.h"
#include "store/lock.h"
#include "store/merge.h"

typedef struct {
    const qd_merge_options_t *options;
    qd_experiment_t *experiment;
    qd_index_t *index;
    qd_stopping_t *stopping; /* NULL without a precision stop */
    qd_origin_t origin;      /* of all shards */
} merge_t;

/* Takes the experiment from the first shard. The others must state the same; all that do not are named. */
static qd_status_t take_shard(merge_t *self, size_t number, char **config, qd_error_t *error)
{
    const char *path = self->options->shard[number];
    qd_result_file_t *file;
    qd_status_t status = qd_result_file_open(path, &file, error);
    if (status != QD_OK)
        return status;
    const qd_provenance_t *from = qd_result_file_provenance(file);
    if (strcmp(from->version, QD_VERSION) != 0)
        status = qd_error_add(error, QD_ERROR_INPUT,
                              "%s: was written by quadrille %s, this is %s; expected shards of this version",
                              path, from->version, QD_VERSION);
    else if (!*config) {
        *config = strdup(from->config);
        status =
            *config ? qd_result_file_experiment(file, path, &self->experiment, error) : qd_no_memory(error);
    } else if (self->experiment &&
               qd_experiment_compare_plugin(self->experiment, from->config, path, error) != QD_OK) {
        status = QD_ERROR_INPUT;
    } else if (self->experiment && from->config_hash != self->experiment->config_hash) {
        status = qd_error_add(
            error, QD_ERROR_INPUT,
            "%s: belongs to another experiment (config_hash %016" PRIx64 ", that of %s is %016" PRIx64 ")",
            path, from->config_hash, self->options->shard[0], self->experiment->config_hash);
    } else if (strcmp(*config, from->config) != 0) {
        status =
            qd_error_add(error, QD_ERROR_INPUT,
                         "%s: states other worlds, points, claims or outputs than %s; expected shards of one "
                         "experiment file",
                         path, self->options->shard[0]);
    }
    qd_origin_add(&self->origin, from);
    qd_result_file_close(file);
    return status;
}

static qd_status_t take_shards(merge_t *self, qd_error_t *error)
{
    char *config = NULL;
    qd_status_t status = QD_OK;
    for (size_t i = 0; i < self->options->shards; i++) {
        qd_status_t taken = take_shard(self, i, &config, error);
        status = status == QD_OK ? taken : status;
    }
    free(config);
    if (status == QD_OK)
        status = qd_merge_index(self->experiment, self->options->shard, self->options->shards, &self->index,
                                error);
    if (status == QD_OK)
        status = qd_check_kept_kind(self->index, self->experiment, self->options->shard[0], error);
    if (status == QD_OK)
        status = qd_index_check_rows(self->index, error);
    if (status == QD_OK)
        status = qd_merge_check(self->options->shard, self->options->shards,
                                (size_t)qd_parallel_runner(0).threads, error);
    if (status == QD_OK && self->experiment->precision.given)
        status = qd_stopping_new(self->experiment, &self->stopping, error);
    if (status == QD_OK && self->stopping)
        status = qd_stopping_resume(self->stopping, self->index, error);
    return status;
}

static qd_status_t find_missing(const merge_t *self, qd_merge_summary_t *summary, qd_error_t *error)
{
    size_t cells = self->experiment->points * self->experiment->orders, orders = self->experiment->orders;
    const qd_error_t *warnings = qd_index_warnings(self->index);
    uint64_t *target = self->stopping ? qd_new(cells, sizeof *target, error) : NULL;
    if (self->stopping && !target)
        return qd_no_memory(error);
    for (size_t i = 0; target && i < cells; i++)
        target[i] = qd_stopping_target(self->stopping, i / orders, i % orders);
    if (warnings->used > 0)
        qd_error_add(&summary->notes, QD_OK, "%.*s", (int)warnings->used - 1, warnings->text);
    summary->missing = qd_merge_missing(self->experiment, self->index, target, &summary->notes);
    free(target);
    if (summary->missing == 0 || self->options->partial)
        return QD_OK;
    return qd_error_add(
        error, QD_ERROR_INPUT,
        "%s: not written: %" PRIu64 " %s missing; name the other shards too, or add --partial",
        self->options->output, summary->missing, summary->missing == 1 ? "world is" : "worlds are");
}

/* An OUT.h5 with the same contents counts as written. */
static qd_status_t check_output(merge_t *self, qd_merge_summary_t *summary, qd_error_t *error)
{
    const char *output = self->options->output;
    qd_result_file_t *file;
    bool there;
    qd_status_t looked = qd_look_for(output, &there, error);
    if (looked != QD_OK || self->options->force || !there)
        return looked;
    qd_error_t unreadable = QD_ERROR_NONE;
    qd_status_t judged = qd_result_file_open(output, &file, &unreadable);
    if (judged == QD_OK) {
        const qd_provenance_t *found = qd_result_file_provenance(file);
        bool same = found->config_hash == self->experiment->config_hash && !*found->shard &&
                    strcmp(found->config, self->experiment->config) == 0;
        qd_status_t status =
            qd_result_hash(self->experiment, self->index, summary->assembled.result_hash, error);
        same = same && status == QD_OK && strcmp(found->result_hash, summary->assembled.result_hash) == 0;
        if (same)
            judged = qd_result_file_check(file, true, &unreadable);
        summary->unchanged = same && judged == QD_OK;
        qd_result_file_close(file);
        if (status != QD_OK || summary->unchanged)
            return status;
    }
    if (judged != QD_OK && judged != QD_ERROR_INPUT)
        return unreadable.used > 0
                   ? qd_error_add(error, judged, "%.*s", (int)unreadable.used - 1, unreadable.text)
                   : qd_no_memory(error);
    return qd_error_add(error, QD_ERROR_INPUT,
                        "%s: found an existing file with other contents; expected none (--force replaces it)",
                        output);
}

static qd_status_t conclude(merge_t *self, qd_merge_summary_t *summary, qd_error_t *error)
{
    qd_conclusion_t conclusion = {.output = self->options->output,
                                  .overwrite = self->options->force,
                                  .command_line = self->options->command_line,
                                  .origin = &self->origin,
                                  .stopping = self->stopping};
    return qd_conclude(self->experiment, self->index, &conclusion, &summary->assembled, error);
}

/* OpenMP is asked for its threads after the processes that read are started: LLVM's library aborts a new
 * process where the limit on open files is reached. */
static qd_status_t join(merge_t *self, qd_merge_summary_t *summary, qd_error_t *error)
{
    int threads;
    qd_status_t status = take_shards(self, error);
    if (status == QD_OK)
        status = qd_parallel_choose(0, &threads, error);
    if (status == QD_OK)
        status = find_missing(self, summary, error);
    if (status == QD_OK)
        status = check_output(self, summary, error);
    if (status == QD_OK && !summary->unchanged)
        status = conclude(self, summary, error);
    return status;
}

qd_status_t qd_merge(const qd_merge_options_t *options, qd_merge_summary_t *summary, qd_error_t *error)
{
    merge_t self = {.options = options};
    qd_lock_t *lock;
    *summary = (qd_merge_summary_t){.notes = QD_ERROR_NONE};
    qd_status_t status = qd_lock_take(options->output, &lock, error);
    if (status == QD_OK) {
        qd_draft_sweep(options->output);
        status = join(&self, summary, error);
    }
    qd_stopping_free(self.stopping);
    qd_index_free(self.index);
    qd_experiment_free(self.experiment);
    qd_lock_release(lock);
    return status;
}
