/* Experiments that come with the program, by name. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "cli/cli.h"

/* From the folder of the program: as installed (bin/), and as built in a clone (build/PRESET/). */
static const char *const folders[] = {"../share/quadrille/experiments", "../../experiments"};

static bool is_bare_name(const char *name)
{
    return *name && !strpbrk(name, "/.") && access(name, F_OK) != 0;
}

/* The program's own path; where /proc is not mounted, as in a bare chroot, the one by which it was started. */
static bool find_program(char path[static PATH_MAX])
{
    const char *started = (const char *)getauxval(AT_EXECFN);
    return realpath("/proc/self/exe", path) || (started && realpath(started, path));
}

char *qd_cli_experiment_path(const char *name)
{
    char program[PATH_MAX], *path = NULL;
    if (is_bare_name(name) && find_program(program)) {
        char *slash = strrchr(program, '/');
        *slash = '\0';
        for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
            if (asprintf(&path, "%s/%s/%s.yaml", program, folders[i], name) < 0)
                return NULL;
            if (access(path, R_OK) == 0)
                return path;
            free(path);
        }
    }
    return strdup(name);
}
