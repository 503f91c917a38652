#include "store/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "quadrille/registry.h"
#include "store/embedded.h"

#define OPEN_MOST 32
#define WINDOW    ((size_t)128 << 10) /* bytes of a part file in memory */
#define ALONE     ((size_t)16 << 10)  /* longer requests are read without read-ahead */

typedef struct {
    char *path;
    bool result;
} source_t;

/* One open file: at most one of OPEN_MOST, chosen by the source's number. The rows of a sweep are short and
 * requested in the order of the file, so that reading ahead pays. */
typedef struct {
    bool open;
    size_t source;
    int fd;
    unsigned char *window; /* of a part file: bytes at .. at + size - 1 of it; NULL before the first */
    uint64_t at;
    size_t size;
    qd_h5_t *h5;
    qd_embedded_ahead_t *ahead; /* likewise of a result file */
} handle_t;

struct qd_sources {
    const qd_files_t *files;
    size_t count, capacity;
    source_t *source;
    handle_t handle[OPEN_MOST];
};

qd_sources_t *qd_sources_new(const qd_files_t *files)
{
    qd_sources_t *self = qd_new(1, sizeof *self, NULL);
    if (self)
        self->files = files;
    return self;
}

static void shut(qd_sources_t *self, handle_t *handle)
{
    qd_error_t ignored = QD_ERROR_NONE;
    if (handle->open && handle->h5 && qd_h5_close(handle->h5, &ignored) != QD_OK)
        ignored.status = QD_OK; /* failures of reading were reported when they happened */
    if (handle->open && !handle->h5)
        self->files->close(self->files->context, handle->fd);
    free(handle->h5);
    free(handle->window);
    qd_embedded_ahead_free(handle->ahead);
    *handle = (handle_t){0};
}

void qd_sources_free(qd_sources_t *self)
{
    if (!self)
        return;
    for (size_t i = 0; i < OPEN_MOST; i++)
        shut(self, &self->handle[i]);
    for (size_t i = 0; i < self->count; i++)
        free(self->source[i].path);
    free(self->source);
    free(self);
}

size_t qd_sources_add(qd_sources_t *self, const char *path, bool result)
{
    source_t *larger = qd_list_room(self->source, self->count, 1, &self->capacity, sizeof *larger);
    if (!larger)
        return SIZE_MAX;
    self->source = larger;
    char *copy = strdup(path);
    if (!copy)
        return SIZE_MAX;
    self->source[self->count] = (source_t){copy, result};
    return self->count++;
}

size_t qd_sources_count(const qd_sources_t *self)
{
    return self->count;
}

const char *qd_sources_path(const qd_sources_t *self, size_t source)
{
    return self->source[source].path;
}

static qd_status_t open_source(qd_sources_t *self, size_t number, handle_t **out, qd_error_t *error)
{
    handle_t *handle = &self->handle[number % OPEN_MOST];
    const source_t *source = &self->source[number];
    *out = handle;
    if (handle->open && handle->source == number)
        return QD_OK;
    shut(self, handle);
    if (source->result) {
        qd_h5_t *h5 = qd_new(1, sizeof *h5, error);
        if (!h5)
            return qd_no_memory(error);
        qd_h5_open(h5, source->path);
        if (h5->failed) {
            qd_status_t status = qd_h5_close(h5, error);
            free(h5);
            return status;
        }
        *handle = (handle_t){.open = true, .source = number, .h5 = h5};
        handle->ahead = qd_embedded_ahead_new();
        return handle->ahead ? QD_OK : qd_no_memory(error);
    }
    int fd;
    uint64_t size;
    qd_status_t status = qd_files_open_input(self->files, source->path, &fd, &size, error);
    if (status != QD_OK)
        return status;
    *handle = (handle_t){.open = true, .source = number, .fd = fd};
    return QD_OK;
}

/* Moves the window to `at`; it is shorter at the end of the file. */
static qd_status_t move_window(qd_sources_t *self, handle_t *handle, uint64_t at, qd_error_t *error)
{
    const char *path = self->source[handle->source].path;
    handle->size = 0;
    handle->at = at;
    if (!handle->window && !(handle->window = qd_new(WINDOW, 1, error)))
        return QD_ERROR_MEMORY;
    while (handle->size < WINDOW) {
        ssize_t got = self->files->pread(self->files->context, handle->fd, handle->window + handle->size,
                                         WINDOW - handle->size, (off_t)(at + handle->size));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return qd_files_fail(error, path, "read");
        if (got == 0)
            break;
        handle->size += (size_t)got;
    }
    return QD_OK;
}

/* Like qd_files_read, for a part file. */
static qd_status_t read_part(qd_sources_t *self, handle_t *handle, uint64_t at, void *bytes, size_t size,
                             qd_error_t *error)
{
    qd_status_t status = QD_OK;
    bool there =
        at >= handle->at && at - handle->at <= handle->size && size <= handle->size - (at - handle->at);
    if (!there && size < ALONE) {
        status = move_window(self, handle, at, error);
        there = status == QD_OK && size <= handle->size;
    }
    if (there && handle->window)
        memcpy(bytes, handle->window + (at - handle->at), size);
    else if (status == QD_OK)
        status =
            qd_files_read(self->files, handle->fd, self->source[handle->source].path, at, bytes, size, error);
    return status;
}

qd_status_t qd_sources_column(qd_sources_t *self, const qd_unit_t *unit, const qd_unit_range_t *range,
                              size_t column, size_t outcome, uint64_t first, size_t count, double out[],
                              qd_error_t *error)
{
    handle_t *handle;
    qd_status_t status = open_source(self, unit->source, &handle, error);
    if (status != QD_OK)
        return status;
    if (handle->h5)
        return qd_embedded_column(handle->h5, handle->ahead, unit, outcome, first, count, out, error);
    uint64_t at = range->offset + 8 * (column * range->range.count + (first - range->range.first));
    return read_part(self, handle, at, out, count * sizeof out[0], error);
}

qd_status_t qd_sources_tally(qd_sources_t *self, const qd_unit_t *unit, unsigned char **bytes,
                             qd_error_t *error)
{
    handle_t *handle;
    *bytes = NULL;
    qd_status_t status = open_source(self, unit->source, &handle, error);
    if (status != QD_OK)
        return status;
    if (!(*bytes = qd_new(unit->tally_size + 1, 1, error)))
        return QD_ERROR_MEMORY;
    if (handle->h5)
        status = qd_embedded_tally(handle->h5, handle->ahead, unit, *bytes, error);
    else
        status = read_part(self, handle, unit->tally_offset, *bytes, unit->tally_size, error);
    if (status != QD_OK) {
        free(*bytes);
        *bytes = NULL;
    }
    return status;
}
