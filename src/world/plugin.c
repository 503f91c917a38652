/* The plugin of the process: its declaration is checked, and its rows join the registry. */
#include "world/plugin.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <sha256.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/text.h"
#include "registry/rows.h"

#define DIGEST_SIZE 65 /* of a SHA-256 in hexadecimal digits, with the closing NUL */

static const qd_plugin_t *known, *in_use;
static char digest_of_known[DIGEST_SIZE];

const qd_plugin_t *qd_plugin_known(void)
{
    return known;
}

const qd_plugin_t *qd_plugin_in_use(void)
{
    return in_use;
}

const char *qd_plugin_digest(void)
{
    return digest_of_known;
}

/* ---- checks -------------------------------------------------------------------------------------------- */

/* Small letters, digits and underscores, a letter first. */
static bool is_word(const char *text)
{
    if (!text || !islower((unsigned char)text[0]))
        return false;
    for (const char *c = text; *c; c++)
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '_')
            return false;
    return strlen(text) < QD_OWN_NAME_MAX;
}

static bool is_text(const char *text)
{
    for (; text && *text; text++)
        if (iscntrl((unsigned char)*text))
            return false;
    return text != NULL;
}

static bool is_parameter_name(const qd_plugin_t *plugin, const char *name)
{
    size_t length = strlen(plugin->name);
    return name && strncmp(name, plugin->name, length) == 0 && name[length] == '.' &&
           is_word(name + length + 1) && strlen(name) < QD_OWN_NAME_MAX;
}

static bool is_landscape_outcome(const char *name)
{
    for (size_t k = 0; k < QD_LANDSCAPE_OUTCOMES; k++)
        if (strcmp(qd_landscape_table[k].name, name) == 0)
            return true;
    return false;
}

static const char *parameter_fault(const qd_plugin_t *plugin, size_t index)
{
    const qd_own_parameter_t *own = &plugin->parameter[index];
    if (!is_parameter_name(plugin, own->name))
        return "a name of the form PLUGIN.NAME, of small letters, digits and underscores";
    for (size_t k = 0; k < index; k++)
        if (strcmp(plugin->parameter[k].name, own->name) == 0)
            return "another name than those before it";
    if (qd_parameter_find(own->name) >= 0)
        return "a name that no other parameter has";
    if (!is_text(own->unit) || !is_text(own->meaning))
        return "a unit and a meaning";
    bool ranged =
        isfinite(own->low) && isfinite(own->high) && own->low <= own->value && own->value <= own->high;
    return ranged ? NULL : "a finite range that holds its default";
}

static const char *outcome_fault(const qd_plugin_t *plugin, size_t index)
{
    const qd_own_outcome_t *own = &plugin->outcome[index];
    if (!is_word(own->name))
        return "a name of small letters, digits and underscores";
    for (size_t k = 0; k < index; k++)
        if (strcmp(plugin->outcome[k].name, own->name) == 0)
            return "another name than those before it";
    if (qd_outcome_find(own->name) >= 0 || is_landscape_outcome(own->name))
        return "a name that no other outcome has";
    if (!is_text(own->unit) || !is_text(own->meaning))
        return "a unit and a meaning";
    if ((unsigned)own->type > QD_OUTCOME_CODE)
        return "a type";
    return own->low < own->high ? NULL : "a range";
}

static qd_status_t check_rows(const qd_plugin_t *plugin, const char *where, qd_error_t *error)
{
    size_t before = error->count;
    for (size_t i = 0; i < plugin->parameters; i++) {
        const char *expected = parameter_fault(plugin, i);
        if (expected)
            (void)qd_error_add(error, QD_ERROR_INPUT, "%s: parameter %zu of the plugin, `%.60s`; expected %s",
                               where, i, plugin->parameter[i].name ? plugin->parameter[i].name : "",
                               expected);
    }
    for (size_t i = 0; i < plugin->outcomes; i++) {
        const char *expected = outcome_fault(plugin, i);
        if (expected)
            (void)qd_error_add(error, QD_ERROR_INPUT, "%s: outcome %zu of the plugin, `%.60s`; expected %s",
                               where, i, plugin->outcome[i].name ? plugin->outcome[i].name : "", expected);
    }
    return error->count == before ? QD_OK : QD_ERROR_INPUT;
}

static qd_status_t check(const qd_plugin_t *plugin, const char *where, qd_error_t *error)
{
    if (plugin->abi != QD_PLUGIN_ABI)
        return qd_error_add(
            error, QD_ERROR_INPUT,
            "%s: found a plugin for ABI version %u; expected %d: build it with the headers of this quadrille",
            where, (unsigned)plugin->abi, QD_PLUGIN_ABI);
    if (!is_word(plugin->name) || !is_text(plugin->meaning))
        return qd_error_add(
            error, QD_ERROR_INPUT,
            "%s: found a plugin without a proper name and meaning; expected small letters, digits and "
            "underscores, a letter first",
            where);
    if (known)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: found the plugin `%s` beside `%s`; expected one in a process", where,
                            plugin->name, known->name);
    if (plugin->parameters > QD_OWN_PARAMETERS || plugin->outcomes > QD_OWN_OUTCOMES)
        return qd_error_add(
            error, QD_ERROR_INPUT,
            "%s: found a plugin of %zu parameters and %zu outcomes; expected at most %d and %d", where,
            plugin->parameters, plugin->outcomes, QD_OWN_PARAMETERS, QD_OWN_OUTCOMES);
    return check_rows(plugin, where, error);
}

/* ---- rows ---------------------------------------------------------------------------------------------- */

static void add_rows(const qd_plugin_t *plugin)
{
    for (size_t i = 0; i < plugin->parameters; i++) {
        const qd_own_parameter_t *own = &plugin->parameter[i];
        qd_parameter_info_t info = {.name = own->name,
                                    .unit = own->unit,
                                    .meaning = own->meaning,
                                    .type = QD_TYPE_REAL,
                                    .low = own->low,
                                    .high = own->high};
        for (size_t kind = 0; kind < QD_ORDER_KINDS; kind++)
            info.by_order[kind] = qd_constant(own->value);
        qd_own_parameter_add(&info);
    }
    for (size_t i = 0; i < plugin->outcomes; i++) {
        const qd_own_outcome_t *own = &plugin->outcome[i];
        qd_own_outcome_add(&(qd_outcome_info_t){.name = own->name,
                                                .unit = own->unit,
                                                .meaning = own->meaning,
                                                .group = QD_GROUP_PLUGIN,
                                                .shown = QD_SHOWN_MAIN,
                                                .type = own->type,
                                                .low = own->low,
                                                .high = own->high});
    }
}

/* The same for code: declarations are used in place, without copies. */
static qd_status_t plugin_take(const qd_plugin_t *plugin, const char *digest, const char *where,
                               qd_error_t *error)
{
    qd_status_t status = check(plugin, where, error);
    if (status != QD_OK)
        return status;
    known = in_use = plugin;
    snprintf(digest_of_known, sizeof digest_of_known, "%s", digest);
    add_rows(plugin);
    return QD_OK;
}

qd_status_t qd_plugin_use(const qd_plugin_t *plugin, qd_error_t *error)
{
    return plugin_take(plugin, "", "the calling program", error);
}

/* ---- a plugin without its code ------------------------------------------------------------------------- */

/* Copies with the lifetime of the process. */
static struct {
    qd_plugin_t plugin;
    qd_own_parameter_t parameter[QD_OWN_PARAMETERS];
    qd_own_outcome_t outcome[QD_OWN_OUTCOMES];
} described;

static const char *copy(const char *text, bool *complete)
{
    char *copied = strdup(text);
    *complete = *complete && copied;
    return copied;
}

qd_status_t qd_plugin_describe(const qd_plugin_t *plugin, const char *digest, const char *where,
                               qd_error_t *error)
{
    bool complete = true;
    qd_status_t status = check(plugin, where, error);
    if (status != QD_OK)
        return status;
    described.plugin = (qd_plugin_t){.abi = QD_PLUGIN_ABI,
                                     .name = copy(plugin->name, &complete),
                                     .meaning = copy(plugin->meaning, &complete),
                                     .parameters = plugin->parameters,
                                     .parameter = described.parameter,
                                     .outcomes = plugin->outcomes,
                                     .outcome = described.outcome};
    for (size_t i = 0; i < plugin->parameters; i++) {
        described.parameter[i] = plugin->parameter[i];
        described.parameter[i].name = copy(plugin->parameter[i].name, &complete);
        described.parameter[i].unit = copy(plugin->parameter[i].unit, &complete);
        described.parameter[i].meaning = copy(plugin->parameter[i].meaning, &complete);
    }
    for (size_t i = 0; i < plugin->outcomes; i++) {
        described.outcome[i] = plugin->outcome[i];
        described.outcome[i].name = copy(plugin->outcome[i].name, &complete);
        described.outcome[i].unit = copy(plugin->outcome[i].unit, &complete);
        described.outcome[i].meaning = copy(plugin->outcome[i].meaning, &complete);
    }
    if (!complete)
        return qd_no_memory(error);
    known = &described.plugin;
    snprintf(digest_of_known, sizeof digest_of_known, "%s", digest);
    add_rows(known);
    return QD_OK;
}

/* A plugin from a shared object: read once for its digest, then loaded. */

/* The function that the object exports. POSIX guarantees that pointers to objects and functions have one
 * size. */
static qd_plugin_function_t *find_function(void *object)
{
    void *symbol = dlsym(object, QD_PLUGIN_SYMBOL);
    qd_plugin_function_t *function;
    memcpy(&function, &symbol, sizeof function);
    return function;
}

static qd_status_t load(const char *path, const char *whole, qd_error_t *error)
{
    char digest[DIGEST_SIZE];
    if (!SHA256File(whole, digest))
        return qd_error_add(error, QD_ERROR_INPUT, "%s: the plugin cannot be read: %s", path,
                            strerror(errno));
    if (in_use && strcmp(digest, digest_of_known) == 0)
        return QD_OK;
    void *object = dlopen(whole, RTLD_NOW | RTLD_LOCAL);
    if (!object)
        return qd_error_add(error, QD_ERROR_INPUT, "%s: found no plugin: %s; expected a shared object", path,
                            dlerror());
    qd_plugin_function_t *function = find_function(object);
    const qd_plugin_t *plugin = function ? function() : NULL;
    qd_status_t status =
        plugin ? plugin_take(plugin, digest, path, error)
               : qd_error_add(error, QD_ERROR_INPUT,
                              "%s: found no plugin; expected a function `%s` that describes one", path,
                              QD_PLUGIN_SYMBOL);
    if (status != QD_OK)
        (void)dlclose(object);
    return status;
}

qd_status_t qd_plugin_load(const char *path, qd_error_t *error)
{
    struct stat about;
    /* An absolute path: dlopen searches the system's libraries for a name without a slash. */
    char *whole = realpath(path, NULL);
    if (!whole) {
        int number = errno;
        char near[512];
        return qd_error_add(error, qd_unreadable_status(number), "%s: the plugin cannot be read: %s%s", path,
                            strerror(number), qd_near_path(path, number, near, sizeof near));
    }
    qd_status_t status = qd_look_at(whole, true, &about, error);
    if (status == QD_OK)
        status = S_ISREG(about.st_mode)
                     ? load(path, whole, error)
                     : qd_error_add(error, QD_ERROR_INPUT, "%s: found no file; expected a plugin", path);
    free(whole);
    return status;
}
