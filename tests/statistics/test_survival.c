#include "statistics/survival.h"
#include "support/check.h"

/* Remission times in weeks of the 21 patients under 6-mercaptopurine (Freireich et al. 1963), the textbook
 * example. */
static const double weeks[] = {6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35};
static const double relapse[] = {1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0};

#define PERIODS 36

static void test_textbook_example(void **state)
{
    (void)state;
    uint64_t events[PERIODS] = {0}, censored[PERIODS] = {0}, beyond = 0;
    qd_survival_t s[PERIODS];
    qd_survival_count(QD_COUNT(weeks), weeks, relapse, PERIODS, events, censored, &beyond);
    assert_int_equal(beyond, 0);
    qd_survival_estimate(PERIODS, events, censored, beyond, 0.95, s);
    const struct {
        size_t week;
        uint64_t at_risk;
        double estimate, error;
    } known[] = {{6, 21, 0.8571, 0.0764},  {7, 17, 0.8067, 0.0869},  {10, 15, 0.7529, 0.0963},
                 {13, 12, 0.6902, 0.1068}, {16, 11, 0.6275, 0.1141}, {22, 7, 0.5378, 0.1282},
                 {23, 6, 0.4482, 0.1346}};
    for (size_t i = 0; i < QD_COUNT(known); i++) {
        const qd_survival_t *at = &s[known[i].week];
        assert_int_equal(at->at_risk, known[i].at_risk);
        QD_ASSERT_NEAR(at->estimate, known[i].estimate, 5e-5);
        double theta = 1.959964 * known[i].error / known[i].estimate / log(known[i].estimate);
        QD_ASSERT_NEAR(at->low, pow(known[i].estimate, exp(-theta)), 1e-3);
        QD_ASSERT_NEAR(at->high, pow(known[i].estimate, exp(theta)), 1e-3);
    }
    QD_ASSERT_NEAR(s[35].estimate, s[23].estimate, 0.0);
    QD_ASSERT_NEAR(s[0].estimate, 1.0, 0.0);
    QD_ASSERT_NEAR(s[0].low, pow(0.025, 1.0 / 21.0), 1e-12);
    QD_ASSERT_NEAR(s[0].high, 1.0, 0.0);
}

/* Without censoring the estimate is the share that survived, and the restricted mean the mean time. */
static void test_without_censoring(void **state)
{
    (void)state;
    const double time[] = {0, 1, 1, 3, 4}, flag[] = {1, 1, 1, 1, 1};
    uint64_t events[5] = {0}, censored[5] = {0}, beyond = 0;
    qd_survival_t s[5];
    qd_survival_count(5, time, flag, 5, events, censored, &beyond);
    qd_survival_estimate(5, events, censored, beyond, 0.9, s);
    const double expected[] = {0.8, 0.4, 0.4, 0.2, 0.0};
    for (size_t t = 0; t < 5; t++) {
        QD_ASSERT_NEAR(s[t].estimate, expected[t], 1e-15);
        assert_true(s[t].low <= s[t].estimate && s[t].estimate <= s[t].high);
    }
    assert_true(s[4].high > 0.0);
    QD_ASSERT_NEAR(qd_survival_restricted_mean(5, s), 9.0 / 5.0, 1e-14);
}

static void test_worlds_that_outlive_all_and_unknown_ones(void **state)
{
    (void)state;
    const double time[] = {2, 5, 5, NAN, 1}, flag[] = {1, 0, 0, 1, NAN};
    uint64_t events[5] = {0}, censored[5] = {0}, beyond = 0;
    qd_survival_t s[5];
    qd_survival_count(5, time, flag, 5, events, censored, &beyond);
    assert_int_equal(beyond, 2);
    qd_survival_estimate(5, events, censored, beyond, 0.95, s);
    QD_ASSERT_NEAR(s[1].estimate, 1.0, 0.0);
    QD_ASSERT_NEAR(s[4].estimate, 2.0 / 3.0, 1e-15);
    assert_int_equal(s[4].at_risk, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_textbook_example),
        cmocka_unit_test(test_without_censoring),
        cmocka_unit_test(test_worlds_that_outlive_all_and_unknown_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
