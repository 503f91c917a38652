/* The lock of an output: at most one writer (run, merge, ...) works on a result file at any time, and each
 * takes the lock first.
 *
 * The lock is a file beside the output, OUT.h5.lock, which names its holder. Where the file system has flock,
 * flock decides, and the system releases the lock when its holder dies. Elsewhere (NFS and Lustre without it)
 * the existence of the file decides. A lock is stale, and is taken over, if its holder was a process of this
 * host and has ended. A lock of another host cannot be judged and stays. A file that is not a lock, and one
 * that has other names (hard links), is neither taken nor removed. */
#ifndef QD_STORE_LOCK_H
#define QD_STORE_LOCK_H

#include "quadrille/error.h"

typedef struct qd_lock qd_lock_t;

/* Takes the lock of the result file at `output` without waiting. QD_ERROR_INPUT: another writer has it, and
 * the message names it; the name belongs to something other than a lock; or its place cannot be written to.
 * QD_ERROR_IO: the lock file cannot be made or read for another reason. qd_lock_release gives up the lock
 * and frees *self. */
QD_MUST_USE qd_status_t qd_lock_take(const char *output, qd_lock_t **self, qd_error_t *error);

/* Refuses where qd_lock_take would refuse now, with the same message; writes nothing. */
QD_MUST_USE qd_status_t qd_lock_look(const char *output, qd_error_t *error);

/* NULL allowed. */
void qd_lock_release(qd_lock_t *self);

#endif
