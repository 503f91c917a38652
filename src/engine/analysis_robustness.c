/* Verdicts around the values of the parameters: the sign of every claim's effect at the points of a Latin
 * hypercube (experiment/parts.h), and the parameters that turn it. */
#include "engine/claim_tests.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"
#include "statistics/interval.h"
#include "statistics/rank_correlation.h"

#define ROBUST_SAME     0.95 /* share of points with the same sign, at least */
#define ROBUST_SHOWN    0.90 /* lower limit of that share's interval, at least: 36 points or more */
#define ROBUST_OPPOSITE 0.01 /* share of points that are significantly opposite, at most */
#define CONDITIONS      3    /* parameters that a condition names, at most */
#define CONDITION_LEAST 10   /* points that meet a condition, at least */

/* One claim in one place: its effect at every point. */
typedef struct {
    /* sign of the effect less the margin at the experiment's values: 1, -1, or 0: unknown */
    double sign, margin;
    bool decided;    /* the sign is significant there */
    double *effect;  /* [rows] NaN where it is unknown */
    double *against; /* [rows] one-sided p of an effect of the other sign */
} place_t;

typedef struct {
    const qd_experiment_t *experiment;
    size_t rows, columns; /* columns: the claim's own place, then the orders */
    place_t *place;       /* claims x columns */
    double *memory;       /* of all places */
    /* Room for the points of one place that have an effect: */
    size_t points, factors;
    size_t *factor;            /* positions of the free ones among all */
    double *x, *effect, *sort; /* points x factors; points; points */
    double *p, *adjusted;
    double *middle;                /* [factors] */
    qd_rank_correlation_t *moving; /* [factors] */
    bool partial;
} study_t;

static void study_free(study_t *self)
{
    free(self->place);
    free(self->memory);
    free(self->factor);
    free(self->x);
    free(self->moving);
}

static qd_status_t study_init(study_t *self, const qd_experiment_t *experiment, qd_error_t *error)
{
    size_t rows = experiment->robustness.rows, factors = experiment->robustness.factors;
    size_t places = experiment->claims * (1 + experiment->orders);
    *self = (study_t){.experiment = experiment, .rows = rows, .columns = 1 + experiment->orders};
    self->place = qd_new(places, sizeof *self->place, error);
    self->memory = qd_new(2 * places * rows, sizeof(double), error);
    self->factor = qd_new(factors, sizeof *self->factor, error);
    self->x = qd_new(rows * factors + 4 * rows + factors, sizeof(double), error);
    self->moving = qd_new(factors, sizeof *self->moving, error);
    if (!self->place || !self->memory || !self->factor || !self->x || !self->moving)
        return QD_ERROR_MEMORY;
    self->effect = self->x + rows * factors;
    self->sort = self->effect + rows;
    self->p = self->sort + rows;
    self->adjusted = self->p + rows;
    self->middle = self->adjusted + rows;
    for (size_t i = 0; i < places; i++) {
        self->place[i].effect = self->memory + 2 * i * rows;
        self->place[i].against = self->place[i].effect + rows;
    }
    return QD_OK;
}

/* ---- effects ------------------------------------------------------------------------------------------- */

/* Whether the verdict at the experiment's values determines the sign. If orders disagree, the mean may still
 * have one. */
static bool is_decided(const char *verdict, double p_holm, double alpha)
{
    return strcmp(verdict, "mixed") == 0 ? p_holm <= alpha : strcmp(verdict, "undecided") != 0;
}

/* Selects the places in which a claim is judged, with their signs, from the verdicts at the experiment's
 * values. */
static void set_signs(study_t *self, double alpha, const qd_analysis_t *out)
{
    size_t orders = self->experiment->orders;
    for (size_t c = 0; c < self->experiment->claims; c++)
        for (size_t k = 0; k < self->columns; k++) {
            place_t *place = &self->place[c * self->columns + k];
            const qd_result_claim_t *row = &out->claim[c];
            const qd_result_verdict_t *order = k == 0 ? NULL : &out->by_order[c * orders + k - 1];
            double effect = order ? order->estimate : row->estimate;
            bool judged = !order || *order->verdict;
            place->decided =
                is_decided(order ? order->verdict : row->verdict, order ? order->p_holm : row->p_holm, alpha);
            place->margin = self->experiment->claim[c].margin;
            double excess = judged ? effect - place->margin : 0.0;
            place->sign = (double)((excess > 0.0) - (excess < 0.0));
        }
}

static qd_status_t measure(study_t *self, qd_claim_tests_t *tests, size_t c, size_t row,
                           const size_t counterpart[], qd_analysis_t *out, qd_error_t *error)
{
    const qd_claim_t *claim = &self->experiment->claim[c];
    qd_status_t status = QD_OK;
    for (size_t k = 0; k < self->columns && status == QD_OK; k++) {
        place_t *place = &self->place[c * self->columns + k];
        qd_claim_test_t test;
        if (place->sign == 0.0)
            continue;
        status = qd_claim_test(tests, claim, (int)k - 1, counterpart, out, &test, error);
        place->effect[row] = test.found.estimate;
        place->against[row] = place->sign > 0.0 ? test.found.p_below : test.found.p_above;
    }
    return status;
}

static qd_status_t measure_all(study_t *self, qd_claim_tests_t *tests, qd_analysis_t *out, qd_error_t *error)
{
    const qd_robustness_t *robustness = &self->experiment->robustness;
    size_t points = robustness->groups > 0 ? robustness->group[0].points : 0;
    size_t *counterpart = qd_new(points, sizeof *counterpart, error);
    qd_status_t status = counterpart ? QD_OK : QD_ERROR_MEMORY;
    for (size_t g = 0; g < robustness->groups; g++)
        for (size_t row = 0; row < self->rows && status == QD_OK; row++) {
            qd_experiment_variation(self->experiment, g, row, points, counterpart);
            for (size_t c = 0; c < self->experiment->claims && status == QD_OK; c++)
                if (robustness->of_claim[c] == g)
                    status = measure(self, tests, c, row, counterpart, out, error);
        }
    free(counterpart);
    return status;
}

/* ---- one place ----------------------------------------------------------------------------------------- */

/* Takes the points that have an effect, and the free factors' values there. */
static void take_points(study_t *self, const place_t *place, const qd_variation_t *group)
{
    const qd_robustness_t *robustness = &self->experiment->robustness;
    self->points = self->factors = 0;
    for (size_t f = 0; f < robustness->factors; f++)
        if (group->free[f])
            self->factor[self->factors++] = f;
    for (size_t r = 0; r < self->rows; r++) {
        if (isnan(place->effect[r]) || isnan(place->against[r]))
            continue;
        for (size_t j = 0; j < self->factors; j++)
            self->x[self->points * self->factors + j] =
                robustness->value[r * robustness->factors + self->factor[j]];
        self->p[self->points] = place->against[r];
        self->effect[self->points++] = place->effect[r];
    }
    for (size_t j = 0; j < self->factors; j++) {
        for (size_t i = 0; i < self->points; i++)
            self->sort[i] = self->x[i * self->factors + j];
        qsort(self->sort, self->points, sizeof *self->sort, qd_compare_doubles);
        self->middle[j] = self->points > 0
                              ? (self->sort[(self->points - 1) / 2] + self->sort[self->points / 2]) / 2.0
                              : (double)NAN;
    }
}

static bool is_same(const study_t *self, const place_t *place, size_t i)
{
    return place->sign * (self->effect[i] - place->margin) > 0.0;
}

/* A subset of the points, by the side of the median on which factors lie there. */
typedef struct {
    size_t conditions;
    size_t factor[CONDITIONS]; /* position among the free ones */
    bool above[CONDITIONS];
} where_t;

static bool meets(const study_t *self, const where_t *where, size_t i)
{
    for (size_t k = 0; k < where->conditions; k++) {
        double x = self->x[i * self->factors + where->factor[k]], middle = self->middle[where->factor[k]];
        if (where->above[k] ? !(x > middle) : !(x <= middle))
            return false;
    }
    return true;
}

/* Results of the points that meet a condition. */
typedef struct {
    size_t points, same, opposite; /* opposite: significantly so */
} count_t;

static count_t count_where(const study_t *self, const place_t *place, const where_t *where)
{
    double level = 1.0 - self->experiment->confidence;
    count_t out = {0};
    for (size_t i = 0; i < self->points; i++)
        if (meets(self, where, i)) {
            out.points++;
            out.same += is_same(self, place, i);
            out.opposite += self->adjusted[i] <= level;
        }
    return out;
}

static double share_of(size_t some, size_t all)
{
    return all > 0 ? (double)some / (double)all : (double)NAN;
}

/* Share of these points with the same sign, NaN if there are none. */
static double same_share(const study_t *self, const place_t *place, const where_t *where)
{
    count_t count = count_where(self, place, where);
    return share_of(count.same, count.points);
}

static double quantile_of_sorted(const study_t *self, double p)
{
    return self->sort[(size_t)(p * (double)(self->points - 1) + 0.5)];
}

static qd_status_t summarise(study_t *self, const place_t *place, qd_result_robustness_t *out,
                             qd_error_t *error)
{
    if (!qd_bh_adjust(self->points, self->p, self->adjusted))
        return qd_no_memory(error);
    count_t all = count_where(self, place, &(where_t){0});
    qd_interval_t interval = qd_interval_exact(all.same, all.points, self->experiment->confidence);
    out->points = (int64_t)all.points;
    out->same = share_of(all.same, all.points);
    out->same_low = interval.low;
    out->same_high = interval.high;
    out->opposite = share_of(all.opposite, all.points);
    memcpy(self->sort, self->effect, self->points * sizeof *self->sort);
    qsort(self->sort, self->points, sizeof *self->sort, qd_compare_doubles);
    out->effect_low = quantile_of_sorted(self, 0.05);
    out->effect_middle = quantile_of_sorted(self, 0.5);
    out->effect_high = quantile_of_sorted(self, 0.95);
    return QD_OK;
}

/* ---- parameters with an effect on the sign ------------------------------------------------------------- */

/* Whether the effect rises or falls with the factor beyond doubt: its simultaneous interval lies on one side
 * of 0. */
static bool moves(const qd_rank_correlation_t *of)
{
    return of->interval.low > 0.0 || of->interval.high < 0.0;
}

/* The free factors that move the effect most, the strongest first, each with the side on which the sign is
 * the same. */
static where_t strongest(const study_t *self, const place_t *place)
{
    where_t out = {0};
    bool taken;
    do {
        size_t best = SIZE_MAX;
        taken = false;
        for (size_t j = 0; j < self->factors; j++) {
            bool known = false;
            for (size_t k = 0; k < out.conditions; k++)
                known = known || out.factor[k] == j;
            if (!known && moves(&self->moving[j]) &&
                (best == SIZE_MAX || fabs(self->moving[j].r) > fabs(self->moving[best].r)))
                best = j;
        }
        if (best != SIZE_MAX && out.conditions < CONDITIONS) {
            out.factor[out.conditions] = best;
            out.above[out.conditions++] = place->sign * self->moving[best].r > 0.0;
            taken = true;
        }
    } while (taken);
    return out;
}

/* "tension.debt above 0.1 and blocs.bypass below 0.03" */
static void write_where(const study_t *self, const where_t *where, FILE *out)
{
    for (size_t k = 0; k < where->conditions; k++) {
        size_t j = where->factor[k];
        fprintf(out, "%s%s %s %.3g", k > 0 ? " and " : "",
                self->experiment->robustness.factor[self->factor[j]].name,
                where->above[k] ? "above" : "at most", self->middle[j]);
    }
}

/* ---- verdicts ------------------------------------------------------------------------------------------ */

/* Whether points keep the sign. */
typedef enum {
    /* in such a share that its interval shows it, and with a negligible share of significantly opposite
     * ones */
    KEPT,
    UNSURE, /* in such a share, but too few to show it */
    TURNED
} keeping_t;

static keeping_t keeping_of(const study_t *self, const count_t *count)
{
    double low = qd_interval_exact(count->same, count->points, self->experiment->confidence).low;
    if (!(share_of(count->same, count->points) >= ROBUST_SAME) ||
        share_of(count->opposite, count->points) > ROBUST_OPPOSITE)
        return TURNED;
    return low >= ROBUST_SHOWN ? KEPT : UNSURE;
}

/* Whether the points are too few to show enough even if all had the same sign. */
static bool is_few(const study_t *self)
{
    return qd_interval_exact(self->points, self->points, self->experiment->confidence).low < ROBUST_SHOWN;
}

/* Whether all points keep the sign. Too few points with a share that may be large enough leave it open. */
static keeping_t keeping_of_all(const study_t *self, const place_t *place, const qd_result_robustness_t *row)
{
    count_t all = count_where(self, place, &(where_t){0});
    keeping_t keeping = keeping_of(self, &all);
    bool open = row->opposite <= ROBUST_OPPOSITE && row->same_high >= ROBUST_SAME && is_few(self);
    return keeping == TURNED && open ? UNSURE : keeping;
}

/* The smallest number of strongest factors on whose favourable side the points keep the sign; else the
 * smallest number with enough points that leave it open. *where: these factors, or all of them in neither
 * case. */
static keeping_t find_condition(const study_t *self, const place_t *place, where_t *where)
{
    size_t open = 0;
    where_t some = *where;
    for (some.conditions = 1; some.conditions <= where->conditions; some.conditions++) {
        count_t count = count_where(self, place, &some);
        keeping_t keeping = keeping_of(self, &count);
        if (keeping == KEPT) {
            *where = some;
            return KEPT;
        }
        if (keeping == UNSURE && count.points >= CONDITION_LEAST && open == 0)
            open = some.conditions;
    }
    if (open == 0)
        return TURNED;
    where->conditions = open;
    return UNSURE;
}

/* "where tension.debt above 0.1: same sign at 98% of 100 points, elsewhere at 41%", or what moves it. */
static const char *tell_condition(const study_t *self, const place_t *place, const where_t *where,
                                  keeping_t keeping, qd_analysis_t *texts)
{
    qd_memory_t memory;
    FILE *out = qd_memory_open(&memory);
    const char *kept = NULL;
    if (!out)
        return NULL;
    if (keeping != TURNED) {
        count_t there = count_where(self, place, where), all = count_where(self, place, &(where_t){0});
        fputs("where ", out);
        write_where(self, where, out);
        fprintf(out, ": same sign at %.0f%% of %zu points, elsewhere at %.0f%%",
                100.0 * share_of(there.same, there.points), there.points,
                100.0 * share_of(all.same - there.same, all.points - there.points));
        if (keeping == UNSURE)
            fputs("; so few points do not show it", out);
    } else if (where->conditions > 0) {
        fputs("more often the same where ", out);
        write_where(self, where, out);
    } else {
        fputs("no parameter alone moves it beyond doubt", out);
    }
    char *text = qd_memory_close(out, &memory);
    if (text)
        kept = qd_analysis_text(texts, "%s", text);
    free(text);
    return kept;
}

/* "conditional", "fragile" or "too few points", with the reason. */
static const char *look_for_condition(const study_t *self, const place_t *place, qd_analysis_t *texts,
                                      qd_result_robustness_t *out)
{
    where_t where = strongest(self, place);
    keeping_t keeping = find_condition(self, place, &where);
    out->verdict = keeping == KEPT ? "conditional" : keeping == UNSURE ? "too few points" : "fragile";
    return tell_condition(self, place, &where, keeping, texts);
}

static qd_status_t name_verdict(const study_t *self, const place_t *place, qd_analysis_t *texts,
                                qd_result_robustness_t *out, qd_error_t *error)
{
    keeping_t keeping = keeping_of_all(self, place, out);
    if (!place->decided) {
        out->verdict = "undecided";
        out->condition = "no sign is shown at the experiment's values";
    } else if (keeping == KEPT) {
        out->verdict = "robust";
    } else if (keeping == UNSURE) {
        out->verdict = "too few points";
        out->condition =
            qd_analysis_text(texts, "they show the same sign at %.0f%% at least, robust needs %.0f%%",
                             100.0 * out->same_low, 100.0 * ROBUST_SHOWN);
    } else {
        out->condition = look_for_condition(self, place, texts, out);
    }
    return out->condition ? QD_OK : qd_no_memory(error);
}

/* ---- rows ---------------------------------------------------------------------------------------------- */

static const char *const *place_names(const qd_experiment_t *experiment, qd_analysis_t *out)
{
    const char **name = out->robustness_place = qd_new(1 + experiment->orders, sizeof *name, NULL);
    for (size_t o = 0; name && o < experiment->orders; o++)
        name[1 + o] = experiment->order[o].label;
    if (name)
        name[0] = "claim";
    return name;
}

static void add_turning(const study_t *self, size_t c, size_t column, const place_t *place,
                        qd_analysis_t *out)
{
    for (size_t j = 0; j < self->factors; j++) {
        const qd_rank_correlation_t *moving = &self->moving[j];
        out->turning[out->turnings++] =
            (qd_result_turning_t){.claim = self->experiment->claim[c].id,
                                  .place = out->robustness_place[column],
                                  .parameter = self->experiment->robustness.factor[self->factor[j]].name,
                                  .method = self->partial ? "prcc" : "spearman",
                                  .correlation = moving->r,
                                  .low = moving->interval.low,
                                  .high = moving->interval.high,
                                  .middle = self->middle[j],
                                  .same_below = same_share(self, place, &(where_t){1, {j}, {false}}),
                                  .same_above = same_share(self, place, &(where_t){1, {j}, {true}})};
    }
}

static qd_status_t judge(study_t *self, size_t c, size_t column, qd_analysis_t *out, qd_error_t *error)
{
    const qd_robustness_t *robustness = &self->experiment->robustness;
    const double none = (double)NAN;
    const place_t *place = &self->place[c * self->columns + column];
    qd_result_robustness_t *row = &out->robustness[c * self->columns + column];
    *row = (qd_result_robustness_t){.verdict = "",
                                    .condition = "",
                                    .same = none,
                                    .same_low = none,
                                    .same_high = none,
                                    .opposite = none,
                                    .effect_low = none,
                                    .effect_middle = none,
                                    .effect_high = none};
    if (robustness->of_claim[c] == SIZE_MAX || place->sign == 0.0)
        return QD_OK;
    take_points(self, place, &robustness->group[robustness->of_claim[c]]);
    if (self->points == 0)
        return QD_OK;
    qd_status_t status = summarise(self, place, row, error);
    if (status == QD_OK)
        status = qd_rank_correlations(self->points, self->factors, self->x, self->effect,
                                      self->experiment->confidence, self->moving, &self->partial, error);
    if (status == QD_OK)
        status = name_verdict(self, place, out, row, error);
    if (status == QD_OK)
        add_turning(self, c, column, place, out);
    return status;
}

qd_status_t qd_analyse_robustness(qd_claim_tests_t *tests, qd_analysis_t *out, qd_error_t *error)
{
    const qd_experiment_t *experiment = tests->experiment;
    size_t places = experiment->claims * (1 + experiment->orders);
    study_t study;
    qd_status_t status = study_init(&study, experiment, error);
    out->robustness = qd_new(places, sizeof *out->robustness, error);
    out->turning = qd_new(places * experiment->robustness.factors, sizeof *out->turning, error);
    if (status == QD_OK && (!out->robustness || !out->turning || !place_names(experiment, out)))
        status = qd_no_memory(error);
    if (status == QD_OK) {
        double confidence = tests->sequences ? experiment->precision.confidence : experiment->confidence;
        set_signs(&study, 1.0 - confidence, out);
        status = measure_all(&study, tests, out, error);
    }
    for (size_t i = 0; i < places && status == QD_OK; i++)
        status = judge(&study, i / study.columns, i % study.columns, out, error);
    study_free(&study);
    return status;
}
