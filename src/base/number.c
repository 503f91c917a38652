#include "base/number.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALL_WHOLE   4503599627370496.0         /* 2^52: doubles from here on are whole */
#define EXACT_MAX   UINT64_C(9007199254740992) /* 2^53: whole numbers up to here are doubles */
#define SCALE_LIMIT 1000000 /* exponents are clamped here, far beyond the range of doubles */

/* The parts of a decimal text: (-1)^negative * digits * 10^scale. */
typedef struct {
    const char *whole, *fraction; /* first digits before and after the point */
    size_t wholes, fractions;     /* numbers of digits */
    bool negative, has_exponent;
    long exponent;
} decimal_t;

static size_t digits_at(const char *s)
{
    return strspn(s, "0123456789");
}

/* [+-] digits, clamped at +-SCALE_LIMIT; returns the end, or NULL if there is no digit. */
static const char *parse_exponent(const char *s, long *exponent)
{
    bool negative = *s == '-';
    s += *s == '+' || *s == '-';
    if (!isdigit((unsigned char)*s))
        return NULL;
    for (*exponent = 0; isdigit((unsigned char)*s); s++)
        *exponent = *exponent < SCALE_LIMIT ? 10 * *exponent + (*s - '0') : SCALE_LIMIT;
    *exponent = negative ? -*exponent : *exponent;
    return s;
}

static bool parse(const char *s, decimal_t *out)
{
    *out = (decimal_t){.negative = *s == '-'};
    s += *s == '+' || *s == '-';
    out->whole = out->fraction = s;
    out->wholes = digits_at(s);
    s += out->wholes;
    if (*s == '.') {
        out->fraction = s + 1;
        out->fractions = digits_at(s + 1);
        s += 1 + out->fractions;
    }
    if (out->wholes + out->fractions == 0)
        return false;
    out->has_exponent = *s == 'e' || *s == 'E';
    if (out->has_exponent && !(s = parse_exponent(s + 1, &out->exponent)))
        return false;
    return *s == '\0';
}

bool qd_is_decimal(const char *text)
{
    decimal_t decimal;
    return parse(text, &decimal);
}

/* Digit i of the digits before and after the point together. */
static int digit(const decimal_t *self, size_t i)
{
    return (i < self->wholes ? self->whole[i] : self->fraction[i - self->wholes]) - '0';
}

static bool is_zero(const decimal_t *self)
{
    for (size_t i = 0; i < self->wholes + self->fractions; i++)
        if (digit(self, i) != 0)
            return false;
    return true;
}

/* ---- real numbers -------------------------------------------------------------------------------------- */

/* Whether a text without an exponent is exactly the double x, which is whole. */
static bool is_exactly(const decimal_t *self, double x)
{
    char exact[DBL_MAX_10_EXP + 3];
    size_t skipped = strspn(self->whole, "0");
    for (size_t i = 0; i < self->fractions; i++)
        if (self->fraction[i] != '0')
            return false;
    int length = snprintf(exact, sizeof exact, "%.0f", fabs(x));
    return (size_t)length == self->wholes - skipped &&
           strncmp(exact, self->whole + skipped, (size_t)length) == 0;
}

qd_number_fault_t qd_real_of(const char *text, double *value)
{
    decimal_t decimal;
    if (!parse(text, &decimal))
        return QD_NUMBER_NONE;
    double x = strtod(text, NULL);
    if (isinf(x))
        return QD_NUMBER_LARGE;
    if (fabs(x) < DBL_MIN && !is_zero(&decimal))
        return QD_NUMBER_SMALL;
    if (fabs(x) >= ALL_WHOLE && !decimal.has_exponent && !is_exactly(&decimal, x))
        return QD_NUMBER_INEXACT;
    *value = x;
    return QD_NUMBER_GOOD;
}

/* ---- whole numbers ------------------------------------------------------------------------------------- */

/* *sum = 10 * *sum + next; false beyond uint64_t. */
static bool append_digit(uint64_t *sum, int next)
{
    if (*sum > (UINT64_MAX - (uint64_t)next) / 10)
        return false;
    *sum = 10 * *sum + (uint64_t)next;
    return true;
}

/* The value of a decimal that is not 0. */
static qd_number_fault_t magnitude_of(const decimal_t *self, uint64_t *magnitude)
{
    size_t count = self->wholes + self->fractions;
    long scale = self->exponent - (long)self->fractions;
    *magnitude = 0;
    while (digit(self, count - 1) == 0) {
        count--;
        scale++;
    }
    if (scale < 0)
        return QD_NUMBER_FRACTION;
    for (size_t i = 0; i < count; i++)
        if (!append_digit(magnitude, digit(self, i)))
            return QD_NUMBER_LARGE;
    for (; scale > 0; scale--)
        if (!append_digit(magnitude, 0))
            return QD_NUMBER_LARGE;
    return QD_NUMBER_GOOD;
}

qd_number_fault_t qd_whole_of(const char *text, bool *negative, uint64_t *magnitude)
{
    decimal_t decimal;
    *negative = false;
    *magnitude = 0;
    if (!parse(text, &decimal))
        return QD_NUMBER_NONE;
    if (is_zero(&decimal))
        return QD_NUMBER_GOOD;
    *negative = decimal.negative;
    qd_number_fault_t fault = magnitude_of(&decimal, magnitude);
    bool plain = !decimal.has_exponent && decimal.fraction == decimal.whole;
    return fault == QD_NUMBER_GOOD && *magnitude > EXACT_MAX && !plain ? QD_NUMBER_DIGITS : fault;
}

bool qd_natural_of(const char *text, uint64_t low, uint64_t high, uint64_t *value)
{
    bool negative;
    uint64_t magnitude;
    if (qd_whole_of(text, &negative, &magnitude) != QD_NUMBER_GOOD || negative || magnitude < low ||
        magnitude > high)
        return false;
    *value = magnitude;
    return true;
}

const char *qd_number_expectation(qd_number_fault_t fault)
{
    switch (fault) {
    case QD_NUMBER_LARGE:
        return "a number within the range of doubles, 1.8e+308 at most";
    case QD_NUMBER_SMALL:
        return "0, or a number within the range of doubles, 2.3e-308 at least";
    case QD_NUMBER_INEXACT:
        return "a number that a double holds exactly, or one with an exponent, which is rounded";
    case QD_NUMBER_DIGITS:
        return "a whole number beyond 2^53 in digits alone, without point and exponent";
    default:
        return NULL;
    }
}

int qd_compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
