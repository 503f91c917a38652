/* Morris's (1991) trajectories: from a random vertex of the grid every factor is moved once, by half of its
 * levels up or down, in a random order. */
#include "design/design.h"

#include "design/design_draws.h"

#include <stdbool.h>

/* Level l of `levels` as a number in [0,1). */
static double level_value(size_t l, size_t levels)
{
    double u = (double)l / (double)(levels - 1);
    return u < 1.0 ? u : 1.0 - 0x1p-53;
}

/* Rows of one trajectory; moved: the order of its factors. */
static void fill_trajectory(size_t dimensions, size_t levels, qd_luck_t luck, double row[], size_t moved[])
{
    for (size_t d = 0; d < dimensions; d++)
        moved[d] = d;
    qd_design_shuffle(moved, dimensions, luck, QD_USE_MORRIS_ORDER, 0);
    size_t half = levels / 2;
    for (size_t k = 0; k < dimensions; k++) {
        size_t d = moved[k];
        double u = qd_random_uniform(luck, QD_PURPOSE_DESIGN, QD_USE_MORRIS_BASE, (uint32_t)d);
        size_t low = (size_t)(u * (double)half);
        bool up = qd_random_uniform(luck, QD_PURPOSE_DESIGN, QD_USE_MORRIS_SIGN, (uint32_t)d) < 0.5;
        double before = level_value(up ? low : low + half, levels);
        double after = level_value(up ? low + half : low, levels);
        for (size_t r = 0; r <= dimensions; r++)
            row[r * dimensions + d] = r <= k ? before : after;
    }
}

qd_status_t qd_design_morris(size_t trajectories, size_t dimensions, size_t levels, uint64_t seed,
                             double unit[], size_t moved[], qd_error_t *error)
{
    if (dimensions < 1)
        return qd_error_add(error, QD_ERROR_INPUT, "a Morris design needs at least one factor");
    if (levels < 4 || levels % 2 != 0)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "a Morris grid has an even number of levels from 4, not %zu", levels);
    for (size_t t = 0; t < trajectories; t++) {
        qd_luck_t luck = {.seed = seed, .world = t};
        fill_trajectory(dimensions, levels, luck, unit + t * (dimensions + 1) * dimensions,
                        moved + t * dimensions);
    }
    return QD_OK;
}
