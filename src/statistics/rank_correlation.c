#include "statistics/rank_correlation.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

/* With a pivot below this, an input is constant or a linear combination of others. */
#define PIVOT_LEAST 1e-9

typedef struct {
    double value;
    size_t place;
} ranked_t;

static int by_value(const void *a, const void *b)
{
    const ranked_t *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

/* Ranks of value[0], value[stride], ..., centred and scaled to length 1; all 0 where the values are equal. */
static void standard_ranks(size_t n, const double value[], size_t stride, ranked_t room[], double rank[])
{
    double squares = 0.0;
    for (size_t i = 0; i < n; i++)
        room[i] = (ranked_t){value[i * stride], i};
    qsort(room, n, sizeof *room, by_value);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && room[end].value == room[i].value;)
            end++;
        double centred = ((double)(i + end) - (double)n) / 2.0;
        for (size_t k = i; k < end; k++)
            rank[room[k].place] = centred;
        squares += centred * centred * (double)(end - i);
    }
    for (size_t i = 0; i < n; i++)
        rank[i] = squares > 0.0 ? rank[i] / sqrt(squares) : 0.0;
}

/* Inverts a symmetric positive definite matrix up to sign by sweeping (Goodnight 1979); rows and columns
 * without a pivot become 0. */
static void sweep_all(size_t size, double a[])
{
    for (size_t k = 0; k < size; k++) {
        double pivot = a[k * size + k];
        bool none = pivot < PIVOT_LEAST;
        for (size_t i = 0; i < size; i++)
            for (size_t j = 0; j < size && i != k; j++)
                if (j != k && !none)
                    a[i * size + j] -= a[i * size + k] * a[k * size + j] / pivot;
        for (size_t i = 0; i < size; i++) {
            a[i * size + k] = none ? 0.0 : a[i * size + k] / pivot;
            a[k * size + i] = none ? 0.0 : a[k * size + i] / pivot;
        }
        a[k * size + k] = none ? 0.0 : -1.0 / pivot;
    }
}

static qd_rank_correlation_t with_interval(double r, double freedom, double confidence)
{
    const double none = (double)NAN;
    if (isnan(r) || freedom <= 0.0 || fabs(r) >= 1.0)
        return (qd_rank_correlation_t){
            r, {isnan(r) ? none : fmin(r, -1.0 + 2.0 * (r > 0.0)), isnan(r) ? none : r}};
    double half = gsl_cdf_ugaussian_Qinv((1.0 - confidence) / 2.0) * sqrt((1.0 + r * r / 2.0) / freedom);
    return (qd_rank_correlation_t){r, {tanh(atanh(r) - half), tanh(atanh(r) + half)}};
}

qd_status_t qd_rank_correlations(size_t n, size_t k, const double x[], const double y[], double confidence,
                                 qd_rank_correlation_t out[], bool *partial, qd_error_t *error)
{
    size_t size = k + 1;
    double *rank = qd_new(n * size, sizeof *rank, error),
           *matrix = qd_new(size * size, sizeof *matrix, error);
    ranked_t *room = qd_new(n, sizeof *room, error);
    qd_status_t status = QD_OK;
    if (!rank || !matrix || !room) {
        status = QD_ERROR_MEMORY;
        goto out;
    }
    *partial = n >= 2 * k + 6;
    for (size_t j = 0; j < size; j++)
        standard_ranks(n, j < k ? x + j : y, j < k ? k : 1, room, rank + j * n);
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++) {
            matrix[i * size + j] = 0.0;
            for (size_t w = 0; w < n; w++)
                matrix[i * size + j] += rank[i * n + w] * rank[j * n + w];
        }
    double freedom = (double)n - 3.0 - (*partial ? (double)(k - 1) : 0.0);
    for (size_t j = 0; j < k; j++)
        out[j].r =
            matrix[j * size + j] > 0.5 && matrix[k * size + k] > 0.5 ? matrix[j * size + k] : (double)NAN;
    if (*partial)
        sweep_all(size, matrix);
    for (size_t j = 0; j < k; j++) {
        double scale = sqrt(matrix[j * size + j] * matrix[k * size + k]), r = out[j].r;
        if (*partial && !isnan(r))
            r = scale > 0.0 ? matrix[j * size + k] / scale : (double)NAN;
        out[j] = with_interval(r, freedom, 1.0 - (1.0 - confidence) / (double)k);
    }
out:
    free(rank);
    free(matrix);
    free(room);
    return status;
}
