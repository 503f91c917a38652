/* The commands: one file each, which ends with the command's row. */
#ifndef QD_CLI_CLI_H
#define QD_CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/options.h"
#include "quadrille/error.h"
#include "quadrille/experiment.h"
#include "quadrille/result.h"

extern const qd_command_t qd_command_run;
extern const qd_command_t qd_command_show;
extern const qd_command_t qd_command_report;
extern const qd_command_t qd_command_register;
extern const qd_command_t qd_command_merge;
extern const qd_command_t qd_command_verify;
extern const qd_command_t qd_command_replay;
extern const qd_command_t qd_command_landscape;
extern const qd_command_t qd_command_power;
extern const qd_command_t qd_command_crate;
extern const qd_command_t qd_command_export;
extern const qd_command_t qd_command_init;
extern const qd_command_t qd_command_list;
extern const qd_command_t qd_command_help;

/* Prints the messages of an error to stderr, each line after "quadrille: ", and returns its exit status. */
int qd_cli_fail(const qd_error_t *error);

/* Prints that memory is short for `what` ("a path"), and returns 1. */
int qd_cli_no_memory(const char *what);

/* Prints "quadrille COMMAND: MESSAGE" (printf-style) and the way to find help, and returns 2. */
int qd_cli_misuse(const char *command, const char *format, ...) QD_PRINTF(2, 3);

/* Prints the program's name and version to stdout. */
void qd_cli_print_version(void);

/* Checks that `output` does not lie in /dev (but for /dev/shm), /proc or /sys, and is no link that leads
 * there: QD_ERROR_INPUT. */
QD_MUST_USE qd_status_t qd_cli_is_for_files(const char *output, qd_error_t *error);

/* Checks that a file can be written to `output`: the place is for files, its folder is one and can be written
 * to, and an existing entry (*there) is a file. QD_ERROR_INPUT with the reason where it cannot; QD_ERROR_IO
 * where the system does not tell. */
QD_MUST_USE qd_status_t qd_cli_may_write(const char *output, bool *there, qd_error_t *error);

/* Checks that no input has a name that belongs to `output` while it is written: its lock, its drafts, and the
 * files in its folder of parts. QD_ERROR_INPUT with the name of the input otherwise; QD_ERROR_IO where the
 * system does not tell. */
QD_MUST_USE qd_status_t qd_cli_spares_beside(const char *output, const char *const input[], size_t inputs,
                                             qd_error_t *error);

/* The same, and that `output` itself differs from every input, which not even --force may replace. */
QD_MUST_USE qd_status_t qd_cli_spares(const char *output, const char *const input[], size_t inputs,
                                      qd_error_t *error);

/* Checks that a command that reads `input` can write to `output`: both of the above, and an existing file may
 * be replaced (`force`). */
QD_MUST_USE qd_status_t qd_cli_may_make(const char *output, const char *input, bool force, qd_error_t *error);

/* The path of an experiment, malloc'ed: `name` itself; or, for a name without slash or dot that names no
 * file, the experiment of that name that comes with the program. If neither exists, prints the nearest name.
 * NULL when memory is short. */
char *qd_cli_experiment_path(const char *name);

/* The default output of a command that reads a result file: "NAME.ENDING" for "FOLDER/NAME.h5", malloc'ed;
 * NULL when memory is short. */
char *qd_cli_beside(const char *path, const char *ending);

/* Prints that `path` exists and `advice` in parentheses (qd_refuse_existing), and returns 2. */
int qd_cli_refuse_existing(const char *path, const char *advice);

/* Writes a file by `put` under another name and renames it, so that a file of that name is always whole.
 * Without `replace` it replaces nothing, not even a file that appears while it writes. Returns 0, or after a
 * message an exit status; then nothing was written. */
int qd_cli_write(const char *output, bool replace,
                 qd_status_t (*put)(void *context, FILE *out, qd_error_t *error), void *context);

/* "quadrille COMMAND ARGUMENT...", malloc'ed; NULL when memory is short. To be called before getopt reorders
 * the words. */
char *qd_cli_command_line(int argc, char **argv);

/* The command of that name; NULL, after a message with the nearest name, where there is none. */
const qd_command_t *qd_command_find(const char *name);

#endif
