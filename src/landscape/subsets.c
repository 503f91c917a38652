#include "landscape/subsets.h"

#include <stdlib.h>

#include "landscape/answer.h"
#include "landscape/partitions.h"
#include "landscape/runner.h"

#define PIECES 64 /* of one layer (subsets of equal size), worked in parallel */

/* Subsets are bit masks over actors 0..n-1. best and ways are kept for subsets without actor 0, at mask

 * / 2. */
typedef struct {
    const qd_weights_t *weights;
    size_t n;
    double *value;      /* [2^n] v(B) */
    double *best;       /* [2^(n-1)] */
    uint64_t *ways;     /* [2^(n-1)] */
    uint32_t *order;    /* [2^(n-1)] masks / 2, by number of members */
    size_t first, last; /* the layer being worked, as positions in `order` */
} subsets_t;

static double row_sum(const qd_weights_t *weights, uint32_t actor, uint32_t set)
{
    double sum = 0.0;
    for (; set; set &= set - 1)
        sum += weights->w[actor * weights->padded + (size_t)__builtin_ctz(set)];
    return sum;
}

static void fill_values(subsets_t *self)
{
    self->value[0] = 0.0;
    for (uint32_t set = 1; set < (uint32_t)1 << self->n; set++) {
        uint32_t rest = set & (set - 1);
        self->value[set] = self->value[rest] + row_sum(self->weights, (uint32_t)__builtin_ctz(set), rest);
    }
}

/* best and ways of one non-empty set: every bloc that holds its lowest actor is tried. */
static void solve_set(const subsets_t *self, uint32_t set, double *best, uint64_t *ways)
{
    double tolerance = self->weights->tolerance, most = self->value[set];
    uint64_t count = 1; /* the set as one bloc */
    uint32_t low = set & -set, rest = set ^ low;
    for (uint32_t others = rest; others != 0; others = (others - 1) & rest) {
        /* `others` leave: the bloc is what remains. */
        double sum = self->value[set ^ others] + self->best[others >> 1];
        if (sum > most + tolerance) {
            most = sum;
            count = self->ways[others >> 1];
        } else if (sum >= most - tolerance) {
            count += self->ways[others >> 1];
        }
    }
    *best = most;
    *ways = count;
}

static void solve_piece(void *context, size_t index)
{
    subsets_t *self = context;
    size_t count = self->last - self->first;
    size_t from = self->first + count * index / PIECES, to = self->first + count * (index + 1) / PIECES;
    for (size_t k = from; k < to; k++) {
        uint32_t half = self->order[k];
        solve_set(self, half << 1, &self->best[half], &self->ways[half]);
    }
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

static void list_from(lister_t *self, uint32_t set, uint16_t bloc, double best)
{
    const subsets_t *subsets = self->subsets;
    if (set == 0) {
        for (size_t i = 0; i < subsets->n; i++)
            self->answer->minimum[self->listed].group[i] = self->group[i];
        self->listed++;
        return;
    }
    double least = best - subsets->weights->tolerance;
    uint32_t low = set & -set, rest = set ^ low;
    for (uint32_t others = rest; self->listed < self->limit; others = (others - 1) & rest) {
        double remaining = others ? subsets->best[others >> 1] : 0.0;
        if (subsets->value[set ^ others] + remaining >= least) {
            for (uint32_t in = set ^ others; in; in &= in - 1)
                self->group[__builtin_ctz(in)] = bloc;
            list_from(self, others, (uint16_t)(bloc + 1), remaining);
        }
        if (others == 0)
            break;
    }
}

static qd_status_t take_optima(const subsets_t *subsets, double best, uint64_t ways,
                               qd_landscape_answer_t *answer, qd_error_t *error)
{
    const qd_weights_t *weights = subsets->weights;
    size_t count = ways < QD_MINIMA_LISTED_MAX ? (size_t)ways : QD_MINIMA_LISTED_MAX;
    qd_status_t status = qd_answer_allocate(answer, count, error);
    if (status != QD_OK)
        return status;
    lister_t lister = {.subsets = subsets, .answer = answer, .limit = count};
    list_from(&lister, ((uint32_t)1 << subsets->n) - 1, 0, best);
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
    self.value = malloc(2 * halves * sizeof *self.value);
    self.best = malloc(halves * sizeof *self.best);
    self.ways = malloc(halves * sizeof *self.ways);
    self.order = malloc(halves * sizeof *self.order);
    if (!self.value || !self.best || !self.ways || !self.order) {
        status = qd_error_add(error, QD_ERROR_MEMORY, "no memory for the %zu subsets of %zu actors",
                              2 * halves, n);
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
    double best;
    uint64_t ways;
    solve_set(&self, ((uint32_t)1 << n) - 1, &best, &ways);
    answer->configurations = qd_bell_number(n);
    answer->exact = true;
    answer->scope = QD_MINIMA_OPTIMAL;
    status = take_optima(&self, best, ways, answer, error);
out:
    free(self.value);
    free(self.best);
    free(self.ways);
    free(self.order);
    return status;
}
