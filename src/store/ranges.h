/* A set of worlds, kept as sorted ranges that neither overlap nor touch. */
#ifndef QD_STORE_RANGES_H
#define QD_STORE_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Worlds first, first + 1, ..., first + count - 1. */
typedef struct {
    uint64_t first, count;
} qd_range_t;

/* Zero-initialised: the empty set. */
typedef struct {
    size_t size, capacity;
    qd_range_t *range;
} qd_ranges_t;

/* Joins a range to the set; false when memory is short (the set is then unchanged). */
bool qd_ranges_add(qd_ranges_t *self, qd_range_t range);

/* How many worlds of `range` are in the set. */
uint64_t qd_ranges_shared(const qd_ranges_t *self, qd_range_t range);

/* Number of worlds in the set, and one more than the largest (0 when empty). */
uint64_t qd_ranges_count(const qd_ranges_t *self);
uint64_t qd_ranges_end(const qd_ranges_t *self);

void qd_ranges_free(qd_ranges_t *self);

#endif
