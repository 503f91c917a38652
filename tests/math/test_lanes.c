/* Functions of lanes, compared with loops over single numbers. */
#include "math/lanes.h"

#include "support/check.h"

static void test_up_to(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(121, 0);
    for (int round = 0; round < 2000; round++) {
        double x[QD_LANES], most = qd_test_between(&stream, -1, 1);
        unsigned expected = 0;
        for (unsigned l = 0; l < QD_LANES; l++) {
            x[l] = qd_test_below(&stream, 4) == 0 ? most : qd_test_between(&stream, -1, 1);
            expected |= (unsigned)(x[l] <= most) << l;
        }
        assert_int_equal(qd_lanes_up_to(x, most), expected);
    }
}

/* Small whole numbers come more than once, so that the first of several must be found. */
static void test_first(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(122, 0);
    double x[200];
    size_t nowhere = 0;
    for (int round = 0; round < 5000; round++) {
        size_t padded = 8 * (1 + qd_test_below(&stream, 25)), expected = 0;
        for (size_t i = 0; i < padded; i++)
            x[i] = -(double)qd_test_below(&stream, 40);
        double least = -(double)qd_test_below(&stream, 2);
        while (expected < padded && x[expected] < least)
            expected++;
        nowhere += expected == padded;
        assert_int_equal(qd_lanes_first(x, least, padded), expected);
    }
    assert_true(nowhere > 100 && nowhere < 4000);
}

static void test_words(void **state)
{
    (void)state;
    qd_words_t x, y, filled;
    double out[2 * QD_WORDS];
    uint64_t seen[2 * QD_WORDS];
    for (size_t l = 0; l < QD_WORDS; l++) {
        x[l] = 0xABCDEF0100000007u + l;
        y[l] = 0x12345678FFFFFFF0u + l;
    }
    qd_words_interleave(&x, &y, out);
    memcpy(seen, out, sizeof seen);
    for (size_t l = 0; l < QD_WORDS; l++)
        assert_true(seen[2 * l] == x[l] && seen[2 * l + 1] == y[l]);
    qd_words_t product = x;
    qd_words_multiply(&product, &y);
    qd_words_fill(&filled, 0xFEDCBA9876543210u);
    for (size_t l = 0; l < QD_WORDS; l++) {
        assert_true(product[l] == (7u + l) * (0xFFFFFFF0u + l));
        assert_true(filled[l] == 0xFEDCBA9876543210u);
    }
}

static void test_transpose(void **state)
{
    (void)state;
    qd_reals_t row[QD_REALS];
    for (size_t i = 0; i < QD_REALS; i++)
        for (size_t l = 0; l < QD_REALS; l++)
            row[i][l] = (double)(10 * i + l);
    qd_reals_transpose(row);
    for (size_t i = 0; i < QD_REALS; i++)
        for (size_t l = 0; l < QD_REALS; l++)
            assert_true(row[i][l] == (double)(10 * l + i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_up_to),
        cmocka_unit_test(test_first),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_transpose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
