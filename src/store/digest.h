/* The digest of a result file: damage and changes are visible by construction.
 *
 * Every group, the root among them, has an attribute `digest`, 32 hexadecimal digits: XXH3-128 over its
 * attributes, its variables (name, class, shape, attributes, sum of values), and the names and digests of the
 * groups in it. The root's digest thus covers the whole file; a part of it can be checked alone by the
 * digests on the way to it. It covers the contents of the file, not their storage: a repacked copy has the
 * same digest.
 *
 * The order of writing does not matter (digest_values.h), so that a file gets its digest from the arrays that
 * were handed to HDF5. Reading the file back then shows every loss or change by HDF5 or the disk.
 *
 * DIMENSION_LIST and REFERENCE_LIST hold addresses, which a copy changes. No digest covers them: every
 * attachment of a dimension to a variable stands in both, so that they are compared with each other. */
#ifndef QD_STORE_DIGEST_H
#define QD_STORE_DIGEST_H

#include "store/hdf5_file.h"

#define QD_DIGEST_NAME "digest"

/* Writes the digest of every group of a file whose values are all written; the root's also goes to
 * self->digest. Fails as the functions of hdf5_file.h do. */
void qd_digest_write(qd_h5_t *self);

/* Sums of the values of variables, in the sequence of the walk over the groups. */
typedef struct {
    size_t count, room;
    uint64_t *sum;
} qd_digest_sums_t;

/* For a child that reads: reads a file, without the groups of one value per world (/worlds and /parts) unless
 * `rows`, and compares the digests. Fails (qd_h5_refuse) if one is missing or differs, or if a variable and a
 * dimension do not refer to each other. `sums`: known sums of values; NULL: reads all values. */
void qd_digest_check(qd_h5_t *self, bool rows, const qd_digest_sums_t *sums);

/* For one of several children: sums over every shares-th slab of the values, from the share-th on, 0 <= share
 * < shares. The sums of all shares add up, modulo 2^64, to those that qd_digest_check takes. The caller frees
 * sums->sum, also after a failure. */
void qd_digest_sum(qd_h5_t *self, bool rows, size_t share, size_t shares, qd_digest_sums_t *sums);

#endif
