/* Allocation for code that reports errors, and lists that grow. */
#ifndef QD_BASE_MEMORY_H
#define QD_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "quadrille/error.h"

/* A zeroed array of `count` elements of `size` bytes (room for one where count is 0), to be released by
 * free(). NULL and QD_ERROR_MEMORY in *error where memory is short or count * size overflows; an error that
 * already reports lack of memory is left unchanged. `error` may be NULL where the caller reports. */
void *qd_new(size_t count, size_t size, qd_error_t *error);

/* Room for `more` elements of `size` bytes beyond the `count` that an array of *capacity holds. Returns the array,
 * possibly moved and larger by at least half, so that n additions cost O(n); NULL if memory is short (the array is
 * then unchanged). `array` may be NULL with a capacity of 0. */
static inline void *qd_list_room(void *array, size_t count, size_t more, size_t *capacity, size_t size)
{
    if (more <= *capacity - count)
        return array;
    size_t room = count + more < 4 ? 4 : count + more;
    room += room / 2;
    void *larger = room > SIZE_MAX / size || room < more ? NULL : realloc(array, room * size);
    if (larger != NULL)
        *capacity = room;
    return larger;
}

#endif
