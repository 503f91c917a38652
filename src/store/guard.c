#include "store/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"

/* Memory beyond that of the program at the start of the child. */
#define MEMORY_MOST ((rlim_t)768 << 20)

#define MEMORY_NEEDED     ((size_t)32 << 20) /* more than libhdf5 needs at once for a sound result file */
#define CHANNEL           3                  /* descriptor of the channel in the child */
#define REQUESTS_A_SECOND 10000
#define DATA_SECONDS      2 /* for reading a file through after a crash */

/* Sanitizers reserve terabytes of addresses for themselves. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ADDRESSES_ARE_LIMITED false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define ADDRESSES_ARE_LIMITED false
#endif
#endif
#ifndef ADDRESSES_ARE_LIMITED
#define ADDRESSES_ARE_LIMITED true
#endif

/* scripts/coverage counts the child's lines too; a process that ends by _exit or a signal would not write the
 * counts. */
#ifdef QD_COVERAGE
void __gcov_dump(void);
#define WRITE_COVERAGE() __gcov_dump()
#define MEASURED         true
#else
#define WRITE_COVERAGE() (void)0
#define MEASURED         false
#endif

struct qd_guard {
    pid_t child; /* 0: it has been waited for */
    int channel;
    int end; /* its status, as waitpid gives it */
};

/* ---- the channel --------------------------------------------------------------------------------------- */

bool qd_channel_send(int channel, const void *bytes, size_t size)
{
    for (const char *at = bytes; size > 0;) {
        ssize_t put = send(channel, at, size, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        at += put;
        size -= (size_t)put;
    }
    return true;
}

bool qd_channel_receive(int channel, void *bytes, size_t size)
{
    for (char *at = bytes; size > 0;) {
        ssize_t got = recv(channel, at, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        size -= (size_t)got;
    }
    return true;
}

bool qd_guard_send(qd_guard_t *self, const void *bytes, size_t size)
{
    return qd_channel_send(self->channel, bytes, size);
}

bool qd_guard_receive(qd_guard_t *self, void *bytes, size_t size)
{
    return qd_channel_receive(self->channel, bytes, size);
}

/* ---- the child ----------------------------------------------------------------------------------------- */

/* Programs made for sanitizers or coverage are slower. */
#define SLOWER (ADDRESSES_ARE_LIMITED && !MEASURED ? 1 : 8)

/* In the child: its seconds of processor time left, and the process that it works for. */
static volatile sig_atomic_t seconds_left;
static pid_t parent;

/* Each second of processor time. */
static void count_second(int number)
{
    if (--seconds_left > 0 && getppid() == parent)
        return;
    signal(number, SIG_DFL);
    raise(number);
}

static void start_clock(void)
{
    const struct itimerval every_second = {.it_value = {.tv_sec = 1}, .it_interval = {.tv_sec = 1}};
    struct sigaction action = {.sa_handler = count_second, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    seconds_left = QD_GUARD_SECONDS * SLOWER;
    sigaction(SIGPROF, &action, NULL);
    setitimer(ITIMER_PROF, &every_second, NULL);
}

static void allow_seconds(long long more)
{
    long long seconds = more * SLOWER + seconds_left;
    seconds_left = seconds < SIG_ATOMIC_MAX ? (sig_atomic_t)seconds : SIG_ATOMIC_MAX;
}

void qd_guard_allow_file(const char *path)
{
    struct stat state;
    if (stat(path, &state) == 0)
        allow_seconds((long long)state.st_blocks * 512 >> 20);
}

void qd_guard_allow_request(void)
{
    static unsigned requests;
    if (++requests % REQUESTS_A_SECOND == 0)
        allow_seconds(1);
}

/* Signals to the process group are for the parent, which ends the child by closing the channel; faults end
 * the child as they should. */
static void reset_signals(void)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE, SIGXFSZ};
    /* The parent's handler of SIGQUIT would remove the parent's drafts. */
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGQUIT, SIGPROF, SIGXCPU};
    sigset_t none;
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        signal(ignored[i], SIG_IGN);
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
        signal(fatal[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child: whether limit_memory set its limit, and the limit before. */
static bool limited;
static rlim_t limit_before;

static void limit_memory(void)
{
    unsigned long long pages = 0;
    struct rlimit limit;
    FILE *sizes = fopen("/proc/self/statm", "r");
    if (!sizes)
        return;
    bool known = fscanf(sizes, "%llu", &pages) == 1;
    fclose(sizes);
    rlim_t most = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + MEMORY_MOST;
    if (!known || getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur <= most)
        return;
    limit_before = limit.rlim_cur;
    limit.rlim_cur = most;
    setrlimit(RLIMIT_AS, &limit);
    limited = true;
}

bool qd_guard_lacks_memory(void)
{
    struct rlimit own;
    bool lift = limited && getrlimit(RLIMIT_AS, &own) == 0;
    if (lift)
        setrlimit(RLIMIT_AS, &(struct rlimit){limit_before, own.rlim_max});
    void *needed = qd_new(MEMORY_NEEDED, 1, NULL);
    bool lacks = !needed;
    free(needed);
    if (lift)
        setrlimit(RLIMIT_AS, &own);
    return lacks;
}

/* Leaves only the channel open in the child: an inherited lock would outlive the parent's, and libhdf5 and
 * the C library must not print. */
static bool leave_files(int channel)
{
    /* Closes everything else first: the parent may have reached the limit on open files. */
    if (channel != CHANNEL && dup2(channel, CHANNEL) < 0)
        return false;
    if (close_range(CHANNEL + 1, ~0U, 0) != 0)
        closefrom(CHANNEL + 1); /* older kernels and filters of system calls: one by one */
    int nowhere = open("/dev/null", O_RDWR);
    for (int standard = 0; standard < CHANNEL; standard++)
        if (nowhere < 0 || dup2(nowhere, standard) < 0)
            return false;
    return nowhere < CHANNEL || close(nowhere) == 0;
}

_Noreturn static void be_child(int channel, pid_t maker, qd_guard_work_t work, void *context)
{
    const struct rlimit none = {0, 0};
    parent = maker;
    reset_signals();
    setrlimit(RLIMIT_CORE, &none);
    if (ADDRESSES_ARE_LIMITED)
        limit_memory();
    start_clock();
    if (!leave_files(channel))
        _exit(1);
    work(CHANNEL, context);
    WRITE_COVERAGE();
    _exit(0); /* the parent's buffers are not written twice */
}

/* ---- the parent ---------------------------------------------------------------------------------------- */

qd_guard_t *qd_guard_start(qd_guard_work_t work, void *context)
{
    int pair[2];
    qd_guard_t *self = qd_new(1, sizeof *self, NULL);
    if (!self || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        free(self);
        return NULL;
    }
    self->channel = pair[0];
    qd_memory_give_back(); /* each page that both have is copied when either writes to it */
    pid_t maker = getpid();
    self->child = fork();
    if (self->child == 0) {
        close(pair[0]);
        be_child(pair[1], maker, work, context);
    }
    int number = errno;
    close(pair[1]);
    if (self->child > 0)
        return self;
    close(pair[0]);
    free(self);
    errno = number;
    return NULL;
}

static void await(qd_guard_t *self)
{
    while (self->child > 0 && waitpid(self->child, &self->end, 0) < 0 && errno == EINTR)
        ;
    self->child = 0;
}

/* Waits for the child; returns the signal that ended it, or 0. */
static int signal_of(qd_guard_t *self)
{
    shutdown(self->channel, SHUT_RDWR);
    await(self);
    return WIFSIGNALED(self->end) ? WTERMSIG(self->end) : 0;
}

static bool is_limit(int number)
{
    return number == SIGPROF;
}

static bool is_from_outside(int number)
{
    return number == SIGKILL || number == SIGTERM || number == SIGXCPU;
}

bool qd_guard_crashed(qd_guard_t *self)
{
    int number = signal_of(self);
    return number != 0 && !is_limit(number) && !is_from_outside(number) && !qd_guard_lacks_memory();
}

/* The error of the system when it reads the file without its holes, for DATA_SECONDS at most; 0 if it can. */
static int read_through(const char *path)
{
    char block[1 << 14];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), number = 0;
    if (fd < 0)
        return errno;
    time_t end = time(NULL) + DATA_SECONDS;
    off_t at = 0;
    while (time(NULL) <= end) {
        ssize_t got = pread(fd, block, sizeof block, at);
        number = got < 0 && errno != EINTR ? errno : 0;
        if (number != 0 || got == 0)
            break;
        off_t next = got < 0 ? at : lseek(fd, at + got, SEEK_DATA);
        if (next < 0 && errno == ENXIO)
            break;
        at = next < 0 ? at + got : next;
    }
    close(fd);
    return number;
}

bool qd_guard_blames_file(qd_guard_t *self, const char *path, char why[], size_t size)
{
    bool crashed = qd_guard_crashed(self);
    int number = signal_of(self), unreadable = crashed ? read_through(path) : 0;
    if (is_limit(number))
        snprintf(why, size, "damaged: the HDF5 library does not finish reading it");
    else if (number == SIGXCPU)
        snprintf(why, size, "the process that reads it reached the limit on processor time (ulimit -t)");
    else if (is_from_outside(number))
        snprintf(why, size, "the process that reads it was ended from outside (is memory short?)");
    else if (number == 0)
        snprintf(why, size, "the HDF5 library gave up with exit status %d (is memory short?)",
                 WEXITSTATUS(self->end));
    else if (!crashed)
        snprintf(why, size, "the HDF5 library crashes on it for want of memory (%s)", strsignal(number));
    else if (unreadable != 0)
        snprintf(why, size, "reading it failed: %s", strerror(unreadable));
    else
        snprintf(why, size, "damaged: the HDF5 library crashes on it (%s)", strsignal(number));
    return is_limit(number) || (crashed && unreadable == 0);
}

void qd_guard_end(qd_guard_t *self)
{
    if (!self)
        return;
    close(self->channel);
    if (self->child > 0 && !MEASURED)
        kill(self->child, SIGKILL); /* it only reads, and ends by itself too */
    await(self);
    free(self);
}
