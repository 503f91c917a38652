/* Merging: shards of one experiment become one result file. Any order, any number of times; nothing is
 * recomputed. */
#ifndef QD_STORE_MERGE_H
#define QD_STORE_MERGE_H

#include "quadrille/result.h"
#include "store/assemble.h"
#include "store/index.h"

/* An index over the shards (result files that hold /parts, or folders of parts), selected. QD_ERROR_INPUT: a
 * file of another experiment, or one that is not a shard; all such files are named. */
QD_MUST_USE qd_status_t qd_merge_index(const qd_experiment_t *experiment, const char *const *path,
                                       size_t paths, qd_index_t **index, qd_error_t *error);

/* Reads all of a file and compares it with its digests, as qd_result_file_check does, by processes for so
 * many threads. */
QD_MUST_USE qd_status_t qd_result_file_check_by(qd_result_file_t *self, size_t threads, qd_error_t *error);

/* The same of each shard; names all that are not as they were written. */
QD_MUST_USE qd_status_t qd_merge_check(const char *const *path, size_t paths, size_t threads,
                                       qd_error_t *error);

/* Adds to `list` one line for each (point, order) whose worlds 0 .. target - 1 are not all there, naming the
 * first missing ranges; returns how many worlds are missing in all. `target` as in qd_assemble_options_t, may
 * be NULL. */
uint64_t qd_merge_missing(const qd_experiment_t *experiment, const qd_index_t *index, const uint64_t *target,
                          qd_error_t *list);

#endif
