/* quadrille merge: the shards of one experiment become one result file. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "engine/merge.h"

static void print_help(void)
{
    puts("Usage: quadrille merge -o OUT.h5 SHARD.h5...\n\n"
         "Joins the result files of `quadrille run --shard K/N` into one, in any order; one given twice "
         "counts once. Folders\n"
         "of parts (SHARD.h5.parts) of shards that were stopped may be named too. Nothing is written where "
         "shards\n"
         "are of different experiments or worlds are missing; what is missing or double is named.\n\n"
         "  -o, --output OUT.h5   result file; one that holds exactly this already is left as it is\n"
         "      --partial         write what is there even if worlds are missing\n"
         "      --force           replace an existing file that holds something else\n"
         "  -q, --quiet           say nothing but what is wrong");
}

enum { PARTIAL = 256, FORCE };

static const struct option long_options[] = {
    {"help", no_argument, NULL, 'h'},        {"output", required_argument, NULL, 'o'},
    {"partial", no_argument, NULL, PARTIAL}, {"force", no_argument, NULL, FORCE},
    {"quiet", no_argument, NULL, 'q'},       {NULL, 0, NULL, 0}};

static int merge(const qd_merge_options_t *options, bool quiet)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_merge_summary_t *summary = malloc(sizeof *summary);
    if (!summary) {
        fputs("quadrille: no memory for a merge\n", stderr);
        return 1;
    }
    qd_status_t status = qd_merge(options, summary, &error);
    if (summary->notes.count > 0 && (!quiet || status != QD_OK))
        (void)qd_cli_fail(&summary->notes);
    if (status != QD_OK)
        (void)qd_cli_fail(&error);
    else if (!quiet && summary->unchanged)
        fprintf(stderr, "quadrille: %s: holds this already, result_hash %s\n", options->output,
                summary->assembled.result_hash);
    else if (!quiet)
        fprintf(stderr, "quadrille: %s: %" PRIu64 " worlds (%" PRIu64 " failed)%s, result_hash %s\n",
                options->output, summary->assembled.worlds, summary->assembled.failures,
                summary->assembled.complete ? "" : ", incomplete", summary->assembled.result_hash);
    free(summary);
    return qd_exit_status(status);
}

int qd_cli_merge(int argc, char **argv)
{
    qd_merge_options_t options = {0};
    bool quiet = false;
    /* Before getopt_long reorders the words. */
    char *command_line = qd_cli_command_line(argc, argv);
    int code = -1;
    opterr = 0;
    for (int option; code < 0 && (option = getopt_long(argc, argv, "ho:q", long_options, NULL)) != -1;) {
        if (option == 'h') {
            print_help();
            code = 0;
        } else if (option == 'o') {
            options.output = optarg;
        } else if (option == PARTIAL) {
            options.partial = true;
        } else if (option == FORCE) {
            options.force = true;
        } else if (option == 'q') {
            quiet = true;
        } else {
            code = qd_cli_wrong_option("merge", argv[optind - 1], long_options);
        }
    }
    if (code < 0 && (!options.output || !*options.output))
        code = qd_cli_misuse("merge", "found no -o; expected -o OUT.h5");
    if (code < 0 && optind == argc)
        code = qd_cli_misuse("merge", "found no shards; expected one or more result files");
    if (code < 0 && !command_line) {
        fputs("quadrille: no memory for the command line\n", stderr);
        code = 1;
    }
    if (code < 0) {
        options.shard = (const char *const *)(argv + optind);
        options.shards = (size_t)(argc - optind);
        options.command_line = command_line;
        /* Without --force a file that is there stays, whatever it is. */
        bool there, fit = qd_cli_may_write(options.output, &there);
        if (fit && options.force)
            fit = qd_cli_spares(options.output, options.shard, options.shards);
        code = fit ? merge(&options, quiet) : 2;
    }
    free(command_line);
    return code;
}
