#include "store/embedded.h"

#include "store/index_fields.h"
#include "store/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TALLY_CHUNK 65536

/* ---- writing ------------------------------------------------------------------------------------------- */

typedef struct {
    int64_t point, order, periods, ranges, tally_size;
} unit_row_t;

typedef struct {
    qd_h5_t *h5;
    const qd_experiment_t *experiment;
    qd_index_t *index;
    size_t units, ranges;
    unit_row_t *unit;
    int64_t *value;    /* room for the larger of units and ranges */
    hid_t tally, byte; /* /parts/tally and its dimension */
    hsize_t written;   /* bytes of tallies */
} embedding_t;

static qd_status_t plan_units(embedding_t *self, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->experiment;
    const size_t *of_point = self->index->slots.of_point;
    bool *seen =
        calloc(experiment->points + 1, sizeof *seen); /* points that set the same share their worlds */
    self->unit = calloc(experiment->points * experiment->orders + 1, sizeof *self->unit);
    for (size_t p = 0; seen != NULL && self->unit != NULL && p < experiment->points; p++) {
        for (size_t o = 0; o < experiment->orders && !seen[of_point[p]]; o++) {
            size_t ranges = qd_index_done(self->index, p, o)->size;
            if (ranges == 0)
                continue;
            self->unit[self->units++] = (unit_row_t){.point = (int64_t)p,
                                                     .order = (int64_t)o,
                                                     .periods = (int64_t)qd_index_periods(self->index, p, o),
                                                     .ranges = (int64_t)ranges};
            self->ranges += ranges;
        }
        seen[of_point[p]] = true;
    }
    free(seen);
    self->value = calloc(self->units + self->ranges + 1, sizeof *self->value);
    if (self->unit == NULL || self->value == NULL)
        return qd_error_add(error, QD_ERROR_MEMORY, "out of memory for /parts");
    return QD_OK;
}

static qd_status_t append_tally(embedding_t *self, unit_row_t *unit, qd_error_t *error)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    qd_status_t status =
        qd_index_encoded(self->index, (size_t)unit->point, (size_t)unit->order, &bytes, &size, error);
    if (status == QD_OK) {
        hsize_t start = self->written, count = size;
        qd_h5_grow(self->h5, self->tally, self->written + size);
        qd_h5_write_slab(self->h5, self->tally, QD_H5_BYTE, 1, &start, &count, bytes);
        self->written += size;
        unit->tally_size = (int64_t)size;
    }
    free(bytes);
    return status;
}

static qd_status_t write_tallies(embedding_t *self, qd_error_t *error)
{
    qd_status_t status = QD_OK;
    qd_h5_dimension(self->h5, "/parts/byte", 0, true);
    self->tally =
        qd_h5_define(self->h5, &(qd_h5_variable_t){.path = "/parts/tally",
                                                   .type = QD_H5_BYTE,
                                                   .rank = 1,
                                                   .dimension = {"/parts/byte"},
                                                   .units = "1",
                                                   .long_name = "encoded tallies, one after another",
                                                   .chunk = TALLY_CHUNK,
                                                   .compress = true});
    self->byte = qd_h5_open_variable(self->h5, "/parts/byte");
    for (size_t u = 0; u < self->units && status == QD_OK && !self->h5->failed; u++)
        status = append_tally(self, &self->unit[u], error);
    qd_h5_grow(self->h5, self->byte, self->written);
    qd_h5_close_variable(self->tally);
    qd_h5_close_variable(self->byte);
    return status;
}

static void write_column(embedding_t *self, const char *dimension, const char *name, const char *long_name)
{
    char path[64];
    snprintf(path, sizeof path, "/parts/%s", name);
    bool any = strcmp(dimension, "/parts/unit") == 0 ? self->units > 0 : self->ranges > 0;
    qd_h5_put(self->h5,
              &(qd_h5_variable_t){.path = path,
                                  .type = QD_H5_WHOLE,
                                  .rank = 1,
                                  .dimension = {dimension},
                                  .units = "1",
                                  .long_name = long_name},
              any ? self->value : NULL);
}

static void write_units(embedding_t *self)
{
    static const struct {
        const char *name, *long_name;
        size_t offset;
    } column[] = {
        {"unit_point", "position of the design point", offsetof(unit_row_t, point)},
        {"unit_order", "position of the order", offsetof(unit_row_t, order)},
        {"unit_periods", "periods of the tally", offsetof(unit_row_t, periods)},
        {"unit_ranges", "number of ranges of worlds", offsetof(unit_row_t, ranges)},
        {"unit_tally_size", "bytes of the tally", offsetof(unit_row_t, tally_size)},
    };
    qd_h5_dimension(self->h5, "/parts/unit", self->units, self->units == 0);
    for (size_t c = 0; c < sizeof column / sizeof column[0]; c++) {
        for (size_t u = 0; u < self->units; u++)
            memcpy(&self->value[u], (const char *)&self->unit[u] + column[c].offset, sizeof(int64_t));
        write_column(self, "/parts/unit", column[c].name, column[c].long_name);
    }
}

static void write_ranges(embedding_t *self)
{
    qd_h5_dimension(self->h5, "/parts/range", self->ranges, self->ranges == 0);
    for (int counts = 0; counts < 2; counts++) {
        size_t n = 0;
        for (size_t u = 0; u < self->units; u++) {
            const qd_ranges_t *done =
                qd_index_done(self->index, (size_t)self->unit[u].point, (size_t)self->unit[u].order);
            for (size_t r = 0; r < done->size; r++)
                self->value[n++] = (int64_t)(counts ? done->range[r].count : done->range[r].first);
        }
        write_column(self, "/parts/range", counts ? "range_count" : "range_first",
                     counts ? "number of worlds of the range" : "first world of the range");
    }
}

/* Names of the extra values, one a line: their columns are found by them. */
static void write_extras(qd_h5_t *h5, const qd_extra_t *extra, size_t extras)
{
    char names[4096] = "";
    for (size_t k = 0; k < extras; k++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s\n", extra[k].name);
    }
    qd_h5_set_whole(h5, "/parts", "extras", (int64_t)extras);
    qd_h5_set_text(h5, "/parts", "extra_names", names);
}

qd_status_t qd_embedded_write(qd_h5_t *h5, const qd_experiment_t *experiment, qd_index_t *index,
                              const qd_extra_t *extra, qd_error_t *error)
{
    qd_part_kind_t kind = qd_index_kind(index);
    embedding_t self = {.h5 = h5, .experiment = experiment, .index = index};
    qd_status_t status = plan_units(&self, error);
    if (status == QD_OK) {
        qd_h5_group(h5, "/parts");
        qd_h5_set_hash(h5, "/parts", "columns", kind.columns);
        write_extras(h5, extra, kind.extras);
        qd_h5_set_whole(h5, "/parts", "paths", kind.paths);
        status = write_tallies(&self, error);
    }
    if (status == QD_OK) {
        write_units(&self);
        write_ranges(&self);
    }
    free(self.unit);
    free(self.value);
    return status;
}

/* ---- reading ------------------------------------------------------------------------------------------- */

enum { POINT, ORDER, PERIODS, RANGES, TALLY_SIZE, FIRST, COUNT, COLUMNS };

/* Everything that units are made of, as it is in the file. */
typedef struct {
    int64_t *column[COLUMNS];
    size_t count[COLUMNS];
    uint64_t *hash;
    char **label;
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
    raw->hash = qd_h5_read(h5, "/point_hash", QD_H5_HASH, &raw->points);
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
    for (size_t o = 0; raw->label != NULL && o < raw->orders; o++)
        free(raw->label[o]);
    free(raw->label);
    free(raw->hash);
    qd_table_free(&qd_failure_table, raw->failure, raw->failures);
}

/* Whether failures ascend by point, order and world, as they are written, and each is of a point and an order
 * of the file. */
static bool are_failures_sound(const raw_t *raw)
{
    for (size_t f = 0; f < raw->failures; f++)
        if (raw->failure[f].point >= raw->points || raw->failure[f].order >= raw->orders ||
            (f > 0 && compare_failures(&raw->failure[f - 1], &raw->failure[f]) >= 0))
            return false;
    return true;
}

/* Whether the columns fit together, so that building units needs no further checks; qd_unit_is_sound checks
 * what a unit consists of. */
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
    for (size_t r = 0; r < ranges; r++)
        if (raw->column[FIRST][r] < 0 || raw->column[COUNT][r] <= 0 ||
            (uint64_t)raw->column[FIRST][r] > raw->worlds ||
            (uint64_t)raw->column[COUNT][r] > raw->worlds - (uint64_t)raw->column[FIRST][r])
            return false;
    return are_failures_sound(raw);
}

/* The first failure that is not before world 0 of (point, order). */
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
    unit->failure = calloc(to - from + 1, sizeof *unit->failure);
    for (size_t f = from; unit->failure != NULL && f < to; f++) {
        char *reason = strdup(raw->failure[f].reason);
        if (reason == NULL)
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
    unit->point_hash = raw->hash[unit->at_point];
    unit->label = strdup(raw->label[unit->at_order]);
    unit->tally_offset = offset;
    unit->tally_size = (size_t)raw->column[TALLY_SIZE][u];
    unit->range = calloc((size_t)raw->column[RANGES][u] + 1, sizeof *unit->range);
    if (unit->label == NULL || unit->range == NULL)
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

static qd_status_t build_units(qd_h5_t *h5, const raw_t *raw, bool paths, qd_unit_t **unit, size_t *units,
                               qd_error_t *error)
{
    size_t range = 0;
    uint64_t offset = 0;
    if (!is_sound(raw))
        return refuse_parts(h5, error);
    *unit = calloc(raw->count[POINT] + 1, sizeof **unit);
    for (size_t u = 0; *unit != NULL && u < raw->count[POINT]; u++) {
        *units = u + 1;
        if (!build_unit(raw, u, range, offset, &(*unit)[u]))
            return qd_error_add(error, QD_ERROR_MEMORY, "out of memory for /parts of %s", h5->path);
        if (!qd_unit_is_sound(&(*unit)[u], paths))
            return refuse_parts(h5, error);
        range += (size_t)raw->column[RANGES][u];
        offset += (uint64_t)raw->column[TALLY_SIZE][u];
    }
    return *unit == NULL ? qd_error_add(error, QD_ERROR_MEMORY, "out of memory for /parts of %s", h5->path)
                         : QD_OK;
}

qd_status_t qd_embedded_read(qd_h5_t *h5, qd_part_kind_t *kind, qd_unit_t **unit, size_t *units,
                             qd_error_t *error)
{
    int64_t extras = 0, paths = 0;
    raw_t raw = {0};
    *unit = NULL;
    *units = 0;
    char *hash = qd_h5_get_text(h5, "/", "config_hash");
    kind->config_hash = hash == NULL ? 0 : strtoull(hash, NULL, 16);
    free(hash);
    if (!qd_h5_exists(h5, "/parts") || !qd_h5_get_hash(h5, "/parts", "columns", &kind->columns) ||
        !qd_h5_get_whole(h5, "/parts", "extras", &extras) || !qd_h5_get_whole(h5, "/parts", "paths", &paths))
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: not a result that can be merged or gone on with: it has no /parts",
                            h5->path);
    if (extras < 0 || extras > QD_EXTRAS_MOST || (kind->columns & ~QD_COLUMNS_ALL) != 0)
        return refuse_parts(h5, error);
    kind->extras = (size_t)extras;
    kind->paths = paths != 0;
    read_raw(h5, &raw);
    qd_status_t status = QD_OK;
    if (!h5->failed) /* else qd_h5_close tells */
        status = build_units(h5, &raw, kind->paths, unit, units, error);
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

/* What went wrong with a file that is open for a longer time; it is usable again afterwards. */
static qd_status_t outcome_of(qd_h5_t *h5, qd_error_t *error)
{
    if (!h5->failed)
        return QD_OK;
    h5->failed = false;
    return qd_error_add(error, QD_ERROR_IO, "%s: %s", h5->path, h5->why);
}

/* Path of the variable that holds an outcome or an extra; false where an extra has no name. */
static bool find_variable(qd_h5_t *h5, size_t outcome, char path[static 512])
{
    if (outcome < QD_OUTCOMES)
        return snprintf(path, 512, "/worlds/%s", qd_outcome_table[outcome].name) > 0;
    char *names = qd_h5_get_text(h5, "/parts", "extra_names");
    const char *name = names;
    for (size_t k = QD_OUTCOMES; k < outcome && name != NULL; k++) {
        name = strchr(name, '\n');
        name = name == NULL ? NULL : name + 1;
    }
    bool found = name != NULL && name[0] != '\0';
    if (found)
        snprintf(path, 512, "/worlds/%.*s", (int)strcspn(name, "\n"), name);
    free(names);
    return found;
}

qd_status_t qd_embedded_column(qd_h5_t *h5, const qd_unit_t *unit, size_t outcome, uint64_t first,
                               size_t count, double out[], qd_error_t *error)
{
    char path[512];
    hsize_t start[3] = {unit->at_point, unit->at_order, first}, size[3] = {1, 1, count};
    if (!find_variable(h5, outcome, path))
        return qd_error_add(error, QD_ERROR_INPUT, "%s: /parts does not name its extra values", h5->path);
    qd_h5_read_slab(h5, path, QD_H5_REAL, 3, start, size, out);
    return outcome_of(h5, error);
}

qd_status_t qd_embedded_tally(qd_h5_t *h5, const qd_unit_t *unit, unsigned char bytes[], qd_error_t *error)
{
    hsize_t start = unit->tally_offset, count = unit->tally_size;
    qd_h5_read_slab(h5, "/parts/tally", QD_H5_BYTE, 1, &start, &count, bytes);
    return outcome_of(h5, error);
}
