/* Every partition of up to 13 actors: which are stable, and where steepest descent leads.
 *
 * Partitions are restricted growth strings g (g_0 = 0, g_i at most 1 + the largest before), in lexicographic
 * order; the rank of one in that order is its key. They are walked depth first: placing actor d in bloc k
 * adds w_.d to what bloc k offers everyone, so that at a whole partition all offers are at hand. D = sum of
 * positive w - sum of w within blocs. */
#ifndef QD_LANDSCAPE_PARTITIONS_H
#define QD_LANDSCAPE_PARTITIONS_H

#include "landscape/weights.h"

/* Number of partitions of n actors (Bell 1934); infinite from n = 219 on. */
double qd_bell_number(size_t n);

/* The whole landscape into an answer whose `minimum` array is empty; n at most QD_BLOCS_STABLE_MAX. */
QD_MUST_USE qd_status_t qd_partitions_solve(const qd_landscape_t *landscape, const qd_weights_t *weights,
                                            const qd_runner_t *runner, qd_landscape_answer_t *answer,
                                            qd_error_t *error);

#endif
