#include "landscape/amount.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define BITS  46
#define BASE  70368744177664.0 /* 2^46 */
#define TENS  16               /* 10^16 is multiplied at a time */
#define DIGIT 17               /* significant decimal digits that tell all doubles apart */

__extension__ typedef unsigned __int128 wide_t;

qd_decimal_t qd_decimal_of(double x)
{
    qd_decimal_t decimal = {.negative = x < 0.0};
    char text[40];
    if (x == 0.0)
        return decimal;
    int digits = 15; /* of which zeros at the end are taken off below */
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

/* Multiplies the lowest `digits` of a product in the base 2^46 by m < 2^64; false: no room. */
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

bool qd_amount_product(qd_amount_t *self, qd_decimal_t a, qd_decimal_t b, qd_decimal_t c, int power)
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

double qd_amount_value(const qd_amount_t *self, int power)
{
    long double sum = 0.0L;
    for (size_t k = self->digits; k-- > 0;)
        sum = sum * (long double)BASE + (long double)self->digit[k];
    return (double)(power < 0 ? sum / powl(10.0L, (long double)-power)
                              : sum * powl(10.0L, (long double)power));
}
