/* A precision stop depends neither on the order in which blocks are finished nor on the end of an earlier
 * session. */
#include "engine/tiny.h"

#include <stdlib.h>
#include <string.h>

#include "engine/columns.h"
#include "engine/stopping.h"
#include "engine/worker.h"

#define PRECISION                                                                                            \
    "precision: {outcome: tension_mean, half_width: 0.03, confidence: 0.9, min_worlds: 500, max_worlds: "    \
    "5000}"

enum { BLOCKS = 20 }; /* of 256; the last one is shorter */

typedef struct {
    qd_experiment_t *experiment;
    qd_worker_t worker[BLOCKS]; /* each keeps its block's memory */
    qd_segment_t block[BLOCKS];
    qd_error_t error;
    char folder[64];
} bench_t;

static int start(void **state)
{
    bench_t *self = calloc(1, sizeof *self);
    sig_atomic_t stop = 0;
    size_t states, periods;
    self->experiment = tiny_experiment(PRECISION);
    self->error = QD_ERROR_NONE;
    strcpy(self->folder, "/tmp/qd-stopping-XXXXXX");
    assert_non_null(mkdtemp(self->folder));
    qd_worker_sizes(self->experiment, &states, &periods);
    for (uint64_t b = 0; b < BLOCKS; b++) {
        uint64_t first = b * QD_LOOK_SIZE, left = self->experiment->worlds - first;
        qd_work_t work = {0, 1, {first, left < QD_LOOK_SIZE ? left : QD_LOOK_SIZE}};
        assert_int_equal(qd_worker_init(&self->worker[b], self->experiment, states, periods, &self->error),
                         QD_OK);
        assert_int_equal(qd_worker_play(&self->worker[b], &work, &stop, &self->block[b], &self->error),
                         QD_OK);
    }
    *state = self;
    return 0;
}

static int end(void **state)
{
    bench_t *self = *state;
    for (size_t b = 0; b < BLOCKS; b++)
        qd_worker_free(&self->worker[b]);
    qd_experiment_free(self->experiment);
    assert_int_equal(qd_parts_remove(self->folder, NULL, &self->error), QD_OK);
    free(self);
    return 0;
}

static qd_parts_t *open_parts(bench_t *self, qd_parts_mode_t mode)
{
    qd_part_kind_t kind = qd_kept_kind(self->experiment);
    qd_parts_options_t options = {
        .folder = self->folder, .mode = mode, .columns = kind.columns, .paths = kind.paths};
    qd_parts_t *parts = NULL;
    if (qd_parts_open(&options, self->experiment, &parts, &self->error) != QD_OK)
        fail_msg("%s", self->error.text);
    return parts;
}

static qd_stopping_t *new_stopping(bench_t *self)
{
    qd_stopping_t *stopping = NULL;
    assert_int_equal(qd_stopping_new(self->experiment, &stopping, &self->error), QD_OK);
    return stopping;
}

static void offer(bench_t *self, qd_stopping_t *stopping, qd_parts_t *parts, size_t block)
{
    assert_int_equal(qd_stopping_offer(stopping, &self->block[block], parts, &self->error), QD_OK);
}

/* Where the blocks, in order, stop. */
static uint64_t stop_in_order(bench_t *self)
{
    qd_parts_t *parts = open_parts(self, QD_PARTS_FORCE);
    qd_stopping_t *stopping = new_stopping(self);
    for (size_t b = 0; b < BLOCKS; b++)
        offer(self, stopping, parts, b);
    uint64_t looked = qd_stopping_looked(stopping, 0, 1);
    assert_true(qd_stopping_settled(stopping, 0, 1));
    assert_int_equal(qd_stopping_target(stopping, 0, 1), looked);
    qd_stopping_free(stopping);
    qd_parts_close(parts);
    return looked;
}

static qd_index_t *index_of(bench_t *self)
{
    qd_index_t *index = NULL;
    assert_int_equal(qd_index_new(self->experiment, NULL, &index, &self->error), QD_OK);
    assert_int_equal(qd_index_add_folder(index, self->folder, false, &self->error), QD_OK);
    assert_int_equal(qd_index_select(index, &self->error), QD_OK);
    return index;
}

/* The worlds that count of order 1 of a point, as a resumed run finds them. */
static qd_range_t kept_of(bench_t *self, qd_parts_t *parts, size_t point)
{
    assert_int_equal(qd_parts_flush(parts, &self->error), QD_OK);
    qd_index_t *index = index_of(self);
    qd_stopping_t *stopping = new_stopping(self);
    assert_int_equal(qd_stopping_resume(stopping, index, &self->error), QD_OK);
    const qd_ranges_t *done = qd_index_done(index, point, 1);
    assert_int_equal(done->size, 1);
    qd_range_t kept = done->range[0];
    qd_stopping_free(stopping);
    qd_index_free(index);
    return kept;
}

static void test_any_order_of_blocks(void **state)
{
    bench_t *self = *state;
    uint64_t expected = stop_in_order(self);
    assert_true(expected > 500 && expected < 4000); /* neither at the first look nor at the last */
    unsigned luck = 1;
    for (int trial = 0; trial < 20; trial++) {
        size_t order[BLOCKS];
        for (size_t i = 0; i < BLOCKS; i++) {
            luck = luck * 1664525u + 1013904223u;
            size_t k = (luck >> 16) % (i + 1);
            order[i] = order[k];
            order[k] = i;
        }
        qd_parts_t *parts = open_parts(self, QD_PARTS_FORCE);
        qd_stopping_t *stopping = new_stopping(self);
        for (size_t i = 0; i < BLOCKS; i++)
            offer(self, stopping, parts, order[i]);
        assert_int_equal(qd_stopping_looked(stopping, 0, 1), expected);
        /* Exactly those worlds are kept; the replica, point 2, has them too, and nothing else is settled. */
        qd_range_t kept = kept_of(self, parts, 2);
        assert_int_equal(kept.first, 0);
        assert_int_equal(kept.count, expected);
        assert_int_equal(qd_stopping_looked(stopping, 2, 1), expected);
        assert_int_equal(qd_stopping_count(stopping), 2);
        assert_false(qd_stopping_settled(stopping, 1, 1));
        assert_int_equal(qd_stopping_target(stopping, 1, 1), 5000);
        qd_stopping_free(stopping);
        qd_parts_close(parts);
    }
}

static void test_resumed_after_any_block(void **state)
{
    bench_t *self = *state;
    uint64_t expected = stop_in_order(self);
    for (size_t before = 0; before < BLOCKS; before += 3) {
        qd_parts_t *parts = open_parts(self, QD_PARTS_FORCE);
        for (size_t b = 0; b < before; b++) { /* a session without a stop, flushed after every block */
            assert_int_equal(qd_parts_append(parts, &self->block[b], &self->error), QD_OK);
            assert_int_equal(qd_parts_flush(parts, &self->error), QD_OK);
        }
        qd_parts_close(parts);
        parts = open_parts(self, QD_PARTS_RESUME);
        qd_index_t *index = index_of(self);
        qd_stopping_t *stopping = new_stopping(self);
        assert_int_equal(qd_stopping_resume(stopping, index, &self->error), QD_OK);
        uint64_t looked = qd_stopping_looked(stopping, 0, 1), had = before * QD_LOOK_SIZE;
        assert_int_equal(looked, had < expected ? had : expected);
        assert_int_equal(qd_ranges_count(qd_index_done(index, 0, 1)), looked); /* later worlds do not count */
        assert_int_equal(qd_parts_recount(parts, index, &self->error), QD_OK);
        for (size_t b = (size_t)(looked / QD_LOOK_SIZE); b < BLOCKS; b++)
            offer(self, stopping, parts, b);
        assert_int_equal(qd_stopping_looked(stopping, 0, 1), expected);
        assert_int_equal(kept_of(self, parts, 0).count, expected);
        qd_stopping_free(stopping);
        qd_index_free(index);
        qd_parts_close(parts);
    }
}

/* Worlds cut otherwise: one unit reaches beyond the stop, so it counts for the looks but has to be played
 * again. */
static void test_unit_across_the_stop(void **state)
{
    bench_t *self = *state;
    uint64_t expected = stop_in_order(self);
    qd_parts_t *parts = open_parts(self, QD_PARTS_FORCE);
    for (size_t b = 0; b < BLOCKS; b++)
        assert_int_equal(qd_parts_append(parts, &self->block[b], &self->error), QD_OK);
    assert_int_equal(qd_parts_flush(parts, &self->error), QD_OK); /* as one unit */
    qd_index_t *index = index_of(self);
    qd_stopping_t *stopping = new_stopping(self);
    assert_int_equal(qd_stopping_resume(stopping, index, &self->error), QD_OK);
    assert_int_equal(qd_stopping_looked(stopping, 0, 1), expected);
    assert_int_equal(qd_ranges_count(qd_index_done(index, 0, 1)), 0);
    qd_index_settle(index);
    assert_int_equal(qd_parts_recount(parts, index, &self->error), QD_OK);
    for (size_t b = 0; b < BLOCKS; b++)
        offer(self, stopping, parts, b); /* gaps are filled, the rest is dropped */
    assert_int_equal(qd_parts_flush(parts, &self->error), QD_OK);
    assert_int_equal(qd_index_add_folder(index, self->folder, false, &self->error), QD_OK);
    assert_int_equal(qd_index_select(index, &self->error), QD_OK);
    assert_int_equal(qd_ranges_count(qd_index_done(index, 0, 1)), expected);
    qd_stopping_free(stopping);
    qd_index_free(index);
    qd_parts_close(parts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_any_order_of_blocks, start, end),
        cmocka_unit_test_setup_teardown(test_resumed_after_any_block, start, end),
        cmocka_unit_test_setup_teardown(test_unit_across_the_stop, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
