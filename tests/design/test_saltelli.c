#include "design/design.h"
#include "support/check.h"

#define BASE  64
#define DIMS  4
#define BLOCK (DIMS + 2)

static void test_blocks_are_a_ab_b(void **state)
{
    (void)state;
    static double unit[BASE * BLOCK * DIMS];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_saltelli(BASE, DIMS, 3, unit, &error), QD_OK);
    for (size_t k = 0; k < BASE; k++) {
        const double *a = unit + k * BLOCK * DIMS, *b = a + (BLOCK - 1) * DIMS;
        for (size_t i = 0; i < DIMS; i++)
            for (size_t d = 0; d < DIMS; d++)
                assert_true(a[(i + 1) * DIMS + d] == (d == i ? b[d] : a[d]));
    }
}

static void test_a_and_b_are_halves_of_one_sequence(void **state)
{
    (void)state;
    static double unit[BASE * BLOCK * DIMS], sequence[BASE * 2 * DIMS];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_saltelli(BASE, DIMS, 3, unit, &error), QD_OK);
    assert_int_equal(qd_design_sobol(BASE, 2 * DIMS, 3, sequence, &error), QD_OK);
    for (size_t k = 0; k < BASE; k++) {
        assert_memory_equal(unit + k * BLOCK * DIMS, sequence + k * 2 * DIMS, DIMS * sizeof(double));
        assert_memory_equal(unit + (k * BLOCK + BLOCK - 1) * DIMS, sequence + (2 * k + 1) * DIMS,
                            DIMS * sizeof(double));
    }
}

static void test_prefix_is_stable(void **state)
{
    (void)state;
    static double large[BASE * BLOCK * DIMS], small[BASE * BLOCK * DIMS];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_saltelli(BASE, DIMS, 3, large, &error), QD_OK);
    assert_int_equal(qd_design_saltelli(10, DIMS, 3, small, &error), QD_OK);
    assert_memory_equal(small, large, 10 * BLOCK * DIMS * sizeof(double));
}

static void test_refuses_more_factors_than_half_the_generator(void **state)
{
    (void)state;
    double unit[1];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_saltelli(1, QD_SOBOL_DIMENSIONS / 2 + 1, 1, unit, &error), QD_ERROR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_are_a_ab_b),
        cmocka_unit_test(test_a_and_b_are_halves_of_one_sequence),
        cmocka_unit_test(test_prefix_is_stable),
        cmocka_unit_test(test_refuses_more_factors_than_half_the_generator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
