/* Comparing two result files. */
#ifndef QD_STORE_COMPARE_H
#define QD_STORE_COMPARE_H

#include <stddef.h>

#include "quadrille/error.h"

/* Attributes about the program, the machine and the moment, which cannot be recomputed and are not compared.
 * Ended by NULL. */
extern const char *const qd_result_provenance[];

/* Compares every variable, attribute and group of the two files: equal types, shapes, dimensions, whole
 * numbers and texts, and reals within a relative 1e-9 (the last digits of GSL and libm vary between
 * machines). `path` needs every object of `expected` and may have no other. Where `expected` has no values of
 * rows (/worlds) and tallies (/parts/tally), theirs are not compared. Writes the first difference into
 * `difference`, or "". QD_ERROR_IO: a file cannot be read. */
QD_MUST_USE qd_status_t qd_result_compare(const char *path, const char *expected, char *difference,
                                          size_t size, qd_error_t *error);

#endif
