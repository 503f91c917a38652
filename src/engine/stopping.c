#include "engine/stopping.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "engine/columns.h"
#include "engine/worker.h"
#include "statistics/interval.h"
#include "statistics/moments.h"

/* A copy of a segment that arrived before its turn. */
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
    bool narrow;            /* its interval is narrow, or no claim waits for it */
    bool arrived;           /* of claims: the worlds of the next look have arrived */
} cell_t;

struct qd_stopping {
    const qd_experiment_t *experiment;
    size_t cells;
    size_t *original; /* [points] */
    qd_groups_t groups;
    qd_claim_sequences_t *claims; /* of a precision of claims; NULL: cells judge themselves */
    cell_t *cell;                 /* [cells] replicas' are unused */
    waiting_t **waiting;          /* [cells] ascending */
};

static qd_status_t start_sequences(qd_stopping_t *self, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->experiment;
    const qd_precision_t *precision = &experiment->precision;
    qd_cell_size_t *size = qd_worker_cell_sizes(experiment);
    if (!size)
        return qd_no_memory(error);
    for (size_t i = 0; i < self->cells; i++) {
        qd_confidence_sequence_init(&self->cell[i].sequence, qd_outcome_table[precision->outcome].low,
                                    qd_outcome_greatest(precision->outcome, &size[i]), precision->confidence,
                                    precision->min_worlds);
        qd_moments_clear(&self->cell[i].moments);
        self->cell[i].interval = (qd_interval_t){NAN, NAN};
    }
    free(size);
    return QD_OK;
}

qd_status_t qd_stopping_new(const qd_experiment_t *experiment, qd_stopping_t **out, qd_error_t *error)
{
    qd_stopping_t *self = qd_new(1, sizeof *self, error);
    if (!self)
        return QD_ERROR_MEMORY;
    self->experiment = experiment;
    self->cells = experiment->points * experiment->orders;
    self->cell = qd_new(self->cells, sizeof *self->cell, error);
    self->waiting =
        qd_new(self->cells, sizeof *self->waiting, error); /* NOLINT(bugprone-sizeof-expression): pointers */
    if (!self->cell || !self->waiting || qd_originals_find(experiment, &self->original, error) != QD_OK) {
        qd_stopping_free(self);
        return qd_no_memory(error);
    }
    qd_status_t status = qd_groups_find(experiment, self->original, &self->groups, error);
    if (status == QD_OK && experiment->precision.claims)
        status = qd_claim_sequences_new(experiment, self->original, &self->groups, &self->claims, error);
    else if (status == QD_OK)
        status = start_sequences(self, error);
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
    qd_claim_sequences_free(self->claims);
    qd_groups_free(&self->groups);
    free(self->original);
    free(self->cell);
    free(self->waiting);
    free(self);
}

static size_t number_of(const qd_stopping_t *self, size_t point, size_t order)
{
    return self->original[point] * self->experiment->orders + order;
}

static const cell_t *cell_at(const qd_stopping_t *self, size_t point, size_t order)
{
    return &self->cell[number_of(self, point, order)];
}

void qd_stopping_share(qd_stopping_t *self, const qd_ranks_t *ranks)
{
    qd_ranks_share(ranks, self->cell, self->cells * sizeof *self->cell);
    if (self->claims)
        qd_claim_sequences_share(self->claims, ranks);
}

/* Adds the next `count` values (NaN: failed worlds, left out) and takes a look. Points varied for robustness
 * play all their worlds, however narrow their intervals. */
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

/* ---- looks of groups ----------------------------------------------------------------------------------- */

/* Worlds of the next look at a cell. */
static size_t next_look(const qd_stopping_t *self, size_t number)
{
    uint64_t left = qd_experiment_worlds_at(self->experiment, number / self->experiment->orders) -
                    self->cell[number].looked;
    return left < QD_LOOK_SIZE ? (size_t)left : QD_LOOK_SIZE;
}

/* Whether the worlds of the next look have arrived in every open cell of a group. *count: their number. */
static bool is_ready(const qd_stopping_t *self, size_t group, size_t *count)
{
    *count = 0;
    for (size_t m = self->groups.start[group]; m < self->groups.start[group + 1]; m++) {
        size_t number = self->groups.member[m];
        const cell_t *cell = &self->cell[number];
        if (cell->narrow || next_look(self, number) == 0)
            continue;
        if (!cell->arrived)
            return false;
        *count = next_look(self, number);
    }
    return *count > 0;
}

static void look_at_group(qd_stopping_t *self, size_t group, size_t count)
{
    qd_claim_sequences_look(self->claims, group, count);
    for (size_t m = self->groups.start[group]; m < self->groups.start[group + 1]; m++) {
        cell_t *cell = &self->cell[self->groups.member[m]];
        cell->looked += cell->arrived ? count : 0;
        cell->arrived = false;
        cell->narrow = qd_claim_sequences_closed(self->claims, self->groups.member[m]);
    }
}

/* Takes the next look's worlds of every open cell of a group. */
static qd_status_t read_arrivals(qd_stopping_t *self, qd_index_t *done, size_t group, qd_error_t *error)
{
    size_t orders = self->experiment->orders;
    for (size_t m = self->groups.start[group]; m < self->groups.start[group + 1]; m++) {
        size_t number = self->groups.member[m], count = next_look(self, number);
        cell_t *cell = &self->cell[number];
        const qd_ranges_t *ranges = qd_index_done(done, number / orders, number % orders);
        uint64_t end = ranges->size && ranges->range[0].first == 0 ? ranges->range[0].count : 0;
        if (cell->narrow || count == 0 || end < cell->looked + count)
            continue;
        qd_status_t status = qd_claim_sequences_read(self->claims, number, done, cell->looked, count, error);
        if (status != QD_OK)
            return status;
        cell->arrived = true;
    }
    return QD_OK;
}

/* Repeats the looks at a group's finished worlds from world 0 on. */
static qd_status_t repeat_group(qd_stopping_t *self, qd_index_t *done, size_t group, qd_error_t *error)
{
    for (;;) {
        size_t count;
        qd_status_t status = read_arrivals(self, done, group, error);
        if (status != QD_OK || !is_ready(self, group, &count))
            return status;
        look_at_group(self, group, count);
    }
}

/* ---- resumes ------------------------------------------------------------------------------------------- */

/* Worlds of a cell that are looked at or wait for a look. */
static uint64_t kept(const qd_stopping_t *self, size_t number)
{
    return self->cell[number].looked + (self->cell[number].arrived ? next_look(self, number) : 0);
}

/* Repeats the looks at a cell's finished worlds from world 0 on. Only whole looks count: with the present
 * maximum, a shorter look at the end of an earlier maximum would not have been taken. */
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
    uint64_t *limit = qd_new(self->cells, sizeof *limit, error);
    if (!limit)
        return QD_ERROR_MEMORY;
    for (size_t g = 0; g < self->groups.groups && self->claims && status == QD_OK; g++)
        status = repeat_group(self, done, g, error);
    for (size_t i = 0; i < self->cells && status == QD_OK; i++) {
        if (!self->claims && self->original[i / orders] == i / orders)
            status = repeat_looks(self, done, i / orders, i % orders, error);
        limit[i] = kept(self, number_of(self, i / orders, i % orders));
    }
    if (status == QD_OK)
        status = qd_index_limit(done, limit, error);
    free(limit);
    return status;
}

/* ---- blocks -------------------------------------------------------------------------------------------- */

static qd_status_t accept(qd_stopping_t *self, size_t number, const qd_segment_t *block, qd_parts_t *parts,
                          qd_error_t *error)
{
    cell_t *cell = &self->cell[number];
    if (self->claims) {
        qd_claim_sequences_take(self->claims, number, block);
        cell->arrived = true;
    } else {
        const double *value = &block->row[0].value[self->experiment->precision.outcome];
        look(self, cell, value, QD_OUTCOMES_MAX, block->worlds);
    }
    return qd_parts_append(parts, block, error);
}

static waiting_t *copy_block(const qd_segment_t *block)
{
    size_t extras = block->extra ? block->worlds * QD_LANDSCAPE_OUTCOMES : 0;
    waiting_t *self = qd_new(1, sizeof *self, NULL);
    if (!self)
        return NULL;
    self->block = *block;
    self->row = qd_new(block->worlds, sizeof *self->row, NULL);
    self->extra = extras ? qd_new(extras, sizeof *self->extra, NULL) : NULL;
    self->tally = qd_new(block->tally_size, 1, NULL);
    self->failure = qd_new(block->failures, sizeof *self->failure, NULL);
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
        return qd_no_memory(error);
    while (*at && (*at)->block.first < block->first)
        at = &(*at)->next;
    self->next = *at;
    *at = self;
    return QD_OK;
}

/* Accepts waiting blocks while it is their turn; drops those of a cell that has ended. */
static qd_status_t accept_waiting(qd_stopping_t *self, size_t number, qd_parts_t *parts, qd_error_t *error)
{
    const cell_t *cell = &self->cell[number];
    waiting_t **waiting = &self->waiting[number];
    qd_status_t status = QD_OK;
    while (status == QD_OK && !cell->narrow && !cell->arrived && *waiting &&
           (*waiting)->block.first == cell->looked) {
        waiting_t *first = *waiting;
        *waiting = first->next;
        status = accept(self, number, &first->block, parts, error);
        drop(first);
    }
    if (cell->narrow)
        drop_waiting(self, number);
    return status;
}

static qd_status_t look_while_ready(qd_stopping_t *self, size_t group, qd_parts_t *parts, qd_error_t *error)
{
    size_t count;
    qd_status_t status = QD_OK;
    while (status == QD_OK && is_ready(self, group, &count)) {
        look_at_group(self, group, count);
        for (size_t m = self->groups.start[group]; m < self->groups.start[group + 1] && status == QD_OK; m++)
            status = accept_waiting(self, self->groups.member[m], parts, error);
    }
    return status;
}

qd_status_t qd_stopping_offer(qd_stopping_t *self, const qd_segment_t *block, qd_parts_t *parts,
                              qd_error_t *error)
{
    size_t number = number_of(self, block->point, block->order);
    const cell_t *cell = &self->cell[number];
    if (block->first < kept(self, number))
        return qd_parts_append(parts, block, error);
    if (cell->narrow)
        return QD_OK;
    if (block->first != cell->looked)
        return wait_in_line(&self->waiting[number], block, error);
    qd_status_t status = accept(self, number, block, parts, error);
    if (status == QD_OK)
        status = accept_waiting(self, number, parts, error);
    if (status == QD_OK && self->claims)
        status = look_while_ready(self, self->groups.of_cell[number], parts, error);
    return status;
}

void qd_stopping_close(const qd_stopping_t *self, qd_dispatch_t *dispatch, size_t point, size_t order)
{
    size_t group = self->groups.of_cell[number_of(self, point, order)], orders = self->experiment->orders;
    for (size_t m = self->groups.start[group]; m < self->groups.start[group + 1]; m++) {
        size_t number = self->groups.member[m];
        if (qd_stopping_settled(self, number / orders, number % orders))
            qd_dispatch_close(dispatch, number / orders, number % orders, self->cell[number].looked);
    }
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

/* Cells that the precision may stop: those of the points that robustness varies have a number of worlds of
 * their own, and come last. */
static size_t stoppable(const qd_stopping_t *self)
{
    return qd_experiment_unvaried(self->experiment) * self->experiment->orders;
}

size_t qd_stopping_count(const qd_stopping_t *self)
{
    size_t count = 0, orders = self->experiment->orders;
    if (self->claims)
        return qd_claim_sequences_decided(self->claims);
    for (size_t i = 0; i < stoppable(self); i++)
        count += cell_at(self, i / orders, i % orders)->narrow;
    return count;
}

size_t qd_stopping_size(const qd_stopping_t *self)
{
    return self->claims ? qd_claim_sequences_awaited(self->claims) : stoppable(self);
}

size_t qd_stopping_seen(const qd_stopping_t *self)
{
    size_t count = 0, orders = self->experiment->orders;
    for (size_t i = 0; i < stoppable(self); i++)
        count += cell_at(self, i / orders, i % orders)->looked > 0;
    return count;
}

const qd_claim_sequences_t *qd_stopping_claims(const qd_stopping_t *self)
{
    return self ? self->claims : NULL;
}
