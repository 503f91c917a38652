/* Checks of the path of an output, and its draft. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "cli/cli.h"
#include "engine/same_file.h"
#include "store/draft.h"

/* Files beside an output have longer names: parts, lock, temporary files. */
#define NAME_SPARE 40

#define SHARED_MEMORY "/dev/shm" /* a folder for files, unlike the others of /dev */
#define LINKS_MAX     40         /* of a path, as the kernel counts them */

/* The folder of devices or processes in which `path` lies, NULL if in none: files put there would replace
 * devices, or be lost. */
static const char *system_folder_of(const char *path)
{
    static const char *const folders[] = {"/dev", "/proc", "/sys"};
    char folder[PATH_MAX], real[PATH_MAX];
    if (snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder || !realpath(dirname(folder), real))
        return NULL;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        size_t length = strlen(folders[i]);
        if (strncmp(real, folders[i], length) == 0 && strchr("/", real[length]) &&
            !(strncmp(real, SHARED_MEMORY, strlen(SHARED_MEMORY)) == 0 &&
              strchr("/", real[strlen(SHARED_MEMORY)])))
            return folders[i];
    }
    return NULL;
}

qd_status_t qd_cli_is_for_files(const char *output, qd_error_t *error)
{
    char path[PATH_MAX], target[PATH_MAX];
    const char *found = NULL;
    if (snprintf(path, sizeof path, "%s", output) >= (int)sizeof path)
        return QD_OK; /* the system refuses it */
    for (int i = 0; i < LINKS_MAX && !(found = system_folder_of(path)); i++) {
        ssize_t length = readlink(path, target, sizeof target - 1);
        if (length <= 0)
            return QD_OK;
        target[length] = '\0';
        char *slash = strrchr(path, '/');
        size_t kept = target[0] != '/' && slash ? (size_t)(slash - path) + 1 : 0;
        if (kept + (size_t)length >= sizeof path)
            return QD_OK;
        memcpy(path + kept, target, (size_t)length + 1);
    }
    if (!found)
        return QD_OK; /* links in a circle lead nowhere */
    return qd_error_add(error, QD_ERROR_INPUT,
                        "%s: found a place in %s, which has no room for files of users; expected a path in "
                        "another folder",
                        output, found);
}

static qd_status_t may_write_into(const char *folder, qd_error_t *error)
{
    struct stat found;
    qd_status_t status = qd_look_at(folder, true, &found, error);
    if (status != QD_OK)
        return status;
    bool other = found.st_mode != 0 && !S_ISDIR(found.st_mode); /* access says nothing of the kind */
    if (!other && access(folder, W_OK | X_OK) == 0)
        return QD_OK;
    int number = other ? ENOTDIR : errno;
    if (qd_unreadable_status(number) != QD_ERROR_INPUT)
        return QD_OK; /* the first write tells more */
    char near[512];
    return qd_error_add(error, QD_ERROR_INPUT, "%s: %s; expected a folder that can be written to%s", folder,
                        strerror(number), qd_near_path(folder, number, near, sizeof near));
}

qd_status_t qd_cli_may_write(const char *output, bool *there, qd_error_t *error)
{
    char folder[4096];
    struct stat entry, found;
    size_t length = strlen(output);
    *there = false;
    if (strcmp(output, "-") == 0)
        return qd_error_add(
            error, QD_ERROR_INPUT,
            "-: found standard output; expected the path of a file (./- for one of that name)");
    if (length > 0 && output[length - 1] == '/')
        return qd_error_add(error, QD_ERROR_INPUT, "%s: found the path of a folder; expected that of a file",
                            output);
    if (snprintf(folder, sizeof folder, "%s", output) >= (int)sizeof folder)
        return qd_error_add(error, QD_ERROR_INPUT, "found an --output of %zu bytes; expected fewer than %zu",
                            strlen(output), sizeof folder);
    const char *slash = strrchr(output, '/');
    size_t name = strlen(slash ? slash + 1 : output);
    if (name > NAME_MAX - NAME_SPARE)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "found an --output whose name has %zu bytes; expected at most %d", name,
                            NAME_MAX - NAME_SPARE);
    qd_status_t status = qd_cli_is_for_files(output, error);
    if (status == QD_OK)
        status = may_write_into(dirname(folder), error);
    if (status == QD_OK)
        status = qd_look_at(output, false, &entry, error);
    if (status == QD_OK)
        status = qd_look_at(output, true, &found, error);
    if (status != QD_OK)
        return status;
    *there = entry.st_mode != 0;
    if (!*there || S_ISREG(found.st_mode))
        return QD_OK;
    return qd_error_add(error, QD_ERROR_INPUT,
                        "%s: found something that is not a file; expected a file or nothing", output);
}

int qd_cli_refuse_existing(const char *path, const char *advice)
{
    qd_error_t error = QD_ERROR_NONE;
    (void)qd_refuse_existing(path, advice, &error);
    return qd_cli_fail(&error);
}

/* Whether `input` is a draft of `output` by its name: the output's next writer removes these. */
static bool is_draft(const char *output, const char *input)
{
    char real[PATH_MAX], folder[PATH_MAX], parent[PATH_MAX];
    if (snprintf(folder, sizeof folder, "%s", output) >= (int)sizeof folder || !realpath(input, real) ||
        !realpath(dirname(folder), parent))
        return false;
    char *name = strrchr(real, '/');
    *name++ = '\0';
    const char *slash = strrchr(output, '/');
    return strcmp(real[0] ? real : "/", parent) == 0 && qd_draft_names(name, slash ? slash + 1 : output);
}

/* Sets *would to whether writing to `output` would take or remove `input`: it is the lock of the output, its
 * draft, or a file among its parts. The folder of parts itself may be read. */
static qd_status_t would_clear(const char *output, const char *input, bool *would, qd_error_t *error)
{
    struct stat found;
    char *lock = NULL, *parts = NULL;
    qd_status_t status = qd_look_at(input, true, &found, error);
    *would = false;
    if (status != QD_OK || found.st_mode == 0 || S_ISDIR(found.st_mode))
        return status;
    if (asprintf(&lock, "%s.lock", output) < 0 || asprintf(&parts, "%s.parts", output) < 0) {
        free(lock); /* NULL where memory was short for it */
        return qd_no_memory(error);
    }
    status = qd_would_replace(lock, input, would, error);
    if (status == QD_OK && !*would)
        status = qd_would_replace(input, parts, would, error);
    *would = *would || is_draft(output, input);
    free(lock);
    free(parts);
    return status;
}

qd_status_t qd_cli_spares_beside(const char *output, const char *const input[], size_t inputs,
                                 qd_error_t *error)
{
    for (size_t i = 0; i < inputs; i++) {
        bool would;
        qd_status_t status = would_clear(output, input[i], &would, error);
        if (status != QD_OK)
            return status;
        if (would)
            return qd_error_add(error, QD_ERROR_INPUT,
                                "%s: found the name of a lock, a draft or a part of the output %s; expected "
                                "an input with another name, or another output",
                                input[i], output);
    }
    return QD_OK;
}

qd_status_t qd_cli_spares(const char *output, const char *const input[], size_t inputs, qd_error_t *error)
{
    for (size_t i = 0; i < inputs; i++) {
        bool would;
        qd_status_t status = qd_would_replace(output, input[i], &would, error);
        if (status != QD_OK)
            return status;
        if (would)
            return qd_error_add(error, QD_ERROR_INPUT,
                                "%s: found %s, which is read here; expected another file", output,
                                strcmp(output, input[i]) == 0 ? "the file" : input[i]);
    }
    return qd_cli_spares_beside(output, input, inputs, error);
}

qd_status_t qd_cli_may_make(const char *output, const char *input, bool force, qd_error_t *error)
{
    bool there;
    qd_status_t status = qd_cli_may_write(output, &there, error);
    if (status == QD_OK)
        status = qd_cli_spares(output, &input, 1, error);
    return status == QD_OK && there && !force ? qd_refuse_existing(output, "--force replaces it", error)
                                              : status;
}

char *qd_cli_beside(const char *path, const char *ending)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    size_t length = strlen(name);
    if (length > 3 && strcmp(name + length - 3, ".h5") == 0)
        length -= 3;
    char *output;
    return asprintf(&output, "%.*s.%s", (int)length, name, ending) < 0 ? NULL : output;
}

int qd_cli_write(const char *output, bool replace,
                 qd_status_t (*put)(void *context, FILE *out, qd_error_t *error), void *context)
{
    qd_error_t error = QD_ERROR_NONE;
    if (qd_draft_write(output, replace, put, context, &error) != QD_OK)
        return qd_cli_fail(&error);
    fprintf(stderr, "quadrille: wrote %s\n", output);
    return 0;
}

/* Experiments that come with the program, by name. */

/* Relative to the folder of the program: installed (bin/), or built in a clone (build/PRESET/, build/). */
static const char *const folders[] = {"../share/quadrille/experiments", "../../experiments",
                                      "../experiments"};

static bool is_bare_name(const char *name)
{
    return *name && !strpbrk(name, "/.") && access(name, F_OK) != 0;
}

/* The program's own path; without /proc, as in a bare chroot, the path with which it was started. */
static bool find_program(char path[static PATH_MAX])
{
    const char *started = (const char *)getauxval(AT_EXECFN);
    return realpath("/proc/self/exe", path) || (started && realpath(started, path));
}

char *qd_cli_experiment_path(const char *name)
{
    char program[PATH_MAX], *path = NULL, *near = NULL;
    if (is_bare_name(name) && find_program(program)) {
        char *slash = strrchr(program, '/');
        *slash = '\0';
        for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
            if (asprintf(&path, "%s/%s/%s.yaml", program, folders[i], name) < 0)
                return NULL;
            if (access(path, R_OK) == 0)
                return path;
            *strrchr(path, '/') = '\0';
            near = near ? near : qd_nearest_file(path, name, ".yaml");
            free(path);
        }
    }
    if (near)
        fprintf(stderr, "quadrille: found no file and no experiment of the name %s; did you mean `%s`?\n",
                name, near);
    free(near);
    return strdup(name);
}
