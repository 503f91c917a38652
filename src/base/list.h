/* Growing lists: one function that makes room, for every module. */
#ifndef QD_BASE_LIST_H
#define QD_BASE_LIST_H

#include <stdint.h>
#include <stdlib.h>

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
