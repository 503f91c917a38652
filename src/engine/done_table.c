#include "engine/done_table.h"

#include <stdlib.h>
#include <string.h>

static qd_status_t no_memory(qd_error_t *error)
{
    return qd_error_add(error, QD_ERROR_MEMORY, "no memory for the list of finished worlds");
}

static bool copy(qd_done_table_t *self, const qd_index_t *index)
{
    for (size_t i = 0; i < self->cells; i++) {
        size_t point = i / self->orders, order = i % self->orders;
        const qd_ranges_t *ranges = qd_index_done(index, point, order);
        self->failures += qd_index_failures(index, point, order);
        for (size_t r = 0; r < ranges->size; r++)
            if (!qd_ranges_add(&self->ranges[i], ranges->range[r]))
                return false;
    }
    return true;
}

/* Numbers of ranges first, then the ranges, one after another. */
static qd_status_t share(qd_done_table_t *self, const qd_ranks_t *ranks, qd_error_t *error)
{
    size_t total = 0, at = 0;
    uint64_t *sizes = calloc(self->cells + 1, sizeof *sizes);
    qd_range_t *all = NULL;
    qd_status_t status = sizes ? QD_OK : no_memory(error);
    for (size_t i = 0; sizes && i < self->cells; i++)
        sizes[i] = self->ranges[i].size;
    status = qd_ranks_agree(ranks, status);
    if (status != QD_OK)
        goto out;
    qd_ranks_share(ranks, sizes, self->cells * sizeof *sizes);
    qd_ranks_share(ranks, &self->failures, sizeof self->failures);
    for (size_t i = 0; i < self->cells; i++)
        total += sizes[i];
    all = malloc((total + 1) * sizeof *all);
    status = qd_ranks_agree(ranks, all ? QD_OK : no_memory(error));
    if (status != QD_OK)
        goto out;
    for (size_t i = 0; ranks->rank == 0 && i < self->cells; at += sizes[i++])
        memcpy(all + at, self->ranges[i].range, sizes[i] * sizeof *all);
    qd_ranks_share(ranks, all, total * sizeof *all);
    at = 0;
    for (size_t i = 0; ranks->rank != 0 && i < self->cells; i++)
        for (size_t r = 0; r < sizes[i]; r++)
            if (!qd_ranges_add(&self->ranges[i], all[at++]))
                status = QD_ERROR_MEMORY;
    status = qd_ranks_agree(ranks, status == QD_OK ? QD_OK : no_memory(error));

out:
    free(sizes);
    free(all);
    return status;
}

qd_status_t qd_done_table_init(qd_done_table_t *self, const qd_experiment_t *experiment,
                               const qd_index_t *index, const qd_ranks_t *ranks, qd_error_t *error)
{
    *self = (qd_done_table_t){.cells = experiment->points * experiment->orders, .orders = experiment->orders};
    self->ranges = calloc(self->cells, sizeof *self->ranges);
    qd_status_t status = self->ranges && (!index || copy(self, index)) ? QD_OK : no_memory(error);
    status = qd_ranks_agree(ranks, status);
    if (status == QD_OK && ranks->size > 1)
        status = share(self, ranks, error);
    if (status != QD_OK)
        qd_done_table_free(self);
    return status;
}

void qd_done_table_free(qd_done_table_t *self)
{
    for (size_t i = 0; self->ranges && i < self->cells; i++)
        qd_ranges_free(&self->ranges[i]);
    free(self->ranges);
    *self = (qd_done_table_t){0};
}

const qd_ranges_t *qd_done_table_at(void *context, size_t point, size_t order)
{
    const qd_done_table_t *self = context;
    return &self->ranges[point * self->orders + order];
}
