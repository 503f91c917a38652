#include "floors.h"

#include <math.h>

/* Operations on doubles in one call, from src/math/elementary.h and random/stream.c. */
#define EXP_OPS       30.0
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
                                          [STAGE_GAMES] = "stores",
                                          [STAGE_WEIGHING] = "stores",
                                          [STAGE_CONSEQUENCES] = "arithmetic",
                                          [STAGE_PERIOD] = "arithmetic",
                                          [STAGE_REVIEW] = "arithmetic",
                                          [STAGE_OUTCOMES] = "stores",
                                          [STAGE_TALLY] = "loads and stores",
                                          [STAGE_ENCODE] = "",
                                          [STAGE_PARTS] = "",
                                          [STAGE_ASSEMBLE] = ""};

core_t core_of(double lanes)
{
    return (core_t){.lanes = lanes,
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

/* What makes a normal of its bits, in bulk. */
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

/* Four games abreast, a number of each in a vector. A pass compares every field with two thresholds and a
 * side. A walk changes all fields, and the next mover is found only when its own are stored: store, load,
 * compare twice, subtract, multiply twice, add, store. */
static double games_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    double pass = n * GAMES * element(core, 6.0, 4.0, 0.0);
    double chain = core->forward + core->mask + 4.0 * core->add;
    double walk = fmax(n * GAMES * element(core, 2.0, 2.0, 1.0), chain);
    return counts->passes * pass + counts->moves * walk;
}

/* Common arrays (six written); for the games abreast their rules and start (four written), the counting of
 * sides, and the worths beside one another: three divisions after one another. Bounds wait for nothing. */
static double weighing_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    double prepare = n * element(core, 11.0, 6.0, 6.0);
    double rules = n * GAMES * element(core, 9.0, 5.0, 4.0), count = n * GAMES * element(core, 8.0, 3.0, 0.0);
    double chain = 3.0 * LATE_DIVISION + 8.0 * core->add;
    double bound = 3.0 * core->division * 2.0;
    return counts->prepared * prepare + counts->abreast * (rules + count + chain) + counts->bounds * bound;
}

/* Rows of affinities that change, pairs of joiners looked at, and differences of their stakes, every pair
 * once. */
static double consequences_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    double joiners = counts->missions > 0.0 ? counts->joiners / counts->missions : 0.0;
    return counts->rows * n * element(core, 5.0, 4.0, 1.0) +
           counts->joiners * n * element(core, 2.0, 2.0, 0.0) +
           counts->joiners * 0.5 * joiners * element(core, 2.0, 0.0, 0.0);
}

/* Every affinity relaxes before it is read; every capability grows (an exponential) and is normalised. */
static double period_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    return counts->settled * n * n * element(core, 3.0, 2.0, 1.0) +
           counts->periods * n * arithmetic(core, EXP_OPS + 8.0, 0.0);
}

/* Company and hostilities from the members' rows; one pass over all rows for own worths and the shared
 * threats of all labels held; the rows hostile to those who move; and in each pass the payoff of all labels
 * held to all states. Minima with 0 are taken on the way. */
static double review_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    double square = n * n, held = counts->reviews > 0.0 ? counts->labels / counts->reviews : 0.0;
    double members = n * element(core, 5.0, 1.0, 0.0), rows = n * element(core, 3.0, 1.0, 0.0);
    double pass = n * held * element(core, 6.0, 1.0, 0.0);
    return counts->members * members + counts->reviews * square * element(core, 4.0 + 2.0 * held, 1.0, 0.0) +
           counts->hostile_rows * rows + counts->review_passes * pass;
}

/* A period adds each state's share to its bloc and looks at those alone; a mission compares joiners; the end
 * takes all triads and some pairs. */
static double outcomes_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    double triads = n * (n - 1.0) * (n - 2.0) / 6.0, pairs = n * n;
    double ends = triads * element(core, 4.0, 2.0, 0.0) + pairs * element(core, 4.0, 2.0, 0.0);
    double period = n / core->stores + n * element(core, 4.0, 2.0, 0.0);
    return counts->periods * period + counts->missions * n * element(core, 4.0, 2.0, 1.0) +
           counts->orders * ends;
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
