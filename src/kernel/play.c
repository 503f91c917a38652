/* One world, straight through: parameters drawn, order sampled, period after period, outcomes.
 *
 * This file and all it calls below the registry is compiled once per instruction set (src/CMakeLists.txt);
 * QD_PLAY is the one name that each copy shows to the outside. */
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
    qd_world_tell(self, QD_EVENT_PERIOD, (qd_event_t){0});
#ifndef NDEBUG
    return qd_state_verify(&self->state);
#else
    return qd_state_failure(&self->state);
#endif
}

/* The world from its drawing to its last period; NULL, or why it failed. */
static const char *play_whole(qd_world_t *self)
{
    qd_sample_parameters(self->plan, self->luck, &self->parameters);
    size_t periods = (size_t)self->parameters.order_periods;
    if (periods > self->record.path_stride)
        return "there is no room for so many periods";
    const char *failure = qd_sample_order(&self->state, self->plan, &self->parameters, self->luck);
    if (failure)
        return failure;
    qd_record_reset(&self->record, periods);
    self->period = 0;
    self->learning = false;
    self->owed = 0.0;
    self->enduring = 0;
    self->values.moved = self->values.stale = false;
    qd_world_tell(self, QD_EVENT_WORLD, (qd_event_t){0});
    for (size_t t = 0; t < periods; t++) {
        self->period = (unsigned)t;
        self->record.period = t;
        qd_world_apply_schedule(self);
        if (t == 0) {
            if (self->parameters.blocs_first != 0.0)
                qd_world_review_blocs(self, false);
            else
                qd_record_labels(&self->record, &self->state);
            qd_world_review_clubs(self, false);
        }
        failure = play_period(self);
        if (failure)
            return failure;
    }
    qd_world_settle(self);
    for (size_t k = 0; k < self->enduring; k++)
        self->record.length += periods - self->running[k].start;
    return NULL;
}

void QD_PLAY(qd_world_t *self, const qd_plan_t *plan, qd_luck_t luck, const qd_observer_t *observer,
             qd_result_t *result)
{
    self->plan = plan;
    self->luck = luck;
    self->observer = observer;
    *result = (qd_result_t){.path = self->record.path, .path_stride = self->record.path_stride};
    result->failure = play_whole(self);
    if (result->failure)
        return;
    result->periods = self->record.periods;
    qd_record_outcomes(&self->record, &self->state, self->spare, &result->outcomes);
    qd_world_tell(self, QD_EVENT_END, (qd_event_t){.outcomes = &result->outcomes});
}
