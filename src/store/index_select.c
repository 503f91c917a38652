#include "store/index.h"

#include "store/index_fields.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static qd_status_t no_memory(qd_error_t *error)
{
    return qd_error_add(error, QD_ERROR_MEMORY, "out of memory for the index of finished worlds");
}

/* Larger units first, then in the order in which they were added, so that the choice does not depend on
 * chance. */
static int compare_units(const void *a, const void *b)
{
    const qd_unit_t *x = *(qd_unit_t *const *)a, *y = *(qd_unit_t *const *)b;
    if (x->worlds != y->worlds)
        return x->worlds > y->worlds ? -1 : 1;
    return (x > y) - (x < y);
}

/* Worlds of a unit that are in `done`. */
static uint64_t shared_worlds(const qd_unit_t *unit, const qd_ranges_t *done)
{
    uint64_t shared = 0;
    for (size_t i = 0; i < unit->ranges; i++)
        shared += qd_ranges_shared(done, unit->range[i].range);
    return shared;
}

static uint64_t end_of(const qd_unit_t *unit)
{
    qd_range_t last = unit->range[unit->ranges - 1].range;
    return last.first + last.count;
}

/* Whether the unit has worlds that do not count; told once, at the first selection. */
static bool reaches_beyond(qd_index_t *self, const qd_unit_t *unit, const uint64_t *limit)
{
    if (end_of(unit) <= (limit == NULL ? self->slots.experiment->worlds : limit[unit->slot]))
        return false;
    if (limit != NULL)
        return true;
    self->beyond += unit->worlds;
    qd_error_add(&self->warnings, QD_OK,
                 "%s: worlds of order %s reach beyond the experiment's %" PRIu64 "; they are left out",
                 qd_sources_path(self->sources, unit->source), unit->label, self->slots.experiment->worlds);
    return true;
}

static qd_status_t consider(qd_index_t *self, qd_unit_t *unit, const uint64_t *limit, uint64_t *doubles,
                            qd_error_t *error)
{
    qd_ranges_t *done = &self->done[unit->slot];
    const char *path = qd_sources_path(self->sources, unit->source);
    uint64_t shared = shared_worlds(unit, done);
    if (reaches_beyond(self, unit, limit)) {
        self->left_out += unit->worlds;
    } else if (shared == unit->worlds) {
        *doubles += shared;
    } else if (shared > 0) {
        self->left_out += unit->worlds - shared;
        qd_error_add(&self->warnings, QD_OK,
                     "%s: %" PRIu64 " of %" PRIu64
                     " worlds of order %s are in other files too, divided otherwise; "
                     "all of them are left out here",
                     path, shared, unit->worlds, unit->label);
    } else {
        unit->used = true;
        for (size_t i = 0; i < unit->ranges; i++)
            if (!qd_ranges_add(done, unit->range[i].range))
                return no_memory(error);
    }
    return QD_OK;
}

static qd_status_t choose(qd_index_t *self, const uint64_t *limit, qd_error_t *error)
{
    qd_status_t status = QD_OK;
    size_t sources = qd_sources_count(self->sources);
    uint64_t *doubles = calloc(sources + 1, sizeof *doubles);
    qd_unit_t **unit = calloc(self->units + 1, sizeof *unit);
    if (doubles == NULL || unit == NULL) {
        status = no_memory(error);
        goto out;
    }
    size_t units = 0;
    for (size_t i = 0; i < self->units; i++)
        if (!self->unit[i].dropped)
            unit[units++] = &self->unit[i];
    qsort(unit, units, sizeof *unit, compare_units);
    for (size_t i = 0; i < units && status == QD_OK; i++)
        status = consider(self, unit[i], limit, &doubles[unit[i]->source], error);
    for (size_t i = 0; i < sources; i++) {
        self->doubles += doubles[i];
        if (doubles[i] > 0 && limit == NULL)
            qd_error_add(&self->warnings, QD_OK,
                         "%s: %" PRIu64 " worlds are in other files too; counted once",
                         qd_sources_path(self->sources, i), doubles[i]);
    }
out:
    free(doubles);
    free(unit);
    return status;
}

static int compare_pieces(const void *a, const void *b)
{
    const qd_piece_t *x = a, *y = b;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return (x->range->range.first > y->range->range.first) - (x->range->range.first < y->range->range.first);
}

static int compare_failures(const void *a, const void *b)
{
    const qd_slot_failure_t *x = a, *y = b;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return (x->failure.world > y->failure.world) - (x->failure.world < y->failure.world);
}

static void gather_unit(qd_index_t *self, size_t number)
{
    const qd_unit_t *unit = &self->unit[number];
    for (size_t r = 0; r < unit->ranges; r++) {
        self->piece[self->pieces++] = (qd_piece_t){unit->slot, number, &unit->range[r]};
        self->piece_start[unit->slot + 1]++;
    }
    for (size_t f = 0; f < unit->failures; f++) {
        self->failure[self->failures++] = (qd_slot_failure_t){unit->slot, unit->failure[f]};
        self->failure_start[unit->slot + 1]++;
    }
}

static qd_status_t gather(qd_index_t *self, qd_error_t *error)
{
    size_t pieces = 0, failures = 0;
    for (size_t i = 0; i < self->units; i++) {
        pieces += self->unit[i].used ? self->unit[i].ranges : 0;
        failures += self->unit[i].used ? self->unit[i].failures : 0;
    }
    self->piece = calloc(pieces + 1, sizeof *self->piece);
    self->failure = calloc(failures + 1, sizeof *self->failure);
    if (self->piece == NULL || self->failure == NULL)
        return no_memory(error);
    for (size_t i = 0; i < self->units; i++)
        if (self->unit[i].used)
            gather_unit(self, i);
    for (size_t s = 0; s < self->slots.count; s++) {
        self->piece_start[s + 1] += self->piece_start[s];
        self->failure_start[s + 1] += self->failure_start[s];
    }
    qsort(self->piece, self->pieces, sizeof *self->piece, compare_pieces);
    qsort(self->failure, self->failures, sizeof *self->failure, compare_failures);
    return QD_OK;
}

static void forget_selection(qd_index_t *self)
{
    for (size_t i = 0; i < self->units; i++)
        self->unit[i].used = false;
    for (size_t s = 0; s < self->slots.count; s++)
        self->done[s].size = 0;
    memset(self->piece_start, 0, (self->slots.count + 1) * sizeof *self->piece_start);
    memset(self->failure_start, 0, (self->slots.count + 1) * sizeof *self->failure_start);
    free(self->piece);
    free(self->failure);
    for (size_t i = 0; i < QD_TALLIES_KEPT; i++)
        qd_tally_free(self->kept[i].tally);
    memset(self->kept, 0, sizeof self->kept);
    self->piece = NULL;
    self->failure = NULL;
    self->pieces = self->failures = 0;
    self->doubles = self->left_out = self->beyond = 0;
}

qd_status_t qd_index_select(qd_index_t *self, qd_error_t *error)
{
    forget_selection(self);
    qd_status_t status = choose(self, NULL, error);
    return status == QD_OK ? gather(self, error) : status;
}

qd_status_t qd_index_limit(qd_index_t *self, const uint64_t limit[], qd_error_t *error)
{
    const qd_experiment_t *experiment = self->slots.experiment;
    uint64_t *of_slot = calloc(self->slots.count + 1, sizeof *of_slot);
    if (of_slot == NULL)
        return no_memory(error);
    for (size_t i = 0; i < experiment->points * experiment->orders; i++)
        of_slot[qd_slots_at(&self->slots, i / experiment->orders, i % experiment->orders)] = limit[i];
    forget_selection(self);
    qd_status_t status = choose(self, of_slot, error);
    free(of_slot);
    return status == QD_OK ? gather(self, error) : status;
}

void qd_index_settle(qd_index_t *self)
{
    for (size_t i = 0; i < self->units; i++)
        self->unit[i].dropped = !self->unit[i].used;
}
