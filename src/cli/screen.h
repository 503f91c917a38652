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
#include <stdio.h>

/* Puts the filter in front of both streams, before anything is printed. False when memory is short. */
_Bool qd_screen_open(void);

/* Holds what is printed to stdout back, until it is known whether it is all of what was asked for: then it is
 * printed, or forgotten. False, and nothing is held, when memory is short. */
_Bool qd_screen_hold(void);
void qd_screen_release(_Bool print);

/* Goes to the beginning of the terminal's line on stderr and erases it: the one control sequence of the
 * program's own. */
void qd_screen_erase_line(void);

/* Texts broken into lines. */

/* Prints the words of a text to stdout, broken into lines that begin at column `indent` (the first where the cursor is), and a
 * newline. */
void qd_wrapped(const char *text, int indent);

/* A text that is made piece by piece: what is written to the stream between begin and end is printed by qd_wrapped. Where memory
 * is short the stream is stdout, and the text is printed unbroken. */
typedef struct {
    FILE *out;
    char *text;
    size_t size;
} qd_wrap_t;

FILE *qd_wrap_begin(qd_wrap_t *self);
void qd_wrap_end(qd_wrap_t *self, int indent);

/* As qd_wrapped, of paragraphs: each line of the text is a paragraph that is broken, but a line that begins with a space stays as it is.
 */
void qd_wrapped_paragraphs(const char *text);

#endif
