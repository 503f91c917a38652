/* The tables against model.md: written down here a second time, and looked up in the text itself where it is
 * available. */
#include <math.h>

#include "quadrille/registry.h"
#include "support/check.h"

/* model.md's defaults; the five that differ by kind of order are in test_defaults_by_order. */
static const struct {
    const char *name;
    double value;
} defaults[] = {
    {"order.states", 32},
    {"order.periods", 140},
    {"order.minor_sigma", 1},
    {"affinity.distance_scale", 0.7},
    {"affinity.values_scale", 0.7},
    {"affinity.values", 0.6},
    {"affinity.interdependence", 0.3},
    {"affinity.rivalry", 0.5},
    {"affinity.noise", 0.1},
    {"affinity.learning", 0.02},
    {"affinity.defection", 0.02},
    {"affinity.relaxation", 0.05},
    {"blocs.max", 8},
    {"blocs.cohesion", 0.8},
    {"blocs.threat", 1},
    {"blocs.cost", 0.02},
    {"blocs.switching_cost", 0.015},
    {"blocs.review", 4},
    {"blocs.gain", 0.03},
    {"blocs.burden", 0.03},
    {"blocs.bypass", 0.03},
    {"blocs.paralysis", 0.04},
    {"blocs.relaxation", 0.02},
    {"crises.rate", 0.5},
    {"crises.tension_feedback", 0.3},
    {"crises.severity_sigma", 0.75},
    {"crises.values_spread", 0.6},
    {"crises.targeted", 0.5},
    {"crises.isolation_bias", 2},
    {"crises.resistance", 0.05},
    {"mission.effort", 0.25},
    {"mission.stake", 0.15},
    {"mission.global_reach", 1},
    {"mission.patronage", 0},
    {"mission.coupling", 0.7},
    {"mission.join_cost", 0.05},
    {"mission.audience_cost", 0.05},
    {"mission.overstretch", 0.3},
    {"mission.random_order", 0},
    {"mission.legitimacy_pull", 0.15},
    {"mission.obligation", 0.15},
    {"mission.umbrella", 0.5},
    {"mission.flexible_saving", 0.3},
    {"mission.opposition_effort", 0.10},
    {"mission.contest_exponent", 2},
    {"mission.load", 0.1},
    {"doctrine.bias_collective", -0.02},
    {"doctrine.bias_alliance", -0.01},
    {"doctrine.bias_flexible", 0},
    {"doctrine.bias_unilateral", 0},
    {"doctrine.bias_umbrella", -0.01},
    {"doctrine.force_ratio", 0},
    {"doctrine.vital_interest", 0},
    {"doctrine.cost", 1},
    {"doctrine.legitimacy", 0.12},
    {"doctrine.prudence", 0.2},
    {"doctrine.foresight", 0.5},
    {"doctrine.quorum", 0.5},
    {"doctrine.umbrella", 0},
    {"doctrine.scope", 0},
    {"doctrine.learning", 0},
    {"doctrine.diffusion", 0},
    {"doctrine.memory", 0.02},
    {"institution.initial", 0.5},
    {"institution.target", 0.5},
    {"institution.renewal", 0.01},
    {"institution.erosion", 0.05},
    {"institution.gain", 0.05},
    {"institution.paralysis", 0.04},
    {"tension.neglect", 0.06},
    {"tension.relief", 0.10},
    {"tension.failure", 0.10},
    {"tension.debt", 0.10},
    {"tension.interest", 1.5},
    {"tension.maturity", 0.03},
    {"tension.decay", 0.1},
    {"tension.breakdown", 1.0},
    {"escalation.hazard", 0.05},
    {"escalation.shock", 0.5},
    {"escalation.loss", 0.05},
    {"capability.volatility", 0.01},
    {"capability.burden_drag", 0.02},
    {"capability.pole_decline", 0},
    {"clubs.depth", 0},
    {"clubs.cost", 0.10},
    {"clubs.readiness", 0.5},
    {"clubs.rivalry", 0.5},
    {"clubs.switching_cost", 0.01},
    {"clubs.deepening", 0.1},
    {"mission.hub_obligation", 0.10},
    {"mission.shuttle", 0.5},
    {"doctrine.bias_hub", -0.0125},
    {"endurance.chance", 0},
    {"endurance.fatigue", 0.005},
    {"endurance.pace", 0.25},
    {"endurance.load", 0.5},
    {"endurance.strain", 0.01},
    {"doctrine.exit", 0},
    {"publics.weight", 0},
    {"publics.gain", 0.10},
    {"publics.loss", 0.20},
    {"publics.wear", 0.05},
    {"publics.relaxation", 0.05},
    {"doctrine.support", 0},
    {"affinity.convergence", 0},
    {"affinity.roots", 0},
    {"affinity.pacts", 0},
    {"affinity.rivalries", 0},
    {"blocs.first", 1},
};

static const qd_parameter_info_t *row(const char *name)
{
    int at = qd_parameter_find(name);
    if (at < 0)
        fail_msg("no parameter %s", name);
    return qd_parameter_info((size_t)at);
}

static void test_defaults(void **state)
{
    (void)state;
    for (size_t i = 0; i < QD_COUNT(defaults); i++)
        for (size_t kind = 0; kind < QD_ORDER_KINDS; kind++) {
            const qd_distribution_t *d = &row(defaults[i].name)->by_order[kind];
            if (d->kind != QD_CONSTANT || d->a != defaults[i].value)
                fail_msg("default of %s", defaults[i].name);
        }
    assert_int_equal(QD_PARAMETER_COUNT, QD_COUNT(defaults) + 5);
}

static void check_default(const char *name, qd_order_kind_t kind, qd_distribution_kind_t is, double low,
                          double high)
{
    const qd_distribution_t *d = &row(name)->by_order[kind];
    if (d->kind != is || d->a != low || d->low != low || d->high != high ||
        (is != QD_CONSTANT && d->b != high))
        fail_msg("default of %s of a %s order", name, qd_order_table[kind].name);
}

static void test_defaults_by_order(void **state)
{
    (void)state;
    check_default("order.poles", QD_UNIPOLAR, QD_CONSTANT, 1, 1);
    check_default("order.poles", QD_BIPOLAR, QD_CONSTANT, 2, 2);
    check_default("order.poles", QD_MULTIPOLAR, QD_INTEGERS, 3, 6);
    check_default("order.pole_share", QD_UNIPOLAR, QD_UNIFORM, 0.35, 0.55);
    check_default("order.pole_share", QD_BIPOLAR, QD_UNIFORM, 0.50, 0.70);
    check_default("order.pole_share", QD_MULTIPOLAR, QD_UNIFORM, 0.55, 0.75);
    check_default("order.pole_ratio", QD_BIPOLAR, QD_UNIFORM, 0.7, 1);
    check_default("order.separation", QD_UNIPOLAR, QD_CONSTANT, 0, 0);
    check_default("order.separation", QD_BIPOLAR, QD_CONSTANT, 1.6, 1.6);
    check_default("order.separation", QD_MULTIPOLAR, QD_CONSTANT, 1.2, 1.2);
    check_default("order.spread", QD_UNIPOLAR, QD_CONSTANT, 0.6, 0.6);
    check_default("order.spread", QD_BIPOLAR, QD_CONSTANT, 0.35, 0.35);
    check_default("order.spread", QD_MULTIPOLAR, QD_CONSTANT, 0.5, 0.5);
}

/* Names are found at their rows only; rows are complete; ranges contain the defaults; qd_distribution_finish
 * leaves the defaults unchanged. */
static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < QD_PARAMETER_COUNT; i++) {
        const qd_parameter_info_t *info = qd_parameter_info(i);
        assert_int_equal(qd_parameter_find(info->name), i);
        assert_string_equal(qd_parameter_name(i), info->name);
        assert_true(strlen(info->unit) > 0 && strlen(info->meaning) > 8);
        assert_true(info->low < info->high);
        for (size_t kind = 0; kind < QD_ORDER_KINDS; kind++) {
            qd_distribution_t d = info->by_order[kind];
            assert_true(d.low >= info->low && d.high <= info->high && d.low <= d.high);
            double low = d.low, high = d.high;
            QD_ASSERT_NO_FAULT(qd_distribution_finish(&d, info->low, info->high));
            assert_true(d.low == low && d.high == high);
        }
        if (info->type == QD_TYPE_FLAG || info->type == QD_TYPE_SCOPE)
            assert_true(info->low == 0.0 && info->high == 1.0);
    }
    assert_int_equal(qd_parameter_find("mission.coupling "), -1);
    assert_int_equal(qd_parameter_find(""), -1);
    assert_int_equal(qd_parameter_find("doctrine"), -1);
}

static void test_fields_are_positions(void **state)
{
    (void)state;
    qd_parameters_t p;
    for (size_t i = 0; i < QD_PARAMETER_COUNT; i++)
        p.value[i] = (double)i;
    assert_true(sizeof p == QD_PARAMETERS_MAX * sizeof(double));
    assert_true(p.mission_coupling == QD_P_mission_coupling);
    assert_true(p.capability_pole_decline == QD_P_capability_pole_decline);
    assert_string_equal(qd_parameter_name(QD_P_blocs_switching_cost), "blocs.switching_cost");
    qd_outcomes_t o;
    assert_true(sizeof o == QD_OUTCOMES_MAX * sizeof(double));
    o.value[QD_O_share_umbrella] = 0.25;
    assert_true(o.share_umbrella == 0.25);
}

/* order.*, institution.initial, affinity.values, .interdependence, .rivalry, .noise, .pacts, .rivalries,
 * clubs.depth and blocs.first are read only by the drawing or before the first period. */
static void test_what_cannot_be_scheduled(void **state)
{
    (void)state;
    static const char *const drawing[] = {
        "institution.initial", "affinity.values",    "affinity.interdependence",
        "affinity.rivalry",    "affinity.noise",     "clubs.depth",
        "affinity.pacts",      "affinity.rivalries", "blocs.first"};
    for (size_t i = 0; i < QD_PARAMETER_COUNT; i++) {
        const qd_parameter_info_t *info = qd_parameter_info(i);
        bool expected = strncmp(info->name, "order.", 6) == 0;
        for (size_t k = 0; k < QD_COUNT(drawing); k++)
            expected = expected || strcmp(info->name, drawing[k]) == 0;
        if (info->drawing_only != expected)
            fail_msg("%s: when it is read", info->name);
    }
}

static void test_types(void **state)
{
    (void)state;
    static const char *const whole[] = {"order.states", "order.periods", "order.poles",  "blocs.max",
                                        "blocs.review", "clubs.depth",   "doctrine.exit"};
    size_t count[4] = {0};
    for (size_t i = 0; i < QD_PARAMETER_COUNT; i++)
        count[qd_parameter_info(i)->type]++;
    assert_int_equal(count[QD_TYPE_WHOLE], QD_COUNT(whole));
    for (size_t i = 0; i < QD_COUNT(whole); i++)
        assert_int_equal(row(whole[i])->type, QD_TYPE_WHOLE);
    assert_int_equal(count[QD_TYPE_FLAG], 3);
    assert_int_equal(row("blocs.first")->type, QD_TYPE_FLAG);
    assert_int_equal(row("mission.random_order")->type, QD_TYPE_FLAG);
    assert_int_equal(row("doctrine.umbrella")->type, QD_TYPE_FLAG);
    assert_int_equal(count[QD_TYPE_SCOPE], 1);
    assert_int_equal(row("doctrine.scope")->type, QD_TYPE_SCOPE);
}

/* ---- doctrines ----------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    double value[6]; /* bias collective, alliance, flexible, unilateral; force_ratio, vital_interest */
} doctrines[] = {
    {"neutral", {-.02, -.01, 0, 0, 0, 0}},
    {"weinberger", {-.02, .01, -.05, -.10, 1.5, .10}},
    {"weinberger_powell", {.03, -.01, -.05, -.20, 1.5, .05}},
    {"clinton", {.01, .01, 0, 0, 0, 0}},
    {"wolfowitz", {-.12, -.06, .05, .05, 0, 0}},
    {"rumsfeld", {-.12, -.11, .10, .05, 0, 0}},
    {"obama", {0, .04, .03, -.05, 0, 0}},
    {"trump", {-.12, -.06, .02, .05, 0, .08}},
};

/* doctrine.support lies in [0, 1/2). */
static void test_support_excludes_one_half(void **state)
{
    (void)state;
    double high = row("doctrine.support")->high;
    assert_true(high < 0.5 && nextafter(high, 1.0) == 0.5);
}

static void test_doctrines(void **state)
{
    (void)state;
    static const char *const fields[] = {"doctrine.bias_collective", "doctrine.bias_alliance",
                                         "doctrine.bias_flexible",   "doctrine.bias_unilateral",
                                         "doctrine.force_ratio",     "doctrine.vital_interest"};
    for (size_t f = 0; f < QD_DOCTRINE_FIELDS; f++)
        assert_string_equal(qd_parameter_name(qd_doctrine_fields[f]), fields[f]);
    assert_int_equal(qd_doctrine_count, QD_COUNT(doctrines));
    for (size_t i = 0; i < QD_COUNT(doctrines); i++) {
        int at = qd_doctrine_find(doctrines[i].name);
        assert_true(at >= 0);
        assert_string_equal(qd_doctrine_name((size_t)at), doctrines[i].name);
        for (size_t f = 0; f < QD_DOCTRINE_FIELDS; f++)
            assert_true(qd_doctrine_table[at].value[f] == doctrines[i].value[f]);
    }
    assert_int_equal(qd_doctrine_find("neutral"), QD_NEUTRAL);
    assert_int_equal(qd_doctrine_find("bush"), -1);
}

/* The neutral doctrine equals the defaults. */
static void test_neutral_is_the_default(void **state)
{
    (void)state;
    for (size_t f = 0; f < QD_DOCTRINE_FIELDS; f++)
        for (size_t kind = 0; kind < QD_ORDER_KINDS; kind++)
            assert_true(qd_parameter_info(qd_doctrine_fields[f])->by_order[kind].a ==
                        qd_doctrine_table[QD_NEUTRAL].value[f]);
}

/* ---- outcomes, series, orders -------------------------------------------------------------------------- */

static const char *const outcomes[] = {
    "breakdown",
    "breakdown_cause",
    "survival",
    "wars",
    "crises",
    "resolved",
    "tension_mean",
    "tension_early",
    "tension_late",
    "tension_end",
    "institution_end",
    "debt_end",
    "cohesion_end",
    "paralysis",
    "balance",
    "persistence",
    "effective_blocs",
    "unaligned",
    "largest_bloc",
    "turnover",
    "polarisation",
    "hostile_dyads",
    "concentration",
    "polarity_end",
    "share_collective",
    "share_alliance",
    "share_flexible",
    "share_unilateral",
    "share_umbrella",
    "share_abstain",
    "learned_flexibility",
    "flexible_early",
    "flexible_late",
    "legitimacy",
    "coalition_size",
    "burden_gini",
    "strange_partners",
    "passes_mean",
    "passes_max",
    "not_converged",
    "share_hub",
    "integration",
    "overlap",
    "rival_spokes",
    "club_turnover",
    "enduring",
    "mission_length",
    "withdrawals",
    "support_end",
    "values_spread",
    "success",
};

static void test_outcomes(void **state)
{
    (void)state;
    assert_int_equal(QD_OUTCOMES, QD_COUNT(outcomes));
    for (size_t i = 0; i < QD_COUNT(outcomes); i++) {
        int at = qd_outcome_find(outcomes[i]);
        if (at < 0)
            fail_msg("no outcome %s", outcomes[i]);
        assert_string_equal(qd_outcome_name((size_t)at), outcomes[i]);
        assert_true(qd_outcome_table[at].low <= qd_outcome_table[at].high);
        assert_true(strlen(qd_outcome_table[at].meaning) > 8 && strlen(qd_outcome_table[at].unit) > 0);
    }
    assert_int_equal(qd_outcome_find("stability"), -1);
    assert_string_equal(qd_group_name(qd_outcome_table[QD_O_balance].group), "stability");
    assert_string_equal(qd_group_name(qd_outcome_table[QD_O_turnover].group), "fragmentation");
    assert_string_equal(qd_group_name(qd_outcome_table[QD_O_legitimacy].group), "coalitions");
    assert_string_equal(qd_group_name(qd_outcome_table[QD_O_passes_max].group), "diagnostics");
}

static void test_series_and_orders(void **state)
{
    (void)state;
    static const char *const series[] = {"tension",   "institution", "debt",        "effective_blocs",
                                         "unaligned", "flexible",    "integration", "support"};
    assert_int_equal(QD_SERIES_COUNT, QD_COUNT(series));
    for (size_t i = 0; i < QD_COUNT(series); i++)
        assert_string_equal(qd_series_table[i].name, series[i]);
    static const char *const kinds[] = {"unipolar", "bipolar", "multipolar", "empirical"};
    for (size_t i = 0; i < QD_ORDER_KINDS; i++)
        assert_string_equal(qd_order_name(i), kinds[i]);
}

/* ---- the text itself ----------------------------------------------------------------------------------- */

/* Reads docs/model.md up to `size` - 1 bytes. */
static void read_model(char *text, size_t size)
{
    FILE *file = fopen(QD_SOURCE_DIR "/docs/model.md", "r");
    assert_non_null(file);
    size_t length = fread(text, 1, size - 1, file);
    fclose(file);
    text[length] = '\0';
    assert_in_range(length, 1, size - 2);
}

static bool is_parameter_name(const char *text)
{
    size_t word = strspn(text, "abcdefghijklmnopqrstuvwxyz");
    if (word == 0 || text[word] != '.')
        return false;
    size_t rest = strspn(text + word + 1, "abcdefghijklmnopqrstuvwxyz_");
    return rest > 0 && text[word + 1 + rest] == '\0';
}

/* Every parameter's name between backquotes is in the registry (bias_g stands for the biases of the
 * venues). */
static void test_names_of_the_text(void **state)
{
    (void)state;
    static char text[65536];
    read_model(text, sizeof text);
    size_t found = 0;
    char *save = NULL;
    (void)strtok_r(text, "`", &save);
    for (char *token; (token = strtok_r(NULL, "`", &save)) != NULL;) {
        if (!is_parameter_name(token) || strcmp(token, "doctrine.bias_g") == 0)
            continue;
        found++;
        if (qd_parameter_find(token) < 0)
            fail_msg("model.md names %s", token);
    }
    assert_true(found > 70);
}

/* Every name of the registry is in the text. */
static void test_the_text_has_all_names(void **state)
{
    (void)state;
    static char text[65536];
    read_model(text, sizeof text);
    for (size_t i = 0; i < QD_PARAMETER_COUNT; i++)
        if (!strstr(text, qd_parameter_name(i)) && strncmp(qd_parameter_name(i), "doctrine.bias_", 14) != 0)
            fail_msg("model.md does not name %s", qd_parameter_name(i));
    for (size_t i = 0; i < QD_OUTCOMES; i++)
        if (!strstr(text, qd_outcome_name(i)))
            fail_msg("model.md does not name %s", qd_outcome_name(i));
    for (size_t i = 0; i < qd_doctrine_count; i++)
        if (!strstr(text, qd_doctrine_name(i)))
            fail_msg("model.md does not name %s", qd_doctrine_name(i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_defaults_by_order),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_fields_are_positions),
        cmocka_unit_test(test_what_cannot_be_scheduled),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_support_excludes_one_half),
        cmocka_unit_test(test_doctrines),
        cmocka_unit_test(test_neutral_is_the_default),
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_series_and_orders),
        cmocka_unit_test(test_names_of_the_text),
        cmocka_unit_test(test_the_text_has_all_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
