#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "engine/findings.h"
#include "engine/parallel.h"
#include "experiment/points.h"
#include "statistics/sensitivity.h"

/* Batches of worlds, which show the noise; worlds read at once. */
#define BATCHES_MAX 16
#define READ_MAX    4096

/* Number of bootstrap resamples: as many as the time allows, and at least as many as percentiles need. */
#define RESAMPLES_MAX    1000
#define RESAMPLES_MIN    100
#define RESAMPLES_BUDGET 5e8

/* Bytes of the values of the outcomes whose indices are found at once, about. */
#define VALUES_MOST ((size_t)64 << 20)

/* One outcome in one order, and its rows. */
typedef struct {
    qd_outcome_t outcome;
    bool finite;                  /* whether every batch has a mean */
    qd_batch_mean_t *value;       /* blocks x each x batches */
    qd_result_sensitivity_t *row; /* factors */
    qd_status_t status;
} task_t;

/* State common to all outcomes of one order. */
typedef struct {
    const qd_experiment_t *experiment;
    qd_index_t *done;
    size_t order, each; /* points of a block */
    size_t blocks;      /* that are done */
    uint64_t worlds;    /* of every point, used */
    size_t batches;
    double *unit;  /* morris: points x factors */
    size_t *moved; /* morris: trajectories x factors */
    qd_bootstrap_t bootstrap;
    size_t tasks, room; /* current outcomes; at most */
    task_t *task;
    qd_batch_mean_t *value; /* of all tasks */
    qd_result_sensitivity_t *row;
} study_t;

/* ---- finished worlds ----------------------------------------------------------------------------------- */

/* Least number of worlds of a finished point. */
static uint64_t needed(const qd_experiment_t *experiment)
{
    return experiment->precision.given ? experiment->precision.min_worlds : experiment->worlds;
}

static uint64_t leading_worlds(const qd_ranges_t *done)
{
    return done->size > 0 && done->range[0].first == 0 ? done->range[0].count : 0;
}

/* Counts the leading blocks of which every point is done, and the worlds that all their points have. */
static void find_blocks(study_t *self)
{
    uint64_t need = needed(self->experiment);
    self->blocks = 0;
    self->worlds = UINT64_MAX;
    for (size_t b = 0; b < self->experiment->design.size; b++) {
        uint64_t least = UINT64_MAX;
        for (size_t k = 0; k < self->each; k++) {
            uint64_t mine = leading_worlds(qd_index_done(self->done, b * self->each + k, self->order));
            least = mine < least ? mine : least;
        }
        if (least < need || least == 0)
            break;
        self->blocks++;
        self->worlds = least < self->worlds ? least : self->worlds;
    }
    self->batches = self->worlds < BATCHES_MAX ? 1 : BATCHES_MAX;
}

/* ---- batch means --------------------------------------------------------------------------------------- */

/* The sum of some worlds, less `origin` for each: the first value, so that equal values have themselves for a
 * mean. */
typedef struct {
    double sum, count, origin;
} sum_t;

static void add_worlds(sum_t *self, const double value[], size_t count)
{
    for (size_t w = 0; w < count; w++) {
        self->origin = isnan(self->origin) ? value[w] : self->origin;
        self->sum += isnan(value[w]) ? 0.0 : value[w] - self->origin;
        self->count += isnan(value[w]) ? 0.0 : 1.0;
    }
}

/* Of all batches of one point, over the worlds that did not fail; NaN where all of a batch did. Worlds are
 * read READ_MAX at a time, whatever batches they belong to. */
static qd_status_t read_point(study_t *self, size_t point, qd_outcome_t outcome, double room[],
                              qd_batch_mean_t mean[], qd_error_t *error)
{
    uint64_t from = 0, to = 0; /* that are in `room` */
    for (size_t b = 0; b < self->batches; b++) {
        sum_t sum = {0.0, 0.0, (double)NAN};
        uint64_t at = self->worlds * b / self->batches, end = self->worlds * (b + 1) / self->batches;
        while (at < end) {
            if (at >= to) {
                from = at;
                to = self->worlds - at < READ_MAX ? self->worlds : at + READ_MAX;
                qd_status_t status = qd_index_read(self->done, point, self->order, outcome, from,
                                                   (size_t)(to - from), room, error);
                if (status != QD_OK)
                    return status;
            }
            uint64_t until = end < to ? end : to;
            add_worlds(&sum, room + (at - from), (size_t)(until - at));
            at = until;
        }
        mean[b] = (qd_batch_mean_t){sum.origin + sum.sum / sum.count, sum.count};
    }
    return QD_OK;
}

/* Fills the values of the current outcomes, point by point, as their rows lie. */
static qd_status_t read_means(study_t *self, double room[], qd_error_t *error)
{
    size_t points = self->blocks * self->each;
    for (size_t i = 0; i < self->tasks; i++)
        self->task[i].finite = true;
    for (size_t p = 0; p < points; p++)
        for (size_t i = 0; i < self->tasks; i++) {
            task_t *task = &self->task[i];
            qd_batch_mean_t *mean = task->value + p * self->batches;
            qd_status_t status = read_point(self, p, task->outcome, room, mean, error);
            if (status != QD_OK)
                return status;
            for (size_t b = 0; b < self->batches; b++)
                task->finite = task->finite && isfinite(mean[b].mean);
        }
    return QD_OK;
}

/* ---- indices ------------------------------------------------------------------------------------------- */

static qd_result_sensitivity_t empty_row(const study_t *self, qd_outcome_t outcome, size_t factor,
                                         const char *method)
{
    const double none = (double)NAN;
    return (qd_result_sensitivity_t){.outcome = qd_outcome_table[outcome].name,
                                     .order = self->experiment->order[self->order].label,
                                     .factor = self->experiment->design.factor[factor].name,
                                     .method = method,
                                     .first = none,
                                     .first_low = none,
                                     .first_high = none,
                                     .total = none,
                                     .total_low = none,
                                     .total_high = none,
                                     .mu = none,
                                     .mu_star = none,
                                     .mu_star_low = none,
                                     .mu_star_high = none,
                                     .sigma = none,
                                     .noise_share = none,
                                     .first_noise_low = none,
                                     .first_noise_high = none,
                                     .total_noise_low = none,
                                     .total_noise_high = none,
                                     .mu_star_noise_low = none,
                                     .mu_star_noise_high = none};
}

static qd_status_t find_saltelli(const study_t *self, task_t *task, qd_error_t *error)
{
    size_t factors = self->experiment->design.factors;
    qd_sobol_summary_t summary;
    qd_sobol_index_t *index = qd_new(factors, sizeof *index, error);
    if (!index)
        return QD_ERROR_MEMORY;
    qd_status_t status = qd_sobol_indices(self->blocks, factors, self->batches, task->value, &self->bootstrap,
                                          index, &summary, error);
    for (size_t f = 0; f < factors && status == QD_OK; f++) {
        qd_result_sensitivity_t row = empty_row(self, task->outcome, f, "saltelli");
        row.first = index[f].first.estimate;
        row.first_low = index[f].first.whole.low;
        row.first_high = index[f].first.whole.high;
        row.total = index[f].total.estimate;
        row.total_low = index[f].total.whole.low;
        row.total_high = index[f].total.whole.high;
        row.noise_share = summary.noise_share;
        row.first_noise_low = index[f].first.noise.low;
        row.first_noise_high = index[f].first.noise.high;
        row.total_noise_low = index[f].total.noise.low;
        row.total_noise_high = index[f].total.noise.high;
        task->row[f] = row;
    }
    free(index);
    return status;
}

static qd_status_t find_morris(const study_t *self, task_t *task, qd_error_t *error)
{
    size_t factors = self->experiment->design.factors;
    qd_effect_t *effect = qd_new(factors, sizeof *effect, error);
    if (!effect)
        return QD_ERROR_MEMORY;
    qd_status_t status = qd_elementary_effects(self->blocks, factors, self->batches, self->unit, self->moved,
                                               task->value, &self->bootstrap, effect, error);
    for (size_t f = 0; f < factors && status == QD_OK; f++) {
        qd_result_sensitivity_t row = empty_row(self, task->outcome, f, "morris");
        row.mu = effect[f].mean.estimate;
        row.mu_star = effect[f].absolute.estimate;
        row.mu_star_low = effect[f].absolute.whole.low;
        row.mu_star_high = effect[f].absolute.whole.high;
        row.sigma = effect[f].sigma.estimate;
        row.mu_star_noise_low = effect[f].absolute.noise.low;
        row.mu_star_noise_high = effect[f].absolute.noise.high;
        if (row.sigma > 0.0)
            row.noise_share = effect[f].noise * effect[f].noise / (row.sigma * row.sigma);
        task->row[f] = row;
    }
    free(effect);
    return status;
}

/* One outcome, on any thread. Memory is all that can fail. */
static void find_rows(void *context, size_t index)
{
    const study_t *self = context;
    task_t *task = &self->task[index];
    qd_error_t error = QD_ERROR_NONE;
    task->status = QD_OK;
    if (task->finite)
        task->status = self->experiment->design.type == QD_DESIGN_MORRIS ? find_morris(self, task, &error)
                                                                         : find_saltelli(self, task, &error);
}

/* ---- the study ----------------------------------------------------------------------------------------- */

static qd_status_t study_init(study_t *self, const qd_experiment_t *experiment, qd_index_t *done, size_t rows,
                              qd_error_t *error)
{
    const qd_design_t *design = &experiment->design;
    bool morris = design->type == QD_DESIGN_MORRIS;
    *self = (study_t){.experiment = experiment,
                      .done = done,
                      .each = design->factors + (morris ? 1 : 2),
                      .bootstrap = {.confidence = experiment->confidence, .seed = experiment->seed}};
    size_t points = design->size * self->each;
    double afford = RESAMPLES_BUDGET / ((double)(points * BATCHES_MAX) * (double)rows);
    self->bootstrap.resamples = afford > RESAMPLES_MAX   ? RESAMPLES_MAX
                                : afford < RESAMPLES_MIN ? RESAMPLES_MIN
                                                         : (size_t)afford;
    size_t each = points * BATCHES_MAX, outcomes = rows / experiment->orders;
    size_t room = VALUES_MOST / (each * sizeof *self->value);
    self->room = room < 1 ? 1 : room < outcomes ? room : outcomes;
    self->task = qd_new(self->room, sizeof *self->task, error);
    self->value = qd_new(self->room * each, sizeof *self->value, error);
    self->row = qd_new(self->room * design->factors, sizeof *self->row, error);
    self->unit = qd_new(points * design->factors, sizeof *self->unit, error);
    self->moved = qd_new(design->size * design->factors, sizeof *self->moved, error);
    if (!self->task || !self->value || !self->row || !self->unit || !self->moved)
        return QD_ERROR_MEMORY;
    for (size_t i = 0; i < self->room; i++) {
        self->task[i].value = self->value + i * each;
        self->task[i].row = self->row + i * design->factors;
    }
    if (!morris)
        return QD_OK;
    return qd_factors_morris(design, experiment->seed, self->unit, self->moved, error);
}

/* Finds the indices of the current outcomes and adds their rows. */
static qd_status_t study_outcomes(study_t *self, double room[], qd_analysis_t *out, qd_error_t *error)
{
    size_t factors = self->experiment->design.factors;
    qd_runner_t runner = qd_parallel_runner(0);
    qd_status_t status = read_means(self, room, error);
    if (status != QD_OK)
        return status;
    runner.run(runner.threads, self->tasks, find_rows, self);
    for (size_t i = 0; i < self->tasks; i++) {
        const task_t *task = &self->task[i];
        if (task->status != QD_OK)
            return qd_no_memory(error); /* nothing else fails there */
        for (size_t f = 0; f < factors && task->finite; f++)
            out->sensitivity[out->sensitivities++] = task->row[f];
    }
    self->tasks = 0;
    return QD_OK;
}

static qd_status_t study_order(study_t *self, double room[], qd_analysis_t *out, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->experiment;
    qd_status_t status = QD_OK;
    find_blocks(self);
    for (size_t o = 0; o < qd_outcome_count && self->blocks > 0 && status == QD_OK; o++) {
        if (experiment->output.outcome[o])
            self->task[self->tasks++].outcome = (qd_outcome_t)o;
        if (self->tasks == self->room)
            status = study_outcomes(self, room, out, error);
    }
    return status == QD_OK ? study_outcomes(self, room, out, error) : status;
}

qd_status_t qd_analyse_sensitivity(const qd_experiment_t *experiment, qd_index_t *done, qd_analysis_t *out,
                                   qd_error_t *error)
{
    const qd_design_t *design = &experiment->design;
    size_t outcomes = 0;
    if (design->type != QD_DESIGN_SALTELLI && design->type != QD_DESIGN_MORRIS)
        return QD_OK;
    for (size_t o = 0; o < qd_outcome_count; o++)
        outcomes += experiment->output.outcome[o];
    size_t rows = outcomes * experiment->orders;
    if (rows == 0)
        return QD_OK;
    study_t study;
    double *room = qd_new(READ_MAX, sizeof *room, error);
    qd_status_t status = study_init(&study, experiment, done, rows, error);
    out->sensitivity = qd_new(rows * design->factors, sizeof *out->sensitivity, error);
    if (status == QD_OK && (!room || !out->sensitivity))
        status = QD_ERROR_MEMORY;
    for (study.order = 0; study.order < experiment->orders && status == QD_OK; study.order++)
        status = study_order(&study, room, out, error);
    free(study.moved);
    free(study.unit);
    free(study.task);
    free(study.value);
    free(study.row);
    free(room);
    return status;
}
