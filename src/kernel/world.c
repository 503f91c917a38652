/* The memory of a world, allocated once for the largest it will ever hold. */
#include "kernel/world.h"

#include <stddef.h>
#include <stdlib.h>

#include "kernel/mission_game.h"
#include "math/reduce.h"

/* Every array of a world's own: where its pointer is, and its rows of `padded` doubles. */
#define ARRAY(member, rows)                                                                                  \
    {                                                                                                        \
        offsetof(qd_world_t, member), rows                                                                   \
    }
static const struct {
    size_t at, rows;
} arrays[] = {
    ARRAY(crisis.near, 1),
    ARRAY(crisis.similar, 1),
    ARRAY(crisis.stake, 1),
    ARRAY(crisis.price, 1),
    ARRAY(rules.open, 1),
    ARRAY(rules.saved, 1),
    ARRAY(rules.strength, 1),
    ARRAY(rules.field, 1),
    ARRAY(rules.up, 1),
    ARRAY(rules.down, 1),
    ARRAY(rules.between, 1),
    ARRAY(rules.club, 1),
    ARRAY(abreast.field, QD_ABREAST),
    ARRAY(abreast.up, QD_ABREAST),
    ARRAY(abreast.down, QD_ABREAST),
    ARRAY(abreast.x, QD_ABREAST),
    ARRAY(abreast.change, QD_ABREAST),
#define QD_VENUE(id, name, frame, joiners, savers, outside, start, effect) ARRAY(venue[QD_##id].x, 1),
#include "quadrille/venues.def"
#undef QD_VENUE
#define ENDURING(k)                                                                                          \
    ARRAY(running[k].x, 1), ARRAY(running[k].stake, 1), ARRAY(running[k].term, 1),                           \
        ARRAY(running[k].saves, 1), ARRAY(running[k].member, 1)
    ENDURING(0),
    ENDURING(1),
    ENDURING(2),
    ENDURING(3),
    ENDURING(4),
    ENDURING(5),
    ENDURING(6),
    ENDURING(7),
#undef ENDURING
    ARRAY(club_cost, 1),
    ARRAY(club_exposure, 1),
    ARRAY(club_company, QD_CLUBS_MAX *QD_DEPTH_MAX),
    ARRAY(club_hostility, QD_CLUBS_MAX *QD_DEPTH_MAX),
    ARRAY(levels_before, QD_CLUBS_MAX),
    ARRAY(values.root, 2),
    ARRAY(growth_luck.normal, QD_GROWTH_PERIODS),
    ARRAY(spare, 5),
    ARRAY(bloc_company, QD_LABELS_MAX + 1),
    ARRAY(bloc_hostility, QD_LABELS_MAX + 1),
    ARRAY(bloc_exposure, 1),
};
#define ARRAYS (sizeof arrays / sizeof *arrays)

static double **array_of(qd_world_t *self, size_t k)
{
    return (double **)(void *)((char *)self + arrays[k].at);
}

static bool allocate(qd_world_t *self, size_t padded)
{
    bool complete = true;
    for (size_t k = 0; k < ARRAYS; k++) {
        double **array = array_of(self, k);
        *array = aligned_alloc(64, arrays[k].rows * padded * sizeof **array);
        complete = complete && *array;
    }
    double **matrices[] = {&self->shown, &self->bond, &self->values.alike, &self->values.unlike,
                           &self->values.fresh};
    for (size_t k = 0; k < sizeof matrices / sizeof *matrices; k++) {
        *matrices[k] = aligned_alloc(64, padded * padded * sizeof **matrices[k]);
        complete = complete && *matrices[k];
    }
    self->rules.order = malloc(padded * sizeof *self->rules.order);
    self->labels_before = malloc(padded * sizeof *self->labels_before);
    self->listed = malloc(padded * sizeof *self->listed);
    self->abreast.log.move = malloc(padded * QD_PASSES_MAX * sizeof *self->abreast.log.move);
    return complete && self->abreast.log.move && self->rules.order && self->labels_before && self->listed;
}

/* Memory for the plugin in use, if there is one. */
static bool allocate_for_plugin(qd_world_t *self, size_t states)
{
    const qd_plugin_t *plugin = self->made_for = qd_plugin_in_use();
    if (!plugin)
        return true;
    self->memory_size = plugin->memory + states * plugin->memory_per_state;
    if (self->memory_size > 0)
        self->memory = malloc(self->memory_size);
    if (plugin->order)
        self->drafted = malloc((6 + states) * states * sizeof *self->drafted);
    return (self->memory || self->memory_size == 0) && (self->drafted || !plugin->order);
}

qd_world_t *qd_world_new(size_t states, size_t periods)
{
    qd_world_t *self = calloc(1, sizeof *self);
    if (!self)
        return NULL;
    bool complete = qd_state_init(&self->state, states);
    complete = qd_record_init(&self->record, states, periods) && complete;
    complete = allocate_for_plugin(self, qd_padded(states)) && complete;
    if (allocate(self, qd_padded(states)) && complete)
        return self;
    qd_world_free(self);
    return NULL;
}

void qd_world_keep_paths(qd_world_t *self, bool wanted)
{
    self->record.keeps_paths = wanted;
}

void qd_world_free(qd_world_t *self)
{
    if (!self)
        return;
    qd_state_free(&self->state);
    qd_record_free(&self->record);
    for (size_t k = 0; k < ARRAYS; k++)
        free(*array_of(self, k));
    free(self->memory);
    free(self->drafted);
    free(self->shown);
    free(self->bond);
    free(self->values.alike);
    free(self->values.unlike);
    free(self->values.fresh);
    free(self->rules.order);
    free(self->labels_before);
    free(self->listed);
    free(self->abreast.log.move);
    free(self);
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
                            .company = self->bloc_company,
                            .reach = self->bloc_reach,
                            .exposure = self->bloc_exposure,
                            .first = self->first_member,
                            .next = self->listed,
                            .hostility = self->bloc_hostility};
}
