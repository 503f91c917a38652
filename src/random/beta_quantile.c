/* GSL has these functions too; they are written again because the parameters drawn with them must be the same
 * bits on every machine, and libm's are not (see math/elementary.h). tests/random compares the two. */
#include "random/beta_quantile.h"

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
