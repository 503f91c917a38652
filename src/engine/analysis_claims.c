#include "engine/analysis.h"
#include "engine/cells.h"
#include "engine/columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "statistics/bimodality.h"
#include "statistics/contrast.h"
#include "statistics/interval.h"
#include "statistics/trend.h"

/* Simulated dips: the smallest p is 1 / 2001, below what Holm's correction asks of up to a hundred claims. */
#define DIP_SIMULATIONS 2000
#define DIP_WORLDS      4096

/* What is known of a claim before the correction. */
typedef struct {
    qd_contrast_result_t found;
    bool effect;      /* an effect against a margin, not a dip */
    const char *note; /* or NULL */
} judged_t;

/* ---- linear combinations: contrasts, interactions, orders ---------------------------------------------- */

static qd_status_t claim_cells(const qd_experiment_t *experiment, const qd_claim_t *claim, qd_cells_t *cells,
                               qd_error_t *error)
{
    bool orders = claim->kind == QD_CLAIM_ORDERS;
    const qd_arm_t *less = orders ? &claim->more : &claim->less;
    qd_status_t status = qd_cells_add_arm(cells, experiment, &claim->more, claim->order, 1.0, error);
    if (status == QD_OK)
        status =
            qd_cells_add_arm(cells, experiment, less, orders ? claim->order_less : claim->order, -1.0, error);
    if (claim->kind != QD_CLAIM_INTERACTION)
        return status;
    if (status == QD_OK)
        status = qd_cells_add_arm(cells, experiment, &claim->where_more, claim->order, -1.0, error);
    if (status == QD_OK)
        status = qd_cells_add_arm(cells, experiment, &claim->where_less, claim->order, 1.0, error);
    return status;
}

static void see_contrast(void *context, size_t count, const double *const column[])
{
    qd_contrast_add(context, count, column);
}

static qd_status_t judge_combination(const qd_experiment_t *experiment, qd_index_t *done,
                                     const qd_claim_t *claim, judged_t *judged, qd_error_t *error)
{
    qd_cells_t cells = {0};
    qd_contrast_t *contrast = NULL;
    double *weight = NULL;
    qd_status_t status = claim_cells(experiment, claim, &cells, error);
    if (status != QD_OK)
        goto out;
    weight = malloc(cells.size * sizeof *weight);
    for (size_t k = 0; weight && k < cells.size; k++)
        weight[k] = cells.cell[k].weight;
    contrast = weight ? qd_contrast_new(cells.size, weight) : NULL;
    if (contrast == NULL) {
        status = qd_error_add(error, QD_ERROR_MEMORY, "no memory for claim %s", claim->id);
        goto out;
    }
    status = qd_cells_walk(&cells, done, claim->outcome, see_contrast, contrast, error);
    judged->found = qd_contrast_result(contrast, experiment->confidence, claim->margin);
out:
    qd_contrast_free(contrast);
    free(weight);
    qd_cells_free(&cells);
    return status;
}

/* ---- trends -------------------------------------------------------------------------------------------- */

/* Cells of all levels, one level after another: level l has cells start[l] .. start[l + 1] - 1. */
typedef struct {
    qd_trend_t *trend;
    size_t levels;
    const size_t *start;
    double *mean; /* levels x room */
    const double **level;
    size_t room;
} levels_t;

static void see_levels(void *context, size_t count, const double *const column[])
{
    levels_t *self = context;
    for (size_t from = 0; from < count; from += self->room) {
        size_t some = count - from < self->room ? count - from : self->room;
        for (size_t l = 0; l < self->levels; l++) {
            double *mean = self->mean + l * self->room, cells = (double)(self->start[l + 1] - self->start[l]);
            /* Differences before the mean: equal cells have exactly their value as mean. */
            const double *origin = column[self->start[l]] + from;
            memcpy(mean, origin, some * sizeof *mean);
            for (size_t k = self->start[l] + 1; k < self->start[l + 1]; k++)
                for (size_t w = 0; w < some; w++)
                    mean[w] += (column[k][from + w] - origin[w]) / cells;
        }
        qd_trend_add(self->trend, some, self->level);
    }
}

static qd_status_t level_cells(const qd_experiment_t *experiment, const qd_claim_t *claim, qd_cells_t *cells,
                               size_t start[], qd_error_t *error)
{
    qd_status_t status = QD_OK;
    for (size_t l = 0; l < claim->levels && status == QD_OK; l++) {
        status = qd_cells_add_arm(cells, experiment, &claim->level[l], claim->order, 1.0, error);
        start[l + 1] = cells->size;
    }
    return status;
}

static void tell_trend(const qd_claim_t *claim, const qd_trend_result_t *found, qd_analysis_t *out,
                       judged_t *judged)
{
    judged->found = found->rise;
    judged->found.p = found->p;
    if (found->rise.count < 2 || found->rise.differing == 0)
        return;
    const char *counted = claim->direction < 0 ? "a fall counts as positive" : "a rise counts as positive";
    double from = claim->level_value[found->weakest_step], to = claim->level_value[found->weakest_step + 1];
    double step = found->weakest.estimate * claim->direction;
    if (found->turns_back)
        judged->note =
            qd_analysis_text(out, "%s; turns back between %.6g and %.6g (step %.3g, p %.2g); tau %.3f",
                             counted, from, to, step, found->p_against, found->tau.estimate);
    else if (found->weakest.differing == 0)
        judged->note = qd_analysis_text(out, "%s; does not vary between %.6g and %.6g; Kendall's tau %.3f",
                                        counted, from, to, found->tau.estimate);
    else
        judged->note =
            qd_analysis_text(out, "%s; weakest step from %.6g to %.6g (%.3g, p %.2g); Kendall's tau %.3f",
                             counted, from, to, step, found->weakest.p_above, found->tau.estimate);
}

static qd_status_t judge_trend(const qd_experiment_t *experiment, qd_index_t *done, const qd_claim_t *claim,
                               qd_analysis_t *out, judged_t *judged, qd_error_t *error)
{
    enum { ROOM = 256 };
    qd_cells_t cells = {0};
    size_t *start = calloc(claim->levels + 1, sizeof *start);
    levels_t levels = {.trend = qd_trend_new(claim->levels, claim->level_value, claim->direction),
                       .levels = claim->levels,
                       .start = start,
                       .mean = malloc(claim->levels * ROOM * sizeof(double)),
                       .level = malloc(claim->levels * sizeof(double *)),
                       .room = ROOM};
    qd_status_t status = QD_OK;
    if (!start || !levels.trend || !levels.mean || !levels.level) {
        status = qd_error_add(error, QD_ERROR_MEMORY, "no memory for claim %s", claim->id);
        goto out;
    }
    for (size_t l = 0; l < claim->levels; l++)
        levels.level[l] = levels.mean + l * ROOM;
    status = level_cells(experiment, claim, &cells, start, error);
    if (status == QD_OK)
        status = qd_cells_walk(&cells, done, claim->outcome, see_levels, &levels, error);
    if (status == QD_OK) {
        qd_trend_result_t found = qd_trend_result(levels.trend, experiment->confidence, claim->margin);
        tell_trend(claim, &found, out, judged);
    }
out:
    free(levels.level);
    free(levels.mean);
    qd_trend_free(levels.trend);
    free(start);
    qd_cells_free(&cells);
    return status;
}

/* ---- bimodality ---------------------------------------------------------------------------------------- */

/* Steps of the lattices of one cell's worlds, where the outcome is a share of the crises: 1 over their number. */
static qd_status_t read_steps(qd_index_t *done, const qd_cell_t *cell, double step[], qd_error_t *error)
{
    qd_status_t status =
        qd_index_read(done, cell->point, cell->order, QD_O_crises, 0, DIP_WORLDS, step, error);
    for (size_t w = 0; w < DIP_WORLDS && status == QD_OK; w++)
        step[w] = step[w] > 0.0 ? 1.0 / step[w] : 1.0;
    return status;
}

/* `value` has room for twice the worlds. */
static qd_status_t test_cell(const qd_experiment_t *experiment, qd_index_t *done, const qd_claim_t *claim,
                             const qd_cell_t *cell, double value[], qd_bimodality_t *found, qd_error_t *error)
{
    double *step = qd_outcome_per_crisis(claim->outcome) ? value + DIP_WORLDS : NULL;
    qd_status_t status =
        qd_index_read(done, cell->point, cell->order, claim->outcome, 0, DIP_WORLDS, value, error);
    if (status == QD_OK && step)
        status = read_steps(done, cell, step, error);
    if (status == QD_OK)
        status = qd_bimodality_test(DIP_WORLDS, value, step, DIP_SIMULATIONS, experiment->seed, found, error);
    return status;
}

static qd_status_t judge_bimodal(const qd_experiment_t *experiment, qd_index_t *done, const qd_claim_t *claim,
                                 qd_analysis_t *out, judged_t *judged, qd_error_t *error)
{
    qd_cells_t cells = {0};
    qd_bimodality_t worst = {.p = -1.0};
    double *value = malloc(2 * DIP_WORLDS * sizeof *value);
    qd_status_t status = value ? qd_cells_add_arm(&cells, experiment, &claim->more, claim->order, 1.0, error)
                               : qd_error_add(error, QD_ERROR_MEMORY, "no memory for claim %s", claim->id);
    for (size_t k = 0; k < cells.size && status == QD_OK && !isnan(worst.p); k++) {
        qd_bimodality_t found;
        status = test_cell(experiment, done, claim, &cells.cell[k], value, &found, error);
        if (status == QD_OK && !(found.p <= worst.p))
            worst = found;
    }
    judged->effect = false;
    double p = worst.p >= 0.0 ? worst.p : (double)NAN;
    judged->found = (qd_contrast_result_t){.count = worst.count,
                                           .differing = worst.dip > 0.0 ? worst.count : 0,
                                           .estimate = isnan(p) ? (double)NAN : worst.dip,
                                           .se = NAN,
                                           .p = p,
                                           .unpaired_se = NAN,
                                           .reduction = NAN};
    judged->note = qd_analysis_text(out, "dip test%s; Sarle's coefficient %.3f (uniform 0.556)",
                                    cells.size > 1 ? ", least bimodal cell" : "", worst.coefficient);
    free(value);
    qd_cells_free(&cells);
    return status;
}

/* ---- verdicts ------------------------------------------------------------------------------------------ */

static const char *const kinds[] = {[QD_CLAIM_CONTRAST] = "contrast",
                                    [QD_CLAIM_INTERACTION] = "interaction",
                                    [QD_CLAIM_TREND] = "trend",
                                    [QD_CLAIM_ORDERS] = "orders",
                                    [QD_CLAIM_BIMODAL] = "bimodal"};

static qd_status_t judge(const qd_experiment_t *experiment, qd_index_t *done, const qd_claim_t *claim,
                         qd_analysis_t *out, judged_t *judged, qd_error_t *error)
{
    *judged = (judged_t){.effect = true};
    if (claim->kind == QD_CLAIM_TREND)
        return judge_trend(experiment, done, claim, out, judged, error);
    if (claim->kind == QD_CLAIM_BIMODAL)
        return judge_bimodal(experiment, done, claim, out, judged, error);
    return judge_combination(experiment, done, claim, judged, error);
}

static const char *order_of(const qd_experiment_t *experiment, const qd_claim_t *claim, qd_analysis_t *out)
{
    if (claim->order < 0)
        return "all";
    const char *label = experiment->order[claim->order].label;
    if (claim->kind != QD_CLAIM_ORDERS)
        return label;
    return qd_analysis_text(out, "%s - %s", label, experiment->order[claim->order_less].label);
}

static const char *verdict_of(const qd_claim_t *claim, const judged_t *judged, double p_holm, double alpha)
{
    if (isnan(judged->found.p) || p_holm > alpha)
        return "undecided";
    if (!judged->effect)
        return "supported";
    return judged->found.estimate < claim->margin ? "contradicted" : "supported";
}

static const char *note_of(const judged_t *judged, const qd_interval_t *interval)
{
    const qd_contrast_result_t *found = &judged->found;
    if (found->count < (judged->effect ? 2 : 4))
        return "too few worlds to judge";
    if (found->differing == 0)
        return "does not vary";
    if (judged->note)
        return judged->note;
    return judged->effect && isnan(interval->low) ? "too few worlds for an interval" : "";
}

static void conclude(const qd_experiment_t *experiment, const qd_claim_t *claim, const judged_t *judged,
                     double p_holm, double level, qd_analysis_t *out)
{
    const qd_contrast_result_t *found = &judged->found;
    qd_result_claim_t *row = &out->claim[out->claims++];
    qd_interval_t interval = {(double)NAN, (double)NAN};
    if (judged->effect)
        interval = qd_contrast_interval(found, level);
    *row = (qd_result_claim_t){.id = claim->id,
                               .says = claim->says,
                               .kind = kinds[claim->kind],
                               .outcome = qd_outcome_table[claim->outcome].name,
                               .order = order_of(experiment, claim, out),
                               .verdict = verdict_of(claim, judged, p_holm, 1.0 - experiment->confidence),
                               .note = note_of(judged, &interval),
                               .estimate = found->estimate,
                               .low = interval.low,
                               .high = interval.high,
                               .margin = judged->effect ? claim->margin : (double)NAN,
                               .confidence = judged->effect ? level : (double)NAN,
                               .p = found->p,
                               .p_holm = p_holm,
                               .unpaired_se = found->unpaired_se,
                               .variance_reduction = found->reduction,
                               .worlds = (int64_t)found->count};
}

qd_status_t qd_analyse_claims(const qd_experiment_t *experiment, qd_index_t *done, qd_analysis_t *out,
                              qd_error_t *error)
{
    size_t n = experiment->claims;
    if (n == 0)
        return QD_OK;
    judged_t *judged = calloc(n, sizeof *judged);
    double *number = calloc(3 * n, sizeof *number), *p = number, *holm = number + n, *level = number + 2 * n;
    out->claim = calloc(n, sizeof *out->claim);
    qd_status_t status = QD_OK;
    if (!judged || !number || !out->claim) {
        status = qd_error_add(error, QD_ERROR_MEMORY, "no memory for %zu claims", n);
        goto out;
    }
    for (size_t c = 0; c < n && status == QD_OK; c++) {
        status = judge(experiment, done, &experiment->claim[c], out, &judged[c], error);
        p[c] = judged[c].found.p;
    }
    if (status != QD_OK)
        goto out;
    qd_holm_adjust(n, p, holm);
    qd_holm_levels(n, p, experiment->confidence, level);
    for (size_t c = 0; c < n; c++)
        conclude(experiment, &experiment->claim[c], &judged[c], holm[c], level[c], out);
out:
    free(number);
    free(judged);
    return status;
}
