/* One world: parameters drawn, order sampled, period after period, outcomes.
 *
 * This file and all it calls below the registry is compiled once per instruction set (src/CMakeLists.txt);
 * QD_KERNEL is the one name that each copy shows to the outside. */
#include "kernel/hooks.h"
#include "kernel/world.h"
#include "world/sample.h"

/* One period; NULL, or why the world cannot go on. */
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
    return qd_state_verify(&self->state);
#else
    return qd_state_failure(&self->state);
#endif
}

/* The world as it is before its first period; NULL, or why it cannot be. */
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
    self->values.moved = self->values.stale = false;
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

static bool look(const qd_world_t *self, qd_world_view_t *view)
{
    if (self->stage < QD_STAGE_DRAWN)
        return false;
    qd_state_t settled = qd_world_settled(self);
    qd_world_view(self, &settled, view);
    return true;
}

/* The last period is over. */
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
    .play = play, .draw = draw_world, .step = step, .look = look, .finish = finish};
