/* All configurations of two camps, in Gray-code order.
 *
 * Actor 0 stays on side 0, because configurations that differ by swapping the sides are the same; bit b of a
 * configuration's code is the side of actor b + 1. With x = +1 on side 0 and -1 on side 1, h_i = sum_j w_ij
 * x_j and the gain g_i = x_i h_i: switching actor i changes the sum over pairs i<j of w_ij d_ij by g_i. A
 * configuration is a minimum when no g_i is negative. From one Gray code to the next one actor switches, so
 * that h changes by one row of w: O(n) a configuration. */
#ifndef QD_LANDSCAPE_TWO_CAMPS_H
#define QD_LANDSCAPE_TWO_CAMPS_H

#include "landscape/found.h"
#include "landscape/weights.h"

#define QD_STAYS 0xff /* entry of `next` of a minimum */

/* Walks the Gray codes t ^ (t >> 1) of first <= t < last and adds the minima to `found` (energy: sum over
 * pairs i<j across of w_ij; key: code). Where `next` is not NULL, next[code] becomes the actor whose switch
 * lowers the energy most (ties: the lowest), or QD_STAYS. `scratch`: 2 * padded doubles. */
void qd_two_camps_walk(const qd_weights_t *weights, uint64_t first, uint64_t last, qd_found_t *found,
                       uint8_t next[], double scratch[]);

/* The code after `actor` switches sides in `code`. */
uint64_t qd_two_camps_switch(uint64_t code, size_t actor, size_t actors);

/* Follows `next` from each of the 2^(n-1) codes: basin[code] becomes the number of codes that lead to `code`,
 * for minima; 0 for others. `root`: scratch of the same length. */
void qd_two_camps_basins(const uint8_t next[], size_t actors, uint32_t root[], uint32_t basin[]);

/* Solves the whole landscape into an answer whose `minimum` array is empty: walks in parallel, keeps the minima,
 * counts basins up to QD_TWO_CAMPS_BASINS_MAX actors. */
QD_MUST_USE qd_status_t qd_two_camps_solve(const qd_landscape_t *landscape, const qd_weights_t *weights,
                                           const qd_runner_t *runner, qd_landscape_answer_t *answer,
                                           qd_error_t *error);

#endif
