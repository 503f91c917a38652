#include "store/source.h"

#include "quadrille/registry.h"
#include "base/list.h"
#include "store/embedded.h"

#include <stdlib.h>
#include <string.h>

#define OPEN_MOST 32

typedef struct {
    char *path;
    bool result;
} source_t;

/* One file that is open: at most one of OPEN_MOST, chosen by the source's number. */
typedef struct {
    bool open;
    size_t source;
    int fd;
    qd_h5_t *h5;
} handle_t;

struct qd_sources {
    const qd_files_t *files;
    size_t count, capacity;
    source_t *source;
    handle_t handle[OPEN_MOST];
};

qd_sources_t *qd_sources_new(const qd_files_t *files)
{
    qd_sources_t *self = calloc(1, sizeof *self);
    if (self != NULL)
        self->files = files;
    return self;
}

static void shut(qd_sources_t *self, handle_t *handle)
{
    qd_error_t ignored = QD_ERROR_NONE;
    if (handle->open && handle->h5 != NULL && qd_h5_close(handle->h5, &ignored) != QD_OK)
        ignored.status = QD_OK; /* what went wrong while reading was told when it did */
    if (handle->open && handle->h5 == NULL)
        self->files->close(self->files->context, handle->fd);
    free(handle->h5);
    *handle = (handle_t){0};
}

void qd_sources_free(qd_sources_t *self)
{
    if (self == NULL)
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
    if (larger == NULL)
        return SIZE_MAX;
    self->source = larger;
    char *copy = strdup(path);
    if (copy == NULL)
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
        qd_h5_t *h5 = malloc(sizeof *h5);
        if (h5 == NULL)
            return qd_error_add(error, QD_ERROR_MEMORY, "out of memory for %s", source->path);
        qd_h5_open(h5, source->path);
        if (h5->failed) {
            qd_status_t status = qd_h5_close(h5, error);
            free(h5);
            return status;
        }
        *handle = (handle_t){.open = true, .source = number, .h5 = h5};
        return QD_OK;
    }
    int fd;
    uint64_t size;
    qd_status_t status = qd_files_open_input(self->files, source->path, &fd, &size, error);
    if (status != QD_OK)
        return status;
    *handle = (handle_t){.open = true, .source = number, .fd = fd};
    return QD_OK;
}

qd_status_t qd_sources_column(qd_sources_t *self, const qd_unit_t *unit, const qd_unit_range_t *range,
                              size_t column, size_t outcome, uint64_t first, size_t count, double out[],
                              qd_error_t *error)
{
    handle_t *handle;
    qd_status_t status = open_source(self, unit->source, &handle, error);
    if (status != QD_OK)
        return status;
    if (handle->h5 != NULL)
        return qd_embedded_column(handle->h5, unit, outcome, first, count, out, error);
    uint64_t at = range->offset + 8 * (column * range->range.count + (first - range->range.first));
    return qd_files_read(self->files, handle->fd, self->source[unit->source].path, at, out,
                         count * sizeof out[0], error);
}

qd_status_t qd_sources_tally(qd_sources_t *self, const qd_unit_t *unit, unsigned char **bytes,
                             qd_error_t *error)
{
    handle_t *handle;
    *bytes = NULL;
    qd_status_t status = open_source(self, unit->source, &handle, error);
    if (status != QD_OK)
        return status;
    if ((*bytes = malloc(unit->tally_size + 1)) == NULL)
        return qd_error_add(error, QD_ERROR_MEMORY, "out of memory for a tally");
    if (handle->h5 != NULL)
        status = qd_embedded_tally(handle->h5, unit, *bytes, error);
    else
        status = qd_files_read(self->files, handle->fd, self->source[unit->source].path, unit->tally_offset,
                               *bytes, unit->tally_size, error);
    if (status != QD_OK) {
        free(*bytes);
        *bytes = NULL;
    }
    return status;
}
