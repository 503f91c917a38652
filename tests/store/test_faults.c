/* Every file operation of the journal fails once, in several ways; whatever happened, the finished parts stay
 * usable and the resumed run ends with the same hash. */
#include "fabricated.h"

#include "quadrille/result.h"
#include "store/assemble.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define WORLDS 30
#define BLOCK  6
#define STRIDE 5 /* of the readings that are made to fail: a few of each part's */

static char *folder; /* of this program */

typedef enum { NO_SPACE, IO_ERROR, TORN, KILLED, MODES } mode_of_failure_t;

typedef struct {
    long left; /* operations until the fault; below 0: past it */
    mode_of_failure_t mode;
    bool tripped;
    char operation[16];
} trap_t;

/* Whether this operation fails; errno is set. After KILLED nothing works any more. */
static bool trips(void *context, const char *operation)
{
    trap_t *trap = context;
    bool now = trap->left-- == 0;
    if (now) {
        trap->tripped = true;
        snprintf(trap->operation, sizeof trap->operation, "%s", operation);
    }
    errno = trap->mode == NO_SPACE ? ENOSPC : EIO;
    return now || (trap->tripped && trap->mode == KILLED);
}

static int trap_open(void *context, int at, const char *path, int flags, mode_t mode)
{
    return trips(context, "open") ? -1 : qd_files_system.open(NULL, at, path, flags, mode);
}

static ssize_t trap_write(void *context, int fd, const void *bytes, size_t size)
{
    trap_t *trap = context;
    if (!trips(context, "write"))
        return qd_files_system.write(NULL, fd, bytes, size);
    /* Half of the data is written, then the disk fails (or the process dies). */
    int number = errno;
    if ((trap->mode == TORN || trap->mode == KILLED) && trap->left == -1)
        assert_true(qd_files_system.write(NULL, fd, bytes, size / 2) >= 0);
    errno = number;
    return -1;
}

static ssize_t trap_pread(void *context, int fd, void *bytes, size_t size, off_t offset)
{
    return trips(context, "pread") ? -1 : qd_files_system.pread(NULL, fd, bytes, size, offset);
}

static int trap_fsync(void *context, int fd)
{
    (void)fd;
    return trips(context, "fsync") ? -1 : 0;
}

static int trap_close(void *context, int fd)
{
    bool fails = trips(context, "close");
    int number = errno;
    qd_files_system.close(NULL, fd); /* a process that dies closes its files too */
    errno = number;
    return fails ? -1 : 0;
}

static int trap_rename(void *context, int at, const char *from, const char *to)
{
    return trips(context, "rename") ? -1 : qd_files_system.rename(NULL, at, from, to);
}

static int trap_place(void *context, int at, const char *from, const char *to)
{
    return trips(context, "rename") ? -1 : qd_files_system.place(NULL, at, from, to);
}

static int trap_unlink(void *context, int at, const char *path)
{
    return trips(context, "unlink") ? -1 : qd_files_system.unlink(NULL, at, path);
}

static int trap_mkdir(void *context, const char *path, mode_t mode)
{
    return trips(context, "mkdir") ? -1 : qd_files_system.mkdir(NULL, path, mode);
}

static qd_files_t trapped(trap_t *trap)
{
    return (qd_files_t){.context = trap,
                        .open = trap_open,
                        .write = trap_write,
                        .pread = trap_pread,
                        .fsync = trap_fsync,
                        .close = trap_close,
                        .rename = trap_rename,
                        .place = trap_place,
                        .unlink = trap_unlink,
                        .mkdir = trap_mkdir};
}

/* Plays the unfinished worlds, block by block, a part per block. `kept`: worlds whose flush succeeded. */
static qd_status_t play(const qd_experiment_t *experiment, const char *path, const qd_files_t *files,
                        uint64_t *kept, qd_error_t *error)
{
    qd_parts_options_t options = {
        .folder = path, .files = files, .mode = QD_PARTS_RESUME, .columns = QD_COLUMNS_ALL, .paths = true};
    qd_parts_t *parts = NULL;
    qd_status_t status = qd_parts_open(&options, experiment, &parts, error);
    for (uint64_t first = 0; first < WORLDS && status == QD_OK; first += BLOCK) {
        status = append_worlds(parts, experiment, 0, 0, first, BLOCK, error);
        if (status == QD_OK && qd_parts_buffered(parts) == 0)
            continue; /* finished before, and dropped */
        if (status == QD_OK)
            status = qd_parts_flush(parts, error);
        if (status == QD_OK)
            *kept += BLOCK;
    }
    qd_parts_close(parts);
    return status;
}

static void hash_of(const qd_experiment_t *experiment, const char *path, char hash[33], uint64_t *worlds)
{
    qd_index_t *index = NULL;
    assert_ok(qd_index_new(experiment, NULL, &index, error));
    assert_ok(qd_index_add_folder(index, path, true, error));
    assert_ok(qd_index_select(index, error));
    *worlds = qd_ranges_count(qd_index_done(index, 0, 0));
    assert_int_equal(qd_index_warnings(index)->count, 0); /* no torn file has a part's name */
    assert_ok(qd_result_hash(experiment, index, hash, error));
    qd_index_free(index);
}

static void test_every_boundary(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(1, 1, WORLDS, false);
    char undisturbed[33], hash[33], path[256];
    uint64_t worlds, kept = 0;
    snprintf(path, sizeof path, "%s/undisturbed.parts", folder);
    assert_ok(play(experiment, path, NULL, &kept, error));
    hash_of(experiment, path, undisturbed, &worlds);
    assert_int_equal(worlds, WORLDS);
    long boundaries = 0;
    for (int mode = 0; mode < MODES; mode++) {
        for (long boundary = 0;; boundary++) {
            trap_t trap = {.left = boundary, .mode = (mode_of_failure_t)mode};
            qd_files_t files = trapped(&trap);
            qd_error_t fault = QD_ERROR_NONE;
            kept = 0;
            snprintf(path, sizeof path, "%s/%d-%ld.parts", folder, mode, boundary);
            qd_status_t status = play(experiment, path, &files, &kept, &fault);
            if (!trap.tripped)
                break;
            boundaries++;
            if (status != QD_OK) {
                assert_int_equal(status, QD_ERROR_IO);
                assert_non_null(strstr(fault.text, "failed: "));
                assert_non_null(strstr(fault.text, path));
            }
            if (access(path, F_OK) == 0) {
                uint64_t more = 0;
                hash_of(experiment, path, hash, &worlds);
                assert_true(worlds >= kept);
                assert_ok(play(experiment, path, NULL, &more, error));
                assert_int_equal(worlds + more, WORLDS);
                hash_of(experiment, path, hash, &worlds);
                assert_string_equal(hash, undisturbed);
            } else {
                assert_int_equal(kept, 0);
            }
        }
    }
    print_message("%ld boundaries\n", boundaries);
    assert_true(boundaries > 4 * 40);
    fabricated_free(experiment);
}

/* ---- conditions other than faults ---------------------------------------------------------------------- */

static ssize_t slow_write(void *context, int fd, const void *bytes, size_t size)
{
    long *calls = context;
    if (++*calls % 3 == 0) {
        errno = EINTR;
        return -1;
    }
    return qd_files_system.write(NULL, fd, bytes, size > 100 ? 100 : size);
}

static ssize_t slow_pread(void *context, int fd, void *bytes, size_t size, off_t offset)
{
    long *calls = context;
    if (++*calls % 2 == 0) {
        errno = EINTR;
        return -1;
    }
    return qd_files_system.pread(NULL, fd, bytes, size > 1000 ? 1000 : size, offset);
}

static void test_interrupted(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(1, 1, WORLDS, false);
    long calls = 0;
    uint64_t kept = 0, worlds;
    char path[256], hash[33];
    qd_files_t files = qd_files_system;
    files.context = &calls;
    files.write = slow_write;
    files.pread = slow_pread;
    snprintf(path, sizeof path, "%s/slow.parts", folder);
    assert_ok(play(experiment, path, &files, &kept, error));
    assert_int_equal(kept, WORLDS);
    kept = 0;
    assert_ok(play(experiment, path, &files, &kept, error));
    assert_int_equal(kept, 0);
    hash_of(experiment, path, hash, &worlds);
    assert_int_equal(worlds, WORLDS);
    fabricated_free(experiment);
}

/* A flush that failed can be repeated. */
static void test_flush_again(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(1, 1, WORLDS, false);
    trap_t trap = {.left = 1 << 30, .mode = NO_SPACE};
    qd_files_t files = trapped(&trap);
    char path[256];
    snprintf(path, sizeof path, "%s/again.parts", folder);
    qd_parts_options_t options = {
        .folder = path, .files = &files, .mode = QD_PARTS_NEW, .columns = QD_COLUMNS_ALL, .paths = true};
    qd_parts_t *parts = NULL;
    qd_error_t fault = QD_ERROR_NONE;
    assert_ok(qd_parts_open(&options, experiment, &parts, error));
    assert_ok(append_worlds(parts, experiment, 0, 0, 0, WORLDS, error));
    trap.left = 2; /* the folder and the file are opened before it is written to */
    assert_int_equal(qd_parts_flush(parts, &fault), QD_ERROR_IO);
    assert_non_null(strstr(
        fault.text, "part-00000-000000000.qdp: write failed: No space left on device; free some space"));
    assert_true(qd_parts_buffered(parts) > 0);
    assert_ok(qd_parts_flush(parts, error));
    assert_int_equal(qd_parts_buffered(parts), 0);
    qd_parts_close(parts);
    fabricated_free(experiment);
}

/* The result gets its name only when it is whole. */
static void test_publish(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(1, 1, WORLDS, false);
    char path[256], output[256];
    uint64_t kept = 0;
    snprintf(path, sizeof path, "%s/publish.parts", folder);
    snprintf(output, sizeof output, "%s/publish.h5", folder);
    assert_ok(play(experiment, path, NULL, &kept, error));
    for (long boundary = 0;; boundary++) {
        trap_t trap = {.left = boundary, .mode = IO_ERROR};
        qd_files_t files = trapped(&trap);
        qd_index_t *index = NULL;
        qd_assembled_t assembled;
        qd_error_t fault = QD_ERROR_NONE;
        assert_ok(qd_index_new(experiment, NULL, &index, error));
        assert_ok(qd_index_add_folder(index, path, false, error));
        assert_ok(qd_index_select(index, error));
        qd_assemble_options_t options = {.path = output, .files = &files, .worlds = true, .embed = true};
        qd_status_t status = qd_assemble(experiment, index, &options, &assembled, &fault);
        qd_index_free(index);
        if (!trap.tripped) {
            assert_int_equal(status, QD_OK);
            assert_true(boundary >= 6);
            break;
        }
        bool renamed = access(output, F_OK) == 0;
        if (status == QD_OK)
            assert_true(renamed);
        if (renamed) {
            qd_result_file_t *file = NULL;
            assert_ok(qd_result_file_open(output, &file, error));
            assert_true(qd_result_file_provenance(file)->complete);
            qd_result_file_close(file);
            assert_int_equal(unlink(output), 0);
        }
    }
    fabricated_free(experiment);
}

/* ---- bytes changed after writing ----------------------------------------------------------------------- */

/* The `left`-th reading flips one bit in each EVERY bytes, as more may be read than is used. */
#define EVERY 64
static ssize_t flipping_pread(void *context, int fd, void *bytes, size_t size, off_t offset)
{
    long *left = context;
    ssize_t got = qd_files_system.pread(NULL, fd, bytes, size, offset);
    bool now = (*left)-- == 0;
    for (ssize_t i = got / 2 % EVERY; now && i < got; i += EVERY)
        ((unsigned char *)bytes)[i] ^= 0x10;
    return got;
}

/* Assembles the parts at `path`; they are read through `files`. */
static qd_status_t assemble(const qd_experiment_t *experiment, const char *path, const char *output,
                            const qd_files_t *files, qd_assembled_t *assembled, qd_error_t *fault)
{
    qd_index_t *index = NULL;
    qd_assemble_options_t options = {.path = output, .worlds = true, .embed = true};
    assert_ok(qd_index_new(experiment, files, &index, error));
    qd_status_t status = qd_index_add_folder(index, path, false, fault);
    if (status == QD_OK)
        status = qd_index_select(index, fault);
    if (status == QD_OK)
        status = qd_assemble(experiment, index, &options, assembled, fault);
    qd_index_free(index);
    return status;
}

/* Any reading may fail, of a part that was checked or of the rows after that: a file is complete only with
 * the right hash and the right rows. */
static void test_wrong_bits_are_seen(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(1, 1, WORLDS, false);
    char path[256], output[256];
    uint64_t kept = 0, all;
    char hash[33];
    snprintf(path, sizeof path, "%s/wrong.parts", folder);
    snprintf(output, sizeof output, "%s/wrong.h5", folder);
    assert_ok(play(experiment, path, NULL, &kept, error));
    hash_of(experiment, path, hash, &all);
    long reading = 0, refused = 0, tried = 0, left;
    do {
        left = reading;
        reading += STRIDE;
        tried++;
        qd_files_t files = qd_files_system;
        files.context = &left;
        files.pread = flipping_pread;
        qd_assembled_t assembled;
        qd_error_t fault = QD_ERROR_NONE;
        qd_status_t status = assemble(experiment, path, output, &files, &assembled, &fault);
        refused += status != QD_OK;
        assert_int_equal(access(output, F_OK) == 0, status == QD_OK);
        if (status == QD_OK && assembled.complete)
            assert_string_equal(assembled.result_hash, hash);
        if (status == QD_OK) {
            qd_index_t *index = NULL;
            assert_ok(qd_index_new(experiment, NULL, &index, error));
            assert_ok(qd_index_add_result(index, output, error));
            assert_ok(qd_index_select(index, error));
            assert_ok(qd_index_check_rows(index, error));
            qd_index_free(index);
            assert_int_equal(unlink(output), 0);
        }
    } while (left < 0); /* until no reading was left to go wrong */
    print_message("%ld readings, %ld refused\n", tried, refused);
    assert_true(refused > 0); /* readings of rows and tallies */
    fabricated_free(experiment);
}

/* A process without standard input: the folder's descriptor is 0, and does not stay open. */
static void test_descriptor_zero(void **state)
{
    (void)state;
    qd_error_t fault = QD_ERROR_NONE;
    int input = dup(0);
    close(0);
    qd_status_t status = qd_files_write(&qd_files_system, folder, "zero", "0", 1, &fault);
    bool open = fcntl(0, F_GETFD) >= 0;
    if (input >= 0) {
        dup2(input, 0);
        close(input);
    }
    assert_int_equal(status, QD_OK);
    assert_false(open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_boundary),      cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_flush_again),         cmocka_unit_test(test_publish),
        cmocka_unit_test(test_wrong_bits_are_seen), cmocka_unit_test(test_descriptor_zero),
    };
    folder = scratch_folder();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    scratch_remove(folder);
    return failed;
}
