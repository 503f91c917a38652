#include <math.h>

#include "reference/twin_parts.h"
#include "world/draws.h"

/* The first k with uniform * sum < w_0 + ... + w_k; failing that the last one with a weight. */
int qd_twin_choose(double uniform, int count, const double weight[])
{
    double sum = 0.0, up_to_here = 0.0;
    int last = 0;
    for (int k = 0; k < count; k++)
        sum += weight[k];
    for (int k = 0; k < count; k++) {
        up_to_here += weight[k];
        if (uniform * sum < up_to_here)
            return k;
        if (weight[k] > 0.0)
            last = k;
    }
    return last;
}

/* The least k with u < P(Poisson <= k), at most 4. */
int qd_twin_crisis_count(const qd_twin_t *t, int period)
{
    double mean = t->p.crises_rate * (1.0 + t->p.crises_tension_feedback * t->tension);
    double u = qd_random_uniform(t->luck, QD_PURPOSE_CRISIS, (uint32_t)period, 0);
    double term = exp(-mean), cumulative = term;
    int k = 0;
    while (k < 4 && u >= cumulative) {
        k++;
        term *= mean / k;
        cumulative += term;
    }
    return k;
}

static uint32_t address(const qd_twin_crisis_t *crisis, int what)
{
    return (uint32_t)(16 * (crisis->number + 1) + what);
}

static double uniform(const qd_twin_t *t, const qd_twin_crisis_t *crisis, int what)
{
    return qd_random_uniform(t->luck, QD_PURPOSE_CRISIS, (uint32_t)crisis->period, address(crisis, what));
}

static double normal(const qd_twin_t *t, const qd_twin_crisis_t *crisis, int what)
{
    return qd_random_normal(t->luck, QD_PURPOSE_CRISIS, (uint32_t)crisis->period, address(crisis, what));
}

static void draw_scene(const qd_twin_t *t, qd_twin_crisis_t *crisis)
{
    crisis->s = fmin(exp(t->p.crises_severity_sigma * normal(t, crisis, QD_DRAW_SEVERITY)), 4.0);
    crisis->value[0] = t->p.crises_values_spread * normal(t, crisis, QD_DRAW_VALUES);
    crisis->value[1] = t->p.crises_values_spread * normal(t, crisis, QD_DRAW_VALUES + 1);
    double z = 2.0 * uniform(t, crisis, QD_DRAW_SCENE) - 1.0;
    double turn = 2.0 * 3.14159265358979323846 * uniform(t, crisis, QD_DRAW_SCENE + 1);
    crisis->place[0] = sqrt(1.0 - z * z) * cos(turn);
    crisis->place[1] = sqrt(1.0 - z * z) * sin(turn);
    crisis->place[2] = z;
}

static void draw_target(const qd_twin_t *t, qd_twin_crisis_t *crisis)
{
    int n = t->n;
    crisis->target = -1;
    if (!(uniform(t, crisis, QD_DRAW_TARGETED) < t->p.crises_targeted))
        return;
    double *weight = crisis->stake; /* not in use yet */
    for (int k = 0; k < n; k++) {
        double liked = 0.0;
        for (int j = 0; j < n; j++)
            liked += t->c[j] * t->affinity[k * n + j];
        weight[k] = exp(-t->p.crises_isolation_bias * liked);
    }
    crisis->target = qd_twin_choose(uniform(t, crisis, QD_DRAW_TARGET), n, weight);
    for (int d = 0; d < 3; d++)
        crisis->place[d] = t->place[3 * crisis->target + d];
}

/* h_i */
static double stake(const qd_twin_t *t, const qd_twin_crisis_t *crisis, int i)
{
    double angle = qd_twin_angle(&t->place[3 * i], crisis->place);
    double reach =
        exp(-angle / t->p.affinity_distance_scale) + t->p.mission_global_reach * t->c[i] / qd_twin_largest(t);
    double attitude = crisis->target >= 0
                          ? -t->affinity[i * t->n + crisis->target]
                          : 0.5 * (1.0 + qd_twin_similarity(t, &t->value[2 * i], crisis->value));
    return t->p.mission_stake * crisis->s * reach * attitude;
}

static void draw_order(const qd_twin_t *t, qd_twin_crisis_t *crisis)
{
    for (int i = 0; i < t->n; i++)
        crisis->order[i] = i;
    if (t->p.mission_random_order == 0.0)
        return;
    for (int i = t->n - 1; i >= 1; i--) {
        uint32_t draw = (uint32_t)(65536 * crisis->number + i);
        double u = qd_random_uniform(t->luck, QD_PURPOSE_MOVE_ORDER, (uint32_t)crisis->period, draw);
        int other = (int)floor(u * (i + 1)), kept = crisis->order[i];
        crisis->order[i] = crisis->order[other];
        crisis->order[other] = kept;
    }
}

void qd_twin_crisis_draw(const qd_twin_t *t, qd_twin_crisis_t *crisis)
{
    draw_scene(t, crisis);
    draw_target(t, crisis);
    crisis->resistance = t->p.crises_resistance * crisis->s;
    if (crisis->target >= 0)
        crisis->resistance += t->p.mission_effort * t->c[crisis->target];
    crisis->initiator = -1;
    double largest = 0.0;
    for (int i = 0; i < t->n; i++) {
        crisis->stake[i] = stake(t, crisis, i);
        if (i != crisis->target && t->c[i] * crisis->stake[i] > largest) {
            largest = t->c[i] * crisis->stake[i];
            crisis->initiator = i;
        }
    }
    draw_order(t, crisis);
}
