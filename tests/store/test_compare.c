/* Two result files are equal, or the first difference is named, wherever it lies. */
#include "store/compare.h"

#include <hdf5.h>
#include <unistd.h>

#include "store/fabricated.h"
#include "store/hdf5_file.h"

#define LONG    ((size_t)2200000) /* more doubles than are compared at once */
#define SHORT   3
#define NOT_YET SIZE_MAX

/* How a file differs from the usual one. */
typedef struct {
    size_t at; /* element of /long that is another; NOT_YET: none */
    double by; /* relative */
    int64_t whole;
    const char *text, *title;
    const char *more; /* another object */
    bool group;       /* it is a group */
    const char *absent;
} change_t;

#define USUAL                                                                                                \
    {                                                                                                        \
        .at = NOT_YET, .text = "b", .title = "t", .whole = 7                                                 \
    }

static char *folder, first[256], second[256];
static double *values;

static bool kept(const change_t *change, const char *name)
{
    return !change->absent || strcmp(change->absent, name) != 0;
}

static void write_file(const char *path, const change_t *change)
{
    qd_h5_t *h5 = malloc(sizeof *h5);
    qd_error_t error = QD_ERROR_NONE;
    const int64_t wholes[SHORT] = {1, change->whole, 3};
    const char *const texts[SHORT] = {"a", change->text, "c"};
    assert_non_null(h5);
    qd_h5_create(h5, path);
    qd_h5_set_text(h5, "/", "title", change->title);
    qd_h5_dimension(h5, "/row", LONG, false);
    qd_h5_dimension(h5, "/column", SHORT, false);
    qd_h5_group(h5, "/worlds");
    double before = values[LONG - 1];
    if (change->at != NOT_YET) {
        before = values[change->at];
        values[change->at] *= 1.0 + change->by;
    }
    qd_h5_variable_t reals = {
        .path = "/long", .rank = 1, .dimension = {"/row"}, .units = "1", .chunk = 1 << 16};
    qd_h5_variable_t counts = {.path = "/whole", .rank = 1, .dimension = {"/column"}, .units = "1"};
    qd_h5_variable_t names = {.path = "/text", .rank = 1, .dimension = {"/column"}};
    if (kept(change, "/long"))
        qd_h5_put(h5, &reals, qd_h5_reals(values));
    if (kept(change, "/whole"))
        qd_h5_put(h5, &counts, qd_h5_wholes(wholes));
    if (kept(change, "/text"))
        qd_h5_put(h5, &names, qd_h5_texts(texts));
    if (change->at != NOT_YET)
        values[change->at] = before;
    counts.path = change->more;
    if (change->group)
        qd_h5_group(h5, change->more);
    else if (change->more)
        qd_h5_put(h5, &counts, qd_h5_wholes(wholes));
    if (qd_h5_close(h5, &error) != QD_OK)
        fail_msg("%s", error.text);
    free(h5);
}

/* `expected`: part of the difference that is reported; NULL: none. */
static void check(const change_t *change, const char *expected)
{
    char difference[512];
    qd_error_t error = QD_ERROR_NONE;
    write_file(first, change);
    assert_int_equal(qd_result_compare(first, second, difference, sizeof difference, &error), QD_OK);
    if (expected ? !strstr(difference, expected) : difference[0] != '\0')
        fail_msg("found `%s`; expected `%s`", difference, expected ? expected : "");
}

static void test_every_difference_is_seen(void **state)
{
    (void)state;
    check(&(change_t)USUAL, NULL);
    const size_t places[] = {0, 1, LONG / 2, LONG - 2, LONG - 1};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        change_t change = USUAL;
        change.at = places[i];
        change.by = 1e-12; /* the last digits of GSL and libm vary between machines */
        check(&change, NULL);
        change.by = 1e-6;
        check(&change, "/long: ");
    }
    change_t whole = USUAL, text = USUAL, title = USUAL;
    whole.whole = 8;
    check(&whole, "/whole: ");
    text.text = "B";
    check(&text, "/text: `B` in the file, `b` recomputed");
    title.title = "T";
    check(&title, "title");
}

static void test_no_object_is_missing_or_added(void **state)
{
    (void)state;
    static const char *const names[] = {"/long", "/whole", "/text"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        change_t change = USUAL;
        change.absent = names[i];
        check(&change, "not in the file");
    }
    const struct {
        const char *path;
        bool group;
    } more[] = {{"/0", false}, /* the first name of its group */
                {"/extra", false},       {"/extra", true}, {"/worlds/wars", false}, {"/worlds/extra", false},
                {"/worlds_wars", false}, {"/parts", true}};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        change_t change = USUAL;
        change.more = more[i].path;
        change.group = more[i].group;
        check(&change, more[i].path);
    }
}

/* How a file of rows is written. */
typedef struct {
    bool rows, tally, counts; /* these variables have values */
    bool across;              /* the rows are over another dimension of the same length */
    bool whole;               /* they are whole numbers */
} way_t;

static void write_rows(const char *path, way_t way)
{
    qd_h5_t *h5 = malloc(sizeof *h5);
    qd_error_t error = QD_ERROR_NONE;
    const double real[SHORT] = {1.5, 2.5, 3.5};
    const int64_t whole[SHORT] = {1, 2, 3};
    const uint8_t byte[SHORT] = {1, 2, 3};
    const qd_h5_values_t rows = way.whole ? qd_h5_wholes(whole) : qd_h5_reals(real);
    assert_non_null(h5);
    qd_h5_create(h5, path);
    qd_h5_dimension(h5, "/row", SHORT, false);
    qd_h5_dimension(h5, "/other", SHORT, false);
    qd_h5_group(h5, "/worlds");
    qd_h5_group(h5, "/parts");
    const char *dimension = way.across ? "/other" : "/row";
    const qd_h5_variable_t variable[] = {
        {.path = "/worlds/kept", .rank = 1, .dimension = {dimension}, .units = "1"},
        {.path = "/parts/tally", .rank = 1, .dimension = {"/row"}, .units = "1"},
        {.path = "/counts", .rank = 1, .dimension = {"/row"}, .units = "1"}};
    const qd_h5_values_t value[] = {rows, qd_h5_bytes(byte), qd_h5_wholes(whole)};
    const bool written[] = {way.rows, way.tally, way.counts};
    for (size_t i = 0; i < 3; i++) {
        size_t number = qd_h5_define(h5, &variable[i], value[i].type);
        if (written[i])
            qd_h5_write(h5, number, value[i]);
        qd_h5_finish(h5, number);
    }
    if (qd_h5_close(h5, &error) != QD_OK)
        fail_msg("%s", error.text);
    free(h5);
}

/* The recomputed file has the variables of rows and tallies without values. */
static void test_rows_without_values(void **state)
{
    (void)state;
    const struct {
        way_t found;
        const char *expected;
    } test[] = {{{.rows = true, .tally = true}, ""},
                {{.rows = true, .tally = true, .counts = true}, "/counts: "},
                {{.rows = true, .across = true}, "/worlds/kept: over other dimensions"},
                {{.rows = true, .whole = true}, "/worlds/kept: of another type"}};
    char recomputed[256], difference[512];
    qd_error_t error = QD_ERROR_NONE;
    snprintf(recomputed, sizeof recomputed, "%s/c.h5", folder);
    write_rows(recomputed, (way_t){0});
    for (size_t i = 0; i < sizeof test / sizeof test[0]; i++) {
        write_rows(first, test[i].found);
        assert_int_equal(qd_result_compare(first, recomputed, difference, sizeof difference, &error), QD_OK);
        if (strncmp(difference, test[i].expected, strlen(test[i].expected)) != 0 ||
            (*difference != '\0' && *test[i].expected == '\0'))
            fail_msg("found `%s`; expected `%s`", difference, test[i].expected);
    }
}

/* A text of fixed length may fill it, without a NUL. */
static void write_fixed(const char *path, const char text[4])
{
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), type = H5Tcopy(H5T_C_S1);
    hid_t space = H5Screate(H5S_SCALAR);
    assert_true(H5Tset_size(type, 4) >= 0 && H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0);
    hid_t attribute = H5Acreate2(file, "word", type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Awrite(attribute, type, text) >= 0);
    assert_true(H5Aclose(attribute) >= 0 && H5Sclose(space) >= 0 && H5Tclose(type) >= 0 &&
                H5Fclose(file) >= 0);
}

static void test_full_texts(void **state)
{
    (void)state;
    char difference[512];
    qd_error_t error = QD_ERROR_NONE;
    write_fixed(first, "abcd");
    write_fixed(second, "abcd");
    assert_int_equal(qd_result_compare(first, second, difference, sizeof difference, &error), QD_OK);
    assert_string_equal(difference, "");
    write_fixed(first, "abce");
    assert_int_equal(qd_result_compare(first, second, difference, sizeof difference, &error), QD_OK);
    assert_non_null(strstr(difference, "attribute word: another one"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_difference_is_seen),
        cmocka_unit_test(test_no_object_is_missing_or_added),
        cmocka_unit_test(test_rows_without_values),
        cmocka_unit_test(test_full_texts),
    };
    const change_t usual = USUAL;
    values = malloc(LONG * sizeof *values);
    if (!values)
        return 1;
    for (size_t i = 0; i < LONG; i++)
        values[i] = 1.0 + (double)(i % 1000);
    folder = scratch_folder();
    snprintf(first, sizeof first, "%s/a.h5", folder);
    snprintf(second, sizeof second, "%s/b.h5", folder);
    write_file(second, &usual);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    scratch_remove(folder);
    free(values);
    return failed;
}
