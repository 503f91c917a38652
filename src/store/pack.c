#include "store/pack.h"

#include <string.h>
#include <zlib.h>

#define SUM_BYTES 4
#define SUM_WORDS 360 /* so many 16-bit words add up without overflow */

size_t qd_pack_bound(size_t size)
{
    return (size_t)compressBound((uLong)size) + SUM_BYTES;
}

/* First bytes of all values, then second ones, and so on. */
static void shuffle_bytes(const unsigned char *from, size_t count, size_t width, unsigned char *to)
{
    for (size_t b = 0; b < width; b++)
        for (size_t i = 0; i < count; i++)
            *to++ = from[i * width + b];
}

static uint32_t fold(uint32_t sum)
{
    return (sum & 0xFFFF) + (sum >> 16);
}

/* Fletcher's (1982) checksum of big-endian 16-bit words, as HDF5 computes it. */
static uint32_t fletcher32(const unsigned char *at, size_t size)
{
    uint32_t low = 0, high = 0;
    for (size_t words = size / 2; words > 0;) {
        size_t some = words < SUM_WORDS ? words : SUM_WORDS;
        words -= some;
        for (; some > 0; some--, at += 2) {
            low += (uint32_t)at[0] << 8 | at[1];
            high += low;
        }
        low = fold(low);
        high = fold(high);
    }
    if (size % 2 != 0) {
        low += (uint32_t)at[0] << 8;
        high += low;
        low = fold(low);
        high = fold(high);
    }
    return fold(high) << 16 | fold(low);
}

size_t qd_pack(const void *values, size_t count, size_t width, bool shuffle, unsigned char *scratch,
               unsigned char *out, bool *deflated)
{
    size_t size = count * width;
    uLongf packed = compressBound((uLong)size);
    const unsigned char *from = values;
    if (shuffle) {
        shuffle_bytes(from, count, width, scratch);
        from = scratch;
    }
    int status = compress2(out, &packed, from, (uLong)size, QD_DEFLATE_LEVEL);
    if (status != Z_OK)
        return 0;
    *deflated = packed < size;
    if (!*deflated)
        memcpy(out, from, size);
    size_t length = *deflated ? (size_t)packed : size;
    uint32_t sum = fletcher32(out, length);
    for (size_t i = 0; i < SUM_BYTES; i++)
        out[length + i] = (unsigned char)(sum >> (8 * i));
    return length + SUM_BYTES;
}
