#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static int system_open(void *context, int at, const char *path, int flags, mode_t mode)
{
    (void)context;
    return openat(at, path, flags | O_CLOEXEC, mode);
}

static ssize_t system_write(void *context, int fd, const void *bytes, size_t size)
{
    (void)context;
    return write(fd, bytes, size);
}

static ssize_t system_pread(void *context, int fd, void *bytes, size_t size, off_t offset)
{
    (void)context;
    return pread(fd, bytes, size, offset);
}

static int system_fsync(void *context, int fd)
{
    (void)context;
    return fsync(fd);
}

static int system_close(void *context, int fd)
{
    (void)context;
    return close(fd);
}

static int system_rename(void *context, int at, const char *from, const char *to)
{
    (void)context;
    return renameat(at, from, at, to);
}

/* The last resort if the file system has neither such a rename nor hard links: not atomic. */
static int look_and_rename(int at, const char *from, const char *to)
{
    if (faccessat(at, to, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? renameat(at, from, at, to) : -1;
    errno = EEXIST;
    return -1;
}

/* NFS and some FUSE file systems refuse the flag with EINVAL; older kernels and system call filters refuse
 * the call. A link replaces nothing either. */
static int system_place(void *context, int at, const char *from, const char *to)
{
    (void)context;
    if (renameat2(at, from, at, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP && errno != EPERM)
        return -1;
    if (linkat(at, from, at, to, 0) == 0) {
        (void)unlinkat(at, from, 0); /* a second name of the file does no harm */
        return 0;
    }
    return errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK
               ? look_and_rename(at, from, to)
               : -1;
}

static int system_unlink(void *context, int at, const char *path)
{
    (void)context;
    return unlinkat(at, path, 0);
}

static int system_mkdir(void *context, const char *path, mode_t mode)
{
    (void)context;
    return mkdir(path, mode);
}

const qd_files_t qd_files_system = {
    .open = system_open,
    .write = system_write,
    .pread = system_pread,
    .fsync = system_fsync,
    .close = system_close,
    .rename = system_rename,
    .place = system_place,
    .unlink = system_unlink,
    .mkdir = system_mkdir,
};

/* Advice for an errno. */
static const char *advice(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
        return "; free some space";
    case EROFS:
    case EACCES:
    case EPERM:
        return "; make it writable, or name another place with -o";
    case ENOENT:
    case ENOTDIR:
        return "; see that the folder is there";
    case EISDIR:
        return "; name a file, not a folder";
    case EMFILE:
    case ENFILE:
        return "; raise the limit on open files";
    default:
        return "";
    }
}

qd_status_t qd_files_fail(qd_error_t *error, const char *path, const char *operation)
{
    int number = errno;
    (void)qd_error_add(error, QD_ERROR_IO, "%s: %s failed: %s%s", path, operation, strerror(number),
                       advice(number));
    errno = number;
    return QD_ERROR_IO;
}

qd_status_t qd_files_open_input(const qd_files_t *self, const char *path, int *fd, uint64_t *size,
                                qd_error_t *error)
{
    struct stat state = {0};
    qd_status_t status = QD_OK;
    *fd = self->open(self->context, AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (*fd < 0 && errno != ENXIO) /* ENXIO: a socket, or a device that is not there */
        return qd_files_fail(error, path, "open");
    if (*fd >= 0 && fstat(*fd, &state) != 0)
        status = qd_files_fail(error, path, "reading its size");
    else if (*fd < 0 || !S_ISREG(state.st_mode))
        status = qd_error_add(error, QD_ERROR_INPUT,
                              "%s: found a pipe, a device or a folder; expected a regular file", path);
    if (status == QD_OK) {
        *size = (uint64_t)state.st_size;
        return QD_OK;
    }
    if (*fd >= 0)
        self->close(self->context, *fd);
    *fd = -1;
    return status;
}

qd_status_t qd_files_read(const qd_files_t *self, int fd, const char *path, uint64_t offset, void *bytes,
                          size_t size, qd_error_t *error)
{
    unsigned char *at = bytes;
    while (size > 0) {
        ssize_t got = self->pread(self->context, fd, at, size, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return qd_files_fail(error, path, "read");
        if (got == 0)
            return qd_error_add(error, QD_ERROR_IO, "%s: the file ends too early", path);
        at += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return QD_OK;
}

static int write_all(const qd_files_t *self, int fd, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    while (size > 0) {
        ssize_t put = self->write(self->context, fd, at, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put == 0)
            errno = EIO;
        if (put <= 0)
            return -1;
        at += put;
        size -= (size_t)put;
    }
    return 0;
}

/* Creates a file; removes one left by a kill first. */
static int make_temporary(const qd_files_t *self, int at, const char *name)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    int fd = self->open(self->context, at, name, flags, 0666);
    if (fd >= 0 || errno != EEXIST || self->unlink(self->context, at, name) != 0)
        return fd;
    return self->open(self->context, at, name, flags, 0666);
}

static qd_status_t write_temporary(const qd_files_t *self, int at, const char *name, const char *path,
                                   const void *bytes, size_t size, qd_error_t *error)
{
    int fd = make_temporary(self, at, name);
    if (fd < 0)
        return qd_files_fail(error, path, "open");
    const char *failed = NULL;
    int number = 0;
    if (write_all(self, fd, bytes, size) != 0)
        failed = "write";
    else if (self->fsync(self->context, fd) != 0)
        failed = "fsync";
    if (failed)
        number = errno;
    if (self->close(self->context, fd) != 0 && !failed) {
        failed = "close";
        number = errno;
    }
    if (!failed)
        return QD_OK;
    errno = number;
    return qd_files_fail(error, path, failed);
}

qd_status_t qd_files_open_folder(const qd_files_t *self, const char *path, int *fd, qd_error_t *error)
{
    *fd = self->open(self->context, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (*fd >= 0)
        return QD_OK;
    if (errno != ELOOP && errno != ENOTDIR)
        return qd_files_fail(error, path, "open");
    return qd_error_add(
        error, QD_ERROR_INPUT,
        "%s: found something that is not a folder, or a symbolic link; expected a folder for finished "
        "worlds, or nothing; move it away, or name another output with -o",
        path);
}

qd_status_t qd_files_open_parent(const qd_files_t *self, const char *path, int *fd, const char **name,
                                 qd_error_t *error)
{
    const char *slash = strrchr(path, '/');
    char *folder = !slash ? strdup(".") : slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
    *name = slash ? slash + 1 : path;
    *fd = -1;
    if (!folder)
        return qd_no_memory(error);
    *fd = self->open(self->context, AT_FDCWD, folder, O_RDONLY | O_DIRECTORY, 0);
    qd_status_t status = *fd >= 0 ? QD_OK : qd_files_fail(error, folder, "open");
    free(folder);
    return status;
}

qd_status_t qd_files_rename(const qd_files_t *self, int at, const char *folder, const char *from,
                            const char *to, qd_error_t *error)
{
    if (self->rename(self->context, at, from, to) != 0) {
        char operation[NAME_MAX + 16];
        snprintf(operation, sizeof operation, "rename to %s", to);
        return qd_files_fail(error, folder, operation);
    }
    /* Some file systems answer fsync of a folder with EINVAL; it cannot be synced there. */
    if (self->fsync(self->context, at) != 0 && errno != EINVAL)
        return qd_files_fail(error, folder, "fsync");
    return QD_OK;
}

qd_status_t qd_files_write(const qd_files_t *self, const char *folder, const char *name, const void *bytes,
                           size_t size, qd_error_t *error)
{
    char *temporary = NULL, *path = qd_files_join(folder, name);
    int at = -1;
    qd_status_t status = QD_OK;
    if (!path || asprintf(&temporary, "%s.tmp", name) < 0) {
        temporary = NULL;
        status = qd_no_memory(error);
        goto out;
    }
    if ((status = qd_files_open_folder(self, folder, &at, error)) != QD_OK)
        goto out;
    status = write_temporary(self, at, temporary, path, bytes, size, error);
    if (status == QD_OK)
        status = qd_files_rename(self, at, folder, temporary, name, error);
    if (status != QD_OK)
        self->unlink(self->context, at, temporary);
out:
    if (at >= 0)
        self->close(self->context, at);
    free(temporary);
    free(path);
    return status;
}

char *qd_files_join(const char *folder, const char *name)
{
    char *path;
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}
