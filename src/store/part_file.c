#include "store/part_file.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/memory.h"
#include "statistics/tally.h"

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

/* A future unit: pending[from .. to-1], all of one slot. */
typedef struct {
    const qd_pending_t *from, *to;
    const unsigned char *tally;
    unsigned char *owned; /* memory to free; NULL when borrowed */
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
    if (!sum)
        status = qd_no_memory(error);
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

uint32_t qd_part_version(void)
{
    return (uint32_t)XXH3_64bits(QD_VERSION, strlen(QD_VERSION)) | 1;
}

static void write_header(qd_byte_writer_t *out, const qd_part_kind_t *kind, uint64_t file_size,
                         uint64_t units, uint64_t directory)
{
    qd_byte_writer_raw(out, "QDPART\r\n", 8);
    qd_byte_writer_word(out, QD_PART_FORMAT | (uint64_t)qd_part_version() << 32);
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
    qd_new_unit_t *group = qd_new(count, sizeof *group, error);
    if (!group) {
        status = qd_no_memory(error);
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
        status = qd_no_memory(error);
out:
    for (size_t g = 0; group && g < groups; g++)
        free(group[g].owned);
    free(group);
    free(directory.bytes);
    return status;
}

#define BUFFER ((size_t)1 << 20)

static qd_status_t damaged(qd_error_t *error, const char *path, const char *what)
{
    return qd_error_add(error, QD_ERROR_INPUT, "%s: damaged: %s", path, what);
}

/* Reads a word that counts objects of `each` bytes still to come; a larger count means damage. */
static size_t read_count(qd_byte_reader_t *in, size_t each)
{
    uint64_t count = qd_byte_reader_word(in);
    if (count > (size_t)(in->end - in->at) / each)
        in->failed = true;
    return in->failed ? 0 : (size_t)count;
}

static char *read_text(qd_byte_reader_t *in)
{
    size_t length = read_count(in, 1), padded = (length + 7) / 8 * 8;
    if (in->failed || padded > (size_t)(in->end - in->at)) {
        in->failed = true;
        return NULL;
    }
    char *text = strndup((const char *)in->at, length);
    in->at += padded;
    return text;
}

/* Reads one unit of the directory. QD_ERROR_INPUT if it makes no sense in a file of `size` bytes;
 * QD_ERROR_MEMORY if memory is short, so that a sound part is not taken for a damaged one. */
static qd_status_t read_unit(qd_byte_reader_t *in, const qd_part_kind_t *kind, uint64_t size, qd_unit_t *unit)
{
    size_t width = qd_part_width(kind);
    unit->point_hash = qd_byte_reader_word(in);
    unit->label = read_text(in);
    bool memory = unit->label || in->failed;
    unit->periods = (size_t)qd_byte_reader_word(in);
    unit->tally_offset = qd_byte_reader_word(in);
    unit->tally_size = (size_t)qd_byte_reader_word(in);
    bool sound = unit->tally_offset <= size && unit->tally_size <= size - unit->tally_offset;
    size_t ranges = read_count(in, 24);
    unit->range = qd_new(ranges, sizeof *unit->range, NULL);
    for (; unit->range && unit->ranges < ranges; unit->ranges++) {
        qd_unit_range_t *r = &unit->range[unit->ranges];
        r->range.first = qd_byte_reader_word(in);
        r->range.count = qd_byte_reader_word(in);
        r->offset = qd_byte_reader_word(in);
        sound =
            sound && r->offset <= size && (width == 0 || r->range.count <= (size - r->offset) / 8 / width);
        unit->worlds += r->range.count;
    }
    size_t failures = read_count(in, 16);
    unit->failure = qd_new(failures, sizeof *unit->failure, NULL);
    for (; unit->failure && unit->failures < failures && !in->failed; unit->failures++) {
        unit->failure[unit->failures].world = qd_byte_reader_word(in);
        unit->failure[unit->failures].reason = read_text(in);
        memory = memory && (unit->failure[unit->failures].reason || in->failed);
    }
    if (!memory || !unit->range || !unit->failure)
        return QD_ERROR_MEMORY;
    return sound && !in->failed && qd_unit_is_sound(unit) ? QD_OK : QD_ERROR_INPUT;
}

static qd_status_t read_header(qd_byte_reader_t *in, const char *path, qd_part_kind_t *kind, uint64_t *size,
                               uint64_t *units, uint64_t *directory, qd_error_t *error)
{
    if (memcmp(in->at, "QDPART\r\n", 8) != 0)
        return damaged(error, path, "it does not start like a part file");
    in->at += 8;
    uint64_t word = qd_byte_reader_word(in);
    uint32_t format = (uint32_t)word;
    kind->version = (uint32_t)(word >> 32);
    if (format != QD_PART_FORMAT)
        return qd_error_add(error, QD_ERROR_INPUT, "%s: part format %lu; this program reads format %d", path,
                            (unsigned long)format, QD_PART_FORMAT);
    *size = qd_byte_reader_word(in);
    kind->config_hash = qd_byte_reader_word(in);
    kind->columns = qd_byte_reader_word(in);
    kind->extras = (size_t)qd_byte_reader_word(in);
    kind->paths = qd_byte_reader_word(in) != 0;
    *units = qd_byte_reader_word(in);
    *directory = qd_byte_reader_word(in);
    return QD_OK;
}

/* Compares the checksum at the end with the bytes before it. */
static qd_status_t check_bytes(const qd_files_t *files, int fd, const char *path, uint64_t size,
                               qd_error_t *error)
{
    qd_status_t status = QD_OK;
    unsigned char *bytes = qd_new(BUFFER, 1, error), end[QD_PART_CHECKSUM];
    XXH3_state_t *state = XXH3_createState();
    if (!bytes || !state || XXH3_128bits_reset(state) != XXH_OK) {
        status = qd_no_memory(error);
        goto out;
    }
    uint64_t covered = size - QD_PART_CHECKSUM;
    for (uint64_t at = 0; at < covered; at += BUFFER) {
        size_t length = covered - at < BUFFER ? (size_t)(covered - at) : BUFFER;
        if ((status = qd_files_read(files, fd, path, at, bytes, length, error)) != QD_OK)
            goto out;
        XXH3_128bits_update(state, bytes, length);
    }
    if ((status = qd_files_read(files, fd, path, covered, end, sizeof end, error)) != QD_OK)
        goto out;
    XXH128_hash_t hash = XXH3_128bits_digest(state);
    qd_byte_reader_t in = {.at = end, .end = end + sizeof end};
    if (qd_byte_reader_word(&in) != hash.low64 || qd_byte_reader_word(&in) != hash.high64)
        status = damaged(error, path, "its checksum is not that of its bytes");
out:
    XXH3_freeState(state);
    free(bytes);
    return status;
}

static qd_status_t read_directory(const char *path, const unsigned char *bytes, size_t size,
                                  const qd_part_kind_t *kind, uint64_t file_size, qd_unit_t *unit,
                                  size_t units, qd_error_t *error)
{
    qd_byte_reader_t in = {.at = bytes, .end = bytes + size};
    for (size_t i = 0; i < units; i++) {
        qd_status_t status = read_unit(&in, kind, file_size, &unit[i]);
        if (status == QD_ERROR_MEMORY)
            return qd_no_memory(error);
        if (status != QD_OK)
            return damaged(error, path, "its directory makes no sense");
    }
    return in.at == in.end ? QD_OK : damaged(error, path, "its directory is too long");
}

/* `found`: size of the file on the disk. */
static qd_status_t read_open(const qd_files_t *files, int fd, const char *path, uint64_t found,
                             qd_part_kind_t *kind, qd_unit_t **unit, size_t *units, qd_error_t *error)
{
    unsigned char header[QD_PART_HEADER], *bytes = NULL;
    uint64_t size = 0, count = 0, directory = 0;
    qd_status_t status = QD_OK;
    if (found < QD_PART_HEADER)
        return damaged(error, path, "it ends in its header");
    if ((status = qd_files_read(files, fd, path, 0, header, sizeof header, error)) != QD_OK)
        return status;
    qd_byte_reader_t in = {.at = header, .end = header + sizeof header};
    if ((status = read_header(&in, path, kind, &size, &count, &directory, error)) != QD_OK)
        return status;
    const uint64_t frame = QD_PART_HEADER + QD_PART_CHECKSUM;
    if (size < frame || size >= INT64_MAX || directory > size - frame || count > directory / 56 ||
        kind->extras > QD_EXTRAS_MOST || (kind->columns & ~QD_COLUMNS_ALL) != 0)
        return damaged(error, path, "its header makes no sense");
    if (size != found)
        return damaged(error, path, "its size differs from that in its header");
    if ((status = check_bytes(files, fd, path, size, error)) != QD_OK)
        return status;
    bytes = qd_new(directory, 1, error);
    *unit = qd_new(count, sizeof **unit, error);
    if (!bytes || !*unit) {
        status = qd_no_memory(error);
        goto out;
    }
    *units = (size_t)count;
    status = qd_files_read(files, fd, path, QD_PART_HEADER, bytes, directory, error);
    if (status == QD_OK)
        status = read_directory(path, bytes, directory, kind, size, *unit, *units, error);
out:
    free(bytes);
    return status;
}

qd_status_t qd_part_read(const qd_files_t *files, const char *path, qd_part_kind_t *kind, qd_unit_t **unit,
                         size_t *units, qd_error_t *error)
{
    *unit = NULL;
    *units = 0;
    int fd;
    uint64_t found;
    qd_status_t status = qd_files_open_input(files, path, &fd, &found, error);
    if (status != QD_OK)
        return status;
    status = read_open(files, fd, path, found, kind, unit, units, error);
    files->close(files->context, fd);
    if (status != QD_OK) {
        for (size_t i = 0; i < *units; i++)
            qd_unit_clear(&(*unit)[i]);
        free(*unit);
        *unit = NULL;
        *units = 0;
    }
    return status;
}
