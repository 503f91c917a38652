/* Decimal numbers from text: one grammar and one rule of exactness for YAML, CSV and the command line.
 *
 * The grammar is [+-] digits [. digits] [e [+-] digits] with at least one digit before the exponent: no
 * hexadecimals, underscores, blanks, nan or inf. A number is refused if reading it would silently change it:
 *
 * - a real number beyond the range of normal doubles, at either end (1e400, 1e-400);
 * - a real number of 2^52 or more, written without an exponent, that is not a double (9007199254740993): from
 *   there on doubles are whole, so that every digit counts;
 * - a whole number that is not whole as written (4503599627370496.5, 1e-400), or is beyond 2^53 and not
 *   written in digits alone (9007199254740993.0, 1e16).
 *
 * Between these limits a real number is rounded to the nearest double, as everywhere. */
#ifndef QD_BASE_NUMBER_H
#define QD_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    QD_NUMBER_GOOD = 0,
    QD_NUMBER_NONE,     /* not a decimal number */
    QD_NUMBER_LARGE,    /* beyond the largest double, or the largest uint64_t */
    QD_NUMBER_SMALL,    /* not 0, but nearer to it than the smallest normal double */
    QD_NUMBER_INEXACT,  /* a real of 2^52 or more that is not a double */
    QD_NUMBER_FRACTION, /* not whole */
    QD_NUMBER_DIGITS,   /* whole and beyond 2^53, but not written in digits alone */
} qd_number_fault_t;

/* Whether the text follows the grammar. */
bool qd_is_decimal(const char *text);

/* *value = the nearest double. It is set only where QD_NUMBER_GOOD is returned. */
qd_number_fault_t qd_real_of(const char *text, double *value);

/* A whole number: its sign (false for zero) and its magnitude, both exact. */
qd_number_fault_t qd_whole_of(const char *text, bool *negative, uint64_t *magnitude);

/* Whether the text is a whole number in [low, high]; if so it is stored in *value. */
bool qd_natural_of(const char *text, uint64_t low, uint64_t high, uint64_t *value);

/* The expectation that a fault violates, for a message "found `1e400`; expected ..."; NULL for
 * QD_NUMBER_GOOD, QD_NUMBER_NONE and QD_NUMBER_FRACTION, where the caller's own range is the expectation.
 * Static. */
const char *qd_number_expectation(qd_number_fault_t fault);

/* Ascending order for qsort of doubles that are not NaN. */
int qd_compare_doubles(const void *a, const void *b);

#endif
