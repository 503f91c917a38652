#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "engine/claim_places.h"
#include "engine/columns.h"
#include "engine/findings.h"
#include "engine/parallel.h"
#include "statistics/contrast.h"

/* Cells read together and the pairs of them that are compared. A side of a pair is one cell, or the mean of
 * `span` cells that follow one another. */
typedef struct {
    size_t more, less; /* position of the side's first cell */
    qd_contrast_t *contrast;
    qd_contrast_result_t found;
    const char *more_label, *less_label;
} pair_t;

typedef struct {
    const qd_experiment_t *experiment;
    qd_cells_t cells;
    qd_cell_size_t *size; /* [points * orders] */
    size_t span;
    qd_runner_t runner;
    size_t pairs, capacity;
    pair_t *pair;
} pairs_t;

/* ---- pairs --------------------------------------------------------------------------------------------- */

static size_t design_points(const qd_experiment_t *experiment)
{
    size_t count = 0;
    for (size_t p = 0; p < experiment->points; p++)
        count += !experiment->point[p].from_claim;
    return count;
}

/* Whether the point is the copy of another point with other settings in force. */
static bool is_counterpart(const qd_point_t *point)
{
    return point->ablation > 0 || point->variation > 0;
}

static size_t unablated_points(const qd_experiment_t *experiment)
{
    size_t count = 0;
    for (size_t p = 0; p < experiment->points; p++)
        count += !is_counterpart(&experiment->point[p]);
    return count;
}

static const char *label_of(const pairs_t *self, size_t first, qd_analysis_t *out)
{
    const qd_cell_t *cell = &self->cells.cell[first];
    const char *order = self->experiment->order[cell->order].label;
    if (self->span > 1 || unablated_points(self->experiment) == 1)
        return order;
    return qd_analysis_text(out, "%s/%s", order, self->experiment->point[cell->point].label);
}

static qd_status_t add_pair(pairs_t *self, size_t more, size_t less, qd_analysis_t *out, qd_error_t *error)
{
    pair_t *larger = qd_list_room(self->pair, self->pairs, 1, &self->capacity, sizeof *larger);
    if (!larger)
        return qd_no_memory(error);
    self->pair = larger;
    pair_t pair = {.more = more,
                   .less = less,
                   .more_label = label_of(self, more, out),
                   .less_label = label_of(self, less, out)};
    if (!pair.more_label || !pair.less_label)
        return qd_no_memory(error);
    self->pair[self->pairs++] = pair;
    return QD_OK;
}

/* Every pair of sides that agree in their order, or in their point. */
static qd_status_t choose_pairs(pairs_t *self, qd_analysis_t *out, qd_error_t *error)
{
    qd_status_t status = QD_OK;
    for (size_t b = self->span; b < self->cells.size; b += self->span)
        for (size_t a = 0; a < b && status == QD_OK; a += self->span) {
            const qd_cell_t *x = &self->cells.cell[a], *y = &self->cells.cell[b];
            if (x->order == y->order || x->point == y->point)
                status = add_pair(self, b, a, out, error);
        }
    return status;
}

/* Small designs: every cell is a side. Larger ones: an order's points are one. */
static qd_status_t choose_cells(pairs_t *self, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->experiment;
    bool small = unablated_points(experiment) <= QD_CONTRAST_POINTS;
    self->span = small ? 1 : design_points(experiment);
    qd_status_t status = QD_OK;
    for (size_t o = 0; o < experiment->orders; o++)
        for (size_t p = 0; p < experiment->points && status == QD_OK; p++)
            if (small ? !is_counterpart(&experiment->point[p]) : !experiment->point[p].from_claim)
                status = qd_cells_add(&self->cells, p, o, 1.0, error);
    return status;
}

/* ---- their values -------------------------------------------------------------------------------------- */

/* Writes the mean over a side's cells into room; a single cell is used in place. */
static const double *side(const pairs_t *self, size_t first, size_t from, size_t count,
                          const double *const column[], double room[])
{
    if (self->span == 1)
        return column[first] + from;
    memset(room, 0, count * sizeof *room);
    for (size_t k = first; k < first + self->span; k++)
        for (size_t w = 0; w < count; w++)
            room[w] += column[k][from + w] / (double)self->span;
    return room;
}

/* A batch of worlds, as qd_cells_walk hands it over. */
typedef struct {
    const pairs_t *pairs;
    size_t count;
    const double *const *column;
} batch_t;

/* On any thread: the worlds of the batch for one pair. */
static void see_pair(void *context, size_t index)
{
    enum { ROOM = 256 };
    double more[ROOM], less[ROOM];
    const batch_t *batch = context;
    const pair_t *pair = &batch->pairs->pair[index];
    for (size_t from = 0; from < batch->count; from += ROOM) {
        size_t some = batch->count - from < ROOM ? batch->count - from : ROOM;
        const double *sides[] = {side(batch->pairs, pair->more, from, some, batch->column, more),
                                 side(batch->pairs, pair->less, from, some, batch->column, less)};
        qd_contrast_add(pair->contrast, some, sides);
    }
}

static void see_pairs(void *context, size_t count, const double *const column[])
{
    const pairs_t *self = context;
    qd_runner_run(&self->runner, self->pairs, see_pair, &(batch_t){self, count, column});
}

/* On any thread. */
static void find_result(void *context, size_t index)
{
    const pairs_t *self = context;
    pair_t *pair = &self->pair[index];
    pair->found = qd_contrast_result(pair->contrast, self->experiment->confidence, 0.0);
}

static void append_rows(pairs_t *self, qd_outcome_t outcome, qd_analysis_t *out)
{
    double confidence = self->experiment->confidence;
    qd_runner_run(&self->runner, self->pairs, find_result, self);
    for (size_t i = 0; i < self->pairs; i++) {
        qd_contrast_result_t found = self->pair[i].found;
        if (found.count < 2)
            continue;
        out->contrast[out->contrasts++] = (qd_result_contrast_t){.outcome = qd_outcome_table[outcome].name,
                                                                 .more = self->pair[i].more_label,
                                                                 .less = self->pair[i].less_label,
                                                                 .estimate = found.estimate,
                                                                 .se = found.se,
                                                                 .low = found.interval.low,
                                                                 .high = found.interval.high,
                                                                 .confidence = confidence,
                                                                 .unpaired_se = found.unpaired_se,
                                                                 .variance_reduction = found.reduction,
                                                                 .worlds = (int64_t)found.count};
    }
}

static qd_status_t compare(pairs_t *self, qd_index_t *done, qd_outcome_t outcome, qd_analysis_t *out,
                           qd_error_t *error)
{
    static const double weight[] = {1.0, -1.0};
    static const size_t apart[] = {0, 1};
    double least = qd_outcome_table[outcome].low;
    double most = qd_cells_greatest(&self->cells, self->experiment, self->size, outcome);
    qd_status_t status = QD_OK;
    for (size_t i = 0; i < self->pairs && status == QD_OK; i++) {
        const qd_cell_t *cell = self->cells.cell;
        bool paired = cell[self->pair[i].more].stratum == cell[self->pair[i].less].stratum;
        self->pair[i].contrast = qd_contrast_new_strata(2, weight, paired ? 1 : 2, apart);
        if (!self->pair[i].contrast)
            status = qd_no_memory(error);
        else
            qd_contrast_set_range(self->pair[i].contrast, least, most);
    }
    if (status == QD_OK)
        status = qd_cells_walk(&self->cells, done, outcome, see_pairs, self, error);
    if (status == QD_OK)
        append_rows(self, outcome, out);
    for (size_t i = 0; i < self->pairs; i++) {
        qd_contrast_free(self->pair[i].contrast);
        self->pair[i].contrast = NULL;
    }
    return status;
}

/* ---- outcomes ------------------------------------------------------------------------------------------ */

/* Outcomes whose rows are kept. */
static size_t choose_outcomes(const qd_experiment_t *experiment, uint64_t kept, bool chosen[QD_OUTCOMES_MAX])
{
    size_t count = 0;
    memset(chosen, 0, QD_OUTCOMES_MAX * sizeof *chosen);
    for (size_t o = 0; o < qd_outcome_count; o++)
        chosen[o] = qd_outcome_is_main(o);
    for (size_t c = 0; c < experiment->claims; c++)
        chosen[experiment->claim[c].outcome] = true;
    for (size_t o = 0; o < qd_outcome_count; o++) {
        chosen[o] = chosen[o] && (kept >> o & 1);
        count += chosen[o];
    }
    return count;
}

qd_status_t qd_analyse_contrasts(const qd_experiment_t *experiment, qd_index_t *done, qd_analysis_t *out,
                                 qd_error_t *error)
{
    bool chosen[QD_OUTCOMES_MAX];
    size_t outcomes = choose_outcomes(experiment, qd_index_kind(done).columns, chosen);
    pairs_t pairs = {.experiment = experiment,
                     .cells = {.apart = experiment->luck_by_order},
                     .runner = qd_parallel_runner(0)};
    qd_status_t status = choose_cells(&pairs, error);
    if (status == QD_OK)
        status = choose_pairs(&pairs, out, error);
    if (status != QD_OK || pairs.pairs == 0 || outcomes == 0)
        goto out;
    pairs.size = qd_worker_cell_sizes(experiment);
    out->contrast = qd_new(pairs.pairs * outcomes, sizeof *out->contrast, error);
    if (!pairs.size || !out->contrast)
        status = qd_no_memory(error);
    for (size_t o = 0; o < qd_outcome_count && status == QD_OK; o++)
        if (chosen[o])
            status = compare(&pairs, done, (qd_outcome_t)o, out, error);
out:
    free(pairs.pair);
    free(pairs.size);
    qd_cells_free(&pairs.cells);
    return status;
}
