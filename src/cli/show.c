/* quadrille show: the contents of a result file. */
#include "cli/show.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/rows.h"
#include "cli/screen.h"

/* ---- JSON and CSV, for other programs ------------------------------------------------------------------ */

static void put_member(const char *name, const char *text)
{
    printf("  \"%s\": ", name);
    qd_json_text(stdout, text);
    fputs(",\n", stdout);
}

/* All kept outcomes or the requested ones, at all points or the requested one; intervals as in the table. */
static qd_status_t put_rows(const qd_show_t *self, qd_rows_t *rows, size_t p, size_t o)
{
    for (size_t i = 0; i < QD_VALUES_MAX; i++) {
        qd_result_summary_t summary;
        bool named = self->asked && !self->all;
        if (named ? !self->outcome[i] : !qd_result_file_summarises(self->file, (qd_outcome_t)i))
            continue;
        qd_status_t status = qd_result_file_summary(self->file, p, o, (qd_outcome_t)i, &summary, self->error);
        if (status != QD_OK)
            return status;
        if (summary.count == 0)
            continue;
        bool stopped = !isnan(summary.stop_low);
        qd_rows_text(rows, qd_show_point_name(self, p));
        qd_rows_text(rows, qd_result_file_order_label(self->file, o));
        qd_rows_text(rows, qd_value_info(i)->name);
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
    const char *const column[] = {"point",
                                  "order",
                                  "outcome",
                                  "count",
                                  qd_summary_name[QD_SUMMARY_mean],
                                  qd_summary_name[QD_SUMMARY_low],
                                  qd_summary_name[QD_SUMMARY_high],
                                  qd_summary_name[QD_SUMMARY_sd]};
    qd_rows_t rows = {.out = stdout,
                      .json = json,
                      .column = column,
                      .columns = sizeof column / sizeof *column,
                      .indent = 2};
    qd_status_t status = QD_OK;
    qd_rows_begin(&rows);
    for (size_t p = 0; p < qd_result_file_points(self->file); p++)
        for (size_t o = 0; o < qd_result_file_orders(self->file) && status == QD_OK; o++)
            if (self->point < 0 || (size_t)self->point == p)
                status = put_rows(self, &rows, p, o);
    qd_rows_end(&rows);
    return status;
}

/* Worlds without crises and without missions, in which means over them are 0. */
static qd_status_t put_empty(const qd_show_t *self)
{
    const char *const column[] = {"point", "order", "crises", "missions"};
    qd_rows_t rows = {.out = stdout,
                      .json = true,
                      .column = column,
                      .columns = sizeof column / sizeof *column,
                      .indent = 2};
    size_t orders = qd_result_file_orders(self->file), cells = qd_result_file_points(self->file) * orders;
    qd_status_t status = QD_OK;
    qd_rows_begin(&rows);
    for (size_t i = 0; i < cells && status == QD_OK; i++) {
        double crises = NAN, missions = NAN;
        if (self->point >= 0 && (size_t)self->point != i / orders)
            continue;
        status = qd_show_without(self, i / orders, i % orders, QD_OVER_CRISES, &crises);
        if (status == QD_OK)
            status = qd_show_without(self, i / orders, i % orders, QD_OVER_MISSIONS, &missions);
        qd_rows_text(&rows, qd_show_point_name(self, i / orders));
        qd_rows_text(&rows, qd_result_file_order_label(self->file, i % orders));
        qd_rows_real(&rows, crises);
        qd_rows_real(&rows, missions);
    }
    qd_rows_end(&rows);
    return status;
}

/* Effects of factors on the outcomes of the summary, if the design has effects; strongest first. */
static qd_status_t put_effects(const qd_show_t *self)
{
    qd_rows_t rows = {.out = stdout, .json = true, .table = &qd_effect_table, .indent = 2};
    qd_effects_t effects;
    qd_status_t status = qd_effects_init(&effects, self->file, self->experiment, self->error);
    qd_rows_begin(&rows);
    for (size_t o = 0; o < qd_result_file_orders(self->file) && effects.inputs > 0; o++)
        for (size_t i = 0; i < QD_VALUES_MAX && status == QD_OK; i++)
            if (qd_value_info(i) && (!self->asked || self->outcome[i]) &&
                qd_result_file_summarises(self->file, (qd_outcome_t)i)) {
                status = qd_effects_find(&effects, o, (qd_outcome_t)i, self->error);
                if (status == QD_OK)
                    qd_rows_effects(&rows, &effects, qd_result_file_order_label(self->file, o),
                                    qd_value_info(i)->name);
            }
    qd_rows_end(&rows);
    qd_effects_clear(&effects);
    return status;
}

/* Every column of /claims. */
static qd_status_t put_claims(const qd_show_t *self)
{
    const qd_result_claim_t *claim;
    size_t count;
    qd_status_t status = qd_result_file_claims(self->file, &claim, &count, self->error);
    qd_rows_t rows = {.out = stdout, .json = true, .table = &qd_claim_table, .indent = 2};
    qd_rows_begin(&rows);
    for (size_t c = 0; status == QD_OK && c < count; c++)
        qd_rows_row(&rows, &claim[c]);
    qd_rows_end(&rows);
    return status;
}

static qd_status_t show_csv(const qd_show_t *self)
{
    return put_summary(self, false);
}

/* Provenance, summary, worlds without crises or missions, effects of factors and claims as one JSON object;
 * the summary alone as CSV. All outcomes that are kept, with 95% intervals of their means, unless
 * self->asked. */
static qd_status_t show_json(const qd_show_t *self)
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
    put_member("luck", self->experiment ? qd_experiment_luck_name(self->experiment) : "");
    printf("  \"config_hash\": \"%016" PRIx64 "\",\n  \"seed\": %" PRIu64
           ",\n  \"complete\": %s,\n  \"summary\": ",
           from->config_hash, from->seed, from->complete ? "true" : "false");
    qd_status_t status = put_summary(self, true);
    fputs(",\n  \"without\": ", stdout);
    if (status == QD_OK)
        status = put_empty(self);
    fputs(",\n  \"effects\": ", stdout);
    if (status == QD_OK && self->point < 0)
        status = put_effects(self);
    else
        fputs("[]", stdout);
    fputs(",\n  \"claims\": ", stdout);
    if (status == QD_OK)
        status = put_claims(self);
    puts("\n}");
    return status;
}

#define FAILURES_SHOWN 3

size_t qd_show_length(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

int qd_show_column(const char *text, int indent, int width)
{
    int length = (int)qd_show_length(text);
    if (length < width)
        printf("%s%*s", text, width - length, "");
    else
        printf("%s\n%*s", text, indent + width, "");
    return indent + width;
}

/* ---- provenance ---------------------------------------------------------------------------------------- */

static qd_status_t count_worlds(const qd_show_t *self, uint64_t *done)
{
    *done = 0;
    for (size_t p = 0; p < qd_result_file_points(self->file); p++)
        for (size_t o = 0; o < qd_result_file_orders(self->file); o++) {
            uint64_t here;
            qd_status_t status = qd_result_file_done(self->file, p, o, &here, self->error);
            if (status != QD_OK)
                return status;
            *done += here;
        }
    return QD_OK;
}

static void show_origin(const qd_provenance_t *from)
{
    printf("made      %s by quadrille %s", *from->created ? from->created : "(going on)", from->version);
    if (*from->source_commit && strcmp(from->source_commit, "unknown") != 0)
        printf(" (%.12s)", from->source_commit);
    if (from->threads > 0)
        printf(", %d thread%s", from->threads, QD_S(from->threads));
    if (from->ranks > 1)
        printf(", %d ranks", from->ranks);
    if (*from->instruction_set)
        printf(", %s", from->instruction_set);
    if (from->seconds >= 0.0)
        printf(", %.1f s", from->seconds);
    printf("\n");
    if (*from->command_line) {
        printf("command   ");
        qd_wrapped(from->command_line, 10);
    }
    printf("hashes    config %016llx%s%s\n", (unsigned long long)from->config_hash,
           *from->result_hash ? ", result " : "", from->result_hash);
}

/* Counts the cells that the precision may stop, in a shard those that it has, and the ones of them whose
 * interval is as narrow as requested. */
static qd_status_t count_precise(const qd_show_t *self, size_t *precise, size_t *cells)
{
    const qd_precision_t *precision = &self->experiment->precision;
    bool shard = *qd_result_file_provenance(self->file)->shard != '\0';
    size_t points = qd_result_file_points(self->file), unvaried = qd_experiment_unvaried(self->experiment);
    *precise = *cells = 0;
    for (size_t p = 0; p < points && p < unvaried; p++)
        for (size_t o = 0; o < qd_result_file_orders(self->file); o++) {
            qd_result_summary_t s;
            qd_status_t status =
                qd_result_file_summary(self->file, p, o, precision->outcome, &s, self->error);
            if (status != QD_OK)
                return status;
            *cells += !shard || s.count > 0;
            *precise += s.count >= precision->min_worlds &&
                        fmax(s.stop_high - s.mean, s.mean - s.stop_low) <= precision->half_width;
        }
    return QD_OK;
}

/* For a run that claims stop: their verdicts, and the number of worlds saved by the stop. */
static qd_status_t show_stop_of_claims(const qd_show_t *self, uint64_t done)
{
    const qd_experiment_t *experiment = self->experiment;
    const qd_result_claim_t *claim;
    size_t count, awaited = 0, judged = 0;
    double most = 0.0;
    qd_status_t status = qd_result_file_claims(self->file, &claim, &count, self->error);
    if (status != QD_OK)
        return status;
    for (size_t i = 0; i < count && i < experiment->claims; i++) {
        awaited += experiment->claim[i].awaited;
        judged += experiment->claim[i].awaited && strcmp(claim[i].verdict, "undecided") != 0;
    }
    for (size_t p = 0; p < experiment->points; p++)
        most += (double)experiment->orders * (double)qd_experiment_worlds_at(experiment, p);
    printf("\nprecision until claims are decided at %g %%, at most %llu world%s",
           100.0 * experiment->precision.confidence, (unsigned long long)experiment->worlds,
           QD_S(experiment->worlds));
    if (count > 0)
        printf(": verdicts on %zu of %zu", judged, awaited);
    if (qd_result_file_provenance(self->file)->complete)
        printf("\n          saved %.3g %% of the %.0f worlds of a full run",
               100.0 * (1.0 - (double)done / most), most);
    return QD_OK;
}

/* Prints the requested precision and, after a precision stop, the number of cells that reached it. */
static qd_status_t show_precision(const qd_show_t *self, uint64_t done)
{
    const qd_precision_t *precision = &self->experiment->precision;
    if (precision->claims)
        return show_stop_of_claims(self, done);
    size_t cells, precise;
    printf("\nprecision %s to +-%g at %g %%, at most %llu world%s", qd_outcome_table[precision->outcome].name,
           precision->half_width, 100.0 * precision->confidence, (unsigned long long)self->experiment->worlds,
           QD_S(self->experiment->worlds));
    if (!qd_show_is_stopped(self))
        return QD_OK;
    qd_status_t status = count_precise(self, &precise, &cells);
    printf(": reached in %zu of %zu cell%s", precise, cells, QD_S(cells));
    return status;
}

static qd_status_t show_extent(const qd_show_t *self)
{
    const qd_provenance_t *from = qd_result_file_provenance(self->file);
    size_t points = qd_result_file_points(self->file), orders = qd_result_file_orders(self->file);
    uint64_t done = 0;
    qd_status_t status = count_worlds(self, &done);
    if (status != QD_OK)
        return status;
    printf("holds     %llu world%s over %zu point%s x %zu order%s, seed %llu", (unsigned long long)done,
           QD_S(done), points, QD_S(points), orders, QD_S(orders), (unsigned long long)from->seed);
    if (self->experiment)
        printf(", luck %s", qd_experiment_luck_name(self->experiment));
    if (*from->shard)
        printf(", shard %s", from->shard);
    if (self->experiment && self->experiment->precision.given)
        status = show_precision(self, done);
    printf("\nstate     %s\n",
           from->complete ? "complete" : "NOT complete: the tables cover the worlds so far");
    return status;
}

static qd_status_t show_failures(const qd_show_t *self)
{
    const qd_result_failure_t *failure;
    size_t count;
    qd_status_t status = qd_result_file_failures(self->file, &failure, &count, self->error);
    if (status != QD_OK || count == 0)
        return status;
    printf("failed    %zu world%s set aside\n", count, QD_S(count));
    for (size_t i = 0; i < count && i < FAILURES_SHOWN; i++)
        printf("          point %s, %s, world %llu: %s\n",
               qd_result_file_point_label(self->file, failure[i].point),
               qd_result_file_order_label(self->file, failure[i].order), (unsigned long long)failure[i].world,
               failure[i].reason);
    return QD_OK;
}

static qd_status_t show_provenance(const qd_show_t *self)
{
    const qd_provenance_t *from = qd_result_file_provenance(self->file);
    printf("%s\n", *from->title ? from->title : "(untitled)");
    if (*from->about) {
        printf("  ");
        qd_wrapped(from->about, 2);
    }
    show_origin(from);
    qd_status_t status = show_extent(self);
    return status == QD_OK ? show_failures(self) : status;
}

/* ---- command line -------------------------------------------------------------------------------------- */

static void free_names(qd_show_t *self)
{
    for (size_t p = 0; self->name && p < qd_result_file_points(self->file); p++)
        free(self->name[p]);
    free(self->name);
}

/* A name is made when it is first shown: a large design has many points. */
const char *qd_show_point_name(const qd_show_t *self, size_t point)
{
    const char *label = qd_result_file_point_label(self->file, point);
    bool known = self->experiment && self->experiment->points == qd_result_file_points(self->file);
    if (known && !self->name[point])
        self->name[point] = qd_experiment_point_name(self->experiment, point);
    if (known && !self->name[point])
        (void)qd_no_memory(self->error); /* told at the end */
    return self->name[point] ? self->name[point] : label;
}

static qd_status_t show_all(const qd_show_t *self)
{
    if (self->form == QD_FORM_JSON)
        return show_json(self);
    if (self->form == QD_FORM_CSV)
        return show_csv(self);
    qd_status_t status = show_provenance(self);
    if (status == QD_OK)
        status = qd_show_summary(self);
    if (status == QD_OK)
        status = qd_show_claims(self);
    if (status == QD_OK && self->point < 0)
        status = qd_show_contrasts(self);
    if (status == QD_OK && self->point < 0)
        status = qd_show_sensitivity(self);
    if (status == QD_OK && self->point < 0)
        status = qd_show_effects(self);
    return status;
}

/* Prints everything or, after a fault, nothing: never half a table. */
static qd_status_t show_whole(const qd_show_t *self)
{
    bool held = qd_screen_hold();
    qd_status_t status = show_all(self);
    if (status == QD_OK)
        status = self->error->status;
    if (status == QD_OK)
        status = qd_result_file_fault(self->file, self->error);
    if (held)
        qd_screen_release(status == QD_OK);
    return status;
}

static int show_file(qd_show_t *self, const char *path, const char *point)
{
    qd_status_t status = qd_result_file_open(path, &self->file, self->error);
    if (status != QD_OK)
        return qd_cli_fail(self->error);
    if (qd_cli_read_experiment(self->file, path, &self->experiment, self->error) != QD_OK) {
        qd_result_file_close(self->file);
        return qd_cli_fail(self->error);
    }
    /* A damaged or changed file is shown with a warning. */
    int doubtful = 0;
    if (qd_result_file_check(self->file, false, self->error) != QD_OK)
        doubtful = qd_cli_fail(self->error);
    *self->error = QD_ERROR_NONE;
    size_t position = 0;
    if (self->asked)
        status = qd_cli_find_outcomes(self->asked, self->outcome, self->error);
    if (status == QD_OK && point)
        status = qd_cli_find_point(self->file, self->experiment, point, &position, self->error);
    self->point = point ? (long)position : -1;
    self->name = qd_new(qd_result_file_points(self->file), sizeof *self->name, self->error);
    if (status == QD_OK && !self->name)
        status = QD_ERROR_MEMORY;
    if (status == QD_OK)
        status = show_whole(self);
    int result = status == QD_OK ? doubtful : qd_cli_fail(self->error);
    free_names(self);
    qd_experiment_free(self->experiment);
    qd_result_file_close(self->file);
    return result;
}

typedef struct {
    qd_form_t form;
    const char *outcomes, *point;
} arguments_t;

static const qd_option_t options[] = {
    QD_OPTION_JSON(
        arguments_t, form,
        "all of it as one JSON object: provenance, summary, worlds without crises or missions, effects of "
        "factors, claims"),
    QD_OPTION_CSV(arguments_t, form, "the summary as CSV: one line for each point, order and outcome"),
    {"outcomes", 0, "LIST",
     "outcomes to show, by name with commas between, instead of the main ones; `all`: all that the file "
     "keeps",
     qd_take_word, offsetof(arguments_t, outcomes), "names of outcomes", NULL},
    {"point", 0, "POINT",
     "one design point only: by its name as shown, label, values (factor=value,...) or position",
     qd_take_word, offsetof(arguments_t, point), "the name of a point", NULL},
    QD_OPTION_PLUGIN,
    QD_OPTIONS_END,
};

static int run(int argc, char **argv)
{
    qd_error_t error = QD_ERROR_NONE;
    arguments_t arguments = {0};
    int code = qd_options_take(&qd_command_show, argc, argv, &arguments);
    if (code >= 0)
        return code;
    qd_show_t self = {.point = -1, .form = arguments.form, .error = &error};
    self.asked = arguments.outcomes;
    self.all = self.asked && strcmp(self.asked, "all") == 0;
    return show_file(&self, argv[optind], arguments.point);
}

const qd_command_t qd_command_show = {
    .name = "show",
    .meaning = "the contents of a result file: provenance, summary, verdicts on claims",
    .synopsis = "OUT.h5 [OPTION]...",
    .about =
        "Prints what a result file holds: where it comes from, a summary table, the verdicts on its claims, "
        "contrasts and sensitivity. OUT.h5 may also be the folder OUT.h5.parts of an unfinished run.",
    .option = options,
    .operand = "result files",
    .least = 1,
    .most = 1,
    .complete = "*.h5",
    .run = run,
};
