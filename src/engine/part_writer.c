#include "engine/part_writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct qd_part_writer {
    qd_parts_t *parts;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards all members below */
    pthread_cond_t turned; /* a flag has changed */
    bool writing;          /* sealed data wait for the thread */
    bool ending;
    qd_error_t fault;
};

static void *write_parts(void *context)
{
    qd_part_writer_t *self = context;
    pthread_mutex_lock(&self->mutex);
    for (;;) {
        while (!self->writing && !self->ending)
            pthread_cond_wait(&self->turned, &self->mutex);
        if (!self->writing)
            break;
        pthread_mutex_unlock(&self->mutex);
        qd_error_t fault = QD_ERROR_NONE;
        qd_status_t status = qd_parts_write(self->parts, &fault);
        pthread_mutex_lock(&self->mutex);
        if (status != QD_OK)
            self->fault = fault;
        self->writing = false;
        pthread_cond_broadcast(&self->turned);
    }
    pthread_mutex_unlock(&self->mutex);
    return NULL;
}

qd_status_t qd_part_writer_start(qd_parts_t *parts, qd_part_writer_t **self, qd_error_t *error)
{
    qd_part_writer_t *writer = qd_new(1, sizeof *writer, error);
    *self = NULL;
    if (!writer)
        return QD_ERROR_MEMORY;
    writer->parts = parts;
    writer->fault = QD_ERROR_NONE;
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_cond_init(&writer->turned, NULL);
    int number = pthread_create(&writer->thread, NULL, write_parts, writer);
    if (number != 0) {
        pthread_cond_destroy(&writer->turned);
        pthread_mutex_destroy(&writer->mutex);
        free(writer);
        return qd_error_add(error, QD_ERROR_MEMORY, "a thread for writing parts could not be started: %s",
                            strerror(number));
    }
    *self = writer;
    return QD_OK;
}

static qd_status_t fault_of(const qd_part_writer_t *self, qd_error_t *error)
{
    if (self->fault.status != QD_OK)
        *error = self->fault;
    return self->fault.status;
}

qd_status_t qd_part_writer_offer(qd_part_writer_t *self, bool wait, qd_error_t *error)
{
    pthread_mutex_lock(&self->mutex);
    while (wait && self->writing)
        pthread_cond_wait(&self->turned, &self->mutex);
    qd_status_t status = fault_of(self, error);
    if (status == QD_OK && !self->writing && qd_parts_seal(self->parts)) {
        self->writing = true;
        pthread_cond_broadcast(&self->turned);
    }
    pthread_mutex_unlock(&self->mutex);
    return status;
}

qd_status_t qd_part_writer_end(qd_part_writer_t *self, qd_error_t *error)
{
    if (self == NULL)
        return QD_OK;
    pthread_mutex_lock(&self->mutex);
    self->ending = true;
    pthread_cond_broadcast(&self->turned);
    pthread_mutex_unlock(&self->mutex);
    pthread_join(self->thread, NULL);
    qd_status_t status = fault_of(self, error);
    pthread_cond_destroy(&self->turned);
    pthread_mutex_destroy(&self->mutex);
    free(self);
    return status;
}
