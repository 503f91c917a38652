#include "engine/trace.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "quadrille/event.h"

/* ---- pieces of JSON ------------------------------------------------------------------------------------ */

static void put_real(FILE *out, double value)
{
    if (isfinite(value))
        fprintf(out, "%.17g", value);
    else
        fputs("null", out);
}

static void member(FILE *out, const char *name, double value)
{
    fprintf(out, ",\"%s\":", name);
    put_real(out, value);
}

static void text_member(FILE *out, const char *name, const char *value)
{
    fprintf(out, ",\"%s\":\"", name);
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            fputc('\\', out);
        fputc(*value, out);
    }
    fputc('"', out);
}

static void flag_member(FILE *out, const char *name, bool value)
{
    fprintf(out, ",\"%s\":%s", name, value ? "true" : "false");
}

/* A state, or null for nobody. */
static void state_member(FILE *out, const char *name, int state)
{
    if (state == QD_NOBODY)
        fprintf(out, ",\"%s\":null", name);
    else
        fprintf(out, ",\"%s\":%d", name, state);
}

static void put_array(FILE *out, size_t n, const double value[], size_t stride)
{
    for (size_t i = 0; i < n; i++) {
        fputc(i ? ',' : '[', out);
        put_real(out, value[i * stride]);
    }
    fputs(n ? "]" : "[]", out);
}

static void array_member(FILE *out, const char *name, size_t n, const double value[])
{
    fprintf(out, ",\"%s\":", name);
    put_array(out, n, value, 1);
}

/* rows x columns, row by row. */
static void matrix_member(FILE *out, const char *name, size_t rows, size_t columns, const double value[],
                          size_t row_stride, size_t column_stride)
{
    fprintf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < rows; i++) {
        if (i)
            fputc(',', out);
        put_array(out, columns, value + i * row_stride, column_stride);
    }
    fputc(']', out);
}

static void labels_member(FILE *out, const char *name, size_t n, const int label[])
{
    fprintf(out, ",\"%s\":", name);
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%c%d", i ? ',' : '[', label[i]);
    fputs("]", out);
}

/* The states whose side is x. */
static void side_member(FILE *out, const char *name, size_t n, const double x[], double side)
{
    bool any = false;
    fprintf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < n; i++)
        if (x[i] == side) {
            fprintf(out, "%s%zu", any ? "," : "", i);
            any = true;
        }
    fputc(']', out);
}

/* Parameters that are not as they were told last; all of them where `all`. */
static void parameters_member(qd_trace_t *self, const qd_parameters_t *now, bool all)
{
    bool any = false;
    fputs(",\"parameters\":{", self->out);
    for (size_t i = 0; i < qd_parameter_count; i++) {
        if (!all && memcmp(&now->value[i], &self->parameters.value[i], sizeof now->value[i]) == 0)
            continue;
        fprintf(self->out, "%s\"%s\":", any ? "," : "", qd_parameter_name(i));
        put_real(self->out, now->value[i]);
        any = true;
    }
    fputc('}', self->out);
    self->parameters = *now;
}

/* ---- events -------------------------------------------------------------------------------------------- */

/* The levels of every state in every club, club by club; nothing without clubs. */
static void levels_member(FILE *out, const qd_world_view_t *world)
{
    if (world->depth > 0)
        matrix_member(out, "levels", world->poles, world->states, world->level, world->stride, 1);
}

static void tell_world(qd_trace_t *self, const qd_event_t *event)
{
    FILE *out = self->out;
    const qd_world_view_t *world = event->world;
    fprintf(out, ",\"seed\":%" PRIu64 ",\"world\":%" PRIu64, self->luck.seed, self->luck.world);
    text_member(out, "order", self->order);
    text_member(out, "point", self->point);
    parameters_member(self, event->world->parameters, true);
    fprintf(out, ",\"states\":%zu,\"poles\":%zu", world->states, world->poles);
    if (self->plan->empirical && self->plan->empirical->code)
        labels_member(out, "code", world->states, self->plan->empirical->code);
    array_member(out, "capability", world->states, world->capability);
    matrix_member(out, "place", world->states, 3, world->place, 1, world->stride);
    matrix_member(out, "values", world->states, 2, world->values, 1, world->stride);
    matrix_member(out, "affinity", world->states, world->states, world->affinity, world->stride, 1);
    labels_member(out, "labels", world->states, world->label);
    member(out, "institution", world->institution);
    levels_member(out, world);
    if (world->depth > 0)
        array_member(out, "readiness", world->states, world->readiness);
}

static void tell_crisis(const qd_trace_t *self, const qd_event_t *event)
{
    const qd_crisis_view_t *crisis = event->crisis;
    fprintf(self->out, ",\"number\":%u", crisis->number);
    member(self->out, "severity", crisis->severity);
    state_member(self->out, "target", crisis->target);
    state_member(self->out, "initiator", crisis->initiator);
    member(self->out, "resistance", crisis->resistance);
    array_member(self->out, "values", 2, crisis->values);
    array_member(self->out, "place", 3, crisis->place);
    array_member(self->out, "stakes", event->world->states, crisis->stake);
    array_member(self->out, "prices", event->world->states, crisis->price);
}

/* Which crisis of the period, through which venue. */
static void venue_members(const qd_trace_t *self, const qd_event_t *event)
{
    fprintf(self->out, ",\"number\":%u,\"venue\":\"%s\"", event->crisis->number, qd_venue_name(event->venue));
}

static void votes_members(const qd_trace_t *self, const qd_event_t *event)
{
    side_member(self->out, "join", event->world->states, event->game->side, 1.0);
    side_member(self->out, "oppose", event->world->states, event->game->side, -1.0);
}

static void tell_venue(const qd_trace_t *self, const qd_event_t *event)
{
    const qd_game_view_t *game = event->game;
    venue_members(self, event);
    flag_member(self->out, "exists", game->exists);
    if (!game->exists)
        return;
    flag_member(self->out, "open", game->open);
    votes_members(self, event);
    fprintf(self->out, ",\"passes\":%d", game->passes);
    member(self->out, "support", game->support);
    member(self->out, "opposition", game->opposition);
    member(self->out, "effort", game->effort);
    member(self->out, "counter_effort", game->counter);
    member(self->out, "success_probability", game->success);
    member(self->out, "legitimacy", game->legitimacy);
    member(self->out, "escalation", game->escalation);
    member(self->out, "worth", game->worth);
}

static void tell_move(const qd_trace_t *self, const qd_event_t *event)
{
    venue_members(self, event);
    fprintf(self->out, ",\"state\":%zu,\"from\":%d,\"to\":%d", event->mover, (int)event->before,
            (int)event->after);
}

static void tell_mission(const qd_trace_t *self, const qd_event_t *event)
{
    venue_members(self, event);
    flag_member(self->out, "success", event->success);
    flag_member(self->out, "endures", event->endures);
    state_member(self->out, "initiator", event->crisis->initiator);
    state_member(self->out, "target", event->crisis->target);
    votes_members(self, event);
}

/* Which mission it is, by its start and the number of its crisis then, and how old. */
static void enduring_members(const qd_trace_t *self, const qd_event_t *event)
{
    fprintf(self->out, ",\"start\":%u,\"number\":%u,\"age\":%u,\"venue\":\"%s\"", event->mission->start,
            event->mission->number, event->age, qd_venue_name(event->venue));
}

static void tell_enduring(const qd_trace_t *self, const qd_event_t *event)
{
    const qd_mission_view_t *mission = event->mission;
    enduring_members(self, event);
    if (event->kind == QD_EVENT_MISSION_ENDS)
        text_member(self->out, "why", qd_ended_name(event->ended));
    state_member(self->out, "initiator", mission->initiator);
    state_member(self->out, "target", mission->target);
    side_member(self->out, "join", event->world->states, mission->side, 1.0);
    side_member(self->out, "oppose", event->world->states, mission->side, -1.0);
    member(self->out, "support", mission->support);
    member(self->out, "opposition", mission->opposition);
    member(self->out, "success_probability", mission->success);
}

static void tell_period(const qd_trace_t *self, const qd_event_t *event)
{
    const qd_world_view_t *world = event->world;
    member(self->out, "tension", world->tension);
    member(self->out, "institution", world->institution);
    member(self->out, "debt", world->debt);
    array_member(self->out, "cohesion", world->labels, world->cohesion + 1);
    labels_member(self->out, "labels", world->states, world->label);
    array_member(self->out, "capability", world->states, world->capability);
    array_member(self->out, "load", world->states, world->load);
    array_member(self->out, "support", world->states, world->support);
    matrix_member(self->out, "values", world->states, 2, world->values, 1, world->stride);
}

static void tell_end(const qd_trace_t *self, const qd_event_t *event)
{
    fputs(",\"outcomes\":{", self->out);
    for (size_t o = 0; o < qd_outcome_count; o++) {
        fprintf(self->out, "%s\"%s\":", o ? "," : "", qd_outcome_table[o].name);
        put_real(self->out, event->outcomes->value[o]);
    }
    fputc('}', self->out);
}

void qd_trace_see(void *context, const qd_event_t *event)
{
    qd_trace_t *self = context;
    fprintf(self->out, "{\"event\":\"%s\",\"period\":%u", qd_event_name(event->kind), event->period);
    switch (event->kind) {
    case QD_EVENT_WORLD:
        tell_world(self, event);
        break;
    case QD_EVENT_SCHEDULE:
        parameters_member(self, event->world->parameters, false);
        break;
    case QD_EVENT_BLOC_MOVE:
        fprintf(self->out, ",\"state\":%zu,\"from\":%d,\"to\":%d", event->mover, (int)event->before,
                (int)event->after);
        break;
    case QD_EVENT_REVIEW:
        labels_member(self->out, "labels", event->world->states, event->world->label);
        break;
    case QD_EVENT_CLUB_MOVE:
        fprintf(self->out, ",\"state\":%zu,\"club\":%zu,\"from\":%d,\"to\":%d", event->mover, event->club,
                (int)event->before, (int)event->after);
        break;
    case QD_EVENT_CLUB_REVIEW:
        levels_member(self->out, event->world);
        break;
    case QD_EVENT_PARTNER_LEAVES:
        enduring_members(self, event);
        fprintf(self->out, ",\"state\":%zu", event->mover);
        break;
    case QD_EVENT_MISSION_GOES_ON:
    case QD_EVENT_MISSION_ENDS:
        tell_enduring(self, event);
        break;
    case QD_EVENT_CRISIS:
        tell_crisis(self, event);
        break;
    case QD_EVENT_MOVE:
        tell_move(self, event);
        break;
    case QD_EVENT_VENUE:
        tell_venue(self, event);
        break;
    case QD_EVENT_FORESEEN:
    case QD_EVENT_PARALYSIS:
        venue_members(self, event);
        votes_members(self, event);
        break;
    case QD_EVENT_ABSTAIN:
        fprintf(self->out, ",\"number\":%u", event->crisis->number);
        break;
    case QD_EVENT_MISSION:
        tell_mission(self, event);
        break;
    case QD_EVENT_WAR:
        venue_members(self, event);
        votes_members(self, event);
        break;
    case QD_EVENT_BREAKDOWN:
        text_member(self->out, "cause", event->world->breakdown == 1 ? "war" : "tension");
        break;
    case QD_EVENT_PERIOD:
        tell_period(self, event);
        break;
    case QD_EVENT_END:
        tell_end(self, event);
        break;
    case QD_EVENTS:
        break;
    }
    fputs("}\n", self->out);
}
