#include "design/design.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* One block of dimensions + 2 rows from one row (a, b) of the base sequence. */
static void fill_block(size_t dimensions, const double ab[], double block[])
{
    const double *a = ab, *b = ab + dimensions;
    size_t row = dimensions * sizeof *a;
    for (size_t i = 0; i <= dimensions; i++)
        memcpy(block + i * dimensions, a, row);
    for (size_t i = 0; i < dimensions; i++)
        block[(i + 1) * dimensions + i] = b[i];
    memcpy(block + (dimensions + 1) * dimensions, b, row);
}

qd_status_t qd_design_saltelli(size_t base, size_t dimensions, uint64_t seed, double unit[],
                               qd_error_t *error)
{
    if (dimensions < 1 || 2 * dimensions > QD_SOBOL_DIMENSIONS)
        return qd_error_add(error, QD_ERROR_INPUT, "a Saltelli design has 1 to %d factors, not %zu",
                            QD_SOBOL_DIMENSIONS / 2, dimensions);
    double *sequence = qd_new(base, 2 * dimensions * sizeof *sequence, error);
    if (sequence == NULL)
        return QD_ERROR_MEMORY;
    qd_status_t status = qd_design_sobol(base, 2 * dimensions, seed, sequence, error);
    for (size_t k = 0; status == QD_OK && k < base; k++)
        fill_block(dimensions, sequence + k * 2 * dimensions, unit + k * (dimensions + 2) * dimensions);
    free(sequence);
    return status;
}
