/* Options of every command, parsed by getopt_long from their rows. */
#include "cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/screen.h"
#include "quadrille/plugin.h"
#include "quadrille/world.h"

#define OPTIONS_MAX 32

/* getopt_long's value for the first row; a row with a letter has that. */
#define FIRST_ROW 256

const qd_option_t qd_option_help = {.name = "help", .letter = 'h', .meaning = "this text"};
const qd_option_t qd_option_version = {.name = "version", .letter = 'V', .meaning = "the program's version"};

static const qd_option_t *const common[] = {&qd_option_help, &qd_option_version};

const qd_option_t *qd_option_at(const qd_command_t *self, size_t index)
{
    size_t own = 0;
    while (self->option && self->option[own].name)
        own++;
    if (index < own)
        return &self->option[index];
    return index - own < sizeof common / sizeof common[0] ? common[index - own] : NULL;
}

/* ---- messages about wrong options ---------------------------------------------------------------------- */

/* getopt_long stores an unknown short option in optopt; argv[optind - 1] may then be another word. */
static bool is_unknown_letter(const struct option *known)
{
    for (size_t i = 0; known[i].name; i++)
        if (known[i].val == optopt)
            return false;
    return optopt > 0 && optopt < 256;
}

/* Reports the word that getopt_long refused, with the nearest option of the command. */
static int refuse_option(const char *command, const char *word, const struct option *known)
{
    const char *name[OPTIONS_MAX], *near = NULL;
    char written[64];
    size_t count = 0;
    if (is_unknown_letter(known))
        return qd_cli_misuse(command, "found option `-%c`; expected one of those in --help", optopt);
    for (; count < OPTIONS_MAX && known[count].name; count++)
        name[count] = known[count].name;
    if (strncmp(word, "--", 2) == 0) {
        snprintf(written, sizeof written, "%.*s", (int)strcspn(word + 2, "="), word + 2);
        near = qd_nearest_of(written, count, name);
    }
    for (size_t i = 0; near && i < count; i++)
        if (strcmp(written, name[i]) == 0)
            return qd_cli_misuse(command, "found option `--%s` %s", written,
                                 known[i].has_arg == no_argument ? "with a value; expected none"
                                                                 : "without its value; expected one");
    if (near)
        return qd_cli_misuse(command,
                             "found option `--%s`; expected one of those in --help (did you mean `--%s`?)",
                             written, near);
    return qd_cli_misuse(
        command, "found option `%s`, unknown or without its value; expected one of those in --help", word);
}

static int refuse_value(const qd_command_t *self, const qd_option_t *row)
{
    char letter[2] = {row->letter};
    if (!*optarg)
        return qd_cli_misuse(self->name, "found an empty --%s; expected %s", row->name, row->expected);
    return qd_cli_misuse(self->name, "found %s%s `%s`; expected %s", row->letter ? "-" : "--",
                         row->letter ? letter : row->name, optarg, row->expected);
}

static int count_operands(const qd_command_t *self, int count)
{
    static const char *const word[] = {"none", "one"};
    if (count >= self->least && (count <= self->most || self->most < 0))
        return -1;
    if (self->most < 0)
        return qd_cli_misuse(self->name, "found no %s; expected one or more", self->operand);
    return qd_cli_misuse(self->name, "found %d %s; expected %s%s", count, self->operand,
                         self->least < self->most ? "at most " : "", word[self->most > 0]);
}

/* ---- parsing ------------------------------------------------------------------------------------------- */

/* The rows for getopt_long. */
static void describe(const qd_command_t *self, struct option known[static OPTIONS_MAX + 1],
                     char letters[static 2 * OPTIONS_MAX + 1])
{
    size_t i = 0;
    for (const qd_option_t *row; i < OPTIONS_MAX && (row = qd_option_at(self, i)); i++) {
        known[i] = (struct option){row->name, row->value ? required_argument : no_argument, NULL,
                                   row->letter ? row->letter : FIRST_ROW + (int)i};
        if (row->letter)
            *letters++ = row->letter;
        if (row->letter && row->value)
            *letters++ = ':';
    }
    known[i] = (struct option){0};
    *letters = '\0';
}

static const qd_option_t *find_row(const qd_command_t *self, int found)
{
    const qd_option_t *row;
    for (size_t i = 0; (row = qd_option_at(self, i)); i++)
        if (found == (row->letter ? row->letter : FIRST_ROW + (int)i))
            return row;
    return NULL;
}

/* -1, or an exit status. */
static int take(const qd_command_t *self, const qd_option_t *row, void *arguments)
{
    if (row->take)
        return row->take((char *)arguments + row->field, optarg) ? -1 : refuse_value(self, row);
    if (row == &qd_option_help)
        qd_command_usage(self);
    else
        qd_cli_print_version();
    return 0;
}

/* Options without a value that store in one field exclude one another, such as the forms of an output. -1,
 * or an exit status. */
static int check_alone(const qd_command_t *self, const qd_option_t *const given[], size_t count,
                       const qd_option_t *row)
{
    for (size_t i = 0; i < count; i++)
        if (!row->value && !given[i]->value && row->take && given[i]->take && given[i]->take != row->take &&
            given[i]->field == row->field)
            return qd_cli_misuse(self->name, "found --%s and --%s; expected one of them", given[i]->name,
                                 row->name);
    return -1;
}

int qd_options_take(const qd_command_t *self, int argc, char **argv, void *arguments)
{
    const qd_option_t *given[OPTIONS_MAX];
    size_t count = 0;
    struct option known[OPTIONS_MAX + 1];
    char letters[2 * OPTIONS_MAX + 1];
    describe(self, known, letters);
    optind = 1;
    opterr = 0;
    for (int found; (found = getopt_long(argc, argv, letters, known, NULL)) != -1;) {
        const qd_option_t *row = find_row(self, found);
        int code = row ? check_alone(self, given, count, row) : -1;
        if (code < 0)
            code = row ? take(self, row, arguments) : refuse_option(self->name, argv[optind - 1], known);
        if (code >= 0)
            return code;
        if (count < OPTIONS_MAX)
            given[count++] = row;
    }
    return count_operands(self, argc - optind);
}

/* ---- storing values ------------------------------------------------------------------------------------ */

bool qd_take_flag(void *field, const char *value)
{
    (void)value;
    *(bool *)field = true;
    return true;
}

bool qd_take_word(void *field, const char *value)
{
    *(const char **)field = value;
    return true;
}

bool qd_take_path(void *field, const char *value)
{
    *(const char **)field = value;
    return *value != '\0';
}

bool qd_take_threads(void *field, const char *value)
{
    uint64_t number;
    if (!qd_natural_of(value, 1, QD_THREADS_MOST, &number))
        return false;
    *(int *)field = (int)number;
    return true;
}

bool qd_take_isa(void *field, const char *value)
{
    return (*(qd_isa_t *)field = qd_isa_find(value)) != QD_ISA_COUNT;
}

bool qd_take_plugin(void *field, const char *value)
{
    qd_error_t error = QD_ERROR_NONE;
    (void)field;
    if (qd_plugin_load(value, &error) == QD_OK)
        return true;
    (void)qd_cli_fail(&error);
    return false;
}

static bool take_form(void *field, qd_form_t form)
{
    *(qd_form_t *)field = form;
    return true;
}

bool qd_take_text(void *field, const char *value)
{
    (void)value;
    return take_form(field, QD_FORM_TEXT);
}

bool qd_take_json(void *field, const char *value)
{
    (void)value;
    return take_form(field, QD_FORM_JSON);
}

bool qd_take_csv(void *field, const char *value)
{
    (void)value;
    return take_form(field, QD_FORM_CSV);
}

bool qd_take_markdown(void *field, const char *value)
{
    (void)value;
    return take_form(field, QD_FORM_MARKDOWN);
}

bool qd_form_is_json(qd_form_t form)
{
    return form == QD_FORM_JSON || (form == QD_FORM_USUAL && isatty(STDOUT_FILENO) != 1);
}

/* ---- help ---------------------------------------------------------------------------------------------- */

/* "  -o, --output OUT.h5"; returns the number of characters. */
static int put_option(const qd_option_t *row, char *text, size_t size)
{
    char letter[] = {'-', row->letter, ',', ' ', '\0'};
    return snprintf(text, size, "  %s--%s%s%s", row->letter ? letter : "    ", row->name,
                    row->value ? " " : "", row->value ? row->value : "");
}

void qd_command_usage(const qd_command_t *self)
{
    char text[64];
    int width = 0;
    const qd_option_t *row;
    printf("Usage: quadrille %s %s\n\n", self->name, self->synopsis);
    qd_wrapped_paragraphs(self->about);
    putchar('\n');
    for (size_t i = 0; (row = qd_option_at(self, i)); i++) {
        int length = put_option(row, text, sizeof text);
        width = length > width ? length : width;
    }
    for (size_t i = 0; (row = qd_option_at(self, i)); i++) {
        put_option(row, text, sizeof text);
        printf("%-*s  ", width, text);
        qd_wrapped(row->meaning, width + 2);
    }
    if (self->notes) {
        putchar('\n');
        qd_wrapped_paragraphs(self->notes);
    }
}

/* ---- points -------------------------------------------------------------------------------------------- */

qd_status_t qd_cli_read_experiment(const qd_result_file_t *file, const char *path,
                                   qd_experiment_t **experiment, qd_error_t *error)
{
    qd_error_t found = QD_ERROR_NONE;
    qd_status_t status = qd_result_file_experiment(file, path, experiment, &found);
    if (status == QD_OK)
        return QD_OK;
    *experiment = NULL;
    if (status == QD_ERROR_INPUT)
        return QD_OK;
    *error = found;
    return status;
}

/* Without a readable experiment, points are found by label and position only. */
static qd_status_t find_labelled(const qd_result_file_t *file, const char *name, size_t *point,
                                 qd_error_t *error)
{
    size_t points = qd_result_file_points(file);
    uint64_t position;
    for (*point = 0; *point < points; ++*point)
        if (strcmp(qd_result_file_point_label(file, *point), name) == 0)
            return QD_OK;
    if (!qd_natural_of(name, 0, points - 1, &position)) {
        const char **label = qd_new(points, sizeof *label, NULL), *near = NULL; /* NULL: no near name */
        for (size_t p = 0; label && p < points; p++)
            label[p] = qd_result_file_point_label(file, p);
        near = label ? qd_nearest_of(name, points, label) : NULL;
        free(label);
        return qd_error_add(error, QD_ERROR_INPUT,
                            "found point `%s`; expected the label of one of %zu point%s, or 0 to %zu%s", name,
                            points, QD_S(points), points - 1, qd_near(near).text);
    }
    *point = (size_t)position;
    return QD_OK;
}

qd_status_t qd_cli_find_point(const qd_result_file_t *file, const qd_experiment_t *experiment,
                              const char *name, size_t *point, qd_error_t *error)
{
    /* The file of a shard or of an unfinished run has all points of the experiment. */
    return experiment && experiment->points == qd_result_file_points(file)
               ? qd_experiment_find_point(experiment, name, point, error)
               : find_labelled(file, name, point, error);
}

qd_status_t qd_cli_find_points(const qd_result_file_t *file, const qd_experiment_t *experiment, char *list,
                               size_t **point, size_t *points, qd_error_t *error)
{
    qd_error_t ignored = QD_ERROR_NONE;
    qd_status_t status = QD_OK;
    *points = 0;
    *point = qd_new(strlen(list), sizeof **point, error);
    if (!*point)
        return QD_ERROR_MEMORY;
    if (qd_cli_find_point(file, experiment, list, *point, &ignored) == QD_OK) {
        *points = 1;
        return QD_OK;
    }
    for (char *name = strtok(list, ","); name && status == QD_OK; name = strtok(NULL, ","))
        status = qd_cli_find_point(file, experiment, name, &(*point)[(*points)++], error);
    return *points > 0 ? status
                       : qd_error_add(error, QD_ERROR_INPUT, "found no point in --points; expected a list");
}

/* ---- outcomes ------------------------------------------------------------------------------------------ */

/* The names of the outcomes, and then of those of the group `landscape`. */
static const char *value_name(size_t index)
{
    return index < qd_outcome_count ? qd_outcome_name(index)
                                    : qd_landscape_table[index - qd_outcome_count].name;
}

static size_t find_value(const char *name)
{
    for (size_t v = 0; v < QD_VALUES_MAX; v++)
        if (qd_value_info(v) && strcmp(qd_value_info(v)->name, name) == 0)
            return v;
    return QD_VALUES_MAX;
}

qd_status_t qd_cli_find_outcomes(const char *list, bool outcome[QD_VALUES_MAX], qd_error_t *error)
{
    bool all = strcmp(list, "all") == 0;
    for (size_t v = 0; all && v < QD_VALUES_MAX; v++)
        outcome[v] = true;
    for (const char *name = all ? NULL : list; name;) {
        char one[64];
        size_t length = strcspn(name, ",");
        snprintf(one, sizeof one, "%.*s", (int)length, name);
        size_t found = find_value(one);
        if (found == QD_VALUES_MAX) {
            const char *near = qd_nearest_name(one, qd_outcome_count + QD_LANDSCAPE_OUTCOMES, value_name);
            return qd_error_add(error, QD_ERROR_INPUT,
                                "found the outcome `%s`; expected one of `quadrille list outcomes`, or of "
                                "the plugin by which the worlds were played%s",
                                one, qd_near(near).text);
        }
        outcome[found] = true;
        name = name[length] == ',' ? name + length + 1 : NULL;
    }
    return QD_OK;
}
