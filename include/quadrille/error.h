/* One error convention for the whole library.
 *
 * Every function that can fail returns a qd_status_t: QD_OK (0) or a negative code, and takes a qd_error_t
 * (never NULL) to which it adds a message; if the user's input is wrong, the message names file, line and
 * name. An error holds any number of messages, so that one run reports all faults of an input file. Below
 * cli/ nothing exits, aborts or prints. A qd_error_t belongs to one thread at a time. */
#ifndef QUADRILLE_ERROR_H
#define QUADRILLE_ERROR_H

#include <stddef.h>

#pragma GCC visibility push(default)

/* The status of a call. */
typedef enum {
    QD_OK = 0,
    QD_ERROR_INPUT = -1,  /* the user's input is wrong: exit status 2, nothing written */
    QD_ERROR_MEMORY = -2, /* an allocation failed */
    QD_ERROR_IO = -3,     /* a file could not be read or written; the message carries strerror */
    QD_ERROR_STOPPED =
        -4, /* stopped early (signal, time budget) with all finished work kept: exit status 75 */
    QD_ERROR_DIFFERS = -5,  /* verify found a difference: exit status 3 */
    QD_ERROR_INTERNAL = -6, /* a defect of quadrille itself */
} qd_status_t;

/* Marks a function whose result the caller must look at. */
#define QD_MUST_USE __attribute__((warn_unused_result))
/* The argument `string` is a format of printf whose values begin at argument `first`. */
#define QD_PRINTF(string, first) __attribute__((format(printf, string, first)))

/* Messages, one a line, in the order in which the faults were found. Messages that do not fit are
 * counted. */
typedef struct {
    qd_status_t status; /* that of the first message; QD_OK while there is none */
    size_t count;       /* number of messages added */
    size_t omitted;     /* number of messages that did not fit into text */
    size_t used;        /* bytes of text in use, the closing NUL not counted */
    char text[16384];   /* the messages, each ending in a newline */
} qd_error_t;

/* An error without a message, to begin with. */
#define QD_ERROR_NONE ((qd_error_t){.status = QD_OK})

/* Adds one message (printf-style, without a newline) and returns `status`, so that a function can end with
 * `return qd_error_add(error, QD_ERROR_INPUT, "...", ...)`. */
qd_status_t qd_error_add(qd_error_t *error, qd_status_t status, const char *format, ...) QD_PRINTF(3, 4);

/* Puts the messages that begin at byte `from` of the text in the order of the places that they name: first
 * those of `file`, "FILE:LINE:COLUMN: ..." by line and column; then those of other files, in the order in
 * which these were first named; then those without a line. Messages of one place stay in the order in which
 * they were added. */
void qd_error_sort(qd_error_t *error, size_t from, const char *file);

/* One phrase in English for a code, e.g. "wrong input". Never NULL. */
const char *qd_strerror(qd_status_t status);

/* The exit status that stands for a code: 0, 1, 2, 3 or 75. */
int qd_exit_status(qd_status_t status);

#pragma GCC visibility pop

#endif
