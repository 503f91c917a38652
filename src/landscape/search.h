/* Multi-start search for landscapes that are too large to enumerate.
 *
 * Each start makes four descents: a random configuration, best replies of the kernel's game until nobody
 * moves, annealing, Kernighan and Lin's passes. The four results are fused in pairs (fusion.h), and best
 * replies follow once more, so that the result of a start is stable in the kernel's own game. It is a function of
 * (weights, rule, seed, start) alone; results are joined in the order of the starts. */
#ifndef QD_LANDSCAPE_SEARCH_H
#define QD_LANDSCAPE_SEARCH_H

#include "landscape/weights.h"

/* Greatest number of distinct results that a search keeps, and that its answer lists. */
#define QD_SEARCH_KEPT_MAX   10000
#define QD_SEARCH_LISTED_MAX 100

/* Fills an answer whose `minimum` array is empty; its scope is QD_MINIMA_FOUND and it is not exact. */
QD_MUST_USE qd_status_t qd_search_solve(const qd_landscape_t *landscape, const qd_weights_t *weights,
                                        const qd_runner_t *runner, qd_landscape_answer_t *answer,
                                        qd_error_t *error);

#endif
