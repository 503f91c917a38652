/* Tasks on threads, in parallel regions of their own and on threads that sleep between tasks: each index runs
 * once, on no more threads than were asked for. */
#include "engine/parallel.h"

#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "support/check.h"

#define TASKS   1000
#define THREADS 5

typedef struct {
    qd_runner_t runner;
    atomic_int times[TASKS];
    atomic_int present, most; /* threads at work on tasks */
    atomic_bool alone;
} tally_t;

static void note(void *context, size_t index)
{
    tally_t *self = context;
    int present = atomic_fetch_add(&self->present, 1) + 1, most = atomic_load(&self->most);
    while (present > most && !atomic_compare_exchange_weak(&self->most, &most, present)) {
    }
    atomic_fetch_add(&self->times[index], 1);
    if (qd_parallel_alone())
        self->alone = true;
    atomic_fetch_sub(&self->present, 1);
}

static void expect_once(const tally_t *self, size_t count)
{
    for (size_t i = 0; i < TASKS; i++)
        assert_int_equal(self->times[i], i < count);
}

/* Runs of many, few and no tasks, one after the other. */
static void run_all(void *context)
{
    static const size_t counts[] = {TASKS, 1, 0, 2, THREADS, TASKS, 3};
    tally_t *self = context;
    for (size_t i = 0; i < QD_COUNT(counts); i++) {
        memset(self->times, 0, sizeof self->times);
        self->runner.run(self->runner.threads, counts[i], note, self);
        expect_once(self, counts[i]);
        assert_int_equal(self->present, 0);
        assert_true(qd_parallel_alone());
    }
}

static void test_each_task_runs_once(void **state)
{
    (void)state;
    static tally_t tally;
    for (int threads = 1; threads <= THREADS; threads++) {
        tally = (tally_t){.runner = qd_parallel_runner(threads)};
        run_all(&tally);
        assert_true(tally.most <= threads);
        for (int held = 1; held <= THREADS; held++) {
            tally = (tally_t){.runner = qd_parallel_runner(threads)};
            qd_parallel_with(held, run_all, &tally);
            assert_true(tally.most <= threads && (held == 1 || tally.most <= held));
            assert_true(threads == 1 || held == 1 || !tally.alone);
        }
    }
}

/* ---- several threads ----------------------------------------------------------------------------------- */

static pthread_barrier_t meeting;

/* Returns only if as many tasks as threads run at once. */
static void meet(void *context, size_t index)
{
    (void)context;
    (void)index;
    pthread_barrier_wait(&meeting);
}

static void meet_often(void *context)
{
    const qd_runner_t *runner = context;
    for (int round = 0; round < 50; round++)
        runner->run(THREADS, THREADS, meet, NULL);
}

static void test_tasks_run_at_once(void **state)
{
    (void)state;
    qd_runner_t runner = qd_parallel_runner(THREADS);
    assert_int_equal(pthread_barrier_init(&meeting, NULL, THREADS), 0);
    qd_parallel_with(THREADS, meet_often, &runner);
    pthread_barrier_destroy(&meeting);
}

/* ---- tasks of tasks ------------------------------------------------------------------------------------ */

static void count(void *context, size_t index)
{
    (void)index;
    atomic_fetch_add((atomic_int *)context, 1);
}

static void have_tasks(void *context, size_t index)
{
    (void)index;
    qd_parallel_runner(THREADS).run(THREADS, 10, count, context);
}

static void have_seven(void *context)
{
    qd_parallel_runner(THREADS).run(THREADS, 7, count, context);
}

static void nest(void *context)
{
    qd_parallel_runner(THREADS).run(THREADS, 20, have_tasks, context);
    qd_parallel_with(THREADS, have_seven, context);
}

static void test_tasks_may_have_tasks(void **state)
{
    (void)state;
    atomic_int done = 0;
    qd_parallel_with(THREADS, nest, &done);
    assert_int_equal(done, 200 + 7);
}

/* As many threads as OpenMP offers. */
static void ask(void *context)
{
    *(int *)context = qd_parallel_runner(0).threads;
}

static void test_offer(void **state)
{
    (void)state;
    int found = 0, before = qd_parallel_offer(3);
    qd_parallel_with(0, ask, &found);
    assert_int_equal(found, 3);
    assert_int_equal(qd_parallel_offer(before), 3);
    assert_int_equal(omp_get_max_threads(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_task_runs_once),
        cmocka_unit_test(test_tasks_run_at_once),
        cmocka_unit_test(test_tasks_may_have_tasks),
        cmocka_unit_test(test_offer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
