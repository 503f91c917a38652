#include "landscape/files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "landscape/coalitions.h"
#include "quadrille/registry.h"

typedef struct {
    size_t count;
    const char *name[QD_POWER_MEMBERS_MAX]; /* texts of the document */
} names_t;

static int find(const names_t *self, const char *name)
{
    for (size_t i = 0; i < self->count; i++)
        if (strcmp(self->name[i], name) == 0)
            return (int)i;
    return -1;
}

static bool add_name(names_t *self, const char *name, const qd_yaml_node_t *node)
{
    if (self->count == QD_POWER_MEMBERS_MAX)
        return qd_yaml_fail(node, "found more than %d members; expected fewer, for an exact count",
                            QD_POWER_MEMBERS_MAX);
    self->name[self->count++] = name;
    return true;
}

/* Reports an unknown member, with the nearest name of a member. */
static bool tell_stranger(const names_t *self, const qd_yaml_node_t *node, const char *name, bool at_key)
{
    char near[160] = "";
    const char *nearest = qd_nearest_of(name, self->count, self->name);
    if (nearest)
        snprintf(near, sizeof near, " (did you mean `%.100s`?)", nearest);
    if (at_key)
        return qd_yaml_fail_key(node, "found `%.100s`, who is no member; expected one%s", name, near);
    return qd_yaml_fail(node, "found `%.100s`, who is no member; expected one%s", name, near);
}

/* ---- names --------------------------------------------------------------------------------------------- */

static bool names_of_members(const qd_yaml_node_t *members, names_t *names)
{
    if (qd_yaml_kind(members) == QD_YAML_SCALAR)
        return qd_yaml_expected(members, "a mapping of names to weights");
    if (qd_yaml_count(members) == 0)
        return qd_yaml_fail(members, "found no members; expected at least one");
    for (const qd_yaml_node_t *node = qd_yaml_first(members); node; node = qd_yaml_next(node)) {
        const char *name = qd_yaml_key(node);
        if (name && find(names, name) >= 0)
            continue; /* the reader has already reported the key */
        if (!name && !qd_yaml_name(node, &name))
            return false;
        if (find(names, name) >= 0)
            return qd_yaml_expected(node, "every name once");
        if (!add_name(names, name, node))
            return false;
    }
    return true;
}

/* Rules whose structure has been checked. */
static bool names_of_rules(const qd_yaml_node_t *rules, names_t *names)
{
    for (const qd_yaml_node_t *rule = qd_yaml_first(rules); rule; rule = qd_yaml_next(rule)) {
        const qd_yaml_node_t *weights = qd_yaml_get(rule, "weights");
        for (const qd_yaml_node_t *node = qd_yaml_first(weights); node; node = qd_yaml_next(node))
            if (find(names, qd_yaml_key(node)) < 0 && !add_name(names, qd_yaml_key(node), node))
                return false;
    }
    return names->count > 0 || qd_yaml_fail(rules, "found no members in the rules; expected at least one");
}

/* ---- rules --------------------------------------------------------------------------------------------- */

static bool read_weights(const qd_yaml_node_t *weights, const names_t *names, qd_power_rule_t *rule)
{
    bool good = true;
    for (const qd_yaml_node_t *node = qd_yaml_first(weights); node; node = qd_yaml_next(node)) {
        int i = find(names, qd_yaml_key(node));
        bool known = i >= 0 || tell_stranger(names, node, qd_yaml_key(node), true);
        good = known && qd_yaml_real(node, 0.0, INFINITY, &rule->weight[i]) && good;
    }
    return good;
}

/* Whether the rule can be counted exactly; otherwise reports the reason at the number at fault. */
static bool check_rule(const qd_yaml_node_t *weights, const qd_yaml_node_t *quota, const names_t *names,
                       const qd_power_rule_t *rule)
{
    qd_whole_rule_t whole;
    qd_rule_fault_t fault;
    if (qd_whole_rule_init(&whole, rule, names->count, &fault))
        return true;
    if (fault.place == QD_FAULT_QUOTA)
        return qd_yaml_expected(quota, "%s", fault.expected);
    if (fault.place == QD_FAULT_WEIGHT)
        return qd_yaml_expected(qd_yaml_get(weights, names->name[fault.member]), "%s", fault.expected);
    return qd_yaml_fail(weights, "found weights that sum to %.15g; expected %s", fault.found, fault.expected);
}

static bool read_rule(const qd_yaml_node_t *weights, const qd_yaml_node_t *quota, const names_t *names,
                      qd_power_rule_t *rule)
{
    bool good = read_weights(weights, names, rule);
    return qd_yaml_real(quota, -INFINITY, INFINITY, &rule->quota) && good &&
           check_rule(weights, quota, names, rule);
}

static bool read_veto(const qd_yaml_node_t *veto, const names_t *names, bool has[])
{
    bool good = qd_yaml_expect(veto, QD_YAML_SEQUENCE, "a list of members");
    for (const qd_yaml_node_t *node = qd_yaml_first(veto); good && node; node = qd_yaml_next(node)) {
        const char *name;
        if (!qd_yaml_text(node, &name))
            return false;
        int i = find(names, name);
        if (i < 0)
            good = tell_stranger(names, node, name, false);
        else if (has[i])
            good = qd_yaml_expected(node, "every name once");
        else
            has[i] = true;
    }
    return good;
}

/* ---- the file ------------------------------------------------------------------------------------------ */

typedef struct {
    const qd_yaml_node_t *members, *quota, *rules, *veto;
} parts_t;

static bool check_shape_of_rule(const qd_yaml_node_t *rule)
{
    static const char *const keys[] = {"weights", "quota"};
    if (!qd_yaml_expect(rule, QD_YAML_MAP, "{weights: {NAME: WEIGHT, ...}, quota: Q}"))
        return false;
    bool good = qd_yaml_check_keys(rule, sizeof keys / sizeof *keys, keys);
    const qd_yaml_node_t *weights = qd_yaml_need(rule, "weights"), *quota = qd_yaml_need(rule, "quota");
    return weights && qd_yaml_expect(weights, QD_YAML_MAP, "a mapping of names to weights") && quota && good;
}

static bool check_shape_of_rules(const qd_yaml_node_t *rules)
{
    if (!qd_yaml_expect(rules, QD_YAML_SEQUENCE, "a list of rules"))
        return false;
    size_t count = qd_yaml_count(rules);
    bool good = count > 0 && count < QD_POWER_RULES_MAX;
    if (!good)
        qd_yaml_fail(rules, "found %zu rules; expected 1 to %d", count, QD_POWER_RULES_MAX - 1);
    for (const qd_yaml_node_t *rule = qd_yaml_first(rules); rule; rule = qd_yaml_next(rule))
        good = check_shape_of_rule(rule) && good;
    return good;
}

/* Members have weights if they have a quota; otherwise they are a list beside `rules`. */
static bool check_shape_of_members(const qd_yaml_node_t *root, const parts_t *parts)
{
    bool good = true;
    if (!parts->rules) {
        good = qd_yaml_need(root, "members") != NULL;
        good = qd_yaml_need(root, "quota") && good;
    } else if (parts->quota && !parts->members) {
        good = qd_yaml_fail_key(parts->quota, "found `quota` without `members`; expected their weights");
    }
    if (!good || !parts->members)
        return good;
    bool weighted = qd_yaml_kind(parts->members) == QD_YAML_MAP;
    if (parts->quota && !weighted)
        return qd_yaml_expected(parts->members, "a mapping of names to weights");
    if (weighted && !parts->quota)
        return qd_yaml_fail_key(parts->members, "found weights without `quota`; expected one");
    return true;
}

static bool find_parts(const qd_yaml_node_t *root, parts_t *parts, names_t *names)
{
    static const char *const keys[] = {"name", "about", "members", "quota", "rules", "veto"};
    if (!qd_yaml_expect(root, QD_YAML_MAP, "a mapping with `members`, `quota`, ..."))
        return false;
    *parts = (parts_t){.members = qd_yaml_get(root, "members"),
                       .quota = qd_yaml_get(root, "quota"),
                       .rules = qd_yaml_get(root, "rules"),
                       .veto = qd_yaml_get(root, "veto")};
    bool good = qd_yaml_check_keys(root, sizeof keys / sizeof *keys, keys);
    good = (!parts->rules || check_shape_of_rules(parts->rules)) && good;
    good = check_shape_of_members(root, parts) && good;
    return good &&
           (parts->members ? names_of_members(parts->members, names) : names_of_rules(parts->rules, names));
}

static bool read_parts(const parts_t *parts, const names_t *names, qd_power_t *self)
{
    bool good = true;
    size_t r = 0;
    if (parts->quota)
        good = read_rule(parts->members, parts->quota, names, &self->rule[r++]);
    if (parts->rules)
        for (const qd_yaml_node_t *node = qd_yaml_first(parts->rules); node; node = qd_yaml_next(node))
            good = read_rule(qd_yaml_get(node, "weights"), qd_yaml_get(node, "quota"), names,
                             &self->rule[r++]) &&
                   good;
    return (!parts->veto || read_veto(parts->veto, names, self->veto)) && good;
}

/* Whether the coalitions can be counted; otherwise reports the reason at the rules. */
static bool check_extent(const parts_t *parts, const qd_power_t *self, qd_error_t *error)
{
    qd_error_t reason = QD_ERROR_NONE;
    qd_status_t status = qd_power_check(self, &reason);
    if (status == QD_OK)
        return true;
    if (status == QD_ERROR_MEMORY) {
        *error = reason;
        return false;
    }
    return qd_yaml_fail_key(parts->rules ? parts->rules : parts->members, "%.*s",
                            (int)strcspn(reason.text, "\n"), reason.text);
}

qd_status_t qd_power_read(const qd_yaml_t *document, qd_power_t **self, qd_error_t *error)
{
    parts_t parts;
    names_t names = {0};
    *self = NULL;
    bool good = find_parts(qd_yaml_root(document), &parts, &names);
    if (good) {
        size_t rules = (parts.quota != NULL) + (parts.rules ? qd_yaml_count(parts.rules) : 0);
        good = qd_power_new(names.count, rules, self, error) == QD_OK;
    }
    for (size_t i = 0; good && i < names.count; i++) {
        (*self)->name[i] = strdup(names.name[i]);
        good = (*self)->name[i] != NULL;
        if (!good)
            qd_no_memory(error);
    }
    good = good && read_parts(&parts, &names, *self) && check_extent(&parts, *self, error);
    if (good && error->status == QD_OK)
        return QD_OK;
    qd_yaml_sort_faults(document);
    qd_power_free(*self);
    *self = NULL;
    return error->status != QD_OK ? error->status : QD_ERROR_INPUT;
}

qd_status_t qd_power_load(const char *path, qd_power_t **self, qd_error_t *error)
{
    qd_yaml_t *document = NULL;
    *self = NULL;
    qd_status_t status = qd_yaml_load(path, &document, error);
    if (status == QD_OK)
        status = qd_power_read(document, self, error);
    qd_yaml_free(document);
    return status;
}
