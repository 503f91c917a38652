/* Reads /parts of a result file: encoded tallies and the other data needed to resume or merge the file like a
 * folder of parts. One unit per distinct (point, order). */
#ifndef QD_STORE_EMBEDDED_H
#define QD_STORE_EMBEDDED_H

#include "quadrille/error.h"
#include "store/hdf5_file.h"
#include "store/index.h"
#include "store/unit.h"

/* Reads kind and units (source and slot left 0). QD_ERROR_INPUT if the file has no /parts. */
QD_MUST_USE qd_status_t qd_embedded_read(qd_h5_t *h5, qd_part_kind_t *kind, qd_unit_t **unit, size_t *units,
                                         qd_error_t *error);

/* Read-ahead of an open file: another process reads it, and each of its answers costs as much as some
 * thousand values. NULL when memory is short. */
typedef struct qd_embedded_ahead qd_embedded_ahead_t;
qd_embedded_ahead_t *qd_embedded_ahead_new(void);
void qd_embedded_ahead_free(qd_embedded_ahead_t *self);

/* out[i]: the outcome of world first + i. */
QD_MUST_USE qd_status_t qd_embedded_column(qd_h5_t *h5, qd_embedded_ahead_t *ahead, const qd_unit_t *unit,
                                           size_t outcome, uint64_t first, size_t count, double out[],
                                           qd_error_t *error);

QD_MUST_USE qd_status_t qd_embedded_tally(qd_h5_t *h5, qd_embedded_ahead_t *ahead, const qd_unit_t *unit,
                                          unsigned char bytes[], qd_error_t *error);

#endif
