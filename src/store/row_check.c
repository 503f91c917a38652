#include "store/row_check.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "store/index_fields.h"

struct qd_row_check {
    qd_index_t *index;
    uint64_t columns;
    size_t point, order, failure, range; /* failure, range: the next ones, in the order of worlds */
    qd_hash_sum_t hash;
    qd_tally_t *again; /* NULL if the hash decides */
    qd_outcomes_t row[QD_ROWS_AT_ONCE];
};

static bool decides_by_hash(const qd_row_check_t *self)
{
    return self->columns == QD_COLUMNS_ALL;
}

qd_row_check_t *qd_row_check_new(qd_index_t *index, uint64_t columns)
{
    qd_row_check_t *self = qd_new(1, sizeof *self, NULL);
    if (!self)
        return NULL;
    self->index = index;
    self->columns = columns;
    self->again = NULL;
    for (size_t i = 0; i < QD_ROWS_AT_ONCE; i++)
        for (size_t o = 0; o < qd_outcome_count; o++)
            self->row[i].value[o] = NAN;
    return self;
}

void qd_row_check_free(qd_row_check_t *self)
{
    if (self)
        qd_tally_free(self->again);
    free(self);
}

qd_status_t qd_row_check_begin(qd_row_check_t *self, size_t point, size_t order, qd_error_t *error)
{
    self->point = point;
    self->order = order;
    self->failure = self->range = 0;
    self->hash = (qd_hash_sum_t){0, 0};
    qd_tally_free(self->again);
    self->again =
        decides_by_hash(self) ? NULL : qd_tally_new(qd_index_periods(self->index, point, order), false);
    return decides_by_hash(self) || self->again ? QD_OK : qd_no_memory(error);
}

void qd_row_check_take(qd_row_check_t *self, size_t outcome, const double value[], size_t count)
{
    if (outcome < QD_OUTCOMES_MAX && self->columns >> outcome & 1)
        for (size_t i = 0; i < count; i++)
            self->row[i].value[outcome] = value[i];
}

/* Callers ask for worlds in ascending order. */
static bool is_done(qd_row_check_t *self, uint64_t world)
{
    const qd_ranges_t *done = qd_index_done(self->index, self->point, self->order);
    while (self->range < done->size &&
           done->range[self->range].first + done->range[self->range].count <= world)
        self->range++;
    return self->range < done->size && done->range[self->range].first <= world;
}

/* The reason for which a world failed; NULL if it did not. */
static const char *reason_of(qd_row_check_t *self, uint64_t world)
{
    if (self->failure >= qd_index_failures(self->index, self->point, self->order))
        return NULL;
    qd_failure_t failure = qd_index_failure(self->index, self->point, self->order, self->failure);
    if (failure.world != world)
        return NULL;
    self->failure++;
    return failure.reason;
}

static void add_row(qd_row_check_t *self, uint64_t world, const qd_outcomes_t *row)
{
    const char *reason = reason_of(self, world);
    if (decides_by_hash(self) && reason)
        qd_hash_sum_add_failure(&self->hash, world, reason);
    else if (decides_by_hash(self))
        qd_hash_sum_add(&self->hash, world, row);
    else if (reason)
        qd_tally_add_failure(self->again, world, reason);
    else
        qd_tally_add(self->again, world, &(qd_result_t){.outcomes = *row});
}

void qd_row_check_add(qd_row_check_t *self, uint64_t first, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_done(self, first + i))
            add_row(self, first + i, &self->row[i]);
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* The first outcome whose summary from the rows differs from the tally's; QD_OUTCOMES_MAX if none differs. */
static size_t first_difference(const qd_row_check_t *self, const qd_tally_t *tally)
{
    for (size_t o = 0; o < qd_outcome_count; o++) {
        if (!(self->columns >> o & 1))
            continue;
        qd_summary_t a = qd_tally_summary(tally, (qd_outcome_t)o),
                     b = qd_tally_summary(self->again, (qd_outcome_t)o);
        if (a.count != b.count || !same(a.mean, b.mean) || !same(a.sd, b.sd) || !same(a.min, b.min) ||
            !same(a.max, b.max))
            return o;
    }
    return QD_OUTCOMES_MAX;
}

static qd_status_t refuse(const qd_row_check_t *self, const char *outcome, qd_error_t *error)
{
    const qd_index_t *index = self->index;
    const qd_experiment_t *experiment = index->slots.experiment;
    size_t slot = qd_slots_at(&index->slots, self->point, self->order);
    const qd_unit_t *unit = &index->unit[index->piece[index->piece_start[slot]].unit];
    return qd_error_add(
        error, QD_ERROR_INPUT,
        "%s: the rows of point %s, order %s%s%s are not those of the statistics kept with them: the file "
        "was changed or damaged",
        qd_sources_path(index->sources, unit->source), experiment->point[self->point].label,
        experiment->order[self->order].label, outcome ? ", outcome " : "", outcome ? outcome : "");
}

static qd_status_t check_hash(const qd_row_check_t *self, const qd_hash_sum_t *known, qd_error_t *error)
{
    qd_tally_extent_t extent;
    qd_status_t status =
        known ? QD_OK : qd_index_extent(self->index, self->point, self->order, &extent, error);
    if (status != QD_OK)
        return status;
    qd_hash_sum_t hash = known ? *known : extent.totals.hash;
    return hash.low == self->hash.low && hash.high == self->hash.high ? QD_OK : refuse(self, NULL, error);
}

qd_status_t qd_row_check_end(qd_row_check_t *self, const qd_hash_sum_t *hash, qd_error_t *error)
{
    if (decides_by_hash(self))
        return check_hash(self, hash, error);
    const qd_tally_t *tally;
    qd_status_t status = qd_index_tally(self->index, self->point, self->order, &tally, error);
    if (status != QD_OK)
        return status;
    size_t outcome = first_difference(self, tally);
    return outcome == QD_OUTCOMES_MAX ? QD_OK : refuse(self, qd_outcome_table[outcome].name, error);
}

/* Reads the rows of a range of worlds of one (point, order) through `check`. */
static qd_status_t read_rows(qd_index_t *self, size_t point, size_t order, qd_range_t range,
                             qd_row_check_t *check, qd_error_t *error)
{
    double value[QD_ROWS_AT_ONCE];
    for (uint64_t done = 0; done < range.count; done += QD_ROWS_AT_ONCE) {
        uint64_t left = range.count - done, first = range.first + done;
        size_t some = left < QD_ROWS_AT_ONCE ? (size_t)left : QD_ROWS_AT_ONCE;
        for (size_t o = 0; o < qd_outcome_count; o++) {
            if (!(self->kind.columns >> o & 1))
                continue;
            qd_status_t status = qd_index_read(self, point, order, o, first, some, value, error);
            if (status != QD_OK)
                return status;
            qd_row_check_take(check, o, value, some);
        }
        qd_row_check_add(check, first, some);
    }
    return QD_OK;
}

static qd_status_t check_cell(qd_index_t *self, size_t point, size_t order, qd_row_check_t *check,
                              qd_error_t *error)
{
    const qd_ranges_t *done = qd_index_done(self, point, order);
    qd_status_t status = qd_row_check_begin(check, point, order, error);
    for (size_t r = 0; r < done->size && status == QD_OK; r++)
        status = read_rows(self, point, order, done->range[r], check, error);
    return status == QD_OK ? qd_row_check_end(check, NULL, error) : status;
}

qd_status_t qd_index_check_rows(qd_index_t *self, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->slots.experiment;
    qd_status_t status = QD_OK;
    qd_row_check_t *check = qd_row_check_new(self, self->kind.columns);
    bool *met = qd_new(self->slots.count, sizeof *met, error), differs = false;
    if (!check || !met) {
        status = qd_no_memory(error);
        goto out;
    }
    for (size_t i = 0; i < experiment->points * experiment->orders && status == QD_OK; i++) {
        size_t point = i / experiment->orders, order = i % experiment->orders;
        size_t slot = qd_slots_at(&self->slots, point, order);
        if (!met[slot] && qd_index_done(self, point, order)->size > 0)
            status = check_cell(self, point, order, check, error);
        met[slot] = true;
        differs = differs || status == QD_ERROR_INPUT;
        status = status == QD_ERROR_INPUT ? QD_OK : status;
    }
    status = status == QD_OK && differs ? QD_ERROR_INPUT : status;
out:
    free(met);
    qd_row_check_free(check);
    return status;
}
