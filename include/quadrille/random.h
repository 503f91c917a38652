/* Counter-based random numbers, and the distributions of parameters.
 *
 * Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011): the key is the seed of the experiment, the counter is
 * (world, purpose, period, draw). A draw therefore has an address instead of a history: every design point
 * and every order has the same random numbers in world w (common random numbers), whichever thread computes
 * it and in whichever sequence. All functions are pure and thread-safe; no argument may be NULL. */
#ifndef QUADRILLE_RANDOM_H
#define QUADRILLE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include <gsl/gsl_rng.h>

#pragma GCC visibility push(default)

/* The purpose of a draw. The numbers are part of the format: new ones may be added, none may change. */
typedef enum {
    QD_PURPOSE_PARAMETERS =
        0,                  /* period: 0, or 1 + the period of a scheduled change; draw: qd_name_key(name) */
    QD_PURPOSE_SAMPLER = 1, /* period: a qd_sampler_draw_t; draw: index of the state or pair */
    QD_PURPOSE_CRISIS = 2,  /* draw: see kernel/crisis.h */
    QD_PURPOSE_FORESIGHT = 3,  /* draw: 8 * crisis + venue */
    QD_PURPOSE_OUTCOME = 4,    /* draw: crisis */
    QD_PURPOSE_ESCALATION = 5, /* draw: crisis */
    QD_PURPOSE_MOVE_ORDER = 6, /* draw: 65536 * crisis + position */
    QD_PURPOSE_GROWTH = 7,     /* draw: state */
    QD_PURPOSE_DESIGN = 8,     /* designs of experiments: period: kind of use; draw: running number */
    QD_PURPOSE_BOOTSTRAP = 9,  /* resampling for intervals */
    QD_PURPOSE_LANDSCAPE = 10, /* random starts of landscape searches */
    QD_PURPOSE_ENDURANCE = 11, /* draw: crisis */
    QD_PURPOSE_PACE = 12,      /* draw: 4 * period of the mission's start + crisis */
    QD_PURPOSE_PLUGIN = 13,    /* a plugin's own: any period and draw */
} qd_purpose_t;

/* The random stream of one world: seed of the experiment and index of the world (< 2^56). */
typedef struct {
    uint64_t seed;  /* of the experiment */
    uint64_t world; /* index */
} qd_luck_t;

/* 64 random bits at the given address. Draws 2k and 2k+1 share one Philox block. */
uint64_t qd_random_bits(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t draw);

/* 64 random bits as a number: uniform on [0,1), a multiple of 2^-53. */
static inline double qd_unit(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

/* 64 random bits as a number: uniform on the open interval (0,1), an odd multiple of 2^-53, suitable for
 * quantile functions. */
static inline double qd_unit_open(uint64_t bits)
{
    return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

/* qd_unit of the bits at an address. */
double qd_random_uniform(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t draw);

/* qd_unit_open of the bits at an address. */
double qd_random_open(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t draw);

/* Standard normal (Box and Muller 1958): with u and v the open uniforms of draws 2k and 2k + 1, the normals
 * of these two draws are sqrt(-2 log u) times cos 2 pi v and sin 2 pi v. So a normal uses the bits of its
 * whole pair: no number of another kind may be drawn from the same pair. */
double qd_random_normal(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t draw);

/* Many draws at once, with the same bits as single draws, but faster: out[i] = qd_random_uniform(luck,
 * purpose, period, i), i < n. */
void qd_random_uniforms(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t n, double out[]);

/* The same of qd_random_open. */
void qd_random_opens(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t n, double out[]);

/* The same of qd_random_normal. */
void qd_random_normals(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t n, double out[]);

/* Rows of normals, for periods that follow one another: out[k row + i] = qd_random_normal(luck, purpose,
 * period + k, i), k < periods, i < row, a multiple of 8. */
void qd_random_normal_rows(qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t periods, size_t row,
                           double out[]);

/* Eight pairs of draws, each with an address of its own. */
typedef struct {
    uint32_t purpose[8], period[8], pair[8]; /* pair k: draws 2k and 2k + 1 */
} qd_pairs_t;

/* even[k] and odd[k] = the bits of draws 2 pair[k] and 2 pair[k] + 1. */
void qd_random_pairs(qd_luck_t luck, const qd_pairs_t *at, uint64_t even[8], uint64_t odd[8]);

/* The normals of four pairs of draws: out[2k] and out[2k + 1] from the bits even[k] and odd[k]. */
void qd_normals_of(const uint64_t even[4], const uint64_t odd[4], double out[8]);

/* 32-bit key of a name (FNV-1a), even: the draw of a parameter. So adding or reordering parameters changes no
 * other parameter's draws. */
uint32_t qd_name_key(const char *name);

/* The same stream as a GSL generator, for GSL's own distributions: name "quadrille-philox4x32-10", 53-bit
 * doubles in [0,1). gsl_rng_set(rng, seed) addresses (seed, world 0, QD_PURPOSE_PARAMETERS, period 0, draw
 * 0). */
extern const gsl_rng_type *const qd_gsl_rng_philox;

/* Moves a generator of this type to the first draw of another stream. */
void qd_gsl_rng_at(gsl_rng *rng, qd_luck_t luck, qd_purpose_t purpose, uint32_t period);

/* ---- distributions ------------------------------------------------------------------------------------- */

/* QD_CONSTANT, QD_UNIFORM, ...: one for each row of quadrille/distributions.def, where each is defined. */
typedef enum {
#define QD_DISTRIBUTION(id, name, values, shortest, numbers) QD_##id,
#include "quadrille/distributions.def"
#undef QD_DISTRIBUTION
    QD_DISTRIBUTIONS
} qd_distribution_kind_t;

/* Greatest number of values of `choice`. */
#define QD_CHOICES_MAX 24

/* One distribution. Normal and lognormal are truncated to [low, high] (the parameter's range); the bounds are
 * set by qd_distribution_finish. */
typedef struct {
    qd_distribution_kind_t kind; /* determines the meaning of a, b, c and value */
    uint32_t key; /* the draw it uses; 0: that of its parameter. Shared keys make parameters move together */
    int n;        /* choices */
    double a, b, c;               /* its numbers, in the order of distributions.def */
    double low, high;             /* support after truncation */
    double u_low, u_high;         /* probabilities of low and high before truncation (normal, lognormal) */
    double value[QD_CHOICES_MAX]; /* choices */
    double cumulative[QD_CHOICES_MAX]; /* weights summed and scaled: the last is 1 */
} qd_distribution_t;

/* The distribution that has one value. */
qd_distribution_t qd_constant(double value);

/* Sets low, high, u_low, u_high from kind, a, b, c, value and the range [range_low, range_high] that
 * truncates normal and lognormal, and over which a beta is stretched when its low and high were left equal.
 * For choices, `cumulative` holds raw weights on entry. Returns NULL, or one phrase that states
 * the fault. */
const char *qd_distribution_finish(qd_distribution_t *self, double range_low, double range_high);

/* Quantile function: nondecreasing in u for u in [0,1), values in [low, high]. */
double qd_distribution_quantile(const qd_distribution_t *self, double u);

/* The name of a kind, "constant", "uniform", ..., as written in experiment files. A constant. */
const char *qd_distribution_name(qd_distribution_kind_t kind);

#pragma GCC visibility pop

#endif
