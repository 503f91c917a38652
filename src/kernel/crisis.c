#include "kernel/crisis.h"

#include <string.h>

#include "math/elementary.h"
#include "math/lanes.h"
#include "world/draws.h"

static void draw_counts(qd_count_luck_t *self, qd_luck_t luck, unsigned period)
{
    qd_pairs_t at;
    uint64_t even[QD_COUNT_PERIODS], odd[QD_COUNT_PERIODS];
    *self = (qd_count_luck_t){.luck = luck, .period = period, .drawn = true};
    for (unsigned k = 0; k < QD_COUNT_PERIODS; k++) {
        at.purpose[k] = QD_PURPOSE_CRISIS;
        at.period[k] = period + k;
        at.pair[k] = 0;
    }
    qd_random_pairs(luck, &at, even, odd);
    for (size_t k = 0; k < QD_COUNT_PERIODS; k++)
        self->uniform[k] = qd_unit(even[k]);
    for (size_t k = 0; k < QD_COUNT_PERIODS; k++)
        self->calm[k] = -qd_log(self->uniform[k]);
}

/* The least k with u < P(Poisson(rate) <= k). Most periods are calm: u < exp(-rate). */
unsigned qd_crisis_count(qd_count_luck_t *held, const qd_state_t *state, const qd_parameters_t *p,
                         qd_luck_t luck, unsigned period)
{
    double rate = p->crises_rate * (1.0 + p->crises_tension_feedback * state->tension);
    if (!held->drawn || held->luck.seed != luck.seed || held->luck.world != luck.world ||
        period - held->period >= QD_COUNT_PERIODS)
        draw_counts(held, luck, period);
    if (rate < held->calm[period - held->period])
        return 0;
    double u = held->uniform[period - held->period], term = qd_exp(-rate), below = term;
    unsigned count = 0;
    for (unsigned k = 1; k <= QD_CRISES_MAX; k++) {
        count += u >= below;
        term *= rate / k;
        below += term;
    }
    return count;
}

_Static_assert(QD_HUB + 1 == QD_VENUES, "a new venue needs a foresight and a bias in this file");

/* Eight pairs of draws: four of the crisis, and four of its possible consequences. */
void qd_crisis_draw_luck(qd_crisis_luck_t *self, qd_luck_t luck, unsigned period, unsigned number)
{
    const uint32_t crisis = 8 * (number + 1);
    const qd_pairs_t at = {.purpose = {QD_PURPOSE_CRISIS, QD_PURPOSE_CRISIS, QD_PURPOSE_CRISIS,
                                       QD_PURPOSE_CRISIS, QD_PURPOSE_OUTCOME, QD_PURPOSE_ESCALATION,
                                       QD_PURPOSE_FORESIGHT, QD_PURPOSE_FORESIGHT},
                           .period = {period, period, period, period, period, period, period, period},
                           .pair = {crisis, crisis + 1, crisis + 2, crisis + 3, number / 2, number / 2,
                                    4 * number + QD_COLLECTIVE / 2, 4 * number + QD_UMBRELLA / 2}};
    uint64_t even[8], odd[8];
    double normal[8];
    qd_random_pairs(luck, &at, even, odd);
    qd_normals_of(even, odd, normal);
    *self = (qd_crisis_luck_t){.severity = normal[QD_DRAW_SEVERITY],
                               .values = {normal[QD_DRAW_VALUES], normal[QD_DRAW_VALUES + 1]},
                               .scene = {qd_unit(even[QD_DRAW_SCENE / 2]), qd_unit(odd[QD_DRAW_SCENE / 2])},
                               .targeted = qd_unit(even[QD_DRAW_TARGETED / 2]),
                               .target = qd_unit(odd[QD_DRAW_TARGET / 2]),
                               .outcome = qd_unit(number % 2 ? odd[4] : even[4]),
                               .escalation = qd_unit(number % 2 ? odd[5] : even[5]),
                               .foresight = {[QD_COLLECTIVE] = qd_unit(even[6]),
                                             [QD_ALLIANCE] = qd_unit(odd[6]),
                                             [QD_FLEXIBLE] = 1.0,
                                             [QD_UNILATERAL] = 1.0,
                                             [QD_UMBRELLA] = qd_unit(even[7]),
                                             [QD_HUB] = 1.0}};
}

/* sum_j c_j A_kj for some vectors of states from k on, in registers; each sum in the order of j. */
static inline void add_rows(const qd_state_t *state, size_t k, size_t vectors, double *restrict out)
{
    const double *restrict c = state->c, *restrict row = state->affinity + k;
    qd_reals_t sum[8] = {{0}};
    for (size_t j = 0; j < state->n; j++, row += state->padded)
        for (size_t v = 0; v < vectors; v++)
            sum[v] += c[j] * QD_REALS_OF(row + v * QD_REALS);
    for (size_t v = 0; v < vectors; v++)
        QD_REALS_AT(out + k + v * QD_REALS) = sum[v];
}

/* weight_k = exp(-bias sum_j c_j A_kj) */
static void weigh_targets(const qd_state_t *state, double bias, double *restrict weight)
{
    size_t padded = state->padded, k = 0;
    for (; k + 8 * QD_REALS <= padded; k += 8 * QD_REALS)
        add_rows(state, k, 8, weight);
    for (; k + 4 * QD_REALS <= padded; k += 4 * QD_REALS)
        add_rows(state, k, 4, weight);
    for (; k < padded; k += QD_LANES)
        add_rows(state, k, QD_PARTS, weight);
    for (k = 0; k < padded; k++)
        weight[k] *= -bias;
    qd_exp_all(weight, padded);
}

/* Draws the target with these weights: the first whose cumulative weight exceeds u times the sum of all.
 * Overwrites the weights: sums them by eights, which are independent of each other. */
static size_t choose_target(double *weight, size_t n, double u)
{
    size_t padded = qd_padded(n), passed = 0;
    double total = 0.0;
    for (size_t k = n; k < padded; k++)
        weight[k] = 0.0;
    for (size_t k = 0; k < padded; k += QD_LANES) {
        double sum = 0.0;
        for (size_t l = 0; l < QD_LANES; l++)
            weight[k + l] = sum += weight[k + l];
        total += sum;
    }
    double mark = u * total;
    for (size_t k = 0; k < padded; k += QD_LANES) {
        passed += (size_t)__builtin_popcount(qd_lanes_up_to(weight + k, mark));
        mark -= weight[k + QD_LANES - 1];
    }
    return passed < n ? passed : n - 1;
}

/* V(v_i, v_m) */
static void set_similar(qd_crisis_t *self, const qd_state_t *state, double scale)
{
    size_t padded = state->padded;
    const double *restrict vx = state->value, *restrict vy = vx + padded;
    double *restrict similar = self->similar;
    double x = self->values[0], y = self->values[1], sharpness = qd_sharpness(scale);
    for (size_t i = 0; i < padded; i++)
        similar[i] = qd_unlikeness(vx[i], vy[i], x, y, sharpness);
    qd_exp_all(similar, padded);
    for (size_t i = 0; i < padded; i++)
        similar[i] = 2.0 * similar[i] - 1.0;
}

/* The target's place is the crisis's, and near_i its row of the proximities. */
static void set_target(qd_crisis_t *self, const qd_state_t *state, const qd_parameters_t *p, size_t target)
{
    size_t padded = state->padded;
    self->target = (int)target;
    self->resistance += p->mission_effort * state->c[target];
    for (size_t d = 0; d < 3; d++)
        self->place[d] = state->place[d * padded + target];
    memcpy(self->near, state->proximity + target * padded, padded * sizeof *self->near);
}

/* Delta_i = max(0, Delta_i + weight (1 - 2 y_i)) */
static void ask_publics(qd_crisis_t *self, const qd_state_t *state, double weight)
{
    const double *restrict y = state->support;
    for (size_t i = 0; i < state->padded; i++) {
        double price = self->price[i] + weight * (1.0 - 2.0 * y[i]);
        self->price[i] = price > 0.0 ? price : 0.0;
    }
}

/* h_i = stake s (near_i + global_reach c_i / max c) a_i, a_i = -A_ik if targeted, else (1 + V_i) / 2; and
 * Delta_i = join_cost + audience_cost (1 - V_i) / 2 + overstretch l_i. */
static void set_stakes(qd_crisis_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    size_t n = state->n, padded = state->padded;
    const double *restrict c = state->c, *restrict near = self->near, *restrict load = state->load;
    const double *restrict similar = self->similar;
    double *restrict stake = self->stake, *restrict price = self->price;
    double scale = p->mission_stake * self->severity, reach = p->mission_global_reach / qd_max(c, padded);
    double cost = p->mission_join_cost, audience = p->mission_audience_cost,
           load_cost = p->mission_overstretch;
    for (size_t i = 0; i < padded; i++)
        price[i] = cost + audience * (0.5 * (1.0 - similar[i])) + load_cost * load[i];
    if (self->target == QD_NOBODY) {
        for (size_t i = 0; i < padded; i++)
            stake[i] = scale * (near[i] + reach * c[i]) * (0.5 * (1.0 + similar[i]));
    } else {
        const double *restrict affinity = state->affinity + (size_t)self->target * padded;
        for (size_t i = 0; i < padded; i++)
            stake[i] = scale * (near[i] + reach * c[i]) * -affinity[i];
    }
    if (p->publics_weight != 0.0)
        ask_publics(self, state, p->publics_weight);
    for (size_t i = n; i < padded; i++) {
        stake[i] = 0.0;
        price[i] = (double)INFINITY;
    }
}

int qd_crisis_initiator(const qd_crisis_t *self, const qd_state_t *state, double *restrict weight)
{
    size_t padded = state->padded;
    for (size_t k = 0; k < padded; k++)
        weight[k] = state->c[k] * self->stake[k];
    double most = qd_max(weight, padded);
    return most > 0.0 ? (int)qd_lanes_first(weight, most, padded) : QD_NOBODY;
}

void qd_crisis_draw(qd_crisis_t *self, const qd_state_t *state, const qd_parameters_t *p, qd_luck_t luck,
                    unsigned period, unsigned number, double *scratch)
{
    const qd_crisis_luck_t *drawn = &self->drawn;
    qd_crisis_draw_luck(&self->drawn, luck, period, number);
    self->period = period;
    self->number = number;
    double severity = qd_exp(p->crises_severity_sigma * drawn->severity);
    self->severity = severity > 4.0 ? 4.0 : severity;
    for (unsigned d = 0; d < 2; d++)
        self->values[d] = p->crises_values_spread * drawn->values[d];
    self->target = QD_NOBODY;
    self->resistance = p->crises_resistance * self->severity;
    bool targeted = drawn->targeted < p->crises_targeted;
    if (targeted) {
        weigh_targets(state, p->crises_isolation_bias, scratch);
    } else {
        qd_sphere_point(drawn->scene[0], drawn->scene[1], self->place);
        qd_state_near(state, self->place, p->affinity_distance_scale, self->near);
    }
    set_similar(self, state, p->affinity_values_scale); /* overlaps with the computation of the weights */
    if (targeted)
        set_target(self, state, p, choose_target(scratch, state->n, drawn->target));
    set_stakes(self, state, p);
    self->initiator = qd_crisis_initiator(self, state, scratch);
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
    return (qd_leaning_t){
        .bias = {field[0], field[1], field[2], field[3], p->doctrine_bias_umbrella, p->doctrine_bias_hub},
        .force_ratio = field[4],
        .vital_interest = field[5]};
}
