#include "engine/verify_sample.h"

#include <math.h>

#include "statistics/histograms.h"

#define GOLDEN 0.6180339887498949 /* (sqrt(5) - 1) / 2 */

/* floor(i * of / parts), i <= parts: where the i-th of equal parts begins. */
static uint64_t part_begin(uint64_t i, uint64_t of, uint64_t parts)
{
    __extension__ typedef unsigned __int128 wide_t;
    return (uint64_t)((wide_t)i * of / parts);
}

/* The positions of block `number`, which exists: worlds taken before it, and worlds passed over. */
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
