#include "store/compare.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/digest.h"
#include "store/guard.h"
#include "store/hdf5_here.h"

#define BYTES_AT_ONCE ((size_t)16 << 20)
#define NEAR          1e-9
#define VALUES_MOST   64 /* of an attribute */

/* A dimension of the expected file, and the object of that name in the file. */
typedef struct {
    hobj_ref_t expected, found; /* found: 0 if there is none */
} scale_t;

typedef struct {
    const char *path, *again; /* the file, and the expected file */
    qd_h5_t found, expected;
    size_t scales, room;
    scale_t *scale; /* those that were met */
    char difference[512];
    bool short_of_memory;
} compare_t;

/* Message of the comparing child at its end. */
typedef struct {
    bool failed, absent, short_of_memory;
    char why[512], difference[512];
} answer_t;

/* Whether there is nothing more to compare. */
static bool is_over(const compare_t *self)
{
    return self->difference[0] != '\0' || self->short_of_memory || self->found.failed ||
           self->expected.failed;
}

static void differs(compare_t *self, const char *name, const char *what)
{
    snprintf(self->difference, sizeof self->difference, "%.200s: %s", name, what);
}

static bool near(double a, double b)
{
    if (!isfinite(a) || !isfinite(b))
        return a == b || (isnan(a) && isnan(b));
    return fabs(a - b) <= NEAR * fmax(fabs(a), fabs(b));
}

static void compare_reals(compare_t *self, const char *name, const double *a, const double *b, size_t count)
{
    char what[128];
    for (size_t i = 0; i < count; i++)
        if (!near(a[i], b[i])) {
            snprintf(what, sizeof what, "%.17g in the file, %.17g recomputed", a[i], b[i]);
            differs(self, name, what);
            return;
        }
}

static void compare_texts(compare_t *self, const char *name, char *const *a, char *const *b, size_t count)
{
    char what[256];
    for (size_t i = 0; i < count; i++)
        if (strcmp(a[i] ? a[i] : "", b[i] ? b[i] : "") != 0) {
            snprintf(what, sizeof what, "`%.100s` in the file, `%.100s` recomputed", a[i] ? a[i] : "",
                     b[i] ? b[i] : "");
            differs(self, name, what);
            return;
        }
}

/* Type in which a variable is compared; int64 for all whole numbers. */
static hid_t compared_as(hid_t variable)
{
    hid_t type = H5Dget_type(variable), as;
    H5T_class_t class = H5Tget_class(type);
    if (class == H5T_STRING && H5Tis_variable_str(type) > 0)
        as = H5Tcopy(type);
    else if (class == H5T_FLOAT)
        as = H5Tcopy(H5T_NATIVE_DOUBLE);
    else
        as = class == H5T_INTEGER ? H5Tcopy(H5T_NATIVE_INT64) : -1;
    H5Tclose(type);
    return as;
}

/* A variable and its shape. */
typedef struct {
    hid_t variable, space;
    int rank;
    hsize_t size[QD_H5_RANK_MAX];
} open_t;

static bool open_variable(qd_h5_t *h5, const char *name, open_t *out)
{
    hid_t access = qd_h5_here_access(H5P_DATASET_ACCESS);
    *out = (open_t){.variable = H5Dopen2(h5->file, name, access), .space = -1};
    H5Pclose(access);
    if (out->variable < 0 || !qd_h5_here_vet_variable(h5, out->variable, name))
        return false;
    out->space = H5Dget_space(out->variable);
    out->rank = H5Sget_simple_extent_ndims(out->space);
    if (out->rank < 0 || out->rank > QD_H5_RANK_MAX)
        return false;
    H5Sget_simple_extent_dims(out->space, out->size, NULL);
    return true;
}

static void close_variable(open_t *self)
{
    if (self->space >= 0)
        H5Sclose(self->space);
    if (self->variable >= 0)
        H5Dclose(self->variable);
}

/* Reads elements first .. first + count - 1 along the first dimension of both; false if one cannot be
 * read. */
static bool compare_slab(compare_t *self, const char *name, open_t pair[2], hid_t as, hsize_t first,
                         hsize_t count, size_t row, void *room[2])
{
    hsize_t start[QD_H5_RANK_MAX] = {first}, many[QD_H5_RANK_MAX];
    memcpy(many, pair[0].size, sizeof many);
    many[0] = count;
    hid_t memory = pair[0].rank > 0 ? H5Screate_simple(pair[0].rank, many, NULL) : H5Screate(H5S_SCALAR);
    bool sound = true;
    for (int k = 0; k < 2; k++) {
        if (pair[k].rank > 0)
            H5Sselect_hyperslab(pair[k].space, H5S_SELECT_SET, start, NULL, many, NULL);
        sound = sound && H5Dread(pair[k].variable, as, memory, pair[k].space, H5P_DEFAULT, room[k]) >= 0;
    }
    size_t elements = (size_t)count * row;
    H5T_class_t class = H5Tget_class(as);
    if (sound && class == H5T_FLOAT)
        compare_reals(self, name, room[0], room[1], elements);
    else if (sound && class == H5T_STRING)
        compare_texts(self, name, room[0], room[1], elements);
    else if (sound && memcmp(room[0], room[1], elements * sizeof(int64_t)) != 0)
        differs(self, name, "other whole numbers in the file than recomputed");
    for (int k = 0; sound && class == H5T_STRING && k < 2; k++)
        H5Dvlen_reclaim(as, memory, H5P_DEFAULT, room[k]);
    H5Sclose(memory);
    return sound;
}

/* Whether the engine alone compares the values: rows world by world, and tallies. */
static bool is_of_worlds(const char *name, const open_t *expected)
{
    return (strncmp(name, "/worlds/", 8) == 0 || strcmp(name, "/parts/tally") == 0) &&
           H5Dget_storage_size(expected->variable) == 0;
}

static bool same_types(const open_t pair[2])
{
    hid_t type[2] = {H5Dget_type(pair[0].variable), H5Dget_type(pair[1].variable)};
    htri_t same = H5Tequal(type[0], type[1]);
    H5Tclose(type[0]);
    H5Tclose(type[1]);
    return same > 0;
}

static bool compare_values(compare_t *self, const char *name, open_t pair[2], hid_t as)
{
    hsize_t length = pair[0].rank > 0 ? pair[0].size[0] : 1;
    size_t row = 1;
    for (int i = 1; i < pair[0].rank; i++)
        row *= (size_t)pair[0].size[i];
    size_t some = row * 8 < BYTES_AT_ONCE && row > 0 ? BYTES_AT_ONCE / (row * 8) : 1;
    some = some > length ? (size_t)length : some;
    void *room[2] = {qd_new(some * row, 8, NULL), qd_new(some * row, 8, NULL)};
    bool sound = room[0] && room[1];
    self->short_of_memory = !sound;
    for (hsize_t at = 0; sound && row > 0 && at < length && *self->difference == '\0'; at += some)
        sound = compare_slab(self, name, pair, as, at, length - at < some ? length - at : some, row, room);
    free(room[0]);
    free(room[1]);
    return sound;
}

static void compare_variable(compare_t *self, const char *name)
{
    open_t pair[2] = {{.variable = -1, .space = -1}, {.variable = -1, .space = -1}};
    if (!qd_h5_here_exists(&self->found, name)) {
        differs(self, name, "not in the file");
        return;
    }
    bool sound =
        open_variable(&self->found, name, &pair[0]) && open_variable(&self->expected, name, &pair[1]);
    hid_t as = sound ? compared_as(pair[1].variable) : -1;
    if (sound && (pair[0].rank != pair[1].rank ||
                  memcmp(pair[0].size, pair[1].size, (size_t)pair[0].rank * sizeof pair[0].size[0]) != 0))
        differs(self, name, "of another shape in the file than recomputed");
    else if (sound && !same_types(pair))
        differs(self, name, "of another type in the file than recomputed");
    else if (sound && as >= 0 && !is_of_worlds(name, &pair[1]))
        sound = compare_values(self, name, pair, as);
    if (!sound && !self->short_of_memory)
        differs(self, name, "cannot be read");
    if (as >= 0)
        H5Tclose(as);
    close_variable(&pair[0]);
    close_variable(&pair[1]);
}

static void compare_attributes(compare_t *self, const char *path);

/* The kind of an object; fails where it cannot be opened. */
static H5I_type_t type_of(qd_h5_t *h5, const char *path)
{
    hid_t object = H5Oopen(h5->file, path, H5P_DEFAULT);
    if (object < 0) {
        qd_h5_here_fail(h5, "opening", path);
        return H5I_BADID;
    }
    H5I_type_t type = H5Iget_type(object);
    H5Oclose(object);
    return type;
}

/* A group whose objects are walked, and what is done with the path of each. */
typedef struct {
    compare_t *compare;
    const char *group;
    void (*meet)(compare_t *self, const char *path);
} walk_t;

static herr_t meet_link(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    const walk_t *walk = context;
    char path[1024];
    (void)group, (void)info;
    snprintf(path, sizeof path, "%s%s%s", walk->group, walk->group[1] == '\0' ? "" : "/", name);
    walk->meet(walk->compare, path);
    return is_over(walk->compare) ? 1 : 0;
}

/* Walks the objects of a group of `h5`, up to the first difference. The sequence is the file's own: libhdf5
 * 1.10.8 crashes where a read fails while it sorts names. */
static void walk_group(compare_t *self, qd_h5_t *h5, const char *group,
                       void (*meet)(compare_t *self, const char *path))
{
    walk_t walk = {self, group, meet};
    hsize_t next = 0;
    hid_t object = is_over(self) ? -1 : H5Gopen2(h5->file, group, H5P_DEFAULT);
    if (!is_over(self) &&
        (object < 0 || H5Literate(object, H5_INDEX_NAME, H5_ITER_NATIVE, &next, meet_link, &walk) < 0))
        qd_h5_here_fail(h5, "reading group", group);
    if (object >= 0)
        H5Gclose(object);
}

static void compare_group(compare_t *self, const char *group);

static void compare_object(compare_t *self, const char *path)
{
    H5I_type_t type = type_of(&self->expected, path);
    if (type == H5I_GROUP && !qd_h5_here_exists(&self->found, path))
        differs(self, path, "not in the file");
    else if (type == H5I_GROUP)
        compare_group(self, path);
    else if (type == H5I_DATASET)
        compare_variable(self, path);
    if (type == H5I_DATASET && !is_over(self))
        compare_attributes(self, path);
}

/* Compares all variables and attributes of a group and of the groups below it, up to the first difference. */
static void compare_group(compare_t *self, const char *group)
{
    walk_group(self, &self->expected, group, compare_object);
    if (!is_over(self))
        compare_attributes(self, group);
}

/* ---- attributes ---------------------------------------------------------------------------------------- */

const char *const qd_result_provenance[] = {
    "version", "source_commit", "created", "command_line", "host",    "compiler",      "instruction_set",
    "shard",   "libraries",     "threads", "ranks",        "seconds", "_NCProperties", NULL};

/* Whether an attribute is left out of the comparison: those of qd_result_provenance, which only the digest
 * covers, and the variables of a dimension, which state their dimensions themselves. */
static bool is_passed_over(const char *path, const char *name)
{
    if (strcmp(name, QD_H5_REFERENCE_LIST) == 0)
        return true;
    for (const char *const *other = qd_result_provenance; path[1] == '\0' && *other; other++)
        if (strcmp(name, *other) == 0)
            return true;
    return false;
}

/* Reads an attribute's values: numbers of its class, or a malloc'ed text. */
typedef struct {
    H5T_class_t class;
    size_t count;
    double real[VALUES_MOST];
    uint64_t whole[VALUES_MOST];
    char *text;
} attribute_t;

static char *read_text(compare_t *self, hid_t attribute, hid_t type, hid_t space)
{
    char *value = NULL, *copy = NULL;
    if (H5Tis_variable_str(type) <= 0) {
        copy = qd_new(H5Tget_size(type) + 1, 1, NULL);
        self->short_of_memory = self->short_of_memory || !copy;
        if (copy && H5Aread(attribute, type, copy) < 0)
            *copy = '\0';
        return copy;
    }
    if (H5Aread(attribute, type, &value) >= 0) {
        copy = strdup(value ? value : "");
        self->short_of_memory = self->short_of_memory || !copy;
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, &value);
    }
    return copy;
}

/* Compares one attribute; false if it cannot be read or has a type that no result has. */
static bool read_attribute(compare_t *self, hid_t object, const char *name, attribute_t *out)
{
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    *out = (attribute_t){0};
    if (attribute < 0)
        return false;
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    bool sound = count >= 0 && count <= VALUES_MOST;
    out->class = H5Tget_class(type);
    out->count = (size_t)count;
    if (sound && out->class == H5T_FLOAT)
        sound = H5Aread(attribute, H5T_NATIVE_DOUBLE, out->real) >= 0;
    else if (sound && out->class == H5T_INTEGER)
        sound = H5Aread(attribute, H5Tget_sign(type) == H5T_SGN_NONE ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64,
                        out->whole) >= 0;
    else
        sound = sound && count == 1 && out->class == H5T_STRING &&
                (out->text = read_text(self, attribute, type, space));
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return sound;
}

static bool same_attributes(const attribute_t *a, const attribute_t *b)
{
    if (a->class != b->class || a->count != b->count)
        return false;
    if (a->class == H5T_STRING)
        return strcmp(a->text, b->text) == 0;
    for (size_t i = 0; i < a->count; i++)
        if (a->class == H5T_FLOAT ? !near(a->real[i], b->real[i]) : a->whole[i] != b->whole[i])
            return false;
    return true;
}

/* Compares an attribute of both objects; one that only one of them has differs. A digest may be another: it
 * covers attributes that cannot be recomputed. */
static void compare_attribute(compare_t *self, const char *path, hid_t object[2], const char *name)
{
    attribute_t value[2];
    char what[256];
    bool sound[2];
    for (int k = 0; k < 2; k++)
        sound[k] = read_attribute(self, object[k], name, &value[k]);
    bool same =
        sound[0] && sound[1] && (strcmp(name, QD_DIGEST_NAME) == 0 || same_attributes(&value[0], &value[1]));
    if (!same && !self->short_of_memory) {
        snprintf(what, sizeof what, "attribute %.100s: %s", name,
                 !sound[0]   ? "not in the file"
                 : !sound[1] ? "in the file, but none was expected"
                             : "another one in the file than recomputed");
        differs(self, path, what);
    }
    free(value[0].text);
    free(value[1].text);
}

/* The object of the file that has the name of a dimension of the expected file; 0 if there is none. No
 * reference of the file is followed. */
static hobj_ref_t counterpart(compare_t *self, hobj_ref_t expected)
{
    char name[256];
    scale_t scale = {.expected = expected};
    for (size_t i = 0; i < self->scales; i++)
        if (self->scale[i].expected == expected)
            return self->scale[i].found;
    scale_t *larger = qd_list_room(self->scale, self->scales, 1, &self->room, sizeof *larger);
    self->short_of_memory = self->short_of_memory || !larger;
    if (!larger)
        return 0;
    self->scale = larger;
    if (H5Rget_name(self->expected.file, H5R_OBJECT, &expected, name, sizeof name) <= 0)
        qd_h5_here_fail(&self->expected, "finding a dimension", NULL);
    else if (qd_h5_here_exists(&self->found, name) &&
             H5Rcreate(&scale.found, self->found.file, name, H5R_OBJECT, -1) < 0)
        qd_h5_here_fail(&self->found, "opening", name);
    self->scale[self->scales++] = scale;
    return scale.found;
}

/* Compares the dimensions of a variable by their names. */
static void compare_dimensions(compare_t *self, const char *path, hid_t object[2])
{
    qd_h5_lists_t list[2] = {0};
    const qd_h5_attachments_t *found = &list[0].of_variables, *expected = &list[1].of_variables;
    bool same = true;
    for (int k = 0; k < 2; k++) {
        hid_t attribute = H5Aopen(object[k], QD_H5_DIMENSION_LIST, H5P_DEFAULT);
        same = attribute >= 0 && qd_h5_lists_take_scales(&list[k], object[k], attribute) && same;
        self->short_of_memory = self->short_of_memory || list[k].short_of_memory;
        if (attribute >= 0)
            H5Aclose(attribute);
    }
    same = same && found->count == expected->count;
    for (size_t i = 0; same && i < expected->count; i++)
        same = counterpart(self, expected->at[i].scale) == found->at[i].scale;
    if (!same && !is_over(self))
        differs(self, path, "over other dimensions in the file than recomputed");
    for (int k = 0; k < 2; k++)
        qd_h5_lists_free(&list[k]);
}

static void compare_attributes(compare_t *self, const char *path)
{
    hid_t object[2] = {H5Oopen(self->found.file, path, H5P_DEFAULT),
                       H5Oopen(self->expected.file, path, H5P_DEFAULT)};
    for (int k = 0; k < 2; k++) {
        qd_h5_t *h5 = k == 0 ? &self->found : &self->expected;
        int count = object[k] < 0 ? -1 : H5Aget_num_attrs(object[k]);
        if (count < 0)
            qd_h5_here_fail(h5, "reading the attributes of", path);
        for (int i = 0; i < count && !is_over(self); i++) {
            char name[256] = "";
            if (H5Aget_name_by_idx(object[k], ".", H5_INDEX_NAME, H5_ITER_INC, (hsize_t)i, name, sizeof name,
                                   H5P_DEFAULT) < 0)
                qd_h5_here_fail(h5, "reading the attributes of", path);
            else if (strcmp(name, QD_H5_DIMENSION_LIST) == 0)
                compare_dimensions(self, path, object);
            else if (!is_passed_over(path, name))
                compare_attribute(self, path, object, name);
        }
    }
    for (int k = 0; k < 2; k++)
        if (object[k] >= 0)
            H5Oclose(object[k]);
}

/* ---- unexpected objects -------------------------------------------------------------------------------- */

/* Whether an object of the file was expected, and all objects below it. */
static void expect_object(compare_t *self, const char *path)
{
    if (!qd_h5_here_exists(&self->expected, path))
        differs(self, path, "in the file, but nothing was expected there");
    else if (type_of(&self->found, path) == H5I_GROUP)
        walk_group(self, &self->found, path, expect_object);
}

/* The child's main function. */
static void compare_files(int channel, void *context)
{
    compare_t *self = context;
    answer_t answer = {0};
    qd_guard_allow_file(self->path);
    qd_guard_allow_file(self->again);
    qd_h5_here_open(&self->found, self->path);
    qd_h5_here_open(&self->expected, self->again);
    if (!is_over(self))
        compare_group(self, "/");
    if (!is_over(self))
        walk_group(self, &self->found, "/", expect_object);
    qd_h5_t *failed = self->found.failed ? &self->found : &self->expected;
    qd_h5_here_need_memory(failed, self->difference[0] != '\0');
    qd_h5_here_blame_system(failed);
    answer.failed = failed->failed;
    answer.absent = failed->absent && failed == &self->found;
    answer.short_of_memory = self->short_of_memory;
    memcpy(answer.why, failed->why, sizeof answer.why);
    memcpy(answer.difference, self->difference, sizeof answer.difference);
    free(self->scale);
    (void)!qd_channel_send(channel, &answer, sizeof answer);
}

/* Turns the end of the child into a status. */
static qd_status_t judge(const answer_t *answer, const char *path, char *difference, size_t size,
                         qd_error_t *error)
{
    if (answer->failed)
        return qd_error_add(error, answer->absent ? QD_ERROR_INPUT : QD_ERROR_IO, "%s: %s", path,
                            answer->why);
    if (answer->short_of_memory)
        return qd_no_memory(error);
    snprintf(difference, size, "%s", answer->difference);
    return QD_OK;
}

qd_status_t qd_result_compare(const char *path, const char *expected, char *difference, size_t size,
                              qd_error_t *error)
{
    answer_t answer = {0};
    compare_t *self = qd_new(1, sizeof *self, error);
    *difference = '\0';
    if (!self)
        return qd_no_memory(error);
    self->path = path;
    self->again = expected;
    qd_guard_t *guard = qd_guard_start(compare_files, self);
    bool answered = guard && qd_guard_receive(guard, &answer, sizeof answer);
    if (guard && !answered && qd_guard_crashed(guard)) {
        qd_guard_end(guard);
        guard = qd_guard_start(compare_files, self);
        answered = guard && qd_guard_receive(guard, &answer, sizeof answer);
    }
    int number = errno;
    free(self);
    if (!guard)
        return qd_error_add(error, QD_ERROR_IO, "%s: no process to read it can be started: %s", path,
                            strerror(number));
    if (!answered) {
        answer.failed = true;
        answer.absent = qd_guard_blames_file(guard, expected, answer.why, sizeof answer.why) &&
                        qd_guard_blames_file(guard, path, answer.why, sizeof answer.why);
    }
    qd_guard_end(guard);
    return judge(&answer, path, difference, size, error);
}
