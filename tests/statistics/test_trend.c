#include "statistics/trend.h"
#include "support/check.h"

#include <malloc.h>

#define WORLDS 500
#define LEVELS 5

static const double level[LEVELS] = {0.1, 0.3, 0.5, 0.7, 0.9};

/* Means per level, over shared luck and a little of each level's own. */
static qd_trend_result_t judge(const double mean[LEVELS], double own, int direction, double margin)
{
    static double y[LEVELS][WORLDS];
    const double *column[LEVELS];
    for (uint32_t l = 0; l < LEVELS; l++) {
        column[l] = y[l];
        for (uint64_t w = 0; w < WORLDS; w++) {
            qd_luck_t luck = {3, w};
            y[l][w] = mean[l] + qd_random_normal(luck, QD_PURPOSE_BOOTSTRAP, 80, 99) +
                      own * qd_random_normal(luck, QD_PURPOSE_BOOTSTRAP, 80, l);
        }
    }
    qd_trend_t *self = qd_trend_new(LEVELS, level, direction, 1);
    assert_non_null(self);
    qd_trend_add(self, WORLDS, column);
    qd_trend_result_t out = qd_trend_result(self, 0.95, margin);
    qd_trend_free(self);
    return out;
}

static void test_straight_line(void **state)
{
    (void)state;
    const double mean[] = {0.0, 0.25, 0.5, 0.75, 1.0};
    qd_trend_result_t r = judge(mean, 0.0, +1, 0.5);
    QD_ASSERT_NEAR(r.rise.estimate, 1.0, 1e-12);
    QD_ASSERT_NEAR(r.tau.estimate, 1.0, 0.0);
    assert_true(r.monotone && !r.turns_back);
    r = judge(mean, 0.3, +1, 0.5);
    QD_ASSERT_NEAR(r.rise.estimate, 1.0, 5.0 * r.rise.se);
    assert_true(r.monotone && r.rise.reduction > 5.0);
    assert_true(r.tau.estimate > 0.5 && r.tau.estimate < 1.0 && r.tau.p < 1e-6);
}

static void test_direction(void **state)
{
    (void)state;
    const double falling[] = {1.0, 0.75, 0.5, 0.25, 0.0};
    qd_trend_result_t down = judge(falling, 0.3, -1, 0.0), up = judge(falling, 0.3, +1, 0.0);
    assert_true(down.monotone);
    assert_false(up.monotone);
    assert_true(up.turns_back);
    QD_ASSERT_NEAR(down.rise.estimate, -up.rise.estimate, 1e-12);
}

static void test_margin(void **state)
{
    (void)state;
    const double mean[] = {0.0, 0.25, 0.5, 0.75, 1.0};
    assert_false(judge(mean, 0.3, +1, 1.2).monotone);
}

/* A large rise that turns back at one step is no monotone trend, and the step is named. */
static void test_turning_back_is_seen(void **state)
{
    (void)state;
    const double mean[] = {0.0, 0.4, 0.8, 0.6, 1.0};
    qd_trend_result_t r = judge(mean, 0.3, +1, 0.0);
    assert_true(r.rise.interval.low > 0.0);
    assert_int_equal(r.weakest_step, 2);
    QD_ASSERT_NEAR(r.weakest.estimate, -0.2, 5.0 * r.weakest.se);
    assert_true(r.turns_back && r.p > 0.9);
    assert_false(r.monotone);
}

/* A step just below 0 beside large ones: taken for a rise in at most half the level (one-sided), as the test
 * of its own step has it. The largest p of all steps is that of the whole. */
static void test_size_with_one_false_step(void **state)
{
    (void)state;
    size_t supported = 0;
    for (uint64_t run = 0; run < 2000; run++) {
        double y[3][40];
        for (uint32_t l = 0; l < 3; l++)
            for (uint64_t w = 0; w < 40; w++)
                y[l][w] = (l == 0 ? 0.0 : 5.0) - (l == 2 ? 0.001 : 0.0) +
                          qd_random_normal((qd_luck_t){run, w}, QD_PURPOSE_BOOTSTRAP, 81, l);
        qd_trend_t *self = qd_trend_new(3, level, +1, 1);
        qd_trend_add(self, 40, (const double *const[]){y[0], y[1], y[2]});
        qd_trend_result_t r = qd_trend_result(self, 0.95, 0.0);
        supported += r.monotone;
        QD_ASSERT_NEAR(r.p, fmin(1.0, 2.0 * fmax(r.rise.p_above, r.weakest.p_above)), 0.0);
        qd_trend_free(self);
    }
    assert_in_range(supported, 15, 50 + 21); /* 2.5%, and three standard errors */
}

/* A mean that stays flat over some levels does not rise from each to the next, but it does not turn back. */
static void test_flat_steps_are_no_turning_back(void **state)
{
    (void)state;
    const double mean[] = {0.0, 0.0, 0.0, 1.0, 1.0};
    qd_trend_result_t r = judge(mean, 0.3, +1, 0.0);
    assert_true(r.rise.interval.low > 0.0 && r.weakest.p_above > 0.05);
    assert_false(r.monotone);
    assert_false(r.turns_back);
    const double flat[LEVELS] = {0};
    assert_false(judge(flat, 0.3, +1, 0.0).monotone);
    assert_false(judge(flat, 0.0, +1, 0.0).monotone);
    assert_false(judge(flat, 0.0, +1, 0.0).turns_back);
}

static void test_unknown_worlds_are_left_out_whole(void **state)
{
    (void)state;
    const double a[] = {0.0, 0.0, 0.1}, b[] = {1.0, NAN, 1.2};
    qd_trend_t *self = qd_trend_new(2, (const double[]){0.0, 1.0}, 1, 1);
    qd_trend_add(self, 3, (const double *const[]){a, b});
    qd_trend_result_t r = qd_trend_result(self, 0.95, 0.0);
    assert_int_equal(r.rise.count, 2);
    assert_int_equal(r.tau.count, 2);
    assert_int_equal(r.weakest.count, 2);
    QD_ASSERT_NEAR(r.rise.estimate, 1.05, 1e-12);
    qd_trend_free(self);
}

/* Levels that are means over two strata: rise and steps have the standard errors of independent means, and a
 * level that is missing in one stratum costs the other nothing. */
static void test_strata_of_levels(void **state)
{
    (void)state;
    enum { N = 60, SHORT = 20 };
    double y[3][2][N];
    for (uint32_t w = 0; w < N; w++)
        for (uint32_t l = 0; l < 3; l++)
            for (uint32_t s = 0; s < 2; s++)
                y[l][s][w] = l == 1 && s == 1 && w >= SHORT
                                 ? (double)NAN
                                 : l + (double)(s + 1) * qd_random_normal((qd_luck_t){5 + s, w},
                                                                          QD_PURPOSE_BOOTSTRAP, 82, l);
    qd_trend_t *self = qd_trend_new(3, (const double[]){0.0, 1.0, 2.0}, 1, 2), *each[2];
    qd_trend_add(self, N, (const double *const[]){y[0][0], y[0][1], y[1][0], y[1][1], y[2][0], y[2][1]});
    qd_trend_result_t r = qd_trend_result(self, 0.95, 0.0), of[2];
    for (size_t s = 0; s < 2; s++) {
        each[s] = qd_trend_new(3, (const double[]){0.0, 1.0, 2.0}, 1, 1);
        qd_trend_add(each[s], N, (const double *const[]){y[0][s], y[1][s], y[2][s]});
        of[s] = qd_trend_result(each[s], 0.95, 0.0);
        qd_trend_free(each[s]);
    }
    assert_int_equal(of[0].rise.count, N);
    assert_int_equal(of[1].rise.count, SHORT);
    assert_int_equal(r.tau.count, SHORT);
    assert_int_equal(r.weakest.count, SHORT);
    QD_ASSERT_NEAR(r.rise.estimate, (of[0].rise.estimate + of[1].rise.estimate) / 2.0, 1e-12);
    QD_ASSERT_NEAR(r.rise.se, hypot(of[0].rise.se, of[1].rise.se) / 2.0, 1e-12);
    qd_trend_free(self);
}

/* Bytes in use (0 under a sanitizer, whose allocator is another) do not grow once the allocator keeps its
 * spare blocks. */
static void test_memory_is_freed(void **state)
{
    (void)state;
    size_t before = 0;
    for (int i = 0; i < 200; i++) {
        qd_trend_t *self = qd_trend_new(LEVELS, level, 1, 2);
        assert_non_null(self);
        qd_trend_free(self);
        if (i == 99)
            before = mallinfo2().uordblks;
    }
    assert_int_equal(mallinfo2().uordblks, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_straight_line),
        cmocka_unit_test(test_direction),
        cmocka_unit_test(test_margin),
        cmocka_unit_test(test_turning_back_is_seen),
        cmocka_unit_test(test_size_with_one_false_step),
        cmocka_unit_test(test_flat_steps_are_no_turning_back),
        cmocka_unit_test(test_unknown_worlds_are_left_out_whole),
        cmocka_unit_test(test_strata_of_levels),
        cmocka_unit_test(test_memory_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
