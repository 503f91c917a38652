/* The chunks of a variable that are in its file. HDF5 reads the others as the fill value, which takes nearly
 * as long as reading what was written: the rows of worlds that were not played, or that points have fewer of,
 * would delay every check of a large file. */
#ifndef QD_STORE_HDF5_STORED_H
#define QD_STORE_HDF5_STORED_H

#include "store/hdf5_file.h"

/* The list of one variable; zero at first. The variables of a group mostly have the same shape and the same
 * chunks: a list is kept until another one is needed. */
typedef struct {
    size_t rank;
    hsize_t size[QD_H5_RANK_MAX], chunk[QD_H5_RANK_MAX];
    hsize_t across[QD_H5_RANK_MAX]; /* chunks along each dimension */
    size_t chunks, next;
    uint64_t *number; /* of the chunks in the file, ascending; the last dimension varies fastest */
    bool few;         /* the variable taken last lacks most of its chunks, and `number` lists the others */
    bool short_of_memory;
} qd_h5_stored_t;

/* Takes an open variable whose values have the type `type` in memory. self->few: it pays to read only the
 * chunks in the file, and the others count as 0 in the digest (digest.h). It never pays for variables of up
 * to `most` elements, which are read at once, and for chunks of more. Returns false if the file cannot be
 * read or memory is short (self->short_of_memory). */
bool qd_h5_stored_take(qd_h5_stored_t *self, hid_t variable, qd_h5_type_t type, size_t most);

/* Where self->few: moves to the next slab of at most `most` elements that the file has, a chunk or chunks
 * side by side in the last dimension; false after the last one. */
bool qd_h5_stored_next(qd_h5_stored_t *self, size_t most, hsize_t start[], hsize_t count[]);

void qd_h5_stored_free(qd_h5_stored_t *self);

#endif
