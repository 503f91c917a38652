#include "kernel/venues_abreast.h"

#include <math.h>

/* What some states next to one another are to all venues, or to the members of the initiator's bloc. */
typedef struct {
    qd_reals_t open; /* the field of a venue without a term of its own */
    qd_reals_t price, saved;
    qd_mask_t member;
} common_t;

/* Their field and thresholds in one venue. */
typedef struct {
    qd_reals_t field, up, down;
} start_t;

static inline start_t start_of(const qd_venue_rules_t *rules, const common_t *common)
{
    const qd_reals_t never = qd_reals_all((double)INFINITY);
    qd_reals_t cost =
        rules->saves_members ? common->saved : common->price; /* abreast, members pay as others */
    qd_mask_t barred = rules->nobody > 0.0      ? ~(qd_mask_t){0}
                       : rules->outsiders > 0.0 ? ~common->member
                                                : (qd_mask_t){0};
    start_t out = {.up = QD_REALS_EITHER(barred, never, cost), .down = -cost};
    out.field = common->open + (rules->pull + QD_REALS_WHERE(common->member, qd_reals_all(rules->obliged)));
    return out;
}

/* A number a venue of QD_REALS states, venue by venue, goes to at[state][venue]. */
static inline void store_abreast(double *at, const qd_reals_t venue[QD_ABREAST])
{
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++) {
        qd_reals_t square[QD_REALS];
        for (size_t g = 0; g < QD_REALS; g++)
            square[g] = venue[v * QD_REALS + g];
        qd_reals_transpose(square);
        for (size_t l = 0; l < QD_REALS; l++)
            QD_REALS_AT(at + QD_ABREAST * l + v * QD_REALS) = square[l];
    }
}

/* Fields and thresholds at the start, what set_rules of venue.c sets for one venue. Of an alliance that does
 * not exist nobody is a member: its game is played as that of the unilateral venue. */
static void set_rules(const qd_venues_abreast_t *self, const qd_case_t *given,
                      const qd_venue_scratch_t *scratch)
{
    const qd_crisis_t *crisis = given->crisis;
    const qd_state_t *state = given->state;
    qd_venue_rules_t rules[QD_ABREAST];
    const double bloc = given->bloc > 0 ? given->bloc : -1.0;
    for (qd_venue_t g = 0; g < QD_ABREAST; g++)
        rules[g] = qd_venue_rules(g, given);
    for (size_t i = 0; i < state->padded; i += QD_REALS) {
        common_t common = {.open = QD_REALS_OF(scratch->open + i),
                           .price = QD_REALS_OF(crisis->price + i),
                           .saved = QD_REALS_OF(scratch->saved + i),
                           .member = (qd_mask_t)(QD_REALS_OF_INTS(state->label + i) == bloc)};
        qd_reals_t field[QD_ABREAST], up[QD_ABREAST], down[QD_ABREAST];
        for (size_t g = 0; g < QD_ABREAST; g++) {
            start_t start = start_of(&rules[g], &common);
            field[g] = start.field;
            up[g] = start.up;
            down[g] = start.down;
        }
        store_abreast(self->field + QD_ABREAST * i, field);
        store_abreast(self->up + QD_ABREAST * i, up);
        store_abreast(self->down + QD_ABREAST * i, down);
    }
}

static void fill(double at[QD_ABREAST], double x)
{
    for (size_t g = 0; g < QD_ABREAST; g++)
        at[g] = x;
}

/* A state whose side is fixed never moves. */
static void hold(const qd_venues_abreast_t *self, int i)
{
    if (i == QD_NOBODY)
        return;
    fill(self->up + QD_ABREAST * (size_t)i, (double)INFINITY);
    fill(self->down + QD_ABREAST * (size_t)i, -(double)INFINITY);
}

static void play(const qd_venues_abreast_t *self, const qd_state_t *state, const qd_parameters_t *p,
                 const uint32_t *order, int passes[QD_ABREAST])
{
    qd_games_abreast_t games = {.n = state->n,
                                .padded = state->padded,
                                .c = state->c,
                                .affinity = state->affinity,
                                .coupling = p->mission_coupling,
                                .order = p->mission_random_order != 0.0 ? order : NULL,
                                .field = self->field,
                                .up = self->up,
                                .down = self->down,
                                .x = self->x,
                                .change = self->change};
    qd_games_abreast_solve(&games, passes);
}

/* C+, C-, n+ and n-, before the target takes its side. C+ and C- are sums over even and over odd states,
 * which do not wait for each other. */
static void count_sides(const double *restrict x, const qd_state_t *state, const double *restrict strength,
                        qd_worths_t *worths, double joiners[QD_ABREAST], double opponents[QD_ABREAST])
{
    const double *restrict c = state->c;
    qd_abreast_t support[2] = {0}, opposition[2] = {0}, joined = {0}, opposed = {0};
    const qd_reals_t one = qd_reals_all(1.0);
    for (size_t k = 0; k < state->padded; k += 2)
        for (size_t l = 0; l < 2; l++)
            for (size_t v = 0; v < QD_ABREAST_PARTS; v++) {
                qd_reals_t side = QD_REALS_OF(x + QD_ABREAST * (k + l) + v * QD_REALS);
                support[l].part[v] += QD_REALS_WHERE(side > 0.0, qd_reals_all(strength[k + l]));
                opposition[l].part[v] += QD_REALS_WHERE(side < 0.0, qd_reals_all(c[k + l]));
                joined.part[v] += QD_REALS_WHERE(side > 0.0, one);
                opposed.part[v] += QD_REALS_WHERE(side < 0.0, one);
            }
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++) {
        support[0].part[v] += support[1].part[v];
        opposition[0].part[v] += opposition[1].part[v];
    }
    qd_abreast_store(worths->support, &support[0]);
    qd_abreast_store(worths->opposition, &opposition[0]);
    qd_abreast_store(joiners, &joined);
    qd_abreast_store(opponents, &opposed);
}

static void weigh(const qd_venues_abreast_t *self, qd_venue_game_t venue[QD_ABREAST], const qd_case_t *given,
                  const qd_venue_scratch_t *rules)
{
    qd_worths_t worths;
    double joiners[QD_ABREAST], opponents[QD_ABREAST], targets = given->crisis->target != QD_NOBODY;
    count_sides(self->x, given->state, rules->strength, &worths, joiners, opponents);
    for (size_t g = 0; g < QD_ABREAST; g++)
        worths.heads[g] = joiners[g] - (opponents[g] + targets);
    for (qd_venue_t g = 0; g < QD_ABREAST; g++) {
        worths.frame[g] = qd_venue_frame(g, given);
        worths.leaning[g] = qd_venue_leaning(g, given);
    }
    qd_worths_find(&worths, given->crisis, given->state, given->p);
    for (size_t g = 0; g < QD_ABREAST; g++) {
        if (!venue[g].exists)
            continue;
        venue[g].support = worths.support[g];
        venue[g].opposition = worths.opposition[g];
        venue[g].joiners = (size_t)(int)joiners[g];
        venue[g].opponents = (size_t)(int)(opponents[g] + targets);
        qd_venue_take(&venue[g], &worths, g, given->leaning.force_ratio);
    }
}

void qd_venues_abreast_solve(const qd_venues_abreast_t *self, qd_venue_game_t *venue, const qd_case_t *given,
                             const qd_venue_scratch_t *rules)
{
    const qd_crisis_t *crisis = given->crisis;
    int passes[QD_ABREAST];
    set_rules(self, given, rules);
    hold(self, crisis->initiator);
    hold(self, crisis->target);
    play(self, given->state, given->p, rules->order, passes);
    fill(self->x + QD_ABREAST * (size_t)crisis->initiator, 1.0);
    weigh(self, venue, given, rules);
    if (crisis->target != QD_NOBODY)
        fill(self->x + QD_ABREAST * (size_t)crisis->target, -1.0);
    for (size_t g = 0; g < QD_ABREAST; g++)
        venue[g].passes = passes[g];
}

void qd_venues_abreast_sides(const qd_venues_abreast_t *self, qd_venue_t g, size_t padded, double *x)
{
    for (size_t i = 0; i < padded; i++)
        x[i] = self->x[QD_ABREAST * i + (size_t)g];
}
