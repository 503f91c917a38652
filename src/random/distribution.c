#include "quadrille/random.h"

#include "math/elementary.h"
#include "random/beta_quantile.h"

static const char *const names[] = {"constant", "uniform",    "loguniform", "normal",  "lognormal",
                                    "beta",     "triangular", "choice",     "integers"};

const char *qd_distribution_name(qd_distribution_kind_t kind)
{
    return names[kind];
}

qd_distribution_t qd_constant(double value)
{
    return (qd_distribution_t){.kind = QD_CONSTANT, .a = value, .low = value, .high = value};
}

/* The probability below z under the standard normal: the quantile function inverted by bisection, so that the
 * two agree to the last bit on every machine. Computed once, when a file is read. */
static double normal_probability(double z)
{
    double low = 0.0, high = 1.0;
    for (int step = 0; step < 80; step++) {
        double middle = 0.5 * (low + high);
        if (middle <= low || middle >= high)
            break;
        if (qd_normal_quantile(middle) < z)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

static double log_or_lowest(double x)
{
    return x > 0.0 ? qd_log(x) : -1e300;
}

static const char *finish_normal(qd_distribution_t *self, double low, double high)
{
    if (!(self->b > 0.0))
        return "needs a standard deviation above 0";
    double z_low = (low - self->a) / self->b, z_high = (high - self->a) / self->b;
    if (self->kind == QD_LOGNORMAL) {
        z_low = (log_or_lowest(low) - self->a) / self->b;
        z_high = (log_or_lowest(high) - self->a) / self->b;
    }
    self->u_low = normal_probability(z_low);
    self->u_high = normal_probability(z_high);
    self->low = low;
    self->high = high;
    if (self->u_high - self->u_low < 1e-3)
        return "has less than a thousandth of its probability inside the parameter's range";
    return NULL;
}

static const char *finish_choice(qd_distribution_t *self)
{
    if (self->n < 1)
        return "needs at least one value";
    double total = 0.0;
    self->low = self->high = self->value[0];
    for (int i = 0; i < self->n; i++) {
        if (!(self->cumulative[i] >= 0.0))
            return "needs weights that are not negative";
        total += self->cumulative[i];
        self->cumulative[i] = total;
        self->low = self->value[i] < self->low ? self->value[i] : self->low;
        self->high = self->value[i] > self->high ? self->value[i] : self->high;
    }
    if (!(total > 0.0))
        return "needs at least one weight above 0";
    for (int i = 0; i < self->n; i++)
        self->cumulative[i] /= total;
    return NULL;
}

const char *qd_distribution_finish(qd_distribution_t *self, double range_low, double range_high)
{
    switch (self->kind) {
    case QD_CONSTANT:
        self->low = self->high = self->a;
        return NULL;
    case QD_UNIFORM:
    case QD_LOGUNIFORM:
    case QD_INTEGERS:
        self->low = self->a;
        self->high = self->b;
        if (self->kind == QD_INTEGERS ? !(self->a <= self->b) : !(self->a < self->b))
            return "needs its lower bound below its upper bound";
        return self->kind == QD_LOGUNIFORM && !(self->a > 0.0) ? "needs bounds above 0" : NULL;
    case QD_NORMAL:
    case QD_LOGNORMAL:
        return finish_normal(self, range_low, range_high);
    case QD_BETA:
        if (!(self->a > 0.0) || !(self->b > 0.0))
            return "needs two shapes above 0";
        if (self->low == self->high) {
            self->low = range_low;
            self->high = range_high;
        }
        return self->low < self->high ? NULL : "needs its lower bound below its upper bound";
    case QD_TRIANGULAR:
        self->low = self->a;
        self->high = self->b;
        return self->a <= self->c && self->c <= self->b && self->a < self->b ? NULL
                                                                             : "needs low <= mode <= high";
    case QD_CHOICE:
        return finish_choice(self);
    }
    return "is of an unknown kind";
}

static double triangular_quantile(const qd_distribution_t *self, double u)
{
    double width = self->b - self->a, split = (self->c - self->a) / width;
    if (u < split)
        return self->a + sqrt(u * width * (self->c - self->a));
    return self->b - sqrt((1.0 - u) * width * (self->b - self->c));
}

double qd_distribution_quantile(const qd_distribution_t *self, double u)
{
    double x = self->a;
    switch (self->kind) {
    case QD_CONSTANT:
        return self->a;
    case QD_UNIFORM:
        x = self->a + (self->b - self->a) * u;
        break;
    case QD_LOGUNIFORM:
        x = self->a * qd_exp(u * qd_log(self->b / self->a));
        break;
    case QD_NORMAL:
    case QD_LOGNORMAL: {
        double p = self->u_low + (self->u_high - self->u_low) * u;
        x = self->a + self->b * qd_normal_quantile(qd_clamp(p, 0x1p-60, 1.0 - 0x1p-53));
        x = self->kind == QD_LOGNORMAL ? qd_exp(x) : x;
        break;
    }
    case QD_BETA:
        x = self->low + (self->high - self->low) * qd_beta_quantile(self->a, self->b, u);
        break;
    case QD_TRIANGULAR:
        x = triangular_quantile(self, u);
        break;
    case QD_CHOICE: {
        int i = 0;
        while (i < self->n - 1 && u >= self->cumulative[i])
            i++;
        return self->value[i];
    }
    case QD_INTEGERS:
        x = self->a + floor(u * (self->b - self->a + 1.0));
        break;
    }
    return qd_clamp(x, self->low, self->high);
}
