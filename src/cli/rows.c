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

static const char *name_of(const qd_rows_t *self, size_t column)
{
    return self->table ? self->table->column[column].name : self->column[column];
}

void qd_rows_begin(qd_rows_t *self)
{
    if (self->table)
        self->columns = self->table->columns;
    if (self->json)
        putc('[', self->out);
    for (size_t c = 0; !self->json && c < self->columns; c++) {
        if (c > 0)
            putc(',', self->out);
        put_csv_text(self->out, name_of(self, c));
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
        qd_json_text(self->out, name_of(self, self->at));
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

/* ---- tables of a result -------------------------------------------------------------------------------- */

static void visit_text(void *context, const char *name, const char *value)
{
    (void)name;
    qd_rows_text(context, value);
}

static void visit_real(void *context, const char *name, double value)
{
    (void)name;
    qd_rows_real(context, value);
}

static void visit_whole(void *context, const char *name, int64_t value)
{
    qd_rows_t *self = context;
    (void)name;
    begin_cell(self);
    fprintf(self->out, "%" PRId64, value);
    end_cell(self);
}

void qd_rows_row(qd_rows_t *self, const void *row)
{
    qd_table_visitor_t visitor = {self, visit_text, visit_real, visit_whole};
    qd_table_visit(self->table, row, false, &visitor);
}

void qd_rows_effects(qd_rows_t *self, const qd_effects_t *effects, const char *order, const char *outcome)
{
    for (size_t i = 0; i < effects->inputs; i++) {
        qd_result_effect_t row = qd_effects_row(effects, i, order, outcome);
        qd_rows_row(self, &row);
    }
}
