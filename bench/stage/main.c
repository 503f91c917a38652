/* Times the model stage by stage: see bench/README.md. */
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/world.h"
#include "quadrille/run.h"

#include "clock.h"
#include "floors.h"
#include "wraps.h"

#ifndef BENCH_LANES
#define BENCH_LANES 4
#endif

#define ORDERS    3
#define SIZES_MAX 16
#define SEED      1985
#define POOL      192 /* worlds that the engine's part is measured with, again and again */

typedef struct {
    size_t sizes, size[SIZES_MAX];
    size_t worlds; /* of each order at N = 32; others in proportion */
    size_t repeats;
    uint64_t written; /* worlds of each order in the engine's part */
    const char *folder;
    double overhead, cycles_per_tick;
} settings_t;

/* Cycles per world, means over worlds and orders. */
typedef struct {
    double stage[STAGES_PLAYED], floor[STAGES_PLAYED];
    double timed, untimed; /* the whole world: with stages marked, and without */
    size_t worlds;
} measured_t;

static const char *const stage_names[STAGES] = {[STAGE_REST] = "control",
                                                [STAGE_RANDOM] = "random numbers",
                                                [STAGE_ORDER] = "order sampling",
                                                [STAGE_CRISIS] = "setting up a crisis",
                                                [STAGE_GAMES] = "mission games",
                                                [STAGE_WEIGHING] = "rules and weighing",
                                                [STAGE_CONSEQUENCES] = "consequences",
                                                [STAGE_PERIOD] = "relaxation and growth",
                                                [STAGE_REVIEW] = "bloc review",
                                                [STAGE_OUTCOMES] = "outcomes",
                                                [STAGE_TALLY] = "tally",
                                                [STAGE_ENCODE] = "encoding of tallies",
                                                [STAGE_PARTS] = "rows and part files",
                                                [STAGE_ASSEMBLE] = "result file"};

/* ---- worlds -------------------------------------------------------------------------------------------- */

/* Ticks that the world takes without any marking. */
static uint64_t play_untimed(qd_world_t *world, const qd_plan_t *plan, qd_luck_t luck)
{
    qd_result_t result;
    uint64_t began = __rdtsc();
    QD_KERNEL.play(world, plan, luck, NULL, &result);
    return __rdtsc() - began;
}

/* The quickest that a world was played: whatever else the machine does only ever adds. */
typedef struct {
    uint64_t unmarked, marked;
    stage_cost_t cost; /* of the quickest with stages marked */
} quickest_t;

static void play_marked(qd_world_t *world, const qd_plan_t *plan, qd_luck_t luck, quickest_t *best)
{
    qd_result_t result;
    uint64_t sum = 0;
    stage_clock_start();
    QD_KERNEL.play(world, plan, luck, NULL, &result);
    stage_clock_stop();
    for (size_t s = 0; s < STAGES; s++)
        sum += stage_clock.cost.ticks[s];
    if (sum < best->marked) {
        best->marked = sum;
        best->cost = stage_clock.cost;
    }
}

static void book_world(const settings_t *settings, const quickest_t *best, measured_t *out)
{
    for (stage_t s = 0; s < STAGES_PLAYED; s++) {
        double cycles = stage_clock_cycles(&best->cost, s, settings->overhead, settings->cycles_per_tick);
        out->stage[s] += cycles;
        out->timed += cycles;
    }
    out->untimed += (double)best->unmarked * settings->cycles_per_tick;
    out->worlds++;
}

/* All worlds in turn, again and again: a world comes back after the others, so that the processor has not
 * learnt it by heart and what disturbs it for a second disturbs one repeat of each only. Then once more to
 * count. */
static void measure_worlds(const settings_t *settings, qd_world_t *world, const qd_plan_t *plan,
                           size_t worlds, quickest_t *best, measured_t *out)
{
    for (size_t w = 0; w < worlds; w++)
        best[w] = (quickest_t){.unmarked = UINT64_MAX, .marked = UINT64_MAX};
    for (size_t r = 0; r < settings->repeats; r++)
        for (size_t w = 0; w < worlds; w++) {
            uint64_t ticks = play_untimed(world, plan, (qd_luck_t){SEED, w});
            best[w].unmarked = ticks < best[w].unmarked ? ticks : best[w].unmarked;
            play_marked(world, plan, (qd_luck_t){SEED, w}, &best[w]);
        }
    for (size_t w = 0; w < worlds; w++) {
        qd_result_t result;
        book_world(settings, &best[w], out);
        stage_counts.on = true;
        QD_KERNEL.play(world, plan, (qd_luck_t){SEED, w}, NULL, &result);
        stage_counts.on = false;
    }
}

static bool measure(const settings_t *settings, size_t n, measured_t *out)
{
    double scale = 32.0 / (double)n, share = scale < 1.0 ? scale * scale : scale;
    size_t worlds = (size_t)((double)settings->worlds * share) + 4;
    *out = (measured_t){.worlds = 0};
    stage_counts = (stage_counts_t){.on = false};
    for (qd_order_kind_t kind = QD_UNIPOLAR; kind <= QD_MULTIPOLAR; kind++) {
        qd_plan_t plan = qd_plan_default(kind);
        plan.parameter[QD_P_order_states] = qd_constant((double)n);
        qd_world_t *world = qd_world_new(n, qd_plan_periods_max(&plan));
        quickest_t *best = calloc(worlds, sizeof *best);
        if (world && best)
            measure_worlds(settings, world, &plan, worlds, best, out);
        free(best);
        qd_world_free(world);
        if (!world || !best)
            return false;
    }
    core_t core = core_of(BENCH_LANES);
    floors_of_stages(&core, &stage_counts, (double)n, out->floor);
    double count = (double)out->worlds;
    for (stage_t s = 0; s < STAGES_PLAYED; s++) {
        out->stage[s] /= count;
        out->floor[s] /= count;
    }
    out->timed /= count;
    out->untimed /= count;
    return true;
}

static void print_line(const char *name, double cycles, double floor, double whole, const char *bound)
{
    printf("  %-22s %10.0f %6.1f%% %10.0f ", name, cycles, 100.0 * cycles / whole, floor);
    if (floor > 0.0)
        printf("%6.0f%%", 100.0 * floor / cycles);
    else
        printf("      -");
    printf("   %s\n", bound);
}

/* Counts of events per world: the numbers behind the floors. */
static void print_counts(double worlds)
{
    const stage_counts_t *c = &stage_counts;
    printf(
        "  per world: %.0f uniforms and %.0f normals one by one, %.0f and %.0f in bulk; %.1f crises (%.1f "
        "targeted);\n"
        "  %.1f fours of games of %.2f passes and %.2f moves after the first; %.1f missions of %.1f joiners, "
        "%.1f rows changed;\n"
        "  %.1f reviews of %.1f labels, %.2f passes and %.2f moves\n",
        c->uniforms / worlds, c->normals / worlds, c->uniforms_in_bulk / worlds, c->in_bulk / worlds,
        c->crises / worlds, c->targeted / worlds, c->abreast / worlds, c->passes / c->abreast,
        c->moves / c->abreast, c->missions / worlds, c->joiners / c->missions, c->rows / c->missions,
        c->reviews / worlds, c->labels / c->reviews, c->review_passes / c->reviews,
        c->review_moves / c->reviews);
}

static void print_measured(size_t n, const measured_t *m, double ghz)
{
    double sum = 0.0;
    printf("\nN = %zu: cycles per world, mean of %zu worlds over three orders\n", n, m->worlds);
    printf("  %-22s %10s %7s %10s %7s   %s\n", "stage", "cycles", "share", "floor", "reached",
           "floor bound by");
    for (stage_t s = STAGE_RANDOM; s < STAGES_PLAYED; s++) {
        print_line(stage_names[s], m->stage[s], m->floor[s], m->timed, floor_bounds[s]);
        sum += m->floor[s];
    }
    print_line(stage_names[STAGE_REST], m->stage[STAGE_REST], 0.0, m->timed, "");
    print_line("sum of stages", m->timed, sum, m->timed, "");
    print_line("world, not marked", m->untimed, sum, m->timed, "");
    print_counts((double)m->worlds);
    printf("  %.0f worlds a second and core at %.2f GHz\n", ghz * 1e9 / m->untimed, ghz);
}

/* ---- the engine's part --------------------------------------------------------------------------------- */

static bool play_pool(size_t n, size_t *periods)
{
    stage_played = (stage_played_t){.count = POOL, .result = calloc(POOL, sizeof *stage_played.result)};
    if (!stage_played.result)
        return false;
    for (size_t w = 0; w < POOL; w++) {
        qd_plan_t plan = qd_plan_default((qd_order_kind_t)(w % ORDERS));
        plan.parameter[QD_P_order_states] = qd_constant((double)n);
        *periods = qd_plan_periods_max(&plan);
        qd_world_t *world = qd_world_new(n, *periods);
        if (!world)
            return false;
        qd_result_t *result = &stage_played.result[w];
        QD_KERNEL.play(world, &plan, (qd_luck_t){SEED, w}, NULL, result);
        size_t size = QD_SERIES_COUNT * result->path_stride * sizeof *result->path;
        double *path = malloc(size);
        if (path)
            memcpy(path, result->path, size);
        result->path = path;
        qd_world_free(world);
        if (!path)
            return false;
    }
    return true;
}

static void free_pool(void)
{
    for (size_t w = 0; stage_played.result && w < POOL; w++)
        free((void *)(uintptr_t)stage_played.result[w].path);
    free(stage_played.result);
    stage_played = (stage_played_t){0};
}

/* Runs the engine over `worlds` of each order, already played: the cost of the stages after a world. */
static qd_status_t run_engine(const settings_t *settings, bool rows, uint64_t worlds, stage_cost_t *cost,
                              qd_error_t *error)
{
    static const volatile sig_atomic_t stop = 0;
    char text[256], output[512];
    snprintf(text, sizeof text,
             "name: stages\nseed: %d\nworlds: %llu\norders: [unipolar, bipolar, multipolar]\noutput: "
             "{worlds: %s}\n",
             SEED, (unsigned long long)worlds, rows ? "true" : "false");
    snprintf(output, sizeof output, "%s/stages.h5", settings->folder);
    qd_experiment_t *experiment = NULL;
    qd_status_t status = qd_experiment_parse(text, "stages", &experiment, error);
    if (status != QD_OK)
        return status;
    qd_run_options_t options = {.output = output,
                                .threads = 1,
                                .force = true,
                                .shard = 1,
                                .shards = 1,
                                .stop = &stop,
                                .command_line = "stages"};
    qd_run_summary_t summary;
    stage_clock_start();
    status = qd_run(experiment, &options, &summary, error);
    stage_clock_stop();
    *cost = stage_clock.cost;
    qd_experiment_free(experiment);
    remove(output);
    return status;
}

/* Cycles of each stage, each the least of several runs. */
static qd_status_t time_engine(const settings_t *settings, bool rows, uint64_t worlds, double cycles[STAGES],
                               qd_error_t *error)
{
    for (stage_t s = 0; s < STAGES; s++)
        cycles[s] = INFINITY;
    for (int repeat = 0; repeat < 3; repeat++) {
        stage_cost_t cost;
        qd_status_t status = run_engine(settings, rows, worlds, &cost, error);
        if (status != QD_OK)
            return status;
        for (stage_t s = 0; s < STAGES; s++)
            cycles[s] =
                fmin(cycles[s], stage_clock_cycles(&cost, s, settings->overhead, settings->cycles_per_tick));
    }
    return QD_OK;
}

/* At two lengths, so that what a run costs once is told apart from what a world costs. `world`: cycles of a
 * world at N = 32. */
static qd_status_t measure_engine(const settings_t *settings, bool rows, double world, size_t periods,
                                  qd_error_t *error)
{
    double few[STAGES], many[STAGES], sum = 0.0, once = 0.0;
    uint64_t fewer = settings->written / 4;
    qd_status_t status = time_engine(settings, rows, fewer, few, error);
    if (status == QD_OK)
        status = time_engine(settings, rows, settings->written, many, error);
    if (status != QD_OK)
        return status;
    printf("\nAfter a world, %s: cycles per world, and their share of a world of N = 32 (%.0f); cycles once "
           "a run\n",
           rows ? "rows written" : "summaries alone", world);
    for (stage_t s = STAGE_TALLY; s <= STAGES; s++) {
        stage_t at = s == STAGES ? STAGE_REST : s;
        double cycles = (many[at] - few[at]) / (double)(ORDERS * (settings->written - fewer));
        double fixed = few[at] - cycles * (double)(ORDERS * fewer);
        sum += cycles;
        once += fixed;
        printf("  %-22s %10.0f %6.2f%% %14.0f", stage_names[at], cycles, 100.0 * cycles / world, fixed);
        if (at == STAGE_TALLY)
            printf("   floor %.0f", floor_of_tally(QD_OUTCOMES, (double)(QD_SERIES_COUNT * periods)));
        printf("\n");
    }
    printf("  %-22s %10.0f %6.2f%% %14.0f\n", "sum", sum, 100.0 * sum / world, once);
    return QD_OK;
}

static qd_status_t measure_engine_both(const settings_t *settings, double world, qd_error_t *error)
{
    size_t periods = 0;
    qd_status_t status = QD_ERROR_MEMORY;
    if (play_pool(32, &periods))
        status = measure_engine(settings, true, world, periods, error);
    if (status == QD_OK)
        status = measure_engine(settings, false, world, periods, error);
    free_pool();
    return status;
}

/* ---- main ---------------------------------------------------------------------------------------------- */

static bool parse_sizes(settings_t *settings, char *text)
{
    settings->sizes = 0;
    for (char *word = strtok(text, ","); word; word = strtok(NULL, ",")) {
        long n = strtol(word, NULL, 10);
        if (n < 8 || n > 4096 || settings->sizes == SIZES_MAX)
            return false;
        settings->size[settings->sizes++] = (size_t)n;
    }
    return settings->sizes > 0;
}

static bool parse(settings_t *settings, int count, char *word[])
{
    static const struct option options[] = {
        {"states", required_argument, NULL, 'n'},  {"worlds", required_argument, NULL, 'w'},
        {"repeats", required_argument, NULL, 'r'}, {"written", required_argument, NULL, 'o'},
        {"folder", required_argument, NULL, 'f'},  {NULL, 0, NULL, 0}};
    int option;
    while ((option = getopt_long(count, word, "", options, NULL)) != -1) {
        long number = optarg ? strtol(optarg, NULL, 10) : 0;
        if (option == 'f')
            settings->folder = optarg;
        else if (option == 'n' ? !parse_sizes(settings, optarg) : option == '?' || number < 1)
            return false;
        else if (option == 'w')
            settings->worlds = (size_t)number;
        else if (option == 'r')
            settings->repeats = (size_t)number;
        else if (option == 'o')
            settings->written = (uint64_t)number;
    }
    return optind == count;
}

int main(int count, char *word[])
{
    settings_t settings = {.sizes = 6,
                           .size = {8, 16, 32, 64, 128, 200},
                           .worlds = 60,
                           .repeats = 7,
                           .written = 40000,
                           .folder = "."};
    qd_error_t error = QD_ERROR_NONE;
    if (!parse(&settings, count, word)) {
        fprintf(stderr,
                "usage: %s [--states N,N,...] [--worlds W] [--repeats R] [--written W] [--folder DIR]\n",
                word[0]);
        return 2;
    }
    settings.overhead = stage_clock_overhead();
    settings.cycles_per_tick = stage_clock_cycles_per_tick();
    double at_32 = 0.0, seconds_per_tick = 0.0;
    struct timespec began, ended;
    clock_gettime(CLOCK_MONOTONIC, &began);
    uint64_t ticks = __rdtsc();
    for (size_t i = 0; i < settings.sizes; i++) {
        measured_t m;
        if (!measure(&settings, settings.size[i], &m))
            return fputs("no memory\n", stderr), 1;
        clock_gettime(CLOCK_MONOTONIC, &ended);
        seconds_per_tick =
            ((double)(ended.tv_sec - began.tv_sec) + 1e-9 * (double)(ended.tv_nsec - began.tv_nsec)) /
            (double)(__rdtsc() - ticks);
        if (i == 0)
            printf("%.1f ticks of overhead taken off each stretch; %.3f core cycles a tick; %d doubles a "
                   "vector\n",
                   settings.overhead, settings.cycles_per_tick, BENCH_LANES);
        print_measured(settings.size[i], &m, settings.cycles_per_tick / seconds_per_tick * 1e-9);
        at_32 = settings.size[i] == 32 ? m.untimed : at_32;
    }
    if (at_32 > 0.0 && measure_engine_both(&settings, at_32, &error) != QD_OK)
        return fprintf(stderr, "%s\n", error.text), 1;
    return 0;
}
