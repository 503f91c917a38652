#include "landscape/ties_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/csv.h"
#include "base/list.h"
#include "base/number.h"
#include "base/text.h"

#define FAULTS_MAX 20

typedef struct {
    uint16_t a, b;
    uint32_t line;
    double sign;
} tie_t;

typedef struct {
    const char *path;
    qd_error_t *error;
    size_t faults;
    char **name; /* [names], into the text, or the actors' own */
    size_t names;
    bool closed; /* names may not be added */
    size_t ties, room;
    tie_t *tie;
} reader_t;

static qd_status_t fault(reader_t *self, size_t line, size_t column, const char *what, const char *found)
{
    if (self->faults++ < FAULTS_MAX)
        return qd_error_add(self->error, QD_ERROR_INPUT, "%s:%zu:%zu: found `%.100s`; expected %s",
                            self->path, line, column, found, what);
    return QD_ERROR_INPUT;
}

/* Position of a name, which is added if names are open; -1 if it is not known. */
static int find_name(reader_t *self, char *text)
{
    for (size_t i = 0; i < self->names; i++)
        if (strcmp(self->name[i], text) == 0)
            return (int)i;
    if (self->closed || self->names == QD_SEARCH_MAX)
        return -1;
    self->name[self->names] = text;
    return (int)self->names++;
}

static qd_status_t add_tie(reader_t *self, size_t line, const qd_csv_field_t field[3])
{
    const char *stranger =
        self->closed ? "a name that stands under `actors`" : "no more than 2048 different names";
    int end[2];
    double sign;
    for (size_t k = 0; k < 2; k++) {
        if (field[k].text[0] == '\0')
            return fault(self, line, field[k].column, "the name of an actor", "");
        if (!qd_is_name(field[k].text))
            return fault(self, line, field[k].column, "a name without control characters", field[k].text);
        end[k] = find_name(self, field[k].text);
        if (end[k] < 0)
            return fault(self, line, field[k].column, stranger, field[k].text);
    }
    if (end[0] == end[1])
        return fault(self, line, field[1].column, "a tie between two different actors", field[1].text);
    qd_number_fault_t wrong = qd_real_of(field[2].text, &sign);
    const char *expectation = qd_number_expectation(wrong);
    if (wrong || sign == 0.0)
        return fault(self, line, field[2].column,
                     expectation ? expectation : "a sign, 1 or -1 (or another number but 0)", field[2].text);
    tie_t *larger = qd_list_room(self->tie, self->ties, 1, &self->room, sizeof *larger);
    if (!larger)
        return qd_error_add(self->error, QD_ERROR_MEMORY, "%s: out of memory for %zu ties", self->path,
                            self->ties + 1);
    self->tie = larger;
    self->tie[self->ties++] =
        (tie_t){.a = (uint16_t)end[0], .b = (uint16_t)end[1], .line = (uint32_t)line, .sign = sign};
    return QD_OK;
}

static bool is_header(const qd_csv_field_t field[3])
{
    return strcmp(field[0].text, "a") == 0 && strcmp(field[1].text, "b") == 0 &&
           strcmp(field[2].text, "sign") == 0;
}

static qd_status_t read_line(reader_t *self, size_t number, char *line, bool first)
{
    qd_csv_field_t field[3];
    qd_csv_fault_t quotes;
    char shown[64] = "";
    strncat(shown, line, sizeof shown - 1);
    size_t fields = qd_csv_split(line, 3, field, &quotes);
    if (fields == 0)
        return fault(self, number, quotes.column, quotes.expected, quotes.found);
    if (first)
        return fields == 3 && is_header(field) ? QD_OK
                                               : fault(self, number, 1, "the header `a,b,sign`", shown);
    if (fields != 3)
        return fault(self, number, 1, "three fields, as in `Ann,Bob,-1`", shown);
    return add_tie(self, number, field);
}

static qd_status_t read_lines(reader_t *self, char *text)
{
    qd_status_t status = QD_OK;
    qd_csv_lines_t lines = qd_csv_lines(text);
    char *line = qd_csv_next_line(&lines);
    if (!line)
        return fault(self, 1, 1, "the header `a,b,sign`", "");
    qd_status_t found = read_line(self, lines.number, line, true);
    if (found != QD_OK)
        return found;
    while ((line = qd_csv_next_line(&lines)) != NULL && found != QD_ERROR_MEMORY) {
        found = read_line(self, lines.number, line, false);
        status = found != QD_OK && status != QD_ERROR_MEMORY ? found : status;
    }
    if (status == QD_OK && self->ties == 0)
        return fault(self, lines.number, 1, "at least one tie", "no ties");
    return status;
}

/* Puts the ties into the matrix; a pair that is there already is a fault that names both lines. */
static qd_status_t fill(reader_t *self, qd_landscape_t *landscape)
{
    size_t n = landscape->actors;
    qd_status_t status = QD_OK;
    uint32_t *seen = qd_new(n * n, sizeof *seen, self->error);
    if (!seen)
        return QD_ERROR_MEMORY;
    for (size_t t = 0; t < self->ties; t++) {
        const tie_t *tie = &self->tie[t];
        size_t forth = tie->a * n + tie->b, back = tie->b * n + tie->a;
        char what[96], pair[128];
        if (seen[forth]) {
            snprintf(what, sizeof what, "each pair once (it stands in line %u already)", seen[forth]);
            snprintf(pair, sizeof pair, "%.48s,%.48s", self->name[tie->a], self->name[tie->b]);
            status = fault(self, tie->line, 1, what, pair);
            continue;
        }
        seen[forth] = seen[back] = tie->line;
        landscape->propensity[forth] = landscape->propensity[back] = tie->sign;
    }
    free(seen);
    return status;
}

static qd_status_t make(const reader_t *self, qd_landscape_t **made, qd_error_t *error)
{
    qd_status_t status = qd_landscape_new(self->names, made, error);
    for (size_t i = 0; status == QD_OK && i < self->names; i++)
        status = qd_landscape_set_name(*made, i, self->name[i], error);
    return status;
}

qd_status_t qd_ties_read(const char *path, qd_landscape_t *self, qd_landscape_t **made, qd_error_t *error)
{
    reader_t reader = {.path = path, .error = error, .closed = self != NULL};
    char *text = NULL, **names = NULL;
    if (made)
        *made = NULL;
    qd_status_t status = qd_read_csv_text(path, QD_TIES_FILE_SIZE, &text, error);
    if (status != QD_OK)
        goto out;
    names = qd_new(QD_SEARCH_MAX, sizeof *names, error);
    if (!names) {
        status = QD_ERROR_MEMORY;
        goto out;
    }
    reader.name = self ? self->name : names;
    reader.names = self ? self->actors : 0;
    status = read_lines(&reader, text);
    if (status == QD_OK && made)
        status = make(&reader, made, error);
    if (status == QD_OK)
        status = fill(&reader, self ? self : *made);
    if (reader.faults > FAULTS_MAX)
        qd_error_add(error, QD_ERROR_INPUT, "%s: and %zu more faults", path, reader.faults - FAULTS_MAX);
out:
    if (status != QD_OK && made) {
        qd_landscape_free(*made);
        *made = NULL;
    }
    free(reader.tie);
    free(names);
    free(text);
    return status;
}
