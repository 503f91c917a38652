#include "experiment/distributions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "random/distribution.h"

#define SHAPE 64 /* bytes for the numbers of a distribution in a message */

const char *qd_given_name(int parameter)
{
    return parameter == QD_DOCTRINE ? "doctrine" : qd_parameter_name((size_t)parameter);
}

static qd_parameter_type_t type_of(int parameter)
{
    return qd_parameter_info((size_t)parameter)->type;
}

static const char *const flag_words[2] = {"false", "true"}, *const scope_words[2] = {"all", "leader"};

/* ---- values -------------------------------------------------------------------------------------------- */

static bool read_doctrine(const qd_yaml_node_t *node, double *value)
{
    char list[512] = "";
    const char *text = qd_yaml_scalar(node);
    int row = text ? qd_doctrine_find(text) : -1;
    if (row >= 0) {
        *value = row;
        return true;
    }
    for (size_t i = 0; i < qd_doctrine_count; i++) {
        strncat(list, i ? ", " : "", sizeof list - strlen(list) - 1);
        strncat(list, qd_doctrine_name(i), sizeof list - strlen(list) - 1);
    }
    const char *nearest = text && *text ? qd_nearest_name(text, qd_doctrine_count, qd_doctrine_name) : NULL;
    if (nearest)
        return qd_yaml_expected_for(node, "doctrine", "one of: %s (did you mean `%s`?)", list, nearest);
    return qd_yaml_expected_for(node, "doctrine", "one of: %s", list);
}

static bool read_flag(const qd_yaml_node_t *node, const char *name, double *value)
{
    bool flag;
    bool good = qd_yaml_flag_for(node, name, &flag);
    *value = flag;
    return good;
}

static bool read_scope(const qd_yaml_node_t *node, const char *name, double *value)
{
    for (int i = 0; i < 2; i++)
        if (qd_yaml_is_word(node, scope_words[i])) {
            *value = i;
            return true;
        }
    return qd_yaml_expected_for(node, name, "%s or %s", scope_words[0], scope_words[1]);
}

bool qd_read_value(const qd_yaml_node_t *node, int parameter, double *value)
{
    if (parameter == QD_DOCTRINE)
        return read_doctrine(node, value);
    const qd_parameter_info_t *info = qd_parameter_info((size_t)parameter);
    if (info->type == QD_TYPE_FLAG)
        return read_flag(node, info->name, value);
    if (info->type == QD_TYPE_SCOPE)
        return read_scope(node, info->name, value);
    bool good = info->type == QD_TYPE_WHOLE
                    ? qd_yaml_integer_for(node, info->name, info->low, info->high, value)
                    : qd_yaml_real_for(node, info->name, info->low, info->high, value);
    if (good)
        *value += 0.0; /* no negative zero */
    return good;
}

/* ---- distributions ------------------------------------------------------------------------------------- */

/* The kinds with a name in files; a constant is written as its value alone. */
enum { NAMED = QD_CONSTANT + 1 };

size_t qd_distribution_names(const char *name[QD_DISTRIBUTIONS])
{
    for (size_t kind = NAMED; kind < QD_DISTRIBUTIONS; kind++)
        name[kind - NAMED] = qd_distribution_table[kind].name;
    return QD_DISTRIBUTIONS - NAMED;
}

static const qd_distribution_info_t *form_of(const char *key)
{
    for (size_t kind = NAMED; kind < QD_DISTRIBUTIONS; kind++)
        if (strcmp(qd_distribution_table[kind].name, key) == 0)
            return &qd_distribution_table[kind];
    return NULL;
}

bool qd_is_distribution_name(const char *key)
{
    return form_of(key) != NULL;
}

/* Number i of a distribution, in the order in which files list them. */
static double *number_at(qd_distribution_t *self, const qd_distribution_info_t *form, size_t i)
{
    return (double *)((char *)self + form->number[i].field);
}

static double number_of(const qd_distribution_t *self, const qd_distribution_info_t *form, size_t i)
{
    return *(const double *)((const char *)self + form->number[i].field);
}

static bool read_number(const qd_yaml_node_t *node, const qd_distribution_info_t *form, size_t i,
                        int parameter, qd_distribution_t *out)
{
    double *value = number_at(out, form, i);
    if (form->number[i].free)
        return qd_yaml_real(node, -INFINITY, INFINITY, value);
    return qd_read_value(node, parameter, value);
}

static void write_words(FILE *out, const qd_distribution_info_t *form, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i ? ", " : "[", form->number[i].word);
    fputc(']', out);
}

/* "[a, b] or [a, b, low, high]", for messages. */
static const char *shape_of(const qd_distribution_info_t *form, char text[], size_t size)
{
    FILE *out = fmemopen(text, size, "w");
    *text = '\0';
    if (!out)
        return text;
    if (form->shortest < form->longest) {
        write_words(out, form, form->shortest);
        fputs(" or ", out);
    }
    write_words(out, form, form->longest);
    fclose(out);
    return text;
}

static bool read_listed(const qd_yaml_node_t *list, const qd_distribution_info_t *form, int parameter,
                        qd_distribution_t *out)
{
    char shape[SHAPE];
    bool good = true;
    size_t count = qd_yaml_count(list), i = 0;
    if (count != form->shortest && count != form->longest)
        return qd_yaml_fail(list, "found %zu number%s for `%s`; expected %s", count, QD_S(count),
                            qd_yaml_key(list), shape_of(form, shape, sizeof shape));
    for (const qd_yaml_node_t *node = qd_yaml_first(list); node; node = qd_yaml_next(node), i++)
        good = read_number(node, form, i, parameter, out) && good;
    return good;
}

static bool read_named(const qd_yaml_node_t *map, const qd_distribution_info_t *form, int parameter,
                       qd_distribution_t *out)
{
    const char *word[QD_NUMBERS_MAX];
    for (size_t i = 0; i < form->longest; i++)
        word[i] = form->number[i].word;
    bool good = qd_yaml_check_keys(map, form->longest, word);
    size_t wanted = qd_yaml_count(map) > form->shortest ? form->longest : form->shortest;
    for (size_t i = 0; i < wanted; i++) {
        const qd_yaml_node_t *node = qd_yaml_need(map, word[i]);
        good = node && read_number(node, form, i, parameter, out) && good;
    }
    return good;
}

static bool read_weights(const qd_yaml_node_t *list, qd_distribution_t *out)
{
    if (!qd_yaml_expect(list, QD_YAML_SEQUENCE, "a list of weights"))
        return false;
    if (qd_yaml_count(list) != (size_t)out->n)
        return qd_yaml_fail(list, "found %zu weight%s for %d value%s; expected as many", qd_yaml_count(list),
                            QD_S(qd_yaml_count(list)), out->n, QD_S(out->n));
    bool good = true;
    int i = 0;
    for (const qd_yaml_node_t *node = qd_yaml_first(list); node; node = qd_yaml_next(node), i++)
        good = qd_yaml_real(node, 0.0, 1e15, &out->cumulative[i]) && good;
    return good;
}

static bool read_choice(const qd_yaml_node_t *node, int parameter, qd_distribution_t *out)
{
    static const char *const keys[] = {"values", "weights"};
    const qd_yaml_node_t *values = node, *weights = NULL;
    bool good = true;
    if (qd_yaml_kind(node) == QD_YAML_MAP) {
        good = qd_yaml_check_keys(node, 2, keys);
        if (!(values = qd_yaml_need(node, "values")))
            return false;
        weights = qd_yaml_get(node, "weights");
    }
    if (!qd_yaml_expect(values, QD_YAML_SEQUENCE, "a list of values"))
        return false;
    if (qd_yaml_count(values) < 1 || qd_yaml_count(values) > QD_CHOICES_MAX)
        return qd_yaml_fail(values, "found %zu values for `%s`; expected 1 to %d", qd_yaml_count(values),
                            qd_given_name(parameter), QD_CHOICES_MAX);
    for (const qd_yaml_node_t *value = qd_yaml_first(values); value; value = qd_yaml_next(value), out->n++) {
        good = qd_read_value(value, parameter, &out->value[out->n]) && good;
        out->cumulative[out->n] = 1.0;
    }
    return weights ? read_weights(weights, out) && good : good;
}

/* Whether a kind fits the type of a parameter. */
static bool check_kind(const qd_yaml_node_t *node, const qd_distribution_info_t *form, int parameter)
{
    if (form->values == QD_VALUES_ANY)
        return true;
    if (parameter == QD_DOCTRINE || type_of(parameter) == QD_TYPE_FLAG || type_of(parameter) == QD_TYPE_SCOPE)
        return qd_yaml_fail_key(node, "found `%s` for `%s`; expected one value, or {choice: [...]}",
                                qd_yaml_key(node), qd_given_name(parameter));
    if (type_of(parameter) == QD_TYPE_WHOLE && form->values != QD_VALUES_WHOLE)
        return qd_yaml_fail_key(
            node,
            "found `%s` for `%s`, which takes whole numbers; expected {integers: [low, high]} or "
            "{choice: [...]}",
            qd_yaml_key(node), qd_given_name(parameter));
    return true;
}

static bool check_possible(const qd_yaml_node_t *node, int parameter, const qd_distribution_t *written)
{
    qd_distribution_t finished = *written;
    double low = 0.0, high = (double)(qd_doctrine_count - 1);
    if (parameter != QD_DOCTRINE) {
        low = qd_parameter_info((size_t)parameter)->low;
        high = qd_parameter_info((size_t)parameter)->high;
    }
    const char *wrong = qd_distribution_finish(&finished, low, high);
    /* To qd_distribution_finish, equal bounds of a beta mean none. */
    if (written->kind == QD_BETA && qd_yaml_count(node) == 4 && !(written->low < written->high))
        wrong = "needs its lower bound below its upper bound";
    if (!wrong)
        return true;
    return qd_yaml_fail(node, "found an impossible `%s` for `%s`; expected a possible one: it %s",
                        qd_yaml_key(node), qd_given_name(parameter), wrong);
}

bool qd_read_form(const qd_yaml_node_t *map, int parameter, qd_distribution_t *written)
{
    const char *name[QD_DISTRIBUTIONS];
    char shape[SHAPE];
    const qd_yaml_node_t *node = qd_yaml_first(map);
    if (qd_yaml_count(map) != 1)
        return qd_yaml_fail(
            map, "found %zu keys for `%s`; expected one distribution, such as {uniform: [low, high]}",
            qd_yaml_count(map), qd_given_name(parameter));
    if (!qd_yaml_check_keys(map, qd_distribution_names(name), name))
        return false;
    const qd_distribution_info_t *form = form_of(qd_yaml_key(node));
    *written = (qd_distribution_t){.kind = (qd_distribution_kind_t)(form - qd_distribution_table)};
    if (!check_kind(node, form, parameter))
        return false;
    if (written->kind == QD_CHOICE)
        return read_choice(node, parameter, written) && check_possible(node, parameter, written);
    if (qd_yaml_kind(node) == QD_YAML_SCALAR)
        return qd_yaml_expected(node, "%s", shape_of(form, shape, sizeof shape));
    if (qd_yaml_kind(node) == QD_YAML_MAP ? !read_named(node, form, parameter, written)
                                          : !read_listed(node, form, parameter, written))
        return false;
    return check_possible(node, parameter, written);
}

bool qd_read_distribution(const qd_yaml_node_t *node, int parameter, qd_distribution_t *written)
{
    double value = 0.0;
    if (qd_yaml_kind(node) == QD_YAML_MAP)
        return qd_read_form(node, parameter, written);
    if (qd_yaml_kind(node) == QD_YAML_SEQUENCE)
        return qd_yaml_expected_for(node, qd_given_name(parameter),
                                    "one value, or a distribution such as {choice: [...]}");
    if (!qd_read_value(node, parameter, &value))
        return false;
    *written = qd_constant(value);
    return true;
}

qd_distribution_t qd_given_finished(const qd_given_t *given)
{
    qd_distribution_t finished = given->written;
    double low = 0.0, high = (double)(qd_doctrine_count - 1);
    if (given->parameter != QD_DOCTRINE) {
        low = qd_parameter_info((size_t)given->parameter)->low;
        high = qd_parameter_info((size_t)given->parameter)->high;
    }
    (void)qd_distribution_finish(&finished, low, high);
    return finished;
}

/* ---- canonical text ------------------------------------------------------------------------------------ */

void qd_write_real(FILE *out, double value)
{
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fputs(text, out);
}

void qd_write_value(FILE *out, int parameter, double value)
{
    if (parameter == QD_DOCTRINE)
        fputs(qd_doctrine_table[(size_t)value].name, out);
    else if (type_of(parameter) == QD_TYPE_FLAG)
        fputs(flag_words[value != 0.0], out);
    else if (type_of(parameter) == QD_TYPE_SCOPE)
        fputs(scope_words[value != 0.0], out);
    else
        qd_write_real(out, value);
}

static bool equal_weights(const qd_distribution_t *choice)
{
    for (int i = 0; i < choice->n; i++)
        if (choice->cumulative[i] != 1.0)
            return false;
    return true;
}

static void write_choice(FILE *out, int parameter, const qd_distribution_t *choice)
{
    bool equal = equal_weights(choice);
    fputs(equal ? "[" : "{values: [", out);
    for (int i = 0; i < choice->n; i++) {
        fputs(i ? ", " : "", out);
        qd_write_value(out, parameter, choice->value[i]);
    }
    fputs(equal ? "]" : "], weights: [", out);
    for (int i = 0; !equal && i < choice->n; i++) {
        fputs(i ? ", " : "", out);
        qd_write_real(out, choice->cumulative[i]);
    }
    fputs(equal ? "" : "]}", out);
}

void qd_write_distribution(FILE *out, int parameter, const qd_distribution_t *written)
{
    if (written->kind == QD_CONSTANT) {
        qd_write_value(out, parameter, written->a);
        return;
    }
    fprintf(out, "{%s: ", qd_distribution_name(written->kind));
    if (written->kind == QD_CHOICE) {
        write_choice(out, parameter, written);
    } else {
        const qd_distribution_info_t *form = &qd_distribution_table[written->kind];
        bool all = form->shortest == form->longest || written->low != written->high;
        for (size_t i = 0; i < (all ? form->longest : form->shortest); i++) {
            fputs(i ? ", " : "[", out);
            qd_write_real(out, number_of(written, form, i));
        }
        fputs("]", out);
    }
    fputs("}", out);
}
