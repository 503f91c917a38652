/* The report: the page, and its data as one JSON object. Numbers have five digits, more than a figure
 * shows. */
#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/memory.h"
#include "base/text.h"
#include "registry/rows.h"
#include "report/report_parts.h"

/* Greatest number of (point, order) pairs with curves, for 140 periods; fewer for more periods: about a
 * megabyte. */
#define REPORT_CELLS 24

/* Up to this number of (point, order) pairs all outcomes are summarised; beyond it the main ones. */
#define REPORT_ALL_OUTCOMES 360

QD_ASSET(html, QD_REPORT_HTML);
QD_ASSET(css, QD_REPORT_CSS);
QD_ASSET(script, QD_REPORT_SCRIPT);

static void put(FILE *out, const char *from, const char *end)
{
    fwrite(from, 1, (size_t)(end - from), out);
}

/* Files of the page that were built into the program. */
static void report_put_body(FILE *out)
{
    put(out, qd_asset_html, qd_asset_html_end);
}

static void report_put_style(FILE *out)
{
    put(out, qd_asset_css, qd_asset_css_end);
}

static void report_put_script(FILE *out)
{
    put(out, qd_asset_script, qd_asset_script_end);
}

#define CONFIDENCE 0.95

/* ---- provenance, points, factors ----------------------------------------------------------------------- */

static void write_provenance(const qd_report_t *self)
{
    const qd_provenance_t *from = qd_result_file_provenance(self->file);
    FILE *out = self->out;
    qd_report_put_text(out, "file", self->options->name);
    qd_report_put_text(out, "title", from->title);
    qd_report_put_text(out, "about", from->about);
    qd_report_put_text(out, "config", from->config);
    fprintf(out, "\"complete\":%s,\"confidence\":%g,\"provenance\":{", from->complete ? "true" : "false",
            CONFIDENCE);
    fprintf(out, "\"seed\":\"%llu\",\"config_hash\":\"%016llx\",", (unsigned long long)from->seed,
            (unsigned long long)from->config_hash);
    qd_report_put_text(out, "luck", qd_experiment_luck_name(self->experiment));
    qd_report_put_text(out, "result_hash", from->result_hash);
    qd_report_put_text(out, "version", from->version);
    qd_report_put_text(out, "commit", from->source_commit);
    qd_report_put_text(out, "created", from->created);
    qd_report_put_text(out, "command_line", from->command_line);
    qd_report_put_text(out, "host", from->host);
    qd_report_put_text(out, "compiler", from->compiler);
    qd_report_put_text(out, "instruction_set", from->instruction_set);
    qd_report_put_text(out, "libraries", from->libraries);
    qd_report_put_number(out, "seconds", from->seconds);
    fprintf(out, "\"threads\":%d,\"ranks\":%d},\n", from->threads, from->ranks);
}

static qd_status_t write_extent(const qd_report_t *self)
{
    const qd_result_failure_t *failure;
    size_t failures;
    uint64_t total = 0;
    FILE *out = self->out;
    fputs("\"points\":[", out);
    for (size_t p = 0; p < self->points; p++) {
        qd_report_put_comma(out, p);
        qd_json_text(out, qd_result_file_point_label(self->file, p));
    }
    fputs("],\"claim_point\":[", out);
    for (size_t p = 0; p < self->points; p++)
        fprintf(out, "%s%d", p > 0 ? "," : "", self->experiment->point[p].from_claim);
    fputs("],\"detail\":[", out);
    for (size_t k = 0; k < self->details; k++)
        fprintf(out, "%s%zu", k > 0 ? "," : "", self->detail[k]);
    fputs("],\"orders\":[", out);
    for (size_t o = 0; o < self->orders; o++) {
        qd_report_put_comma(out, o);
        qd_json_text(out, qd_result_file_order_label(self->file, o));
    }
    for (size_t p = 0; p < self->points; p++)
        for (size_t o = 0; o < self->orders; o++) {
            uint64_t done;
            qd_status_t status = qd_result_file_done(self->file, p, o, &done, self->error);
            if (status != QD_OK)
                return status;
            total += done;
        }
    qd_status_t status = qd_result_file_failures(self->file, &failure, &failures, self->error);
    fprintf(out, "],\"worlds_total\":%llu,\"failures\":%zu,\n", (unsigned long long)total, failures);
    return status;
}

static void put_level(FILE *out, const qd_factor_t *factor, double value)
{
    qd_parameter_type_t type =
        factor->parameter < 0 ? QD_TYPE_REAL : qd_parameter_info((size_t)factor->parameter)->type;
    if (isnan(value))
        fputs("null", out);
    else if (factor->parameter < 0)
        qd_json_text(out, qd_doctrine_table[(size_t)value].name);
    else if (type == QD_TYPE_FLAG)
        fputs(value != 0.0 ? "\"true\"" : "\"false\"", out);
    else if (type == QD_TYPE_SCOPE)
        fputs(value != 0.0 ? "\"leader\"" : "\"all\"", out);
    else
        fprintf(out, "%.8g", value);
}

static bool is_worded(const qd_factor_t *factor)
{
    if (factor->parameter < 0)
        return true;
    qd_parameter_type_t type = qd_parameter_info((size_t)factor->parameter)->type;
    return type == QD_TYPE_FLAG || type == QD_TYPE_SCOPE;
}

static void write_factors(const qd_report_t *self)
{
    const qd_design_t *design = &self->experiment->design;
    FILE *out = self->out;
    fputs("\"factors\":[", out);
    for (size_t f = 0; f < design->factors; f++) {
        qd_report_put_comma(out, f);
        fputs("{", out);
        qd_report_put_text(out, "name", design->factor[f].name);
        fprintf(out, "\"text\":%s,\"value\":[", is_worded(&design->factor[f]) ? "true" : "false");
        for (size_t p = 0; p < self->points; p++) {
            qd_report_put_comma(out, p);
            put_level(out, &design->factor[f], self->experiment->point[p].coordinate[f]);
        }
        fputs("]}", out);
    }
    fputs("],\n", out);
}

/* ---- outcomes ------------------------------------------------------------------------------------------ */

/* For a design with many points: the main outcomes, and the outcomes of claims. */
static bool is_wanted(const qd_report_t *self, qd_outcome_t outcome)
{
    if (self->points * self->orders <= REPORT_ALL_OUTCOMES || qd_outcome_is_main(outcome))
        return true;
    for (size_t c = 0; c < self->experiment->claims; c++)
        if (self->experiment->claim[c].outcome == outcome)
            return true;
    return false;
}

typedef enum { MEAN, LOW, HIGH } bound_t;

static qd_status_t write_bound(const qd_report_t *self, qd_outcome_t outcome, bound_t bound, const char *name)
{
    fprintf(self->out, "\"%s\":[", name);
    for (size_t i = 0; i < self->points * self->orders; i++) {
        qd_result_summary_t summary;
        qd_status_t status = qd_result_file_summary(self->file, i / self->orders, i % self->orders, outcome,
                                                    &summary, self->error);
        if (status != QD_OK)
            return status;
        double value = bound == MEAN ? summary.mean : bound == LOW ? summary.low : summary.high;
        qd_report_put_comma(self->out, i);
        qd_report_put_real(self->out, summary.count > 0 ? value : (double)NAN);
    }
    fputs(bound == HIGH ? "]" : "],", self->out);
    return QD_OK;
}

static qd_status_t write_outcome(const qd_report_t *self, qd_outcome_t outcome)
{
    const qd_outcome_info_t *info = &qd_outcome_table[outcome];
    fputs("{", self->out);
    qd_report_put_text(self->out, "name", info->name);
    qd_report_put_text(self->out, "unit", info->unit);
    qd_report_put_text(self->out, "meaning", info->meaning);
    qd_status_t status = write_bound(self, outcome, MEAN, "mean");
    if (status == QD_OK)
        status = write_bound(self, outcome, LOW, "low");
    if (status == QD_OK)
        status = write_bound(self, outcome, HIGH, "high");
    fputs("}", self->out);
    return status;
}

static qd_status_t write_outcomes(const qd_report_t *self)
{
    size_t written = 0, left_out = 0;
    qd_status_t status = QD_OK;
    fputs("\"outcomes\":[", self->out);
    for (size_t i = 0; i < qd_outcome_count && status == QD_OK; i++) {
        if (!qd_result_file_summarises(self->file, (qd_outcome_t)i))
            continue;
        if (!is_wanted(self, (qd_outcome_t)i)) {
            left_out++;
            continue;
        }
        qd_report_put_comma(self->out, written++);
        status = write_outcome(self, (qd_outcome_t)i);
    }
    fprintf(self->out, "],\"outcomes_left_out\":%zu,\n", left_out);
    return status;
}

/* ---- curves -------------------------------------------------------------------------------------------- */

/* "KEY":[...] of a variable over (point, order, ...), for the points with details one after the other;
 * nothing where the file has no such variable. */
static qd_status_t write_details(const qd_report_t *self, const char *key, const char *variable, size_t rank)
{
    fprintf(self->out, "\"%s\":[", key);
    for (size_t k = 0; k < self->details; k++) {
        double *value;
        size_t count;
        qd_status_t status =
            qd_result_file_at_point(self->file, variable, rank, self->detail[k], &value, &count, self->error);
        if (status != QD_OK)
            return status;
        qd_report_put_comma(self->out, k);
        qd_report_put_reals(self->out, value, count);
        free(value);
    }
    fputs("],", self->out);
    return QD_OK;
}

static qd_status_t write_whole(const qd_report_t *self, const char *key, const char *variable)
{
    double *value;
    size_t count;
    qd_status_t status = qd_result_file_reals(self->file, variable, &value, &count, self->error);
    if (status != QD_OK)
        return status;
    fprintf(self->out, "\"%s\":[", key);
    qd_report_put_reals(self->out, value, count);
    fputs("],", self->out);
    free(value);
    return QD_OK;
}

static qd_status_t write_survival(const qd_report_t *self)
{
    static const char *const curve[] = {"estimate", "low", "high", "at_risk"};
    if (!qd_result_file_holds(self->file, "/survival/estimate"))
        return QD_OK;
    qd_status_t status = QD_OK;
    char path[64];
    fputs("\"survival\":{", self->out);
    for (size_t i = 0; i < sizeof curve / sizeof *curve && status == QD_OK; i++) {
        snprintf(path, sizeof path, "/survival/%s", curve[i]);
        status = write_details(self, curve[i], path, 3);
    }
    fputs("\"kind\":\"Kaplan-Meier\"},\n", self->out);
    return status;
}

static qd_status_t write_histograms(const qd_report_t *self)
{
    qd_status_t status = QD_OK;
    bool first = true;
    char path[128];
    fputs("\"histogram\":{", self->out);
    for (size_t i = 0; i < qd_outcome_count && status == QD_OK; i++) {
        const char *name = qd_outcome_table[i].name;
        snprintf(path, sizeof path, "/summary/%s/histogram", name);
        if (!is_wanted(self, (qd_outcome_t)i) || !qd_result_file_holds(self->file, path))
            continue;
        fprintf(self->out, "%s\"%s\":{", first ? "" : ",", name);
        first = false;
        status = write_details(self, "count", path, 3);
        snprintf(path, sizeof path, "/summary/%s/bin_low", name);
        if (status == QD_OK)
            status = write_whole(self, "low", path);
        snprintf(path, sizeof path, "/summary/%s/bin_high", name);
        if (status == QD_OK)
            status = write_whole(self, "high", path);
        fputs("\"bins\":64}\n", self->out);
    }
    fputs("},\n", self->out);
    return status;
}

static qd_status_t write_plane(const qd_report_t *self)
{
    if (!qd_result_file_holds(self->file, "/plane/count"))
        return QD_OK;
    fputs("\"plane\":{", self->out);
    qd_status_t status = write_whole(self, "x", "/survival_bin");
    if (status == QD_OK)
        status = write_whole(self, "y", "/blocs_bin");
    if (status == QD_OK)
        status = write_details(self, "count", "/plane/count", 4);
    fputs("\"kind\":\"counts\"},\n", self->out);
    return status;
}

static qd_status_t write_paths(const qd_report_t *self)
{
    static const char *const curve[] = {"mean", "q05", "q95"};
    qd_status_t status = QD_OK;
    bool first = true;
    char path[128];
    fputs("\"paths\":{", self->out);
    for (size_t s = 0; s < QD_SERIES_COUNT && status == QD_OK; s++) {
        const qd_series_info_t *info = &qd_series_table[s];
        snprintf(path, sizeof path, "/paths/%s/mean", info->name);
        if (!qd_result_file_holds(self->file, path))
            continue;
        fprintf(self->out, "%s\"%s\":{", first ? "" : ",", info->name);
        first = false;
        for (size_t i = 0; i < sizeof curve / sizeof *curve && status == QD_OK; i++) {
            snprintf(path, sizeof path, "/paths/%s/%s", info->name, curve[i]);
            status = write_details(self, curve[i], path, 3);
        }
        qd_report_put_text(self->out, "unit", info->unit);
        fputs("\"meaning\":", self->out);
        qd_json_text(self->out, info->meaning);
        fputs("}\n", self->out);
    }
    fputs("},\n", self->out);
    return status;
}

static void write_sentences(FILE *out, const char *key, const char *const sentence[])
{
    fprintf(out, "\"%s\":[", key);
    for (size_t i = 0; sentence[i]; i++) {
        qd_report_put_comma(out, i);
        qd_json_text(out, sentence[i]);
    }
    fputs("],\n", out);
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

/* The number of points whose curves fit into a report, for the numbers of orders and periods; at least 1. */
static size_t curves_room(size_t orders, size_t periods)
{
    size_t cells = (size_t)REPORT_CELLS * 140 / (periods > 140 ? periods : 140);
    size_t points = cells / (orders > 0 ? orders : 1);
    return points > 0 ? points : 1;
}

static size_t periods_of(const qd_report_t *self)
{
    double *period;
    size_t count;
    qd_error_t scratch = QD_ERROR_NONE;
    if (qd_result_file_reals(self->file, "/period", &period, &count, &scratch) != QD_OK)
        return 1;
    free(period);
    return count > 0 ? count : 1;
}

static qd_status_t choose_details(qd_report_t *self, size_t periods)
{
    const qd_report_options_t *options = self->options;
    size_t room = options->points > 0 ? options->points : curves_room(self->orders, periods);
    self->details = room < self->points ? room : self->points;
    if (options->points > 0)
        self->details = options->points;
    self->detail = qd_new(self->details, sizeof *self->detail, self->error);
    if (!self->detail)
        return QD_ERROR_MEMORY;
    for (size_t k = 0; k < self->details; k++)
        self->detail[k] = options->points > 0 ? options->point[k] : k;
    return QD_OK;
}

/* The data of the page as one JSON object. */
static qd_status_t report_data(qd_result_file_t *file, const qd_experiment_t *experiment,
                               const qd_report_options_t *options, FILE *out, qd_error_t *error)
{
    static qd_status_t (*const part[])(const qd_report_t *) = {write_extent,
                                                               write_outcomes,
                                                               write_survival,
                                                               write_histograms,
                                                               write_plane,
                                                               write_paths,
                                                               qd_report_write_claims,
                                                               qd_report_write_contrasts,
                                                               qd_report_write_sensitivity,
                                                               qd_report_write_effects};
    qd_report_t self = {.file = file,
                        .experiment = experiment,
                        .options = options,
                        .out = out,
                        .error = error,
                        .points = qd_experiment_unvaried(experiment),
                        .orders = qd_result_file_orders(file)};
    size_t periods = periods_of(&self);
    qd_status_t status = choose_details(&self, periods);
    if (status != QD_OK)
        return status;
    fputs("{", out);
    write_provenance(&self);
    write_factors(&self);
    for (size_t i = 0; i < sizeof part / sizeof *part && status == QD_OK; i++)
        status = part[i](&self);
    write_sentences(out, "assumed", qd_assumed);
    write_sentences(out, "found", qd_found);
    fprintf(out, "\"periods\":%zu}", periods);
    free(self.detail);
    return status;
}

/* Writes a text into markup: characters with a meaning in HTML become entities. */
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
    report_put_style(out);
    fputs("</style>\n</head>\n<body>\n", out);
    report_put_body(out);
    fputs("<script type=\"application/json\" id=\"data\">\n", out);
    qd_status_t status = report_data(file, experiment, options, out, error);
    if (status == QD_OK)
        status = qd_result_file_fault(file, error);
    fputs("\n</script>\n<script>\n(() => {\n'use strict';\n", out);
    report_put_script(out);
    fputs("})();\n</script>\n</body>\n</html>\n", out);
    return status;
}
