/* The registry as data: JSON or CSV, one object or line for each row. */
#include <stdio.h>
#include <string.h>

#include "cli/list_data.h"
#include "cli/rows.h"
#include "quadrille/registry.h"

/* ---- tables -------------------------------------------------------------------------------------------- */

/* A default as an experiment file would write it. */
static void put_default(qd_rows_t *self, const qd_parameter_info_t *info, size_t order)
{
    const qd_distribution_t *d = &info->by_order[order];
    char text[96];
    if (d->kind == QD_CONSTANT && (info->type == QD_TYPE_REAL || info->type == QD_TYPE_WHOLE)) {
        qd_rows_real(self, d->a);
        return;
    }
    if (d->kind == QD_CONSTANT && info->type == QD_TYPE_FLAG) {
        qd_rows_flag(self, d->a != 0.0);
        return;
    }
    if (d->kind != QD_CONSTANT)
        snprintf(text, sizeof text, "{%s: [%g, %g]}", qd_distribution_name(d->kind), d->a, d->b);
    else
        snprintf(text, sizeof text, "%s", d->a != 0.0 ? "leader" : "all");
    qd_rows_text(self, text);
}

static void put_parameters(qd_rows_t *self)
{
    static const char *const types[] = {[QD_TYPE_REAL] = "real",
                                        [QD_TYPE_WHOLE] = "whole",
                                        [QD_TYPE_FLAG] = "flag",
                                        [QD_TYPE_SCOPE] = "scope"};
    for (size_t p = 0; p < qd_parameter_count; p++) {
        const qd_parameter_info_t *info = qd_parameter_info(p);
        qd_rows_text(self, info->name);
        qd_rows_text(self, types[info->type]);
        qd_rows_real(self, info->low);
        qd_rows_real(self, info->high);
        for (size_t order = 0; order < 3; order++)
            put_default(self, info, order);
        qd_rows_text(self, info->unit);
        qd_rows_flag(self, !info->drawing_only);
        qd_rows_text(self, info->meaning);
    }
}

static void put_outcome(qd_rows_t *self, const qd_outcome_info_t *info)
{
    qd_rows_text(self, info->name);
    qd_rows_text(self, qd_group_name(info->group));
    qd_rows_real(self, info->low);
    qd_rows_real(self, info->high);
    qd_rows_text(self, info->unit);
    qd_rows_text(self, info->meaning);
}

static void put_outcomes(qd_rows_t *self)
{
    for (size_t o = 0; o < qd_outcome_count; o++)
        put_outcome(self, &qd_outcome_table[o]);
    for (size_t o = 0; o < QD_LANDSCAPE_OUTCOMES; o++)
        put_outcome(self, &qd_landscape_table[o]);
}

static void put_doctrines(qd_rows_t *self)
{
    for (size_t d = 0; d < qd_doctrine_count; d++) {
        qd_rows_text(self, qd_doctrine_table[d].name);
        for (size_t f = 0; f < QD_DOCTRINE_FIELDS; f++)
            qd_rows_real(self, qd_doctrine_table[d].value[f]);
        qd_rows_text(self, qd_doctrine_table[d].meaning);
    }
}

static void put_orders(qd_rows_t *self)
{
    for (size_t k = 0; k < QD_ORDER_KINDS; k++) {
        qd_rows_text(self, qd_order_table[k].name);
        qd_rows_text(self, qd_order_table[k].meaning);
    }
}

#define COLUMNS_MAX 12

static const struct {
    const char *name;
    const char *column[COLUMNS_MAX];
    void (*put)(qd_rows_t *self);
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
        qd_rows_t rows = {.out = stdout, .json = json, .column = column, .columns = columns};
        qd_rows_begin(&rows);
        tables[t].put(&rows);
        qd_rows_end(&rows);
        if (json)
            putchar('\n');
        return true;
    }
    return false;
}
