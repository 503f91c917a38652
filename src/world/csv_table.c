#include "world/csv_table.h"

#include "registry/text_file.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *trim(char *s)
{
    while (*s == ' ' || *s == '\t')
        s++;
    char *end = s + strlen(s);
    while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
        *--end = '\0';
    if (end - s >= 2 && *s == '"' && end[-1] == '"') {
        end[-1] = '\0';
        s++;
    }
    return s;
}

/* Cuts a line into at most `most` fields (stored if `out` is not NULL); returns how many there are. */
static size_t split(char *line, size_t most, char **out)
{
    size_t n = 0;
    for (char *s = line;;) {
        char *end = s + strspn(s, " \t");
        if (*end == '"')
            end = strchr(end + 1, '"');
        end = end ? strchr(end, ',') : NULL;
        if (end && out)
            *end = '\0';
        if (out && n < most)
            out[n] = trim(s);
        n++;
        if (!end)
            return n;
        s = end + 1;
    }
}

static size_t count_lines(const char *text)
{
    size_t n = 1;
    for (const char *s = text; (s = strchr(s, '\n')) != NULL; s++)
        n++;
    return n;
}

static qd_status_t take_line(qd_csv_t *self, char *line, size_t number, size_t lines, qd_error_t *error)
{
    size_t fields = split(line, 0, NULL);
    if (self->columns == 0) {
        self->columns = fields;
        self->name = calloc(fields, sizeof *self->name);
        self->field = self->name ? calloc(lines * fields, sizeof *self->field) : NULL;
        if (!self->field)
            return qd_error_add(error, QD_ERROR_MEMORY, "%s: out of memory", self->path);
        split(line, fields, self->name);
        return QD_OK;
    }
    if (fields != self->columns)
        return qd_error_add(error, QD_ERROR_INPUT, "%s:%zu: found %zu fields; expected %zu, as in the header",
                            self->path, number, fields, self->columns);
    split(line, fields, self->field + self->rows * fields);
    self->line[self->rows++] = number;
    return QD_OK;
}

qd_status_t qd_csv_read(const char *path, qd_csv_t **out, qd_error_t *error)
{
    qd_status_t status;
    size_t number = 0;
    *out = NULL;
    qd_csv_t *self = calloc(1, sizeof *self);
    if (!self || !(self->path = strdup(path))) {
        status = qd_error_add(error, QD_ERROR_MEMORY, "%s: out of memory", path);
        goto out;
    }
    if ((status = qd_read_csv_text(path, QD_CSV_FILE_SIZE, &self->text, error)) != QD_OK)
        goto out;
    size_t lines = count_lines(self->text);
    self->line = calloc(lines, sizeof *self->line);
    if (!self->line)
        status = qd_error_add(error, QD_ERROR_MEMORY, "%s: out of memory", path);
    char *next = self->text;
    if (strncmp(next, "\xEF\xBB\xBF", 3) == 0)
        next += 3;
    while (!status && next) {
        char *line = next, *end = strchr(line, '\n');
        next = end ? end + 1 : NULL;
        number++;
        if (end)
            *end = '\0';
        size_t length = strlen(line);
        if (length > 0 && line[length - 1] == '\r')
            line[length - 1] = '\0';
        if (*line != '\0')
            status = take_line(self, line, number, lines, error);
    }
    if (!status && self->columns == 0)
        status = qd_error_add(error, QD_ERROR_INPUT, "%s:1: found nothing; expected a header of column names",
                              path);
out:
    if (status)
        qd_csv_free(self);
    else
        *out = self;
    return status;
}

void qd_csv_free(qd_csv_t *self)
{
    if (!self)
        return;
    free(self->path);
    free(self->text);
    free(self->name);
    free(self->field);
    free(self->line);
    free(self);
}

static bool column_of(const qd_csv_t *self, const char *name, size_t *column)
{
    for (*column = 0; name && *column < self->columns; ++*column)
        if (strcmp(self->name[*column], name) == 0)
            return true;
    return false;
}

qd_status_t qd_csv_column(const qd_csv_t *self, const char *name, const char *other, size_t *column,
                          qd_error_t *error)
{
    if (column_of(self, name, column) || column_of(self, other, column))
        return QD_OK;
    return qd_error_add(error, QD_ERROR_INPUT, "%s:1: found no column `%s`; expected one", self->path, name);
}

static bool number_of(const char *text, double *value)
{
    char *end;
    if (*text == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0')
        return false;
    *value = strtod(text, &end);
    return *end == '\0' && isfinite(*value);
}

qd_status_t qd_csv_real(const qd_csv_t *self, size_t row, size_t column, double low, double high,
                        double *value, qd_error_t *error)
{
    const char *text = self->field[row * self->columns + column];
    if (number_of(text, value) && *value >= low && *value <= high)
        return QD_OK;
    return qd_error_add(error, QD_ERROR_INPUT,
                        "%s:%zu: found `%.60s` for `%s`; expected a number from %g to %g", self->path,
                        self->line[row], text, self->name[column], low, high);
}

qd_status_t qd_csv_whole(const qd_csv_t *self, size_t row, size_t column, int low, int high, int *value,
                         qd_error_t *error)
{
    const char *text = self->field[row * self->columns + column];
    double x;
    if (number_of(text, &x) && x >= low && x <= high && floor(x) == x) {
        *value = (int)x;
        return QD_OK;
    }
    return qd_error_add(error, QD_ERROR_INPUT,
                        "%s:%zu: found `%.60s` for `%s`; expected a whole number from %d to %d", self->path,
                        self->line[row], text, self->name[column], low, high);
}
