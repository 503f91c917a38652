/* Threads that write finished worlds to disk, so that the threads that play do not wait. */
#ifndef QD_ENGINE_PART_WRITER_H
#define QD_ENGINE_PART_WRITER_H

#include <stdbool.h>

#include "store/parts.h"

typedef struct qd_part_writer qd_part_writer_t;

/* Starts a thread for each writer of `parts`, which sleeps until the first offer. `parts` outlives it. */
QD_MUST_USE qd_status_t qd_part_writer_start(qd_parts_t *parts, qd_part_writer_t **self, qd_error_t *error);

/* Seals the buffer of `parts` and writes it in the background. While all writers write it does nothing, or
 * waits for one of them if `wait`. The caller holds the lock that guards `parts`. Returns the error of an
 * earlier write, if any; its data stay sealed. */
QD_MUST_USE qd_status_t qd_part_writer_offer(qd_part_writer_t *self, bool wait, qd_error_t *error);

/* Waits for the last writes, ends the threads and frees them. Returns the error of a write, if any. NULL is
 * allowed. */
qd_status_t qd_part_writer_end(qd_part_writer_t *self, qd_error_t *error);

#endif
