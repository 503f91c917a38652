#include "quadrille/power.h"

#include <math.h>
#include <stdlib.h>

#include "landscape/coalitions.h"
#include "landscape/weights.h"

#define WEIGHT_MAX 9007199254740992.0 /* 2^53: sums of scaled weights stay exact */

qd_status_t qd_power_new(size_t members, size_t rules, qd_power_t **self, qd_error_t *error)
{
    *self = NULL;
    if (members < 1 || members > QD_POWER_MEMBERS_MAX)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%zu members; expected 1 to %d: the coalitions of more cannot be counted exactly",
                            members, QD_POWER_MEMBERS_MAX);
    if (rules < 1 || rules > QD_POWER_RULES_MAX)
        return qd_error_add(error, QD_ERROR_INPUT, "%zu rules; expected 1 to %d", rules, QD_POWER_RULES_MAX);
    qd_power_t *made = calloc(1, sizeof *made);
    if (!made)
        goto short_of_memory;
    made->members = members;
    made->rules = rules;
    made->name = calloc(members, sizeof *made->name);
    made->veto = calloc(members, sizeof *made->veto);
    bool complete = made->name && made->veto;
    for (size_t r = 0; r < rules; r++) {
        made->rule[r].weight = calloc(members, sizeof *made->rule[r].weight);
        complete = complete && made->rule[r].weight;
    }
    if (complete) {
        *self = made;
        return QD_OK;
    }
short_of_memory:
    qd_power_free(made);
    return qd_error_add(error, QD_ERROR_MEMORY, "no memory for %zu members", members);
}

void qd_power_free(qd_power_t *self)
{
    if (!self)
        return;
    for (size_t i = 0; self->name && i < self->members; i++)
        free(self->name[i]);
    for (size_t r = 0; r < QD_POWER_RULES_MAX; r++)
        free(self->rule[r].weight);
    free(self->name);
    free(self->veto);
    free(self);
}

/* ---- one rule in whole numbers ------------------------------------------------------------------------- */

static qd_status_t check_rule(const qd_power_t *self, size_t r, qd_error_t *error)
{
    const qd_power_rule_t *rule = &self->rule[r];
    double total = 0.0;
    for (size_t i = 0; i < self->members; i++) {
        double weight = rule->weight[i];
        if (!(weight >= 0.0 && isfinite(weight)))
            return qd_error_add(error, QD_ERROR_INPUT,
                                "rule %zu: the weight of member %zu is %g; expected 0 or more", r + 1, i + 1,
                                weight);
        total += weight;
    }
    if (!(rule->quota > 0.0 && isfinite(rule->quota)))
        return qd_error_add(error, QD_ERROR_INPUT, "rule %zu: quota %g; expected a number above 0", r + 1,
                            rule->quota);
    if (rule->quota > total * (1.0 + 1e-15))
        return qd_error_add(error, QD_ERROR_INPUT,
                            "rule %zu: quota %.15g is impossible: all weights together are %.15g", r + 1,
                            rule->quota, total);
    return QD_OK;
}

/* Weights and quota times the power of ten that makes all of them whole. */
static qd_status_t scale_rule(const qd_power_t *self, size_t r, int64_t weight[], int64_t *quota,
                              qd_error_t *error)
{
    const qd_power_rule_t *rule = &self->rule[r];
    int most = qd_decimals(rule->quota);
    double total = 0.0;
    for (size_t i = 0; i < self->members && most >= 0; i++) {
        int decimals = qd_decimals(rule->weight[i]);
        most = decimals < 0 ? -1 : decimals > most ? decimals : most;
        total += rule->weight[i];
    }
    if (most < 0)
        return qd_error_add(
            error, QD_ERROR_INPUT,
            "rule %zu: weights and quota must be whole numbers, or decimal numbers with at most nine "
            "decimals, for an exact count",
            r + 1);
    double power = qd_power_of_ten(most);
    if (total * power >= WEIGHT_MAX)
        return qd_error_add(
            error, QD_ERROR_INPUT,
            "rule %zu: the weights have too many digits for an exact count; write them in larger units",
            r + 1);
    int64_t sum = 0;
    for (size_t i = 0; i < self->members; i++)
        sum += weight[i] = (int64_t)rint(rule->weight[i] * power);
    *quota = (int64_t)rint(rule->quota * power);
    if (*quota > sum)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "rule %zu: quota %.15g is impossible: all weights together are %.15g", r + 1,
                            rule->quota, (double)sum / power);
    return QD_OK;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Smaller numbers that say the same: nobody needs more weight than the quota, and common factors go. */
static void reduce_rule(int64_t weight[], size_t voters, int64_t *quota)
{
    int64_t divisor = 0;
    for (size_t i = 0; i < voters; i++) {
        weight[i] = weight[i] > *quota ? *quota : weight[i];
        divisor = common_divisor(divisor, weight[i]);
    }
    if (divisor < 2)
        return;
    for (size_t i = 0; i < voters; i++)
        weight[i] /= divisor;
    *quota = (*quota + divisor - 1) / divisor;
}

/* Adds one rule to the game of the voters; a rule under which all voters weigh the same counts heads. */
static void add_rule(qd_coalitions_t *game, const int64_t weight[], const bool veto[], size_t members,
                     int64_t quota)
{
    int64_t *voter = game->weight[game->rules];
    size_t voters = 0;
    bool equal = true;
    for (size_t i = 0; i < members; i++) {
        if (veto[i]) {
            quota -= weight[i];
            continue;
        }
        voter[voters++] = weight[i];
        equal = equal && weight[i] == voter[0];
    }
    game->voters = voters;
    if (quota <= 0)
        return; /* the veto members reach it by themselves */
    reduce_rule(voter, voters, &quota);
    if (equal) {
        size_t heads = (size_t)((quota + voter[0] - 1) / voter[0]);
        game->least = heads > game->least ? heads : game->least;
        return;
    }
    game->quota[game->rules++] = quota;
}

static qd_status_t build(const qd_power_t *self, qd_coalitions_t *game, qd_error_t *error)
{
    for (size_t r = 0; r < self->rules; r++) {
        int64_t weight[QD_POWER_MEMBERS_MAX] = {0}, quota = 0;
        qd_status_t status = check_rule(self, r, error);
        if (status == QD_OK)
            status = scale_rule(self, r, weight, &quota, error);
        if (status != QD_OK)
            return status;
        add_rule(game, weight, self->veto, self->members, quota);
    }
    return QD_OK;
}

static qd_status_t count(const qd_coalitions_t *game, qd_swings_t *swings, qd_error_t *error)
{
    double cells = qd_coalitions_cells(game);
    if (cells <= QD_CELLS_MAX) {
        if (!qd_coalitions_count(game, swings))
            return qd_error_add(error, QD_ERROR_MEMORY, "no memory for a generating function of %.0f terms",
                                cells);
        return QD_OK;
    }
    if (game->voters <= QD_VOTERS_WALKED) {
        qd_coalitions_walk(game, swings);
        return QD_OK;
    }
    return qd_error_add(
        error, QD_ERROR_INPUT,
        "power cannot be computed exactly: the generating function has %.3g terms (at most %.3g), and "
        "%zu members are too many to try all coalitions (at most %d); round the weights to fewer digits",
        cells, QD_CELLS_MAX, game->voters, QD_VOTERS_WALKED);
}

/* ---- indices ------------------------------------------------------------------------------------------- */

/* sum_s eta(s) s! (n-1-s)! / n!, where eta(s) = swing[s - offset]. */
static long double shapley(const qd_count_t swing[], size_t sizes, size_t offset, size_t n)
{
    long double sum = 0.0L, choose = 1.0L; /* choose: binomial(n - 1, s) */
    for (size_t s = 0; s < n; s++) {
        if (s >= offset && s - offset < sizes)
            sum += (long double)swing[s - offset] / ((long double)n * choose);
        choose = choose * (long double)(n - 1 - s) / (long double)(s + 1);
    }
    return sum;
}

static long double total_swings(const qd_count_t swing[], size_t sizes)
{
    qd_count_t sum = 0;
    for (size_t t = 0; t < sizes; t++)
        sum += swing[t];
    return (long double)sum;
}

static void fill(const qd_power_t *self, const qd_swings_t *swings, size_t voters, qd_power_index_t index[])
{
    size_t n = self->members, vetoes = n - voters, voter = 0;
    long double raw[QD_POWER_MEMBERS_MAX], all = 0.0L;
    for (size_t i = 0; i < n; i++) {
        /* A veto member swings every winning coalition, over the other vetoes and t voters; a voter swings
         * over all vetoes and t other voters. */
        const qd_count_t *swing = self->veto[i] ? swings->won : swings->swing[voter++];
        size_t sizes = self->veto[i] ? voters + 1 : voters, offset = self->veto[i] ? vetoes - 1 : vetoes;
        index[i].shapley_shubik = (double)shapley(swing, sizes, offset, n);
        raw[i] = total_swings(swing, sizes);
        all += raw[i];
    }
    for (size_t i = 0; i < n; i++) {
        index[i].banzhaf = (double)(raw[i] / all);
        index[i].swings = (double)ldexpl(raw[i], 1 - (int)n);
    }
}

qd_status_t qd_power_solve(const qd_power_t *self, qd_power_index_t index[], qd_error_t *error)
{
    qd_coalitions_t *game = calloc(1, sizeof *game);
    qd_swings_t *swings = malloc(sizeof *swings);
    qd_status_t status = QD_OK;
    if (!game || !swings) {
        status = qd_error_add(error, QD_ERROR_MEMORY, "no memory for %zu members", self->members);
        goto out;
    }
    status = build(self, game, error);
    if (status == QD_OK)
        status = count(game, swings, error);
    if (status == QD_OK)
        fill(self, swings, game->voters, index);
out:
    free(game);
    free(swings);
    return status;
}
