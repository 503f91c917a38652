/* labels: slow statistics */
/* Best replies always end: in a hundred thousand worlds and more no game, of missions or of blocs, reaches
 * the cap of 64 passes; and no world fails. */
#include "support/check.h"
#include "support/random_plan.h"

typedef struct {
    size_t worlds, not_converged, failed;
    double most_passes;
} tally_t;

static void play(tally_t *tally, qd_world_t *world, const qd_plan_t *plan, uint64_t number)
{
    qd_result_t result;
    qd_world_play(world, plan, (qd_luck_t){.seed = 81, .world = number}, NULL, &result);
    tally->worlds++;
    tally->failed += result.failure != NULL;
    if (result.failure) {
        print_error("world %llu: %s\n", (unsigned long long)number, result.failure);
        return;
    }
    tally->not_converged += result.outcomes.not_converged != 0.0;
    tally->most_passes = fmax(tally->most_passes, result.outcomes.passes_max);
}

static void conclude(const tally_t *tally, size_t worlds)
{
    print_message("%zu worlds, at most %g passes\n", tally->worlds, tally->most_passes);
    assert_int_equal(tally->worlds, worlds);
    assert_int_equal(tally->failed, 0);
    assert_int_equal(tally->not_converged, 0);
}

static void test_small_worlds(void **state)
{
    (void)state;
    enum { WORLDS = 90000 };
    tally_t tally = {0};
    qd_world_t *world = qd_world_new(12, 40);
    assert_non_null(world);
    for (uint64_t number = 0; number < WORLDS; number++) {
        qd_plan_t plan = qd_plan_default((qd_order_kind_t)(number % 3));
        qd_test_set_doctrine(&plan, number / 3 % qd_doctrine_count);
        qd_test_set(&plan, QD_P_order_states, 12);
        qd_test_set(&plan, QD_P_order_periods, 40);
        qd_test_set(&plan, QD_P_mission_random_order, number / 24 % 2 == 1);
        play(&tally, world, &plan, number);
    }
    qd_world_free(world);
    conclude(&tally, WORLDS);
}

static void test_made_up_worlds(void **state)
{
    (void)state;
    enum { WORLDS = 8000 };
    static qd_test_plan_t made;
    tally_t tally = {0};
    qd_world_t *world = qd_world_new(64, 40);
    assert_non_null(world);
    for (uint64_t number = 0; number < WORLDS; number++) {
        qd_test_random_plan(&made, 100000 + number, 64, 40);
        play(&tally, world, &made.plan, number);
    }
    qd_world_free(world);
    conclude(&tally, WORLDS);
}

static void test_default_worlds(void **state)
{
    (void)state;
    enum { WORLDS = 3000 };
    tally_t tally = {0};
    qd_world_t *world = qd_world_new(32, 140);
    assert_non_null(world);
    for (uint64_t number = 0; number < WORLDS; number++) {
        qd_plan_t plan = qd_plan_default((qd_order_kind_t)(number % 3));
        play(&tally, world, &plan, number);
    }
    qd_world_free(world);
    conclude(&tally, WORLDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_worlds),
        cmocka_unit_test(test_made_up_worlds),
        cmocka_unit_test(test_default_worlds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
