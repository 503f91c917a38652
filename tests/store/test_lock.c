/* One writer at a time for one output, with flock and without it. */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define WRITERS 6
#define ROUNDS  4

static int flock_errno; /* errno of flock; 0: it works */

/* In the place of the C library's. */
int flock(int fd, int operation);
int flock(int fd, int operation)
{
    if (flock_errno == 0)
        return (int)syscall(SYS_flock, fd, operation);
    errno = flock_errno;
    return -1;
}

static const int file_systems[] = {0, ENOLCK, EOPNOTSUPP, 524, ENOSYS};

static void write_lock(const char *host, const char *boot, long process, unsigned long long start,
                       int flocked)
{
    FILE *file = fopen("out.h5.lock", "w");
    assert_non_null(file);
    fprintf(file, "quadrille lock\nhost %s\nboot %s\nprocess %ld\nstart %llu\nflock %d\n", host, boot,
            process, start, flocked);
    assert_int_equal(fclose(file), 0);
}

static void here(char host[65], char boot[40])
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%39s", boot), 1);
    fclose(file);
    assert_int_equal(gethostname(host, 65), 0);
}

static long dead_process(void)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    return (long)child;
}

static void assert_taken(void)
{
    qd_lock_t *lock = NULL;
    qd_error_t error = QD_ERROR_NONE;
    if (qd_lock_take("out.h5", &lock, &error) != QD_OK)
        fail_msg("%s", error.text);
    qd_lock_release(lock);
    assert_int_not_equal(access("out.h5.lock", F_OK), 0);
}

static void assert_refused(const char *why)
{
    qd_lock_t *lock = NULL;
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_lock_take("out.h5", &lock, &error), QD_ERROR_INPUT);
    assert_null(lock);
    if (strstr(error.text, why) == NULL)
        fail_msg("expected `%s` in: %s", why, error.text);
}

static void test_second_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof file_systems / sizeof file_systems[0]; i++) {
        qd_lock_t *lock;
        qd_error_t error = QD_ERROR_NONE;
        char holder[96];
        snprintf(holder, sizeof holder, "another run or merge is writing here: process %ld on host",
                 (long)getpid());
        flock_errno = file_systems[i];
        assert_int_equal(qd_lock_take("out.h5", &lock, &error), QD_OK);
        assert_refused(holder);
        /* Two clients of one file system, of which only one is mounted with flock. */
        flock_errno = flock_errno == 0 ? ENOLCK : 0;
        assert_refused(holder);
        qd_lock_release(lock);
        assert_taken();
    }
}

static void test_stale(void **state)
{
    (void)state;
    char host[65], boot[40];
    here(host, boot);
    for (size_t i = 0; i < sizeof file_systems / sizeof file_systems[0]; i++) {
        flock_errno = file_systems[i];
        write_lock(host, boot, dead_process(), 1, 0);
        assert_taken();
        write_lock(host, boot, (long)getpid(), 1, 0); /* a number that was given out again */
        assert_taken();
        write_lock(host, "00000000-0000-0000-0000-000000000000", (long)getpid(), 1,
                   0); /* before the last start */
        assert_taken();
        write_lock("elsewhere.example", boot, dead_process(), 1, 0);
        assert_refused("on host elsewhere.example");
        assert_int_equal(unlink("out.h5.lock"), 0);
    }
}

/* A holder that died is known by flock itself, whatever the file says. */
static void test_killed_with_flock(void **state)
{
    (void)state;
    flock_errno = 0;
    write_lock("elsewhere.example", "-", 1, 1, 1);
    assert_taken();
}

static void test_links(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof file_systems / sizeof file_systems[0]; i++) {
        flock_errno = file_systems[i];
        FILE *victim = fopen("victim", "w");
        assert_non_null(victim);
        fputs("precious", victim);
        fclose(victim);
        assert_int_equal(symlink("victim", "out.h5.lock"), 0);
        assert_refused("symbolic link");
        struct stat after;
        assert_int_equal(stat("victim", &after), 0);
        assert_int_equal(after.st_size, 8);
        assert_int_equal(unlink("out.h5.lock"), 0);
        assert_int_equal(unlink("victim"), 0);
    }
}

/* Takes the lock again and again; 1 if another process had it at the same time. */
static int write_alone(void)
{
    for (int round = 0; round < ROUNDS;) {
        qd_lock_t *lock;
        qd_error_t error = QD_ERROR_NONE;
        if (qd_lock_take("out.h5", &lock, &error) != QD_OK) {
            usleep(1000);
            continue;
        }
        int inside = open("inside", O_CREAT | O_EXCL | O_WRONLY, 0600);
        if (inside < 0)
            return 1;
        usleep(2000);
        close(inside);
        unlink("inside");
        qd_lock_release(lock);
        round++;
    }
    return 0;
}

/* All of them meet a stale lock first. */
static void test_many_writers(void **state)
{
    (void)state;
    char host[65], boot[40];
    here(host, boot);
    for (int without = 0; without < 2; without++) {
        flock_errno = without ? ENOLCK : 0;
        write_lock(host, boot, dead_process(), 1, 0);
        for (int i = 0; i < WRITERS; i++) {
            pid_t child = fork();
            assert_true(child >= 0);
            if (child == 0)
                _exit(write_alone());
        }
        for (int i = 0; i < WRITERS; i++) {
            int status;
            assert_true(wait(&status) > 0);
            assert_int_equal(status, 0);
        }
        assert_int_not_equal(access("out.h5.lock", F_OK), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_second_is_refused), cmocka_unit_test(test_stale),
        cmocka_unit_test(test_killed_with_flock), cmocka_unit_test(test_links),
        cmocka_unit_test(test_many_writers),
    };
    char folder[] = "/tmp/quadrille-lock-XXXXXX";
    if (mkdtemp(folder) == NULL || chdir(folder) != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (chdir("/") != 0 || rmdir(folder) != 0)
        return 1;
    return failed;
}
