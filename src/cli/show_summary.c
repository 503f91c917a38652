/* The summary tables of `quadrille show`. */
#include "cli/show.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "statistics/rank_correlation.h"

#define ROWS_MAX      36 /* of a table of points */
#define ORDERS_WIDE   4  /* columns of a table of one point */
#define OUTCOMES_WIDE 3  /* columns of a table of points */
#define CELL_WIDTH    21 /* of qd_show_plus_minus */
#define OUTCOME_WIDTH 23 /* of an outcome's name */
#define ORDER_WIDTH   13
#define POINT_WIDTH   34

static size_t choose(const qd_show_t *self, bool many_points, qd_outcome_t chosen[QD_OUTCOMES_MAX])
{
    size_t count = 0;
    qd_shown_t least = many_points ? QD_SHOWN_MAIN : QD_SHOWN_POINT;
    for (size_t o = 0; !self->asked && o < qd_outcome_count; o++)
        if (qd_outcome_table[o].shown >= least && qd_result_file_summarises(self->file, (qd_outcome_t)o))
            chosen[count++] = (qd_outcome_t)o;
    for (size_t o = 0; self->asked && o < qd_outcome_count; o++)
        if (self->outcome[o] && (!self->all || qd_result_file_summarises(self->file, (qd_outcome_t)o)))
            chosen[count++] = (qd_outcome_t)o;
    /* Of a file without the main outcomes: its own ones, as many as a row has room for. */
    bool none = count == 0;
    for (size_t o = 0; none && o < qd_outcome_count && count < 4; o++)
        if (qd_result_file_summarises(self->file, (qd_outcome_t)o))
            chosen[count++] = (qd_outcome_t)o;
    return count;
}

/* ---- numbers ------------------------------------------------------------------------------------------- */

/* Decimals that show two digits of x. */
static int decimals(double x)
{
    if (!(x > 0.0) || !isfinite(x))
        return 3;
    int digits = 1 - (int)floor(log10(x));
    return digits < 0 ? 0 : digits > 6 ? 6 : digits;
}

void qd_show_plus_minus(double mean, double half)
{
    int digits = decimals(half);
    if (isnan(mean))
        printf("%21s", "");
    else if (isfinite(half))
        printf("%11.*f ± %-7.*f", digits, mean, digits, half);
    else
        printf("%11.*f%10s", digits, mean, "");
}

/* A number in brackets: no 0 before the decimal point, no decimals for an exact 0. */
static int write_short(char *out, size_t size, double x, int digits)
{
    char text[32];
    snprintf(text, sizeof text, "%.*f", x == 0.0 ? 0 : digits, x);
    const char *point = strchr(text, '.'), *sign = *text == '-' ? "-" : "";
    const char *rest = text + strlen(sign);
    if (point == rest + 1 && *rest == '0')
        rest = point;
    return snprintf(out, size, "%s%s", sign, rest);
}

/* With the decimals of `half`, or fewer where room is short. */
static void show_brackets(double mean, double low, double high, double half)
{
    enum { ROOM = 20 };
    char text[128];
    for (int digits = decimals(half); digits >= 0; digits--) {
        size_t used = 0;
        const double number[] = {mean, low, high};
        const char *const before[] = {"", " [", ", "};
        for (size_t i = 0; i < 3; i++) {
            used += (size_t)snprintf(text + used, sizeof text - used, "%s", before[i]);
            used += (size_t)write_short(text + used, sizeof text - used, number[i], digits);
        }
        snprintf(text + used, sizeof text - used, "]");
        if (used + 1 <= ROOM)
            break;
    }
    printf(" %20s", text);
}

/* An estimate with its interval in 21 columns: "12.34 ± 0.05", or ".0005 [.0001, .0028]" where the ends are not
 * about equally far from it. */
static void show_estimate(double mean, double low, double high)
{
    double up = high - mean, down = mean - low, half = fmax(up, down);
    if (isnan(mean) || !isfinite(half) || fmin(up, down) > 0.9 * half)
        qd_show_plus_minus(mean, half);
    else
        show_brackets(mean, low, high, half);
}

/* For the outcome of a precision stop: the interval that stopped the run. */
static qd_status_t print_cell(const qd_show_t *self, size_t point, size_t order, qd_outcome_t outcome)
{
    qd_result_summary_t summary;
    qd_status_t status = qd_result_file_summary(self->file, point, order, outcome, &summary, self->error);
    if (status != QD_OK)
        return status;
    bool stopped = !isnan(summary.stop_low);
    show_estimate(summary.mean, stopped ? summary.stop_low : summary.low,
                  stopped ? summary.stop_high : summary.high);
    return QD_OK;
}

/* ---- one point: outcomes by orders --------------------------------------------------------------------- */

/* Labels as column heads; where one is too long, numbers with a legend above. */
static void print_heads(const qd_show_t *self, size_t first, size_t last)
{
    bool fit = true;
    for (size_t o = first; o < last; o++)
        fit = fit && qd_show_length(qd_result_file_order_label(self->file, o)) < CELL_WIDTH;
    for (size_t o = first; o < last && !fit; o++)
        printf("  [%zu] %s\n", o + 1, qd_result_file_order_label(self->file, o));
    printf("%-*s", OUTCOME_WIDTH, "");
    for (size_t o = first; o < last; o++) {
        char number[32];
        snprintf(number, sizeof number, "[%zu]", o + 1);
        const char *head = fit ? qd_result_file_order_label(self->file, o) : number;
        printf("%*s%s", CELL_WIDTH - (int)qd_show_length(head), "", head);
    }
}

static qd_status_t one_point_orders(const qd_show_t *self, size_t point, size_t first, size_t last,
                                    size_t outcomes, const qd_outcome_t outcome[])
{
    print_heads(self, first, last);
    printf("\n%-*s", OUTCOME_WIDTH, "worlds");
    for (size_t o = first; o < last; o++) {
        uint64_t done;
        qd_status_t status = qd_result_file_done(self->file, point, o, &done, self->error);
        if (status != QD_OK)
            return status;
        printf("%11llu%10s", (unsigned long long)done, "");
    }
    for (size_t i = 0; i < outcomes; i++) {
        printf("\n%-*s", OUTCOME_WIDTH, qd_outcome_table[outcome[i]].name);
        for (size_t o = first; o < last; o++) {
            qd_status_t status = print_cell(self, point, o, outcome[i]);
            if (status != QD_OK)
                return status;
        }
    }
    printf("\n");
    return QD_OK;
}

static qd_status_t show_one_point(const qd_show_t *self, size_t point)
{
    qd_outcome_t outcome[QD_OUTCOMES_MAX];
    size_t outcomes = choose(self, false, outcome), orders = qd_result_file_orders(self->file);
    bool many = qd_result_file_points(self->file) > 1;
    printf("\nMeans with 95%% intervals%s%s\n", many ? ", point " : "",
           many ? qd_show_point_name(self, point) : "");
    qd_status_t status = QD_OK;
    for (size_t first = 0; first < orders && status == QD_OK; first += ORDERS_WIDE) {
        size_t last = first + ORDERS_WIDE < orders ? first + ORDERS_WIDE : orders;
        status = one_point_orders(self, point, first, last, outcomes, outcome);
    }
    return status;
}

/* ---- many points --------------------------------------------------------------------------------------- */

/* Twins of ablations and of robustness are shown only with --point; the claims have their results. */
static bool is_twin(const qd_show_t *self, size_t point)
{
    return self->experiment && point < self->experiment->points &&
           (self->experiment->point[point].ablation > 0 || self->experiment->point[point].variation > 0);
}

static qd_status_t point_rows(const qd_show_t *self, size_t outcomes, const qd_outcome_t outcome[])
{
    size_t points = qd_result_file_points(self->file), orders = qd_result_file_orders(self->file), rows = 0;
    for (size_t o = 0; o < orders; o++)
        for (size_t p = 0; p < points; p++) {
            if (is_twin(self, p) || rows++ >= ROWS_MAX)
                continue;
            int column = qd_show_column(qd_result_file_order_label(self->file, o), 0, ORDER_WIDTH);
            qd_show_column(qd_show_point_name(self, p), column, POINT_WIDTH);
            for (size_t i = 0; i < outcomes; i++) {
                qd_status_t status = print_cell(self, p, o, outcome[i]);
                if (status != QD_OK)
                    return status;
            }
            printf("\n");
        }
    if (rows > ROWS_MAX)
        printf("... and %zu more rows (--point shows one point; all are in /summary)\n", rows - ROWS_MAX);
    return QD_OK;
}

static qd_status_t show_points(const qd_show_t *self)
{
    qd_outcome_t outcome[QD_OUTCOMES_MAX];
    size_t outcomes = choose(self, true, outcome);
    qd_status_t status = QD_OK;
    for (size_t first = 0; first < outcomes && status == QD_OK; first += OUTCOMES_WIDE) {
        size_t some = outcomes - first < OUTCOMES_WIDE ? outcomes - first : OUTCOMES_WIDE;
        printf("\n%-*s%-*s", ORDER_WIDTH, "order", POINT_WIDTH, "point");
        for (size_t i = 0; i < some; i++)
            printf("%21s", qd_outcome_table[outcome[first + i]].name);
        printf("\n");
        status = point_rows(self, some, outcome + first);
    }
    return status;
}

/* ---- sampled designs: their points have no meaning one by one ------------------------------------------ */

static qd_status_t print_range(const qd_show_t *self, size_t order, qd_outcome_t outcome)
{
    double sum = 0.0, least = INFINITY, greatest = -INFINITY;
    size_t count = 0;
    for (size_t p = 0; p < qd_result_file_points(self->file); p++) {
        qd_result_summary_t summary;
        qd_status_t status = qd_result_file_summary(self->file, p, order, outcome, &summary, self->error);
        if (status != QD_OK)
            return status;
        if (summary.count == 0)
            continue;
        sum += summary.mean;
        least = fmin(least, summary.mean);
        greatest = fmax(greatest, summary.mean);
        count++;
    }
    if (count > 0) {
        printf("  ");
        qd_show_column(qd_result_file_order_label(self->file, order), 2, ORDER_WIDTH);
        printf("%-*s %10.4g   %.4g .. %.4g\n", OUTCOME_WIDTH, qd_outcome_table[outcome].name,
               sum / (double)count, least, greatest);
    }
    return QD_OK;
}

static qd_status_t show_sampled(const qd_show_t *self)
{
    qd_outcome_t outcome[QD_OUTCOMES_MAX];
    size_t outcomes = choose(self, true, outcome);
    printf("\nMean over the points of the design, and from the least to the greatest of the points' means\n");
    for (size_t o = 0; o < qd_result_file_orders(self->file); o++)
        for (size_t i = 0; i < outcomes; i++) {
            qd_status_t status = print_range(self, o, outcome[i]);
            if (status != QD_OK)
                return status;
        }
    return QD_OK;
}

static qd_status_t show_tables(const qd_show_t *self)
{
    if (self->point >= 0)
        return show_one_point(self, (size_t)self->point);
    if (qd_result_file_points(self->file) == 1)
        return show_one_point(self, 0);
    if (self->experiment && self->experiment->design.type >= QD_DESIGN_LHS)
        return show_sampled(self);
    printf("\nMeans with 95%% intervals");
    return show_points(self);
}

/* A note that the intervals of a precision stop differ from the others of the table. */
static void explain_stop(const qd_show_t *self)
{
    const qd_precision_t *precision = &self->experiment->precision;
    char text[512];
    snprintf(text, sizeof text,
             "Intervals of `%s` are those of the precision stop, at %g %%: they hold at every number of "
             "worlds at which "
             "the run might have stopped (anytime-valid), and are wider for it. The others hold for a number "
             "of worlds "
             "fixed beforehand.",
             qd_outcome_table[precision->outcome].name, 100.0 * precision->confidence);
    qd_wrapped(text, 0);
}

qd_status_t qd_show_summary(const qd_show_t *self)
{
    qd_status_t status = show_tables(self);
    if (status == QD_OK && qd_show_is_stopped(self))
        explain_stop(self);
    if (status == QD_OK && self->experiment && self->experiment->precision.claims)
        qd_wrapped("Claims stopped the run: their own intervals hold at every number of worlds "
                   "(anytime-valid), those of "
                   "means hold for a number fixed beforehand.",
                   0);
    if (status == QD_OK && qd_result_file_unequal_periods(self->file))
        qd_wrapped(
            "Worlds differ in their number of periods: a mean of `survival` depends on how long they were "
            "watched. /survival has the Kaplan-Meier estimate and restricted means.",
            0);
    return status;
}

bool qd_show_is_stopped(const qd_show_t *self)
{
    qd_result_summary_t summary;
    qd_error_t scratch = QD_ERROR_NONE;
    return self->experiment && self->experiment->precision.given &&
           qd_result_file_summary(self->file, 0, 0, self->experiment->precision.outcome, &summary,
                                  &scratch) == QD_OK &&
           !isnan(summary.stop_low);
}

/* Effects of the factors of a plain Latin hypercube or Sobol' design: rank correlations over its points. */

#define CONFIDENCE    0.95
#define EFFECTS_SHOWN 12
#define NAME_SIZE     64

/* An input of the correlations: a factor, or an indicator of one doctrine (the first of the design is the reference). */
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
    qd_error_t *error = self->show->error;
    qd_rank_correlation_t *found = qd_new(self->inputs, sizeof *found, error);
    input_t *sorted = qd_new(self->inputs, sizeof *sorted, error);
    bool partial = false;
    qd_status_t status = found && sorted ? read_points(self, order, outcome) : QD_ERROR_MEMORY;
    if (status == QD_OK && self->points >= 4)
        status = qd_rank_correlations(self->points, self->inputs, self->x, self->y, CONFIDENCE, found,
                                      &partial, error);
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
    bool usual = outcome == QD_O_survival || outcome == QD_O_effective_blocs;
    return (self->asked ? self->outcome[outcome] : usual) &&
           qd_result_file_summarises(self->file, (qd_outcome_t)outcome);
}

qd_status_t qd_show_effects(const qd_show_t *self)
{
    const qd_experiment_t *experiment = self->experiment;
    if (!experiment || experiment->points != qd_result_file_points(self->file) ||
        (experiment->design.type != QD_DESIGN_LHS && experiment->design.type != QD_DESIGN_SOBOL))
        return QD_OK;
    size_t most = experiment->design.factors + qd_doctrine_count;
    effects_t effects = {.show = self,
                         .input = qd_new(most, sizeof *effects.input, self->error),
                         .x = qd_new(experiment->points * most, sizeof *effects.x, self->error),
                         .y = qd_new(experiment->points, sizeof *effects.y, self->error)};
    qd_status_t status = QD_OK;
    if (!effects.input || !effects.x || !effects.y)
        status = QD_ERROR_MEMORY;
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
