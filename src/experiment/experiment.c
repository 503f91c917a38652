/* From a file to a resolved experiment. */
#include "quadrille/experiment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/text.h"
#include "experiment/distributions.h"
#include "experiment/loading.h"
#include "experiment/parts.h"
#include "experiment/points.h"
#include "experiment/settings.h"
#include "quadrille/plugin.h"

#define TOTAL_MAX 0x1p53 /* worlds of all points and orders: doubles represent such numbers exactly */
#define ABOUT_MAX 10000

void qd_experiment_free(qd_experiment_t *self)
{
    if (!self)
        return;
    qd_claims_free(self);
    qd_ablations_free(self);
    qd_robustness_free(self);
    for (size_t p = 0; p < self->points; p++)
        qd_point_free(&self->point[p]);
    free(self->point);
    qd_factors_free(&self->design);
    qd_orders_free(self);
    free(self->setting);
    free(self->change);
    free(self->path);
    free(self->name);
    free(self->about);
    free(self->family);
    free(self->registered);
    free(self->deviations);
    free(self->notes);
    free(self->config);
    free(self->plugin);
    free(self->plugin_digest);
    free(self);
}

/* ---- name, seed, worlds -------------------------------------------------------------------------------- */

/* "experiments/orders.yaml" -> "orders" */
static char *stem_of(qd_loading_t *load, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *stem = qd_loading_copy(load, slash ? slash + 1 : path);
    char *dot = stem ? strrchr(stem, '.') : NULL;
    if (dot && dot != stem)
        *dot = '\0';
    return stem;
}

static void read_name(qd_loading_t *load, const qd_yaml_node_t *root, const char *path)
{
    const char *text = NULL;
    const qd_yaml_node_t *name = qd_yaml_get(root, "name"), *about = qd_yaml_get(root, "about");
    if (name && qd_read_label(name, &text))
        load->self->name = qd_loading_copy(load, text);
    else
        load->self->name = stem_of(load, path);
    if (load->self->name && !qd_is_name(load->self->name))
        qd_yaml_fail(root,
                     "found control characters in the name of this file; expected a `name`, or a file of "
                     "another name");
    text = "";
    if (about && qd_yaml_text(about, &text) && strlen(text) > ABOUT_MAX)
        qd_yaml_expected(about, "at most %d bytes", ABOUT_MAX);
    load->self->about = qd_loading_copy(load, text);
}

static void read_numbers(qd_loading_t *load, const qd_yaml_node_t *root, const qd_overrides_t *overrides)
{
    qd_experiment_t *self = load->self;
    const qd_yaml_node_t *seed = qd_yaml_get(root, "seed"), *worlds = qd_yaml_get(root, "worlds"),
                         *failures = qd_yaml_get(root, "max_failures"),
                         *confidence = qd_yaml_get(root, "confidence");
    if (seed)
        qd_yaml_whole(seed, 0, UINT64_MAX, &self->seed);
    if (worlds)
        qd_yaml_whole(worlds, 1, QD_WORLDS_MAX, &self->worlds);
    if (failures)
        qd_yaml_real(failures, 0.0, 1.0, &self->max_failures);
    if (confidence)
        qd_yaml_real(confidence, 0.5, 0.9999, &self->confidence);
    if (overrides && overrides->has_seed)
        self->seed = overrides->seed;
    if (overrides && overrides->has_worlds && (overrides->worlds < 1 || overrides->worlds > QD_WORLDS_MAX))
        (void)qd_error_add(load->error, QD_ERROR_INPUT,
                           "--worlds: found %llu; expected a whole number from 1 to %llu",
                           (unsigned long long)overrides->worlds, (unsigned long long)QD_WORLDS_MAX);
}

static bool read_luck(const qd_yaml_node_t *node, bool *by_order)
{
    static const char *const words[] = {"shared", "by-order"};
    *by_order = qd_yaml_is_word(node, "by-order");
    return *by_order || qd_yaml_is_word(node, "shared") ||
           qd_yaml_expected_of(node, 2, words, "shared or by-order");
}

/* `family: NAME`, or `{name: NAME, tests: N}`. */
static void read_family(qd_loading_t *load, const qd_yaml_node_t *node)
{
    static const char *const keys[] = {"name", "tests"};
    const char *text = "";
    const qd_yaml_node_t *name = node;
    if (node && qd_yaml_kind(node) == QD_YAML_MAP) {
        qd_yaml_check_keys(node, 2, keys);
        name = qd_yaml_need(node, "name");
        if (qd_yaml_get(node, "tests"))
            qd_yaml_whole(qd_yaml_get(node, "tests"), 1, UINT64_C(1) << 40, &load->self->family_tests);
    }
    if (name && qd_read_label(name, &text) && !*text)
        qd_yaml_expected(name, "the name of a family of claims");
    load->self->family = qd_loading_copy(load, text);
}

/* ---- output -------------------------------------------------------------------------------------------- */

static void read_outcomes(const qd_yaml_node_t *list, bool chosen[QD_OUTCOMES_MAX])
{
    qd_outcome_t outcome;
    if (!qd_yaml_expect(list, QD_YAML_SEQUENCE, "a list of outcomes"))
        return;
    if (qd_yaml_count(list) == 0)
        qd_yaml_fail(list, "found no outcome; expected at least one");
    memset(chosen, 0, QD_OUTCOMES_MAX * sizeof *chosen);
    for (const qd_yaml_node_t *node = qd_yaml_first(list); node; node = qd_yaml_next(node)) {
        if (!qd_read_outcome(node, &outcome))
            continue;
        if (chosen[outcome])
            qd_yaml_fail(node, "found the outcome `%s` twice; expected it once", qd_outcome_name(outcome));
        chosen[outcome] = true;
    }
}

static void read_output(qd_loading_t *load, const qd_yaml_node_t *map)
{
    static const char *const keys[] = {"worlds", "paths", "outcomes", "landscape"};
    qd_output_t *output = &load->self->output;
    if (!qd_yaml_expect(map, QD_YAML_MAP, "{worlds: true, paths: true, outcomes: [...]}"))
        return;
    qd_yaml_check_keys(map, 4, keys);
    if (qd_yaml_get(map, "worlds"))
        qd_yaml_flag(qd_yaml_get(map, "worlds"), &output->worlds);
    if (qd_yaml_get(map, "paths"))
        qd_yaml_flag(qd_yaml_get(map, "paths"), &output->paths);
    if (qd_yaml_get(map, "landscape"))
        qd_yaml_flag(qd_yaml_get(map, "landscape"), &output->landscape);
    if (qd_yaml_get(map, "outcomes"))
        read_outcomes(qd_yaml_get(map, "outcomes"), output->outcome);
}

/* Refuses a --set of a factor of the design, because the design would override it. */
static void check_sets(qd_loading_t *load, const qd_overrides_t *overrides)
{
    for (size_t i = 0; overrides && i < overrides->sets; i++)
        for (size_t f = 0; f < load->self->design.factors; f++) {
            const char *name = load->self->design.factor[f].name, *set = overrides->set[i];
            if (strncmp(set, name, strlen(name)) == 0 && set[strlen(name)] == '=')
                (void)qd_error_add(
                    load->error, QD_ERROR_INPUT,
                    "--set %.200s: found a factor of the design; expected a parameter that the design "
                    "leaves alone",
                    set);
        }
}

/* Refuses changes at period 0 that would silently override the design or a --set. */
static void check_schedule(qd_loading_t *load, const qd_yaml_node_t *list, const qd_overrides_t *overrides)
{
    const qd_design_t *design = &load->self->design;
    for (size_t f = 0; list && f < design->factors; f++)
        qd_schedule_spares(list, &load->schedule, design->factor[f].parameter, "the factor");
    for (size_t i = 0; list && overrides && i < overrides->sets; i++) {
        const char *set = overrides->set[i];
        for (size_t k = 0; k < load->base.count; k++) {
            const char *name = qd_given_name(load->base.given[k].parameter);
            if (strncmp(set, name, strlen(name)) == 0 && set[strlen(name)] == '=' &&
                qd_schedule_overrides(&load->schedule, load->base.given[k].parameter))
                (void)qd_error_add(
                    load->error, QD_ERROR_INPUT,
                    "--set %.200s: found a parameter that the schedule sets at period 0; expected "
                    "one that it leaves alone",
                    set);
        }
    }
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

/* `faults`: number of those before the file was read. */
static void read_design(qd_loading_t *load, const qd_yaml_node_t *root, const qd_overrides_t *overrides,
                        size_t faults)
{
    size_t before = load->error->count;
    const qd_yaml_node_t *design = qd_yaml_get(root, "design");
    load->claims = qd_yaml_get(root, "claims");
    load->ablate = qd_yaml_get(root, "ablate");
    load->robustness = qd_yaml_get(root, "robustness");
    if (design)
        qd_design_read(load, design);
    check_sets(load, overrides);
    check_schedule(load, qd_yaml_get(root, "schedule"), overrides);
    if (load->error->count == before && qd_points_make(load) && load->claims)
        qd_claims_read(load, load->claims);
    if (load->error->count == before)
        qd_precision_await(load);
    if (load->error->count == before && load->ablate)
        qd_ablations_read(load, load->ablate);
    if (load->error->count == before && qd_yaml_get(root, "baseline"))
        qd_baselines_read(load, qd_yaml_get(root, "baseline"));
    if (load->error->count == faults) /* it needs everything that was read, the orders too */
        qd_robustness_read(load, root, overrides);
}

/* The number of tests of a claim: one for each order and one for the mean, or one. */
static uint64_t count_tests(const qd_experiment_t *self)
{
    uint64_t tests = 0;
    for (size_t c = 0; c < self->claims; c++)
        tests += self->claim[c].order < 0 && self->orders > 1 ? 1 + self->orders : 1;
    return tests;
}

static void check_family(qd_loading_t *load, const qd_yaml_node_t *node)
{
    uint64_t tests = count_tests(load->self);
    if (node && load->self->family_tests > 0 && load->self->family_tests < tests)
        qd_yaml_fail(
            node,
            "found a family of %llu test%s; expected at least the %llu that the claims of this file make",
            (unsigned long long)load->self->family_tests, QD_S(load->self->family_tests),
            (unsigned long long)tests);
}

/* Whether points differ in their periods: a change then comes too late for some of them alone. */
static bool varies_periods(const qd_yaml_node_t *root)
{
    const qd_yaml_node_t *design = qd_yaml_get(root, "design");
    const qd_yaml_node_t *factors = design ? qd_yaml_get(design, "factors") : NULL;
    return factors && qd_yaml_get(factors, "order.periods");
}

static void read_all(qd_loading_t *load, const qd_yaml_node_t *root, const char *path,
                     const qd_overrides_t *overrides)
{
    static const char *const keys[] = {"name",         "about",      "seed",   "worlds",    "orders",
                                       "parameters",   "schedule",   "design", "precision", "output",
                                       "max_failures", "confidence", "claims", "ablate",    "baseline",
                                       "family",       "robustness", "plugin", "luck",      "registered"};
    qd_experiment_t *self = load->self;
    size_t before = load->error->count;
    if (!qd_yaml_expect(root, QD_YAML_MAP, "an experiment: a mapping of name, seed, worlds, orders, ..."))
        return;
    const qd_yaml_node_t *registered = qd_yaml_get(root, "registered");
    if (registered && !load->resolved && qd_yaml_kind(registered) == QD_YAML_SCALAR) {
        qd_yaml_fail(registered,
                     "found a registration, written by `quadrille register`; expected an experiment: "
                     "run the one that was registered, and it is compared with this file");
        return;
    }
    /* Only resolved texts have the key `registered`. */
    qd_yaml_check_keys(root, sizeof keys / sizeof keys[0] - !load->resolved, keys);
    if (!qd_plugin_read(load, qd_yaml_get(root, "plugin")))
        return; /* its names are not known */
    read_name(load, root, path);
    read_numbers(load, root, overrides);
    if (qd_yaml_get(root, "luck"))
        read_luck(qd_yaml_get(root, "luck"), &self->luck_by_order);
    read_family(load, qd_yaml_get(root, "family"));
    if (registered)
        qd_registration_read(load, registered);
    qd_orders_read(load, qd_yaml_get(root, "orders"));
    if (qd_yaml_get(root, "parameters"))
        qd_block_read(load, qd_yaml_get(root, "parameters"), false, &load->base);
    qd_apply_sets(load, overrides);
    load->periods_set = load->periods_set || varies_periods(root);
    if (qd_yaml_get(root, "schedule"))
        qd_schedule_read(load, qd_yaml_get(root, "schedule"), &load->schedule);
    if (qd_yaml_get(root, "precision"))
        qd_precision_read(load, qd_yaml_get(root, "precision"));
    if (qd_yaml_get(root, "output"))
        read_output(load, qd_yaml_get(root, "output"));
    if (overrides && overrides->has_worlds) {
        self->worlds = overrides->worlds;
        self->precision = (qd_precision_t){.given = false};
    }
    qd_block_expand(load, &load->base, &self->setting, &self->settings);
    qd_schedule_expand(load, &load->schedule, &self->change, &self->changes);
    read_design(load, root, overrides, before);
    check_family(load, qd_yaml_get(root, "family"));
}

static void check_total(qd_loading_t *load, const qd_yaml_node_t *root)
{
    const qd_experiment_t *self = load->self;
    const qd_yaml_node_t *worlds = qd_yaml_get(root, "worlds");
    double total = (double)self->points * (double)self->orders * (double)self->worlds;
    if (total > TOTAL_MAX)
        qd_yaml_fail(
            worlds ? worlds : root,
            "found %zu point%s, %zu order%s and %llu world%s of each, %.3g worlds in all; expected at most "
            "2^53",
            self->points, QD_S(self->points), self->orders, QD_S(self->orders),
            (unsigned long long)self->worlds, QD_S(self->worlds), total);
}

/* Converts distributions as written into distributions to draw from. */
static void finish_factors(qd_design_t *design)
{
    for (size_t f = 0; f < design->factors; f++)
        if (design->factor[f].levels == 0) {
            qd_given_t given = {design->factor[f].parameter, design->factor[f].distribution};
            design->factor[f].distribution = qd_given_finished(&given);
        }
}

/* Makes the canonical text, and makes it again with the result of the comparison where there is a
 * registration. */
static bool set_texts(qd_loading_t *load)
{
    qd_experiment_t *self = load->self;
    if (!qd_canonical_set(load))
        return false;
    if (load->resolved || self->claims == 0)
        return true;
    if (!qd_registration_find(load))
        return false;
    if (!self->registered[0])
        return true;
    free(self->config);
    return qd_canonical_set(load);
}

static qd_status_t resolve(qd_loading_t *load, const qd_yaml_t *yaml, const char *path,
                           const qd_overrides_t *overrides)
{
    size_t before = load->error->count;
    qd_experiment_t *self = load->self = qd_loading_room(load, 1, sizeof *self);
    if (self) {
        self->path = qd_loading_copy(load, path);
        self->seed = 1;
        self->worlds = 1000;
        self->max_failures = 0.001;
        self->confidence = 0.95;
        self->registered = qd_loading_copy(load, "");
        self->deviations = qd_loading_copy(load, "");
        self->output = (qd_output_t){.worlds = true, .paths = true};
        for (size_t i = 0; i < QD_OUTCOMES_MAX; i++) /* a plugin may add outcomes later */
            self->output.outcome[i] = true;
        read_all(load, qd_yaml_root(yaml), path, overrides);
        if (load->error->count == before && !qd_yaml_status(yaml))
            qd_plans_check(load, qd_yaml_root(yaml), overrides);
        if (load->error->count == before && !qd_yaml_status(yaml))
            qd_idle_note(load, qd_yaml_root(yaml), overrides);
        if (load->error->count == before && !qd_yaml_status(yaml))
            check_total(load, qd_yaml_root(yaml));
        if (load->error->count == before && !qd_yaml_status(yaml) && set_texts(load))
            finish_factors(&self->design);
    }
    qd_block_free(&load->base);
    qd_schedule_free(&load->schedule);
    qd_items_free(load);
    if (load->error->count == before && !qd_yaml_status(yaml))
        return QD_OK;
    qd_yaml_sort_faults(yaml);
    qd_experiment_free(self);
    load->self = NULL;
    return load->error->status;
}

qd_status_t qd_experiment_load(const char *path, const qd_overrides_t *overrides, qd_experiment_t **self,
                               qd_error_t *error)
{
    qd_yaml_t *yaml = NULL;
    qd_loading_t load = {.error = error};
    const char *slash = strrchr(path, '/');
    *self = NULL;
    qd_status_t status = qd_yaml_load(path, &yaml, error);
    char *folder = status ? NULL : qd_loading_copy(&load, path);
    if (folder) {
        folder[slash ? slash - path + 1 : 0] = '\0';
        load.folder = folder;
        status = resolve(&load, yaml, path, overrides);
        *self = load.self;
    } else if (!status) {
        status = QD_ERROR_MEMORY;
    }
    free(folder);
    qd_yaml_free(yaml);
    return status;
}

qd_status_t qd_experiment_parse(const char *text, const char *name, qd_experiment_t **self, qd_error_t *error)
{
    qd_yaml_t *yaml = NULL;
    qd_loading_t load = {.error = error, .folder = "", .resolved = true};
    *self = NULL;
    qd_status_t status = qd_yaml_parse(text, strlen(text), name, &yaml, error);
    if (status)
        return status;
    status = resolve(&load, yaml, name, NULL);
    *self = load.self;
    qd_yaml_free(yaml);
    return status;
}

/* Fields of an experiment for callers that cannot read the struct. */

qd_status_t qd_experiment_check_plugin(const qd_experiment_t *self, qd_error_t *error)
{
    if (!self->plugin || qd_plugin_in_use())
        return QD_OK;
    return qd_error_add(
        error, QD_ERROR_INPUT,
        "%s: found no plugin; expected --plugin with `%s` (SHA-256 %s), by which these worlds are played",
        self->path, self->plugin, self->plugin_digest);
}

qd_luck_t qd_experiment_luck(const qd_experiment_t *self, size_t order, uint64_t world)
{
    const char *label = self->order[order].label;
    uint64_t seed = self->luck_by_order ? XXH3_64bits_withSeed(label, strlen(label), self->seed) : self->seed;
    return (qd_luck_t){seed, world};
}

const char *qd_experiment_luck_name(const qd_experiment_t *self)
{
    return self->luck_by_order ? "by-order" : "shared";
}

size_t qd_experiment_points(const qd_experiment_t *self)
{
    return self->points;
}

size_t qd_experiment_orders(const qd_experiment_t *self)
{
    return self->orders;
}

uint64_t qd_experiment_worlds(const qd_experiment_t *self)
{
    return self->worlds;
}

uint64_t qd_experiment_worlds_at(const qd_experiment_t *self, size_t point)
{
    uint64_t varied = self->robustness.worlds;
    return self->point[point].variation > 0 && varied < self->worlds ? varied : self->worlds;
}

size_t qd_experiment_unvaried(const qd_experiment_t *self)
{
    return self->robustness.groups > 0 ? self->robustness.group[0].first : self->points;
}

bool qd_experiment_keeps_paths(const qd_experiment_t *self, size_t point)
{
    return self->output.paths && self->point[point].variation == 0;
}

void qd_experiment_variation(const qd_experiment_t *self, size_t group, size_t row, size_t points,
                             size_t counterpart[])
{
    const qd_variation_t *at = &self->robustness.group[group];
    for (size_t p = 0; p < points; p++) {
        bool varied = p < at->points && at->position[p] != SIZE_MAX;
        counterpart[p] = varied ? at->first + row * at->members + at->position[p] : p;
    }
}

const char *qd_experiment_point_label(const qd_experiment_t *self, size_t point)
{
    return self->point[point].label;
}

const char *qd_experiment_order_label(const qd_experiment_t *self, size_t order)
{
    return self->order[order].label;
}

const char *qd_experiment_name(const qd_experiment_t *self)
{
    return self->name;
}

const char *qd_experiment_config(const qd_experiment_t *self)
{
    return self->config;
}
