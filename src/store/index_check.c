#include "store/row_check.h"

#include "store/index_fields.h"

#include <stdlib.h>

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
    return status == QD_OK ? qd_row_check_end(check, error) : status;
}

qd_status_t qd_index_check_rows(qd_index_t *self, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->slots.experiment;
    qd_status_t status = QD_OK;
    qd_row_check_t *check = qd_row_check_new(self, self->kind.columns);
    bool *met = calloc(self->slots.count + 1, sizeof *met), differs = false;
    if (check == NULL || met == NULL) {
        status = qd_error_add(error, QD_ERROR_MEMORY, "out of memory for %d rows", QD_ROWS_AT_ONCE);
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
