/* quadrille verify: plays worlds of a result file again and compares them bit for bit. */
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "cli/cli.h"
#include "cli/screen.h"
#include "engine/verify.h"
#include "quadrille/world.h"

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static void show_progress(void *context, uint64_t done, uint64_t total)
{
    uint64_t *told = context;
    if (done < total && done - *told < total / 100)
        return;
    *told = done;
    qd_screen_erase_line();
    fprintf(stderr, "quadrille: %" PRIu64 " of %" PRIu64 " world%s", done, total, QD_S(total));
    fflush(stderr);
}

/* The end of a world, for a message. */
static const char *ending(const char *failure)
{
    return *failure ? failure : "did not fail";
}

static void show_difference(const char *path, const qd_verify_report_t *report)
{
    const qd_difference_t *first = &report->difference;
    if (report->statistics[0] != '\0') {
        printf("%s: differs: %s\n", path, report->statistics);
        return;
    }
    if (!first->found) {
        printf("%s: differs: result_hash is %s in the file and %s recomputed\n", path, report->stored_hash,
               report->recomputed_hash);
        return;
    }
    printf("%s: differs: point %s, order %s, world %" PRIu64, path, report->point, report->order,
           first->world);
    if (first->outcome < 0)
        printf(": %s in the file, %s recomputed\n", ending(first->stored_failure),
               ending(first->recomputed_failure));
    else
        printf(", outcome %s: %a (%.17g) in the file, %a (%.17g) recomputed\n",
               first->outcome < QD_OUTCOMES_MAX ? qd_outcome_table[first->outcome].name
                                                : qd_landscape_table[first->outcome - QD_OUTCOMES_MAX].name,
               first->stored, first->stored, first->recomputed, first->recomputed);
}

static void show_equal(const char *path, const qd_verify_report_t *report)
{
    printf("%s: equal: %" PRIu64 " world%s played again, %" PRIu64 " outcome%s of each compared%s%s\n", path,
           report->worlds, QD_S(report->worlds), report->outcomes, QD_S(report->outcomes),
           report->hash_compared ? ", result_hash " : "", report->hash_compared ? report->stored_hash : "");
    if (report->worlds < report->held)
        printf("%s: %" PRIu64
               " world%s not played again: they were compared with the statistics kept of them "
               "(--fraction 1 plays all)\n",
               path, report->held - report->worlds, QD_S(report->held - report->worlds));
    if (report->not_compared[0] != '\0')
        printf("%s: covered by the digest alone: %s\n", path, report->not_compared);
}

static int verify(qd_verify_options_t *options, qd_isa_t isa, bool quiet)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_verify_report_t report = {0};
    uint64_t told = 0;
    bool terminal = !quiet && isatty(STDERR_FILENO) == 1;
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    signal(SIGXCPU, on_signal);
    options->stop = &stop;
    options->progress = terminal ? show_progress : NULL;
    options->context = &told;
    qd_status_t status = qd_isa_select(isa, &error);
    if (status == QD_OK)
        status = qd_verify(options, &report, &error);
    if (terminal)
        qd_screen_erase_line();
    if (error.count > 0)
        (void)qd_cli_fail(&error);
    if (status == QD_ERROR_DIFFERS && strcmp(report.version, QD_VERSION) != 0)
        fprintf(stderr, "quadrille: %s: was written by quadrille %s, this is %s\n", options->path,
                report.version, QD_VERSION);
    if (status == QD_ERROR_DIFFERS)
        show_difference(options->path, &report);
    else if (status == QD_OK && !quiet)
        show_equal(options->path, &report);
    else if (status == QD_ERROR_STOPPED)
        fprintf(stderr, "quadrille: stopped early: %" PRIu64 " world%s compared, all equal\n", report.worlds,
                QD_S(report.worlds));
    qd_verify_report_free(&report);
    options->context = NULL;
    return qd_exit_status(status);
}

typedef struct {
    double fraction;
    int threads;
    qd_isa_t isa;
    bool quiet;
} arguments_t;

static bool take_fraction(void *field, const char *value)
{
    double *fraction = field;
    return !qd_real_of(value, fraction) && *fraction > 0.0 && *fraction <= 1.0;
}

static const qd_option_t options[] = {
    {"fraction", 0, "F",
     "share of all worlds to play again, spread over points and orders, at least one world (default 0.01); 1 "
     "plays all, and compares result_hash too",
     take_fraction, offsetof(arguments_t, fraction), "a number above 0 and up to 1", NULL},
    QD_OPTION_THREADS(arguments_t, threads, "threads (default: all processors)"),
    QD_OPTION_ISA(arguments_t, isa),
    QD_OPTION_QUIET(arguments_t, quiet, "print only differences"),
    QD_OPTION_PLUGIN,
    QD_OPTIONS_END,
};

static int run(int argc, char **argv)
{
    arguments_t arguments = {.fraction = 0.01, .isa = QD_ISA_AUTO};
    int code = qd_options_take(&qd_command_verify, argc, argv, &arguments);
    if (code >= 0)
        return code;
    qd_verify_options_t verified = {
        .path = argv[optind], .fraction = arguments.fraction, .threads = arguments.threads};
    return verify(&verified, arguments.isa, arguments.quiet);
}

const qd_command_t qd_command_verify = {
    .name = "verify",
    .meaning = "recompute worlds of a result file and compare bit for bit",
    .synopsis = "OUT.h5 [OPTION]...",
    .about = "Plays worlds of a result file again and compares every outcome bit for bit. Exit status 0: all "
             "equal; 3: a "
             "difference, of which the first world and outcome are named.",
    .option = options,
    .operand = "result files",
    .least = 1,
    .most = 1,
    .complete = "*.h5",
    .run = run,
};
