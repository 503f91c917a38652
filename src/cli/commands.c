/* The table of commands, and the command that lists them: quadrille help. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/screen.h"

#define COMMANDS_TITLE "Monte Carlo of coalition formation in randomized world orders"

#define COMMANDS_STATUS                                                                                      \
    "Exit status: 0 done, 1 failed while running, 2 wrong input (nothing written), 3 verify found a "        \
    "difference, 75 stopped early with all finished work kept (--resume continues)."

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

/* The index-th command, NULL after the last. */
static const qd_command_t *command_at(size_t index)
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
    fprintf(stderr, "quadrille: found command `%s`; expected one that `quadrille --help` lists%s\n", name,
            qd_near(near).text);
    return NULL;
}

/* The man page, from the rows of the commands. */

/* Escapes a text for roff: control lines, backslashes, and hyphens (as minus signs, so that a search finds
 * them). */
static void put_text(const char *text, size_t size)
{
    if (size > 0 && (*text == '.' || *text == '\''))
        fputs("\\&", stdout);
    for (const char *s = text; s < text + size; s++)
        if (*s == '-')
            fputs("\\-", stdout);
        else if (*s == '\\')
            fputs("\\e", stdout);
        else
            putchar(*s);
}

static void put_line(const char *text)
{
    put_text(text, strlen(text));
    putchar('\n');
}

/* Paragraphs, as qd_wrapped_paragraphs takes them: lines that begin with a space are kept. */
static void put_paragraphs(const char *text)
{
    bool kept = false;
    puts(".PP");
    while (*text) {
        size_t length = strcspn(text, "\n");
        if ((*text == ' ') != kept)
            puts(kept ? ".fi" : ".nf");
        kept = *text == ' ';
        if (length == 0)
            fputs(".PP", stdout);
        put_text(text, length);
        putchar('\n');
        text += length + (text[length] == '\n');
    }
    if (kept)
        puts(".fi");
}

static void put_option(const qd_option_t *row)
{
    fputs(".TP\n", stdout);
    if (row->letter)
        printf("\\fB\\-%c\\fR, ", row->letter);
    fputs("\\fB\\-\\-", stdout);
    put_text(row->name, strlen(row->name));
    fputs("\\fR", stdout);
    if (row->value) {
        fputs(" \\fI", stdout);
        put_text(row->value, strlen(row->value));
        fputs("\\fR", stdout);
    }
    putchar('\n');
    put_line(row->meaning);
}

static void put_command(const qd_command_t *command)
{
    const qd_option_t *row;
    printf(".SS \"quadrille %s ", command->name);
    put_text(command->synopsis, strlen(command->synopsis));
    puts("\"");
    put_paragraphs(command->about);
    for (size_t i = 0; (row = qd_option_at(command, i)); i++)
        put_option(row);
    if (command->notes)
        put_paragraphs(command->notes);
}

/* Prints to stdout the man page, in the macros of man(7). */
static void commands_manual(void)
{
    const qd_command_t *command;
    puts(".TH QUADRILLE 1 \"\" \"quadrille " QD_VERSION "\" \"User Commands\"\n"
         ".SH NAME\n"
         "quadrille \\- " COMMANDS_TITLE "\n"
         ".SH SYNOPSIS\n"
         ".B quadrille\n"
         ".I COMMAND\n"
         "[\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...\n"
         ".SH DESCRIPTION\n"
         "quadrille samples world orders, plays a model of coalition formation on each, writes the "
         "distributions of\n"
         "stability and fragmentation to HDF5, and judges claims that were stated before the run.\n"
         ".SH COMMANDS");
    for (size_t i = 0; (command = command_at(i)); i++)
        put_command(command);
    puts(".SH EXIT STATUS");
    put_line(COMMANDS_STATUS);
    puts(".SH SEE ALSO\n"
         "The documents in the folder doc/quadrille of the installation: experiment\\-file.md, "
         "result\\-file.md, model.md.");
}

/* Completion for shells, from the rows of the commands. */

/* Whether a row's `complete` is a pattern of files and not words. */
static bool is_pattern(const char *complete)
{
    return complete && *complete == '*';
}

static void put_commands(void)
{
    const qd_command_t *command;
    for (size_t i = 0; (command = command_at(i)); i++)
        printf("%s%s", i ? " " : "", command->name);
}

/* A row's `complete` as words, or its pattern. */
static void put_complete(const char *complete)
{
    if (complete && strcmp(complete, QD_COMPLETE_COMMANDS) == 0)
        put_commands();
    else
        fputs(complete ? complete : "", stdout);
}

/* Text within single quotes; characters in `escaped` get a backslash. */
static void put_quoted(const char *text, const char *escaped)
{
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", stdout);
        else
            printf("%s%c", strchr(escaped, *text) ? "\\" : "", *text);
}

/* ---- bash ---------------------------------------------------------------------------------------------- */

static void put_bash_command(const qd_command_t *command)
{
    const qd_option_t *row;
    printf("    %s)\n        operand='", command->name);
    put_complete(command->complete);
    fputs("'\n        options='", stdout);
    for (size_t i = 0; (row = qd_option_at(command, i)); i++) {
        printf("%s--%s", i ? " " : "", row->name);
        if (row->letter)
            printf(" -%c", row->letter);
    }
    puts("'\n        case $before in");
    for (size_t i = 0; (row = qd_option_at(command, i)); i++) {
        if (!row->value)
            continue;
        printf("        --%s", row->name);
        if (row->letter)
            printf(" | -%c", row->letter);
        fputs(") takes=1 value='", stdout);
        put_complete(row->complete);
        puts("' ;;");
    }
    puts("        esac\n        ;;");
}

static void print_bash(void)
{
    const qd_command_t *command;
    fputs("# bash completion for quadrille, made by `quadrille help --completion bash`\n\n"
          "# Words of a list, or files of a pattern and folders.\n"
          "_quadrille_words() {\n"
          "    case $1 in\n"
          "    '*'*) compgen -f -X \"!$1\" -- \"$2\"; compgen -d -- \"$2\" ;;\n"
          "    *) compgen -W \"$1\" -- \"$2\" ;;\n"
          "    esac\n"
          "}\n\n"
          "_quadrille() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} options operand "
          "takes value\n"
          "    case $word:$before in\n"
          "    '=':*) word= ;;\n"
          "    *:'=') before=${COMP_WORDS[COMP_CWORD - 2]} ;;\n"
          "    esac\n"
          "    case ${COMP_WORDS[1]} in\n",
          stdout);
    for (size_t i = 0; (command = command_at(i)); i++)
        put_bash_command(command);
    fputs("    esac\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "        options='--help --version -h -V' takes= operand='",
          stdout);
    put_commands();
    fputs("'\n"
          "    fi\n"
          "    if [ -z \"$takes\" ]; then\n"
          "        case $word in\n"
          "        -*) value=$options ;;\n"
          "        *) value=$operand ;;\n"
          "        esac\n"
          "    fi\n"
          "    mapfile -t COMPREPLY < <(_quadrille_words \"$value\" \"$word\" | sort -u)\n"
          "}\n\n"
          "complete -o filenames -F _quadrille quadrille\n",
          stdout);
}

/* ---- zsh ----------------------------------------------------------------------------------------------- */

/* The action of _arguments for a value or an operand: ":MESSAGE:ACTION". */
static void put_zsh_action(const char *message, const char *complete)
{
    putchar(':');
    put_quoted(message, ":\\[]");
    putchar(':');
    if (is_pattern(complete))
        printf("_files -g \"%s\"", complete);
    else {
        putchar(complete ? '(' : ' ');
        put_complete(complete);
        fputs(complete ? ")" : "", stdout);
    }
}

static void put_zsh_option(const qd_option_t *row)
{
    fputs(" \\\n        ", stdout);
    if (row->letter)
        printf("'(-%c --%s)'{-%c%s,--%s%s}'[", row->letter, row->name, row->letter, row->value ? "+" : "",
               row->name, row->value ? "=" : "");
    else
        printf("'*--%s%s[", row->name, row->value ? "=" : "");
    put_quoted(row->meaning, ":\\[]");
    putchar(']');
    if (row->value)
        put_zsh_action(row->value, row->complete);
    putchar('\'');
}

static void print_zsh(void)
{
    const qd_command_t *command;
    const qd_option_t *row;
    puts("#compdef quadrille\n# zsh completion for quadrille, made by `quadrille help --completion zsh`\n\n"
         "_quadrille() {\n    local -a commands=(");
    for (size_t i = 0; (command = command_at(i)); i++) {
        printf("        '%s:", command->name);
        put_quoted(command->meaning, "");
        puts("'");
    }
    puts("    )\n    if (( CURRENT == 2 )); then\n        _describe -t commands command commands\n        "
         "return\n    fi\n"
         "    shift words\n    (( CURRENT-- ))\n    case $words[1] in");
    for (size_t i = 0; (command = command_at(i)); i++) {
        printf("    %s)\n        _arguments -s -S", command->name);
        for (size_t o = 0; (row = qd_option_at(command, o)); o++)
            put_zsh_option(row);
        printf(" \\\n        '%s", command->most == 1 ? "1" : "*");
        put_zsh_action(command->operand, command->complete);
        puts("'\n        ;;");
    }
    puts("    esac\n}\n\n_quadrille \"$@\"");
}

/* ---- fish ---------------------------------------------------------------------------------------------- */

static void put_fish_values(const char *complete)
{
    if (is_pattern(complete) && complete[1] == '.')
        printf(" -ka '(__fish_complete_suffix %s)'", complete + 1);
    else if (is_pattern(complete))
        fputs(" -F", stdout);
    else if (complete) {
        fputs(" -a '", stdout);
        put_complete(complete);
        putchar('\'');
    }
}

static void put_fish_command(const qd_command_t *command)
{
    const qd_option_t *row;
    printf("complete -c quadrille -n __fish_use_subcommand -a %s -d '", command->name);
    put_quoted(command->meaning, "");
    puts("'");
    printf("complete -c quadrille -n '__fish_seen_subcommand_from %s'", command->name);
    put_fish_values(command->complete);
    putchar('\n');
    for (size_t i = 0; (row = qd_option_at(command, i)); i++) {
        printf("complete -c quadrille -n '__fish_seen_subcommand_from %s' -l %s", command->name, row->name);
        if (row->letter)
            printf(" -s %c", row->letter);
        if (row->value)
            fputs(" -r", stdout);
        put_fish_values(row->complete);
        fputs(" -d '", stdout);
        put_quoted(row->meaning, "");
        puts("'");
    }
}

static void print_fish(void)
{
    const qd_command_t *command;
    puts("# fish completion for quadrille, made by `quadrille help --completion fish`\n\ncomplete -c "
         "quadrille -f");
    for (size_t i = 0; (command = command_at(i)); i++)
        put_fish_command(command);
}

/* Prints to stdout a script that completes commands, options and their values. Returns false
 * and prints nothing for a shell other than bash, zsh and fish. */
static bool commands_completion(const char *shell)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
        if (strcmp(shells[i].name, shell) == 0) {
            shells[i].print();
            return true;
        }
    return false;
}

/* ---- quadrille help ------------------------------------------------------------------------------------ */

typedef struct {
    bool manual;
    const char *shell;
} arguments_t;

static const qd_option_t options[] = {
    {"man", 0, NULL, "the man page of all commands, for man(1)", qd_take_flag, offsetof(arguments_t, manual),
     NULL, NULL},
    {"completion", 0, "SHELL", "the completion script of a shell: bash, zsh or fish", qd_take_word,
     offsetof(arguments_t, shell), "bash, zsh or fish", "bash zsh fish"},
    QD_OPTIONS_END,
};

static void print_commands(void)
{
    puts("quadrille " QD_VERSION ": " COMMANDS_TITLE
         "\n\nUsage: quadrille COMMAND [OPTION]... [ARGUMENT]...\n\nCommands:");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-10s %s\n", commands[i]->name, commands[i]->meaning);
    puts("\n`quadrille help COMMAND` and `quadrille COMMAND --help` describe one command.");
    qd_wrapped(COMMANDS_STATUS, 0);
}

static int run(int argc, char **argv)
{
    arguments_t self = {0};
    int code = qd_options_take(&qd_command_help, argc, argv, &self);
    if (code >= 0)
        return code;
    if (self.manual + (self.shell != NULL) + (optind < argc) > 1)
        return qd_cli_misuse("help", "found two of --man, --completion and a command; expected one of them");
    const qd_command_t *command = optind < argc ? qd_command_find(argv[optind]) : NULL;
    if (optind < argc && !command)
        return 2;
    if (self.shell)
        return commands_completion(self.shell)
                   ? 0
                   : qd_cli_misuse("help", "found --completion `%s`; expected bash, zsh or fish", self.shell);
    if (self.manual)
        commands_manual();
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
    .about = "Describes one command, or lists all commands.",
    .option = options,
    .operand = "commands",
    .least = 0,
    .most = 1,
    .complete = QD_COMPLETE_COMMANDS,
    .run = run,
};
