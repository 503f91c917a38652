/* Whole runs through the library, with worlds that fail: they are set aside, counted and reported, and the
 * run continues up to max_failures. No valid file makes worlds fail, so that the test changes the plan of
 * one. */
#include "engine/tiny.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/verify.h"
#include "quadrille/result.h"
#include "quadrille/run.h"

static sig_atomic_t never;

/* Debts beyond all range in about half of the worlds. */
static qd_experiment_t *failing(const char *more)
{
    qd_experiment_t *experiment = tiny_experiment(more);
    for (size_t i = 0; i < experiment->settings; i++)
        if (experiment->setting[i].parameter == QD_P_tension_debt)
            experiment->setting[i].distribution.value[1] = (double)INFINITY;
    return experiment;
}

static qd_status_t run(const qd_experiment_t *experiment, const char *output, qd_run_options_t options,
                       qd_run_summary_t *summary, qd_error_t *error)
{
    *error = QD_ERROR_NONE;
    options.output = output;
    options.command_line = "test";
    options.stop = &never;
    if (options.shards == 0)
        options.shard = options.shards = 1;
    return qd_run(experiment, &options, summary, error);
}

static void test_failed_worlds_are_told(void **state)
{
    char output[64];
    qd_error_t error;
    qd_run_summary_t summary, again;
    qd_experiment_t *experiment = failing("worlds: 200\nmax_failures: 1");
    snprintf(output, sizeof output, "%s/a.h5", (char *)*state);
    if (run(experiment, output, (qd_run_options_t){.threads = 2}, &summary, &error) != QD_OK)
        fail_msg("%s", error.text);
    assert_true(summary.assembled.complete);
    assert_int_equal(summary.assembled.worlds, 1200);
    assert_true(summary.assembled.failures > 300 && summary.assembled.failures < 900);
    qd_result_file_t *file;
    const qd_result_failure_t *failure;
    size_t failures;
    assert_int_equal(qd_result_file_open(output, &file, &error), QD_OK);
    assert_int_equal(qd_result_file_failures(file, &failure, &failures, &error), QD_OK);
    assert_int_equal(failures, summary.assembled.failures);
    for (size_t f = 0; f < failures; f++) {
        double row;
        assert_int_equal(qd_result_file_read(file, failure[f].point, failure[f].order, QD_O_survival,
                                             failure[f].world, 1, &row, &error),
                         QD_OK);
        assert_true(isnan(row));
        assert_non_null(strstr(failure[f].reason, "not finite"));
    }
    qd_result_file_close(file);
    for (int threads = 1; threads <= 3; threads += 2) {
        snprintf(output, sizeof output, "%s/%d.h5", (char *)*state, threads);
        assert_int_equal(run(experiment, output, (qd_run_options_t){.threads = threads}, &again, &error),
                         QD_OK);
        assert_string_equal(again.assembled.result_hash, summary.assembled.result_hash);
    }
    qd_experiment_free(experiment);
}

/* `quadrille export` has a row for each of them, without outcomes. */
static void test_failed_worlds_are_exported(void **state)
{
    char output[64], command[512], line[512];
    qd_error_t error;
    qd_run_summary_t summary;
    qd_experiment_t *experiment = failing("worlds: 100\nmax_failures: 1");
    snprintf(output, sizeof output, "%s/e.h5", (char *)*state);
    if (run(experiment, output, (qd_run_options_t){.threads = 2}, &summary, &error) != QD_OK)
        fail_msg("%s", error.text);
    qd_experiment_free(experiment);
    snprintf(command, sizeof command, "%s/quadrille export %s --outcomes survival --csv", QD_BINARY_DIR,
             output);
    FILE *rows = popen(command, "r");
    assert_non_null(rows);
    size_t failed = 0, whole = 0;
    while (fgets(line, sizeof line, rows)) {
        failed += strstr(line, ",true,\r\n") != NULL;
        whole += strstr(line, ",false,") && !strstr(line, ",false,\r\n");
    }
    assert_int_equal(pclose(rows), 0);
    assert_int_equal(failed, summary.assembled.failures);
    assert_int_equal(failed + whole, summary.assembled.worlds);
}

/* The file's own experiment does not fail: verify reports the first world that did. */
static void test_verify_tells_failures_apart(void **state)
{
    char output[64];
    qd_error_t error;
    qd_run_summary_t summary;
    qd_verify_report_t report;
    qd_experiment_t *experiment = failing("worlds: 100\nmax_failures: 1");
    snprintf(output, sizeof output, "%s/b.h5", (char *)*state);
    assert_int_equal(run(experiment, output, (qd_run_options_t){.threads = 2}, &summary, &error), QD_OK);
    qd_verify_options_t options = {.path = output, .fraction = 1.0, .threads = 2, .stop = &never};
    error = QD_ERROR_NONE;
    assert_int_equal(qd_verify(&options, &report, &error), QD_ERROR_DIFFERS);
    assert_int_equal(report.difference.outcome, -1);
    assert_non_null(strstr(report.difference.stored_failure, "not finite"));
    assert_string_equal(report.difference.recomputed_failure, "");
    assert_string_equal(report.point, "a");
    assert_string_equal(report.order, "unipolar");
    qd_verify_report_free(&report);
    qd_experiment_free(experiment);
}

/* Counts the lines of warnings. */
static void count_warnings(void *context, const qd_error_t *warnings)
{
    *(size_t *)context += warnings->count;
}

static void test_too_many_failures_end_the_run(void **state)
{
    const char *shares[] = {"0", "0.01"};
    for (size_t s = 0; s < 2; s++) {
        char output[64], more[64], parts[80];
        qd_error_t error;
        qd_run_summary_t summary;
        snprintf(more, sizeof more, "worlds: 2000\nmax_failures: %s", shares[s]);
        snprintf(output, sizeof output, "%s/c%zu.h5", (char *)*state, s);
        snprintf(parts, sizeof parts, "%s.parts", output);
        qd_experiment_t *experiment = failing(more);
        assert_int_equal(run(experiment, output, (qd_run_options_t){.threads = 2}, &summary, &error),
                         QD_ERROR_INTERNAL);
        assert_int_equal(error.count, 1);
        assert_non_null(strstr(error.text, "max_failures"));
        /* The worlds that failed can be read, and are kept. */
        assert_int_equal(access(output, R_OK), 0);
        assert_int_equal(access(parts, R_OK), 0);
        assert_false(summary.assembled.complete);
        assert_true(summary.assembled.failures > 0);
        /* A resumed run meets the same failures. As intended, the parts hold the worlds of the unfinished
         * file. */
        size_t warnings = 0;
        qd_run_options_t resume = {
            .threads = 1, .resume = true, .warn = count_warnings, .context = &warnings};
        assert_int_equal(run(experiment, output, resume, &summary, &error), QD_ERROR_INTERNAL);
        assert_int_equal(warnings, 0);
        qd_experiment_free(experiment);
    }
}

static void test_precision_leaves_failed_worlds_out(void **state)
{
    qd_run_summary_t first, summary;
    qd_error_t error;
    qd_experiment_t *experiment =
        failing("max_failures: 1\nprecision: {outcome: tension_mean, half_width: 0.03, confidence: 0.9, "
                "min_worlds: 300, max_worlds: 4000}");
    for (int threads = 1; threads <= 3; threads++) {
        char output[64];
        snprintf(output, sizeof output, "%s/d%d.h5", (char *)*state, threads);
        if (run(experiment, output, (qd_run_options_t){.threads = threads}, &summary, &error) != QD_OK)
            fail_msg("%d threads: %s", threads, error.text);
        assert_true(summary.assembled.complete);
        if (threads == 1)
            first = summary;
        assert_string_equal(summary.assembled.result_hash, first.assembled.result_hash);
    }
    assert_true(first.assembled.worlds < 6 * 4000 && first.assembled.failures > 0);
    qd_experiment_free(experiment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_failed_worlds_are_told, tiny_start, tiny_end),
        cmocka_unit_test_setup_teardown(test_failed_worlds_are_exported, tiny_start, tiny_end),
        cmocka_unit_test_setup_teardown(test_verify_tells_failures_apart, tiny_start, tiny_end),
        cmocka_unit_test_setup_teardown(test_too_many_failures_end_the_run, tiny_start, tiny_end),
        cmocka_unit_test_setup_teardown(test_precision_leaves_failed_worlds_out, tiny_start, tiny_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
