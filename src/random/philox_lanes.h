/* Philox4x32-10 on four counters at once. The same words as Random123's philox4x32 gives one by one
 * (tests/random compares them); a round is a few vector operations. */
#ifndef QD_RANDOM_PHILOX_LANES_H
#define QD_RANDOM_PHILOX_LANES_H

#include "math/lanes.h"

/* word[w][l] = word w of philox4x32({counter[0][l], ..., counter[3][l]}, key), l < 4, in the lower half of
 * the lane. The upper halves hold what is left over, on entry as on return: a multiplication does not see
 * them. */
static inline void qd_philox_lanes(const qd_words_t counter[4], const uint32_t key[2], qd_words_t word[4])
{
    const qd_words_t zero = {0, 0, 0, 0};
    const qd_words_t factor0 = zero + 0xD2511F53u, factor1 = zero + 0xCD9E8D57u;
    qd_words_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        qd_words_t product0 = x0, product1 = x2;
        qd_words_multiply(&product0, &factor0);
        qd_words_multiply(&product1, &factor1);
        x0 = (product1 >> 32) ^ (x1 ^ (zero + k0));
        x2 = (product0 >> 32) ^ (x3 ^ (zero + k1));
        x1 = product1;
        x3 = product0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    word[0] = x0;
    word[1] = x1;
    word[2] = x2;
    word[3] = x3;
}

#endif
