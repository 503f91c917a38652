#include "engine/claim_sequences.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "engine/claim_tests.h"
#include "engine/columns.h"
#include "engine/dispatch.h"
#include "engine/worker.h"
#include "statistics/effect_sequence.h"

/* One outcome of one cell, in the worlds of a look. */
typedef struct {
    size_t cell;
    qd_outcome_t outcome;
} column_t;

/* An effect: a weighted sum of columns. */
typedef struct {
    qd_contrast_t *contrast; /* its weights */
    size_t terms;
    const double **value; /* [terms] */
    size_t *column;       /* [terms] */
    double margin;
} effect_t;

typedef struct {
    qd_place_family_t family;
    size_t claim, group;
    size_t first, effects; /* positions in the list of all effects */
} place_t;

/* State that a look changes. */
typedef struct {
    qd_place_state_t state;
    uint64_t looked;
    double alpha; /* the level at which it was decided */
} place_state_t;

struct qd_claim_sequences {
    const qd_experiment_t *experiment;
    const size_t *original;
    const qd_groups_t *groups;
    size_t places, place_capacity, effects, effect_capacity, columns, column_capacity;
    place_t *place; /* by family, claim, column */
    effect_t *effect;
    column_t *column;
    size_t *column_of;             /* [cells * QD_OUTCOMES_MAX] 1 + the column; 0: none */
    size_t *at[QD_PLACE_FAMILIES]; /* [claims * columns] 1 + the place; 0: no test */
    uint64_t tests[QD_PLACE_FAMILIES];
    bool *held; /* [cells] room */
    /* State that the ranks share: */
    qd_effect_sequence_t *sequence; /* [effects] */
    place_state_t *place_state;
    bool *awaited;    /* [places] */
    bool *closed;     /* [cells] */
    uint64_t *looked; /* [groups] */
    double *value;    /* [columns * QD_LOOK_SIZE] */
};

void qd_claim_sequences_free(qd_claim_sequences_t *self)
{
    if (!self)
        return;
    for (size_t e = 0; e < self->effects; e++) {
        qd_contrast_free(self->effect[e].contrast);
        free(self->effect[e].value);
        free(self->effect[e].column);
    }
    for (size_t f = 0; f < QD_PLACE_FAMILIES; f++)
        free(self->at[f]);
    free(self->place);
    free(self->effect);
    free(self->column);
    free(self->column_of);
    free(self->held);
    free(self->sequence);
    free(self->place_state);
    free(self->awaited);
    free(self->closed);
    free(self->looked);
    free(self->value);
    free(self);
}

static size_t cell_at(const qd_claim_sequences_t *self, size_t point, size_t order)
{
    return self->original[point] * self->experiment->orders + order;
}

/* ---- places, effects, columns -------------------------------------------------------------------------- */

/* Finds the column of an outcome in a cell, or adds it. */
static bool find_column(qd_claim_sequences_t *self, const qd_cell_t *cell, qd_outcome_t outcome, size_t *out)
{
    size_t number = cell_at(self, cell->point, cell->order);
    size_t *known = &self->column_of[number * QD_OUTCOMES_MAX + (size_t)outcome];
    if (*known == 0) {
        column_t *larger =
            qd_list_room(self->column, self->columns, 1, &self->column_capacity, sizeof *larger);
        if (!larger)
            return false;
        self->column = larger;
        self->column[self->columns++] = (column_t){number, outcome};
        *known = self->columns;
    }
    *out = *known - 1;
    return true;
}

static bool add_effect(qd_claim_sequences_t *self, const qd_place_effect_t *from, qd_outcome_t outcome)
{
    effect_t *larger = qd_list_room(self->effect, self->effects, 1, &self->effect_capacity, sizeof *larger);
    if (!larger)
        return false;
    self->effect = larger;
    effect_t *out = &self->effect[self->effects++];
    size_t terms = from->cells.size;
    double *weight = qd_new(terms, sizeof *weight, NULL);
    *out = (effect_t){.terms = terms,
                      .value = qd_new(terms, sizeof *out->value, NULL),
                      .column = qd_new(terms, sizeof *out->column, NULL),
                      .margin = from->margin};
    bool good = weight && out->value && out->column;
    for (size_t k = 0; k < terms && good; k++) {
        weight[k] = from->cells.cell[k].weight;
        good = find_column(self, &from->cells.cell[k], outcome, &out->column[k]);
    }
    out->contrast = good ? qd_contrast_new(terms, weight) : NULL;
    free(weight);
    return out->contrast != NULL;
}

static qd_status_t add_place(qd_claim_sequences_t *self, qd_place_family_t family, size_t claim,
                             const qd_place_t *from, qd_error_t *error)
{
    qd_place_effect_t *effect = NULL;
    size_t effects = 0;
    place_t *larger = qd_list_room(self->place, self->places, 1, &self->place_capacity, sizeof *larger);
    qd_status_t status =
        larger ? qd_place_effects(self->experiment, from, &effect, &effects, error) : QD_ERROR_MEMORY;
    if (larger) {
        self->place = larger;
        self->place[self->places++] =
            (place_t){.family = family, .claim = claim, .first = self->effects, .effects = effects};
    }
    for (size_t e = 0; e < effects && status == QD_OK; e++)
        if (!add_effect(self, &effect[e], from->claim.outcome))
            status = QD_ERROR_MEMORY;
    if (status == QD_OK) {
        const qd_cell_t *cell = &effect[0].cells.cell[0];
        self->place[self->places - 1].group = self->groups->of_cell[cell_at(self, cell->point, cell->order)];
    }
    qd_effects_free(effect, effects);
    return status;
}

static qd_status_t add_family(qd_claim_sequences_t *self, qd_place_family_t family, qd_error_t *error)
{
    const qd_experiment_t *experiment = self->experiment;
    size_t columns = qd_places_columns(experiment, family), size = experiment->claims * columns;
    qd_status_t status = QD_OK;
    qd_place_t place;
    self->at[family] = qd_new(size, sizeof *self->at[family], error);
    self->tests[family] = qd_places_count(experiment, family);
    if (family == QD_PLACES_CLAIMS && experiment->family_tests > self->tests[family])
        self->tests[family] = experiment->family_tests;
    if (!self->at[family])
        return QD_ERROR_MEMORY;
    for (size_t i = 0; i < size && status == QD_OK; i++)
        if (qd_place_at(experiment, family, i / columns, i % columns, &place)) {
            status = add_place(self, family, i / columns, &place, error);
            self->at[family][i] = self->places;
        }
    return status;
}

/* ---- bounds -------------------------------------------------------------------------------------------- */

static qd_interval_t find_bounds(const qd_claim_sequences_t *self, const effect_t *effect,
                                 const qd_cell_size_t size[])
{
    const double *weight = qd_contrast_weights(effect->contrast);
    qd_interval_t sum = {0.0, 0.0};
    for (size_t k = 0; k < effect->terms; k++) {
        const column_t *column = &self->column[effect->column[k]];
        double least = qd_outcome_table[column->outcome].low;
        double greatest = qd_outcome_greatest(column->outcome, &size[column->cell]);
        sum = qd_interval_add_term(sum, weight[k], least, greatest);
    }
    return sum;
}

/* Alpha of all tests of the family. */
static double family_alpha(const qd_claim_sequences_t *self)
{
    return 1.0 - self->experiment->precision.confidence;
}

/* A test's equal share of alpha, the level of its interval. */
static double alpha_of(const qd_claim_sequences_t *self, const place_t *place)
{
    return family_alpha(self) / (double)self->tests[place->family];
}

static bool is_verdict(qd_place_state_t state)
{
    return state == QD_PLACE_SUPPORTED || state == QD_PLACE_CONTRADICTED;
}

/* The level at which a place of a group is decided now. A test of the family that has a verdict leaves its
 * share to the open tests of its group (Holm 1979, for p-values that hold at any look). Groups are
 * independent of each other: another process may play them. */
static double alpha_now(const qd_claim_sequences_t *self, const place_t *place)
{
    double tests = 0.0, left = 0.0;
    for (size_t i = 0; i < self->places; i++)
        if (self->place[i].family == place->family && self->place[i].group == place->group) {
            tests += 1.0;
            left += !is_verdict(self->place_state[i].state);
        }
    return alpha_of(self, place) * tests / fmax(left, 1.0);
}

static qd_status_t start_sequences(qd_claim_sequences_t *self, qd_error_t *error)
{
    qd_cell_size_t *size = qd_worker_cell_sizes(self->experiment);
    if (!size)
        return qd_no_memory(error);
    for (size_t i = 0; i < self->places; i++) {
        const place_t *place = &self->place[i];
        const qd_claim_t *claim = &self->experiment->claim[place->claim];
        self->awaited[i] = place->family == QD_PLACES_CLAIMS && claim->awaited;
        for (size_t e = place->first; e < place->first + place->effects; e++) {
            qd_interval_t bounds = find_bounds(self, &self->effect[e], size);
            qd_effect_sequence_init(&self->sequence[e], bounds.low, bounds.high, self->effect[e].margin,
                                    alpha_of(self, place), self->experiment->precision.min_worlds,
                                    self->experiment->worlds);
        }
    }
    free(size);
    return QD_OK;
}

/* ---- making -------------------------------------------------------------------------------------------- */

static qd_status_t make_state(qd_claim_sequences_t *self, qd_error_t *error)
{
    size_t cells = self->experiment->points * self->experiment->orders;
    self->sequence = qd_new(self->effects, sizeof *self->sequence, error);
    self->place_state = qd_new(self->places, sizeof *self->place_state, error);
    self->awaited = qd_new(self->places, sizeof *self->awaited, error);
    self->closed = qd_new(cells, sizeof *self->closed, error);
    self->held = qd_new(cells, sizeof *self->held, error);
    self->looked = qd_new(self->groups->groups, sizeof *self->looked, error);
    self->value = qd_new(self->columns * QD_LOOK_SIZE, sizeof *self->value, error);
    if (!self->sequence || !self->place_state || !self->awaited || !self->closed || !self->held ||
        !self->looked || !self->value)
        return QD_ERROR_MEMORY;
    for (size_t e = 0; e < self->effects; e++)
        for (size_t k = 0; k < self->effect[e].terms; k++)
            self->effect[e].value[k] = self->value + self->effect[e].column[k] * QD_LOOK_SIZE;
    return QD_OK;
}

qd_status_t qd_claim_sequences_new(const qd_experiment_t *experiment, const size_t original[],
                                   const qd_groups_t *groups, qd_claim_sequences_t **out, qd_error_t *error)
{
    qd_claim_sequences_t *self = qd_new(1, sizeof *self, error);
    if (!self)
        return QD_ERROR_MEMORY;
    self->experiment = experiment;
    self->original = original;
    self->groups = groups;
    self->column_of =
        qd_new(experiment->points * experiment->orders, QD_OUTCOMES_MAX * sizeof(size_t), error);
    qd_status_t status = self->column_of ? QD_OK : QD_ERROR_MEMORY;
    for (int f = 0; f < QD_PLACE_FAMILIES && status == QD_OK; f++)
        status = add_family(self, (qd_place_family_t)f, error);
    if (status == QD_OK)
        status = make_state(self, error);
    if (status == QD_OK)
        status = start_sequences(self, error);
    if (status == QD_OK) {
        *out = self;
        return QD_OK;
    }
    qd_claim_sequences_free(self);
    return qd_no_memory(error);
}

/* ---- looks --------------------------------------------------------------------------------------------- */

void qd_claim_sequences_take(qd_claim_sequences_t *self, size_t cell, const qd_segment_t *block)
{
    for (size_t o = 0; o < QD_OUTCOMES_MAX; o++) {
        size_t column = self->column_of[cell * QD_OUTCOMES_MAX + o];
        double *value = column ? self->value + (column - 1) * QD_LOOK_SIZE : NULL;
        for (size_t w = 0; column && w < block->worlds; w++)
            value[w] = block->row[w].value[o];
    }
}

qd_status_t qd_claim_sequences_read(qd_claim_sequences_t *self, size_t cell, qd_index_t *done, uint64_t first,
                                    size_t count, qd_error_t *error)
{
    size_t orders = self->experiment->orders;
    qd_status_t status = QD_OK;
    for (size_t o = 0; o < QD_OUTCOMES_MAX && status == QD_OK; o++) {
        size_t column = self->column_of[cell * QD_OUTCOMES_MAX + o];
        if (column)
            status = qd_index_read(done, cell / orders, cell % orders, o, first, count,
                                   self->value + (column - 1) * QD_LOOK_SIZE, error);
    }
    return status;
}

static void add_worlds(const effect_t *effect, qd_effect_sequence_t *sequence, size_t count)
{
    for (size_t w = 0; w < count; w++)
        qd_effect_sequence_add(sequence, qd_contrast_of(effect->contrast, w, effect->value));
    qd_effect_sequence_look(sequence);
}

/* A trend needs a rise and every step. */
static qd_place_state_t decide(const qd_claim_sequences_t *self, const place_t *place, double alpha)
{
    int rise = qd_effect_sequence_side(&self->sequence[place->first], alpha);
    bool all = true, turns = false;
    for (size_t e = place->first + 1; rise > 0 && e < place->first + place->effects; e++) {
        int step = qd_effect_sequence_side(&self->sequence[e], alpha);
        all = all && step > 0;
        turns = turns || step < 0;
    }
    if (rise <= 0)
        return rise < 0 ? QD_PLACE_CONTRADICTED : QD_PLACE_OPEN;
    return all ? QD_PLACE_SUPPORTED : turns ? QD_PLACE_SETTLED : QD_PLACE_OPEN;
}

/* Whether the effect of an open place is shown to be negligible but not to differ from its margin. */
static bool is_negligible(const qd_claim_sequences_t *self, const place_t *place)
{
    double negligible = self->experiment->claim[place->claim].negligible;
    qd_interval_t interval = qd_effect_sequence_interval(&self->sequence[place->first]);
    return negligible > 0.0 && interval.low > -negligible && interval.high < negligible;
}

/* Whether the experiment's worlds would hardly decide an open place: its effect, or a rising trend's step. */
static bool is_hopeless(const qd_claim_sequences_t *self, const place_t *place, double alpha)
{
    bool hopeless = qd_effect_sequence_hopeless(&self->sequence[place->first], alpha);
    int rise = qd_effect_sequence_side(&self->sequence[place->first], alpha);
    for (size_t e = place->first + 1; rise > 0 && e < place->first + place->effects; e++)
        hopeless = hopeless || (qd_effect_sequence_side(&self->sequence[e], alpha) == 0 &&
                                qd_effect_sequence_hopeless(&self->sequence[e], alpha));
    return hopeless;
}

/* Whether every cell of a place has the worlds of this look. */
static bool is_there(const qd_claim_sequences_t *self, const place_t *place)
{
    for (size_t e = place->first; e < place->first + place->effects; e++)
        for (size_t k = 0; k < self->effect[e].terms; k++)
            if (self->closed[self->column[self->effect[e].column[k]].cell])
                return false;
    return true;
}

static bool is_dip(const qd_claim_sequences_t *self, const place_t *place)
{
    return self->experiment->claim[place->claim].kind == QD_CLAIM_BIMODAL;
}

static void take_look(qd_claim_sequences_t *self, size_t i, size_t count)
{
    const place_t *place = &self->place[i];
    place_state_t *state = &self->place_state[i];
    if (state->state != QD_PLACE_OPEN || !is_there(self, place))
        return;
    state->looked += count;
    if (is_dip(self, place)) {
        if (state->looked >= QD_DIP_WORLDS || state->looked >= self->experiment->worlds)
            state->state = QD_PLACE_SETTLED;
        return;
    }
    for (size_t e = place->first; e < place->first + place->effects; e++)
        add_worlds(&self->effect[e], &self->sequence[e], count);
}

/* Whether place i of a group may be judged now. */
static bool is_open(const qd_claim_sequences_t *self, size_t i, size_t group)
{
    const place_state_t *state = &self->place_state[i];
    return self->place[i].group == group && state->state == QD_PLACE_OPEN && !is_dip(self, &self->place[i]) &&
           state->looked >= self->experiment->precision.min_worlds;
}

/* Judges a group's open places, again after each verdict, which leaves its share of alpha to the others. */
static void judge_group(qd_claim_sequences_t *self, size_t group)
{
    bool again = true;
    while (again) {
        again = false;
        for (size_t i = 0; i < self->places; i++) {
            if (!is_open(self, i, group))
                continue;
            place_state_t *state = &self->place_state[i];
            state->alpha = alpha_now(self, &self->place[i]);
            state->state = decide(self, &self->place[i], state->alpha);
            again = again || is_verdict(state->state);
        }
    }
}

/* Ends the awaited open places whose verdict further worlds would hardly change. */
static void give_up(qd_claim_sequences_t *self, size_t group)
{
    for (size_t i = 0; i < self->places; i++) {
        place_state_t *state = &self->place_state[i];
        if (!self->awaited[i] || !is_open(self, i, group))
            continue;
        if (is_negligible(self, &self->place[i]))
            state->state = QD_PLACE_NEGLIGIBLE;
        else if (is_hopeless(self, &self->place[i], state->alpha))
            state->state = QD_PLACE_HOPELESS;
    }
}

/* Whether a claim is supported in one place and contradicted in another. */
static bool is_mixed(const qd_claim_sequences_t *self, size_t claim)
{
    size_t columns = qd_places_columns(self->experiment, QD_PLACES_CLAIMS);
    bool found[QD_PLACE_STATES] = {false};
    for (size_t k = 0; k < columns; k++) {
        size_t place = self->at[QD_PLACES_CLAIMS][claim * columns + k];
        if (place)
            found[self->place_state[place - 1].state] = true;
    }
    return found[QD_PLACE_SUPPORTED] && found[QD_PLACE_CONTRADICTED];
}

/* Marks a cell and its counterparts under ablations and baselines. */
static void hold(qd_claim_sequences_t *self, size_t cell, bool baselines)
{
    const qd_experiment_t *experiment = self->experiment;
    size_t point = cell / experiment->orders, order = cell % experiment->orders;
    self->held[cell] = true;
    for (size_t a = 0; a < experiment->ablations; a++)
        self->held[cell_at(self, experiment->ablation[a].counterpart[point], order)] = true;
    for (size_t b = 0; b < experiment->baselines && baselines; b++)
        self->held[cell_at(self, experiment->baseline[b].counterpart[point], order)] = true;
}

static void hold_place(qd_claim_sequences_t *self, const place_t *place)
{
    bool contrast = self->experiment->claim[place->claim].kind == QD_CLAIM_CONTRAST;
    for (size_t e = place->first; e < place->first + place->effects; e++)
        for (size_t k = 0; k < self->effect[e].terms; k++)
            hold(self, self->column[self->effect[e].column[k]].cell, contrast);
}

/* Ends the cells of a group for which nothing waits. */
static void close_cells(qd_claim_sequences_t *self, size_t group)
{
    const qd_experiment_t *experiment = self->experiment;
    const qd_groups_t *groups = self->groups;
    for (size_t m = groups->start[group]; m < groups->start[group + 1]; m++)
        self->held[groups->member[m]] =
            experiment->point[groups->member[m] / experiment->orders].variation > 0;
    for (size_t i = 0; i < self->places; i++)
        if (self->place[i].group == group && self->awaited[i] && self->place_state[i].state == QD_PLACE_OPEN)
            hold_place(self, &self->place[i]);
    for (size_t m = groups->start[group]; m < groups->start[group + 1]; m++)
        self->closed[groups->member[m]] = self->closed[groups->member[m]] || !self->held[groups->member[m]];
}

void qd_claim_sequences_look(qd_claim_sequences_t *self, size_t group, size_t count)
{
    for (size_t i = 0; i < self->places; i++)
        if (self->place[i].group == group)
            take_look(self, i, count);
    judge_group(self, group);
    give_up(self, group);
    for (size_t i = 0; i < self->places; i++)
        if (self->place[i].group == group && self->awaited[i] && is_mixed(self, self->place[i].claim))
            self->awaited[i] = false;
    self->looked[group] += count;
    if (self->looked[group] >= self->experiment->precision.min_worlds)
        close_cells(self, group);
}

bool qd_claim_sequences_closed(const qd_claim_sequences_t *self, size_t cell)
{
    return self->closed[cell];
}

/* ---- findings ------------------------------------------------------------------------------------------ */

static bool is_decided(const qd_claim_sequences_t *self, size_t claim)
{
    size_t columns = qd_places_columns(self->experiment, QD_PLACES_CLAIMS);
    bool all = true;
    for (size_t k = 0; k < columns; k++) {
        size_t place = self->at[QD_PLACES_CLAIMS][claim * columns + k];
        all = all && (!place || self->place_state[place - 1].state != QD_PLACE_OPEN);
    }
    return all || is_mixed(self, claim);
}

size_t qd_claim_sequences_awaited(const qd_claim_sequences_t *self)
{
    size_t count = 0;
    for (size_t c = 0; c < self->experiment->claims; c++)
        count += self->experiment->claim[c].awaited;
    return count;
}

size_t qd_claim_sequences_decided(const qd_claim_sequences_t *self)
{
    size_t count = 0;
    for (size_t c = 0; c < self->experiment->claims; c++)
        count += self->experiment->claim[c].awaited && is_decided(self, c);
    return count;
}

/* The p-value of a place. Of a trend whose rise exceeds its margin: that of the intersection-union test. */
static double p_of(const qd_claim_sequences_t *self, const place_t *place)
{
    const qd_effect_sequence_t *rise = &self->sequence[place->first];
    double p = qd_effect_sequence_p(rise);
    if (!(rise->mixture.mean > rise->margin))
        return p;
    for (size_t e = place->first + 1; e < place->first + place->effects; e++) {
        const qd_effect_sequence_t *step = &self->sequence[e];
        p = fmax(p, step->mixture.mean > step->margin ? qd_effect_sequence_p(step) : 1.0);
    }
    return p;
}

/* Whether the p-value rests on the central limit theorem. */
static bool is_asymptotic(const qd_claim_sequences_t *self, const place_t *place, double alpha)
{
    bool exact = true;
    for (size_t e = place->first; e < place->first + place->effects; e++)
        exact = exact && qd_effect_sequence_exact(&self->sequence[e], alpha);
    return !exact;
}

qd_place_finding_t qd_claim_sequences_find(const qd_claim_sequences_t *self, qd_place_family_t family,
                                           size_t claim, size_t column)
{
    size_t at = self->at[family][claim * qd_places_columns(self->experiment, family) + column];
    if (at == 0)
        return (qd_place_finding_t){0};
    const place_t *place = &self->place[at - 1];
    const place_state_t *state = &self->place_state[at - 1];
    const qd_effect_sequence_t *effect = &self->sequence[place->first];
    qd_place_finding_t out = {.state = state->state,
                              .looked = state->looked,
                              .p = p_of(self, place),
                              .interval = {(double)NAN, (double)NAN},
                              .level = 1.0 - alpha_of(self, place),
                              .dip = self->experiment->claim[claim].kind == QD_CLAIM_BIMODAL,
                              .asymptotic = is_asymptotic(self, place, state->alpha)};
    out.p_adjusted = state->alpha > 0.0 ? fmin(1.0, out.p * family_alpha(self) / state->alpha) : 1.0;
    if (effect->moments.count > 0)
        out.interval = qd_effect_sequence_interval(effect);
    if (isinf(out.interval.low) || isinf(out.interval.high))
        out.interval = (qd_interval_t){(double)NAN, (double)NAN};
    return out;
}

void qd_claim_sequences_share(qd_claim_sequences_t *self, const qd_ranks_t *ranks)
{
    size_t cells = self->experiment->points * self->experiment->orders;
    qd_ranks_share(ranks, self->sequence, self->effects * sizeof *self->sequence);
    qd_ranks_share(ranks, self->place_state, self->places * sizeof *self->place_state);
    qd_ranks_share(ranks, self->awaited, self->places * sizeof *self->awaited);
    qd_ranks_share(ranks, self->closed, cells * sizeof *self->closed);
    qd_ranks_share(ranks, self->looked, self->groups->groups * sizeof *self->looked);
    qd_ranks_share(ranks, self->value, self->columns * QD_LOOK_SIZE * sizeof *self->value);
}
