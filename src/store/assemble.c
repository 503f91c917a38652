#include "store/assemble.h"

#include "store/assembly.h"
#include "store/embedded.h"
#include "store/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

qd_status_t qd_assembly_tables(qd_assembly_t *self, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->experiment;
    size_t count = 0, i = 0;
    for (size_t p = 0; p < experiment->points; p++)
        for (size_t o = 0; o < experiment->orders; o++)
            count += qd_index_failures(self->index, p, o);
    qd_result_failure_t *row = calloc(count + 1, sizeof *row);
    if (row == NULL)
        return qd_error_add(error, QD_ERROR_MEMORY, "out of memory for %zu failures", count);
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
        qd_table_write(&self->h5, &qd_claim_table, options->claim, options->claims);
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
    if (status == QD_OK && (options->worlds || options->embed))
        status = qd_assembly_worlds(self, error);
    if (status == QD_OK)
        status = qd_assembly_tables(self, error);
    if (status == QD_OK && options->embed)
        status = qd_embedded_write(&self->h5, self->experiment, self->index, options->extra, error);
    return status;
}

static uint64_t mask_of(const qd_output_t *output)
{
    uint64_t mask = 0;
    for (size_t o = 0; o < QD_OUTCOMES; o++)
        mask |= (uint64_t)output->outcome[o] << o;
    return mask;
}

static qd_assembly_t *new_assembly(const qd_experiment_t *experiment, qd_index_t *index,
                                   const qd_assemble_options_t *options)
{
    qd_assembly_t *self = calloc(1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->experiment = experiment;
    self->index = index;
    self->options = options;
    self->kind = qd_index_kind(index);
    self->columns = self->kind.columns;
    if (options != NULL && !options->embed)
        self->columns &= mask_of(&experiment->output);
    self->h5.file = -1;
    return self;
}

/* Gives the finished file its name. */
static qd_status_t publish(const qd_assemble_options_t *options, const char *temporary, qd_error_t *error)
{
    const qd_files_t *files = options->files == NULL ? &qd_files_system : options->files;
    qd_status_t status = qd_files_sync(files, temporary, error);
    return status == QD_OK ? qd_files_rename(files, temporary, options->path, error) : status;
}

qd_status_t qd_assemble(const qd_experiment_t *experiment, qd_index_t *index,
                        const qd_assemble_options_t *options, qd_assembled_t *assembled, qd_error_t *error)
{
    char *temporary = NULL;
    qd_status_t status = QD_OK, closed;
    qd_assembly_t *self = NULL;
    if (!options->overwrite && access(options->path, F_OK) == 0)
        return qd_error_add(error, QD_ERROR_INPUT, "%s is there already; add --force to replace it",
                            options->path);
    self = new_assembly(experiment, index, options);
    if (self == NULL || asprintf(&temporary, "%s.tmp", options->path) < 0) {
        temporary = NULL;
        status = qd_error_add(error, QD_ERROR_MEMORY, "out of memory for assembling %s", options->path);
        goto out;
    }
    if ((status = qd_assembly_survey(self, error)) != QD_OK)
        goto out;
    qd_h5_create(&self->h5, temporary);
    status = write_all(self, error);
    closed = qd_h5_close(&self->h5, error);
    if (closed != QD_OK && status == QD_OK) {
        status = qd_error_add(error, closed,
                              "%s could not be written; finished worlds are kept in %s.parts, run "
                              "again with --resume",
                              options->path, options->path);
    }
    if (status == QD_OK)
        status = publish(options, temporary, error);
    if (status != QD_OK)
        unlink(temporary);
    else
        *assembled = self->assembled;
out:
    free(temporary);
    free(self);
    return status;
}

qd_status_t qd_result_hash(const qd_experiment_t *experiment, qd_index_t *index, char hash[33],
                           qd_error_t *error)
{
    qd_assembly_t *self = new_assembly(experiment, index, NULL);
    if (self == NULL)
        return qd_error_add(error, QD_ERROR_MEMORY, "out of memory");
    qd_status_t status = qd_assembly_survey(self, error);
    memcpy(hash, self->assembled.result_hash, sizeof self->assembled.result_hash);
    free(self);
    return status;
}
