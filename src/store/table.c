#include "store/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *member(const qd_table_column_t *column, const void *row)
{
    return (const char *)row + column->offset;
}

/* One column of `rows`, gathered into an array; NULL when memory is short. All members have 8 bytes. */
static void *gather(const qd_table_t *self, const qd_table_column_t *column, const void *rows, size_t count)
{
    char *values = calloc(count + 1, 8);
    for (size_t i = 0; values != NULL && i < count; i++) {
        memcpy(values + 8 * i, member(column, (const char *)rows + i * self->size), 8);
        const char *text;
        memcpy(&text, values + 8 * i, 8);
        if (column->type == QD_H5_TEXT && text == NULL) {
            text = "";
            memcpy(values + 8 * i, &text, 8);
        }
    }
    return values;
}

void qd_table_write(qd_h5_t *h5, const qd_table_t *self, const void *rows, size_t count)
{
    qd_h5_group(h5, self->group);
    /* A dimension of length 0 exists in netCDF only as one that can grow. */
    qd_h5_dimension(h5, self->dimension, count, count == 0);
    for (size_t c = 0; c < self->columns && !h5->failed; c++) {
        const qd_table_column_t *column = &self->column[c];
        char path[128];
        snprintf(path, sizeof path, "%s/%s", self->group, column->name);
        qd_h5_variable_t variable = {.path = path,
                                     .type = column->type,
                                     .rank = 1,
                                     .dimension = {self->dimension},
                                     .units = column->units,
                                     .long_name = column->long_name};
        void *values = gather(self, column, rows, count);
        if (values == NULL)
            qd_h5_fail(h5, "gathering (out of memory)", path);
        qd_h5_put(h5, &variable, count > 0 ? values : NULL);
        free(values);
    }
}

/* Hands the values of a column out to the rows; texts change their owner. */
static void scatter(const qd_table_t *self, const qd_table_column_t *column, const void *values, void *rows,
                    size_t count)
{
    for (size_t i = 0; i < count; i++)
        memcpy((char *)rows + i * self->size + column->offset, (const char *)values + 8 * i, 8);
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
    if (!qd_h5_exists(h5, self->group))
        return NULL;
    size_t rows = qd_h5_length(h5, self->dimension, 0);
    char *row = calloc(rows + 1, self->size);
    if (row == NULL)
        qd_h5_fail(h5, "reading (out of memory)", self->group);
    else
        blank(self, row, rows);
    for (size_t c = 0; c < self->columns && !h5->failed; c++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", self->group, self->column[c].name);
        if (!qd_h5_exists(h5, path))
            continue;
        size_t got;
        void *values = qd_h5_read(h5, path, self->column[c].type, &got);
        if (values != NULL && got == rows)
            scatter(self, &self->column[c], values, row, rows);
        free(values);
    }
    /* A text that is missing is "", malloc'ed like the others. */
    for (size_t i = 0; row != NULL && i < rows; i++) {
        for (size_t c = 0; c < self->columns; c++) {
            char *text, *at = row + i * self->size + self->column[c].offset;
            memcpy(&text, at, sizeof text);
            if (self->column[c].type == QD_H5_TEXT && text == NULL && (text = calloc(1, 1)) != NULL)
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
    for (size_t i = 0; rows != NULL && i < count; i++) {
        for (size_t c = 0; c < self->columns; c++) {
            char *text;
            memcpy(&text, (char *)rows + i * self->size + self->column[c].offset, sizeof text);
            if (self->column[c].type == QD_H5_TEXT)
                free(text);
        }
    }
    free(rows);
}
