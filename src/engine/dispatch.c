#include "engine/dispatch.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "engine/groups.h"
#include "experiment/points.h"
#include "store/unit.h"

/* The last units are smaller than the largest by this factor at most. */
#define UNIT_SPREAD 32

struct qd_dispatch {
    const qd_experiment_t *experiment;
    qd_dispatch_options_t options;
    bool by_group; /* tickets stand for groups of cells, whose stops are decided together */
    size_t cells;
    size_t *original;   /* [points] */
    qd_groups_t groups; /* by_group */
    qd_range_t *mine;   /* [cells] worlds of this shard, one range a cell */
    qd_ranges_t *done;  /* [cells] their finished worlds */
    size_t *turn;       /* [turns] cells of this shard, or its groups, in order */
    size_t turns;
    uint64_t total, already;
    uint64_t left;    /* worlds in no unit yet */
    uint64_t next;    /* the next ticket, where there is one rank */
    uint64_t handed;  /* by_group: tickets used; else units skipped, of this rank and of others */
    size_t at;        /* the current turn, */
    size_t member;    /* by_group: the current cell, by its position in the group */
    uint64_t world;   /* and its next world */
    uint64_t largest; /* most worlds of a unit of the current cell; 0: not known yet */
};

/* Most worlds of a unit of a cell: those that one thread is estimated to play in a second, 4,000 at N = 32
 * and T = 140, falling with N^2 T. A killed run loses no more. Results do not depend on it. */
static uint64_t largest_unit(const qd_dispatch_t *self, size_t cell)
{
    size_t orders = self->experiment->orders;
    qd_plan_t plan;
    qd_experiment_frame(self->experiment, cell / orders, cell % orders, &plan);
    double n = (double)qd_plan_states_max(&plan), t = (double)qd_plan_periods_max(&plan);
    double rate = 4000.0 * (32.0 / n) * (32.0 / n) * (140.0 / t);
    return (uint64_t)fmax(1.0, fmin(rate, (double)QD_UNIT_MAX));
}

/* Worlds of the next unit: a third of a thread's share of the remaining worlds, so that threads of different
 * speeds end together. A lower bound covers the milliseconds that a unit itself costs. */
static uint64_t unit_size(const qd_dispatch_t *self)
{
    uint64_t share = self->left / (3 * self->options.workers) + 1;
    uint64_t least = self->largest / UNIT_SPREAD + 1, fair = self->total / (8 * self->options.workers) + 1;
    least = least < fair ? least : fair;
    share = share > least ? share : least;
    return share < self->largest ? share : self->largest;
}

/* a * b / c without overflow. */
static uint64_t share_of(uint64_t a, uint64_t b, uint64_t c)
{
    return (uint64_t)((__extension__(unsigned __int128) a) * b / c);
}

/* The shard's interval of a sequence of `items`. */
static void find_share(const qd_dispatch_t *self, uint64_t items, uint64_t *from, uint64_t *to)
{
    *from = share_of(items, self->options.shard - 1, self->options.shards);
    *to = share_of(items, self->options.shard, self->options.shards);
}

/* Selects the shard's interval of the sequence of all worlds. */
static void take_worlds(qd_dispatch_t *self)
{
    const qd_experiment_t *experiment = self->experiment;
    uint64_t items = 0, low = 0, from, to;
    for (size_t p = 0; p < experiment->points; p++)
        items += self->original[p] == p ? experiment->orders * qd_experiment_worlds_at(experiment, p) : 0;
    find_share(self, items, &from, &to);
    for (size_t cell = 0; cell < self->cells; cell++) {
        size_t point = cell / experiment->orders;
        if (self->original[point] != point)
            continue;
        uint64_t worlds = qd_experiment_worlds_at(experiment, point);
        uint64_t first = from > low ? from - low : 0, end = to > low ? to - low : 0;
        low += worlds;
        end = end < worlds ? end : worlds;
        if (first >= end)
            continue;
        self->mine[cell] = (qd_range_t){first, end - first};
        self->total += self->mine[cell].count;
        self->turn[self->turns++] = cell;
    }
}

/* Selects the groups whose first cells lie in the shard's interval of the sequence of cells, group by
 * group. */
static void take_groups(qd_dispatch_t *self)
{
    const qd_groups_t *groups = &self->groups;
    uint64_t from, to;
    find_share(self, groups->start[groups->groups], &from, &to);
    for (size_t g = 0; g < groups->groups; g++) {
        if (groups->start[g] < from || groups->start[g] >= to)
            continue;
        for (size_t m = groups->start[g]; m < groups->start[g + 1]; m++) {
            size_t cell = groups->member[m], point = cell / self->experiment->orders;
            self->mine[cell] = (qd_range_t){0, qd_experiment_worlds_at(self->experiment, point)};
            self->total += self->mine[cell].count;
        }
        self->turn[self->turns++] = g;
    }
}

static bool copy_done(qd_dispatch_t *self)
{
    const qd_dispatch_options_t *options = &self->options;
    for (size_t cell = 0; options->done && cell < self->cells; cell++) {
        size_t orders = self->experiment->orders;
        const qd_ranges_t *ranges = self->mine[cell].count > 0
                                        ? options->done(options->done_context, cell / orders, cell % orders)
                                        : NULL;
        if (!ranges)
            continue;
        self->already += qd_ranges_shared(ranges, self->mine[cell]);
        for (size_t r = 0; r < ranges->size; r++)
            if (!qd_ranges_add(&self->done[cell], ranges->range[r]))
                return false;
    }
    return true;
}

qd_status_t qd_dispatch_new(const qd_experiment_t *experiment, const qd_dispatch_options_t *options,
                            qd_dispatch_t **out, qd_error_t *error)
{
    qd_dispatch_t *self = qd_new(1, sizeof *self, error);
    qd_status_t status = QD_ERROR_MEMORY;
    if (!self)
        goto out;
    self->experiment = experiment;
    self->options = *options;
    self->by_group = experiment->precision.given;
    self->cells = experiment->points * experiment->orders;
    self->mine = qd_new(self->cells, sizeof *self->mine, error);
    self->done = qd_new(self->cells, sizeof *self->done, error);
    self->turn = qd_new(self->cells, sizeof *self->turn, error);
    if (!self->mine || !self->done || !self->turn ||
        qd_originals_find(experiment, &self->original, error) != QD_OK)
        goto out;
    if (self->by_group && qd_groups_find(experiment, self->original, &self->groups, error) != QD_OK)
        goto out;
    if (self->by_group)
        take_groups(self);
    else
        take_worlds(self);
    if (!copy_done(self))
        goto out;
    self->left = self->total - self->already;
    status = QD_OK;
    *out = self;

out:
    if (status == QD_OK)
        return QD_OK;
    qd_dispatch_free(self);
    return qd_no_memory(error);
}

void qd_dispatch_free(qd_dispatch_t *self)
{
    if (!self)
        return;
    for (size_t cell = 0; self->done && cell < self->cells; cell++)
        qd_ranges_free(&self->done[cell]);
    qd_groups_free(&self->groups);
    free(self->original);
    free(self->mine);
    free(self->done);
    free(self->turn);
    free(self);
}

/* The next range of unfinished worlds of a cell, from self->world on; empty if there is none. */
static qd_range_t next_gap(const qd_dispatch_t *self, size_t cell)
{
    qd_range_t mine = self->mine[cell];
    const qd_ranges_t *done = &self->done[cell];
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

static void hand_out(qd_dispatch_t *self, size_t cell, qd_range_t range, qd_work_t *work)
{
    size_t orders = self->experiment->orders;
    self->left -= range.count;
    self->world = range.first + range.count;
    *work = (qd_work_t){cell / orders, cell % orders, range};
}

/* The next unit of the current cell; false if there is none. */
static bool next_of_cell(qd_dispatch_t *self, qd_work_t *work)
{
    size_t cell = self->turn[self->at];
    qd_range_t gap = next_gap(self, cell);
    if (gap.count == 0)
        return false;
    if (self->largest == 0)
        self->largest = largest_unit(self, cell);
    uint64_t room = unit_size(self);
    gap.count = gap.count < room ? gap.count : room;
    hand_out(self, cell, gap, work);
    return true;
}

/* One more than the last world of any cell of a group. */
static uint64_t end_of_group(const qd_dispatch_t *self, size_t group)
{
    uint64_t end = 0;
    for (size_t m = self->groups.start[group]; m < self->groups.start[group + 1]; m++) {
        qd_range_t mine = self->mine[self->groups.member[m]];
        end = mine.first + mine.count > end ? mine.first + mine.count : end;
    }
    return end;
}

/* The next unit of the current group, within a look. Its cells take turns, look by look, because they are
 * looked at together. False if there is none. */
static bool next_of_group(qd_dispatch_t *self, qd_work_t *work)
{
    size_t group = self->turn[self->at], size = self->groups.start[group + 1] - self->groups.start[group];
    uint64_t end = end_of_group(self, group);
    for (;;) {
        uint64_t look = self->world - self->world % QD_LOOK_SIZE;
        for (; self->member < size; self->member++, self->world = look) {
            size_t cell = self->groups.member[self->groups.start[group] + self->member];
            qd_range_t gap = next_gap(self, cell);
            if (gap.count == 0 || gap.first >= look + QD_LOOK_SIZE)
                continue;
            uint64_t room = look + QD_LOOK_SIZE - gap.first;
            gap.count = gap.count < room ? gap.count : room;
            hand_out(self, cell, gap, work);
            if (self->world == look + QD_LOOK_SIZE) {
                self->world = ++self->member < size ? look : look + QD_LOOK_SIZE;
                self->member %= size;
            }
            return true;
        }
        self->member = 0;
        self->world = look + QD_LOOK_SIZE;
        if (self->world >= end)
            return false;
    }
}

static bool next_of_all(qd_dispatch_t *self, qd_work_t *work)
{
    for (; self->at < self->turns; self->at++, self->world = self->largest = 0)
        if (next_of_cell(self, work))
            return true;
    return false;
}

static uint64_t draw_ticket(qd_dispatch_t *self)
{
    return self->options.ticket ? self->options.ticket(self->options.ticket_context) : self->next++;
}

/* The ticket's unit: skips the units before it. */
static bool next_by_unit(qd_dispatch_t *self, qd_work_t *work)
{
    uint64_t ticket = draw_ticket(self);
    if (ticket == QD_NO_TICKET)
        return false;
    for (; self->handed <= ticket; self->handed++)
        if (!next_of_all(self, work))
            return false;
    return true;
}

/* The next unit of the group that was drawn last, or of the next one drawn. */
static bool next_by_group(qd_dispatch_t *self, qd_work_t *work)
{
    while (self->handed == 0 || !next_of_group(self, work)) {
        uint64_t ticket = draw_ticket(self);
        if (ticket >= self->turns)
            return false;
        self->at = (size_t)ticket;
        self->member = 0;
        self->world = 0;
        self->handed++;
    }
    return true;
}

bool qd_dispatch_next(qd_dispatch_t *self, qd_work_t *work)
{
    return self->by_group ? next_by_group(self, work) : next_by_unit(self, work);
}

void qd_dispatch_close(qd_dispatch_t *self, size_t point, size_t order, uint64_t world)
{
    size_t cell = self->original[point] * self->experiment->orders + order;
    qd_range_t *mine = &self->mine[cell];
    uint64_t end = mine->first + mine->count, keep = world > mine->first ? world : mine->first;
    if (keep >= end)
        return;
    self->already -= qd_ranges_shared(&self->done[cell], (qd_range_t){keep, end - keep});
    self->total -= end - keep;
    mine->count = keep - mine->first;
}

uint64_t qd_dispatch_total(const qd_dispatch_t *self)
{
    return self->total;
}

uint64_t qd_dispatch_done(const qd_dispatch_t *self)
{
    return self->already;
}

uint64_t qd_dispatch_drawn(const qd_dispatch_t *self)
{
    return self->by_group ? 0 : self->total - self->already - self->left;
}

qd_status_t qd_originals_find(const qd_experiment_t *experiment, size_t **first, qd_error_t *error)
{
    qd_slots_t slots;
    qd_status_t status = qd_slots_init(&slots, experiment, error);
    if (status != QD_OK)
        return status;
    size_t *of_slot = qd_new(slots.distinct, sizeof *of_slot, error);
    *first = qd_new(experiment->points, sizeof **first, error);
    if (!of_slot || !*first) {
        free(*first);
        *first = NULL;
        status = qd_no_memory(error);
        goto out;
    }
    for (size_t i = 0; i < slots.distinct; i++)
        of_slot[i] = SIZE_MAX;
    for (size_t p = 0; p < experiment->points; p++) {
        size_t *at = &of_slot[slots.of_point[p]];
        *at = *at == SIZE_MAX ? p : *at;
        (*first)[p] = *at;
    }

out:
    free(of_slot);
    qd_slots_free(&slots);
    return status;
}
