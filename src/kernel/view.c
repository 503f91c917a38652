/* What the outside sees of a world. */
#include "kernel/view.h"

#include "kernel/world.h"

const char *qd_event_name(qd_event_kind_t kind)
{
    static const char *const names[QD_EVENTS] = {[QD_EVENT_WORLD] = "world",
                                                 [QD_EVENT_SCHEDULE] = "schedule",
                                                 [QD_EVENT_BLOC_MOVE] = "bloc_move",
                                                 [QD_EVENT_REVIEW] = "review",
                                                 [QD_EVENT_CLUB_MOVE] = "club_move",
                                                 [QD_EVENT_CLUB_REVIEW] = "club_review",
                                                 [QD_EVENT_PARTNER_LEAVES] = "partner_leaves",
                                                 [QD_EVENT_MISSION_GOES_ON] = "mission_goes_on",
                                                 [QD_EVENT_MISSION_ENDS] = "mission_ends",
                                                 [QD_EVENT_CRISIS] = "crisis",
                                                 [QD_EVENT_MOVE] = "move",
                                                 [QD_EVENT_VENUE] = "venue",
                                                 [QD_EVENT_FORESEEN] = "foreseen",
                                                 [QD_EVENT_PARALYSIS] = "paralysis",
                                                 [QD_EVENT_ABSTAIN] = "abstain",
                                                 [QD_EVENT_MISSION] = "mission",
                                                 [QD_EVENT_WAR] = "war",
                                                 [QD_EVENT_BREAKDOWN] = "breakdown",
                                                 [QD_EVENT_PERIOD] = "period",
                                                 [QD_EVENT_END] = "end"};
    return (unsigned)kind < QD_EVENTS ? names[kind] : NULL;
}

qd_crisis_view_t qd_crisis_view(const qd_crisis_t *crisis)
{
    return (qd_crisis_view_t){.period = crisis->period,
                              .number = crisis->number,
                              .severity = crisis->severity,
                              .resistance = crisis->resistance,
                              .values = {crisis->values[0], crisis->values[1]},
                              .place = crisis->place,
                              .target = crisis->target,
                              .initiator = crisis->initiator,
                              .near = crisis->near,
                              .similar = crisis->similar,
                              .stake = crisis->stake,
                              .price = crisis->price};
}

qd_game_view_t qd_game_view(const qd_venue_game_t *game, qd_venue_t venue)
{
    return (qd_game_view_t){.venue = venue,
                            .exists = game->exists,
                            .open = game->open,
                            .passes = game->passes,
                            .side = game->x,
                            .joiners = game->joiners,
                            .opponents = game->opponents,
                            .support = game->support,
                            .opposition = game->opposition,
                            .effort = game->effort,
                            .counter = game->counter,
                            .success = game->success,
                            .legitimacy = game->legitimacy,
                            .escalation = game->escalation,
                            .worth = game->worth};
}

qd_mission_view_t qd_mission_view(const qd_enduring_t *mission)
{
    return (qd_mission_view_t){.start = mission->start,
                               .number = mission->number,
                               .initiator = mission->initiator,
                               .target = mission->target,
                               .venue = mission->venue,
                               .severity = mission->severity,
                               .resistance = mission->resistance,
                               .legitimacy = mission->legitimacy,
                               .side = mission->x,
                               .stake = mission->stake,
                               .support = mission->support,
                               .opposition = mission->opposition,
                               .success = mission->success};
}

static void view_states(const qd_state_t *state, qd_world_view_t *view)
{
    view->states = state->n;
    view->stride = state->padded;
    view->poles = state->poles;
    view->capability = state->c;
    view->place = state->place;
    view->values = state->value;
    view->affinity = state->affinity;
    view->baseline = state->baseline;
    view->proximity = state->proximity;
    view->load = state->load;
    view->support = state->support;
    view->learned = state->learned;
    view->labels = state->labels;
    view->label = state->label;
    view->cohesion = state->cohesion;
    view->depth = state->depth;
    view->level = state->depth > 0 ? state->level : NULL;
    view->readiness = state->depth > 0 ? state->readiness : NULL;
    view->institution = state->institution;
    view->tension = state->tension;
    view->debt = state->debt;
}

void qd_world_view(const qd_world_t *self, const qd_state_t *state, qd_world_view_t *view)
{
    const qd_record_t *record = &self->record;
    *view = (qd_world_view_t){.period = self->period,
                              .periods = record->periods,
                              .seed = self->luck.seed,
                              .world = self->luck.world,
                              .parameters = &self->parameters,
                              .missions = self->enduring,
                              .breakdown = record->cause,
                              .broke = (unsigned)record->broke,
                              .crises = record->crises,
                              .wars = record->wars,
                              .successes = record->successes,
                              .paralyses = record->paralyses};
    view_states(state, view);
    for (size_t k = 0; k < self->enduring; k++)
        view->mission[k] = qd_mission_view(&self->running[k]);
    for (size_t g = 0; g <= QD_VENUES; g++)
        view->met[g] = record->met[g];
}

qd_state_t qd_world_settled(const qd_world_t *self)
{
    qd_state_t settled = self->state;
    if (settled.anchored) /* what is above the diagonal is for the eye alone */
        qd_state_mirror(&settled, settled.baseline, 0.0);
    if (self->owed != 0.0) {
        qd_state_relax(&self->state, self->owed, self->shown);
        settled.affinity = self->shown;
    }
    return settled;
}
