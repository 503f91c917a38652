/* Names of design points: as shown, and as accepted. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"
#include "experiment/distributions.h"
#include "quadrille/experiment.h"

#define SAME 1e-9 /* values of a factor that differ by less are equal */

/* ---- shown names --------------------------------------------------------------------------------------- */

static bool is_digits(const char *text)
{
    return text[strspn(text, "0123456789")] == '\0';
}

/* Whether a point has no label of its own: its position stands for one. A year in a file is a label. */
static bool is_numbered(const qd_experiment_t *self, size_t point)
{
    char position[24];
    snprintf(position, sizeof position, "%zu", point);
    return strcmp(self->point[point].label, position) == 0;
}

/* "bias_flexible" of "doctrine.bias_flexible". */
static const char *last_part(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* Whether the last part of the factor's name is unique among the factors. */
static bool is_short_enough(const qd_design_t *design, size_t factor)
{
    for (size_t f = 0; f < design->factors; f++)
        if (f != factor &&
            strcmp(last_part(design->factor[f].name), last_part(design->factor[factor].name)) == 0)
            return false;
    return true;
}

static bool sets_coordinates(const qd_design_t *design, const qd_point_t *point)
{
    for (size_t f = 0; f < design->factors; f++)
        if (!isnan(point->coordinate[f]))
            return true;
    return false;
}

/* "rumsfeld, target 0.1": the values of all factors at the point, with enough digits to distinguish them. */
static void write_coordinates(FILE *out, const qd_design_t *design, const qd_point_t *point)
{
    const char *comma = "";
    for (size_t f = 0; f < design->factors; f++) {
        const qd_factor_t *factor = &design->factor[f];
        if (isnan(point->coordinate[f]))
            continue;
        fputs(comma, out);
        if (factor->parameter >= 0)
            fprintf(out, "%s ", is_short_enough(design, f) ? last_part(factor->name) : factor->name);
        qd_write_value(out, factor->parameter, point->coordinate[f]);
        comma = ", ";
    }
}

static bool same_coordinates(const qd_design_t *design, const qd_point_t *a, const qd_point_t *b)
{
    for (size_t f = 0; f < design->factors; f++)
        if (a->coordinate[f] != b->coordinate[f] && !(isnan(a->coordinate[f]) && isnan(b->coordinate[f])))
            return false;
    return true;
}

/* Whether the values of its factors identify a point. */
static bool is_told_by_coordinates(const qd_experiment_t *self, size_t point)
{
    const qd_point_t *this = &self->point[point];
    if (this->settings > 0 || this->changes > 0)
        return false;
    if (self->design.type == QD_DESIGN_GRID)
        return true; /* levels differ */
    for (size_t p = 0; p < self->points; p++)
        if (p != point && is_numbered(self, p) && same_coordinates(&self->design, this, &self->point[p]))
            return false;
    return true;
}

/* `plain`: by its label only. */
static void write_name(FILE *out, const qd_experiment_t *self, size_t point, bool alone, bool plain)
{
    const qd_point_t *this = &self->point[point];
    plain = plain || !sets_coordinates(&self->design, this);
    if (plain || !alone)
        fputs(this->label, out);
    if (plain)
        return;
    fputs(alone ? "" : " (", out);
    write_coordinates(out, &self->design, this);
    fputs(alone ? "" : ")", out);
}

static char *name_of(const qd_experiment_t *self, size_t point, bool alone, bool plain)
{
    qd_memory_t memory;
    FILE *out = qd_memory_open(&memory);
    if (!out)
        return NULL;
    write_name(out, self, point, alone, plain);
    return qd_memory_close(out, &memory);
}

char *qd_experiment_point_name(const qd_experiment_t *self, size_t point)
{
    return name_of(self, point, is_told_by_coordinates(self, point), !is_numbered(self, point));
}

/* ---- selectors: factor=value,factor=value -------------------------------------------------------------- */

/* The factor with that name, or the only one with that last part; NULL: none. */
static const qd_factor_t *factor_named(const qd_design_t *design, const char *name)
{
    for (size_t f = 0; f < design->factors; f++)
        if (strcmp(design->factor[f].name, name) == 0)
            return &design->factor[f];
    for (size_t f = 0; f < design->factors; f++)
        if (strcmp(last_part(design->factor[f].name), name) == 0 && is_short_enough(design, f))
            return &design->factor[f];
    return NULL;
}

/* Whether `text` is the value as written, or an equal number. */
static bool is_value(const qd_factor_t *factor, double value, const char *text)
{
    char written[128] = "";
    double number;
    FILE *out = fmemopen(written, sizeof written - 1, "w");
    if (!out || isnan(value)) {
        if (out)
            fclose(out);
        return false;
    }
    qd_write_value(out, factor->parameter, value);
    fclose(out);
    if (strcmp(written, text) == 0)
        return true;
    return qd_is_decimal(written) && qd_real_of(text, &number) == QD_NUMBER_GOOD &&
           fabs(value - number) <= SAME * fmax(1.0, fmax(fabs(value), fabs(number)));
}

/* Applies one "factor=value" of a selector: drops points with another value. Modifies `part`. False: no such
 * factor. */
static bool take_part(const qd_experiment_t *self, char *part, bool chosen[])
{
    char *value = strchr(part, '=');
    if (!value)
        return false;
    *value++ = '\0';
    const qd_factor_t *factor = factor_named(&self->design, part);
    if (!factor)
        return false;
    size_t f = (size_t)(factor - self->design.factor);
    for (size_t p = 0; p < self->points; p++)
        chosen[p] =
            chosen[p] && !self->point[p].from_claim && is_value(factor, self->point[p].coordinate[f], value);
    return true;
}

static bool choose_by_selector(const qd_experiment_t *self, const char *name, bool chosen[])
{
    char *text = strchr(name, '=') ? strdup(name) : NULL, *rest = NULL;
    bool good = text != NULL;
    for (size_t p = 0; p < self->points; p++)
        chosen[p] = good;
    for (char *part = good ? strtok_r(text, ",", &rest) : NULL; part; part = strtok_r(NULL, ",", &rest))
        good = take_part(self, part + strspn(part, " "), chosen) && good;
    free(text);
    return good;
}

/* ---- choosing ------------------------------------------------------------------------------------------ */

static size_t choose_by_label(const qd_experiment_t *self, const char *name, bool chosen[])
{
    size_t count = 0;
    for (size_t p = 0; p < self->points; p++)
        count += chosen[p] = strcmp(self->point[p].label, name) == 0;
    return count;
}

/* Chooses by a shown name, with the label ("3 (rumsfeld)") or without. SIZE_MAX where memory is short. */
static size_t choose_by_shown_name(const qd_experiment_t *self, const char *name, bool chosen[])
{
    size_t count = 0;
    bool alone = name[strspn(name, "0123456789")] != ' ';
    for (size_t p = 0; p < self->points; p++) {
        /* choose_by_label has compared labels already. */
        bool named = is_digits(self->point[p].label); /* a label of digits may be left out for its values */
        char *shown = named ? name_of(self, p, alone, false) : NULL;
        if (named && !shown)
            return SIZE_MAX;
        count += chosen[p] = shown && strcmp(shown, name) == 0;
        free(shown);
    }
    return count;
}

size_t qd_experiment_choose_points(const qd_experiment_t *self, const char *name, bool chosen[])
{
    uint64_t position;
    size_t count = choose_by_label(self, name, chosen);
    if (count == 0)
        count = choose_by_shown_name(self, name, chosen);
    if (count > 0)
        return count;
    bool selected = choose_by_selector(self, name, chosen);
    for (size_t p = 0; p < self->points; p++)
        count += chosen[p] = chosen[p] && selected;
    if (count == 0 && is_digits(name) && qd_natural_of(name, 0, self->points - 1, &position))
        count = chosen[position] = true;
    return count;
}

/* The nearest label or shown name, as words of a message; free it. */
static char *advice(const qd_experiment_t *self, const char *name)
{
    char *text = NULL, **known = qd_new(self->points, sizeof *known, NULL);
    const char *nearest = NULL;
    for (size_t p = 0; known && p < self->points; p++)
        known[p] = name_of(self, p, true, !is_numbered(self, p));
    bool whole = known != NULL;
    for (size_t p = 0; whole && p < self->points; p++)
        whole = known[p] != NULL;
    if (whole)
        nearest = qd_nearest_of(name, self->points, (const char *const *)known);
    if (nearest && asprintf(&text, " (did you mean `%s`?)", nearest) < 0)
        text = NULL;
    for (size_t p = 0; known && p < self->points; p++)
        free(known[p]);
    free(known);
    return text;
}

qd_status_t qd_experiment_find_point(const qd_experiment_t *self, const char *name, size_t *point,
                                     qd_error_t *error)
{
    bool *chosen = qd_new(self->points, sizeof *chosen, error);
    if (!chosen)
        return QD_ERROR_MEMORY;
    size_t count = qd_experiment_choose_points(self, name, chosen);
    for (*point = 0; count > 0 && count < SIZE_MAX && !chosen[*point];)
        ++*point;
    free(chosen);
    if (count == SIZE_MAX)
        return qd_no_memory(error);
    if (count == 1)
        return QD_OK;
    if (count > 1)
        return qd_error_add(
            error, QD_ERROR_INPUT,
            "found point `%.200s`, by which %zu points are called; expected one: by its label, by "
            "all of its values, or by a number from 0 to %zu",
            name, count, self->points - 1);
    char *near = advice(self, name);
    qd_status_t status = qd_error_add(error, QD_ERROR_INPUT,
                                      "found point `%.200s`; expected a point's label, its values "
                                      "(factor=value,factor=value), or a number from 0 to %zu%s",
                                      name, self->points - 1, near ? near : "");
    free(near);
    return status;
}
