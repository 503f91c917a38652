#include "engine/parallel.h"

#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/memory.h"
#include "base/text.h"
#include "engine/dispatch.h"

/* Tickets from this number on mean QD_NO_TICKET. It lies above any ticket drawn, and every rank can add it
 * without overflow. */
#define CALLED_OFF ((uint64_t)1 << 40)

#ifdef QD_MPI
#include <limits.h>
#include <mpi.h>
#include <stdlib.h>

qd_status_t qd_ranks_begin(qd_ranks_t *self, qd_error_t *error)
{
    int provided;
    *self = QD_RANKS_ALONE;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided) != MPI_SUCCESS ||
        provided < MPI_THREAD_SERIALIZED)
        return qd_error_add(error, QD_ERROR_INTERNAL, "this MPI library cannot be called from threads");
    MPI_Comm_rank(MPI_COMM_WORLD, &self->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &self->size);
    if (self->size == 1)
        return QD_OK;
    MPI_Win *window = qd_new(1, sizeof *window, error);
    if (!window)
        return QD_ERROR_MEMORY;
    uint64_t *counter;
    MPI_Win_allocate(self->rank == 0 ? sizeof *counter : 0, sizeof *counter, MPI_INFO_NULL, MPI_COMM_WORLD,
                     &counter, window);
    MPI_Win_lock_all(0, *window);
    if (self->rank == 0) {
        *counter = 0;
        MPI_Win_sync(*window);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    self->window = window;
    return QD_OK;
}

void qd_ranks_end(qd_ranks_t *self)
{
    int begun = 0;
    MPI_Initialized(&begun);
    if (self->window) {
        MPI_Win_unlock_all(*(MPI_Win *)self->window);
        MPI_Win_free(self->window);
        free(self->window);
    }
    if (begun)
        MPI_Finalize();
    *self = QD_RANKS_ALONE;
}

/* Adds to the counter on rank 0 and returns its former value. */
static uint64_t fetch_and_add(const qd_ranks_t *self, uint64_t add)
{
    uint64_t before;
    MPI_Win window = *(MPI_Win *)self->window;
    MPI_Fetch_and_op(&add, &before, MPI_UINT64_T, 0, 0, MPI_SUM, window);
    MPI_Win_flush(0, window);
    return before;
}

qd_status_t qd_ranks_least(const qd_ranks_t *self, qd_status_t status)
{
    int mine = status, least = status;
    if (self->window)
        MPI_Allreduce(&mine, &least, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    return (qd_status_t)least;
}

uint64_t qd_ranks_sum(const qd_ranks_t *self, uint64_t value)
{
    uint64_t sum = value;
    if (self->window)
        MPI_Allreduce(&value, &sum, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
    return sum;
}

void qd_ranks_share(const qd_ranks_t *self, void *bytes, size_t size)
{
    char *at = bytes;
    while (self->window && size > 0) {
        int some = size < INT_MAX ? (int)size : INT_MAX;
        MPI_Bcast(at, some, MPI_BYTE, 0, MPI_COMM_WORLD);
        at += some;
        size -= (size_t)some;
    }
}

#else

qd_status_t qd_ranks_begin(qd_ranks_t *self, qd_error_t *error)
{
    (void)error;
    *self = QD_RANKS_ALONE;
    return QD_OK;
}

void qd_ranks_end(qd_ranks_t *self)
{
    *self = QD_RANKS_ALONE;
}

static uint64_t fetch_and_add(const qd_ranks_t *self, uint64_t add)
{
    (void)add;
    return self->next;
}

qd_status_t qd_ranks_least(const qd_ranks_t *self, qd_status_t status)
{
    (void)self;
    return status;
}

uint64_t qd_ranks_sum(const qd_ranks_t *self, uint64_t value)
{
    (void)self;
    return value;
}

void qd_ranks_share(const qd_ranks_t *self, void *bytes, size_t size)
{
    (void)self;
    (void)bytes;
    (void)size;
}

#endif

uint64_t qd_ranks_ticket(void *context)
{
    qd_ranks_t *self = context;
    uint64_t ticket = self->window ? fetch_and_add(self, 1) : self->next++;
    return ticket < CALLED_OFF ? ticket : QD_NO_TICKET;
}

void qd_ranks_call_off(qd_ranks_t *self)
{
    if (self->window)
        (void)fetch_and_add(self, CALLED_OFF);
    else
        self->next = CALLED_OFF;
}

/* ---- tasks --------------------------------------------------------------------------------------------- */

/* Threads of OpenMP that sleep until there are tasks for them. */
typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t posted, finished;
    int threads; /* all, with the one that posts tasks */
    int seats;   /* sleeping threads that may still take a share of the present tasks */
    int working; /* those that have taken one */
    bool ended;
    void (*task)(void *context, size_t index);
    void *context;
    size_t count;
    atomic_size_t next; /* task */
} sleepers_t;

/* Of the thread that posts tasks, between them; otherwise NULL. */
static _Thread_local sleepers_t *sleepers;

static void work(sleepers_t *self)
{
    for (size_t index; (index = atomic_fetch_add(&self->next, 1)) < self->count;)
        self->task(self->context, index);
}

/* Takes shares of tasks until there will be no more. */
static void serve(sleepers_t *self)
{
    pthread_mutex_lock(&self->lock);
    while (!self->ended) {
        if (self->seats == 0) {
            pthread_cond_wait(&self->posted, &self->lock);
            continue;
        }
        self->seats--;
        self->working++;
        pthread_mutex_unlock(&self->lock);
        work(self);
        pthread_mutex_lock(&self->lock);
        if (--self->working == 0)
            pthread_cond_signal(&self->finished);
    }
    pthread_mutex_unlock(&self->lock);
}

static void end(sleepers_t *self)
{
    pthread_mutex_lock(&self->lock);
    self->ended = true;
    pthread_cond_broadcast(&self->posted);
    pthread_mutex_unlock(&self->lock);
}

/* Returns when all tasks are done. Threads that wake up later find no seat. */
static void share(sleepers_t *self, int threads, size_t count, void (*task)(void *context, size_t index),
                  void *context)
{
    threads = threads < self->threads ? threads : self->threads;
    pthread_mutex_lock(&self->lock);
    self->task = task;
    self->context = context;
    self->count = count;
    atomic_store(&self->next, 0);
    self->seats = count < (size_t)threads ? (int)count - 1 : threads - 1;
    pthread_cond_broadcast(&self->posted);
    pthread_mutex_unlock(&self->lock);
    sleepers = NULL; /* a task that has tasks of its own does them alone */
    work(self);
    sleepers = self;
    pthread_mutex_lock(&self->lock);
    self->seats = 0;
    while (self->working > 0)
        pthread_cond_wait(&self->finished, &self->lock);
    pthread_mutex_unlock(&self->lock);
}

static void run(int threads, size_t count, void (*task)(void *context, size_t index), void *context)
{
    if (sleepers && count > 0) {
        share(sleepers, threads, count, task, context);
        return;
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t index = 0; index < count; index++)
        task(context, index);
}

void qd_parallel_with(int threads, void (*body)(void *context), void *context)
{
    sleepers_t self = {.lock = PTHREAD_MUTEX_INITIALIZER,
                       .posted = PTHREAD_COND_INITIALIZER,
                       .finished = PTHREAD_COND_INITIALIZER};
    threads = qd_parallel_runner(threads).threads;
    if (threads == 1 || sleepers || !qd_parallel_alone()) { /* no thread to hold, or held or at work */
        body(context);
        return;
    }
#pragma omp parallel num_threads(threads)
    if (omp_get_thread_num() == 0) {
        self.threads = omp_get_num_threads();
        sleepers = &self;
        body(context);
        sleepers = NULL;
        end(&self);
    } else {
        serve(&self);
    }
    pthread_mutex_destroy(&self.lock);
    pthread_cond_destroy(&self.posted);
    pthread_cond_destroy(&self.finished);
}

bool qd_parallel_alone(void)
{
    return sleepers || !omp_in_parallel();
}

qd_status_t qd_parallel_choose(int asked, int *threads, qd_error_t *error)
{
    *threads = asked > 0 ? asked : omp_get_max_threads();
    if (*threads <= QD_THREADS_MOST)
        return QD_OK;
    int found = *threads;
    *threads = QD_THREADS_MOST;
    if (asked <= 0 && found <= omp_get_num_procs())
        return QD_OK;
    return qd_error_add(error, QD_ERROR_INPUT, "found %s=%d; expected at most " QD_DIGITS_OF(QD_THREADS_MOST),
                        asked > 0 ? "threads" : "OMP_NUM_THREADS", found);
}

qd_runner_t qd_parallel_runner(int threads)
{
    return (qd_runner_t){.threads = threads > 0 ? threads : omp_get_max_threads(), .run = run};
}

int qd_parallel_offer(int threads)
{
    int before = omp_get_max_threads();
    if (threads > 0)
        omp_set_num_threads(threads);
    return before;
}
