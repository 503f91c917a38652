/* Existing names are found: of files, folders and links, also links to nothing; a rename that replaces
 * nothing; advice. */
#include "base/text.h"
#include "support/check.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/files.h"

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
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_placing),
        cmocka_unit_test(test_advice),
    };
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return rmdir(folder) == 0 ? failed : 1;
}
