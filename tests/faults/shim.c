/* A library for LD_PRELOAD that makes one call of a process fail: the K-th that touches a file, the K-th that
 * asks for memory, or the K-th that starts a thread. Calls of every library are counted, libhdf5's included.
 *
 *     QD_FAULT=FAMILY:KIND:K[:on]
 *
 * FAMILY is io, memory or thread. K counts from 1; 0 fails nothing. With `:on` all later calls fail too. KIND
 * of io:
 *
 *     enospc, eio    the call fails with this errno; ENOSPC only where the call may need space
 *     eintr          the call fails with EINTR where POSIX allows it
 *     short          a read or write transfers half of the bytes (at least one)
 *     torn           a write transfers half of the bytes, then SIGKILL; other calls as `kill`
 *     kill           SIGKILL before the call
 *     crash          SIGSEGV before the call
 *     term           SIGTERM before the call, which then continues: an early stop at a fixed place
 *     appear         another process makes the file QD_FAULT_FILE before the call, which then continues
 *
 * QD_FAULT_MET=FILE gets the line "K operation object" of each call that fails. Processes that run side by
 * side share one count: two plays may number their calls differently.
 *
 * QD_FAULT_WITHOUT names calls that the file system does not have: "renameat2" (EINVAL), "renameat2 linkat"
 * (EPERM).
 *
 * KIND of memory and thread is `fail`: ENOMEM and EAGAIN. With QD_FAULT_LOG=FILE each counted call appends a
 * line "K operation object"; the number of lines is the number of positions. QD_FAULT_PLACES=FILE instead has
 * "K operation object<tab>places": the places are the active calls of the program itself, innermost first,
 * as hexadecimal offsets in the program, and only the first call from each chain of places has a line. System
 * files (/proc, /usr, ...) and the standard streams are not counted. Counting begins when the libraries are
 * loaded, just before main, and continues in forked processes. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shim_log.h"

enum { OPEN_FILES = 1024 };

typedef enum { NO_FAMILY, IO, MEMORY, THREAD } family_t;
typedef enum { ENOSPC_ONCE, EIO_ONCE, EINTR_ONCE, SHORT, TORN, KILL, CRASH, TERM, APPEAR, FAIL } kind_t;

/* Kinds of calls; a kind has its possible failures. */
typedef enum { READS, NEEDS_SPACE, TRANSFERS_IN, TRANSFERS_OUT, CHANGES, WAITS } nature_t;

static family_t family;
static kind_t kind;
static long at;
static bool lasting;
static atomic_long *counted;            /* shared with the processes that this one forks */
static atomic_bool watched[OPEN_FILES]; /* descriptors of files that count */
static _Atomic(FILE *) stream[OPEN_FILES];

/* ---- the request --------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    family_t family;
    kind_t kind;
} requests[] = {{"io:enospc:", IO, ENOSPC_ONCE}, {"io:eio:", IO, EIO_ONCE},     {"io:eintr:", IO, EINTR_ONCE},
                {"io:short:", IO, SHORT},        {"io:torn:", IO, TORN},        {"io:kill:", IO, KILL},
                {"io:crash:", IO, CRASH},        {"io:term:", IO, TERM},        {"io:appear:", IO, APPEAR},
                {"memory:fail:", MEMORY, FAIL},  {"thread:fail:", THREAD, FAIL}};

__attribute__((constructor)) static void begin(void)
{
    const char *request = getenv("QD_FAULT");
    open_log();
    counted = mmap(NULL, sizeof *counted, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counted == MAP_FAILED)
        abort();
    for (size_t i = 0; request && i < sizeof requests / sizeof requests[0]; i++) {
        size_t length = strlen(requests[i].name);
        if (strncmp(request, requests[i].name, length) != 0)
            continue;
        char *end;
        at = strtol(request + length, &end, 10);
        lasting = strcmp(end, ":on") == 0;
        kind = requests[i].kind;
        family = requests[i].family; /* last: later calls are counted */
    }
}

/* Counts a call; returns whether this one must fail. */
static bool due(family_t of, const char *operation, const char *object)
{
    if (family != of)
        return false;
    long number = atomic_fetch_add(counted, 1) + 1;
    log_call(number, operation, object);
    bool fails = at > 0 && (number == at || (lasting && number > at));
    if (fails)
        log_failure(number, operation, object);
    return fails;
}

/* Another process makes a file. */
static void appear(void)
{
    int fd = (int)syscall(SYS_openat, AT_FDCWD, getenv("QD_FAULT_FILE"), O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (fd < 0 || syscall(SYS_write, fd, "other\n", 6) != 6 || syscall(SYS_close, fd) < 0)
        abort();
}

static bool is_lacking(const char *operation)
{
    const char *lacking = getenv("QD_FAULT_WITHOUT");
    return lacking && strstr(lacking, operation);
}

static _Noreturn void die(void)
{
    raise(SIGKILL);
    for (;;)
        pause();
}

/* ---- files --------------------------------------------------------------------------------------------- */

/* Counts an I/O call. Returns the errno with which it must fail, or 0: then it must transfer *size bytes
 * (NULL: it transfers none), and the process must die after it if *torn is true. */
static int trip(const char *operation, const char *object, nature_t nature, size_t *size, bool *torn)
{
    if (!due(IO, operation, object))
        return 0;
    switch (kind) {
    case ENOSPC_ONCE:
        return nature == NEEDS_SPACE || nature == TRANSFERS_OUT ? ENOSPC : 0;
    case EIO_ONCE:
        return EIO;
    case EINTR_ONCE:
        return nature == CHANGES || nature == READS ? 0 : EINTR;
    case SHORT:
        if (size && *size > 1)
            *size /= 2;
        return 0;
    case TORN:
        if (nature != TRANSFERS_OUT || *size < 2)
            die();
        *size /= 2;
        *torn = true;
        return 0;
    case CRASH:
        raise(SIGSEGV);
        return 0;
    case TERM:
        raise(SIGTERM);
        return 0;
    case APPEAR:
        appear();
        return 0;
    default:
        die();
    }
}

static int trip_plainly(const char *operation, const char *object, nature_t nature)
{
    return trip(operation, object, nature, NULL, NULL);
}

static bool counts(const char *path)
{
    static const char *const system[] = {"/proc/", "/sys/", "/dev/", "/etc/", "/usr/", "/lib"};
    if (strstr(path, ".gcda")) /* files of a build for coverage */
        return false;
    for (size_t i = 0; i < sizeof system / sizeof system[0]; i++)
        if (strncmp(path, system[i], strlen(system[i])) == 0)
            return false;
    return family == IO;
}

static bool counts_fd(int fd)
{
    return family == IO && fd >= 0 && fd < OPEN_FILES && atomic_load(&watched[fd]);
}

static void watch(int fd, bool yes)
{
    if (fd >= 0 && fd < OPEN_FILES)
        atomic_store(&watched[fd], yes);
}

/* Declares `real`: the definition that this one hides. */
#define REAL(name)                                                                                           \
    __typeof__(name) *real;                                                                                  \
    *(void **)&real = dlsym(RTLD_NEXT, #name)

/* Returns -1 with the errno that `trip` names, if it names one. */
#define FAIL_IF(tripped)                                                                                     \
    do {                                                                                                     \
        int number_ = (tripped);                                                                             \
        if (number_ != 0) {                                                                                  \
            errno = number_;                                                                                 \
            return -1;                                                                                       \
        }                                                                                                    \
    } while (0)

/* The mode argument of an open that may create: C cannot forward unknown arguments. */
#define TAKE_MODE(flags, mode)                                                                               \
    mode_t mode = 0;                                                                                         \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {                                                                 \
        va_list rest_;                                                                                       \
        va_start(rest_, flags);                                                                              \
        mode = va_arg(rest_, mode_t);                                                                        \
        va_end(rest_);                                                                                       \
    }

static int open_counted(int folder, const char *path, int flags, mode_t mode)
{
    REAL(openat);
    bool count = counts(path);
    if (count)
        FAIL_IF(trip_plainly("open", path, flags & O_CREAT ? NEEDS_SPACE : WAITS));
    int fd = real(folder, path, flags, mode);
    watch(fd, count);
    return fd;
}

int open(const char *path, int flags, ...)
{
    TAKE_MODE(flags, mode);
    return open_counted(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    TAKE_MODE(flags, mode);
    return open_counted(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    TAKE_MODE(flags, mode);
    return open_counted(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
    TAKE_MODE(flags, mode);
    return open_counted(folder, path, flags | O_LARGEFILE, mode);
}

int close(int fd)
{
    REAL(close);
    bool count = counts_fd(fd);
    watch(fd, false);
    int number = count ? trip_plainly("close", "", NEEDS_SPACE) : 0;
    int status = real(fd); /* close releases the descriptor even if it fails */
    FAIL_IF(number);
    return status;
}

/* The C library closes these descriptors by itself; the next owner of the number may be no file, such as the
 * shared memory of clang's OpenMP library. */
int fclose(FILE *file)
{
    REAL(fclose);
    watch(fileno(file), false); /* -1 of a stream of fopen_counted, whose own close follows */
    return real(file);
}

int closedir(DIR *folder)
{
    REAL(closedir);
    watch(dirfd(folder), false);
    return real(folder);
}

int dup2(int from, int to)
{
    REAL(dup2);
    int fd = real(from, to);
    if (fd >= 0)
        watch(fd, counts_fd(from));
    return fd;
}

int close_range(unsigned first, unsigned last, int flags)
{
    REAL(close_range);
    for (unsigned fd = first; flags == 0 && fd <= last && fd < OPEN_FILES; fd++)
        watch((int)fd, false);
    return real(first, last, flags);
}

/* One transfer: reads and writes differ in their nature and in the call. */
#define TRANSFER(name, nature, parameters, ...)                                                              \
    ssize_t name parameters                                                                                  \
    {                                                                                                        \
        REAL(name);                                                                                          \
        bool torn = false;                                                                                   \
        if (counts_fd(fd))                                                                                   \
            FAIL_IF(trip(#name, "", nature, &size, &torn));                                                  \
        ssize_t done = real(__VA_ARGS__);                                                                    \
        if (torn)                                                                                            \
            die();                                                                                           \
        return done;                                                                                         \
    }

TRANSFER(read, TRANSFERS_IN, (int fd, void *bytes, size_t size), fd, bytes, size)
TRANSFER(pread, TRANSFERS_IN, (int fd, void *bytes, size_t size, off_t from), fd, bytes, size, from)
TRANSFER(pread64, TRANSFERS_IN, (int fd, void *bytes, size_t size, off64_t from), fd, bytes, size, from)
TRANSFER(write, TRANSFERS_OUT, (int fd, const void *bytes, size_t size), fd, bytes, size)
TRANSFER(pwrite, TRANSFERS_OUT, (int fd, const void *bytes, size_t size, off_t to), fd, bytes, size, to)
TRANSFER(pwrite64, TRANSFERS_OUT, (int fd, const void *bytes, size_t size, off64_t to), fd, bytes, size, to)

/* Functions called by programs built with _FORTIFY_SOURCE; without the check of the buffer's size. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int folder, const char *path, int flags);
ssize_t __read_chk(int fd, void *bytes, size_t size, size_t room);
ssize_t __pread_chk(int fd, void *bytes, size_t size, off_t from, size_t room);
ssize_t __pread64_chk(int fd, void *bytes, size_t size, off64_t from, size_t room);

int __open_2(const char *path, int flags)
{
    return open_counted(AT_FDCWD, path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
    return open_counted(AT_FDCWD, path, flags | O_LARGEFILE, 0);
}

int __openat_2(int folder, const char *path, int flags)
{
    return open_counted(folder, path, flags, 0);
}

ssize_t __read_chk(int fd, void *bytes, size_t size, size_t room)
{
    (void)room;
    return read(fd, bytes, size);
}

ssize_t __pread_chk(int fd, void *bytes, size_t size, off_t from, size_t room)
{
    (void)room;
    return pread(fd, bytes, size, from);
}

ssize_t __pread64_chk(int fd, void *bytes, size_t size, off64_t from, size_t room)
{
    (void)room;
    return pread64(fd, bytes, size, from);
}

/* Calls on a descriptor, or on a path, that transfer no bytes. */
#define ON_FD(name, nature, parameters, ...)                                                                 \
    int name parameters                                                                                      \
    {                                                                                                        \
        REAL(name);                                                                                          \
        if (counts_fd(fd))                                                                                   \
            FAIL_IF(trip_plainly(#name, "", nature));                                                        \
        return real(__VA_ARGS__);                                                                            \
    }

#define ON_PATH(name, nature, parameters, ...)                                                               \
    int name parameters                                                                                      \
    {                                                                                                        \
        REAL(name);                                                                                          \
        if (counts(path))                                                                                    \
            FAIL_IF(trip_plainly(#name, path, nature));                                                      \
        return real(__VA_ARGS__);                                                                            \
    }

ON_FD(fsync, NEEDS_SPACE, (int fd), fd)
ON_FD(fdatasync, NEEDS_SPACE, (int fd), fd)
ON_FD(ftruncate, NEEDS_SPACE, (int fd, off_t size), fd, size)
ON_FD(ftruncate64, NEEDS_SPACE, (int fd, off64_t size), fd, size)
ON_FD(fchmod, CHANGES, (int fd, mode_t mode), fd, mode)
ON_FD(flock, WAITS, (int fd, int operation), fd, operation)
ON_FD(fstat, READS, (int fd, struct stat *about), fd, about)
ON_FD(fstat64, READS, (int fd, struct stat64 *about), fd, about)
ON_PATH(stat, READS, (const char *path, struct stat *about), path, about)
ON_PATH(stat64, READS, (const char *path, struct stat64 *about), path, about)
ON_PATH(lstat, READS, (const char *path, struct stat *about), path, about)
ON_PATH(lstat64, READS, (const char *path, struct stat64 *about), path, about)
ON_PATH(access, READS, (const char *path, int mode), path, mode)
ON_PATH(fstatat, READS, (int folder, const char *path, struct stat *about, int flags), folder, path, about,
        flags)
ON_PATH(fstatat64, READS, (int folder, const char *path, struct stat64 *about, int flags), folder, path,
        about, flags)
ON_PATH(faccessat, READS, (int folder, const char *path, int mode, int flags), folder, path, mode, flags)
ON_PATH(mkdir, NEEDS_SPACE, (const char *path, mode_t mode), path, mode)
ON_PATH(mkdirat, NEEDS_SPACE, (int folder, const char *path, mode_t mode), folder, path, mode)
ON_PATH(rmdir, CHANGES, (const char *path), path)
ON_PATH(unlink, CHANGES, (const char *path), path)
ON_PATH(unlinkat, CHANGES, (int folder, const char *path, int flags), folder, path, flags)
ON_PATH(rename, NEEDS_SPACE, (const char *from, const char *path), from, path)
ON_PATH(renameat, NEEDS_SPACE, (int a, const char *from, int b, const char *path), a, from, b, path)
ON_PATH(link, NEEDS_SPACE, (const char *from, const char *path), from, path)

/* Calls that the file system may not have. */
#define ON_PATH_PERHAPS(name, lacking, parameters, ...)                                                      \
    int name parameters                                                                                      \
    {                                                                                                        \
        REAL(name);                                                                                          \
        if (counts(path))                                                                                    \
            FAIL_IF(is_lacking(#name) ? (lacking) : trip_plainly(#name, path, NEEDS_SPACE));                 \
        return real(__VA_ARGS__);                                                                            \
    }

ON_PATH_PERHAPS(renameat2, EINVAL, (int a, const char *from, int b, const char *path, unsigned flags), a,
                from, b, path, flags)
ON_PATH_PERHAPS(linkat, EPERM, (int a, const char *from, int b, const char *path, int flags), a, from, b,
                path, flags)

/* posix_fallocate returns the errno itself. */
int posix_fallocate(int fd, off_t from, off_t size)
{
    REAL(posix_fallocate);
    int number = counts_fd(fd) ? trip_plainly("posix_fallocate", "", NEEDS_SPACE) : 0;
    return number ? number : real(fd, from, size);
}

DIR *opendir(const char *path)
{
    REAL(opendir);
    int number = counts(path) ? trip_plainly("opendir", path, READS) : 0;
    if (number == 0)
        return real(path);
    errno = number;
    return NULL;
}

/* NULL is an error if errno was set, and the end if errno is unchanged. */
#define READS_FOLDER(name, type)                                                                             \
    type *name(DIR *folder)                                                                                  \
    {                                                                                                        \
        REAL(name);                                                                                          \
        int number = trip_plainly(#name, "", READS);                                                         \
        if (number == 0)                                                                                     \
            return real(folder);                                                                             \
        errno = number;                                                                                      \
        return NULL;                                                                                         \
    }

READS_FOLDER(readdir, struct dirent)
READS_FOLDER(readdir64, struct dirent64)

/* ---- streams: over the calls above, as libc's own would not pass through them -------------------------- */

static ssize_t stream_read(void *cookie, char *bytes, size_t size)
{
    return read(*(int *)cookie, bytes, size);
}

static ssize_t stream_write(void *cookie, const char *bytes, size_t size)
{
    ssize_t done = write(*(int *)cookie, bytes, size);
    return done < 0 ? 0 : done; /* so a cookie says that it failed */
}

static int stream_seek(void *cookie, off64_t *offset, int whence)
{
    *offset = lseek64(*(int *)cookie, *offset, whence);
    return *offset < 0 ? -1 : 0;
}

static int stream_close(void *cookie)
{
    int fd = *(int *)cookie;
    if (fd < OPEN_FILES)
        atomic_store(&stream[fd], NULL);
    free(cookie);
    return close(fd);
}

static FILE *fopen_counted(const char *path, const char *mode)
{
    int flags = strchr(mode, '+') ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;
    flags |= *mode == 'r' ? 0 : *mode == 'w' ? O_CREAT | O_TRUNC : O_CREAT | O_APPEND;
    flags |= (strchr(mode, 'x') ? O_EXCL : 0) | (strchr(mode, 'e') ? O_CLOEXEC : 0);
    int fd = open_counted(AT_FDCWD, path, flags, 0666), *cookie = fd < 0 ? NULL : malloc(sizeof *cookie);
    if (!cookie)
        return NULL;
    *cookie = fd;
    const cookie_io_functions_t functions = {stream_read, stream_write, stream_seek, stream_close};
    FILE *file = fopencookie(cookie, mode, functions);
    if (fd < OPEN_FILES)
        atomic_store(&stream[fd], file);
    return file;
}

#define OPENS_STREAM(name)                                                                                   \
    FILE *name(const char *path, const char *mode)                                                           \
    {                                                                                                        \
        REAL(name);                                                                                          \
        return counts(path) ? fopen_counted(path, mode) : real(path, mode);                                  \
    }

OPENS_STREAM(fopen)
OPENS_STREAM(fopen64)

int fileno(FILE *file)
{
    REAL(fileno);
    for (int fd = 0; fd < OPEN_FILES; fd++)
        if (atomic_load(&stream[fd]) == file)
            return fd;
    return real(file);
}

/* ---- memory and threads -------------------------------------------------------------------------------- */

/* glibc's own names: dlsym may ask for memory itself. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static __attribute__((noinline)) bool refused(const char *operation)
{
    static _Thread_local bool within; /* backtrace may ask for memory itself */
    if (family != MEMORY || within)
        return false;
    within = true;
    bool yes = due(MEMORY, operation, NULL);
    within = false;
    if (yes)
        errno = ENOMEM;
    return yes;
}

void *malloc(size_t size)
{
    return refused("malloc") ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return refused("calloc") ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return refused("realloc") ? NULL : __libc_realloc(block, size);
}

void *reallocarray(void *block, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || refused("reallocarray")) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_realloc(block, bytes);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return refused("aligned_alloc") ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    int before = errno;
    void *found = refused("posix_memalign") ? NULL : __libc_memalign(alignment, size);
    errno = before;
    if (!found)
        return ENOMEM;
    *block = found;
    return 0;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*start)(void *), void *argument)
{
    REAL(pthread_create);
    return due(THREAD, "pthread_create", "") ? EAGAIN : real(thread, how, start, argument);
}
