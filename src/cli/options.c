/* What is wrong with an option that getopt_long did not take. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "base/name.h"
#include "quadrille/registry.h"

#define OPTIONS_MAX 32

/* getopt_long leaves a short option that it does not know in optopt, and the word may be any other then. */
static bool is_unknown_letter(const struct option *known)
{
    for (size_t i = 0; known[i].name; i++)
        if (known[i].val == optopt)
            return false;
    return optopt > 0 && optopt < 256;
}

int qd_cli_wrong_option(const char *command, const char *word, const struct option *known)
{
    const char *name[OPTIONS_MAX], *near = NULL;
    char written[64];
    size_t count = 0;
    if (is_unknown_letter(known))
        return qd_cli_misuse(command, "found option `-%c`; expected one of those in --help", optopt);
    for (; count < OPTIONS_MAX && known[count].name; count++)
        name[count] = known[count].name;
    if (strncmp(word, "--", 2) == 0) {
        snprintf(written, sizeof written, "%.*s", (int)strcspn(word + 2, "="), word + 2);
        near = qd_nearest_of(written, count, name);
    }
    for (size_t i = 0; near && i < count; i++)
        if (strcmp(written, name[i]) == 0)
            return qd_cli_misuse(command, "found option `--%s` %s", written,
                                 known[i].has_arg == no_argument ? "with a value; expected none"
                                                                 : "without its value; expected one");
    if (near)
        return qd_cli_misuse(command,
                             "found option `--%s`, did you mean `--%s`?; expected one of those in --help",
                             written, near);
    return qd_cli_misuse(
        command, "found option `%s`, unknown or without its value; expected one of those in --help", word);
}
