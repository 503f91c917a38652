#include "store/hdf5_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "store/guard.h"
#include "store/hdf5_serve.h"

#define BYTES_A_READER ((size_t)8 << 20) /* less is read in the time that a child takes to start */

/* ---- asking the child ---------------------------------------------------------------------------------- */

/* Whether this process writes a file. Then another thread may be inside libhdf5 and hold its lock, for which
 * a new child would wait forever. */
static bool is_writing(void)
{
    return H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_FILE) > 0;
}

/* Notes that the child has ended, as the failure of this and every later request. */
static bool note_end(qd_h5_t *self)
{
    self->failed = true;
    self->absent = qd_guard_blames_file(self->guard, self->path, self->why, sizeof self->why);
    if (self->absent && !self->second && is_writing()) {
        self->absent = false;
        snprintf(self->why, sizeof self->why,
                 "the HDF5 library crashed on it; `quadrille verify` tells whether it is damaged");
    }
    return false;
}

/* Receives a reply without the values that follow it; false if the child has ended. */
static bool receive(qd_h5_t *self, qd_h5_reply_t *reply)
{
    if (!qd_guard_receive(self->guard, reply, sizeof *reply))
        return false;
    if (reply->failed) {
        self->failed = true;
        self->absent = reply->absent;
        snprintf(self->why, sizeof self->why, "%.*s", (int)sizeof reply->why - 1, reply->why);
    }
    return true;
}

/* Starts a child, which opens the file. */
static bool start(qd_h5_t *self)
{
    qd_h5_reply_t reply;
    self->guard = qd_guard_start(qd_h5_serve, self->path);
    if (self->guard)
        return receive(self, &reply);
    self->failed = true;
    snprintf(self->why, sizeof self->why, "no process to read it can be started: %s", strerror(errno));
    return true;
}

/* Starts a second child if the first one crashed. */
static bool start_again(qd_h5_t *self)
{
    if (self->second || !qd_guard_crashed(self->guard) || is_writing())
        return false;
    self->second = true;
    qd_guard_end(self->guard);
    return start(self);
}

/* Sends a request, with the sums that it announces. */
static bool send_request(qd_h5_t *self, const qd_h5_request_t *request, const uint64_t *sums)
{
    return qd_guard_send(self->guard, request, sizeof *request) &&
           (request->given == 0 || qd_guard_send(self->guard, sums, request->given * sizeof *sums));
}

/* Receives the reply to a request that was sent, if need be from a second child. False after a failure of the
 * request or of the channel. */
static bool take_reply(qd_h5_t *self, const qd_h5_request_t *request, const uint64_t *sums,
                       qd_h5_reply_t *reply)
{
    while (!self->failed && !receive(self, reply))
        if (!start_again(self) || (!self->failed && !send_request(self, request, sums)))
            return note_end(self);
    return !self->failed;
}

static bool ask_with(qd_h5_t *self, const qd_h5_request_t *request, const uint64_t *sums,
                     qd_h5_reply_t *reply)
{
    if (self->failed)
        return false;
    if (!self->guard) {
        qd_h5_refuse(self, "is not open");
        return false;
    }
    (void)!send_request(self, request, sums); /* a child that has ended does not reply */
    return take_reply(self, request, sums, reply);
}

static bool ask(qd_h5_t *self, const qd_h5_request_t *request, qd_h5_reply_t *reply)
{
    return ask_with(self, request, NULL, reply);
}

static qd_h5_request_t request_for(qd_h5_ask_t what, const char *path, const char *name)
{
    qd_h5_request_t request = {.ask = what};
    snprintf(request.path, sizeof request.path, "%s", path);
    snprintf(request.name, sizeof request.name, "%s", name);
    return request;
}

/* Receives the values that follow a reply, malloc'ed, with a NUL after them; NULL after a failure. */
static void *take_values(qd_h5_t *self, size_t size)
{
    char *data = size < SIZE_MAX ? qd_new(size + 1, 1, NULL) : NULL;
    if (!data) {
        qd_h5_no_memory(self);
        qd_guard_end(self->guard); /* its later replies are not received */
        self->guard = NULL;
        return NULL;
    }
    data[size] = '\0';
    if (qd_guard_receive(self->guard, data, size))
        return data;
    free(data);
    note_end(self);
    return NULL;
}

/* ---- opening ------------------------------------------------------------------------------------------- */

void qd_h5_open(qd_h5_t *self, const char *path)
{
    *self = (qd_h5_t){.file = -1};
    snprintf(self->path, sizeof self->path, "%s", path);
    if (access(path, R_OK) != 0) {
        char near[256], why[sizeof self->why];
        int number = errno;
        snprintf(why, sizeof why, "%s%s", strerror(number), qd_near_path(path, number, near, sizeof near));
        qd_h5_refuse(self, why);
        self->absent = qd_unreadable_status(number) == QD_ERROR_INPUT;
        return;
    }
    if (!start(self) && !start_again(self))
        note_end(self);
}

void qd_h5_vet(qd_h5_t *self)
{
    qd_h5_request_t request = request_for(QD_H5_ASK_VET, "/", "");
    qd_h5_reply_t reply;
    (void)!ask(self, &request, &reply);
}

/* Requests the digest; `sums` of the values where they are known. */
static void check_with(qd_h5_t *self, bool rows, const uint64_t *sums, size_t count)
{
    qd_h5_request_t request = request_for(QD_H5_ASK_CHECK, "/", "");
    qd_h5_reply_t reply;
    request.rows = rows;
    request.given = count;
    char *digest = ask_with(self, &request, sums, &reply) ? take_values(self, reply.size) : NULL;
    if (digest)
        snprintf(self->digest, sizeof self->digest, "%s", digest);
    free(digest);
}

void qd_h5_check(qd_h5_t *self, bool rows)
{
    check_with(self, rows, NULL, 0);
}

/* Several children that read a file, each a share of its values. */
typedef struct {
    size_t count;
    qd_h5_t *reader; /* all but the first, which is the file's own */
    uint64_t *sum;   /* of all who answered */
    size_t sums;
} readers_t;

static qd_h5_t *reader_at(readers_t *self, qd_h5_t *first, size_t i)
{
    return i == 0 ? first : &self->reader[i - 1];
}

/* Adds the sums of a reader's answer; all answers have the same number. */
static void take_sums(readers_t *self, qd_h5_t *reader, const qd_h5_request_t *request)
{
    qd_h5_reply_t reply;
    uint64_t *sum = take_reply(reader, request, NULL, &reply) ? take_values(reader, reply.size) : NULL;
    if (!sum)
        return;
    if (!self->sum) {
        self->sum = sum;
        self->sums = reply.count;
        return;
    }
    if (reply.count != self->sums)
        qd_h5_refuse_contents(reader, "damaged: it was changed while it was read");
    for (size_t i = 0; i < self->sums && !reader->failed; i++)
        self->sum[i] += sum[i];
    free(sum);
}

/* Sends all requests before it waits for the first answer, so that the readers work at the same time. */
static void ask_all(readers_t *self, qd_h5_t *first, bool rows)
{
    qd_h5_request_t request = request_for(QD_H5_ASK_SUMS, "/", "");
    request.rows = rows;
    request.shares = self->count;
    for (size_t i = 0; i < self->count; i++) {
        qd_h5_t *reader = reader_at(self, first, i);
        request.share = i;
        if (!reader->failed)
            (void)!send_request(reader, &request, NULL); /* a child that has ended does not reply */
    }
    for (size_t i = 0; i < self->count; i++) {
        qd_h5_t *reader = reader_at(self, first, i);
        request.share = i;
        if (!reader->failed)
            take_sums(self, reader, &request);
        if (!reader->failed || first->failed)
            continue;
        first->failed = true;
        first->absent = reader->absent;
        memcpy(first->why, reader->why, sizeof first->why);
    }
}

size_t qd_h5_readers(const qd_h5_t *self, size_t threads)
{
    struct stat state;
    size_t worth = stat(self->path, &state) == 0 ? (size_t)state.st_blocks * 512 / BYTES_A_READER : 0;
    return worth < 1 ? 1 : worth < threads ? worth : threads;
}

void qd_h5_check_by(qd_h5_t *self, bool rows, size_t readers)
{
    readers_t all = {.count = readers};
    qd_error_t *ignored = readers < 2 ? NULL : qd_new(1, sizeof *ignored, NULL);
    if (readers < 2 || self->failed || !self->guard) {
        qd_h5_check(self, rows);
        free(ignored);
        return;
    }
    all.reader = qd_new(readers - 1, sizeof *all.reader, NULL);
    if (!all.reader || !ignored) {
        qd_h5_no_memory(self);
    } else {
        for (size_t i = 0; i + 1 < readers; i++)
            qd_h5_open(&all.reader[i], self->path);
        ask_all(&all, self, rows);
        for (size_t i = 0; i + 1 < readers; i++)
            (void)!qd_h5_close(&all.reader[i], ignored);
        check_with(self, rows, all.sum, all.sums);
    }
    free(all.sum);
    free(all.reader);
    free(ignored);
}

bool qd_h5_exists(qd_h5_t *self, const char *path)
{
    qd_h5_request_t request = request_for(QD_H5_ASK_EXISTS, path, "");
    qd_h5_reply_t reply;
    return ask(self, &request, &reply) && reply.found;
}

/* ---- attributes ---------------------------------------------------------------------------------------- */

char *qd_h5_get_text(qd_h5_t *self, const char *path, const char *name)
{
    qd_h5_request_t request = request_for(QD_H5_ASK_TEXT, path, name);
    qd_h5_reply_t reply;
    return ask(self, &request, &reply) && reply.found ? take_values(self, reply.size) : NULL;
}

static bool get_number(qd_h5_t *self, const char *path, const char *name, qd_h5_type_t type, void *value)
{
    qd_h5_request_t request = request_for(QD_H5_ASK_NUMBER, path, name);
    qd_h5_reply_t reply;
    request.type = type;
    if (!ask(self, &request, &reply) || !reply.found)
        return false;
    memcpy(value, &reply.number, sizeof reply.number);
    return true;
}

bool qd_h5_get_hash(qd_h5_t *self, const char *path, const char *name, uint64_t *value)
{
    return get_number(self, path, name, QD_H5_HASH, value);
}

bool qd_h5_get_real(qd_h5_t *self, const char *path, const char *name, double *value)
{
    return get_number(self, path, name, QD_H5_REAL, value);
}

bool qd_h5_get_whole(qd_h5_t *self, const char *path, const char *name, int64_t *value)
{
    return get_number(self, path, name, QD_H5_WHOLE, value);
}

/* ---- variables ----------------------------------------------------------------------------------------- */

size_t qd_h5_length(qd_h5_t *self, const char *path, size_t axis)
{
    qd_h5_request_t request = request_for(QD_H5_ASK_LENGTH, path, "");
    qd_h5_reply_t reply;
    request.axis = axis;
    return ask(self, &request, &reply) ? (size_t)reply.number : 0;
}

/* Splits texts that are stored one after another into malloc'ed ones; frees `joined`. */
static void *cut_texts(qd_h5_t *self, char *joined, size_t size, size_t count)
{
    char **text = count <= size ? qd_new(count, sizeof *text, NULL) : NULL;
    const char *at = joined, *end = joined + size;
    bool whole = text != NULL;
    for (size_t i = 0; whole && i < count; i++) {
        whole = at < end && (text[i] = strdup(at));
        at += whole ? strlen(at) + 1 : 0;
    }
    free(joined);
    if (whole)
        return text;
    for (size_t i = 0; text && i < count; i++)
        free(text[i]);
    free(text);
    qd_h5_no_memory(self);
    return NULL;
}

void *qd_h5_read(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t *count)
{
    qd_h5_request_t request = request_for(QD_H5_ASK_READ, path, "");
    qd_h5_reply_t reply;
    request.type = type;
    *count = 0;
    if (!ask(self, &request, &reply))
        return NULL;
    void *data = take_values(self, reply.size);
    if (data && type == QD_H5_TEXT)
        data = cut_texts(self, data, reply.size, reply.count);
    if (data)
        *count = type == QD_H5_TEXT ? reply.count : reply.size / (type == QD_H5_BYTE ? 1 : 8);
    return data;
}

/* One request of at most QD_H5_SLAB_MOST bytes. */
static bool read_piece(qd_h5_t *self, const qd_h5_request_t *request, size_t size, void *data)
{
    qd_h5_reply_t reply;
    if (!ask(self, request, &reply))
        return false;
    if (reply.size != size || !qd_guard_receive(self->guard, data, size))
        return note_end(self);
    return true;
}

/* Reads slab by slab along the first dimension that is longer than 1. */
void qd_h5_read_slab(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t rank, const hsize_t *start,
                     const hsize_t *count, void *data)
{
    qd_h5_request_t request = request_for(QD_H5_ASK_SLAB, path, "");
    size_t axis = 0, row = type == QD_H5_BYTE ? 1 : 8;
    request.type = type;
    request.rank = rank;
    memcpy(request.start, start, rank * sizeof *start);
    memcpy(request.count, count, rank * sizeof *count);
    while (axis + 1 < rank && count[axis] == 1)
        axis++;
    for (size_t i = axis + 1; i < rank; i++)
        row *= (size_t)count[i];
    hsize_t step = row > 0 && row < QD_H5_SLAB_MOST ? QD_H5_SLAB_MOST / row : 1;
    for (hsize_t done = 0; done < count[axis]; done += request.count[axis]) {
        request.start[axis] = start[axis] + done;
        request.count[axis] = count[axis] - done < step ? count[axis] - done : step;
        size_t size = row * (size_t)request.count[axis];
        if (!read_piece(self, &request, size, (char *)data + row * done))
            return;
    }
}
