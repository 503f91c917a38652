#include "store/draft.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "store/begun.h"
#include "store/lock.h"

#define TAIL        ".tmp"
#define DIGITS      16
#define TRIES       8
#define PERMISSIONS 0777

/* Stat of the file to be replaced, if any: nobody else may read or write the new one. */
static qd_status_t look_at_old(qd_draft_t *self, qd_error_t *error)
{
    struct stat old = {0};
    self->replaces = fstatat(self->folder, self->name, &old, 0) == 0;
    self->mode = self->replaces ? old.st_mode & PERMISSIONS : 0666;
    self->owner = old.st_uid;
    self->group = old.st_gid;
    return self->replaces || qd_unreadable_status(errno) == QD_ERROR_INPUT
               ? QD_OK
               : qd_files_fail(error, self->path, "examining it");
}

/* A number that no other process is likely to choose; O_EXCL notices where one did. */
static uint64_t choose_number(void)
{
    uint64_t number;
    struct timespec now;
    if (getrandom(&number, sizeof number, 0) == sizeof number)
        return number;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)getpid() << 32 ^ (uint64_t)now.tv_nsec;
}

/* Writes PATH.16 random digits.tmp, and its last part. */
static bool choose_name(qd_draft_t *self)
{
    free(self->temporary);
    self->temporary = self->draft = NULL;
    if (asprintf(&self->temporary, "%s.%016" PRIx64 TAIL, self->path, choose_number()) < 0) {
        self->temporary = NULL;
        return false;
    }
    self->draft = self->temporary + (self->name - self->path);
    return true;
}

qd_status_t qd_draft_open(qd_draft_t *self, const char *path, const qd_files_t *files, qd_error_t *error)
{
    *self = (qd_draft_t){
        .files = files ? files : &qd_files_system, .path = path, .folder = -1, .fd = -1, .begun = -1};
    qd_status_t status = qd_files_open_parent(self->files, path, &self->folder, &self->name, error);
    if (status == QD_OK)
        status = look_at_old(self, error);
    if (status != QD_OK)
        return status;
    for (int i = 0; i < TRIES; i++) {
        if (!choose_name(self))
            return qd_no_memory(error);
        self->begun = qd_begun_add(self->folder, self->draft, false); /* before a signal could find it */
        self->fd =
            self->files->open(self->files->context, self->folder, self->draft,
                              O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, self->replaces ? 0600 : self->mode);
        if (self->fd >= 0)
            break;
        int number = errno;
        qd_begun_end(self->begun);
        self->begun = -1;
        errno = number;
        if (number != EEXIST)
            break;
    }
    if (self->fd >= 0)
        return QD_OK;
    free(self->temporary); /* it was not made */
    self->temporary = NULL;
    return qd_files_fail(error, path, "making its draft");
}

bool qd_draft_is(const qd_draft_t *self, int fd)
{
    struct stat mine, other;
    return fstat(self->fd, &mine) == 0 && fstat(fd, &other) == 0 && mine.st_dev == other.st_dev &&
           mine.st_ino == other.st_ino;
}

qd_status_t qd_draft_sync(const qd_draft_t *self, qd_error_t *error)
{
    if (self->files->fsync(self->files->context, self->fd) != 0)
        return qd_files_fail(error, self->path, "fsync");
    (void)posix_fadvise(self->fd, 0, 0, POSIX_FADV_DONTNEED);
    return QD_OK;
}

/* A stream that writes to the draft; NULL on failure. */
static FILE *draft_stream(const qd_draft_t *self, qd_error_t *error)
{
    int fd = fcntl(self->fd, F_DUPFD_CLOEXEC, 0);
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "w");
    if (!stream) {
        (void)qd_files_fail(error, self->path, "opening a stream");
        if (fd >= 0)
            close(fd);
    }
    return stream;
}

/* Closes the stream and syncs the draft. QD_ERROR_IO if a write failed since it was opened. */
static qd_status_t draft_end_stream(const qd_draft_t *self, FILE *stream, qd_error_t *error)
{
    int number = ferror(stream) ? EIO : 0;
    if (fflush(stream) != 0)
        number = errno; /* the first reason if there is one, else the disk's general complaint */
    if (fclose(stream) != 0 && number == 0)
        number = errno;
    errno = number;
    return number == 0 ? qd_draft_sync(self, error) : qd_files_fail(error, self->path, "write");
}

/* Gives the draft the owner, group and mode of the file that it replaces. Only the system's administrator may
 * give a file away: the maker owns it otherwise. Where the group cannot be set, its members count as others,
 * and the maker's group is a stranger: both then have only the rights that both had. */
static qd_status_t take_over(const qd_draft_t *self, qd_error_t *error)
{
    struct stat mine;
    mode_t mode = self->mode;
    if (fstat(self->fd, &mine) != 0)
        return qd_files_fail(error, self->path, "examining its draft");
    if (mine.st_gid != self->group && fchown(self->fd, (uid_t)-1, self->group) != 0)
        mode &= 0700 | (mode >> 3 & 0007) | (mode & 0007) << 3;
    if (mine.st_uid != self->owner)
        (void)!fchown(self->fd, self->owner, (gid_t)-1);
    return fchmod(self->fd, mode) == 0 ? QD_OK : qd_files_fail(error, self->path, "setting the mode");
}

qd_status_t qd_draft_publish(qd_draft_t *self, bool overwrite, qd_error_t *error)
{
    const qd_files_t *files = self->files;
    if (self->replaces && take_over(self, error) != QD_OK)
        return QD_ERROR_IO;
    int fd = self->fd;
    self->fd = -1;
    if (files->close(files->context, fd) != 0)
        return qd_files_fail(error, self->path, "close");
    if ((overwrite ? files->rename : files->place)(files->context, self->folder, self->draft, self->name) !=
        0)
        return !overwrite && errno == EEXIST ? qd_refuse_existing(self->path, "it appeared meanwhile", error)
                                             : qd_files_fail(error, self->path, "rename");
    qd_begun_end(self->begun);
    self->begun = -1;
    free(self->temporary);
    self->temporary = NULL;
    if (files->fsync(files->context, self->folder) != 0 && errno != EINVAL)
        return qd_files_fail(error, self->path, "fsync of its folder");
    return QD_OK;
}

void qd_draft_discard(qd_draft_t *self)
{
    if (self->fd >= 0)
        self->files->close(self->files->context, self->fd);
    if (self->temporary)
        self->files->unlink(self->files->context, self->folder, self->draft);
    qd_begun_end(self->begun);
    if (self->folder >= 0)
        self->files->close(self->files->context, self->folder);
    free(self->temporary);
    *self = (qd_draft_t){.folder = -1, .fd = -1, .begun = -1};
}

bool qd_draft_names(const char *name, const char *base)
{
    size_t length = strlen(base);
    if (strncmp(name, base, length) != 0 || name[length] != '.')
        return false;
    name += length + 1;
    return strspn(name, "0123456789abcdef") == DIGITS && strcmp(name + DIGITS, TAIL) == 0;
}

/* Removes a draft; with `if_left`, unless a process writes it. */
static void remove_draft(int folder, const char *name, bool if_left)
{
    int fd = if_left ? openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
    if (!if_left || (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0))
        (void)unlinkat(folder, name, 0);
    if (fd >= 0)
        close(fd);
}

static void sweep(const char *path, bool if_left)
{
    qd_error_t ignored = QD_ERROR_NONE; /* a draft left over does no harm */
    const char *base;
    int folder;
    if (qd_files_open_parent(&qd_files_system, path, &folder, &base, &ignored) != QD_OK)
        return;
    DIR *listing = fdopendir(folder);
    if (!listing) {
        close(folder);
        return;
    }
    for (const struct dirent *entry; (entry = readdir(listing));) {
        struct stat found;
        if (qd_draft_names(entry->d_name, base) &&
            fstatat(folder, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(found.st_mode))
            remove_draft(folder, entry->d_name, if_left);
    }
    closedir(listing);
}

void qd_draft_sweep(const char *path)
{
    sweep(path, false);
}

/* ---- texts --------------------------------------------------------------------------------------------- */

/* Drafts of result files have no flock of their own: the output's lock tells whether one is written. */
static void sweep_left(const char *path)
{
    qd_error_t ignored = QD_ERROR_NONE;
    if (qd_lock_look(path, &ignored) == QD_OK)
        sweep(path, true);
}

/* Takes the flock of a new draft, where the file system has it. False if another process took the draft for
 * one left over. */
static bool hold(const qd_draft_t *self)
{
    struct stat mine;
    if (flock(self->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return false;
    return fstat(self->fd, &mine) != 0 || mine.st_nlink > 0;
}

static qd_status_t open_held(qd_draft_t *self, const char *path, qd_error_t *error)
{
    qd_status_t status = qd_draft_open(self, path, NULL, error);
    for (int i = 1; status == QD_OK && !hold(self) && i < TRIES; i++) {
        qd_draft_discard(self);
        status = qd_draft_open(self, path, NULL, error);
    }
    if (status == QD_ERROR_IO)
        status = error->status = qd_unreadable_status(errno);
    return status;
}

static qd_status_t fill(qd_draft_t *self, bool overwrite,
                        qd_status_t (*put)(void *context, FILE *out, qd_error_t *error), void *context,
                        qd_error_t *error)
{
    FILE *out = draft_stream(self, error);
    if (!out)
        return QD_ERROR_IO;
    qd_status_t status = put(context, out, error);
    if (status != QD_OK)
        fclose(out);
    else if ((status = draft_end_stream(self, out, error)) == QD_OK)
        status = qd_draft_publish(self, overwrite, error);
    return status;
}

qd_status_t qd_draft_write(const char *path, bool overwrite,
                           qd_status_t (*put)(void *context, FILE *out, qd_error_t *error), void *context,
                           qd_error_t *error)
{
    qd_draft_t draft;
    sweep_left(path);
    qd_status_t status = open_held(&draft, path, error);
    int held = status == QD_OK ? fcntl(draft.fd, F_DUPFD_CLOEXEC, 0) : -1; /* until it has its name */
    if (status == QD_OK)
        status = fill(&draft, overwrite, put, context, error);
    qd_draft_discard(&draft);
    if (held >= 0)
        close(held);
    return status;
}
