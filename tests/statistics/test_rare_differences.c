/* Intervals of a mean difference where few worlds differ: bounds on worlds that were not played. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "statistics/contrast.h"
#include "support/check.h"

#define WORLDS 300

/* Of WORLDS worlds `up` have the difference +size and `down` -size. Differences lie within -+1 if `known`. */
static qd_contrast_result_t of_flags(size_t up, size_t down, double size, double margin, bool known)
{
    double d[WORLDS] = {0};
    for (size_t w = 0; w < up + down; w++)
        d[w] = w < up ? size : -size;
    qd_contrast_t *self = qd_contrast_new(1, (const double[]){1.0});
    if (known)
        qd_contrast_set_range(self, -1.0, 1.0);
    qd_contrast_add(self, WORLDS, (const double *const[]){d});
    qd_contrast_result_t found = qd_contrast_result(self, 0.95, margin);
    qd_contrast_free(self);
    return found;
}

/* Probability that the interval holds the true mean, over all numbers of worlds that differ; runs in which
 * none does are counted as held, since their interval is [0, 0] by definition. */
static double coverage(double up, double down, double size, double confidence, bool known)
{
    double sum = 0.0, mean = size * (up - down);
    for (unsigned a = 0; a <= 45; a++)
        for (unsigned b = 0; b <= 45; b++) {
            const double share[] = {up, down, 1.0 - up - down};
            double chance = gsl_ran_multinomial_pdf(3, share, (const unsigned[]){a, b, WORLDS - a - b});
            if (chance < 1e-9)
                continue;
            qd_contrast_result_t found = of_flags(a, b, size, 0.0, known);
            qd_interval_t i = qd_contrast_interval(&found, confidence);
            sum += a + b == 0 || (i.low <= mean && mean <= i.high) ? chance : 0.0;
        }
    return sum;
}

/* Single intervals, and those of a file of 100. Student's alone covers with .85 and .994 in the worst of
 * these cases. */
static void test_coverage(void **state)
{
    (void)state;
    const double share[][2] = {{.0005, 0}, {.002, 0},   {.01, 0},    {.03, 0},
                               {.06, 0},   {.03, .001}, {.01, .005}, {.02, .02}};
    double worst = 1.0, worst_joint = 1.0;
    for (size_t s = 0; s < QD_COUNT(share); s++)
        for (double size = 1.0; size > 0.05; size /= 10.0) {
            double up = share[s][0], down = share[s][1];
            assert_true(coverage(up, down, size, 0.95, true) >= 0.95);
            assert_true(coverage(up, down, size, 0.9995, true) >= 0.9995);
            worst = fmin(worst, coverage(up, down, size, 0.95, false));
            worst_joint = fmin(worst_joint, coverage(up, down, size, 0.9995, false));
        }
    assert_true(worst < 0.90 && worst_joint < 0.995);
}

/* Three worlds of 300 with +1, one with -0.5: Stringer's bounds from quantiles of the beta distribution. */
static void test_bounds_by_hand(void **state)
{
    (void)state;
    double value[] = {1.0, -0.5, 1.0, 0.25};
    qd_interval_t found = qd_interval_rare(300, 4, value, -2.0, 3.0, 0.90);
    double upper[4], lower[4] = {0};
    for (int j = 0; j < 4; j++) {
        upper[j] = gsl_cdf_beta_Qinv(0.025, j + 1, 300 - j);
        if (j > 0)
            lower[j] = gsl_cdf_beta_Pinv(0.025, j, 300 - j + 1);
    }
    double gain_high = 3.0 * upper[0] + (upper[2] - upper[0]) + 0.25 * (upper[3] - upper[2]);
    double gain_low = lower[2] + 0.25 * (lower[3] - lower[2]);
    double loss_high = 2.0 * upper[0] + 0.5 * (upper[1] - upper[0]), loss_low = 0.5 * lower[1];
    QD_ASSERT_NEAR(found.high, gain_high - loss_low, 1e-9);
    QD_ASSERT_NEAR(found.low, gain_low - loss_high, 1e-9);
    found = qd_interval_rare(300, 0, NULL, -2.0, 3.0, 0.90);
    QD_ASSERT_NEAR(found.high, 3.0 * (1.0 - pow(0.025, 1.0 / 300.0)), 1e-12);
    QD_ASSERT_NEAR(found.low, -2.0 * (1.0 - pow(0.025, 1.0 / 300.0)), 1e-12);
    found = qd_interval_rare(2, 1, (double[]){0.5}, -2.0, 0.5, 0.9999); /* clipped */
    assert_true(found.low >= -2.0 && found.high <= 0.5);
    assert_true(isnan(qd_interval_rare(300, 0, NULL, -2.0, INFINITY, 0.90).high));
}

/* The interval excludes the margin where the p-value does, and only there. */
static void test_the_interval_agrees_with_the_test(void **state)
{
    (void)state;
    for (size_t up = 0; up <= 16; up++)
        for (size_t down = 0; up + down <= 16; down++)
            for (int margin = -1; margin <= 1; margin++) {
                qd_contrast_result_t found = of_flags(up, down, 1.0, 0.002 * margin, true);
                qd_interval_t i = found.interval;
                assert_true(i.low <= found.estimate && found.estimate <= i.high);
                if (found.p > 0.05)
                    assert_true(i.low <= found.margin && found.margin <= i.high);
                else
                    assert_true(i.low >= found.margin || i.high <= found.margin);
            }
}

/* No world differs: against a margin of -0.01 the interval reaches it at the error 4 0.99^n of both sides. */
static void test_no_difference_against_a_margin(void **state)
{
    (void)state;
    qd_contrast_result_t found = of_flags(0, 0, 1.0, -0.01, true);
    QD_ASSERT_NEAR(found.p, 4.0 * pow(0.99, WORLDS), 1e-6);
    QD_ASSERT_NEAR(found.p_above, 2.0 * pow(0.99, WORLDS), 1e-6);
    QD_ASSERT_NEAR(found.p_below, 1.0, 0.0);
    QD_ASSERT_NEAR(found.interval.low, -(1.0 - pow(0.0125, 1.0 / WORLDS)), 1e-12);
    assert_true(of_flags(0, 0, 1.0, -0.1, true).interval.low > -0.1);
    QD_ASSERT_NEAR(of_flags(0, 0, 1.0, 0.1, true).p, 4.0 * pow(0.9, WORLDS), 1e-15);
    QD_ASSERT_NEAR(of_flags(0, 0, 1.0, 0.1, false).p, 1.0,
                   0.0); /* the worlds not played may differ by more */
    QD_ASSERT_NEAR(of_flags(5, 0, 1.0, 0.1, false).p_below, 1.0, 0.0);
}

/* Probability of p <= 0.05 where the true mean is the margin. */
static double size_at_margin(double up, double down)
{
    double sum = 0.0;
    for (unsigned a = 0; a <= 45; a++)
        for (unsigned b = 0; b <= 45; b++) {
            const double share[] = {up, down, 1.0 - up - down};
            double chance = gsl_ran_multinomial_pdf(3, share, (const unsigned[]){a, b, WORLDS - a - b});
            if (chance >= 1e-9)
                sum += of_flags(a, b, 1.0, up - down, true).p <= 0.05 ? chance : 0.0;
        }
    return sum;
}

static void test_size(void **state)
{
    (void)state;
    const double share[][2] = {{.0005, 0}, {.002, 0}, {.01, 0}, {.02, 0}, {.02, .001}, {.01, .005}};
    for (size_t s = 0; s < QD_COUNT(share); s++) {
        assert_true(size_at_margin(share[s][0], share[s][1]) <= 0.05);
        assert_true(size_at_margin(share[s][1], share[s][0]) <= 0.05);
    }
}

/* Without bounds, with more than 16 worlds that differ, or with half of all: Student's interval. */
static void test_where_it_ends(void **state)
{
    (void)state;
    qd_contrast_result_t unknown = of_flags(12, 1, 1.0, 0.0, false), rare = of_flags(12, 1, 1.0, 0.0, true);
    double half = gsl_cdf_tdist_Qinv(0.025, WORLDS - 1) * unknown.se;
    QD_ASSERT_NEAR(unknown.interval.high, unknown.estimate + half, 1e-12);
    assert_true(rare.interval.high > unknown.interval.high);
    qd_contrast_result_t many = of_flags(16, 1, 1.0, 0.0, true);
    QD_ASSERT_NEAR(many.interval.high, many.estimate + gsl_cdf_tdist_Qinv(0.025, WORLDS - 1) * many.se,
                   1e-12);
    assert_true(of_flags(0, 0, 1.0, 0.0, true).interval.high == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_bounds_by_hand),
        cmocka_unit_test(test_the_interval_agrees_with_the_test),
        cmocka_unit_test(test_no_difference_against_a_margin),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_where_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
