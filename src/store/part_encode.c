#include "store/part_file.h"

#include "statistics/tally.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "rows are written as they lie in memory");

size_t qd_part_width(const qd_part_kind_t *kind)
{
    return (size_t)__builtin_popcountll(kind->columns) + kind->extras;
}

void qd_pending_clear(qd_pending_t *self)
{
    for (size_t i = 0; i < self->failures; i++)
        free((void *)(uintptr_t)self->failure[i].reason);
    free(self->failure);
    free(self->column);
    free(self->tally);
    *self = (qd_pending_t){0};
}

static int compare_pending(const void *a, const void *b)
{
    const qd_pending_t *x = a, *y = b;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return (x->range.first > y->range.first) - (x->range.first < y->range.first);
}

/* A unit to be: pending[from .. to-1], all of one slot. */
typedef struct {
    const qd_pending_t *from, *to;
    const unsigned char *tally;
    unsigned char *owned; /* what to free of it; NULL when borrowed */
    size_t tally_size;
} qd_new_unit_t;

/* The end of the run of ranges that touch each other and starts at `from`. */
static const qd_pending_t *run_end(const qd_new_unit_t *group, const qd_pending_t *from)
{
    const qd_pending_t *to = from + 1;
    while (to < group->to && to->range.first == to[-1].range.first + to[-1].range.count)
        to++;
    return to;
}

static uint64_t run_worlds(const qd_pending_t *from, const qd_pending_t *to)
{
    return to[-1].range.first + to[-1].range.count - from->range.first;
}

static qd_status_t sum_tallies(qd_new_unit_t *group, qd_error_t *error)
{
    group->tally = group->from->tally;
    group->tally_size = group->from->tally_size;
    if (group->to - group->from == 1)
        return QD_OK;
    qd_status_t status = QD_OK;
    size_t capacity = 0;
    qd_tally_t *sum =
        qd_tally_new(group->from->periods, qd_tally_bytes_keep_paths(group->tally, group->tally_size));
    if (sum == NULL)
        status = qd_error_add(error, QD_ERROR_MEMORY, "out of memory for a tally");
    for (const qd_pending_t *p = group->from; status == QD_OK && p < group->to; p++)
        status = qd_tally_decode(sum, p->tally, p->tally_size, error);
    group->tally_size = 0;
    if (status == QD_OK)
        status = qd_tally_encode(sum, &group->owned, &group->tally_size, &capacity, error);
    group->tally = group->owned;
    qd_tally_free(sum);
    return status;
}

static void write_text(qd_byte_writer_t *out, const char *text)
{
    static const char zeros[8] = {0};
    size_t length = strlen(text);
    qd_byte_writer_word(out, length);
    qd_byte_writer_raw(out, text, length);
    qd_byte_writer_raw(out, zeros, (8 - length % 8) % 8);
}

static void write_failures(qd_byte_writer_t *out, const qd_new_unit_t *group)
{
    uint64_t failures = 0;
    for (const qd_pending_t *p = group->from; p < group->to; p++)
        failures += p->failures;
    qd_byte_writer_word(out, failures);
    for (const qd_pending_t *p = group->from; p < group->to; p++) {
        for (size_t i = 0; i < p->failures; i++) {
            qd_byte_writer_word(out, p->failure[i].world);
            write_text(out, p->failure[i].reason);
        }
    }
}

static void write_ranges(qd_byte_writer_t *out, const qd_new_unit_t *group, size_t width, uint64_t *offset)
{
    uint64_t runs = 0;
    for (const qd_pending_t *p = group->from; p < group->to; p = run_end(group, p))
        runs++;
    qd_byte_writer_word(out, runs);
    for (const qd_pending_t *p = group->from, *end; p < group->to; p = end) {
        end = run_end(group, p);
        qd_byte_writer_word(out, p->range.first);
        qd_byte_writer_word(out, run_worlds(p, end));
        qd_byte_writer_word(out, *offset);
        *offset += 8 * width * run_worlds(p, end);
    }
}

/* The directory of a file whose tallies start at `tallies` and whose rows start at `rows`; its size depends
 * on neither. */
static void write_directory(qd_byte_writer_t *out, const qd_new_unit_t *group, size_t groups, size_t width,
                            uint64_t tallies, uint64_t rows)
{
    for (size_t g = 0; g < groups; g++) {
        qd_byte_writer_word(out, group[g].from->point_hash);
        write_text(out, group[g].from->label);
        qd_byte_writer_word(out, group[g].from->periods);
        qd_byte_writer_word(out, tallies);
        qd_byte_writer_word(out, group[g].tally_size);
        tallies += group[g].tally_size;
        write_ranges(out, &group[g], width, &rows);
        write_failures(out, &group[g]);
    }
}

static void write_rows(qd_byte_writer_t *out, const qd_new_unit_t *group, size_t width)
{
    for (const qd_pending_t *from = group->from, *to; from < group->to; from = to) {
        to = run_end(group, from);
        for (size_t k = 0; k < width; k++)
            for (const qd_pending_t *p = from; p < to; p++)
                qd_byte_writer_raw(out, p->column + k * p->range.count, p->range.count * sizeof(double));
    }
}

static uint64_t rows_size(const qd_pending_t *pending, size_t count, size_t width)
{
    uint64_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += 8 * width * pending[i].range.count;
    return size;
}

static void write_header(qd_byte_writer_t *out, const qd_part_kind_t *kind, uint64_t file_size,
                         uint64_t units, uint64_t directory)
{
    qd_byte_writer_raw(out, "QDPART\r\n", 8);
    qd_byte_writer_word(out, QD_PART_FORMAT);
    qd_byte_writer_word(out, file_size);
    qd_byte_writer_word(out, kind->config_hash);
    qd_byte_writer_word(out, kind->columns);
    qd_byte_writer_word(out, kind->extras);
    qd_byte_writer_word(out, kind->paths);
    qd_byte_writer_word(out, units);
    qd_byte_writer_word(out, directory);
}

static qd_status_t make_groups(const qd_pending_t *pending, size_t count, qd_new_unit_t *group,
                               size_t *groups, qd_error_t *error)
{
    for (size_t i = 0, j; i < count; i = j) {
        for (j = i + 1; j < count && pending[j].slot == pending[i].slot; j++)
            ;
        qd_new_unit_t *self = &group[(*groups)++];
        *self = (qd_new_unit_t){.from = pending + i, .to = pending + j};
        qd_status_t status = sum_tallies(self, error);
        if (status != QD_OK)
            return status;
    }
    return QD_OK;
}

qd_status_t qd_part_encode(const qd_part_kind_t *kind, qd_pending_t *pending, size_t count,
                           qd_byte_writer_t *out, qd_error_t *error)
{
    size_t groups = 0, width = qd_part_width(kind);
    qd_byte_writer_t directory = {0};
    qd_status_t status = QD_OK;
    qd_new_unit_t *group = calloc(count, sizeof *group);
    if (group == NULL) {
        status = qd_error_add(error, QD_ERROR_MEMORY, "out of memory for a part file");
        goto out;
    }
    qsort(pending, count, sizeof *pending, compare_pending);
    status = make_groups(pending, count, group, &groups, error);
    if (status != QD_OK)
        goto out;
    write_directory(&directory, group, groups, width, 0, 0);
    uint64_t tallies = QD_PART_HEADER + directory.size, rows = tallies;
    for (size_t g = 0; g < groups; g++)
        rows += group[g].tally_size;
    write_header(out, kind, rows + rows_size(pending, count, width) + QD_PART_CHECKSUM, groups,
                 directory.size);
    write_directory(out, group, groups, width, tallies, rows);
    for (size_t g = 0; g < groups; g++)
        qd_byte_writer_raw(out, group[g].tally, group[g].tally_size);
    for (size_t g = 0; g < groups; g++)
        write_rows(out, &group[g], width);
    XXH128_hash_t hash = XXH3_128bits(out->bytes, out->size);
    qd_byte_writer_word(out, hash.low64);
    qd_byte_writer_word(out, hash.high64);
    if (out->failed || directory.failed)
        status = qd_error_add(error, QD_ERROR_MEMORY, "out of memory for a part file");
out:
    for (size_t g = 0; group != NULL && g < groups; g++)
        free(group[g].owned);
    free(group);
    free(directory.bytes);
    return status;
}
