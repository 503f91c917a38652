/* One thread's state: a world, a tally and the rows of one unit, allocated once and first touched by the
 * thread that uses them. */
#ifndef QD_ENGINE_WORKER_H
#define QD_ENGINE_WORKER_H

#include <signal.h>

#include "engine/dispatch.h"
#include "landscape/multistability.h"
#include "quadrille/experiment.h"
#include "statistics/tally.h"
#include "store/parts.h"

typedef struct {
    const qd_experiment_t *experiment;
    qd_world_t *world;
    qd_tally_t *tally;
    size_t periods; /* for which the tally was made */
    bool paths;
    qd_change_t *change; /* room for any plan's schedule */
    qd_plan_t plan;
    size_t point, order; /* of the current plan */
    bool planned;
    qd_outcomes_t *row; /* [QD_UNIT_MAX] */
    double *extra;      /* [QD_UNIT_MAX][QD_LANDSCAPE_OUTCOMES] of the group `landscape`; NULL without it */
    qd_multistability_t *landscape;
    qd_failure_t *failure; /* [QD_UNIT_MAX] */
    unsigned char *bytes;  /* the encoded tally */
    size_t size, capacity;
} qd_worker_t;

/* Allocates room for the schedule of any (point, order); NULL when memory is short. */
qd_change_t *qd_worker_schedule(const qd_experiment_t *experiment);

/* Largest numbers of states and periods that a point can draw in an order. */
typedef struct {
    size_t states, periods;
} qd_cell_size_t;

/* Returns the sizes of all cells, [point * orders + order], which the caller frees; NULL when memory is
 * short. */
qd_cell_size_t *qd_worker_cell_sizes(const qd_experiment_t *experiment);

/* Largest numbers of states and periods over all points and orders. */
void qd_worker_sizes(const qd_experiment_t *experiment, size_t *states, size_t *periods);

QD_MUST_USE qd_status_t qd_worker_init(qd_worker_t *self, const qd_experiment_t *experiment, size_t states,
                                       size_t periods, qd_error_t *error);
void qd_worker_free(qd_worker_t *self);

/* Plays the worlds of a unit in order until its end or *stop, and describes the finished ones as a segment,
 * which points into the worker until its next unit. segment->worlds may be less than asked for, or 0. */
QD_MUST_USE qd_status_t qd_worker_play(qd_worker_t *self, const qd_work_t *work,
                                       const volatile sig_atomic_t *stop, qd_segment_t *segment,
                                       qd_error_t *error);

#endif
