/* quadrille crate: a result file as an RO-Crate, a folder with metadata about the file, its inputs and its
 * origin.
 *
 * Metadata follow RO-Crate 1.1 (Soiland-Reyes et al. 2022) and the Process Run Crate profile 0.5. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sha256.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "quadrille/result.h"
#include "store/begun.h"

#define EXPERIMENT "experiment.yaml"
#define METADATA   "ro-crate-metadata.json"
#define FILES_MAX  3

typedef struct {
    const char *path;          /* of the result file */
    const char *license;       /* URL, or NULL */
    const char *name;          /* of the result file within the crate */
    char id[3 * NAME_MAX + 1]; /* `name` as a relative URI (RFC 3986), which RO-Crate requires of its @id */
    char *folder;
    int at, parent;           /* the folder and the one that contains it, open while it is made */
    int begun[1 + FILES_MAX]; /* folder and files in the list of what is under construction */
    qd_result_file_t *file;
} crate_t;

/* ---- files --------------------------------------------------------------------------------------------- */

static int fail(const char *path)
{
    fprintf(stderr, "quadrille: %s: %s\n", path, strerror(errno));
    return 1;
}

static char *inside(const crate_t *self, const char *name)
{
    char *path;
    return asprintf(&path, "%s/%s", self->folder, name) < 0 ? NULL : path;
}

static bool copy(const char *from, const char *to)
{
    struct stat state;
    int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
    bool good = in >= 0 && fstat(in, &state) == 0 &&
                (out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) >= 0;
    for (off_t left = good ? state.st_size : 0; good && left > 0;) {
        ssize_t sent = sendfile(out, in, NULL, (size_t)left);
        good = sent > 0;
        left -= good ? sent : 0;
    }
    good = good && fsync(out) == 0;
    if (in >= 0)
        close(in);
    return (out < 0 || close(out) == 0) && good;
}

/* Places a hard link to the result in the crate, or a copy where the file system has no hard links. */
static int place_result(const crate_t *self)
{
    char *to = inside(self, self->name);
    bool placed =
        to && (linkat(AT_FDCWD, self->path, AT_FDCWD, to, AT_SYMLINK_FOLLOW) == 0 || copy(self->path, to));
    int status = placed ? 0 : fail(self->path);
    free(to);
    return status;
}

static int place_experiment(const crate_t *self)
{
    char *path = inside(self, EXPERIMENT);
    FILE *out = path ? fopen(path, "wx") : NULL;
    bool good = out && fputs(qd_result_file_provenance(self->file)->config, out) >= 0;
    good = (!out || fclose(out) == 0) && good;
    int status = good ? 0 : fail(path ? path : self->folder);
    free(path);
    return status;
}

/* ---- metadata ------------------------------------------------------------------------------------------ */

static void put(FILE *out, const char *key, const char *value)
{
    fputs(", ", out);
    qd_json_text(out, key);
    fputs(": ", out);
    qd_json_text(out, value);
}

static void set_id(crate_t *self)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    char *at = self->id, *end = self->id + sizeof self->id;
    for (const char *c = self->name; *c && end - at > 3; c++)
        at += snprintf(at, (size_t)(end - at), strchr(unreserved, *c) ? "%c" : "%%%02X", (unsigned char)*c);
}

static void begin(FILE *out, const char *id, const char *type)
{
    fputs("    {\"@id\": ", out);
    qd_json_text(out, id);
    put(out, "@type", type);
}

/* Size and SHA-256 of a file of the crate. */
static int put_file(const crate_t *self, FILE *out, const char *name, const char *id, const char *title,
                    const char *format)
{
    char *path = inside(self, name), digest[SHA256_DIGEST_STRING_LENGTH], size[32];
    struct stat state;
    int status = 0;
    if (!path || stat(path, &state) != 0 || !SHA256File(path, digest)) {
        status = fail(path ? path : name);
        goto out;
    }
    snprintf(size, sizeof size, "%lld", (long long)state.st_size);
    begin(out, id, "File");
    put(out, "name", title);
    put(out, "encodingFormat", format);
    put(out, "contentSize", size);
    put(out, "sha256", digest);
out:
    free(path);
    return status;
}

static void put_reference(FILE *out, const char *key, const char *id)
{
    fprintf(out, ", \"%s\": {\"@id\": ", key);
    qd_json_text(out, id);
    fputs("}", out);
}

static void put_root(const crate_t *self, FILE *out)
{
    const qd_provenance_t *from = qd_result_file_provenance(self->file);
    begin(out, METADATA, "CreativeWork");
    fputs(", \"about\": {\"@id\": \"./\"}, \"conformsTo\": {\"@id\": \"https://w3id.org/ro/crate/1.1\"}},\n",
          out);
    begin(out, "./", "Dataset");
    put(out, "name", *from->title ? from->title : self->name);
    put(out, "description", *from->about ? from->about : "Result of an experiment with quadrille.");
    put(out, "datePublished", from->created);
    if (self->license)
        put_reference(out, "license", self->license);
    put_reference(out, "conformsTo", "https://w3id.org/ro/wfrun/process/0.5");
    fputs(", \"hasPart\": [{\"@id\": ", out);
    qd_json_text(out, self->id);
    fputs("}, {\"@id\": \"" EXPERIMENT "\"}], \"mentions\": {\"@id\": \"#run\"}},\n", out);
    begin(out, "https://w3id.org/ro/wfrun/process/0.5", "CreativeWork");
    put(out, "name", "Process Run Crate");
    put(out, "version", "0.5");
    fputs("},\n", out);
}

static void put_property(FILE *out, const char *id, const char *name, const char *value)
{
    begin(out, id, "PropertyValue");
    put(out, "name", name);
    put(out, "value", value);
    fputs("},\n", out);
}

static void put_run(const crate_t *self, FILE *out)
{
    const qd_provenance_t *from = qd_result_file_provenance(self->file);
    char seed[32], config[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)from->seed);
    snprintf(config, sizeof config, "%016llx", (unsigned long long)from->config_hash);
    begin(out, "#quadrille", "SoftwareApplication");
    put(out, "name", "quadrille");
    put(out, "softwareVersion", from->version);
    put(out, "identifier", from->source_commit);
    put(out, "softwareRequirements", from->libraries);
    put(out, "operatingSystem", "Linux");
    fputs("},\n", out);
    put_property(out, "#seed", "seed", seed);
    put_property(out, "#config_hash", "config_hash", config);
    put_property(out, "#result_hash", "result_hash", from->result_hash);
    begin(out, "#run", "CreateAction");
    put(out, "name", "quadrille run");
    put(out, "description", from->command_line);
    put(out, "endTime", from->created);
    put_reference(out, "actionStatus",
                  from->complete ? "http://schema.org/CompletedActionStatus"
                                 : "http://schema.org/PotentialActionStatus");
    put_reference(out, "instrument", "#quadrille");
    put_reference(out, "object", EXPERIMENT);
    put_reference(out, "result", self->id);
    fputs("}\n", out);
}

static int write_metadata(const crate_t *self)
{
    char *path = inside(self, METADATA);
    FILE *out = path ? fopen(path, "wx") : NULL;
    if (!out) {
        int status = fail(path ? path : self->folder);
        free(path);
        return status;
    }
    fputs("{\n  \"@context\": [\"https://w3id.org/ro/crate/1.1/context\", "
          "\"https://w3id.org/ro/terms/workflow-run/context\"],\n"
          "  \"@graph\": [\n",
          out);
    put_root(self, out);
    int status = put_file(self, out, self->name, self->id, "Result of the experiment", "application/x-hdf5");
    fputs(", \"additionalProperty\": [{\"@id\": \"#seed\"}, {\"@id\": \"#config_hash\"}, {\"@id\": "
          "\"#result_hash\"}]},\n",
          out);
    if (status == 0)
        status = put_file(self, out, EXPERIMENT, EXPERIMENT,
                          "The experiment as resolved, data files included", "application/yaml");
    fputs("},\n", out);
    put_run(self, out);
    fputs("  ]\n}\n", out);
    bool written = !ferror(out) && fflush(out) == 0 && fsync(fileno(out)) == 0;
    if ((fclose(out) != 0 || !written) && status == 0)
        status = fail(path);
    free(path);
    return status;
}

/* ---- the folder ---------------------------------------------------------------------------------------- */

/* Opens the folder that contains the crate, and finds the crate's name in it. */
static bool open_parent(crate_t *self, const char **name)
{
    for (char *end = self->folder + strlen(self->folder); end - self->folder > 1 && end[-1] == '/';)
        *--end = '\0';
    char *slash = strrchr(self->folder, '/');
    const char *parent = !slash ? "." : slash == self->folder ? "/" : self->folder;
    *name = slash ? slash + 1 : self->folder;
    if (slash && slash > self->folder)
        *slash = '\0';
    self->parent = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (slash)
        *slash = '/';
    return self->parent >= 0;
}

/* Makes and opens the folder and lists it as under construction; false with errno. */
static bool make_folder(crate_t *self)
{
    const char *name, *const file[FILES_MAX] = {METADATA, EXPERIMENT, self->name};
    sigset_t before;
    if (!open_parent(self, &name))
        return false;
    qd_begun_hold_signals(&before);
    bool made = mkdir(self->folder, 0777) == 0;
    if (made) {
        self->at = openat(self->parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        self->begun[0] = qd_begun_add(self->parent, name, true);
        for (size_t i = 0; self->at >= 0 && i < FILES_MAX; i++)
            self->begun[1 + i] = qd_begun_add(self->at, file[i], false);
    }
    int number = errno;
    if (made && self->at < 0)
        (void)unlinkat(self->parent, name, AT_REMOVEDIR);
    errno = number;
    qd_begun_release_signals(&before);
    return made && self->at >= 0;
}

/* Ends the construction; `whole` false: removes the crate. */
static void end_folder(crate_t *self, bool whole)
{
    if (!whole)
        qd_begun_remove(); /* this command makes nothing else */
    for (size_t i = 0; i < sizeof self->begun / sizeof self->begun[0]; i++)
        qd_begun_end(self->begun[i]);
    if (self->at >= 0)
        close(self->at);
    if (self->parent >= 0)
        close(self->parent);
}

/* ---- command line -------------------------------------------------------------------------------------- */

static int refuse_folder(const crate_t *self, int number)
{
    if (number == EEXIST)
        return qd_cli_refuse_existing(self->folder, "-o names another");
    fprintf(stderr, "quadrille: %s: %s (-o names another)\n", self->folder, strerror(number));
    return qd_exit_status(qd_unreadable_status(number));
}

static int make_crate(crate_t *self)
{
    qd_error_t error = QD_ERROR_NONE;
    if (qd_cli_is_for_files(self->folder, &error) != QD_OK)
        return qd_cli_fail(&error);
    int status = make_folder(self) ? 0 : refuse_folder(self, errno);
    bool made = status == 0;
    if (status == 0)
        status = place_result(self);
    if (status == 0)
        status = place_experiment(self);
    if (status == 0)
        status = write_metadata(self);
    end_folder(self, !made || status == 0);
    if (status == 0)
        fprintf(stderr, "quadrille: wrote %s\n", self->folder);
    return status;
}

typedef struct {
    const char *output, *license;
} arguments_t;

static const qd_option_t options[] = {
    QD_OPTION_OUTPUT(
        "FOLDER", arguments_t, output, QD_COMPLETE_FILES,
        "where to; default: OUT.h5 with the ending .crate, in the current folder; must not exist"),
    {"license", 0, "URL", "licence of the data, e.g. https://creativecommons.org/licenses/by/4.0/",
     qd_take_word, offsetof(arguments_t, license), "a URL", NULL},
    QD_OPTION_PLUGIN,
    QD_OPTIONS_END,
};

static int run(int argc, char **argv)
{
    arguments_t arguments = {0};
    int code = qd_options_take(&qd_command_crate, argc, argv, &arguments);
    if (code >= 0)
        return code;
    crate_t self = {.path = argv[optind],
                    .license = arguments.license,
                    .at = -1,
                    .parent = -1,
                    .begun = {-1, -1, -1, -1}};
    qd_error_t error = QD_ERROR_NONE;
    struct stat state;
    self.name = strrchr(self.path, '/') ? strrchr(self.path, '/') + 1 : self.path;
    if (stat(self.path, &state) == 0 && !S_ISREG(state.st_mode)) /* such as a folder of parts */
        return qd_cli_misuse("crate", "found `%s`; expected a result file", self.path);
    if (qd_result_file_open(self.path, &self.file, &error) != QD_OK)
        return qd_cli_fail(&error);
    set_id(&self);
    int status;
    if (qd_result_file_check(self.file, true, &error) != QD_OK) {
        status = qd_cli_fail(&error); /* a SHA-256 would certify damaged data */
    } else {
        self.folder = arguments.output ? strdup(arguments.output) : qd_cli_beside(self.path, "crate");
        status = self.folder ? make_crate(&self) : qd_cli_no_memory("a path");
    }
    free(self.folder);
    qd_result_file_close(self.file);
    return status;
}

const qd_command_t qd_command_crate = {
    .name = "crate",
    .meaning = "a result file as an RO-Crate, with metadata about its origin",
    .synopsis = "OUT.h5 [OPTION]...",
    .about = "Makes an RO-Crate of a result file: a folder with the result, the experiment as resolved, and "
             "ro-crate-metadata.json, which describes the run, its program and its inputs, with SHA-256 of "
             "each file.",
    .option = options,
    .operand = "result files",
    .least = 1,
    .most = 1,
    .complete = "*.h5",
    .run = run,
};
