/* Completion for shells, from the rows of the commands. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"

/* Whether a row's `complete` is a pattern of files and not words. */
static bool is_pattern(const char *complete)
{
    return complete && *complete == '*';
}

static void put_commands(void)
{
    const qd_command_t *command;
    for (size_t i = 0; (command = qd_command_at(i)) != NULL; i++)
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

/* ---- bash ------------------------------------------------------------------------------------------------ */

static void put_bash_command(const qd_command_t *command)
{
    const qd_option_t *row;
    printf("    %s)\n        operand='", command->name);
    put_complete(command->complete);
    fputs("'\n        options='", stdout);
    for (size_t i = 0; (row = qd_option_at(command, i)) != NULL; i++) {
        printf("%s--%s", i ? " " : "", row->name);
        if (row->letter)
            printf(" -%c", row->letter);
    }
    puts("'\n        case $before in");
    for (size_t i = 0; (row = qd_option_at(command, i)) != NULL; i++) {
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
    for (size_t i = 0; (command = qd_command_at(i)) != NULL; i++)
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

/* ---- zsh ------------------------------------------------------------------------------------------------- */

/* What _arguments does for a value or operand: ":MESSAGE:ACTION". */
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
    for (size_t i = 0; (command = qd_command_at(i)) != NULL; i++) {
        printf("        '%s:", command->name);
        put_quoted(command->meaning, "");
        puts("'");
    }
    puts("    )\n    if (( CURRENT == 2 )); then\n        _describe -t commands command commands\n        "
         "return\n    fi\n"
         "    shift words\n    (( CURRENT-- ))\n    case $words[1] in");
    for (size_t i = 0; (command = qd_command_at(i)) != NULL; i++) {
        printf("    %s)\n        _arguments -s -S", command->name);
        for (size_t o = 0; (row = qd_option_at(command, o)) != NULL; o++)
            put_zsh_option(row);
        printf(" \\\n        '%s", command->most == 1 ? "1" : "*");
        put_zsh_action(command->operand, command->complete);
        puts("'\n        ;;");
    }
    puts("    esac\n}\n\n_quadrille \"$@\"");
}

/* ---- fish ------------------------------------------------------------------------------------------------ */

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
    for (size_t i = 0; (row = qd_option_at(command, i)) != NULL; i++) {
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
    for (size_t i = 0; (command = qd_command_at(i)) != NULL; i++)
        put_fish_command(command);
}

bool qd_commands_completion(const char *shell)
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
