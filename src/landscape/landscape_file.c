#include "landscape/files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"
#include "landscape/weights.h"

#define TIES_FILE_SIZE ((size_t)64 << 20) /* bytes, at most */

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

/* Returns the position of a name. Adds a new one if names are open; otherwise -1. */
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
        return qd_no_memory(self->error);
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
    char shown[64];
    snprintf(shown, sizeof shown, "%.63s", line);
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
    while ((line = qd_csv_next_line(&lines)) && found != QD_ERROR_MEMORY) {
        found = read_line(self, lines.number, line, false);
        status = found != QD_OK && status != QD_ERROR_MEMORY ? found : status;
    }
    if (status == QD_OK && self->ties == 0)
        return fault(self, lines.number, 1, "at least one tie", "no ties");
    return status;
}

/* Stores the ties in the matrix. A repeated pair is a fault; its message names both lines. */
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
    qd_status_t status = qd_read_csv_text(path, TIES_FILE_SIZE, &text, error);
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

/* The folder part of a path, ending in '/', or "" if it has none; release with free(). NULL if memory is
 * short. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strndup(path, slash ? (size_t)(slash - path) + 1 : 0);
}

/* One of two words; false and a message otherwise. */
static bool read_word(const qd_yaml_node_t *node, const char *first, const char *second, bool *is_second)
{
    const char *text = qd_yaml_scalar(node);
    *is_second = text && strcmp(text, second) == 0;
    return *is_second || (text && strcmp(text, first) == 0) ||
           qd_yaml_expected_of(node, 2, (const char *const[]){first, second}, "`%s` or `%s`", first, second);
}

/* ---- actors -------------------------------------------------------------------------------------------- */

static bool read_map_of_actors(const qd_yaml_node_t *actors, qd_landscape_t *self, qd_error_t *error)
{
    bool good = true;
    size_t i = 0;
    for (const qd_yaml_node_t *node = qd_yaml_first(actors); node; node = qd_yaml_next(node), i++) {
        if (qd_landscape_set_name(self, i, qd_yaml_key(node), error))
            return false;
        if (!qd_yaml_real(node, -INFINITY, INFINITY, &self->size[i]))
            good = false;
        else if (!(self->size[i] > 0.0))
            good = qd_yaml_expected(node, "a size above 0");
    }
    return good;
}

static bool read_list_of_actors(const qd_yaml_node_t *actors, qd_landscape_t *self, qd_error_t *error)
{
    bool good = true;
    size_t i = 0;
    for (const qd_yaml_node_t *node = qd_yaml_first(actors); node; node = qd_yaml_next(node), i++) {
        const char *text;
        if (!qd_yaml_name(node, &text)) {
            text = "";
            good = false;
        }
        if (qd_landscape_set_name(self, i, text, error))
            return false;
        for (size_t j = 0; j < i && text[0]; j++)
            if (strcmp(self->name[j], text) == 0)
                good = qd_yaml_expected(node, "every name once");
    }
    return good;
}

static bool read_actors(const qd_yaml_node_t *actors, qd_landscape_t **self, qd_error_t *error)
{
    if (qd_yaml_kind(actors) == QD_YAML_SCALAR)
        return qd_yaml_expected(actors, "a mapping of names to sizes");
    size_t count = qd_yaml_count(actors);
    if (count < 1 || count > QD_SEARCH_MAX)
        return qd_yaml_fail(actors, "found %zu actors; expected 1 to %d", count, QD_SEARCH_MAX);
    if (qd_landscape_new(count, self, error))
        return false;
    return qd_yaml_kind(actors) == QD_YAML_MAP ? read_map_of_actors(actors, *self, error)
                                               : read_list_of_actors(actors, *self, error);
}

/* ---- propensities -------------------------------------------------------------------------------------- */

static bool read_row(const qd_yaml_node_t *row, size_t i, qd_landscape_t *self)
{
    size_t n = self->actors, j = 0;
    if (!qd_yaml_expect(row, QD_YAML_SEQUENCE, "a row of numbers"))
        return false;
    if (qd_yaml_count(row) != n)
        return qd_yaml_fail(row, "found %zu number%s in the row of %s; expected %zu, one for each actor",
                            qd_yaml_count(row), QD_S(qd_yaml_count(row)), self->name[i], n);
    bool good = true;
    for (const qd_yaml_node_t *node = qd_yaml_first(row); node; node = qd_yaml_next(node), j++) {
        double p;
        if (!qd_yaml_real(node, -INFINITY, INFINITY, &p)) {
            good = false;
            continue;
        }
        self->propensity[i * n + j] = p;
        if (i == j && p != 0.0)
            good = qd_yaml_expected(node, "0 for %s with itself", self->name[i]);
        if (j < i && p != self->propensity[j * n + i])
            good = qd_yaml_fail(
                node, "found %.15g for %s with %s but %.15g for %s with %s; expected a symmetric matrix", p,
                self->name[i], self->name[j], self->propensity[j * n + i], self->name[j], self->name[i]);
    }
    return good;
}

static bool read_propensity(const qd_yaml_node_t *matrix, qd_landscape_t *self)
{
    if (!qd_yaml_expect(matrix, QD_YAML_SEQUENCE, "a list of rows"))
        return false;
    if (qd_yaml_count(matrix) != self->actors)
        return qd_yaml_fail(matrix, "found %zu row%s; expected %zu, one for each actor",
                            qd_yaml_count(matrix), QD_S(qd_yaml_count(matrix)), self->actors);
    bool good = true;
    size_t i = 0;
    /* Stops at an unreadable row, because its mirror image would appear asymmetric. */
    for (const qd_yaml_node_t *row = qd_yaml_first(matrix); row && good; row = qd_yaml_next(row), i++)
        good = read_row(row, i, self);
    return good;
}

static bool read_ties(const qd_yaml_node_t *node, const char *folder, qd_landscape_t **self,
                      qd_error_t *error)
{
    const char *name;
    if (!qd_yaml_text(node, &name))
        return false;
    bool absolute = name[0] == '/';
    size_t size = strlen(folder) + strlen(name) + 1;
    char *path = qd_new(size, 1, error);
    if (!path)
        return false;
    snprintf(path, size, "%s%s", absolute ? "" : folder, name);
    qd_status_t status =
        *self ? qd_ties_read(path, *self, NULL, error) : qd_ties_read(path, NULL, self, error);
    free(path);
    return status == QD_OK;
}

static bool read_network(const qd_yaml_node_t *root, const char *folder, qd_landscape_t **self,
                         qd_error_t *error)
{
    const qd_yaml_node_t *actors = qd_yaml_get(root, "actors");
    const qd_yaml_node_t *matrix = qd_yaml_get(root, "propensity"), *ties = qd_yaml_get(root, "ties");
    if (actors && !read_actors(actors, self, error))
        return false;
    if (matrix && ties)
        return qd_yaml_fail_key(ties, "found both `propensity` and `ties`; expected one of them");
    if (!matrix && !ties)
        return qd_yaml_fail(root, "found neither `propensity` nor `ties`; expected one of them");
    if (matrix && !actors)
        return qd_yaml_fail_key(matrix,
                                "found `propensity` without `actors`; expected the actors of its rows");
    return matrix ? *self && read_propensity(matrix, *self) : read_ties(ties, folder, self, error);
}

/* ---- the file ------------------------------------------------------------------------------------------ */

static bool read_options(const qd_yaml_node_t *root, qd_landscape_t *options)
{
    static const char *const keys[] = {"name", "about",  "rule",       "method", "starts",
                                       "seed", "actors", "propensity", "ties"};
    const qd_yaml_node_t *rule = qd_yaml_need(root, "rule"), *method = qd_yaml_get(root, "method");
    const qd_yaml_node_t *starts = qd_yaml_get(root, "starts"), *seed = qd_yaml_get(root, "seed");
    bool blocs = false, search = false;
    bool good = qd_yaml_check_keys(root, sizeof keys / sizeof *keys, keys);
    good = rule && read_word(rule, "two-camps", "blocs", &blocs) && good;
    good = (!method || read_word(method, "exact", "search", &search)) && good;
    good = (!starts || qd_yaml_whole(starts, 1, QD_STARTS_MAX, &options->starts)) && good;
    good = (!seed || qd_yaml_whole(seed, 0, UINT64_MAX, &options->seed)) && good;
    options->rule = blocs ? QD_RULE_BLOCS : QD_RULE_TWO_CAMPS;
    options->method = search ? QD_METHOD_SEARCH : QD_METHOD_EXACT;
    return good;
}

/* The node with the propensity of a pair. */
static const qd_yaml_node_t *cell_of(const qd_yaml_node_t *root, size_t i, size_t j)
{
    const qd_yaml_node_t *node = qd_yaml_get(root, "propensity");
    if (!node)
        return qd_yaml_get(root, "ties");
    if (i == j)
        return node;
    node = qd_yaml_first(node);
    while (i-- > 0)
        node = qd_yaml_next(node);
    node = qd_yaml_first(node);
    while (j-- > 0)
        node = qd_yaml_next(node);
    return node;
}

/* Whether sizes and propensities can be multiplied; otherwise reports the reason at the propensity. */
static bool check_products(const qd_yaml_node_t *root, const qd_landscape_t *self)
{
    qd_error_t reason = QD_ERROR_NONE;
    size_t pair[2];
    if (qd_weights_check(self, pair, &reason) == QD_OK)
        return true;
    return qd_yaml_fail(cell_of(root, pair[0], pair[1]), "%.*s", (int)strcspn(reason.text, "\n"),
                        reason.text);
}

/* Whether the method can solve the landscape; otherwise reports the reason at the key that requests it. */
static bool check(const qd_yaml_node_t *root, const qd_landscape_t *self)
{
    qd_error_t reason = QD_ERROR_NONE;
    const qd_yaml_node_t *method = qd_yaml_get(root, "method");
    if (qd_landscape_check(self, &reason) == QD_OK)
        return true;
    return qd_yaml_fail(method ? method : root, "%.*s", (int)strcspn(reason.text, "\n"), reason.text);
}

qd_status_t qd_landscape_read(const qd_yaml_t *document, const char *folder, qd_landscape_t **self,
                              qd_error_t *error)
{
    const qd_yaml_node_t *root = qd_yaml_root(document);
    qd_landscape_t options = {.starts = QD_STARTS_DEFAULT, .seed = 1};
    qd_landscape_t *made = NULL;
    *self = NULL;
    bool good = qd_yaml_expect(root, QD_YAML_MAP, "a mapping with `rule`, `actors`, ...");
    if (good) {
        good = read_options(root, &options);
        good = read_network(root, folder, &made, error) && good;
    }
    if (good && made) {
        made->rule = options.rule;
        made->method = options.method;
        made->starts = options.starts;
        made->seed = options.seed;
        good = check_products(root, made) && check(root, made);
    }
    if (error->status == QD_OK && good) {
        *self = made;
        return QD_OK;
    }
    qd_yaml_sort_faults(document);
    qd_landscape_free(made);
    return error->status != QD_OK ? error->status : QD_ERROR_INPUT;
}

qd_status_t qd_landscape_load(const char *path, qd_landscape_t **self, qd_error_t *error)
{
    qd_yaml_t *document = NULL;
    *self = NULL;
    char *folder = folder_of(path);
    if (!folder)
        return qd_no_memory(error);
    qd_status_t status = qd_yaml_load(path, &document, error);
    if (status == QD_OK)
        status = qd_landscape_read(document, folder, self, error);
    qd_yaml_free(document);
    free(folder);
    return status;
}
