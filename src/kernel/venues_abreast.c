#include "kernel/venues_abreast.h"

#include <math.h>

/* The venues' rules, a number a venue. Nobody abreast has a price that depends on membership. */
typedef struct {
    double pull[QD_ABREAST], obliged[QD_ABREAST], nobody[QD_ABREAST], outsiders[QD_ABREAST];
    double saves[QD_ABREAST]; /* 1 where the price is the flexible one, else 0 */
    double shut[QD_ABREAST];  /* +inf where a venue is not played: nobody ever moves in it */
} table_t;

static table_t table_of(const qd_venue_game_t venue[QD_ABREAST], const qd_state_t *state,
                        const qd_parameters_t *p, int bloc)
{
    table_t out;
    for (qd_venue_t g = 0; g < QD_ABREAST; g++) {
        qd_venue_rules_t rules = qd_venue_rules(g, state, p, bloc);
        out.pull[g] = rules.pull;
        out.obliged[g] = rules.obliged;
        out.nobody[g] = rules.nobody;
        out.outsiders[g] = rules.outsiders;
        out.saves[g] = rules.saves_members;
        out.shut[g] = venue[g].exists && venue[g].bound > 0.0 ? 0.0 : (double)INFINITY;
    }
    return out;
}

/* Fields and thresholds at the start, what set_rules and play of venue.c set for one venue. */
static void set_rules(const qd_venues_abreast_t *self, const table_t *table, const qd_crisis_t *crisis,
                      size_t padded, const qd_venue_scratch_t *rules)
{
    const qd_abreast_t shut = qd_abreast_load(table->shut), pull = qd_abreast_load(table->pull);
    const qd_abreast_t obliged = qd_abreast_load(table->obliged), nobody = qd_abreast_load(table->nobody);
    const qd_abreast_t outsiders = qd_abreast_load(table->outsiders), saves = qd_abreast_load(table->saves);
    const double *restrict prices = crisis->price, *restrict saved = rules->saved,
                           *restrict members = rules->member;
    const double *restrict base = rules->base, *restrict pressed = rules->pressed;
    double *restrict fields = self->field, *restrict ups = self->up, *restrict downs = self->down;
    double *restrict x = self->x;
    const qd_abreast_t out = {0};
    for (size_t i = 0; i < padded; i++) {
        qd_reals_t price = qd_reals_all(prices[i]), saving = qd_reals_all(saved[i]),
                   member = qd_reals_all(members[i]);
        qd_abreast_t field, up, down;
        for (size_t v = 0; v < QD_ABREAST_PARTS; v++) {
            qd_reals_t cost = QD_REALS_EITHER(saves.part[v] > 0.0, saving, price) + shut.part[v];
            qd_reals_t barred = QD_REALS_WHERE(member == 0.0, outsiders.part[v]);
            field.part[v] = (base[i] + (pull.part[v] + obliged.part[v] * member)) + pressed[i];
            up.part[v] = cost + (nobody.part[v] + barred);
            down.part[v] = -cost;
        }
        qd_abreast_store(fields + QD_ABREAST * i, &field);
        qd_abreast_store(ups + QD_ABREAST * i, &up);
        qd_abreast_store(downs + QD_ABREAST * i, &down);
        qd_abreast_store(x + QD_ABREAST * i, &out);
    }
}

static void take_side(const qd_venues_abreast_t *self, int i, double side)
{
    for (size_t g = 0; g < QD_ABREAST; g++)
        self->x[QD_ABREAST * (size_t)i + g] = side;
}

/* The initiator joins and the target opposes, whatever their fields. */
static void fix_sides(const qd_venues_abreast_t *self, const qd_crisis_t *crisis)
{
    double *joins = self->up + QD_ABREAST * (size_t)crisis->initiator;
    take_side(self, crisis->initiator, 1.0);
    for (size_t g = 0; g < QD_ABREAST; g++)
        joins[g] = -(double)INFINITY;
    if (crisis->target == QD_NOBODY)
        return;
    double *never = self->up + QD_ABREAST * (size_t)crisis->target;
    double *opposes = self->down + QD_ABREAST * (size_t)crisis->target;
    take_side(self, crisis->target, -1.0);
    for (size_t g = 0; g < QD_ABREAST; g++)
        never[g] = opposes[g] = (double)INFINITY;
}

/* Hands every venue its sides. */
static void part_sides(const double *restrict x, size_t padded, double *restrict collective,
                       double *restrict alliance, double *restrict flexible, double *restrict unilateral)
{
    for (size_t i = 0; i < padded; i++) {
        collective[i] = x[QD_ABREAST * i + QD_COLLECTIVE];
        alliance[i] = x[QD_ABREAST * i + QD_ALLIANCE];
        flexible[i] = x[QD_ABREAST * i + QD_FLEXIBLE];
        unilateral[i] = x[QD_ABREAST * i + QD_UNILATERAL];
    }
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
                                .x = self->x};
    qd_games_abreast_solve(&games, passes);
}

void qd_venues_abreast_solve(const qd_venues_abreast_t *self, qd_venue_game_t venue[QD_ABREAST],
                             const qd_crisis_t *crisis, const qd_state_t *state, const qd_parameters_t *p,
                             const qd_leaning_t *leaning, const qd_venue_scratch_t *rules)
{
    table_t table = table_of(venue, state, p, rules->bloc);
    int passes[QD_ABREAST];
    set_rules(self, &table, crisis, state->padded, rules);
    fix_sides(self, crisis);
    play(self, state, p, rules->order, passes);
    part_sides(self->x, state->padded, venue[QD_COLLECTIVE].x, venue[QD_ALLIANCE].x, venue[QD_FLEXIBLE].x,
               venue[QD_UNILATERAL].x);
    for (qd_venue_t g = 0; g < QD_ABREAST; g++)
        if (table.shut[g] == 0.0) {
            venue[g].passes = passes[g];
            qd_venue_weigh(&venue[g], g, crisis, state, p, leaning, rules);
        }
}
