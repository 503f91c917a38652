/* Four mission games played side by side make the same moves, and end with the same bits, as each of them
 * played alone. */
#include "kernel/mission_game.h"

#include "math/reduce.h"
#include "support/check.h"

#define MOST 80

/* Data shared by four games, and data of each, game by game. */
typedef struct {
    size_t n;
    double c[MOST], affinity[MOST * MOST], coupling;
    uint32_t order[MOST];
    bool ordered;
    double up[QD_ABREAST][MOST], down[QD_ABREAST][MOST], own[QD_ABREAST][MOST], x[QD_ABREAST][MOST];
} setting_t;

static void make_up_shared(setting_t *s, qd_test_stream_t *stream)
{
    size_t padded = qd_padded(s->n);
    for (size_t i = 0; i < s->n; i++) {
        s->c[i] = qd_test_uniform(stream) < 0.05 ? 0.0 : exp(qd_test_normal(stream)) / (double)s->n;
        s->order[i] = (uint32_t)i;
        for (size_t j = 0; j < i; j++)
            s->affinity[i * padded + j] = s->affinity[j * padded + i] = qd_test_between(stream, -1, 1);
    }
    for (size_t i = s->n - 1; i > 0; i--) {
        size_t j = qd_test_below(stream, i + 1);
        uint32_t moved = s->order[i];
        s->order[i] = s->order[j];
        s->order[j] = moved;
    }
    s->ordered = qd_test_uniform(stream) < 0.3;
    s->coupling = qd_test_between(stream, 0, 4);
}

/* One game, in which one state has joined for good and another may have opposed; sometimes no state may
 * move. */
static void make_up_game(setting_t *s, qd_test_stream_t *stream, size_t g)
{
    bool shut = qd_test_uniform(stream) < 0.1;
    size_t initiator = qd_test_below(stream, s->n), target = qd_test_below(stream, s->n);
    for (size_t i = 0; i < qd_padded(s->n); i++) {
        double price = shut || i >= s->n ? (double)INFINITY : 0.2 * qd_test_uniform(stream);
        s->own[g][i] = i < s->n ? 0.2 * qd_test_normal(stream) : 0.0;
        s->up[g][i] = qd_test_uniform(stream) < 0.8 ? price : (double)INFINITY;
        s->down[g][i] = -price;
        s->x[g][i] = 0.0;
    }
    s->up[g][initiator] = -(double)INFINITY;
    s->x[g][initiator] = 1.0;
    if (target == initiator)
        return;
    s->up[g][target] = s->down[g][target] = (double)INFINITY;
    s->x[g][target] = -1.0;
}

/* Follows game g through the log of the games abreast. */
typedef struct {
    const qd_abreast_log_t *log;
    size_t lane, next;
    double x[MOST];
} follower_t;

/* Advances to the next row that moves this game; false at the end of the log. */
static bool find_move(follower_t *self)
{
    const qd_abreast_move_t *move = self->log->move;
    while (self->next < self->log->count &&
           move[self->next].side[self->lane] == self->x[move[self->next].mover])
        self->next++;
    return self->next < self->log->count;
}

/* Each move of the game alone is the next one in the log. */
static void follow(void *context, size_t state, double before, double after)
{
    follower_t *self = context;
    assert_true(find_move(self));
    const qd_abreast_move_t *move = &self->log->move[self->next++];
    assert_int_equal(move->mover, state);
    assert_true(self->x[state] == before && move->side[self->lane] == after);
    self->x[state] = after;
}

/* The game alone: sides and fields where it ends; returns the passes. */
static int play_alone(const setting_t *s, size_t g, const qd_abreast_log_t *log, double *x, double *field)
{
    follower_t follower = {.log = log, .lane = g};
    memcpy(x, s->x[g], sizeof s->x[g]);
    qd_mission_game_t game = {.n = s->n,
                              .padded = qd_padded(s->n),
                              .c = s->c,
                              .affinity = s->affinity,
                              .coupling = s->coupling,
                              .up = s->up[g],
                              .down = s->down[g],
                              .order = s->ordered ? s->order : NULL,
                              .field = field,
                              .x = x,
                              .moved = follow,
                              .context = &follower};
    qd_mission_game_start(&game, s->own[g]);
    int passes = qd_mission_game_solve(&game);
    assert_false(find_move(&follower));
    return passes;
}

/* Plays all four from where the games alone begin, those whose sides are fixed held at 0; `x` and `field` are
 * [padded][QD_ABREAST]. */
static void play_abreast(const setting_t *s, double *x, double *field, qd_abreast_log_t *log,
                         int passes[QD_ABREAST])
{
    static double up[MOST * QD_ABREAST], down[MOST * QD_ABREAST], change[MOST * QD_ABREAST];
    for (size_t g = 0; g < QD_ABREAST; g++) {
        double start[MOST], sides[MOST];
        memcpy(sides, s->x[g], sizeof sides);
        qd_mission_game_t game = {.n = s->n,
                                  .padded = qd_padded(s->n),
                                  .c = s->c,
                                  .affinity = s->affinity,
                                  .coupling = s->coupling,
                                  .field = start,
                                  .x = sides};
        qd_mission_game_start(&game, s->own[g]);
        for (size_t i = 0; i < qd_padded(s->n); i++) {
            size_t at = QD_ABREAST * i + g;
            bool fixed = s->x[g][i] != 0.0;
            x[at] = (double)NAN;
            field[at] = start[i];
            up[at] = fixed ? (double)INFINITY : s->up[g][i];
            down[at] = fixed ? -(double)INFINITY : s->down[g][i];
        }
    }
    qd_games_abreast_t games = {.n = s->n,
                                .padded = qd_padded(s->n),
                                .c = s->c,
                                .affinity = s->affinity,
                                .coupling = s->coupling,
                                .order = s->ordered ? s->order : NULL,
                                .field = field,
                                .up = up,
                                .down = down,
                                .x = x,
                                .change = change,
                                .log = log};
    assert_true(qd_games_abreast_solve(&games, passes) <= s->n * QD_PASSES_MAX);
}

static void test_as_alone(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(731, 0);
    static setting_t s;
    static double x[MOST * QD_ABREAST], field[MOST * QD_ABREAST];
    static qd_abreast_move_t move[MOST * QD_PASSES_MAX];
    size_t several = 0;
    for (int round = 0; round < 2000; round++) {
        int passes[QD_ABREAST];
        memset(&s, 0, sizeof s);
        s.n = 2 + qd_test_below(&stream, 71);
        make_up_shared(&s, &stream);
        for (size_t g = 0; g < QD_ABREAST; g++)
            make_up_game(&s, &stream, g);
        qd_abreast_log_t log = {.move = move, .count = 1};
        play_abreast(&s, x, field, &log, passes);
        for (size_t g = 0; g < QD_ABREAST; g++) {
            double sides[MOST], fields[MOST];
            int alone = play_alone(&s, g, &log, sides, fields);
            assert_int_equal(passes[g], alone);
            several += alone > 2;
            for (size_t i = 0; i < s.n; i++) {
                QD_ASSERT_NEAR(x[QD_ABREAST * i + g], s.x[g][i] != 0.0 ? 0.0 : sides[i], 0.0);
                QD_ASSERT_NEAR(field[QD_ABREAST * i + g], fields[i], 0.0);
            }
        }
    }
    assert_true(several > 1000); /* games that are not over after one round of moves */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_as_alone)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
