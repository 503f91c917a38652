/* Worlds drawn around real data take its coordinates (model.md part 2). */
#include "experiment/loaded.h"
#include "world/sample.h"

#define DATA QD_SOURCE_DIR "/tests/data/"

static void test_worlds_take_coordinates(void **state)
{
    (void)state;
    qd_experiment_t *experiment =
        loaded("orders:\n  - {empirical: {cinc: " DATA "nmc_small.csv, year: 1901, values: " DATA
               "values_small.csv}}\n  - {empirical: {cinc: " DATA
               "nmc_small.csv, year: 1900, label: b, places: " DATA "places_small.csv, states: 6}}\n");
    for (size_t o = 0; o < 2; o++) {
        const qd_empirical_t *data = experiment->order[o].empirical;
        const double *expected = o == 0 ? data->value : data->place;
        size_t across = o == 0 ? 2 : 3;
        qd_change_t change[64];
        qd_plan_t plan = plan_of(experiment, 0, o, change);
        qd_parameters_t p;
        qd_state_t order;
        qd_luck_t luck = {.seed = 3};
        assert_true(qd_state_init(&order, data->states));
        const double *found = o == 0 ? order.value : order.place;
        qd_sample_parameters(&plan, luck, &p);
        assert_null(qd_sample_order(&order, &plan, &p, luck));
        for (size_t i = 0; i < data->states; i++)
            for (size_t d = 0; d < across; d++)
                assert_true(found[d * order.padded + i] == expected[across * i + d]);
        qd_state_free(&order);
    }
    qd_experiment_free(experiment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worlds_take_coordinates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
