#include "store/hdf5_file.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- errors -------------------------------------------------------------------------------------------- */

/* Keeps the description of the innermost error, and of its text the part that the system said, if there is
 * one. */
static herr_t note_innermost(unsigned n, const H5E_error2_t *entry, void *context)
{
    if (n > 0)
        return 0;
    char *why = context;
    const char *text = entry->desc, *system = strstr(text, "error message = '");
    if (system != NULL)
        text = system + strlen("error message = '");
    size_t length = system != NULL ? strcspn(text, "'") : strlen(text);
    snprintf(why, 256, "%.*s", (int)(length > 255 ? 255 : length), text);
    return 0;
}

void qd_h5_fail(qd_h5_t *self, const char *doing, const char *object)
{
    if (self->failed)
        return;
    char why[256] = "";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, note_innermost, why);
    self->failed = true;
    snprintf(self->why, sizeof self->why, "%s%s%s failed: %s", doing, object == NULL ? "" : " ",
             object == NULL ? "" : object, why[0] == '\0' ? "HDF5 gives no reason" : why);
}

hid_t qd_h5_memory_type(qd_h5_type_t type)
{
    switch (type) {
    case QD_H5_REAL:
        return H5T_NATIVE_DOUBLE;
    case QD_H5_WHOLE:
        return H5T_NATIVE_INT64;
    case QD_H5_BYTE:
        return H5T_NATIVE_UINT8;
    case QD_H5_HASH:
        return H5T_NATIVE_UINT64;
    case QD_H5_TEXT:
        break;
    }
    hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, H5T_VARIABLE);
    H5Tset_cset(text, H5T_CSET_UTF8);
    return text;
}

static hid_t file_type(qd_h5_type_t type)
{
    switch (type) {
    case QD_H5_REAL:
        return H5T_IEEE_F64LE;
    case QD_H5_WHOLE:
        return H5T_STD_I64LE;
    case QD_H5_BYTE:
        return H5T_STD_U8LE;
    case QD_H5_HASH:
        return H5T_STD_U64LE;
    case QD_H5_TEXT:
        break;
    }
    return qd_h5_memory_type(type);
}

static void close_type(qd_h5_type_t type, hid_t id)
{
    if (type == QD_H5_TEXT)
        H5Tclose(id);
}

/* ---- file and groups ----------------------------------------------------------------------------------- */

static void track_order(hid_t creation)
{
    H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
}

void qd_h5_prepare(void)
{
    /* At exit HDF5 1.10 would try once more to write what a full disk refused, and crash. Everything is
     * closed by hand. */
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void qd_h5_create(qd_h5_t *self, const char *path)
{
    *self = (qd_h5_t){.file = -1};
    snprintf(self->path, sizeof self->path, "%s", path);
    qd_h5_prepare();
    hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    track_order(creation);
    self->file = H5Fcreate(path, H5F_ACC_TRUNC, creation, H5P_DEFAULT);
    if (self->file < 0)
        qd_h5_fail(self, "creating the file", NULL);
    H5Pclose(creation);
}

qd_status_t qd_h5_close(qd_h5_t *self, qd_error_t *error)
{
    if (!qd_h5_scales_close(&self->scales, !self->failed))
        qd_h5_fail(self, "writing which variables have a dimension", NULL);
    for (; self->kept > 0; self->kept--)
        H5Dclose(self->keep[self->kept - 1].variable);
    if (self->file >= 0 && H5Fclose(self->file) < 0)
        qd_h5_fail(self, "closing the file", NULL);
    self->file = -1;
    qd_status_t status = self->absent ? QD_ERROR_INPUT : QD_ERROR_IO;
    return self->failed ? qd_error_add(error, status, "%s: %s", self->path, self->why) : QD_OK;
}

void qd_h5_hasten(qd_h5_t *self)
{
    void *handle = NULL;
    if (self->failed || H5Fget_vfd_handle(self->file, H5P_DEFAULT, &handle) < 0 || handle == NULL)
        return;
    (void)!sync_file_range(*(int *)handle, 0, 0, SYNC_FILE_RANGE_WRITE);
}

void qd_h5_group(qd_h5_t *self, const char *path)
{
    if (self->failed)
        return;
    hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    track_order(creation);
    hid_t group = H5Gcreate2(self->file, path, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (group < 0)
        qd_h5_fail(self, "creating group", path);
    else
        H5Gclose(group);
    H5Pclose(creation);
}

/* ---- attributes ---------------------------------------------------------------------------------------- */

/* Of an open object. `count` 0 stands for a scalar. */
static void write_attribute(qd_h5_t *self, hid_t object, const char *name, hid_t in_file, hid_t in_memory,
                            size_t count, const void *value)
{
    if (self->failed)
        return;
    hsize_t size = count;
    hid_t space = count == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &size, NULL);
    hid_t attribute = H5Acreate2(object, name, in_file, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, in_memory, value) < 0)
        qd_h5_fail(self, "writing attribute", name);
    if (attribute >= 0)
        H5Aclose(attribute);
    H5Sclose(space);
}

static void write_text(qd_h5_t *self, hid_t object, const char *name, const char *value)
{
    hid_t type = qd_h5_memory_type(QD_H5_TEXT);
    write_attribute(self, object, name, type, type, 0, &value);
    H5Tclose(type);
}

static void set_attribute(qd_h5_t *self, const char *path, const char *name, hid_t in_file, hid_t in_memory,
                          size_t count, const void *value)
{
    if (self->failed)
        return;
    hid_t object = H5Oopen(self->file, path, H5P_DEFAULT);
    if (object < 0)
        qd_h5_fail(self, "opening", path);
    write_attribute(self, object, name, in_file, in_memory, count, value);
    if (object >= 0)
        H5Oclose(object);
}

void qd_h5_set_text(qd_h5_t *self, const char *path, const char *name, const char *value)
{
    hid_t type = qd_h5_memory_type(QD_H5_TEXT);
    set_attribute(self, path, name, type, type, 0, &value);
    H5Tclose(type);
}

void qd_h5_set_ascii(qd_h5_t *self, const char *path, const char *name, const char *value)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, strlen(value) + 1);
    set_attribute(self, path, name, type, type, 0, value);
    H5Tclose(type);
}

void qd_h5_set_whole(qd_h5_t *self, const char *path, const char *name, int64_t value)
{
    set_attribute(self, path, name, H5T_STD_I64LE, H5T_NATIVE_INT64, 0, &value);
}

void qd_h5_set_hash(qd_h5_t *self, const char *path, const char *name, uint64_t value)
{
    set_attribute(self, path, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, 0, &value);
}

void qd_h5_set_reals(qd_h5_t *self, const char *path, const char *name, const double *value, size_t count)
{
    set_attribute(self, path, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, count, value);
}

/* ---- variables ----------------------------------------------------------------------------------------- */

#define SMALL ((size_t)64 << 10) /* bytes */

/* Shape of a variable: lengths now and at most, and the chunk that holds it. */
typedef struct {
    int rank;
    hsize_t size[QD_H5_RANK_MAX], most[QD_H5_RANK_MAX], chunk[QD_H5_RANK_MAX];
    bool grows;
} shape_t;

hsize_t qd_h5_chunk(hsize_t size, hsize_t most)
{
    hsize_t chunks = (size + most - 1) / most;
    return chunks == 0 ? 1 : (size + chunks - 1) / chunks;
}

/* Chunks take the fastest dimensions whole, as far as `most` elements reach. */
static void choose_chunk(shape_t *shape, hsize_t most)
{
    hsize_t left = most;
    for (int i = shape->rank - 1; i >= 0; i--) {
        hsize_t size = shape->most[i] == H5S_UNLIMITED ? left : shape->size[i];
        shape->chunk[i] = qd_h5_chunk(size, left);
        left /= shape->chunk[i];
    }
}

static hid_t creation_list(const shape_t *shape, qd_h5_type_t type, hsize_t chunk, bool compress)
{
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    if (chunk > 0 || shape->grows)
        H5Pset_chunk(creation, shape->rank, shape->chunk);
    if (compress) {
        H5Pset_shuffle(creation);
        H5Pset_deflate(creation, 1);
    }
    double nan = NAN;
    if (type == QD_H5_REAL)
        H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &nan);
    return creation;
}

hid_t qd_h5_access_list(size_t cache)
{
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, 13, cache, 1.0);
    return access;
}

/* Bytes of two chunks: many variables are open at once, each written chunk by chunk. */
static size_t two_chunks(const shape_t *shape)
{
    size_t bytes = 2 * sizeof(double);
    for (int i = 0; i < shape->rank; i++)
        bytes *= (size_t)shape->chunk[i];
    return bytes;
}

/* Whether packing is not worth its while: setting up the filters for hundreds of small variables takes longer
 * than all else that is done about them. */
static bool is_small(const shape_t *shape)
{
    size_t bytes = sizeof(double);
    for (int i = 0; i < shape->rank && bytes < SMALL; i++)
        bytes *= (size_t)shape->size[i];
    return bytes < SMALL && !shape->grows;
}

static hid_t create_dataset(qd_h5_t *self, const char *path, qd_h5_type_t type, shape_t *shape, hsize_t chunk,
                            bool compress)
{
    if (compress && is_small(shape)) {
        compress = false;
        chunk = 0;
    }
    choose_chunk(shape, chunk > 0 ? chunk : 1024);
    hid_t creation = creation_list(shape, type, chunk, compress), in_file = file_type(type);
    hid_t space = H5Screate_simple(shape->rank, shape->size, shape->most);
    hid_t access = qd_h5_access_list(two_chunks(shape));
    hid_t dataset = H5Dcreate2(self->file, path, in_file, space, H5P_DEFAULT, creation, access);
    if (dataset < 0)
        qd_h5_fail(self, "creating variable", path);
    H5Sclose(space);
    close_type(type, in_file);
    H5Pclose(access);
    H5Pclose(creation);
    return dataset;
}

static void describe(qd_h5_t *self, hid_t dataset, const char *units, const char *long_name)
{
    write_text(self, dataset, "units", units == NULL ? "text" : units);
    if (long_name != NULL)
        write_text(self, dataset, "long_name", long_name);
}

/* Makes the dataset, which is kept open, a dimension. */
static void make_scale(qd_h5_t *self, hid_t dataset, const char *path, const char *name, const char *units,
                       const char *long_name)
{
    if (dataset < 0)
        return;
    int id = (int)self->scales.count;
    if (!qd_h5_scales_add(&self->scales, path, dataset, name)) {
        qd_h5_fail(self, "making a dimension of", path);
        return;
    }
    write_attribute(self, dataset, "_Netcdf4Dimid", H5T_STD_I32LE, H5T_NATIVE_INT, 0, &id);
    describe(self, dataset, units, long_name);
}

void qd_h5_dimension(qd_h5_t *self, const char *path, size_t size, bool grows)
{
    if (self->failed)
        return;
    shape_t shape = {.rank = 1, .size = {size}, .most = {grows ? H5S_UNLIMITED : size}, .grows = grows};
    char name[64];
    snprintf(name, sizeof name, "This is a netCDF dimension but not a netCDF variable.%10zu", size);
    make_scale(self, create_dataset(self, path, QD_H5_BYTE, &shape, 0, false), path, name, "1",
               "dimension without values");
}

void qd_h5_coordinate(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t size, const char *units,
                      const char *long_name)
{
    if (self->failed)
        return;
    shape_t shape = {.rank = 1, .size = {size}, .most = {size}};
    make_scale(self, create_dataset(self, path, type, &shape, 0, false), path, strrchr(path, '/') + 1, units,
               long_name);
}

hsize_t qd_h5_dimension_length(const qd_h5_t *self, const char *path)
{
    const qd_h5_scale_t *scale = qd_h5_scales_find(&self->scales, path);
    return scale == NULL ? 0 : scale->size;
}

static void measure(qd_h5_t *self, const qd_h5_variable_t *variable, shape_t *shape)
{
    shape->rank = (int)variable->rank;
    for (size_t i = 0; i < variable->rank && !self->failed; i++) {
        const qd_h5_scale_t *scale = qd_h5_scales_find(&self->scales, variable->dimension[i]);
        if (scale == NULL) {
            qd_h5_fail(self, "finding dimension", variable->dimension[i]);
            return;
        }
        shape->size[i] = scale->size;
        shape->most[i] = scale->most;
        shape->grows = shape->grows || shape->most[i] == H5S_UNLIMITED;
    }
}

hid_t qd_h5_define(qd_h5_t *self, const qd_h5_variable_t *variable)
{
    shape_t shape = {0};
    measure(self, variable, &shape);
    if (self->failed)
        return -1;
    hid_t dataset =
        create_dataset(self, variable->path, variable->type, &shape, variable->chunk, variable->compress);
    if (dataset < 0)
        return -1;
    if (!qd_h5_scales_attach(&self->scales, dataset, variable->rank, variable->dimension))
        qd_h5_fail(self, "attaching a dimension to", variable->path);
    describe(self, dataset, variable->units, variable->long_name);
    double nan = NAN;
    if (variable->type == QD_H5_REAL)
        write_attribute(self, dataset, "_FillValue", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, &nan);
    if (!self->failed)
        return dataset;
    H5Dclose(dataset);
    return -1;
}

/* Writes all of an open variable. */
static void write_whole(qd_h5_t *self, hid_t dataset, const char *path, qd_h5_type_t type, const void *data)
{
    if (dataset < 0 || data == NULL)
        return;
    hid_t in_memory = qd_h5_memory_type(type);
    if (H5Dwrite(dataset, in_memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        qd_h5_fail(self, "writing variable", path);
    close_type(type, in_memory);
}

void qd_h5_put(qd_h5_t *self, const qd_h5_variable_t *variable, const void *data)
{
    hid_t dataset = qd_h5_define(self, variable);
    write_whole(self, dataset, variable->path, variable->type, data);
    qd_h5_close_variable(dataset);
}

hid_t qd_h5_open_variable(qd_h5_t *self, const char *path)
{
    if (self->failed)
        return -1;
    hid_t dataset = H5Dopen2(self->file, path, H5P_DEFAULT);
    if (dataset < 0)
        qd_h5_fail(self, "opening variable", path);
    return dataset;
}

void qd_h5_close_variable(hid_t variable)
{
    if (variable >= 0)
        H5Dclose(variable);
}

void qd_h5_write(qd_h5_t *self, const char *path, qd_h5_type_t type, const void *data)
{
    hid_t dataset = qd_h5_open_variable(self, path);
    write_whole(self, dataset, path, type, data);
    qd_h5_close_variable(dataset);
}

void qd_h5_write_slab(qd_h5_t *self, hid_t variable, qd_h5_type_t type, size_t rank, const hsize_t *start,
                      const hsize_t *count, const void *data)
{
    if (self->failed)
        return;
    hid_t in_memory = qd_h5_memory_type(type), space = H5Dget_space(variable);
    hid_t memory = H5Screate_simple((int)rank, count, NULL);
    if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) < 0 ||
        H5Dwrite(variable, in_memory, memory, space, H5P_DEFAULT, data) < 0)
        qd_h5_fail(self, "writing", NULL);
    H5Sclose(memory);
    H5Sclose(space);
    close_type(type, in_memory);
}

void qd_h5_grow(qd_h5_t *self, hid_t variable, hsize_t size)
{
    if (!self->failed && H5Dset_extent(variable, &size) < 0)
        qd_h5_fail(self, "enlarging a variable", NULL);
}
