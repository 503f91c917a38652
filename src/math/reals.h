/* A few doubles, or 64-bit words, at a time: as many as the widest vectors that every processor of the
 * instruction set has, but eight-lane ones. Arithmetic works lane by lane with the same bits as one by one;
 * sums go to eight partial sums (reduce.h), of which each vector holds some, so that no width changes a bit.
 *
 * The compiler's vectors serve for every processor. No other header has intrinsics: they spell, for x86-64 and for aarch64, the
 * instructions that compilers do not find. All give the same bits. */
#ifndef QD_MATH_REALS_H
#define QD_MATH_REALS_H

#include <stdint.h>

#if defined(__AVX__)
#include <immintrin.h>
#define QD_REALS 4
#else
#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__) && defined(__ARM_NEON)
#include <arm_neon.h>
#define QD_NEON
#endif
#define QD_REALS 2
#endif

typedef double qd_reals_t __attribute__((vector_size(QD_REALS * 8)));
typedef uint64_t qd_mask_t __attribute__((vector_size(QD_REALS * 8)));

/* The doubles at an address, which need not be aligned, to be read or written. */
typedef double qd_reals_anywhere_t __attribute__((vector_size(QD_REALS * 8), aligned(8), may_alias));
#define QD_REALS_AT(at) (*(qd_reals_anywhere_t *)(at))
#define QD_REALS_OF(at) (*(const qd_reals_anywhere_t *)(at))

/* x where the lane's condition (a comparison of vectors) holds, else +0; and else y. Written as an operation on
 * doubles: an integer operation between a comparison and an addition would add a bypass delay. */
#if defined(__AVX__)
#define QD_REALS_WHERE(condition, x) ((qd_reals_t)_mm256_and_pd((__m256d)(condition), (__m256d)(x)))
#define QD_REALS_EITHER(condition, x, y)                                                                     \
    ((qd_reals_t)_mm256_blendv_pd((__m256d)(y), (__m256d)(x), (__m256d)(condition)))
#else
#define QD_REALS_WHERE(condition, x) ((qd_reals_t)((qd_mask_t)(condition) & (qd_mask_t)(x)))
#define QD_REALS_EITHER(condition, x, y)                                                                     \
    ((qd_reals_t)(((qd_mask_t)(condition) & (qd_mask_t)(x)) | (~(qd_mask_t)(condition) & (qd_mask_t)(y))))
#endif

/* min(0, x): x where it is negative, else a zero; one instruction, which compilers do not generate, and which
 * can take x from memory. */
#if defined(__AVX__)
#define QD_REALS_NEGATIVE(x) ((qd_reals_t)_mm256_min_pd(_mm256_setzero_pd(), (__m256d)(x)))
#elif defined(__SSE2__)
#define QD_REALS_NEGATIVE(x) ((qd_reals_t)_mm_min_pd(_mm_setzero_pd(), (__m128d)(x)))
#elif defined(QD_NEON)
#define QD_REALS_NEGATIVE(x) ((qd_reals_t)vminq_f64(vdupq_n_f64(0.0), (float64x2_t)(x)))
#else
#define QD_REALS_NEGATIVE(x) QD_REALS_WHERE((x) < 0.0, x)
#endif

/* The larger of two numbers that are not NaN, lane by lane. */
#if defined(__AVX__)
#define QD_REALS_LARGER(x, y) ((qd_reals_t)_mm256_max_pd((__m256d)(x), (__m256d)(y)))
#elif defined(__SSE2__)
#define QD_REALS_LARGER(x, y) ((qd_reals_t)_mm_max_pd((__m128d)(x), (__m128d)(y)))
#else
#define QD_REALS_LARGER(x, y) QD_REALS_EITHER((x) > (y), x, y)
#endif

/* The smaller of two numbers that are not NaN, lane by lane. */
#if defined(__AVX__)
#define QD_REALS_SMALLER(x, y) ((qd_reals_t)_mm256_min_pd((__m256d)(x), (__m256d)(y)))
#elif defined(__SSE2__)
#define QD_REALS_SMALLER(x, y) ((qd_reals_t)_mm_min_pd((__m128d)(x), (__m128d)(y)))
#else
#define QD_REALS_SMALLER(x, y) QD_REALS_EITHER((x) < (y), x, y)
#endif

/* |x|. */
#define QD_REALS_ABSOLUTE(x) ((qd_reals_t)((qd_mask_t)(x)&0x7FFFFFFFFFFFFFFFu))

/* The same number in every lane. */
static inline qd_reals_t qd_reals_all(double x)
{
#if QD_REALS == 4
    return (qd_reals_t){x, x, x, x};
#else
    return (qd_reals_t){x, x};
#endif
}

/* Rows become columns: row[i][l] and row[l][i] change places. */
static inline void qd_reals_transpose(qd_reals_t row[QD_REALS])
{
#if defined(__AVX__)
    __m256d low01 = _mm256_unpacklo_pd((__m256d)row[0], (__m256d)row[1]);
    __m256d high01 = _mm256_unpackhi_pd((__m256d)row[0], (__m256d)row[1]);
    __m256d low23 = _mm256_unpacklo_pd((__m256d)row[2], (__m256d)row[3]);
    __m256d high23 = _mm256_unpackhi_pd((__m256d)row[2], (__m256d)row[3]);
    row[0] = (qd_reals_t)_mm256_permute2f128_pd(low01, low23, 0x20);
    row[1] = (qd_reals_t)_mm256_permute2f128_pd(high01, high23, 0x20);
    row[2] = (qd_reals_t)_mm256_permute2f128_pd(low01, low23, 0x31);
    row[3] = (qd_reals_t)_mm256_permute2f128_pd(high01, high23, 0x31);
#else
    qd_reals_t first = {row[0][0], row[1][0]}, second = {row[0][1], row[1][1]};
    row[0] = first;
    row[1] = second;
#endif
}

/* As many whole numbers (int32_t) at an address, converted to doubles: one instruction, which compilers do not
 * generate. */
#if defined(__AVX__)
#define QD_REALS_OF_INTS(at)                                                                                 \
    ((qd_reals_t)_mm256_cvtepi32_pd(_mm_loadu_si128((const __m128i *)(const void *)(at))))
#elif defined(__SSE2__)
#define QD_REALS_OF_INTS(at)                                                                                 \
    ((qd_reals_t)_mm_cvtepi32_pd(_mm_loadl_epi64((const __m128i *)(const void *)(at))))
#elif defined(QD_NEON)
#define QD_REALS_OF_INTS(at) ((qd_reals_t)vcvtq_f64_s64(vmovl_s32(vld1_s32(at))))
#else
#define QD_REALS_OF_INTS(at) ((qd_reals_t){(double)(at)[0], (double)(at)[1]})
#endif

/* Bit l is set where the condition (a comparison of vectors) holds in lane l. */
static inline unsigned qd_reals_bits(qd_mask_t condition)
{
#if defined(__AVX__)
    return (unsigned)_mm256_movemask_pd((__m256d)condition);
#elif defined(__SSE2__)
    return (unsigned)_mm_movemask_pd((__m128d)condition);
#elif defined(QD_NEON)
    return (unsigned)vaddvq_u64((uint64x2_t)(condition & (qd_mask_t){1, 2}));
#else
    unsigned bits = 0;
    for (unsigned l = 0; l < QD_REALS; l++)
        bits |= (unsigned)(condition[l] & 1) << l;
    return bits;
#endif
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

/* x *= by, as the widening product of the lower halves of the words, which compilers do not find. */
static inline void qd_words_multiply(qd_words_t *x, const qd_words_t *by)
{
#if defined(__AVX2__)
    *x = (qd_words_t)_mm256_mul_epu32((__m256i)*x, (__m256i)*by);
#elif defined(__SSE2__)
    *x = (qd_words_t)_mm_mul_epu32((__m128i)*x, (__m128i)*by);
#elif defined(QD_NEON)
    *x = (qd_words_t)vmull_u32(vmovn_u64((uint64x2_t)*x), vmovn_u64((uint64x2_t)*by));
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
