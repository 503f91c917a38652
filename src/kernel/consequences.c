/* The effects of a mission on the order (model.md part 5). */
#include "kernel/world.h"
#include "math/elementary.h"
#include "math/reduce.h"
#include "measure/structure.h"

/* Who takes which side. */
typedef struct {
    const double *x;
    qd_set_t joined, opposed;
} sides_t;

static void note_sides(sides_t *self, const double *x, size_t padded)
{
    self->x = x;
    qd_set_where(&self->joined, x, padded, 1.0);
    qd_set_where(&self->opposed, x, padded, -1.0);
}

/* Gini coefficient of max(h_i, 0) over those who joined. */
static double burden_gini(const qd_world_t *self, const qd_set_t *joined)
{
    double *burden = self->spare;
    size_t joiners = 0;
    for (size_t w = 0; w < joined->words; w++)
        for (uint64_t left = joined->word[w]; left != 0; left &= left - 1) {
            double stake = self->crisis.stake[qd_set_lowest(w, left)];
            burden[joiners++] = stake > 0.0 ? stake : 0.0;
        }
    for (size_t l = 0; l < QD_LANES; l++)
        burden[joiners + l] = 0.0;
    return qd_measure_gini(joiners, burden);
}

/* Debt and erosion outside the institution, gain inside. */
static void change_institution(qd_world_t *self, qd_venue_t g, double legitimacy, bool success)
{
    const qd_parameters_t *p = &self->parameters;
    qd_state_t *state = &self->state;
    double outside = qd_venue_row(g).outside;
    state->debt += p->tension_debt * self->crisis.severity * outside * (1.0 - legitimacy);
    state->institution -= p->institution_erosion * outside * (1.0 - legitimacy) * state->institution;
    if (g == QD_COLLECTIVE && success)
        state->institution += p->institution_gain * legitimacy * (1.0 - state->institution);
}

static void change_cohesion(qd_world_t *self, qd_venue_t g, double gini, bool success)
{
    const qd_parameters_t *p = &self->parameters;
    const qd_venue_row_t row = qd_venue_row(g);
    if (self->given.bloc == 0)
        return;
    double *cohesion = &self->state.cohesion[self->given.bloc];
    if (row.effect == QD_EFFECT_SERVES) {
        double share = row.frame == QD_FRAME_UMBRELLA ? p->mission_umbrella : 1.0;
        if (success)
            *cohesion += share * p->blocs_gain * (1.0 - *cohesion);
        *cohesion -= p->blocs_burden * gini * *cohesion;
    } else if (row.effect == QD_EFFECT_BYPASSES) {
        *cohesion -= p->blocs_bypass * *cohesion;
    }
}

static void wage_war(qd_world_t *self, qd_venue_t g, const double *x)
{
    qd_state_t *state = &self->state;
    state->tension += self->parameters.escalation_shock;
    for (size_t i = 0; i < state->n; i++)
        if (x[i] != 0.0)
            state->c[i] -= self->parameters.escalation_loss * state->c[i];
    qd_state_normalise(state);
    qd_publics_mourn(state, &self->parameters, x);
    self->record.wars++;
    qd_world_tell(self, QD_EVENT_WAR,
                  (qd_inside_t){.crisis = &self->crisis, .venue = g, .game = &self->venue[g]});
    if (self->record.cause == 0) {
        qd_record_breakdown(&self->record, 1);
        qd_world_tell(self, QD_EVENT_BREAKDOWN, (qd_inside_t){.crisis = &self->crisis});
    }
}

/* A row's numbers in a block of columns of A, or in half a block. It is a struct, because compilers then
 * address all of it from one register. */
#define BLOCK (2 * QD_PARTS)
typedef struct __attribute__((may_alias)) {
    qd_reals_anywhere_t part[BLOCK];
} row_t;

/* Changes of the rows in a block, in registers over all rows. A joiner's row keeps (1 - alpha) A; it gains
 * alpha where the other state joined and loses alpha where the other opposed. An opponent's row does the
 * contrary. Also counts, for each column, the joiners' rows that were negative there before. */
typedef struct {
    qd_reals_t keep[BLOCK], gain[BLOCK];
    qd_counts_t hostile[BLOCK];
} lesson_t;

static inline void learn_as_joiner(row_t *row, lesson_t *lesson, size_t parts)
{
    for (size_t v = 0; v < parts; v++) {
        qd_reals_t a = row->part[v];
        lesson->hostile[v] = qd_counts_add(lesson->hostile[v], QD_REALS_BELOW(a, qd_reals_all(0.0)));
        row->part[v] = a * lesson->keep[v] + lesson->gain[v];
    }
}

static inline void learn_as_opponent(row_t *row, const lesson_t *lesson, size_t parts)
{
    for (size_t v = 0; v < parts; v++)
        row->part[v] = row->part[v] * lesson->keep[v] - lesson->gain[v];
}

/* Processes the columns from `at`, without the diagonal. Adds to `strange`, lane by lane, if a joiner's row
 * was negative in a joiner's column. To be inlined with a constant number of parts. */
static inline void learn_columns(const qd_state_t *state, const sides_t *sides, double alpha, size_t at,
                                 size_t parts, qd_counts_t *strange)
{
    double *affinity = state->affinity;
    size_t padded = state->padded;
    lesson_t lesson = {0};
    const row_t *x = (const row_t *)(sides->x + at);
    for (size_t v = 0; v < parts; v++) {
        lesson.gain[v] = alpha * x->part[v];
        lesson.keep[v] = 1.0 - QD_REALS_ABSOLUTE(lesson.gain[v]);
    }
    for (size_t w = 0; w < sides->joined.words; w++) {
        for (uint64_t left = sides->joined.word[w]; left != 0; left &= left - 1) {
            size_t i = qd_set_lowest(w, left);
            double *row = affinity + i * padded;
            learn_as_joiner((row_t *)(row + at), &lesson, parts);
            row[i] = 0.0;
        }
        for (uint64_t left = sides->opposed.word[w]; left != 0; left &= left - 1) {
            size_t i = qd_set_lowest(w, left);
            double *row = affinity + i * padded;
            learn_as_opponent((row_t *)(row + at), &lesson, parts);
            row[i] = 0.0;
        }
    }
    for (size_t v = 0; v < parts; v++)
        *strange += qd_counts_where(QD_REALS_BELOW(qd_reals_all(0.0), x->part[v]), lesson.hostile[v]);
}

/* On one side, A += alpha (1 - A); on opposite sides, A -= alpha (1 + A). Returns the share of strange
 * partners among the joiners: pairs of joiners with A < 0 before, 0 for one joiner. */
static double learn_affinities(qd_world_t *self, const sides_t *sides)
{
    const qd_state_t *state = &self->state;
    double alpha = self->parameters.affinity_learning, joiners = (double)qd_set_count(&sides->joined);
    size_t at = 0;
    qd_counts_t met = {0};
    for (; at + 2 * QD_LANES <= state->padded; at += 2 * QD_LANES)
        learn_columns(state, sides, alpha, at, BLOCK, &met);
    if (at < state->padded)
        learn_columns(state, sides, alpha, at, BLOCK / 2, &met);
    uint64_t strange = 0; /* every pair is counted twice */
    for (size_t l = 0; l < QD_REALS; l++)
        strange += met[l];
    return joiners > 1.0 ? (double)strange / (joiners * (joiners - 1.0)) : 0.0;
}

/* Returns as bits which of sixty-four states from i on have a label in first..last and took sides (`sided`),
 * or stood aside. */
static uint64_t members(const qd_state_t *state, const double *x, size_t i, bool sided, int first, int last)
{
    const qd_reals_t zero = {0};
    uint64_t found = 0;
    for (size_t l = 0; l < 64 && i + l < state->padded; l += QD_REALS) {
        qd_reals_t side = QD_REALS_OF(x + i + l), label = QD_REALS_OF_INTS(state->label + i + l);
        qd_mask_t stands = sided ? QD_REALS_DIFFER(side, zero) : QD_REALS_EQUAL(side, zero);
        qd_mask_t within = qd_mask_and(QD_REALS_UP_TO(qd_reals_all((double)first), label),
                                       QD_REALS_UP_TO(label, qd_reals_all((double)last)));
        found |= (uint64_t)qd_reals_bits(qd_mask_and(stands, within)) << l;
    }
    return found;
}

/* State i stood aside: for each ally of its label that took a side, A -= defection (1 + A) in both
 * directions. */
static void forsake_allies(qd_state_t *state, const double *x, size_t i, double defection)
{
    for (size_t j = 0; j < state->padded; j += 64) {
        uint64_t left = members(state, x, j, true, state->label[i], state->label[i]);
        for (; left != 0; left &= left - 1) {
            size_t ally = j + (size_t)__builtin_ctzll(left);
            double *a = &state->affinity[i * state->padded + ally];
            *a -= defection * (1.0 + *a);
            state->affinity[ally * state->padded + i] = *a;
        }
    }
}

/* Outside the institution: defection between the states of a label that stood aside and their allies that
 * took sides. The pairs are few, so they are updated one by one. */
static void learn_defections(qd_world_t *self, const double *x)
{
    double defection = self->parameters.affinity_defection;
    for (size_t i = 0; i < self->state.padded && defection != 0.0; i += 64) {
        uint64_t left = members(&self->state, x, i, false, 1, QD_LABELS_MAX);
        for (; left != 0; left &= left - 1)
            forsake_allies(&self->state, x, i + (size_t)__builtin_ctzll(left), defection);
    }
}

/* After a mission: tension, support and the initiator's learning. */
static void conclude(qd_world_t *self, qd_venue_t g, bool success)
{
    qd_world_change_tension(self, self->crisis.severity, success);
    qd_publics_judge(&self->state, &self->parameters, self->venue[g].x, success);
    qd_world_learn(self, g, self->crisis.initiator, success ? 1.0 : -1.0);
    self->record.length++;
}

bool qd_world_consequences(qd_world_t *self, qd_venue_t g)
{
    const qd_venue_game_t *game = &self->venue[g];
    bool success = self->crisis.drawn.outcome < game->success, endures = !success && qd_world_endures(self);
    sides_t sides;
    note_sides(&sides, game->x, self->state.padded);
    double gini = burden_gini(self, &sides.joined);
    self->record.successes += success;
    qd_world_tell(self, QD_EVENT_MISSION,
                  (qd_inside_t){.crisis = &self->crisis,
                                .given = &self->given,
                                .venue = g,
                                .game = game,
                                .success = success,
                                .endures = endures});
    if (!endures)
        conclude(self, g, success);
    change_institution(self, g, game->legitimacy, success);
    change_cohesion(self, g, gini, success);
    if (self->crisis.drawn.escalation < self->parameters.escalation_hazard * game->escalation)
        wage_war(self, g, game->x);
    double strange = learn_affinities(self, &sides);
    if (g != QD_COLLECTIVE)
        learn_defections(self, game->x);
    qd_values_converge(&self->values, &self->state, &self->parameters, game->x);
    double load = self->parameters.mission_load * self->crisis.severity * self->crisis.resistance;
    /* no effort against resistance: the greatest ratio */
    qd_world_add_load(self, game->x, load > 0.0 ? load / game->effort : 0.0);
    qd_record_mission(&self->record, &sides.joined, g, game->legitimacy, gini, strange, game->passes);
    if (endures) {
        self->record.endured++;
        self->record.partners += (uint32_t)qd_set_count(&sides.joined) - 1;
        qd_world_keep_mission(self, g);
    }
    return success;
}
