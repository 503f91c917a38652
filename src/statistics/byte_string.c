#include "statistics/byte_string.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "math/elementary.h"

static bool reserve(qd_byte_writer_t *self, size_t more)
{
    if (self->failed)
        return false;
    if (self->capacity - self->size >= more)
        return true;
    size_t capacity = self->capacity < 4096 ? 4096 : self->capacity;
    while (capacity - self->size < more && capacity <= SIZE_MAX / 2)
        capacity *= 2;
    unsigned char *bytes = capacity - self->size < more ? NULL : qd_resize(self->bytes, capacity, 1, NULL);
    if (!bytes) {
        self->failed = true;
        return false;
    }
    self->bytes = bytes;
    self->capacity = capacity;
    return true;
}

void qd_byte_writer_raw(qd_byte_writer_t *self, const void *bytes, size_t size)
{
    if (!reserve(self, size))
        return;
    memcpy(self->bytes + self->size, bytes, size);
    self->size += size;
}

void qd_byte_writer_whole(qd_byte_writer_t *self, uint64_t value)
{
    unsigned char *at = qd_byte_writer_room(self, QD_WHOLE_BYTES);
    if (at)
        qd_byte_writer_fill(self, qd_put_whole(at, value));
}

void qd_byte_writer_word(qd_byte_writer_t *self, uint64_t value)
{
    uint64_t word = htole64(value);
    qd_byte_writer_raw(self, &word, sizeof word);
}

unsigned char *qd_byte_writer_room(qd_byte_writer_t *self, size_t size)
{
    return reserve(self, size) ? self->bytes + self->size : NULL;
}

void qd_byte_writer_fill(qd_byte_writer_t *self, const unsigned char *end)
{
    self->size = (size_t)(end - self->bytes);
}

void qd_byte_writer_real(qd_byte_writer_t *self, double value)
{
    qd_byte_writer_word(self, qd_bits_of(value));
}

static uint64_t refuse(qd_byte_reader_t *self)
{
    self->failed = true;
    self->at = self->end;
    return 0;
}

uint64_t qd_byte_reader_whole_long(qd_byte_reader_t *self)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (self->at == self->end)
            return refuse(self);
        unsigned char byte = *self->at++;
        if (shift == 63 && byte > 1)
            return refuse(self);
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
    return refuse(self);
}

uint64_t qd_byte_reader_word(qd_byte_reader_t *self)
{
    uint64_t word;
    if ((size_t)(self->end - self->at) < sizeof word)
        return refuse(self);
    memcpy(&word, self->at, sizeof word);
    self->at += sizeof word;
    return le64toh(word);
}

double qd_byte_reader_real(qd_byte_reader_t *self)
{
    return qd_from_bits(qd_byte_reader_word(self));
}
