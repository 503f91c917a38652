/* `ablate:`: the points with counterparts, and the settings in force there. */
#include "experiment/loaded.h"

#define FILE_OF(ablate)                                                                                      \
    "parameters: {order.periods: 40, tension.debt: 0.2}\n"                                                   \
    "schedule: [{at: 8, set: {tension.debt: 0.3}}, {at: 9, set: {blocs.bypass: 0.5}}]\n"                     \
    "design: {type: list, points: [\n"                                                                       \
    "  {label: a, set: {institution.erosion: 0.2}, schedule: [{at: 4, set: {tension.debt: 0.6}}]},\n"        \
    "  {label: b}, {label: c}]}\n" ablate "claims:\n"                                                        \
    "  - {id: x, says: x, outcome: wars, contrast: {more: {point: a}, less: {point: b}}}\n"

static size_t counterpart_of(const qd_experiment_t *self, size_t ablation, const char *label)
{
    for (size_t p = 0; p < self->points; p++)
        if (strcmp(self->point[p].label, label) == 0)
            return self->ablation[ablation].counterpart[p];
    fail_msg("no point %s", label);
    return 0;
}

/* The value of a parameter in period `at`, as the kernel has it: the last change up to then. */
static double in_force(const qd_plan_t *plan, qd_parameter_t parameter, int at)
{
    double value = constant_of(plan, parameter);
    for (size_t i = 0; i < plan->changes; i++)
        if (plan->change[i].parameter == parameter && plan->change[i].at <= at)
            value = plan->change[i].distribution.a;
    return value;
}

static void test_counterparts(void **state)
{
    (void)state;
    qd_change_t change[64];
    qd_experiment_t *self =
        loaded(FILE_OF("ablate: {debt: {tension.debt: 0}, slow: {institution.erosion: 0.01}}\n"));
    assert_int_equal(self->ablations, 2);
    assert_int_equal(self->points, 3 + 2 * 2); /* no claim looks at point c */
    size_t a = counterpart_of(self, 0, "a"), b = counterpart_of(self, 0, "b"),
           slow = counterpart_of(self, 1, "a");
    assert_string_equal(self->point[a].label, "a, without debt");
    assert_true(self->point[a].from_claim);
    assert_int_equal(self->point[a].ablation, 1);
    assert_int_equal(self->point[slow].ablation, 2);
    assert_int_equal(self->point[0].ablation, 0);
    assert_int_equal(counterpart_of(self, 0, "c"), 2);
    qd_plan_t plan = plan_of(self, a, 0, change);
    for (int at = 0; at < 40; at++)
        assert_near(in_force(&plan, QD_P_tension_debt, at), 0.0, 0.0);
    assert_near(in_force(&plan, QD_P_institution_erosion, 0), 0.2, 0.0);
    assert_near(in_force(&plan, QD_P_blocs_bypass, 20), 0.5, 0.0);
    plan = plan_of(self, b, 2, change);
    assert_near(in_force(&plan, QD_P_tension_debt, 39), 0.0, 0.0);
    plan = plan_of(self, slow, 0, change);
    assert_near(in_force(&plan, QD_P_institution_erosion, 0), 0.01, 0.0);
    assert_near(in_force(&plan, QD_P_tension_debt, 0), 0.2, 0.0);
    assert_near(in_force(&plan, QD_P_tension_debt, 5), 0.6, 0.0);
    assert_near(in_force(&plan, QD_P_tension_debt, 8), 0.3, 0.0);
    qd_experiment_free(self);
}

/* The restored value comes at the file's time, before later changes of the point. */
static void test_changes_ascend(void **state)
{
    (void)state;
    qd_change_t change[64];
    qd_experiment_t *self = loaded(
        "parameters: {order.periods: 40}\n"
        "schedule: [{at: 8, set: {tension.debt: 0.3}}, {at: 12, set: {tension.debt: 0.4}}]\n"
        "design: {type: list, points: [{label: a, schedule: [{at: 3, set: {institution.erosion: 0.1}}, "
        "{at: 10, set: {institution.erosion: 0.2}}, {at: 20, set: {institution.erosion: 0.3}}]}, {label: "
        "b}]}\n"
        "ablate: {debt: {tension.debt: 0}}\n"
        "claims:\n  - {id: x, says: x, outcome: wars, contrast: {more: {point: a}, less: {point: b}}}\n");
    size_t a = counterpart_of(self, 0, "a");
    static const int at[] = {3, 8, 10, 12, 20};
    assert_int_equal(self->point[a].changes, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(self->point[a].change[i].at, at[i]);
    qd_plan_t plan = plan_of(self, a, 0, change);
    for (int t = 0; t < 40; t++)
        assert_near(in_force(&plan, QD_P_tension_debt, t), 0.0, 0.0);
    assert_near(in_force(&plan, QD_P_institution_erosion, 9), 0.1, 0.0);
    assert_near(in_force(&plan, QD_P_institution_erosion, 19), 0.2, 0.0);
    assert_near(in_force(&plan, QD_P_institution_erosion, 39), 0.3, 0.0);
    qd_experiment_free(self);
}

/* A factor's value gives way to the ablation. */
static void test_factors(void **state)
{
    (void)state;
    qd_change_t change[64];
    qd_experiment_t *self = loaded(
        "design: {type: grid, factors: {tension.debt: {values: [0.1, 0.2]}}}\n"
        "ablate: {debt: {tension.debt: 0}}\n"
        "claims:\n  - {id: x, says: x, outcome: wars, trend: {factor: tension.debt, direction: rises}}\n");
    assert_int_equal(self->points, 4);
    for (size_t p = 0; p < 2; p++) {
        qd_plan_t plan = plan_of(self, self->ablation[0].counterpart[p], 0, change);
        assert_near(constant_of(&plan, QD_P_tension_debt), 0.0, 0.0);
    }
    qd_experiment_free(self);
}

static void test_preset(void **state)
{
    (void)state;
    static const char *const names[] = {"debt", "erosion", "bypass", "burden", "paralysis", "war"};
    static const qd_parameter_t first[] = {QD_P_tension_debt,          QD_P_institution_erosion,
                                           QD_P_blocs_bypass,          QD_P_blocs_burden,
                                           QD_P_institution_paralysis, QD_P_escalation_hazard};
    qd_change_t change[64];
    qd_experiment_t *self = loaded(FILE_OF("ablate: assumptions\n"));
    assert_int_equal(self->ablations, 6);
    for (size_t a = 0; a < 6; a++) {
        assert_string_equal(self->ablation[a].name, names[a]);
        qd_plan_t plan = plan_of(self, counterpart_of(self, a, "b"), 1, change);
        assert_near(in_force(&plan, first[a], 39), 0.0, 0.0);
        if (a == 4)
            assert_near(constant_of(&plan, QD_P_blocs_paralysis), 0.0, 0.0);
    }
    /* The resolved text spells the preset out, and reads back to the same experiment. */
    assert_non_null(strstr(self->config, "ablate: {debt: {tension.debt: 0}"));
    qd_experiment_t *again = loaded(self->config);
    assert_string_equal(again->config, self->config);
    assert_int_equal(again->points, self->points);
    for (size_t p = 0; p < self->points; p++)
        assert_true(again->point[p].hash == self->point[p].hash);
    qd_experiment_free(again);
    qd_experiment_free(self);
}

/* Ablations leave the config_hash unchanged, so that a finished run may be judged under ablations later. */
static void test_hash(void **state)
{
    (void)state;
    qd_experiment_t *with = loaded(FILE_OF("ablate: assumptions\n")), *without = loaded(FILE_OF(""));
    assert_true(with->config_hash == without->config_hash);
    for (size_t p = 0; p < without->points; p++)
        assert_true(with->point[p].hash == without->point[p].hash);
    qd_experiment_free(with);
    qd_experiment_free(without);
}

/* The baselines neutral and do-nothing apply to the arms of contrasts only; their points follow the
 * ablations'. */
static void test_baselines(void **state)
{
    (void)state;
    qd_change_t change[64];
    qd_experiment_t *self = loaded(FILE_OF("ablate: {debt: {tension.debt: 0}}\nbaseline: true\n"));
    assert_int_equal(self->points, 3 + 2 + 2 * 2);
    assert_int_equal(self->baselines, 2);
    size_t neutral = self->baseline[0].counterpart[0], nothing = self->baseline[1].counterpart[1];
    assert_string_equal(self->point[neutral].label, "a, neutral");
    assert_string_equal(self->point[nothing].label, "b, do-nothing");
    qd_plan_t plan = plan_of(self, neutral, 0, change);
    assert_near(constant_of(&plan, QD_P_doctrine_bias_collective), -0.02, 0.0);
    assert_near(constant_of(&plan, QD_P_institution_erosion), 0.2, 0.0);
    plan = plan_of(self, nothing, 0, change);
    assert_near(constant_of(&plan, QD_P_doctrine_vital_interest), 10.0, 0.0);
    qd_experiment_t *again = loaded(self->config);
    assert_string_equal(again->config, self->config);
    qd_experiment_free(again);
    qd_experiment_free(self);
}

static void expect_fault(const char *text, const char *said)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *self = NULL;
    assert_int_equal(qd_experiment_parse(text, "test.yaml", &self, &error), QD_ERROR_INPUT);
    assert_null(self);
    if (!strstr(error.text, said))
        fail_msg("`%s` does not say `%s`", error.text, said);
}

static void test_faults(void **state)
{
    (void)state;
    expect_fault(FILE_OF("ablate: asumptions\n"), "expected `assumptions`, or a mapping");
    expect_fault(FILE_OF("baseline: yes\n"), "true or false");
    expect_fault(FILE_OF("family: {tests: 3}\n"), "name");
    expect_fault(FILE_OF("family: {name: x, tests: 3}\n"), "expected at least the 4 that");
    expect_fault(FILE_OF("ablate: {}\n"), "found 0 ablations");
    expect_fault(FILE_OF("ablate: {debt: {}}\n"), "at least one parameter");
    expect_fault(FILE_OF("ablate: {debt: 0}\n"), "such as {tension.debt: 0}");
    expect_fault(FILE_OF("ablate: {debt: {tension.dept: 0}}\n"), "did you mean `tension.debt`?");
    expect_fault(FILE_OF("ablate: {debt: {tension.debt: -1}}\n"), "tension.debt");
    expect_fault(FILE_OF("ablate: {\"a b\": {tension.debt: 0}}\n"), "a name of letters");
}

/* A file with `count` ablations whose names have `length` characters. */
static char *many_ablations(int count, int length)
{
    enum { ROOM = 1 << 15 };
    char *text = malloc(ROOM), ablate[ROOM / 2];
    size_t used = (size_t)snprintf(ablate, sizeof ablate, "ablate: {");
    assert_non_null(text);
    for (int i = 0; i < count; i++)
        used += (size_t)snprintf(ablate + used, sizeof ablate - used, "%s%0*d: {tension.debt: 0}",
                                 i > 0 ? ", " : "", length, i);
    snprintf(ablate + used, sizeof ablate - used, "}\n");
    snprintf(text, ROOM, FILE_OF("%s"), ablate);
    return text;
}

static void test_limits(void **state)
{
    (void)state;
    char *text = many_ablations(100, 60);
    qd_experiment_t *self = loaded(text);
    assert_int_equal(self->ablations, 100);
    assert_int_equal(strlen(self->ablation[99].name), 60);
    qd_experiment_free(self);
    free(text);
    text = many_ablations(1, 61);
    expect_fault(text, "a name of letters");
    free(text);
    text = many_ablations(101, 3);
    expect_fault(text, "found 101 ablations; expected 1 to 100");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counterparts), cmocka_unit_test(test_changes_ascend),
        cmocka_unit_test(test_factors),      cmocka_unit_test(test_preset),
        cmocka_unit_test(test_hash),         cmocka_unit_test(test_baselines),
        cmocka_unit_test(test_faults),       cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
