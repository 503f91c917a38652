/* The file operations of the store as one table of functions, so that tests can make any of them fail.
 *
 * Every write of the journal (parts.h) and every rename of a result goes through such a table. Its functions
 * behave like the POSIX calls of the same names: -1 and errno on failure. Each receives `context`. Names are
 * relative to the open folder `at` (AT_FDCWD: the current one), so that replacing a folder by a link has no
 * effect. */
#ifndef QD_STORE_FILES_H
#define QD_STORE_FILES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "quadrille/error.h"

typedef struct {
    void *context;
    int (*open)(void *context, int at, const char *path, int flags, mode_t mode);
    ssize_t (*write)(void *context, int fd, const void *bytes, size_t size);
    ssize_t (*pread)(void *context, int fd, void *bytes, size_t size, off_t offset);
    int (*fsync)(void *context, int fd);
    int (*close)(void *context, int fd);
    int (*rename)(void *context, int at, const char *from, const char *to);
    int (*place)(void *context, int at, const char *from,
                 const char *to); /* rename that replaces nothing: EEXIST */
    int (*unlink)(void *context, int at, const char *path);
    int (*mkdir)(void *context, const char *path, mode_t mode);
} qd_files_t;

/* The operating system's own calls. */
extern const qd_files_t qd_files_system;

/* Adds "PATH: OPERATION failed: strerror; ADVICE" for the present errno and returns QD_ERROR_IO; errno
 * stays. */
qd_status_t qd_files_fail(qd_error_t *error, const char *path, const char *operation);

/* Opens the folder at `path` into *fd. QD_ERROR_INPUT for a symbolic link and for anything but a folder. */
QD_MUST_USE qd_status_t qd_files_open_folder(const qd_files_t *self, const char *path, int *fd,
                                             qd_error_t *error);

/* The same for the folder that contains `path`, which may be reached by links; *name is the last part of
 * `path`. */
QD_MUST_USE qd_status_t qd_files_open_parent(const qd_files_t *self, const char *path, int *fd,
                                             const char **name, qd_error_t *error);

/* Opens the file at `path` for reading into *fd, with its size in bytes in *size. QD_ERROR_INPUT for anything
 * but a regular file (a pipe, a device, a folder); never waits for the other end of a pipe. */
QD_MUST_USE qd_status_t qd_files_open_input(const qd_files_t *self, const char *path, int *fd, uint64_t *size,
                                            qd_error_t *error);

/* Reads exactly `size` bytes at `offset`; an earlier end of the file is an error. Repeats interrupted
 * calls. */
QD_MUST_USE qd_status_t qd_files_read(const qd_files_t *self, int fd, const char *path, uint64_t offset,
                                      void *bytes, size_t size, qd_error_t *error);

/* Writes FOLDER/NAME atomically and durably: into the new file FOLDER/NAME.tmp, then fsync, rename, fsync of
 * the folder. Continues short writes. Removes the temporary file on failure as far as possible. */
QD_MUST_USE qd_status_t qd_files_write(const qd_files_t *self, const char *folder, const char *name,
                                       const void *bytes, size_t size, qd_error_t *error);

/* rename within an open folder, and its fsync; `folder` is its path, for messages. */
QD_MUST_USE qd_status_t qd_files_rename(const qd_files_t *self, int at, const char *folder, const char *from,
                                        const char *to, qd_error_t *error);

/* "FOLDER/NAME", malloc'ed; NULL when memory is short. */
char *qd_files_join(const char *folder, const char *name);

#endif
