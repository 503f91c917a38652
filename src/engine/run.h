/* Running an experiment: points x orders x worlds become units of work, threads play them, the store keeps them. */
#ifndef QD_ENGINE_RUN_H
#define QD_ENGINE_RUN_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/experiment.h"
#include "store/assemble.h"

/* How a run stands, for a progress line. */
typedef struct {
    uint64_t done, total; /* worlds, those of earlier sessions included */
    uint64_t failed;
    double seconds;       /* since this session began */
    double rate;          /* worlds per second of this session; 0 at its start */
    double eta;           /* seconds; negative while unknown */
    size_t settled, cells; /* precision: (point, order) pairs whose interval is narrow enough, of all */
    bool precision;       /* whether the experiment states a precision */
} qd_progress_t;

typedef struct {
    const char *output;      /* path of the result file */
    int threads;             /* 0: as many as there are processors */
    bool resume, force;
    size_t shard, shards;    /* 1 <= shard <= shards; shards 1: the whole */
    const volatile sig_atomic_t *stop; /* set from outside (signal, time budget) to stop early; not NULL */
    const char *command_line;
    /* Called now and then, by one thread at a time; may be NULL. */
    void (*progress)(void *context, const qd_progress_t *progress);
    void *context;
} qd_run_options_t;

/* What came of it. */
typedef struct {
    qd_assembled_t assembled;
    double seconds;  /* of this session */
    uint64_t played; /* worlds of this session */
} qd_run_summary_t;

/* Plays what is missing, keeps every finished unit in OUT.h5.parts, and assembles OUT.h5 at the end, at an early stop, and
 * after a fault as far as that can be done. QD_ERROR_STOPPED: stopped early, readable file written, resumable. */
QD_MUST_USE qd_status_t qd_run(const qd_experiment_t *experiment, const qd_run_options_t *options,
                               qd_run_summary_t *summary, qd_error_t *error);

#endif
