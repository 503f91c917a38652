/* The elementary functions against libm in long double, with the error bounds that their header states. */
#include "math/elementary.h"
#include "support/check.h"

static void test_exp(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(101, 0);
    double worst = 0.0;
    for (int i = 0; i < 400000; i++) {
        double reach = i % 3 == 0   ? 708.0
                       : i % 3 == 1 ? 20.0
                                    : 0.5,
               x = qd_test_between(&stream, -reach, reach);
        long double expected = expl(x);
        worst = fmax(worst, (double)fabsl((qd_exp(x) - expected) / expected));
    }
    assert_true(worst < 4e-16);
    assert_true(qd_exp(0.0) == 1.0 && qd_exp(-0.0) == 1.0);
    assert_true(qd_exp(-708.5) == 0.0 && qd_exp(-1e300) == 0.0 && qd_exp(-(double)INFINITY) == 0.0);
    assert_true(qd_exp(-708.0) > 0.0 && isfinite(qd_exp(709.0)));
    assert_true(qd_exp(1e300) == qd_exp(709.0) && qd_exp((double)INFINITY) == qd_exp(709.0));
}

/* Arguments near 0 need no reduction: the same bits without its steps. */
static void test_exp_near(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(104, 0);
    for (int i = 0; i < 200000; i++) {
        double r = qd_test_between(&stream, -QD_EXP_NEAR, QD_EXP_NEAR) * (i % 2 ? 1.0 : 1e-3);
        assert_true(qd_exp_near(r) == qd_exp(r));
    }
    assert_true(qd_exp_near(QD_EXP_NEAR) == qd_exp(QD_EXP_NEAR));
    assert_true(qd_exp_near(-QD_EXP_NEAR) == qd_exp(-QD_EXP_NEAR));
    assert_true(qd_exp_near(0.0) == 1.0 && qd_exp_near(-0.0) == 1.0);
}

static void test_exp_all(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(108, 0);
    double x[64], y[64];
    for (int round = 0; round < 500; round++) {
        size_t padded = 8 * (1 + (size_t)round % 8);
        for (size_t i = 0; i < 64; i++)
            y[i] = x[i] = qd_test_between(&stream, -720.0, 715.0);
        qd_exp_all(y, padded);
        for (size_t i = 0; i < 64; i++)
            assert_true(y[i] == (i < padded ? qd_exp(x[i]) : x[i]));
    }
}

static void test_log(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(102, 0);
    double relative = 0.0, absolute = 0.0;
    for (int i = 0; i < 400000; i++) {
        double x = exp2(qd_test_between(&stream, -1021, 1023));
        x = i % 2 ? x : 1.0 + qd_test_between(&stream, -0.4, 0.4);
        long double expected = logl(x), error = fabsl(qd_log(x) - expected);
        if (fabsl(expected) > 0.25L)
            relative = fmax(relative, (double)(error / fabsl(expected)));
        else
            absolute = fmax(absolute, (double)error);
    }
    assert_true(relative < 4e-16);
    assert_true(absolute < 1e-16);
    assert_true(qd_log(1.0) == 0.0);
    assert_true(isfinite(qd_log(0x1p-1022)) && isfinite(qd_log(0x1.fffffffffffffp1023)));
}

/* The probabilities and efforts of the model meet these two in turn. */
static void test_exp_and_log_are_inverse(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(103, 0);
    for (int i = 0; i < 20000; i++) {
        double x = qd_test_between(&stream, -30, 30);
        QD_ASSERT_NEAR(qd_log(qd_exp(x)), x, 4e-15 * fmax(1.0, fabs(x)));
    }
}

static void test_cossin(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(104, 0);
    const long double turn = 2 * 3.14159265358979323846264338327950288L;
    for (int i = 0; i < 200000; i++) {
        double u = qd_test_uniform(&stream), cosine, sine;
        qd_cossin_turns(u, &cosine, &sine);
        QD_ASSERT_NEAR(cosine, (double)cosl(turn * u), 2.3e-16);
        QD_ASSERT_NEAR(sine, (double)sinl(turn * u), 2.3e-16);
        QD_ASSERT_NEAR(cosine * cosine + sine * sine, 1.0, 5e-16);
    }
    static const double quarters[5][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}, {1, 0}};
    for (int q = 0; q <= 4; q++) {
        double cosine, sine;
        qd_cossin_turns(q / 4.0, &cosine, &sine);
        assert_true(cosine == quarters[q][0] && sine == quarters[q][1]);
    }
}

/* The angle of a chord is exact to the last bits for chords of any length. */
static void test_chord_angle(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(105, 0);
    double worst = 0.0;
    for (int i = 0; i < 200000; i++) {
        double squared = 2.0 * qd_test_uniform(&stream);
        squared *= i % 2 ? 1.0 : exp2(qd_test_between(&stream, -100, 0));
        long double expected = 2.0L * asinl(0.5L * sqrtl((long double)squared));
        worst = fmax(worst, (double)fabsl((qd_chord_angle(squared) - expected) / expected));
    }
    assert_true(worst < 4e-16);
    assert_true(qd_chord_angle(0.0) == 0.0);
    QD_ASSERT_NEAR(qd_chord_angle(1.0), QD_PI / 3, 4e-16);
    QD_ASSERT_NEAR(qd_chord_angle(2.0), QD_PI / 2, 4e-16);
}

/* The angle between unit vectors, also between nearly equal and nearly opposite ones, where arc cosines fail.
 */
static void test_sphere_angle(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(106, 0);
    for (int i = 0; i < 50000; i++) {
        double angle = QD_PI * qd_test_uniform(&stream);
        if (i % 3 == 0)
            angle *= 1e-7;
        const double a[3] = {1, 0, 0}, b[3] = {cos(angle), sin(angle), 0};
        const double c[3] = {-cos(angle), 0, sin(angle)};
        QD_ASSERT_NEAR(qd_sphere_angle(a, b), angle, 1e-15);
        QD_ASSERT_NEAR(qd_sphere_angle(a, c), QD_PI - angle, 1e-15);
        assert_true(qd_sphere_angle(a, b) == qd_sphere_angle(b, a));
    }
    const double pole[3] = {0, 0, 1}, opposite[3] = {0, 0, -1};
    const double nowhere[3] = {0, 0, 0}, beside[3] = {0, 1e-9, 1};
    assert_true(qd_sphere_angle(pole, pole) == 0.0);
    assert_true(isfinite(qd_sphere_angle(pole, nowhere)) && isfinite(qd_sphere_angle(nowhere, nowhere)));
    QD_ASSERT_NEAR(qd_sphere_angle(pole, beside), 1e-9, 4e-25);
    QD_ASSERT_NEAR(qd_sphere_angle(pole, opposite), QD_PI, 1e-15);
}

/* Uniform in area: each coordinate is uniform on [-1,1], the centre of mass is the origin. */
static void test_sphere_points(void **state)
{
    (void)state;
    enum { N = 100000, CELLS = 50 };
    qd_test_stream_t stream = qd_test_stream(107, 0);
    static double cell[3][CELLS];
    for (int i = 0; i < N; i++) {
        double x[3];
        double u = qd_test_uniform(&stream), v = qd_test_uniform(&stream);
        qd_sphere_point(u, v, x);
        QD_ASSERT_NEAR(x[0] * x[0] + x[1] * x[1] + x[2] * x[2], 1.0, 1e-15);
        for (int d = 0; d < 3; d++)
            cell[d][(size_t)fmin(CELLS - 1, floor((x[d] + 1.0) / 2.0 * CELLS))]++;
    }
    for (int d = 0; d < 3; d++) {
        double chi = 0.0, expected = (double)N / CELLS;
        for (int k = 0; k < CELLS; k++)
            chi += (cell[d][k] - expected) * (cell[d][k] - expected) / expected;
        assert_true(chi < qd_test_chi_square_limit(CELLS - 1));
    }
}

static void test_similarity(void **state)
{
    (void)state;
    assert_true(qd_sharpness(2) == 0.125);
    assert_true(qd_similarity(0.3, -2, 0.3, -2, qd_sharpness(0.7)) == 1.0);
    QD_ASSERT_NEAR(qd_similarity(0, 0, 3, 4, qd_sharpness(2)), 2 * exp(-25.0 / 8) - 1, 1e-15);
    QD_ASSERT_NEAR(qd_similarity(0, 0, 1e6, 0, qd_sharpness(0.7)), -1.0, 0.0);
    assert_true(qd_similarity(1, 2, 3, 4, qd_sharpness(0.5)) == qd_similarity(3, 4, 1, 2, qd_sharpness(0.5)));
}

static void test_clamp(void **state)
{
    (void)state;
    assert_true(qd_clamp(-3, -1, 1) == -1 && qd_clamp(3, -1, 1) == 1 && qd_clamp(0.25, -1, 1) == 0.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exp),
        cmocka_unit_test(test_exp_near),
        cmocka_unit_test(test_exp_all),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_exp_and_log_are_inverse),
        cmocka_unit_test(test_cossin),
        cmocka_unit_test(test_chord_angle),
        cmocka_unit_test(test_sphere_angle),
        cmocka_unit_test(test_sphere_points),
        cmocka_unit_test(test_similarity),
        cmocka_unit_test(test_clamp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
