/* The error convention: messages in order, one a line, none lost without being counted; statuses and exits.
 */
#include "quadrille/error.h"
#include "support/check.h"

static qd_error_t error; /* 16 kB: not on the stack */

static void test_messages_in_order(void **state)
{
    (void)state;
    error = QD_ERROR_NONE;
    assert_int_equal(error.status, QD_OK);
    assert_string_equal(error.text, "");
    assert_int_equal(qd_error_add(&error, QD_ERROR_INPUT, "%s:%d: found %g", "a.yaml", 3, 0.5),
                     QD_ERROR_INPUT);
    assert_int_equal(qd_error_add(&error, QD_ERROR_IO, "second"), QD_ERROR_IO);
    assert_int_equal(error.status, QD_ERROR_INPUT); /* that of the first */
    assert_int_equal(error.count, 2);
    assert_int_equal(error.omitted, 0);
    assert_string_equal(error.text, "a.yaml:3: found 0.5\nsecond\n");
    assert_int_equal(error.used, strlen(error.text));
}

static void test_overflow_is_counted(void **state)
{
    (void)state;
    error = QD_ERROR_NONE;
    char line[101];
    memset(line, 'x', 100);
    line[100] = '\0';
    for (int i = 0; i < 1000; i++)
        assert_int_equal(qd_error_add(&error, QD_ERROR_INPUT, "%s", line), QD_ERROR_INPUT);
    assert_int_equal(error.count, 1000);
    size_t kept = (sizeof error.text - 1) / 101;
    assert_int_equal(error.used, kept * 101);
    assert_int_equal(error.omitted, 1000 - kept);
    assert_int_equal(error.used, strlen(error.text));
    assert_true(error.text[error.used - 1] == '\n');
    /* A short one still fits after long ones did not. */
    (void)qd_error_add(&error, QD_ERROR_INPUT, "short");
    assert_int_equal(error.omitted, 1000 - kept);
    assert_string_equal(error.text + error.used - 7, "\nshort\n");
}

static void test_exact_fit(void **state)
{
    (void)state;
    error = QD_ERROR_NONE;
    int length = (int)sizeof error.text - 2; /* newline and NUL */
    (void)qd_error_add(&error, QD_ERROR_INPUT, "%*s", length, "end");
    assert_int_equal(error.used, sizeof error.text - 1);
    assert_int_equal(error.omitted, 0);
    (void)qd_error_add(&error, QD_ERROR_INPUT, "%s", "");
    assert_int_equal(error.omitted, 1);
    assert_int_equal(error.used, strlen(error.text));
}

/* A first message too long for all the room is cut, not lost. */
static void test_giant_first_message(void **state)
{
    (void)state;
    error = QD_ERROR_NONE;
    (void)qd_error_add(&error, QD_ERROR_INTERNAL, "start%*s", 40000, "end");
    assert_int_equal(error.status, QD_ERROR_INTERNAL);
    assert_int_equal(error.count, 1);
    assert_memory_equal(error.text, "start", 5);
    assert_int_equal(error.used, sizeof error.text - 1);
    assert_int_equal(error.used, strlen(error.text));
    assert_true(error.text[error.used - 1] == '\n');
    (void)qd_error_add(&error, QD_ERROR_INPUT, "more");
    assert_int_equal(error.count, 2);
    assert_int_equal(error.omitted, 1);
    assert_int_equal(error.used, strlen(error.text));
}

static const qd_status_t statuses[] = {QD_OK,
                                       QD_ERROR_INPUT,
                                       QD_ERROR_MEMORY,
                                       QD_ERROR_IO,
                                       QD_ERROR_STOPPED,
                                       QD_ERROR_DIFFERS,
                                       QD_ERROR_INTERNAL};

static void test_phrases(void **state)
{
    (void)state;
    for (size_t i = 0; i < QD_COUNT(statuses); i++) {
        assert_true(strlen(qd_strerror(statuses[i])) > 0);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(qd_strerror(statuses[i]), qd_strerror(statuses[j]));
    }
    assert_non_null(qd_strerror((qd_status_t)-99));
}

/* The file itself first, by line and column; others as they were named; messages without a place last. */
static void test_order_of_places(void **state)
{
    (void)state;
    error = QD_ERROR_NONE;
    static const char *const added[] = {
        "before:9: stays",     "f.yaml:10:2: d", "--set a=1: none",          "b.csv:3: e",
        "f.yaml:2:10: b",      "a.csv:7:1: f",   "f.yaml:2:9: a: 1",         "b.csv: no line",
        "f.yaml:2:10: b once", "a.csv:1: first", "f.yaml:3:1: c (x:1:2: y)",
    };
    static const char sorted[] =
        "before:9: stays\nf.yaml:2:9: a: 1\nf.yaml:2:10: b\nf.yaml:2:10: b once\n"
        "f.yaml:3:1: c (x:1:2: y)\nf.yaml:10:2: d\nb.csv:3: e\na.csv:1: first\na.csv:7:1: f\n"
        "--set a=1: none\nb.csv: no line\n";
    (void)qd_error_add(&error, QD_ERROR_INPUT, "%s", added[0]);
    size_t from = error.used;
    for (size_t i = 1; i < QD_COUNT(added); i++)
        (void)qd_error_add(&error, QD_ERROR_INPUT, "%s", added[i]);
    qd_error_sort(&error, from, "f.yaml");
    assert_string_equal(error.text, sorted);
    assert_int_equal(error.used, strlen(error.text));
}

static void test_exit_statuses(void **state)
{
    (void)state;
    static const int expected[] = {0, 2, 1, 1, 75, 3, 1};
    for (size_t i = 0; i < QD_COUNT(statuses); i++)
        assert_int_equal(qd_exit_status(statuses[i]), expected[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_in_order), cmocka_unit_test(test_overflow_is_counted),
        cmocka_unit_test(test_exact_fit),         cmocka_unit_test(test_giant_first_message),
        cmocka_unit_test(test_order_of_places),   cmocka_unit_test(test_phrases),
        cmocka_unit_test(test_exit_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
