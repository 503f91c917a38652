/* labels: validation */
/* Any number of blocs: published cases 2, 3 and 5, both exact methods against each other and the definition,
 * and the kernel's bloc game on random hedonic games. */
#include <math.h>

#include "landscape/answer.h"
#include "landscape/methods.h"
#include "landscape/published.h"
#include "landscape/search.h"

#define FOLDER QD_SOURCE_DIR "/experiments/landscapes/"

static void unix_1988(void **state)
{
    (void)state;
    const char *source = "Axelrod and Bennett 1993, Unix 1988, blocs";
    qd_landscape_t *self = load_landscape(FOLDER "unix1988-blocs.yaml");
    qd_landscape_answer_t *answer = solve(self, 2);
    published_number("2", source, "least disagreements", 0, answer->minimum[0].disagreements);
    published_number("2", source, "partitions that reach it", 501, (double)answer->optima);
    assert_int_equal(answer->minima, 501);
    assert_int_equal(answer->plateaus, 1);
    assert_true(answer->configurations == 21147.0);
    qd_landscape_answer_free(answer);
    qd_landscape_free(self);
}

static void tribes(void **state)
{
    (void)state;
    const char *source = "Read 1954, highland tribes, blocs";
    qd_landscape_t *self = load_landscape(FOLDER "tribes-blocs.yaml");
    qd_landscape_answer_t *answer = solve(self, 2);
    char text[512];
    published_number("3", source, "disagreements", 2, answer->minimum[0].disagreements);
    published_number("3", source, "optima", 1, (double)answer->optima);
    published_number("3", source, "blocs", 3, (double)answer->minimum[0].groups);
    describe_groups(self, &answer->minimum[0], text, sizeof text);
    published_text(
        "3", source, "optimum",
        "Gavev Kotun Nagad Gama / Ove Alika Gahuk Asaro Masil Ukudz Geham / Nagam Notoh Kohik Seuve Uheto",
        text);
    qd_landscape_answer_free(answer);
    qd_landscape_free(self);
}

/* ---- case 5 -------------------------------------------------------------------------------------------- */

static void labels_of(const qd_minimum_t *minimum, size_t n, char out[])
{
    for (size_t i = 0; i < n; i++)
        out[i] = (char)('0' + minimum->group[i]);
    out[n] = '\0';
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void hedonic(void **state)
{
    (void)state;
    const char *source = "hedonic game with empty core";
    qd_landscape_t *self = load_landscape(FOLDER "hedonic.yaml");
    qd_landscape_answer_t *answer = solve(self, 1);
    char label[4][8], all[64];
    published_number("5", source, "Nash-stable partitions", 4, (double)answer->minima_total);
    for (size_t m = 0; m < 4; m++)
        labels_of(&answer->minimum[m], 6, label[m]);
    qsort(label, 4, sizeof label[0], by_text);
    snprintf(all, sizeof all, "%s, %s, %s, %s", label[0], label[1], label[2], label[3]);
    published_text("5", source, "their labels", "000122, 001112, 010203, 012200", all);
    qd_landscape_answer_free(answer);
    qd_landscape_free(self);
}

/* The same four by the kernel's own game: of all 203 partitions, no actor leaves these, and some actor leaves
 * each other one. */
static void hedonic_by_the_kernel(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    qd_landscape_t *self = load_landscape(FOLDER "hedonic.yaml");
    qd_weights_t weights;
    qd_landscape_game_t game;
    assert_int_equal(qd_weights_init(&weights, self, &error), QD_OK);
    assert_int_equal(qd_landscape_game_init(&game, &weights, QD_RULE_BLOCS, &error), QD_OK);
    size_t stable = 0, partitions = 0;
    for (uint32_t code = 0; code < 46656; code++) { /* 6^6 labellings, of which the canonical ones are kept */
        uint16_t group[6], canonical[6];
        for (uint32_t i = 0, rest = code; i < 6; i++, rest /= 6)
            group[i] = (uint16_t)(rest % 6);
        memcpy(canonical, group, sizeof group);
        qd_partition_renumber(canonical, 6);
        if (memcmp(canonical, group, sizeof group) != 0)
            continue;
        partitions++;
        qd_landscape_game_enter(&game, group);
        stable += qd_landscape_game_settle(&game) == 1;
    }
    assert_int_equal(partitions, 203);
    published_number("5", "hedonic game with empty core",
                     "partitions that the kernel's bloc game leaves alone", 4, (double)stable);
    qd_landscape_game_free(&game);
    qd_weights_free(&weights);
    qd_landscape_free(self);
}

/* Whether no actor gains by moving to another bloc or by being alone. */
static bool is_stable(const qd_weights_t *weights, const uint16_t group[])
{
    double offers[17];
    size_t groups = 0;
    for (size_t i = 0; i < weights->n; i++)
        groups = group[i] >= groups ? group[i] + 1u : groups;
    return !qd_partition_moves(weights, weights->n, group, groups, offers).lowers;
}

/* Bogomolnaia and Jackson 2002: best replies end in a Nash-stable partition, from every start. */
static void random_hedonic_games(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    const uint64_t games = 3000;
    uint64_t ended = 0;
    for (uint64_t world = 0; world < games; world++) {
        size_t n = 2 + world % 15;
        qd_landscape_t *self = make_landscape(n, QD_RULE_BLOCS, QD_METHOD_EXACT);
        draw_propensities(self, world);
        for (size_t i = 0; i < n; i++)
            self->size[i] = qd_random_open((qd_luck_t){4, world}, QD_PURPOSE_LANDSCAPE, 2, (uint32_t)i);
        qd_weights_t weights;
        qd_landscape_game_t game;
        assert_int_equal(qd_weights_init(&weights, self, &error), QD_OK);
        assert_int_equal(qd_landscape_game_init(&game, &weights, QD_RULE_BLOCS, &error), QD_OK);
        bool good = true;
        for (uint32_t start = 0; start < 4; start++) {
            uint16_t group[16];
            for (size_t i = 0; i < n; i++)
                group[i] = (uint16_t)(qd_random_uniform((qd_luck_t){5, world}, QD_PURPOSE_LANDSCAPE, start,
                                                        (uint32_t)i) *
                                      (double)n);
            qd_partition_renumber(group, n);
            qd_landscape_game_enter(&game, group);
            good = qd_landscape_game_settle(&game) <= QD_PASSES_MAX && good;
            qd_landscape_game_leave(&game, group);
            good = is_stable(&weights, group) && good;
        }
        ended += good;
        qd_landscape_game_free(&game);
        qd_weights_free(&weights);
        qd_landscape_free(self);
    }
    published_number("5", "Bogomolnaia and Jackson 2002",
                     "random games of 3000 whose bloc game ends Nash-stable from "
                     "every start",
                     (double)games, (double)ended);
}

/* ---- the two exact methods ----------------------------------------------------------------------------- */

static void methods_agree(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    for (uint64_t world = 0; world < 24; world++) {
        size_t n = 2 + world % 8;
        qd_landscape_t *self = make_landscape(n, QD_RULE_BLOCS, QD_METHOD_EXACT);
        draw_propensities(self, world);
        if (world % 2) /* small whole numbers: many ties */
            for (size_t k = 0; k < n * n; k++)
                self->propensity[k] = rint(self->propensity[k]);
        qd_landscape_answer_t *walked = solve(self, 2), *planned = calloc(1, sizeof *planned);
        qd_weights_t weights;
        assert_non_null(planned);
        planned->actors = n;
        assert_int_equal(qd_weights_init(&weights, self, &error), QD_OK);
        assert_int_equal(qd_subsets_solve(&weights, NULL, planned, &error), QD_OK);
        assert_true(fabs(planned->minimum[0].energy - walked->minimum[0].energy) < 1e-12);
        assert_true(planned->optima == walked->optima);
        assert_int_equal(planned->minima, planned->optima);
        uint64_t basins = 0;
        for (size_t m = 0; m < walked->minima; m++) {
            assert_true(is_stable(&weights, walked->minimum[m].group));
            basins += walked->minimum[m].basin;
        }
        for (size_t m = 0; m < planned->minima; m++)
            assert_true(is_stable(&weights, planned->minimum[m].group));
        assert_true((double)basins == walked->configurations);
        qd_landscape_answer_free(walked);
        qd_landscape_answer_free(planned);
        qd_weights_free(&weights);
        qd_landscape_free(self);
    }
}

static void threads_do_not_matter(void **state)
{
    (void)state;
    for (size_t n = 10; n <= 15; n += 5) {
        qd_landscape_t *self = make_landscape(n, QD_RULE_BLOCS, QD_METHOD_EXACT);
        draw_propensities(self, n);
        qd_landscape_answer_t *alone = solve(self, 0), *three = solve(self, 3);
        assert_same_answer(alone, three);
        qd_landscape_answer_free(alone);
        qd_landscape_answer_free(three);
        qd_landscape_free(self);
    }
}

static void bell_numbers(void **state)
{
    (void)state;
    const double first[] = {1, 1, 2, 5, 15, 52, 203, 877, 4140, 21147, 115975};
    for (size_t n = 0; n <= 10; n++)
        assert_true(qd_bell_number(n) == first[n]);
    assert_true(qd_bell_number(16) == 10480142147.0);
    assert_true(isfinite(qd_bell_number(218)) && isinf(qd_bell_number(219)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unix_1988),
        cmocka_unit_test(tribes),
        cmocka_unit_test(hedonic),
        cmocka_unit_test(hedonic_by_the_kernel),
        cmocka_unit_test(random_hedonic_games),
        cmocka_unit_test(methods_agree),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(bell_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
