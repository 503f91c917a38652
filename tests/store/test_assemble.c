#include "fabricated.h"

#include "quadrille/result.h"
#include "store/assemble.h"
#include "store/hdf5_file.h"
#include "store/merge.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static char *folder; /* of this program */

/* The second, filled in by main, has the row and the values of `balance` under another name. */
static qd_outcome_info_t extras[2] = {{.name = "half_wars",
                                       .unit = "wars",
                                       .meaning = "number of wars and a half",
                                       .group = QD_GROUP_LANDSCAPE,
                                       .low = 0.5,
                                       .high = INFINITY}};

static const qd_result_claim_t claims[2] = {
    {.id = "first",
     .says = "more is more",
     .kind = "contrast",
     .outcome = "wars",
     .order = "all",
     .verdict = "supported",
     .estimate = 0.5,
     .low = 0.25,
     .high = 0.75,
     .margin = 0.0,
     .confidence = 0.95,
     .p = 0.001,
     .p_holm = 0.002,
     .unpaired_se = NAN,
     .variance_reduction = 3.5,
     .worlds = 200},
    {.id = "second",
     .says = "less \xe2\x89\xa4 more",
     .kind = "trend",
     .outcome = "survival",
     .order = "bipolar",
     .verdict = "undecided",
     .note = "three levels",
     .estimate = NAN,
     .worlds = 0},
};

static const qd_result_sensitivity_t sensitivity[1] = {{.outcome = "wars",
                                                        .order = "unipolar",
                                                        .factor = "institution.target",
                                                        .method = "saltelli",
                                                        .first = 0.3,
                                                        .total = 0.4,
                                                        .mu = NAN}};

static char *path_of(const char *name)
{
    static char path[4][256];
    static int next;
    char *out = path[next++ % 4];
    snprintf(out, 256, "%s/%s", folder, name);
    return out;
}

/* Writes worlds [from, to) of every (point, order), in blocks of `block`, one flush after every `per_part`
 * blocks. */
static void journal(const qd_experiment_t *experiment, const char *path, uint64_t from, uint64_t to,
                    uint64_t block, size_t per_part)
{
    qd_parts_options_t options = {
        .folder = path, .mode = QD_PARTS_NEW, .columns = QD_COLUMNS_ALL, .extras = 2, .paths = true};
    qd_parts_t *parts = NULL;
    size_t blocks = 0;
    assert_ok(qd_parts_open(&options, experiment, &parts, error));
    for (uint64_t first = from; first < to; first += block) {
        for (size_t i = experiment->points * experiment->orders; i-- > 0;) {
            uint64_t count = to - first < block ? to - first : block;
            assert_ok(append_worlds(parts, experiment, i / experiment->orders, i % experiment->orders, first,
                                    count, error));
            if (++blocks % per_part == 0)
                assert_ok(qd_parts_flush(parts, error));
        }
    }
    assert_ok(qd_parts_flush(parts, error));
    qd_parts_close(parts);
}

static qd_assembled_t assemble(const qd_experiment_t *experiment, qd_index_t *index, const char *path)
{
    qd_assembled_t assembled = {0};
    qd_assemble_options_t options = {.path = path,
                                     .worlds = true,
                                     .embed = true,
                                     .extra = extras,
                                     .provenance = {.command_line = "quadrille run x.yaml",
                                                    .host = "here",
                                                    .threads = 2,
                                                    .ranks = 1,
                                                    .seconds = 1.5,
                                                    .shard = "",
                                                    .libraries = "GSL 2.7"},
                                     .claims = 2,
                                     .claim = claims,
                                     .sensitivities = 1,
                                     .sensitivity = sensitivity};
    assert_ok(qd_assemble(experiment, index, &options, &assembled, error));
    return assembled;
}

static qd_index_t *index_of(const qd_experiment_t *experiment, const char *const *path, size_t paths)
{
    qd_index_t *index = NULL;
    assert_ok(qd_merge_index(experiment, path, paths, &index, error));
    return index;
}

static qd_assembled_t run(const qd_experiment_t *experiment, const char *name, uint64_t from, uint64_t to,
                          uint64_t block, size_t per_part)
{
    char parts[256];
    const char *path = parts;
    snprintf(parts, sizeof parts, "%s/%s.parts", folder, name);
    journal(experiment, parts, from, to, block, per_part);
    qd_index_t *index = index_of(experiment, &path, 1);
    qd_assembled_t assembled = assemble(experiment, index, path_of(name));
    qd_index_free(index);
    assert_ok(qd_parts_remove(parts, NULL, error));
    return assembled;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void assert_summary(qd_result_file_t *file, const qd_experiment_t *experiment, size_t p, size_t o,
                           qd_outcome_t outcome)
{
    uint64_t n = 0, worlds = experiment->worlds;
    double *value = calloc(worlds, sizeof *value), sum = 0, squares = 0;
    assert_ok(qd_result_file_read(file, p, o, outcome, 0, worlds, value, error));
    for (uint64_t w = 0; w < worlds; w++) {
        qd_outcomes_t row;
        fabricated_row(experiment, p, o, w, &row);
        if (fabricated_fails(w)) {
            assert_true(isnan(value[w]));
            continue;
        }
        assert_true(value[w] == row.value[outcome]);
        value[n++] = value[w];
    }
    for (uint64_t i = 0; i < n; i++)
        sum += value[i];
    for (uint64_t i = 0; i < n; i++)
        squares += (value[i] - sum / (double)n) * (value[i] - sum / (double)n);
    qsort(value, n, sizeof *value, ascending);
    qd_result_summary_t summary;
    assert_ok(qd_result_file_summary(file, p, o, outcome, &summary, error));
    assert_int_equal(summary.count, n);
    assert_true(fabs(summary.mean - sum / (double)n) < 1e-9);
    double sd = sqrt(squares / (double)(n - 1));
    assert_true(fabs(summary.sd - sd) < 1e-8 * (1 + sd));
    assert_true(fabs(summary.mcse - sd / sqrt((double)n)) < 1e-8 * (1 + sd));
    assert_true(summary.min == value[0] && summary.max == value[n - 1]);
    double median = value[(n - 1) / 2], got = summary.quantile[3];
    assert_true(fabs(got - median) <= fabs(median) / 256 + 1e-6);
    free(value);
}

static void test_values(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(3, 2, 4500, true);
    qd_assembled_t assembled = run(experiment, "values.h5", 0, 4500, 1100, 5);
    assert_true(assembled.complete);
    assert_int_equal(assembled.worlds, 27000);
    assert_int_equal(assembled.failures, 6 * 110);
    qd_result_file_t *file = NULL;
    assert_ok(qd_result_file_open(path_of("values.h5"), &file, error));
    const qd_provenance_t *from = qd_result_file_provenance(file);
    assert_string_equal(from->title, "fabricated");
    assert_string_equal(from->about, experiment->about);
    assert_string_equal(from->config, experiment->config);
    assert_string_equal(from->result_hash, assembled.result_hash);
    assert_true(from->seed == experiment->seed && from->config_hash == experiment->config_hash);
    assert_true(from->complete && from->threads == 2 && from->ranks == 1 && from->seconds == 1.5);
    assert_int_equal(strlen(from->created), 20);
    assert_int_equal(qd_result_file_points(file), 3);
    assert_int_equal(qd_result_file_worlds(file), 4500);
    assert_string_equal(qd_result_file_order_label(file, 1), "bipolar");
    for (size_t p = 0; p < 3; p++)
        for (size_t o = 0; o < 2; o++)
            for (size_t k = 0; k < QD_OUTCOMES; k += 3)
                assert_summary(file, experiment, p, o, (qd_outcome_t)k);
    double beyond[3];
    assert_ok(qd_result_file_read(file, 0, 0, QD_O_wars, 4499, 3, beyond, error));
    assert_true(!isnan(beyond[0]) && isnan(beyond[1]) && isnan(beyond[2]));
    qd_result_file_close(file);
    fabricated_free(experiment);
}

/* In the file, a value beside the outcomes has the summary of an outcome with the same values, to the last
 * bit. */
static void expect_equal_summaries(const qd_experiment_t *experiment, const char *file)
{
    static const char *const name[] = {"count", "mean", "sd",   "mcse",     "min",
                                       "max",   "low",  "high", "quantiles"};
    size_t all = experiment->points * experiment->orders;
    qd_h5_t h5;
    qd_h5_open(&h5, path_of(file));
    for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
        qd_h5_type_t type = i == 0 ? QD_H5_HASH : QD_H5_REAL;
        size_t cells = i == 8 ? all * QD_RESULT_QUANTILES : all, count;
        char path[2][64];
        snprintf(path[0], sizeof path[0], "/summary/balance/%s", name[i]);
        snprintf(path[1], sizeof path[1], "/summary/balance_again/%s", name[i]);
        void *outcome = qd_h5_read(&h5, path[0], type, &count);
        assert_int_equal(count, cells);
        void *extra = qd_h5_read(&h5, path[1], type, &count);
        assert_int_equal(count, cells);
        assert_memory_equal(outcome, extra, cells * 8);
        free(outcome);
        free(extra);
    }
    assert_ok(qd_h5_close(&h5, error));
}

/* Of two worlds, each decides some quantile. */
static void test_extras_of_few_worlds(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(3, 2, 2, false);
    run(experiment, "few.h5", 0, 2, 2, 1);
    expect_equal_summaries(experiment, "few.h5");
    fabricated_free(experiment);
}

static void test_extras(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(2, 2, 300, false);
    run(experiment, "extras.h5", 0, 300, 70, 3);
    expect_equal_summaries(experiment, "extras.h5");
    qd_h5_t h5;
    qd_error_t fault = QD_ERROR_NONE;
    qd_h5_open(&h5, path_of("extras.h5"));
    size_t count;
    double *wars = qd_h5_read(&h5, "/summary/wars/mean", QD_H5_REAL, &count),
           *half = qd_h5_read(&h5, "/summary/half_wars/mean", QD_H5_REAL, &count),
           *low = qd_h5_read(&h5, "/summary/half_wars/low", QD_H5_REAL, &count),
           *high = qd_h5_read(&h5, "/summary/half_wars/high", QD_H5_REAL, &count);
    for (size_t i = 0; i < 4; i++)
        assert_true(fabs(half[i] - wars[i] - 0.5) < 1e-12 && low[i] < half[i] && half[i] < high[i]);
    free(wars);
    free(half);
    free(low);
    free(high);
    assert_int_equal(qd_h5_close(&h5, &fault), QD_OK);
    fabricated_free(experiment);
}

static void test_tables(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(2, 1, 50, false);
    run(experiment, "tables.h5", 0, 50, 10, 2);
    qd_result_file_t *file = NULL;
    const qd_result_claim_t *claim;
    const qd_result_failure_t *failure;
    const qd_result_sensitivity_t *row;
    const qd_result_contrast_t *contrast;
    size_t count;
    assert_ok(qd_result_file_open(path_of("tables.h5"), &file, error));
    assert_ok(qd_result_file_claims(file, &claim, &count, error));
    assert_int_equal(count, 2);
    assert_string_equal(claim[1].says, claims[1].says);
    assert_string_equal(claim[0].note, "");
    assert_true(claim[0].p_holm == 0.002 && isnan(claim[1].estimate) && claim[0].worlds == 200);
    assert_ok(qd_result_file_failures(file, &failure, &count, error));
    assert_int_equal(count, 4);
    assert_true(failure[3].point == 1 && failure[3].order == 0 && failure[3].world == 48);
    assert_string_equal(failure[3].reason, "tension is not finite");
    assert_ok(qd_result_file_sensitivity(file, &row, &count, error));
    assert_true(count == 1 && row[0].total == 0.4 && isnan(row[0].mu));
    assert_ok(qd_result_file_contrasts(file, &contrast, &count, error));
    assert_true(count == 0 && contrast == NULL);
    qd_result_file_close(file);
    fabricated_free(experiment);
}

/* One hash however the worlds were divided; another for other worlds. */
static void test_hash(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(2, 3, 60, false);
    qd_assembled_t whole = run(experiment, "hash-0.h5", 0, 60, 60, 100);
    static const size_t split[3][2] = {{1, 7}, {17, 1}, {64, 4}};
    for (size_t i = 0; i < 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "hash-%zu.h5", i + 1);
        qd_assembled_t other = run(experiment, name, 0, 60, split[i][0], split[i][1]);
        assert_string_equal(other.result_hash, whole.result_hash);
    }
    qd_assembled_t shorter = run(experiment, "hash-short.h5", 0, 59, 50, 3);
    assert_string_not_equal(shorter.result_hash, whole.result_hash);
    assert_false(shorter.complete);
    fabricated_free(experiment);
}

/* Shards join in any sequence, also twice, to the file of an undivided run; missing worlds are named. */
static void test_merge(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(2, 2, 9000, true);
    qd_assembled_t whole = run(experiment, "whole.h5", 0, 9000, 4000, 3);
    run(experiment, "shard-0.h5", 0, 3000, 1000, 3);
    run(experiment, "shard-1.h5", 3000, 8000, 2048, 1);
    run(experiment, "shard-2.h5", 8000, 9000, 333, 4);
    const char *path[5] = {path_of("shard-2.h5"), path_of("shard-0.h5"), path_of("shard-1.h5")};
    char first[256], second[256], third[256];
    snprintf(third, sizeof third, "%s", path[0]);
    snprintf(first, sizeof first, "%s", path[1]);
    snprintf(second, sizeof second, "%s", path[2]);
    path[0] = third, path[1] = first, path[2] = second, path[3] = first, path[4] = second;
    qd_error_t missing = QD_ERROR_NONE;
    qd_index_t *index = index_of(experiment, path, 5);
    assert_int_equal(qd_merge_missing(experiment, index, NULL, &missing), 0);
    assert_int_equal(doubles_of(index), 2 * 8000); /* point 1 repeats point 0: two orders */
    qd_assembled_t merged = assemble(experiment, index, path_of("merged.h5"));
    qd_index_free(index);
    assert_string_equal(merged.result_hash, whole.result_hash);
    assert_true(merged.complete);
    qd_result_file_t *file = NULL;
    assert_ok(qd_result_file_open(path_of("merged.h5"), &file, error));
    assert_summary(file, experiment, 1, 1, QD_O_tension_mean);
    qd_result_file_close(file);

    index = index_of(experiment, path, 2);
    assert_int_equal(qd_merge_missing(experiment, index, NULL, &missing), 4 * 5000);
    assert_non_null(strstr(missing.text, "missing: point 1, order bipolar: 5000 of 9000 worlds (3000-7999)"));
    qd_assembled_t partial = assemble(experiment, index, path_of("partial.h5"));
    assert_false(partial.complete);
    qd_index_free(index);
    /* A merged file can be merged again. */
    path[0] = path_of("partial.h5");
    path[1] = second;
    index = index_of(experiment, path, 2);
    merged = assemble(experiment, index, path_of("merged-on.h5"));
    qd_index_free(index);
    assert_string_equal(merged.result_hash, whole.result_hash);

    qd_error_t fault = QD_ERROR_NONE;
    experiment->config_hash ^= 1;
    assert_int_equal(qd_merge_index(experiment, path, 2, &index, &fault), QD_ERROR_INPUT);
    assert_int_equal(fault.count, 2);
    fabricated_free(experiment);
}

static void assert_refused(const char *path, const char *why)
{
    qd_result_file_t *file = NULL;
    qd_error_t fault = QD_ERROR_NONE;
    assert_int_equal(qd_result_file_open(path, &file, &fault), QD_ERROR_INPUT);
    assert_null(file);
    if (strstr(fault.text, why) == NULL)
        fail_msg("expected `%s` in: %s", why, fault.text);
}

static void write_start(const char *from, const char *to, long size)
{
    char command[640];
    snprintf(command, sizeof command, "head -c %ld '%s' > '%s'", size, from, to);
    assert_int_equal(system(command), 0);
}

static void test_refusals(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(1, 1, 20, false);
    run(experiment, "good.h5", 0, 20, 20, 1);
    assert_refused(path_of("absent.h5"), "No such file");
    write_start("/dev/null", path_of("empty.h5"), 0);
    assert_refused(path_of("empty.h5"), "not an HDF5 file");
    write_start(path_of("good.h5"), path_of("cut.h5"), 20000);
    assert_refused(path_of("cut.h5"), "cut off or damaged");
    qd_h5_t h5;
    qd_error_t fault = QD_ERROR_NONE;
    qd_h5_create(&h5, path_of("foreign.h5"));
    assert_int_equal(qd_h5_close(&h5, &fault), QD_OK);
    assert_refused(path_of("foreign.h5"), "not a result of quadrille");
    qd_h5_create(&h5, path_of("newer.h5"));
    qd_h5_set_whole(&h5, "/", "quadrille_format", QD_RESULT_FORMAT + 1);
    assert_int_equal(qd_h5_close(&h5, &fault), QD_OK);
    assert_refused(path_of("newer.h5"), "use a newer quadrille");

    qd_assembled_t assembled;
    qd_index_t *index = NULL;
    const char *shard = path_of("good.h5");
    qd_assemble_options_t options = {.path = shard, .worlds = true, .extra = extras};
    assert_int_equal(qd_merge_index(experiment, &shard, 1, &index, &fault), QD_OK);
    assert_int_equal(qd_assemble(experiment, index, &options, &assembled, &fault), QD_ERROR_INPUT);
    assert_non_null(strstr(fault.text, "found an existing file; expected none (--force replaces it)"));
    fault = QD_ERROR_NONE;
    options.path = path_of("nowhere/out.h5");
    assert_int_equal(qd_assemble(experiment, index, &options, &assembled, &fault), QD_ERROR_IO);
    assert_non_null(strstr(fault.text, "No such file"));
    /* Replacing the very file that is read from. */
    options.path = shard;
    options.overwrite = true;
    options.embed = true;
    fault = QD_ERROR_NONE;
    assert_int_equal(qd_assemble(experiment, index, &options, &assembled, &fault), QD_OK);
    qd_index_free(index);
    fabricated_free(experiment);
}

/* A file holds the worlds if they, or the parts, which need them, are requested; the hash is that of the
 * worlds in both cases. */
static void test_sections(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(2, 1, 20, false);
    char hash[33];
    (void)run(experiment, "sections.h5", 0, 20, 20, 1);
    const char *source = path_of("sections.h5");
    qd_index_t *index = index_of(experiment, &source, 1);
    assert_ok(qd_result_hash(experiment, index, hash, error));
    for (int flags = 0; flags < 4; flags++) {
        qd_assemble_options_t options = {.path = path_of("section.h5"),
                                         .overwrite = true,
                                         .worlds = flags & 1,
                                         .embed = flags & 2,
                                         .extra = extras};
        qd_assembled_t assembled = {0};
        assert_ok(qd_assemble(experiment, index, &options, &assembled, error));
        qd_h5_t *h5 = calloc(1, sizeof *h5);
        assert_non_null(h5);
        qd_h5_open(h5, path_of("section.h5"));
        char *kept = qd_h5_get_text(h5, "/", "result_hash");
        assert_string_equal(kept, hash);
        free(kept);
        assert_int_equal(qd_h5_exists(h5, "/worlds"), flags != 0);
        assert_int_equal(qd_h5_exists(h5, "/parts"), flags >= 2);
        assert_true(qd_h5_exists(h5, "/summary"));
        assert_ok(qd_h5_close(h5, error));
        free(h5);
    }
    qd_index_free(index);
    fabricated_free(experiment);
}

/* Rows of more points than are read at once are those that the sums of the tallies state. */
static void test_rows_of_many_points(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(9, 2, 300, false);
    (void)run(experiment, "points.h5", 0, 300, 300, 1);
    const char *source = path_of("points.h5");
    qd_index_t *index = index_of(experiment, &source, 1);
    assert_ok(qd_index_check_rows(index, error));
    qd_index_free(index);
    fabricated_free(experiment);
}

/* Points of equal settings share their worlds, which the parts hold once. */
static void test_equal_points_are_kept_once(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(4, 2, 20, false);
    experiment->point[2].hash = experiment->point[0].hash;
    (void)run(experiment, "equal.h5", 0, 20, 20, 1);
    qd_h5_t h5;
    size_t count;
    qd_h5_open(&h5, path_of("equal.h5"));
    int64_t *point = qd_h5_read(&h5, "/parts/unit_point", QD_H5_WHOLE, &count);
    const int64_t expected[] = {0, 0, 1, 1, 3, 3};
    assert_int_equal(count, 6);
    assert_memory_equal(point, expected, sizeof expected);
    free(point);
    assert_ok(qd_h5_close(&h5, error));
    fabricated_free(experiment);
}

/* A run without a finished world has a result too. */
/* As a thread might while the others succeed: reports what *status says at the first fsync, which works. */
typedef struct {
    qd_error_t *error;
    qd_status_t status;
} teller_t;

static int tell(void *context, int fd)
{
    teller_t *self = context;
    if (self->error->count == 0)
        (void)!qd_error_add(self->error, self->status, "something failed");
    return qd_files_system.fsync(NULL, fd);
}

/* A fault that was reported, while every status is good, keeps the file from being published. */
static void test_reported_faults_are_heeded(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(1, 1, 20, false);
    run(experiment, "told.h5", 0, 20, 20, 1);
    const char *source = path_of("told.h5"), *path = path_of("again.h5");
    const qd_status_t told[] = {QD_ERROR_IO, QD_OK}, expected[] = {QD_ERROR_IO, QD_ERROR_INTERNAL};
    for (size_t i = 0; i < 2; i++) {
        qd_error_t fault = QD_ERROR_NONE;
        teller_t teller = {&fault, told[i]};
        qd_files_t files = qd_files_system;
        qd_assembled_t assembled;
        qd_index_t *index = index_of(experiment, &source, 1);
        files.context = &teller;
        files.fsync = tell;
        qd_assemble_options_t options = {.path = path, .worlds = true, .extra = extras, .files = &files};
        assert_int_equal(qd_assemble(experiment, index, &options, &assembled, &fault), expected[i]);
        assert_int_equal(access(path, F_OK), -1);
        qd_index_free(index);
    }
    fabricated_free(experiment);
}

/* The file may grow to a few pages only. In a child: libhdf5 does not free a file that it cannot close. */
static void test_writing_fails(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(1, 1, 20, false);
    run(experiment, "grows.h5", 0, 20, 20, 1);
    const char *source = path_of("grows.h5"), *path = path_of("cut_off.h5");
    qd_index_t *index = index_of(experiment, &source, 1);
    pid_t child = fork();
    if (child == 0) {
        qd_assemble_options_t options = {.path = path, .worlds = true, .extra = extras};
        qd_assembled_t assembled;
        qd_error_t fault = QD_ERROR_NONE;
        signal(SIGXFSZ, SIG_IGN);
        bool limited = setrlimit(RLIMIT_FSIZE, &(struct rlimit){10000, 10000}) == 0;
        qd_status_t status = qd_assemble(experiment, index, &options, &assembled, &fault);
        bool told = strstr(fault.text, "cut_off.h5 could not be written");
        _exit(limited && status == QD_ERROR_IO && told ? 0 : 1);
    }
    int end = -1;
    assert_true(child > 0 && waitpid(child, &end, 0) == child && end == 0);
    assert_int_equal(access(path, F_OK), -1);
    qd_index_free(index);
    fabricated_free(experiment);
}

static void test_empty(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(2, 1, 20, false);
    qd_index_t *index = NULL;
    assert_ok(qd_index_new(experiment, NULL, &index, error));
    assert_ok(qd_index_select(index, error));
    qd_assembled_t assembled = assemble(experiment, index, path_of("nothing.h5"));
    qd_index_free(index);
    assert_false(assembled.complete);
    assert_int_equal(assembled.worlds, 0);
    qd_result_file_t *file = NULL;
    qd_result_summary_t summary;
    assert_ok(qd_result_file_open(path_of("nothing.h5"), &file, error));
    assert_ok(qd_result_file_summary(file, 1, 0, QD_O_wars, &summary, error));
    assert_true(summary.count == 0 && isnan(summary.mean));
    qd_result_file_close(file);
    const char *source = path_of("nothing.h5");
    index = index_of(experiment, &source, 1); /* of no unit */
    assert_int_equal(qd_ranges_count(qd_index_done(index, 1, 0)), 0);
    qd_index_free(index);
    fabricated_free(experiment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_extras),
        cmocka_unit_test(test_extras_of_few_worlds),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_sections),
        cmocka_unit_test(test_rows_of_many_points),
        cmocka_unit_test(test_equal_points_are_kept_once),
        cmocka_unit_test(test_reported_faults_are_heeded),
        cmocka_unit_test(test_writing_fails),
        cmocka_unit_test(test_empty),
    };
    folder = scratch_folder();
    extras[1] = qd_outcome_table[QD_O_balance];
    extras[1].name = "balance_again";
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (getenv("QD_KEEP") == NULL)
        scratch_remove(folder);
    return failed;
}
