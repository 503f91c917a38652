/* The bloc game on plain arrays: potential, stability, bookkeeping, and the hedonic games of validation.md
 * part 5. */
#include "kernel/bloc_game.h"

#include "kernel/mission_game.h"
#include "math/reduce.h"
#include "support/check.h"

#define MOST   24
#define LABELS 24

typedef struct {
    qd_bloc_game_t game;
    double c[MOST], affinity[MOST * MOST], cohesion[LABELS + 1];
    int label[MOST], members[LABELS + 1], before[MOST], first[LABELS + 1], next[MOST];
    double company[(LABELS + 1) * MOST], hostility[(LABELS + 1) * MOST], reach[LABELS + 1], exposure[MOST];
    double potential;
    size_t moves;
} setting_t;

static void finish(setting_t *s, size_t n, size_t labels)
{
    s->game.n = n;
    s->game.padded = qd_padded(n);
    s->game.labels = labels;
    s->game.c = s->c;
    s->game.affinity = s->affinity;
    s->game.cohesion = s->cohesion;
    s->game.label = s->label;
    s->game.members = s->members;
    s->game.company = s->company;
    s->game.hostility = s->hostility;
    s->game.reach = s->reach;
    s->game.exposure = s->exposure;
    s->game.first = s->first;
    s->game.next = s->next;
}

static void set_affinity(setting_t *s, size_t n, size_t i, size_t j, double a)
{
    s->affinity[i * qd_padded(n) + j] = s->affinity[j * qd_padded(n) + i] = a;
}

static void make_up(setting_t *s, qd_test_stream_t *stream, size_t n, size_t labels)
{
    *s = (setting_t){0};
    double total = 0.0;
    for (size_t i = 0; i < n; i++)
        total += s->c[i] = exp(qd_test_normal(stream));
    for (size_t i = 0; i < n; i++) {
        s->c[i] /= total;
        s->label[i] = (int)qd_test_below(stream, labels + 1);
        for (size_t j = 0; j < i; j++)
            set_affinity(s, n, i, j, qd_test_between(stream, -1, 1));
    }
    for (size_t k = 1; k <= labels; k++)
        s->cohesion[k] = qd_test_uniform(stream);
    s->game.threat = qd_test_uniform(stream) < 0.3 ? 0.0 : qd_test_between(stream, 0, 3);
    s->game.cost = qd_test_between(stream, 0, 0.05);
    s->game.switching_cost = qd_test_uniform(stream) < 0.3 ? 0.0 : qd_test_between(stream, 0, 0.03);
    finish(s, n, labels);
}

/* ---- the rules as plain loops -------------------------------------------------------------------------- */

static double worth(const setting_t *s, size_t i, size_t j)
{
    size_t padded = s->game.padded;
    double shared = 0.0;
    for (size_t l = 0; l < s->game.n; l++)
        shared += s->c[l] * fmin(s->affinity[i * padded + l], 0.0) * fmin(s->affinity[j * padded + l], 0.0);
    return s->affinity[i * padded + j] + s->game.threat * shared;
}

static bool owns(const setting_t *s, size_t i, int k)
{
    return i < s->game.labels && k == (int)i + 1;
}

static double payoff(const setting_t *s, size_t i, int k)
{
    if (k == 0)
        return 0.0;
    double sum = 0.0;
    for (size_t j = 0; j < s->game.n; j++)
        sum += j != i && s->label[j] == k ? s->c[j] * worth(s, i, j) : 0.0;
    return s->cohesion[k] * sum - (owns(s, i, k) ? 0.0 : s->game.cost);
}

static bool may_enter(const setting_t *s, size_t i, int k)
{
    if (k == 0 || owns(s, i, k) || s->label[i] == k)
        return true;
    for (size_t j = 0; j < s->game.n; j++)
        if (j != i && s->label[j] == k)
            return true;
    return false;
}

static double potential(const setting_t *s)
{
    double phi = 0.0;
    for (size_t i = 0; i < s->game.n; i++) {
        int k = s->label[i];
        for (size_t j = 0; j < i && k > 0; j++)
            phi += s->label[j] == k ? s->cohesion[k] * s->c[i] * s->c[j] * worth(s, i, j) : 0.0;
        phi -= k > 0 && !owns(s, i, k) ? s->c[i] * s->game.cost : 0.0;
    }
    return phi;
}

/* The greatest gain of any state by one move. */
static double most_to_gain(const setting_t *s)
{
    double most = 0.0;
    for (size_t i = 0; i < s->game.n; i++)
        for (int k = 0; k <= (int)s->game.labels; k++)
            if (may_enter(s, i, k))
                most = fmax(most, payoff(s, i, k) - payoff(s, i, s->label[i]));
    return most;
}

/* ---- potential and stability --------------------------------------------------------------------------- */

static void watch(void *context, size_t state, int before, int after)
{
    setting_t *s = context;
    assert_int_equal(s->label[state], after);
    assert_int_equal(s->before[state], before);
    double now = potential(s), is = payoff(s, state, after);
    s->label[state] = before;
    assert_true(may_enter(s, state, after));
    double gain = is - payoff(s, state, before);
    s->label[state] = after;
    s->before[state] = after;
    assert_true(gain > s->game.switching_cost - 1e-14);
    QD_ASSERT_NEAR(now - s->potential, s->c[state] * gain, 1e-14);
    s->potential = now;
    s->moves++;
}

static void follow(setting_t *s)
{
    memcpy(s->before, s->label, sizeof s->before);
    s->potential = potential(s);
    s->moves = 0;
    s->game.moved = watch;
    s->game.context = s;
}

static void check_books(const setting_t *s)
{
    for (int k = 1; k <= (int)s->game.labels; k++) {
        int members = 0;
        for (size_t i = 0; i < s->game.n; i++)
            members += s->label[i] == k;
        assert_int_equal(s->members[k], members);
        for (size_t i = 0; i < s->game.n; i++)
            if (may_enter(s, i, k))
                QD_ASSERT_NEAR(qd_bloc_game_payoff(&s->game, i, k), payoff(s, i, k), 1e-13);
    }
}

/* The shared threat of i with label k lies between 0 and the product of its exposure and the label's reach,
 * and sometimes near that product. */
static size_t check_bounds(const setting_t *s)
{
    size_t near = 0;
    for (int k = 1; k <= (int)s->game.labels; k++)
        for (size_t i = 0; i < s->game.n && s->members[k] > 0; i++) {
            double shared = 0.0, most = s->exposure[i] * s->reach[k];
            for (size_t j = 0; j < s->game.n; j++)
                if (j != i && s->label[j] == k)
                    shared +=
                        s->c[j] * (worth(s, i, j) - s->affinity[i * s->game.padded + j]) / s->game.threat;
            assert_true(shared >= -1e-15 && shared <= most * (1.0 + 1e-9) + 1e-13);
            near += shared > 0.9 * most && most > 0.0;
        }
    return near;
}

static void test_reviews(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(301, 0);
    static setting_t s;
    size_t moves = 0, near = 0;
    for (int round = 0; round < 1500; round++) {
        size_t n = 2 + qd_test_below(&stream, MOST - 1), labels = qd_test_below(&stream, 11);
        make_up(&s, &stream, n, labels);
        qd_bloc_game_return_owners(&s.game);
        follow(&s);
        int passes = qd_bloc_game_review(&s.game);
        assert_true(passes >= 1 && passes <= QD_PASSES_MAX);
        moves += s.moves;
        assert_true(most_to_gain(&s) <= s.game.switching_cost + 1e-14);
        check_books(&s);
        near += s.game.threat > 0.0 ? check_bounds(&s) : 0;
        QD_ASSERT_NEAR(qd_bloc_game_potential(&s.game), potential(&s), 1e-14);
        for (size_t i = 0; i < n; i++)
            assert_true(s.label[i] >= 0 && s.label[i] <= (int)labels);
    }
    assert_true(moves > 5000);
    assert_true(near > 100);
}

/* After hundreds of moves back and forth the maintained sums equal recomputed ones. */
static void test_books_of_many_moves(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(302, 0);
    static setting_t s;
    for (int round = 0; round < 40; round++) {
        make_up(&s, &stream, MOST, 8);
        qd_bloc_game_start(&s.game);
        for (int move = 0; move < 500; move++) {
            size_t i = qd_test_below(&stream, MOST);
            int k = (int)qd_test_below(&stream, 9);
            if (k != s.label[i])
                qd_bloc_game_move(&s.game, i, k);
        }
        check_books(&s);
        if (s.game.threat > 0.0)
            (void)check_bounds(&s);
    }
}

/* Played again from its end, the game has no move, in one pass. */
static void test_end_is_an_end(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(303, 0);
    static setting_t s;
    for (int round = 0; round < 300; round++) {
        make_up(&s, &stream, 20, 8);
        (void)qd_bloc_game_review(&s.game);
        follow(&s);
        assert_int_equal(qd_bloc_game_solve(&s.game), 1);
        assert_int_equal(s.moves, 0);
    }
}

/* ---- rules by hand ------------------------------------------------------------------------------------- */

/* Three states of equal size, two labels; state 2 owns none. */
static void by_hand(setting_t *s, int a, int b, int c)
{
    *s = (setting_t){.c = {0.25, 0.25, 0.5}, .cohesion = {0, 0.8, 0.5}, .label = {a, b, c}};
    set_affinity(s, 3, 0, 1, 0.4);
    set_affinity(s, 3, 0, 2, -0.6);
    set_affinity(s, 3, 1, 2, -0.2);
    s->game.cost = 0.02;
    finish(s, 3, 2);
    qd_bloc_game_start(&s->game);
}

static void test_payoffs_by_hand(void **state)
{
    (void)state;
    setting_t s;
    by_hand(&s, 1, 1, 0);
    QD_ASSERT_NEAR(qd_bloc_game_payoff(&s.game, 0, 1), 0.8 * 0.25 * 0.4, 1e-16); /* own label: no cost */
    QD_ASSERT_NEAR(qd_bloc_game_payoff(&s.game, 1, 1), 0.8 * 0.25 * 0.4 - 0.02, 1e-16); /* another's */
    QD_ASSERT_NEAR(qd_bloc_game_payoff(&s.game, 2, 1), 0.8 * 0.25 * (-0.6 - 0.2) - 0.02, 1e-16);
    assert_true(qd_bloc_game_payoff(&s.game, 2, 0) == 0.0);
    assert_true(qd_bloc_game_payoff(&s.game, 1, 2) == 0.0); /* alone in one's own */
    s.game.threat = 2.0;
    qd_bloc_game_start(&s.game);
    /* E_01 = c_2 m_02 m_12 = 0.5 * 0.6 * 0.2; no other state is hostile to both */
    QD_ASSERT_NEAR(qd_bloc_game_payoff(&s.game, 0, 1), 0.8 * 0.25 * (0.4 + 2 * 0.06), 1e-16);
    QD_ASSERT_NEAR(qd_bloc_game_payoff(&s.game, 1, 1), 0.8 * 0.25 * (0.4 + 2 * 0.06) - 0.02, 1e-16);
}

/* A label stays open to its last member after the owner has left; it costs and pays nothing. */
static void test_last_member(void **state)
{
    (void)state;
    setting_t s;
    by_hand(&s, 0, 0, 1);
    QD_ASSERT_NEAR(qd_bloc_game_payoff(&s.game, 2, 1), -0.02, 1e-16);
    assert_int_equal(qd_bloc_game_solve(&s.game), 2);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(s.label[i], 0); /* own labels pay 0 as well, and no state moves at a tie */
}

/* Owners without a label return to their own if it is empty, and only then. */
static void test_owners_return(void **state)
{
    (void)state;
    setting_t s;
    by_hand(&s, 0, 0, 1);
    qd_bloc_game_return_owners(&s.game);
    assert_int_equal(s.label[0], 0); /* label 1 is held by state 2 */
    assert_int_equal(s.label[1], 2);
    assert_int_equal(s.label[2], 1);
    by_hand(&s, 2, 0, 0);
    qd_bloc_game_return_owners(&s.game);
    assert_int_equal(s.label[0], 2); /* elsewhere: stays there */
    assert_int_equal(s.label[1], 0); /* its own is held */
    assert_int_equal(s.label[2], 0); /* owns none */
}

/* Equal payoffs: one's own label, then 0, then the lowest. */
static void test_ties(void **state)
{
    (void)state;
    setting_t s = {.c = {0.25, 0.25, 0.25, 0.25}, .cohesion = {0, 1, 1, 1}, .label = {2, 2, 3, 3}};
    s.game.cost = 0.02;
    finish(&s, 4, 3);
    qd_bloc_game_start(&s.game);
    assert_int_equal(qd_bloc_game_solve(&s.game), 2); /* guests have nothing but costs */
    assert_int_equal(s.label[0], 1);
    assert_int_equal(s.label[1], 2);
    assert_int_equal(s.label[2], 3);
    assert_int_equal(s.label[3], 0);
    set_affinity(&s, 4, 3, 1, 0.5); /* labels 2 and 3 are worth the same to state 3, more than 0 */
    set_affinity(&s, 4, 3, 2, 0.5);
    set_affinity(&s, 4, 1, 2, -1.0); /* and their owners avoid each other */
    qd_bloc_game_start(&s.game);
    assert_int_equal(qd_bloc_game_solve(&s.game), 2);
    assert_int_equal(s.label[3], 2);
    /* but no state moves at a tie */
    s.label[3] = 3;
    qd_bloc_game_start(&s.game);
    assert_int_equal(qd_bloc_game_solve(&s.game), 1);
    assert_int_equal(s.label[3], 3);
}

/* A gain equal to the switching cost is not enough. */
static void test_switching_cost(void **state)
{
    (void)state;
    for (int enough = 0; enough < 2; enough++) {
        setting_t s = {.c = {0.5, 0.5}, .cohesion = {0, 1}, .label = {1, 0}};
        set_affinity(&s, 2, 0, 1, 0.5);
        finish(&s, 2, 1);
        s.game.switching_cost = enough ? 0.2499 : 0.25;
        assert_int_equal(qd_bloc_game_review(&s.game), 1 + enough);
        assert_int_equal(s.label[1], enough);
    }
}

static void test_no_labels(void **state)
{
    (void)state;
    setting_t s;
    qd_test_stream_t stream = qd_test_stream(304, 0);
    make_up(&s, &stream, 10, 0);
    assert_int_equal(qd_bloc_game_review(&s.game), 1);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(s.label[i], 0);
}

/* A cycle, impossible in a symmetric game: state 1 follows 0, which moves to 2 or stands alone. The cap ends
 * the game, and the result reports it. */
static void test_cap(void **state)
{
    (void)state;
    setting_t s = {.c = {0.25, 0.25, 0.25}, .cohesion = {0, 1, 1, 1}, .label = {1, 2, 3}};
    s.affinity[0 * 8 + 1] = 1.0;
    s.affinity[1 * 8 + 0] = -1.0;
    s.affinity[2 * 8 + 0] = 0.1;
    finish(&s, 3, 3);
    assert_int_equal(qd_bloc_game_review(&s.game), QD_PASSES_MAX + 1);
}

/* ---- hedonic games ------------------------------------------------------------------------------------- */

/* Plain symmetric game: everyone of size 1, full cohesion, no cost, a label for everyone. */
static void make_hedonic(setting_t *s, size_t n)
{
    *s = (setting_t){0};
    for (size_t i = 0; i < n; i++) {
        s->c[i] = 1.0;
        s->cohesion[i + 1] = 1.0;
    }
    finish(s, n, n);
}

/* Numbers the groups in the order of their first member; states of label 0 are groups of their own. */
static void canonical(const int label[], size_t n, char out[])
{
    char groups = '0';
    for (size_t i = 0; i < n; i++) {
        size_t j = 0;
        while (j < i && (label[j] != label[i] || label[i] == 0))
            j++;
        out[i] = j < i ? out[j] : groups++;
    }
    out[n] = '\0';
}

/* Labels of a partition written as group numbers: each group takes its first member's own label. */
static void place(setting_t *s, const char *groups)
{
    for (size_t i = 0; groups[i]; i++) {
        size_t first = 0;
        while (groups[first] != groups[i])
            first++;
        s->label[i] = (int)first + 1;
    }
}

static void make_six(setting_t *s)
{
    static const int ties[9][3] = {{0, 1, 6}, {2, 3, 6}, {4, 5, 6}, {0, 5, 5}, {1, 2, 5},
                                   {3, 4, 5}, {0, 2, 4}, {2, 4, 4}, {0, 4, 4}};
    make_hedonic(s, 6);
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < i; j++)
            set_affinity(s, 6, i, j, -33.0);
    for (size_t k = 0; k < QD_COUNT(ties); k++)
        set_affinity(s, 6, (size_t)ties[k][0], (size_t)ties[k][1], ties[k][2]);
}

static const char *const stable[4] = {"000122", "001112", "010203", "012200"};

/* Steps to the next partition of six (restricted growth string); false after the last. */
static bool next_partition(char groups[7])
{
    for (size_t i = 5; i > 0; i--) {
        char most = '0';
        for (size_t j = 0; j < i; j++)
            most = groups[j] > most ? groups[j] : most;
        if (groups[i] > most)
            continue;
        groups[i]++;
        for (size_t j = i + 1; j < 6; j++)
            groups[j] = '0';
        return true;
    }
    return false;
}

/* Exactly four of the 203 partitions are stable; play from all others ends in one of these. */
static void test_six_players(void **state)
{
    (void)state;
    setting_t s;
    size_t partitions = 0, still = 0, ended[4] = {0};
    char groups[7] = "000000", end[7];
    do {
        make_six(&s);
        place(&s, groups);
        partitions++;
        qd_bloc_game_start(&s.game);
        int passes = qd_bloc_game_solve(&s.game);
        assert_true(passes <= QD_PASSES_MAX);
        canonical(s.label, 6, end);
        still += passes == 1;
        assert_int_equal(passes == 1, strcmp(end, groups) == 0);
        size_t k = 0;
        while (k < 4 && strcmp(end, stable[k]) != 0)
            k++;
        assert_true(k < 4);
        ended[k]++;
    } while (next_partition(groups));
    assert_int_equal(partitions, 203);
    assert_int_equal(still, 4);
    assert_true(ended[0] && ended[1] && ended[2] && ended[3]);
}

/* Bogomolnaia and Jackson 2002: symmetric additively separable games end in a Nash-stable partition from any
 * start: nobody gains by joining another group or by standing alone. */
static void test_symmetric_hedonic_games(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(305, 0);
    static setting_t s;
    for (int round = 0; round < 5000; round++) {
        size_t n = 2 + qd_test_below(&stream, 9);
        make_hedonic(&s, n);
        bool whole = round % 2; /* whole numbers: many ties */
        for (size_t i = 0; i < n; i++) {
            s.label[i] = (int)qd_test_below(&stream, n + 1);
            for (size_t j = 0; j < i; j++) {
                double v = qd_test_between(&stream, -5, 5);
                set_affinity(&s, n, i, j, whole ? floor(v) : v);
            }
        }
        qd_bloc_game_start(&s.game);
        assert_true(qd_bloc_game_solve(&s.game) <= QD_PASSES_MAX);
        assert_true(most_to_gain(&s) <= 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reviews),       cmocka_unit_test(test_books_of_many_moves),
        cmocka_unit_test(test_end_is_an_end), cmocka_unit_test(test_payoffs_by_hand),
        cmocka_unit_test(test_last_member),   cmocka_unit_test(test_owners_return),
        cmocka_unit_test(test_ties),          cmocka_unit_test(test_switching_cost),
        cmocka_unit_test(test_no_labels),     cmocka_unit_test(test_cap),
        cmocka_unit_test(test_six_players),   cmocka_unit_test(test_symmetric_hedonic_games),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
