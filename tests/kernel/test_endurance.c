/* Enduring missions (model.md part 10), observed event by event: their number and order, partners that leave,
 * the willingness of those that stay, the initiator's decision, and the outcomes. */
#include "kernel/world.h"

#include "support/check.h"
#include "support/random_plan.h"

#define STATES  28
#define PERIODS 40
#define ROOM    64 /* for the padding */

typedef struct {
    unsigned start, number, seen; /* `seen`: the last period in which it continued */
    size_t joined, left;          /* partners at the start; those who have left since */
} mission_t;

typedef struct {
    mission_t running[QD_ENDURING_MAX];
    size_t runs;
    double load[ROOM], support[ROOM]; /* as of the last event: a mission's own changes precede its event */
    double potential;
    bool leaving; /* `potential` belongs to the present mission after a state left */
    /* of one world */
    size_t missions, hubs, endured, partners, withdrawals, successes, length;
    /* of all worlds */
    size_t full, refused, gone_on, left, ended[QD_ENDED_NOT];
} watcher_t;

/* ---- the definitions ----------------------------------------------------------------------------------- */

/* 1, or less between two members of the hub. */
static double bond(const qd_event_t *event, size_t i, size_t j)
{
    const qd_enduring_t *mission = event->inside->enduring;
    bool dealt_with = mission->venue == QD_HUB && mission->member[i] == 1.0 && mission->member[j] == 1.0;
    return dealt_with ? 1.0 - event->inside->parameters->mission_shuttle : 1.0;
}

/* h_i + venue term + patronage */
static double own_field(const qd_event_t *event, size_t i)
{
    const qd_enduring_t *mission = event->inside->enduring;
    size_t p = (size_t)mission->initiator;
    double a = event->inside->state->affinity[i * event->inside->state->padded + p];
    return mission->stake[i] + mission->term[i] +
           event->inside->parameters->mission_patronage * event->inside->state->c[p] * a;
}

static double field(const qd_event_t *event, size_t i)
{
    const qd_state_t *state = event->inside->state;
    double sum = 0.0;
    for (size_t j = 0; j < state->n; j++)
        sum += bond(event, i, j) * state->affinity[i * state->padded + j] * state->c[j] *
               event->inside->enduring->x[j];
    return own_field(event, i) + event->inside->parameters->mission_coupling * sum;
}

static double fatigue(const qd_event_t *event)
{
    return event->inside->parameters->endurance_fatigue * (double)event->age;
}

/* Delta_i after floor and saving, and the fatigue. */
static double price(const watcher_t *self, const qd_event_t *event, size_t i)
{
    const qd_parameters_t *p = event->inside->parameters;
    const double *vx = event->inside->state->value, *vy = vx + event->inside->state->padded;
    double dx = vx[i] - event->inside->enduring->values[0], dy = vy[i] - event->inside->enduring->values[1];
    double h = p->affinity_values_scale, similar = 2.0 * exp(-(dx * dx + dy * dy) / (2.0 * h * h)) - 1.0;
    double cost = p->mission_join_cost + p->mission_audience_cost * 0.5 * (1.0 - similar) +
                  p->mission_overstretch * self->load[i] + p->publics_weight * (1.0 - 2.0 * self->support[i]);
    cost = fmax(0.0, cost);
    if (event->inside->enduring->saves[i] == 1.0)
        cost = fmax(0.0, cost - p->mission_flexible_saving * p->mission_join_cost);
    return cost + fatigue(event);
}

/* Phi of the mission's sides as they are. */
static double potential(const watcher_t *self, const qd_event_t *event)
{
    const qd_state_t *state = event->inside->state;
    const double *x = event->inside->enduring->x;
    double phi = 0.0;
    for (size_t i = 0; i < state->n; i++) {
        phi += state->c[i] * (own_field(event, i) * x[i] - price(self, event, i) * fabs(x[i]));
        for (size_t j = 0; j < i; j++)
            phi += event->inside->parameters->mission_coupling * bond(event, i, j) * state->c[i] *
                   state->c[j] * state->affinity[i * state->padded + j] * x[i] * x[j];
    }
    return phi;
}

/* The initiator's worth of continuing; C+, C- and q are those of the event. */
static double worth(const watcher_t *self, const qd_event_t *event)
{
    const qd_enduring_t *mission = event->inside->enduring;
    const qd_state_t *state = event->inside->state;
    const qd_parameters_t *p = event->inside->parameters;
    size_t initiator = (size_t)mission->initiator;
    double with = 0.0, against = 0.0;
    for (size_t i = 0; i < state->n; i++) {
        with += mission->x[i] == 1.0 ? state->c[i] * (1.0 - self->load[i]) : 0.0;
        against += mission->x[i] == -1.0 && (int)i != mission->target ? state->c[i] : 0.0;
    }
    double gamma = p->mission_contest_exponent, effort = p->mission_effort * with,
           counter = mission->resistance + p->mission_opposition_effort * against;
    double q = effort == counter ? 0.5 : pow(effort, gamma) / (pow(effort, gamma) + pow(counter, gamma));
    QD_ASSERT_NEAR(mission->support, with, 1e-13);
    QD_ASSERT_NEAR(mission->opposition, against, 1e-13);
    QD_ASSERT_NEAR(mission->success, q, 1e-10);
    double share = state->c[initiator] * (1.0 - self->load[initiator]) / with;
    return mission->stake[initiator] * q - p->doctrine_cost * mission->resistance * share +
           p->doctrine_legitimacy * mission->legitimacy - fatigue(event);
}

/* ---- events -------------------------------------------------------------------------------------------- */

static mission_t *find(watcher_t *self, const qd_enduring_t *mission)
{
    for (size_t k = 0; k < self->runs; k++)
        if (self->running[k].start == mission->start && self->running[k].number == mission->number)
            return &self->running[k];
    fail_msg("a mission goes on that has not begun");
    return NULL;
}

static void see_mission(watcher_t *self, const qd_event_t *event)
{
    self->missions++;
    self->hubs += event->venue == QD_HUB;
    self->successes += event->success;
    self->length += !event->endures;
    self->refused += !event->success && !event->endures && self->runs == QD_ENDURING_MAX;
    if (!event->endures)
        return;
    assert_false(event->success);
    assert_true(self->runs < QD_ENDURING_MAX);
    self->running[self->runs++] = (mission_t){.start = event->period,
                                              .number = event->inside->crisis->number,
                                              .seen = event->period,
                                              .joined = event->inside->game->joiners - 1};
    self->endured++;
    self->partners += event->inside->game->joiners - 1;
    self->full += self->runs == QD_ENDURING_MAX;
}

/* A partner whose field is no longer above its price: leaving does not lower the potential. */
static void see_partner_leave(watcher_t *self, const qd_event_t *event)
{
    mission_t *mission = find(self, event->inside->enduring);
    size_t i = event->mover;
    double gain = price(self, event, i) - field(event, i);
    double after = potential(self, event), *x = event->inside->enduring->x;
    assert_true((int)i != event->inside->enduring->initiator && x[i] == 0.0);
    assert_true(gain >= -1e-12);
    x[i] = 1.0; /* as it was */
    double before = potential(self, event);
    x[i] = 0.0;
    QD_ASSERT_NEAR(after - before, event->inside->state->c[i] * gain, 1e-12);
    if (self->leaving)
        QD_ASSERT_NEAR(before, self->potential, 1e-12);
    self->potential = after;
    self->leaving = true;
    self->withdrawals++;
    assert_true(++mission->left <= mission->joined); /* so that leaving ends */
}

/* All remaining partners are willing, and missions continue once a period in the order of their start. */
static mission_t *see_period_of_mission(watcher_t *self, const qd_event_t *event)
{
    mission_t *mission = find(self, event->inside->enduring);
    const qd_enduring_t *kept = event->inside->enduring;
    size_t joined = 0;
    assert_int_equal(event->age, event->period - mission->start);
    assert_int_equal(mission->seen, event->period - 1);
    mission->seen = event->period;
    for (mission_t *earlier = self->running; earlier < mission; earlier++)
        assert_int_equal(earlier->seen, event->period);
    for (size_t i = 0; i < event->inside->state->n; i++) {
        if ((int)i == kept->initiator || kept->x[i] != 1.0)
            continue;
        joined++;
        assert_true(field(event, i) > price(self, event, i) - 1e-12);
    }
    assert_int_equal(joined, mission->joined - mission->left);
    assert_true(kept->x[kept->initiator] == 1.0);
    assert_true(kept->target == QD_NOBODY || kept->x[kept->target] == -1.0);
    self->leaving = false;
    return mission;
}

static bool is_past_deadline(const qd_event_t *event)
{
    double exit = event->inside->parameters->doctrine_exit;
    return exit > 0.0 && (double)event->age >= exit;
}

static void see_going_on(watcher_t *self, const qd_event_t *event)
{
    (void)see_period_of_mission(self, event);
    assert_true(worth(self, event) > -1e-12 && !is_past_deadline(event));
    assert_true(self->support[event->inside->enduring->initiator] >=
                event->inside->parameters->doctrine_support);
    self->gone_on++;
}

static void see_end(watcher_t *self, const qd_event_t *event)
{
    mission_t *mission = see_period_of_mission(self, event);
    double value = worth(self, event), y = self->support[event->inside->enduring->initiator];
    bool supported = y >= event->inside->parameters->doctrine_support;
    assert_int_equal(event->success, event->ended == QD_ENDED_SUCCESS);
    assert_true(event->ended == QD_ENDED_WORTH ? value < 1e-12 : value > -1e-12);
    if (event->ended == QD_ENDED_SUPPORT)
        assert_false(supported);
    if (event->ended == QD_ENDED_DEADLINE || event->ended == QD_ENDED_SUCCESS)
        assert_true(supported && is_past_deadline(event) == (event->ended == QD_ENDED_DEADLINE));
    self->ended[event->ended]++;
    self->successes += event->success;
    self->length += event->age + 1;
    self->runs--;
    memmove(mission, mission + 1, (size_t)(self->running + self->runs - mission) * sizeof *mission);
}

static void check_outcomes(const watcher_t *self, const qd_event_t *event)
{
    const qd_outcomes_t *o = event->outcomes;
    double missions = fmax(1.0, (double)self->missions), crises = fmax(1.0, o->crises);
    size_t length = self->length;
    for (size_t k = 0; k < self->runs; k++)
        length += event->inside->record->periods - self->running[k].start;
    QD_ASSERT_NEAR(o->enduring * missions, (double)self->endured, 1e-9);
    QD_ASSERT_NEAR(o->mission_length * missions, (double)length, 1e-9);
    QD_ASSERT_NEAR(o->success * missions, (double)self->successes, 1e-9);
    QD_ASSERT_NEAR(o->resolved * crises, (double)self->successes, 1e-9);
    QD_ASSERT_NEAR(o->share_hub * crises, (double)self->hubs, 1e-9);
    QD_ASSERT_NEAR(o->withdrawals * fmax(1.0, (double)self->partners), (double)self->withdrawals, 1e-9);
}

static void begin(watcher_t *self)
{
    self->runs = self->missions = self->hubs = self->endured = 0;
    self->partners = self->withdrawals = self->successes = self->length = 0;
    self->leaving = false;
}

static void see(void *context, const qd_event_t *event)
{
    watcher_t *self = context;
    switch (event->kind) {
    case QD_EVENT_WORLD:
        begin(self);
        break;
    case QD_EVENT_MISSION:
        see_mission(self, event);
        break;
    case QD_EVENT_PARTNER_LEAVES:
        see_partner_leave(self, event);
        self->left++;
        break;
    case QD_EVENT_MISSION_GOES_ON:
        see_going_on(self, event);
        break;
    case QD_EVENT_MISSION_ENDS:
        see_end(self, event);
        break;
    case QD_EVENT_END:
        check_outcomes(self, event);
        break;
    default:
        break;
    }
    memcpy(self->load, event->inside->state->load, event->inside->state->padded * sizeof *self->load);
    memcpy(self->support, event->inside->state->support,
           event->inside->state->padded * sizeof *self->support);
}

/* Most missions endure and end late: initiators that do not give up, that have deadlines, or that depend on
 * their publics. */
static void make_long(qd_plan_t *plan, qd_test_stream_t *stream)
{
    bool stubborn = qd_test_uniform(stream) < 0.3;
    qd_test_set(plan, QD_P_order_periods, PERIODS);
    qd_test_set(plan, QD_P_endurance_chance, qd_test_uniform(stream) < 0.5 ? 1.0 : 0.6);
    qd_test_set(plan, QD_P_endurance_fatigue, stubborn ? 0.0 : qd_test_between(stream, 0, 0.02));
    qd_test_set(plan, QD_P_endurance_pace, qd_test_between(stream, 0, 0.3));
    qd_test_set(plan, QD_P_crises_rate, qd_test_between(stream, 1, 3));
    qd_test_set(plan, QD_P_clubs_depth, (double)qd_test_below(stream, 4));
    qd_test_set(plan, QD_P_clubs_cost, 0.02);
    qd_test_set(plan, QD_P_doctrine_bias_hub, qd_test_between(stream, -0.02, 0.2));
    qd_test_set(plan, QD_P_publics_weight, qd_test_between(stream, 0, 0.2));
    qd_test_set(plan, QD_P_doctrine_support, qd_test_uniform(stream) < 0.5 ? 0.0 : 0.4);
    qd_test_set(plan, QD_P_doctrine_exit, (double)qd_test_below(stream, 3) * 4.0);
}

static void test_made_up_worlds(void **state)
{
    (void)state;
    static qd_test_plan_t made;
    static watcher_t watcher;
    qd_observer_t observer = {.context = &watcher, .see = see};
    qd_world_t *world = qd_world_new(STATES, PERIODS);
    assert_non_null(world);
    for (uint64_t number = 0; number < 240; number++) {
        qd_test_stream_t stream = qd_test_stream(612, number);
        qd_result_t result;
        qd_test_random_plan(&made, number, STATES, PERIODS);
        make_long(&made.plan, &stream);
        qd_world_play(world, &made.plan, (qd_luck_t){.seed = 6, .world = number}, &observer, &result);
        QD_ASSERT_NO_FAULT(result.failure);
    }
    qd_world_free(world);
    print_message("gone on %zu, left %zu; eight ran at once %zu times, and %zu failed for it\n",
                  watcher.gone_on, watcher.left, watcher.full, watcher.refused);
    assert_true(watcher.gone_on > 4000 && watcher.left > 1000);
    assert_true(watcher.full > 50 && watcher.refused > 50);
    for (qd_ended_t why = 0; why < QD_ENDED_NOT; why++) {
        print_message("%s %zu\n", qd_ended_name(why), watcher.ended[why]);
        assert_true(watcher.ended[why] > 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_made_up_worlds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
