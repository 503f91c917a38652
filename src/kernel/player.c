/* The memory of a world, allocated once for the largest it will ever hold; and what others may see of it. */
#include "kernel/player.h"

#include <stdlib.h>

#include "math/reduce.h"

static double *array(size_t count)
{
    return aligned_alloc(64, count * sizeof(double));
}

static bool allocate(qd_world_t *self, size_t padded)
{
    self->crisis.near = array(padded);
    self->crisis.similar = array(padded);
    self->crisis.stake = array(padded);
    self->crisis.price = array(padded);
    self->rules.base = array(padded);
    self->rules.pressed = array(padded);
    self->rules.saved = array(padded);
    self->rules.member = array(padded);
    self->rules.strength = array(padded);
    self->abreast.field = array(QD_ABREAST * padded);
    self->abreast.up = array(QD_ABREAST * padded);
    self->abreast.down = array(QD_ABREAST * padded);
    self->abreast.x = array(QD_ABREAST * padded);
    self->rules.field = array(padded);
    self->rules.up = array(padded);
    self->rules.down = array(padded);
    self->rules.own = array(padded);
    self->rules.order = malloc(padded * sizeof(uint32_t));
    self->growth_luck.normal = array(QD_GROWTH_PERIODS * padded);
    self->spare = array(5 * padded);
    self->labels_before = malloc(padded * sizeof(int));
    self->shown = array(padded * padded);
    self->bloc_field = array((QD_LABELS_MAX + 1) * padded);
    self->bloc_spare = array((1 + QD_BLOC_TOGETHER) * padded);
    self->listed = malloc(padded * sizeof(int));
    bool complete = self->crisis.near && self->crisis.similar && self->crisis.stake && self->crisis.price &&
                    self->rules.base && self->rules.pressed && self->rules.saved && self->rules.member &&
                    self->rules.strength && self->abreast.field && self->abreast.up && self->abreast.down &&
                    self->abreast.x && self->rules.field && self->rules.up && self->rules.down &&
                    self->rules.own && self->rules.order && self->spare && self->labels_before &&
                    self->bloc_field && self->bloc_spare && self->listed && self->shown;
    for (size_t g = 0; g < QD_VENUES; g++) {
        self->venue[g].x = array(padded);
        complete = complete && self->venue[g].x;
    }
    return complete && self->growth_luck.normal;
}

qd_world_t *qd_world_new(size_t states, size_t periods)
{
    qd_world_t *self = calloc(1, sizeof *self);
    if (!self)
        return NULL;
    bool complete = qd_state_init(&self->state, states);
    complete = qd_record_init(&self->record, states, periods) && complete;
    if (allocate(self, qd_padded(states)) && complete)
        return self;
    qd_world_free(self);
    return NULL;
}

void qd_world_free(qd_world_t *self)
{
    if (!self)
        return;
    qd_state_free(&self->state);
    qd_record_free(&self->record);
    free(self->crisis.near);
    free(self->crisis.similar);
    free(self->crisis.stake);
    free(self->crisis.price);
    free(self->rules.base);
    free(self->rules.pressed);
    free(self->rules.saved);
    free(self->rules.member);
    free(self->rules.strength);
    free(self->abreast.field);
    free(self->abreast.up);
    free(self->abreast.down);
    free(self->abreast.x);
    free(self->rules.field);
    free(self->rules.up);
    free(self->rules.down);
    free(self->rules.own);
    free(self->rules.order);
    free(self->growth_luck.normal);
    free(self->spare);
    free(self->labels_before);
    free(self->shown);
    free(self->bloc_field);
    free(self->bloc_spare);
    free(self->listed);
    for (size_t g = 0; g < QD_VENUES; g++)
        free(self->venue[g].x);
    free(self);
}

void qd_world_show(const qd_world_t *self, qd_event_kind_t kind, qd_event_t *event)
{
    event->kind = kind;
    event->period = self->period;
    event->parameters = &self->parameters;
    event->state = &self->state;
    qd_state_t settled = self->state; /* the world must not go another way for being watched */
    if (self->owed != 0.0) {
        qd_state_relax(&self->state, self->owed, self->shown);
        settled.affinity = self->shown;
        event->state = &settled;
    }
    event->record = &self->record;
    self->observer->see(self->observer->context, event);
}

qd_bloc_game_t qd_world_bloc_game(qd_world_t *self)
{
    qd_state_t *state = &self->state;
    const qd_parameters_t *p = &self->parameters;
    return (qd_bloc_game_t){.n = state->n,
                            .padded = state->padded,
                            .labels = state->labels,
                            .c = state->c,
                            .affinity = state->affinity,
                            .cohesion = state->cohesion,
                            .threat = p->blocs_threat,
                            .cost = p->blocs_cost,
                            .switching_cost = p->blocs_switching_cost,
                            .label = state->label,
                            .members = self->members,
                            .field = self->bloc_field,
                            .self_worth = self->bloc_spare,
                            .scratch = self->bloc_spare + state->padded,
                            .listed = self->listed};
}
