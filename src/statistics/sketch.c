#include "statistics/sketch.h"

#include "math/elementary.h"
#include "statistics/counts.h"

#define MANTISSA_CUT 45                           /* 52 bits of mantissa, of which 7 are kept */
#define LOWEST       ((uint64_t)(1023 - 20) << 7) /* 2^-20 after the cut */

static size_t bin_of(const qd_sketch_t *self, double x)
{
    uint64_t key = (qd_bits_of(fabs(x)) + (1ull << (MANTISSA_CUT - 1))) >> MANTISSA_CUT;
    if (key < LOWEST)
        return self->zero;
    size_t step = (size_t)(key - LOWEST) + 1;
    step = step > QD_SKETCH_SIDE ? QD_SKETCH_SIDE : step;
    if (x >= 0.0)
        return self->zero + step;
    return self->zero < step ? self->zero : self->zero - step;
}

static double value_of(const qd_sketch_t *self, size_t bin)
{
    if (bin == self->zero)
        return 0.0;
    size_t step = bin > self->zero ? bin - self->zero : self->zero - bin;
    double size = qd_from_bits((LOWEST + step - 1) << MANTISSA_CUT);
    return bin > self->zero ? size : -size;
}

static void touch(qd_sketch_t *self, size_t first, size_t last)
{
    self->first = first < self->first ? first : self->first;
    self->last = last > self->last ? last : self->last;
}

void qd_sketch_init(qd_sketch_t *self, uint64_t count[], bool negative)
{
    *self = (qd_sketch_t){.count = count,
                          .bins = qd_sketch_bins(negative),
                          .zero = negative ? QD_SKETCH_SIDE : 0,
                          .first = SIZE_MAX};
}

void qd_sketch_clear(qd_sketch_t *self)
{
    for (size_t i = self->first; i <= self->last && i < self->bins; i++)
        self->count[i] = 0;
    self->first = SIZE_MAX;
    self->last = 0;
}

void qd_sketch_add(qd_sketch_t *self, double x)
{
    size_t bin = bin_of(self, x);
    self->count[bin]++;
    touch(self, bin, bin);
}

void qd_sketch_merge(qd_sketch_t *self, const qd_sketch_t *other)
{
    if (other->first > other->last)
        return;
    for (size_t i = other->first; i <= other->last; i++)
        self->count[i] += other->count[i];
    touch(self, other->first, other->last);
}

double qd_sketch_at_rank(const qd_sketch_t *self, uint64_t rank)
{
    return value_of(self, qd_counts_find(self->count, self->first, self->last, rank));
}

void qd_sketch_histogram(const qd_sketch_t *self, double low, double high, size_t bins, uint64_t count[])
{
    for (size_t i = self->first; i <= self->last; i++) {
        double place = (value_of(self, i) - low) / (high - low) * (double)bins;
        size_t bin = place >= (double)(bins - 1) ? bins - 1 : place > 0.0 ? (size_t)place : 0;
        count[bin] += self->count[i];
    }
}

void qd_sketch_encode(const qd_sketch_t *self, qd_byte_writer_t *to)
{
    qd_counts_encode(self->count, self->first, self->last, QD_COUNTS_NONE, to);
}

bool qd_sketch_decode(qd_sketch_t *self, uint64_t expected, bool apply, qd_byte_reader_t *from)
{
    uint64_t total;
    size_t first = SIZE_MAX, last = 0;
    bool sound = qd_counts_decode(apply ? self->count : NULL, self->bins, &total, &first, &last, from) &&
                 total == expected;
    if (apply && !sound)
        touch(self, 0, self->bins - 1);
    else if (apply && total > 0)
        touch(self, first, last);
    return sound;
}
