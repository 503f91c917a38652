#include "base/memory.h"

#include "base/text.h"
#include "support/check.h"

static void test_zeroed(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    size_t n = 1000;
    unsigned char *array = qd_new(n, 3, &error);
    assert_non_null(array);
    for (size_t i = 0; i < 3 * n; i++)
        assert_int_equal(array[i], 0);
    free(array);
    void *empty = qd_new(0, 8, &error);
    assert_non_null(empty);
    free(empty);
    assert_int_equal(error.count, 0);
}

/* A product that overflows is refused, not wrapped. Several failures add one message. */
static void test_overflow(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    volatile size_t count = SIZE_MAX / 8 + 2; /* 8 * count wraps to 8 */
    assert_null(qd_new(count, 8, &error));
    assert_null(qd_new(count, 8, &error));
    assert_int_equal(error.status, QD_ERROR_MEMORY);
    assert_int_equal(error.count, 1);
    assert_null(qd_new(count, 8, NULL));
    assert_null(qd_new_aligned(count, 8, NULL));
    assert_null(qd_new_aligned(SIZE_MAX - 3, 1, NULL)); /* as whole lines it would wrap to 0 */
}

static void test_aligned(void **state)
{
    (void)state;
    for (size_t count = 0; count < 200; count += 7) {
        unsigned char *array = qd_new_aligned(count, 3, NULL);
        assert_non_null(array);
        assert_int_equal((uintptr_t)array % 64, 0);
        for (size_t i = 0; i < 3 * count; i++)
            assert_int_equal(array[i], 0);
        free(array);
    }
}

/* Elements stay; a size that overflows leaves the array as it was. */
static void test_resize(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    volatile size_t count = SIZE_MAX / 8 + 2;
    uint64_t *array = qd_resize(NULL, 1, sizeof *array, &error);
    assert_non_null(array);
    array[0] = 1985;
    assert_null(qd_resize(array, count, sizeof *array, &error));
    assert_int_equal(error.status, QD_ERROR_MEMORY);
    uint64_t *larger = qd_resize(array, 5000, sizeof *array, &error);
    assert_non_null(larger);
    assert_int_equal(larger[0], 1985);
    larger = qd_resize(larger, 0, sizeof *larger, &error);
    assert_non_null(larger); /* room for one, and not released */
    free(larger);
}

/* One failure has one message, however many functions on its way up report it; another fault keeps its
 * own. */
static void test_one_message(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_no_memory(&error), QD_ERROR_MEMORY);
    assert_int_equal(qd_no_memory(&error), QD_ERROR_MEMORY);
    assert_int_equal(error.count, 1);
    assert_string_equal(error.text, "out of memory\n");
    assert_int_equal(qd_no_memory(NULL), QD_ERROR_MEMORY);
}

/* A stream into memory: empty, of many pieces, and where it stands. */
static void test_stream(void **state)
{
    (void)state;
    qd_memory_t memory;
    FILE *out = qd_memory_open(&memory);
    assert_non_null(out);
    char *text = qd_memory_close(out, &memory);
    assert_string_equal(text, "");
    free(text);
    out = qd_memory_open(&memory);
    for (int i = 0; i < 30000; i++) {
        assert_int_equal(ftell(out), 5L * i);
        fprintf(out, "%04d ", i % 10000);
    }
    text = qd_memory_close(out, &memory);
    assert_non_null(text);
    assert_int_equal(memory.size, 150000);
    assert_int_equal(strlen(text), 150000);
    for (int i = 0; i < 30000; i++)
        assert_int_equal(atoi(text + 5 * i), i % 10000);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zeroed), cmocka_unit_test(test_overflow),    cmocka_unit_test(test_aligned),
        cmocka_unit_test(test_resize), cmocka_unit_test(test_one_message), cmocka_unit_test(test_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
