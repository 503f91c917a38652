#include "experiment/parts.h"

#include <math.h>
#include <string.h>

#include "experiment/distributions.h"
#include "experiment/loading.h"
#include "world/plugin.h"

static const char *const types[] = {"real", "count", "flag", "code"};

/* ---- writing ------------------------------------------------------------------------------------------- */

static void write_text(FILE *out, const char *key, const char *text)
{
    fprintf(out, ", %s: ", key);
    qd_write_text(out, text);
}

static void write_number(FILE *out, const char *key, double value)
{
    fprintf(out, ", %s: ", key);
    qd_write_real(out, value);
}

static void write_parameters(FILE *out, const qd_plugin_t *plugin)
{
    for (size_t i = 0; i < plugin->parameters; i++) {
        const qd_own_parameter_t *own = &plugin->parameter[i];
        fprintf(out, "%s{name: %s", i ? ", " : "", own->name);
        write_text(out, "unit", own->unit);
        write_number(out, "low", own->low);
        write_number(out, "high", own->high);
        write_number(out, "value", own->value);
        write_text(out, "meaning", own->meaning);
        fputc('}', out);
    }
}

/* A bound that is not finite is left out. */
static void write_outcomes(FILE *out, const qd_plugin_t *plugin)
{
    for (size_t i = 0; i < plugin->outcomes; i++) {
        const qd_own_outcome_t *own = &plugin->outcome[i];
        fprintf(out, "%s{name: %s, type: %s", i ? ", " : "", own->name, types[own->type]);
        write_text(out, "unit", own->unit);
        if (isfinite(own->low))
            write_number(out, "low", own->low);
        if (isfinite(own->high))
            write_number(out, "high", own->high);
        write_text(out, "meaning", own->meaning);
        fputc('}', out);
    }
}

void qd_write_plugin(FILE *out, const qd_experiment_t *self, bool whole)
{
    const qd_plugin_t *plugin = qd_plugin_known();
    if (!self->plugin || !plugin)
        return;
    fprintf(out, "plugin: {name: %s, digest: \"%s\"", self->plugin, self->plugin_digest);
    if (whole) {
        write_text(out, "meaning", plugin->meaning);
        fputs(", parameters: [", out);
        write_parameters(out, plugin);
        fputs("], outcomes: [", out);
        write_outcomes(out, plugin);
        fputc(']', out);
    }
    fputs("}\n", out);
}

/* ---- reading ------------------------------------------------------------------------------------------- */

typedef struct {
    const char *name, *digest; /* digest: NULL where none is stated */
    qd_plugin_t plugin;
    qd_own_parameter_t parameter[QD_OWN_PARAMETERS];
    qd_own_outcome_t outcome[QD_OWN_OUTCOMES];
} stated_t;

/* A text that may be empty. */
static bool read_text(const qd_yaml_node_t *map, const char *key, const char **text)
{
    const qd_yaml_node_t *node = qd_yaml_need(map, key);
    if (!node)
        return false;
    *text = qd_yaml_scalar(node);
    return *text || qd_yaml_expected(node, "a text");
}

static bool read_number(const qd_yaml_node_t *map, const char *key, double without, double *value)
{
    const qd_yaml_node_t *node = qd_yaml_get(map, key);
    *value = without;
    return !node || qd_yaml_real(node, -1e300, 1e300, value);
}

static bool read_parameter(const qd_yaml_node_t *map, qd_own_parameter_t *own)
{
    static const char *const keys[] = {"name", "unit", "low", "high", "value", "meaning"};
    return qd_yaml_expect(map, QD_YAML_MAP, "a parameter of the plugin") &&
           qd_yaml_check_keys(map, 6, keys) && read_text(map, "name", &own->name) &&
           read_text(map, "unit", &own->unit) && read_text(map, "meaning", &own->meaning) &&
           read_number(map, "low", (double)NAN, &own->low) &&
           read_number(map, "high", (double)NAN, &own->high) &&
           read_number(map, "value", (double)NAN, &own->value);
}

static bool read_type(const qd_yaml_node_t *node, qd_outcome_type_t *type)
{
    for (size_t i = 0; node && i < sizeof types / sizeof *types; i++)
        if (qd_yaml_is_word(node, types[i])) {
            *type = (qd_outcome_type_t)i;
            return true;
        }
    return node &&
           qd_yaml_expected_of(node, sizeof types / sizeof *types, types, "real, count, flag or code");
}

static bool read_outcome(const qd_yaml_node_t *map, qd_own_outcome_t *own)
{
    static const char *const keys[] = {"name", "type", "unit", "low", "high", "meaning"};
    return qd_yaml_expect(map, QD_YAML_MAP, "an outcome of the plugin") && qd_yaml_check_keys(map, 6, keys) &&
           read_text(map, "name", &own->name) && read_type(qd_yaml_need(map, "type"), &own->type) &&
           read_text(map, "unit", &own->unit) && read_text(map, "meaning", &own->meaning) &&
           read_number(map, "low", -(double)INFINITY, &own->low) &&
           read_number(map, "high", (double)INFINITY, &own->high);
}

static bool read_rows(const qd_yaml_node_t *map, stated_t *stated)
{
    const qd_yaml_node_t *parameters = qd_yaml_get(map, "parameters"),
                         *outcomes = qd_yaml_get(map, "outcomes");
    stated->plugin.parameters = parameters ? qd_yaml_count(parameters) : 0;
    stated->plugin.outcomes = outcomes ? qd_yaml_count(outcomes) : 0;
    if (stated->plugin.parameters > QD_OWN_PARAMETERS || stated->plugin.outcomes > QD_OWN_OUTCOMES)
        return qd_yaml_fail(
            map, "found %zu parameters and %zu outcomes of a plugin; expected at most %d and %d",
            stated->plugin.parameters, stated->plugin.outcomes, QD_OWN_PARAMETERS, QD_OWN_OUTCOMES);
    const qd_yaml_node_t *node = parameters ? qd_yaml_first(parameters) : NULL;
    for (size_t i = 0; node; node = qd_yaml_next(node), i++)
        if (!read_parameter(node, &stated->parameter[i]))
            return false;
    node = outcomes ? qd_yaml_first(outcomes) : NULL;
    for (size_t i = 0; node; node = qd_yaml_next(node), i++)
        if (!read_outcome(node, &stated->outcome[i]))
            return false;
    return true;
}

/* `NAME`, or a mapping with the name and further keys. */
static bool read_stated(const qd_yaml_node_t *node, stated_t *stated)
{
    static const char *const keys[] = {"name", "digest", "meaning", "parameters", "outcomes"};
    stated->plugin = (qd_plugin_t){
        .abi = QD_PLUGIN_ABI, .meaning = "", .parameter = stated->parameter, .outcome = stated->outcome};
    if (qd_yaml_scalar(node))
        return qd_read_label(node, &stated->name);
    if (!qd_yaml_expect(node, QD_YAML_MAP, "the name of a plugin") || !qd_yaml_check_keys(node, 5, keys) ||
        !qd_yaml_need(node, "name") || !qd_read_label(qd_yaml_need(node, "name"), &stated->name))
        return false;
    if (qd_yaml_get(node, "digest"))
        stated->digest = qd_yaml_scalar(qd_yaml_get(node, "digest"));
    if (qd_yaml_get(node, "meaning") && !read_text(node, "meaning", &stated->plugin.meaning))
        return false;
    stated->plugin.name = stated->name;
    return read_rows(node, stated);
}

/* "`NAME` (SHA-256 DIGEST)" */
static const char *call(const char *name, const char *digest, char *out, size_t size)
{
    snprintf(out, size, "`%.*s`%s%.64s%s", QD_OWN_NAME_MAX, name, digest && *digest ? " (SHA-256 " : "",
             digest ? digest : "", digest && *digest ? ")" : "");
    return out;
}

/* Whether the stated plugin equals the known one; reports a difference. */
static bool is_known(const qd_yaml_node_t *node, const stated_t *stated)
{
    char found[128], expected[128];
    const qd_plugin_t *known = qd_plugin_known();
    if (strcmp(known->name, stated->name) == 0 &&
        (!stated->digest || strcmp(qd_plugin_digest(), stated->digest) == 0))
        return true;
    return qd_yaml_fail(node, "found the plugin %s; expected %s, by which these worlds are played",
                        call(known->name, qd_plugin_digest(), found, sizeof found),
                        call(stated->name, stated->digest, expected, sizeof expected));
}

static bool make_known(qd_loading_t *load, const qd_yaml_node_t *node, const stated_t *stated)
{
    if (!load->resolved)
        return qd_yaml_fail(
            node,
            "found the plugin `%.*s`, which is not loaded; expected --plugin and the path of its "
            "shared object",
            QD_OWN_NAME_MAX, stated->name);
    if (!stated->digest)
        return qd_yaml_fail(node, "found no digest of the plugin; expected one");
    return qd_plugin_describe(&stated->plugin, stated->digest, "plugin", load->error) == QD_OK;
}

bool qd_plugin_read(qd_loading_t *load, const qd_yaml_node_t *node)
{
    stated_t stated = {.name = ""};
    const qd_plugin_t *in_use = qd_plugin_in_use();
    if (node && !read_stated(node, &stated))
        return false;
    if (!node && load->resolved && qd_plugin_known()) {
        (void)qd_error_add(
            load->error, QD_ERROR_INPUT,
            "%s: found worlds that were played without a plugin; expected those of the plugin `%s`",
            load->self->path, qd_plugin_known()->name);
        return false;
    }
    if (!node && !in_use)
        return true;
    if (node && !(qd_plugin_known() ? is_known(node, &stated) : make_known(load, node, &stated)))
        return false;
    load->self->plugin = qd_loading_copy(load, qd_plugin_known()->name);
    load->self->plugin_digest = qd_loading_copy(load, qd_plugin_digest());
    return load->self->plugin && load->self->plugin_digest;
}

/* ---- comparing ----------------------------------------------------------------------------------------- */

/* Reads the text of qd_write_plugin; empty texts if it states no plugin. */
static void find_stated(const char *config, char name[QD_OWN_NAME_MAX], char digest[65])
{
    const char *line = strstr(config, "\nplugin: {name: ");
    *name = *digest = '\0';
    if (line)
        (void)sscanf(line + 1, "plugin: {name: %39[a-z0-9_], digest: \"%64[0-9a-f]\"", name, digest);
}

qd_status_t qd_experiment_compare_plugin(const qd_experiment_t *self, const char *config, const char *path,
                                         qd_error_t *error)
{
    char name[QD_OWN_NAME_MAX], digest[65], there[128], here[128];
    find_stated(config, name, digest);
    const char *own = self->plugin ? self->plugin : "", *own_digest = self->plugin ? self->plugin_digest : "";
    if (strcmp(name, own) == 0 && strcmp(digest, own_digest) == 0)
        return QD_OK;
    return qd_error_add(
        error, QD_ERROR_INPUT,
        "%s: holds worlds played %s%s; found an experiment %s%s; expected the same plugin for both "
        "(--plugin)",
        path, *name ? "with the plugin " : "without a plugin",
        *name ? call(name, digest, there, sizeof there) : "", *own ? "with the plugin " : "without one",
        *own ? call(own, own_digest, here, sizeof here) : "");
}
