/* A child that crashes, hangs, takes too much memory or is killed harms only itself, and the parent tells
 * these ends apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "store/guard.h"

static bool old_kernel;

/* Replaces the C library's: kernels before 5.9 lack the call. */
int close_range(unsigned first, unsigned last, int flags);
int close_range(unsigned first, unsigned last, int flags)
{
    if (!old_kernel)
        return (int)syscall(SYS_close_range, first, last, flags);
    errno = ENOSYS;
    return -1;
}

static void echo(int channel, void *context)
{
    int number;
    const int *add = context;
    while (qd_channel_receive(channel, &number, sizeof number)) {
        number += *add;
        if (!qd_channel_send(channel, &number, sizeof number))
            return;
    }
}

static void crash(int channel, void *context)
{
    (void)channel, (void)context;
    raise(SIGSEGV);
}

static void hang(int channel, void *context)
{
    (void)channel, (void)context;
    for (volatile unsigned long i = 0;; i++)
        ;
}

/* Works for a second longer than a child may that serves no request, and sends a byte. */
static void serve_requests(int channel, void *context)
{
    struct timespec used;
    (void)context;
    for (int i = 0; i < 20000; i++)
        qd_guard_allow_request();
    do
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    while (used.tv_sec <= QD_GUARD_SECONDS);
    (void)qd_channel_send(channel, "", 1);
}

static void be_killed(int channel, void *context)
{
    (void)channel, (void)context;
    raise(SIGKILL);
}

/* The system's signal at a limit of the caller; the guard's own is SIGPROF. */
static void reach_limit(int channel, void *context)
{
    (void)channel, (void)context;
    raise(SIGXCPU);
}

/* As libhdf5 does where it is refused memory for a lock. */
static void leave(int channel, void *context)
{
    (void)channel, (void)context;
    _exit(255);
}

/* Tells whether 1 GiB could be allocated. */
static void take_memory(int channel, void *context)
{
    (void)context;
    char *volatile block = malloc((size_t)1 << 30); /* volatile: clang leaves out memory that nobody sees */
    char had = 0;
    if (block != NULL) {
        memset(block, 1, (size_t)1 << 30);
        had = block[12345];
    }
    free(block);
    (void)!qd_channel_send(channel, &had, sizeof had);
}

/* Fills the memory that the guard allows; tells whether the system lacks memory, and whether the limit
 * holds. */
static void fill_memory(int channel, void *context)
{
    (void)context;
    char *volatile block = NULL;
    char said[2];
    do
        block = malloc((size_t)16 << 20); /* never freed */
    while (block);
    said[0] = qd_guard_lacks_memory();
    block = malloc((size_t)64 << 20);
    said[1] = block == NULL;
    (void)!qd_channel_send(channel, said, sizeof said);
}

static void survive_signals(int channel, void *context)
{
    (void)context;
    const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        raise(signals[i]);
    (void)!qd_channel_send(channel, "alive", 6);
}

/* Counts the descriptors that are open besides 0 to 3. */
static void count_files(int channel, void *context)
{
    (void)context;
    int open_files = 0;
    for (int fd = 4; fd < 256; fd++)
        open_files += fcntl(fd, F_GETFD) >= 0;
    (void)!qd_channel_send(channel, &open_files, sizeof open_files);
}

static const char readable[] = "/dev/null";

/* Whether the file is to blame, after the child ended by itself; the message goes into `why`. */
static bool blames(qd_guard_work_t work, char why[static 256])
{
    char byte;
    qd_guard_t *guard = qd_guard_start(work, NULL);
    assert_non_null(guard);
    assert_false(qd_guard_receive(guard, &byte, 1));
    bool file = qd_guard_blames_file(guard, readable, why, 256);
    qd_guard_end(guard);
    return file;
}

static void test_what_is_sent_is_received(void **state)
{
    (void)state;
    int add = 30;
    qd_guard_t *guard = qd_guard_start(echo, &add);
    assert_non_null(guard);
    add = 1000; /* the child has its own */
    for (int i = 0; i < 100; i++) {
        int number = i;
        assert_true(qd_guard_send(guard, &number, sizeof number));
        assert_true(qd_guard_receive(guard, &number, sizeof number));
        assert_int_equal(number, i + 30);
    }
    qd_guard_end(guard);
    qd_guard_end(NULL);
}

static void test_a_crash_is_the_fault_of_the_file(void **state)
{
    (void)state;
    char why[256];
    assert_true(blames(crash, why));
    assert_non_null(strstr(why, "crashes on it"));
}

static void test_a_crash_on_a_file_that_cannot_be_read_is_not(void **state)
{
    (void)state;
    char why[256], byte;
    qd_guard_t *guard = qd_guard_start(crash, NULL);
    assert_non_null(guard);
    assert_false(qd_guard_receive(guard, &byte, 1));
    assert_false(qd_guard_blames_file(guard, "/", why, sizeof why));
    assert_string_equal(why, "reading it failed: Is a directory");
    qd_guard_end(guard);
}

static void test_only_a_crash_is_one(void **state)
{
    (void)state;
    static const qd_guard_work_t others[] = {hang, be_killed, reach_limit, leave};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        qd_guard_t *guard = qd_guard_start(others[i], NULL);
        char byte;
        assert_non_null(guard);
        assert_false(qd_guard_receive(guard, &byte, 1));
        assert_false(qd_guard_crashed(guard));
        qd_guard_end(guard);
    }
}

static void test_a_hang_ends(void **state)
{
    (void)state;
    char why[256];
    assert_true(blames(hang, why));
    assert_non_null(strstr(why, "does not finish reading it"));
}

static void test_requests_have_time_of_their_own(void **state)
{
    (void)state;
    char byte;
    qd_guard_t *guard = qd_guard_start(serve_requests, NULL);
    assert_non_null(guard);
    assert_true(qd_guard_receive(guard, &byte, 1));
    qd_guard_end(guard);
}

static void test_a_kill_is_nobodys_fault(void **state)
{
    (void)state;
    char why[256];
    assert_false(blames(be_killed, why));
    assert_non_null(strstr(why, "from outside"));
}

static void test_a_limit_of_the_caller_is_nobodys_fault(void **state)
{
    (void)state;
    char why[256];
    assert_false(blames(reach_limit, why));
    assert_non_null(strstr(why, "reached the limit on processor time"));
}

static void test_an_exit_is_told_with_its_status(void **state)
{
    (void)state;
    char why[256];
    assert_false(blames(leave, why));
    assert_string_equal(why, "the HDF5 library gave up with exit status 255 (is memory short?)");
}

static void test_a_dead_child_stays_dead(void **state)
{
    (void)state;
    char why[256];
    int number = 1;
    qd_guard_t *guard = qd_guard_start(crash, NULL);
    assert_false(qd_guard_receive(guard, &number, sizeof number));
    for (int i = 0; i < 3; i++) {
        assert_true(qd_guard_crashed(guard));
        assert_true(qd_guard_blames_file(guard, readable, why, sizeof why));
        assert_false(qd_guard_send(guard, &number, sizeof number)); /* and no SIGPIPE */
    }
    qd_guard_end(guard);
}

static void test_memory_is_limited(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    print_message("sanitizers need terabytes of addresses; the limit is not set\n");
    skip();
#endif
    char had = 1;
    qd_guard_t *guard = qd_guard_start(take_memory, NULL);
    assert_true(qd_guard_receive(guard, &had, 1));
    assert_int_equal(had, 0);
    qd_guard_end(guard);
}

/* Of the program with at most `spare` more bytes of addresses: whether its child finds memory lacking. */
static bool lacks_memory(rlim_t spare, bool *limited)
{
    struct rlimit before, less;
    unsigned long long pages = 0;
    FILE *sizes = fopen("/proc/self/statm", "r");
    assert_int_equal(fscanf(sizes, "%llu", &pages), 1);
    fclose(sizes);
    getrlimit(RLIMIT_AS, &before);
    less = before;
    if (spare < RLIM_INFINITY)
        less.rlim_cur = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + spare;
    setrlimit(RLIMIT_AS, &less);
    char said[2];
    qd_guard_t *guard = qd_guard_start(fill_memory, NULL);
    setrlimit(RLIMIT_AS, &before);
    assert_true(qd_guard_receive(guard, said, sizeof said));
    qd_guard_end(guard);
    *limited = said[1];
    return said[0];
}

static void test_the_systems_memory_is_told_from_the_limit(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    print_message("sanitizers need terabytes of addresses; the limit is not set\n");
    skip();
#endif
    bool limited = false;
    assert_false(lacks_memory(RLIM_INFINITY, &limited));
    assert_true(limited);
    assert_false(lacks_memory((rlim_t)1 << 30, &limited)); /* above the guard's limit */
    assert_true(limited);
    assert_true(lacks_memory((rlim_t)100 << 20, &limited)); /* below it */
    assert_true(limited);
}

static void test_signals_of_the_terminal_are_the_parents(void **state)
{
    (void)state;
    char word[6];
    qd_guard_t *guard = qd_guard_start(survive_signals, NULL);
    assert_true(qd_guard_receive(guard, word, sizeof word));
    assert_string_equal(word, "alive");
    qd_guard_end(guard);
}

static void test_no_file_is_inherited(void **state)
{
    (void)state;
    int file = open("/dev/null", O_RDONLY);
    for (int old = 0; old < 2; old++) {
        int open_files = -1;
        old_kernel = old > 0;
        qd_guard_t *guard = qd_guard_start(count_files, NULL);
        assert_true(qd_guard_receive(guard, &open_files, sizeof open_files));
        assert_int_equal(open_files, 0);
        qd_guard_end(guard);
    }
    old_kernel = false;
    close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_sent_is_received),
        cmocka_unit_test(test_a_crash_is_the_fault_of_the_file),
        cmocka_unit_test(test_a_crash_on_a_file_that_cannot_be_read_is_not),
        cmocka_unit_test(test_only_a_crash_is_one),
        cmocka_unit_test(test_a_hang_ends),
        cmocka_unit_test(test_requests_have_time_of_their_own),
        cmocka_unit_test(test_a_kill_is_nobodys_fault),
        cmocka_unit_test(test_a_limit_of_the_caller_is_nobodys_fault),
        cmocka_unit_test(test_an_exit_is_told_with_its_status),
        cmocka_unit_test(test_a_dead_child_stays_dead),
        cmocka_unit_test(test_memory_is_limited),
        cmocka_unit_test(test_the_systems_memory_is_told_from_the_limit),
        cmocka_unit_test(test_signals_of_the_terminal_are_the_parents),
        cmocka_unit_test(test_no_file_is_inherited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
