/* Reads a folder of parts like a result, for result_reader.c. It changes nothing in the folder and does not
 * disturb a running run. */
#ifndef QD_STORE_PARTS_READER_H
#define QD_STORE_PARTS_READER_H

#include "quadrille/experiment.h"
#include "quadrille/result.h"

typedef struct qd_parts_reader qd_parts_reader_t;

QD_MUST_USE qd_status_t qd_parts_reader_open(const char *folder, qd_parts_reader_t **self, qd_error_t *error);
void qd_parts_reader_close(qd_parts_reader_t *self);

const qd_experiment_t *qd_parts_reader_experiment(const qd_parts_reader_t *self);

/* Borrowed strings, which live as long as the reader. */
void qd_parts_reader_provenance(const qd_parts_reader_t *self, qd_provenance_t *provenance);

bool qd_parts_reader_keeps(const qd_parts_reader_t *self, qd_outcome_t outcome);
uint64_t qd_parts_reader_done(const qd_parts_reader_t *self, size_t point, size_t order);
QD_MUST_USE qd_status_t qd_parts_reader_summary(qd_parts_reader_t *self, size_t point, size_t order,
                                                qd_outcome_t outcome, qd_result_summary_t *summary,
                                                qd_error_t *error);
QD_MUST_USE qd_status_t qd_parts_reader_read(qd_parts_reader_t *self, size_t point, size_t order,
                                             qd_outcome_t outcome, uint64_t first, size_t count, double out[],
                                             qd_error_t *error);

/* QD_ERROR_INPUT: a part is damaged and was left out. */
QD_MUST_USE qd_status_t qd_parts_reader_check(const qd_parts_reader_t *self, qd_error_t *error);

/* Malloc'ed rows with malloc'ed reasons (qd_table_free). */
QD_MUST_USE qd_status_t qd_parts_reader_failures(qd_parts_reader_t *self, qd_result_failure_t **failure,
                                                 size_t *count, qd_error_t *error);

#endif
