#include "engine/claim_places.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "engine/columns.h"
#include "engine/findings.h"

/* ---- cells read together ------------------------------------------------------------------------------- */

/* Worlds of one batch; fewer if many cells would fill too much memory. */
#define BATCH_MAX     4096
#define BATCH_DOUBLES ((size_t)1 << 21)

void qd_cells_free(qd_cells_t *self)
{
    free(self->cell);
    *self = (qd_cells_t){0};
}

/* The stratum of a cell in `order`: that of the last cell before it in the same order, or a new one. */
static size_t stratum_of(qd_cells_t *self, size_t order)
{
    for (size_t k = self->size; k-- > 0;)
        if (!self->apart || self->cell[k].order == order)
            return self->cell[k].stratum;
    return self->strata++;
}

qd_status_t qd_cells_add(qd_cells_t *self, size_t point, size_t order, double weight, qd_error_t *error)
{
    qd_cell_t *larger = qd_list_room(self->cell, self->size, 1, &self->capacity, sizeof *larger);
    if (!larger)
        return qd_no_memory(error);
    self->cell = larger;
    qd_cell_t cell = {point, order, weight, stratum_of(self, order)};
    self->cell[self->size++] = cell;
    return QD_OK;
}

/* Adds every point of an arm at `order` (all orders where it is negative), `weight` shared equally between
 * them. */
static qd_status_t cells_add_arm(qd_cells_t *self, const qd_experiment_t *experiment, const qd_arm_t *arm,
                                 int order, double weight, qd_error_t *error)
{
    size_t from = order < 0 ? 0 : (size_t)order, to = order < 0 ? experiment->orders : from + 1;
    double share = weight / ((double)arm->points * (double)(to - from));
    qd_status_t status = QD_OK;
    for (size_t p = 0; p < arm->points; p++)
        for (size_t o = from; o < to && status == QD_OK; o++)
            status = qd_cells_add(self, arm->point[p], o, share, error);
    return status;
}

double qd_cells_greatest(const qd_cells_t *self, const qd_experiment_t *experiment,
                         const qd_cell_size_t size[], qd_outcome_t outcome)
{
    double greatest = qd_outcome_table[outcome].low;
    for (size_t k = 0; k < self->size; k++) {
        size_t cell = self->cell[k].point * experiment->orders + self->cell[k].order;
        greatest = fmax(greatest, qd_outcome_greatest(outcome, &size[cell]));
    }
    return greatest;
}

/* One more than the largest world that all cells of a stratum may have: the least of their ends. */
static uint64_t end_of_stratum(const qd_cells_t *self, const qd_index_t *done, size_t stratum)
{
    uint64_t end = self->worlds > 0 ? self->worlds : UINT64_MAX;
    for (size_t k = 0; k < self->size; k++) {
        if (self->cell[k].stratum != stratum)
            continue;
        uint64_t mine = qd_ranges_end(qd_index_done(done, self->cell[k].point, self->cell[k].order));
        if (mine < end)
            end = mine;
    }
    return end;
}

static uint64_t end_of(const qd_cells_t *self, const qd_index_t *done)
{
    uint64_t end = 0;
    for (size_t s = 0; s < self->strata; s++) {
        uint64_t mine = end_of_stratum(self, done, s);
        end = mine > end ? mine : end;
    }
    return end;
}

qd_status_t qd_cells_walk(const qd_cells_t *self, qd_index_t *done, qd_outcome_t outcome, qd_cells_see_t *see,
                          void *context, qd_error_t *error)
{
    uint64_t end = end_of(self, done);
    if (end == 0)
        return QD_OK;
    size_t batch = BATCH_DOUBLES / self->size;
    batch = batch > BATCH_MAX ? BATCH_MAX : batch < 1 ? 1 : batch;
    batch = batch > end ? (size_t)end : batch;
    double *room = qd_new(self->size * batch, sizeof *room, error);
    const double **column = qd_new(self->size, sizeof *column, error);
    qd_status_t status = QD_OK;
    if (!room || !column) {
        status = qd_no_memory(error);
        goto out;
    }
    for (size_t k = 0; k < self->size; k++)
        column[k] = room + k * batch;
    for (uint64_t first = 0; first < end; first += batch) {
        size_t count = end - first < batch ? (size_t)(end - first) : batch;
        for (size_t k = 0; k < self->size && status == QD_OK; k++)
            status = qd_index_read(done, self->cell[k].point, self->cell[k].order, outcome, first, count,
                                   room + k * batch, error);
        if (status != QD_OK)
            break;
        see(context, count, column);
    }
out:
    free(column);
    free(room);
    return status;
}

/* ---- places -------------------------------------------------------------------------------------------- */

bool qd_claim_is_by_order(const qd_experiment_t *experiment, const qd_claim_t *claim)
{
    return claim->order < 0 && experiment->orders > 1;
}

size_t qd_places_columns(const qd_experiment_t *experiment, qd_place_family_t family)
{
    switch (family) {
    case QD_PLACES_CLAIMS:
        return 1 + experiment->orders;
    case QD_PLACES_ABLATIONS:
        return experiment->ablations;
    default:
        return experiment->baselines > 0 ? QD_BASELINES : 0;
    }
}

qd_place_t qd_place_of(const qd_claim_t *claim, int order, const size_t *counterpart)
{
    return (qd_place_t){*claim, claim->order >= 0 ? claim->order : order, counterpart, counterpart};
}

/* Column k of the baselines: one of the claim's arms less the same arm under a baseline. */
static bool place_baseline(const qd_experiment_t *experiment, const qd_claim_t *claim, size_t k,
                           qd_place_t *out)
{
    *out = qd_place_of(claim, -1, NULL);
    out->claim.more = out->claim.less = k % 2 == 0 ? claim->more : claim->less;
    out->claim.margin = 0.0;
    out->counterpart_less = experiment->baseline[k / 2].counterpart;
    return claim->kind == QD_CLAIM_CONTRAST;
}

bool qd_place_at(const qd_experiment_t *experiment, qd_place_family_t family, size_t claim, size_t column,
                 qd_place_t *out)
{
    const qd_claim_t *of = &experiment->claim[claim];
    if (family == QD_PLACES_BASELINES)
        return place_baseline(experiment, of, column, out);
    if (family == QD_PLACES_ABLATIONS) {
        *out = qd_place_of(of, -1, experiment->ablation[column].counterpart);
        return true;
    }
    *out = qd_place_of(of, (int)column - 1, NULL);
    return column == 0 || qd_claim_is_by_order(experiment, of);
}

uint64_t qd_places_count(const qd_experiment_t *experiment, qd_place_family_t family)
{
    size_t columns = qd_places_columns(experiment, family);
    uint64_t count = 0;
    qd_place_t place;
    for (size_t i = 0; i < experiment->claims * columns; i++)
        count += qd_place_at(experiment, family, i / columns, i % columns, &place);
    return count;
}

/* ---- cells of a place ---------------------------------------------------------------------------------- */

static qd_status_t add_arm(const qd_experiment_t *experiment, const qd_arm_t *arm, int order,
                           const size_t *counterpart, double weight, qd_cells_t *cells, qd_error_t *error)
{
    size_t from = cells->size;
    qd_status_t status = cells_add_arm(cells, experiment, arm, order, weight, error);
    for (size_t k = from; counterpart && k < cells->size; k++)
        cells->cell[k].point = counterpart[cells->cell[k].point];
    return status;
}

qd_status_t qd_place_arm(const qd_experiment_t *experiment, const qd_place_t *place, const qd_arm_t *arm,
                         double weight, qd_cells_t *cells, qd_error_t *error)
{
    return add_arm(experiment, arm, place->order, place->counterpart, weight, cells, error);
}

qd_status_t qd_place_contrast(const qd_experiment_t *experiment, const qd_place_t *place, qd_cells_t *cells,
                              qd_error_t *error)
{
    const qd_claim_t *claim = &place->claim;
    bool orders = claim->kind == QD_CLAIM_ORDERS;
    qd_status_t status = qd_place_arm(experiment, place, &claim->more, 1.0, cells, error);
    if (status == QD_OK)
        status =
            add_arm(experiment, orders ? &claim->more : &claim->less,
                    orders ? claim->order_less : place->order, place->counterpart_less, -1.0, cells, error);
    if (claim->kind != QD_CLAIM_INTERACTION)
        return status;
    if (status == QD_OK)
        status = qd_place_arm(experiment, place, &claim->where_more, -1.0, cells, error);
    if (status == QD_OK)
        status = qd_place_arm(experiment, place, &claim->where_less, 1.0, cells, error);
    return status;
}

/* ---- effects ------------------------------------------------------------------------------------------- */

/* The weight of level l in the rise: that of a least-squares slope, times the range of the levels. */
static double rise_weight(const qd_claim_t *claim, size_t l)
{
    const double *x = claim->level_value;
    double mean = 0.0, squares = 0.0;
    for (size_t i = 0; i < claim->levels; i++)
        mean += x[i] / (double)claim->levels;
    for (size_t i = 0; i < claim->levels; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    return (x[l] - mean) / squares * (x[claim->levels - 1] - x[0]) * claim->direction;
}

static qd_status_t trend_effects(const qd_experiment_t *experiment, const qd_place_t *place,
                                 qd_place_effect_t effect[], qd_error_t *error)
{
    const qd_claim_t *claim = &place->claim;
    qd_status_t status = QD_OK;
    effect[0].margin = claim->margin;
    for (size_t l = 0; l < claim->levels && status == QD_OK; l++) {
        status =
            qd_place_arm(experiment, place, &claim->level[l], rise_weight(claim, l), &effect[0].cells, error);
        if (status == QD_OK && l > 0)
            status =
                qd_place_arm(experiment, place, &claim->level[l], claim->direction, &effect[l].cells, error);
        if (status == QD_OK && l > 0)
            status = qd_place_arm(experiment, place, &claim->level[l - 1], -claim->direction,
                                  &effect[l].cells, error);
    }
    return status;
}

qd_status_t qd_place_effects(const qd_experiment_t *experiment, const qd_place_t *place,
                             qd_place_effect_t **effect, size_t *effects, qd_error_t *error)
{
    const qd_claim_t *claim = &place->claim;
    size_t count = claim->kind == QD_CLAIM_TREND ? claim->levels : 1;
    *effects = 0;
    *effect = qd_new(count, sizeof **effect, error);
    if (!*effect)
        return QD_ERROR_MEMORY;
    *effects = count;
    if (claim->kind == QD_CLAIM_TREND)
        return trend_effects(experiment, place, *effect, error);
    (*effect)->margin = claim->margin;
    if (claim->kind == QD_CLAIM_BIMODAL)
        return qd_place_arm(experiment, place, &claim->more, 1.0, &(*effect)->cells, error);
    return qd_place_contrast(experiment, place, &(*effect)->cells, error);
}

void qd_effects_free(qd_place_effect_t *effect, size_t effects)
{
    for (size_t i = 0; i < effects; i++)
        qd_cells_free(&effect[i].cells);
    free(effect);
}
