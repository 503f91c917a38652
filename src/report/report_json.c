#include "report/report_parts.h"

#include <math.h>

#include "base/text.h"

void qd_report_put_real(FILE *out, double x)
{
    if (isfinite(x))
        fprintf(out, "%.5g", x);
    else
        fputs("null", out);
}

/* "KEY": */
static void put_key(FILE *out, const char *key)
{
    qd_json_text(out, key);
    putc(':', out);
}

void qd_report_put_text(FILE *out, const char *key, const char *value)
{
    put_key(out, key);
    qd_json_text(out, value == NULL ? "" : value);
    putc(',', out);
}

void qd_report_put_number(FILE *out, const char *key, double x)
{
    put_key(out, key);
    qd_report_put_real(out, x);
    putc(',', out);
}

void qd_report_put_reals(FILE *out, const double value[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            putc(',', out);
        qd_report_put_real(out, value[i]);
    }
}

void qd_report_put_comma(FILE *out, size_t position)
{
    if (position > 0)
        putc(',', out);
}
