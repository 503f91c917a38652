/* A worker plays exactly the worlds it is given, the same ones as the kernel, sets failed ones aside, and
 * stops between worlds. */
#include "engine/tiny.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/worker.h"

typedef struct {
    qd_experiment_t *experiment;
    qd_worker_t worker;
    qd_error_t error;
} bench_t;

static void start(bench_t *self, const char *more)
{
    size_t states, periods;
    self->experiment = tiny_experiment(more);
    self->error = QD_ERROR_NONE;
    qd_worker_sizes(self->experiment, &states, &periods);
    assert_int_equal(states, 5);
    assert_int_equal(periods, 6);
    assert_int_equal(qd_worker_init(&self->worker, self->experiment, states, periods, &self->error), QD_OK);
}

static void end(bench_t *self)
{
    qd_worker_free(&self->worker);
    qd_experiment_free(self->experiment);
}

static qd_segment_t play(bench_t *self, qd_work_t work)
{
    sig_atomic_t stop = 0;
    qd_segment_t segment;
    assert_int_equal(qd_worker_play(&self->worker, &work, &stop, &segment, &self->error), QD_OK);
    return segment;
}

static void test_same_worlds_as_the_kernel(void **state)
{
    (void)state;
    bench_t self;
    start(&self, "worlds: 100");
    qd_world_t *world = qd_world_new(5, 6);
    qd_tally_t *tally = qd_tally_new(6, true), *decoded = qd_tally_new(6, true);
    for (size_t p = 0; p < 3; p++) {
        qd_segment_t segment = play(&self, (qd_work_t){p, 1, {40, 20}});
        assert_int_equal(segment.point, p);
        assert_int_equal(segment.first, 40);
        assert_int_equal(segment.worlds, 20);
        assert_int_equal(segment.failures, 0);
        qd_change_t change[8];
        qd_plan_t plan;
        qd_experiment_plan(self.experiment, p, 1, change, &plan);
        qd_tally_clear(tally);
        for (uint64_t w = 0; w < 20; w++) {
            qd_result_t result;
            qd_world_play(world, &plan, (qd_luck_t){7, 40 + w}, NULL, &result);
            assert_memory_equal(&result.outcomes, &segment.row[w], sizeof result.outcomes);
            qd_tally_add(tally, 40 + w, &result);
        }
        qd_tally_clear(decoded);
        assert_int_equal(qd_tally_decode(decoded, segment.tally, segment.tally_size, &self.error), QD_OK);
        qd_hash_sum_t a = qd_tally_hash(tally), b = qd_tally_hash(decoded);
        assert_memory_equal(&a, &b, sizeof a);
    }
    qd_tally_free(tally);
    qd_tally_free(decoded);
    qd_world_free(world);
    end(&self);
}

/* Debts beyond all range, in half of the worlds: a plan that no experiment file can state. */
static void test_failed_worlds_are_set_aside(void **state)
{
    (void)state;
    bench_t self;
    start(&self, "worlds: 100");
    for (size_t i = 0; i < self.experiment->settings; i++)
        if (self.experiment->setting[i].parameter == QD_P_tension_debt)
            self.experiment->setting[i].distribution.value[1] = (double)INFINITY;
    qd_segment_t segment = play(&self, (qd_work_t){0, 0, {0, 100}});
    assert_int_equal(segment.worlds, 100);
    assert_true(segment.failures > 20 && segment.failures < 80);
    size_t next = 0;
    for (uint64_t w = 0; w < 100; w++) {
        bool failed = next < segment.failures && segment.failure[next].world == w;
        for (size_t o = 0; o < QD_OUTCOMES; o++)
            assert_int_equal(isnan(segment.row[w].value[o]) != 0, failed);
        if (failed)
            assert_non_null(strstr(segment.failure[next++].reason, "not finite"));
    }
    assert_int_equal(next, segment.failures);
    qd_tally_t *tally = qd_tally_new(6, true);
    assert_int_equal(qd_tally_decode(tally, segment.tally, segment.tally_size, &self.error), QD_OK);
    assert_int_equal(qd_tally_failures(tally), segment.failures);
    assert_int_equal(qd_tally_count(tally), 100 - segment.failures);
    qd_tally_free(tally);
    end(&self);
}

static void test_stops_between_worlds(void **state)
{
    (void)state;
    bench_t self;
    start(&self, "worlds: 100");
    sig_atomic_t stop = 1;
    qd_segment_t segment;
    assert_int_equal(qd_worker_play(&self.worker, &(qd_work_t){0, 0, {0, 100}}, &stop, &segment, &self.error),
                     QD_OK);
    assert_int_equal(segment.worlds, 0);
    end(&self);
}

/* The first point has smaller worlds than the second one, which leaves their size alone. */
static void test_room_for_every_point(void **state)
{
    (void)state;
    static const char *const text =
        "orders: [unipolar, multipolar]\nparameters: {order.states: 12, order.periods: 9}\n"
        "design: {type: list, points: [\n"
        "  {set: {order.states: {integers: [7, 8]}, order.periods: {integers: [2, 4]}}},\n"
        "  {set: {doctrine.foresight: 0.5}},\n"
        "  {set: {order.states: {integers: [7, 9]}, order.periods: {integers: [3, 20]}}},\n"
        "  {set: {tension.debt: 0.3}}]}";
    static const qd_cell_size_t expected[] = {{8, 4}, {12, 9}, {9, 20}, {12, 9}};
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *experiment = NULL;
    size_t states, periods;
    assert_int_equal(qd_experiment_parse(text, "room", &experiment, &error), QD_OK);
    qd_worker_sizes(experiment, &states, &periods);
    assert_int_equal(states, 12);
    assert_int_equal(periods, 20);
    qd_cell_size_t *size = qd_worker_cell_sizes(experiment);
    assert_non_null(size);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(size[i].states, expected[i / 2].states);
        assert_int_equal(size[i].periods, expected[i / 2].periods);
    }
    free(size);
    qd_experiment_free(experiment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_worlds_as_the_kernel),
        cmocka_unit_test(test_failed_worlds_are_set_aside),
        cmocka_unit_test(test_stops_between_worlds),
        cmocka_unit_test(test_room_for_every_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
