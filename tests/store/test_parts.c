#include "fabricated.h"

#include "store/index.h"
#include "store/merge.h"
#include "store/parts_folder.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

static char *folder; /* of this program */

static qd_parts_options_t options_for(const char *name, qd_parts_mode_t mode)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return (qd_parts_options_t){
        .folder = path, .mode = mode, .columns = QD_COLUMNS_ALL, .extras = 2, .paths = true};
}

static qd_index_t *index_of(const qd_experiment_t *experiment, const char *path, bool repair)
{
    qd_index_t *index = NULL;
    assert_ok(qd_index_new(experiment, NULL, &index, error));
    assert_ok(qd_index_add_folder(index, path, repair, error));
    assert_ok(qd_index_select(index, error));
    return index;
}

/* Whether worlds 0 .. count - 1 were finished: then they are dropped, otherwise appended. */
static bool has_worlds(qd_parts_t *parts, const qd_experiment_t *experiment, size_t point, size_t order,
                       uint64_t count)
{
    size_t before = qd_parts_buffered(parts);
    assert_ok(append_worlds(parts, experiment, point, order, 0, count, error));
    return qd_parts_buffered(parts) == before;
}

/* Every world below `worlds` of every (point, order) reads back as it was made. */
static void assert_worlds(const qd_experiment_t *experiment, qd_index_t *index, uint64_t worlds)
{
    double *value = calloc(worlds, sizeof *value);
    for (size_t p = 0; p < experiment->points; p++) {
        for (size_t o = 0; o < experiment->orders; o++) {
            for (size_t k = 0; k < QD_OUTCOMES_MAX + 2; k++) {
                if (k >= QD_OUTCOMES && k < QD_OUTCOMES_MAX)
                    continue; /* of a plugin, and none is loaded */
                assert_ok(qd_index_read(index, p, o, k, 0, worlds, value, error));
                for (uint64_t w = 0; w < worlds; w++) {
                    qd_outcomes_t row;
                    fabricated_row(experiment, p, o, w, &row);
                    double wanted = k < QD_OUTCOMES        ? row.value[k]
                                    : k == QD_OUTCOMES_MAX ? row.wars + 0.5
                                                           : row.balance;
                    if (fabricated_fails(w))
                        assert_true(isnan(value[w]));
                    else
                        assert_true(value[w] == wanted);
                }
            }
        }
    }
    free(value);
}

static void test_round_trip(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(3, 2, 60, true);
    qd_parts_options_t options = options_for("round", QD_PARTS_NEW);
    qd_parts_t *parts = NULL;
    assert_ok(qd_parts_open(&options, experiment, &parts, error));
    for (size_t p = 0; p < 3; p++) {
        for (size_t o = 0; o < 2; o++) {
            assert_ok(append_worlds(parts, experiment, p, o, 40, 20, error));
            assert_ok(append_worlds(parts, experiment, p, o, 0, 25, error));
            if (p == 1)
                assert_ok(qd_parts_flush(parts, error));
            assert_ok(append_worlds(parts, experiment, p, o, 25, 15, error));
        }
    }
    assert_true(qd_parts_buffered(parts) > 0);
    assert_ok(qd_parts_flush(parts, error));
    assert_int_equal(qd_parts_buffered(parts), 0);
    assert_ok(qd_parts_flush(parts, error)); /* nothing to do */
    assert_true(has_worlds(parts, experiment, 2, 1, 60));
    qd_parts_close(parts);

    qd_index_t *index = index_of(experiment, options.folder, false);
    assert_worlds(experiment, index, 60);
    assert_int_equal(doubles_of(index), 0);
    for (size_t i = 0; i < 6; i++) {
        const qd_tally_t *tally = NULL;
        qd_tally_t *whole = qd_tally_new(PERIODS, true);
        qd_segment_t segment = segment_new(experiment, i / 2, i % 2, 0, 60);
        assert_ok(qd_tally_decode(whole, segment.tally, segment.tally_size, error));
        assert_ok(qd_index_tally(index, i / 2, i % 2, &tally, error));
        assert_true(qd_tally_hash(tally).low == qd_tally_hash(whole).low);
        assert_true(qd_tally_hash(tally).high == qd_tally_hash(whole).high);
        assert_int_equal(qd_tally_count(tally), 58);
        assert_int_equal(qd_index_failures(index, i / 2, i % 2), 2);
        assert_int_equal(qd_index_failure(index, i / 2, i % 2, 1).world, 48);
        assert_string_equal(qd_index_failure(index, i / 2, i % 2, 0).reason, "tension is not finite");
        segment_free(&segment);
        qd_tally_free(whole);
    }
    qd_index_free(index);
    fabricated_free(experiment);
}

static void test_resume(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(2, 1, 100, false), *grown = fabricate(4, 3, 200, false);
    qd_parts_options_t options = options_for("resume", QD_PARTS_NEW);
    qd_parts_t *parts = NULL;
    qd_error_t fault = QD_ERROR_NONE;
    assert_ok(qd_parts_open(&options, experiment, &parts, error));
    assert_ok(append_worlds(parts, experiment, 1, 0, 0, 30, error));
    assert_ok(qd_parts_flush(parts, error));
    assert_ok(append_worlds(parts, experiment, 1, 0, 30, 30, error)); /* never flushed: lost */
    qd_parts_close(parts);

    fault = QD_ERROR_NONE;
    assert_int_equal(qd_parts_open(&options, experiment, &parts, &fault), QD_ERROR_INPUT);
    assert_non_null(strstr(fault.text, "add --resume to continue it"));
    options.mode = QD_PARTS_RESUME;
    experiment->config_hash ^= 1;
    fault = QD_ERROR_NONE;
    assert_int_equal(qd_parts_open(&options, experiment, &parts, &fault), QD_ERROR_INPUT);
    assert_non_null(strstr(fault.text, "holds the work of another experiment (config_hash 0123456789abcdef"));
    options.columns = 3;
    fault = QD_ERROR_NONE;
    assert_int_equal(qd_parts_open(&options, grown, &parts, &fault), QD_ERROR_INPUT);
    assert_non_null(strstr(fault.text, "keeps other outcomes"));

    /* The design and the number of worlds may grow; a partial overlap is a defect of the caller. */
    options.columns = QD_COLUMNS_ALL;
    assert_ok(qd_parts_open(&options, grown, &parts, error));
    assert_true(has_worlds(parts, grown, 1, 0, 30));
    assert_ok(append_worlds(parts, grown, 1, 0, 10, 20, error)); /* done before: dropped */
    assert_int_equal(qd_parts_buffered(parts), 0);
    fault = QD_ERROR_NONE;
    assert_int_equal(append_worlds(parts, grown, 1, 0, 20, 20, &fault), QD_ERROR_INTERNAL);
    assert_non_null(strstr(fault.text, "worlds 20 to 39 were handed in"));
    assert_ok(append_worlds(parts, grown, 3, 2, 150, 50, error));
    assert_ok(qd_parts_flush(parts, error));
    qd_parts_close(parts);
    qd_index_t *index = index_of(grown, options.folder, false);
    assert_int_equal(qd_ranges_count(qd_index_done(index, 1, 0)), 30);
    assert_int_equal(qd_ranges_count(qd_index_done(index, 1, 1)), 0);
    assert_int_equal(qd_ranges_end(qd_index_done(index, 3, 2)), 200);
    qd_index_free(index);

    options.mode = QD_PARTS_FORCE;
    assert_ok(qd_parts_open(&options, grown, &parts, error));
    assert_false(has_worlds(parts, grown, 1, 0, 30));
    qd_parts_close(parts);
    assert_ok(qd_parts_remove(options.folder, NULL, error));
    assert_int_not_equal(access(options.folder, F_OK), 0);
    fabricated_free(experiment);
    fabricated_free(grown);
}

/* The same worlds in several files count once, whatever the order in which the files are met. */
static void test_idempotence(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(1, 1, 100, false);
    static const uint64_t range[4][2] = {{0, 40}, {40, 60}, {0, 100}, {30, 20}};
    for (size_t i = 0; i < 4; i++) {
        char name[32];
        snprintf(name, sizeof name, "same-%zu", i);
        qd_parts_options_t options = options_for(name, QD_PARTS_NEW);
        qd_parts_t *parts = NULL;
        assert_ok(qd_parts_open(&options, experiment, &parts, error));
        assert_ok(append_worlds(parts, experiment, 0, 0, range[i][0], range[i][1], error));
        assert_ok(qd_parts_flush(parts, error));
        qd_parts_close(parts);
    }
    static const size_t order[4][4] = {{0, 1, 0, 1}, {1, 2, 0, 3}, {2, 0, 1, 2}, {0, 3, 1, 0}};
    static const uint64_t doubles[4] = {0, 120, 100, 20}; /* a folder added again is ignored */
    for (size_t i = 0; i < 4; i++) {
        qd_index_t *index = NULL;
        assert_ok(qd_index_new(experiment, NULL, &index, error));
        for (size_t k = 0; k < 4; k++) {
            char path[128];
            snprintf(path, sizeof path, "%s/same-%zu", folder, order[i][k]);
            assert_ok(qd_index_add_folder(index, path, false, error));
        }
        assert_ok(qd_index_select(index, error));
        assert_int_equal(qd_ranges_count(qd_index_done(index, 0, 0)), 100);
        assert_int_equal(doubles_of(index), doubles[i]);
        assert_int_equal(qd_index_left_out(index), 0);
        assert_worlds(experiment, index, 100);
        const qd_tally_t *tally = NULL;
        assert_ok(qd_index_tally(index, 0, 0, &tally, error));
        assert_int_equal(qd_tally_count(tally) + qd_tally_failures(tally), 100);
        qd_index_free(index);
    }
    fabricated_free(experiment);
}

/* Worlds met twice are reported unless they are expected: a stopped run's file holds the worlds of its
 * parts. */
static void test_expected_doubles(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(1, 1, 60, false);
    const char *const name[2] = {"twice-0", "twice-1"};
    char path[2][256];
    for (size_t i = 0; i < 2; i++) {
        qd_parts_options_t options = options_for(name[i], QD_PARTS_NEW);
        qd_parts_t *parts = NULL;
        snprintf(path[i], sizeof path[i], "%s", options.folder);
        assert_ok(qd_parts_open(&options, experiment, &parts, error));
        assert_ok(append_worlds(parts, experiment, 0, 0, 0, 60, error));
        assert_ok(qd_parts_flush(parts, error));
        qd_parts_close(parts);
    }
    for (size_t expected = 0; expected < 2; expected++) {
        qd_index_t *index = NULL;
        assert_ok(qd_index_new(experiment, NULL, &index, error));
        if (expected)
            qd_index_expect_doubles(index);
        assert_ok(qd_index_add_folder(index, path[0], false, error));
        assert_ok(qd_index_add_folder(index, path[1], false, error));
        assert_ok(qd_index_select(index, error));
        assert_int_equal(qd_ranges_count(qd_index_done(index, 0, 0)), 60);
        const qd_error_t *warnings = qd_index_warnings(index);
        assert_int_equal(warnings->count, expected ? 0 : 1);
        if (!expected)
            assert_non_null(strstr(warnings->text, "60 worlds are in other files too; counted once"));
        qd_index_free(index);
    }
    fabricated_free(experiment);
}

/* The message lists the first four gaps, and says that there are more. */
static void test_gaps_are_listed(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(1, 1, 120, false);
    qd_parts_options_t options = options_for("gaps", QD_PARTS_NEW);
    qd_parts_t *parts = NULL;
    assert_ok(qd_parts_open(&options, experiment, &parts, error));
    for (uint64_t first = 10; first < 100; first += 20)
        assert_ok(append_worlds(parts, experiment, 0, 0, first, 10, error));
    assert_ok(qd_parts_flush(parts, error));
    qd_parts_close(parts);
    qd_index_t *index = index_of(experiment, options.folder, false);
    const struct {
        uint64_t target, missing;
        const char *text;
    } row[] = {{120, 70, "70 of 120 worlds (0-9, 20-29, 40-49, 60-69, ...)"},
               {90, 50, "50 of 90 worlds (0-9, 20-29, 40-49, 60-69, ...)"},
               {80, 40, "40 of 80 worlds (0-9, 20-29, 40-49, 60-69)"},
               {65, 35, "35 of 65 worlds (0-9, 20-29, 40-49, 60-64)"},
               {20, 10, "10 of 20 worlds (0-9)"}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        qd_error_t missing = QD_ERROR_NONE;
        assert_int_equal(qd_merge_missing(experiment, index, &row[i].target, &missing), row[i].missing);
        if (strstr(missing.text, row[i].text) == NULL)
            fail_msg("expected `%s` in: %s", row[i].text, missing.text);
    }
    qd_index_free(index);
    fabricated_free(experiment);
}

/* Worlds beyond the experiment's are left out with one warning, which tells those that are lost with them. */
static void test_worlds_beyond_the_experiment(void **state)
{
    (void)state;
    const struct {
        const char *name, *told;
        uint64_t first, kept;
    } row[] = {{"beyond", "10 worlds reach beyond the experiment's 20; they are left out\n", 30, 10},
               {"across",
                "5 worlds reach beyond the experiment's 20; they are left out, and with them 5 others", 15,
                10}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        qd_experiment_t *experiment = fabricate(1, 1, 60, false);
        qd_parts_options_t options = options_for(row[i].name, QD_PARTS_NEW);
        qd_parts_t *parts = NULL;
        assert_ok(qd_parts_open(&options, experiment, &parts, error));
        assert_ok(append_worlds(parts, experiment, 0, 0, 0, 10, error));
        assert_ok(qd_parts_flush(parts, error)); /* a sum of their own */
        assert_ok(append_worlds(parts, experiment, 0, 0, row[i].first, 10, error));
        assert_ok(qd_parts_flush(parts, error));
        qd_parts_close(parts);
        experiment->worlds = 20;
        qd_index_t *index = index_of(experiment, options.folder, false);
        const qd_error_t *warnings = qd_index_warnings(index);
        assert_int_equal(warnings->count, 1);
        if (!strstr(warnings->text, row[i].told))
            fail_msg("expected `%s` in: %s", row[i].told, warnings->text);
        assert_int_equal(qd_ranges_count(qd_index_done(index, 0, 0)), row[i].kept);
        qd_index_free(index);
        fabricated_free(experiment);
    }
}

/* Worlds that cannot be counted without counting others twice are left out, with a warning. */
static void test_partial_overlap(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(1, 1, 100, false);
    qd_index_t *index = NULL;
    char path[128];
    assert_ok(qd_index_new(experiment, NULL, &index, error));
    snprintf(path, sizeof path, "%s/same-3", folder);
    assert_ok(qd_index_add_folder(index, path, false, error));
    snprintf(path, sizeof path, "%s/same-0", folder);
    assert_ok(qd_index_add_folder(index, path, false, error));
    assert_ok(qd_index_select(index, error));
    assert_int_equal(qd_ranges_count(qd_index_done(index, 0, 0)), 40);
    assert_int_equal(qd_index_left_out(index), 10);
    assert_non_null(
        strstr(qd_index_warnings(index)->text, "10 of 20 worlds of order unipolar are in other files"));
    qd_index_free(index);
    fabricated_free(experiment);
}

static char *only_part(const char *path)
{
    static char found[512];
    DIR *listing = opendir(path);
    assert_non_null(listing);
    found[0] = '\0';
    for (struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing))
        if (strncmp(entry->d_name, "part-", 5) == 0 && strstr(entry->d_name, ".damaged") == NULL)
            snprintf(found, sizeof found, "%s/%s", path, entry->d_name);
    closedir(listing);
    return found;
}

static unsigned char *read_bytes(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*size + 1);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void write_bytes(const char *path, const unsigned char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void poke(const char *path, size_t at, int byte)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    assert_int_equal(fputc(byte, file), byte);
    assert_int_equal(fclose(file), 0);
}

static void assert_damaged(const char *path)
{
    qd_part_kind_t kind;
    qd_unit_t *unit;
    size_t units;
    qd_error_t fault = QD_ERROR_NONE;
    assert_int_equal(qd_part_read(&qd_files_system, path, &kind, &unit, &units, &fault), QD_ERROR_INPUT);
}

/* Flips each byte and cuts at each length: every one of them is noticed, and nothing else happens. */
static void test_damage(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(1, 1, 100, false);
    qd_parts_options_t options = options_for("damage", QD_PARTS_NEW);
    qd_parts_t *parts = NULL;
    assert_ok(qd_parts_open(&options, experiment, &parts, error));
    assert_ok(append_worlds(parts, experiment, 0, 0, 6, 2, error));
    assert_ok(qd_parts_flush(parts, error));
    qd_parts_close(parts);
    size_t size;
    char *path = only_part(options.folder);
    unsigned char *bytes = read_bytes(path, &size);
    for (size_t at = 0; at < size; at++) {
        poke(path, at, bytes[at] ^ (unsigned char)(1u << (at % 8)));
        assert_damaged(path);
        poke(path, at, bytes[at]);
    }
    for (size_t left = size; left-- > 0;) {
        assert_int_equal(truncate(path, (off_t)left), 0);
        assert_damaged(path);
    }
    bytes[size - 1] ^= 1;
    write_bytes(path, bytes, size);
    options.mode = QD_PARTS_RESUME;
    assert_ok(qd_parts_open(&options, experiment, &parts, error));
    assert_non_null(strstr(qd_parts_warnings(parts)->text,
                           ".damaged until the run is complete; its worlds are computed again"));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_false(has_worlds(parts, experiment, 0, 0, 100));
    assert_ok(qd_parts_flush(parts, error));
    qd_parts_close(parts);
    qd_index_t *index = index_of(experiment, options.folder, false);
    assert_worlds(experiment, index, 100);
    qd_index_free(index);
    free(bytes);
    fabricated_free(experiment);
}

/* A part that another process cuts off just before it is read for the `left`-th time. */
typedef struct {
    const char *path;
    long left;
    off_t size;
} cut_t;

static ssize_t pread_of_cut(void *context, int fd, void *bytes, size_t size, off_t offset)
{
    cut_t *cut = context;
    if (cut->left-- == 0)
        assert_int_equal(truncate(cut->path, cut->size), 0);
    return qd_files_system.pread(NULL, fd, bytes, size, offset);
}

/* Whether the worlds can be read; otherwise a failure or a warning reports it. */
static bool reads_six_worlds(const qd_experiment_t *experiment, const qd_files_t *files, const char *path)
{
    qd_index_t *index = NULL;
    qd_error_t fault = QD_ERROR_NONE;
    double value[6] = {0};
    assert_ok(qd_index_new(experiment, files, &index, error));
    qd_status_t status = qd_index_add_folder(index, path, false, &fault);
    bool whole = status == QD_OK && qd_index_damaged(index) == 0;
    if (status == QD_OK && !whole)
        assert_non_null(strstr(qd_index_warnings(index)->text, "; it is left out"));
    if (whole)
        status = qd_index_select(index, &fault);
    if (whole && status == QD_OK)
        status = qd_index_read(index, 0, 0, 1, 0, 6, value, &fault);
    for (uint64_t w = 0; whole && status == QD_OK && w < 6; w++) {
        qd_outcomes_t row;
        fabricated_row(experiment, 0, 0, w, &row);
        assert_true(value[w] == row.value[1]);
    }
    if (status != QD_OK)
        assert_non_null(strstr(fault.text, ".qdp: "));
    qd_index_free(index);
    return whole && status == QD_OK;
}

/* Wherever a part ends too early while it is read: no value is made up, and no world is lost without a
 * message. */
static void test_cut_off_while_it_is_read(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(1, 1, 6, false);
    qd_parts_options_t options = options_for("cut", QD_PARTS_NEW);
    qd_parts_t *parts = NULL;
    assert_ok(qd_parts_open(&options, experiment, &parts, error));
    assert_ok(append_worlds(parts, experiment, 0, 0, 0, 6, error));
    assert_ok(qd_parts_flush(parts, error));
    qd_parts_close(parts);
    size_t size;
    char *path = only_part(options.folder);
    unsigned char *bytes = read_bytes(path, &size);
    cut_t cut = {.path = path, .left = -1};
    qd_files_t files = qd_files_system;
    files.context = &cut;
    files.pread = pread_of_cut;
    assert_true(reads_six_worlds(experiment, &files, options.folder));
    long readings = -1 - cut.left;
    assert_true(readings >= 3);
    for (long k = 0; k < readings; k++)
        for (size_t thirds = 0; thirds <= 3; thirds++) {
            cut = (cut_t){.path = path, .left = k, .size = (off_t)(size * thirds / 3)};
            bool read = reads_six_worlds(experiment, &files, options.folder);
            if (thirds == 0 && k + 1 < readings) /* the last one only finds the end of the file */
                assert_false(read);
            if (thirds == 3)
                assert_true(read);
            write_bytes(path, bytes, size);
        }
    free(bytes);
    fabricated_free(experiment);
}

static void test_manifest(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(1, 1, 10, false);
    qd_parts_options_t options = options_for("manifest", QD_PARTS_NEW);
    qd_parts_t *parts = NULL;
    char path[512];
    assert_ok(qd_parts_open(&options, experiment, &parts, error));
    assert_ok(append_worlds(parts, experiment, 0, 0, 0, 10, error));
    assert_ok(qd_parts_flush(parts, error));
    qd_parts_close(parts);
    options.mode = QD_PARTS_RESUME;
    snprintf(path, sizeof path, "%s/MANIFEST", options.folder);
    size_t size;
    unsigned char *bytes = read_bytes(path, &size);
    for (size_t at = 0; at < size; at += 9) {
        bytes[at] ^= 4;
        write_bytes(path, bytes, size);
        assert_ok(qd_parts_open(&options, experiment, &parts, error));
        assert_non_null(strstr(qd_parts_warnings(parts)->text, "MANIFEST: damaged; rewritten"));
        assert_true(has_worlds(parts, experiment, 0, 0, 10));
        qd_parts_close(parts);
        bytes[at] ^= 4;
    }
    free(bytes);
    /* Without a manifest the parts themselves name their experiment. */
    assert_int_equal(unlink(path), 0);
    experiment->config_hash ^= 1;
    qd_error_t fault = QD_ERROR_NONE;
    assert_int_equal(qd_parts_open(&options, experiment, &parts, &fault), QD_ERROR_INPUT);
    assert_non_null(strstr(fault.text, "belongs to another experiment"));
    fabricated_free(experiment);
}

/* A valid manifest that says another version wrote the folder. */
static void write_manifest(const char *path, const char *version)
{
    qd_manifest_t manifest = {0};
    assert_ok(qd_manifest_read(&manifest, &qd_files_system, path, error));
    free(manifest.version);
    manifest.version = copy_text(version);
    assert_ok(qd_manifest_write(&manifest, &qd_files_system, path, error));
    qd_manifest_free(&manifest);
}

/* Worlds of another version may be other worlds: neither a resumed run nor a merge counts them, and both
 * keep their files. */
static void test_parts_of_another_version(void **state)
{
    (void)state;
    const char *const version[] = {"0.0.1", QD_VERSION "9", "99.0.0-rc1"};
    qd_experiment_t *experiment = fabricate(1, 1, 10, false);
    qd_parts_options_t options = options_for("version", QD_PARTS_NEW);
    qd_parts_t *parts = NULL;
    assert_ok(qd_parts_open(&options, experiment, &parts, error));
    assert_ok(append_worlds(parts, experiment, 0, 0, 0, 10, error));
    assert_ok(qd_parts_flush(parts, error));
    qd_parts_close(parts);
    options.mode = QD_PARTS_RESUME;
    for (size_t i = 0; i < sizeof version / sizeof version[0]; i++) {
        qd_error_t resuming = QD_ERROR_NONE, merging = QD_ERROR_NONE;
        qd_index_t *index = NULL;
        write_manifest(options.folder, version[i]);
        assert_int_equal(qd_parts_open(&options, experiment, &parts, &resuming), QD_ERROR_INPUT);
        assert_ok(qd_index_new(experiment, NULL, &index, error));
        assert_int_equal(qd_index_add_folder(index, options.folder, true, &merging), QD_ERROR_INPUT);
        qd_index_free(index);
        assert_non_null(strstr(resuming.text, version[i]));
        assert_non_null(strstr(merging.text, version[i]));
        assert_non_null(strstr(merging.text, QD_VERSION));
    }
    write_manifest(options.folder, QD_VERSION);
    assert_ok(qd_parts_open(&options, experiment, &parts, error));
    assert_true(has_worlds(parts, experiment, 0, 0, 10));
    qd_parts_close(parts);
    fabricated_free(experiment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_idempotence),
        cmocka_unit_test(test_expected_doubles),
        cmocka_unit_test(test_gaps_are_listed),
        cmocka_unit_test(test_partial_overlap),
        cmocka_unit_test(test_worlds_beyond_the_experiment),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_cut_off_while_it_is_read),
        cmocka_unit_test(test_manifest),
        cmocka_unit_test(test_parts_of_another_version),
    };
    folder = scratch_folder();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    scratch_remove(folder);
    return failed;
}
