/* The chunks that a file has are found, whether they are listed by steps or by questions, and all of a
 * variable is read where an unwritten value counts in the digest. */
#include "store/hdf5_stored.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define ROWS    40
#define COLUMNS 30
#define CHUNK   4 /* rows and columns of a chunk; the last chunks of a row are cut */

static hid_t create_chunked(hid_t file, const char *name, hsize_t rows, hsize_t chunk_rows, double fill,
                            H5D_fill_time_t time)
{
    const hsize_t size[2] = {rows, COLUMNS}, chunk[2] = {chunk_rows, CHUNK};
    hid_t space = H5Screate_simple(2, size, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
    assert_true(H5Pset_chunk(creation, 2, chunk) >= 0);
    assert_true(H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &fill) >= 0);
    assert_true(H5Pset_fill_time(creation, time) >= 0);
    hid_t variable = H5Dcreate2(file, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    assert_true(variable >= 0 && H5Sclose(space) >= 0 && H5Pclose(creation) >= 0);
    return variable;
}

static hid_t create_variable(hid_t file, const char *name, hsize_t rows, double fill, H5D_fill_time_t time)
{
    return create_chunked(file, name, rows, CHUNK, fill, time);
}

static void write_value(hid_t variable, hsize_t row, hsize_t column)
{
    const hsize_t at[2] = {row, column}, one[2] = {1, 1};
    const double value = 2.5;
    hid_t space = H5Dget_space(variable), memory = H5Screate_simple(2, one, NULL);
    assert_true(H5Sselect_hyperslab(space, H5S_SELECT_SET, at, NULL, one, NULL) >= 0);
    assert_true(H5Dwrite(variable, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, &value) >= 0);
    assert_true(H5Sclose(space) >= 0 && H5Sclose(memory) >= 0);
}

/* Chunks of ROWS x COLUMNS values along a row, and in all. */
#define ACROSS ((COLUMNS + CHUNK - 1) / CHUNK)
#define CHUNKS (ROWS / CHUNK * ACROSS)
#define MOST   44 /* elements of a slab: two chunks */

static void write_chunks(hid_t variable, const bool written[])
{
    for (hsize_t i = 0; i < CHUNKS; i++)
        if (written[i])
            write_value(variable, i / ACROSS * CHUNK + i % CHUNK, i % ACROSS * CHUNK + i % 2);
}

/* Compares all slabs with the elements of the chunks that were written: each belongs to one slab. */
static void compare_slabs(qd_h5_stored_t *stored, const bool written[])
{
    int seen[ROWS][COLUMNS] = {{0}};
    hsize_t start[2], count[2];
    while (qd_h5_stored_next(stored, MOST, start, count)) {
        assert_in_range(count[0] * count[1], 1, MOST);
        for (hsize_t r = start[0]; r < start[0] + count[0]; r++)
            for (hsize_t c = start[1]; c < start[1] + count[1]; c++)
                seen[r][c]++;
    }
    for (hsize_t r = 0; r < ROWS; r++)
        for (hsize_t c = 0; c < COLUMNS; c++)
            assert_int_equal(seen[r][c], written[r / CHUNK * ACROSS + c / CHUNK]);
}

/* Writes every `step`-th chunk of `count` from `first` on, and compares the slabs of the closed file. */
static void try_chunks(qd_h5_stored_t *stored, size_t first, size_t step, size_t count)
{
    bool written[CHUNKS] = {false};
    for (size_t i = 0; i < count; i++)
        written[first + i * step] = true;
    hid_t file = H5Fcreate("a.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t variable = create_variable(file, "v", ROWS, (double)NAN, H5D_FILL_TIME_IFSET);
    write_chunks(variable, written);
    assert_true(H5Dclose(variable) >= 0 && H5Fclose(file) >= 0);
    file = H5Fopen("a.h5", H5F_ACC_RDONLY, H5P_DEFAULT);
    variable = H5Dopen2(file, "v", H5P_DEFAULT);
    assert_true(qd_h5_stored_take(stored, variable, QD_H5_REAL, MOST));
    assert_int_equal(stored->few, CHUNKS - count >= 4 * count);
    if (stored->few)
        compare_slabs(stored, written);
    assert_true(H5Dclose(variable) >= 0 && H5Fclose(file) >= 0);
}

/* Up to 16 of 80 chunks are few. */
static void test_chunks_in_the_file_are_found(void **state)
{
    (void)state;
    for (size_t count = 1; count <= CHUNKS; count++) {
        qd_h5_stored_t stored = {0};
        try_chunks(&stored, CHUNKS - count, 1, count);
        qd_h5_stored_free(&stored);
    }
    for (size_t first = 0; first < 7; first++) {
        qd_h5_stored_t stored = {0};
        try_chunks(&stored, first, 5, 14);
        try_chunks(&stored, first, 3, 9);
        qd_h5_stored_free(&stored);
    }
}

/* The list of one variable serves the next one only if it has the same chunks. */
static void test_lists_are_kept_for_the_same_chunks_only(void **state)
{
    (void)state;
    qd_h5_stored_t stored = {0};
    try_chunks(&stored, 3, 2, 10);
    const uint64_t *list = stored.number;
    try_chunks(&stored, 3, 2, 10);
    assert_ptr_equal(stored.number, list);
    try_chunks(&stored, 4, 2, 10);
    try_chunks(&stored, 4, 2, 11);
    try_chunks(&stored, 0, 1, CHUNKS);
    try_chunks(&stored, 1, 1, 16);
    try_chunks(&stored, 2, 1, 16);
    qd_h5_stored_free(&stored);
}

/* Neither does it serve a variable of another shape, or of other chunks. */
static void test_lists_are_of_one_shape(void **state)
{
    (void)state;
    const struct {
        hsize_t rows, chunk_rows, written, start, count;
    } variable[] = {{ROWS, CHUNK, 1, 0, CHUNK},
                    {ROWS, CHUNK + 1, 1, 0, CHUNK + 1},
                    {ROWS, CHUNK, ROWS - 2, ROWS - CHUNK, CHUNK},
                    {ROWS - 1, CHUNK, ROWS - 2, ROWS - CHUNK, CHUNK - 1}};
    qd_h5_stored_t stored = {0};
    hid_t file = H5Fcreate("a.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    for (size_t i = 0; i < sizeof variable / sizeof variable[0]; i++) {
        char name[2] = {(char)('a' + i), '\0'};
        hsize_t start[2], count[2];
        hid_t id = create_chunked(file, name, variable[i].rows, variable[i].chunk_rows, (double)NAN,
                                  H5D_FILL_TIME_IFSET);
        write_value(id, variable[i].written, 1);
        assert_true(qd_h5_stored_take(&stored, id, QD_H5_REAL, MOST));
        assert_true(qd_h5_stored_next(&stored, MOST, start, count));
        assert_int_equal(start[0], variable[i].start);
        assert_int_equal(count[0], variable[i].count);
        assert_true(H5Dclose(id) >= 0);
    }
    qd_h5_stored_free(&stored);
    assert_true(H5Fclose(file) >= 0);
}

/* Chunks are listed by questions where they are many for their variable. */
static void test_many_chunks(void **state)
{
    (void)state;
    const hsize_t rows = 4000;
    qd_h5_stored_t stored = {0};
    hsize_t start[2], count[2], at = 2;
    hid_t file = H5Fcreate("a.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t variable = create_variable(file, "v", rows, (double)NAN, H5D_FILL_TIME_IFSET);
    for (hsize_t row = at; row < rows; row += 8)
        write_value(variable, row, row % COLUMNS);
    write_value(variable, rows - 1, COLUMNS - 1);
    assert_true(qd_h5_stored_take(&stored, variable, QD_H5_REAL, MOST));
    assert_true(stored.few);
    for (; at < rows && qd_h5_stored_next(&stored, MOST, start, count); at += 8) {
        assert_int_equal(start[0], at / CHUNK * CHUNK);
        assert_int_equal(start[1], at % COLUMNS / CHUNK * CHUNK);
    }
    assert_int_equal(at, rows + 2);
    assert_true(qd_h5_stored_next(&stored, MOST, start, count));
    assert_true(start[0] == rows - CHUNK && start[1] == COLUMNS / CHUNK * CHUNK);
    assert_false(qd_h5_stored_next(&stored, MOST, start, count));
    qd_h5_stored_free(&stored);
    assert_true(H5Dclose(variable) >= 0 && H5Fclose(file) >= 0);
}

/* Worlds are played in their order: most chunks are the first ones along the last dimension. */
static void test_chunks_at_the_beginnings_of_rows(void **state)
{
    (void)state;
    const hsize_t rows = 2400;
    for (int gap = 0; gap < 2; gap++) {
        qd_h5_stored_t stored = {0};
        hsize_t start[2], count[2], at = 0;
        hid_t file = H5Fcreate("a.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        hid_t variable = create_variable(file, "v", rows, (double)NAN, H5D_FILL_TIME_IFSET);
        for (hsize_t row = 0; row < rows; row += CHUNK)
            write_value(variable, row, gap && row == 1200 ? COLUMNS - 1 : 1);
        assert_true(qd_h5_stored_take(&stored, variable, QD_H5_REAL, MOST));
        assert_true(stored.few);
        for (; qd_h5_stored_next(&stored, MOST, start, count); at += CHUNK) {
            assert_int_equal(start[0], at);
            assert_int_equal(start[1], gap && at == 1200 ? COLUMNS / CHUNK * CHUNK : 0);
        }
        assert_int_equal(at, rows);
        qd_h5_stored_free(&stored);
        assert_true(H5Dclose(variable) >= 0 && H5Fclose(file) >= 0);
    }
}

/* All of a variable is read that has another fill value than a result's, or none at all, or that is small. */
static void test_values_that_count_are_read(void **state)
{
    (void)state;
    const struct {
        double fill;
        H5D_fill_time_t time;
        size_t most;
        bool few;
    } variable[] = {{(double)NAN, H5D_FILL_TIME_IFSET, MOST, true},
                    {1.0, H5D_FILL_TIME_IFSET, MOST, false},
                    {(double)NAN, H5D_FILL_TIME_NEVER, MOST, false},
                    {(double)NAN, H5D_FILL_TIME_IFSET, CHUNK * CHUNK - 1, false},
                    {(double)NAN, H5D_FILL_TIME_IFSET, (size_t)ROWS * COLUMNS, false}};
    qd_h5_stored_t stored = {0};
    hid_t file = H5Fcreate("a.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    for (size_t i = 0; i < sizeof variable / sizeof variable[0]; i++) {
        char name[2] = {(char)('a' + i), '\0'};
        hid_t id = create_variable(file, name, ROWS, variable[i].fill, variable[i].time);
        write_value(id, 1, 1);
        assert_true(qd_h5_stored_take(&stored, id, QD_H5_REAL, variable[i].most));
        assert_int_equal(stored.few, variable[i].few);
        assert_true(H5Dclose(id) >= 0);
    }
    qd_h5_stored_free(&stored);
    assert_true(H5Fclose(file) >= 0);
}

/* The search does not grow with what a variable claims: reading this one would take days. */
static void test_a_variable_of_petabytes(void **state)
{
    (void)state;
    qd_h5_stored_t stored = {0};
    hsize_t start[2], count[2];
    hid_t file = H5Fcreate("a.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t variable = create_variable(file, "v", (hsize_t)1 << 45, (double)NAN, H5D_FILL_TIME_IFSET);
    write_value(variable, 1, 1);
    assert_true(qd_h5_stored_take(&stored, variable, QD_H5_REAL, MOST));
    assert_true(qd_h5_stored_next(&stored, MOST, start, count));
    assert_true(start[0] == 0 && start[1] == 0 && count[0] == CHUNK && count[1] == CHUNK);
    assert_false(qd_h5_stored_next(&stored, MOST, start, count));
    qd_h5_stored_free(&stored);
    assert_true(H5Dclose(variable) >= 0 && H5Fclose(file) >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chunks_in_the_file_are_found),
        cmocka_unit_test(test_lists_are_kept_for_the_same_chunks_only),
        cmocka_unit_test(test_lists_are_of_one_shape),
        cmocka_unit_test(test_many_chunks),
        cmocka_unit_test(test_chunks_at_the_beginnings_of_rows),
        cmocka_unit_test(test_values_that_count_are_read),
        cmocka_unit_test(test_a_variable_of_petabytes),
    };
    char folder[] = "/tmp/quadrille-stored-XXXXXX";
    if (mkdtemp(folder) == NULL || chdir(folder) != 0)
        return 1;
    qd_h5_prepare();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink("a.h5");
    rmdir(folder);
    return failed;
}
