/* Writing and reading HDF5 files that are netCDF-4 files too. The only place, with hdf5_read.c, that calls
 * HDF5.
 *
 * Errors stick: after the first failure every call does nothing, and qd_h5_close tells what went wrong, so
 * that the code which lays out a file can be read from top to bottom. Paths of objects are absolute
 * ("/summary/wars/mean"); groups must exist before what lies in them. HDF5 1.10 is not thread-safe: one
 * thread at a time. */
#ifndef QD_STORE_HDF5_FILE_H
#define QD_STORE_HDF5_FILE_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "store/hdf5_scales.h"

/* A variable that is read piece by piece stays open, as long as there are not more of them. */
#define QD_H5_KEPT_MOST 64
typedef struct {
    char path[128];
    hid_t variable;
} qd_h5_kept_t;

typedef struct {
    hid_t file;
    char path[4096];
    qd_h5_scales_t scales; /* dimensions, while writing; the position of one is its _Netcdf4Dimid */
    size_t kept;           /* while reading */
    qd_h5_kept_t keep[QD_H5_KEPT_MOST];
    bool failed;
    bool absent; /* it failed because there is no whole HDF5 file of that name */
    char why[512];
} qd_h5_t;

typedef enum {
    QD_H5_REAL,
    QD_H5_WHOLE,
    QD_H5_BYTE,
    QD_H5_HASH,
    QD_H5_TEXT
} qd_h5_type_t; /* double, int64_t,
uint8_t, uint64_t, const char * */

/* A variable over dimensions that exist. */
typedef struct {
    const char *path;
    qd_h5_type_t type;
    size_t rank;
    const char *dimension[QD_H5_RANK_MAX]; /* paths of their scales, slowest first */
    const char *units, *long_name;         /* units NULL: "text" */
    hsize_t chunk; /* at most so many elements a chunk; 0: contiguous where no dimension can grow */
    bool compress; /* shuffle and deflate, level 1, what is not small; needs chunk > 0 */
} qd_h5_variable_t;

/* ---- writing ------------------------------------------------------------------------------------------- */

/* Creates a file, replacing one of that name. */
void qd_h5_create(qd_h5_t *self, const char *path);

/* Closes the file (if open) and returns the first failure, which is added to `error`. */
QD_MUST_USE qd_status_t qd_h5_close(qd_h5_t *self, qd_error_t *error);

/* Asks the system to begin writing what was written so far to the disk, and goes on: less is left for the
 * sync. */
void qd_h5_hasten(qd_h5_t *self);

void qd_h5_group(qd_h5_t *self, const char *path);

/* Attributes of the object at `path` ("/" for the file). */
void qd_h5_set_text(qd_h5_t *self, const char *path, const char *name, const char *value);
void qd_h5_set_ascii(qd_h5_t *self, const char *path, const char *name,
                     const char *value); /* of fixed length */
void qd_h5_set_whole(qd_h5_t *self, const char *path, const char *name, int64_t value);
void qd_h5_set_hash(qd_h5_t *self, const char *path, const char *name, uint64_t value);
void qd_h5_set_reals(qd_h5_t *self, const char *path, const char *name, const double *value,
                     size_t count); /* count 0: a scalar */

/* A dimension without values of its own; one that can grow starts at `size`. */
void qd_h5_dimension(qd_h5_t *self, const char *path, size_t size, bool grows);

/* A dimension with values: a coordinate variable, `size` long, of type `type`. */
void qd_h5_coordinate(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t size, const char *units,
                      const char *long_name);

/* Creates a variable; doubles are filled with NaN. Gives it open, to be closed with qd_h5_close_variable; -1
 * after a failure. */
hid_t qd_h5_define(qd_h5_t *self, const qd_h5_variable_t *variable);

/* Creates a variable and writes all of it. */
void qd_h5_put(qd_h5_t *self, const qd_h5_variable_t *variable, const void *data);

/* Length of a dimension that was made; 0 where there is none. */
hsize_t qd_h5_dimension_length(const qd_h5_t *self, const char *path);

/* Writes all of a variable; `data` may be NULL only where it has no elements. */
void qd_h5_write(qd_h5_t *self, const char *path, qd_h5_type_t type, const void *data);

/* Open variables, for those written (or read) piece by piece. */
hid_t qd_h5_open_variable(qd_h5_t *self, const char *path);
void qd_h5_write_slab(qd_h5_t *self, hid_t variable, qd_h5_type_t type, size_t rank, const hsize_t *start,
                      const hsize_t *count, const void *data);
void qd_h5_grow(qd_h5_t *self, hid_t variable, hsize_t size); /* first dimension */
void qd_h5_close_variable(hid_t variable);

/* ---- reading ------------------------------------------------------------------------------------------- */

/* Opens a file for reading. Says what is wrong with one that is not there, not HDF5, or cut off. */
void qd_h5_open(qd_h5_t *self, const char *path);

bool qd_h5_exists(qd_h5_t *self, const char *path);

/* Attribute of "/" or another object: malloc'ed text; NULL (without failing) where there is none. */
char *qd_h5_get_text(qd_h5_t *self, const char *path, const char *name);
bool qd_h5_get_hash(qd_h5_t *self, const char *path, const char *name, uint64_t *value);
bool qd_h5_get_real(qd_h5_t *self, const char *path, const char *name, double *value);
bool qd_h5_get_whole(qd_h5_t *self, const char *path, const char *name, int64_t *value);

/* Length of dimension `axis` of a variable; 0 after a failure. */
size_t qd_h5_length(qd_h5_t *self, const char *path, size_t axis);

/* All of a variable (malloc'ed; texts are malloc'ed one by one), `count` its number of elements. */
void *qd_h5_read(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t *count);
void qd_h5_read_slab(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t rank, const hsize_t *start,
                     const hsize_t *count, void *data);

/* ---- for both files of this class ---------------------------------------------------------------------- */

/* Silences HDF5's own printing and its cleaning up at exit; before anything else is asked of it. */
void qd_h5_prepare(void);

/* Length of the chunks of a dimension: as few as hold at most `most` each, and equally long, so that little
 * is wasted. */
hsize_t qd_h5_chunk(hsize_t size, hsize_t most);

/* Notes the present HDF5 error as the first failure: "PATH: DOING failed: why". */
void qd_h5_fail(qd_h5_t *self, const char *doing, const char *object);

/* Notes as the first failure that the contents of a file are not what they should be. */
void qd_h5_refuse(qd_h5_t *self, const char *why);

/* Access properties of a variable with a cache of so many bytes for its chunks, where HDF5 would take a
 * megabyte for each; close with H5Pclose. */
hid_t qd_h5_access_list(size_t cache);

/* HDF5 type of values in memory; close with H5Tclose when it is QD_H5_TEXT. */
hid_t qd_h5_memory_type(qd_h5_type_t type);

#endif
