/* The registry as data: JSON or CSV, one object or line for each row. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/list_data.h"
#include "quadrille/registry.h"

/* One table that is being written: cells come in the order of its columns. */
typedef struct {
    bool json;
    const char *const *column;
    size_t columns, at; /* of the next cell */
    bool any;           /* whether a row was begun */
} table_t;

static void begin_table(table_t *self)
{
    if (self->json)
        fputs("[", stdout);
    for (size_t c = 0; !self->json && c < self->columns; c++)
        printf("%s%s", c ? "," : "", self->column[c]);
    if (!self->json)
        putchar('\n');
}

static void end_table(const table_t *self)
{
    if (self->json)
        puts("\n]");
}

/* What stands before a cell. */
static void begin_cell(table_t *self)
{
    if (self->at == 0 && self->json)
        fputs(self->any ? ",\n  {" : "\n  {", stdout);
    if (self->at > 0)
        fputs(self->json ? ", " : ",", stdout);
    if (self->json) {
        qd_json_text(stdout, self->column[self->at]);
        fputs(": ", stdout);
    }
    self->any = true;
}

static void end_cell(table_t *self)
{
    if (++self->at < self->columns)
        return;
    fputs(self->json ? "}" : "\n", stdout);
    self->at = 0;
}

static void put_csv_text(const char *text)
{
    bool plain = strpbrk(text, ",\"\n") == NULL;
    for (const char *s = plain ? "" : text; *s; s++)
        printf("%s%s%c", s == text ? "\"" : "", *s == '"' ? "\"" : "", *s);
    fputs(plain ? text : "\"", stdout);
}

static void put_text(table_t *self, const char *text)
{
    begin_cell(self);
    if (self->json)
        qd_json_text(stdout, text);
    else
        put_csv_text(text);
    end_cell(self);
}

/* Infinite bounds are null, or empty: there is none. */
static void put_number(table_t *self, double x)
{
    begin_cell(self);
    if (self->json || isfinite(x))
        qd_json_real(stdout, x);
    end_cell(self);
}

static void put_flag(table_t *self, bool x)
{
    begin_cell(self);
    fputs(x ? "true" : "false", stdout);
    end_cell(self);
}

/* ---- tables -------------------------------------------------------------------------------------------- */

/* A default as an experiment file would write it. */
static void put_default(table_t *self, const qd_parameter_info_t *info, size_t order)
{
    const qd_distribution_t *d = &info->by_order[order];
    char text[96];
    if (d->kind == QD_CONSTANT && (info->type == QD_TYPE_REAL || info->type == QD_TYPE_WHOLE)) {
        put_number(self, d->a);
        return;
    }
    if (d->kind == QD_CONSTANT && info->type == QD_TYPE_FLAG) {
        put_flag(self, d->a != 0.0);
        return;
    }
    if (d->kind != QD_CONSTANT)
        snprintf(text, sizeof text, "{%s: [%g, %g]}", qd_distribution_name(d->kind), d->a, d->b);
    else
        snprintf(text, sizeof text, "%s", d->a != 0.0 ? "leader" : "all");
    put_text(self, text);
}

static void put_parameters(table_t *self)
{
    static const char *const types[] = {[QD_TYPE_REAL] = "real",
                                        [QD_TYPE_WHOLE] = "whole",
                                        [QD_TYPE_FLAG] = "flag",
                                        [QD_TYPE_SCOPE] = "scope"};
    for (size_t p = 0; p < QD_PARAMETER_COUNT; p++) {
        const qd_parameter_info_t *info = qd_parameter_info(p);
        put_text(self, info->name);
        put_text(self, types[info->type]);
        put_number(self, info->low);
        put_number(self, info->high);
        for (size_t order = 0; order < 3; order++)
            put_default(self, info, order);
        put_text(self, info->unit);
        put_flag(self, !info->drawing_only);
        put_text(self, info->meaning);
    }
}

static void put_outcome(table_t *self, const qd_outcome_info_t *info)
{
    put_text(self, info->name);
    put_text(self, qd_group_name(info->group));
    put_number(self, info->low);
    put_number(self, info->high);
    put_text(self, info->unit);
    put_text(self, info->meaning);
}

static void put_outcomes(table_t *self)
{
    for (size_t o = 0; o < QD_OUTCOMES; o++)
        put_outcome(self, &qd_outcome_table[o]);
    for (size_t o = 0; o < QD_LANDSCAPE_OUTCOMES; o++)
        put_outcome(self, &qd_landscape_table[o]);
}

static void put_doctrines(table_t *self)
{
    for (size_t d = 0; d < qd_doctrine_count; d++) {
        put_text(self, qd_doctrine_table[d].name);
        for (size_t f = 0; f < QD_DOCTRINE_FIELDS; f++)
            put_number(self, qd_doctrine_table[d].value[f]);
        put_text(self, qd_doctrine_table[d].meaning);
    }
}

static void put_orders(table_t *self)
{
    for (size_t k = 0; k < QD_ORDER_KINDS; k++) {
        put_text(self, qd_order_table[k].name);
        put_text(self, qd_order_table[k].meaning);
    }
}

#define COLUMNS_MAX 12

static const struct {
    const char *name;
    const char *column[COLUMNS_MAX];
    void (*put)(table_t *self);
} tables[] = {
    {"parameters",
     {"name", "type", "low", "high", "unipolar", "bipolar", "multipolar", "unit", "scheduled", "meaning"},
     put_parameters},
    {"outcomes", {"name", "group", "low", "high", "unit", "meaning"}, put_outcomes},
    {"doctrines", {"name"}, put_doctrines}, /* and its fields */
    {"orders", {"name", "meaning"}, put_orders},
};

bool qd_cli_list_data(const char *name, bool json)
{
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        if (strcmp(tables[t].name, name) != 0)
            continue;
        const char *column[COLUMNS_MAX];
        memcpy(column, tables[t].column, sizeof column);
        size_t columns = 0;
        while (columns < COLUMNS_MAX && column[columns])
            columns++;
        if (columns == 1) {
            for (size_t f = 0; f < QD_DOCTRINE_FIELDS; f++)
                column[columns++] = qd_parameter_name(qd_doctrine_fields[f]);
            column[columns++] = "meaning";
        }
        table_t table = {.json = json, .column = column, .columns = columns};
        begin_table(&table);
        tables[t].put(&table);
        end_table(&table);
        return true;
    }
    return false;
}
