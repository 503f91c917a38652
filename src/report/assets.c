/* The files of the page, built into the program by the assembler. CMake names them and rebuilds this file when they change. */
#include "report/report.h"

#define ASSET(name, path)                                                                                    \
    __asm__(".section .rodata\n"                                                                             \
            ".globl qd_asset_" #name "\n"                                                                    \
            ".globl qd_asset_" #name "_end\n"                                                                \
            ".hidden qd_asset_" #name ", qd_asset_" #name "_end\n"                                           \
            "qd_asset_" #name ":\n"                                                                          \
            ".incbin \"" path "\"\n"                                                                         \
            "qd_asset_" #name "_end:\n"                                                                      \
            ".byte 0\n"                                                                                      \
            ".previous\n");                                                                                  \
    extern const char qd_asset_##name[], qd_asset_##name##_end[]

ASSET(html, QD_REPORT_HTML);
ASSET(css, QD_REPORT_CSS);
ASSET(script, QD_REPORT_SCRIPT);

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
