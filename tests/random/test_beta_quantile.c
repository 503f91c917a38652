/* The beta distribution against GSL's, and against closed forms. */
#include "random/distribution.h"
#include "support/check.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>

static const double shapes[] = {0.3, 0.5, 1.0, 1.7, 2.0, 5.0, 12.5, 40.0, 150.0};

static void test_probability_is_gsl_s(void **state)
{
    (void)state;
    for (size_t i = 0; i < QD_COUNT(shapes); i++)
        for (size_t j = 0; j < QD_COUNT(shapes); j++)
            for (int k = 1; k < 200; k++) {
                double x = k / 200.0, expected = gsl_cdf_beta_P(x, shapes[i], shapes[j]);
                QD_ASSERT_NEAR(qd_beta_probability(shapes[i], shapes[j], x), expected, 2e-13);
            }
    assert_true(qd_beta_probability(2, 3, 0.0) == 0.0 && qd_beta_probability(2, 3, -1.0) == 0.0);
    assert_true(qd_beta_probability(2, 3, 1.0) == 1.0 && qd_beta_probability(2, 3, 2.0) == 1.0);
}

static void test_quantile_inverts(void **state)
{
    (void)state;
    gsl_set_error_handler_off();
    for (size_t i = 0; i < QD_COUNT(shapes); i++)
        for (size_t j = 0; j < QD_COUNT(shapes); j++)
            for (int k = 1; k < 40; k++) {
                double a = shapes[i], b = shapes[j], u = k / 40.0, x = qd_beta_quantile(a, b, u);
                assert_true(x >= 0.0 && x <= 1.0);
                QD_ASSERT_NEAR(gsl_cdf_beta_P(x, a, b), u, 1e-12 + 1e-15 * gsl_ran_beta_pdf(x, a, b));
                double expected = gsl_cdf_beta_Pinv(u, a, b); /* NaN where its iteration gives up */
                if (!isnan(expected))
                    QD_ASSERT_NEAR(x, expected, 4e-14);
            }
}

/* Beta(1,1) is uniform, Beta(a,1) has quantile u^(1/a), Beta(1/2,1/2) sin^2(pi u / 2). */
static void test_closed_forms(void **state)
{
    (void)state;
    for (int k = 0; k < 100; k++) {
        double u = k / 100.0, s = sin(M_PI / 2 * u);
        QD_ASSERT_NEAR(qd_beta_quantile(1, 1, u), u, 1e-14);
        QD_ASSERT_NEAR(qd_beta_quantile(4, 1, u), pow(u, 0.25), 1e-14);
        QD_ASSERT_NEAR(qd_beta_quantile(1, 3, u), 1.0 - cbrt(1.0 - u), 1e-14);
        QD_ASSERT_NEAR(qd_beta_quantile(0.5, 0.5, u), s * s, 1e-14);
    }
}

/* The reflection x -> 1 - x exchanges the shapes. */
static void test_symmetry(void **state)
{
    (void)state;
    for (int k = 1; k < 64; k++) {
        double u = k / 64.0;
        QD_ASSERT_NEAR(qd_beta_quantile(2.5, 6, u), 1.0 - qd_beta_quantile(6, 2.5, 1.0 - u), 4e-14);
        QD_ASSERT_NEAR(qd_beta_probability(3, 3, u) + qd_beta_probability(3, 3, 1.0 - u), 1.0, 1e-14);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_probability_is_gsl_s),
        cmocka_unit_test(test_quantile_inverts),
        cmocka_unit_test(test_closed_forms),
        cmocka_unit_test(test_symmetry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
