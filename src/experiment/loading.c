#include "experiment/loading.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void *qd_loading_room(qd_loading_t *load, size_t count, size_t size)
{
    return qd_new(count, size, load->error);
}

char *qd_loading_copy(qd_loading_t *load, const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        (void)qd_error_add(load->error, QD_ERROR_MEMORY, "out of memory");
    return copy;
}
