#include "landscape/plateaus.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "landscape/answer.h"

#define EMPTY UINT32_MAX

/* Every configuration met, each once, with its plateau; the list is its own queue. */
typedef struct {
    const qd_weights_t *weights;
    size_t n, groups_max;
    size_t count;
    uint16_t *group;   /* [QD_PLATEAU_MAX][n] */
    uint32_t *plateau; /* [QD_PLATEAU_MAX] */
    uint32_t *slot;    /* [slots] hash table of positions */
    size_t slots;      /* a power of two */
    double *offers;    /* [n + 1] */
    uint16_t *moved;   /* [n] */
} visits_t;

static size_t hash_of(const uint16_t group[], size_t n)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ group[i]) * 1099511628211u;
    return (size_t)(hash ^ hash >> 32);
}

/* Position of a configuration, which is added if it is new; EMPTY if there is no room for it. */
static uint32_t visit(visits_t *self, const uint16_t group[], uint32_t plateau)
{
    size_t at = hash_of(group, self->n) & (self->slots - 1);
    for (; self->slot[at] != EMPTY; at = (at + 1) & (self->slots - 1))
        if (memcmp(self->group + self->slot[at] * self->n, group, self->n * sizeof *group) == 0)
            return self->slot[at];
    if (self->count == QD_PLATEAU_MAX)
        return EMPTY;
    memcpy(self->group + self->count * self->n, group, self->n * sizeof *group);
    self->plateau[self->count] = plateau;
    self->slot[at] = (uint32_t)self->count;
    return (uint32_t)self->count++;
}

static size_t groups_of(const uint16_t group[], size_t n)
{
    size_t last = 0;
    for (size_t i = 0; i < n; i++)
        last = group[i] > last ? group[i] : last;
    return last + 1;
}

/* Visits the neighbours of equal energy of the configuration at `at`; sets *exit if a move leads lower.
 * False: no room. */
static bool spread(visits_t *self, size_t at, bool *exit)
{
    const uint16_t *group = self->group + at * self->n;
    size_t groups = groups_of(group, self->n), targets = groups < self->groups_max ? groups + 1 : groups;
    for (size_t i = 0; i < self->n; i++) {
        qd_partition_offers(self->weights, group, groups, i, self->offers);
        for (size_t k = 0; k < targets; k++) {
            double gain = self->offers[k] - self->offers[group[i]];
            int sign = k == group[i] ? -1 : qd_weights_sign(self->weights, gain, group, i, k);
            if (sign < 0)
                continue;
            memcpy(self->moved, group, self->n * sizeof *group);
            self->moved[i] = (uint16_t)k;
            qd_partition_renumber(self->moved, self->n);
            if (sign > 0)
                *exit = true;
            else if (visit(self, self->moved, self->plateau[at]) == EMPTY)
                return false;
        }
    }
    return true;
}

static qd_status_t visits_init(visits_t *self, const qd_weights_t *weights, qd_landscape_rule_t rule,
                               qd_error_t *error)
{
    size_t n = weights->n;
    *self = (visits_t){
        .weights = weights, .n = n, .groups_max = rule == QD_RULE_TWO_CAMPS ? 2 : n, .slots = 1 << 19};
    self->group = qd_new(QD_PLATEAU_MAX * n, sizeof *self->group, error);
    self->plateau = qd_new(QD_PLATEAU_MAX, sizeof *self->plateau, error);
    self->slot = qd_new(self->slots, sizeof *self->slot, error);
    self->offers = qd_new(n + 1, sizeof *self->offers, error);
    self->moved = qd_new(n, sizeof *self->moved, error);
    if (!self->group || !self->plateau || !self->slot || !self->offers || !self->moved)
        return QD_ERROR_MEMORY;
    memset(self->slot, 0xff, self->slots * sizeof *self->slot);
    return QD_OK;
}

static void visits_free(visits_t *self)
{
    free(self->group);
    free(self->plateau);
    free(self->slot);
    free(self->offers);
    free(self->moved);
}

static void forget(qd_landscape_answer_t *answer)
{
    for (size_t m = 0; m < answer->minima; m++) {
        answer->minimum[m].plateau = 0;
        answer->minimum[m].exit = false;
    }
    answer->plateaus = 0;
    answer->plateaus_known = false;
}

/* Walks the plateau of a minimum that lies on none so far. False: no room. */
static bool walk_plateau(visits_t *self, size_t from, bool *exit)
{
    for (size_t at = from; at < self->count; at++)
        if (!spread(self, at, exit))
            return false;
    return true;
}

qd_status_t qd_plateaus_find(const qd_weights_t *weights, qd_landscape_rule_t rule,
                             qd_landscape_answer_t *answer, qd_error_t *error)
{
    answer->plateaus_known = true;
    size_t level = 0;
    for (size_t m = 0; m < answer->minima; m++)
        level += !answer->minimum[m].strict;
    if (level == 0)
        return QD_OK;
    visits_t visits;
    bool *exit = qd_new(level + 1, sizeof *exit, error);
    qd_status_t status = visits_init(&visits, weights, rule, error);
    if (status == QD_OK && !exit)
        status = QD_ERROR_MEMORY;
    if (status != QD_OK)
        goto out;
    for (size_t m = 0; m < answer->minima; m++) {
        qd_minimum_t *minimum = &answer->minimum[m];
        if (minimum->strict)
            continue;
        size_t before = visits.count;
        uint32_t at = visit(&visits, minimum->group, (uint32_t)answer->plateaus + 1);
        bool is_new = visits.count > before;
        answer->plateaus += is_new;
        if (at == EMPTY || (is_new && !walk_plateau(&visits, before, &exit[answer->plateaus]))) {
            forget(answer);
            goto out;
        }
        minimum->plateau = visits.plateau[at];
        minimum->exit = exit[minimum->plateau];
    }
out:
    visits_free(&visits);
    free(exit);
    return status;
}
