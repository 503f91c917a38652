/* One crisis from its drawing to its end: venues solved, tried, chosen (model.md part 4). */
#include "kernel/hooks.h"
#include "kernel/mission_game.h"
#include "kernel/world.h"

static void leave_alone(qd_world_t *self)
{
    self->record.met[QD_ABSTAIN]++;
    self->state.tension += self->parameters.tension_neglect * self->crisis.severity;
    qd_world_tell(self, QD_EVENT_ABSTAIN, (qd_inside_t){.crisis = &self->crisis});
}

/* While its moves are made, a game has sides but no results. */
static void tell_move(void *context, size_t state, double before, double after)
{
    const qd_world_t *self = context;
    const qd_venue_game_t game = {.exists = true, .x = self->venue[self->solving].x};
    qd_world_tell(self, QD_EVENT_MOVE,
                  (qd_inside_t){.crisis = &self->crisis,
                                .given = &self->given,
                                .venue = self->solving,
                                .game = &game,
                                .mover = state,
                                .before = before,
                                .after = after});
}

static void tell_venue(const qd_world_t *self, qd_event_kind_t kind, qd_venue_t g)
{
    qd_world_tell(self, kind,
                  (qd_inside_t){.crisis = &self->crisis,
                                .given = &self->given,
                                .venue = g,
                                .game = &self->venue[g],
                                .rules = &self->rules});
}

/* Reports the solved venue g; its sides are in its own x. */
static void show_solved(qd_world_t *self, qd_venue_t g)
{
    if (self->plan->plugin && self->plan->plugin->worth)
        qd_hooks_worth(self, g);
    tell_venue(self, QD_EVENT_VENUE, g);
}

static void solve_abreast(qd_world_t *self)
{
    qd_venues_abreast_solve(&self->abreast, self->venue, &self->given, &self->rules);
    for (qd_venue_t g = 0; g < QD_ABREAST; g++)
        self->record.not_converged += self->venue[g].solved && self->venue[g].passes > QD_PASSES_MAX;
}

/* Shows the venues that were solved abreast, one after the other: the moves of each, and its results. */
static void show_abreast(qd_world_t *self)
{
    for (qd_venue_t g = 0; g < QD_ABREAST; g++) {
        if (!self->venue[g].exists)
            continue;
        self->solving = g;
        if (self->watched)
            qd_venues_abreast_replay(&self->abreast, g, &self->given, &self->rules, self->venue[g].x);
        else
            qd_venues_abreast_sides(&self->abreast, g, self->state.padded, self->venue[g].x);
        show_solved(self, g);
    }
}

static void solve_alone(qd_world_t *self, qd_venue_t g)
{
    self->solving = g;
    qd_venue_solve(&self->venue[g], g, &self->given, &self->rules);
    self->record.not_converged += self->venue[g].passes > QD_PASSES_MAX;
    show_solved(self, g);
}

/* Finds the existing venues and solves the first four. Later ones wait until they could be the best, unless
 * an observer watches. */
static void open_venues(qd_world_t *self)
{
    if (self->parameters.mission_random_order != 0.0)
        qd_venue_shuffle(&self->crisis, self->state.n, self->luck, self->rules.order);
    self->rules.moved = self->watched ? tell_move : NULL;
    self->rules.context = self;
    qd_venue_prepare(&self->rules, &self->given);
    for (qd_venue_t g = 0; g < QD_VENUES; g++) {
        self->venue[g].exists = qd_venue_exists(g, &self->given);
        self->venue[g].solved = self->venue[g].open = false;
    }
    solve_abreast(self);
    if (!self->solves_all)
        return;
    show_abreast(self);
    for (qd_venue_t g = QD_ABREAST; g < QD_VENUES; g++)
        if (self->venue[g].exists)
            solve_alone(self, g);
}

/* The open venue of the largest worth above 0 among those solved and not tried; QD_ABSTAIN if there is none.
 */
static qd_venue_t best_solved(const qd_world_t *self, const bool tried[QD_VENUES])
{
    qd_venue_t best = QD_ABSTAIN;
    double most = 0.0;
    for (qd_venue_t g = 0; g < QD_VENUES; g++)
        if (self->venue[g].open && !tried[g] && self->venue[g].worth > most) {
            most = self->venue[g].worth;
            best = g;
        }
    return best;
}

/* Solves the venues that are not played abreast: each that exists, is not solved, and could be worth more
 * than `most` and the venues before it. Returns whether there was one. */
static bool solve_late(qd_world_t *self, double most)
{
    bool solved = false;
    for (qd_venue_t g = QD_ABREAST; g < QD_VENUES; g++) {
        const qd_venue_game_t *game = &self->venue[g];
        if (game->exists && !game->solved && qd_venue_bound(g, &self->given, &self->rules) > most) {
            solve_alone(self, g);
            solved = true;
        }
    }
    return solved;
}

/* The open venue of the largest worth above 0 among those not tried; QD_ABSTAIN if there is none. Copies its
 * sides into its own x. */
static qd_venue_t best_untried(qd_world_t *self, const bool tried[QD_VENUES])
{
    qd_venue_t best = best_solved(self, tried);
    if (solve_late(self, best == QD_ABSTAIN ? 0.0 : self->venue[best].worth))
        best = best_solved(self, tried);
    if (best < QD_ABREAST)
        qd_venues_abreast_sides(&self->abreast, best, self->state.padded, self->venue[best].x);
    return best;
}

/* A paralysed venue loses strength, and the initiator learns. */
static void suffer_paralysis(qd_world_t *self, qd_venue_t g)
{
    self->record.paralyses++;
    tell_venue(self, QD_EVENT_PARALYSIS, g);
    if (qd_venue_row(g).frame == QD_FRAME_INSTITUTION)
        self->state.institution -= self->parameters.institution_paralysis * self->state.institution;
    else
        self->state.cohesion[self->given.bloc] -=
            self->parameters.blocs_paralysis * self->state.cohesion[self->given.bloc];
    qd_world_learn(self, g, self->crisis.initiator, -1.0);
}

static bool foresees(const qd_world_t *self, qd_venue_t g)
{
    return self->crisis.drawn.foresight[g] < self->parameters.doctrine_foresight;
}

/* Tries venues in the order of their worth until one starts; QD_ABSTAIN when none does. */
static qd_venue_t choose_venue(qd_world_t *self)
{
    bool tried[QD_VENUES] = {false};
    for (;;) {
        qd_venue_t g = best_untried(self, tried);
        if (g == QD_ABSTAIN || !qd_venue_fails(&self->venue[g], g, &self->given))
            return g;
        tried[g] = true;
        if (foresees(self, g)) {
            tell_venue(self, QD_EVENT_FORESEEN, g);
        } else {
            /* Games are not replayed after the paralysis has changed the order. */
            (void)solve_late(self, 0.0);
            suffer_paralysis(self, g);
        }
    }
}

void qd_world_meet_crisis(qd_world_t *self, unsigned number)
{
    self->record.crises++;
    qd_crisis_draw(&self->crisis, &self->state, &self->parameters, self->luck, self->period, number,
                   self->spare);
    if (self->plan->plugin && self->plan->plugin->crisis)
        qd_hooks_crisis(self);
    qd_world_tell(self, QD_EVENT_CRISIS, (qd_inside_t){.crisis = &self->crisis});
    int initiator = self->crisis.initiator;
    if (initiator == QD_NOBODY) {
        leave_alone(self);
        return;
    }
    self->given = (qd_case_t){.crisis = &self->crisis,
                              .state = &self->state,
                              .p = &self->parameters,
                              .leaning = qd_leaning_of(&self->state, &self->parameters, initiator),
                              .bloc = qd_venue_bloc(&self->state, initiator),
                              .institution = self->state.institution};
    self->given.cohesion = self->state.cohesion[self->given.bloc];
    if (self->crisis.stake[initiator] < self->given.leaning.vital_interest ||
        self->state.support[initiator] < self->parameters.doctrine_support) {
        leave_alone(self);
        return;
    }
    self->given.club = qd_venue_club(&self->state, initiator, self->crisis.target, self->rules.club);
    open_venues(self);
    qd_venue_t g = choose_venue(self);
    if (g == QD_ABSTAIN) {
        leave_alone(self);
        return;
    }
    self->record.met[g]++;
    (void)qd_world_consequences(self, g);
}
