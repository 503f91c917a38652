#include "store/index.h"

#include "registry/list.h"
#include "store/embedded.h"
#include "store/index_fields.h"
#include "store/manifest.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static qd_status_t no_memory(qd_error_t *error)
{
    return qd_error_add(error, QD_ERROR_MEMORY, "out of memory for the index of finished worlds");
}

qd_status_t qd_index_new(const qd_experiment_t *experiment, const qd_files_t *files, qd_index_t **self,
                         qd_error_t *error)
{
    qd_index_t *index = calloc(1, sizeof *index);
    *self = NULL;
    if (index == NULL)
        return no_memory(error);
    index->files = files == NULL ? &qd_files_system : files;
    index->warnings = QD_ERROR_NONE;
    index->sources = qd_sources_new(index->files);
    qd_status_t status = qd_slots_init(&index->slots, experiment, error);
    if (status == QD_OK && index->sources == NULL)
        status = no_memory(error);
    if (status == QD_OK) {
        size_t slots = index->slots.count;
        index->done = calloc(slots + 1, sizeof *index->done);
        index->piece_start = calloc(slots + 2, sizeof *index->piece_start);
        index->failure_start = calloc(slots + 2, sizeof *index->failure_start);
        if (index->done == NULL || index->piece_start == NULL || index->failure_start == NULL)
            status = no_memory(error);
    }
    if (status != QD_OK) {
        qd_index_free(index);
        return status;
    }
    *self = index;
    return QD_OK;
}

void qd_index_free(qd_index_t *self)
{
    if (self == NULL)
        return;
    for (size_t i = 0; i < self->units; i++)
        qd_unit_clear(&self->unit[i]);
    for (size_t i = 0; self->done != NULL && i < self->slots.count; i++)
        qd_ranges_free(&self->done[i]);
    free(self->unit);
    free(self->done);
    free(self->piece);
    free(self->piece_start);
    free(self->failure);
    free(self->failure_start);
    for (size_t i = 0; i < QD_TALLIES_KEPT; i++)
        qd_tally_free(self->kept[i].tally);
    qd_sources_free(self->sources);
    qd_slots_free(&self->slots);
    free(self);
}

/* Takes over units that were read; the array itself is freed, and so are units of points that the experiment
 * lacks. */
static qd_status_t take_units(qd_index_t *self, size_t source, qd_unit_t *unit, size_t units,
                              qd_error_t *error)
{
    qd_status_t status = QD_OK;
    qd_unit_t *larger = qd_list_room(self->unit, self->units, units + 1, &self->capacity, sizeof *larger);
    if (larger != NULL)
        self->unit = larger;
    else
        status = no_memory(error);
    for (size_t i = 0; i < units; i++) {
        unit[i].slot = qd_slots_find(&self->slots, unit[i].point_hash, unit[i].label);
        unit[i].source = source;
        self->foreign += unit[i].slot == QD_NO_SLOT ? unit[i].worlds : 0;
        if (status == QD_OK && unit[i].slot != QD_NO_SLOT && unit[i].worlds > 0)
            self->unit[self->units++] = unit[i];
        else
            qd_unit_clear(&unit[i]);
    }
    free(unit);
    return status;
}

static qd_status_t check_kind(qd_index_t *self, const char *path, const qd_part_kind_t *kind,
                              qd_error_t *error)
{
    uint64_t wanted = self->slots.experiment->config_hash;
    if (kind->config_hash != wanted)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: belongs to another experiment (config_hash %016" PRIx64
                            ", this experiment's is %016" PRIx64 ")",
                            path, kind->config_hash, wanted);
    if (self->has_kind && (kind->columns != self->kind.columns || kind->extras != self->kind.extras ||
                           kind->paths != self->kind.paths))
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: keeps other outcomes or paths than the other files of this experiment",
                            path);
    self->kind = *kind;
    self->has_kind = true;
    return QD_OK;
}

static qd_status_t accept(qd_index_t *self, const char *path, bool result, const qd_part_kind_t *kind,
                          qd_unit_t *unit, size_t units, qd_error_t *error)
{
    qd_status_t status = check_kind(self, path, kind, error);
    size_t source = status == QD_OK ? qd_sources_add(self->sources, path, result) : 0;
    if (source == SIZE_MAX)
        status = no_memory(error);
    if (status == QD_OK)
        return take_units(self, source, unit, units, error);
    for (size_t i = 0; i < units; i++)
        qd_unit_clear(&unit[i]);
    free(unit);
    return status;
}

static qd_status_t set_aside(qd_index_t *self, const char *path, bool repair, const char *why,
                             qd_error_t *error)
{
    char *aside = NULL;
    if (!repair) {
        qd_error_add(&self->warnings, QD_OK, "%.*s; it is left out", (int)strcspn(why, "\n"), why);
        return QD_OK;
    }
    if (asprintf(&aside, "%s.damaged", path) < 0)
        return no_memory(error);
    qd_status_t status = qd_files_rename(self->files, path, aside, error);
    if (status == QD_OK)
        qd_error_add(&self->warnings, QD_OK,
                     "%.*s; set aside as %s until the run is whole, its worlds are computed again",
                     (int)strcspn(why, "\n"), why, aside);
    free(aside);
    return status;
}

static qd_status_t add_part(qd_index_t *self, const char *path, bool repair, qd_error_t *error)
{
    qd_part_kind_t kind;
    qd_unit_t *unit;
    size_t units;
    qd_error_t *reading = malloc(sizeof *reading);
    if (reading == NULL)
        return no_memory(error);
    *reading = QD_ERROR_NONE;
    qd_status_t status = qd_part_read(self->files, path, &kind, &unit, &units, reading);
    if (status == QD_OK)
        status = accept(self, path, false, &kind, unit, units, error);
    else if (status == QD_ERROR_INPUT)
        status = set_aside(self, path, repair, reading->text, error);
    else
        qd_error_add(error, status, "%.*s", (int)strcspn(reading->text, "\n"), reading->text);
    free(reading);
    return status;
}

static bool ends_in(const char *name, const char *end)
{
    size_t length = strlen(name), tail = strlen(end);
    return length >= tail && strcmp(name + length - tail, end) == 0;
}

/* Whether one of the first `known` sources is this file. */
static bool is_known(const qd_index_t *self, size_t known, const char *path)
{
    for (size_t i = 0; i < known; i++)
        if (strcmp(qd_sources_path(self->sources, i), path) == 0)
            return true;
    return false;
}

static qd_status_t add_entry(qd_index_t *self, const char *folder, const char *name, size_t known,
                             bool repair, qd_error_t *error)
{
    bool part = strncmp(name, "part-", 5) == 0 && ends_in(name, ".qdp"),
         stale = repair && ends_in(name, ".tmp");
    if (!part && !stale)
        return QD_OK;
    qd_status_t status = QD_OK;
    char *path = qd_files_join(folder, name);
    if (path == NULL)
        return no_memory(error);
    if (stale)
        self->files->unlink(self->files->context, path);
    else if (!is_known(self, known, path))
        status = add_part(self, path, repair, error);
    free(path);
    return status;
}

qd_status_t qd_index_add_folder(qd_index_t *self, const char *folder, bool repair, qd_error_t *error)
{
    struct dirent **entry = NULL;
    int count = scandir(folder, &entry, NULL, alphasort);
    if (count < 0)
        return qd_files_fail(error, folder, "open");
    qd_status_t status = QD_OK;
    size_t known = qd_sources_count(self->sources);
    for (int i = 0; i < count; i++) {
        if (status == QD_OK)
            status = add_entry(self, folder, entry[i]->d_name, known, repair, error);
        free(entry[i]);
    }
    free(entry);
    return status;
}

qd_status_t qd_index_add_result(qd_index_t *self, const char *path, qd_error_t *error)
{
    qd_part_kind_t kind = {0};
    qd_unit_t *unit = NULL;
    size_t units = 0;
    qd_h5_t *h5 = malloc(sizeof *h5);
    if (h5 == NULL)
        return no_memory(error);
    qd_h5_open(h5, path);
    qd_status_t status = QD_OK, closed;
    if (!h5->failed)
        status = qd_embedded_read(h5, &kind, &unit, &units, error);
    closed = qd_h5_close(h5, error);
    free(h5);
    if (closed != QD_OK)
        return closed;
    return status == QD_OK ? accept(self, path, true, &kind, unit, units, error) : status;
}
