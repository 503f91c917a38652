/* Empirical orders from files: the CSV side of empirical.h. */
#include "world/empirical.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/memory.h"
#include "base/text.h"
#include "math/elementary.h"

#define CODE_MAX 1000000
#define YEAR_MAX 9999
#define TOLD_MAX 20 /* faults reported of one file; then reading stops */

typedef struct {
    int code;
    double cinc;
    size_t row;
} found_t;

/* State shared by the readers of the files. */
typedef struct {
    const qd_empirical_source_t *source;
    qd_error_t *error;
    size_t states;
    const int *code;
} reading_t;

/* Whether a reader may continue: fewer than TOLD_MAX faults were added since the error had `before`. */
static bool may_go_on(const qd_error_t *error, size_t before)
{
    return error->count - before < TOLD_MAX;
}

static qd_status_t first_of(qd_status_t status, qd_status_t next)
{
    return status ? status : next;
}

/* Position of a code among the kept states, or -1. */
static int state_of(const reading_t *reading, int code)
{
    for (size_t i = 0; i < reading->states; i++)
        if (reading->code[i] == code)
            return (int)i;
    return -1;
}

/* ---- capabilities -------------------------------------------------------------------------------------- */

static int by_strength(const void *a, const void *b)
{
    const found_t *x = a, *y = b;
    if (x->cinc != y->cinc)
        return x->cinc < y->cinc ? 1 : -1;
    return (x->code > y->code) - (x->code < y->code);
}

static int by_code(const void *a, const void *b)
{
    const found_t *x = a, *y = b;
    if (x->code != y->code)
        return x->code < y->code ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* columns: code, year, cinc. A valid row of the year is added to `found`. */
static qd_status_t take_state(const qd_csv_t *table, size_t row, const size_t column[3], int year,
                              found_t found[], size_t *count, int years[2], qd_error_t *error)
{
    int of;
    found_t *next = &found[*count];
    next->row = row;
    qd_status_t status = qd_csv_whole(table, row, column[1], 0, YEAR_MAX, &of, error);
    if (status)
        return status;
    years[0] = of < years[0] ? of : years[0];
    years[1] = of > years[1] ? of : years[1];
    if (of != year)
        return QD_OK;
    status = qd_csv_whole(table, row, column[0], 1, CODE_MAX, &next->code, error);
    qd_status_t share = qd_csv_real(table, row, column[2], -9.0, 1.0, &next->cinc, error);
    if (!share && next->cinc < 0.0 && next->cinc != -9.0)
        share =
            qd_error_add(error, QD_ERROR_INPUT,
                         "%s:%zu: found `%.60s` for `cinc`; expected a share from 0 to 1, or -9 (missing)",
                         table->path, table->line[row], table->field[row * table->columns + column[2]]);
    *count += !status && !share;
    return first_of(status, share);
}

/* Reads every row of the year with its cinc, -9 included, and the range of years in the file. */
static qd_status_t collect_year(const qd_csv_t *table, int year, found_t found[], size_t *count, int years[2],
                                qd_error_t *error)
{
    static const char *const names[3] = {"ccode", "year", "cinc"};
    size_t column[3], before = error->count;
    qd_status_t status = QD_OK;
    for (size_t k = 0; k < 3; k++)
        status = first_of(status, qd_csv_column(table, names[k], NULL, &column[k], error));
    for (size_t row = 0, end = status ? 0 : table->rows; row < end && may_go_on(error, before); row++)
        status = first_of(status, take_state(table, row, column, year, found, count, years, error));
    return status;
}

static qd_status_t refuse_twice(const qd_csv_t *table, int year, found_t found[], size_t count,
                                qd_error_t *error)
{
    size_t before = error->count;
    qd_status_t status = QD_OK;
    qsort(found, count, sizeof *found, by_code);
    for (size_t i = 1; i < count && may_go_on(error, before); i++)
        if (found[i].code == found[i - 1].code)
            status = qd_error_add(
                error, QD_ERROR_INPUT,
                "%s:%zu: found state %d in %d again; expected it once (it stands in line %zu already)",
                table->path, table->line[found[i].row], found[i].code, year, table->line[found[i - 1].row]);
    return status;
}

/* Keeps the strongest states of the year, at most the requested number. */
static qd_status_t choose_states(const qd_empirical_source_t *source, const qd_csv_t *table, found_t found[],
                                 size_t *kept, qd_error_t *error)
{
    size_t count = 0, with = 0;
    int years[2] = {YEAR_MAX, 0};
    qd_status_t status = collect_year(table, source->year, found, &count, years, error);
    if (!status && count == 0 && table->rows > 0)
        return qd_error_add(error, QD_ERROR_INPUT, "%s: found no state in %d; expected a year from %d to %d",
                            source->cinc, source->year, years[0], years[1]);
    status = first_of(status, refuse_twice(table, source->year, found, count, error));
    if (status)
        return status;
    qsort(found, count, sizeof *found, by_strength);
    while (with < count && found[with].cinc > 0.0)
        with++;
    size_t wanted = source->states ? source->states : with;
    if (with < 2 || wanted > with || wanted > QD_EMPIRICAL_STATES_MAX)
        return qd_error_add(
            error, QD_ERROR_INPUT,
            "%s: found %zu state%s with a capability in %d; expected at least %zu and at most %d",
            source->cinc, with, QD_S(with), source->year, wanted > with ? wanted : 2,
            QD_EMPIRICAL_STATES_MAX);
    *kept = wanted;
    return QD_OK;
}

static qd_status_t read_capabilities(const qd_empirical_source_t *source, found_t **found, size_t *kept,
                                     qd_error_t *error)
{
    qd_csv_t *table = NULL;
    qd_status_t status = qd_csv_read(source->cinc, &table, error);
    if (status)
        return status;
    *found = qd_new(table->rows, sizeof **found, error);
    status = *found ? choose_states(source, table, *found, kept, error) : QD_ERROR_MEMORY;
    qd_csv_free(table);
    return status;
}

/* ---- pacts and rivalries ------------------------------------------------------------------------------- */

/* Marks the pair of two kept states, in both directions. */
static void join(const reading_t *reading, const int code[2], bool pair[])
{
    int a = state_of(reading, code[0]), b = state_of(reading, code[1]);
    if (a < 0 || b < 0 || a == b)
        return;
    size_t n = reading->states, i = (size_t)a, j = (size_t)b;
    pair[i * n + j] = pair[j * n + i] = true;
}

/* columns: both codes, year, pact. Counts the rows of the year in `found`. */
static qd_status_t take_pact(const reading_t *reading, const qd_csv_t *table, size_t row,
                             const size_t column[4], bool pair[], size_t *found, int years[2])
{
    int year, pact, code[2];
    qd_status_t status = qd_csv_whole(table, row, column[2], 0, YEAR_MAX, &year, reading->error);
    if (status)
        return status;
    years[0] = year < years[0] ? year : years[0];
    years[1] = year > years[1] ? year : years[1];
    if (year != reading->source->year)
        return QD_OK;
    ++*found;
    status = qd_csv_whole(table, row, column[3], 0, 1, &pact, reading->error);
    for (size_t k = 0; k < 2; k++)
        status = first_of(status, qd_csv_whole(table, row, column[k], 1, CODE_MAX, &code[k], reading->error));
    if (!status && pact)
        join(reading, code, pair);
    return status;
}

static qd_status_t collect_pacts(const reading_t *reading, const qd_csv_t *table, bool pair[])
{
    static const char *const names[4][2] = {
        {"ccode1", NULL}, {"ccode2", NULL}, {"year", NULL}, {"cow_defense", "defense"}};
    size_t column[4], found = 0, before = reading->error->count;
    int years[2] = {YEAR_MAX, 0}, wanted = reading->source->year;
    qd_status_t status = QD_OK;
    for (size_t k = 0; k < 4; k++)
        status = first_of(status, qd_csv_column(table, names[k][0], names[k][1], &column[k], reading->error));
    for (size_t row = 0, end = status ? 0 : table->rows; row < end && may_go_on(reading->error, before);
         row++)
        status = first_of(status, take_pact(reading, table, row, column, pair, &found, years));
    if (!status && !found)
        status = qd_error_add(reading->error, QD_ERROR_INPUT,
                              "%s: found no pair of states in %d; expected a year from %d to %d", table->path,
                              wanted, years[0], years[1]);
    return status;
}

/* column: both codes, first and last year of a rivalry. */
static qd_status_t take_rivalry(const reading_t *reading, const qd_csv_t *table, size_t row,
                                const size_t column[4], bool pair[])
{
    int code[2], year[2];
    qd_status_t status = QD_OK;
    for (size_t k = 0; k < 2; k++) {
        status = first_of(status, qd_csv_whole(table, row, column[k], 1, CODE_MAX, &code[k], reading->error));
        status =
            first_of(status, qd_csv_whole(table, row, column[2 + k], 0, YEAR_MAX, &year[k], reading->error));
    }
    if (status)
        return status;
    if (year[1] < year[0])
        return qd_error_add(reading->error, QD_ERROR_INPUT,
                            "%s:%zu: found a rivalry from %d to %d; expected it to end after it begins",
                            table->path, table->line[row], year[0], year[1]);
    if (year[0] <= reading->source->year && reading->source->year <= year[1])
        join(reading, code, pair);
    return QD_OK;
}

/* A year without rivalries is valid. */
static qd_status_t collect_rivalries(const reading_t *reading, const qd_csv_t *table, bool pair[])
{
    static const char *const names[4] = {"ccode1", "ccode2", "styear", "endyear"};
    size_t column[4], before = reading->error->count;
    qd_status_t status = QD_OK;
    for (size_t k = 0; k < 4; k++)
        status = first_of(status, qd_csv_column(table, names[k], NULL, &column[k], reading->error));
    for (size_t row = 0, end = status ? 0 : table->rows; row < end && may_go_on(reading->error, before);
         row++)
        status = first_of(status, take_rivalry(reading, table, row, column, pair));
    return status;
}

static qd_status_t read_ties(const reading_t *reading, const char *path,
                             qd_status_t (*collect)(const reading_t *, const qd_csv_t *, bool[]), bool pair[])
{
    qd_csv_t *table = NULL;
    qd_status_t status = qd_csv_read(path, &table, reading->error);
    if (!status)
        status = collect(reading, table, pair);
    qd_csv_free(table);
    return status;
}

/* ---- places and values --------------------------------------------------------------------------------- */

static void unit_vector(const double degrees[2], double out[3])
{
    double latitude = degrees[0] / 360.0, longitude = degrees[1] / 360.0, cos_lat, sin_lat, cos_lon, sin_lon;
    qd_cossin_turns(latitude < 0.0 ? latitude + 1.0 : latitude, &cos_lat, &sin_lat);
    qd_cossin_turns(longitude < 0.0 ? longitude + 1.0 : longitude, &cos_lon, &sin_lon);
    out[0] = cos_lat * cos_lon;
    out[1] = cos_lat * sin_lon;
    out[2] = sin_lat;
}

typedef struct {
    const char *path, *name[2];
    double low[2], high[2];
} pair_columns_t;

/* columns: code and both numbers. seen[i]: line of state i, 0 before it occurs. */
static qd_status_t take_pair(const reading_t *reading, const pair_columns_t *want, const qd_csv_t *table,
                             size_t row, const size_t column[3], size_t seen[], double pair[])
{
    int code, i;
    qd_error_t *error = reading->error;
    qd_status_t status = qd_csv_whole(table, row, column[0], 1, CODE_MAX, &code, error);
    if (status || (i = state_of(reading, code)) < 0)
        return status;
    if (seen[i])
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s:%zu: found state %d again; expected it once (it stands in line %zu already)",
                            want->path, table->line[row], code, seen[i]);
    seen[i] = table->line[row];
    for (size_t k = 0; k < 2; k++)
        status = first_of(status, qd_csv_real(table, row, column[1 + k], want->low[k], want->high[k],
                                              &pair[2 * i + (int)k], error));
    return status;
}

/* Reads two numbers of every kept state into pair[2 i], pair[2 i + 1]. */
static qd_status_t read_pairs(const reading_t *reading, const pair_columns_t *want, double pair[])
{
    qd_csv_t *table = NULL;
    size_t column[3], seen[QD_EMPIRICAL_STATES_MAX] = {0}, before = reading->error->count;
    qd_error_t *error = reading->error;
    qd_status_t status = qd_csv_read(want->path, &table, error);
    if (status)
        return status;
    for (size_t k = 0; k < 3; k++)
        status =
            first_of(status, qd_csv_column(table, k ? want->name[k - 1] : "ccode", NULL, &column[k], error));
    for (size_t row = 0, end = status ? 0 : table->rows; row < end && may_go_on(error, before); row++)
        status = first_of(status, take_pair(reading, want, table, row, column, seen, pair));
    bool whole = status == QD_OK;
    for (size_t i = 0; whole && i < reading->states && may_go_on(error, before); i++)
        if (!seen[i])
            status =
                qd_error_add(error, QD_ERROR_INPUT, "%s: found no state %d; expected every state of %s in %d",
                             want->path, reading->code[i], reading->source->cinc, reading->source->year);
    qd_csv_free(table);
    return status;
}

static qd_status_t read_places(const reading_t *reading, double place[])
{
    double degrees[2 * QD_EMPIRICAL_STATES_MAX];
    pair_columns_t want = {
        reading->source->places, {"latitude", "longitude"}, {-90.0, -180.0}, {90.0, 180.0}};
    qd_status_t status = read_pairs(reading, &want, degrees);
    for (size_t i = 0; !status && i < reading->states; i++)
        unit_vector(degrees + 2 * i, place + 3 * i);
    return status;
}

/* ---- affinities ---------------------------------------------------------------------------------------- */

/* Both directions are written; NaN marks a pair that is still missing. */
static qd_status_t take_affinity(const reading_t *reading, const qd_csv_t *table, size_t row,
                                 const size_t column[3], double affinity[])
{
    int code[2], i, j;
    double value;
    qd_status_t status = QD_OK;
    for (size_t k = 0; k < 2; k++)
        status = first_of(status, qd_csv_whole(table, row, column[k], 1, CODE_MAX, &code[k], reading->error));
    if (status || (i = state_of(reading, code[0])) < 0 || (j = state_of(reading, code[1])) < 0 || i == j)
        return status;
    status = qd_csv_real(table, row, column[2], -1.0, 1.0, &value, reading->error);
    if (status)
        return status;
    size_t n = reading->states, ij = (size_t)i * n + (size_t)j, ji = (size_t)j * n + (size_t)i;
    if (!isnan(affinity[ij]) && affinity[ij] != value)
        return qd_error_add(reading->error, QD_ERROR_INPUT,
                            "%s:%zu: found affinity %.15g of states %d and %d; expected %.15g, as above",
                            table->path, table->line[row], value, code[0], code[1], affinity[ij]);
    affinity[ij] = affinity[ji] = value;
    return QD_OK;
}

/* A pair is missing in both directions or in none. */
static qd_status_t refuse_missing(const reading_t *reading, const double affinity[])
{
    size_t n = reading->states, before = reading->error->count;
    qd_status_t status = QD_OK;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n && may_go_on(reading->error, before); j++)
            if (isnan(affinity[i * n + j]))
                status = qd_error_add(
                    reading->error, QD_ERROR_INPUT,
                    "%s: found no affinity of states %d and %d; expected every pair of states in %d",
                    reading->source->affinities, reading->code[i], reading->code[j], reading->source->year);
    return status;
}

static qd_status_t read_affinities(const reading_t *reading, double affinity[])
{
    static const char *const names[3] = {"ccode1", "ccode2", "affinity"};
    size_t column[3], n = reading->states, before = reading->error->count;
    qd_csv_t *table = NULL;
    for (size_t i = 0; i < n * n; i++)
        affinity[i] = i / n == i % n ? 0.0 : (double)NAN;
    qd_status_t status = qd_csv_read(reading->source->affinities, &table, reading->error);
    if (status)
        return status;
    for (size_t k = 0; k < 3; k++)
        status = first_of(status, qd_csv_column(table, names[k], NULL, &column[k], reading->error));
    for (size_t row = 0, end = status ? 0 : table->rows; row < end && may_go_on(reading->error, before);
         row++)
        status = first_of(status, take_affinity(reading, table, row, column, affinity));
    if (!status)
        status = refuse_missing(reading, affinity);
    qd_csv_free(table);
    return status;
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

static void set_capabilities(const found_t found[], size_t states, const qd_empirical_room_t *room)
{
    double total = 0.0;
    for (size_t i = 0; i < states; i++)
        total += found[i].cinc;
    for (size_t i = 0; i < states; i++) {
        room->code[i] = found[i].code;
        room->capability[i] = found[i].cinc / total;
    }
}

static qd_status_t read_optional(const reading_t *reading, const qd_empirical_room_t *room)
{
    const qd_empirical_source_t *source = reading->source;
    pair_columns_t values = {source->values, {"x", "y"}, {-100.0, -100.0}, {100.0, 100.0}};
    qd_status_t status =
        source->alliances ? read_ties(reading, source->alliances, collect_pacts, room->pact) : QD_OK;
    if (source->rivalries)
        status = first_of(status, read_ties(reading, source->rivalries, collect_rivalries, room->rival));
    if (source->places)
        status = first_of(status, read_places(reading, room->place));
    if (source->values)
        status = first_of(status, read_pairs(reading, &values, room->value));
    if (source->affinities)
        status = first_of(status, read_affinities(reading, room->affinity));
    return status;
}

qd_status_t qd_empirical_read(const qd_empirical_source_t *source, qd_empirical_t **self, qd_error_t *error)
{
    found_t *found = NULL;
    size_t states = 0;
    qd_empirical_room_t room;
    *self = NULL;
    qd_status_t status = read_capabilities(source, &found, &states, error);
    if (status)
        goto out;
    qd_empirical_wanted_t wanted = {.places = source->places,
                                    .values = source->values,
                                    .affinities = source->affinities,
                                    .pacts = source->alliances,
                                    .rivals = source->rivalries};
    *self = qd_empirical_new(states, wanted, &room);
    if (!*self) {
        status = qd_no_memory(error);
        goto out;
    }
    set_capabilities(found, states, &room);
    qd_empirical_count_poles(*self);
    status = read_optional(&(reading_t){source, error, states, room.code}, &room);
out:
    free(found);
    if (status) {
        qd_empirical_free(*self);
        *self = NULL;
    }
    return status;
}
