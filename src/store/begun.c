#include "store/begun.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BEGUN_MAX 16

typedef enum { FREE, FILLING, LISTED } entry_state_t;

/* Copies, which a handler can read at any time. */
static struct {
    _Atomic entry_state_t state;
    int at;
    bool is_folder;
    char name[NAME_MAX + 1];
} begun[BEGUN_MAX];

int qd_begun_add(int at, const char *name, bool is_folder)
{
    if (strlen(name) > NAME_MAX)
        return -1;
    for (int i = 0; i < BEGUN_MAX; i++) {
        entry_state_t expected = FREE;
        if (!atomic_compare_exchange_strong(&begun[i].state, &expected, FILLING))
            continue;
        begun[i].at = at;
        begun[i].is_folder = is_folder;
        snprintf(begun[i].name, sizeof begun[i].name, "%s", name);
        atomic_store(&begun[i].state, LISTED);
        return i;
    }
    return -1;
}

void qd_begun_hold_signals(sigset_t *before)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, before);
}

void qd_begun_release_signals(const sigset_t *before)
{
    int number = errno;
    sigprocmask(SIG_SETMASK, before, NULL);
    errno = number;
}

void qd_begun_end(int number)
{
    if (number >= 0)
        atomic_store(&begun[number].state, FREE);
}

static void remove_begun(bool folders)
{
    for (int i = 0; i < BEGUN_MAX; i++)
        if (atomic_load(&begun[i].state) == LISTED && begun[i].is_folder == folders)
            (void)unlinkat(begun[i].at, begun[i].name, folders ? AT_REMOVEDIR : 0);
}

void qd_begun_remove(void)
{
    remove_begun(false);
    remove_begun(true);
}
