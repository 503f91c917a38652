/* Effects of the factors of a plain Latin hypercube or Sobol' design: rank correlations over its points. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/show.h"
#include "statistics/rank_correlation.h"

#define CONFIDENCE    0.95
#define EFFECTS_SHOWN 12
#define NAME_SIZE     64

/* An input of the correlations: a factor, or one doctrine against the first one of the design, since doctrines have no order. */
typedef struct {
    char name[NAME_SIZE];
    size_t factor;
    double level; /* of a doctrine; NaN for a factor with an order */
    qd_rank_correlation_t effect;
} input_t;

typedef struct {
    const qd_show_t *show;
    size_t points, inputs; /* the design's own points */
    input_t *input;
    double *x, *y; /* points x inputs; means at the points */
} effects_t;

/* ---- inputs ---------------------------------------------------------------------------------------------- */

static const qd_point_t *design_point(const qd_experiment_t *experiment, size_t p)
{
    return experiment->point[p].from_claim ? NULL : &experiment->point[p];
}

static bool is_met(const effects_t *self, size_t factor, double level)
{
    for (size_t i = 0; i < self->inputs; i++)
        if (self->input[i].factor == factor && self->input[i].level == level)
            return true;
    return false;
}

/* One input for each doctrine of the design but the first. */
static void add_doctrines(effects_t *self, size_t factor)
{
    const qd_experiment_t *experiment = self->show->experiment;
    double first = NAN;
    for (size_t p = 0; p < experiment->points; p++) {
        const qd_point_t *point = design_point(experiment, p);
        double level = point ? point->coordinate[factor] : (double)NAN;
        first = isnan(first) ? level : first;
        if (isnan(level) || level == first || is_met(self, factor, level))
            continue;
        input_t *input = &self->input[self->inputs++];
        *input = (input_t){.factor = factor, .level = level};
        snprintf(input->name, NAME_SIZE, "%s (not %s)", qd_doctrine_table[(size_t)level].name,
                 qd_doctrine_table[(size_t)first].name);
    }
}

static void add_inputs(effects_t *self)
{
    const qd_design_t *design = &self->show->experiment->design;
    for (size_t f = 0; f < design->factors; f++) {
        if (design->factor[f].parameter < 0) {
            add_doctrines(self, f);
            continue;
        }
        input_t *input = &self->input[self->inputs++];
        *input = (input_t){.factor = f, .level = NAN};
        snprintf(input->name, NAME_SIZE, "%s", design->factor[f].name);
    }
}

/* ---- correlations ---------------------------------------------------------------------------------------- */

/* Fills x and y with the points that have a mean. */
static qd_status_t read_points(effects_t *self, size_t order, qd_outcome_t outcome)
{
    const qd_experiment_t *experiment = self->show->experiment;
    self->points = 0;
    for (size_t p = 0; p < experiment->points; p++) {
        const qd_point_t *point = design_point(experiment, p);
        qd_result_summary_t summary;
        if (!point)
            continue;
        qd_status_t status =
            qd_result_file_summary(self->show->file, p, order, outcome, &summary, self->show->error);
        if (status != QD_OK)
            return status;
        if (summary.count == 0 || !isfinite(summary.mean))
            continue;
        for (size_t i = 0; i < self->inputs; i++) {
            double value = point->coordinate[self->input[i].factor];
            self->x[self->points * self->inputs + i] = isnan(self->input[i].level)     ? value
                                                       : value == self->input[i].level ? 1.0
                                                                                       : 0.0;
        }
        self->y[self->points++] = summary.mean;
    }
    return QD_OK;
}

static int stronger(const void *a, const void *b)
{
    double x = fabs(((const input_t *)a)->effect.r), y = fabs(((const input_t *)b)->effect.r);
    return (x < y || (isnan(x) && !isnan(y))) - (x > y || (isnan(y) && !isnan(x)));
}

static void print_effects(const effects_t *self, input_t sorted[])
{
    for (size_t i = 0; i < self->inputs && i < EFFECTS_SHOWN && !isnan(sorted[i].effect.r); i++) {
        const qd_rank_correlation_t *effect = &sorted[i].effect;
        printf("    ");
        qd_show_column(sorted[i].name, 4, 32);
        printf("%+7.3f", effect->r);
        if (isfinite(effect->interval.low) && isfinite(effect->interval.high))
            printf(" [%+.3f, %+.3f]", effect->interval.low, effect->interval.high);
        putchar('\n');
    }
}

static qd_status_t show_outcome(effects_t *self, size_t order, qd_outcome_t outcome)
{
    qd_rank_correlation_t *found = calloc(self->inputs, sizeof *found);
    input_t *sorted = calloc(self->inputs, sizeof *sorted);
    bool partial = false;
    qd_status_t status = found && sorted
                             ? read_points(self, order, outcome)
                             : qd_error_add(self->show->error, QD_ERROR_MEMORY, "no memory for effects");
    if (status == QD_OK && self->points >= 4)
        status = qd_rank_correlations(self->points, self->inputs, self->x, self->y, CONFIDENCE, found,
                                      &partial, self->show->error);
    if (status == QD_OK) {
        printf("  %s, %s", qd_outcome_table[outcome].name,
               qd_result_file_order_label(self->show->file, order));
        for (size_t i = 0; i < self->inputs; i++) {
            sorted[i] = self->input[i];
            sorted[i].effect = found[i];
        }
        qsort(sorted, self->inputs, sizeof *sorted, stronger);
        puts(self->points < 4            ? ": too few points"
             : isnan(sorted[0].effect.r) ? ": does not vary between points"
             : partial                   ? ""
                                         : " (rank correlations that are not partial: points are few)");
        if (self->points >= 4)
            print_effects(self, sorted);
    }
    free(sorted);
    free(found);
    return status;
}

/* ---- all of it ------------------------------------------------------------------------------------------- */

static bool is_shown(const qd_show_t *self, size_t outcome)
{
    qd_result_summary_t unused;
    qd_error_t unkept = QD_ERROR_NONE;
    bool usual = outcome == QD_O_survival || outcome == QD_O_effective_blocs;
    return (self->asked ? self->outcome[outcome] : usual) &&
           qd_result_file_summary(self->file, 0, 0, (qd_outcome_t)outcome, &unused, &unkept) == QD_OK;
}

qd_status_t qd_show_effects(const qd_show_t *self)
{
    const qd_experiment_t *experiment = self->experiment;
    if (!experiment || experiment->points != qd_result_file_points(self->file) ||
        (experiment->design.type != QD_DESIGN_LHS && experiment->design.type != QD_DESIGN_SOBOL))
        return QD_OK;
    size_t most = experiment->design.factors + qd_doctrine_count;
    effects_t effects = {.show = self,
                         .input = calloc(most, sizeof *effects.input),
                         .x = calloc(experiment->points * most, sizeof *effects.x),
                         .y = calloc(experiment->points, sizeof *effects.y)};
    qd_status_t status = QD_OK;
    if (!effects.input || !effects.x || !effects.y)
        status = qd_error_add(self->error, QD_ERROR_MEMORY, "no memory for effects");
    else
        add_inputs(&effects);
    if (effects.inputs > 0)
        printf("\nEffects of factors on the points' means: partial rank correlations [simultaneous %g%% "
               "intervals]\n",
               100.0 * CONFIDENCE);
    for (size_t o = 0; o < qd_result_file_orders(self->file) && effects.inputs > 0; o++)
        for (size_t i = 0; i < qd_outcome_count && status == QD_OK; i++)
            if (is_shown(self, i))
                status = show_outcome(&effects, o, (qd_outcome_t)i);
    free(effects.y);
    free(effects.x);
    free(effects.input);
    return status;
}
