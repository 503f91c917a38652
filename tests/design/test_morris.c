#include "design/design.h"
#include "support/check.h"

#define TRAJECTORIES 200
#define DIMS         6
#define LEVELS       8

static double unit[TRAJECTORIES * (DIMS + 1) * DIMS];
static size_t moved[TRAJECTORIES * DIMS];
static const size_t eight[DIMS] = {LEVELS, LEVELS, LEVELS, LEVELS, LEVELS, LEVELS};

static void test_one_factor_moves_by_half_the_levels(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_morris(TRAJECTORIES, DIMS, eight, 4, unit, moved, &error), QD_OK);
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
    size_t steps = TRAJECTORIES * DIMS; /* as many up as down in every eight trajectories */
    assert_int_equal(ups, steps / 2);
}

/* How often each level of a factor is met by the points `first` after the first of their trajectories. */
static void count_levels(size_t trajectories, size_t levels, size_t factor, size_t first, size_t count[])
{
    for (size_t t = 0; t < trajectories; t++) {
        double level = unit[(t * (DIMS + 1) + first) * DIMS + factor] * (double)(levels - 1);
        assert_float_equal(level, rint(level), 1e-12);
        count[(size_t)rint(level)]++;
    }
}

static void assert_balanced(size_t levels, const size_t count[], size_t slack)
{
    size_t least = SIZE_MAX, most = 0;
    for (size_t l = 0; l < levels; l++) {
        least = count[l] < least ? count[l] : least;
        most = count[l] > most ? count[l] : most;
    }
    assert_in_range(most - least, 0, slack);
}

/* At the ends of trajectories, the levels of every factor occur equally often, within one, for even and odd
 * numbers of levels; over all points, within the variation from the random order of moves. */
static void test_levels_are_used_alike(void **state)
{
    (void)state;
    const size_t levels[DIMS] = {2, 3, 5, 8, 11, 64};
    qd_error_t error = QD_ERROR_NONE;
    for (size_t trajectories = 1; trajectories <= TRAJECTORIES; trajectories += 1 + trajectories / 3)
        for (uint64_t seed = 0; seed < 5; seed++) {
            assert_int_equal(qd_design_morris(trajectories, DIMS, levels, seed, unit, moved, &error), QD_OK);
            for (size_t d = 0; d < DIMS; d++) {
                size_t begin[64] = {0}, end[64] = {0}, all[64] = {0};
                count_levels(trajectories, levels[d], d, 0, begin);
                count_levels(trajectories, levels[d], d, DIMS, end);
                assert_balanced(levels[d], begin, 1);
                assert_balanced(levels[d], end, 1);
                for (size_t k = 0; k <= DIMS; k++)
                    count_levels(trajectories, levels[d], d, k, all);
                if (trajectories >= 8 * levels[d])
                    for (size_t l = 0; l < levels[d]; l++)
                        assert_true(
                            fabs((double)all[l] * (double)levels[d] / (double)trajectories / (DIMS + 1) -
                                 1.0) < 0.35);
            }
        }
}

/* A factor with an odd number of levels moves by half of them, rounded up or down; both ends are met. */
static void test_odd_levels(void **state)
{
    (void)state;
    const size_t levels[DIMS] = {3, 5, 7, 1, 2, 9};
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_morris(TRAJECTORIES, DIMS, levels, 4, unit, moved, &error), QD_OK);
    for (size_t t = 0; t < TRAJECTORIES; t++)
        for (size_t k = 0; k < DIMS; k++) {
            size_t d = moved[t * DIMS + k];
            const double *from = unit + (t * (DIMS + 1) + k) * DIMS, *to = from + DIMS;
            double step = fabs(to[d] - from[d]) * (double)(levels[d] - 1);
            assert_true(from[d] >= 0.0 && from[d] <= 1.0 && to[d] >= 0.0 && to[d] <= 1.0);
            if (levels[d] == 1)
                assert_true(from[d] == 0.0 && to[d] == 0.0);
            else
                assert_true(fabs(step - floor((double)levels[d] / 2.0)) < 1e-12 ||
                            fabs(step - ceil((double)levels[d] / 2.0)) < 1e-12);
        }
}

static void test_prefix_is_stable(void **state)
{
    (void)state;
    static double small[20 * (DIMS + 1) * DIMS];
    static size_t small_moved[20 * DIMS];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_morris(TRAJECTORIES, DIMS, eight, 4, unit, moved, &error), QD_OK);
    assert_int_equal(qd_design_morris(20, DIMS, eight, 4, small, small_moved, &error), QD_OK);
    assert_memory_equal(small, unit, sizeof small);
    assert_memory_equal(small_moved, moved, sizeof small_moved);
}

static void test_refuses_what_cannot_move(void **state)
{
    (void)state;
    const size_t none[DIMS] = {4, 4, 0, 4, 4, 4};
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_morris(1, DIMS, none, 4, unit, moved, &error), QD_ERROR_INPUT);
    assert_int_equal(qd_design_morris(1, 0, eight, 4, unit, moved, &error), QD_ERROR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_factor_moves_by_half_the_levels),
        cmocka_unit_test(test_levels_are_used_alike),
        cmocka_unit_test(test_prefix_is_stable),
        cmocka_unit_test(test_odd_levels),
        cmocka_unit_test(test_refuses_what_cannot_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
