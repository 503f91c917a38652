/* Allocation for code that reports errors. */
#ifndef QD_BASE_MEMORY_H
#define QD_BASE_MEMORY_H

#include <stddef.h>

#include "quadrille/error.h"

/* A zeroed array of `count` elements of `size` bytes (room for one where count is 0), to be released by free().
 * NULL and QD_ERROR_MEMORY in *error where memory is short or count * size overflows; an error that already tells of
 * memory is left unchanged. `error` may be NULL where the caller reports. */
void *qd_new(size_t count, size_t size, qd_error_t *error);

#endif
