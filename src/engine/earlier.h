/* The finished worlds of earlier sessions of an experiment, in parts and result files, and their table on
 * every rank. */
#ifndef QD_ENGINE_EARLIER_H
#define QD_ENGINE_EARLIER_H

#include <stdbool.h>

#include "engine/parallel.h"
#include "quadrille/experiment.h"
#include "store/assemble.h"
#include "store/index.h"
#include "store/unit.h"

/* Makes an index over OUT.h5.parts (`folder`) and OUT.h5 (`output`), each if it exists and is not NULL.
 * `repair` sets damaged parts aside. Without a folder it reads and checks every row of OUT.h5.
 * QD_ERROR_INPUT: the file was changed; the result file or the parts belong to another experiment, or keep
 * other outcomes of each world. Freed by qd_index_free. */
QD_MUST_USE qd_status_t qd_earlier_find(const qd_experiment_t *experiment, const char *output,
                                        const char *folder, bool repair, qd_index_t **done,
                                        qd_error_t *error);

/* Refuses finished worlds that the experiment does not have, as a resume would lose them. A precision stop
 * drops worlds beyond its end, which is no loss. */
QD_MUST_USE qd_status_t qd_earlier_check_strangers(const qd_experiment_t *experiment, const char *output,
                                                   const qd_index_t *done, qd_error_t *error);

/* Writes into *complete whether OUT.h5 is the complete result of exactly this experiment; then *assembled
 * describes its contents. Reads the whole file first: QD_ERROR_INPUT if it was changed. *foreign: it is of
 * another experiment or version, which is QD_ERROR_INPUT too. Call it before qd_earlier_find. */
QD_MUST_USE qd_status_t qd_earlier_complete(const qd_experiment_t *experiment, const char *output,
                                            bool *complete, bool *foreign, qd_assembled_t *assembled,
                                            qd_error_t *error);

/* The finished worlds of each (point, order), found by rank 0, on every rank. */

typedef struct {
    size_t cells, orders;
    qd_ranges_t *ranges; /* [cells], by point and then by order; NULL: none is finished */
    uint64_t failures;   /* of these worlds */
} qd_done_table_t;

/* Collective. Only rank 0 reads `index`; NULL there: no world is finished. */
QD_MUST_USE qd_status_t qd_done_table_init(qd_done_table_t *self, const qd_experiment_t *experiment,
                                           const qd_index_t *index, const qd_ranks_t *ranks,
                                           qd_error_t *error);
void qd_done_table_free(qd_done_table_t *self);

/* Callback of a dispatcher (`context` is a qd_done_table_t). */
const qd_ranges_t *qd_done_table_at(void *context, size_t point, size_t order);

#endif
