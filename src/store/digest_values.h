/* The sum of a variable's values in the digest (digest.h): it adds up, modulo 2^64, XXH3-64 of each value
 * seeded by its position. Values that are never written read as the fill value (0, NaN, QD_CF_NO_CODE), so
 * these count as 0; so do empty texts. */
#ifndef QD_STORE_DIGEST_VALUES_H
#define QD_STORE_DIGEST_VALUES_H

#include "store/hdf5_file.h"

/* Sum of the values of a slab, counts[0] x counts[1] x ..., at `start` of a variable of the given size. */
uint64_t qd_digest_values(size_t rank, const hsize_t size[], const hsize_t start[], const hsize_t count[],
                          qd_h5_values_t values);

/* Moves `place` to the next one of a slab without its last dimension; false after the last one. */
bool qd_digest_next_row(size_t rank, const hsize_t count[], hsize_t place[]);

#endif
