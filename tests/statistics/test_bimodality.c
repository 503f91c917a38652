#include <stdlib.h>

#include "statistics/dip_test.h"
#include "statistics/interval.h"
#include "support/check.h"

/* Small samples and their dips, solved from the definition as linear programs (least d such that some
 * function, convex up to one of the values and concave after it, lies within d of the empirical distribution
 * function). The last are tied, or small enough for exact fractions: there the modal interval shrinks on one
 * side at first. */
static const struct {
    size_t n;
    double dip, x[25];
} solved[] = {
    {2, 0.25, {-0.397308, 2.925492}},
    {4, 0.125, {-0.78478, 0.272769, 0.748746, 1.634783}},
    {6, 0.08543912822173888, {0.060803, 0.271452, 0.493023, 0.555596, 0.676689, 0.879651}},
    {8,
     0.07263050717340808,
     {-1.643023, -1.289419, -0.980747, -0.589431, -0.25673, -0.173155, 0.409638, 0.829855}},
    {12,
     0.1099255555180142,
     {0.014536, 0.085826, 0.235516, 0.236194, 0.319785, 0.367881, 0.506385, 0.507068, 0.79988, 0.844927,
      0.933224, 0.951023}},
    {20, 0.06631723008179852, {-1.298481, -1.282492, -1.272078, -1.201116, -1.196708, -1.136021, -1.054841,
                               -0.971036, -0.864973, -0.445335, -0.360608, -0.322438, -0.152362, -0.006762,
                               0.103023,  0.242381,  0.421131,  0.613993,  0.895783,  0.966972}},
    {2, 0.25, {-0.257011, 1.056074}},
    {4, 0.23091197816164238, {-0.084069, 0.136166, 2.800397, 2.983837}},
    {10, 0.19117647058823536, {-0.3, -0.3, -0.1, -0.1, -0.0, 2.6, 2.7, 3.1, 3.2, 3.4}},
    {15, 0.1615384615384614, {-0.3, 0.2, 0.2, 0.3, 0.3, 0.4, 0.7, 2.8, 2.9, 2.9, 3.0, 3.0, 3.1, 3.2, 3.4}},
    {25, 0.04857142857142857, {-1.8, -1.6, -1.3, -1.0, -0.9, -0.7, -0.6, -0.6, -0.5, -0.5, -0.5, -0.5, -0.4,
                               -0.4, -0.2, 0.0,  0.1,  0.2,  0.3,  0.3,  0.5,  0.9,  1.3,  1.7,  1.9}},
    {10, 0.103125, {-1.8, -1.1, -0.8, -0.5, -0.4, -0.3, 0.0, 1.1, 1.4, 1.6}},
    {15,
     0.06999999999999998,
     {-2.4, -1.0, -0.9, -0.5, -0.5, -0.4, -0.2, -0.1, -0.1, 0.6, 0.9, 0.9, 1.3, 1.9, 2.2}},
    {5, 3.0 / 20.0, {6.0, 20.0, 20.0, 26.0, 28.0}},
    {5, 8.0 / 65.0, {7.0, 12.0, 20.0, 23.0, 33.0}},
    {5, 1.0 / 7.0, {6.0, 7.0, 12.0, 14.0, 23.0}},
    {5, 7.0 / 45.0, {11.0, 12.0, 19.0, 21.0, 33.0}},
};

/* The dip of values that are not spread. Each is given `times` times, which changes no distribution
 * function. */
static double dip_of(size_t n, const double x[], size_t times)
{
    static const double none[64];
    double given[64];
    qd_error_t error = QD_ERROR_NONE;
    qd_bimodality_t out;
    assert_true(n * times <= QD_COUNT(given));
    for (size_t i = 0; i < n * times; i++)
        given[i] = x[i / times];
    assert_int_equal(qd_bimodality_of(n * times, given, none, 1, &out, &error), QD_OK);
    return out.dip;
}

static void test_dip_against_linear_programs(void **state)
{
    (void)state;
    for (size_t i = 0; i < QD_COUNT(solved); i++) {
        for (size_t times = solved[i].n < QD_DIP_VALUES_MIN ? 2 : 1; times <= 2; times++)
            QD_ASSERT_NEAR(dip_of(solved[i].n, solved[i].x, times), solved[i].dip, 1e-7);
    }
}

static double normal(uint64_t seed, uint32_t draw)
{
    return qd_random_normal((qd_luck_t){seed, 0}, QD_PURPOSE_BOOTSTRAP, 90, draw);
}

static qd_bimodality_t test_of(size_t n, const double x[])
{
    return qd_test_bimodality(n, x, NULL, 300, 1);
}

static void test_dip_is_invariant(void **state)
{
    (void)state;
    double x[25], y[25];
    const size_t n = 20, i = 5;
    assert_int_equal(solved[i].n, n);
    for (size_t k = 0; k < n; k++) {
        x[k] = 1000.0 + 7.0 * solved[i].x[k];
        y[n - 1 - k] = -solved[i].x[k];
    }
    QD_ASSERT_NEAR(dip_of(n, x, 1), solved[i].dip, 1e-7);
    QD_ASSERT_NEAR(dip_of(n, y, 1), solved[i].dip, 1e-7);
}

static void test_one_and_two_modes(void **state)
{
    (void)state;
    double one[1000], two[1000];
    for (uint32_t i = 0; i < 1000; i++) {
        one[i] = normal(4, i);
        two[i] = normal(4, i) + (i % 2 ? 2.5 : -2.5);
    }
    qd_bimodality_t a = test_of(1000, one), b = test_of(1000, two);
    assert_true(a.p > 0.2 && a.coefficient < 5.0 / 9.0);
    assert_true(b.p < 0.005 && b.coefficient > 5.0 / 9.0);
    QD_ASSERT_NEAR(b.p, 1.0 / 301.0, 1e-15);
    assert_int_equal(a.count, 1000);
}

/* Under the null (uniform) p is uniform: 5% of samples fall below 0.05. */
static void test_size_of_the_test(void **state)
{
    (void)state;
    size_t rejected = 0;
    for (uint64_t run = 0; run < 400; run++) {
        double x[60];
        for (uint32_t i = 0; i < 60; i++)
            x[i] = qd_random_uniform((qd_luck_t){12, run}, QD_PURPOSE_BOOTSTRAP, 91, i);
        rejected += test_of(60, x).p <= 0.05;
    }
    assert_in_range(rejected, 6, 38); /* 20 -+ four standard errors */
}

/* ---- lattices ------------------------------------------------------------------------------------------ */

/* Lattices of twelve steps: flat (the null itself once spread) and bell-shaped. Other lattices and shares of
 * counts: test_size_of_bimodality.c. */
static void test_size_on_a_lattice(void **state)
{
    (void)state;
    for (int bell = 0; bell < 2; bell++) {
        size_t rejected = 0;
        for (uint64_t run = 0; run < 100; run++) {
            double x[200];
            for (uint32_t i = 0; i < 200; i++) {
                qd_luck_t luck = {21, run};
                double u = qd_random_uniform(luck, QD_PURPOSE_BOOTSTRAP, 92, i);
                double z = qd_random_normal(luck, QD_PURPOSE_BOOTSTRAP, 92, i);
                x[i] = (bell ? rint(6.0 + 1.5 * z) : floor(13.0 * u)) / 12.0;
            }
            rejected += qd_test_bimodality(200, x, NULL, 60, run).p <= 0.05;
        }
        assert_in_range(rejected, 0, 5 + 7);
    }
}

/* Two modes on a lattice are found. */
static void test_power_on_lattices(void **state)
{
    (void)state;
    static double whole[1000], shares[1000], thirds[1000];
    for (uint32_t i = 0; i < 1000; i++) {
        double side = i % 2 ? 1.0 : -1.0, z = normal(6, i);
        whole[i] = rint(10.0 + 5.0 * side + 1.5 * z);
        shares[i] = rint(28.0 + 10.0 * side + 3.0 * z) / 56.0;
        thirds[i] = (i % 5 == 0 ? 1.0 : i % 2 ? 0.0 : 3.0) / 3.0; /* 0 and 1 often, 1/3 seldom */
    }
    assert_true(test_of(1000, whole).p < 0.005);
    assert_true(test_of(1000, shares).p < 0.005);
    assert_true(test_of(1000, thirds).p < 0.005);
}

/* Half the distance to the nearest value below (sign -1) or above (+1); infinite where there is none. */
static double half_gap(size_t n, const double x[], size_t i, double sign)
{
    double nearest = INFINITY;
    for (size_t j = 0; j < n; j++) {
        double distance = sign * (x[j] - x[i]);
        nearest = distance > 0.0 && distance < nearest ? distance : nearest;
    }
    return nearest / 2.0;
}

/* Mostly tied values that are no fractions lie anywhere between half way to the value below and half way to
 * that above; the least and the greatest as far to one side as to the other. Spread here by that rule, and by
 * the same draws, they have the same dip. The ties are where the ends and the middle would be missed. */
static void test_ties_are_spread_over_half_the_gaps(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double x[16]; /* ascending */
    } given[] = {
        {12, {0.1 * M_PI, 0.1 * M_PI, 0.1 * M_PI, M_SQRT2, M_SQRT2, M_E, M_PI, M_PI, M_PI, M_PI, M_PI, M_PI}},
        {11,
         {-M_E, -M_E, -M_E, -M_E, -M_E, -M_SQRT2, M_PI, M_PI, 7.0 * M_SQRT2, 7.0 * M_SQRT2, 7.0 * M_SQRT2}},
        {9, {-M_PI, -M_PI, -M_PI, -M_PI, M_E, M_E, M_E, M_E, M_E}},
        {13, {-M_PI, -M_E, -M_E, -M_E, -M_E, -M_E, M_SQRT1_2, M_SQRT1_2, M_SQRT1_2, M_E, M_E, M_E, M_E}},
    };
    for (size_t k = 0; k < QD_COUNT(given); k++) {
        for (uint64_t seed = 0; seed < 20; seed++) {
            size_t n = given[k].n;
            const double *x = given[k].x;
            double spread[16];
            qd_error_t error = QD_ERROR_NONE;
            qd_bimodality_t out;
            for (size_t i = 0; i < n; i++) {
                double below = half_gap(n, x, i, -1.0), above = half_gap(n, x, i, 1.0);
                below = isinf(below) ? above : below;
                above = isinf(above) ? below : above;
                spread[i] = x[i] - below +
                            (below + above) * qd_random_open((qd_luck_t){.seed = seed, .world = i},
                                                             QD_PURPOSE_BOOTSTRAP, QD_RESAMPLE_SPREAD, 0);
            }
            assert_int_equal(qd_bimodality_of(n, x, NULL, seed, &out, &error), QD_OK);
            QD_ASSERT_NEAR(out.dip, dip_of(n, spread, 1), 1e-15);
        }
    }
}

/* Values are not spread if only half of them are tied. */
static void test_half_tied_values_are_not_spread(void **state)
{
    (void)state;
    const double x[] = {-M_PI, -M_PI, -M_E, -M_E, M_SQRT1_2, M_SQRT1_2, M_SQRT2, M_SQRT2, M_PI, M_PI},
                 none[10] = {0};
    qd_bimodality_t found = test_of(10, x), expected;
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_bimodality_of(10, x, none, 1, &expected, &error), QD_OK);
    QD_ASSERT_NEAR(found.dip, expected.dip, 0.0);
}

static void test_first_values_are_taken_and_unknown_ones_left_out(void **state)
{
    (void)state;
    static double x[QD_DIP_VALUES_MAX + 500];
    for (uint32_t i = 0; i < QD_COUNT(x); i++)
        x[i] = i % 5 == 0 ? NAN : normal(7, i);
    qd_bimodality_t all = test_of(QD_COUNT(x), x);
    assert_int_equal(all.count, 2000);
    qd_bimodality_t first = test_of(QD_COUNT(x) - 1, x);
    assert_int_equal(first.count, 1999);
    x[0] = 3.0;
    assert_int_equal(test_of(QD_COUNT(x), x).count, QD_DIP_VALUES_MAX);
}

/* Against fractions worked out by hand from the formula of bimodality.h, without spreading. */
static void test_coefficient_of_small_samples(void **state)
{
    (void)state;
    const struct {
        size_t n;
        double x[10], coefficient;
    } row[] = {{4, {0, 0, 0, 1}, 2.0 / 7.0},
               {5, {1, 2, 3, 4, 10}, 485.0 / 1394.0},
               {10, {0, 0, 0, 0, 1, 1, 1, 5, 5, 6}, 1453599784.0 / 2482275897.0},
               {10, {0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, 56.0 / 99.0}};
    const double none[10] = {0};
    for (size_t i = 0; i < QD_COUNT(row); i++) {
        qd_bimodality_t out;
        qd_error_t error = QD_ERROR_NONE;
        assert_int_equal(qd_bimodality_of(row[i].n, row[i].x, none, 1, &out, &error), QD_OK);
        QD_ASSERT_NEAR(out.coefficient, row[i].coefficient, 1e-12);
    }
}

static void test_degenerate_samples(void **state)
{
    (void)state;
    const double same[] = {2.0, 2.0, 2.0, 2.0, 2.0};
    qd_bimodality_t out = test_of(5, same);
    QD_ASSERT_NEAR(out.dip, 0.0, 0.0);
    QD_ASSERT_NEAR(out.p, 1.0, 0.0);
    assert_true(isnan(out.coefficient));
    out = test_of(3, same);
    assert_true(isnan(out.dip) && isnan(out.p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dip_against_linear_programs),
        cmocka_unit_test(test_dip_is_invariant),
        cmocka_unit_test(test_one_and_two_modes),
        cmocka_unit_test(test_size_of_the_test),
        cmocka_unit_test(test_size_on_a_lattice),
        cmocka_unit_test(test_power_on_lattices),
        cmocka_unit_test(test_ties_are_spread_over_half_the_gaps),
        cmocka_unit_test(test_half_tied_values_are_not_spread),
        cmocka_unit_test(test_first_values_are_taken_and_unknown_ones_left_out),
        cmocka_unit_test(test_coefficient_of_small_samples),
        cmocka_unit_test(test_degenerate_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
