#include "landscape/found.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

qd_found_t qd_found_empty(size_t limit, double tolerance)
{
    return (qd_found_t){.limit = limit, .tolerance = tolerance, .least = INFINITY};
}

static void drop_from(qd_found_t *self, size_t count)
{
    for (size_t m = count; m < self->count; m++)
        free(self->minimum[m].amount);
    self->count = count;
}

void qd_found_free(qd_found_t *self)
{
    drop_from(self, 0);
    free(self->minimum);
    self->minimum = NULL;
    self->room = 0;
}

/* -1, 0 or 1: by digits where there are some. */
static int compare_energies(double a, const qd_amount_t *amount_a, double b, const qd_amount_t *amount_b)
{
    if (amount_a && amount_b)
        return qd_amount_compare(amount_a, amount_b);
    return (a > b) - (a < b);
}

static int by_energy_then_key(const void *left, const void *right)
{
    const qd_found_minimum_t *a = left, *b = right;
    int order = compare_energies(a->energy, a->amount, b->energy, b->amount);
    return order ? order : (a->key > b->key) - (a->key < b->key);
}

void qd_found_finish(qd_found_t *self)
{
    if (self->count > 1)
        qsort(self->minimum, self->count, sizeof *self->minimum, by_energy_then_key);
    for (size_t m = 1; m < self->count && self->tolerance > 0.0; m++)
        if (self->minimum[m].energy - self->minimum[m - 1].energy <= self->tolerance)
            self->undecided = true;
    if (self->count > self->limit)
        drop_from(self, self->limit);
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

static void count_optima(qd_found_t *self, double energy, const qd_amount_t *amount, uint64_t times)
{
    const qd_amount_t *least = self->least_amount.digits > 0 ? &self->least_amount : NULL;
    int order = compare_energies(energy, amount, self->least, least);
    if (self->tolerance > 0.0 && fabs(energy - self->least) <= self->tolerance)
        self->undecided = true;
    self->optima = order < 0 ? times : order == 0 ? self->optima + times : self->optima;
    if (order >= 0)
        return;
    self->least = energy;
    if (amount)
        self->least_amount = *amount;
}

static void keep(qd_found_t *self, qd_found_minimum_t minimum)
{
    if (make_room(self))
        self->minimum[self->count++] = minimum;
    else
        free(minimum.amount);
}

void qd_found_add(qd_found_t *self, double energy, const qd_amount_t *amount, uint64_t key, bool strict)
{
    qd_found_minimum_t minimum = {.energy = energy, .key = key, .strict = strict};
    self->total++;
    count_optima(self, energy, amount, 1);
    if (amount) {
        minimum.amount = qd_new(1, sizeof *minimum.amount, NULL);
        if (!minimum.amount) {
            self->out_of_memory = true;
            return;
        }
        *minimum.amount = *amount;
    }
    keep(self, minimum);
}

void qd_found_merge(qd_found_t *self, qd_found_t *other)
{
    self->total += other->total;
    self->out_of_memory |= other->out_of_memory;
    self->undecided |= other->undecided;
    if (other->total > 0)
        count_optima(self, other->least, other->least_amount.digits > 0 ? &other->least_amount : NULL,
                     other->optima);
    for (size_t m = 0; m < other->count; m++)
        keep(self, other->minimum[m]);
    other->count = 0; /* their amounts have gone over */
    qd_found_free(other);
}
