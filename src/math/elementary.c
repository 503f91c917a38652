/* Exponentials of many numbers. The function is called, not inlined: its constants fill the registers, which
 * the loops of a caller would have to share. */
#include "math/elementary.h"

#include "math/reduce.h"

void qd_exp_all(double *x, size_t padded)
{
    for (size_t i = 0; i < padded; i += QD_LANES)
        for (size_t l = 0; l < QD_LANES; l++)
            x[i + l] = qd_exp(x[i + l]);
}

/* Wichura (1988), Algorithm AS 241, routine PPND16: three ratios of polynomials of degree 7, for |u - 1/2| <=
 * 0.425, and in sqrt(-log u) below and above 5. */

static const double centre_p[8] = {
    3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
    4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3};
static const double centre_q[8] = {1.0,
                                   4.2313330701600911252e+1,
                                   6.8718700749205790830e+2,
                                   5.3941960214247511077e+3,
                                   2.1213794301586595867e+4,
                                   3.9307895800092710610e+4,
                                   2.8729085735721942674e+4,
                                   5.2264952788528545610e+3};
static const double near_p[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                 5.76949722146069140550e0,  3.64784832476320460504e0,
                                 1.27045825245236838258e0,  2.41780725177450611770e-1,
                                 2.27238449892691845833e-2, 7.74545014278341407640e-4};
static const double near_q[8] = {1.0,
                                 2.05319162663775882187e0,
                                 1.67638483018380384940e0,
                                 6.89767334985100004550e-1,
                                 1.48103976427480074590e-1,
                                 1.51986665636164571966e-2,
                                 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9};
static const double far_p[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                1.78482653991729133580e0,  2.96560571828504891230e-1,
                                2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7};
static const double far_q[8] = {1.0,
                                5.99832206555887937690e-1,
                                1.36929880922735805310e-1,
                                1.48753612908506148525e-2,
                                7.86869131145613259100e-4,
                                1.84631831751005468180e-5,
                                1.42151175831644588870e-7,
                                2.04426310338993978564e-15};

#define CENTRE 0.425

static inline double ratio(const double p[8], const double q[8], double r)
{
    double r2 = r * r, r4 = r2 * r2;
    double num = qd_cubic(p, r, r2) + r4 * qd_cubic(p + 4, r, r2);
    double den = qd_cubic(q, r, r2) + r4 * qd_cubic(q + 4, r, r2);
    return num / den;
}

static inline double centre(double q)
{
    return q * ratio(centre_p, centre_q, 0.180625 - q * q);
}

static double tail(double u)
{
    double r = sqrt(-qd_log(u < 0.5 ? u : 1.0 - u));
    double z = r <= 5.0 ? ratio(near_p, near_q, r - 1.6) : ratio(far_p, far_q, r - 5.0);
    return u < 0.5 ? -z : z;
}

double qd_normal_quantile(double u)
{
    double q = u - 0.5;
    return fabs(q) <= CENTRE ? centre(q) : tail(u);
}
