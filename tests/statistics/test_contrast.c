#include "statistics/contrast.h"
#include "support/check.h"

#define WORLDS 400

static double normal(uint64_t world, uint32_t draw)
{
    return qd_random_normal((qd_luck_t){8, world}, QD_PURPOSE_BOOTSTRAP, 70, draw);
}

/* Four points that share most of their luck; their means are 0.3, 0.1, 0.0, 0.0. */
static void fill(double y[4][WORLDS])
{
    const double mean[] = {0.3, 0.1, 0.0, 0.0};
    for (uint64_t w = 0; w < WORLDS; w++)
        for (uint32_t k = 0; k < 4; k++)
            y[k][w] = mean[k] + 2.0 * normal(w, 9) + 0.3 * normal(w, k);
}

static qd_contrast_result_t contrast(size_t terms, const double weight[], const double *const column[],
                                     double margin)
{
    qd_contrast_t *self = qd_contrast_new(terms, weight);
    assert_non_null(self);
    qd_contrast_add(self, WORLDS / 2, column);
    const double *rest[4];
    for (size_t k = 0; k < terms; k++)
        rest[k] = column[k] + WORLDS / 2;
    qd_contrast_add(self, WORLDS - WORLDS / 2, rest);
    qd_contrast_result_t out = qd_contrast_result(self, 0.95, margin);
    qd_contrast_free(self);
    return out;
}

static void test_paired_difference_against_its_definition(void **state)
{
    (void)state;
    static double y[4][WORLDS];
    fill(y);
    qd_contrast_result_t r =
        contrast(2, (const double[]){1.0, -1.0}, (const double *const[]){y[0], y[1]}, 0.0);
    double mean = 0.0, squares = 0.0, apart[2] = {0}, spread[2] = {0};
    for (size_t w = 0; w < WORLDS; w++) {
        mean += (y[0][w] - y[1][w]) / WORLDS;
        apart[0] += y[0][w] / WORLDS;
        apart[1] += y[1][w] / WORLDS;
    }
    for (size_t w = 0; w < WORLDS; w++) {
        squares += pow(y[0][w] - y[1][w] - mean, 2);
        spread[0] += pow(y[0][w] - apart[0], 2);
        spread[1] += pow(y[1][w] - apart[1], 2);
    }
    assert_int_equal(r.count, WORLDS);
    QD_ASSERT_NEAR(r.estimate, mean, 1e-12);
    QD_ASSERT_NEAR(r.se, sqrt(squares / (WORLDS - 1) / WORLDS), 1e-12);
    QD_ASSERT_NEAR(r.unpaired_se, sqrt((spread[0] + spread[1]) / (WORLDS - 1) / WORLDS), 1e-12);
    /* 2 * (4 + 0.09) against 2 * 0.09 */
    assert_true(r.reduction > 30.0 && r.reduction < 60.0);
    QD_ASSERT_NEAR(r.reduction, pow(r.unpaired_se / r.se, 2), 1e-9);
    assert_true(r.p < 1e-6);
    QD_ASSERT_NEAR(r.p_below, 1.0 - r.p / 2.0, 1e-15);
    assert_true(r.interval.low < 0.2 && r.interval.high > 0.2 && r.interval.low > 0.0);
}

static void test_margin_moves_the_test_and_not_the_interval(void **state)
{
    (void)state;
    static double y[4][WORLDS];
    fill(y);
    const double weight[] = {1.0, -1.0};
    const double *const column[] = {y[0], y[1]};
    qd_contrast_result_t r = contrast(2, weight, column, 0.0), at = contrast(2, weight, column, r.estimate);
    QD_ASSERT_NEAR(at.p, 1.0, 1e-9);
    QD_ASSERT_NEAR(at.p_below, 0.5, 1e-9);
    QD_ASSERT_NEAR(at.interval.low, r.interval.low, 0.0);
    QD_ASSERT_NEAR(contrast(2, weight, column, r.interval.low).p, 0.05, 1e-9);
}

static void test_interaction_and_arms_are_linear(void **state)
{
    (void)state;
    static double y[4][WORLDS];
    fill(y);
    const double *const column[] = {y[0], y[1], y[2], y[3]};
    qd_contrast_result_t interaction = contrast(4, (const double[]){1, -1, -1, 1}, column, 0.0);
    double a = contrast(2, (const double[]){1, -1}, column, 0.0).estimate;
    double b = contrast(2, (const double[]){1, -1}, column + 2, 0.0).estimate;
    QD_ASSERT_NEAR(interaction.estimate, a - b, 1e-12);
    qd_contrast_result_t arms = contrast(4, (const double[]){0.5, 0.5, -0.5, -0.5}, column, 0.0);
    QD_ASSERT_NEAR(arms.estimate, 0.2, 5.0 * arms.se);
}

/* Coverage: over many runs the interval of a true difference of 0.2 holds it in 95%. */
static void test_coverage(void **state)
{
    (void)state;
    size_t held = 0;
    for (uint64_t run = 0; run < 2000; run++) {
        qd_contrast_t *self = qd_contrast_new(2, (const double[]){1.0, -1.0});
        for (uint64_t w = 0; w < 30; w++) {
            double shared = normal(run * 30 + w, 9), more = 0.2 + shared + normal(run * 30 + w, 0);
            qd_contrast_add(self, 1, (const double *const[]){&more, &shared});
        }
        qd_interval_t i = qd_contrast_result(self, 0.95, 0.0).interval;
        held += i.low <= 0.2 && 0.2 <= i.high;
        qd_contrast_free(self);
    }
    assert_in_range(held, 1900 - 40, 1900 + 40);
}

static void test_unknown_values_and_degenerate_cases(void **state)
{
    (void)state;
    qd_contrast_t *self = qd_contrast_new(2, (const double[]){1.0, -1.0});
    const double a[] = {1.0, NAN, 2.0, 3.0}, b[] = {0.0, 5.0, NAN, 2.0};
    qd_contrast_result_t none = qd_contrast_result(self, 0.95, 0.0);
    assert_true(isnan(none.estimate) && isnan(none.p) && isinf(none.interval.low));
    qd_contrast_add(self, 4, (const double *const[]){a, b});
    qd_contrast_result_t r = qd_contrast_result(self, 0.95, 0.0);
    assert_int_equal(r.count, 2);
    QD_ASSERT_NEAR(r.estimate, 1.0, 0.0);
    QD_ASSERT_NEAR(r.se, 0.0, 0.0);
    QD_ASSERT_NEAR(r.p, 0.0, 0.0);
    assert_true(isnan(r.reduction));
    qd_contrast_free(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paired_difference_against_its_definition),
        cmocka_unit_test(test_margin_moves_the_test_and_not_the_interval),
        cmocka_unit_test(test_interaction_and_arms_are_linear),
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_unknown_values_and_degenerate_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
