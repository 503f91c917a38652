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

/* Bit l is set where |x[l] - from| > distance, l < QD_LANES. */
static inline unsigned qd_lanes_farther(const double *x, double from, double distance)
{
    unsigned bits = 0;
    for (unsigned l = 0; l < QD_LANES; l += QD_REALS) {
        qd_reals_t away = QD_REALS_OF(x + l) - from;
        bits |= qd_reals_bits((qd_mask_t)(QD_REALS_ABSOLUTE(away) > distance)) << l;
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
