/* A file that is being written and has not got its name yet.
 *
 * A draft lies beside the file that it will replace, under a name that no other file has, and is made anew: whatever lies
 * or links there, nothing of it is written to. It gets its name once it is whole and on the disk. A draft that a kill has
 * left is removed by the next run or merge, which holds the output's lock (lock.h). */
#ifndef QD_STORE_DRAFT_H
#define QD_STORE_DRAFT_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "quadrille/error.h"
#include "store/files.h"

typedef struct {
    const qd_files_t *files;
    const char *path, *name; /* of the file; the name is the last part of the path. Both borrowed */
    char *temporary, *draft; /* path and name of the draft */
    int folder, fd;          /* open as long as it is a draft */
    bool replaces;           /* a file of that name, whose mode it takes over: */
    mode_t mode;
} qd_draft_t;

/* Makes an empty draft of the file at `path`. `files` NULL: the operating system. To be ended by qd_draft_publish or
 * qd_draft_discard, also after a failure. */
QD_MUST_USE qd_status_t qd_draft_open(qd_draft_t *self, const char *path, const qd_files_t *files,
                                      qd_error_t *error);

/* Whether `fd` is the draft, and nothing that was put in its place. */
bool qd_draft_is(const qd_draft_t *self, int fd);

/* Waits until the draft is on the disk, and forgets what the memory holds of it, so that it is read back from there. */
QD_MUST_USE qd_status_t qd_draft_sync(const qd_draft_t *self, qd_error_t *error);

/* A stream that writes to the draft; NULL on failure. qd_draft_end_stream closes it. */
FILE *qd_draft_stream(const qd_draft_t *self, qd_error_t *error);

/* Closes the stream, and waits until all of it is on the disk. QD_ERROR_IO where a write failed since it was opened. */
QD_MUST_USE qd_status_t qd_draft_end_stream(const qd_draft_t *self, FILE *stream, qd_error_t *error);

/* Fills the draft by `put`, with `context`, and publishes it. */
QD_MUST_USE qd_status_t qd_draft_fill(qd_draft_t *self, bool overwrite,
                                      qd_status_t (*put)(void *context, FILE *out, qd_error_t *error),
                                      void *context, qd_error_t *error);

/* Gives the draft its name, and returns when that is on the disk too. Without `overwrite`, a file of that name is
 * QD_ERROR_INPUT and stays as it is, even one that appears at the last moment. */
QD_MUST_USE qd_status_t qd_draft_publish(qd_draft_t *self, bool overwrite, qd_error_t *error);

/* Removes the draft, if it was not published, and frees what it has. */
void qd_draft_discard(qd_draft_t *self);

/* Removes the drafts of `path` that earlier writers have left. */
void qd_draft_sweep(const char *path);

#endif
