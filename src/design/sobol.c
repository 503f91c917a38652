/* Sobol's (1967) sequence with a random digital shift: every coordinate's bits are XORed with one random word
 * of its dimension, which keeps the net and makes each point uniform (Owen 1995 and 2021). The origin is kept
 * as point 0, as dropping it would spoil the balance of the first 2^k points. */
#include "design/design.h"

#include "design/design_draws.h"

#include <gsl/gsl_qrng.h>

#define GSL_BITS 30 /* digits of GSL's generator */

static void shift_row(size_t dimensions, uint64_t seed, double row[])
{
    for (size_t d = 0; d < dimensions; d++) {
        uint64_t digits = (uint64_t)(row[d] * (double)(1u << GSL_BITS)) << (53 - GSL_BITS);
        qd_luck_t luck = {.seed = seed, .world = d};
        uint64_t shift = qd_random_bits(luck, QD_PURPOSE_DESIGN, QD_USE_SOBOL_SHIFT, 0) >> 11;
        row[d] = (double)(digits ^ shift) * 0x1p-53;
    }
}

qd_status_t qd_design_sobol(size_t points, size_t dimensions, uint64_t seed, double unit[], qd_error_t *error)
{
    if (dimensions < 1 || dimensions > QD_SOBOL_DIMENSIONS)
        return qd_error_add(error, QD_ERROR_INPUT, "a Sobol' sequence has 1 to %d dimensions, not %zu",
                            QD_SOBOL_DIMENSIONS, dimensions);
    if (points > (size_t)1 << GSL_BITS)
        return qd_error_add(error, QD_ERROR_INPUT, "a Sobol' sequence has at most 2^%d points, not %zu",
                            GSL_BITS, points);
    gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)dimensions);
    if (sequence == NULL)
        return qd_error_add(error, QD_ERROR_MEMORY, "out of memory for a Sobol' sequence");
    for (size_t i = 0; i < points; i++) {
        double *row = unit + i * dimensions;
        for (size_t d = 0; d < dimensions; d++)
            row[d] = 0.0;
        if (i > 0)
            gsl_qrng_get(sequence, row);
        shift_row(dimensions, seed, row);
    }
    gsl_qrng_free(sequence);
    return QD_OK;
}
