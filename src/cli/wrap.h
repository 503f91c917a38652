/* Texts broken into lines. */
#ifndef QD_CLI_WRAP_H
#define QD_CLI_WRAP_H

/* Nothing printed is wider, in columns. */
#define QD_WRAP_WIDTH 110

/* Prints the words of a text to stdout, broken into lines that begin at column `indent` (the first where the cursor is), and a
 * newline. */
void qd_wrapped(const char *text, int indent);

/* The same of paragraphs: each line of the text is a paragraph that is broken, but a line that begins with a space stays as it is.
 */
void qd_wrapped_paragraphs(const char *text);

#endif
