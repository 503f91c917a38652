#include "store/assembly.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static void hash_word(XXH3_state_t *state, uint64_t word)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(word >> (8 * i));
    XXH3_128bits_update(state, bytes, sizeof bytes);
}

static void survey_ranges(qd_assembly_t *self, size_t point, size_t order)
{
    const qd_assemble_options_t *options = self->options;
    const qd_ranges_t *done = qd_index_done(self->index, point, order);
    uint64_t target = options == NULL || options->target == NULL
                          ? self->experiment->worlds
                          : options->target[point * self->experiment->orders + order];
    uint64_t end = qd_ranges_end(done);
    size_t periods = qd_index_periods(self->index, point, order);
    self->assembled.complete = self->assembled.complete && qd_ranges_count(done) == target && end == target;
    self->assembled.worlds += qd_ranges_count(done);
    self->worlds = end > self->worlds ? end : self->worlds;
    self->periods = periods > self->periods ? periods : self->periods;
}

static void survey_tally(qd_assembly_t *self, const qd_tally_t *tally, qd_cell_hash_t *cell)
{
    *cell = (qd_cell_hash_t){qd_tally_count(tally), qd_tally_failures(tally), qd_tally_hash(tally)};
    self->assembled.failures += cell->failures;
    for (size_t o = 0; o < QD_OUTCOMES; o++) {
        qd_summary_t summary = qd_tally_summary(tally, (qd_outcome_t)o);
        if (summary.min < self->low[o])
            self->low[o] = summary.min;
        if (summary.max > self->high[o])
            self->high[o] = summary.max;
    }
}

static qd_status_t survey_points(qd_assembly_t *self, qd_cell_hash_t cell[], qd_error_t *error)
{
    size_t orders = self->experiment->orders;
    for (size_t i = 0; i < self->experiment->points * orders; i++) {
        const qd_tally_t *tally;
        qd_status_t status = qd_index_tally(self->index, i / orders, i % orders, &tally, error);
        if (status != QD_OK)
            return status;
        survey_ranges(self, i / orders, i % orders);
        survey_tally(self, tally, &cell[i]);
    }
    return QD_OK;
}

qd_status_t qd_result_hash_of(const qd_experiment_t *experiment, const qd_cell_hash_t cell[], char hash[33],
                              qd_error_t *error)
{
    XXH3_state_t *state = XXH3_createState();
    if (state == NULL || XXH3_128bits_reset(state) != XXH_OK)
        return qd_error_add(error, QD_ERROR_MEMORY, "out of memory for the hash of the result");
    for (size_t p = 0; p < experiment->points; p++) {
        hash_word(state, experiment->point[p].hash);
        for (size_t o = 0; o < experiment->orders; o++) {
            const char *label = experiment->order[o].label;
            const qd_cell_hash_t *at = &cell[p * experiment->orders + o];
            XXH3_128bits_update(state, label, strlen(label) + 1);
            hash_word(state, at->worlds);
            hash_word(state, at->failures);
            hash_word(state, at->sum.low);
            hash_word(state, at->sum.high);
        }
    }
    XXH128_hash_t digest = XXH3_128bits_digest(state);
    XXH3_freeState(state);
    snprintf(hash, 33, "%016" PRIx64 "%016" PRIx64, (uint64_t)digest.high64, (uint64_t)digest.low64);
    return QD_OK;
}

qd_status_t qd_assembly_survey(qd_assembly_t *self, qd_error_t *error)
{
    self->worlds = self->periods = 1;
    self->assembled = (qd_assembled_t){.complete = true};
    for (size_t o = 0; o < QD_OUTCOMES; o++) {
        self->low[o] = INFINITY;
        self->high[o] = -INFINITY;
    }
    qd_cell_hash_t *cell = calloc(self->experiment->points * self->experiment->orders + 1, sizeof *cell);
    qd_status_t status =
        cell == NULL ? qd_error_add(error, QD_ERROR_MEMORY, "out of memory for the hash of the result")
                     : survey_points(self, cell, error);
    if (status == QD_OK)
        status = qd_result_hash_of(self->experiment, cell, self->assembled.result_hash, error);
    for (size_t o = 0; o < QD_OUTCOMES; o++)
        qd_assembly_edges((qd_outcome_t)o, &self->low[o], &self->high[o]);
    free(cell);
    return status;
}

void qd_assembly_edges(qd_outcome_t outcome, double *low, double *high)
{
    const qd_outcome_info_t *info = &qd_outcome_table[outcome];
    if (!isfinite(*low) || !isfinite(*high))
        *low = *high = isfinite(info->low) ? info->low : 0.0;
    if (info->type == QD_OUTCOME_COUNT) {
        /* Whole numbers: bins of a whole width, with edges half way between numbers. */
        double first = isfinite(info->low) ? info->low : floor(*low);
        double width = ceil((*high - first + 1.0) / QD_BINS);
        *low = first - 0.5;
        *high = first - 0.5 + QD_BINS * (width < 1.0 ? 1.0 : width);
        return;
    }
    *low = isfinite(info->low) ? info->low : *low;
    *high = isfinite(info->high) ? info->high : *high;
    if (!(*high > *low))
        *high = *low + 1.0;
}
