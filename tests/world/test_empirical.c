#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/csv.h"
#include "quadrille/experiment.h"
#include "world/empirical.h"
#include "world/sample.h"
#include "world/state.h"

#define DATA QD_SOURCE_DIR "/tests/data/"

static void assert_near(double a, double b)
{
    if (!(a - b < 1e-15 && b - a < 1e-15))
        fail_msg("%.17g is not %.17g", a, b);
}

static qd_empirical_t *read_order(const qd_empirical_source_t *source)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_empirical_t *order = NULL;
    if (qd_empirical_read(source, &order, &error))
        fail_msg("%s", error.text);
    assert_null(qd_empirical_verify(order));
    return order;
}

static void test_capabilities(void **state)
{
    (void)state;
    qd_empirical_t *order = read_order(&(qd_empirical_source_t){.cinc = DATA "nmc_small.csv", .year = 1900});
    const int code[11] = {10, 20, 30, 40,  50, 60,
                          70, 80, 90, 100, 110}; /* ties by code; missing and zero left out */
    assert_int_equal(order->states, 11);
    assert_memory_equal(order->code, code, sizeof code);
    assert_near(order->capability[0], 0.20 / 0.84);
    assert_near(order->capability[10], 0.01 / 0.84);
    assert_int_equal(order->poles, 6); /* 0.05 / 0.84 is above 0.05, 0.04 / 0.84 below */
    assert_true(!order->place && !order->value && !order->affinity && !order->bloc);
    qd_empirical_free(order);
    order = read_order(&(qd_empirical_source_t){.cinc = DATA "nmc_small.csv", .year = 1900, .states = 3});
    assert_int_equal(order->states, 3);
    assert_near(order->capability[0], 0.4);
    qd_empirical_free(order);
}

/* Pacts of the year in both directions, and the first blocs from them: a leader without its own label takes
 * the lowest label whose owner has no followers. */
static void test_alliances(void **state)
{
    (void)state;
    qd_empirical_t *order = read_order(&(qd_empirical_source_t){
        .cinc = DATA "nmc_small.csv", .alliances = DATA "pacts_small.csv", .year = 1900});
    size_t pacts = 0;
    for (size_t ij = 0; ij < 11 * 11; ij++)
        pacts += order->pact[ij];
    assert_int_equal(pacts, 4);
    assert_true(order->pact[1 * 11 + 2] && order->pact[2 * 11 + 1] && order->pact[8 * 11 + 9]);
    const int expected[11] = {0, 2, 2, 0, 0, 0, 0, 0, 1, 1, 0};
    int label[11];
    qd_first_blocs(order->pact, 11, 8, label);
    assert_memory_equal(label, expected, sizeof expected);
    assert_true(!order->bloc && !order->rival);
    qd_empirical_free(order);
}

static void tie(bool pair[], size_t n, size_t i, size_t j)
{
    pair[i * n + j] = pair[j * n + i] = true;
}

/* Rivals in a chain of pacts stay apart. A state with pacts with two leaders follows the stronger one.
 * Leaders beyond the labels take the labels of owners without followers; the last of them gets none. */
static void test_leaders_and_followers(void **state)
{
    (void)state;
    bool pact[8 * 8] = {false};
    int label[8];
    tie(pact, 8, 0, 2); /* 0 and 1 lead, 2 follows 0, */
    tie(pact, 8, 1, 2);
    tie(pact, 8, 1, 3); /* 3 follows 1, */
    tie(pact, 8, 2, 4); /* 4 has a pact with a follower alone and leads, */
    tie(pact, 8, 4, 6); /* 6 follows 4; 5 and 7 are alone, then 7 follows 5 */
    const int two[8] = {1, 2, 1, 2, 0, 0, 0, 0}, three[8] = {1, 2, 1, 2, 3, 0, 3, 0};
    const int eight[8] = {1, 2, 1, 2, 5, 0, 5, 0}, none[8] = {0}, four[8] = {1, 2, 1, 2, 3, 4, 3, 4};
    qd_first_blocs(pact, 8, 2, label);
    assert_memory_equal(label, two, sizeof two);
    qd_first_blocs(pact, 8, 3, label);
    assert_memory_equal(label, three, sizeof three);
    qd_first_blocs(pact, 8, 8, label);
    assert_memory_equal(label, eight, sizeof eight);
    qd_first_blocs(pact, 8, 0, label);
    assert_memory_equal(label, none, sizeof none);
    tie(pact, 8, 5, 7);
    qd_first_blocs(pact, 8, 4, label);
    assert_memory_equal(label, four, sizeof four);
}

static void test_places_values_affinities(void **state)
{
    (void)state;
    qd_empirical_t *order = read_order(&(qd_empirical_source_t){
        .cinc = DATA "nmc_small.csv", .places = DATA "places_small.csv", .year = 1900, .states = 6});
    const double place[18] = {1, 0, 0, 0, 0, 1, 0, 1, 0, 0, -1, 0, 0, 0, -1, -1, 0, 0};
    for (size_t i = 0; i < 18; i++)
        assert_near(order->place[i], place[i]);
    qd_empirical_free(order);
    order = read_order(&(qd_empirical_source_t){
        .cinc = DATA "nmc_small.csv", .values = DATA "values_small.csv", .year = 1901});
    assert_true(order->value[0] == 0.5 && order->value[1] == 0.0 && order->value[2] == -0.5 &&
                order->value[3] == 0.25);
    assert_int_equal(order->poles, 1); /* at least one */
    qd_empirical_free(order);
    order = read_order(&(qd_empirical_source_t){
        .cinc = DATA "nmc_small.csv", .affinities = DATA "affinities_small.csv", .year = 1900, .states = 3});
    const double affinity[9] = {0, 0.5, -0.25, 0.5, 0, 1, -0.25, 1, 0};
    assert_memory_equal(order->affinity, affinity, sizeof affinity);
    qd_empirical_free(order);
}

/* ---- wrong files --------------------------------------------------------------------------------------- */

static char path[64];

static const char *file_with(const char *text)
{
    snprintf(path, sizeof path, "/tmp/quadrille-empirical-%ld.csv", (long)getpid());
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

/* `told` follows the path of the file. */
static void check_wrong(qd_empirical_source_t source, const char *told)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_empirical_t *order = NULL;
    assert_int_equal(qd_empirical_read(&source, &order, &error), QD_ERROR_INPUT);
    assert_null(order);
    const char *end = strstr(error.text, ".csv");
    assert_non_null(end);
    assert_string_equal(end + 4, told);
}

static const struct {
    const char *text, *told;
} wrong_cinc[] = {
    {"", ":1: found nothing; expected a header of column names\n"},
    {"ccode,year\n2,1900\n", ":1: found no column `cinc`; expected one\n"},
    {"ccode,year,cinc\n2,1900\n", ":2: found 2 fields; expected 3, as in the header\n"},
    {"ccode,year,cinc\n2,1900,0.1\n3,19oo,0.1\n",
     ":3: found `19oo` for `year`; expected a whole number from 0 to 9999\n"},
    {"ccode,year,cinc\n2,1900,abc\n", ":2: found `abc` for `cinc`; expected a number from -9 to 1\n"},
    {"ccode,year,cinc\n2,1900,\n", ":2: found `` for `cinc`; expected a number from -9 to 1\n"},
    {"ccode,year,cinc\n2,1900,nan\n", ":2: found `nan` for `cinc`; expected a number from -9 to 1\n"},
    {"ccode,year,cinc\n2,1900,-0.5\n",
     ":2: found `-0.5` for `cinc`; expected a share from 0 to 1, or -9 (missing)\n"},
    {"ccode,year,cinc\n2.5,1900,0.5\n",
     ":2: found `2.5` for `ccode`; expected a whole number from 1 to 1000000\n"},
    {"ccode,year,cinc\n2,1899,0.5\n3,1910,0.5\n",
     ": found no state in 1900; expected a year from 1899 to 1910\n"},
    {"ccode,year,cinc\n2,1900,0.5\n\n3,1900,0.1\n2,1900,0.5\n",
     ":5: found state 2 in 1900 again; expected it once (it stands in line 2 already)\n"},
    {"ccode,year,cinc\n2,1900,0.5\n3,\xE9,0.1\n",
     ":3:3: found bytes that are not UTF-8 text; expected a CSV file\n"},
    {"ccode,year,cinc\r2,1900,0.5\r3,1901,0.5\r", ":1:16: found a carriage return alone; expected lines that "
                                                  "end in a line feed, with or without a carriage "
                                                  "return before it\n"},
    {"ccode,year,cinc\n\n", ":1: found a header and nothing below it; expected at least one line of data\n"},
    {"ccode,year,cinc,year\n2,1900,0.5,1901\n",
     ":1:17: found the column `year` again; expected it once (it is column 2 already)\n"},
    {"ccode,year,cinc\n2,1900,\"0.5\n", ":2:8: found `\"0.5`; expected a quote that closes this one\n"},
    {"ccode,year,cinc\n2,\"1900\"x,0.5\n",
     ":2:3: found `\"1900\"x,0.5`; expected a comma after the closing quote\n"},
    {"ccode,year,cinc\n2,1900,0.5\n3,1900,-9\n",
     ": found 1 state with a capability in 1900; expected at least 2 and at most 1024\n"},
};

/* A byte order mark, lines of blanks, columns without a name, and quotes around fields with a comma or a
 * quote. */
static void test_lenient_capabilities(void **state)
{
    (void)state;
    qd_empirical_t *order = read_order(&(qd_empirical_source_t){
        .cinc = file_with("\xEF\xBB\xBF\"name, \"\"as is\"\"\",\"ccode\",year,cinc,,\r\n \t\r\n"
                          "\"Korea, \"\"South\"\"\",732, 1900 ,\"0.25\",,\n\"\",2,1900,0.75,,\n  \n"),
        .year = 1900});
    assert_int_equal(order->states, 2);
    qd_empirical_free(order);
    unlink(path);
}

static void test_wrong_capabilities(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong_cinc / sizeof wrong_cinc[0]; i++)
        check_wrong((qd_empirical_source_t){.cinc = file_with(wrong_cinc[i].text), .year = 1900},
                    wrong_cinc[i].told);
    unlink(path);
    check_wrong((qd_empirical_source_t){.cinc = "/nowhere/at/all.csv", .year = 1900},
                ": cannot be read: No such file or directory\n");
    check_wrong((qd_empirical_source_t){.cinc = DATA "nmc_small.csv", .year = 1900, .states = 12},
                ": found 11 states with a capability in 1900; expected at least 12 and at most 1024\n");
}

static void test_wrong_others(void **state)
{
    (void)state;
    qd_empirical_source_t source = {.cinc = DATA "nmc_small.csv", .year = 1900, .states = 2};
    qd_empirical_source_t with = source;
    with.alliances = file_with("ccode1,ccode2,year,cow_defense\n10,20,1900,2\n");
    check_wrong(with, ":2: found `2` for `cow_defense`; expected a whole number from 0 to 1\n");
    with.alliances = file_with("ccode1,ccode2,year,cow_defense\n10,20,1899,1\n");
    check_wrong(with, ": found no pair of states in 1900; expected a year from 1899 to 1899\n");
    with = source;
    with.places = file_with("ccode,latitude,longitude\n10,91,0\n");
    check_wrong(with, ":2: found `91` for `latitude`; expected a number from -90 to 90\n");
    with.places = file_with("ccode,latitude,longitude\n10,0,0\n10,0,0\n");
    check_wrong(with, ":3: found state 10 again; expected it once (it stands in line 2 already)\n");
    with.places = file_with("ccode,latitude,longitude\n10,0,0\n");
    check_wrong(with, ": found no state 20; expected every state of " DATA "nmc_small.csv in 1900\n");
    with = source;
    with.affinities = file_with("ccode1,ccode2,affinity\n10,20,0.5\n20,10,0.4\n");
    check_wrong(with, ":3: found affinity 0.4 of states 20 and 10; expected 0.5, as above\n");
    with.affinities = file_with("ccode1,ccode2,affinity\n10,30,0.5\n"); /* stated in one direction */
    check_wrong(with, ": found no affinity of states 10 and 20; expected every pair of states in 1900\n");
    unlink(path);
}

/* The number of reported faults of the files, and the lines of the first and the last one. */
static void check_told(const qd_empirical_source_t *source, size_t count, size_t first, size_t last)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_empirical_t *order = NULL;
    assert_int_equal(qd_empirical_read(source, &order, &error), QD_ERROR_INPUT);
    assert_null(order);
    assert_int_equal(error.count, count);
    char *end = error.text + error.used - 1;
    *end = '\0'; /* the last newline */
    const char *line = strrchr(error.text, '\n');
    assert_int_equal(strtoul(strstr(error.text, ".csv:") + 5, NULL, 10), first);
    assert_int_equal(strtoul(strstr(line ? line : error.text, ".csv:") + 5, NULL, 10), last);
}

/* A header and thirty lines alike. */
static const char *thirty(const char *header, const char *line)
{
    char text[2048];
    int used = snprintf(text, sizeof text, "%s\n", header);
    for (int i = 0; i < 30; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s\n", line);
    return file_with(text);
}

/* All faults of a file, up to twenty. */
static void test_faults_are_told_together(void **state)
{
    (void)state;
    qd_empirical_source_t source = {.year = 1900};
    source.cinc = file_with("ccode,year,cinc\n2,19oo,0.1\nx,1900,y\n3,1900,0.1\n3,1900,0.1\n4,1900,-1\n");
    check_told(&source, 5, 2, 5); /* the repetition is reported last */
    source.cinc = file_with("code,date,cinc\n2,1900,0.1\n");
    check_told(&source, 2, 1, 1);
    source.cinc = thirty("ccode,year,cinc", "2,1900,x");
    check_told(&source, 20, 2, 21);
    source.cinc = thirty("ccode,year,cinc", "2,1900,0.5");
    check_told(&source, 20, 3, 22);
    source = (qd_empirical_source_t){.cinc = DATA "nmc_small.csv", .year = 1900, .states = 3};
    source.alliances = file_with("ccode1,ccode2,year,defense\nx,y,1900,1\n10,20,1900,2\n10,20,x,1\n");
    check_told(&source, 4, 2, 4);
    source.alliances = thirty("ccode1,ccode2,year,defense", "10,20,1900,2");
    check_told(&source, 20, 2, 21);
    source.alliances = NULL;
    source.places = file_with("ccode,latitude,longitude\n10,91,181\n20,0,x\n20,0,0\ny,0,0\n");
    check_told(&source, 5, 2, 5);
    source.places = NULL;
    source.affinities = file_with("ccode1,ccode2,affinity\n10,20,x\n10,30,2\ny,z,0\n");
    check_told(&source, 4, 2, 4);
    unlink(path);
}

/* Both years of a spell belong to it. */
static void test_rivalries(void **state)
{
    (void)state;
    qd_empirical_source_t source = {.cinc = DATA "nmc_small.csv", .year = 1900, .states = 4};
    source.rivalries = file_with("ccode1,ccode2,styear,endyear,type\n10,20,1494,1900,a\n30,20,1900,1900,b\n"
                                 "10,30,1901,1950,c\n10,40,1800,1899,d\n40,999,1800,1950,e\n");
    qd_empirical_t *order = read_order(&source);
    bool expected[16] = {false};
    tie(expected, 4, 0, 1);
    tie(expected, 4, 1, 2);
    assert_memory_equal(order->rival, expected, sizeof expected);
    qd_empirical_free(order);
    source.rivalries = file_with("ccode1,ccode2,styear,endyear\n10,20,1950,1900\n10,20,x,1900\n");
    check_told(&source, 2, 2, 3);
    unlink(path);
}

static void test_verify(void **state)
{
    (void)state;
    qd_empirical_room_t room;
    qd_empirical_wanted_t all = {true, true, true, true, true, true};
    qd_empirical_t *order = qd_empirical_new(2, all, &room);
    assert_non_null(order);
    room.code[0] = 1;
    room.code[1] = 2;
    room.capability[0] = room.capability[1] = 0.5;
    room.place[0] = room.place[4] = 1.0;
    assert_null(qd_empirical_verify(order));
    room.affinity[1] = 0.5;
    assert_non_null(qd_empirical_verify(order));
    room.affinity[2] = 0.5;
    assert_null(qd_empirical_verify(order));
    room.place[1] = 0.5;
    assert_non_null(qd_empirical_verify(order));
    room.place[1] = 0.0;
    const double wrong[][2] = {{0.5, 0.6}, {0.4, 0.6}, {1.0, 0.0}, {0.0, 1.0}, {1.5, -0.5}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        memcpy(room.capability, wrong[i], sizeof wrong[i]);
        assert_non_null(qd_empirical_verify(order));
    }
    room.capability[0] = room.capability[1] = 0.5;
    room.pact[1] = true;
    assert_non_null(qd_empirical_verify(order));
    room.pact[2] = true;
    room.rival[0] = true;
    assert_non_null(qd_empirical_verify(order));
    room.rival[0] = false;
    assert_null(qd_empirical_verify(order));
    room.code[1] = 1;
    assert_non_null(qd_empirical_verify(order));
    qd_empirical_free(order);
}

/* ---- in an experiment ---------------------------------------------------------------------------------- */

/* The canonical text carries the data: it needs no file to be read back. */
static void test_experiment_embeds_data(void **state)
{
    (void)state;
    const char text[] = "orders:\n"
                        "  - {empirical: {cinc: " DATA "nmc_small.csv, year: 1900, alliances: " DATA
                        "pacts_small.csv, rivalries: " DATA "rivalries_small.csv}}\n"
                        "  - multipolar\n"
                        "  - {empirical: {cinc: " DATA "nmc_small.csv, year: 1900, states: 9, places: " DATA
                        "places_all.csv}}\n"
                        "  - {empirical: {cinc: " DATA
                        "nmc_small.csv, year: 1901, label: later, values: " DATA "values_small.csv}}\n";
    char *without = strdup(text), *cut = strstr(without, ", places: ");
    memmove(cut, strstr(cut, "}}"), strlen(strstr(cut, "}}")) + 1);
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *first = NULL, *second = NULL;
    assert_int_equal(qd_experiment_parse(text, "t", &first, &error),
                     QD_ERROR_INPUT); /* places_all.csv is absent */
    error = QD_ERROR_NONE;
    if (qd_experiment_parse(without, "t", &first, &error))
        fail_msg("%s", error.text);
    assert_string_equal(first->order[0].label, "empirical-1900");
    assert_string_equal(first->order[2].label, "empirical-1900-2");
    assert_string_equal(first->order[3].label, "later");
    assert_int_equal(first->order[3].year, 1901);
    assert_null(strstr(first->config, ".csv"));
    assert_int_equal(qd_experiment_parse(first->config, "t", &second, &error), QD_OK);
    assert_string_equal(first->config, second->config);
    assert_true(first->config_hash == second->config_hash);
    for (size_t o = 0; o < 4; o++) {
        const qd_empirical_t *a = first->order[o].empirical, *b = second->order[o].empirical;
        assert_int_equal(!a, !b);
        if (!a)
            continue;
        assert_true(a->states == b->states && a->poles == b->poles);
        assert_memory_equal(a->capability, b->capability, a->states * sizeof(double));
        assert_true(!a->pact == !b->pact && !a->rival == !b->rival && !a->pact == (o > 0));
        if (!a->pact)
            continue;
        assert_memory_equal(a->pact, b->pact, a->states * a->states * sizeof(bool));
        assert_memory_equal(a->rival, b->rival, a->states * a->states * sizeof(bool));
    }
    assert_non_null(strstr(first->config, "pacts: [20, 30, 90, 100], rivals: [10, 20]"));
    qd_experiment_free(first);
    qd_experiment_free(second);
    free(without);
}

/* Five majors, each with a share of 0.05 or more, are five poles and no other state: a valid order,
 * read from its file and from the canonical text. Every state then sits on the circle of the poles' values.
 */
static void test_majors_alone(void **state)
{
    (void)state;
    char text[128];
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *first = NULL, *second = NULL;
    snprintf(text, sizeof text, "orders: [{empirical: {cinc: %s, year: 1816}}]",
             file_with("ccode,year,cinc\n200,1816,0.33\n300,1816,0.1\n365,1816,0.17\n220,1816,0.12\n"
                       "255,1816,0.06\n"));
    if (qd_experiment_parse(text, "t", &first, &error) ||
        qd_experiment_parse(first->config, "t", &second, &error))
        fail_msg("%s", error.text);
    unlink(path);
    assert_int_equal(second->order[0].empirical->states, 5);
    assert_int_equal(second->order[0].empirical->poles, 5);
    qd_plan_t plan;
    qd_change_t none[1];
    qd_state_t order;
    qd_experiment_plan(second, 0, 0, none, &plan);
    assert_true(qd_state_init(&order, 5));
    for (uint64_t world = 0; world < 50; world++) {
        qd_parameters_t p;
        qd_luck_t luck = {.seed = 1816, .world = world};
        qd_sample_parameters(&plan, luck, &p);
        assert_null(qd_sample_order(&order, &plan, &p, luck));
        assert_null(qd_state_verify(&order));
        for (size_t i = 0; i < 5; i++)
            assert_true(fabs(hypot(order.value[i], order.value[order.padded + i]) - 0.6) < 1e-12);
    }
    qd_state_free(&order);
    qd_experiment_free(first);
    qd_experiment_free(second);
}

/* X + pacts - rivalries before the clamp, at the same luck; files of affinities override both. */
static void test_ties_move_affinities(void **state)
{
    (void)state;
    enum { N = 6 };
    bool pact[N * N] = {false}, rival[N * N] = {false};
    int code[N] = {1, 2, 3, 4, 5, 6};
    double capability[N] = {0.3, 0.25, 0.2, 0.15, 0.06, 0.04}, affinity[N * N] = {0};
    tie(pact, N, 0, 3);
    tie(pact, N, 1, 2);
    tie(rival, N, 0, 3);
    tie(rival, N, 0, 1);
    qd_empirical_t data = {.states = N, .poles = 5, .code = code, .capability = capability};
    qd_plan_t plan = qd_plan_default(QD_EMPIRICAL);
    plan.empirical = &data;
    plan.parameter[QD_P_affinity_pacts] = qd_constant(0.3);
    plan.parameter[QD_P_affinity_rivalries] = qd_constant(1.6);
    qd_state_t without, with;
    assert_true(qd_state_init(&without, N) && qd_state_init(&with, N));
    size_t clamped = 0;
    for (uint64_t world = 0; world < 40; world++) {
        qd_parameters_t p;
        qd_luck_t luck = {.seed = 14, .world = world};
        qd_sample_parameters(&plan, luck, &p);
        data.pact = data.rival = NULL;
        data.affinity = NULL;
        assert_null(qd_sample_order(&without, &plan, &p, luck));
        data.pact = pact;
        data.rival = rival;
        assert_null(qd_sample_order(&with, &plan, &p, luck));
        for (size_t i = 0; i < N; i++)
            for (size_t j = 0; j < N; j++) {
                size_t at = i * with.padded + j;
                double moved = 0.3 * pact[i * N + j] - 1.6 * rival[i * N + j];
                double expected = fmax(-1.0, fmin(1.0, without.baseline[at] + moved));
                if (fabs(without.baseline[at]) < 1.0)
                    assert_true(fabs(with.baseline[at] - expected) < 1e-15);
                clamped += moved != 0.0 && fabs(expected) == 1.0;
            }
        data.affinity = affinity;
        assert_null(qd_sample_order(&with, &plan, &p, luck));
        for (size_t i = 0; i < N * with.padded; i++)
            assert_true(with.baseline[i] == 0.0 && with.affinity[i] == 0.0);
    }
    assert_true(clamped > 0);
    qd_state_free(&without);
    qd_state_free(&with);
}

static size_t position(const qd_empirical_t *order, int code)
{
    for (size_t i = 0; i < order->states; i++)
        if (order->code[i] == code)
            return i;
    fail_msg("state %d is not among the strongest", code);
    return 0;
}

/* The blocs of the twenty strongest states of a year as lists of country codes, one a line. */
static void print_blocs(const qd_empirical_t *order, int year, const int label[])
{
    for (int k = 1; k <= 8; k++) {
        char line[256] = "";
        for (size_t i = 0; i < order->states; i++)
            if (label[i] == k)
                snprintf(line + strlen(line), sizeof line - strlen(line), " %d", order->code[i]);
        if (line[0])
            print_message("%d, bloc %d:%s\n", year, k, line);
    }
}

/* Correlates of War country codes. */
enum {
    USA = 2,
    UK = 200,
    FRANCE = 220,
    GERMANY = 255,
    AUSTRIA = 300,
    ITALY = 325,
    RUSSIA = 365,
    JAPAN = 740
};

/* First blocs of years whose blocs are known: pairs that stood together, and pairs that did not. */
static void test_known_blocs(void **state)
{
    (void)state;
    static const struct {
        int year, together[4][2], apart[4][2];
    } known[] = {
        {1914, {{GERMANY, AUSTRIA}, {GERMANY, ITALY}, {RUSSIA, FRANCE}}, {{GERMANY, RUSSIA}, {GERMANY, UK}}},
        {1938, {{RUSSIA, FRANCE}}, {{RUSSIA, GERMANY}, {UK, GERMANY}, {USA, RUSSIA}}},
        {1950, {{USA, UK}, {USA, FRANCE}, {RUSSIA, 710}}, {{USA, RUSSIA}, {UK, RUSSIA}}},
        {1975, {{USA, UK}, {USA, JAPAN}, {RUSSIA, 265}}, {{USA, RUSSIA}, {260, 265}}},
        {2000, {{USA, UK}, {USA, JAPAN}, {USA, GERMANY}}, {{USA, RUSSIA}, {USA, 710}}},
    };
    const char *nmc = QD_SHARED_DIR "/data/cow_nmc.csv", *alliances = QD_SHARED_DIR "/data/cow_alliance.csv";
    if (access(nmc, R_OK) || access(alliances, R_OK)) {
        print_message("skipped: no Correlates of War data in %s\n", QD_SHARED_DIR "/data");
        skip();
    }
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        int label[20];
        qd_empirical_t *order = read_order(&(qd_empirical_source_t){
            .cinc = nmc, .alliances = alliances, .year = known[k].year, .states = 20});
        qd_first_blocs(order->pact, 20, 8, label);
        print_blocs(order, known[k].year, label);
        for (size_t p = 0; p < 4; p++) {
            const int *a = known[k].together[p], *b = known[k].apart[p];
            if (a[0])
                assert_true(label[position(order, a[0])] > 0 &&
                            label[position(order, a[0])] == label[position(order, a[1])]);
            int first = b[0] ? label[position(order, b[0])] : 0;
            assert_true(first == 0 || first != label[position(order, b[1])]);
        }
        qd_empirical_free(order);
    }
}

/* The published files, where they are available. */
static void test_published_data(void **state)
{
    (void)state;
    const char *nmc = QD_SHARED_DIR "/data/cow_nmc.csv", *alliances = QD_SHARED_DIR "/data/cow_alliance.csv";
    if (access(nmc, R_OK) || access(alliances, R_OK)) {
        print_message("skipped: no Correlates of War data in %s\n", QD_SHARED_DIR "/data");
        skip();
    }
    qd_empirical_t *order =
        read_order(&(qd_empirical_source_t){.cinc = nmc, .alliances = alliances, .year = 1936, .states = 24});
    const int strongest[6] = {2, 365, 255, 710, 200, 220};
    assert_int_equal(order->states, 24);
    assert_memory_equal(order->code, strongest, sizeof strongest);
    assert_true(order->capability[0] / order->capability[1] - 0.20598476 / 0.1481709 < 1e-12);
    qd_empirical_free(order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_capabilities),
        cmocka_unit_test(test_alliances),
        cmocka_unit_test(test_leaders_and_followers),
        cmocka_unit_test(test_rivalries),
        cmocka_unit_test(test_places_values_affinities),
        cmocka_unit_test(test_lenient_capabilities),
        cmocka_unit_test(test_wrong_capabilities),
        cmocka_unit_test(test_wrong_others),
        cmocka_unit_test(test_faults_are_told_together),
        cmocka_unit_test(test_verify),
        cmocka_unit_test(test_experiment_embeds_data),
        cmocka_unit_test(test_majors_alone),
        cmocka_unit_test(test_ties_move_affinities),
        cmocka_unit_test(test_published_data),
        cmocka_unit_test(test_known_blocs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
