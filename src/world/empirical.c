#include "world/empirical.h"

#include <math.h>
#include <stdlib.h>

qd_empirical_t *qd_empirical_new(size_t states, bool places, bool values, bool affinities, bool blocs,
                                 qd_empirical_room_t *room)
{
    qd_empirical_t *self = calloc(1, sizeof *self);
    *room = (qd_empirical_room_t){
        .code = calloc(states, sizeof(int)),
        .capability = calloc(states, sizeof(double)),
        .place = places ? calloc(3 * states, sizeof(double)) : NULL,
        .value = values ? calloc(2 * states, sizeof(double)) : NULL,
        .affinity = affinities ? calloc(states * states, sizeof(double)) : NULL,
        .bloc = blocs ? calloc(states, sizeof(int)) : NULL,
    };
    bool whole = self && room->code && room->capability && (!places || room->place) &&
                 (!values || room->value) && (!affinities || room->affinity) && (!blocs || room->bloc);
    if (!whole) {
        free(self);
        free(room->code);
        free(room->capability);
        free(room->place);
        free(room->value);
        free(room->affinity);
        free(room->bloc);
        return NULL;
    }
    *self = (qd_empirical_t){.states = states,
                             .poles = 1,
                             .code = room->code,
                             .capability = room->capability,
                             .place = room->place,
                             .value = room->value,
                             .affinity = room->affinity,
                             .bloc = room->bloc};
    return self;
}

void qd_empirical_free(qd_empirical_t *self)
{
    if (!self)
        return;
    free((void *)self->code);
    free((void *)self->capability);
    free((void *)self->place);
    free((void *)self->value);
    free((void *)self->affinity);
    free((void *)self->bloc);
    free(self);
}

void qd_empirical_count_poles(qd_empirical_t *self)
{
    self->poles = 1;
    while (self->poles < self->states && self->capability[self->poles] >= QD_POLE_SHARE)
        self->poles++;
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
    return self->affinity && !affinities_hold(self)
               ? "affinities that are symmetric, within [-1, 1] and 0 on the diagonal"
               : NULL;
}
