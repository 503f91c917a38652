/* Measures of structure against published cases (validation.md parts 8 and 11), cases by hand, and plain
 * loops. */
#include "measure/structure.h"

#include "math/reduce.h"
#include "support/check.h"
#include "support/hand_made.h"
#include "support/naive_measures.h"

#define MOST 24

/* Measures of the present labels and shares. */
typedef struct {
    double effective, unaligned, largest;
    size_t blocs;
} alignment_t;

static alignment_t measure_alignment(const qd_state_t *state)
{
    qd_membership_t membership;
    assert_true(qd_membership_init(&membership, state->n));
    qd_membership_set(&membership, state);
    qd_alignment_t found = qd_measure_alignment(&membership, state->c);
    alignment_t out = {found.effective, found.unaligned, qd_measure_largest_bloc(&membership, state->c),
                       membership.blocs};
    qd_membership_free(&membership);
    return out;
}

/* ---- concentration and polarity ------------------------------------------------------------------------ */

/* Ray and Singer 1973, and 1/sum s^2 of the same shares, every state alone. */
static void test_concentration(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double c[5], concentration, effective;
    } cases[] = {
        {5, {.2, .2, .2, .2, .2}, 0.0, 5.0},
        {5, {1, 0, 0, 0, 0}, 1.0, 1.0},
        {5, {.5, .5, 0, 0, 0}, 0.6123724356957945, 2.0},
        {3, {.5, .3, .2}, 0.26457513110645903, 2.6315789473684212},
    };
    for (size_t k = 0; k < QD_COUNT(cases); k++) {
        QD_ASSERT_NEAR(qd_measure_concentration(cases[k].n, cases[k].c), cases[k].concentration, 1e-15);
        qd_world_t *world = qd_test_world(cases[k].n);
        for (size_t i = 0; i < cases[k].n; i++)
            world->state.c[i] = cases[k].c[i];
        alignment_t alignment = measure_alignment(&world->state);
        QD_ASSERT_NEAR(alignment.effective, cases[k].effective, 1e-14);
        QD_ASSERT_NEAR(alignment.unaligned, 1.0, 1e-15);
        assert_true(alignment.largest == cases[k].c[0]);
        qd_world_free(world);
    }
    assert_true(qd_measure_concentration(1, (double[]){1.0}) == 0.0);
}

static void test_polarity(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double c[22];
        int expected;
    } cases[] = {
        {3, {.8, .1, .1}, 0},
        {4, {.50, .20, .20, .10}, 0}, /* exactly half of the great, the second below a quarter */
        {4, {.50, .25, .15, .10}, 1}, /* the second holds a quarter */
        {2, {.5, .5}, 1},
        {4, {.30, .30, .20, .20}, 1}, /* both hold a quarter, together half */
        {4, {.25, .25, .25, .25}, 1}, /* and so exactly */
        {5, {.2, .2, .2, .2, .2}, 2},
        {4, {.40, .24, .20, .16}, 2}, /* first below half, second below a quarter */
        {3, {.16, .80, .04}, 0},      /* the order of states does not matter; 0.04 is not great */
        {6, {.50, .10, .04, .04, .04, .04}, 0},
        {4, {.05, .03, .03, .03}, 0}, /* 0.05 is great enough */
        {2, {.049, .049}, 3},
        {22, {0.0454, 0.0454, 0.0454}, 3},
    };
    for (size_t k = 0; k < QD_COUNT(cases); k++)
        if (qd_measure_polarity(cases[k].n, cases[k].c) != cases[k].expected)
            fail_msg("case %zu: found %d; expected %d", k, qd_measure_polarity(cases[k].n, cases[k].c),
                     cases[k].expected);
}

/* ---- balance ------------------------------------------------------------------------------------------- */

static double balance(size_t n, const double c[], double (*tie)(size_t i, size_t j))
{
    double a[MOST * MOST] = {0}, sizes[MOST] = {0}, scratch[MOST];
    size_t padded = qd_padded(n);
    for (size_t i = 0; i < n; i++) {
        sizes[i] = c ? c[i] : 1.0 / (double)n;
        for (size_t j = 0; j < n; j++)
            a[i * padded + j] = i == j ? 0.0 : tie(i < j ? i : j, i < j ? j : i);
    }
    return qd_measure_balance(n, padded, sizes, a, scratch);
}

static double friends(size_t i, size_t j)
{
    return 0.3 + 0.01 * (double)(i + j);
}

static double enemies(size_t i, size_t j)
{
    return -friends(i, j);
}

static double camps(size_t i, size_t j)
{
    return i % 2 == j % 2 ? friends(i, j) : enemies(i, j);
}

static double strangers(size_t i, size_t j)
{
    (void)i;
    (void)j;
    return 0.0;
}

/* All pairs friendly but one. */
static double quarrel(size_t i, size_t j)
{
    return i == 0 && j == 1 ? -1.0 : 1.0;
}

static void test_balance_of_extremes(void **state)
{
    (void)state;
    for (size_t n = 3; n <= MOST; n++) {
        QD_ASSERT_NEAR(balance(n, NULL, friends), 1.0, 1e-14);
        QD_ASSERT_NEAR(balance(n, NULL, camps), 1.0, 1e-14);
        QD_ASSERT_NEAR(balance(n, NULL, enemies), -1.0, 1e-14);
        assert_true(balance(n, NULL, strangers) == 0.0);
    }
    assert_true(balance(2, NULL, friends) == 0.0 && balance(1, NULL, friends) == 0.0); /* no triad */
    QD_ASSERT_NEAR(balance(3, NULL, quarrel), -1.0, 1e-15);
    QD_ASSERT_NEAR(balance(4, NULL, quarrel), 0.0, 1e-15); /* two triads of four hold the pair */
    /* weights: triads 012 and 013 (-), 023 and 123 (+) with c = 4, 3, 2, 1 */
    QD_ASSERT_NEAR(balance(4, (double[]){.4, .3, .2, .1}, quarrel), (8.0 + 6.0 - 24.0 - 12.0) / 50.0, 1e-15);
}

static void test_balance_against_plain_loops(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(91, 0);
    for (int round = 0; round < 400; round++) {
        double a[MOST * MOST] = {0}, c[MOST] = {0}, scratch[MOST], sum = 0.0, size = 0.0;
        size_t n = 1 + qd_test_below(&stream, MOST), padded = qd_padded(n);
        for (size_t i = 0; i < n; i++) {
            c[i] = qd_test_uniform(&stream);
            for (size_t j = 0; j < i; j++)
                a[i * padded + j] = a[j * padded + i] = qd_test_between(&stream, -1, 1);
        }
        for (size_t i = 0; i < n; i++)
            for (size_t j = i + 1; j < n; j++)
                for (size_t k = j + 1; k < n; k++) {
                    double w = c[i] * c[j] * c[k],
                           t = a[i * padded + j] * a[j * padded + k] * a[i * padded + k];
                    sum += w * t;
                    size += w * fabs(t);
                }
        double found = qd_measure_balance(n, padded, c, a, scratch);
        QD_ASSERT_NEAR(found, size > 0.0 ? sum / size : 0.0, 1e-12);
        assert_true(found >= -1.0 - 1e-14 && found <= 1.0 + 1e-14);
    }
}

/* ---- Gini ---------------------------------------------------------------------------------------------- */

static void test_gini(void **state)
{
    (void)state;
    assert_true(qd_measure_gini(0, (double[8]){0}) == 0.0);
    assert_true(qd_measure_gini(1, (double[8]){5}) == 0.0);
    assert_true(qd_measure_gini(3, (double[8]){0, 0, 0}) == 0.0);
    QD_ASSERT_NEAR(qd_measure_gini(4, (double[8]){2, 2, 2, 2}), 0.0, 1e-15);
    QD_ASSERT_NEAR(qd_measure_gini(2, (double[8]){3, 1}), 0.25, 1e-15);
    QD_ASSERT_NEAR(qd_measure_gini(5, (double[8]){0, 0, 7, 0, 0}), 0.8, 1e-15);
    QD_ASSERT_NEAR(qd_measure_gini(3, (double[8]){3, 1, 2}), 2.0 / 9, 1e-15);
    QD_ASSERT_NEAR(qd_measure_gini(9, (double[16]){1, 0, 0, 0, 0, 0, 0, 0, 1}), 7.0 / 9,
                   1e-15); /* two groups */
}

/* Half the mean difference over the mean. */
static void test_gini_against_plain_loops(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(92, 0);
    for (int round = 0; round < 2000; round++) {
        double v[40] = {0}, difference = 0.0, sum = 0.0;
        size_t n = 2 + qd_test_below(&stream, 39);
        for (size_t i = 0; i < n; i++) {
            v[i] = qd_test_uniform(&stream) < 0.2 ? 0.0 : exp(qd_test_normal(&stream));
            sum += v[i];
            for (size_t j = 0; j < i; j++)
                difference += 2.0 * fabs(v[i] - v[j]);
        }
        double expected = sum > 0.0 ? difference / (2.0 * (double)n * sum) : 0.0;
        QD_ASSERT_NEAR(qd_measure_gini(n, v), expected, 1e-13);
    }
}

/* ---- blocs, hostility ---------------------------------------------------------------------------------- */

static void test_alignment_by_hand(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(6);
    qd_test_set_sizes(world, (const double[]){3, 2, 2, 1, 1, 1});
    /* label 1 {0, 3}, label 2 {1} alone, label 3 {2, 4}, state 5 without */
    qd_test_set_labels(world, (const int[]){1, 2, 3, 1, 3, 0});
    alignment_t found = measure_alignment(&world->state);
    QD_ASSERT_NEAR(found.effective, 1.0 / (.4 * .4 + .2 * .2 + .3 * .3 + .1 * .1), 1e-14);
    QD_ASSERT_NEAR(found.unaligned, 0.3, 1e-15);
    QD_ASSERT_NEAR(found.largest, 0.4, 1e-15);
    assert_int_equal(found.blocs, 2); /* label 2 is none */
    world->state.cohesion[1] = 0.5;
    world->state.cohesion[2] = 1.0;
    world->state.cohesion[3] = 0.2;
    /* cohesion counts a label with one member too, and leaves out label 0 */
    QD_ASSERT_NEAR(qd_measure_cohesion(&world->state), (.4 * .5 + .2 * 1.0 + .3 * .2) / .9, 1e-15);
    qd_test_set_labels(world, (const int[]){0, 0, 0, 0, 0, 0});
    assert_true(qd_measure_cohesion(&world->state) == 0.0);
    qd_test_set_labels(world, (const int[]){4, 4, 4, 4, 4, 4});
    found = measure_alignment(&world->state);
    QD_ASSERT_NEAR(found.effective, 1.0, 1e-14);
    assert_true(found.unaligned == 0.0 && found.effective >= 1.0 && found.largest <= 1.0);
    qd_world_free(world);
}

/* An unaligned giant counts as the largest. */
static void test_largest_may_stand_alone(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(3);
    qd_test_set_sizes(world, (const double[]){6, 2, 2});
    qd_test_set_labels(world, (const int[]){1, 2, 2});
    QD_ASSERT_NEAR(measure_alignment(&world->state).largest, 0.6, 1e-15);
    QD_ASSERT_NEAR(measure_alignment(&world->state).unaligned, 0.6, 1e-15);
    qd_world_free(world);
}

/* The shares of one bloc of all states add up to more than 1 by rounding. */
static void test_largest_is_at_most_one(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(2);
    world->state.c[0] = 0.5 + 0x1p-52;
    world->state.c[1] = 0.5;
    qd_test_set_labels(world, (const int[]){1, 1});
    assert_true(world->state.c[0] + world->state.c[1] > 1.0);
    assert_true(measure_alignment(&world->state).largest == 1.0);
    qd_world_free(world);
}

/* As many blocs as there can be, pairs all, and labels with one holder between them; then all alone. */
static void test_most_blocs(void **state)
{
    (void)state;
    for (size_t n = 1; n <= MOST; n++) {
        qd_world_t *world = qd_test_world(n);
        world->state.labels = QD_LABELS_MAX;
        for (size_t i = 0; i < n; i++)
            world->state.label[i] = (int)(i / 2) * 2 + 1;
        alignment_t found = measure_alignment(&world->state);
        assert_int_equal(found.blocs, n / 2);
        QD_ASSERT_NEAR(found.unaligned, n % 2 ? 1.0 / (double)n : 0.0, 1e-15);
        QD_ASSERT_NEAR(found.largest, (n > 1 ? 2.0 : 1.0) / (double)n, 1e-15);
        for (size_t i = 0; i < n; i++)
            world->state.label[i] = (int)i + 1;
        found = measure_alignment(&world->state);
        assert_int_equal(found.blocs, 0);
        QD_ASSERT_NEAR(found.effective, (double)n, 1e-13);
        qd_world_free(world);
    }
}

static void test_hostility_by_hand(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(4);
    assert_true(qd_measure_polarisation(&world->state) == 0.0 &&
                qd_measure_hostile_dyads(&world->state) == 0.0);
    qd_test_set_affinity(world, 0, 1, -0.5);
    qd_test_set_affinity(world, 0, 2, 0.9);
    qd_test_set_affinity(world, 2, 3, -1.0);
    QD_ASSERT_NEAR(qd_measure_polarisation(&world->state), 4 * (0.5 + 1.0) / 16, 1e-15);
    QD_ASSERT_NEAR(qd_measure_hostile_dyads(&world->state), 2.0 / 6, 1e-15);
    qd_world_free(world);
    /* two equal camps that hate each other wholly: 4 * 1/2 * 1/2 */
    world = qd_test_world(2);
    qd_test_set_affinity(world, 0, 1, -1.0);
    QD_ASSERT_NEAR(qd_measure_polarisation(&world->state), 1.0, 1e-15);
    QD_ASSERT_NEAR(qd_measure_hostile_dyads(&world->state), 1.0, 0.0);
    qd_world_free(world);
}

static void test_against_plain_loops(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(93, 0);
    for (int round = 0; round < 500; round++) {
        size_t n = 2 + qd_test_below(&stream, 22);
        qd_world_t *world = qd_test_world(n);
        qd_state_t *s = &world->state;
        double sizes[MOST], share[9] = {0}, alone = 0.0, squares = 0.0, hostile = 0.0, pairs = 0.0,
                            polar = 0.0;
        double most = 0.0, concentration = 0.0;
        int members[9] = {0};
        for (size_t i = 0; i < n; i++)
            sizes[i] = exp(qd_test_normal(&stream));
        qd_test_set_sizes(world, sizes);
        for (size_t i = 0; i < n; i++) {
            s->label[i] = (int)qd_test_below(&stream, 9);
            share[s->label[i]] += s->c[i];
            members[s->label[i]]++;
            concentration += s->c[i] * s->c[i];
            for (size_t j = 0; j < i; j++) {
                double a = qd_test_between(&stream, -1, 1);
                qd_test_set_affinity(world, i, j, a);
                pairs += 1.0;
                hostile += a < 0.0;
                polar += 4.0 * s->c[i] * s->c[j] * fmax(-a, 0.0);
            }
        }
        for (size_t i = 0; i < n; i++) {
            bool aligned = s->label[i] > 0 && members[s->label[i]] > 1;
            double part = aligned ? share[s->label[i]] : s->c[i];
            squares += s->c[i] * part; /* each bloc's s^2, member by member */
            alone += aligned ? 0.0 : s->c[i];
            most = fmax(most, part);
        }
        alignment_t found = measure_alignment(s);
        QD_ASSERT_NEAR(found.effective, 1.0 / squares, 1e-12);
        QD_ASSERT_NEAR(found.unaligned, alone, 1e-14);
        QD_ASSERT_NEAR(found.largest, most, 1e-14);
        QD_ASSERT_NEAR(qd_measure_hostile_dyads(s), hostile / pairs, 1e-15);
        QD_ASSERT_NEAR(qd_measure_polarisation(s), polar, 1e-13);
        double even = 1.0 / (double)n;
        QD_ASSERT_NEAR(qd_measure_concentration(n, s->c), sqrt((concentration - even) / (1.0 - even)), 1e-12);
        qd_world_free(world);
    }
}

/* ---- clubs --------------------------------------------------------------------------------------------- */

/* Draws poles, a depth and levels. */
static void draw_clubs(qd_state_t *s, qd_test_stream_t *stream)
{
    s->poles = 1 + qd_test_below(stream, s->n < 5 ? s->n - 1 : 4);
    s->depth = 1 + qd_test_below(stream, 4);
    memset(s->level, 0, s->poles * s->padded * sizeof *s->level);
    for (size_t k = 0; k < s->poles; k++)
        for (size_t i = 0; i < s->n; i++)
            s->level[k * s->padded + i] = (double)(i == k ? s->depth : qd_test_below(stream, s->depth + 1));
}

/* Part 13 of model.md, term by term. */
static void test_clubs_against_plain_loops(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(94, 0);
    qd_depths_t depths;
    assert_true(qd_depths_init(&depths, MOST));
    for (int round = 0; round < 500; round++) {
        size_t n = 2 + qd_test_below(&stream, MOST - 1);
        qd_world_t *world = qd_test_world(n);
        qd_state_t *s = &world->state;
        double sizes[MOST], several = 0.0, pairs = 0.0, rivals = 0.0;
        for (size_t i = 0; i < n; i++) {
            sizes[i] = exp(qd_test_normal(&stream));
            for (size_t j = 0; j < i; j++)
                qd_test_set_affinity(world, i, j, qd_test_between(&stream, round % 5 == 0 ? 0 : -1, 1));
        }
        qd_test_set_sizes(world, sizes);
        draw_clubs(s, &stream);
        for (size_t i = s->poles; i < n; i++) {
            double clubs = 0.0;
            for (size_t k = 0; k < s->poles; k++)
                clubs += s->level[k * s->padded + i] >= 1.0;
            several += clubs >= 2.0;
        }
        for (size_t k = 0; k < s->poles; k++)
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < i; j++) {
                    const double *level = s->level + k * s->padded;
                    bool pair = i != k && j != k && level[i] >= 1.0 && level[j] >= 1.0;
                    pairs += pair;
                    rivals += pair && s->affinity[i * s->padded + j] < 0.0;
                }
        qd_depths_set(&depths, s);
        QD_ASSERT_NEAR(qd_measure_integration(&depths, s->c), qd_test_integration(s), 1e-14);
        QD_ASSERT_NEAR(qd_measure_overlap(s), several / (double)(n - s->poles), 1e-15);
        QD_ASSERT_NEAR(qd_measure_rival_spokes(s), pairs > 0.0 ? rivals / pairs : 0.0, 1e-15);
        qd_world_free(world);
    }
    qd_depths_free(&depths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_concentration),
        cmocka_unit_test(test_polarity),
        cmocka_unit_test(test_balance_of_extremes),
        cmocka_unit_test(test_balance_against_plain_loops),
        cmocka_unit_test(test_gini),
        cmocka_unit_test(test_gini_against_plain_loops),
        cmocka_unit_test(test_alignment_by_hand),
        cmocka_unit_test(test_largest_may_stand_alone),
        cmocka_unit_test(test_largest_is_at_most_one),
        cmocka_unit_test(test_most_blocs),
        cmocka_unit_test(test_hostility_by_hand),
        cmocka_unit_test(test_against_plain_loops),
        cmocka_unit_test(test_clubs_against_plain_loops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
