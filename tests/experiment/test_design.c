#include "experiment/loaded.h"

#include <math.h>
#include <stdio.h>

#include "design/design.h"

static void test_grid(void **state)
{
    (void)state;
    qd_experiment_t *e =
        loaded("design: {type: grid, factors: {tension.debt: {values: [3, 1]}, doctrine: {values: [obama, "
               "neutral, trump]}, mission.random_order: {values: [true, false]}}}");
    const double debt[2] = {3, 1}, doctrine[3] = {6, 0, 7}, order[2] = {1, 0};
    assert_int_equal(e->points, 12);
    for (size_t p = 0; p < 12; p++) { /* the first factor is the slowest */
        char label[8];
        snprintf(label, sizeof label, "%zu", p);
        assert_string_equal(e->point[p].label, label);
        assert_true(e->point[p].coordinate[0] == debt[p / 6]);
        assert_true(e->point[p].coordinate[1] == doctrine[p / 2 % 3]);
        assert_true(e->point[p].coordinate[2] == order[p % 2]);
    }
    qd_change_t change[64];
    qd_plan_t plan = plan_of(e, 4, 2, change);
    assert_true(constant_of(&plan, QD_P_doctrine_vital_interest) == 0.08);
    assert_true(constant_of(&plan, QD_P_mission_random_order) == 1.0);
    qd_experiment_free(e);
}

static void test_spaced_levels(void **state)
{
    (void)state;
    qd_experiment_t *e =
        loaded("design: {type: grid, factors: {institution.target: {linspace: [0.9, 0.1, 5]}, tension.debt: "
               "{logspace: [0.01, 100, 5]}, order.states: {linspace: [10, 20, 3]}}}");
    const double target[5] = {0.9, 0.7, 0.5, 0.3, 0.1}, debt[5] = {0.01, 0.1, 1, 10, 100};
    for (size_t i = 0; i < 5; i++) {
        assert_true(e->design.factor[0].level[i] == target[i]);
        assert_near(e->design.factor[1].level[i], debt[i], 1e-13 * debt[i]);
    }
    assert_true(e->design.factor[1].level[4] == 100.0);
    assert_true(e->design.factor[2].level[1] == 15.0);
    qd_experiment_free(e);
}

static void test_zipped_list(void **state)
{
    (void)state;
    qd_experiment_t *e =
        loaded("design: {type: list, factors: {tension.debt: {values: [1, 2, 1]}, doctrine: {values: [obama, "
               "trump, trump]}}}");
    assert_int_equal(e->points, 3);
    assert_true(e->point[1].coordinate[0] == 2.0 && e->point[1].coordinate[1] == 7.0);
    assert_true(e->point[2].coordinate[0] == 1.0 && e->point[2].coordinate[1] == 7.0);
    qd_experiment_free(e);
}

/* Constants of a list's points are its factors; what a point leaves alone or draws is NaN. */
static void test_list_of_points(void **state)
{
    (void)state;
    qd_experiment_t *e = loaded("design:\n  type: list\n  points:\n"
                                "    - {tension.debt: 2, doctrine: obama}\n"
                                "    - {label: drawn, set: {tension.debt: {uniform: [0, 1]}}}\n"
                                "    - {label: base, set: {}}\n"
                                "    - {tension.debt: 0.5}\n");
    assert_int_equal(e->design.factors, 2);
    assert_string_equal(e->design.factor[0].name, "doctrine");
    assert_string_equal(e->design.factor[1].name, "tension.debt");
    assert_int_equal(e->design.factor[1].levels, 2);
    assert_true(e->design.factor[1].level[0] == 0.5);
    assert_string_equal(e->point[1].label, "drawn");
    assert_string_equal(e->point[3].label, "3");
    assert_true(isnan(e->point[1].coordinate[1]) && e->point[1].settings == 1);
    assert_true(isnan(e->point[2].coordinate[0]) && e->point[2].settings == 0);
    qd_change_t change[64];
    qd_plan_t plan = plan_of(e, 1, 0, change);
    assert_int_equal(plan.parameter[QD_P_tension_debt].kind, QD_UNIFORM);
    qd_experiment_free(e);
}

/* A sampled design is its points of the unit cube, through the quantile functions and over the levels. */
static void check_sampled(const char *type, size_t points, const double unit[])
{
    char text[300];
    snprintf(text, sizeof text,
             "seed: 9\ndesign: {type: %s, points: 6, factors: {tension.debt: {uniform: [1, 3]}, doctrine: "
             "{values: [trump, "
             "obama, clinton]}, tension.decay: {triangular: [0, 0.5, 1]}}}",
             type);
    const double rows[3] = {7, 6, 3};
    qd_experiment_t *e = loaded(text);
    qd_distribution_t triangular = {.kind = QD_TRIANGULAR, .b = 1.0, .c = 0.5};
    assert_null(qd_distribution_finish(&triangular, 0.0, 1.0));
    assert_int_equal(e->points, points);
    assert_int_equal(e->design.size, 6);
    for (size_t p = 0; p < points; p++) {
        assert_true(e->point[p].coordinate[0] == 1.0 + 2.0 * unit[3 * p]);
        assert_true(e->point[p].coordinate[1] == rows[(size_t)(3.0 * unit[3 * p + 1])]);
        assert_true(e->point[p].coordinate[2] == qd_distribution_quantile(&triangular, unit[3 * p + 2]));
    }
    qd_experiment_free(e);
}

static void test_sampled(void **state)
{
    (void)state;
    double unit[6 * 5 * 3];
    size_t moved[6 * 3];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_lhs(6, 3, 9, unit, &error), QD_OK);
    check_sampled("lhs", 6, unit);
    assert_int_equal(qd_design_sobol(6, 3, 9, unit, &error), QD_OK);
    check_sampled("sobol", 6, unit);
    assert_int_equal(qd_design_saltelli(6, 3, 9, unit, &error), QD_OK);
    check_sampled("saltelli", 30, unit);
    assert_int_equal(qd_design_morris(6, 3, 4, 9, unit, moved, &error), QD_OK);
    check_sampled("morris", 24, unit);
}

/* Raising the number of points keeps the first ones, by hash too. */
static void test_prefix_is_stable(void **state)
{
    (void)state;
    qd_experiment_t *few =
        loaded("design: {type: sobol, points: 5, factors: {tension.debt: {uniform: [0, 1]}, tension.decay: "
               "{uniform: [0, 1]}}}");
    qd_experiment_t *many =
        loaded("design: {type: sobol, points: 9, factors: {tension.debt: {uniform: [0, 1]}, "
               "tension.decay: {uniform: [0, 1]}}}");
    for (size_t p = 0; p < 5; p++)
        assert_true(few->point[p].hash == many->point[p].hash);
    qd_experiment_free(few);
    qd_experiment_free(many);
}

/* Factors keep the distribution that is drawn from, bounds and all. */
static void test_factor_distribution(void **state)
{
    (void)state;
    qd_experiment_t *e = loaded("design: {type: lhs, points: 3, factors: {affinity.noise: {beta: [2, 3]}}}");
    assert_int_equal(e->design.factor[0].levels, 0);
    assert_true(e->design.factor[0].distribution.low == 0.0 && e->design.factor[0].distribution.high == 2.0);
    qd_experiment_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grid),
        cmocka_unit_test(test_spaced_levels),
        cmocka_unit_test(test_zipped_list),
        cmocka_unit_test(test_list_of_points),
        cmocka_unit_test(test_sampled),
        cmocka_unit_test(test_prefix_is_stable),
        cmocka_unit_test(test_factor_distribution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
