#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "store/begun.h"

#define TAIL    ".lock"
#define FIRST   "quadrille lock\n" /* the line with which each lock begins */
#define TRIES   100
#define PAUSE   1000000   /* nanoseconds, while another process may put a lock back */
#define WAIT_NS 100000000 /* for other processes that judged the same stale lock at the same moment */

struct qd_lock {
    char *path;
    int fd, begun; /* the file goes when a signal ends the program */
};

/* The holder of a lock. `boot` and `start` tell a process from a later one of the same number, `machine`
 * tells a machine that was started again from another one of the same name, and `space` (of process numbers)
 * one container from another. */
typedef struct {
    char host[65], boot[40], machine[65], space[40];
    long process;
    unsigned long long start; /* in ticks since the start of the system */
    int flocked;              /* whether the holder also has it by flock */
} holder_t;

typedef enum { TAKEN, BUSY, AGAIN, FAILED } outcome_t;

/* ---- processes ----------------------------------------------------------------------------------------- */

static bool read_line(const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "re");
    bool read = file && fgets(line, (int)size, file);
    if (file)
        fclose(file);
    return read;
}

/* Start time of a process: field 22 of /proc/PID/stat, counted from behind its name, which may hold blanks. 0
 * if unknown. */
static unsigned long long start_of(long process)
{
    char path[64], line[1024];
    unsigned long long start = 0;
    snprintf(path, sizeof path, "/proc/%ld/stat", process);
    char *at = read_line(path, line, sizeof line) ? strrchr(line, ')') : NULL;
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (at)
        start = strtoull(at, NULL, 10);
    return start;
}

/* The first word of a file; "-" where there is none. */
static void read_word(const char *path, char *word, size_t size)
{
    if (!read_line(path, word, size))
        word[0] = '\0';
    word[strcspn(word, " \n")] = '\0';
    if (word[0] == '\0')
        snprintf(word, size, "-");
}

/* `self` is zeroed. */
static void find_host(holder_t *self)
{
    if (gethostname(self->host, sizeof self->host) != 0)
        snprintf(self->host, sizeof self->host, "unknown");
    self->host[sizeof self->host - 1] = '\0';
    read_word("/proc/sys/kernel/random/boot_id", self->boot, sizeof self->boot);
    read_word("/etc/machine-id", self->machine, sizeof self->machine);
    if (readlink("/proc/self/ns/pid", self->space, sizeof self->space - 1) <= 0)
        snprintf(self->space, sizeof self->space, "-");
}

static holder_t myself(bool flocked)
{
    holder_t self = {.process = (long)getpid(), .flocked = flocked};
    find_host(&self);
    self.start = start_of(self.process);
    return self;
}

/* Whether the holder has certainly ended. A process that does not exist in this space may run in another;
 * without a machine-id, a machine that was started again may be another machine. */
static bool is_gone(const holder_t *holder)
{
    holder_t here = {0};
    find_host(&here);
    if (strcmp(here.host, holder->host) != 0)
        return false;
    if (strcmp(here.boot, holder->boot) != 0)
        return strcmp(here.machine, "-") != 0 && strcmp(here.machine, holder->machine) == 0;
    if (strcmp(here.space, holder->space) != 0)
        return false;
    if (kill((pid_t)holder->process, 0) != 0 && errno == ESRCH)
        return true;
    unsigned long long start = start_of(holder->process);
    return start != 0 && holder->start != 0 && start != holder->start;
}

/* ---- the file ------------------------------------------------------------------------------------------ */

static bool write_holder(int fd, const holder_t *holder)
{
    char text[512];
    int size = snprintf(text, sizeof text,
                        FIRST "host %s\nboot %s\nprocess %ld\nstart %llu\nflock %d\nmachine %s\nspace %s\n",
                        holder->host, holder->boot, holder->process, holder->start, holder->flocked,
                        holder->machine, holder->space);
    return ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)size, 0) == size;
}

/* Reads the holder; false if the file does not name it: its maker is at work, or was killed. Files of earlier
 * versions lack the last two lines. */
static bool read_holder(int fd, holder_t *holder)
{
    char text[512];
    ssize_t size = pread(fd, text, sizeof text - 1, 0);
    if (size < 0)
        return false;
    text[size] = '\0';
    *holder = (holder_t){0};
    return sscanf(
               text,
               "quadrille lock host %64s boot %39s process %ld start %llu flock %d machine %64s space %39s",
               holder->host, holder->boot, &holder->process, &holder->start, &holder->flocked,
               holder->machine, holder->space) >= 5;
}

static bool is_at(int fd, const char *path)
{
    struct stat mine, there;
    return fstat(fd, &mine) == 0 && fstatat(AT_FDCWD, path, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

/* Whether a lock file without a holder is so old that its maker cannot be still at work. */
static bool is_old(int fd)
{
    struct stat state;
    return fstat(fd, &state) == 0 && time(NULL) - state.st_mtime > 10;
}

/* Removes this stale lock only: another process may have replaced it by its own. */
static outcome_t remove_stale(const char *path, int stale)
{
    char *aside;
    if (asprintf(&aside, "%s.%ld", path, (long)getpid()) < 0)
        return FAILED;
    outcome_t outcome = AGAIN;
    if (rename(path, aside) == 0) {
        if (!is_at(stale, aside) && link(aside, path) != 0 && errno != EEXIST)
            outcome = FAILED;
        unlink(aside);
    } else if (errno != ENOENT) {
        outcome = FAILED;
    }
    free(aside);
    return outcome;
}

/* Removes our own lock after a failed write. */
static outcome_t give_up(const qd_lock_t *self)
{
    int number = errno;
    if (is_at(self->fd, self->path))
        unlink(self->path);
    errno = number;
    return FAILED;
}

/* Without flock: the maker of the file has the lock until it has certainly ended. */
static outcome_t take_by_existence(const qd_lock_t *self, bool made, holder_t *holder)
{
    if (!made) {
        bool known = read_holder(self->fd, holder);
        if (known ? !is_gone(holder) : !is_old(self->fd))
            return BUSY;
        return remove_stale(self->path, self->fd);
    }
    const holder_t me = myself(false);
    const struct timespec wait = {.tv_nsec = WAIT_NS};
    if (!write_holder(self->fd, &me))
        return give_up(self);
    nanosleep(&wait, NULL);
    return is_at(self->fd, self->path) ? TAKEN : AGAIN;
}

/* With flock: no other process holds the file by flock, but a holder without flock may have created it. */
static outcome_t take_by_flock(const qd_lock_t *self, bool made, holder_t *holder)
{
    if (!is_at(self->fd, self->path))
        return AGAIN; /* its holder has just removed it */
    if (!made && read_holder(self->fd, holder) && !holder->flocked && !is_gone(holder))
        return BUSY;
    const holder_t me = myself(true);
    return write_holder(self->fd, &me) ? TAKEN : give_up(self);
}

/* Whether an open file may serve as a lock: 0; otherwise an errno. EMEDIUMTYPE: it is not a regular file;
 * EBADMSG: it has other contents, and somebody needs it; EMLINK: it has another name too, whose contents a
 * lock would overwrite. An empty file may be a lock that its maker has not written yet. */
static int find_fault(int fd)
{
    struct stat state;
    char text[sizeof FIRST - 1];
    size_t size = 0;
    ssize_t got = 1;
    if (fstat(fd, &state) != 0)
        return errno;
    if (!S_ISREG(state.st_mode))
        return EMEDIUMTYPE;
    for (; size < sizeof text && got > 0; size += (size_t)got)
        if ((got = pread(fd, text + size, sizeof text - size, (off_t)size)) < 0)
            return errno;
    if (size != 0 && (size < sizeof text || memcmp(text, FIRST, sizeof text) != 0))
        return EBADMSG;
    return state.st_nlink > 1 ? EMLINK : 0;
}

/* Opens an existing lock file; -1 and errno, as of find_fault, if the name belongs to something else. */
static int open_lock(const char *path, int flags)
{
    int fd = open(path, flags | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && (errno == EISDIR || errno == ENXIO))
        errno = EMEDIUMTYPE;
    if (fd < 0)
        return fd;
    int number = find_fault(fd);
    if (number == 0)
        return fd;
    close(fd);
    errno = number;
    return -1;
}

/* For a file with two names, as a lock has while remove_stale puts it back. */
static outcome_t wait_for_one_name(void)
{
    const struct timespec pause = {.tv_nsec = PAUSE};
    nanosleep(&pause, NULL);
    errno = EMLINK;
    return AGAIN;
}

static void end_listing(qd_lock_t *self)
{
    qd_begun_end(self->begun);
    self->begun = -1;
}

/* Makes a new lock file and lists it as under construction. */
static bool make_lock(qd_lock_t *self, int flags)
{
    sigset_t before;
    qd_begun_hold_signals(&before);
    self->fd = open(self->path, flags | O_CREAT | O_EXCL, 0644);
    if (self->fd >= 0)
        self->begun = qd_begun_add(AT_FDCWD, self->path, false);
    qd_begun_release_signals(&before);
    return self->fd >= 0;
}

static outcome_t take(qd_lock_t *self, holder_t *holder)
{
    const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC;
    *holder = (holder_t){0};
    bool made = make_lock(self, flags);
    if (!made && errno == ENOENT)
        return FAILED; /* there is no folder for it */
    if (!made && errno == EEXIST)
        self->fd = open_lock(self->path, flags);
    if (self->fd < 0 && errno == EMLINK)
        return wait_for_one_name();
    if (self->fd < 0)
        return errno == ENOENT ? AGAIN : FAILED; /* the file has just gone */
    if (flock(self->fd, LOCK_EX | LOCK_NB) == 0)
        return take_by_flock(self, made, holder);
    if (errno != EWOULDBLOCK)
        return take_by_existence(self, made, holder);
    read_holder(self->fd, holder);
    return BUSY;
}

/* ---- for writers --------------------------------------------------------------------------------------- */

static qd_status_t refuse(const char *output, const char *path, const holder_t *holder, qd_error_t *error)
{
    if (holder->process == 0)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: another run or merge is writing here; wait for it, or name another output "
                            "with -o (if there is "
                            "none, remove %s)",
                            output, path);
    return qd_error_add(
        error, QD_ERROR_INPUT,
        "%s: another run or merge is writing here: process %ld on host %s; wait for it, or name another "
        "output with -o (if it is gone, remove %s)",
        output, holder->process, holder->host, path);
}

/* The kind of thing that the errno of find_fault or open says was found; NULL if none. */
static const char *kind_of(int number)
{
    switch (number) {
    case ELOOP:
        return "a symbolic link";
    case EMEDIUMTYPE:
        return "a pipe, a device or a folder";
    case EBADMSG:
        return "a file that is not a lock";
    case EMLINK:
        return "a file that has another name too (a hard link)";
    default:
        return NULL;
    }
}

/* Reports the present errno. */
static qd_status_t fail(const char *path, qd_error_t *error)
{
    if (errno == ENOENT || errno == ENOTDIR)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: the lock of the output cannot be made: found no such folder; expected an "
                            "existing one",
                            path);
    const char *found = kind_of(errno);
    if (!found && qd_unreadable_status(errno) != QD_ERROR_INPUT)
        return qd_error_add(error, QD_ERROR_IO, "%s: the lock of the output cannot be taken: %s", path,
                            strerror(errno));
    if (!found)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: the lock of the output cannot be taken: %s; expected a folder, and a lock "
                            "in it, that can be written to; or name another output with -o",
                            path, strerror(errno));
    const char *expected = errno == EBADMSG || errno == EMLINK ? "a lock" : "a file";
    return qd_error_add(error, QD_ERROR_INPUT,
                        "%s: the lock of the output cannot be taken: found %s; expected %s or nothing; move "
                        "it away, or name another output with -o",
                        path, found, expected);
}

qd_status_t qd_lock_take(const char *output, qd_lock_t **self, qd_error_t *error)
{
    qd_lock_t *lock = qd_new(1, sizeof *lock, error);
    *self = NULL;
    if (lock)
        lock->begun = -1;
    if (!lock || asprintf(&lock->path, "%s" TAIL, output) < 0) {
        free(lock);
        return qd_no_memory(error);
    }
    holder_t holder = {0};
    outcome_t outcome = AGAIN;
    for (int i = 0; i < TRIES && outcome == AGAIN; i++) {
        outcome = take(lock, &holder);
        int number = errno;
        if (outcome != TAKEN && lock->fd >= 0)
            close(lock->fd);
        if (outcome != TAKEN)
            end_listing(lock);
        errno = number;
    }
    if (outcome == TAKEN) {
        if (lock->begun < 0) /* it existed */
            lock->begun = qd_begun_add(AT_FDCWD, lock->path, false);
        *self = lock;
        return QD_OK;
    }
    bool failed = outcome == FAILED || (outcome == AGAIN && errno == EMLINK);
    qd_status_t status = failed ? fail(lock->path, error) : refuse(output, lock->path, &holder, error);
    free(lock->path);
    free(lock);
    return status;
}

/* Tries flock for a moment, shared, and only where the file names a living holder: its maker is not
 * disturbed. */
static bool is_held(int fd, holder_t *holder)
{
    if (!read_holder(fd, holder))
        return !is_old(fd);
    if (is_gone(holder))
        return false;
    return !holder->flocked || flock(fd, LOCK_SH | LOCK_NB) != 0;
}

qd_status_t qd_lock_look(const char *output, qd_error_t *error)
{
    char *path;
    holder_t holder = {0};
    qd_status_t status = QD_OK;
    if (asprintf(&path, "%s" TAIL, output) < 0)
        return qd_no_memory(error);
    int fd = open_lock(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
        status = fail(path, error);
    else if (fd >= 0 && is_held(fd, &holder))
        status = refuse(output, path, &holder, error);
    if (fd >= 0)
        close(fd); /* ends the flock */
    free(path);
    return status;
}

void qd_lock_release(qd_lock_t *self)
{
    if (!self)
        return;
    end_listing(self);
    if (is_at(self->fd, self->path))
        unlink(self->path);
    close(self->fd);
    free(self->path);
    free(self);
}
