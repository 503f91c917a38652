/* Where a result file is to be written. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "engine/same_file.h"

/* What is written beside an output has a longer name: its parts, its lock, its temporary files. */
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
    if (access(parent, W_OK) != 0) {
        fprintf(stderr, "quadrille: %s: %s; expected a folder that can be written to\n", parent,
                strerror(errno));
        return false;
    }
    if (stat(output, &found) != 0)
        return true;
    *there = true;
    if (S_ISREG(found.st_mode))
        return true;
    fprintf(stderr, "quadrille: %s: found something that is not a file; expected a file or nothing\n",
            output);
    return false;
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

char *qd_cli_beside(const char *path, const char *ending)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    size_t length = strlen(name);
    if (length > 3 && strcmp(name + length - 3, ".h5") == 0)
        length -= 3;
    char *output;
    return asprintf(&output, "%.*s.%s", (int)length, name, ending) < 0 ? NULL : output;
}
