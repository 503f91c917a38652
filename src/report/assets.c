/* The files of the page. */
#include "base/asset.h"
#include "report/report.h"

QD_ASSET(html, QD_REPORT_HTML);
QD_ASSET(css, QD_REPORT_CSS);
QD_ASSET(script, QD_REPORT_SCRIPT);

static void put(FILE *out, const char *from, const char *end)
{
    fwrite(from, 1, (size_t)(end - from), out);
}

void qd_report_put_body(FILE *out)
{
    put(out, qd_asset_html, qd_asset_html_end);
}

void qd_report_put_style(FILE *out)
{
    put(out, qd_asset_css, qd_asset_css_end);
}

void qd_report_put_script(FILE *out)
{
    put(out, qd_asset_script, qd_asset_script_end);
}
