/* Writing JSON (RFC 8259): numbers that read back to the same bits, texts escaped. */
#ifndef QD_BASE_JSON_H
#define QD_BASE_JSON_H

#include <stdio.h>

/* The shorter of %.15g and %.17g that reads back to x; null where x is not finite. */
void qd_json_real(FILE *out, double x);

/* A text in quotes, which must be UTF-8. Escapes `<`, so that no text ends the script element of a page. */
void qd_json_text(FILE *out, const char *text);

#endif
