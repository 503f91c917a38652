/* What vectors do that the compiler cannot be trusted to see: comparisons that end in one bit a lane,
 * products of words. A spelling for each instruction set; all give the same bits. */
#ifndef QD_MATH_LANES_H
#define QD_MATH_LANES_H

#include <stdint.h>

#include "math/reduce.h"

/* +1 where the field is above up, else -1 where it is below down, else 0. */
static inline qd_reals_t qd_reals_reply(qd_reals_t field, qd_reals_t up, qd_reals_t down)
{
    const qd_reals_t one = qd_reals_all(1.0);
    return QD_REALS_EITHER(field > up, one, QD_REALS_WHERE(field < down, -one));
}

/* Bit l is set where the reply to field[l] (+1 above up, else -1 below down, else 0) is not x[l], l <
 * QD_LANES. */
static inline unsigned qd_lanes_unsettled(const double *field, const double *up, const double *down,
                                          const double *x)
{
    unsigned bits = 0;
    for (unsigned l = 0; l < QD_LANES; l += QD_REALS) {
        qd_reals_t reply = qd_reals_reply(QD_REALS_OF(field + l), QD_REALS_OF(up + l), QD_REALS_OF(down + l));
        bits |= qd_reals_bits((qd_mask_t)(reply != QD_REALS_OF(x + l))) << l;
    }
    return bits;
}

/* Bit l is set where x[l] <= most, l < QD_LANES. */
static inline unsigned qd_lanes_up_to(const double *x, double most)
{
    unsigned bits = 0;
    for (unsigned l = 0; l < QD_LANES; l += QD_REALS)
        bits |= qd_reals_bits((qd_mask_t)(QD_REALS_OF(x + l) <= most)) << l;
    return bits;
}

/* The first i < padded with x[i] >= least; padded where there is none. Sixty-four at a time are one word: a
 * branch on where the first lies nobody could predict. */
static inline size_t qd_lanes_first(const double *x, double least, size_t padded)
{
    for (size_t i = 0; i < padded; i += 64) {
        uint64_t found = 0;
        for (size_t l = 0; l < 64 && i + l < padded; l += QD_REALS)
            found |= (uint64_t)qd_reals_bits((qd_mask_t)(QD_REALS_OF(x + i + l) >= least)) << l;
        if (found != 0)
            return i + (size_t)__builtin_ctzll(found);
    }
    return padded;
}

/* 64-bit words; +, ^, &, << and >> work lane by lane. Eight are two or four vectors. */
#if defined(__AVX2__)
#define QD_WORDS 4
#else
#define QD_WORDS 2
#endif
#define QD_WORD_PARTS (8 / QD_WORDS)
typedef uint64_t qd_words_t __attribute__((vector_size(QD_WORDS * 8)));
typedef double qd_doubles_t __attribute__((vector_size(QD_WORDS * 8))); /* as many doubles, for their bits */

/* As many at an address, which need not be aligned, to be read or written. */
typedef uint64_t qd_words_anywhere_t __attribute__((vector_size(QD_WORDS * 8), aligned(8), may_alias));
typedef double qd_doubles_anywhere_t __attribute__((vector_size(QD_WORDS * 8), aligned(8), may_alias));
#define QD_WORDS_AT(at)   (*(qd_words_anywhere_t *)(at))
#define QD_DOUBLES_OF(at) (*(const qd_doubles_anywhere_t *)(at))

/* The same word in every lane. */
static inline void qd_words_fill(qd_words_t *x, uint64_t word)
{
#if QD_WORDS == 4
    *x = (qd_words_t){word, word, word, word};
#else
    *x = (qd_words_t){word, word};
#endif
}

/* In every lane its own number. */
#if QD_WORDS == 4
#define QD_WORDS_NUMBERED ((qd_words_t){0, 1, 2, 3})
#else
#define QD_WORDS_NUMBERED ((qd_words_t){0, 1})
#endif

/* x *= by, as the widening product of the lower halves of the words, which compilers do not find by
 * themselves. */
static inline void qd_words_multiply(qd_words_t *x, const qd_words_t *by)
{
#if defined(__AVX2__)
    *x = (qd_words_t)_mm256_mul_epu32((__m256i)*x, (__m256i)*by);
#elif defined(__SSE2__)
    *x = (qd_words_t)_mm_mul_epu32((__m128i)*x, (__m128i)*by);
#else
    *x = (*x & 0xFFFFFFFFu) * (*by & 0xFFFFFFFFu);
#endif
}

/* The words of x and y by turns, x's first. */
static inline void qd_words_interleave(const qd_words_t *x, const qd_words_t *y, double out[2 * QD_WORDS])
{
#if defined(__AVX2__)
    __m256i outer = _mm256_unpacklo_epi64((__m256i)*x, (__m256i)*y); /* words 0 and 2 */
    __m256i inner = _mm256_unpackhi_epi64((__m256i)*x, (__m256i)*y); /* words 1 and 3 */
    QD_WORDS_AT(out) = (qd_words_t)_mm256_permute2x128_si256(outer, inner, 0x20);
    QD_WORDS_AT(out + 4) = (qd_words_t)_mm256_permute2x128_si256(outer, inner, 0x31);
#else
    QD_WORDS_AT(out) = (qd_words_t){(*x)[0], (*y)[0]};
    QD_WORDS_AT(out + 2) = (qd_words_t){(*x)[1], (*y)[1]};
#endif
}

#endif
