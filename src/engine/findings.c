#include "engine/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

const char *qd_analysis_text(qd_analysis_t *self, const char *format, ...)
{
    char *text = NULL, **larger = qd_resize(self->text, self->texts + 1, sizeof *larger, NULL);
    if (!larger)
        return NULL;
    self->text = larger;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        return NULL;
    return self->text[self->texts++] = text;
}

void qd_analysis_free(qd_analysis_t *self)
{
    for (size_t i = 0; i < self->texts; i++)
        free(self->text[i]);
    free(self->text);
    free(self->claim);
    free(self->by_order);
    free(self->ablation);
    free(self->baseline);
    free(self->robustness);
    free(self->robustness_place);
    free(self->turning);
    free(self->contrast);
    free(self->sensitivity);
    *self = (qd_analysis_t){0};
}
