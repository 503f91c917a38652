/* The sequential test of one effect against its margin: known p-values, the part of alpha that decides at
 * each look, and errors at many looks. */
#include "statistics/effect_sequence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "quadrille/random.h"
#include "support/check.h"

#define INF ((double)INFINITY)

/* n values mean -+ spread in turn, then a look. */
static void add_pairs(qd_effect_sequence_t *self, size_t n, double mean, double spread)
{
    for (size_t i = 0; i < n; i++)
        qd_effect_sequence_add(self, mean + (i % 2 == 0 ? spread : -spread));
    qd_effect_sequence_look(self);
}

/* Phi(-x) by the continued fraction of Mills' ratio, x > 2: not the library that the program calls. */
static double upper_tail(double x)
{
    double fraction = x;
    for (int k = 200; k > 0; k--)
        fraction = x + (double)k / fraction;
    return exp(-x * x / 2.0) / sqrt(2.0 * M_PI) / fraction;
}

static void test_horizon(void **state)
{
    (void)state;
    qd_effect_sequence_t self;
    qd_effect_sequence_init(&self, -INF, INF, 1.0, 0.01, 100, 1000);
    add_pairs(&self, 900, 1.13, 1.0);
    double sd = sqrt(900.0 / 899.0), x = 0.13 * 900.0 / sqrt(1000.0) / sd;
    /* .15 of alpha are the horizon's; the mixture is wider there. */
    QD_ASSERT_NEAR(qd_effect_sequence_p(&self) / (4.0 * upper_tail(x) / 0.15), 1.0, 1e-6);
    assert_int_equal(qd_effect_sequence_side(&self, 0.01), 1);
    assert_int_equal(qd_effect_sequence_side(&self, 0.0001), 0);
    assert_true(!qd_effect_sequence_exact(&self, 0.01));
    qd_interval_t interval = qd_effect_sequence_interval(&self);
    assert_true(interval.low > 1.0 && interval.low < 1.13 && interval.high > 1.13);
    /* At the end of the interval p is alpha, as long as it is the horizon's. */
    double c = (1.13 - interval.low) / sd * 900.0 / sqrt(1000.0);
    QD_ASSERT_NEAR(4.0 * upper_tail(c) / 0.15, 0.01, 1e-7);
}

/* At the last look, three quarters of alpha test all worlds once, with Student's distribution. */
static void test_last_look(void **state)
{
    (void)state;
    qd_effect_sequence_t self, with_failures;
    qd_effect_sequence_init(&self, -INF, INF, 1.0, 0.01, 100, 1000);
    add_pairs(&self, 998, 1.1, 1.0);
    double sooner = qd_effect_sequence_p(&self);
    double wide = qd_effect_sequence_interval(&self).high - 1.1;
    add_pairs(&self, 2, 1.1, 1.0);
    double sd = sqrt(1000.0 / 999.0), t = 0.1 * sqrt(1000.0) / sd;
    /* 999 degrees of freedom are nearly normal: z = t (1 - 1/(4f)) / sqrt(1 + t^2/(2f)), to 1e-4 of the
     * tail. */
    double z = t * (1.0 - 1.0 / (4.0 * 999.0)) / sqrt(1.0 + t * t / (2.0 * 999.0));
    QD_ASSERT_NEAR(qd_effect_sequence_p(&self) / (2.0 * upper_tail(z) / 0.75), 1.0, 1e-3);
    assert_true(qd_effect_sequence_p(&self) < 0.5 * sooner);
    assert_int_equal(qd_effect_sequence_side(&self, 0.01), 1);
    qd_interval_t interval = qd_effect_sequence_interval(&self);
    assert_true(interval.high - 1.1 < 0.9 * wide);
    QD_ASSERT_NEAR(interval.high - 1.1, 1.1 - interval.low, 1e-9);
    /* At its end the p-value is alpha. */
    double c = (interval.high - 1.1) * sqrt(1000.0) / sd;
    z = c * (1.0 - 1.0 / (4.0 * 999.0)) / sqrt(1.0 + c * c / (2.0 * 999.0));
    QD_ASSERT_NEAR(2.0 * upper_tail(z) / 0.75, 0.01, 1e-5);
    /* Worlds that failed count among all worlds, not among values. */
    qd_effect_sequence_init(&with_failures, -INF, INF, 1.0, 0.01, 100, 1010);
    for (int i = 0; i < 10; i++)
        qd_effect_sequence_add(&with_failures, (double)NAN);
    add_pairs(&with_failures, 1000, 1.1, 1.0);
    assert_true(qd_effect_sequence_p(&with_failures) == qd_effect_sequence_p(&self));
    /* Past the horizon only the mixture holds. */
    add_pairs(&self, 2, 1.1, 1.0);
    assert_true(qd_effect_sequence_p(&self) > sooner);
}

/* Early, an effect that is large against its standard error is decided by the mixture. */
static void test_mixture_is_early(void **state)
{
    (void)state;
    qd_effect_sequence_t self;
    qd_effect_sequence_init(&self, -INF, INF, 0.0, 0.01, 100, 1000000);
    add_pairs(&self, 98, 1.0, 1.0);
    assert_true(qd_effect_sequence_p(&self) == 1.0); /* before min_worlds */
    assert_true(isinf(qd_effect_sequence_interval(&self).low));
    add_pairs(&self, 2, 1.0, 1.0);
    assert_int_equal(qd_effect_sequence_side(&self, 0.01), 1);
}

/* Rare large values carry the variance: 24 of them are too few for the central limit theorem, 25 are enough;
 * bets count at once. */
static void test_rare_values(void **state)
{
    (void)state;
    qd_effect_sequence_t unbounded, bounded;
    qd_effect_sequence_init(&unbounded, -INF, INF, 0.0, 0.01, 100, 100000);
    qd_effect_sequence_init(&bounded, -1.0, 1.0, 0.0, 0.01, 100, 100000);
    for (size_t i = 0; i < 25; i++) {
        for (size_t k = 0; k < 100; k++) {
            qd_effect_sequence_add(&unbounded, k == 0 ? 1.0 : 0.0);
            qd_effect_sequence_add(&bounded, k == 0 ? 1.0 : 0.0);
        }
        qd_effect_sequence_look(&unbounded);
        qd_effect_sequence_look(&bounded);
        assert_int_equal(qd_effect_sequence_p(&unbounded) < 1.0, i == 24);
        double capital = 0.0; /* all bets were won */
        for (int k = 0; k < QD_BETS; k++)
            capital += pow(1.0 + (1.0 - 1.0 / 128.0) * pow(2.0, -k / 2.0), (double)(i + 1)) / QD_BETS;
        assert_int_equal(qd_effect_sequence_exact(&bounded, 0.01), 2.0 / capital / 0.1 <= 0.01);
    }
    assert_int_equal(qd_effect_sequence_side(&bounded, 0.01), 1);
}

static void test_hope(void **state)
{
    (void)state;
    qd_effect_sequence_t self;
    qd_effect_sequence_init(&self, -INF, INF, 0.0, 0.05, 100, 10000);
    /* 2 (1 - 0.1) / sqrt(0.1) = 5.7 standard errors of all worlds are within reach; the last look asks for
     * 2.08. */
    add_pairs(&self, 1000, 0.0, 1.0);
    assert_true(!qd_effect_sequence_hopeless(&self, 0.05));
    add_pairs(&self, 4000, 0.0, 1.0); /* 1.41 */
    assert_true(qd_effect_sequence_hopeless(&self, 0.05));
    assert_true(!qd_effect_sequence_hopeless(&self, 0.25)); /* 1.32 */
    qd_effect_sequence_init(&self, -INF, INF, 0.0, 0.05, 100, 10000);
    add_pairs(&self, 9000, 0.02, 1.0); /* 2 if it stays so, and 0.21 */
    assert_true(!qd_effect_sequence_hopeless(&self, 0.05));
    qd_effect_sequence_init(&self, -INF, INF, 0.0, 0.05, 100, 10000);
    add_pairs(&self, 9000, 0.0175, 1.0); /* 1.75 and 0.21 */
    assert_true(qd_effect_sequence_hopeless(&self, 0.05));
}

/* 20 looks at luck without an effect, 400 times: a test of 5 % for a fixed number would err in a quarter of
 * them. */
static void test_errors(void **state)
{
    (void)state;
    size_t wrong = 0, fixed = 0;
    for (uint64_t repeat = 0; repeat < 400; repeat++) {
        qd_effect_sequence_t self;
        bool erred = false, erred_fixed = false;
        qd_effect_sequence_init(&self, -INF, INF, 0.0, 0.05, 100, 2000);
        for (uint64_t look = 0; look < 20; look++) {
            for (uint64_t w = 0; w < 100; w++)
                qd_effect_sequence_add(&self, qd_random_normal((qd_luck_t){repeat, 100 * look + w},
                                                               QD_PURPOSE_BOOTSTRAP, 96, 0));
            qd_effect_sequence_look(&self);
            erred = erred || qd_effect_sequence_side(&self, 0.05) != 0;
            double n = 100.0 * (double)(look + 1);
            erred_fixed = erred_fixed || fabs(self.mixture.mean) * sqrt(n) > 1.96;
        }
        wrong += erred;
        fixed += erred_fixed;
    }
    assert_true(wrong > 0 && wrong <= 20 + 13); /* 5 % and three standard errors */
    assert_true(fixed > 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_horizon),   cmocka_unit_test(test_mixture_is_early),
        cmocka_unit_test(test_last_look), cmocka_unit_test(test_rare_values),
        cmocka_unit_test(test_hope),      cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
