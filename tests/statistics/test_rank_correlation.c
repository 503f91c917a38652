/* Rank correlations against the definition: correlation of residuals. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "quadrille/random.h"
#include "statistics/rank_correlation.h"

#define N 60

static qd_error_t error;

static double uniform(uint32_t draw, uint64_t world)
{
    return qd_random_open((qd_luck_t){11, world}, QD_PURPOSE_BOOTSTRAP, 98, draw);
}

static void expect_near(double found, double expected, double by)
{
    if (!(fabs(found - expected) <= by))
        fail_msg("found %.12g, expected %.12g within %.3g", found, expected, by);
}

/* Mean ranks by counting. */
static void ranks(const double x[], size_t stride, double out[])
{
    for (size_t i = 0; i < N; i++) {
        out[i] = 0.5;
        for (size_t j = 0; j < N; j++)
            out[i] += (x[j * stride] < x[i * stride]) + 0.5 * (x[j * stride] == x[i * stride]);
    }
}

static double correlation(const double a[], const double b[])
{
    double ma = 0.0, mb = 0.0, ab = 0.0, aa = 0.0, bb = 0.0;
    for (size_t i = 0; i < N; i++) {
        ma += a[i] / N;
        mb += b[i] / N;
    }
    for (size_t i = 0; i < N; i++) {
        ab += (a[i] - ma) * (b[i] - mb);
        aa += (a[i] - ma) * (a[i] - ma);
        bb += (b[i] - mb) * (b[i] - mb);
    }
    return ab / sqrt(aa * bb);
}

/* The residual of y after one regressor. */
static void residuals(const double y[], const double z[], double out[])
{
    double my = 0.0, mz = 0.0, yz = 0.0, zz = 0.0;
    for (size_t i = 0; i < N; i++) {
        my += y[i] / N;
        mz += z[i] / N;
    }
    for (size_t i = 0; i < N; i++) {
        yz += (y[i] - my) * (z[i] - mz);
        zz += (z[i] - mz) * (z[i] - mz);
    }
    for (size_t i = 0; i < N; i++)
        out[i] = y[i] - my - yz / zz * (z[i] - mz);
}

static void test_partial(void **state)
{
    (void)state;
    double x[2 * N], y[N], rank[3][N], left[2][N];
    qd_rank_correlation_t found[2];
    bool partial;
    for (size_t i = 0; i < N; i++) {
        x[2 * i] = uniform(0, i);
        x[2 * i + 1] = floor(5.0 * uniform(1, i)) + 2.0 * x[2 * i]; /* correlated, with ties */
        y[i] = exp(3.0 * x[2 * i]) - 4.0 * x[2 * i + 1] + uniform(2, i);
    }
    assert_int_equal(qd_rank_correlations(N, 2, x, y, 0.95, found, &partial, &error), QD_OK);
    assert_true(partial);
    ranks(x, 2, rank[0]);
    ranks(x + 1, 2, rank[1]);
    ranks(y, 1, rank[2]);
    for (size_t j = 0; j < 2; j++) {
        residuals(rank[j], rank[1 - j], left[0]);
        residuals(rank[2], rank[1 - j], left[1]);
        double r = correlation(left[0], left[1]);
        expect_near(found[j].r, r, 1e-10);
        /* Two intervals, each at 97.5%; one input is regressed out. */
        double half = 2.2414027276049464 * sqrt((1.0 + r * r / 2.0) / (N - 3 - 1));
        expect_near(found[j].interval.low, tanh(atanh(r) - half), 1e-9);
        expect_near(found[j].interval.high, tanh(atanh(r) + half), 1e-9);
    }
    assert_true(found[0].r > 0.5 && found[1].r < -0.5);
}

/* With more inputs than the values can tell apart, each is taken alone. */
static void test_spearman(void **state)
{
    (void)state;
    enum { K = 28 };
    double x[K * N], y[N], rank[2][N];
    qd_rank_correlation_t found[K];
    bool partial;
    for (size_t i = 0; i < N; i++) {
        for (uint32_t j = 0; j < K; j++)
            x[K * i + j] = j == 5 ? 1.0 : uniform(j, i);
        y[i] = 2.0 * x[K * i + 3] + uniform(40, i);
    }
    assert_int_equal(qd_rank_correlations(N, K, x, y, 0.95, found, &partial, &error), QD_OK);
    assert_false(partial);
    ranks(x + 3, K, rank[0]);
    ranks(y, 1, rank[1]);
    expect_near(found[3].r, correlation(rank[0], rank[1]), 1e-12);
    assert_true(found[3].interval.low > 0.0);
    assert_true(isnan(found[5].r) && isnan(found[5].interval.low)); /* constant */
}

/* An input that is a copy of another has no correlation of its own; the others do. A constant output has
 * none. */
static void test_degenerate(void **state)
{
    (void)state;
    double x[3 * N], y[N];
    qd_rank_correlation_t found[3];
    bool partial;
    for (size_t i = 0; i < N; i++) {
        x[3 * i] = uniform(0, i);
        x[3 * i + 1] = 7.0 * x[3 * i];
        x[3 * i + 2] = uniform(1, i);
        y[i] = x[3 * i + 2] + 0.2 * uniform(2, i);
    }
    assert_int_equal(qd_rank_correlations(N, 3, x, y, 0.95, found, &partial, &error), QD_OK);
    assert_true(isnan(found[1].r));
    assert_true(found[2].interval.low > 0.5);
    for (size_t i = 0; i < N; i++)
        y[i] = 3.0;
    assert_int_equal(qd_rank_correlations(N, 3, x, y, 0.95, found, &partial, &error), QD_OK);
    for (size_t j = 0; j < 3; j++)
        assert_true(isnan(found[j].r));
}

/* Without any effect, some of 10 intervals misses 0 in about one data set of 20. */
static void test_simultaneous_coverage(void **state)
{
    (void)state;
    enum { K = 10, REPEATS = 2000 };
    static double x[K * N], y[N];
    qd_rank_correlation_t found[K];
    bool partial;
    int missed = 0;
    for (uint64_t r = 0; r < REPEATS; r++) {
        bool any = false;
        for (size_t i = 0; i < N; i++) {
            for (uint32_t j = 0; j < K; j++)
                x[K * i + j] = uniform(j, (r + 1) * N + i);
            y[i] = uniform(K, (r + 1) * N + i);
        }
        assert_int_equal(qd_rank_correlations(N, K, x, y, 0.95, found, &partial, &error), QD_OK);
        for (size_t j = 0; j < K; j++)
            any = any || found[j].interval.low > 0.0 || found[j].interval.high < 0.0;
        missed += any;
    }
    expect_near((double)missed / REPEATS, 0.05, 0.015);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_partial),
        cmocka_unit_test(test_spearman),
        cmocka_unit_test(test_degenerate),
        cmocka_unit_test(test_simultaneous_coverage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
