/* The table of commands, and the one that tells of them: quadrille help. */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/name.h"
#include "cli/cli.h"
#include "cli/wrap.h"

static const qd_command_t *const commands[] = {
    &qd_command_run,       &qd_command_show,
#ifdef QD_REPORT
    &qd_command_report,
#endif
    &qd_command_register,  &qd_command_merge, &qd_command_verify, &qd_command_replay,
    &qd_command_landscape, &qd_command_power, &qd_command_export, &qd_command_crate,
    &qd_command_init,      &qd_command_list,  &qd_command_help,
};

#define COMMANDS (sizeof commands / sizeof commands[0])

const qd_command_t *qd_command_at(size_t index)
{
    return index < COMMANDS ? commands[index] : NULL;
}

static const char *command_name(size_t index)
{
    return commands[index]->name;
}

const qd_command_t *qd_command_find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i]->name) == 0)
            return commands[i];
    const char *near = qd_nearest_name(name, COMMANDS, command_name);
    fprintf(stderr, "quadrille: found command `%s`%s%s%s; expected one that `quadrille --help` lists\n", name,
            near ? ", did you mean `" : "", near ? near : "", near ? "`?" : "");
    return NULL;
}

/* ---- quadrille help ------------------------------------------------------------------------------------- */

typedef struct {
    bool manual;
    const char *shell;
} arguments_t;

static const qd_option_t options[] = {
    {"man", 0, NULL, "the man page of all commands, for man(1)", qd_take_flag, offsetof(arguments_t, manual),
     NULL, NULL},
    {"completion", 0, "SHELL", "what makes a shell complete commands and options: bash, zsh or fish",
     qd_take_word, offsetof(arguments_t, shell), "bash, zsh or fish", "bash zsh fish"},
    QD_OPTIONS_END,
};

static void print_commands(void)
{
    puts("quadrille " QD_VERSION ": " QD_COMMANDS_TITLE
         "\n\nUsage: quadrille COMMAND [OPTION]... [ARGUMENT]...\n\nCommands:");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-10s %s\n", commands[i]->name, commands[i]->meaning);
    puts("\n`quadrille help COMMAND` says more, as does `quadrille COMMAND --help`.");
    qd_wrapped(QD_COMMANDS_STATUS, 0);
}

static int run(int argc, char **argv)
{
    arguments_t self = {0};
    int code = qd_options_take(&qd_command_help, argc, argv, &self);
    if (code >= 0)
        return code;
    const qd_command_t *command = optind < argc ? qd_command_find(argv[optind]) : NULL;
    if (optind < argc && !command)
        return 2;
    if (self.shell)
        return qd_commands_completion(self.shell)
                   ? 0
                   : qd_cli_misuse("help", "found --completion `%s`; expected bash, zsh or fish", self.shell);
    if (self.manual)
        qd_commands_manual();
    else if (command)
        qd_command_usage(command);
    else
        print_commands();
    return 0;
}

const qd_command_t qd_command_help = {
    .name = "help",
    .meaning = "how a command is used; the man page; completion for shells",
    .synopsis = "[COMMAND] [OPTION]...",
    .about = "Says how a command is used, or lists the commands.",
    .option = options,
    .operand = "commands",
    .least = 0,
    .most = 1,
    .complete = QD_COMPLETE_COMMANDS,
    .run = run,
};
