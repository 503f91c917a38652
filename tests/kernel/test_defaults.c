/* The defaults, pinned: means of every outcome over 10,000 worlds an order (tests/data/defaults.txt, with
 * their standard errors), and the bits of the first worlds, so that every change of the model fails a test.
 * Worlds of another seed must agree with the pinned means. When the model is changed on purpose, run this
 * program with QD_PIN_DEFAULTS naming the file to rewrite. */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <xxhash.h>

#include "quadrille/world.h"

#define PINNED_WORLDS  10000
#define CHECKED_WORLDS 2000
#define HASHED_WORLDS  200
#define KINDS          3
#define FIRST          (QD_O_not_converged + 1) /* outcomes of the first edition: their bits are pinned */
#define DATA           QD_SOURCE_DIR "/tests/data/defaults.txt"

typedef struct {
    double mean[QD_OUTCOMES], se[QD_OUTCOMES];
    uint64_t hash; /* of the outcomes of the first HASHED_WORLDS worlds */
} moments_t;

static void play(qd_order_kind_t kind, uint64_t seed, uint64_t worlds, moments_t *out)
{
    qd_plan_t plan = qd_plan_default(kind);
    qd_world_t *world = qd_world_new(qd_plan_states_max(&plan), qd_plan_periods_max(&plan));
    double sum[QD_OUTCOMES] = {0}, squares[QD_OUTCOMES] = {0}, n = (double)worlds;
    assert_non_null(world);
    out->hash = 0;
    for (uint64_t w = 0; w < worlds; w++) {
        qd_result_t result;
        qd_world_play(world, &plan, (qd_luck_t){seed, w}, NULL, &result);
        assert_null(result.failure);
        for (size_t o = 0; o < QD_OUTCOMES; o++) {
            double x = result.outcomes.value[o];
            sum[o] += x;
            squares[o] += x * x;
        }
        if (w < HASHED_WORLDS)
            out->hash = XXH3_64bits_withSeed(&result.outcomes, FIRST * sizeof(double), out->hash);
    }
    for (size_t o = 0; o < QD_OUTCOMES; o++) {
        double mean = sum[o] / n, variance = (squares[o] / n - mean * mean) * n / (n - 1.0);
        out->mean[o] = mean;
        out->se[o] = sqrt(variance > 0.0 ? variance / n : 0.0);
    }
    qd_world_free(world);
}

static void pin(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "# order outcome mean standard_error: %d worlds of seed 1; hash: bits of the first %d\n",
            PINNED_WORLDS, HASHED_WORLDS);
    for (qd_order_kind_t kind = 0; kind < KINDS; kind++) {
        moments_t moments;
        play(kind, 1, PINNED_WORLDS, &moments);
        fprintf(file, "%s hash %016" PRIx64 "\n", qd_order_name(kind), moments.hash);
        for (size_t o = 0; o < QD_OUTCOMES; o++)
            fprintf(file, "%s %s %.9g %.3g\n", qd_order_name(kind), qd_outcome_name(o), moments.mean[o],
                    moments.se[o]);
    }
    fclose(file);
}

static void read_pinned(moments_t pinned[KINDS])
{
    FILE *file = fopen(DATA, "r");
    char line[256];
    size_t rows = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        char order[32], name[32], rest[128];
        if (line[0] == '#' || sscanf(line, "%31s %31s %127[^\n]", order, name, rest) != 3)
            continue;
        size_t kind = 0;
        while (strcmp(qd_order_name(kind), order) != 0)
            kind++;
        assert_true(kind < KINDS);
        if (strcmp(name, "hash") == 0) {
            pinned[kind].hash = strtoull(rest, NULL, 16);
            continue;
        }
        int o = qd_outcome_find(name);
        assert_true(o >= 0);
        assert_int_equal(sscanf(rest, "%lf %lf", &pinned[kind].mean[o], &pinned[kind].se[o]), 2);
        rows++;
    }
    fclose(file);
    assert_int_equal(rows, KINDS * QD_OUTCOMES);
}

/* 153 comparisons: |z| <= 4.5 each lets one right program in a thousand fail, and with fixed seeds never. */
static void test_means_agree_with_the_pinned_ones(void **state)
{
    (void)state;
    moments_t pinned[KINDS], found;
    read_pinned(pinned);
    for (qd_order_kind_t kind = 0; kind < KINDS; kind++) {
        play(kind, 2, CHECKED_WORLDS, &found);
        for (size_t o = 0; o < QD_OUTCOMES; o++) {
            double se = hypot(pinned[kind].se[o], found.se[o]),
                   gap = fabs(found.mean[o] - pinned[kind].mean[o]);
            if (gap > 4.5 * se + 1e-9)
                fail_msg("%s %s: found %.6g, pinned %.6g, z = %.1f", qd_order_name(kind), qd_outcome_name(o),
                         found.mean[o], pinned[kind].mean[o], gap / se);
        }
    }
}

static void test_bits_of_the_first_worlds(void **state)
{
    (void)state;
    moments_t pinned[KINDS], found;
    qd_error_t error = QD_ERROR_NONE;
    read_pinned(pinned);
    for (qd_isa_t isa = QD_ISA_V2; isa < QD_ISA_COUNT; isa++) {
        qd_error_t lacking = QD_ERROR_NONE;
        if (qd_isa_select(isa, &lacking) != QD_OK) {
            print_message("instruction set %s left out: %s", qd_isa_name(isa), lacking.text);
            continue;
        }
        for (qd_order_kind_t kind = 0; kind < KINDS; kind++) {
            play(kind, 1, HASHED_WORLDS, &found);
            if (found.hash != pinned[kind].hash)
                fail_msg("%s, %s: other bits than those pinned", qd_isa_name(isa), qd_order_name(kind));
        }
    }
    assert_int_equal(qd_isa_select(QD_ISA_AUTO, &error), QD_OK);
}

int main(void)
{
    const char *path = getenv("QD_PIN_DEFAULTS");
    if (path) {
        pin(path);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_means_agree_with_the_pinned_ones),
        cmocka_unit_test(test_bits_of_the_first_worlds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
