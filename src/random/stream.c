#include "quadrille/random.h"

#include <string.h>

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

uint64_t qd_random_bits(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t draw)
{
    philox4x32_ctr_t words = block(luck, purpose, period, draw >> 1);
    return half(&words, draw);
}

double qd_random_uniform(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t draw)
{
    return qd_unit(qd_random_bits(luck, purpose, period, draw));
}

double qd_random_open(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t draw)
{
    return qd_unit_open(qd_random_bits(luck, purpose, period, draw));
}

double qd_random_normal(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t draw)
{
    return qd_normal_quantile(qd_random_open(luck, purpose, period, draw));
}

/* ---- eight draws at once
 * ---------------------------------------------------------------------------------- */

/* The bits of draws first .. first + 3 and of the four after them, first even. The lanes of a counter hold
 * pairs 0, 2, 1, 3, so that even and odd draws interleave without crossing the middle of a vector. */
static inline void eight_bits(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t first,
                              qd_words_t bits[2])
{
    const qd_words_t zero = {0, 0, 0, 0}, lower = zero + 0xFFFFFFFFu, pair = {0, 2, 1, 3};
    const uint32_t key[2] = {(uint32_t)luck.seed, (uint32_t)(luck.seed >> 32)};
    const qd_words_t counter[4] = {zero + (uint32_t)luck.world, zero + purpose_word(luck, purpose),
                                   zero + period, pair + (first >> 1)};
    qd_words_t word[4];
    qd_philox_lanes(counter, key, word);
    qd_words_t even = word[1] << 32 | (word[0] & lower), odd = word[3] << 32 | (word[2] & lower);
    bits[0] = (qd_words_t){even[0], odd[0], even[2], odd[2]};
    bits[1] = (qd_words_t){even[1], odd[1], even[3], odd[3]};
}

/* qd_unit_open of eight; below 2^52 a whole number becomes a double by its bits, which vectorises. */
static inline void eight_open(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t first,
                              double out[QD_LANES])
{
    qd_words_t bits[2];
    eight_bits(luck, purpose, period, first, bits);
    for (size_t v = 0; v < 2; v++) {
        qd_doubles_t whole = (qd_doubles_t)(bits[v] >> 12 | 0x4330000000000000u) - 0x1p52;
        qd_doubles_t unit = (whole + 0.5) * 0x1p-52;
        memcpy(out + 4 * v, &unit, sizeof unit);
    }
}

void qd_random_eight(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t first, uint64_t out[8])
{
    qd_words_t bits[2];
    eight_bits(luck, purpose, period, first, bits);
    memcpy(out, bits, sizeof bits);
}

void qd_random_uniforms(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t n, double out[])
{
    for (size_t i = 0; i < n; i += QD_LANES) {
        uint64_t bits[QD_LANES];
        qd_random_eight(luck, purpose, period, (uint32_t)i, bits);
        for (size_t l = 0; l < QD_LANES && i + l < n; l++)
            out[i + l] = qd_unit(bits[l]);
    }
}

static void fill_open(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t n, double out[])
{
    size_t whole = n - n % QD_LANES;
    for (size_t i = 0; i < whole; i += QD_LANES)
        eight_open(luck, purpose, period, (uint32_t)i, out + i);
    if (whole < n) {
        double last[QD_LANES];
        eight_open(luck, purpose, period, (uint32_t)whole, last);
        memcpy(out + whole, last, (n - whole) * sizeof *out);
    }
}

void qd_random_normal_rows(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t periods, size_t n,
                           double out[])
{
    size_t count = periods * n, whole = count - count % QD_LANES;
    for (size_t k = 0; k < periods; k++)
        fill_open(luck, purpose, period + (uint32_t)k, n, out + k * n);
    qd_normal_quantiles(whole, out);
    if (whole < count) {
        double last[QD_LANES];
        for (size_t l = 0; l < QD_LANES; l++)
            last[l] = whole + l < count ? out[whole + l] : 0.5;
        qd_normal_quantiles(QD_LANES, last);
        memcpy(out + whole, last, (count - whole) * sizeof *out);
    }
}

void qd_random_normals(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t n, double out[])
{
    qd_random_normal_rows(luck, purpose, period, 1, n, out);
}

uint32_t qd_name_key(const char *name)
{
    uint32_t hash = 2166136261u;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++)
        hash = (hash ^ *c) * 16777619u;
    return hash & ~1u;
}
