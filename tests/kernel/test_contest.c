/* The contest success function (validation.md part 7). */
#include "kernel/venue_games.h"

#include "support/check.h"

static void test_exact_cases(void **state)
{
    (void)state;
    for (double g = 0.0; g <= 20.0; g += 0.5) {
        assert_true(qd_contest_success(0.3, 0.3, g) == 0.5);
        assert_true(qd_contest_success(0.0, 0.0, g) == 0.5);
        assert_true(qd_contest_success(0.3, 0.0, g) == (g == 0.0 ? 0.5 : 1.0));
        assert_true(qd_contest_success(0.0, 0.3, g) == (g == 0.0 ? 0.5 : 0.0));
    }
    assert_true(qd_contest_success(0.9, 0.1, 0.0) == 0.5); /* no exponent: a lottery */
    QD_ASSERT_NEAR(qd_contest_success(3.0, 1.0, 1.0), 0.75, 1e-15);
    QD_ASSERT_NEAR(qd_contest_success(2.0, 1.0, 2.0), 0.8, 1e-15);
    QD_ASSERT_NEAR(qd_contest_success(0.1, 0.2, 3.0), 1.0 / 9, 1e-15);
}

static void test_formula(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(401, 0);
    for (int i = 0; i < 20000; i++) {
        double p = exp(2 * qd_test_normal(&stream)), q = exp(2 * qd_test_normal(&stream));
        double g = qd_test_between(&stream, 0, 6), found = qd_contest_success(p, q, g);
        QD_ASSERT_NEAR(found, pow(p, g) / (pow(p, g) + pow(q, g)), 1e-13);
        QD_ASSERT_NEAR(found + qd_contest_success(q, p, g), 1.0, 1e-15);
        QD_ASSERT_NEAR(qd_contest_success(7 * p, 7 * q, g), found, 1e-13); /* only the ratio counts */
        assert_true(qd_contest_success(1.01 * p, q, g) >= found);
        assert_true(found >= 0.0 && found <= 1.0);
    }
}

/* Exponent 2 has a path of its own, without branches. */
static void test_squares(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(402, 0);
    static const double efforts[] = {0.0, 1e-320, 1e-300, 1e-9, 0.3, 1.0, 1e9};
    for (size_t i = 0; i < QD_COUNT(efforts); i++)
        for (size_t j = 0; j < QD_COUNT(efforts); j++) {
            double found = qd_contest_of_squares(efforts[i], efforts[j]);
            assert_true(found == qd_contest_success(efforts[i], efforts[j], 2.0));
            assert_true(i != j || found == 0.5);
        }
    for (int i = 0; i < 20000; i++) {
        double p = exp(4 * qd_test_normal(&stream)), q = exp(4 * qd_test_normal(&stream));
        QD_ASSERT_NEAR(qd_contest_of_squares(p, q), p * p / (p * p + q * q), 1e-15);
    }
}

static void test_extremes(void **state)
{
    (void)state;
    assert_true(qd_contest_success(1e-300, 1.0, 20.0) >= 0.0);
    QD_ASSERT_NEAR(qd_contest_success(1e-300, 1.0, 20.0), 0.0, 1e-300);
    assert_true(qd_contest_success(1.0, 1e-300, 20.0) == 1.0);
}

/* Tullock's contest of two with g = 1 and a prize of 1: q(p, r) - p is largest at p = 1/4 when r = 1/4. */
static void test_tullock(void **state)
{
    (void)state;
    double best = -1.0, at = 0.0;
    for (int k = 1; k <= 10000; k++) {
        double p = k / 10000.0, worth = qd_contest_success(p, 0.25, 1.0) - p;
        if (worth > best) {
            best = worth;
            at = p;
        }
    }
    QD_ASSERT_NEAR(at, 0.25, 0.0);
    QD_ASSERT_NEAR(best, 0.25, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_cases), cmocka_unit_test(test_formula), cmocka_unit_test(test_squares),
        cmocka_unit_test(test_extremes),    cmocka_unit_test(test_tullock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
