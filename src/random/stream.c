#include "quadrille/random.h"

#include "math/elementary.h"

#include <Random123/philox.h>

/* Counter words: world (low 32 bits), purpose and the world's high 24 bits, period, draw pair. */
static philox4x32_ctr_t block(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t pair)
{
    philox4x32_ctr_t counter = {
        {(uint32_t)luck.world, (uint32_t)purpose | (uint32_t)(luck.world >> 32) << 8, period, pair}};
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

void qd_random_normals(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t n, double out[])
{
    for (size_t i = 0; i < n; i += 2) {
        philox4x32_ctr_t words = block(luck, purpose, period, (uint32_t)(i >> 1));
        out[i] = qd_normal_quantile(open_unit(half(&words, 0)));
        if (i + 1 < n)
            out[i + 1] = qd_normal_quantile(open_unit(half(&words, 1)));
    }
}

uint32_t qd_name_key(const char *name)
{
    uint32_t hash = 2166136261u;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++)
        hash = (hash ^ *c) * 16777619u;
    return hash & ~1u;
}
