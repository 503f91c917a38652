#include "store/assembly.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/index_fields.h"
#include "store/tally_crew.h"

#define TALLY_CHUNK  ((size_t)65536)
#define CHUNKS_LEAST ((size_t)16) /* that are written at once */

typedef struct {
    int64_t point, order, periods, ranges, tally_size;
} unit_row_t;

typedef struct {
    qd_h5_t *h5;
    const qd_experiment_t *experiment;
    qd_index_t *index;
    const qd_cell_hash_t *cell; /* of the survey */
    size_t units, ranges;
    unit_row_t *unit;
    int64_t *value;         /* room for the larger of units and ranges */
    size_t tally, byte;     /* /parts/tally and its dimension */
    hsize_t written;        /* bytes of tallies */
    unsigned char *waiting; /* room, of which `filled` wait to be written */
    size_t room, filled;    /* bytes: whole chunks, some for every thread that packs them */
    bool scratch;           /* the bytes are counted, but not written */
} embedding_t;

static qd_status_t plan_units(embedding_t *self, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->experiment;
    const size_t *of_point = self->index->slots.of_point;
    /* Points with equal settings share their worlds. */
    bool *seen = qd_new(experiment->points, sizeof *seen, error);
    self->unit = qd_new(experiment->points * experiment->orders, sizeof *self->unit, error);
    for (size_t p = 0; seen && self->unit && p < experiment->points; p++) {
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
    bool planned = seen && self->unit;
    free(seen);
    self->value = qd_new(self->units + self->ranges, sizeof *self->value, error);
    self->waiting = qd_new(self->room, 1, error);
    return planned && self->value && self->waiting ? QD_OK : qd_no_memory(error);
}

/* Writes the pending bytes: whole chunks, except at the end. */
static void write_waiting(embedding_t *self)
{
    qd_h5_slab_t slab = {.variable = self->tally,
                         .start = {self->written},
                         .count = {self->filled},
                         .values = qd_h5_bytes(self->waiting)};
    qd_h5_grow(self->h5, self->tally, self->written + self->filled);
    qd_h5_write_slabs(self->h5, self->filled > 0, &slab);
    self->written += self->filled;
    self->filled = 0;
}

static void append(embedding_t *self, const unsigned char *bytes, size_t size)
{
    while (size > 0) {
        size_t left = self->room - self->filled, some = size < left ? size : left;
        memcpy(self->waiting + self->filled, bytes, some);
        self->filled += some;
        bytes += some;
        size -= some;
        if (self->filled == self->room)
            write_waiting(self);
    }
}

/* On any thread: compares the bytes to be written with the tally of the survey. */
static qd_status_t check_tally(void *context, size_t worker, const qd_crew_cell_t *cell, qd_error_t *error)
{
    const embedding_t *self = context;
    const qd_cell_hash_t *known = &self->cell[cell->point * self->experiment->orders + cell->order];
    qd_tally_extent_t extent;
    (void)worker;
    qd_tally_extent_clear(&extent);
    qd_status_t status = qd_tally_extent_add(&extent, cell->bytes, cell->size, error);
    const qd_tally_totals_t *found = &extent.totals;
    if (status == QD_OK && (found->worlds != known->worlds || found->failures != known->failures ||
                            found->hash.low != known->sum.low || found->hash.high != known->sum.high))
        status = qd_error_add(
            error, QD_ERROR_IO, "the tally of point %s, order %s, changed while the file was written",
            self->experiment->point[cell->point].label, self->experiment->order[cell->order].label);
    return status;
}

static qd_status_t append_tally(void *context, const qd_crew_cell_t *cell, qd_error_t *error)
{
    embedding_t *self = context;
    (void)error;
    if (self->scratch)
        self->written += cell->size;
    else
        append(self, cell->bytes, cell->size);
    self->unit[cell->place].tally_size = (int64_t)cell->size;
    return QD_OK;
}

static qd_status_t write_tallies(embedding_t *self, const qd_runner_t *runner, qd_error_t *error)
{
    qd_tally_crew_t crew;
    self->byte = qd_h5_dimension(self->h5, "/parts/byte", 0, true);
    self->tally = qd_h5_define(self->h5,
                               &(qd_h5_variable_t){.path = "/parts/tally",
                                                   .rank = 1,
                                                   .dimension = {"/parts/byte"},
                                                   .units = "1",
                                                   .long_name = "encoded tallies, one after another",
                                                   .chunk = TALLY_CHUNK,
                                                   .compress = true},
                               QD_H5_BYTE);
    qd_status_t status = qd_tally_crew_init(&crew, self->index, runner,
                                            &(qd_crew_task_t){check_tally, append_tally, self, true}, error);
    for (size_t u = 0; u < self->units && status == QD_OK && !self->h5->failed; u++)
        status = qd_tally_crew_add(&crew, (size_t)self->unit[u].point, (size_t)self->unit[u].order, u, error);
    if (status == QD_OK)
        status = qd_tally_crew_finish(&crew, error);
    qd_tally_crew_free(&crew);
    write_waiting(self);
    qd_h5_grow(self->h5, self->byte, self->written);
    qd_h5_finish(self->h5, self->tally);
    return status;
}

static void write_column(embedding_t *self, const char *dimension, const char *name, const char *long_name)
{
    char path[64];
    snprintf(path, sizeof path, "/parts/%s", name);
    qd_h5_put(self->h5,
              &(qd_h5_variable_t){
                  .path = path, .rank = 1, .dimension = {dimension}, .units = "1", .long_name = long_name},
              qd_h5_wholes(self->value));
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

/* Names of the extra values, one a line, by which readers find their columns. */
static void write_extras(qd_h5_t *h5, const qd_outcome_info_t *extra, size_t extras)
{
    char names[4096] = "";
    for (size_t k = 0; k < extras; k++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s\n", extra[k].name);
    }
    qd_h5_set_whole(h5, "/parts", "extras", (int64_t)extras);
    qd_h5_set_text(h5, "/parts", "extra_names", names);
}

qd_status_t qd_assembly_parts(qd_assembly_t *assembly, qd_error_t *error)
{
    qd_h5_t *h5 = &assembly->h5;
    embedding_t self = {.h5 = h5,
                        .experiment = assembly->experiment,
                        .index = assembly->index,
                        .cell = assembly->cell,
                        .scratch = assembly->options->scratch};
    size_t workers = qd_crew_workers(assembly->options->runner);
    self.room = TALLY_CHUNK * (2 * workers > CHUNKS_LEAST ? 2 * workers : CHUNKS_LEAST);
    qd_status_t status = plan_units(&self, error);
    if (status == QD_OK) {
        qd_h5_group(h5, "/parts");
        qd_h5_set_hash(h5, "/parts", "columns", assembly->kind.columns);
        write_extras(h5, assembly->options->extra, assembly->kind.extras);
        qd_h5_set_whole(h5, "/parts", "paths", assembly->kind.paths);
        status = write_tallies(&self, assembly->options->runner, error);
    }
    if (status == QD_OK) {
        write_units(&self);
        write_ranges(&self);
    }
    free(self.unit);
    free(self.value);
    free(self.waiting);
    return status;
}
