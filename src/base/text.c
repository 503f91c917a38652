#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"

#define PIPE_WAIT 3000 /* milliseconds that the first byte of a pipe may take */

qd_status_t qd_unreadable_status(int number)
{
    static const int user[] = {ENOENT, ENOTDIR,      EISDIR, EACCES,    EPERM,
                               ELOOP,  ENAMETOOLONG, ENXIO,  ETIMEDOUT, EROFS};
    for (size_t k = 0; k < sizeof user / sizeof *user; k++)
        if (number == user[k])
            return QD_ERROR_INPUT;
    return QD_ERROR_IO;
}

static ssize_t keep_text(void *cookie, const char *bytes, size_t size)
{
    qd_memory_t *self = cookie;
    char *larger = qd_list_room(self->text, self->size, size + 1, &self->room, 1);
    if (!larger)
        return 0; /* an error of the stream */
    self->text = larger;
    memcpy(self->text + self->size, bytes, size);
    self->size += size;
    self->text[self->size] = '\0';
    return (ssize_t)size;
}

/* For ftell alone. */
static int tell_text(void *cookie, off64_t *offset, int whence)
{
    const qd_memory_t *self = cookie;
    if (whence != SEEK_CUR || *offset != 0)
        return -1;
    *offset = (off64_t)self->size;
    return 0;
}

FILE *qd_memory_open(qd_memory_t *self)
{
    *self = (qd_memory_t){0};
    return fopencookie(self, "w", (cookie_io_functions_t){.write = keep_text, .seek = tell_text});
}

char *qd_memory_close(FILE *out, qd_memory_t *self)
{
    bool whole = !ferror(out);
    whole = fclose(out) == 0 && whole;
    if (whole && self->text)
        return self->text;
    free(self->text);
    self->text = whole ? strdup("") : NULL;
    return self->text;
}

qd_status_t qd_look_at(const char *path, bool follow, struct stat *found, qd_error_t *error)
{
    if ((follow ? stat : lstat)(path, found) == 0)
        return QD_OK;
    int number = errno;
    *found = (struct stat){0};
    return qd_unreadable_status(number) == QD_ERROR_INPUT
               ? QD_OK
               : qd_error_add(error, QD_ERROR_IO, "%s: cannot be examined: %s", path, strerror(number));
}

qd_status_t qd_look_for(const char *path, bool *there, qd_error_t *error)
{
    struct stat found;
    qd_status_t status = qd_look_at(path, false, &found, error);
    *there = found.st_mode != 0;
    return status;
}

qd_status_t qd_refuse_existing(const char *path, const char *advice, qd_error_t *error)
{
    struct stat found;
    bool known = lstat(path, &found) == 0;
    const char *kind = known && S_ISDIR(found.st_mode)   ? "folder"
                       : known && S_ISLNK(found.st_mode) ? "symbolic link"
                                                         : "file";
    return qd_error_add(error, QD_ERROR_INPUT, "%s: found an existing %s; expected none (%s)", path, kind,
                        advice);
}

static qd_status_t unreadable(const char *path, qd_error_t *error)
{
    int number = errno;
    char near[512];
    const char *why =
        number == ETIMEDOUT ? "found a pipe without a writer; expected a file" : strerror(number);
    return qd_error_add(error, qd_unreadable_status(number), "%s: cannot be read: %s%s", path, why,
                        qd_near_path(path, number, near, sizeof near));
}

/* Reads until the end of the file or one byte beyond the limit. */
static qd_status_t read_all(FILE *file, const char *path, size_t limit, char **text, size_t *length,
                            qd_error_t *error)
{
    size_t room = 0, used = 0;
    do {
        room = room ? 2 * room : 16384;
        char *larger = qd_resize(*text, room + 1, 1, error);
        if (!larger)
            return QD_ERROR_MEMORY;
        *text = larger;
        used += fread(*text + used, 1, room - used, file);
    } while (used == room && used <= limit);
    if (ferror(file))
        return unreadable(path, error);
    if (used > limit)
        return qd_error_add(error, QD_ERROR_INPUT, "%s: found more than %zu bytes; expected a smaller file",
                            path, limit);
    (*text)[used] = '\0';
    *length = used;
    return QD_OK;
}

/* Opens a file for reading. Does not wait for a pipe without a writer, which would block forever. */
static FILE *open_text(const char *path)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    FILE *file = NULL;
    if (fd < 0)
        return NULL;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    if (fstat(fd, &about) == 0 && S_ISFIFO(about.st_mode) && poll(&wait, 1, PIPE_WAIT) == 0)
        errno = ETIMEDOUT;
    else if (fcntl(fd, F_SETFL, O_RDONLY) == 0)
        file = fdopen(fd, "rb");
    if (!file) {
        int number = errno;
        close(fd);
        errno = number;
    }
    return file;
}

qd_status_t qd_read_text(const char *path, size_t limit, char **text, size_t *length, qd_error_t *error)
{
    qd_status_t status = QD_OK;
    struct stat about;
    *text = NULL;
    FILE *file = open_text(path);
    if (!file)
        return unreadable(path, error);
    if (fstat(fileno(file), &about) == 0 && S_ISDIR(about.st_mode)) {
        errno = EISDIR;
        status = unreadable(path, error);
        goto out;
    }
    status = read_all(file, path, limit, text, length, error);
out:
    fclose(file);
    if (status) {
        free(*text);
        *text = NULL;
    }
    return status;
}

void qd_write_now(char text[static 32])
{
    time_t now = time(NULL);
    struct tm utc;
    if (!gmtime_r(&now, &utc) || strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        text[0] = '\0';
}

size_t qd_text_character(const unsigned char *s, size_t left, uint32_t *code)
{
    *code = s[0];
    if (s[0] < 0x80)
        return 1;
    size_t n = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || n > left)
        return 0;
    *code = s[0] & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        *code = *code << 6 | (s[i] & 0x3Fu);
    }
    bool overlong = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xF0 && s[1] < 0x90);
    bool beyond = (s[0] == 0xED && s[1] > 0x9F) || (s[0] == 0xF4 && s[1] > 0x8F);
    return overlong || beyond ? 0 : n;
}

bool qd_is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x061C || code == 0x200E ||
           code == 0x200F || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

bool qd_is_name(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    for (size_t left = strlen(text), n; left > 0; left -= n, s += n) {
        uint32_t code;
        if ((n = qd_text_character(s, left, &code)) == 0 || qd_is_control(code))
            return false;
    }
    return true;
}

bool qd_is_text(const char *text, size_t length, int *line, int *column, char found[static QD_FOUND_SIZE])
{
    const unsigned char *s = (const unsigned char *)text;
    *line = *column = 1;
    for (size_t i = 0; i < length;) {
        uint32_t code;
        size_t n = qd_text_character(s + i, length - i, &code);
        bool control = code < 0x20 || code == 0x7F, layout = code == '\t' || code == '\n' || code == '\r';
        if (!n || (control && !layout)) {
            snprintf(found, QD_FOUND_SIZE,
                     n ? "the control character 0x%02X" : "bytes that are not UTF-8 text", (unsigned)s[i]);
            return false;
        }
        *column += 1;
        if (s[i] == '\n') {
            *line += 1;
            *column = 1;
        }
        i += n;
    }
    return true;
}

/* A carriage return without a line feed, or NULL. */
static const char *lone_return(const char *text)
{
    const char *s = strchr(text, '\r');
    while (s && (s[1] == '\n' || s[1] == '\0'))
        s = strchr(s + 1, '\r');
    return s;
}

/* Line and column of a byte of the text, in characters, from 1. */
static void place_of(const char *text, const char *byte, int *line, int *column)
{
    *line = *column = 1;
    for (const char *s = text; s < byte; s++) {
        *column += ((unsigned char)*s & 0xC0) != 0x80;
        if (*s == '\n') {
            *line += 1;
            *column = 1;
        }
    }
}

qd_status_t qd_read_csv_text(const char *path, size_t limit, char **text, qd_error_t *error)
{
    size_t length = 0;
    int line, column;
    char found[QD_FOUND_SIZE];
    qd_status_t status = qd_read_text(path, limit, text, &length, error);
    if (status != QD_OK || !*text)
        return status;
    const char *lone = NULL;
    if (!qd_is_text(*text, length, &line, &column, found)) {
        status = qd_error_add(error, QD_ERROR_INPUT, "%s:%d:%d: found %s; expected a CSV file", path, line,
                              column, found);
    } else if ((lone = lone_return(*text))) {
        place_of(*text, lone, &line, &column);
        status = qd_error_add(
            error, QD_ERROR_INPUT,
            "%s:%d:%d: found a carriage return alone; expected lines that end in a line feed, with "
            "or without a carriage return before it",
            path, line, column);
    }
    if (status != QD_OK) {
        free(*text);
        *text = NULL;
    }
    return status;
}

#define LENGTH_MAX 64

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Optimal string alignment distance; names longer than LENGTH_MAX are infinitely far. */
static size_t distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    if (n > LENGTH_MAX || m > LENGTH_MAX)
        return SIZE_MAX;
    size_t rows[3][LENGTH_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= m; j++)
        last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            row[j] = smallest(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        size_t *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[m];
}

/* Whether a name at that distance is near enough: at most a third of the letters and one more may differ, and
 * at most half of them; names of one or two letters have no near name. */
static bool is_near(const char *name, const char *other, size_t d)
{
    size_t n = strlen(name), m = strlen(other), longer = n > m ? n : m;
    return longer > 2 && d <= n / 3 + 1 && 2 * d <= longer;
}

/* Whether `other` is nearer to `name` than *least, which is then lowered. */
static bool is_nearer(const char *name, const char *other, size_t *least)
{
    size_t d = distance(name, other);
    if (d >= *least || !is_near(name, other, d))
        return false;
    *least = d;
    return true;
}

const char *qd_nearest_name(const char *name, size_t count, const char *(*name_at)(size_t index))
{
    size_t least = SIZE_MAX;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++)
        if (is_nearer(name, name_at(i), &least))
            nearest = name_at(i);
    return nearest;
}

const char *qd_nearest_of(const char *name, size_t count, const char *const names[])
{
    size_t least = SIZE_MAX;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++)
        if (is_nearer(name, names[i], &least))
            nearest = names[i];
    return nearest;
}

qd_near_t qd_near(const char *near)
{
    qd_near_t hint = {""};
    if (near)
        snprintf(hint.text, sizeof hint.text, " (did you mean `%.130s`?)", near);
    return hint;
}

char *qd_nearest_file(const char *folder, const char *name, const char *ending)
{
    DIR *entries = opendir(folder);
    char *nearest = NULL;
    size_t least = SIZE_MAX, tail = strlen(ending);
    for (const struct dirent *entry; entries && (entry = readdir(entries));) {
        size_t length = strlen(entry->d_name);
        bool fits =
            entry->d_name[0] != '.' && length > tail && strcmp(entry->d_name + length - tail, ending) == 0;
        char *found = fits ? strndup(entry->d_name, length - tail) : NULL;
        if (found && is_nearer(name, found, &least)) {
            free(nearest);
            nearest = found;
        } else
            free(found);
    }
    if (entries)
        closedir(entries);
    return nearest;
}

const char *qd_near_path(const char *path, int number, char *text, size_t size)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup("./");
    char *near = number == ENOENT && folder ? qd_nearest_file(folder, slash ? slash + 1 : path, "") : NULL;
    int length = near ? snprintf(text, size, " (did you mean `%s%s`?)", slash ? folder : "", near) : -1;
    if (length < 0 || (size_t)length >= size)
        *text = '\0';
    free(folder);
    free(near);
    return text;
}

void qd_json_real(FILE *out, double x)
{
    char text[40];
    if (!isfinite(x)) {
        fputs("null", out);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, x);
        if (strtod(text, NULL) == x)
            break;
    }
    fputs(text, out);
}

void qd_json_text(FILE *out, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    putc('"', out);
    for (size_t left = strlen(text), n; left > 0; left -= n, s += n) {
        uint32_t code;
        n = qd_text_character(s, left, &code);
        if (n == 0) {
            fputs("\\ufffd", out);
            n = 1;
        } else if (code == '"' || code == '\\')
            fprintf(out, "\\%c", (char)code);
        else if (code < 0x20 || code == '<')
            fprintf(out, "\\u%04x", (unsigned)code);
        else
            fwrite(s, 1, n, out);
    }
    putc('"', out);
}
