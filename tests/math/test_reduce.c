/* Sums of one fixed order. */
#include "math/reduce.h"
#include "support/check.h"

static void test_padding(void **state)
{
    (void)state;
    static const size_t n[] = {0, 1, 7, 8, 9, 16, 17, 1024}, padded[] = {0, 8, 8, 8, 16, 16, 24, 1024};
    for (size_t i = 0; i < QD_COUNT(n); i++)
        assert_int_equal(qd_padded(n[i]), padded[i]);
}

/* The order written out: lane l takes elements l, l + 8, ...; then (0+4)+(2+6) plus (1+5)+(3+7). */
static double in_order(const double *a, const double *b, size_t padded)
{
    double s[8] = {0};
    for (size_t i = 0; i < padded; i++) {
        double product = a[i] * b[i];
        s[i % 8] = s[i % 8] + product;
    }
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

static void test_order_of_sums(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(121, 0);
    static double a[64], b[64], one[64];
    for (int round = 0; round < 2000; round++) {
        size_t padded = 8 * (1 + qd_test_below(&stream, 8));
        long double exact = 0.0L;
        for (size_t i = 0; i < padded; i++) {
            a[i] = qd_test_normal(&stream) * exp2(qd_test_between(&stream, -20, 20));
            b[i] = qd_test_normal(&stream);
            one[i] = 1.0;
            exact += (long double)a[i];
        }
        assert_true(qd_sum(a, padded) == in_order(a, one, padded));
        assert_true(qd_dot(a, b, padded) == in_order(a, b, padded));
        QD_ASSERT_NEAR(qd_sum(a, padded), (double)exact, 1e-14 * 0x1p22);
    }
    assert_true(qd_sum(a, 0) == 0.0);
}

static void test_max(void **state)
{
    (void)state;
    double a[24] = {0};
    assert_true(qd_max(a, 24) == 0.0);
    for (size_t i = 0; i < 24; i++) {
        a[i] = 1.0 + (double)i;
        assert_true(qd_max(a, 24) == a[i]);
    }
    for (size_t i = 0; i < 24; i++)
        a[i] = -2.0;
    assert_true(qd_max(a, 24) == 0.0 && qd_max(a, 0) == 0.0);
}

static void test_add_scaled(void **state)
{
    (void)state;
    double y[16], a[16];
    for (size_t i = 0; i < 16; i++) {
        y[i] = 1.0 + (double)i;
        a[i] = (double)i * 0.1;
    }
    qd_add_scaled(y, -3.0, a, 16);
    for (size_t i = 0; i < 16; i++)
        assert_true(y[i] == 1.0 + (double)i + -3.0 * ((double)i * 0.1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_order_of_sums),
        cmocka_unit_test(test_max),
        cmocka_unit_test(test_add_scaled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
