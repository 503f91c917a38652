#include "engine/stopping.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/dispatch.h"
#include "statistics/confidence_sequence.h"
#include "statistics/moments.h"

/* A copy of a segment that came before its turn. */
typedef struct waiting {
    struct waiting *next;
    qd_segment_t block;
    qd_outcomes_t *row;
    unsigned char *tally;
    qd_failure_t *failure;
} waiting_t;

typedef struct {
    qd_confidence_sequence_t sequence;
    qd_moments_t moments;
    uint64_t looked;    /* worlds 0 .. looked - 1 have been looked at */
    bool narrow;        /* the interval is narrow enough */
    waiting_t *waiting; /* ascending */
} cell_t;

struct qd_stopping {
    const qd_experiment_t *experiment;
    cell_t *cell;
};

qd_status_t qd_stopping_new(const qd_experiment_t *experiment, qd_stopping_t **out, qd_error_t *error)
{
    size_t cells = experiment->points * experiment->orders;
    qd_stopping_t *self = calloc(1, sizeof *self);
    cell_t *cell = calloc(cells, sizeof *cell);
    if (!self || !cell) {
        free(self);
        free(cell);
        return qd_error_add(error, QD_ERROR_MEMORY, "no memory for the precision stops");
    }
    self->experiment = experiment;
    self->cell = cell;
    const qd_precision_t *precision = &experiment->precision;
    const qd_outcome_info_t *info = &qd_outcome_table[precision->outcome];
    for (size_t i = 0; i < cells; i++) {
        qd_confidence_sequence_init(&cell[i].sequence, info->low, info->high, precision->confidence,
                                    precision->min_worlds);
        qd_moments_clear(&cell[i].moments);
    }
    *out = self;
    return QD_OK;
}

static void drop(waiting_t *self)
{
    free(self->row);
    free(self->tally);
    free(self->failure);
    free(self);
}

static void drop_waiting(cell_t *cell)
{
    while (cell->waiting) {
        waiting_t *first = cell->waiting;
        cell->waiting = first->next;
        drop(first);
    }
}

void qd_stopping_free(qd_stopping_t *self)
{
    if (!self)
        return;
    for (size_t i = 0; i < self->experiment->points * self->experiment->orders; i++)
        drop_waiting(&self->cell[i]);
    free(self->cell);
    free(self);
}

static cell_t *cell_at(const qd_stopping_t *self, size_t point, size_t order)
{
    return &self->cell[point * self->experiment->orders + order];
}

/* Adds the next `count` values (NaN: failed worlds, left out) and looks. */
static void look(const qd_stopping_t *self, cell_t *cell, const double *value, size_t stride, size_t count)
{
    for (size_t i = 0; i < count; i++)
        qd_moments_add(&cell->moments, value[i * stride]);
    cell->looked += count;
    if (cell->moments.count == 0)
        return;
    double sd = cell->moments.count > 1 ? sqrt(qd_moments_variance(&cell->moments)) : 0.0;
    qd_interval_t interval = qd_confidence_sequence_look(&cell->sequence, cell->moments.count,
                                                         qd_moments_mean(&cell->moments), sd);
    const qd_precision_t *precision = &self->experiment->precision;
    cell->narrow = cell->moments.count >= precision->min_worlds &&
                   0.5 * (interval.high - interval.low) <= precision->half_width;
    if (cell->narrow)
        drop_waiting(cell);
}

qd_status_t qd_stopping_resume(qd_stopping_t *self, qd_index_t *done, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->experiment;
    double value[QD_LOOK_SIZE];
    for (size_t p = 0; p < experiment->points; p++)
        for (size_t o = 0; o < experiment->orders; o++) {
            cell_t *cell = cell_at(self, p, o);
            const qd_ranges_t *ranges = qd_index_done(done, p, o);
            uint64_t end = ranges && ranges->size && ranges->range[0].first == 0 ? ranges->range[0].count : 0;
            while (cell->looked < end && !cell->narrow) {
                uint64_t left = end - cell->looked;
                size_t count = left < QD_LOOK_SIZE ? (size_t)left : QD_LOOK_SIZE;
                qd_status_t status = qd_index_read(done, p, o, experiment->precision.outcome, cell->looked, count,
                                                   value, error);
                if (status != QD_OK)
                    return status;
                look(self, cell, value, 1, count);
            }
        }
    return QD_OK;
}

static qd_status_t accept(qd_stopping_t *self, cell_t *cell, const qd_segment_t *block, qd_parts_t *parts,
                          qd_error_t *error)
{
    const double *value = &block->row[0].value[self->experiment->precision.outcome];
    look(self, cell, value, QD_OUTCOMES, block->worlds);
    return qd_parts_append(parts, block, error);
}

static qd_status_t wait_in_line(cell_t *cell, const qd_segment_t *block, qd_error_t *error)
{
    waiting_t *self = calloc(1, sizeof *self);
    if (self) {
        self->block = *block;
        self->row = malloc(block->worlds * sizeof *self->row);
        self->tally = malloc(block->tally_size + 1);
        self->failure = malloc((block->failures + 1) * sizeof *self->failure);
    }
    if (!self || !self->row || !self->tally || !self->failure) {
        if (self)
            drop(self);
        return qd_error_add(error, QD_ERROR_MEMORY, "no memory for a block that came early");
    }
    memcpy(self->row, block->row, block->worlds * sizeof *self->row);
    memcpy(self->tally, block->tally, block->tally_size);
    memcpy(self->failure, block->failure, block->failures * sizeof *self->failure);
    self->block.row = self->row;
    self->block.tally = self->tally;
    self->block.failure = self->failure;
    waiting_t **at = &cell->waiting;
    while (*at && (*at)->block.first < block->first)
        at = &(*at)->next;
    self->next = *at;
    *at = self;
    return QD_OK;
}

qd_status_t qd_stopping_offer(qd_stopping_t *self, const qd_segment_t *block, qd_parts_t *parts, qd_error_t *error)
{
    cell_t *cell = cell_at(self, block->point, block->order);
    if (cell->narrow)
        return QD_OK;
    if (block->first != cell->looked)
        return wait_in_line(cell, block, error);
    qd_status_t status = accept(self, cell, block, parts, error);
    while (status == QD_OK && cell->waiting && cell->waiting->block.first == cell->looked) {
        waiting_t *first = cell->waiting;
        cell->waiting = first->next;
        status = accept(self, cell, &first->block, parts, error);
        drop(first);
    }
    return status;
}

bool qd_stopping_settled(const qd_stopping_t *self, size_t point, size_t order)
{
    const cell_t *cell = cell_at(self, point, order);
    return cell->narrow || cell->looked >= self->experiment->worlds;
}

uint64_t qd_stopping_looked(const qd_stopping_t *self, size_t point, size_t order)
{
    return cell_at(self, point, order)->looked;
}

size_t qd_stopping_count(const qd_stopping_t *self)
{
    size_t count = 0;
    for (size_t i = 0; i < self->experiment->points * self->experiment->orders; i++)
        count += self->cell[i].narrow;
    return count;
}
