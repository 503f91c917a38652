#include "engine/claim_tests.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "engine/columns.h"
#include "engine/parallel.h"
#include "statistics/trend.h"

/* Simulated dips: the smallest p is 1 / 10001, below what Holm's correction asks of up to 500 tests. */
#define DIP_SIMULATIONS 10000

void qd_claim_tests_free(qd_claim_tests_t *self)
{
    qd_dip_null_free(&self->dip);
    free(self->size);
}

/* ---- bounds -------------------------------------------------------------------------------------------- */

/* Writes the bounds of the outcome in all cells into *bounds. */
static qd_status_t find_bounds(qd_claim_tests_t *self, const qd_cells_t *cells, qd_outcome_t outcome,
                               qd_interval_t *bounds, qd_error_t *error)
{
    if (!self->size)
        self->size = qd_worker_cell_sizes(self->experiment);
    if (!self->size)
        return qd_no_memory(error);
    bounds->low = qd_outcome_table[outcome].low;
    bounds->high = qd_cells_greatest(cells, self->experiment, self->size, outcome);
    return QD_OK;
}

/* ---- linear combinations: contrasts, interactions, orders ---------------------------------------------- */

static void see_contrast(void *context, size_t count, const double *const column[])
{
    qd_contrast_add(context, count, column);
}

/* One world of some cells, as 1 where the outcome is not 0. */
typedef struct {
    qd_contrast_t *contrast;
    size_t cells;
    double *some;          /* [cells] */
    const double **column; /* [cells]: each points at its number of `some` */
} presence_t;

static void see_presence(void *context, size_t count, const double *const column[])
{
    const presence_t *self = context;
    for (size_t w = 0; w < count; w++) {
        for (size_t k = 0; k < self->cells; k++)
            self->some[k] = isnan(column[k][w]) ? (double)NAN : column[k][w] != 0.0;
        qd_contrast_add(self->contrast, 1, self->column);
    }
}

static qd_status_t walk_presence(qd_claim_tests_t *self, const qd_cells_t *cells, qd_outcome_t outcome,
                                 qd_contrast_t *contrast, qd_error_t *error)
{
    presence_t presence = {.contrast = contrast, .cells = cells->size};
    presence.some = qd_new(cells->size, sizeof *presence.some, error);
    presence.column = qd_new(cells->size, sizeof *presence.column, error);
    qd_status_t status = presence.some && presence.column ? QD_OK : qd_no_memory(error);
    for (size_t k = 0; k < cells->size && status == QD_OK; k++)
        presence.column[k] = &presence.some[k];
    if (status == QD_OK)
        status = qd_cells_walk(cells, self->done, outcome, see_presence, &presence, error);
    free(presence.column);
    free(presence.some);
    return status;
}

/* The weighted sum of cells, world by world within a stratum, against a margin; `present`: of the shares of
 * worlds in which the outcome is not 0. */
static qd_status_t combine(qd_claim_tests_t *self, const qd_cells_t *cells, qd_outcome_t outcome,
                           bool present, double margin, qd_contrast_result_t *out, qd_error_t *error)
{
    double *weight = qd_new(cells->size, sizeof *weight, error);
    size_t *stratum = qd_new(cells->size, sizeof *stratum, error);
    qd_contrast_t *contrast = NULL;
    for (size_t k = 0; weight && stratum && k < cells->size; k++) {
        weight[k] = cells->cell[k].weight;
        stratum[k] = cells->cell[k].stratum;
    }
    if (weight && stratum)
        contrast = qd_contrast_new_strata(cells->size, weight, cells->strata, stratum);
    qd_interval_t bounds;
    qd_status_t status = contrast ? find_bounds(self, cells, outcome, &bounds, error) : qd_no_memory(error);
    if (status == QD_OK) {
        qd_contrast_set_range(contrast, bounds.low, bounds.high);
        status = present ? walk_presence(self, cells, outcome, contrast, error)
                         : qd_cells_walk(cells, self->done, outcome, see_contrast, contrast, error);
    }
    if (status == QD_OK)
        *out = qd_contrast_result(contrast, self->experiment->confidence, margin);
    qd_contrast_free(contrast);
    free(stratum);
    free(weight);
    return status;
}

/* Survival and breakdown are censored at the last period: their means are comparable only between cells that
 * are observed equally long. Returns a note if the cells of a claim are not, else `note`. */
static const char *note_unequal_periods(qd_claim_tests_t *self, const qd_claim_t *claim,
                                        const qd_cells_t *cells, qd_analysis_t *texts, const char *note)
{
    if (cells->size == 0 || (claim->outcome != QD_O_survival && claim->outcome != QD_O_breakdown))
        return note;
    size_t least = SIZE_MAX, most = 0;
    for (size_t k = 0; k < cells->size; k++) {
        size_t periods = qd_index_periods(self->done, cells->cell[k].point, cells->cell[k].order);
        least = periods < least ? periods : least;
        most = periods > most ? periods : most;
    }
    if (least == most)
        return note;
    return qd_analysis_text(texts,
                            "%s%sarms are watched for %zu to %zu periods, and the means of %s depend on it: "
                            "compare /survival",
                            note ? note : "", note ? "; " : "", least, most,
                            qd_outcome_table[claim->outcome].name);
}

/* The effect of arms that differ in other factors, too, is also theirs: the note names them, where anything
 * varies. */
static const char *note_differing(const qd_claim_t *claim, const qd_contrast_result_t *found,
                                  qd_analysis_t *texts, const char *note)
{
    if (!claim->differing || found->differing == 0)
        return note;
    return qd_analysis_text(texts, "%s%sarms differ in %s, too: the effect is not that of their names alone",
                            note ? note : "", note ? "; " : "", claim->differing);
}

/* Says that Student's interval needs more worlds. Sequences have intervals of another kind. */
static const char *note_skewed(const qd_claim_tests_t *self, const qd_contrast_result_t *found,
                               qd_analysis_t *texts, const char *note)
{
    if (self->sequences || !qd_contrast_is_skewed(found))
        return note;
    return qd_analysis_text(texts,
                            "%s%sdifferences between worlds are skewed: the interval is too narrow on one "
                            "side with fewer than some %.2g worlds (Cochran's rule)",
                            note ? note : "", note ? "; " : "",
                            25.0 * found->skewness * found->skewness * (double)found->count);
}

/* What limits the comparison of a claim's arms, added to `note`. */
static const char *note_arms(qd_claim_tests_t *self, const qd_claim_t *claim, const qd_cells_t *cells,
                             const qd_contrast_result_t *found, qd_analysis_t *texts, const char *note)
{
    note = note_skewed(self, found, texts, note_unequal_periods(self, claim, cells, texts, note));
    return note_differing(claim, found, texts, note);
}

static qd_status_t test_combination(qd_claim_tests_t *self, const qd_place_t *place, qd_analysis_t *texts,
                                    qd_claim_test_t *out, qd_error_t *error)
{
    const qd_claim_t *claim = &place->claim;
    qd_cells_t cells = {.apart = self->experiment->luck_by_order, .worlds = self->worlds};
    qd_status_t status = qd_place_contrast(self->experiment, place, &cells, error);
    if (status == QD_OK)
        status = combine(self, &cells, claim->outcome, false, claim->margin, &out->found, error);
    out->p = out->found.p;
    out->note = note_arms(self, claim, &cells, &out->found, texts, out->note);
    qd_cells_free(&cells);
    return status;
}

static qd_status_t arm_mean(qd_claim_tests_t *self, const qd_claim_t *claim, const qd_arm_t *arm,
                            qd_outcome_t outcome, bool present, double *mean, qd_error_t *error)
{
    qd_place_t place = qd_place_of(claim, -1, NULL);
    qd_cells_t cells = {.apart = self->experiment->luck_by_order};
    qd_contrast_result_t found = {.estimate = NAN};
    qd_status_t status = qd_place_arm(self->experiment, &place, arm, 1.0, &cells, error);
    if (status == QD_OK)
        status = combine(self, &cells, outcome, present, 0.0, &found, error);
    *mean = found.estimate;
    qd_cells_free(&cells);
    return status;
}

qd_status_t qd_claim_arm_mean(qd_claim_tests_t *self, const qd_claim_t *claim, const qd_arm_t *arm,
                              qd_outcome_t outcome, double *mean, qd_error_t *error)
{
    return arm_mean(self, claim, arm, outcome, false, mean, error);
}

qd_status_t qd_claim_arm_share(qd_claim_tests_t *self, const qd_claim_t *claim, const qd_arm_t *arm,
                               qd_outcome_t outcome, double *share, qd_error_t *error)
{
    return arm_mean(self, claim, arm, outcome, true, share, error);
}

/* ---- trends -------------------------------------------------------------------------------------------- */

/* Cells of all levels, one level after another: level l has cells start[l] .. start[l + 1] - 1. */
typedef struct {
    qd_trend_t *trend;
    const qd_cells_t *cells;
    size_t levels;
    const size_t *start;
    double *mean;         /* levels x strata x LEVELS_ROOM */
    const double **level; /* levels x strata */
} levels_t;

/* Worlds whose means are computed together. */
#define LEVELS_ROOM 256

static void levels_free(levels_t *self)
{
    free(self->level);
    free(self->mean);
    qd_trend_free(self->trend);
}

static qd_status_t levels_init(levels_t *self, const qd_claim_t *claim, const qd_cells_t *cells,
                               const size_t start[], qd_error_t *error)
{
    size_t columns = claim->levels * cells->strata;
    *self = (levels_t){.cells = cells, .levels = claim->levels, .start = start};
    self->trend = qd_trend_new(claim->levels, claim->level_value, claim->direction, cells->strata);
    self->mean = qd_new(columns * LEVELS_ROOM, sizeof *self->mean, error);
    self->level = qd_new(columns, sizeof *self->level, error);
    if (!self->trend || !self->mean || !self->level)
        return qd_no_memory(error);
    for (size_t k = 0; k < columns; k++)
        self->level[k] = self->mean + k * LEVELS_ROOM;
    return QD_OK;
}

/* Means over the cells of one level in one stratum, world by world. Subtracts before it averages, so that the
 * mean of equal cells is exactly their value. */
static void average(const levels_t *self, size_t level, size_t stratum, size_t from, size_t count,
                    const double *const column[], double mean[])
{
    const qd_cell_t *cell = self->cells->cell;
    const double *origin = NULL;
    double cells = 0.0;
    for (size_t k = self->start[level]; k < self->start[level + 1]; k++) {
        if (cell[k].stratum != stratum)
            continue;
        origin = origin ? origin : column[k] + from;
        cells += 1.0;
    }
    if (!origin) /* never: a level has a cell in every stratum */
        return;
    memcpy(mean, origin, count * sizeof *mean);
    for (size_t k = self->start[level]; k < self->start[level + 1]; k++)
        for (size_t w = 0; w < count && cell[k].stratum == stratum && column[k] + from != origin; w++)
            mean[w] += (column[k][from + w] - origin[w]) / cells;
}

static void see_levels(void *context, size_t count, const double *const column[])
{
    levels_t *self = context;
    size_t strata = self->cells->strata;
    for (size_t from = 0; from < count; from += LEVELS_ROOM) {
        size_t some = count - from < LEVELS_ROOM ? count - from : LEVELS_ROOM;
        for (size_t k = 0; k < self->levels * strata; k++)
            average(self, k / strata, k % strata, from, some, column, self->mean + k * LEVELS_ROOM);
        qd_trend_add(self->trend, some, self->level);
    }
}

static qd_status_t level_cells(qd_claim_tests_t *self, const qd_place_t *place, qd_cells_t *cells,
                               size_t start[], qd_error_t *error)
{
    qd_status_t status = QD_OK;
    for (size_t l = 0; l < place->claim.levels && status == QD_OK; l++) {
        status = qd_place_arm(self->experiment, place, &place->claim.level[l], 1.0, cells, error);
        start[l + 1] = cells->size;
    }
    return status;
}

static void tell_trend(const qd_claim_tests_t *self, const qd_claim_t *claim, const qd_trend_result_t *found,
                       qd_analysis_t *texts, qd_claim_test_t *out)
{
    out->found = found->rise;
    out->p = found->p;
    if (found->rise.count < 2 || found->rise.differing == 0)
        return;
    const char *counted = claim->direction < 0 ? "a fall counts as positive" : "a rise counts as positive";
    double from = claim->level_value[found->weakest_step], to = claim->level_value[found->weakest_step + 1];
    double step = found->weakest.estimate * claim->direction;
    if (self->sequences) /* p-values of single steps hold for a fixed number of worlds */
        out->note = qd_analysis_text(texts, "%s; weakest step from %.6g to %.6g (%.3g); Kendall's tau %.3f",
                                     counted, from, to, step, found->tau.estimate);
    else if (found->turns_back)
        out->note =
            qd_analysis_text(texts, "%s; turns back between %.6g and %.6g (step %.3g, p %.2g); tau %.3f",
                             counted, from, to, step, found->p_against, found->tau.estimate);
    else if (found->weakest.differing == 0)
        out->note = qd_analysis_text(texts, "%s; does not vary between %.6g and %.6g; Kendall's tau %.3f",
                                     counted, from, to, found->tau.estimate);
    else
        out->note =
            qd_analysis_text(texts, "%s; weakest step from %.6g to %.6g (%.3g, p %.2g); Kendall's tau %.3f",
                             counted, from, to, step, found->weakest.p_above, found->tau.estimate);
}

static qd_status_t test_trend(qd_claim_tests_t *self, const qd_place_t *place, qd_analysis_t *texts,
                              qd_claim_test_t *out, qd_error_t *error)
{
    const qd_claim_t *claim = &place->claim;
    qd_cells_t cells = {.apart = self->experiment->luck_by_order, .worlds = self->worlds};
    levels_t levels = {0};
    size_t *start = qd_new(claim->levels + 1, sizeof *start, error);
    qd_status_t status = start ? level_cells(self, place, &cells, start, error) : qd_no_memory(error);
    qd_interval_t bounds;
    if (status == QD_OK)
        status = levels_init(&levels, claim, &cells, start, error);
    if (status == QD_OK)
        status = find_bounds(self, &cells, claim->outcome, &bounds, error);
    if (status == QD_OK) {
        qd_trend_set_range(levels.trend, bounds.low, bounds.high);
        status = qd_cells_walk(&cells, self->done, claim->outcome, see_levels, &levels, error);
    }
    if (status == QD_OK) {
        qd_trend_result_t found = qd_trend_result(levels.trend, self->experiment->confidence, claim->margin);
        tell_trend(self, claim, &found, texts, out);
        out->note = note_arms(self, claim, &cells, &out->found, texts, out->note);
    }
    levels_free(&levels);
    free(start);
    qd_cells_free(&cells);
    return status;
}

/* ---- bimodality ---------------------------------------------------------------------------------------- */

/* Steps of the lattices of one cell's worlds, where the outcome is a share of the crises: 1 over their
 * number. */
static qd_status_t read_steps(qd_index_t *done, const qd_cell_t *cell, double step[], qd_error_t *error)
{
    qd_status_t status =
        qd_index_read(done, cell->point, cell->order, QD_O_crises, 0, QD_DIP_WORLDS, step, error);
    for (size_t w = 0; w < QD_DIP_WORLDS && status == QD_OK; w++)
        step[w] = step[w] > 0.0 ? 1.0 / step[w] : 1.0;
    return status;
}

/* All tests share the null distribution of the first: their cells have equal numbers of values, apart from
 * failed worlds. */
static qd_status_t need_null(qd_claim_tests_t *self, size_t n, qd_error_t *error)
{
    if (self->dip.n == n)
        return QD_OK;
    qd_runner_t runner = qd_parallel_runner(0);
    qd_dip_null_free(&self->dip);
    return qd_dip_null_init(&self->dip, n, DIP_SIMULATIONS, self->experiment->seed, &runner, error);
}

/* `value` has room for twice the worlds. */
static qd_status_t test_cell(qd_claim_tests_t *self, const qd_claim_t *claim, const qd_cell_t *cell,
                             double value[], qd_bimodality_t *found, qd_error_t *error)
{
    double *step = qd_outcome_per_crisis(claim->outcome) ? value + QD_DIP_WORLDS : NULL;
    qd_status_t status =
        qd_index_read(self->done, cell->point, cell->order, claim->outcome, 0, QD_DIP_WORLDS, value, error);
    if (status == QD_OK && step)
        status = read_steps(self->done, cell, step, error);
    if (status == QD_OK)
        status = qd_bimodality_of(QD_DIP_WORLDS, value, step, self->experiment->seed, found, error);
    if (status == QD_OK && found->count >= QD_DIP_VALUES_MIN)
        status = need_null(self, found->count, error);
    if (status == QD_OK && found->count >= QD_DIP_VALUES_MIN)
        found->p = qd_dip_null_p(&self->dip, found->dip);
    return status;
}

static qd_status_t test_bimodal(qd_claim_tests_t *self, const qd_place_t *place, qd_analysis_t *texts,
                                qd_claim_test_t *out, qd_error_t *error)
{
    const qd_claim_t *claim = &place->claim;
    qd_cells_t cells = {.apart = self->experiment->luck_by_order};
    qd_bimodality_t worst = {.p = -1.0};
    double *value = qd_new((size_t)2 * QD_DIP_WORLDS, sizeof *value, error);
    qd_status_t status =
        value ? qd_place_arm(self->experiment, place, &claim->more, 1.0, &cells, error) : qd_no_memory(error);
    for (size_t k = 0; k < cells.size && status == QD_OK && !isnan(worst.p); k++) {
        qd_bimodality_t found;
        status = test_cell(self, claim, &cells.cell[k], value, &found, error);
        if (status == QD_OK && !(found.p <= worst.p))
            worst = found;
    }
    out->effect = false;
    out->p = worst.p >= 0.0 ? worst.p : (double)NAN;
    out->found = (qd_contrast_result_t){.count = worst.count,
                                        .differing = worst.dip > 0.0 ? worst.count : 0,
                                        .estimate = isnan(out->p) ? (double)NAN : worst.dip,
                                        .se = NAN,
                                        .p = out->p,
                                        .unpaired_se = NAN,
                                        .reduction = NAN};
    out->note = qd_analysis_text(texts, "dip test%s; Sarle's coefficient %.3f (uniform 0.556)",
                                 cells.size > 1 ? ", least bimodal cell" : "", worst.coefficient);
    free(value);
    qd_cells_free(&cells);
    return status;
}

/* ---- any claim ----------------------------------------------------------------------------------------- */

qd_status_t qd_claim_test_at(qd_claim_tests_t *self, const qd_place_t *place, qd_analysis_t *texts,
                             qd_claim_test_t *out, qd_error_t *error)
{
    *out = (qd_claim_test_t){.effect = true, .p = NAN};
    if (place->claim.kind == QD_CLAIM_TREND)
        return test_trend(self, place, texts, out, error);
    if (place->claim.kind == QD_CLAIM_BIMODAL)
        return test_bimodal(self, place, texts, out, error);
    return test_combination(self, place, texts, out, error);
}

qd_status_t qd_claim_test(qd_claim_tests_t *self, const qd_claim_t *claim, int order,
                          const size_t *counterpart, qd_analysis_t *texts, qd_claim_test_t *out,
                          qd_error_t *error)
{
    qd_place_t place = qd_place_of(claim, order, counterpart);
    return qd_claim_test_at(self, &place, texts, out, error);
}
