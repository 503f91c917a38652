/* The commands: one file each. argv[0] is the command's own name. Each returns the program's exit status. */
#ifndef QD_CLI_CLI_H
#define QD_CLI_CLI_H

#include <stdbool.h>

#include "quadrille/error.h"
#include "quadrille/experiment.h"
#include "quadrille/result.h"

int qd_cli_run(int argc, char **argv);
int qd_cli_list(int argc, char **argv);
int qd_cli_init(int argc, char **argv);
int qd_cli_show(int argc, char **argv);
int qd_cli_report(int argc, char **argv);
int qd_cli_register(int argc, char **argv);
int qd_cli_merge(int argc, char **argv);
int qd_cli_verify(int argc, char **argv);
int qd_cli_replay(int argc, char **argv);
int qd_cli_landscape(int argc, char **argv);
int qd_cli_power(int argc, char **argv);
int qd_cli_crate(int argc, char **argv);

/* Prints the messages of an error to stderr, each line after "quadrille: ", and returns its exit status. */
int qd_cli_fail(const qd_error_t *error);

/* Prints "quadrille COMMAND: MESSAGE" (printf-style) and where to find help, and returns 2. */
int qd_cli_misuse(const char *command, const char *format, ...) QD_PRINTF(2, 3);

/* The same about a word that getopt_long refused (argv[optind - 1]), with the nearest of the command's
 * options.
 */
struct option;
int qd_cli_wrong_option(const char *command, const char *word, const struct option *known);

/* Whether a result file can be written to `output`: its folder can be, and what is there (*there) is a file.
 * Tells the reason where it cannot. */
bool qd_cli_may_write(const char *output, bool *there);

/* Whether `output` is none of the files that are read: they must outlive the command, whatever --force says.
 * Tells which one it is. */
bool qd_cli_spares(const char *output, const char *const input[], size_t inputs);

/* *point = the point of a result file that is called so: qd_experiment_find_point, or by label and position alone
 * where `experiment` is NULL. */
QD_MUST_USE qd_status_t qd_cli_find_point(const qd_result_file_t *file, const qd_experiment_t *experiment,
                                          const char *name, size_t *point, qd_error_t *error);

/* The path of an experiment, malloc'ed: `name` itself, or where no such file is here and the name has neither slash nor
 * dot, the experiment of that name that comes with the program. NULL when memory is short. */
char *qd_cli_experiment_path(const char *name);

/* Where a command writes what it makes of a result file without -o: "NAME.ENDING" of "FOLDER/NAME.h5", malloc'ed;
 * NULL when memory is short. */
char *qd_cli_beside(const char *path, const char *ending);

/* "quadrille COMMAND ARGUMENT...", malloc'ed; NULL when memory is short. To be called before getopt reorders
 * the words. */
char *qd_cli_command_line(int argc, char **argv);

#endif
