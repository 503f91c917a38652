/* Designs of experiments in the unit cube. Points are rows; prefixes are stable: the first k points of a
 * larger design of the same type, dimension and seed are those of the smaller one. All functions are pure,
 * apart from the memory they borrow, and thread-safe. A design that does not exist is QD_ERROR_INPUT. */
#ifndef QD_DESIGN_DESIGN_H
#define QD_DESIGN_DESIGN_H

#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"

/* Most dimensions of GSL's Sobol' generator. */
#define QD_SOBOL_DIMENSIONS 40

/* Every function fills unit[points x dimensions], row by row, with values in [0,1), or in [0,1] where
 * stated. */

/* Latin hypercube of at most 2^20 points: each of the n strata [i/n, (i+1)/n) of every dimension has one of
 * the n points. It grows by doubling: the first n points of the design of 2 n are the design of n. */
QD_MUST_USE qd_status_t qd_design_lhs(size_t points, size_t dimensions, uint64_t seed, double unit[],
                                      qd_error_t *error);

/* Puts all points of one dimension of such a design at one random place inside their strata (systematic
 * sampling), for a factor with finitely many values: a value of probability p is then the quantile of
 * floor(n p) or ceil(n p) of the n points, and of n p in expectation over seeds. */
void qd_design_lhs_align(size_t points, size_t dimensions, size_t dimension, uint64_t seed, double unit[]);

/* Sobol' sequence, origin included, under a random digital shift; prefixes of 2^k points are balanced. */
QD_MUST_USE qd_status_t qd_design_sobol(size_t points, size_t dimensions, uint64_t seed, double unit[],
                                        qd_error_t *error);

/* Saltelli's design for `base` samples: base * (dimensions + 2) points, in blocks of dimensions + 2: A, AB_1
 * .. AB_d, B (AB_i: A with column i from B). A and B are the halves of a Sobol' sequence of twice the
 * dimensions. Needs 2 * dimensions <= QD_SOBOL_DIMENSIONS. */
QD_MUST_USE qd_status_t qd_design_saltelli(size_t base, size_t dimensions, uint64_t seed, double unit[],
                                           qd_error_t *error);

/* Morris's (1991) trajectories. Factor d has L = levels[d] >= 1 grid levels at l/(L - 1), both ends of [0,1]
 * included (0 where L is 1). Fills trajectories * (dimensions + 1) points: point k + 1 of a trajectory
 * differs from point k in the factor moved[trajectory * dimensions + k] alone, by L/(2 (L - 1)) up or down;
 * by (L - 1)/2 or (L + 1)/2 levels where L is odd. Levels are used equally: among every L trajectories,
 * counted from the first, one begins and one ends at each level. */
QD_MUST_USE qd_status_t qd_design_morris(size_t trajectories, size_t dimensions, const size_t levels[],
                                         uint64_t seed, double unit[], size_t moved[], qd_error_t *error);

#endif
