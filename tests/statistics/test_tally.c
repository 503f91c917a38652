#include "statistics/moments.h"
#include "statistics/tally.h"
#include "support/check.h"

#include <xxhash.h>

#define PERIODS 20
#define WORLDS  300

static double path[QD_SERIES_COUNT * PERIODS];

/* ---- the parts of qd_tally_path, one at a time --------------------------------------------------------- */

static uint64_t path_count(const qd_tally_t *self, qd_series_t series, size_t period)
{
    double mean;
    return qd_tally_path(self, series, period, 0, NULL, &mean, NULL);
}

static double path_mean(const qd_tally_t *self, qd_series_t series, size_t period)
{
    double mean;
    qd_tally_path(self, series, period, 0, NULL, &mean, NULL);
    return mean;
}

static double path_quantile(const qd_tally_t *self, qd_series_t series, size_t period, double p)
{
    double mean, quantile;
    qd_tally_path(self, series, period, 1, &p, &mean, &quantile);
    return quantile;
}

static double luck(uint64_t world, uint32_t draw)
{
    return qd_random_uniform((qd_luck_t){.seed = 77, .world = world}, QD_PURPOSE_BOOTSTRAP, 99, draw);
}

/* Outcomes over many magnitudes, of either sign where the registry allows it; some -0.0, some paths
 * undefined, some worlds short. Every tenth world fails. */
static qd_result_t make_result(uint64_t world)
{
    qd_result_t result = {
        .periods = world % 3 == 0 ? PERIODS - 5 : PERIODS, .path = path, .path_stride = PERIODS};
    for (uint32_t o = 0; o < QD_OUTCOMES; o++) {
        double u = luck(world, o),
               sign = qd_outcome_table[o].low < 0.0 && luck(world, 100 + o) < 0.5 ? -1.0 : 1.0;
        result.outcomes.value[o] = sign * ldexp(u, (int)(o % 25) - 12);
    }
    result.outcomes.learned_flexibility = world % 7 == 0 ? -0.0 : result.outcomes.learned_flexibility;
    result.outcomes.survival = floor(luck(world, 200) * (PERIODS + 1));
    result.outcomes.effective_blocs = 1.0 + 20.0 * luck(world, 201);
    for (size_t i = 0; i < QD_SERIES_COUNT * PERIODS; i++)
        path[i] = i % 11 == 0 ? NAN : luck(world, 300 + (uint32_t)i);
    return result;
}

static void add(qd_tally_t *tally, uint64_t world)
{
    if (world % 10 == 9) {
        qd_tally_add_failure(tally, world, "tension is not finite");
        return;
    }
    qd_result_t result = make_result(world);
    qd_tally_add(tally, world, &result);
}

static qd_tally_t *make_tally(uint64_t first, uint64_t last, uint64_t step)
{
    qd_tally_t *tally = qd_tally_new(PERIODS, true);
    assert_non_null(tally);
    for (uint64_t w = first; w < last; w += step)
        add(tally, w);
    return tally;
}

typedef struct {
    unsigned char *bytes;
    size_t size, capacity;
} buffer_t;

static buffer_t encode(const qd_tally_t *tally)
{
    buffer_t out = {0};
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_tally_encode(tally, &out.bytes, &out.size, &out.capacity, &error), QD_OK);
    return out;
}

static void assert_same(const qd_tally_t *a, const qd_tally_t *b)
{
    buffer_t left = encode(a), right = encode(b);
    assert_int_equal(left.size, right.size);
    assert_memory_equal(left.bytes, right.bytes, left.size);
    free(left.bytes);
    free(right.bytes);
}

static void test_any_split_gives_the_same_bits(void **state)
{
    (void)state;
    qd_tally_t *whole = make_tally(0, WORLDS, 1);
    for (uint64_t parts = 2; parts <= 7; parts++) {
        qd_tally_t *sum = qd_tally_new(PERIODS, true);
        for (uint64_t k = parts; k-- > 0;) { /* interleaved, merged from the last to the first */
            qd_tally_t *part = make_tally(k, WORLDS, parts);
            qd_tally_merge(sum, part);
            qd_tally_free(part);
        }
        assert_same(whole, sum);
        qd_tally_free(sum);
    }
    qd_tally_free(whole);
}

static void test_bytes_come_back(void **state)
{
    (void)state;
    qd_tally_t *whole = make_tally(0, WORLDS, 1), *half = make_tally(0, 100, 1),
               *rest = make_tally(100, WORLDS, 1);
    qd_tally_t *back = qd_tally_new(PERIODS, true);
    buffer_t bytes = encode(half);
    qd_error_t error = QD_ERROR_NONE;
    size_t first = bytes.size;
    assert_int_equal(qd_tally_encode(rest, &bytes.bytes, &bytes.size, &bytes.capacity, &error), QD_OK);
    assert_int_equal(qd_tally_decode(back, bytes.bytes, first, &error), QD_OK);
    assert_same(back, half);
    assert_int_equal(qd_tally_decode(back, bytes.bytes + first, bytes.size - first, &error), QD_OK);
    assert_same(back, whole);
    qd_tally_clear(back);
    qd_tally_t *empty = qd_tally_new(PERIODS, true);
    assert_same(back, empty);
    free(bytes.bytes);
    qd_tally_free(whole);
    qd_tally_free(half);
    qd_tally_free(rest);
    qd_tally_free(back);
    qd_tally_free(empty);
}

/* Bytes of the previous encoding, written by an earlier program: the same tally. */
static void test_the_first_encoding_is_still_read(void **state)
{
    (void)state;
    static unsigned char bytes[32768];
    qd_tally_t *tally = qd_tally_new(PERIODS, true), *expected = make_tally(0, 40, 1);
    FILE *file = fopen(QD_SOURCE_DIR "/tests/data/tally-1.bin", "rb");
    qd_tally_extent_t extent;
    qd_error_t error = QD_ERROR_NONE;
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    assert_false(qd_tally_bytes_are_current(bytes, size));
    assert_int_equal(qd_tally_decode(tally, bytes, size, &error), QD_OK);
    assert_same(tally, expected);
    qd_tally_extent_clear(&extent);
    assert_int_equal(qd_tally_extent_add(&extent, bytes, size, &error), QD_OK);
    assert_int_equal(extent.totals.worlds, qd_tally_count(expected));
    qd_tally_free(tally);
    qd_tally_free(expected);
}

static void assert_refused(qd_tally_t *tally, const unsigned char *bytes, size_t size)
{
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_tally_decode(tally, bytes, size, &error), QD_ERROR_INPUT);
    assert_int_equal(error.count, 1);
}

static void test_damaged_bytes_are_refused_and_change_nothing(void **state)
{
    (void)state;
    qd_tally_t *tally = make_tally(0, 20, 1), *before = make_tally(0, 20, 1);
    buffer_t good = encode(tally);
    for (size_t i = 0; i < good.size; i += 7) {
        good.bytes[i] ^= 0x10;
        assert_refused(tally, good.bytes, good.size);
        good.bytes[i] ^= 0x10;
    }
    for (size_t size = 0; size < good.size; size += 101)
        assert_refused(tally, good.bytes, size);
    assert_same(tally, before);
    qd_tally_t *other = qd_tally_new(PERIODS + 1, true), *plain = qd_tally_new(PERIODS, false);
    assert_refused(other, good.bytes, good.size);
    assert_refused(plain, good.bytes, good.size);
    free(good.bytes);
    qd_tally_free(tally);
    qd_tally_free(before);
    qd_tally_free(other);
    qd_tally_free(plain);
}

/* Bytes under a right checksum that are no tally: reads stay inside and nothing is taken over. */
static void test_forged_bytes_are_refused(void **state)
{
    (void)state;
    qd_tally_t *tally = qd_tally_new(PERIODS, true), *source = make_tally(0, 20, 1),
               *empty = qd_tally_new(PERIODS, true);
    qd_tally_t *full[] = {make_tally(20, 29, 1), make_tally(29, 30, 1)}; /* worlds; one that failed */
    qd_tally_t *before[] = {make_tally(20, 29, 1), make_tally(29, 30, 1)};
    buffer_t bytes = encode(source), good = encode(source);
    size_t refused = 0;
    for (size_t i = 16; i + 8 < bytes.size; i += 3) {
        unsigned char kept = bytes.bytes[i];
        bytes.bytes[i] = (unsigned char)(kept ^ (1u << (i % 8)));
        uint64_t sum = XXH3_64bits(bytes.bytes, bytes.size - 8);
        memcpy(bytes.bytes + bytes.size - 8, &sum, sizeof sum);
        qd_error_t error = QD_ERROR_NONE;
        if (qd_tally_decode(tally, bytes.bytes, bytes.size, &error) == QD_OK)
            qd_tally_clear(tally);
        else
            refused++;
        assert_same(tally, empty);
        for (size_t k = 0; k < QD_COUNT(full); k++) {
            if (qd_tally_decode(full[k], bytes.bytes, bytes.size, &error) == QD_OK) {
                qd_tally_clear(full[k]);
                qd_tally_merge(full[k], before[k]);
            }
            assert_same(full[k], before[k]);
        }
        bytes.bytes[i] = kept;
    }
    assert_true(refused > bytes.size / 20);
    /* A refused addition leaves no counts for a later tally. */
    qd_error_t none = QD_ERROR_NONE;
    assert_int_equal(qd_tally_decode(tally, good.bytes, good.size, &none), QD_OK);
    assert_same(tally, source);
    free(bytes.bytes);
    free(good.bytes);
    for (size_t k = 0; k < QD_COUNT(full); k++) {
        qd_tally_free(full[k]);
        qd_tally_free(before[k]);
    }
    qd_tally_free(tally);
    qd_tally_free(source);
    qd_tally_free(empty);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void test_summary_and_quantiles_against_sorted_values(void **state)
{
    (void)state;
    qd_tally_t *tally = make_tally(0, WORLDS, 1);
    for (size_t o = 0; o < QD_OUTCOMES; o++) {
        double value[WORLDS], sum = 0.0, squares = 0.0;
        size_t n = 0;
        for (uint64_t w = 0; w < WORLDS; w++)
            if (w % 10 != 9)
                sum += value[n++] = make_result(w).outcomes.value[o];
        for (size_t i = 0; i < n; i++)
            squares += (value[i] - sum / (double)n) * (value[i] - sum / (double)n);
        qsort(value, n, sizeof *value, by_value);
        qd_summary_t s = qd_tally_summary(tally, (qd_outcome_t)o);
        double sd = sqrt(squares / (double)(n - 1));
        assert_int_equal(s.count, n);
        QD_ASSERT_NEAR(s.mean, sum / (double)n, 2e-10);
        QD_ASSERT_NEAR(s.sd, sd, 1e-6 * sd + 1e-10);
        QD_ASSERT_NEAR(s.mcse, s.sd / sqrt((double)n), 1e-15);
        QD_ASSERT_NEAR(s.min, value[0], 0.0);
        QD_ASSERT_NEAR(s.max, value[n - 1], 0.0);
        for (int k = 0; k <= 100; k++) {
            size_t rank = k == 0 ? 1 : ((size_t)k * n + 99) / 100;
            double exact = value[rank - 1];
            QD_ASSERT_NEAR(qd_tally_quantile(tally, (qd_outcome_t)o, k / 100.0), exact,
                           fabs(exact) * 0x1p-8 + 0x1p-20);
        }
    }
    qd_tally_free(tally);
}

/* Totals and ranges read from the bytes of two tallies are those of the tally of all their worlds. */
static void test_extents_are_those_of_the_tally(void **state)
{
    (void)state;
    qd_tally_t *whole = make_tally(0, WORLDS, 1),
               *half[] = {make_tally(0, 100, 1), make_tally(100, WORLDS, 1)};
    qd_tally_extent_t extent;
    qd_error_t error = QD_ERROR_NONE;
    qd_tally_extent_clear(&extent);
    for (size_t i = 0; i < QD_COUNT(half); i++) {
        buffer_t bytes = encode(half[i]);
        assert_int_equal(qd_tally_extent_add(&extent, bytes.bytes, bytes.size, &error), QD_OK);
        bytes.bytes[bytes.size / 2] ^= 1;
        assert_int_equal(qd_tally_extent_add(&extent, bytes.bytes, bytes.size, &error), QD_ERROR_INPUT);
        free(bytes.bytes);
        qd_tally_free(half[i]);
    }
    assert_int_equal(extent.totals.worlds, qd_tally_count(whole));
    assert_int_equal(extent.totals.failures, qd_tally_failures(whole));
    assert_memory_equal(&extent.totals.hash, &(qd_hash_sum_t[]){qd_tally_hash(whole)}, sizeof(qd_hash_sum_t));
    for (size_t o = 0; o < QD_OUTCOMES; o++) {
        qd_summary_t summary = qd_tally_summary(whole, (qd_outcome_t)o);
        QD_ASSERT_NEAR(extent.min[o], summary.min, 0.0);
        QD_ASSERT_NEAR(extent.max[o], summary.max, 0.0);
    }
    qd_tally_free(whole);
}

/* Sums in fixed point do not cancel: a spread of 1e-5 about 1e6. */
static void test_sd_of_a_narrow_spread(void **state)
{
    (void)state;
    qd_tally_t *tally = qd_tally_new(PERIODS, false);
    qd_result_t result = {.periods = PERIODS};
    for (uint64_t w = 0; w < 1000; w++) {
        result.outcomes.wars = 1e6 + (w % 2 ? 1e-5 : -1e-5);
        result.outcomes.learned_flexibility = -1e6 + (w % 2 ? 1e-5 : -1e-5);
        qd_tally_add(tally, w, &result);
    }
    double expected = 1e-5 * sqrt(1000.0 / 999.0);
    QD_ASSERT_NEAR(qd_tally_summary(tally, QD_O_wars).sd, expected, 1e-9);
    QD_ASSERT_NEAR(qd_tally_summary(tally, QD_O_learned_flexibility).sd, expected, 1e-9);
    QD_ASSERT_NEAR(qd_tally_summary(tally, QD_O_wars).mean, 1e6, 2e-10);
    qd_tally_free(tally);
}

static void test_whole_numbers_are_exact(void **state)
{
    (void)state;
    qd_tally_t *tally = qd_tally_new(256, false);
    qd_result_t result = {.periods = 256};
    for (uint64_t w = 0; w <= 256; w++) {
        result.outcomes.survival = (double)w;
        qd_tally_add(tally, w, &result);
    }
    for (uint64_t w = 1; w <= 257; w++)
        QD_ASSERT_NEAR(qd_tally_quantile(tally, QD_O_survival, (double)w / 257.0), (double)(w - 1), 0.0);
    uint64_t count[4];
    qd_tally_histogram(tally, QD_O_survival, 0.0, 256.0, 4, count);
    assert_int_equal(count[0], 64);
    assert_int_equal(count[3], 65); /* the last edge included */
    qd_tally_histogram(tally, QD_O_survival, 64.0, 128.0, 2, count);
    assert_int_equal(count[0], 96); /* those below go into the nearest */
    assert_int_equal(count[0] + count[1], 257);
    qd_tally_free(tally);
}

static void test_plane_counts_every_world(void **state)
{
    (void)state;
    qd_tally_t *tally = qd_tally_new(32, false);
    qd_result_t result = {.periods = 32};
    result.outcomes.survival = 32.0;
    result.outcomes.effective_blocs = 40.0;
    qd_tally_add(tally, 0, &result);
    result.outcomes.survival = 3.0;
    result.outcomes.effective_blocs = 1.6;
    qd_tally_add(tally, 1, &result);
    const uint64_t *plane = qd_tally_plane(tally);
    assert_int_equal(plane[31 * QD_PLANE_BINS + 31], 1);
    assert_int_equal(plane[3 * QD_PLANE_BINS + 1], 1);
    uint64_t sum = 0;
    for (size_t i = 0; i < QD_PLANE_BINS * QD_PLANE_BINS; i++)
        sum += plane[i];
    assert_int_equal(sum, 2);
    qd_tally_free(tally);
}

/* Paths: defined values only, to the stated error; worlds that ended earlier do not count. */
static void test_paths_against_sorted_values(void **state)
{
    (void)state;
    qd_tally_t *tally = make_tally(0, WORLDS, 1);
    for (size_t s = 0; s < QD_SERIES_COUNT; s++)
        for (size_t t = 0; t < PERIODS; t++) {
            double value[WORLDS], sum = 0.0;
            size_t n = 0;
            for (uint64_t w = 0; w < WORLDS; w++) {
                qd_result_t result = make_result(w);
                double x = path[s * PERIODS + t];
                if (w % 10 != 9 && t < result.periods && !isnan(x))
                    sum += value[n++] = x;
            }
            qd_series_t series = (qd_series_t)s;
            assert_int_equal(path_count(tally, series, t), n);
            if (n == 0) {
                assert_true(isnan(path_mean(tally, series, t)));
                assert_true(isnan(path_quantile(tally, series, t, 0.5)));
                continue;
            }
            qsort(value, n, sizeof *value, by_value);
            QD_ASSERT_NEAR(path_mean(tally, series, t), sum / (double)n, 2e-10);
            double exact = value[(n + 1) / 2 - 1], low = qd_series_table[s].low;
            exact = exact < low ? low : exact;
            double bound =
                isinf(qd_series_table[s].high) ? (1.0 + exact) * (1.0 + exact) / 1000.0 : 1.0 / 1008.0;
            QD_ASSERT_NEAR(path_quantile(tally, series, t, 0.5), exact, bound);
        }
    assert_int_equal(path_count(tally, (qd_series_t)0, PERIODS), 0); /* a period that no world has */
    assert_true(isnan(path_mean(tally, (qd_series_t)0, PERIODS)));
    assert_true(isnan(path_quantile(tally, (qd_series_t)0, PERIODS, 0.5)));
    qd_tally_free(tally);
}

/* Of every size, on both sides of the change of the method of summation, half way between multiples of
 * 2^-32, infinite.
 */
static double any_value(uint64_t world, uint32_t t)
{
    double u = luck(world, 400 + t), sign = luck(world, 500 + t) < 0.5 ? -1.0 : 1.0;
    switch ((world + t) % 23) {
    case 0:
        return t % 2 == 0 ? sign * INFINITY : sign * ldexp(u, 40);
    case 1:
        return NAN;
    case 2:
        return sign * (floor(1000.0 * u) + 0.5) * 0x1p-32;
    case 3:
        return sign * 0x1p18;
    default:
        return sign * ldexp(u, (int)(world % 44) - 24);
    }
}

/* Sums of paths are those of qd_fixed one by one, whether they are read after each world or after many. */
static void test_sums_of_paths_are_exact(void **state)
{
    (void)state;
    qd_tally_t *tally = qd_tally_new(PERIODS, true);
    qd_int128_t sum[PERIODS] = {0};
    uint64_t count[PERIODS] = {0};
    for (uint64_t w = 0; w < WORLDS; w++) {
        qd_result_t result = {
            .periods = w % 5 == 0 ? PERIODS - 3 : PERIODS, .path = path, .path_stride = PERIODS};
        bool far = w % 3 == 0; /* else the whole path is near */
        for (uint32_t t = 0; t < PERIODS; t++) {
            double x = any_value(w, t);
            path[t] = far || !(fabs(x) > 0x1p18) ? x : 1.0;
            for (size_t s = 1; s < QD_SERIES_COUNT; s++)
                path[s * PERIODS + t] = 0.5;
            sum[t] += t < result.periods && !isnan(path[t]) ? qd_fixed(path[t]) : 0;
            count[t] += t < result.periods && !isnan(path[t]);
        }
        qd_tally_add(tally, w, &result);
        for (uint32_t t = 0; t < PERIODS && (w < 5 || w % 71 == 0 || w == WORLDS - 1); t++) {
            assert_int_equal(path_count(tally, 0, t), count[t]);
            if (count[t] > 0)
                QD_ASSERT_NEAR(path_mean(tally, 0, t), qd_fixed_mean(sum[t], count[t]), 0.0);
        }
    }
    qd_tally_free(tally);
}

static void test_shares_of_few_missions_are_exact(void **state)
{
    (void)state;
    const double share[] = {0.0, 0.25, 1.0 / 3, 0.5, 2.0 / 3, 0.75, 1.0};
    qd_tally_t *tally = qd_tally_new(QD_COUNT(share), true);
    double all[QD_SERIES_COUNT * QD_COUNT(share)] = {0};
    for (size_t t = 0; t < QD_COUNT(share); t++)
        all[QD_S_flexible * QD_COUNT(share) + t] = share[t];
    qd_result_t result = {.periods = QD_COUNT(share), .path = all, .path_stride = QD_COUNT(share)};
    qd_tally_add(tally, 0, &result);
    for (size_t t = 0; t < QD_COUNT(share); t++)
        QD_ASSERT_NEAR(path_quantile(tally, QD_S_flexible, t, 0.5), share[t], 1e-16);
    qd_tally_free(tally);
}

static void test_hash_tells_worlds_rows_and_failures_apart(void **state)
{
    (void)state;
    qd_tally_t *tally[5];
    qd_result_t zero = {.periods = 0}, negative = zero, other = zero;
    for (size_t o = 0; o < QD_OUTCOMES; o++)
        negative.outcomes.value[o] = -0.0;
    other.outcomes.not_converged = 1.0;
    for (size_t i = 0; i < 5; i++)
        tally[i] = qd_tally_new(PERIODS, false);
    qd_tally_add(tally[0], 1, &zero);
    qd_tally_add(tally[1], 1, &negative);
    qd_tally_add(tally[2], 2, &zero);
    qd_tally_add(tally[3], 1, &other);
    qd_tally_add_failure(tally[4], 1, "broken");
    qd_hash_sum_t first = qd_tally_hash(tally[0]);
    assert_true(first.low == qd_tally_hash(tally[1]).low && first.high == qd_tally_hash(tally[1]).high);
    for (size_t i = 2; i < 5; i++)
        assert_true(first.low != qd_tally_hash(tally[i]).low && first.high != qd_tally_hash(tally[i]).high);
    assert_int_equal(qd_tally_count(tally[4]), 0);
    assert_int_equal(qd_tally_failures(tally[4]), 1);
    for (size_t i = 0; i < 5; i++)
        qd_tally_free(tally[i]);
}

/* A tally added to itself 31 times: 270 * 2^31 worlds, without playing them. Means, quantiles, shares
 * stay what they were; counts are exact; beyond QD_WORLDS_MAX it is refused and stays as it is. */
static void test_counts_beyond_32_bits(void **state)
{
    (void)state;
    qd_tally_t *once = make_tally(0, WORLDS, 1), *tally = make_tally(0, WORLDS, 1);
    qd_error_t error = QD_ERROR_NONE;
    for (int doubling = 0; doubling < 31; doubling++) {
        buffer_t bytes = encode(tally);
        if (qd_tally_decode(tally, bytes.bytes, bytes.size, &error) != QD_OK)
            fail_msg("%s", error.text);
        free(bytes.bytes);
    }
    uint64_t times = (uint64_t)1 << 31, worlds = qd_tally_count(once) * times;
    assert_true(qd_tally_count(tally) == worlds);
    assert_true(qd_tally_failures(tally) == qd_tally_failures(once) * times);
    for (qd_outcome_t o = 0; o < QD_OUTCOMES; o++) {
        uint64_t bins[2][8];
        qd_summary_t a = qd_tally_summary(once, o), b = qd_tally_summary(tally, o);
        double n = (double)a.count;
        assert_true(b.count == a.count * times && b.min == a.min && b.max == a.max);
        assert_true(fabs(b.mean - a.mean) <= 1e-15 * fabs(a.mean));
        assert_true(fabs(b.sd - a.sd * sqrt((n - 1) / n)) <= 1e-9 * a.sd);
        for (double p = 0.0; p <= 1.0; p += 0.125)
            assert_true(qd_tally_quantile(tally, o, p) == qd_tally_quantile(once, o, p));
        qd_tally_histogram(once, o, -1.0, 3.0, 8, bins[0]);
        qd_tally_histogram(tally, o, -1.0, 3.0, 8, bins[1]);
        for (size_t i = 0; i < 8; i++)
            assert_true(bins[1][i] == bins[0][i] * times);
    }
    for (size_t i = 0; i < QD_PLANE_BINS * QD_PLANE_BINS; i++)
        assert_true(qd_tally_plane(tally)[i] == qd_tally_plane(once)[i] * times);
    for (qd_series_t s = 0; s < QD_SERIES_COUNT; s++)
        for (size_t t = 0; t < PERIODS; t++) {
            assert_true(path_count(tally, s, t) == path_count(once, s, t) * times);
            double a = path_quantile(once, s, t, 0.5), b = path_quantile(tally, s, t, 0.5);
            assert_true(a == b || (isnan(a) && isnan(b)));
        }
    buffer_t bytes = encode(tally);
    assert_int_equal(qd_tally_decode(tally, bytes.bytes, bytes.size, &error), QD_ERROR_INPUT);
    assert_true(qd_tally_count(tally) == worlds);
    free(bytes.bytes);
    qd_tally_free(once);
    qd_tally_free(tally);
}

/* The largest value seen is no bound: of few worlds the interval of an outcome without one is Student's, and
 * reaches beyond it. t(1, .975) = 12.7062, t(4, .975) = 2.77645. */
static void test_interval_is_not_cut_off_at_the_largest_value(void **state)
{
    (void)state;
    const double tension[] = {0.05844944, 0.07670392, 0.21321859, 0.22939501, 0.26018309};
    qd_tally_t *tally = qd_tally_new(PERIODS, false);
    qd_result_t result = {.periods = PERIODS};
    for (uint64_t w = 0; w < 5; w++) {
        result.outcomes.tension_mean = tension[w];
        result.outcomes.crises = w % 2 ? 45.0 : 35.0;
        qd_tally_add(tally, w, &result);
        qd_summary_t s = qd_tally_summary(tally, QD_O_tension_mean), c = qd_tally_summary(tally, QD_O_crises);
        if (w == 0)
            assert_true(isnan(s.low) && isnan(s.high) && isnan(c.low) && isnan(c.high));
        if (w == 1) {
            QD_ASSERT_NEAR(s.high, 0.06757668 + 12.7062 * 0.00912724, 1e-6);
            QD_ASSERT_NEAR(c.high, 40.0 + 12.7062 * 5.0, 1e-3);
            QD_ASSERT_NEAR(s.low, 0.0, 0.0);
        }
    }
    qd_summary_t s = qd_tally_summary(tally, QD_O_tension_mean);
    QD_ASSERT_NEAR(s.high, 0.16759001 + 2.77645 * 0.04162166, 1e-6);
    assert_true(s.high > s.max);
    qd_tally_free(tally);
}

static void test_empty_has_no_numbers(void **state)
{
    (void)state;
    qd_tally_t *tally = qd_tally_new(PERIODS, true);
    qd_summary_t s = qd_tally_summary(tally, QD_O_survival);
    assert_int_equal(s.count, 0);
    assert_true(isnan(s.mean) && isnan(s.sd) && isnan(s.mcse) && isnan(s.min) && isnan(s.max));
    assert_true(isnan(qd_tally_quantile(tally, QD_O_survival, 0.5)));
    add(tally, 0);
    s = qd_tally_summary(tally, QD_O_survival);
    assert_true(isfinite(s.mean));
    assert_true(isnan(s.sd));
    qd_tally_free(tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_split_gives_the_same_bits),
        cmocka_unit_test(test_bytes_come_back),
        cmocka_unit_test(test_damaged_bytes_are_refused_and_change_nothing),
        cmocka_unit_test(test_forged_bytes_are_refused),
        cmocka_unit_test(test_summary_and_quantiles_against_sorted_values),
        cmocka_unit_test(test_the_first_encoding_is_still_read),
        cmocka_unit_test(test_extents_are_those_of_the_tally),
        cmocka_unit_test(test_sd_of_a_narrow_spread),
        cmocka_unit_test(test_whole_numbers_are_exact),
        cmocka_unit_test(test_plane_counts_every_world),
        cmocka_unit_test(test_paths_against_sorted_values),
        cmocka_unit_test(test_sums_of_paths_are_exact),
        cmocka_unit_test(test_shares_of_few_missions_are_exact),
        cmocka_unit_test(test_hash_tells_worlds_rows_and_failures_apart),
        cmocka_unit_test(test_counts_beyond_32_bits),
        cmocka_unit_test(test_interval_is_not_cut_off_at_the_largest_value),
        cmocka_unit_test(test_empty_has_no_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
