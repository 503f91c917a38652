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

/* Another process takes the stale lock just before this one moves it aside, and a third makes a new one, or
 * the disk fails, before it is put back. */
typedef enum { NO_RACE, REPLACED, REPLACED_AND_MADE, REPLACED_AND_FAILED } race_t;
static race_t race;
static void write_lock_elsewhere(void);

/* Replaces the C library's. */
int flock(int fd, int operation);
int flock(int fd, int operation)
{
    if (flock_errno == 0)
        return (int)syscall(SYS_flock, fd, operation);
    errno = flock_errno;
    return -1;
}

int rename(const char *from, const char *to)
{
    if (race != NO_RACE && strcmp(from, "out.h5.lock") == 0) {
        unlink(from);
        write_lock_elsewhere();
    }
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int link(const char *from, const char *to)
{
    if (race == REPLACED_AND_MADE)
        write_lock_elsewhere();
    if (race != REPLACED_AND_FAILED)
        return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
    errno = EIO;
    return -1;
}

static const int file_systems[] = {0, ENOLCK, EOPNOTSUPP, 524, ENOSYS};

/* The text of a lock file about its holder, as this process would write it. */
typedef struct {
    char host[65], boot[40], machine[65], space[65];
    long process;
    unsigned long long start;
    int flocked;
} said_t;

static void write_lock(const said_t *said)
{
    FILE *file = fopen("out.h5.lock", "w");
    assert_non_null(file);
    fprintf(file, "quadrille lock\nhost %s\nboot %s\nprocess %ld\nstart %llu\nflock %d\n", said->host,
            said->boot, said->process, said->start, said->flocked);
    if (said->machine[0] != '\0')
        fprintf(file, "machine %s\nspace %s\n", said->machine, said->space);
    assert_int_equal(fclose(file), 0);
}

static void read_word(const char *path, char word[65])
{
    FILE *file = fopen(path, "r");
    if (file == NULL || fscanf(file, "%64s", word) != 1)
        strcpy(word, "-");
    if (file != NULL)
        fclose(file);
}

/* A holder of this machine that started long before any process of its number. */
static said_t here(long process)
{
    said_t said = {.process = process, .start = 1};
    char boot[65];
    read_word("/proc/sys/kernel/random/boot_id", boot);
    assert_int_equal(strlen(boot), 36);
    memcpy(said.boot, boot, 37);
    read_word("/etc/machine-id", said.machine);
    assert_true(readlink("/proc/self/ns/pid", said.space, sizeof said.space - 1) > 0);
    assert_int_equal(gethostname(said.host, sizeof said.host), 0);
    return said;
}

static void write_lock_elsewhere(void)
{
    said_t said = here(1);
    strcpy(said.host, "elsewhere.example");
    write_lock(&said);
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
    for (size_t i = 0; i < sizeof file_systems / sizeof file_systems[0]; i++) {
        flock_errno = file_systems[i];
        said_t said = here(dead_process());
        write_lock(&said);
        assert_taken();
        said = here((long)getpid()); /* a process number that was reused */
        write_lock(&said);
        assert_taken();
        strcpy(said.boot, "00000000-0000-0000-0000-000000000000"); /* before the last start */
        write_lock(&said);
        if (strcmp(said.machine, "-") != 0)
            assert_taken();
        else
            assert_refused("another run or merge");
        unlink("out.h5.lock");
    }
}

/* A lock that another process has taken in the meantime is put back, unless there is a newer one. */
static void test_stale_for_two(void **state)
{
    (void)state;
    flock_errno = ENOLCK;
    for (race_t k = REPLACED; k <= REPLACED_AND_FAILED; k++) {
        said_t said = here(dead_process());
        qd_lock_t *lock = NULL;
        qd_error_t error = QD_ERROR_NONE;
        char aside[64];
        write_lock(&said);
        race = k;
        qd_status_t status = qd_lock_take("out.h5", &lock, &error);
        race = NO_RACE;
        assert_null(lock);
        assert_int_equal(status, k == REPLACED_AND_FAILED ? QD_ERROR_IO : QD_ERROR_INPUT);
        assert_non_null(
            strstr(error.text, k == REPLACED_AND_FAILED ? strerror(EIO) : "process 1 on host elsewhere"));
        snprintf(aside, sizeof aside, "out.h5.lock.%ld", (long)getpid());
        assert_int_not_equal(access(aside, F_OK), 0);
        assert_int_equal(unlink("out.h5.lock"), k == REPLACED_AND_FAILED ? -1 : 0);
    }
}

/* A holder on another machine, even one of the same name, or in another container is invisible here and may
 * be running. */
static void test_out_of_sight(void **state)
{
    (void)state;
    said_t elsewhere[5];
    for (size_t i = 0; i < 5; i++)
        elsewhere[i] = here(dead_process());
    strcpy(elsewhere[0].host, "elsewhere.example");
    strcpy(elsewhere[1].boot, "00000000-0000-0000-0000-000000000000");
    strcpy(elsewhere[1].machine, "00000000000000000000000000000000");
    strcpy(elsewhere[2].boot, "00000000-0000-0000-0000-000000000000");
    strcpy(elsewhere[2].machine, "-");
    strcpy(elsewhere[3].space, "pid:[1]");
    strcpy(elsewhere[4].machine, ""); /* written by an earlier version, which did not say */
    for (size_t i = 0; i < sizeof file_systems / sizeof file_systems[0]; i++)
        for (size_t k = 0; k < 5; k++) {
            char why[160];
            snprintf(why, sizeof why, "process %ld on host %.64s", elsewhere[k].process, elsewhere[k].host);
            flock_errno = file_systems[i];
            write_lock(&elsewhere[k]);
            assert_refused(why);
            assert_int_equal(unlink("out.h5.lock"), 0);
        }
}

/* A holder that died is known by flock itself, whatever the file says. */
static void test_killed_with_flock(void **state)
{
    (void)state;
    said_t said = {.host = "elsewhere.example", .boot = "-", .process = 1, .start = 1, .flocked = 1};
    flock_errno = 0;
    write_lock(&said);
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

static void put(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void assert_holds(const char *name, const char *text)
{
    char found[64] = "";
    FILE *file = fopen(name, "r");
    assert_non_null(file);
    found[fread(found, 1, sizeof found - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(found, text);
}

/* A file of the lock's name that somebody else made keeps its contents, under every name that it has. */
static void test_other_files(void **state)
{
    (void)state;
    static const char *const texts[] = {"precious", "q", "quadrille lock",
                                        "a much longer text than its first line"};
    for (size_t i = 0; i < sizeof file_systems / sizeof file_systems[0]; i++) {
        flock_errno = file_systems[i];
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            put("out.h5.lock", texts[k]);
            assert_refused("found a file that is not a lock; expected a lock or nothing");
            qd_error_t error = QD_ERROR_NONE;
            assert_int_equal(qd_lock_look("out.h5", &error), QD_ERROR_INPUT);
            assert_holds("out.h5.lock", texts[k]);
        }
        assert_int_equal(unlink("out.h5.lock"), 0);
        said_t said = here(dead_process());
        write_lock(&said);
        assert_int_equal(syscall(SYS_linkat, AT_FDCWD, "out.h5.lock", AT_FDCWD, "kept", 0), 0);
        assert_refused("found a file that has another name too");
        assert_int_equal(unlink("kept"), 0);
        assert_taken();
        put("kept", "");
        assert_int_equal(syscall(SYS_linkat, AT_FDCWD, "kept", AT_FDCWD, "out.h5.lock", 0), 0);
        assert_refused("found a file that has another name too");
        assert_holds("kept", "");
        assert_true(unlink("out.h5.lock") == 0 && unlink("kept") == 0);
    }
}

/* A lock whose maker was killed before it could write is taken, by flock at once. */
static void test_empty(void **state)
{
    (void)state;
    flock_errno = 0;
    put("out.h5.lock", "");
    assert_taken();
    flock_errno = ENOLCK;
    put("out.h5.lock", "");
    assert_refused("another run or merge is writing here");
    assert_int_equal(unlink("out.h5.lock"), 0);
}

/* A file that was put in the place of the lock stays. */
static void test_release(void **state)
{
    (void)state;
    qd_lock_t *lock;
    qd_error_t error = QD_ERROR_NONE;
    flock_errno = 0;
    assert_int_equal(qd_lock_take("out.h5", &lock, &error), QD_OK);
    assert_int_equal(unlink("out.h5.lock"), 0);
    put("out.h5.lock", "precious");
    qd_lock_release(lock);
    assert_holds("out.h5.lock", "precious");
    assert_int_equal(unlink("out.h5.lock"), 0);
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
    for (int without = 0; without < 2; without++) {
        flock_errno = without ? ENOLCK : 0;
        said_t said = here(dead_process());
        write_lock(&said);
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

static void test_no_folder(void **state)
{
    (void)state;
    qd_lock_t *lock;
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_lock_take("none/out.h5", &lock, &error), QD_ERROR_INPUT);
    assert_non_null(
        strstr(error.text, "none/out.h5.lock: the lock of the output cannot be made: found no such folder"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_second_is_refused), cmocka_unit_test(test_stale),
        cmocka_unit_test(test_stale_for_two),     cmocka_unit_test(test_out_of_sight),
        cmocka_unit_test(test_killed_with_flock), cmocka_unit_test(test_links),
        cmocka_unit_test(test_other_files),       cmocka_unit_test(test_empty),
        cmocka_unit_test(test_release),           cmocka_unit_test(test_many_writers),
        cmocka_unit_test(test_no_folder),
    };
    char folder[] = "/tmp/quadrille-lock-XXXXXX";
    if (mkdtemp(folder) == NULL || chdir(folder) != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (chdir("/") != 0 || rmdir(folder) != 0)
        return 1;
    return failed;
}
