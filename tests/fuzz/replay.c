/* Plays stored inputs through a fuzz target. Usage: fuzz_NAME FILE_OR_FOLDER... */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int play_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return -1;
    uint8_t *bytes = NULL;
    size_t size = 0, room = 0;
    for (size_t got = 1; got > 0; size += got) {
        if (size == room && (bytes = realloc(bytes, room += 1u << 16)) == NULL)
            abort();
        got = fread(bytes + size, 1, room - size, file);
    }
    fclose(file);
    printf("%s\n", path);
    fflush(stdout);
    LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    return 0;
}

/* Files played; -1 where something cannot be read. */
static int play(const char *path)
{
    DIR *listing = opendir(path);
    if (!listing)
        return play_file(path) == 0 ? 1 : -1;
    int played = 0;
    for (struct dirent *entry; played >= 0 && (entry = readdir(listing)) != NULL;) {
        char *inner;
        if (entry->d_name[0] == '.')
            continue;
        if (asprintf(&inner, "%s/%s", path, entry->d_name) < 0)
            abort();
        played = play_file(inner) == 0 ? played + 1 : -1;
        free(inner);
    }
    closedir(listing);
    return played;
}

int main(int count, char **argument)
{
    int played = 0;
    for (int i = 1; i < count; i++) {
        int here = play(argument[i]);
        if (here <= 0) {
            fprintf(stderr, "%s: found no input\n", argument[i]);
            return EXIT_FAILURE;
        }
        played += here;
    }
    printf("%d inputs\n", played);
    return played > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
