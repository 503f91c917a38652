/* Dimensions of a file that is being written: the scales of netCDF-4, as the HDF5 Dimension Scale
 * Specification defines them.
 *
 * A variable names its scales (attribute DIMENSION_LIST) and a scale its variables (REFERENCE_LIST). HDF5's
 * own H5DSattach_scale reads, enlarges and rewrites the latter for every variable: time grows with the square
 * of the number of variables, and a result has five hundred. Here the list of a scale is kept in memory and
 * written once, when the file is closed.
 *
 * Both lists state the same. A reader therefore finds damage to one of them by comparing it with the other.
 * For hdf5_*.c and digest.c only. */
#ifndef QD_STORE_HDF5_SCALES_H
#define QD_STORE_HDF5_SCALES_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>

#define QD_H5_RANK_MAX 4

/* A variable whose dimension number `dimension` is the scale. */
typedef struct {
    hobj_ref_t variable;
    int dimension;
} qd_h5_use_t;

typedef struct {
    char path[128];
    hid_t dataset; /* open until the file is closed */
    hobj_ref_t reference;
    hsize_t size, most; /* initial and greatest length */
    size_t uses, capacity;
    qd_h5_use_t *use;
} qd_h5_scale_t;

typedef struct {
    size_t count, capacity;
    qd_h5_scale_t *scale; /* in order of creation */
} qd_h5_scales_t;

/* Makes `dataset`, which qd_h5_scales_close closes, the scale at `path`; `name` as in H5DSset_scale. False
 * when HDF5 fails or memory is short, as below; a dataset that could not be noted stays open until its file
 * is closed. */
bool qd_h5_scales_add(qd_h5_scales_t *self, const char *path, hid_t dataset, const char *name);

/* NULL where there is none. */
const qd_h5_scale_t *qd_h5_scales_find(const qd_h5_scales_t *self, const char *path);

/* Attaches the dimensions to a variable, slowest first; all were found before. */
bool qd_h5_scales_attach(qd_h5_scales_t *self, hid_t variable, size_t rank, const char *const path[]);

/* Writes the REFERENCE_LIST of every scale if `write`, closes them and frees all. */
bool qd_h5_scales_close(qd_h5_scales_t *self, bool write);

/* ---- reading ------------------------------------------------------------------------------------------- */

#define QD_H5_DIMENSION_LIST "DIMENSION_LIST"
#define QD_H5_REFERENCE_LIST "REFERENCE_LIST"

/* A scale, and a variable that it is attached to. */
typedef struct {
    hobj_ref_t scale;
    qd_h5_use_t use;
} qd_h5_attached_t;

typedef struct {
    size_t count, capacity;
    qd_h5_attached_t *at;
} qd_h5_attachments_t;

/* What the variables of a file state in their DIMENSION_LIST, and the scales in their REFERENCE_LIST.
 * Zero-initialised: nothing was read. */
typedef struct {
    qd_h5_attachments_t of_variables, of_scales;
    qd_h5_attachments_t unread; /* variables (use.variable) whose DIMENSION_LIST is not read */
    bool short_of_memory;
} qd_h5_lists_t;

/* Takes the scales of a variable, one for each axis, from its DIMENSION_LIST. False if the list is damaged or
 * memory is short, as for the functions below. */
bool qd_h5_lists_take_scales(qd_h5_lists_t *self, hid_t variable, hid_t attribute);

/* Takes the variables of a scale from its REFERENCE_LIST. */
bool qd_h5_lists_take_uses(qd_h5_lists_t *self, hid_t scale, hid_t attribute);

/* Notes that the variables of a group are not read. */
bool qd_h5_lists_leave_out(qd_h5_lists_t *self, hid_t group);

/* Whether both lists agree; if not, `name` receives the path of a variable or scale where they differ. */
bool qd_h5_lists_agree(qd_h5_lists_t *self, hid_t file, char *name, size_t size);

void qd_h5_lists_free(qd_h5_lists_t *self);

#endif
