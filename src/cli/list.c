/* quadrille list: the registry, as text, Markdown, JSON or CSV. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/asset.h"
#include "cli/cli.h"
#include "cli/rows.h"
#include "quadrille/registry.h"
#include "registry/rows.h"

/* docs/model.md, built into the program. */

QD_ASSET(model, QD_MODEL_TEXT);

/* Prints the text of the model, docs/model.md. */
static void print_model(void)
{
    fwrite(qd_asset_model, 1, (size_t)(qd_asset_model_end - qd_asset_model), stdout);
}

/* The registry as data: JSON or CSV, one object or line for each row. */

/* ---- tables -------------------------------------------------------------------------------------------- */

/* Writes a default in the syntax of experiment files. */
static void put_default(qd_rows_t *self, const qd_parameter_info_t *info, size_t order)
{
    const qd_distribution_t *d = &info->by_order[order];
    char text[96];
    if (d->kind == QD_CONSTANT && (info->type == QD_TYPE_REAL || info->type == QD_TYPE_WHOLE)) {
        qd_rows_real(self, d->a);
        return;
    }
    if (d->kind == QD_CONSTANT && info->type == QD_TYPE_FLAG) {
        qd_rows_flag(self, d->a != 0.0);
        return;
    }
    if (d->kind != QD_CONSTANT)
        snprintf(text, sizeof text, "{%s: [%g, %g]}", qd_distribution_name(d->kind), d->a, d->b);
    else
        snprintf(text, sizeof text, "%s", d->a != 0.0 ? "leader" : "all");
    qd_rows_text(self, text);
}

static void put_parameters(qd_rows_t *self)
{
    static const char *const types[] = {[QD_TYPE_REAL] = "real",
                                        [QD_TYPE_WHOLE] = "whole",
                                        [QD_TYPE_FLAG] = "flag",
                                        [QD_TYPE_SCOPE] = "scope"};
    for (size_t p = 0; p < qd_parameter_count; p++) {
        const qd_parameter_info_t *info = qd_parameter_info(p);
        qd_rows_text(self, info->name);
        qd_rows_text(self, types[info->type]);
        qd_rows_real(self, info->low);
        qd_rows_real(self, info->high);
        for (size_t order = 0; order < 3; order++)
            put_default(self, info, order);
        qd_rows_text(self, info->unit);
        qd_rows_flag(self, !info->drawing_only);
        qd_rows_text(self, info->meaning);
    }
}

static void put_outcome(qd_rows_t *self, const qd_outcome_info_t *info)
{
    qd_rows_text(self, info->name);
    qd_rows_text(self, qd_group_name(info->group));
    qd_rows_real(self, info->low);
    qd_rows_real(self, info->high);
    qd_rows_text(self, info->unit);
    qd_rows_text(self, info->meaning);
}

static void put_outcomes(qd_rows_t *self)
{
    for (size_t o = 0; o < qd_outcome_count; o++)
        put_outcome(self, &qd_outcome_table[o]);
    for (size_t o = 0; o < QD_LANDSCAPE_OUTCOMES; o++)
        put_outcome(self, &qd_landscape_table[o]);
}

static void put_doctrines(qd_rows_t *self)
{
    for (size_t d = 0; d < qd_doctrine_count; d++) {
        qd_rows_text(self, qd_doctrine_table[d].name);
        for (size_t f = 0; f < QD_DOCTRINE_FIELDS; f++)
            qd_rows_real(self, qd_doctrine_table[d].value[f]);
        qd_rows_text(self, qd_doctrine_table[d].meaning);
    }
}

static void put_orders(qd_rows_t *self)
{
    for (size_t k = 0; k < QD_ORDER_KINDS; k++) {
        qd_rows_text(self, qd_order_table[k].name);
        qd_rows_text(self, qd_order_table[k].meaning);
    }
}

#define COLUMNS_MAX 12

static const struct {
    const char *name;
    const char *column[COLUMNS_MAX];
    void (*put)(qd_rows_t *self);
} data_tables[] = {
    {"parameters",
     {"name", "type", "low", "high", "unipolar", "bipolar", "multipolar", "unit", "scheduled", "meaning"},
     put_parameters},
    {"outcomes", {"name", "group", "low", "high", "unit", "meaning"}, put_outcomes},
    {"doctrines", {"name"}, put_doctrines}, /* and its members */
    {"orders", {"name", "meaning"}, put_orders},
};

/* Prints the table of that name (parameters, outcomes, doctrines, orders) as a JSON array of objects or as
 * CSV with a header; bounds and defaults that are infinite are null, or empty. Returns false and prints
 * nothing for another name. */
static bool list_data(const char *name, bool json)
{
    for (size_t t = 0; t < sizeof data_tables / sizeof data_tables[0]; t++) {
        if (strcmp(data_tables[t].name, name) != 0)
            continue;
        const char *column[COLUMNS_MAX];
        memcpy(column, data_tables[t].column, sizeof column);
        size_t columns = 0;
        while (columns < COLUMNS_MAX && column[columns])
            columns++;
        if (columns == 1) {
            for (size_t f = 0; f < QD_DOCTRINE_FIELDS; f++)
                column[columns++] = qd_parameter_name(qd_doctrine_fields[f]);
            column[columns++] = "meaning";
        }
        qd_rows_t rows = {.out = stdout, .json = json, .column = column, .columns = columns};
        qd_rows_begin(&rows);
        data_tables[t].put(&rows);
        qd_rows_end(&rows);
        if (json)
            putchar('\n');
        return true;
    }
    return false;
}

/* Whether tables are printed as Markdown; set once from the command line. */
static bool markdown;

static void print_distribution(const qd_distribution_t *d, const qd_parameter_info_t *info, char *out,
                               size_t size)
{
    if (d->kind == QD_UNIFORM)
        snprintf(out, size, "%g..%g", d->a, d->b);
    else if (d->kind == QD_INTEGERS)
        snprintf(out, size, "%g,...,%g", d->a, d->b);
    else if (info->type == QD_TYPE_FLAG)
        snprintf(out, size, "%s", d->a != 0.0 ? "true" : "false");
    else if (info->type == QD_TYPE_SCOPE)
        snprintf(out, size, "%s", d->a != 0.0 ? "leader" : "all");
    else
        snprintf(out, size, "%g", d->a);
}

static void print_default(const qd_parameter_info_t *info, char *out, size_t size)
{
    char by[3][32];
    for (size_t k = 0; k < 3; k++)
        print_distribution(&info->by_order[k], info, by[k], sizeof by[k]);
    if (strcmp(by[0], by[1]) == 0 && strcmp(by[1], by[2]) == 0)
        snprintf(out, size, "%s", by[0]);
    else
        snprintf(out, size, "%s / %s / %s", by[0], by[1], by[2]);
}

static void list_parameters(void)
{
    puts(markdown ? "| parameter | default (unipolar / bipolar / multipolar) | range | unit | scheduled | "
                    "meaning |\n"
                    "|---|---|---|---|---|---|"
                  : "parameter                    default                        range          unit         "
                    " meaning");
    for (size_t i = 0; i < qd_parameter_count; i++) {
        const qd_parameter_info_t *info = qd_parameter_info(i);
        char value[128], range[48];
        print_default(info, value, sizeof value);
        if (info->type == QD_TYPE_FLAG)
            snprintf(range, sizeof range, "false, true");
        else if (info->type == QD_TYPE_SCOPE)
            snprintf(range, sizeof range, "all, leader");
        else
            snprintf(range, sizeof range, "%g..%s%g", info->low, info->high == nextafter(0.5, 0.0) ? "<" : "",
                     info->high);
        if (markdown)
            printf("| `%s` | %s | %s | %s | %s | %s |\n", info->name, value, range, info->unit,
                   info->drawing_only ? "no" : "yes", info->meaning);
        else
            printf("%-28s %-30s %-14s %-13s %s\n", info->name, value, range, info->unit, info->meaning);
    }
    const char *preset = "preset of six doctrine parameters: `quadrille list doctrines`";
    if (markdown)
        printf("| `doctrine` | none | a doctrine's name | | yes | %s |\n", preset);
    else
        printf("%-28s %-30s %-14s %-13s %s\n", "doctrine", "none", "a name", "", preset);
}

static void list_outcome(const qd_outcome_info_t *info)
{
    char range[48];
    if (isinf(info->low))
        snprintf(range, sizeof range, "any");
    else if (isinf(info->high))
        snprintf(range, sizeof range, "%g..", info->low);
    else
        snprintf(range, sizeof range, "%g..%g", info->low, info->high);
    printf(markdown ? "| `%s` | %s | %s | %s | %s |\n" : "%-20s %-14s %-12s %-13s %s\n", info->name,
           qd_group_name(info->group), range, info->unit, info->meaning);
}

static void list_outcomes(void)
{
    puts(markdown ? "| outcome | group | range | unit | meaning |\n|---|---|---|---|---|"
                  : "outcome              group          range        unit          meaning");
    for (size_t i = 0; i < qd_outcome_count; i++)
        list_outcome(&qd_outcome_table[i]);
    for (size_t i = 0; i < QD_LANDSCAPE_OUTCOMES; i++)
        list_outcome(&qd_landscape_table[i]);
    if (!markdown)
        puts("(the group landscape is measured where an experiment says `output: {landscape: true}`)");
}

static void list_doctrines(void)
{
    puts(markdown ? "| doctrine | collective | alliance | flexible | unilateral | force ratio | vital "
                    "interest | meaning |\n"
                    "|---|---|---|---|---|---|---|---|"
                  : "doctrine           collective alliance flexible unilateral force_ratio vital_interest "
                    "meaning");
    for (size_t i = 0; i < qd_doctrine_count; i++) {
        const qd_doctrine_info_t *d = &qd_doctrine_table[i];
        printf(markdown ? "| `%s` | %g | %g | %g | %g | %g | %g | %s |\n"
                        : "%-18s %10g %8g %8g %10g %11g %14g %s\n",
               d->name, d->value[0], d->value[1], d->value[2], d->value[3], d->value[4], d->value[5],
               d->meaning);
    }
}

static void list_orders(void)
{
    if (markdown)
        puts("| order | meaning |\n|---|---|");
    for (size_t k = 0; k < QD_ORDER_KINDS; k++)
        printf(markdown ? "| `%s` | %s |\n" : "%-12s %s\n", qd_order_table[k].name,
               qd_order_table[k].meaning);
}

/* ---- the model's description --------------------------------------------------------------------------- */

static void list_series(void)
{
    puts("| series | unit | meaning |\n|---|---|---|");
    for (size_t s = 0; s < QD_SERIES_COUNT; s++)
        printf("| `%s` | %s | %s |\n", qd_series_table[s].name, qd_series_table[s].unit,
               qd_series_table[s].meaning);
}

static void list_sentences(const char *title, const char *const sentence[])
{
    printf("\n%s\n\n", title);
    for (size_t i = 0; sentence[i]; i++)
        printf("- %s\n", sentence[i]);
}

/* The hand-written text, then tables of parameters, outcomes and assumptions from the registry. */
static void list_odd(void)
{
    static const struct {
        const char *title;
        void (*print)(void);
    } parts[] = {{"Orders", list_orders},
                 {"Parameters", list_parameters},
                 {"Doctrines", list_doctrines},
                 {"Outcomes", list_outcomes},
                 {"Series", list_series}};
    markdown = true;
    print_model();
    puts("\n## Tables of quadrille " QD_VERSION "\n\nGenerated from the program's registry.");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        printf("\n### %s\n\n", parts[i].title);
        parts[i].print();
    }
    puts("\n### Assumptions and findings");
    list_sentences("Assumed by construction:", qd_assumed);
    list_sentences("Found, not assumed:", qd_found);
}

/* ---- command line -------------------------------------------------------------------------------------- */

typedef struct {
    qd_form_t form;
} arguments_t;

static const qd_option_t options[] = {
    QD_OPTION_JSON(arguments_t, form, "a JSON array, one object for each row"),
    QD_OPTION_CSV(arguments_t, form, "CSV with a header"),
    {"markdown", 0, NULL, "a table for Markdown", qd_take_markdown, offsetof(arguments_t, form), NULL, NULL},
    QD_OPTION_PLUGIN,
    QD_OPTIONS_END,
};

#define TABLES "parameters, outcomes, doctrines, orders, odd"

static int run(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } tables[] = {{"parameters", list_parameters},
                  {"outcomes", list_outcomes},
                  {"doctrines", list_doctrines},
                  {"orders", list_orders},
                  {"odd", list_odd}};
    arguments_t self = {0};
    int code = qd_options_take(&qd_command_list, argc, argv, &self);
    if (code >= 0)
        return code;
    bool is_data = self.form == QD_FORM_JSON || self.form == QD_FORM_CSV;
    markdown = self.form == QD_FORM_MARKDOWN;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (strcmp(argv[optind], tables[i].name) != 0)
            continue;
        if (!is_data)
            tables[i].print();
        else if (!list_data(tables[i].name, self.form == QD_FORM_JSON))
            return qd_cli_misuse("list", "found --json or --csv for odd, which is a text; expected neither");
        return 0;
    }
    const char *names[sizeof tables / sizeof tables[0]];
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        names[i] = tables[i].name;
    const char *near = qd_nearest_of(argv[optind], sizeof names / sizeof names[0], names);
    return qd_cli_misuse("list", "found `%s`; expected one of " TABLES "%s", argv[optind],
                         qd_near(near).text);
}

const qd_command_t qd_command_list = {
    .name = "list",
    .meaning = TABLES,
    .synopsis = "parameters|outcomes|doctrines|orders|odd [OPTION]...",
    .about =
        "Prints the registry: every name an experiment file may use, with default, range, unit and meaning. "
        "`odd`: the "
        "model's description after the ODD protocol (Grimm et al. 2020), in Markdown, with these tables.",
    .option = options,
    .operand = "tables (" TABLES ")",
    .least = 1,
    .most = 1,
    .complete = "parameters outcomes doctrines orders odd",
    .run = run,
};
