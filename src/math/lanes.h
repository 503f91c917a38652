/* Comparisons of eight lanes that end in one bit each. */
#ifndef QD_MATH_LANES_H
#define QD_MATH_LANES_H

#include <stdint.h>

#include "math/reduce.h"

/* +1 where the field is above up, else -1 where it is below down, else 0. */
static inline qd_reals_t qd_reals_reply(qd_reals_t field, qd_reals_t up, qd_reals_t down)
{
    const qd_reals_t one = qd_reals_all(1.0);
    return QD_REALS_EITHER(QD_REALS_BELOW(up, field), one, QD_REALS_WHERE(QD_REALS_BELOW(field, down), -one));
}

static inline qd_few_t qd_few_reply(qd_few_t field, qd_few_t up, qd_few_t down)
{
    const qd_few_t one = qd_few_all(1.0);
    return QD_FEW_EITHER(QD_FEW_BELOW(up, field), one, QD_FEW_WHERE(QD_FEW_BELOW(field, down), -one));
}

/* Bit l is set where the reply to field[l] (+1 above up, else -1 below down, else 0) is not x[l], l <
 * QD_LANES. */
static inline unsigned qd_lanes_unsettled(const double *field, const double *up, const double *down,
                                          const double *x)
{
    unsigned bits = 0;
    for (unsigned l = 0; l < QD_LANES; l += QD_REALS) {
        qd_reals_t reply = qd_reals_reply(QD_REALS_OF(field + l), QD_REALS_OF(up + l), QD_REALS_OF(down + l));
        bits |= qd_reals_bits(QD_REALS_DIFFER(reply, QD_REALS_OF(x + l))) << l;
    }
    return bits;
}

/* Bit l is set where x[l] <= most, l < QD_LANES. */
static inline unsigned qd_lanes_up_to(const double *x, double most)
{
    unsigned bits = 0;
    for (unsigned l = 0; l < QD_LANES; l += QD_REALS)
        bits |= qd_reals_bits(QD_REALS_UP_TO(QD_REALS_OF(x + l), qd_reals_all(most))) << l;
    return bits;
}

/* The first i < padded with x[i] >= least; padded where there is none. Compares sixty-four at a time into one
 * word: a branch per element would be mispredicted. */
static inline size_t qd_lanes_first(const double *x, double least, size_t padded)
{
    for (size_t i = 0; i < padded; i += 64) {
        uint64_t found = 0;
        for (size_t l = 0; l < 64 && i + l < padded; l += QD_REALS)
            found |= (uint64_t)qd_reals_bits(QD_REALS_UP_TO(qd_reals_all(least), QD_REALS_OF(x + i + l)))
                     << l;
        if (found != 0)
            return i + (size_t)__builtin_ctzll(found);
    }
    return padded;
}

#endif
