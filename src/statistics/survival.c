#include "statistics/survival.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* Interval around S from the Greenwood sum; `before` is the period before (or NULL). */
static void set_interval(qd_survival_t *self, const qd_survival_t *before, double greenwood, double z,
                         double tail)
{
    double s = self->estimate;
    if (s >= 1.0) {
        self->low = self->at_risk > 0 ? pow(tail, 1.0 / (double)self->at_risk) : before ? before->low : 0.0;
        self->high = 1.0;
    } else if (s <= 0.0) {
        self->low = 0.0;
        self->high = before ? before->high : 1.0 - pow(tail, 1.0 / (double)self->at_risk);
    } else {
        double width = z * sqrt(greenwood) / log(s); /* negative */
        self->low = pow(s, exp(-width));
        self->high = pow(s, exp(width));
    }
}

void qd_survival_estimate(size_t periods, const uint64_t events[], const uint64_t censored[], uint64_t beyond,
                          double confidence, qd_survival_t out[])
{
    double tail = (1.0 - confidence) / 2.0, z = gsl_cdf_ugaussian_Qinv(tail);
    uint64_t at_risk = beyond;
    for (size_t t = 0; t < periods; t++)
        at_risk += events[t] + censored[t];
    double s = 1.0, greenwood = 0.0;
    for (size_t t = 0; t < periods; t++) {
        double n = (double)at_risk, d = (double)events[t];
        if (events[t] > 0) {
            s = events[t] == at_risk ? 0.0 : s * (1.0 - d / n);
            greenwood += events[t] == at_risk ? 0.0 : d / (n * (n - d));
        }
        out[t] = (qd_survival_t){.at_risk = at_risk, .estimate = s};
        set_interval(&out[t], t > 0 ? &out[t - 1] : NULL, greenwood, z, tail);
        at_risk -= events[t] + censored[t];
    }
}

void qd_survival_count(size_t n, const double time[], const double flag[], size_t periods, uint64_t events[],
                       uint64_t censored[], uint64_t *beyond)
{
    for (size_t i = 0; i < n; i++) {
        if (isnan(time[i]) || isnan(flag[i]))
            continue;
        if (time[i] >= (double)periods)
            ++*beyond;
        else if (flag[i] != 0.0)
            events[time[i] > 0.0 ? (size_t)time[i] : 0]++;
        else
            censored[time[i] > 0.0 ? (size_t)time[i] : 0]++;
    }
}

double qd_survival_restricted_mean(size_t periods, const qd_survival_t estimate[])
{
    double sum = 0.0;
    for (size_t t = 0; t < periods; t++)
        sum += estimate[t].estimate;
    return sum;
}
