/* quadrille run: an experiment file becomes a result file. */
#include <ctype.h>
#include <inttypes.h>
#include <libgen.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/screen.h"
#include "engine/estimate.h"
#include "engine/parallel.h"
#include "quadrille/experiment.h"
#include "quadrille/run.h"

/* ---- needs of a run ------------------------------------------------------------------------------------ */

/* Free bytes on the disk of the output; UINT64_MAX where they are unknown. */
static uint64_t free_space(const char *output)
{
    char folder[4096];
    struct statvfs disk;
    snprintf(folder, sizeof folder, "%s", output);
    return statvfs(dirname(folder), &disk) == 0 ? (uint64_t)disk.f_bavail * disk.f_frsize : UINT64_MAX;
}

/* "1.5 GB"; room for 16 chars. */
static const char *in_bytes(uint64_t bytes, char text[static 16])
{
    static const char *const unit[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    double number = (double)bytes;
    size_t u = 0;
    for (; number >= 999.5 && u + 1 < sizeof unit / sizeof unit[0]; u++)
        number /= 1000.0;
    snprintf(text, 16, "%.3g %s", number, unit[u]);
    return text;
}

/* Checks that the rows of all worlds fit twice on the disk of the output: parts and result coexist at the
 * end. */
static qd_status_t needs_have_room(const qd_experiment_t *experiment, const char *output, size_t shards,
                                   qd_error_t *error)
{
    qd_estimate_t needs;
    char need[16], room[16];
    uint64_t space = free_space(output);
    qd_estimate_rows(experiment, shards, &needs);
    uint64_t rows = experiment->output.worlds ? 2 * needs.rows : needs.rows;
    if (rows <= space)
        return QD_OK;
    return qd_error_add(error, QD_ERROR_INPUT,
                        "%s: found %s free; expected at least %s for finished worlds and the result together "
                        "(fewer worlds, `output: {outcomes: [...]}` or -o on another disk)",
                        output, in_bytes(space, room), in_bytes(rows, need));
}

static void say_time(double seconds)
{
    if (seconds < 120.0)
        fprintf(stderr, "about %.0f s", seconds < 1.0 ? 1.0 : seconds);
    else if (seconds < 48.0 * 3600.0)
        fprintf(stderr, "about %.0f h %02.0f min", floor(seconds / 3600.0),
                floor(fmod(seconds, 3600.0) / 60.0));
    else
        fprintf(stderr, "about %.1f days", seconds / 86400.0);
}

/* Prints the number of worlds that are left to play, and estimates of time, memory and disk; returns an exit
 * status. `ranks` share the run. */
static int needs_say(const qd_experiment_t *experiment, const qd_run_options_t *run, uint64_t left, int ranks)
{
    const char *output = run->output;
    qd_error_t error = QD_ERROR_NONE;
    qd_estimate_t needs;
    char text[4][16];
    if (left == 0) {
        fprintf(stderr, "quadrille: %s: no worlds are left to play\n", output);
        return 0;
    }
    qd_status_t status = qd_estimate_run(experiment, run->shards, left, run->threads, ranks, &needs, &error);
    if (status != QD_OK)
        return qd_cli_fail(&error);
    fprintf(stderr, "quadrille: %s%" PRIu64 " world%s to play, ",
            experiment->precision.given ? "at most " : "", needs.worlds, QD_S(needs.worlds));
    say_time(needs.seconds);
    fprintf(stderr, " on %d thread%s (measured on %" PRIu64 " world%s)\n", needs.threads, QD_S(needs.threads),
            needs.sampled, QD_S(needs.sampled));
    fprintf(
        stderr,
        "quadrille: about %s of memory; on the disk about %s for parts and %s for the result, together %s\n",
        in_bytes(needs.memory, text[0]), in_bytes(needs.parts, text[1]), in_bytes(needs.result, text[2]),
        in_bytes(needs.parts + needs.result, text[3]));
    uint64_t space = free_space(output);
    if (space != UINT64_MAX)
        fprintf(stderr, "quadrille: %s free on the disk of %s%s\n", in_bytes(space, text[0]), output,
                needs.parts + needs.result > space ? ": too little" : "");
    return 0;
}

#define SETS_MAX   256
#define SHARDS_MAX 1000000
#define TIME_MAX   315360000.0 /* ten years in seconds, within the range of a timer */

typedef struct {
    const char *sets[SETS_MAX];
    qd_overrides_t overrides;
    qd_run_options_t run;
    qd_isa_t isa;
    double time_budget; /* seconds */
    bool dry_run, quiet, verbose, terminal;
    qd_ranks_t ranks;
    bool claims;    /* claims stop the run */
    bool told;      /* of progress, */
    double told_at; /* and the time of the last message, in seconds */
    char *output, *command_line;
} arguments_t;

/* The number of the signal, which the engine reads between worlds. The time budget sends a signal too. */
static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    stop = number;
}

/* "90s", "45m", "2h30m", "1d12h": every number has its unit. */
static bool parse_units(const char *text, double *seconds)
{
    static const char units[] = "smhd";
    static const double length[] = {1.0, 60.0, 3600.0, 86400.0};
    *seconds = 0.0;
    while (*text) {
        char *end;
        if (!isdigit((unsigned char)*text))
            return false;
        double amount = (double)strtoull(text, &end, 10);
        const char *unit = *end ? strchr(units, *end) : NULL;
        if (!unit)
            return false;
        *seconds += amount * length[unit - units];
        text = end + 1;
    }
    return true;
}

/* The same, or a number of seconds alone. */
static bool parse_time(const char *text, double *seconds)
{
    uint64_t alone;
    if (qd_natural_of(text, 0, UINT64_MAX, &alone))
        *seconds = (double)alone;
    else if (!parse_units(text, seconds))
        return false;
    return *seconds > 0.0 && *seconds <= TIME_MAX;
}

/* Two whole numbers from 1 with `mark` between them, such as 2/5. */
static bool parse_pair(const char *text, char mark, uint64_t *first, uint64_t *second)
{
    char before[24];
    const char *at = strchr(text, mark);
    if (!at || (size_t)(at - text) >= sizeof before)
        return false;
    memcpy(before, text, (size_t)(at - text));
    before[at - text] = '\0';
    return qd_natural_of(before, 1, UINT64_MAX, first) && qd_natural_of(at + 1, 1, UINT64_MAX, second);
}

static bool parse_shard(const char *text, size_t *shard, size_t *shards)
{
    uint64_t k, n;
    if (!parse_pair(text, '/', &k, &n) || k > n || n > SHARDS_MAX)
        return false;
    *shard = (size_t)k;
    *shards = (size_t)n;
    return true;
}

/* ---- options ------------------------------------------------------------------------------------------- */

static bool take_seed(void *field, const char *value)
{
    qd_overrides_t *self = field;
    self->has_seed = true;
    return qd_natural_of(value, 0, UINT64_MAX, &self->seed);
}

static bool take_worlds(void *field, const char *value)
{
    qd_overrides_t *self = field;
    self->has_worlds = true;
    return qd_natural_of(value, 1, UINT64_MAX, &self->worlds);
}

static bool take_set(void *field, const char *value)
{
    arguments_t *self = field;
    if (self->overrides.sets == SETS_MAX)
        return false;
    self->sets[self->overrides.sets++] = value;
    return true;
}

/* POINTSxWORLDS, or 0. */
static bool take_robustness(void *field, const char *value)
{
    qd_overrides_t *self = field;
    self->has_robustness = true;
    return qd_natural_of(value, 0, 0, &self->robustness_points) ||
           parse_pair(value, 'x', &self->robustness_points, &self->robustness_worlds);
}

static bool take_shard(void *field, const char *value)
{
    qd_run_options_t *self = field;
    return parse_shard(value, &self->shard, &self->shards);
}

static bool take_time(void *field, const char *value)
{
    return parse_time(value, field);
}

static const qd_option_t options[] = {
    QD_OPTION_OUTPUT("OUT.h5", arguments_t, run.output, "*.h5",
                     "result file (default: the name of the file with .h5, in the current folder)"),
    QD_OPTION_THREADS(arguments_t, run.threads,
                      "threads (default: all processors); the result does not depend on it"),
    {"seed", 0, "S", "instead of the file's seed", take_seed, offsetof(arguments_t, overrides),
     "a whole number from 0 to 2^64-1, in digits beyond 2^53", NULL},
    {"worlds", 0, "N", "instead of the file's worlds per design point and order", take_worlds,
     offsetof(arguments_t, overrides), "a whole number from 1", NULL},
    {"robustness", 0, "PxW",
     "judge the claims at P points of W worlds around the parameters' values, instead of the file's; 0: at "
     "none",
     take_robustness, offsetof(arguments_t, overrides), "0, or points x worlds, such as 60x50", NULL},
    {"set", 0, "NAME=VALUE", "one more parameter (may be repeated; wins over the file's `parameters`)",
     take_set, 0, "at most " QD_DIGITS_OF(SETS_MAX) " of them", NULL},
    {"resume", 0, NULL, "resume an earlier run of the same experiment", qd_take_flag,
     offsetof(arguments_t, run.resume), NULL, NULL},
    {"shard", 0, "K/N", "compute the K-th of N shards only, to be joined by `quadrille merge`", take_shard,
     offsetof(arguments_t, run), "K/N with 1 <= K <= N <= " QD_DIGITS_OF(SHARDS_MAX), NULL},
    {"time-budget", 0, "T", "stop after T (90, 45m, 2h30m, 1d) with finished work kept: exit status 75",
     take_time, offsetof(arguments_t, time_budget),
     "seconds (90), or numbers that each have a unit, d, h, m or s (45m, 2h30m), of up to ten years in all",
     NULL},
    QD_OPTION_ISA(arguments_t, isa),
    {"dry-run", 0, NULL,
     "read and check everything, an earlier result and its parts too, play a few worlds for an estimate of "
     "time, memory and disk, write nothing",
     qd_take_flag, offsetof(arguments_t, dry_run), NULL, NULL},
    QD_OPTION_FORCE(
        arguments_t, run.force,
        "replace an existing result file; with --resume: continue it even if worlds that the experiment does "
        "not have any more are lost"),
    QD_OPTION_QUIET(arguments_t, quiet, "no progress"),
    {"verbose", 'v', NULL, "say more", qd_take_flag, offsetof(arguments_t, verbose), NULL, NULL},
    QD_OPTION_PLUGIN,
    QD_OPTIONS_END,
};

/* EXPERIMENT's file name with .h5 for .yaml, in the current folder. */
static char *default_output(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    size_t stem = dot && dot > name ? (size_t)(dot - name) : strlen(name);
    char *output;
    return asprintf(&output, "%.*s.h5", (int)stem, name) < 0 ? NULL : output;
}

static void show_progress(void *context, const qd_progress_t *progress)
{
    arguments_t *arguments = context;
    if (!arguments->terminal && arguments->told && progress->seconds - arguments->told_at < 30.0)
        return;
    arguments->told = true;
    arguments->told_at = progress->seconds;
    char precision[64] = "", eta[48] = "";
    if (progress->precision)
        snprintf(precision, sizeof precision, ", %s: %zu of %zu",
                 arguments->claims ? "claims decided" : "precise enough", progress->settled, progress->cells);
    if (progress->eta >= 0.0)
        snprintf(eta, sizeof eta, ", %d:%02d:%02d left", (int)(progress->eta / 3600.0),
                 (int)(progress->eta / 60.0) % 60, (int)progress->eta % 60);
    if (arguments->terminal)
        qd_screen_erase_line();
    fprintf(stderr, "quadrille: %" PRIu64 " of %s%" PRIu64 " world%s, %.0f worlds/s%s%s%s", progress->done,
            progress->precision ? "at most " : "", progress->total, QD_S(progress->total), progress->rate,
            eta, precision, arguments->terminal ? "" : "\n");
    fflush(stderr);
}

static void show_warnings(void *context, const qd_error_t *warnings)
{
    (void)context;
    (void)qd_cli_fail(warnings);
}

/* An existing result is overwritten only with --force and continued only with --resume. */
static qd_status_t check_output(const arguments_t *self, const qd_experiment_t *experiment, qd_error_t *error)
{
    const char *output = self->run.output, *path = experiment->path;
    const char *const *source = (const char *const *)experiment->source;
    bool there;
    qd_status_t status = qd_cli_may_write(output, &there, error);
    if (status == QD_OK)
        status = qd_cli_spares(output, &path, 1, error);
    if (status == QD_OK)
        status = qd_cli_spares(output, source, experiment->sources, error);
    if (status != QD_OK)
        return status;
    if (!there || self->run.force || self->run.resume) {
        /* A resumed run, or a run that stops at a time or a precision, may need less disk than the whole. */
        bool all = !self->run.resume && self->time_budget <= 0.0 && !experiment->precision.given;
        return all ? needs_have_room(experiment, output, self->run.shards, error) : QD_OK;
    }
    return qd_refuse_existing(output, "--force replaces it, --resume continues it, -o names another", error);
}

/* A second Ctrl-C ends the program immediately: finished parts are safe on the disk. */
static void catch_signals(double time_budget)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    const int signals[] = {SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction before;
        sigaction(signals[i], NULL, &before);
        if (signals[i] != SIGHUP || before.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN); /* a closed reader of the progress does not end the run */
    action.sa_flags |= (int)SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);
    if (time_budget > 0.0) {
        struct itimerval timer = {.it_value = {.tv_sec = (time_t)time_budget, .tv_usec = 0}};
        setitimer(ITIMER_REAL, &timer, NULL);
    }
}

static void say_plan(const arguments_t *self, const qd_experiment_t *experiment)
{
    size_t points = qd_experiment_unvaried(experiment);
    fprintf(stderr, "quadrille: %s: %zu point%s x %zu order%s x %s%" PRIu64 " world%s, seed %" PRIu64 "%s\n",
            experiment->name, points, QD_S(points), experiment->orders, QD_S(experiment->orders),
            experiment->precision.given ? "at most " : "", experiment->worlds, QD_S(experiment->worlds),
            experiment->seed, experiment->luck_by_order ? ", each order with luck of its own" : "");
    if (experiment->points > points)
        fprintf(stderr,
                "quadrille: robustness: %zu point%s x %zu order%s x %" PRIu64
                " world%s; %zu parameter%s varied\n",
                experiment->points - points, QD_S(experiment->points - points), experiment->orders,
                QD_S(experiment->orders), qd_experiment_worlds_at(experiment, points),
                QD_S(qd_experiment_worlds_at(experiment, points)), experiment->robustness.factors,
                QD_S(experiment->robustness.factors));
    if (experiment->deviations[0])
        fprintf(stderr, "quadrille: claims exploratory; since the registration of %s: %s\n",
                experiment->registered, experiment->deviations);
    else if (experiment->registered[0])
        fprintf(stderr, "quadrille: claims registered %s\n", experiment->registered);
    for (const char *line = experiment->notes; *line; line += strcspn(line, "\n") + 1)
        fprintf(stderr, "quadrille: note: %.*s\n", (int)strcspn(line, "\n"), line);
    if (!self->verbose)
        return;
    if (self->run.shards > 1)
        fprintf(stderr, "quadrille: shard %zu of %zu\n", self->run.shard, self->run.shards);
    char threads[32] = "as OpenMP offers";
    if (self->run.threads)
        snprintf(threads, sizeof threads, "%d", self->run.threads);
    fprintf(stderr,
            "quadrille: config_hash %016" PRIx64
            ", instruction set %s, %d rank%s, threads: %s, parts in %s.parts\n",
            experiment->config_hash, qd_isa_name(qd_isa_selected()), self->ranks.size, QD_S(self->ranks.size),
            threads, self->run.output);
}

static void say_end(const arguments_t *self, const qd_run_summary_t *summary, qd_status_t status)
{
    const qd_assembled_t *assembled = &summary->assembled;
    bool stopped = status == QD_ERROR_STOPPED;
    if (self->ranks.rank > 0 || assembled->result_hash[0] == '\0' || (self->quiet && !stopped))
        return;
    fprintf(stderr, "quadrille: %s: %" PRIu64 " world%s (%" PRIu64 " failed), result_hash %s",
            self->run.output, assembled->worlds, QD_S(assembled->worlds), assembled->failures,
            assembled->result_hash);
    if (summary->played == 0)
        fputs(", all of them from earlier sessions", stderr);
    else
        fprintf(stderr, ", %.1f s", summary->seconds);
    if (stopped)
        fprintf(stderr, "; stopped early%s, --resume continues",
                stop == SIGXCPU ? " at the limit on processor time" : "");
    fputs("\n", stderr);
}

/* Rank 0 alone examines the output and prints. */
static int dry_run(const arguments_t *self, const qd_experiment_t *experiment)
{
    uint64_t left = 0;
    qd_error_t error = QD_ERROR_NONE;
    qd_status_t status = self->ranks.rank > 0 ? QD_OK : qd_run_examine(experiment, &self->run, &left, &error);
    if (error.count > 0)
        (void)qd_cli_fail(&error);
    status = qd_ranks_agree(&self->ranks, status);
    if (status != QD_OK || self->ranks.rank > 0 || self->quiet)
        return qd_exit_status(status);
    return needs_say(experiment, &self->run, left, self->ranks.size);
}

static int run_experiment(arguments_t *self, const qd_experiment_t *experiment)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_run_summary_t summary;
    /* Only rank 0 checks and prints. */
    qd_status_t fit = self->ranks.rank > 0 ? QD_OK : check_output(self, experiment, &error);
    if (fit != QD_OK)
        (void)qd_cli_fail(&error);
    if ((fit = qd_ranks_agree(&self->ranks, fit)) != QD_OK)
        return qd_exit_status(fit);
    if (!self->quiet && self->ranks.rank == 0)
        say_plan(self, experiment);
    if (self->dry_run)
        return dry_run(self, experiment);
    catch_signals(self->time_budget);
    qd_status_t status = qd_run(experiment, &self->run, &summary, &error);
    if (self->terminal && !self->quiet)
        qd_screen_erase_line();
    if (error.count > 0)
        (void)qd_cli_fail(&error);
    say_end(self, &summary, status);
    return qd_exit_status(status);
}

static int run_file(arguments_t *self, const char *path)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *experiment = NULL;
    qd_status_t status = qd_isa_select(self->isa, &error);
    if (status == QD_OK)
        status = qd_ranks_begin(&self->ranks, &error);
    if (status == QD_OK)
        status = qd_experiment_load(path, &self->overrides, &experiment, &error);
    self->claims = status == QD_OK && experiment->precision.claims;
    int code = status == QD_OK        ? run_experiment(self, experiment)
               : self->ranks.rank > 0 ? qd_exit_status(status) /* rank 0 prints the same message */
                                      : qd_cli_fail(&error);
    qd_experiment_free(experiment);
    qd_ranks_end(&self->ranks);
    return code;
}

/* -1, or an exit status. */
static int take_arguments(arguments_t *self, int argc, char **argv)
{
    const char *isa = getenv("QUADRILLE_ISA");
    if (isa && (self->isa = qd_isa_find(isa)) == QD_ISA_COUNT)
        return qd_cli_misuse("run", "found QUADRILLE_ISA `%s`; expected auto, v2, v3 or v4", isa);
    int code = qd_options_take(&qd_command_run, argc, argv, self);
    if (code >= 0)
        return code;
    if (self->quiet && self->verbose)
        return qd_cli_misuse("run", "found --quiet and --verbose; expected one of them");
    self->output = default_output(argv[optind]);
    if (self->command_line && self->output)
        return -1;
    return qd_cli_no_memory("the command line");
}

static int run(int argc, char **argv)
{
    arguments_t self = {
        .isa = QD_ISA_AUTO, .ranks = QD_RANKS_ALONE, .run = {.shard = 1, .shards = 1, .stop = &stop}};
    self.overrides.set = self.sets;
    self.command_line = qd_cli_command_line(argc, argv);
    self.terminal = isatty(STDERR_FILENO) == 1;
    int code = take_arguments(&self, argc, argv);
    if (code < 0) {
        self.run.output = self.run.output ? self.run.output : self.output;
        self.run.command_line = self.command_line;
        self.run.progress = self.quiet ? NULL : show_progress;
        self.run.warn = show_warnings;
        self.run.ranks = &self.ranks;
        self.run.context = &self;
        char *path = qd_cli_experiment_path(argv[optind]);
        code = path ? run_file(&self, path) : qd_cli_no_memory("the path of the experiment");
        free(path);
    }
    free(self.command_line);
    free(self.output);
    return code;
}

const qd_command_t qd_command_run = {
    .name = "run",
    .meaning = "sample world orders, play them, write the result file",
    .synopsis = "EXPERIMENT.yaml [OPTION]...",
    .about = "Samples the experiment's world orders, plays them, and writes a result file. A name alone, "
             "such as `orders`, "
             "is that of an experiment that comes with the program.",
    .notes = "Ctrl-C stops early: finished worlds are kept, OUT.h5 is readable, and --resume continues.",
    .option = options,
    .operand = "experiment files",
    .least = 1,
    .most = 1,
    .complete = "*.yaml",
    .run = run,
};
