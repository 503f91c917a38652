#include "landscape/landscape_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "landscape/ties_file.h"
#include "landscape/weights.h"

/* The folder part of a path, ending in '/', or "" if it has none; release with free(). NULL if memory is short. */
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
           qd_yaml_expected(node, "`%s` or `%s`", first, second);
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
        return qd_yaml_fail(row, "found %zu numbers in the row of %s; expected %zu, one for each actor",
                            qd_yaml_count(row), self->name[i], n);
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
        return qd_yaml_fail(matrix, "found %zu rows; expected %zu, one for each actor", qd_yaml_count(matrix),
                            self->actors);
    bool good = true;
    size_t i = 0;
    /* A row that cannot be read would make its mirror image look asymmetric: stop there. */
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
    char *path = qd_new(strlen(folder) + strlen(name) + 1, 1, error);
    if (!path)
        return false;
    strcpy(path, absolute ? "" : folder);
    strcat(path, name);
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
    return matrix ? read_propensity(matrix, *self) : read_ties(ties, folder, self, error);
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

/* The propensity of a pair, where the file states it. */
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

/* Whether sizes and propensities can be multiplied; if not, the reason is told at the propensity. */
static bool check_products(const qd_yaml_node_t *root, const qd_landscape_t *self)
{
    qd_error_t reason = QD_ERROR_NONE;
    size_t pair[2];
    if (qd_weights_check(self, pair, &reason) == QD_OK)
        return true;
    return qd_yaml_fail(cell_of(root, pair[0], pair[1]), "%.*s", (int)strcspn(reason.text, "\n"),
                        reason.text);
}

/* Whether the method can cope; if not, the reason is told at the place that asks for it. */
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
    if (good) {
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
    qd_status_t status = folder ? qd_yaml_load(path, &document, error)
                                : qd_error_add(error, QD_ERROR_MEMORY, "%s: out of memory", path);
    if (status == QD_OK)
        status = qd_landscape_read(document, folder, self, error);
    qd_yaml_free(document);
    free(folder);
    return status;
}
