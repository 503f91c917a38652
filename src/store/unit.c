#include "store/unit.h"

#include <stdlib.h>

void qd_unit_clear(qd_unit_t *self)
{
    for (size_t i = 0; i < self->failures; i++)
        free((void *)(uintptr_t)self->failure[i].reason);
    free(self->failure);
    free(self->range);
    free(self->label);
    *self = (qd_unit_t){0};
}
