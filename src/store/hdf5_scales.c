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
    return write_list(variable, "DIMENSION_LIST", H5Tvlen_create(H5T_STD_REF_OBJ), rank, list);
}

static bool write_uses(const qd_h5_scale_t *scale)
{
    if (scale->uses == 0)
        return true;
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof *scale->use);
    bool made = H5Tinsert(type, "dataset", offsetof(qd_h5_use_t, variable), H5T_STD_REF_OBJ) >= 0 &&
                H5Tinsert(type, "dimension", offsetof(qd_h5_use_t, dimension), H5T_NATIVE_INT) >= 0;
    return made && write_list(scale->dataset, "REFERENCE_LIST", type, scale->uses, scale->use);
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
