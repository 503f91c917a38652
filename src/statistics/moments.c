#include "statistics/moments.h"

void qd_moments_clear(qd_moments_t *self)
{
    *self = (qd_moments_t){.min = INFINITY, .max = -INFINITY};
}

static void add_squares(qd_moments_t *self, qd_uint128_t low, uint64_t high)
{
    self->squares += low;
    self->squares_high += high + (self->squares < low);
}

void qd_moments_add(qd_moments_t *self, double x)
{
    if (x != x)
        return;
    x += 0.0; /* one zero only */
    int64_t fixed = qd_fixed(x);
    self->count++;
    self->sum += fixed;
    add_squares(self, (qd_uint128_t)((qd_int128_t)fixed * fixed), 0);
    self->min = x < self->min ? x : self->min;
    self->max = x > self->max ? x : self->max;
}

void qd_moments_merge(qd_moments_t *self, const qd_moments_t *other)
{
    self->count += other->count;
    self->sum += other->sum;
    add_squares(self, other->squares, other->squares_high);
    self->min = other->min < self->min ? other->min : self->min;
    self->max = other->max > self->max ? other->max : self->max;
}

double qd_moments_mean(const qd_moments_t *self)
{
    return self->count == 0 ? NAN : qd_fixed_mean(self->sum, self->count);
}

/* With S = n m + r, 0 <= r < n: sum (x - mean)^2 = Q - m (S + r) - r^2 / n, where Q is the sum of squares.
 * The first difference is computed modulo 2^192, which is exact since it is neither negative nor that large.
 */
double qd_moments_variance(const qd_moments_t *self)
{
    if (self->count < 2)
        return NAN;
    qd_int128_t n = (qd_int128_t)self->count;
    qd_int128_t m = self->sum / n, r = self->sum % n;
    if (r < 0) {
        r += n;
        m--;
    }
    qd_int128_t other = self->sum + r;
    bool negative = (m < 0) != (other < 0);
    qd_uint128_t a = (qd_uint128_t)(m < 0 ? -m : m), b = (qd_uint128_t)(other < 0 ? -other : other);
    qd_uint128_t low = a * (uint64_t)b, high = a * (uint64_t)(b >> 64) + (low >> 64); /* a < 2^64 */
    uint64_t product[3] = {(uint64_t)low, (uint64_t)high, (uint64_t)(high >> 64)};
    uint64_t q[3] = {(uint64_t)self->squares, (uint64_t)(self->squares >> 64), self->squares_high};
    uint64_t carry = 0, centred[3];
    for (int i = 0; i < 3; i++) {
        qd_uint128_t word =
            negative ? (qd_uint128_t)q[i] + product[i] + carry : (qd_uint128_t)q[i] - product[i] - carry;
        centred[i] = (uint64_t)word;
        carry = (uint64_t)(word >> 64) & 1;
    }
    double sum = ((double)centred[2] * 0x1p64 + (double)centred[1]) * 0x1p64 + (double)centred[0];
    double rest = (double)r;
    double variance = (sum - rest * rest / (double)n) / (double)(n - 1) * 0x1p-64;
    return variance < 0.0 ? 0.0 : variance;
}

/* ---- bytes --------------------------------------------------------------------------------------------- */

static unsigned char *put_wide(unsigned char *at, qd_uint128_t value)
{
    for (; value >> 64 != 0; value >>= 7)
        *at++ = (unsigned char)((uint64_t)value | 0x80);
    return qd_put_whole(at, (uint64_t)value);
}

static qd_uint128_t read_wide(qd_byte_reader_t *from)
{
    qd_uint128_t value = 0;
    for (unsigned shift = 0; shift < 128; shift += 7) {
        if (from->at == from->end)
            break;
        unsigned char byte = *from->at++;
        if (shift == 126 && byte > 3)
            break;
        value |= (qd_uint128_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
    from->failed = true;
    from->at = from->end;
    return 0;
}

static qd_uint128_t read_two_words(qd_byte_reader_t *from)
{
    uint64_t low = qd_byte_reader_word(from), high = qd_byte_reader_word(from);
    return (qd_uint128_t)high << 64 | low;
}

void qd_sum_encode(qd_int128_t sum, qd_byte_writer_t *to)
{
    unsigned char *at = qd_byte_writer_room(to, QD_WIDE_BYTES);
    if (at)
        qd_byte_writer_fill(to, put_wide(at, (qd_uint128_t)sum << 1 ^ (qd_uint128_t)(sum >> 127)));
}

qd_int128_t qd_sum_decode(qd_byte_reader_t *from)
{
    if (from->first_edition)
        return (qd_int128_t)read_two_words(from);
    qd_uint128_t value = read_wide(from);
    return (qd_int128_t)(value >> 1 ^ (0 - (value & 1)));
}

void qd_moments_encode(const qd_moments_t *self, qd_byte_writer_t *to)
{
    qd_byte_writer_whole(to, self->count);
    if (self->count == 0)
        return;
    qd_sum_encode(self->sum, to);
    unsigned char *at = qd_byte_writer_room(to, QD_WIDE_BYTES);
    if (at)
        qd_byte_writer_fill(to, put_wide(at, self->squares));
    qd_byte_writer_whole(to, self->squares_high);
    qd_byte_writer_real(to, self->min);
    qd_byte_writer_real(to, self->max);
}

bool qd_moments_decode(qd_moments_t *self, qd_byte_reader_t *from)
{
    qd_moments_clear(self);
    self->count = qd_byte_reader_whole(from);
    if (self->count == 0)
        return !from->failed;
    self->sum = qd_sum_decode(from);
    self->squares = from->first_edition ? read_two_words(from) : read_wide(from);
    self->squares_high = from->first_edition ? qd_byte_reader_word(from) : qd_byte_reader_whole(from);
    self->min = qd_byte_reader_real(from);
    self->max = qd_byte_reader_real(from);
    return !from->failed && self->min <= self->max;
}
