#include "design/design.h"
#include "support/check.h"

#include <stdlib.h>

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

static void test_every_number_of_points_is_latin(void **state)
{
    (void)state;
    static double unit[POINTS * DIMS];
    qd_error_t error = QD_ERROR_NONE;
    for (size_t n = 1; n <= POINTS; n += 1 + n / 100)
        for (uint64_t seed = 1; seed <= 5; seed++) {
            assert_int_equal(qd_design_lhs(n, DIMS, seed, unit, &error), QD_OK);
            assert_latin(unit, n);
        }
}

/* Two neighbours among the larger sizes that floating-point strata might confuse. */
static void test_large_designs_are_latin(void **state)
{
    (void)state;
    const size_t size[] = {49, 99999, 524287, 1048575, 1048576};
    for (size_t k = 0; k < QD_COUNT(size); k++) {
        size_t n = size[k];
        double *unit = malloc(n * sizeof *unit);
        unsigned char *seen = calloc(n, 1);
        qd_error_t error = QD_ERROR_NONE;
        assert_true(unit && seen);
        assert_int_equal(qd_design_lhs(n, 1, k, unit, &error), QD_OK);
        for (size_t i = 0; i < n; i++)
            seen[(size_t)(unit[i] * (double)n)]++;
        for (size_t i = 0; i < n; i++)
            assert_int_equal(seen[i], 1);
        free(unit);
        free(seen);
    }
}

static void test_twice_the_points_keep_the_first(void **state)
{
    (void)state;
    static double large[POINTS * DIMS], small[POINTS * DIMS];
    qd_error_t error = QD_ERROR_NONE;
    for (size_t n = 1; 2 * n <= POINTS; n += 1 + n / 7) {
        assert_int_equal(qd_design_lhs(2 * n, DIMS, 7, large, &error), QD_OK);
        assert_int_equal(qd_design_lhs(n, DIMS, 7, small, &error), QD_OK);
        assert_memory_equal(small, large, n * DIMS * sizeof(double));
    }
}

/* Values of any probabilities are met floor(n p) or ceil(n p) times, and n p times on average over seeds. */
static void test_aligned_points_balance_values(void **state)
{
    (void)state;
    enum { VALUES = 7, SEEDS = 300 };
    const double border[VALUES + 1] = {0.0, 0.3, 0.35, 0.36, 0.6, 0.8, 0.99, 1.0};
    static double unit[100 * 2];
    qd_error_t error = QD_ERROR_NONE;
    for (size_t n = 1; n <= 100; n += 9) {
        double all[VALUES] = {0};
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            assert_int_equal(qd_design_lhs(n, 2, seed, unit, &error), QD_OK);
            qd_design_lhs_align(n, 2, 1, seed, unit);
            double count[VALUES] = {0};
            for (size_t i = 0; i < n; i++)
                for (size_t v = 0; v < VALUES; v++)
                    count[v] += unit[2 * i + 1] >= border[v] && unit[2 * i + 1] < border[v + 1];
            for (size_t v = 0; v < VALUES; v++) {
                double expected = (double)n * (border[v + 1] - border[v]);
                assert_true(count[v] >= floor(expected - 1e-9) && count[v] <= ceil(expected + 1e-9));
                all[v] += (count[v] - expected) / SEEDS;
            }
        }
        for (size_t v = 0; v < VALUES; v++)
            assert_true(fabs(all[v]) < 4.0 * 0.5 / sqrt(SEEDS)); /* a count varies by at most 1 */
    }
}

/* Points lie in random strata: aligning moves them within these only. */
static void test_aligning_keeps_the_strata(void **state)
{
    (void)state;
    double before[37 * 3], after[37 * 3];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_lhs(37, 3, 5, before, &error), QD_OK);
    assert_int_equal(qd_design_lhs(37, 3, 5, after, &error), QD_OK);
    qd_design_lhs_align(37, 3, 2, 5, after);
    for (size_t i = 0; i < 37 * 3; i++) {
        assert_int_equal((size_t)(before[i] * 37.0), (size_t)(after[i] * 37.0));
        assert_true(i % 3 == 2 || before[i] == after[i]);
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
        cmocka_unit_test(test_every_number_of_points_is_latin),
        cmocka_unit_test(test_large_designs_are_latin),
        cmocka_unit_test(test_twice_the_points_keep_the_first),
        cmocka_unit_test(test_aligned_points_balance_values),
        cmocka_unit_test(test_aligning_keeps_the_strata),
        cmocka_unit_test(test_more_dimensions_keep_the_first),
        cmocka_unit_test(test_columns_are_uncorrelated),
        cmocka_unit_test(test_refuses_too_many_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
