/* All commands of the program, and texts made from their rows. */
#ifndef QD_CLI_COMMANDS_H
#define QD_CLI_COMMANDS_H

#include "cli/options.h"

/* The index-th command, NULL after the last. */
const qd_command_t *qd_command_at(size_t index);

/* The one of that name. Where there is none, NULL, and the nearest name is told. */
const qd_command_t *qd_command_find(const char *name);

/* Prints to stdout the man page, in the macros of man(7). */
void qd_commands_manual(void);

/* Prints to stdout a script that completes commands, options and their values. False, and nothing is printed, for a shell other
 * than bash, zsh and fish. */
bool qd_commands_completion(const char *shell);

#define QD_COMMANDS_TITLE "Monte Carlo of coalition formation in randomized world orders"
#define QD_COMMANDS_STATUS                                                                                   \
    "Exit status: 0 done, 1 failed while running, 2 wrong input (nothing written), 3 verify found a "        \
    "difference, 75 stopped early with all finished work kept (--resume goes on)."

#endif
