/* Strings of bytes: the encodings of numbers, their greatest lengths, and a length that no memory has. */
#include "statistics/byte_string.h"

#include <stdlib.h>

#include "support/check.h"

/* LEB128: seven bits a byte, least significant first, the eighth set but in the last. */
static void test_whole_numbers(void **state)
{
    (void)state;
    const struct {
        uint64_t value;
        size_t size;
        unsigned char bytes[QD_WHOLE_BYTES];
    } row[] = {{0, 1, {0}},
               {127, 1, {0x7f}},
               {128, 2, {0x80, 0x01}},
               {624485, 3, {0xe5, 0x8e, 0x26}},
               {UINT64_MAX, 10, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}}};
    for (size_t i = 0; i < QD_COUNT(row); i++) {
        qd_byte_writer_t to = {0};
        qd_byte_writer_whole(&to, row[i].value);
        assert_false(to.failed);
        assert_int_equal(to.size, row[i].size);
        assert_memory_equal(to.bytes, row[i].bytes, row[i].size);
        qd_byte_reader_t from = {.at = to.bytes, .end = to.bytes + to.size};
        assert_true(qd_byte_reader_whole_long(&from) == row[i].value);
        assert_true(!from.failed && from.at == from.end);
        from = (qd_byte_reader_t){.at = to.bytes, .end = to.bytes + to.size - 1};
        assert_true(qd_byte_reader_whole_long(&from) == 0 && from.failed);
        free(to.bytes);
    }
    const unsigned char longer[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}; /* 65 bits */
    qd_byte_reader_t from = {.at = longer, .end = longer + sizeof longer};
    assert_true(qd_byte_reader_whole_long(&from) == 0 && from.failed);
}

static void test_signed_numbers(void **state)
{
    (void)state;
    const int64_t value[] = {0, -1, 1, -2, INT64_MAX, INT64_MIN};
    const uint64_t expected[] = {0, 1, 2, 3, UINT64_MAX - 1, UINT64_MAX};
    for (size_t i = 0; i < QD_COUNT(value); i++) {
        assert_true(qd_zigzag(value[i]) == expected[i]);
        assert_true(qd_unzigzag(expected[i]) == value[i]);
    }
}

/* Room that was refused leaves the bytes as they were, and the writer failed. */
static void test_no_room(void **state)
{
    (void)state;
    qd_byte_writer_t to = {0};
    qd_byte_writer_word(&to, 7);
    assert_null(qd_byte_writer_room(&to, SIZE_MAX));
    assert_true(to.failed);
    qd_byte_writer_word(&to, 8);
    assert_int_equal(to.size, 8);
    qd_byte_reader_t from = {.at = to.bytes, .end = to.bytes + to.size};
    assert_int_equal(qd_byte_reader_word(&from), 7);
    free(to.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_signed_numbers),
        cmocka_unit_test(test_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
