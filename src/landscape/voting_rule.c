#include "landscape/voting_rule.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "landscape/weights.h"

#define WEIGHT_MAX 9007199254740992.0 /* 2^53: sums of scaled weights stay exact */

static bool tell(qd_rule_fault_t *fault, qd_fault_place_t place, size_t member, double found,
                 const char *format, ...) QD_PRINTF(5, 6);

static bool tell(qd_rule_fault_t *fault, qd_fault_place_t place, size_t member, double found,
                 const char *format, ...)
{
    va_list arguments;
    *fault = (qd_rule_fault_t){.place = place, .member = member, .found = found};
    va_start(arguments, format);
    vsnprintf(fault->expected, sizeof fault->expected, format, arguments);
    va_end(arguments);
    return false;
}

/* Most decimals that a weight has; -1 and a fault where one cannot be counted exactly. */
static int decimals_of_weights(const qd_power_rule_t *rule, size_t members, qd_rule_fault_t *fault)
{
    int most = 0;
    for (size_t i = 0; i < members; i++) {
        double weight = rule->weight[i];
        int decimals = qd_decimals(weight);
        if (!(weight >= 0.0 && isfinite(weight)))
            tell(fault, QD_FAULT_WEIGHT, i, weight, "0 or more");
        else if (weight >= WEIGHT_MAX)
            tell(fault, QD_FAULT_WEIGHT, i, weight, "a number below 2^53 = %.0f, for an exact count",
                 WEIGHT_MAX);
        else if (decimals < 0)
            tell(fault, QD_FAULT_WEIGHT, i, weight,
                 "a number of at most 15 digits, nine of them decimals, for an exact count");
        if (!(weight >= 0.0 && weight < WEIGHT_MAX) || decimals < 0)
            return -1;
        most = decimals > most ? decimals : most;
    }
    return most;
}

/* The least whole number that reaches the quota in units of 10^-decimals. */
static int64_t scale_quota(double quota, int decimals)
{
    int own = qd_decimals(quota);
    if (own < 0) /* not a multiple of the unit: rounding up decides nothing anew */
        return (int64_t)ceill((long double)quota * (long double)qd_power_of_ten(decimals));
    int64_t scaled = (int64_t)rint(quota * qd_power_of_ten(own));
    if (own <= decimals)
        return scaled * (int64_t)qd_power_of_ten(decimals - own);
    int64_t unit = (int64_t)qd_power_of_ten(own - decimals);
    return (scaled + unit - 1) / unit;
}

bool qd_whole_rule_init(qd_whole_rule_t *self, const qd_power_rule_t *rule, size_t members,
                        qd_rule_fault_t *fault)
{
    int decimals = decimals_of_weights(rule, members, fault);
    if (decimals < 0)
        return false;
    double power = qd_power_of_ten(decimals), total = 0.0;
    for (size_t i = 0; i < members; i++)
        total += rule->weight[i];
    if (total * power >= WEIGHT_MAX)
        return tell(fault, QD_FAULT_TOTAL, 0, total,
                    "weights of fewer digits: all together they are 2^53 = %.0f or more of their smallest "
                    "unit, 1e-%d, too many for an exact count",
                    WEIGHT_MAX, decimals);
    *self = (qd_whole_rule_t){0};
    for (size_t i = 0; i < members; i++)
        self->total += self->weight[i] = (int64_t)rint(rule->weight[i] * power);
    if (!(rule->quota > 0.0))
        return tell(fault, QD_FAULT_QUOTA, 0, rule->quota, "a quota above 0");
    if (rule->quota * power < 2.0 * WEIGHT_MAX)
        self->quota = scale_quota(rule->quota, decimals);
    if (self->quota < 1 || self->quota > self->total)
        return tell(fault, QD_FAULT_QUOTA, 0, rule->quota,
                    "at most %.15g, the sum of the weights: no coalition could win",
                    (double)self->total / power);
    return true;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

void qd_whole_reduce(int64_t weight[], size_t voters, int64_t *quota)
{
    int64_t divisor = 0;
    for (size_t i = 0; i < voters; i++) {
        weight[i] = weight[i] > *quota ? *quota : weight[i];
        divisor = common_divisor(divisor, weight[i]);
    }
    if (divisor < 2)
        return;
    for (size_t i = 0; i < voters; i++)
        weight[i] /= divisor;
    *quota = (*quota + divisor - 1) / divisor;
}
