#include "engine/part_writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

typedef struct {
    struct qd_part_writer *crew;
    size_t number;
    pthread_t thread;
    bool writing; /* sealed data wait for the thread */
} writer_t;

struct qd_part_writer {
    qd_parts_t *parts;
    pthread_mutex_t mutex; /* guards all members below */
    pthread_cond_t turned; /* a flag has changed */
    size_t writers;
    writer_t *writer;
    bool ending;
    qd_error_t fault;
};

static void *write_parts(void *context)
{
    writer_t *writer = context;
    qd_part_writer_t *self = writer->crew;
    pthread_mutex_lock(&self->mutex);
    for (;;) {
        while (!writer->writing && !self->ending)
            pthread_cond_wait(&self->turned, &self->mutex);
        if (!writer->writing)
            break;
        pthread_mutex_unlock(&self->mutex);
        qd_error_t fault = QD_ERROR_NONE;
        qd_status_t status = qd_parts_write(self->parts, writer->number, &fault);
        pthread_mutex_lock(&self->mutex);
        if (status != QD_OK)
            self->fault = fault;
        writer->writing = false;
        pthread_cond_broadcast(&self->turned);
    }
    pthread_mutex_unlock(&self->mutex);
    return NULL;
}

/* Ends the threads and frees everything. */
static void finish(qd_part_writer_t *self)
{
    pthread_mutex_lock(&self->mutex);
    self->ending = true;
    pthread_cond_broadcast(&self->turned);
    pthread_mutex_unlock(&self->mutex);
    for (size_t i = 0; i < self->writers; i++)
        pthread_join(self->writer[i].thread, NULL);
}

static void discard(qd_part_writer_t *self)
{
    pthread_cond_destroy(&self->turned);
    pthread_mutex_destroy(&self->mutex);
    free(self->writer);
    free(self);
}

qd_status_t qd_part_writer_start(qd_parts_t *parts, qd_part_writer_t **self, qd_error_t *error)
{
    qd_part_writer_t *crew = qd_new(1, sizeof *crew, error);
    *self = NULL;
    if (!crew)
        return QD_ERROR_MEMORY;
    size_t writers = qd_parts_writers(parts);
    crew->writer = qd_new(writers, sizeof *crew->writer, error);
    if (!crew->writer) {
        free(crew);
        return QD_ERROR_MEMORY;
    }
    crew->parts = parts;
    crew->fault = QD_ERROR_NONE;
    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->turned, NULL);
    int number = 0;
    while (number == 0 && crew->writers < writers) {
        writer_t *writer = &crew->writer[crew->writers];
        *writer = (writer_t){.crew = crew, .number = crew->writers};
        number = pthread_create(&writer->thread, NULL, write_parts, writer);
        crew->writers += number == 0;
    }
    if (number != 0) {
        finish(crew);
        discard(crew);
        return qd_error_add(error, QD_ERROR_MEMORY, "a thread for writing parts could not be started: %s",
                            strerror(number));
    }
    *self = crew;
    return QD_OK;
}

static qd_status_t fault_of(const qd_part_writer_t *self, qd_error_t *error)
{
    if (self->fault.status != QD_OK)
        *error = self->fault;
    return self->fault.status;
}

/* A writer that does not write; NULL if all do. */
static writer_t *find_idle(qd_part_writer_t *self)
{
    for (size_t i = 0; i < self->writers; i++)
        if (!self->writer[i].writing)
            return &self->writer[i];
    return NULL;
}

qd_status_t qd_part_writer_offer(qd_part_writer_t *self, bool wait, qd_error_t *error)
{
    pthread_mutex_lock(&self->mutex);
    writer_t *writer = find_idle(self);
    for (; wait && !writer; writer = find_idle(self))
        pthread_cond_wait(&self->turned, &self->mutex);
    qd_status_t status = fault_of(self, error);
    if (status == QD_OK && writer && qd_parts_seal(self->parts, writer->number)) {
        writer->writing = true;
        pthread_cond_broadcast(&self->turned);
    }
    pthread_mutex_unlock(&self->mutex);
    return status;
}

qd_status_t qd_part_writer_end(qd_part_writer_t *self, qd_error_t *error)
{
    if (!self)
        return QD_OK;
    finish(self);
    qd_status_t status = fault_of(self, error);
    discard(self);
    return status;
}
