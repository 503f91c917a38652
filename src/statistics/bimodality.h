/* Multimodality of a distribution: Hartigan's dip test, and Sarle's coefficient beside it.
 *
 * The dip (Hartigan and Hartigan 1985) is the greatest distance between the empirical distribution function
 * and the unimodal one nearest to it: between 1/(2n) and 1/4. The test's null is the uniform distribution,
 * the least favourable of the unimodal ones; its p is simulated.
 *
 * The test counts every atom of a discrete distribution as a mode, so ties are spread first. Spreading the
 * values of a lattice uniformly over its step turns a unimodal lattice into a unimodal density, and a uniform
 * one into the null itself. The caller may state each value's step: a share of counts, k of c, has 1/c.
 * Otherwise the step is read from the values, which are mostly whole numbers or fractions. Fractions with
 * different denominators lie on no common lattice. Their step is wide, so that the test has less power for
 * modes that are closer than one over a typical denominator. */
#ifndef QD_STATISTICS_BIMODALITY_H
#define QD_STATISTICS_BIMODALITY_H

#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/runner.h"

/* Greatest number of values tested: the first worlds. */
#define QD_DIP_VALUES_MAX 2000

/* Smaller samples are not tested. */
#define QD_DIP_VALUES_MIN 4

typedef struct {
    size_t count; /* values tested */
    double dip;
    double p; /* (1 + how many simulated dips are as large) / (1 + simulations); NaN below 4 values */
    double coefficient; /* Sarle's (g^2 + 1) / (k + 3 (n-1)^2 / ((n-2)(n-3))), g skewness, k excess kurtosis;
                           5/9 for the uniform distribution; above it two modes are possible (SAS
                           Institute 1990; Pfister et al. 2013); NaN below 4 values or where all are equal */
} qd_bimodality_t;

/* Dip and coefficient of the first QD_DIP_VALUES_MAX of value[0..n-1] that are not NaN, spread by the stream
 * (seed, world = position, QD_PURPOSE_BOOTSTRAP), each over step[i] (value - step/2 .. value + step/2), or,
 * if `step` is NULL, over the step that the ties of all values imply. Where all values are equal the dip is
 * 0. p is left NaN. The same input gives the same answer. QD_ERROR_MEMORY only, as below. */
QD_MUST_USE qd_status_t qd_bimodality_of(size_t n, const double value[], const double step[], uint64_t seed,
                                         qd_bimodality_t *out, qd_error_t *error);

/* Dips of `simulations` uniform samples of n values: the null distribution of all tests of n values. */
typedef struct {
    size_t n, simulations;
    double *dip;
} qd_dip_null_t;

/* n >= 1, simulations >= 1; to be freed, also after a failure. The same on any number of threads of `runner`
 * (NULL: one). */
QD_MUST_USE qd_status_t qd_dip_null_init(qd_dip_null_t *self, size_t n, size_t simulations, uint64_t seed,
                                         const qd_runner_t *runner, qd_error_t *error);
void qd_dip_null_free(qd_dip_null_t *self);

/* p of a dip: (1 + how many simulated ones are as large) / (1 + simulations). */
double qd_dip_null_p(const qd_dip_null_t *self, double dip);

#endif
