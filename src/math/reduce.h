/* Sums with one fixed order, whatever the width of the vectors: eight partial sums, joined as a tree. Arrays
 * are padded with zeros to a multiple of QD_LANES, so that no reduction has a tail. */
#ifndef QD_MATH_REDUCE_H
#define QD_MATH_REDUCE_H

#include <stddef.h>

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

/* Sum of a[0..padded-1]. */
static inline double qd_sum(const double *restrict a, size_t padded)
{
    double s[QD_LANES] = {0};
    for (size_t i = 0; i < padded; i += QD_LANES)
        for (size_t l = 0; l < QD_LANES; l++)
            s[l] += a[i + l];
    return qd_join_lanes(s);
}

/* Sum of a[i] b[i]. */
static inline double qd_dot(const double *restrict a, const double *restrict b, size_t padded)
{
    double s[QD_LANES] = {0};
    for (size_t i = 0; i < padded; i += QD_LANES)
        for (size_t l = 0; l < QD_LANES; l++)
            s[l] += a[i + l] * b[i + l];
    return qd_join_lanes(s);
}

/* y += k a, element by element. Whole groups of lanes at once: no loop needs a tail. */
static inline void qd_add_scaled(double *restrict y, double k, const double *restrict a, size_t padded)
{
    for (size_t i = 0; i < padded; i += QD_LANES)
        for (size_t l = 0; l < QD_LANES; l++)
            y[i + l] += k * a[i + l];
}

#endif
