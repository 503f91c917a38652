/* Ranks and threads.
 *
 * Ranks are the processes that share a run: one, or the ranks of an mpirun where quadrille was built with QUADRILLE_MPI. No other
 * file speaks MPI. All functions of ranks but _ticket and _call_off are collective: every rank calls them in the same order, one
 * thread at a time (the engine's lock). If a rank dies, MPI ends the others; flushed worlds survive. */
#ifndef QD_ENGINE_PARALLEL_H
#define QD_ENGINE_PARALLEL_H

#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/landscape.h"
#include "quadrille/run.h"

struct qd_ranks {
    int rank, size;
    uint64_t next; /* the next ticket; where there are several ranks, rank 0's is the one that counts */
    void *window;  /* of that counter; NULL where there is one rank */
};

#define QD_RANKS_ALONE ((qd_ranks_t){.rank = 0, .size = 1})

/* Determines the ranks; one without MPI. */
QD_MUST_USE qd_status_t qd_ranks_begin(qd_ranks_t *self, qd_error_t *error);
void qd_ranks_end(qd_ranks_t *self);

/* 0, 1, 2, ... over all ranks (`self` is a qd_ranks_t, as a dispatcher wants it), or QD_NO_TICKET after a
 * call-off. */
uint64_t qd_ranks_ticket(void *self);

/* No rank gets further tickets. */
void qd_ranks_call_off(qd_ranks_t *self);

/* Waits for all ranks and returns the same on each: QD_OK if all pass it, else one of the other codes. */
QD_MUST_USE qd_status_t qd_ranks_agree(const qd_ranks_t *self, qd_status_t status);

/* The sum over all ranks. */
uint64_t qd_ranks_sum(const qd_ranks_t *self, uint64_t value);

/* Rank 0's bytes, on every rank. */
void qd_ranks_share(const qd_ranks_t *self, void *bytes, size_t size);

/* Independent tasks on threads. The only place where landscapes use OpenMP: src/landscape takes a qd_runner_t
 * and is independent of threads. */

/* A runner on `threads` threads, or on as many as OpenMP offers if that is 0 or less. Tasks are handed out
 * one by one as threads become free; each index is run exactly once. */
qd_runner_t qd_parallel_runner(int threads);

/* From now on OpenMP offers so many threads to the calling one (0: as many as before); returns how many it offered. */
int qd_parallel_offer(int threads);

#endif
