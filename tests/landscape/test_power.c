/* labels: validation */
/* Voting power: published case 6, a hand-made definition for small games, and the two ways of counting
 * against each other. */
#include <math.h>

#include "landscape/coalitions.h"
#include "landscape/published.h"
#include "quadrille/power.h"

#define FOLDER QD_SOURCE_DIR "/experiments/landscapes/"

static qd_power_t *load(const char *path)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_power_t *self;
    if (qd_power_load(path, &self, &error) != QD_OK)
        fail_msg("%s", error.text);
    return self;
}

static void solve_power(const qd_power_t *self, qd_power_index_t index[])
{
    qd_error_t error = QD_ERROR_NONE;
    if (qd_power_solve(self, index, &error) != QD_OK)
        fail_msg("%s", error.text);
}

static void security_council(void **state)
{
    (void)state;
    const char *source = "UN Security Council, 9 of 15, five vetoes";
    qd_power_index_t index[15];
    qd_power_t *self = load(FOLDER "unsc.yaml");
    solve_power(self, index);
    for (size_t i = 0; i < 15; i += 14) {
        const char *who = i == 0 ? "permanent" : "elected";
        char quantity[64];
        snprintf(quantity, sizeof quantity, "Shapley-Shubik, %s", who);
        published_near("6", source, quantity, i == 0 ? 421.0 / 2145 : 4.0 / 2145, index[i].shapley_shubik,
                       1e-15);
        snprintf(quantity, sizeof quantity, "Banzhaf, %s", who);
        published_near("6", source, quantity, i == 0 ? 106.0 / 635 : 21.0 / 1270, index[i].banzhaf, 1e-15);
    }
    qd_power_free(self);
}

/* The vetoes written as a second rule that only the permanent members carry weight in. */
static void vetoes_are_a_rule(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    qd_power_t *self;
    qd_power_index_t index[15];
    assert_int_equal(qd_power_new(15, 2, &self, &error), QD_OK);
    for (size_t i = 0; i < 15; i++) {
        self->rule[0].weight[i] = 1.0;
        self->rule[1].weight[i] = i < 5 ? 0.25 : 0.0;
    }
    self->rule[0].quota = 9.0;
    self->rule[1].quota = 1.25;
    solve_power(self, index);
    assert_true(fabs(index[0].shapley_shubik - 421.0 / 2145) < 1e-15);
    assert_true(fabs(index[14].banzhaf - 21.0 / 1270) < 1e-15);
    qd_power_free(self);
}

static void eec_1958(void **state)
{
    (void)state;
    const char *source = "EEC 1958 [12; 4,4,4,2,2,1]";
    qd_power_index_t index[6];
    qd_power_t *self = load(FOLDER "eec1958.yaml");
    solve_power(self, index);
    published_near("6", source, "Shapley-Shubik, weight 4", 7.0 / 30, index[0].shapley_shubik, 1e-15);
    published_near("6", source, "Banzhaf, weight 4", 5.0 / 21, index[0].banzhaf, 1e-15);
    published_near("6", source, "Shapley-Shubik, weight 2", 3.0 / 20, index[3].shapley_shubik, 1e-15);
    published_near("6", source, "Banzhaf, weight 2", 1.0 / 7, index[3].banzhaf, 1e-15);
    published_near("6", source, "Shapley-Shubik, Luxembourg", 0.0, index[5].shapley_shubik, 0.0);
    published_near("6", source, "Banzhaf, Luxembourg", 0.0, index[5].banzhaf, 0.0);
    qd_power_free(self);
}

static void electoral_college(void **state)
{
    (void)state;
    qd_power_index_t index[51];
    qd_power_t *self = load(FOLDER "electoral-college.yaml");
    assert_int_equal(self->members, 51);
    solve_power(self, index);
    double shapley = 0.0, banzhaf = 0.0;
    for (size_t i = 0; i < 51; i++) {
        shapley += index[i].shapley_shubik;
        banzhaf += index[i].banzhaf;
        for (size_t j = 0; j < i; j++) /* more weight never means less power */
            if (self->rule[0].weight[i] >= self->rule[0].weight[j])
                assert_true(index[i].swings >= index[j].swings &&
                            index[i].shapley_shubik >= index[j].shapley_shubik);
    }
    published_near("6", "electoral college, 270 of 538", "sum of 51 Shapley-Shubik indices", 1.0, shapley,
                   1e-12);
    published_near("6", "electoral college, 270 of 538", "sum of 51 Banzhaf indices", 1.0, banzhaf, 1e-12);
    qd_power_free(self);
}

/* ---- the definition ------------------------------------------------------------------------------------ */

static bool wins(const qd_power_t *self, uint32_t set)
{
    for (size_t i = 0; i < self->members; i++)
        if (self->veto[i] && !(set >> i & 1))
            return false;
    for (size_t r = 0; r < self->rules; r++) {
        double held = 0.0;
        for (size_t i = 0; i < self->members; i++)
            held += set >> i & 1 ? self->rule[r].weight[i] : 0.0;
        if (held < self->rule[r].quota)
            return false;
    }
    return true;
}

static double factorial(size_t n)
{
    return n < 2 ? 1.0 : (double)n * factorial(n - 1);
}

static void by_definition(const qd_power_t *self, qd_power_index_t index[])
{
    size_t n = self->members;
    double all = 0.0;
    for (size_t i = 0; i < n; i++) {
        index[i] = (qd_power_index_t){0};
        for (uint32_t set = 0; set < 1u << n; set++) {
            if (set >> i & 1 || wins(self, set) || !wins(self, set | 1u << i))
                continue;
            size_t s = (size_t)__builtin_popcount(set);
            index[i].shapley_shubik += factorial(s) * factorial(n - 1 - s) / factorial(n);
            index[i].banzhaf += 1.0;
        }
        index[i].swings = ldexp(index[i].banzhaf, 1 - (int)n);
        all += index[i].banzhaf;
    }
    for (size_t i = 0; i < n; i++)
        index[i].banzhaf /= all;
}

static uint32_t dice(uint64_t world, uint32_t draw, uint32_t sides)
{
    return (uint32_t)(qd_random_bits((qd_luck_t){6, world}, QD_PURPOSE_LANDSCAPE, 0, draw) % sides);
}

static qd_power_t *random_rule(uint64_t world)
{
    qd_error_t error = QD_ERROR_NONE;
    size_t members = 1 + dice(world, 0, 9), rules = 1 + dice(world, 1, 3);
    qd_power_t *self;
    assert_int_equal(qd_power_new(members, rules, &self, &error), QD_OK);
    for (uint32_t i = 0; i < members; i++)
        self->veto[i] = dice(world, 200 + i, 5) == 0;
    for (uint32_t r = 0; r < rules; r++) {
        double total = 0.0;
        for (uint32_t i = 0; i < members; i++) {
            self->rule[r].weight[i] = dice(world, 300 + 20 * r + i, 8) * (r == 1 ? 0.5 : 1.0);
            total += self->rule[r].weight[i];
        }
        if (total == 0.0)
            total = self->rule[r].weight[0] = 1.0;
        self->rule[r].quota = total * (1 + dice(world, 400 + r, 4)) / 4.0;
    }
    return self;
}

static void agrees_with_definition(void **state)
{
    (void)state;
    for (uint64_t world = 0; world < 400; world++) {
        qd_power_index_t found[16], expected[16];
        qd_power_t *self = random_rule(world);
        solve_power(self, found);
        by_definition(self, expected);
        for (size_t i = 0; i < self->members; i++) {
            assert_true(fabs(found[i].shapley_shubik - expected[i].shapley_shubik) < 1e-14);
            assert_true(fabs(found[i].banzhaf - expected[i].banzhaf) < 1e-14);
            assert_true(found[i].swings == expected[i].swings);
        }
        qd_power_free(self);
    }
}

/* ---- the two ways of counting -------------------------------------------------------------------------- */

/* By trying all sets. */
static void count_all(const qd_coalitions_t *game, qd_small_sets_t *small)
{
    memset(small, 0, sizeof *small);
    for (uint32_t set = 0; set < 1u << game->voters; set++) {
        size_t t = (size_t)__builtin_popcount(set);
        bool is_small = t <= game->most;
        for (size_t r = 0; r < game->rules; r++) {
            int64_t held = 0;
            for (size_t i = 0; i < game->voters; i++)
                held += set >> i & 1 ? game->weight[r][i] : 0;
            is_small = is_small && held <= game->limit[r];
        }
        if (!is_small)
            continue;
        small->all[t]++;
        for (size_t i = 0; i < game->voters; i++)
            small->without[i][t] += !(set >> i & 1);
    }
}

/* A random game of `voters` and `rules`; with few different weights, many of them are alike. */
static qd_coalitions_t random_game(uint64_t world, size_t voters, size_t rules)
{
    qd_coalitions_t game = {.voters = voters, .rules = rules};
    uint32_t sides = dice(world, 2, 2) ? 3 : 40;
    int64_t quota[QD_POWER_RULES_MAX];
    for (uint32_t r = 0; r < game.rules; r++) {
        int64_t total = 0;
        for (uint32_t i = 0; i < voters; i++)
            total += game.weight[r][i] = dice(world, 100 + 20 * r + i, sides);
        if (total == 0)
            total = game.weight[r][0] = 1;
        quota[r] = 1 + dice(world, 3 + r, (uint32_t)total);
    }
    qd_coalitions_settle(&game, quota, dice(world, 10, (uint32_t)voters + 1));
    return game;
}

static void assert_counted(const qd_coalitions_t *game, const qd_small_sets_t *expected)
{
    qd_small_sets_t *found = malloc(sizeof *found);
    assert_non_null(found);
    assert_true(qd_series_count(game, found));
    assert_memory_equal(found, expected, sizeof *found);
    qd_halves_t *halves = qd_halves_new(game);
    assert_non_null(halves);
    assert_true(qd_halves_steps(halves) < 1e9);
    assert_true(qd_halves_count(halves, found));
    assert_memory_equal(found, expected, sizeof *found);
    qd_halves_free(halves);
    free(found);
}

/* Generating functions, halves, and all sets tried: the same whole numbers. */
static void countings_agree(void **state)
{
    (void)state;
    qd_small_sets_t *expected = malloc(sizeof *expected);
    assert_non_null(expected);
    for (uint64_t world = 0; world < 400; world++) {
        qd_coalitions_t game = random_game(world, 1 + dice(world, 0, 14), dice(world, 1, 4));
        count_all(&game, expected);
        assert_counted(&game, expected);
    }
    free(expected);
}

/* So many rules that only the halves can count them, and all sets tried. */
static void halves_agree_under_many_rules(void **state)
{
    (void)state;
    size_t most = 0;
    qd_small_sets_t *expected = malloc(sizeof *expected), *found = malloc(sizeof *found);
    assert_true(expected && found);
    for (uint64_t world = 0; world < 200; world++) {
        qd_coalitions_t game =
            random_game(world, 2 + dice(world, 0, 10), 3 + world % (QD_POWER_RULES_MAX - 2));
        most = game.rules > most ? game.rules : most;
        count_all(&game, expected);
        qd_halves_t *halves = qd_halves_new(&game);
        assert_non_null(halves);
        assert_true(qd_halves_count(halves, found));
        assert_memory_equal(found, expected, sizeof *found);
        qd_halves_free(halves);
    }
    assert_true(most > 4); /* the loop that is not unrolled */
    free(found);
    free(expected);
}

/* Above 67 voters numbers of 128 bits are needed, and many ways for each set of the halves. */
static void countings_agree_on_many(void **state)
{
    (void)state;
    qd_small_sets_t *found = malloc(sizeof *found), *expected = malloc(sizeof *expected);
    assert_true(found && expected);
    for (uint64_t world = 0; world < 8; world++) {
        qd_coalitions_t game = {.voters = world % 2 ? 128 : 67, .rules = 1 + world / 4};
        int64_t quota[2] = {0};
        for (uint32_t r = 0; r < game.rules; r++)
            for (uint32_t i = 0; i < game.voters; i++)
                quota[r] += game.weight[r][i] = 1 + 2 * (i % 3) + 3 * r * (i % 3 == 0);
        for (uint32_t r = 0; r < game.rules; r++)
            quota[r] = quota[r] * (2 + dice(world, r, 3)) / 5;
        qd_coalitions_settle(&game, quota, 0);
        qd_halves_t *halves = qd_halves_new(&game);
        assert_non_null(halves);
        assert_true(qd_series_count(&game, expected));
        assert_true(qd_halves_steps(halves) < 1e10);
        assert_true(qd_halves_count(halves, found));
        assert_memory_equal(found, expected, sizeof *found);
        qd_halves_free(halves);
    }
    free(found);
    free(expected);
}

/* A rule that another rule implies is dropped. */
static void implied_rules_go(void **state)
{
    (void)state;
    qd_coalitions_t game = {.voters = 4, .rules = 3, .weight = {{6, 4, 2, 2}, {3, 2, 1, 1}, {1, 2, 3, 4}}};
    const int64_t quota[3] = {9, 4, 7};
    qd_coalitions_settle(&game, quota, 1);
    /* A coalition that lacks 5 of 14 lacks 2.5 of 7, and may lack 3; the third rule has other weights. */
    assert_int_equal(game.rules, 2);
    assert_int_equal(game.weight[0][0], 6);
    assert_int_equal(game.weight[1][3], 4);
    assert_false(game.losing);
    qd_coalitions_t single = {.voters = 3, .rules = 1, .weight = {{5, 4, 3}}};
    const int64_t low = 2;
    qd_coalitions_settle(&single, &low, 1);
    assert_true(single.losing); /* 1 is a smaller limit than 10 */
    assert_int_equal(single.limit[0], 1);
    assert_int_equal(single.most, 0);
}

/* The Union of 27 under the treaty of Nice: votes, heads, and populations in thousands as of 1999 to 2004.
 * The expected values were counted apart, by trying all 2^27 coalitions. */
static void three_rules_of_27(void **state)
{
    (void)state;
    static const double votes[27] = {29, 29, 29, 29, 27, 27, 14, 13, 12, 12, 12, 12, 12, 10,
                                     10, 10, 7,  7,  7,  7,  7,  4,  4,  4,  4,  4,  3};
    static const double thousands[27] = {82038, 59247, 57610, 58973, 39394, 38667, 22489, 15760, 10533,
                                         10213, 10290, 10092, 9979,  8854,  8230,  8082,  7900,  5393,
                                         5313,  5160,  3744,  3701,  2446,  1978,  1446,  752,   429};
    qd_error_t error = QD_ERROR_NONE;
    qd_power_t *self;
    qd_power_index_t index[27];
    assert_int_equal(qd_power_new(27, 3, &self, &error), QD_OK);
    for (size_t i = 0; i < 27; i++) {
        self->rule[0].weight[i] = votes[i];
        self->rule[1].weight[i] = 1.0;
        self->rule[2].weight[i] = thousands[i];
    }
    self->rule[0].quota = 255;
    self->rule[1].quota = 14;
    self->rule[2].quota = 303003; /* 62 % of 488713 */
    solve_power(self, index);
    double shapley = 0.0;
    for (size_t i = 0; i < 27; i++)
        shapley += index[i].shapley_shubik;
    assert_true(fabs(shapley - 1.0) < 1e-12);
    assert_true(fabs(index[0].shapley_shubik - 0.087122302088313661) < 1e-16);
    assert_true(fabs(index[1].shapley_shubik - 0.086977374552081779) < 1e-16);
    assert_true(fabs(index[0].banzhaf - 0.077826892219077598) < 1e-16);
    assert_true(fabs(index[26].banzhaf - 0.009422441890613335) < 1e-16);
    assert_true(fabs(index[26].swings - 0.0039575099945068359) < 1e-16);
    qd_power_free(self);
}

static qd_power_t *populations(size_t members, double unit)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_power_t *self;
    assert_int_equal(qd_power_new(members, 1, &self, &error), QD_OK);
    for (size_t i = 0; i < members; i++)
        self->rule[0].weight[i] = unit * (double)(1000003 + 7919 * i * i);
    self->rule[0].quota = self->rule[0].weight[members - 1];
    return self;
}

/* One rule with weights that a generating function cannot hold, and more members than can be tried: the
 * indices sum to one, and more weight never means less power. */
static void large_weights_of_many(void **state)
{
    (void)state;
    qd_power_index_t index[40];
    qd_power_t *self = populations(40, 1.0);
    self->rule[0].quota = 1e8;
    solve_power(self, index);
    double shapley = 0.0;
    for (size_t i = 0; i < 40; i++) {
        shapley += index[i].shapley_shubik;
        assert_true(i == 0 || (index[i].shapley_shubik >= index[i - 1].shapley_shubik &&
                               index[i].swings >= index[i - 1].swings));
    }
    assert_true(fabs(shapley - 1.0) < 1e-12);
    qd_power_free(self);
}

/* 128 members of a tenth each make 12.8, although not in doubles. */
static void quota_is_the_total(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    qd_power_t *self;
    qd_power_index_t index[128];
    for (size_t n = 1; n <= 128; n++) {
        assert_int_equal(qd_power_new(n, 1, &self, &error), QD_OK);
        for (size_t i = 0; i < n; i++)
            self->rule[0].weight[i] = 0.1;
        self->rule[0].quota = (double)n / 10.0;
        solve_power(self, index);
        assert_true(fabs(index[n - 1].shapley_shubik - 1.0 / (double)n) < 1e-16);
        assert_true(index[0].swings == ldexp(1.0, 1 - (int)n));
        self->rule[0].quota = nextafter((double)n / 10.0, 1e3);
        assert_int_equal(qd_power_solve(self, index, &error), QD_ERROR_INPUT);
        qd_power_free(self);
    }
}

static void expect_refusal(qd_power_t *self, const char *message)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_power_index_t index[QD_POWER_MEMBERS_MAX];
    assert_int_equal(qd_power_solve(self, index, &error), QD_ERROR_INPUT);
    assert_string_equal(error.text, message);
    qd_power_free(self);
}

static void refusals(void **state)
{
    (void)state;
    expect_refusal(
        populations(60, 1.0),
        "found 60 members without a veto whose weights make a generating function of 3.88e+09 bytes; "
        "expected at most 1.07e+09, or fewer members (up to about 46 under one rule, 35 under several, "
        "whatever their weights): round the weights to fewer digits\n");
    expect_refusal(
        populations(5, 1.0 / 3),
        "rule 1: found 333334.333333333 for member 1; expected a number of at most 15 digits, nine "
        "of them decimals, for an exact count\n");
    qd_power_t *self = populations(5, 1.0);
    self->rule[0].quota = 1e9;
    expect_refusal(self, "rule 1: found the quota 1000000000; expected at most 5237585, the sum of the "
                         "weights: no coalition could win\n");
    self = populations(5, 1.0);
    self->rule[0].quota = 1e300;
    expect_refusal(self, "rule 1: found the quota 1e+300; expected at most 5237585, the sum of the weights: "
                         "no coalition could win\n");
    self = populations(5, 1.0);
    self->rule[0].quota = 0.0;
    expect_refusal(self, "rule 1: found the quota 0; expected a quota above 0\n");
    self = populations(5, 1.0);
    self->rule[0].weight[2] = -1.0;
    expect_refusal(self, "rule 1: found -1 for member 3; expected 0 or more\n");
    self = populations(5, 1.0);
    self->rule[0].weight[2] = 1e18;
    expect_refusal(self, "rule 1: found 1e+18 for member 3; expected a number below 2^53 = 9007199254740992, "
                         "for an exact count\n");
    self = populations(5, 1e9);
    self->rule[0].weight[2] = 0.5;
    self->rule[0].weight[3] = 0.000000125;
    expect_refusal(self,
                   "rule 1: found weights that sum to 3.134632e+15; expected weights of fewer digits: all "
                   "together they are 2^53 = 9007199254740992 or more of their smallest unit, 1e-9, too "
                   "many for an exact count\n");
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_power_new(129, 1, &self, &error), QD_ERROR_INPUT);
    assert_null(self);
}

/* Weights too large for a table, members few enough to try all coalitions: exact all the same. */
static void large_weights_of_few(void **state)
{
    (void)state;
    qd_power_index_t found[12], expected[12];
    qd_power_t *self = populations(12, 1.0);
    self->rule[0].quota = 7e6;
    solve_power(self, found);
    by_definition(self, expected);
    for (size_t i = 0; i < 12; i++)
        assert_true(found[i].swings == expected[i].swings);
    qd_power_free(self);
}

/* The largest chamber: equal votes give equal power, although counts reach 2^127. */
static void largest_chamber(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    qd_power_t *self;
    qd_power_index_t index[128];
    assert_int_equal(qd_power_new(128, 1, &self, &error), QD_OK);
    for (size_t i = 0; i < 128; i++)
        self->rule[0].weight[i] = i < 127 ? 2.0 : 1.0;
    self->rule[0].quota = 128.0;
    solve_power(self, index);
    double sum = 0.0;
    for (size_t i = 0; i < 128; i++)
        sum += index[i].shapley_shubik;
    assert_true(fabs(sum - 1.0) < 1e-12);
    /* The half vote never turns 126 or less into 128: 255 is odd and the others hold even sums. */
    assert_true(index[127].swings == 0.0);
    assert_true(fabs(index[0].shapley_shubik - 1.0 / 127) < 1e-15);
    qd_power_free(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(security_council),
        cmocka_unit_test(vetoes_are_a_rule),
        cmocka_unit_test(eec_1958),
        cmocka_unit_test(electoral_college),
        cmocka_unit_test(agrees_with_definition),
        cmocka_unit_test(countings_agree),
        cmocka_unit_test(countings_agree_on_many),
        cmocka_unit_test(implied_rules_go),
        cmocka_unit_test(three_rules_of_27),
        cmocka_unit_test(halves_agree_under_many_rules),
        cmocka_unit_test(large_weights_of_many),
        cmocka_unit_test(quota_is_the_total),
        cmocka_unit_test(refusals),
        cmocka_unit_test(large_weights_of_few),
        cmocka_unit_test(largest_chamber),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
