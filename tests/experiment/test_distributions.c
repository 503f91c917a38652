#include "experiment/loaded.h"

#include <math.h>
#include <stdio.h>

#include "base/text.h"
#include "random/distribution.h"

static const struct {
    const char *written, *canonical; /* NULL: as written */
    qd_distribution_kind_t kind;
    double low, high, median;
} forms[] = {
    {"0.3", NULL, QD_CONSTANT, 0.3, 0.3, 0.3},
    {"1e-1", "0.1", QD_CONSTANT, 0.1, 0.1, 0.1},
    {"{uniform: [0.1, 0.5]}", NULL, QD_UNIFORM, 0.1, 0.5, 0.3},
    {"{uniform: {high: 0.5, low: 0.1}}", "{uniform: [0.1, 0.5]}", QD_UNIFORM, 0.1, 0.5, 0.3},
    {"{loguniform: [0.01, 1]}", NULL, QD_LOGUNIFORM, 0.01, 1, 0.1},
    {"{loguniform: {low: 0.01, high: 1}}", "{loguniform: [0.01, 1]}", QD_LOGUNIFORM, 0.01, 1, 0.1},
    {"{normal: [1, 0.1]}", NULL, QD_NORMAL, 0, 2, 1},
    {"{normal: {mean: 1, sd: 0.1}}", "{normal: [1, 0.1]}", QD_NORMAL, 0, 2, 1},
    {"{lognormal: [-2, 0.1]}", NULL, QD_LOGNORMAL, 0, 2, 0.13533528323661270},
    {"{lognormal: {mu: -2, sigma: 0.1}}", "{lognormal: [-2, 0.1]}", QD_LOGNORMAL, 0, 2, 0.13533528323661270},
    {"{beta: [2, 2]}", NULL, QD_BETA, 0, 2, 1},
    {"{beta: [2, 2, 0.2, 0.4]}", NULL, QD_BETA, 0.2, 0.4, 0.3},
    {"{beta: {a: 2, b: 2, low: 0.2, high: 0.4}}", "{beta: [2, 2, 0.2, 0.4]}", QD_BETA, 0.2, 0.4, 0.3},
    {"{beta: {a: 2, b: 2}}", "{beta: [2, 2]}", QD_BETA, 0, 2, 1},
    {"{triangular: [0, 1, 2]}", NULL, QD_TRIANGULAR, 0, 2, 1},
    {"{triangular: {low: 0, mode: 1, high: 2}}", "{triangular: [0, 1, 2]}", QD_TRIANGULAR, 0, 2, 1},
    {"{choice: [0.5, 0.1, 0.9]}", NULL, QD_CHOICE, 0.1, 0.9, 0.1},
    {"{choice: {values: [0.5, 0.1], weights: [3, 1]}}", NULL, QD_CHOICE, 0.1, 0.5, 0.5},
    {"{choice: {values: [0.5, 0.1], weights: [1, 1]}}", "{choice: [0.5, 0.1]}", QD_CHOICE, 0.1, 0.5, 0.1},
    {"{integers: [0, 2]}", NULL, QD_INTEGERS, 0, 2, 1},
    {"{integers: {low: 0, high: 2}}", "{integers: [0, 2]}", QD_INTEGERS, 0, 2, 1},
};

/* affinity.noise is a real in [0, 2]. */
static void test_every_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char text[200], canonical[200];
        snprintf(text, sizeof text, "parameters: {affinity.noise: %s}", forms[i].written);
        snprintf(canonical, sizeof canonical, "parameters: {affinity.noise: %s}\n",
                 forms[i].canonical ? forms[i].canonical : forms[i].written);
        qd_experiment_t *experiment = loaded(text);
        assert_int_equal(experiment->settings, 1);
        assert_int_equal(experiment->setting[0].parameter, QD_P_affinity_noise);
        const qd_distribution_t *got = &experiment->setting[0].distribution;
        assert_int_equal(got->kind, forms[i].kind);
        assert_true(got->low == forms[i].low && got->high == forms[i].high);
        assert_near(qd_distribution_quantile(got, 0.5), forms[i].median, 1e-9);
        assert_non_null(strstr(experiment->config, canonical));
        qd_experiment_free(experiment);
    }
}

/* Every distribution of the table has a case above, with all forms in which it is written, and its line in
 * docs/experiment-file.md. */
static bool is_tested(const char *form)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strncmp(forms[i].written, form, strlen(form)) == 0)
            return true;
    return false;
}

static void check_documented(const char *text, const qd_distribution_info_t *row, size_t numbers)
{
    char form[128];
    int used = snprintf(form, sizeof form, "| `{%s: [", row->name);
    for (size_t i = 0; i < numbers; i++)
        used += snprintf(form + used, sizeof form - (size_t)used, "%s%s", i ? ", " : "", row->number[i].word);
    if (numbers > 0)
        snprintf(form + used, sizeof form - (size_t)used, "]}` |");
    if (!strstr(text, form))
        fail_msg("docs/experiment-file.md has no line %s", form);
}

static void test_every_distribution_is_tested_and_documented(void **state)
{
    (void)state;
    char *text;
    size_t length;
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_read_text(QD_SOURCE_DIR "/docs/experiment-file.md", 1 << 20, &text, &length, &error),
                     QD_OK);
    for (size_t kind = QD_CONSTANT + 1; kind < QD_DISTRIBUTIONS; kind++) {
        const qd_distribution_info_t *row = &qd_distribution_table[kind];
        char list[64], map[64];
        snprintf(list, sizeof list, "{%s: [", row->name);
        snprintf(map, sizeof map, "{%s: {", row->name);
        if (!is_tested(list) || !is_tested(map))
            fail_msg("no case of %s or %s in `forms`", list, map);
        check_documented(text, row, row->shortest);
        check_documented(text, row, row->longest);
    }
    free(text);
}

static void test_types(void **state)
{
    (void)state;
    qd_experiment_t *experiment = loaded(
        "parameters: {mission.random_order: true, doctrine.umbrella: {choice: [false, true]}, "
        "doctrine.scope: "
        "leader, order.states: {integers: [10, 12]}, order.periods: {choice: [100, 140]}, blocs.max: 6.0}");
    qd_change_t change[64];
    qd_plan_t plan = plan_of(experiment, 0, 0, change);
    assert_true(constant_of(&plan, QD_P_mission_random_order) == 1.0);
    assert_true(constant_of(&plan, QD_P_doctrine_scope) == 1.0);
    assert_true(constant_of(&plan, QD_P_blocs_max) == 6.0);
    assert_true(qd_distribution_quantile(&plan.parameter[QD_P_doctrine_umbrella], 0.75) == 1.0);
    assert_true(qd_plan_states_max(&plan) == 12 && qd_plan_periods_max(&plan) == 140);
    assert_non_null(strstr(experiment->config, "mission.random_order: true"));
    assert_non_null(strstr(experiment->config, "doctrine.umbrella: {choice: [false, true]}"));
    assert_non_null(strstr(experiment->config, "doctrine.scope: leader"));
    qd_experiment_free(experiment);
}

/* A random preset moves its six parameters together: one draw for all. */
static void test_choice_of_presets(void **state)
{
    (void)state;
    qd_experiment_t *experiment =
        loaded("parameters: {doctrine: {choice: {values: [rumsfeld, obama, trump], weights: [1, 2, 1]}}}");
    qd_change_t change[64];
    qd_plan_t plan = plan_of(experiment, 0, 0, change);
    const char *const names[3] = {"rumsfeld", "obama", "trump"};
    const double at[3] = {0.1, 0.5, 0.8};
    for (size_t k = 0; k < 3; k++)
        for (size_t f = 0; f < QD_DOCTRINE_FIELDS; f++) {
            const qd_distribution_t *d = &plan.parameter[qd_doctrine_fields[f]];
            assert_int_equal(d->kind, QD_CHOICE);
            assert_int_equal(d->key, qd_name_key("doctrine"));
            assert_true(qd_distribution_quantile(d, at[k]) ==
                        qd_doctrine_table[qd_doctrine_find(names[k])].value[f]);
        }
    qd_experiment_free(experiment);
}

/* Numbers are written in the shortest form that reads back to the same bits. */
static void test_numbers_read_back(void **state)
{
    (void)state;
    const char *const numbers[] = {"0.1", "0.30000000000000004", "1.9999999999999998", "1e-07", "0"};
    for (size_t i = 0; i < 5; i++) {
        char text[100];
        snprintf(text, sizeof text, "parameters: {affinity.noise: %s}\n", numbers[i]);
        qd_experiment_t *experiment = loaded(text);
        assert_non_null(strstr(experiment->config, text));
        qd_experiment_free(experiment);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form),
        cmocka_unit_test(test_every_distribution_is_tested_and_documented),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_choice_of_presets),
        cmocka_unit_test(test_numbers_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
