#include "experiment/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "experiment/settings.h"

#define AT_MAX 10000

/* A change that no world lives to see is a mistake, where the number of periods is known from the file. */
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
