#include "landscape/methods.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "landscape/answer.h"

#define MOST         QD_BLOCS_STABLE_MAX
#define PREFIX       6   /* each placement of this many actors is one share of the walk */
#define SHARES_AHEAD 256 /* at least the Bell number of PREFIX, so that one round has all shares */

double qd_bell_number(size_t n)
{
    /* Bell's triangle, one row at a time. From n = 219 on the numbers exceed the range of doubles. */
    double row[220] = {1.0};
    if (n > 218)
        return INFINITY;
    for (size_t r = 1; r < n; r++) {
        double first = row[r - 1];
        for (size_t k = r; k > 0; k--)
            row[k] = row[k - 1];
        row[0] = first;
        for (size_t k = 1; k <= r; k++)
            row[k] += row[k - 1];
    }
    return row[n > 0 ? n - 1 : 0];
}

/* completions[r][m]: ways to place r more actors where m blocs exist. */
typedef struct {
    uint32_t completions[MOST + 1][MOST + 2];
} ranks_t;

static void ranks_init(ranks_t *self)
{
    memset(self, 0, sizeof *self);
    for (size_t m = 0; m <= MOST + 1; m++)
        self->completions[0][m] = 1;
    for (size_t r = 1; r <= MOST; r++)
        for (size_t m = 0; m + r <= MOST; m++)
            self->completions[r][m] =
                (uint32_t)m * self->completions[r - 1][m] + self->completions[r - 1][m + 1];
}

static uint32_t rank_of(const ranks_t *self, const uint8_t g[], size_t n)
{
    uint32_t rank = 0;
    uint8_t blocs = 0;
    for (size_t i = 0; i < n; i++) {
        rank += g[i] * self->completions[n - 1 - i][blocs];
        blocs = g[i] == blocs ? (uint8_t)(blocs + 1) : blocs;
    }
    return rank;
}

static void unrank(const ranks_t *self, uint32_t rank, size_t n, uint8_t g[])
{
    uint8_t blocs = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t each = self->completions[n - 1 - i][blocs];
        uint32_t k = rank / each;
        k = k > blocs ? blocs : k;
        rank -= k * each;
        g[i] = (uint8_t)k;
        blocs = g[i] == blocs ? (uint8_t)(blocs + 1) : blocs;
    }
}

/* Rank of the partition g after actor i moves to bloc k (k = number of blocs: a new one). */
static uint32_t rank_after(const ranks_t *self, const uint8_t g[], size_t n, size_t i, uint8_t k)
{
    uint8_t number[MOST + 1], moved[MOST], blocs = 0;
    memset(number, 0xff, sizeof number);
    for (size_t j = 0; j < n; j++) {
        uint8_t bloc = j == i ? k : g[j];
        if (number[bloc] == 0xff)
            number[bloc] = blocs++;
        moved[j] = number[bloc];
    }
    return rank_of(self, moved, n);
}

typedef struct {
    const qd_weights_t *weights;
    const ranks_t *ranks;
    size_t n;
    uint8_t g[MOST], members[MOST + 1];
    double offer[MOST + 1][MOST]; /* offer[k][i]: sum of w_ij over the members j of bloc k */
    double within;
    uint32_t rank;
    qd_found_t *found;
    uint32_t *next; /* NULL, or [partitions] rank after one step of steepest descent; of a minimum its own */
} walk_t;

/* A move of actor i to bloc k, and its gain; k = the number of blocs: a new one. */
typedef struct {
    double gain;
    size_t actor;
    uint8_t bloc;
} move_t;

static qd_amount_t gain_by_digits(const walk_t *self, const move_t *move)
{
    uint16_t group[MOST];
    for (size_t i = 0; i < self->n; i++)
        group[i] = self->g[i];
    return qd_weights_gain(self->weights, group, move->actor, move->bloc);
}

static int sign_of(const walk_t *self, const move_t *move)
{
    if (fabs(move->gain) > self->weights->tolerance)
        return move->gain < 0.0 ? -1 : 1;
    if (self->weights->digits == 0)
        return qd_weights_level(self->weights);
    qd_amount_t exactly = gain_by_digits(self, move);
    return qd_amount_sign(&exactly);
}

static bool better(const walk_t *self, const move_t *a, const move_t *b)
{
    double difference = a->gain - b->gain;
    if (fabs(difference) > self->weights->tolerance)
        return difference > 0.0;
    if (self->weights->digits == 0)
        return qd_weights_level(self->weights) > 0;
    qd_amount_t of_a = gain_by_digits(self, a), of_b = gain_by_digits(self, b);
    return qd_amount_compare(&of_a, &of_b) > 0;
}

static void add_minimum(walk_t *self, bool strict)
{
    if (self->weights->digits == 0) {
        qd_found_add(self->found, -self->within, NULL, self->rank, strict);
        return;
    }
    uint16_t group[MOST];
    for (size_t i = 0; i < self->n; i++)
        group[i] = self->g[i];
    qd_amount_t within = qd_weights_within(self->weights, group), energy = {.digits = within.digits};
    qd_amount_add(&energy, -1.0, &within);
    qd_found_add(self->found, -self->within, &energy, self->rank, strict);
}

/* Evaluates a complete partition. */
static void visit(walk_t *self, uint8_t blocs)
{
    bool level = false, lowers = false;
    move_t best = {0};
    for (size_t i = 0; i < self->n; i++) {
        uint8_t own = self->g[i], targets = self->members[own] > 1 ? (uint8_t)(blocs + 1) : blocs;
        double present = self->offer[own][i];
        for (uint8_t k = 0; k < targets; k++) {
            move_t move = {(k < blocs ? self->offer[k][i] : 0.0) - present, i, k};
            int sign = k == own ? -1 : sign_of(self, &move);
            level = level || sign == 0;
            if (sign > 0 && (!lowers || better(self, &move, &best))) {
                lowers = true;
                best = move;
            }
        }
    }
    if (!lowers)
        add_minimum(self, !level);
    if (self->next)
        self->next[self->rank] =
            lowers ? rank_after(self->ranks, self->g, self->n, best.actor, best.bloc) : self->rank;
    self->rank++;
}

static void place(walk_t *self, size_t d, uint8_t k)
{
    const double *row = self->weights->w + d * self->weights->padded;
    if (self->members[k]++ == 0)
        memset(self->offer[k], 0, sizeof self->offer[k]);
    self->g[d] = k;
    self->within += self->offer[k][d];
    for (size_t i = 0; i < self->n; i++)
        self->offer[k][i] += row[i];
}

/* Restores offers from a copy, not by subtraction, so that they depend on the partition only. */
static void walk_from(walk_t *self, size_t d, uint8_t blocs)
{
    if (d == self->n) {
        visit(self, blocs);
        return;
    }
    double within = self->within, offer[MOST];
    for (uint8_t k = 0; k <= blocs; k++) {
        memcpy(offer, self->offer[k], sizeof offer);
        place(self, d, k);
        walk_from(self, d + 1, k == blocs ? (uint8_t)(blocs + 1) : blocs);
        memcpy(self->offer[k], offer, sizeof offer);
        self->members[k]--;
        self->within = within;
    }
}

/* ---- in shares ----------------------------------------------------------------------------------------- */

typedef struct {
    const qd_weights_t *weights;
    ranks_t ranks;
    size_t prefix;
    uint32_t *next;
    qd_found_t found[SHARES_AHEAD];
} shares_t;

static void walk_share(void *context, size_t index)
{
    shares_t *self = context;
    size_t n = self->weights->n;
    walk_t walk = {.weights = self->weights,
                   .ranks = &self->ranks,
                   .n = n,
                   .found = &self->found[index],
                   .next = self->next};
    uint8_t prefix[MOST] = {0}, blocs = 0;
    unrank(&self->ranks, (uint32_t)index, self->prefix, prefix);
    for (size_t i = 0; i < self->prefix; i++) {
        place(&walk, i, prefix[i]);
        blocs = prefix[i] == blocs ? (uint8_t)(blocs + 1) : blocs;
    }
    walk.rank = rank_of(&self->ranks, prefix, n);
    walk_from(&walk, self->prefix, blocs);
}

/* basin[r] = number of partitions from which steepest descent ends at r; `next` becomes the end of each
 * descent. */
static void count_basins(uint32_t next[], uint32_t basin[], size_t partitions)
{
    memset(basin, 0, partitions * sizeof *basin);
    for (uint32_t r = 0; r < partitions; r++) {
        uint32_t end = r;
        while (next[end] != end)
            end = next[end];
        for (uint32_t at = r; next[at] != end;) {
            uint32_t after = next[at];
            next[at] = end;
            at = after;
        }
        basin[end]++;
    }
}

static qd_status_t take_minima(const qd_weights_t *weights, const ranks_t *ranks, const qd_found_t *found,
                               const uint32_t basin[], qd_landscape_answer_t *answer, qd_error_t *error)
{
    qd_status_t status = qd_answer_take(answer, found, basin, error);
    for (size_t m = 0; status == QD_OK && m < found->count; m++) {
        uint8_t g[MOST];
        unrank(ranks, (uint32_t)found->minimum[m].key, weights->n, g);
        for (size_t i = 0; i < weights->n; i++)
            answer->minimum[m].group[i] = g[i];
        qd_answer_evaluate(weights, QD_RULE_BLOCS, &answer->minimum[m]);
    }
    return status;
}

qd_status_t qd_partitions_solve(const qd_landscape_t *landscape, const qd_weights_t *weights,
                                const qd_runner_t *runner, qd_landscape_answer_t *answer, qd_error_t *error)
{
    size_t n = weights->n;
    answer->configurations = qd_bell_number(n);
    answer->exact = true;
    answer->scope = QD_MINIMA_ALL;
    size_t partitions = (size_t)answer->configurations;
    uint32_t *basin = NULL;
    qd_status_t status = QD_OK;
    qd_found_t found = qd_found_empty(QD_MINIMA_LISTED_MAX, weights->tolerance);
    shares_t *shares = qd_new(1, sizeof *shares, error);
    if (shares && !landscape->skip_basins) {
        shares->next = qd_new(partitions, sizeof *shares->next, error);
        basin = qd_new(partitions, sizeof *basin, error);
    }
    if (!shares || (!landscape->skip_basins && (!shares->next || !basin))) {
        status = QD_ERROR_MEMORY;
        goto out;
    }
    ranks_init(&shares->ranks);
    shares->weights = weights;
    shares->prefix = n < PREFIX ? n : PREFIX;
    size_t count = (size_t)qd_bell_number(shares->prefix);
    for (size_t k = 0; k < count; k++)
        shares->found[k] = qd_found_empty(found.limit, found.tolerance);
    qd_runner_run(runner, count, walk_share, shares);
    for (size_t k = 0; k < count; k++)
        qd_found_merge(&found, &shares->found[k]);
    qd_found_finish(&found);
    if (found.out_of_memory) {
        status = qd_no_memory(error);
        goto out;
    }
    if (found.undecided && weights->digits == 0)
        (void)qd_weights_level(weights);
    if (basin)
        count_basins(shares->next, basin, partitions);
    status = take_minima(weights, &shares->ranks, &found, basin, answer, error);
out:
    qd_found_free(&found);
    free(basin);
    if (shares)
        free(shares->next);
    free(shares);
    return status;
}

#define SHARES 64 /* shares of one layer (subsets of equal size), solved in parallel */

/* Subsets are bit masks over actors 0..n-1. best and ways are kept for subsets without actor 0, at mask /
 * 2. */
typedef struct {
    const qd_weights_t *weights;
    size_t n;
    double *value;                    /* [2^n] v(B) */
    double *best;                     /* [2^(n-1)] */
    double *value_digit, *best_digit; /* the same by digits, where the weights have some */
    uint64_t *ways;                   /* [2^(n-1)] */
    uint32_t *order;                  /* [2^(n-1)] masks / 2, by number of members */
    size_t first, last;               /* the current layer, as positions in `order` */
} subsets_t;

static double row_sum(const double row[], uint32_t set)
{
    double sum = 0.0;
    for (; set; set &= set - 1)
        sum += row[__builtin_ctz(set)];
    return sum;
}

static void fill_value_digits(subsets_t *self, uint32_t set)
{
    const qd_weights_t *weights = self->weights;
    size_t digits = weights->digits, low = (size_t)__builtin_ctz(set);
    uint32_t rest = set & (set - 1);
    qd_amount_t sum = {.digits = digits};
    for (size_t k = 0; k < digits; k++)
        sum.digit[k] = self->value_digit[rest * digits + k] +
                       row_sum(weights->digit + (low * digits + k) * weights->padded, rest);
    qd_amount_settle(&sum);
    memcpy(self->value_digit + set * digits, sum.digit, digits * sizeof *sum.digit);
}

static void fill_values(subsets_t *self)
{
    const qd_weights_t *weights = self->weights;
    self->value[0] = 0.0;
    for (uint32_t set = 1; set < (uint32_t)1 << self->n; set++) {
        uint32_t rest = set & (set - 1);
        size_t low = (size_t)__builtin_ctz(set);
        self->value[set] = self->value[rest] + row_sum(weights->w + low * weights->padded, rest);
        if (weights->digits > 0)
            fill_value_digits(self, set);
    }
}

/* The split of a set into one bloc and `others`, and the best partition of `others`. */
typedef struct {
    uint32_t bloc, others;
    double sum;
} split_t;

static qd_amount_t sum_by_digits(const subsets_t *self, const split_t *split)
{
    qd_amount_t sum = {.digits = self->weights->digits};
    const double *value = self->value_digit + split->bloc * sum.digits;
    const double *best = self->best_digit + (split->others >> 1) * sum.digits;
    for (size_t k = 0; k < sum.digits; k++)
        sum.digit[k] = value[k] + best[k];
    qd_amount_settle(&sum);
    return sum;
}

/* Sign of the difference between the values of two splits. */
static int compare(const subsets_t *self, const split_t *a, const split_t *b)
{
    double difference = a->sum - b->sum;
    if (fabs(difference) > self->weights->tolerance)
        return difference < 0.0 ? -1 : 1;
    if (self->weights->digits == 0)
        return qd_weights_level(self->weights);
    qd_amount_t of_a = sum_by_digits(self, a), of_b = sum_by_digits(self, b);
    return qd_amount_compare(&of_a, &of_b);
}

static split_t split_of(const subsets_t *self, uint32_t set, uint32_t others)
{
    return (split_t){set ^ others, others, self->value[set ^ others] + self->best[others >> 1]};
}

/* The best split of one non-empty set and how many partitions reach it: every bloc that holds its lowest
 * actor is tried. */
static split_t solve_set(const subsets_t *self, uint32_t set, uint64_t *ways)
{
    split_t best = split_of(self, set, 0); /* the set as one bloc */
    uint64_t count = 1;
    uint32_t rest = set & (set - 1);
    for (uint32_t others = rest; others != 0; others = (others - 1) & rest) {
        split_t split = split_of(self, set, others);
        int order = compare(self, &split, &best);
        if (order > 0) {
            best = split;
            count = self->ways[others >> 1];
        } else if (order == 0) {
            count += self->ways[others >> 1];
        }
    }
    *ways = count;
    return best;
}

static void solve_half(const subsets_t *self, uint32_t half)
{
    split_t best = solve_set(self, half << 1, &self->ways[half]);
    self->best[half] = best.sum;
    if (self->weights->digits == 0)
        return;
    qd_amount_t amount = sum_by_digits(self, &best);
    memcpy(self->best_digit + half * amount.digits, amount.digit, amount.digits * sizeof *amount.digit);
}

static void solve_share(void *context, size_t index)
{
    subsets_t *self = context;
    size_t count = self->last - self->first;
    size_t from = self->first + count * index / SHARES, to = self->first + count * (index + 1) / SHARES;
    for (size_t k = from; k < to; k++)
        solve_half(self, self->order[k]);
}

/* Positions in `order` where the subsets with 0, 1, ..., n - 1 members begin. */
static void sort_by_members(subsets_t *self, size_t begin[])
{
    uint32_t sets = (uint32_t)1 << (self->n - 1);
    size_t place[QD_BLOCS_EXACT_MAX + 1] = {0};
    for (uint32_t half = 0; half < sets; half++)
        place[__builtin_popcount(half) + 1]++;
    for (size_t members = 1; members <= self->n; members++)
        place[members] += place[members - 1];
    for (size_t members = 0; members <= self->n; members++)
        begin[members] = place[members];
    for (uint32_t half = 0; half < sets; half++)
        self->order[place[__builtin_popcount(half)]++] = half;
}

/* ---- listing the optimal partitions -------------------------------------------------------------------- */

typedef struct {
    const subsets_t *subsets;
    qd_landscape_answer_t *answer;
    uint16_t group[QD_BLOCS_EXACT_MAX];
    size_t listed, limit;
} lister_t;

/* Lists every partition of `set` whose first bloc makes a split as good as `best`. */
static void list_from(lister_t *self, uint32_t set, uint16_t bloc)
{
    const subsets_t *subsets = self->subsets;
    if (set == 0) {
        for (size_t i = 0; i < subsets->n; i++)
            self->answer->minimum[self->listed].group[i] = self->group[i];
        self->listed++;
        return;
    }
    uint64_t ways;
    split_t best = solve_set(subsets, set, &ways);
    uint32_t rest = set & (set - 1);
    for (uint32_t others = rest; self->listed < self->limit; others = (others - 1) & rest) {
        split_t split = split_of(subsets, set, others);
        if (compare(subsets, &split, &best) >= 0) {
            for (uint32_t in = split.bloc; in; in &= in - 1)
                self->group[__builtin_ctz(in)] = bloc;
            list_from(self, others, (uint16_t)(bloc + 1));
        }
        if (others == 0)
            break;
    }
}

static qd_status_t take_optima(const subsets_t *subsets, uint64_t ways, qd_landscape_answer_t *answer,
                               qd_error_t *error)
{
    const qd_weights_t *weights = subsets->weights;
    size_t count = ways < QD_MINIMA_LISTED_MAX ? (size_t)ways : QD_MINIMA_LISTED_MAX;
    qd_status_t status = qd_answer_allocate(answer, count, error);
    if (status != QD_OK)
        return status;
    lister_t lister = {.subsets = subsets, .answer = answer, .limit = count};
    list_from(&lister, ((uint32_t)1 << subsets->n) - 1, 0);
    answer->minima = lister.listed;
    answer->minima_total = answer->optima = ways;
    for (size_t m = 0; m < answer->minima; m++) {
        qd_minimum_t *minimum = &answer->minimum[m];
        double offers[QD_BLOCS_EXACT_MAX + 1];
        qd_answer_evaluate(weights, QD_RULE_BLOCS, minimum);
        minimum->strict =
            !qd_partition_moves(weights, subsets->n, minimum->group, minimum->groups, offers).level;
    }
    return QD_OK;
}

qd_status_t qd_subsets_solve(const qd_weights_t *weights, const qd_runner_t *runner,
                             qd_landscape_answer_t *answer, qd_error_t *error)
{
    size_t n = weights->n, halves = (size_t)1 << (n - 1), begin[QD_BLOCS_EXACT_MAX + 1];
    subsets_t self = {.weights = weights, .n = n};
    qd_status_t status = QD_OK;
    self.value = qd_new(2 * halves, sizeof *self.value, error);
    self.best = qd_new(halves, sizeof *self.best, error);
    self.ways = qd_new(halves, sizeof *self.ways, error);
    self.order = qd_new(halves, sizeof *self.order, error);
    size_t digits = weights->digits;
    self.value_digit = qd_new(2 * halves * digits, sizeof *self.value_digit, error);
    self.best_digit = qd_new(halves * digits, sizeof *self.best_digit, error);
    if (!self.value || !self.best || !self.ways || !self.order || !self.value_digit || !self.best_digit) {
        status = QD_ERROR_MEMORY;
        goto out;
    }
    fill_values(&self);
    sort_by_members(&self, begin);
    self.best[0] = 0.0;
    self.ways[0] = 1;
    for (size_t members = 1; members < n; members++) {
        self.first = begin[members];
        self.last = begin[members + 1];
        qd_runner_run(runner, SHARES, solve_share, &self);
    }
    uint64_t ways;
    solve_set(&self, ((uint32_t)1 << n) - 1, &ways);
    answer->configurations = qd_bell_number(n);
    answer->exact = true;
    answer->scope = QD_MINIMA_OPTIMAL;
    status = take_optima(&self, ways, answer, error);
out:
    free(self.value);
    free(self.best);
    free(self.ways);
    free(self.order);
    free(self.value_digit);
    free(self.best_digit);
    return status;
}
