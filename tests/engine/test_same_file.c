/* The files that an output would replace. */
#include "engine/same_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/quadrille-same-XXXXXX";
static const char *const files[] = {"parts/part-1", "input", "other", "hard", "soft", "inner", "loose"};

static bool would_replace(const char *output, const char *input)
{
    bool would;
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_would_replace(output, input, &would, &error), QD_OK);
    return would;
}

static void put(const char *name)
{
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

static void test_files(void **state)
{
    (void)state;
    put("input");
    put("other");
    assert_int_equal(link("input", "hard"), 0);
    assert_int_equal(symlink("hard", "soft"), 0);
    assert_int_equal(symlink("nowhere", "loose"), 0);
    const char *const same[] = {"input", "./input", "parts/../input", "hard", "soft"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        assert_true(would_replace(same[i], "input"));
        assert_true(would_replace("input", same[i]));
        assert_false(would_replace(same[i], "other"));
    }
    assert_false(would_replace("nowhere", "input"));
    assert_false(would_replace("input", "nowhere"));
    assert_false(would_replace("loose", "loose"));
    assert_false(would_replace("", "input"));
}

/* The name of a run also denotes its folder of parts. */
static void test_folders(void **state)
{
    (void)state;
    put("parts/part-1");
    assert_int_equal(symlink("parts/part-1", "inner"), 0);
    assert_true(would_replace("parts/part-1", "parts"));
    assert_true(would_replace("inner", "parts/"));
    assert_true(would_replace("parts", "parts"));
    assert_false(would_replace("parts/part-2", "parts"));
    assert_false(would_replace("input", "parts"));
}

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 && mkdir("parts", 0700) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        (void)unlink(files[i]);
    return rmdir("parts") == 0 && chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_folders),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
