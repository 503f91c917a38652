/* labels: validation slow */
/* Case 9: exact expectations for random propensities and random shares, compared with samples.
 * Each test prints expected and found values with the standard error, and allows four of them. */
#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>

#include "landscape/published.h"
#include "math/elementary.h"
#include "measure/structure.h"

/* Mean over `count` values with sum and sum of squares, against an expectation. */
static void check_mean(const char *quantity, double expected, double sum, double squares, double count)
{
    char found[80], wanted[40];
    double mean = sum / count, variance = (squares - sum * mean) / (count - 1.0);
    double error = sqrt(variance / count), z = (mean - expected) / error;
    snprintf(wanted, sizeof wanted, "%.6f", expected);
    snprintf(found, sizeof found, "%.6f (standard error %.6f, z = %+.2f)", mean, error, z);
    printf("validation | 9 | null model | %s | %s | %s\n", quantity, wanted, found);
    fflush(stdout);
    assert_true(fabs(z) <= 4.0);
}

/* ---- stable configurations ----------------------------------------------------------------------------- */

typedef struct {
    size_t n;
    const double *size;
} sizes_t;

/* phi(z) prod_i Phi(s_i z / sqrt(sum s^2 - 2 s_i^2)): the fields s_i z + sqrt(...) e_i share one factor z. */
static double integrand(double z, void *context)
{
    const sizes_t *self = context;
    double squares = 0.0, product = gsl_ran_ugaussian_pdf(z);
    for (size_t i = 0; i < self->n; i++)
        squares += self->size[i] * self->size[i];
    for (size_t i = 0; i < self->n; i++)
        product *=
            gsl_cdf_ugaussian_P(self->size[i] * z / sqrt(squares - 2.0 * self->size[i] * self->size[i]));
    return product;
}

static double expected_minima(size_t n, const double size[])
{
    sizes_t sizes = {n, size};
    gsl_function f = {.function = integrand, .params = &sizes};
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(1000);
    double integral, error;
    gsl_integration_qag(&f, -12.0, 12.0, 0.0, 1e-11, 1000, GSL_INTEG_GAUSS61, space, &integral, &error);
    gsl_integration_workspace_free(space);
    return ldexp(integral, (int)n - 1);
}

static void sample_minima(const char *quantity, size_t n, const double size[], uint64_t samples,
                          double expected)
{
    double sum = 0.0, squares = 0.0;
    qd_landscape_t *self = make_landscape(n, QD_RULE_TWO_CAMPS, QD_METHOD_EXACT);
    self->skip_basins = true;
    memcpy(self->size, size, n * sizeof *size);
    for (uint64_t world = 0; world < samples; world++) {
        draw_propensities(self, (uint64_t)n << 32 | world);
        qd_landscape_answer_t *answer = solve(self, n > 14 ? 2 : 0);
        double minima = (double)answer->minima_total;
        sum += minima;
        squares += minima * minima;
        qd_landscape_answer_free(answer);
    }
    qd_landscape_free(self);
    check_mean(quantity, expected, sum, squares, (double)samples);
}

static void equal_sizes(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double published;
        uint64_t samples;
    } cases[] = {{4, 1.197901, 40000},  {6, 1.762663, 40000},  {8, 2.613252, 40000},
                 {10, 3.882841, 20000}, {12, 5.774683, 40000}, {20, 28.345671, 300}};
    double size[20];
    for (size_t i = 0; i < 20; i++)
        size[i] = 1.0;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char quantity[96];
        double expected = expected_minima(cases[k].n, size);
        snprintf(quantity, sizeof quantity, "formula, stable configurations of %zu equal states", cases[k].n);
        char published[32], found[32];
        snprintf(published, sizeof published, "%.6f", cases[k].published);
        snprintf(found, sizeof found, "%.6f", expected);
        published_text("9", "null model", quantity, published, found);
        snprintf(quantity, sizeof quantity, "sampled, stable configurations of %zu equal states", cases[k].n);
        sample_minima(quantity, cases[k].n, size, cases[k].samples, expected);
    }
}

static void unequal_sizes(void **state)
{
    (void)state;
    const double two_poles[10] = {3, 2.9, 1, 1, 1, 1, 0.8, 0.8, 0.5, 0.5};
    const double steps[8] = {4, 3.5, 3, 2.5, 2, 1.5, 1, 0.5};
    sample_minima("sampled, stable configurations of two poles and eight minors", 10, two_poles, 20000,
                  expected_minima(10, two_poles));
    sample_minima("sampled, stable configurations of eight states of falling size", 8, steps, 30000,
                  expected_minima(8, steps));
}

/* ---- shares -------------------------------------------------------------------------------------------- */

/* Dirichlet(1) shares: exponentials over their sum. */
static void draw_shares(size_t n, uint64_t world, double share[])
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        share[i] =
            -qd_log(qd_random_open((qd_luck_t){12, world}, QD_PURPOSE_LANDSCAPE, (uint32_t)n, (uint32_t)i));
        sum += share[i];
    }
    for (size_t i = 0; i < n; i++)
        share[i] /= sum;
}

static void dirichlet_shares(void **state)
{
    (void)state;
    const size_t sizes[] = {3, 5, 8, 32};
    const double samples = 100000.0;
    for (size_t k = 0; k < 4; k++) {
        size_t n = sizes[k];
        double sum = 0.0, squares = 0.0, over = 0.0, share[32];
        for (uint64_t world = 0; world < (uint64_t)samples; world++) {
            double most = 0.0;
            draw_shares(n, world, share);
            /* sum s^2 by way of the engine's concentration: R^2 (1 - 1/N) + 1/N. */
            double ray = qd_measure_concentration(n, share);
            double herfindahl = ray * ray * (1.0 - 1.0 / (double)n) + 1.0 / (double)n;
            for (size_t i = 0; i < n; i++)
                most = share[i] > most ? share[i] : most;
            sum += herfindahl;
            squares += herfindahl * herfindahl;
            over += most > 0.5;
        }
        char quantity[96];
        snprintf(quantity, sizeof quantity, "E sum s^2 of %zu Dirichlet(1) shares", n);
        check_mean(quantity, 2.0 / (double)(n + 1), sum, squares, samples);
        if (n > 8)
            continue; /* 32 states: once in 67 million worlds */
        snprintf(quantity, sizeof quantity, "P(some share > 1/2) of %zu Dirichlet(1) shares", n);
        check_mean(quantity, ldexp((double)n, 1 - (int)n), over, over, samples);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_sizes),
        cmocka_unit_test(unequal_sizes),
        cmocka_unit_test(dirichlet_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
