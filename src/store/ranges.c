#include "store/ranges.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static uint64_t end_of(qd_range_t range)
{
    return range.first + range.count;
}

/* Position of the first range that ends at `world` or later. */
static size_t find(const qd_ranges_t *self, uint64_t world)
{
    size_t low = 0, high = self->size;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (end_of(self->range[middle]) < world)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool make_room(qd_ranges_t *self)
{
    qd_range_t *larger = qd_list_room(self->range, self->size, 1, &self->capacity, sizeof *larger);
    self->range = larger != NULL ? larger : self->range;
    return larger != NULL;
}

bool qd_ranges_add(qd_ranges_t *self, qd_range_t range)
{
    if (range.count == 0)
        return true;
    if (!make_room(self))
        return false;
    size_t from = find(self, range.first), to = from;
    uint64_t first = range.first, end = end_of(range);
    for (; to < self->size && self->range[to].first <= end; to++) {
        if (self->range[to].first < first)
            first = self->range[to].first;
        if (end_of(self->range[to]) > end)
            end = end_of(self->range[to]);
    }
    memmove(self->range + from + 1, self->range + to, (self->size - to) * sizeof *self->range);
    self->range[from] = (qd_range_t){first, end - first};
    self->size = self->size + 1 - (to - from);
    return true;
}

uint64_t qd_ranges_shared(const qd_ranges_t *self, qd_range_t range)
{
    uint64_t shared = 0, end = end_of(range);
    for (size_t i = find(self, range.first); i < self->size && self->range[i].first < end; i++) {
        uint64_t low = self->range[i].first > range.first ? self->range[i].first : range.first;
        uint64_t high = end_of(self->range[i]) < end ? end_of(self->range[i]) : end;
        if (high > low)
            shared += high - low;
    }
    return shared;
}

uint64_t qd_ranges_count(const qd_ranges_t *self)
{
    uint64_t count = 0;
    for (size_t i = 0; i < self->size; i++)
        count += self->range[i].count;
    return count;
}

uint64_t qd_ranges_end(const qd_ranges_t *self)
{
    return self->size == 0 ? 0 : end_of(self->range[self->size - 1]);
}

void qd_ranges_free(qd_ranges_t *self)
{
    free(self->range);
    *self = (qd_ranges_t){0};
}
