#include "engine/cells.h"

#include <stdlib.h>

#include "base/memory.h"

/* Worlds of one batch, fewer where there are so many cells that a batch would fill too much memory. */
#define BATCH_MAX     4096
#define BATCH_DOUBLES ((size_t)1 << 21)

void qd_cells_free(qd_cells_t *self)
{
    free(self->cell);
    *self = (qd_cells_t){0};
}

/* Of a cell in `order`: that of the last cell before it in the same order, or a new one. */
static size_t stratum_of(qd_cells_t *self, size_t order)
{
    for (size_t k = self->size; k-- > 0;)
        if (!self->apart || self->cell[k].order == order)
            return self->cell[k].stratum;
    return self->strata++;
}

qd_status_t qd_cells_add(qd_cells_t *self, size_t point, size_t order, double weight, qd_error_t *error)
{
    qd_cell_t *larger = qd_list_room(self->cell, self->size, 1, &self->capacity, sizeof *larger);
    if (larger == NULL)
        return qd_no_memory(error);
    self->cell = larger;
    qd_cell_t cell = {point, order, weight, stratum_of(self, order)};
    self->cell[self->size++] = cell;
    return QD_OK;
}

qd_status_t qd_cells_add_arm(qd_cells_t *self, const qd_experiment_t *experiment, const qd_arm_t *arm,
                             int order, double weight, qd_error_t *error)
{
    size_t from = order < 0 ? 0 : (size_t)order, to = order < 0 ? experiment->orders : from + 1;
    double share = weight / ((double)arm->points * (double)(to - from));
    qd_status_t status = QD_OK;
    for (size_t p = 0; p < arm->points; p++)
        for (size_t o = from; o < to && status == QD_OK; o++)
            status = qd_cells_add(self, arm->point[p], o, share, error);
    return status;
}

/* One more than the largest world that every cell of a stratum may have: the least of their ends. */
static uint64_t end_of_stratum(const qd_cells_t *self, const qd_index_t *done, size_t stratum)
{
    uint64_t end = self->worlds > 0 ? self->worlds : UINT64_MAX;
    for (size_t k = 0; k < self->size; k++) {
        if (self->cell[k].stratum != stratum)
            continue;
        uint64_t mine = qd_ranges_end(qd_index_done(done, self->cell[k].point, self->cell[k].order));
        if (mine < end)
            end = mine;
    }
    return end;
}

static uint64_t end_of(const qd_cells_t *self, const qd_index_t *done)
{
    uint64_t end = 0;
    for (size_t s = 0; s < self->strata; s++) {
        uint64_t mine = end_of_stratum(self, done, s);
        end = mine > end ? mine : end;
    }
    return end;
}

qd_status_t qd_cells_walk(const qd_cells_t *self, qd_index_t *done, qd_outcome_t outcome, qd_cells_see_t *see,
                          void *context, qd_error_t *error)
{
    uint64_t end = end_of(self, done);
    if (end == 0)
        return QD_OK;
    size_t batch = BATCH_DOUBLES / self->size;
    batch = batch > BATCH_MAX ? BATCH_MAX : batch < 1 ? 1 : batch;
    batch = batch > end ? (size_t)end : batch;
    double *room = qd_new(self->size * batch, sizeof *room, error);
    const double **column = qd_new(self->size, sizeof *column, error);
    qd_status_t status = QD_OK;
    if (room == NULL || column == NULL) {
        status = qd_no_memory(error);
        goto out;
    }
    for (size_t k = 0; k < self->size; k++)
        column[k] = room + k * batch;
    for (uint64_t first = 0; first < end; first += batch) {
        size_t count = end - first < batch ? (size_t)(end - first) : batch;
        for (size_t k = 0; k < self->size && status == QD_OK; k++)
            status = qd_index_read(done, self->cell[k].point, self->cell[k].order, outcome, first, count,
                                   room + k * batch, error);
        if (status != QD_OK)
            break;
        see(context, count, column);
    }
out:
    free(column);
    free(room);
    return status;
}
