#include "store/hdf5_scales.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static bool note_scale(qd_h5_scales_t *self, const qd_h5_scale_t *scale)
{
    qd_h5_scale_t *larger = qd_list_room(self->scale, self->count, 1, &self->capacity, sizeof *larger);
    if (!larger)
        return false;
    self->scale = larger;
    self->scale[self->count++] = *scale;
    return true;
}

bool qd_h5_scales_add(qd_h5_scales_t *self, const char *path, hid_t dataset, const char *name)
{
    qd_h5_scale_t scale = {.dataset = dataset};
    snprintf(scale.path, sizeof scale.path, "%s", path);
    hid_t space = H5Dget_space(dataset);
    bool sound = note_scale(self, &scale);
    qd_h5_scale_t *noted = sound ? &self->scale[self->count - 1] : &scale;
    sound = sound && H5Sget_simple_extent_dims(space, &noted->size, &noted->most) == 1 &&
            H5DSset_scale(dataset, name) >= 0 &&
            H5Rcreate(&noted->reference, dataset, ".", H5R_OBJECT, -1) >= 0;
    return H5Sclose(space) >= 0 && sound;
}

static qd_h5_scale_t *find(const qd_h5_scales_t *self, const char *path)
{
    for (size_t i = 0; i < self->count; i++)
        if (strcmp(self->scale[i].path, path) == 0)
            return &self->scale[i];
    return NULL;
}

const qd_h5_scale_t *qd_h5_scales_find(const qd_h5_scales_t *self, const char *path)
{
    return find(self, path);
}

static bool note_use(qd_h5_scale_t *scale, qd_h5_use_t use)
{
    qd_h5_use_t *larger = qd_list_room(scale->use, scale->uses, 1, &scale->capacity, sizeof *larger);
    if (!larger)
        return false;
    scale->use = larger;
    scale->use[scale->uses++] = use;
    return true;
}

/* An attribute with `count` values of one type; the type is closed. */
static bool write_list(hid_t object, const char *name, hid_t type, hsize_t count, const void *value)
{
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool written = attribute >= 0 && H5Awrite(attribute, type, value) >= 0;
    written = (attribute < 0 || H5Aclose(attribute) >= 0) && written;
    written = H5Sclose(space) >= 0 && written;
    return H5Tclose(type) >= 0 && written;
}

bool qd_h5_scales_attach(qd_h5_scales_t *self, hid_t variable, size_t rank, const char *const path[])
{
    hvl_t list[QD_H5_RANK_MAX];
    qd_h5_use_t use = {0};
    if (H5Rcreate(&use.variable, variable, ".", H5R_OBJECT, -1) < 0)
        return false;
    for (size_t i = 0; i < rank; i++) {
        qd_h5_scale_t *scale = find(self, path[i]);
        use.dimension = (int)i;
        if (!scale || !note_use(scale, use))
            return false;
        list[i] = (hvl_t){.len = 1, .p = &scale->reference};
    }
    return write_list(variable, QD_H5_DIMENSION_LIST, H5Tvlen_create(H5T_STD_REF_OBJ), rank, list);
}

/* The type of qd_h5_use_t. */
static hid_t type_of_uses(void)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(qd_h5_use_t));
    if (H5Tinsert(type, "dataset", offsetof(qd_h5_use_t, variable), H5T_STD_REF_OBJ) >= 0 &&
        H5Tinsert(type, "dimension", offsetof(qd_h5_use_t, dimension), H5T_NATIVE_INT) >= 0)
        return type;
    H5Tclose(type);
    return -1;
}

static bool write_uses(const qd_h5_scale_t *scale)
{
    if (scale->uses == 0)
        return true;
    hid_t type = type_of_uses();
    return type >= 0 && write_list(scale->dataset, QD_H5_REFERENCE_LIST, type, scale->uses, scale->use);
}

bool qd_h5_scales_close(qd_h5_scales_t *self, bool write)
{
    bool sound = true;
    for (size_t i = 0; i < self->count; i++) {
        sound = (!write || write_uses(&self->scale[i])) && sound;
        sound = H5Dclose(self->scale[i].dataset) >= 0 && sound;
        free(self->scale[i].use);
    }
    free(self->scale);
    *self = (qd_h5_scales_t){0};
    return sound;
}

/* ---- reading ------------------------------------------------------------------------------------------- */

#define USES_MOST 65536 /* of a scale */

/* Room for `count` more; NULL if memory is short. */
static qd_h5_attached_t *make_room(qd_h5_lists_t *self, qd_h5_attachments_t *list, size_t count)
{
    qd_h5_attached_t *larger = qd_list_room(list->at, list->count, count, &list->capacity, sizeof *larger);
    self->short_of_memory = self->short_of_memory || !larger;
    if (larger)
        list->at = larger;
    return larger;
}

/* The number of values of an attribute, or 0 if there are more than `most`. */
static size_t count_values(hid_t attribute, size_t most)
{
    hid_t space = H5Aget_space(attribute);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    bool sound = H5Sclose(space) >= 0 && count >= 0 && (size_t)count <= most;
    return sound ? (size_t)count : 0;
}

/* Reads the scales of every axis; the caller reclaims them. */
static bool read_scales(hid_t attribute, hid_t type, hvl_t axis[QD_H5_RANK_MAX], size_t axes)
{
    bool sound = axes > 0 && H5Aread(attribute, type, axis) >= 0;
    for (size_t i = 0; i < axes && sound; i++)
        sound = axis[i].len == 1;
    return sound;
}

bool qd_h5_lists_take_scales(qd_h5_lists_t *self, hid_t variable, hid_t attribute)
{
    hvl_t axis[QD_H5_RANK_MAX] = {0};
    hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ), space = H5Aget_space(attribute);
    size_t axes = count_values(attribute, QD_H5_RANK_MAX);
    qd_h5_attachments_t *list = &self->of_variables;
    qd_h5_use_t use = {0};
    bool sound = read_scales(attribute, type, axis, axes) &&
                 H5Rcreate(&use.variable, variable, ".", H5R_OBJECT, -1) >= 0 && make_room(self, list, axes);
    for (size_t i = 0; i < axes && sound; i++) {
        use.dimension = (int)i;
        list->at[list->count++] = (qd_h5_attached_t){*(const hobj_ref_t *)axis[i].p, use};
    }
    if (axes > 0)
        (void)H5Dvlen_reclaim(type, space, H5P_DEFAULT, axis);
    H5Sclose(space);
    H5Tclose(type);
    return sound;
}

bool qd_h5_lists_take_uses(qd_h5_lists_t *self, hid_t scale, hid_t attribute)
{
    hobj_ref_t reference;
    hid_t type = type_of_uses();
    size_t count = count_values(attribute, USES_MOST);
    qd_h5_attachments_t *list = &self->of_scales;
    qd_h5_use_t *use = qd_new(count, sizeof *use, NULL);
    self->short_of_memory = self->short_of_memory || !use;
    bool sound = use && count > 0 && H5Aread(attribute, type, use) >= 0 &&
                 H5Rcreate(&reference, scale, ".", H5R_OBJECT, -1) >= 0 && make_room(self, list, count);
    for (size_t i = 0; i < count && sound; i++)
        list->at[list->count++] = (qd_h5_attached_t){reference, use[i]};
    free(use);
    H5Tclose(type);
    return sound;
}

static herr_t leave_out(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    qd_h5_lists_t *self = context;
    qd_h5_attached_t left = {0};
    (void)info;
    if (H5Rcreate(&left.use.variable, group, name, H5R_OBJECT, -1) < 0 || !make_room(self, &self->unread, 1))
        return -1;
    self->unread.at[self->unread.count++] = left;
    return 0;
}

bool qd_h5_lists_leave_out(qd_h5_lists_t *self, hid_t group)
{
    hsize_t next = 0;
    return H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, &next, leave_out, self) >= 0;
}

static int by_place(const void *a, const void *b)
{
    const qd_h5_attached_t *x = a, *y = b;
    if (x->use.variable != y->use.variable)
        return x->use.variable < y->use.variable ? -1 : 1;
    if (x->use.dimension != y->use.dimension)
        return x->use.dimension < y->use.dimension ? -1 : 1;
    return x->scale < y->scale ? -1 : x->scale > y->scale;
}

static void sort(qd_h5_attachments_t *list)
{
    if (list->count > 0)
        qsort(list->at, list->count, sizeof *list->at, by_place);
}

/* Drops what the scales state about variables that were not read. */
static void drop_unread(qd_h5_lists_t *self)
{
    qd_h5_attachments_t *list = &self->of_scales;
    size_t kept = 0, u = 0;
    for (size_t i = 0; i < list->count; i++) {
        while (u < self->unread.count && self->unread.at[u].use.variable < list->at[i].use.variable)
            u++;
        if (u == self->unread.count || self->unread.at[u].use.variable != list->at[i].use.variable)
            list->at[kept++] = list->at[i];
    }
    list->count = kept;
}

bool qd_h5_lists_agree(qd_h5_lists_t *self, hid_t file, char *name, size_t size)
{
    const qd_h5_attachments_t *one = &self->of_variables, *other = &self->of_scales;
    sort(&self->of_variables);
    sort(&self->of_scales);
    sort(&self->unread);
    drop_unread(self);
    size_t i = 0;
    while (i < one->count && i < other->count && by_place(&one->at[i], &other->at[i]) == 0)
        i++;
    if (i == one->count && i == other->count)
        return true;
    /* The reference of an object that was read can be followed; one that it states may lead anywhere. */
    bool of_variable = i == other->count || (i < one->count && by_place(&one->at[i], &other->at[i]) < 0);
    const hobj_ref_t *met = of_variable ? &one->at[i].use.variable : &other->at[i].scale;
    if (H5Rget_name(file, H5R_OBJECT, met, name, size) <= 0)
        snprintf(name, size, "the file");
    return false;
}

void qd_h5_lists_free(qd_h5_lists_t *self)
{
    free(self->of_variables.at);
    free(self->of_scales.at);
    free(self->unread.at);
    *self = (qd_h5_lists_t){0};
}
