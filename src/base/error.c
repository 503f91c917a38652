#include "quadrille/error.h"

#include <stdarg.h>
#include <stdio.h>

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
        /* A first message that is too long is cut; a later one is dropped whole and counted. */
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
