#include "landscape/weights.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "math/reduce.h"

/* The shortest decimal number whose nearest double is x: whole * 10^exponent. */
typedef struct {
    bool negative;
    uint64_t whole; /* < 10^17; without trailing zeros; 0 for 0 */
    int exponent;
} decimal_t;

#define BITS  46
#define BASE  70368744177664.0 /* 2^46 */
#define TENS  16               /* 10^16 is multiplied at a time */
#define DIGIT 17               /* significant decimal digits that distinguish all doubles */

__extension__ typedef unsigned __int128 wide_t;

static decimal_t decimal_of(double x)
{
    decimal_t decimal = {.negative = x < 0.0};
    char text[40];
    if (x == 0.0)
        return decimal;
    int digits = 15; /* trailing zeros are removed below */
    while (snprintf(text, sizeof text, "%.*e", digits - 1, fabs(x)) > 0 && digits < DIGIT &&
           strtod(text, NULL) != fabs(x))
        digits++;
    char *at = text;
    for (; *at != 'e'; at++)
        if (*at >= '0' && *at <= '9')
            decimal.whole = 10 * decimal.whole + (uint64_t)(*at - '0');
    decimal.exponent = (int)strtol(at + 1, NULL, 10) - (digits - 1);
    for (; decimal.whole % 10 == 0; decimal.whole /= 10)
        decimal.exponent++;
    return decimal;
}

/* Multiplies the lowest `digits` digits of a product in the base 2^46 by m < 2^64. False: no room. */
static bool multiply(uint64_t digit[], size_t *digits, uint64_t m)
{
    wide_t carry = 0;
    for (size_t k = 0; k < *digits; k++) {
        carry += (wide_t)digit[k] * m;
        digit[k] = (uint64_t)carry & (((uint64_t)1 << BITS) - 1);
        carry >>= BITS;
    }
    for (; carry; carry >>= BITS) {
        if (*digits == QD_DIGITS_MAX - 1)
            return false;
        digit[(*digits)++] = (uint64_t)carry & (((uint64_t)1 << BITS) - 1);
    }
    return true;
}

/* The product a b c in units of 10^power, which must divide it. Every digit has the sign of the product;
 * `digits` is their number (0 for 0). Returns false if the product needs more than QD_DIGITS_MAX - 1
 * digits. */
static bool amount_product(qd_amount_t *self, decimal_t a, decimal_t b, decimal_t c, int power)
{
    uint64_t digit[QD_DIGITS_MAX] = {1};
    size_t digits = 1;
    bool negative = a.negative != (b.negative != c.negative);
    *self = (qd_amount_t){0};
    if (a.whole == 0 || b.whole == 0 || c.whole == 0)
        return true;
    bool room = multiply(digit, &digits, a.whole) && multiply(digit, &digits, b.whole) &&
                multiply(digit, &digits, c.whole);
    for (int zeros = a.exponent + b.exponent + c.exponent - power; zeros > 0 && room; zeros -= TENS) {
        uint64_t tens = 1;
        for (int z = 0; z < zeros && z < TENS; z++)
            tens *= 10;
        room = multiply(digit, &digits, tens);
    }
    for (size_t k = 0; k < digits; k++)
        self->digit[k] = negative ? -(double)digit[k] : (double)digit[k];
    self->digits = digits;
    return room;
}

void qd_amount_settle(qd_amount_t *self)
{
    for (size_t k = 0; k + 1 < self->digits; k++) {
        double carry = floor(self->digit[k] / BASE);
        self->digit[k] -= carry * BASE;
        self->digit[k + 1] += carry;
    }
}

void qd_amount_add(qd_amount_t *self, double factor, const qd_amount_t *other)
{
    for (size_t k = 0; k < self->digits; k++)
        self->digit[k] += factor * other->digit[k];
    qd_amount_settle(self);
}

int qd_amount_sign(const qd_amount_t *self)
{
    size_t k = self->digits;
    while (k > 0 && self->digit[k - 1] == 0.0)
        k--;
    return k == 0 ? 0 : self->digit[self->digits - 1] < 0.0 ? -1 : 1;
}

int qd_amount_compare(const qd_amount_t *a, const qd_amount_t *b)
{
    size_t k = a->digits;
    while (k > 0 && a->digit[k - 1] == b->digit[k - 1])
        k--;
    return k == 0 ? 0 : a->digit[k - 1] < b->digit[k - 1] ? -1 : 1;
}

/* The double nearest to amount * 10^power, to the precision of a long double; settled amounts. */
static double amount_value(const qd_amount_t *self, int power)
{
    long double sum = 0.0L;
    for (size_t k = self->digits; k-- > 0;)
        sum = sum * (long double)BASE + (long double)self->digit[k];
    return (double)(power < 0 ? sum / powl(10.0L, (long double)-power)
                              : sum * powl(10.0L, (long double)power));
}

#define DECIMALS_MAX 9
#define EXACT_MAX    9007199254740992.0 /* 2^53 */
#define TOLERANCE    1e-12

double qd_power_of_ten(int decimals)
{
    double power = 1.0;
    for (int d = 0; d < decimals; d++)
        power *= 10.0;
    return power;
}

int qd_decimals(double x)
{
    for (int d = 0; d <= DECIMALS_MAX; d++) {
        double power = qd_power_of_ten(d), scaled = rint(x * power);
        /* Division rounds correctly, so that equality means: x is the double nearest to scaled / 10^d. */
        if (fabs(scaled) < EXACT_MAX && scaled / power == x)
            return d;
    }
    return -1;
}

static int decimals_of_all(const double *x, size_t count)
{
    int most = 0;
    for (size_t i = 0; i < count && most >= 0; i++) {
        int d = qd_decimals(x[i]);
        most = d < 0 ? -1 : d > most ? d : most;
    }
    return most;
}

static void fill(qd_weights_t *self, const qd_landscape_t *landscape, double size_scale, double pair_scale)
{
    size_t n = self->n;
    for (size_t i = 0; i < n; i++)
        self->size[i] = size_scale == 1.0 ? landscape->size[i] : rint(landscape->size[i] * size_scale);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double p = i == j ? 0.0 : landscape->propensity[i * n + j];
            double scaled = pair_scale == 1.0 ? p : rint(p * pair_scale);
            self->affinity[i * self->padded + j] = scaled;
            self->w[i * self->padded + j] = self->size[i] * self->size[j] * scaled;
        }
}

static double sum_of_magnitudes(const qd_weights_t *self)
{
    double sum = 0.0;
    for (size_t i = 0; i < self->n; i++)
        for (size_t j = 0; j < i; j++)
            sum += fabs(self->w[i * self->padded + j]);
    return sum;
}

static void sum_pairs(qd_weights_t *self)
{
    self->sum = self->hostile = 0.0;
    for (size_t i = 0; i < self->n; i++)
        for (size_t j = 0; j < i; j++) {
            double w = self->w[i * self->padded + j];
            self->sum += w;
            self->hostile -= w < 0.0 ? w : 0.0;
        }
}

static qd_status_t tell_pair(const qd_landscape_t *landscape, size_t i, size_t j, bool large,
                             qd_error_t *error)
{
    const char *first = landscape->name[i], *second = landscape->name[j];
    char actors[64];
    snprintf(actors, sizeof actors, "actors %zu and %zu", i + 1, j + 1);
    return qd_error_add(
        error, QD_ERROR_INPUT,
        "found sizes %.15g and %.15g and propensity %.15g of %.100s%s%.100s, whose product is "
        "too %s for a double; expected other units",
        landscape->size[i], landscape->size[j], landscape->propensity[i * landscape->actors + j],
        first && second ? first : actors, first && second ? " and " : "", first && second ? second : "",
        large ? "large" : "small");
}

qd_status_t qd_weights_check(const qd_landscape_t *landscape, size_t pair[2], qd_error_t *error)
{
    const double *size = landscape->size;
    double sum = 0.0;
    for (size_t i = 0; i < landscape->actors; i++)
        for (size_t j = 0; j < i; j++) {
            double p = fabs(landscape->propensity[i * landscape->actors + j]);
            double part[] = {size[i] * size[j], size[i] * p, size[j] * p, size[i] * size[j] * p};
            for (size_t k = 0; k < sizeof part / sizeof *part && p > 0.0; k++)
                if (!isnormal(part[k])) {
                    pair[0] = j;
                    pair[1] = i;
                    return tell_pair(landscape, j, i, part[k] > 1.0, error);
                }
            sum += part[3];
        }
    pair[0] = pair[1] = 0;
    if (sum <= DBL_MAX / 4.0) /* an energy is at most twice the sum, a gain at most four times */
        return QD_OK;
    return qd_error_add(error, QD_ERROR_INPUT,
                        "found products of sizes and propensities that add up to more than a double holds; "
                        "expected other units");
}

/* ---- digits -------------------------------------------------------------------------------------------- */

/* Sizes and propensities as decimals, and the power of ten that divides every product. */
typedef struct {
    const qd_landscape_t *landscape;
    decimal_t size[QD_TWO_CAMPS_EXACT_MAX];
    int power;
} decimals_t;

static void decimals_init(decimals_t *self, const qd_landscape_t *landscape)
{
    size_t n = landscape->actors;
    int of_sizes = INT_MAX, of_pairs = INT_MAX;
    self->landscape = landscape;
    for (size_t i = 0; i < n; i++) {
        self->size[i] = decimal_of(landscape->size[i]);
        of_sizes = self->size[i].exponent < of_sizes ? self->size[i].exponent : of_sizes;
        for (size_t j = 0; j < i; j++) {
            decimal_t p = decimal_of(landscape->propensity[i * n + j]);
            of_pairs = p.whole > 0 && p.exponent < of_pairs ? p.exponent : of_pairs;
        }
    }
    self->power = of_pairs == INT_MAX ? 0 : 2 * of_sizes + of_pairs;
}

static bool pair_product(const decimals_t *self, size_t i, size_t j, qd_amount_t *product)
{
    decimal_t p = decimal_of(self->landscape->propensity[i * self->landscape->actors + j]);
    return amount_product(product, self->size[i], self->size[j], p, self->power);
}

/* Number of digits sufficient for weights and their sums; 0: too many. */
static size_t digits_needed(const decimals_t *self)
{
    size_t most = 1;
    for (size_t i = 0; i < self->landscape->actors; i++)
        for (size_t j = 0; j < i; j++) {
            qd_amount_t product;
            if (!pair_product(self, i, j, &product))
                return 0;
            most = product.digits > most ? product.digits : most;
        }
    return most + 1;
}

qd_status_t qd_weights_add_digits(qd_weights_t *self, const qd_landscape_t *landscape, qd_error_t *error)
{
    decimals_t decimals;
    decimals_init(&decimals, landscape);
    self->power = decimals.power;
    size_t digits = digits_needed(&decimals);
    if (digits == 0)
        return qd_error_add(
            error, QD_ERROR_INPUT,
            "found products of sizes and propensities that are spread over more than 207 decimal "
            "digits, too many to be compared exactly; expected fewer, or `method: search`");
    self->digit = qd_new(self->n * digits * self->padded, sizeof *self->digit, error);
    if (!self->digit)
        return QD_ERROR_MEMORY;
    self->digits = digits;
    for (size_t i = 0; i < self->n; i++)
        for (size_t j = 0; j < self->n; j++) {
            qd_amount_t product;
            if (i == j || !pair_product(&decimals, i, j, &product))
                continue;
            for (size_t k = 0; k < product.digits; k++)
                self->digit[(i * self->digits + k) * self->padded + j] = product.digit[k];
        }
    return QD_OK;
}

qd_amount_t qd_weights_row(const qd_weights_t *self, size_t actor, const double x[])
{
    qd_amount_t sum = {.digits = self->digits};
    for (size_t k = 0; k < self->digits; k++)
        sum.digit[k] = qd_dot(x, self->digit + (actor * self->digits + k) * self->padded, self->padded);
    qd_amount_settle(&sum);
    return sum;
}

qd_amount_t qd_weights_gain(const qd_weights_t *self, const uint16_t group[], size_t actor, size_t k)
{
    double x[QD_TWO_CAMPS_EXACT_MAX + QD_LANES] = {0};
    for (size_t j = 0; j < self->n; j++)
        x[j] = (group[j] == k ? 1.0 : 0.0) - (group[j] == group[actor] ? 1.0 : 0.0);
    return qd_weights_row(self, actor, x);
}

int qd_weights_sign(const qd_weights_t *self, double gain, const uint16_t group[], size_t actor, size_t k)
{
    if (fabs(gain) > self->tolerance)
        return gain < 0.0 ? -1 : 1;
    if (self->digits == 0)
        return qd_weights_level(self);
    qd_amount_t exactly = qd_weights_gain(self, group, actor, k);
    return qd_amount_sign(&exactly);
}

qd_amount_t qd_weights_within(const qd_weights_t *self, const uint16_t group[])
{
    qd_amount_t sum = {.digits = self->digits};
    for (size_t i = 0; i < self->n; i++) {
        double x[QD_TWO_CAMPS_EXACT_MAX + QD_LANES] = {0};
        for (size_t j = 0; j < i; j++)
            x[j] = group[j] == group[i] ? 1.0 : 0.0;
        qd_amount_t row = qd_weights_row(self, i, x);
        qd_amount_add(&sum, 1.0, &row);
    }
    return sum;
}

/* Disagreements minus `hostile`, by digits: the sum of w across groups. */
static qd_amount_t across(const qd_weights_t *self, const uint16_t group[], qd_amount_t *hostile)
{
    static const uint16_t one_group[QD_TWO_CAMPS_EXACT_MAX] = {0};
    qd_amount_t sum = qd_weights_within(self, one_group), within = qd_weights_within(self, group);
    qd_amount_add(&sum, -1.0, &within);
    *hostile = (qd_amount_t){.digits = self->digits};
    for (size_t i = 0; i < self->n; i++) {
        double x[QD_TWO_CAMPS_EXACT_MAX + QD_LANES] = {0};
        for (size_t j = 0; j < i; j++)
            x[j] = self->w[i * self->padded + j] < 0.0 ? 1.0 : 0.0;
        qd_amount_t row = qd_weights_row(self, i, x);
        qd_amount_add(hostile, -1.0, &row);
    }
    return sum;
}

void qd_weights_judge(const qd_weights_t *self, qd_landscape_rule_t rule, const uint16_t group[],
                      double *energy, double *disagreements)
{
    double scaled = qd_weights_disagreements(self, group);
    *disagreements = scaled / self->unit;
    *energy = 2.0 * (scaled - self->hostile) / self->unit;
    if (self->digits > 0) {
        qd_amount_t hostile, sum = across(self, group, &hostile);
        *energy = 2.0 * amount_value(&sum, self->power);
        qd_amount_add(&sum, 1.0, &hostile);
        *disagreements = amount_value(&sum, self->power);
    }
    if (rule == QD_RULE_BLOCS)
        *energy = *disagreements;
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

qd_status_t qd_weights_init(qd_weights_t *self, const qd_landscape_t *landscape, qd_error_t *error)
{
    size_t n = landscape->actors, padded = qd_padded(n);
    *self = (qd_weights_t){.n = n, .padded = padded, .unit = 1.0};
    self->size = qd_new(padded, sizeof *self->size, error);
    self->affinity = qd_new(n * padded, sizeof *self->affinity, error);
    self->w = qd_new(n * padded, sizeof *self->w, error);
    self->undecided = qd_new(1, sizeof *self->undecided, error);
    if (!self->size || !self->affinity || !self->w || !self->undecided)
        return QD_ERROR_MEMORY;
    atomic_init(self->undecided, false);
    int a = decimals_of_all(landscape->size, n), b = decimals_of_all(landscape->propensity, n * n);
    if (a >= 0 && b >= 0 && 2 * a + b <= 22) {
        fill(self, landscape, qd_power_of_ten(a), qd_power_of_ten(b));
        self->unit = qd_power_of_ten(2 * a + b);
        self->exact = 2.0 * sum_of_magnitudes(self) < EXACT_MAX;
    }
    if (!self->exact) {
        fill(self, landscape, 1.0, 1.0);
        self->unit = 1.0;
        self->tolerance = TOLERANCE * sum_of_magnitudes(self);
    }
    sum_pairs(self);
    return QD_OK;
}

void qd_weights_free(qd_weights_t *self)
{
    free(self->size);
    free(self->affinity);
    free(self->w);
    free(self->digit);
    free(self->undecided);
    *self = (qd_weights_t){0};
}

double qd_weights_disagreements(const qd_weights_t *self, const uint16_t group[])
{
    double sum = 0.0;
    for (size_t i = 0; i < self->n; i++)
        for (size_t j = 0; j < i; j++) {
            double w = self->w[i * self->padded + j];
            if ((group[i] == group[j]) == (w < 0.0))
                sum += fabs(w);
        }
    return sum;
}
