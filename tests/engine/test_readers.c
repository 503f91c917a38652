/* The processes that read result files start while no other thread works: a child of one thread of several
 * may call only functions that POSIX calls async-signal-safe, and those of libhdf5 are not. */
#include "engine/tiny.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/merge.h"
#include "engine/parallel.h"
#include "engine/verify.h"
#include "quadrille/run.h"

static sig_atomic_t never;
static _Atomic size_t alone, beside; /* forks while no other thread works, and others */

/* In place of the C library's, for this program and its libraries. */
pid_t fork(void)
{
    pid_t (*original)(void);
    *(void **)&original = dlsym(RTLD_NEXT, "fork");
    if (qd_parallel_alone())
        alone++;
    else
        beside++;
    return original();
}

static int start(void **state)
{
    alone = beside = 0;
    return tiny_start(state);
}

static qd_run_summary_t play(const char *more, qd_run_options_t options)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_run_summary_t summary;
    options.stop = &never;
    options.threads = 4;
    options.shards = options.shards > 0 ? options.shards : 1;
    options.shard = options.shard > 0 ? options.shard : 1;
    qd_experiment_t *experiment = tiny_experiment(more);
    if (qd_run(experiment, &options, &summary, &error) != QD_OK)
        fail_msg("%s", error.text);
    qd_experiment_free(experiment);
    return summary;
}

static void test_verify_starts_them_alone(void **state)
{
    char output[64];
    qd_error_t error = QD_ERROR_NONE;
    qd_verify_report_t report;
    snprintf(output, sizeof output, "%s/v.h5", (char *)*state);
    play("worlds: 500", (qd_run_options_t){.output = output});
    size_t before = alone;
    qd_verify_options_t options = {.path = output, .fraction = 1.0, .threads = 4, .stop = &never};
    if (qd_verify(&options, &report, &error) != QD_OK)
        fail_msg("%s", error.text);
    qd_verify_report_free(&report);
    assert_true(alone > before);
    assert_int_equal(beside, 0);
}

/* The stopping rule reads rows of the earlier worlds while others are played. */
static void test_a_resumed_run_starts_them_alone(void **state)
{
    static const char rule[] = "worlds: 1\nprecision: {outcome: survival, half_width: 0.001, max_worlds: %d}";
    char output[64], more[128];
    snprintf(output, sizeof output, "%s/r.h5", (char *)*state);
    snprintf(more, sizeof more, rule, 1200);
    play(more, (qd_run_options_t){.output = output});
    size_t before = alone;
    snprintf(more, sizeof more, rule, 4000);
    assert_true(play(more, (qd_run_options_t){.output = output, .resume = true}).played > 10000);
    assert_true(alone > before);
    assert_int_equal(beside, 0);
}

/* Of more shards than stay open at once. */
#define SHARDS 34

static void test_a_merge_of_many_shards_starts_them_alone(void **state)
{
    char output[64], path[SHARDS][64];
    const char *shard[SHARDS];
    qd_error_t error = QD_ERROR_NONE;
    qd_merge_summary_t merged;
    snprintf(output, sizeof output, "%s/m.h5", (char *)*state);
    for (size_t s = 0; s < SHARDS; s++) {
        snprintf(path[s], sizeof path[s], "%s/%zu.h5", (char *)*state, s + 1);
        shard[s] = path[s];
        play("worlds: 1200", (qd_run_options_t){.output = path[s], .shard = s + 1, .shards = SHARDS});
    }
    qd_merge_options_t options = {.output = output, .shard = shard, .shards = SHARDS};
    if (qd_merge(&options, &merged, &error) != QD_OK)
        fail_msg("%s", error.text);
    snprintf(output, sizeof output, "%s/whole.h5", (char *)*state);
    qd_run_summary_t whole = play("worlds: 1200", (qd_run_options_t){.output = output});
    assert_string_equal(merged.assembled.result_hash, whole.assembled.result_hash);
    assert_int_equal(merged.assembled.worlds, 7200);
    assert_int_equal(beside, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_verify_starts_them_alone, start, tiny_end),
        cmocka_unit_test_setup_teardown(test_a_resumed_run_starts_them_alone, start, tiny_end),
        cmocka_unit_test_setup_teardown(test_a_merge_of_many_shards_starts_them_alone, start, tiny_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
