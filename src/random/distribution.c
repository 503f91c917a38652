/* GSL has these functions too, but its results depend on libm and differ between machines. Parameters drawn
 * with the functions here have the same bits everywhere (see math/elementary.h). tests/random compares them
 * with GSL's. */
#include "random/distribution.h"

#include "math/elementary.h"

/* log Gamma(x), x > 0: Lanczos's approximation with g = 7 and nine terms. */
static double log_gamma(double x)
{
    static const double term[9] = {0.99999999999980993,  676.5203681218851,     -1259.1392167224028,
                                   771.32342877765313,   -176.61502916214059,   12.507343278686905,
                                   -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7};
    if (x < 0.5) /* one step of the recurrence keeps the sum accurate */
        return log_gamma(x + 1.0) - qd_log(x);
    double z = x - 1.0, sum = term[0], t = z + 7.5;
    for (int i = 1; i < 9; i++)
        sum += term[i] / (z + i);
    return 0.91893853320467274178 + (z + 0.5) * qd_log(t) - t + qd_log(sum);
}

/* Continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8), by Lentz's method. */
static double continued_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1.0, d = 1.0 - (a + b) * x / (a + 1.0);
    d = 1.0 / (fabs(d) < tiny ? tiny : d);
    double h = d;
    for (int m = 1; m <= 500; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double before = h;
        for (int half = 0; half < 2; half++) {
            double term = half ? odd : even;
            d = 1.0 + term * d;
            d = 1.0 / (fabs(d) < tiny ? tiny : d);
            c = 1.0 + term / c;
            c = fabs(c) < tiny ? tiny : c;
            h *= d * c;
        }
        if (fabs(h - before) <= 1e-16 * fabs(h))
            break;
    }
    return h;
}

double qd_beta_probability(double a, double b, double x)
{
    if (x <= 0.0)
        return 0.0;
    if (x >= 1.0)
        return 1.0;
    double front =
        qd_exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * qd_log(x) + b * qd_log(1.0 - x));
    if (x < (a + 1.0) / (a + b + 2.0))
        return front * continued_fraction(a, b, x) / a;
    return 1.0 - front * continued_fraction(b, a, 1.0 - x) / b;
}

double qd_beta_quantile(double a, double b, double u)
{
    double low = 0.0, high = 1.0;
    for (int step = 0; step < 60 && high - low > 1e-16; step++) {
        double middle = 0.5 * (low + high);
        if (qd_beta_probability(a, b, middle) <= u)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

qd_distribution_t qd_constant(double value)
{
    return (qd_distribution_t){.kind = QD_CONSTANT, .a = value, .low = value, .high = value};
}

/* Clamps a quantile that rounding may have moved beyond the end of the support. */
static double inside(const qd_distribution_t *self, double x)
{
    return qd_clamp(x, self->low, self->high);
}

/* ---- constant ------------------------------------------------------------------------------------------ */

static const char *finish_constant(qd_distribution_t *self, double range_low, double range_high)
{
    (void)range_low, (void)range_high;
    self->low = self->high = self->a;
    return NULL;
}

static double quantile_constant(const qd_distribution_t *self, double u)
{
    (void)u;
    return self->a;
}

static size_t value_constant(const qd_distribution_t *self, size_t at, double *value)
{
    if (at == 0)
        *value = self->a;
    return 1;
}

/* ---- uniform, loguniform, integers --------------------------------------------------------------------- */

static const char *finish_uniform(qd_distribution_t *self, double range_low, double range_high)
{
    (void)range_low, (void)range_high;
    self->low = self->a;
    self->high = self->b;
    return self->a < self->b ? NULL : "needs its lower bound below its upper bound";
}

static double quantile_uniform(const qd_distribution_t *self, double u)
{
    return inside(self, self->a + (self->b - self->a) * u);
}

/* A continuous distribution has no values to count. */
static size_t value_uniform(const qd_distribution_t *self, size_t at, double *value)
{
    (void)self, (void)at, (void)value;
    return 0;
}

static const char *finish_loguniform(qd_distribution_t *self, double range_low, double range_high)
{
    const char *wrong = finish_uniform(self, range_low, range_high);
    return wrong || self->a > 0.0 ? wrong : "needs bounds above 0";
}

static double quantile_loguniform(const qd_distribution_t *self, double u)
{
    return inside(self, self->a * qd_exp(u * qd_log(self->b / self->a)));
}

#define value_loguniform value_uniform

static const char *finish_integers(qd_distribution_t *self, double range_low, double range_high)
{
    (void)range_low, (void)range_high;
    self->low = self->a;
    self->high = self->b;
    return self->a <= self->b ? NULL : "needs its lower bound below its upper bound";
}

static double quantile_integers(const qd_distribution_t *self, double u)
{
    return inside(self, self->a + floor(u * (self->b - self->a + 1.0)));
}

static size_t value_integers(const qd_distribution_t *self, size_t at, double *value)
{
    size_t values = (size_t)(self->b - self->a) + 1;
    if (at < values)
        *value = self->a + (double)at;
    return values;
}

/* ---- normal, lognormal --------------------------------------------------------------------------------- */

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

/* Truncates a normal variable to [z_low, z_high] on its own scale. */
static const char *truncate(qd_distribution_t *self, double x_low, double x_high, double range_low,
                            double range_high)
{
    if (!(self->b > 0.0))
        return "needs a standard deviation above 0";
    self->u_low = normal_probability((x_low - self->a) / self->b);
    self->u_high = normal_probability((x_high - self->a) / self->b);
    self->low = range_low;
    self->high = range_high;
    if (self->u_high - self->u_low < 1e-3)
        return "has less than a thousandth of its probability inside the parameter's range";
    return NULL;
}

static const char *finish_normal(qd_distribution_t *self, double range_low, double range_high)
{
    return truncate(self, range_low, range_high, range_low, range_high);
}

static double untruncated_quantile(const qd_distribution_t *self, double u)
{
    double p = self->u_low + (self->u_high - self->u_low) * u;
    return self->a + self->b * qd_normal_quantile(qd_clamp(p, 0x1p-60, 1.0 - 0x1p-53));
}

static double quantile_normal(const qd_distribution_t *self, double u)
{
    return inside(self, untruncated_quantile(self, u));
}

#define value_normal value_uniform

static double log_or_lowest(double x)
{
    return x > 0.0 ? qd_log(x) : -1e300;
}

static const char *finish_lognormal(qd_distribution_t *self, double range_low, double range_high)
{
    return truncate(self, log_or_lowest(range_low), log_or_lowest(range_high), range_low, range_high);
}

static double quantile_lognormal(const qd_distribution_t *self, double u)
{
    return inside(self, qd_exp(untruncated_quantile(self, u)));
}

#define value_lognormal value_uniform

/* ---- beta, triangular ---------------------------------------------------------------------------------- */

static const char *finish_beta(qd_distribution_t *self, double range_low, double range_high)
{
    if (!(self->a > 0.0) || !(self->b > 0.0))
        return "needs two shapes above 0";
    if (self->low == self->high) {
        self->low = range_low;
        self->high = range_high;
    }
    return self->low < self->high ? NULL : "needs its lower bound below its upper bound";
}

static double quantile_beta(const qd_distribution_t *self, double u)
{
    return inside(self, self->low + (self->high - self->low) * qd_beta_quantile(self->a, self->b, u));
}

#define value_beta value_uniform

static const char *finish_triangular(qd_distribution_t *self, double range_low, double range_high)
{
    (void)range_low, (void)range_high;
    self->low = self->a;
    self->high = self->b;
    bool ordered = self->a <= self->c && self->c <= self->b && self->a < self->b;
    return ordered ? NULL : "needs low <= mode <= high";
}

static double quantile_triangular(const qd_distribution_t *self, double u)
{
    double width = self->b - self->a, split = (self->c - self->a) / width;
    if (u < split)
        return inside(self, self->a + sqrt(u * width * (self->c - self->a)));
    return inside(self, self->b - sqrt((1.0 - u) * width * (self->b - self->c)));
}

#define value_triangular value_uniform

/* ---- choice -------------------------------------------------------------------------------------------- */

static const char *finish_choice(qd_distribution_t *self, double range_low, double range_high)
{
    (void)range_low, (void)range_high;
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

static double quantile_choice(const qd_distribution_t *self, double u)
{
    int i = 0;
    while (i < self->n - 1 && u >= self->cumulative[i])
        i++;
    return self->value[i];
}

static double weight_of(const qd_distribution_t *self, int i)
{
    return self->cumulative[i] - (i > 0 ? self->cumulative[i - 1] : 0.0);
}

/* Whether choice i has a weight above 0 and differs from all earlier ones with a weight above 0. */
static bool counts(const qd_distribution_t *self, int i)
{
    for (int k = 0; k < i; k++)
        if (self->value[k] == self->value[i] && weight_of(self, k) > 0.0)
            return false;
    return weight_of(self, i) > 0.0;
}

static size_t value_choice(const qd_distribution_t *self, size_t at, double *value)
{
    size_t values = 0;
    for (int i = 0; i < self->n; i++)
        if (counts(self, i) && values++ == at)
            *value = self->value[i];
    return values;
}

/* ---- the table ----------------------------------------------------------------------------------------- */

#define VALUE(word, field) {#word, offsetof(qd_distribution_t, field), false},
#define FREE(word, field)  {#word, offsetof(qd_distribution_t, field), true},
#define NONE
#define LONGEST(...)                                                                                         \
    (sizeof((const qd_distribution_number_t[]){__VA_ARGS__{NULL, 0, false}}) /                               \
         sizeof(qd_distribution_number_t) -                                                                  \
     1)

const qd_distribution_info_t qd_distribution_table[QD_DISTRIBUTIONS] = {
/* NOLINTBEGIN(bugprone-macro-parentheses): `numbers` is a list of initializers */
#define QD_DISTRIBUTION(id, name, values, shortest, numbers)                                                 \
    [QD_##                                                                                                   \
        id] = {#name,         QD_VALUES_##values, shortest,    LONGEST(numbers), {numbers{NULL, 0, false}},  \
               finish_##name, quantile_##name,    value_##name},
#include "quadrille/distributions.def"
#undef QD_DISTRIBUTION
    /* NOLINTEND(bugprone-macro-parentheses) */
};

const char *qd_distribution_name(qd_distribution_kind_t kind)
{
    return qd_distribution_table[kind].name;
}

const char *qd_distribution_finish(qd_distribution_t *self, double range_low, double range_high)
{
    return qd_distribution_table[self->kind].finish(self, range_low, range_high);
}

double qd_distribution_quantile(const qd_distribution_t *self, double u)
{
    return qd_distribution_table[self->kind].quantile(self, u);
}

size_t qd_distribution_value(const qd_distribution_t *self, size_t at, double *value)
{
    return qd_distribution_table[self->kind].value(self, at, value);
}
