/* Comparing two result files. */
#ifndef QD_STORE_COMPARE_H
#define QD_STORE_COMPARE_H

#include <stddef.h>

#include "quadrille/error.h"

/* Attributes of a result file that tell of the program, the machine and the moment, and can be made only once: they are not
 * compared. Ended by NULL. */
extern const char *const qd_result_provenance[];

/* Compares every variable, attribute and group of the two files: the same shape, whole numbers and texts the same, reals
 * within a relative 1e-9 (what is computed with GSL and libm may differ in its last digits from machine to
 * machine). What `expected` has is looked for in `path`, and `path` may have nothing else but the outcomes in /worlds and
 * what is in /parts. Writes what differs first into `difference`, "" where nothing does. QD_ERROR_IO: a file that
 * cannot be read. */
QD_MUST_USE qd_status_t qd_result_compare(const char *path, const char *expected, char *difference,
                                          size_t size, qd_error_t *error);

#endif
