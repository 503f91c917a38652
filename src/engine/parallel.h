/* Ranks and threads.
 *
 * Ranks are the processes that share a run: one, or the ranks of an mpirun where quadrille was built with
 * QUADRILLE_MPI. No other file speaks MPI. All functions of ranks but _ticket and _call_off are collective:
 * every rank calls them in the same order, one thread at a time (the engine's lock). If a rank dies, MPI ends
 * the others; flushed worlds survive. */
#ifndef QD_ENGINE_PARALLEL_H
#define QD_ENGINE_PARALLEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/landscape.h"
#include "quadrille/run.h"

struct qd_ranks {
    int rank, size;
    uint64_t next; /* the next ticket; with several ranks rank 0's counts */
    void *window;  /* of that counter; NULL with one rank */
};

#define QD_RANKS_ALONE ((qd_ranks_t){.rank = 0, .size = 1})

/* Finds the ranks; one without MPI. */
QD_MUST_USE qd_status_t qd_ranks_begin(qd_ranks_t *self, qd_error_t *error);
void qd_ranks_end(qd_ranks_t *self);

/* Returns 0, 1, 2, ... over all ranks (`context` is a qd_ranks_t), or QD_NO_TICKET after
 * a call-off. */
uint64_t qd_ranks_ticket(void *context);

/* Ends the tickets of all ranks. */
void qd_ranks_call_off(qd_ranks_t *self);

/* Waits for all ranks and returns the least of their statuses. */
QD_MUST_USE qd_status_t qd_ranks_least(const qd_ranks_t *self, qd_status_t status);

/* Waits for all ranks and returns the same status on each: QD_OK if all pass it, else one of the other
 * codes. Inline, so that analyzers see that a rank's own failure is never answered by QD_OK. */
QD_MUST_USE static inline qd_status_t qd_ranks_agree(const qd_ranks_t *self, qd_status_t status)
{
    qd_status_t least = qd_ranks_least(self, status);
    return least < status ? least : status;
}

/* Returns the sum over all ranks. */
uint64_t qd_ranks_sum(const qd_ranks_t *self, uint64_t value);

/* Sends rank 0's bytes to every rank. */
void qd_ranks_share(const qd_ranks_t *self, void *bytes, size_t size);

/* Independent tasks on threads. The only place where landscapes use OpenMP: src/landscape takes a qd_runner_t
 * and is independent of threads. */

/* *threads = the number asked for, or as many as OpenMP offers if that is <= 0. QD_ERROR_INPUT if it is above
 * QD_THREADS_MOST, and names OMP_NUM_THREADS where that set it; more processors are no error: some stay
 * idle. */
QD_MUST_USE qd_status_t qd_parallel_choose(int asked, int *threads, qd_error_t *error);

/* Returns a runner on `threads` threads, or as many as OpenMP offers if that is <= 0. Free threads take tasks
 * one by one; each index runs exactly once. */
qd_runner_t qd_parallel_runner(int threads);

/* Calls body(context) on the calling thread while the other threads, `threads` in all or as many as OpenMP
 * offers if that is <= 0, sleep until a runner in it has tasks for them. Elsewhere each use of a runner
 * starts a parallel region, after which OpenMP's threads wait in a loop for the next one (some milliseconds
 * with GNU's library, 200 with LLVM's). Between short tasks they take the processors from the thread that
 * prepares the next ones. The body has no parallel region of its own; it may start processes between
 * tasks. */
void qd_parallel_with(int threads, void (*body)(void *context), void *context);

/* Whether no other thread of the process works on tasks now. */
bool qd_parallel_alone(void);

/* Sets the number of threads that OpenMP offers to the calling thread (0: unchanged) and returns the former
 * one. */
int qd_parallel_offer(int threads);

#endif
