#include "statistics/interval.h"
#include "support/check.h"

static void test_wilson_known_values(void **state)
{
    (void)state;
    qd_interval_t a = qd_interval_wilson(10, 100, 0.95), b = qd_interval_wilson(0, 10, 0.95);
    QD_ASSERT_NEAR(a.low, 0.0552291, 1e-6);
    QD_ASSERT_NEAR(a.high, 0.1743657, 1e-6);
    QD_ASSERT_NEAR(b.low, 0.0, 0.0);
    QD_ASSERT_NEAR(b.high, 0.2775328, 1e-6); /* z^2 / (n + z^2) */
    qd_interval_t c = qd_interval_wilson(90, 100, 0.95), none = qd_interval_wilson(0, 0, 0.95);
    QD_ASSERT_NEAR(c.low, 1.0 - a.high, 1e-12);
    QD_ASSERT_NEAR(none.high - none.low, 1.0, 0.0);
}

/* The score interval is where the test does not reject: (share - p)^2 = z^2 p (1 - p) / n at both ends. */
static void test_wilson_ends_solve_the_score_equation(void **state)
{
    (void)state;
    const double z = 1.6448536269514722;
    for (uint64_t k = 1; k < 30; k++) {
        qd_interval_t i = qd_interval_wilson(k, 30, 0.9);
        double ends[] = {i.low, i.high}, share = (double)k / 30.0;
        for (int e = 0; e < 2; e++) {
            double off = share - ends[e];
            QD_ASSERT_NEAR(off * off, z * z * ends[e] * (1.0 - ends[e]) / 30.0, 1e-9);
        }
    }
}

static void test_student(void **state)
{
    (void)state;
    qd_interval_t i = qd_interval_mean(5.0, 2.0, 10, 0.95); /* t(0.975, 9) = 2.2621572 */
    QD_ASSERT_NEAR(i.high - 5.0, 2.2621572 * 2.0 / sqrt(10.0), 1e-6);
    QD_ASSERT_NEAR(i.low + i.high, 10.0, 1e-12);
    assert_true(isinf(qd_interval_mean(5.0, NAN, 1, 0.95).high));
    QD_ASSERT_NEAR(qd_p_above(2.2621572, 1.0, 10, 0.0), 0.025, 1e-7);
    QD_ASSERT_NEAR(qd_p_above(1.0, 1.0, 10, 1.0), 0.5, 1e-12);
    QD_ASSERT_NEAR(qd_p_above(3.0, 0.0, 10, 1.0), 1.0 / 1024.0, 0.0);
    QD_ASSERT_NEAR(qd_p_above(1.0, 0.0, 10, 1.0), 1.0, 0.0);
    assert_true(isnan(qd_p_above(1.0, 1.0, 1, 0.0)));
    for (int side = -1; side <= 1; side += 2) {
        QD_ASSERT_NEAR(qd_p_differs(1.0 + side * 2.2621572, 1.0, 10, 1.0), 0.05, 1e-7);
        /* far from the margin on either side p keeps its digits: 2 (1 - Phi(30)) */
        QD_ASSERT_NEAR(qd_p_differs(side * 30.0, 1.0, 100000000, 0.0) / 9.8e-198, 1.0, 0.01);
        QD_ASSERT_NEAR(qd_p_differs(side * 1.0, 0.0, 10, 0.0), 1.0 / 512.0, 0.0);
    }
    QD_ASSERT_NEAR(qd_p_differs(1.0, 0.0, 10, 1.0), 1.0, 0.0);
    assert_true(isnan(qd_p_differs(1.0, 1.0, 1, 0.0)));
}

static void test_holm_known_example(void **state)
{
    (void)state;
    const double p[] = {0.01, 0.04, 0.03, 0.005}, expected[] = {0.03, 0.06, 0.06, 0.02};
    double adjusted[4];
    assert_true(qd_holm_adjust(4, 0, p, adjusted));
    for (size_t i = 0; i < 4; i++)
        QD_ASSERT_NEAR(adjusted[i], expected[i], 1e-12);
    const double unknown[] = {NAN, 0.02};
    assert_true(qd_holm_adjust(2, 2, unknown, adjusted));
    QD_ASSERT_NEAR(adjusted[0], 1.0, 0.0);
    QD_ASSERT_NEAR(adjusted[1], 0.04, 1e-12);
    /* Two of ten: the smaller p times 10, the larger times 9. */
    const double some[] = {0.004, 0.003};
    assert_true(qd_holm_adjust(2, 10, some, adjusted));
    QD_ASSERT_NEAR(adjusted[1], 0.03, 1e-12);
    QD_ASSERT_NEAR(adjusted[0], 0.036, 1e-12);
}

/* Against the definition: the largest of p_j (n - rank_j) over the p_j that are no larger. */
static void test_holm_against_its_definition(void **state)
{
    (void)state;
    for (uint64_t run = 0; run < 500; run++) {
        double p[6], adjusted[6];
        for (uint32_t i = 0; i < 6; i++) {
            double u = qd_random_open((qd_luck_t){1, run}, QD_PURPOSE_BOOTSTRAP, 50, i);
            p[i] = u * u * u;
        }
        assert_true(qd_holm_adjust(6, 0, p, adjusted));
        for (size_t i = 0; i < 6; i++) {
            double worst = 0.0;
            for (size_t j = 0; j < 6; j++) {
                size_t smaller = 0;
                for (size_t k = 0; k < 6; k++)
                    smaller += p[k] < p[j];
                if (p[j] <= p[i])
                    worst = fmax(worst, p[j] * (double)(6 - smaller));
            }
            QD_ASSERT_NEAR(adjusted[i], fmin(1.0, worst), 1e-15);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wilson_known_values),
        cmocka_unit_test(test_wilson_ends_solve_the_score_equation),
        cmocka_unit_test(test_student),
        cmocka_unit_test(test_holm_known_example),
        cmocka_unit_test(test_holm_against_its_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
