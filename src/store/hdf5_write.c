/* Writing a file: groups, attributes, variables (shapes, chunks, values). */
#include "store/hdf5_file.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/cf.h"
#include "store/digest.h"
#include "store/digest_values.h"
#include "store/guard.h"
#include "store/pack.h"

#define SMALL ((size_t)64 << 10) /* bytes */
#define CHUNK 16384              /* elements of a chunk by default */

/* ---- the file, its groups and their attributes --------------------------------------------------------- */

static bool track_order(hid_t creation)
{
    const unsigned tracked = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
    return H5Pset_link_creation_order(creation, tracked) >= 0 &&
           H5Pset_attr_creation_order(creation, tracked) >= 0;
}

void qd_h5_create(qd_h5_t *self, const char *path)
{
    *self = (qd_h5_t){.file = -1};
    snprintf(self->path, sizeof self->path, "%s", path);
    qd_h5_prepare();
    hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = qd_h5_file_access();
    if (track_order(creation) && H5Pset_istore_k(creation, 2) >= 0)
        self->file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    qd_h5_need(self, self->file >= 0, "creating the file", NULL);
    qd_h5_need(self, H5Pclose(creation) >= 0, "creating the file", NULL);
    qd_h5_need(self, H5Pclose(access) >= 0, "creating the file", NULL);
}

void qd_h5_hasten(qd_h5_t *self)
{
    int fd = self->failed ? -1 : qd_h5_descriptor(self);
    if (fd >= 0)
        (void)!sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

int qd_h5_descriptor(const qd_h5_t *self)
{
    void *handle = NULL;
    return self->file < 0 || H5Fget_vfd_handle(self->file, H5P_DEFAULT, &handle) < 0 || !handle
               ? -1
               : *(int *)handle;
}

void qd_h5_group(qd_h5_t *self, const char *path)
{
    if (self->failed)
        return;
    hid_t creation = H5Pcreate(H5P_GROUP_CREATE), group = -1;
    if (track_order(creation))
        group = H5Gcreate2(self->file, path, H5P_DEFAULT, creation, H5P_DEFAULT);
    qd_h5_need(self, group >= 0 && H5Gclose(group) >= 0, "creating group", path);
    qd_h5_need(self, H5Pclose(creation) >= 0, "creating group", path);
}

static void set_attribute(qd_h5_t *self, const char *path, const char *name, hid_t in_file, hid_t in_memory,
                          size_t count, const void *value)
{
    if (self->failed)
        return;
    hid_t object = H5Oopen(self->file, path, H5P_DEFAULT);
    qd_h5_need(self, object >= 0, "opening", path);
    qd_h5_write_attribute(self, object, name, in_file, in_memory, count, value);
    if (object >= 0)
        qd_h5_need(self, H5Oclose(object) >= 0, "closing", path);
}

void qd_h5_set_text(qd_h5_t *self, const char *path, const char *name, const char *value)
{
    hid_t type = qd_h5_memory_type(QD_H5_TEXT);
    set_attribute(self, path, name, type, type, 0, &value);
    qd_h5_need(self, H5Tclose(type) >= 0, "writing attribute", name);
}

void qd_h5_set_ascii(qd_h5_t *self, const char *path, const char *name, const char *value)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    qd_h5_need(self, H5Tset_size(type, strlen(value) + 1) >= 0, "writing attribute", name);
    set_attribute(self, path, name, type, type, 0, value);
    qd_h5_need(self, H5Tclose(type) >= 0, "writing attribute", name);
}

void qd_h5_set_whole(qd_h5_t *self, const char *path, const char *name, int64_t value)
{
    /* Stores whole numbers in 4 bytes where they suffice: R has no larger ones. */
    bool small = value >= INT32_MIN && value <= INT32_MAX;
    set_attribute(self, path, name, small ? H5T_STD_I32LE : H5T_STD_I64LE, H5T_NATIVE_INT64, 0, &value);
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

/* Shape of a variable: present and greatest lengths, its chunk, and the packing of its chunks. */
typedef struct {
    int rank;
    hsize_t size[QD_H5_RANK_MAX], most[QD_H5_RANK_MAX], chunk[QD_H5_RANK_MAX];
    bool grows, packed, shuffled;
} shape_t;

hsize_t qd_h5_chunk(hsize_t size, hsize_t most)
{
    hsize_t chunks = (size + most - 1) / most;
    return chunks == 0 ? 1 : (size + chunks - 1) / chunks;
}

/* The largest divisor of `step` that is at most `most`, which is at least 1. */
static hsize_t divisor_of(hsize_t step, hsize_t most)
{
    hsize_t divisor = step < most ? step : most;
    while (step % divisor != 0)
        divisor--;
    return divisor;
}

/* Chunks span the fastest dimensions up to `most` elements, and divide the `step` of the slowest. */
static void choose_chunk(shape_t *shape, hsize_t most, hsize_t step)
{
    hsize_t left = most;
    for (int i = shape->rank - 1; i >= 0; i--) {
        hsize_t size = shape->most[i] == H5S_UNLIMITED ? left : shape->size[i];
        bool stepwise = i == 0 && step > 0 && size > step;
        shape->chunk[i] = stepwise ? divisor_of(step, left) : qd_h5_chunk(size, left);
        left /= shape->chunk[i];
    }
}

/* Chunks every variable, because checksums belong to chunks. Texts have no checksums in HDF5; the digest
 * alone covers them. */
static hid_t creation_list(const shape_t *shape, qd_h5_type_t type)
{
    const double nan = NAN;
    const int8_t none = QD_CF_NO_CODE;
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) >= 0 &&
        H5Pset_chunk(creation, shape->rank, shape->chunk) >= 0 &&
        (!shape->shuffled || H5Pset_shuffle(creation) >= 0) &&
        (!shape->packed || H5Pset_deflate(creation, QD_DEFLATE_LEVEL) >= 0) &&
        (type == QD_H5_TEXT || H5Pset_fletcher32(creation) >= 0) &&
        (type != QD_H5_REAL || H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &nan) >= 0) &&
        (type != QD_H5_CODE || H5Pset_fill_value(creation, H5T_NATIVE_INT8, &none) >= 0))
        return creation;
    H5Pclose(creation);
    return -1;
}

/* Access properties of a variable with a cache of that many bytes for its chunks (HDF5's default is a
 * megabyte each); close with H5Pclose. */
static hid_t access_list(size_t cache)
{
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    if (H5Pset_chunk_cache(access, 13, cache, 1.0) >= 0)
        return access;
    H5Pclose(access);
    return -1;
}

/* Bytes of two chunks: many variables are open at once, each written chunk after chunk. */
static size_t two_chunks(const shape_t *shape)
{
    size_t bytes = 2 * sizeof(double);
    for (int i = 0; i < shape->rank; i++)
        bytes *= (size_t)shape->chunk[i];
    return bytes;
}

/* Whether packing does not pay: setting up the filters of hundreds of small variables would take longer than
 * all other work on them. */
static bool is_small(const shape_t *shape)
{
    size_t bytes = sizeof(double);
    for (int i = 0; i < shape->rank && bytes < SMALL; i++)
        bytes *= (size_t)shape->size[i];
    return bytes < SMALL && !shape->grows;
}

static hid_t create_dataset(qd_h5_t *self, qd_h5_type_t type, const qd_h5_variable_t *variable,
                            shape_t *shape)
{
    const char *path = variable->path;
    bool plain = !variable->compress || is_small(shape);
    shape->packed = !plain;
    shape->shuffled = !plain && !variable->alike;
    choose_chunk(shape, variable->chunk > 0 && !(variable->compress && plain) ? variable->chunk : CHUNK,
                 plain ? 0 : variable->step);
    hid_t creation = creation_list(shape, type), in_file = qd_h5_file_type(type);
    hid_t space = H5Screate_simple(shape->rank, shape->size, shape->most);
    hid_t access = access_list(two_chunks(shape));
    hid_t dataset = H5Dcreate2(self->file, path, in_file, space, H5P_DEFAULT, creation, access);
    qd_h5_need(self, dataset >= 0, "creating variable", path);
    bool closed = H5Sclose(space) >= 0;
    closed = H5Pclose(access) >= 0 && closed;
    closed = H5Pclose(creation) >= 0 && closed;
    closed = qd_h5_close_type(type, in_file) && closed;
    qd_h5_need(self, closed, "creating variable", path);
    return dataset;
}

/* Notes an open dataset; QD_H5_NONE, and the dataset is closed, when memory is short. */
static size_t note_written(qd_h5_t *self, const char *path, qd_h5_type_t type, const shape_t *shape,
                           hid_t dataset)
{
    qd_h5_written_t *larger = qd_list_room(self->variable, self->written, 1, &self->room, sizeof *larger);
    if (larger)
        self->variable = larger;
    char *copy = strdup(path);
    if (!larger || !copy) {
        qd_h5_no_memory(self);
        free(copy);
        H5Dclose(dataset);
        return QD_H5_NONE;
    }
    qd_h5_written_t *variable = &self->variable[self->written];
    *variable = (qd_h5_written_t){.path = copy,
                                  .type = type,
                                  .rank = (size_t)shape->rank,
                                  .packed = shape->packed,
                                  .shuffled = shape->shuffled,
                                  .dataset = dataset};
    memcpy(variable->size, shape->size, sizeof variable->size);
    memcpy(variable->chunk, shape->chunk, sizeof variable->chunk);
    return self->written++;
}

static void describe(qd_h5_t *self, hid_t dataset, const char *units, const char *long_name)
{
    const char *quantity = qd_cf_quantity(units);
    qd_h5_write_text(self, dataset, "units", qd_cf_units(units));
    if (quantity)
        qd_h5_write_text(self, dataset, "quantity", quantity);
    if (long_name)
        qd_h5_write_text(self, dataset, "long_name", long_name);
}

/* Meanings of codes 0, 1, ... (CF: flag_values have the type of the variable). */
static void describe_flags(qd_h5_t *self, hid_t dataset, qd_h5_type_t type, const char *flags)
{
    int8_t value[16];
    size_t count = 1;
    for (const char *blank = strchr(flags, ' '); blank; blank = strchr(blank + 1, ' '))
        count++;
    for (size_t i = 0; i < count && i < sizeof value; i++)
        value[i] = (int8_t)i;
    qd_h5_write_attribute(self, dataset, "flag_values", qd_h5_file_type(type), qd_h5_memory_type(type),
                          count < sizeof value ? count : sizeof value, value);
    qd_h5_write_text(self, dataset, "flag_meanings", flags);
}

/* Creates a dimension and keeps it open. */
static size_t make_scale(qd_h5_t *self, const char *path, qd_h5_type_t type, shape_t *shape, const char *name,
                         const char *units, const char *long_name)
{
    if (self->failed)
        return QD_H5_NONE;
    hid_t dataset = create_dataset(self, type, &(qd_h5_variable_t){.path = path}, shape);
    size_t number = dataset < 0 ? QD_H5_NONE : note_written(self, path, type, shape, dataset);
    if (number == QD_H5_NONE)
        return QD_H5_NONE;
    int id = (int)self->scales.count;
    self->variable[number].scale = true;
    qd_h5_need(self, qd_h5_scales_add(&self->scales, path, dataset, name), "making a dimension of", path);
    qd_h5_write_attribute(self, dataset, "_Netcdf4Dimid", H5T_STD_I32LE, H5T_NATIVE_INT, 0, &id);
    describe(self, dataset, units, long_name);
    return self->failed ? QD_H5_NONE : number;
}

size_t qd_h5_dimension(qd_h5_t *self, const char *path, size_t size, bool grows)
{
    shape_t shape = {.rank = 1, .size = {size}, .most = {grows ? H5S_UNLIMITED : size}, .grows = grows};
    char name[64];
    snprintf(name, sizeof name, "This is a netCDF dimension but not a netCDF variable.%10zu", size);
    return make_scale(self, path, QD_H5_BYTE, &shape, name, "1", "dimension without values");
}

size_t qd_h5_coordinate(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t size, const char *units,
                        const char *long_name)
{
    shape_t shape = {.rank = 1, .size = {size}, .most = {size}};
    return make_scale(self, path, type, &shape, strrchr(path, '/') + 1, units, long_name);
}

hsize_t qd_h5_dimension_length(const qd_h5_t *self, const char *path)
{
    const qd_h5_scale_t *scale = qd_h5_scales_find(&self->scales, path);
    return scale ? scale->size : 0;
}

static void measure(qd_h5_t *self, const qd_h5_variable_t *variable, shape_t *shape)
{
    shape->rank = (int)variable->rank;
    for (size_t i = 0; i < variable->rank && !self->failed; i++) {
        const qd_h5_scale_t *scale = qd_h5_scales_find(&self->scales, variable->dimension[i]);
        if (!scale) {
            qd_h5_fail(self, "finding dimension", variable->dimension[i]);
            return;
        }
        shape->size[i] = scale->size;
        shape->most[i] = scale->most;
        shape->grows = shape->grows || shape->most[i] == H5S_UNLIMITED;
    }
}

size_t qd_h5_define(qd_h5_t *self, const qd_h5_variable_t *variable, qd_h5_type_t type)
{
    shape_t shape = {0};
    measure(self, variable, &shape);
    if (self->failed)
        return QD_H5_NONE;
    hid_t dataset = create_dataset(self, type, variable, &shape);
    size_t number = dataset < 0 ? QD_H5_NONE : note_written(self, variable->path, type, &shape, dataset);
    if (number == QD_H5_NONE)
        return QD_H5_NONE;
    qd_h5_need(self, qd_h5_scales_attach(&self->scales, dataset, variable->rank, variable->dimension),
               "attaching a dimension to", variable->path);
    describe(self, dataset, variable->units, variable->long_name);
    const double nan = NAN;
    const int8_t none = QD_CF_NO_CODE;
    if (type == QD_H5_REAL)
        qd_h5_write_attribute(self, dataset, "_FillValue", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, &nan);
    if (type == QD_H5_CODE)
        qd_h5_write_attribute(self, dataset, "_FillValue", H5T_STD_I8LE, H5T_NATIVE_INT8, 1, &none);
    if (variable->flags)
        describe_flags(self, dataset, type, variable->flags);
    return self->failed ? QD_H5_NONE : number;
}

/* ---- values -------------------------------------------------------------------------------------------- */

static void write_selected(qd_h5_t *self, const qd_h5_written_t *variable, const hsize_t *start,
                           const hsize_t *count, const void *data)
{
    hid_t in_memory = qd_h5_memory_type(variable->type), space = H5Dget_space(variable->dataset);
    hid_t memory = H5Screate_simple((int)variable->rank, count, NULL);
    hid_t transfer = qd_h5_transfer(variable->type, (hsize_t)H5Sget_simple_extent_npoints(memory));
    bool written = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                   H5Dwrite(variable->dataset, in_memory, memory, space, transfer, data) >= 0;
    qd_h5_need(self, written, "writing variable", variable->path);
    bool closed = qd_h5_close_transfer(transfer);
    closed = H5Sclose(memory) >= 0 && closed;
    closed = H5Sclose(space) >= 0 && closed;
    closed = qd_h5_close_type(variable->type, in_memory) && closed;
    qd_h5_need(self, closed, "writing variable", variable->path);
}

void qd_h5_write_slab(qd_h5_t *self, size_t number, const hsize_t *start, const hsize_t *count,
                      qd_h5_values_t values)
{
    if (self->failed || number == QD_H5_NONE)
        return;
    qd_h5_written_t *variable = &self->variable[number];
    hsize_t elements = 1;
    for (size_t i = 0; i < variable->rank; i++)
        elements *= count[i];
    if (values.type != variable->type)
        qd_h5_fail(self, "writing values of another type to", variable->path);
    else if (elements > 0) {
        write_selected(self, variable, start, count, values.at);
        variable->sum += qd_digest_values(variable->rank, variable->size, start, count, values);
    }
}

void qd_h5_write(qd_h5_t *self, size_t number, qd_h5_values_t values)
{
    const hsize_t start[QD_H5_RANK_MAX] = {0};
    if (!self->failed && number != QD_H5_NONE)
        qd_h5_write_slab(self, number, start, self->variable[number].size, values);
}

void qd_h5_grow(qd_h5_t *self, size_t number, hsize_t size)
{
    if (self->failed || number == QD_H5_NONE)
        return;
    qd_h5_written_t *variable = &self->variable[number];
    qd_h5_need(self, H5Dset_extent(variable->dataset, &size) >= 0, "enlarging variable", variable->path);
    variable->size[0] = size;
}

void qd_h5_finish(qd_h5_t *self, size_t number)
{
    qd_h5_written_t *variable = number == QD_H5_NONE ? NULL : &self->variable[number];
    if (!variable || variable->scale || variable->dataset < 0)
        return;
    qd_h5_need(self, H5Dclose(variable->dataset) >= 0, "closing variable", variable->path);
    variable->dataset = -1;
}

void qd_h5_put(qd_h5_t *self, const qd_h5_variable_t *variable, qd_h5_values_t values)
{
    size_t number = qd_h5_define(self, variable, values.type);
    qd_h5_write(self, number, values);
    qd_h5_finish(self, number);
}

/* ---- the end ------------------------------------------------------------------------------------------- */

/* Closes all that a failure left open. */
static void close_written(qd_h5_t *self)
{
    for (size_t i = 0; i < self->written; i++) {
        qd_h5_finish(self, i);
        free(self->variable[i].path);
    }
    free(self->variable);
    self->variable = NULL;
    self->written = self->room = 0;
}

qd_status_t qd_h5_close(qd_h5_t *self, qd_error_t *error)
{
    if (self->written > 0 && !self->failed)
        qd_digest_write(self);
    close_written(self);
    qd_h5_need(self, qd_h5_scales_close(&self->scales, !self->failed),
               "writing which variables have a dimension", NULL);
    for (; self->kept > 0; self->kept--)
        qd_h5_need(self, H5Dclose(self->keep[self->kept - 1].variable) >= 0, "closing a variable", NULL);
    if (self->file >= 0) {
        qd_h5_need(self, H5Fclose(self->file) >= 0, "closing the file", NULL);
        (void)H5garbage_collect(); /* small objects of libhdf5 would hold pages all over the heap */
    }
    self->file = -1;
    qd_guard_end(self->guard);
    self->guard = NULL;
    qd_status_t status = self->absent ? QD_ERROR_INPUT : QD_ERROR_IO;
    return self->failed ? qd_error_add(error, status, "%s: %s", self->path, self->why) : QD_OK;
}
