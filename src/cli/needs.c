#include "cli/needs.h"

#include <inttypes.h>
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <sys/statvfs.h>

#include "cli/cli.h"
#include "engine/estimate.h"

/* Bytes that may be written where the output lies; UINT64_MAX where that cannot be told. */
static uint64_t free_space(const char *output)
{
    char folder[4096];
    struct statvfs disk;
    snprintf(folder, sizeof folder, "%s", output);
    return statvfs(dirname(folder), &disk) == 0 ? (uint64_t)disk.f_bavail * disk.f_frsize : UINT64_MAX;
}

/* "1.5 GB"; room for 16 chars. */
static const char *in_bytes(uint64_t bytes, char text[static 16])
{
    static const char *const unit[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    double number = (double)bytes;
    size_t u = 0;
    for (; number >= 999.5 && u + 1 < sizeof unit / sizeof unit[0]; u++)
        number /= 1000.0;
    snprintf(text, 16, "%.3g %s", number, unit[u]);
    return text;
}

bool qd_needs_have_room(const qd_experiment_t *experiment, const char *output, size_t shards)
{
    qd_estimate_t needs;
    char need[16], room[16];
    uint64_t space = free_space(output);
    qd_estimate_rows(experiment, shards, &needs);
    uint64_t rows = experiment->output.worlds ? 2 * needs.rows : needs.rows;
    if (rows <= space)
        return true;
    fprintf(stderr,
            "quadrille: %s: found %s free; expected at least %s for finished worlds and the result together "
            "(fewer "
            "worlds, `output: {outcomes: [...]}` or -o on another disk)\n",
            output, in_bytes(space, room), in_bytes(rows, need));
    return false;
}

static void say_time(double seconds)
{
    if (seconds < 120.0)
        fprintf(stderr, "about %.0f s", seconds < 1.0 ? 1.0 : seconds);
    else if (seconds < 48.0 * 3600.0)
        fprintf(stderr, "about %.0f h %02.0f min", floor(seconds / 3600.0),
                floor(fmod(seconds, 3600.0) / 60.0));
    else
        fprintf(stderr, "about %.1f days", seconds / 86400.0);
}

int qd_needs_say(const qd_experiment_t *experiment, const char *output, size_t shards, int threads, int ranks)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_estimate_t needs;
    char text[4][16];
    qd_status_t status = qd_estimate_run(experiment, shards, threads, ranks, &needs, &error);
    if (status != QD_OK)
        return qd_cli_fail(&error);
    fprintf(stderr, "quadrille: %s%" PRIu64 " worlds to play, ",
            experiment->precision.given ? "at most " : "", needs.worlds);
    say_time(needs.seconds);
    fprintf(stderr, " on %d thread%s (measured on %" PRIu64 " worlds)\n", needs.threads,
            needs.threads == 1 ? "" : "s", needs.sampled);
    fprintf(
        stderr,
        "quadrille: about %s of memory; on the disk about %s for parts and %s for the result, together %s\n",
        in_bytes(needs.memory, text[0]), in_bytes(needs.parts, text[1]), in_bytes(needs.result, text[2]),
        in_bytes(needs.parts + needs.result, text[3]));
    uint64_t space = free_space(output);
    if (space != UINT64_MAX)
        fprintf(stderr, "quadrille: %s free where %s will lie%s\n", in_bytes(space, text[0]), output,
                needs.parts + needs.result > space ? ": too little" : "");
    return 0;
}
