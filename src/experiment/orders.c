#include "experiment/parts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "experiment/distributions.h"
#include "experiment/loading.h"
#include "world/empirical.h"

#define ORDERS_MAX 1000
#define SOURCES    6 /* files of one empirical order, at most */

int qd_order_find(const qd_experiment_t *self, const char *label)
{
    for (size_t i = 0; i < self->orders; i++)
        if (self->order[i].label && strcmp(self->order[i].label, label) == 0)
            return (int)i;
    return -1;
}

void qd_orders_free(qd_experiment_t *self)
{
    for (size_t i = 0; i < self->sources; i++)
        free(self->source[i]);
    free(self->source);
    for (size_t i = 0; i < self->orders; i++) {
        free(self->order[i].label);
        qd_empirical_free(self->order[i].empirical);
    }
    free(self->order);
}

/* ---- empirical orders ---------------------------------------------------------------------------------- */

/* folder + path; release with free() */
static char *data_path(qd_loading_t *load, const char *path)
{
    const char *folder = path[0] == '/' ? "" : load->folder;
    size_t size = strlen(folder) + strlen(path) + 1;
    char *whole = qd_loading_room(load, size, 1);
    if (whole)
        snprintf(whole, size, "%s%s", folder, path);
    return whole;
}

/* errno states the reason. */
static bool is_readable(const char *path)
{
    struct stat about;
    if (access(path, R_OK) != 0 || stat(path, &about) != 0)
        return false;
    errno = S_ISDIR(about.st_mode) ? EISDIR : 0;
    return errno == 0;
}

/* Reports an unreadable file at the line that names it. */
static bool read_path(qd_loading_t *load, const qd_yaml_node_t *map, const char *key, char **path)
{
    const char *text;
    const qd_yaml_node_t *node = qd_yaml_get(map, key);
    if (!node)
        return true;
    if (!qd_yaml_text(node, &text) || !(*path = data_path(load, text)))
        return false;
    if (is_readable(*path))
        return true;
    int number = errno;
    if (qd_unreadable_status(number) == QD_ERROR_IO)
        return true; /* not a fault of the file's name: reading will report it */
    char near[512];
    return qd_yaml_fail(node, "%s: cannot be read: %s%s", *path, strerror(number),
                        qd_near_path(*path, number, near, sizeof near));
}

/* Records a source of the experiment; takes ownership of the path (or NULL). */
static void keep_source(qd_loading_t *load, char *path)
{
    qd_experiment_t *self = load->self;
    char **larger = path ? qd_resize(self->source, self->sources + 1, sizeof *larger, load->error) : NULL;
    if (larger) {
        self->source = larger;
        self->source[self->sources++] = path;
        return;
    }
    free(path);
}

/* Reads the files only if the experiment file has no fault so far (`good`). */
static void read_files(qd_loading_t *load, const qd_yaml_node_t *map, int year, bool good, qd_order_t *order)
{
    static const char *const keys[SOURCES] = {"cinc",   "alliances", "rivalries",
                                              "places", "values",    "affinities"};
    char *path[SOURCES] = {NULL};
    uint64_t states = 0;
    good = qd_yaml_need(map, "cinc") && good;
    for (size_t k = 0; k < SOURCES; k++)
        good = read_path(load, map, keys[k], &path[k]) && good;
    if (qd_yaml_get(map, "states"))
        good = qd_yaml_whole(qd_yaml_get(map, "states"), 2, QD_EMPIRICAL_STATES_MAX, &states) && good;
    qd_empirical_source_t source = {path[0], path[1], path[2], path[3],
                                    path[4], path[5], year,    (size_t)states};
    /* The message in the error names the place in the data file. */
    if (good && qd_empirical_read(&source, &order->empirical, load->error))
        order->empirical = NULL;
    for (size_t k = 0; k < SOURCES; k++)
        keep_source(load, path[k]);
}

/* A list of `count` numbers into doubles; an absent list changes nothing. */
static bool read_reals(const qd_yaml_node_t *data, const char *key, size_t count, double *out)
{
    const qd_yaml_node_t *list = qd_yaml_get(data, key);
    bool good = true;
    if (!list)
        return true;
    if (!qd_yaml_expect(list, QD_YAML_SEQUENCE, "a list of numbers"))
        return false;
    if (qd_yaml_count(list) != count)
        return qd_yaml_fail(list, "found %zu number%s for `%s`; expected %zu", qd_yaml_count(list),
                            QD_S(qd_yaml_count(list)), key, count);
    for (const qd_yaml_node_t *node = qd_yaml_first(list); node; node = qd_yaml_next(node))
        good = qd_yaml_real(node, -INFINITY, INFINITY, out++) && good;
    return good;
}

static bool read_wholes(qd_loading_t *load, const qd_yaml_node_t *data, const char *key, size_t count,
                        int *out)
{
    double *real = qd_loading_room(load, count, sizeof *real);
    bool good = real && read_reals(data, key, count, real);
    for (size_t i = 0; good && i < count; i++) {
        if (!(fabs(real[i]) <= 1e6 && floor(real[i]) == real[i]))
            good = qd_yaml_fail(qd_yaml_get(data, key), "found %.15g for `%s`; expected whole numbers",
                                real[i], key);
        else if (qd_yaml_get(data, key))
            out[i] = (int)real[i];
    }
    free(real);
    return good;
}

static size_t position_of(const int code[], size_t count, int wanted)
{
    size_t i = 0;
    while (i < count && code[i] != wanted)
        i++;
    return i;
}

/* A flat list of codes, two for each pair, into the matrix of pairs; an absent list changes nothing. */
static bool read_ties(qd_loading_t *load, const qd_yaml_node_t *data, const char *key,
                      const qd_empirical_room_t *room, size_t n, bool pair[])
{
    const qd_yaml_node_t *list = qd_yaml_get(data, key);
    if (!list)
        return true;
    if (!qd_yaml_expect(list, QD_YAML_SEQUENCE, "a list of codes, two for each pair"))
        return false;
    size_t count = qd_yaml_count(list);
    if (count % 2 != 0)
        return qd_yaml_fail(list, "found %zu code%s for `%s`; expected two for each pair", count, QD_S(count),
                            key);
    int *code = qd_loading_room(load, count + 1, sizeof *code);
    bool good = code && read_wholes(load, data, key, count, code);
    for (size_t k = 0; good && k < count; k += 2) {
        size_t i = position_of(room->code, n, code[k]), j = position_of(room->code, n, code[k + 1]);
        if (i == n || j == n || i == j)
            good = qd_yaml_fail(list, "found the pair %d, %d for `%s`; expected two of the codes", code[k],
                                code[k + 1], key);
        else
            pair[i * n + j] = pair[j * n + i] = true;
    }
    free(code);
    return good;
}

static void read_data(qd_loading_t *load, const qd_yaml_node_t *data, qd_order_t *order)
{
    static const char *const keys[] = {"codes",      "capability", "places", "values",
                                       "affinities", "blocs",      "pacts",  "rivals"};
    if (!qd_yaml_expect(data, QD_YAML_MAP, "a mapping of codes, capability, ..."))
        return;
    bool good = qd_yaml_check_keys(data, 8, keys);
    good = qd_yaml_need(data, "capability") && good;
    if (!qd_yaml_need(data, "codes"))
        return;
    size_t n = qd_yaml_count(qd_yaml_get(data, "codes"));
    if (n < 2 || n > QD_EMPIRICAL_STATES_MAX) {
        qd_yaml_fail(qd_yaml_get(data, "codes"), "found %zu state%s; expected 2 to %d", n, QD_S(n),
                     QD_EMPIRICAL_STATES_MAX);
        return;
    }
    qd_empirical_room_t room;
    qd_empirical_wanted_t wanted = {.places = qd_yaml_get(data, "places"),
                                    .values = qd_yaml_get(data, "values"),
                                    .affinities = qd_yaml_get(data, "affinities"),
                                    .blocs = qd_yaml_get(data, "blocs"),
                                    .pacts = qd_yaml_get(data, "pacts"),
                                    .rivals = qd_yaml_get(data, "rivals")};
    order->empirical = qd_empirical_new(n, wanted, &room);
    if (!order->empirical) {
        (void)qd_no_memory(load->error);
        return;
    }
    good = read_wholes(load, data, "codes", n, room.code) && good;
    good = read_wholes(load, data, "blocs", n, room.bloc) && good;
    good = read_reals(data, "capability", n, room.capability) && good;
    good = read_reals(data, "places", 3 * n, room.place) && good;
    good = read_reals(data, "values", 2 * n, room.value) && good;
    good = read_reals(data, "affinities", n * n, room.affinity) && good;
    good = read_ties(load, data, "pacts", &room, n, room.pact) && good;
    good = read_ties(load, data, "rivals", &room, n, room.rival) && good;
    const char *wrong = good ? qd_empirical_verify(order->empirical) : NULL;
    if (wrong)
        qd_yaml_fail(data, "found data that break a rule; expected %s", wrong);
    qd_empirical_count_poles(order->empirical);
}

/* "empirical-1936", "empirical-1936-2", ... */
static char *free_label(qd_loading_t *load, int year)
{
    char label[64];
    snprintf(label, sizeof label, "empirical-%d", year);
    for (int again = 2; qd_order_find(load->self, label) >= 0; again++)
        snprintf(label, sizeof label, "empirical-%d-%d", year, again);
    return qd_loading_copy(load, label);
}

static void read_empirical(qd_loading_t *load, const qd_yaml_node_t *map, qd_order_t *order)
{
    static const char *const keys[] = {"cinc",   "year",   "states",     "alliances", "rivalries",
                                       "places", "values", "affinities", "label",     "data"};
    static const char *const data_keys[] = {"year", "label", "data"};
    const char *label = NULL;
    uint64_t year = 0;
    order->kind = QD_EMPIRICAL;
    if (!qd_yaml_expect(map, QD_YAML_MAP, "{cinc: FILE, year: YEAR}"))
        return;
    const qd_yaml_node_t *data = qd_yaml_get(map, "data"), *named = qd_yaml_get(map, "label");
    bool good = data ? qd_yaml_check_keys(map, 3, data_keys) : qd_yaml_check_keys(map, 10, keys);
    const qd_yaml_node_t *when = qd_yaml_need(map, "year");
    good = when && qd_yaml_whole(when, 1, 9999, &year) && good;
    order->year = (int)year;
    if (named && qd_read_label(named, &label) && qd_order_find(load->self, label) >= 0)
        qd_yaml_fail(named, "found the order `%s` twice; expected it once", label);
    order->label = label ? qd_loading_copy(load, label) : free_label(load, (int)year);
    if (data)
        read_data(load, data, order);
    else
        read_files(load, map, (int)year, good, order);
}

/* ---- the list ------------------------------------------------------------------------------------------ */

static void read_kind(qd_loading_t *load, const qd_yaml_node_t *node, qd_order_t *order)
{
    const char *text = qd_yaml_scalar(node);
    for (int kind = 0; text && kind < QD_EMPIRICAL; kind++) {
        if (strcmp(text, qd_order_table[kind].name) != 0)
            continue;
        order->kind = (qd_order_kind_t)kind;
        if (qd_order_find(load->self, text) >= 0)
            qd_yaml_fail(node, "found the order `%s` twice; expected it once", text);
        order->label = qd_loading_copy(load, text);
        return;
    }
    const char *nearest = text && *text ? qd_nearest_name(text, QD_EMPIRICAL, qd_order_name) : NULL;
    const char *expected = "unipolar, bipolar, multipolar or {empirical: {cinc: FILE, year: YEAR}}";
    if (nearest)
        qd_yaml_expected(node, "%s (did you mean `%s`?)", expected, nearest);
    else
        qd_yaml_expected(node, "%s", expected);
}

/* {empirical: {...}} */
static void read_map(qd_loading_t *load, const qd_yaml_node_t *node, qd_order_t *order)
{
    static const char *const keys[] = {"empirical"};
    const qd_yaml_node_t *empirical = qd_yaml_get(node, "empirical");
    if (qd_yaml_check_keys(node, 1, keys) && !empirical)
        (void)qd_yaml_need(node, "empirical");
    if (empirical)
        read_empirical(load, empirical, order);
}

static void default_orders(qd_loading_t *load)
{
    qd_experiment_t *self = load->self;
    self->order = qd_loading_room(load, QD_EMPIRICAL, sizeof *self->order);
    for (int kind = 0; self->order && kind < QD_EMPIRICAL; kind++) {
        self->order[kind].kind = (qd_order_kind_t)kind;
        self->order[kind].label = qd_loading_copy(load, qd_order_table[kind].name);
        self->orders++;
    }
}

void qd_orders_read(qd_loading_t *load, const qd_yaml_node_t *list)
{
    qd_experiment_t *self = load->self;
    if (!list) {
        default_orders(load);
        return;
    }
    if (!qd_yaml_expect(list, QD_YAML_SEQUENCE, "a list such as [unipolar, bipolar, multipolar]"))
        return;
    if (qd_yaml_count(list) < 1 || qd_yaml_count(list) > ORDERS_MAX) {
        qd_yaml_fail(list, "found %zu orders; expected 1 to %d", qd_yaml_count(list), ORDERS_MAX);
        return;
    }
    self->order = qd_loading_room(load, qd_yaml_count(list), sizeof *self->order);
    for (const qd_yaml_node_t *node = qd_yaml_first(list); self->order && node; node = qd_yaml_next(node)) {
        qd_order_t order = {0};
        if (qd_yaml_kind(node) == QD_YAML_MAP)
            read_map(load, node, &order);
        else
            read_kind(load, node, &order);
        self->order[self->orders++] = order;
    }
}

/* ---- canonical text ------------------------------------------------------------------------------------ */

static void write_reals(FILE *out, const char *key, size_t count, const double *values)
{
    if (!values)
        return;
    fprintf(out, ", %s: [", key);
    for (size_t i = 0; i < count; i++) {
        fputs(i ? ", " : "", out);
        qd_write_real(out, values[i]);
    }
    fputs("]", out);
}

static void write_wholes(FILE *out, const char *key, size_t count, const int *values)
{
    fprintf(out, "%s: [", key);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%d", i ? ", " : "", values[i]);
    fputs("]", out);
}

/* Writes the two codes of every tied pair. */
static void write_ties(FILE *out, const char *key, const qd_empirical_t *data, const bool pair[])
{
    const char *comma = "";
    if (!pair)
        return;
    fprintf(out, ", %s: [", key);
    for (size_t i = 0; i < data->states; i++)
        for (size_t j = i + 1; j < data->states; j++)
            if (pair[i * data->states + j]) {
                fprintf(out, "%s%d, %d", comma, data->code[i], data->code[j]);
                comma = ", ";
            }
    fputs("]", out);
}

static void write_empirical(FILE *out, const qd_order_t *order)
{
    const qd_empirical_t *data = order->empirical;
    size_t n = data->states;
    fputs("{empirical: {label: ", out);
    qd_write_text(out, order->label);
    fprintf(out, ", year: %d, data: {", order->year);
    write_wholes(out, "codes", n, data->code);
    write_reals(out, "capability", n, data->capability);
    write_reals(out, "places", 3 * n, data->place);
    write_reals(out, "values", 2 * n, data->value);
    write_reals(out, "affinities", n * n, data->affinity);
    if (data->bloc) {
        fputs(", ", out);
        write_wholes(out, "blocs", n, data->bloc);
    }
    write_ties(out, "pacts", data, data->pact);
    write_ties(out, "rivals", data, data->rival);
    fputs("}}}", out);
}

void qd_write_orders(FILE *out, const qd_experiment_t *self)
{
    fputs("[", out);
    for (size_t i = 0; i < self->orders; i++) {
        fputs(i ? ", " : "", out);
        if (self->order[i].empirical)
            write_empirical(out, &self->order[i]);
        else
            fputs(self->order[i].label, out);
    }
    fputs("]", out);
}
