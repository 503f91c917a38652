/* Comparing the variables of two result files. */
#ifndef QD_STORE_COMPARE_H
#define QD_STORE_COMPARE_H

#include <stddef.h>

#include "quadrille/error.h"

/* Looks for every variable of `expected` in `path`: the same shape, whole numbers and texts the same, reals
 * within a relative 1e-9 (what is computed with GSL and libm may differ in its last digits from machine to
 * machine). Writes what differs first into `difference`, "" where nothing does. QD_ERROR_IO: a file that
 * cannot be read. */
QD_MUST_USE qd_status_t qd_result_compare(const char *path, const char *expected, char *difference,
                                          size_t size, qd_error_t *error);

#endif
