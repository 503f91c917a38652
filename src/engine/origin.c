#include "engine/origin.h"

#include <stdio.h>
#include <string.h>

#define BETWEEN "; "

static bool is_listed(const char *list, const char *item)
{
    size_t length = strlen(item);
    for (const char *at = list; at != NULL; at = strstr(at, BETWEEN)) {
        at += at == list ? 0 : strlen(BETWEEN);
        if (strncmp(at, item, length) == 0 &&
            (at[length] == '\0' || strncmp(at + length, BETWEEN, strlen(BETWEEN)) == 0))
            return true;
    }
    return false;
}

/* An already joined result has a list itself. */
static void add_text(char list[static QD_ORIGIN_SIZE], const char *items)
{
    char item[QD_ORIGIN_SIZE];
    while (items != NULL && *items != '\0') {
        const char *end = strstr(items, BETWEEN);
        size_t used = strlen(list), length = end == NULL ? strlen(items) : (size_t)(end - items);
        snprintf(item, sizeof item, "%.*s", (int)length, items);
        if (!is_listed(list, item) &&
            (length >= sizeof item ||
             snprintf(list + used, QD_ORIGIN_SIZE - used, "%s%s", used > 0 ? BETWEEN : "", item) >=
                 (int)(QD_ORIGIN_SIZE - used)))
            strcpy(list, "mixed");
        items = end == NULL ? NULL : end + strlen(BETWEEN);
    }
}

static void add_count(int *all, bool *differ, int one)
{
    if (one <= 0)
        return;
    *differ = *differ || (*all != 0 && *all != one);
    *all = *differ ? 0 : one;
}

void qd_origin_add(qd_origin_t *self, const qd_provenance_t *from)
{
    add_text(self->source_commit, from->source_commit);
    add_text(self->host, from->host);
    add_text(self->compiler, from->compiler);
    add_text(self->instruction_set, from->instruction_set);
    add_text(self->libraries, from->libraries);
    add_count(&self->threads, &self->threads_differ, from->threads);
    add_count(&self->ranks, &self->ranks_differ, from->ranks);
    self->seconds += from->seconds > 0.0 ? from->seconds : 0.0;
}
