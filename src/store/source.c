#include "store/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "quadrille/registry.h"
#include "store/embedded.h"

#define WINDOW ((size_t)128 << 10) /* bytes of a part file in memory */
#define ALONE  ((size_t)16 << 10)  /* longer requests are read without read-ahead */

typedef struct {
    char *path;
    bool result;
    size_t place; /* among the handles of its type */
} source_t;

/* An open part file. The rows of a sweep are short and requested in the order of the file, so that reading
 * ahead pays. */
typedef struct {
    bool open;
    size_t source;
    int fd;
    unsigned char *window; /* bytes at .. at + size - 1; NULL before the first */
    uint64_t at;
    size_t size;
} part_t;

/* An open result file; not open where h5 is NULL. */
typedef struct {
    size_t source;
    qd_h5_t *h5;
    qd_embedded_ahead_t *ahead;
} result_t;

struct qd_sources {
    const qd_files_t *files;
    size_t count, capacity, parts, results;
    source_t *source;
    part_t part[QD_SOURCES_OPEN_MOST];
    result_t result[QD_SOURCES_OPEN_MOST];
};

qd_sources_t *qd_sources_new(const qd_files_t *files)
{
    qd_sources_t *self = qd_new(1, sizeof *self, NULL);
    if (self)
        self->files = files;
    return self;
}

static void shut_part(qd_sources_t *self, part_t *part)
{
    if (part->open)
        self->files->close(self->files->context, part->fd);
    free(part->window);
    *part = (part_t){0};
}

static void shut_result(result_t *result)
{
    qd_error_t ignored = QD_ERROR_NONE;
    if (result->h5 && qd_h5_close(result->h5, &ignored) != QD_OK)
        ignored.status = QD_OK; /* failures of reading were reported when they happened */
    free(result->h5);
    qd_embedded_ahead_free(result->ahead);
    *result = (result_t){0};
}

void qd_sources_free(qd_sources_t *self)
{
    if (!self)
        return;
    for (size_t i = 0; i < QD_SOURCES_OPEN_MOST; i++) {
        shut_part(self, &self->part[i]);
        shut_result(&self->result[i]);
    }
    for (size_t i = 0; i < self->count; i++)
        free(self->source[i].path);
    free(self->source);
    free(self);
}

static size_t add(qd_sources_t *self, const char *path, bool result, size_t place)
{
    source_t *larger = qd_list_room(self->source, self->count, 1, &self->capacity, sizeof *larger);
    if (!larger)
        return SIZE_MAX;
    self->source = larger;
    char *copy = strdup(path);
    if (!copy)
        return SIZE_MAX;
    self->source[self->count] = (source_t){copy, result, place};
    return self->count++;
}

size_t qd_sources_add_part(qd_sources_t *self, const char *path)
{
    size_t source = add(self, path, false, self->parts % QD_SOURCES_OPEN_MOST);
    self->parts += source < SIZE_MAX;
    return source;
}

size_t qd_sources_add_result(qd_sources_t *self, const char *path, qd_h5_t *h5)
{
    qd_embedded_ahead_t *ahead = qd_embedded_ahead_new();
    size_t place = self->results % QD_SOURCES_OPEN_MOST;
    size_t source = ahead ? add(self, path, true, place) : SIZE_MAX;
    if (source == SIZE_MAX) {
        qd_embedded_ahead_free(ahead);
        return SIZE_MAX;
    }
    self->results++;
    shut_result(&self->result[place]);
    self->result[place] = (result_t){.source = source, .h5 = h5, .ahead = ahead};
    return source;
}

size_t qd_sources_count(const qd_sources_t *self)
{
    return self->count;
}

bool qd_sources_is_result(const qd_sources_t *self, size_t source)
{
    return self->source[source].result;
}

const char *qd_sources_path(const qd_sources_t *self, size_t source)
{
    return self->source[source].path;
}

static qd_status_t open_result(qd_sources_t *self, size_t number, result_t **out, qd_error_t *error)
{
    result_t *result = &self->result[self->source[number].place];
    *out = result;
    if (result->h5 && result->source == number)
        return QD_OK;
    shut_result(result);
    qd_h5_t *h5 = qd_new(1, sizeof *h5, error);
    qd_embedded_ahead_t *ahead = qd_embedded_ahead_new();
    if (h5 && ahead) {
        qd_h5_open(h5, self->source[number].path);
        *result = (result_t){.source = number, .h5 = h5, .ahead = ahead};
        if (!h5->failed)
            return QD_OK;
        qd_status_t status = qd_h5_close(h5, error);
        shut_result(result);
        return status;
    }
    free(h5);
    qd_embedded_ahead_free(ahead);
    return qd_no_memory(error);
}

static qd_status_t open_part(qd_sources_t *self, size_t number, part_t **out, qd_error_t *error)
{
    part_t *part = &self->part[self->source[number].place];
    uint64_t size;
    *out = part;
    if (part->open && part->source == number)
        return QD_OK;
    shut_part(self, part);
    qd_status_t status = qd_files_open_input(self->files, self->source[number].path, &part->fd, &size, error);
    part->open = status == QD_OK;
    part->source = number;
    return status;
}

/* Moves the window to `at`; it is shorter at the end of the file. */
static qd_status_t move_window(qd_sources_t *self, part_t *part, uint64_t at, qd_error_t *error)
{
    const char *path = self->source[part->source].path;
    part->size = 0;
    part->at = at;
    if (!part->window && !(part->window = qd_new(WINDOW, 1, error)))
        return QD_ERROR_MEMORY;
    while (part->size < WINDOW) {
        ssize_t got = self->files->pread(self->files->context, part->fd, part->window + part->size,
                                         WINDOW - part->size, (off_t)(at + part->size));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return qd_files_fail(error, path, "read");
        if (got == 0)
            break;
        part->size += (size_t)got;
    }
    return QD_OK;
}

/* Like qd_files_read, for a part file. */
static qd_status_t read_part(qd_sources_t *self, part_t *part, uint64_t at, void *bytes, size_t size,
                             qd_error_t *error)
{
    qd_status_t status = QD_OK;
    bool there = at >= part->at && at - part->at <= part->size && size <= part->size - (at - part->at);
    if (!there && size < ALONE) {
        status = move_window(self, part, at, error);
        there = status == QD_OK && size <= part->size;
    }
    if (there && part->window)
        memcpy(bytes, part->window + (at - part->at), size);
    else if (status == QD_OK)
        status =
            qd_files_read(self->files, part->fd, self->source[part->source].path, at, bytes, size, error);
    return status;
}

qd_status_t qd_sources_column(qd_sources_t *self, const qd_unit_t *unit, const qd_unit_range_t *range,
                              size_t column, size_t outcome, uint64_t first, size_t count, double out[],
                              qd_error_t *error)
{
    result_t *result;
    part_t *part;
    if (self->source[unit->source].result) {
        qd_status_t status = open_result(self, unit->source, &result, error);
        return status != QD_OK
                   ? status
                   : qd_embedded_column(result->h5, result->ahead, unit, outcome, first, count, out, error);
    }
    uint64_t at = range->offset + 8 * (column * range->range.count + (first - range->range.first));
    qd_status_t status = open_part(self, unit->source, &part, error);
    return status != QD_OK ? status : read_part(self, part, at, out, count * sizeof out[0], error);
}

static qd_status_t read_tally(qd_sources_t *self, const qd_unit_t *unit, unsigned char bytes[],
                              qd_error_t *error)
{
    result_t *result;
    part_t *part;
    if (self->source[unit->source].result) {
        qd_status_t status = open_result(self, unit->source, &result, error);
        return status != QD_OK ? status : qd_embedded_tally(result->h5, result->ahead, unit, bytes, error);
    }
    qd_status_t status = open_part(self, unit->source, &part, error);
    return status != QD_OK ? status
                           : read_part(self, part, unit->tally_offset, bytes, unit->tally_size, error);
}

qd_status_t qd_sources_tally(qd_sources_t *self, const qd_unit_t *unit, unsigned char **bytes,
                             qd_error_t *error)
{
    if (!(*bytes = qd_new(unit->tally_size, 1, error)))
        return QD_ERROR_MEMORY;
    qd_status_t status = read_tally(self, unit, *bytes, error);
    if (status != QD_OK) {
        free(*bytes);
        *bytes = NULL;
    }
    return status;
}
