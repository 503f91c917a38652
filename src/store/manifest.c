#include "store/manifest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

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
        status = qd_error_add(error, QD_ERROR_MEMORY, "out of memory for the manifest");
        goto out;
    }
    XXH128_hash_t hash = XXH3_128bits(text, (size_t)size);
    size = asprintf(&whole, "%schecksum %016" PRIx64 "%016" PRIx64 "\n", text, (uint64_t)hash.high64,
                    (uint64_t)hash.low64);
    if (size < 0) {
        whole = NULL;
        status = qd_error_add(error, QD_ERROR_MEMORY, "out of memory for the manifest");
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
    if (size < CHECKSUM_LINE)
        return false;
    XXH128_hash_t hash = XXH3_128bits(text, size - CHECKSUM_LINE);
    snprintf(line, sizeof line, "checksum %016" PRIx64 "%016" PRIx64 "\n", (uint64_t)hash.high64,
             (uint64_t)hash.low64);
    return memcmp(line, text + size - CHECKSUM_LINE, CHECKSUM_LINE) == 0;
}

/* `text` is whole and ends in NUL; its checksum was compared. */
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
    return self->version != NULL && self->config != NULL;
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
    else if ((*text = calloc(*size + 1, 1)) == NULL)
        status = qd_error_add(error, QD_ERROR_MEMORY, "out of memory for the manifest");
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
    if (path == NULL)
        return qd_error_add(error, QD_ERROR_MEMORY, "out of memory for the manifest");
    status = read_text(files, path, &text, &size, error);
    if (status == QD_OK && (!checksum_holds(text, size) || !parse(self, text, size))) {
        qd_manifest_free(self);
        status = damaged(path, error);
    }
    free(text);
    free(path);
    return status;
}
