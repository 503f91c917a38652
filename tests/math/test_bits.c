/* The format's arithmetic: fails under -ffast-math or contraction, or after a change of one bit of an
 * elementary function. Everything is computed once as this file is compiled and once more for a processor
 * with fused multiply-add, if the host is one: contraction would show there. */
#include "math/elementary.h"
#include "support/check.h"

#include <xxhash.h>

#ifdef __FAST_MATH__
#error "quadrille must not be compiled with -ffast-math: its results would differ from machine to machine"
#endif

#if defined(__x86_64__)
#define HAS_FUSED 1
#define FUSED     __attribute__((target("avx2,fma"), flatten))
#else
#define HAS_FUSED 0
#endif

#define ARGUMENTS 600

typedef struct {
    double a, b, c;
} triple_t;

/* Each a b + c is 0 or a power of two when the product is rounded first, and something else when it is not.
 */
static inline double worst_contraction(const triple_t *t, size_t count)
{
    double worst = 0.0;
    for (size_t i = 0; i < count; i++) {
        double found = t[i].a * t[i].b + t[i].c;
        worst = fmax(worst, fabs(found));
    }
    return worst;
}

static inline void compute(const double argument[ARGUMENTS], double out[6 * ARGUMENTS])
{
    for (size_t i = 0; i < ARGUMENTS; i++) {
        double u = argument[i], *at = out + 6 * i, point[3];
        at[0] = qd_exp(40.0 * (u - 0.5));
        at[1] = qd_log(0.001 + 50.0 * u);
        qd_cossin_turns(u, &at[2], &at[3]);
        at[4] = qd_chord_angle(2.0 * u);
        qd_sphere_point(u, 1.0 - u, point);
        at[5] = qd_similarity(point[0], point[1], u, u * u, qd_sharpness(0.7)) +
                qd_sphere_angle(point, (double[3]){0, 0, 1});
    }
}

#if HAS_FUSED
FUSED static double worst_contraction_fused(const triple_t *t, size_t count)
{
    return worst_contraction(t, count);
}

FUSED static void compute_fused(const double argument[ARGUMENTS], double out[6 * ARGUMENTS])
{
    compute(argument, out);
}

static bool fused_here(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

static void make_triples(triple_t *t, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        t[i].a = 1.0 + exp2(-30.0 - (double)(i % 10));
        t[i].b = t[i].a;
        t[i].c = -(1.0 + exp2(-29.0 - (double)(i % 10)));
    }
}

static void test_no_contraction(void **state)
{
    (void)state;
    triple_t t[40];
    make_triples(t, QD_COUNT(t));
    assert_true(fma(t[0].a, t[0].b, t[0].c) != 0.0); /* the cases are sensitive */
    assert_true(worst_contraction(t, QD_COUNT(t)) == 0.0);
#if HAS_FUSED
    if (fused_here())
        assert_true(worst_contraction_fused(t, QD_COUNT(t)) == 0.0);
    else
        print_message("no fused multiply-add here: contraction can be seen in the plain code only\n");
#endif
}

/* Sums keep the order of the source, and NaN is recognised. */
static void test_no_fast_math(void **state)
{
    (void)state;
    double terms[4];
    for (int i = 0; i < 4; i++)
        terms[i] = i == 1 ? 1e16 : i == 2 ? -1e16 : 1.0 + 0.0 * i;
    assert_true((terms[0] + terms[1]) + terms[2] == 0.0);
    assert_true(terms[0] + (terms[1] + terms[2]) == 1.0);
    double zero = terms[1] + terms[2], nothing = zero / zero;
    assert_true(nothing != nothing && isnan(nothing) && isinf(1.0 / zero));
    double small = 0x1p-1040 * terms[0];
    assert_true(small > 0.0 && small * 0x1p1000 == 0x1p-40); /* subnormal numbers are kept */
}

static uint64_t hash_of(const double *values, size_t count)
{
    return XXH3_64bits(values, count * sizeof *values);
}

/* 600 arguments through every elementary function, and the quantile at as many: one number each. */
static void test_golden_bits(void **state)
{
    (void)state;
    static double argument[ARGUMENTS], found[6 * ARGUMENTS], quantile[ARGUMENTS];
    for (size_t i = 0; i < ARGUMENTS; i++) {
        argument[i] = ((double)i + 0.5) / ARGUMENTS;
        quantile[i] = qd_normal_quantile(i % 3 ? argument[i] : qd_exp(-600.0 * argument[i]));
    }
    compute(argument, found);
    uint64_t expected = 0x77fb7e4007cfcd39ull, expected_quantile = 0x01f26b1b8b6d2fb0ull;
    if (hash_of(found, QD_COUNT(found)) != expected || hash_of(quantile, ARGUMENTS) != expected_quantile)
        fail_msg("bits have changed: found %016llx and %016llx; expected %016llx and %016llx",
                 (unsigned long long)hash_of(found, QD_COUNT(found)),
                 (unsigned long long)hash_of(quantile, ARGUMENTS), (unsigned long long)expected,
                 (unsigned long long)expected_quantile);
#if HAS_FUSED
    if (fused_here()) {
        static double again[6 * ARGUMENTS];
        compute_fused(argument, again);
        assert_true(hash_of(again, QD_COUNT(again)) == expected);
    }
#endif
}

/* The streams' bits: one hash over a thousand draws of each kind. */
static void test_golden_draws(void **state)
{
    (void)state;
    static double found[3000];
    for (uint32_t i = 0; i < 1000; i++) {
        qd_luck_t luck = {.seed = 20190917, .world = 1000003ull * i};
        found[3 * i] = qd_random_uniform(luck, QD_PURPOSE_CRISIS, i, 7 * i);
        found[3 * i + 1] = qd_random_open(luck, QD_PURPOSE_SAMPLER, i % 5, i);
        found[3 * i + 2] = qd_random_normal(luck, QD_PURPOSE_GROWTH, i, i % 32);
    }
    uint64_t expected = 0x70c38e01045bd3d3ull, hash = hash_of(found, QD_COUNT(found));
    if (hash != expected)
        fail_msg("bits have changed: found %016llx; expected %016llx", (unsigned long long)hash,
                 (unsigned long long)expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_contraction),
        cmocka_unit_test(test_no_fast_math),
        cmocka_unit_test(test_golden_bits),
        cmocka_unit_test(test_golden_draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
