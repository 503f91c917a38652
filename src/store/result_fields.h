/* Fields of a result file open for reading; for result_*.c only. */
#ifndef QD_STORE_RESULT_FIELDS_H
#define QD_STORE_RESULT_FIELDS_H

#include "quadrille/result.h"
#include "store/hdf5_file.h"
#include "store/parts_reader.h"
#include "store/table.h"

#define TEXTS 13

/* Whether the file has a variable or group; each request takes 20 microseconds. */
typedef enum { QD_NOT_REQUESTED, QD_ABSENT, QD_PRESENT } qd_presence_t;

/* Summaries of an outcome for every (point, order), read whole at the first request: opening a variable takes
 * as long as reading thousands of its numbers. */
typedef struct {
    uint64_t *count;
    double *real[QD_SUMMARIES_ALL], *quantiles; /* NULL: not in the file */
} summaries_t;

/* A table with the names of its second dimension. */
typedef struct {
    void *cell;
    size_t cells, names;
    char **name;
} qd_named_cells_t;

struct qd_result_file {
    qd_h5_t h5;
    qd_parts_reader_t *parts; /* not NULL: a folder of parts is read, not a file */
    qd_provenance_t provenance;
    char *text[TEXTS]; /* owned strings of provenance */
    size_t texts;
    size_t points, orders;
    uint64_t worlds;
    uint64_t *done; /* points x orders; NULL until requested, as the next */
    summaries_t summaries[QD_VALUES_MAX];
    qd_presence_t summary[QD_VALUES_MAX], rows[QD_VALUES_MAX]; /* in /summary, /worlds */
    char **point_label, **order_label;
    void *failure, *claim, *by_order, *contrast, *sensitivity;
    size_t failures, claims, by_orders, contrasts, sensitivities;
    qd_named_cells_t ablation, baseline, robustness;
    void *turning;
    size_t turnings;
    char fault[512]; /* reason of the first failed reading; "" */
};

/* Reports the failure since the last call and resets it: reading can continue. */
qd_status_t qd_result_file_outcome(qd_result_file_t *self, qd_error_t *error);

/* Frees the tables that were read. */
void qd_result_file_free_tables(qd_result_file_t *self);

#endif
