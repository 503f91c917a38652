#include "engine/stopping.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/dispatch.h"
#include "engine/worker.h"
#include "kernel/crisis.h"
#include "statistics/interval.h"
#include "statistics/moments.h"

/* A copy of a segment that came before its turn. */
typedef struct waiting {
    struct waiting *next;
    qd_segment_t block;
    qd_outcomes_t *row;
    double *extra; /* NULL where there are none */
    unsigned char *tally;
    qd_failure_t *failure;
} waiting_t;

typedef struct {
    qd_confidence_sequence_t sequence;
    qd_moments_t moments;
    uint64_t looked;        /* worlds 0 .. looked - 1 have been looked at */
    qd_interval_t interval; /* at the last look */
    bool narrow;            /* it is narrow enough */
} cell_t;

struct qd_stopping {
    const qd_experiment_t *experiment;
    size_t cells;
    size_t *twin;        /* [points] */
    cell_t *cell;        /* [cells] those of twins are not used */
    waiting_t **waiting; /* [cells] ascending */
};

/* The greatest value of an outcome in a world of at most `states` states and `periods` periods: a sequence
 * for a bounded outcome holds at every sample size, not only in the limit. */
static double greatest(qd_outcome_t outcome, double states, double periods)
{
    switch (outcome) {
    case QD_O_survival:
        return periods;
    case QD_O_crises:
    case QD_O_wars:
        return QD_CRISES_MAX * periods;
    case QD_O_effective_blocs:
    case QD_O_coalition_size:
        return states;
    default:
        return qd_outcome_table[outcome].high;
    }
}

static qd_status_t start_sequences(qd_stopping_t *self, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->experiment;
    const qd_precision_t *precision = &experiment->precision;
    qd_change_t *change = qd_worker_schedule(experiment);
    if (!change)
        return qd_error_add(error, QD_ERROR_MEMORY, "no memory for the precision stops");
    for (size_t i = 0; i < self->cells; i++) {
        size_t states, periods;
        qd_worker_sizes_at(experiment, i / experiment->orders, i % experiment->orders, change, &states,
                           &periods);
        qd_confidence_sequence_init(&self->cell[i].sequence, qd_outcome_table[precision->outcome].low,
                                    greatest(precision->outcome, (double)states, (double)periods),
                                    precision->confidence, precision->min_worlds);
        qd_moments_clear(&self->cell[i].moments);
        self->cell[i].interval = (qd_interval_t){NAN, NAN};
    }
    free(change);
    return QD_OK;
}

qd_status_t qd_stopping_new(const qd_experiment_t *experiment, qd_stopping_t **out, qd_error_t *error)
{
    qd_stopping_t *self = calloc(1, sizeof *self);
    if (!self)
        return qd_error_add(error, QD_ERROR_MEMORY, "no memory for the precision stops");
    self->experiment = experiment;
    self->cells = experiment->points * experiment->orders;
    self->cell = calloc(self->cells, sizeof *self->cell);
    self->waiting = calloc(self->cells, sizeof *self->waiting);
    if (!self->cell || !self->waiting || qd_twins_find(experiment, &self->twin, error) != QD_OK) {
        qd_stopping_free(self);
        return qd_error_add(error, QD_ERROR_MEMORY, "no memory for the precision stops");
    }
    qd_status_t status = start_sequences(self, error);
    if (status != QD_OK) {
        qd_stopping_free(self);
        return status;
    }
    *out = self;
    return QD_OK;
}

static void drop(waiting_t *self)
{
    free(self->row);
    free(self->extra);
    free(self->tally);
    free(self->failure);
    free(self);
}

static void drop_waiting(qd_stopping_t *self, size_t cell)
{
    while (self->waiting[cell]) {
        waiting_t *first = self->waiting[cell];
        self->waiting[cell] = first->next;
        drop(first);
    }
}

void qd_stopping_free(qd_stopping_t *self)
{
    if (!self)
        return;
    for (size_t i = 0; self->waiting && i < self->cells; i++)
        drop_waiting(self, i);
    free(self->twin);
    free(self->cell);
    free(self->waiting);
    free(self);
}

static size_t number_of(const qd_stopping_t *self, size_t point, size_t order)
{
    return self->twin[point] * self->experiment->orders + order;
}

static const cell_t *cell_at(const qd_stopping_t *self, size_t point, size_t order)
{
    return &self->cell[number_of(self, point, order)];
}

void *qd_stopping_state(qd_stopping_t *self, size_t *size)
{
    *size = self->cells * sizeof *self->cell;
    return self->cell;
}

/* Adds the next `count` values (NaN: failed worlds, left out) and looks. Points varied for robustness have as many worlds
 * as were asked for, however narrow their intervals. */
static void look(const qd_stopping_t *self, cell_t *cell, const double *value, size_t stride, size_t count)
{
    for (size_t i = 0; i < count; i++)
        qd_moments_add(&cell->moments, value[i * stride]);
    cell->looked += count;
    if (cell->moments.count == 0)
        return;
    double mean = qd_moments_mean(&cell->moments);
    double sd = cell->moments.count > 1 ? sqrt(qd_moments_variance(&cell->moments)) : 0.0;
    cell->interval = qd_confidence_sequence_look(&cell->sequence, cell->moments.count, mean, sd);
    const qd_precision_t *precision = &self->experiment->precision;
    double reach = fmax(cell->interval.high - mean, mean - cell->interval.low);
    size_t point = (size_t)(cell - self->cell) / self->experiment->orders;
    cell->narrow = self->experiment->point[point].variation == 0 &&
                   cell->moments.count >= precision->min_worlds && reach <= precision->half_width;
}

/* Looks at what is done from world 0 on. Only whole looks count: a shorter one at the end of an earlier
 * maximum would not have been taken under this one. */
static qd_status_t repeat_looks(qd_stopping_t *self, qd_index_t *done, size_t point, size_t order,
                                qd_error_t *error)
{
    const qd_experiment_t *experiment = self->experiment;
    double value[QD_LOOK_SIZE];
    cell_t *cell = &self->cell[number_of(self, point, order)];
    const qd_ranges_t *ranges = qd_index_done(done, point, order);
    uint64_t end = ranges->size && ranges->range[0].first == 0 ? ranges->range[0].count : 0;
    if (end < qd_experiment_worlds_at(experiment, point))
        end -= end % QD_LOOK_SIZE;
    while (cell->looked < end && !cell->narrow) {
        uint64_t left = end - cell->looked;
        size_t count = left < QD_LOOK_SIZE ? (size_t)left : QD_LOOK_SIZE;
        qd_status_t status = qd_index_read(done, point, order, experiment->precision.outcome, cell->looked,
                                           count, value, error);
        if (status != QD_OK)
            return status;
        look(self, cell, value, 1, count);
    }
    return QD_OK;
}

qd_status_t qd_stopping_resume(qd_stopping_t *self, qd_index_t *done, qd_error_t *error)
{
    size_t orders = self->experiment->orders;
    qd_status_t status = QD_OK;
    uint64_t *limit = malloc(self->cells * sizeof *limit);
    if (!limit)
        return qd_error_add(error, QD_ERROR_MEMORY, "no memory for the precision stops");
    for (size_t i = 0; i < self->cells && status == QD_OK; i++) {
        if (self->twin[i / orders] == i / orders)
            status = repeat_looks(self, done, i / orders, i % orders, error);
        limit[i] = qd_stopping_looked(self, i / orders, i % orders);
    }
    if (status == QD_OK)
        status = qd_index_limit(done, limit, error);
    free(limit);
    return status;
}

static qd_status_t accept(qd_stopping_t *self, cell_t *cell, const qd_segment_t *block, qd_parts_t *parts,
                          qd_error_t *error)
{
    const double *value = &block->row[0].value[self->experiment->precision.outcome];
    look(self, cell, value, QD_OUTCOMES_MAX, block->worlds);
    return qd_parts_append(parts, block, error);
}

static waiting_t *copy_block(const qd_segment_t *block)
{
    size_t extras = block->extra ? block->worlds * QD_LANDSCAPE_OUTCOMES : 0;
    waiting_t *self = calloc(1, sizeof *self);
    if (!self)
        return NULL;
    self->block = *block;
    self->row = malloc(block->worlds * sizeof *self->row);
    self->extra = extras ? malloc(extras * sizeof *self->extra) : NULL;
    self->tally = malloc(block->tally_size + 1);
    self->failure = malloc((block->failures + 1) * sizeof *self->failure);
    if (!self->row || (extras && !self->extra) || !self->tally || !self->failure) {
        drop(self);
        return NULL;
    }
    memcpy(self->row, block->row, block->worlds * sizeof *self->row);
    if (extras)
        memcpy(self->extra, block->extra, extras * sizeof *self->extra);
    memcpy(self->tally, block->tally, block->tally_size);
    if (block->failures)
        memcpy(self->failure, block->failure, block->failures * sizeof *self->failure);
    self->block.row = self->row;
    self->block.extra = self->extra;
    self->block.tally = self->tally;
    self->block.failure = self->failure;
    return self;
}

static qd_status_t wait_in_line(waiting_t **at, const qd_segment_t *block, qd_error_t *error)
{
    waiting_t *self = copy_block(block);
    if (!self)
        return qd_error_add(error, QD_ERROR_MEMORY, "no memory for a block that came early");
    while (*at && (*at)->block.first < block->first)
        at = &(*at)->next;
    self->next = *at;
    *at = self;
    return QD_OK;
}

qd_status_t qd_stopping_offer(qd_stopping_t *self, const qd_segment_t *block, qd_parts_t *parts,
                              qd_error_t *error)
{
    size_t number = number_of(self, block->point, block->order);
    cell_t *cell = &self->cell[number];
    waiting_t **waiting = &self->waiting[number];
    if (block->first < cell->looked)
        return qd_parts_append(parts, block, error);
    if (cell->narrow)
        return QD_OK;
    if (block->first != cell->looked)
        return wait_in_line(waiting, block, error);
    qd_status_t status = accept(self, cell, block, parts, error);
    while (status == QD_OK && !cell->narrow && *waiting && (*waiting)->block.first == cell->looked) {
        waiting_t *first = *waiting;
        *waiting = first->next;
        status = accept(self, cell, &first->block, parts, error);
        drop(first);
    }
    if (cell->narrow)
        drop_waiting(self, number);
    return status;
}

bool qd_stopping_settled(const qd_stopping_t *self, size_t point, size_t order)
{
    const cell_t *cell = cell_at(self, point, order);
    return cell->narrow || cell->looked >= qd_experiment_worlds_at(self->experiment, point);
}

uint64_t qd_stopping_looked(const qd_stopping_t *self, size_t point, size_t order)
{
    return cell_at(self, point, order)->looked;
}

uint64_t qd_stopping_target(const qd_stopping_t *self, size_t point, size_t order)
{
    const cell_t *cell = cell_at(self, point, order);
    return cell->narrow ? cell->looked : qd_experiment_worlds_at(self->experiment, point);
}

qd_interval_t qd_stopping_interval(const qd_stopping_t *self, size_t point, size_t order)
{
    return cell_at(self, point, order)->interval;
}

size_t qd_stopping_count(const qd_stopping_t *self)
{
    size_t count = 0, orders = self->experiment->orders;
    for (size_t i = 0; i < self->cells; i++)
        count += cell_at(self, i / orders, i % orders)->narrow;
    return count;
}
