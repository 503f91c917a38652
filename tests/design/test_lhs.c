#include "design/design.h"
#include "support/check.h"

#define POINTS 512
#define DIMS   5

static void assert_latin(const double unit[], size_t n)
{
    for (size_t d = 0; d < DIMS; d++) {
        unsigned char seen[POINTS] = {0};
        for (size_t i = 0; i < n; i++) {
            double u = unit[i * DIMS + d];
            assert_true(u >= 0.0 && u < 1.0);
            size_t stratum = (size_t)(u * (double)n);
            assert_int_equal(seen[stratum], 0);
            seen[stratum] = 1;
        }
    }
}

static void test_every_power_of_two_prefix_is_latin(void **state)
{
    (void)state;
    static double unit[POINTS * DIMS];
    qd_error_t error = QD_ERROR_NONE;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        assert_int_equal(qd_design_lhs(POINTS, DIMS, seed, unit, &error), QD_OK);
        for (size_t n = 1; n <= POINTS; n *= 2)
            assert_latin(unit, n);
    }
}

static void test_more_points_keep_the_first(void **state)
{
    (void)state;
    static double large[POINTS * DIMS], small[POINTS * DIMS];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_lhs(POINTS, DIMS, 7, large, &error), QD_OK);
    for (size_t n = 0; n < POINTS; n += 13) {
        assert_int_equal(qd_design_lhs(n, DIMS, 7, small, &error), QD_OK);
        assert_memory_equal(small, large, n * DIMS * sizeof(double));
    }
}

static void test_more_dimensions_keep_the_first(void **state)
{
    (void)state;
    double wide[10 * 3], narrow[10 * 2];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_lhs(10, 3, 7, wide, &error), QD_OK);
    assert_int_equal(qd_design_lhs(10, 2, 7, narrow, &error), QD_OK);
    for (size_t i = 0; i < 10; i++)
        assert_memory_equal(wide + i * 3, narrow + i * 2, 2 * sizeof(double));
}

/* Columns are shuffled independently: their correlation is small and differs from dimension to dimension. */
static void test_columns_are_uncorrelated(void **state)
{
    (void)state;
    static double unit[POINTS * DIMS];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_lhs(POINTS, DIMS, 3, unit, &error), QD_OK);
    for (size_t a = 0; a < DIMS; a++)
        for (size_t b = 0; b < a; b++) {
            double sum = 0.0;
            for (size_t i = 0; i < POINTS; i++)
                sum += (unit[i * DIMS + a] - 0.5) * (unit[i * DIMS + b] - 0.5);
            double correlation = sum / POINTS * 12.0;
            assert_true(correlation < 0.18 && correlation > -0.18); /* four standard errors */
            assert_true(correlation != 0.0);
        }
}

static void test_refuses_too_many_points(void **state)
{
    (void)state;
    double unit[1];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_lhs((size_t)1 << 30, 1, 1, unit, &error), QD_ERROR_INPUT);
    assert_non_null(strstr(error.text, "1048576"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_power_of_two_prefix_is_latin),
        cmocka_unit_test(test_more_points_keep_the_first),
        cmocka_unit_test(test_more_dimensions_keep_the_first),
        cmocka_unit_test(test_columns_are_uncorrelated),
        cmocka_unit_test(test_refuses_too_many_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
