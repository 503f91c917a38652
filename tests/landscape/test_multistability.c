/* The multistability of a bloc game: counted by hand where the stable partitions are known. */
#include <math.h>

#include "landscape/multistability.h"
#include "landscape/published.h"
#include "math/reduce.h"

#define MOST 16

typedef struct {
    double c[MOST], affinity[MOST * MOST], cohesion[MOST + 1], company[(MOST + 1) * MOST],
        hostility[(MOST + 1) * MOST], reach[MOST + 1], exposure[MOST];
    int label[MOST], members[MOST + 1], first[MOST + 1], next[MOST];
    qd_bloc_game_t game;
} world_t;

static void make(world_t *self, size_t n, size_t labels)
{
    memset(self, 0, sizeof *self);
    for (size_t i = 0; i < n; i++)
        self->c[i] = 1.0 / (double)n;
    for (size_t k = 0; k <= labels; k++)
        self->cohesion[k] = 0.8;
    self->game = (qd_bloc_game_t){.n = n,
                                  .padded = qd_padded(n),
                                  .labels = labels,
                                  .c = self->c,
                                  .affinity = self->affinity,
                                  .cohesion = self->cohesion,
                                  .cost = 0.02,
                                  .switching_cost = 0.015,
                                  .label = self->label,
                                  .members = self->members,
                                  .company = self->company,
                                  .hostility = self->hostility,
                                  .reach = self->reach,
                                  .exposure = self->exposure,
                                  .first = self->first,
                                  .next = self->next};
}

static void set(world_t *self, size_t i, size_t j, double a)
{
    self->affinity[i * self->game.padded + j] = self->affinity[j * self->game.padded + i] = a;
}

static qd_multistability_result_t measure(world_t *self, size_t starts)
{
    qd_multistability_t *room = qd_multistability_new(MOST, starts);
    assert_non_null(room);
    qd_multistability_result_t result = qd_multistability_measure(room, &self->game, (qd_luck_t){1, 2}, 3);
    qd_multistability_free(room);
    return result;
}

/* All affinities are negative: the only stable partition has every state alone, for any labels. */
static void enemies(void **state)
{
    (void)state;
    world_t world;
    make(&world, 6, 4);
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < i; j++)
            set(&world, i, j, -0.5);
    qd_multistability_result_t result = measure(&world, 50);
    assert_true(result.distinct == 1.0 && result.most_common == 1.0 && result.potential_gap == 0.0);
}

/* Two states torn: c likes a a little more than b, a and b are hostile, and a mover must gain
 * more than the switching cost, so that both {a,c} and {b,c} stand. */
static void torn(void **state)
{
    (void)state;
    world_t world;
    make(&world, 3, 3);
    set(&world, 0, 1, -1.0);
    set(&world, 0, 2, 0.52);
    set(&world, 1, 2, 0.50);
    qd_multistability_result_t result = measure(&world, 200);
    assert_true(result.distinct == 2.0);
    assert_true(result.most_common >= 0.5 && result.most_common < 1.0);
    /* Phi({a,c}) - Phi({b,c}) = K c^2 (0.52 - 0.50), costs alike. */
    assert_true(fabs(result.potential_gap - 0.8 / 9.0 * 0.02) < 0.02 / 3.0 + 1e-12);
    assert_true(result.potential_gap > 0.0);
}

static void leaves_no_trace(void **state)
{
    (void)state;
    world_t world;
    make(&world, 8, 4);
    for (size_t i = 0; i < 8; i++) {
        world.label[i] = (int)(i % 5);
        for (size_t j = 0; j < i; j++)
            set(&world, i, j,
                qd_random_normal((qd_luck_t){1, 1}, QD_PURPOSE_LANDSCAPE, 0, (uint32_t)(8 * i + j)));
    }
    qd_bloc_game_start(&world.game);
    world_t before = world;
    qd_multistability_result_t first = measure(&world, 64), second = measure(&world, 64);
    assert_memory_equal(before.label, world.label, sizeof world.label);
    assert_memory_equal(before.members, world.members, sizeof world.members);
    for (size_t i = 0; i < 8; i++)
        for (int k = 0; k <= 4; k++)
            assert_true(qd_bloc_game_payoff(&before.game, i, k) == qd_bloc_game_payoff(&world.game, i, k));
    assert_true(first.distinct == second.distinct && first.most_common == second.most_common &&
                first.potential_gap == second.potential_gap);
    assert_true(first.distinct >= 1.0 && first.distinct <= 64.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enemies),
        cmocka_unit_test(torn),
        cmocka_unit_test(leaves_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
