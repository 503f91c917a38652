#include "engine/same_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>

static bool same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool is_inside(const struct stat *file, const char *folder)
{
    bool found = false;
    DIR *entries = opendir(folder);
    if (!entries)
        return false;
    for (const struct dirent *entry; !found && (entry = readdir(entries));) {
        struct stat inner;
        found = fstatat(dirfd(entries), entry->d_name, &inner, 0) == 0 && same(file, &inner);
    }
    closedir(entries);
    return found;
}

bool qd_would_replace(const char *output, const char *input)
{
    struct stat written, read;
    if (stat(output, &written) != 0 || stat(input, &read) != 0)
        return false;
    return same(&written, &read) || (S_ISDIR(read.st_mode) && is_inside(&written, input));
}
