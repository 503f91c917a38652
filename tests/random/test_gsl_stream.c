/* labels: statistics */
/* The same stream as a GSL generator. */
#include "support/check.h"

#include <gsl/gsl_randist.h>

static void test_same_numbers(void **state)
{
    (void)state;
    gsl_rng *rng = gsl_rng_alloc(qd_gsl_rng_philox);
    assert_non_null(rng);
    assert_string_equal(gsl_rng_name(rng), "quadrille-philox4x32-10");
    gsl_rng_set(rng, 42);
    qd_luck_t start = {.seed = 42};
    for (uint32_t i = 0; i < 1000; i++)
        assert_true(gsl_rng_uniform(rng) == qd_random_uniform(start, QD_PURPOSE_PARAMETERS, 0, i));
    qd_luck_t luck = {.seed = 42, .world = 1ull << 50};
    qd_gsl_rng_at(rng, luck, QD_PURPOSE_BOOTSTRAP, 6);
    for (uint32_t i = 0; i < 1000; i++)
        assert_true(gsl_rng_uniform(rng) == qd_random_uniform(luck, QD_PURPOSE_BOOTSTRAP, 6, i));
    qd_gsl_rng_at(rng, luck, QD_PURPOSE_BOOTSTRAP, 6);
    for (uint32_t i = 0; i < 1000; i++) {
        unsigned long word = gsl_rng_get(rng);
        assert_true(word == qd_random_bits(luck, QD_PURPOSE_BOOTSTRAP, 6, i) >> 32);
        assert_true(word >= gsl_rng_min(rng) && word <= gsl_rng_max(rng));
    }
    gsl_rng_free(rng);
}

/* A copy continues as the original does; the two are independent. */
static void test_clone(void **state)
{
    (void)state;
    gsl_rng *rng = gsl_rng_alloc(qd_gsl_rng_philox);
    assert_non_null(rng);
    qd_gsl_rng_at(rng, (qd_luck_t){.seed = 1, .world = 2}, QD_PURPOSE_DESIGN, 3);
    for (int i = 0; i < 7; i++)
        (void)gsl_rng_uniform(rng);
    gsl_rng *copy = gsl_rng_clone(rng);
    assert_non_null(copy);
    double first = gsl_rng_uniform(rng);
    assert_true(gsl_rng_uniform(copy) == first);
    assert_true(gsl_rng_uniform(rng) != first);
    gsl_rng_free(copy);
    gsl_rng_free(rng);
}

/* GSL's own distributions work on it: gamma and shuffles. */
static void test_distributions_of_gsl(void **state)
{
    (void)state;
    enum { N = 50000 };
    gsl_rng *rng = gsl_rng_alloc(qd_gsl_rng_philox);
    assert_non_null(rng);
    gsl_rng_set(rng, 7);
    double sum = 0.0, square = 0.0, first = 0.0;
    for (int i = 0; i < N; i++) {
        double g = gsl_ran_gamma(rng, 8.0, 1.0);
        sum += g;
        square += (g - 8.0) * (g - 8.0);
        int deck[5] = {0, 1, 2, 3, 4};
        gsl_ran_shuffle(rng, deck, 5, sizeof deck[0]);
        first += deck[0];
    }
    QD_ASSERT_NEAR(sum / N, 8.0, 5 * sqrt(8.0 / N));
    QD_ASSERT_NEAR(square / N, 8.0, 5 * sqrt(2.0 * 64 * 1.75 / N));
    QD_ASSERT_NEAR(first / N, 2.0, 5 * sqrt(2.0 / N));
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_numbers),
        cmocka_unit_test(test_clone),
        cmocka_unit_test(test_distributions_of_gsl),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
