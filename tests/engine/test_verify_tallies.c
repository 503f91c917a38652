/* `verify` compares the statistics kept of each (point, order) with those of its worlds, which come in one
 * segment or in several. */
#include "engine/tiny.h"

#include "engine/verify_parts.h"
#include "engine/worker.h"
#include "quadrille/run.h"
#include "store/merge.h"

#define WORLDS 20

static sig_atomic_t never;

typedef struct {
    qd_experiment_t *experiment;
    qd_index_t *index;
    qd_verify_tallies_t *tallies;
    qd_worker_t worker;
    char difference[200];
} bench_t;

static void start(bench_t *self, const char *folder)
{
    char output[64];
    const char *path = output;
    size_t states, periods;
    qd_run_summary_t summary;
    qd_error_t error = QD_ERROR_NONE;
    snprintf(output, sizeof output, "%s/a.h5", folder);
    *self = (bench_t){.experiment = tiny_experiment("worlds: 20")};
    qd_run_options_t options = {.output = output,
                                .command_line = "test",
                                .stop = &never,
                                .force = true,
                                .threads = 1,
                                .shard = 1,
                                .shards = 1};
    assert_int_equal(qd_run(self->experiment, &options, &summary, &error), QD_OK);
    assert_int_equal(qd_merge_index(self->experiment, &path, 1, &self->index, &error), QD_OK);
    assert_int_equal(qd_verify_tallies_new(self->experiment, self->index, &self->tallies, &error), QD_OK);
    qd_worker_sizes(self->experiment, &states, &periods);
    assert_int_equal(qd_worker_init(&self->worker, self->experiment, states, periods, &error), QD_OK);
}

static void end(bench_t *self)
{
    qd_worker_free(&self->worker);
    qd_verify_tallies_free(self->tallies);
    qd_index_free(self->index);
    qd_experiment_free(self->experiment);
}

/* Plays worlds and adds them; the difference that was found, "" for none. */
static const char *add(bench_t *self, size_t point, size_t order, uint64_t first, uint64_t worlds)
{
    qd_segment_t segment;
    qd_error_t error = QD_ERROR_NONE;
    qd_work_t work = {point, order, {first, worlds}};
    self->difference[0] = '\0';
    assert_int_equal(qd_worker_play(&self->worker, &work, &never, &segment, &error), QD_OK);
    assert_int_equal(qd_verify_tallies_add(self->tallies, &segment, self->worker.tally, self->difference,
                                           sizeof self->difference, &error),
                     QD_OK);
    return self->difference;
}

static void test_equal_statistics(void **state)
{
    bench_t self;
    start(&self, *state);
    for (size_t point = 0; point < 3; point++) {
        assert_string_equal(add(&self, point, 0, 0, WORLDS), "");
        assert_string_equal(add(&self, point, 1, 0, 7), "");
        assert_string_equal(add(&self, point, 1, 7, WORLDS - 7), "");
    }
    end(&self);
}

/* One world is another one. */
static void test_other_statistics(void **state)
{
    static const char *const told =
        "the statistics kept of point b, order bipolar are not those of its worlds";
    bench_t self;
    start(&self, *state);
    assert_string_equal(add(&self, 1, 1, 1, WORLDS), told);
    end(&self);
    start(&self, *state);
    assert_string_equal(add(&self, 1, 1, 0, 7), "");
    assert_string_equal(add(&self, 1, 1, 8, WORLDS - 7), told);
    end(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_equal_statistics, tiny_start, tiny_end),
        cmocka_unit_test_setup_teardown(test_other_statistics, tiny_start, tiny_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
