#include "floors.h"

#include <math.h>

/* Operations on doubles in one call, from src/math/elementary.h and normal_quantile.c. */
#define EXP_OPS      30.0
#define LOG_OPS      27.0
#define SIMILAR_OPS  (8.0 + EXP_OPS)
#define ANGLE_OPS    52.0 /* two lengths, atan by two halvings and a series; with 3 divisions and 4 roots */
#define ANGLE_SLOW   7.0
#define QUANTILE_OPS 34.0 /* in the centre, with 1 division */
#define TAIL_SHARE   0.15
#define TAIL_OPS     60.0
#define CONTEST_OPS  (2.0 * LOG_OPS + EXP_OPS + 4.0) /* with 3 divisions */

const char *const floor_bounds[STAGES] = {[STAGE_REST] = "none",
                                          [STAGE_RANDOM] = "multiplications",
                                          [STAGE_ORDER] = "divisions, arithmetic",
                                          [STAGE_CRISIS] = "arithmetic",
                                          [STAGE_GAMES] = "chain of moves",
                                          [STAGE_WEIGHING] = "stores, chain of log and exp",
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
                    .arithmetic = 2.0,
                    .loads = 2.0,
                    .stores = 1.0,
                    .integers = 3.0,
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

/* One by one: ten rounds of two multiplications each; a normal has its polynomials beside them. In bulk: `2
 * lanes` draws from ten rounds of ten vector operations, and the quantile. */
static double random_floor(const core_t *core, const stage_counts_t *counts)
{
    double tail = TAIL_SHARE * TAIL_OPS;
    double uniform = 20.0;
    double normal = fmax(20.0, (QUANTILE_OPS + tail) / core->arithmetic);
    double bits = 110.0 / core->integers / (2.0 * core->lanes);
    double bulk = bits + arithmetic(core, QUANTILE_OPS + tail, 1.0);
    return counts->uniforms * uniform + counts->normals * normal + counts->in_bulk * bulk;
}

/* Pairs once: proximity (angle, exp) and baseline (similarity, rivalry); then the noise, and three matrices
 * written. */
static double order_floor(const core_t *core, double n)
{
    double pairs = 0.5 * n * (n - 1.0);
    double near = arithmetic(core, ANGLE_OPS + EXP_OPS, ANGLE_SLOW + 1.0);
    double base = arithmetic(core, SIMILAR_OPS + 8.0, 2.0);
    double noise = arithmetic(core, 4.0, 0.0);
    double written = 3.0 * n * n / core->lanes / core->stores;
    return pairs * (near + base + noise) + written + n * arithmetic(core, EXP_OPS + 8.0, 1.0);
}

/* Of each: similarity, stake, price, initiator. Targeted: the isolation of all, and its exponentials; else
 * all angles. */
static double crisis_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    double any = n * arithmetic(core, SIMILAR_OPS + 14.0, 1.0);
    double isolation = n * n * element(core, 2.0, 1.0, 0.0) + n * arithmetic(core, EXP_OPS + 3.0, 0.0);
    double angles = n * arithmetic(core, ANGLE_OPS + EXP_OPS, ANGLE_SLOW + 1.0);
    return counts->crises * any + counts->targeted * isolation + (counts->crises - counts->targeted) * angles;
}

/* A pass compares every field with two thresholds and a side. A move changes all fields, and the next one is
 * found only when they are stored: store, load, compare, find, read size and side, multiply twice, add,
 * store. */
static double games_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    double pass = n * element(core, 4.0, 4.0, 0.0);
    double chain = core->forward + core->add + core->mask + core->forward + 3.0 * core->add;
    double move = fmax(n * element(core, 2.0, 2.0, 1.0), chain);
    return counts->passes * pass + counts->moves * move;
}

/* Common arrays (four written); per venue its rules and start (five written), the counting of sides, and the
 * worth: two logarithms beside each other, then an exponential, then a division. Bounds wait for nothing. */
static double weighing_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    double prepare = n * element(core, 11.0, 6.0, 5.0);
    double rules = n * element(core, 8.0, 6.0, 5.0), count = n * element(core, 8.0, 3.0, 0.0);
    double chain = (11.0 * 2.0 + 6.0) * core->add + 14.0 + 12.0 * core->add + 2.0 * 14.0;
    double bound = CONTEST_OPS / core->arithmetic;
    return counts->prepared * prepare + counts->solves * (rules + count + chain) + counts->bounds * bound;
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

/* Every affinity relaxes before it is read; every capability grows (an exponential) and is normalised (a
 * division). */
static double period_floor(const core_t *core, const stage_counts_t *counts, double n)
{
    return counts->settled * n * n * element(core, 3.0, 2.0, 1.0) +
           counts->periods * n * arithmetic(core, EXP_OPS + 8.0, 1.0);
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
