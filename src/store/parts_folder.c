#include "store/parts_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/memory.h"
#include "base/text.h"

#define CHECKSUM_LINE 42 /* "checksum " + 32 digits + newline */
#define SIZE_MOST     ((uint64_t)1 << 30)

void qd_manifest_free(qd_manifest_t *self)
{
    free(self->version);
    free(self->config);
    *self = (qd_manifest_t){0};
}

qd_status_t qd_manifest_write(const qd_manifest_t *self, const qd_files_t *files, const char *folder,
                              qd_error_t *error)
{
    char *text = NULL, *whole = NULL;
    qd_status_t status = QD_OK;
    int size = asprintf(&text,
                        "quadrille-parts %d\nversion %s\nconfig_hash %016" PRIx64 "\ncolumns %016" PRIx64
                        "\nextras %zu\npaths %d\nconfig %zu\n%s",
                        QD_PART_FORMAT, self->version, self->kind.config_hash, self->kind.columns,
                        self->kind.extras, (int)self->kind.paths, strlen(self->config), self->config);
    if (size < 0) {
        text = NULL;
        status = qd_no_memory(error);
        goto out;
    }
    XXH128_hash_t hash = XXH3_128bits(text, (size_t)size);
    size = asprintf(&whole, "%schecksum %016" PRIx64 "%016" PRIx64 "\n", text, (uint64_t)hash.high64,
                    (uint64_t)hash.low64);
    if (size < 0) {
        whole = NULL;
        status = qd_no_memory(error);
        goto out;
    }
    status = qd_files_write(files, folder, QD_MANIFEST_NAME, whole, (size_t)size, error);
out:
    free(text);
    free(whole);
    return status;
}

static qd_status_t damaged(const char *path, qd_error_t *error)
{
    return qd_error_add(error, QD_ERROR_INPUT, "%s: damaged: not a manifest of this program's making", path);
}

static bool checksum_holds(const char *text, size_t size)
{
    char line[CHECKSUM_LINE + 1];
    if (!text || size < CHECKSUM_LINE)
        return false;
    XXH128_hash_t hash = XXH3_128bits(text, size - CHECKSUM_LINE);
    snprintf(line, sizeof line, "checksum %016" PRIx64 "%016" PRIx64 "\n", (uint64_t)hash.high64,
             (uint64_t)hash.low64);
    return memcmp(line, text + size - CHECKSUM_LINE, CHECKSUM_LINE) == 0;
}

/* `text` is whole and ends in NUL; its checksum was compared. Version and config are NULL when memory is
 * short. */
static bool parse(qd_manifest_t *self, const char *text, size_t size)
{
    int format = 0, paths = 0, used = 0;
    size_t extras = 0, length = 0;
    char version[64];
    int found = sscanf(text,
                       "quadrille-parts %d\nversion %63s\nconfig_hash %" SCNx64 "\ncolumns %" SCNx64
                       "\nextras %zu\npaths %d\nconfig %zu%n",
                       &format, version, &self->kind.config_hash, &self->kind.columns, &extras, &paths,
                       &length, &used);
    size_t start = (size_t)used + 1;
    if (found != 7 || format != QD_PART_FORMAT || start > size - CHECKSUM_LINE ||
        length != size - CHECKSUM_LINE - start)
        return false;
    self->kind.extras = extras;
    self->kind.paths = paths != 0;
    self->version = strdup(version);
    self->config = strndup(text + start, length);
    return true;
}

static qd_status_t read_text(const qd_files_t *files, const char *path, char **text, size_t *size,
                             qd_error_t *error)
{
    int fd;
    uint64_t found;
    qd_status_t status = qd_files_open_input(files, path, &fd, &found, error);
    if (status != QD_OK)
        return status;
    *size = (size_t)found;
    if (found > SIZE_MOST)
        status = damaged(path, error);
    else if (!(*text = qd_new(*size + 1, 1, error)))
        status = QD_ERROR_MEMORY;
    else
        status = qd_files_read(files, fd, path, 0, *text, *size, error);
    files->close(files->context, fd);
    return status;
}

qd_status_t qd_manifest_read(qd_manifest_t *self, const qd_files_t *files, const char *folder,
                             qd_error_t *error)
{
    *self = (qd_manifest_t){0};
    char *text = NULL, *path = qd_files_join(folder, QD_MANIFEST_NAME);
    size_t size = 0;
    qd_status_t status = QD_OK;
    if (!path)
        return qd_no_memory(error);
    status = read_text(files, path, &text, &size, error);
    if (status == QD_OK && (!checksum_holds(text, size) || !parse(self, text, size)))
        status = damaged(path, error);
    else if (status == QD_OK && (!self->version || !self->config))
        status = qd_no_memory(error);
    if (status != QD_OK)
        qd_manifest_free(self);
    free(text);
    free(path);
    return status;
}

#define LOCK_NAME   "LOCK"              /* of earlier versions, whose lock was in the folder */
#define NUMBER_MOST ((uint64_t)1 << 62) /* of a rank or a part: the number after it is valid too */

static bool begins(const char *name, const char *start)
{
    return strncmp(name, start, strlen(start)) == 0;
}

static bool is_part(const char *name)
{
    size_t length = strlen(name);
    return begins(name, "part-") && length > 4 && strcmp(name + length - 4, ".qdp") == 0;
}

static bool is_ours(const char *name)
{
    return begins(name, "part-") || begins(name, QD_MANIFEST_NAME);
}

/* Returns the next entry; NULL with errno 0 at the end of the folder, with another errno if it cannot be
 * read. */
static const struct dirent *next_entry(DIR *listing)
{
    errno = 0;
    return readdir(listing);
}

static DIR *list(int folder)
{
    int own = dup(folder);
    DIR *listing = own < 0 ? NULL : fdopendir(own);
    if (listing)
        rewinddir(listing);
    return listing;
}

/* Counts the files of an open folder that `wanted` names; -1 if it cannot be read. `unlink_with` not NULL:
 * removes them; folders stay. */
static long walk(int folder, bool (*wanted)(const char *name), const qd_files_t *unlink_with)
{
    DIR *listing = list(folder);
    if (!listing)
        return -1;
    long found = 0;
    for (const struct dirent *entry; found >= 0 && (entry = next_entry(listing));) {
        if (!wanted(entry->d_name))
            continue;
        found++;
        if (unlink_with && unlink_with->unlink(unlink_with->context, folder, entry->d_name) != 0 &&
            errno != EISDIR)
            found = -1;
    }
    int number = errno;
    closedir(listing);
    errno = number;
    return number == 0 ? found : -1;
}

/* Gives parts the mode of the file that they are for; the group reads them if it is that of the file. */
static mode_t mode_for(const char *folder)
{
    struct stat output;
    size_t length = strlen(folder), tail = strlen(".parts");
    mode_t read = 0444;
    if (length > tail) {
        char *path = strndup(folder, length - tail);
        if (path && stat(path, &output) == 0)
            read = output.st_mode & (output.st_gid == getegid() ? 0444 : 0404);
        else if (!path || errno != ENOENT)
            read = 0; /* its mode is unknown: the parts are their owner's alone */
        free(path);
    }
    return 0700 | read | read >> 2;
}

/* Opens the folder at the beginning of a run, where a closed one is a wrong name and no fault. */
static qd_status_t enter(const qd_files_t *files, const char *folder, int *at, qd_error_t *error)
{
    struct stat found;
    bool closed = lstat(folder, &found) == 0 && S_ISDIR(found.st_mode) &&
                  access(folder, R_OK | W_OK | X_OK) != 0 && (errno == EACCES || errno == EROFS);
    *at = -1;
    if (!closed)
        return qd_files_open_folder(files, folder, at, error);
    return qd_error_add(error, QD_ERROR_INPUT,
                        "%s: %s; expected a folder for finished worlds that can be read and written to, or "
                        "nothing; name another output with -o",
                        folder, strerror(errno));
}

static qd_status_t refuse_parts(int at, const char *folder, qd_error_t *error)
{
    long parts = walk(at, is_part, NULL);
    if (parts < 0)
        return qd_files_fail(error, folder, "reading the folder");
    if (parts == 0)
        return QD_OK;
    return qd_error_add(
        error, QD_ERROR_INPUT,
        "%s: holds the finished work of a run that did not end; add --resume to continue it, or "
        "--force to start over",
        folder);
}

/* Refuses folders with names of our files: they are nobody's work that could be read or removed. */
static qd_status_t refuse_folders(int at, const char *folder, qd_error_t *error)
{
    qd_status_t status = QD_OK;
    DIR *listing = list(at);
    if (!listing)
        return qd_files_fail(error, folder, "reading the folder");
    for (const struct dirent *entry; status == QD_OK && (entry = next_entry(listing));) {
        struct stat found;
        if (!is_ours(entry->d_name) || fstatat(at, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) != 0)
            continue; /* the later reading reports what cannot be examined */
        if (S_ISDIR(found.st_mode))
            status = qd_error_add(error, QD_ERROR_INPUT,
                                  "%s/%s: found a folder among the parts; expected files: move it away, or "
                                  "name another output with -o",
                                  folder, entry->d_name);
    }
    if (status == QD_OK && errno != 0)
        status = qd_files_fail(error, folder, "reading the folder");
    closedir(listing);
    return status;
}

static qd_status_t empty(const qd_files_t *files, int at, const char *folder, qd_error_t *error)
{
    return walk(at, is_ours, files) < 0 ? qd_files_fail(error, folder, "emptying the folder") : QD_OK;
}

qd_status_t qd_parts_folder_open(const qd_files_t *files, const char *folder, qd_parts_mode_t mode,
                                 qd_error_t *error)
{
    int at;
    if (files->mkdir(files->context, folder, mode_for(folder)) != 0 && errno != EEXIST)
        return qd_files_fail(error, folder, "making the folder");
    qd_status_t status = enter(files, folder, &at, error);
    if (status != QD_OK)
        return status;
    status = refuse_folders(at, folder, error);
    if (status == QD_OK && mode == QD_PARTS_NEW)
        status = refuse_parts(at, folder, error);
    if (status == QD_OK && mode != QD_PARTS_RESUME)
        status = empty(files, at, folder, error);
    files->close(files->context, at);
    return status;
}

static qd_status_t compare(const char *folder, const qd_manifest_t *found, const qd_experiment_t *experiment,
                           const qd_part_kind_t *wanted, qd_error_t *error)
{
    if (!found->version || !found->config)
        return qd_no_memory(error);
    qd_status_t status = qd_experiment_compare_plugin(experiment, found->config, folder, error);
    if (status != QD_OK)
        return status;
    if (found->kind.config_hash != wanted->config_hash)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: holds the work of another experiment (config_hash %016" PRIx64
                            ", this one's is %016" PRIx64 "); %s",
                            folder, found->kind.config_hash, wanted->config_hash, QD_ADVICE_AGAINST_RESUME);
    if (strcmp(found->version, QD_VERSION) != 0)
        return qd_error_add(error, QD_ERROR_INPUT, "%s: was written by quadrille %s, this is %s; %s", folder,
                            found->version, QD_VERSION, QD_ADVICE_AGAINST_RESUME);
    if (found->kind.columns != wanted->columns || found->kind.extras != wanted->extras ||
        found->kind.paths != wanted->paths)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "%s: keeps other outcomes or paths of each world than `output:` asks for now; %s",
                            folder, QD_ADVICE_AGAINST_RESUME);
    return QD_OK;
}

qd_status_t qd_parts_folder_sign(const qd_files_t *files, const char *folder,
                                 const qd_experiment_t *experiment, const qd_part_kind_t *kind,
                                 qd_error_t *error)
{
    qd_manifest_t manifest = {.kind = *kind};
    manifest.version = strdup(QD_VERSION);
    manifest.config = strdup(experiment->config ? experiment->config : "");
    qd_status_t status = !manifest.version || !manifest.config
                             ? qd_no_memory(error)
                             : qd_manifest_write(&manifest, files, folder, error);
    qd_manifest_free(&manifest);
    return status;
}

qd_status_t qd_parts_folder_check(const qd_files_t *files, const char *folder,
                                  const qd_experiment_t *experiment, const qd_part_kind_t *kind,
                                  const char *cure, bool *outdated, qd_error_t *warnings, qd_error_t *error)
{
    qd_manifest_t found = {0};
    qd_status_t status = QD_OK;
    *outdated = false;
    char *path = qd_files_join(folder, QD_MANIFEST_NAME);
    if (!path)
        return qd_no_memory(error);
    bool there = false;
    status = qd_look_for(path, &there, error);
    if (status == QD_OK && !there) {
        *outdated = true;
    } else if (status == QD_OK) {
        qd_error_t reading = QD_ERROR_NONE;
        status = qd_manifest_read(&found, files, folder, &reading);
        if (status == QD_OK) {
            status = compare(folder, &found, experiment, kind, error);
            /* Writes the present experiment: worlds, points or claims may have changed. */
            *outdated = status == QD_OK && experiment->config && found.config &&
                        strcmp(found.config, experiment->config) != 0;
        } else if (status == QD_ERROR_INPUT) {
            qd_error_add(warnings, QD_OK, "%s: damaged; %s", path, cure);
            status = QD_OK;
            *outdated = true;
        } else {
            qd_error_add(error, status, "%.*s", (int)strcspn(reading.text, "\n"), reading.text);
        }
    }
    qd_manifest_free(&found);
    free(path);
    return status;
}

qd_status_t qd_parts_examine(const qd_parts_options_t *options, const qd_experiment_t *experiment,
                             qd_error_t *warnings, qd_error_t *error)
{
    const qd_part_kind_t kind = {experiment->config_hash, options->columns, options->extras, options->paths,
                                 qd_part_version()};
    const qd_files_t *files = options->files ? options->files : &qd_files_system;
    const char *folder = options->folder;
    int at;
    bool there, outdated;
    qd_status_t status = qd_look_for(folder, &there, error);
    if (status != QD_OK || !there)
        return status;
    status = enter(files, folder, &at, error);
    if (status == QD_OK)
        status = refuse_folders(at, folder, error);
    if (status == QD_OK && options->mode == QD_PARTS_NEW)
        status = refuse_parts(at, folder, error);
    else if (status == QD_OK && options->mode == QD_PARTS_RESUME)
        status = qd_parts_folder_check(files, folder, experiment, &kind, "--resume rewrites it", &outdated,
                                       warnings, error);
    if (at >= 0)
        files->close(files->context, at);
    return status;
}

/* Reads a whole number in decimal digits at *at, up to NUMBER_MOST, and moves *at behind it. */
static bool read_number(const char **at, uint64_t *number)
{
    const char *start = *at;
    for (*number = 0; **at >= '0' && **at <= '9' && *number <= NUMBER_MOST; (*at)++)
        *number = 10 * *number + (uint64_t)(**at - '0');
    return *at > start && *number <= NUMBER_MOST;
}

/* Reads rank and number of a part, or of one set aside, from its name; false for names that this program does
 * not give. Parts of other names are read too and cannot collide. */
static bool parse_name(const char *name, uint64_t *rank, uint64_t *number)
{
    const char *at = name + strlen("part-");
    return begins(name, "part-") && read_number(&at, rank) && *at++ == '-' && read_number(&at, number) &&
           begins(at, ".qdp");
}

qd_status_t qd_parts_folder_next(const char *folder, int rank, uint64_t *number, qd_error_t *error)
{
    DIR *listing = opendir(folder);
    if (!listing)
        return qd_files_fail(error, folder, "open");
    *number = 0;
    for (const struct dirent *entry; (entry = next_entry(listing));) {
        uint64_t of, found;
        if (parse_name(entry->d_name, &of, &found) && of == (uint64_t)rank && found >= *number)
            *number = found + 1;
    }
    qd_status_t status = errno == 0 ? QD_OK : qd_files_fail(error, folder, "reading the folder");
    closedir(listing);
    return status;
}

bool qd_parts_exist(const char *folder)
{
    int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool exist = at >= 0 && walk(at, is_part, NULL) > 0;
    if (at >= 0)
        close(at);
    return exist;
}

static bool is_any(const char *name)
{
    return is_ours(name) || strcmp(name, LOCK_NAME) == 0;
}

qd_status_t qd_parts_remove(const char *folder, const qd_files_t *files, qd_error_t *error)
{
    struct stat found;
    int at;
    if (!files)
        files = &qd_files_system;
    if (lstat(folder, &found) != 0 && errno == ENOENT)
        return QD_OK;
    qd_status_t status = qd_files_open_folder(files, folder, &at, error);
    if (status != QD_OK)
        return status;
    if (walk(at, is_any, files) < 0)
        status = qd_files_fail(error, folder, "removing the parts");
    files->close(files->context, at);
    /* The folder stays if it is not empty. */
    if (status == QD_OK && rmdir(folder) != 0 && errno != ENOTEMPTY && errno != EEXIST)
        status = qd_files_fail(error, folder, "removing the folder");
    return status;
}
