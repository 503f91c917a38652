/* The exact methods: partitions into blocs, and two camps. */
#ifndef QD_LANDSCAPE_METHODS_H
#define QD_LANDSCAPE_METHODS_H

#include "landscape/answer.h"
#include "landscape/weights.h"
#include "quadrille/landscape.h"

/* All partitions of up to 13 actors: the stable ones, and the end of steepest descent from each.
 *
 * Partitions are restricted growth strings g (g_0 = 0, g_i at most 1 + the largest before), in lexicographic
 * order; the rank of a partition in that order is its key. The walk is depth first: placing actor d in bloc k
 * adds w_.d to the offers of bloc k, so that all offers are known at each complete partition. D = sum of
 * positive w - sum of w within blocs. */

/* Number of partitions of n actors (Bell 1934); infinite from n = 219 on. */
double qd_bell_number(size_t n);

/* Solves the whole landscape into an answer whose `minimum` array is empty; n <= QD_BLOCS_STABLE_MAX. */
QD_MUST_USE qd_status_t qd_partitions_solve(const qd_landscape_t *landscape, const qd_weights_t *weights,
                                            const qd_runner_t *runner, qd_landscape_answer_t *answer,
                                            qd_error_t *error);

/* The best partitions of up to 22 actors into blocs, by dynamic programming over subsets.
 *
 * With v(B) = sum of w_ij over the pairs within B, the most that a set S can hold within blocs is
 *   best(S) = max over B, subset of S that contains its lowest actor, of v(B) + best(S \ B),
 * and the number of partitions that reach it is the sum of those of S \ B over the maximising B. The bloc of
 * actor 0 is chosen first, so that only subsets without it are needed: 3^(n-1) / 2 steps. D = sum of positive
 * w - best(all). */

/* The optimal partitions into an answer whose `minimum` array is empty; n at most QD_BLOCS_EXACT_MAX. The
 * method does not search for stable partitions that are not optimal: the answer's scope is
 * QD_MINIMA_OPTIMAL. */
QD_MUST_USE qd_status_t qd_subsets_solve(const qd_weights_t *weights, const qd_runner_t *runner,
                                         qd_landscape_answer_t *answer, qd_error_t *error);

/* All configurations of two camps, in Gray-code order.
 *
 * Actor 0 stays on side 0, because configurations that differ by swapping the sides are the same; bit b of a
 * configuration's code is the side of actor b + 1. With x = +1 on side 0 and -1 on side 1, h_i = sum_j w_ij
 * x_j and the gain g_i = x_i h_i: switching actor i changes the sum over pairs i<j of w_ij d_ij by g_i. A
 * configuration is a minimum when no g_i is negative. From one Gray code to the next one actor switches, so
 * that h changes by one row of w: O(n) a configuration. */

/* Solves the whole landscape into an answer whose `minimum` array is empty: walks in parallel, keeps the
 * minima, counts basins up to QD_TWO_CAMPS_BASINS_MAX actors. */
QD_MUST_USE qd_status_t qd_two_camps_solve(const qd_landscape_t *landscape, const qd_weights_t *weights,
                                           const qd_runner_t *runner, qd_landscape_answer_t *answer,
                                           qd_error_t *error);

#endif
