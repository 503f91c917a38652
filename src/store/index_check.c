#include "store/index.h"

#include "store/index_fields.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_AT_ONCE 4096 /* a chunk of /worlds */

/* The rows of one (point, order), added up anew. */
typedef struct {
    qd_index_t *index;
    size_t point, order, failure; /* failure: the next one, in the order of worlds */
    qd_tally_t *again;
    double *value; /* outcomes x ROWS_AT_ONCE; NaN where an outcome is not kept */
} check_t;

static bool is_kept(const qd_index_t *index, size_t outcome)
{
    return index->kind.columns >> outcome & 1;
}

static void add_row(check_t *self, uint64_t world, size_t at)
{
    if (self->failure < qd_index_failures(self->index, self->point, self->order)) {
        qd_failure_t failure = qd_index_failure(self->index, self->point, self->order, self->failure);
        if (failure.world == world) {
            qd_tally_add_failure(self->again, world, failure.reason);
            self->failure++;
            return;
        }
    }
    qd_result_t result = {.failure = NULL};
    for (size_t o = 0; o < QD_OUTCOMES; o++)
        result.outcomes.value[o] = self->value[o * ROWS_AT_ONCE + at];
    qd_tally_add(self->again, world, &result);
}

static qd_status_t add_rows(check_t *self, qd_range_t range, qd_error_t *error)
{
    for (uint64_t done = 0; done < range.count; done += ROWS_AT_ONCE) {
        uint64_t left = range.count - done, first = range.first + done;
        size_t some = left < ROWS_AT_ONCE ? (size_t)left : ROWS_AT_ONCE;
        for (size_t o = 0; o < QD_OUTCOMES; o++) {
            if (!is_kept(self->index, o))
                continue;
            qd_status_t status = qd_index_read(self->index, self->point, self->order, o, first, some,
                                               self->value + o * ROWS_AT_ONCE, error);
            if (status != QD_OK)
                return status;
        }
        for (size_t w = 0; w < some; w++)
            add_row(self, first + w, w);
    }
    return QD_OK;
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* The first outcome of which the rows give another summary than the tally; QD_OUTCOMES where there is none.
 */
static size_t first_difference(const check_t *self, const qd_tally_t *tally)
{
    for (size_t o = 0; o < QD_OUTCOMES; o++) {
        if (!is_kept(self->index, o))
            continue;
        qd_summary_t a = qd_tally_summary(tally, (qd_outcome_t)o),
                     b = qd_tally_summary(self->again, (qd_outcome_t)o);
        if (a.count != b.count || !same(a.mean, b.mean) || !same(a.sd, b.sd) || !same(a.min, b.min) ||
            !same(a.max, b.max))
            return o;
    }
    return QD_OUTCOMES;
}

/* Where all outcomes are kept, the hash of the rows decides; it sees the last bit. */
static qd_status_t compare(const check_t *self, const qd_tally_t *tally, qd_error_t *error)
{
    qd_index_t *index = self->index;
    size_t outcome = first_difference(self, tally);
    qd_hash_sum_t a = qd_tally_hash(tally), b = qd_tally_hash(self->again);
    bool all = index->kind.columns == QD_COLUMNS_ALL,
         other_hash = all && (a.low != b.low || a.high != b.high);
    if (outcome == QD_OUTCOMES && !other_hash)
        return QD_OK;
    const qd_experiment_t *experiment = index->slots.experiment;
    size_t slot = qd_slots_at(&index->slots, self->point, self->order);
    const qd_unit_t *unit = &index->unit[index->piece[index->piece_start[slot]].unit];
    return qd_error_add(
        error, QD_ERROR_INPUT,
        "%s: the rows of point %s, order %s%s%s are not those of the statistics kept with them: the file "
        "was changed or damaged",
        qd_sources_path(index->sources, unit->source), experiment->point[self->point].label,
        experiment->order[self->order].label, outcome < QD_OUTCOMES ? ", outcome " : "",
        outcome < QD_OUTCOMES ? qd_outcome_table[outcome].name : "");
}

static qd_status_t check_cell(check_t *self, qd_error_t *error)
{
    const qd_ranges_t *done = qd_index_done(self->index, self->point, self->order);
    const qd_tally_t *tally;
    size_t periods = qd_index_periods(self->index, self->point, self->order);
    self->failure = 0;
    self->again = qd_tally_new(periods, false);
    qd_status_t status =
        self->again != NULL ? QD_OK : qd_error_add(error, QD_ERROR_MEMORY, "out of memory for a tally");
    for (size_t r = 0; r < done->size && status == QD_OK; r++)
        status = add_rows(self, done->range[r], error);
    if (status == QD_OK)
        status = qd_index_tally(self->index, self->point, self->order, &tally, error);
    if (status == QD_OK)
        status = compare(self, tally, error);
    qd_tally_free(self->again);
    return status;
}

qd_status_t qd_index_check_rows(qd_index_t *self, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->slots.experiment;
    qd_status_t status = QD_OK;
    check_t check = {.index = self, .value = malloc(QD_OUTCOMES * ROWS_AT_ONCE * sizeof(double))};
    bool *met = calloc(self->slots.count + 1, sizeof *met);
    if (check.value == NULL || met == NULL) {
        status = qd_error_add(error, QD_ERROR_MEMORY, "out of memory for %d rows", ROWS_AT_ONCE);
        goto out;
    }
    for (size_t i = 0; i < QD_OUTCOMES * (size_t)ROWS_AT_ONCE; i++)
        check.value[i] = NAN;
    bool differs = false;
    for (size_t i = 0; i < experiment->points * experiment->orders && status == QD_OK; i++) {
        check.point = i / experiment->orders;
        check.order = i % experiment->orders;
        size_t slot = qd_slots_at(&self->slots, check.point, check.order);
        if (!met[slot] && qd_index_done(self, check.point, check.order)->size > 0)
            status = check_cell(&check, error);
        met[slot] = true;
        differs = differs || status == QD_ERROR_INPUT;
        status = status == QD_ERROR_INPUT ? QD_OK : status;
    }
    status = status == QD_OK && differs ? QD_ERROR_INPUT : status;
out:
    free(met);
    free(check.value);
    return status;
}
