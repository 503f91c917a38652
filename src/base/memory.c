#include "base/memory.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LINE 64 /* bytes of a cache line */

#define KEPT_ARRAY (4 << 20)  /* bytes of the largest array that is not mapped on its own */
#define KEPT_ALL   (32 << 20) /* bytes that are free at the end of the heap before they are returned */

static bool fits(size_t count, size_t size)
{
    return size == 0 || count <= SIZE_MAX / size;
}

/* Bytes of an array of at least one element. */
static size_t bytes_of(size_t count, size_t size)
{
    size_t bytes = count * size;
    return bytes > 0 ? bytes : 1;
}

static bool is_told(const qd_error_t *error)
{
    return !error || error->status == QD_ERROR_MEMORY;
}

/* Returns `array` after adding a message if it is NULL. */
static void *check(void *array, size_t count, size_t size, qd_error_t *error)
{
    if (!array && !is_told(error))
        (void)qd_error_add(error, QD_ERROR_MEMORY, "out of memory for %zu elements of %zu bytes", count,
                           size);
    return array;
}

void *qd_new(size_t count, size_t size, qd_error_t *error)
{
    return check(fits(count, size) ? calloc(bytes_of(count, size), 1) : NULL, count, size, error);
}

void *qd_new_aligned(size_t count, size_t size, qd_error_t *error)
{
    size_t bytes = fits(count, size) ? bytes_of(count, size) : SIZE_MAX;
    size_t whole = bytes <= SIZE_MAX - LINE ? (bytes + LINE - 1) / LINE * LINE : 0;
    void *array = whole > 0 ? aligned_alloc(LINE, whole) : NULL;
    if (array)
        memset(array, 0, whole);
    return check(array, count, size, error);
}

void *qd_resize(void *array, size_t count, size_t size, qd_error_t *error)
{
    return check(fits(count, size) ? realloc(array, bytes_of(count, size)) : NULL, count, size, error);
}

void qd_tell_no_memory(qd_error_t *error)
{
    if (!is_told(error))
        (void)qd_error_add(error, QD_ERROR_MEMORY, "out of memory");
}

void qd_memory_give_back(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

void qd_memory_keep(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, KEPT_ARRAY);
    mallopt(M_TRIM_THRESHOLD, KEPT_ALL);
#endif
}
