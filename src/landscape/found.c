#include "landscape/found.h"

#include <math.h>
#include <stdlib.h>

qd_found_t qd_found_empty(size_t limit, double tolerance)
{
    return (qd_found_t){.limit = limit, .tolerance = tolerance, .least = INFINITY};
}

void qd_found_free(qd_found_t *self)
{
    free(self->minimum);
    self->minimum = NULL;
    self->count = self->room = 0;
}

static int by_energy_then_key(const void *left, const void *right)
{
    const qd_found_minimum_t *a = left, *b = right;
    if (a->energy != b->energy)
        return a->energy < b->energy ? -1 : 1;
    return (a->key > b->key) - (a->key < b->key);
}

void qd_found_finish(qd_found_t *self)
{
    if (self->count > 1)
        qsort(self->minimum, self->count, sizeof *self->minimum, by_energy_then_key);
    if (self->count > self->limit)
        self->count = self->limit;
}

static bool make_room(qd_found_t *self)
{
    if (self->count < self->room)
        return true;
    /* Sorting only when twice the limit is reached keeps the cost per addition logarithmic. */
    if (self->count >= 2 * self->limit) {
        qd_found_finish(self);
        return true;
    }
    size_t room = self->room ? 2 * self->room : 16;
    room = room > 2 * self->limit ? 2 * self->limit : room;
    qd_found_minimum_t *grown = realloc(self->minimum, room * sizeof *grown);
    if (!grown) {
        self->out_of_memory = true;
        return false;
    }
    self->minimum = grown;
    self->room = room;
    return true;
}

static void count_optima(qd_found_t *self, double energy, uint64_t times)
{
    if (energy < self->least - self->tolerance)
        self->optima = times;
    else if (energy <= self->least + self->tolerance)
        self->optima += times;
    self->least = energy < self->least ? energy : self->least;
}

static void keep(qd_found_t *self, qd_found_minimum_t minimum)
{
    if (make_room(self))
        self->minimum[self->count++] = minimum;
}

void qd_found_add(qd_found_t *self, double energy, uint64_t key, bool strict)
{
    self->total++;
    count_optima(self, energy, 1);
    keep(self, (qd_found_minimum_t){.energy = energy, .key = key, .strict = strict});
}

void qd_found_merge(qd_found_t *self, qd_found_t *other)
{
    self->total += other->total;
    self->out_of_memory |= other->out_of_memory;
    if (other->total > 0)
        count_optima(self, other->least, other->optima);
    for (size_t m = 0; m < other->count; m++)
        keep(self, other->minimum[m]);
    qd_found_free(other);
}
