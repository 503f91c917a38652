/* Designs of experiments in the unit cube. Points are rows; prefixes are stable: the first k points of a
 * larger design of the same type, dimension and seed are those of the smaller one. All functions are pure,
 * apart from the memory they borrow, and thread-safe. A design that cannot be made is QD_ERROR_INPUT. */
#ifndef QD_DESIGN_DESIGN_H
#define QD_DESIGN_DESIGN_H

#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"

/* Most dimensions of GSL's Sobol' generator. */
#define QD_SOBOL_DIMENSIONS 40

/* Every function fills unit[points x dimensions], row by row, with values in [0,1). */

/* Latin hypercube of at most 2^20 points that grows by doubling: every prefix of n = 2^k points has one point
 * in each of the n strata [i/n, (i+1)/n) of every dimension. Any other prefix lies between two such: at most
 * one point a stratum of the finer grid, at least one a stratum of the coarser. */
QD_MUST_USE qd_status_t qd_design_lhs(size_t points, size_t dimensions, uint64_t seed, double unit[],
                                      qd_error_t *error);

/* Sobol' sequence, origin included, under a random digital shift; prefixes of 2^k points are balanced. */
QD_MUST_USE qd_status_t qd_design_sobol(size_t points, size_t dimensions, uint64_t seed, double unit[],
                                        qd_error_t *error);

/* Saltelli's design for `base` samples: base * (dimensions + 2) points, in blocks of dimensions + 2: A, AB_1
 * .. AB_d, B (AB_i: A with column i from B). A and B are the halves of a Sobol' sequence of twice the
 * dimensions. Needs 2 * dimensions <= QD_SOBOL_DIMENSIONS. */
QD_MUST_USE qd_status_t qd_design_saltelli(size_t base, size_t dimensions, uint64_t seed, double unit[],
                                           qd_error_t *error);

/* Morris's trajectories on a grid of `levels` (even, >= 4) values l/(levels - 1), the last of which is told
 * as 1 - 2^-53: trajectories * (dimensions + 1) points; point k+1 of a trajectory differs from point k in one
 * factor by
 * +-levels/(2 (levels - 1)). moved[trajectory * dimensions + k] is that factor. */
QD_MUST_USE qd_status_t qd_design_morris(size_t trajectories, size_t dimensions, size_t levels, uint64_t seed,
                                         double unit[], size_t moved[], qd_error_t *error);

#endif
