#include "store/digest_values.h"

#include <math.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "store/cf.h"

static uint64_t of_word(uint64_t word, uint64_t position)
{
    return word == 0 ? 0 : XXH3_64bits_withSeed(&word, sizeof word, position);
}

static uint64_t of_real(double value, uint64_t position)
{
    uint64_t word;
    memcpy(&word, &value, sizeof word);
    return isnan(value) ? 0 : XXH3_64bits_withSeed(&word, sizeof word, position);
}

static uint64_t of_text(const char *text, uint64_t position)
{
    return !text || *text == '\0' ? 0 : XXH3_64bits_withSeed(text, strlen(text), position);
}

/* Adds `count` values of the array from number `from`, which stand at `position` and after it in the
 * variable. */
static uint64_t of_run(qd_h5_values_t values, size_t from, size_t count, uint64_t position)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t at = position + i;
        switch (values.type) {
        case QD_H5_REAL:
            sum += of_real(((const double *)values.at)[from + i], at);
            break;
        case QD_H5_BYTE:
            sum += of_word(((const uint8_t *)values.at)[from + i], at);
            break;
        case QD_H5_CODE:
            sum += of_word((uint64_t)(((const int8_t *)values.at)[from + i] - QD_CF_NO_CODE), at);
            break;
        case QD_H5_WHOLE:
            sum += of_word((uint64_t)((const int64_t *)values.at)[from + i], at);
            break;
        case QD_H5_HASH:
            sum += of_word(((const uint64_t *)values.at)[from + i], at);
            break;
        case QD_H5_TEXT:
            sum += of_text(((const char *const *)values.at)[from + i], at);
            break;
        }
    }
    return sum;
}

bool qd_digest_next_row(size_t rank, const hsize_t count[], hsize_t place[])
{
    for (size_t i = rank - 1; i-- > 0;) {
        if (++place[i] < count[i])
            return true;
        place[i] = 0;
    }
    return false;
}

uint64_t qd_digest_values(size_t rank, const hsize_t size[], const hsize_t start[], const hsize_t count[],
                          qd_h5_values_t values)
{
    uint64_t sum = 0;
    hsize_t place[QD_H5_RANK_MAX] = {0};
    size_t from = 0, length = rank == 0 ? 1 : (size_t)count[rank - 1];
    for (size_t i = 0; i < rank; i++)
        if (count[i] == 0)
            return 0;
    do {
        uint64_t position = 0;
        for (size_t i = 0; i < rank; i++)
            position = position * size[i] + start[i] + place[i];
        sum += of_run(values, from, length, position);
        from += length;
    } while (rank > 1 && qd_digest_next_row(rank, count, place));
    return sum;
}
