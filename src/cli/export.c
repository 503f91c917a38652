/* quadrille export: the contents of a result file, row by row, for other tools. Memory does not depend on the
 * number of worlds. */
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
#include "experiment/distributions.h"

#define BLOCK 4096 /* worlds read at once: a chunk of /worlds */

typedef struct {
    qd_form_t form;
    const char *output, *outcomes;
    char *points; /* qd_cli_find_points cuts it up */
    bool summary, design, effects, force;
} arguments_t;

typedef struct {
    const arguments_t *asked;
    const char *path;
    qd_result_file_t *file;
    qd_experiment_t *experiment; /* as the file states it; NULL where that cannot be read */
    size_t *point, points;       /* exported ones, in this order */
    bool chosen[QD_VALUES_MAX];
    qd_outcome_t outcome[QD_VALUES_MAX]; /* exported ones */
    size_t outcomes;
    qd_rows_t rows;
    const char *name; /* of the current point */
    qd_error_t *error;
} export_t;

/* The point's name as `show` has it, malloc'ed; NULL when memory is short. */
static char *name_of(const export_t *self, size_t point)
{
    return self->experiment ? qd_experiment_point_name(self->experiment, point)
                            : strdup(qd_result_file_point_label(self->file, point));
}

/* ---- worlds -------------------------------------------------------------------------------------------- */

/* One (point, order) while its worlds are written. */
typedef struct {
    size_t point, order;
    uint64_t *failed; /* worlds that were set aside, ascending */
    size_t failures, next;
    bool all; /* the file has every world: no search for missing ones */
} cell_t;

static int compare_worlds(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static qd_status_t find_failures(const export_t *self, cell_t *cell)
{
    const qd_result_failure_t *failure;
    size_t count;
    qd_status_t status = qd_result_file_failures(self->file, &failure, &count, self->error);
    cell->failures = cell->next = 0;
    for (size_t i = 0; status == QD_OK && i < count; i++)
        if (failure[i].point == cell->point && failure[i].order == cell->order)
            cell->failed[cell->failures++] = failure[i].world;
    qsort(cell->failed, cell->failures, sizeof *cell->failed, compare_worlds);
    return status;
}

static bool is_failed(cell_t *cell, uint64_t world)
{
    while (cell->next < cell->failures && cell->failed[cell->next] < world)
        cell->next++;
    return cell->next < cell->failures && cell->failed[cell->next] == world;
}

/* A world that was played and did not fail has a number in some outcome; a missing world has NaN in all of
 * them. */
static bool is_there(const double *value, size_t outcomes, size_t i)
{
    for (size_t o = 0; o < outcomes; o++)
        if (!isnan(value[o * BLOCK + i]))
            return true;
    return false;
}

static qd_status_t put_block(export_t *self, cell_t *cell, double *value, uint64_t first, size_t count)
{
    for (size_t o = 0; o < self->outcomes; o++) {
        qd_status_t status = qd_result_file_read(self->file, cell->point, cell->order, self->outcome[o],
                                                 first, count, value + o * BLOCK, self->error);
        if (status != QD_OK)
            return status;
    }
    for (size_t i = 0; i < count; i++) {
        bool failed = is_failed(cell, first + i);
        if (!failed && !cell->all && !is_there(value, self->outcomes, i))
            continue;
        qd_rows_text(&self->rows, self->name);
        qd_rows_text(&self->rows, qd_result_file_order_label(self->file, cell->order));
        qd_rows_natural(&self->rows, first + i);
        qd_rows_flag(&self->rows, failed);
        for (size_t o = 0; o < self->outcomes; o++)
            if (self->chosen[self->outcome[o]])
                qd_rows_real(&self->rows, value[o * BLOCK + i]);
    }
    return QD_OK;
}

static qd_status_t put_cell(export_t *self, cell_t *cell, double *value)
{
    uint64_t worlds = qd_result_file_worlds(self->file), done = 0;
    qd_status_t status = find_failures(self, cell);
    if (status == QD_OK)
        status = qd_result_file_done(self->file, cell->point, cell->order, &done, self->error);
    cell->all = done == worlds;
    for (uint64_t first = 0; done > 0 && first < worlds && status == QD_OK; first += BLOCK) {
        uint64_t left = worlds - first;
        status = put_block(self, cell, value, first, left < BLOCK ? (size_t)left : BLOCK);
    }
    return status;
}

/* The outcomes to read: all of the file, because outcomes that are not written also show whether a world is
 * present. */
static qd_status_t choose_read(export_t *self)
{
    bool named = self->asked->outcomes && strcmp(self->asked->outcomes, "all") != 0;
    self->outcomes = 0;
    for (size_t o = 0; o < QD_VALUES_MAX; o++) {
        bool kept = qd_value_info(o) && qd_result_file_has_worlds(self->file, (qd_outcome_t)o);
        if (self->chosen[o] && !kept && named)
            return qd_error_add(self->error, QD_ERROR_INPUT, "%s: holds no worlds of %s", self->path,
                                qd_value_info(o)->name);
        self->chosen[o] = kept && (self->chosen[o] || !self->asked->outcomes);
        if (kept)
            self->outcome[self->outcomes++] = (qd_outcome_t)o;
    }
    return self->outcomes > 0
               ? QD_OK
               : qd_error_add(self->error, QD_ERROR_INPUT,
                              "%s: holds no worlds (`output: {worlds: false}`); expected some, or --summary",
                              self->path);
}

static qd_status_t export_worlds(export_t *self)
{
    const char *column[QD_VALUES_MAX + 4] = {"point", "order", "world", "failed"};
    cell_t cell = {0};
    const qd_result_failure_t *failure;
    size_t failures;
    qd_status_t status = choose_read(self);
    if (status == QD_OK)
        status = qd_result_file_failures(self->file, &failure, &failures, self->error);
    if (status != QD_OK)
        return status;
    self->rows.columns = 4;
    for (size_t o = 0; o < QD_VALUES_MAX; o++)
        if (self->chosen[o])
            column[self->rows.columns++] = qd_value_info(o)->name;
    self->rows.column = column;
    double *value = qd_new(self->outcomes, BLOCK * sizeof *value, self->error);
    cell.failed = qd_new(failures, sizeof *cell.failed, self->error);
    if (!value || !cell.failed)
        status = QD_ERROR_MEMORY;
    else
        qd_rows_begin(&self->rows);
    for (size_t p = 0; p < self->points && status == QD_OK; p++) {
        char *name = name_of(self, cell.point = self->point[p]);
        self->name = name;
        if (!name)
            status = qd_no_memory(self->error);
        for (cell.order = 0; cell.order < qd_result_file_orders(self->file) && status == QD_OK; cell.order++)
            status = put_cell(self, &cell, value);
        free(name);
    }
    if (status == QD_OK)
        qd_rows_end(&self->rows);
    free(value);
    free(cell.failed);
    return status;
}

/* ---- summaries ----------------------------------------------------------------------------------------- */

static void put_summary(export_t *self, size_t order, qd_outcome_t outcome,
                        const qd_result_summary_t *summary)
{
    qd_rows_text(&self->rows, self->name);
    qd_rows_text(&self->rows, qd_result_file_order_label(self->file, order));
    qd_rows_text(&self->rows, qd_value_info(outcome)->name);
    qd_rows_natural(&self->rows, summary->count);
#define QD_SUMMARY_COLUMN(name, meaning) qd_rows_real(&self->rows, summary->name);
#include "quadrille/result_columns.def"
    for (size_t q = 0; q < QD_RESULT_QUANTILES; q++)
        qd_rows_real(&self->rows, summary->quantile[q]);
}

/* The outcomes to write: those kept in the file. Naming another one is an error. */
static qd_status_t choose_summarised(export_t *self)
{
    bool named = self->asked->outcomes && strcmp(self->asked->outcomes, "all") != 0;
    for (size_t o = 0; o < QD_VALUES_MAX; o++) {
        qd_result_summary_t summary;
        if (!qd_value_info(o) || (self->asked->outcomes && !self->chosen[o]))
            continue;
        qd_status_t status = QD_OK;
        if (named)
            status = qd_result_file_summary(self->file, 0, 0, (qd_outcome_t)o, &summary, self->error);
        if (status != QD_OK)
            return status;
        if (named || qd_result_file_summarises(self->file, (qd_outcome_t)o))
            self->outcome[self->outcomes++] = (qd_outcome_t)o;
    }
    return qd_result_file_fault(self->file, self->error);
}

static qd_status_t summarise_order(export_t *self, size_t point, size_t order)
{
    for (size_t o = 0; o < self->outcomes; o++) {
        qd_result_summary_t summary;
        qd_status_t status =
            qd_result_file_summary(self->file, point, order, self->outcome[o], &summary, self->error);
        if (status != QD_OK)
            return status;
        if (summary.count > 0)
            put_summary(self, order, self->outcome[o], &summary);
    }
    return QD_OK;
}

static qd_status_t export_summaries(export_t *self)
{
    static const char *const column[] = {
        "point",
        "order",
        "outcome",
        "count",
#define QD_SUMMARY_COLUMN(name, meaning) #name,
#include "quadrille/result_columns.def"
#define QD_QUANTILE(name, probability) #name,
#include "quadrille/result_columns.def"
    };
    qd_status_t status = choose_summarised(self);
    if (status != QD_OK)
        return status;
    self->rows.column = column;
    self->rows.columns = sizeof column / sizeof column[0];
    qd_rows_begin(&self->rows);
    for (size_t p = 0; p < self->points && status == QD_OK; p++) {
        char *name = name_of(self, self->point[p]);
        self->name = name;
        if (!name)
            status = qd_no_memory(self->error);
        for (size_t order = 0; order < qd_result_file_orders(self->file) && status == QD_OK; order++)
            status = summarise_order(self, self->point[p], order);
        free(name);
    }
    qd_rows_end(&self->rows);
    return status;
}

/* ---- the design ---------------------------------------------------------------------------------------- */

/* A number, or the word for it (a doctrine, a flag, a scope). Empty where the point does not set the
 * factor. */
static qd_status_t put_coordinate(export_t *self, const qd_factor_t *factor, double value)
{
    bool number =
        factor->parameter >= 0 && (qd_parameter_info((size_t)factor->parameter)->type == QD_TYPE_REAL ||
                                   qd_parameter_info((size_t)factor->parameter)->type == QD_TYPE_WHOLE);
    if (number || isnan(value)) {
        qd_rows_real(&self->rows, value);
        return QD_OK;
    }
    qd_memory_t memory;
    FILE *out = qd_memory_open(&memory);
    if (out)
        qd_write_value(out, factor->parameter, value);
    char *word = out ? qd_memory_close(out, &memory) : NULL;
    if (!word)
        return qd_no_memory(self->error);
    qd_rows_text(&self->rows, word);
    free(word);
    return QD_OK;
}

static qd_status_t export_design(export_t *self)
{
    if (!self->experiment)
        return qd_error_add(self->error, QD_ERROR_INPUT,
                            "%s: found no experiment that can be read; expected one", self->path);
    const qd_design_t *design = &self->experiment->design;
    qd_status_t status = QD_OK;
    const char **column = qd_new(design->factors + 2, sizeof *column, self->error);
    if (!column)
        return QD_ERROR_MEMORY;
    column[0] = "point";
    column[1] = "from_claim";
    for (size_t f = 0; f < design->factors; f++)
        column[2 + f] = design->factor[f].name;
    self->rows.column = column;
    self->rows.columns = design->factors + 2;
    qd_rows_begin(&self->rows);
    for (size_t p = 0; p < self->points && status == QD_OK; p++) {
        const qd_point_t *point = &self->experiment->point[self->point[p]];
        char *name = name_of(self, self->point[p]);
        if (!name) {
            status = qd_no_memory(self->error);
            break;
        }
        qd_rows_text(&self->rows, name);
        qd_rows_flag(&self->rows, point->from_claim);
        free(name);
        for (size_t f = 0; f < design->factors && status == QD_OK; f++)
            status = put_coordinate(self, &design->factor[f], point->coordinate[f]);
    }
    qd_rows_end(&self->rows);
    free(column);
    return status;
}

/* ---- effects ------------------------------------------------------------------------------------------- */

static qd_status_t export_effects(export_t *self)
{
    qd_effects_t effects;
    qd_status_t status = choose_summarised(self);
    if (status != QD_OK)
        return status;
    status = qd_effects_init(&effects, self->file, self->experiment, self->error);
    if (status == QD_OK && effects.inputs == 0)
        status = qd_error_add(
            self->error, QD_ERROR_INPUT,
            "%s: found no Latin hypercube or Sobol' design; expected one, whose factors have effects",
            self->path);
    self->rows.table = &qd_effect_table;
    if (status == QD_OK)
        qd_rows_begin(&self->rows);
    for (size_t order = 0; order < qd_result_file_orders(self->file) && status == QD_OK; order++)
        for (size_t o = 0; o < self->outcomes && status == QD_OK; o++) {
            status = qd_effects_find(&effects, order, self->outcome[o], self->error);
            if (status == QD_OK)
                qd_rows_effects(&self->rows, &effects, qd_result_file_order_label(self->file, order),
                                qd_value_info(self->outcome[o])->name);
        }
    if (status == QD_OK)
        qd_rows_end(&self->rows);
    qd_effects_clear(&effects);
    return status;
}

/* ---- command line -------------------------------------------------------------------------------------- */

/* -1, or an exit status. */
static int open_file(export_t *self)
{
    if (qd_result_file_open(self->path, &self->file, self->error) != QD_OK ||
        qd_result_file_check(self->file,
                             !self->asked->summary && !self->asked->design && !self->asked->effects,
                             self->error) != QD_OK)
        return qd_cli_fail(self->error);
    if (qd_cli_read_experiment(self->file, self->path, &self->experiment, self->error) != QD_OK)
        return qd_cli_fail(self->error);
    if (self->experiment && self->experiment->points != qd_result_file_points(self->file)) {
        qd_experiment_free(self->experiment);
        self->experiment = NULL;
    }
    if (!qd_result_file_provenance(self->file)->complete)
        fprintf(stderr, "quadrille: %s: not complete: the export covers the worlds so far\n", self->path);
    return -1;
}

static qd_status_t choose_points(export_t *self)
{
    if (self->asked->points)
        return qd_cli_find_points(self->file, self->experiment, self->asked->points, &self->point,
                                  &self->points, self->error);
    self->points = qd_result_file_points(self->file);
    self->point = qd_new(self->points, sizeof *self->point, self->error);
    for (size_t p = 0; self->point && p < self->points; p++)
        self->point[p] = p;
    return self->point ? QD_OK : QD_ERROR_MEMORY;
}

static qd_status_t write_rows(void *context, FILE *out, qd_error_t *error)
{
    export_t *self = context;
    self->error = error;
    self->rows.out = out;
    qd_status_t status = self->asked->summary   ? export_summaries(self)
                         : self->asked->design  ? export_design(self)
                         : self->asked->effects ? export_effects(self)
                                                : export_worlds(self);
    if (status == QD_OK)
        status = qd_result_file_fault(self->file, error);
    if (status == QD_OK && self->rows.json)
        putc('\n', out);
    return status;
}

static bool ends_in(const char *path, const char *ending)
{
    size_t length = path ? strlen(path) : 0, tail = strlen(ending);
    return length > tail && strcmp(path + length - tail, ending) == 0;
}

static bool is_json(const arguments_t *asked)
{
    return asked->form == QD_FORM_JSON || (asked->form == QD_FORM_USUAL && ends_in(asked->output, ".json"));
}

/* -1, or an exit status: options that exclude one another, or would have no effect. */
static int check_options(const arguments_t *asked)
{
    if (asked->summary + asked->design + asked->effects > 1)
        return qd_cli_misuse("export",
                             "found two of --summary, --design and --effects; expected one of them");
    if (asked->design && asked->outcomes)
        return qd_cli_misuse("export",
                             "found --outcomes and --design, which lists none; expected one of them");
    if (asked->effects && asked->points)
        return qd_cli_misuse("export",
                             "found --points and --effects, which are of all points; expected one of them");
    if (asked->force && !asked->output)
        return qd_cli_misuse("export", "found --force without --output, which it is for; expected both");
    return -1;
}

/* -1, or an exit status. */
static int check_ending(const arguments_t *asked)
{
    if (!ends_in(asked->output, ".h5"))
        return -1;
    return qd_cli_misuse("export", "found the output `%s`; expected one of CSV or JSON, not of HDF5",
                         asked->output);
}

static int export_file(export_t *self)
{
    qd_error_t error = QD_ERROR_NONE;
    self->error = &error;
    int code = open_file(self);
    if (code < 0 && self->asked->outcomes &&
        qd_cli_find_outcomes(self->asked->outcomes, self->chosen, &error) != QD_OK)
        code = qd_cli_fail(&error);
    if (code < 0 && choose_points(self) != QD_OK)
        code = qd_cli_fail(&error);
    if (code < 0 && self->asked->output)
        code = qd_cli_write(self->asked->output, self->asked->force, write_rows, self);
    else if (code < 0)
        code = write_rows(self, stdout, &error) == QD_OK ? 0 : qd_cli_fail(&error);
    free(self->point);
    qd_experiment_free(self->experiment);
    qd_result_file_close(self->file);
    self->error = NULL;
    return code;
}

static const qd_option_t options[] = {
    QD_OPTION_CSV(arguments_t, form, "CSV (RFC 4180): NaN and infinities are empty"),
    QD_OPTION_JSON(arguments_t, form, "a JSON array of objects, one a line: NaN and infinities are null"),
    {"summary", 0, NULL, "instead of worlds: one row for each point, order and outcome", qd_take_flag,
     offsetof(arguments_t, summary), NULL, NULL},
    {"design", 0, NULL, "instead of worlds: one row for each point, with the values of the design's factors",
     qd_take_flag, offsetof(arguments_t, design), NULL, NULL},
    {"effects", 0, NULL,
     "instead of worlds: one row for each outcome, order and factor of an lhs or sobol design, with its rank "
     "correlation",
     qd_take_flag, offsetof(arguments_t, effects), NULL, NULL},
    {"outcomes", 0, "LIST", "outcomes, by name with commas between; default: all that the file keeps",
     qd_take_word, offsetof(arguments_t, outcomes), "names of outcomes", NULL},
    {"points", 0, "LIST",
     "design points, by name as shown, label or position with commas between; default: all", qd_take_word,
     offsetof(arguments_t, points), "names of points", NULL},
    QD_OPTION_OUTPUT(
        "FILE", arguments_t, output, QD_COMPLETE_FILES,
        "where to, with JSON for an ending .json unless --csv is given; default: standard output"),
    QD_OPTION_FORCE(arguments_t, force, "replace an existing file"),
    QD_OPTION_PLUGIN,
    QD_OPTIONS_END,
};

static int run(int argc, char **argv)
{
    arguments_t asked = {0};
    export_t self = {.asked = &asked};
    int code = qd_options_take(&qd_command_export, argc, argv, &asked);
    if (code >= 0)
        return code;
    if ((code = check_options(&asked)) >= 0)
        return code;
    self.path = argv[optind];
    self.rows.json = is_json(&asked);
    qd_error_t error = QD_ERROR_NONE;
    if (asked.output && qd_cli_may_make(asked.output, self.path, asked.force, &error) != QD_OK)
        return qd_cli_fail(&error);
    code = check_ending(&asked);
    return code >= 0 ? code : export_file(&self);
}

const qd_command_t qd_command_export = {
    .name = "export",
    .meaning = "rows and summaries of a result file as CSV or JSON",
    .synopsis = "OUT.h5 [--csv|--json] [OPTION]...",
    .about = "Writes the outcomes of every world, one row each, or summaries of them. Points and orders are "
             "called as in "
             "`show`; a world that failed has no outcomes. Memory does not depend on the number of worlds. "
             "OUT.h5 may "
             "also be the folder OUT.h5.parts of an unfinished run.",
    .notes = "Parquet is not among the formats, since no library of Debian writes it from C; "
             "docs/result-file.md shows how to make it from the CSV.",
    .option = options,
    .operand = "result files",
    .least = 1,
    .most = 1,
    .complete = "*.h5",
    .run = run,
};
