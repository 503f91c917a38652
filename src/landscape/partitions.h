/* All partitions of up to 13 actors: the stable ones, and the end of steepest descent from each.
 *
 * Partitions are restricted growth strings g (g_0 = 0, g_i at most 1 + the largest before), in lexicographic
 * order; the rank of a partition in that order is its key. The walk is depth first: placing actor d in bloc k
 * adds w_.d to the offers of bloc k, so that all offers are known at each complete partition. D = sum of
 * positive w - sum of w within blocs. */
#ifndef QD_LANDSCAPE_PARTITIONS_H
#define QD_LANDSCAPE_PARTITIONS_H

#include "landscape/weights.h"

/* Number of partitions of n actors (Bell 1934); infinite from n = 219 on. */
double qd_bell_number(size_t n);

/* Solves the whole landscape into an answer whose `minimum` array is empty; n <= QD_BLOCS_STABLE_MAX. */
QD_MUST_USE qd_status_t qd_partitions_solve(const qd_landscape_t *landscape, const qd_weights_t *weights,
                                            const qd_runner_t *runner, qd_landscape_answer_t *answer,
                                            qd_error_t *error);

#endif
