/* Every world of a shard is handed out once, for any finished worlds and any number of ranks. */
#include "engine/tiny.h"

#include <stdlib.h>
#include <string.h>

#include "engine/dispatch.h"

enum { WORLDS = 1000, CELLS = 6, ORDERS = 2 };

/* How often each world of each cell was handed out. */
typedef unsigned char seen_t[CELLS][WORLDS];

static qd_dispatch_t *make(const qd_experiment_t *experiment, qd_dispatch_options_t options)
{
    qd_dispatch_t *self = NULL;
    qd_error_t error = QD_ERROR_NONE;
    options.shards = options.shards ? options.shards : 1;
    options.shard = options.shard ? options.shard : 1;
    options.workers = options.workers ? options.workers : 1;
    if (qd_dispatch_new(experiment, &options, &self, &error) != QD_OK)
        fail_msg("%s", error.text);
    return self;
}

static void mark(seen_t seen, const qd_work_t *work)
{
    for (uint64_t w = 0; w < work->range.count; w++)
        seen[work->point * ORDERS + work->order][work->range.first + w]++;
}

static uint64_t count(seen_t seen, unsigned char times)
{
    uint64_t found = 0;
    for (size_t c = 0; c < CELLS; c++)
        for (size_t w = 0; w < WORLDS; w++)
            found += seen[c][w] == times;
    return found;
}

static void test_all_worlds_once_but_replicas(void **state)
{
    (void)state;
    qd_experiment_t *experiment = tiny_experiment("worlds: 1000");
    for (size_t workers = 1; workers <= 64; workers *= 4) {
        seen_t seen = {0};
        qd_work_t work, last = {0};
        qd_dispatch_t *self = make(experiment, (qd_dispatch_options_t){.workers = workers});
        assert_int_equal(qd_dispatch_total(self), 4 * WORLDS);
        size_t units = 0;
        uint64_t left = 4 * WORLDS;
        for (; qd_dispatch_next(self, &work); units++) {
            uint64_t third = left / (3 * workers) + 1, eighth = 4 * WORLDS / (8 * workers) + 1;
            assert_true(work.range.count <= (third > eighth ? third : eighth));
            left -= work.range.count;
            uint64_t at = (work.point * ORDERS + work.order) * WORLDS + work.range.first;
            assert_true(units == 0 || at > (last.point * ORDERS + last.order) * WORLDS + last.range.first);
            assert_true(work.range.count > 0 && work.range.count <= QD_UNIT_MAX);
            mark(seen, &work);
            last = work;
        }
        assert_false(qd_dispatch_next(self, &work));
        assert_true(units >= 4 * workers);
        assert_true(last.range.count <= 4 * WORLDS / (8 * workers) + 1);
        assert_int_equal(count(seen, 1), 4 * WORLDS);
        for (size_t w = 0; w < WORLDS; w++) /* the third point is a replica of the first */
            assert_int_equal(seen[4][w] + seen[5][w], 0);
        qd_dispatch_free(self);
    }
    qd_experiment_free(experiment);
}

/* A kill loses a second of work, also where the first points have small worlds: 4,000 worlds a second at N =
 * 32 and T = 140, falling with N^2 T. */
static void test_units_of_a_second(void **state)
{
    (void)state;
    static const char *const text = "worlds: 20000\norders: [unipolar]\n"
                                    "design: {type: grid, factors: {\n"
                                    "  order.states: {values: [8, 32, 200, 1024]},\n"
                                    "  order.periods: {values: [140, 10000]}}}";
    static const uint64_t most[] = {4096, 896, 4000, 56, 102, 1, 3, 1};
    uint64_t largest[8] = {0};
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *experiment = NULL;
    qd_work_t work;
    assert_int_equal(qd_experiment_parse(text, "units", &experiment, &error), QD_OK);
    qd_dispatch_t *self = make(experiment, (qd_dispatch_options_t){.workers = 2});
    while (qd_dispatch_next(self, &work))
        if (work.range.count > largest[work.point])
            largest[work.point] = work.range.count;
    for (size_t p = 0; p < 8; p++)
        assert_int_equal(largest[p], most[p]);
    qd_dispatch_free(self);
    qd_experiment_free(experiment);
}

static void test_shards_cut_the_whole(void **state)
{
    (void)state;
    qd_experiment_t *fixed = tiny_experiment("worlds: 1000");
    qd_experiment_t *precise = tiny_experiment("precision: {outcome: survival, half_width: 0.1, confidence: "
                                               "0.9, min_worlds: 300, max_worlds: 1000}");
    for (size_t shards = 1; shards <= 7; shards++)
        for (int by_cell = 0; by_cell < 2; by_cell++) {
            seen_t seen = {0};
            uint64_t total = 0;
            for (size_t shard = 1; shard <= shards; shard++) {
                qd_work_t work;
                qd_dispatch_t *self = make(by_cell ? precise : fixed,
                                           (qd_dispatch_options_t){.shard = shard, .shards = shards});
                total += qd_dispatch_total(self);
                uint64_t mine = qd_dispatch_total(self), fair = 4 * WORLDS / shards;
                if (!by_cell)
                    assert_true(mine >= fair && mine <= fair + 1);
                while (qd_dispatch_next(self, &work))
                    mark(seen, &work);
                qd_dispatch_free(self);
            }
            assert_int_equal(total, 4 * WORLDS);
            assert_int_equal(count(seen, 1), 4 * WORLDS);
        }
    qd_experiment_free(fixed);
    qd_experiment_free(precise);
}

/* Claims that stop a run: the cells that one compares take turns look by look, in one shard; the others
 * follow. */
static void test_groups_take_turns(void **state)
{
    (void)state;
    qd_experiment_t *experiment = tiny_experiment(
        "precision: {claims: all, min_worlds: 300, max_worlds: 1000}\nclaims:\n"
        "  - {id: a, says: x, outcome: wars, order: unipolar, contrast: {more: {point: a}, less: "
        "{point: b}}}");
    qd_work_t work;
    qd_dispatch_t *self = make(experiment, (qd_dispatch_options_t){.shard = 1, .shards = 2});
    assert_int_equal(qd_dispatch_total(self), 2 * WORLDS);
    for (uint64_t look = 0; look < 2; look++)
        for (size_t point = 0; point < 2; point++) {
            assert_true(qd_dispatch_next(self, &work));
            assert_true(work.point == point && work.order == 0);
            assert_int_equal(work.range.first, look * QD_LOOK_SIZE);
            assert_int_equal(work.range.count, QD_LOOK_SIZE);
        }
    qd_dispatch_close(self, 0, 0, 2 * QD_LOOK_SIZE); /* one of them ends, the other continues */
    assert_true(qd_dispatch_next(self, &work));
    assert_true(work.point == 1 && work.range.first == 2 * QD_LOOK_SIZE);
    assert_true(qd_dispatch_next(self, &work));
    assert_true(work.point == 1 && work.range.first == 3 * QD_LOOK_SIZE);
    assert_int_equal(work.range.count, 1000 - 3 * QD_LOOK_SIZE);
    assert_false(qd_dispatch_next(self, &work));
    qd_dispatch_free(self);
    self = make(experiment, (qd_dispatch_options_t){.shard = 2, .shards = 2});
    assert_int_equal(qd_dispatch_total(self), 2 * WORLDS);
    while (qd_dispatch_next(self, &work))
        assert_int_equal(work.order, 1);
    qd_dispatch_free(self);
    qd_experiment_free(experiment);
}

static const qd_ranges_t *some_done(void *context, size_t point, size_t order)
{
    qd_ranges_t *ranges = context;
    return point == 0 && order == 1 ? ranges : NULL;
}

static void test_gaps_are_filled(void **state)
{
    (void)state;
    qd_experiment_t *experiment = tiny_experiment("worlds: 1000");
    qd_range_t range[] = {{10, 90}, {300, 1}, {990, 10}};
    qd_ranges_t ranges = {.size = 3, .range = range};
    seen_t seen = {0};
    qd_work_t work;
    qd_dispatch_t *self =
        make(experiment, (qd_dispatch_options_t){.done = some_done, .done_context = &ranges});
    assert_int_equal(qd_dispatch_done(self), 101);
    while (qd_dispatch_next(self, &work))
        mark(seen, &work);
    for (uint64_t w = 0; w < WORLDS; w++)
        assert_int_equal(seen[1][w], qd_ranges_shared(&ranges, (qd_range_t){w, 1}) ? 0 : 1);
    assert_int_equal(count(seen, 1), 4 * WORLDS - 101);
    qd_dispatch_free(self);
    qd_experiment_free(experiment);
}

static uint64_t draw(void *context)
{
    return (*(uint64_t *)context)++;
}

/* Ranks that draw from one counter, in any interleaving, share the work. */
static void test_ranks_share_the_work(void **state)
{
    (void)state;
    const char *texts[] = {
        "worlds: 1000", "precision: {outcome: survival, half_width: 0.1, confidence: 0.9, min_worlds: 300, "
                        "max_worlds: 1000}"};
    for (size_t t = 0; t < 2; t++) {
        enum { RANKS = 3 };
        qd_experiment_t *experiment = tiny_experiment(texts[t]);
        qd_dispatch_t *rank[RANKS];
        uint64_t counter = 0;
        for (size_t r = 0; r < RANKS; r++)
            rank[r] = make(experiment, (qd_dispatch_options_t){
                                           .workers = 2 * RANKS, .ticket = draw, .ticket_context = &counter});
        seen_t seen = {0};
        int owner[CELLS] = {-1, -1, -1, -1, -1, -1};
        unsigned luck = 12345;
        for (size_t left = RANKS; left > 0;) {
            luck = luck * 1664525u + 1013904223u;
            size_t r = (luck >> 16) % RANKS;
            qd_work_t work;
            if (!rank[r])
                continue;
            if (qd_dispatch_next(rank[r], &work)) {
                size_t cell = work.point * ORDERS + work.order;
                mark(seen, &work);
                if (t == 1 && owner[cell] >= 0)
                    assert_int_equal(owner[cell], r); /* looks at a cell are taken by one rank */
                owner[cell] = (int)r;
            } else {
                qd_dispatch_free(rank[r]);
                rank[r] = NULL;
                left--;
            }
        }
        assert_int_equal(count(seen, 1), 4 * WORLDS);
        assert_int_equal(count(seen, 0), 2 * WORLDS);
        qd_experiment_free(experiment);
    }
}

static uint64_t called_off(void *context)
{
    (void)context;
    return QD_NO_TICKET;
}

static void test_called_off(void **state)
{
    (void)state;
    const char *texts[] = {
        "worlds: 1000", "precision: {outcome: survival, half_width: 0.1, confidence: 0.9, min_worlds: 300, "
                        "max_worlds: 1000}"};
    for (size_t t = 0; t < 2; t++) {
        qd_experiment_t *experiment = tiny_experiment(texts[t]);
        qd_work_t work;
        qd_dispatch_t *self = make(experiment, (qd_dispatch_options_t){.ticket = called_off});
        assert_false(qd_dispatch_next(self, &work));
        qd_dispatch_free(self);
        qd_experiment_free(experiment);
    }
}

static void test_looks_stay_aligned_and_close(void **state)
{
    (void)state;
    qd_experiment_t *experiment = tiny_experiment("precision: {outcome: survival, half_width: 0.1, "
                                                  "confidence: 0.9, min_worlds: 300, max_worlds: 1000}");
    qd_range_t range[] = {{0, 100}, {200, 56}};
    qd_ranges_t ranges = {.size = 2, .range = range};
    qd_work_t work;
    qd_dispatch_t *self =
        make(experiment, (qd_dispatch_options_t){.done = some_done, .done_context = &ranges});
    qd_dispatch_close(self, 0, 0, 512);
    assert_int_equal(qd_dispatch_total(self), 4 * WORLDS - (WORLDS - 512));
    const qd_range_t expected[] = {{0, 256}, {256, 256}, {100, 100}, {256, 256}, {512, 256}, {768, 232}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_true(qd_dispatch_next(self, &work));
        assert_int_equal(work.point * ORDERS + work.order, i < 2 ? 0 : 1);
        assert_memory_equal(&work.range, &expected[i], sizeof work.range);
    }
    qd_dispatch_close(self, 1, 0, 0);
    qd_dispatch_close(self, 2, 1, 0); /* the replica of (0, 1), handed out already */
    assert_true(qd_dispatch_next(self, &work));
    assert_int_equal(work.point * ORDERS + work.order, 3);
    qd_dispatch_free(self);
    qd_experiment_free(experiment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_worlds_once_but_replicas),
        cmocka_unit_test(test_units_of_a_second),
        cmocka_unit_test(test_shards_cut_the_whole),
        cmocka_unit_test(test_gaps_are_filled),
        cmocka_unit_test(test_groups_take_turns),
        cmocka_unit_test(test_ranks_share_the_work),
        cmocka_unit_test(test_called_off),
        cmocka_unit_test(test_looks_stay_aligned_and_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
