#include "store/unit.h"

#include <stdlib.h>

#include "quadrille/registry.h"

#define WORLDS_END       ((uint64_t)1 << 62)
#define PATH_BYTES_LEAST 2 /* of one period of one series in an encoded tally: number of bins, sum */

void qd_unit_clear(qd_unit_t *self)
{
    for (size_t i = 0; i < self->failures; i++)
        free((void *)(uintptr_t)self->failure[i].reason);
    free(self->failure);
    free(self->range);
    free(self->label);
    *self = (qd_unit_t){0};
}

static bool are_ranges_sound(const qd_unit_t *self)
{
    uint64_t end = 0;
    for (size_t r = 0; r < self->ranges; r++) {
        qd_range_t range = self->range[r].range;
        if (range.count == 0 || range.first < end || range.first >= WORLDS_END ||
            range.count > WORLDS_END - range.first)
            return false;
        end = range.first + range.count;
    }
    return self->ranges > 0;
}

/* Both lists ascend, so one pass finds the range of every failure. */
static bool are_failures_sound(const qd_unit_t *self)
{
    size_t r = 0;
    for (size_t f = 0; f < self->failures; f++) {
        uint64_t world = self->failure[f].world;
        if (f > 0 && world <= self->failure[f - 1].world)
            return false;
        while (r < self->ranges && world >= self->range[r].range.first + self->range[r].range.count)
            r++;
        if (r == self->ranges || world < self->range[r].range.first)
            return false;
    }
    return true;
}

bool qd_unit_has_room_for_paths(const qd_unit_t *self)
{
    return self->tally_size / (QD_SERIES_COUNT * PATH_BYTES_LEAST) >= self->periods;
}

bool qd_unit_is_sound(const qd_unit_t *self)
{
    double most = qd_parameter_info(QD_P_order_periods)->high;
    bool fits = self->periods >= 1 && (double)self->periods <= most;
    return fits && are_ranges_sound(self) && are_failures_sound(self);
}
