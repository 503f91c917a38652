/* What a mission does to the order (model.md part 5). */
#include "kernel/player.h"
#include "math/elementary.h"
#include "math/reduce.h"
#include "measure/structure.h"

/* The states that joined are listed, in their order: loops over them then branch on nothing. */
static size_t list_joiners(qd_world_t *self, const double *x)
{
    size_t count = 0;
    for (size_t i = 0; i < self->state.n; i++) {
        self->listed[count] = (int)i;
        count += x[i] > 0.0;
    }
    return count;
}

/* Gini coefficient of max(h_i, 0) over the joiners listed. */
static double burden_gini(const qd_world_t *self, size_t joiners)
{
    for (size_t k = 0; k < joiners; k++) {
        double stake = self->crisis.stake[self->listed[k]];
        self->spare[k] = stake > 0.0 ? stake : 0.0;
    }
    return qd_measure_gini(joiners, self->spare);
}

/* Share of the pairs of joiners, who are listed, with negative affinity; 0 for one joiner. Every pair is met
 * twice; a lane that meets one counts down, its mask being -1. */
static double strange_partners(const qd_world_t *self, const double *restrict x, size_t joiners)
{
    const qd_state_t *state = &self->state;
    double *restrict joins = self->spare; /* a mask, kept as what it is not: doubles */
    qd_mask_t met[QD_PARTS] = {0};
    uint64_t strange = 0;
    for (size_t j = 0; j < state->padded; j += QD_REALS)
        QD_REALS_AT(joins + j) = (qd_reals_t)(QD_REALS_OF(x + j) > 0.0);
    for (size_t k = 0; k < joiners; k++) {
        const double *restrict row = state->affinity + (size_t)self->listed[k] * state->padded;
        for (size_t j = 0; j < state->padded; j += QD_LANES)
            for (size_t v = 0; v < QD_PARTS; v++) {
                size_t at = j + v * QD_REALS;
                met[v] += (qd_mask_t)QD_REALS_OF(joins + at) & (qd_mask_t)(QD_REALS_OF(row + at) < 0.0);
            }
    }
    for (size_t v = 0; v < QD_PARTS; v++)
        for (size_t l = 0; l < QD_REALS; l++)
            strange -= met[v][l];
    return joiners > 1 ? (double)strange / ((double)joiners * (double)(joiners - 1)) : 0.0;
}

static void change_tension(qd_world_t *self, bool success)
{
    const qd_parameters_t *p = &self->parameters;
    double *tension = &self->state.tension;
    if (!success) {
        *tension += p->tension_failure * self->crisis.severity;
        return;
    }
    *tension -= p->tension_relief * self->crisis.severity;
    *tension = *tension > 0.0 ? *tension : 0.0;
}

/* Debt and erosion outside the institution (o = 1 flexible or unilateral, 1/2 alliance or umbrella), gain
 * inside. */
static void change_institution(qd_world_t *self, qd_venue_t g, double legitimacy, bool success)
{
    const qd_parameters_t *p = &self->parameters;
    qd_state_t *state = &self->state;
    double outside = g == QD_COLLECTIVE ? 0.0 : g == QD_ALLIANCE || g == QD_UMBRELLA ? 0.5 : 1.0;
    state->debt += p->tension_debt * self->crisis.severity * outside * (1.0 - legitimacy);
    state->institution -= p->institution_erosion * outside * (1.0 - legitimacy) * state->institution;
    if (g == QD_COLLECTIVE && success)
        state->institution += p->institution_gain * legitimacy * (1.0 - state->institution);
}

static void change_cohesion(qd_world_t *self, qd_venue_t g, double gini, bool success)
{
    const qd_parameters_t *p = &self->parameters;
    if (self->bloc == 0)
        return;
    double *cohesion = &self->state.cohesion[self->bloc];
    if (g == QD_ALLIANCE || g == QD_UMBRELLA) {
        double share = g == QD_UMBRELLA ? p->mission_umbrella : 1.0;
        if (success)
            *cohesion += share * p->blocs_gain * (1.0 - *cohesion);
        *cohesion -= p->blocs_burden * gini * *cohesion;
    } else if (g == QD_FLEXIBLE || g == QD_UNILATERAL) {
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
    self->record.wars++;
    qd_world_tell(self, QD_EVENT_WAR,
                  (qd_event_t){.crisis = &self->crisis, .venue = g, .game = &self->venue[g]});
    if (self->record.cause == 0) {
        qd_record_breakdown(&self->record, 1);
        qd_world_tell(self, QD_EVENT_BREAKDOWN, (qd_event_t){.crisis = &self->crisis});
    }
}

/* What the rows of A learn from a mission, each [padded]. */
typedef struct {
    double *joined, *opposed; /* ends for those who joined, who opposed: 1 side by side, else -1 */
    double *sided;            /* alpha of those who took sides, else 0 */
    double *aside,
        *ahead; /* labels of those who did not, and who did; -1 for the others and without a label */
} lesson_t;

static lesson_t draw_lesson(qd_world_t *self, const double *restrict x)
{
    size_t padded = self->state.padded;
    double alpha = self->parameters.affinity_learning, *at = self->spare;
    lesson_t lesson = {at, at + padded, at + 2 * padded, at + 3 * padded, at + 4 * padded};
    const qd_reals_t one = qd_reals_all(1.0), two = qd_reals_all(2.0);
    for (size_t j = 0; j < padded; j += QD_REALS) {
        qd_reals_t side = QD_REALS_OF(x + j), label = QD_REALS_OF_INTS(self->state.label + j) + 1.0;
        qd_mask_t took = (qd_mask_t)(side != 0.0), labelled = (qd_mask_t)(label > 1.0);
        QD_REALS_AT(lesson.joined + j) = QD_REALS_WHERE(side > 0.0, two) - one;
        QD_REALS_AT(lesson.opposed + j) = QD_REALS_WHERE(side < 0.0, two) - one;
        QD_REALS_AT(lesson.sided + j) = QD_REALS_WHERE(took, qd_reals_all(alpha));
        QD_REALS_AT(lesson.aside + j) = QD_REALS_WHERE(labelled & ~took, label) - one;
        QD_REALS_AT(lesson.ahead + j) = QD_REALS_WHERE(labelled & took, label) - one;
    }
    return lesson;
}

/* The row of a state that took sides: A += rate (end - A) with the rate alpha where the other did too,
 * defection where it is an ally (of label `own`) that stood aside. */
static void learn_as_sided(double *restrict row, size_t padded, const lesson_t *lesson,
                           const double *restrict end, double own, double defection)
{
    const double *restrict sided = lesson->sided, *restrict aside = lesson->aside;
    for (size_t j = 0; j < padded; j += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++) {
            size_t at = j + v * QD_REALS;
            qd_reals_t a = QD_REALS_OF(row + at), rate = QD_REALS_OF(sided + at);
            rate += QD_REALS_WHERE(QD_REALS_OF(aside + at) == own, qd_reals_all(defection));
            QD_REALS_AT(row + at) = a + rate * (QD_REALS_OF(end + at) - a);
        }
}

/* The row of one that did not: A += defection (-1 - A) where the other is an ally that did. */
static void learn_as_aside(double *restrict row, size_t padded, const lesson_t *lesson, double own,
                           double defection)
{
    const double *restrict ahead = lesson->ahead;
    for (size_t j = 0; j < padded; j += QD_REALS) {
        qd_reals_t a = QD_REALS_OF(row + j);
        qd_reals_t rate = QD_REALS_WHERE(QD_REALS_OF(ahead + j) == own, qd_reals_all(defection));
        QD_REALS_AT(row + j) = a + rate * (-1.0 - a);
    }
}

/* Lists the states whose rows learn: those who took sides, or members of labels who did not. */
static size_t list_learners(qd_world_t *self, const double *x, bool sided)
{
    size_t count = 0;
    for (size_t i = 0; i < self->state.n; i++) {
        self->listed[count] = (int)i;
        count += sided ? x[i] != 0.0 : (x[i] == 0.0) & (self->state.label[i] > 0);
    }
    return count;
}

/* Side by side, A rises towards 1; on opposite sides it falls towards -1; and where an ally stood aside (same
 * bloc, not through the institution) it falls too. Padding has rate 0. */
static void learn_affinities(qd_world_t *self, qd_venue_t g, const double *restrict x)
{
    const qd_state_t *state = &self->state;
    size_t padded = state->padded, count = list_learners(self, x, true);
    double defection = g == QD_COLLECTIVE ? 0.0 : self->parameters.affinity_defection;
    lesson_t lesson = draw_lesson(self, x);
    for (size_t k = 0; k < count; k++) {
        size_t i = (size_t)self->listed[k];
        double *row = state->affinity + i * padded, own = state->label[i] > 0 ? state->label[i] : -2.0;
        learn_as_sided(row, padded, &lesson, x[i] > 0.0 ? lesson.joined : lesson.opposed, own, defection);
        row[i] = 0.0;
    }
    count = defection != 0.0 ? list_learners(self, x, false) : 0;
    for (size_t k = 0; k < count; k++) {
        size_t i = (size_t)self->listed[k];
        learn_as_aside(state->affinity + i * padded, padded, &lesson, state->label[i], defection);
    }
}

/* l = min(0.8, l + load) of those who joined; no load without a share in the mission. */
static void add_load(qd_world_t *self, const qd_venue_game_t *game)
{
    double *restrict loads = self->state.load, load;
    const double *restrict x = game->x;
    load = self->parameters.mission_load * self->crisis.severity * self->crisis.resistance;
    load = load > 0.0 ? load / game->effort : 0.0; /* no effort against resistance: as much as can be */
    for (size_t i = 0, padded = self->state.padded; i < padded; i++) {
        double sum = loads[i] + (x[i] > 0.0 ? load : 0.0);
        loads[i] = sum < 0.8 ? sum : 0.8;
    }
}

bool qd_world_consequences(qd_world_t *self, qd_venue_t g)
{
    const qd_venue_game_t *game = &self->venue[g];
    bool success = self->crisis.drawn.outcome < game->success;
    size_t joiners = list_joiners(self, game->x);
    double gini = burden_gini(self, joiners);
    double strange = strange_partners(self, game->x, joiners);
    qd_record_mission(&self->record, &self->state, game->x, g, game->legitimacy, gini, strange, game->passes);
    self->record.successes += success;
    qd_world_tell(self, QD_EVENT_MISSION,
                  (qd_event_t){.crisis = &self->crisis,
                               .leaning = &self->leaning,
                               .bloc = self->bloc,
                               .venue = g,
                               .game = game,
                               .success = success});
    change_tension(self, success);
    change_institution(self, g, game->legitimacy, success);
    change_cohesion(self, g, gini, success);
    if (self->crisis.drawn.escalation < self->parameters.escalation_hazard * game->escalation)
        wage_war(self, g, game->x);
    learn_affinities(self, g, game->x);
    add_load(self, game);
    return success;
}
