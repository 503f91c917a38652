#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

void *qd_new(size_t count, size_t size, qd_error_t *error)
{
    bool fits = size == 0 || count <= SIZE_MAX / size;
    void *array = fits ? calloc(count > 0 ? count : 1, size) : NULL;
    if (!array && error && error->status != QD_ERROR_MEMORY)
        (void)qd_error_add(error, QD_ERROR_MEMORY, "out of memory for %zu elements of %zu bytes", count,
                           size);
    return array;
}
