/* The club game (model.md part 9) against its definition, on made-up games: every move raises the potential
 * by c_i times the mover's gain, the sums are those of the definition, and nobody gains more than the
 * switching cost by one other level. */
#include "kernel/club_game.h"

#include "kernel/mission_game.h"
#include "math/reduce.h"
#include "support/check.h"

#define MOST  40
#define CLUBS 6

typedef struct {
    double c[MOST], affinity[MOST * MOST], cost[MOST], level[CLUBS * MOST], exposure[MOST];
    double company[CLUBS * QD_DEPTH_MAX * MOST], hostility[CLUBS * QD_DEPTH_MAX * MOST];
    qd_club_game_t game;
    double potential;
    size_t moves;
} made_t;

/* W_ij by its definition. */
static double pair_worth(const qd_club_game_t *g, size_t i, size_t j)
{
    double shared = 0.0;
    for (size_t l = 0; l < g->n; l++)
        shared +=
            g->c[l] * fmin(g->affinity[i * g->padded + l], 0.0) * fmin(g->affinity[j * g->padded + l], 0.0);
    return g->affinity[i * g->padded + j] + g->threat * shared;
}

/* Payoff of state i by its definition. */
static double payoff(const qd_club_game_t *g, size_t i)
{
    double u = 0.0, deepest = (double)g->depth;
    for (size_t k = 0; k < g->clubs; k++) {
        double d = g->level[k * g->padded + i];
        for (size_t j = 0; k != i && j < g->n; j++)
            if (j != i)
                u += g->c[j] * pair_worth(g, i, j) * fmin(d, g->level[k * g->padded + j]) / deepest;
        u -= k != i ? g->cost[i] * (d / deepest) * (d / deepest) : 0.0;
        for (size_t l = k + 1; l < g->clubs; l++)
            u -= g->rivalry * fmax(-g->affinity[k * g->padded + l], 0.0) *
                 fmin(d, g->level[l * g->padded + i]) / deepest;
    }
    return u;
}

static double payoff_at(qd_club_game_t *g, size_t i, size_t k, double d)
{
    double *level = &g->level[k * g->padded + i], present = *level;
    *level = d;
    double u = payoff(g, i);
    *level = present;
    return u;
}

/* Phi of the present levels, by its definition. */
static double potential_of(const qd_club_game_t *g)
{
    double phi = 0.0, deepest = (double)g->depth;
    for (size_t i = 0; i < g->n; i++)
        for (size_t k = 0; k < g->clubs; k++) {
            double d = g->level[k * g->padded + i];
            for (size_t j = 0; j < i; j++)
                phi +=
                    g->c[i] * g->c[j] * pair_worth(g, i, j) * fmin(d, g->level[k * g->padded + j]) / deepest;
            phi -= k != i ? g->c[i] * g->cost[i] * (d / deepest) * (d / deepest) : 0.0;
            for (size_t l = k + 1; l < g->clubs; l++)
                phi -= g->c[i] * g->rivalry * fmax(-g->affinity[k * g->padded + l], 0.0) *
                       fmin(d, g->level[l * g->padded + i]) / deepest;
        }
    return phi;
}

static void see_move(void *context, size_t i, size_t k, double before, double after)
{
    made_t *made = context;
    qd_club_game_t *g = &made->game;
    assert_true(i != k && after != before && g->level[k * g->padded + i] == after);
    double gain = payoff_at(g, i, k, after) - payoff_at(g, i, k, before);
    double potential = potential_of(g);
    assert_true(gain > g->switching_cost);
    QD_ASSERT_NEAR(potential - made->potential, g->c[i] * gain, 1e-12);
    for (double d = 0.0; d <= (double)g->depth; d++) /* no other level would have been better */
        assert_true(payoff_at(g, i, k, d) <= payoff_at(g, i, k, after) + 1e-12);
    made->potential = potential;
    made->moves++;
}

static void make_up(made_t *made, qd_test_stream_t *stream)
{
    memset(made, 0, sizeof *made);
    size_t n = 2 + qd_test_below(stream, MOST - 1), padded = qd_padded(n);
    size_t clubs = 1 + qd_test_below(stream, n < CLUBS ? n : CLUBS),
           depth = 1 + qd_test_below(stream, QD_DEPTH_MAX);
    double total = 0.0;
    for (size_t i = 0; i < n; i++)
        total += made->c[i] = exp(qd_test_normal(stream));
    for (size_t i = 0; i < n; i++) {
        made->c[i] /= total;
        made->cost[i] = qd_test_between(stream, 0.0, 0.15);
        for (size_t j = 0; j < i; j++)
            made->affinity[i * padded + j] = made->affinity[j * padded + i] = qd_test_between(stream, -1, 1);
    }
    for (size_t k = 0; k < clubs; k++) {
        for (size_t i = 0; i < n; i++)
            made->level[k * padded + i] =
                qd_test_uniform(stream) < 0.5 ? 0.0 : (double)qd_test_below(stream, depth + 1);
        made->level[k * padded + k] = (double)depth;
    }
    made->game =
        (qd_club_game_t){.n = n,
                         .padded = padded,
                         .clubs = clubs,
                         .depth = depth,
                         .c = made->c,
                         .affinity = made->affinity,
                         .cost = made->cost,
                         .threat = qd_test_uniform(stream) < 0.2 ? 0.0 : qd_test_between(stream, 0, 2),
                         .rivalry = qd_test_between(stream, 0, 1),
                         .switching_cost = qd_test_uniform(stream) < 0.3 ? 0.0 : 0.01,
                         .level = made->level,
                         .company = made->company,
                         .hostility = made->hostility,
                         .exposure = made->exposure,
                         .moved = see_move,
                         .context = made};
}

static void test_reviews(void **state)
{
    (void)state;
    static made_t made;
    qd_test_stream_t stream = qd_test_stream(909, 0);
    size_t moves = 0, several = 0;
    for (int round = 0; round < 150; round++) {
        make_up(&made, &stream);
        qd_club_game_t *g = &made.game;
        qd_club_game_start(g);
        made.potential = potential_of(g);
        int passes = qd_club_game_review(g);
        assert_true(passes <= QD_PASSES_MAX);
        several += passes > 2;
        moves += made.moves;
        for (size_t k = 0; k < g->clubs; k++) {
            assert_true(g->level[k * g->padded + k] == (double)g->depth);
            for (size_t i = 0; i < g->n; i++) {
                double present = payoff(g, i);
                for (double d = 0.0; i != k && d <= (double)g->depth; d++) {
                    double there = payoff_at(g, i, k, d);
                    assert_true(there - present <= g->switching_cost + 1e-12);
                }
            }
        }
    }
    assert_true(moves > 5000 && several > 50);
}

/* A state alone with its patron takes the depth d that maximizes c W d / Lambda - cost (d / Lambda)^2. */
static void test_two_states(void **state)
{
    (void)state;
    static made_t made;
    qd_test_stream_t stream = qd_test_stream(910, 0);
    make_up(&made, &stream);
    memset(made.affinity, 0, sizeof made.affinity);
    memset(made.level, 0, sizeof made.level);
    made.game.n = 2;
    made.game.padded = QD_LANES;
    made.game.clubs = 1;
    made.game.depth = 4;
    made.game.moved = NULL;
    made.game.switching_cost = 0.01;
    made.level[0] = 4.0;
    made.c[0] = 0.75;
    made.c[1] = 0.25;
    memset(made.c + 2, 0, sizeof made.c - 2 * sizeof *made.c);
    made.affinity[1] = made.affinity[QD_LANES] = 0.4;
    made.cost[1] = 0.2; /* 0.3 x - 0.2 x^2, x = d / 4: best at 3/4 */
    assert_int_equal(qd_club_game_review(&made.game), 2);
    assert_true(made.level[1] == 3.0);
    made.cost[1] = 1.3; /* 0.3 x - 1.3 x^2: below 0 from 1/4 on */
    assert_int_equal(qd_club_game_review(&made.game), 2);
    assert_true(made.level[1] == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reviews), cmocka_unit_test(test_two_states)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
