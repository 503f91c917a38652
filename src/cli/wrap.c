#include "cli/wrap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The same of the text's first `size` bytes. */
static void wrap(const char *text, size_t size, int indent)
{
    const char *end = text + size;
    int column = indent;
    for (const char *word = text; word < end;) {
        size_t length = strcspn(word, " \n");
        length = length < (size_t)(end - word) ? length : (size_t)(end - word);
        if (column > indent && column + (int)length + 1 > QD_WRAP_WIDTH) {
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
    self->out = open_memstream(&self->text, &self->size);
    return self->out ? self->out : stdout;
}

void qd_wrap_end(qd_wrap_t *self, int indent)
{
    bool whole = self->out && fclose(self->out) == 0;
    qd_wrapped(whole ? self->text : "", indent);
    free(self->text);
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
