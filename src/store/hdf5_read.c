#include "store/hdf5_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void qd_h5_refuse(qd_h5_t *self, const char *why)
{
    if (self->failed)
        return;
    self->failed = true;
    snprintf(self->why, sizeof self->why, "%s", why);
}

void qd_h5_open(qd_h5_t *self, const char *path)
{
    *self = (qd_h5_t){.file = -1};
    snprintf(self->path, sizeof self->path, "%s", path);
    qd_h5_prepare();
    if (access(path, R_OK) != 0) {
        qd_h5_refuse(self, strerror(errno));
        self->absent = true;
        return;
    }
    htri_t is = H5Fis_hdf5(path);
    if (is <= 0) {
        qd_h5_refuse(self, "not an HDF5 file");
        self->absent = true;
        return;
    }
    self->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (self->file < 0) {
        qd_h5_fail(self, "opening the file (cut off or damaged?)", NULL);
        self->absent = true;
    }
}

bool qd_h5_exists(qd_h5_t *self, const char *path)
{
    if (self->failed)
        return false;
    /* H5Lexists asks for one link at a time: the groups on the way first. */
    char prefix[1024];
    if (strlen(path) >= sizeof prefix)
        return false;
    for (const char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        snprintf(prefix, sizeof prefix, "%.*s", (int)(slash - path), path);
        if (H5Lexists(self->file, prefix, H5P_DEFAULT) <= 0)
            return false;
    }
    return H5Lexists(self->file, path, H5P_DEFAULT) > 0;
}

char *qd_h5_get_text(qd_h5_t *self, const char *path, const char *name)
{
    if (self->failed || H5Aexists_by_name(self->file, path, name, H5P_DEFAULT) <= 0)
        return NULL;
    char *value = NULL, *copy = NULL;
    hid_t attribute = H5Aopen_by_name(self->file, path, name, H5P_DEFAULT, H5P_DEFAULT);
    hid_t type = qd_h5_memory_type(QD_H5_TEXT), space = H5Aget_space(attribute);
    if (attribute < 0 || H5Sget_simple_extent_npoints(space) != 1 || H5Aread(attribute, type, &value) < 0)
        qd_h5_fail(self, "reading attribute", name);
    else if ((copy = strdup(value == NULL ? "" : value)) == NULL)
        qd_h5_refuse(self, "out of memory");
    if (value != NULL)
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, &value);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return copy;
}

static bool get_number(qd_h5_t *self, const char *path, const char *name, hid_t type, void *value)
{
    if (self->failed || H5Aexists_by_name(self->file, path, name, H5P_DEFAULT) <= 0)
        return false;
    hid_t attribute = H5Aopen_by_name(self->file, path, name, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Aget_space(attribute);
    if (attribute < 0 || H5Sget_simple_extent_npoints(space) != 1 || H5Aread(attribute, type, value) < 0)
        qd_h5_fail(self, "reading attribute", name);
    H5Sclose(space);
    H5Aclose(attribute);
    return !self->failed;
}

bool qd_h5_get_hash(qd_h5_t *self, const char *path, const char *name, uint64_t *value)
{
    return get_number(self, path, name, H5T_NATIVE_UINT64, value);
}

bool qd_h5_get_real(qd_h5_t *self, const char *path, const char *name, double *value)
{
    return get_number(self, path, name, H5T_NATIVE_DOUBLE, value);
}

bool qd_h5_get_whole(qd_h5_t *self, const char *path, const char *name, int64_t *value)
{
    return get_number(self, path, name, H5T_NATIVE_INT64, value);
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

size_t qd_h5_length(qd_h5_t *self, const char *path, size_t axis)
{
    hid_t dataset = qd_h5_open_variable(self, path);
    if (dataset < 0)
        return 0;
    hsize_t size[H5S_MAX_RANK] = {0};
    hid_t space = H5Dget_space(dataset);
    int rank = H5Sget_simple_extent_dims(space, size, NULL);
    H5Sclose(space);
    H5Dclose(dataset);
    if (rank <= (int)axis)
        qd_h5_refuse(self, "a variable has fewer dimensions than expected");
    return self->failed ? 0 : (size_t)size[axis];
}

static size_t size_of(qd_h5_type_t type)
{
    return type == QD_H5_BYTE ? 1 : type == QD_H5_TEXT ? sizeof(char *) : 8;
}

/* Replaces HDF5's strings by copies that free() takes. */
static void adopt_texts(qd_h5_t *self, hid_t type, hid_t space, char **text, size_t count)
{
    char **copy = calloc(count + 1, sizeof *copy);
    bool whole = copy != NULL;
    for (size_t i = 0; whole && i < count; i++)
        whole = (copy[i] = strdup(text[i] == NULL ? "" : text[i])) != NULL;
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, text);
    memset(text, 0, count * sizeof *text);
    if (!whole)
        qd_h5_refuse(self, "out of memory");
    if (copy != NULL)
        memcpy(text, copy, count * sizeof *text);
    free(copy);
}

void *qd_h5_read(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t *count)
{
    *count = 0;
    hid_t dataset = qd_h5_open_variable(self, path);
    if (dataset < 0)
        return NULL;
    hid_t in_memory = qd_h5_memory_type(type), space = H5Dget_space(dataset);
    hssize_t elements = H5Sget_simple_extent_npoints(space);
    void *data = elements < 0 ? NULL : calloc((size_t)elements + 1, size_of(type));
    if (data == NULL)
        qd_h5_refuse(self, "out of memory");
    else if (elements > 0 && H5Dread(dataset, in_memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        qd_h5_fail(self, "reading variable", path);
    else if (type == QD_H5_TEXT)
        adopt_texts(self, in_memory, space, data, (size_t)elements);
    if (!self->failed)
        *count = (size_t)elements;
    H5Sclose(space);
    H5Dclose(dataset);
    if (type == QD_H5_TEXT)
        H5Tclose(in_memory);
    if (self->failed) {
        free(data);
        return NULL;
    }
    return data;
}

/* Opens a variable with a small cache of its chunks: there may be many, each read from its beginning to its
 * end. */
static hid_t open_small(qd_h5_t *self, const char *path)
{
    hid_t access = qd_h5_access_list((size_t)1 << 16);
    hid_t variable = H5Dopen2(self->file, path, access);
    H5Pclose(access);
    if (variable < 0)
        qd_h5_fail(self, "opening variable", path);
    return variable;
}

/* The variable, and whether it is to be closed after use. */
static hid_t find_open(qd_h5_t *self, const char *path, bool *passing)
{
    *passing = false;
    for (size_t i = 0; i < self->kept; i++)
        if (strcmp(self->keep[i].path, path) == 0)
            return self->keep[i].variable;
    hid_t variable = open_small(self, path);
    qd_h5_kept_t *keep = &self->keep[self->kept];
    *passing = self->kept == QD_H5_KEPT_MOST || strlen(path) >= sizeof keep->path;
    if (variable < 0 || *passing)
        return variable;
    snprintf(keep->path, sizeof keep->path, "%s", path);
    keep->variable = variable;
    self->kept++;
    return variable;
}

void qd_h5_read_slab(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t rank, const hsize_t *start,
                     const hsize_t *count, void *data)
{
    bool passing;
    hid_t dataset = self->failed ? -1 : find_open(self, path, &passing);
    if (dataset < 0)
        return;
    hid_t space = H5Dget_space(dataset), memory = H5Screate_simple((int)rank, count, NULL);
    if (H5Sget_simple_extent_ndims(space) != (int)rank ||
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) < 0 ||
        H5Dread(dataset, qd_h5_memory_type(type), memory, space, H5P_DEFAULT, data) < 0)
        qd_h5_fail(self, "reading variable", path);
    H5Sclose(memory);
    H5Sclose(space);
    if (passing)
        H5Dclose(dataset);
}
