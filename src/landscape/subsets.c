#include "landscape/subsets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "landscape/answer.h"
#include "landscape/partitions.h"
#include "landscape/runner.h"

#define PIECES 64 /* of one layer (subsets of equal size), worked in parallel */

/* Subsets are bit masks over actors 0..n-1. best and ways are kept for subsets without actor 0, at mask / 2. */
typedef struct {
    const qd_weights_t *weights;
    size_t n;
    double *value;                    /* [2^n] v(B) */
    double *best;                     /* [2^(n-1)] */
    double *value_digit, *best_digit; /* the same by digits, where the weights have some */
    uint64_t *ways;                   /* [2^(n-1)] */
    uint32_t *order;                  /* [2^(n-1)] masks / 2, by number of members */
    size_t first, last;               /* the layer being worked, as positions in `order` */
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

/* What remains when `others` leave a set, as one bloc, and the best partition of `others`. */
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

/* Sign of what the first split holds more than the second. */
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

/* The best split of one non-empty set and how many partitions reach it: every bloc that holds its lowest actor
 * is tried. */
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

static void solve_piece(void *context, size_t index)
{
    subsets_t *self = context;
    size_t count = self->last - self->first;
    size_t from = self->first + count * index / PIECES, to = self->first + count * (index + 1) / PIECES;
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
    self.value_digit = qd_new(2 * halves * digits + 1, sizeof *self.value_digit, error);
    self.best_digit = qd_new(halves * digits + 1, sizeof *self.best_digit, error);
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
        qd_runner_run(runner, PIECES, solve_piece, &self);
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
