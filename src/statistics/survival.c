#include "statistics/survival.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "statistics/interval.h"

/* Sums that grow from period to period. */
typedef struct {
    double survival;
    double log_variance;      /* of log S(t), Greenwood's sum over g_u = d_u / (n_u (n_u - d_u)) */
    double mean;              /* M(t) */
    double weighted, squares; /* sums of a_u g_u and a_u^2 g_u, where a_u = S(u) + ... + S(t) */
} running_t;

static void advance(running_t *self, uint64_t events, uint64_t at_risk)
{
    double n = (double)at_risk, d = (double)events;
    if (events > 0 && events == at_risk) {
        self->survival = 0.0;
    } else if (events > 0) {
        self->survival *= 1.0 - d / n;
        self->log_variance += d / (n * (n - d));
    }
    double s = self->survival;
    self->mean += s;
    self->squares += 2.0 * s * self->weighted + s * s * self->log_variance;
    self->weighted += s * self->log_variance;
}

/* Around a share in (0,1) whose logarithm has the standard error `error`. */
static qd_interval_t share_interval(double share, double error, double z)
{
    double width = z * error / log(share); /* negative */
    return (qd_interval_t){pow(share, exp(-width)), pow(share, exp(width))};
}

/* No world, or every world, has broken down so far: `before` is the preceding period (NULL in the first). */
static qd_interval_t survival_interval(const running_t *sums, uint64_t at_risk, const qd_survival_t *before,
                                       double z, double tail)
{
    double exact = pow(tail, 1.0 / (double)at_risk);
    if (sums->survival >= 1.0)
        return (qd_interval_t){exact, 1.0};
    if (sums->survival <= 0.0)
        return (qd_interval_t){0.0, before ? before->high : 1.0 - exact};
    return share_interval(sums->survival, sqrt(sums->log_variance), z);
}

/* While all survive, or where none survived the first period, the share equals S, whose interval is `s`. */
static qd_interval_t mean_interval(const running_t *sums, double periods, qd_interval_t s, double z)
{
    double share = sums->mean / periods;
    qd_interval_t out =
        share >= 1.0 || share <= 0.0 ? s : share_interval(share, sqrt(sums->squares) / sums->mean, z);
    return (qd_interval_t){periods * out.low, periods * out.high};
}

void qd_survival_estimate(size_t periods, const uint64_t events[], const uint64_t censored[], uint64_t beyond,
                          double confidence, qd_survival_t out[])
{
    double tail = (1.0 - confidence) / 2.0, z = gsl_cdf_ugaussian_Qinv(tail);
    running_t sums = {.survival = 1.0};
    uint64_t at_risk = beyond;
    for (size_t t = 0; t < periods; t++)
        at_risk += events[t] + censored[t];
    for (size_t t = 0; t < periods; t++) {
        at_risk -= censored[t];
        if (at_risk == 0 && sums.survival > 0.0)
            sums.survival = NAN;
        advance(&sums, events[t], at_risk);
        qd_interval_t s = survival_interval(&sums, at_risk, t > 0 ? &out[t - 1] : NULL, z, tail);
        qd_interval_t m = mean_interval(&sums, (double)(t + 1), s, z);
        out[t] = (qd_survival_t){at_risk, sums.survival, s.low, s.high, sums.mean, m.low, m.high};
        at_risk -= events[t];
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
