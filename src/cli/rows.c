#include "cli/rows.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"

#define END_OF_LINE "\r\n" /* RFC 4180 */

/* Quotes a text that contains a comma, a quote or a line break; doubles quotes in it. */
static void put_csv_text(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    putc('"', out);
    for (const char *s = text; *s; s++) {
        if (*s == '"')
            putc('"', out);
        putc(*s, out);
    }
    putc('"', out);
}

void qd_rows_begin(qd_rows_t *self)
{
    if (self->json)
        putc('[', self->out);
    for (size_t c = 0; !self->json && c < self->columns; c++) {
        if (c > 0)
            putc(',', self->out);
        put_csv_text(self->out, self->column[c]);
    }
    if (!self->json)
        fputs(END_OF_LINE, self->out);
}

void qd_rows_end(const qd_rows_t *self)
{
    if (self->json)
        fprintf(self->out, "\n%*s]", self->indent, "");
}

/* Writes the separator before a cell. */
static void begin_cell(qd_rows_t *self)
{
    if (self->json && self->at == 0)
        fprintf(self->out, "%s\n%*s{", self->any ? "," : "", self->indent + 2, "");
    if (self->at > 0)
        fputs(self->json ? ", " : ",", self->out);
    if (self->json) {
        qd_json_text(self->out, self->column[self->at]);
        fputs(": ", self->out);
    }
    self->any = true;
}

static void end_cell(qd_rows_t *self)
{
    if (++self->at < self->columns)
        return;
    fputs(self->json ? "}" : END_OF_LINE, self->out);
    self->at = 0;
}

void qd_rows_text(qd_rows_t *self, const char *text)
{
    begin_cell(self);
    if (self->json)
        qd_json_text(self->out, text);
    else
        put_csv_text(self->out, text);
    end_cell(self);
}

void qd_rows_real(qd_rows_t *self, double x)
{
    begin_cell(self);
    if (self->json || isfinite(x))
        qd_json_real(self->out, x);
    end_cell(self);
}

void qd_rows_natural(qd_rows_t *self, uint64_t x)
{
    begin_cell(self);
    fprintf(self->out, "%" PRIu64, x);
    end_cell(self);
}

void qd_rows_flag(qd_rows_t *self, bool x)
{
    begin_cell(self);
    fputs(x ? "true" : "false", self->out);
    end_cell(self);
}

/* ---- effects of factors ---------------------------------------------------------------------------------- */

const char *const qd_effect_column[QD_EFFECT_COLUMNS] = {"outcome",  "order", "factor", "method",    "points",
                                                         "estimate", "low",   "high",   "confidence"};

void qd_rows_effects(qd_rows_t *self, const qd_effects_t *effects, const char *order, const char *outcome)
{
    for (size_t i = 0; i < effects->inputs; i++) {
        const qd_rank_correlation_t *effect = &effects->sorted[i].effect;
        qd_rows_text(self, outcome);
        qd_rows_text(self, order);
        qd_rows_text(self, effects->sorted[i].name);
        qd_rows_text(self, effects->partial ? "prcc" : "spearman");
        qd_rows_natural(self, effects->points);
        qd_rows_real(self, effect->r);
        qd_rows_real(self, effect->interval.low);
        qd_rows_real(self, effect->interval.high);
        qd_rows_real(self, QD_EFFECTS_CONFIDENCE);
    }
}
