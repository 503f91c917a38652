#include "statistics/counts.h"

size_t qd_counts_find(const uint64_t count[], size_t first, size_t last, uint64_t rank)
{
    uint64_t below = 0;
    for (size_t i = first; i < last; i++) {
        below += count[i];
        if (below >= rank)
            return i;
    }
    return last;
}

#define BLOCK 16

/* Bit i: count[i] is not 0, for i < n <= BLOCK. */
static uint32_t in_use(const uint64_t count[], size_t n)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < n; i++)
        mask |= (uint32_t)(count[i] != 0) << i;
    return mask;
}

/* A branch per count would be mispredicted, so blocks of counts become bits, and bits become places. Returns
 * the place after the pairs; *next is the bin after the last of them. */
static unsigned char *put_pairs(unsigned char *at, const uint64_t count[], size_t first, size_t last,
                                size_t *next)
{
    for (size_t i = first; i <= last; i += BLOCK) {
        uint32_t mask = last - i < BLOCK ? in_use(count + i, last - i + 1) : in_use(count + i, BLOCK);
        for (; mask != 0; mask &= mask - 1) {
            size_t bin = i + (size_t)__builtin_ctz(mask);
            at = qd_put_whole(qd_put_whole(at, bin - *next), count[bin]);
            *next = bin + 1;
        }
    }
    return at;
}

void qd_counts_encode(const uint64_t count[], size_t first, size_t last, size_t apart, qd_byte_writer_t *to)
{
    uint32_t pairs = apart != QD_COUNTS_NONE && count[apart] != 0;
    size_t next = 0;
    for (size_t i = first; i <= last; i++)
        pairs += count[i] != 0;
    qd_byte_writer_whole(to, pairs);
    unsigned char *at = qd_byte_writer_room(to, pairs * (size_t)(QD_WHOLE_BYTES + QD_WHOLE_BYTES));
    if (at == NULL)
        return;
    at = put_pairs(at, count, first, last, &next);
    if (apart != QD_COUNTS_NONE)
        at = put_pairs(at, count, apart, apart, &next);
    qd_byte_writer_fill(to, at);
}

bool qd_counts_decode(uint64_t count[], size_t bins, uint64_t *total, size_t *first, size_t *last,
                      qd_byte_reader_t *from)
{
    uint64_t pairs = qd_byte_reader_whole(from), next = 0;
    *total = 0;
    if (pairs > bins)
        return false;
    for (uint64_t k = 0; k < pairs; k++) {
        uint64_t gap = qd_byte_reader_whole(from), more = qd_byte_reader_whole(from);
        if (from->failed || gap >= bins - next || more == 0)
            return false;
        size_t bin = (size_t)(next + gap);
        next = bin + 1;
        *total += more;
        *first = k == 0 ? bin : *first;
        *last = bin;
        if (count != NULL)
            count[bin] += more;
    }
    return !from->failed;
}
