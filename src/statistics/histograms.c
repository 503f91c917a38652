#include "statistics/histograms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "math/elementary.h"

/* Counts in bytes: the counts other than 0 of the bins first..last (none where first > last) and of one
 * further bin, unless that is COUNTS_NONE. The bytes are the number of these counts, the position of the
 * first less *base, and pairs of a gap and a count. *base becomes that position, since successive histograms
 * are alike. */
#define COUNTS_NONE SIZE_MAX

/* Position of the value of that rank (1..sum) among bins first..last of `count`. */
static size_t counts_find(const uint64_t count[], size_t first, size_t last, uint64_t rank)
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

/* A gap, with a bit that tells whether a count above 1 follows: with few worlds most counts are 1. */
static unsigned char *put_pair(unsigned char *at, size_t gap, uint64_t count)
{
    at = qd_put_whole(at, (uint64_t)gap << 1 | (count > 1));
    return count > 1 ? qd_put_whole(at, count - 2) : at;
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
            at = put_pair(at, bin - *next, count[bin]);
            *next = bin + 1;
        }
    }
    return at;
}

static void counts_encode(const uint64_t count[], size_t first, size_t last, size_t apart, size_t *base,
                          qd_byte_writer_t *to)
{
    size_t pairs = apart != COUNTS_NONE && count[apart] != 0;
    for (size_t i = first; i <= last; i++)
        pairs += count[i] != 0;
    unsigned char *at = qd_byte_writer_room(to, (2 * pairs + 2) * QD_WHOLE_BYTES);
    if (!at)
        return;
    at = qd_put_whole(at, pairs);
    while (first < last && count[first] == 0)
        first++;
    size_t next = first <= last ? first : *base;
    if (pairs > 0) {
        at = qd_put_whole(at, qd_zigzag((int64_t)next - (int64_t)*base));
        *base = next;
        at = put_pairs(at, count, first, last, &next);
        if (apart != COUNTS_NONE)
            at = put_pairs(at, count, apart, apart, &next);
    }
    qd_byte_writer_fill(to, at);
}

/* One pair: a count of at least 1; 0 where there is none. */
static uint64_t read_pair(uint64_t *gap, qd_byte_reader_t *from)
{
    *gap = qd_byte_reader_whole(from);
    if (from->first_edition)
        return qd_byte_reader_whole(from);
    bool more = *gap & 1;
    *gap >>= 1;
    uint64_t count = more ? qd_byte_reader_whole(from) + 2 : 1;
    return more && count < 2 ? 0 : count;
}

/* The sum of some counts, and the lowest and highest bin of them; first > last: there are none. */
typedef struct {
    uint64_t total;
    size_t first, last;
} span_t;

/* Decodes the bytes of counts_encode and adds them to count[0..bins-1]; count NULL: only checks them. False
 * if the bytes do not fit. */
static bool counts_decode(uint64_t count[], size_t bins, size_t *base, span_t *span, qd_byte_reader_t *from)
{
    uint64_t pairs = qd_byte_reader_whole(from), next = 0;
    *span = (span_t){.first = SIZE_MAX};
    if (pairs > bins)
        return false;
    if (pairs > 0 && !from->first_edition) {
        next = *base + (uint64_t)qd_unzigzag(qd_byte_reader_whole(from));
        if (next >= bins)
            return false;
        *base = (size_t)next;
    }
    for (uint64_t k = 0; k < pairs; k++) {
        uint64_t gap, more = read_pair(&gap, from);
        if (from->failed || gap >= bins - next || more == 0)
            return false;
        size_t bin = (size_t)(next + gap);
        next = bin + 1;
        span->total += more;
        span->first = k == 0 ? bin : span->first;
        span->last = bin;
        if (count)
            count[bin] += more;
    }
    return !from->failed;
}

void qd_counts_encode(const uint64_t count[], size_t bins, qd_byte_writer_t *to)
{
    size_t base = 0;
    counts_encode(count, 0, bins - 1, COUNTS_NONE, &base, to);
}

bool qd_counts_decode(uint64_t count[], size_t bins, uint64_t *total, qd_byte_reader_t *from)
{
    span_t span;
    size_t base = 0;
    bool sound = counts_decode(count, bins, &base, &span, from);
    *total = span.total;
    return sound;
}

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
    return value_of(self, counts_find(self->count, self->first, self->last, rank));
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
    size_t base = self->zero;
    counts_encode(self->count, self->first, self->last, COUNTS_NONE, &base, to);
}

bool qd_sketch_decode(qd_sketch_t *self, uint64_t expected, bool apply, qd_byte_reader_t *from)
{
    span_t span;
    size_t base = self->zero;
    bool sound =
        counts_decode(apply ? self->count : NULL, self->bins, &base, &span, from) && span.total == expected;
    if (apply && !sound)
        touch(self, 0, self->bins - 1);
    else if (apply && span.total > 0)
        touch(self, span.first, span.last);
    return sound;
}

/* 505 bins, one for worlds without a value and one for ended worlds (never read). Periods are spaced by an
 * odd number of cache lines: with a power of two the bins of successive periods would fall into the same few
 * sets of the cache. */
#define PATH_BINS 528

/* Worlds that wait to be counted together. The counts of all periods and series are 4.7 MB: counted world by
 * world, nearly every one would be fetched from the third-level cache; period by period, the counts of a
 * period stay in the first-level cache while the waiting worlds are counted. */
#define PATH_WAITING 64

#define STEPS 504 /* y = k / STEPS, k = 0 .. STEPS */
#define NONE  505 /* bin of worlds without a value */
#define ENDED 506 /* bin of periods that a world did not reach */

#define SUM_BOUND 0x1p18 /* values up to this are summed in vectors */

static qd_path_waiting_t *new_waiting(size_t periods)
{
    qd_path_waiting_t *self = qd_new(1, sizeof *self, NULL);
    if (!self)
        return NULL;
    self->bin = qd_new(periods * PATH_WAITING, sizeof *self->bin, NULL);
    self->sum = qd_new(periods, sizeof *self->sum, NULL);
    return self;
}

/* No bin of the period is in use. */
static void forget(qd_path_histogram_t *self, size_t period)
{
    self->first[period] = UINT16_MAX;
    self->last[period] = 0;
}

static void use(qd_path_histogram_t *self, size_t period, size_t first, size_t last)
{
    self->first[period] = first < self->first[period] ? (uint16_t)first : self->first[period];
    self->last[period] = last > self->last[period] ? (uint16_t)last : self->last[period];
}

bool qd_path_histogram_init(qd_path_histogram_t *self, const qd_series_info_t *series, size_t periods)
{
    bool open = isinf(series->high);
    *self = (qd_path_histogram_t){.low = series->low,
                                  .scale = open ? 1.0 : 1.0 / (series->high - series->low),
                                  .bound = open ? 1e9 : 1.0,
                                  .open = open,
                                  .periods = periods};
    size_t some = periods > 0 ? periods : 1;
    self->count = qd_new(some, PATH_BINS * sizeof *self->count, NULL);
    self->sum = qd_new(some, sizeof *self->sum, NULL);
    self->first = qd_new(some, sizeof *self->first, NULL);
    self->last = qd_new(some, sizeof *self->last, NULL);
    self->waiting = new_waiting(some);
    const qd_path_waiting_t *waiting = self->waiting;
    if (!self->count || !self->sum || !self->first || !self->last || !waiting || !waiting->bin ||
        !waiting->sum)
        return false;
    for (size_t t = 0; t < periods; t++)
        forget(self, t);
    return true;
}

void qd_path_histogram_free(qd_path_histogram_t *self)
{
    if (self->waiting) {
        free(self->waiting->bin);
        free(self->waiting->sum);
    }
    free(self->waiting);
    free(self->count);
    free(self->sum);
    free(self->first);
    free(self->last);
    *self = (qd_path_histogram_t){0};
}

static void clear_waiting(qd_path_waiting_t *self, size_t periods)
{
    self->worlds = 0;
    memset(self->sum, 0, periods * sizeof *self->sum);
}

void qd_path_histogram_clear(qd_path_histogram_t *self)
{
    uint64_t *count = self->count;
    for (size_t t = 0; t < self->periods; t++, count += PATH_BINS) {
        if (self->first[t] <= self->last[t])
            memset(count + self->first[t], 0, (size_t)(self->last[t] - self->first[t] + 1) * sizeof *count);
        count[NONE] = count[ENDED] = 0;
        forget(self, t);
    }
    memset(self->sum, 0, self->periods * sizeof *self->sum);
    clear_waiting(self->waiting, self->periods);
}

/* Counts the waiting worlds, four periods side by side: additions to one bin depend on each other, and four
 * chains hide their latency. */
static void count_waiting(const qd_path_histogram_t *self)
{
    const qd_path_waiting_t *waiting = self->waiting;
    size_t periods = self->periods, t = 0;
    uint64_t *count = self->count;
    for (; t + 4 <= periods; t += 4, count += (size_t)4 * PATH_BINS) {
        const uint16_t *bin = waiting->bin + t;
        for (size_t w = 0; w < waiting->worlds; w++, bin += periods)
            for (size_t k = 0; k < 4; k++)
                count[k * PATH_BINS + bin[k]]++;
    }
    for (; t < periods; t++, count += PATH_BINS)
        for (size_t w = 0; w < waiting->worlds; w++)
            count[waiting->bin[w * periods + t]]++;
}

/* Widens the range of bins in use by those of the waiting worlds, in forms that compile to vector minima and
 * maxima. */
static void use_waiting(const qd_path_histogram_t *self)
{
    const qd_path_waiting_t *waiting = self->waiting;
    uint16_t *restrict first = self->first, *restrict last = self->last;
    for (size_t w = 0; w < waiting->worlds; w++) {
        const uint16_t *restrict bin = waiting->bin + w * self->periods;
        for (size_t t = 0; t < self->periods; t++) {
            uint16_t value = bin[t] <= STEPS ? bin[t] : 0;
            first[t] = bin[t] < first[t] ? bin[t] : first[t];
            last[t] = value > last[t] ? value : last[t];
        }
    }
}

/* The observable state does not change, so a constant histogram may be passed too. */
static void settle(const qd_path_histogram_t *self)
{
    qd_path_waiting_t *waiting = self->waiting;
    if (waiting->worlds == 0)
        return;
    count_waiting(self);
    use_waiting(self);
    for (size_t t = 0; t < self->periods; t++)
        self->sum[t] += (int64_t)waiting->sum[t];
    clear_waiting(waiting, self->periods);
}

/* Branch-free, in forms that compile to vector minima (a constant bound would not); a NaN counts as 0. */
static void find_bins(const qd_path_histogram_t *self, const double *restrict path, size_t periods,
                      uint16_t *restrict bin)
{
    double low = self->low, scale = self->scale, bound = self->bound;
    bool open = self->open;
    for (size_t t = 0; t < periods; t++) {
        double z = (path[t] - low) * scale;
        z = z > 0.0 ? z : 0.0;
        z = z < bound ? z : bound;
        z = open ? z / (1.0 + z) : z;
        bin[t] = (uint16_t)(int32_t)(z * STEPS + 0.5);
    }
    for (size_t t = periods; t < self->periods; t++)
        bin[t] = ENDED;
}

/* Whether a period has no value, and whether one lies beyond SUM_BOUND. Without their signs, doubles are
 * ordered like their bits, so the uppermost bit of a difference of bits has the answer, which vectors can
 * collect. */
static void look_over(const double path[], size_t periods, bool *gaps, bool *far)
{
    const uint64_t size = UINT64_MAX >> 1, infinite = qd_bits_of(INFINITY), bound = qd_bits_of(SUM_BOUND);
    uint64_t above_infinite = 0, above_bound = 0;
    for (size_t t = 0; t < periods; t++) {
        double x = path[t] == path[t] ? path[t] : 0.0;
        above_infinite |= infinite - (qd_bits_of(path[t]) & size);
        above_bound |= bound - (qd_bits_of(x) & size);
    }
    *gaps = above_infinite >> 63;
    *far = above_bound >> 63;
}

/* qd_fixed for values within SUM_BOUND, in vectors: adding 1.5 * 2^52 rounds a multiple of 2^-32 to a whole
 * number, to even as llrint does, and leaves it in the lower bits of the double. PATH_WAITING of them add
 * up to less than 2^57. */
static void add_near(uint64_t *restrict sum, const double *restrict path, size_t periods)
{
    const double shift = 0x1.8p52;
    for (size_t t = 0; t < periods; t++) {
        double x = path[t] == path[t] ? path[t] : 0.0;
        sum[t] += qd_bits_of(x * QD_FIXED_SCALE + shift) - qd_bits_of(shift);
    }
}

static void add_far(qd_int128_t sum[], const double path[], size_t periods)
{
    for (size_t t = 0; t < periods; t++)
        if (path[t] == path[t])
            sum[t] += qd_fixed(path[t]);
}

void qd_path_histogram_add(qd_path_histogram_t *self, const double path[], size_t periods)
{
    qd_path_waiting_t *waiting = self->waiting;
    uint16_t *bin = waiting->bin + waiting->worlds * self->periods;
    bool gaps, far;
    look_over(path, periods, &gaps, &far);
    find_bins(self, path, periods, bin);
    for (size_t t = 0; gaps && t < periods; t++)
        bin[t] = path[t] == path[t] ? bin[t] : NONE;
    if (far)
        add_far(self->sum, path, periods);
    else
        add_near(waiting->sum, path, periods);
    if (++waiting->worlds == PATH_WAITING)
        settle(self);
}

void qd_path_histogram_merge(qd_path_histogram_t *self, const qd_path_histogram_t *other)
{
    settle(other);
    const uint64_t *restrict from = other->count;
    uint64_t *restrict to = self->count;
    for (size_t t = 0; t < self->periods; t++, from += PATH_BINS, to += PATH_BINS) {
        for (size_t i = other->first[t]; i <= other->last[t]; i++)
            to[i] += from[i];
        to[NONE] += from[NONE];
        to[ENDED] += from[ENDED];
        use(self, t, other->first[t], other->last[t]);
        self->sum[t] += other->sum[t];
    }
}

/* The middle of a bin. */
static double path_value(const qd_path_histogram_t *self, size_t bin)
{
    double step = (double)bin;
    if (!self->open)
        return self->low + step / STEPS / self->scale;
    step = step < STEPS ? step : STEPS - 1;
    return self->low + step / (STEPS - step);
}

uint64_t qd_path_histogram_describe(const qd_path_histogram_t *self, size_t period, size_t quantiles,
                                    const double p[], double *mean, double quantile[])
{
    settle(self);
    const uint64_t *count = self->count + period * PATH_BINS;
    size_t first = self->first[period], last = self->last[period];
    uint64_t n = 0, below = 0;
    for (size_t i = first; i <= last; i++)
        n += count[i];
    *mean = n == 0 ? (double)NAN : qd_fixed_mean(self->sum[period], n);
    for (size_t q = 0; q < quantiles; q++) {
        uint64_t rank = n == 0 ? 0 : qd_quantile_rank(p[q], n);
        while (n > 0 && below + count[first] < rank)
            below += count[first++];
        quantile[q] = n == 0 ? (double)NAN : path_value(self, first);
    }
    return n;
}

/* The sum of a period less that of the period before, since paths change slowly. Modulo 2^128. */
static qd_int128_t difference(qd_int128_t a, qd_int128_t b)
{
    return (qd_int128_t)((qd_uint128_t)a - (qd_uint128_t)b);
}

void qd_path_histogram_encode(const qd_path_histogram_t *self, qd_byte_writer_t *to)
{
    size_t base = 0;
    settle(self);
    for (size_t t = 0; t < self->periods; t++) {
        counts_encode(self->count + t * PATH_BINS, self->first[t], self->last[t], NONE, &base, to);
        qd_sum_encode(difference(self->sum[t], t > 0 ? self->sum[t - 1] : 0), to);
    }
}

/* Adds the counts of one period. After a failure any bin may be in use. */
static bool decode_period(qd_path_histogram_t *self, size_t period, uint64_t worlds, size_t *base,
                          qd_byte_reader_t *from)
{
    uint64_t *count = self->count + period * PATH_BINS;
    span_t span;
    bool sound = counts_decode(count, NONE + 1, base, &span, from) && span.total <= worlds;
    if (!sound) {
        use(self, period, 0, STEPS);
        return false;
    }
    if (span.first > span.last)
        return true;
    while (span.last > STEPS ||
           (span.last > span.first && count[span.last] == 0)) /* a bin in use, not NONE */
        span.last--;
    if (span.first <= span.last)
        use(self, period, span.first, span.last);
    return true;
}

bool qd_path_histogram_decode(qd_path_histogram_t *self, uint64_t worlds, bool apply, qd_byte_reader_t *from)
{
    size_t base = 0;
    qd_uint128_t sum = 0; /* of the period before */
    for (size_t t = 0; t < self->periods; t++) {
        span_t span;
        bool sound = apply ? decode_period(self, t, worlds, &base, from)
                           : counts_decode(NULL, NONE + 1, &base, &span, from) && span.total <= worlds;
        if (!sound)
            return false;
        qd_uint128_t read = (qd_uint128_t)qd_sum_decode(from);
        sum = from->first_edition ? read : sum + read;
        if (apply)
            self->sum[t] = (qd_int128_t)((qd_uint128_t)self->sum[t] + sum);
    }
    return !from->failed;
}
