/* The commands and their options, one row each. Parsing, messages with the nearest name, --help, the man page
 * and the shells' completion are made from the rows. */
#ifndef QD_CLI_OPTIONS_H
#define QD_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "quadrille/error.h"
#include "quadrille/experiment.h"
#include "quadrille/result.h"
#include "quadrille/runner.h"

typedef struct {
    const char *name;    /* "output", without dashes */
    char letter;         /* of its short form; 0: none */
    const char *value;   /* name of its value in the help ("OUT.h5"); NULL: it takes none */
    const char *meaning; /* for the help */
    /* Stores the value (NULL for an option without one) in a field of the command's arguments; false:
     * refused. */
    bool (*take)(void *field, const char *value);
    size_t field;         /* offset of that field; options without a value that share it exclude each other */
    const char *expected; /* the expected value, for the message about a refused one */
    const char *complete; /* completions of the value: see QD_COMPLETE_FILES; NULL: none */
} qd_option_t;

/* `complete` is a pattern of files' names, such as "*.h5", or words separated by spaces, or: */
#define QD_COMPLETE_FILES    "*"
#define QD_COMPLETE_COMMANDS "commands" /* the names of the commands */

typedef struct {
    const char *name;
    const char *meaning;  /* a few words, for the list of commands */
    const char *synopsis; /* the text after the name: "OUT.h5 [OPTION]..." */
    const char *about;    /* paragraphs, one a line; lines that begin with a space are kept as they are */
    const char *notes;    /* the same, after the options; NULL: none */
    const qd_option_t *option;         /* its own rows; the last has no name */
    const char *operand;               /* a noun for its operands, in the plural: "result files" */
    int least, most;                   /* number of operands; most < 0: no limit */
    const char *complete;              /* completions of an operand */
    int (*run)(int argc, char **argv); /* returns the program's exit status; argv[0] is the command's name */
} qd_command_t;

#define QD_OPTIONS_END                                                                                       \
    {                                                                                                        \
        .name = NULL                                                                                         \
    }

/* Options that every command has. */
extern const qd_option_t qd_option_help, qd_option_version;

/* The index-th option of a command: its own first, then those of every command (--help, --version). NULL
 * after the last. */
const qd_option_t *qd_option_at(const qd_command_t *self, size_t index);

/* Stores the options in the fields of `arguments` that the rows name; operands start at argv[optind]. Returns
 * -1 to continue, or an exit status: after --help and --version, or after a message about wrong options or a
 * wrong number of operands. */
QD_MUST_USE int qd_options_take(const qd_command_t *self, int argc, char **argv, void *arguments);

/* Prints to stdout how a command is used. */
void qd_command_usage(const qd_command_t *self);

/* ---- storing values ------------------------------------------------------------------------------------ */

bool qd_take_flag(void *field, const char *value);    /* bool */
bool qd_take_word(void *field, const char *value);    /* const char * */
bool qd_take_path(void *field, const char *value);    /* const char *; not empty */
bool qd_take_threads(void *field, const char *value); /* int, 1 to QD_THREADS_MOST */
bool qd_take_isa(void *field, const char *value);     /* qd_isa_t */
bool qd_take_plugin(void *field, const char *value);  /* loads it, or prints the reason; no field */

/* The form of the output: qd_form_t. */
typedef enum { QD_FORM_USUAL, QD_FORM_TEXT, QD_FORM_JSON, QD_FORM_CSV, QD_FORM_MARKDOWN } qd_form_t;
bool qd_take_text(void *field, const char *value);
bool qd_take_json(void *field, const char *value);
bool qd_take_csv(void *field, const char *value);
bool qd_take_markdown(void *field, const char *value);

/* Whether to print JSON: on request, or without a request if stdout is no terminal. */
bool qd_form_is_json(qd_form_t form);

/* Rows shared by commands. `arguments` is the type of their arguments. */
#define QD_OPTION_OUTPUT(called, arguments, where, pattern, text)                                            \
    {                                                                                                        \
        "output", 'o', called, text, qd_take_path, offsetof(arguments, where), "the path of a file", pattern \
    }
#define QD_OPTION_FORCE(arguments, where, text)                                                              \
    {                                                                                                        \
        "force", 0, NULL, text, qd_take_flag, offsetof(arguments, where), NULL, NULL                         \
    }
#define QD_OPTION_THREADS(arguments, where, text)                                                            \
    {                                                                                                        \
        "threads", 'j', "N", text, qd_take_threads, offsetof(arguments, where),                              \
            "a number of threads from 1 to " QD_DIGITS_OF(QD_THREADS_MOST), NULL                             \
    }
#define QD_OPTION_ISA(arguments, where)                                                                      \
    {                                                                                                        \
        "isa", 0, "ISA", "auto, v2, v3, v4: instruction set; the result does not depend on it", qd_take_isa, \
            offsetof(arguments, where), "auto, v2, v3 or v4", "auto v2 v3 v4"                                \
    }
#define QD_OPTION_PLUGIN                                                                                     \
    {                                                                                                        \
        "plugin", 0, "FILE.so",                                                                              \
            "additional rules and outcomes from this shared object (a plugin is code: "                      \
            "load none that you do not trust)",                                                              \
            qd_take_plugin, 0, "a plugin that this program can load", "*.so"                                 \
    }
#define QD_OPTION_QUIET(arguments, where, text)                                                              \
    {                                                                                                        \
        "quiet", 'q', NULL, text, qd_take_flag, offsetof(arguments, where), NULL, NULL                       \
    }
#define QD_OPTION_JSON(arguments, where, text)                                                               \
    {                                                                                                        \
        "json", 0, NULL, text, qd_take_json, offsetof(arguments, where), NULL, NULL                          \
    }
#define QD_OPTION_TEXT(arguments, where, text)                                                               \
    {                                                                                                        \
        "text", 0, NULL, text, qd_take_text, offsetof(arguments, where), NULL, NULL                          \
    }
#define QD_OPTION_CSV(arguments, where, text)                                                                \
    {                                                                                                        \
        "csv", 0, NULL, text, qd_take_csv, offsetof(arguments, where), NULL, NULL                            \
    }

/* ---- points and outcomes of a result file, chosen by name ---------------------------------------------- */

/* *experiment = that of a result file, to be freed; NULL, which is no error, where this version cannot read
 * it. */
QD_MUST_USE qd_status_t qd_cli_read_experiment(const qd_result_file_t *file, const char *path,
                                               qd_experiment_t **experiment, qd_error_t *error);

/* *point = the point of a result file with that name: by qd_experiment_find_point, or, where `experiment` is
 * NULL, by label and position only. */
QD_MUST_USE qd_status_t qd_cli_find_point(const qd_result_file_t *file, const qd_experiment_t *experiment,
                                          const char *name, size_t *point, qd_error_t *error);

/* Reads "NAME,NAME,..." (and modifies it) into *point, malloc'ed, of *points positions. A name that contains
 * commas may stand alone. */
QD_MUST_USE qd_status_t qd_cli_find_points(const qd_result_file_t *file, const qd_experiment_t *experiment,
                                           char *list, size_t **point, size_t *points, qd_error_t *error);

/* Marks the outcomes of "NAME,NAME,...", or every one for "all". Returns -1, or after a message the exit
 * status of a misuse of `command`. */
QD_MUST_USE qd_status_t qd_cli_find_outcomes(const char *list, bool outcome[QD_VALUES_MAX],
                                             qd_error_t *error);

#endif
