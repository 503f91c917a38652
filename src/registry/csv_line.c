#include "registry/csv_line.h"

#include <stdbool.h>
#include <string.h>

#define BLANKS " \t"

qd_csv_lines_t qd_csv_lines(char *text)
{
    bool marked = strncmp(text, "\xEF\xBB\xBF", 3) == 0;
    return (qd_csv_lines_t){.next = marked ? text + 3 : text};
}

char *qd_csv_next_line(qd_csv_lines_t *self)
{
    while (self->next) {
        char *line = self->next, *end = strchr(line, '\n');
        self->next = end ? end + 1 : NULL;
        self->number++;
        if (end)
            *end = '\0';
        size_t length = strlen(line);
        if (length > 0 && line[length - 1] == '\r')
            line[length - 1] = '\0';
        if (line[strspn(line, BLANKS)] != '\0')
            return line;
    }
    return NULL;
}

/* Characters of [from, to): bytes that do not continue one. */
static size_t characters(const char *from, const char *to)
{
    size_t count = 0;
    for (; from < to; from++)
        count += ((unsigned char)*from & 0xC0) != 0x80;
    return count;
}

/* The quote that closes the field which the quote at `open` begins; NULL: none. */
static char *closing_quote(char *open)
{
    char *s = strchr(open + 1, '"');
    while (s && s[1] == '"')
        s = strchr(s + 2, '"');
    return s;
}

/* Ends the text at `end` without the blanks before it. */
static void trim(char *text, char *end)
{
    while (end > text && strchr(BLANKS, end[-1]))
        end--;
    *end = '\0';
}

/* Drops the quotes around the text and one of two within. */
static char *unquote(char *open, char *close)
{
    char *to = open;
    for (char *from = open + 1; from < close; from++) {
        *to++ = *from;
        from += *from == '"';
    }
    *to = '\0';
    return open;
}

size_t qd_csv_split(char *line, size_t most, qd_csv_field_t field[], qd_csv_fault_t *fault)
{
    size_t count = 0, column = 1;
    for (char *next = line; next; count++) {
        char *from = next + strspn(next, BLANKS), *close = NULL, *end = from;
        column += characters(next, from);
        if (*from == '"') {
            close = closing_quote(from);
            end = close ? close + 1 + strspn(close + 1, BLANKS) : from;
            if (!close || (*end != ',' && *end != '\0')) {
                *fault = (qd_csv_fault_t){.column = column,
                                          .found = from,
                                          .expected = close ? "a comma after the closing quote"
                                                            : "a quote that closes this one"};
                return 0;
            }
        } else {
            end += strcspn(end, ",");
        }
        if (count < most)
            field[count] = (qd_csv_field_t){.text = from, .column = column};
        next = *end == ',' ? end + 1 : NULL;
        column += characters(from, end + 1);
        if (close)
            unquote(from, close);
        else
            trim(from, end);
    }
    return count;
}

size_t qd_csv_fields_most(const char *line)
{
    size_t most = 1;
    for (; (line = strchr(line, ',')) != NULL; line++)
        most++;
    return most;
}
