#include "experiment/points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "design/design.h"
#include "experiment/point_hash.h"
#include "experiment/sampled_factors.h"
#include "experiment/settings.h"

void qd_point_free(qd_point_t *point)
{
    free(point->label);
    free(point->coordinate);
    free(point->setting);
    free(point->change);
    *point = (qd_point_t){0};
}

bool qd_point_of_block(qd_loading_t *load, const qd_block_t *block, const qd_schedule_t *schedule,
                       const char *label, qd_point_t *out)
{
    const qd_design_t *design = &load->self->design;
    qd_block_t rest = {0};
    bool good = true;
    *out = (qd_point_t){.label = qd_loading_copy(load, label),
                        .coordinate = qd_loading_room(load, design->factors, sizeof(double))};
    if (!out->label || !out->coordinate)
        return false;
    for (size_t f = 0; f < design->factors; f++)
        out->coordinate[f] = (double)NAN;
    for (size_t i = 0; good && i < block->count; i++) {
        int factor = qd_factor_find(design, block->given[i].parameter);
        if (factor >= 0 && block->given[i].written.kind == QD_CONSTANT)
            out->coordinate[factor] = block->given[i].written.a;
        else
            good = qd_block_put(load, &rest, &block->given[i]);
    }
    if (good && rest.count > 0)
        good = qd_block_expand(load, &rest, &out->setting, &out->settings);
    if (good && schedule && schedule->count > 0)
        good = qd_schedule_expand(load, schedule, &out->change, &out->changes);
    qd_block_free(&rest);
    out->hash = qd_point_hash(design, out);
    return good;
}

/* Room for `count` points that set nothing but their coordinates. */
static bool make_room(qd_loading_t *load, size_t count)
{
    qd_experiment_t *self = load->self;
    char label[32];
    self->point = qd_loading_room(load, count, sizeof *self->point);
    if (!self->point)
        return false;
    for (; self->points < count; self->points++) {
        qd_point_t *point = &self->point[self->points];
        snprintf(label, sizeof label, "%zu", self->points);
        point->label = qd_loading_copy(load, label);
        point->coordinate = qd_loading_room(load, self->design.factors, sizeof *point->coordinate);
        if (!point->label || !point->coordinate) {
            self->points++;
            return false;
        }
    }
    return true;
}

static bool make_none(qd_loading_t *load)
{
    return make_room(load, 1);
}

static bool make_grid(qd_loading_t *load)
{
    const qd_design_t *design = &load->self->design;
    size_t count = 1;
    for (size_t f = 0; f < design->factors; f++)
        count *= design->factor[f].levels;
    if (!make_room(load, count))
        return false;
    for (size_t p = 0; p < count; p++) {
        size_t rest = p;
        for (size_t f = design->factors; f-- > 0; rest /= design->factor[f].levels)
            load->self->point[p].coordinate[f] = design->factor[f].level[rest % design->factor[f].levels];
    }
    return true;
}

static bool make_zipped(qd_loading_t *load)
{
    const qd_design_t *design = &load->self->design;
    if (!make_room(load, design->factor[0].levels))
        return false;
    for (size_t p = 0; p < load->self->points; p++)
        for (size_t f = 0; f < design->factors; f++)
            load->self->point[p].coordinate[f] = design->factor[f].level[p];
    return true;
}

static bool make_listed(qd_loading_t *load)
{
    qd_experiment_t *self = load->self;
    self->point = qd_loading_room(load, load->items, sizeof *self->point);
    bool good = self->point != NULL;
    for (size_t i = 0; good && i < load->items; i++) {
        const qd_item_t *item = &load->item[i];
        good =
            qd_point_of_block(load, &item->block, &item->schedule, item->label, &self->point[self->points++]);
    }
    return good;
}

static bool make_list(qd_loading_t *load)
{
    return load->items ? make_listed(load) : make_zipped(load);
}

/* ---- sampled designs: points of the unit cube, and the values of factors there -------------------------- */

/* Fills unit[points x factors]; moved: room for size x factors positions. */
typedef qd_status_t fill_t(const qd_design_t *design, uint64_t seed, double unit[], size_t moved[],
                           qd_error_t *error);
/* Values of a factor at points of the unit cube (qd_factor_draw, qd_factor_place). */
typedef void place_t(const qd_factor_t *factor, size_t points, size_t stride, const double unit[],
                     double x[]);

static bool make_sampled(qd_loading_t *load, fill_t *fill, place_t *place)
{
    qd_experiment_t *self = load->self;
    const qd_design_t *design = &self->design;
    size_t d = design->factors, count = design->size * qd_design_block(design);
    double *unit = qd_loading_room(load, count * d, sizeof *unit);
    size_t *moved = qd_loading_room(load, design->size * d, sizeof *moved);
    bool good = unit && moved && make_room(load, count) &&
                fill(design, self->seed, unit, moved, load->error) == QD_OK;
    for (size_t f = 0; good && f < d; f++)
        place(&design->factor[f], count, d, unit + f, unit + f);
    for (size_t i = 0; good && i < count * d; i++)
        self->point[i / d].coordinate[i % d] = unit[i];
    free(unit);
    free(moved);
    return good;
}

static qd_status_t fill_lhs(const qd_design_t *design, uint64_t seed, double unit[], size_t moved[],
                            qd_error_t *error)
{
    (void)moved;
    qd_status_t status = qd_design_lhs(design->size, design->factors, seed, unit, error);
    for (size_t f = 0; status == QD_OK && f < design->factors; f++)
        if (qd_factor_values(&design->factor[f]) > 0)
            qd_design_lhs_align(design->size, design->factors, f, seed, unit);
    return status;
}

static bool make_lhs(qd_loading_t *load)
{
    return make_sampled(load, fill_lhs, qd_factor_draw);
}

static qd_status_t fill_sobol(const qd_design_t *design, uint64_t seed, double unit[], size_t moved[],
                              qd_error_t *error)
{
    (void)moved;
    return qd_design_sobol(design->size, design->factors, seed, unit, error);
}

static bool make_sobol(qd_loading_t *load)
{
    return make_sampled(load, fill_sobol, qd_factor_draw);
}

static qd_status_t fill_saltelli(const qd_design_t *design, uint64_t seed, double unit[], size_t moved[],
                                 qd_error_t *error)
{
    (void)moved;
    return qd_design_saltelli(design->size, design->factors, seed, unit, error);
}

static bool make_saltelli(qd_loading_t *load)
{
    return make_sampled(load, fill_saltelli, qd_factor_draw);
}

static bool make_morris(qd_loading_t *load)
{
    return make_sampled(load, qd_factors_morris, qd_factor_place);
}

/* ---- the table ----------------------------------------------------------------------------------------- */

_Static_assert(QD_SOBOL_DIMENSIONS == 40, "the limits in quadrille/designs.def");

#define LISTED    false
#define SAMPLED   true
#define ALONE     false, 1
#define BESIDE(k) true, k

const qd_design_info_t qd_design_table[QD_DESIGNS] = {
#define QD_DESIGN(id, name, size, each, factors_most, limit, levels)                                         \
    [QD_DESIGN_##id] = {#name, size, each, factors_most, limit, levels, make_##name},
#include "quadrille/designs.def"
#undef QD_DESIGN
};

size_t qd_design_block(const qd_design_t *design)
{
    const qd_design_info_t *info = &qd_design_table[design->type];
    return info->blocks ? design->factors + info->extra : info->extra;
}

bool qd_points_make(qd_loading_t *load)
{
    if (!qd_design_table[load->self->design.type].make(load))
        return false;
    for (size_t p = 0; p < load->self->points; p++)
        load->self->point[p].hash = qd_point_hash(&load->self->design, &load->self->point[p]);
    return true;
}
