/* The finished worlds of each (point, order), as rank 0 found them, on every rank. */
#ifndef QD_ENGINE_DONE_TABLE_H
#define QD_ENGINE_DONE_TABLE_H

#include "engine/ranks.h"
#include "quadrille/experiment.h"
#include "store/index.h"
#include "store/ranges.h"

typedef struct {
    size_t cells, orders;
    qd_ranges_t *ranges; /* [cells], by point and then by order; NULL: nothing is done */
    uint64_t failures;   /* of these worlds */
} qd_done_table_t;

/* Collective. `index` matters on rank 0 only; NULL there: nothing is done. */
QD_MUST_USE qd_status_t qd_done_table_init(qd_done_table_t *self, const qd_experiment_t *experiment,
                                           const qd_index_t *index, const qd_ranks_t *ranks,
                                           qd_error_t *error);
void qd_done_table_free(qd_done_table_t *self);

/* The callback for a dispatcher (`self` is a qd_done_table_t). */
const qd_ranges_t *qd_done_table_at(void *self, size_t point, size_t order);

#endif
