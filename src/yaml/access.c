/* The typed accessors of the YAML reader, and its messages. */
#include "yaml/node.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/name.h"
#include "base/text.h"
#include "quadrille/registry.h"

#define SHOWN 60 /* characters of the user's text that a message repeats */

const qd_yaml_node_t *qd_yaml_root(const qd_yaml_t *self)
{
    return &self->node[0];
}

qd_status_t qd_yaml_status(const qd_yaml_t *self)
{
    return self->faults ? QD_ERROR_INPUT : QD_OK;
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
    if (map->kind != QD_YAML_MAP)
        return NULL;
    for (const qd_yaml_node_t *node = qd_yaml_first(map); node; node = qd_yaml_next(node))
        if (strcmp(qd_yaml_key(node), key) == 0)
            return node;
    return NULL;
}

bool qd_yaml_is_plain(const qd_yaml_node_t *node, const char *text)
{
    return node->kind == QD_YAML_SCALAR && node->plain && strcmp(qd_yaml_scalar(node), text) == 0;
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
    strcpy(out + shown, n > shown ? "..." : "");
}

static void describe(const qd_yaml_node_t *node, char out[SHOWN + 16])
{
    char text[SHOWN + 8];
    if (node->kind == QD_YAML_MAP) {
        strcpy(out, "a mapping");
    } else if (node->kind == QD_YAML_SEQUENCE) {
        strcpy(out, "a list");
    } else if (node->plain && qd_yaml_scalar(node)[0] == '\0') {
        strcpy(out, "nothing");
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

static const char *skip_digits(const char *s)
{
    while (isdigit((unsigned char)*s))
        s++;
    return s;
}

/* [+-] digits [. digits] [e [+-] digits], with at least one digit before the exponent. */
static bool is_decimal(const char *s)
{
    s += *s == '+' || *s == '-';
    const char *whole = skip_digits(s), *end = whole;
    if (*whole == '.')
        end = skip_digits(whole + 1);
    if (whole == s && end - whole < 2)
        return false;
    if (*end == 'e' || *end == 'E') {
        const char *power = end + 1;
        power += *power == '+' || *power == '-';
        end = skip_digits(power);
        if (end == power)
            return false;
    }
    return *end == '\0';
}

/* Whether the node is a decimal number that no double holds: 1e400. */
static bool is_beyond(const qd_yaml_node_t *node)
{
    return node->kind == QD_YAML_SCALAR && node->plain && is_decimal(qd_yaml_scalar(node)) &&
           isinf(strtod(qd_yaml_scalar(node), NULL));
}

static bool number_of(const qd_yaml_node_t *node, double *value)
{
    if (node->kind != QD_YAML_SCALAR || !node->plain || !is_decimal(qd_yaml_scalar(node)))
        return false;
    *value = strtod(qd_yaml_scalar(node), NULL);
    return isfinite(*value);
}

bool qd_yaml_is_number(const qd_yaml_node_t *node)
{
    double ignored;
    return number_of(node, &ignored);
}

bool qd_yaml_real(const qd_yaml_node_t *node, double low, double high, double *value)
{
    double x;
    if (number_of(node, &x) && x >= low && x <= high) {
        *value = x;
        return true;
    }
    if (is_beyond(node))
        return qd_yaml_expected(node, "a number within the range of doubles, %.2g at most", DBL_MAX);
    if (isfinite(low) && isfinite(high))
        return qd_yaml_expected(node, "a number from %.15g to %.15g", low, high);
    if (isfinite(low))
        return qd_yaml_expected(node, "a number not below %.15g", low);
    return qd_yaml_expected(node, "a finite number");
}

/* Digits are read exactly; other spellings (1e6, 2.0) as a double that is exactly whole and below 2^53. */
static bool whole_of(const qd_yaml_node_t *node, uint64_t *value)
{
    double x;
    if (!number_of(node, &x))
        return false;
    const char *s = qd_yaml_scalar(node);
    s += *s == '+';
    if (*skip_digits(s) != '\0') {
        if (!(x >= 0.0 && x <= 9007199254740992.0 && floor(x) == x))
            return false;
        *value = (uint64_t)x;
        return true;
    }
    uint64_t n = 0;
    for (; *s; s++) {
        uint64_t digit = (uint64_t)(*s - '0');
        if (n > (UINT64_MAX - digit) / 10)
            return false;
        n = 10 * n + digit;
    }
    *value = n;
    return true;
}

bool qd_yaml_whole(const qd_yaml_node_t *node, uint64_t low, uint64_t high, uint64_t *value)
{
    uint64_t n;
    if (!whole_of(node, &n) || n < low || n > high)
        return qd_yaml_expected(node, "a whole number from %llu to %llu", (unsigned long long)low,
                                (unsigned long long)high);
    *value = n;
    return true;
}

bool qd_yaml_flag(const qd_yaml_node_t *node, bool *value)
{
    *value = qd_yaml_is_plain(node, "true");
    if (!*value && !qd_yaml_is_plain(node, "false"))
        return qd_yaml_expected(node, "true or false");
    return true;
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
