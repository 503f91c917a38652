/* quadrille: the program. Finds the command and hands it its arguments. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "base/name.h"
#include "cli/limits.h"
#include "cli/screen.h"
#include "engine/conclude.h"
#include "quadrille/registry.h"

typedef struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *meaning;
} command_t;

static const command_t commands[] = {
    {"run", qd_cli_run, "sample world orders, play them, write the result file"},
    {"show", qd_cli_show, "what a result file holds: provenance, summary, verdicts on claims"},
#ifdef QD_REPORT
    {"report", qd_cli_report, "a result file as one page of figures and tables"},
#endif
    {"register", qd_cli_register, "seal the claims of an experiment before it is run"},
    {"merge", qd_cli_merge, "join the shards of one experiment"},
    {"verify", qd_cli_verify, "recompute worlds of a result file and compare bit for bit"},
    {"replay", qd_cli_replay, "play one world of a result file again, every event told"},
    {"landscape", qd_cli_landscape, "exact or searched landscape of one stated game"},
    {"power", qd_cli_power, "Shapley-Shubik and Banzhaf power under a stated voting rule"},
    {"crate", qd_cli_crate, "a result file as an RO-Crate: what was run, by what, from what"},
    {"init", qd_cli_init, "write a commented experiment to start from"},
    {"list", qd_cli_list, "parameters, outcomes, doctrines, orders"},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static const char *command_name(size_t index)
{
    return commands[index].name;
}

static void print_help(void)
{
    puts("quadrille " QD_VERSION ": Monte Carlo of coalition formation in randomized world orders\n\n"
         "Usage: quadrille COMMAND [OPTION]... [ARGUMENT]...\n\nCommands:");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].meaning);
    puts("\n`quadrille COMMAND --help` says more. Exit status: 0 done, 1 failed while running, 2 wrong input "
         "(nothing\n"
         "written), 3 verify found a difference, 75 stopped early with all finished work kept (--resume goes "
         "on).");
}

int qd_cli_fail(const qd_error_t *error)
{
    for (const char *line = error->text; *line;) {
        size_t length = strcspn(line, "\n");
        fprintf(stderr, "quadrille: %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
    if (error->omitted)
        fprintf(stderr, "quadrille: and %zu more\n", error->omitted);
    return qd_exit_status(error->status);
}

int qd_cli_misuse(const char *command, const char *format, ...)
{
    fprintf(stderr, "quadrille %s: ", command);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nquadrille %s --help says how it is used\n", command);
    return 2;
}

char *qd_cli_command_line(int argc, char **argv)
{
    size_t length = sizeof "quadrille";
    for (int i = 0; i < argc; i++)
        length += strlen(argv[i]) + 1;
    char *line = malloc(length);
    if (!line)
        return NULL;
    char *end = stpcpy(line, "quadrille");
    for (int i = 0; i < argc; i++) {
        *end++ = ' ';
        end = stpcpy(end, argv[i]);
    }
    return line;
}

static int unknown_command(const char *name)
{
    const char *near = qd_nearest_name(name, COMMANDS, command_name);
    fprintf(stderr, "quadrille: found command `%s`%s%s%s; expected one that `quadrille --help` lists\n", name,
            near ? ", did you mean `" : "", near ? near : "", near ? "`?" : "");
    return 2;
}

/* `quadrille help COMMAND` is `quadrille COMMAND --help`. */
static int help(const char *command)
{
    char name[32], option[] = "--help", *words[] = {name, option, NULL};
    if (!command) {
        print_help();
        return 0;
    }
    snprintf(name, sizeof name, "%s", command);
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(command, commands[i].name) == 0)
            return commands[i].run(2, words);
    return unknown_command(command);
}

/* --version or -V, for the program or beside a command. */
static bool asks_for_version(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--version") == 0 || (strcmp(argv[i], "-V") == 0 && i <= 2))
            return true;
    return false;
}

static int run_command(int argc, char **argv)
{
    if (argc < 2) {
        fputs("quadrille: found no command; expected one that `quadrille --help` lists\n\n"
              "To begin:  quadrille init mine        writes mine.yaml, a commented experiment\n"
              "           quadrille run mine.yaml    plays it and writes mine.h5\n"
              "           quadrille show mine.h5     says what came out\n"
              "           quadrille run orders       plays an experiment that comes with the program\n",
              stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help(NULL);
    if (strcmp(argv[1], "help") == 0)
        return help(argc > 2 ? argv[2] : NULL);
    if (asks_for_version(argc, argv)) {
        printf("quadrille " QD_VERSION "%s\n", qd_source_commit() ? "" : " (unknown commit)");
        return 0;
    }
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return unknown_command(argv[1]);
}

/* What was asked for has not been said before it has left the program: a full disk is told here, for every
 * command. A status that says more than "done" stays. */
static int finish_output(int code)
{
    errno = 0;
    bool whole = !ferror(stdout);
    if (fclose(stdout) == 0 && whole)
        return code;
    fprintf(stderr, "quadrille: standard output: %s\n", errno ? strerror(errno) : "not all could be written");
    return code ? code : 1;
}

int main(int argc, char **argv)
{
    if (!qd_limits_suffice())
        return 2;
    if (!qd_screen_open()) {
        fputs("quadrille: no memory for its output\n", stderr);
        return 1;
    }
    return finish_output(run_command(argc, argv));
}
