#include "quadrille/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "engine/columns.h"
#include "engine/conclude.h"
#include "engine/dispatch.h"
#include "engine/earlier.h"
#include "engine/parallel.h"
#include "engine/part_writer.h"
#include "engine/stopping.h"
#include "engine/worker.h"
#include "store/draft.h"
#include "store/lock.h"
#include "store/parts.h"

/* Finished worlds wait in memory before they are written and synced: for a tenth of the session's time so
 * far, within these bounds, or until they have this number of bytes. A kill then loses few worlds, and
 * writing takes little time. */
#define FLUSH_SECONDS_MIN 0.25
#define FLUSH_SECONDS_MAX 5.0
#define FLUSH_RANKS       200 /* ranks that make the longest wait a second longer, to spare the file system */
#define FLUSH_BYTES       ((size_t)4 << 20) /* for every four threads; at twice as many bytes the threads wait */
#define THREADS_A_WRITER  16                /* threads whose worlds one thread writes */
#define TELL_SECONDS      0.5

/* State shared by the threads of a run; accessed under the one lock of `#pragma omp critical(qd_run)`. */
typedef struct {
    const qd_experiment_t *experiment;
    const qd_run_options_t *options;
    qd_ranks_t *ranks;
    char *folder;    /* OUT.h5.parts */
    qd_lock_t *lock; /* of OUT.h5; on rank 0, else NULL */
    bool examines;   /* what lies there, and writes nothing (qd_run_examine) */
    bool passes;     /* over the file named OUT.h5, which is of another experiment and will be replaced */
    bool replaces;   /* at the end the result replaces the file named OUT.h5; on rank 0 */
    int threads;
    qd_done_table_t earlier; /* worlds finished before */
    qd_index_t *index; /* index of the earlier worlds, later of all finished ones; on rank 0, else NULL */
    qd_dispatch_t *dispatch;
    qd_parts_t *parts;
    qd_part_writer_t *writer;
    qd_stopping_t *stopping; /* NULL without a precision stop */
    size_t states, periods;  /* the largest a worker must hold */
    qd_error_t *error;
    qd_status_t status;
    uint64_t done, failed; /* worlds of this session */
    double began, flushed, told;
} run_t;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* ---- progress ------------------------------------------------------------------------------------------ */

static void tell(run_t *self)
{
    double time = now();
    if (!self->options->progress || self->ranks->rank > 0 || time - self->told < TELL_SECONDS)
        return;
    self->told = time;
    uint64_t before = qd_dispatch_done(self->dispatch), total = qd_dispatch_total(self->dispatch);
    uint64_t done = self->ranks->size > 1 && !self->stopping ? qd_dispatch_drawn(self->dispatch) : self->done;
    qd_progress_t progress = {.done = before + done < total ? before + done : total,
                              .total = total,
                              .failed = self->earlier.failures + self->failed,
                              .seconds = time - self->began,
                              .rate = (double)done / (time - self->began),
                              .precision = self->stopping != NULL,
                              .settled = self->stopping ? qd_stopping_count(self->stopping) : 0,
                              .cells = self->stopping ? qd_stopping_size(self->stopping)
                                                      : self->experiment->points * self->experiment->orders,
                              .eta = -1.0};
    if (progress.rate > 0.0)
        progress.eta = (double)(total - progress.done) / progress.rate;
    self->options->progress(self->options->context, &progress);
}

static qd_status_t flush(run_t *self)
{
    double time = now();
    size_t bytes = FLUSH_BYTES * (((size_t)self->threads + 3) / 4) / qd_parts_writers(self->parts);
    double longest = FLUSH_SECONDS_MAX + (double)self->ranks->size / FLUSH_RANKS;
    double wait = fmin(fmax(0.1 * (time - self->began), FLUSH_SECONDS_MIN), longest);
    size_t buffered = qd_parts_buffered(self->parts);
    if (time - self->flushed < wait && buffered < bytes)
        return QD_OK;
    self->flushed = time;
    return qd_part_writer_offer(self->writer, buffered >= 2 * bytes, self->error);
}

/* A large share of failed worlds is a fault of the model or of its parameters. */
static qd_status_t check_failures(const run_t *self, uint64_t failed)
{
    /* With a precision stop the total shrinks when a cell ends; blocks beyond its end have been played and
     * will be dropped. */
    double share = self->experiment->max_failures, played = (double)self->done;
    double allowed = share * fmax((double)qd_dispatch_total(self->dispatch), played);
    if (share > 0.0 && allowed < 1.0)
        allowed = 1.0;
    if ((double)failed <= allowed)
        return QD_OK;
    return qd_error_add(
        self->error, QD_ERROR_INTERNAL,
        "%llu world%s failed, more than max_failures (%g) allows; /failures in the result file "
        "names them, `quadrille replay` plays them again",
        (unsigned long long)failed, QD_S(failed), share);
}

/* Keeps a unit, or its finished beginning if the run stops: its copy, but with a precision stop, which keeps
 * whole units only. */
static qd_status_t keep(run_t *self, const qd_work_t *work, const qd_segment_t *segment, qd_pending_t *copy)
{
    qd_status_t status = QD_OK;
    self->done += segment->worlds;
    self->failed += segment->failures;
    if (!self->stopping) {
        if (segment->worlds > 0)
            status = qd_parts_take(self->parts, copy, self->error);
    } else if (segment->worlds == work->range.count) {
        status = qd_stopping_offer(self->stopping, segment, self->parts, self->error);
        qd_stopping_close(self->stopping, self->dispatch, work->point, work->order);
    }
    if (status == QD_OK)
        status = flush(self);
    if (status == QD_OK)
        status = check_failures(self, self->earlier.failures + self->failed);
    tell(self);
    return status;
}

static bool next(run_t *self, qd_work_t *work)
{
    return self->status == QD_OK && !*self->options->stop && qd_dispatch_next(self->dispatch, work);
}

/* One thread takes units, plays them and hands them in until none are left or the run stops. The first error
 * stops all threads. */
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
        qd_pending_t copy = {0};
        status = qd_worker_play(&worker, &unit, self->options->stop, &segment, &error);
        if (status == QD_OK && !self->stopping && segment.worlds > 0)
            status = qd_parts_copy(self->parts, &segment, &copy, &error);
        more = status == QD_OK;
        if (!more)
            break;
#pragma omp critical(qd_run)
        {
            qd_status_t kept = self->status == QD_OK ? keep(self, &unit, &segment, &copy) : QD_OK;
            if (kept != QD_OK)
                self->status = kept;
        }
        qd_pending_clear(&copy); /* a copy that was not taken over */
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

/* ---- its beginning ------------------------------------------------------------------------------------- */

/* Damage is told once: by `first`, or else by `then`. */
static void warn(const run_t *self, const qd_error_t *first, const qd_error_t *then)
{
    const qd_error_t *said = first->count > 0 ? first : then;
    if (self->options->warn && said->count > 0)
        self->options->warn(self->options->context, said);
}

static qd_parts_options_t parts_options(const run_t *self)
{
    const qd_run_options_t *options = self->options;
    qd_part_kind_t kind = qd_kept_kind(self->experiment);
    return (qd_parts_options_t){.folder = self->folder,
                                .mode = self->ranks->rank > 0 ? QD_PARTS_JOIN
                                        : options->resume     ? QD_PARTS_RESUME
                                        : options->force      ? QD_PARTS_FORCE
                                                              : QD_PARTS_NEW,
                                .columns = kind.columns,
                                .extras = kind.extras,
                                .paths = kind.paths,
                                .rank = self->ranks->rank,
                                .writers = ((size_t)self->threads + THREADS_A_WRITER - 1) / THREADS_A_WRITER};
}

/* *warnings: of parts that lie there. */
static qd_status_t open_parts(run_t *self, qd_error_t *warnings)
{
    qd_parts_options_t parts = parts_options(self);
    if (self->examines)
        return qd_parts_examine(&parts, self->experiment, warnings, self->error);
    qd_status_t status = qd_parts_open(&parts, self->experiment, &self->parts, self->error);
    if (status == QD_OK)
        *warnings = *qd_parts_warnings(self->parts);
    return status;
}

static qd_status_t check_strangers(const run_t *self, const qd_index_t *done)
{
    return self->options->force
               ? QD_OK
               : qd_earlier_check_strangers(self->experiment, self->options->output, done, self->error);
}

/* Rank 0 reads the earlier result and parts, and refuses a result file that cannot be resumed before it
 * writes anything. */
static qd_status_t look_back(run_t *self)
{
    const qd_run_options_t *options = self->options;
    const char *output = options->resume && !self->passes ? options->output : NULL;
    const char *folder = self->examines && !options->resume ? NULL : self->folder; /* a run would empty it */
    qd_index_t *refused = NULL;
    qd_error_t of_parts = QD_ERROR_NONE;
    qd_status_t status = qd_earlier_find(self->experiment, output, NULL, false, &refused, self->error);
    if (status == QD_OK)
        status = check_strangers(self, refused);
    qd_index_free(refused);
    if (status == QD_OK)
        status = open_parts(self, &of_parts);
    if (status == QD_OK)
        status = qd_earlier_find(self->experiment, output, folder, false, &self->index, self->error);
    if (status == QD_OK)
        status = check_strangers(self, self->index);
    if (status == QD_OK)
        warn(self, &of_parts, qd_index_warnings(self->index));
    if (status == QD_OK && self->stopping)
        status = qd_stopping_resume(self->stopping, self->index, self->error);
    if (status != QD_OK || self->examines)
        return status;
    qd_index_settle(self->index);
    return qd_parts_recount(self->parts, self->index, self->error);
}

/* Shares the findings of rank 0. */
static qd_status_t share(run_t *self)
{
    qd_status_t status =
        qd_done_table_init(&self->earlier, self->experiment, self->index, self->ranks, self->error);
    if (status == QD_OK && self->stopping)
        qd_stopping_share(self->stopping, self->ranks);
    qd_error_t of_parts = QD_ERROR_NONE;
    if (status == QD_OK && self->ranks->rank > 0)
        status = open_parts(self, &of_parts);
    if (status == QD_OK)
        warn(self, &of_parts, &of_parts);
    return qd_ranks_agree(self->ranks, status);
}

static qd_status_t make_dispatch(run_t *self)
{
    const qd_run_options_t *options = self->options;
    qd_dispatch_options_t work = {.shard = options->shard,
                                  .shards = options->shards,
                                  .workers = (size_t)self->threads * (size_t)self->ranks->size,
                                  .done = qd_done_table_at,
                                  .done_context = &self->earlier,
                                  .ticket = qd_ranks_ticket,
                                  .ticket_context = self->ranks};
    qd_status_t status = qd_dispatch_new(self->experiment, &work, &self->dispatch, self->error);
    for (size_t p = 0; status == QD_OK && self->stopping && p < self->experiment->points; p++)
        for (size_t o = 0; o < self->experiment->orders; o++)
            if (qd_stopping_settled(self->stopping, p, o))
                qd_dispatch_close(self->dispatch, p, o, qd_stopping_looked(self->stopping, p, o));
    return status;
}

static qd_status_t prepare(run_t *self)
{
    qd_status_t status = QD_OK;
    qd_worker_sizes(self->experiment, &self->states, &self->periods);
    if (self->experiment->precision.given)
        status = qd_stopping_new(self->experiment, &self->stopping, self->error);
    if (status == QD_OK && self->ranks->rank == 0)
        status = look_back(self);
    status = qd_ranks_agree(self->ranks, status);
    if (status == QD_OK)
        status = share(self);
    if (status == QD_OK)
        status = make_dispatch(self);
    if (status == QD_OK && !self->examines)
        status = qd_part_writer_start(self->parts, &self->writer, self->error);
    return qd_ranks_agree(self->ranks, status);
}

/* ---- its end ------------------------------------------------------------------------------------------- */

/* Writes into *whole whether the index holds every world of the run. */
static qd_status_t all_there(run_t *self, const qd_stopping_t *stopping, bool *whole)
{
    qd_ranks_t alone = QD_RANKS_ALONE;
    qd_done_table_t table;
    qd_dispatch_t *left = NULL;
    qd_status_t status = qd_done_table_init(&table, self->experiment, self->index, &alone, self->error);
    if (status != QD_OK)
        return status;
    qd_dispatch_options_t work = {.shard = self->options->shard,
                                  .shards = self->options->shards,
                                  .workers = 1,
                                  .done = qd_done_table_at,
                                  .done_context = &table};
    status = qd_dispatch_new(self->experiment, &work, &left, self->error);
    for (size_t p = 0; status == QD_OK && stopping && p < self->experiment->points; p++)
        for (size_t o = 0; o < self->experiment->orders; o++)
            qd_dispatch_close(left, p, o, qd_stopping_target(stopping, p, o));
    if (status == QD_OK)
        *whole = qd_dispatch_done(left) == qd_dispatch_total(left);
    qd_dispatch_free(left);
    qd_done_table_free(&table);
    return status;
}

static qd_status_t conclude(run_t *self, const qd_stopping_t *stopping, qd_run_summary_t *summary)
{
    const qd_run_options_t *options = self->options;
    char shard[48];
    snprintf(shard, sizeof shard, "%zu/%zu", options->shard, options->shards);
    qd_conclusion_t conclusion = {.output = options->output,
                                  .overwrite = self->replaces,
                                  .command_line = options->command_line,
                                  .shard = options->shards > 1 ? shard : NULL,
                                  .threads = self->threads,
                                  .ranks = self->ranks->size,
                                  .seconds = now() - self->began,
                                  .stopping = stopping};
    int offered = qd_parallel_offer(self->threads);
    qd_status_t status =
        qd_conclude(self->experiment, self->index, &conclusion, &summary->assembled, self->error);
    qd_parallel_offer(offered);
    if (status == QD_ERROR_INPUT && !self->replaces && access(options->output, F_OK) == 0)
        qd_error_add(self->error, status,
                     "%s keeps the finished worlds: move the other file away and add --resume", self->folder);
    summary->seconds = conclusion.seconds;
    return status;
}

/* Warns that max_worlds ended cells before their precision was reached, or claims before they were
 * decided. */
static void warn_of_stops(const run_t *self, const qd_stopping_t *stopping)
{
    const qd_experiment_t *experiment = self->experiment;
    const qd_run_options_t *options = self->options;
    unsigned long long most = (unsigned long long)experiment->worlds;
    bool claims = experiment->precision.claims;
    size_t settled = qd_stopping_count(stopping);
    size_t all = claims ? qd_stopping_size(stopping) : qd_stopping_seen(stopping);
    if (!options->warn || settled == all)
        return;
    qd_error_t said = QD_ERROR_NONE;
    if (claims && options->shards > 1)
        return; /* a shard does not see the claims of the others; `show` of the merged file names them */
    if (claims)
        qd_error_add(&said, QD_OK,
                     "%zu of %zu %s decided in every place: the others reached max_worlds (%llu)", settled,
                     all, all == 1 ? "claim is" : "claims are", most);
    else
        qd_error_add(&said, QD_OK,
                     "%s is known to +-%g in %zu of %zu cell%s only: the others ended at max_worlds (%llu)",
                     qd_outcome_table[experiment->precision.outcome].name, experiment->precision.half_width,
                     settled, all, QD_S(all), most);
    options->warn(options->context, &said);
}

/* Assembles the result file of the finished worlds, and removes the parts if it holds all worlds of the
 * run. */
static qd_status_t finish(run_t *self, qd_run_summary_t *summary)
{
    qd_stopping_t *stopping = NULL;
    bool whole = false;
    qd_status_t status = qd_index_add_folder(self->index, self->folder, false, self->error);
    if (status == QD_OK)
        status = qd_index_select(self->index, self->error);
    if (status == QD_OK && self->experiment->precision.given)
        status = qd_stopping_new(self->experiment, &stopping, self->error);
    if (status == QD_OK && stopping)
        status = qd_stopping_resume(stopping, self->index, self->error);
    if (status == QD_OK)
        status = conclude(self, stopping, summary);
    if (status == QD_OK)
        status = all_there(self, stopping, &whole);
    if (status == QD_OK && stopping && whole)
        warn_of_stops(self, stopping);
    if (status == QD_OK && self->status == QD_OK)
        status = check_failures(self, summary->assembled.failures);
    if (status == QD_OK && whole)
        status = qd_parts_remove(self->folder, NULL, self->error);
    else if (status == QD_OK)
        status = QD_ERROR_STOPPED;
    qd_stopping_free(stopping);
    return status;
}

/* Writes the remaining worlds, also after an error. A second error is not reported. */
static void write_rest(run_t *self)
{
    qd_error_t again = QD_ERROR_NONE;
    qd_status_t status = qd_part_writer_end(self->writer, self->status == QD_OK ? self->error : &again);
    self->writer = NULL;
    self->status = self->status == QD_OK ? status : self->status;
    status = qd_parts_flush(self->parts, self->status == QD_OK ? self->error : &again);
    self->status = self->status == QD_OK ? status : self->status;
}

/* Keeps all finished work, also after an error. */
static void end(run_t *self, qd_run_summary_t *summary)
{
    if (self->status != QD_OK || *self->options->stop)
        qd_ranks_call_off(self->ranks);
    write_rest(self);
    qd_status_t all = qd_ranks_agree(self->ranks, self->status);
    summary->played = qd_ranks_sum(self->ranks, self->done);
    if (self->ranks->rank == 0 && (all == QD_OK || all == QD_ERROR_INTERNAL)) {
        self->status = all;
        qd_status_t finished = finish(self, summary);
        all = all == QD_OK ? finished : all;
    }
    self->status = qd_ranks_agree(self->ranks, all);
}

static qd_status_t check_output(run_t *self)
{
    const qd_run_options_t *options = self->options;
    bool there;
    qd_status_t status = qd_look_for(options->output, &there, self->error);
    self->replaces = options->force || there;
    if (status == QD_OK && there && !options->force && !options->resume)
        status =
            qd_refuse_existing(options->output, "--force replaces it, --resume continues it", self->error);
    return status;
}

/* Rank 0 takes the lock of the output before it reads or writes anything. */
static qd_status_t take_output(run_t *self)
{
    const qd_run_options_t *options = self->options;
    qd_status_t status = QD_OK;
    if (self->ranks->rank == 0)
        status = qd_lock_take(options->output, &self->lock, self->error);
    if (self->ranks->rank == 0 && status == QD_OK) {
        qd_draft_sweep(options->output);
        status = check_output(self);
    }
    return qd_ranks_agree(self->ranks, status);
}

/* Refuses parts beside the complete result that hold other work than it: of another experiment, or worlds
 * that it does not have. */
static qd_status_t check_remains(const run_t *self)
{
    qd_parts_options_t parts = parts_options(self);
    qd_error_t warnings = QD_ERROR_NONE;
    qd_index_t *index = NULL;
    if (self->options->force || !qd_parts_exist(self->folder))
        return QD_OK;
    qd_status_t status = qd_parts_examine(&parts, self->experiment, &warnings, self->error);
    if (status == QD_OK)
        status = qd_earlier_find(self->experiment, NULL, self->folder, false, &index, self->error);
    if (status == QD_OK)
        status = check_strangers(self, index);
    qd_index_free(index);
    return status;
}

/* Writes into *complete whether an earlier session left nothing to do; removes parts that it left when it was
 * killed. With --force a result of another experiment is passed over where parts may be continued. */
static qd_status_t is_complete(run_t *self, bool *complete, qd_run_summary_t *summary)
{
    const qd_run_options_t *options = self->options;
    qd_status_t status = QD_OK;
    qd_error_t earlier = *self->error;
    bool foreign = false;
    *complete = false;
    if (self->ranks->rank == 0 && options->resume)
        status = qd_earlier_complete(self->experiment, options->output, complete, &foreign,
                                     &summary->assembled, self->error);
    if (foreign && options->force && qd_parts_exist(self->folder)) {
        *self->error = earlier;
        self->passes = true;
        status = QD_OK;
    }
    if (status == QD_OK && *complete)
        status = check_remains(self);
    if (status == QD_OK && *complete && !self->examines)
        status = qd_parts_remove(self->folder, NULL, self->error);
    if (status == QD_ERROR_INPUT)
        summary->assembled = (qd_assembled_t){0};
    status = qd_ranks_agree(self->ranks, status);
    qd_ranks_share(self->ranks, complete, sizeof *complete);
    return status;
}

/* `ranks`: options->ranks, or this process alone. */
static qd_status_t init(run_t *self, const qd_experiment_t *experiment, const qd_run_options_t *options,
                        qd_ranks_t *ranks, qd_error_t *error)
{
    *self =
        (run_t){.experiment = experiment, .options = options, .ranks = ranks, .error = error, .began = now()};
    self->flushed = self->told = self->began;
    qd_status_t status = qd_parallel_choose(options->threads, &self->threads, error);
    if (status == QD_OK && asprintf(&self->folder, "%s.parts", options->output) < 0)
        status = qd_no_memory(error);
    return status;
}

static void clear(run_t *self)
{
    qd_stopping_free(self->stopping);
    qd_dispatch_free(self->dispatch);
    qd_done_table_free(&self->earlier);
    qd_index_free(self->index);
    qd_parts_close(self->parts);
    qd_lock_release(self->lock);
    free(self->folder);
}

qd_status_t qd_run_examine(const qd_experiment_t *experiment, const qd_run_options_t *options, uint64_t *left,
                           qd_error_t *error)
{
    qd_ranks_t alone = QD_RANKS_ALONE;
    qd_run_summary_t unused;
    bool complete = false;
    run_t self;
    *left = 0;
    qd_status_t status = init(&self, experiment, options, &alone, error);
    if (status != QD_OK)
        return status;
    self.examines = true;
    status = qd_lock_look(options->output, error);
    if (status == QD_OK)
        status = check_output(&self);
    if (status == QD_OK)
        status = is_complete(&self, &complete, &unused);
    if (status == QD_OK && !complete)
        status = prepare(&self);
    if (status == QD_OK && !complete)
        *left = qd_dispatch_total(self.dispatch) - qd_dispatch_done(self.dispatch);
    clear(&self);
    return status;
}

qd_status_t qd_run(const qd_experiment_t *experiment, const qd_run_options_t *options,
                   qd_run_summary_t *summary, qd_error_t *error)
{
    qd_ranks_t alone = QD_RANKS_ALONE;
    bool complete;
    run_t self;
    *summary = (qd_run_summary_t){0};
    qd_status_t status = init(&self, experiment, options, options->ranks ? options->ranks : &alone, error);
    if (status != QD_OK)
        return status;
    self.status = take_output(&self);
    if (self.status == QD_OK)
        self.status = is_complete(&self, &complete, summary);
    if (self.status != QD_OK || complete)
        goto out;
    self.status = prepare(&self);
    if (self.status != QD_OK)
        goto out;
#pragma omp parallel num_threads(self.threads)
    work(&self);
    end(&self, summary);

out:
    qd_part_writer_end(self.writer, error); /* without played worlds nothing is left to write */
    /* To read the folder takes memory: what was found there before comes first. */
    bool found = self.dispatch && qd_dispatch_done(self.dispatch) > 0;
    bool kept = (self.status == QD_ERROR_IO && self.parts) ||
                (self.status == QD_ERROR_MEMORY && (found || qd_parts_exist(self.folder)));
    if (kept && self.ranks->rank == 0)
        qd_error_add(error, self.status, "%s: finished worlds are kept there; run again with --resume",
                     self.folder);
    clear(&self);
    return self.status;
}
