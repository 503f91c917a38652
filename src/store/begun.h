/* Files and folders under construction in this process. Each is listed from its beginning to its end, so that
 * a signal that ends the program leaves none behind. */
#ifndef QD_STORE_BEGUN_H
#define QD_STORE_BEGUN_H

#include <signal.h>
#include <stdbool.h>

/* Lists `name` in the open folder `at`, which must not be closed before qd_begun_end. Returns its number; -1
 * where the list is full. */
int qd_begun_add(int at, const char *name, bool is_folder);

/* Between the two no signal comes, so that what is made is listed too. Sets *before for the second one, which
 * keeps errno. */
void qd_begun_hold_signals(sigset_t *before);
void qd_begun_release_signals(const sigset_t *before);

/* Takes it from the list; -1 allowed. */
void qd_begun_end(int number);

/* Removes all that are listed, files first. To be called by the handler of a signal that ends the program
 * (async-signal-safe). */
void qd_begun_remove(void);

#endif
