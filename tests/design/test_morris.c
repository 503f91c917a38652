#include "design/design.h"
#include "support/check.h"

#define TRAJECTORIES 200
#define DIMS         6
#define LEVELS       8

static double unit[TRAJECTORIES * (DIMS + 1) * DIMS];
static size_t moved[TRAJECTORIES * DIMS];

static void test_one_factor_moves_by_half_the_levels(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_morris(TRAJECTORIES, DIMS, LEVELS, 4, unit, moved, &error), QD_OK);
    const double delta = LEVELS / (2.0 * (LEVELS - 1));
    size_t ups = 0;
    for (size_t t = 0; t < TRAJECTORIES; t++) {
        unsigned seen = 0;
        for (size_t k = 0; k < DIMS; k++) {
            const double *from = unit + (t * (DIMS + 1) + k) * DIMS, *to = from + DIMS;
            size_t factor = moved[t * DIMS + k];
            seen |= 1u << factor;
            for (size_t d = 0; d < DIMS; d++)
                if (d != factor)
                    assert_true(from[d] == to[d]);
            double step = to[factor] - from[factor];
            assert_float_equal(fabs(step), delta, 1e-15);
            ups += step > 0.0;
        }
        assert_int_equal(seen, (1u << DIMS) - 1);
    }
    size_t steps = TRAJECTORIES * DIMS; /* 1200 fair coins: 0.5 -+ 4 * 0.0144 */
    assert_true(ups > steps * 44 / 100 && ups < steps * 56 / 100);
}

static void test_all_levels_are_met(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_morris(TRAJECTORIES, DIMS, LEVELS, 4, unit, moved, &error), QD_OK);
    size_t count[LEVELS] = {0};
    for (size_t i = 0; i < TRAJECTORIES * (DIMS + 1) * DIMS; i++) {
        assert_true(unit[i] >= 0.0 && unit[i] < 1.0);
        double level = unit[i] * (LEVELS - 1);
        assert_float_equal(level, rint(level), 1e-12);
        count[(size_t)rint(level)]++;
    }
    for (size_t l = 0; l < LEVELS; l++)
        assert_in_range(count[l], 850, 1250); /* 8400 / 8 = 1050 */
}

static void test_prefix_is_stable(void **state)
{
    (void)state;
    static double small[20 * (DIMS + 1) * DIMS];
    static size_t small_moved[20 * DIMS];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_morris(TRAJECTORIES, DIMS, LEVELS, 4, unit, moved, &error), QD_OK);
    assert_int_equal(qd_design_morris(20, DIMS, LEVELS, 4, small, small_moved, &error), QD_OK);
    assert_memory_equal(small, unit, sizeof small);
    assert_memory_equal(small_moved, moved, sizeof small_moved);
}

static void test_refuses_odd_or_few_levels(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_morris(1, DIMS, 5, 4, unit, moved, &error), QD_ERROR_INPUT);
    assert_int_equal(qd_design_morris(1, DIMS, 2, 4, unit, moved, &error), QD_ERROR_INPUT);
    assert_int_equal(qd_design_morris(1, 0, 4, 4, unit, moved, &error), QD_ERROR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_factor_moves_by_half_the_levels),
        cmocka_unit_test(test_all_levels_are_met),
        cmocka_unit_test(test_prefix_is_stable),
        cmocka_unit_test(test_refuses_odd_or_few_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
