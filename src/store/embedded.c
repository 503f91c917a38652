#include "store/embedded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/cf.h"
#include "store/table.h"

#define AHEAD_COLUMNS (QD_OUTCOMES_MAX + 8) /* variables with read-ahead: outcomes, and the first extras */
#define AHEAD_VALUES  ((size_t)4096)        /* values of one of them: a chunk */
#define AHEAD_BYTES   ((size_t)512 << 10)   /* of tallies */

enum { POINT, ORDER, PERIODS, RANGES, TALLY_SIZE, FIRST, COUNT, COLUMNS };

/* The columns from which units are built, as they are in the file. */
typedef struct {
    int64_t *column[COLUMNS];
    size_t count[COLUMNS];
    char **hash, **label;
    size_t points, orders;
    qd_result_failure_t *failure;
    size_t failures;
    size_t worlds; /* length of that dimension */
    size_t bytes;  /* of tallies */
} raw_t;

static void read_raw(qd_h5_t *h5, raw_t *raw)
{
    static const char *const path[COLUMNS] = {
        "/parts/unit_point",      "/parts/unit_order",  "/parts/unit_periods", "/parts/unit_ranges",
        "/parts/unit_tally_size", "/parts/range_first", "/parts/range_count"};
    for (size_t c = 0; c < COLUMNS; c++)
        raw->column[c] = qd_h5_read(h5, path[c], QD_H5_WHOLE, &raw->count[c]);
    raw->hash = qd_h5_read(h5, "/point_hash", QD_H5_TEXT, &raw->points);
    raw->label = qd_h5_read(h5, "/order", QD_H5_TEXT, &raw->orders);
    raw->failure = qd_table_read(h5, &qd_failure_table, &raw->failures);
    raw->worlds = qd_h5_length(h5, "/world", 0);
    raw->bytes = qd_h5_length(h5, "/parts/tally", 0);
}

static int compare_failures(const qd_result_failure_t *x, const qd_result_failure_t *y)
{
    if (x->point != y->point)
        return x->point < y->point ? -1 : 1;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return (x->world > y->world) - (x->world < y->world);
}

static void free_raw(raw_t *raw)
{
    for (size_t c = 0; c < COLUMNS; c++)
        free(raw->column[c]);
    for (size_t o = 0; raw->label && o < raw->orders; o++)
        free(raw->label[o]);
    for (size_t p = 0; raw->hash && p < raw->points; p++)
        free(raw->hash[p]);
    free(raw->label);
    free(raw->hash);
    qd_table_free(&qd_failure_table, raw->failure, raw->failures);
}

/* Whether failures ascend by point, order and world and have valid points and orders. */
static bool are_failures_sound(const raw_t *raw)
{
    for (size_t f = 0; f < raw->failures; f++)
        if (raw->failure[f].point >= raw->points || raw->failure[f].order >= raw->orders ||
            (f > 0 && compare_failures(&raw->failure[f - 1], &raw->failure[f]) >= 0))
            return false;
    return true;
}

/* Whether the columns fit together, so that building units needs no further checks. qd_unit_is_sound checks
 * the contents of a unit. */
static bool is_sound(const raw_t *raw)
{
    size_t units = raw->count[POINT], ranges = raw->count[FIRST], used = 0, bytes = 0;
    for (size_t c = POINT; c <= TALLY_SIZE; c++)
        if (raw->count[c] != units)
            return false;
    if (raw->count[COUNT] != ranges)
        return false;
    for (size_t u = 0; u < units; u++) {
        if ((uint64_t)raw->column[POINT][u] >= raw->points ||
            (uint64_t)raw->column[ORDER][u] >= raw->orders ||
            (uint64_t)raw->column[RANGES][u] > ranges - used || raw->column[RANGES][u] == 0 ||
            (uint64_t)raw->column[TALLY_SIZE][u] > raw->bytes - bytes || raw->column[PERIODS][u] <= 0)
            return false;
        used += (size_t)raw->column[RANGES][u];
        bytes += (size_t)raw->column[TALLY_SIZE][u];
    }
    for (size_t r = 0; r < ranges; r++) {
        uint64_t first = (uint64_t)raw->column[FIRST][r], count = (uint64_t)raw->column[COUNT][r];
        if (first >= raw->worlds || count - 1 >= raw->worlds - first) /* a count of 0 wraps */
            return false;
    }
    return are_failures_sound(raw);
}

/* Position of the first failure at or after world 0 of (point, order). */
static size_t first_failure(const raw_t *raw, size_t point, size_t order)
{
    const qd_result_failure_t wanted = {.point = point, .order = order};
    size_t low = 0, high = raw->failures;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_failures(&raw->failure[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool take_failures(const raw_t *raw, qd_unit_t *unit)
{
    size_t from = first_failure(raw, unit->at_point, unit->at_order),
           to = first_failure(raw, unit->at_point, unit->at_order + 1);
    unit->failure = qd_new(to - from, sizeof *unit->failure, NULL);
    for (size_t f = from; unit->failure && f < to; f++) {
        char *reason = strdup(raw->failure[f].reason);
        if (!reason)
            return false;
        unit->failure[unit->failures++] = (qd_failure_t){raw->failure[f].world, reason};
    }
    return unit->failure != NULL;
}

static bool build_unit(const raw_t *raw, size_t u, size_t range, uint64_t offset, qd_unit_t *unit)
{
    unit->at_point = (size_t)raw->column[POINT][u];
    unit->at_order = (size_t)raw->column[ORDER][u];
    unit->periods = (size_t)raw->column[PERIODS][u];
    unit->point_hash = strtoull(raw->hash[unit->at_point], NULL, 16);
    unit->label = strdup(raw->label[unit->at_order]);
    unit->tally_offset = offset;
    unit->tally_size = (size_t)raw->column[TALLY_SIZE][u];
    unit->range = qd_new((size_t)raw->column[RANGES][u], sizeof *unit->range, NULL);
    if (!unit->label || !unit->range)
        return false;
    for (; unit->ranges < (size_t)raw->column[RANGES][u]; unit->ranges++) {
        size_t r = range + unit->ranges;
        unit->range[unit->ranges].range =
            (qd_range_t){(uint64_t)raw->column[FIRST][r], (uint64_t)raw->column[COUNT][r]};
        unit->worlds += (uint64_t)raw->column[COUNT][r];
    }
    return take_failures(raw, unit);
}

static qd_status_t refuse_parts(const qd_h5_t *h5, qd_error_t *error)
{
    return qd_error_add(error, QD_ERROR_INPUT,
                        "%s: damaged: /parts or /failures do not fit together with the rest of the file",
                        h5->path);
}

static qd_status_t build_units(qd_h5_t *h5, const raw_t *raw, qd_unit_t **unit, size_t *units,
                               qd_error_t *error)
{
    size_t range = 0;
    uint64_t offset = 0;
    if (!is_sound(raw))
        return refuse_parts(h5, error);
    *unit = qd_new(raw->count[POINT], sizeof **unit, error);
    if (!*unit)
        return qd_no_memory(error);
    *units = raw->count[POINT];
    for (size_t u = 0; u < *units; u++) {
        if (!build_unit(raw, u, range, offset, &(*unit)[u]))
            return qd_no_memory(error);
        if (!qd_unit_is_sound(&(*unit)[u]))
            return refuse_parts(h5, error);
        range += (size_t)raw->column[RANGES][u];
        offset += (uint64_t)raw->column[TALLY_SIZE][u];
    }
    return QD_OK;
}

qd_status_t qd_embedded_read(qd_h5_t *h5, qd_part_kind_t *kind, qd_unit_t **unit, size_t *units,
                             qd_error_t *error)
{
    int64_t extras = 0, paths = 0;
    raw_t raw = {0};
    *unit = NULL;
    *units = 0;
    char *hash = qd_h5_get_text(h5, "/", "config_hash");
    kind->config_hash = hash ? strtoull(hash, NULL, 16) : 0;
    free(hash);
    if (!qd_h5_exists(h5, "/parts") || !qd_h5_get_hash(h5, "/parts", "columns", &kind->columns) ||
        !qd_h5_get_whole(h5, "/parts", "extras", &extras) || !qd_h5_get_whole(h5, "/parts", "paths", &paths))
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: not a result that can be merged or resumed: it has no /parts", h5->path);
    if (extras < 0 || extras > QD_EXTRAS_MOST || (kind->columns & ~QD_COLUMNS_ALL) != 0)
        return refuse_parts(h5, error);
    kind->extras = (size_t)extras;
    kind->paths = paths != 0;
    read_raw(h5, &raw);
    qd_status_t status = QD_OK;
    if (!h5->failed) /* otherwise qd_h5_close reports it */
        status = build_units(h5, &raw, unit, units, error);
    if (status != QD_OK || h5->failed) {
        for (size_t u = 0; u < *units; u++)
            qd_unit_clear(&(*unit)[u]);
        free(*unit);
        *unit = NULL;
        *units = 0;
    }
    free_raw(&raw);
    return status;
}

/* Reports the failure of a file that stays open, and resets it. */
static qd_status_t outcome_of(qd_h5_t *h5, qd_error_t *error)
{
    if (!h5->failed)
        return QD_OK;
    h5->failed = false;
    return qd_error_add(error, h5->absent ? QD_ERROR_INPUT : QD_ERROR_IO, "%s: %s", h5->path, h5->why);
}

/* Writes the path of the variable of an outcome or an extra; false if an extra has no name. */
static bool find_variable(qd_h5_t *h5, size_t outcome, char path[static 512])
{
    if (outcome < QD_OUTCOMES_MAX)
        return snprintf(path, 512, "/worlds/%s", qd_outcome_table[outcome].name) > 0;
    char *names = qd_h5_get_text(h5, "/parts", "extra_names");
    const char *name = names;
    for (size_t k = QD_OUTCOMES_MAX; k < outcome && name; k++) {
        name = strchr(name, '\n');
        name = name ? name + 1 : NULL;
    }
    bool found = name && name[0] != '\0';
    if (found)
        snprintf(path, 512, "/worlds/%.*s", (int)strcspn(name, "\n"), name);
    free(names);
    return found;
}

/* ---- reading ahead ------------------------------------------------------------------------------------- */

/* Values of one variable at whole points: all orders and worlds. */
typedef struct {
    double *value; /* NULL before the first */
    size_t first, points;
} block_t;

struct qd_embedded_ahead {
    bool measured;
    size_t points, orders, worlds, bytes; /* of the file */
    block_t block[AHEAD_COLUMNS];
    unsigned char *tally; /* bytes at .. at + size - 1 of /parts/tally; NULL before the first */
    size_t at, size;
};

qd_embedded_ahead_t *qd_embedded_ahead_new(void)
{
    return qd_new(1, sizeof(qd_embedded_ahead_t), NULL);
}

void qd_embedded_ahead_free(qd_embedded_ahead_t *self)
{
    for (size_t i = 0; self && i < AHEAD_COLUMNS; i++)
        free(self->block[i].value);
    if (self)
        free(self->tally);
    free(self);
}

static void measure(qd_h5_t *h5, qd_embedded_ahead_t *self)
{
    if (self->measured)
        return;
    self->points = qd_h5_length(h5, "/point", 0);
    self->orders = qd_h5_length(h5, "/order", 0);
    self->worlds = qd_h5_length(h5, "/world", 0);
    self->bytes = qd_h5_length(h5, "/parts/tally", 0);
    self->measured = !h5->failed;
}

/* Points of a block; 0 if a block would not hold two. */
static size_t points_of(const qd_embedded_ahead_t *self)
{
    bool fits = self->orders > 0 && self->worlds > 0 && self->orders <= AHEAD_VALUES &&
                self->worlds <= AHEAD_VALUES / self->orders / 2;
    return fits ? AHEAD_VALUES / (self->orders * self->worlds) : 0;
}

static void read_values(qd_h5_t *h5, size_t outcome, const hsize_t start[3], const hsize_t count[3],
                        double out[])
{
    char path[512];
    if (!find_variable(h5, outcome, path)) {
        qd_h5_refuse_contents(h5, "damaged: /parts does not name its extra values");
        return;
    }
    qd_h5_read_slab(h5, path, QD_H5_REAL, 3, start, count, out);
    if (qd_cf_outcome_flags(outcome))
        qd_cf_restore_codes(out, (size_t)(count[0] * count[1] * count[2]));
}

/* Returns the block with the values of a point, read if needed; NULL after a failure. */
static const block_t *find_block(qd_h5_t *h5, qd_embedded_ahead_t *self, size_t outcome, size_t point)
{
    block_t *block = &self->block[outcome];
    size_t most = points_of(self), first = point / most * most;
    if (block->value && block->points > 0 && block->first == first)
        return block;
    size_t points = self->points - first < most ? self->points - first : most;
    const hsize_t start[3] = {first, 0, 0}, count[3] = {points, self->orders, self->worlds};
    if (!block->value && !(block->value = qd_new(AHEAD_VALUES, sizeof(double), NULL))) {
        qd_h5_no_memory(h5);
        return NULL;
    }
    block->points = 0;
    read_values(h5, outcome, start, count, block->value);
    block->first = first;
    block->points = h5->failed ? 0 : points;
    return h5->failed ? NULL : block;
}

qd_status_t qd_embedded_column(qd_h5_t *h5, qd_embedded_ahead_t *ahead, const qd_unit_t *unit, size_t outcome,
                               uint64_t first, size_t count, double out[], qd_error_t *error)
{
    measure(h5, ahead);
    bool inside = unit->at_point < ahead->points && unit->at_order < ahead->orders &&
                  first <= ahead->worlds && count <= ahead->worlds - first;
    if (!h5->failed && inside && outcome < AHEAD_COLUMNS && points_of(ahead) > 0) {
        const block_t *block = find_block(h5, ahead, outcome, unit->at_point);
        size_t row = block ? (unit->at_point - block->first) * ahead->orders + unit->at_order : 0;
        if (block)
            memcpy(out, block->value + row * ahead->worlds + first, count * sizeof *out);
    } else {
        const hsize_t start[3] = {unit->at_point, unit->at_order, first}, size[3] = {1, 1, count};
        read_values(h5, outcome, start, size, out);
    }
    return outcome_of(h5, error);
}

/* Returns the bytes of /parts/tally from `at` on, with read-ahead. */
static void move_tally(qd_h5_t *h5, qd_embedded_ahead_t *self, size_t at)
{
    hsize_t start = at, count = self->bytes - at < AHEAD_BYTES ? self->bytes - at : AHEAD_BYTES;
    self->size = 0;
    if (!self->tally && !(self->tally = qd_new(AHEAD_BYTES, 1, NULL)))
        qd_h5_no_memory(h5);
    qd_h5_read_slab(h5, "/parts/tally", QD_H5_BYTE, 1, &start, &count, self->tally);
    self->at = at;
    self->size = h5->failed ? 0 : (size_t)count;
}

static bool holds_tally(const qd_embedded_ahead_t *self, const qd_unit_t *unit)
{
    return unit->tally_offset >= self->at && unit->tally_offset - self->at <= self->size &&
           unit->tally_size <= self->size - (unit->tally_offset - self->at);
}

qd_status_t qd_embedded_tally(qd_h5_t *h5, qd_embedded_ahead_t *ahead, const qd_unit_t *unit,
                              unsigned char bytes[], qd_error_t *error)
{
    measure(h5, ahead);
    bool small = unit->tally_size <= AHEAD_BYTES / 2 && unit->tally_offset < ahead->bytes;
    if (!h5->failed && small && !holds_tally(ahead, unit))
        move_tally(h5, ahead, (size_t)unit->tally_offset);
    if (!h5->failed && holds_tally(ahead, unit)) {
        memcpy(bytes, ahead->tally + (unit->tally_offset - ahead->at), unit->tally_size);
    } else {
        hsize_t start = unit->tally_offset, count = unit->tally_size;
        qd_h5_read_slab(h5, "/parts/tally", QD_H5_BYTE, 1, &start, &count, bytes);
    }
    return outcome_of(h5, error);
}
