#include "world/empirical.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

static void free_arrays(const qd_empirical_t *self)
{
    free((void *)self->code);
    free((void *)self->capability);
    free((void *)self->place);
    free((void *)self->value);
    free((void *)self->affinity);
    free((void *)self->bloc);
    free((void *)self->pact);
    free((void *)self->rival);
}

/* Allocates zeroed memory if `wanted`; *short_of becomes true when memory is short. */
static void *room_if(bool wanted, size_t count, size_t size, bool *short_of)
{
    void *room = wanted ? qd_new(count, size, NULL) : NULL;
    *short_of = *short_of || (wanted && !room);
    return room;
}

qd_empirical_t *qd_empirical_new(size_t states, qd_empirical_wanted_t wanted, qd_empirical_room_t *room)
{
    bool short_of = false;
    qd_empirical_t *self = room_if(true, 1, sizeof *self, &short_of);
    *room = (qd_empirical_room_t){
        .code = room_if(true, states, sizeof(int), &short_of),
        .capability = room_if(true, states, sizeof(double), &short_of),
        .place = room_if(wanted.places, 3 * states, sizeof(double), &short_of),
        .value = room_if(wanted.values, 2 * states, sizeof(double), &short_of),
        .affinity = room_if(wanted.affinities, states * states, sizeof(double), &short_of),
        .bloc = room_if(wanted.blocs, states, sizeof(int), &short_of),
        .pact = room_if(wanted.pacts, states * states, sizeof(bool), &short_of),
        .rival = room_if(wanted.rivals, states * states, sizeof(bool), &short_of),
    };
    qd_empirical_t made = {.states = states,
                           .poles = 1,
                           .code = room->code,
                           .capability = room->capability,
                           .place = room->place,
                           .value = room->value,
                           .affinity = room->affinity,
                           .bloc = room->bloc,
                           .pact = room->pact,
                           .rival = room->rival};
    if (!short_of) {
        *self = made;
        return self;
    }
    free_arrays(&made);
    free(self);
    return NULL;
}

void qd_empirical_free(qd_empirical_t *self)
{
    if (self)
        free_arrays(self);
    free(self);
}

void qd_empirical_count_poles(qd_empirical_t *self)
{
    self->poles = 1;
    while (self->poles < self->states && self->capability[self->poles] >= QD_POLE_SHARE)
        self->poles++;
}

static bool pairs_hold(const bool pair[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            if (pair[i * n + j] != pair[j * n + i] || (i == j && pair[i * n + j]))
                return false;
    return true;
}

static bool affinities_hold(const qd_empirical_t *self)
{
    size_t n = self->states;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double a = self->affinity[i * n + j];
            if (!(fabs(a) <= 1.0) || a != self->affinity[j * n + i] || (i == j && a != 0.0))
                return false;
        }
    return true;
}

const char *qd_empirical_verify(const qd_empirical_t *self)
{
    double total = 0.0;
    for (size_t i = 0; i < self->states; i++) {
        if (!(self->capability[i] > 0.0) || (i > 0 && self->capability[i] > self->capability[i - 1]))
            return "capabilities that are positive and descend";
        total += self->capability[i];
        for (size_t j = 0; j < i; j++)
            if (self->code[i] == self->code[j])
                return "every code once";
        const double *x = self->place ? self->place + 3 * i : NULL;
        if (x && !(fabs(x[0] * x[0] + x[1] * x[1] + x[2] * x[2] - 1.0) < 1e-9))
            return "places that are unit vectors";
        if (self->value && !(fabs(self->value[2 * i]) <= 100.0 && fabs(self->value[2 * i + 1]) <= 100.0))
            return "values within [-100, 100]";
        if (self->bloc && (self->bloc[i] < 0 || self->bloc[i] > QD_EMPIRICAL_LABELS))
            return "bloc labels from 0 to 8";
    }
    if (!(fabs(total - 1.0) < 1e-9))
        return "capabilities that sum to 1";
    if ((self->pact && !pairs_hold(self->pact, self->states)) ||
        (self->rival && !pairs_hold(self->rival, self->states)))
        return "pacts and rivals that are pairs of two states";
    return self->affinity && !affinities_hold(self)
               ? "affinities that are symmetric, within [-1, 1] and 0 on the diagonal"
               : NULL;
}
