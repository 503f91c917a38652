#include "engine/twins.h"

#include <stdint.h>
#include <stdlib.h>

#include "store/slots.h"

qd_status_t qd_twins_find(const qd_experiment_t *experiment, size_t **first, qd_error_t *error)
{
    qd_slots_t slots;
    qd_status_t status = qd_slots_init(&slots, experiment, error);
    if (status != QD_OK)
        return status;
    size_t *of_slot = malloc((slots.distinct + 1) * sizeof *of_slot);
    *first = malloc((experiment->points + 1) * sizeof **first);
    if (!of_slot || !*first) {
        free(*first);
        *first = NULL;
        status = qd_error_add(error, QD_ERROR_MEMORY, "no memory for %zu design points", experiment->points);
        goto out;
    }
    for (size_t i = 0; i < slots.distinct; i++)
        of_slot[i] = SIZE_MAX;
    for (size_t p = 0; p < experiment->points; p++) {
        size_t *at = &of_slot[slots.of_point[p]];
        *at = *at == SIZE_MAX ? p : *at;
        (*first)[p] = *at;
    }

out:
    free(of_slot);
    qd_slots_free(&slots);
    return status;
}
