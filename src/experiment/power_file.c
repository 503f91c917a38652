#include "experiment/power_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* A name that is no member: with the nearest one that is. */
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
            continue; /* the reader has told of the key already */
        if (!name && !qd_yaml_text(node, &name))
            return false;
        if (find(names, name) >= 0)
            return qd_yaml_expected(node, "every name once");
        if (!add_name(names, name, node))
            return false;
    }
    return true;
}

static bool names_of_rules(const qd_yaml_node_t *rules, names_t *names)
{
    for (const qd_yaml_node_t *rule = qd_yaml_first(rules); rule; rule = qd_yaml_next(rule)) {
        const qd_yaml_node_t *weights = qd_yaml_get(rule, "weights");
        if (!weights || !qd_yaml_expect(weights, QD_YAML_MAP, "a mapping of names to weights"))
            return weights != NULL || qd_yaml_need(rule, "weights") != NULL;
        for (const qd_yaml_node_t *node = qd_yaml_first(weights); node; node = qd_yaml_next(node))
            if (find(names, qd_yaml_key(node)) < 0 && !add_name(names, qd_yaml_key(node), node))
                return false;
    }
    return names->count > 0 || qd_yaml_fail(rules, "found no members in the rules; expected at least one");
}

/* ---- rules --------------------------------------------------------------------------------------------- */

static bool read_weights(const qd_yaml_node_t *weights, const names_t *names, qd_power_rule_t *rule)
{
    bool good = qd_yaml_expect(weights, QD_YAML_MAP, "a mapping of names to weights");
    for (const qd_yaml_node_t *node = qd_yaml_first(weights); good && node; node = qd_yaml_next(node)) {
        int i = find(names, qd_yaml_key(node));
        good = i >= 0 ? qd_yaml_real(node, 0.0, INFINITY, &rule->weight[i])
                      : tell_stranger(names, node, qd_yaml_key(node), true);
    }
    return good;
}

static bool read_quota(const qd_yaml_node_t *node, size_t members, qd_power_rule_t *rule)
{
    double total = 0.0;
    for (size_t i = 0; i < members; i++)
        total += rule->weight[i];
    if (!qd_yaml_real(node, -INFINITY, INFINITY, &rule->quota))
        return false;
    if (!(rule->quota > 0.0))
        return qd_yaml_expected(node, "a quota above 0");
    if (rule->quota > total * (1.0 + 1e-15))
        return qd_yaml_expected(node, "at most %.15g, the sum of the weights: no coalition could win", total);
    return true;
}

static bool read_rule(const qd_yaml_node_t *node, const names_t *names, qd_power_rule_t *rule)
{
    static const char *const keys[] = {"weights", "quota"};
    if (!qd_yaml_expect(node, QD_YAML_MAP, "{weights: {NAME: WEIGHT, ...}, quota: Q}"))
        return false;
    const qd_yaml_node_t *weights = qd_yaml_need(node, "weights"), *quota = qd_yaml_need(node, "quota");
    return qd_yaml_check_keys(node, 2, keys) && weights && quota && read_weights(weights, names, rule) &&
           read_quota(quota, names->count, rule);
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
    const qd_yaml_node_t *root, *members, *quota, *rules, *veto;
} parts_t;

static bool find_parts(const qd_yaml_node_t *root, parts_t *parts, names_t *names)
{
    static const char *const keys[] = {"name", "about", "members", "quota", "rules", "veto"};
    *parts = (parts_t){.root = root};
    if (!qd_yaml_expect(root, QD_YAML_MAP, "a mapping with `members`, `quota`, ...") ||
        !qd_yaml_check_keys(root, sizeof keys / sizeof *keys, keys))
        return false;
    parts->members = qd_yaml_get(root, "members");
    parts->quota = qd_yaml_get(root, "quota");
    parts->rules = qd_yaml_get(root, "rules");
    parts->veto = qd_yaml_get(root, "veto");
    if (parts->rules && !qd_yaml_expect(parts->rules, QD_YAML_SEQUENCE, "a list of rules"))
        return false;
    if (parts->rules &&
        (qd_yaml_count(parts->rules) == 0 || qd_yaml_count(parts->rules) >= QD_POWER_RULES_MAX))
        return qd_yaml_fail(parts->rules, "found %zu rules; expected 1 to %d", qd_yaml_count(parts->rules),
                            QD_POWER_RULES_MAX - 1);
    if (!parts->rules && !(qd_yaml_need(root, "members") && qd_yaml_need(root, "quota")))
        return false;
    if (parts->quota && !parts->members)
        return qd_yaml_fail_key(parts->quota, "found `quota` without `members`; expected their weights");
    bool weighted = parts->members && qd_yaml_kind(parts->members) == QD_YAML_MAP;
    if (parts->quota && !weighted)
        return qd_yaml_expected(parts->members, "a mapping of names to weights");
    if (weighted && !parts->quota)
        return qd_yaml_fail_key(parts->members, "found weights without `quota`; expected one");
    return parts->members ? names_of_members(parts->members, names) : names_of_rules(parts->rules, names);
}

static bool read_parts(const parts_t *parts, const names_t *names, qd_power_t *self)
{
    bool good = true;
    size_t r = 0;
    if (parts->quota) {
        good = read_weights(parts->members, names, &self->rule[r]) &&
               read_quota(parts->quota, names->count, &self->rule[r]);
        r++;
    }
    if (parts->rules)
        for (const qd_yaml_node_t *node = qd_yaml_first(parts->rules); node; node = qd_yaml_next(node))
            good = read_rule(node, names, &self->rule[r++]) && good;
    return (!parts->veto || read_veto(parts->veto, names, self->veto)) && good;
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
            qd_error_add(error, QD_ERROR_MEMORY, "no memory for the names of members");
    }
    good = good && read_parts(&parts, &names, *self);
    if (good && error->status == QD_OK)
        return QD_OK;
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
