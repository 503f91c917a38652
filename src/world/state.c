#include "world/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "math/elementary.h"
#include "math/reduce.h"

static double *array(size_t count)
{
    return qd_new_aligned(count, sizeof(double), NULL);
}

bool qd_state_init(qd_state_t *self, size_t states)
{
    size_t p = qd_padded(states);
    *self = (qd_state_t){.capacity = p};
    self->c = array(p);
    self->place = array(3 * p);
    self->value = array(2 * p);
    self->affinity = array(p * p);
    self->baseline = array(p * p);
    self->proximity = array(p * p);
    self->load = array(p);
    self->learned = array(QD_VENUES * p);
    self->level = array(QD_CLUBS_MAX * p);
    self->readiness = array(p);
    self->support = array(p);
    self->anchor = array(p * p);
    self->label = qd_new(p, sizeof *self->label, NULL);
    return states <= QD_STATES_MAX && self->c && self->place && self->value && self->affinity &&
           self->baseline && self->proximity && self->load && self->learned && self->level &&
           self->readiness && self->support && self->anchor && self->label;
}

void qd_state_free(qd_state_t *self)
{
    free(self->c);
    free(self->place);
    free(self->value);
    free(self->affinity);
    free(self->baseline);
    free(self->proximity);
    free(self->load);
    free(self->learned);
    free(self->level);
    free(self->readiness);
    free(self->support);
    free(self->anchor);
    free(self->label);
    *self = (qd_state_t){0};
}

static void clear(double *a, size_t count)
{
    memset(a, 0, count * sizeof(double));
}

void qd_state_reset(qd_state_t *self, size_t n)
{
    size_t p = qd_padded(n);
    qd_state_begin(self, n);
    clear(self->affinity, n * p);
    clear(self->baseline, n * p);
    clear(self->proximity, n * p);
}

void qd_state_begin(qd_state_t *self, size_t n)
{
    size_t p = qd_padded(n);
    self->n = n;
    self->padded = p;
    clear(self->c, p);
    clear(self->place, 3 * p);
    clear(self->value, 2 * p);
    clear(self->affinity + n * p, (p - n) * p);
    clear(self->load, p);
    clear(self->learned, QD_VENUES * p);
    memset(self->label, 0, p * sizeof(int));
    for (size_t k = 0; k <= QD_LABELS_MAX; k++)
        self->cohesion[k] = 0.0;
    self->institution = self->tension = self->debt = 0.0;
    self->depth = 0;
    self->anchored = false;
    for (size_t i = 0; i < p; i++)
        self->support[i] = 0.5;
}

/* Chords from a place to the first states, qd_sphere_chord. */
static inline void set_chords(const qd_state_t *self, const double place[3], size_t count,
                              double *restrict chord)
{
    const double *restrict x = self->place, *restrict y = x + self->padded, *restrict z = y + self->padded;
    for (size_t i = 0; i < count; i++) {
        const double there[3] = {x[i], y[i], z[i]};
        chord[i] = qd_sphere_chord(place, there);
    }
}

/* exp(-theta / distance_scale), in place of the chords. */
static void make_near(double *restrict near, size_t count, double distance_scale)
{
    double rate = -1.0 / distance_scale;
    for (size_t i = 0; i < count; i++)
        near[i] = rate * qd_sphere_chord_angle(near[i]);
    qd_exp_all(near, count);
}

void qd_state_near(const qd_state_t *self, const double place[3], double distance_scale, double *near)
{
    set_chords(self, place, self->padded, near);
    make_near(near, self->padded, distance_scale);
}

/* Copies the block of QD_REALS rows and columns below the diagonal, transposed, above it. */
static inline void mirror_block(double *matrix, size_t padded, size_t i, size_t j)
{
    qd_reals_t row[QD_REALS];
    for (size_t l = 0; l < QD_REALS; l++)
        row[l] = QD_REALS_OF(matrix + (i + l) * padded + j);
    qd_reals_transpose(row);
    for (size_t l = 0; l < QD_REALS; l++)
        QD_REALS_AT(matrix + (j + l) * padded + i) = row[l];
}

/* The same for a block on the diagonal. */
static inline void mirror_within(double *matrix, size_t padded, size_t i, qd_reals_t diagonal)
{
    static const double numbered[QD_LANES] = {0, 1, 2, 3, 4, 5, 6, 7};
    const qd_reals_t lane = QD_REALS_OF(numbered);
    qd_reals_t row[QD_REALS], column[QD_REALS];
    for (size_t l = 0; l < QD_REALS; l++)
        column[l] = row[l] = QD_REALS_OF(matrix + (i + l) * padded + i);
    qd_reals_transpose(column);
    for (size_t l = 0; l < QD_REALS; l++) {
        qd_reals_t own = qd_reals_all((double)l);
        qd_reals_t above = QD_REALS_EITHER(QD_REALS_BELOW(own, lane), column[l], diagonal);
        QD_REALS_AT(matrix + (i + l) * padded + i) =
            QD_REALS_EITHER(QD_REALS_BELOW(lane, own), row[l], above);
    }
}

/* Whole blocks first; then the states that fill none, and the padding. */
void qd_state_mirror(const qd_state_t *self, double *matrix, double diagonal)
{
    size_t n = self->n, padded = self->padded, whole = n / QD_REALS * QD_REALS;
    for (size_t i = 0; i < whole; i += QD_REALS) {
        for (size_t j = 0; j < i; j += QD_REALS)
            mirror_block(matrix, padded, i, j);
        mirror_within(matrix, padded, i, qd_reals_all(diagonal));
    }
    for (size_t i = 0; i < n && whole < padded; i++) {
        double *row = matrix + i * padded;
        if (i >= whole)
            row[i] = diagonal;
        for (size_t j = i < whole ? whole : i + 1; j < n; j++)
            row[j] = matrix[j * padded + i];
        for (size_t j = n; j < padded; j++)
            row[j] = 0.0;
    }
}

/* The rows below the diagonal are stored contiguously while they are computed, because short loops would be
 * slow. */
void qd_state_set_proximity(qd_state_t *self, double distance_scale)
{
    size_t padded = self->padded, count = 0;
    double *near = self->proximity;
    for (size_t i = 0; i < self->n; i++) {
        const double here[3] = {self->place[i], self->place[padded + i], self->place[2 * padded + i]};
        set_chords(self, here, qd_padded(i), near + count);
        count += qd_padded(i);
    }
    make_near(near, count, distance_scale);
    for (size_t i = self->n; i-- > 0;) {
        count -= qd_padded(i);
        memmove(near + i * padded, near + count, qd_padded(i) * sizeof *near);
    }
    qd_state_mirror(self, near, 1.0);
}

/* The rows are stored contiguously, because short loops would be slow. */
size_t qd_state_set_unlike(const qd_state_t *self, double values_scale, double *restrict unlike)
{
    const double *restrict vx = self->value, *restrict vy = vx + self->padded;
    double sharpness = qd_sharpness(values_scale);
    size_t count = 0;
    for (size_t i = 0; i < self->n; count += qd_padded(i++))
        for (size_t j = 0; j < qd_padded(i); j++)
            unlike[count + j] = qd_unlikeness(vx[i], vy[i], vx[j], vy[j], sharpness);
    return count;
}

/* As (1 - rate) A + rate B, which reads A once. It stays within [-1, 1]: 1 - rate and rate, rounded, have the
 * sum 1. */
static inline void relax_numbers(const double *a, const double *b, double rate, size_t count, double *out)
{
    double rest = 1.0 - rate;
    for (size_t k = 0; k < count; k += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++) {
            size_t at = k + v * QD_REALS;
            QD_REALS_AT(out + at) = rest * QD_REALS_OF(a + at) + rate * QD_REALS_OF(b + at);
        }
}

void qd_state_relax(const qd_state_t *self, double rate, double *out)
{
    const double *a = self->affinity, *b = self->baseline;
    size_t padded = self->padded;
    if (!self->anchored) {
        relax_numbers(a, b, rate, self->n * padded, out);
        return;
    }
    for (size_t i = 0; i < self->n; i++)
        relax_numbers(a + i * padded, b + i * padded, rate, qd_padded(i), out + i * padded);
    qd_state_mirror(self, out, 0.0);
}

void qd_state_normalise(qd_state_t *self)
{
    double scale = 1.0 / qd_sum(self->c, self->padded);
    for (size_t i = 0; i < self->padded; i++)
        self->c[i] *= scale;
}

static const char *verify_matrix(const qd_state_t *self, const double *matrix)
{
    size_t n = self->n, p = self->padded;
    for (size_t i = 0; i < n; i++) {
        const double *row = matrix + i * p;
        if (row[i] != 0.0)
            return "an affinity of a state with itself is not 0";
        for (size_t j = 0; j < n; j++) {
            if (!(row[j] >= -1.0 && row[j] <= 1.0))
                return "an affinity is outside [-1, 1]";
            if (row[j] != matrix[j * p + i])
                return "affinities are not symmetric";
        }
        for (size_t j = n; j < p; j++)
            if (row[j] != 0.0)
                return "padding of a matrix is not 0";
    }
    return NULL;
}

static const char *verify_levels(const qd_state_t *self)
{
    double deepest = (double)self->depth;
    for (size_t k = 0; self->depth > 0 && k < self->poles; k++) {
        const double *level = self->level + k * self->padded;
        if (level[k] != deepest)
            return "a patron is not at the deepest level of its club";
        for (size_t i = 0; i < self->padded; i++)
            if (!(level[i] >= 0.0 && level[i] <= (i < self->n ? deepest : 0.0)) ||
                level[i] != floor(level[i]))
                return "a level is not one of 0..Lambda";
    }
    return NULL;
}

const char *qd_state_verify(const qd_state_t *self)
{
    double total = 0.0;
    for (size_t i = 0; i < self->n; i++) {
        if (!(self->c[i] >= 0.0 && self->c[i] <= 1.0))
            return "a capability share is outside [0, 1]";
        if (!(self->load[i] >= 0.0 && self->load[i] <= 0.8))
            return "a load is outside [0, 0.8]";
        if (!(self->support[i] >= 0.0 && self->support[i] <= 1.0))
            return "public support is outside [0, 1]";
        if (self->label[i] < 0 || (size_t)self->label[i] > self->labels)
            return "a bloc label is outside 0..K";
        total += self->c[i];
    }
    if (!(fabs(total - 1.0) < 1e-12))
        return "capability shares do not sum to 1";
    for (size_t i = self->n; i < self->padded; i++)
        if (self->c[i] != 0.0 || self->load[i] != 0.0)
            return "padding of a vector is not 0";
    for (size_t k = 1; k <= self->labels; k++)
        if (!(self->cohesion[k] >= 0.0 && self->cohesion[k] <= 1.0))
            return "a bloc's cohesion is outside [0, 1]";
    if (!(self->institution >= 0.0 && self->institution <= 1.0))
        return "the institution's strength is outside [0, 1]";
    if (!(self->tension >= 0.0 && isfinite(self->tension)) || !(self->debt >= 0.0 && isfinite(self->debt)))
        return "tension or debt is negative or not finite";
    const char *broken = verify_levels(self);
    if (!broken)
        broken = verify_matrix(self, self->affinity);
    return broken || self->anchored ? broken : verify_matrix(self, self->baseline);
}

const char *qd_state_failure(const qd_state_t *self)
{
    double total = qd_sum(self->c, self->padded);
    if (!isfinite(total) || !(total > 0.0))
        return "capability shares are not finite";
    if (!isfinite(self->tension))
        return "tension is not finite";
    if (!isfinite(self->debt))
        return "debt is not finite";
    if (!isfinite(self->institution))
        return "the institution's strength is not finite";
    return NULL;
}
