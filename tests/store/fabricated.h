/* An experiment made by hand and worlds made up, for the tests of the store: every value is a function of
 * (point's hash, order, world), so any division of the worlds must lead to the same result. */
#ifndef QD_TESTS_STORE_FABRICATED_H
#define QD_TESTS_STORE_FABRICATED_H

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

#include "quadrille/experiment.h"
#include "statistics/tally.h"
#include "store/index.h"
#include "store/parts.h"

#define PERIODS 12

static const char *const fabricated_labels[] = {"unipolar", "bipolar", "multipolar"};

static inline char *copy_text(const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    return copy;
}

/* Points 0, 1, ... with one factor; the point numbered points - 1 repeats point 0 when `repeat`. */
static inline qd_experiment_t *fabricate(size_t points, size_t orders, uint64_t worlds, bool repeat)
{
    qd_experiment_t *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->name = copy_text("fabricated");
    self->about = copy_text("made up for the tests of the store, \xc3\xbc \"quoted\"");
    self->seed = 18446744073709551615ull;
    self->worlds = worlds;
    self->orders = orders;
    self->order = calloc(orders, sizeof *self->order);
    for (size_t o = 0; o < orders; o++)
        self->order[o] = (qd_order_t){.kind = (qd_order_kind_t)o, .label = copy_text(fabricated_labels[o])};
    self->design =
        (qd_design_t){.type = QD_DESIGN_GRID, .factors = 2, .factor = calloc(2, sizeof(qd_factor_t))};
    self->design.factor[0] = (qd_factor_t){.name = copy_text("institution.target"),
                                           .parameter = qd_parameter_find("institution.target")};
    self->design.factor[1] = (qd_factor_t){.name = copy_text("doctrine"), .parameter = -1};
    self->points = points;
    self->point = calloc(points, sizeof *self->point);
    for (size_t p = 0; p < points; p++) {
        char label[32];
        snprintf(label, sizeof label, "%zu", p);
        uint64_t identity = repeat && p + 1 == points ? 0 : p;
        self->point[p].label = copy_text(label);
        self->point[p].coordinate = calloc(2, sizeof(double));
        self->point[p].coordinate[0] = 0.1 * (double)identity;
        self->point[p].coordinate[1] = p == 1 ? (double)NAN : (double)(p % 3);
        self->point[p].hash = 0x9E3779B97F4A7C15ull * (identity + 1);
    }
    self->output = (qd_output_t){.worlds = true, .paths = true};
    for (size_t o = 0; o < QD_OUTCOMES; o++)
        self->output.outcome[o] = true;
    self->config = copy_text("name: fabricated\nworlds: many\n");
    self->config_hash = 0x0123456789ABCDEFull;
    return self;
}

static inline void fabricated_free(qd_experiment_t *self)
{
    for (size_t o = 0; o < self->orders; o++)
        free(self->order[o].label);
    for (size_t p = 0; p < self->points; p++) {
        free(self->point[p].label);
        free(self->point[p].coordinate);
    }
    for (size_t f = 0; f < self->design.factors; f++)
        free(self->design.factor[f].name);
    free(self->design.factor);
    free(self->order);
    free(self->point);
    free(self->name);
    free(self->about);
    free(self->config);
    free(self);
}

static inline bool fabricated_fails(uint64_t world)
{
    return world % 41 == 7;
}

/* Uniform on [0,1), from (point's hash, order, world, what). */
static inline double fabricated_share(uint64_t hash, size_t order, uint64_t world, uint64_t what)
{
    qd_luck_t luck = {.seed = hash + order, .world = world};
    return qd_random_uniform(luck, QD_PURPOSE_BOOTSTRAP, 0, (uint32_t)what);
}

static inline void fabricated_row(const qd_experiment_t *experiment, size_t p, size_t o, uint64_t world,
                                  qd_outcomes_t *row)
{
    for (size_t k = 0; k < QD_OUTCOMES; k++) {
        double u = fabricated_share(experiment->point[p].hash, o, world, k);
        const qd_outcome_info_t *info = &qd_outcome_table[k];
        double low = isfinite(info->low) ? info->low : -3.0,
               high = isfinite(info->high) ? info->high : low + 9.0;
        row->value[k] =
            info->type == QD_OUTCOME_REAL ? low + (high - low) * u : floor(low + (high - low) * u);
    }
    row->breakdown = row->survival < 6.0;
    row->not_converged = 0.0;
}

/* Rows, failures and encoded tally of worlds first .. first + worlds - 1. Freed by segment_free. */
static inline qd_segment_t segment_new(const qd_experiment_t *experiment, size_t p, size_t o, uint64_t first,
                                       uint64_t worlds)
{
    qd_error_t error = QD_ERROR_NONE;
    double path[QD_SERIES_COUNT * PERIODS];
    qd_outcomes_t *row = calloc(worlds, sizeof *row);
    qd_failure_t *failure = calloc(worlds, sizeof *failure);
    double *extra = calloc(2 * worlds, sizeof *extra);
    qd_tally_t *tally = qd_tally_new(PERIODS, true);
    qd_segment_t self = {.point = p, .order = o, .first = first, .worlds = worlds, .periods = PERIODS};
    for (uint64_t w = 0; w < worlds; w++) {
        if (fabricated_fails(first + w)) {
            failure[self.failures++] = (qd_failure_t){first + w, "tension is not finite"};
            qd_tally_add_failure(tally, first + w, "tension is not finite");
            continue;
        }
        fabricated_row(experiment, p, o, first + w, &row[w]);
        extra[2 * w] = row[w].wars + 0.5;
        extra[2 * w + 1] = row[w].balance;
        for (size_t i = 0; i < QD_SERIES_COUNT * PERIODS; i++)
            path[i] = fabricated_share(experiment->point[p].hash, o, first + w, 1000 + i);
        qd_result_t result = {.outcomes = row[w], .periods = PERIODS, .path = path, .path_stride = PERIODS};
        qd_tally_add(tally, first + w, &result);
    }
    unsigned char *bytes = NULL;
    size_t size = 0, capacity = 0;
    assert_int_equal(qd_tally_encode(tally, &bytes, &size, &capacity, &error), QD_OK);
    qd_tally_free(tally);
    self.row = row;
    self.failure = failure;
    self.extra = extra;
    self.tally = bytes;
    self.tally_size = size;
    return self;
}

static inline void segment_free(qd_segment_t *self)
{
    free((void *)(uintptr_t)self->row);
    free((void *)(uintptr_t)self->failure);
    free((void *)(uintptr_t)self->extra);
    free((void *)(uintptr_t)self->tally);
}

static inline qd_status_t append_worlds(qd_parts_t *parts, const qd_experiment_t *experiment, size_t p,
                                        size_t o, uint64_t first, uint64_t worlds, qd_error_t *error)
{
    qd_segment_t segment = segment_new(experiment, p, o, first, worlds);
    qd_status_t status = qd_parts_append(parts, &segment, error);
    segment_free(&segment);
    return status;
}

#define assert_ok(call)                                                                                      \
    do {                                                                                                     \
        qd_error_t error_of_call = QD_ERROR_NONE, *error = &error_of_call;                                   \
        if ((call) != QD_OK)                                                                                 \
            fail_msg("%s", error->text);                                                                     \
    } while (0)

/* A folder of its own for each test program, removed at its end. */
static inline char *scratch_folder(void)
{
    char *folder = copy_text("quadrille-store-XXXXXX");
    assert_non_null(mkdtemp(folder));
    return folder;
}

static inline void scratch_remove(char *folder)
{
    char command[512];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
    free(folder);
}

/* Worlds that the sources of an index have twice, as its warnings say. */
static inline uint64_t doubles_of(const qd_index_t *index)
{
    static const char says[] = " worlds are in other files too; counted once";
    uint64_t sum = 0;
    for (const char *at = strstr(qd_index_warnings(index)->text, says); at; at = strstr(at + 1, says)) {
        const char *digits = at;
        while (digits[-1] >= '0' && digits[-1] <= '9')
            digits--;
        sum += strtoull(digits, NULL, 10);
    }
    return sum;
}

#endif
