#include "store/index.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "store/embedded.h"
#include "store/index_fields.h"
#include "store/parts_folder.h"

qd_status_t qd_index_new(const qd_experiment_t *experiment, const qd_files_t *files, qd_index_t **self,
                         qd_error_t *error)
{
    qd_index_t *index = qd_new(1, sizeof *index, error);
    *self = NULL;
    if (!index)
        return qd_no_memory(error);
    index->files = files ? files : &qd_files_system;
    index->warnings = QD_ERROR_NONE;
    index->sources = qd_sources_new(index->files);
    qd_status_t status = qd_slots_init(&index->slots, experiment, error);
    if (status == QD_OK && !index->sources)
        status = qd_no_memory(error);
    if (status == QD_OK) {
        size_t slots = index->slots.count;
        index->done = qd_new(slots, sizeof *index->done, error);
        index->piece_start = qd_new(slots + 1, sizeof *index->piece_start, error);
        index->failure_start = qd_new(slots + 1, sizeof *index->failure_start, error);
        if (!index->done || !index->piece_start || !index->failure_start)
            status = qd_no_memory(error);
    }
    if (status != QD_OK) {
        qd_index_free(index);
        return status;
    }
    *self = index;
    return QD_OK;
}

void qd_index_expect_doubles(qd_index_t *self)
{
    self->expects_doubles = true;
}

void qd_index_free(qd_index_t *self)
{
    if (!self)
        return;
    for (size_t i = 0; i < self->units; i++)
        qd_unit_clear(&self->unit[i]);
    for (size_t i = 0; self->done && i < self->slots.count; i++)
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

/* Whether every unit of a point of the design has a tally with room for paths, where paths are kept. */
static bool have_room(const qd_index_t *self, const qd_part_kind_t *kind, const qd_unit_t *unit, size_t units)
{
    for (size_t i = 0; kind->paths && i < units; i++) {
        size_t slot = qd_slots_find(&self->slots, unit[i].point_hash, unit[i].label);
        if (slot == QD_NO_SLOT || qd_unit_has_room_for_paths(&unit[i]))
            continue;
        if (self->slots.experiment->point[qd_slots_point(&self->slots, slot)].variation == 0)
            return false;
    }
    return true;
}

/* Takes over units that were read, and frees the array. Units of points that the experiment lacks are
 * freed. */
static qd_status_t take_units(qd_index_t *self, size_t source, qd_unit_t *unit, size_t units,
                              qd_error_t *error)
{
    qd_status_t status = QD_OK;
    qd_unit_t *larger = qd_list_room(self->unit, self->units, units + 1, &self->capacity, sizeof *larger);
    if (larger)
        self->unit = larger;
    else
        status = qd_no_memory(error);
    for (size_t i = 0; i < units; i++) {
        unit[i].slot = qd_slots_find(&self->slots, unit[i].point_hash, unit[i].label);
        unit[i].source = source;
        self->foreign += unit[i].slot == QD_NO_SLOT ? unit[i].worlds : 0;
        if (status == QD_OK && self->unit && unit[i].slot != QD_NO_SLOT && unit[i].worlds > 0)
            self->unit[self->units++] = unit[i];
        else
            qd_unit_clear(&unit[i]);
    }
    free(unit);
    return status;
}

/* All sources with worlds keep the same outcomes, paths and extras of each world. A source without worlds (a
 * shard of fewer units than shards) keeps nothing, and is not compared. */
static qd_status_t check_kind(qd_index_t *self, const char *path, const qd_part_kind_t *kind, bool worlds,
                              qd_error_t *error)
{
    uint64_t wanted = self->slots.experiment->config_hash;
    if (kind->config_hash != wanted)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: belongs to another experiment (config_hash %016" PRIx64
                            ", this experiment's is %016" PRIx64 ")",
                            path, kind->config_hash, wanted);
    if (kind->version != 0 && kind->version != qd_part_version())
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: was written by another version of quadrille, this is " QD_VERSION
                            "; expected its own parts",
                            path);
    if (worlds && self->has_kind &&
        (kind->columns != self->kind.columns || kind->extras != self->kind.extras ||
         kind->paths != self->kind.paths))
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: keeps other outcomes or paths than the other files of this experiment",
                            path);
    if (worlds)
        self->kind = *kind;
    self->has_kind = self->has_kind || worlds;
    return QD_OK;
}

static void drop_units(qd_unit_t *unit, size_t units)
{
    for (size_t i = 0; i < units; i++)
        qd_unit_clear(&unit[i]);
    free(unit);
}

/* `h5`: of a result file, NULL of a part; it is closed where the file is not accepted. */
static qd_status_t accept(qd_index_t *self, const char *path, qd_h5_t *h5, const qd_part_kind_t *kind,
                          qd_unit_t *unit, size_t units, qd_error_t *error)
{
    qd_status_t status = check_kind(self, path, kind, units > 0, error);
    size_t source = status != QD_OK ? SIZE_MAX
                    : h5            ? qd_sources_add_result(self->sources, path, h5)
                                    : qd_sources_add_part(self->sources, path);
    if (source < SIZE_MAX)
        return take_units(self, source, unit, units, error);
    drop_units(unit, units);
    if (h5)
        (void)!qd_h5_close(h5, error); /* nothing failed so far */
    free(h5);
    return status == QD_OK ? qd_no_memory(error) : status;
}

/* A folder of parts while it is read. */
typedef struct {
    const char *path;
    int at;
} folder_t;

static qd_status_t set_aside(qd_index_t *self, const folder_t *folder, const char *name, bool repair,
                             const char *why, qd_error_t *error)
{
    char *aside = NULL;
    self->damaged++;
    if (!repair) {
        qd_error_add(&self->warnings, QD_OK, "%.*s; it is left out", (int)strcspn(why, "\n"), why);
        return QD_OK;
    }
    if (asprintf(&aside, "%s.damaged", name) < 0)
        return qd_no_memory(error);
    qd_status_t status = qd_files_rename(self->files, folder->at, folder->path, name, aside, error);
    if (status == QD_OK)
        qd_error_add(&self->warnings, QD_OK,
                     "%.*s; set aside as %s/%s until the run is complete; its worlds are computed again",
                     (int)strcspn(why, "\n"), why, folder->path, aside);
    free(aside);
    return status;
}

static qd_status_t add_part(qd_index_t *self, const folder_t *folder, const char *name, const char *path,
                            bool repair, qd_error_t *error)
{
    qd_part_kind_t kind;
    qd_unit_t *unit;
    size_t units;
    qd_error_t *reading = qd_new(1, sizeof *reading, error);
    if (!reading)
        return QD_ERROR_MEMORY;
    *reading = QD_ERROR_NONE;
    qd_status_t status = qd_part_read(self->files, path, &kind, &unit, &units, reading);
    if (status == QD_OK && !have_room(self, &kind, unit, units)) {
        drop_units(unit, units);
        status = qd_error_add(reading, QD_ERROR_INPUT, "%s: damaged: its directory makes no sense", path);
    }
    if (status == QD_OK)
        status = accept(self, path, NULL, &kind, unit, units, error);
    else if (status == QD_ERROR_INPUT)
        status = set_aside(self, folder, name, repair, reading->text, error);
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

static qd_status_t add_entry(qd_index_t *self, const folder_t *folder, const char *name, size_t known,
                             bool repair, qd_error_t *error)
{
    bool part = strncmp(name, "part-", 5) == 0 && ends_in(name, ".qdp"),
         stale = repair && ends_in(name, ".tmp");
    if (!part && !stale)
        return QD_OK;
    qd_status_t status = QD_OK;
    char *path = qd_files_join(folder->path, name);
    if (!path)
        return qd_no_memory(error);
    if (stale)
        self->files->unlink(self->files->context, folder->at, name);
    else if (!is_known(self, known, path))
        status = add_part(self, folder, name, path, repair, error);
    free(path);
    return status;
}

/* Worlds of another version may differ. Where a manifest is lost or damaged, the parts' own headers name
 * their experiment and version. */
static qd_status_t check_version(const qd_index_t *self, const char *path, qd_error_t *error)
{
    qd_manifest_t manifest;
    qd_error_t unreadable = QD_ERROR_NONE;
    if (qd_manifest_read(&manifest, self->files, path, &unreadable) != QD_OK)
        return QD_OK;
    qd_status_t status = QD_OK;
    if (strcmp(manifest.version, QD_VERSION) != 0)
        status = qd_error_add(error, QD_ERROR_INPUT,
                              "%s: was written by quadrille %s, this is %s; expected its own parts", path,
                              manifest.version, QD_VERSION);
    qd_manifest_free(&manifest);
    return status;
}

qd_status_t qd_index_add_folder(qd_index_t *self, const char *path, bool repair, qd_error_t *error)
{
    struct dirent **entry = NULL;
    folder_t folder = {.path = path, .at = -1};
    qd_status_t versions = check_version(self, path, error);
    if (versions != QD_OK)
        return versions;
    if (repair) {
        qd_status_t opened = qd_files_open_folder(self->files, path, &folder.at, error);
        if (opened != QD_OK)
            return opened;
    }
    int count = scandir(path, &entry, NULL, alphasort);
    qd_status_t status = count < 0 ? qd_files_fail(error, path, "open") : QD_OK;
    size_t known = qd_sources_count(self->sources);
    for (int i = 0; i < count; i++) {
        if (status == QD_OK)
            status = add_entry(self, &folder, entry[i]->d_name, known, repair, error);
        free(entry[i]);
    }
    free(entry);
    if (folder.at >= 0)
        self->files->close(self->files->context, folder.at);
    return status;
}

qd_status_t qd_index_add_result(qd_index_t *self, const char *path, qd_error_t *error)
{
    qd_part_kind_t kind = {0};
    qd_unit_t *unit = NULL;
    size_t units = 0;
    qd_h5_t *h5 = qd_new(1, sizeof *h5, error);
    if (!h5)
        return QD_ERROR_MEMORY;
    qd_h5_open(h5, path);
    qd_status_t status = h5->failed ? QD_OK : qd_embedded_read(h5, &kind, &unit, &units, error);
    if (!h5->failed && status == QD_OK && !have_room(self, &kind, unit, units))
        status = qd_error_add(error, QD_ERROR_INPUT,
                              "%s: damaged: tallies in /parts do not have as many periods as they say", path);
    if (!h5->failed && status == QD_OK)
        return accept(self, path, h5, &kind, unit, units, error);
    qd_status_t closed = qd_h5_close(h5, error);
    free(h5);
    drop_units(unit, units);
    return closed != QD_OK ? closed : status;
}

/* Sorts larger units first, then by the order in which they were added: the choice is deterministic. */
static int compare_units(const void *a, const void *b)
{
    const qd_unit_t *x = *(qd_unit_t *const *)a, *y = *(qd_unit_t *const *)b;
    if (x->worlds != y->worlds)
        return x->worlds > y->worlds ? -1 : 1;
    return (x > y) - (x < y);
}

/* Worlds of a unit that are in `done`. */
static uint64_t shared_worlds(const qd_unit_t *unit, const qd_ranges_t *done)
{
    uint64_t shared = 0;
    for (size_t i = 0; i < unit->ranges; i++)
        shared += qd_ranges_shared(done, unit->range[i].range);
    return shared;
}

static uint64_t end_of(const qd_unit_t *unit)
{
    qd_range_t last = unit->range[unit->ranges - 1].range;
    return last.first + last.count;
}

/* Worlds of one source that do not count, for its warnings. */
typedef struct {
    uint64_t doubles; /* that other sources have too */
    uint64_t beyond;  /* of a number that the experiment does not have */
    uint64_t with;    /* of one that it has, in units with such worlds */
} uncounted_t;

/* Worlds of the unit whose number is `limit` or more. */
static uint64_t worlds_beyond(const qd_unit_t *unit, uint64_t limit)
{
    uint64_t beyond = 0;
    for (size_t i = 0; i < unit->ranges; i++) {
        qd_range_t range = unit->range[i].range;
        uint64_t end = range.first + range.count, from = range.first > limit ? range.first : limit;
        beyond += end > from ? end - from : 0;
    }
    return beyond;
}

/* Whether the unit has worlds that do not count; they are counted at the first selection. */
static bool reaches_beyond(qd_index_t *self, const qd_unit_t *unit, const uint64_t *limit,
                           uncounted_t *uncounted)
{
    uint64_t worlds =
        !limit ? qd_experiment_worlds_at(self->slots.experiment, qd_slots_point(&self->slots, unit->slot))
               : limit[unit->slot];
    if (end_of(unit) <= worlds)
        return false;
    uint64_t beyond = limit ? 0 : worlds_beyond(unit, worlds);
    self->beyond += beyond;
    uncounted->beyond += beyond;
    uncounted->with += !limit ? unit->worlds - beyond : 0;
    return true;
}

static void warn_of(qd_index_t *self, size_t source, const uncounted_t *uncounted)
{
    const char *path = qd_sources_path(self->sources, source);
    if (uncounted->doubles > 0 && !self->expects_doubles)
        qd_error_add(&self->warnings, QD_OK, "%s: %" PRIu64 " %s in other files too; counted once", path,
                     uncounted->doubles, uncounted->doubles == 1 ? "world is" : "worlds are");
    if (uncounted->beyond > 0 && uncounted->with == 0)
        qd_error_add(&self->warnings, QD_OK,
                     "%s: %" PRIu64 " %s beyond the experiment's %" PRIu64 "; %s left out", path,
                     uncounted->beyond, uncounted->beyond == 1 ? "world reaches" : "worlds reach",
                     self->slots.experiment->worlds, uncounted->beyond == 1 ? "it is" : "they are");
    if (uncounted->beyond > 0 && uncounted->with > 0)
        qd_error_add(&self->warnings, QD_OK,
                     "%s: %" PRIu64 " %s beyond the experiment's %" PRIu64
                     "; %s left out, and with %s %" PRIu64 " other%s, as the file holds one sum over both",
                     path, uncounted->beyond, uncounted->beyond == 1 ? "world reaches" : "worlds reach",
                     self->slots.experiment->worlds, uncounted->beyond == 1 ? "it is" : "they are",
                     uncounted->beyond == 1 ? "it" : "them", uncounted->with, QD_S(uncounted->with));
}

static qd_status_t consider(qd_index_t *self, qd_unit_t *unit, const uint64_t *limit, uncounted_t *uncounted,
                            qd_error_t *error)
{
    qd_ranges_t *done = &self->done[unit->slot];
    const char *path = qd_sources_path(self->sources, unit->source);
    uint64_t shared = shared_worlds(unit, done);
    if (reaches_beyond(self, unit, limit, uncounted)) {
        self->left_out += unit->worlds;
    } else if (shared == unit->worlds) {
        uncounted->doubles += shared;
    } else if (shared > 0) {
        self->left_out += unit->worlds - shared;
        qd_error_add(&self->warnings, QD_OK,
                     "%s: %" PRIu64 " of %" PRIu64
                     " world%s of order %s are in other files too, divided otherwise; "
                     "all of them are left out here",
                     path, shared, unit->worlds, QD_S(unit->worlds), unit->label);
    } else {
        unit->used = true;
        for (size_t i = 0; i < unit->ranges; i++)
            if (!qd_ranges_add(done, unit->range[i].range))
                return qd_no_memory(error);
    }
    return QD_OK;
}

static qd_status_t choose(qd_index_t *self, const uint64_t *limit, qd_error_t *error)
{
    qd_status_t status = QD_OK;
    size_t sources = qd_sources_count(self->sources);
    uncounted_t *uncounted = qd_new(sources, sizeof *uncounted, error);
    qd_unit_t **unit = qd_new(self->units, sizeof(qd_unit_t *), error);
    if (!uncounted || !unit) {
        status = qd_no_memory(error);
        goto out;
    }
    size_t units = 0;
    for (size_t i = 0; i < self->units; i++)
        if (!self->unit[i].dropped)
            unit[units++] = &self->unit[i];
    qsort(unit, units, sizeof(qd_unit_t *), compare_units);
    for (size_t i = 0; i < units && status == QD_OK; i++)
        status = consider(self, unit[i], limit, &uncounted[unit[i]->source], error);
    for (size_t i = 0; i < sources && !limit; i++)
        warn_of(self, i, &uncounted[i]);
out:
    free(uncounted);
    free(unit);
    return status;
}

static int compare_pieces(const void *a, const void *b)
{
    const qd_piece_t *x = a, *y = b;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return (x->range->range.first > y->range->range.first) - (x->range->range.first < y->range->range.first);
}

static int compare_failures(const void *a, const void *b)
{
    const qd_slot_failure_t *x = a, *y = b;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return (x->failure.world > y->failure.world) - (x->failure.world < y->failure.world);
}

static void gather_unit(qd_index_t *self, size_t number)
{
    const qd_unit_t *unit = &self->unit[number];
    for (size_t r = 0; r < unit->ranges; r++) {
        self->piece[self->pieces++] = (qd_piece_t){unit->slot, number, &unit->range[r]};
        self->piece_start[unit->slot + 1]++;
    }
    for (size_t f = 0; f < unit->failures; f++) {
        self->failure[self->failures++] = (qd_slot_failure_t){unit->slot, unit->failure[f]};
        self->failure_start[unit->slot + 1]++;
    }
}

static qd_status_t gather(qd_index_t *self, qd_error_t *error)
{
    size_t pieces = 0, failures = 0;
    for (size_t i = 0; i < self->units; i++) {
        pieces += self->unit[i].used ? self->unit[i].ranges : 0;
        failures += self->unit[i].used ? self->unit[i].failures : 0;
    }
    self->piece = qd_new(pieces, sizeof *self->piece, error);
    self->failure = qd_new(failures, sizeof *self->failure, error);
    if (!self->piece || !self->failure)
        return qd_no_memory(error);
    for (size_t i = 0; i < self->units; i++)
        if (self->unit[i].used)
            gather_unit(self, i);
    for (size_t s = 0; s < self->slots.count; s++) {
        self->piece_start[s + 1] += self->piece_start[s];
        self->failure_start[s + 1] += self->failure_start[s];
    }
    qsort(self->piece, self->pieces, sizeof *self->piece, compare_pieces);
    qsort(self->failure, self->failures, sizeof *self->failure, compare_failures);
    return QD_OK;
}

static void forget_selection(qd_index_t *self)
{
    for (size_t i = 0; i < self->units; i++)
        self->unit[i].used = false;
    for (size_t s = 0; s < self->slots.count; s++)
        self->done[s].size = 0;
    memset(self->piece_start, 0, (self->slots.count + 1) * sizeof *self->piece_start);
    memset(self->failure_start, 0, (self->slots.count + 1) * sizeof *self->failure_start);
    free(self->piece);
    free(self->failure);
    for (size_t i = 0; i < QD_TALLIES_KEPT; i++)
        qd_tally_free(self->kept[i].tally);
    memset(self->kept, 0, sizeof self->kept);
    self->piece = NULL;
    self->failure = NULL;
    self->pieces = self->failures = 0;
    self->left_out = self->beyond = 0;
}

qd_status_t qd_index_select(qd_index_t *self, qd_error_t *error)
{
    forget_selection(self);
    qd_status_t status = choose(self, NULL, error);
    return status == QD_OK ? gather(self, error) : status;
}

qd_status_t qd_index_limit(qd_index_t *self, const uint64_t limit[], qd_error_t *error)
{
    const qd_experiment_t *experiment = self->slots.experiment;
    uint64_t *of_slot = qd_new(self->slots.count, sizeof *of_slot, error);
    if (!of_slot)
        return QD_ERROR_MEMORY;
    for (size_t i = 0; i < experiment->points * experiment->orders; i++)
        of_slot[qd_slots_at(&self->slots, i / experiment->orders, i % experiment->orders)] = limit[i];
    forget_selection(self);
    qd_status_t status = choose(self, of_slot, error);
    free(of_slot);
    return status == QD_OK ? gather(self, error) : status;
}

void qd_index_settle(qd_index_t *self)
{
    for (size_t i = 0; i < self->units; i++)
        self->unit[i].dropped = !self->unit[i].used;
}
