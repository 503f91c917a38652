#include "kernel/venues_abreast.h"

#include <math.h>

/* What the venues' rules make of a state, a number a venue. No price depends on membership. In the lane of a
 * venue that does not exist another one's game is played, move for move. */
typedef struct {
    struct {
        double term[QD_ABREAST];  /* the venue term */
        double never[QD_ABREAST]; /* +inf where it may not join, else 0 */
    } of[2];                      /* an outsider, a member of the initiator's bloc */
    double saves[QD_ABREAST];     /* 1 where the price is the flexible one, else 0 */
} table_t;

static void fill_table(table_t *out, const qd_venue_game_t venue[QD_ABREAST], const qd_state_t *state,
                       const qd_parameters_t *p, int bloc)
{
    for (qd_venue_t g = 0; g < QD_ABREAST; g++) {
        qd_venue_rules_t rules = qd_venue_rules(venue[g].exists ? g : QD_UNILATERAL, state, p, bloc);
        out->of[0].term[g] = rules.pull;
        out->of[1].term[g] = rules.pull + rules.obliged;
        out->of[0].never[g] = rules.nobody + rules.outsiders;
        out->of[1].never[g] = rules.nobody;
        out->saves[g] = rules.saves_members;
    }
}

/* Fields and thresholds at the start, what set_rules of venue.c sets for one venue. */
static void set_rules(const qd_venues_abreast_t *self, const table_t *table, const qd_crisis_t *crisis,
                      const qd_state_t *state, const qd_venue_scratch_t *rules)
{
    const qd_abreast_t saves = qd_abreast_load(table->saves);
    const double *restrict prices = crisis->price, *restrict saved = rules->saved;
    const double *restrict base = rules->base, *restrict pressed = rules->pressed;
    double *restrict fields = self->field, *restrict ups = self->up, *restrict downs = self->down;
    const int *restrict label = state->label, bloc = rules->bloc > 0 ? rules->bloc : -1;
    for (size_t i = 0, padded = state->padded; i < padded; i++) {
        bool member = label[i] == bloc;
        qd_reals_t price = qd_reals_all(prices[i]), saving = qd_reals_all(saved[i]);
        for (size_t v = 0; v < QD_ABREAST_PARTS; v++) {
            size_t at = QD_ABREAST * i + v * QD_REALS;
            qd_reals_t cost = QD_REALS_EITHER(saves.part[v] > 0.0, saving, price);
            qd_reals_t term = QD_REALS_OF(table->of[member].term + v * QD_REALS);
            QD_REALS_AT(fields + at) = base[i] + term + pressed[i];
            QD_REALS_AT(ups + at) = cost + QD_REALS_OF(table->of[member].never + v * QD_REALS);
            QD_REALS_AT(downs + at) = -cost;
        }
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

static void weigh(const qd_venues_abreast_t *self, qd_venue_game_t venue[QD_ABREAST],
                  const qd_crisis_t *crisis, const qd_state_t *state, const qd_parameters_t *p,
                  const qd_leaning_t *leaning, const qd_venue_scratch_t *rules)
{
    qd_worths_t worths;
    double joiners[QD_ABREAST], opponents[QD_ABREAST], targets = crisis->target != QD_NOBODY;
    count_sides(self->x, state, rules->strength, &worths, joiners, opponents);
    for (size_t g = 0; g < QD_ABREAST; g++)
        worths.heads[g] = joiners[g] - (opponents[g] + targets);
    for (qd_venue_t g = 0; g < QD_ABREAST; g++)
        qd_venue_lean(&worths, g, g, crisis, state, p, leaning, rules->bloc);
    qd_worths_find(&worths, crisis, state, p);
    for (size_t g = 0; g < QD_ABREAST; g++) {
        if (!venue[g].exists)
            continue;
        venue[g].support = worths.support[g];
        venue[g].opposition = worths.opposition[g];
        venue[g].joiners = (size_t)(int)joiners[g];
        venue[g].opponents = (size_t)(int)(opponents[g] + targets);
        qd_venue_take(&venue[g], &worths, g, leaning->force_ratio);
    }
}

void qd_venues_abreast_solve(const qd_venues_abreast_t *self, qd_venue_game_t venue[QD_ABREAST],
                             const qd_crisis_t *crisis, const qd_state_t *state, const qd_parameters_t *p,
                             const qd_leaning_t *leaning, const qd_venue_scratch_t *rules)
{
    table_t table;
    int passes[QD_ABREAST];
    fill_table(&table, venue, state, p, rules->bloc);
    set_rules(self, &table, crisis, state, rules);
    hold(self, crisis->initiator);
    hold(self, crisis->target);
    play(self, state, p, rules->order, passes);
    fill(self->x + QD_ABREAST * (size_t)crisis->initiator, 1.0);
    weigh(self, venue, crisis, state, p, leaning, rules);
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
