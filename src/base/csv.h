/* CSV: the division of a file into lines and of a line into fields.
 *
 * Fields are separated by commas; blanks (spaces, tabs) around them are dropped. A field in double quotes may
 * contain commas, blanks, and doubled quotes, but no line break. A byte order mark, a carriage return before
 * a line's end and blank lines are skipped. */
#ifndef QD_BASE_CSV_H
#define QD_BASE_CSV_H

#include <stddef.h>

#include "quadrille/error.h"

/* A text that is read line by line; reading modifies it. */
typedef struct {
    char *next;    /* NULL: at the end */
    size_t number; /* of the line returned last, from 1; of the last line at the end */
} qd_csv_lines_t;

qd_csv_lines_t qd_csv_lines(char *text);

/* The next line that is not blank, ended by NUL; NULL after the last. */
char *qd_csv_next_line(qd_csv_lines_t *self);

typedef struct {
    char *text;    /* points into the line, ended by NUL */
    size_t column; /* where it begins in the line, in characters from 1 */
} qd_csv_field_t;

/* A fault in the quotes of a line: its column, the text from there on, and the expectation. */
typedef struct {
    size_t column;
    const char *found, *expected;
} qd_csv_fault_t;

/* Divides a line into fields. Returns their number and stores the first `most`; 0 and the fault if a quote is
 * unclosed or not followed by a comma. */
size_t qd_csv_split(char *line, size_t most, qd_csv_field_t field[], qd_csv_fault_t *fault);

/* An upper bound of the number of fields of a line. */
size_t qd_csv_fields_most(const char *line);

/* A strict reader of small tables in CSV (cut as above): one header line of column names, none twice,
 * then lines with as many fields. Numbers are decimal and finite. Faults are reported as "FILE:LINE: found X;
 * expected Y", with a column where it is known. A table belongs to one thread at a time. */

#define QD_CSV_FILE_SIZE (64u << 20) /* bytes accepted */

typedef struct {
    char *path, *text; /* text: fields end in NUL */
    size_t columns, rows;
    char **name;  /* columns */
    char **field; /* rows x columns */
    size_t *line; /* line of each row in the file, from 1 */
} qd_csv_t;

/* Reads a file. On QD_OK *self must be released by qd_csv_free; otherwise *self is NULL: QD_ERROR_INPUT where
 * the file cannot be read, has no header or nothing below it, a duplicate column, an unclosed quote or a line
 * with another number of fields; QD_ERROR_MEMORY. */
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
