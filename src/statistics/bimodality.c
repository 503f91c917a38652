#include "statistics/bimodality.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "math/elementary.h"
#include "statistics/interval.h"

/* A value is a fraction with a denominator up to this limit if they differ by less than this share of the
 * value. */
#define DENOMINATOR_MAX 10000
#define RATIONAL        1e-10

/* The empirical distribution function: its distinct values with the limits to their left and right. Also the
 * knots of the convex minorant below it and of the concave majorant above it, between two of the values. */
typedef struct {
    size_t n;
    double *x, *left, *right;
    size_t *convex, *concave; /* indices, ascending */
    size_t convex_knots, concave_knots;
} steps_t;

static void steps_free(steps_t *self)
{
    free(self->x);
    free(self->convex);
    *self = (steps_t){0};
}

static bool steps_init(steps_t *self, size_t capacity, qd_error_t *error)
{
    *self = (steps_t){.x = qd_new(3 * capacity, sizeof(double), error),
                      .convex = qd_new(2 * capacity, sizeof(size_t), error)};
    if (!self->x || !self->convex) {
        steps_free(self);
        return false;
    }
    self->left = self->x + capacity;
    self->right = self->left + capacity;
    self->concave = self->convex + capacity;
    return true;
}

static void steps_fill(steps_t *self, size_t n, const double sorted[])
{
    self->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || sorted[i] != sorted[i - 1]) {
            self->x[self->n] = sorted[i];
            self->left[self->n++] = (double)i / (double)n;
        }
        self->right[self->n - 1] = (double)(i + 1) / (double)n;
    }
}

/* Knots of the hull of points a..b: convex from below (sign +1) or concave from above (sign -1). */
static size_t hull(const double x[], const double y[], size_t a, size_t b, double sign, size_t knot[])
{
    size_t k = 0;
    for (size_t i = a; i <= b; i++) {
        while (k >= 2) {
            size_t p = knot[k - 2], q = knot[k - 1];
            double turn = (y[q] - y[p]) * (x[i] - x[q]) - (y[i] - y[q]) * (x[q] - x[p]);
            if (sign * turn < 0.0)
                break;
            k--;
        }
        knot[k++] = i;
    }
    return k;
}

/* Height at x of the line through points p and q. */
static double line_at(const double x[], const double y[], size_t p, size_t q, double at)
{
    return x[q] > x[p] ? y[p] + (y[q] - y[p]) * (at - x[p]) / (x[q] - x[p]) : y[p];
}

/* The greatest distance between the two hulls, found at a knot of either; *low, *high: the knots that enclose
 * it, one of the convex and the next of the concave hull. */
static double widest(const steps_t *self, size_t *low, size_t *high)
{
    double greatest = -1.0;
    for (size_t i = 0, j = 1; i < self->convex_knots; i++) {
        size_t g = self->convex[i];
        while (j + 1 < self->concave_knots && self->concave[j] < g)
            j++;
        double gap =
            line_at(self->x, self->right, self->concave[j - 1], self->concave[j], self->x[g]) - self->left[g];
        if (gap > greatest) {
            greatest = gap;
            *low = g;
            *high = self->concave[j];
        }
    }
    for (size_t j = 0, i = 1; j < self->concave_knots; j++) {
        size_t l = self->concave[j];
        while (i + 1 < self->convex_knots && self->convex[i] < l)
            i++;
        double gap =
            self->right[l] - line_at(self->x, self->left, self->convex[i - 1], self->convex[i], self->x[l]);
        if (gap >= greatest) {
            greatest = gap;
            *low = self->convex[i - 1];
            *high = l;
        }
    }
    return greatest;
}

/* Greatest height of the step function above the convex hull between its first knot and `low`. */
static double convex_misfit(const steps_t *self, size_t low)
{
    double worst = 0.0;
    for (size_t k = 0; k + 1 < self->convex_knots && self->convex[k] < low; k++)
        for (size_t i = self->convex[k]; i < self->convex[k + 1]; i++)
            worst = fmax(worst, self->right[i] - line_at(self->x, self->left, self->convex[k],
                                                         self->convex[k + 1], self->x[i]));
    return worst;
}

/* Greatest depth of the step function below the concave hull between `high` and its last knot. */
static double concave_misfit(const steps_t *self, size_t high)
{
    double worst = 0.0;
    for (size_t k = self->concave_knots - 1; k > 0 && self->concave[k] > high; k--)
        for (size_t i = self->concave[k]; i > self->concave[k - 1]; i--)
            worst = fmax(worst,
                         line_at(self->x, self->right, self->concave[k - 1], self->concave[k], self->x[i]) -
                             self->left[i]);
    return worst;
}

/* Twice the least dip that the atoms allow. A unimodal distribution has at most one atom: it can match one
 * jump, and misses every other jump by half the jump's height. */
static double second_jump(const steps_t *self)
{
    double first = 0.0, second = 0.0;
    for (size_t i = 0; i < self->n; i++) {
        double jump = self->right[i] - self->left[i];
        second = fmax(second, fmin(jump, first));
        first = fmax(first, jump);
    }
    return second;
}

/* Hartigan and Hartigan (1985), section 4: the modal interval shrinks until the hulls over it are no farther
 * apart than the worst misfit outside it. */
static double steps_dip(steps_t *self)
{
    size_t a = 0, b = self->n - 1;
    double dip = second_jump(self);
    while (a < b) {
        size_t low = a, high = b;
        self->convex_knots = hull(self->x, self->left, a, b, 1.0, self->convex);
        self->concave_knots = hull(self->x, self->right, a, b, -1.0, self->concave);
        if (widest(self, &low, &high) <= dip)
            break;
        dip = fmax(dip, fmax(convex_misfit(self, low), concave_misfit(self, high)));
        if (low >= high || (low == a && high == b))
            break;
        a = low;
        b = high;
    }
    return dip / 2.0;
}

/* ---- Sarle's coefficient ------------------------------------------------------------------------------- */

static double sarle_coefficient(size_t count, const double x[])
{
    double n = (double)count, mean = 0.0, m2 = 0.0, m3 = 0.0, m4 = 0.0;
    for (size_t i = 0; i < count; i++)
        mean += x[i] / n;
    for (size_t i = 0; i < count; i++) {
        double d = x[i] - mean;
        m2 += d * d;
        m3 += d * d * d;
        m4 += d * d * d * d;
    }
    if (count < 4 || m2 <= 0.0)
        return NAN;
    double variance = m2 / (n - 1.0);
    double skewness = n / ((n - 1.0) * (n - 2.0)) * m3 / (variance * sqrt(variance));
    double spread = 3.0 * (n - 1.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0));
    double kurtosis =
        n * (n + 1.0) / ((n - 1.0) * (n - 2.0) * (n - 3.0)) * m4 / (variance * variance) - spread;
    return (skewness * skewness + 1.0) / (kurtosis + spread);
}

/* ---- ties ---------------------------------------------------------------------------------------------- */

/* The least q so that x is a multiple of 1/q, up to rounding; 0 where there is none up to the limit. */
static size_t denominator(double x)
{
    for (size_t q = 1; q <= DENOMINATOR_MAX; q++) {
        double k = x * (double)q;
        if (fabs(k - rint(k)) <= RATIONAL * fmax(1.0, fabs(k)))
            return q;
    }
    return 0;
}

static size_t common_multiple(size_t a, size_t b)
{
    size_t x = a, y = b;
    while (y > 0) {
        size_t rest = x % y;
        x = y;
        y = rest;
    }
    size_t multiple = a / x * b;
    return multiple < DENOMINATOR_MAX ? multiple : DENOMINATOR_MAX;
}

static size_t distinct(size_t n, const double sorted[])
{
    size_t count = n > 0;
    for (size_t i = 1; i < n; i++)
        count += sorted[i] != sorted[i - 1];
    return count;
}

/* Whether at least half the multiples of 1/q between the 5% and the 95% quantile occur. */
static bool is_lattice(size_t n, const double sorted[], size_t q)
{
    size_t first = n / 20, last = n - 1 - n / 20;
    double sites = (sorted[last] - sorted[first]) * (double)q + 1.0;
    return 2.0 * (double)distinct(last - first + 1, sorted + first) >= sites;
}

/* The step over which to spread values, if nine in ten are fractions with small denominators; otherwise 0.
 * With one common denominator it is the step of the lattice. With different denominators (missions per
 * crisis, with another number of crises in each world) it is one over their lower quartile. These are
 * denominators of reduced fractions, at most too small. `room` holds n numbers. */
static double fraction_step(size_t n, const double sorted[], double room[])
{
    size_t fractions = 0, whole = 0, common = 1;
    for (size_t i = 0, q = 0; i < n; i++) {
        q = i > 0 && sorted[i] == sorted[i - 1] ? q : denominator(sorted[i]);
        whole += q == 1;
        if (q > 1)
            room[fractions++] = (double)q;
        common = common_multiple(common, q > 0 ? q : 1);
    }
    if (10 * (fractions + whole) < 9 * n)
        return 0.0;
    if (fractions == 0 || (common < DENOMINATOR_MAX && is_lattice(n, sorted, common)))
        return 1.0 / (double)common;
    qsort(room, fractions, sizeof *room, qd_compare_doubles);
    return 1.0 / room[fractions / 4];
}

static double spread_draw(uint64_t seed, size_t i)
{
    return qd_random_open((qd_luck_t){.seed = seed, .world = i}, QD_PURPOSE_BOOTSTRAP, QD_RESAMPLE_SPREAD, 0);
}

/* The midpoints between a value and its next smaller and next larger neighbours, as distances from it. */
static void half_gaps(size_t n, const double sorted[], size_t i, double *below, double *above)
{
    size_t first = i, last = i;
    while (first > 0 && sorted[first - 1] == sorted[i])
        first--;
    while (last + 1 < n && sorted[last + 1] == sorted[i])
        last++;
    *below = first > 0 ? (sorted[i] - sorted[first - 1]) / 2.0 : (sorted[last + 1] - sorted[i]) / 2.0;
    *above = last + 1 < n ? (sorted[last + 1] - sorted[i]) / 2.0 : *below;
}

/* Spreads the ties of sorted values, unless all are equal, into `out`: over the step of a lattice or of
 * fractions; without one, if most values are tied, over half the gaps to their neighbours. */
static void spread_ties(size_t n, const double sorted[], uint64_t seed, double out[])
{
    double step = fraction_step(n, sorted, out);
    bool tied = step == 0.0 && 2 * distinct(n, sorted) < n;
    for (size_t i = 0; i < n; i++) {
        double below = step / 2.0, above = step / 2.0;
        if (tied)
            half_gaps(n, sorted, i, &below, &above);
        out[i] = sorted[i] - below + (below + above) * spread_draw(seed, i);
    }
}

/* Copies the first values that are not NaN to `value`, and spreads each over its own step into `spread`;
 * returns their number. */
static size_t choose_values(size_t n, const double given[], const double step[], uint64_t seed,
                            double value[], double spread[])
{
    size_t count = 0;
    for (size_t i = 0; i < n && count < QD_DIP_VALUES_MAX; i++)
        if (!isnan(given[i])) {
            value[count] = given[i];
            spread[count++] = step ? given[i] + step[i] * (spread_draw(seed, i) - 0.5) : given[i];
        }
    return count;
}

/* Makes the sample of the test from the chosen values, sorted in `spread`. Equal values stay unchanged. */
static void prepare(size_t n, double value[], bool steps, uint64_t seed, double spread[])
{
    qsort(value, n, sizeof *value, qd_compare_doubles);
    if (distinct(n, value) <= 1)
        memcpy(spread, value, n * sizeof *value);
    else if (!steps)
        spread_ties(n, value, seed, spread);
    qsort(spread, n, sizeof *spread, qd_compare_doubles);
}

/* ---- test ---------------------------------------------------------------------------------------------- */

qd_status_t qd_bimodality_of(size_t n, const double value[], const double step[], uint64_t seed,
                             qd_bimodality_t *out, qd_error_t *error)
{
    size_t room = n < QD_DIP_VALUES_MAX ? n + 1 : QD_DIP_VALUES_MAX;
    double *sample = qd_new(2 * room, sizeof *sample, error);
    steps_t steps;
    if (!steps_init(&steps, room, error) || !sample) {
        free(sample);
        steps_free(&steps);
        return QD_ERROR_MEMORY;
    }
    double *spread = sample + room;
    size_t count = choose_values(n, value, step, seed, sample, spread);
    *out = (qd_bimodality_t){
        .count = count, .dip = NAN, .p = NAN, .coefficient = sarle_coefficient(count, sample)};
    if (count >= QD_DIP_VALUES_MIN) {
        prepare(count, sample, step != NULL, seed, spread);
        steps_fill(&steps, count, spread);
        out->dip = steps_dip(&steps);
    }
    free(sample);
    steps_free(&steps);
    return QD_OK;
}

/* Makes a sample in order, without sorting: the running sums of exponentials, divided by their total, are the
 * order statistics of uniforms. */
static double uniform_dip(steps_t *steps, double sample[], size_t n, qd_luck_t luck)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum -= qd_log(qd_random_open(luck, QD_PURPOSE_BOOTSTRAP, QD_RESAMPLE_NULL, (uint32_t)i));
        sample[i] = sum;
    }
    steps_fill(steps, n, sample);
    return steps_dip(steps);
}

/* Simulations of one task; the room that it allocates costs nothing beside them. */
#define SIMULATIONS_A_TASK 250

/* The simulations of all tasks. Each has a stream of its own, so that the dips do not depend on the thread
 * that computes them. */
typedef struct {
    qd_dip_null_t *null;
    uint64_t seed;
    bool *failed; /* tasks that found no memory */
} simulation_t;

/* On any thread. */
static void simulate(void *context, size_t task)
{
    const simulation_t *self = context;
    size_t n = self->null->n, first = task * SIMULATIONS_A_TASK, left = self->null->simulations - first;
    size_t end = first + (left < SIMULATIONS_A_TASK ? left : SIMULATIONS_A_TASK);
    steps_t steps;
    double *sample = qd_new(n, sizeof *sample, NULL);
    self->failed[task] = !steps_init(&steps, n, NULL) || !sample;
    for (size_t s = first; s < end && !self->failed[task]; s++)
        self->null->dip[s] = uniform_dip(&steps, sample, n, (qd_luck_t){.seed = self->seed, .world = s});
    steps_free(&steps);
    free(sample);
}

qd_status_t qd_dip_null_init(qd_dip_null_t *self, size_t n, size_t simulations, uint64_t seed,
                             const qd_runner_t *runner, qd_error_t *error)
{
    size_t tasks = (simulations + SIMULATIONS_A_TASK - 1) / SIMULATIONS_A_TASK;
    bool *failed = qd_new(tasks, sizeof *failed, error);
    *self = (qd_dip_null_t){n, simulations, qd_new(simulations, sizeof *self->dip, error)};
    bool sound = failed && self->dip;
    if (sound)
        qd_runner_run(runner, tasks, simulate, &(simulation_t){self, seed, failed});
    for (size_t t = 0; sound && t < tasks; t++)
        sound = !failed[t];
    free(failed);
    if (sound)
        return QD_OK;
    qd_dip_null_free(self);
    return qd_no_memory(error);
}

void qd_dip_null_free(qd_dip_null_t *self)
{
    free(self->dip);
    *self = (qd_dip_null_t){0};
}

double qd_dip_null_p(const qd_dip_null_t *self, double dip)
{
    size_t as_large = 0;
    for (size_t s = 0; s < self->simulations; s++)
        as_large += self->dip[s] >= dip;
    return (1.0 + (double)as_large) / (1.0 + (double)self->simulations);
}
