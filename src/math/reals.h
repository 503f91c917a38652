/* A few doubles, or 64-bit words, at a time: as many as the widest vectors that every processor of the
 * instruction set has. Arithmetic works lane by lane with the same bits as one by one; sums go to eight
 * partial sums (reduce.h), of which each vector holds some, so that no width changes a bit.
 *
 * The compiler's vectors serve for every processor. Intrinsics, which no other header has, name the
 * instructions for x86-64 and for aarch64 that compilers do not find. All variants give the same bits. */
#ifndef QD_MATH_REALS_H
#define QD_MATH_REALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__AVX__)
#include <immintrin.h>
#define QD_FEW 4
#else
#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__) && defined(__ARM_NEON)
#include <arm_neon.h>
#define QD_NEON
#endif
#define QD_FEW 2
#endif

/* ---- at most four doubles ------------------------------------------------------------------------------ */

typedef double qd_few_t __attribute__((vector_size(QD_FEW * 8)));
typedef uint64_t qd_few_mask_t __attribute__((vector_size(QD_FEW * 8)));

/* The doubles at an address, which need not be aligned, to be read or written. */
typedef double qd_few_anywhere_t __attribute__((vector_size(QD_FEW * 8), aligned(8), may_alias));
#define QD_FEW_AT(at) (*(qd_few_anywhere_t *)(at))
#define QD_FEW_OF(at) (*(const qd_few_anywhere_t *)(at))

/* Conditions, lane by lane: x < y, x <= y, x == y, x != y. */
#define QD_FEW_BELOW(x, y)  ((qd_few_mask_t)((x) < (y)))
#define QD_FEW_UP_TO(x, y)  ((qd_few_mask_t)((x) <= (y)))
#define QD_FEW_EQUAL(x, y)  ((qd_few_mask_t)((x) == (y)))
#define QD_FEW_DIFFER(x, y) ((qd_few_mask_t)((x) != (y)))

/* x where the lane's condition holds, else +0; and else y. Written as an operation on doubles: an integer
 * operation between a comparison and an addition would add a bypass delay. */
#if defined(__AVX__)
#define QD_FEW_WHERE(condition, x) ((qd_few_t)_mm256_and_pd((__m256d)(condition), (__m256d)(x)))
#define QD_FEW_EITHER(condition, x, y)                                                                       \
    ((qd_few_t)_mm256_blendv_pd((__m256d)(y), (__m256d)(x), (__m256d)(condition)))
#else
#define QD_FEW_WHERE(condition, x) ((qd_few_t)((condition) & (qd_few_mask_t)(x)))
#define QD_FEW_EITHER(condition, x, y)                                                                       \
    ((qd_few_t)(((condition) & (qd_few_mask_t)(x)) | (~(condition) & (qd_few_mask_t)(y))))
#endif

/* min(0, x): x where it is negative, else a zero; one instruction, which compilers do not generate, and which
 * can take x from memory. */
#if defined(__AVX__)
#define QD_FEW_NEGATIVE(x) ((qd_few_t)_mm256_min_pd(_mm256_setzero_pd(), (__m256d)(x)))
#elif defined(__SSE2__)
#define QD_FEW_NEGATIVE(x) ((qd_few_t)_mm_min_pd(_mm_setzero_pd(), (__m128d)(x)))
#elif defined(QD_NEON)
#define QD_FEW_NEGATIVE(x) ((qd_few_t)vminq_f64(vdupq_n_f64(0.0), (float64x2_t)(x)))
#else
#define QD_FEW_NEGATIVE(x) QD_FEW_WHERE(QD_FEW_BELOW(x, 0.0), x)
#endif

/* The larger of two numbers that are not NaN, lane by lane. */
#if defined(__AVX__)
#define QD_FEW_LARGER(x, y) ((qd_few_t)_mm256_max_pd((__m256d)(x), (__m256d)(y)))
#elif defined(__SSE2__)
#define QD_FEW_LARGER(x, y) ((qd_few_t)_mm_max_pd((__m128d)(x), (__m128d)(y)))
#else
#define QD_FEW_LARGER(x, y) QD_FEW_EITHER(QD_FEW_BELOW(y, x), x, y)
#endif

/* The smaller of two numbers that are not NaN, lane by lane. */
#if defined(__AVX__)
#define QD_FEW_SMALLER(x, y) ((qd_few_t)_mm256_min_pd((__m256d)(x), (__m256d)(y)))
#elif defined(__SSE2__)
#define QD_FEW_SMALLER(x, y) ((qd_few_t)_mm_min_pd((__m128d)(x), (__m128d)(y)))
#else
#define QD_FEW_SMALLER(x, y) QD_FEW_EITHER(QD_FEW_BELOW(x, y), x, y)
#endif

/* The same number in every lane. */
static inline qd_few_t qd_few_all(double x)
{
#if QD_FEW == 4
    return (qd_few_t){x, x, x, x};
#else
    return (qd_few_t){x, x};
#endif
}

/* Rows become columns: row[i][l] and row[l][i] change places. */
static inline void qd_few_transpose(qd_few_t row[QD_FEW])
{
#if defined(__AVX__)
    __m256d low01 = _mm256_unpacklo_pd((__m256d)row[0], (__m256d)row[1]);
    __m256d high01 = _mm256_unpackhi_pd((__m256d)row[0], (__m256d)row[1]);
    __m256d low23 = _mm256_unpacklo_pd((__m256d)row[2], (__m256d)row[3]);
    __m256d high23 = _mm256_unpackhi_pd((__m256d)row[2], (__m256d)row[3]);
    row[0] = (qd_few_t)_mm256_permute2f128_pd(low01, low23, 0x20);
    row[1] = (qd_few_t)_mm256_permute2f128_pd(high01, high23, 0x20);
    row[2] = (qd_few_t)_mm256_permute2f128_pd(low01, low23, 0x31);
    row[3] = (qd_few_t)_mm256_permute2f128_pd(high01, high23, 0x31);
#else
    qd_few_t first = {row[0][0], row[1][0]}, second = {row[0][1], row[1][1]};
    row[0] = first;
    row[1] = second;
#endif
}

/* Bit l is set where the condition holds in lane l. */
static inline unsigned qd_few_bits(qd_few_mask_t condition)
{
#if defined(__AVX__)
    return (unsigned)_mm256_movemask_pd((__m256d)condition);
#elif defined(__SSE2__)
    return (unsigned)_mm_movemask_pd((__m128d)condition);
#elif defined(QD_NEON)
    return (unsigned)vaddvq_u64((uint64x2_t)(condition & (qd_few_mask_t){1, 2}));
#else
    unsigned bits = 0;
    for (unsigned l = 0; l < QD_FEW; l++)
        bits |= (unsigned)(condition[l] & 1) << l;
    return bits;
#endif
}

/* As many whole numbers (int32_t) at an address, converted to doubles: one instruction, which compilers do
 * not generate. */
#if defined(__AVX__)
#define QD_FEW_OF_INTS(at)                                                                                   \
    ((qd_few_t)_mm256_cvtepi32_pd(_mm_loadu_si128((const __m128i *)(const void *)(at))))
#elif defined(__SSE2__)
#define QD_FEW_OF_INTS(at) ((qd_few_t)_mm_cvtepi32_pd(_mm_loadl_epi64((const __m128i *)(const void *)(at))))
#elif defined(QD_NEON)
#define QD_FEW_OF_INTS(at) ((qd_few_t)vcvtq_f64_s64(vmovl_s32(vld1_s32(at))))
#else
#define QD_FEW_OF_INTS(at) ((qd_few_t){(double)(at)[0], (double)(at)[1]})
#endif

/* ---- as many doubles as a register holds --------------------------------------------------------------- */

/* The same for the widest vectors: with AVX-512 of eight, whose conditions are bits of their own; elsewhere
 * the few above. */
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#define QD_REALS 8
typedef __mmask8 qd_mask_t;
#define QD_REALS_CONDITION(x, y, kind) _mm512_cmp_pd_mask((__m512d)(x), (__m512d)(y), kind)
#define QD_REALS_BELOW(x, y)           QD_REALS_CONDITION(x, y, _CMP_LT_OQ)
#define QD_REALS_UP_TO(x, y)           QD_REALS_CONDITION(x, y, _CMP_LE_OQ)
#define QD_REALS_EQUAL(x, y)           QD_REALS_CONDITION(x, y, _CMP_EQ_OQ)
#define QD_REALS_DIFFER(x, y)          QD_REALS_CONDITION(x, y, _CMP_NEQ_UQ)
#define QD_REALS_WHERE(condition, x)   ((qd_reals_t)_mm512_maskz_mov_pd(condition, (__m512d)(x)))
#define QD_REALS_EITHER(condition, x, y)                                                                     \
    ((qd_reals_t)_mm512_mask_mov_pd((__m512d)(y), condition, (__m512d)(x)))
#define QD_REALS_NEGATIVE(x)   ((qd_reals_t)_mm512_min_pd(_mm512_setzero_pd(), (__m512d)(x)))
#define QD_REALS_LARGER(x, y)  ((qd_reals_t)_mm512_max_pd((__m512d)(x), (__m512d)(y)))
#define QD_REALS_SMALLER(x, y) ((qd_reals_t)_mm512_min_pd((__m512d)(x), (__m512d)(y)))
#define QD_REALS_OF_INTS(at)                                                                                 \
    ((qd_reals_t)_mm512_cvtepi32_pd(_mm256_loadu_si256((const __m256i *)(const void *)(at))))
#else
#define QD_REALS                         QD_FEW
typedef qd_few_mask_t qd_mask_t;
#define QD_REALS_BELOW(x, y)             QD_FEW_BELOW(x, y)
#define QD_REALS_UP_TO(x, y)             QD_FEW_UP_TO(x, y)
#define QD_REALS_EQUAL(x, y)             QD_FEW_EQUAL(x, y)
#define QD_REALS_DIFFER(x, y)            QD_FEW_DIFFER(x, y)
#define QD_REALS_WHERE(condition, x)     QD_FEW_WHERE(condition, x)
#define QD_REALS_EITHER(condition, x, y) QD_FEW_EITHER(condition, x, y)
#define QD_REALS_NEGATIVE(x)             QD_FEW_NEGATIVE(x)
#define QD_REALS_LARGER(x, y)            QD_FEW_LARGER(x, y)
#define QD_REALS_SMALLER(x, y)           QD_FEW_SMALLER(x, y)
#define QD_REALS_OF_INTS(at)             QD_FEW_OF_INTS(at)
#endif

typedef double qd_reals_t __attribute__((vector_size(QD_REALS * 8)));
typedef double qd_reals_anywhere_t __attribute__((vector_size(QD_REALS * 8), aligned(8), may_alias));
#define QD_REALS_AT(at) (*(qd_reals_anywhere_t *)(at))
#define QD_REALS_OF(at) (*(const qd_reals_anywhere_t *)(at))

/* |x|. */
typedef uint64_t qd_reals_bits_t __attribute__((vector_size(QD_REALS * 8)));
#define QD_REALS_ABSOLUTE(x) ((qd_reals_t)((qd_reals_bits_t)(x)&0x7FFFFFFFFFFFFFFFu))

/* The same number in every lane. */
static inline qd_reals_t qd_reals_all(double x)
{
#if QD_REALS == 8
    return (qd_reals_t)_mm512_set1_pd(x);
#else
    return qd_few_all(x);
#endif
}

/* Bit l is set where the condition holds in lane l. */
static inline unsigned qd_reals_bits(qd_mask_t condition)
{
#if QD_REALS == 8
    return condition;
#else
    return qd_few_bits(condition);
#endif
}

/* Lanes in which the condition holds in neither, in both, and in one or the other. */
static inline qd_mask_t qd_mask_not(qd_mask_t x)
{
    return (qd_mask_t)~x;
}

static inline qd_mask_t qd_mask_and(qd_mask_t x, qd_mask_t y)
{
    return (qd_mask_t)(x & y);
}

static inline qd_mask_t qd_mask_or(qd_mask_t x, qd_mask_t y)
{
    return (qd_mask_t)(x | y);
}

/* The condition that holds everywhere, or nowhere. */
static inline qd_mask_t qd_mask_all(bool holds)
{
#if QD_REALS == 8
    return holds ? 0xFF : 0;
#else
    const qd_mask_t none = {0};
    return holds ? ~none : none;
#endif
}

/* Counts, lane by lane, of how often a condition held. */
typedef uint64_t qd_counts_t __attribute__((vector_size(QD_REALS * 8)));
static inline qd_counts_t qd_counts_add(qd_counts_t counts, qd_mask_t condition)
{
#if QD_REALS == 8
    return (qd_counts_t)_mm512_mask_add_epi64((__m512i)counts, condition, (__m512i)counts,
                                              _mm512_set1_epi64(1));
#else
    return counts - condition; /* a lane where it holds is -1 */
#endif
}

/* Counts where the condition holds, else 0. */
static inline qd_counts_t qd_counts_where(qd_mask_t condition, qd_counts_t counts)
{
#if QD_REALS == 8
    return (qd_counts_t)_mm512_maskz_mov_epi64(condition, (__m512i)counts);
#else
    return counts & condition;
#endif
}

/* Part h of a vector, of QD_REALS / QD_FEW. */
static inline qd_few_t qd_reals_part(qd_reals_t x, size_t h)
{
#if QD_REALS == 8
    return (qd_few_t)(h == 0 ? _mm512_castpd512_pd256((__m512d)x) : _mm512_extractf64x4_pd((__m512d)x, 1));
#else
    (void)h;
    return x;
#endif
}

/* Lane l of x in every lane; l should be known at compile time. */
static inline qd_reals_t qd_reals_lane(qd_reals_t x, size_t l)
{
#if QD_REALS == 8
    return (qd_reals_t)_mm512_permutexvar_pd(_mm512_set1_epi64((long long)l), (__m512d)x);
#elif defined(__AVX2__)
    switch (l) {
    case 0:
        return (qd_reals_t)_mm256_permute4x64_pd((__m256d)x, 0x00);
    case 1:
        return (qd_reals_t)_mm256_permute4x64_pd((__m256d)x, 0x55);
    case 2:
        return (qd_reals_t)_mm256_permute4x64_pd((__m256d)x, 0xAA);
    default:
        return (qd_reals_t)_mm256_permute4x64_pd((__m256d)x, 0xFF);
    }
#else
    return qd_reals_all(x[l]);
#endif
}

/* y in lane l, elsewhere x; l as above. */
static inline qd_reals_t qd_reals_with_lane(qd_reals_t x, size_t l, qd_reals_t y)
{
#if QD_REALS == 8
    return (qd_reals_t)_mm512_mask_mov_pd((__m512d)x, (__mmask8)(1u << l), (__m512d)y);
#elif defined(__AVX__)
    switch (l) {
    case 0:
        return (qd_reals_t)_mm256_blend_pd((__m256d)x, (__m256d)y, 1);
    case 1:
        return (qd_reals_t)_mm256_blend_pd((__m256d)x, (__m256d)y, 2);
    case 2:
        return (qd_reals_t)_mm256_blend_pd((__m256d)x, (__m256d)y, 4);
    default:
        return (qd_reals_t)_mm256_blend_pd((__m256d)x, (__m256d)y, 8);
    }
#else
    x[l] = y[l];
    return x;
#endif
}

/* Rows become columns: row[i][l] and row[l][i] change places. */
static inline void qd_reals_transpose(qd_reals_t row[QD_REALS])
{
#if QD_REALS == 8
    __m512d pair[8], four[8];
    for (int k = 0; k < 8; k += 2) { /* columns 0, 2, 4, 6 and 1, 3, 5, 7 of two rows */
        pair[k] = _mm512_unpacklo_pd((__m512d)row[k], (__m512d)row[k + 1]);
        pair[k + 1] = _mm512_unpackhi_pd((__m512d)row[k], (__m512d)row[k + 1]);
    }
    for (int k = 0; k < 8; k += 4)
        for (int l = 0; l < 2; l++) { /* columns l, l + 4 and l + 2, l + 6 of four rows */
            four[k + l] = _mm512_shuffle_f64x2(pair[k + l], pair[k + 2 + l], 0x88);
            four[k + 2 + l] = _mm512_shuffle_f64x2(pair[k + l], pair[k + 2 + l], 0xDD);
        }
    for (int l = 0; l < 4; l++) {
        row[l] = (qd_reals_t)_mm512_shuffle_f64x2(four[l], four[4 + l], 0x88);
        row[l + 4] = (qd_reals_t)_mm512_shuffle_f64x2(four[l], four[4 + l], 0xDD);
    }
#else
    qd_few_transpose(row);
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

/* As many words at an address, which need not be aligned, to be read or written. */
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

/* The number of the lane in every lane. */
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

/* The words of x and y in alternation, x's first. */
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
