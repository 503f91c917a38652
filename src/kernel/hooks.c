#include "kernel/hooks.h"

#include <math.h>
#include <string.h>

#include "world/sample.h"

/* ---- views for observers ------------------------------------------------------------------------------- */

const char *qd_event_name(qd_event_kind_t kind)
{
    static const char *const names[QD_EVENTS] = {[QD_EVENT_WORLD] = "world",
                                                 [QD_EVENT_SCHEDULE] = "schedule",
                                                 [QD_EVENT_BLOC_MOVE] = "bloc_move",
                                                 [QD_EVENT_REVIEW] = "review",
                                                 [QD_EVENT_CLUB_MOVE] = "club_move",
                                                 [QD_EVENT_CLUB_REVIEW] = "club_review",
                                                 [QD_EVENT_PARTNER_LEAVES] = "partner_leaves",
                                                 [QD_EVENT_MISSION_GOES_ON] = "mission_goes_on",
                                                 [QD_EVENT_MISSION_ENDS] = "mission_ends",
                                                 [QD_EVENT_CRISIS] = "crisis",
                                                 [QD_EVENT_MOVE] = "move",
                                                 [QD_EVENT_VENUE] = "venue",
                                                 [QD_EVENT_FORESEEN] = "foreseen",
                                                 [QD_EVENT_PARALYSIS] = "paralysis",
                                                 [QD_EVENT_ABSTAIN] = "abstain",
                                                 [QD_EVENT_MISSION] = "mission",
                                                 [QD_EVENT_WAR] = "war",
                                                 [QD_EVENT_BREAKDOWN] = "breakdown",
                                                 [QD_EVENT_PERIOD] = "period",
                                                 [QD_EVENT_END] = "end"};
    return (unsigned)kind < QD_EVENTS ? names[kind] : NULL;
}

static qd_crisis_view_t view_crisis(const qd_crisis_t *crisis)
{
    return (qd_crisis_view_t){.period = crisis->period,
                              .number = crisis->number,
                              .severity = crisis->severity,
                              .resistance = crisis->resistance,
                              .values = {crisis->values[0], crisis->values[1]},
                              .place = crisis->place,
                              .target = crisis->target,
                              .initiator = crisis->initiator,
                              .near = crisis->near,
                              .similar = crisis->similar,
                              .stake = crisis->stake,
                              .price = crisis->price};
}

static qd_game_view_t view_game(const qd_venue_game_t *game, qd_venue_t venue)
{
    return (qd_game_view_t){.venue = venue,
                            .exists = game->exists,
                            .open = game->open,
                            .passes = game->passes,
                            .side = game->x,
                            .joiners = game->joiners,
                            .opponents = game->opponents,
                            .support = game->support,
                            .opposition = game->opposition,
                            .effort = game->effort,
                            .counter = game->counter,
                            .success = game->success,
                            .legitimacy = game->legitimacy,
                            .escalation = game->escalation,
                            .worth = game->worth};
}

static qd_mission_view_t view_mission(const qd_enduring_t *mission)
{
    return (qd_mission_view_t){.start = mission->start,
                               .number = mission->number,
                               .initiator = mission->initiator,
                               .target = mission->target,
                               .venue = mission->venue,
                               .severity = mission->severity,
                               .resistance = mission->resistance,
                               .legitimacy = mission->legitimacy,
                               .side = mission->x,
                               .stake = mission->stake,
                               .support = mission->support,
                               .opposition = mission->opposition,
                               .success = mission->success};
}

static void view_states(const qd_state_t *state, qd_world_view_t *view)
{
    view->states = state->n;
    view->stride = state->padded;
    view->poles = state->poles;
    view->capability = state->c;
    view->place = state->place;
    view->values = state->value;
    view->affinity = state->affinity;
    view->baseline = state->baseline;
    view->proximity = state->proximity;
    view->load = state->load;
    view->support = state->support;
    view->learned = state->learned;
    view->labels = state->labels;
    view->label = state->label;
    view->cohesion = state->cohesion;
    view->depth = state->depth;
    view->level = state->depth > 0 ? state->level : NULL;
    view->readiness = state->depth > 0 ? state->readiness : NULL;
    view->institution = state->institution;
    view->tension = state->tension;
    view->debt = state->debt;
}

void qd_world_view(const qd_world_t *self, const qd_state_t *state, qd_world_view_t *view)
{
    const qd_record_t *record = &self->record;
    *view = (qd_world_view_t){.period = self->period,
                              .periods = record->periods,
                              .seed = self->luck.seed,
                              .world = self->luck.world,
                              .parameters = &self->parameters,
                              .missions = self->enduring,
                              .breakdown = record->cause,
                              .broke = (unsigned)record->broke,
                              .crises = record->crises,
                              .wars = record->wars,
                              .successes = record->successes,
                              .paralyses = record->paralyses};
    view_states(state, view);
    for (size_t k = 0; k < self->enduring; k++)
        view->mission[k] = view_mission(&self->running[k]);
    for (size_t g = 0; g <= QD_VENUES; g++)
        view->met[g] = record->met[g];
}

qd_state_t qd_world_settled(const qd_world_t *self)
{
    qd_state_t settled = self->state;
    if (settled.anchored) /* values above the diagonal are for display only */
        qd_state_mirror(&settled, settled.baseline, 0.0);
    if (self->owed != 0.0) {
        qd_state_relax(&self->state, self->owed, self->shown);
        settled.affinity = self->shown;
    }
    return settled;
}

/* ---- arguments of the hooks ---------------------------------------------------------------------------- */

static double uniform(const qd_hook_t *self, uint32_t period, uint32_t draw)
{
    return qd_random_uniform((qd_luck_t){self->seed, self->number}, QD_PURPOSE_PLUGIN, period, draw);
}

static double normal(const qd_hook_t *self, uint32_t period, uint32_t draw)
{
    return qd_random_normal((qd_luck_t){self->seed, self->number}, QD_PURPOSE_PLUGIN, period, draw);
}

static qd_hook_t hook_of(const qd_world_t *self, const qd_world_view_t *view)
{
    return (qd_hook_t){.world = view,
                       .parameter = self->parameters.value + QD_PARAMETER_COUNT,
                       .memory = self->memory,
                       .uniform = uniform,
                       .normal = normal,
                       .seed = self->luck.seed,
                       .number = self->luck.world};
}

/* The present world. `settled` must live as long as the view. */
static void look(const qd_world_t *self, qd_state_t *settled, qd_world_view_t *view)
{
    *settled = qd_world_settled(self);
    qd_world_view(self, settled, view);
}

const char *qd_hooks_begin(qd_world_t *self)
{
    const qd_plugin_t *plugin = self->plan->plugin;
    self->fault = NULL;
    self->watched = self->observer || (plugin && plugin->see);
    self->solves_all = self->watched || (plugin && plugin->worth);
    if (!plugin)
        return NULL;
    if (plugin != self->made_for)
        return "the world was not made for this plugin";
    if (self->memory)
        memset(self->memory, 0, self->memory_size);
    return NULL;
}

/* ---- the order ----------------------------------------------------------------------------------------- */

static bool are_within(const double *x, size_t count, double low, double high)
{
    for (size_t i = 0; i < count; i++)
        if (!(x[i] >= low && x[i] <= high))
            return false;
    return true;
}

/* Scales to sum 1; returns NULL, or the error. */
static const char *finish_capability(double *c, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (!(c[i] > 0.0 && c[i] <= 1e300) || (i > 0 && c[i] > c[i - 1]))
            return "the plugin's order: capabilities that are not positive and descending";
        sum += c[i];
    }
    for (size_t i = 0; i < n; i++)
        c[i] /= sum;
    return NULL;
}

static bool are_unit_vectors(const double *place, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double *v = place + 3 * i;
        double square = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
        if (!(square > 1.0 - 1e-9 && square < 1.0 + 1e-9))
            return false;
    }
    return true;
}

static bool is_affinity(const double *a, size_t n)
{
    if (!are_within(a, n * n, -1.0, 1.0))
        return false;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            if (a[i * n + j] != a[j * n + i] || (i == j && a[i * n + j] != 0.0))
                return false;
    return true;
}

static const char *check_draft(const qd_order_draft_t *draft)
{
    size_t n = draft->states;
    if (draft->has_place && !are_unit_vectors(draft->place, n))
        return "the plugin's order: places that are not unit vectors";
    if (draft->has_values && !are_within(draft->values, 2 * n, -1e6, 1e6))
        return "the plugin's order: values that are not finite";
    if (draft->has_affinity && !is_affinity(draft->affinity, n))
        return "the plugin's order: affinities that are not symmetric, in [-1, 1], with a zero diagonal";
    for (size_t i = 0; draft->has_label && i < n; i++)
        if (draft->label[i] < 0 || draft->label[i] > (int)draft->parameters->blocs_max)
            return "the plugin's order: labels that are not 0 .. blocs.max";
    return draft->has_capability ? finish_capability(draft->capability, n) : NULL;
}

/* Takes the plugin's data like those of an empirical order, and draws the rest. */
const char *qd_hooks_order(qd_world_t *self)
{
    const qd_parameters_t *p = &self->parameters;
    qd_empirical_t data = {.states = (size_t)p->order_states, .poles = (size_t)p->order_poles};
    if (self->plan->empirical)
        data = *self->plan->empirical;
    size_t n = data.states;
    if (n > self->state.capacity)
        return "there is no room for so many states";
    double *room = self->drafted;
    qd_order_draft_t draft = {.states = n,
                              .poles = data.poles,
                              .kind = self->plan->kind,
                              .parameters = p,
                              .capability = room,
                              .place = room + n,
                              .values = room + 4 * n,
                              .affinity = room + 6 * n,
                              .label = self->listed};
    memset(room, 0, (6 + n) * n * sizeof *room);
    memset(self->listed, 0, n * sizeof *self->listed);
    qd_hook_t hook = hook_of(self, NULL);
    self->plan->plugin->order(&hook, &draft);
    const char *fault = check_draft(&draft);
    if (fault)
        return fault;
    data.capability = draft.has_capability ? draft.capability : data.capability;
    data.place = draft.has_place ? draft.place : data.place;
    data.value = draft.has_values ? draft.values : data.value;
    data.affinity = draft.has_affinity ? draft.affinity : data.affinity;
    data.bloc = draft.has_label ? draft.label : data.bloc;
    qd_plan_t plan = *self->plan;
    plan.empirical = &data;
    return qd_sample_order(&self->state, &plan, p, self->luck);
}

/* ---- crises, venues ------------------------------------------------------------------------------------ */

void qd_hooks_crisis(qd_world_t *self)
{
    qd_crisis_t *crisis = &self->crisis;
    size_t n = self->state.n;
    qd_state_t settled;
    qd_world_view_t view;
    look(self, &settled, &view);
    crisis->initiator = QD_NOBODY;
    const qd_crisis_view_t shown = view_crisis(crisis);
    qd_hook_t hook = hook_of(self, &view);
    self->plan->plugin->crisis(&hook, &shown, crisis->stake, crisis->price);
    if (crisis->target != QD_NOBODY)
        crisis->stake[crisis->target] = 0.0;
    for (size_t i = n; i < self->state.padded; i++) {
        crisis->stake[i] = 0.0;
        crisis->price[i] = (double)INFINITY;
    }
    if (!are_within(crisis->stake, n, -1e300, 1e300) || !are_within(crisis->price, n, 0.0, 1e300)) {
        self->fault = "the plugin's crisis: stakes that are not finite, or prices below 0 or not finite";
        return;
    }
    crisis->initiator = qd_crisis_initiator(crisis, &self->state, self->spare);
}

void qd_hooks_worth(qd_world_t *self, qd_venue_t g)
{
    qd_state_t settled;
    qd_world_view_t view;
    look(self, &settled, &view);
    const qd_crisis_view_t crisis = view_crisis(&self->crisis);
    const qd_game_view_t game = view_game(&self->venue[g], g);
    qd_hook_t hook = hook_of(self, &view);
    double worth = self->plan->plugin->worth(&hook, &crisis, &game);
    if (!are_within(&worth, 1, -1e300, 1e300)) {
        self->fault = "the plugin's worth: it is not finite";
        worth = 0.0;
    }
    self->venue[g].worth = worth;
}

/* ---- time ---------------------------------------------------------------------------------------------- */

static void see(const qd_world_t *self, const qd_event_t *event)
{
    qd_hook_t hook = hook_of(self, event->world);
    self->plan->plugin->see(&hook, event);
}

void qd_hooks_period(qd_world_t *self)
{
    qd_state_t settled;
    qd_world_view_t view;
    look(self, &settled, &view);
    qd_hook_t hook = hook_of(self, &view);
    self->plan->plugin->period(&hook);
}

const char *qd_hooks_finish(qd_world_t *self, qd_outcomes_t *outcomes)
{
    const qd_plugin_t *plugin = self->plan->plugin;
    double *own = outcomes->value + QD_OUTCOMES;
    qd_state_t settled;
    qd_world_view_t view;
    for (size_t k = 0; k < plugin->outcomes; k++)
        own[k] = 0.0;
    if (plugin->finish) {
        look(self, &settled, &view);
        qd_hook_t hook = hook_of(self, &view);
        plugin->finish(&hook, outcomes, own);
    }
    for (size_t k = 0; k < plugin->outcomes; k++)
        if (!are_within(&own[k], 1, -1e300, 1e300) || own[k] < plugin->outcome[k].low ||
            own[k] > plugin->outcome[k].high)
            return "the plugin's outcomes: one is not finite, or outside its range";
    return NULL;
}

/* ---- reports to observer and plugin -------------------------------------------------------------------- */

void qd_world_show(const qd_world_t *self, qd_event_kind_t kind, qd_inside_t *inside)
{
    qd_state_t settled = qd_world_settled(self);
    qd_world_view_t world;
    qd_crisis_view_t crisis;
    qd_game_view_t game;
    qd_mission_view_t mission;
    qd_world_view(self, &settled, &world);
    inside->parameters = &self->parameters;
    inside->state = &settled;
    inside->record = &self->record;
    if (inside->crisis)
        crisis = view_crisis(inside->crisis);
    if (inside->game)
        game = view_game(inside->game, inside->venue);
    if (inside->enduring)
        mission = view_mission(inside->enduring);
    const qd_event_t event = {.kind = kind,
                              .period = self->period,
                              .world = &world,
                              .crisis = inside->crisis ? &crisis : NULL,
                              .venue = inside->venue,
                              .game = inside->game ? &game : NULL,
                              .mission = inside->enduring ? &mission : NULL,
                              .age = inside->age,
                              .ended = inside->ended,
                              .mover = inside->mover,
                              .club = inside->club,
                              .before = inside->before,
                              .after = inside->after,
                              .success = inside->success,
                              .endures = inside->endures,
                              .outcomes = inside->outcomes,
                              .inside = inside};
    if (self->plan->plugin && self->plan->plugin->see)
        see(self, &event);
    if (self->observer)
        self->observer->see(self->observer->context, &event);
}
