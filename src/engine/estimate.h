/* The estimated needs of a run: worlds, time, memory, disk. */
#ifndef QD_ENGINE_ESTIMATE_H
#define QD_ENGINE_ESTIMATE_H

#include <stdint.h>

#include "quadrille/experiment.h"

typedef struct {
    uint64_t worlds; /* to be played by this shard, those of equal points once; with a precision: at most */
    uint64_t rows;   /* bytes that the rows of these worlds take, once */
    uint64_t parts, result; /* bytes on the disk while it runs and after; both are there at its end */
    uint64_t memory;        /* bytes */
    double seconds;         /* on `threads` threads in all that have a processor each */
    int threads;
    uint64_t sampled; /* worlds that were played for it */
} qd_estimate_t;

/* Of worlds and their rows alone, without playing any: exact, but for shards of unequal length. */
void qd_estimate_rows(const qd_experiment_t *experiment, size_t shards, qd_estimate_t *estimate);

/* Plays a sample of worlds, for about a second, spread over points and orders, and extrapolates. `threads`: of each
 * rank, 0 for as many as there are processors; memory is that of one rank. QD_ERROR_MEMORY only. */
QD_MUST_USE qd_status_t qd_estimate_run(const qd_experiment_t *experiment, size_t shards, int threads,
                                        int ranks, qd_estimate_t *estimate, qd_error_t *error);

#endif
