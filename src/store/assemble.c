#include "store/assembly.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "store/draft.h"
#include "store/table.h"

/* /failures, /claims, /contrasts, /sensitivity. */
static qd_status_t write_tables(qd_assembly_t *self, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->experiment;
    size_t count = 0, i = 0;
    for (size_t p = 0; p < experiment->points; p++)
        for (size_t o = 0; o < experiment->orders; o++)
            count += qd_index_failures(self->index, p, o);
    qd_result_failure_t *row = qd_new(count, sizeof *row, error);
    if (!row)
        return QD_ERROR_MEMORY;
    for (size_t p = 0; p < experiment->points; p++) {
        for (size_t o = 0; o < experiment->orders; o++) {
            for (size_t f = 0; f < qd_index_failures(self->index, p, o); f++) {
                qd_failure_t failure = qd_index_failure(self->index, p, o, f);
                row[i++] = (qd_result_failure_t){p, o, failure.world, failure.reason};
            }
        }
    }
    qd_table_write(&self->h5, &qd_failure_table, row, count);
    free(row);
    const qd_assemble_options_t *options = self->options;
    if (options->claims > 0)
        qd_assembly_claims(self);
    if (options->contrasts > 0)
        qd_table_write(&self->h5, &qd_contrast_table, options->contrast, options->contrasts);
    if (options->sensitivities > 0)
        qd_table_write(&self->h5, &qd_sensitivity_table, options->sensitivity, options->sensitivities);
    return QD_OK;
}

static qd_status_t write_all(qd_assembly_t *self, qd_error_t *error)
{
    const qd_assemble_options_t *options = self->options;
    qd_assembly_frame(self);
    qd_status_t status = qd_assembly_summary(self, error);
    if (status == QD_OK)
        status = qd_assembly_survival(self, error);
    if (status == QD_OK && (options->worlds || options->embed || options->scratch))
        status = qd_assembly_worlds(self, error);
    if (status == QD_OK)
        status = write_tables(self, error);
    if (status == QD_OK && (options->embed || options->scratch))
        status = qd_assembly_parts(self, error);
    return status;
}

/* Writes the draft, and closes it also after a failure. */
static qd_status_t write_draft(qd_assembly_t *self, const qd_draft_t *draft, qd_error_t *error)
{
    qd_h5_create(&self->h5, draft->temporary);
    self->h5.runner = self->options->runner;
    snprintf(self->h5.path, sizeof self->h5.path, "%s", self->options->path);
    if (!self->h5.failed && !qd_draft_is(draft, qd_h5_descriptor(&self->h5)))
        qd_h5_refuse(&self->h5, "something else was put in the place of its draft");
    qd_status_t status = write_all(self, error), closed = qd_h5_close(&self->h5, error);
    if (status == QD_OK && closed != QD_OK)
        status = qd_error_add(error, closed, "%s could not be written", self->options->path);
    return status;
}

/* Verifies the file on the disk: checksums of chunks, digests of groups, and these against the arrays that
 * were written. Its rows and tallies were compared with their sources when they were copied
 * (assemble_worlds.c, assemble_parts.c). */
static qd_status_t check_digest(const qd_assembly_t *self, const char *path, qd_error_t *error)
{
    const qd_runner_t *runner = self->options->runner;
    qd_h5_t *h5 = qd_new(1, sizeof *h5, error);
    if (!h5)
        return QD_ERROR_MEMORY;
    qd_h5_open(h5, path);
    if (!h5->failed)
        qd_h5_check_by(h5, true, qd_h5_readers(h5, runner ? (size_t)runner->threads : 1));
    if (!h5->failed && strcmp(h5->digest, self->h5.digest) != 0)
        qd_h5_refuse(h5, "read back, it differs from the data written");
    h5->absent = false;
    snprintf(h5->path, sizeof h5->path, "%s", self->options->path);
    qd_status_t status = qd_h5_close(h5, error);
    free(h5);
    return status;
}

/* Returns the status, or that of a fault reported since message `told` while the status stayed good: an
 * incomplete draft is not published. */
static qd_status_t heed(qd_status_t status, const qd_error_t *error, size_t told)
{
    if (status != QD_OK || !error || error->count == told)
        return status;
    return error->status != QD_OK ? error->status : QD_ERROR_INTERNAL;
}

qd_status_t qd_assemble(const qd_experiment_t *experiment, qd_index_t *index,
                        const qd_assemble_options_t *options, qd_assembled_t *assembled, qd_error_t *error)
{
    qd_draft_t draft = {.folder = -1, .fd = -1};
    qd_status_t status = QD_OK;
    size_t told = error ? error->count : 0;
    bool there;
    if ((status = qd_look_for(options->path, &there, error)) != QD_OK)
        return status;
    if (!options->overwrite && there)
        return qd_refuse_existing(options->path, "--force replaces it", error);
    qd_assembly_t *self = qd_assembly_new(experiment, index, options);
    if (!self)
        return qd_no_memory(error);
    if ((status = qd_assembly_survey(self, error)) != QD_OK)
        goto out;
    if ((status = qd_draft_open(&draft, options->path, options->files, error)) != QD_OK)
        goto out;
    status = write_draft(self, &draft, error);
    if (status == QD_OK && !options->scratch)
        status = qd_draft_sync(&draft, error);
    if (status == QD_OK && !options->scratch)
        status = check_digest(self, draft.temporary, error);
    status = heed(status, error, told);
    if (status == QD_OK)
        status = qd_draft_publish(&draft, options->overwrite, error);
    if (status == QD_OK)
        *assembled = self->assembled;
out:
    qd_draft_discard(&draft);
    qd_assembly_free(self);
    return status;
}
