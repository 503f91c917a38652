/* Writing and reading HDF5 files that are netCDF-4 files too. The only place, with hdf5_*.c, that calls
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
#include "quadrille/runner.h"
#include "store/hdf5_scales.h"

/* double, int64_t, uint8_t, uint64_t, const char *, int8_t */
typedef enum { QD_H5_REAL, QD_H5_WHOLE, QD_H5_BYTE, QD_H5_HASH, QD_H5_TEXT, QD_H5_CODE } qd_h5_type_t;

/* An array together with its type. The functions below are the only way to make one, so that an array of
 * another type does not compile. */
typedef struct {
    qd_h5_type_t type;
    const void *at;
} qd_h5_values_t;

static inline qd_h5_values_t qd_h5_reals(const double *array)
{
    return (qd_h5_values_t){QD_H5_REAL, array};
}

static inline qd_h5_values_t qd_h5_wholes(const int64_t *array)
{
    return (qd_h5_values_t){QD_H5_WHOLE, array};
}

static inline qd_h5_values_t qd_h5_bytes(const uint8_t *array)
{
    return (qd_h5_values_t){QD_H5_BYTE, array};
}

/* Codes 0, 1, ...; QD_CF_NO_CODE where there is none. */
static inline qd_h5_values_t qd_h5_codes(const int8_t *array)
{
    return (qd_h5_values_t){QD_H5_CODE, array};
}

static inline qd_h5_values_t qd_h5_hashes(const uint64_t *array)
{
    return (qd_h5_values_t){QD_H5_HASH, array};
}

static inline qd_h5_values_t qd_h5_texts(const char *const *array)
{
    return (qd_h5_values_t){QD_H5_TEXT, array};
}

/* A variable that is read piece by piece stays open, as long as there are not more of them. */
#define QD_H5_KEPT_MOST 64
typedef struct {
    char path[128];
    hid_t variable;
} qd_h5_kept_t;

/* A variable that is being written, or was. */
typedef struct {
    char *path;
    qd_h5_type_t type;
    size_t rank;
    hsize_t size[QD_H5_RANK_MAX], chunk[QD_H5_RANK_MAX];
    bool packed, shuffled; /* its chunks are deflated, their bytes shuffled before */
    uint64_t sum;          /* of the values handed over, as in digest.h */
    hid_t dataset;         /* -1 once it is finished */
    bool scale;            /* a dimension, which qd_h5_scales_close closes */
} qd_h5_written_t;

typedef struct {
    hid_t file;
    char path[4096];
    qd_h5_scales_t scales; /* dimensions, while writing; the position of one is its _Netcdf4Dimid */
    size_t written, room;  /* variables, while writing */
    qd_h5_written_t *variable;
    const qd_runner_t *runner; /* of qd_h5_write_slabs; NULL: one chunk after another */
    struct qd_guard *guard;    /* while reading: the child that does it */
    size_t kept;               /* in that child */
    qd_h5_kept_t keep[QD_H5_KEPT_MOST];
    char digest[33]; /* of the file as it was written, or as it was read last */
    bool failed;
    bool fault;  /* it failed because memory is short, whatever the file holds */
    bool absent; /* it failed because there is no whole HDF5 file of that name: wrong input, not a fault */
    char why[512];
} qd_h5_t;

/* Why a call to libhdf5 failed. */
typedef struct {
    char why[256]; /* of the innermost error: its text, or the part of it that the system said */
    bool system;   /* a call to the system failed: libhdf5 quotes strerror, or names a call to stat */
} qd_h5_reason_t;

/* From a stack of errors, H5E_DEFAULT for the present one. */
void qd_h5_find_reason(hid_t stack, qd_h5_reason_t *reason);

/* A variable over dimensions that exist. */
typedef struct {
    const char *path;
    size_t rank;
    const char *dimension[QD_H5_RANK_MAX]; /* paths of their scales, slowest first */
    const char *units, *long_name;         /* units as in the registry; NULL for texts */
    const char *flags;                     /* meanings of codes 0, 1, ..., with blanks between; or NULL */
    hsize_t chunk; /* at most so many elements a chunk; 0: contiguous where no dimension can grow */
    hsize_t step;  /* of its slowest dimension are written at once: chunks divide them; 0: unknown */
    bool compress; /* shuffle and deflate, level 1, what is not small; needs chunk > 0 */
    bool alike;    /* whole values repeat: deflate without shuffle makes them smaller */
} qd_h5_variable_t;

/* ---- writing ------------------------------------------------------------------------------------------- */

/* Creates a file, replacing one of that name. */
void qd_h5_create(qd_h5_t *self, const char *path);

/* Closes the file (if open) and returns the first failure, which is added to `error`. */
QD_MUST_USE qd_status_t qd_h5_close(qd_h5_t *self, qd_error_t *error);

/* Asks the system to begin writing what was written so far to the disk, and goes on: less is left for the
 * sync. */
void qd_h5_hasten(qd_h5_t *self);

/* The descriptor of an open file; -1 where there is none. */
int qd_h5_descriptor(const qd_h5_t *self);

void qd_h5_group(qd_h5_t *self, const char *path);

/* Attributes of the object at `path` ("/" for the file). */
void qd_h5_set_text(qd_h5_t *self, const char *path, const char *name, const char *value);
void qd_h5_set_ascii(qd_h5_t *self, const char *path, const char *name,
                     const char *value); /* of fixed length */
void qd_h5_set_whole(qd_h5_t *self, const char *path, const char *name, int64_t value);
void qd_h5_set_hash(qd_h5_t *self, const char *path, const char *name, uint64_t value);
void qd_h5_set_reals(qd_h5_t *self, const char *path, const char *name, const double *value,
                     size_t count); /* count 0: a scalar */

/* A variable of a file that is being written, by its number; QD_H5_NONE after a failure, and then the
 * functions below do nothing. A variable stays open until qd_h5_finish, a dimension until the file is
 * closed. */
#define QD_H5_NONE SIZE_MAX

/* A dimension without values of its own; one that can grow starts at `size`. */
size_t qd_h5_dimension(qd_h5_t *self, const char *path, size_t size, bool grows);

/* A dimension with values: a coordinate variable, `size` long, of type `type`. */
size_t qd_h5_coordinate(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t size, const char *units,
                        const char *long_name);

/* Creates a variable; doubles are filled with NaN, codes with QD_CF_NO_CODE. */
size_t qd_h5_define(qd_h5_t *self, const qd_h5_variable_t *variable, qd_h5_type_t type);

/* Writes all of a variable, or a slab of it: as many starts and counts as it has dimensions. No element is
 * written twice. Values of another type than the variable's are a failure. An empty array may be NULL. */
void qd_h5_write(qd_h5_t *self, size_t number, qd_h5_values_t values);
void qd_h5_write_slab(qd_h5_t *self, size_t number, const hsize_t *start, const hsize_t *count,
                      qd_h5_values_t values);

/* A slab for qd_h5_write_slabs. */
typedef struct {
    size_t variable;
    hsize_t start[QD_H5_RANK_MAX], count[QD_H5_RANK_MAX];
    qd_h5_values_t values;
} qd_h5_slab_t;

/* Writes slabs as qd_h5_write_slab does. Of variables that are packed, slabs of whole chunks are summed and
 * packed by the threads of self->runner, and written as they are (H5Dwrite_chunk). */
void qd_h5_write_slabs(qd_h5_t *self, size_t slabs, const qd_h5_slab_t slab[]);

void qd_h5_grow(qd_h5_t *self, size_t number, hsize_t size); /* of one dimension */
void qd_h5_finish(qd_h5_t *self, size_t number);

/* Creates a variable, writes all of it and finishes it. */
void qd_h5_put(qd_h5_t *self, const qd_h5_variable_t *variable, qd_h5_values_t values);

/* Length of a dimension that was made; 0 where there is none. */
hsize_t qd_h5_dimension_length(const qd_h5_t *self, const char *path);

/* ---- reading: a child process does it, see guard.h ----------------------------------------------------- */

/* Opens a file for reading. Says what is wrong with one that is not there, not HDF5, or cut off. What leads
 * to other files is never followed: to read it is a failure. */
void qd_h5_open(qd_h5_t *self, const char *path);

/* Refuses an open file that has anything that leads to other files. The whole file is looked over, which
 * takes as long as a few hundred reads: for the first time that a command opens it. */
void qd_h5_vet(qd_h5_t *self);

/* Reads the file, /worlds and /parts only if `rows`, and fails where its digests (digest.h) say that it was
 * changed or damaged. */
void qd_h5_check(qd_h5_t *self, bool rows);

/* The same by so many children at once, each of which reads a share of the values. */
void qd_h5_check_by(qd_h5_t *self, bool rows, size_t readers);

/* Children that are worth their start for the open file: at most `threads`, and one for each 2 MiB. */
size_t qd_h5_readers(const qd_h5_t *self, size_t threads);

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

/* ---- for the files of this class ---------------------------------------------------------------------- */

/* Silences HDF5's own printing and its cleaning up at exit; before anything else is asked of it. */
void qd_h5_prepare(void);

/* Access properties of a file, close with H5Pclose: libhdf5 does not lock it (lock.h does, also where the
 * file system cannot), and closing it closes whatever is open in it. */
hid_t qd_h5_file_access(void);

/* Length of the chunks of a dimension: as few as hold at most `most` each, and equally long, so that little
 * is wasted. */
hsize_t qd_h5_chunk(hsize_t size, hsize_t most);

/* Notes the present HDF5 error as the first failure: "PATH: DOING failed: why". */
void qd_h5_fail(qd_h5_t *self, const char *doing, const char *object);

/* Notes as the first failure that the contents of a file are not what they should be. */
void qd_h5_refuse(qd_h5_t *self, const char *why);

/* Notes as the first failure that memory is short: a fault, whatever the file holds. */
void qd_h5_no_memory(qd_h5_t *self);

/* Fails, as qd_h5_fail does, unless what was `doing` is done. */
void qd_h5_need(qd_h5_t *self, bool done, const char *doing, const char *object);

/* HDF5 types of values in memory and in a file; qd_h5_close_type closes them. */
hid_t qd_h5_memory_type(qd_h5_type_t type);
hid_t qd_h5_file_type(qd_h5_type_t type);
bool qd_h5_close_type(qd_h5_type_t type, hid_t id);

/* Attributes of an open object: a text, and `count` values (0: a scalar) of any type. */
void qd_h5_write_text(qd_h5_t *self, hid_t object, const char *name, const char *value);
void qd_h5_write_attribute(qd_h5_t *self, hid_t object, const char *name, hid_t in_file, hid_t in_memory,
                           size_t count, const void *value);

#endif
