/* Variables over (point, order, ...) that are filled one (point, order) at a time and written for a batch of
 * points at once. */
#ifndef QD_STORE_BATCH_H
#define QD_STORE_BATCH_H

#include "store/hdf5_file.h"

typedef struct {
    size_t variable;
    hsize_t tail[QD_H5_RANK_MAX - 2]; /* lengths after (point, order) */
    size_t length;                    /* their product */
    double *real;                     /* points x orders x length; NULL in a field of whole numbers */
    int64_t *whole;                   /* the same of whole numbers; NULL in a field of reals */
} qd_batch_field_t;

/* Numbers of fields: a type for reals and one for whole numbers, so that the compiler tells them apart. */
typedef struct {
    size_t number;
} qd_real_field_t;

typedef struct {
    size_t number;
} qd_whole_field_t;

typedef struct {
    qd_h5_t *h5;
    size_t points, orders; /* of a batch */
    size_t fields, capacity;
    qd_batch_field_t *field;
} qd_batch_t;

/* For `orders` orders and at most `points` points a batch. */
void qd_batch_init(qd_batch_t *self, qd_h5_t *h5, size_t points, size_t orders);
void qd_batch_free(qd_batch_t *self);

/* Defines a variable with dimensions (point, order, and up to two more). */
qd_real_field_t qd_batch_add_reals(qd_batch_t *self, const qd_h5_variable_t *variable);
qd_whole_field_t qd_batch_add_wholes(qd_batch_t *self, const qd_h5_variable_t *variable);

/* Returns the place of the values of the i-th (point, order) of the batch; NULL after a failure. */
double *qd_batch_reals(qd_batch_t *self, qd_real_field_t field, size_t i);
int64_t *qd_batch_wholes(qd_batch_t *self, qd_whole_field_t field, size_t i);

/* Writes `points` points of the batch, the first of which is the file's `first`. */
void qd_batch_write(qd_batch_t *self, size_t first, size_t points);

#endif
