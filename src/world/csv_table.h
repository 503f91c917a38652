/* A strict reader of small tables in CSV (registry/csv_line.h): one header line of column names, none twice,
 * then lines with as many fields. Numbers are decimal and finite. Faults are told as "FILE:LINE: found X;
 * expected Y", with a column where it is known. A table belongs to one thread at a time. */
#ifndef QD_WORLD_CSV_TABLE_H
#define QD_WORLD_CSV_TABLE_H

#include <stddef.h>

#include "quadrille/error.h"

#define QD_CSV_FILE_SIZE (64u << 20) /* bytes accepted */

typedef struct {
    char *path, *text; /* text: fields end in NUL */
    size_t columns, rows;
    char **name;  /* columns */
    char **field; /* rows x columns */
    size_t *line; /* line of each row in the file, from 1 */
} qd_csv_t;

/* Reads a file. On QD_OK *self must be released by qd_csv_free; otherwise *self is NULL: QD_ERROR_INPUT where
 * the file cannot be read, has no header, a column twice, a quote that is not closed or a line with another
 * number of fields; QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_csv_read(const char *path, qd_csv_t **self, qd_error_t *error);
void qd_csv_free(qd_csv_t *self); /* NULL allowed */

/* *column = position of the column of that name, or of `other` (may be NULL) where the first is absent. */
QD_MUST_USE qd_status_t qd_csv_column(const qd_csv_t *self, const char *name, const char *other,
                                      size_t *column, qd_error_t *error);

/* The field as a number in [low, high], or as a whole number there. */
QD_MUST_USE qd_status_t qd_csv_real(const qd_csv_t *self, size_t row, size_t column, double low, double high,
                                    double *value, qd_error_t *error);
QD_MUST_USE qd_status_t qd_csv_whole(const qd_csv_t *self, size_t row, size_t column, int low, int high,
                                     int *value, qd_error_t *error);

#endif
