/* The thread that writes parts: playing threads do not wait for the disk, and failed writes lose no
 * worlds. */
#include "store/fabricated.h"

#include "engine/part_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>

#define WORLDS 40
#define BLOCK  10

/* A disk whose fsync stops at a gate until it is opened, and which can refuse to write. */
typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t turned;
    bool shut, refuses;
    int waiting; /* calls of fsync at the gate */
    int writes;
} disk_t;

static ssize_t disk_write(void *context, int fd, const void *bytes, size_t size)
{
    disk_t *disk = context;
    pthread_mutex_lock(&disk->mutex);
    bool refuses = disk->refuses;
    disk->writes++;
    pthread_mutex_unlock(&disk->mutex);
    errno = ENOSPC;
    return refuses ? -1 : qd_files_system.write(NULL, fd, bytes, size);
}

static int disk_fsync(void *context, int fd)
{
    disk_t *disk = context;
    (void)fd;
    pthread_mutex_lock(&disk->mutex);
    disk->waiting++;
    pthread_cond_broadcast(&disk->turned);
    while (disk->shut)
        pthread_cond_wait(&disk->turned, &disk->mutex);
    disk->waiting--;
    pthread_mutex_unlock(&disk->mutex);
    return 0;
}

static void set_gate(disk_t *disk, bool shut)
{
    pthread_mutex_lock(&disk->mutex);
    disk->shut = shut;
    pthread_cond_broadcast(&disk->turned);
    pthread_mutex_unlock(&disk->mutex);
}

static void await_fsync(disk_t *disk, int waiting)
{
    pthread_mutex_lock(&disk->mutex);
    while (disk->waiting < waiting)
        pthread_cond_wait(&disk->turned, &disk->mutex);
    pthread_mutex_unlock(&disk->mutex);
}

typedef struct {
    char *folder, path[256];
    qd_experiment_t *experiment;
    disk_t disk;
    qd_files_t files;
    qd_parts_t *parts;
    qd_part_writer_t *writer;
} fixture_t;

static int start_writers(void **state, size_t writers)
{
    fixture_t *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->folder = scratch_folder();
    snprintf(self->path, sizeof self->path, "%s/run.parts", self->folder);
    self->experiment = fabricate(1, 1, WORLDS, false);
    pthread_mutex_init(&self->disk.mutex, NULL);
    pthread_cond_init(&self->disk.turned, NULL);
    self->files = qd_files_system;
    self->files.context = &self->disk;
    self->files.write = disk_write;
    self->files.fsync = disk_fsync;
    qd_parts_options_t options = {.folder = self->path,
                                  .files = &self->files,
                                  .mode = QD_PARTS_NEW,
                                  .columns = QD_COLUMNS_ALL,
                                  .paths = true,
                                  .writers = writers};
    assert_ok(qd_parts_open(&options, self->experiment, &self->parts, error));
    self->disk.writes = 0;
    assert_ok(qd_part_writer_start(self->parts, &self->writer, error));
    *state = self;
    return 0;
}

static int start(void **state)
{
    return start_writers(state, 0);
}

static int start_three(void **state)
{
    return start_writers(state, 3);
}

static int end(void **state)
{
    fixture_t *self = *state;
    qd_parts_close(self->parts);
    fabricated_free(self->experiment);
    pthread_cond_destroy(&self->disk.turned);
    pthread_mutex_destroy(&self->disk.mutex);
    scratch_remove(self->folder);
    free(self);
    return 0;
}

static void append(fixture_t *self, uint64_t block)
{
    assert_ok(append_worlds(self->parts, self->experiment, 0, 0, block * BLOCK, BLOCK, error));
}

/* Counts the worlds in the folder. */
static uint64_t worlds_kept(const fixture_t *self)
{
    qd_index_t *index = NULL;
    assert_ok(qd_index_new(self->experiment, NULL, &index, error));
    assert_ok(qd_index_add_folder(index, self->path, false, error));
    assert_ok(qd_index_select(index, error));
    uint64_t worlds = qd_ranges_count(qd_index_done(index, 0, 0));
    qd_index_free(index);
    return worlds;
}

/* While the disk is busy, worlds gather; one part holds them all once it is free again. */
static void test_nobody_waits(void **state)
{
    fixture_t *self = *state;
    set_gate(&self->disk, true);
    append(self, 0);
    assert_ok(qd_part_writer_offer(self->writer, false, error));
    await_fsync(&self->disk, 1);
    assert_int_equal(qd_parts_buffered(self->parts), 0);
    append(self, 1);
    size_t block = qd_parts_buffered(self->parts);
    assert_ok(qd_part_writer_offer(self->writer, false, error)); /* returns although the disk is busy */
    assert_int_equal(qd_parts_buffered(self->parts), block);
    append(self, 2);
    assert_true(qd_parts_buffered(self->parts) > block);
    assert_int_equal(worlds_kept(self), 0);
    set_gate(&self->disk, false);
    assert_ok(qd_part_writer_offer(self->writer, true, error)); /* waits, then seals both */
    assert_int_equal(qd_parts_buffered(self->parts), 0);
    assert_ok(qd_part_writer_end(self->writer, error));
    assert_int_equal(worlds_kept(self), 3 * BLOCK);
    assert_int_equal(self->disk.writes, 2);
}

/* A later offer and the end report an error; refused and new data can be written then. */
static void test_a_fault_is_told_and_nothing_lost(void **state)
{
    fixture_t *self = *state;
    self->disk.refuses = true;
    append(self, 0);
    assert_ok(qd_part_writer_offer(self->writer, false, error));
    append(self, 1);
    for (int again = 0; again < 2; again++) {
        qd_error_t fault = QD_ERROR_NONE;
        assert_int_equal(qd_part_writer_offer(self->writer, true, &fault), QD_ERROR_IO);
        assert_non_null(strstr(fault.text, "No space left on device"));
    }
    assert_int_equal(self->disk.writes, 1); /* not tried over and over */
    qd_error_t fault = QD_ERROR_NONE;
    assert_int_equal(qd_part_writer_end(self->writer, &fault), QD_ERROR_IO);
    assert_int_equal(fault.count, 1);
    assert_int_equal(worlds_kept(self), 0);
    self->disk.refuses = false;
    assert_ok(qd_parts_flush(self->parts, error));
    assert_int_equal(worlds_kept(self), 2 * BLOCK);
}

/* An offer made just before the end is written before the end. */
static void test_the_end_waits(void **state)
{
    fixture_t *self = *state;
    append(self, 3);
    assert_ok(qd_part_writer_offer(self->writer, false, error));
    assert_ok(qd_part_writer_end(self->writer, error));
    assert_int_equal(worlds_kept(self), BLOCK);
}

/* Each of three writers writes a part while the disk is busy with the others; a fourth waits. */
static void test_writers_write_at_once(void **state)
{
    fixture_t *self = *state;
    set_gate(&self->disk, true);
    for (uint64_t block = 0; block < 3; block++) {
        append(self, block);
        assert_ok(qd_part_writer_offer(self->writer, true, error));
        assert_int_equal(qd_parts_buffered(self->parts), 0);
    }
    await_fsync(&self->disk, 3);
    append(self, 3);
    assert_ok(qd_part_writer_offer(self->writer, false, error));
    assert_true(qd_parts_buffered(self->parts) > 0);
    set_gate(&self->disk, false);
    assert_ok(qd_part_writer_offer(self->writer, true, error));
    assert_ok(qd_part_writer_end(self->writer, error));
    assert_int_equal(worlds_kept(self), 4 * BLOCK);
    assert_int_equal(self->disk.writes, 4);
}

/* The data that a full disk refused from several writers are written later, each world once. */
static void test_several_writers_lose_nothing(void **state)
{
    fixture_t *self = *state;
    qd_error_t fault = QD_ERROR_NONE;
    self->disk.refuses = true;
    append(self, 0);
    assert_ok(qd_part_writer_offer(self->writer, false, error));
    append(self, 1);
    (void)!qd_part_writer_offer(self->writer, false, &fault); /* the fault may be known by now */
    append(self, 2);
    fault = QD_ERROR_NONE;
    assert_int_equal(qd_part_writer_end(self->writer, &fault), QD_ERROR_IO);
    assert_int_equal(worlds_kept(self), 0);
    self->disk.refuses = false;
    assert_ok(qd_parts_flush(self->parts, error));
    assert_int_equal(worlds_kept(self), 3 * BLOCK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nobody_waits, start, end),
        cmocka_unit_test_setup_teardown(test_a_fault_is_told_and_nothing_lost, start, end),
        cmocka_unit_test_setup_teardown(test_the_end_waits, start, end),
        cmocka_unit_test_setup_teardown(test_writers_write_at_once, start_three, end),
        cmocka_unit_test_setup_teardown(test_several_writers_lose_nothing, start_three, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
