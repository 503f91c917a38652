/* Every crisis of many made-up worlds, observed event by event: each move of each mission game, each venue as
 * solved, each choice, each paralysis (model.md part 4; validation.md part 10). */
#include "kernel/venue_games.h"
#include "kernel/world.h"

#include "support/check.h"
#include "support/naive_venue.h"
#include "support/random_plan.h"

/* Events of the present crisis, and the total number of each kind. */
typedef struct {
    qd_luck_t luck;
    unsigned number; /* of the crisis */
    bool seen[QD_VENUES], tried[QD_VENUES], open[QD_VENUES];
    double worth[QD_VENUES];
    double potential;
    int moving;      /* venue whose game is being followed, or -1 */
    double side[64]; /* in that game, by the moves seen */
    /* after a paralysis: what must hold at the next event */
    bool paralysed;
    qd_venue_t venue;
    double strength, learned;
    size_t count[QD_EVENTS], chosen[QD_VENUES + 1], paralyses[QD_VENUES], foreseen, negative;
} watcher_t;

static qd_test_venue_t rules_of(const qd_event_t *event)
{
    return (qd_test_venue_t){.crisis = event->inside->crisis,
                             .state = event->inside->state,
                             .parameters = event->inside->parameters,
                             .leaning = &event->inside->given->leaning,
                             .bloc = qd_venue_bloc(event->inside->state, event->inside->crisis->initiator),
                             .venue = event->venue};
}

/* The sides of the states before the first move of a game. */
static void start_game(watcher_t *self, const qd_event_t *event)
{
    const qd_crisis_t *crisis = event->inside->crisis;
    for (size_t i = 0; i < QD_COUNT(self->side); i++)
        self->side[i] = (int)i == crisis->initiator ? 1.0 : (int)i == crisis->target ? -1.0 : 0.0;
}

static void check_sides(const watcher_t *self, const qd_event_t *event)
{
    for (size_t i = 0; i < event->inside->state->n; i++)
        assert_true(event->game->side[i] == self->side[i]);
}

/* A move raises the potential by c_i times the mover's gain, which is above 0. */
static void see_move(watcher_t *self, const qd_event_t *event)
{
    qd_test_venue_t rules = rules_of(event);
    const double *x = event->inside->game->x;
    assert_true(qd_test_is_free(&rules, event->mover));
    assert_true(event->after != event->before && x[event->mover] == event->after);
    double after = qd_test_potential(&rules, x);
    double gain = -qd_test_gain(&rules, event->mover, event->before, x);
    assert_true(gain > -1e-13);
    assert_true(self->moving == -1 || self->moving == (int)event->venue); /* game by game */
    if (self->moving == -1)
        start_game(self, event);
    assert_true(self->side[event->mover] == event->before);
    self->side[event->mover] = event->after;
    check_sides(self, event);
    assert_true(event->game->passes == 0 && event->game->worth == 0.0); /* it has no results yet */
    if (self->moving == (int)event->venue) {
        assert_true(after > self->potential - 1e-13);
        QD_ASSERT_NEAR(after - self->potential, event->inside->state->c[event->mover] * gain, 1e-12);
    }
    self->potential = after;
    self->moving = (int)event->venue;
}

/* No free state gains by another side that is open to it: no joiner by leaving, no outsider by joining. */
static void check_stability(const qd_test_venue_t *rules, const double x[])
{
    for (size_t i = 0; i < rules->state->n; i++) {
        if (!qd_test_is_free(rules, i)) {
            assert_true(x[i] == ((int)i == rules->crisis->initiator ? 1.0 : -1.0));
            continue;
        }
        assert_true(x[i] == 0.0 || x[i] == -1.0 || (x[i] == 1.0 && qd_test_may_join(rules, i)));
        for (double other = -1.0; other <= 1.0; other += 1.0)
            if (other < 1.0 || qd_test_may_join(rules, i))
                assert_true(qd_test_gain(rules, i, other, x) <= 1e-12);
    }
    for (size_t i = rules->state->n; i < rules->state->padded; i++)
        assert_true(x[i] == 0.0);
}

static void see_venue(watcher_t *self, const qd_event_t *event)
{
    qd_test_venue_t rules = rules_of(event);
    const qd_venue_game_t *game = event->inside->game;
    assert_int_equal(event->inside->given->bloc, rules.bloc);
    assert_true(game->exists && game->passes >= 1 && game->passes <= 64);
    assert_false(self->seen[event->venue]);
    if (self->moving == -1)
        start_game(self, event);
    assert_true(self->moving == -1 || self->moving == (int)event->venue);
    check_sides(self, event);
    check_stability(&rules, game->x);
    qd_venue_game_t expected = qd_test_weigh(&rules, game->x);
    assert_int_equal(game->joiners, expected.joiners);
    assert_int_equal(game->opponents, expected.opponents);
    QD_ASSERT_NEAR(game->support, expected.support, 1e-14);
    QD_ASSERT_NEAR(game->opposition, expected.opposition, 1e-14);
    QD_ASSERT_NEAR(game->effort, expected.effort, 1e-13);
    QD_ASSERT_NEAR(game->counter, expected.counter, 1e-13);
    QD_ASSERT_NEAR(game->success, expected.success, 1e-11);
    QD_ASSERT_NEAR(game->legitimacy, expected.legitimacy, 1e-14);
    QD_ASSERT_NEAR(game->escalation, expected.escalation, 1e-12);
    QD_ASSERT_NEAR(game->worth, expected.worth, 1e-10);
    assert_true(game->legitimacy >= 0.0 && game->legitimacy <= 1.0);
    assert_true(game->escalation >= 0.0 && game->escalation <= 1.0);
    assert_int_equal(game->open, expected.open);
    double bound = qd_venue_bound(event->venue, event->inside->given, event->inside->rules);
    assert_true(bound >= game->worth);
    self->seen[event->venue] = true;
    self->open[event->venue] = game->open;
    self->worth[event->venue] = game->worth;
    self->moving = -1;
}

/* The initiator turns to the best open venue that it has not tried, if that is worth more than 0. */
static void check_choice(watcher_t *self, qd_venue_t g)
{
    assert_true(self->seen[g] && self->open[g] && !self->tried[g] && self->worth[g] > 0.0);
    for (qd_venue_t other = 0; other < QD_VENUES; other++)
        if (self->seen[other] && self->open[other] && !self->tried[other])
            assert_true(self->worth[other] < self->worth[g] ||
                        (self->worth[other] == self->worth[g] && other >= g));
    self->tried[g] = true;
}

static double strength_of(const qd_event_t *event, qd_venue_t g, int bloc)
{
    return g == QD_COLLECTIVE ? event->inside->state->institution : event->inside->state->cohesion[bloc];
}

static void see_obstacle(watcher_t *self, const qd_event_t *event)
{
    qd_test_venue_t rules = rules_of(event);
    check_choice(self, event->venue);
    assert_true(qd_test_fails(&rules, event->inside->game->x));
    bool foreseen = qd_random_uniform(self->luck, QD_PURPOSE_FORESIGHT, event->period,
                                      8 * self->number + (uint32_t)event->venue) <
                    event->inside->parameters->doctrine_foresight;
    assert_int_equal(event->kind == QD_EVENT_FORESEEN, foreseen);
    self->foreseen += foreseen;
    if (foreseen)
        return;
    const qd_parameters_t *p = event->inside->parameters;
    double loss = event->venue == QD_COLLECTIVE ? p->institution_paralysis : p->blocs_paralysis;
    size_t at =
        (size_t)event->venue * event->inside->state->padded + (size_t)event->inside->crisis->initiator;
    self->paralysed = true;
    self->venue = event->venue;
    self->strength = (1.0 - loss) * strength_of(event, event->venue, rules.bloc);
    self->learned = event->inside->state->learned[at] - p->doctrine_learning;
    self->paralyses[event->venue]++;
}

/* I or K_b has lost its share and the initiator its trust, before anything else happens. */
static void check_paralysis(watcher_t *self, const qd_event_t *event)
{
    if (!self->paralysed)
        return;
    self->paralysed = false;
    int bloc = qd_venue_bloc(event->inside->state, event->inside->crisis->initiator);
    size_t at = (size_t)self->venue * event->inside->state->padded + (size_t)event->inside->crisis->initiator;
    QD_ASSERT_NEAR(strength_of(event, self->venue, bloc), self->strength, 1e-14);
    QD_ASSERT_NEAR(event->inside->state->learned[at], self->learned, 1e-14);
}

static void see_mission(watcher_t *self, const qd_event_t *event)
{
    qd_test_venue_t rules = rules_of(event);
    check_choice(self, event->venue);
    assert_false(qd_test_fails(&rules, event->inside->game->x));
    double u = qd_random_uniform(self->luck, QD_PURPOSE_OUTCOME, event->period, self->number);
    assert_int_equal(event->success, u < event->inside->game->success);
    self->chosen[event->venue]++;
}

static void see_war(watcher_t *self, const qd_event_t *event)
{
    double u = qd_random_uniform(self->luck, QD_PURPOSE_ESCALATION, event->period, self->number);
    assert_true(u < event->inside->parameters->escalation_hazard * event->inside->game->escalation);
}

static void see_abstention(watcher_t *self, const qd_event_t *event)
{
    self->chosen[QD_ABSTAIN]++;
    int initiator = event->inside->crisis->initiator;
    if (initiator == QD_NOBODY)
        return;
    qd_leaning_t leaning = qd_leaning_of(event->inside->state, event->inside->parameters, initiator);
    bool vital = event->inside->crisis->stake[initiator] >= leaning.vital_interest &&
                 event->inside->state->support[initiator] >= event->inside->parameters->doctrine_support;
    assert_int_equal(self->seen[QD_FLEXIBLE], vital); /* a watched world solves every venue that exists */
    for (qd_venue_t g = 0; g < QD_VENUES; g++) {
        assert_true(vital || !self->seen[g]);
        assert_true(!self->seen[g] || !self->open[g] || self->tried[g] || !(self->worth[g] > 0.0));
    }
}

static void see(void *context, const qd_event_t *event)
{
    watcher_t *self = context;
    self->count[event->kind]++;
    if (event->inside->crisis && event->kind != QD_EVENT_CRISIS)
        check_paralysis(self, event);
    switch (event->kind) {
    case QD_EVENT_CRISIS:
        self->number = event->inside->crisis->number;
        self->moving = -1;
        for (qd_venue_t g = 0; g < QD_VENUES; g++)
            self->seen[g] = self->tried[g] = false;
        assert_int_equal(event->inside->crisis->period, event->period);
        break;
    case QD_EVENT_MOVE:
        see_move(self, event);
        break;
    case QD_EVENT_VENUE:
        see_venue(self, event);
        break;
    case QD_EVENT_FORESEEN:
    case QD_EVENT_PARALYSIS:
        see_obstacle(self, event);
        break;
    case QD_EVENT_MISSION:
        see_mission(self, event);
        break;
    case QD_EVENT_WAR:
        see_war(self, event);
        break;
    case QD_EVENT_ABSTAIN:
        see_abstention(self, event);
        break;
    default:
        break;
    }
}

static void watch(watcher_t *self, qd_world_t *world, const qd_plan_t *plan, uint64_t number)
{
    qd_observer_t observer = {.context = self, .see = see};
    qd_result_t result;
    self->luck = (qd_luck_t){.seed = 41, .world = number};
    self->paralysed = false;
    qd_world_play(world, plan, self->luck, &observer, &result);
    QD_ASSERT_NO_FAULT(result.failure);
}

/* Every fourth plan is made to run into paralyses: eager and blind initiators. */
static void make_eager(qd_plan_t *plan)
{
    qd_test_set(plan, QD_P_doctrine_bias_collective, 0.3);
    qd_test_set(plan, QD_P_doctrine_bias_alliance, 0.35);
    qd_test_set(plan, QD_P_doctrine_bias_umbrella, 0.33);
    qd_test_set(plan, QD_P_doctrine_umbrella, 1);
    qd_test_set(plan, QD_P_doctrine_force_ratio, 0);
    qd_test_set(plan, QD_P_doctrine_foresight, 0.2);
}

/* Others have clubs, and patrons who like to use them. */
static void make_patrons(qd_plan_t *plan)
{
    qd_test_set(plan, QD_P_clubs_depth, 2);
    qd_test_set(plan, QD_P_clubs_cost, 0.01);
    qd_test_set(plan, QD_P_doctrine_bias_hub, 0.3);
    qd_test_set(plan, QD_P_publics_weight, 0.1);
}

static void test_made_up_worlds(void **state)
{
    (void)state;
    static qd_test_plan_t made;
    watcher_t watcher = {0};
    qd_world_t *world = qd_world_new(28, 40);
    assert_non_null(world);
    for (uint64_t number = 0; number < 1200; number++) {
        qd_test_random_plan(&made, number, 28, 40);
        if (number % 4 == 3)
            make_eager(&made.plan);
        if (number % 4 == 1)
            make_patrons(&made.plan);
        watch(&watcher, world, &made.plan, number);
    }
    qd_world_free(world);
    for (qd_venue_t g = 0; g <= QD_ABSTAIN; g++) {
        print_message("%s %zu, paralysed %zu\n", qd_venue_name(g), watcher.chosen[g],
                      g < QD_ABSTAIN ? watcher.paralyses[g] : 0);
        assert_true(watcher.chosen[g] > 100);
    }
    assert_true(watcher.paralyses[QD_COLLECTIVE] > 100 && watcher.paralyses[QD_ALLIANCE] > 100);
    assert_true(watcher.paralyses[QD_UMBRELLA] > 10 && watcher.foreseen > 100);
    assert_true(watcher.paralyses[QD_FLEXIBLE] == 0 && watcher.paralyses[QD_UNILATERAL] == 0);
    assert_true(watcher.count[QD_EVENT_MOVE] > 20000 && watcher.count[QD_EVENT_WAR] > 50);
}

/* The defaults of each kind of order, whole. */
static void test_default_worlds(void **state)
{
    (void)state;
    watcher_t watcher = {0};
    qd_world_t *world = qd_world_new(32, 140);
    assert_non_null(world);
    for (uint64_t number = 0; number < 60; number++) {
        qd_plan_t plan = qd_plan_default((qd_order_kind_t)(number % 3));
        watch(&watcher, world, &plan, number);
    }
    qd_world_free(world);
    assert_true(watcher.count[QD_EVENT_MISSION] > 1000);
    assert_int_equal(watcher.chosen[QD_UMBRELLA], 0); /* closed by default */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made_up_worlds),
        cmocka_unit_test(test_default_worlds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
