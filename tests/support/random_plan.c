#include "support/random_plan.h"

#include "support/check.h"

/* Where the general rule of range_of would give ranges too wide to be of interest, or too narrow. */
static const struct {
    qd_parameter_t parameter;
    double low, high;
} particular[] = {
    {QD_P_order_pole_share, 0.05, 0.95},
    {QD_P_order_pole_ratio, 0.05, 1},
    {QD_P_affinity_distance_scale, 0.05, 4},
    {QD_P_affinity_values_scale, 0.05, 4},
    {QD_P_affinity_interdependence, -1, 2},
    {QD_P_affinity_rivalry, -1, 2},
    {QD_P_affinity_noise, 0, 2},
    {QD_P_blocs_max, 0, 64},
    {QD_P_blocs_review, 1, 12},
    {QD_P_crises_rate, 0, 6},
    {QD_P_mission_patronage, -3, 3},
    {QD_P_mission_coupling, 0, 10},
    {QD_P_mission_load, 0, 5},
    {QD_P_doctrine_force_ratio, 0, 4},
    {QD_P_doctrine_learning, 0, 0.3},
    {QD_P_clubs_depth, 0, 4},
    {QD_P_clubs_switching_cost, 0, 0.05},
    {QD_P_doctrine_exit, 0, 12},
    {QD_P_publics_weight, 0, 0.5},
    {QD_P_capability_volatility, 0, 0.3},
    {QD_P_capability_pole_decline, -0.1, 0.1},
};

/* From the lowest value (or minus the highest) to a few times the default. */
static void range_of(qd_parameter_t parameter, double *low, double *high)
{
    for (size_t i = 0; i < QD_COUNT(particular); i++)
        if (particular[i].parameter == parameter) {
            *low = particular[i].low;
            *high = particular[i].high;
            return;
        }
    const qd_parameter_info_t *info = qd_parameter_info(parameter);
    *low = info->low;
    *high = info->high;
    if (info->high - info->low <= 1.0)
        return;
    double usual = fmax(0.05, fabs(info->by_order[QD_MULTIPOLAR].high));
    *high = fmin(info->high, 6.0 * usual);
    *low = info->low < 0.0 ? fmax(info->low, -*high) : info->low;
}

static double value_between(qd_test_stream_t *stream, double low, double high, bool whole)
{
    double u = qd_test_uniform(stream), v = qd_test_between(stream, low, high);
    v = u < 0.05 ? low : u > 0.96 ? high : v;
    return whole ? floor(v + 0.5) : v;
}

/* A distribution within [low, high]: mostly a constant. */
static qd_distribution_t draw_distribution(qd_test_stream_t *stream, double low, double high, bool whole)
{
    double a = value_between(stream, low, high, whole), b = value_between(stream, low, high, whole);
    double least = fmin(a, b), most = fmax(a, b), kind = qd_test_uniform(stream);
    if (kind < 0.6 || least == most)
        return qd_constant(a);
    qd_distribution_t out = {.kind = QD_UNIFORM, .a = least, .b = most};
    if (whole) {
        out.kind = QD_INTEGERS;
    } else if (kind < 0.7) {
        out = (qd_distribution_t){.kind = QD_CHOICE, .n = 2, .value = {a, b}, .cumulative = {1, 2}};
    } else if (kind < 0.75) {
        out.kind = QD_TRIANGULAR;
        out.c = 0.5 * (least + most);
    } else if (kind < 0.8) {
        out = (qd_distribution_t){.kind = QD_BETA, .a = 2, .b = 0.7, .low = least, .high = most};
    } else if (kind < 0.85) {
        out = (qd_distribution_t){.kind = QD_NORMAL, .a = a, .b = most - least};
    }
    out.key = qd_test_uniform(stream) < 0.2 ? qd_name_key("fate") : 0;
    QD_ASSERT_NO_FAULT(qd_distribution_finish(&out, low, high));
    return out;
}

static qd_distribution_t draw_for(qd_test_stream_t *stream, qd_parameter_t parameter)
{
    double low, high;
    range_of(parameter, &low, &high);
    return draw_distribution(stream, low, high, qd_parameter_info(parameter)->type != QD_TYPE_REAL);
}

static void draw_schedule(qd_test_plan_t *self, qd_test_stream_t *stream, size_t periods)
{
    size_t count = qd_test_below(stream, QD_TEST_CHANGES_MAX + 1);
    int at = 0;
    for (size_t i = 0; i < count; i++) {
        qd_parameter_t parameter = (qd_parameter_t)qd_test_below(stream, QD_PARAMETER_COUNT);
        at += (int)qd_test_below(stream, 1 + periods / 6);
        if (qd_parameter_info(parameter)->drawing_only)
            continue;
        self->change[self->plan.changes++] =
            (qd_change_t){.at = at, .parameter = parameter, .distribution = draw_for(stream, parameter)};
    }
    self->plan.change = self->change;
}

void qd_test_set(qd_plan_t *plan, qd_parameter_t parameter, double value)
{
    plan->parameter[parameter] = qd_constant(value);
}

void qd_test_set_doctrine(qd_plan_t *plan, size_t row)
{
    for (size_t f = 0; f < QD_DOCTRINE_FIELDS; f++)
        qd_test_set(plan, qd_doctrine_fields[f], qd_doctrine_table[row].value[f]);
}

void qd_test_random_plan(qd_test_plan_t *self, uint64_t number, size_t states_max, size_t periods_max)
{
    qd_test_stream_t stream = qd_test_stream(1815, number);
    qd_order_kind_t kind = (qd_order_kind_t)(number % 3);
    *self = (qd_test_plan_t){.plan = qd_plan_default(kind)};
    if (kind == QD_MULTIPOLAR && qd_test_uniform(&stream) < 0.5)
        qd_test_set(&self->plan, QD_P_order_poles, 1.0 + (double)qd_test_below(&stream, 16));
    qd_test_set_doctrine(&self->plan, qd_test_below(&stream, qd_doctrine_count));
    double boldness = fmax(0.0, 1.5 * qd_test_uniform(&stream) - 0.5);
    for (size_t i = 0; i < QD_PARAMETER_COUNT; i++)
        if (i != QD_P_order_states && i != QD_P_order_periods && i != QD_P_order_poles &&
            qd_test_uniform(&stream) < boldness)
            self->plan.parameter[i] = draw_for(&stream, (qd_parameter_t)i);
    double fewest = self->plan.parameter[QD_P_order_poles].high + 1.0;
    self->plan.parameter[QD_P_order_states] = draw_distribution(&stream, fewest, (double)states_max, true);
    self->plan.parameter[QD_P_order_periods] = draw_distribution(&stream, 1.0, (double)periods_max, true);
    draw_schedule(self, &stream, periods_max);
}
