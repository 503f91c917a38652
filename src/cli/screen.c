#include "cli/screen.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* Filters `size` bytes into out, which has room for SCREEN_GROWTH times as many, and returns the length.
 * *taken is the number of bytes consumed. An unfinished sequence at the end is left, unless `last` states
 * that no byte follows. */
#define SCREEN_GROWTH 6

#define BUFFER 1024 /* bytes filtered at once */

/* One stream: its descriptor, and the beginning of an unfinished sequence. */
typedef struct {
    int descriptor;
    size_t waiting;
    unsigned char wait[4];
} screen_t;

static screen_t screen[2] = {{.descriptor = STDOUT_FILENO}, {.descriptor = STDERR_FILENO}};

/* The end of a line of CSV: a carriage return before a line feed is harmless. */
static bool is_end_of_line(const unsigned char *s, size_t left)
{
    return left >= 2 && s[0] == '\r' && s[1] == '\n';
}

/* Whether the `left` bytes are the beginning of a longer sequence. */
static bool is_unfinished(const unsigned char *s, size_t left)
{
    if (s[0] == '\r')
        return left == 1;
    size_t whole = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || left >= whole)
        return false;
    for (size_t i = 1; i < left; i++)
        if ((s[i] & 0xC0) != 0x80)
            return false;
    return true;
}

static size_t screen_filter(const unsigned char *bytes, size_t size, _Bool last, char *out, size_t *taken)
{
    char *to = out;
    size_t at = 0;
    while (at < size) {
        uint32_t code;
        size_t length = qd_text_character(bytes + at, size - at, &code);
        if ((length == 0 || bytes[at] == '\r') && !last && is_unfinished(bytes + at, size - at))
            break;
        if (length == 0)
            to += sprintf(to, "\\x%02x", bytes[at]);
        else if (qd_is_control(code) && code != '\n' && code != '\t' &&
                 !is_end_of_line(bytes + at, size - at))
            to += sprintf(to, "\\u%04x", code);
        else
            to = mempcpy(to, bytes + at, length);
        at += length == 0 ? 1 : length;
    }
    *taken = at;
    return (size_t)(to - out);
}

static bool write_all(int descriptor, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t put = write(descriptor, bytes, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        bytes += put;
        size -= (size_t)put;
    }
    return true;
}

/* Filters and writes the waiting bytes and at most BUFFER more. */
static bool write_bytes(screen_t *self, const char *bytes, size_t size, bool last)
{
    unsigned char in[BUFFER + sizeof self->wait];
    char out[SCREEN_GROWTH * sizeof in];
    size_t taken, length;
    memcpy(in, self->wait, self->waiting);
    memcpy(in + self->waiting, bytes, size);
    size += self->waiting;
    length = screen_filter(in, size, last, out, &taken);
    self->waiting = size - taken;
    memcpy(self->wait, in + taken, self->waiting);
    return write_all(self->descriptor, out, length);
}

static ssize_t write_screen(void *cookie, const char *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        size_t some = size - done < BUFFER ? size - done : BUFFER;
        if (!write_bytes(cookie, bytes + done, some, false))
            return 0;
        done += some;
    }
    return (ssize_t)size;
}

static int close_screen(void *cookie)
{
    return write_bytes(cookie, "", 0, true) ? 0 : EOF;
}

bool qd_screen_open(void)
{
    const cookie_io_functions_t functions = {.write = write_screen, .close = close_screen};
    FILE *out = fopencookie(&screen[0], "w", functions), *error = fopencookie(&screen[1], "w", functions);
    if (!out || !error)
        return false;
    setvbuf(out, NULL, isatty(STDOUT_FILENO) == 1 ? _IOLBF : _IOFBF, BUFSIZ);
    setvbuf(error, NULL, _IOLBF, BUFSIZ); /* a message is written whole, also when ranks share the terminal */
    stdout = out;
    stderr = error;
    return true;
}

static struct {
    FILE *out; /* stdout itself */
    qd_memory_t memory;
} held;

bool qd_screen_hold(void)
{
    FILE *out = qd_memory_open(&held.memory);
    if (!out)
        return false;
    held.out = stdout;
    stdout = out;
    return true;
}

static bool lost; /* memory was short for a text that was to be printed */

bool qd_screen_lost(void)
{
    return lost;
}

void qd_screen_release(_Bool print)
{
    char *text = qd_memory_close(stdout, &held.memory);
    stdout = held.out;
    if (print && text)
        fwrite(text, 1, held.memory.size, stdout);
    lost = lost || (print && !text);
    free(text);
}

void qd_screen_erase_line(void)
{
    static const char erase[] = "\r\033[K";
    fflush(stderr);
    (void)write_all(STDERR_FILENO, erase, strlen(erase));
}

/* Nothing printed is wider, in columns. */
#define WRAP_WIDTH 110

/* The same of the text's first `size` bytes. */
static void wrap(const char *text, size_t size, int indent)
{
    const char *end = text + size;
    int column = indent;
    for (const char *word = text; word < end;) {
        size_t length = strcspn(word, " \n");
        length = length < (size_t)(end - word) ? length : (size_t)(end - word);
        if (column > indent && column + (int)length + 1 > WRAP_WIDTH) {
            printf("\n%*s", indent, "");
            column = indent;
        }
        if (length > 0) {
            column += printf("%s%.*s", column > indent ? " " : "", (int)length, word);
            word += length;
        }
        word += strspn(word, " \n");
    }
    putchar('\n');
}

void qd_wrapped(const char *text, int indent)
{
    wrap(text, strlen(text), indent);
}

FILE *qd_wrap_begin(qd_wrap_t *self)
{
    *self = (qd_wrap_t){0};
    self->out = qd_memory_open(&self->memory);
    return self->out ? self->out : stdout;
}

void qd_wrap_end(qd_wrap_t *self, int indent)
{
    char *text = self->out ? qd_memory_close(self->out, &self->memory) : NULL;
    qd_wrapped(text ? text : "", indent);
    lost = lost || (self->out && !text);
    free(text);
}

void qd_wrapped_paragraphs(const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        if (*text == ' ')
            printf("%.*s\n", (int)length, text);
        else
            wrap(text, length, 0);
        text += length + (text[length] == '\n');
    }
}
