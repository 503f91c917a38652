/* Merging shards of one experiment into one result file, in any order, any number of times; nothing is
 * recomputed. */
#ifndef QD_STORE_MERGE_H
#define QD_STORE_MERGE_H

#include "quadrille/result.h"
#include "store/assemble.h"
#include "store/index.h"

/* A selected index over the shards (result files that hold /parts, or folders of parts). QD_ERROR_INPUT, with
 * the names of all of them: files of another experiment, or files that are no shards. */
QD_MUST_USE qd_status_t qd_merge_index(const qd_experiment_t *experiment, const char *const *path,
                                       size_t paths, qd_index_t **index, qd_error_t *error);

/* Reads a whole file and compares it with its digests, as qd_result_file_check does, by processes for so many
 * threads. */
QD_MUST_USE qd_status_t qd_result_file_check_by(qd_result_file_t *self, size_t threads, qd_error_t *error);

/* The same for each shard; names all that differ from their digests. */
QD_MUST_USE qd_status_t qd_merge_check(const char *const *path, size_t paths, size_t threads,
                                       qd_error_t *error);

/* Adds to `list` one line for each (point, order) with missing worlds among 0 .. target - 1, naming the first
 * missing ranges; returns the number of all missing worlds. `target` as in qd_assemble_options_t, may be
 * NULL. */
uint64_t qd_merge_missing(const qd_experiment_t *experiment, const qd_index_t *index, const uint64_t *target,
                          qd_error_t *list);

#endif
