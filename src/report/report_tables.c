#include "report/report_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "engine/effects.h"
#include "store/table.h"

void qd_report_put_real(FILE *out, double x)
{
    if (isfinite(x))
        fprintf(out, "%.5g", x);
    else
        fputs("null", out);
}

/* "KEY": */
static void put_key(FILE *out, const char *key)
{
    qd_json_text(out, key);
    putc(':', out);
}

void qd_report_put_text(FILE *out, const char *key, const char *value)
{
    put_key(out, key);
    qd_json_text(out, value ? value : "");
    putc(',', out);
}

void qd_report_put_number(FILE *out, const char *key, double x)
{
    put_key(out, key);
    qd_report_put_real(out, x);
    putc(',', out);
}

void qd_report_put_reals(FILE *out, const double value[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            putc(',', out);
        qd_report_put_real(out, value[i]);
    }
}

void qd_report_put_comma(FILE *out, size_t position)
{
    if (position > 0)
        putc(',', out);
}

/* A row that is being written. */
typedef struct {
    FILE *out;
    bool any; /* whether a value was written */
} row_t;

static void begin_value(row_t *self, const char *name)
{
    if (self->any)
        putc(',', self->out);
    self->any = true;
    put_key(self->out, name);
}

static void visit_text(void *context, const char *name, const char *value)
{
    row_t *self = context;
    begin_value(self, name);
    qd_json_text(self->out, value);
}

static void visit_real(void *context, const char *name, double value)
{
    row_t *self = context;
    begin_value(self, name);
    qd_report_put_real(self->out, value);
}

static void visit_whole(void *context, const char *name, int64_t value)
{
    row_t *self = context;
    begin_value(self, name);
    fprintf(self->out, "%" PRId64, value);
}

/* "NAME":value of each column of the row that the page has; the first without a comma before it. */
static void put_row(FILE *out, const qd_table_t *table, const void *row)
{
    row_t self = {.out = out};
    qd_table_visitor_t visitor = {&self, visit_text, visit_real, visit_whole};
    qd_table_visit(table, row, true, &visitor);
}

/* A claim in one order, under one ablation, or against one baseline: {"KEY": NAME, "verdict": ..., ...}. */
static void put_verdict(FILE *out, const char *key, const char *name, const qd_result_verdict_t *cell)
{
    fputs("{", out);
    qd_report_put_text(out, key, name);
    put_row(out, &qd_claim_order_table, cell);
    fputs("}", out);
}

/* "KEY":[...]: the cells of claim `i` that apply. */
static void put_verdicts(FILE *out, const char *list, const char *key, const qd_result_verdict_t *cell,
                         size_t count, const char *const name[])
{
    size_t written = 0;
    fprintf(out, ",\"%s\":[", list);
    for (size_t k = 0; cell && k < count; k++)
        if (*cell[k].verdict) {
            qd_report_put_comma(out, written++);
            put_verdict(out, key, name[k], &cell[k]);
        }
    fputs("]", out);
}

/* The notes beside a claim's table. */
typedef struct {
    const qd_result_verdict_t *by_order, *ablation, *baseline;
    const char *const *ablation_name, *const *baseline_name;
    const qd_result_robustness_t *robustness;
    const char *const *place;
    const qd_result_turning_t *turning;
    size_t ablations, baselines, places, turnings;
} verdicts_t;

/* "turning":[...]: the parameters that certainly move the effect of a claim in one place. */
static void put_turning(FILE *out, const qd_result_turning_t row[], size_t count, const char *claim,
                        const char *place)
{
    size_t written = 0;
    fputs("\"turning\":[", out);
    for (size_t k = 0; k < count; k++) {
        bool moves = row[k].low > 0.0 || row[k].high < 0.0;
        if (!moves || strcmp(row[k].claim, claim) != 0 || strcmp(row[k].place, place) != 0)
            continue;
        qd_report_put_comma(out, written++);
        fputs("{", out);
        put_row(out, &qd_turning_table, &row[k]);
        fputs("}", out);
    }
    fputs("]", out);
}

/* "robustness":[...]: the places where claim `i` is judged around the parameters' values. */
static void put_robustness(FILE *out, const verdicts_t *beside, size_t i, const char *claim)
{
    const qd_result_robustness_t *cell = beside->robustness + i * beside->places;
    size_t written = 0;
    fputs(",\"robustness\":[", out);
    for (size_t k = 0; k < beside->places; k++) {
        if (!*cell[k].verdict)
            continue;
        qd_report_put_comma(out, written++);
        fputs("{", out);
        qd_report_put_text(out, "place", beside->place[k]);
        put_row(out, &qd_claim_robustness_table, &cell[k]);
        putc(',', out);
        put_turning(out, beside->turning, beside->turnings, claim, beside->place[k]);
        fputs("}", out);
    }
    fputs("]", out);
}

static qd_status_t read_verdicts(const qd_report_t *self, verdicts_t *out)
{
    *out = (verdicts_t){0};
    qd_status_t status = qd_result_file_claims_by_order(self->file, &out->by_order, self->error);
    if (status == QD_OK)
        status = qd_result_file_ablations(self->file, &out->ablation, &out->ablation_name, &out->ablations,
                                          self->error);
    if (status == QD_OK)
        status = qd_result_file_baselines(self->file, &out->baseline, &out->baseline_name, &out->baselines,
                                          self->error);
    if (status == QD_OK)
        status =
            qd_result_file_robustness(self->file, &out->robustness, &out->place, &out->places, self->error);
    if (status == QD_OK)
        status = qd_result_file_turning(self->file, &out->turning, &out->turnings, self->error);
    return status;
}

qd_status_t qd_report_write_claims(const qd_report_t *self)
{
    const qd_result_claim_t *claim;
    verdicts_t beside;
    size_t count;
    FILE *out = self->out;
    qd_status_t status = qd_result_file_claims(self->file, &claim, &count, self->error);
    if (status == QD_OK)
        status = read_verdicts(self, &beside);
    const char **order = qd_new(self->orders, sizeof *order, self->error);
    if (status == QD_OK && !order)
        status = QD_ERROR_MEMORY;
    for (size_t o = 0; status == QD_OK && o < self->orders; o++)
        order[o] = qd_result_file_order_label(self->file, o);
    fputs("\"claims\":[", out);
    for (size_t i = 0; status == QD_OK && i < count; i++) {
        qd_report_put_comma(out, i);
        fputs("{", out);
        put_row(out, &qd_claim_table, &claim[i]);
        put_verdicts(out, "by_order", "order", beside.by_order ? beside.by_order + i * self->orders : NULL,
                     self->orders, order);
        put_verdicts(out, "ablations", "without",
                     beside.ablation ? beside.ablation + i * beside.ablations : NULL, beside.ablations,
                     beside.ablation_name);
        put_verdicts(out, "baselines", "against",
                     beside.baseline ? beside.baseline + i * beside.baselines : NULL, beside.baselines,
                     beside.baseline_name);
        put_robustness(out, &beside, i, claim[i].id);
        fputs("}", out);
    }
    fputs("],\n", out);
    free(order);
    return status;
}

qd_status_t qd_report_write_contrasts(const qd_report_t *self)
{
    const qd_result_contrast_t *row;
    size_t count;
    FILE *out = self->out;
    qd_status_t status = qd_result_file_contrasts(self->file, &row, &count, self->error);
    fputs("\"contrasts\":[", out);
    for (size_t i = 0; i < count && status == QD_OK; i++) {
        qd_report_put_comma(out, i);
        fputs("{", out);
        put_row(out, &qd_contrast_table, &row[i]);
        fputs("}", out);
    }
    fputs("],\n", out);
    return status;
}

qd_status_t qd_report_write_sensitivity(const qd_report_t *self)
{
    const qd_result_sensitivity_t *row;
    size_t count;
    FILE *out = self->out;
    qd_status_t status = qd_result_file_sensitivity(self->file, &row, &count, self->error);
    fputs("\"sensitivity\":[", out);
    for (size_t i = 0; i < count && status == QD_OK; i++) {
        qd_report_put_comma(out, i);
        fputs("{", out);
        put_row(out, &qd_sensitivity_table, &row[i]);
        fputs("}", out);
    }
    fputs("],\n", out);
    return status;
}

/* Of the main outcomes, as the design's other figures. */
static qd_status_t write_effects_on(const qd_report_t *self, qd_effects_t *effects, size_t order,
                                    qd_outcome_t outcome, size_t *written)
{
    FILE *out = self->out;
    qd_status_t status = qd_effects_find(effects, order, outcome, self->error);
    for (size_t i = 0; i < effects->inputs && status == QD_OK; i++) {
        qd_result_effect_t row = qd_effects_row(effects, i, qd_result_file_order_label(self->file, order),
                                                qd_outcome_table[outcome].name);
        qd_report_put_comma(out, (*written)++);
        fputs("{", out);
        put_row(out, &qd_effect_table, &row);
        fputs("}", out);
    }
    return status;
}

qd_status_t qd_report_write_effects(const qd_report_t *self)
{
    qd_effects_t effects;
    size_t written = 0;
    qd_status_t status = qd_effects_init(&effects, self->file, self->experiment, self->error);
    fputs("\"effects\":[", self->out);
    for (size_t order = 0; order < self->orders && effects.inputs > 0; order++)
        for (size_t o = 0; o < qd_outcome_count && status == QD_OK; o++) {
            if (qd_outcome_is_main(o) && qd_result_file_summarises(self->file, (qd_outcome_t)o))
                status = write_effects_on(self, &effects, order, (qd_outcome_t)o, &written);
        }
    fputs("],\n", self->out);
    qd_effects_clear(&effects);
    return status;
}
