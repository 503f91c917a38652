/* labels: validation */
/* The exact landscape of two camps: published cases 1 to 3, agreement with brute force, and invariances. */
#include <math.h>

#include "landscape/published.h"

#define FOLDER QD_SOURCE_DIR "/experiments/landscapes/"

static void check_minimum(const char *number, const char *source, const qd_landscape_t *self,
                          const qd_landscape_answer_t *answer, size_t m, const char *groups, double energy,
                          uint64_t basin)
{
    char text[512], quantity[64];
    describe_groups(self, &answer->minimum[m], text, sizeof text);
    snprintf(quantity, sizeof quantity, "minimum %zu", m + 1);
    published_text(number, source, quantity, groups, text);
    snprintf(quantity, sizeof quantity, "energy of minimum %zu", m + 1);
    published_number(number, source, quantity, energy, answer->minimum[m].energy);
    snprintf(quantity, sizeof quantity, "basin of minimum %zu", m + 1);
    if (basin > 0)
        published_number(number, source, quantity, (double)basin, (double)answer->minimum[m].basin);
    assert_true(answer->minimum[m].strict);
}

static void syria(void **state)
{
    (void)state;
    const char *source = "Axelrod and Furnas 2016, Syria";
    qd_landscape_t *self = load_landscape(FOLDER "syria.yaml");
    qd_landscape_answer_t *answer = solve(self, 2);
    published_number("1", source, "configurations", 1024, answer->configurations);
    published_number("1", source, "local minima", 1, (double)answer->minima_total);
    check_minimum("1", source, self, answer, 0, "US Rus Syr SA Iran Hez IqKrd Iraq / Tur ISIS Nusra", -83200,
                  1024);
    qd_landscape_answer_free(answer);
    qd_landscape_free(self);
}

static void unix_1988(void **state)
{
    (void)state;
    const char *source = "Axelrod and Bennett 1993, Unix 1988";
    qd_landscape_t *self = load_landscape(FOLDER "unix1988-two-camps.yaml");
    qd_landscape_answer_t *answer = solve(self, 2);
    published_number("2", source, "local minima", 2, (double)answer->minima_total);
    check_minimum("2", source, self, answer, 0, "Sun Prime DEC HP / AT&T IBM Apollo Intergraph SGI", -3828.90,
                  128);
    check_minimum("2", source, self, answer, 1, "Sun Prime AT&T IBM / DEC HP Apollo Intergraph SGI", -3828.90,
                  128);
    assert_int_equal(answer->optima, 2);
    qd_landscape_answer_free(answer);
    qd_landscape_free(self);
}

static void great_powers(void **state)
{
    (void)state;
    const char *source = "Axelrod and Bennett 1993, great powers";
    qd_landscape_t *self = load_landscape(FOLDER "great-powers.yaml");
    qd_landscape_answer_t *answer = solve(self, 2);
    published_number("2", source, "local minima", 4, (double)answer->minima_total);
    check_minimum("2", source, self, answer, 0, "Britain USSR / France Germany Italy", -936.1328, 7);
    check_minimum("2", source, self, answer, 1, "Britain Germany Italy / France USSR", -933.9602, 5);
    check_minimum("2", source, self, answer, 2, "Britain France Germany / USSR Italy", -923.8208, 3);
    check_minimum("2", source, self, answer, 3, "Britain France Italy / USSR Germany", -890.4, 1);
    qd_landscape_answer_free(answer);
    qd_landscape_free(self);
}

static void tribes(void **state)
{
    (void)state;
    const char *source = "Read 1954, highland tribes";
    qd_landscape_t *self = load_landscape(FOLDER "tribes-two-camps.yaml");
    qd_landscape_answer_t *answer = solve(self, 2);
    char text[512];
    published_number("3", source, "frustration", 7, answer->minimum[0].disagreements);
    published_number("3", source, "optima", 1, (double)answer->optima);
    describe_groups(self, &answer->minimum[0], text, sizeof text);
    text[strcspn(text, "/") - 1] = '\0';
    published_text("3", source, "one camp", "Gavev Kotun Nagad Gama", text);
    qd_landscape_answer_free(answer);
    qd_landscape_free(self);
}

/* ---- brute force --------------------------------------------------------------------------------------- */

static double energy_of(const qd_landscape_t *self, uint32_t sides)
{
    double energy = 0.0;
    for (size_t i = 0; i < self->actors; i++)
        for (size_t j = 0; j < self->actors; j++)
            if (i != j && (sides >> i & 1) != (sides >> j & 1))
                energy += self->size[i] * self->size[j] * self->propensity[i * self->actors + j];
    return energy;
}

static bool is_minimum(const qd_landscape_t *self, uint32_t sides)
{
    for (size_t i = 0; i < self->actors; i++)
        if (energy_of(self, sides ^ (1u << i)) < energy_of(self, sides) - 1e-9)
            return false;
    return true;
}

static uint32_t descend(const qd_landscape_t *self, uint32_t sides)
{
    for (;;) {
        double least = energy_of(self, sides);
        uint32_t next = sides;
        for (size_t i = 0; i < self->actors; i++)
            if (energy_of(self, sides ^ (1u << i)) < least - 1e-9) {
                next = sides ^ (1u << i);
                least = energy_of(self, next);
            }
        if (next == sides)
            return sides & 1 ? ~sides & ((1u << self->actors) - 1) : sides;
        sides = next;
    }
}

/* Minima, their energies and basins against the definition, configuration by configuration. */
static void agrees_with_definition(void **state)
{
    (void)state;
    for (uint64_t world = 0; world < 30; world++) {
        size_t n = 2 + world % 9;
        qd_landscape_t *self = make_landscape(n, QD_RULE_TWO_CAMPS, QD_METHOD_EXACT);
        draw_propensities(self, world);
        for (size_t i = 0; i < n; i++)
            self->size[i] = 0.5 + (double)((world * 7 + i * 5) % 11);
        qd_landscape_answer_t *answer = solve(self, (int)(world % 3));
        uint64_t minima = 0, basins = 0;
        for (uint32_t sides = 0; sides < 1u << n; sides += 2)
            minima += is_minimum(self, sides);
        assert_true(minima == answer->minima_total);
        for (size_t m = 0; m < answer->minima; m++) {
            uint32_t sides = 0;
            uint64_t basin = 0;
            for (size_t i = 0; i < n; i++)
                sides |= (uint32_t)answer->minimum[m].group[i] << i;
            assert_true(is_minimum(self, sides));
            assert_true(fabs(answer->minimum[m].energy - energy_of(self, sides)) < 1e-9);
            for (uint32_t from = 0; from < 1u << n; from += 2)
                basin += descend(self, from) == sides;
            assert_true(basin == answer->minimum[m].basin);
            basins += basin;
        }
        assert_true((double)basins == answer->configurations);
        qd_landscape_answer_free(answer);
        qd_landscape_free(self);
    }
}

/* More actors than one piece of the walk holds, and a field that is refreshed many times on the way. */
static void threads_do_not_matter(void **state)
{
    (void)state;
    qd_landscape_t *self = make_landscape(19, QD_RULE_TWO_CAMPS, QD_METHOD_EXACT);
    draw_propensities(self, 99);
    qd_landscape_answer_t *alone = solve(self, 0), *three = solve(self, 3);
    assert_true(alone->minima_total > 1);
    assert_same_answer(alone, three);
    uint64_t basins = 0;
    for (size_t m = 0; m < alone->minima; m++)
        basins += alone->minimum[m].basin;
    assert_true(basins == 1u << 18);
    qd_landscape_answer_free(alone);
    qd_landscape_answer_free(three);
    qd_landscape_free(self);
}

/* Without any propensity every configuration is a minimum, all on one plateau without exit. */
static void all_level(void **state)
{
    (void)state;
    qd_landscape_t *self = make_landscape(6, QD_RULE_TWO_CAMPS, QD_METHOD_EXACT);
    qd_landscape_answer_t *answer = solve(self, 1);
    assert_true(answer->minima_total == 32 && answer->minima == 32 && answer->optima == 32);
    assert_int_equal(answer->plateaus, 1);
    for (size_t m = 0; m < answer->minima; m++) {
        assert_false(answer->minimum[m].strict);
        assert_false(answer->minimum[m].exit);
        assert_int_equal(answer->minimum[m].plateau, 1);
        assert_int_equal(answer->minimum[m].basin, 1);
    }
    qd_landscape_answer_free(answer);
    qd_landscape_free(self);
}

/* Actor 3 is indifferent between the camps of 0 and 1, who repel each other; once it is with 1, actor 2, who
 * likes 3 more than 0, gains by following. So 3's first place is a minimum to a single step only. */
static void plateau_with_exit(void **state)
{
    (void)state;
    qd_landscape_t *chain = make_landscape(4, QD_RULE_TWO_CAMPS, QD_METHOD_EXACT);
    set_pair(chain, 0, 1, -10);
    set_pair(chain, 0, 3, 1);
    set_pair(chain, 1, 3, 3);
    set_pair(chain, 2, 3, 2);
    set_pair(chain, 2, 0, 1);
    qd_landscape_answer_t *answer = solve(chain, 1);
    size_t with_exit = 0;
    for (size_t m = 0; m < answer->minima; m++)
        with_exit += answer->minimum[m].exit;
    assert_true(answer->minima_total == 2);
    assert_int_equal(with_exit, 1);
    assert_true(answer->minimum[0].strict);
    assert_false(answer->minimum[1].strict);
    qd_landscape_answer_free(answer);
    qd_landscape_free(chain);
}

/* More minima than an answer lists: those kept are the first in energy, the rest is counted. */
static void list_is_bounded(void **state)
{
    (void)state;
    qd_landscape_t *self = make_landscape(16, QD_RULE_TWO_CAMPS, QD_METHOD_EXACT);
    qd_landscape_answer_t *one = solve(self, 1), *two = solve(self, 2);
    assert_true(one->minima_total == 32768);
    assert_int_equal(one->minima, QD_MINIMA_LISTED_MAX);
    assert_same_answer(one, two);
    qd_landscape_answer_free(one);
    qd_landscape_answer_free(two);
    qd_landscape_free(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(syria),
        cmocka_unit_test(unix_1988),
        cmocka_unit_test(great_powers),
        cmocka_unit_test(tribes),
        cmocka_unit_test(agrees_with_definition),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(all_level),
        cmocka_unit_test(plateau_with_exit),
        cmocka_unit_test(list_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
