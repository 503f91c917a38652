#include "experiment/parts.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "experiment/distributions.h"
#include "experiment/points.h"
#include "experiment/settings.h"

/* ---- points of claims ---------------------------------------------------------------------------------- */

static void arm_mark(const qd_arm_t *arm, bool wanted[])
{
    for (size_t i = 0; i < arm->points; i++)
        wanted[arm->point[i]] = true;
}

void qd_claim_mark(const qd_claim_t *claim, bool wanted[])
{
    arm_mark(&claim->more, wanted);
    arm_mark(&claim->less, wanted);
    arm_mark(&claim->where_more, wanted);
    arm_mark(&claim->where_less, wanted);
    for (size_t l = 0; l < claim->levels; l++)
        arm_mark(&claim->level[l], wanted);
}

/* ---- counterparts -------------------------------------------------------------------------------------- */

/* The settings in force. */
typedef struct {
    size_t settings;
    const qd_setting_t *setting;
} forced_t;

static const qd_setting_t *forced(const forced_t *self, qd_parameter_t parameter)
{
    const qd_setting_t *found = NULL;
    for (size_t i = 0; i < self->settings; i++)
        if (self->setting[i].parameter == parameter)
            found = &self->setting[i];
    return found;
}

/* Copies the design's coordinates except those of forced parameters, which would override settings. */
static bool copy_coordinates(qd_loading_t *load, const forced_t *force, const qd_point_t *point,
                             qd_point_t *out)
{
    const qd_design_t *design = &load->self->design;
    out->coordinate = qd_loading_room(load, design->factors, sizeof *out->coordinate);
    for (size_t f = 0; out->coordinate && f < design->factors; f++) {
        int parameter = design->factor[f].parameter;
        bool off = parameter >= 0 && forced(force, (qd_parameter_t)parameter);
        out->coordinate[f] = off ? (double)NAN : point->coordinate[f];
    }
    return out->coordinate != NULL;
}

/* The point's settings, then the forced ones: later settings override earlier ones. */
static bool join_settings(qd_loading_t *load, const forced_t *force, const qd_point_t *point, qd_point_t *out)
{
    out->setting = qd_loading_room(load, point->settings + force->settings, sizeof *out->setting);
    if (!out->setting)
        return false;
    for (size_t i = 0; i < point->settings; i++)
        out->setting[out->settings++] = point->setting[i];
    for (size_t i = 0; i < force->settings; i++)
        out->setting[out->settings++] = force->setting[i];
    return true;
}

static void insert_change(qd_point_t *out, qd_change_t change)
{
    size_t i = out->changes++;
    for (; i > 0 && out->change[i - 1].at > change.at; i--)
        out->change[i] = out->change[i - 1];
    out->change[i] = change;
}

/* The point's changes of other parameters. After every change of a forced parameter by the file, one change
 * restores the forced value (a point's changes come after the file's). */
static bool join_changes(qd_loading_t *load, const forced_t *force, const qd_point_t *point, qd_point_t *out)
{
    const qd_experiment_t *self = load->self;
    out->change = qd_loading_room(load, point->changes + self->changes, sizeof *out->change);
    if (!out->change)
        return false;
    for (size_t i = 0; i < point->changes; i++)
        if (!forced(force, point->change[i].parameter))
            insert_change(out, point->change[i]);
    for (size_t i = 0; i < self->changes; i++) {
        const qd_setting_t *off = forced(force, self->change[i].parameter);
        if (!off)
            continue;
        qd_change_t back = self->change[i];
        back.distribution = off->distribution;
        insert_change(out, back);
    }
    return true;
}

bool qd_counterpart_make(qd_loading_t *load, const qd_point_t *point, size_t settings,
                         const qd_setting_t setting[], const char *suffix, qd_point_t *counterpart)
{
    const forced_t force = {settings, setting};
    size_t size = strlen(point->label) + strlen(suffix) + sizeof ", ";
    *counterpart = (qd_point_t){.label = qd_loading_room(load, size, 1), .from_claim = true};
    if (!counterpart->label || !copy_coordinates(load, &force, point, counterpart) ||
        !join_settings(load, &force, point, counterpart) || !join_changes(load, &force, point, counterpart)) {
        qd_point_free(counterpart);
        return false;
    }
    snprintf(counterpart->label, size, "%s, %s", point->label, suffix);
    return true;
}

bool qd_counterparts_reserve(qd_loading_t *load, const qd_yaml_node_t *node, size_t count)
{
    qd_experiment_t *self = load->self;
    if (count > QD_POINTS_MAX || count + self->points > QD_POINTS_MAX)
        return qd_yaml_fail(node, "found %zu point%s and %zu more; expected at most %d in all", self->points,
                            QD_S(self->points), count, QD_POINTS_MAX);
    qd_point_t *larger = qd_resize(self->point, self->points + count + 1, sizeof *larger, load->error);
    if (larger)
        self->point = larger;
    return larger != NULL;
}

#define ABLATIONS_MAX 100
#define NAME_MAX_SIZE 60

/* The preset `assumptions`: docs/model.md, part 8. */
static const struct {
    const char *name;
    size_t settings;
    qd_parameter_t parameter[2]; /* set to 0 */
} assumptions[] = {
    {"debt", 1, {QD_P_tension_debt}},
    {"erosion", 1, {QD_P_institution_erosion}},
    {"bypass", 1, {QD_P_blocs_bypass}},
    {"burden", 1, {QD_P_blocs_burden}},
    {"paralysis", 2, {QD_P_institution_paralysis, QD_P_blocs_paralysis}},
    {"war", 1, {QD_P_escalation_hazard}},
};
#define ASSUMPTIONS (sizeof assumptions / sizeof assumptions[0])

static void free_all(qd_ablation_t *all, size_t count)
{
    for (size_t a = 0; a < count; a++) {
        free(all[a].name);
        free(all[a].setting);
        free(all[a].counterpart);
    }
    free(all);
}

void qd_ablations_free(qd_experiment_t *self)
{
    free_all(self->ablation, self->ablations);
    free_all(self->baseline, self->baselines);
}

/* ---- reading ------------------------------------------------------------------------------------------- */

static bool is_name(const char *text)
{
    for (const char *s = text; *s; s++)
        if (!isalnum((unsigned char)*s) && !strchr("._-", *s))
            return false;
    return *text && strlen(text) <= NAME_MAX_SIZE;
}

static bool read_ablation(qd_loading_t *load, const qd_yaml_node_t *node, qd_ablation_t *out)
{
    qd_block_t block = {0};
    if (!is_name(qd_yaml_key(node)))
        return qd_yaml_fail_key(node, "found `%.80s`; expected a name of letters, digits, `.`, `_` and `-`",
                                qd_yaml_key(node));
    if (!qd_yaml_expect(node, QD_YAML_MAP, "the settings that switch it off, such as {tension.debt: 0}"))
        return false;
    if (qd_yaml_count(node) == 0)
        return qd_yaml_expected(node, "at least one parameter and its value");
    out->name = qd_loading_copy(load, qd_yaml_key(node));
    bool good = out->name && qd_block_read(load, node, false, &block) &&
                qd_block_expand(load, &block, &out->setting, &out->settings);
    qd_block_free(&block);
    return good;
}

static bool take_assumption(qd_loading_t *load, size_t i, qd_ablation_t *out)
{
    out->name = qd_loading_copy(load, assumptions[i].name);
    out->setting = qd_loading_room(load, assumptions[i].settings, sizeof *out->setting);
    for (size_t s = 0; out->setting && s < assumptions[i].settings; s++)
        out->setting[out->settings++] = (qd_setting_t){assumptions[i].parameter[s], qd_constant(0.0)};
    return out->name && out->setting;
}

static bool read_all(qd_loading_t *load, const qd_yaml_node_t *node)
{
    qd_experiment_t *self = load->self;
    bool preset = qd_yaml_is_word(node, "assumptions"), good = true;
    if (!preset && qd_yaml_kind(node) != QD_YAML_MAP)
        return qd_yaml_expected(node, "`assumptions`, or a mapping such as {debt: {tension.debt: 0}}");
    size_t count = preset ? ASSUMPTIONS : qd_yaml_count(node);
    if (count == 0 || count > ABLATIONS_MAX)
        return qd_yaml_fail(node, "found %zu ablations; expected 1 to %d", count, ABLATIONS_MAX);
    self->ablation = qd_loading_room(load, count, sizeof *self->ablation);
    if (!self->ablation)
        return false;
    if (preset)
        while (good && self->ablations < count) {
            size_t i = self->ablations++;
            good = take_assumption(load, i, &self->ablation[i]);
        }
    else
        for (const qd_yaml_node_t *one = qd_yaml_first(node); one; one = qd_yaml_next(one))
            good = read_ablation(load, one, &self->ablation[self->ablations++]) && good;
    return good;
}

/* Number of points before the first counterpart. */
static size_t points_of_design(const qd_experiment_t *self)
{
    size_t count = 0;
    while (count < self->points && self->point[count].ablation == 0)
        count++;
    return count;
}

/* ---- counterparts -------------------------------------------------------------------------------------- */

/* A set of counterparts: their settings, the words of their labels, and the number of their points. */
typedef struct {
    qd_ablation_t *ablation;
    const char *words; /* "without " */
    size_t number;
} counterparts_t;

static bool make_counterpart(qd_loading_t *load, const counterparts_t *counterparts, size_t p)
{
    qd_experiment_t *self = load->self;
    const qd_ablation_t *ablation = counterparts->ablation;
    char suffix[NAME_MAX_SIZE + 40];
    qd_point_t counterpart;
    snprintf(suffix, sizeof suffix, "%s%s", counterparts->words, ablation->name);
    if (!qd_counterpart_make(load, &self->point[p], ablation->settings, ablation->setting, suffix,
                             &counterpart))
        return false;
    counterpart.ablation = counterparts->number;
    counterpart.hash = qd_point_hash(&self->design, &counterpart);
    ablation->counterpart[p] = self->points;
    self->point[self->points++] = counterpart;
    return true;
}

/* Counterparts of the wanted points among the first `points`. */
static bool make_counterparts(qd_loading_t *load, const qd_yaml_node_t *node,
                              const counterparts_t *counterparts, size_t points, const bool wanted[])
{
    size_t count = 0;
    for (size_t p = 0; p < points; p++)
        count += wanted[p];
    if (!qd_counterparts_reserve(load, node, count))
        return false;
    counterparts->ablation->counterpart =
        qd_loading_room(load, points, sizeof *counterparts->ablation->counterpart);
    if (!counterparts->ablation->counterpart)
        return false;
    for (size_t p = 0; p < points; p++) {
        counterparts->ablation->counterpart[p] = p;
        if (wanted[p] && !make_counterpart(load, counterparts, p))
            return false;
    }
    return true;
}

void qd_ablations_read(qd_loading_t *load, const qd_yaml_node_t *node)
{
    qd_experiment_t *self = load->self;
    size_t points = self->points;
    if (!read_all(load, node))
        return;
    bool *wanted = qd_loading_room(load, points, sizeof *wanted), good = wanted != NULL;
    for (size_t c = 0; wanted && c < self->claims; c++)
        qd_claim_mark(&self->claim[c], wanted);
    for (size_t a = 0; good && a < self->ablations; a++)
        good = make_counterparts(load, node, &(counterparts_t){&self->ablation[a], "without ", 1 + a}, points,
                                 wanted);
    free(wanted);
}

/* ---- baselines ----------------------------------------------------------------------------------------- */

static bool make_baselines(qd_loading_t *load)
{
    qd_experiment_t *self = load->self;
    self->baseline = qd_loading_room(load, 2, sizeof *self->baseline);
    if (!self->baseline)
        return false;
    self->baselines = 2;
    qd_ablation_t *neutral = &self->baseline[0], *nothing = &self->baseline[1];
    neutral->name = qd_loading_copy(load, "neutral");
    nothing->name = qd_loading_copy(load, "do-nothing");
    neutral->setting = qd_loading_room(load, QD_DOCTRINE_FIELDS, sizeof *neutral->setting);
    nothing->setting = qd_loading_room(load, 1, sizeof *nothing->setting);
    if (!neutral->name || !nothing->name || !neutral->setting || !nothing->setting)
        return false;
    qd_given_t given = {QD_DOCTRINE, qd_constant((double)qd_doctrine_find("neutral"))};
    neutral->settings = qd_given_expand(&given, neutral->setting);
    nothing->setting[nothing->settings++] = (qd_setting_t){
        QD_P_doctrine_vital_interest, qd_constant(qd_parameter_info(QD_P_doctrine_vital_interest)->high)};
    return true;
}

void qd_baselines_read(qd_loading_t *load, const qd_yaml_node_t *node)
{
    qd_experiment_t *self = load->self;
    bool wants = false, good = qd_yaml_flag(node, &wants);
    size_t points = points_of_design(self);
    if (!good || !wants || !make_baselines(load))
        return;
    bool *wanted = qd_loading_room(load, points, sizeof *wanted);
    for (size_t c = 0; wanted && c < self->claims; c++)
        if (self->claim[c].kind == QD_CLAIM_CONTRAST) {
            arm_mark(&self->claim[c].more, wanted);
            arm_mark(&self->claim[c].less, wanted);
        }
    good = wanted != NULL;
    for (size_t b = 0; good && b < self->baselines; b++)
        good = make_counterparts(
            load, node, &(counterparts_t){&self->baseline[b], "", 1 + self->ablations + b}, points, wanted);
    free(wanted);
}

/* ---- canonical text ------------------------------------------------------------------------------------ */

void qd_write_ablations(FILE *out, const qd_loading_t *load)
{
    if (!qd_yaml_is_word(load->ablate, "assumptions")) {
        qd_write_node(out, load->ablate);
        return;
    }
    for (size_t i = 0; i < ASSUMPTIONS; i++) {
        fprintf(out, "%s%s: {", i ? ", " : "{", assumptions[i].name);
        for (size_t s = 0; s < assumptions[i].settings; s++)
            fprintf(out, "%s%s: 0", s ? ", " : "", qd_parameter_name(assumptions[i].parameter[s]));
        fputs("}", out);
    }
    fputs("}", out);
}
