/* Limits of the process that would end it without a word later on. */
#ifndef QD_CLI_LIMITS_H
#define QD_CLI_LIMITS_H

#include <stdbool.h>

/* Whether the stack, and those that OpenMP gives its threads, are large enough; tells the reason where they are
 * not. Ignores SIGXFSZ, so that a limit on the size of files is told as a write that failed. Before anything else
 * is done: it needs little of the stack itself. */
bool qd_limits_suffice(void);

#endif
