/* What `quadrille show` says, as JSON or CSV for other programs. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "cli/rows.h"
#include "cli/show.h"

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

/* All outcomes that the file keeps, or those asked for, at all points or the one asked for; intervals as in the table. */
static qd_status_t put_rows(const qd_show_t *self, qd_rows_t *rows, size_t p, size_t o)
{
    for (size_t i = 0; i < qd_outcome_count; i++) {
        qd_error_t unkept = QD_ERROR_NONE;
        qd_result_summary_t summary;
        if (self->asked && !self->outcome[i])
            continue;
        qd_status_t status = qd_result_file_summary(self->file, p, o, (qd_outcome_t)i, &summary,
                                                    self->asked && !self->all ? self->error : &unkept);
        if (status != QD_OK && self->asked && !self->all)
            return status;
        if (status != QD_OK || summary.count == 0)
            continue;
        bool stopped = !isnan(summary.stop_low);
        qd_rows_text(rows, qd_show_point_name(self, p));
        qd_rows_text(rows, qd_result_file_order_label(self->file, o));
        qd_rows_text(rows, qd_outcome_table[i].name);
        qd_rows_natural(rows, summary.count);
        qd_rows_real(rows, summary.mean);
        qd_rows_real(rows, stopped ? summary.stop_low : summary.low);
        qd_rows_real(rows, stopped ? summary.stop_high : summary.high);
        qd_rows_real(rows, summary.sd);
    }
    return QD_OK;
}

static qd_status_t put_summary(const qd_show_t *self, bool json)
{
    static const char *const column[] = {"point", "order", "outcome", "count", "mean", "low", "high", "sd"};
    qd_rows_t rows = {.out = stdout, .json = json, .column = column, .columns = 8, .indent = 2};
    qd_status_t status = QD_OK;
    qd_rows_begin(&rows);
    for (size_t p = 0; p < qd_result_file_points(self->file); p++)
        for (size_t o = 0; o < qd_result_file_orders(self->file) && status == QD_OK; o++)
            if (self->point < 0 || (size_t)self->point == p)
                status = put_rows(self, &rows, p, o);
    qd_rows_end(&rows);
    return status;
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
    return put_summary(self, false);
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
           ",\n  \"complete\": %s,\n  \"summary\": ",
           from->config_hash, from->seed, from->complete ? "true" : "false");
    qd_status_t status = put_summary(self, true);
    fputs(",\n  \"claims\": [", stdout);
    if (status == QD_OK)
        status = put_claims(self);
    puts("\n  ]\n}");
    return status;
}
