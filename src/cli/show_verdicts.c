/* Claims, contrasts and sensitivity in `quadrille show`. */
#include "cli/show.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/screen.h"
#include "registry/rows.h"

/* Robustness of claims in `quadrille show`. */

/* "fragile: same sign at 65% [58, 72] of 200 points, significantly opposite at 16%; more often the same where
 * ..." */
static void tell(FILE *out, const qd_result_robustness_t *cell)
{
    fprintf(out, "%s: same sign at %.0f%% [%.0f, %.0f] of %lld points, significantly opposite at %.1f%%",
            cell->verdict, 100.0 * cell->same, 100.0 * cell->same_low, 100.0 * cell->same_high,
            (long long)cell->points, 100.0 * cell->opposite);
    if (*cell->condition)
        fprintf(out, "; %s", cell->condition);
}

/* A claim's first `places` cells of /claims/robustness, below it. */
static void show_robustness(size_t places, const char *const place[], const qd_result_robustness_t cell[])
{
    for (size_t k = 0; k < places; k++) {
        qd_wrap_t line;
        if (!*cell[k].verdict)
            continue;
        printf("%18s", "");
        FILE *out = qd_wrap_begin(&line);
        fprintf(out, "%s ", k > 0 ? place[k] : "around the values:");
        tell(out, &cell[k]);
        qd_wrap_end(&line, 20);
    }
}

#define CONTRASTS_SHOWN 12
#define FACTORS_SHOWN   10
#define OUTCOME_WIDTH   23
#define SIDE_WIDTH      26

/* ---- claims -------------------------------------------------------------------------------------------- */

/* Smaller p-values are printed as "p < ...". */
#define P_LEAST 1e-15

static void tell_p(FILE *out, double p)
{
    if (p < P_LEAST)
        fprintf(out, ", p < %g", P_LEAST);
    else if (!isnan(p))
        fprintf(out, ", p %.2g", p);
}

/* "0.28 [0.27, 0.29]", "0.28" without an interval, "not estimated". */
static void tell_estimate(FILE *out, double estimate, double low, double high)
{
    if (isnan(estimate))
        fprintf(out, "not estimated");
    else
        fprintf(out, "%.4g", estimate);
    if (!isnan(low))
        fprintf(out, " [%.4g, %.4g]", low, high);
}

static bool is_decided(const qd_result_claim_t *claim)
{
    return strcmp(claim->verdict, "supported") == 0 || strcmp(claim->verdict, "contradicted") == 0;
}

/* "contrast, resolved (all): 0.28 [0.27, 0.29], p 0.002, 200 worlds" */
static void tell_numbers(FILE *out, const qd_result_claim_t *claim)
{
    fprintf(out, "%s, %s (%s): ", claim->kind, claim->outcome, claim->order);
    tell_estimate(out, claim->estimate, claim->low, claim->high);
    if (claim->margin != 0.0 && !isnan(claim->margin))
        fprintf(out, ", margin %.4g", claim->margin);
    tell_p(out, claim->p_holm);
    fprintf(out, ", %lld worlds", (long long)claim->worlds);
    if (*claim->note)
        fprintf(out, "; %s", claim->note);
}

/* "bipolar contradicted -0.18 [-0.2, -0.16], p 0.002" for every order in which the claim is judged. */
static void show_orders(const qd_show_t *self, const qd_result_verdict_t cell[])
{
    for (size_t o = 0; o < qd_result_file_orders(self->file); o++) {
        if (!*cell[o].verdict)
            continue;
        printf("%18s%-14s%-13s ", "", qd_result_file_order_label(self->file, o), cell[o].verdict);
        tell_estimate(stdout, cell[o].estimate, cell[o].low, cell[o].high);
        tell_p(stdout, cell[o].p_holm);
        if (self->experiment && self->experiment->precision.claims)
            printf(", %lld worlds", (long long)cell[o].worlds);
        printf("\n");
    }
}

/* "supported, negligible" if a decided effect lies wholly within the claim's negligible range. */
static void name_verdict(const qd_result_claim_t *claim, char *out, size_t size)
{
    bool small = is_decided(claim) && claim->negligible > 0.0 && claim->low >= -claim->negligible &&
                 claim->high <= claim->negligible;
    snprintf(out, size, "%s%s", claim->verdict, small ? ", negligible" : "");
}

static void show_claim(const qd_result_claim_t *claim)
{
    char verdict[64];
    qd_wrap_t numbers;
    name_verdict(claim, verdict, sizeof verdict);
    printf("  %-13s %s%s\n%16s", verdict, claim->id,
           strcmp(claim->status, "exploratory") == 0 ? " (exploratory)" : "", "");
    qd_wrapped(claim->says, 16);
    printf("%16s", "");
    tell_numbers(qd_wrap_begin(&numbers), claim);
    qd_wrap_end(&numbers, 16);
}

/* "without debt the arms do not differ in any world" where the ablation makes them equal, perhaps because it
 * sets what they differ in; "carried by debt: without it the effect is -0.018 [-0.03, -0.01], undecided" if
 * an ablation changes a decided verdict and its interval excludes the effect without ablation; else "without
 * debt: ...". An ablation judges the mean over the orders, which cannot be mixed: it is not compared with a
 * mixed verdict. */
static void tell_ablation(FILE *out, const qd_result_claim_t *claim, const char *name,
                          const qd_result_verdict_t *cell)
{
    if (cell->estimate == 0.0 && cell->low == 0.0 && cell->high == 0.0) {
        fprintf(out, "without %s the arms do not differ in any world", name);
        return;
    }
    bool changed = is_decided(claim) && strcmp(claim->verdict, cell->verdict) != 0;
    bool apart = !(cell->low <= claim->estimate && claim->estimate <= cell->high);
    bool moved = isnan(cell->low) ? cell->estimate != claim->estimate : apart;
    fprintf(out, changed && moved ? "carried by %s: without it the effect is " : "without %s: ", name);
    tell_estimate(out, cell->estimate, cell->low, cell->high);
    fprintf(out, ", %s", cell->verdict);
}

static void show_ablations(const qd_result_claim_t *claim, size_t count, const char *const name[],
                           const qd_result_verdict_t cell[])
{
    for (size_t a = 0; a < count; a++) {
        qd_wrap_t line;
        printf("%18s", "");
        tell_ablation(qd_wrap_begin(&line), claim, name[a], &cell[a]);
        qd_wrap_end(&line, 18);
    }
}

/* "more - neutral 0.13 [0.11, 0.15], supported" */
static void show_baselines(size_t count, const char *const name[], const qd_result_verdict_t cell[])
{
    for (size_t b = 0; b < count; b++) {
        if (!*cell[b].verdict)
            continue;
        printf("%18s%-19s ", "", name[b]);
        tell_estimate(stdout, cell[b].estimate, cell[b].low, cell[b].high);
        tell_p(stdout, cell[b].p_holm);
        printf("\n");
    }
}

/* The origin of the claims: their family, and the state of their registration. */
static void show_origin(const qd_experiment_t *experiment)
{
    if (!experiment)
        return;
    if (experiment->family[0])
        printf("family: %s\n", experiment->family);
    if (!experiment->registered[0])
        printf("exploratory: not registered before the run\n");
    else if (!experiment->deviations[0])
        printf("registered %s\n", experiment->registered);
    else {
        printf("exploratory: changed since the registration of %s:\n%16s", experiment->registered, "");
        qd_wrapped(experiment->deviations, 16);
    }
}

static void show_sentences(const char *head, const char *const sentence[])
{
    qd_wrap_t paragraph;
    putchar('\n');
    FILE *out = qd_wrap_begin(&paragraph);
    fputs(head, out);
    for (size_t i = 0; sentence[i]; i++)
        fprintf(out, " %s", sentence[i]);
    qd_wrap_end(&paragraph, 0);
}

/* Figures of merit 1 / (R^2 T): R the relative standard error of a claim's effect, T the time that the run
 * took times its threads. Twice the figure needs half the time for the same precision. */
static void show_merits(const qd_show_t *self, size_t count, const qd_result_claim_t claim[])
{
    const qd_provenance_t *from = qd_result_file_provenance(self->file);
    double seconds = from->seconds * (double)from->threads * (double)from->ranks;
    qd_wrap_t line;
    FILE *out = NULL;
    for (size_t i = 0; seconds > 0.0 && i < count; i++) {
        double relative = claim[i].unpaired_se / sqrt(claim[i].variance_reduction) / fabs(claim[i].estimate);
        if (!(relative > 0.0 && isfinite(relative)))
            continue;
        const char *comma = out ? ", " : "";
        if (!out) {
            printf("\nFigures of merit 1/(R^2 T); T: %.3g s of all threads in the last session; "
                   "R: relative standard error:\n  ",
                   seconds);
            out = qd_wrap_begin(&line);
        }
        fprintf(out, "%s%s %.3g", comma, claim[i].id, 1.0 / (relative * relative * seconds));
    }
    if (out)
        qd_wrap_end(&line, 2);
}

qd_status_t qd_show_claims(const qd_show_t *self)
{
    const qd_result_claim_t *claim;
    const qd_result_verdict_t *cell = NULL, *ablated = NULL, *base = NULL;
    const qd_result_robustness_t *robustness = NULL;
    const char *const *name = NULL, *const *base_name = NULL, *const *place = NULL;
    size_t ablations = 0, baselines = 0, places = 0, count, orders = qd_result_file_orders(self->file);
    qd_status_t status = qd_result_file_claims(self->file, &claim, &count, self->error);
    if (status == QD_OK)
        status = qd_result_file_claims_by_order(self->file, &cell, self->error);
    if (status == QD_OK)
        status = qd_result_file_ablations(self->file, &ablated, &name, &ablations, self->error);
    if (status == QD_OK)
        status = qd_result_file_baselines(self->file, &base, &base_name, &baselines, self->error);
    if (status == QD_OK)
        status = qd_result_file_robustness(self->file, &robustness, &place, &places, self->error);
    if (status != QD_OK || count == 0)
        return status;
    bool stopped = self->experiment && self->experiment->precision.claims;
    printf("\nClaims: estimate [interval]; intervals hold together%s\n",
           stopped ? " at every look, p after Holm's correction as at the decision"
                   : ", p after Holm's correction over all tests");
    show_origin(self->experiment);
    for (size_t i = 0; i < count; i++) {
        bool by_order = orders > 1 && strcmp(claim[i].order, "all") == 0;
        show_claim(&claim[i]);
        if (cell && by_order)
            show_orders(self, cell + i * orders);
        show_baselines(baselines, base_name, base + i * baselines);
        show_ablations(&claim[i], ablations, name, ablated + i * ablations);
        show_robustness(by_order ? places : places > 0, place, robustness + i * places);
    }
    show_merits(self, count, claim);
    show_sentences("Assumed by construction:", qd_assumed);
    show_sentences("Found, not assumed:", qd_found);
    return QD_OK;
}

/* ---- contrasts ----------------------------------------------------------------------------------------- */

static bool wanted(const qd_show_t *self, const char *outcome)
{
    int found = qd_outcome_find(outcome);
    return found >= 0 && (self->asked ? self->outcome[found] : found == QD_O_survival);
}

/* Prints "ORDER/POINT" in a column, with the point's name in place of its label. Returns the column after
 * it. */
static int show_side(const qd_show_t *self, const char *label, int indent)
{
    const char *slash = strchr(label, '/');
    char *text = NULL;
    for (size_t p = 0; slash && p < qd_result_file_points(self->file) && !text; p++)
        if (strcmp(qd_result_file_point_label(self->file, p), slash + 1) == 0 &&
            asprintf(&text, "%.*s, %s", (int)(slash - label), label, qd_show_point_name(self, p)) < 0) {
            (void)qd_no_memory(self->error);
            return qd_show_column(label, indent, SIDE_WIDTH);
        }
    int column = qd_show_column(text ? text : label, indent, SIDE_WIDTH);
    free(text);
    return column;
}

qd_status_t qd_show_contrasts(const qd_show_t *self)
{
    const qd_result_contrast_t *contrast;
    size_t count, shown = 0;
    qd_status_t status = qd_result_file_contrasts(self->file, &contrast, &count, self->error);
    if (status != QD_OK || count == 0)
        return status;
    printf("\nPaired contrasts%s, first minus second, %g%% intervals one by one; vr: variance saved by "
           "pairing\n",
           self->asked ? "" : " of survival", 100.0 * contrast[0].confidence);
    for (size_t i = 0; i < count && shown < CONTRASTS_SHOWN; i++) {
        if (!wanted(self, contrast[i].outcome))
            continue;
        printf("  %-*s", OUTCOME_WIDTH, contrast[i].outcome);
        show_side(self, contrast[i].less, show_side(self, contrast[i].more, 2 + OUTCOME_WIDTH));
        if (isnan(contrast[i].variance_reduction)) {
            printf("%11.4g  does not vary\n", contrast[i].estimate);
        } else {
            qd_show_plus_minus(contrast[i].estimate, contrast[i].high - contrast[i].estimate);
            printf("  vr %.2f\n", contrast[i].variance_reduction);
        }
        shown++;
    }
    printf("  (%zu contrasts in all: /contrasts)\n", count);
    return QD_OK;
}

/* ---- sensitivity --------------------------------------------------------------------------------------- */

static double strength(const qd_result_sensitivity_t *row)
{
    return strcmp(row->method, "morris") == 0 ? row->mu_star : row->total;
}

static int stronger(const void *a, const void *b)
{
    double x = strength(*(const qd_result_sensitivity_t *const *)a);
    double y = strength(*(const qd_result_sensitivity_t *const *)b);
    return (x < y || (isnan(x) && !isnan(y))) - (x > y || (isnan(y) && !isnan(x)));
}

/* " [low, high]"; nothing where there is no interval. */
static void show_interval(int digits, double low, double high)
{
    if (!isnan(low) && !isnan(high))
        printf(" [%.*f, %.*f]", digits, low, digits, high);
}

static void show_morris(const qd_result_sensitivity_t *row)
{
    printf("    %-28s mu* %10.4g", row->factor, row->mu_star);
    if (!isnan(row->mu_star_low))
        printf(" [%.4g, %.4g]", row->mu_star_low, row->mu_star_high);
    printf("  mu %.4g", row->mu);
    if (!isnan(row->sigma))
        printf("  sigma %.4g\n", row->sigma);
    else
        printf("  (one trajectory: no interval, no sigma)\n");
}

static void show_saltelli(const qd_result_sensitivity_t *row)
{
    printf("    %-28s total %7.3f", row->factor, row->total);
    show_interval(3, row->total_low, row->total_high);
    printf("  first %.3f", row->first);
    show_interval(3, row->first_low, row->first_high);
    printf("\n");
}

/* The reason why no factor has an index: the outcome is equal at all points, or the noise of the worlds
 * explains the differences (then the share of noise is known). */
static const char *why_unknown(const qd_result_sensitivity_t *row)
{
    return isnan(row->noise_share) ? ": does not vary between points"
                                   : ": does not vary between points, beyond the noise of its worlds";
}

/* Trajectories and base samples below which intervals are said to be too narrow. */
#define TRAJECTORIES_FEW 10
#define SAMPLES_FEW      16

/* Whether a factor is the doctrine, with three values or more: its values have no order. */
static bool is_nominal(const qd_factor_t *factor)
{
    size_t values = factor->levels > 0 ? factor->levels : (size_t)factor->distribution.n;
    return factor->parameter < 0 && values > 2;
}

/* A note about the intervals, which resample the trajectories or base samples, where these are few; and about
 * the doctrine, whose values have no order. */
static void explain_sensitivity(const qd_show_t *self, const qd_result_sensitivity_t *first)
{
    const qd_design_t *design = self->experiment ? &self->experiment->design : NULL;
    bool morris = strcmp(first->method, "morris") == 0;
    if (design && design->size > 1 && design->size < (morris ? TRAJECTORIES_FEW : SAMPLES_FEW)) {
        qd_wrap_t note;
        printf("  ");
        fprintf(qd_wrap_begin(&note),
                "Intervals rest on %zu %s, fewer than %d: they cover the true value less often than stated.",
                design->size, morris ? "trajectories" : "base samples",
                morris ? TRAJECTORIES_FEW : SAMPLES_FEW);
        qd_wrap_end(&note, 2);
    }
    for (size_t f = 0; morris && design && f < design->factors; f++)
        if (is_nominal(&design->factor[f])) {
            printf("  ");
            qd_wrapped("Doctrines have no order: an effect compares two that are half of their list apart, "
                       "and is scaled to the whole list.",
                       2);
        }
}

/* Rows first .. first + count - 1 are of one outcome and order. */
static void show_strongest(const qd_result_sensitivity_t row[], size_t count,
                           const qd_result_sensitivity_t *sorted[])
{
    for (size_t i = 0; i < count; i++)
        sorted[i] = &row[i];
    qsort(sorted, count, sizeof(const qd_result_sensitivity_t *), stronger);
    printf("  %s, %s", row->outcome, row->order);
    bool saltelli = strcmp(row->method, "saltelli") == 0;
    if (saltelli && !isnan(row->noise_share))
        printf(" (replicate noise: %.1f%% of the variance between points)", 100.0 * row->noise_share);
    else if (saltelli && !isnan(strength(sorted[0])))
        printf(" (fewer than 16 worlds a point: the noise of the worlds is not known)");
    printf("%s\n", isnan(strength(sorted[0])) ? why_unknown(row) : "");
    for (size_t i = 0; i < count && i < FACTORS_SHOWN && !isnan(strength(sorted[i])); i++)
        if (strcmp(row->method, "morris") == 0)
            show_morris(sorted[i]);
        else
            show_saltelli(sorted[i]);
}

static bool shown_sensitivity(const qd_show_t *self, const char *outcome)
{
    return wanted(self, outcome) || (!self->asked && strcmp(outcome, "effective_blocs") == 0);
}

qd_status_t qd_show_sensitivity(const qd_show_t *self)
{
    const qd_result_sensitivity_t *row, **sorted;
    size_t count;
    qd_status_t status = qd_result_file_sensitivity(self->file, &row, &count, self->error);
    if (status != QD_OK || count == 0)
        return status;
    sorted = qd_new(count, sizeof(const qd_result_sensitivity_t *), self->error);
    if (!sorted)
        return QD_ERROR_MEMORY;
    printf("\nSensitivity: the strongest factors (all: /sensitivity)\n");
    for (size_t first = 0, last; first < count; first = last) {
        for (last = first + 1; last < count && strcmp(row[last].outcome, row[first].outcome) == 0 &&
                               strcmp(row[last].order, row[first].order) == 0;)
            last++;
        if (shown_sensitivity(self, row[first].outcome))
            show_strongest(row + first, last - first, sorted);
    }
    explain_sensitivity(self, row);
    free(sorted);
    return QD_OK;
}
