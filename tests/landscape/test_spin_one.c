/* labels: validation */
/* Case 10: the kernel's mission game with h = 0 and no price is the two-camps landscape, and with prices best
 * reply ends in Nash equilibria of it, up a weighted potential. */
#include <math.h>

#include "landscape/answer.h"
#include "landscape/published.h"
#include "landscape/search.h"
#include "math/reduce.h"

#define FOLDER QD_SOURCE_DIR "/experiments/landscapes/"

/* Configurations (side 0 fixed for actor 0) that the mission game leaves alone, and those it ends in, against
 * the minima of the exact walk. */
static void same_minima(const qd_landscape_t *self, const char *source)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_weights_t weights;
    qd_landscape_game_t game;
    qd_landscape_answer_t *answer = solve(self, 2);
    size_t n = self->actors, left_alone = 0, ends_in_minima = 0;
    assert_int_equal(qd_weights_init(&weights, self, &error), QD_OK);
    assert_int_equal(qd_landscape_game_init(&game, &weights, QD_RULE_TWO_CAMPS, &error), QD_OK);
    for (uint32_t code = 0; code < 1u << (n - 1); code++) {
        uint16_t group[24] = {0};
        for (size_t i = 1; i < n; i++)
            group[i] = (uint16_t)(code >> (i - 1) & 1);
        qd_landscape_game_enter(&game, group);
        int passes = qd_landscape_game_settle(&game);
        assert_true(passes <= QD_PASSES_MAX);
        left_alone += passes == 1;
        qd_landscape_game_leave(&game, group);
        for (size_t m = 0; m < answer->minima; m++)
            ends_in_minima += memcmp(group, answer->minimum[m].group, n * sizeof *group) == 0;
    }
    published_number("10", source, "configurations that the mission game leaves alone: the minima",
                     (double)answer->minima_total, (double)left_alone);
    published_number("10", source, "starts from which it ends in a minimum: all", answer->configurations,
                     (double)ends_in_minima);
    qd_landscape_game_free(&game);
    qd_weights_free(&weights);
    qd_landscape_answer_free(answer);
}

static void syria(void **state)
{
    (void)state;
    qd_landscape_t *self = load_landscape(FOLDER "syria.yaml");
    same_minima(self, "mission game on Syria");
    qd_landscape_free(self);
}

static void great_powers(void **state)
{
    (void)state;
    qd_landscape_t *self = load_landscape(FOLDER "great-powers.yaml");
    same_minima(self, "mission game on the great powers");
    qd_landscape_free(self);
}

static void unix_1988(void **state)
{
    (void)state;
    qd_landscape_t *self = load_landscape(FOLDER "unix1988-two-camps.yaml");
    same_minima(self, "mission game on Unix 1988");
    qd_landscape_free(self);
}

/* ---- the whole spin-1 game on random inputs ------------------------------------------------------------ */

#define MOST 16

typedef struct {
    double c[MOST], affinity[MOST][MOST], own[MOST], price[MOST], up[MOST], down[MOST], field[MOST], x[MOST];
    qd_mission_game_t game;
    double potential; /* after the last move */
    size_t moves, falls;
} random_game_t;

static double potential_of(random_game_t *self)
{
    double phi = 0.0;
    for (size_t i = 0; i < self->game.n; i++) {
        double pull = 0.0;
        for (size_t j = 0; j < i; j++)
            pull += self->c[j] * self->game.affinity[i * self->game.padded + j] * self->x[j];
        phi += self->c[i] * (self->own[i] * self->x[i] - self->price[i] * fabs(self->x[i]) +
                             self->game.coupling * pull * self->x[i]);
    }
    return phi;
}

static void watch(void *context, size_t state, double before, double after)
{
    random_game_t *self = context;
    (void)state;
    assert_true(before != after);
    double now = potential_of(self);
    self->falls += now < self->potential;
    self->potential = now;
    self->moves++;
}

static void draw_game(random_game_t *self, size_t n, uint64_t world)
{
    qd_luck_t luck = {8, world};
    memset(self, 0, sizeof *self);
    size_t padded = qd_padded(n);
    double *affinity = self->affinity[0];
    for (size_t i = 0; i < padded; i++) {
        self->up[i] = INFINITY;
        self->down[i] = -INFINITY;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t draw = (uint32_t)i;
        self->c[i] = qd_random_open(luck, QD_PURPOSE_LANDSCAPE, 0, draw);
        self->own[i] = 0.5 * qd_random_normal(luck, QD_PURPOSE_LANDSCAPE, 1, draw);
        self->price[i] = 0.3 * qd_random_uniform(luck, QD_PURPOSE_LANDSCAPE, 2, draw);
        self->up[i] = self->price[i];
        self->down[i] = -self->price[i];
        for (size_t j = 0; j < i; j++)
            affinity[i * padded + j] = affinity[j * padded + i] =
                qd_random_normal(luck, QD_PURPOSE_LANDSCAPE, 3, (uint32_t)(i * MOST + j));
    }
    self->game = (qd_mission_game_t){.n = n,
                                     .padded = padded,
                                     .c = self->c,
                                     .affinity = affinity,
                                     .coupling = 0.7,
                                     .up = self->up,
                                     .down = self->down,
                                     .field = self->field,
                                     .x = self->x,
                                     .moved = watch,
                                     .context = self};
}

/* Payoff of i when it plays x and the others keep their choices. */
static double payoff(const random_game_t *self, size_t i, double x)
{
    double pull = 0.0;
    for (size_t j = 0; j < self->game.n; j++)
        pull += self->c[j] * self->game.affinity[i * self->game.padded + j] * self->x[j];
    return x * (self->own[i] + self->game.coupling * pull) - self->price[i] * fabs(x);
}

/* Whether no actor gains more than rounding: no joiner or opponent by leaving, no outsider by taking a
 * side. */
static bool is_nash(const random_game_t *self)
{
    for (size_t i = 0; i < self->game.n; i++)
        for (double x = -1.0; x <= 1.0; x += 1.0)
            if (payoff(self, i, x) > payoff(self, i, self->x[i]) + 1e-12)
                return false;
    return true;
}

/* Enumerates all 3^n profiles; best replies from each of 8 starts end in one of the equilibria. */
static void equilibria_by_enumeration(void **state)
{
    (void)state;
    size_t games = 0, found = 0, falls = 0;
    for (uint64_t world = 0; world < 200; world++) {
        size_t n = 2 + world % 7;
        random_game_t self;
        draw_game(&self, n, world);
        uint32_t profiles = 1, equilibrium[200];
        size_t equilibria = 0;
        for (size_t i = 0; i < n; i++)
            profiles *= 3;
        for (uint32_t code = 0; code < profiles; code++) {
            for (uint32_t i = 0, rest = code; i < n; i++, rest /= 3)
                self.x[i] = (double)(rest % 3) - 1.0;
            if (is_nash(&self) && equilibria < 200)
                equilibrium[equilibria++] = code;
        }
        assert_true(equilibria >= 1);
        for (uint32_t start = 0; start < 8; start++) {
            for (uint32_t i = 0; i < n; i++)
                self.x[i] =
                    floor(3.0 * qd_random_uniform((qd_luck_t){9, world}, QD_PURPOSE_LANDSCAPE, start, i)) -
                    1.0;
            qd_mission_game_start(&self.game, self.own);
            self.potential = potential_of(&self);
            assert_true(qd_mission_game_solve(&self.game) <= QD_PASSES_MAX);
            uint32_t code = 0;
            for (size_t i = n; i-- > 0;)
                code = 3 * code + (uint32_t)(self.x[i] + 1.0);
            games++;
            for (size_t e = 0; e < equilibria; e++)
                found += equilibrium[e] == code;
        }
        falls += self.falls;
    }
    published_number("10", "spin-1 mission game, n <= 8",
                     "best replies of 1600 that end in an enumerated Nash equilibrium", (double)games,
                     (double)found);
    published_number("10", "spin-1 mission game, n <= 8", "moves that lower the weighted potential", 0.0,
                     (double)falls);
}

/* Larger games, which cannot be enumerated: internal and external stability by the definition. */
static void stability(void **state)
{
    (void)state;
    size_t stable = 0, falls = 0, moves = 0;
    for (uint64_t world = 1000; world < 3000; world++) {
        random_game_t self;
        draw_game(&self, 9 + world % 8, world);
        qd_mission_game_start(&self.game, self.own);
        self.potential = potential_of(&self);
        stable += qd_mission_game_solve(&self.game) <= QD_PASSES_MAX && is_nash(&self);
        falls += self.falls;
        moves += self.moves;
    }
    assert_true(moves > 2000);
    published_number("10", "spin-1 mission game, 9 to 16 states",
                     "coalitions of 2000 internally and externally stable", 2000.0, (double)stable);
    published_number("10", "spin-1 mission game, 9 to 16 states", "moves that lower the weighted potential",
                     0.0, (double)falls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(syria),     cmocka_unit_test(great_powers),
        cmocka_unit_test(unix_1988), cmocka_unit_test(equilibria_by_enumeration),
        cmocka_unit_test(stability),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
