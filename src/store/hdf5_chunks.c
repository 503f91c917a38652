/* Slabs of variables that are packed, written chunk by chunk: threads sum and pack, the caller writes. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/digest_values.h"
#include "store/hdf5_file.h"
#include "store/pack.h"

#define CHUNKS_A_THREAD 4 /* chunks in memory at once */
#define ALIGNMENT       8 /* of the values of a chunk */

/* One chunk of a slab: its place, and the bytes that a thread makes of it. */
typedef struct {
    const qd_h5_slab_t *slab;
    hsize_t first[QD_H5_RANK_MAX]; /* its first element, in the variable */
    uint64_t sum;
    unsigned char *room;   /* room for three chunks: values, padded or shuffled values, packed bytes */
    unsigned char *packed; /* in room */
    size_t size;           /* 0: memory was short */
    bool deflated;
} job_t;

typedef struct {
    qd_h5_t *h5;
    size_t jobs, most;
    job_t *job;
    unsigned char *room;
} queue_t;

static size_t width_of(qd_h5_type_t type)
{
    return type == QD_H5_BYTE || type == QD_H5_CODE ? 1 : 8;
}

static size_t volume(size_t rank, const hsize_t size[])
{
    size_t elements = 1;
    for (size_t i = 0; i < rank; i++)
        elements *= (size_t)size[i];
    return elements;
}

static size_t chunk_bytes(const qd_h5_written_t *variable)
{
    return volume(variable->rank, variable->chunk) * width_of(variable->type);
}

/* Whether the slab consists of whole chunks; the last ones may end with the variable. */
static bool is_whole(const qd_h5_written_t *variable, const qd_h5_slab_t *slab)
{
    for (size_t i = 0; i < variable->rank; i++) {
        hsize_t end = slab->start[i] + slab->count[i];
        if (slab->count[i] == 0 || slab->start[i] % variable->chunk[i] != 0 ||
            (end % variable->chunk[i] != 0 && end != variable->size[i]))
            return false;
    }
    return true;
}

/* An array of values, and the place of a box in it. */
typedef struct {
    unsigned char *at;
    const hsize_t *shape, *place;
} box_t;

static size_t offset_of(size_t rank, const box_t *box, const hsize_t at[])
{
    size_t offset = 0;
    for (size_t i = 0; i < rank; i++)
        offset = offset * (size_t)box->shape[i] + (size_t)(box->place[i] + at[i]);
    return offset;
}

/* Copies a box of `count` values from array to array, row by row. */
static void copy_box(size_t rank, const hsize_t count[], size_t width, const box_t *from, const box_t *to)
{
    hsize_t at[QD_H5_RANK_MAX] = {0};
    size_t row = (size_t)count[rank - 1] * width;
    do
        memcpy(to->at + offset_of(rank, to, at) * width, from->at + offset_of(rank, from, at) * width, row);
    while (rank > 1 && qd_digest_next_row(rank, count, at));
}

/* On any thread: copies the values of the chunk out of the slab, adds up their digest, and packs them. */
static void pack_chunk(void *context, size_t index)
{
    const queue_t *queue = context;
    job_t *job = &queue->job[index];
    const qd_h5_slab_t *slab = job->slab;
    const qd_h5_written_t *variable = &queue->h5->variable[slab->variable];
    size_t rank = variable->rank, width = width_of(variable->type), bytes = chunk_bytes(variable);
    hsize_t place[QD_H5_RANK_MAX] = {0}, count[QD_H5_RANK_MAX] = {0};
    const hsize_t origin[QD_H5_RANK_MAX] = {0};
    for (size_t i = 0; i < rank; i++) {
        hsize_t left = variable->size[i] - job->first[i];
        place[i] = job->first[i] - slab->start[i];
        count[i] = left < variable->chunk[i] ? left : variable->chunk[i];
    }
    unsigned char *values = job->room, *spare = job->room + bytes;
    job->packed = spare + bytes;
    box_t from = {(unsigned char *)(uintptr_t)slab->values.at, slab->count, place},
          dense = {values, count, origin}, padded = {spare, variable->chunk, origin};
    copy_box(rank, count, width, &from, &dense);
    job->sum =
        qd_digest_values(rank, variable->size, job->first, count, (qd_h5_values_t){variable->type, values});
    if (volume(rank, count) * width < bytes) {
        memset(spare, 0, bytes);
        copy_box(rank, count, width, &dense, &padded);
        memcpy(values, spare, bytes);
    }
    job->size = qd_pack(values, bytes / width, width, variable->shuffled, spare, job->packed, &job->deflated);
}

/* Packs the queued chunks and writes them. */
static void flush(queue_t *self)
{
    qd_h5_t *h5 = self->h5;
    if (!h5->failed)
        qd_runner_run(h5->runner, self->jobs, pack_chunk, self);
    for (size_t i = 0; i < self->jobs && !h5->failed; i++) {
        const job_t *job = &self->job[i];
        qd_h5_written_t *variable = &h5->variable[job->slab->variable];
        uint32_t skipped = job->deflated        ? 0
                           : variable->shuffled ? 2
                                                : 1; /* bit of deflate among the filters */
        if (job->size == 0)
            qd_h5_no_memory(h5);
        else
            qd_h5_need(h5,
                       H5Dwrite_chunk(variable->dataset, H5P_DEFAULT, skipped, job->first, job->size,
                                      job->packed) >= 0,
                       "writing variable", variable->path);
        variable->sum += job->sum;
    }
    self->jobs = 0;
}

/* Puts every chunk of a slab into the queue. */
static void enqueue(queue_t *self, const qd_h5_slab_t *slab)
{
    const qd_h5_written_t *variable = &self->h5->variable[slab->variable];
    hsize_t chunks[QD_H5_RANK_MAX + 1], at[QD_H5_RANK_MAX + 1] = {0};
    for (size_t i = 0; i < variable->rank; i++)
        chunks[i] = (slab->count[i] + variable->chunk[i] - 1) / variable->chunk[i];
    chunks[variable->rank] = 1; /* so that every dimension counts up */
    do {
        job_t *job = &self->job[self->jobs++];
        job->slab = slab;
        for (size_t i = 0; i < variable->rank; i++)
            job->first[i] = slab->start[i] + at[i] * variable->chunk[i];
        if (self->jobs == self->most)
            flush(self);
    } while (qd_digest_next_row(variable->rank + 1, chunks, at));
}

/* Allocates as many chunks as are packed at once, each of the largest size of all slabs. */
static bool make_room(queue_t *self, size_t slabs, const qd_h5_slab_t slab[])
{
    size_t bytes = 0;
    for (size_t i = 0; i < slabs; i++) {
        size_t mine = chunk_bytes(&self->h5->variable[slab[i].variable]);
        bytes = mine > bytes ? mine : bytes;
    }
    size_t each = 2 * bytes + qd_pack_bound(bytes);
    each += (ALIGNMENT - each % ALIGNMENT) % ALIGNMENT;
    self->most = CHUNKS_A_THREAD * (size_t)(self->h5->runner ? self->h5->runner->threads : 1);
    self->job = qd_new(self->most, sizeof *self->job, NULL);
    self->room = qd_new(self->most * each, 1, NULL);
    for (size_t i = 0; self->job && i < self->most; i++)
        self->job[i].room = self->room + i * each;
    return self->job && self->room;
}

void qd_h5_write_slabs(qd_h5_t *self, size_t slabs, const qd_h5_slab_t slab[])
{
    queue_t queue = {.h5 = self};
    if (self->failed || slabs == 0)
        return;
    if (!make_room(&queue, slabs, slab))
        qd_h5_no_memory(self);
    for (size_t i = 0; i < slabs && !self->failed; i++) {
        const qd_h5_written_t *variable = &self->variable[slab[i].variable];
        if (variable->packed && slab[i].values.type == variable->type && is_whole(variable, &slab[i]))
            enqueue(&queue, &slab[i]);
        else
            qd_h5_write_slab(self, slab[i].variable, slab[i].start, slab[i].count, slab[i].values);
    }
    flush(&queue);
    free(queue.job);
    free(queue.room);
}
