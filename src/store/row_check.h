/* Recomputes the sums of a (point, order) from its rows while a caller reads them, and compares them with its
 * tally.
 *
 * If all outcomes are read, the hash of the rows decides, which detects a difference in the last bit; else
 * count, mean, sd, minimum and maximum of each. The worlds of the index have been selected. */
#ifndef QD_STORE_ROW_CHECK_H
#define QD_STORE_ROW_CHECK_H

#include "store/index.h"

#define QD_ROWS_AT_ONCE 4096 /* a chunk of /worlds */

typedef struct qd_row_check qd_row_check_t;

/* `columns`: a bit for each outcome that is read; those that the index keeps, or some of them. NULL when
 * memory is short. */
qd_row_check_t *qd_row_check_new(qd_index_t *index, uint64_t columns);
void qd_row_check_free(qd_row_check_t *self);

QD_MUST_USE qd_status_t qd_row_check_begin(qd_row_check_t *self, size_t point, size_t order,
                                           qd_error_t *error);

/* Values of an outcome in `count` <= QD_ROWS_AT_ONCE worlds, as qd_index_read gives them. An outcome that is
 * not among `columns` is ignored. */
void qd_row_check_take(qd_row_check_t *self, size_t outcome, const double value[], size_t count);

/* Adds the worlds first ... first + count - 1, of which each outcome was taken; leaves out unfinished ones.
 * Call it in the order of worlds. */
void qd_row_check_add(qd_row_check_t *self, uint64_t first, size_t count);

/* QD_ERROR_INPUT, naming file, point and order, if the rows since _begin differ from those of the tally.
 * `hash`: that of the tally where it is known, or NULL. */
QD_MUST_USE qd_status_t qd_row_check_end(qd_row_check_t *self, const qd_hash_sum_t *hash, qd_error_t *error);

#endif
