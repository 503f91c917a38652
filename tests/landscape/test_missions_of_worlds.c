/* labels: validation */
/* Case 10 on whole worlds: every mission of sampled worlds is a Nash equilibrium of the free states by the
 * definitions of model.md part 4 (no joiner or opponent gains by leaving, no outsider by taking a side), and
 * no move on the way lowers the weighted potential. */
#include <math.h>

#include "kernel/world.h"
#include "landscape/published.h"
#include "quadrille/world.h"

#define SLACK 1e-9

typedef struct {
    size_t missions, stable_inside, stable_outside, moves, falls;
} seen_t;

typedef struct {
    const qd_event_t *event;
    const double *x;
} mission_t;

static bool is_member(const mission_t *self, size_t i)
{
    return self->event->inside->given->bloc > 0 &&
           self->event->inside->state->label[i] == self->event->inside->given->bloc;
}

static bool may_join(const mission_t *self, size_t i)
{
    switch (self->event->venue) {
    case QD_ALLIANCE:
        return is_member(self, i);
    case QD_UNILATERAL:
        return false;
    default:
        return true;
    }
}

/* The contribution of the venue to the field. */
static double venue_term(const mission_t *self, size_t i)
{
    const qd_event_t *event = self->event;
    const qd_parameters_t *p = event->inside->parameters;
    if (event->venue == QD_COLLECTIVE)
        return p->mission_legitimacy_pull * event->inside->state->institution;
    if (!is_member(self, i))
        return 0.0;
    double cohesion = event->inside->state->cohesion[event->inside->given->bloc];
    if (event->venue == QD_ALLIANCE)
        return p->mission_obligation * cohesion;
    return event->venue == QD_UMBRELLA ? p->mission_umbrella * p->mission_obligation * cohesion : 0.0;
}

static double price(const mission_t *self, size_t i)
{
    const qd_event_t *event = self->event;
    const qd_parameters_t *p = event->inside->parameters;
    double full = p->mission_join_cost +
                  p->mission_audience_cost * 0.5 * (1.0 - event->inside->crisis->similar[i]) +
                  p->mission_overstretch * event->inside->state->load[i];
    bool saves = event->venue == QD_FLEXIBLE || (event->venue == QD_UMBRELLA && !is_member(self, i));
    return saves ? fmax(0.0, full - p->mission_flexible_saving * p->mission_join_cost) : full;
}

static double field(const mission_t *self, size_t i)
{
    const qd_state_t *state = self->event->inside->state;
    const qd_parameters_t *p = self->event->inside->parameters;
    const double *row = state->affinity + i * state->padded;
    size_t leader = (size_t)self->event->inside->crisis->initiator;
    double pull = 0.0;
    for (size_t j = 0; j < state->n; j++)
        pull += state->c[j] * row[j] * self->x[j];
    return self->event->inside->crisis->stake[i] + venue_term(self, i) +
           p->mission_patronage * state->c[leader] * row[leader] + p->mission_coupling * pull;
}

static void judge(seen_t *seen, const qd_event_t *event)
{
    mission_t self = {event, event->inside->game->x};
    bool inside = true, outside = true;
    for (size_t i = 0; i < event->inside->state->n; i++) {
        if ((int)i == event->inside->crisis->initiator || (int)i == event->inside->crisis->target)
            continue;
        double f = field(&self, i), cost = price(&self, i), x = self.x[i];
        double present = x * f - cost * fabs(x), join = may_join(&self, i) ? f - cost : -INFINITY,
               oppose = -f - cost;
        if (x != 0.0)
            inside =
                inside && present >= fmax(0.0, fmax(join, oppose)) - SLACK && (x < 0.0 || may_join(&self, i));
        else
            outside = outside && fmax(join, oppose) <= SLACK;
    }
    seen->missions++;
    seen->stable_inside += inside;
    seen->stable_outside += outside;
}

static void see(void *context, const qd_event_t *event)
{
    seen_t *seen = context;
    if (event->kind == QD_EVENT_MISSION)
        judge(seen, event);
    if (event->kind != QD_EVENT_MOVE)
        return;
    /* The potential changes by c_i times the mover's gain; the mover's field does not depend on its
     * own side. */
    mission_t self = {event, event->inside->game->x};
    double gain = field(&self, event->mover) * (event->after - event->before) -
                  price(&self, event->mover) * (fabs(event->after) - fabs(event->before));
    seen->moves++;
    seen->falls += gain > -1e-12 ? 0 : 1;
}

static void play(qd_order_kind_t kind, const char *name)
{
    const uint64_t worlds = 150;
    qd_plan_t plan = qd_plan_default(kind);
    qd_world_t *world = qd_world_new(qd_plan_states_max(&plan), qd_plan_periods_max(&plan));
    assert_non_null(world);
    seen_t seen = {0};
    qd_observer_t observer = {&seen, see};
    for (uint64_t w = 0; w < worlds; w++) {
        qd_result_t result;
        /* Every third world opens the umbrella and gives patrons a pull, which are off by default. */
        plan.parameter[QD_P_doctrine_umbrella] = qd_constant(w % 3 == 0);
        plan.parameter[QD_P_mission_patronage] = qd_constant(w % 3 == 0 ? 0.4 : 0.0);
        qd_world_play(world, &plan, (qd_luck_t){17, w}, &observer, &result);
        assert_null(result.failure);
    }
    qd_world_free(world);
    assert_true(seen.missions > 2000 && seen.moves > seen.missions);
    char source[64];
    snprintf(source, sizeof source, "missions of %d %s worlds", (int)worlds, name);
    published_number("10", source, "internally stable: all", (double)seen.missions,
                     (double)seen.stable_inside);
    published_number("10", source, "externally stable: all", (double)seen.missions,
                     (double)seen.stable_outside);
    published_number("10", source, "moves that lower the weighted potential", 0.0, (double)seen.falls);
}

static void unipolar(void **state)
{
    (void)state;
    play(QD_UNIPOLAR, "unipolar");
}

static void bipolar(void **state)
{
    (void)state;
    play(QD_BIPOLAR, "bipolar");
}

static void multipolar(void **state)
{
    (void)state;
    play(QD_MULTIPOLAR, "multipolar");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unipolar),
        cmocka_unit_test(bipolar),
        cmocka_unit_test(multipolar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
