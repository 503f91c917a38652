#include "engine/same_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

static bool same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Searches a folder for the file; errno is not 0 where the search ended early. */
static bool search(const struct stat *file, DIR *entries)
{
    for (const struct dirent *entry; (errno = 0, entry = readdir(entries));) {
        struct stat inner;
        if (fstatat(dirfd(entries), entry->d_name, &inner, 0) != 0) {
            if (qd_unreadable_status(errno) != QD_ERROR_INPUT)
                return false;
        } else if (same(file, &inner)) {
            return true;
        }
    }
    return false;
}

static qd_status_t is_inside(const struct stat *file, const char *folder, bool *inside, qd_error_t *error)
{
    DIR *entries = opendir(folder);
    *inside = entries && search(file, entries);
    int number = *inside ? 0 : errno;
    if (entries)
        closedir(entries);
    return number == 0 || qd_unreadable_status(number) == QD_ERROR_INPUT
               ? QD_OK
               : qd_error_add(error, QD_ERROR_IO, "%s: cannot be searched: %s", folder, strerror(number));
}

qd_status_t qd_would_replace(const char *output, const char *input, bool *would, qd_error_t *error)
{
    struct stat written, read = {0};
    *would = false;
    qd_status_t status = qd_look_at(output, true, &written, error);
    if (status == QD_OK && written.st_mode != 0)
        status = qd_look_at(input, true, &read, error);
    if (status != QD_OK || read.st_mode == 0)
        return status;
    *would = same(&written, &read);
    return *would || !S_ISDIR(read.st_mode) ? QD_OK : is_inside(&written, input, would, error);
}
