/* Lines of CSV and their fields. */
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "support/check.h"

/* The fields of a line, each followed by a bar. */
static const char *fields_of(const char *text, char out[256])
{
    char line[256];
    qd_csv_field_t field[8];
    qd_csv_fault_t fault;
    strcpy(line, text);
    size_t count = qd_csv_split(line, 8, field, &fault);
    assert_in_range(count, 1, 8);
    assert_true(count <= qd_csv_fields_most(text));
    out[0] = '\0';
    for (size_t k = 0; k < count; k++)
        strcat(strcat(out, field[k].text), "|");
    return out;
}

static void test_fields(void **state)
{
    (void)state;
    char out[256];
    assert_string_equal(fields_of("a,b,sign", out), "a|b|sign|");
    assert_string_equal(fields_of("", out), "|");
    assert_string_equal(fields_of(",", out), "||");
    assert_string_equal(fields_of(" a\t, ,b c ,", out), "a||b c||");
    assert_string_equal(fields_of("\"Korea, South\",B,1", out), "Korea, South|B|1|");
    assert_string_equal(fields_of(" \" a \" ,\"\"", out), " a ||");
    assert_string_equal(fields_of("\"the \"\"new\"\" order\",\"\"\"\",\"\"\"a\"", out),
                        "the \"new\" order|\"|\"a|");
    assert_string_equal(fields_of("5\" gun,a\"\"b", out), "5\" gun|a\"\"b|");
}

/* Columns count the characters of the original line, quotes included. */
static void test_columns(void **state)
{
    (void)state;
    char line[] = "\"a\"\"b\", Åland ,  \"x\",";
    qd_csv_field_t field[2], last[8];
    qd_csv_fault_t fault;
    char again[sizeof line];
    memcpy(again, line, sizeof line);
    assert_int_equal(qd_csv_split(line, 2, field, &fault), 4); /* two are stored */
    assert_int_equal(field[0].column, 1);
    assert_int_equal(field[1].column, 9);
    assert_int_equal(qd_csv_split(again, 8, last, &fault), 4);
    assert_int_equal(last[2].column, 18);
    assert_int_equal(last[3].column, 22);
    assert_string_equal(last[2].text, "x");
}

static void test_quotes_that_are_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *found, *expected;
        size_t column;
    } wrong[] = {{"a,\"A,B,1", "\"A,B,1", "a quote that closes this one", 3},
                 {"\"", "\"", "a quote that closes this one", 1},
                 {"\"A\"\"", "\"A\"\"", "a quote that closes this one", 1},
                 {"\"A\"x,1", "\"A\"x,1", "a comma after the closing quote", 1},
                 {"Å, \"A\" \"B\"", "\"A\" \"B\"", "a comma after the closing quote", 4}};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        char line[64];
        qd_csv_field_t field[4];
        qd_csv_fault_t fault;
        strcpy(line, wrong[k].text);
        assert_int_equal(qd_csv_split(line, 4, field, &fault), 0);
        assert_int_equal(fault.column, wrong[k].column);
        assert_string_equal(fault.found, wrong[k].found);
        assert_string_equal(fault.expected, wrong[k].expected);
    }
}

static void test_lines(void **state)
{
    (void)state;
    char text[] = "\xEF\xBB\xBF"
                  "a,b\r\n\r\n \t \nc\n,\n\n";
    qd_csv_lines_t lines = qd_csv_lines(text);
    assert_string_equal(qd_csv_next_line(&lines), "a,b");
    assert_int_equal(lines.number, 1);
    assert_string_equal(qd_csv_next_line(&lines), "c");
    assert_int_equal(lines.number, 4);
    assert_string_equal(qd_csv_next_line(&lines), ",");
    assert_null(qd_csv_next_line(&lines));
    assert_int_equal(lines.number, 7);
    assert_null(qd_csv_next_line(&lines));
    char empty[] = "";
    lines = qd_csv_lines(empty);
    assert_null(qd_csv_next_line(&lines));
    assert_int_equal(lines.number, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fields), cmocka_unit_test(test_columns),
                                       cmocka_unit_test(test_quotes_that_are_wrong),
                                       cmocka_unit_test(test_lines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
