#include "store/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "quadrille/registry.h"

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
    self->range = larger ? larger : self->range;
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

/* Both lists ascend, so that one pass finds the range of every failure. */
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
    return self->tally_size / ((size_t)QD_SERIES_COUNT * PATH_BYTES_LEAST) >= self->periods;
}

bool qd_unit_is_sound(const qd_unit_t *self)
{
    double most = qd_parameter_info(QD_P_order_periods)->high;
    bool fits = self->periods >= 1 && (double)self->periods <= most;
    return fits && are_ranges_sound(self) && are_failures_sound(self);
}

static int compare_hashes(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static size_t find_hash(const qd_slots_t *self, uint64_t hash)
{
    const uint64_t *found = bsearch(&hash, self->hash, self->distinct, sizeof hash, compare_hashes);
    return found ? (size_t)(found - self->hash) : QD_NO_SLOT;
}

qd_status_t qd_slots_init(qd_slots_t *self, const qd_experiment_t *experiment, qd_error_t *error)
{
    size_t points = experiment->points;
    *self = (qd_slots_t){.experiment = experiment};
    self->hash = qd_new(points, sizeof *self->hash, error);
    self->of_point = qd_new(points, sizeof *self->of_point, error);
    self->point = qd_new(points, sizeof *self->point, error);
    if (!self->hash || !self->of_point || !self->point) {
        qd_slots_free(self);
        return qd_no_memory(error);
    }
    for (size_t i = 0; i < points; i++)
        self->hash[i] = experiment->point[i].hash;
    qsort(self->hash, points, sizeof *self->hash, compare_hashes);
    for (size_t i = 0; i < points; i++)
        if (i == 0 || self->hash[i] != self->hash[self->distinct - 1])
            self->hash[self->distinct++] = self->hash[i];
    for (size_t i = points; i-- > 0;) {
        self->of_point[i] = find_hash(self, experiment->point[i].hash);
        self->point[self->of_point[i]] = i;
    }
    self->count = self->distinct * experiment->orders;
    return QD_OK;
}

void qd_slots_free(qd_slots_t *self)
{
    free(self->hash);
    free(self->of_point);
    free(self->point);
    *self = (qd_slots_t){0};
}

size_t qd_slots_at(const qd_slots_t *self, size_t point, size_t order)
{
    return self->of_point[point] * self->experiment->orders + order;
}

size_t qd_slots_point(const qd_slots_t *self, size_t slot)
{
    return self->point[slot / self->experiment->orders];
}

size_t qd_slots_find(const qd_slots_t *self, uint64_t hash, const char *label)
{
    size_t position = find_hash(self, hash);
    if (position == QD_NO_SLOT)
        return QD_NO_SLOT;
    for (size_t order = 0; order < self->experiment->orders; order++)
        if (strcmp(self->experiment->order[order].label, label) == 0)
            return position * self->experiment->orders + order;
    return QD_NO_SLOT;
}
