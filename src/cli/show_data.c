/* What `quadrille show` says, as JSON or CSV for other programs. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/show.h"
#include "statistics/interval.h"

#define CONFIDENCE 0.95

/* One row of the summary: an outcome at a point and order. */
typedef struct {
    const char *point, *order, *outcome;
    qd_result_summary_t summary;
    double low, high; /* of the mean's interval */
} row_t;

typedef void put_row_t(const row_t *row, bool first);

static void put_member(const char *name, const char *text)
{
    printf("  \"%s\": ", name);
    qd_json_text(stdout, text);
    fputs(",\n", stdout);
}

static void put_real(const char *name, double x)
{
    printf(", \"%s\": ", name);
    qd_json_real(stdout, x);
}

static void put_text(const char *name, const char *text, bool first)
{
    printf("%s\"%s\": ", first ? "" : ", ", name);
    qd_json_text(stdout, text);
}

static void put_json_row(const row_t *row, bool first)
{
    fputs(first ? "\n    {" : ",\n    {", stdout);
    put_text("point", row->point, true);
    put_text("order", row->order, false);
    put_text("outcome", row->outcome, false);
    printf(", \"count\": %" PRIu64, (uint64_t)row->summary.count);
    put_real("mean", row->summary.mean);
    put_real("low", row->low);
    put_real("high", row->high);
    put_real("sd", row->summary.sd);
    putchar('}');
}

static void put_csv_text(const char *text)
{
    putchar('"');
    for (const char *s = text; *s; s++)
        printf("%s%c", *s == '"' ? "\"" : "", *s);
    putchar('"');
}

/* Empty where there is none. */
static void put_csv_real(double x)
{
    putchar(',');
    if (isfinite(x))
        qd_json_real(stdout, x);
}

static void put_csv_row(const row_t *row, bool first)
{
    if (first)
        puts("point,order,outcome,count,mean,low,high,sd");
    put_csv_text(row->point);
    putchar(',');
    put_csv_text(row->order);
    printf(",%s,%" PRIu64, row->outcome, (uint64_t)row->summary.count);
    put_csv_real(row->summary.mean);
    put_csv_real(row->low);
    put_csv_real(row->high);
    put_csv_real(row->summary.sd);
    putchar('\n');
}

/* All outcomes that the file keeps, or those asked for, at all points or the one asked for. */
static qd_status_t put_rows(const qd_show_t *self, put_row_t *put)
{
    bool first = true;
    for (size_t p = 0; p < qd_result_file_points(self->file); p++)
        for (size_t o = 0; o < qd_result_file_orders(self->file); o++)
            for (size_t i = 0; i < QD_OUTCOMES; i++) {
                if ((self->point >= 0 && (size_t)self->point != p) || (self->asked && !self->outcome[i]))
                    continue;
                row_t row = {.point = qd_show_point_name(self, p),
                             .order = qd_result_file_order_label(self->file, o),
                             .outcome = qd_outcome_table[i].name};
                qd_error_t unkept = QD_ERROR_NONE;
                qd_status_t status = qd_result_file_summary(self->file, p, o, (qd_outcome_t)i, &row.summary,
                                                            self->asked ? self->error : &unkept);
                if (status != QD_OK && self->asked)
                    return status;
                if (status != QD_OK || row.summary.count == 0)
                    continue;
                qd_interval_t interval = {NAN, NAN};
                if (row.summary.count >= 2)
                    interval =
                        qd_interval_mean(row.summary.mean, row.summary.sd, row.summary.count, CONFIDENCE);
                row.low = interval.low;
                row.high = interval.high;
                put(&row, first);
                first = false;
            }
    return QD_OK;
}

static qd_status_t put_claims(const qd_show_t *self)
{
    const qd_result_claim_t *claim;
    size_t count;
    qd_status_t status = qd_result_file_claims(self->file, &claim, &count, self->error);
    for (size_t c = 0; status == QD_OK && c < count; c++) {
        fputs(c ? ",\n    {" : "\n    {", stdout);
        put_text("id", claim[c].id, true);
        put_text("says", claim[c].says, false);
        put_text("kind", claim[c].kind, false);
        put_text("outcome", claim[c].outcome, false);
        put_text("order", claim[c].order, false);
        put_text("verdict", claim[c].verdict, false);
        put_text("status", claim[c].status, false);
        put_text("note", claim[c].note, false);
        put_real("estimate", claim[c].estimate);
        put_real("low", claim[c].low);
        put_real("high", claim[c].high);
        put_real("margin", claim[c].margin);
        put_real("confidence", claim[c].confidence);
        put_real("p", claim[c].p);
        put_real("p_holm", claim[c].p_holm);
        printf(", \"worlds\": %" PRId64 "}", claim[c].worlds);
    }
    return status;
}

qd_status_t qd_show_csv(const qd_show_t *self)
{
    return put_rows(self, put_csv_row);
}

qd_status_t qd_show_json(const qd_show_t *self)
{
    const qd_provenance_t *from = qd_result_file_provenance(self->file);
    puts("{");
    put_member("title", from->title);
    put_member("about", from->about);
    put_member("version", from->version);
    put_member("source_commit", from->source_commit);
    put_member("created", from->created);
    put_member("command_line", from->command_line);
    put_member("shard", from->shard);
    put_member("result_hash", from->result_hash);
    printf("  \"config_hash\": \"%016" PRIx64 "\",\n  \"seed\": %" PRIu64
           ",\n  \"complete\": %s,\n  \"summary\": [",
           from->config_hash, from->seed, from->complete ? "true" : "false");
    qd_status_t status = put_rows(self, put_json_row);
    fputs("\n  ],\n  \"claims\": [", stdout);
    if (status == QD_OK)
        status = put_claims(self);
    puts("\n  ]\n}");
    return status;
}
