#include "landscape/coalitions.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "landscape/weights.h"

#define WEIGHT_MAX 9007199254740992.0 /* 2^53: sums of scaled weights stay exact */

static bool tell(qd_rule_fault_t *fault, qd_fault_place_t place, size_t member, double found,
                 const char *format, ...) QD_PRINTF(5, 6);

static bool tell(qd_rule_fault_t *fault, qd_fault_place_t place, size_t member, double found,
                 const char *format, ...)
{
    va_list arguments;
    *fault = (qd_rule_fault_t){.place = place, .member = member, .found = found};
    va_start(arguments, format);
    vsnprintf(fault->expected, sizeof fault->expected, format, arguments);
    va_end(arguments);
    return false;
}

/* The largest number of decimals of a weight; -1 and a fault where one has too many. */
static int decimals_of_weights(const qd_power_rule_t *rule, size_t members, qd_rule_fault_t *fault)
{
    int most = 0;
    for (size_t i = 0; i < members; i++) {
        double weight = rule->weight[i];
        int decimals = qd_decimals(weight);
        if (!(weight >= 0.0 && isfinite(weight)))
            tell(fault, QD_FAULT_WEIGHT, i, weight, "0 or more");
        else if (weight >= WEIGHT_MAX)
            tell(fault, QD_FAULT_WEIGHT, i, weight, "a number below 2^53 = %.0f, for an exact count",
                 WEIGHT_MAX);
        else if (decimals < 0)
            tell(fault, QD_FAULT_WEIGHT, i, weight,
                 "a number of at most 15 digits, nine of them decimals, for an exact count");
        if (!(weight >= 0.0 && weight < WEIGHT_MAX) || decimals < 0)
            return -1;
        most = decimals > most ? decimals : most;
    }
    return most;
}

/* The least whole number that reaches the quota in units of 10^-decimals. */
static int64_t scale_quota(double quota, int decimals)
{
    int own = qd_decimals(quota);
    if (own < 0) /* not a multiple of the unit: rounding up changes no decision */
        return (int64_t)ceill((long double)quota * (long double)qd_power_of_ten(decimals));
    int64_t scaled = (int64_t)rint(quota * qd_power_of_ten(own));
    if (own <= decimals)
        return scaled * (int64_t)qd_power_of_ten(decimals - own);
    int64_t unit = (int64_t)qd_power_of_ten(own - decimals);
    return (scaled + unit - 1) / unit;
}

bool qd_whole_rule_init(qd_whole_rule_t *self, const qd_power_rule_t *rule, size_t members,
                        qd_rule_fault_t *fault)
{
    int decimals = decimals_of_weights(rule, members, fault);
    if (decimals < 0)
        return false;
    double power = qd_power_of_ten(decimals), total = 0.0;
    for (size_t i = 0; i < members; i++)
        total += rule->weight[i];
    if (total * power >= WEIGHT_MAX)
        return tell(fault, QD_FAULT_TOTAL, 0, total,
                    "weights of fewer digits: all together they are 2^53 = %.0f or more of their smallest "
                    "unit, 1e-%d, too many for an exact count",
                    WEIGHT_MAX, decimals);
    *self = (qd_whole_rule_t){0};
    for (size_t i = 0; i < members; i++)
        self->total += self->weight[i] = (int64_t)rint(rule->weight[i] * power);
    if (!(rule->quota > 0.0))
        return tell(fault, QD_FAULT_QUOTA, 0, rule->quota, "a quota above 0");
    if (rule->quota * power < 2.0 * WEIGHT_MAX)
        self->quota = scale_quota(rule->quota, decimals);
    if (self->quota < 1 || self->quota > self->total)
        return tell(fault, QD_FAULT_QUOTA, 0, rule->quota,
                    "at most %.15g, the sum of the weights: no coalition could win",
                    (double)self->total / power);
    return true;
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

void qd_whole_reduce(int64_t weight[], size_t voters, int64_t *quota)
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

__extension__ typedef __int128 wide_t;

static int64_t total_of(const qd_coalitions_t *self, size_t r)
{
    int64_t total = 0;
    for (size_t i = 0; i < self->voters; i++)
        total += self->weight[r][i];
    return total;
}

static int by_weight(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Members of the largest set that weighs no more than the limit of rule r. */
static size_t largest(const qd_coalitions_t *self, size_t r)
{
    int64_t weight[QD_POWER_MEMBERS_MAX], sum = 0;
    size_t count = 0;
    memcpy(weight, self->weight[r], self->voters * sizeof *weight);
    qsort(weight, self->voters, sizeof *weight, by_weight);
    while (count < self->voters && (sum += weight[count]) <= self->limit[r])
        count++;
    return count;
}

/* Whether every small set under rule b is small under rule a: no weight is larger relative to the limit. */
static bool implies(const qd_coalitions_t *self, size_t b, size_t a)
{
    bool implied = self->limit[b] > 0;
    for (size_t i = 0; i < self->voters && implied; i++)
        implied = (wide_t)self->weight[a][i] * self->limit[b] <= (wide_t)self->weight[b][i] * self->limit[a];
    return implied;
}

static void drop_implied(qd_coalitions_t *self)
{
    for (size_t a = self->rules; a-- > 0;) {
        size_t b = 0;
        while (b < self->rules && (b == a || !implies(self, b, a)))
            b++;
        if (b == self->rules)
            continue;
        self->rules--;
        memmove(self->weight[a], self->weight[a + 1], (self->rules - a) * sizeof self->weight[a]);
        memmove(self->limit + a, self->limit + a + 1, (self->rules - a) * sizeof self->limit[a]);
    }
}

void qd_coalitions_settle(qd_coalitions_t *self, const int64_t quota[], size_t least)
{
    size_t heads = self->voters - least, largest_of_all = self->voters;
    self->losing = false;
    for (size_t r = 0; r < self->rules; r++)
        self->limit[r] = total_of(self, r) - quota[r];
    drop_implied(self);
    for (size_t r = 0; r < self->rules; r++) {
        size_t most = largest(self, r);
        largest_of_all = most < largest_of_all ? most : largest_of_all;
    }
    self->most = heads < largest_of_all ? heads : largest_of_all;
    int64_t losing = self->rules == 1 ? total_of(self, 0) - self->limit[0] - 1 : 0;
    if (self->rules != 1 || heads < largest_of_all || losing >= self->limit[0])
        return;
    self->losing = true;
    self->limit[0] = losing;
    self->most = largest(self, 0);
}

size_t qd_coalitions_alike(const qd_coalitions_t *self, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        bool alike = true;
        for (size_t r = 0; r < self->rules; r++)
            alike = alike && self->weight[r][j] == self->weight[r][i];
        if (alike)
            return j;
    }
    return i;
}

/* ---- from small sets to swings --------------------------------------------------------------------------
 *
 * Where small sets lose, voter i swings S if S is small and S with i is not; there are without[i][s] small S,
 * and all[s + 1] - without[i][s + 1] of them stay small with i. Where the complements of small sets win, i
 * swings S if the complement of S with i is small, and that of S, which has i besides, is not: the same with
 * the n - 1 - s voters that are neither in S nor i. */

void qd_coalitions_choose(size_t n, qd_count_t binomial[])
{
    binomial[0] = 1;
    for (size_t t = 1; t <= n; t++) {
        binomial[t] = 0;
        for (size_t k = t; k > 0; k--)
            binomial[k] += binomial[k - 1];
    }
}

void qd_coalitions_swings(const qd_coalitions_t *self, const qd_small_sets_t *small, qd_swings_t *swings)
{
    size_t n = self->voters;
    qd_count_t binomial[QD_POWER_MEMBERS_MAX + 1];
    memset(swings, 0, sizeof *swings);
    qd_coalitions_choose(n, binomial);
    for (size_t t = 0; t <= n; t++)
        swings->won[t] = self->losing ? binomial[t] - small->all[t] : small->all[n - t];
    for (size_t i = 0; i < n; i++)
        for (size_t s = 0; s < n; s++) {
            size_t u = self->losing ? s : n - 1 - s;
            swings->swing[i][s] = small->without[i][u] + small->without[i][u + 1] - small->all[u + 1];
        }
}

/* The coefficient of y^t x_1^w1 x_2^w2 ... in the product over voters of 1 + y x_1^weight1 x_2^weight2 ... is
 * the number of sets of t voters with weights w1, w2, ... Terms beyond a limit are dropped, because they can
 * never become small again.
 *
 * Division by a voter's factor removes the voter: 1/(1 + u) = 1 - u + u^2 - ... with u = y x^weight. Only
 * sums of coefficients within the limits are needed, so that no full division is needed. With F[t][w] the
 * number of sets of t voters of weight at most w,
 *
 *     sets without i = F[t][limit] - F[t-1][limit - weight_i] + F[t-2][limit - 2 weight_i] - ...
 *
 * Integers modulo 2^64 or 2^128 make this exact, because the result is smaller: no C(67, t) exceeds 2^64, and
 * no C(128, t) exceeds 2^128. */

#define NARROW_VOTERS 67 /* up to so many, 64 bits do */

typedef struct {
    const qd_coalitions_t *game;
    bool wide;
    size_t layers, cells; /* count[layer t][cell]; a cell is a position sum_a at_a stride_a */
    size_t axes;          /* at least one; the first is the longest */
    const int64_t *weight[QD_POWER_RULES_MAX];
    size_t extent[QD_POWER_RULES_MAX], stride[QD_POWER_RULES_MAX];
    uint64_t *narrow; /* the coefficients: one of the two */
    qd_count_t *broad;
} series_t;

static bool is_wide(const qd_coalitions_t *game)
{
    return game->voters > NARROW_VOTERS;
}

double qd_series_bytes(const qd_coalitions_t *game)
{
    double bytes = is_wide(game) ? sizeof(qd_count_t) : sizeof(uint64_t);
    for (size_t r = 0; r < game->rules; r++)
        bytes *= (double)game->limit[r] + 1.0;
    return bytes * ((double)game->most + 1.0);
}

double qd_series_steps(const qd_coalitions_t *game)
{
    return qd_series_bytes(game) / (double)sizeof(uint64_t) * (double)game->voters;
}

/* into[0..count-1] += from[0..count-1], as positions of coefficients. */
static void add_run(series_t *self, size_t into, size_t from, size_t count)
{
    if (self->wide) {
        qd_count_t *restrict to = self->broad + into;
        const qd_count_t *restrict source = self->broad + from;
        for (size_t x = 0; x < count; x++)
            to[x] += source[x];
    } else {
        uint64_t *restrict to = self->narrow + into;
        const uint64_t *restrict source = self->narrow + from;
        for (size_t x = 0; x < count; x++)
            to[x] += source[x];
    }
}

static void sum_run(series_t *self, size_t first, size_t count)
{
    for (size_t x = first + 1; x < first + count; x++) {
        if (self->wide)
            self->broad[x] += self->broad[x - 1];
        else
            self->narrow[x] += self->narrow[x - 1];
    }
}

/* The next row (position 0 on the first axis) of those below `end`; false after the last. */
static bool next_row(const series_t *self, const size_t end[], size_t at[])
{
    for (size_t a = 1; a < self->axes; a++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): one end for each axis */
        if (++at[a] < end[a])
            return true;
        at[a] = 0;
    }
    return false;
}

/* Multiplies by a voter's factor; reach[a] is the total weight of the voters before it, `sets` their number
 * plus one. */
static void multiply(series_t *self, size_t voter, size_t sets, size_t reach[])
{
    size_t end[QD_POWER_RULES_MAX], shift = self->cells;
    for (size_t a = 0; a < self->axes; a++) {
        size_t weight = self->weight[a] ? (size_t)self->weight[a][voter] : 0;
        if (weight >= self->extent[a])
            return; /* is in no small set */
        size_t room = self->extent[a] - weight;
        end[a] = reach[a] < room ? reach[a] + 1 : room;
        shift += weight * self->stride[a];
    }
    for (size_t t = sets < self->layers ? sets : self->layers - 1; t > 0; t--) {
        size_t at[QD_POWER_RULES_MAX] = {0};
        do {
            size_t from = (t - 1) * self->cells;
            for (size_t a = 1; a < self->axes; a++)
                from += at[a] * self->stride[a];
            add_run(self, from + shift, from, end[0]);
        } while (next_row(self, end, at));
    }
    for (size_t a = 0; a < self->axes; a++)
        reach[a] += self->weight[a] ? (size_t)self->weight[a][voter] : 0;
}

/* Multiplies by all factors, light voters first, because the products of light voters have few terms. */
static void multiply_all(series_t *self)
{
    bool done[QD_POWER_MEMBERS_MAX] = {false};
    size_t reach[QD_POWER_RULES_MAX] = {0};
    for (size_t sets = 1; sets <= self->game->voters; sets++) {
        size_t lightest = self->game->voters;
        for (size_t i = 0; i < self->game->voters; i++)
            if (!done[i] && (lightest == self->game->voters ||
                             (self->weight[0] && self->weight[0][i] < self->weight[0][lightest])))
                lightest = i;
        done[lightest] = true;
        multiply(self, lightest, sets, reach);
    }
}

/* Coefficients become sums of those at and below their position. */
static void sum_up(series_t *self)
{
    size_t all = self->layers * self->cells;
    for (size_t first = 0; first < all; first += self->extent[0])
        sum_run(self, first, self->extent[0]);
    for (size_t a = 1; a < self->axes; a++) {
        size_t stride = self->stride[a], block = stride * self->extent[a];
        for (size_t first = 0; first < all; first += block)
            for (size_t x = stride; x < block; x += stride)
                add_run(self, first + x, first + x - stride, stride);
    }
}

static bool series_init(series_t *self, const qd_coalitions_t *game)
{
    *self = (series_t){.game = game, .wide = is_wide(game), .layers = game->most + 1, .cells = 1};
    size_t order[QD_POWER_RULES_MAX];
    for (size_t r = 0; r < game->rules; r++) {
        size_t at = r;
        for (; at > 0 && game->limit[order[at - 1]] < game->limit[r]; at--)
            order[at] = order[at - 1];
        order[at] = r;
    }
    self->axes = game->rules > 0 ? game->rules : 1;
    for (size_t a = 0; a < self->axes; a++) {
        self->weight[a] = game->rules > 0 ? game->weight[order[a]] : NULL;
        self->extent[a] = game->rules > 0 ? (size_t)game->limit[order[a]] + 1 : 1;
        self->stride[a] = self->cells;
        self->cells *= self->extent[a];
    }
    if (self->wide)
        self->broad = qd_new(self->layers * self->cells, sizeof *self->broad, NULL);
    else
        self->narrow = qd_new(self->layers * self->cells, sizeof *self->narrow, NULL);
    if (!self->broad && !self->narrow)
        return false;
    if (self->wide)
        self->broad[0] = 1;
    else
        self->narrow[0] = 1;
    multiply_all(self);
    sum_up(self);
    return true;
}

/* F[t - k][limit - k weight] for k = 0, 1, ..., with alternating signs. */
static qd_count_t without(const series_t *self, size_t voter, size_t t)
{
    size_t step = self->cells, most = t;
    for (size_t a = 0; a < self->axes; a++) {
        size_t weight = self->weight[a] ? (size_t)self->weight[a][voter] : 0;
        size_t times = weight > 0 ? (self->extent[a] - 1) / weight : t;
        most = times < most ? times : most;
        step += weight * self->stride[a];
    }
    size_t at = (t + 1) * self->cells - 1;
    qd_count_t sum = 0;
    for (size_t k = 0; k <= most; k++) {
        qd_count_t term = self->wide ? self->broad[at] : self->narrow[at];
        sum = k % 2 ? sum - term : sum + term;
        at -= k < most ? step : 0;
    }
    return self->wide ? sum : (uint64_t)sum;
}

bool qd_series_count(const qd_coalitions_t *game, qd_small_sets_t *small)
{
    series_t series;
    memset(small, 0, sizeof *small);
    if (!series_init(&series, game))
        return false;
    for (size_t t = 0; t < series.layers; t++) {
        size_t last = (t + 1) * series.cells - 1;
        small->all[t] = series.wide ? series.broad[last] : series.narrow[last];
    }
    for (size_t i = 0; i < game->voters; i++) {
        size_t alike = qd_coalitions_alike(game, i);
        if (alike < i)
            memcpy(small->without[i], small->without[alike], sizeof small->without[i]);
        else
            for (size_t t = 0; t < series.layers; t++)
                small->without[i][t] = without(&series, i, t);
    }
    free(series.narrow);
    free(series.broad);
    return true;
}
