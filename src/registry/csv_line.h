/* Lines of CSV: one way to cut a file into lines and a line into fields.
 *
 * Fields are separated by commas; blanks (spaces, tabs) around them go. A field may stand in double quotes,
 * and then holds commas, blanks, and quotes that are written twice; no line break. A byte order mark is no
 * part of the text, a carriage return before a line's end no part of the line, and lines of blanks only are
 * skipped. */
#ifndef QD_REGISTRY_CSV_LINE_H
#define QD_REGISTRY_CSV_LINE_H

#include <stddef.h>

/* A text that is read line by line, and cut up on the way. */
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

/* What is wrong with the quotes of a line: where, from there on, and what was expected. */
typedef struct {
    size_t column;
    const char *found, *expected;
} qd_csv_fault_t;

/* Cuts a line up. Returns how many fields it has, of which the first `most` are stored; 0 and the fault where
 * a quote is not closed, or is followed by anything but a comma. */
size_t qd_csv_split(char *line, size_t most, qd_csv_field_t field[], qd_csv_fault_t *fault);

/* At least as many fields as the line has. */
size_t qd_csv_fields_most(const char *line);

#endif
