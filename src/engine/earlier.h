/* The finished worlds of earlier sessions of an experiment, in parts and result files, and their table on every rank. */
#ifndef QD_ENGINE_EARLIER_H
#define QD_ENGINE_EARLIER_H

#include <stdbool.h>

#include "engine/parallel.h"
#include "quadrille/experiment.h"
#include "store/assemble.h"
#include "store/index.h"
#include "store/unit.h"

/* An index over OUT.h5.parts (`folder`) and OUT.h5 (`output`), each where it exists and is not NULL. `repair`
 * sets damaged parts aside. Asked for OUT.h5 alone, it reads every row to see that it is what was written.
 * QD_ERROR_INPUT: the file was changed; the result file or the parts are not this experiment's, or keep other
 * outcomes of each world than it asks for. Freed by qd_index_free. */
QD_MUST_USE qd_status_t qd_earlier_find(const qd_experiment_t *experiment, const char *output,
                                        const char *folder, bool repair, qd_index_t **done,
                                        qd_error_t *error);

/* Whether OUT.h5 exists and is the complete result of exactly this experiment, so that nothing is left to do; then
 * *assembled describes its contents. The file is read whole before it is trusted: QD_ERROR_INPUT where it is not as
 * it was written. To be called before qd_earlier_find. */
QD_MUST_USE qd_status_t qd_earlier_complete(const qd_experiment_t *experiment, const char *output,
                                            bool *complete, qd_assembled_t *assembled, qd_error_t *error);

/* The finished worlds of each (point, order), as rank 0 found them, on every rank. */

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
