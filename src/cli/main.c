/* quadrille: the program. Finds the command and hands it its arguments. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "cli/screen.h"
#include "engine/conclude.h"
#include "store/begun.h"

/* Limits of the process that would later kill it without a message. */

/* Messages take 16 KiB of stack, rows and tables somewhat more: half of this suffices. */
#define STACK_LEAST ((rlim_t)512 << 10)

/* A child that reads a result opens its channel beside the standard streams; the parent opens the output, its
 * folder, its lock and parts. These are a dozen files; libraries open a few more. */
#define FILES_LEAST 32
#define FILES_MOST  65536

/* printf might overflow a small stack. */
static void say(const char *text)
{
    (void)!write(STDERR_FILENO, text, strlen(text));
}

/* The size in OMP_STACKSIZE, in bytes; 0 where there is none. A number without a unit counts KiB. */
static rlim_t stated_size(const char *text)
{
    char *end;
    unsigned long long number = text ? strtoull(text, &end, 10) : 0;
    if (number == 0)
        return 0;
    end += strspn(end, " \t");
    switch (*end) {
    case 'B':
    case 'b':
        return number;
    case 'M':
    case 'm':
        return number << 20;
    case 'G':
    case 'g':
        return number << 30;
    default:
        return number << 10;
    }
}

/* Whether the stack of the process, the stacks of OpenMP's threads and the table of open files are large
 * enough; prints the reason where they are not. Raises the limit on open files as far as it may. Ignores
 * SIGXFSZ, so that a limit on the size of files appears as a failed write. Called first, because it needs
 * little stack itself. */
static bool limits_suffice(void)
{
    struct rlimit stack, files;
    rlim_t threads = stated_size(getenv("OMP_STACKSIZE"));
    signal(SIGXFSZ, SIG_IGN);
    if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur < STACK_LEAST) {
        say("quadrille: found a limit on the stack below 512 KiB; expected more (ulimit -s 8192)\n");
        return false;
    }
    if (threads > 0 && threads < STACK_LEAST) {
        say("quadrille: found an OMP_STACKSIZE below 512 KiB; expected more, or none\n");
        return false;
    }
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 &&
        files.rlim_cur < files.rlim_max) { /* a merge keeps its shards open */
        files.rlim_cur = files.rlim_max < FILES_MOST ? files.rlim_max : FILES_MOST;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < FILES_LEAST) {
        say("quadrille: found a limit on open files below " QD_DIGITS_OF(
            FILES_LEAST) "; expected more (ulimit -n 1024)\n");
        return false;
    }
    return true;
}

/* Lowers the limit on processor time (ulimit -t) where the system would kill the program at it: SIGXCPU comes
 * first and leaves time to end units and to write the result. All threads together use that time, thus a
 * twentieth of the limit, from a second to a minute. */
static void leave_time(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CPU, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur < 2 ||
        limit.rlim_cur != limit.rlim_max)
        return;
    rlim_t share = limit.rlim_max / 20;
    limit.rlim_cur -= share < 1 ? 1 : share > 60 ? 60 : share;
    (void)setrlimit(RLIMIT_CPU, &limit);
}

int qd_cli_fail(const qd_error_t *error)
{
    for (const char *line = error->text; *line;) {
        size_t length = strcspn(line, "\n");
        fprintf(stderr, "quadrille: %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
    if (error->omitted)
        fprintf(stderr, "quadrille: and %zu more\n", error->omitted);
    return qd_exit_status(error->status);
}

int qd_cli_no_memory(const char *what)
{
    fprintf(stderr, "quadrille: no memory for %s\n", what);
    return 1;
}

int qd_cli_misuse(const char *command, const char *format, ...)
{
    fprintf(stderr, "quadrille %s: ", command);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nquadrille %s --help describes its use\n", command);
    return 2;
}

char *qd_cli_command_line(int argc, char **argv)
{
    size_t length = sizeof "quadrille";
    for (int i = 0; i < argc; i++)
        length += strlen(argv[i]) + 1;
    char *line = qd_new(length, 1, NULL);
    if (!line)
        return NULL;
    char *end = stpcpy(line, "quadrille");
    for (int i = 0; i < argc; i++) {
        *end++ = ' ';
        end = stpcpy(end, argv[i]);
    }
    return line;
}

void qd_cli_print_version(void)
{
    printf("quadrille " QD_VERSION "%s\n", qd_source_commit() ? "" : " (unknown commit)");
}

static bool is_option(const char *word, const qd_option_t *row)
{
    char letter[] = {'-', row->letter, '\0'};
    return strcmp(word, letter) == 0 || (strncmp(word, "--", 2) == 0 && strcmp(word + 2, row->name) == 0);
}

static int run_command(int argc, char **argv)
{
    static char help[] = "help", *alone[] = {help, NULL};
    if (argc < 2) {
        fputs("quadrille: found no command; expected one that `quadrille --help` lists\n\n"
              "To begin:  quadrille init mine        writes mine.yaml, a commented experiment\n"
              "           quadrille run mine.yaml    plays it and writes mine.h5\n"
              "           quadrille show mine.h5     prints the results\n"
              "           quadrille run orders       plays an experiment that comes with the program\n",
              stderr);
        return 2;
    }
    if (is_option(argv[1], &qd_option_help))
        return qd_command_help.run(1, alone);
    if (is_option(argv[1], &qd_option_version)) {
        qd_cli_print_version();
        return 0;
    }
    const qd_command_t *command = qd_command_find(argv[1]);
    return command ? command->run(argc - 1, argv + 1) : 2;
}

/* Closes stdout and reports a failed write (a full disk), for every command. Leaves an exit status other than
 * 0 unchanged. */
static int finish_output(int code)
{
    errno = 0;
    bool whole = !ferror(stdout) && !qd_screen_lost();
    if (fclose(stdout) == 0 && whole)
        return code;
    fprintf(stderr, "quadrille: standard output: %s\n", errno ? strerror(errno) : "not all could be written");
    return code ? code : 1;
}

/* Occupies the standard streams that the caller has closed, or the next file opened would take their place
 * and receive the output. Reading and writing them fails as before (EBADF). */
static bool occupy_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/", O_PATH) != fd)
            return false;
    return true;
}

/* Removes unfinished output and ends the program by the same signal, so that the shell sees the usual
 * status. */
static void end_by_signal(int number)
{
    qd_begun_remove();
    raise(number); /* after the handler; SA_RESETHAND */
}

/* A signal that the caller ignores (nohup) stays ignored. `run` and `verify` install their own handlers. */
static void catch_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU, SIGALRM, SIGUSR1, SIGUSR2};
    struct sigaction action = {.sa_handler = end_by_signal, .sa_flags = (int)SA_RESETHAND}, before;
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
}

static bool finished; /* main has ended */

/* libhdf5 calls exit(-1) if its first allocations fail, and would end the program without a message. */
static void tell_early_end(void)
{
    static const char message[] =
        "quadrille: a library ended the program because memory ran out; finished work is kept\n";
    if (finished)
        return;
    (void)!write(STDERR_FILENO, message, sizeof message - 1);
    _exit(1);
}

int main(int argc, char **argv)
{
    int code = 2;
    if (!occupy_streams())
        return 1; /* nowhere to say it */
    if (!limits_suffice())
        return code;
    leave_time();
    qd_memory_keep();
    catch_signals();
    if (atexit(tell_early_end) != 0 || !qd_screen_open()) {
        code = qd_cli_no_memory("its output");
    } else {
        code = finish_output(run_command(argc, argv));
    }
    finished = true;
    return code;
}
