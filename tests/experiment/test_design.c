#include "experiment/loaded.h"

#include <math.h>
#include <stdio.h>

#include "base/text.h"
#include "design/design.h"
#include "experiment/points.h"

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

/* Constants of a list's points are its factors; a factor that a point does not set, or draws, is NaN. */
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
        assert_true(e->point[p].coordinate[1] == rows[(size_t)fmin(3.0 * unit[3 * p + 1], 2.0)]);
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
    qd_design_lhs_align(6, 3, 1, 9, unit);
    check_sampled("lhs", 6, unit);
    assert_int_equal(qd_design_sobol(6, 3, 9, unit, &error), QD_OK);
    check_sampled("sobol", 6, unit);
    assert_int_equal(qd_design_saltelli(6, 3, 9, unit, &error), QD_OK);
    check_sampled("saltelli", 30, unit);
    const size_t levels[3] = {4, 3, 4};
    assert_int_equal(qd_design_morris(6, 3, levels, 9, unit, moved, &error), QD_OK);
    check_sampled("morris", 24, unit);
}

/* A Morris design uses every value of a factor alike, whatever its weight, and cuts normals at quantiles. */
static void test_morris_values(void **state)
{
    (void)state;
    enum { TRAJECTORIES = 40, FACTORS = 9, POINTS = TRAJECTORIES * (FACTORS + 1) };
    qd_experiment_t *e =
        loaded("design:\n  type: morris\n  points: 40\n  factors:\n"
               "    doctrine: {values: [neutral, weinberger, weinberger_powell, clinton, wolfowitz, "
               "rumsfeld, obama, trump]}\n"
               "    blocs.review: {integers: [1, 8]}\n"
               "    doctrine.umbrella: {values: [false, true]}\n"
               "    blocs.max: {values: [0, 2, 5]}\n"
               "    order.states: {choice: {values: [8, 10, 10, 12, 14, 16], weights: [9, 1, 5, 0, 1, 1]}}\n"
               "    mission.patronage: {normal: [0, 1]}\n"
               "    affinity.interdependence: {normal: [0.3, 0.1]}\n"
               "    tension.debt: {beta: [2, 3, 0, 1]}\n"
               "    tension.decay: {loguniform: [0.01, 0.1]}\n");
    const size_t values[FACTORS] = {8, 8, 2, 3, 4, 4, 4, 4, 4};
    const double z = 2.3263478740408411, low[FACTORS] = {0, 1, 0, 0, 8, -z, 0.3 - 0.1 * z, 0, 0.01},
                 high[FACTORS] = {7, 8, 1, 5, 16, z, 0.3 + 0.1 * z, 1, 0.1};
    assert_int_equal(e->points, POINTS);
    for (size_t f = 0; f < FACTORS; f++) {
        double met[POINTS], least = INFINITY, most = -INFINITY;
        size_t different = 0, begun[POINTS] = {0};
        for (size_t p = 0; p < POINTS; p++) {
            double x = e->point[p].coordinate[f];
            size_t v = 0;
            while (v < different && met[v] != x)
                v++;
            different += v == different;
            met[v] = x;
            begun[v] += p % (FACTORS + 1) == 0;
            least = fmin(least, x);
            most = fmax(most, x);
        }
        assert_int_equal(different, values[f]);
        assert_true(fabs(least - low[f]) < 1e-9);
        assert_true(fabs(most - high[f]) < 1e-9);
        for (size_t v = 0; v < different; v++)
            assert_in_range(begun[v], TRAJECTORIES / values[f], (TRAJECTORIES + values[f] - 1) / values[f]);
    }
    qd_experiment_free(e);
}

/* Discrete factors of a Latin hypercube: each value as often as any other, within one, for every size. */
static void test_lhs_values(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 60; n++) {
        char text[300];
        snprintf(text, sizeof text,
                 "design: {type: lhs, points: %zu, factors: {blocs.max: {values: [0, 2, 5]}, blocs.review: "
                 "{integers: "
                 "[1, 8]}, doctrine: {choice: [obama, trump, clinton, neutral, rumsfeld]}, tension.debt: "
                 "{uniform: "
                 "[0, 1]}}}",
                 n);
        qd_experiment_t *e = loaded(text);
        const size_t values[3] = {3, 8, 5};
        for (size_t f = 0; f < 3; f++) {
            size_t count[16] = {0}, known = 0;
            for (size_t p = 0; p < n; p++)
                count[(size_t)e->point[p].coordinate[f]]++;
            for (size_t v = 0; v < 16; v++) {
                known += count[v] > 0;
                assert_true(count[v] == 0 || count[v] >= n / values[f]);
                assert_true(count[v] <= (n + values[f] - 1) / values[f]);
            }
            assert_true(n < values[f] || known == values[f]);
        }
        qd_experiment_free(e);
    }
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

/* Every design is met in this file and has its line in docs/experiment-file.md. */
static bool has_word(const char *text, const char *before, const char *word, const char *after)
{
    char sought[64];
    snprintf(sought, sizeof sought, "%s%s%s", before, word, after);
    return strstr(text, sought) != NULL;
}

static void test_every_design_is_tested_and_documented(void **state)
{
    (void)state;
    char *docs, *tests;
    size_t length;
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_read_text(QD_SOURCE_DIR "/docs/experiment-file.md", 1 << 20, &docs, &length, &error),
                     QD_OK);
    assert_int_equal(
        qd_read_text(QD_SOURCE_DIR "/tests/experiment/test_design.c", 1 << 20, &tests, &length, &error),
        QD_OK);
    for (size_t type = QD_DESIGN_NONE + 1; type < QD_DESIGNS; type++) {
        const char *name = qd_design_table[type].name;
        if (!has_word(docs, "| `", name, "` |"))
            fail_msg("docs/experiment-file.md has no line of `%s`", name);
        if (!has_word(tests, "type: ", name, ",") && !has_word(tests, "(\"", name, "\", "))
            fail_msg("no test here of a %s design", name);
    }
    free(docs);
    free(tests);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_design_is_tested_and_documented),
        cmocka_unit_test(test_grid),
        cmocka_unit_test(test_spaced_levels),
        cmocka_unit_test(test_zipped_list),
        cmocka_unit_test(test_list_of_points),
        cmocka_unit_test(test_sampled),
        cmocka_unit_test(test_morris_values),
        cmocka_unit_test(test_lhs_values),
        cmocka_unit_test(test_prefix_is_stable),
        cmocka_unit_test(test_factor_distribution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
