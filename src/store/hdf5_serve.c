#include "store/hdf5_serve.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/digest.h"
#include "store/guard.h"
#include "store/hdf5_here.h"

/* Bytes of a slab; 0 where it is larger than allowed. */
static size_t slab_size(const qd_h5_request_t *request)
{
    size_t size = request->type == QD_H5_BYTE ? 1 : 8;
    for (size_t i = 0; i < request->rank && i < QD_H5_RANK_MAX; i++) {
        if (request->count[i] > QD_H5_SLAB_MOST / size)
            return 0;
        size *= (size_t)request->count[i];
    }
    return size;
}

/* Answers one request; the values of the answer are malloc'ed. */
static void *answer(qd_h5_t *h5, const qd_h5_request_t *request, const qd_digest_sums_t *given,
                    qd_h5_reply_t *reply)
{
    void *data = NULL;
    qd_digest_sums_t sums;
    switch (request->ask) {
    case QD_H5_ASK_VET:
        qd_h5_here_vet(h5);
        break;
    case QD_H5_ASK_CHECK:
        qd_digest_check(h5, request->rows, given->count > 0 ? given : NULL);
        data = strdup(h5->digest);
        reply->size = data ? strlen(data) : 0;
        break;
    case QD_H5_ASK_SUMS:
        qd_digest_sum(h5, request->rows, request->share, request->shares, &sums);
        data = sums.sum;
        reply->size = sums.count * sizeof *sums.sum;
        reply->count = sums.count;
        break;
    case QD_H5_ASK_EXISTS:
        reply->found = qd_h5_here_exists(h5, request->path);
        break;
    case QD_H5_ASK_TEXT:
        data = qd_h5_here_text(h5, request->path, request->name);
        reply->found = data != NULL;
        reply->size = data ? strlen(data) + 1 : 0;
        break;
    case QD_H5_ASK_NUMBER:
        reply->found = qd_h5_here_number(h5, request->path, request->name, request->type, &reply->number);
        break;
    case QD_H5_ASK_LENGTH:
        reply->number = qd_h5_here_length(h5, request->path, request->axis);
        break;
    case QD_H5_ASK_READ:
        data = qd_h5_here_read(h5, request->path, request->type, &reply->size, &reply->count);
        break;
    case QD_H5_ASK_SLAB:
        reply->size = slab_size(request);
        data = qd_new(reply->size, 1, NULL);
        if (!data)
            qd_h5_no_memory(h5);
        else if (reply->size > 0)
            qd_h5_here_slab(h5, request->path, request->type, request->rank, request->start, request->count,
                            data);
        break;
    }
    return data;
}

/* False when the parent has ended. */
static bool send_reply(int channel, qd_h5_t *h5, qd_h5_reply_t *reply, const void *data)
{
    qd_h5_here_blame_system(h5);
    reply->failed = h5->failed;
    reply->absent = h5->absent;
    memcpy(reply->why, h5->why, sizeof reply->why);
    reply->size = h5->failed ? 0 : reply->size;
    h5->failed = h5->absent = h5->fault = false;
    return qd_channel_send(channel, reply, sizeof *reply) &&
           (reply->size == 0 || qd_channel_send(channel, data, reply->size));
}

/* Receives the sums that follow a request; false where the channel ends before, or memory is short. */
static bool receive_sums(int channel, const qd_h5_request_t *request, qd_digest_sums_t *given)
{
    *given = (qd_digest_sums_t){.count = request->given};
    if (given->count == 0)
        return true;
    given->sum = qd_new(given->count, sizeof *given->sum, NULL);
    return given->sum && qd_channel_receive(channel, given->sum, given->count * sizeof *given->sum);
}

void qd_h5_serve(int channel, void *path)
{
    qd_h5_t *h5 = qd_new(1, sizeof *h5, NULL);
    qd_h5_request_t request;
    if (!h5)
        return;
    qd_guard_allow_file(path);
    qd_h5_here_open(h5, path);
    bool open = !h5->failed;
    bool more = send_reply(channel, h5, &(qd_h5_reply_t){0}, NULL) && open;
    while (more && qd_channel_receive(channel, &request, sizeof request)) {
        qd_h5_reply_t reply = {0};
        qd_digest_sums_t given;
        qd_guard_allow_request();
        more = receive_sums(channel, &request, &given);
        void *data = more ? answer(h5, &request, &given, &reply) : NULL;
        more = more && send_reply(channel, h5, &reply, data);
        free(data);
        free(given.sum);
    }
    free(h5);
}
