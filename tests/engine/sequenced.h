/* Claims judged by sequences over worlds whose outcomes are made up. */
#ifndef QD_TESTS_ENGINE_SEQUENCED_H
#define QD_TESTS_ENGINE_SEQUENCED_H

#include "engine/bench.h"
#include "engine/claim_sequences.h"
#include "engine/dispatch.h"

typedef struct {
    qd_error_t error;
    qd_experiment_t *experiment;
    size_t *original;
    qd_groups_t groups;
    qd_claim_sequences_t *sequences;
    uint64_t looked; /* at open cells */
} sequenced_t;

static inline void sequenced_restart(sequenced_t *self)
{
    qd_claim_sequences_free(self->sequences);
    self->looked = 0;
    assert_int_equal(qd_claim_sequences_new(self->experiment, self->original, &self->groups, &self->sequences,
                                            &self->error),
                     QD_OK);
}

static inline void sequenced_open(sequenced_t *self, const char *yaml)
{
    memset(self, 0, sizeof *self);
    if (qd_experiment_parse(yaml, "test", &self->experiment, &self->error) != QD_OK)
        fail_msg("%s", self->error.text);
    assert_int_equal(qd_originals_find(self->experiment, &self->original, &self->error), QD_OK);
    assert_int_equal(qd_groups_find(self->experiment, self->original, &self->groups, &self->error), QD_OK);
    sequenced_restart(self);
}

static inline void sequenced_close(sequenced_t *self)
{
    qd_claim_sequences_free(self->sequences);
    qd_groups_free(&self->groups);
    free(self->original);
    qd_experiment_free(self->experiment);
}

/* Hands in the next look of every open cell; false where none is open. `outcome` is made up. */
static inline bool sequenced_look(sequenced_t *self, qd_outcome_t outcome, made_up_t *made_up)
{
    static qd_outcomes_t row[QD_LOOK_SIZE];
    size_t orders = self->experiment->orders;
    bool open = false;
    for (size_t cell = 0; cell < self->experiment->points * orders; cell++) {
        if (self->original[cell / orders] != cell / orders ||
            qd_claim_sequences_closed(self->sequences, cell))
            continue;
        open = true;
        for (size_t w = 0; w < QD_LOOK_SIZE; w++)
            row[w].value[outcome] = made_up(self->experiment, cell / orders, cell % orders, self->looked + w);
        qd_segment_t block = {.worlds = QD_LOOK_SIZE, .row = row};
        qd_claim_sequences_take(self->sequences, cell, &block);
    }
    for (size_t g = 0; g < self->groups.groups && open; g++)
        qd_claim_sequences_look(self->sequences, g, QD_LOOK_SIZE);
    self->looked += open ? QD_LOOK_SIZE : 0;
    return open;
}

/* Looks until every cell has ended or the experiment's worlds have. */
static inline void sequenced_run(sequenced_t *self, qd_outcome_t outcome, made_up_t *made_up)
{
    while (self->looked + QD_LOOK_SIZE <= self->experiment->worlds && sequenced_look(self, outcome, made_up))
        ;
}

static inline qd_place_finding_t found(const sequenced_t *self, size_t claim, size_t column)
{
    return qd_claim_sequences_find(self->sequences, QD_PLACES_CLAIMS, claim, column);
}

#endif
