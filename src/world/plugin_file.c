/* A plugin from a shared object: read once for its digest, then loaded. */
#include <dlfcn.h>
#include <errno.h>
#include <sha256.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "world/plugin.h"

/* The function that the object exports; objects and functions have pointers of one size here (POSIX). */
static qd_plugin_function_t *find_function(void *object)
{
    void *symbol = dlsym(object, QD_PLUGIN_SYMBOL);
    qd_plugin_function_t *function;
    memcpy(&function, &symbol, sizeof function);
    return function;
}

static qd_status_t load(const char *path, const char *whole, qd_error_t *error)
{
    char digest[QD_DIGEST_SIZE];
    if (!SHA256File(whole, digest))
        return qd_error_add(error, QD_ERROR_INPUT, "%s: the plugin cannot be read: %s", path,
                            strerror(errno));
    void *object = dlopen(whole, RTLD_NOW | RTLD_LOCAL);
    if (!object)
        return qd_error_add(error, QD_ERROR_INPUT, "%s: found no plugin: %s; expected a shared object", path,
                            dlerror());
    qd_plugin_function_t *function = find_function(object);
    const qd_plugin_t *plugin = function ? function() : NULL;
    qd_status_t status =
        plugin ? qd_plugin_take(plugin, digest, path, error)
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
    char *whole = realpath(
        path, NULL); /* a name without a slash is not to be looked for among the system's libraries */
    if (!whole)
        return qd_error_add(error, QD_ERROR_INPUT, "%s: the plugin cannot be read: %s", path,
                            strerror(errno));
    qd_status_t status =
        stat(whole, &about) == 0 && S_ISREG(about.st_mode)
            ? load(path, whole, error)
            : qd_error_add(error, QD_ERROR_INPUT, "%s: found no file; expected a plugin", path);
    free(whole);
    return status;
}
