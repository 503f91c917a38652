/* Tables of a result file: an array of structs becomes a group with one variable per member, and back. */
#ifndef QD_STORE_TABLE_H
#define QD_STORE_TABLE_H

#include "quadrille/result.h"
#include "store/hdf5_file.h"

/* A member: const char * (QD_H5_TEXT), double (QD_H5_REAL) or a whole number of 8 bytes (QD_H5_WHOLE). */
typedef struct {
    const char *name;
    qd_h5_type_t type;
    size_t offset;
    const char *units, *long_name;
} qd_table_column_t;

typedef struct {
    const char *group;     /* "/claims" */
    const char *dimension; /* "/claims/claim" */
    const char *across;    /* NULL, or a second dimension ("/order"): rows run over it fastest */
    size_t size;           /* of one struct */
    size_t columns;
    const qd_table_column_t *column;
} qd_table_t;

extern const qd_table_t qd_failure_table, qd_claim_table, qd_claim_order_table, qd_claim_ablation_table,
    qd_claim_baseline_table, qd_claim_robustness_table, qd_turning_table, qd_contrast_table,
    qd_sensitivity_table;

/* Writes `count` structs. The group is made, and so is the dimension, unless there is a second: both are there
 * then. Where there are none, the group stays empty. */
void qd_table_write(qd_h5_t *h5, const qd_table_t *self, const void *rows, size_t count);

/* Reads all of them: malloc'ed, NULL with *count 0 where the file has none. Columns that an older
 * file lacks are NaN, 0 or "". */
void *qd_table_read(qd_h5_t *h5, const qd_table_t *self, size_t *count);
void qd_table_free(const qd_table_t *self, void *rows, size_t count);

#endif
