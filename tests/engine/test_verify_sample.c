#include "engine/verify_parts.h"
#include "support/check.h"

#define MOST 64

/* Blocks ascend, are apart, of at most MOST worlds, and add up to the share that was asked for. */
static void test_takes_the_share_that_it_says(void **state)
{
    (void)state;
    static const uint64_t worlds[] = {1, 2, 63, 64, 65, 3000, 6000, 67584, 1000003};
    static const uint64_t cells[] = {1, 2, 3, 16, 6000};
    static const double fractions[] = {1e-9, 0.001, 0.01, 0.05, 0.5, 0.999, 1.0};
    for (size_t w = 0; w < sizeof worlds / sizeof worlds[0]; w++)
        for (size_t c = 0; c < sizeof cells / sizeof cells[0] && cells[c] <= worlds[w]; c++)
            for (size_t f = 0; f < sizeof fractions / sizeof fractions[0]; f++) {
                uint64_t taken = 0, end = 0;
                qd_verify_sample_t sample = qd_verify_sample(fractions[f], worlds[w], cells[c], MOST);
                for (; sample.positions.count > 0; qd_verify_sample_next(&sample)) {
                    assert_true(sample.positions.count <= MOST);
                    assert_true(sample.positions.first >= end);
                    end = sample.positions.first + sample.positions.count;
                    taken += sample.positions.count;
                }
                assert_true(end <= worlds[w]);
                double wanted = fractions[f] * (double)worlds[w];
                assert_true((double)taken >= wanted * (1.0 - 1e-12) && (double)taken < wanted + 1.0);
            }
}

/* 2,000 points of 3 orders and one world each: 1 % is 60 worlds, not 6,000. They lie in 60 cells, of every
 * order, and no run of two hundred successive cells is left out. */
static void test_spreads_over_small_cells(void **state)
{
    (void)state;
    size_t orders[3] = {0};
    uint64_t last = 0, taken = 0;
    for (qd_verify_sample_t s = qd_verify_sample(0.01, 6000, 6000, MOST); s.positions.count > 0;
         qd_verify_sample_next(&s)) {
        assert_int_equal(s.positions.count, 1);
        assert_true(s.positions.first - last <= 200);
        last = s.positions.first;
        orders[s.positions.first % 3]++;
        taken++;
    }
    assert_int_equal(taken, 60);
    assert_true(6000 - last <= 200);
    for (size_t o = 0; o < 3; o++)
        assert_true(orders[o] >= 10);
}

/* The same if a stretch is a multiple of the period of the sequence: 300 cells, 3 orders. */
static void test_meets_every_order_whatever_the_period(void **state)
{
    (void)state;
    size_t orders[3] = {0};
    for (qd_verify_sample_t s = qd_verify_sample(0.01, 30000, 30000, MOST); s.positions.count > 0;
         qd_verify_sample_next(&s))
        orders[s.positions.first % 3]++;
    for (size_t o = 0; o < 3; o++)
        assert_true(orders[o] >= 60);
}

/* Cells of many worlds are sampled in whole blocks, which play faster. */
static void test_takes_blocks_of_large_cells(void **state)
{
    (void)state;
    qd_verify_sample_t s = qd_verify_sample(0.01, 300000, 3, MOST);
    assert_int_equal(s.take, 3000);
    assert_int_equal(s.blocks, 47);
    s = qd_verify_sample(0.01, 0, 0, MOST);
    assert_int_equal(s.blocks, 0);
    assert_int_equal(s.positions.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_the_share_that_it_says),
        cmocka_unit_test(test_spreads_over_small_cells),
        cmocka_unit_test(test_meets_every_order_whatever_the_period),
        cmocka_unit_test(test_takes_blocks_of_large_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
