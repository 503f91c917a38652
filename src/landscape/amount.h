/* Exact sums of pair weights, for weights that no common power of ten scales to whole numbers within a double.
 *
 * An amount is a whole number of units in the base 2^46, one digit per double, the lowest digit first. Digits
 * of products are whole numbers below 2^46 in magnitude, so that adding up to 2^7 of them is exact. A settled
 * amount has digits in [0, 2^46) below the highest one, which carries the sign. */
#ifndef QD_LANDSCAPE_AMOUNT_H
#define QD_LANDSCAPE_AMOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QD_DIGITS_MAX 16 /* the highest is reserved for carries: 690 bits, 207 decimal digits */

typedef struct {
    size_t digits;
    double digit[QD_DIGITS_MAX];
} qd_amount_t;

/* The shortest decimal number whose nearest double is x: whole * 10^exponent. */
typedef struct {
    bool negative;
    uint64_t whole; /* < 10^17; without trailing zeros; 0 for 0 */
    int exponent;
} qd_decimal_t;

qd_decimal_t qd_decimal_of(double x);

/* The product a b c in units of 10^power, which must divide it. Every digit has the sign of the product; `digits` is
 * their number (0 for 0). Returns false if the product needs more than QD_DIGITS_MAX - 1 digits. */
bool qd_amount_product(qd_amount_t *self, qd_decimal_t a, qd_decimal_t b, qd_decimal_t c, int power);

/* Carries from the lowest digit to the highest. */
void qd_amount_settle(qd_amount_t *self);

/* Adds factor * other to a settled amount of as many digits and settles it; factor: 1 or -1. */
void qd_amount_add(qd_amount_t *self, double factor, const qd_amount_t *other);

/* The sign of a settled amount: -1, 0 or 1. */
int qd_amount_sign(const qd_amount_t *self);
int qd_amount_compare(const qd_amount_t *a, const qd_amount_t *b);

/* The double nearest to amount * 10^power, to the precision of a long double; settled amounts. */
double qd_amount_value(const qd_amount_t *self, int power);

#endif
