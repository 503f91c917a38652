/* The file operations of the store, as one table of functions, so that tests can make any of them fail.
 *
 * Every write of the journal (parts.h) and every rename of a result goes through such a table. Its functions
 * behave like the POSIX calls they are named after: -1 and errno on failure. `context` is handed to each of
 * them. Names are relative to the open folder `at` (AT_FDCWD: the current one), so that a folder which is replaced by
 * a link meanwhile leads nowhere. */
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

/* Adds "PATH: OPERATION failed: strerror; what to do" for the present errno and returns QD_ERROR_IO; errno stays. */
qd_status_t qd_files_fail(qd_error_t *error, const char *path, const char *operation);

/* Opens the folder at `path`: *fd. One that is a symbolic link is QD_ERROR_INPUT, and so is what is no folder. */
QD_MUST_USE qd_status_t qd_files_open_folder(const qd_files_t *self, const char *path, int *fd,
                                             qd_error_t *error);

/* The same of the folder that `path` lies in, which may be reached by links; *name is the last part of `path`. */
QD_MUST_USE qd_status_t qd_files_open_parent(const qd_files_t *self, const char *path, int *fd,
                                             const char **name, qd_error_t *error);

/* Opens the file at `path` for reading: *fd, and its size in bytes, *size. Anything but a regular file (a pipe, a device, a
 * folder) is QD_ERROR_INPUT, and nobody at the other end of a pipe is waited for. */
QD_MUST_USE qd_status_t qd_files_open_input(const qd_files_t *self, const char *path, int *fd, uint64_t *size,
                                            qd_error_t *error);

/* Reads exactly `size` bytes at `offset`; a file that ends before is an error. Interrupted calls are
 * repeated. */
QD_MUST_USE qd_status_t qd_files_read(const qd_files_t *self, int fd, const char *path, uint64_t offset,
                                      void *bytes, size_t size, qd_error_t *error);

/* Writes FOLDER/NAME so that after QD_OK it is wholly there whatever happens next, and before that not at
 * all: into FOLDER/NAME.tmp, which is made anew, fsync, rename, fsync of the folder. Short writes are continued. On
 * failure the temporary file is removed as far as that is possible. */
QD_MUST_USE qd_status_t qd_files_write(const qd_files_t *self, const char *folder, const char *name,
                                       const void *bytes, size_t size, qd_error_t *error);

/* rename within an open folder, and its fsync; `folder` is its path, for messages. */
QD_MUST_USE qd_status_t qd_files_rename(const qd_files_t *self, int at, const char *folder, const char *from,
                                        const char *to, qd_error_t *error);

/* "FOLDER/NAME", malloc'ed; NULL when memory is short. */
char *qd_files_join(const char *folder, const char *name);

#endif
