/* Texts: files read whole and checked, the nearest known name, and JSON. */
#ifndef QD_BASE_TEXT_H
#define QD_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include "quadrille/error.h"

/* The status of a file that could not be read or made, from errno: QD_ERROR_INPUT where its name, its kind or
 * its permissions are at fault, so that the user can name another; otherwise QD_ERROR_IO. */
qd_status_t qd_unreadable_status(int number);

/* Describes the entry named `path` in *found; `follow`: the one that a symbolic link leads to. found->st_mode
 * is 0 where there is none, or the user may not reach it. QD_ERROR_IO if that cannot be determined. */
QD_MUST_USE qd_status_t qd_look_at(const char *path, bool follow, struct stat *found, qd_error_t *error);

/* Sets *there to whether an entry named `path` exists, even as a symbolic link to nothing. QD_ERROR_IO if
 * that cannot be determined: the caller must then not write to `path`. */
QD_MUST_USE qd_status_t qd_look_for(const char *path, bool *there, qd_error_t *error);

/* Adds "PATH: found an existing file; expected none (ADVICE)", or folder, or symbolic link, and returns
 * QD_ERROR_INPUT: the message of every command that keeps the file it finds. */
qd_status_t qd_refuse_existing(const char *path, const char *advice, qd_error_t *error);

/* Reads a whole file of at most `limit` bytes into *text (NUL-terminated, to be freed; NULL on failure); the
 * messages name `path`. qd_unreadable_status if it cannot be read; QD_ERROR_INPUT if it is larger;
 * QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_read_text(const char *path, size_t limit, char **text, size_t *length,
                                     qd_error_t *error);

/* The time of day as ISO 8601 in UTC; "" where the clock shows none. */
void qd_write_now(char text[static 32]);

/* The character that begins at s (of `left` bytes, at least one): its length in bytes and its code point; 0
 * where it is not UTF-8 (RFC 3629). */
size_t qd_text_character(const unsigned char *s, size_t left, uint32_t *code);

/* Whether a terminal may interpret a character instead of showing it: controls (C0, delete, C1), marks that
 * change the direction of writing (Unicode's Bidi_Control), separators of lines and paragraphs. */
bool qd_is_control(uint32_t code);

/* Whether a NUL-terminated text is valid as a name: UTF-8 without any such character. */
bool qd_is_name(const char *text);

#define QD_FOUND_SIZE 40

/* Whether text is UTF-8 (RFC 3629) without control characters other than tab, line feed and carriage return;
 * otherwise the line and column (from 1) of the first byte that is not, and its kind for a message ("the
 * control character 0x01"). */
bool qd_is_text(const char *text, size_t length, int *line, int *column, char found[static QD_FOUND_SIZE]);

/* qd_read_text for a CSV file: QD_ERROR_INPUT with line and column where it is not text. */
QD_MUST_USE qd_status_t qd_read_csv_text(const char *path, size_t limit, char **text, qd_error_t *error);

/* The digits of a macro that is a number, for a message. */
#define QD_DIGITS(number)    #number
#define QD_DIGITS_OF(number) QD_DIGITS(number)

/* The ending of a noun after that number of things: "1 world", "2 worlds". */
#define QD_S(number) ((number) == 1 ? "" : "s")

/* A text in memory that is written as a stream. open_memstream is not used: if memory is short, that of glibc
 * drops written text without an error of the stream. */
typedef struct {
    char *text; /* NUL-terminated, or NULL */
    size_t size, room;
} qd_memory_t;

/* A stream that writes to *self, which must stay where it is until qd_memory_close; NULL where memory is
 * short. */
FILE *qd_memory_open(qd_memory_t *self);

/* Closes the stream. Returns self->text, whole and to be freed; NULL, with nothing left to free, where memory
 * was short. */
char *qd_memory_close(FILE *out, qd_memory_t *self);

/* The nearest known name, for messages about unknown names. */

/* Of `count` names, the nearest to `name` in edit distance (insertions, deletions, substitutions,
 * transpositions of neighbours), or NULL if none is near enough (distance above a third
 * of its length + 1, or above half of the longer name, or names of one or two letters). */
const char *qd_nearest_name(const char *name, size_t count, const char *(*name_at)(size_t index));

/* The same of an array of names. */
const char *qd_nearest_of(const char *name, size_t count, const char *const names[]);

/* For messages about a name: " (did you mean `NEAR`?)", or "" if `near` is NULL. */
typedef struct {
    char text[160];
} qd_near_t;
qd_near_t qd_near(const char *near);

/* The file of `folder` whose name is nearest to `name`, or NULL: malloc'ed. With an `ending`, only files with
 * that ending are considered, and their names are compared and returned without it. */
char *qd_nearest_file(const char *folder, const char *name, const char *ending);

/* For messages about a missing file: " (did you mean `PATH`?)" with the nearest name in its folder, or "" if
 * none is near or errno, `number`, is not ENOENT. Returns `text`. */
const char *qd_near_path(const char *path, int number, char *text, size_t size);

/* Writing JSON (RFC 8259): numbers that read back to the same bits, texts escaped. */

/* The shorter of %.15g and %.17g that reads back to x; null where x is not finite. */
void qd_json_real(FILE *out, double x);

/* A text in quotes. Escapes `<`, so that no text ends the script element of a page; replaces each byte that
 * is not UTF-8 by U+FFFD. */
void qd_json_text(FILE *out, const char *text);

#endif
