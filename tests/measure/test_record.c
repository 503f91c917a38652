/* The record of a world, compared with a plain second one made from its events: every outcome that is a
 * count, a share or a mean of events (model.md part 7). */
#include "measure/record.h"

#include "kernel/world.h"
#include "support/check.h"
#include "support/naive_measures.h"
#include "support/random_plan.h"

#define STATES  28
#define PERIODS 50

/* Sums kept by plain loops. */
typedef struct {
    double crises, successes, paralyses, missions, wars, met[QD_VENUES + 1];
    double mission_by_half[2], flexible_by_half[2];
    double legitimacy, size, gini, strange, passes, most_passes, persistence;
    double turnover, reviews, tension[2], periods, flexible_path[PERIODS];
    double now, now_flexible;
    double endured, partners, withdrawals, running, starts, length; /* `starts` of the running missions */
    double level[QD_CLUBS_MAX * STATES], club_reviews, club_turnover;
    double support_path[PERIODS], integration_path[PERIODS];
    bool had[STATES], any, started, clubs_started;
    int label[STATES], cause;
    double broke;
} book_t;

static double gini_of(const double v[], size_t n)
{
    double difference = 0.0, sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += v[i];
        for (size_t j = 0; j < n; j++)
            difference += fabs(v[i] - v[j]);
    }
    return sum > 0.0 && n > 1 ? difference / (2.0 * (double)n * sum) : 0.0;
}

static bool late(const qd_event_t *event)
{
    return event->period >= (unsigned)event->inside->parameters->order_periods / 2;
}

static void note_joiners(book_t *book, const qd_event_t *event)
{
    const qd_state_t *s = event->inside->state;
    double stake[STATES], both = 0.0, either = 0.0, pairs = 0.0, hostile = 0.0;
    size_t joined = 0;
    for (size_t i = 0; i < s->n; i++) {
        bool joins = event->inside->game->x[i] == 1.0;
        both += joins && book->had[i];
        either += joins || book->had[i];
        book->had[i] = joins;
        if (!joins)
            continue;
        stake[joined++] = fmax(event->inside->crisis->stake[i], 0.0);
        for (size_t j = 0; j < i; j++)
            if (event->inside->game->x[j] == 1.0) {
                pairs += 1.0;
                hostile += s->affinity[i * s->padded + j] < 0.0;
            }
    }
    book->persistence += book->any ? both / either : 0.0;
    book->any = true;
    book->size += (double)joined;
    book->gini += gini_of(stake, joined);
    book->strange += pairs > 0.0 ? hostile / pairs : 0.0;
}

static void note_mission(book_t *book, const qd_event_t *event)
{
    book->missions++;
    book->endured += event->endures;
    book->running += event->endures;
    book->starts += event->endures ? event->period : 0.0;
    book->length += !event->endures;
    for (size_t i = 0; event->endures && i < event->inside->state->n; i++)
        book->partners += event->inside->game->x[i] == 1.0 && (int)i != event->inside->crisis->initiator;
    book->successes += event->success;
    book->met[event->venue]++;
    book->mission_by_half[late(event)]++;
    book->now++;
    book->flexible_by_half[late(event)] += event->venue == QD_FLEXIBLE;
    book->now_flexible += event->venue == QD_FLEXIBLE;
    book->legitimacy += event->inside->game->legitimacy;
    book->passes += event->inside->game->passes;
    book->most_passes = fmax(book->most_passes, event->inside->game->passes);
    note_joiners(book, event);
}

static void note_end_of_mission(book_t *book, const qd_event_t *event)
{
    assert_int_equal(event->age, event->period - event->inside->enduring->start);
    assert_int_equal(event->success, event->ended == QD_ENDED_SUCCESS);
    book->successes += event->success;
    book->running--;
    book->starts -= event->inside->enduring->start;
    book->length += event->age + 1;
}

/* At most eight run at once. */
static void check_running(const book_t *book)
{
    assert_true(book->running >= 0.0 && book->running <= 8.0);
}

static void note_club_review(book_t *book, const qd_event_t *event)
{
    const qd_state_t *s = event->inside->state;
    double changed = 0.0;
    for (size_t k = 0; k < s->poles; k++)
        for (size_t i = 0; i < s->n; i++) {
            double level = s->level[k * s->padded + i];
            changed += i != k && level != book->level[k * STATES + i];
            book->level[k * STATES + i] = level;
        }
    if (book->clubs_started) {
        book->club_reviews++;
        book->club_turnover += changed / ((double)(s->n - 1) * (double)s->poles);
    }
    book->clubs_started = true;
}

static void note_period(book_t *book, const qd_event_t *event)
{
    book->tension[late(event)] += event->inside->state->tension;
    book->periods++;
    book->flexible_path[event->period] = book->now > 0.0 ? book->now_flexible / book->now : (double)NAN;
    book->now = book->now_flexible = 0.0;
    book->integration_path[event->period] = qd_test_integration(event->inside->state);
    book->support_path[event->period] = 0.0;
    for (size_t i = 0; i < event->inside->state->n; i++)
        book->support_path[event->period] += event->inside->state->c[i] * event->inside->state->support[i];
    if (event->inside->state->tension > event->inside->parameters->tension_breakdown)
        assert_true(book->cause != 0);
}

/* Labels change in reviews and where the schedule takes a label away; the latter is no turnover. */
static void note_review(book_t *book, const qd_event_t *event)
{
    double changed = 0.0;
    for (size_t i = 0; i < event->inside->state->n; i++)
        changed += event->inside->state->label[i] != book->label[i];
    if (book->started) {
        book->reviews++;
        book->turnover += changed / (double)event->inside->state->n;
    }
    book->started = true;
}

static void keep(void *context, const qd_event_t *event)
{
    book_t *book = context;
    switch (event->kind) {
    case QD_EVENT_WORLD: /* without a bloc game at the start, the first review counts */
        book->started = event->inside->parameters->blocs_first == 0.0;
        break;
    case QD_EVENT_CRISIS:
        book->crises++;
        break;
    case QD_EVENT_PARALYSIS:
        book->paralyses++;
        break;
    case QD_EVENT_ABSTAIN:
        book->met[QD_ABSTAIN]++;
        break;
    case QD_EVENT_MISSION:
        note_mission(book, event);
        check_running(book);
        break;
    case QD_EVENT_MISSION_ENDS:
        note_end_of_mission(book, event);
        check_running(book);
        break;
    case QD_EVENT_PARTNER_LEAVES:
        book->withdrawals++;
        break;
    case QD_EVENT_CLUB_REVIEW:
        note_club_review(book, event);
        break;
    case QD_EVENT_WAR:
        book->wars++;
        if (book->cause == 0) {
            book->cause = 1;
            book->broke = event->period;
        }
        break;
    case QD_EVENT_BREAKDOWN:
        if (book->cause == 0) {
            assert_true(event->inside->state->tension > event->inside->parameters->tension_breakdown);
            book->cause = 2;
            book->broke = event->period;
        }
        break;
    case QD_EVENT_REVIEW:
        note_review(book, event);
        break;
    case QD_EVENT_PERIOD:
        note_period(book, event);
        break;
    default:
        break;
    }
    if (event->kind == QD_EVENT_REVIEW || event->kind == QD_EVENT_SCHEDULE || event->kind == QD_EVENT_WORLD)
        for (size_t i = 0; i < event->inside->state->n; i++)
            book->label[i] = event->inside->state->label[i];
}

static double mean(double sum, double count)
{
    return count > 0.0 ? sum / count : 0.0;
}

static void compare(const book_t *b, const qd_result_t *result)
{
    const qd_outcomes_t *o = &result->outcomes;
    const double shares[QD_VENUES + 1] = {o->share_collective, o->share_alliance, o->share_flexible,
                                          o->share_unilateral, o->share_umbrella, o->share_hub,
                                          o->share_abstain};
    double half = floor(b->periods / 2);
    for (size_t g = 0; g <= QD_VENUES; g++)
        QD_ASSERT_NEAR(shares[g], mean(b->met[g], b->crises), 1e-15);
    assert_true(o->crises == b->crises && o->wars == b->wars);
    assert_true(o->breakdown_cause == b->cause && o->survival == (b->cause ? b->broke : b->periods));
    QD_ASSERT_NEAR(o->resolved, mean(b->successes, b->crises), 1e-15);
    QD_ASSERT_NEAR(o->paralysis, mean(b->paralyses, b->crises), 1e-15);
    QD_ASSERT_NEAR(o->tension_early, mean(b->tension[0], half), 1e-12 * (1 + o->tension_early));
    QD_ASSERT_NEAR(o->tension_late, mean(b->tension[1], b->periods - half), 1e-12 * (1 + o->tension_late));
    QD_ASSERT_NEAR(o->persistence, mean(b->persistence, b->missions - 1), 1e-13);
    QD_ASSERT_NEAR(o->turnover, mean(b->turnover, b->reviews), 1e-13);
    QD_ASSERT_NEAR(o->flexible_early, mean(b->flexible_by_half[0], b->mission_by_half[0]), 1e-15);
    QD_ASSERT_NEAR(o->flexible_late, mean(b->flexible_by_half[1], b->mission_by_half[1]), 1e-15);
    QD_ASSERT_NEAR(o->legitimacy, mean(b->legitimacy, b->missions), 1e-13);
    QD_ASSERT_NEAR(o->coalition_size, mean(b->size, b->missions), 1e-13);
    QD_ASSERT_NEAR(o->burden_gini, mean(b->gini, b->missions), 1e-12);
    QD_ASSERT_NEAR(o->strange_partners, mean(b->strange, b->missions), 1e-13);
    QD_ASSERT_NEAR(o->passes_mean, mean(b->passes, b->missions), 1e-13);
    assert_true(o->passes_max == b->most_passes);
    double length = b->length + b->running * b->periods - b->starts;
    QD_ASSERT_NEAR(o->success, mean(b->successes, b->missions), 1e-15);
    QD_ASSERT_NEAR(o->enduring, mean(b->endured, b->missions), 1e-15);
    QD_ASSERT_NEAR(o->mission_length, mean(length, b->missions), 1e-13);
    QD_ASSERT_NEAR(o->withdrawals, mean(b->withdrawals, b->partners), 1e-15);
    QD_ASSERT_NEAR(o->club_turnover, mean(b->club_turnover, b->club_reviews), 1e-13);
    QD_ASSERT_NEAR(o->integration, b->integration_path[result->periods - 1], 1e-13);
    QD_ASSERT_NEAR(o->support_end, b->support_path[result->periods - 1], 1e-13);
    for (size_t t = 0; t < result->periods; t++) {
        const double *path = result->path + t;
        QD_ASSERT_NEAR(path[QD_S_integration * result->path_stride], b->integration_path[t], 1e-13);
        QD_ASSERT_NEAR(path[QD_S_support * result->path_stride], b->support_path[t], 1e-13);
    }
    for (size_t t = 0; t < result->periods; t++) {
        double found = result->path[QD_S_flexible * result->path_stride + t], expected = b->flexible_path[t];
        assert_true(found == expected || (isnan(found) && isnan(expected)));
    }
}

static void test_record_of_made_up_worlds(void **state)
{
    (void)state;
    static qd_test_plan_t made;
    qd_world_t *world = qd_world_new(STATES, PERIODS);
    assert_non_null(world);
    double missions = 0.0, turnover = 0.0, causes[3] = {0}, withdrawals = 0.0, endured = 0.0, clubs = 0.0;
    for (uint64_t number = 0; number < 1500; number++) {
        book_t book = {0};
        qd_observer_t observer = {.context = &book, .see = keep};
        qd_result_t result;
        qd_test_random_plan(&made, 20000 + number, STATES, PERIODS);
        qd_world_play(world, &made.plan, (qd_luck_t){.seed = 95, .world = number}, &observer, &result);
        QD_ASSERT_NO_FAULT(result.failure);
        compare(&book, &result);
        missions += book.missions;
        turnover += book.turnover;
        withdrawals += book.withdrawals;
        endured += book.endured;
        clubs += book.club_turnover;
        causes[book.cause]++;
    }
    qd_world_free(world);
    assert_true(withdrawals > 100 && endured > 500 && clubs > 1);
    assert_true(missions > 5000 && turnover > 10 && causes[0] > 50 && causes[1] > 50 && causes[2] > 50);
}

/* ---- by hand ------------------------------------------------------------------------------------------- */

/* Four states of one padding; the record's own arrays. */
static void start(qd_record_t *record, qd_state_t *s, size_t periods)
{
    assert_true(qd_record_init(record, 4, 8));
    assert_true(qd_state_init(s, 4));
    qd_state_reset(s, 4);
    s->poles = 1;
    for (size_t i = 0; i < 4; i++)
        s->c[i] = 0.25;
    qd_record_reset(record, periods);
    qd_record_labels(record, s);
}

static void end(qd_record_t *record, qd_state_t *s)
{
    qd_record_free(record);
    qd_state_free(s);
}

static void test_halves_and_paths(void **state)
{
    (void)state;
    qd_record_t record;
    qd_state_t s;
    start(&record, &s, 5); /* periods 0 and 1 are early, 2 to 4 late */
    static const double tension[5] = {1, 2, 4, 8, 16};
    const qd_set_t one = {1, {1}}, two = {1, {3}}; /* state 0; states 0 and 1 */
    for (size_t t = 0; t < 5; t++) {
        record.period = t;
        if (t == 1 || t == 2)
            qd_record_mission(&record, &one, QD_FLEXIBLE, 0.5, 0.1, 0.0, 3);
        if (t == 2)
            qd_record_mission(&record, &two, QD_COLLECTIVE, 0.7, 0.3, 1.0, 5);
        s.tension = tension[t];
        qd_record_period(&record, &s);
    }
    double scratch[8];
    qd_outcomes_t o;
    qd_record_outcomes(&record, &s, scratch, &o);
    QD_ASSERT_NEAR(o.tension_early, 1.5, 1e-15);
    QD_ASSERT_NEAR(o.tension_late, 28.0 / 3, 1e-15);
    QD_ASSERT_NEAR(o.tension_mean, 31.0 / 5, 1e-15);
    assert_true(o.tension_end == 16.0);
    assert_true(o.flexible_early == 1.0 && o.flexible_late == 0.5);
    QD_ASSERT_NEAR(o.persistence, (1.0 + 0.5) / 2, 1e-15);
    QD_ASSERT_NEAR(o.coalition_size, 4.0 / 3, 1e-15);
    QD_ASSERT_NEAR(o.legitimacy, 1.7 / 3, 1e-15);
    QD_ASSERT_NEAR(o.passes_mean, 11.0 / 3, 1e-15);
    assert_true(o.passes_max == 5.0);
    const double *flexible = record.path + QD_S_flexible * record.path_stride;
    assert_true(isnan(flexible[0]) && flexible[1] == 1.0 && flexible[2] == 0.5 && isnan(flexible[3]));
    end(&record, &s);
}

/* Uses the blocs last given to the record, and the present shares. */
static void test_labels(void **state)
{
    (void)state;
    qd_record_t record;
    qd_state_t s;
    start(&record, &s, 3);
    const double *effective = record.path + QD_S_effective_blocs * record.path_stride;
    const double *unaligned = record.path + QD_S_unaligned * record.path_stride;
    s.labels = 2;
    for (record.period = 0; record.period < 3; record.period++) {
        if (record.period == 1) {
            s.label[0] = s.label[1] = 2;
            s.label[2] = 1;
            qd_record_labels(&record, &s);
        } else if (record.period == 2) {
            s.c[0] = 0.45;
            s.c[3] = 0.05;
        }
        qd_record_period(&record, &s);
    }
    QD_ASSERT_NEAR(effective[0], 4.0, 1e-15);
    QD_ASSERT_NEAR(unaligned[0], 1.0, 1e-15);
    QD_ASSERT_NEAR(effective[1], 1.0 / (0.5 * 0.5 + 2 * 0.25 * 0.25), 1e-15);
    QD_ASSERT_NEAR(unaligned[1], 0.5, 1e-15);
    QD_ASSERT_NEAR(effective[2], 1.0 / (0.7 * 0.7 + 0.25 * 0.25 + 0.05 * 0.05), 1e-15);
    QD_ASSERT_NEAR(unaligned[2], 0.3, 1e-15);
    end(&record, &s);
}

/* The first breakdown stands; without one survival is T. */
static void test_breakdown(void **state)
{
    (void)state;
    qd_record_t record;
    qd_state_t s;
    qd_outcomes_t o;
    double scratch[8];
    start(&record, &s, 6);
    qd_record_outcomes(&record, &s, scratch, &o);
    assert_true(o.breakdown == 0.0 && o.breakdown_cause == 0.0 && o.survival == 6.0);
    record.period = 2;
    qd_record_breakdown(&record, 2);
    record.period = 4;
    qd_record_breakdown(&record, 1);
    qd_record_outcomes(&record, &s, scratch, &o);
    assert_true(o.breakdown == 1.0 && o.breakdown_cause == 2.0 && o.survival == 2.0);
    qd_record_reset(&record, 3); /* nothing stays */
    qd_record_outcomes(&record, &s, scratch, &o);
    assert_true(o.breakdown == 0.0 && o.survival == 3.0);
    end(&record, &s);
}

/* A mean over nothing is 0. */
static void test_nothing_happened(void **state)
{
    (void)state;
    qd_record_t record;
    qd_state_t s;
    qd_outcomes_t o;
    double scratch[8];
    start(&record, &s, 1);
    qd_record_outcomes(&record, &s, scratch, &o);
    for (size_t i = 0; i < QD_OUTCOMES; i++)
        assert_true(isfinite(o.value[i]));
    assert_true(o.resolved == 0.0 && o.paralysis == 0.0 && o.persistence == 0.0 && o.legitimacy == 0.0);
    assert_true(o.turnover == 0.0 && o.tension_early == 0.0 && o.share_abstain == 0.0 &&
                o.flexible_late == 0.0);
    end(&record, &s);
}

/* Sum of c (beta_flexible - beta_collective). */
static void test_learned_flexibility(void **state)
{
    (void)state;
    qd_record_t record;
    qd_state_t s;
    qd_outcomes_t o;
    double scratch[8];
    start(&record, &s, 1);
    s.learned[QD_FLEXIBLE * s.padded] = 0.4;
    s.learned[QD_FLEXIBLE * s.padded + 3] = -0.1;
    s.learned[QD_COLLECTIVE * s.padded + 1] = 0.2;
    s.learned[QD_ALLIANCE * s.padded + 1] = 9.0;
    qd_record_outcomes(&record, &s, scratch, &o);
    QD_ASSERT_NEAR(o.learned_flexibility, 0.25 * (0.4 - 0.1 - 0.2), 1e-15);
    end(&record, &s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record_of_made_up_worlds),
        cmocka_unit_test(test_halves_and_paths),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_breakdown),
        cmocka_unit_test(test_nothing_happened),
        cmocka_unit_test(test_learned_flexibility),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
