/* Distributions of parameters: support, order, means, truncation, refused numbers; and the keys of their
 * draws. */
#include "random/distribution.h"
#include "support/check.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

/* Each kind with its support and its mean in closed form. */
typedef struct {
    qd_distribution_t distribution;
    double range_low, range_high; /* the parameter's range */
    double low, high, mean;
} case_t;

/* Mean of a normal truncated to [low, high]. */
static double truncated_normal_mean(double m, double s, double low, double high)
{
    double a = (low - m) / s, b = (high - m) / s;
    double inside = gsl_cdf_ugaussian_P(b) - gsl_cdf_ugaussian_P(a);
    return m + s * (gsl_ran_ugaussian_pdf(a) - gsl_ran_ugaussian_pdf(b)) / inside;
}

/* Mean of exp(m + s z) truncated to [low, high]. */
static double truncated_lognormal_mean(double m, double s, double low, double high)
{
    double a = low > 0.0 ? (log(low) - m) / s : -(double)INFINITY, b = (log(high) - m) / s;
    double inside = gsl_cdf_ugaussian_P(b) - gsl_cdf_ugaussian_P(a);
    return exp(m + 0.5 * s * s) * (gsl_cdf_ugaussian_P(b - s) - gsl_cdf_ugaussian_P(a - s)) / inside;
}

static size_t make_cases(case_t out[])
{
    const case_t cases[] = {
        {qd_constant(3.5), 0, 10, 3.5, 3.5, 3.5},
        {{.kind = QD_UNIFORM, .a = -1, .b = 4}, -5, 5, -1, 4, 1.5},
        {{.kind = QD_LOGUNIFORM, .a = 0.01, .b = 10}, 0, 10, 0.01, 10, (10 - 0.01) / log(1000)},
        {{.kind = QD_NORMAL, .a = 1, .b = 2}, -100, 100, -100, 100, 1},
        {{.kind = QD_NORMAL, .a = 1, .b = 2}, 0, 2.5, 0, 2.5, truncated_normal_mean(1, 2, 0, 2.5)},
        {{.kind = QD_NORMAL, .a = -3, .b = 2}, 0, 1, 0, 1, truncated_normal_mean(-3, 2, 0, 1)},
        {{.kind = QD_LOGNORMAL, .a = -1, .b = 0.5},
         0,
         100,
         0,
         100,
         truncated_lognormal_mean(-1, 0.5, 0, 100)},
        {{.kind = QD_LOGNORMAL, .a = 0, .b = 1}, 0.5, 2, 0.5, 2, truncated_lognormal_mean(0, 1, 0.5, 2)},
        {{.kind = QD_BETA, .a = 2, .b = 3}, -1, 4, -1, 4, -1 + 5 * 0.4},
        {{.kind = QD_BETA, .a = 2, .b = 3, .low = 0, .high = 0.5}, -1, 4, 0, 0.5, 0.2},
        {{.kind = QD_TRIANGULAR, .a = 1, .b = 7, .c = 2}, 0, 10, 1, 7, 10.0 / 3},
        {{.kind = QD_TRIANGULAR, .a = 1, .b = 7, .c = 1}, 0, 10, 1, 7, 3},
        {{.kind = QD_TRIANGULAR, .a = 1, .b = 7, .c = 7}, 0, 10, 1, 7, 5},
        {{.kind = QD_CHOICE, .n = 3, .value = {4, -1, 9}, .cumulative = {1, 2, 1}}, -5, 10, -1, 9, 2.75},
        {{.kind = QD_INTEGERS, .a = 3, .b = 6}, 0, 10, 3, 6, 4.5},
        {{.kind = QD_INTEGERS, .a = 3, .b = 3}, 0, 10, 3, 3, 3},
    };
    memcpy(out, cases, sizeof cases);
    for (size_t i = 0; i < QD_COUNT(cases); i++)
        QD_ASSERT_NO_FAULT(
            qd_distribution_finish(&out[i].distribution, cases[i].range_low, cases[i].range_high));
    return QD_COUNT(cases);
}

/* The tests below hold for every distribution only if every one has a case. */
static void test_every_kind_has_a_case(void **state)
{
    (void)state;
    case_t cases[20];
    bool met[QD_DISTRIBUTIONS] = {false};
    for (size_t i = make_cases(cases); i-- > 0;)
        met[cases[i].distribution.kind] = true;
    for (size_t kind = 0; kind < QD_DISTRIBUTIONS; kind++)
        if (!met[kind])
            fail_msg("no case of %s in make_cases", qd_distribution_table[kind].name);
}

/* The values of a discrete distribution are those of its quantile function; a continuous one has none. */
static void test_values(void **state)
{
    (void)state;
    enum { STEPS = 4000 };
    case_t cases[20];
    for (size_t i = make_cases(cases); i-- > 0;) {
        const qd_distribution_t *d = &cases[i].distribution;
        double value = 0, last = NAN;
        size_t values = qd_distribution_value(d, 0, &value), changes = 0;
        for (int k = 0; k < STEPS; k++) {
            double x = qd_distribution_quantile(d, (k + 0.5) / STEPS);
            if (values > 0 && x != last) {
                assert_int_equal(qd_distribution_value(d, changes, &value), values);
                assert_true(value == x);
            }
            changes += x != last;
            last = x;
        }
        if (values > 0)
            assert_int_equal(changes, values);
        else
            assert_true(changes > STEPS / 2);
    }
}

static void test_support_and_order(void **state)
{
    (void)state;
    case_t cases[20];
    size_t count = make_cases(cases);
    for (size_t i = 0; i < count; i++) {
        const qd_distribution_t *d = &cases[i].distribution;
        assert_true(d->low == cases[i].low && d->high == cases[i].high);
        double last = d->kind == QD_CHOICE ? -(double)INFINITY : d->low;
        for (int k = 0; k <= 4000; k++) {
            double u = k < 4000 ? k / 4000.0 : 1.0 - 0x1p-53, x = qd_distribution_quantile(d, u);
            assert_true(x >= cases[i].low && x <= cases[i].high);
            if (d->kind != QD_CHOICE) /* a choice keeps the order in which its values were written */
                assert_true(x >= last);
            last = x;
        }
        if (d->kind != QD_CHOICE && d->kind != QD_NORMAL && d->kind != QD_LOGNORMAL)
            QD_ASSERT_NEAR(last, cases[i].high, 1e-5 * (1 + fabs(cases[i].high)));
    }
}

/* The mean by the midpoint rule over u. */
static void test_means(void **state)
{
    (void)state;
    enum { STEPS = 20000 };
    case_t cases[20];
    size_t count = make_cases(cases);
    for (size_t i = 0; i < count; i++) {
        double sum = 0.0;
        for (int k = 0; k < STEPS; k++)
            sum += qd_distribution_quantile(&cases[i].distribution, (k + 0.5) / STEPS);
        QD_ASSERT_NEAR(sum / STEPS, cases[i].mean, 2e-4 * (1.0 + fabs(cases[i].mean)));
    }
}

/* The truncated normal has the conditional distribution: P(X <= x) = u at its quantile. */
static void test_truncation(void **state)
{
    (void)state;
    qd_distribution_t d = {.kind = QD_NORMAL, .a = 0.3, .b = 0.2};
    QD_ASSERT_NO_FAULT(qd_distribution_finish(&d, 0.0, 0.5));
    double below = gsl_cdf_gaussian_P(0.0 - 0.3, 0.2), inside = gsl_cdf_gaussian_P(0.5 - 0.3, 0.2) - below;
    for (int k = 0; k < 100; k++) {
        double u = k / 100.0, x = qd_distribution_quantile(&d, u);
        QD_ASSERT_NEAR((gsl_cdf_gaussian_P(x - 0.3, 0.2) - below) / inside, u, 1e-13);
    }
    QD_ASSERT_NEAR(qd_distribution_quantile(&d, 0.0), 0.0, 1e-14);
    QD_ASSERT_NEAR(qd_distribution_quantile(&d, 1.0 - 0x1p-53), 0.5, 1e-12);
}

static void test_choice_follows_its_weights(void **state)
{
    (void)state;
    qd_distribution_t d = {.kind = QD_CHOICE, .n = 4, .value = {1, 2, 3, 4}, .cumulative = {1, 0, 3, 4}};
    QD_ASSERT_NO_FAULT(qd_distribution_finish(&d, 0, 10));
    int seen[5] = {0};
    for (int k = 0; k < 800; k++)
        seen[(int)qd_distribution_quantile(&d, (k + 0.5) / 800)]++;
    assert_int_equal(seen[1], 100);
    assert_int_equal(seen[2], 0);
    assert_int_equal(seen[3], 300);
    assert_int_equal(seen[4], 400);
}

static void test_integers_are_equally_likely(void **state)
{
    (void)state;
    qd_distribution_t d = {.kind = QD_INTEGERS, .a = -1, .b = 2};
    QD_ASSERT_NO_FAULT(qd_distribution_finish(&d, -5, 10));
    int seen[4] = {0};
    for (int k = 0; k < 400; k++) {
        double x = qd_distribution_quantile(&d, (k + 0.5) / 400);
        assert_true(x == floor(x));
        seen[(int)x + 1]++;
    }
    for (int k = 0; k < 4; k++)
        assert_int_equal(seen[k], 100);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    qd_distribution_t wrong[] = {
        {.kind = QD_UNIFORM, .a = 1, .b = 1},
        {.kind = QD_UNIFORM, .a = 2, .b = 1},
        {.kind = QD_UNIFORM, .a = (double)NAN, .b = 1},
        {.kind = QD_LOGUNIFORM, .a = 0, .b = 1},
        {.kind = QD_LOGUNIFORM, .a = -1, .b = 1},
        {.kind = QD_NORMAL, .a = 0, .b = 0},
        {.kind = QD_NORMAL, .a = 0, .b = -1},
        {.kind = QD_NORMAL, .a = 50, .b = 1},
        {.kind = QD_LOGNORMAL, .a = 9, .b = 0.5},
        {.kind = QD_BETA, .a = 0, .b = 1},
        {.kind = QD_BETA, .a = 1, .b = -1},
        {.kind = QD_BETA, .a = 1, .b = 1, .low = 2, .high = 1},
        {.kind = QD_TRIANGULAR, .a = 0, .b = 1, .c = 2},
        {.kind = QD_TRIANGULAR, .a = 0, .b = 1, .c = -1},
        {.kind = QD_TRIANGULAR, .a = 1, .b = 1, .c = 1},
        {.kind = QD_CHOICE, .n = 0},
        {.kind = QD_CHOICE, .n = 2, .value = {1, 2}, .cumulative = {1, -1}},
        {.kind = QD_CHOICE, .n = 2, .value = {1, 2}, .cumulative = {0, 0}},
        {.kind = QD_INTEGERS, .a = 3, .b = 2},
    };
    bool met[QD_DISTRIBUTIONS] = {[QD_CONSTANT] = true}; /* never refused */
    for (size_t i = 0; i < QD_COUNT(wrong); i++) {
        met[wrong[i].kind] = true;
        const char *phrase = qd_distribution_finish(&wrong[i], 0.0, 10.0);
        assert_non_null(phrase);
        assert_true(strlen(phrase) > 5);
    }
    for (size_t kind = 0; kind < QD_DISTRIBUTIONS; kind++)
        if (!met[kind])
            fail_msg("no wrong %s is refused", qd_distribution_table[kind].name);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(qd_distribution_name(QD_CONSTANT), "constant");
    assert_string_equal(qd_distribution_name(QD_LOGUNIFORM), "loguniform");
    assert_string_equal(qd_distribution_name(QD_LOGNORMAL), "lognormal");
    assert_string_equal(qd_distribution_name(QD_TRIANGULAR), "triangular");
    assert_string_equal(qd_distribution_name(QD_CHOICE), "choice");
    assert_string_equal(qd_distribution_name(QD_INTEGERS), "integers");
}

/* No two parameters, nor a parameter and the doctrine, share a draw. Known values of FNV-1a pin the hash. */
static void test_keys(void **state)
{
    (void)state;
    assert_int_equal(qd_name_key(""), 0x811c9dc5u & ~1u);
    assert_int_equal(qd_name_key("a"), 0xe40c292cu);
    assert_int_equal(qd_name_key("foobar"), 0xbf9cf968u);
    uint32_t key[QD_PARAMETER_COUNT + 1];
    for (size_t i = 0; i < QD_PARAMETER_COUNT; i++)
        key[i] = qd_name_key(qd_parameter_name(i));
    key[QD_PARAMETER_COUNT] = qd_name_key("doctrine");
    for (size_t i = 0; i <= QD_PARAMETER_COUNT; i++) {
        assert_int_equal(key[i] % 2, 0);
        assert_true(key[i] != 0); /* 0 stands for the parameter's own key */
        for (size_t j = 0; j < i; j++)
            assert_true(key[i] != key[j]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_has_a_case),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_support_and_order),
        cmocka_unit_test(test_means),
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_choice_follows_its_weights),
        cmocka_unit_test(test_integers_are_equally_likely),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
