/* The table of finished worlds equals the index, and reaches other ranks whole. */
#include "store/fabricated.h"

#include "engine/earlier.h"

#define WORLDS 40

static char *folder; /* of this program */

/* Parts with gaps: worlds 0-9 and 20-24 of (0,0), 5-7 of (1,1). */
static qd_index_t *make_index(const qd_experiment_t *experiment)
{
    qd_parts_options_t options = {
        .folder = folder, .mode = QD_PARTS_FORCE, .columns = QD_COLUMNS_ALL, .paths = true};
    qd_parts_t *parts = NULL;
    qd_index_t *index = NULL;
    assert_ok(qd_parts_open(&options, experiment, &parts, error));
    assert_ok(append_worlds(parts, experiment, 0, 0, 0, 10, error));
    assert_ok(append_worlds(parts, experiment, 0, 0, 20, 5, error));
    assert_ok(append_worlds(parts, experiment, 1, 1, 5, 3, error));
    assert_ok(qd_parts_flush(parts, error));
    qd_parts_close(parts);
    assert_ok(qd_index_new(experiment, NULL, &index, error));
    assert_ok(qd_index_add_folder(index, folder, false, error));
    assert_ok(qd_index_select(index, error));
    return index;
}

static uint64_t fabricated_failures(uint64_t first, uint64_t count)
{
    uint64_t failures = 0;
    for (uint64_t w = first; w < first + count; w++)
        failures += fabricated_fails(w);
    return failures;
}

static void check(qd_done_table_t *table)
{
    const qd_ranges_t *first = qd_done_table_at(table, 0, 0), *last = qd_done_table_at(table, 1, 1);
    assert_int_equal(first->size, 2);
    assert_true(first->range[0].first == 0 && first->range[0].count == 10);
    assert_true(first->range[1].first == 20 && first->range[1].count == 5);
    assert_int_equal(last->size, 1);
    assert_true(last->range[0].first == 5 && last->range[0].count == 3);
    assert_int_equal(qd_done_table_at(table, 0, 1)->size, 0);
    assert_int_equal(qd_done_table_at(table, 1, 0)->size, 0);
    assert_int_equal(table->failures,
                     fabricated_failures(0, 10) + fabricated_failures(20, 5) + fabricated_failures(5, 3));
}

static void test_of_an_index(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(2, 2, WORLDS, false);
    qd_index_t *index = make_index(experiment);
    qd_ranks_t alone = QD_RANKS_ALONE;
    qd_done_table_t table;
    assert_ok(qd_done_table_init(&table, experiment, index, &alone, error));
    check(&table);
    qd_done_table_free(&table);
    assert_null(table.ranges);
    qd_index_free(index);
    fabricated_free(experiment);
}

static void test_of_nothing(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(2, 2, WORLDS, false);
    qd_ranks_t alone = QD_RANKS_ALONE;
    qd_done_table_t table;
    assert_ok(qd_done_table_init(&table, experiment, NULL, &alone, error));
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(qd_done_table_at(&table, i / 2, i % 2)->size, 0);
    assert_int_equal(table.failures, 0);
    qd_done_table_free(&table);
    fabricated_free(experiment);
}

/* Without MPI nothing is sent: the first of two ranks keeps its table through the sharing, and the second,
 * which has no index, receives nothing. (tests/integration/test_mpi.py runs ranks that communicate.) */
static void test_sharing(void **state)
{
    (void)state;
    qd_experiment_t *experiment = fabricate(2, 2, WORLDS, false);
    qd_index_t *index = make_index(experiment);
    qd_ranks_t first = {.rank = 0, .size = 2}, second = {.rank = 1, .size = 2};
    qd_done_table_t table;
    assert_ok(qd_done_table_init(&table, experiment, index, &first, error));
    check(&table);
    qd_done_table_free(&table);
    assert_ok(qd_done_table_init(&table, experiment, NULL, &second, error));
    assert_int_equal(qd_done_table_at(&table, 0, 0)->size, 0);
    qd_done_table_free(&table);
    qd_index_free(index);
    fabricated_free(experiment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_an_index),
        cmocka_unit_test(test_of_nothing),
        cmocka_unit_test(test_sharing),
    };
    folder = scratch_folder();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    scratch_remove(folder);
    return failed;
}
