#include "measure/record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "math/reduce.h"

bool qd_record_init(qd_record_t *self, size_t states, size_t periods)
{
    *self = (qd_record_t){.path_stride = periods, .keeps_paths = true};
    self->path = qd_new(QD_SERIES_COUNT * periods, sizeof *self->path, NULL);
    bool complete = qd_membership_init(&self->membership, states);
    return qd_depths_init(&self->depths, states) && complete && self->path;
}

void qd_record_free(qd_record_t *self)
{
    free(self->path);
    qd_membership_free(&self->membership);
    qd_depths_free(&self->depths);
    *self = (qd_record_t){0};
}

void qd_record_reset(qd_record_t *self, size_t periods)
{
    *self = (qd_record_t){.keeps_paths = self->keeps_paths,
                          .path = self->path,
                          .membership = self->membership,
                          .depths = {.deepest = self->depths.deepest, .minor = self->depths.minor},
                          .path_stride = self->path_stride,
                          .periods = periods,
                          .halfway = periods / 2,
                          .broke = periods};
}

void qd_record_breakdown(qd_record_t *self, int cause)
{
    if (self->cause != 0)
        return;
    self->cause = cause;
    self->broke = self->period;
}

/* Jaccard similarity of the joiners of this mission and the last one, 0 for the first; stores the present
 * joiners. */
static double jaccard(qd_record_t *self, const qd_set_t *joined)
{
    uint32_t before = self->joiners, now = (uint32_t)qd_set_count(joined);
    uint32_t both = before > 0 ? (uint32_t)qd_set_count_common(joined, &self->joined) : 0;
    self->joined = *joined;
    self->joiners = now;
    return (double)both / (double)(before + now - both);
}

void qd_record_mission(qd_record_t *self, const qd_set_t *joined, qd_venue_t venue, double legitimacy,
                       double gini, double strange, int passes)
{
    size_t half = self->period >= self->halfway;
    self->persistence += jaccard(self, joined);
    self->missions[half]++;
    self->now_missions++;
    if (venue == QD_FLEXIBLE) {
        self->flexible[half]++;
        self->now_flexible++;
    }
    self->legitimacy += legitimacy;
    self->size += self->joiners;
    self->gini += gini;
    self->strange += strange;
    self->passes += (uint32_t)passes;
    self->passes_max = (uint32_t)passes > self->passes_max ? (uint32_t)passes : self->passes_max;
}

void qd_record_labels(qd_record_t *self, const qd_state_t *state)
{
    qd_membership_set(&self->membership, state);
}

void qd_record_levels(qd_record_t *self, const qd_state_t *state)
{
    qd_depths_set(&self->depths, state);
}

/* ---- series: one reader for each row of quadrille/series.def ------------------------------------------- */

typedef struct {
    const qd_record_t *record;
    const qd_state_t *state;
    qd_alignment_t alignment;
} moment_t;

/* The declaration after the function ends with the semicolon of each use. */
#define SERIES(name, value)                                                                                  \
    static double series_##name(const moment_t *now)                                                         \
    {                                                                                                        \
        return value;                                                                                        \
    }                                                                                                        \
    struct qd_semicolon

SERIES(tension, now->state->tension);
SERIES(institution, now->state->institution);
SERIES(debt, now->state->debt);
SERIES(effective_blocs, now->alignment.effective);
SERIES(unaligned, now->alignment.unaligned);
SERIES(integration, qd_measure_integration(&now->record->depths, now->state->c));
SERIES(support, qd_measure_support(now->state));

/* NaN in a period without missions. */
static double series_flexible(const moment_t *now)
{
    const qd_record_t *record = now->record;
    return record->now_missions ? (double)record->now_flexible / (double)record->now_missions : (double)NAN;
}

static void add_to_paths(qd_record_t *self, const qd_state_t *state)
{
    moment_t now = {
        .record = self, .state = state, .alignment = qd_measure_alignment(&self->membership, state->c)};
    double *path = self->path + self->period; /* the next series begins path_stride further on */
#define QD_SERIES(field, low, high, unit, meaning)                                                           \
    *path = series_##field(&now);                                                                            \
    path += self->path_stride;
#include "quadrille/series.def"
#undef QD_SERIES
}

void qd_record_period(qd_record_t *self, const qd_state_t *state)
{
    self->tension[self->period >= self->halfway] += state->tension;
    if (self->keeps_paths)
        add_to_paths(self, state);
    self->now_missions = self->now_flexible = 0;
}

/* ---- outcomes: one reader for each row of quadrille/outcomes.def --------------------------------------- */

/* A mean over nothing is 0. */
static double mean(double sum, double count)
{
    return count > 0.0 ? sum / count : 0.0;
}

/* A world at its end, with values shared by several readers. */
typedef struct {
    const qd_record_t *record;
    const qd_state_t *state;
    double *scratch; /* [padded] */
    qd_alignment_t alignment;
    double missions;
} end_t;

#define OUTCOME(name, value)                                                                                 \
    static double outcome_##name(const end_t *end)                                                           \
    {                                                                                                        \
        return value;                                                                                        \
    }                                                                                                        \
    struct qd_semicolon

OUTCOME(breakdown, end->record->cause != 0);
OUTCOME(breakdown_cause, end->record->cause);
OUTCOME(survival, (double)end->record->broke);
OUTCOME(wars, end->record->wars);
OUTCOME(crises, end->record->crises);
OUTCOME(resolved, mean(end->record->successes, end->record->crises));
OUTCOME(tension_mean, mean(end->record->tension[0] + end->record->tension[1], (double)end->record->periods));
OUTCOME(tension_early, mean(end->record->tension[0], (double)end->record->halfway));
OUTCOME(tension_late, mean(end->record->tension[1], (double)(end->record->periods - end->record->halfway)));
OUTCOME(tension_end, end->state->tension);
OUTCOME(institution_end, end->state->institution);
OUTCOME(debt_end, end->state->debt);
OUTCOME(cohesion_end, qd_measure_cohesion(end->state));
OUTCOME(paralysis, mean(end->record->paralyses, end->record->crises));
OUTCOME(persistence, mean(end->record->persistence, end->missions - 1.0));
OUTCOME(support_end, qd_measure_support(end->state));

static double outcome_balance(const end_t *end)
{
    const qd_state_t *state = end->state;
    return qd_measure_balance(state->n, state->padded, state->c, state->affinity, end->scratch);
}

OUTCOME(effective_blocs, end->alignment.effective);
OUTCOME(unaligned, end->alignment.unaligned);
OUTCOME(largest_bloc, qd_measure_largest_bloc(&end->record->membership, end->state->c));
OUTCOME(turnover, mean(end->record->turnover, end->record->reviews));
OUTCOME(polarisation, qd_measure_polarisation(end->state));
OUTCOME(hostile_dyads, qd_measure_hostile_dyads(end->state));
OUTCOME(concentration, qd_measure_concentration(end->state->n, end->state->c));
OUTCOME(polarity_end, qd_measure_polarity(end->state->n, end->state->c));
OUTCOME(integration, qd_measure_integration(&end->record->depths, end->state->c));
OUTCOME(overlap, qd_measure_overlap(end->state));
OUTCOME(rival_spokes, qd_measure_rival_spokes(end->state));
OUTCOME(club_turnover, mean(end->record->club_turnover, end->record->club_reviews));
OUTCOME(values_spread, qd_measure_values_spread(end->state));

/* share_NAME of each venue; a venue without its outcome does not compile, as the reader is then unused. */
#define QD_VENUE(id, name, frame, joiners, savers, outside, start, effect)                                   \
    OUTCOME(share_##name, mean(end->record->met[QD_##id], end->record->crises));
#include "quadrille/venues.def"
#undef QD_VENUE
OUTCOME(share_abstain, mean(end->record->met[QD_VENUES], end->record->crises));

static double outcome_learned_flexibility(const end_t *end)
{
    const qd_state_t *state = end->state;
    const double *flexible = state->learned + QD_FLEXIBLE * state->padded;
    const double *collective = state->learned + QD_COLLECTIVE * state->padded;
    double sum = 0.0;
    for (size_t i = 0; i < state->n; i++)
        sum += state->c[i] * (flexible[i] - collective[i]);
    return sum;
}

OUTCOME(flexible_early, mean(end->record->flexible[0], end->record->missions[0]));
OUTCOME(flexible_late, mean(end->record->flexible[1], end->record->missions[1]));
OUTCOME(legitimacy, mean(end->record->legitimacy, end->missions));
OUTCOME(coalition_size, mean(end->record->size, end->missions));
OUTCOME(burden_gini, mean(end->record->gini, end->missions));
OUTCOME(strange_partners, mean(end->record->strange, end->missions));
OUTCOME(enduring, mean(end->record->endured, end->missions));
OUTCOME(mission_length, mean((double)end->record->length, end->missions));
OUTCOME(withdrawals, mean(end->record->withdrawals, end->record->partners));
OUTCOME(success, mean(end->record->successes, end->missions));
OUTCOME(passes_mean, mean(end->record->passes, end->missions));
OUTCOME(passes_max, end->record->passes_max);
OUTCOME(not_converged, end->record->not_converged);

static double (*const outcome_reader[QD_OUTCOMES])(const end_t *) = {
#define QD_OUTCOME(field, group, shown, type, low, high, unit, meaning) outcome_##field,
#include "quadrille/outcomes.def"
#undef QD_OUTCOME
};

void qd_record_outcomes(const qd_record_t *self, const qd_state_t *state, double *scratch, qd_outcomes_t *out)
{
    end_t end = {.record = self,
                 .state = state,
                 .scratch = scratch,
                 .alignment = qd_measure_alignment(&self->membership, state->c),
                 .missions = (double)self->missions[0] + (double)self->missions[1]};
    for (size_t o = 0; o < QD_OUTCOMES; o++)
        out->value[o] = outcome_reader[o](&end);
}
