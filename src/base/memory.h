/* All allocation of arrays: zeroed, checked for overflow, with one message. */
#ifndef QD_BASE_MEMORY_H
#define QD_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "quadrille/error.h"

/* A zeroed array of `count` elements of `size` bytes (room for one where count is 0), to be released by
 * free(). NULL and QD_ERROR_MEMORY in *error where memory is short or count * size overflows; an error that
 * already reports lack of memory is left unchanged. `error` may be NULL where the caller reports. */
QD_MUST_USE void *qd_new(size_t count, size_t size, qd_error_t *error);

/* As qd_new, at a multiple of 64 bytes: a cache line, and the widest vector. */
QD_MUST_USE void *qd_new_aligned(size_t count, size_t size, qd_error_t *error);

/* `array` (of qd_new or NULL) with room for `count` elements of `size` bytes, at least one, possibly moved;
 * added elements are not zeroed. On failure, as qd_new, `array` is unchanged. For arrays that keep no
 * capacity; see qd_list_room. */
QD_MUST_USE void *qd_resize(void *array, size_t count, size_t size, qd_error_t *error);

/* Adds the message "out of memory" to *error (may be NULL), unless the error already reports lack of
 * memory. */
void qd_tell_no_memory(qd_error_t *error);

/* As qd_tell_no_memory, after a failure of strdup, asprintf, qd_memory_open, or a function that was given no
 * error. Returns QD_ERROR_MEMORY; inline, so that compilers and analyzers see that the caller's status is not
 * QD_OK. */
static inline qd_status_t qd_no_memory(qd_error_t *error)
{
    qd_tell_no_memory(error);
    return QD_ERROR_MEMORY;
}

/* Returns to the system the pages of the heap that hold no allocation. */
void qd_memory_give_back(void);

/* Keeps freed memory of up to some MiB for the next allocation. This suits a program that repeatedly
 * allocates arrays of that size, since the system would clear each page again. */
void qd_memory_keep(void);

/* Room for `more` elements of `size` bytes beyond the `count` that an array of *capacity holds. Returns the
 * array, possibly moved and larger by at least half, so that n additions cost O(n); NULL if memory is short
 * (the array is then unchanged). `array` may be NULL with a capacity of 0. */
static inline void *qd_list_room(void *array, size_t count, size_t more, size_t *capacity, size_t size)
{
    if (more <= *capacity - count)
        return array;
    size_t room = count + more < 4 ? 4 : count + more;
    room += room / 2;
    void *larger = room < more ? NULL : qd_resize(array, room, size, NULL);
    if (larger)
        *capacity = room;
    return larger;
}

#endif
