#include "statistics/counts.h"

size_t qd_counts_find(const uint32_t count[], size_t first, size_t last, uint64_t rank)
{
    uint64_t below = 0;
    for (size_t i = first; i < last; i++) {
        below += count[i];
        if (below >= rank)
            return i;
    }
    return last;
}

/* Most counts are 0, and are passed over in blocks. */
#define BLOCK 8

static bool is_empty(const uint32_t count[])
{
    uint32_t any = 0;
    for (size_t i = 0; i < BLOCK; i++)
        any |= count[i];
    return any == 0;
}

void qd_counts_encode(const uint32_t count[], size_t first, size_t last, qd_byte_writer_t *to)
{
    uint32_t pairs = 0;
    for (size_t i = first; i <= last; i++)
        pairs += count[i] != 0;
    qd_byte_writer_whole(to, pairs);
    size_t next = 0;
    for (size_t i = first; pairs > 0; i++) {
        if (i + BLOCK <= last && is_empty(count + i)) {
            i += BLOCK - 1;
            continue;
        }
        if (count[i] == 0)
            continue;
        qd_byte_writer_whole(to, i - next);
        qd_byte_writer_whole(to, count[i]);
        next = i + 1;
        pairs--;
    }
}

bool qd_counts_decode(uint32_t count[], size_t bins, uint64_t *total, size_t *first, size_t *last,
                      qd_byte_reader_t *from)
{
    uint64_t pairs = qd_byte_reader_whole(from), next = 0;
    *total = 0;
    if (pairs > bins)
        return false;
    for (uint64_t k = 0; k < pairs; k++) {
        uint64_t gap = qd_byte_reader_whole(from), more = qd_byte_reader_whole(from);
        if (from->failed || gap >= bins - next || more == 0 || more > UINT32_MAX)
            return false;
        size_t bin = (size_t)(next + gap);
        next = bin + 1;
        *total += more;
        *first = k == 0 ? bin : *first;
        *last = bin;
        if (count != NULL)
            count[bin] += (uint32_t)more;
    }
    return !from->failed;
}
