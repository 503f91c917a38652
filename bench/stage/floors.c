#include "floors.h"

#include <math.h>

/* Operations on doubles in one call, from src/math/elementary.h and random/stream.c. */
#define EXP_OPS       30.0
#define NEAR_OPS      23.0 /* the same, near 0 */
#define LOG_OPS       24.0 /* with 1 division */
#define SIMILAR_OPS   (8.0 + EXP_OPS)
#define ANGLE_OPS     60.0 /* two lengths, a polynomial of degree 19 in the shorter; with 1 root */
#define ANGLE_SLOW    1.0
#define NORMAL_OPS    28.0 /* half of a pair: a logarithm, two cubics, some to take apart and put together */
#define NORMAL_SLOW   1.5  /* a pair has 2 divisions and 1 root */
#define GAMES         4.0  /* abreast */
#define LATE_DIVISION 14.0 /* latency */

const char *const floor_bounds[STAGES] = {[STAGE_REST] = "none",
                                          [STAGE_RANDOM] = "arithmetic",
                                          [STAGE_ORDER] = "arithmetic",
                                          [STAGE_CRISIS] = "arithmetic",
                                          [STAGE_GAMES] = "arithmetic",
                                          [STAGE_WEIGHING] = "stores",
                                          [STAGE_CONSEQUENCES] = "stores",
                                          [STAGE_PERIOD] = "arithmetic",
                                          [STAGE_REVIEW] = "arithmetic",
                                          [STAGE_OUTCOMES] = "arithmetic",
                                          [STAGE_TALLY] = "loads and stores",
                                          [STAGE_ENCODE] = "",
                                          [STAGE_PARTS] = "",
                                          [STAGE_ASSEMBLE] = ""};

core_t core_of(double lanes)
{
    return (core_t){.lanes = fmin(lanes, 4.0), /* datapaths of 256 bits: eight doubles pass in two halves */
                    .arithmetic = 4.0,
                    .loads = 2.0,
                    .stores = 1.0,
                    .integers = 4.0,
                    .division = 2.0,
                    .add = 3.0,
                    .forward = 5.0,
                    .mask = 7.0};
}

/* Cycles for one element of a loop over states or pairs: the busiest of the units that it uses. */
static double element(const core_t *core, double operations, double loads, double stores)
{
    double busiest = fmax(operations / core->arithmetic, fmax(loads / core->loads, stores / core->stores));
    return busiest / core->lanes;
}

static double arithmetic(const core_t *core, double operations, double divisions)
{
    return fmax(operations / core->arithmetic / core->lanes, divisions * core->division);
}

/* Conversion of bits to normals, in bulk. */
static double normal(const core_t *core)
{
    return arithmetic(core, NORMAL_OPS, NORMAL_SLOW);
}

/* One by one: ten rounds of two multiplications each; a normal has its pair's polynomials beside them. In
 * bulk: `2 lanes` draws from ten rounds of eight vector operations, and what normals take beyond that. */
static double random_floor(const core_t *core, const stage_counts_t *counts)
{
    double uniform = 20.0;
    double single = fmax(20.0, 2.0 * NORMAL_OPS / core->arithmetic);
    double bits = 92.0 / core->integers / (2.0 * core->lanes);
    return counts->uniforms * uniform + counts->normals * single + counts->uniforms_in_bulk * bits +
           counts->in_bulk * (bits + normal(core));
}

/* Pairs once: proximity (angle, exp) and baseline (similarity, rivalry); then the noise, and three matrices
 * written. */
static double order_floor(const core_t *core, double n)
{
    double pairs = 0.5 * n * (n - 1.0);
    double near = arithmetic(core, ANGLE_OPS + EXP_OPS, ANGLE_SLOW);
    double base = arithmetic(core, SIMILAR_OPS + 8.0, 0.0);
    double noise = arithmetic(core, 4.0, 0.0);
    double written = 3.0 * n * n / core->lanes / core->stores;
    return pairs * (near + base + noise) + written + n * arithmetic(core, EXP_OPS + 8.0, 0.0);
}

/* Of each: two pairs of normals, similarity, stake, price, initiator. Targeted: the isolation of all, and its
 * exponentials; else all angles. */
static double crisis_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    double any = 4.0 * normal(core) + n * arithmetic(core, SIMILAR_OPS + 14.0, 0.0);
    double isolation = n * n * element(core, 2.0, 1.0, 0.0) + n * arithmetic(core, EXP_OPS + 3.0, 0.0);
    double angles = n * arithmetic(core, ANGLE_OPS + EXP_OPS, ANGLE_SLOW);
    return counts->crises * any + counts->targeted * isolation + (counts->crises - counts->targeted) * angles;
}

/* Four games abreast, a number of each in a vector. In the first pass every state receives every other's
 * move, even one of 0; meanwhile each choice depends on the one before it (compare, choose, multiply, add).
 * After the last move every state is compared once more: two thresholds and a side. */
static double games_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    double choices = n * (2.0 * core->add + 3.0);
    double first = fmax(n * n * GAMES * element(core, 2.0, 1.0, 0.0), choices);
    double asked = n * GAMES * element(core, 5.0, 4.0, 0.0);
    double chain = core->forward + core->mask + 4.0 * core->add;
    double walk = fmax(n * GAMES * element(core, 2.0, 2.0, 1.0), chain);
    return counts->abreast * (first + asked) + counts->moves * walk;
}

/* Common arrays (three written); for the games abreast their rules and start (three written, and turned from
 * a venue's numbers into a state's), the counting of sides in two sums, and the worths beside one another:
 * three divisions after one another. */
static double weighing_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    double prepare = n * element(core, 11.0, 6.0, 3.0), rules = n * GAMES * element(core, 10.0, 1.0, 3.0);
    double count = fmax(n * GAMES * element(core, 10.0, 3.0, 0.0), 0.5 * n * core->add);
    double chain = 3.0 * LATE_DIVISION + 8.0 * core->add;
    return counts->abreast * (prepare + rules + count + chain);
}

/* Rows of affinities that change, what they keep and gain in registers, and are counted where negative; and
 * the smaller of two joiners' stakes, every pair once. */
static double consequences_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    double joiners = counts->missions > 0.0 ? counts->joiners / counts->missions : 0.0;
    return counts->rows * n * element(core, 4.0, 1.0, 1.0) +
           counts->joiners * 0.5 * joiners * element(core, 2.0, 0.0, 0.0);
}

/* Every affinity relaxes before it is read; every capability grows (an exponential near 0) and is normalised.
 */
static double period_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    return counts->settled * n * n * element(core, 3.0, 2.0, 1.0) +
           counts->periods * n * arithmetic(core, NEAR_OPS + 10.0, 0.0);
}

/* From all rows company, hostility and exposure; in each pass the bounds of the payoffs of all labels held,
 * for all states; and two labels' sums changed by each move. What few states share exactly is left out.
 * Minima with 0 are taken on the way. */
static double review_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    double held = counts->reviews > 0.0 ? counts->labels / counts->reviews : 0.0;
    double start = n * n * element(core, 6.0, 1.0, 0.0), pass = n * held * element(core, 9.0, 2.0, 0.0);
    double move = 2.0 * n * element(core, 8.0, 5.0, 2.0);
    return counts->reviews * start + counts->review_passes * pass + counts->review_moves * move;
}

/* A period adds up the shares of each bloc, of a row of its members, and of those alone; the end takes all
 * triads and some pairs. A mission compares a few words of joiners. */
static double outcomes_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    double triads = n * (n - 1.0) * (n - 2.0) / 6.0, pairs = n * n;
    double ends = triads * element(core, 4.0, 2.0, 0.0) + pairs * element(core, 4.0, 2.0, 0.0);
    double blocs = counts->reviews > 0.0 ? counts->blocs / counts->reviews : 0.0;
    double period = n * element(core, 4.0 + 2.0 * blocs, 2.0 + blocs, 0.0);
    return counts->periods * period + counts->orders * ends;
}

void floors_of_stages(const core_t *core, const stage_counts_t *counts, double n, double floor[STAGES_PLAYED])
{
    floor[STAGE_REST] = 0.0;
    floor[STAGE_RANDOM] = random_floor(core, counts);
    floor[STAGE_ORDER] = counts->orders * order_floor(core, n);
    floor[STAGE_CRISIS] = crisis_floor(core, counts, n);
    floor[STAGE_GAMES] = games_floor(core, counts, n);
    floor[STAGE_WEIGHING] = weighing_floor(core, counts, n);
    floor[STAGE_CONSEQUENCES] = consequences_floor(core, counts, n);
    floor[STAGE_PERIOD] = period_floor(core, counts, n);
    floor[STAGE_REVIEW] = review_floor(core, counts, n);
    floor[STAGE_OUTCOMES] = outcomes_floor(core, counts, n);
}

/* Each value adds to a sum and to a count of a histogram, and each outcome to a sum of squares and a sketch:
 * a store a cycle, and a rounding to fixed point with four integer operations beside it. */
double floor_of_tally(double values, double path_values)
{
    return values * 6.0 + path_values * 3.0;
}
