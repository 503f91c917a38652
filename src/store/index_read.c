#include "store/index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/index_fields.h"

const qd_error_t *qd_index_warnings(const qd_index_t *self)
{
    return &self->warnings;
}

size_t qd_index_damaged(const qd_index_t *self)
{
    return self->damaged;
}

uint64_t qd_index_left_out(const qd_index_t *self)
{
    return self->left_out;
}

uint64_t qd_index_strangers(const qd_index_t *self)
{
    return self->foreign + self->beyond;
}

qd_part_kind_t qd_index_kind(const qd_index_t *self)
{
    return self->kind;
}

const qd_ranges_t *qd_index_done(const qd_index_t *self, size_t point, size_t order)
{
    return &self->done[qd_slots_at(&self->slots, point, order)];
}

/* The first piece of a slot that ends after world `first`. */
static size_t find_piece(const qd_index_t *self, size_t slot, uint64_t first)
{
    size_t low = self->piece_start[slot], high = self->piece_start[slot + 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        qd_range_t range = self->piece[middle].range->range;
        if (range.first + range.count <= first)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Position of an outcome's column among those kept, or SIZE_MAX. */
static size_t column_of(const qd_part_kind_t *kind, size_t outcome)
{
    size_t kept = (size_t)__builtin_popcountll(kind->columns);
    if (outcome >= QD_OUTCOMES_MAX)
        return outcome - QD_OUTCOMES_MAX < kind->extras ? kept + outcome - QD_OUTCOMES_MAX : SIZE_MAX;
    uint64_t bit = (uint64_t)1 << outcome;
    return kind->columns & bit ? (size_t)__builtin_popcountll(kind->columns & (bit - 1)) : SIZE_MAX;
}

qd_status_t qd_index_read(qd_index_t *self, size_t point, size_t order, size_t outcome, uint64_t first,
                          size_t count, double out[], qd_error_t *error)
{
    size_t slot = qd_slots_at(&self->slots, point, order), column = column_of(&self->kind, outcome);
    for (size_t i = 0; i < count; i++)
        out[i] = NAN;
    if (self->pieces == 0)
        return QD_OK;
    if (column == SIZE_MAX)
        return qd_error_add(error, QD_ERROR_INPUT, "worlds were kept without outcome %s",
                            outcome < QD_OUTCOMES_MAX ? qd_outcome_table[outcome].name : "(extra)");
    for (size_t i = find_piece(self, slot, first); i < self->piece_start[slot + 1]; i++) {
        const qd_piece_t *piece = &self->piece[i];
        qd_range_t range = piece->range->range;
        uint64_t from = range.first > first ? range.first : first;
        uint64_t to = range.first + range.count < first + count ? range.first + range.count : first + count;
        if (from >= to)
            break;
        qd_status_t status =
            qd_sources_column(self->sources, &self->unit[piece->unit], piece->range, column, outcome, from,
                              (size_t)(to - from), out + (from - first), error);
        if (status != QD_OK)
            return status;
    }
    return QD_OK;
}

size_t qd_index_periods(const qd_index_t *self, size_t point, size_t order)
{
    size_t slot = qd_slots_at(&self->slots, point, order), from = self->piece_start[slot];
    return !self->piece || !self->unit || from == self->piece_start[slot + 1]
               ? 0
               : self->unit[self->piece[from].unit].periods;
}

/* Reads the encoded tally of the unit of piece i; NULL where an earlier piece belongs to the same unit. */
static qd_status_t read_tally(qd_index_t *self, size_t i, unsigned char **bytes, size_t *size,
                              qd_error_t *error)
{
    const qd_piece_t *piece = &self->piece[i];
    const qd_unit_t *unit = &self->unit[piece->unit];
    *bytes = NULL;
    *size = unit->tally_size;
    return piece->range == &unit->range[0] ? qd_sources_tally(self->sources, unit, bytes, error) : QD_OK;
}

/* As qd_index_blame, of one unit; NULL: of several. */
static qd_status_t blame(const qd_index_t *self, const qd_unit_t *unit, const qd_error_t *found,
                         qd_error_t *error)
{
    int length = (int)strcspn(found->text, "\n");
    if (!unit || found->status != QD_ERROR_INPUT)
        return qd_error_add(error, found->status, "%.*s", length, found->text);
    /* A part was whole when it was added: the disk has changed it since. */
    return qd_error_add(
        error, qd_sources_is_result(self->sources, unit->source) ? QD_ERROR_INPUT : QD_ERROR_IO,
        "%s: damaged: %.*s", qd_sources_path(self->sources, unit->source), length, found->text);
}

/* Adds the tally of that unit, once. */
static qd_status_t add_tally(qd_index_t *self, size_t i, qd_tally_t *tally, qd_error_t *error)
{
    unsigned char *bytes;
    size_t size;
    qd_error_t found = QD_ERROR_NONE;
    qd_status_t status = read_tally(self, i, &bytes, &size, error);
    if (status == QD_OK && bytes && qd_tally_decode(tally, bytes, size, &found) != QD_OK)
        status = blame(self, &self->unit[self->piece[i].unit], &found, error);
    free(bytes);
    return status;
}

qd_status_t qd_index_extent(qd_index_t *self, size_t point, size_t order, qd_tally_extent_t *extent,
                            qd_error_t *error)
{
    size_t slot = qd_slots_at(&self->slots, point, order);
    qd_error_t found = QD_ERROR_NONE;
    qd_status_t status = QD_OK;
    qd_tally_extent_clear(extent);
    for (size_t i = self->piece_start[slot]; i < self->piece_start[slot + 1] && status == QD_OK; i++) {
        unsigned char *bytes;
        size_t size;
        status = read_tally(self, i, &bytes, &size, error);
        if (status == QD_OK && bytes && qd_tally_extent_add(extent, bytes, size, &found) != QD_OK)
            status = blame(self, &self->unit[self->piece[i].unit], &found, error);
        free(bytes);
    }
    return status;
}

/* Empties a tally, for that many periods. */
static qd_status_t clear_kept(qd_kept_tally_t *kept, size_t periods, bool paths, qd_error_t *error)
{
    kept->slot = QD_NO_SLOT;
    if (kept->tally && kept->periods == periods && kept->paths == paths) {
        qd_tally_clear(kept->tally);
        return QD_OK;
    }
    qd_tally_free(kept->tally);
    kept->periods = periods;
    kept->paths = paths;
    kept->tally = qd_tally_new(periods, paths);
    return kept->tally ? QD_OK : qd_no_memory(error);
}

qd_status_t qd_index_tally(qd_index_t *self, size_t point, size_t order, const qd_tally_t **tally,
                           qd_error_t *error)
{
    size_t slot = qd_slots_at(&self->slots, point, order);
    size_t periods = qd_index_periods(self, point, order);
    for (size_t i = 0; i < QD_TALLIES_KEPT; i++) {
        *tally = self->kept[i].tally;
        if (*tally && self->kept[i].slot == slot)
            return QD_OK;
    }
    qd_kept_tally_t *kept = &self->kept[self->oldest];
    self->oldest = (self->oldest + 1) % QD_TALLIES_KEPT;
    bool paths = self->kind.paths && self->slots.experiment->point[point].variation == 0;
    qd_status_t status = clear_kept(kept, periods == 0 ? 1 : periods, paths, error);
    for (size_t i = self->piece_start[slot]; i < self->piece_start[slot + 1] && status == QD_OK; i++)
        status = add_tally(self, i, kept->tally, error);
    if (status == QD_OK)
        kept->slot = slot;
    *tally = kept->tally;
    return status;
}

/* The only unit of a slot, or NULL where there are several or none. */
static const qd_unit_t *only_unit(const qd_index_t *self, size_t slot)
{
    size_t from = self->piece_start[slot], to = self->piece_start[slot + 1];
    for (size_t i = from + 1; i < to; i++)
        if (self->piece[i].unit != self->piece[from].unit)
            return NULL;
    return from == to ? NULL : &self->unit[self->piece[from].unit];
}

qd_status_t qd_index_blame(const qd_index_t *self, size_t point, size_t order, const qd_error_t *found,
                           qd_error_t *error)
{
    return blame(self, only_unit(self, qd_slots_at(&self->slots, point, order)), found, error);
}

qd_status_t qd_index_single(qd_index_t *self, size_t point, size_t order, unsigned char **bytes, size_t *size,
                            qd_error_t *error)
{
    const qd_unit_t *unit = only_unit(self, qd_slots_at(&self->slots, point, order));
    *bytes = NULL;
    *size = unit ? unit->tally_size : 0;
    return unit ? qd_sources_tally(self->sources, unit, bytes, error) : QD_OK;
}

qd_status_t qd_index_encoded(qd_index_t *self, size_t point, size_t order, unsigned char **bytes,
                             size_t *size, qd_error_t *error)
{
    size_t capacity = 0;
    const qd_tally_t *tally;
    qd_status_t status = qd_index_single(self, point, order, bytes, size, error);
    if (status != QD_OK || (*bytes && qd_tally_bytes_are_current(*bytes, *size)))
        return status;
    free(*bytes);
    *bytes = NULL;
    *size = 0;
    status = qd_index_tally(self, point, order, &tally, error);
    if (status == QD_OK)
        status = qd_tally_encode(tally, bytes, size, &capacity, error);
    return status;
}

size_t qd_index_failures(const qd_index_t *self, size_t point, size_t order)
{
    size_t slot = qd_slots_at(&self->slots, point, order);
    return self->failure_start[slot + 1] - self->failure_start[slot];
}

qd_failure_t qd_index_failure(const qd_index_t *self, size_t point, size_t order, size_t i)
{
    return self->failure[self->failure_start[qd_slots_at(&self->slots, point, order)] + i].failure;
}
