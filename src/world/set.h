/* Sets of states: a bit for each, state i's bit i % 64 of word i / 64; 0 in the padding. Loops over a set go
 * from bit to bit, without a branch per state:
 *
 *     for (size_t w = 0; w < set->words; w++)
 *         for (uint64_t left = set->word[w]; left != 0; left &= left - 1)
 *             visit(qd_set_lowest(w, left)); */
#ifndef QD_WORLD_SET_H
#define QD_WORLD_SET_H

#include "math/reduce.h"
#include "world/state.h"

typedef struct {
    size_t words;
    uint64_t word[QD_STATES_MAX / 64];
} qd_set_t;

/* The lowest state left in word w, which is not 0. */
static inline size_t qd_set_lowest(size_t w, uint64_t left)
{
    return 64 * w + (size_t)__builtin_ctzll(left);
}

/* Collects the states with x[i] = value, which is not 0, of x[0..padded-1]. */
static inline void qd_set_where(qd_set_t *self, const double *x, size_t padded, double value)
{
    self->words = (padded + 63) / 64;
    for (size_t w = 0; w < self->words; w++) {
        const double *at = x + 64 * w;
        size_t end = padded - 64 * w < 64 ? padded - 64 * w : 64;
        self->word[w] = 0;
        for (size_t l = 0; l < end; l += QD_REALS)
            self->word[w] |= (uint64_t)qd_reals_bits(QD_REALS_EQUAL(QD_REALS_OF(at + l), qd_reals_all(value)))
                             << l;
    }
}

static inline size_t qd_set_count(const qd_set_t *self)
{
    size_t count = 0;
    for (size_t w = 0; w < self->words; w++)
        count += (size_t)__builtin_popcountll(self->word[w]);
    return count;
}

/* The number of states in both of two sets with the same number of words. */
static inline size_t qd_set_count_common(const qd_set_t *self, const qd_set_t *other)
{
    size_t count = 0;
    for (size_t w = 0; w < self->words; w++)
        count += (size_t)__builtin_popcountll(self->word[w] & other->word[w]);
    return count;
}

#endif
