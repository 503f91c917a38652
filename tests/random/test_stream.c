/* labels: statistics */
/* The counter-based streams: the published vectors of Philox4x32-10, the addressing, and statistical tests of
 * the output. tests/data/philox4x32_10.txt holds one vector a line: four counter words, two key words,
 * four words of output (Salmon et al. 2011, the vectors of the Random123 distribution). */
#include "support/check.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>

#include "math/elementary.h"

typedef struct {
    uint32_t counter[4], key[2], output[4];
} vector_t;

/* Philox4x32-10 written down once more, from the paper's definition. */
static void plain_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]}, k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t a = 0xD2511F53ull * c[0], b = 0xCD9E8D57ull * c[2];
        uint32_t next[4] = {(uint32_t)(b >> 32) ^ c[1] ^ k0, (uint32_t)b, (uint32_t)(a >> 32) ^ c[3] ^ k1,
                            (uint32_t)a};
        memcpy(c, next, sizeof c);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    memcpy(out, c, sizeof c);
}

static size_t read_vectors(vector_t *vectors, size_t most)
{
    FILE *file = fopen(QD_SOURCE_DIR "/tests/data/philox4x32_10.txt", "r");
    assert_non_null(file);
    size_t count = 0;
    for (; count < most; count++) {
        vector_t *v = &vectors[count];
        uint32_t *word[10] = {&v->counter[0], &v->counter[1], &v->counter[2], &v->counter[3], &v->key[0],
                              &v->key[1],     &v->output[0],  &v->output[1],  &v->output[2],  &v->output[3]};
        int got = 0;
        while (got < 10 && fscanf(file, "%8x", word[got]) == 1)
            got++;
        if (got < 10)
            break;
    }
    fclose(file);
    return count;
}

static void test_known_answers(void **state)
{
    (void)state;
    vector_t vectors[8];
    size_t count = read_vectors(vectors, QD_COUNT(vectors));
    assert_int_equal(count, 3);
    size_t addressed = 0;
    for (size_t i = 0; i < count; i++) {
        const vector_t *v = &vectors[i];
        uint32_t out[4];
        plain_philox(v->counter, v->key, out);
        assert_memory_equal(out, v->output, sizeof out);
        if (v->counter[3] > UINT32_MAX / 2)
            continue; /* draw 2 * counter[3] does not exist */
        addressed++;
        qd_luck_t luck = {.seed = (uint64_t)v->key[1] << 32 | v->key[0],
                          .world = (uint64_t)(v->counter[1] >> 8) << 32 | v->counter[0]};
        qd_purpose_t purpose = (qd_purpose_t)(v->counter[1] & 0xFFu);
        uint64_t even = qd_random_bits(luck, purpose, v->counter[2], 2 * v->counter[3]);
        uint64_t odd = qd_random_bits(luck, purpose, v->counter[2], 2 * v->counter[3] + 1);
        assert_true(even == ((uint64_t)v->output[1] << 32 | v->output[0]));
        assert_true(odd == ((uint64_t)v->output[3] << 32 | v->output[2]));
    }
    assert_int_equal(addressed, 2);
}

/* Every address gives the block of its counter, for any values of its parts. */
static void test_addresses(void **state)
{
    (void)state;
    uint64_t mix = 88172645463325252ull;
    for (int i = 0; i < 20000; i++) {
        uint64_t word[3];
        for (int k = 0; k < 3; k++) {
            mix ^= mix << 13;
            mix ^= mix >> 7;
            mix ^= mix << 17;
            word[k] = mix;
        }
        qd_luck_t luck = {.seed = word[0], .world = word[1] >> 8};
        qd_purpose_t purpose = (qd_purpose_t)(word[1] % 11);
        uint32_t period = (uint32_t)word[2], draw = (uint32_t)(word[2] >> 32), out[4];
        uint32_t counter[4] = {(uint32_t)luck.world, (uint32_t)purpose | (uint32_t)(luck.world >> 32) << 8,
                               period, draw / 2};
        plain_philox(counter, (uint32_t[2]){(uint32_t)luck.seed, (uint32_t)(luck.seed >> 32)}, out);
        size_t first = draw % 2 ? 2 : 0;
        uint64_t expected = (uint64_t)out[first + 1] << 32 | out[first];
        assert_true(qd_random_bits(luck, purpose, period, draw) == expected);
        assert_true(qd_random_uniform(luck, purpose, period, draw) == (double)(expected >> 11) * 0x1p-53);
    }
}

/* Uniforms are multiples of 2^-53 in [0,1); open ones odd multiples of 2^-53 within (0,1). */
static void test_units(void **state)
{
    (void)state;
    double least = 1.0, most = 0.0;
    for (uint32_t d = 0; d < 100000; d++) {
        qd_luck_t luck = {.seed = 3, .world = d % 7};
        double u = qd_random_uniform(luck, QD_PURPOSE_DESIGN, 0, d),
               v = qd_random_open(luck, QD_PURPOSE_DESIGN, 0, d);
        assert_true(u >= 0.0 && u < 1.0 && u * 0x1p53 == floor(u * 0x1p53));
        assert_true(v > 0.0 && v < 1.0 && fmod(v * 0x1p53, 2.0) == 1.0);
        assert_true(fabs(u - v) <= 0x1p-52);
        least = fmin(least, u);
        most = fmax(most, u);
    }
    assert_true(least < 1e-4 && most > 1.0 - 1e-4);
}

/* The two normals of a pair are radius times cosine and sine. */
static void test_normals_are_points(void **state)
{
    (void)state;
    const long double turn = 2 * 3.14159265358979323846264338327950288L;
    for (uint32_t d = 0; d < 100000; d += 2) {
        qd_luck_t luck = {.seed = 4, .world = d % 7};
        long double u = qd_random_open(luck, QD_PURPOSE_DESIGN, 0, d);
        long double v = qd_random_open(luck, QD_PURPOSE_DESIGN, 0, d + 1), radius = sqrtl(-2 * logl(u));
        double even = qd_random_normal(luck, QD_PURPOSE_DESIGN, 0, d);
        double odd = qd_random_normal(luck, QD_PURPOSE_DESIGN, 0, d + 1);
        QD_ASSERT_NEAR(even, (double)(radius * cosl(turn * v)), 6e-16 * (double)radius);
        QD_ASSERT_NEAR(odd, (double)(radius * sinl(turn * v)), 6e-16 * (double)radius);
    }
}

/* The outermost bits, and angles at and beside each eighth of a turn. */
static void test_extreme_normals(void **state)
{
    (void)state;
    const long double turn = 2 * 3.14159265358979323846264338327950288L;
    static const uint64_t radius_bits[4] = {0, (uint64_t)1 << 63, ~(uint64_t)0 - (1 << 20), ~(uint64_t)0};
    for (uint64_t eighth = 0; eighth < 8; eighth++) {
        uint64_t even[4], odd[4];
        double out[8];
        for (size_t k = 0; k < 4; k++) {
            even[k] = radius_bits[k];
            odd[k] = (eighth << 61) - (k % 2 ? 1u : 0u);
        }
        qd_normals_of(even, odd, out);
        for (size_t k = 0; k < 4; k++) {
            long double radius = sqrtl(-2 * logl(qd_unit_open(even[k]))), v = qd_unit_open(odd[k]);
            assert_true(radius > 0 && radius < 8.6L);
            QD_ASSERT_NEAR(out[2 * k], (double)(radius * cosl(turn * v)), 6e-16 * (double)radius);
            QD_ASSERT_NEAR(out[2 * k + 1], (double)(radius * sinl(turn * v)), 6e-16 * (double)radius);
        }
    }
}

static void test_many_are_single_ones(void **state)
{
    (void)state;
    double out[40];
    for (size_t n = 0; n <= 39; n++) {
        qd_luck_t luck = {.seed = 5, .world = 1ull << 40 | n};
        out[n] = -77.0;
        qd_random_normals(luck, QD_PURPOSE_GROWTH, 9, n, out);
        for (size_t i = 0; i < n; i++)
            assert_true(out[i] == qd_random_normal(luck, QD_PURPOSE_GROWTH, 9, (uint32_t)i));
        assert_true(out[n] == -77.0);
        qd_random_uniforms(luck, QD_PURPOSE_SAMPLER, 2, n, out);
        for (size_t i = 0; i < n; i++)
            assert_true(out[i] == qd_random_uniform(luck, QD_PURPOSE_SAMPLER, 2, (uint32_t)i));
        assert_true(out[n] == -77.0);
        qd_random_opens(luck, QD_PURPOSE_SAMPLER, 2, n, out);
        for (size_t i = 0; i < n; i++)
            assert_true(out[i] == qd_random_open(luck, QD_PURPOSE_SAMPLER, 2, (uint32_t)i));
        assert_true(out[n] == -77.0);
    }
}

/* Pairs over the whole range, and the normals made from their bits. */
static void test_pairs_are_single_ones(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(23, 0);
    for (int round = 0; round < 2000; round++) {
        qd_luck_t luck = {.seed = (uint64_t)5 << 35 | 8, .world = (uint64_t)3 << 40 | (uint64_t)round};
        qd_pairs_t at;
        uint64_t even[8], odd[8];
        double normal[8];
        for (size_t k = 0; k < 8; k++) {
            at.purpose[k] = (uint32_t)qd_test_below(&stream, 11);
            at.period[k] = (uint32_t)qd_test_below(&stream, (size_t)1 << 32);
            at.pair[k] = (uint32_t)qd_test_below(&stream, (size_t)1 << 31);
        }
        qd_random_pairs(luck, &at, even, odd);
        qd_normals_of(even, odd, normal);
        for (size_t k = 0; k < 8; k++) {
            qd_purpose_t purpose = (qd_purpose_t)at.purpose[k];
            assert_true(even[k] == qd_random_bits(luck, purpose, at.period[k], 2 * at.pair[k]));
            assert_true(odd[k] == qd_random_bits(luck, purpose, at.period[k], 2 * at.pair[k] + 1));
            purpose = (qd_purpose_t)at.purpose[k / 2];
            assert_true(normal[k] == qd_random_normal(luck, purpose, at.period[k / 2],
                                                      2 * at.pair[k / 2] + (uint32_t)k % 2));
        }
    }
}

/* Rows of every padded length, shorter and longer than the internal buffer. */
static void test_rows_of_normals_are_single_ones(void **state)
{
    (void)state;
    static const size_t shape[][2] = {{1, 600}, {7, 32}, {3, 8}, {9, 64}, {2, 24}, {5, 200}, {1, 8}};
    static double out[1001];
    for (size_t s = 0; s < QD_COUNT(shape); s++) {
        size_t periods = shape[s][0], n = shape[s][1];
        qd_luck_t luck = {.seed = 6, .world = s};
        out[periods * n] = -77.0;
        qd_random_normal_rows(luck, QD_PURPOSE_GROWTH, 20, periods, n, out);
        for (size_t k = 0; k < periods; k++)
            for (size_t i = 0; i < n; i++)
                assert_true(out[k * n + i] ==
                            qd_random_normal(luck, QD_PURPOSE_GROWTH, 20 + (uint32_t)k, (uint32_t)i));
        assert_true(out[periods * n] == -77.0);
    }
}

#define SAMPLES 400000
#define CELLS   200

static void test_moments_and_cells(void **state)
{
    (void)state;
    static double cell[2][CELLS];
    double sum = 0, square = 0, z1 = 0, z2 = 0, z3 = 0, z4 = 0;
    for (uint32_t i = 0; i < SAMPLES; i++) {
        qd_luck_t luck = {.seed = 11, .world = i / 1000};
        double u = qd_random_uniform(luck, QD_PURPOSE_CRISIS, i % 1000 / 10, i % 10);
        double z = qd_random_normal(luck, QD_PURPOSE_GROWTH, i % 1000 / 10, i % 10);
        sum += u;
        square += u * u;
        z1 += z;
        z2 += z * z;
        z3 += z * z * z;
        z4 += z * z * z * z;
        cell[0][(size_t)(u * CELLS)]++;
        cell[1][(size_t)(gsl_cdf_ugaussian_P(z) * CELLS)]++;
    }
    double n = SAMPLES, root = sqrt(n);
    QD_ASSERT_NEAR(sum / n, 0.5, 5 * sqrt(1.0 / 12) / root);
    QD_ASSERT_NEAR(square / n, 1.0 / 3, 5 * sqrt(4.0 / 45) / root);
    QD_ASSERT_NEAR(z1 / n, 0.0, 5 / root);
    QD_ASSERT_NEAR(z2 / n, 1.0, 5 * sqrt(2.0) / root);
    QD_ASSERT_NEAR(z3 / n, 0.0, 5 * sqrt(15.0) / root);
    QD_ASSERT_NEAR(z4 / n, 3.0, 5 * sqrt(96.0) / root);
    for (int k = 0; k < 2; k++) {
        double chi = 0.0, expected = n / CELLS;
        for (size_t i = 0; i < CELLS; i++)
            chi += (cell[k][i] - expected) * (cell[k][i] - expected) / expected;
        assert_true(chi < qd_test_chi_square_limit(CELLS - 1));
        assert_true(chi > 0.5 * CELLS);
    }
}

/* The two normals of a pair, each through its distribution function, fill a square evenly; and so does the
 * first of a pair with that of the next. Both tails have the probability of the normal distribution's. */
static void test_pairs_of_normals(void **state)
{
    (void)state;
    enum { N = 400000, SIDE = 20 };
    static double z[N], cell[2][SIDE * SIDE];
    qd_random_normals((qd_luck_t){.seed = 12}, QD_PURPOSE_GROWTH, 0, N, z);
    for (size_t i = 0; i + 2 < N; i += 2)
        for (size_t k = 0; k < 2; k++) {
            size_t row = (size_t)(gsl_cdf_ugaussian_P(z[i]) * SIDE);
            cell[k][row * SIDE + (size_t)(gsl_cdf_ugaussian_P(z[i + 1 + k]) * SIDE)]++;
        }
    for (size_t k = 0; k < 2; k++) {
        double chi = 0.0, expected = 0.5 * N / (SIDE * SIDE);
        for (size_t i = 0; i < SIDE * SIDE; i++)
            chi += (cell[k][i] - expected) * (cell[k][i] - expected) / expected;
        assert_true(chi < qd_test_chi_square_limit(SIDE * SIDE - 1));
    }
    for (int reach = 2; reach <= 4; reach++) {
        double below = 0.0, above = 0.0, chance = gsl_cdf_ugaussian_Q(reach);
        for (size_t i = 0; i < N; i++) {
            below += z[i] < -reach;
            above += z[i] > reach;
        }
        QD_ASSERT_NEAR(below, N * chance, 5 * sqrt(N * chance));
        QD_ASSERT_NEAR(above, N * chance, 5 * sqrt(N * chance));
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The greatest distance between the empirical distribution and the normal one (Kolmogorov and Smirnov), for
 * even and for odd draws: sqrt(n) D is above 2 once in 1500 times. */
static void test_distribution_of_normals(void **state)
{
    (void)state;
    enum { N = 200000 };
    static double z[2 * N], half[N];
    qd_random_normals((qd_luck_t){.seed = 13}, QD_PURPOSE_GROWTH, 0, 2 * N, z);
    for (size_t odd = 0; odd < 2; odd++) {
        double farthest = 0.0;
        for (size_t i = 0; i < N; i++)
            half[i] = z[2 * i + odd];
        qsort(half, N, sizeof *half, ascending);
        for (size_t i = 0; i < N; i++) {
            double p = gsl_cdf_ugaussian_P(half[i]);
            farthest = fmax(farthest, fmax((double)(i + 1) / N - p, p - (double)i / N));
        }
        assert_true(sqrt(N) * farthest < 2.0);
        assert_true(sqrt(N) * farthest > 0.2);
    }
}

/* Streams that differ in one part of their address only are uncorrelated, and so are neighbours within one.
 */
static void test_streams_are_independent(void **state)
{
    (void)state;
    enum { N = 60000 };
    static double base[N], other[6][N];
    const qd_luck_t luck = {.seed = 21, .world = 4}, next_world = {.seed = 21, .world = 5},
                    far_world = {.seed = 21, .world = 4 + (1ull << 32)}, next_seed = {.seed = 22, .world = 4};
    for (uint32_t i = 0; i < N; i++) {
        base[i] = qd_random_uniform(luck, QD_PURPOSE_CRISIS, 3, i);
        other[0][i] = qd_random_uniform(next_world, QD_PURPOSE_CRISIS, 3, i);
        other[1][i] = qd_random_uniform(far_world, QD_PURPOSE_CRISIS, 3, i);
        other[2][i] = qd_random_uniform(next_seed, QD_PURPOSE_CRISIS, 3, i);
        other[3][i] = qd_random_uniform(luck, QD_PURPOSE_OUTCOME, 3, i);
        other[4][i] = qd_random_uniform(luck, QD_PURPOSE_CRISIS, 4, i);
        other[5][i] = qd_random_uniform(luck, QD_PURPOSE_CRISIS, 3, i + 1);
    }
    for (size_t k = 0; k < QD_COUNT(other); k++)
        QD_ASSERT_NEAR(gsl_stats_correlation(base, 1, other[k], 1, N), 0.0, 4.5 / sqrt(N));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_normals_are_points),
        cmocka_unit_test(test_extreme_normals),
        cmocka_unit_test(test_many_are_single_ones),
        cmocka_unit_test(test_pairs_are_single_ones),
        cmocka_unit_test(test_rows_of_normals_are_single_ones),
        cmocka_unit_test(test_moments_and_cells),
        cmocka_unit_test(test_pairs_of_normals),
        cmocka_unit_test(test_distribution_of_normals),
        cmocka_unit_test(test_streams_are_independent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
