/* The precision stop.
 *
 * Of an outcome: each (point, order) ends at the first look at which its interval, cut at the bounds of the
 * outcome, reaches no further than the half width from the mean on either side. Of claims: each cell ends
 * when no claim needs it any more (engine/claim_sequences.h).
 *
 * The run looks every QD_LOOK_SIZE worlds, in the order of the worlds and not of the threads: blocks that
 * finish early wait, and blocks beyond the stop are dropped. All cells of a group (engine/groups.h) are
 * looked at together, with the same worlds. The stopping point, and with it the result, is therefore the same
 * for any number of threads and after any resume. The intervals are a confidence sequence, valid at every
 * look (statistics/interval.h). Not thread-safe: the caller holds a lock. */
#ifndef QD_ENGINE_STOPPING_H
#define QD_ENGINE_STOPPING_H

#include "engine/claim_sequences.h"
#include "engine/dispatch.h"
#include "quadrille/experiment.h"
#include "statistics/interval.h"
#include "store/index.h"
#include "store/parts.h"

typedef struct qd_stopping qd_stopping_t;

/* Only _free accepts NULL. The experiment has a precision and outlives the object. */
QD_MUST_USE qd_status_t qd_stopping_new(const qd_experiment_t *experiment, qd_stopping_t **self,
                                        qd_error_t *error);
void qd_stopping_free(qd_stopping_t *self);

/* Repeats the looks at the worlds of earlier sessions, and limits the index to the worlds looked at. Worlds
 * of runs with other limits (a fixed number of worlds, another half width, another maximum) that reach beyond
 * are left out, and the gaps are played again. */
QD_MUST_USE qd_status_t qd_stopping_resume(qd_stopping_t *self, qd_index_t *done, qd_error_t *error);

/* Sends rank 0's state of all looks to every rank. */
void qd_stopping_share(qd_stopping_t *self, const qd_ranks_t *ranks);

/* Takes a finished block, which lies within one look. A block looked at before (it fills a gap) goes to
 * `parts`. Other blocks are whole looks (the last of all may be shorter): they wait, go to `parts` in order,
 * or are dropped. */
QD_MUST_USE qd_status_t qd_stopping_offer(qd_stopping_t *self, const qd_segment_t *block, qd_parts_t *parts,
                                          qd_error_t *error);

/* Closes in the dispatcher the cells of (point, order)'s group that need no more worlds. */
void qd_stopping_close(const qd_stopping_t *self, qd_dispatch_t *dispatch, size_t point, size_t order);

/* Whether (point, order) needs no further looks: its interval is narrow, no claim waits for it, or all its
 * worlds are done. */
bool qd_stopping_settled(const qd_stopping_t *self, size_t point, size_t order);

/* Returns n: worlds 0 .. n - 1 of (point, order) have been looked at. */
uint64_t qd_stopping_looked(const qd_stopping_t *self, size_t point, size_t order);

/* The final number of worlds of (point, order): those looked at if it ended early, else all of the
 * experiment's. */
uint64_t qd_stopping_target(const qd_stopping_t *self, size_t point, size_t order);

/* The interval of the outcome at the last look at (point, order), valid at all looks at once; NaN before the
 * first, and where claims stop the run. */
qd_interval_t qd_stopping_interval(const qd_stopping_t *self, size_t point, size_t order);

/* Number of (point, order) pairs whose interval is narrow, replicas included, points that robustness varies
 * left out; or of awaited claims that are decided. */
size_t qd_stopping_count(const qd_stopping_t *self);

/* The number of all such pairs, or of all awaited claims. */
size_t qd_stopping_size(const qd_stopping_t *self);

/* The number of such pairs that were looked at: in a shard, its own. */
size_t qd_stopping_seen(const qd_stopping_t *self);

/* The claims' sequences, or NULL where claims do not stop the run. `self` may be NULL. */
const qd_claim_sequences_t *qd_stopping_claims(const qd_stopping_t *self);

#endif
