#include "store/slots.h"

#include <stdlib.h>
#include <string.h>

static int compare_hashes(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static size_t find_hash(const qd_slots_t *self, uint64_t hash)
{
    const uint64_t *found = bsearch(&hash, self->hash, self->distinct, sizeof hash, compare_hashes);
    return found == NULL ? QD_NO_SLOT : (size_t)(found - self->hash);
}

qd_status_t qd_slots_init(qd_slots_t *self, const qd_experiment_t *experiment, qd_error_t *error)
{
    size_t points = experiment->points;
    *self = (qd_slots_t){.experiment = experiment};
    self->hash = malloc((points + 1) * sizeof *self->hash);
    self->of_point = malloc((points + 1) * sizeof *self->of_point);
    self->point = malloc((points + 1) * sizeof *self->point);
    if (self->hash == NULL || self->of_point == NULL || self->point == NULL) {
        qd_slots_free(self);
        return qd_error_add(error, QD_ERROR_MEMORY, "out of memory for %zu design points", points);
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
