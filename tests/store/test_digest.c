/* A file gets its digest from the arrays that were handed over, whatever the order of writing, and reading it
 * back finds every change of a value, an attribute, a name or a shape. */
#include "store/digest.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/cf.h"

#define ROWS    3
#define COLUMNS 700
#define VALUES  (ROWS * COLUMNS)

static double value_at(size_t i)
{
    return i % 5 == 0 ? (double)NAN : (double)i * 0.25 - 100.0;
}

static qd_h5_variable_t table(const char *path)
{
    return (qd_h5_variable_t){
        .path = path, .rank = 2, .dimension = {"/row", "/column"}, .units = "1", .chunk = 64};
}

/* How a file is written. */
typedef struct {
    bool backwards; /* slab after slab, the last one first */
    bool cut;       /* one slab is not written at all */
    int change;     /* number of the item that differs; 0: none */
} way_t;

static void write_table(qd_h5_t *h5, const way_t *way)
{
    double value[COLUMNS];
    qd_h5_variable_t variable = table("/group/table");
    size_t number = qd_h5_define(h5, &variable, QD_H5_REAL);
    for (size_t n = 0; n < ROWS * 7; n++) {
        size_t slab = way->backwards ? ROWS * 7 - 1 - n : n;
        hsize_t start[2] = {slab / 7, slab % 7 * 100}, count[2] = {1, 100};
        for (size_t i = 0; i < 100; i++)
            value[i] = value_at(slab * 100 + i);
        if (way->change == 1 && slab == 9)
            value[17] = nextafter(value[17], 1e9);
        if (!way->cut || slab != 9)
            qd_h5_write_slab(h5, number, start, count, qd_h5_reals(value));
    }
    qd_h5_finish(h5, number);
}

static void write_row(qd_h5_t *h5, const char *path, qd_h5_values_t values)
{
    qd_h5_put(h5, &(qd_h5_variable_t){.path = path, .rank = 1, .dimension = {"/row"}, .units = "1"}, values);
}

static void write_file(const char *path, way_t way, char digest[33])
{
    qd_h5_t *h5 = malloc(sizeof *h5);
    qd_error_t error = QD_ERROR_NONE;
    const char *text[ROWS] = {"one", "", way.change == 2 ? "tree" : "three"};
    const int64_t whole[ROWS] = {-1, 0, way.change == 3 ? 8 : 7};
    const uint64_t hash[ROWS] = {UINT64_MAX, 0, way.change == 4 ? 1 : 2};
    const uint8_t byte[ROWS] = {0, 255, way.change == 5 ? 2 : 1};
    const int8_t code[ROWS] = {QD_CF_NO_CODE, 0, way.change == 6 ? 2 : 1};
    assert_non_null(h5);
    qd_h5_create(h5, path);
    qd_h5_dimension(h5, "/row", ROWS, false);
    qd_h5_dimension(h5, "/column", COLUMNS, false);
    qd_h5_group(h5, "/group");
    qd_h5_set_text(h5, "/", "title", way.change == 7 ? "Digests" : "digests");
    qd_h5_set_whole(h5, "/group", "number", way.change == 8 ? 5 : 4);
    write_table(h5, &way);
    write_row(h5, "/texts", qd_h5_texts(text));
    write_row(h5, "/wholes", qd_h5_wholes(whole));
    write_row(h5, "/hashes", qd_h5_hashes(hash));
    write_row(h5, "/bytes", qd_h5_bytes(byte));
    write_row(h5, way.change == 9 ? "/kodes" : "/codes", qd_h5_codes(code));
    if (qd_h5_close(h5, &error) != QD_OK)
        fail_msg("%s", error.text);
    memcpy(digest, h5->digest, 33);
    free(h5);
}

/* "" if the file is unchanged, else the message. */
static void check_file(const char *path, char digest[33], qd_error_t *error)
{
    qd_h5_t *h5 = malloc(sizeof *h5);
    assert_non_null(h5);
    *error = QD_ERROR_NONE;
    qd_h5_open(h5, path);
    qd_h5_check(h5, true);
    memcpy(digest, h5->digest, 33);
    (void)!qd_h5_close(h5, error);
    free(h5);
}

static void test_order_does_not_matter(void **state)
{
    (void)state;
    char forwards[33], backwards[33], read[33];
    qd_error_t error;
    write_file("a.h5", (way_t){0}, forwards);
    write_file("b.h5", (way_t){.backwards = true}, backwards);
    assert_string_equal(forwards, backwards);
    check_file("b.h5", read, &error);
    assert_int_equal(error.status, QD_OK);
    assert_string_equal(forwards, read);
}

static void test_every_change_counts(void **state)
{
    (void)state;
    char plain[33], changed[33], read[33];
    qd_error_t error;
    write_file("a.h5", (way_t){0}, plain);
    for (int change = 1; change <= 9; change++) {
        write_file("c.h5", (way_t){.change = change}, changed);
        assert_string_not_equal(plain, changed);
        check_file("c.h5", read, &error);
        assert_int_equal(error.status, QD_OK);
        assert_string_equal(changed, read);
    }
    write_file("c.h5", (way_t){.cut = true}, changed);
    assert_string_not_equal(plain, changed);
}

/* Opens a file with libhdf5 as any program would, and changes it. */
static void change_file(int which)
{
    hid_t file = H5Fopen("a.h5", H5F_ACC_RDWR, H5P_DEFAULT), object = -1;
    assert_true(file >= 0);
    if (which == 0) { /* values */
        double value[VALUES];
        object = H5Dopen2(file, "/group/table", H5P_DEFAULT);
        assert_true(H5Dread(object, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
        value[VALUES - 1] += 1.0;
        assert_true(H5Dwrite(object, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
        H5Dclose(object);
    } else if (which == 1) { /* an attribute */
        assert_true(H5Adelete_by_name(file, "/group", "number", H5P_DEFAULT) >= 0);
    } else if (which == 2) { /* a name */
        assert_true(H5Lmove(file, "/bytes", file, "/octets", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    } else if (which == 3) { /* an object more */
        object = H5Gcreate2(file, "/group/more", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        H5Gclose(object);
    } else if (which == 4) { /* one less */
        assert_true(H5Ldelete(file, "/wholes", H5P_DEFAULT) >= 0);
    } else { /* a link out of the way */
        assert_true(H5Lcreate_soft("/texts", file, "/group/soft", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    }
    assert_true(H5Fclose(file) >= 0);
}

static void test_changed_files_are_found(void **state)
{
    (void)state;
    char digest[33];
    for (int which = 0; which < 6; which++) {
        qd_error_t error;
        write_file("a.h5", (way_t){0}, digest);
        change_file(which);
        check_file("a.h5", digest, &error);
        assert_int_equal(error.status, QD_ERROR_INPUT);
        assert_non_null(strstr(error.text, which == 5 ? "damaged" : "changed or damaged"));
    }
}

/* Writes an attribute of one dimension anew: H5Awrite fails for references. */
static void replace_list(hid_t file, const char *object, const char *name, hid_t type, hsize_t count,
                         const void *value)
{
    hid_t space = H5Screate_simple(1, &count, NULL);
    assert_true(H5Adelete_by_name(file, object, name, H5P_DEFAULT) >= 0);
    hid_t attribute =
        H5Acreate_by_name(file, object, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Awrite(attribute, type, value) >= 0);
    assert_true(H5Aclose(attribute) >= 0 && H5Sclose(space) >= 0);
}

/* Interchanges the two dimensions of a variable. */
static void interchange_dimensions(hid_t file, const char *variable)
{
    hvl_t list[2];
    hid_t attribute = H5Aopen_by_name(file, variable, QD_H5_DIMENSION_LIST, H5P_DEFAULT, H5P_DEFAULT);
    hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ), space = H5Aget_space(attribute);
    assert_true(H5Aread(attribute, type, list) >= 0 && H5Aclose(attribute) >= 0);
    assert_true(list[0].len == 1 && list[1].len == 1);
    const hvl_t other[2] = {list[1], list[0]};
    replace_list(file, variable, QD_H5_DIMENSION_LIST, type, 2, other);
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, list);
    assert_true(H5Sclose(space) >= 0 && H5Tclose(type) >= 0);
}

/* Moves the second variable that a scale lists to the next dimension. */
static void move_use(hid_t file, const char *scale)
{
    qd_h5_use_t use[64];
    hid_t attribute = H5Aopen_by_name(file, scale, QD_H5_REFERENCE_LIST, H5P_DEFAULT, H5P_DEFAULT);
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof use[0]);
    assert_true(H5Tinsert(type, "dataset", offsetof(qd_h5_use_t, variable), H5T_STD_REF_OBJ) >= 0);
    assert_true(H5Tinsert(type, "dimension", offsetof(qd_h5_use_t, dimension), H5T_NATIVE_INT) >= 0);
    hid_t space = H5Aget_space(attribute);
    hssize_t uses = H5Sget_simple_extent_npoints(space);
    assert_true(uses > 1 && uses <= 64);
    assert_true(H5Aread(attribute, type, use) >= 0 && H5Aclose(attribute) >= 0);
    use[1].dimension++;
    replace_list(file, scale, QD_H5_REFERENCE_LIST, type, (hsize_t)uses, use);
    assert_true(H5Sclose(space) >= 0 && H5Tclose(type) >= 0);
}

/* Variables and dimensions name each other; no digest covers these addresses. */
static void test_dimensions_are_compared(void **state)
{
    (void)state;
    char digest[33];
    static const char *const where[] = {"/group/table", "/wholes", "/row", "/row"};
    for (int which = 0; which < 4; which++) {
        qd_error_t error;
        write_file("a.h5", (way_t){0}, digest);
        hid_t file = H5Fopen("a.h5", H5F_ACC_RDWR, H5P_DEFAULT);
        if (which == 0)
            interchange_dimensions(file, where[which]);
        else if (which == 3)
            move_use(file, where[which]);
        else
            assert_true(H5Adelete_by_name(file, where[which],
                                          which == 1 ? QD_H5_DIMENSION_LIST : QD_H5_REFERENCE_LIST,
                                          H5P_DEFAULT) >= 0);
        assert_true(H5Fclose(file) >= 0);
        check_file("a.h5", digest, &error);
        assert_int_equal(error.status, QD_ERROR_INPUT);
        assert_non_null(strstr(error.text, "do not refer to each other"));
    }
}

/* A changed byte of a chunk's values fails its checksum. */
static void test_damaged_chunk(void **state)
{
    (void)state;
    char digest[33], *bytes = NULL;
    double wanted[4];
    for (size_t i = 0; i < 4; i++)
        wanted[i] = value_at(1001 + i);
    write_file("a.h5", (way_t){0}, digest);
    FILE *file = fopen("a.h5", "r+b");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    assert_non_null(bytes = malloc(size));
    assert_int_equal(fread(bytes, 1, size, file), size);
    char *at = memmem(bytes, size, wanted, sizeof wanted);
    assert_non_null(at);
    fseek(file, at - bytes, SEEK_SET);
    fputc(*at ^ 1, file);
    fclose(file);
    free(bytes);
    qd_error_t error;
    check_file("a.h5", digest, &error);
    assert_int_equal(error.status, QD_ERROR_INPUT);
    assert_non_null(strstr(error.text, "reading variable /group/table failed"));
}

/* Checks an open file by `readers` processes; the message, "" where the digest holds. */
static void check_by(qd_h5_t *h5, size_t readers, char digest[33], qd_error_t *error)
{
    *error = QD_ERROR_NONE;
    qd_h5_check_by(h5, true, readers);
    memcpy(digest, h5->digest, 33);
    (void)!qd_h5_close(h5, error);
}

static void test_several_readers(void **state)
{
    (void)state;
    char plain[33], read[33];
    qd_error_t error;
    qd_h5_t *h5 = malloc(sizeof *h5);
    assert_non_null(h5);
    write_file("a.h5", (way_t){0}, plain);
    for (size_t readers = 1; readers < 30; readers += 7) {
        qd_h5_open(h5, "a.h5");
        check_by(h5, readers, read, &error);
        assert_int_equal(error.status, QD_OK);
        assert_string_equal(read, plain);
    }
    change_file(0);
    qd_h5_open(h5, "a.h5");
    check_by(h5, 3, read, &error);
    assert_int_equal(error.status, QD_ERROR_INPUT);
    assert_non_null(strstr(error.text, "damaged"));
    free(h5);
}

static void write_small_file(const char *path)
{
    qd_h5_t *h5 = malloc(sizeof *h5);
    qd_error_t error = QD_ERROR_NONE;
    const int64_t whole[ROWS] = {1, 2, 3};
    assert_non_null(h5);
    qd_h5_create(h5, path);
    qd_h5_dimension(h5, "/row", ROWS, false);
    write_row(h5, "/wholes", qd_h5_wholes(whole));
    assert_int_equal(qd_h5_close(h5, &error), QD_OK);
    free(h5);
}

/* Another file takes the name between the first process that opens it and the others. They find either the
 * file that was opened, as a whole, or damage; never a mixture. */
static void test_replaced_while_it_is_read(void **state)
{
    (void)state;
    char plain[33], other[33], read[33];
    qd_error_t error;
    qd_h5_t *h5 = malloc(sizeof *h5);
    assert_non_null(h5);
    for (int change = 1; change <= 6; change++) {
        write_file("a.h5", (way_t){0}, plain);
        write_file("b.h5", (way_t){.change = change}, other);
        qd_h5_open(h5, "a.h5");
        assert_int_equal(rename("b.h5", "a.h5"), 0);
        check_by(h5, 2, read, &error);
        if (error.status == QD_OK)
            assert_string_equal(read, plain);
        else
            assert_non_null(strstr(error.text, "damaged"));
        assert_string_not_equal(read, other);
    }
    write_file("a.h5", (way_t){0}, plain);
    write_small_file("b.h5");
    qd_h5_open(h5, "a.h5");
    assert_int_equal(rename("b.h5", "a.h5"), 0);
    check_by(h5, 2, read, &error);
    assert_non_null(strstr(error.text, "damaged: it was changed while it was read"));
    free(h5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_every_change_counts),
        cmocka_unit_test(test_changed_files_are_found),
        cmocka_unit_test(test_dimensions_are_compared),
        cmocka_unit_test(test_damaged_chunk),
        cmocka_unit_test(test_several_readers),
        cmocka_unit_test(test_replaced_while_it_is_read),
    };
    char folder[] = "/tmp/quadrille-digest-XXXXXX";
    if (mkdtemp(folder) == NULL || chdir(folder) != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink("a.h5");
    unlink("b.h5");
    unlink("c.h5");
    if (chdir("/") != 0 || rmdir(folder) != 0)
        return 1;
    return failed;
}
