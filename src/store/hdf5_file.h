/* Writing and reading HDF5 files that are netCDF-4 files too. Only this file and hdf5_*.c call HDF5.
 *
 * Errors are sticky: after the first failure every call returns at once, and qd_h5_close reports the failure,
 * so that the code which lays out a file reads from top to bottom. Paths of objects are absolute
 * ("/summary/wars/mean"). Create a group before its members. HDF5 1.10 is not thread-safe: one thread at a
 * time. */
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

/* An array together with its type. Only the functions below make one, so that an array of another type does
 * not compile. */
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

/* A variable that is read slab by slab stays open; at most so many are open at once. */
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
    uint64_t sum;          /* digest of the values written so far, as in digest.h */
    hid_t dataset;         /* -1 once it is finished */
    bool scale;            /* a dimension, which qd_h5_scales_close closes */
} qd_h5_written_t;

/* Why a call to libhdf5 failed. */
typedef struct {
    char why[256]; /* text of the innermost error, or the part of it that came from the system */
    bool system;   /* a system call failed: libhdf5 quotes strerror, or names a call to stat */
    bool memory;   /* libhdf5 was refused memory */
} qd_h5_reason_t;

typedef struct {
    hid_t file;
    char path[4096];
    qd_h5_scales_t scales; /* dimensions, while writing; the position of one is its _Netcdf4Dimid */
    size_t written, room;  /* variables, while writing */
    qd_h5_written_t *variable;
    const qd_runner_t *runner; /* of qd_h5_write_slabs; NULL: one chunk after another */
    struct qd_guard *guard;    /* while reading: the child process that reads */
    bool second;               /* it is the second one: the first crashed */
    size_t kept;               /* in that child */
    qd_h5_kept_t keep[QD_H5_KEPT_MOST];
    char digest[33];       /* digest of the file as written, or as read last */
    qd_h5_reason_t reason; /* of the first failure, while libhdf5 failed */
    bool failed;
    bool fault;  /* the failure is a lack of memory, whatever the file holds */
    bool absent; /* the failure is that no whole HDF5 file has that name: wrong input, not a fault */
    char why[512];
} qd_h5_t;

/* From a stack of errors, H5E_DEFAULT for the present one. */
void qd_h5_find_reason(hid_t stack, qd_h5_reason_t *reason);

/* A variable over dimensions that exist. */
typedef struct {
    const char *path;
    size_t rank;
    const char *dimension[QD_H5_RANK_MAX]; /* paths of their scales, slowest first */
    const char *units, *long_name;         /* units as in the registry; NULL for texts */
    const char *flags;                     /* meanings of codes 0, 1, ..., with blanks between; or NULL */
    hsize_t chunk; /* elements of a chunk at most; 0: contiguous where no dimension can grow */
    hsize_t step;  /* elements of its slowest dimension written at once; chunks divide it; 0: unknown */
    bool compress; /* shuffle and deflate (level 1) unless small; needs chunk > 0 */
    bool alike;    /* whole values repeat: deflate without shuffle, which then compresses better */
} qd_h5_variable_t;

/* ---- writing ------------------------------------------------------------------------------------------- */

/* Creates a file, replacing one of that name. */
void qd_h5_create(qd_h5_t *self, const char *path);

/* Closes the file (if open) and returns the first failure, which is added to `error`. */
QD_MUST_USE qd_status_t qd_h5_close(qd_h5_t *self, qd_error_t *error);

/* Starts writeback of the bytes written so far and returns, which shortens the final sync. */
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

/* Creates a dimension without values; one that can grow starts at `size`. */
size_t qd_h5_dimension(qd_h5_t *self, const char *path, size_t size, bool grows);

/* Creates a dimension with values: a coordinate variable of length `size` and type `type`. */
size_t qd_h5_coordinate(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t size, const char *units,
                        const char *long_name);

/* Creates a variable; doubles are filled with NaN, codes with QD_CF_NO_CODE. */
size_t qd_h5_define(qd_h5_t *self, const qd_h5_variable_t *variable, qd_h5_type_t type);

/* Writes a whole variable, or a slab of it: `start` and `count` have one entry for each dimension. Write no
 * element twice. Values of another type than the variable's are a failure. An empty array may be NULL. */
void qd_h5_write(qd_h5_t *self, size_t number, qd_h5_values_t values);
void qd_h5_write_slab(qd_h5_t *self, size_t number, const hsize_t *start, const hsize_t *count,
                      qd_h5_values_t values);

/* A slab for qd_h5_write_slabs. */
typedef struct {
    size_t variable;
    hsize_t start[QD_H5_RANK_MAX], count[QD_H5_RANK_MAX];
    qd_h5_values_t values;
} qd_h5_slab_t;

/* Writes slabs as qd_h5_write_slab does. The threads of self->runner digest and pack the slabs of whole
 * chunks of packed variables, which are then written directly (H5Dwrite_chunk). */
void qd_h5_write_slabs(qd_h5_t *self, size_t slabs, const qd_h5_slab_t slab[]);

void qd_h5_grow(qd_h5_t *self, size_t number, hsize_t size); /* of one dimension */
void qd_h5_finish(qd_h5_t *self, size_t number);

/* Creates a variable, writes all of it and finishes it. */
void qd_h5_put(qd_h5_t *self, const qd_h5_variable_t *variable, qd_h5_values_t values);

/* Length of a dimension that this file created; 0 where there is none. */
hsize_t qd_h5_dimension_length(const qd_h5_t *self, const char *path);

/* ---- reading: a child process does it, see guard.h ----------------------------------------------------- */

/* Opens a file for reading. Fails with a reason where the file is missing, not HDF5, or cut off. Links to
 * other files are never followed: reading one is a failure. */
void qd_h5_open(qd_h5_t *self, const char *path);

/* Refuses an open file that refers to other files anywhere. Walks the whole file, which takes as long as a
 * few hundred reads: call it once for each file that a command opens. */
void qd_h5_vet(qd_h5_t *self);

/* Reads the file (/worlds and /parts only if `rows`), and fails where its digests (digest.h) show that it was
 * changed or damaged. */
void qd_h5_check(qd_h5_t *self, bool rows);

/* The same by so many child processes at once, each of which reads a share of the values. */
void qd_h5_check_by(qd_h5_t *self, bool rows, size_t readers);

/* Number of child processes that pay for the open file: at most `threads`, and one for each 8 MiB. */
size_t qd_h5_readers(const qd_h5_t *self, size_t threads);

bool qd_h5_exists(qd_h5_t *self, const char *path);

/* Attribute of "/" or another object: malloc'ed text; NULL (without failing) where there is none. */
char *qd_h5_get_text(qd_h5_t *self, const char *path, const char *name);
bool qd_h5_get_hash(qd_h5_t *self, const char *path, const char *name, uint64_t *value);
bool qd_h5_get_real(qd_h5_t *self, const char *path, const char *name, double *value);
bool qd_h5_get_whole(qd_h5_t *self, const char *path, const char *name, int64_t *value);

/* Length of dimension `axis` of a variable; 0 after a failure. */
size_t qd_h5_length(qd_h5_t *self, const char *path, size_t axis);

/* A whole variable (malloc'ed; texts are malloc'ed one by one); `count`: its number of elements. */
void *qd_h5_read(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t *count);
void qd_h5_read_slab(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t rank, const hsize_t *start,
                     const hsize_t *count, void *data);

/* ---- for the files of this class ----------------------------------------------------------------------- */

/* Disables HDF5's error printing and its cleanup at exit; call it before any other call of HDF5. */
void qd_h5_prepare(void);

/* Access properties of a file, to be closed by H5Pclose: without libhdf5's locking (lock.h locks, also where
 * the file system cannot), and closing the file closes all its objects. */
hid_t qd_h5_file_access(void);

/* Length of the chunks of a dimension: the least number of chunks of at most `most` elements, equally long so
 * that little is wasted. */
hsize_t qd_h5_chunk(hsize_t size, hsize_t most);

/* Notes the present HDF5 error as the first failure: "PATH: DOING failed: why". */
void qd_h5_fail(qd_h5_t *self, const char *doing, const char *object);

/* Notes `why` as the first failure: a fault, and for the second function wrong input, as the file's contents
 * are wrong. */
void qd_h5_refuse(qd_h5_t *self, const char *why);
void qd_h5_refuse_contents(qd_h5_t *self, const char *why);

/* Notes as the first failure that memory is short: a fault, whatever the file holds. */
void qd_h5_no_memory(qd_h5_t *self);

/* Fails, as qd_h5_fail does, where `done` is false. */
void qd_h5_need(qd_h5_t *self, bool done, const char *doing, const char *object);

/* HDF5 types of values in memory and in a file; qd_h5_close_type closes them. */
hid_t qd_h5_memory_type(qd_h5_type_t type);
hid_t qd_h5_file_type(qd_h5_type_t type);
bool qd_h5_close_type(qd_h5_type_t type, hid_t id);

/* Properties of a transfer of `count` values; qd_h5_close_transfer closes them. HDF5 would clear a megabyte
 * for each conversion of texts, however few they are. */
hid_t qd_h5_transfer(qd_h5_type_t type, hsize_t count);
bool qd_h5_close_transfer(hid_t id);

/* Attributes of an open object: a text, and `count` values (0: a scalar) of any type. */
void qd_h5_write_text(qd_h5_t *self, hid_t object, const char *name, const char *value);
void qd_h5_write_attribute(qd_h5_t *self, hid_t object, const char *name, hid_t in_file, hid_t in_memory,
                           size_t count, const void *value);

#endif
