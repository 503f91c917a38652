/* labels: validation */
/* Search: the proven optima of case 4, planted networks of the largest size, agreement with exact answers. */
#include <math.h>

#include "landscape/published.h"
#include "landscape/search.h"

#define FOLDER QD_SOURCE_DIR "/experiments/landscapes/"

static void cow_1946(const char *file, const char *source, double optimum)
{
    char path[512];
    snprintf(path, sizeof path, FOLDER "%s", file);
    qd_landscape_t *self = load_landscape(path);
    self->starts = 200;
    qd_landscape_answer_t *answer = solve(self, 2);
    assert_int_equal(self->actors, 64);
    published_number("4", source, "disagreements (search)", optimum, answer->minimum[0].disagreements);
    assert_false(answer->exact);
    assert_true(answer->starts == 200 && answer->hits > 100);
    qd_landscape_answer_free(answer);
    qd_landscape_free(self);
}

static void cow_two_camps(void **state)
{
    (void)state;
    cow_1946("cow1946-two-camps.yaml", "Doreian and Mrvar 2015, 1946-49, two camps", 17);
}

static void cow_blocs(void **state)
{
    (void)state;
    cow_1946("cow1946-blocs.yaml", "Doreian and Mrvar 2015, 1946-49, blocs", 12);
}

/* 151 actors in `groups` groups, 1247 ties, friends within and foes across but for one in `noise` that is
 * reversed. */
static qd_landscape_t *plant(qd_landscape_rule_t rule, size_t groups, double noise, double *planted)
{
    const size_t n = 151, ties = 1247;
    qd_luck_t luck = {11, groups};
    qd_landscape_t *self = make_landscape(n, rule, QD_METHOD_SEARCH);
    *planted = 0.0;
    for (uint32_t k = 0, made = 0; made < ties; k++) {
        size_t i = (size_t)(qd_random_uniform(luck, QD_PURPOSE_LANDSCAPE, 0, 3 * k) * (double)n);
        size_t j = (size_t)(qd_random_uniform(luck, QD_PURPOSE_LANDSCAPE, 0, 3 * k + 1) * (double)n);
        if (i == j || self->propensity[i * n + j] != 0.0)
            continue;
        bool reversed = qd_random_uniform(luck, QD_PURPOSE_LANDSCAPE, 0, 3 * k + 2) < noise;
        *planted += reversed;
        set_pair(self, i, j, (i % groups == j % groups) != reversed ? 1.0 : -1.0);
        made++;
    }
    return self;
}

/* The search finds planted groups: with little noise a better partition is unlikely, and the planted one is
 * an upper bound of the optimum in any case. */
static void planted_networks(void **state)
{
    (void)state;
    const qd_landscape_rule_t rules[] = {QD_RULE_TWO_CAMPS, QD_RULE_BLOCS, QD_RULE_BLOCS, QD_RULE_BLOCS};
    const size_t groups[] = {2, 3, 6, 10};
    const double noise[] = {0.10, 0.08, 0.05, 0.03};
    for (size_t k = 0; k < 4; k++) {
        double planted;
        qd_landscape_t *self = plant(rules[k], groups[k], noise[k], &planted);
        self->starts = 40;
        qd_landscape_answer_t *answer = solve(self, 2);
        printf("planted %s, %zu groups: planted %g, found %g by %d of 40 starts\n",
               qd_landscape_rule_name(self->rule), groups[k], planted, answer->minimum[0].disagreements,
               (int)answer->hits);
        assert_true(answer->minimum[0].disagreements <= planted);
        assert_true(answer->hits >= 20);
        qd_landscape_answer_free(answer);
        qd_landscape_free(self);
    }
}

/* Random weights, of a size that the exact methods can still solve. */
static void reaches_exact_optima(void **state)
{
    (void)state;
    for (uint64_t world = 0; world < 6; world++) {
        qd_landscape_rule_t rule = world % 2 ? QD_RULE_BLOCS : QD_RULE_TWO_CAMPS;
        qd_landscape_t *self = make_landscape(16, rule, QD_METHOD_EXACT);
        draw_propensities(self, 200 + world);
        qd_landscape_answer_t *exact = solve(self, 2);
        self->method = QD_METHOD_SEARCH;
        self->starts = 30;
        qd_landscape_answer_t *found = solve(self, 2);
        assert_memory_equal(exact->minimum[0].group, found->minimum[0].group, 16 * sizeof(uint16_t));
        /* the exact one may be a sum of digits, the found one is a sum of doubles */
        double energy = exact->minimum[0].energy;
        assert_true(fabs(energy - found->minimum[0].energy) <= 1e-14 * fabs(energy));
        qd_landscape_answer_free(exact);
        qd_landscape_answer_free(found);
        qd_landscape_free(self);
    }
}

/* The same seed gives the same answer on any number of threads; another seed meets other minima. */
static void seed_decides(void **state)
{
    (void)state;
    double planted;
    qd_landscape_t *self = plant(QD_RULE_BLOCS, 5, 0.3, &planted);
    self->starts = 20;
    qd_landscape_answer_t *alone = solve(self, 0), *three = solve(self, 3);
    assert_same_answer(alone, three);
    self->seed = 2;
    qd_landscape_answer_t *other = solve(self, 2);
    assert_true(memcmp(alone->minimum[0].group, other->minimum[0].group, 151 * sizeof(uint16_t)) != 0);
    qd_landscape_answer_free(alone);
    qd_landscape_answer_free(three);
    qd_landscape_answer_free(other);
    qd_landscape_free(self);
}

/* Everything a search lists is stable in the kernel's own game, and in order. */
static void results_are_stable(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    for (int rule = QD_RULE_TWO_CAMPS; rule <= QD_RULE_BLOCS; rule++) {
        double planted;
        qd_landscape_t *self = plant((qd_landscape_rule_t)rule, 4, 0.25, &planted);
        self->starts = 20;
        qd_landscape_answer_t *answer = solve(self, 2);
        qd_weights_t weights;
        qd_landscape_game_t game;
        assert_int_equal(qd_weights_init(&weights, self, &error), QD_OK);
        assert_int_equal(qd_landscape_game_init(&game, &weights, self->rule, &error), QD_OK);
        uint64_t ended = 0;
        for (size_t m = 0; m < answer->minima; m++) {
            qd_landscape_game_enter(&game, answer->minimum[m].group);
            double before = answer->minimum[m].disagreements;
            qd_landscape_game_settle(&game);
            uint16_t group[151];
            qd_landscape_game_leave(&game, group);
            assert_true(qd_weights_disagreements(&weights, group) == before);
            assert_true(m == 0 || before >= answer->minimum[m - 1].disagreements);
            ended += answer->minimum[m].basin;
        }
        assert_true(ended == 20);
        qd_landscape_game_free(&game);
        qd_weights_free(&weights);
        qd_landscape_answer_free(answer);
        qd_landscape_free(self);
    }
}

/* One actor has one configuration, stable and of energy 0; both rules, both methods. */
static void one_actor(void **state)
{
    (void)state;
    for (int rule = QD_RULE_TWO_CAMPS; rule <= QD_RULE_BLOCS; rule++)
        for (int method = QD_METHOD_EXACT; method <= QD_METHOD_SEARCH; method++) {
            qd_landscape_t *self =
                make_landscape(1, (qd_landscape_rule_t)rule, (qd_landscape_method_t)method);
            self->starts = 5;
            qd_landscape_answer_t *answer = solve(self, 2);
            assert_true(answer->configurations == 1.0);
            assert_int_equal(answer->exact, method == QD_METHOD_EXACT);
            assert_true(answer->minima == 1 && answer->minima_total == 1 && answer->optima == 1);
            const qd_minimum_t *minimum = &answer->minimum[0];
            assert_true(minimum->energy == 0.0 && minimum->disagreements == 0.0 && minimum->groups == 1);
            assert_true(minimum->group[0] == 0 && minimum->strict && minimum->plateau == 0);
            assert_int_equal(minimum->basin, method == QD_METHOD_EXACT ? 1 : 5);
            assert_int_equal(answer->hits, method == QD_METHOD_EXACT ? 0 : 5);
            qd_landscape_answer_free(answer);
            qd_landscape_free(self);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cow_two_camps),    cmocka_unit_test(cow_blocs),
        cmocka_unit_test(planted_networks), cmocka_unit_test(reaches_exact_optima),
        cmocka_unit_test(seed_decides),     cmocka_unit_test(results_are_stable),
        cmocka_unit_test(one_actor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
