#include "experiment/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "experiment/distributions.h"
#include "experiment/points.h"
#include "experiment/settings.h"

#define SAME        1e-9
#define SHOWN_MOST  12 /* values named in a message */
#define MESSAGE_MAX 600

static bool read_word(qd_loading_t *load, const qd_yaml_node_t *node, qd_arm_words_t *words)
{
    qd_given_t given = {0};
    bool point = strcmp(qd_yaml_key(node), "point") == 0, order = strcmp(qd_yaml_key(node), "order") == 0;
    if (point || order) {
        if ((point && words->point) || (order && words->order))
            return qd_yaml_fail_key(node, "found `%s` in both parts of an arm; expected it in one",
                                    qd_yaml_key(node));
        *(point ? &words->point : &words->order) = node;
        return qd_yaml_kind(node) == QD_YAML_SCALAR || qd_yaml_expected(node, "a label");
    }
    if (!qd_find_setting(node, qd_yaml_key(node), &given.parameter) ||
        !qd_read_distribution(node, given.parameter, &given.written))
        return false;
    if (qd_block_find(&words->block, given.parameter))
        return qd_yaml_fail_key(node, "found `%s` in both parts of an arm; expected it in one",
                                qd_yaml_key(node));
    return qd_block_put(load, &words->block, &given);
}

bool qd_arm_read(qd_loading_t *load, const qd_yaml_node_t *map, qd_arm_words_t *words)
{
    words->node = map;
    if (!qd_yaml_expect(map, QD_YAML_MAP, "an arm such as {doctrine: rumsfeld}"))
        return false;
    if (qd_yaml_count(map) == 0)
        return qd_yaml_expected(map, "at least one name and its value");
    bool good = true;
    for (const qd_yaml_node_t *node = qd_yaml_first(map); node; node = qd_yaml_next(node))
        good = read_word(load, node, words) && good;
    return good;
}

void qd_arm_words_free(qd_arm_words_t *words)
{
    qd_block_free(&words->block);
}

/* ---- design points ------------------------------------------------------------------------------------- */

static bool same(double a, double b)
{
    return fabs(a - b) <= SAME * fmax(1.0, fmax(fabs(a), fabs(b)));
}

static bool matches_given(const qd_design_t *design, const qd_point_t *point, const qd_given_t *given)
{
    int factor = qd_factor_find(design, given->parameter);
    return factor >= 0 && given->written.kind == QD_CONSTANT &&
           same(point->coordinate[factor], given->written.a);
}

static bool matches(const qd_design_t *design, const qd_point_t *point, const qd_arm_words_t *words)
{
    if (point->from_claim)
        return false;
    for (size_t i = 0; i < words->block.count; i++)
        if (!matches_given(design, point, &words->block.given[i]))
            return false;
    return true;
}

bool qd_arm_match(qd_loading_t *load, const qd_arm_words_t *words, qd_arm_t *out)
{
    const qd_experiment_t *self = load->self;
    bool *chosen = qd_loading_room(load, self->points, sizeof *chosen);
    out->points = 0;
    out->point = chosen ? qd_loading_room(load, self->points, sizeof *out->point) : NULL;
    if (out->point && words->point &&
        qd_experiment_choose_points(self, qd_yaml_scalar(words->point), chosen) == SIZE_MAX) {
        (void)qd_no_memory(load->error);
        free(chosen);
        return false;
    }
    for (size_t p = 0; out->point && p < self->points; p++)
        if ((!words->point || chosen[p]) && matches(&self->design, &self->point[p], words))
            out->point[out->points++] = p;
    free(chosen);
    size_t *shrunk = out->point ? qd_resize(out->point, out->points, sizeof *shrunk, NULL) : NULL;
    out->point = shrunk ? shrunk : out->point;
    return out->point != NULL;
}

bool qd_arm_of_all(qd_loading_t *load, qd_arm_t *out)
{
    return qd_arm_match(load, &(qd_arm_words_t){0}, out);
}

/* ---- messages where no point matches ------------------------------------------------------------------- */

static bool tell_levels(const qd_arm_words_t *words, const qd_factor_t *factor)
{
    char list[MESSAGE_MAX] = "";
    FILE *out = fmemopen(list, sizeof list - 1, "w");
    if (!out)
        return qd_yaml_fail(words->node, "found no such value of `%s` in the design; expected one",
                            factor->name);
    for (size_t i = 0; i < factor->levels && i < SHOWN_MOST; i++) {
        fputs(i ? ", " : "", out);
        qd_write_value(out, factor->parameter, factor->level[i]);
    }
    fputs(factor->levels > SHOWN_MOST ? ", ..." : "", out);
    fclose(out);
    return qd_yaml_fail(words->node,
                        "found a value of `%s` that the design does not have; expected one of: %s",
                        factor->name, list);
}

static bool tell_unmatched(qd_loading_t *load, const qd_arm_words_t *words)
{
    const qd_experiment_t *self = load->self;
    qd_arm_t alone = {0};
    if (words->point) {
        bool known = qd_arm_match(load, &(qd_arm_words_t){.point = words->point}, &alone) && alone.points > 0;
        free(alone.point);
        if (!known) {
            const char **labels = qd_new(self->points, sizeof *labels, NULL);
            for (size_t p = 0; labels && p < self->points; p++)
                labels[p] = self->point[p].label ? self->point[p].label : "";
            (void)qd_yaml_expected_of(words->point, self->points, labels, "the label of a design point");
            free(labels);
            return false;
        }
    }
    for (size_t i = 0; i < words->block.count; i++) {
        const qd_given_t *given = &words->block.given[i];
        const qd_factor_t *factor = &self->design.factor[qd_factor_find(&self->design, given->parameter)];
        bool any = false;
        for (size_t p = 0; p < self->points && !any; p++)
            any = !self->point[p].from_claim && matches_given(&self->design, &self->point[p], given);
        if (!any && factor->levels)
            return tell_levels(words, factor);
        if (!any)
            return qd_yaml_fail(
                words->node,
                "found a value of `%s`, which the design draws from a distribution; expected a factor "
                "with levels",
                factor->name);
    }
    return qd_yaml_fail(words->node,
                        "found values that no design point combines; expected the values of a design point");
}

/* ---- points of their own ------------------------------------------------------------------------------- */

static bool label_taken(const qd_experiment_t *self, const char *label)
{
    for (size_t p = 0; p < self->points; p++)
        if (strcmp(self->point[p].label, label) == 0)
            return true;
    return false;
}

/* "doctrine: rumsfeld", made unique. */
static char *label_of(qd_loading_t *load, const qd_block_t *block)
{
    qd_memory_t memory;
    char *text = NULL, *label = NULL;
    FILE *out = qd_memory_open(&memory);
    if (out) {
        qd_write_block(out, block);
        text = qd_memory_close(out, &memory);
    }
    size_t size = memory.size;
    if (text && size > 2 && (label = qd_loading_room(load, size + 32, 1))) {
        memcpy(label, text + 1, size - 2);
        while (label_taken(load->self, label) && strlen(label) + 9 < size + 32)
            snprintf(label + strlen(label), 9, " (claim)");
    }
    free(text);
    return label;
}

/* Position of a claim's point with the same settings, or of a new one. */
static bool append_point(qd_loading_t *load, const qd_block_t *block, size_t *position)
{
    qd_experiment_t *self = load->self;
    qd_point_t point;
    char *label = label_of(load, block);
    bool good = label && qd_point_of_block(load, block, NULL, label, &point);
    free(label);
    if (!good)
        return false;
    for (*position = 0; *position < self->points; ++*position)
        if (self->point[*position].from_claim && self->point[*position].hash == point.hash) {
            qd_point_free(&point);
            return true;
        }
    qd_point_t *larger = qd_resize(self->point, self->points + 1, sizeof *larger, load->error);
    if (!larger) {
        qd_point_free(&point);
        return false;
    }
    point.from_claim = true;
    self->point = larger;
    self->point[self->points++] = point;
    return true;
}

bool qd_arm_resolve(qd_loading_t *load, const qd_arm_words_t *words, qd_arm_t *out)
{
    const qd_design_t *design = &load->self->design;
    bool factors_only = true;
    for (size_t i = 0; i < words->block.count; i++)
        factors_only = factors_only && qd_factor_find(design, words->block.given[i].parameter) >= 0;
    if (factors_only)
        return qd_arm_match(load, words, out) && (out->points > 0 || tell_unmatched(load, words));
    if (words->point)
        return qd_yaml_fail(words->node,
                            "found `point` beside names that are no factors; expected one or the other");
    for (size_t i = 0; i < words->block.count; i++)
        if (qd_schedule_overrides(&load->schedule, words->block.given[i].parameter))
            return qd_yaml_fail(
                words->node,
                "found `%s`, which the schedule overrides at period 0; expected a parameter that it "
                "leaves alone",
                qd_given_name(words->block.given[i].parameter));
    out->point = qd_loading_room(load, 1, sizeof *out->point);
    out->points = 1;
    return out->point && append_point(load, &words->block, out->point);
}
