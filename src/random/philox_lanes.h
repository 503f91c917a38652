/* Philox4x32-10 on eight counters at once. Yields the same words as Random123's philox4x32 (tests/random compares
 * them); a round is a few vector operations. */
#ifndef QD_RANDOM_PHILOX_LANES_H
#define QD_RANDOM_PHILOX_LANES_H

#include "math/lanes.h"

/* A number of each of eight counters, in the lower halves of the lanes. */
typedef struct {
    qd_words_t part[QD_WORD_PARTS];
} qd_eight_words_t;

/* The keys of all rounds. A function that is not inlined keeps them in memory: filling a vector from memory takes one
 * load, from a register several operations. */
typedef struct {
    uint64_t round[10][2];
} qd_philox_keys_t;

__attribute__((noinline, unused)) static void qd_philox_keys(qd_philox_keys_t *self, uint64_t seed)
{
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (size_t round = 0; round < 10; round++) {
        self->round[round][0] = k0;
        self->round[round][1] = k1;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

/* word[w] of the eight = word w of philox4x32({counter[0], ..., counter[3]}, key). The upper halves are
 * unspecified on entry and on return: a multiplication ignores them. The rounds of one vector depend on each other;
 * those of different vectors overlap. */
static inline void qd_philox_lanes(const qd_eight_words_t counter[4], const qd_philox_keys_t *keys,
                                   qd_eight_words_t word[4])
{
    qd_words_t factor0, factor1;
    qd_words_fill(&factor0, 0xD2511F53u);
    qd_words_fill(&factor1, 0xCD9E8D57u);
    qd_eight_words_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3];
    for (size_t round = 0; round < 10; round++) {
        qd_words_t k0, k1;
        qd_words_fill(&k0, keys->round[round][0]);
        qd_words_fill(&k1, keys->round[round][1]);
        for (size_t v = 0; v < QD_WORD_PARTS; v++) {
            qd_words_t product0 = x0.part[v], product1 = x2.part[v];
            qd_words_multiply(&product0, &factor0);
            qd_words_multiply(&product1, &factor1);
            x0.part[v] = (product1 >> 32) ^ (x1.part[v] ^ k0);
            x2.part[v] = (product0 >> 32) ^ (x3.part[v] ^ k1);
            x1.part[v] = product1;
            x3.part[v] = product0;
        }
    }
    word[0] = x0;
    word[1] = x1;
    word[2] = x2;
    word[3] = x3;
}

#endif
