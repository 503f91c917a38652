#include "store/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Refuses larger tables: their length was forged or damaged. */
#define BYTES_MOST ((size_t)512 << 20)

void qd_table_visit(const qd_table_t *self, const void *row, bool page, const qd_table_visitor_t *visitor)
{
    for (size_t c = 0; c < self->columns; c++) {
        const qd_table_column_t *column = &self->column[c];
        const char *member = (const char *)row + column->offset;
        const char *text;
        double real;
        int64_t whole;
        if (page && !column->page)
            continue;
        if (column->type == QD_H5_TEXT) {
            memcpy(&text, member, sizeof text);
            visitor->text(visitor->context, column->name, text ? text : "");
        } else if (column->type == QD_H5_REAL) {
            memcpy(&real, member, sizeof real);
            visitor->real(visitor->context, column->name, real);
        } else {
            memcpy(&whole, member, sizeof whole);
            visitor->whole(visitor->context, column->name, whole);
        }
    }
}

/* Gathers one column of `rows` into an array of 8 bytes each; NULL when memory is short. */
static void *gather(const qd_table_t *self, const qd_table_column_t *column, const void *rows, size_t count)
{
    char *values = qd_new(count, 8, NULL);
    for (size_t i = 0; values && i < count; i++) {
        memcpy(values + 8 * i, (const char *)rows + i * self->size + column->offset, 8);
        const char *text;
        memcpy(&text, values + 8 * i, 8);
        if (column->type == QD_H5_TEXT && !text) {
            text = "";
            memcpy(values + 8 * i, &text, 8);
        }
    }
    return values;
}

/* The gathered values, with the type of their members. */
static qd_h5_values_t values_of(const qd_table_column_t *column, const void *gathered)
{
    return column->type == QD_H5_TEXT   ? qd_h5_texts(gathered)
           : column->type == QD_H5_REAL ? qd_h5_reals(gathered)
                                        : qd_h5_wholes(gathered);
}

void qd_table_write(qd_h5_t *h5, const qd_table_t *self, const void *rows, size_t count)
{
    /* A second dimension of its own lies in the group, which then exists. */
    if (!self->across || strncmp(self->across, self->group, strlen(self->group)) != 0)
        qd_h5_group(h5, self->group);
    if (count == 0) /* hdf5r and rhdf5 cannot read variables without elements */
        return;
    if (!self->across)
        qd_h5_dimension(h5, self->dimension, count, false);
    for (size_t c = 0; c < self->columns && !h5->failed; c++) {
        const qd_table_column_t *column = &self->column[c];
        char path[128];
        snprintf(path, sizeof path, "%s/%s", self->group, column->name);
        qd_h5_variable_t variable = {.path = path,
                                     .rank = self->across ? 2 : 1,
                                     .dimension = {self->dimension, self->across},
                                     .units = column->units,
                                     .long_name = column->long_name};
        void *values = gather(self, column, rows, count);
        if (!values)
            qd_h5_no_memory(h5);
        qd_h5_put(h5, &variable, values_of(column, values));
        free(values);
    }
}

/* Distributes the values of a column to the rows, which then own its texts, and frees the column. */
static void scatter(const qd_table_t *self, const qd_table_column_t *column, void *values, void *rows,
                    size_t count)
{
    for (size_t i = 0; rows && i < count; i++)
        memcpy((char *)rows + i * self->size + column->offset, (const char *)values + 8 * i, 8);
    free(values);
}

static void free_values(qd_h5_type_t type, void *values, size_t count)
{
    for (size_t i = 0; type == QD_H5_TEXT && i < count; i++)
        free(((char **)values)[i]);
    free(values);
}

static void blank(const qd_table_t *self, void *rows, size_t count)
{
    double nan = NAN;
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < self->columns; c++)
            if (self->column[c].type == QD_H5_REAL)
                memcpy((char *)rows + i * self->size + self->column[c].offset, &nan, sizeof nan);
}

void *qd_table_read(qd_h5_t *h5, const qd_table_t *self, size_t *count)
{
    *count = 0;
    if (!qd_h5_exists(h5, self->dimension) || !qd_h5_exists(h5, self->group))
        return NULL;
    size_t rows = qd_h5_length(h5, self->dimension, 0);
    size_t across = self->across ? qd_h5_length(h5, self->across, 0) : 1;
    rows = across > 0 && rows > BYTES_MOST / across ? BYTES_MOST : rows * across;
    if (rows > BYTES_MOST / self->size)
        qd_h5_refuse_contents(h5, "damaged: a table claims more rows than any run writes");
    char *row = h5->failed ? NULL : qd_new(rows, self->size, NULL);
    if (!row)
        qd_h5_no_memory(h5);
    else
        blank(self, row, rows);
    for (size_t c = 0; c < self->columns && !h5->failed; c++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", self->group, self->column[c].name);
        if (!qd_h5_exists(h5, path))
            continue;
        size_t got;
        void *values = qd_h5_read(h5, path, self->column[c].type, &got);
        if (values && got == rows)
            scatter(self, &self->column[c], values, row, rows);
        else if (values) {
            free_values(self->column[c].type, values, got);
            qd_h5_refuse_contents(h5, "damaged: the columns of a table have different lengths");
        }
    }
    /* A missing text is "", malloc'ed like the others. */
    for (size_t i = 0; row && i < rows; i++) {
        for (size_t c = 0; c < self->columns; c++) {
            char *text, *at = row + i * self->size + self->column[c].offset;
            memcpy(&text, at, sizeof text);
            if (self->column[c].type == QD_H5_TEXT && !text && (text = qd_new(1, 1, NULL)))
                memcpy(at, &text, sizeof text);
        }
    }
    if (h5->failed) {
        qd_table_free(self, row, rows);
        return NULL;
    }
    *count = rows;
    return row;
}

void qd_table_free(const qd_table_t *self, void *rows, size_t count)
{
    for (size_t i = 0; rows && i < count; i++) {
        for (size_t c = 0; c < self->columns; c++) {
            char *text;
            memcpy(&text, (char *)rows + i * self->size + self->column[c].offset, sizeof text);
            if (self->column[c].type == QD_H5_TEXT)
                free(text);
        }
    }
    free(rows);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

_Static_assert(sizeof(size_t) == 8 && sizeof(char *) == 8, "members of tables have 8 bytes");

#define TYPE_TEXT     QD_H5_TEXT
#define TYPE_REAL     QD_H5_REAL
#define TYPE_WHOLE    QD_H5_WHOLE
#define TYPE_POSITION QD_H5_WHOLE
#define TYPE_INDEX    QD_H5_WHOLE
#define ON_PAGE       true
#define ON_FILE       false
#define COLUMN(of, type, name, where, units, meaning)                                                        \
    {#name, TYPE_##type, offsetof(of, name), units, meaning, ON_##where},

static const qd_table_column_t failure_columns[] = {
#define QD_FAILURE_COLUMN(...) COLUMN(qd_result_failure_t, __VA_ARGS__)
#include "quadrille/result_columns.def"
};

static const qd_table_column_t claim_columns[] = {
#define QD_CLAIM_COLUMN(...) COLUMN(qd_result_claim_t, __VA_ARGS__)
#include "quadrille/result_columns.def"
};

static const qd_table_column_t verdict_columns[] = {
#define QD_VERDICT_COLUMN(...) COLUMN(qd_result_verdict_t, __VA_ARGS__)
#include "quadrille/result_columns.def"
};

static const qd_table_column_t robustness_columns[] = {
#define QD_ROBUSTNESS_COLUMN(...) COLUMN(qd_result_robustness_t, __VA_ARGS__)
#include "quadrille/result_columns.def"
};

static const qd_table_column_t turning_columns[] = {
#define QD_TURNING_COLUMN(...) COLUMN(qd_result_turning_t, __VA_ARGS__)
#include "quadrille/result_columns.def"
};

static const qd_table_column_t contrast_columns[] = {
#define QD_CONTRAST_COLUMN(...) COLUMN(qd_result_contrast_t, __VA_ARGS__)
#include "quadrille/result_columns.def"
};

static const qd_table_column_t sensitivity_columns[] = {
#define QD_SENSITIVITY_COLUMN(...) COLUMN(qd_result_sensitivity_t, __VA_ARGS__)
#include "quadrille/result_columns.def"
};

static const qd_table_column_t effect_columns[] = {
#define QD_EFFECT_COLUMN(...) COLUMN(qd_result_effect_t, __VA_ARGS__)
#include "quadrille/result_columns.def"
};

/* clang-format off */
const qd_table_t qd_failure_table = {"/failures", "/failures/failure", NULL, sizeof(qd_result_failure_t),
                                     COUNT(failure_columns), failure_columns};
const qd_table_t qd_claim_table = {"/claims", "/claims/claim", NULL, sizeof(qd_result_claim_t),
                                   COUNT(claim_columns), claim_columns};
const qd_table_t qd_claim_order_table = {"/claims/by_order", "/claims/claim", "/order", sizeof(qd_result_verdict_t),
                                         COUNT(verdict_columns), verdict_columns};
const qd_table_t qd_claim_ablation_table = {"/claims/ablation", "/claims/claim", "/claims/ablation/ablation",
                                            sizeof(qd_result_verdict_t), COUNT(verdict_columns), verdict_columns};
const qd_table_t qd_claim_baseline_table = {"/claims/baseline", "/claims/claim", "/claims/baseline/baseline",
                                            sizeof(qd_result_verdict_t), COUNT(verdict_columns), verdict_columns};
const qd_table_t qd_claim_robustness_table = {"/claims/robustness", "/claims/claim", "/claims/robustness/place",
                                              sizeof(qd_result_robustness_t), COUNT(robustness_columns),
                                              robustness_columns};
const qd_table_t qd_turning_table = {"/claims/robustness/turning", "/claims/robustness/turning/row", NULL,
                                     sizeof(qd_result_turning_t), COUNT(turning_columns), turning_columns};
const qd_table_t qd_contrast_table = {"/contrasts", "/contrasts/contrast", NULL, sizeof(qd_result_contrast_t),
                                      COUNT(contrast_columns), contrast_columns};
const qd_table_t qd_sensitivity_table = {"/sensitivity", "/sensitivity/index", NULL,
                                         sizeof(qd_result_sensitivity_t), COUNT(sensitivity_columns),
                                         sensitivity_columns};
const qd_table_t qd_effect_table = {NULL, NULL, NULL, sizeof(qd_result_effect_t), COUNT(effect_columns), effect_columns};
/* clang-format on */

const char *const qd_summary_name[QD_SUMMARIES_ALL] = {
#define QD_SUMMARY_COLUMN(name, meaning) #name,
#include "quadrille/result_columns.def"
#define QD_STOP_COLUMN(name, meaning) #name,
#include "quadrille/result_columns.def"
};

const char *const qd_summary_meaning[QD_SUMMARIES_ALL] = {
#define QD_SUMMARY_COLUMN(name, meaning) meaning,
#include "quadrille/result_columns.def"
#define QD_STOP_COLUMN(name, meaning) meaning,
#include "quadrille/result_columns.def"
};

const double qd_result_quantiles[] = {
#define QD_QUANTILE(name, probability) probability,
#include "quadrille/result_columns.def"
};
