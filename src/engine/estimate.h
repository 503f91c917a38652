/* The estimated needs of a run: worlds, time, memory, disk. */
#ifndef QD_ENGINE_ESTIMATE_H
#define QD_ENGINE_ESTIMATE_H

#include <stdint.h>

#include "quadrille/experiment.h"

typedef struct {
    uint64_t worlds;        /* to be played by this shard, replicas once; with a precision stop: at most */
    uint64_t rows;          /* bytes of the rows of all worlds of the shard */
    uint64_t parts, result; /* bytes on the disk during the run and after it; at its end both are there */
    uint64_t memory;        /* bytes */
    double seconds;         /* with `threads` threads in all, each on its own processor */
    int threads;
    uint64_t sampled; /* worlds played for the estimate */
} qd_estimate_t;

#define QD_ALL_WORLDS UINT64_MAX

/* Estimates worlds and rows without playing any: exact except for shards of unequal length. */
void qd_estimate_rows(const qd_experiment_t *experiment, size_t shards, qd_estimate_t *estimate);

/* Plays a sample of worlds for about a second, spread over points and orders, and extrapolates. `threads`:
 * per rank, 0 for one per processor; memory is that of one rank. `left`: of the worlds, those not yet played,
 * which time and parts count, or QD_ALL_WORLDS. Fails with QD_ERROR_MEMORY only. */
QD_MUST_USE qd_status_t qd_estimate_run(const qd_experiment_t *experiment, size_t shards, uint64_t left,
                                        int threads, int ranks, qd_estimate_t *estimate, qd_error_t *error);

#endif
