#include "statistics/survival.h"

#include "quadrille/random.h"
#include "support/check.h"

/* Remission times in weeks of the 21 patients under 6-mercaptopurine (Freireich et al. 1963), the textbook
 * example. */
static const double weeks[] = {6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35};
static const double relapse[] = {1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0};

#define PERIODS_MAX 40

/* The estimate of the n worlds with these times and flags. */
static void estimate(size_t n, const double time[], const double flag[], size_t periods, double confidence,
                     qd_survival_t out[])
{
    uint64_t events[PERIODS_MAX] = {0}, censored[PERIODS_MAX] = {0}, beyond = 0;
    qd_survival_count(n, time, flag, periods, events, censored, &beyond);
    qd_survival_estimate(periods, events, censored, beyond, confidence, out);
}

/* A relapse in week w is an event of period w - 1; a patient last seen in week w was at risk until then. */
static void test_textbook_example(void **state)
{
    (void)state;
    double time[QD_COUNT(weeks)];
    for (size_t i = 0; i < QD_COUNT(weeks); i++)
        time[i] = weeks[i] - relapse[i];
    qd_survival_t s[PERIODS_MAX];
    estimate(QD_COUNT(weeks), time, relapse, 36, 0.95, s);
    const struct {
        size_t week;
        uint64_t at_risk;
        double estimate, error;
    } known[] = {{6, 21, 0.8571, 0.0764},  {7, 17, 0.8067, 0.0869},  {10, 15, 0.7529, 0.0963},
                 {13, 12, 0.6902, 0.1068}, {16, 11, 0.6275, 0.1141}, {22, 7, 0.5378, 0.1282},
                 {23, 6, 0.4482, 0.1346}};
    for (size_t i = 0; i < QD_COUNT(known); i++) {
        const qd_survival_t *at = &s[known[i].week - 1];
        assert_int_equal(at->at_risk, known[i].at_risk);
        QD_ASSERT_NEAR(at->estimate, known[i].estimate, 5e-5);
        double theta = 1.959964 * known[i].error / known[i].estimate / log(known[i].estimate);
        QD_ASSERT_NEAR(at->low, pow(known[i].estimate, exp(-theta)), 1e-3);
        QD_ASSERT_NEAR(at->high, pow(known[i].estimate, exp(theta)), 1e-3);
    }
    QD_ASSERT_NEAR(s[34].estimate, s[22].estimate, 0.0);
    assert_true(isnan(s[35].estimate) && isnan(s[35].low) && isnan(s[35].mean)); /* no world is left */
    QD_ASSERT_NEAR(s[0].estimate, 1.0, 0.0);
    QD_ASSERT_NEAR(s[0].low, pow(0.025, 1.0 / 21.0), 1e-12);
    QD_ASSERT_NEAR(s[0].high, 1.0, 0.0);
    /* R's print(survfit, rmean = 35) says 23.29: it counts the week of the relapse too. */
    QD_ASSERT_NEAR(s[34].mean + 1.0 - s[34].estimate, 23.29, 5e-3);
}

/* Without censoring the estimate is the share that survived, and the restricted mean the mean time. */
static void test_without_censoring(void **state)
{
    (void)state;
    const double time[] = {0, 1, 1, 3, 4}, flag[] = {1, 1, 1, 1, 1};
    qd_survival_t s[6];
    estimate(5, time, flag, 6, 0.9, s);
    const double expected[] = {0.8, 0.4, 0.4, 0.2, 0.0, 0.0};
    for (size_t t = 0; t < 6; t++) {
        QD_ASSERT_NEAR(s[t].estimate, expected[t], 1e-15);
        assert_true(s[t].low <= s[t].estimate && s[t].estimate <= s[t].high);
        assert_true(s[t].mean_low <= s[t].mean && s[t].mean <= s[t].mean_high);
    }
    assert_true(s[5].high > 0.0);
    QD_ASSERT_NEAR(s[5].mean, 9.0 / 5.0, 1e-14);
}

/* With everything known the interval of the restricted mean is that of a mean with n in the denominator. */
static void test_variance_of_the_restricted_mean_without_censoring(void **state)
{
    (void)state;
    enum { N = 40 };
    double time[N], flag[N], sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < N; i++) {
        time[i] = (double)(i * 7 % 12); /* not the last two periods: the last event has d = n there */
        flag[i] = 1.0;
        sum += fmin(time[i], 9.0) / N;
    }
    for (size_t i = 0; i < N; i++)
        squares += (fmin(time[i], 9.0) - sum) * (fmin(time[i], 9.0) - sum);
    qd_survival_t s[9];
    estimate(N, time, flag, 9, 0.95, s);
    double share = sum / 9.0, theta = 1.959963984540054 * sqrt(squares) / N / sum / log(share);
    QD_ASSERT_NEAR(s[8].mean, sum, 1e-13);
    QD_ASSERT_NEAR(s[8].mean_low, 9.0 * pow(share, exp(-theta)), 1e-12);
    QD_ASSERT_NEAR(s[8].mean_high, 9.0 * pow(share, exp(theta)), 1e-12);
}

static void test_nobody_survives_the_first_period(void **state)
{
    (void)state;
    const double time[] = {0, 0, 0}, flag[] = {1, 1, 1};
    qd_survival_t s[3];
    estimate(3, time, flag, 3, 0.95, s);
    for (size_t t = 0; t < 3; t++) {
        QD_ASSERT_NEAR(s[t].estimate, 0.0, 0.0);
        QD_ASSERT_NEAR(s[t].high, 1.0 - pow(0.025, 1.0 / 3.0), 1e-15);
        QD_ASSERT_NEAR(s[t].mean, 0.0, 0.0);
        QD_ASSERT_NEAR(s[t].mean_high, (double)(t + 1) * s[t].high, 1e-15);
    }
}

static void test_worlds_that_outlive_all_and_unknown_ones(void **state)
{
    (void)state;
    const double time[] = {2, 5, 5, NAN, 1}, flag[] = {1, 0, 0, 1, NAN};
    qd_survival_t s[5];
    estimate(5, time, flag, 5, 0.95, s);
    QD_ASSERT_NEAR(s[1].estimate, 1.0, 0.0);
    QD_ASSERT_NEAR(s[4].estimate, 2.0 / 3.0, 1e-15);
    assert_int_equal(s[4].at_risk, 2);
}

/* The two worlds that ended after 5 periods are not at risk in period 5. */
static void test_worlds_that_ended_are_not_at_risk(void **state)
{
    (void)state;
    const double time[] = {5, 5, 5, 5}, flag[] = {0, 0, 1, 1};
    qd_survival_t s[10];
    estimate(4, time, flag, 10, 0.95, s);
    assert_int_equal(s[4].at_risk, 4);
    assert_int_equal(s[5].at_risk, 2);
    QD_ASSERT_NEAR(s[4].estimate, 1.0, 0.0);
    QD_ASSERT_NEAR(s[5].estimate, 0.0, 0.0);
}

/* The product-limit estimate from its definition, world by world: one factor for each world that broke down,
 * and the sum of the variance of the restricted mean as it is written. */
static qd_survival_t by_definition(size_t n, const double time[], const double flag[], size_t last)
{
    qd_survival_t out = {.estimate = 1.0};
    double survival[PERIODS_MAX], term[PERIODS_MAX], variance = 0.0;
    for (size_t t = 0; t <= last; t++) {
        size_t died = 0;
        out.at_risk = 0;
        for (size_t i = 0; i < n; i++) {
            bool here = flag[i] != 0.0 ? (double)t <= time[i] : (double)t < time[i];
            out.at_risk += here;
            died += here && flag[i] != 0.0 && time[i] == (double)t;
        }
        double risk = (double)out.at_risk;
        out.estimate *= out.at_risk > 0 ? (risk - (double)died) / risk : out.estimate > 0.0 ? NAN : 1.0;
        survival[t] = out.estimate;
        term[t] = died > 0 && died < out.at_risk ? (double)died / risk / (risk - (double)died) : 0.0;
        out.mean += out.estimate;
    }
    double area = 0.0; /* of the curve from period u on */
    for (size_t u = last + 1; u-- > 0;) {
        area += survival[u];
        variance += area * area * term[u];
    }
    double share = out.mean / (double)(last + 1);
    double theta = 1.959963984540054 * sqrt(variance) / out.mean / log(share);
    out.mean_low = variance > 0.0 ? pow(share, exp(-theta)) * (double)(last + 1) : NAN;
    return out;
}

static void assert_same(const qd_survival_t *s, const qd_survival_t *known)
{
    assert_int_equal(s->at_risk, known->at_risk);
    assert_int_equal(isnan(s->estimate), isnan(known->estimate));
    if (isnan(known->estimate))
        return;
    QD_ASSERT_NEAR(s->estimate, known->estimate, 1e-12);
    QD_ASSERT_NEAR(s->mean, known->mean, 1e-12 * fmax(1.0, known->mean));
    if (!isnan(known->mean_low))
        QD_ASSERT_NEAR(s->mean_low, known->mean_low, 1e-11 * fmax(1.0, known->mean));
}

/* Worlds of random length that break down at random, few and many, in agreement with the definition. */
static void test_random_lengths_against_the_definition(void **state)
{
    (void)state;
    enum { N = 300, CASES = 200 };
    for (uint64_t c = 0; c < CASES; c++) {
        qd_luck_t luck = {.seed = 1958, .world = c};
        size_t n = 1 + (size_t)(c * c * (N - 1) / (CASES * CASES)), periods = 1 + (size_t)(c % PERIODS_MAX);
        double time[N], flag[N];
        for (uint32_t i = 0; i < n; i++) {
            double length = 1.0 + floor(12.0 * qd_random_uniform(luck, QD_PURPOSE_DESIGN, 0, i));
            double hazard = c % 3 == 0 ? 0.02 : 0.2;
            double broke = floor(log(qd_random_uniform(luck, QD_PURPOSE_DESIGN, 1, i)) / log(1.0 - hazard));
            flag[i] = broke < length;
            time[i] = fmin(broke, length);
        }
        qd_survival_t s[PERIODS_MAX];
        estimate(n, time, flag, periods, 0.95, s);
        for (size_t t = 0; t < periods; t++) {
            qd_survival_t known = by_definition(n, time, flag, t);
            assert_same(&s[t], &known);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_textbook_example),
        cmocka_unit_test(test_without_censoring),
        cmocka_unit_test(test_variance_of_the_restricted_mean_without_censoring),
        cmocka_unit_test(test_nobody_survives_the_first_period),
        cmocka_unit_test(test_worlds_that_outlive_all_and_unknown_ones),
        cmocka_unit_test(test_worlds_that_ended_are_not_at_risk),
        cmocka_unit_test(test_random_lengths_against_the_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
