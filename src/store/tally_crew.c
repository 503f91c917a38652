#include "store/tally_crew.h"

#include <stdlib.h>

#include "base/memory.h"

#define CELLS_A_WORKER 8 /* whose tallies are in memory at once */

size_t qd_crew_workers(const qd_runner_t *runner)
{
    return runner ? (size_t)runner->threads : 1;
}

qd_status_t qd_tally_crew_init(qd_tally_crew_t *self, qd_index_t *index, const qd_runner_t *runner,
                               const qd_crew_task_t *task, qd_error_t *error)
{
    size_t workers = qd_crew_workers(runner);
    *self = (qd_tally_crew_t){.index = index,
                              .runner = runner,
                              .task = *task,
                              .workers = workers,
                              .most = workers * CELLS_A_WORKER};
    self->fault = qd_new(workers, sizeof *self->fault, error);
    self->cell = qd_new(self->most, sizeof *self->cell, error);
    if (!self->fault || !self->cell)
        return qd_no_memory(error);
    for (size_t i = 0; i < workers; i++)
        self->fault[i].error = QD_ERROR_NONE;
    return QD_OK;
}

static void drop_cells(qd_tally_crew_t *self)
{
    for (size_t i = 0; i < self->cells; i++)
        free(self->cell[i].bytes);
    self->cells = 0;
}

void qd_tally_crew_free(qd_tally_crew_t *self)
{
    drop_cells(self);
    free(self->cell);
    free(self->fault);
}

/* The cells of one worker: every workers-th of those queued. */
static void work_share(void *context, size_t worker)
{
    qd_tally_crew_t *self = context;
    qd_crew_fault_t *fault = &self->fault[worker];
    for (size_t i = worker; i < self->cells && fault->error.count == 0; i += self->workers) {
        fault->cell = i;
        if (self->task.work(self->task.context, worker, &self->cell[i], &fault->error) != QD_OK)
            break;
    }
}

qd_status_t qd_tally_crew_finish(qd_tally_crew_t *self, qd_error_t *error)
{
    qd_status_t status = QD_OK;
    qd_runner_run(self->runner, self->cells < self->workers ? self->cells : self->workers, work_share, self);
    for (size_t i = 0; i < self->workers && status == QD_OK; i++)
        if (self->fault[i].error.count > 0) {
            const qd_crew_cell_t *cell = &self->cell[self->fault[i].cell];
            status = qd_index_blame(self->index, cell->point, cell->order, &self->fault[i].error, error);
        }
    for (size_t i = 0; i < self->cells && self->task.after && status == QD_OK; i++)
        status = self->task.after(self->task.context, &self->cell[i], error);
    drop_cells(self);
    return status;
}

qd_status_t qd_tally_crew_add(qd_tally_crew_t *self, size_t point, size_t order, size_t place,
                              qd_error_t *error)
{
    qd_crew_cell_t cell = {.point = point, .order = order, .place = place};
    qd_status_t status = QD_OK;
    if (qd_ranges_count(qd_index_done(self->index, point, order)) > 0)
        status = (self->task.merged ? qd_index_encoded : qd_index_single)(self->index, point, order,
                                                                          &cell.bytes, &cell.size, error);
    if (status != QD_OK)
        return status;
    self->cell[self->cells++] = cell;
    return self->cells == self->most ? qd_tally_crew_finish(self, error) : QD_OK;
}
