/* The standard normal's quantile against GSL's and against the error function in long double. */
#include "math/elementary.h"
#include "support/check.h"

#include <gsl/gsl_cdf.h>

static double relative(double found, double expected)
{
    return fabs(found - expected) / fabs(expected);
}

static void test_against_gsl(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(111, 0);
    double worst = 0.0;
    for (int i = 0; i < 200000; i++) {
        double u = qd_test_uniform(&stream);
        if (i % 2)
            u = pow(10.0, -300.0 * u);
        if (u > 0.0 && u < 1.0 && u != 0.5)
            worst = fmax(worst, relative(qd_normal_quantile(u), gsl_cdf_ugaussian_Pinv(u)));
    }
    assert_true(worst < 1e-14);
    double highest = 1.0 - 0x1p-53;
    assert_true(relative(qd_normal_quantile(highest), gsl_cdf_ugaussian_Pinv(highest)) < 1e-14);
    assert_true(relative(qd_normal_quantile(1e-300), gsl_cdf_ugaussian_Pinv(1e-300)) < 1e-14);
    assert_true(qd_normal_quantile(0.5) == 0.0);
}

/* The probability below the quantile is u: the relative error of u is z phi(z)/u times that of z. */
static void test_inverts_the_probability(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(112, 0);
    for (int i = 0; i < 50000; i++) {
        double u = pow(10.0, -300.0 * qd_test_uniform(&stream));
        u = i % 2 ? u : qd_test_uniform(&stream);
        if (u <= 0.0 || u >= 1.0)
            continue;
        double z = qd_normal_quantile(u);
        long double back = 0.5L * erfcl(-(long double)z / sqrtl(2.0L));
        QD_ASSERT_NEAR((double)(back / (long double)u), 1.0, 1e-15 * (2.0 + z * z));
    }
}

static void test_is_odd_and_rises(void **state)
{
    (void)state;
    double last = -(double)INFINITY;
    for (int k = 1; k < 65536; k++) {
        double u = k / 65536.0, z = qd_normal_quantile(u);
        assert_true(z > last);
        QD_ASSERT_NEAR(z, -qd_normal_quantile(1.0 - u), 1e-15 * fabs(z));
        last = z;
    }
    QD_ASSERT_NEAR(qd_normal_quantile(0.975), 1.959963984540054, 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_gsl),
        cmocka_unit_test(test_inverts_the_probability),
        cmocka_unit_test(test_is_odd_and_rises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
