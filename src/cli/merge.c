/* quadrille merge: the shards of one experiment become one result file. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "engine/merge.h"

static int merge(const qd_merge_options_t *options, bool quiet)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_merge_summary_t *summary = qd_new(1, sizeof *summary, &error);
    if (!summary)
        return qd_cli_fail(&error);
    qd_status_t status = qd_merge(options, summary, &error);
    if (summary->notes.count > 0 && (!quiet || status != QD_OK))
        (void)qd_cli_fail(&summary->notes);
    if (status != QD_OK)
        (void)qd_cli_fail(&error);
    else if (!quiet && summary->unchanged)
        fprintf(stderr, "quadrille: %s: holds this already, result_hash %s\n", options->output,
                summary->assembled.result_hash);
    else if (!quiet)
        fprintf(stderr, "quadrille: %s: %" PRIu64 " world%s (%" PRIu64 " failed)%s, result_hash %s\n",
                options->output, summary->assembled.worlds, QD_S(summary->assembled.worlds),
                summary->assembled.failures, summary->assembled.complete ? "" : ", incomplete",
                summary->assembled.result_hash);
    free(summary);
    return qd_exit_status(status);
}

typedef struct {
    const char *output;
    bool partial, force, quiet;
} arguments_t;

static const qd_option_t options[] = {
    QD_OPTION_OUTPUT("OUT.h5", arguments_t, output, "*.h5",
                     "result file; an existing file with exactly these contents is left unchanged"),
    {"partial", 0, NULL, "write a result even if worlds are missing", qd_take_flag,
     offsetof(arguments_t, partial), NULL, NULL},
    QD_OPTION_FORCE(arguments_t, force, "replace an existing file with other contents"),
    QD_OPTION_QUIET(arguments_t, quiet, "print only errors and warnings"),
    QD_OPTION_PLUGIN,
    QD_OPTIONS_END,
};

static int run(int argc, char **argv)
{
    arguments_t arguments = {0};
    char *command_line = qd_cli_command_line(argc, argv);
    int code = qd_options_take(&qd_command_merge, argc, argv, &arguments);
    if (code < 0 && !arguments.output)
        code = qd_cli_misuse("merge", "found no -o; expected -o OUT.h5");
    if (code < 0 && !command_line)
        code = qd_cli_no_memory("the command line");
    if (code < 0) {
        qd_merge_options_t merged = {.output = arguments.output,
                                     .partial = arguments.partial,
                                     .force = arguments.force,
                                     .shard = (const char *const *)(argv + optind),
                                     .shards = (size_t)(argc - optind),
                                     .command_line = command_line};
        /* Without --force an existing file is never replaced. */
        bool there;
        qd_error_t error = QD_ERROR_NONE;
        qd_status_t fit = qd_cli_may_write(merged.output, &there, &error);
        if (fit == QD_OK)
            fit = (merged.force ? qd_cli_spares : qd_cli_spares_beside)(merged.output, merged.shard,
                                                                        merged.shards, &error);
        code = fit == QD_OK ? merge(&merged, arguments.quiet) : qd_cli_fail(&error);
    }
    free(command_line);
    return code;
}

const qd_command_t qd_command_merge = {
    .name = "merge",
    .meaning = "join the shards of one experiment",
    .synopsis = "-o OUT.h5 SHARD.h5... [OPTION]...",
    .about = "Joins the result files of `quadrille run --shard K/N` into one, in any order; one given twice "
             "counts once. "
             "Folders of parts (SHARD.h5.parts) of shards that were stopped may be named too. Nothing is "
             "written where "
             "shards are of different experiments or worlds are missing; messages name missing and duplicate "
             "worlds.",
    .option = options,
    .operand = "shards",
    .least = 1,
    .most = -1,
    .complete = "*.h5",
    .run = run,
};
