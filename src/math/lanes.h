/* Eight doubles at a time, as far as the compiler cannot be trusted to see it: comparisons that end in one
 * bit a lane. One inline function, four spellings; all give the same bits. */
#ifndef QD_MATH_LANES_H
#define QD_MATH_LANES_H

#include <stdint.h>

#include "math/reduce.h"

#if defined(__AVX__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Bit l is set where the reply to field[l] (+1 above up, else -1 below down, else 0) is not x[l], l <
 * QD_LANES. */
static inline unsigned qd_lanes_unsettled(const double *field, const double *up, const double *down,
                                          const double *x)
{
#if defined(__AVX512F__)
    __m512d f = _mm512_loadu_pd(field), now = _mm512_loadu_pd(x);
    __mmask8 joins = _mm512_cmp_pd_mask(f, _mm512_loadu_pd(up), _CMP_GT_OQ);
    __mmask8 opposes = _mm512_cmp_pd_mask(f, _mm512_loadu_pd(down), _CMP_LT_OQ);
    __m512d reply = _mm512_mask_mov_pd(_mm512_setzero_pd(), opposes, _mm512_set1_pd(-1.0));
    reply = _mm512_mask_mov_pd(reply, joins, _mm512_set1_pd(1.0));
    return _mm512_cmp_pd_mask(reply, now, _CMP_NEQ_UQ);
#elif defined(__AVX__)
    unsigned bits = 0;
    for (unsigned l = 0; l < QD_LANES; l += 4) {
        __m256d f = _mm256_loadu_pd(field + l);
        __m256d joins = _mm256_cmp_pd(f, _mm256_loadu_pd(up + l), _CMP_GT_OQ);
        __m256d opposes = _mm256_cmp_pd(f, _mm256_loadu_pd(down + l), _CMP_LT_OQ);
        __m256d reply = _mm256_and_pd(opposes, _mm256_set1_pd(-1.0));
        reply = _mm256_blendv_pd(reply, _mm256_set1_pd(1.0), joins);
        __m256d differs = _mm256_cmp_pd(reply, _mm256_loadu_pd(x + l), _CMP_NEQ_UQ);
        bits |= (unsigned)_mm256_movemask_pd(differs) << l;
    }
    return bits;
#elif defined(__SSE2__)
    unsigned bits = 0;
    for (unsigned l = 0; l < QD_LANES; l += 2) {
        __m128d f = _mm_loadu_pd(field + l);
        __m128d joins = _mm_cmpgt_pd(f, _mm_loadu_pd(up + l));
        __m128d opposes = _mm_cmplt_pd(f, _mm_loadu_pd(down + l));
        __m128d reply = _mm_andnot_pd(joins, _mm_and_pd(opposes, _mm_set1_pd(-1.0)));
        reply = _mm_or_pd(reply, _mm_and_pd(joins, _mm_set1_pd(1.0)));
        bits |= (unsigned)_mm_movemask_pd(_mm_cmpneq_pd(reply, _mm_loadu_pd(x + l))) << l;
    }
    return bits;
#else
    unsigned bits = 0;
    for (unsigned l = 0; l < QD_LANES; l++) {
        double reply = field[l] > up[l] ? 1.0 : field[l] < down[l] ? -1.0 : 0.0;
        bits |= (unsigned)(reply != x[l]) << l;
    }
    return bits;
#endif
}

/* Bit l is set where |x[l] - from| > distance, l < QD_LANES. */
static inline unsigned qd_lanes_farther(const double *x, double from, double distance)
{
    unsigned bits = 0;
    for (unsigned l = 0; l < QD_LANES; l += QD_REALS) {
        qd_reals_t away = QD_REALS_OF(x + l) - from;
#if defined(__AVX__)
        __m256d far = _mm256_cmp_pd(QD_REALS_ABSOLUTE(away), _mm256_set1_pd(distance), _CMP_GT_OQ);
        bits |= (unsigned)_mm256_movemask_pd(far) << l;
#elif defined(__SSE2__)
        bits |= (unsigned)_mm_movemask_pd(_mm_cmpgt_pd(QD_REALS_ABSOLUTE(away), _mm_set1_pd(distance))) << l;
#else
        for (unsigned k = 0; k < QD_REALS; k++)
            bits |= (unsigned)(QD_REALS_ABSOLUTE(away)[k] > distance) << (l + k);
#endif
    }
    return bits;
}

/* Four 64-bit words; +, ^, &, << and >> work lane by lane. */
typedef uint64_t qd_words_t __attribute__((vector_size(32)));
typedef double qd_doubles_t __attribute__((vector_size(32))); /* as many doubles, for their bits */

/* x *= by, as the widening product of the lower halves of the words, which compilers do not find by
 * themselves. */
static inline void qd_words_multiply(qd_words_t *x, const qd_words_t *by)
{
#if defined(__AVX2__)
    *x = (qd_words_t)_mm256_mul_epu32((__m256i)*x, (__m256i)*by);
#else
    *x = (*x & 0xFFFFFFFFu) * (*by & 0xFFFFFFFFu);
#endif
}

#endif
