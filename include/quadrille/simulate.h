/* Batches of worlds in memory: for callers that choose the next points from the results of the last ones
 * (calibration, sequential designs, optimisation). Nothing is written; results that must survive a crash need
 * qd_run (run.h). */
#ifndef QUADRILLE_SIMULATE_H
#define QUADRILLE_SIMULATE_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/experiment.h"

#pragma GCC visibility push(default)

/* A request for a batch. Arrays are borrowed for the call. */
typedef struct {
    size_t factors;            /* length of `factor` */
    const char *const *factor; /* [factors] names of parameters, or "doctrine"; each at most once */
    size_t points;             /* at least 1 */
    /* [points][factors]; a doctrine is its row of qd_doctrine_table; NaN leaves the experiment's own */
    const double *value;
    uint64_t first,
        worlds;      /* worlds first .. first + worlds - 1 of every point and order, 0 <= first < 2^40 */
    size_t outcomes; /* length of `outcome` */
    const qd_outcome_t *outcome;       /* [outcomes] */
    int threads;                       /* at most QD_THREADS_MOST (runner.h); 0: as many as OpenMP offers */
    const volatile sig_atomic_t *stop; /* set from outside to stop early; may be NULL */
} qd_batch_t;

/* Plays the batch: at each point the experiment's parameters and schedule and then the point's values, as a
 * design with these factors would. Fills out[points][orders][worlds][outcomes], last index fastest; NaN for a
 * world that failed. World w of a point and order has the same bits as world w of a result file with this
 * point.
 *
 * QD_ERROR_INPUT: an unknown factor, a factor named twice, a value outside its range, more than 2^40 worlds,
 * no point, or a point that no order can have (qd_plan_check); the message names point, factor and value, and
 * `out` is not written. QD_ERROR_STOPPED: *stop was set; worlds that were not played are NaN.
 * QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_simulate(const qd_experiment_t *experiment, const qd_batch_t *batch, double out[],
                                    qd_error_t *error);

#pragma GCC visibility pop

#endif
