/* Rank correlations of several inputs with an output, which measure monotonic effects; partial where there
 * are enough values.
 *
 * Spearman's coefficient r_j of ranks (ties share the mean rank) treats the other inputs as noise. The
 * partial rank correlation coefficient (PRCC; Conover and Iman 1982; Marino et al. 2008) is the correlation
 * of the ranks of input and output after the ranks of all other inputs were regressed out of both: -P_jy /
 * sqrt(P_jj P_yy), P the inverse of the correlation matrix of all ranks. Intervals use Fisher's z with the
 * standard error of Bonett and Wright (2000), sqrt((1 + r^2 / 2) / (n - 3 - p)), p the number of inputs
 * regressed out. */
#ifndef QD_STATISTICS_RANK_CORRELATION_H
#define QD_STATISTICS_RANK_CORRELATION_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrille/error.h"
#include "statistics/interval.h"

/* NaN for an input, or an output, that is constant. */
typedef struct {
    double r;
    qd_interval_t interval;
} qd_rank_correlation_t;

/* From n values of k inputs, x[i * k + j], and of the output y[i], all finite. The intervals are simultaneous
 * over the inputs: each has 1 - (1 - confidence) / k. *partial: PRCC, which is taken where at least half of
 * the degrees of freedom are left (n >= 2 k + 6), else Spearman's. QD_ERROR_MEMORY only. */
QD_MUST_USE qd_status_t qd_rank_correlations(size_t n, size_t k, const double x[], const double y[],
                                             double confidence, qd_rank_correlation_t out[], bool *partial,
                                             qd_error_t *error);

#endif
