/* Tables of a result file: rows come back as they were written, absent columns are blank, and a table whose
 * columns do not fit its dimensions is refused. */
#include "store/table.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "store/fabricated.h"

typedef struct {
    const char *name;
    double share;
    int64_t count;
} row_t;

static const qd_table_column_t column[] = {
    {"name", QD_H5_TEXT, offsetof(row_t, name), NULL, "name", true},
    {"share", QD_H5_REAL, offsetof(row_t, share), "1", "share", true},
    {"count", QD_H5_WHOLE, offsetof(row_t, count), "1", "count", false}};

#define TABLE(second, number)                                                                                \
    {                                                                                                        \
        .group = "/table", .dimension = "/row", .across = (second), .size = sizeof(row_t),                   \
        .columns = (number), .column = column                                                                \
    }

static const qd_table_t plain = TABLE(NULL, 3), crossed = TABLE("/order", 3), narrow = TABLE(NULL, 2),
                        narrow_crossed = TABLE("/order", 2);
static const row_t rows[6] = {{"a", 0.5, 1}, {NULL, 0.25, -2}, {"", (double)INFINITY, 3},
                              {"d", 0.0, 4}, {"e", -1.0, 5},   {"f", 1e300, INT64_MAX}};

static char *folder, path[256];

/* Writes the rows, along the length and `orders` if the table has two dimensions. */
static void write_rows(const qd_table_t *table, size_t length, size_t orders)
{
    qd_h5_t h5;
    qd_error_t fault = QD_ERROR_NONE;
    qd_h5_create(&h5, path);
    if (table->across) {
        qd_h5_dimension(&h5, "/row", length, false);
        qd_h5_dimension(&h5, "/order", orders, false);
    }
    qd_table_write(&h5, table, rows, 6);
    assert_int_equal(qd_h5_close(&h5, &fault), QD_OK);
}

/* Reads the file as a table of that form; `told` NULL: the rows are those written, else a part of the
 * error. */
static void expect(const qd_table_t *table, size_t columns, const char *told)
{
    qd_h5_t h5;
    qd_error_t fault = QD_ERROR_NONE;
    size_t count = 99;
    qd_h5_open(&h5, path);
    row_t *found = qd_table_read(&h5, table, &count);
    qd_status_t status = qd_h5_close(&h5, &fault);
    if (told) {
        assert_null(found);
        assert_int_equal(count, 0);
        assert_int_not_equal(status, QD_OK);
        if (!strstr(fault.text, told))
            fail_msg("expected `%s` in: %s", told, fault.text);
        return;
    }
    assert_int_equal(status, QD_OK);
    assert_int_equal(count, 6);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(found[i].name, rows[i].name ? rows[i].name : "");
        assert_true(found[i].share == rows[i].share);
        assert_true(found[i].count == (columns == 3 ? rows[i].count : 0));
    }
    qd_table_free(table, found, count);
}

static void test_rows_come_back(void **state)
{
    (void)state;
    write_rows(&plain, 6, 0);
    expect(&plain, 3, NULL);
    write_rows(&crossed, 3, 2);
    expect(&crossed, 3, NULL);
}

/* As in files of earlier versions. */
static void test_absent_columns_are_blank(void **state)
{
    (void)state;
    write_rows(&narrow, 6, 0);
    expect(&plain, 2, NULL);
    write_rows(&narrow_crossed, 2, 3);
    expect(&crossed, 2, NULL);
}

static void test_without_its_group(void **state)
{
    (void)state;
    qd_table_t other = plain;
    qd_h5_t h5;
    qd_error_t fault = QD_ERROR_NONE;
    size_t count = 99;
    write_rows(&plain, 6, 0);
    other.group = "/absent";
    qd_h5_open(&h5, path);
    assert_null(qd_table_read(&h5, &other, &count));
    assert_int_equal(count, 0);
    assert_int_equal(qd_h5_close(&h5, &fault), QD_OK);
}

static void test_columns_that_do_not_fit(void **state)
{
    (void)state;
    write_rows(&plain, 6, 0);
    expect(&crossed, 3, "opening variable /order failed"); /* without the second dimension */
    qd_h5_t h5;
    qd_error_t fault = QD_ERROR_NONE;
    const int64_t wholes[4] = {1, 2, 3, 4};
    qd_h5_variable_t counts = {.path = "/table/count", .rank = 1, .dimension = {"/other"}, .units = "1"};
    qd_h5_create(&h5, path);
    qd_h5_dimension(&h5, "/other", 4, false);
    qd_table_write(&h5, &narrow, rows, 6);
    qd_h5_put(&h5, &counts, qd_h5_wholes(wholes));
    assert_int_equal(qd_h5_close(&h5, &fault), QD_OK);
    expect(&plain, 3, "the columns of a table have different lengths");
    qd_h5_create(&h5, path);
    qd_h5_dimension(&h5, "/row", (hsize_t)1 << 40, false);
    qd_h5_group(&h5, "/table");
    assert_int_equal(qd_h5_close(&h5, &fault), QD_OK);
    expect(&plain, 3, "claims more rows than any run writes");
}

/* ---- visits -------------------------------------------------------------------------------------------- */

static void see_text(void *context, const char *name, const char *value)
{
    sprintf((char *)context + strlen(context), "%s `%s` ", name, value);
}

static void see_real(void *context, const char *name, double value)
{
    sprintf((char *)context + strlen(context), "%s %g ", name, value);
}

static void see_whole(void *context, const char *name, int64_t value)
{
    sprintf((char *)context + strlen(context), "%s %d ", name, (int)value);
}

static void test_visits(void **state)
{
    (void)state;
    char seen[256] = "";
    const qd_table_visitor_t visitor = {seen, see_text, see_real, see_whole};
    qd_table_visit(&plain, &rows[1], false, &visitor);
    qd_table_visit(&plain, &rows[0], true, &visitor);
    assert_string_equal(seen, "name `` share 0.25 count -2 name `a` share 0.5 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_come_back),
        cmocka_unit_test(test_absent_columns_are_blank),
        cmocka_unit_test(test_without_its_group),
        cmocka_unit_test(test_columns_that_do_not_fit),
        cmocka_unit_test(test_visits),
    };
    folder = scratch_folder();
    snprintf(path, sizeof path, "%s/table.h5", folder);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    scratch_remove(folder);
    return failed;
}
