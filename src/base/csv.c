#include "base/csv.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"

#define BLANKS " \t"

qd_csv_lines_t qd_csv_lines(char *text)
{
    bool marked = strncmp(text, "\xEF\xBB\xBF", 3) == 0;
    return (qd_csv_lines_t){.next = marked ? text + 3 : text};
}

char *qd_csv_next_line(qd_csv_lines_t *self)
{
    while (self->next) {
        char *line = self->next, *end = strchr(line, '\n');
        self->next = end ? end + 1 : NULL;
        self->number++;
        if (end)
            *end = '\0';
        size_t length = strlen(line);
        if (length > 0 && line[length - 1] == '\r')
            line[length - 1] = '\0';
        if (line[strspn(line, BLANKS)] != '\0')
            return line;
    }
    return NULL;
}

/* Characters of [from, to): bytes that do not continue one. */
static size_t characters(const char *from, const char *to)
{
    size_t count = 0;
    for (; from < to; from++)
        count += ((unsigned char)*from & 0xC0) != 0x80;
    return count;
}

/* The quote that closes the field which the quote at `open` begins; NULL: none. */
static char *closing_quote(char *open)
{
    char *s = strchr(open + 1, '"');
    while (s && s[1] == '"')
        s = strchr(s + 2, '"');
    return s;
}

/* Ends the text at `end` without the blanks before it. */
static void trim(char *text, char *end)
{
    while (end > text && strchr(BLANKS, end[-1]))
        end--;
    *end = '\0';
}

/* Removes the quotes around the text and one of each pair within. */
static char *unquote(char *open, char *close)
{
    char *to = open;
    for (char *from = open + 1; from < close; from++) {
        *to++ = *from;
        from += *from == '"';
    }
    *to = '\0';
    return open;
}

size_t qd_csv_split(char *line, size_t most, qd_csv_field_t field[], qd_csv_fault_t *fault)
{
    size_t count = 0, column = 1;
    for (char *next = line; next; count++) {
        char *from = next + strspn(next, BLANKS), *close = NULL, *end = from;
        column += characters(next, from);
        if (*from == '"') {
            close = closing_quote(from);
            end = close ? close + 1 + strspn(close + 1, BLANKS) : from;
            if (!close || (*end != ',' && *end != '\0')) {
                *fault = (qd_csv_fault_t){.column = column,
                                          .found = from,
                                          .expected = close ? "a comma after the closing quote"
                                                            : "a quote that closes this one"};
                return 0;
            }
        } else {
            end += strcspn(end, ",");
        }
        if (count < most)
            field[count] = (qd_csv_field_t){.text = from, .column = column};
        next = *end == ',' ? end + 1 : NULL;
        column += characters(from, end + 1);
        if (close)
            unquote(from, close);
        else
            trim(from, end);
    }
    return count;
}

size_t qd_csv_fields_most(const char *line)
{
    size_t most = 1;
    for (; (line = strchr(line, ',')) != NULL; line++)
        most++;
    return most;
}

static size_t count_lines(const char *text)
{
    size_t n = 1;
    for (const char *s = text; (s = strchr(s, '\n')) != NULL; s++)
        n++;
    return n;
}

/* Names of columns are unique; columns without a name cannot be looked up. */
static qd_status_t check_names(const qd_csv_t *self, const qd_csv_field_t field[], size_t number,
                               qd_error_t *error)
{
    for (size_t k = 0; k < self->columns; k++)
        for (size_t j = 0; j < k && *self->name[k]; j++)
            if (strcmp(self->name[j], self->name[k]) == 0)
                return qd_error_add(error, QD_ERROR_INPUT,
                                    "%s:%zu:%zu: found the column `%.60s` again; expected it once (it is "
                                    "column %zu already)",
                                    self->path, number, field[k].column, self->name[k], j + 1);
    return QD_OK;
}

static qd_status_t take_header(qd_csv_t *self, const qd_csv_field_t field[], size_t number, size_t lines,
                               qd_error_t *error)
{
    self->name = qd_new(self->columns, sizeof *self->name, error);
    self->field = self->name ? qd_new(lines * self->columns, sizeof *self->field, error) : NULL;
    if (!self->field)
        return QD_ERROR_MEMORY;
    for (size_t k = 0; k < self->columns; k++)
        self->name[k] = field[k].text;
    return check_names(self, field, number, error);
}

/* `field` has room for the fields of the header. */
static qd_status_t take_line(qd_csv_t *self, char *line, size_t number, size_t most, qd_csv_field_t field[],
                             qd_error_t *error)
{
    qd_csv_fault_t fault;
    size_t fields = qd_csv_split(line, most, field, &fault);
    if (fields == 0)
        return qd_error_add(error, QD_ERROR_INPUT, "%s:%zu:%zu: found `%.60s`; expected %s", self->path,
                            number, fault.column, fault.found, fault.expected);
    if (self->columns == 0) {
        self->columns = fields;
        return QD_OK;
    }
    if (fields != self->columns)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s:%zu: found %zu field%s; expected %zu, as in the header", self->path, number,
                            fields, QD_S(fields), self->columns);
    for (size_t k = 0; k < fields; k++)
        self->field[self->rows * fields + k] = field[k].text;
    self->line[self->rows++] = number;
    return QD_OK;
}

static qd_status_t read_lines(qd_csv_t *self, qd_error_t *error)
{
    size_t count = count_lines(self->text);
    qd_csv_lines_t lines = qd_csv_lines(self->text);
    char *line = qd_csv_next_line(&lines);
    if (!line)
        return qd_error_add(error, QD_ERROR_INPUT, "%s:1: found nothing; expected a header of column names",
                            self->path);
    size_t most = qd_csv_fields_most(line), header = lines.number;
    qd_csv_field_t *field = qd_new(most, sizeof *field, error);
    self->line = qd_new(count, sizeof *self->line, error);
    qd_status_t status =
        field && self->line ? take_line(self, line, lines.number, most, field, error) : QD_ERROR_MEMORY;
    if (!status)
        status = take_header(self, field, lines.number, count, error);
    while (!status && (line = qd_csv_next_line(&lines)) != NULL)
        status = take_line(self, line, lines.number, most, field, error);
    if (!status && self->rows == 0)
        status =
            qd_error_add(error, QD_ERROR_INPUT,
                         "%s:%zu: found a header and nothing below it; expected at least one line of data",
                         self->path, header);
    free(field);
    return status;
}

qd_status_t qd_csv_read(const char *path, qd_csv_t **out, qd_error_t *error)
{
    qd_status_t status;
    *out = NULL;
    qd_csv_t *self = qd_new(1, sizeof *self, error);
    if (!self || !(self->path = strdup(path))) {
        status = qd_no_memory(error);
        goto out;
    }
    if ((status = qd_read_csv_text(path, QD_CSV_FILE_SIZE, &self->text, error)) == QD_OK)
        status = read_lines(self, error);
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

/* Reports that a field is not a number in [low, high]; `kind` is "number" or "whole number". */
static qd_status_t tell_number(const qd_csv_t *self, size_t row, size_t column, qd_number_fault_t fault,
                               const char *kind, double low, double high, qd_error_t *error)
{
    char range[80];
    const char *expectation = qd_number_expectation(fault);
    snprintf(range, sizeof range, "a %s from %.15g to %.15g", kind, low, high);
    return qd_error_add(error, QD_ERROR_INPUT, "%s:%zu: found `%.60s` for `%s`; expected %s", self->path,
                        self->line[row], self->field[row * self->columns + column], self->name[column],
                        expectation ? expectation : range);
}

qd_status_t qd_csv_real(const qd_csv_t *self, size_t row, size_t column, double low, double high,
                        double *value, qd_error_t *error)
{
    double x = 0.0;
    qd_number_fault_t fault = qd_real_of(self->field[row * self->columns + column], &x);
    if (fault || !(x >= low && x <= high))
        return tell_number(self, row, column, fault, "number", low, high, error);
    *value = x;
    return QD_OK;
}

qd_status_t qd_csv_whole(const qd_csv_t *self, size_t row, size_t column, int low, int high, int *value,
                         qd_error_t *error)
{
    bool negative;
    uint64_t magnitude;
    qd_number_fault_t fault = qd_whole_of(self->field[row * self->columns + column], &negative, &magnitude);
    double x = negative ? -(double)magnitude : (double)magnitude;
    if (fault || !(x >= low && x <= high))
        return tell_number(self, row, column, QD_NUMBER_NONE, "whole number", low, high, error);
    *value = (int)x;
    return QD_OK;
}
