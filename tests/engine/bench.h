/* Analyses of worlds whose outcomes are made up, so that the right answers are known. */
#ifndef QD_TESTS_ENGINE_BENCH_H
#define QD_TESTS_ENGINE_BENCH_H

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

#include "engine/analysis.h"
#include "quadrille/random.h"
#include "store/parts.h"

/* `survival` of world w of a cell; NaN: it failed. */
typedef double made_up_t(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world);

typedef struct {
    qd_error_t error;
    qd_experiment_t *experiment;
    char folder[64];
    qd_parts_t *parts;
    qd_index_t *done;
    qd_analysis_t analysis;
} bench_t;

static inline double luck(uint64_t world, uint32_t draw)
{
    return qd_random_normal((qd_luck_t){7, world}, QD_PURPOSE_BOOTSTRAP, 99, draw);
}

/* ---- bench --------------------------------------------------------------------------------------------- */

static inline void play(bench_t *self, size_t point, size_t order, uint64_t worlds, made_up_t *made_up)
{
    qd_outcomes_t *row = calloc(worlds, sizeof *row);
    qd_failure_t *failure = calloc(worlds, sizeof *failure);
    qd_tally_t *tally = qd_tally_new(4, false);
    qd_segment_t segment = {
        .point = point, .order = order, .worlds = worlds, .row = row, .periods = 4, .failure = failure};
    size_t capacity = 0;
    unsigned char *bytes = NULL;
    assert_true(row && failure && tally);
    for (uint64_t w = 0; w < worlds; w++) {
        row[w].survival = made_up(self->experiment, point, order, w);
        if (isnan(row[w].survival)) {
            failure[segment.failures++] = (qd_failure_t){w, "made up"};
            qd_tally_add_failure(tally, w, "made up");
        } else {
            qd_result_t result = {.outcomes = row[w], .periods = 4};
            qd_tally_add(tally, w, &result);
        }
    }
    assert_int_equal(qd_tally_encode(tally, &bytes, &segment.tally_size, &capacity, &self->error), QD_OK);
    segment.tally = bytes;
    assert_int_equal(qd_parts_append(self->parts, &segment, &self->error), QD_OK);
    free(bytes);
    free(row);
    free(failure);
    qd_tally_free(tally);
}

static inline void bench_open(bench_t *self, const char *yaml)
{
    memset(self, 0, sizeof *self);
    if (qd_experiment_parse(yaml, "test", &self->experiment, &self->error) != QD_OK)
        fail_msg("%s", self->error.text);
    strcpy(self->folder, "test_analysis.XXXXXX");
    assert_non_null(mkdtemp(self->folder));
    qd_parts_options_t options = {.folder = self->folder, .mode = QD_PARTS_NEW, .columns = QD_COLUMNS_ALL};
    if (qd_parts_open(&options, self->experiment, &self->parts, &self->error) != QD_OK)
        fail_msg("%s", self->error.text);
}

/* Reads the played worlds, as a run would. */
static inline void bench_analyse(bench_t *self)
{
    assert_int_equal(qd_parts_flush(self->parts, &self->error), QD_OK);
    assert_int_equal(qd_index_new(self->experiment, NULL, &self->done, &self->error), QD_OK);
    assert_int_equal(qd_index_add_folder(self->done, self->folder, false, &self->error), QD_OK);
    assert_int_equal(qd_index_select(self->done, &self->error), QD_OK);
    if (qd_analyse(self->experiment, self->done, NULL, &self->analysis, &self->error) != QD_OK)
        fail_msg("%s", self->error.text);
}

static inline void bench_run(bench_t *self, const char *yaml, made_up_t *made_up)
{
    bench_open(self, yaml);
    for (size_t p = 0; p < self->experiment->points; p++)
        for (size_t o = 0; o < self->experiment->orders; o++)
            play(self, p, o, self->experiment->worlds, made_up);
    bench_analyse(self);
}

static inline void bench_close(bench_t *self)
{
    qd_analysis_free(&self->analysis);
    qd_index_free(self->done);
    qd_parts_close(self->parts);
    assert_int_equal(qd_parts_remove(self->folder, NULL, &self->error), QD_OK);
    rmdir(self->folder);
    qd_experiment_free(self->experiment);
}

static inline const qd_result_claim_t *claim_of(const bench_t *self, const char *id)
{
    for (size_t i = 0; i < self->analysis.claims; i++)
        if (strcmp(self->analysis.claim[i].id, id) == 0)
            return &self->analysis.claim[i];
    fail_msg("no claim %s", id);
    return NULL;
}

#endif
