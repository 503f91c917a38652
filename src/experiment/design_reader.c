#include "experiment/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "design/design.h"
#include "experiment/distributions.h"
#include "experiment/loading.h"
#include "experiment/points.h"
#include "experiment/settings.h"
#include "math/elementary.h"

#define LEVELS_MAX 10000

static const char *design_name(size_t type)
{
    return qd_design_table[type].name;
}

/* The name of a type that a file may state: all but the first, QD_DESIGN_NONE. */
static const char *stated_name(size_t index)
{
    return design_name(index + 1);
}

/* "grid, list or lhs", for messages. */
static const char *list_types(char text[], size_t size)
{
    size_t used = 0;
    for (size_t type = 1; type < QD_DESIGNS && used < size; type++) {
        const char *before = type == 1 ? "" : type + 1 < QD_DESIGNS ? ", " : " or ";
        used += (size_t)snprintf(text + used, size - used, "%s%s", before, design_name(type));
    }
    return text;
}

static bool read_type(const qd_yaml_node_t *map, qd_design_type_t *type)
{
    char types[256];
    const qd_yaml_node_t *node = qd_yaml_need(map, "type");
    const char *text = node ? qd_yaml_scalar(node) : NULL;
    if (!node)
        return false;
    for (size_t i = 1; text && i < QD_DESIGNS; i++)
        if (strcmp(text, design_name(i)) == 0) {
            *type = (qd_design_type_t)i;
            return true;
        }
    list_types(types, sizeof types);
    const char *nearest = text && *text ? qd_nearest_name(text, QD_DESIGNS - 1, stated_name) : NULL;
    if (nearest)
        return qd_yaml_expected(node, "%s (did you mean `%s`?)", types, nearest);
    return qd_yaml_expected(node, "%s", types);
}

/* ---- levels -------------------------------------------------------------------------------------------- */

static bool read_values(qd_loading_t *load, const qd_yaml_node_t *list, qd_factor_t *factor)
{
    bool good = true;
    if (!qd_yaml_expect(list, QD_YAML_SEQUENCE, "a list of values"))
        return false;
    if (qd_yaml_count(list) < 1 || qd_yaml_count(list) > LEVELS_MAX)
        return qd_yaml_fail(list, "found %zu values for `%s`; expected 1 to %d", qd_yaml_count(list),
                            factor->name, LEVELS_MAX);
    factor->level = qd_loading_room(load, qd_yaml_count(list), sizeof *factor->level);
    if (!factor->level)
        return false;
    for (const qd_yaml_node_t *node = qd_yaml_first(list); node; node = qd_yaml_next(node))
        good = qd_read_value(node, factor->parameter, &factor->level[factor->levels++]) && good;
    return good;
}

/* Value i of n equally spaced values from a to b (with equally spaced logarithms if `logarithmic`). Both ends
 * are exact. Other values are rounded to 15 digits, so that 0.1, 0.3, 0.5 equal the same numbers written
 * out. */
static double spaced(double a, double b, size_t i, size_t n, bool logarithmic)
{
    char text[40];
    double share = (double)i / (double)(n - 1);
    if (i == 0 || i == n - 1)
        return i == 0 ? a : b;
    snprintf(text, sizeof text, "%.15g",
             logarithmic ? a * qd_exp(qd_log(b / a) * share) : a + (b - a) * share);
    return strtod(text, NULL);
}

static bool read_spaced(qd_loading_t *load, const qd_yaml_node_t *list, bool logarithmic, qd_factor_t *factor)
{
    double a, b;
    uint64_t n;
    const qd_parameter_info_t *info =
        factor->parameter < 0 ? NULL : qd_parameter_info((size_t)factor->parameter);
    if (!info || info->type == QD_TYPE_FLAG || info->type == QD_TYPE_SCOPE)
        return qd_yaml_fail_key(list, "found `%s` for `%s`; expected {values: [...]}", qd_yaml_key(list),
                                factor->name);
    if (!qd_yaml_expect(list, QD_YAML_SEQUENCE, "[first, last, how many]"))
        return false;
    if (qd_yaml_count(list) != 3)
        return qd_yaml_fail(list, "found a list of %zu for `%s`; expected [first, last, how many]",
                            qd_yaml_count(list), qd_yaml_key(list));
    const qd_yaml_node_t *first = qd_yaml_first(list), *last = qd_yaml_next(first),
                         *many = qd_yaml_next(last);
    if (!qd_read_value(first, factor->parameter, &a) || !qd_read_value(last, factor->parameter, &b) ||
        !qd_yaml_whole(many, 2, LEVELS_MAX, &n))
        return false;
    if (a == b || (logarithmic && !(a > 0.0 && b > 0.0)))
        return qd_yaml_fail(list, "found the ends %.15g and %.15g for `%s`; expected two %s", a, b,
                            factor->name, a == b ? "different ones" : "above 0");
    factor->level = qd_loading_room(load, n, sizeof *factor->level);
    for (size_t i = 0; factor->level && i < n; i++) {
        double level = spaced(a, b, i, n, logarithmic);
        if (info->type == QD_TYPE_WHOLE && floor(level) != level)
            return qd_yaml_fail(list, "found the value %.15g for `%s`; expected whole numbers only", level,
                                factor->name);
        factor->level[factor->levels++] = level;
    }
    return factor->level != NULL;
}

static bool refuse_twice(const qd_yaml_node_t *node, const qd_factor_t *factor)
{
    for (size_t i = 0; i < factor->levels; i++)
        for (size_t k = 0; k < i; k++)
            if (factor->level[i] == factor->level[k])
                return qd_yaml_fail(node,
                                    "found a value of `%s` twice (the %zu. and the %zu.); expected it once",
                                    factor->name, k + 1, i + 1);
    return true;
}

/* ---- factors ------------------------------------------------------------------------------------------- */

static bool read_factor(qd_loading_t *load, const qd_yaml_node_t *node, qd_factor_t *factor)
{
    const char *keys[3 + QD_DISTRIBUTIONS] = {"values", "linspace", "logspace"};
    size_t forms = 3 + qd_distribution_names(keys + 3);
    bool list = load->self->design.type == QD_DESIGN_LIST;
    if (!qd_find_setting(node, qd_yaml_key(node), &factor->parameter))
        return false;
    if (!(factor->name = qd_loading_copy(load, qd_yaml_key(node))))
        return false;
    if (qd_yaml_kind(node) != QD_YAML_MAP || qd_yaml_count(node) != 1)
        return qd_yaml_expected(
            node, "{values: [...]}, {linspace: [first, last, how many]}, {logspace: [...]} or a "
                  "distribution");
    if (!qd_yaml_check_keys(node, forms, keys))
        return false;
    const qd_yaml_node_t *form = qd_yaml_first(node);
    const char *key = qd_yaml_key(form);
    if (strcmp(key, "values") == 0)
        return read_values(load, form, factor) && (list || refuse_twice(form, factor));
    if (!qd_is_distribution_name(key))
        return read_spaced(load, form, strcmp(key, "logspace") == 0, factor);
    if (!qd_design_table[load->self->design.type].sampled)
        return qd_yaml_fail_key(
            form, "found the distribution `%s` for `%s`; expected values, linspace or logspace in a %s", key,
            factor->name, list ? "list" : "grid");
    return qd_read_form(node, factor->parameter, &factor->distribution);
}

/* Reads the mapping into load->self->design.factor, in file order. Faults are left in the document (then
 * false). */
static bool read_factors(qd_loading_t *load, const qd_yaml_node_t *map)
{
    qd_design_t *design = &load->self->design;
    if (!qd_yaml_expect(map, QD_YAML_MAP, "a mapping of parameters to {values: [...]}"))
        return false;
    if (qd_yaml_count(map) == 0)
        return qd_yaml_fail(map, "found no factor; expected at least one");
    design->factor = qd_loading_room(load, qd_yaml_count(map), sizeof *design->factor);
    bool good = design->factor != NULL;
    for (const qd_yaml_node_t *node = qd_yaml_first(map); design->factor && node; node = qd_yaml_next(node))
        good = read_factor(load, node, &design->factor[design->factors++]) && good;
    return good;
}

/* ---- factors of a list of points ----------------------------------------------------------------------- */

static bool collect_levels(qd_loading_t *load, int parameter, qd_factor_t *factor)
{
    factor->parameter = parameter;
    factor->name = qd_loading_copy(load, qd_given_name(parameter));
    factor->level = qd_loading_room(load, load->items, sizeof *factor->level);
    if (!factor->name || !factor->level)
        return false;
    size_t found = 0;
    for (size_t i = 0; i < load->items; i++) {
        const qd_given_t *given = qd_block_find(&load->item[i].block, parameter);
        if (given && given->written.kind == QD_CONSTANT)
            factor->level[found++] = given->written.a;
    }
    qsort(factor->level, found, sizeof *factor->level, qd_compare_doubles);
    for (size_t i = 0; i < found; i++)
        if (i == 0 || factor->level[i] != factor->level[i - 1])
            factor->level[factor->levels++] = factor->level[i];
    return true;
}

/* Factors of a list of points: every name that an item sets to a constant, in the order of the registry;
 * levels: the different values, ascending. */
static bool find_factors(qd_loading_t *load)
{
    qd_design_t *design = &load->self->design;
    bool named[QD_PARAMETERS_MAX + 1] = {false};
    for (size_t i = 0; i < load->items; i++)
        for (size_t k = 0; k < load->item[i].block.count; k++) {
            const qd_given_t *given = &load->item[i].block.given[k];
            named[given->parameter + 1] = named[given->parameter + 1] || given->written.kind == QD_CONSTANT;
        }
    design->factor = qd_loading_room(load, qd_parameter_count + 1, sizeof *design->factor);
    for (int p = 0; design->factor && p <= (int)qd_parameter_count; p++)
        if (named[p] && !collect_levels(load, p - 1, &design->factor[design->factors++]))
            return false;
    return design->factor != NULL;
}

/* "name: {values: [...]}" */
static void write_factor(FILE *out, const qd_factor_t *factor)
{
    fprintf(out, "%s: ", factor->name);
    if (factor->levels == 0) {
        qd_write_distribution(out, factor->parameter, &factor->distribution);
        return;
    }
    fputs("{values: [", out);
    for (size_t i = 0; i < factor->levels; i++) {
        fputs(i ? ", " : "", out);
        qd_write_value(out, factor->parameter, factor->level[i]);
    }
    fputs("]}", out);
}

/* ---- list of points ------------------------------------------------------------------------------------ */

static bool is_long_item(const qd_yaml_node_t *node)
{
    return qd_yaml_get(node, "label") || qd_yaml_get(node, "set") || qd_yaml_get(node, "schedule");
}

static void read_long_item(qd_loading_t *load, const qd_yaml_node_t *node, qd_item_t *item,
                           const char **label)
{
    static const char *const keys[] = {"label", "set", "schedule"};
    const qd_yaml_node_t *named = qd_yaml_get(node, "label"), *set = qd_yaml_get(node, "set"),
                         *schedule = qd_yaml_get(node, "schedule");
    qd_yaml_check_keys(node, 3, keys);
    if (named)
        qd_read_label(named, label);
    if (set)
        qd_block_read(load, set, false, &item->block);
    if (schedule && qd_schedule_read(load, schedule, &item->schedule))
        for (size_t i = 0; i < item->block.count; i++)
            qd_schedule_spares(schedule, &item->schedule, item->block.given[i].parameter, "the point's own");
}

static void read_item(qd_loading_t *load, const qd_yaml_node_t *node, qd_item_t *item)
{
    char position[32];
    const char *label = position;
    snprintf(position, sizeof position, "%zu", load->items - 1);
    if (!qd_yaml_expect(node, QD_YAML_MAP, "a mapping of parameters to values, or {label: NAME, set: {...}}"))
        return;
    if (is_long_item(node))
        read_long_item(load, node, item, &label);
    else
        qd_block_read(load, node, false, &item->block);
    item->label = qd_loading_copy(load, label);
}

typedef struct {
    const char *label;
    const qd_yaml_node_t *node;
    size_t position;
} labelled_t;

static int by_label(const void *a, const void *b)
{
    const labelled_t *x = a, *y = b;
    int order = strcmp(x->label, y->label);
    return order ? order : (x->position > y->position) - (x->position < y->position);
}

static void refuse_labels_twice(qd_loading_t *load, const qd_yaml_node_t *list)
{
    labelled_t *label = qd_loading_room(load, load->items, sizeof *label);
    size_t n = 0;
    if (!label)
        return;
    for (const qd_yaml_node_t *node = qd_yaml_first(list); node; node = qd_yaml_next(node), n++)
        label[n] = (labelled_t){load->item[n].label ? load->item[n].label : "", node, n};
    qsort(label, n, sizeof *label, by_label);
    for (size_t i = 1; i < n; i++)
        if (label[i].label[0] && strcmp(label[i].label, label[i - 1].label) == 0)
            qd_yaml_fail(label[i].node, "found the label `%s` twice; expected it once", label[i].label);
    free(label);
}

static bool read_items(qd_loading_t *load, const qd_yaml_node_t *list)
{
    if (!qd_yaml_expect(list, QD_YAML_SEQUENCE, "a list of points, each a mapping of parameters to values"))
        return false;
    if (qd_yaml_count(list) == 0 || qd_yaml_count(list) > QD_POINTS_MAX)
        return qd_yaml_fail(list, "found %zu points; expected 1 to %d", qd_yaml_count(list), QD_POINTS_MAX);
    load->item = qd_loading_room(load, qd_yaml_count(list), sizeof *load->item);
    if (!load->item)
        return false;
    for (const qd_yaml_node_t *node = qd_yaml_first(list); node; node = qd_yaml_next(node))
        read_item(load, node, &load->item[load->items++]);
    refuse_labels_twice(load, list);
    return find_factors(load);
}

void qd_items_free(qd_loading_t *load)
{
    for (size_t i = 0; i < load->items; i++) {
        free(load->item[i].label);
        qd_block_free(&load->item[i].block);
        qd_schedule_free(&load->item[i].schedule);
    }
    free(load->item);
    load->items = 0;
    load->item = NULL;
}

/* ---- sizes --------------------------------------------------------------------------------------------- */

static void check_grid(const qd_yaml_node_t *map, const qd_design_t *design)
{
    double count = 1.0;
    for (size_t f = 0; f < design->factors; f++)
        count *= (double)design->factor[f].levels;
    if (count > QD_POINTS_MAX)
        qd_yaml_fail(map, "found a grid of %.6g points; expected at most %d", count, QD_POINTS_MAX);
}

static void check_zipped(const qd_yaml_node_t *map, const qd_design_t *design)
{
    for (size_t f = 1; f < design->factors; f++)
        if (design->factor[f].levels != design->factor[0].levels)
            qd_yaml_fail(map,
                         "found %zu value%s for `%s` and %zu for `%s`; expected as many of each in a list",
                         design->factor[0].levels, QD_S(design->factor[0].levels), design->factor[0].name,
                         design->factor[f].levels, design->factor[f].name);
}

static void check_sampled(const qd_yaml_node_t *map, const qd_design_t *design)
{
    const qd_design_info_t *info = &qd_design_table[design->type];
    size_t each = qd_design_block(design);
    if (design->factors > info->factors_most)
        qd_yaml_fail(map, "found %zu factors in a %s design; expected at most %zu: %s", design->factors,
                     info->name, info->factors_most, info->limit);
    if (design->size * each > QD_POINTS_MAX)
        qd_yaml_fail(map, "found a design of %zu points (%zu times %zu); expected at most %d",
                     design->size * each, design->size, each, QD_POINTS_MAX);
}

static bool read_size(const qd_yaml_node_t *map, qd_design_t *design)
{
    const qd_yaml_node_t *points = qd_yaml_need(map, "points"), *levels = qd_yaml_get(map, "levels");
    uint64_t size = 0, count = 4;
    if (!points || !qd_yaml_whole(points, 1, QD_POINTS_MAX, &size))
        return false;
    design->size = (size_t)size;
    if (!qd_design_table[design->type].levels)
        return !levels ||
               qd_yaml_fail_key(levels, "found `levels` in a %s design; expected it in a morris design only",
                                design_name(design->type));
    if (levels && (!qd_yaml_whole(levels, 4, 100, &count) || count % 2))
        return count % 2 ? qd_yaml_expected(levels, "an even number") : false;
    design->levels = (size_t)count;
    return true;
}

void qd_design_read(qd_loading_t *load, const qd_yaml_node_t *map)
{
    static const char *const keys[] = {"type", "factors", "points", "levels"};
    qd_design_t *design = &load->self->design;
    if (!qd_yaml_expect(map, QD_YAML_MAP, "{type: grid, factors: {...}}"))
        return;
    qd_yaml_check_keys(map, 4, keys);
    if (!read_type(map, &design->type))
        return;
    const qd_yaml_node_t *points = qd_yaml_get(map, "points"), *factors = qd_yaml_get(map, "factors");
    uint64_t ignored;
    bool sampled = qd_design_table[design->type].sampled, list = design->type == QD_DESIGN_LIST;
    if (points && !sampled && !list)
        qd_yaml_whole(points, 1, QD_POINTS_MAX, &ignored); /* a grid has the points of its levels */
    if (list && points && factors) {
        qd_yaml_fail_key(factors, "found `factors` beside `points`; expected one of them in a list");
    } else if (list && points) {
        read_items(load, points);
    } else {
        bool good = !sampled || read_size(map, design);
        if (!qd_yaml_need(map, "factors") || !read_factors(load, factors) || !good)
            return;
        if (sampled)
            check_sampled(map, design);
        else if (list)
            check_zipped(map, design);
        else
            check_grid(map, design);
    }
}

/* ---- canonical text ------------------------------------------------------------------------------------ */

static void write_items(FILE *out, const qd_loading_t *load)
{
    fputs(", points: [", out);
    for (size_t i = 0; i < load->items; i++) {
        fputs(i ? ", {label: " : "{label: ", out);
        qd_write_text(out, load->item[i].label);
        fputs(", set: ", out);
        qd_write_block(out, &load->item[i].block);
        if (load->item[i].schedule.count) {
            fputs(", schedule: ", out);
            qd_write_schedule(out, &load->item[i].schedule);
        }
        fputs("}", out);
    }
    fputs("]", out);
}

void qd_write_design(FILE *out, const qd_loading_t *load, bool whole)
{
    const qd_design_t *design = &load->self->design;
    fprintf(out, "{type: %s", design_name(design->type));
    if (!load->items && design->factors) {
        fputs(", factors: {", out);
        for (size_t f = 0; f < design->factors; f++) {
            fputs(f ? ", " : "", out);
            write_factor(out, &design->factor[f]);
        }
        fputs("}", out);
    }
    if (load->items && whole)
        write_items(out, load);
    if (design->size && whole)
        fprintf(out, ", points: %zu", design->size);
    if (design->levels)
        fprintf(out, ", levels: %zu", design->levels);
    fputs("}", out);
}

void qd_factors_free(qd_design_t *design)
{
    for (size_t f = 0; f < design->factors; f++) {
        free(design->factor[f].name);
        free(design->factor[f].level);
    }
    free(design->factor);
    design->factors = 0;
    design->factor = NULL;
}
