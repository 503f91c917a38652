#include "quadrille/error.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

qd_status_t qd_error_add(qd_error_t *error, qd_status_t status, const char *format, ...)
{
    if (error->count++ == 0)
        error->status = status;
    size_t room = sizeof error->text - error->used;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(error->text + error->used, room, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length + 2 > room) {
        /* A first message that is too long is truncated; a later one is dropped and counted. */
        if (error->used == 0 && length > 0) {
            error->used = sizeof error->text - 1;
            error->text[error->used - 1] = '\n';
        } else {
            error->text[error->used] = '\0';
            error->omitted++;
        }
        return status;
    }
    error->used += (size_t)length;
    error->text[error->used++] = '\n';
    error->text[error->used] = '\0';
    return status;
}

/* ---- order of places ----------------------------------------------------------------------------------- */

#define SORTED_MAX 1024 /* messages; the text holds more only if they are very short */

typedef struct {
    const char *text;
    size_t length, name; /* bytes of the line, and of the file's name in it; 0: no place */
    size_t file, index;  /* ranks */
    unsigned long line, column;
} message_t;

/* Reads "LINE: " or "LINE:COLUMN: " at s. */
static bool read_place(const char *s, message_t *out)
{
    char *end;
    if (!isdigit((unsigned char)*s))
        return false;
    out->line = strtoul(s, &end, 10);
    out->column = 0;
    if (*end == ':' && isdigit((unsigned char)end[1]))
        out->column = strtoul(end + 1, &end, 10);
    return end[0] == ':' && end[1] == ' ';
}

static message_t parse_message(const char *text, size_t length, size_t index)
{
    message_t out = {.text = text, .length = length, .index = index};
    for (size_t i = 1; i < length; i++)
        if (text[i] == ':' && read_place(text + i + 1, &out)) {
            out.name = i;
            return out;
        } else if (text[i] == ':' && text[i + 1] == ' ')
            break;
    return out;
}

static bool same_file(const message_t *a, const message_t *b)
{
    return a->name > 0 && a->name == b->name && memcmp(a->text, b->text, a->name) == 0;
}

static void rank_files(message_t message[], size_t count, const char *file)
{
    for (size_t i = 0; i < count; i++) {
        size_t first = 0;
        while (first < i && !same_file(&message[first], &message[i]))
            first++;
        bool is_main = message[i].name == strlen(file) && memcmp(message[i].text, file, message[i].name) == 0;
        message[i].file = message[i].name == 0 ? SIZE_MAX : is_main ? 0 : first + 1;
    }
}

static int by_place(const void *a, const void *b)
{
    const message_t *x = a, *y = b;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    if (x->name > 0 && x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->name > 0 && x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

void qd_error_sort(qd_error_t *error, size_t from, const char *file)
{
    message_t message[SORTED_MAX];
    char copy[sizeof error->text];
    size_t count = 0;
    memcpy(copy, error->text, sizeof copy);
    for (size_t at = from, length; at < error->used; at += length + 1, count++) {
        length = strcspn(copy + at, "\n");
        if (count == SORTED_MAX)
            return;
        message[count] = parse_message(copy + at, length, count);
    }
    rank_files(message, count, file);
    qsort(message, count, sizeof *message, by_place);
    char *to = error->text + from;
    for (size_t i = 0; i < count; i++) {
        memcpy(to, message[i].text, message[i].length);
        to[message[i].length] = '\n';
        to += message[i].length + 1;
    }
}

/* ---- statuses ------------------------------------------------------------------------------------------ */

const char *qd_strerror(qd_status_t status)
{
    switch (status) {
    case QD_OK:
        return "done";
    case QD_ERROR_INPUT:
        return "wrong input";
    case QD_ERROR_MEMORY:
        return "out of memory";
    case QD_ERROR_IO:
        return "input or output failed";
    case QD_ERROR_STOPPED:
        return "stopped early, finished work kept";
    case QD_ERROR_DIFFERS:
        return "a recomputed world differs";
    case QD_ERROR_INTERNAL:
        return "internal error, a defect of quadrille";
    }
    return "unknown status";
}

int qd_exit_status(qd_status_t status)
{
    switch (status) {
    case QD_OK:
        return 0;
    case QD_ERROR_INPUT:
        return 2;
    case QD_ERROR_DIFFERS:
        return 3;
    case QD_ERROR_STOPPED:
        return 75;
    default:
        return 1;
    }
}
