/* Hands out the remaining work of an experiment, unit by unit. Not thread-safe: the caller holds a lock.
 *
 * Ranks that share a run make the same dispatcher each (same experiment, shard, workers and finished worlds)
 * and draw tickets from one counter. A ticket stands for a unit, or, with a precision stop, for a group
 * of cells (engine/groups.h), whose looks one rank takes alone. */
#ifndef QD_ENGINE_DISPATCH_H
#define QD_ENGINE_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/experiment.h"
#include "store/unit.h"

/* Greatest number of worlds of one unit, and of one look of a precision stop. */
#define QD_UNIT_MAX  4096
#define QD_LOOK_SIZE 256

/* The ticket of a cancelled run, without work. */
#define QD_NO_TICKET UINT64_MAX

/* Worlds of one (point, order): a unit is played by one thread and kept or lost whole. */
typedef struct {
    size_t point, order;
    qd_range_t range;
} qd_work_t;

typedef struct qd_dispatch qd_dispatch_t;

/* The finished worlds of a (point, order), in ascending ranges, or NULL; called once for each at the
 * start. */
typedef const qd_ranges_t *qd_done_t(void *context, size_t point, size_t order);

typedef struct {
    size_t shard, shards; /* 1 <= shard <= shards */
    size_t workers;       /* threads over all ranks, for the size of units */
    qd_done_t *done;      /* NULL: nothing is done */
    void *done_context;
    uint64_t (*ticket)(
        void *context); /* 0, 1, 2, ... over all ranks, or QD_NO_TICKET; NULL: there is one rank */
    void *ticket_context;
} qd_dispatch_options_t;

/* A shard is one of `shards` equal consecutive intervals of the sequence of all worlds (points, orders,
 * worlds, the last fastest). With a precision stop it is the groups whose first cells lie in such an interval
 * of the sequence of cells, group by group, because a stop needs all worlds of a group. The sequences leave
 * out replicas. */
QD_MUST_USE qd_status_t qd_dispatch_new(const qd_experiment_t *experiment,
                                        const qd_dispatch_options_t *options, qd_dispatch_t **self,
                                        qd_error_t *error);
void qd_dispatch_free(qd_dispatch_t *self);

/* Hands out the next unit; false after the last. Units ascend in (point, order, world). With a precision stop
 * a unit lies within a look (it does not cross a multiple of QD_LOOK_SIZE), and units ascend in (group, look,
 * cell, world). */
bool qd_dispatch_next(qd_dispatch_t *self, qd_work_t *work);

/* Drops the worlds of (point, order) from `world` on. */
void qd_dispatch_close(qd_dispatch_t *self, size_t point, size_t order, uint64_t world);

/* Worlds of this shard in all, and finished ones at the start. */
uint64_t qd_dispatch_total(const qd_dispatch_t *self);
uint64_t qd_dispatch_done(const qd_dispatch_t *self);

/* Worlds of the tickets drawn so far, over all ranks; 0 with a precision stop. */
uint64_t qd_dispatch_drawn(const qd_dispatch_t *self);

/* Replicas: design points with the settings of an earlier point. Their worlds are played and kept once. */

/* For each point the first point with the same settings, mostly itself. Freed by the caller. */
QD_MUST_USE qd_status_t qd_originals_find(const qd_experiment_t *experiment, size_t **first,
                                          qd_error_t *error);

#endif
