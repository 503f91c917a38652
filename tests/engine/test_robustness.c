/* Robustness of claims with made-up effects, so that the values at which the sign changes are known. */
#include "engine/bench.h"

#define FILE_OF(rest)                                                                                        \
    "seed: 3\nworlds: 200\norders: [unipolar, bipolar]\n"                                                    \
    "parameters: {tension.debt: 0.6, tension.decay: 0.5}\n"                                                  \
    "design: {type: grid, factors: {institution.target: {values: [0, 1]}}}\n"                                \
    "robustness: {points: 160, worlds: 100, parameters: {tension.debt: {uniform: [0, 1]}, "                  \
    "tension.decay: {uniform: [0, 1]}, blocs.cost: {uniform: [0, 1]}}}\n"                                    \
    "claims:\n  - {id: up, says: x, outcome: survival, " rest                                                \
    "contrast: {more: {institution.target: 1}, less: {institution.target: 0}}}\n"

/* The value of the k-th varied parameter at a point; at the experiment's values 0.6. */
static double value_at(const qd_experiment_t *experiment, size_t point, const char *name)
{
    const qd_robustness_t *robustness = &experiment->robustness;
    size_t row = experiment->point[point].variation;
    for (size_t f = 0; row > 0 && f < robustness->factors; f++)
        if (strcmp(robustness->factor[f].name, name) == 0)
            return robustness->value[(row - 1) * robustness->factors + f];
    return 0.6;
}

static double with_effect(const qd_experiment_t *experiment, size_t point, uint64_t world, double effect)
{
    return 50.0 + effect * experiment->point[point].coordinate[0] + 5.0 * luck(world, 0) +
           0.2 * luck(world, (uint32_t)(1 + point));
}

static const qd_result_robustness_t *cell_of(const bench_t *self, size_t column)
{
    return &self->analysis.robustness[column];
}

static void play_all(bench_t *self, const char *yaml, made_up_t *made_up)
{
    bench_open(self, yaml);
    for (size_t p = 0; p < self->experiment->points; p++)
        for (size_t o = 0; o < 2; o++)
            play(self, p, o, qd_experiment_worlds_at(self->experiment, p), made_up);
    bench_analyse(self);
}

static const qd_result_turning_t *turning_of(const bench_t *self, const char *place, const char *parameter)
{
    for (size_t i = 0; i < self->analysis.turnings; i++)
        if (strcmp(self->analysis.turning[i].place, place) == 0 &&
            strcmp(self->analysis.turning[i].parameter, parameter) == 0)
            return &self->analysis.turning[i];
    fail_msg("no row for %s, %s", place, parameter);
    return NULL;
}

/* In unipolar orders the effect turns at a debt of 0.3; in bipolar ones it is 2 everywhere. */
static double turns_with_debt(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    double debt = value_at(experiment, point, "tension.debt");
    return with_effect(experiment, point, world, order == 0 ? 4.0 * (debt - 0.3) : 2.0);
}

static void test_turns_at_a_known_value(void **state)
{
    (void)state;
    bench_t bench;
    play_all(&bench, FILE_OF(""), turns_with_debt);
    const qd_result_robustness_t *unipolar = cell_of(&bench, 1), *bipolar = cell_of(&bench, 2);
    assert_int_equal(unipolar->points, 160);
    /* 30% of the hypercube lies below 0.3; one or two in 160 are too close to it to be decided. */
    assert_true(fabs(unipolar->same - 0.7) < 0.02);
    assert_true(fabs(unipolar->opposite - 0.3) < 0.03 && unipolar->opposite <= 1.0 - unipolar->same + 0.01);
    assert_true(unipolar->same_low < 0.7 && unipolar->same_high > 0.7);
    assert_string_equal(unipolar->verdict, "conditional");
    assert_non_null(strstr(unipolar->condition, "where tension.debt above 0."));
    assert_non_null(strstr(unipolar->condition, ": same sign at 100% of 80 points, elsewhere at 4"));
    assert_string_equal(bipolar->verdict, "robust");
    assert_true(bipolar->same == 1.0 && bipolar->opposite == 0.0);
    /* The mean over the orders would turn at -0.2, outside the range. */
    assert_string_equal(cell_of(&bench, 0)->verdict, "robust");
    const qd_result_turning_t *debt = turning_of(&bench, "unipolar", "tension.debt"),
                              *cost = turning_of(&bench, "unipolar", "blocs.cost");
    assert_string_equal(debt->method, "prcc");
    assert_true(debt->low > 0.9 && debt->same_above == 1.0 && fabs(debt->same_below - 0.4) < 0.03);
    assert_true(cost->low < 0.0 && cost->high > 0.0);
    bench_close(&bench);
}

/* A contradicted claim whose sign changes where decay is high: "same" refers to the sign found. */
static double turns_with_decay(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    (void)order;
    return with_effect(experiment, point, world, 3.0 * (value_at(experiment, point, "tension.decay") - 0.9));
}

static void test_other_side(void **state)
{
    (void)state;
    bench_t bench;
    play_all(&bench, FILE_OF("order: bipolar, "), turns_with_decay);
    assert_string_equal(claim_of(&bench, "up")->verdict, "contradicted");
    const qd_result_robustness_t *own = cell_of(&bench, 0);
    assert_true(fabs(own->same - 0.9) < 0.02);
    assert_string_equal(own->verdict, "conditional");
    assert_non_null(strstr(own->condition, "where tension.decay at most 0."));
    assert_string_equal(cell_of(&bench, 1)->verdict, ""); /* it is not about unipolar orders */
    assert_true(cell_of(&bench, 2)->same == own->same);
    bench_close(&bench);
}

/* The sign depends on no parameter: it varies between points by chance, or is opposite at all of them. */
static double changes_at_random(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    size_t row = experiment->point[point].variation;
    (void)order;
    return with_effect(experiment, point, world, row == 0 || luck(row, 78) > 0.0 ? 1.0 : -1.0);
}

static void test_fragile(void **state)
{
    (void)state;
    bench_t bench;
    play_all(&bench, FILE_OF(""), changes_at_random);
    assert_string_equal(cell_of(&bench, 0)->verdict, "fragile");
    assert_true(cell_of(&bench, 0)->opposite > 0.35);
    assert_non_null(strstr(cell_of(&bench, 0)->condition, "no parameter alone"));
    bench_close(&bench);
}

/* Where the points have noise alone, either sign is as likely, and none is significantly opposite. */
static double vanishes(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    (void)order;
    return with_effect(experiment, point, world, experiment->point[point].variation == 0 ? 1.0 : 0.0);
}

static void test_noise_is_not_opposite(void **state)
{
    (void)state;
    bench_t bench;
    play_all(&bench, FILE_OF(""), vanishes);
    for (size_t k = 0; k < 3; k++) {
        assert_true(cell_of(&bench, k)->same > 0.3 && cell_of(&bench, k)->same < 0.7);
        assert_true(cell_of(&bench, k)->opposite <= 0.0125);
        assert_string_equal(cell_of(&bench, k)->verdict, "fragile");
    }
    bench_close(&bench);
}

/* Signs are those of the effect less the margin. */
static void test_margin(void **state)
{
    (void)state;
    bench_t bench;
    play_all(&bench, FILE_OF("margin: 1, order: unipolar, "), turns_with_debt);
    /* 4 (debt - 0.3) > 1 where the debt is above 0.55. */
    assert_true(fabs(cell_of(&bench, 0)->same - 0.45) < 0.02);
    assert_true(fabs(cell_of(&bench, 0)->opposite - 0.55) < 0.03);
    bench_close(&bench);
}

/* A sign that never changes is robust only where the points are enough to show it; 36 of 36 have an interval
 * from 90.3 %, 35 of 35 one from 89.99 %. Fewer points show a sign that changes often. */
static double never_turns(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    (void)order;
    return with_effect(experiment, point, world, 1.0);
}

static void expect_verdict(size_t points, made_up_t *made_up, const char *verdict)
{
    bench_t bench;
    char yaml[1024];
    const char *text = FILE_OF(""), *at = strstr(text, "points: 160");
    snprintf(yaml, sizeof yaml, "%.*spoints: %zu%s", (int)(at - text), text, points, at + 11);
    play_all(&bench, yaml, made_up);
    assert_int_equal(cell_of(&bench, 0)->points, points);
    assert_string_equal(cell_of(&bench, 0)->verdict, verdict);
    bool told = strstr(cell_of(&bench, 0)->condition, "robust needs 90%") != NULL;
    assert_int_equal(told, strcmp(verdict, "too few points") == 0);
    bench_close(&bench);
}

static void test_few_points(void **state)
{
    (void)state;
    expect_verdict(12, never_turns, "too few points");
    expect_verdict(35, never_turns, "too few points");
    expect_verdict(36, never_turns, "robust");
    expect_verdict(200, never_turns, "robust");
    expect_verdict(24, changes_at_random, "fragile");
}

/* The upper half of the debts keeps the sign: 30 points of the same sign do not show it, 40 do; where a few
 * of the points of that half are significantly opposite, it is not kept there. */
static double turns_with_debt_everywhere(const qd_experiment_t *experiment, size_t point, size_t order,
                                         uint64_t world)
{
    (void)order;
    return turns_with_debt(experiment, point, 0, world);
}

static void test_few_points_of_a_condition(void **state)
{
    (void)state;
    bench_t bench;
    char yaml[1024];
    const char *text = FILE_OF(""), *at = strstr(text, "points: 160");
    for (size_t points = 60; points <= 80; points += 20) {
        snprintf(yaml, sizeof yaml, "%.*spoints: %zu%s", (int)(at - text), text, points, at + 11);
        play_all(&bench, yaml, turns_with_debt_everywhere);
        const qd_result_robustness_t *cell = cell_of(&bench, 0);
        assert_string_equal(cell->verdict, points == 60 ? "too few points" : "conditional");
        assert_non_null(strstr(cell->condition, "where tension.debt above 0."));
        assert_int_equal(strstr(cell->condition, "so few points do not show it") != NULL, points == 60);
        bench_close(&bench);
    }
}

/* The sign follows the debt, but 3 % of the points of either side are significantly opposite. */
static double turns_here_and_there(const qd_experiment_t *experiment, size_t point, size_t order,
                                   uint64_t world)
{
    double effect = 4.0 * (value_at(experiment, point, "tension.debt") - 0.3);
    size_t row = experiment->point[point].variation;
    (void)order;
    return with_effect(experiment, point, world, row > 0 && row % 33 == 0 ? -3.0 : effect);
}

static void test_opposite_points_end_a_condition(void **state)
{
    (void)state;
    bench_t bench;
    play_all(&bench, FILE_OF(""), turns_here_and_there);
    const qd_result_turning_t *debt = turning_of(&bench, "claim", "tension.debt");
    assert_true(debt->low > 0.5 && debt->same_above >= 0.95 && debt->same_above < 1.0);
    assert_string_equal(cell_of(&bench, 0)->verdict, "fragile");
    bench_close(&bench);
}

/* A claim without an effect at the experiment's values has no sign to keep, for any signs of the points. */
static double only_around(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    size_t row = experiment->point[point].variation;
    double noise = 2.0 * luck(world, (uint32_t)(500 + 10 * point + order));
    return with_effect(experiment, point, world, row == 0 && order == 0 ? noise - 1e-3 : 2.0);
}

static void test_undecided(void **state)
{
    (void)state;
    bench_t bench;
    play_all(&bench, FILE_OF(""), only_around);
    assert_string_equal(bench.analysis.by_order[0].verdict, "undecided");
    assert_string_equal(cell_of(&bench, 1)->verdict, "undecided");
    assert_non_null(strstr(cell_of(&bench, 1)->condition, "no sign is shown"));
    assert_int_equal(cell_of(&bench, 1)->points, 160);
    assert_string_equal(cell_of(&bench, 0)->verdict, "robust");
    assert_string_equal(cell_of(&bench, 2)->verdict, "robust");
    bench_close(&bench);
}

/* Orders that contradict each other: "mixed" does not fix the sign of their mean, which may be either or
 * none. */
static double opposite_orders(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    return with_effect(experiment, point, world, order == 0 ? 1.0 : -1.0);
}

static double opposite_orders_unequal(const qd_experiment_t *experiment, size_t point, size_t order,
                                      uint64_t world)
{
    return with_effect(experiment, point, world, order == 0 ? 3.0 : -1.0);
}

static void test_mixed(void **state)
{
    (void)state;
    bench_t bench;
    play_all(&bench, FILE_OF(""), opposite_orders);
    assert_string_equal(claim_of(&bench, "up")->verdict, "mixed");
    assert_string_equal(cell_of(&bench, 0)->verdict, "undecided");
    assert_string_equal(cell_of(&bench, 1)->verdict, "robust");
    assert_string_equal(cell_of(&bench, 2)->verdict, "robust");
    bench_close(&bench);
    play_all(&bench, FILE_OF(""), opposite_orders_unequal);
    assert_string_equal(claim_of(&bench, "up")->verdict, "mixed");
    assert_string_equal(cell_of(&bench, 0)->verdict, "robust");
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turns_at_a_known_value),
        cmocka_unit_test(test_other_side),
        cmocka_unit_test(test_fragile),
        cmocka_unit_test(test_noise_is_not_opposite),
        cmocka_unit_test(test_margin),
        cmocka_unit_test(test_few_points),
        cmocka_unit_test(test_few_points_of_a_condition),
        cmocka_unit_test(test_opposite_points_end_a_condition),
        cmocka_unit_test(test_undecided),
        cmocka_unit_test(test_mixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
