/* Requests of hdf5_read.c to the child that reads a file, and its replies. For these two files only. */
#ifndef QD_STORE_HDF5_SERVE_H
#define QD_STORE_HDF5_SERVE_H

#include "store/hdf5_file.h"

typedef enum {
    QD_H5_ASK_VET,
    QD_H5_ASK_CHECK, /* followed by `given` sums */
    QD_H5_ASK_SUMS,
    QD_H5_ASK_EXISTS,
    QD_H5_ASK_TEXT,
    QD_H5_ASK_NUMBER,
    QD_H5_ASK_LENGTH,
    QD_H5_ASK_READ,
    QD_H5_ASK_SLAB
} qd_h5_ask_t;

/* Bytes of a requested slab, at most. */
#define QD_H5_SLAB_MOST ((size_t)4 << 20)

typedef struct {
    qd_h5_ask_t ask;
    qd_h5_type_t type;
    size_t rank, axis;
    bool rows; /* to check */
    size_t share, shares, given;
    hsize_t start[QD_H5_RANK_MAX], count[QD_H5_RANK_MAX];
    char path[1024], name[64];
} qd_h5_request_t;

/* Followed by `size` bytes of values. */
typedef struct {
    bool failed, absent, found;
    char why[512];
    uint64_t number; /* the bits of a number, or a length */
    size_t size, count;
} qd_h5_reply_t;

/* The child's main function: opens the file, reports success or failure in a first reply, and answers
 * requests until the channel is closed. */
void qd_h5_serve(int channel, void *path);

#endif
