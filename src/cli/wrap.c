#include "cli/wrap.h"

#include <stdio.h>
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
