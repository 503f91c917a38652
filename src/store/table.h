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
    bool page; /* the report has it too */
} qd_table_column_t;

typedef struct {
    const char *group;     /* "/claims" */
    const char *dimension; /* "/claims/claim" */
    const char *across;    /* NULL, or a second dimension ("/order"), along which rows run fastest */
    size_t size;           /* of one struct */
    size_t columns;
    const qd_table_column_t *column;
} qd_table_t;

extern const qd_table_t qd_failure_table, qd_claim_table, qd_claim_order_table, qd_claim_ablation_table,
    qd_claim_baseline_table, qd_claim_robustness_table, qd_turning_table, qd_contrast_table,
    qd_sensitivity_table;

/* Effects of factors: a table without a group, which no file holds. */
extern const qd_table_t qd_effect_table;

/* Names of the summaries of an outcome, by QD_SUMMARY_mean, ...: the first QD_SUMMARIES of every outcome, the
 * rest of the outcome of a precision stop. */
enum {
#define QD_SUMMARY_COLUMN(name, meaning) QD_SUMMARY_##name,
#include "quadrille/result_columns.def"
    QD_SUMMARIES,
    QD_SUMMARY_BEFORE_STOP = QD_SUMMARIES - 1,
#define QD_STOP_COLUMN(name, meaning) QD_SUMMARY_##name,
#include "quadrille/result_columns.def"
    QD_SUMMARIES_ALL
};
extern const char *const qd_summary_name[QD_SUMMARIES_ALL], *const qd_summary_meaning[QD_SUMMARIES_ALL];

/* Receives the values of a row: a function for each type of column. */
typedef struct {
    void *context;
    void (*text)(void *context, const char *name, const char *value); /* "" for NULL */
    void (*real)(void *context, const char *name, double value);
    void (*whole)(void *context, const char *name, int64_t value);
} qd_table_visitor_t;

/* Shows the visitor one struct, column by column: all columns, or the report's. */
void qd_table_visit(const qd_table_t *self, const void *row, bool page, const qd_table_visitor_t *visitor);

/* Writes `count` structs. Makes the group, and the dimension unless there is a second one: then both exist.
 * Without structs the group stays empty. */
void qd_table_write(qd_h5_t *h5, const qd_table_t *self, const void *rows, size_t count);

/* Reads all structs: malloc'ed, NULL with *count 0 if the file has none. Columns missing in older files are
 * NaN, 0 or "". */
void *qd_table_read(qd_h5_t *h5, const qd_table_t *self, size_t *count);
void qd_table_free(const qd_table_t *self, void *rows, size_t count);

#endif
