/* Elementary functions whose operations are fixed: additions, multiplications, divisions, square roots and
 * bit moves only, each correctly rounded by IEEE 754, in one order. libm picks other polynomials on other
 * processors, so its last bits differ between machines; these do not. They are inline and free of branches on
 * the argument where it matters, so that loops over states vectorise, element by element, to the same bits at
 * every width. Needs -ffp-contract=off (a test breaks otherwise). */
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

/* e^x, relative error below 4e-16 for -708 <= x <= 709; 0 below that range, the value at 709 above it.
 * x = k ln 2 + r with |r| <= ln(2)/2, then the Taylor polynomial of degree 13 in r, then 2^k by bits. */
static inline double qd_exp(double x)
{
    const double magic = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to an integer */
    double y = x > 709.0 ? 709.0 : x;
    y = y < -708.0 ? -708.0 : y;
    double shifted = y * 1.4426950408889634 + magic;
    double k = shifted - magic;
    double r = (y - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    double r2 = r * r, r4 = r2 * r2;
    double low = (1.0 + r) + r2 * (1.0 / 2 + r * (1.0 / 6));
    double mid = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040));
    double high = (1.0 / 40320 + r * (1.0 / 362880)) + r2 * (1.0 / 3628800 + r * (1.0 / 39916800));
    double top = 1.0 / 479001600 + r * (1.0 / 6227020800.0);
    double p = low + r4 * (mid + r4 * (high + r4 * top));
    uint64_t scale = (qd_bits_of(shifted) - qd_bits_of(magic) + 1023u) << 52;
    double value = p * qd_from_bits(scale);
    return x < -708.0 ? 0.0 : value;
}

/* Natural logarithm of a positive normal number, relative error below 4e-16 away from 1, absolute error below
 * 1e-16 near it. x = 2^e m with m in [sqrt(1/2), sqrt(2)), log m = 2 artanh s, s = (m-1)/(m+1). */
static inline double qd_log(double x)
{
    uint64_t bits = qd_bits_of(x) - 0x3FE6A09E667F3BCDull; /* exponent counted from sqrt(1/2) */
    uint64_t shifted = (bits + (1024ull << 52)) >> 52;     /* e + 1024, turned into a double by its bits */
    double k = qd_from_bits(0x4330000000000000ull | shifted) - (0x1p52 + 1024.0);
    double m = qd_from_bits((bits & 0x000FFFFFFFFFFFFFull) + 0x3FE6A09E667F3BCDull);
    double s = (m - 1.0) / (m + 1.0), t = s * s;
    double p = 1.0 / 23;
    p = p * t + 1.0 / 21;
    p = p * t + 1.0 / 19;
    p = p * t + 1.0 / 17;
    p = p * t + 1.0 / 15;
    p = p * t + 1.0 / 13;
    p = p * t + 1.0 / 11;
    p = p * t + 1.0 / 9;
    p = p * t + 1.0 / 7;
    p = p * t + 1.0 / 5;
    p = p * t + 1.0 / 3;
    return k * 6.93147180369123816490e-01 + (2.0 * s + (2.0 * s * t * p + k * 1.90821492927058770002e-10));
}

/* cos and sin of 2 pi u for u in [0,1]: the quarter turn is exact, the rest a Taylor polynomial on |r| <=
 * pi/4. */
static inline void qd_cossin_turns(double u, double *cosine, double *sine)
{
    double quarter = (double)(int)(4.0 * u + 0.5);
    double r = (4.0 * u - quarter) * (QD_PI / 2), t = r * r;
    double s = 1.0 / 355687428096000.0;
    s = s * t - 1.0 / 1307674368000.0;
    s = s * t + 1.0 / 6227020800.0;
    s = s * t - 1.0 / 39916800;
    s = s * t + 1.0 / 362880;
    s = s * t - 1.0 / 5040;
    s = s * t + 1.0 / 120;
    s = s * t - 1.0 / 6;
    s = r + r * t * s;
    double c = 1.0 / 20922789888000.0;
    c = c * t - 1.0 / 87178291200.0;
    c = c * t + 1.0 / 479001600;
    c = c * t - 1.0 / 3628800;
    c = c * t + 1.0 / 40320;
    c = c * t - 1.0 / 720;
    c = c * t + 1.0 / 24;
    c = c * t - 1.0 / 2;
    c = 1.0 + t * c;
    int q = (int)quarter & 3;
    *cosine = q == 0 ? c : q == 1 ? -s : q == 2 ? -c : s;
    *sine = q == 0 ? s : q == 1 ? c : q == 2 ? -s : -c;
}

/* Angle in [0, pi/2] of the point (x, y), x, y >= 0 and not both 0. t = min/max is halved twice by
 * atan t = 2 atan(t / (1 + sqrt(1 + t^2))), after which |t| < 0.199 and the series ends at t^23. */
static inline double qd_atan2_positive(double y, double x)
{
    double big = y > x ? y : x, small = y > x ? x : y;
    double t = small / big;
    t = t / (1.0 + sqrt(1.0 + t * t));
    t = t / (1.0 + sqrt(1.0 + t * t));
    double z = t * t;
    double p = -1.0 / 23;
    p = p * z + 1.0 / 21;
    p = p * z - 1.0 / 19;
    p = p * z + 1.0 / 17;
    p = p * z - 1.0 / 15;
    p = p * z + 1.0 / 13;
    p = p * z - 1.0 / 11;
    p = p * z + 1.0 / 9;
    p = p * z - 1.0 / 7;
    p = p * z + 1.0 / 5;
    p = p * z - 1.0 / 3;
    double angle = 4.0 * (t + t * z * p);
    return y > x ? QD_PI / 2 - angle : angle;
}

/* Great-circle angle in [0, pi] between two unit vectors, accurate at every angle:
 * tan(angle/2) = |a - b| / |a + b|. */
static inline double qd_sphere_angle(const double a[3], const double b[3])
{
    double d0 = a[0] - b[0], d1 = a[1] - b[1], d2 = a[2] - b[2];
    double s0 = a[0] + b[0], s1 = a[1] + b[1], s2 = a[2] + b[2];
    double difference = sqrt(d0 * d0 + d1 * d1 + d2 * d2), sum = sqrt(s0 * s0 + s1 * s1 + s2 * s2);
    return 2.0 * qd_atan2_positive(difference, sum);
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

/* Similarity of two points of the plane of values: V(a,b) = 2 exp(-|a-b|^2 / (2 h^2)) - 1 (model.md part 1).
 */
static inline double qd_similarity(double ax, double ay, double bx, double by, double h)
{
    double dx = ax - bx, dy = ay - by;
    return 2.0 * qd_exp(-(dx * dx + dy * dy) / (2.0 * h * h)) - 1.0;
}

/* Quantile of the standard normal for 0 < u < 1, relative error about 1e-16 (Wichura 1988, AS 241). */
double qd_normal_quantile(double u);

/* The same for many: out[i] = qd_normal_quantile(u[i]), i < padded, a multiple of QD_LANES; in place is
 * allowed. */
void qd_normal_quantiles(size_t padded, const double *u, double *out);

#endif
