#include "store/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"
#include "store/digest_values.h"
#include "store/hdf5_stored.h"

#define BYTES_AT_ONCE ((size_t)4 << 20)
#define NAME_MOST     256   /* of a name in a result file */
#define ELEMENTS_MOST 65536 /* of an attribute */

/* ---- values of a file ---------------------------------------------------------------------------------- */

/* The type of a variable or an attribute, for the digest. */
typedef struct {
    H5T_class_t class;
    qd_h5_type_t type; /* type in memory of its values */
    bool readable;     /* false: no result file has this type */
    size_t length;     /* of a text of fixed length; 0 otherwise */
} kind_t;

static kind_t kind_of(hid_t type)
{
    kind_t kind = {.class = H5Tget_class(type), .readable = true};
    if (kind.class == H5T_FLOAT)
        kind.type = QD_H5_REAL;
    else if (kind.class == H5T_INTEGER && H5Tget_size(type) == 1 && H5Tget_sign(type) != H5T_SGN_NONE)
        kind.type = QD_H5_CODE;
    else if (kind.class == H5T_INTEGER)
        kind.type = H5Tget_sign(type) == H5T_SGN_NONE ? QD_H5_HASH : QD_H5_WHOLE;
    else if (kind.class == H5T_STRING)
        kind.type = QD_H5_TEXT;
    else
        kind.readable = false;
    if (kind.class == H5T_STRING && H5Tis_variable_str(type) <= 0)
        kind.length = H5Tget_size(type);
    return kind;
}

/* Shape of a variable, and the way of reading it: all of the axes after `axis`, `step` at once along it. */
typedef struct {
    int rank, axis;
    hsize_t size[QD_H5_RANK_MAX], step;
    size_t elements; /* of a slab, at most */
} plan_t;

static bool make_plan(hid_t space, plan_t *plan)
{
    plan->rank = H5Sget_simple_extent_ndims(space);
    if (plan->rank < 1 || plan->rank > QD_H5_RANK_MAX ||
        H5Sget_simple_extent_dims(space, plan->size, NULL) < 0)
        return false;
    hsize_t tail = 1, most = BYTES_AT_ONCE / sizeof(double);
    plan->axis = plan->rank - 1;
    while (plan->axis > 0 && plan->size[plan->axis] <= most / tail)
        tail *= plan->size[plan->axis--];
    if (tail == 0)
        tail = 1;
    plan->step = most / tail < plan->size[plan->axis] ? most / tail : plan->size[plan->axis];
    plan->elements = (size_t)(plan->step * tail);
    return true;
}

/* The task of a walk over the groups of a file. */
typedef struct {
    qd_h5_t *h5;
    /* true: sums are those of the written arrays, and digests are written; false: sums are read and
     * compared */
    bool write;
    bool rows; /* also the groups of one value per world, which are large */
    /* Of several readers: */
    qd_digest_sums_t *into;       /* NULL, or collects sums and does nothing else */
    size_t share, shares, *slab;  /* reads every shares-th slab of all variables; number of the next slab */
    const qd_digest_sums_t *from; /* known sums; NULL: it reads all values */
    size_t *next;                 /* position of the next variable's sum among them */
    qd_h5_stored_t *stored;       /* of the variable that is read */
    qd_h5_lists_t *lists;         /* NULL, or collects which variables and dimensions refer to each other */
} walk_t;

/* Whether this reader reads the next slab. */
static bool is_mine(const walk_t *walk)
{
    return !walk->into || (*walk->slab)++ % walk->shares == walk->share;
}

/* A variable that is read, and the room for a slab of its values. */
typedef struct {
    hid_t variable, space, memory_type;
    plan_t plan;
    qd_h5_values_t room;
} reading_t;

/* Adds up one slab; false if it cannot be read. */
static bool sum_slab(const reading_t *self, const hsize_t start[], const hsize_t count[], uint64_t *sum)
{
    qd_h5_values_t room = self->room;
    void *at = (void *)(uintptr_t)room.at;
    hid_t memory = H5Screate_simple(self->plan.rank, count, NULL);
    hid_t transfer = qd_h5_transfer(room.type, (hsize_t)H5Sget_simple_extent_npoints(memory));
    bool sound = H5Sselect_hyperslab(self->space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                 H5Dread(self->variable, self->memory_type, memory, self->space, transfer, at) >= 0;
    sound = qd_h5_close_transfer(transfer) && sound;
    if (sound)
        *sum += qd_digest_values((size_t)self->plan.rank, self->plan.size, start, count, room);
    if (sound && room.type == QD_H5_TEXT)
        sound = H5Dvlen_reclaim(self->memory_type, memory, H5P_DEFAULT, at) >= 0;
    return H5Sclose(memory) >= 0 && sound;
}

/* Adds up the slabs that the file has. */
static bool sum_stored(const walk_t *walk, const reading_t *reading, uint64_t *sum)
{
    hsize_t start[QD_H5_RANK_MAX], count[QD_H5_RANK_MAX];
    bool sound = true;
    while (sound && qd_h5_stored_next(walk->stored, reading->plan.elements, start, count))
        if (is_mine(walk))
            sound = sum_slab(reading, start, count, sum);
    return sound;
}

/* Adds up a variable slab by slab. */
static bool sum_all(const walk_t *walk, const reading_t *reading, uint64_t *sum)
{
    const plan_t *plan = &reading->plan;
    hsize_t start[QD_H5_RANK_MAX] = {0}, count[QD_H5_RANK_MAX], place[QD_H5_RANK_MAX] = {0};
    size_t outer = (size_t)plan->axis + 1; /* axes that are read in steps */
    bool sound = true;
    for (int i = 0; i < plan->rank; i++)
        count[i] = i < plan->axis ? 1 : i == plan->axis ? plan->step : plan->size[i];
    do {
        for (hsize_t first = 0; sound && first < plan->size[plan->axis]; first += plan->step) {
            hsize_t left = plan->size[plan->axis] - first;
            if (!is_mine(walk))
                continue;
            memcpy(start, place, sizeof start);
            start[plan->axis] = first;
            count[plan->axis] = left < plan->step ? left : plan->step;
            sound = sum_slab(reading, start, count, sum);
        }
    } while (sound && outer > 1 && qd_digest_next_row(outer, plan->size, place));
    return sound;
}

static bool is_empty(hid_t space)
{
    return H5Sget_simple_extent_npoints(space) <= 0;
}

static void sum_variable(const walk_t *walk, const char *path, hid_t variable, kind_t kind, uint64_t *sum)
{
    qd_h5_t *self = walk->h5;
    qd_h5_stored_t *stored = walk->stored;
    hid_t space = H5Dget_space(variable), memory_type = qd_h5_memory_type(kind.type);
    reading_t reading = {variable, space, memory_type, {0}, {kind.type, NULL}};
    bool fits = make_plan(space, &reading.plan);
    void *room = NULL;
    if (!fits || kind.length > 0)
        qd_h5_refuse(self, "damaged: it holds a variable of a shape or type that no result has");
    else if (!is_empty(space) && H5Dget_storage_size(variable) > 0) {
        reading.room.at = room = qd_new(reading.plan.elements, sizeof(double), NULL);
        bool taken = room && qd_h5_stored_take(stored, variable, kind.type, reading.plan.elements);
        if (!room || stored->short_of_memory)
            qd_h5_no_memory(self);
        else if (!taken || !(stored->few ? sum_stored : sum_all)(walk, &reading, sum))
            qd_h5_fail(self, "reading variable", path);
    }
    free(room);
    qd_h5_need(self, H5Sclose(space) >= 0, "reading variable", path);
    qd_h5_need(self, qd_h5_close_type(kind.type, memory_type), "reading variable", path);
}

/* ---- digests of groups --------------------------------------------------------------------------------- */

static void add_word(XXH3_state_t *state, uint64_t word)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(word >> (8 * i));
    XXH3_128bits_update(state, bytes, sizeof bytes);
}

static void add_text(XXH3_state_t *state, const char *text)
{
    XXH3_128bits_update(state, text, strlen(text) + 1);
}

/* Reads `count` values of an attribute and adds their sum. */
static bool add_values(qd_h5_t *h5, XXH3_state_t *state, hid_t attribute, kind_t kind, hid_t type,
                       hid_t space, size_t count)
{
    hid_t memory_type = kind.length > 0 ? H5Tcopy(type) : qd_h5_memory_type(kind.type);
    size_t each = kind.length > 0 ? kind.length : sizeof(double);
    char *room = qd_new(count, each, NULL);
    if (!room)
        qd_h5_no_memory(h5);
    bool sound = room && H5Aread(attribute, memory_type, room) >= 0;
    hsize_t size = count, start = 0;
    if (sound && kind.length > 0)
        XXH3_128bits_update(state, room, count * each);
    else if (sound)
        add_word(state, qd_digest_values(1, &size, &start, &size, (qd_h5_values_t){kind.type, room}));
    if (sound && kind.length == 0 && kind.type == QD_H5_TEXT)
        sound = H5Dvlen_reclaim(memory_type, space, H5P_DEFAULT, room) >= 0;
    free(room);
    bool closed = kind.length > 0 ? H5Tclose(memory_type) >= 0 : qd_h5_close_type(kind.type, memory_type);
    return closed && sound;
}

static bool add_attribute(qd_h5_t *h5, XXH3_state_t *state, hid_t attribute, const char *name)
{
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    kind_t kind = kind_of(type);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    add_text(state, name);
    add_word(state, (uint64_t)kind.class);
    add_word(state, (uint64_t)count);
    bool sound = kind.readable && count >= 0 && count <= ELEMENTS_MOST && kind.length <= ELEMENTS_MOST &&
                 add_values(h5, state, attribute, kind, type, space, (size_t)count);
    sound = H5Sclose(space) >= 0 && sound;
    return H5Tclose(type) >= 0 && sound;
}

/* Adds one attribute to the digest, or to the lists of dimensions, which no digest covers. */
static bool take_attribute(const walk_t *walk, XXH3_state_t *state, hid_t object, hid_t attribute,
                           const char *name)
{
    bool scales = strcmp(name, QD_H5_DIMENSION_LIST) == 0;
    if (!scales && strcmp(name, QD_H5_REFERENCE_LIST) != 0)
        return add_attribute(walk->h5, state, attribute, name);
    if (!walk->lists)
        return true;
    bool sound = scales ? qd_h5_lists_take_scales(walk->lists, object, attribute)
                        : qd_h5_lists_take_uses(walk->lists, object, attribute);
    if (walk->lists->short_of_memory)
        qd_h5_no_memory(walk->h5);
    return sound;
}

/* Context of HDF5's callback for each attribute or link of one object. */
typedef struct {
    const walk_t *walk;
    XXH3_state_t *state;
    const char *path;
} place_t;

/* 0: the iteration continues; -1: it fails. */
static herr_t see_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
    const place_t *place = context;
    (void)info;
    if (strlen(name) >= NAME_MOST)
        return -1;
    if (strcmp(name, QD_DIGEST_NAME) == 0)
        return 0;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    bool sound = attribute >= 0 && take_attribute(place->walk, place->state, object, attribute, name);
    sound = (attribute < 0 || H5Aclose(attribute) >= 0) && sound;
    return sound ? 0 : -1;
}

/* Adds all attributes of an object, in the order of their names. One iteration lists and sorts them once;
 * HDF5 would do so anew for each attribute opened by its position. */
static void add_attributes(const walk_t *walk, XXH3_state_t *state, hid_t object, const char *path)
{
    place_t place = {walk, state, path};
    herr_t status = H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, see_attribute, &place);
    qd_h5_need(walk->h5, status >= 0, "reading the attributes of", path);
}

static uint64_t handed_over(const qd_h5_t *h5, const char *path)
{
    for (size_t i = 0; i < h5->written; i++)
        if (strcmp(h5->variable[i].path, path) == 0)
            return h5->variable[i].sum;
    return 0;
}

static uint64_t take_sum(const walk_t *walk)
{
    if (*walk->next < walk->from->count)
        return walk->from->sum[(*walk->next)++];
    qd_h5_refuse(walk->h5, "damaged: it was changed while it was read");
    return 0;
}

static void note_sum(const walk_t *walk, uint64_t sum)
{
    qd_digest_sums_t *into = walk->into;
    uint64_t *larger = qd_list_room(into->sum, into->count, 1, &into->room, sizeof *larger);
    if (!larger) {
        qd_h5_no_memory(walk->h5);
        return;
    }
    into->sum = larger;
    into->sum[into->count++] = sum;
}

static void add_variable(const walk_t *walk, XXH3_state_t *state, hid_t variable, const char *path)
{
    hid_t type = H5Dget_type(variable), space = H5Dget_space(variable);
    kind_t kind = kind_of(type);
    hsize_t size[H5S_MAX_RANK] = {0};
    int rank = H5Sget_simple_extent_dims(space, size, NULL);
    uint64_t sum = 0;
    add_word(state, (uint64_t)kind.class);
    add_word(state, (uint64_t)rank);
    for (int i = 0; i < rank; i++)
        add_word(state, size[i]);
    qd_h5_need(walk->h5, H5Sclose(space) >= 0, "reading variable", path);
    qd_h5_need(walk->h5, H5Tclose(type) >= 0, "reading variable", path);
    if (walk->write)
        sum = handed_over(walk->h5, path);
    else if (walk->from)
        sum = take_sum(walk);
    else if (kind.readable)
        sum_variable(walk, path, variable, kind, &sum);
    else
        qd_h5_refuse(walk->h5, "damaged: it holds a variable of a type that no result has");
    add_word(state, sum);
    if (walk->into)
        note_sum(walk, sum);
    else
        add_attributes(walk, state, variable, path);
}

static void digest_group(const walk_t *walk, const char *path, char digest[33]);

/* Reads the digest attribute of a group; "" if it has none. */
static void read_digest(qd_h5_t *h5, hid_t group, const char *path, char digest[33])
{
    char *stored = NULL;
    *digest = '\0';
    htri_t there = h5->failed ? 0 : H5Aexists(group, QD_DIGEST_NAME);
    qd_h5_need(h5, there >= 0, "looking for the digest of", path);
    if (there <= 0)
        return;
    hid_t attribute = H5Aopen(group, QD_DIGEST_NAME, H5P_DEFAULT), type = qd_h5_memory_type(QD_H5_TEXT);
    hid_t space = H5Aget_space(attribute);
    bool one = H5Sget_simple_extent_npoints(space) == 1;
    if (one && H5Aread(attribute, type, &stored) >= 0) {
        snprintf(digest, 33, "%s", stored ? stored : "");
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, &stored);
    } else if (one)
        qd_h5_fail(h5, "reading the digest of", path);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
}

/* Adds the digest of a subgroup: computes, compares or only reads it. */
static void find_digest(const walk_t *walk, hid_t group, const char *path, char digest[33])
{
    if (walk->rows || (strcmp(path, "/worlds") != 0 && strcmp(path, "/parts") != 0))
        digest_group(walk, path, digest);
    else {
        read_digest(walk->h5, group, path, digest);
        bool left = walk->h5->failed || !walk->lists || qd_h5_lists_leave_out(walk->lists, group);
        if (!left && walk->lists->short_of_memory)
            qd_h5_no_memory(walk->h5);
        qd_h5_need(walk->h5, left, "reading group", path);
    }
}

/* Adds one link of a group: a variable or a subgroup. */
static void add_link(const walk_t *walk, XXH3_state_t *state, const char *path, const char *name)
{
    char full[2 * NAME_MOST], digest[33];
    if ((size_t)snprintf(full, sizeof full, "%s/%s", path[1] == '\0' ? "" : path, name) >= sizeof full) {
        qd_h5_refuse(walk->h5, "damaged: it holds a name that no result has");
        return;
    }
    add_text(state, name);
    hid_t object = H5Oopen(walk->h5->file, full, H5P_DEFAULT);
    H5I_type_t type = object < 0 ? H5I_BADID : H5Iget_type(object);
    add_word(state, (uint64_t)type);
    if (type == H5I_DATASET) {
        add_variable(walk, state, object, full);
    } else if (type == H5I_GROUP) {
        find_digest(walk, object, full, digest);
        add_text(state, digest);
    } else {
        qd_h5_fail(walk->h5, "opening", full);
    }
    if (object >= 0)
        qd_h5_need(walk->h5, H5Oclose(object) >= 0, "closing", full);
}

/* 0: the iteration continues; 1: something failed, and it ends. */
static herr_t see_link(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    const place_t *place = context;
    qd_h5_t *h5 = place->walk->h5;
    (void)group;
    if (*name == '\0' || strlen(name) >= NAME_MOST)
        qd_h5_fail(h5, "reading group", place->path);
    else if (info->type != H5L_TYPE_HARD)
        qd_h5_refuse(h5, "damaged: it holds a link to another place, which no result has");
    else
        add_link(place->walk, place->state, place->path, name);
    return h5->failed ? 1 : 0;
}

static void add_links(const walk_t *walk, XXH3_state_t *state, hid_t group, const char *path)
{
    place_t place = {walk, state, path};
    hsize_t next = 0;
    herr_t status =
        walk->h5->failed ? 0 : H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &next, see_link, &place);
    qd_h5_need(walk->h5, status >= 0, "reading group", path);
}

static void keep_digest(const walk_t *walk, hid_t group, const char *path, const char digest[33])
{
    qd_h5_t *h5 = walk->h5;
    if (h5->failed)
        return;
    if (walk->write) {
        qd_h5_write_text(h5, group, QD_DIGEST_NAME, digest);
        return;
    }
    char stored[33], why[2 * NAME_MOST + 128];
    read_digest(h5, group, path, stored);
    if (!h5->failed && strcmp(stored, digest) != 0) {
        snprintf(why, sizeof why,
                 "%s differs from its digest: the file was changed or damaged after it was written", path);
        qd_h5_refuse(h5, why);
    }
}

static void digest_group(const walk_t *walk, const char *path, char digest[33])
{
    qd_h5_t *h5 = walk->h5;
    *digest = '\0';
    if (h5->failed)
        return;
    XXH3_state_t *state = XXH3_createState();
    hid_t group = H5Oopen(h5->file, path, H5P_DEFAULT);
    if (!state || XXH3_128bits_reset(state) != XXH_OK)
        qd_h5_no_memory(h5);
    else if (group < 0)
        qd_h5_fail(h5, "opening", path);
    else {
        if (!walk->into)
            add_attributes(walk, state, group, path);
        add_links(walk, state, group, path);
        XXH128_hash_t hash = XXH3_128bits_digest(state);
        snprintf(digest, 33, "%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64, (uint64_t)hash.low64);
        if (!walk->into)
            keep_digest(walk, group, path, digest);
    }
    if (group >= 0)
        qd_h5_need(h5, H5Oclose(group) >= 0, "closing", path);
    XXH3_freeState(state);
}

void qd_digest_write(qd_h5_t *self)
{
    digest_group(&(walk_t){.h5 = self, .write = true, .rows = true}, "/", self->digest);
}

/* Every finding means a damaged file, unless a system call failed. */
static void blame(qd_h5_t *self)
{
    self->absent = self->failed && !self->fault;
}

/* Refuses a file whose variables and dimensions do not refer to each other. */
static void compare_lists(qd_h5_t *self, qd_h5_lists_t *lists)
{
    char name[NAME_MOST] = "", why[NAME_MOST + 160];
    if (self->failed || qd_h5_lists_agree(lists, self->file, name, sizeof name))
        return;
    snprintf(why, sizeof why,
             "damaged: a variable and its dimension do not refer to each other (" QD_H5_DIMENSION_LIST
             " and " QD_H5_REFERENCE_LIST " at %s)",
             name);
    qd_h5_refuse(self, why);
}

void qd_digest_check(qd_h5_t *self, bool rows, const qd_digest_sums_t *sums)
{
    size_t next = 0;
    qd_h5_lists_t lists = {0};
    qd_h5_stored_t stored = {0};
    const walk_t walk = {
        .h5 = self, .rows = rows, .from = sums, .next = &next, .stored = &stored, .lists = &lists};
    digest_group(&walk, "/", self->digest);
    qd_h5_stored_free(&stored);
    if (!self->failed && sums && next != sums->count)
        qd_h5_refuse(self, "damaged: it was changed while it was read");
    compare_lists(self, &lists);
    qd_h5_lists_free(&lists);
    blame(self);
}

void qd_digest_sum(qd_h5_t *self, bool rows, size_t share, size_t shares, qd_digest_sums_t *sums)
{
    char unused[33];
    size_t slab = 0;
    qd_h5_stored_t stored = {0};
    *sums = (qd_digest_sums_t){0};
    const walk_t walk = {.h5 = self,
                         .rows = rows,
                         .into = sums,
                         .share = share,
                         .shares = shares,
                         .slab = &slab,
                         .stored = &stored};
    digest_group(&walk, "/", unused);
    qd_h5_stored_free(&stored);
    blame(self);
}
