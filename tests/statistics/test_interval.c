#include "statistics/interval.h"
#include "support/check.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

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
    qd_interval_t all = qd_interval_wilson(10, 10, 0.95);
    QD_ASSERT_NEAR(all.low, 1.0 - b.high, 1e-12);
    QD_ASSERT_NEAR(all.high, 1.0, 0.0);
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
/* adjusted[i]: the least q at which rejecting the k smallest, p_(k) <= q k / n for the largest such k,
 * rejects i. */
static void test_bh_against_its_definition(void **state)
{
    (void)state;
    static const double p[] = {0.01, 0.04, 0.03, 0.005, 0.9, NAN};
    static const double expected[] = {0.03, 0.06, 0.06, 0.03, 1.0, 1.0};
    double adjusted[6];
    assert_true(qd_bh_adjust(6, p, adjusted));
    for (size_t i = 0; i < 6; i++)
        assert_true(fabs(adjusted[i] - expected[i]) < 1e-15);
}

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

/* The ends solve the equations of Clopper and Pearson: tails of the binomial distribution. */
static void test_exact_ends_solve_the_binomial_equations(void **state)
{
    (void)state;
    const uint64_t size[] = {1, 7, 200, 1000, 10000};
    for (size_t s = 0; s < QD_COUNT(size); s++)
        for (uint64_t k = 0; k <= size[s]; k += 1 + k / 5) {
            unsigned n = (unsigned)size[s], x = (unsigned)k;
            qd_interval_t i = qd_interval_exact(k, n, 0.95), mirror = qd_interval_exact(n - k, n, 0.95);
            QD_ASSERT_NEAR(mirror.high, 1.0 - i.low, 1e-12);
            if (k > 0)
                QD_ASSERT_NEAR(gsl_cdf_binomial_Q(x - 1, i.low, n), 0.025, 1e-8);
            if (k < n)
                QD_ASSERT_NEAR(gsl_cdf_binomial_P(x, i.high, n), 0.025, 1e-6);
        }
    QD_ASSERT_NEAR(qd_interval_exact(0, 200, 0.95).high, 1.0 - pow(0.025, 1.0 / 200.0), 1e-12);
    QD_ASSERT_NEAR(qd_interval_exact(0, 0, 0.95).high, 1.0, 0.0);
}

/* From R: qbeta(0.025, 1, 1e6), qbeta(0.975, 2, 1e6 - 1); qbeta(0.025, 50, 1e9 - 49), qbeta(0.975, 51, 1e9 -
 * 50). */
static void test_exact_of_many(void **state)
{
    (void)state;
    qd_interval_t one = qd_interval_exact(1, 1000000, 0.95), fifty = qd_interval_exact(50, 1000000000, 0.95);
    QD_ASSERT_NEAR(one.low / 2.5317807663794178e-08, 1.0, 1e-6);
    QD_ASSERT_NEAR(one.high / 5.571630655166939e-06, 1.0, 1e-6);
    QD_ASSERT_NEAR(fifty.low / 3.711096395806864e-08, 1.0, 1e-6);
    QD_ASSERT_NEAR(fifty.high / 6.59187661396641e-08, 1.0, 1e-6);
    for (uint64_t k = 95; k <= 110; k++) { /* where the score interval takes over: no jump */
        qd_interval_t before = qd_interval_exact(k, 20000, 0.95),
                      after = qd_interval_exact(k + 1, 20000, 0.95);
        assert_true(after.low > before.low && after.high > before.high);
        assert_true(after.high - before.high < 2.5 / 20000.0);
    }
}

static void test_bounded_is_student_with_one_value_more(void **state)
{
    (void)state;
    const double x[] = {0.1, 0.4, 0.0, 0.3};
    double with[2][2]; /* mean and sd of x and 1, of x and 0 */
    for (int end = 0; end < 2; end++) {
        double sum = 1.0 - end, squares = 0.0;
        for (size_t i = 0; i < 4; i++)
            sum += x[i];
        with[end][0] = sum / 5.0;
        for (size_t i = 0; i < 4; i++)
            squares += (x[i] - sum / 5.0) * (x[i] - sum / 5.0);
        squares += (1.0 - end - sum / 5.0) * (1.0 - end - sum / 5.0);
        with[end][1] = sqrt(squares / 4.0);
    }
    qd_interval_t i = qd_interval_bounded(0.2, sqrt(0.1 / 3.0), 4, 0.0, 1.0, 0.9);
    QD_ASSERT_NEAR(i.high, qd_interval_mean(with[0][0], with[0][1], 5, 0.9).high, 1e-14);
    QD_ASSERT_NEAR(i.low, fmax(0.0, qd_interval_mean(with[1][0], with[1][1], 5, 0.9).low), 1e-14);
    i = qd_interval_bounded(0.0, 0.0, 1000, 0.0, 1.0, 0.95);
    QD_ASSERT_NEAR(i.low, 0.0, 0.0);
    QD_ASSERT_NEAR(i.high, 2.96 / 1000.0, 1e-5);
    i = qd_interval_bounded(0.3, 0.1, 1000000, 0.0, 1.0, 0.95); /* far from the bounds: Student's */
    QD_ASSERT_NEAR(i.high, 0.3 + 1.96 * 1e-4, 1e-6);
    QD_ASSERT_NEAR(i.low, 0.3 - 1.96 * 1e-4, 1e-6);
    i = qd_interval_bounded(5.0, 1.0, 100, 0.0, INFINITY, 0.95); /* an open side is Student's */
    QD_ASSERT_NEAR(i.high, qd_interval_mean(5.0, 1.0, 100, 0.95).high, 0.0);
    /* Of 0.1 and 0.4, with a third at 1 and at 0; the quantile p of t with 2 degrees of freedom is (2p - 1) /
     * sqrt(2p(1 - p)). */
    i = qd_interval_bounded(0.25, sqrt(0.045), 2, 0.0, 1.0, 0.5);
    double t = 0.5 / sqrt(0.375);
    QD_ASSERT_NEAR(i.high, 0.5 + t * sqrt((0.16 + 0.01 + 0.25) / 2.0 / 3.0), 1e-9);
    QD_ASSERT_NEAR(i.low, 0.5 / 3.0 - t * sqrt((0.25 / 9.0 + 0.04 / 9.0 + 0.49 / 9.0) / 2.0 / 3.0), 1e-9);
    i = qd_interval_bounded(1.0, NAN, 1, 0.0, 1.0, 0.95);
    assert_true(i.low == 0.0 && i.high == 1.0);
}

/* Also when other quantiles were asked for in between. */
static void test_student_quantiles_are_those_of_gsl(void **state)
{
    (void)state;
    const double tail[] = {0.025, 0.005};
    for (uint64_t round = 0; round < 2; round++)
        for (uint64_t freedom = 1; freedom < 40; freedom += round + 1)
            for (size_t i = 0; i < 2 * QD_COUNT(tail); i++)
                QD_ASSERT_NEAR(qd_student_quantile(tail[i % 2], freedom),
                               gsl_cdf_tdist_Qinv(tail[i % 2], (double)freedom), 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wilson_known_values),
        cmocka_unit_test(test_wilson_ends_solve_the_score_equation),
        cmocka_unit_test(test_exact_ends_solve_the_binomial_equations),
        cmocka_unit_test(test_exact_of_many),
        cmocka_unit_test(test_bounded_is_student_with_one_value_more),
        cmocka_unit_test(test_student),
        cmocka_unit_test(test_student_quantiles_are_those_of_gsl),
        cmocka_unit_test(test_holm_known_example),
        cmocka_unit_test(test_bh_against_its_definition),
        cmocka_unit_test(test_holm_against_its_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
