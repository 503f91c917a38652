/* What is left to do of an experiment, handed out unit by unit. Not thread-safe: the caller holds a lock. */
#ifndef QD_ENGINE_DISPATCH_H
#define QD_ENGINE_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/experiment.h"
#include "store/ranges.h"

/* Most worlds of one unit, and of one look of a precision stop. */
#define QD_UNIT_MAX  4096
#define QD_LOOK_SIZE 256

/* Worlds of one (point, order): a unit is played by one thread and kept or lost whole. */
typedef struct {
    size_t point, order;
    qd_range_t range;
} qd_work_t;

typedef struct qd_dispatch qd_dispatch_t;

/* The worlds of a cell that are done already, in ascending ranges; called once per cell at the start. */
typedef const qd_ranges_t *qd_done_t(void *context, size_t point, size_t order);

/* Shard `shard` of `shards`: the sequence of all worlds (points, orders, worlds, the last fastest) is cut into equal
 * consecutive pieces; with a precision stop the sequence of cells is, because a stop needs its whole cell. `workers`: threads
 * over all ranks, for the size of units. */
QD_MUST_USE qd_status_t qd_dispatch_new(const qd_experiment_t *experiment, size_t shard, size_t shards,
                                        size_t workers, qd_done_t *done, void *context, qd_dispatch_t **self,
                                        qd_error_t *error);
void qd_dispatch_free(qd_dispatch_t *self);

/* The next unit; false when all have been handed out. Ascending in (point, order, world). */
bool qd_dispatch_next(qd_dispatch_t *self, qd_work_t *work);

/* No further units of this cell (its interval is narrow enough). */
void qd_dispatch_close(qd_dispatch_t *self, size_t point, size_t order);

/* Of this cell, exactly the worlds below `world` are done. */
void qd_dispatch_start(qd_dispatch_t *self, size_t point, size_t order, uint64_t world);

/* Worlds of this shard in all, and those done before. */
uint64_t qd_dispatch_total(const qd_dispatch_t *self);
uint64_t qd_dispatch_done(const qd_dispatch_t *self);

#endif
