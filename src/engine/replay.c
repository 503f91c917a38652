#include "engine/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "engine/same_file.h"
#include "quadrille/event.h"
#include "quadrille/experiment.h"
#include "quadrille/result.h"
#include "quadrille/world.h"
#include "store/draft.h"

/* Writes the events of a world as JSON lines: one object per event, in the sequence of events. docs/trace.md
 * describes each kind. */

typedef struct {
    FILE *out;
    const qd_plan_t *plan;
    const char *order, *point; /* labels */
    qd_luck_t luck;
    qd_parameters_t parameters; /* as last told */
} trace_t;

/* ---- values of JSON ------------------------------------------------------------------------------------ */

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

/* A state, or null for none. */
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

/* The states on side x. */
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

/* Parameters that changed since they were last written; all of them if `all`. */
static void parameters_member(trace_t *self, const qd_parameters_t *now, bool all)
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

static void tell_world(trace_t *self, const qd_event_t *event)
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

static void tell_crisis(const trace_t *self, const qd_event_t *event)
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

/* The number of the crisis in the period, and the venue. */
static void venue_members(const trace_t *self, const qd_event_t *event)
{
    fprintf(self->out, ",\"number\":%u,\"venue\":\"%s\"", event->crisis->number, qd_venue_name(event->venue));
}

static void votes_members(const trace_t *self, const qd_event_t *event)
{
    side_member(self->out, "join", event->world->states, event->game->side, 1.0);
    side_member(self->out, "oppose", event->world->states, event->game->side, -1.0);
}

static void tell_venue(const trace_t *self, const qd_event_t *event)
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

static void tell_move(const trace_t *self, const qd_event_t *event)
{
    venue_members(self, event);
    fprintf(self->out, ",\"state\":%zu,\"from\":%d,\"to\":%d", event->mover, (int)event->before,
            (int)event->after);
}

static void tell_mission(const trace_t *self, const qd_event_t *event)
{
    venue_members(self, event);
    flag_member(self->out, "success", event->success);
    flag_member(self->out, "endures", event->endures);
    state_member(self->out, "initiator", event->crisis->initiator);
    state_member(self->out, "target", event->crisis->target);
    votes_members(self, event);
}

/* The mission, by its start and the number of its crisis then, and its age. */
static void enduring_members(const trace_t *self, const qd_event_t *event)
{
    fprintf(self->out, ",\"start\":%u,\"number\":%u,\"age\":%u,\"venue\":\"%s\"", event->mission->start,
            event->mission->number, event->age, qd_venue_name(event->venue));
}

static void tell_enduring(const trace_t *self, const qd_event_t *event)
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

static void tell_period(const trace_t *self, const qd_event_t *event)
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

static void tell_end(const trace_t *self, const qd_event_t *event)
{
    fputs(",\"outcomes\":{", self->out);
    for (size_t o = 0; o < qd_outcome_count; o++) {
        fprintf(self->out, "%s\"%s\":", o ? "," : "", qd_outcome_table[o].name);
        put_real(self->out, event->outcomes->value[o]);
    }
    fputc('}', self->out);
}

/* An observer's `see`; context is a trace_t whose first five members are set. At the end ferror(out) says
 * whether writing failed. */
static void trace_see(void *context, const qd_event_t *event)
{
    trace_t *self = context;
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

static qd_status_t find_order(const qd_experiment_t *experiment, const char *label, size_t *order,
                              qd_error_t *error)
{
    char known[512] = "";
    for (size_t o = 0; o < experiment->orders; o++) {
        if (strcmp(experiment->order[o].label, label) == 0) {
            *order = o;
            return QD_OK;
        }
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", o ? ", " : "", experiment->order[o].label);
    }
    const char **labels = qd_new(experiment->orders, sizeof *labels, error), *near = NULL;
    if (!labels)
        return QD_ERROR_MEMORY;
    for (size_t o = 0; o < experiment->orders; o++)
        labels[o] = experiment->order[o].label;
    near = qd_nearest_of(label, experiment->orders, labels);
    (void)qd_error_add(error, QD_ERROR_INPUT, "found --order `%s`; expected one of %s%s", label, known,
                       qd_near(near).text);
    free(labels);
    return QD_ERROR_INPUT;
}

static qd_status_t find_point(const qd_experiment_t *experiment, const char *name, size_t *point,
                              qd_error_t *error)
{
    *point = 0;
    if (!name && experiment->points == 1)
        return QD_OK;
    if (!name)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "found no --point; expected one of the %zu points' labels or numbers",
                            experiment->points);
    return qd_experiment_find_point(experiment, name, point, error);
}

/* Reads the row of the world from the file. */
static qd_status_t read_stored(qd_result_file_t *file, uint64_t world, qd_replay_t *replay, qd_error_t *error)
{
    const qd_result_failure_t *failure;
    size_t failures = 0;
    qd_status_t status = qd_result_file_failures(file, &failure, &failures, error);
    for (size_t f = 0; status == QD_OK && f < failures; f++)
        if (failure[f].point == replay->at_point && failure[f].order == replay->at_order &&
            failure[f].world == world) {
            snprintf(replay->known_failure, sizeof replay->known_failure, "%s", failure[f].reason);
            replay->stored = true;
        }
    for (size_t o = 0; status == QD_OK && o < qd_outcome_count; o++) {
        replay->kept[o] = qd_result_file_has_worlds(file, (qd_outcome_t)o);
        if (!replay->kept[o] || world >= qd_result_file_worlds(file))
            continue;
        status = qd_result_file_read(file, replay->at_point, replay->at_order, (qd_outcome_t)o, world, 1,
                                     &replay->found.value[o], error);
        replay->stored = replay->stored || !isnan(replay->found.value[o]);
    }
    if (status == QD_OK)
        status = qd_result_file_fault(file, error);
    return status;
}

static void play(const qd_experiment_t *experiment, qd_world_t *world, const qd_plan_t *plan, uint64_t number,
                 FILE *events, qd_replay_t *replay)
{
    qd_luck_t luck = qd_experiment_luck(experiment, replay->at_order, number);
    trace_t trace = {.out = events,
                     .plan = plan,
                     .order = experiment->order[replay->at_order].label,
                     .point = experiment->point[replay->at_point].label,
                     .luck = luck};
    qd_observer_t observer = {&trace, trace_see};
    qd_result_t result;
    qd_world_play(world, plan, luck, events ? &observer : NULL, &result);
    if (result.failure)
        snprintf(replay->failure, sizeof replay->failure, "%s", result.failure);
    for (size_t o = 0; o < qd_outcome_count; o++)
        replay->row.value[o] = result.failure ? (double)NAN : result.outcomes.value[o];
}

static qd_status_t play_once(const qd_experiment_t *experiment, uint64_t number, FILE *events,
                             qd_replay_t *replay, qd_error_t *error)
{
    size_t changes = experiment->changes + experiment->point[replay->at_point].changes + 1;
    qd_change_t *change = qd_new(changes, sizeof *change, error);
    qd_world_t *world = NULL;
    if (change) {
        qd_plan_t plan;
        qd_experiment_plan(experiment, replay->at_point, replay->at_order, change, &plan);
        world = qd_world_new(qd_plan_states_max(&plan), qd_plan_periods_max(&plan));
        if (world)
            play(experiment, world, &plan, number, events, replay);
    }
    bool played = world != NULL;
    qd_world_free(world);
    free(change);
    return played ? QD_OK : qd_no_memory(error);
}

/* One world to replay, for qd_draft_write. */
typedef struct {
    const qd_experiment_t *experiment;
    uint64_t world;
    qd_replay_t *replay;
} playing_t;

static qd_status_t put_events(void *context, FILE *events, qd_error_t *error)
{
    const playing_t *self = context;
    return play_once(self->experiment, self->world, events, self->replay, error);
}

/* Refuses a trace path that names an input; the parts beside a result file are inputs too. *stream: the path
 * is a pipe or a terminal. */
static qd_status_t check_trace(const qd_replay_options_t *options, bool *stream, qd_error_t *error)
{
    const char *trace = options->trace;
    char parts[4096];
    struct stat entry, found;
    bool result = false, part = false;
    if (snprintf(parts, sizeof parts, "%s.parts", options->path) >= (int)sizeof parts)
        parts[0] = '\0';
    qd_status_t status = qd_would_replace(trace, options->path, &result, error);
    if (status == QD_OK)
        status = qd_would_replace(trace, parts, &part, error);
    if (status == QD_OK)
        status = qd_look_at(trace, false, &entry, error);
    if (status == QD_OK)
        status = qd_look_at(trace, true, &found, error);
    if (status != QD_OK)
        return status;
    if (result || part)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: found the file that is replayed; expected another file for the trace",
                            trace);
    bool there = found.st_mode != 0;
    if (S_ISLNK(entry.st_mode) && (!there || S_ISREG(found.st_mode)))
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: found a symbolic link to a file or to nothing; expected a file or nothing",
                            trace);
    *stream = there && !S_ISREG(found.st_mode);
    return there && !*stream && !options->force ? qd_refuse_existing(trace, "--force replaces it", error)
                                                : QD_OK;
}

static qd_status_t play_into_stream(playing_t *playing, const char *path, qd_error_t *error)
{
    FILE *events = fopen(path, "w");
    if (!events)
        return qd_error_add(error, qd_unreadable_status(errno), "%s: %s; expected a file that can be written",
                            path, strerror(errno));
    qd_status_t status = put_events(playing, events, error);
    bool failed = ferror(events) != 0;
    failed = fclose(events) != 0 || failed;
    return status == QD_OK && failed
               ? qd_error_add(error, QD_ERROR_IO, "%s: the trace could not be written: %s", path,
                              strerror(errno))
               : status;
}

static qd_status_t play_traced(const qd_experiment_t *experiment, const qd_replay_options_t *options,
                               qd_replay_t *replay, qd_error_t *error)
{
    playing_t playing = {experiment, options->world, replay};
    if (!options->trace)
        return put_events(&playing, options->events, error);
    bool stream = false;
    qd_status_t status = check_trace(options, &stream, error);
    if (status != QD_OK)
        return status;
    return stream ? play_into_stream(&playing, options->trace, error)
                  : qd_draft_write(options->trace, options->force, put_events, &playing, error);
}

static int first_difference(const qd_replay_t *replay)
{
    if (!replay->stored)
        return -1;
    if (strcmp(replay->failure, replay->known_failure) != 0)
        return QD_OUTCOMES_MAX;
    for (int o = 0; o < (int)qd_outcome_count; o++) {
        double found = replay->found.value[o], row = replay->row.value[o];
        if (replay->kept[o] && memcmp(&found, &row, sizeof row) != 0 && !(isnan(found) && isnan(row)))
            return o;
    }
    return -1;
}

qd_status_t qd_replay(const qd_replay_options_t *options, qd_replay_t *replay, qd_error_t *error)
{
    qd_result_file_t *file = NULL;
    qd_experiment_t *experiment = NULL;
    *replay = (qd_replay_t){.differs = -1};
    qd_status_t status = qd_result_file_open(options->path, &file, error);
    if (status != QD_OK)
        return status;
    status = qd_result_file_experiment(file, options->path, &experiment, error);
    if (status == QD_OK)
        status = qd_experiment_check_plugin(experiment, error);
    if (status == QD_OK)
        status = find_order(experiment, options->order, &replay->at_order, error);
    if (status == QD_OK)
        status = find_point(experiment, options->point, &replay->at_point, error);
    if (status == QD_OK && options->world >= qd_experiment_worlds_at(experiment, replay->at_point))
        status =
            qd_error_add(error, QD_ERROR_INPUT, "found --world %" PRIu64 "; expected one from 0 to %" PRIu64,
                         options->world, qd_experiment_worlds_at(experiment, replay->at_point) - 1);
    if (status == QD_OK)
        status = read_stored(file, options->world, replay, error);
    if (status == QD_OK && !(replay->point = strdup(experiment->point[replay->at_point].label)))
        status = qd_no_memory(error);
    if (status == QD_OK)
        status = play_traced(experiment, options, replay, error);
    if (status == QD_OK)
        replay->differs = first_difference(replay);
    if (status == QD_OK && replay->differs >= 0)
        status = QD_ERROR_DIFFERS;
    else if (status == QD_OK) /* a correct row does not guarantee the other contents */
        status = qd_result_file_check(file, false, error);
    qd_experiment_free(experiment);
    qd_result_file_close(file);
    return status;
}

void qd_replay_free(qd_replay_t *self)
{
    free(self->point);
    *self = (qd_replay_t){0};
}
