/* Memory runs out at any request while parts are written and a result is assembled, read or read back: the
 * status says so, and the files on the disk stay. */
#include "support/failing_memory.h"

#include <dirent.h>
#include <limits.h>

#include "fabricated.h"
#include "quadrille/result.h"
#include "store/assemble.h"
#include "store/merge.h"

#define POINTS 2
#define ORDERS 2
#define WORLDS 50
#define BLOCK  25
#define CELLS  (POINTS * ORDERS)

static qd_experiment_t *experiment;
static qd_segment_t segment[CELLS * WORLDS / BLOCK];
static char *folder, parts[256], result[256];
static qd_outcome_info_t extras[2];
static qd_files_t files; /* of the system, without waiting for the disk */

static int no_fsync(void *context, int fd)
{
    (void)context;
    (void)fd;
    return 0;
}

/* ---- operations ---------------------------------------------------------------------------------------- */

static qd_status_t write_parts(qd_error_t *error)
{
    qd_parts_options_t options = {.folder = parts,
                                  .files = &files,
                                  .mode = QD_PARTS_FORCE,
                                  .columns = QD_COLUMNS_ALL,
                                  .extras = 2,
                                  .paths = true};
    qd_parts_t *self = NULL;
    qd_status_t status = qd_parts_open(&options, experiment, &self, error);
    for (size_t i = 0; status == QD_OK && i < sizeof segment / sizeof segment[0]; i++)
        status = qd_parts_append(self, &segment[i], error);
    if (status == QD_OK)
        status = qd_parts_flush(self, error);
    if (self)
        qd_parts_close(self);
    return status;
}

static const qd_result_claim_t claim = {.id = "a",
                                        .says = "b",
                                        .kind = "contrast",
                                        .outcome = "wars",
                                        .order = "all",
                                        .verdict = "supported",
                                        .estimate = 0.5};

static qd_status_t assemble(qd_error_t *error)
{
    const char *const path = parts;
    qd_index_t *index = NULL;
    qd_assembled_t assembled;
    qd_assemble_options_t options = {.path = result,
                                     .overwrite = true,
                                     .files = &files,
                                     .worlds = true,
                                     .embed = true,
                                     .extra = extras,
                                     .provenance = {.command_line = "quadrille run x.yaml",
                                                    .host = "here",
                                                    .shard = "",
                                                    .libraries = "GSL"},
                                     .claims = 1,
                                     .claim = &claim};
    qd_status_t status = qd_merge_index(experiment, &path, 1, &index, error);
    if (status == QD_OK)
        status = qd_assemble(experiment, index, &options, &assembled, error);
    qd_index_free(index);
    return status;
}

static qd_status_t read_result(qd_error_t *error)
{
    qd_result_file_t *file = NULL;
    qd_result_summary_t summary;
    const qd_result_claim_t *claims;
    const qd_result_failure_t *failure;
    const qd_result_contrast_t *contrast;
    const qd_result_sensitivity_t *sensitivity;
    double value[WORLDS], *mean = NULL;
    size_t count;
    qd_status_t status = qd_result_file_open(result, &file, error);
    if (status == QD_OK)
        status = qd_result_file_check(file, true, error);
    if (status == QD_OK)
        status = qd_result_file_summary(file, 1, 1, QD_O_wars, &summary, error);
    if (status == QD_OK)
        status = qd_result_file_read(file, 1, 1, QD_O_survival, 0, WORLDS, value, error);
    if (status == QD_OK)
        status = qd_result_file_claims(file, &claims, &count, error);
    if (status == QD_OK)
        status = qd_result_file_failures(file, &failure, &count, error);
    if (status == QD_OK)
        status = qd_result_file_contrasts(file, &contrast, &count, error);
    if (status == QD_OK)
        status = qd_result_file_sensitivity(file, &sensitivity, &count, error);
    if (status == QD_OK)
        status = qd_result_file_reals(file, "/summary/wars/mean", &mean, &count, error);
    if (status == QD_OK)
        assert_true(count == CELLS && mean[CELLS - 1] == summary.mean);
    free(mean);
    qd_result_file_close(file);
    return status;
}

/* Readings of a result by a resumed run and by a merge. */
static qd_status_t take_result(qd_error_t *error)
{
    const char *const path = result;
    char hash[33];
    qd_index_t *index = NULL;
    qd_status_t status = qd_merge_index(experiment, &path, 1, &index, error);
    if (status == QD_OK)
        status = qd_index_check_rows(index, error);
    if (status == QD_OK)
        status = qd_result_hash(experiment, index, hash, error);
    qd_index_free(index);
    return status;
}

/* ---- refusals at every place --------------------------------------------------------------------------- */

static bool has_draft(void)
{
    bool found = false;
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;)
        found = found || strstr(entry->d_name, ".tmp");
    closedir(listing);
    return found;
}

/* Tries `work` with the k-th request refused, for every k up to `all`, then ever fewer; then it succeeds. */
static void try_all(qd_status_t (*work)(qd_error_t *error), const char *name, long all)
{
    long requests = LONG_MAX, refusals = 0;
    for (long k = 1; k <= requests; k += 1 + k / all) {
        qd_error_t error = QD_ERROR_NONE;
        fail_at(k);
        qd_status_t status = work(&error);
        requests = fail_at(0);
        if (status != QD_OK && (status == QD_ERROR_INPUT || error.text[0] == '\0'))
            fail_msg("%s, request %ld: status %d, message `%s`", name, k, status, error.text);
        if (status == QD_OK && error.count > 0)
            fail_msg("%s, request %ld: done, and yet `%s`", name, k, error.text);
        if (has_draft())
            fail_msg("%s, request %ld: a draft was left", name, k);
        refusals += status != QD_OK;
        requests = status == QD_OK ? requests : LONG_MAX;
    }
    assert_true(refusals > 0 || !FAILING_MEMORY);
    qd_error_t error = QD_ERROR_NONE;
    if (work(&error) != QD_OK)
        fail_msg("%s: %s", name, error.text);
}

static void test_every_step(void **state)
{
    (void)state;
    try_all(write_parts, "writing parts", 24);
    try_all(assemble, "assembling", 4);
    try_all(read_result, "reading", 24);
    try_all(take_result, "resuming", 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_step),
    };
    files = qd_files_system;
    files.fsync = no_fsync;
    folder = scratch_folder();
    snprintf(parts, sizeof parts, "%s/a.h5.parts", folder);
    snprintf(result, sizeof result, "%s/a.h5", folder);
    experiment = fabricate(POINTS, ORDERS, WORLDS, false);
    extras[0] = extras[1] = qd_outcome_table[QD_O_balance];
    extras[0].name = "first";
    extras[1].name = "second";
    for (size_t i = 0; i < sizeof segment / sizeof segment[0]; i++)
        segment[i] = segment_new(experiment, i % POINTS, i / POINTS % ORDERS, i / CELLS * BLOCK, BLOCK);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (size_t i = 0; i < sizeof segment / sizeof segment[0]; i++)
        segment_free(&segment[i]);
    fabricated_free(experiment);
    scratch_remove(folder);
    return failed;
}
