/* What goes to the terminal: stdout and stderr pass through a filter that shows control characters instead of
 * obeying them.
 *
 * Texts from experiment files, result files, folders and the command line may hold escape sequences, or marks
 * that turn the direction of writing round, and so make a terminal show what is not there. The filter writes
 * such a character as \u0007 is written in JSON, so that JSON stays what it was, and a byte that is not UTF-8
 * as \xff. Tabs and line feeds pass, and a carriage return before a line feed. */
#ifndef QD_CLI_SCREEN_H
#define QD_CLI_SCREEN_H

#include <stddef.h>

/* Puts the filter in front of both streams, before anything is printed. False when memory is short. */
_Bool qd_screen_open(void);

/* Holds what is printed to stdout back, until it is known whether it is all of what was asked for: then it is
 * printed, or forgotten. False, and nothing is held, when memory is short. */
_Bool qd_screen_hold(void);
void qd_screen_release(_Bool print);

/* Goes to the beginning of the terminal's line on stderr and erases it: the one control sequence of the
 * program's own. */
void qd_screen_erase_line(void);

/* Filters `size` bytes into out, which has room for QD_SCREEN_GROWTH times as many, and gives the length. An
 * unfinished sequence at the end is left: *taken bytes were dealt with; `last`: nothing follows that could
 * finish it. */
#define QD_SCREEN_GROWTH 6
size_t qd_screen_filter(const unsigned char *bytes, size_t size, _Bool last, char *out, size_t *taken);

#endif
