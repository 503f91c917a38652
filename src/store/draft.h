/* A file under construction, without its final name.
 *
 * A draft lies beside the file that it will replace. Its name is new and unused, so that no existing file or
 * link is written to. It gets the final name once it is complete and on the disk. A program that a signal
 * ends removes its drafts (begun.h). The next writer of the same file removes a draft left by a kill. */
#ifndef QD_STORE_DRAFT_H
#define QD_STORE_DRAFT_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "quadrille/error.h"
#include "store/files.h"

typedef struct {
    const qd_files_t *files;
    const char *path, *name; /* of the final file; the name is the last part of the path. Both borrowed */
    char *temporary, *draft; /* path and name of the draft */
    int folder, fd;          /* open as long as it is a draft */
    int begun;               /* its number in the list of files under construction */
    bool replaces;           /* an existing file of that name, of which it takes over: */
    mode_t mode;
    uid_t owner;
    gid_t group;
} qd_draft_t;

/* Makes an empty draft of the file at `path`. `files` NULL: the operating system. End it by qd_draft_publish
 * or qd_draft_discard, also after a failure. */
QD_MUST_USE qd_status_t qd_draft_open(qd_draft_t *self, const char *path, const qd_files_t *files,
                                      qd_error_t *error);

/* Whether `fd` is the draft and not a file put in its place. */
bool qd_draft_is(const qd_draft_t *self, int fd);

/* Syncs the draft to the disk and drops it from the page cache, so that the next reading comes from the
 * disk. */
QD_MUST_USE qd_status_t qd_draft_sync(const qd_draft_t *self, qd_error_t *error);

/* Gives the draft its final name and returns when the name is on the disk. Without `overwrite` an existing
 * file is QD_ERROR_INPUT and stays unchanged, even if it appears at the last moment. */
QD_MUST_USE qd_status_t qd_draft_publish(qd_draft_t *self, bool overwrite, qd_error_t *error);

/* Removes the draft unless it was published, and frees its memory. */
void qd_draft_discard(qd_draft_t *self);

/* Whether `name` is that of a draft of a file called `base`; both without folders. */
bool qd_draft_names(const char *name, const char *base);

/* Removes drafts of `path` left by earlier writers. To be called by the holder of the output's lock. */
void qd_draft_sweep(const char *path);

/* Writes a text without that lock: fills a draft with put(context, ...), which returns why it failed, and
 * publishes it. First removes drafts of `path` that a kill left. QD_ERROR_INPUT where nothing can be written
 * there, or, without `overwrite`, a file exists. */
QD_MUST_USE qd_status_t qd_draft_write(const char *path, bool overwrite,
                                       qd_status_t (*put)(void *context, FILE *out, qd_error_t *error),
                                       void *context, qd_error_t *error);

#endif
