/* Texts broken into lines. */
#ifndef QD_CLI_WRAP_H
#define QD_CLI_WRAP_H

#include <stddef.h>
#include <stdio.h>

/* Nothing printed is wider, in columns. */
#define QD_WRAP_WIDTH 110

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
