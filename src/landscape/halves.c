/* The voters are divided into two halves A and B, and the sets of each half are listed. A set of A and one of
 * B make a small set if their weights together are within every limit.
 *
 * Voters with equal weights form a class. The number of members from each class describes a set, and stands
 * for `ways` sets. The sets of a half are grouped by their number of members and their ways, and sorted
 * within a group by ascending weight under the first rule, the most selective one. For one group of each
 * half, one sweep finds all pairs: as the weight in B rises, the sets of A that fit under the first rule form
 * a shrinking prefix. Under further rules the sweep checks each pair of the prefix.
 *
 * Each set counts its partners (`hits`). The participation of a class follows from the hits by set. To add
 * them up for every class, each half is divided into two quarters: a set is a pair of codes, one per quarter,
 * whose digits are the numbers from its classes. Hits are summed by code, and only the few codes are
 * decoded. */
#include "landscape/coalitions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define QUARTERS   4
#define SETS_MAX   ((double)(1 << 23)) /* of one half */
#define GROUPS_MAX 2048                /* of one half */
#define SLOTS      8192                /* a power of two */

#define BINS           1024 /* of coarse weights */
#define LOOKED_AT_FAST 4    /* rules whose loop is unrolled, at most */

/* Voters of equal weight under every rule. */
typedef struct {
    size_t voter, voters; /* the first of them, and their number */
    size_t most;          /* of them in a small set */
} class_t;

typedef struct {
    size_t members;
    qd_count_t ways;
} group_t;

/* Groups that occur in a half or quarter, each once. */
typedef struct {
    size_t count;
    group_t group[GROUPS_MAX];
    uint16_t slot[SLOTS]; /* hash table of positions + 1 */
} groups_t;

typedef struct {
    size_t classes, codes;
    class_t class[QD_POWER_MEMBERS_MAX];
    double *weight[QD_POWER_RULES_MAX]; /* [codes] */
    uint32_t *group;                    /* [codes] */
    groups_t groups;
} quarter_t;

/* The sets of two quarters, in order. */
typedef struct {
    const quarter_t *quarter[2];
    size_t sets;
    size_t begin[GROUPS_MAX + 1];       /* where each group begins */
    double *weight[QD_POWER_RULES_MAX]; /* [sets] */
    uint32_t *code[2];                  /* [sets] */
    uint64_t *hits;                     /* [sets] */
    uint64_t *sum[2];                   /* [codes] hits by code */
    groups_t groups;
} half_t;

struct qd_halves {
    const qd_coalitions_t *game;
    size_t rules;                     /* at least one: without rules, a rule of weights 0 */
    size_t order[QD_POWER_RULES_MAX]; /* the most selective rule first */
    double limit[QD_POWER_RULES_MAX]; /* in that order */
    double share;                     /* share of all sets within the first limit, approximately */
    double steps;
    quarter_t quarter[QUARTERS];
};

static double weight_of(const qd_halves_t *self, size_t r, size_t voter)
{
    const qd_coalitions_t *game = self->game;
    return game->rules > 0 ? (double)game->weight[self->order[r]][voter] : 0.0;
}

/* ---- the order of the rules ---------------------------------------------------------------------------- */

/* An upper bound of the share of sets within the limit of a rule, among sets of voters that are each within
 * it: from coarse weights, rounded down. */
static double share_of(const qd_coalitions_t *game, size_t r)
{
    double share[BINS + 1] = {1.0}, sum = 0.0;
    for (size_t i = 0; i < game->voters; i++) {
        int64_t weight = game->weight[r][i], limit = game->limit[r];
        if (weight > limit)
            continue;
        size_t shift = limit > 0 ? (size_t)((double)weight / (double)limit * BINS) : 0;
        for (size_t x = BINS + 1; x-- > 0;)
            share[x] = 0.5 * share[x] + (x >= shift ? 0.5 * share[x - shift] : 0.0);
    }
    for (size_t x = 0; x <= BINS; x++)
        sum += share[x];
    return sum;
}

static void order_rules(qd_halves_t *self)
{
    double share[QD_POWER_RULES_MAX] = {1.0};
    for (size_t r = 0; r < self->game->rules; r++) {
        double own = share_of(self->game, r);
        size_t at = r;
        for (; at > 0 && share[at - 1] > own; at--) {
            share[at] = share[at - 1];
            self->order[at] = self->order[at - 1];
        }
        share[at] = own;
        self->order[at] = r;
    }
    for (size_t r = 0; r < self->game->rules; r++)
        self->limit[r] = (double)self->game->limit[self->order[r]];
    self->share = share[0];
}

/* ---- quarters ------------------------------------------------------------------------------------------ */

/* Returns the position of a group, adding a new one; GROUPS_MAX: no room. */
static size_t find_group(groups_t *self, size_t members, qd_count_t ways)
{
    uint64_t hash = ((uint64_t)ways ^ (uint64_t)(ways >> 64) * 31 ^ members * 1099511628211u);
    size_t at = (size_t)(hash * 0x9E3779B97F4A7C15u >> 32) & (SLOTS - 1);
    for (; self->slot[at] != 0; at = (at + 1) & (SLOTS - 1)) {
        size_t g = self->slot[at] - 1u;
        if (self->group[g].members == members && self->group[g].ways == ways)
            return g;
    }
    if (self->count == GROUPS_MAX)
        return GROUPS_MAX;
    self->group[self->count++] = (group_t){.members = members, .ways = ways};
    self->slot[at] = (uint16_t)self->count;
    return self->count - 1;
}

static size_t most_of(const qd_coalitions_t *game, size_t voter, size_t voters)
{
    size_t most = voters < game->most ? voters : game->most;
    for (size_t r = 0; r < game->rules; r++) {
        int64_t weight = game->weight[r][voter];
        if (weight > 0 && (size_t)(game->limit[r] / weight) < most)
            most = (size_t)(game->limit[r] / weight);
    }
    return most;
}

static size_t find_classes(const qd_coalitions_t *game, class_t class[])
{
    size_t classes = 0;
    for (size_t i = 0; i < game->voters; i++) {
        size_t alike = qd_coalitions_alike(game, i), k = 0;
        while (k < classes && class[k].voter != alike)
            k++;
        if (k == classes)
            class[classes++] = (class_t){.voter = i};
        class[k].voters++;
    }
    for (size_t k = 0; k < classes; k++)
        class[k].most = most_of(game, class[k].voter, class[k].voters);
    return classes;
}

static int by_most(const void *a, const void *b)
{
    const class_t *left = a, *right = b;
    if (left->most != right->most)
        return left->most < right->most ? 1 : -1;
    return (left->voter > right->voter) - (left->voter < right->voter);
}

/* A half joins a quarter filled early with one filled late, so that the halves are of nearly equal size. */
static const quarter_t *quarter_of(const qd_halves_t *self, size_t half, size_t which)
{
    return &self->quarter[which == 0 ? half : QUARTERS - 1 - half];
}

static double sets_of(const qd_halves_t *self, size_t half)
{
    return (double)quarter_of(self, half, 0)->codes * (double)quarter_of(self, half, 1)->codes;
}

/* Assigns classes, large ones first, each to the quarter with the fewest codes; false: too many codes. */
static bool divide(qd_halves_t *self)
{
    class_t class[QD_POWER_MEMBERS_MAX];
    size_t classes = find_classes(self->game, class);
    qsort(class, classes, sizeof *class, by_most);
    for (size_t q = 0; q < QUARTERS; q++)
        self->quarter[q].codes = 1;
    for (size_t k = 0; k < classes; k++) {
        quarter_t *least = &self->quarter[0];
        for (size_t q = 1; q < QUARTERS; q++)
            least = self->quarter[q].codes < least->codes ? &self->quarter[q] : least;
        least->class[least->classes++] = class[k];
        least->codes *= class[k].most + 1;
        if ((double)least->codes > SETS_MAX)
            return false;
    }
    return sets_of(self, 0) <= SETS_MAX && sets_of(self, 1) <= SETS_MAX;
}

/* Lists the codes. Returns 1; 0: too many groups; -1: no memory. */
static int fill_quarter(const qd_halves_t *self, quarter_t *quarter)
{
    size_t codes = quarter->codes, block = 1;
    qd_count_t *ways = qd_new(codes, sizeof *ways, NULL);
    uint32_t *members = qd_new(codes, sizeof *members, NULL);
    int status = -1;
    bool complete = (quarter->group = qd_new(codes, sizeof *quarter->group, NULL)) && ways && members;
    for (size_t r = 0; r < self->rules; r++)
        complete = (quarter->weight[r] = qd_new(codes, sizeof(double), NULL)) && complete;
    if (!complete)
        goto out;
    ways[0] = 1;
    for (size_t k = 0; k < quarter->classes; k++) {
        const class_t *class = &quarter->class[k];
        qd_count_t chosen[QD_POWER_MEMBERS_MAX + 1];
        qd_coalitions_choose(class->voters, chosen);
        for (size_t j = 1; j <= class->most; j++) {
            for (size_t low = 0; low < block; low++) {
                size_t code = j * block + low;
                ways[code] = ways[low] * chosen[j];
                members[code] = members[low] + (uint32_t)j;
                for (size_t r = 0; r < self->rules; r++)
                    quarter->weight[r][code] =
                        quarter->weight[r][low] + (double)j * weight_of(self, r, class->voter);
            }
        }
        block *= class->most + 1;
    }
    status = 1;
    for (size_t code = 0; code < codes && status > 0; code++) {
        size_t g = find_group(&quarter->groups, members[code], ways[code]);
        quarter->group[code] = (uint32_t)g;
        status = g < GROUPS_MAX;
    }
out:
    free(ways);
    free(members);
    return status;
}

/* Groups of the sets of two quarters; to[g * GROUPS_MAX + h] is the group that g of one quarter forms with h
 * of the other. False: too many. */
static bool cross(const quarter_t *a, const quarter_t *b, groups_t *groups, uint32_t to[])
{
    memset(groups, 0, sizeof *groups);
    for (size_t g = 0; g < a->groups.count; g++)
        for (size_t h = 0; h < b->groups.count; h++) {
            const group_t *left = &a->groups.group[g], *right = &b->groups.group[h];
            size_t both = find_group(groups, left->members + right->members, left->ways * right->ways);
            if (both == GROUPS_MAX)
                return false;
            to[g * GROUPS_MAX + h] = (uint32_t)both;
        }
    return true;
}

/* Estimates the steps, with measured coefficients. Under further rules, the sweep checks only pairs within
 * the first limit. */
static bool count_steps(qd_halves_t *self, uint32_t to[])
{
    groups_t *groups = qd_new(1, sizeof *groups, NULL);
    if (!groups)
        return false;
    double of_group[2] = {INFINITY, INFINITY}, sets[2], codes = 0.0;
    for (size_t h = 0; h < 2; h++) {
        const quarter_t *low = quarter_of(self, h, 0), *high = quarter_of(self, h, 1);
        sets[h] = sets_of(self, h);
        if (cross(low, high, groups, to))
            of_group[h] = (double)groups->count;
        codes += (double)(low->codes * (1 + low->classes)) + (double)(high->codes * (1 + high->classes));
    }
    self->steps = 3.0 * (sets[0] * of_group[1] + sets[1] * of_group[0]) + of_group[0] * of_group[1] * codes;
    if (self->rules > 1)
        self->steps += (self->rules <= LOOKED_AT_FAST ? 0.6 : 1.3) * (double)self->rules * self->share *
                       sets[0] * sets[1];
    free(groups);
    return true;
}

qd_halves_t *qd_halves_new(const qd_coalitions_t *game)
{
    qd_halves_t *self = qd_new(1, sizeof *self, NULL);
    uint32_t *to = qd_new((size_t)GROUPS_MAX * GROUPS_MAX, sizeof *to, NULL);
    int status = self && to ? 1 : -1;
    if (status > 0) {
        self->game = game;
        self->rules = game->rules > 0 ? game->rules : 1;
        order_rules(self);
        self->steps = INFINITY;
        status = divide(self);
    }
    for (size_t q = 0; q < QUARTERS && status > 0; q++)
        status = fill_quarter(self, &self->quarter[q]);
    if (status > 0 && !count_steps(self, to))
        status = -1;
    free(to);
    if (status >= 0)
        return self;
    qd_halves_free(self);
    return NULL;
}

void qd_halves_free(qd_halves_t *self)
{
    if (!self)
        return;
    for (size_t q = 0; q < QUARTERS; q++) {
        for (size_t r = 0; r < QD_POWER_RULES_MAX; r++)
            free(self->quarter[q].weight[r]);
        free(self->quarter[q].group);
    }
    free(self);
}

double qd_halves_steps(const qd_halves_t *self)
{
    return self->steps;
}

/* ---- halves -------------------------------------------------------------------------------------------- */

typedef struct {
    double weight; /* under the first rule */
    uint32_t group, code[2];
} set_t;

static int by_group(const void *a, const void *b)
{
    const set_t *left = a, *right = b;
    if (left->group != right->group)
        return left->group < right->group ? -1 : 1;
    return (left->weight > right->weight) - (left->weight < right->weight);
}

/* Lists the sets that are small by themselves, in order; returns their number. */
static size_t list_sets(const qd_halves_t *self, const half_t *half, const uint32_t to[], set_t set[])
{
    const quarter_t *low = half->quarter[0], *high = half->quarter[1];
    size_t sets = 0;
    for (uint32_t h = 0; h < high->codes; h++)
        for (uint32_t l = 0; l < low->codes; l++) {
            uint32_t group = to[low->group[l] * GROUPS_MAX + high->group[h]];
            bool small = half->groups.group[group].members <= self->game->most;
            for (size_t r = 0; r < self->rules; r++)
                small = small && low->weight[r][l] + high->weight[r][h] <= self->limit[r];
            if (small)
                set[sets++] =
                    (set_t){.weight = low->weight[0][l] + high->weight[0][h], .group = group, .code = {l, h}};
        }
    qsort(set, sets, sizeof *set, by_group);
    return sets;
}

static void place_sets(const qd_halves_t *self, half_t *half, const set_t set[])
{
    const quarter_t *low = half->quarter[0], *high = half->quarter[1];
    for (size_t k = 0; k < half->sets; k++) {
        half->begin[set[k].group + 1] = k + 1;
        for (size_t q = 0; q < 2; q++)
            half->code[q][k] = set[k].code[q];
        for (size_t r = 0; r < self->rules; r++)
            half->weight[r][k] = low->weight[r][set[k].code[0]] + high->weight[r][set[k].code[1]];
    }
    for (size_t g = 1; g <= half->groups.count; g++)
        half->begin[g] = half->begin[g] > half->begin[g - 1] ? half->begin[g] : half->begin[g - 1];
}

static bool half_init(half_t *half, const qd_halves_t *self, size_t which)
{
    half->quarter[0] = quarter_of(self, which, 0);
    half->quarter[1] = quarter_of(self, which, 1);
    size_t all = half->quarter[0]->codes * half->quarter[1]->codes;
    uint32_t *to = qd_new((size_t)GROUPS_MAX * GROUPS_MAX, sizeof *to, NULL);
    set_t *set = qd_new(all, sizeof *set, NULL);
    bool complete = to && set && cross(half->quarter[0], half->quarter[1], &half->groups, to);
    half->sets = complete ? list_sets(self, half, to, set) : 0;
    for (size_t r = 0; r < self->rules && complete; r++)
        complete = (half->weight[r] = qd_new(half->sets + 1, sizeof(double), NULL)) != NULL;
    half->hits = qd_new(half->sets + 1, sizeof *half->hits, NULL);
    for (size_t q = 0; q < 2; q++) {
        half->code[q] = qd_new(half->sets + 1, sizeof *half->code[q], NULL);
        half->sum[q] = qd_new(half->quarter[q]->codes, sizeof *half->sum[q], NULL);
        complete = complete && half->code[q] && half->sum[q];
    }
    complete = complete && half->hits;
    if (complete)
        place_sets(self, half, set);
    free(to);
    free(set);
    return complete;
}

static void half_free(half_t *half)
{
    for (size_t r = 0; r < QD_POWER_RULES_MAX; r++)
        free(half->weight[r]);
    for (size_t q = 0; q < 2; q++) {
        free(half->code[q]);
        free(half->sum[q]);
    }
    free(half->hits);
}

/* ---- pairs --------------------------------------------------------------------------------------------- */

/* Counts the sets in [from, to) within room[r] under every rule but the first, and adds a hit to each. */
static inline uint64_t look_at(double *const weight[], size_t rules, const double room[], uint64_t hits[],
                               size_t from, size_t to)
{
    uint64_t count = 0;
    for (size_t a = from; a < to; a++) {
        uint64_t fits = 1;
        for (size_t r = 1; r < rules; r++)
            fits &= weight[r][a] <= room[r];
        hits[a] += fits;
        count += fits;
    }
    return count;
}

static uint64_t look_at_all(const half_t *a, size_t rules, const double room[], size_t from, size_t to)
{
    if (rules == 2)
        return look_at(a->weight, 2, room, a->hits, from, to);
    if (rules == 3)
        return look_at(a->weight, 3, room, a->hits, from, to);
    if (rules == LOOKED_AT_FAST)
        return look_at(a->weight, LOOKED_AT_FAST, room, a->hits, from, to);
    return look_at(a->weight, rules, room, a->hits, from, to);
}

/* Counts the pairs of group g of A and group h of B, and each set's hits among them. */
static uint64_t sweep(const qd_halves_t *self, half_t *a, size_t g, half_t *b, size_t h)
{
    size_t from = a->begin[g], to = a->begin[g + 1];
    uint64_t all = 0;
    memset(a->hits + from, 0, (to - from) * sizeof *a->hits);
    memset(b->hits + b->begin[h], 0, (b->begin[h + 1] - b->begin[h]) * sizeof *b->hits);
    for (size_t k = b->begin[h]; k < b->begin[h + 1]; k++) {
        double room[QD_POWER_RULES_MAX] = {0};
        for (size_t r = 0; r < self->rules; r++)
            room[r] = self->limit[r] - b->weight[r][k];
        while (to > from && a->weight[0][to - 1] > room[0])
            to--;
        if (to == from)
            break;
        if (self->rules > 1) {
            b->hits[k] = look_at_all(a, self->rules, room, from, to);
        } else {
            b->hits[k] = to - from;
            a->hits[to - 1]++; /* and all before it, below */
        }
        all += b->hits[k];
    }
    if (self->rules == 1)
        for (size_t k = a->begin[g + 1]; k-- > from + 1;)
            a->hits[k - 1] += a->hits[k];
    return all;
}

/* ways * j / m, where `ways` is a multiple of choose(m, j): a whole number. */
static qd_count_t share(qd_count_t ways, size_t j, size_t m)
{
    return ways / m * j + ways % m * j / m;
}

/* Adds to with[voter] the small sets that contain the first voter of each class. `others`: the ways of the
 * other half's group. */
static void add_classes(half_t *half, size_t g, qd_count_t others, size_t members,
                        qd_count_t with[][QD_POWER_MEMBERS_MAX + 2])
{
    qd_count_t ways = half->groups.group[g].ways;
    for (size_t q = 0; q < 2; q++) {
        const quarter_t *quarter = half->quarter[q];
        uint64_t *sum = half->sum[q];
        memset(sum, 0, quarter->codes * sizeof *sum);
        for (size_t k = half->begin[g]; k < half->begin[g + 1]; k++)
            sum[half->code[q][k]] += half->hits[k];
        for (size_t code = 0; code < quarter->codes; code++) {
            if (sum[code] == 0)
                continue;
            size_t digits = code;
            for (size_t k = 0; k < quarter->classes; k++) {
                const class_t *class = &quarter->class[k];
                size_t j = digits % (class->most + 1);
                digits /= class->most + 1;
                if (j > 0)
                    with[class->voter][members] += share(ways, j, class->voters) * others * sum[code];
            }
        }
    }
}

static void count_pairs(const qd_halves_t *self, half_t *a, half_t *b, qd_small_sets_t *small)
{
    for (size_t g = 0; g < a->groups.count; g++)
        for (size_t h = 0; h < b->groups.count; h++) {
            const group_t *left = &a->groups.group[g], *right = &b->groups.group[h];
            size_t members = left->members + right->members;
            if (members > self->game->most)
                continue;
            uint64_t pairs = sweep(self, a, g, b, h);
            if (pairs == 0)
                continue;
            small->all[members] += left->ways * right->ways * pairs;
            add_classes(a, g, right->ways, members, small->without);
            add_classes(b, h, left->ways, members, small->without);
        }
}

bool qd_halves_count(const qd_halves_t *self, qd_small_sets_t *small)
{
    half_t *half = qd_new(2, sizeof *half, NULL);
    memset(small, 0, sizeof *small);
    bool complete = half && half_init(&half[0], self, 0) && half_init(&half[1], self, 1);
    if (complete) {
        count_pairs(self, &half[0], &half[1], small);
        /* So far, the sets that contain the first voter of each class. */
        for (size_t i = 0; i < self->game->voters; i++) {
            size_t alike = qd_coalitions_alike(self->game, i);
            for (size_t t = 0; t <= self->game->voters && alike == i; t++)
                small->without[i][t] = small->all[t] - small->without[i][t];
            if (alike < i)
                memcpy(small->without[i], small->without[alike], sizeof small->without[i]);
        }
    }
    for (size_t h = 0; half && h < 2; h++)
        half_free(&half[h]);
    free(half);
    return complete;
}
