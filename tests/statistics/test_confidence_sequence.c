/* labels: statistics */
#include "statistics/interval.h"
#include "statistics/moments.h"
#include "support/check.h"

#define RUNS  2000
#define BLOCK 64
#define LOOKS 32

typedef double (*sample_t)(uint64_t run, uint32_t world);

static double uniform(uint64_t run, uint32_t world)
{
    return qd_random_uniform((qd_luck_t){5, run}, QD_PURPOSE_BOOTSTRAP, 60, world);
}

static double rare(uint64_t run, uint32_t world)
{
    return uniform(run, world) < 0.02 ? 1.0 : 0.0;
}

static double coin(uint64_t run, uint32_t world)
{
    return uniform(run, world) < 0.5 ? 1.0 : 0.0;
}

/* Skewed: exponential. */
static double waiting(uint64_t run, uint32_t world)
{
    return -log(1.0 - uniform(run, world));
}

/* Runs whose interval missed the mean at any look; *half: mean half-width at the last look. */
static size_t count_misses(sample_t sample, double mean, double low, double high, uint64_t min_worlds,
                           double *half)
{
    size_t misses = 0;
    *half = 0.0;
    for (uint64_t run = 0; run < RUNS; run++) {
        qd_confidence_sequence_t sequence;
        qd_confidence_sequence_init(&sequence, low, high, 0.9, min_worlds);
        qd_moments_t moments;
        qd_moments_clear(&moments);
        bool missed = false;
        for (uint32_t look = 1; look <= LOOKS; look++) {
            for (uint32_t w = (look - 1) * BLOCK; w < look * BLOCK; w++)
                qd_moments_add(&moments, sample(run, w));
            qd_interval_t i = qd_confidence_sequence_look(&sequence, moments.count, qd_moments_mean(&moments),
                                                          sqrt(qd_moments_variance(&moments)));
            missed = missed || mean < i.low || mean > i.high;
            *half += look == LOOKS ? (i.high - i.low) / 2.0 / RUNS : 0.0;
        }
        misses += missed;
    }
    return misses;
}

/* At most 10% of runs may miss at any of their looks; 240 is three standard errors above. */
#define MISSES_MAX 240

static void test_bounded_coverage(void **state)
{
    (void)state;
    double half;
    assert_true(count_misses(uniform, 0.5, 0.0, 1.0, 2 * BLOCK, &half) <= MISSES_MAX);
    assert_true(half < 3.7 * sqrt(1.0 / 12.0 / (BLOCK * LOOKS))); /* not so wide as to be useless */
    assert_true(count_misses(coin, 0.5, 0.0, 1.0, 2 * BLOCK, &half) <= MISSES_MAX);
    assert_true(half < 3.7 * sqrt(0.25 / (BLOCK * LOOKS)));
    assert_true(count_misses(rare, 0.02, 0.0, 1.0, 2 * BLOCK, &half) <= MISSES_MAX);
    assert_true(half < 6.0 * sqrt(0.0196 / (BLOCK * LOOKS)));
}

static void test_asymptotic_coverage(void **state)
{
    (void)state;
    double half;
    assert_true(count_misses(waiting, 1.0, 0.0, INFINITY, 4 * BLOCK, &half) <= MISSES_MAX);
    assert_true(half < 3.5 / sqrt(BLOCK * LOOKS));
}

/* At the same looks, fixed-sample intervals miss far more often than the sequence. */
static void test_fixed_intervals_would_miss(void **state)
{
    (void)state;
    size_t misses = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        double sum = 0.0;
        bool missed = false;
        for (uint32_t w = 0; w < LOOKS * BLOCK; w++) {
            sum += uniform(run, w) - 0.5;
            if ((w + 1) % BLOCK == 0)
                missed = missed || fabs(sum) > 1.644854 * sqrt((w + 1) / 12.0);
        }
        misses += missed;
    }
    assert_true(misses > 500);
}

/* The interval narrows with every look and does not depend on the scale. */
static void test_scale_and_progress(void **state)
{
    (void)state;
    qd_confidence_sequence_t unit, wide;
    qd_confidence_sequence_init(&unit, 0.0, 1.0, 0.95, 100);
    qd_confidence_sequence_init(&wide, -20.0, 180.0, 0.95, 100);
    double before = 1.0;
    for (uint64_t n = 100; n <= 1000000; n *= 10) {
        qd_interval_t a = qd_confidence_sequence_look(&unit, n, 0.3, 0.1);
        qd_interval_t b = qd_confidence_sequence_look(&wide, n, 40.0, 20.0);
        QD_ASSERT_NEAR(b.low, a.low * 200.0 - 20.0, 1e-6);
        QD_ASSERT_NEAR(b.high, a.high * 200.0 - 20.0, 1e-6);
        assert_true(a.high - a.low < before);
        before = a.high - a.low;
    }
    assert_true(before < 0.0014); /* 0.1 / 1000 by a factor below 7 in either direction */
}

static void test_guards(void **state)
{
    (void)state;
    qd_confidence_sequence_t sequence;
    qd_confidence_sequence_init(&sequence, 0.0, INFINITY, 0.95, 1000);
    assert_true(isinf(qd_confidence_sequence_look(&sequence, 999, 5.0, 1.0).high));
    qd_interval_t judged = qd_confidence_sequence_look(&sequence, 1000, 5.0, 1.0);
    assert_true(judged.high < 5.2 && judged.low > 4.8);
    qd_confidence_sequence_init(&sequence, 0.0, INFINITY, 0.95, 1000);
    assert_true(isinf(qd_confidence_sequence_look(&sequence, 5000, 5.0, 0.0).high));
    qd_confidence_sequence_init(&sequence, 0.0, 1.0, 0.95, 1000);
    qd_interval_t all = qd_confidence_sequence_look(&sequence, 0, NAN, NAN);
    QD_ASSERT_NEAR(all.high - all.low, 1.0, 0.0);
    qd_interval_t never =
        qd_confidence_sequence_look(&sequence, 100000, 0.0, 0.0); /* a flag that was never set */
    assert_true(never.high > 0.0);
    QD_ASSERT_NEAR(never.low, 0.0, 0.0);
}

/* ---- p-values ------------------------------------------------------------------------------------------ */

/* The mixture by Simpson's rule over u = 1 - lambda: the mean of exp(lambda s - (-log(u) - lambda) v) under
 * the density proportional to u^(rho - 1) exp(-rho u) on (0, 1]. */
static double mixture(double s, double v, double rho)
{
    enum { STEPS = 200000 };
    double sum = 0.0, weight = 0.0;
    for (int i = 0; i <= STEPS; i++) {
        double u = (double)i / STEPS, part = i == 0 || i == STEPS ? 1.0 : i % 2 ? 4.0 : 2.0;
        double density = u > 0.0 ? pow(u, rho - 1.0) * exp(-rho * u) : 0.0;
        weight += part * density;
        sum += u > 0.0 ? part * density * exp((1.0 - u) * s + (log(u) + 1.0 - u) * v) : 0.0;
    }
    return sum / weight;
}

static void test_p_is_that_of_the_mixture(void **state)
{
    (void)state;
    const double mean[] = {0.1, 0.02, -0.05};
    for (size_t i = 0; i < 3; i++) {
        qd_confidence_sequence_t sequence;
        qd_confidence_sequence_init(&sequence, -1.0, 1.0, 0.95, 1000);
        qd_confidence_sequence_add(&sequence, 1000, mean[i], 0.3);
        /* The first prediction is the middle, 0: V is the sum of squares about it, over 2^2. */
        double v = (999.0 * 0.3 * 0.3 + 1000.0 * mean[i] * mean[i]) / 4.0, s = 1000.0 * fabs(mean[i]) / 2.0;
        double expected = fmin(1.0, 2.0 / mixture(s, v, sequence.rho));
        QD_ASSERT_NEAR(qd_confidence_sequence_p(&sequence, 0.0) / expected, 1.0, 1e-6);
    }
}

/* An interval's ends are where p is alpha. */
static void test_p_and_interval_agree(void **state)
{
    (void)state;
    for (int bounded = 0; bounded < 2; bounded++) {
        qd_confidence_sequence_t sequence;
        qd_confidence_sequence_init(&sequence, bounded ? -1.0 : -INFINITY, bounded ? 1.0 : INFINITY, 0.99,
                                    500);
        assert_true(qd_confidence_sequence_p(&sequence, 0.5) == 1.0);
        for (uint64_t n = 500; n <= 50000; n *= 10) {
            qd_interval_t i = qd_confidence_sequence_look(&sequence, n, 0.03, 0.2);
            QD_ASSERT_NEAR(qd_confidence_sequence_p(&sequence, i.low), 0.01, 1e-8);
            QD_ASSERT_NEAR(qd_confidence_sequence_p(&sequence, i.high), 0.01, 1e-8);
            assert_true(qd_confidence_sequence_p(&sequence, 0.03) == 1.0);
            assert_true(qd_confidence_sequence_p(&sequence, 2.0 * i.high - 0.03) < 0.01);
        }
    }
}

/* ---- bets ---------------------------------------------------------------------------------------------- */

/* Runs in which a mean at its margin is rejected at 5 % at any world: at most 5 %, 129 with three standard
 * errors. */
static size_t count_false(sample_t sample, double mean)
{
    size_t rejected = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        qd_bets_t bets;
        bool any = false;
        qd_bets_init(&bets, 0.0, 1.0, mean);
        for (uint32_t w = 0; w < BLOCK * LOOKS / 2; w++) {
            qd_bets_add(&bets, sample(run, w));
            any = any || (w % 8 == 0 && qd_bets_p(&bets) <= 0.05);
        }
        rejected += any;
    }
    return rejected;
}

static void test_bets_are_fair(void **state)
{
    (void)state;
    assert_true(count_false(coin, 0.5) <= 129);
    assert_true(count_false(rare, 0.02) <= 129);
}

/* Flags that are never set, against a share of 0.5: each halves or raises the capital by the stake. */
static void test_bets_win(void **state)
{
    (void)state;
    qd_bets_t bets;
    qd_bets_init(&bets, 0.0, 1.0, 0.5);
    for (int i = 0; i < 10; i++)
        qd_bets_add(&bets, 0.0);
    double capital = 0.0;
    for (int k = 0; k < QD_BETS; k++)
        capital += pow(1.0 + (1.0 - 1.0 / 128.0) * pow(2.0, -k / 2.0), 10.0) / QD_BETS;
    QD_ASSERT_NEAR(qd_bets_p(&bets) / (2.0 / capital), 1.0, 1e-12);
    for (int i = 0; i < 5000; i++)
        qd_bets_add(&bets, 0.0);
    assert_true(qd_bets_p(&bets) > 0.0 && qd_bets_p(&bets) < 1e-100);
    qd_bets_init(&bets, 0.0, 1.0, 1.0); /* nothing to win */
    qd_bets_add(&bets, 0.0);
    assert_true(qd_bets_p(&bets) == 1.0);
}

/* rho is near the optimum for the first look (Howard et al. 2021): g = rho t solves g - log(1 + g) =
 * 2 log(1 / alpha), of which the formula in use is an approximation. */
static void test_tightest_at_the_first_look(void **state)
{
    (void)state;
    for (int k = 1; k <= 6; k++) {
        qd_confidence_sequence_t self;
        double alpha = pow(10.0, -k), wanted = 2.0 * log(1.0 / alpha);
        qd_confidence_sequence_init(&self, -INFINITY, INFINITY, 1.0 - alpha, 100);
        double g = self.rho * 100.0;
        QD_ASSERT_NEAR(g - log1p(g), wanted, 0.06 * wanted);
        qd_confidence_sequence_init(&self, 0.0, 1.0, 1.0 - alpha, 100);
        g = 100.0 / 12.0 / self.rho;
        wanted = 2.0 * log(2.0 / alpha);
        QD_ASSERT_NEAR(g - log1p(g), wanted, 0.06 * wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bounded_coverage),
        cmocka_unit_test(test_asymptotic_coverage),
        cmocka_unit_test(test_fixed_intervals_would_miss),
        cmocka_unit_test(test_scale_and_progress),
        cmocka_unit_test(test_guards),
        cmocka_unit_test(test_p_is_that_of_the_mixture),
        cmocka_unit_test(test_p_and_interval_agree),
        cmocka_unit_test(test_bets_are_fair),
        cmocka_unit_test(test_bets_win),
        cmocka_unit_test(test_tightest_at_the_first_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
