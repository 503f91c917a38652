/* Output for the terminal: stdout and stderr pass through a filter that makes control characters visible.
 *
 * Texts from experiment files, result files, folders and the command line may contain escape sequences, or
 * marks that reverse the direction of writing. A terminal that interprets them displays a false text. The
 * filter writes such a character as an escape of JSON (\u0007), so that JSON stays valid, and a byte that is
 * not UTF-8 as \xff. Tabs and line feeds pass, and a carriage return before a line feed. */
#ifndef QD_CLI_SCREEN_H
#define QD_CLI_SCREEN_H

#include <stddef.h>
#include <stdio.h>

#include "base/text.h"

/* Installs the filter on both streams; call it before anything is printed. False when memory is short. */
_Bool qd_screen_open(void);

/* Holds output to stdout back, so that a command prints all of it or, after a fault, nothing.
 * qd_screen_release prints or discards it. Returns false and holds nothing when memory is short. */
_Bool qd_screen_hold(void);
void qd_screen_release(_Bool print);

/* Whether memory was short for a text that was to be printed: the output is then not whole. */
_Bool qd_screen_lost(void);

/* Erases the current line of the terminal on stderr: the only control sequence that the program sends. */
void qd_screen_erase_line(void);

/* Texts broken into lines. */

/* Prints the words of a text to stdout, broken into lines that begin at column `indent` (the first where the
 * cursor is), and a newline. */
void qd_wrapped(const char *text, int indent);

/* A text printed in several steps: qd_wrap_end prints all that was written to the stream, as qd_wrapped does.
 * If memory is short, the stream is stdout, and the text is printed unbroken. */
typedef struct {
    FILE *out;
    qd_memory_t memory;
} qd_wrap_t;

FILE *qd_wrap_begin(qd_wrap_t *self);
void qd_wrap_end(qd_wrap_t *self, int indent);

/* As qd_wrapped, for paragraphs: breaks each line of the text as a paragraph; a line that begins with a space
 * stays as it is. */
void qd_wrapped_paragraphs(const char *text);

#endif
