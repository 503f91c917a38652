/* Existing names are found: of files, folders and links, also links to nothing; a rename that replaces
 * nothing; names of drafts; advice. */
#include "base/text.h"
#include "support/check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/draft.h"
#include "store/files.h"
#include "store/lock.h"

/* The numbers that the system draws one after another; past the end it has none. */
static const uint64_t *drawn;
static size_t draws_left;

/* Replaces the C library's. */
ssize_t getrandom(void *bytes, size_t size, unsigned flags);
ssize_t getrandom(void *bytes, size_t size, unsigned flags)
{
    (void)flags;
    errno = ENOSYS;
    if (draws_left == 0)
        return -1;
    assert_int_equal(size, sizeof *drawn);
    memcpy(bytes, drawn++, sizeof *drawn);
    draws_left--;
    return (ssize_t)size;
}

static time_t now;

time_t time(time_t *into)
{
    if (into)
        *into = now;
    return now;
}

static unsigned strange; /* added to the owner and the group of files that are looked at by name */
static int chown_errno;  /* errno of fchown; 0: it works */
static uid_t given_owner;
static gid_t given_group;

int fstatat(int at, const char *restrict name, struct stat *restrict found, int flags)
{
    int descriptor = openat(at, name, O_PATH | O_CLOEXEC | (flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0));
    if (descriptor < 0 || fstat(descriptor, found) != 0 || close(descriptor) != 0)
        return -1;
    found->st_uid += strange;
    found->st_gid += strange;
    return 0;
}

int fchown(int fd, uid_t owner, gid_t group)
{
    assert_true(fd >= 0);
    given_owner = owner != (uid_t)-1 ? owner : given_owner;
    given_group = group != (gid_t)-1 ? group : given_group;
    errno = chown_errno;
    return chown_errno ? -1 : 0;
}

static char folder[] = "quadrille-existing-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void expect(const char *name, bool there, const char *kind)
{
    char told[256];
    bool found = !there;
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_look_for(path_of(name), &found, &error), QD_OK);
    assert_true(found == there);
    assert_int_equal(qd_refuse_existing(path_of(name), "advice", &error), QD_ERROR_INPUT);
    snprintf(told, sizeof told, "%s: found an existing %s; expected none (advice)\n", path_of(name), kind);
    assert_string_equal(error.text, told);
}

static void test_kinds(void **state)
{
    (void)state;
    FILE *file = fopen(path_of("file"), "w");
    assert_true(file && fclose(file) == 0);
    assert_int_equal(mkdir(path_of("folder"), 0777), 0);
    assert_int_equal(symlink("nowhere", path_of("link")), 0);
    expect("file", true, "file");
    expect("folder", true, "folder");
    expect("link", true, "symbolic link");
    expect("gone", false, "file"); /* it was there a moment ago */
    assert_true(unlink(path_of("file")) == 0 && unlink(path_of("link")) == 0 &&
                rmdir(path_of("folder")) == 0);
}

/* A link and an existing file are not replaced; errno says so. */
static void test_placing(void **state)
{
    (void)state;
    const qd_files_t *system = &qd_files_system;
    int at, number;
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_files_open_folder(system, folder, &at, &error), QD_OK);
    for (const char *const *name = (const char *const[]){"draft", "there", NULL}; *name; name++) {
        FILE *file = fopen(path_of(*name), "w");
        assert_true(file && fputs(*name, file) >= 0 && fclose(file) == 0);
    }
    assert_int_equal(symlink("nowhere", path_of("link")), 0);
    errno = 0;
    assert_int_equal(system->place(NULL, at, "draft", "there"), -1);
    number = errno;
    assert_int_equal(number, EEXIST);
    assert_int_equal(system->place(NULL, at, "draft", "link"), -1);
    number = errno;
    assert_int_equal(number, EEXIST);
    assert_int_equal(system->place(NULL, at, "nothing", "new"), -1);
    number = errno;
    assert_int_equal(number, ENOENT);
    assert_int_equal(system->place(NULL, at, "draft", "new"), 0);
    assert_int_equal(access(path_of("draft"), F_OK), -1);
    assert_int_equal(access(path_of("new"), F_OK), 0);
    assert_int_equal(close(at), 0);
    assert_true(unlink(path_of("new")) == 0 && unlink(path_of("there")) == 0 && unlink(path_of("link")) == 0);
}

static void expect_content(const char *name, const char *content)
{
    char found[64] = "";
    FILE *file = fopen(path_of(name), "r");
    assert_non_null(file);
    assert_int_equal(fread(found, 1, sizeof found - 1, file), strlen(content));
    assert_string_equal(found, content);
    assert_int_equal(fclose(file), 0);
}

/* A temporary file that a killed run left, or a link in its place, gives way; the link's target stays. */
static void test_left_temporary(void **state)
{
    (void)state;
    for (int linked = 0; linked < 2; linked++) {
        qd_error_t error = QD_ERROR_NONE;
        const char *left = linked ? "target" : "part.tmp";
        FILE *file = fopen(path_of(left), "w");
        assert_true(file && fputs("half of a p", file) >= 0 && fclose(file) == 0);
        if (linked)
            assert_int_equal(symlink("target", path_of("part.tmp")), 0);
        assert_int_equal(qd_files_write(&qd_files_system, folder, "part", "whole", 5, &error), QD_OK);
        expect_content("part", "whole");
        if (linked)
            expect_content("target", "half of a p");
        assert_int_equal(access(path_of("part.tmp"), F_OK), -1);
        assert_int_equal(unlink(path_of("part")), 0);
    }
    assert_int_equal(unlink(path_of("target")), 0);
}

static void draw(const uint64_t *numbers, size_t count)
{
    drawn = numbers;
    draws_left = count;
}

/* A draft never replaces an existing file; without random numbers it has a name, too. */
static void test_drafts(void **state)
{
    (void)state;
    static const uint64_t same[8] = {1, 1, 1, 1, 1, 1, 1, 1}, other[2] = {1, 0xabcdef};
    char path[64];
    struct stat found;
    qd_draft_t draft;
    qd_error_t error = QD_ERROR_NONE;
    snprintf(path, sizeof path, "%s/out", folder);
    FILE *file = fopen(path_of("out.0000000000000001.tmp"), "w");
    assert_true(file && fputs("theirs", file) >= 0 && fclose(file) == 0);
    draw(same, 8);
    assert_int_equal(qd_draft_open(&draft, path, NULL, &error), QD_ERROR_IO);
    assert_int_equal(draws_left, 0);
    assert_non_null(strstr(error.text, "making its draft failed: File exists"));
    qd_draft_discard(&draft);
    draw(other, 2);
    assert_int_equal(qd_draft_open(&draft, path, NULL, &error), QD_OK);
    assert_int_equal(access(path_of("out.0000000000abcdef.tmp"), F_OK), 0);
    qd_draft_discard(&draft);
    assert_int_not_equal(access(path_of("out.0000000000abcdef.tmp"), F_OK), 0);
    draw(NULL, 0);
    assert_int_equal(qd_draft_open(&draft, path, NULL, &error), QD_OK);
    assert_int_equal(qd_draft_publish(&draft, false, &error), QD_OK);
    qd_draft_discard(&draft);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(stat(path_of("out.0000000000000001.tmp"), &found), 0);
    assert_int_equal(found.st_size, 6);
    qd_draft_sweep(path);
    assert_int_not_equal(access(path_of("out.0000000000000001.tmp"), F_OK), 0);
    assert_int_equal(unlink(path), 0);
}

/* An empty file of that name, open. */
static int make(const char *name)
{
    int fd = open(path_of(name), O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    return fd;
}

static qd_status_t put_words(void *words, FILE *out, qd_error_t *error)
{
    (void)error;
    fputs(words, out);
    return QD_OK;
}

/* A text's writer removes what a kill left, but nothing that somebody writes: drafts with a flock, and all
 * while a run holds the output's lock. */
static void test_left_drafts(void **state)
{
    (void)state;
    char path[64];
    qd_lock_t *lock;
    qd_error_t error = QD_ERROR_NONE;
    draw(NULL, 0);
    snprintf(path, sizeof path, "%s/out", folder);
    int left = make("out.0000000000000001.tmp"), written = make("out.0000000000000002.tmp"),
        foreign = make("outer.0000000000000003.tmp");
    assert_int_equal(flock(written, LOCK_EX), 0);
    assert_int_equal(qd_lock_take(path, &lock, &error), QD_OK);
    assert_int_equal(qd_draft_write(path, false, put_words, "one", &error), QD_OK);
    expect_content("out", "one");
    assert_int_equal(access(path_of("out.0000000000000001.tmp"), F_OK), 0);
    qd_lock_release(lock);
    assert_int_equal(qd_draft_write(path, true, put_words, "two", &error), QD_OK);
    expect_content("out", "two");
    assert_int_equal(access(path_of("out.0000000000000001.tmp"), F_OK), -1);
    assert_int_equal(access(path_of("out.0000000000000002.tmp"), F_OK), 0);
    assert_int_equal(access(path_of("outer.0000000000000003.tmp"), F_OK), 0);
    assert_int_equal(qd_draft_write(path, false, put_words, "three", &error), QD_ERROR_INPUT);
    expect_content("out", "two");
    assert_true(close(left) == 0 && close(written) == 0 && close(foreign) == 0);
    assert_int_equal(unlink(path_of("out.0000000000000002.tmp")), 0);
    assert_int_equal(unlink(path_of("outer.0000000000000003.tmp")), 0);
    assert_int_equal(unlink(path), 0);
}

/* What replaces a file belongs to its owner and its group; where the group cannot be had, nobody has rights
 * that he had not. */
static void test_owners(void **state)
{
    (void)state;
    static const struct {
        unsigned strange;
        int number;
        mode_t before, after;
    } cases[] = {
        {0, EPERM, 0640, 0640}, {7, 0, 0660, 0660},     {7, 0, 0640, 0640},     {7, EPERM, 0660, 0600},
        {7, EPERM, 0664, 0644}, {7, EPERM, 0604, 0600}, {7, EPERM, 0757, 0755}, {7, EPERM, 0444, 0444},
    };
    char path[64];
    snprintf(path, sizeof path, "%s/out", folder);
    for (size_t i = 0; i < QD_COUNT(cases); i++) {
        struct stat found;
        qd_draft_t draft;
        qd_error_t error = QD_ERROR_NONE;
        FILE *file = fopen(path, "w");
        assert_true(file && fclose(file) == 0);
        assert_int_equal(chmod(path, cases[i].before), 0);
        given_owner = (uid_t)-1;
        given_group = (gid_t)-1;
        strange = cases[i].strange;
        chown_errno = cases[i].number;
        assert_int_equal(qd_draft_open(&draft, path, NULL, &error), QD_OK);
        assert_int_equal(qd_draft_publish(&draft, true, &error), QD_OK);
        qd_draft_discard(&draft);
        strange = 0;
        assert_int_equal(stat(path, &found), 0);
        assert_int_equal(found.st_mode & 0777, cases[i].after);
        assert_int_equal(given_owner, cases[i].strange ? found.st_uid + cases[i].strange : (uid_t)-1);
        assert_int_equal(given_group, cases[i].strange ? found.st_gid + cases[i].strange : (gid_t)-1);
        assert_int_equal(unlink(path), 0);
    }
}

static void test_time_of_day(void **state)
{
    (void)state;
    char text[32];
    now = 951827696; /* the leap day of a year that is divisible by 400 */
    qd_write_now(text);
    assert_string_equal(text, "2000-02-29T12:34:56Z");
    now = -1; /* the value of a failed call, and one second before the epoch */
    qd_write_now(text);
    assert_string_equal(text, "1969-12-31T23:59:59Z");
    now = sizeof now == 8 ? (time_t)INT64_MAX : now; /* a year beyond int */
    qd_write_now(text);
    assert_string_equal(text, sizeof now == 8 ? "" : "1969-12-31T23:59:59Z");
}

static void test_advice(void **state)
{
    (void)state;
    static const struct {
        int number;
        const char *advice;
    } cases[] = {
        {ENOSPC, "; free some space"},
        {EDQUOT, "; free some space"},
        {EROFS, "; make it writable, or name another place with -o"},
        {EACCES, "; make it writable, or name another place with -o"},
        {ENOENT, "; see that the folder is there"},
        {EISDIR, "; name a file, not a folder"},
        {EMFILE, "; raise the limit on open files"},
        {EIO, ""},
    };
    for (size_t i = 0; i < QD_COUNT(cases); i++) {
        qd_error_t error = QD_ERROR_NONE;
        char told[256];
        errno = cases[i].number;
        assert_int_equal(qd_files_fail(&error, "x", "open"), QD_ERROR_IO);
        int number = errno;
        assert_int_equal(number, cases[i].number);
        snprintf(told, sizeof told, "x: open failed: %s%s\n", strerror(cases[i].number), cases[i].advice);
        assert_string_equal(error.text, told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),          cmocka_unit_test(test_placing),
        cmocka_unit_test(test_drafts),         cmocka_unit_test(test_owners),
        cmocka_unit_test(test_time_of_day),    cmocka_unit_test(test_advice),
        cmocka_unit_test(test_left_temporary), cmocka_unit_test(test_left_drafts),
    };
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return rmdir(folder) == 0 ? failed : 1;
}
