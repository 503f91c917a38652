#include "statistics/contrast.h"

#include <gsl/gsl_cdf.h>

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
    const double *rest[8];
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
    assert_true(isnan(none.estimate) && isnan(none.p) && isnan(none.interval.low));
    qd_contrast_add(self, 4, (const double *const[]){a, b});
    qd_contrast_result_t r = qd_contrast_result(self, 0.95, 0.0);
    assert_int_equal(r.count, 2);
    QD_ASSERT_NEAR(r.estimate, 1.0, 0.0);
    QD_ASSERT_NEAR(r.se, 0.0, 0.0);
    QD_ASSERT_NEAR(r.p, 0.5, 1e-14); /* two of four sign patterns are as far from 0 */
    assert_true(isnan(r.reduction) && isnan(r.interval.low) && isnan(r.interval.high));
    qd_contrast_free(self);
}

/* ---- rounding ------------------------------------------------------------------------------------------ */

static void expect_no_effect(size_t terms, const double weight[], const double *const column[])
{
    qd_contrast_result_t r = contrast(terms, weight, column, 0.0);
    QD_ASSERT_NEAR(r.estimate, 0.0, 0.0);
    QD_ASSERT_NEAR(r.se, 0.0, 0.0);
    QD_ASSERT_NEAR(r.interval.low, 0.0, 0.0);
    QD_ASSERT_NEAR(r.interval.high, 0.0, 0.0);
    QD_ASSERT_NEAR(r.p, 1.0, 0.0);
    QD_ASSERT_NEAR(r.p_above, 1.0, 0.0);
    QD_ASSERT_NEAR(r.p_below, 1.0, 0.0);
    assert_int_equal(r.differing, 0);
    assert_true(isnan(r.reduction));
}

/* Weights such as 1/6 six times and -1/2 twice sum to 0 only almost. */
static void test_equal_worlds_have_no_effect(void **state)
{
    (void)state;
    static double y[4][WORLDS], constant[WORLDS];
    fill(y);
    for (size_t w = 0; w < WORLDS; w++)
        constant[w] = 0.1;
    const double sixths[] = {1.0 / 6, 1.0 / 6, 1.0 / 6, 1.0 / 6, 1.0 / 6, 1.0 / 6, -0.5, -0.5};
    const double *const one[] = {y[0], y[0], y[0], y[0], y[0], y[0], y[0], y[0]};
    const double *const still[] = {constant, constant, constant, constant,
                                   constant, constant, constant, constant};
    expect_no_effect(8, sixths, one);
    expect_no_effect(8, sixths, still);
    const double thirds[] = {1.0 / 3, 1.0 / 3, 1.0 / 3, -1.0 / 3, -1.0 / 3, -1.0 / 3};
    const double *const permuted[] = {y[0], y[1], y[2], y[2], y[0], y[1]};
    expect_no_effect(6, thirds, permuted);
    const double *const interaction[] = {y[0], y[0], y[1], y[1]};
    expect_no_effect(4, (const double[]){1, -1, -1, 1}, interaction);
    double slope[5], level[] = {0.1, 0.3, 0.7, 0.8, 1.0}, mean = 0.58, squares = 0.0;
    for (size_t l = 0; l < 5; l++)
        squares += (level[l] - mean) * (level[l] - mean);
    for (size_t l = 0; l < 5; l++)
        slope[l] = (level[l] - mean) / squares;
    expect_no_effect(5, slope, one);
}

/* Worlds that differ by rounding alone, as where one arm sums in another order. */
static void test_rounding_is_no_effect(void **state)
{
    (void)state;
    static double y[4][WORLDS], shifted[WORLDS], back[WORLDS];
    fill(y);
    for (size_t w = 0; w < WORLDS; w++) {
        shifted[w] = y[0][w] + 1.0;
        back[w] = shifted[w] - 1.0;
    }
    const double weight[] = {1.0, -1.0};
    expect_no_effect(2, weight, (const double *const[]){y[0], back});
    /* A difference of 1 with a spread of rounding: an effect, but no variance to divide by. */
    qd_contrast_result_t r = contrast(2, weight, (const double *const[]){shifted, y[0]}, 0.0);
    QD_ASSERT_NEAR(r.estimate, 1.0, 1e-12);
    QD_ASSERT_NEAR(r.se, 0.0, 0.0);
    assert_true(r.p < 1e-100 && isnan(r.reduction));
    /* On its margin it is no effect either. */
    r = contrast(2, weight, (const double *const[]){shifted, y[0]}, 1.0);
    QD_ASSERT_NEAR(r.p, 1.0, 0.0);
}

/* ---- strata -------------------------------------------------------------------------------------------- */

/* The mean over two strata of a difference: the standard error is sqrt(se_1^2 + se_2^2) / 2, that of each
 * stratum its own paired one, on as many worlds as it has; the degrees of freedom are Welch's. */
static void test_strata_are_independent(void **state)
{
    (void)state;
    static double y[4][WORLDS];
    fill(y);
    const size_t cut = 150; /* worlds of the second stratum */
    for (size_t w = cut; w < WORLDS; w++)
        y[3][w] = NAN;
    const double *const column[] = {y[0], y[1], y[2], y[3]};
    const double half[] = {0.5, -0.5, 0.5, -0.5};
    qd_contrast_t *self = qd_contrast_new_strata(4, half, 2, (const size_t[]){0, 0, 1, 1});
    qd_contrast_add(self, WORLDS / 2, column);
    qd_contrast_add(self, WORLDS / 2,
                    (const double *const[]){y[0] + 200, y[1] + 200, y[2] + 200, y[3] + 200});
    qd_contrast_result_t r = qd_contrast_result(self, 0.95, 0.0);
    qd_contrast_free(self);
    const double pair[] = {1.0, -1.0};
    qd_contrast_result_t a = contrast(2, pair, (const double *const[]){y[0], y[1]}, 0.0),
                         b = contrast(2, pair, (const double *const[]){y[2], y[3]}, 0.0);
    assert_int_equal(a.count, WORLDS);
    assert_int_equal(b.count, cut);
    assert_int_equal(r.count, cut);
    QD_ASSERT_NEAR(r.estimate, (a.estimate + b.estimate) / 2.0, 1e-12);
    QD_ASSERT_NEAR(r.se, sqrt(a.se * a.se + b.se * b.se) / 2.0, 1e-12);
    QD_ASSERT_NEAR(r.unpaired_se, hypot(a.unpaired_se, b.unpaired_se) / 2.0, 1e-12);
    double welch = pow(a.se * a.se + b.se * b.se, 2) /
                   (pow(a.se, 4) / (double)(WORLDS - 1) + pow(b.se, 4) / (double)(cut - 1));
    QD_ASSERT_NEAR(r.freedom, welch, 1e-9);
    QD_ASSERT_NEAR(r.interval.high - r.estimate, gsl_cdf_tdist_Qinv(0.025, welch) * r.se, 1e-12);
    QD_ASSERT_NEAR(r.p, 2.0 * gsl_cdf_tdist_Q(fabs(r.estimate) / r.se, welch), 1e-12);
    QD_ASSERT_NEAR(a.freedom, WORLDS - 1, 0.0);
}

/* Two strata whose flags happen to agree in every world they have: nothing was shown about their
 * difference. */
static void test_strata_that_agree_by_chance(void **state)
{
    (void)state;
    double flag[40];
    for (size_t w = 0; w < 40; w++)
        flag[w] = w % 4 == 0;
    qd_contrast_t *self = qd_contrast_new_strata(2, (const double[]){1.0, -1.0}, 2, (const size_t[]){0, 1});
    qd_contrast_add(self, 40, (const double *const[]){flag, flag});
    qd_contrast_result_t r = qd_contrast_result(self, 0.95, 0.0);
    qd_contrast_free(self);
    QD_ASSERT_NEAR(r.estimate, 0.0, 1e-12);
    QD_ASSERT_NEAR(r.se, sqrt(2.0 * 0.25 * 0.75 / 39.0), 1e-12);
    QD_ASSERT_NEAR(r.p, 1.0, 0.0);
    assert_true(r.interval.low < -0.1 && r.interval.high > 0.1);
}

/* Intervals for a difference between strata of unequal spread and size cover with at least what they say; ten
 * worlds at a time widen some by the sign flips. */
static void test_coverage_of_strata(void **state)
{
    (void)state;
    size_t covered = 0;
    for (uint64_t run = 0; run < 2000; run++) {
        double y[2][40];
        for (uint32_t w = 0; w < 40; w++) {
            y[0][w] = w < 10 ? 3.0 * qd_random_normal((qd_luck_t){21, run}, QD_PURPOSE_BOOTSTRAP, 72, w)
                             : (double)NAN;
            y[1][w] = qd_random_normal((qd_luck_t){22, run}, QD_PURPOSE_BOOTSTRAP, 72, w);
        }
        qd_contrast_t *self =
            qd_contrast_new_strata(2, (const double[]){1.0, -1.0}, 2, (const size_t[]){0, 1});
        qd_contrast_add(self, 40, (const double *const[]){y[0], y[1]});
        qd_contrast_result_t r = qd_contrast_result(self, 0.95, 0.0);
        qd_contrast_free(self);
        covered += r.interval.low <= 0.0 && 0.0 <= r.interval.high;
    }
    assert_in_range(covered, 1900 - 30, 1900 + 60); /* three standard errors below */
}

/* ---- few worlds ---------------------------------------------------------------------------------------- */

static qd_contrast_result_t of_differences(size_t n, const double d[], double margin)
{
    qd_contrast_t *self = qd_contrast_new(1, (const double[]){1.0});
    qd_contrast_add(self, n, (const double *const[]){d});
    qd_contrast_result_t out = qd_contrast_result(self, 0.95, margin);
    qd_contrast_free(self);
    return out;
}

/* n differences with the mean `excess` and the standard error 1; more than 16, so that no sign flips are
 * counted. */
static qd_contrast_result_t of_excess(size_t n, double excess, double margin)
{
    static double d[10000];
    assert_true(n > 16 && n % 2 == 0 && n <= QD_COUNT(d));
    for (size_t i = 0; i < n; i++)
        d[i] = excess + (i % 2 ? 1.0 : -1.0) * sqrt((double)(n - 1));
    return of_differences(n, d, margin);
}

/* Student's test: its critical value, the margin itself, and far from it on either side, where p keeps its
 * digits. */
static void test_student_by_known_values(void **state)
{
    (void)state;
    for (int side = -1; side <= 1; side += 2) {
        qd_contrast_result_t r = of_excess(20, 1.0 + side * 2.0930240544083, 1.0);
        QD_ASSERT_NEAR(r.p, 0.05, 1e-9);
        QD_ASSERT_NEAR(side > 0 ? r.p_above : r.p_below, 0.025, 1e-9);
        QD_ASSERT_NEAR(side > 0 ? r.p_below : r.p_above, 0.975, 1e-9);
        r = of_excess(20, side * 30.0, 0.0);
        QD_ASSERT_NEAR(r.p, ldexp(1.0, -19), 0.0); /* Student's 1.8e-17, bounded by all signs equal */
        r = of_excess(10000, side * 30.0, 0.0);
        QD_ASSERT_NEAR(r.p / 2.04802805218659041098567e-189, 1.0, 1e-9);
    }
    qd_contrast_result_t r = of_excess(20, 1.0, 1.0);
    QD_ASSERT_NEAR(r.p, 1.0, 0.0);
    QD_ASSERT_NEAR(r.p_above, 0.5, 1e-12);
    const double equal[20] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    QD_ASSERT_NEAR(of_differences(20, equal, 1.0).p, 1.0, 0.0);
    QD_ASSERT_NEAR(of_differences(20, equal, 2.0).p_below, ldexp(1.0, -20), 0.0);
    assert_true(isnan(of_differences(1, equal, 0.0).p));
}

/* 32 of 50 flags changed one way: Student's test has p = 0.047, the sign test 2 P(X >= 32) = 0.0649. */
static void test_flags_by_the_sign_test(void **state)
{
    (void)state;
    double d[60] = {0};
    for (size_t i = 0; i < 50; i++)
        d[i] = i < 32 ? 1.0 : -1.0;
    qd_contrast_result_t r = of_differences(60, d, 0.0);
    QD_ASSERT_NEAR(r.p, 0.0649086, 1e-6);
    assert_int_equal(r.differing, 50);
    assert_true(r.interval.low <= 0.0 && r.interval.high > 0.0);
    d[0] = 1.5; /* another size: no flags */
    assert_true(of_differences(60, d, 0.0).p < 0.05);
}

/* Rounding is judged relative to the terms: three tenths are the sum of one and two tenths, at any scale. */
static void test_rounding_is_no_difference_at_any_scale(void **state)
{
    (void)state;
    const double scale[] = {1e-12, 1e-6, 1.0, 1e6, 1e12};
    assert_true(0.1 + 0.2 != 0.3);
    for (size_t i = 0; i < QD_COUNT(scale); i++) {
        double y[3][10];
        for (size_t w = 0; w < 10; w++) {
            y[0][w] = (0.1 + 0.2) * scale[i] * (double)(w + 1);
            y[1][w] = 0.3 * scale[i] * (double)(w + 1);
            y[2][w] = 0.3003 * scale[i] * (double)(w + 1); /* a thousandth more is a difference */
        }
        for (size_t other = 1; other < 3; other++) {
            qd_contrast_t *self = qd_contrast_new(2, (const double[]){1.0, -1.0});
            qd_contrast_add(self, 10, (const double *const[]){y[0], y[other]});
            qd_contrast_result_t r = qd_contrast_result(self, 0.95, 0.0);
            assert_int_equal(r.differing, other == 1 ? 0 : 10);
            assert_true(other == 1 ? r.estimate == 0.0 : r.estimate < 0.0);
            qd_contrast_free(self);
        }
    }
}

static void test_sign_flips_by_hand(void **state)
{
    (void)state;
    /* The sum is 5.5; of 16 patterns 5.5 and 6.5 reach it, and their mirror images. */
    qd_contrast_result_t r = of_differences(4, (const double[]){3.0, 1.0, -0.5, 2.0}, 0.0);
    QD_ASSERT_NEAR(r.p, 4.0 / 16.0, 1e-12);
    QD_ASSERT_NEAR(r.p_above, 2.0 / 16.0, 1e-12);
    assert_true(isnan(r.interval.low)); /* 2^-3 > 0.05: four worlds bound nothing */
    /* Equal differences: 2^(1-n). Six worlds are the fewest that can reach 0.05. */
    const double same[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    for (size_t n = 2; n <= 18; n++) {
        r = of_differences(n, same, 0.0);
        QD_ASSERT_NEAR(r.p, ldexp(1.0, 1 - (int)n), 1e-15);
        QD_ASSERT_NEAR(r.p_above, ldexp(1.0, -(int)n), 1e-15);
        QD_ASSERT_NEAR(r.p_below, 1.0, 0.0);
        assert_int_equal(isnan(r.interval.low), n < 6);
        assert_int_equal(isnan(qd_contrast_interval(&r, 0.9375).low), n < 5); /* 2^-4 is 1 - 0.9375 */
    }
    /* Against a margin worlds without a difference count as the others, until few differ (below). */
    QD_ASSERT_NEAR(of_differences(6, (const double[]){0, 0, 0, 3, 3, 3}, -1.0).p_above, 1.0 / 64.0, 1e-15);
}

/* A rare difference, with either sign as likely: 1 world in 100 has one. The few must not count as evidence
 * because they agree. Student's test alone rejects in 14% of runs with two worlds. */
static void test_size_where_differences_are_few(void **state)
{
    (void)state;
    const struct {
        size_t worlds;
        double share;
    } cases[] = {{2, 1.0}, {2, 0.5}, {3, 1.0}, {6, 0.7}, {10, 0.3}, {300, 0.01}};
    for (size_t c = 0; c < QD_COUNT(cases); c++) {
        size_t rejected = 0;
        for (uint64_t run = 0; run < 4000; run++) {
            double d[300];
            for (uint32_t w = 0; w < cases[c].worlds; w++) {
                double u = qd_random_uniform((qd_luck_t){9, run}, QD_PURPOSE_BOOTSTRAP, 71, w);
                d[w] = u < cases[c].share / 2.0 ? -1.0 : u < cases[c].share ? 1.0 : 0.0;
            }
            rejected += of_differences(cases[c].worlds, d, 0.0).p <= 0.05;
        }
        assert_in_range(rejected, 0, 200 + 42); /* 5% and three standard errors */
    }
}

/* Differences 0, 0, 0, 4: mean 1, sum of squares 12, of cubes 24; 24 / 12^1.5. Two such strata: the variances
 * and third moments of their means add up, and the skewness is 1 / sqrt(2) of it. Cochran's rule: 25 of the
 * values -1 and 1 with 4 ones have a skewness of their mean of .371, with 12 of .016. */
static void test_skewness_by_hand(void **state)
{
    (void)state;
    enum { COINS = 25 };
    double y[4] = {0.0, 0.0, 0.0, 4.0}, coin[COINS] = {0.0};
    const double one = 1.0, both[] = {1.0, 1.0};
    qd_contrast_t *self = qd_contrast_new(1, &one);
    qd_contrast_add(self, 4, (const double *const[]){y});
    QD_ASSERT_NEAR(qd_contrast_result(self, 0.95, 0.0).skewness, 24.0 / pow(12.0, 1.5), 1e-14);
    qd_contrast_free(self);
    self = qd_contrast_new_strata(2, both, 2, (const size_t[]){0, 1});
    qd_contrast_add(self, 4, (const double *const[]){y, y});
    QD_ASSERT_NEAR(qd_contrast_result(self, 0.95, 0.0).skewness, 24.0 / pow(12.0, 1.5) * M_SQRT1_2, 1e-14);
    qd_contrast_free(self);
    for (size_t ones = 4; ones <= 20; ones += 8) {
        for (size_t w = 0; w < COINS; w++)
            coin[w] = w < COINS - ones ? -1.0 : 1.0; /* all differ from 0 */
        self = qd_contrast_new(1, &one);
        qd_contrast_add(self, COINS, (const double *const[]){coin});
        qd_contrast_result_t r = qd_contrast_result(self, 0.95, 0.0);
        double p = (double)ones / COINS;
        QD_ASSERT_NEAR(r.skewness, (1.0 - 2.0 * p) / sqrt(p * (1.0 - p) * COINS), 1e-12);
        assert_true(qd_contrast_is_skewed(&r) == (ones != 12));
        qd_contrast_free(self);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paired_difference_against_its_definition),
        cmocka_unit_test(test_margin_moves_the_test_and_not_the_interval),
        cmocka_unit_test(test_interaction_and_arms_are_linear),
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_unknown_values_and_degenerate_cases),
        cmocka_unit_test(test_equal_worlds_have_no_effect),
        cmocka_unit_test(test_rounding_is_no_effect),
        cmocka_unit_test(test_strata_are_independent),
        cmocka_unit_test(test_strata_that_agree_by_chance),
        cmocka_unit_test(test_coverage_of_strata),
        cmocka_unit_test(test_rounding_is_no_difference_at_any_scale),
        cmocka_unit_test(test_skewness_by_hand),
        cmocka_unit_test(test_sign_flips_by_hand),
        cmocka_unit_test(test_student_by_known_values),
        cmocka_unit_test(test_flags_by_the_sign_test),
        cmocka_unit_test(test_size_where_differences_are_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
