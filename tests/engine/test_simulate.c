/* A batch in memory holds the worlds that a result file of the same points would hold, whatever the threads,
 * and refuses what a design would refuse. */
#include "engine/tiny.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quadrille/runner.h"
#include "quadrille/simulate.h"

enum { POINTS = 3, ORDERS = 2, WORLDS = 37, OUTCOMES = 2, SIZE = POINTS * ORDERS * WORLDS * OUTCOMES };

static const char *const names[] = {"tension.debt", "doctrine"};
static const qd_outcome_t outcomes[] = {QD_O_tension_mean, QD_O_survival};

static qd_batch_t batch_of(const double value[])
{
    return (qd_batch_t){.factors = 2,
                        .factor = names,
                        .points = POINTS,
                        .value = value,
                        .first = 5,
                        .worlds = WORLDS,
                        .outcomes = OUTCOMES,
                        .outcome = outcomes,
                        .threads = 1};
}

/* Rows 5 (rumsfeld) and 6 (obama) of the doctrines; NaN leaves the experiment's own. */
static const double values[] = {0.3, 5, 0.05, 6, NAN, NAN};

static void expect_worlds_of_the_kernel(const char *more)
{
    qd_experiment_t *experiment = tiny_experiment(more);
    qd_error_t error = QD_ERROR_NONE;
    double *out = malloc(SIZE * sizeof *out);
    qd_batch_t batch = batch_of(values);
    assert_int_equal(qd_simulate(experiment, &batch, out, &error), QD_OK);
    qd_world_t *world = qd_world_new(5, 6);
    for (size_t p = 0; p < POINTS; p++)
        for (size_t o = 0; o < ORDERS; o++) {
            qd_change_t change[8];
            qd_plan_t plan;
            qd_experiment_plan(experiment, 0, o, change, &plan);
            if (p < 2) {
                for (size_t i = 0; i < QD_DOCTRINE_FIELDS; i++)
                    plan.parameter[qd_doctrine_fields[i]] =
                        qd_constant(qd_doctrine_table[(size_t)values[2 * p + 1]].value[i]);
                plan.parameter[QD_P_tension_debt] = qd_constant(values[2 * p]);
            }
            for (size_t w = 0; w < WORLDS; w++) {
                const double *row = out + ((p * ORDERS + o) * WORLDS + w) * OUTCOMES;
                qd_result_t result;
                qd_world_play(world, &plan, qd_experiment_luck(experiment, o, 5 + w), NULL, &result);
                assert_true(row[0] == result.outcomes.tension_mean);
                assert_true(row[1] == result.outcomes.survival);
            }
        }
    qd_world_free(world);
    free(out);
    qd_experiment_free(experiment);
}

static void test_worlds_are_those_of_the_kernel(void **state)
{
    (void)state;
    expect_worlds_of_the_kernel("");
    expect_worlds_of_the_kernel("luck: by-order");
}

static void test_threads_do_not_matter(void **state)
{
    (void)state;
    qd_experiment_t *experiment = tiny_experiment("");
    qd_error_t error = QD_ERROR_NONE;
    double *one = malloc(SIZE * sizeof *one), *three = malloc(SIZE * sizeof *three);
    qd_batch_t batch = batch_of(values);
    assert_int_equal(qd_simulate(experiment, &batch, one, &error), QD_OK);
    batch.threads = 3;
    assert_int_equal(qd_simulate(experiment, &batch, three, &error), QD_OK);
    assert_memory_equal(one, three, SIZE * sizeof *one);
    free(one);
    free(three);
    qd_experiment_free(experiment);
}

static void refuse(const qd_experiment_t *experiment, qd_batch_t batch, const char *expected)
{
    qd_error_t error = QD_ERROR_NONE;
    double out[SIZE] = {42.0};
    assert_int_equal(qd_simulate(experiment, &batch, out, &error), QD_ERROR_INPUT);
    assert_non_null(strstr(error.text, expected));
    assert_true(out[0] == 42.0);
}

static void test_wrong_batches(void **state)
{
    (void)state;
    static const char *const misspelt[] = {"tension.det", "doctrine"}, *const twice[] = {"tension.debt",
                                                                                         "tension.debt"};
    static const double beyond[] = {-0.1, 5, 0.05, 6, 0.1, 0},
                        half_a_doctrine[] = {0.3, 4.5, 0.05, 6, 0.1, 0};
    qd_experiment_t *experiment = tiny_experiment("");
    qd_batch_t batch = batch_of(values);
    batch.factor = misspelt;
    refuse(experiment, batch, "did you mean `tension.debt`");
    batch.factor = twice;
    refuse(experiment, batch, "twice");
    refuse(experiment, batch_of(beyond), "point 0: found -0.1 for `tension.debt`; expected a number from 0");
    refuse(experiment, batch_of(half_a_doctrine), "found 4.5 for `doctrine`");
    batch = batch_of(values);
    batch.first = (uint64_t)1 << 40;
    refuse(experiment, batch, "below 2^40");
    batch = batch_of(values);
    batch.worlds = 0;
    refuse(experiment, batch, "0 worlds");
    batch = batch_of(values);
    batch.threads = QD_THREADS_MOST + 1;
    refuse(experiment, batch, "found threads=4097; expected at most 4096");
    qd_experiment_free(experiment);
}

static void test_stopped(void **state)
{
    (void)state;
    qd_experiment_t *experiment = tiny_experiment("");
    qd_error_t error = QD_ERROR_NONE;
    sig_atomic_t stop = 1;
    double out[SIZE];
    qd_batch_t batch = batch_of(values);
    batch.stop = &stop;
    assert_int_equal(qd_simulate(experiment, &batch, out, &error), QD_ERROR_STOPPED);
    for (size_t i = 0; i < SIZE; i++)
        assert_true(isnan(out[i]));
    qd_experiment_free(experiment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worlds_are_those_of_the_kernel),
        cmocka_unit_test(test_threads_do_not_matter),
        cmocka_unit_test(test_wrong_batches),
        cmocka_unit_test(test_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
