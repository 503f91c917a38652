#include "engine/verify.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "engine/columns.h"
#include "engine/conclude.h"
#include "engine/dispatch.h"
#include "engine/parallel.h"
#include "engine/verify_parts.h"
#include "engine/worker.h"
#include "quadrille/result.h"
#include "quadrille/run.h"
#include "store/assemble.h"
#include "store/compare.h"
#include "store/merge.h"

/* State shared by the threads; accessed under the one lock of `#pragma omp critical(qd_verify)`. */
typedef struct {
    const qd_verify_options_t *options;
    qd_verify_report_t *report;
    qd_result_file_t *file;
    qd_experiment_t *experiment;
    qd_index_t *index; /* NULL where the file keeps no rows */
    uint64_t columns;  /* outcomes kept by the file */
    size_t extras;     /* number of values of the group `landscape` kept: all or none */
    size_t *original;
    qd_work_t *block; /* in order */
    size_t blocks, room, next;
    uint64_t total;
    qd_cell_hash_t *cell;         /* of all replayed worlds, if all are replayed; else NULL */
    qd_verify_tallies_t *tallies; /* likewise */
    size_t states, periods;
    qd_error_t *error;
    qd_status_t status;
} verify_t;

/* ---- the statistics of the file ------------------------------------------------------------------------ */

/* The first line of a message about a file, without its name. */
static void copy_without_path(const char *text, const char *path, char *out, size_t size)
{
    size_t length = strlen(path);
    if (strncmp(text, path, length) == 0 && text[length] == ':')
        text += length + 2;
    snprintf(out, size, "%.*s", (int)strcspn(text, "\n"), text);
}

/* Compares the rows with the tallies; keeps the first line of the message, without the file's name. */
static qd_status_t check_rows(qd_index_t *index, const char *path, char *difference, size_t size,
                              qd_error_t *error)
{
    qd_error_t found = QD_ERROR_NONE;
    qd_status_t status = qd_index_check_rows(index, &found);
    if (status != QD_ERROR_INPUT) {
        if (status != QD_OK)
            *error = found;
        return status;
    }
    copy_without_path(found.text, path, difference, size);
    return QD_OK;
}

/* Writes a file at `again` with everything that follows from the rows and tallies of an index. */
static qd_status_t conclude_again(verify_t *self, const char *again)
{
    qd_assembled_t assembled;
    qd_stopping_t *stopping = NULL;
    qd_status_t status = QD_OK;
    if (self->experiment->precision.given)
        status = qd_stopping_new(self->experiment, &stopping, self->error);
    if (status == QD_OK && stopping)
        status = qd_stopping_resume(stopping, self->index, self->error);
    qd_conclusion_t conclusion = {
        .output = again, .statistics_only = true, .command_line = "", .stopping = stopping};
    int offered = qd_parallel_offer(self->options->threads);
    if (status == QD_OK)
        status = qd_conclude(self->experiment, self->index, &conclusion, &assembled, self->error);
    qd_parallel_offer(offered);
    qd_stopping_free(stopping);
    return status;
}

static void tell_run(void *context, const qd_progress_t *progress)
{
    const qd_verify_options_t *options = context;
    if (options->progress)
        options->progress(options->context, progress->done, progress->total);
}

/* Replays the whole experiment, for a file that keeps no rows. */
static qd_status_t run_again(verify_t *self, const char *again)
{
    qd_verify_report_t *report = self->report;
    qd_run_summary_t summary;
    /* The engine hands the context back as it was given, and tell_run does not change it. */
    qd_run_options_t options = {.output = again,
                                .threads = self->options->threads,
                                .shard = 1,
                                .shards = 1,
                                .stop = self->options->stop,
                                .command_line = "",
                                .progress = tell_run,
                                .context = (void *)(uintptr_t)self->options};
    qd_status_t status = qd_run(self->experiment, &options, &summary, self->error);
    if (status != QD_OK)
        return status;
    report->worlds = summary.assembled.worlds;
    report->hash_compared = true;
    memcpy(report->recomputed_hash, summary.assembled.result_hash, sizeof report->recomputed_hash);
    return strcmp(report->stored_hash, report->recomputed_hash) == 0 ? QD_OK : QD_ERROR_DIFFERS;
}

/* Lists the contents of a result file that cannot be compared. */
static void list_provenance(char *list, size_t size)
{
    size_t used = 0;
    for (const char *const *name = qd_result_provenance; *name && used < size; name++)
        used += (size_t)snprintf(list + used, size - used, "%s%s", used > 0 ? ", " : "", *name);
}

static qd_status_t make_again(verify_t *self, const char *again)
{
    qd_verify_report_t *report = self->report;
    list_provenance(report->not_compared, sizeof report->not_compared);
    qd_status_t status = self->index ? conclude_again(self, again) : run_again(self, again);
    if (status == QD_OK)
        status = qd_result_compare(self->options->path, again, report->statistics, sizeof report->statistics,
                                   self->error);
    unlink(again);
    return status;
}

/* Compares the summaries, paths, contrasts, indices, verdicts and attributes of a result file with those
 * recomputed from its rows and tallies, or, if it has none, from its experiment. The recomputed ones go into
 * a scratch file below $TMPDIR. The report names the first difference. */
static qd_status_t check_statistics(verify_t *self)
{
    const char *base = getenv("TMPDIR");
    char *folder = NULL, *again = NULL;
    qd_error_t *error = self->error;
    qd_status_t status = QD_OK;
    if (asprintf(&folder, "%s/quadrille-XXXXXX", base && *base != '\0' ? base : "/tmp") < 0)
        return qd_no_memory(error);
    if (!mkdtemp(folder)) {
        status = qd_error_add(error, QD_ERROR_IO,
                              "%s: a scratch folder could not be made: %s; name a place for it in TMPDIR",
                              folder, strerror(errno));
    } else if (asprintf(&again, "%s/again.h5", folder) < 0) {
        again = NULL;
        status = qd_no_memory(error);
    } else {
        status = make_again(self, again);
    }
    rmdir(folder);
    free(again);
    free(folder);
    return status;
}

/* ---- choice of worlds ---------------------------------------------------------------------------------- */

static bool add_block(verify_t *self, size_t point, size_t order, qd_range_t range)
{
    qd_work_t *larger = qd_list_room(self->block, self->blocks, 1, &self->room, sizeof *larger);
    if (!larger)
        return false;
    self->block = larger;
    self->block[self->blocks++] = (qd_work_t){point, order, range};
    self->total += range.count;
    return true;
}

/* The worlds of the sample's block within a range whose first world has position `at` in the sequence of all.
 * A block may continue in the next range. */
static bool add_blocks(verify_t *self, qd_verify_sample_t *sample, size_t point, size_t order,
                       qd_range_t range, uint64_t at)
{
    uint64_t end = at + range.count;
    while (sample->positions.count > 0 && sample->positions.first < end) {
        uint64_t from = sample->positions.first > at ? sample->positions.first : at;
        uint64_t to = sample->positions.first + sample->positions.count;
        qd_range_t taken = {range.first + (from - at), (to < end ? to : end) - from};
        if (!add_block(self, point, order, taken))
            return false;
        if (to > end)
            break;
        qd_verify_sample_next(sample);
    }
    return true;
}

/* Worlds of a (point, order); none of a replica, whose worlds belong to the earlier point. */
static const qd_ranges_t *worlds_of(const verify_t *self, size_t cell)
{
    static const qd_ranges_t none = {0};
    size_t point = cell / self->experiment->orders;
    return self->original[point] == point ? qd_index_done(self->index, point, cell % self->experiment->orders)
                                          : &none;
}

static qd_status_t choose_blocks(verify_t *self)
{
    size_t cells = self->experiment->points * self->experiment->orders, orders = self->experiment->orders;
    uint64_t held = 0, with = 0, at = 0;
    for (size_t i = 0; i < cells; i++) {
        held += qd_ranges_count(worlds_of(self, i));
        with += worlds_of(self, i)->size > 0;
    }
    self->report->held = held;
    qd_verify_sample_t sample = qd_verify_sample(self->options->fraction, held, with, QD_VERIFY_BLOCK);
    for (size_t i = 0; i < cells; i++) {
        const qd_ranges_t *ranges = worlds_of(self, i);
        for (size_t r = 0; r < ranges->size; at += ranges->range[r++].count)
            if (!add_blocks(self, &sample, i / orders, i % orders, ranges->range[r], at))
                return qd_no_memory(self->error);
    }
    return QD_OK;
}

/* ---- the comparison ------------------------------------------------------------------------------------ */

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* The reason for which a world failed, from the file; NULL if it did not fail. */
static const char *failure_of(const verify_t *self, size_t point, size_t order, uint64_t world)
{
    size_t low = 0, high = qd_index_failures(self->index, point, order);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        qd_failure_t failure = qd_index_failure(self->index, point, order, middle);
        if (failure.world == world)
            return failure.reason;
        if (failure.world < world)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static void note(verify_t *self, qd_difference_t found)
{
    qd_difference_t *first = &self->report->difference;
    bool earlier =
        !first->found || found.point < first->point ||
        (found.point == first->point &&
         (found.order < first->order || (found.order == first->order && found.world < first->world)));
    if (earlier)
        *first = found;
}

static bool is_kept(const verify_t *self, size_t value)
{
    return value < QD_OUTCOMES_MAX ? self->columns >> value & 1 : value - QD_OUTCOMES_MAX < self->extras;
}

/* Value of a world of a segment: an outcome, or QD_OUTCOMES_MAX + k for the k-th of the group `landscape`. */
static double value_of(const qd_segment_t *segment, uint64_t world, size_t value)
{
    size_t at = (size_t)(world - segment->first);
    return value < QD_OUTCOMES_MAX ? segment->row[at].value[value]
                                   : segment->extra[at * QD_LANDSCAPE_OUTCOMES + value - QD_OUTCOMES_MAX];
}

/* Compares one world; false if it differs. `stored`: one value per outcome kept. */
static bool compare_world(verify_t *self, const qd_segment_t *segment, uint64_t world, const char *failure,
                          const double *stored, size_t stride)
{
    qd_difference_t found = {.found = true, .point = segment->point, .order = segment->order, .world = world};
    const char *known = failure_of(self, segment->point, segment->order, world);
    if ((!known) != (!failure) || (known && strcmp(known, failure) != 0)) {
        found.outcome = -1;
        snprintf(found.stored_failure, sizeof found.stored_failure, "%s", known ? known : "");
        snprintf(found.recomputed_failure, sizeof found.recomputed_failure, "%s", failure ? failure : "");
        note(self, found);
        return false;
    }
    for (size_t v = 0; v < QD_VALUES_MAX; v++) {
        if (!is_kept(self, v))
            continue;
        double recomputed = value_of(segment, world, v);
        if (!same_bits(*stored, recomputed)) {
            found.outcome = (int)v;
            found.stored = *stored;
            found.recomputed = recomputed;
            note(self, found);
            return false;
        }
        stored += stride;
    }
    return true;
}

static void compare_block(verify_t *self, const qd_segment_t *segment, const double *stored)
{
    size_t failures = 0;
    for (uint64_t w = 0; w < segment->worlds; w++) {
        uint64_t world = segment->first + w;
        const char *failure = NULL;
        if (failures < segment->failures && segment->failure[failures].world == world)
            failure = segment->failure[failures++].reason;
        if (!compare_world(self, segment, world, failure, stored + w, QD_VERIFY_BLOCK))
            return;
    }
}

/* stored[k * QD_VERIFY_BLOCK + w]: k-th value kept of the w-th world. */
static qd_status_t read_rows(verify_t *self, const qd_work_t *block, double *stored)
{
    qd_status_t status = QD_OK;
    for (size_t v = 0; v < QD_VALUES_MAX && status == QD_OK; v++) {
        if (!is_kept(self, v))
            continue;
        status = qd_index_read(self->index, block->point, block->order, v, block->range.first,
                               (size_t)block->range.count, stored, self->error);
        stored += QD_VERIFY_BLOCK;
    }
    return status;
}

static void add_hash(verify_t *self, const qd_segment_t *segment, const qd_tally_t *tally)
{
    qd_cell_hash_t *cell = &self->cell[segment->point * self->experiment->orders + segment->order];
    qd_hash_sum_t add = qd_tally_hash(tally);
    cell->worlds += qd_tally_count(tally);
    cell->failures += qd_tally_failures(tally);
    cell->sum.low += add.low;
    cell->sum.high += add.high + (cell->sum.low < add.low);
}

/* Threads take blocks in order: after a difference only blocks taken before it can hold an earlier one. */
static bool next(verify_t *self, qd_work_t *block, double *stored)
{
    if (self->status != QD_OK || *self->options->stop || self->next == self->blocks ||
        self->report->difference.found)
        return false;
    *block = self->block[self->next++];
    self->status = read_rows(self, block, stored);
    return self->status == QD_OK;
}

static void take_in(verify_t *self, const qd_segment_t *segment, const qd_tally_t *tally,
                    const double *stored)
{
    qd_verify_report_t *report = self->report;
    compare_block(self, segment, stored);
    if (self->cell)
        add_hash(self, segment, tally);
    if (self->tallies && self->status == QD_OK && report->statistics[0] == '\0')
        self->status = qd_verify_tallies_add(self->tallies, segment, tally, report->statistics,
                                             sizeof report->statistics, self->error);
    self->report->worlds += segment->worlds;
    if (self->options->progress)
        self->options->progress(self->options->context, self->report->worlds, self->total);
}

static void work(verify_t *self)
{
    qd_worker_t worker;
    qd_error_t error = QD_ERROR_NONE;
    qd_status_t status = qd_worker_init(&worker, self->experiment, self->states, self->periods, &error);
    double *stored = qd_new((size_t)QD_VALUES_MAX * QD_VERIFY_BLOCK, sizeof *stored, &error);
    if (status == QD_OK && !stored)
        status = qd_no_memory(&error);
    bool more = status == QD_OK;
    while (more) {
        qd_work_t block;
        qd_segment_t segment;
#pragma omp critical(qd_verify)
        more = next(self, &block, stored);
        if (!more)
            break;
        status = qd_worker_play(&worker, &block, self->options->stop, &segment, &error);
        more = status == QD_OK;
#pragma omp critical(qd_verify)
        if (more)
            take_in(self, &segment, worker.tally, stored);
    }
    if (status != QD_OK) {
#pragma omp critical(qd_verify)
        if (self->status == QD_OK) {
            self->status = status;
            *self->error = error;
        }
    }
    free(stored);
    qd_worker_free(&worker);
}

/* ---- a whole file -------------------------------------------------------------------------------------- */

/* Refuses an index that omits worlds: they would not be compared. */
static qd_status_t check_whole(verify_t *self)
{
    const char *path = self->options->path;
    const qd_error_t *warnings = qd_index_warnings(self->index);
    if (qd_index_damaged(self->index) > 0 || qd_index_left_out(self->index) > 0)
        copy_without_path(warnings->text, path, self->report->statistics, sizeof self->report->statistics);
    uint64_t worlds = 0;
    for (size_t i = 0; i < self->experiment->points * self->experiment->orders; i++)
        worlds += qd_ranges_count(
            qd_index_done(self->index, i / self->experiment->orders, i % self->experiment->orders));
    if (worlds > 0 || self->report->statistics[0] != '\0')
        return QD_OK;
    return qd_error_add(self->error, QD_ERROR_INPUT,
                        "%s: holds no worlds, so that there is nothing to compare", path);
}

static qd_status_t open_all(verify_t *self)
{
    const qd_verify_options_t *options = self->options;
    qd_status_t status = qd_result_file_open(options->path, &self->file, self->error);
    if (status != QD_OK)
        return status;
    const qd_provenance_t *from = qd_result_file_provenance(self->file);
    memcpy(self->report->stored_hash, from->result_hash, sizeof from->result_hash);
    snprintf(self->report->version, sizeof self->report->version, "%s", from->version);
    status = qd_result_file_experiment(self->file, options->path, &self->experiment, self->error);
    bool rows = status == QD_OK && qd_result_file_keeps_rows(self->file);
    if (status == QD_OK)
        status = qd_result_file_fault(self->file, self->error);
    if (status == QD_OK && rows)
        status = qd_merge_index(self->experiment, &options->path, 1, &self->index, self->error);
    else if (status == QD_OK && (options->fraction < 1.0 || !from->complete))
        status =
            qd_error_add(self->error, QD_ERROR_INPUT,
                         "%s: keeps no worlds to compare (output: {worlds: false}); %s", options->path,
                         from->complete ? "--fraction 1 plays all of them again and compares result_hash"
                                        : "and it is not complete, so its hash cannot be compared either");
    if (status == QD_OK && self->index)
        status = qd_check_kept_kind(self->index, self->experiment, options->path, self->error);
    if (status == QD_OK)
        status = qd_originals_find(self->experiment, &self->original, self->error);
    if (status == QD_OK)
        qd_worker_sizes(self->experiment, &self->states, &self->periods);
    if (self->index) {
        self->columns = qd_index_kind(self->index).columns;
        self->extras = self->experiment->output.landscape ? qd_index_kind(self->index).extras : 0;
    }
    if (self->extras > QD_LANDSCAPE_OUTCOMES)
        self->extras = QD_LANDSCAPE_OUTCOMES;
    self->report->outcomes = (uint64_t)__builtin_popcountll(self->columns) + self->extras;
    if (status == QD_OK && options->fraction >= 1.0) {
        self->cell =
            qd_new(self->experiment->points * self->experiment->orders, sizeof *self->cell, self->error);
        if (!self->cell)
            status = QD_ERROR_MEMORY;
    }
    if (status == QD_OK && options->fraction >= 1.0 && self->index)
        status = qd_verify_tallies_new(self->experiment, self->index, &self->tallies, self->error);
    return status == QD_OK && self->index ? check_whole(self) : status;
}

/* The hash of the replayed worlds if all were replayed, else of the statistics that the file holds. */
static qd_status_t compare_hashes(verify_t *self)
{
    qd_verify_report_t *report = self->report;
    size_t orders = self->experiment->orders;
    qd_status_t status = QD_OK;
    for (size_t i = 0; self->cell && i < self->experiment->points * orders; i++)
        self->cell[i] = self->cell[self->original[i / orders] * orders + i % orders];
    if (self->cell)
        status = qd_result_hash_of(self->experiment, self->cell, report->recomputed_hash, self->error);
    else
        status = qd_result_hash(self->experiment, self->index, report->recomputed_hash, self->error);
    report->hash_compared = status == QD_OK;
    return status;
}

/* Compares everything else, and the digest. */
static qd_status_t check_digest(verify_t *self)
{
    qd_error_t found = QD_ERROR_NONE;
    qd_verify_report_t *report = self->report;
    size_t threads = (size_t)qd_parallel_runner(self->options->threads).threads;
    qd_status_t status = qd_result_file_check_by(self->file, threads, &found);
    if (status == QD_ERROR_INPUT) {
        copy_without_path(found.text, self->options->path, report->statistics, sizeof report->statistics);
        return QD_OK;
    }
    if (status != QD_OK)
        *self->error = found;
    return status;
}

/* Compares the statistics, then the digest. A damaged file may ask libhdf5 for too much memory, or not be
 * readable, while it is compared: its digest then tells whether the file is to blame. */
static qd_status_t check_contents(verify_t *self)
{
    const qd_error_t before = *self->error;
    qd_status_t status = check_statistics(self);
    bool differs = self->report->statistics[0] != '\0';
    if (status == QD_OK)
        return differs ? QD_OK : check_digest(self);
    qd_error_t found = *self->error;
    *self->error = before;
    if (check_digest(self) == QD_OK && self->report->statistics[0] != '\0')
        return QD_OK;
    *self->error = found;
    return status;
}

static qd_status_t judge(verify_t *self)
{
    qd_verify_report_t *report = self->report;
    qd_difference_t *difference = &report->difference;
    if (difference->found) {
        report->point = strdup(self->experiment->point[difference->point].label);
        report->order = strdup(self->experiment->order[difference->order].label);
        return report->point && report->order ? QD_ERROR_DIFFERS : qd_no_memory(self->error);
    }
    if (*self->options->stop)
        return QD_ERROR_STOPPED;
    qd_status_t status = QD_OK;
    if (self->index && report->statistics[0] == '\0')
        status = check_rows(self->index, self->options->path, report->statistics, sizeof report->statistics,
                            self->error);
    bool parts = qd_result_file_is_folder(self->file); /* of a running run: it has no statistics of its own */
    if (status == QD_OK && !parts && self->index)
        status = compare_hashes(self);
    if (status == QD_OK && !parts && self->index && strcmp(report->stored_hash, report->recomputed_hash) != 0)
        return QD_ERROR_DIFFERS;
    if (status == QD_OK && report->statistics[0] == '\0')
        status = parts ? check_digest(self) : check_contents(self);
    if (status == QD_OK && report->statistics[0] != '\0')
        status = QD_ERROR_DIFFERS;
    return status;
}

qd_status_t qd_verify(const qd_verify_options_t *options, qd_verify_report_t *report, qd_error_t *error)
{
    verify_t self = {.options = options, .report = report, .error = error};
    *report = (qd_verify_report_t){0};
    int threads;
    self.status = open_all(&self);
    if (self.status == QD_OK)
        self.status = qd_parallel_choose(options->threads, &threads, error);
    if (self.status == QD_OK && self.index)
        self.status = choose_blocks(&self);
    if (self.status == QD_OK && self.index && report->statistics[0] == '\0') {
#pragma omp parallel num_threads(threads)
        work(&self);
    }
    if (self.status == QD_OK)
        self.status = judge(&self);
    qd_verify_tallies_free(self.tallies);
    free(self.cell);
    free(self.block);
    free(self.original);
    qd_index_free(self.index);
    qd_experiment_free(self.experiment);
    qd_result_file_close(self.file);
    return self.status;
}

void qd_verify_report_free(qd_verify_report_t *self)
{
    free(self->point);
    free(self->order);
    *self = (qd_verify_report_t){0};
}
