#include "kernel/values.h"

#include <string.h>

#include "math/elementary.h"
#include "math/reduce.h"

/* Rows of qd_padded(i) numbers, i < n, one after the other, become rows of `padded`. */
static void spread_rows(double *matrix, size_t n, size_t padded, size_t count)
{
    for (size_t i = n; i-- > 0;) {
        count -= qd_padded(i);
        memmove(matrix + i * padded, matrix + count, qd_padded(i) * sizeof *matrix);
    }
}

/* X += sign pull. */
static void add_pull(const qd_values_t *self, const qd_state_t *state, double sign)
{
    for (size_t i = 1; i < state->n; i++)
        for (size_t at = i * state->padded, last = at + i; at < last; at += QD_REALS)
            QD_REALS_AT(state->anchor + at) += sign * QD_REALS_OF(self->pull + at);
}

/* Whether X + raise of state i's row stays within [-1, 1] whatever its values: anchor is the row of X without
 * the pull, which lies between 0 and `pull`. */
static bool is_free(const double *anchor, size_t i, double pull, double raise)
{
    double least = anchor[0], most = anchor[0];
    for (size_t j = 1; j < i; j++) {
        least = anchor[j] < least ? anchor[j] : least;
        most = anchor[j] > most ? anchor[j] : most;
    }
    return least + (pull < 0.0 ? pull : 0.0) > -1.0 + 1e-9 &&
           most + (pull > 0.0 ? pull : 0.0) + raise < 1.0 - 1e-9;
}

static void set_clamped(qd_values_t *self, const qd_state_t *state, double pull, double raise)
{
    self->clamped = 1;
    for (size_t i = 1; i < state->n; i++)
        if (!is_free(state->anchor + i * state->padded, i, pull, raise))
            self->clamped = i + 1 + i % 2; /* odd */
    self->deepening = raise;
}

void qd_values_aim(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    if (!self->moved)
        return;
    for (size_t i = 1; i < state->n; i++)
        for (size_t at = i * state->padded, last = at + i; at < last; at += QD_REALS)
            QD_REALS_AT(self->aim + at) = QD_REALS_OF(state->anchor + at) + QD_REALS_OF(self->raise + at);
    if (state->depth > 0 && self->deepening != p->clubs_deepening)
        set_clamped(self, state, 2.0 * p->affinity_values, p->clubs_deepening);
}

/* Sets `unlike` and `pull` of all pairs for the values as they are, and takes the pull out of X. */
static void set_pull(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    size_t count = qd_state_set_unlike(state, p->affinity_values_scale, self->pull);
    for (size_t k = 0; k < count; k++)
        self->unlike[k] = -self->pull[k];
    qd_exp_all(self->pull, count);
    for (size_t k = 0; k < count; k++)
        self->pull[k] *= 2.0 * p->affinity_values;
    spread_rows(self->pull, state->n, state->padded, count);
    spread_rows(self->unlike, state->n, state->padded, count);
    add_pull(self, state, -1.0);
    self->scale = sqrt(qd_sharpness(p->affinity_values_scale));
    set_clamped(self, state, 2.0 * p->affinity_values, state->depth > 0 ? p->clubs_deepening : 0.0);
    qd_values_aim(self, state, p);
}

/* The greatest distance of two values, or a little more. Values do not leave their convex hull, so that the
 * bound stays valid. */
static double spread_of(const qd_state_t *state)
{
    const double *restrict vx = state->value, *restrict vy = vx + state->padded;
    double most = 0.0;
    for (size_t i = 1; i < state->n; i++)
        for (size_t j = 0; j < i; j++) {
            double dx = vx[i] - vx[j], dy = vy[i] - vy[j], squared = dx * dx + dy * dy;
            most = squared > most ? squared : most;
        }
    return sqrt(most) * (1.0 + 1e-9);
}

/* Called before the values move for the first time. */
static void begin(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    memcpy(self->root, state->value, 2 * state->padded * sizeof *self->root);
    memcpy(self->followed, state->value, 2 * state->padded * sizeof *self->followed);
    self->spread = spread_of(state);
    if (state->depth == 0)
        memset(self->raise, 0, state->n * state->padded * sizeof *self->raise);
    self->moved = true;
    set_pull(self, state, p);
    self->stale = self->half = false;
}

/* One coordinate of those who joined moves towards its mean. */
static void converge(double *restrict v, const double *restrict c, const double *restrict x, size_t padded,
                     double rate)
{
    const qd_reals_t zero = {0};
    qd_sums_t sum = {0}, weight = {0};
    for (size_t i = 0; i < padded; i += QD_LANES)
        for (size_t k = 0; k < QD_PARTS; k++) {
            size_t at = i + k * QD_REALS;
            qd_reals_t size = QD_REALS_WHERE(QD_REALS_BELOW(zero, QD_REALS_OF(x + at)), QD_REALS_OF(c + at));
            weight.part[k] += size;
            sum.part[k] += size * QD_REALS_OF(v + at);
        }
    double whole = qd_sums_join(&weight);
    if (!(whole > 0.0))
        return;
    double mean = qd_sums_join(&sum) / whole;
    for (size_t i = 0; i < padded; i += QD_REALS) {
        qd_reals_t step = rate * (mean - QD_REALS_OF(v + i));
        QD_REALS_AT(v + i) += QD_REALS_WHERE(QD_REALS_BELOW(zero, QD_REALS_OF(x + i)), step);
    }
}

void qd_values_converge(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p, const double *x)
{
    double rate = p->affinity_convergence;
    if (rate == 0.0)
        return;
    if (!self->moved)
        begin(self, state, p);
    converge(state->value, state->c, x, state->padded, rate);
    converge(state->value + state->padded, state->c, x, state->padded, rate);
    self->stale = true;
}

void qd_values_return(qd_values_t *self, qd_state_t *state, const qd_parameters_t *p)
{
    double rate = p->affinity_roots;
    if (!self->moved || rate == 0.0)
        return;
    for (size_t i = 0; i < 2 * state->padded; i += QD_REALS) {
        qd_reals_t v = QD_REALS_OF(state->value + i);
        QD_REALS_AT(state->value + i) = v + rate * (QD_REALS_OF(self->root + i) - v);
    }
    self->stale = true;
}

/* ---- the target of relaxation follows values ----------------------------------------------------------- */

#define INLINE static inline __attribute__((always_inline))

/* clamp(clamp(X) + raise), both to [-1, 1]; raise is not negative. */
INLINE qd_reals_t baseline_of(qd_reals_t x, qd_reals_t raise)
{
    return QD_REALS_SMALLER(QD_REALS_LARGER(x, qd_reals_all(-1.0)) + raise, qd_reals_all(1.0));
}

void qd_values_set_baseline(const qd_values_t *self, const qd_state_t *state)
{
    for (size_t i = 1; i < state->n; i++)
        for (size_t at = i * state->padded, last = at + i; at < last; at += QD_REALS) {
            qd_reals_t x = QD_REALS_OF(state->anchor + at), more = {0};
            if (self->moved)
                x += QD_REALS_OF(self->pull + at);
            if (state->depth > 0)
                more = QD_REALS_OF(self->raise + at);
            QD_REALS_AT(state->baseline + at) = baseline_of(x, more);
        }
}

/* For a step r of the logarithms with |r| up to these bounds, e^r follows from a short series and from that
 * of qd_exp; beyond them, the exponential is computed from the logarithm itself. */
#define SHORT 0.015625
#define LONG  QD_EXP_NEAR
typedef enum { BY_SHORT, BY_LONG, AS_A_WHOLE } way_t;

/* e^r to the last bits for |r| <= SHORT. */
INLINE qd_reals_t exp_short(qd_reals_t r)
{
    qd_reals_t r2 = r * r, low = (1.0 + r) + r2 * (1.0 / 2.0 + r * (1.0 / 6.0));
    return low + (r2 * r2) * ((1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0));
}

QD_EXP_NEAR_FUNCTION(exp_long, qd_reals_t)

/* The effect of a period on every pair. */
typedef struct {
    double rate, rest;   /* A = rest A + rate B', rest = 1 - rate */
    const double *x, *y; /* values in units of sqrt(2) h */
    double *unlike, *pull, *affinity, *fresh;
    const double *anchor, *raise, *aim;
    size_t padded;
} period_t;

/* The pairs of state i with the states from j on. To be inlined with constant way and clamped. */
INLINE void follow_pairs(const period_t *self, size_t i, size_t j, way_t way, bool clamped)
{
    size_t at = i * self->padded + j;
    qd_reals_t dx = self->x[i] - QD_REALS_OF(self->x + j), dy = self->y[i] - QD_REALS_OF(self->y + j);
    qd_reals_t unlike = dx * dx + dy * dy, pull, target;
    if (way == AS_A_WHOLE) {
        pull = QD_REALS_OF(self->fresh + j);
    } else {
        qd_reals_t step = QD_REALS_OF(self->unlike + at) - unlike;
        pull = QD_REALS_OF(self->pull + at) * (way == BY_SHORT ? exp_short(step) : exp_long(step));
    }
    if (clamped)
        target = baseline_of(QD_REALS_OF(self->anchor + at) + pull, QD_REALS_OF(self->raise + at));
    else
        target = QD_REALS_OF(self->aim + at) + pull;
    QD_REALS_AT(self->unlike + at) = unlike;
    QD_REALS_AT(self->pull + at) = pull;
    QD_REALS_AT(self->affinity + at) = self->rest * QD_REALS_OF(self->affinity + at) + self->rate * target;
}

/* Rows from..to-1, `from` odd: two at a time, which have as many vectors. */
INLINE void follow_rows(const period_t *given, size_t from, size_t to, way_t way, bool clamped)
{
    const period_t self = *given; /* local copies, which no store to an array can change */
    size_t i = from;
    for (; i + 1 < to; i += 2)
        for (size_t j = 0; j < i; j += QD_REALS) {
            follow_pairs(&self, i, j, way, clamped);
            follow_pairs(&self, i + 1, j, way, clamped);
        }
    for (size_t j = 0; i < to && j < i; j += QD_REALS)
        follow_pairs(&self, i, j, way, clamped);
}

static void follow_short(const period_t *self, size_t n, size_t clamped)
{
    follow_rows(self, 1, clamped, BY_SHORT, true);
    follow_rows(self, clamped, n, BY_SHORT, false);
}

static void follow_long(const period_t *self, size_t n, size_t clamped)
{
    follow_rows(self, 1, clamped, BY_LONG, true);
    follow_rows(self, clamped, n, BY_LONG, false);
}

static void follow_as_a_whole(const period_t *self, size_t n, double weight)
{
    for (size_t i = 1; i < n; i++) {
        for (size_t j = 0; j < qd_padded(i); j++) {
            double dx = self->x[i] - self->x[j], dy = self->y[i] - self->y[j];
            self->fresh[j] = -(dx * dx + dy * dy);
        }
        qd_exp_all(self->fresh, qd_padded(i));
        for (size_t j = 0; j < qd_padded(i); j++)
            self->fresh[j] *= weight;
        for (size_t j = 0; j < i; j += QD_REALS)
            follow_pairs(self, i, j, AS_A_WHOLE, true);
    }
}

static double largest_of(qd_reals_t x)
{
    double most = x[0];
    for (size_t l = 1; l < QD_REALS; l++)
        most = x[l] > most ? x[l] : most;
    return most;
}

/* Stores the values; returns a bound of the steps of the logarithms since the last call. With d_ij = v_i -
 * v_j and s the longest step of a value, | |d| - |d'| | <= 2 s, and |d| + |d'| <= 2 spread. */
static double note_values(qd_values_t *self, const qd_state_t *state)
{
    qd_reals_t step = {0};
    double scale = self->scale, *seen = self->followed;
    for (size_t i = 0; i < state->padded; i += QD_REALS) {
        size_t k = state->padded + i;
        qd_reals_t x = QD_REALS_OF(state->value + i), y = QD_REALS_OF(state->value + k);
        qd_reals_t dx = x - QD_REALS_OF(seen + i), dy = y - QD_REALS_OF(seen + k);
        step = QD_REALS_LARGER(dx * dx + dy * dy, step);
        QD_REALS_AT(seen + i) = x;
        QD_REALS_AT(seen + k) = y;
        QD_REALS_AT(self->scaled + i) = scale * x;
        QD_REALS_AT(self->scaled + k) = scale * y;
    }
    return scale * scale * 4.0 * sqrt(largest_of(step)) * self->spread;
}

void qd_values_relax(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    double bound = note_values(self, state), rate = p->affinity_relaxation;
    size_t n = state->n, clamped = self->clamped < n ? self->clamped : n;
    const period_t by = {.rate = rate,
                         .rest = 1.0 - rate,
                         .x = self->scaled,
                         .y = self->scaled + state->padded,
                         .unlike = self->unlike,
                         .pull = self->pull,
                         .affinity = state->affinity,
                         .fresh = self->fresh,
                         .anchor = state->anchor,
                         .raise = self->raise,
                         .aim = self->aim,
                         .padded = state->padded};
    if (bound <= SHORT)
        follow_short(&by, n, clamped);
    else if (bound <= LONG)
        follow_long(&by, n, clamped);
    else
        follow_as_a_whole(&by, n, 2.0 * p->affinity_values);
    self->half = true;
    self->stale = false;
}

void qd_values_catch_up(qd_values_t *self, const qd_state_t *state)
{
    if (self->half)
        qd_state_mirror(state, state->affinity, 0.0);
    self->half = false;
}

void qd_values_rescale(qd_values_t *self, const qd_state_t *state, const qd_parameters_t *p)
{
    if (!self->moved)
        return;
    add_pull(self, state, 1.0);
    set_pull(self, state, p);
}
