#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/twin_parts.h"
#include "world/draws.h"

static const double pi = 3.14159265358979323846;

double qd_twin_angle(const double a[3], const double b[3])
{
    double x = a[1] * b[2] - a[2] * b[1], y = a[2] * b[0] - a[0] * b[2], z = a[0] * b[1] - a[1] * b[0];
    return atan2(sqrt(x * x + y * y + z * z), a[0] * b[0] + a[1] * b[1] + a[2] * b[2]);
}

double qd_twin_similarity(const qd_twin_t *t, const double a[2], const double b[2])
{
    double h = t->p.affinity_values_scale;
    double squared = (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]);
    return 2.0 * exp(-squared / (2.0 * h * h)) - 1.0;
}

void qd_twin_normalise(qd_twin_t *t)
{
    double sum = 0.0;
    for (int i = 0; i < t->n; i++)
        sum += t->c[i];
    for (int i = 0; i < t->n; i++)
        t->c[i] /= sum;
}

double qd_twin_largest(const qd_twin_t *t)
{
    double largest = t->c[0];
    for (int i = 1; i < t->n; i++)
        largest = fmax(largest, t->c[i]);
    return largest;
}

static int larger_first(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x > y ? -1 : x < y ? 1 : 0;
}

static void sort_descending(double *first, int count)
{
    qsort(first, (size_t)count, sizeof *first, larger_first);
}

static double uniform(const qd_twin_t *t, qd_sampler_draw_t what, int draw)
{
    return qd_random_uniform(t->luck, QD_PURPOSE_SAMPLER, (uint32_t)what, (uint32_t)draw);
}

static double normal(const qd_twin_t *t, qd_sampler_draw_t what, int draw)
{
    return qd_random_normal(t->luck, QD_PURPOSE_SAMPLER, (uint32_t)what, (uint32_t)draw);
}

static void draw_poles(qd_twin_t *t)
{
    double share = t->p.order_pole_share, ratio = t->p.order_pole_ratio, sum = 0.0;
    if (t->plan->kind == QD_UNIPOLAR) {
        t->c[0] = share;
        return;
    }
    if (t->plan->kind == QD_BIPOLAR) {
        t->c[0] = share / (1.0 + ratio);
        t->c[1] = share * ratio / (1.0 + ratio);
        return;
    }
    for (int k = 0; k < t->poles; k++) {
        t->c[k] = 0.0;
        for (int d = 8 * k; d < 8 * k + 8; d++)
            t->c[k] -= log(qd_random_open(t->luck, QD_PURPOSE_SAMPLER, QD_DRAW_POLE_SHARE, (uint32_t)d));
        sum += t->c[k];
    }
    for (int k = 0; k < t->poles; k++)
        t->c[k] *= share / sum;
    sort_descending(t->c, t->poles);
}

/* One round: distributes the excess over the cap to the uncapped states in proportion to their size. False
 * without an excess. */
static bool cap_round(qd_twin_t *t, double cap)
{
    double excess = 0.0, below = 0.0;
    for (int i = t->poles; i < t->n; i++) {
        if (t->c[i] > cap) {
            excess += t->c[i] - cap;
            t->c[i] = cap;
        } else if (t->c[i] < cap) {
            below += t->c[i];
        }
    }
    for (int i = t->poles; i < t->n; i++)
        if (t->c[i] < cap)
            t->c[i] += excess * t->c[i] / below;
    return excess > 0.0;
}

static void draw_minors(qd_twin_t *t)
{
    double sum = 0.0, weakest = t->c[0];
    for (int k = 1; k < t->poles; k++)
        weakest = fmin(weakest, t->c[k]);
    for (int i = t->poles; i < t->n; i++) {
        t->c[i] = exp(t->p.order_minor_sigma * normal(t, QD_DRAW_MINOR_SIZE, i));
        sum += t->c[i];
    }
    for (int i = t->poles; i < t->n; i++)
        t->c[i] *= (1.0 - t->p.order_pole_share) / sum;
    for (int round = 0; round < 8 && cap_round(t, weakest / 2.0); round++)
        continue;
}

static void draw_capabilities(qd_twin_t *t)
{
    if (t->plan->empirical != NULL && t->plan->empirical->capability != NULL) {
        memcpy(t->c, t->plan->empirical->capability, (size_t)t->n * sizeof *t->c);
        return;
    }
    draw_poles(t);
    draw_minors(t);
    qd_twin_normalise(t);
    sort_descending(t->c + t->poles, t->n - t->poles);
}

static void draw_places(qd_twin_t *t)
{
    if (t->plan->empirical != NULL && t->plan->empirical->place != NULL) {
        memcpy(t->place, t->plan->empirical->place, 3 * (size_t)t->n * sizeof *t->place);
        return;
    }
    for (int i = 0; i < t->n; i++) {
        double z = 2.0 * uniform(t, QD_DRAW_PLACE, 2 * i) - 1.0;
        double turn = 2.0 * pi * uniform(t, QD_DRAW_PLACE, 2 * i + 1);
        t->place[3 * i] = sqrt(1.0 - z * z) * cos(turn);
        t->place[3 * i + 1] = sqrt(1.0 - z * z) * sin(turn);
        t->place[3 * i + 2] = z;
    }
}

static double proximity(const qd_twin_t *t, int i, int j)
{
    return exp(-qd_twin_angle(&t->place[3 * i], &t->place[3 * j]) / t->p.affinity_distance_scale);
}

static void draw_values(qd_twin_t *t)
{
    if (t->plan->empirical != NULL && t->plan->empirical->value != NULL) {
        memcpy(t->value, t->plan->empirical->value, 2 * (size_t)t->n * sizeof *t->value);
        return;
    }
    double radius = t->poles == 1 ? 0.0 : t->p.order_separation / 2.0;
    for (int k = 0; k < t->poles; k++) {
        double turn = 2.0 * pi * (uniform(t, QD_DRAW_ROTATION, 0) + (double)k / t->poles);
        t->value[2 * k] = radius * cos(turn);
        t->value[2 * k + 1] = radius * sin(turn);
    }
    double *weight = qd_twin_zeros((size_t)t->poles, sizeof *weight);
    for (int i = t->poles; i < t->n; i++) {
        for (int k = 0; k < t->poles; k++)
            weight[k] = t->c[k] * proximity(t, i, k);
        int patron = qd_twin_choose(uniform(t, QD_DRAW_PATRON, i), t->poles, weight);
        for (int d = 0; d < 2; d++)
            t->value[2 * i + d] =
                t->value[2 * patron + d] + t->p.order_spread * normal(t, QD_DRAW_VALUE, 2 * i + d);
    }
    free(weight);
}

static double clamp_affinity(double a)
{
    return fmin(fmax(a, -1.0), 1.0);
}

/* Part 14: the terms of a pact and a rivalry. */
static double ties(const qd_twin_t *t, int i, int j)
{
    const qd_empirical_t *empirical = t->plan->empirical;
    double sum = 0.0;
    if (empirical != NULL && empirical->pact != NULL && empirical->pact[i * t->n + j])
        sum += t->p.affinity_pacts;
    if (empirical != NULL && empirical->rival != NULL && empirical->rival[i * t->n + j])
        sum -= t->p.affinity_rivalries;
    return sum;
}

static void draw_affinities(qd_twin_t *t)
{
    int n = t->n;
    if (t->plan->empirical != NULL && t->plan->empirical->affinity != NULL) {
        memcpy(t->unclamped, t->plan->empirical->affinity, (size_t)(n * n) * sizeof *t->unclamped);
        memcpy(t->baseline, t->plan->empirical->affinity, (size_t)(n * n) * sizeof *t->baseline);
        memcpy(t->affinity, t->plan->empirical->affinity, (size_t)(n * n) * sizeof *t->affinity);
        return;
    }
    double largest = qd_twin_largest(t);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++) {
            double similarity = qd_twin_similarity(t, &t->value[2 * i], &t->value[2 * j]);
            double rivalry = fmin(t->c[i], t->c[j]) / largest;
            double x = t->p.affinity_values * similarity +
                       t->p.affinity_interdependence * proximity(t, i, j) - t->p.affinity_rivalry * rivalry;
            x += ties(t, i, j);
            double b = clamp_affinity(x);
            t->unclamped[i * n + j] = t->unclamped[j * n + i] = x;
            double noise = t->p.affinity_noise * normal(t, QD_DRAW_NOISE, i * (i - 1) / 2 + j);
            t->baseline[i * n + j] = t->baseline[j * n + i] = b;
            t->affinity[i * n + j] = t->affinity[j * n + i] = clamp_affinity(b + noise);
        }
}

void qd_twin_move_values(qd_twin_t *t, const double *value)
{
    int n = t->n;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            if (i == j)
                continue;
            double before = qd_twin_similarity(t, &t->value[2 * i], &t->value[2 * j]);
            double after = qd_twin_similarity(t, &value[2 * i], &value[2 * j]);
            t->unclamped[i * n + j] += t->p.affinity_values * (after - before);
            t->baseline[i * n + j] = clamp_affinity(t->unclamped[i * n + j]);
        }
    memcpy(t->value, value, 2 * (size_t)n * sizeof *t->value);
}

/* Part 14, first blocs. */
static void follow_leaders(qd_twin_t *t)
{
    const bool *pact = t->plan->empirical->pact;
    int n = t->n, *leader = qd_twin_zeros((size_t)n, sizeof *leader);
    int *followers = qd_twin_zeros((size_t)n, sizeof *followers);
    for (int i = 0; i < n; i++) {
        leader[i] = i;
        for (int j = i - 1; j >= 0; j--)
            if (leader[j] == j && pact[i * n + j])
                leader[i] = j; /* the strongest comes last */
        followers[leader[i]] += leader[i] != i;
    }
    for (int i = 0; i < n; i++)
        t->label[i] = 0;
    for (int i = 0; i < n; i++) {
        if (followers[i] == 0)
            continue;
        int label = i < t->labels ? i + 1 : 0;
        for (int k = 1; k <= t->labels && label == 0; k++)
            if ((k - 1 >= n || followers[k - 1] == 0) && qd_twin_members(t, k) == 0)
                label = k;
        for (int j = 0; j < n; j++)
            if (leader[j] == i)
                t->label[j] = label;
    }
    free(leader);
    free(followers);
}

void qd_twin_order_draw(qd_twin_t *t)
{
    draw_capabilities(t);
    draw_places(t);
    draw_values(t);
    draw_affinities(t);
    memcpy(t->roots, t->value, 2 * (size_t)t->n * sizeof *t->roots);
    for (int i = 0; i < t->n; i++)
        t->support[i] = 0.5;
    t->labels = (int)t->p.blocs_max;
    for (int i = 0; i < t->n; i++)
        t->label[i] = i < t->labels ? i + 1 : 0;
    if (t->plan->empirical != NULL && t->plan->empirical->pact != NULL && t->plan->empirical->bloc == NULL)
        follow_leaders(t);
    if (t->plan->empirical != NULL && t->plan->empirical->bloc != NULL)
        for (int i = 0; i < t->n; i++)
            t->label[i] = t->plan->empirical->bloc[i] <= t->labels ? t->plan->empirical->bloc[i] : 0;
    for (int k = 1; k <= t->labels; k++)
        t->cohesion[k] = t->p.blocs_cohesion;
    t->institution = t->p.institution_initial;
}
