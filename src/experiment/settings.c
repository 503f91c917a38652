#include "experiment/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"
#include "experiment/distributions.h"

/* "doctrine" and then the parameters, for the nearest name. */
static const char *setting_name(size_t index)
{
    return index == 0 ? "doctrine" : qd_parameter_name(index - 1);
}

/* The first parameter "NAME.KEY" of a nested `NAME: {KEY: ...}`, or NULL. */
static const char *nested_setting(const qd_yaml_node_t *node, const char *name)
{
    char dotted[QD_LABEL_SIZE_MAX];
    for (const qd_yaml_node_t *child = qd_yaml_kind(node) == QD_YAML_MAP ? qd_yaml_first(node) : NULL; child;
         child = qd_yaml_next(child)) {
        snprintf(dotted, sizeof dotted, "%.80s.%.80s", name, qd_yaml_key(child));
        int found = qd_parameter_find(dotted);
        if (found >= 0)
            return qd_parameter_name((size_t)found);
    }
    return NULL;
}

bool qd_find_setting(const qd_yaml_node_t *node, const char *name, int *parameter)
{
    *parameter = strcmp(name, "doctrine") == 0 ? QD_DOCTRINE : qd_parameter_find(name);
    if (*parameter >= 0 || strcmp(name, "doctrine") == 0)
        return true;
    const char *nested = nested_setting(node, name);
    const char *nearest = nested ? nested : qd_nearest_name(name, qd_parameter_count + 1, setting_name);
    if (nearest)
        return qd_yaml_fail_key(node,
                                "found the unknown parameter `%.60s`; expected a name that `quadrille list "
                                "parameters` shows (did you mean `%s`?)",
                                name, nearest);
    return qd_yaml_fail_key(
        node, "found the unknown parameter `%.60s`; expected a name that `quadrille list parameters` shows",
        name);
}

const qd_given_t *qd_block_find(const qd_block_t *block, int parameter)
{
    for (size_t i = 0; i < block->count; i++)
        if (block->given[i].parameter == parameter)
            return &block->given[i];
    return NULL;
}

bool qd_block_put(qd_loading_t *load, qd_block_t *block, const qd_given_t *given)
{
    size_t i = 0;
    while (i < block->count && block->given[i].parameter < given->parameter)
        i++;
    if (i == block->count || block->given[i].parameter != given->parameter) {
        qd_given_t *larger = qd_resize(block->given, block->count + 1, sizeof *larger, load->error);
        if (!larger)
            return false;
        block->given = larger;
        memmove(larger + i + 1, larger + i, (block->count - i) * sizeof *larger);
        block->count++;
    }
    block->given[i] = *given;
    return true;
}

static void block_drop(qd_block_t *block, int parameter)
{
    for (size_t i = 0; i < block->count; i++)
        if (block->given[i].parameter == parameter) {
            memmove(block->given + i, block->given + i + 1, (block->count - i - 1) * sizeof *block->given);
            block->count--;
            return;
        }
}

void qd_block_free(qd_block_t *block)
{
    free(block->given);
    *block = (qd_block_t){0};
}

static bool read_setting(qd_loading_t *load, const qd_yaml_node_t *node, bool scheduled, qd_block_t *out)
{
    qd_given_t given = {0};
    const char *name = qd_yaml_key(node);
    if (!qd_find_setting(node, name, &given.parameter))
        return false;
    if (scheduled && given.parameter != QD_DOCTRINE &&
        qd_parameter_info((size_t)given.parameter)->drawing_only)
        return qd_yaml_fail_key(
            node,
            "found `%s` in a schedule; expected a parameter that is read while a world plays "
            "(this one only serves to draw it)",
            name);
    return qd_read_distribution(node, given.parameter, &given.written) && qd_block_put(load, out, &given);
}

bool qd_block_read(qd_loading_t *load, const qd_yaml_node_t *map, bool scheduled, qd_block_t *out)
{
    if (!qd_yaml_expect(map, QD_YAML_MAP, "a mapping of parameters to values"))
        return false;
    bool good = true;
    for (const qd_yaml_node_t *node = qd_yaml_first(map); node; node = qd_yaml_next(node))
        good = read_setting(load, node, scheduled, out) && good;
    return good;
}

/* ---- --set --------------------------------------------------------------------------------------------- */

/* Reads one NAME=VALUE into `sets`. `scratch` is a copy that may be modified. */
static void read_set(qd_loading_t *load, const char *set, char *scratch, qd_block_t *sets)
{
    char name[QD_LABEL_SIZE_MAX + 8];
    qd_yaml_t *yaml = NULL;
    qd_given_t given = {0};
    snprintf(name, sizeof name, "--set %.*s", QD_LABEL_SIZE_MAX, set);
    char *sign = strchr(scratch, '=');
    if (!sign || sign == scratch) {
        (void)qd_error_add(load->error, QD_ERROR_INPUT, "%s: found no NAME=VALUE; expected one", name);
        return;
    }
    *sign = '\0';
    if (qd_yaml_parse_value(sign + 1, name, &yaml, load->error))
        return;
    if (qd_find_setting(qd_yaml_root(yaml), scratch, &given.parameter) &&
        qd_read_distribution(qd_yaml_root(yaml), given.parameter, &given.written))
        qd_block_put(load, sets, &given);
    qd_yaml_free(yaml);
}

const char *qd_set_of(const qd_overrides_t *overrides, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = overrides ? overrides->sets : 0; i-- > 0;)
        if (strncmp(overrides->set[i], name, length) == 0 && overrides->set[i][length] == '=')
            return overrides->set[i];
    return NULL;
}

void qd_apply_sets(qd_loading_t *load, const qd_overrides_t *overrides)
{
    qd_block_t sets = {0};
    for (size_t i = 0; overrides && i < overrides->sets; i++) {
        char *scratch = qd_loading_copy(load, overrides->set[i]);
        if (scratch)
            read_set(load, overrides->set[i], scratch, &sets);
        free(scratch);
    }
    if (qd_block_find(&sets, QD_DOCTRINE))
        for (size_t i = 0; i < QD_DOCTRINE_FIELDS; i++)
            block_drop(&load->base, (int)qd_doctrine_fields[i]);
    for (size_t i = 0; i < sets.count; i++)
        qd_block_put(load, &load->base, &sets.given[i]);
    load->periods_set = qd_block_find(&sets, QD_P_order_periods) != NULL;
    qd_block_free(&sets);
}

/* ---- settings ------------------------------------------------------------------------------------------ */

size_t qd_given_expand(const qd_given_t *given, qd_setting_t out[QD_DOCTRINE_FIELDS])
{
    if (given->parameter != QD_DOCTRINE) {
        out[0] = (qd_setting_t){(qd_parameter_t)given->parameter, qd_given_finished(given)};
        return 1;
    }
    for (size_t field = 0; field < QD_DOCTRINE_FIELDS; field++) {
        qd_given_t one = {(int)qd_doctrine_fields[field], given->written};
        if (given->written.kind == QD_CONSTANT)
            one.written = qd_constant(qd_doctrine_table[(size_t)given->written.a].value[field]);
        for (int i = 0; i < given->written.n; i++)
            one.written.value[i] = qd_doctrine_table[(size_t)given->written.value[i]].value[field];
        one.written.key = given->written.kind == QD_CONSTANT ? 0 : qd_name_key("doctrine");
        out[field] = (qd_setting_t){qd_doctrine_fields[field], qd_given_finished(&one)};
    }
    return QD_DOCTRINE_FIELDS;
}

bool qd_block_expand(qd_loading_t *load, const qd_block_t *block, qd_setting_t **out, size_t *count)
{
    *count = 0;
    *out = qd_loading_room(load, block->count + QD_DOCTRINE_FIELDS, sizeof **out);
    if (!*out)
        return false;
    for (size_t i = 0; i < block->count; i++) {
        qd_setting_t expanded[QD_DOCTRINE_FIELDS];
        size_t n = qd_given_expand(&block->given[i], expanded);
        memcpy(*out + *count, expanded, n * sizeof **out);
        *count += n;
    }
    return true;
}

void qd_write_block(FILE *out, const qd_block_t *block)
{
    fputs("{", out);
    for (size_t i = 0; i < block->count; i++) {
        fprintf(out, "%s%s: ", i ? ", " : "", qd_given_name(block->given[i].parameter));
        qd_write_distribution(out, block->given[i].parameter, &block->given[i].written);
    }
    fputs("}", out);
}

#define AT_MAX 10000

/* A change after the last period is an error, if the file fixes the number of periods. */
static bool check_period(const qd_loading_t *load, const qd_yaml_node_t *node, uint64_t at)
{
    const qd_given_t *given = qd_block_find(&load->base, QD_P_order_periods);
    qd_distribution_t periods = given ? given->written : qd_parameter_info(QD_P_order_periods)->by_order[0];
    if (load->resolved || load->periods_set || periods.kind != QD_CONSTANT || (double)at < periods.a)
        return true;
    return qd_yaml_expected(node, "a period before the end: a world plays periods 0 to %g (order.periods)",
                            periods.a - 1.0);
}

static bool read_entry(qd_loading_t *load, const qd_yaml_node_t *node, qd_entry_t *out)
{
    static const char *const keys[] = {"at", "set"};
    uint64_t period = 0;
    if (!qd_yaml_expect(node, QD_YAML_MAP, "{at: period, set: {name: value}}"))
        return false;
    bool good = qd_yaml_check_keys(node, 2, keys);
    const qd_yaml_node_t *at = qd_yaml_need(node, "at"), *set = qd_yaml_need(node, "set");
    good = at && set && good;
    if (at)
        good = qd_yaml_whole(at, 0, AT_MAX, &period) && check_period(load, at, period) && good;
    if (set)
        good = qd_block_read(load, set, true, &out->block) && good;
    out->at = (int)period;
    return good;
}

/* Insertion keeps the file order of entries of one period. */
static void insert(qd_schedule_t *out, const qd_entry_t *entry)
{
    size_t i = out->count++;
    while (i > 0 && out->entry[i - 1].at > entry->at) {
        out->entry[i] = out->entry[i - 1];
        i--;
    }
    out->entry[i] = *entry;
}

bool qd_schedule_read(qd_loading_t *load, const qd_yaml_node_t *list, qd_schedule_t *out)
{
    if (!qd_yaml_expect(list, QD_YAML_SEQUENCE, "a list of {at: period, set: {name: value}}"))
        return false;
    if (qd_yaml_count(list) > QD_SCHEDULE_MAX)
        return qd_yaml_fail(list, "found %zu entries; expected at most %d", qd_yaml_count(list),
                            QD_SCHEDULE_MAX);
    out->entry = qd_loading_room(load, qd_yaml_count(list), sizeof *out->entry);
    bool good = out->entry != NULL;
    for (const qd_yaml_node_t *node = qd_yaml_first(list); out->entry && node; node = qd_yaml_next(node)) {
        qd_entry_t entry = {0};
        good = read_entry(load, node, &entry) && good;
        insert(out, &entry);
    }
    return good;
}

void qd_schedule_free(qd_schedule_t *self)
{
    for (size_t i = 0; i < self->count; i++)
        qd_block_free(&self->entry[i].block);
    free(self->entry);
    *self = (qd_schedule_t){0};
}

bool qd_schedule_expand(qd_loading_t *load, const qd_schedule_t *self, qd_change_t **out, size_t *count)
{
    size_t most = 0;
    for (size_t e = 0; e < self->count; e++)
        most += self->entry[e].block.count + QD_DOCTRINE_FIELDS;
    *count = 0;
    *out = qd_loading_room(load, most, sizeof **out);
    if (!*out)
        return false;
    for (size_t e = 0; e < self->count; e++) {
        const qd_entry_t *entry = &self->entry[e];
        for (size_t i = 0; i < entry->block.count; i++) {
            qd_setting_t expanded[QD_DOCTRINE_FIELDS];
            size_t n = qd_given_expand(&entry->block.given[i], expanded);
            for (size_t k = 0; k < n; k++)
                (*out)[(*count)++] =
                    (qd_change_t){entry->at, expanded[k].parameter, expanded[k].distribution};
        }
    }
    return true;
}

/* ---- overrides at the start of a schedule -------------------------------------------------------------- */

static bool sets_at_start(const qd_schedule_t *schedule, qd_parameter_t parameter)
{
    for (size_t e = 0; e < schedule->count && schedule->entry[e].at == 0; e++)
        for (size_t i = 0; i < schedule->entry[e].block.count; i++) {
            qd_setting_t expanded[QD_DOCTRINE_FIELDS];
            size_t n = qd_given_expand(&schedule->entry[e].block.given[i], expanded);
            for (size_t k = 0; k < n; k++)
                if (expanded[k].parameter == parameter)
                    return true;
        }
    return false;
}

bool qd_schedule_overrides(const qd_schedule_t *schedule, int parameter)
{
    if (parameter != QD_DOCTRINE)
        return sets_at_start(schedule, (qd_parameter_t)parameter);
    for (size_t field = 0; field < QD_DOCTRINE_FIELDS; field++)
        if (!sets_at_start(schedule, qd_doctrine_fields[field]))
            return false;
    return true;
}

/* Whether the setting `key` affects a parameter. */
static bool bears_on(const char *key, int parameter)
{
    if (strcmp(key, qd_given_name(parameter)) == 0)
        return true;
    const char *field = parameter == QD_DOCTRINE ? key : qd_given_name(parameter);
    for (size_t i = 0; i < QD_DOCTRINE_FIELDS; i++)
        if (strcmp(field, qd_parameter_name(qd_doctrine_fields[i])) == 0)
            return parameter == QD_DOCTRINE || strcmp(key, "doctrine") == 0;
    return false;
}

/* The setting at period 0 in a schedule's list that affects a parameter; the list if there is none. */
static const qd_yaml_node_t *place_at_start(const qd_yaml_node_t *list, int parameter)
{
    for (const qd_yaml_node_t *entry = qd_yaml_first(list); entry; entry = qd_yaml_next(entry)) {
        const qd_yaml_node_t *at = qd_yaml_get(entry, "at"), *set = qd_yaml_get(entry, "set");
        uint64_t period;
        if (!at || !set || !qd_natural_of(qd_yaml_scalar(at), 0, 0, &period))
            continue;
        for (const qd_yaml_node_t *node = qd_yaml_first(set); node; node = qd_yaml_next(node))
            if (bears_on(qd_yaml_key(node), parameter))
                return node;
    }
    return list;
}

bool qd_schedule_spares(const qd_yaml_node_t *list, const qd_schedule_t *schedule, int parameter,
                        const char *what)
{
    if (!qd_schedule_overrides(schedule, parameter))
        return true;
    const qd_yaml_node_t *node = place_at_start(list, parameter);
    return qd_yaml_fail_key(
        node,
        "found `%s` in a schedule at period 0, which overrides %s `%s`; expected a later period, "
        "or one of the two",
        qd_yaml_key(node), what, qd_given_name(parameter));
}

void qd_write_schedule(FILE *out, const qd_schedule_t *self)
{
    fputs("[", out);
    for (size_t e = 0; e < self->count; e++) {
        fprintf(out, "%s{at: %d, set: ", e ? ", " : "", self->entry[e].at);
        qd_write_block(out, &self->entry[e].block);
        fputs("}", out);
    }
    fputs("]", out);
}
