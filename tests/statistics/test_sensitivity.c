/* labels: statistics */
#include "design/design.h"
#include "math/elementary.h"
#include "statistics/sensitivity.h"
#include "support/check.h"

typedef double (*function_t)(size_t dimensions, const double u[]);

static double normal(uint64_t point, uint32_t draw)
{
    return qd_random_normal((qd_luck_t){21, point}, QD_PURPOSE_BOOTSTRAP, 100, draw);
}

/* ---- Sobol' indices ------------------------------------------------------------------------------------ */

/* Ishigami and Homma (1990), a = 7, b = 0.1. */
static double ishigami(size_t dimensions, const double u[])
{
    (void)dimensions;
    double x = QD_PI * (2.0 * u[0] - 1.0), y = QD_PI * (2.0 * u[1] - 1.0), z = QD_PI * (2.0 * u[2] - 1.0);
    return sin(x) + 7.0 * sin(y) * sin(y) + 0.1 * z * z * z * z * sin(x);
}

static const double g_weight[] = {0.0, 1.0, 4.5, 9.0, 99.0, 99.0};

/* Sobol's g-function. */
static double g_function(size_t dimensions, const double u[])
{
    double product = 1.0;
    for (size_t i = 0; i < dimensions; i++)
        product *= (fabs(4.0 * u[i] - 2.0) + g_weight[i]) / (1.0 + g_weight[i]);
    return product;
}

#define BASE  2048
#define DIMS  6
#define BATCH 16

static double unit[BASE * (DIMS + 2) * DIMS];
static qd_batch_mean_t value[BASE * (DIMS + 2) * BATCH];

/* Worlds of a batch in these tests: any number, the same for all. */
#define EACH 7.0

/* Values of a Saltelli design; `shared` noise is that of a batch (common luck), `own` that of a point in a
 * batch. */
static void evaluate(function_t f, size_t base, size_t dimensions, size_t batches, double shared, double own)
{
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_saltelli(base, dimensions, 17, unit, &error), QD_OK);
    for (size_t p = 0; p < base * (dimensions + 2); p++)
        for (uint32_t b = 0; b < batches; b++)
            value[p * batches + b] = (qd_batch_mean_t){
                f(dimensions, unit + p * dimensions) + (shared > 0.0 ? shared * normal(1u << 30, b) : 0.0) +
                    (own > 0.0 ? own * normal(p, b) : 0.0),
                EACH};
}

static const qd_bootstrap_t bootstrap = {.resamples = 200, .confidence = 0.95, .seed = 2};

static qd_sobol_summary_t indices(size_t base, size_t dimensions, size_t batches, qd_sobol_index_t index[])
{
    qd_sobol_summary_t summary;
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_sobol_indices(base, dimensions, batches, value, &bootstrap, index, &summary, &error),
                     QD_OK);
    return summary;
}

static void assert_holds(qd_interval_t interval, double x)
{
    assert_true(interval.low <= x && x <= interval.high);
}

static void test_ishigami(void **state)
{
    (void)state;
    qd_sobol_index_t index[3];
    evaluate(ishigami, BASE, 3, 1, 0.0, 0.0);
    qd_sobol_summary_t summary = indices(BASE, 3, 1, index);
    const double first[] = {0.3139, 0.4424, 0.0}, total[] = {0.5576, 0.4424, 0.2437};
    QD_ASSERT_NEAR(summary.mean, 3.5, 0.02);
    QD_ASSERT_NEAR(summary.variance, 13.8446, 0.2);
    assert_true(isnan(summary.noise_share));
    for (size_t i = 0; i < 3; i++) {
        QD_ASSERT_NEAR(index[i].first.estimate, first[i], 0.02);
        QD_ASSERT_NEAR(index[i].total.estimate, total[i], 0.02);
        assert_holds(index[i].first.whole, first[i]);
        assert_holds(index[i].total.whole, total[i]);
        assert_true(index[i].total.whole.high - index[i].total.whole.low < 0.15);
        assert_true(isnan(index[i].total.noise.low));
    }
}

static void test_g_function(void **state)
{
    (void)state;
    qd_sobol_index_t index[DIMS];
    double all = 1.0;
    for (size_t i = 0; i < DIMS; i++)
        all *= 1.0 + 1.0 / (3.0 * (1.0 + g_weight[i]) * (1.0 + g_weight[i]));
    evaluate(g_function, BASE, DIMS, 1, 0.0, 0.0);
    qd_sobol_summary_t summary = indices(BASE, DIMS, 1, index);
    QD_ASSERT_NEAR(summary.mean, 1.0, 0.01);
    QD_ASSERT_NEAR(summary.variance, all - 1.0, 0.02);
    for (size_t i = 0; i < DIMS; i++) {
        double part = 1.0 / (3.0 * (1.0 + g_weight[i]) * (1.0 + g_weight[i]));
        QD_ASSERT_NEAR(index[i].first.estimate, part / (all - 1.0), 0.02);
        QD_ASSERT_NEAR(index[i].total.estimate, part * all / (1.0 + part) / (all - 1.0), 0.02);
    }
}

/* Noise of finitely many worlds: its own part would make every factor matter, and is taken out; the part that
 * all points share changes nothing. */
static void test_noise_is_told_apart(void **state)
{
    (void)state;
    const size_t base = 1024;
    qd_sobol_index_t index[DIMS], naive[DIMS];
    evaluate(g_function, base, DIMS, 1, 0.0, 0.0);
    double alone =
        indices(base, DIMS, 1, index).variance;        /* at these points: 0.465, not 0.54 as everywhere */
    evaluate(g_function, base, DIMS, BATCH, 5.0, 2.0); /* noise variance of a point: 4 / 16 = 0.25 */
    qd_sobol_summary_t summary = indices(base, DIMS, BATCH, index);
    QD_ASSERT_NEAR(summary.noise_share, 0.25 / (0.25 + alone), 0.03);
    for (size_t p = 0; p < base * (DIMS + 2); p++) { /* in place: the means alone, as if they were exact */
        double mean = 0.0;
        for (size_t b = 0; b < BATCH; b++)
            mean += value[p * BATCH + b].mean / BATCH;
        value[p] = (qd_batch_mean_t){mean, EACH * BATCH};
    }
    (void)indices(base, DIMS, 1, naive);
    assert_true(naive[5].total.estimate > 0.2);
    QD_ASSERT_NEAR(index[5].total.estimate, 0.0, 0.05);
    assert_holds(index[5].total.noise, index[5].total.estimate);
    assert_true(index[5].total.noise.high - index[5].total.noise.low > 0.0);
    QD_ASSERT_NEAR(index[0].total.estimate, 0.787, 0.1);
}

static void test_same_input_same_answer(void **state)
{
    (void)state;
    qd_sobol_index_t a[3], b[3];
    evaluate(ishigami, 64, 3, 1, 0.0, 0.0);
    (void)indices(64, 3, 1, a);
    (void)indices(64, 3, 1, b);
    assert_memory_equal(a, b, sizeof a);
    assert_true(isnan(indices(1, 3, 1, a).mean));
}

static double constant, rounding;

static double nearly_constant(size_t dimensions, const double u[])
{
    (void)dimensions;
    return constant * (1.0 + rounding * floor(4.0 * u[0]));
}

static void assert_unknown(const qd_estimate_t *estimate)
{
    assert_true(isnan(estimate->estimate));
    assert_true(isnan(estimate->whole.low) && isnan(estimate->whole.high));
    assert_true(isnan(estimate->noise.low) && isnan(estimate->noise.high));
}

/* An outcome that varies only by rounding has no indices, for any number of base samples, with noise or
 * not. */
static void test_nothing_from_nothing(void **state)
{
    (void)state;
    const double constants[] = {0.0, 12.0, 0.1, -1e8, 1e-9};
    for (size_t c = 0; c < QD_COUNT(constants); c++)
        for (size_t base = 2; base <= 14; base++)
            for (size_t batches = 1; batches <= BATCH; batches += BATCH - 1)
                for (int rounded = 0; rounded < 2; rounded++) {
                    qd_sobol_index_t index[3];
                    constant = constants[c];
                    rounding = rounded ? 1e-15 : 0.0;
                    evaluate(nearly_constant, base, 3, batches, fabs(constant) / 10.0, 0.0);
                    qd_sobol_summary_t summary = indices(base, 3, batches, index);
                    QD_ASSERT_NEAR(summary.variance, 0.0, 0.0);
                    assert_true(isnan(summary.noise_share));
                    for (size_t i = 0; i < 3; i++) {
                        assert_unknown(&index[i].first);
                        assert_unknown(&index[i].total);
                    }
                }
}

/* A product of two means, less the covariance that they share, is the mean of the products of different
 * batches. With two batches, a and b centred in each batch, and s = f(AB) - f(A), the estimates are therefore
 * V = sum (a0 a1 + b0 b1) / (2 n - 1), S = sum (b0 s1 + b1 s0) / (2 n V), T = sum s0 s1 / (2 n V). */
static void test_two_batches(void **state)
{
    (void)state;
    enum { N = 3, FACTORS = 2, POINTS = FACTORS + 2 };
    static const double given[N][POINTS][2] = {
        {{9.0, 7.5}, {4.0, 5.0}, {-1.0, 0.5}, {3.0, 2.0}},
        {{1.0, 2.0}, {-6.0, -7.0}, {2.0, 4.5}, {-2.0, 1.0}},
        {{-5.0, -4.0}, {0.0, 1.5}, {3.0, 2.0}, {8.0, 6.0}},
    };
    double centre[2] = {0.0}, variance = 0.0;
    qd_sobol_index_t index[FACTORS];
    for (size_t k = 0; k < N; k++)
        for (size_t p = 0; p < POINTS; p++)
            for (size_t b = 0; b < 2; b++)
                value[(k * POINTS + p) * 2 + b] = (qd_batch_mean_t){given[k][p][b], EACH};
    for (size_t k = 0; k < N; k++)
        for (size_t b = 0; b < 2; b++)
            centre[b] += (given[k][0][b] + given[k][POINTS - 1][b]) / (2.0 * N);
    for (size_t k = 0; k < N; k++)
        for (size_t p = 0; p < POINTS; p += POINTS - 1)
            variance += (given[k][p][0] - centre[0]) * (given[k][p][1] - centre[1]) / (2.0 * N - 1.0);
    qd_sobol_summary_t summary = indices(N, FACTORS, 2, index);
    QD_ASSERT_NEAR(summary.variance, variance, 1e-12);
    QD_ASSERT_NEAR(summary.mean, (centre[0] + centre[1]) / 2.0, 1e-12);
    for (size_t f = 0; f < FACTORS; f++) {
        double first = 0.0, total = 0.0;
        for (size_t k = 0; k < N; k++) {
            const double *a = given[k][0], *b = given[k][POINTS - 1], *mixed = given[k][1 + f];
            double step[] = {mixed[0] - a[0], mixed[1] - a[1]};
            first += (b[0] - centre[0]) * step[1] + (b[1] - centre[1]) * step[0];
            total += step[0] * step[1];
        }
        QD_ASSERT_NEAR(index[f].first.estimate, first / (2.0 * N * variance), 1e-12);
        QD_ASSERT_NEAR(index[f].total.estimate, total / (2.0 * N * variance), 1e-12);
    }
}

/* An outcome that differs in a single point of the design varies. */
static void test_one_point_differs(void **state)
{
    (void)state;
    for (size_t differs = 0; differs < 6; differs++) {
        qd_sobol_index_t index[1];
        for (size_t p = 0; p < 6; p++)
            value[p] = (qd_batch_mean_t){p == differs ? 2.0 : 1.0, EACH};
        qd_sobol_summary_t summary = indices(2, 1, 1, index);
        assert_true(isnan(index[0].total.estimate) == (differs % 3 == 1)); /* of A and B none differs */
        assert_true(differs % 3 == 1 ? summary.variance == 0.0 : summary.variance > 0.0);
    }
}

/* A factor without any effect among others has exactly none. */
static void test_factor_without_effect(void **state)
{
    (void)state;
    qd_sobol_index_t index[4];
    evaluate(ishigami, 64, 4, BATCH, 5.0, 0.0);
    (void)indices(64, 4, BATCH, index);
    QD_ASSERT_NEAR(index[3].total.estimate, 0.0, 0.0);
    QD_ASSERT_NEAR(index[3].first.whole.low, 0.0, 0.0);
    QD_ASSERT_NEAR(index[3].first.whole.high, 0.0, 0.0);
}

/* ---- elementary effects -------------------------------------------------------------------------------- */

#define MORRIS_FACTORS      20
#define MORRIS_TRAJECTORIES 40

/* Morris's (1991) function of twenty factors; the coefficients that he drew from a normal distribution are
 * drawn here. */
static double morris_function(size_t dimensions, const double u[])
{
    double w[MORRIS_FACTORS], y = normal(900, 0);
    for (size_t i = 0; i < dimensions; i++)
        w[i] = i == 2 || i == 4 || i == 6 ? 2.0 * (1.1 * u[i] / (u[i] + 0.1) - 0.5) : 2.0 * (u[i] - 0.5);
    for (uint32_t i = 0; i < dimensions; i++) {
        y += (i < 10 ? 20.0 : normal(901, i)) * w[i];
        for (uint32_t j = i + 1; j < dimensions; j++) {
            y += (j < 6 ? -15.0 : normal(902 + i, j)) * w[i] * w[j];
            for (size_t l = j + 1; l < 5; l++)
                y += -10.0 * w[i] * w[j] * w[l];
        }
    }
    return y + 5.0 * w[0] * w[1] * w[2] * w[3];
}

static double morris_unit[MORRIS_TRAJECTORIES * (MORRIS_FACTORS + 1) * MORRIS_FACTORS];
static qd_batch_mean_t morris_value[MORRIS_TRAJECTORIES * (MORRIS_FACTORS + 1) * BATCH];
static size_t morris_moved[MORRIS_TRAJECTORIES * MORRIS_FACTORS];

static void screen(size_t batches, double own, qd_effect_t effect[])
{
    size_t levels[MORRIS_FACTORS];
    for (size_t d = 0; d < MORRIS_FACTORS; d++)
        levels[d] = 4;
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(
        qd_design_morris(MORRIS_TRAJECTORIES, MORRIS_FACTORS, levels, 6, morris_unit, morris_moved, &error),
        QD_OK);
    for (size_t p = 0; p < MORRIS_TRAJECTORIES * (MORRIS_FACTORS + 1); p++)
        for (uint32_t b = 0; b < batches; b++)
            morris_value[p * batches + b] =
                (qd_batch_mean_t){morris_function(MORRIS_FACTORS, morris_unit + p * MORRIS_FACTORS) +
                                      (own > 0.0 ? own * normal(5000 + p, b) : 0.0),
                                  EACH};
    assert_int_equal(qd_elementary_effects(MORRIS_TRAJECTORIES, MORRIS_FACTORS, batches, morris_unit,
                                           morris_moved, morris_value, &bootstrap, effect, &error),
                     QD_OK);
}

/* Factors 8 to 10: large and straight; 1 to 7: interactions and curvature; 11 to 20: small. */
static void test_morris_screening(void **state)
{
    (void)state;
    qd_effect_t effect[MORRIS_FACTORS];
    screen(1, 0.0, effect);
    for (size_t i = 0; i < MORRIS_FACTORS; i++) {
        double size = effect[i].absolute.estimate, sigma = effect[i].sigma.estimate;
        if (i < 7)
            assert_true(size > 20.0 && sigma > 15.0);
        else if (i < 10)
            assert_true(size > 30.0 && size < 50.0 && sigma < 12.0);
        else
            assert_true(size < 15.0 && sigma < 12.0);
        assert_true(fabs(effect[i].mean.estimate) <= size + 1e-12);
        assert_holds(effect[i].absolute.whole, size);
        assert_true(isnan(effect[i].noise) && isnan(effect[i].sigma.noise.low));
    }
}

/* A linear function has its slopes as effects, without any spread, from every trajectory. */
static double straight(const double u[])
{
    return 3.0 * u[0] - 2.0 * u[1];
}

static void test_linear_function_is_exact(void **state)
{
    (void)state;
    double points[10 * 4 * 3];
    qd_batch_mean_t values[10 * 4 * 2];
    size_t moved[10 * 3];
    qd_effect_t effect[3];
    qd_error_t error = QD_ERROR_NONE;
    const size_t levels[] = {6, 6, 6};
    assert_int_equal(qd_design_morris(10, 3, levels, 1, points, moved, &error), QD_OK);
    for (size_t p = 0; p < 40; p++) { /* two batches of unequal size, whose worlds have that mean together */
        double y = straight(points + p * 3);
        values[2 * p] = (qd_batch_mean_t){y + 6.0 * (double)(p % 5), 2.0};
        values[2 * p + 1] = (qd_batch_mean_t){y - 4.0 * (double)(p % 5), 3.0};
    }
    assert_int_equal(qd_elementary_effects(10, 3, 2, points, moved, values, &bootstrap, effect, &error),
                     QD_OK);
    const double slope[] = {3.0, -2.0, 0.0};
    for (size_t i = 0; i < 3; i++) {
        QD_ASSERT_NEAR(effect[i].mean.estimate, slope[i], 1e-12);
        QD_ASSERT_NEAR(effect[i].absolute.estimate, fabs(slope[i]), 1e-12);
        QD_ASSERT_NEAR(effect[i].sigma.estimate, 0.0, 1e-12);
        assert_holds(effect[i].mean.whole, slope[i]);
    }
}

/* One trajectory gives estimates without intervals. */
static void test_one_trajectory(void **state)
{
    (void)state;
    const size_t levels[] = {4, 4, 1};
    double points[4 * 3];
    qd_batch_mean_t values[4];
    size_t moved[3];
    qd_effect_t effect[3];
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_morris(1, 3, levels, 1, points, moved, &error), QD_OK);
    for (size_t p = 0; p < 4; p++)
        values[p] = (qd_batch_mean_t){straight(points + p * 3), 2.0};
    assert_int_equal(qd_elementary_effects(1, 3, 1, points, moved, values, &bootstrap, effect, &error),
                     QD_OK);
    for (size_t i = 0; i < 2; i++) {
        QD_ASSERT_NEAR(effect[i].mean.estimate, i ? -2.0 : 3.0, 1e-12);
        assert_true(isnan(effect[i].sigma.estimate) && isnan(effect[i].mean.whole.low));
        assert_true(isnan(effect[i].absolute.whole.high) && isnan(effect[i].noise));
    }
    assert_unknown(&effect[2].absolute); /* it has one level */
    for (size_t p = 0; p < 4; p++)
        values[p].mean = 0.1;
    assert_int_equal(qd_elementary_effects(1, 3, 1, points, moved, values, &bootstrap, effect, &error),
                     QD_OK);
    for (size_t i = 0; i < 3; i++)
        assert_unknown(&effect[i].absolute);
}

/* Noise of few batches alone, from few trajectories: mu* and sigma are 0 at least, and so are their
 * limits. */
static void test_sizes_of_effects_are_never_negative(void **state)
{
    (void)state;
    enum { ROWS = 4, POINTS = ROWS * 2, BATCHES = 4, SEEDS = 200 };
    const size_t levels[] = {4};
    size_t cut = 0;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        double points[POINTS];
        size_t moved[ROWS];
        qd_batch_mean_t values[POINTS * BATCHES];
        qd_effect_t effect;
        qd_error_t error = QD_ERROR_NONE;
        assert_int_equal(qd_design_morris(ROWS, 1, levels, seed, points, moved, &error), QD_OK);
        for (uint32_t p = 0; p < POINTS * BATCHES; p++)
            values[p] = (qd_batch_mean_t){normal(seed, p), 2.0};
        assert_int_equal(
            qd_elementary_effects(ROWS, 1, BATCHES, points, moved, values, &bootstrap, &effect, &error),
            QD_OK);
        assert_true(effect.absolute.noise.low >= 0.0 && effect.sigma.noise.low >= 0.0);
        assert_true(effect.absolute.whole.low >= 0.0 && effect.sigma.whole.low >= 0.0);
        assert_holds(effect.absolute.whole, effect.absolute.estimate);
        cut += effect.absolute.whole.low == 0.0;
    }
    assert_true(cut > 0 && cut < SEEDS);
}

/* Batches of one to twenty worlds, each with the variance of a mean of so many: the noise found is that of
 * the mean over all worlds, 2 variances of a world over their number. */
static void test_noise_of_unequal_batches(void **state)
{
    (void)state;
    enum { TIMES = 4000, SIZES = 12 };
    double worlds = 0.0, found = 0.0;
    for (uint32_t t = 0; t < TIMES; t++) {
        double u[SIZES], size_of[SIZES], share[SIZES];
        worlds = 0.0;
        for (uint32_t b = 0; b < SIZES; b++) {
            double size = 1.0 + (b * b) % 20;
            u[b] = 4.0 + (normal(t, 2 * b) - normal(t, 2 * b + 1)) / sqrt(size);
            size_of[b] = size;
            worlds += size;
        }
        qd_batch_shares(SIZES, size_of, NULL, share);
        double mean = qd_batch_mean(SIZES, share, u);
        found += qd_batch_covariance(SIZES, share, u, mean, u, mean) / TIMES;
    }
    QD_ASSERT_NEAR(found * worlds / 2.0, 1.0, 4.0 * sqrt(2.0 / (SIZES - 1) / TIMES));
}

/* The standard error of an effect: sqrt(2) * 8 / sqrt(16) over a step of 2/3. */
static void test_noise_of_effects_is_measured(void **state)
{
    (void)state;
    qd_effect_t effect[MORRIS_FACTORS];
    screen(BATCH, 8.0, effect);
    for (size_t i = 0; i < MORRIS_FACTORS; i++) {
        QD_ASSERT_NEAR(effect[i].noise, 4.243, 0.6);
        qd_interval_t noise = effect[i].mean.noise;
        assert_holds(noise, effect[i].mean.estimate);
        /* The mean over 40 trajectories: 4.243 / sqrt(40) = 0.67 on either side by 2.13 (Student, 15). */
        assert_true(noise.high - noise.low > 1.2 && noise.high - noise.low < 5.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ishigami),
        cmocka_unit_test(test_g_function),
        cmocka_unit_test(test_noise_is_told_apart),
        cmocka_unit_test(test_same_input_same_answer),
        cmocka_unit_test(test_nothing_from_nothing),
        cmocka_unit_test(test_two_batches),
        cmocka_unit_test(test_one_point_differs),
        cmocka_unit_test(test_factor_without_effect),
        cmocka_unit_test(test_morris_screening),
        cmocka_unit_test(test_linear_function_is_exact),
        cmocka_unit_test(test_one_trajectory),
        cmocka_unit_test(test_sizes_of_effects_are_never_negative),
        cmocka_unit_test(test_noise_of_unequal_batches),
        cmocka_unit_test(test_noise_of_effects_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
