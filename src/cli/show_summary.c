/* The summary tables of `quadrille show`. */
#include "cli/show.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "engine/columns.h"
#include "engine/effects.h"

#define ROWS_MAX      36 /* of a table of points */
#define ORDERS_WIDE   4  /* columns of a table of one point */
#define OUTCOMES_WIDE 3  /* columns of a table of points */
#define CELL_WIDTH    21 /* of qd_show_plus_minus */
#define OUTCOME_WIDTH 23 /* of an outcome's name */
#define ORDER_WIDTH   13
#define POINT_WIDTH   34

static size_t choose(const qd_show_t *self, bool many_points, qd_outcome_t chosen[QD_VALUES_MAX])
{
    size_t count = 0;
    qd_shown_t least = many_points ? QD_SHOWN_MAIN : QD_SHOWN_POINT;
    for (size_t o = 0; !self->asked && o < qd_outcome_count; o++)
        if (qd_outcome_table[o].shown >= least && qd_result_file_summarises(self->file, (qd_outcome_t)o))
            chosen[count++] = (qd_outcome_t)o;
    for (size_t o = 0; self->asked && o < QD_VALUES_MAX; o++)
        if (self->outcome[o] && qd_value_info(o) &&
            (!self->all || qd_result_file_summarises(self->file, (qd_outcome_t)o)))
            chosen[count++] = (qd_outcome_t)o;
    /* For a file without the main outcomes: its own outcomes, as many as fit into a row. */
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

/* An estimate with its interval in 21 columns: "12.34 ± 0.05", or ".0005 [.0001, .0028]" if the ends are not
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

/* ---- worlds without crises or missions ----------------------------------------------------------------- */

/* Means over the missions of a half, over pairs of missions or over those that endured are not among them:
 * they may be over nothing in worlds with missions, too. */
static qd_over_t over_of(size_t outcome)
{
    switch (outcome) {
    case QD_O_legitimacy:
    case QD_O_coalition_size:
    case QD_O_burden_gini:
    case QD_O_strange_partners:
    case QD_O_passes_mean:
    case QD_O_enduring:
    case QD_O_mission_length:
    case QD_O_success:
        return QD_OVER_MISSIONS;
    default:
        return outcome < QD_OUTCOMES && qd_outcome_per_crisis((qd_outcome_t)outcome) ? QD_OVER_CRISES
                                                                                     : QD_OVER_NOTHING;
    }
}

/* Counts the worlds of a cell in which an outcome is 0 that is either 0 or at least 1; NaN where the summary
 * does not tell. */
static qd_status_t count_zeros(const qd_show_t *self, size_t point, size_t order, qd_outcome_t outcome,
                               double *worlds)
{
    qd_result_summary_t summary;
    char path[128];
    double *edge = NULL, *bin = NULL, sum = 0.0;
    size_t edges = 0, bins = 0;
    *worlds = NAN;
    if (!qd_result_file_summarises(self->file, outcome))
        return QD_OK;
    qd_status_t status = qd_result_file_summary(self->file, point, order, outcome, &summary, self->error);
    if (status == QD_OK && summary.count > 0 && (summary.min > 0.0 || summary.max == 0.0))
        *worlds = summary.min > 0.0 ? 0.0 : (double)summary.count;
    snprintf(path, sizeof path, "/summary/%s/bin_high", qd_outcome_table[outcome].name);
    if (status != QD_OK || summary.count == 0 || !isnan(*worlds) || !qd_result_file_holds(self->file, path))
        return status;
    status = qd_result_file_reals(self->file, path, &edge, &edges, self->error);
    snprintf(path, sizeof path, "/summary/%s/histogram", qd_outcome_table[outcome].name);
    if (status == QD_OK)
        status = qd_result_file_at_point(self->file, path, 3, point, &bin, &bins, self->error);
    size_t each = bins / qd_result_file_orders(self->file);
    for (size_t i = 0; status == QD_OK && i < each; i++)
        sum += bin[order * each + i];
    /* The first bin holds zeros alone if it ends at 1 or before. Counterparts of robustness have no bins. */
    if (status == QD_OK && edges > 0 && each > 0 && edge[0] <= 1.0 && sum == (double)summary.count)
        *worlds = bin[order * each];
    free(edge);
    free(bin);
    return status;
}

/* The worlds of a cell without crises, from the shares of crises, whose sum is 1 in every other world; NaN if
 * the file lacks one of them. */
static qd_status_t count_from_shares(const qd_show_t *self, size_t point, size_t order, double *worlds)
{
    static const qd_outcome_t share[] = {QD_O_share_collective, QD_O_share_alliance, QD_O_share_flexible,
                                         QD_O_share_unilateral, QD_O_share_umbrella, QD_O_share_hub,
                                         QD_O_share_abstain};
    double sum = 0.0, count = 0.0;
    qd_status_t status = QD_OK;
    *worlds = NAN;
    for (size_t i = 0; i < sizeof share / sizeof *share && status == QD_OK; i++) {
        qd_result_summary_t summary;
        if (!qd_result_file_summarises(self->file, share[i]))
            return QD_OK;
        status = qd_result_file_summary(self->file, point, order, share[i], &summary, self->error);
        sum += summary.mean;
        count = (double)summary.count;
    }
    if (status == QD_OK && count > 0.0)
        *worlds = fmax(0.0, round((1.0 - sum) * count));
    return status;
}

qd_status_t qd_show_without(const qd_show_t *self, size_t point, size_t order, qd_over_t over, double *worlds)
{
    *worlds = NAN;
    if (over == QD_OVER_NOTHING)
        return QD_OK;
    qd_status_t status =
        count_zeros(self, point, order, over == QD_OVER_CRISES ? QD_O_crises : QD_O_coalition_size, worlds);
    if (status == QD_OK && over == QD_OVER_CRISES && isnan(*worlds))
        status = count_from_shares(self, point, order, worlds);
    return status;
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
        printf("\n%-*s", OUTCOME_WIDTH, qd_value_info(outcome[i])->name);
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
    qd_outcome_t outcome[QD_VALUES_MAX];
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

/* Counterparts for ablations and robustness are shown only with --point; the claims have their results. */
static bool is_counterpart(const qd_show_t *self, size_t point)
{
    return self->experiment && point < self->experiment->points &&
           (self->experiment->point[point].ablation > 0 || self->experiment->point[point].variation > 0);
}

static qd_status_t point_rows(const qd_show_t *self, size_t outcomes, const qd_outcome_t outcome[])
{
    size_t points = qd_result_file_points(self->file), orders = qd_result_file_orders(self->file), rows = 0;
    for (size_t o = 0; o < orders; o++)
        for (size_t p = 0; p < points; p++) {
            if (is_counterpart(self, p) || rows++ >= ROWS_MAX)
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
    qd_outcome_t outcome[QD_VALUES_MAX];
    size_t outcomes = choose(self, true, outcome);
    qd_status_t status = QD_OK;
    for (size_t first = 0; first < outcomes && status == QD_OK; first += OUTCOMES_WIDE) {
        size_t some = outcomes - first < OUTCOMES_WIDE ? outcomes - first : OUTCOMES_WIDE;
        printf("\n%-*s%-*s", ORDER_WIDTH, "order", POINT_WIDTH, "point");
        for (size_t i = 0; i < some; i++)
            printf("%21s", qd_value_info(outcome[first + i])->name);
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
        printf("%-*s %10.4g   %.4g .. %.4g\n", OUTCOME_WIDTH, qd_value_info(outcome)->name,
               sum / (double)count, least, greatest);
    }
    return QD_OK;
}

static qd_status_t show_sampled(const qd_show_t *self)
{
    qd_outcome_t outcome[QD_VALUES_MAX];
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

/* A note that the intervals of a precision stop are of another kind than the others of the table. */
static void explain_stop(const qd_show_t *self)
{
    const qd_precision_t *precision = &self->experiment->precision;
    char text[512];
    snprintf(text, sizeof text,
             "Intervals of `%s` are those of the precision stop, at %g %%: they hold at every number of "
             "worlds at which the run might have stopped (anytime-valid), and are therefore wider. The "
             "others hold for a number of worlds fixed beforehand.",
             qd_outcome_table[precision->outcome].name, 100.0 * precision->confidence);
    qd_wrapped(text, 0);
}

/* Whether the tables show the cells of a point. */
static bool is_shown(const qd_show_t *self, size_t point)
{
    return self->point >= 0 ? (size_t)self->point == point : !is_counterpart(self, point);
}

/* A note about the worlds without a crisis or a mission, which count as 0, if there are any or may be any. */
static qd_status_t explain_empty(const qd_show_t *self, qd_over_t over)
{
    qd_outcome_t outcome[QD_VALUES_MAX];
    size_t points = qd_result_file_points(self->file), orders = qd_result_file_orders(self->file), named = 0;
    size_t outcomes = choose(self, self->point < 0 && points > 1, outcome), unknown = 0;
    double most = 0.0, of = 0.0, share = -1.0;
    for (size_t i = 0; i < outcomes; i++)
        named += over_of(outcome[i]) == over;
    for (size_t i = 0; i < points * orders && named > 0; i++) {
        double worlds;
        uint64_t done = 0;
        if (!is_shown(self, i / orders))
            continue;
        qd_status_t status = qd_show_without(self, i / orders, i % orders, over, &worlds);
        if (status == QD_OK)
            status = qd_result_file_done(self->file, i / orders, i % orders, &done, self->error);
        if (status != QD_OK)
            return status;
        unknown += done > 0 && isnan(worlds);
        if (done > 0 && worlds / (double)done > share) {
            most = worlds;
            of = (double)done;
            share = worlds / of;
        }
    }
    if (named == 0 || (unknown == 0 && most == 0.0))
        return QD_OK;
    qd_wrap_t note;
    FILE *out = qd_wrap_begin(&note);
    fprintf(out, "Worlds without a %s count as 0 in", over == QD_OVER_CRISES ? "crisis" : "mission");
    for (size_t i = 0, k = 0; i < outcomes; i++)
        if (over_of(outcome[i]) == over)
            fprintf(out, "%s `%s`", k++ > 0 ? "," : "", qd_value_info(outcome[i])->name);
    if (unknown > 0)
        fputs(". The file does not tell their number in every cell.", out);
    else
        fprintf(out, ": at most %.0f of %.0f in a cell (`without` of show --json).", most, of);
    qd_wrap_end(&note, 0);
    return QD_OK;
}

qd_status_t qd_show_summary(const qd_show_t *self)
{
    qd_status_t status = show_tables(self);
    for (qd_over_t over = QD_OVER_CRISES; over < QD_OVER_KINDS && status == QD_OK; over++)
        status = explain_empty(self, over);
    if (status == QD_OK && qd_show_is_stopped(self))
        explain_stop(self);
    if (status == QD_OK && self->experiment && self->experiment->precision.claims)
        qd_wrapped("Claims stopped the run. Their intervals hold at every look up to the greatest number of "
                   "worlds; intervals of means hold for a number fixed beforehand.",
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
    qd_error_t scratch = QD_ERROR_NONE;
    size_t orders = qd_result_file_orders(self->file), points = qd_result_file_points(self->file);
    bool given = self->experiment && self->experiment->precision.given, stopped = false;
    for (size_t i = 0; given && !stopped && i < points * orders; i++) { /* a shard has some of the cells */
        qd_result_summary_t summary;
        if (qd_result_file_summary(self->file, i / orders, i % orders, self->experiment->precision.outcome,
                                   &summary, &scratch) != QD_OK)
            return false;
        stopped = !isnan(summary.stop_low);
    }
    return stopped;
}

/* ---- effects of the factors of a plain Latin hypercube or Sobol' design -------------------------------- */

#define EFFECTS_SHOWN 12

static void print_effects(const qd_effects_t *effects)
{
    for (size_t i = 0; i < effects->inputs && i < EFFECTS_SHOWN && !isnan(effects->sorted[i].effect.r); i++) {
        const qd_rank_correlation_t *effect = &effects->sorted[i].effect;
        printf("    ");
        qd_show_column(effects->sorted[i].name, 4, 32);
        printf("%+7.3f", effect->r);
        if (isfinite(effect->interval.low) && isfinite(effect->interval.high))
            printf(" [%+.3f, %+.3f]", effect->interval.low, effect->interval.high);
        putchar('\n');
    }
}

static qd_status_t show_effects_on(const qd_show_t *self, qd_effects_t *effects, size_t order,
                                   qd_outcome_t outcome)
{
    qd_status_t status = qd_effects_find(effects, order, outcome, self->error);
    if (status != QD_OK)
        return status;
    printf("  %s, %s", qd_value_info(outcome)->name, qd_result_file_order_label(self->file, order));
    puts(effects->points < 4                  ? ": too few points"
         : isnan(effects->sorted[0].effect.r) ? ": does not vary between points"
         : effects->partial                   ? ""
                                              : " (rank correlations that are not partial: points are few)");
    print_effects(effects);
    return QD_OK;
}

static bool has_effects(const qd_show_t *self, size_t outcome)
{
    bool usual = outcome == QD_O_survival || outcome == QD_O_effective_blocs;
    return qd_value_info(outcome) && (self->asked ? self->outcome[outcome] : usual) &&
           qd_result_file_summarises(self->file, (qd_outcome_t)outcome);
}

qd_status_t qd_show_effects(const qd_show_t *self)
{
    qd_effects_t effects;
    qd_status_t status = qd_effects_init(&effects, self->file, self->experiment, self->error);
    if (status == QD_OK && effects.inputs > 0)
        printf("\nEffects of factors on the points' means: partial rank correlations [simultaneous %g%% "
               "intervals]\n",
               100.0 * QD_EFFECTS_CONFIDENCE);
    for (size_t o = 0; o < qd_result_file_orders(self->file) && effects.inputs > 0; o++)
        for (size_t i = 0; i < QD_VALUES_MAX && status == QD_OK; i++)
            if (has_effects(self, i))
                status = show_effects_on(self, &effects, o, (qd_outcome_t)i);
    qd_effects_clear(&effects);
    return status;
}
