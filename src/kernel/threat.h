/* Shared threats (model.md part 2): E_ij = sum_l c_l m_il m_jl, m = min(A, 0), is never formed. For a group of
 * states G the game keeps its hostility h = m (c 1_G); the threat that state i shares with its members is sum_{j in
 * G} c_j E_ij = sum_l c_l m_il h_l, O(n). It lies between 0 and the product of two lengths, the state's exposure,
 * the root of E_ii, and the group's reach, the root of sum_l c_l h_l^2 (Cauchy and Schwarz), which usually suffices
 * to show that a state does not move. */
#ifndef QD_KERNEL_THREAT_H
#define QD_KERNEL_THREAT_H

#include <math.h>

#include "math/reduce.h"

/* The reach of a group of this hostility; arrays of `padded`. */
static inline double qd_threat_reach(const double *restrict c, const double *restrict hostility,
                                     size_t padded)
{
    qd_sums_t sum = {0};
    for (size_t l = 0; l < padded; l += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++) {
            qd_reals_t r = QD_REALS_OF(hostility + l + v * QD_REALS);
            sum.part[v] += QD_REALS_OF(c + l + v * QD_REALS) * (r * r);
        }
    return sqrt(qd_sums_join(&sum));
}

/* sum_l c_l m_il h_l over a group's members, i itself too if it is one. row: the affinities of i. */
static inline double qd_threat_shared(const double *restrict row, const double *restrict c,
                                      const double *restrict hostility, size_t padded)
{
    qd_sums_t sum = {0};
    for (size_t l = 0; l < padded; l += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++) {
            size_t at = l + v * QD_REALS;
            qd_reals_t m = QD_REALS_NEGATIVE(QD_REALS_OF(row + at));
            sum.part[v] += QD_REALS_OF(c + at) * m * QD_REALS_OF(hostility + at);
        }
    return qd_sums_join(&sum);
}

/* State j, of this size or, leaving, of minus its size, changes a group's hostility. row: the affinities of
 * j. */
static inline void qd_threat_count_in(double *restrict hostility, double size, const double *restrict row,
                                      size_t padded)
{
    for (size_t l = 0; l < padded; l += QD_REALS)
        QD_REALS_AT(hostility + l) += size * QD_REALS_NEGATIVE(QD_REALS_OF(row + l));
}

#endif
