#include "quadrille/random.h"

#include "math/elementary.h"
#include "random/philox_lanes.h"

#include <Random123/philox.h>

/* The purpose, and the world's high 24 bits. */
static uint32_t purpose_word(qd_luck_t luck, qd_purpose_t purpose)
{
    return (uint32_t)purpose | (uint32_t)(luck.world >> 32) << 8;
}

/* Counter words: world (low 32 bits), purpose and the world's high 24 bits, period, draw pair. */
static philox4x32_ctr_t block(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t pair)
{
    philox4x32_ctr_t counter = {{(uint32_t)luck.world, purpose_word(luck, purpose), period, pair}};
    philox4x32_key_t key = {{(uint32_t)luck.seed, (uint32_t)(luck.seed >> 32)}};
    return philox4x32(counter, key);
}

static uint64_t half(const philox4x32_ctr_t *words, uint32_t draw)
{
    return draw & 1 ? (uint64_t)words->v[3] << 32 | words->v[2] : (uint64_t)words->v[1] << 32 | words->v[0];
}

static double open_unit(uint64_t bits)
{
    return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

uint64_t qd_random_bits(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t draw)
{
    philox4x32_ctr_t words = block(luck, purpose, period, draw >> 1);
    return half(&words, draw);
}

double qd_random_uniform(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t draw)
{
    return (double)(qd_random_bits(luck, purpose, period, draw) >> 11) * 0x1p-53;
}

double qd_random_open(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t draw)
{
    return open_unit(qd_random_bits(luck, purpose, period, draw));
}

double qd_random_normal(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t draw)
{
    return qd_normal_quantile(qd_random_open(luck, purpose, period, draw));
}

/* open_unit of four lanes; below 2^52 a whole number becomes a double by its bits, which vectorises. */
static inline void open_units(const qd_words_t *low, const qd_words_t *high, double out[4])
{
    qd_words_t bits = ((*high << 32 | *low) >> 12) | 0x4330000000000000u;
    for (size_t l = 0; l < 4; l++)
        out[l] = ((qd_from_bits(bits[l]) - 0x1p52) + 0.5) * 0x1p-52;
}

void qd_random_normals(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t n, double out[])
{
    const uint32_t key[2] = {(uint32_t)luck.seed, (uint32_t)(luck.seed >> 32)};
    for (size_t i = 0; i < n; i += QD_LANES) {
        const uint32_t counter[4] = {(uint32_t)luck.world, purpose_word(luck, purpose), period,
                                     (uint32_t)(i >> 1)};
        qd_words_t word[4];
        double even[4], odd[4], z[QD_LANES];
        qd_philox_lanes(counter, key, word);
        open_units(&word[0], &word[1], even);
        open_units(&word[2], &word[3], odd);
        for (size_t l = 0; l < 4; l++) {
            z[2 * l] = even[l];
            z[2 * l + 1] = odd[l];
        }
        qd_normal_quantiles(QD_LANES, z, z);
        size_t left = n - i < QD_LANES ? n - i : QD_LANES;
        for (size_t k = 0; k < left; k++)
            out[i + k] = z[k];
    }
}

uint32_t qd_name_key(const char *name)
{
    uint32_t hash = 2166136261u;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++)
        hash = (hash ^ *c) * 16777619u;
    return hash & ~1u;
}
