/* A growing string of bytes and a bounds-checked reader of one: whole numbers in LEB128 (seven bits a byte,
 * least significant first), doubles as their IEEE bits, little-endian. */
#ifndef QD_STATISTICS_BYTE_STRING_H
#define QD_STATISTICS_BYTE_STRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QD_WHOLE_BYTES 10 /* greatest length of a whole number */

/* `bytes` grows by realloc; the caller owns it at the end. A failed allocation sets `failed`, after which all
 * calls are ignored. */
typedef struct {
    unsigned char *bytes;
    size_t size, capacity;
    bool failed;
} qd_byte_writer_t;

void qd_byte_writer_raw(qd_byte_writer_t *self, const void *bytes, size_t size);
void qd_byte_writer_whole(qd_byte_writer_t *self, uint64_t value);
void qd_byte_writer_word(qd_byte_writer_t *self, uint64_t value); /* eight bytes */
void qd_byte_writer_real(qd_byte_writer_t *self, double value);

/* Writes a whole number at the place, at most QD_WHOLE_BYTES; returns the place after it. */
static inline unsigned char *qd_put_whole(unsigned char *at, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *at++ = (unsigned char)(value | 0x80);
    *at++ = (unsigned char)value;
    return at;
}

/* Signed numbers near 0 as whole numbers near 0: 0, -1, 1, -2, ... become 0, 1, 2, 3, ... */
static inline uint64_t qd_zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
}

static inline int64_t qd_unzigzag(uint64_t value)
{
    return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

/* Returns room for `size` more bytes, up to `end`; NULL after a failure. */
unsigned char *qd_byte_writer_room(qd_byte_writer_t *self, size_t size);
void qd_byte_writer_fill(qd_byte_writer_t *self, const unsigned char *end);

/* Reads never leave [at, end). After a read past the end or of a number above 64 bits `failed` is set and
 * every read gives 0. */
typedef struct {
    const unsigned char *at, *end;
    bool failed;
    bool first_edition; /* of the former encoding of tallies, which is read only (tally.c) */
} qd_byte_reader_t;

uint64_t qd_byte_reader_whole_long(qd_byte_reader_t *self);
uint64_t qd_byte_reader_word(qd_byte_reader_t *self);
double qd_byte_reader_real(qd_byte_reader_t *self);

/* Nearly all numbers of a tally are below 128: one byte. */
static inline uint64_t qd_byte_reader_whole(qd_byte_reader_t *self)
{
    return self->at != self->end && *self->at < 0x80 ? *self->at++ : qd_byte_reader_whole_long(self);
}

#endif
