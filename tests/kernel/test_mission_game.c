/* The mission game on plain arrays: potential, equilibrium, enumeration, and the published landscapes that it
 * becomes when everyone must take a side (validation.md parts 1, 2 and 10). Games with prices are played by
 * both solvers: alone and abreast. */
#include "kernel/mission_game.h"

#include "math/reduce.h"
#include "support/check.h"

#define MOST   24
#define PADDED 24

/* A game with all its arrays, and the records of the hook. */
typedef struct {
    qd_mission_game_t game;
    double c[PADDED], affinity[MOST * PADDED], up[PADDED], down[PADDED], own[PADDED], price[PADDED];
    double field[PADDED], x[PADDED], between[PADDED], change[PADDED];
    uint32_t order[MOST];
    bool free[MOST], may_join[MOST];
    double potential;
    size_t moves;
} setting_t;

static void finish(setting_t *s, size_t n, double coupling)
{
    size_t padded = qd_padded(n);
    for (size_t i = n; i < padded; i++) {
        s->up[i] = (double)INFINITY;
        s->down[i] = -(double)INFINITY;
    }
    s->game = (qd_mission_game_t){.n = n,
                                  .padded = padded,
                                  .c = s->c,
                                  .affinity = s->affinity,
                                  .coupling = coupling,
                                  .up = s->up,
                                  .down = s->down,
                                  .field = s->field,
                                  .x = s->x};
}

static void set_affinity(setting_t *s, size_t n, size_t i, size_t j, double a)
{
    s->affinity[i * qd_padded(n) + j] = s->affinity[j * qd_padded(n) + i] = a;
}

/* States with random stakes, prices and affinities; an initiator at +1, sometimes a target at -1, and some
 * states that may not join. */
static void make_up(setting_t *s, qd_test_stream_t *stream, size_t n)
{
    *s = (setting_t){0};
    double total = 0.0;
    for (size_t i = 0; i < n; i++)
        total += s->c[i] = exp(qd_test_normal(stream));
    for (size_t i = 0; i < n; i++) {
        s->c[i] /= total;
        s->own[i] = 0.2 * qd_test_normal(stream);
        s->price[i] = 0.2 * qd_test_uniform(stream);
        s->free[i] = true;
        s->may_join[i] = qd_test_uniform(stream) < 0.8;
        s->up[i] = s->may_join[i] ? s->price[i] : (double)INFINITY;
        s->down[i] = -s->price[i];
        for (size_t j = 0; j < i; j++)
            set_affinity(s, n, i, j, qd_test_between(stream, -1, 1));
    }
    size_t initiator = qd_test_below(stream, n), target = qd_test_below(stream, n);
    s->free[initiator] = false;
    s->up[initiator] = -(double)INFINITY;
    s->x[initiator] = 1.0;
    if (target != initiator && qd_test_uniform(stream) < 0.6) {
        s->free[target] = false;
        s->up[target] = s->down[target] = (double)INFINITY;
        s->x[target] = -1.0;
    }
    finish(s, n, qd_test_between(stream, 0, 3));
}

/* The coupling of two states times their affinity. */
static double tie(const setting_t *s, size_t i, size_t j)
{
    bool members = s->game.between && s->between[i] != 1.0 && s->between[j] != 1.0;
    return (members ? s->between[i] : 1.0) * s->game.coupling * s->affinity[i * s->game.padded + j];
}

static double naive_field(const setting_t *s, size_t i, const double x[])
{
    double sum = 0.0;
    for (size_t j = 0; j < s->game.n; j++)
        sum += s->c[j] * tie(s, i, j) * x[j];
    return s->own[i] + sum;
}

/* Gain of state i from playing `to` instead of its side in x. */
static double gain(const setting_t *s, size_t i, double to, const double x[])
{
    return naive_field(s, i, x) * (to - x[i]) - s->price[i] * (fabs(to) - fabs(x[i]));
}

/* No free state gains more than `slack` by another side that is open to it. */
static bool is_nash(const setting_t *s, const double x[], double slack)
{
    for (size_t i = 0; i < s->game.n; i++) {
        if (!s->free[i])
            continue;
        if ((s->may_join[i] && gain(s, i, 1.0, x) > slack) || gain(s, i, 0.0, x) > slack ||
            gain(s, i, -1.0, x) > slack)
            return false;
    }
    return true;
}

static double naive_potential(const setting_t *s, const double x[])
{
    double phi = 0.0;
    for (size_t i = 0; i < s->game.n; i++) {
        phi += s->c[i] * (s->own[i] * x[i] - s->price[i] * fabs(x[i]));
        for (size_t j = 0; j < i; j++)
            phi += s->c[i] * s->c[j] * tie(s, i, j) * x[i] * x[j];
    }
    return phi;
}

/* Each move raises Phi by c_i times the mover's gain, which is above 0. */
static void watch(void *context, size_t state, double before, double after)
{
    setting_t *s = context;
    assert_true(s->free[state] && before != after && s->x[state] == after);
    double potential = naive_potential(s, s->x), back = gain(s, state, before, s->x);
    assert_true(potential > s->potential - 1e-15);
    QD_ASSERT_NEAR(potential - s->potential, -s->c[state] * back, 1e-14);
    s->potential = potential;
    s->moves++;
}

/* The arrays of games abreast: this game in one lane, and in the others the same without a free state. */
typedef struct {
    double field[PADDED * QD_ABREAST], up[PADDED * QD_ABREAST], down[PADDED * QD_ABREAST];
    double x[PADDED * QD_ABREAST], change[PADDED * QD_ABREAST];
    qd_abreast_move_t move[MOST * QD_PASSES_MAX];
} lanes_t;

static void set_lanes(lanes_t *self, const setting_t *s, size_t lane)
{
    for (size_t i = 0; i < s->game.padded; i++)
        for (size_t g = 0; g < QD_ABREAST; g++) {
            size_t at = QD_ABREAST * i + g;
            bool held = i >= s->game.n || !s->free[i] || g != lane;
            self->field[at] = s->field[i];
            self->up[at] = held ? (double)INFINITY : s->up[i];
            self->down[at] = held ? -(double)INFINITY : s->down[i];
        }
}

/* Plays from the present x, in which only fixed states are not at 0, in this lane; shows the logged moves to
 * `watch` one by one. Returns the passes. */
static int play_abreast(setting_t *s, size_t lane)
{
    static lanes_t lanes;
    int passes[QD_ABREAST];
    qd_mission_game_start(&s->game, s->own);
    set_lanes(&lanes, s, lane);
    qd_abreast_log_t log = {.move = lanes.move, .count = MOST};
    qd_games_abreast_t games = {.n = s->game.n,
                                .padded = s->game.padded,
                                .c = s->c,
                                .affinity = s->affinity,
                                .coupling = s->game.coupling,
                                .order = s->game.order,
                                .field = lanes.field,
                                .up = lanes.up,
                                .down = lanes.down,
                                .x = lanes.x,
                                .change = lanes.change,
                                .log = &log};
    (void)qd_games_abreast_solve(&games, passes);
    for (size_t k = 0; k < log.count; k++) {
        size_t mover = log.move[k].mover;
        double before = s->x[mover], after = log.move[k].side[lane];
        s->x[mover] = after;
        watch(s, mover, before, after);
    }
    for (size_t i = 0; i < s->game.n; i++)
        assert_true(!s->free[i] || s->x[i] == lanes.x[QD_ABREAST * i + lane]);
    return passes[lane];
}

/* Plays from the present x, alone and watched. Plays first with all states as movers in the first pass; the
 * results must be equal. Returns the passes. */
static int play_alone(setting_t *s)
{
    double from[PADDED], x[PADDED], field[PADDED];
    memcpy(from, s->x, sizeof from);
    s->game.moved = NULL;
    s->game.change = s->change;
    qd_mission_game_start(&s->game, s->own);
    int expected = qd_mission_game_solve(&s->game);
    memcpy(x, s->x, sizeof x);
    memcpy(field, s->field, sizeof field);
    memcpy(s->x, from, sizeof from);
    s->potential = naive_potential(s, s->x);
    s->moves = 0;
    s->game.moved = watch;
    s->game.context = s;
    s->game.change = NULL;
    qd_mission_game_start(&s->game, s->own);
    int passes = qd_mission_game_solve(&s->game);
    assert_int_equal(passes, expected);
    for (size_t i = 0; i < s->game.padded; i++)
        assert_true(s->x[i] == x[i] && s->field[i] == field[i]);
    return passes;
}

/* Plays from the present x, abreast of others and alone; the results must be equal. Returns the passes. */
static int play(setting_t *s)
{
    static size_t lane;
    double from[PADDED], abreast[PADDED];
    memcpy(from, s->x, sizeof from);
    s->potential = naive_potential(s, s->x);
    s->moves = 0;
    int expected = play_abreast(s, lane++ % QD_ABREAST);
    size_t moves = s->moves;
    memcpy(abreast, s->x, sizeof abreast);
    memcpy(s->x, from, sizeof from);
    int passes = play_alone(s);
    assert_int_equal(passes, expected);
    assert_int_equal(s->moves, moves);
    assert_memory_equal(s->x, abreast, sizeof abreast);
    return passes;
}

static void test_ends_in_equilibrium(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(201, 0);
    static setting_t s;
    size_t moves = 0;
    for (int round = 0; round < 4000; round++) {
        make_up(&s, &stream, 2 + qd_test_below(&stream, MOST - 1));
        int passes = play(&s);
        assert_true(passes >= 1 && passes <= QD_PASSES_MAX);
        assert_true(is_nash(&s, s.x, 1e-14));
        moves += s.moves;
        for (size_t i = 0; i < s.game.n; i++) {
            assert_true(s.x[i] == -1.0 || s.x[i] == 0.0 || s.x[i] == 1.0);
            assert_true(s.x[i] != 1.0 || !s.free[i] || s.may_join[i]);
            QD_ASSERT_NEAR(s.field[i], naive_field(&s, i, s.x), 1e-13);
            assert_true(qd_mission_game_reply(&s.game, i) == s.x[i]);
        }
        for (size_t i = s.game.n; i < s.game.padded; i++)
            assert_true(s.x[i] == 0.0);
    }
    assert_true(moves > 10000);
}

/* Between two members of a club the coupling is less; some states have no capability, and some games no
 * coupling. */
static void test_members(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(206, 0);
    static setting_t s;
    size_t moves = 0;
    for (int round = 0; round < 4000; round++) {
        make_up(&s, &stream, 2 + qd_test_below(&stream, MOST - 1));
        double kept = qd_test_uniform(&stream);
        for (size_t i = 0; i < s.game.padded; i++)
            s.between[i] = i < s.game.n && qd_test_uniform(&stream) < 0.5 ? kept : 1.0;
        if (round % 8 == 0)
            s.c[qd_test_below(&stream, s.game.n)] = 0.0;
        if (round % 16 == 1)
            s.game.coupling = 0.0;
        s.game.between = s.between;
        assert_true(play_alone(&s) <= QD_PASSES_MAX);
        assert_true(is_nash(&s, s.x, 1e-14));
        moves += s.moves;
    }
    assert_true(moves > 10000);
}

/* Of the 3^free profiles with the fixed states in place, the returned one is among the equilibria. */
static void test_enumeration(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(202, 0);
    static setting_t s;
    size_t several = 0;
    for (int round = 0; round < 300; round++) {
        make_up(&s, &stream, 3 + qd_test_below(&stream, 6));
        double fixed[PADDED], x[PADDED], best = -1e300;
        memcpy(fixed, s.x, sizeof fixed);
        (void)play(&s);
        size_t profiles = 1, found = 0, equilibria = 0;
        bool best_is_nash = false;
        for (size_t i = 0; i < s.game.n; i++)
            profiles *= s.free[i] ? 3 : 1;
        for (size_t code = 0; code < profiles; code++) {
            bool allowed = true, same = true;
            size_t rest = code;
            for (size_t i = 0; i < s.game.n; i++) {
                x[i] = s.free[i] ? (double)(rest % 3) - 1.0 : fixed[i];
                rest /= s.free[i] ? 3 : 1;
                allowed = allowed && (x[i] < 1.0 || s.may_join[i] || !s.free[i]);
                same = same && x[i] == s.x[i];
            }
            if (!allowed)
                continue;
            bool nash = is_nash(&s, x, 1e-14);
            equilibria += nash;
            found += nash && same;
            if (naive_potential(&s, x) > best) {
                best = naive_potential(&s, x);
                best_is_nash = nash;
            }
        }
        assert_int_equal(found, 1);
        assert_true(best_is_nash); /* the largest potential is an equilibrium */
        several += equilibria > 1;
    }
    assert_true(several > 20);
}

static void test_order_of_moves(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(203, 0);
    static setting_t s;
    size_t different = 0;
    for (int round = 0; round < 1000; round++) {
        make_up(&s, &stream, MOST);
        double from[PADDED], plain[PADDED];
        memcpy(from, s.x, sizeof from);
        int passes = play(&s);
        memcpy(plain, s.x, sizeof plain);
        for (size_t i = 0; i < MOST; i++)
            s.order[i] = (uint32_t)i;
        s.game.order = s.order;
        memcpy(s.x, from, sizeof from);
        assert_int_equal(play(&s), passes);
        assert_memory_equal(s.x, plain, sizeof plain);
        for (size_t i = 0; i < MOST; i++)
            s.order[i] = (uint32_t)(MOST - 1 - i);
        memcpy(s.x, from, sizeof from);
        (void)play(&s);
        assert_true(is_nash(&s, s.x, 1e-14));
        different += memcmp(s.x, plain, sizeof plain) != 0;
    }
    assert_true(different > 0 && different < 1000);
}

/* Two states: the initiator's ally joins exactly when h + coupling c A exceeds its price. */
static void test_thresholds_by_hand(void **state)
{
    (void)state;
    static const struct {
        double own, affinity, price, expected;
    } cases[] = {
        {0.1, 0.0, 0.05, 1.0},   {0.1, 0.0, 0.1, 0.0} /* equal: stays out */,
        {0.0, 0.5, 0.2, 1.0},    {0.0, 0.5, 0.25, 0.0},
        {0.0, -0.5, 0.2, -1.0},  {0.0, -0.5, 0.25, 0.0},
        {-0.1, 0.0, 0.05, -1.0}, {0.0, 0.0, 0.0, 0.0},
    };
    for (size_t k = 0; k < QD_COUNT(cases); k++) {
        setting_t s = {.c = {0.5, 0.5}, .own = {0.0, cases[k].own}, .x = {1.0}};
        s.up[0] = s.down[0] = -(double)INFINITY;
        s.up[1] = cases[k].price;
        s.down[1] = -cases[k].price;
        set_affinity(&s, 2, 0, 1, cases[k].affinity);
        finish(&s, 2, 1.0);
        qd_mission_game_start(&s.game, s.own);
        assert_int_equal(qd_mission_game_solve(&s.game), cases[k].expected == 0.0 ? 1 : 2);
        assert_true(s.x[0] == 1.0 && s.x[1] == cases[k].expected);
    }
}

/* A bandwagon: each joins because the one before it did; against index order it takes a pass a state. */
static void test_passes(void **state)
{
    (void)state;
    enum { N = 12 };
    for (int backwards = 0; backwards < 2; backwards++) {
        static setting_t s;
        s = (setting_t){0};
        for (size_t i = 0; i < N; i++) {
            s.c[i] = 1.0 / N;
            s.up[i] = 0.5 / N;
            s.down[i] = -0.5 / N;
            if (i > 0)
                set_affinity(&s, N, i, i - 1, 1.0);
        }
        size_t first = backwards ? N - 1 : 0;
        s.x[first] = 1.0;
        s.up[first] = -(double)INFINITY;
        finish(&s, N, 1.0);
        qd_mission_game_start(&s.game, s.own);
        assert_int_equal(qd_mission_game_solve(&s.game), backwards ? N : 2);
        for (size_t i = 0; i < N; i++)
            assert_true(s.x[i] == 1.0);
    }
}

/* A cycle, possible in a one-sided game only: state 0 follows 1, which avoids 0. The cap ends it, and the
 * result says so. */
static void test_cap(void **state)
{
    (void)state;
    setting_t s = {.c = {0.5, 0.5}, .x = {1.0, 1.0}};
    s.affinity[1 * 8 + 0] = 1.0;
    s.affinity[0 * 8 + 1] = -1.0;
    finish(&s, 2, 1.0);
    for (int given = 0; given < 2; given++) {
        s.order[1] = 1;
        s.game.order = given ? s.order : NULL;
        qd_mission_game_start(&s.game, s.own);
        assert_int_equal(qd_mission_game_solve(&s.game), QD_PASSES_MAX + 1);
    }
}

/* ---- everyone takes a side: landscapes of validation.md ------------------------------------------------ */

/* E(X) = sum over ordered pairs s_i s_j p_ij d_ij(X). */
static double energy(const double sizes[], const int p[], size_t n, const double x[])
{
    double e = 0.0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            e += x[i] != x[j] ? sizes[i] * sizes[j] * p[i * n + j] : 0.0;
    return e;
}

/* From each of the 2^n configurations; writes the energies reached, sorted, without repetition; returns how
 * many. */
static size_t reached(const double sizes[], const int p[], size_t n, double out[], size_t most)
{
    static setting_t s;
    size_t count = 0;
    for (size_t code = 0; code < (size_t)1 << n; code++) {
        s = (setting_t){0};
        for (size_t i = 0; i < n; i++) {
            s.c[i] = sizes[i];
            s.x[i] = code >> i & 1 ? 1.0 : -1.0;
            for (size_t j = 0; j < i; j++)
                set_affinity(&s, n, i, j, 0.5 * p[i * n + j]);
        }
        finish(&s, n, 2.0);
        s.game.ties_join = true;
        qd_mission_game_start(&s.game, s.own);
        assert_true(qd_mission_game_solve(&s.game) <= QD_PASSES_MAX);
        double e = energy(sizes, p, n, s.x);
        size_t at = 0;
        while (at < count && out[at] < e - 1e-9)
            at++;
        if (at < count && out[at] <= e + 1e-9)
            continue;
        assert_true(count < most);
        memmove(out + at + 1, out + at, (count - at) * sizeof *out);
        out[at] = e;
        count++;
    }
    return count;
}

/* Axelrod and Furnas 2016: 1024 configurations, one minimum. */
static void test_syria(void **state)
{
    (void)state;
    static const double sizes[11] = {10, 10, 50, 10, 10, 20, 100, 20, 40, 10, 50};
    static const int p[121] = {
        0,  -1, -1, 2,  1,  -1, -2, -2, 1,  -1, 1,  -1, 0, 1,  -1, 0,  0,  -2, 0,  -1, -1, 1,  -1, 1,  0,
        -2, -1, 1,  -2, 1,  -2, -1, 0,  2,  -1, -2, 0,  0, -1, -1, 0,  -1, -1, 0,  1,  0,  -1, 0,  0,  -2,
        -2, 0,  0,  -1, 0,  -1, 0,  1,  -1, -2, 0,  -1, 2, 0,  -1, -1, -2, -2, -2, -1, -2, -1, 0,  -1, -2,
        -1, -2, -2, 0,  1,  0,  0,  2,  -1, 0,  0,  -1, 0, 1,  -1, -2, -1, 0,  0,  -2, 0,  0,  -1, 0,  -1,
        -1, -1, -1, -1, -1, -1, -1, -1, 0,  -1, 1,  1,  0, 0,  0,  -1, -2, 0,  0,  -1, 0};
    double out[8];
    assert_int_equal(reached(sizes, p, 11, out, QD_COUNT(out)), 1);
    QD_ASSERT_NEAR(out[0], -83200.0, 1e-6);
}

/* Axelrod and Bennett 1993: four stable configurations of five great powers. */
static void test_great_powers(void **state)
{
    (void)state;
    static const double sizes[5] = {7.45, 5.32, 15.01, 11.49, 4.03};
    static const double expected[4] = {-936.1328, -933.9602, -923.8208, -890.4};
    int p[25];
    for (int i = 0; i < 25; i++)
        p[i] = i % 6 == 0 ? 0 : -1;
    double out[8];
    assert_int_equal(reached(sizes, p, 5, out, QD_COUNT(out)), 4);
    for (size_t k = 0; k < 4; k++)
        QD_ASSERT_NEAR(out[k], expected[k], 1e-9);
}

/* Unix 1988: two minima of one energy. */
static void test_unix_firms(void **state)
{
    (void)state;
    static const double sizes[9] = {28.9, 1.0, 28.5, 3.8, 20.0, 11.5, 21.2, 4.4, 4.4};
    static const char kinds[] = "SSGGGGSSS";
    int p[81];
    for (int i = 0; i < 9; i++)
        for (int j = 0; j < 9; j++)
            p[9 * i + j] = i != j && kinds[i] == kinds[j] ? -1 : 0;
    double out[8];
    assert_int_equal(reached(sizes, p, 9, out, QD_COUNT(out)), 1);
    QD_ASSERT_NEAR(out[0], -3828.90, 1e-6);
}

/* Without ties_join a field of 0 is answered by staying out; with it by joining. */
static void test_ties(void **state)
{
    (void)state;
    setting_t s = {.c = {1.0}};
    finish(&s, 1, 1.0);
    qd_mission_game_start(&s.game, s.own);
    assert_true(qd_mission_game_reply(&s.game, 0) == 0.0);
    s.game.ties_join = true;
    assert_true(qd_mission_game_reply(&s.game, 0) == 1.0);
    assert_int_equal(qd_mission_game_solve(&s.game), 2);
    assert_true(s.x[0] == 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends_in_equilibrium),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_enumeration),
        cmocka_unit_test(test_order_of_moves),
        cmocka_unit_test(test_thresholds_by_hand),
        cmocka_unit_test(test_passes),
        cmocka_unit_test(test_syria),
        cmocka_unit_test(test_great_powers),
        cmocka_unit_test(test_unix_firms),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
