/* An experiment file, run through the library: loaded, changed as by --set, played by all processors, read
 * again.
 *
 * Usage: sweep EXPERIMENT.yaml OUT.h5 NAME=VALUE. Prints the result hash, and for each design point and order
 * the mean of survival with its standard error. */
#include <signal.h>
#include <stdio.h>

#include <quadrille/quadrille.h>

static volatile sig_atomic_t stop;

static void on_interrupt(int number)
{
    (void)number;
    stop = 1;
}

static qd_status_t print_means(const char *path, qd_error_t *error)
{
    qd_result_file_t *file;
    qd_status_t status = qd_result_file_open(path, &file, error);
    if (status != QD_OK)
        return status;
    size_t points = qd_result_file_points(file), orders = qd_result_file_orders(file);
    for (size_t i = 0; i < points * orders && status == QD_OK; i++) {
        qd_result_summary_t survival;
        status = qd_result_file_summary(file, i / orders, i % orders, QD_O_survival, &survival, error);
        printf("%s %s %.6g %.3g\n", qd_result_file_point_label(file, i / orders),
               qd_result_file_order_label(file, i % orders), survival.mean, survival.mcse);
    }
    qd_result_file_close(file);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s EXPERIMENT.yaml OUT.h5 NAME=VALUE\n", argv[0]);
        return 2;
    }
    signal(SIGINT, on_interrupt);
    const char *set[] = {argv[3]};
    qd_overrides_t overrides = {.sets = 1, .set = set};
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *experiment = NULL;
    qd_run_options_t options = {
        .output = argv[2], .shard = 1, .shards = 1, .stop = &stop, .command_line = "sweep"};
    qd_run_summary_t summary = {0};
    qd_status_t status = qd_experiment_load(argv[1], &overrides, &experiment, &error);
    if (status == QD_OK)
        status = qd_run(experiment, &options, &summary, &error);
    if (status == QD_OK) {
        printf("%s\n", summary.assembled.result_hash);
        status = print_means(argv[2], &error);
    }
    qd_experiment_free(experiment);
    fputs(error.text, stderr);
    return qd_exit_status(status);
}
