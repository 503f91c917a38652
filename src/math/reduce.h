/* Sums with one fixed order, whatever the width of the vectors: eight partial sums, joined as a tree. Arrays
 * are padded with zeros to a multiple of QD_LANES, so that no reduction has a tail. */
#ifndef QD_MATH_REDUCE_H
#define QD_MATH_REDUCE_H

#include <stddef.h>

#include "math/reals.h"

#define QD_LANES 8

/* n rounded up to a multiple of QD_LANES. */
static inline size_t qd_padded(size_t n)
{
    return (n + QD_LANES - 1) / QD_LANES * QD_LANES;
}

static inline double qd_join_lanes(const double s[QD_LANES])
{
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

/* Eight partial sums, in one or more vectors. */
#define QD_PARTS (QD_LANES / QD_REALS)
typedef struct {
    qd_reals_t part[QD_PARTS];
} qd_sums_t;

static inline double qd_sums_join(const qd_sums_t *self)
{
    double s[QD_LANES];
    for (size_t v = 0; v < QD_PARTS; v++)
        QD_REALS_AT(s + v * QD_REALS) = self->part[v];
    return qd_join_lanes(s);
}

/* Sum of a[0..padded-1]. */
static inline double qd_sum(const double *restrict a, size_t padded)
{
    qd_sums_t s = {0};
    for (size_t i = 0; i < padded; i += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++)
            s.part[v] += QD_REALS_OF(a + i + v * QD_REALS);
    return qd_sums_join(&s);
}

/* Sum of a[i] b[i]. */
static inline double qd_dot(const double *restrict a, const double *restrict b, size_t padded)
{
    qd_sums_t s = {0};
    for (size_t i = 0; i < padded; i += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++)
            s.part[v] += QD_REALS_OF(a + i + v * QD_REALS) * QD_REALS_OF(b + i + v * QD_REALS);
    return qd_sums_join(&s);
}

/* The largest of a[0..padded-1] and 0. */
static inline double qd_max(const double *restrict a, size_t padded)
{
    qd_sums_t most = {0};
    for (size_t i = 0; i < padded; i += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++)
            most.part[v] = QD_REALS_LARGER(QD_REALS_OF(a + i + v * QD_REALS), most.part[v]);
    qd_reals_t joined = most.part[0];
    for (size_t v = 1; v < QD_PARTS; v++)
        joined = QD_REALS_LARGER(joined, most.part[v]);
    double largest = joined[0];
    for (size_t l = 1; l < QD_REALS; l++)
        largest = joined[l] > largest ? joined[l] : largest;
    return largest;
}

/* y += k a, element by element. Whole groups of lanes at once: no loop needs a tail. */
static inline void qd_add_scaled(double *restrict y, double k, const double *restrict a, size_t padded)
{
    for (size_t i = 0; i < padded; i += QD_REALS)
        QD_REALS_AT(y + i) += k * QD_REALS_OF(a + i);
}

#endif
