/* Elementary functions whose operations are fixed: additions, multiplications, divisions, square roots and
 * bit moves only, each correctly rounded by IEEE 754, in one order. libm picks other polynomials on other
 * processors, so its last bits differ between machines; the bits of these functions do not. The functions are
 * inline and, where speed matters, free of branches on the argument, so that loops over states vectorise,
 * element by element, to the same bits at every width. Needs -ffp-contract=off (a test breaks otherwise). */
#ifndef QD_MATH_ELEMENTARY_H
#define QD_MATH_ELEMENTARY_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define QD_PI 3.14159265358979323846

static inline uint64_t qd_bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double qd_from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* c[0] + c[1] x + c[2] x^2 + c[3] x^3, given x2 = x^2. Long polynomials are sums of these, which shortens
 * the dependency chain. */
static inline double qd_cubic(const double c[4], double x, double x2)
{
    return (c[0] + c[1] * x) + x2 * (c[2] + c[3] * x);
}

/* e^r for |r| <= ln(2)/2: 1 + r + r^2 times a polynomial of degree 9 (Chebyshev, 2e-17 off), four terms at a
 * time. There qd_exp has the same bits: it reduces nothing. A function of doubles or of vectors of them. */
#define QD_EXP_NEAR 0.34
#define QD_EXP_NEAR_FUNCTION(name, real_t)                                                                   \
    static inline real_t name(real_t r)                                                                      \
    {                                                                                                        \
        real_t r2 = r * r, r4 = r2 * r2;                                                                     \
        real_t low = (1.0 + r) + r2 * (0.5000000000000001 + r * 0.16666666666666669);                        \
        real_t mid = (0.041666666666624164 + r * 0.008333333333330065) +                                     \
                     r2 * (0.0013888888917197209 + r * 0.00019841269863040922);                              \
        real_t high = (2.4801521321606647e-05 + r * 2.7557268479724004e-06) +                                \
                      r2 * (2.7620076242527254e-07 + r * 2.510037611136142e-08);                             \
        return low + r4 * (mid + r4 * high);                                                                 \
    }
QD_EXP_NEAR_FUNCTION(qd_exp_near, double)

/* e^x, relative error below 4e-16 for -708 <= x <= 709; 0 below that range, the value at 709 above it.
 * x = k ln 2 + r with |r| <= ln(2)/2, then e^r times 2^k by bits. */
static inline double qd_exp(double x)
{
    const double magic = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to an integer */
    double y = x > 709.0 ? 709.0 : x;        /* the result for y far below -708 is discarded */
    double shifted = y * 1.4426950408889634 + magic;
    double k = shifted - magic;
    double r = (y - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    uint64_t scale = (qd_bits_of(shifted) - qd_bits_of(magic) + 1023u) << 52;
    double value = qd_exp_near(r) * qd_from_bits(scale);
    return x < -708.0 ? 0.0 : value;
}

/* The number x = 2^e m with m in [sqrt(1/2), sqrt(2)), as e and the argument of the series for log m. */
typedef struct {
    double exponent, ratio; /* e, (m - 1) / (m + 1) */
} qd_split_t;

static inline qd_split_t qd_log_split(double x)
{
    uint64_t bits = qd_bits_of(x) - 0x3FE6A09E667F3BCDull; /* exponent counted from sqrt(1/2) */
    uint64_t shifted = (bits + (1024ull << 52)) >> 52;     /* e + 1024, turned into a double by its bits */
    double m = qd_from_bits((bits & 0x000FFFFFFFFFFFFFull) + 0x3FE6A09E667F3BCDull);
    return (qd_split_t){.exponent = qd_from_bits(0x4330000000000000ull | shifted) - (0x1p52 + 1024.0),
                        .ratio = (m - 1.0) / (m + 1.0)};
}

/* log m = 2 artanh s, s the ratio; artanh s = s + s^3 times a polynomial in s^2 (Chebyshev, 5e-18 off). */
static inline double qd_log_join(qd_split_t x)
{
    double s = x.ratio, t = s * s, t2 = t * t;
    double low =
        (0.3333333333333335 + t * 0.19999999999949722) + t2 * (0.14285714313001635 + t * 0.11111105565129939);
    double high = (0.09091444727837474 + t * 0.07665855309105386) + t2 * 0.07308292712444311;
    double p = low + (t2 * t2) * high;
    return x.exponent * 6.93147180369123816490e-01 +
           (2.0 * s + (2.0 * s * t * p + x.exponent * 1.90821492927058770002e-10));
}

/* Natural logarithm of a positive normal number, relative error below 4e-16 away from 1, absolute error below
 * 1e-16 near it. */
static inline double qd_log(double x)
{
    return qd_log_join(qd_log_split(x));
}

/* (sin r - r) / r^3 and (cos r - 1 + r^2 / 2) / r^4 as polynomials in r^2 (Chebyshev on |r| <= pi/4; sine and
 * cosine are 2e-17 and 2e-18 of themselves off). */
static const double qd_sine_terms[6] = {-0.16666666666666666,    0.008333333333330948,
                                        -0.00019841269836758574, 2.755731610255244e-06,
                                        -2.5051131845003624e-08, 1.5918129294866608e-10};
static const double qd_cosine_terms[6] = {0.041666666666666664,  -0.0013888888888887398,
                                          2.480158729876569e-05, -2.7557317271729793e-07,
                                          2.08761462684032e-09,  -1.1382632425521717e-11};

/* cos and sin of 2 pi u for u in [0,1]. Subtracts the nearest quarter turn exactly, which leaves an angle of
 * at most pi/4. An odd number of quarters swaps cosine and sine, and two quarters change their signs. */
static inline void qd_cossin_turns(double u, double *cosine, double *sine)
{
    const double magic = 6755399441055744.0; /* 1.5 * 2^52, as in qd_exp */
    const uint64_t sign = 0x8000000000000000u;
    double quarters = 4.0 * u, shifted = quarters + magic;
    double r = (quarters - (shifted - magic)) * (QD_PI / 2), t = r * r, t2 = t * t;
    double s = qd_cubic(qd_sine_terms, t, t2) + (t2 * t2) * (qd_sine_terms[4] + qd_sine_terms[5] * t);
    double c = qd_cubic(qd_cosine_terms, t, t2) + (t2 * t2) * (qd_cosine_terms[4] + qd_cosine_terms[5] * t);
    s = r + r * t * s;
    c = (1.0 - 0.5 * t) + t2 * c;
    uint64_t one = qd_bits_of(shifted) << 63, two = qd_bits_of(shifted)
                                                    << 62; /* quarters, as the upper bit */
    double along = (int64_t)one < 0 ? s : c, across = (int64_t)one < 0 ? c : s;
    *cosine = qd_from_bits(qd_bits_of(along) ^ ((one ^ two) & sign));
    *sine = qd_from_bits(qd_bits_of(across) ^ (two & sign));
}

/* (2 arcsin(chord/2) / chord - 1) / chord^2 as a polynomial in chord^2 (Chebyshev on [0, 2], 6e-18 off). */
static const double qd_chord_terms[20] = {
    0.041666666666666664,   0.004687500000000175,   0.0006975446428455302,  0.00011867947079102602,
    2.1847807388193215e-05, 4.236550411572386e-06,  8.52146575928221e-07,   1.7705228892286077e-07,
    3.49869111538841e-08,   1.2819672739925958e-08, -6.09907668012049e-09,  1.0193093588463538e-08,
    -9.383482051088518e-09, 7.064347950507576e-09,  -4.002444960724592e-09, 1.7133143067991966e-09,
    -5.331011245814787e-10, 1.1471206359600503e-10, -1.528647356436693e-11, 9.692182112081197e-13,
};

/* Angle under which a chord of the unit circle is seen from its centre, for 0 <= chord <= sqrt(2). */
static inline double qd_chord_angle(double squared)
{
    double x2 = squared * squared, x4 = x2 * x2, sum = qd_cubic(qd_chord_terms + 16, squared, x2);
    for (int k = 12; k >= 0; k -= 4)
        sum = sum * x4 + qd_cubic(qd_chord_terms + k, squared, x2);
    double chord = sqrt(squared);
    return chord + chord * (squared * sum);
}

/* The squared chord between two points of the unit sphere or, where that is shorter, minus the one from the
 * first to the other's opposite. */
static inline double qd_sphere_chord(const double a[3], const double b[3])
{
    double d0 = a[0] - b[0], d1 = a[1] - b[1], d2 = a[2] - b[2];
    double s0 = a[0] + b[0], s1 = a[1] + b[1], s2 = a[2] + b[2];
    double difference = d0 * d0 + d1 * d1 + d2 * d2, sum = s0 * s0 + s1 * s1 + s2 * s2;
    return sum < difference ? -sum : difference;
}

/* The angle in [0, pi] that such a chord spans: for a chord to the opposite, pi minus its angle. */
static inline double qd_sphere_chord_angle(double chord)
{
    double angle = qd_chord_angle(fabs(chord));
    return (int64_t)qd_bits_of(chord) < 0 ? QD_PI - angle : angle;
}

/* Great-circle angle in [0, pi] between two unit vectors, accurate at every angle. Symmetric bit by bit. For
 * a zero vector, as in the padding of states, it is an unspecified finite number. */
static inline double qd_sphere_angle(const double a[3], const double b[3])
{
    return qd_sphere_chord_angle(qd_sphere_chord(a, b));
}

static inline double qd_clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* A point of the unit sphere from two uniforms, uniform in area (Archimedes). */
static inline void qd_sphere_point(double u, double v, double out[3])
{
    double z = 2.0 * u - 1.0, r = sqrt(1.0 - z * z), cosine, sine;
    qd_cossin_turns(v, &cosine, &sine);
    out[0] = r * cosine;
    out[1] = r * sine;
    out[2] = z;
}

/* Similarity of two points of the plane of values: V(a,b) = 2 exp(-|a-b|^2 / (2 h^2)) - 1 (model.md part 1),
 * given sharpness = 1 / (2 h^2), so that a loop over pairs divides once; and the exponent alone. */
static inline double qd_unlikeness(double ax, double ay, double bx, double by, double sharpness)
{
    double dx = ax - bx, dy = ay - by;
    return -(dx * dx + dy * dy) * sharpness;
}

static inline double qd_similarity(double ax, double ay, double bx, double by, double sharpness)
{
    return 2.0 * qd_exp(qd_unlikeness(ax, ay, bx, by, sharpness)) - 1.0;
}

static inline double qd_sharpness(double h)
{
    return 1.0 / (2.0 * h * h);
}

/* x[i] = e^x[i], i < padded, a multiple of QD_LANES. */
void qd_exp_all(double *x, size_t padded);

/* Quantile of the standard normal for 0 < u < 1, relative error about 1e-16 (Wichura 1988, AS 241). */
double qd_normal_quantile(double u);

#endif
