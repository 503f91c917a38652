#include "experiment/loaded.h"

#include <stdio.h>
#include <unistd.h>

static char path[64];

/* Loads text through a file, with overrides. */
static qd_status_t load(const char *text, const qd_overrides_t *overrides, qd_experiment_t **out,
                        qd_error_t *error)
{
    snprintf(path, sizeof path, "/tmp/quadrille-experiment-%ld.yaml", (long)getpid());
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    *error = QD_ERROR_NONE;
    qd_status_t status = qd_experiment_load(path, overrides, out, error);
    unlink(path);
    return status;
}

/* The example of the interface, as it stands there. */
static const char example[] =
    "name: flexible-vs-superstructure\n"
    "about: Do flexible coalitions do less harm where a strong institution stands?\n"
    "seed: 1985\n"
    "worlds: 20000                       # per design point and order\n"
    "orders: [unipolar, bipolar, multipolar]\n"
    "parameters:                         # name: constant | distribution | doctrine preset\n"
    "  order.states: 32\n"
    "  affinity.noise: {uniform: [0.05, 0.15]}\n"
    "  doctrine: rumsfeld\n"
    "schedule:                           # parameters that change during a world\n"
    "  - {at: 64, set: {doctrine: rumsfeld}}\n"
    "  - {at: 100, set: {institution.target: 0.9}}\n"
    "design:                             # what differs between points; without it there is one point\n"
    "  type: grid                        # grid | list | lhs | sobol | saltelli | morris\n"
    "  factors:\n"
    "    doctrine.bias_flexible: {values: [-0.1, 0, 0.05, 0.1, 0.2]}\n"
    "    institution.target:     {linspace: [0.1, 0.9, 5]}\n"
    "  points: 512                       # lhs, sobol: points; saltelli: base samples; morris: trajectories\n"
    "precision: {outcome: survival, half_width: 0.5, confidence: 0.95, min_worlds: 1000, max_worlds: "
    "1000000}\n"
    "output: {worlds: true, paths: true, outcomes: [survival, effective_blocs]}\n"
    "claims:                             # stated before the run, judged after it\n"
    "  - id: tactical-gain\n"
    "    says: Ad hoc coalitions resolve more crises than doctrines that insist on broad support.\n"
    "    outcome: resolved\n"
    "    order: unipolar\n"
    "    contrast: {more: {doctrine: rumsfeld}, less: {doctrine: weinberger_powell}}\n"
    "    margin: 0.0\n";

static void test_example(void **state)
{
    (void)state;
    qd_experiment_t *e = loaded(example);
    assert_string_equal(e->name, "flexible-vs-superstructure");
    assert_true(e->seed == 1985 && e->worlds == 1000000 && e->precision.given);
    assert_int_equal(e->precision.outcome, QD_O_survival);
    assert_int_equal(e->orders, 3);
    assert_int_equal(e->design.type, QD_DESIGN_GRID);
    assert_int_equal(e->points, 27); /* 25 and the two arms of the claim */
    assert_true(!e->point[24].from_claim && e->point[25].from_claim && e->point[26].from_claim);
    assert_true(e->output.outcome[QD_O_survival] && e->output.outcome[QD_O_effective_blocs]);
    assert_false(e->output.outcome[QD_O_wars]);
    qd_change_t change[64];
    qd_plan_t plan = plan_of(e, 7, 1, change); /* second bias, third target */
    assert_true(constant_of(&plan, QD_P_doctrine_bias_flexible) == 0.0);
    assert_true(constant_of(&plan, QD_P_institution_target) == 0.5);
    assert_true(constant_of(&plan, QD_P_doctrine_bias_collective) == -0.12);
    assert_int_equal(plan.changes, 7);
    assert_int_equal(change[6].at, 100);
    plan = plan_of(e, 26, 0, change);
    assert_true(constant_of(&plan, QD_P_doctrine_bias_unilateral) == -0.20);
    qd_experiment_free(e);
}

static void test_defaults(void **state)
{
    (void)state;
    qd_error_t error;
    qd_experiment_t *e = NULL;
    assert_int_equal(load("{}", NULL, &e, &error), QD_OK);
    assert_true(e->seed == 1 && e->worlds == 1000 && e->points == 1 && e->orders == 3);
    assert_memory_equal(e->name, "quadrille-experiment-", 21);
    assert_null(strstr(e->name, ".yaml"));
    assert_string_equal(e->about, "");
    assert_true(e->output.worlds && e->output.paths && !e->output.landscape && e->output.outcome[QD_O_wars]);
    assert_true(e->max_failures == 0.001 && e->confidence == 0.95 && !e->precision.given);
    qd_change_t change[1];
    for (size_t o = 0; o < 3; o++) {
        qd_plan_t plan = qd_plan_default((qd_order_kind_t)o), got;
        qd_experiment_plan(e, 0, o, change, &got);
        assert_int_equal(got.kind, o);
        assert_memory_equal(got.parameter, plan.parameter, sizeof plan.parameter);
        assert_int_equal(got.changes, 0);
    }
    qd_experiment_free(e);
}

/* In one block a value by name wins over the preset wherever it stands; a later block wins over an earlier
 * one. */
static void test_presets_and_names(void **state)
{
    (void)state;
    qd_experiment_t *e = loaded("parameters:\n"
                                "  doctrine.bias_flexible: 0.3\n"
                                "  doctrine: rumsfeld\n"
                                "schedule:\n"
                                "  - {at: 9, set: {doctrine.bias_flexible: 0.4, doctrine: obama}}\n"
                                "  - {at: 5, set: {doctrine.force_ratio: 2}}\n"
                                "  - {at: 9, set: {doctrine: trump}}\n"
                                "design:\n"
                                "  type: list\n"
                                "  points:\n"
                                "    - {institution.target: 0.7}\n"
                                "    - {doctrine: clinton}\n"
                                "    - {doctrine.bias_alliance: 0.8, doctrine: clinton}\n"
                                "    - label: late\n"
                                "      schedule: [{at: 9, set: {doctrine.bias_flexible: 0.6}}, {at: 2, set: "
                                "{doctrine.quorum: 0.1}}]\n"
                                "    - {doctrine: {choice: [obama, trump]}, doctrine.bias_alliance: 0.8}\n");
    qd_change_t change[64];
    qd_plan_t plan = plan_of(e, 0, 0, change);
    assert_true(constant_of(&plan, QD_P_doctrine_bias_flexible) == 0.3);
    assert_true(constant_of(&plan, QD_P_doctrine_bias_alliance) == -0.11);
    assert_int_equal(plan.changes, 1 + 7 + 6);
    assert_true(change[0].at == 5 && change[0].parameter == QD_P_doctrine_force_ratio);
    assert_true(change[7].parameter == QD_P_doctrine_bias_flexible && change[7].distribution.a == 0.4);
    assert_true(change[10].parameter == QD_P_doctrine_bias_flexible && change[10].distribution.a == 0.02);
    plan = plan_of(e, 1, 0, change);
    assert_true(constant_of(&plan, QD_P_doctrine_bias_flexible) == 0.0);
    plan = plan_of(e, 2, 0, change);
    assert_true(constant_of(&plan, QD_P_doctrine_bias_alliance) == 0.8);
    assert_true(constant_of(&plan, QD_P_doctrine_bias_collective) == 0.01);
    plan = plan_of(e, 3, 0, change);
    assert_int_equal(plan.changes, 16);
    assert_true(change[0].at == 2 && change[0].parameter == QD_P_doctrine_quorum);
    assert_true(change[15].at == 9 && change[15].distribution.a == 0.6); /* the point's come last */
    plan = plan_of(e, 4, 0, change);
    assert_int_equal(plan.parameter[QD_P_doctrine_bias_flexible].kind, QD_CHOICE);
    assert_true(constant_of(&plan, QD_P_doctrine_bias_alliance) == 0.8);
    qd_experiment_free(e);
}

static void test_overrides(void **state)
{
    (void)state;
    const char text[] = "worlds: 5\nseed: 6\n"
                        "parameters: {doctrine.bias_flexible: 0.3, doctrine.quorum: 0.2, order.states: 20}\n"
                        "schedule: [{at: 100, set: {doctrine.quorum: 0.3}}]\n";
    const char *const set[] = {"order.periods=12", "doctrine=rumsfeld",
                               "doctrine.quorum={uniform: [0.1, 0.2]}", "order.states=21", "order.states=22"};
    qd_overrides_t overrides = {
        .has_seed = true, .has_worlds = true, .seed = 77, .worlds = 88, .sets = 5, .set = set};
    qd_error_t error;
    qd_experiment_t *e = NULL, *again = NULL;
    assert_int_equal(load(text, &overrides, &e, &error), QD_OK);
    assert_true(e->seed == 77 && e->worlds == 88);
    qd_change_t change[64];
    qd_plan_t plan = plan_of(e, 0, 0, change);
    assert_true(constant_of(&plan, QD_P_order_periods) == 12.0);
    assert_true(constant_of(&plan, QD_P_order_states) == 22.0);
    assert_true(constant_of(&plan, QD_P_doctrine_bias_flexible) == 0.10); /* --set comes after the file */
    assert_int_equal(plan.parameter[QD_P_doctrine_quorum].kind, QD_UNIFORM);
    assert_int_equal(qd_experiment_parse(e->config, "config", &again, &error), QD_OK);
    assert_string_equal(e->config, again->config);
    qd_experiment_free(again);
    qd_experiment_free(e);
}

static void test_wrong_overrides(void **state)
{
    (void)state;
    const char *const set[] = {"order.stats=3", "order.states", "order.states=", "order.states=1",
                               "tension.debt=0.3"};
    qd_overrides_t overrides = {.has_worlds = true, .worlds = 0, .sets = 5, .set = set};
    qd_error_t error;
    qd_experiment_t *e = NULL;
    assert_int_equal(
        load("design: {type: grid, factors: {tension.debt: {values: [0, 1]}}}", &overrides, &e, &error),
        QD_ERROR_INPUT);
    assert_null(e);
    assert_string_equal(
        error.text,
        "--worlds: found 0; expected a whole number from 1 to 1099511627776\n"
        "--set order.stats=3: found the unknown parameter `order.stats`; expected a name that `quadrille "
        "list "
        "parameters` shows (did you mean `order.states`?)\n"
        "--set order.states: found no NAME=VALUE; expected one\n"
        "--set order.states=: found nothing; expected a YAML document\n"
        "--set order.states=1: found `1` for `order.states`; expected a whole number from 2 to 1024\n"
        "--set tension.debt=0.3: found a factor of the design; expected a parameter that the design leaves "
        "alone\n");
}

/* The worlds of the command line are exact: they replace a precision. */
static void test_worlds_instead_of_precision(void **state)
{
    (void)state;
    qd_overrides_t overrides = {.has_worlds = true, .worlds = 50};
    qd_error_t error;
    qd_experiment_t *e = NULL;
    assert_int_equal(load(example, &overrides, &e, &error), QD_OK);
    assert_true(e->worlds == 50 && !e->precision.given);
    assert_non_null(strstr(e->config, "\nworlds: 50\n"));
    qd_experiment_free(e);
}

#define CLAIM                                                                                                \
    "claims: [{id: a, says: c, outcome: wars, contrast: {more: {doctrine: obama}, less: {doctrine: "         \
    "trump}}}]\n"

/* --robustness gives the experiment that a file with these numbers would give; the file's range stays. */
static void test_robustness_of_the_command_line(void **state)
{
    (void)state;
    static const struct {
        const char *file, *equal;
        uint64_t points, worlds;
    } tried[] = {
        {CLAIM "robustness: {points: 50, worlds: 9, range: 0.2}\n",
         CLAIM "robustness: {points: 12, worlds: 7, range: 0.2}\n", 12, 7},
        {CLAIM "robustness: {points: 50, worlds: 9}\n", CLAIM, 0, 0},
        {CLAIM, CLAIM "robustness: {points: 12, worlds: 7}\n", 12, 7},
        {CLAIM, CLAIM, 0, 0},
    };
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
        qd_overrides_t overrides = {.has_robustness = true,
                                    .robustness_points = tried[i].points,
                                    .robustness_worlds = tried[i].worlds};
        qd_error_t error;
        qd_experiment_t *e = NULL, *equal = NULL;
        assert_int_equal(load(tried[i].file, &overrides, &e, &error), QD_OK);
        assert_int_equal(load(tried[i].equal, NULL, &equal, &error), QD_OK);
        assert_string_equal(e->config, equal->config);
        assert_int_equal(e->points, equal->points);
        qd_experiment_free(e);
        qd_experiment_free(equal);
    }
}

static void test_wrong_robustness_of_the_command_line(void **state)
{
    (void)state;
    qd_overrides_t overrides = {.has_robustness = true, .robustness_points = 9, .robustness_worlds = 7};
    qd_error_t error;
    qd_experiment_t *e = NULL;
    assert_int_equal(load(CLAIM, &overrides, &e, &error), QD_ERROR_INPUT);
    assert_string_equal(
        error.text, "--robustness: found 9x7; expected 0, or 10 to 100000 points and at least 2 worlds\n");
    overrides.robustness_points = 10;
    assert_int_equal(load("worlds: 5\n", &overrides, &e, &error), QD_ERROR_INPUT);
    assert_non_null(strstr(error.text, "found no claim about an effect"));
    assert_null(e);
}

#define TWO_CLAIMS                                                                                           \
    "claims: [{id: 'a, b', says: c, outcome: wars, contrast: {more: {doctrine: obama}, less: {doctrine: "    \
    "trump}}}, {id: d, says: c, outcome: wars, contrast: {more: {order: unipolar}, less: {order: "           \
    "bipolar}}}]\n"

static const char *const texts[] = {
    example,
    "{}",
    "name: \"a \\\"b\\\" \\\\ c\"\nabout: |\n  two\n  lines \xC3\xBC \n",
    "seed: 18446744073709551615\nworlds: 1e3\norders: [multipolar]\nmax_failures: 0.25\nconfidence: 0.9\n",
    "precision: {outcome: wars, half_width: 0.1}\noutput: {paths: false, landscape: true, outcomes: [wars, "
    "balance]}\n",
    "precision: {claims: all, max_worlds: 1e4}\n" TWO_CLAIMS,
    "confidence: 0.9\nprecision: {claims: [\"a, b\"], min_worlds: 300}\n" TWO_CLAIMS,
    "parameters: {doctrine: {choice: {values: [obama, trump], weights: [0.3, 0.1]}}, mission.random_order: "
    "true,\n"
    "  affinity.noise: {beta: [2, 3]}, crises.rate: {loguniform: [0.1, 1]}, doctrine.scope: leader}\n",
    "schedule:\n  - {at: 7, set: {doctrine: trump, doctrine.quorum: {choice: [0.1, 0.2]}}}\n  - {at: 3, set: "
    "{}}\n",
    "design: {type: grid, factors: {doctrine: {values: [obama, trump]}, tension.debt: {logspace: [0.01, 1, "
    "4]}}}\n",
    "design: {type: list, factors: {doctrine: {values: [obama, obama]}, tension.debt: {values: [1, 2]}}}\n",
    "design: {type: list, points: [{label: x y, set: {tension.debt: 1}, schedule: [{at: 3, set: {doctrine: "
    "obama}}]}, "
    "{doctrine: {choice: [obama, trump]}}, {tension.debt: {uniform: [0, 1]}, tension.decay: 0.3}]}\n",
    "design: {type: lhs, points: 5, factors: {tension.debt: {uniform: [0, 1]}, doctrine: {choice: [obama, "
    "trump]}}}\n",
    "design: {type: sobol, points: 5, factors: {tension.debt: {beta: [2, 3, 0.1, 0.2]}}}\n",
    "design: {type: saltelli, points: 4, factors: {tension.debt: {normal: [1, 0.1]}, tension.decay: {values: "
    "[0, 1]}}}\n",
    "design: {type: morris, points: 4, levels: 6, factors: {tension.debt: {uniform: [0, 1]}, tension.decay: "
    "{uniform: "
    "[0, 1]}}}\n",
    "claims:\n  - {id: \"1.50\", says: 'a: b # c', outcome: wars, bimodal: {tension.debt: 1e-1}, margin: "
    "-.5}\n"
    "  - {id: 2, says: \"x\\ny\", outcome: wars, contrast: {more: {doctrine: obama}, less: {doctrine: "
    "trump}},\n"
    "     interaction: {where: {tension.debt: 0.1}, against: {tension.debt: 0.2}}}\n"
    "  - {id: c, says: d, outcome: wars, contrast: {more: {order: unipolar}, less: {order: bipolar}}}\n",
};

/* load -> config -> parse -> config: the same bytes, hashes and points. */
static void test_canonical_text_reads_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        qd_experiment_t *first = loaded(texts[i]), *second = loaded(first->config);
        assert_string_equal(first->config, second->config);
        assert_string_equal(first->name, second->name);
        assert_string_equal(first->about, second->about);
        assert_true(first->config_hash == second->config_hash);
        assert_int_equal(first->points, second->points);
        assert_int_equal(first->claims, second->claims);
        for (size_t p = 0; p < first->points; p++) {
            assert_string_equal(first->point[p].label, second->point[p].label);
            assert_true(first->point[p].hash == second->point[p].hash);
            assert_int_equal(first->point[p].from_claim, second->point[p].from_claim);
        }
        for (size_t c = 0; c < first->claims; c++) {
            assert_string_equal(first->claim[c].id, second->claim[c].id);
            assert_string_equal(first->claim[c].says, second->claim[c].says);
        }
        qd_experiment_free(first);
        qd_experiment_free(second);
    }
}

static uint64_t hash_of(const char *text)
{
    qd_experiment_t *e = loaded(text);
    uint64_t hash = e->config_hash;
    qd_experiment_free(e);
    return hash;
}

/* The hash covers the settings that determine the worlds' values, and nothing else. */
static void test_config_hash(void **state)
{
    (void)state;
    uint64_t base = hash_of("seed: 3\nparameters: {doctrine: obama, tension.debt: 0.5}");
    assert_true(base ==
                hash_of("parameters: {tension.debt: 5e-1, doctrine: obama}\nseed: 3\nworlds: 7\nname: x\n"
                        "about: y\noutput: {paths: false}\nmax_failures: 0\nconfidence: 0.9\n"));
    assert_true(
        base ==
        hash_of("seed: 3\nparameters: {doctrine: obama, tension.debt: 0.5}\nclaims: [{id: a, says: b, "
                "outcome: wars, bimodal: {tension.debt: 0.1}}]"));
    assert_true(base != hash_of("seed: 4\nparameters: {doctrine: obama, tension.debt: 0.5}"));
    assert_true(base != hash_of("seed: 3\nparameters: {doctrine: obama, tension.debt: 0.6}"));
    assert_true(base !=
                hash_of("seed: 3\nparameters: {doctrine: obama, tension.debt: 0.5}\norders: [bipolar]"));
    assert_true(base !=
                hash_of("seed: 3\nparameters: {doctrine: obama, tension.debt: 0.5}\nschedule: [{at: 1, set: "
                        "{doctrine: trump}}]"));
    assert_true(hash_of("design: {type: sobol, points: 4, factors: {tension.debt: {uniform: [0, 1]}}}") ==
                hash_of("design: {type: sobol, points: 8, factors: {tension.debt: {uniform: [0, 1]}}}"));
    assert_true(hash_of("design: {type: sobol, points: 4, factors: {tension.debt: {uniform: [0, 1]}}}") !=
                hash_of("design: {type: sobol, points: 4, factors: {tension.debt: {uniform: [0, 2]}}}"));
}

/* Shared luck is the default of a file without the key. With luck by order, an order's luck follows from the
 * seed and its label, whatever the other orders. */
static void test_luck(void **state)
{
    (void)state;
    qd_experiment_t *none = loaded("seed: 3"), *shared = loaded("seed: 3\nluck: shared"),
                    *own = loaded("seed: 3\nluck: by-order"),
                    *alone = loaded("seed: 3\nluck: \"by-order\"\norders: [bipolar]");
    assert_string_equal(none->config, shared->config);
    assert_true(none->config_hash == shared->config_hash);
    assert_true(none->config_hash != own->config_hash);
    assert_string_equal(qd_experiment_luck_name(none), "shared");
    assert_string_equal(qd_experiment_luck_name(own), "by-order");
    qd_luck_t a = qd_experiment_luck(own, 0, 5), b = qd_experiment_luck(own, 1, 5);
    assert_true(a.world == 5 && b.world == 5 && a.seed != b.seed && a.seed != 3 && b.seed != 3);
    assert_true(qd_experiment_luck(alone, 0, 5).seed == b.seed);
    for (size_t o = 0; o < 3; o++)
        assert_true(qd_experiment_luck(none, o, 7).seed == 3 && qd_experiment_luck(none, o, 7).world == 7);
    qd_experiment_t *again = loaded(own->config);
    assert_true(again->luck_by_order && again->config_hash == own->config_hash);
    qd_experiment_free(again);
    qd_experiment_free(alone);
    qd_experiment_free(own);
    qd_experiment_free(shared);
    qd_experiment_free(none);
}

/* A point's hash depends on its settings, not on the way of writing them. */
static void test_point_hash(void **state)
{
    (void)state;
    qd_experiment_t *list =
        loaded("design: {type: list, points: [{tension.debt: 1, tension.decay: 0.5}, {doctrine: obama}, "
               "{label: l, set: {tension.decay: 0.5, tension.debt: 1}}, {tension.debt: 1}, "
               "{doctrine: obama, doctrine.bias_flexible: 0.03}]}");
    qd_experiment_t *grid =
        loaded("design: {type: grid, factors: {tension.decay: {values: [0.5, 0.6]}, tension.debt: "
               "{values: [1]}}}\n"
               "claims: [{id: a, says: b, outcome: wars, bimodal: {doctrine: obama}}]");
    assert_true(list->point[0].hash == list->point[2].hash);
    assert_true(list->point[0].hash == grid->point[0].hash);
    assert_true(list->point[0].hash != grid->point[1].hash);
    assert_true(list->point[1].hash == grid->point[2].hash);
    assert_true(list->point[0].hash != list->point[3].hash);
    assert_true(list->point[1].hash != list->point[4].hash);
    qd_experiment_free(list);
    qd_experiment_free(grid);
}

/* One fault per (point, order) would hide the first. */
static void test_faults_between_parameters_are_few(void **state)
{
    (void)state;
    qd_error_t error;
    qd_experiment_t *e = NULL;
    assert_int_equal(
        load("design: {type: grid, factors: {order.poles: {linspace: [4, 8, 5]}, order.states: {values: [4, "
             "3]}}}\norders: [multipolar]",
             NULL, &e, &error),
        QD_ERROR_INPUT);
    assert_int_equal(error.count, 5);
    assert_non_null(strstr(
        error.text, ": point `1`, order `multipolar`: found order.states 3 and order.poles 4; expected "
                    "more states than poles\n"));
}

/* A first point with a number of states of its own does not stand for the others. */
static void test_every_point_is_checked(void **state)
{
    (void)state;
    qd_error_t error;
    qd_experiment_t *e = NULL;
    assert_int_equal(
        load("orders: [multipolar]\nparameters: {order.states: 5, order.poles: 5}\n"
             "design: {type: list, points: [{label: a, set: {order.states: {integers: [8, 9]}}}, "
             "{label: b, set: {tension.debt: 0.3}}, {label: c, set: {tension.debt: 0.4}}]}",
             NULL, &e, &error),
        QD_ERROR_INPUT);
    assert_int_equal(error.count, 1);
    assert_non_null(strstr(error.text, ":2:28: point `b`, order `multipolar`: found order.states 5 and "
                                       "order.poles 5; expected more states than poles\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_presets_and_names),
        cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_wrong_overrides),
        cmocka_unit_test(test_robustness_of_the_command_line),
        cmocka_unit_test(test_wrong_robustness_of_the_command_line),
        cmocka_unit_test(test_worlds_instead_of_precision),
        cmocka_unit_test(test_canonical_text_reads_back),
        cmocka_unit_test(test_config_hash),
        cmocka_unit_test(test_luck),
        cmocka_unit_test(test_point_hash),
        cmocka_unit_test(test_faults_between_parameters_are_few),
        cmocka_unit_test(test_every_point_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
