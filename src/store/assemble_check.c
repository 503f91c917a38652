#include "store/assembly.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every byte of the file as it lies on the disk: checksums of chunks, digests of groups, and these against the arrays
 * that were handed over when it was written. */
static qd_status_t check_digest(const qd_assembly_t *self, const char *path, qd_error_t *error)
{
    qd_h5_t *h5 = malloc(sizeof *h5);
    if (h5 == NULL)
        return qd_error_add(error, QD_ERROR_MEMORY, "out of memory for reading %s back", self->options->path);
    qd_h5_open(h5, path);
    if (!h5->failed)
        qd_h5_check(h5, true);
    if (!h5->failed && strcmp(h5->digest, self->h5.digest) != 0)
        qd_h5_refuse(h5, "read back, it differs from the data written");
    h5->absent = false;
    snprintf(h5->path, sizeof h5->path, "%s", self->options->path);
    qd_status_t status = qd_h5_close(h5, error);
    free(h5);
    return status;
}

/* The tallies of the file against those that it was made from. Its rows were compared with these when they were
 * handed over (assemble_worlds.c), and are those still, by the digest. */
static qd_status_t check_tallies(const qd_assembly_t *self, const char *path, qd_error_t *error)
{
    qd_index_t *index = NULL;
    char hash[33];
    qd_status_t status = qd_index_new(self->experiment, self->options->files, &index, error);
    if (status == QD_OK)
        status = qd_index_add_result(index, path, error);
    if (status == QD_OK)
        status = qd_index_select(index, error);
    if (status == QD_OK)
        status = qd_result_hash(self->experiment, index, hash, error);
    if (status == QD_OK && strcmp(hash, self->assembled.result_hash) != 0)
        status = qd_error_add(error, QD_ERROR_IO, "%s: read back, it has result_hash %s instead of %s",
                              self->options->path, hash, self->assembled.result_hash);
    qd_index_free(index);
    return status == QD_ERROR_INPUT ? QD_ERROR_IO : status;
}

qd_status_t qd_assembly_read_back(const qd_assembly_t *self, const char *path, qd_error_t *error)
{
    qd_status_t status = check_digest(self, path, error);
    return status == QD_OK && self->options->embed ? check_tallies(self, path, error) : status;
}
