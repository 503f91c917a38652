/* The typed accessors of the YAML reader, and its messages. */
#include "yaml/node.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "base/text.h"
#include "quadrille/registry.h"

#define SHOWN 60 /* characters of the user's text that a message quotes */

const qd_yaml_node_t *qd_yaml_root(const qd_yaml_t *self)
{
    return &self->node[0];
}

qd_status_t qd_yaml_status(const qd_yaml_t *self)
{
    return self->faults ? QD_ERROR_INPUT : QD_OK;
}

void qd_yaml_sort_faults(const qd_yaml_t *self)
{
    qd_error_sort(self->error, self->began, self->name);
}

qd_yaml_kind_t qd_yaml_kind(const qd_yaml_node_t *node)
{
    return node->kind;
}

size_t qd_yaml_count(const qd_yaml_node_t *node)
{
    return node->count;
}

static const qd_yaml_node_t *node_at(const qd_yaml_node_t *node, size_t position)
{
    return position == QD_YAML_NONE ? NULL : &node->document->node[position];
}

const qd_yaml_node_t *qd_yaml_first(const qd_yaml_node_t *node)
{
    return node_at(node, node->first);
}

const qd_yaml_node_t *qd_yaml_next(const qd_yaml_node_t *node)
{
    return node_at(node, node->next);
}

const char *qd_yaml_key(const qd_yaml_node_t *node)
{
    return node->key == QD_YAML_NONE ? NULL : node->document->text + node->key;
}

const char *qd_yaml_scalar(const qd_yaml_node_t *node)
{
    return node->text == QD_YAML_NONE ? NULL : node->document->text + node->text;
}

const qd_yaml_node_t *qd_yaml_get(const qd_yaml_node_t *map, const char *key)
{
    if (!map || map->kind != QD_YAML_MAP)
        return NULL;
    for (const qd_yaml_node_t *node = qd_yaml_first(map); node; node = qd_yaml_next(node))
        if (strcmp(qd_yaml_key(node), key) == 0)
            return node;
    return NULL;
}

bool qd_yaml_is_plain(const qd_yaml_node_t *node)
{
    return node->kind == QD_YAML_SCALAR && node->plain;
}

bool qd_yaml_is_word(const qd_yaml_node_t *node, const char *word)
{
    return node->kind == QD_YAML_SCALAR && strcmp(qd_yaml_scalar(node), word) == 0;
}

int qd_yaml_line(const qd_yaml_node_t *node)
{
    return node->line;
}

int qd_yaml_column(const qd_yaml_node_t *node)
{
    return node->column;
}

/* ---- faults -------------------------------------------------------------------------------------------- */

static const char *nearest_key(const qd_yaml_node_t *node)
{
    while (node && node->key == QD_YAML_NONE)
        node = node_at(node, node->parent);
    return node ? qd_yaml_key(node) : NULL;
}

/* At most SHOWN bytes of text, cut between characters, control characters replaced. */
static void quote(const char *text, char out[SHOWN + 8])
{
    size_t n = strlen(text), shown = n;
    if (n > SHOWN)
        for (shown = SHOWN; shown > 0 && ((unsigned char)text[shown] & 0xC0) == 0x80;)
            shown--;
    for (size_t i = 0; i < shown; i++)
        out[i] = iscntrl((unsigned char)text[i]) ? ' ' : text[i];
    snprintf(out + shown, 4, "%s", n > shown ? "..." : "");
}

static void describe(const qd_yaml_node_t *node, char out[SHOWN + 16])
{
    char text[SHOWN + 8];
    if (node->kind == QD_YAML_MAP) {
        snprintf(out, SHOWN + 16, "a mapping");
    } else if (node->kind == QD_YAML_SEQUENCE) {
        snprintf(out, SHOWN + 16, "a list");
    } else if (node->plain && qd_yaml_scalar(node)[0] == '\0') {
        snprintf(out, SHOWN + 16, "nothing");
    } else {
        quote(qd_yaml_scalar(node), text);
        snprintf(out, SHOWN + 16, node->plain ? "`%s`" : "\"%s\"", text);
    }
}

bool qd_yaml_fail(const qd_yaml_node_t *node, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    qd_yaml_fault(node->document, node->line, node->column, "%s", message);
    return false;
}

bool qd_yaml_fail_key(const qd_yaml_node_t *node, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    qd_yaml_fault(node->document, node->key_line, node->key_column, "%s", message);
    return false;
}

static bool tell_expected(const qd_yaml_node_t *node, const char *name, const char *expected)
{
    char found[SHOWN + 16];
    describe(node, found);
    if (name)
        return qd_yaml_fail(node, "found %s for `%.100s`; expected %s", found, name, expected);
    return qd_yaml_fail(node, "found %s; expected %s", found, expected);
}

bool qd_yaml_expected(const qd_yaml_node_t *node, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return tell_expected(node, nearest_key(node), message);
}

bool qd_yaml_expected_of(const qd_yaml_node_t *node, size_t count, const char *const names[],
                         const char *format, ...)
{
    char message[1024];
    const char *text = node->kind == QD_YAML_SCALAR ? qd_yaml_scalar(node) : "";
    const char *near = *text && names ? qd_nearest_of(text, count, names) : NULL;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return near ? qd_yaml_expected(node, "%s (did you mean `%.100s`?)", message, near)
                : qd_yaml_expected(node, "%s", message);
}

bool qd_yaml_expected_for(const qd_yaml_node_t *node, const char *name, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return tell_expected(node, name ? name : nearest_key(node), message);
}

/* ---- typed accessors ----------------------------------------------------------------------------------- */

bool qd_yaml_text(const qd_yaml_node_t *node, const char **text)
{
    if (node->kind != QD_YAML_SCALAR || qd_yaml_scalar(node)[0] == '\0')
        return qd_yaml_expected(node, "a text");
    *text = qd_yaml_scalar(node);
    return true;
}

bool qd_yaml_name(const qd_yaml_node_t *node, const char **text)
{
    if (!qd_yaml_text(node, text))
        return false;
    return qd_is_name(*text) || qd_yaml_expected(node, "a text without control characters");
}

/* Only plain scalars are numbers: a number in quotes is a text. */
static const char *plain_text(const qd_yaml_node_t *node)
{
    return qd_yaml_is_plain(node) ? qd_yaml_scalar(node) : "";
}

static const char *advice_on_quotes(const qd_yaml_node_t *node)
{
    bool quoted = node->kind == QD_YAML_SCALAR && !node->plain && qd_is_decimal(qd_yaml_scalar(node));
    return quoted ? " (drop the quotes: a number in quotes is a text)" : "";
}

/* Whether 15 digits round the number up: the double just below 0.5 is shown as "below 0.5". */
static bool is_shown_larger(double x)
{
    char text[40];
    snprintf(text, sizeof text, "%.15g", x);
    return strtod(text, NULL) > x;
}

/* Reports why a node is not a number in [low, high]; `kind` is "number" or "whole number". */
static bool tell_number(const qd_yaml_node_t *node, const char *name, qd_number_fault_t fault,
                        const char *kind, double low, double high)
{
    const char *expectation = qd_number_expectation(fault), *advice = advice_on_quotes(node);
    if (expectation)
        return qd_yaml_expected_for(node, name, "%s", expectation);
    if (isfinite(low) && isfinite(high))
        return qd_yaml_expected_for(node, name, "a %s from %.15g to %s%.15g%s", kind, low,
                                    is_shown_larger(high) ? "below " : "", high, advice);
    if (isfinite(low))
        return qd_yaml_expected_for(node, name, "a %s not below %.15g%s", kind, low, advice);
    return qd_yaml_expected_for(node, name, "a finite %s%s", kind, advice);
}

bool qd_yaml_real_for(const qd_yaml_node_t *node, const char *name, double low, double high, double *value)
{
    double x = 0.0;
    qd_number_fault_t fault = qd_real_of(plain_text(node), &x);
    if (fault || !(x >= low && x <= high))
        return tell_number(node, name, fault, "number", low, high);
    *value = x;
    return true;
}

bool qd_yaml_integer_for(const qd_yaml_node_t *node, const char *name, double low, double high, double *value)
{
    bool negative;
    uint64_t magnitude;
    qd_number_fault_t fault = qd_whole_of(plain_text(node), &negative, &magnitude);
    double x = negative ? -(double)magnitude : (double)magnitude;
    if (fault || !(x >= low && x <= high))
        return tell_number(node, name, QD_NUMBER_NONE, "whole number", low, high);
    *value = x;
    return true;
}

bool qd_yaml_real(const qd_yaml_node_t *node, double low, double high, double *value)
{
    return qd_yaml_real_for(node, NULL, low, high, value);
}

bool qd_yaml_whole(const qd_yaml_node_t *node, uint64_t low, uint64_t high, uint64_t *value)
{
    bool negative;
    uint64_t magnitude;
    qd_number_fault_t fault = qd_whole_of(plain_text(node), &negative, &magnitude);
    if (fault == QD_NUMBER_DIGITS && high > magnitude)
        return qd_yaml_expected(node, "%s", qd_number_expectation(fault));
    if (fault || negative || magnitude < low || magnitude > high)
        return qd_yaml_expected(node, "a whole number from %llu to %llu%s", (unsigned long long)low,
                                (unsigned long long)high, advice_on_quotes(node));
    *value = magnitude;
    return true;
}

const char *qd_yaml_flag_meant(const qd_yaml_node_t *node)
{
    static const char *const words[][2] = {{"yes", "no"},     {"y", "n"}, {"on", "off"},
                                           {"true", "false"}, {"t", "f"}, {"1", "0"}};
    for (size_t i = 0; node->kind == QD_YAML_SCALAR && i < sizeof words / sizeof words[0]; i++)
        for (size_t k = 0; k < 2; k++)
            if (strcasecmp(qd_yaml_scalar(node), words[i][k]) == 0)
                return k == 0 ? "true" : "false";
    return NULL;
}

bool qd_yaml_flag_for(const qd_yaml_node_t *node, const char *name, bool *value)
{
    *value = qd_yaml_is_word(node, "true");
    if (*value || qd_yaml_is_word(node, "false"))
        return true;
    const char *meant = qd_yaml_flag_meant(node);
    if (meant)
        return qd_yaml_expected_for(node, name, "true or false (write `%s`)", meant);
    return qd_yaml_expected_for(node, name, "true or false");
}

bool qd_yaml_flag(const qd_yaml_node_t *node, bool *value)
{
    return qd_yaml_flag_for(node, NULL, value);
}

bool qd_yaml_expect(const qd_yaml_node_t *node, qd_yaml_kind_t kind, const char *what)
{
    return node->kind == kind || qd_yaml_expected(node, "%s", what);
}

/* "a, b, c" */
static void join(size_t count, const char *const names[], char *out, size_t room)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count && used < room; i++)
        used += (size_t)snprintf(out + used, room - used, "%s%s", i ? ", " : "", names[i]);
}

bool qd_yaml_check_keys(const qd_yaml_node_t *map, size_t count, const char *const allowed[])
{
    bool good = true;
    char list[512], found[SHOWN + 8];
    join(count, allowed, list, sizeof list);
    for (const qd_yaml_node_t *node = qd_yaml_first(map); node; node = qd_yaml_next(node)) {
        size_t i = 0;
        while (i < count && strcmp(qd_yaml_key(node), allowed[i]) != 0)
            i++;
        if (i < count)
            continue;
        const char *nearest = qd_nearest_of(qd_yaml_key(node), count, allowed);
        quote(qd_yaml_key(node), found);
        if (nearest)
            good =
                qd_yaml_fail_key(node, "found the unknown key `%s`; expected one of: %s (did you mean `%s`?)",
                                 found, list, nearest);
        else
            good = qd_yaml_fail_key(node, "found the unknown key `%s`; expected one of: %s", found, list);
    }
    return good;
}

const qd_yaml_node_t *qd_yaml_need(const qd_yaml_node_t *map, const char *key)
{
    const qd_yaml_node_t *node = qd_yaml_get(map, key);
    const char *above = nearest_key(map);
    if (!node && above)
        qd_yaml_fail(map, "found no `%s` in `%.100s`; expected one", key, above);
    else if (!node)
        qd_yaml_fail(map, "found no `%s`; expected one", key);
    return node;
}
