#include "engine/verify_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "statistics/histograms.h"

#define GOLDEN 0.6180339887498949 /* (sqrt(5) - 1) / 2 */

/* floor(i * of / parts), i <= parts: the beginning of the i-th of equal intervals. */
static uint64_t part_begin(uint64_t i, uint64_t of, uint64_t parts)
{
    __extension__ typedef unsigned __int128 wide_t;
    return (uint64_t)((wide_t)i * of / parts);
}

/* The positions of block `number`, which exists: worlds taken before it, and worlds skipped. */
static qd_range_t positions_of(const qd_verify_sample_t *self)
{
    uint64_t i = self->number, passed = self->worlds - self->take;
    uint64_t taken = part_begin(i, self->take, self->blocks), before = part_begin(i, passed, self->blocks);
    uint64_t slack = part_begin(i + 1, passed, self->blocks) - before;
    double place = (double)i * GOLDEN;
    before += (uint64_t)((place - floor(place)) * (double)(slack + 1));
    return (qd_range_t){taken + before, part_begin(i + 1, self->take, self->blocks) - taken};
}

qd_verify_sample_t qd_verify_sample(double fraction, uint64_t worlds, uint64_t cells, uint64_t most)
{
    qd_verify_sample_t self = {.worlds = worlds};
    if (worlds == 0)
        return self;
    self.take = qd_quantile_rank(fraction, worlds);
    uint64_t each = (self.take + cells - 1) / cells, size = each < most ? each : most;
    self.blocks = (self.take + size - 1) / size;
    self.positions = positions_of(&self);
    return self;
}

void qd_verify_sample_next(qd_verify_sample_t *self)
{
    self->number++;
    self->positions = self->number < self->blocks ? positions_of(self) : (qd_range_t){self->worlds, 0};
}

typedef struct {
    qd_tally_t *tally; /* NULL before the first and after the last segment */
    uint64_t left;     /* worlds to come */
} cell_t;

struct qd_verify_tallies {
    const qd_experiment_t *experiment;
    qd_index_t *index;
    cell_t *cell;
};

qd_status_t qd_verify_tallies_new(const qd_experiment_t *experiment, qd_index_t *index,
                                  qd_verify_tallies_t **self, qd_error_t *error)
{
    size_t cells = experiment->points * experiment->orders;
    qd_verify_tallies_t *tallies = qd_new(1, sizeof *tallies, error);
    *self = NULL;
    if (!tallies || !(tallies->cell = qd_new(cells, sizeof *tallies->cell, error))) {
        free(tallies);
        return QD_ERROR_MEMORY;
    }
    tallies->experiment = experiment;
    tallies->index = index;
    for (size_t i = 0; i < cells; i++)
        tallies->cell[i].left =
            qd_ranges_count(qd_index_done(index, i / experiment->orders, i % experiment->orders));
    *self = tallies;
    return QD_OK;
}

void qd_verify_tallies_free(qd_verify_tallies_t *self)
{
    if (!self)
        return;
    for (size_t i = 0; i < self->experiment->points * self->experiment->orders; i++)
        qd_tally_free(self->cell[i].tally);
    free(self->cell);
    free(self);
}

/* The bytes of a tally are canonical: equal tallies have equal bytes. */
static qd_status_t compare(const qd_verify_tallies_t *self, const qd_segment_t *segment,
                           const unsigned char bytes[], size_t length, char *difference, size_t size,
                           qd_error_t *error)
{
    unsigned char *kept = NULL;
    size_t kept_length = 0;
    qd_status_t status =
        qd_index_encoded(self->index, segment->point, segment->order, &kept, &kept_length, error);
    if (status == QD_OK && (length != kept_length || memcmp(bytes, kept, length) != 0))
        snprintf(difference, size, "the statistics kept of point %s, order %s are not those of its worlds",
                 self->experiment->point[segment->point].label,
                 self->experiment->order[segment->order].label);
    free(kept);
    return status;
}

static qd_status_t compare_sum(const qd_verify_tallies_t *self, const qd_segment_t *segment,
                               const qd_tally_t *sum, char *difference, size_t size, qd_error_t *error)
{
    unsigned char *bytes = NULL;
    size_t length = 0, capacity = 0;
    qd_status_t status = qd_tally_encode(sum, &bytes, &length, &capacity, error);
    if (status == QD_OK)
        status = compare(self, segment, bytes, length, difference, size, error);
    free(bytes);
    return status;
}

qd_status_t qd_verify_tallies_add(qd_verify_tallies_t *self, const qd_segment_t *segment,
                                  const qd_tally_t *tally, char *difference, size_t size, qd_error_t *error)
{
    cell_t *cell = &self->cell[segment->point * self->experiment->orders + segment->order];
    bool has_paths = qd_experiment_keeps_paths(self->experiment, segment->point),
         keeps_paths = qd_index_kind(self->index).paths && has_paths;
    if (!cell->tally && segment->worlds == cell->left && keeps_paths == has_paths) {
        cell->left = 0;
        return compare(self, segment, segment->tally, segment->tally_size, difference, size, error);
    }
    if (!cell->tally)
        cell->tally = qd_tally_new(segment->periods, keeps_paths);
    if (!cell->tally)
        return qd_no_memory(error);
    qd_tally_merge(cell->tally, tally);
    cell->left -= segment->worlds;
    if (cell->left > 0)
        return QD_OK;
    qd_status_t status = compare_sum(self, segment, cell->tally, difference, size, error);
    qd_tally_free(cell->tally);
    cell->tally = NULL;
    return status;
}
