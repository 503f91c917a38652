/* Checks of the path of an output, and its draft. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "engine/same_file.h"
#include "store/draft.h"

/* Files beside an output have longer names: parts, lock, temporary files. */
#define NAME_SPARE 40

bool qd_cli_may_write(const char *output, bool *there)
{
    char folder[4096];
    struct stat found;
    size_t length = strlen(output);
    *there = false;
    if (strcmp(output, "-") == 0) {
        fputs("quadrille: -: found standard output; expected the path of a file (./- for one of that name)\n",
              stderr);
        return false;
    }
    if (length > 0 && output[length - 1] == '/') {
        fprintf(stderr, "quadrille: %s: found the path of a folder; expected that of a file\n", output);
        return false;
    }
    if (snprintf(folder, sizeof folder, "%s", output) >= (int)sizeof folder) {
        fprintf(stderr, "quadrille: found an --output of %zu bytes; expected fewer than %zu\n",
                strlen(output), sizeof folder);
        return false;
    }
    const char *slash = strrchr(output, '/');
    size_t name = strlen(slash ? slash + 1 : output);
    if (name > NAME_MAX - NAME_SPARE) {
        fprintf(stderr, "quadrille: found an --output whose name has %zu bytes; expected at most %d\n", name,
                NAME_MAX - NAME_SPARE);
        return false;
    }
    const char *parent = dirname(folder);
    if (access(parent, W_OK) != 0 && qd_unreadable_status(errno) == QD_ERROR_INPUT) {
        fprintf(stderr, "quadrille: %s: %s; expected a folder that can be written to\n", parent,
                strerror(errno));
        return false;
    }
    bool reached = stat(output, &found) == 0;
    if (!reached && lstat(output, &found) != 0)
        return true;
    *there = true;
    if (reached && S_ISREG(found.st_mode))
        return true;
    fprintf(stderr, "quadrille: %s: found something that is not a file; expected a file or nothing\n",
            output);
    return false;
}

int qd_cli_refuse_existing(const char *path, const char *advice)
{
    qd_error_t error = QD_ERROR_NONE;
    (void)qd_refuse_existing(path, advice, &error);
    return qd_cli_fail(&error);
}

bool qd_cli_spares(const char *output, const char *const input[], size_t inputs)
{
    for (size_t i = 0; i < inputs; i++)
        if (qd_would_replace(output, input[i])) {
            fprintf(stderr, "quadrille: %s: found %s, which is read here; expected another file\n", output,
                    strcmp(output, input[i]) == 0 ? "the file" : input[i]);
            return false;
        }
    return true;
}

bool qd_cli_may_make(const char *output, const char *input, bool force)
{
    bool there;
    if (!qd_cli_may_write(output, &there) || !qd_cli_spares(output, &input, 1))
        return false;
    if (there && !force)
        (void)qd_cli_refuse_existing(output, "--force replaces it");
    return !there || force;
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
    qd_draft_t draft;
    qd_status_t status = qd_draft_open(&draft, output, NULL, &error);
    if (status == QD_OK)
        status = qd_draft_fill(&draft, replace, put, context, &error);
    qd_draft_discard(&draft);
    if (status != QD_OK)
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
