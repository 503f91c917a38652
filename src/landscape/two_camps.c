#include "landscape/methods.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "landscape/answer.h"
#include "math/reduce.h"

#define STAYS 0xff /* entry of `next` of a minimum */

/* Fields are recomputed at every code whose low bits are 0, so that rounding (where weights are not
 * whole numbers) stays below the tolerance (weights.h) and does not depend on where a walk began. */
#define REFRESH      ((uint64_t)1 << 12)
#define SHARE_LEAST  12 /* log2 of configurations per share of the walk, at least */
#define SHARES_MOST  10 /* log2 of shares, at most */
#define SHARES_AHEAD 64 /* shares between two merges; bounds the memory of their lists */

typedef struct {
    const qd_weights_t *weights;
    double *x, *h;
} walker_t;

static void refresh(walker_t *self, uint64_t code)
{
    size_t n = self->weights->n, padded = self->weights->padded;
    memset(self->h, 0, padded * sizeof *self->h);
    memset(self->x, 0, padded * sizeof *self->x);
    for (size_t i = 0; i < n; i++) {
        self->x[i] = i > 0 && code >> (i - 1) & 1 ? -1.0 : 1.0;
        qd_add_scaled(self->h, self->x[i], self->weights->w + i * padded, padded);
    }
}

static void switch_side(walker_t *self, size_t i)
{
    size_t padded = self->weights->padded;
    qd_add_scaled(self->h, -2.0 * self->x[i], self->weights->w + i * padded, padded);
    self->x[i] = -self->x[i];
}

/* Whether some gain lies below -tolerance. Eight running minima a group of lanes; the padding has gain 0. */
static bool some_gain_below(const walker_t *self, double tolerance)
{
    const double *restrict x = self->x, *restrict h = self->h;
    double least[QD_LANES] = {0};
    for (size_t i = 0; i < self->weights->padded; i += QD_LANES)
        for (size_t l = 0; l < QD_LANES; l++) {
            double gain = x[i + l] * h[i + l];
            least[l] = gain < least[l] ? gain : least[l];
        }
    double all = 0.0;
    for (size_t l = 0; l < QD_LANES; l++)
        all = least[l] < all ? least[l] : all;
    return all < -tolerance;
}

/* The gain of one actor by digits. */
static qd_amount_t gain_by_digits(const walker_t *self, size_t i)
{
    qd_amount_t zero = {.digits = self->weights->digits}, field = qd_weights_row(self->weights, i, self->x);
    qd_amount_add(&zero, self->x[i], &field);
    return zero;
}

/* Sign of the gain of one actor. */
static int gain_sign(const walker_t *self, size_t i)
{
    double gain = self->x[i] * self->h[i];
    if (fabs(gain) > self->weights->tolerance)
        return gain < 0.0 ? -1 : 1;
    if (self->weights->digits == 0)
        return qd_weights_level(self->weights);
    qd_amount_t exactly = gain_by_digits(self, i);
    return qd_amount_sign(&exactly);
}

static bool is_minimum(const walker_t *self)
{
    if (some_gain_below(self, self->weights->tolerance))
        return false;
    for (size_t i = 0; !self->weights->exact && i < self->weights->n; i++)
        if (gain_sign(self, i) < 0)
            return false;
    return true;
}

static void add_minimum(const walker_t *self, uint64_t code, qd_found_t *found)
{
    const qd_weights_t *weights = self->weights;
    double sum = 0.0;
    bool strict = true, alone = weights->n == 1; /* fixed: the mirrored configuration is the same */
    for (size_t i = 0; i < weights->n; i++) {
        strict = strict && (alone || gain_sign(self, i) > 0);
        sum += self->x[i] * self->h[i];
    }
    /* sum of gains = 2 sum over pairs of w x x, and d = (1 - x x) / 2. */
    double energy = 0.5 * (weights->sum - 0.5 * sum);
    if (weights->digits == 0) {
        qd_found_add(found, energy, NULL, code, strict);
        return;
    }
    qd_amount_t amount = {.digits = weights->digits};
    for (size_t i = 0; i < weights->n; i++) {
        qd_amount_t gain = gain_by_digits(self, i);
        qd_amount_add(&amount, -1.0, &gain);
    }
    qd_found_add(found, energy, &amount, code, strict);
}

/* Whether actor i gains less, and so lowers the energy more, than actor j. */
static bool steeper(const walker_t *self, size_t i, size_t j)
{
    double difference = self->x[i] * self->h[i] - self->x[j] * self->h[j];
    if (fabs(difference) > self->weights->tolerance)
        return difference < 0.0;
    if (self->weights->digits == 0)
        return qd_weights_level(self->weights) < 0;
    qd_amount_t of_i = gain_by_digits(self, i), of_j = gain_by_digits(self, j);
    return qd_amount_compare(&of_i, &of_j) < 0;
}

/* Requires a configuration that is not a minimum. */
static uint8_t steepest(const walker_t *self)
{
    size_t actor = 0;
    for (size_t i = 1; i < self->weights->n; i++)
        actor = steeper(self, i, actor) ? i : actor;
    return (uint8_t)actor;
}

/* Walks the Gray codes t ^ (t >> 1) of first <= t < last and adds the minima to `found` (energy: sum over
 * pairs i<j across of w_ij; key: code). Where `next` is not NULL, next[code] becomes the actor whose switch
 * lowers the energy most (ties: the lowest), or STAYS. `scratch`: 2 * padded doubles. */
static void walk_codes(const qd_weights_t *weights, uint64_t first, uint64_t last, qd_found_t *found,
                       uint8_t next[], double scratch[])
{
    walker_t self = {.weights = weights, .x = scratch, .h = scratch + weights->padded};
    for (uint64_t t = first; t < last; t++) {
        uint64_t code = t ^ t >> 1;
        if (t == first || t % REFRESH == 0)
            refresh(&self, code);
        else
            switch_side(&self, (size_t)__builtin_ctzll(t) + 1);
        bool minimum = is_minimum(&self);
        if (minimum)
            add_minimum(&self, code, found);
        if (next)
            next[code] = minimum ? STAYS : steepest(&self);
    }
}

/* The code after `actor` switches sides in `code`. */
static uint64_t switched(uint64_t code, size_t actor, size_t actors)
{
    uint64_t all = ((uint64_t)1 << (actors - 1)) - 1;
    return actor == 0 ? code ^ all : code ^ (uint64_t)1 << (actor - 1);
}

/* Follows `next` from each of the 2^(n-1) codes: basin[code] becomes the number of codes that lead to `code`,
 * for minima; 0 for others. `root`: scratch of the same length. */
static void count_basins(const uint8_t next[], size_t actors, uint32_t root[], uint32_t basin[])
{
    uint64_t configurations = (uint64_t)1 << (actors - 1);
    const uint32_t unknown = UINT32_MAX;
    memset(basin, 0, configurations * sizeof *basin);
    for (uint64_t code = 0; code < configurations; code++)
        root[code] = next[code] == STAYS ? (uint32_t)code : unknown;
    for (uint64_t code = 0; code < configurations; code++) {
        uint64_t end = code;
        while (root[end] == unknown)
            end = switched(end, next[end], actors);
        uint32_t minimum = root[end];
        for (uint64_t at = code; root[at] == unknown; at = switched(at, next[at], actors))
            root[at] = minimum;
        basin[minimum]++;
    }
}

/* ---- the whole walk, in shares ------------------------------------------------------------------------- */

typedef struct {
    const qd_weights_t *weights;
    uint64_t share; /* configurations a share */
    uint64_t first; /* first share of this round */
    qd_found_t found[SHARES_AHEAD];
    uint8_t *next;
} round_t;

static void walk_share(void *context, size_t index)
{
    round_t *self = context;
    uint64_t share = self->first + index;
    double *scratch = qd_new(2 * self->weights->padded, sizeof *scratch, NULL);
    if (!scratch) {
        self->found[index].out_of_memory = true;
        return;
    }
    walk_codes(self->weights, share * self->share, (share + 1) * self->share, &self->found[index], self->next,
               scratch);
    free(scratch);
}

static uint64_t share_size(size_t actors)
{
    size_t log2 = actors - 1, least = log2 < SHARE_LEAST ? log2 : SHARE_LEAST;
    return (uint64_t)1 << (log2 > least + SHARES_MOST ? log2 - SHARES_MOST : least);
}

static void walk_all(const qd_weights_t *weights, const qd_runner_t *runner, uint8_t next[],
                     qd_found_t *found)
{
    uint64_t configurations = (uint64_t)1 << (weights->n - 1);
    round_t round = {.weights = weights, .share = share_size(weights->n), .next = next};
    uint64_t shares = configurations / round.share;
    for (; round.first < shares && !found->out_of_memory; round.first += SHARES_AHEAD) {
        size_t count = (size_t)(shares - round.first < SHARES_AHEAD ? shares - round.first : SHARES_AHEAD);
        for (size_t k = 0; k < count; k++)
            round.found[k] = qd_found_empty(found->limit, found->tolerance);
        qd_runner_run(runner, count, walk_share, &round);
        for (size_t k = 0; k < count; k++)
            qd_found_merge(found, &round.found[k]);
    }
    qd_found_finish(found);
}

static void fill_minimum(const qd_weights_t *weights, uint64_t code, qd_minimum_t *minimum)
{
    minimum->group[0] = 0;
    for (size_t i = 1; i < weights->n; i++)
        minimum->group[i] = (uint16_t)(code >> (i - 1) & 1);
    qd_answer_evaluate(weights, QD_RULE_TWO_CAMPS, minimum);
}

static qd_status_t take_minima(const qd_weights_t *weights, const qd_found_t *found, const uint32_t basin[],
                               qd_landscape_answer_t *answer, qd_error_t *error)
{
    qd_status_t status = qd_answer_take(answer, found, basin, error);
    for (size_t m = 0; status == QD_OK && m < found->count; m++)
        fill_minimum(weights, found->minimum[m].key, &answer->minimum[m]);
    return status;
}

qd_status_t qd_two_camps_solve(const qd_landscape_t *landscape, const qd_weights_t *weights,
                               const qd_runner_t *runner, qd_landscape_answer_t *answer, qd_error_t *error)
{
    size_t n = weights->n, configurations = (size_t)1 << (n - 1);
    bool basins = n <= QD_TWO_CAMPS_BASINS_MAX && !landscape->skip_basins;
    uint8_t *next = NULL;
    uint32_t *root = NULL, *basin = NULL;
    qd_status_t status = QD_OK;
    qd_found_t found = qd_found_empty(QD_MINIMA_LISTED_MAX, weights->tolerance);
    if (basins) {
        next = qd_new(configurations, 1, error);
        root = qd_new(configurations, sizeof *root, error);
        basin = qd_new(configurations, sizeof *basin, error);
        if (!next || !root || !basin) {
            status = QD_ERROR_MEMORY;
            goto out;
        }
    }
    walk_all(weights, runner, next, &found);
    if (found.out_of_memory) {
        status = qd_no_memory(error);
        goto out;
    }
    if (found.undecided && weights->digits == 0)
        (void)qd_weights_level(weights);
    if (basins)
        count_basins(next, n, root, basin);
    answer->configurations = (double)configurations;
    answer->exact = true;
    answer->scope = QD_MINIMA_ALL;
    status = take_minima(weights, &found, basin, answer, error);
out:
    qd_found_free(&found);
    free(next);
    free(root);
    free(basin);
    return status;
}
