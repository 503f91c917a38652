/* `robustness:`: the varied parameters of each claim, and the settings of the counterparts. */
#include "experiment/loaded.h"

#include <math.h>

#define FILE_OF(robustness)                                                                                  \
    "worlds: 500\norders: [unipolar, bipolar]\n"                                                             \
    "parameters: {order.periods: 40, tension.debt: 0.2, affinity.noise: {uniform: [0.05, 0.15]}}\n"          \
    "schedule: [{at: 9, set: {blocs.bypass: 0.5}}]\n"                                                        \
    "design: {type: grid, factors: {institution.target: {values: [0.1, 0.9]}}}\n" robustness "claims:\n"     \
    "  - {id: x, says: x, outcome: wars, contrast: {more: {institution.target: 0.9}, "                       \
    "less: {institution.target: 0.1}}}\n"                                                                    \
    "  - {id: y, says: y, outcome: wars, contrast: {more: {blocs.cost: 0.05}, less: {doctrine: "             \
    "rumsfeld}}}\n"                                                                                          \
    "  - {id: z, says: z, outcome: wars, bimodal: true}\n"

static long factor_of(const qd_experiment_t *self, const char *name)
{
    for (size_t f = 0; f < self->robustness.factors; f++)
        if (strcmp(self->robustness.factor[f].name, name) == 0)
            return (long)f;
    return -1;
}

static bool is_free(const qd_experiment_t *self, size_t claim, const char *name)
{
    const qd_robustness_t *robustness = &self->robustness;
    return robustness->group[robustness->of_claim[claim]].free[factor_of(self, name)];
}

static void test_what_is_varied(void **state)
{
    (void)state;
    /* In turn: drawn by world; scheduled; the frame of the worlds; different in the two kinds; a value of 0;
     * a flag. */
    static const char *const held[] = {"affinity.noise",    "blocs.bypass",     "order.states",
                                       "order.periods",     "order.poles",      "order.spread",
                                       "mission.patronage", "doctrine.umbrella"};
    qd_experiment_t *self = loaded(FILE_OF("robustness: {points: 40, worlds: 30}\n"));
    assert_int_equal(self->robustness.rows, 40);
    for (size_t i = 0; i < sizeof held / sizeof *held; i++)
        assert_int_equal(factor_of(self, held[i]), -1);
    assert_true(factor_of(self, "tension.debt") >= 0);
    /* Claim x varies the parameters that claim y sets, by name or by the preset; neither varies the design's
     * factor. */
    assert_true(is_free(self, 0, "blocs.cost") && is_free(self, 0, "doctrine.bias_collective"));
    assert_false(is_free(self, 1, "blocs.cost") || is_free(self, 1, "doctrine.bias_collective"));
    assert_true(is_free(self, 1, "tension.debt"));
    assert_true(factor_of(self, "institution.target") < 0 || !is_free(self, 0, "institution.target"));
    assert_int_equal(self->robustness.of_claim[2], SIZE_MAX); /* a dip has no sign */
    /* Two points for x, two others for y. */
    assert_int_equal(self->robustness.groups, 2);
    assert_int_equal(self->points, 4 + 40 * (2 + 2));
    assert_int_equal(qd_experiment_unvaried(self), 4);
    qd_experiment_free(self);
}

/* Every stratum of every parameter has one of the points, within half its value and its own range. */
static void test_values(void **state)
{
    (void)state;
    qd_experiment_t *self = loaded(FILE_OF("robustness: {points: 40, worlds: 30, range: 0.5}\n"));
    const qd_robustness_t *robustness = &self->robustness;
    static const struct {
        const char *name;
        double low, high;
    } expected[] = {{"tension.debt", 0.1, 0.3},
                    {"blocs.cohesion", 0.4, 1.0}, /* 1.2 would be out of range */
                    {"doctrine.bias_collective", -0.03, -0.01},
                    {"blocs.review", 2, 6}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        size_t f = (size_t)factor_of(self, expected[i].name);
        bool whole = strcmp(expected[i].name, "blocs.review") == 0, seen[40] = {false};
        for (size_t r = 0; r < 40; r++) {
            double value = robustness->value[r * robustness->factors + f],
                   unit = (value - expected[i].low) / (expected[i].high - expected[i].low);
            assert_true(unit >= 0.0 && unit <= 1.0 && (!whole || value == floor(value)));
            size_t stratum = whole ? (size_t)value : unit < 1.0 ? (size_t)(40.0 * unit) : 39;
            assert_true(whole || !seen[stratum]);
            seen[stratum] = true;
        }
        for (size_t level = 2; whole && level <= 6; level++)
            assert_true(seen[level]);
    }
    qd_experiment_free(self);
}

static void test_counterparts(void **state)
{
    (void)state;
    qd_change_t change[64];
    size_t counterpart[4];
    qd_experiment_t *self = loaded(FILE_OF("robustness: {points: 40, worlds: 30}\n"));
    size_t debt = (size_t)factor_of(self, "tension.debt"),
           groups[2] = {self->robustness.of_claim[0], self->robustness.of_claim[1]};
    qd_experiment_variation(self, groups[0], 7, 4, counterpart);
    assert_true(counterpart[0] >= 4 && counterpart[1] >= 4 && counterpart[0] != counterpart[1]);
    assert_int_equal(counterpart[2], 2); /* of the other claim */
    for (size_t p = 0; p < 2; p++) {
        const qd_point_t *at = &self->point[counterpart[p]];
        qd_plan_t plan = plan_of(self, counterpart[p], 0, change);
        /* Both arms have equal parameters, except the ones that define the arms. */
        assert_near(constant_of(&plan, QD_P_tension_debt),
                    self->robustness.value[7 * self->robustness.factors + debt], 0.0);
        assert_near(constant_of(&plan, QD_P_institution_target), p == 0 ? 0.1 : 0.9, 0.0);
        assert_int_equal(plan.parameter[QD_P_affinity_noise].kind, QD_UNIFORM);
        assert_int_equal(at->variation, 8);
        assert_true(at->from_claim && at->hash != self->point[p].hash);
        assert_int_equal(qd_experiment_worlds_at(self, counterpart[p]), 30);
    }
    assert_int_equal(qd_experiment_worlds_at(self, 0), 500);
    assert_string_equal(self->point[counterpart[0]].label, "0, robustness 1:8");
    qd_experiment_variation(self, groups[1], 7, 4, counterpart);
    assert_int_equal(counterpart[0], 0);
    qd_plan_t plan = plan_of(self, counterpart[2], 0, change);
    assert_near(constant_of(&plan, QD_P_blocs_cost), 0.05, 0.0);
    qd_experiment_free(self);
}

/* Never more worlds than the experiment has; the resolved text makes the same points; worlds' values do not
 * depend on it. */
static void test_text(void **state)
{
    (void)state;
    qd_experiment_t *plain = loaded(FILE_OF("")),
                    *self = loaded(
                        FILE_OF("robustness: {points: 10, worlds: 900, parameters: {tension.debt: "
                                "{uniform: [0, 1]}, mission.random_order: {choice: [true, false]}}}\n")),
                    *again = loaded(self->config);
    assert_int_equal(self->robustness.factors, 2); /* the named ones alone */
    assert_int_equal(qd_experiment_worlds_at(self, self->points - 1), 500);
    assert_int_equal(self->config_hash, plain->config_hash);
    assert_string_equal(self->config, again->config);
    assert_int_equal(self->points, again->points);
    for (size_t p = 0; p < self->points; p++)
        assert_int_equal(self->point[p].hash, again->point[p].hash);
    for (size_t p = 0; p < plain->points; p++)
        assert_int_equal(self->point[p].hash, plain->point[p].hash);
    qd_experiment_free(plain);
    qd_experiment_free(again);
    qd_experiment_free(self);
}

static void expect_fault(const char *text, const char *expected)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *experiment = NULL;
    assert_int_equal(qd_experiment_parse(text, "test.yaml", &experiment, &error), QD_ERROR_INPUT);
    if (strstr(error.text, expected) == NULL)
        fail_msg("found `%s`, expected `%s`", error.text, expected);
}

static void test_faults(void **state)
{
    (void)state;
    expect_fault(FILE_OF("robustness: 200\n"), "{points: 200, worlds: 200, range: 0.5}");
    expect_fault(FILE_OF("robustness: {points: 5}\n"), "10");
    expect_fault(FILE_OF("robustness: {range: 1.5}\n"), "1.5");
    expect_fault(FILE_OF("robustness: {rnage: 0.5}\n"), "range");
    expect_fault(FILE_OF("robustness: {parameters: {institution.target: {uniform: [0, 1]}}}\n"),
                 "a factor of the design");
    expect_fault(FILE_OF("robustness: {parameters: {blocs.bypass: {uniform: [0, 1]}}}\n"),
                 "which the schedule changes");
    expect_fault(FILE_OF("robustness: {parameters: {doctrine: {choice: [rumsfeld, neutral]}}}\n"),
                 "doctrine");
    expect_fault(FILE_OF("robustness: {parameters: {tension.debt: 0.1}}\n"), "a distribution");
    expect_fault(FILE_OF("robustness: {parameters: {blocs.cost: {uniform: [0, 1]}}}\n"),
                 "no parameter to vary for the claim `y`");
    expect_fault("robustness: {points: 20}\n", "no claim about an effect");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_varied), cmocka_unit_test(test_values),
        cmocka_unit_test(test_counterparts),   cmocka_unit_test(test_text),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
