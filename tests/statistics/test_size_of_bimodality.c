/* labels: validation slow */
/* Type-I error of the test for two modes where values lie on lattices: unimodal distributions must not be
 * taken for bimodal ones because of their ties. */
#include "statistics/dip_test.h"
#include "support/check.h"

#define RUNS 400
#define MOST (0.05 + 3.0 * 0.0109) /* 5% and three standard errors */

typedef enum { FLAT, BINOMIAL, EDGE, KINDS } kind_t;

static double share(uint64_t run, uint32_t i, kind_t kind)
{
    double u = qd_random_open((qd_luck_t){21, run}, QD_PURPOSE_BOOTSTRAP, 92, i);
    double z = qd_random_normal((qd_luck_t){22, run}, QD_PURPOSE_BOOTSTRAP, 92, i);
    return kind == FLAT ? u : kind == EDGE ? u * u : fmin(fmax(0.5 + 0.15 * z, 0.0), 1.0 - 1e-9);
}

/* Share of RUNS unimodal samples whose p is at most 0.05: value i is made by `make`. */
static double size_of_test(double make(uint64_t run, uint32_t i, kind_t kind, double scale, double *step),
                           bool stated, kind_t kind, double scale)
{
    enum { VALUES = 300 };
    double x[VALUES], step[VALUES];
    size_t rejected = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        for (uint32_t i = 0; i < VALUES; i++)
            x[i] = make(run, i, kind, scale, &step[i]);
        rejected += qd_test_bimodality(VALUES, x, stated ? step : NULL, 100, 1 + run).p <= 0.05;
    }
    return (double)rejected / RUNS;
}

/* A lattice of `steps` + 1 values from 0 to 1. */
static double on_lattice(uint64_t run, uint32_t i, kind_t kind, double steps, double *step)
{
    *step = 1.0 / steps;
    return floor(share(run, i, kind) * (steps + 1.0)) / steps;
}

/* The same in other units, so that values are no fractions of small numbers. */
static double on_odd_lattice(uint64_t run, uint32_t i, kind_t kind, double steps, double *step)
{
    return 0.1234 + 0.7654321 * M_PI * on_lattice(run, i, kind, steps, step);
}

/* k of c crises, c around `crises` and another one in each world. */
static double of_crises(uint64_t run, uint32_t i, kind_t kind, double crises, double *step)
{
    double z = qd_random_normal((qd_luck_t){23, run}, QD_PURPOSE_BOOTSTRAP, 93, i), hits = 0.0;
    double count = fmax(1.0, rint(crises + sqrt(crises) * z)), p = kind == EDGE ? 0.1 : 0.5;
    *step = 1.0 / count;
    if (kind == FLAT)
        return floor(share(run, i, FLAT) * (count + 1.0)) / count;
    for (uint32_t k = 0; k < (uint32_t)count; k++)
        hits += qd_random_uniform((qd_luck_t){24, run}, QD_PURPOSE_BOOTSTRAP, 94, i * 256 + k) < p;
    return hits / count;
}

static void tell(const char *what, double worst)
{
    print_message(
        "validation | 12 | test for two modes | type-I error, worst of %s | <= 0.05 (+ 0.033) | %.3f\n", what,
        worst);
    assert_true(worst <= MOST);
}

/* Uniform lattices (the null itself), bell-shaped ones and ones that decrease from an edge. */
static void test_lattices(void **state)
{
    (void)state;
    const double steps[] = {1.0, 5.0, 12.0, 56.0, 120.0, 500.0};
    double worst = 0.0, odd = 0.0;
    for (size_t s = 0; s < QD_COUNT(steps); s++)
        for (kind_t kind = FLAT; kind < KINDS; kind++) {
            worst = fmax(worst, size_of_test(on_lattice, false, kind, steps[s]));
            if (steps[s] <= 56.0) /* beyond, few of 300 values are tied */
                odd = fmax(odd, size_of_test(on_odd_lattice, false, kind, steps[s]));
        }
    tell("lattices of 1 to 500 steps", worst);
    tell("lattices of 1 to 56 steps in odd units", odd);
}

/* With each world's number of crises stated, and without. Of few crises, 0 and 1 then stand out as atoms. */
static void test_shares_of_counts(void **state)
{
    (void)state;
    const double crises[] = {4.0, 8.0, 20.0, 60.0};
    double stated = 0.0, unstated = 0.0;
    for (size_t s = 0; s < QD_COUNT(crises); s++)
        for (kind_t kind = FLAT; kind < KINDS; kind++) {
            stated = fmax(stated, size_of_test(of_crises, true, kind, crises[s]));
            if (crises[s] > 4.0)
                unstated = fmax(unstated, size_of_test(of_crises, false, kind, crises[s]));
        }
    tell("shares of 4 to 60 crises", stated);
    tell("shares of 8 to 60 crises whose number is unknown", unstated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lattices),
        cmocka_unit_test(test_shares_of_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
