#include "design/design.h"
#include "support/check.h"

#define POINTS 256

static void test_prefix_is_stable(void **state)
{
    (void)state;
    static double large[POINTS * QD_SOBOL_DIMENSIONS], small[POINTS * QD_SOBOL_DIMENSIONS];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_sobol(POINTS, QD_SOBOL_DIMENSIONS, 11, large, &error), QD_OK);
    assert_int_equal(qd_design_sobol(100, QD_SOBOL_DIMENSIONS, 11, small, &error), QD_OK);
    assert_memory_equal(small, large, sizeof(double) * 100 * QD_SOBOL_DIMENSIONS);
}

/* A digital shift keeps the net: every 2^k points have one in each stratum of each dimension, the origin's
 * image included. */
static void test_every_dimension_is_balanced(void **state)
{
    (void)state;
    static double unit[POINTS * QD_SOBOL_DIMENSIONS];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_sobol(POINTS, QD_SOBOL_DIMENSIONS, 5, unit, &error), QD_OK);
    for (size_t n = 1; n <= POINTS; n *= 2)
        for (size_t d = 0; d < QD_SOBOL_DIMENSIONS; d++) {
            unsigned char seen[POINTS] = {0};
            for (size_t i = 0; i < n; i++) {
                double u = unit[i * QD_SOBOL_DIMENSIONS + d];
                assert_true(u >= 0.0 && u < 1.0);
                assert_int_equal(seen[(size_t)(u * (double)n)]++, 0);
            }
        }
}

/* The first two dimensions are a (0, m, 2)-net: every elementary rectangle of area 1/n holds one point. */
static void test_plane_is_a_net(void **state)
{
    (void)state;
    static double unit[POINTS * 2];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_sobol(POINTS, 2, 9, unit, &error), QD_OK);
    for (size_t rows = 1; rows <= POINTS; rows *= 2) {
        size_t columns = POINTS / rows;
        unsigned char seen[POINTS] = {0};
        for (size_t i = 0; i < POINTS; i++) {
            size_t cell =
                (size_t)(unit[2 * i] * (double)rows) * columns + (size_t)(unit[2 * i + 1] * (double)columns);
            assert_int_equal(seen[cell]++, 0);
        }
    }
}

static void test_seed_and_dimension_shift(void **state)
{
    (void)state;
    double a[4 * 2], b[4 * 2];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_sobol(4, 2, 1, a, &error), QD_OK);
    assert_int_equal(qd_design_sobol(4, 2, 2, b, &error), QD_OK);
    assert_true(a[0] != b[0]);
    assert_true(a[0] != a[1]);
}

static void test_refuses_dimensions_beyond_the_generator(void **state)
{
    (void)state;
    double unit[100];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_sobol(1, QD_SOBOL_DIMENSIONS + 1, 1, unit, &error), QD_ERROR_INPUT);
    assert_int_equal(qd_design_sobol(1, 0, 1, unit, &error), QD_ERROR_INPUT);
    assert_int_equal(error.count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prefix_is_stable),
        cmocka_unit_test(test_every_dimension_is_balanced),
        cmocka_unit_test(test_plane_is_a_net),
        cmocka_unit_test(test_seed_and_dimension_shift),
        cmocka_unit_test(test_refuses_dimensions_beyond_the_generator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
