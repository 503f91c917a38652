#include "store/parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/parts_folder.h"
#include "store/unit.h"

#define ROWS_AT_ONCE 64

/* Segments that become one part. */
typedef struct {
    size_t count, capacity, bytes;
    qd_pending_t *segment;
} batch_t;

/* Of one writer: a batch, and the bytes of its part, whose memory is used for the next one. */
typedef struct {
    batch_t sealed;
    qd_byte_writer_t file;
} writer_t;

struct qd_parts {
    char *folder;
    const qd_files_t *files;
    qd_part_kind_t kind;
    int rank;
    _Atomic uint64_t number; /* of the next part */
    qd_slots_t slots;
    qd_ranges_t *done; /* per slot */
    batch_t open;      /* is filled, while those of the writers are written */
    size_t writers;
    writer_t *writer;
    qd_error_t warnings;
};

/* Copies the finished worlds from an index. */
static qd_status_t take_done(qd_parts_t *self, const qd_index_t *index, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->slots.experiment;
    for (size_t p = 0; p < experiment->points; p++) {
        for (size_t o = 0; o < experiment->orders; o++) {
            const qd_ranges_t *done = qd_index_done(index, p, o);
            for (size_t r = 0; r < done->size; r++)
                if (!qd_ranges_add(&self->done[qd_slots_at(&self->slots, p, o)], done->range[r]))
                    return qd_no_memory(error);
        }
    }
    return QD_OK;
}

qd_status_t qd_parts_recount(qd_parts_t *self, const qd_index_t *index, qd_error_t *error)
{
    for (size_t s = 0; s < self->slots.count; s++)
        self->done[s].size = 0;
    return take_done(self, index, error);
}

static qd_status_t find_done(qd_parts_t *self, qd_error_t *error)
{
    qd_index_t *index;
    qd_status_t status = qd_index_new(self->slots.experiment, self->files, &index, error);
    if (status != QD_OK)
        return status;
    status = qd_index_add_folder(index, self->folder, true, error);
    if (status == QD_OK)
        status = qd_index_select(index, error);
    if (status == QD_OK)
        status = take_done(self, index, error);
    const qd_error_t *said = qd_index_warnings(index);
    if (said->used > 0)
        qd_error_add(&self->warnings, QD_OK, "%.*s", (int)said->used - 1, said->text);
    qd_index_free(index);
    return status;
}

static qd_status_t prepare(qd_parts_t *self, const qd_parts_options_t *options, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->slots.experiment;
    qd_status_t status = QD_OK;
    uint64_t next = 0;
    if (options->mode != QD_PARTS_JOIN) {
        bool outdated = false;
        status = qd_parts_folder_open(self->files, self->folder, options->mode, error);
        if (status == QD_OK)
            status = qd_parts_folder_check(self->files, self->folder, experiment, &self->kind, "rewritten",
                                           &outdated, &self->warnings, error);
        if (status == QD_OK)
            status = find_done(self, error);
        if (status == QD_OK && outdated) /* not before the parts' own headers named the experiment */
            status = qd_parts_folder_sign(self->files, self->folder, experiment, &self->kind, error);
    }
    if (status == QD_OK)
        status = qd_parts_folder_next(self->folder, self->rank, &next, error);
    self->number = next;
    return status;
}

qd_status_t qd_parts_open(const qd_parts_options_t *options, const qd_experiment_t *experiment,
                          qd_parts_t **self, qd_error_t *error)
{
    qd_parts_t *parts = qd_new(1, sizeof *parts, error);
    *self = NULL;
    if (!parts)
        return qd_no_memory(error);
    parts->files = options->files ? options->files : &qd_files_system;
    parts->kind = (qd_part_kind_t){experiment->config_hash, options->columns, options->extras, options->paths,
                                   qd_part_version()};
    parts->rank = options->rank;
    parts->warnings = QD_ERROR_NONE;
    parts->folder = strdup(options->folder);
    parts->writers = options->writers > 0 ? options->writers : 1;
    parts->writer = qd_new(parts->writers, sizeof *parts->writer, error);
    qd_status_t status = qd_slots_init(&parts->slots, experiment, error);
    if (status == QD_OK) {
        parts->done = qd_new(parts->slots.count, sizeof *parts->done, error);
        status = !parts->done || !parts->folder || !parts->writer ? qd_no_memory(error)
                                                                  : prepare(parts, options, error);
    }
    if (status != QD_OK) {
        qd_parts_close(parts);
        return status;
    }
    *self = parts;
    return QD_OK;
}

static void clear_batch(batch_t *self)
{
    for (size_t i = 0; i < self->count; i++)
        qd_pending_clear(&self->segment[i]);
    self->count = 0;
    self->bytes = 0;
}

void qd_parts_close(qd_parts_t *self)
{
    if (!self)
        return;
    clear_batch(&self->open);
    for (size_t i = 0; self->writer && i < self->writers; i++) {
        clear_batch(&self->writer[i].sealed);
        free(self->writer[i].sealed.segment);
        free(self->writer[i].file.bytes);
    }
    for (size_t s = 0; self->done && s < self->slots.count; s++)
        qd_ranges_free(&self->done[s]);
    free(self->open.segment);
    free(self->writer);
    free(self->done);
    free(self->folder);
    qd_slots_free(&self->slots);
    free(self);
}

const qd_error_t *qd_parts_warnings(const qd_parts_t *self)
{
    return &self->warnings;
}

size_t qd_parts_buffered(const qd_parts_t *self)
{
    return self->open.bytes;
}

/* Worlds from .. to - 1 of the columns of one segment; the number of columns. */
static size_t fill_some(const qd_part_kind_t *kind, const qd_segment_t *segment, size_t from, size_t to,
                        double *column)
{
    size_t n = segment->worlds, k = 0;
    for (size_t o = 0; o < qd_outcome_count; o++) {
        if ((kind->columns >> o & 1) == 0)
            continue;
        for (size_t w = from; w < to; w++)
            column[k * n + w] = segment->row[w].value[o];
        k++;
    }
    for (size_t x = 0; x < kind->extras; x++, k++)
        for (size_t w = from; w < to; w++)
            column[k * n + w] = segment->extra[w * kind->extras + x];
    return k;
}

/* Rows become columns: those of the outcomes kept, then the extras; NaN where a world failed. Takes a few
 * worlds at a time, so that the first-level cache keeps their rows until the last of their columns is
 * filled. */
static void fill_columns(const qd_part_kind_t *kind, const qd_segment_t *segment, double *column)
{
    size_t n = segment->worlds, k = 0;
    for (size_t from = 0; from < n; from += ROWS_AT_ONCE)
        k = fill_some(kind, segment, from, n - from < ROWS_AT_ONCE ? n : from + ROWS_AT_ONCE, column);
    for (size_t f = 0; f < segment->failures; f++)
        for (size_t c = 0; c < k; c++)
            column[c * n + (segment->failure[f].world - segment->first)] = NAN;
}

static bool copy_failures(const qd_segment_t *segment, qd_pending_t *pending)
{
    pending->failure = qd_new(segment->failures, sizeof *pending->failure, NULL);
    if (!pending->failure)
        return false;
    for (; pending->failures < segment->failures; pending->failures++) {
        char *reason = strdup(segment->failure[pending->failures].reason);
        if (!reason)
            return false;
        pending->failure[pending->failures] =
            (qd_failure_t){segment->failure[pending->failures].world, reason};
    }
    return true;
}

qd_status_t qd_parts_copy(const qd_parts_t *self, const qd_segment_t *segment, qd_pending_t *copy,
                          qd_error_t *error)
{
    const qd_experiment_t *experiment = self->slots.experiment;
    *copy = (qd_pending_t){.slot = qd_slots_at(&self->slots, segment->point, segment->order),
                           .point_hash = experiment->point[segment->point].hash,
                           .label = experiment->order[segment->order].label,
                           .periods = segment->periods,
                           .range = {segment->first, segment->worlds}};
    copy->column = qd_new(qd_part_width(&self->kind) * segment->worlds, sizeof *copy->column, NULL);
    copy->tally = qd_new(segment->tally_size, 1, NULL);
    if (!copy->column || !copy->tally || !copy_failures(segment, copy)) {
        qd_pending_clear(copy);
        return qd_no_memory(error);
    }
    memcpy(copy->tally, segment->tally, segment->tally_size);
    copy->tally_size = segment->tally_size;
    fill_columns(&self->kind, segment, copy->column);
    return QD_OK;
}

static bool make_room(batch_t *self)
{
    qd_pending_t *larger = qd_list_room(self->segment, self->count, 1, &self->capacity, sizeof *larger);
    self->segment = larger ? larger : self->segment;
    return larger != NULL;
}

qd_status_t qd_parts_take(qd_parts_t *self, qd_pending_t *copy, qd_error_t *error)
{
    qd_range_t range = copy->range;
    uint64_t shared = qd_ranges_shared(&self->done[copy->slot], range);
    qd_status_t status = QD_OK;
    if (shared > 0 && shared < range.count)
        status =
            qd_error_add(error, QD_ERROR_INTERNAL,
                         "worlds %" PRIu64 " to %" PRIu64 " were handed in, of which some were done before",
                         range.first, range.first + range.count - 1);
    else if (shared == 0 && (!make_room(&self->open) || !qd_ranges_add(&self->done[copy->slot], range)))
        status = qd_no_memory(error);
    if (status != QD_OK || shared > 0) {
        qd_pending_clear(copy);
        return status;
    }
    self->open.bytes += 8 * qd_part_width(&self->kind) * range.count + copy->tally_size;
    self->open.segment[self->open.count++] = *copy;
    *copy = (qd_pending_t){0};
    return QD_OK;
}

qd_status_t qd_parts_append(qd_parts_t *self, const qd_segment_t *segment, qd_error_t *error)
{
    qd_pending_t copy;
    qd_status_t status = qd_parts_copy(self, segment, &copy, error);
    return status == QD_OK ? qd_parts_take(self, &copy, error) : status;
}

size_t qd_parts_writers(const qd_parts_t *self)
{
    return self->writers;
}

static void swap(qd_parts_t *self, size_t writer)
{
    batch_t open = self->open;
    self->open = self->writer[writer].sealed;
    self->writer[writer].sealed = open;
}

bool qd_parts_seal(qd_parts_t *self, size_t writer)
{
    if (self->writer[writer].sealed.count > 0)
        return false;
    swap(self, writer);
    return true;
}

qd_status_t qd_parts_write(qd_parts_t *self, size_t writer, qd_error_t *error)
{
    batch_t *sealed = &self->writer[writer].sealed;
    qd_byte_writer_t *file = &self->writer[writer].file;
    if (sealed->count == 0)
        return QD_OK;
    char name[64];
    file->size = 0;
    file->failed = false;
    /* Consumes the number even if writing fails, because the rename may have taken place. */
    snprintf(name, sizeof name, QD_PART_NAME, self->rank, self->number++);
    qd_status_t status = qd_part_encode(&self->kind, sealed->segment, sealed->count, file, error);
    if (status == QD_OK)
        status = qd_files_write(self->files, self->folder, name, file->bytes, file->size, error);
    if (status == QD_OK)
        clear_batch(sealed);
    return status;
}

qd_status_t qd_parts_flush(qd_parts_t *self, qd_error_t *error)
{
    for (size_t i = 0; i < self->writers; i++) {
        qd_status_t status = qd_parts_write(self, i, error);
        if (status != QD_OK)
            return status;
    }
    if (!qd_parts_seal(self, 0))
        return QD_OK;
    qd_status_t status = qd_parts_write(self, 0, error);
    if (status != QD_OK)
        swap(self, 0);
    return status;
}
