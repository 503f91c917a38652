#include "measure/record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/reduce.h"

bool qd_record_init(qd_record_t *self, size_t states, size_t periods)
{
    *self = (qd_record_t){.path_stride = periods};
    self->path = malloc(QD_SERIES_COUNT * periods * sizeof(double));
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
    *self = (qd_record_t){.path = self->path,
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

/* Jaccard similarity of the joiners of this mission and the last one, 0 for the first; remembers these. */
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

void qd_record_period(qd_record_t *self, const qd_state_t *state)
{
    qd_alignment_t alignment = qd_measure_alignment(&self->membership, state->c);
    double *path = self->path + self->period;
    size_t stride = self->path_stride;
    self->tension[self->period >= self->halfway] += state->tension;
    path[QD_S_tension * stride] = state->tension;
    path[QD_S_institution * stride] = state->institution;
    path[QD_S_debt * stride] = state->debt;
    path[QD_S_effective_blocs * stride] = alignment.effective;
    path[QD_S_unaligned * stride] = alignment.unaligned;
    path[QD_S_flexible * stride] =
        self->now_missions ? (double)self->now_flexible / (double)self->now_missions : (double)NAN;
    path[QD_S_integration * stride] = qd_measure_integration(&self->depths, state->c);
    path[QD_S_support * stride] = qd_measure_support(state);
    self->now_missions = self->now_flexible = 0;
}

/* A mean over nothing is 0. */
static double mean(double sum, double count)
{
    return count > 0.0 ? sum / count : 0.0;
}

static void stability(const qd_record_t *self, const qd_state_t *state, double *scratch, qd_outcomes_t *out)
{
    double early = (double)self->halfway, late = (double)(self->periods - self->halfway);
    double missions = (double)self->missions[0] + (double)self->missions[1];
    out->breakdown = self->cause != 0;
    out->breakdown_cause = self->cause;
    out->survival = (double)self->broke;
    out->wars = self->wars;
    out->crises = self->crises;
    out->resolved = mean(self->successes, self->crises);
    out->tension_mean = mean(self->tension[0] + self->tension[1], early + late);
    out->tension_early = mean(self->tension[0], early);
    out->tension_late = mean(self->tension[1], late);
    out->tension_end = state->tension;
    out->institution_end = state->institution;
    out->debt_end = state->debt;
    out->cohesion_end = qd_measure_cohesion(state);
    out->paralysis = mean(self->paralyses, self->crises);
    out->balance = qd_measure_balance(state->n, state->padded, state->c, state->affinity, scratch);
    out->persistence = mean(self->persistence, missions - 1.0);
    out->support_end = qd_measure_support(state);
}

static void fragmentation(const qd_record_t *self, const qd_state_t *state, qd_outcomes_t *out)
{
    qd_alignment_t alignment = qd_measure_alignment(&self->membership, state->c);
    out->effective_blocs = alignment.effective;
    out->unaligned = alignment.unaligned;
    out->largest_bloc = qd_measure_largest_bloc(&self->membership, state->c);
    out->turnover = mean(self->turnover, self->reviews);
    out->polarisation = qd_measure_polarisation(state);
    out->hostile_dyads = qd_measure_hostile_dyads(state);
    out->concentration = qd_measure_concentration(state->n, state->c);
    out->polarity_end = qd_measure_polarity(state->n, state->c);
    out->integration = qd_measure_integration(&self->depths, state->c);
    out->overlap = qd_measure_overlap(state);
    out->rival_spokes = qd_measure_rival_spokes(state);
    out->club_turnover = mean(self->club_turnover, self->club_reviews);
    out->values_spread = qd_measure_values_spread(state);
}

static void coalitions(const qd_record_t *self, const qd_state_t *state, qd_outcomes_t *out)
{
    double missions = (double)self->missions[0] + (double)self->missions[1];
    double *share[QD_VENUES + 1] = {
#define QD_VENUE(id, name, frame, joiners, savers, outside, start, effect) &out->share_##name,
#include "quadrille/venues.def"
#undef QD_VENUE
        &out->share_abstain};
    for (size_t g = 0; g <= QD_VENUES; g++)
        *share[g] = mean(self->met[g], self->crises);
    const double *flexible = state->learned + QD_FLEXIBLE * state->padded;
    const double *collective = state->learned + QD_COLLECTIVE * state->padded;
    out->learned_flexibility = 0.0;
    for (size_t i = 0; i < state->n; i++)
        out->learned_flexibility += state->c[i] * (flexible[i] - collective[i]);
    out->flexible_early = mean(self->flexible[0], self->missions[0]);
    out->flexible_late = mean(self->flexible[1], self->missions[1]);
    out->legitimacy = mean(self->legitimacy, missions);
    out->coalition_size = mean(self->size, missions);
    out->burden_gini = mean(self->gini, missions);
    out->strange_partners = mean(self->strange, missions);
    out->enduring = mean(self->endured, missions);
    out->mission_length = mean((double)self->length, missions);
    out->withdrawals = mean(self->withdrawals, self->partners);
    out->success = mean(self->successes, missions);
    out->passes_mean = mean(self->passes, missions);
    out->passes_max = self->passes_max;
    out->not_converged = self->not_converged;
}

void qd_record_outcomes(const qd_record_t *self, const qd_state_t *state, double *scratch, qd_outcomes_t *out)
{
    stability(self, state, scratch, out);
    fragmentation(self, state, out);
    coalitions(self, state, out);
}
