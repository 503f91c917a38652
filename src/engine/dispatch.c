#include "engine/dispatch.h"

#include <math.h>
#include <stdlib.h>

struct qd_dispatch {
    const qd_experiment_t *experiment;
    size_t cells;          /* points x orders */
    qd_range_t *mine;      /* [cells] worlds of this shard, one range a cell */
    qd_ranges_t *done;     /* [cells] what is done of them */
    bool *closed;          /* [cells] */
    uint64_t total, already;
    uint64_t unit;         /* worlds a unit */
    size_t cell;           /* the cell at hand, */
    uint64_t world;        /* and the next world of it to look at */
};

/* A guess of the worlds a second that one thread plays, to size units to about a second: 4,000 at N = 32 and T = 140, falling
 * with N^2 T. Only the cutting depends on it, never a result. */
static double guess_rate(const qd_experiment_t *experiment)
{
    double rate = 1e9;
    for (size_t o = 0; o < experiment->orders; o++) {
        qd_plan_t plan;
        qd_change_t *change = malloc((experiment->changes + experiment->point[0].changes + 1) * sizeof *change);
        if (!change)
            return 1.0;
        qd_experiment_plan(experiment, 0, o, change, &plan);
        double n = (double)qd_plan_states_max(&plan), t = (double)qd_plan_periods_max(&plan);
        rate = fmin(rate, 4000.0 * (32.0 / n) * (32.0 / n) * (140.0 / t));
        free(change);
    }
    return rate;
}

static uint64_t unit_size(const qd_dispatch_t *self, size_t workers)
{
    if (self->experiment->precision.given)
        return QD_LOOK_SIZE;
    uint64_t fair = self->total / (8 * workers) + 1;
    double size = fmin(guess_rate(self->experiment), (double)QD_UNIT_MAX);
    uint64_t unit = size > 16.0 ? (uint64_t)size : 16;
    return unit < fair ? unit : fair;
}

/* Cuts the shard's piece out of the sequence of all worlds. */
static void take_share(qd_dispatch_t *self, size_t shard, size_t shards)
{
    uint64_t worlds = self->experiment->worlds;
    bool by_cell = self->experiment->precision.given;
    uint64_t items = by_cell ? self->cells : self->cells * worlds;
    uint64_t from = (uint64_t)((__extension__(unsigned __int128)items) * (shard - 1) / shards);
    uint64_t to = (uint64_t)((__extension__(unsigned __int128)items) * shard / shards);
    for (size_t cell = 0; cell < self->cells; cell++) {
        uint64_t low = by_cell ? cell : cell * worlds, high = by_cell ? cell + 1 : low + worlds;
        if (from > low && from < high)
            low = from;
        if (to < high)
            high = to;
        if (from >= high || low >= high)
            continue;
        self->mine[cell] = by_cell ? (qd_range_t){0, worlds} : (qd_range_t){low - cell * worlds, high - low};
        self->total += self->mine[cell].count;
    }
}

static bool copy_done(qd_dispatch_t *self, qd_done_t *done, void *context)
{
    for (size_t cell = 0; cell < self->cells; cell++) {
        size_t orders = self->experiment->orders;
        const qd_ranges_t *ranges = done ? done(context, cell / orders, cell % orders) : NULL;
        if (!ranges)
            continue;
        self->already += qd_ranges_shared(ranges, self->mine[cell]);
        for (size_t r = 0; r < ranges->size; r++)
            if (!qd_ranges_add(&self->done[cell], ranges->range[r]))
                return false;
    }
    return true;
}

qd_status_t qd_dispatch_new(const qd_experiment_t *experiment, size_t shard, size_t shards, size_t workers,
                            qd_done_t *done, void *context, qd_dispatch_t **out, qd_error_t *error)
{
    qd_dispatch_t *self = calloc(1, sizeof *self);
    if (!self)
        return qd_error_add(error, QD_ERROR_MEMORY, "no memory for the list of work");
    self->experiment = experiment;
    self->cells = experiment->points * experiment->orders;
    self->mine = calloc(self->cells, sizeof *self->mine);
    self->done = calloc(self->cells, sizeof *self->done);
    self->closed = calloc(self->cells, sizeof *self->closed);
    if (!self->mine || !self->done || !self->closed)
        goto out_of_memory;
    take_share(self, shard, shards);
    if (!copy_done(self, done, context))
        goto out_of_memory;
    self->unit = unit_size(self, workers);
    *out = self;
    return QD_OK;

out_of_memory:
    qd_dispatch_free(self);
    return qd_error_add(error, QD_ERROR_MEMORY, "no memory for the list of work");
}

void qd_dispatch_free(qd_dispatch_t *self)
{
    if (!self)
        return;
    for (size_t cell = 0; self->done && cell < self->cells; cell++)
        qd_ranges_free(&self->done[cell]);
    free(self->mine);
    free(self->done);
    free(self->closed);
    free(self);
}

/* The next stretch of worlds of the cell at hand that is not done, from self->world on; empty if there is none. */
static qd_range_t next_gap(const qd_dispatch_t *self)
{
    qd_range_t mine = self->mine[self->cell];
    const qd_ranges_t *done = &self->done[self->cell];
    uint64_t from = self->world > mine.first ? self->world : mine.first, end = mine.first + mine.count;
    for (size_t r = 0; r < done->size; r++) {
        qd_range_t range = done->range[r];
        if (from >= end)
            break;
        if (range.first > from)
            return (qd_range_t){from, (range.first < end ? range.first : end) - from};
        if (range.first + range.count > from)
            from = range.first + range.count;
    }
    return (qd_range_t){from, from < end ? end - from : 0};
}

bool qd_dispatch_next(qd_dispatch_t *self, qd_work_t *work)
{
    for (; self->cell < self->cells; self->cell++, self->world = 0) {
        if (self->closed[self->cell] || self->mine[self->cell].count == 0)
            continue;
        qd_range_t gap = next_gap(self);
        if (gap.count == 0)
            continue;
        /* Looks of a precision stop stay aligned whatever was done before. */
        uint64_t room = self->experiment->precision.given ? self->unit - gap.first % self->unit : self->unit;
        gap.count = gap.count < room ? gap.count : room;
        self->world = gap.first + gap.count;
        size_t orders = self->experiment->orders;
        *work = (qd_work_t){self->cell / orders, self->cell % orders, gap};
        return true;
    }
    return false;
}

void qd_dispatch_close(qd_dispatch_t *self, size_t point, size_t order)
{
    self->closed[point * self->experiment->orders + order] = true;
}

void qd_dispatch_start(qd_dispatch_t *self, size_t point, size_t order, uint64_t world)
{
    qd_ranges_t *done = &self->done[point * self->experiment->orders + order];
    done->size = 0;
    if (world > 0 && !qd_ranges_add(done, (qd_range_t){0, world}))
        done->size = 0; /* no memory for one range: its worlds are played again, and dropped */
}

uint64_t qd_dispatch_total(const qd_dispatch_t *self)
{
    return self->total;
}

uint64_t qd_dispatch_done(const qd_dispatch_t *self)
{
    return self->already;
}
