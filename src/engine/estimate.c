#include "engine/estimate.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "engine/columns.h"
#include "engine/dispatch.h"
#include "engine/parallel.h"
#include "engine/worker.h"

#define BUDGET 0.8 /* seconds of sampling */
#define CELLS  8   /* greatest number sampled */
#define FEW    16  /* worlds of a short unit, subtracted from a longer one: the cost per unit cancels */
#define MORE   64  /* of the first longer unit; then four times as many until it takes long enough */

#define FLUSH_SECONDS 5.0                  /* seconds between two parts of a long run */
#define ASSEMBLING    ((uint64_t)16 << 20) /* bytes of memory of the assembly */
#define FRAME         ((uint64_t)1 << 20)  /* bytes of a nearly empty result file */

/* Bytes of a (point, order) in a result file, apart from its rows and its tally. */
static uint64_t summary_bytes(const qd_experiment_t *experiment, size_t periods)
{
    const uint64_t outcome = UINT64_C(8) * (6 + 7 + 64), series = UINT64_C(8) * 5 * periods, plane = 2048,
                   curve = UINT64_C(8) * 7;
    uint64_t paths = experiment->output.paths ? QD_SERIES_COUNT * series : 0;
    return qd_outcome_count * outcome + paths + plane + curve * periods;
}

/* Worlds of all distinct points in one order. */
static uint64_t distinct_worlds(const qd_experiment_t *experiment)
{
    size_t *original = NULL;
    uint64_t worlds = 0;
    qd_error_t unused = QD_ERROR_NONE;
    bool known = qd_originals_find(experiment, &original, &unused) == QD_OK;
    for (size_t p = 0; p < experiment->points; p++)
        worlds += !known || original[p] == p ? qd_experiment_worlds_at(experiment, p) : 0;
    free(original);
    return worlds;
}

void qd_estimate_rows(const qd_experiment_t *experiment, size_t shards, qd_estimate_t *estimate)
{
    qd_part_kind_t kind = qd_kept_kind(experiment);
    uint64_t worlds = distinct_worlds(experiment) * experiment->orders;
    *estimate = (qd_estimate_t){.worlds = (worlds + shards - 1) / shards};
    estimate->rows = estimate->worlds * 8 * qd_part_width(&kind);
}

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Bytes of memory in use; 0 if unknown. */
static uint64_t memory_in_use(void)
{
    unsigned long long size, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file)
        return 0;
    if (fscanf(file, "%llu %llu", &size, &resident) != 2)
        resident = 0;
    fclose(file);
    return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

typedef struct {
    double seconds; /* for `worlds` worlds */
    uint64_t worlds, played;
    uint64_t tally, tally_worlds; /* bytes of the largest tally, and its worlds */
} sample_t;

/* Plays worlds 0 .. count - 1 and returns the seconds taken. */
static qd_status_t play(qd_worker_t *worker, size_t point, size_t order, uint64_t count, sample_t *sample,
                        double *seconds, qd_error_t *error)
{
    static const volatile sig_atomic_t never = 0;
    qd_work_t work = {point, order, {0, count}};
    qd_segment_t segment;
    double began = processor_seconds();
    qd_status_t status = qd_worker_play(worker, &work, &never, &segment, error);
    *seconds = processor_seconds() - began;
    sample->played += count;
    if (status == QD_OK && segment.tally_size > sample->tally) {
        sample->tally = segment.tally_size;
        sample->tally_worlds = count;
    }
    return status;
}

/* Adds the difference between a long and a short unit of one (point, order). */
static qd_status_t sample_cell(qd_worker_t *worker, size_t point, size_t order, double budget,
                               sample_t *sample, qd_error_t *error)
{
    double few, more = 0.0;
    uint64_t count = MORE;
    qd_status_t status = play(worker, point, order, FEW, sample, &few, error);
    for (;; count *= 4) {
        if (status == QD_OK)
            status = play(worker, point, order, count, sample, &more, error);
        if (status != QD_OK || more > budget / 4 || count * 4 > QD_UNIT_MAX)
            break;
    }
    sample->seconds += more > few ? more - few : 0.0;
    sample->worlds += count - FEW;
    return status;
}

/* Samples cells spread evenly until the time is up. */
static qd_status_t take_sample(qd_worker_t *worker, const qd_experiment_t *experiment, sample_t *sample,
                               qd_error_t *error)
{
    size_t cells = experiment->points * experiment->orders, some = cells < CELLS ? cells : CELLS;
    double began = processor_seconds();
    qd_status_t status = QD_OK;
    for (size_t i = 0; i < some && status == QD_OK && processor_seconds() - began < BUDGET; i++) {
        size_t cell = i * cells / some;
        status = sample_cell(worker, cell / experiment->orders, cell % experiment->orders,
                             BUDGET / (double)some, sample, error);
    }
    return status;
}

/* A tally grows with its worlds until the bins of its histograms are in use. */
static uint64_t full_tally(const qd_experiment_t *experiment, const sample_t *sample, size_t periods)
{
    uint64_t played = sample->tally_worlds > 0 ? sample->tally_worlds : 1;
    uint64_t each = 1 + (experiment->worlds - 1) / played;
    uint64_t most =
        qd_outcome_count * 4096 + (experiment->output.paths ? QD_SERIES_COUNT * (uint64_t)periods * 400 : 0);
    return each < most / (sample->tally + 1) ? each * sample->tally : most;
}

/* Of a point varied for robustness: no paths, and few worlds. */
static uint64_t varied_tally(const qd_experiment_t *experiment)
{
    uint64_t worlds = experiment->robustness.worlds, values = worlds < 400 ? worlds : 400;
    return QD_OUTCOMES * (48 + 3 * values) + 1100;
}

/* `rows`: bytes of those that are still to be played. */
static void extrapolate(const qd_experiment_t *experiment, const sample_t *sample, size_t periods,
                        uint64_t rows, qd_estimate_t *estimate)
{
    uint64_t cells = (uint64_t)qd_experiment_unvaried(experiment) * experiment->orders;
    uint64_t varied = (uint64_t)experiment->points * experiment->orders - cells;
    uint64_t small = varied * varied_tally(experiment);
    uint64_t tally = full_tally(experiment, sample, periods);
    estimate->sampled = sample->played;
    estimate->seconds =
        sample->seconds / (double)sample->worlds * (double)estimate->worlds / estimate->threads;
    uint64_t flushes = (uint64_t)(estimate->seconds / FLUSH_SECONDS) + cells;
    estimate->parts = rows + flushes * tally + small;
    estimate->result = FRAME + (experiment->output.worlds ? estimate->rows + cells * tally + small : 0) +
                       cells * summary_bytes(experiment, periods) + varied * QD_OUTCOMES * 8 * 8;
}

qd_status_t qd_estimate_run(const qd_experiment_t *experiment, size_t shards, uint64_t left, int threads,
                            int ranks, qd_estimate_t *estimate, qd_error_t *error)
{
    qd_part_kind_t kind = qd_kept_kind(experiment);
    size_t states, periods;
    qd_worker_t worker;
    sample_t sample = {0};
    qd_estimate_rows(experiment, shards, estimate);
    estimate->worlds = left < estimate->worlds ? left : estimate->worlds;
    threads = threads > 0 ? threads : qd_parallel_runner(0).threads;
    estimate->threads = threads * ranks;
    uint64_t before = memory_in_use();
    qd_worker_sizes(experiment, &states, &periods);
    qd_status_t status = qd_worker_init(&worker, experiment, states, periods, error);
    if (status != QD_OK)
        return status;
    status = take_sample(&worker, experiment, &sample, error);
    uint64_t after = memory_in_use(), each = after > before ? after - before : 0;
    estimate->memory = before + each * (uint64_t)threads + ASSEMBLING;
    if (status == QD_OK)
        extrapolate(experiment, &sample, periods, estimate->worlds * 8 * qd_part_width(&kind), estimate);
    qd_worker_free(&worker);
    return status;
}
