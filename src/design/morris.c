/* Morris's (1991) trajectories, with levels that are used equally often.
 *
 * Morris moves a factor by half of its levels, up from the lower half or down from the upper one: level l goes
 * to l + L/2 modulo L. This form works for any number of levels: a shift modulo L maps every level to another
 * one and uses each once. Rounds of L trajectories begin at the L levels in random order. */
#include "design/design.h"

#include "design/design_draws.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

/* Levels by which a round shifts: half of them; where that is no whole number, one of its neighbours. */
static size_t shift_of(size_t levels, qd_luck_t luck)
{
    bool up = qd_random_uniform(luck, QD_PURPOSE_DESIGN, QD_USE_MORRIS_SHIFT, 0) < 0.5;
    return levels < 2 ? 0 : levels / 2 + (levels % 2 == 1 && up);
}

/* Levels of one factor before and after its move, for every trajectory; order: scratch for `levels`. */
static void choose_levels(size_t trajectories, size_t levels, uint64_t seed, size_t factor, size_t order[],
                          size_t before[], size_t after[])
{
    for (size_t first = 0; first < trajectories; first += levels) {
        qd_luck_t luck = {.seed = seed, .world = (uint64_t)factor << 32 | first / levels};
        size_t shift = shift_of(levels, luck);
        for (size_t l = 0; l < levels; l++)
            order[l] = l;
        qd_design_shuffle(order, levels, luck, QD_USE_MORRIS_LEVELS, 0);
        for (size_t i = 0; i < levels && first + i < trajectories; i++) {
            before[first + i] = order[i];
            after[first + i] = (order[i] + shift) % levels;
        }
    }
}

static double level_value(size_t level, size_t levels)
{
    return levels < 2 ? 0.0 : (double)level / (double)(levels - 1);
}

static void choose_order(size_t dimensions, uint64_t seed, size_t trajectory, size_t moved[])
{
    qd_luck_t luck = {.seed = seed, .world = trajectory};
    for (size_t d = 0; d < dimensions; d++)
        moved[d] = d;
    qd_design_shuffle(moved, dimensions, luck, QD_USE_MORRIS_ORDER, 0);
}

/* One factor's column of the rows of one trajectory, in which it is moved by step k. */
static void fill_column(size_t dimensions, size_t k, double before, double after, double column[])
{
    for (size_t r = 0; r <= dimensions; r++)
        column[r * dimensions] = r <= k ? before : after;
}

static void fill_factor(size_t trajectories, size_t dimensions, size_t factor, size_t levels,
                        const size_t before[], const size_t after[], const size_t moved[], double unit[])
{
    for (size_t t = 0; t < trajectories; t++) {
        size_t k = 0;
        while (moved[t * dimensions + k] != factor)
            k++;
        fill_column(dimensions, k, level_value(before[t], levels), level_value(after[t], levels),
                    unit + t * (dimensions + 1) * dimensions + factor);
    }
}

static qd_status_t check_levels(size_t dimensions, const size_t levels[], size_t *most, qd_error_t *error)
{
    *most = 0;
    if (dimensions < 1)
        return qd_error_add(error, QD_ERROR_INPUT, "a Morris design needs at least one factor");
    for (size_t d = 0; d < dimensions; d++) {
        if (levels[d] < 1)
            return qd_error_add(error, QD_ERROR_INPUT, "a factor of a Morris design has no levels");
        *most = levels[d] > *most ? levels[d] : *most;
    }
    return QD_OK;
}

qd_status_t qd_design_morris(size_t trajectories, size_t dimensions, const size_t levels[], uint64_t seed,
                             double unit[], size_t moved[], qd_error_t *error)
{
    size_t most;
    qd_status_t status = check_levels(dimensions, levels, &most, error);
    if (status != QD_OK)
        return status;
    size_t *order = qd_new(most + 2 * trajectories, sizeof *order, error);
    if (order == NULL)
        return QD_ERROR_MEMORY;
    size_t *before = order + most, *after = before + trajectories;
    for (size_t t = 0; t < trajectories; t++)
        choose_order(dimensions, seed, t, moved + t * dimensions);
    for (size_t d = 0; d < dimensions; d++) {
        choose_levels(trajectories, levels[d], seed, d, order, before, after);
        fill_factor(trajectories, dimensions, d, levels[d], before, after, moved, unit);
    }
    free(order);
    return QD_OK;
}
