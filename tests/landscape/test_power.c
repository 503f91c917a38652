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

/* All sets tried, and generating functions: the same whole numbers. */
static void countings_agree(void **state)
{
    (void)state;
    qd_swings_t *left = malloc(sizeof *left), *right = malloc(sizeof *right);
    assert_true(left && right);
    for (uint64_t world = 0; world < 40; world++) {
        qd_coalitions_t game = {.voters = 1 + dice(world, 0, 12), .rules = dice(world, 1, 3)};
        game.least = dice(world, 2, 3);
        for (uint32_t r = 0; r < game.rules; r++) {
            game.quota[r] = 1 + dice(world, 3 + r, 20);
            for (uint32_t i = 0; i < game.voters; i++)
                game.weight[r][i] = dice(world, 10 + 20 * r + i, 9);
        }
        assert_true(qd_coalitions_count(&game, left));
        qd_coalitions_walk(&game, right);
        assert_memory_equal(left, right, sizeof *left);
    }
    free(left);
    free(right);
}

/* 27 members under three rules at once, as in the Union of 27 under the treaty of Nice: votes, heads,
 * population. The counts go through generating functions in two dimensions; they must sum to one and respect
 * dominance. */
static void three_rules_of_27(void **state)
{
    (void)state;
    static const double votes[27] = {29, 29, 29, 29, 27, 27, 14, 13, 12, 12, 12, 12, 12, 10,
                                     10, 10, 7,  7,  7,  7,  7,  4,  4,  4,  4,  4,  3};
    static const double heads[27] = {167, 129, 123, 121, 90, 77, 44, 33, 23, 22, 21, 21, 21, 18,
                                     16,  16,  11,  11,  11, 9,  7,  7,  5,  4,  3,  1,  1};
    qd_error_t error = QD_ERROR_NONE;
    qd_power_t *self;
    qd_power_index_t index[27];
    assert_int_equal(qd_power_new(27, 3, &self, &error), QD_OK);
    for (size_t i = 0; i < 27; i++) {
        self->rule[0].weight[i] = votes[i];
        self->rule[1].weight[i] = 1.0;
        self->rule[2].weight[i] = heads[i];
    }
    self->rule[0].quota = 255;
    self->rule[1].quota = 14;
    self->rule[2].quota = 620;
    solve_power(self, index);
    double shapley = 0.0;
    for (size_t i = 0; i < 27; i++) {
        shapley += index[i].shapley_shubik;
        assert_true(i == 0 || index[i].shapley_shubik <= index[i - 1].shapley_shubik);
    }
    assert_true(fabs(shapley - 1.0) < 1e-12);
    qd_power_free(self);
}

static void expect_refusal(qd_power_t *self, const char *message)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_power_index_t index[QD_POWER_MEMBERS_MAX];
    assert_int_equal(qd_power_solve(self, index, &error), QD_ERROR_INPUT);
    assert_string_equal(error.text, message);
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

static void refusals(void **state)
{
    (void)state;
    expect_refusal(
        populations(40, 1.0),
        "power cannot be computed exactly: the generating function has 8.31e+09 terms (at most 3.36e+07), "
        "and "
        "40 members are too many to try all coalitions (at most 26); round the weights to fewer digits\n");
    expect_refusal(populations(5, 1.0 / 3),
                   "rule 1: weights and quota must be whole numbers, or decimal numbers with at "
                   "most nine decimals, for an exact count\n");
    qd_power_t *self = populations(5, 1.0);
    self->rule[0].quota = 1e9;
    expect_refusal(self, "rule 1: quota 1000000000 is impossible: all weights together are 5237585\n");
    self = populations(5, 1.0);
    self->rule[0].weight[2] = -1.0;
    expect_refusal(self, "rule 1: the weight of member 3 is -1; expected 0 or more\n");
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
        cmocka_unit_test(three_rules_of_27),
        cmocka_unit_test(refusals),
        cmocka_unit_test(large_weights_of_few),
        cmocka_unit_test(largest_chamber),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
