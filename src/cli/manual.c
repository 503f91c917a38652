/* The man page, from the rows of the commands. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"

/* Text as roff takes it: no control line, hyphens that are searched for as minus, no escapes of its own. */
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

/* Paragraphs as of qd_wrapped_paragraphs: lines that begin with a space are kept. */
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
    for (size_t i = 0; (row = qd_option_at(command, i)) != NULL; i++)
        put_option(row);
    if (command->notes)
        put_paragraphs(command->notes);
}

void qd_commands_manual(void)
{
    const qd_command_t *command;
    puts(".TH QUADRILLE 1 \"\" \"quadrille " QD_VERSION "\" \"User Commands\"\n"
         ".SH NAME\n"
         "quadrille \\- " QD_COMMANDS_TITLE "\n"
         ".SH SYNOPSIS\n"
         ".B quadrille\n"
         ".I COMMAND\n"
         "[\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...\n"
         ".SH DESCRIPTION\n"
         "quadrille samples world orders, plays a model of coalition formation on each, writes the "
         "distributions of\n"
         "stability and fragmentation to HDF5, and judges claims that were stated before the run.\n"
         ".SH COMMANDS");
    for (size_t i = 0; (command = qd_command_at(i)) != NULL; i++)
        put_command(command);
    puts(".SH EXIT STATUS");
    put_line(QD_COMMANDS_STATUS);
    puts(".SH SEE ALSO\n"
         "The documents in the folder doc/quadrille of the installation: experiment\\-file.md, "
         "result\\-file.md, model.md.");
}
