/* Chunks that threads pack are those that libhdf5 would write: it reads them back, checksums included, and
 * the digest of the file is that of one written by libhdf5 alone. */
#include "store/digest.h"
#include "store/pack.h"
#include "support/check.h"

#include <hdf5.h>
#include <unistd.h>

#define POINTS  10
#define ORDERS  3
#define PERIODS 500
#define VALUES  ((size_t)POINTS * ORDERS * PERIODS)
#define STEP    4 /* points that are written at once */

static double real[VALUES];
static int64_t whole[VALUES];
static int8_t code[VALUES];

/* Whole numbers that deflate well, codes that hardly do, and doubles of random bits, which do not. */
static void make_values(void)
{
    qd_test_stream_t stream = qd_test_stream(17, 1);
    for (size_t i = 0; i < VALUES; i++) {
        uint64_t bits = (uint64_t)(qd_test_uniform(&stream) * 0x1p53) * 0x9E3779B97F4A7C15ull;
        memcpy(&real[i], &bits, sizeof bits);
        real[i] = isnan(real[i]) ? 0.0 : real[i];
        whole[i] = i % 97 == 0 ? (int64_t)i : 0;
        code[i] = (int8_t)(bits % 7);
    }
}

static qd_h5_variable_t table(const char *path, hsize_t chunk, bool alike)
{
    return (qd_h5_variable_t){.path = path,
                              .rank = 3,
                              .dimension = {"/point", "/order", "/period"},
                              .units = "1",
                              .chunk = chunk,
                              .step = STEP,
                              .compress = true,
                              .alike = alike};
}

/* Runs tasks from the last to the first: their order must not matter. */
static void run_backwards(int threads, size_t count, void (*task)(void *context, size_t index), void *context)
{
    (void)threads;
    while (count-- > 0)
        task(context, count);
}

/* Points first .. first + count - 1 of the three variables. */
static void write_points(qd_h5_t *h5, bool packed, const size_t variable[3], size_t first, size_t count)
{
    size_t from = first * ORDERS * PERIODS;
    const qd_h5_values_t values[] = {qd_h5_reals(real + from), qd_h5_wholes(whole + from),
                                     qd_h5_codes(code + from)};
    qd_h5_slab_t slab[3];
    for (size_t i = 0; i < 3; i++) {
        slab[i] = (qd_h5_slab_t){variable[i], {first}, {count, ORDERS, PERIODS}, values[i]};
        if (!packed)
            qd_h5_write_slab(h5, variable[i], slab[i].start, slab[i].count, values[i]);
    }
    if (packed)
        qd_h5_write_slabs(h5, 3, slab);
}

/* Writes a point in two boxes of periods, of which the second begins within a chunk. */
static void write_boxes(qd_h5_t *h5, const size_t variable[3], size_t point)
{
    static double reals[ORDERS * PERIODS];
    static int64_t wholes[ORDERS * PERIODS];
    static int8_t codes[ORDERS * PERIODS];
    const hsize_t cut[] = {0, PERIODS / 2 - 1, PERIODS};
    for (size_t half = 0; half < 2; half++) {
        size_t n = 0;
        for (size_t i = 0; i < (size_t)ORDERS * PERIODS; i++) {
            if (i % PERIODS < cut[half] || i % PERIODS >= cut[half + 1])
                continue;
            reals[n] = real[point * ORDERS * PERIODS + i];
            wholes[n] = whole[point * ORDERS * PERIODS + i];
            codes[n++] = code[point * ORDERS * PERIODS + i];
        }
        const qd_h5_values_t values[] = {qd_h5_reals(reals), qd_h5_wholes(wholes), qd_h5_codes(codes)};
        qd_h5_slab_t slab[3];
        for (size_t i = 0; i < 3; i++)
            slab[i] = (qd_h5_slab_t){
                variable[i], {point, 0, cut[half]}, {1, ORDERS, cut[half + 1] - cut[half]}, values[i]};
        qd_h5_write_slabs(h5, 3, slab);
    }
}

typedef enum { PLAIN, PACKED, BOXES } writing_t;

/* Writes a file; `chunk`: elements of a chunk, at most. */
static void write_file(const char *path, writing_t how, hsize_t chunk, const qd_runner_t *runner,
                       char digest[33])
{
    qd_h5_t *h5 = malloc(sizeof *h5);
    qd_error_t error = QD_ERROR_NONE;
    qd_h5_create(h5, path);
    h5->runner = runner;
    qd_h5_dimension(h5, "/point", POINTS, false);
    qd_h5_dimension(h5, "/order", ORDERS, false);
    qd_h5_dimension(h5, "/period", PERIODS, false);
    qd_h5_variable_t reals = table("/real", chunk, false), wholes = table("/whole", chunk, true),
                     codes = table("/code", chunk, false);
    const size_t variable[] = {qd_h5_define(h5, &reals, QD_H5_REAL), qd_h5_define(h5, &wholes, QD_H5_WHOLE),
                               qd_h5_define(h5, &codes, QD_H5_CODE)};
    for (size_t point = 0; how == BOXES && point < POINTS; point++)
        write_boxes(h5, variable, point);
    for (size_t first = 0; how != BOXES && first < POINTS; first += STEP)
        write_points(h5, how == PACKED, variable, first, POINTS - first < STEP ? POINTS - first : STEP);
    for (size_t i = 0; i < 3; i++)
        qd_h5_finish(h5, variable[i]);
    assert_int_equal(qd_h5_close(h5, &error), QD_OK);
    memcpy(digest, h5->digest, sizeof h5->digest);
    free(h5);
}

static void check_file(const char *path)
{
    qd_h5_t *h5 = malloc(sizeof *h5);
    qd_error_t error = QD_ERROR_NONE;
    size_t count;
    qd_h5_open(h5, path);
    qd_h5_check(h5, true);
    double *reals = qd_h5_read(h5, "/real", QD_H5_REAL, &count);
    assert_int_equal(count, VALUES);
    int64_t *wholes = qd_h5_read(h5, "/whole", QD_H5_WHOLE, &count),
            *codes = qd_h5_read(h5, "/code", QD_H5_WHOLE, &count);
    assert_int_equal(qd_h5_close(h5, &error), QD_OK);
    assert_memory_equal(reals, real, sizeof real);
    assert_memory_equal(wholes, whole, sizeof whole);
    for (size_t i = 0; i < VALUES; i++)
        assert_int_equal(codes[i], code[i]);
    free(reals);
    free(wholes);
    free(codes);
    free(h5);
}

/* The digest found by this number of readers; "" if they refuse the file. */
static void find_digest(const char *path, size_t readers, char digest[33])
{
    qd_h5_t *h5 = malloc(sizeof *h5);
    qd_error_t error = QD_ERROR_NONE;
    qd_h5_open(h5, path);
    qd_h5_check_by(h5, true, readers);
    snprintf(digest, 33, "%s", h5->failed ? "" : h5->digest);
    assert_int_equal(qd_h5_close(h5, &error), *digest == '\0' ? QD_ERROR_INPUT : QD_OK);
    free(h5);
}

/* Another value of a variable, written by libhdf5, so that its checksum is right and the digest is not. */
static void change_value(const char *path, const char *name, hsize_t at)
{
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), variable = H5Dopen2(file, name, H5P_DEFAULT);
    const hsize_t start[] = {at / (ORDERS * PERIODS), at / PERIODS % ORDERS, at % PERIODS}, one[] = {1, 1, 1};
    hid_t space = H5Dget_space(variable), memory = H5Screate_simple(3, one, NULL);
    int value = 77;
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, one, NULL);
    assert_true(H5Dwrite(variable, H5T_NATIVE_INT, memory, space, H5P_DEFAULT, &value) >= 0);
    H5Sclose(memory);
    H5Sclose(space);
    H5Dclose(variable);
    H5Fclose(file);
}

/* Readers that share a file find the digest of a single reader, and a change in any share. */
static void test_readers_share_a_file(void **state)
{
    (void)state;
    char path[] = "/tmp/quadrille-chunks-XXXXXX", written[33], found[33];
    close(mkstemp(path));
    make_values();
    for (size_t readers = 1; readers <= 5; readers++) {
        write_file(path, PACKED, 3000, NULL, written);
        find_digest(path, readers, found);
        assert_string_equal(found, written);
        change_value(path, readers % 2 == 0 ? "/real" : "/whole", readers * 2901);
        find_digest(path, readers, found);
        assert_string_equal(found, "");
    }
    unlink(path);
}

/* Bytes of a variable in the file. */
static hsize_t stored(const char *path, const char *name)
{
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), variable = H5Dopen2(file, name, H5P_DEFAULT);
    hsize_t bytes = H5Dget_storage_size(variable);
    H5Dclose(variable);
    H5Fclose(file);
    return bytes;
}

static void test_packed_chunks_are_those_of_libhdf5(void **state)
{
    (void)state;
    const qd_runner_t backwards = {.threads = 3, .run = run_backwards};
    const hsize_t chunk[] = {600, 1024, 3000, 6000}; /* from a part of a row to a whole step, with edges */
    make_values();
    for (size_t c = 0; c < QD_COUNT(chunk); c++) {
        char plain[] = "/tmp/quadrille-chunks-XXXXXX", packed[] = "/tmp/quadrille-chunks-XXXXXX",
             digest[3][33];
        close(mkstemp(plain));
        close(mkstemp(packed));
        write_file(plain, PLAIN, chunk[c], NULL, digest[0]);
        write_file(packed, PACKED, chunk[c], NULL, digest[1]);
        check_file(packed);
        write_file(packed, PACKED, chunk[c], &backwards, digest[2]);
        check_file(packed);
        assert_string_equal(digest[0], digest[1]);
        assert_string_equal(digest[0], digest[2]);
        const char *const name[] = {"/real", "/whole", "/code"};
        for (size_t i = 0; i < QD_COUNT(name); i++)
            assert_true(stored(packed, name[i]) <= stored(plain, name[i]));
        assert_true(stored(packed, "/whole") < sizeof whole / 8);
        unlink(plain);
        unlink(packed);
    }
}

/* Boxes that are no whole chunks are left to libhdf5. */
static void test_boxes_that_cut_chunks(void **state)
{
    (void)state;
    char plain[] = "/tmp/quadrille-chunks-XXXXXX", boxes[] = "/tmp/quadrille-chunks-XXXXXX", digest[2][33];
    close(mkstemp(plain));
    close(mkstemp(boxes));
    make_values();
    write_file(plain, PLAIN, ORDERS * PERIODS, NULL, digest[0]);
    write_file(boxes, BOXES, ORDERS * PERIODS, NULL, digest[1]);
    check_file(boxes);
    assert_string_equal(digest[0], digest[1]);
    unlink(plain);
    unlink(boxes);
}

/* Filters of a variable, in their order (f: Fletcher32, s: shuffle, d: deflate), and the elements of a
 * chunk. */
static void find_layout(const char *path, const char *name, char filters[8], hsize_t *chunk)
{
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), variable = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t creation = H5Dget_create_plist(variable);
    int count = H5Pget_nfilters(creation);
    assert_in_range(count, 0, 7);
    for (int i = 0; i < count; i++) {
        unsigned flags, configuration;
        size_t values = 0;
        H5Z_filter_t filter =
            H5Pget_filter2(creation, (unsigned)i, &flags, &values, NULL, 0, NULL, &configuration);
        filters[i] = filter == H5Z_FILTER_FLETCHER32 ? 'f'
                     : filter == H5Z_FILTER_SHUFFLE  ? 's'
                     : filter == H5Z_FILTER_DEFLATE  ? 'd'
                                                     : '?';
    }
    filters[count] = '\0';
    assert_int_equal(H5Pget_chunk(creation, 1, chunk), 1);
    H5Pclose(creation);
    H5Dclose(variable);
    H5Fclose(file);
}

/* Only a variable of 64 KiB or more (8 bytes each) that is to be compressed is. Chunks are equal and at most
 * as asked for. */
static void test_small_variables_are_not_packed(void **state)
{
    (void)state;
    const struct {
        const char *path, *dimension, *filters;
        bool compress, alike;
        hsize_t chunk, chunk_found;
    } row[] = {
        {"/a", "/small", "f", true, false, 1000, 8191},    /* not worth it, and so in one chunk */
        {"/b", "/large", "sdf", true, false, 1000, 911},   /* 9 chunks of at most 1000 */
        {"/c", "/large", "df", true, true, 1000, 911},     /* whole numbers that repeat */
        {"/d", "/small", "f", false, false, 1000, 911},    /* not asked for */
        {"/e", "/large", "f", false, false, 4096, 4096},   /* 2 chunks */
        {"/g", "/large", "f", false, false, 0, 8192},      /* one */
        {"/h", "/growing", "sdf", true, false, 1000, 1000} /* its final size is unknown */
    };
    char path[] = "/tmp/quadrille-chunks-XXXXXX";
    close(mkstemp(path));
    make_values();
    qd_h5_t *h5 = malloc(sizeof *h5);
    qd_error_t error = QD_ERROR_NONE;
    qd_h5_create(h5, path);
    qd_h5_dimension(h5, "/small", 8191, false);
    qd_h5_dimension(h5, "/large", 8192, false);
    qd_h5_dimension(h5, "/growing", 0, true);
    for (size_t i = 0; i < QD_COUNT(row); i++) {
        qd_h5_variable_t variable = {.path = row[i].path,
                                     .rank = 1,
                                     .dimension = {row[i].dimension},
                                     .units = "1",
                                     .chunk = row[i].chunk,
                                     .compress = row[i].compress,
                                     .alike = row[i].alike};
        qd_h5_finish(h5, qd_h5_define(h5, &variable, QD_H5_REAL));
    }
    if (qd_h5_close(h5, &error) != QD_OK)
        fail_msg("%s", error.text);
    free(h5);
    for (size_t i = 0; i < QD_COUNT(row); i++) {
        char filters[8];
        hsize_t chunk;
        find_layout(path, row[i].path, filters, &chunk);
        assert_string_equal(filters, row[i].filters);
        assert_int_equal(chunk, row[i].chunk_found);
    }
    unlink(path);
}

/* Of either parity of bytes, and of bytes that do not deflate; beyond the bound nothing is written. */
static void test_bounds_hold(void **state)
{
    (void)state;
    unsigned char noise[1000], scratch[1000], out[2000];
    qd_test_stream_t stream = qd_test_stream(17, 2);
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (unsigned char)qd_test_below(&stream, 256);
    for (size_t size = 1; size <= sizeof scratch; size += 37)
        for (int k = 0; k < 2; k++) {
            size_t bound = qd_pack_bound(size);
            bool deflated;
            assert_true(bound <= sizeof out);
            memset(out, 0xA5, sizeof out);
            size_t packed =
                qd_pack(k == 0 ? (const void *)real : noise, size, 1, false, scratch, out, &deflated);
            assert_true(packed > 4 && packed <= bound);
            assert_true(deflated || packed == size + 4);
            for (size_t i = bound; i < sizeof out; i++)
                assert_int_equal(out[i], 0xA5);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packed_chunks_are_those_of_libhdf5),
        cmocka_unit_test(test_boxes_that_cut_chunks),
        cmocka_unit_test(test_readers_share_a_file),
        cmocka_unit_test(test_small_variables_are_not_packed),
        cmocka_unit_test(test_bounds_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
