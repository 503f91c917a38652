#include "engine/groups.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "engine/claim_places.h"

/* ---- disjoint sets ------------------------------------------------------------------------------------- */

/* parent[cell] <= cell; a root is the least cell of its set. */
static size_t root_of(size_t parent[], size_t cell)
{
    while (parent[cell] != cell) {
        parent[cell] = parent[parent[cell]];
        cell = parent[cell];
    }
    return cell;
}

static void join(size_t parent[], size_t a, size_t b)
{
    a = root_of(parent, a);
    b = root_of(parent, b);
    if (a < b)
        parent[b] = a;
    else
        parent[a] = b;
}

/* ---- cells compared by claims -------------------------------------------------------------------------- */

typedef struct {
    const qd_experiment_t *experiment;
    const size_t *original;
    size_t *parent;
} joining_t;

static size_t cell_at(const joining_t *self, size_t point, size_t order)
{
    return self->original[point] * self->experiment->orders + order;
}

/* Joins a cell with the first one of its place, and with the same cell under every ablation. */
static void join_cell(joining_t *self, const qd_cell_t *first, const qd_cell_t *cell)
{
    const qd_experiment_t *experiment = self->experiment;
    size_t at = cell_at(self, cell->point, cell->order);
    join(self->parent, cell_at(self, first->point, first->order), at);
    bool whole = experiment->point[cell->point].ablation == 0;
    for (size_t a = 0; a < experiment->ablations && whole; a++)
        join(self->parent, at, cell_at(self, experiment->ablation[a].counterpart[cell->point], cell->order));
}

static qd_status_t join_place(joining_t *self, const qd_place_t *place, qd_error_t *error)
{
    qd_place_effect_t *effect = NULL;
    size_t effects = 0;
    qd_status_t status = qd_place_effects(self->experiment, place, &effect, &effects, error);
    for (size_t e = 0; e < effects && status == QD_OK; e++)
        for (size_t k = 0; k < effect[e].cells.size; k++)
            join_cell(self, &effect[0].cells.cell[0], &effect[e].cells.cell[k]);
    qd_effects_free(effect, effects);
    return status;
}

/* The mean over the orders and the ablations have the cells of other places, which are visited. */
static qd_status_t join_claims(joining_t *self, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->experiment;
    qd_status_t status = QD_OK;
    qd_place_t place;
    for (size_t c = 0; c < experiment->claims && status == QD_OK; c++) {
        if (qd_place_at(experiment, QD_PLACES_CLAIMS, c, 0, &place))
            status = join_place(self, &place, error);
        size_t baselines = qd_places_columns(experiment, QD_PLACES_BASELINES);
        for (size_t k = 0; k < baselines && status == QD_OK; k++)
            if (qd_place_at(experiment, QD_PLACES_BASELINES, c, k, &place))
                status = join_place(self, &place, error);
    }
    return status;
}

/* ---- groups -------------------------------------------------------------------------------------------- */

/* Numbers the sets in the order of their least cells, and lists their cells. */
static void list_members(const joining_t *self, qd_groups_t *out)
{
    size_t orders = self->experiment->orders, cells = self->experiment->points * orders;
    for (size_t i = 0; i < cells; i++) {
        size_t first = cell_at(self, i / orders, i % orders), root = root_of(self->parent, first);
        if (root == i && first == i)
            out->of_cell[i] = out->groups++;
        else
            out->of_cell[i] = out->of_cell[root];
        if (first == i)
            out->start[out->of_cell[i] + 1]++;
    }
    for (size_t g = 0; g < out->groups; g++)
        out->start[g + 1] += out->start[g];
    size_t listed = out->start[out->groups];
    for (size_t i = cells; i-- > 0;) /* backwards: ends become starts, and members ascend */
        if (cell_at(self, i / orders, i % orders) == i)
            out->member[--out->start[out->of_cell[i] + 1]] = i;
    for (size_t g = 0; g < out->groups; g++)
        out->start[g] = out->start[g + 1];
    out->start[out->groups] = listed;
}

qd_status_t qd_groups_find(const qd_experiment_t *experiment, const size_t original[], qd_groups_t *out,
                           qd_error_t *error)
{
    size_t cells = experiment->points * experiment->orders;
    joining_t joining = {experiment, original, qd_new(cells, sizeof(size_t), error)};
    *out = (qd_groups_t){.of_cell = qd_new(cells, sizeof(size_t), error),
                         .start = qd_new(cells + 1, sizeof(size_t), error),
                         .member = qd_new(cells, sizeof(size_t), error)};
    qd_status_t status =
        joining.parent && out->of_cell && out->start && out->member ? QD_OK : QD_ERROR_MEMORY;
    for (size_t i = 0; i < cells && status == QD_OK; i++)
        joining.parent[i] = i;
    if (status == QD_OK && experiment->precision.claims)
        status = join_claims(&joining, error);
    if (status == QD_OK)
        list_members(&joining, out);
    free(joining.parent);
    return status;
}

void qd_groups_free(qd_groups_t *self)
{
    free(self->of_cell);
    free(self->start);
    free(self->member);
    *self = (qd_groups_t){0};
}
