/* Philox4x32-10 on four counters at once, which differ in their last word only. The same words as Random123's
 * philox4x32 gives one by one (tests/random compares them); a round is a few vector operations. */
#ifndef QD_RANDOM_PHILOX_LANES_H
#define QD_RANDOM_PHILOX_LANES_H

#include "math/lanes.h"

/* word[w][l] = word w of philox4x32({counter[0], counter[1], counter[2], counter[3] + l}, key), l < 4. */
static inline void qd_philox_lanes(const uint32_t counter[4], const uint32_t key[2], qd_words_t word[4])
{
    const qd_words_t zero = {0, 0, 0, 0}, steps = {0, 1, 2, 3}, lower = zero + 0xFFFFFFFFu;
    const qd_words_t factor0 = zero + 0xD2511F53u, factor1 = zero + 0xCD9E8D57u;
    qd_words_t x0 = zero + counter[0], x1 = zero + counter[1], x2 = zero + counter[2];
    qd_words_t x3 = (steps + counter[3]) & lower;
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        qd_words_t product0 = x0, product1 = x2;
        qd_words_multiply(&product0, &factor0);
        qd_words_multiply(&product1, &factor1);
        x0 = (product1 >> 32) ^ x1 ^ (zero + k0);
        x2 = (product0 >> 32) ^ x3 ^ (zero + k1);
        x1 = product1 & lower;
        x3 = product0 & lower;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    word[0] = x0;
    word[1] = x1;
    word[2] = x2;
    word[3] = x3;
}

#endif
