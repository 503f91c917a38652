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

/* Solves the whole landscape into an answer whose `minimum` array is empty: walks in parallel, keeps the minima,
 * counts basins up to QD_TWO_CAMPS_BASINS_MAX actors. */
QD_MUST_USE qd_status_t qd_two_camps_solve(const qd_landscape_t *landscape, const qd_weights_t *weights,
                                           const qd_runner_t *runner, qd_landscape_answer_t *answer,
                                           qd_error_t *error);

#endif
