/* Parts that were forged with a checksum that holds: each is refused before anything is allocated for what it
 * claims. */
#include "fabricated.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <xxhash.h>

#include "store/part_file.h"
#include "store/parts_folder.h"

#define WORLDS 20

static char *folder; /* of this program */
static unsigned char *sound;
static size_t sound_size;
static uint32_t found_version; /* of the part that was read last */

static int make_sound_part(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(1, 1, WORLDS, false);
    qd_segment_t segment = segment_new(experiment, 0, 0, 0, WORLDS);
    qd_part_kind_t kind = {.config_hash = experiment->config_hash, .columns = 1, .paths = true};
    qd_pending_t pending = {.point_hash = experiment->point[0].hash,
                            .label = experiment->order[0].label,
                            .periods = PERIODS,
                            .range = {0, WORLDS},
                            .column = calloc(WORLDS, sizeof(double)),
                            .tally = (unsigned char *)(uintptr_t)segment.tally,
                            .tally_size = segment.tally_size,
                            .failures = segment.failures,
                            .failure = (qd_failure_t *)(uintptr_t)segment.failure};
    qd_byte_writer_t out = {0};
    assert_ok(qd_part_encode(&kind, &pending, 1, &out, error));
    free(pending.column);
    segment_free(&segment);
    fabricated_free(experiment);
    sound = out.bytes;
    sound_size = out.size;
    folder = scratch_folder();
    return 0;
}

static int remove_sound_part(void **state)
{
    (void)state;
    free(sound);
    scratch_remove(folder);
    return 0;
}

/* Reads the sound part with the word at byte `at` replaced and the checksum made to hold again. */
static qd_status_t read_forged(size_t at, uint64_t word)
{
    unsigned char *bytes = malloc(sound_size);
    char path[512];
    memcpy(bytes, sound, sound_size);
    memcpy(bytes + at, &word, sizeof word);
    XXH128_hash_t hash = XXH3_128bits(bytes, sound_size - QD_PART_CHECKSUM);
    memcpy(bytes + sound_size - 16, &hash.low64, 8);
    memcpy(bytes + sound_size - 8, &hash.high64, 8);
    snprintf(path, sizeof path, "%s/part-00000-000000000.qdp", folder);
    FILE *file = fopen(path, "wb");
    assert_int_equal(fwrite(bytes, 1, sound_size, file), sound_size);
    assert_int_equal(fclose(file), 0);
    free(bytes);

    qd_error_t error = QD_ERROR_NONE;
    qd_part_kind_t kind;
    qd_unit_t *unit;
    size_t units;
    qd_status_t status = qd_part_read(&qd_files_system, path, &kind, &unit, &units, &error);
    found_version = kind.version;
    for (size_t u = 0; u < units; u++) {
        if (kind.paths && !qd_unit_has_room_for_paths(&unit[u]))
            status = QD_ERROR_INPUT; /* the index refuses it, where the point keeps paths */
        qd_unit_clear(&unit[u]);
    }
    free(unit);
    return status;
}

/* Words of the part, by their place in docs/result-file.md; the label "unipolar" takes 16 bytes. */
enum {
    FORMAT = 8,
    SIZE = 16,
    COLUMNS = 32,
    EXTRAS = 40,
    PATHS = 48,
    UNITS = 56,
    DIRECTORY = 64,
    LABEL_LENGTH = 80,
    UNIT_PERIODS = 96,
    TALLY_OFFSET = 104,
    TALLY_SIZE = 112,
    RANGES = 120,
    RANGE_FIRST = 128,
    RANGE_COUNT = 136,
    RANGE_OFFSET = 144,
    FAILURES = 152,
    FAILURE_WORLD = 160,
    REASON_LENGTH = 168
};

static void test_the_sound_part_is_read(void **state)
{
    (void)state;
    uint64_t periods, count, world;
    memcpy(&periods, sound + UNIT_PERIODS, 8);
    memcpy(&count, sound + RANGE_COUNT, 8);
    memcpy(&world, sound + FAILURE_WORLD, 8);
    assert_int_equal(periods, PERIODS); /* the places above are right */
    assert_ok(read_forged(SIZE, sound_size));
    assert_int_equal(found_version, qd_part_version());
    assert_ok(read_forged(FORMAT, QD_PART_FORMAT)); /* as earlier programs wrote it */
    assert_int_equal(found_version, 0);
    assert_int_equal(read_forged(FORMAT, QD_PART_FORMAT + 1), QD_ERROR_INPUT);
    assert_int_equal(count, WORLDS);
    assert_int_equal(world, 7);
    assert_int_equal(read_forged(UNIT_PERIODS, PERIODS), QD_OK);
}

static void test_forged_words_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint64_t word;
    } forged[] = {
        {SIZE, UINT64_MAX},
        {SIZE, 0},
        {COLUMNS, UINT64_MAX},
        {COLUMNS, (uint64_t)1 << 63},
        {EXTRAS, 4097},
        {EXTRAS, UINT64_MAX},
        {UNITS, UINT64_MAX},
        {UNITS, 3},
        {DIRECTORY, UINT64_MAX},
        {DIRECTORY, 8},
        {LABEL_LENGTH, UINT64_MAX},
        {LABEL_LENGTH, UINT64_MAX - 6},
        {UNIT_PERIODS, 0},
        {UNIT_PERIODS, 10001},
        {UNIT_PERIODS, 9999}, /* allowed, but not with a tally of so few bytes */
        {UNIT_PERIODS, UINT64_MAX},
        {TALLY_OFFSET, UINT64_MAX},
        {TALLY_SIZE, UINT64_MAX},
        {TALLY_SIZE, 0},
        {RANGES, UINT64_MAX},
        {RANGES, 0},
        {RANGE_FIRST, UINT64_MAX},
        {RANGE_FIRST, 8}, /* world 7 failed: no world of the range then */
        {RANGE_COUNT, 0},
        {RANGE_COUNT, UINT64_MAX / 8},
        {RANGE_COUNT, WORLDS + 1000000},
        {RANGE_OFFSET, UINT64_MAX},
        {FAILURES, UINT64_MAX},
        {FAILURE_WORLD, WORLDS},
        {FAILURE_WORLD, UINT64_MAX},
        {REASON_LENGTH, UINT64_MAX},
    };
    for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++)
        if (read_forged(forged[i].at, forged[i].word) != QD_ERROR_INPUT)
            fail_msg("accepted: %llu at byte %zu", (unsigned long long)forged[i].word, forged[i].at);
}

/* As many rows as the bytes behind their place may hold are allowed; one more is not. */
static void test_rows_end_within_the_file(void **state)
{
    (void)state;
    uint64_t columns, extras, offset;
    memcpy(&columns, sound + COLUMNS, 8);
    memcpy(&extras, sound + EXTRAS, 8);
    memcpy(&offset, sound + RANGE_OFFSET, 8);
    uint64_t width = (uint64_t)__builtin_popcountll(columns) + extras,
             most = (sound_size - offset) / (8 * width);
    assert_in_range(most, WORLDS, 2 * WORLDS + 1000);
    assert_int_equal(read_forged(RANGE_COUNT, most), QD_OK);
    assert_int_equal(read_forged(RANGE_COUNT, most + 1), QD_ERROR_INPUT);
}

/* Every word of header and directory takes every extreme value: accepted or refused, but not more memory than
 * this program may have. */
static void test_every_word_takes_extreme_values(void **state)
{
    (void)state;
    static const uint64_t extreme[] = {0,
                                       1,
                                       UINT32_MAX,
                                       (uint64_t)1 << 40,
                                       (uint64_t)1 << 61,
                                       INT64_MAX,
                                       (uint64_t)1 << 63,
                                       UINT64_MAX - 7,
                                       UINT64_MAX};
    for (size_t at = 0; at < REASON_LENGTH + 8; at += 8)
        for (size_t i = 0; i < sizeof extreme / sizeof extreme[0]; i++) {
            qd_status_t status = read_forged(at, extreme[i]);
            if (status != QD_OK && status != QD_ERROR_INPUT)
                fail_msg("status %d: %llu at byte %zu", (int)status, (unsigned long long)extreme[i], at);
        }
}

static void put_file(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

/* The next part never takes the name of one that is there, whatever numbers stand in the folder. */
static void test_numbers_of_parts_do_not_overflow(void **state)
{
    (void)state;
    uint64_t number;
    put_file("part-00000-000000004.qdp");
    put_file("part-00000-000000007.qdp.damaged");
    put_file("part-00000-18446744073709551615.qdp");
    put_file("part-00000-18446744073709551616.qdp");
    put_file("part-00000-99999999999999999999999999999999.qdp");
    put_file("part-00000--5.qdp");
    put_file("part-99999999999999999999-000000050.qdp");
    put_file("part-00001-000000060.qdp");
    put_file("part-4294967296-000000070.qdp"); /* not rank 0, however it is cut off */
    assert_ok(qd_parts_folder_next(folder, 0, &number, error));
    assert_int_equal(number, 8);
    assert_ok(qd_parts_folder_next(folder, 1, &number, error));
    assert_int_equal(number, 61);
    assert_ok(qd_parts_folder_next(folder, 2, &number, error));
    assert_int_equal(number, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_sound_part_is_read),
        cmocka_unit_test(test_forged_words_are_refused),
        cmocka_unit_test(test_rows_end_within_the_file),
        cmocka_unit_test(test_every_word_takes_extreme_values),
        cmocka_unit_test(test_numbers_of_parts_do_not_overflow),
    };
    /* Memory for what a forged part claims would be refused here; sanitizers need more for themselves. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    setrlimit(RLIMIT_AS, &(struct rlimit){(rlim_t)256 << 20, (rlim_t)256 << 20});
#endif
    return cmocka_run_group_tests(tests, make_sound_part, remove_sound_part);
}
