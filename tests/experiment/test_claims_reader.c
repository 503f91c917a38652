#include "experiment/loaded.h"

#include <stdio.h>

#define GRID                                                                                                 \
    "design: {type: grid, factors: {doctrine: {values: [obama, trump]}, institution.target: {linspace: "     \
    "[0.1, 0.9, 3]}}}\n"

static qd_experiment_t *with_claim(const char *design, const char *claim)
{
    char text[1200];
    snprintf(text, sizeof text, "%sclaims:\n  - {id: a, says: b, outcome: wars, %s}\n", design, claim);
    return loaded(text);
}

static void assert_arm(const qd_arm_t *arm, size_t count, const size_t expected[])
{
    assert_int_equal(arm->points, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(arm->point[i], expected[i]);
}

static void test_contrast_of_design_points(void **state)
{
    (void)state;
    qd_experiment_t *e = with_claim(
        GRID, "order: bipolar, margin: 0.25, contrast: {more: {institution.target: 0.9000000000001}, "
              "less: {doctrine: trump, institution.target: 0.1}}");
    const qd_claim_t *claim = &e->claim[0];
    assert_int_equal(claim->kind, QD_CLAIM_CONTRAST);
    assert_int_equal(claim->outcome, QD_O_wars);
    assert_true(claim->order == 1 && claim->margin == 0.25);
    assert_arm(&claim->more, 2, (const size_t[]){2, 5});
    assert_arm(&claim->less, 1, (const size_t[]){3});
    assert_int_equal(e->points, 6);
    qd_experiment_free(e);
}

/* Factors without a name in the arms of an incomplete design; in a grid they are equal. */
static void test_factors_that_differ_between_arms(void **state)
{
    (void)state;
    static const char list[] =
        "design: {type: list, factors: {doctrine: {values: [obama, obama, trump, trump]}, "
        "tension.debt: {values: [0.1, 0.2, 0.2, 0.1]}, tension.decay: {values: [0.1, 0.1, "
        "0.1, 0.2]}, blocs.cost: {values: [0.1, 0.2, 0.3, 0.4]}}}\n";
    const struct {
        const char *design, *claim, *differing;
    } cases[] = {
        {list, "contrast: {more: {doctrine: obama}, less: {doctrine: trump}}", "tension.decay, blocs.cost"},
        {list, "contrast: {more: {doctrine: obama, tension.decay: 0.1}, less: {doctrine: trump}}",
         "blocs.cost"},
        {list, "contrast: {more: {point: \"0\"}, less: {point: \"3\"}}", NULL},
        {list, "contrast: {more: {mission.load: 0.2}, less: {mission.load: 0.1}}", NULL},
        {list, "trend: {factor: tension.debt, direction: rises}", "tension.decay, blocs.cost"},
        {list, "trend: {factor: tension.decay, direction: falls}", "doctrine, tension.debt, blocs.cost"},
        {GRID, "contrast: {more: {doctrine: obama}, less: {doctrine: trump}}", NULL},
        {GRID, "contrast: {more: {doctrine: obama, institution.target: 0.1}, less: {doctrine: trump}}", NULL},
        {GRID, "trend: {factor: institution.target, direction: rises}", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qd_experiment_t *e = with_claim(cases[i].design, cases[i].claim);
        assert_string_equal(e->claim[0].differing ? e->claim[0].differing : "none",
                            cases[i].differing ? cases[i].differing : "none");
        qd_experiment_free(e);
    }
}

/* Arms that the design does not contain become points of their own, shared between equal arms. */
static void test_own_points(void **state)
{
    (void)state;
    qd_experiment_t *e =
        loaded("parameters: {tension.decay: 0.2}\n" GRID "claims:\n"
               "  - {id: a, says: b, outcome: wars, contrast: {more: {tension.debt: 0.5, institution.target: "
               "0.3}, less: {tension.debt: 0.1}}}\n"
               "  - {id: c, says: d, outcome: crises, contrast: {more: {tension.debt: 0.7}, less: "
               "{tension.debt: 0.1}}}\n");
    assert_int_equal(e->points, 9);
    assert_arm(&e->claim[0].more, 1, (const size_t[]){6});
    assert_arm(&e->claim[0].less, 1, (const size_t[]){7});
    assert_arm(&e->claim[1].more, 1, (const size_t[]){8});
    assert_arm(&e->claim[1].less, 1, (const size_t[]){7});
    assert_int_equal(e->claim[0].order, -1);
    assert_string_equal(e->point[6].label, "institution.target: 0.3, tension.debt: 0.5");
    assert_true(e->point[6].coordinate[1] == 0.3);
    qd_change_t change[64];
    qd_plan_t plan = plan_of(e, 6, 0, change);
    assert_true(constant_of(&plan, QD_P_tension_debt) == 0.5);
    assert_true(constant_of(&plan, QD_P_institution_target) == 0.3);
    assert_true(constant_of(&plan, QD_P_tension_decay) == 0.2);
    qd_experiment_free(e);
}

static void test_interaction(void **state)
{
    (void)state;
    qd_experiment_t *e =
        with_claim(GRID, "contrast: {more: {doctrine: trump}, less: {doctrine: obama}}, interaction: {where: "
                         "{institution.target: 0.1}, against: {institution.target: 0.9}}");
    const qd_claim_t *claim = &e->claim[0];
    assert_int_equal(claim->kind, QD_CLAIM_INTERACTION);
    assert_arm(&claim->more, 1, (const size_t[]){3});
    assert_arm(&claim->less, 1, (const size_t[]){0});
    assert_arm(&claim->where_more, 1, (const size_t[]){5});
    assert_arm(&claim->where_less, 1, (const size_t[]){2});
    qd_experiment_free(e);
}

static void test_trend(void **state)
{
    (void)state;
    qd_experiment_t *e =
        with_claim(GRID, "trend: {factor: institution.target, direction: falls, at: {doctrine: trump}}");
    const qd_claim_t *claim = &e->claim[0];
    assert_int_equal(claim->kind, QD_CLAIM_TREND);
    assert_true(claim->direction == -1 && claim->levels == 3);
    for (size_t l = 0; l < 3; l++) {
        assert_arm(&claim->level[l], 1, &(const size_t){3 + l});
        assert_true(claim->level_value[l] == e->point[3 + l].coordinate[1]);
    }
    qd_experiment_free(e);
    e = with_claim(GRID, "trend: {factor: institution.target, direction: rises}");
    assert_arm(&e->claim[0].level[2], 2, (const size_t[]){2, 5});
    assert_int_equal(e->claim[0].direction, 1);
    qd_experiment_free(e);
}

static void test_orders(void **state)
{
    (void)state;
    qd_experiment_t *e = with_claim(GRID, "contrast: {more: {order: multipolar}, less: {order: unipolar}}");
    assert_int_equal(e->claim[0].kind, QD_CLAIM_ORDERS);
    assert_true(e->claim[0].order == 2 && e->claim[0].order_less == 0);
    assert_int_equal(e->claim[0].more.points, 6);
    qd_experiment_free(e);
    e = with_claim(GRID,
                   "contrast: {more: {order: multipolar}, less: {order: unipolar}, at: {doctrine: obama}}");
    assert_int_equal(e->claim[0].more.points, 3);
    qd_experiment_free(e);
}

static void test_bimodal(void **state)
{
    (void)state;
    qd_experiment_t *e = with_claim("", "bimodal: true");
    assert_int_equal(e->claim[0].kind, QD_CLAIM_BIMODAL);
    assert_arm(&e->claim[0].more, 1, (const size_t[]){0});
    qd_experiment_free(e);
    e = with_claim("", "bimodal: {institution.initial: 0.9}");
    assert_int_equal(e->points, 2);
    assert_arm(&e->claim[0].more, 1, (const size_t[]){1});
    qd_experiment_free(e);
}

static void test_points_by_label(void **state)
{
    (void)state;
    const char list[] =
        "design: {type: list, points: [{label: early, schedule: [{at: 3, set: {doctrine: trump}}]}, {label: "
        "late, schedule: [{at: 90, set: {doctrine: trump}}]}, {doctrine: obama}]}\n";
    qd_experiment_t *e = with_claim(list, "contrast: {more: {point: late}, less: {point: early}}");
    assert_arm(&e->claim[0].more, 1, (const size_t[]){1});
    assert_arm(&e->claim[0].less, 1, (const size_t[]){0});
    qd_experiment_free(e);
    e = with_claim(list, "contrast: {more: {doctrine: obama}, less: {point: early}}");
    assert_arm(&e->claim[0].more, 1, (const size_t[]){2});
    qd_experiment_free(e);
}

/* A point of a claim is not a point of the design: later claims do not average over it. */
static void test_own_points_stay_apart(void **state)
{
    (void)state;
    qd_experiment_t *e =
        loaded(GRID "claims:\n"
                    "  - {id: a, says: b, outcome: wars, bimodal: {doctrine: obama, tension.debt: 1}}\n"
                    "  - {id: c, says: d, outcome: wars, bimodal: {doctrine: obama}}\n"
                    "  - {id: e, says: f, outcome: wars, bimodal: true}\n");
    assert_arm(&e->claim[0].more, 1, (const size_t[]){6});
    assert_arm(&e->claim[1].more, 3, (const size_t[]){0, 1, 2});
    assert_int_equal(e->claim[2].more.points, 6);
    qd_experiment_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contrast_of_design_points),
        cmocka_unit_test(test_factors_that_differ_between_arms),
        cmocka_unit_test(test_own_points),
        cmocka_unit_test(test_interaction),
        cmocka_unit_test(test_trend),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_bimodal),
        cmocka_unit_test(test_points_by_label),
        cmocka_unit_test(test_own_points_stay_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
