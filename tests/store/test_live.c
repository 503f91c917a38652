/* An unfinished run can be read: its folder of parts reads like a result. */
#include "fabricated.h"

#include "quadrille/result.h"

static char *folder; /* of this program */

static void test_folder_of_parts(void **state)
{
    (void)state;
    qd_experiment_t *experiment = NULL;
    assert_ok(qd_experiment_parse("name: live\nseed: 3\nworlds: 100\norders: [unipolar, multipolar]\n",
                                  "live", &experiment, error));
    char parts_path[300], output[256];
    snprintf(output, sizeof output, "%s/live.h5", folder);
    snprintf(parts_path, sizeof parts_path, "%s.parts", output);
    qd_parts_options_t options = {
        .folder = parts_path, .mode = QD_PARTS_NEW, .columns = (uint64_t)1 << QD_O_wars, .paths = true};
    qd_parts_t *parts = NULL;
    assert_ok(qd_parts_open(&options, experiment, &parts, error));
    assert_ok(append_worlds(parts, experiment, 0, 1, 0, 60, error));
    assert_ok(qd_parts_flush(parts, error));
    assert_ok(append_worlds(parts, experiment, 0, 1, 60, 10, error)); /* not written yet: not seen */

    qd_result_file_t *file = NULL;
    assert_ok(qd_result_file_open(output, &file, error)); /* only OUT.h5.parts is there */
    const qd_provenance_t *provenance = qd_result_file_provenance(file);
    assert_string_equal(provenance->title, "live");
    assert_true(provenance->seed == 3 && !provenance->complete);
    assert_true(provenance->config_hash == experiment->config_hash);
    assert_int_equal(qd_result_file_orders(file), 2);
    assert_string_equal(qd_result_file_order_label(file, 1), "multipolar");
    assert_int_equal(qd_result_file_worlds(file), 100);
    uint64_t done;
    assert_ok(qd_result_file_done(file, 0, 1, &done, error));
    assert_int_equal(done, 60);
    qd_result_summary_t summary;
    assert_ok(qd_result_file_summary(file, 0, 1, QD_O_wars, &summary, error));
    assert_int_equal(summary.count, 58);
    assert_ok(qd_result_file_summary(file, 0, 0, QD_O_wars, &summary, error));
    assert_true(summary.count == 0 && isnan(summary.mean));
    assert_ok(qd_result_file_summary(file, 0, 1, QD_O_crises, &summary, error)); /* a cell met before */
    assert_int_equal(summary.count, 58);
    assert_true(qd_result_file_has_worlds(file, QD_O_wars) && !qd_result_file_has_worlds(file, QD_O_crises));
    double value[2];
    assert_ok(qd_result_file_read(file, 0, 1, QD_O_wars, 59, 2, value, error));
    qd_outcomes_t row;
    fabricated_row(experiment, 0, 1, 59, &row);
    assert_true(value[0] == row.wars && isnan(value[1]));
    qd_error_t fault = QD_ERROR_NONE;
    assert_int_equal(qd_result_file_read(file, 0, 1, QD_O_crises, 0, 2, value, &fault), QD_ERROR_INPUT);
    const qd_result_failure_t *failure;
    const qd_result_claim_t *claim;
    size_t count;
    assert_ok(qd_result_file_failures(file, &failure, &count, error));
    assert_true(count == 2 && failure[1].order == 1 && failure[1].world == 48);
    assert_ok(qd_result_file_claims(file, &claim, &count, error));
    assert_int_equal(count, 0);
    qd_result_file_close(file);
    qd_parts_close(parts);
    qd_experiment_free(experiment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_folder_of_parts)};
    folder = scratch_folder();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    scratch_remove(folder);
    return failed;
}
