#include "experiment/loaded.h"

#include <math.h>

#include "yaml/reader.h"

static const char text[] = "name: some words  # a comment\n"
                           "\"quoted\": 'it''s'\n"
                           "list: [1, two, {three: 3}]\n"
                           "nested:\n"
                           "  deeper:\n"
                           "    - a\n"
                           "    - b: c\n"
                           "empty:\n"
                           "block: |\n"
                           "  one\n"
                           "  two\n";

static qd_yaml_t *parsed(const char *yaml, qd_error_t *error)
{
    qd_yaml_t *document = NULL;
    *error = QD_ERROR_NONE;
    if (qd_yaml_parse(yaml, strlen(yaml), "f", &document, error))
        fail_msg("%s", error->text);
    return document;
}

static void assert_place(const qd_yaml_node_t *node, int line, int column)
{
    assert_non_null(node);
    assert_int_equal(qd_yaml_line(node), line);
    assert_int_equal(qd_yaml_column(node), column);
}

static void test_tree_and_places(void **state)
{
    (void)state;
    qd_error_t error;
    qd_yaml_t *document = parsed(text, &error);
    const qd_yaml_node_t *root = qd_yaml_root(document);
    assert_int_equal(qd_yaml_kind(root), QD_YAML_MAP);
    assert_int_equal(qd_yaml_count(root), 6);
    assert_string_equal(qd_yaml_key(qd_yaml_first(root)), "name");
    assert_string_equal(qd_yaml_scalar(qd_yaml_get(root, "name")), "some words");
    assert_string_equal(qd_yaml_scalar(qd_yaml_get(root, "quoted")), "it's");
    assert_string_equal(qd_yaml_scalar(qd_yaml_get(root, "block")), "one\ntwo\n");
    assert_string_equal(qd_yaml_scalar(qd_yaml_get(root, "empty")), "");
    assert_null(qd_yaml_get(root, "absent"));
    assert_place(qd_yaml_get(root, "name"), 1, 7);
    assert_place(qd_yaml_get(root, "empty"), 8, 1);
    const qd_yaml_node_t *list = qd_yaml_get(root, "list"), *item = qd_yaml_first(list);
    assert_int_equal(qd_yaml_kind(list), QD_YAML_SEQUENCE);
    assert_place(item, 3, 8);
    item = qd_yaml_next(qd_yaml_next(item));
    assert_place(qd_yaml_get(item, "three"), 3, 24);
    assert_null(qd_yaml_next(item));
    assert_null(qd_yaml_key(item));
    const qd_yaml_node_t *deeper = qd_yaml_get(qd_yaml_get(root, "nested"), "deeper");
    assert_place(qd_yaml_get(qd_yaml_next(qd_yaml_first(deeper)), "b"), 7, 10);
    assert_int_equal(qd_yaml_status(document), QD_OK);
    qd_yaml_free(document);
}

static const struct {
    const char *written;
    double value; /* NaN: not a number */
} numbers[] = {
    {"2", 2},      {"-2", -2},   {".5", 0.5},  {"1e-3", 0.001}, {"+1.5E2", 150}, {"1.", 1},      {"007", 7},
    {"0x10", NAN}, {"1_0", NAN}, {"nan", NAN}, {".nan", NAN},   {".inf", NAN},   {"1e999", NAN}, {"1e", NAN},
    {".", NAN},    {"--1", NAN}, {"1 2", NAN}, {"1,5", NAN},    {"\"2\"", NAN},  {"~", NAN},     {"+", NAN},
};

static void test_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        qd_error_t error;
        qd_yaml_t *document = parsed(numbers[i].written, &error);
        double value = 0.0;
        bool good = qd_yaml_real(qd_yaml_root(document), -INFINITY, INFINITY, &value);
        assert_int_equal(good, !isnan(numbers[i].value));
        if (good)
            assert_true(value == numbers[i].value);
        assert_int_equal(qd_yaml_status(document), good ? QD_OK : QD_ERROR_INPUT);
        qd_yaml_free(document);
    }
}

static const struct {
    const char *written;
    bool whole;
    uint64_t value;
} wholes[] = {
    {"0", true, 0},
    {"18446744073709551615", true, UINT64_MAX},
    {"1e6", true, 1000000},
    {"2.0", true, 2},
    {"9007199254740993", true, UINT64_C(9007199254740993)},
    {"18446744073709551616", false, 0},
    {"-1", false, 0},
    {"1.5", false, 0},
    {"1e30", false, 0},
};

static void test_wholes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wholes / sizeof wholes[0]; i++) {
        qd_error_t error;
        qd_yaml_t *document = parsed(wholes[i].written, &error);
        uint64_t value = 7;
        assert_int_equal(qd_yaml_whole(qd_yaml_root(document), 0, UINT64_MAX, &value), wholes[i].whole);
        assert_true(value == (wholes[i].whole ? wholes[i].value : 7));
        qd_yaml_free(document);
    }
}

static void test_messages_carry_key_and_place(void **state)
{
    (void)state;
    qd_error_t error;
    bool flag;
    double value;
    qd_yaml_t *document =
        parsed("a:\n  - true\n  - maybe\nb: 5\nlong: " /* cut in messages, not inside a character */
               "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4"
               "0123456789012345678901234567890123456789\xC3\xA4\n",
               &error);
    const qd_yaml_node_t *root = qd_yaml_root(document), *item = qd_yaml_first(qd_yaml_get(root, "a"));
    assert_true(qd_yaml_flag(item, &flag) && flag);
    assert_false(qd_yaml_flag(qd_yaml_next(item), &flag));
    assert_false(qd_yaml_real(qd_yaml_get(root, "b"), 0.0, 1.0, &value));
    assert_false(qd_yaml_fail_key(qd_yaml_get(root, "b"), "found %d; expected %d", 1, 2));
    assert_false(qd_yaml_real(qd_yaml_get(root, "long"), 0.0, INFINITY, &value));
    assert_null(qd_yaml_need(root, "c"));
    assert_string_equal(
        error.text,
        "f:3:5: found `maybe` for `a`; expected true or false\n"
        "f:4:4: found `5` for `b`; expected a number from 0 to 1\n"
        "f:4:1: found 1; expected 2\n"
        "f:5:7: found `\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4"
        "0123456789012345678901234567890123456789...` for `long`; expected a number not below 0\n"
        "f:1:1: found no `c`; expected one\n");
    assert_int_equal(qd_yaml_status(document), QD_ERROR_INPUT);
    qd_yaml_free(document);
}

/* An item without a value stands where its dash does. */
static void test_places_of_empty_items(void **state)
{
    (void)state;
    qd_error_t error;
    qd_yaml_t *document =
        parsed("a:   # x - y\n  -\n  - b-c\n  -   # - d\n  - {e: f-g}\n  - \"h - i\"\n  - -\n    - j\n"
               "  - ~\n  -\nk:\n    -\n    - l:\n    -\n",
               &error);
    static const int places[][2] = {{2, 3}, {4, 3}, {9, 5}, {10, 3}, {12, 5}, {14, 5}};
    size_t found = 0;
    for (const qd_yaml_node_t *list = qd_yaml_first(qd_yaml_root(document)); list; list = qd_yaml_next(list))
        for (const qd_yaml_node_t *item = qd_yaml_first(list); item; item = qd_yaml_next(item)) {
            if (qd_yaml_kind(item) != QD_YAML_SCALAR || *qd_yaml_scalar(item))
                continue;
            assert_in_range(found, 0, 5);
            assert_int_equal(qd_yaml_line(item), places[found][0]);
            assert_int_equal(qd_yaml_column(item), places[found++][1]);
        }
    assert_int_equal(found, 6);
    const qd_yaml_node_t *nested = qd_yaml_first(qd_yaml_root(document));
    for (nested = qd_yaml_first(nested); qd_yaml_kind(nested) != QD_YAML_SEQUENCE;)
        nested = qd_yaml_next(nested);
    assert_int_equal(qd_yaml_line(qd_yaml_first(nested)), 7);
    assert_int_equal(qd_yaml_column(qd_yaml_first(nested)), 5);
    qd_yaml_free(document);
}

static void test_bytes_that_are_not_text(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    qd_yaml_t *document;
    static const struct {
        const char *text, *says;
    } row[] = {{"a: 1\nb: \x01\n", "f:2:4: found the control character 0x01; expected a YAML file\n"},
               {"a: 1\nb: x\x7F\n", "f:2:5: found the control character 0x7F; expected a YAML file\n"},
               {"a: \xFF\n", "f:1:4: found bytes that are not UTF-8 text; expected a YAML file\n"}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        error = QD_ERROR_NONE;
        assert_int_equal(qd_yaml_parse(row[i].text, strlen(row[i].text), "f", &document, &error),
                         QD_ERROR_INPUT);
        assert_string_equal(error.text, row[i].says);
    }
}

static void test_faults_that_do_not_stop_the_reading(void **state)
{
    (void)state;
    qd_error_t error;
    qd_yaml_t *document = parsed("a: 1\nb: &x 2\na: 3\nc: !t 4\nd: 5\nb: 6\n", &error);
    assert_int_equal(qd_yaml_status(document), QD_ERROR_INPUT);
    assert_int_equal(error.count, 4);
    assert_string_equal(qd_yaml_scalar(qd_yaml_get(qd_yaml_root(document), "d")), "5");
    qd_yaml_free(document);
}

static void test_values_of_the_command_line(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    qd_yaml_t *document = NULL;
    double value;
    assert_int_equal(qd_yaml_parse_value("{uniform: [0, 1]}", "--set x", &document, &error), QD_OK);
    assert_int_equal(qd_yaml_kind(qd_yaml_root(document)), QD_YAML_MAP);
    assert_false(qd_yaml_real(qd_yaml_root(document), 0.0, 1.0, &value));
    qd_yaml_free(document);
    assert_int_equal(qd_yaml_parse_value("[1", "--set y", &document, &error), QD_ERROR_INPUT);
    assert_null(document);
    assert_string_equal(error.text,
                        "--set x: found a mapping; expected a number from 0 to 1\n"
                        "--set y: found text that is not YAML (flow sequence without a closing bracket); "
                        "expected `key: value` lines\n");
}

static void test_depth(void **state)
{
    (void)state;
    qd_error_t error;
    qd_yaml_t *document = parsed("[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", &error);
    qd_yaml_free(document);
    const char deeper[] = "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]";
    assert_int_equal(qd_yaml_parse(deeper, strlen(deeper), "f", &document, &error), QD_ERROR_INPUT);
    assert_null(document);
}

static void test_line_endings_and_byte_order_mark(void **state)
{
    (void)state;
    qd_error_t error;
    qd_yaml_t *document = parsed("\xEF\xBB\xBF"
                                 "a: 1\r\nb: 2\r\n",
                                 &error);
    assert_string_equal(qd_yaml_scalar(qd_yaml_get(qd_yaml_root(document), "b")), "2");
    assert_string_equal(qd_yaml_key(qd_yaml_first(qd_yaml_root(document))), "a");
    qd_yaml_free(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree_and_places),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_wholes),
        cmocka_unit_test(test_messages_carry_key_and_place),
        cmocka_unit_test(test_places_of_empty_items),
        cmocka_unit_test(test_bytes_that_are_not_text),
        cmocka_unit_test(test_faults_that_do_not_stop_the_reading),
        cmocka_unit_test(test_values_of_the_command_line),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_line_endings_and_byte_order_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
