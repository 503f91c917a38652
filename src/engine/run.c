#include "engine/run.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "engine/conclude.h"
#include "engine/dispatch.h"
#include "engine/stopping.h"
#include "engine/worker.h"
#include "store/parts.h"

/* Finished worlds wait in memory at most so long, or so many bytes, before they are written and synced. */
#define FLUSH_SECONDS 5.0
#define FLUSH_BYTES   ((size_t)16 << 20)
#define TELL_SECONDS  0.5

/* What the threads of a run share; touched under the one lock of `#pragma omp critical(qd_run)`. */
typedef struct {
    const qd_experiment_t *experiment;
    const qd_run_options_t *options;
    qd_dispatch_t *dispatch;
    qd_parts_t *parts;
    qd_stopping_t *stopping; /* NULL without a precision */
    size_t states, periods;  /* the largest a worker must hold */
    qd_error_t *error;
    qd_status_t status;
    uint64_t done, failed;
    double began, flushed, told;
} run_t;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void tell(run_t *self)
{
    double time = now();
    if (!self->options->progress || time - self->told < TELL_SECONDS)
        return;
    self->told = time;
    uint64_t before = qd_dispatch_done(self->dispatch), total = qd_dispatch_total(self->dispatch);
    qd_progress_t progress = {.done = before + self->done,
                              .total = total,
                              .failed = self->failed,
                              .seconds = time - self->began,
                              .rate = (double)self->done / (time - self->began),
                              .precision = self->stopping != NULL,
                              .settled = self->stopping ? qd_stopping_count(self->stopping) : 0,
                              .cells = self->experiment->points * self->experiment->orders,
                              .eta = -1.0};
    if (progress.rate > 0.0 && progress.done <= total)
        progress.eta = (double)(total - progress.done) / progress.rate;
    self->options->progress(self->options->context, &progress);
}

static qd_status_t flush(run_t *self, bool now_or_later)
{
    double time = now();
    if (!now_or_later && time - self->flushed < FLUSH_SECONDS && qd_parts_buffered(self->parts) < FLUSH_BYTES)
        return QD_OK;
    self->flushed = time;
    return qd_parts_flush(self->parts, self->error);
}

/* Too many failed worlds are a fault of the model or its parameters, not of the worlds. */
static qd_status_t check_failures(run_t *self)
{
    double share = self->experiment->max_failures;
    double expected = share * (double)qd_dispatch_total(self->dispatch);
    if ((double)self->failed <= (expected > 1.0 ? expected : 1.0) || self->failed == 0)
        return QD_OK;
    return qd_error_add(self->error, QD_ERROR_INTERNAL,
                        "%llu worlds failed, more than max_failures (%g) allows; see /failures in the result file",
                        (unsigned long long)self->failed, share);
}

/* Keeps a finished unit, or what of it was finished before a stop. */
static qd_status_t keep(run_t *self, const qd_work_t *work, const qd_segment_t *segment)
{
    qd_status_t status = QD_OK;
    self->done += segment->worlds;
    self->failed += segment->failures;
    if (!self->stopping) {
        if (segment->worlds > 0)
            status = qd_parts_append(self->parts, segment, self->error);
    } else if (segment->worlds == work->range.count) {
        status = qd_stopping_offer(self->stopping, segment, self->parts, self->error);
        if (qd_stopping_settled(self->stopping, work->point, work->order))
            qd_dispatch_close(self->dispatch, work->point, work->order);
    }
    if (status == QD_OK)
        status = flush(self, false);
    if (status == QD_OK)
        status = check_failures(self);
    tell(self);
    return status;
}

static bool next(run_t *self, qd_work_t *work)
{
    return self->status == QD_OK && !*self->options->stop && qd_dispatch_next(self->dispatch, work);
}

/* One thread: takes units, plays them, hands them in, until there are none or the run stops. A first fault stops all. */
static void work(run_t *self)
{
    qd_worker_t worker;
    qd_error_t error = QD_ERROR_NONE;
    qd_status_t status = qd_worker_init(&worker, self->experiment, self->states, self->periods, &error);
    bool more = status == QD_OK;
    while (more) {
        qd_work_t unit;
        qd_segment_t segment;
#pragma omp critical(qd_run)
        more = next(self, &unit);
        if (!more)
            break;
        status = qd_worker_play(&worker, &unit, self->options->stop, &segment, &error);
        more = status == QD_OK;
        if (!more)
            break;
#pragma omp critical(qd_run)
        {
            qd_status_t kept = self->status == QD_OK ? keep(self, &unit, &segment) : QD_OK;
            if (kept != QD_OK)
                self->status = kept;
        }
    }
    if (status != QD_OK) {
#pragma omp critical(qd_run)
        if (self->status == QD_OK) {
            self->status = status;
            *self->error = error;
        }
    }
    qd_worker_free(&worker);
}

static const qd_ranges_t *done_before(void *context, size_t point, size_t order)
{
    return qd_index_done(context, point, order);
}

/* With a precision stop the looks at what earlier sessions finished are repeated, and only the worlds that were looked at
 * count as done: what lies beyond a gap is played again, and dropped by the parts, which have it. */
static qd_status_t start_stopping(run_t *self, qd_index_t *done)
{
    qd_status_t status = qd_stopping_new(self->experiment, &self->stopping, self->error);
    if (status == QD_OK && done)
        status = qd_stopping_resume(self->stopping, done, self->error);
    for (size_t p = 0; status == QD_OK && p < self->experiment->points; p++)
        for (size_t o = 0; o < self->experiment->orders; o++) {
            if (qd_stopping_settled(self->stopping, p, o))
                qd_dispatch_close(self->dispatch, p, o);
            else
                qd_dispatch_start(self->dispatch, p, o, qd_stopping_looked(self->stopping, p, o));
        }
    return status;
}

static qd_status_t prepare(run_t *self, const char *folder, int threads)
{
    const qd_run_options_t *options = self->options;
    qd_parts_options_t parts = {.folder = folder,
                                .mode = options->resume  ? QD_PARTS_RESUME
                                        : options->force ? QD_PARTS_FORCE
                                                         : QD_PARTS_NEW,
                                .columns = QD_COLUMNS_ALL,
                                .paths = self->experiment->output.paths};
    qd_index_t *done = NULL;
    qd_status_t status = qd_worker_sizes(self->experiment, &self->states, &self->periods, self->error);
    if (status == QD_OK)
        status = qd_parts_open(&parts, self->experiment, &self->parts, self->error);
    if (status == QD_OK && options->resume)
        status = qd_find_done(self->experiment, options->output, folder, true, &done, self->error);
    if (status == QD_OK)
        status = qd_dispatch_new(self->experiment, options->shard, options->shards, (size_t)threads,
                                 done ? done_before : NULL, done, &self->dispatch, self->error);
    if (status == QD_OK && self->experiment->precision.given)
        status = start_stopping(self, done);
    qd_index_free(done);
    return status;
}

/* Worlds that each (point, order) shall have, where a precision stop decides it. */
static uint64_t *targets(const run_t *self)
{
    size_t orders = self->experiment->orders;
    uint64_t *target = malloc(self->experiment->points * orders * sizeof *target);
    for (size_t i = 0; target && i < self->experiment->points * orders; i++)
        target[i] = qd_stopping_settled(self->stopping, i / orders, i % orders)
                        ? qd_stopping_looked(self->stopping, i / orders, i % orders)
                        : self->experiment->worlds;
    return target;
}

/* Assembles the result file of what is done, and removes the parts once it holds all of the run's worlds. */
static qd_status_t finish(run_t *self, const char *folder, int threads, qd_run_summary_t *summary)
{
    const qd_run_options_t *options = self->options;
    qd_index_t *done = NULL;
    char shard[48];
    snprintf(shard, sizeof shard, "%zu/%zu", options->shard, options->shards);
    uint64_t *target = self->stopping ? targets(self) : NULL;
    qd_conclusion_t conclusion = {.output = options->output,
                                  .overwrite = options->force || options->resume,
                                  .command_line = options->command_line,
                                  .shard = options->shards > 1 ? shard : NULL,
                                  .threads = threads,
                                  .ranks = 1,
                                  .seconds = now() - self->began,
                                  .target = target};
    bool whole = self->status == QD_OK && !*options->stop;
    qd_parts_close(self->parts);
    self->parts = NULL;
    qd_status_t status = QD_OK;
    if (self->stopping && !target)
        status = qd_error_add(self->error, QD_ERROR_MEMORY, "no memory for the precision stops");
    if (status == QD_OK)
        status = qd_find_done(self->experiment, options->resume ? options->output : "", folder, false, &done,
                              self->error);
    if (status == QD_OK)
        status = qd_conclude(self->experiment, done, &conclusion, &summary->assembled, self->error);
    qd_index_free(done);
    free(target);
    summary->seconds = conclusion.seconds;
    summary->played = self->done;
    if (status == QD_OK && whole)
        status = qd_parts_remove(folder, NULL, self->error);
    if (status == QD_OK && !whole && self->status == QD_OK)
        status = QD_ERROR_STOPPED;
    return status;
}

qd_status_t qd_run(const qd_experiment_t *experiment, const qd_run_options_t *options, qd_run_summary_t *summary,
                   qd_error_t *error)
{
    int threads = options->threads > 0 ? options->threads : omp_get_num_procs();
    run_t self = {.experiment = experiment, .options = options, .error = error, .began = now()};
    self.flushed = self.told = self.began;
    *summary = (qd_run_summary_t){0};
    char *folder = NULL;
    if (asprintf(&folder, "%s.parts", options->output) < 0)
        return qd_error_add(error, QD_ERROR_MEMORY, "no memory for a path");
    self.status = prepare(&self, folder, threads);
    if (self.status != QD_OK)
        goto out;
#pragma omp parallel num_threads(threads)
    work(&self);
    /* What can be kept is kept, whatever has happened; the first fault is the one that is told. */
    qd_status_t flushed = flush(&self, true);
    if (self.status == QD_OK)
        self.status = flushed;
    if (self.status == QD_OK || self.status == QD_ERROR_INTERNAL) {
        qd_status_t finished = finish(&self, folder, threads, summary);
        if (self.status == QD_OK)
            self.status = finished;
    }

out:
    qd_stopping_free(self.stopping);
    qd_dispatch_free(self.dispatch);
    qd_parts_close(self.parts);
    free(folder);
    return self.status;
}
