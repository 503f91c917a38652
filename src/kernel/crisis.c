#include "kernel/crisis.h"

#include "math/elementary.h"
#include "math/reduce.h"
#include "world/draws.h"

unsigned qd_crisis_count(const qd_state_t *state, const qd_parameters_t *p, qd_luck_t luck, unsigned period)
{
    double rate = p->crises_rate * (1.0 + p->crises_tension_feedback * state->tension);
    double u = qd_random_uniform(luck, QD_PURPOSE_CRISIS, period, 0);
    double term = qd_exp(-rate), below = term;
    unsigned count = 0;
    while (count < QD_CRISES_MAX && u >= below) {
        count++;
        term *= rate / count;
        below += term;
    }
    return count;
}

static double uniform(const qd_crisis_t *self, qd_luck_t luck, unsigned what)
{
    return qd_random_uniform(luck, QD_PURPOSE_CRISIS, self->period, 16 * (self->number + 1) + what);
}

static double normal(const qd_crisis_t *self, qd_luck_t luck, unsigned what)
{
    return qd_random_normal(luck, QD_PURPOSE_CRISIS, self->period, 16 * (self->number + 1) + what);
}

/* The target, drawn with weight exp(-isolation_bias sum_j c_j A_kj). */
static int draw_target(const qd_crisis_t *self, const qd_state_t *state, double bias, qd_luck_t luck,
                       double *weight)
{
    size_t n = state->n, padded = state->padded;
    for (size_t k = 0; k < padded; k++)
        weight[k] = 0.0;
    for (size_t j = 0; j < n; j++)
        qd_add_scaled(weight, state->c[j], state->affinity + j * padded, padded);
    for (size_t k = 0; k < padded; k++)
        weight[k] = qd_exp(-bias * weight[k]);
    double total = 0.0, sum = 0.0;
    for (size_t k = 0; k < n; k++)
        total += weight[k];
    double mark = uniform(self, luck, QD_DRAW_TARGET) * total;
    for (size_t k = 0; k + 1 < n; k++) {
        sum += weight[k];
        if (mark < sum)
            return (int)k;
    }
    return (int)n - 1;
}

/* near_i = exp(-theta_im / l): for a targeted crisis a row of the proximities. */
static void set_near(qd_crisis_t *self, const qd_state_t *state, double distance_scale)
{
    size_t n = state->n, padded = state->padded;
    if (self->target != QD_NOBODY) {
        const double *row = state->proximity + (size_t)self->target * padded;
        for (size_t i = 0; i < padded; i++)
            self->near[i] = row[i];
        return;
    }
    const double *x = state->place, *y = x + padded, *z = y + padded;
    for (size_t i = 0; i < n; i++) {
        const double here[3] = {x[i], y[i], z[i]};
        self->near[i] = qd_exp(-qd_sphere_angle(here, self->place) / distance_scale);
    }
}

/* h_i = stake s (near_i + global_reach c_i / max c) a_i, a_i = -A_ik if targeted, else (1 + V_i) / 2; and
 * Delta_i = join_cost + audience_cost (1 - V_i) / 2 + overstretch l_i. */
static void set_stakes(qd_crisis_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    size_t n = state->n, padded = state->padded;
    const double *vx = state->value, *vy = vx + padded, *c = state->c;
    double strongest = 0.0;
    for (size_t i = 0; i < n; i++)
        strongest = c[i] > strongest ? c[i] : strongest;
    for (size_t i = 0; i < padded; i++)
        self->similar[i] = qd_similarity(vx[i], vy[i], self->values[0], self->values[1],
                                         qd_sharpness(p->affinity_values_scale));
    const double *hostility =
        self->target == QD_NOBODY ? NULL : state->affinity + (size_t)self->target * padded;
    double scale = p->mission_stake * self->severity, reach = p->mission_global_reach / strongest;
    for (size_t i = 0; i < padded; i++) {
        double attitude = hostility ? -hostility[i] : 0.5 * (1.0 + self->similar[i]);
        self->stake[i] = scale * (self->near[i] + reach * c[i]) * attitude;
        self->price[i] = p->mission_join_cost + p->mission_audience_cost * (0.5 * (1.0 - self->similar[i])) +
                         p->mission_overstretch * state->load[i];
    }
    for (size_t i = n; i < padded; i++) {
        self->stake[i] = 0.0;
        self->price[i] = (double)INFINITY;
    }
}

/* The state with the largest c_i h_i > 0; the target's own stake is 0, so it never initiates. */
static int find_initiator(const qd_crisis_t *self, const qd_state_t *state)
{
    int initiator = QD_NOBODY;
    double most = 0.0;
    for (size_t i = 0; i < state->n; i++) {
        double weight = state->c[i] * self->stake[i];
        if ((int)i != self->target && weight > most) {
            most = weight;
            initiator = (int)i;
        }
    }
    return initiator;
}

void qd_crisis_draw(qd_crisis_t *self, const qd_state_t *state, const qd_parameters_t *p, qd_luck_t luck,
                    unsigned period, unsigned number, double *scratch)
{
    self->period = period;
    self->number = number;
    double severity = qd_exp(p->crises_severity_sigma * normal(self, luck, QD_DRAW_SEVERITY));
    self->severity = severity > 4.0 ? 4.0 : severity;
    for (unsigned d = 0; d < 2; d++)
        self->values[d] = p->crises_values_spread * normal(self, luck, QD_DRAW_VALUES + d);
    self->target = QD_NOBODY;
    self->resistance = p->crises_resistance * self->severity;
    if (uniform(self, luck, QD_DRAW_TARGETED) < p->crises_targeted) {
        self->target = draw_target(self, state, p->crises_isolation_bias, luck, scratch);
        self->resistance += p->mission_effort * state->c[self->target];
        for (size_t d = 0; d < 3; d++)
            self->place[d] = state->place[d * state->padded + (size_t)self->target];
    } else {
        qd_sphere_point(uniform(self, luck, QD_DRAW_SCENE), uniform(self, luck, QD_DRAW_SCENE + 1),
                        self->place);
    }
    set_near(self, state, p->affinity_distance_scale);
    set_stakes(self, state, p);
    self->initiator = find_initiator(self, state);
}

static int leader(const qd_state_t *state)
{
    int strongest = 0;
    for (size_t i = 1; i < state->n; i++)
        if (state->c[i] > state->c[strongest])
            strongest = (int)i;
    return strongest;
}

qd_leaning_t qd_leaning_of(const qd_state_t *state, const qd_parameters_t *p, int i)
{
    double field[QD_DOCTRINE_FIELDS];
    bool bound = p->doctrine_scope == 0.0 || leader(state) == i;
    for (size_t f = 0; f < QD_DOCTRINE_FIELDS; f++)
        field[f] = bound ? p->value[qd_doctrine_fields[f]] : qd_doctrine_table[QD_NEUTRAL].value[f];
    return (qd_leaning_t){.bias = {field[0], field[1], field[2], field[3], p->doctrine_bias_umbrella},
                          .force_ratio = field[4],
                          .vital_interest = field[5]};
}
