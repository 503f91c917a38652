/* The record of a world: sums over its events, from which the outcomes of docs/model.md, part 7, follow at
 * the end. */
#ifndef QD_MEASURE_RECORD_H
#define QD_MEASURE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "measure/structure.h"
#include "quadrille/world.h"
#include "world/set.h"
#include "world/state.h"

typedef struct {
    size_t periods, period; /* T; the present period */
    size_t halfway;         /* floor(T/2): periods below it are the first half */
    int cause;              /* breakdown_cause: 0 none, 1 war, 2 tension */
    size_t broke;           /* period of breakdown, or T */
    uint32_t wars, crises, successes, paralyses, reviews, not_converged;
    uint32_t met[QD_VENUES + 1];                                   /* crises by venue, abstentions last */
    uint32_t missions[2], flexible[2];                             /* by halves */
    uint32_t now_missions, now_flexible;                           /* of the present period */
    double tension[2];                                             /* sums over period ends, by halves */
    double turnover, persistence, legitimacy, size, gini, strange; /* sums over reviews, missions */
    uint32_t passes, passes_max;
    uint32_t endured, partners,
        withdrawals; /* missions that endured, their partners at the start, partners that left */
    uint64_t length; /* sum of the missions' periods */
    uint32_t club_reviews;
    double club_turnover;       /* sum over club reviews */
    qd_depths_t depths;         /* as of the last qd_record_levels */
    qd_set_t joined;            /* states that joined the last mission */
    uint32_t joiners;           /* their number; 0 before the first mission */
    qd_membership_t membership; /* as of the last qd_record_labels */
    bool keeps_paths;           /* otherwise `path` is not written */
    double *path;               /* [QD_SERIES_COUNT][path_stride] */
    size_t path_stride;
} qd_record_t;

bool qd_record_init(qd_record_t *self, size_t states, size_t periods);
void qd_record_free(qd_record_t *self);
void qd_record_reset(qd_record_t *self, size_t periods);

/* Records a breakdown of the order in the present period, unless there was one before. cause: 1 war, 2
 * tension. */
void qd_record_breakdown(qd_record_t *self, int cause);

/* Records one mission: the states that joined (always with the initiator), its venue, legitimacy, Gini of the
 * joiners' stakes, share of strange partners. */
void qd_record_mission(qd_record_t *self, const qd_set_t *joined, qd_venue_t venue, double legitimacy,
                       double gini, double strange, int passes);

/* Call it after labels may have changed, before the period or the world ends. */
void qd_record_labels(qd_record_t *self, const qd_state_t *state);

/* Call it after levels changed, before the period or the world ends; not needed without clubs. */
void qd_record_levels(qd_record_t *self, const qd_state_t *state);

/* End of the present period, after the bloc review: sums, paths. */
void qd_record_period(qd_record_t *self, const qd_state_t *state);

/* Outcomes of the whole world, at its end. `scratch`: [padded]. */
void qd_record_outcomes(const qd_record_t *self, const qd_state_t *state, double *scratch,
                        qd_outcomes_t *out);

#endif
