#include "cli/limits.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Messages are composed in 16 KiB, rows and tables in some more: half of this suffices. */
#define STACK_LEAST ((rlim_t)512 << 10)

/* printf may take more of the stack than there is. */
static void say(const char *text)
{
    (void)!write(STDERR_FILENO, text, strlen(text));
}

/* The size that OMP_STACKSIZE states, in bytes; 0 where it states none. The number is of KiB without a unit. */
static rlim_t stated_size(const char *text)
{
    char *end;
    unsigned long long number = text == NULL ? 0 : strtoull(text, &end, 10);
    if (number == 0)
        return 0;
    end += strspn(end, " \t");
    switch (*end) {
    case 'B':
    case 'b':
        return number;
    case 'M':
    case 'm':
        return number << 20;
    case 'G':
    case 'g':
        return number << 30;
    default:
        return number << 10;
    }
}

bool qd_limits_suffice(void)
{
    struct rlimit stack;
    rlim_t threads = stated_size(getenv("OMP_STACKSIZE"));
    signal(SIGXFSZ, SIG_IGN);
    if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur < STACK_LEAST) {
        say("quadrille: found a limit on the stack below 512 KiB; expected more (ulimit -s 8192)\n");
        return false;
    }
    if (threads > 0 && threads < STACK_LEAST) {
        say("quadrille: found an OMP_STACKSIZE below 512 KiB; expected more, or none\n");
        return false;
    }
    return true;
}
