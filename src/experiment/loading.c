#include "experiment/loading.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

void *qd_loading_room(qd_loading_t *load, size_t count, size_t size)
{
    return qd_new(count, size, load->error);
}

char *qd_loading_copy(qd_loading_t *load, const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        (void)qd_no_memory(load->error);
    return copy;
}

/* Characters of UTF-8 that some YAML readers treat as line breaks: bytes, escape. */
static const char *const breaks[][2] = {
    {"\xC2\x85", "\\N"}, {"\xE2\x80\xA8", "\\L"}, {"\xE2\x80\xA9", "\\P"}};

static size_t write_break(FILE *out, const char *s)
{
    for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++)
        if (strncmp(s, breaks[i][0], strlen(breaks[i][0])) == 0) {
            fputs(breaks[i][1], out);
            return strlen(breaks[i][0]);
        }
    return 0;
}

void qd_write_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (const char *s = text; *s;) {
        size_t skipped = write_break(out, s);
        s += skipped;
        if (skipped)
            continue;
        unsigned char c = (unsigned char)*s++;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c == '\n')
            fputs("\\n", out);
        else if (c < 0x20 || c == 0x7F)
            fprintf(out, "\\x%02X", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

bool qd_read_label(const qd_yaml_node_t *node, const char **label)
{
    const char *text;
    if (!qd_yaml_name(node, &text))
        return false;
    if (strlen(text) > QD_LABEL_SIZE_MAX)
        return qd_yaml_expected(node, "at most %d bytes", QD_LABEL_SIZE_MAX);
    *label = text;
    return true;
}

bool qd_read_outcome(const qd_yaml_node_t *node, qd_outcome_t *outcome)
{
    const char *text = qd_yaml_scalar(node);
    int found = text ? qd_outcome_find(text) : -1;
    if (found >= 0) {
        *outcome = (qd_outcome_t)found;
        return true;
    }
    const char *nearest = text && *text ? qd_nearest_name(text, qd_outcome_count, qd_outcome_name) : NULL;
    if (nearest)
        return qd_yaml_expected(node, "an outcome that `quadrille list outcomes` shows (did you mean `%s`?)",
                                nearest);
    return qd_yaml_expected(node, "an outcome that `quadrille list outcomes` shows");
}
