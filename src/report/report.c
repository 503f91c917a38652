#include "report/report.h"

/* Puts a text into markup: what could end it or begin a tag or an entity becomes an entity. */
static void put_escaped(FILE *out, const char *text)
{
    for (const char *c = text; *c; c++)
        if (*c == '<' || *c == '>' || *c == '&' || *c == '"' || *c == '\'')
            fprintf(out, "&#%d;", *c);
        else
            putc(*c, out);
}

qd_status_t qd_report_write(qd_result_file_t *file, const qd_experiment_t *experiment,
                            const qd_report_options_t *options, FILE *out, qd_error_t *error)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src "
          "'unsafe-inline'; "
          "style-src 'unsafe-inline'; img-src data: blob:\">\n<link rel=\"icon\" href=\"data:,\">\n<title>",
          out);
    put_escaped(out, qd_result_file_provenance(file)->title);
    fputs(" – quadrille report</title>\n<style>\n", out);
    qd_report_put_style(out);
    fputs("</style>\n</head>\n<body>\n", out);
    qd_report_put_body(out);
    fputs("<script type=\"application/json\" id=\"data\">\n", out);
    qd_status_t status = qd_report_data(file, experiment, options, out, error);
    fputs("\n</script>\n<script>\n(() => {\n'use strict';\n", out);
    qd_report_put_script(out);
    fputs("})();\n</script>\n</body>\n</html>\n", out);
    return status;
}
