/* One world: its memory; and its course: parameters drawn, order sampled, period after period, outcomes.
 *
 * This file and all it calls below the registry is compiled once per instruction set (src/CMakeLists.txt);
 * QD_KERNEL is the one name that each copy shows to the outside. */
#include "kernel/world.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/memory.h"
#include "kernel/hooks.h"
#include "kernel/mission_game.h"
#include "math/reduce.h"
#include "world/sample.h"

/* ---- memory: allocated once, for the largest world that it will hold ----------------------------------- */

/* Every array of a world: its pointer and its rows of `padded` doubles. */
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
    ARRAY(rules.change, 1),
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
    ARRAY(values.followed, 2),
    ARRAY(values.fresh, 1),
    ARRAY(values.scaled, 2),
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
        *array = qd_new_aligned(arrays[k].rows * padded, sizeof **array, NULL);
        complete = complete && *array;
    }
    double **matrices[] = {&self->shown, &self->values.pull, &self->values.unlike, &self->values.raise,
                           &self->values.aim};
    for (size_t k = 0; k < sizeof matrices / sizeof *matrices; k++) {
        *matrices[k] = qd_new_aligned(padded * padded, sizeof **matrices[k], NULL);
        complete = complete && *matrices[k];
    }
    self->rules.order = qd_new(padded, sizeof *self->rules.order, NULL);
    self->labels_before = qd_new(padded, sizeof *self->labels_before, NULL);
    self->listed = qd_new(padded, sizeof *self->listed, NULL);
    self->abreast.log.move = qd_new(padded * QD_PASSES_MAX, sizeof *self->abreast.log.move, NULL);
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
        self->memory = qd_new(self->memory_size, 1, NULL);
    if (plugin->order)
        self->drafted = qd_new((6 + states) * states, sizeof *self->drafted, NULL);
    return (self->memory || self->memory_size == 0) && (self->drafted || !plugin->order);
}

qd_world_t *qd_world_new(size_t states, size_t periods)
{
    qd_world_t *self = qd_new(1, sizeof *self, NULL);
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
    free(self->values.raise);
    free(self->values.aim);
    free(self->values.pull);
    free(self->values.unlike);
    free(self->rules.order);
    free(self->labels_before);
    free(self->listed);
    free(self->abreast.log.move);
    free(self);
}

/* ---- the course of a world ----------------------------------------------------------------------------- */

/* Plays one period; returns NULL, or the reason of the failure. */
static const char *play_period(qd_world_t *self)
{
    if (self->enduring > 0) {
        qd_world_settle(self);
        qd_world_go_on(self);
    }
    unsigned crises =
        qd_crisis_count(&self->count_luck, &self->state, &self->parameters, self->luck, self->period);
    if (crises > 0)
        qd_world_settle(self);
    for (unsigned q = 0; q < crises; q++)
        qd_world_meet_crisis(self, q);
    qd_world_end_period(self);
    if ((self->period + 1) % (unsigned)self->parameters.blocs_review == 0) {
        qd_world_settle(self);
        qd_world_review_blocs(self, true);
        qd_world_review_clubs(self, true);
    }
    qd_record_period(&self->record, &self->state);
    if (self->plan->plugin && self->plan->plugin->period)
        qd_hooks_period(self);
    qd_world_tell(self, QD_EVENT_PERIOD, (qd_inside_t){0});
    if (self->fault)
        return self->fault;
#ifndef NDEBUG
    qd_world_catch_up(self);
    return qd_state_verify(&self->state);
#else
    return qd_state_failure(&self->state);
#endif
}

/* Prepares the world before its first period; returns NULL, or the reason of the failure. */
static const char *draw(qd_world_t *self)
{
    qd_sample_parameters(self->plan, self->luck, &self->parameters);
    size_t periods = (size_t)self->parameters.order_periods;
    if (periods > self->record.path_stride)
        return "there is no room for so many periods";
    const char *failure = qd_hooks_begin(self);
    if (failure)
        return failure;
    if (self->plan->plugin && self->plan->plugin->order)
        failure = qd_hooks_order(self);
    else
        failure = qd_sample_order(&self->state, self->plan, &self->parameters, self->luck);
    if (failure)
        return failure;
    qd_record_reset(&self->record, periods);
    self->period = 0;
    self->learning = false;
    self->owed = 0.0;
    self->enduring = 0;
    self->reaims = self->costed = false;
    self->values.moved = self->values.stale = self->values.half = false;
    qd_world_tell(self, QD_EVENT_WORLD, (qd_inside_t){0});
    return NULL;
}

/* The first blocs and clubs. */
static void form_first(qd_world_t *self)
{
    if (self->parameters.blocs_first != 0.0)
        qd_world_review_blocs(self, false);
    else
        qd_record_labels(&self->record, &self->state);
    qd_world_review_clubs(self, false);
}

static bool fail(qd_world_t *self, const char *failure)
{
    self->stage = QD_STAGE_FAILED;
    self->failure = failure;
    return false;
}

static bool draw_world(qd_world_t *self, const qd_plan_t *plan, qd_luck_t luck, const qd_observer_t *observer)
{
    self->plan = plan;
    self->luck = luck;
    self->observer = observer;
    for (size_t i = 0; self->wants > 0 && i < qd_parameter_count; i++)
        self->want[i] = false;
    self->wants = 0;
    const char *failure = draw(self);
    if (failure)
        return fail(self, failure);
    self->stage = QD_STAGE_DRAWN;
    return true;
}

static bool step(qd_world_t *self)
{
    if (self->stage != QD_STAGE_DRAWN || self->period >= self->record.periods)
        return false;
    self->record.period = self->period;
    qd_world_apply_schedule(self);
    if (self->period == 0)
        form_first(self);
    const char *failure = play_period(self);
    if (failure)
        return fail(self, failure);
    self->period++;
    return true;
}

/* A period by itself, after which the world may be looked at. */
static bool step_once(qd_world_t *self)
{
    bool more = step(self);
    qd_world_catch_up(self);
    return more;
}

static bool look(const qd_world_t *self, qd_world_view_t *view)
{
    if (self->stage < QD_STAGE_DRAWN)
        return false;
    qd_state_t settled = qd_world_settled(self);
    qd_world_view(self, &settled, view);
    return true;
}

/* Ends the world after its last period. */
static void end(qd_world_t *self)
{
    qd_world_settle(self);
    for (size_t k = 0; k < self->enduring; k++)
        self->record.length += self->record.periods - self->running[k].start;
    self->stage = QD_STAGE_ENDED;
}

static void finish(qd_world_t *self, qd_result_t *result)
{
    while (step(self))
        ;
    *result = (qd_result_t){.path = self->record.keeps_paths ? self->record.path : NULL,
                            .path_stride = self->record.path_stride};
    if (self->stage < QD_STAGE_DRAWN) {
        result->failure = self->stage == QD_STAGE_FAILED ? self->failure : "no world was drawn";
        return;
    }
    bool ends = self->stage == QD_STAGE_DRAWN;
    if (ends)
        end(self);
    result->periods = self->record.periods;
    qd_record_outcomes(&self->record, &self->state, self->spare, &result->outcomes);
    if (self->plan->plugin) {
        result->failure = qd_hooks_finish(self, &result->outcomes);
        if (result->failure) {
            fail(self, result->failure);
            result->periods = 0;
            return;
        }
    }
    if (ends) {
        self->period--; /* the event belongs to the last period */
        qd_world_tell(self, QD_EVENT_END, (qd_inside_t){.outcomes = &result->outcomes});
        self->period++;
    }
}

static void play(qd_world_t *self, const qd_plan_t *plan, qd_luck_t luck, const qd_observer_t *observer,
                 qd_result_t *result)
{
    (void)draw_world(self, plan, luck, observer);
    finish(self, result);
}

const qd_kernel_t QD_KERNEL = {
    .play = play, .draw = draw_world, .step = step_once, .look = look, .finish = finish};
