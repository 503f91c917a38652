#include "landscape/coalitions.h"

#include <stdlib.h>
#include <string.h>

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

/* Whether what is small under rule b is small under rule a: no weight is larger, relative to the limit. */
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
