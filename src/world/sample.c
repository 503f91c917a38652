#include "world/sample.h"

#include <string.h>

#include "math/elementary.h"
#include "math/reduce.h"
#include "world/draws.h"

double qd_sample_parameter(const qd_distribution_t *distribution, size_t parameter, qd_luck_t luck,
                           uint32_t period)
{
    if (distribution->kind == QD_CONSTANT)
        return distribution->a;
    uint32_t key = distribution->key ? distribution->key : qd_name_key(qd_parameter_name(parameter));
    return qd_distribution_quantile(distribution,
                                    qd_random_uniform(luck, QD_PURPOSE_PARAMETERS, period, key));
}

void qd_sample_parameters(const qd_plan_t *plan, qd_luck_t luck, qd_parameters_t *out)
{
    for (size_t i = 0; i < qd_parameter_count; i++)
        out->value[i] = qd_sample_parameter(&plan->parameter[i], i, luck, 0);
}

/* Sorts by counting the predecessors of each item: quadratic, but there are few states and no mispredicted
 * branches. spare: [count]. */
static void sort_descending(double *restrict c, size_t count, double *restrict spare)
{
    memcpy(spare, c, count * sizeof *c);
    for (size_t i = 0; i < count; i++) {
        size_t before = 0;
        for (size_t j = 0; j < i; j++)
            before += spare[j] >= spare[i];
        for (size_t j = i + 1; j < count; j++)
            before += spare[j] > spare[i];
        c[before] = spare[i];
    }
}

/* The poles' shares of S: a symmetric Dirichlet(8), each Gamma(8) a sum of eight exponentials. The logarithms
 * are kept where affinities will be. spare: [padded]. */
static void draw_multipolar(qd_state_t *state, double share, qd_luck_t luck, double *restrict spare)
{
    size_t m = state->poles;
    double *restrict c = state->c, *restrict logarithm = state->affinity, total = 0.0;
    qd_random_opens(luck, QD_PURPOSE_SAMPLER, QD_DRAW_POLE_SHARE, 8 * m, logarithm);
    for (size_t e = 0; e < 8 * m; e++)
        logarithm[e] = qd_log(logarithm[e]);
    for (size_t k = 0; k < m; k++) {
        c[k] = 0.0;
        for (size_t e = 8 * k; e < 8 * k + 8; e++)
            c[k] -= logarithm[e];
        total += c[k];
    }
    for (size_t k = 0; k < m; k++)
        c[k] *= share / total;
    sort_descending(c, m, spare);
}

void qd_sample_cap(double c[], size_t count, double cap)
{
    for (int round = 0; round < 8; round++) {
        double excess = 0.0, uncapped = 0.0;
        for (size_t i = 0; i < count; i++) {
            if (c[i] > cap) {
                excess += c[i] - cap;
                c[i] = cap;
            } else if (c[i] < cap) {
                uncapped += c[i];
            }
        }
        if (excess == 0.0 || uncapped == 0.0)
            return;
        for (size_t i = 0; i < count; i++)
            if (c[i] < cap)
                c[i] += excess * c[i] / uncapped;
    }
}

/* spare: [padded] */
static void draw_capabilities(qd_state_t *state, qd_order_kind_t kind, const qd_parameters_t *p,
                              qd_luck_t luck, double *restrict spare)
{
    size_t m = state->poles, minors = state->n - m;
    double *restrict c = state->c, share = p->order_pole_share, sigma = p->order_minor_sigma;
    if (kind == QD_UNIPOLAR) {
        c[0] = share;
    } else if (kind == QD_BIPOLAR) {
        c[0] = share / (1.0 + p->order_pole_ratio);
        c[1] = share * p->order_pole_ratio / (1.0 + p->order_pole_ratio);
    } else {
        draw_multipolar(state, share, luck, spare);
    }
    double total = 0.0, weakest = c[m - 1];
    qd_random_normals(luck, QD_PURPOSE_SAMPLER, QD_DRAW_MINOR_SIZE, state->n, spare);
    for (size_t i = m; i < state->n; i++)
        c[i] = qd_exp(sigma * spare[i]);
    for (size_t i = m; i < state->n; i++)
        total += c[i];
    for (size_t i = m; i < state->n; i++)
        c[i] *= (1.0 - share) / total;
    qd_sample_cap(c + m, minors, 0.5 * weakest);
    qd_state_normalise(state);
    sort_descending(c + m, minors, spare);
}

/* spare: [2][padded] */
static void draw_places(qd_state_t *state, qd_luck_t luck, double *restrict spare)
{
    size_t n = state->n;
    double *restrict x = state->place, *restrict y = x + state->padded, *restrict z = y + state->padded;
    qd_random_uniforms(luck, QD_PURPOSE_SAMPLER, QD_DRAW_PLACE, 2 * n, spare);
    for (size_t i = 0; i < n; i++) {
        double point[3];
        qd_sphere_point(spare[2 * i], spare[2 * i + 1], point);
        x[i] = point[0];
        y[i] = point[1];
        z[i] = point[2];
    }
}

/* The pole k that minor state i leans on, drawn by the uniform u with weight c_k G_ik. */
static size_t choose_patron(const qd_state_t *state, size_t i, double u)
{
    const double *near = state->proximity + i * state->padded;
    double total = 0.0, sum = 0.0;
    for (size_t k = 0; k < state->poles; k++)
        total += state->c[k] * near[k];
    double mark = u * total;
    for (size_t k = 0; k + 1 < state->poles; k++) {
        sum += state->c[k] * near[k];
        if (mark < sum)
            return k;
    }
    return state->poles - 1;
}

/* spare: [3][padded] */
static void draw_values(qd_state_t *state, const qd_parameters_t *p, qd_luck_t luck, double *spare)
{
    double *vx = state->value, *vy = vx + state->padded, *z = spare, *u = spare + 2 * state->padded;
    size_t m = state->poles;
    double radius = m > 1 ? 0.5 * p->order_separation : 0.0;
    double rotation = qd_random_uniform(luck, QD_PURPOSE_SAMPLER, QD_DRAW_ROTATION, 0);
    for (size_t k = 0; k < m; k++) {
        double turn = rotation + (double)k / (double)m, cosine, sine;
        qd_cossin_turns(turn >= 1.0 ? turn - 1.0 : turn, &cosine, &sine);
        vx[k] = radius * cosine;
        vy[k] = radius * sine;
    }
    qd_random_normals(luck, QD_PURPOSE_SAMPLER, QD_DRAW_VALUE, 2 * state->n, z);
    qd_random_uniforms(luck, QD_PURPOSE_SAMPLER, QD_DRAW_PATRON, state->n, u);
    for (size_t i = m; i < state->n; i++) {
        size_t k = choose_patron(state, i, u[i]);
        vx[i] = vx[k] + p->order_spread * z[2 * i];
        vy[i] = vy[k] + p->order_spread * z[2 * i + 1];
    }
}

/* Adds the terms of pacts and rivalries to the baseline affinities of state i and the states before it. */
static void add_ties(const qd_empirical_t *data, size_t i, const qd_parameters_t *p, double row[])
{
    for (size_t j = 0; data && data->pact && j < i; j++)
        row[j] += data->pact[i * data->states + j] ? p->affinity_pacts : 0.0;
    for (size_t j = 0; data && data->rival && j < i; j++)
        row[j] -= data->rival[i * data->states + j] ? p->affinity_rivalries : 0.0;
}

/* X_ij = omega V_ij + delta G_ij - rho R_ij + ties, R_ij = min(c_i, c_j) / max(c), below the diagonal, in the
 * place of B_ij. Goes from the last row to the first, because the inputs of a row lie at or before it. */
static void set_unclamped(qd_state_t *state, const qd_empirical_t *data, const qd_parameters_t *p)
{
    size_t padded = state->padded;
    size_t count = qd_state_set_unlike(state, p->affinity_values_scale, state->baseline);
    const double *restrict c = state->c;
    double like = p->affinity_values, close = p->affinity_interdependence;
    double rival = p->affinity_rivalry / qd_max(c, padded);
    qd_exp_all(state->baseline, count);
    for (size_t i = state->n; i-- > 0;) {
        double *restrict row = state->baseline + i * padded;
        const double *restrict near = state->proximity + i * padded, *restrict alike;
        count -= qd_padded(i);
        alike = state->baseline + count;
        for (size_t j = 0; j < qd_padded(i); j++) {
            double weaker = c[i] < c[j] ? c[i] : c[j];
            row[j] = like * (2.0 * alike[j] - 1.0) + close * near[j] - rival * weaker;
        }
        add_ties(data, i, p, row);
    }
}

/* B_ij = clamp(X_ij, -1, 1); keeps X if a later step reads it. */
static void clamp_baseline(qd_state_t *state)
{
    for (size_t i = 0; i < state->n; i++) {
        double *restrict row = state->baseline + i * state->padded;
        if (state->anchored)
            memcpy(state->anchor + i * state->padded, row, qd_padded(i) * sizeof *row);
        for (size_t j = 0; j < qd_padded(i); j++)
            row[j] = qd_clamp(row[j], -1.0, 1.0);
    }
    qd_state_mirror(state, state->baseline, 0.0);
}

/* A(0) = clamp(B + noise N(0,1)). The draws of the pairs below the diagonal follow one another, i (i-1)/2 +
 * j, and are taken all at once; they wait where the matrix will be, in front of which they are used up.
 * spare: [padded]. */
static void draw_affinities(qd_state_t *state, double noise, qd_luck_t luck, double *restrict spare)
{
    size_t n = state->n, padded = state->padded, pairs = n * (n - 1) / 2;
    double *z = state->affinity + (n * padded - pairs);
    if (noise == 0.0)
        memset(z, 0, pairs * sizeof *z);
    else
        qd_random_normals(luck, QD_PURPOSE_SAMPLER, QD_DRAW_NOISE, pairs, z);
    for (size_t i = 0; i < n; z += i++) {
        const double *restrict base = state->baseline + i * padded;
        double *restrict row = state->affinity + i * padded;
        memcpy(spare, z, i * sizeof *z);
        for (size_t j = 0; j < i; j++)
            row[j] = qd_clamp(base[j] + noise * spare[j], -1.0, 1.0);
    }
    qd_state_mirror(state, state->affinity, 0.0);
}

static void copy_matrix(qd_state_t *state, const double *from, double *to)
{
    for (size_t i = 0; i < state->n; i++)
        for (size_t j = 0; j < state->n; j++)
            to[i * state->padded + j] = from[i * state->n + j];
}

/* The strongest leader that state i follows; i itself if it is a leader. leads: of the states before i. */
static size_t followed(const bool pact[], size_t states, size_t i, const bool leads[])
{
    for (size_t j = 0; j < i; j++)
        if (leads[j] && pact[i * states + j])
            return j;
    return i;
}

/* The label of a leader with followers: its own, or the lowest free one; 0 if none is free. */
static int label_for(size_t leader, size_t labels, const bool has_followers[], bool taken[])
{
    if (leader < labels)
        return (int)leader + 1;
    for (size_t k = 0; k < labels; k++)
        if (!taken[k] && !has_followers[k]) {
            taken[k] = true;
            return (int)k + 1;
        }
    return 0;
}

void qd_first_blocs(const bool pact[], size_t states, size_t labels, int label[])
{
    bool leads[QD_STATES_MAX], has_followers[QD_STATES_MAX] = {false};
    bool taken[QD_STATES_MAX] = {false};
    size_t leader[QD_STATES_MAX];
    for (size_t i = 0; i < states; i++) {
        leader[i] = followed(pact, states, i, leads);
        leads[i] = leader[i] == i;
        if (!leads[i])
            has_followers[leader[i]] = true;
    }
    for (size_t i = 0; i < states; i++)
        label[i] = has_followers[i] ? label_for(i, labels, has_followers, taken) : 0;
    for (size_t i = 0; i < states; i++)
        label[i] = label[leader[i]];
}

static void set_institutions(qd_state_t *state, const qd_empirical_t *data, const qd_parameters_t *p)
{
    state->institution = p->institution_initial;
    state->labels = (size_t)p->blocs_max;
    for (size_t k = 1; k <= state->labels; k++)
        state->cohesion[k] = p->blocs_cohesion;
    for (size_t i = 0; i < state->n; i++) {
        state->label[i] = i < state->labels ? (int)i + 1 : 0;
        if (data && data->bloc)
            state->label[i] = (size_t)data->bloc[i] <= state->labels ? data->bloc[i] : 0;
    }
    if (data && data->pact && !data->bloc)
        qd_first_blocs(data->pact, state->n, state->labels, state->label);
}

/* Whether a plan's values may move: affinity.convergence is set, now or by the schedule. */
static bool may_converge(const qd_plan_t *plan, const qd_parameters_t *p)
{
    bool may = p->affinity_convergence != 0.0;
    for (size_t i = 0; i < plan->changes; i++)
        may = may || plan->change[i].parameter == QD_P_affinity_convergence;
    return may;
}

/* Puts every patron at the deepest level of its club, states with a pact with it at level 1, all others
 * outside. */
static void set_clubs(qd_state_t *state, const qd_empirical_t *data, const qd_parameters_t *p, qd_luck_t luck)
{
    size_t padded = state->padded;
    state->depth = (size_t)p->clubs_depth;
    if (state->depth == 0)
        return;
    memset(state->level, 0, state->poles * padded * sizeof *state->level);
    for (size_t k = 0; k < state->poles; k++)
        for (size_t i = 0; i < state->n; i++)
            state->level[k * padded + i] = i == k ? p->clubs_depth
                                           : data && data->pact && data->pact[i * state->n + k] ? 1.0
                                                                                                : 0.0;
    memset(state->readiness, 0, padded * sizeof *state->readiness);
    qd_random_normals(luck, QD_PURPOSE_SAMPLER, QD_DRAW_READINESS, state->n, state->readiness);
}

const char *qd_sample_order(qd_state_t *state, const qd_plan_t *plan, const qd_parameters_t *p,
                            qd_luck_t luck)
{
    const qd_empirical_t *data = plan->empirical;
    size_t n = data ? data->states : (size_t)p->order_states;
    size_t m = data ? data->poles : (size_t)p->order_poles;
    bool fit = data && data->capability
                   ? n >= m
                   : n > m; /* draw_capabilities needs minor states to take the remainder */
    if (m < 1 || m > QD_CLUBS_MAX || !fit || qd_padded(n) > state->capacity)
        return "the number of states does not exceed the number of poles, or there is no room for them";
    if (data && data->affinity)
        qd_state_reset(state, n);
    else
        qd_state_begin(state, n); /* every row of the matrices is set below, padding too */
    state->poles = m;
    state->anchored = p->clubs_depth != 0.0 || may_converge(plan, p);
    double *spare = state->learned; /* [QD_VENUES][padded]: no state has learned anything yet */
    if (data && data->capability)
        for (size_t i = 0; i < n; i++)
            state->c[i] = data->capability[i];
    else
        draw_capabilities(state, plan->kind, p, luck, spare);
    if (data && data->place)
        for (size_t i = 0; i < n; i++)
            for (size_t d = 0; d < 3; d++)
                state->place[d * state->padded + i] = data->place[3 * i + d];
    else
        draw_places(state, luck, spare);
    qd_state_set_proximity(state, p->affinity_distance_scale);
    if (data && data->value)
        for (size_t i = 0; i < n; i++)
            for (size_t d = 0; d < 2; d++)
                state->value[d * state->padded + i] = data->value[2 * i + d];
    else
        draw_values(state, p, luck, spare);
    if (data && data->affinity) {
        copy_matrix(state, data->affinity, state->baseline);
        copy_matrix(state, data->affinity, state->affinity);
        copy_matrix(state, data->affinity, state->anchor);
    } else {
        set_unclamped(state, data, p);
        clamp_baseline(state);
        draw_affinities(state, p->affinity_noise, luck, spare);
    }
    memset(spare, 0, QD_VENUES * state->padded * sizeof *spare);
    set_institutions(state, data, p);
    set_clubs(state, data, p, luck);
    return qd_state_failure(state);
}
