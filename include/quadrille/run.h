/* Running an experiment: points x orders x worlds become units of work, threads play them, the store keeps
 * them. */
#ifndef QUADRILLE_RUN_H
#define QUADRILLE_RUN_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/experiment.h"
#include "quadrille/result.h"

#pragma GCC visibility push(default)

/* The processes that share a run (src/engine/parallel.h); callers of the library leave it NULL. */
typedef struct qd_ranks qd_ranks_t;

/* The progress of a run. With several ranks, worlds handed out to any rank count as done, and the precision
 * is that of one rank's share. */
typedef struct {
    uint64_t done, total; /* worlds, those of earlier sessions included */
    uint64_t failed;      /* of those done */
    double seconds;       /* since this session began */
    double rate;          /* worlds per second of this session; 0 at its start */
    double eta;           /* seconds; negative while unknown */
    size_t settled,
        cells;      /* precision: (point, order) pairs whose interval is narrow enough, of all; or claims that
                              are decided, of the awaited ones */
    bool precision; /* whether the experiment states a precision */
} qd_progress_t;

/* How an experiment is run. Everything is borrowed for the call. */
typedef struct {
    const char *output;   /* path of the result file */
    int threads;          /* of each rank; at most QD_THREADS_MOST (runner.h); 0: as many as OpenMP
                           * offers (all processors, or OMP_NUM_THREADS) */
    bool resume, force;   /* resume earlier work; replace an existing result */
    size_t shard, shards; /* 1 <= shard <= shards; shards 1: the whole */
    const volatile sig_atomic_t *stop; /* set from outside (signal, time budget) to stop early; not NULL */
    const char *command_line;          /* kept in the file; may be NULL */
    qd_ranks_t *ranks;                 /* the processes that share the run; NULL: this one alone */
    /* Called at intervals, by one thread at a time; may be NULL. */
    void (*progress)(void *context, const qd_progress_t *progress);
    /* Receives warnings about earlier work, one line or several; may be NULL. */
    void (*warn)(void *context, const qd_error_t *warnings);
    void *context; /* handed to both */
} qd_run_options_t;

/* The outcome of the run; on rank 0, else empty. */
typedef struct {
    qd_assembled_t assembled; /* result_hash is "" where no file was written */
    double seconds;           /* of this session */
    uint64_t played;          /* worlds of this session */
} qd_run_summary_t;

/* Plays the missing worlds, keeps every finished unit in OUT.h5.parts, and assembles OUT.h5 at the end and at
 * an early stop; the parts are removed once it holds all of the run's worlds. QD_ERROR_STOPPED: stopped
 * early, readable file written, resumable. QD_ERROR_INPUT: an OUT.h5 or parts that cannot be resumed;
 * nothing was changed. QD_ERROR_IO: the finished worlds are in the parts, as far as they could be written.
 * QD_ERROR_INTERNAL: more than max_failures of the worlds failed (at least one may, unless max_failures is
 * 0); the file is written all the same. */
QD_MUST_USE qd_status_t qd_run(const qd_experiment_t *experiment, const qd_run_options_t *options,
                               qd_run_summary_t *summary, qd_error_t *error);

/* Examines an earlier result, parts and the lock as qd_run with the same options would, and writes nothing.
 * *left is the number of worlds that it would play (of the shard; with a precision stop: at most). Fails as
 * qd_run would fail before its first world. Of an MPI run, one rank calls it. */
QD_MUST_USE qd_status_t qd_run_examine(const qd_experiment_t *experiment, const qd_run_options_t *options,
                                       uint64_t *left, qd_error_t *error);

#pragma GCC visibility pop

#endif
