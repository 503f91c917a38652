#include "quadrille/random.h"

#include <Random123/philox.h>
#include <stdbool.h>
#include <string.h>

#include "math/elementary.h"
#include "math/lanes.h"

/* Philox4x32-10 on eight counters at once. Yields the same words as Random123's philox4x32 (tests/random
 * compares them); a round is a few vector operations. */

/* A number of each of eight counters, in the lower halves of the lanes. */
typedef struct {
    qd_words_t part[QD_WORD_PARTS];
} eight_words_t;

/* The keys of all rounds. A function that is not inlined keeps them in memory: filling a vector from memory
 * takes one load, from a register several operations. */
typedef struct {
    uint64_t round[10][2];
} philox_keys_t;

__attribute__((noinline, unused)) static void philox_keys(philox_keys_t *self, uint64_t seed)
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
 * unspecified on entry and on return: a multiplication ignores them. The rounds of one vector depend on each
 * other; the rounds of different vectors overlap. */
static inline void philox_lanes(const eight_words_t counter[4], const philox_keys_t *keys,
                                eight_words_t word[4])
{
    qd_words_t factor0, factor1;
    qd_words_fill(&factor0, 0xD2511F53u);
    qd_words_fill(&factor1, 0xCD9E8D57u);
    eight_words_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3];
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

/* ---- many draws at once -------------------------------------------------------------------------------- */

/* The addresses of eight pairs of draws, as words of their counters. */
typedef struct {
    eight_words_t purpose, period, pair;
} addresses_t;

/* The bits of the even and of the odd draws of eight pairs. */
typedef struct {
    qd_words_t even[QD_WORD_PARTS], odd[QD_WORD_PARTS];
} eight_pairs_t;

static inline void fill(eight_words_t *self, uint32_t x)
{
    for (size_t v = 0; v < QD_WORD_PARTS; v++)
        qd_words_fill(&self->part[v], x);
}

static inline void draw_pairs(const philox_keys_t *keys, uint64_t world, const addresses_t *at,
                              eight_pairs_t *out)
{
    eight_words_t counter[4] = {at->pair, at->purpose, at->period, at->pair}, word[4];
    fill(&counter[0], (uint32_t)world);
    philox_lanes(counter, keys, word);
    for (size_t v = 0; v < QD_WORD_PARTS; v++) {
        out->even[v] = word[1].part[v] << 32 | (word[0].part[v] & 0xFFFFFFFFu);
        out->odd[v] = word[3].part[v] << 32 | (word[2].part[v] & 0xFFFFFFFFu);
    }
}

static inline void gather(eight_words_t *self, const uint32_t x[8], uint32_t also)
{
    for (size_t k = 0; k < 8; k++)
        self->part[k / QD_WORDS][k % QD_WORDS] = x[k] | also;
}

void qd_random_pairs(qd_luck_t luck, const qd_pairs_t *at, uint64_t even[8], uint64_t odd[8])
{
    philox_keys_t keys;
    addresses_t addresses;
    eight_pairs_t bits;
    philox_keys(&keys, luck.seed);
    gather(&addresses.purpose, at->purpose, purpose_word(luck, 0));
    gather(&addresses.period, at->period, 0);
    gather(&addresses.pair, at->pair, 0);
    draw_pairs(&keys, luck.world, &addresses, &bits);
    memcpy(even, bits.even, sizeof bits.even);
    memcpy(odd, bits.odd, sizeof bits.odd);
}

/* Rows of draws of one purpose: `row` draws of a period, then `row` draws of the next period. */
typedef struct {
    philox_keys_t keys;
    uint64_t world;
    addresses_t next;
    uint32_t period;
    size_t draw, row;
} reader_t;

static void open_reader(reader_t *self, qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t row)
{
    *self = (reader_t){.world = luck.world, .period = period, .row = row};
    philox_keys(&self->keys, luck.seed);
    fill(&self->next.purpose, purpose_word(luck, purpose));
}

static inline void read_pairs(reader_t *self, eight_pairs_t *out)
{
    for (size_t v = 0; v < QD_WORD_PARTS; v++) {
        qd_words_fill(&self->next.period.part[v], self->period);
        self->next.pair.part[v] = QD_WORDS_NUMBERED + (uint32_t)self->draw / 2;
        self->draw += 2 * QD_WORDS;
        bool over = self->draw == self->row;
        self->draw = over ? 0 : self->draw;
        self->period += over;
    }
    draw_pairs(&self->keys, self->world, &self->next, out);
}

/* qd_unit of the bits, in place: the bits become the fraction of a number from 1 to 2. */
static inline void make_units(qd_words_t *bits)
{
    qd_words_t above = *bits >> 12 | 0x3FF0000000000000u;        /* 1 + ... */
    qd_words_t one = 0x3FF0000000000000u - ((*bits >> 11) & 1u); /* or 2^-53 less */
    *bits = (qd_words_t)((qd_doubles_t)above - (qd_doubles_t)one);
}

/* qd_unit_open of the bits. */
static inline void make_open(qd_words_t *bits)
{
    qd_doubles_t above = (qd_doubles_t)(*bits >> 12 | 0x3FF0000000000000u);
    *bits = (qd_words_t)(above - (1.0 - 0x1p-53));
}

/* The first draws of a period, sixteen at a time, converted from bits by `make`. */
static inline void fill_row(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t n, double out[],
                            void (*make)(qd_words_t *bits))
{
    reader_t reader;
    open_reader(&reader, luck, purpose, period, 0);
    for (size_t i = 0; i < n; i += 16) {
        eight_pairs_t bits;
        double last[16], *to = n - i < 16 ? last : out + i;
        read_pairs(&reader, &bits);
        for (size_t v = 0; v < QD_WORD_PARTS; v++) {
            make(&bits.even[v]);
            make(&bits.odd[v]);
            qd_words_interleave(&bits.even[v], &bits.odd[v], to + 2 * QD_WORDS * v);
        }
        if (to == last)
            memcpy(out + i, last, (n - i) * sizeof *out);
    }
}

void qd_random_uniforms(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t n, double out[])
{
    fill_row(luck, purpose, period, n, out, make_units);
}

void qd_random_opens(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t n, double out[])
{
    fill_row(luck, purpose, period, n, out, make_open);
}

/* Pairs of normals computed at a time, a multiple of 8. */
#define PAIRS ((size_t)128)

/* Pairs of normals in progress: open uniforms and intermediate values. */
typedef struct {
    _Alignas(64) double u[PAIRS], v[PAIRS], radius[PAIRS], exponent[PAIRS];
} normals_t;

static inline void read_opens(normals_t *self, reader_t *reader, size_t pairs)
{
    for (size_t k = 0; k < pairs; k += 8) {
        eight_pairs_t bits;
        read_pairs(reader, &bits);
        for (size_t v = 0; v < QD_WORD_PARTS; v++) {
            make_open(&bits.even[v]);
            make_open(&bits.odd[v]);
            QD_WORDS_AT(self->u + k + QD_WORDS * v) = bits.even[v];
            QD_WORDS_AT(self->v + k + QD_WORDS * v) = bits.odd[v];
        }
    }
}

/* sqrt(-2 log u) */
static inline void make_radii(normals_t *self, size_t pairs)
{
    for (size_t k = 0; k < pairs; k++) {
        qd_split_t split = qd_log_split(self->u[k]);
        self->radius[k] = split.ratio;
        self->exponent[k] = split.exponent;
    }
    for (size_t k = 0; k < pairs; k++) {
        qd_split_t split = {.exponent = self->exponent[k], .ratio = self->radius[k]};
        self->radius[k] = sqrt(-2.0 * qd_log_join(split));
    }
}

/* tan(pi x / 2) = x p(x^2) / q(x^2) for |x| <= 1/2 (interpolated at Chebyshev's points, 3e-17 of itself off;
 * the common factor is such that rounding the terms adds nothing). */
static const double tangent_p[4] = {2.2181362192826373, -0.7020933687561118, 0.03788989454890378,
                                    -0.00024931585190029256};
static const double tangent_q[4] = {1.412109375, -1.6083799291249243, 0.2006918361406189,
                                    -0.004421280396329375};

/* The angle 2 pi v is a number of half turns plus an angle of at most a quarter turn either way. An odd
 * number of half turns changes the sign of the radius. The tangent of half the angle, p / q, takes the place
 * of v and u.
 */
static inline void halve_angles(normals_t *self, size_t pairs)
{
    const double magic = 6755399441055744.0; /* 1.5 * 2^52, as in qd_exp */
    for (size_t k = 0; k < pairs; k++) {
        double halves = 2.0 * self->v[k], shifted = halves + magic;
        double x = halves - (shifted - magic), x2 = x * x, x4 = x2 * x2;
        self->v[k] = x * qd_cubic(tangent_p, x2, x4);
        self->u[k] = qd_cubic(tangent_q, x2, x4);
        self->radius[k] = qd_from_bits(qd_bits_of(self->radius[k]) ^ qd_bits_of(shifted) << 63);
    }
}

/* Cosine and sine are (q^2 - p^2) / (q^2 + p^2) and 2 p q / (q^2 + p^2). */
static inline void make_points(const normals_t *self, size_t pairs, double *out)
{
    for (size_t k = 0; k < pairs; k += QD_WORDS) {
        qd_doubles_t p = QD_DOUBLES_OF(self->v + k), q = QD_DOUBLES_OF(self->u + k);
        qd_doubles_t p2 = p * p, q2 = q * q, scale = QD_DOUBLES_OF(self->radius + k) / (q2 + p2);
        qd_words_t even = (qd_words_t)(scale * (q2 - p2)), odd = (qd_words_t)(scale * ((p + p) * q));
        qd_words_interleave(&even, &odd, out + 2 * k);
    }
}

/* Pairs, a multiple of 4, are points of the plane: each at a random angle, half of its squared distance from
 * the centre exponential (Box and Muller 1958). The work is divided into short steps, each for all pairs: the
 * operations of one pair depend on each other, and a processor reorders only about sixty. */
static inline void make_normals(normals_t *self, size_t pairs, double *out)
{
    make_radii(self, pairs);
    halve_angles(self, pairs);
    make_points(self, pairs, out);
}

static void read_normals(reader_t *reader, size_t pairs, double *out)
{
    normals_t normals;
    read_opens(&normals, reader, pairs);
    make_normals(&normals, pairs, out);
}

void qd_normals_of(const uint64_t even[4], const uint64_t odd[4], double out[8])
{
    normals_t normals;
    for (size_t k = 0; k < 4; k++) {
        normals.u[k] = qd_unit_open(even[k]);
        normals.v[k] = qd_unit_open(odd[k]);
    }
    make_normals(&normals, 4, out);
}

void qd_random_normal_rows(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t periods, size_t row,
                           double out[])
{
    reader_t reader;
    size_t pairs = periods * row / 2;
    open_reader(&reader, luck, purpose, period, row);
    for (size_t k = 0; k < pairs; k += PAIRS)
        read_normals(&reader, pairs - k < PAIRS ? pairs - k : PAIRS, out + 2 * k);
}

/* The eight draws from `first` on, a multiple of 8. */
static void last_eight(reader_t *reader, size_t first, double out[8])
{
    reader->draw = first;
    read_normals(reader, 4, out);
}

void qd_random_normals(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t n, double out[])
{
    reader_t reader;
    size_t pairs = n / 8 * 4;
    open_reader(&reader, luck, purpose, period, 0);
    for (size_t k = 0; k < pairs; k += PAIRS)
        read_normals(&reader, pairs - k < PAIRS ? pairs - k : PAIRS, out + 2 * k);
    if (n % 8 != 0) {
        double last[8];
        last_eight(&reader, 2 * pairs, last);
        memcpy(out + 2 * pairs, last, n % 8 * sizeof *out);
    }
}

double qd_random_normal(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t draw)
{
    reader_t reader;
    double eight[8];
    open_reader(&reader, luck, purpose, period, 0);
    last_eight(&reader, draw & ~7u, eight);
    return eight[draw & 7u];
}

uint32_t qd_name_key(const char *name)
{
    uint32_t hash = 2166136261u;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++)
        hash = (hash ^ *c) * 16777619u;
    return hash & ~1u;
}
