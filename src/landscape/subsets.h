/* The best partitions of up to 22 actors into blocs, by dynamic programming over subsets.
 *
 * With v(B) = sum of w_ij over the pairs within B, the most that a set S can hold within blocs is
 *   best(S) = max over B, subset of S that contains its lowest actor, of v(B) + best(S \ B),
 * and the number of partitions that reach it is the sum of those of S \ B over the maximising B. The bloc of
 * actor 0 is chosen first, so that only subsets without it are needed: 3^(n-1) / 2 steps. D = sum of positive
 * w - best(all). */
#ifndef QD_LANDSCAPE_SUBSETS_H
#define QD_LANDSCAPE_SUBSETS_H

#include "landscape/weights.h"

/* The optimal partitions into an answer whose `minimum` array is empty; n at most QD_BLOCS_EXACT_MAX. Stable
 * partitions that are not optimal are not looked for: the answer's scope is QD_MINIMA_OPTIMAL. */
QD_MUST_USE qd_status_t qd_subsets_solve(const qd_weights_t *weights, const qd_runner_t *runner,
                                         qd_landscape_answer_t *answer, qd_error_t *error);

#endif
