#include "engine/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/same_file.h"
#include "engine/trace.h"
#include "quadrille/experiment.h"
#include "quadrille/result.h"

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
    return qd_error_add(error, QD_ERROR_INPUT, "found --order `%s`; expected one of %s", label, known);
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

/* What the file says about the world. */
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
    return status;
}

static void play(const qd_experiment_t *experiment, qd_world_t *world, const qd_plan_t *plan, uint64_t number,
                 FILE *events, qd_replay_t *replay)
{
    qd_luck_t luck = {experiment->seed, number};
    qd_trace_t trace = {.out = events,
                        .plan = plan,
                        .order = experiment->order[replay->at_order].label,
                        .point = experiment->point[replay->at_point].label,
                        .luck = luck};
    qd_observer_t observer = {&trace, qd_trace_see};
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
    qd_change_t *change = malloc(changes * sizeof *change);
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
    return played ? QD_OK : qd_error_add(error, QD_ERROR_MEMORY, "no memory for a world");
}

/* What stands at the path of a trace is kept, unless it is no file (a pipe, a terminal) or --force was given.
 * The parts beside a result file are read too. */
static qd_status_t open_trace(const qd_replay_options_t *options, FILE **events, qd_error_t *error)
{
    const char *trace = options->trace;
    char parts[4096];
    struct stat found;
    if (snprintf(parts, sizeof parts, "%s.parts", options->path) >= (int)sizeof parts)
        parts[0] = '\0';
    if (qd_would_replace(trace, options->path) || qd_would_replace(trace, parts))
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: found what is to be replayed; expected another file for the trace", trace);
    if (lstat(trace, &found) == 0 && S_ISLNK(found.st_mode) && stat(trace, &found) == 0 &&
        S_ISREG(found.st_mode))
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: found a symbolic link to a file; expected a file or nothing", trace);
    bool there = stat(trace, &found) == 0;
    if (there && S_ISREG(found.st_mode) && !options->force)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: found an existing file; expected none (--force replaces it)", trace);
    *events = fopen(trace, there ? "w" : "wx");
    return *events ? QD_OK
                   : qd_error_add(error, QD_ERROR_INPUT, "%s: %s; expected a file that can be written", trace,
                                  strerror(errno));
}

/* Plays with the events going where they shall. */
static qd_status_t play_traced(const qd_experiment_t *experiment, const qd_replay_options_t *options,
                               qd_replay_t *replay, qd_error_t *error)
{
    if (!options->trace)
        return play_once(experiment, options->world, options->events, replay, error);
    FILE *events = NULL;
    qd_status_t status = open_trace(options, &events, error);
    if (status != QD_OK)
        return status;
    status = play_once(experiment, options->world, events, replay, error);
    bool failed = ferror(events) != 0;
    failed = fclose(events) != 0 || failed;
    if (status == QD_OK && failed)
        status = qd_error_add(error, QD_ERROR_IO, "%s: the trace could not be written: %s", options->trace,
                              strerror(errno));
    return status;
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
        status = qd_error_add(error, QD_ERROR_MEMORY, "no memory for a label");
    if (status == QD_OK)
        status = play_traced(experiment, options, replay, error);
    if (status == QD_OK)
        replay->differs = first_difference(replay);
    if (status == QD_OK && replay->differs >= 0)
        status = QD_ERROR_DIFFERS;
    else if (status == QD_OK) /* a row that is right says nothing about what else was relied on */
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
