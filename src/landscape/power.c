#include "quadrille/power.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "landscape/coalitions.h"

#define BYTES_MAX           ((double)(1 << 30)) /* of a generating function */
#define STEPS_MAX           6e10                /* of about a nanosecond */
#define STEPS_FEW           1e7 /* below this, the search for a cheaper method costs more than it saves */
#define MEMBERS_OF_ONE_RULE 46  /* voters whose sets the halves can list, whatever their weights */
#define MEMBERS_OF_RULES    35

qd_status_t qd_power_new(size_t members, size_t rules, qd_power_t **self, qd_error_t *error)
{
    *self = NULL;
    if (members < 1 || members > QD_POWER_MEMBERS_MAX)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%zu members; expected 1 to %d: the coalitions of more cannot be counted exactly",
                            members, QD_POWER_MEMBERS_MAX);
    if (rules < 1 || rules > QD_POWER_RULES_MAX)
        return qd_error_add(error, QD_ERROR_INPUT, "%zu rules; expected 1 to %d", rules, QD_POWER_RULES_MAX);
    qd_power_t *made = qd_new(1, sizeof *made, error);
    if (!made)
        goto short_of_memory;
    made->members = members;
    made->rules = rules;
    made->name = qd_new(members, sizeof *made->name, error);
    made->veto = qd_new(members, sizeof *made->veto, error);
    bool complete = made->name && made->veto;
    for (size_t r = 0; r < rules; r++) {
        made->rule[r].weight = qd_new(members, sizeof *made->rule[r].weight, error);
        complete = complete && made->rule[r].weight;
    }
    if (complete) {
        *self = made;
        return QD_OK;
    }
short_of_memory:
    qd_power_free(made);
    return QD_ERROR_MEMORY;
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

/* ---- the game ------------------------------------------------------------------------------------------ */

static qd_status_t tell_fault(size_t r, const qd_rule_fault_t *fault, qd_error_t *error)
{
    if (fault->place == QD_FAULT_WEIGHT)
        return qd_error_add(error, QD_ERROR_INPUT, "rule %zu: found %.15g for member %zu; expected %s", r + 1,
                            fault->found, fault->member + 1, fault->expected);
    return qd_error_add(error, QD_ERROR_INPUT, "rule %zu: found %s %.15g; expected %s", r + 1,
                        fault->place == QD_FAULT_QUOTA ? "the quota" : "weights that sum to", fault->found,
                        fault->expected);
}

/* Adds one rule to the game of the voters. A rule with equal weights becomes a bound on the number of
 * voters. */
static void add_rule(qd_coalitions_t *game, const qd_whole_rule_t *rule, const bool veto[], size_t members,
                     int64_t quotas[], size_t *least)
{
    int64_t *voter = game->weight[game->rules], quota = rule->quota;
    size_t voters = 0;
    bool equal = true;
    for (size_t i = 0; i < members; i++) {
        if (veto[i]) {
            quota -= rule->weight[i];
            continue;
        }
        voter[voters++] = rule->weight[i];
        equal = equal && rule->weight[i] == voter[0];
    }
    game->voters = voters;
    if (quota <= 0)
        return; /* the veto members reach it by themselves */
    qd_whole_reduce(voter, voters, &quota);
    if (equal) {
        size_t heads = (size_t)((quota + voter[0] - 1) / voter[0]);
        *least = heads > *least ? heads : *least;
        return;
    }
    quotas[game->rules++] = quota;
}

/* The game, and its halves; NULL where the series need few steps. */
typedef struct {
    qd_coalitions_t game;
    qd_halves_t *halves;
    bool by_series;
} plan_t;

static qd_status_t build(plan_t *self, const qd_power_t *power, qd_error_t *error)
{
    int64_t quota[QD_POWER_RULES_MAX];
    size_t least = 0;
    for (size_t r = 0; r < power->rules; r++) {
        qd_whole_rule_t rule;
        qd_rule_fault_t fault;
        if (!qd_whole_rule_init(&rule, &power->rule[r], power->members, &fault))
            return tell_fault(r, &fault, error);
        add_rule(&self->game, &rule, power->veto, power->members, quota, &least);
    }
    qd_coalitions_settle(&self->game, quota, least);
    return QD_OK;
}

/* The cheaper of the two counting methods, if one is feasible. */
static qd_status_t choose_way(plan_t *self, qd_error_t *error)
{
    double bytes = qd_series_bytes(&self->game), series = qd_series_steps(&self->game);
    if (bytes > BYTES_MAX)
        series = INFINITY;
    self->by_series = series <= STEPS_FEW;
    if (self->by_series)
        return QD_OK;
    self->halves = qd_halves_new(&self->game);
    if (!self->halves)
        return qd_no_memory(error);
    double halves = qd_halves_steps(self->halves);
    self->by_series = series <= halves;
    if (series <= STEPS_MAX || halves <= STEPS_MAX)
        return QD_OK;
    return qd_error_add(
        error, QD_ERROR_INPUT,
        "found %zu members without a veto whose weights make a generating function of %.3g bytes; expected "
        "at most %.3g, or fewer members (up to about %d under one rule, %d under several, whatever their "
        "weights): round the weights to fewer digits",
        self->game.voters, bytes, BYTES_MAX, MEMBERS_OF_ONE_RULE, MEMBERS_OF_RULES);
}

static qd_status_t plan_init(plan_t **self, const qd_power_t *power, qd_error_t *error)
{
    *self = qd_new(1, sizeof **self, error);
    if (!*self)
        return QD_ERROR_MEMORY;
    qd_status_t status = build(*self, power, error);
    return status == QD_OK ? choose_way(*self, error) : status;
}

static void plan_free(plan_t *self)
{
    if (self)
        qd_halves_free(self->halves);
    free(self);
}

static qd_status_t count(const plan_t *self, qd_small_sets_t *small, qd_error_t *error)
{
    if (self->by_series ? qd_series_count(&self->game, small) : qd_halves_count(self->halves, small))
        return QD_OK;
    return qd_no_memory(error);
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

qd_status_t qd_power_check(const qd_power_t *self, qd_error_t *error)
{
    plan_t *plan;
    qd_status_t status = plan_init(&plan, self, error);
    plan_free(plan);
    return status;
}

qd_status_t qd_power_solve(const qd_power_t *self, qd_power_index_t index[], qd_error_t *error)
{
    plan_t *plan;
    qd_small_sets_t *small = qd_new(1, sizeof *small, error);
    qd_swings_t *swings = qd_new(1, sizeof *swings, error);
    qd_status_t status = plan_init(&plan, self, error);
    if (status == QD_OK && (!small || !swings))
        status = QD_ERROR_MEMORY;
    if (status == QD_OK)
        status = count(plan, small, error);
    if (status != QD_OK)
        goto out;
    qd_coalitions_swings(&plan->game, small, swings);
    fill(self, swings, plan->game.voters, index);
out:
    plan_free(plan);
    free(small);
    free(swings);
    return status;
}
