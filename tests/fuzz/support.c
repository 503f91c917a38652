#include "fuzz.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* libfyaml 0.7.12 does not free its list of the pieces of a scalar of eight or more quotation marks alone.
 * The tests of yaml/ see what this program itself does not free. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml.so";
}

static char folder[64], last[64][PATH_MAX];
static size_t files;

char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    fuzz_promise(text != NULL, "no memory for an input");
    memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

static void remove_folder(void)
{
    for (size_t i = 0; i < files; i++)
        unlink(last[i]);
    rmdir(folder);
}

const char *fuzz_folder(void)
{
    if (*folder)
        return folder;
    snprintf(folder, sizeof folder, "%s/quadrille-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    fuzz_promise(mkdtemp(folder) != NULL, "no folder for inputs");
    atexit(remove_folder);
    return folder;
}

/* For remove_folder. */
static void remember(const char *path)
{
    for (size_t i = 0; i < files; i++)
        if (strcmp(last[i], path) == 0)
            return;
    fuzz_promise(files < sizeof last / sizeof last[0], "too many names of files");
    snprintf(last[files++], PATH_MAX, "%s", path);
}

char *fuzz_file(const char *name, const void *bytes, size_t size)
{
    char *path = malloc(PATH_MAX);
    fuzz_promise(path != NULL, "no memory for a path");
    snprintf(path, PATH_MAX, "%s/%s", fuzz_folder(), name);
    remember(path);
    FILE *file = fopen(path, "wb");
    fuzz_promise(file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0,
                 "an input cannot be kept");
    return path;
}

void fuzz_promise(int holds, const char *message)
{
    if (holds)
        return;
    fprintf(stderr, "broken promise: %s\n", message);
    abort();
}

void fuzz_refusal(qd_status_t status, const qd_error_t *error)
{
    fuzz_promise((status == QD_OK) == (error->count == 0), "a refusal has a reason, and a success none");
    fuzz_promise(status != QD_ERROR_INTERNAL, "no input is a fault of the program");
}
