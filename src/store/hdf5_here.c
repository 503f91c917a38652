#include "store/hdf5_here.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/text.h"
#include "store/guard.h"

/* Deflate compresses at most 1032 to 1: a variable that claims to unpack to more than this many times the
 * bytes of the file is forged. */
#define UNPACKED_MOST 1040
#define SPARE_BYTES   ((hsize_t)64 << 10)

#define READ_MOST   ((hsize_t)256 << 20) /* bytes of a variable that is read whole */
#define ABSENT_MOST ((hsize_t)512 << 20) /* bytes of all of them that the file has not */

#define CACHE ((size_t)1 << 16) /* cache of the chunks of a variable, in bytes */

/* ---- failures ------------------------------------------------------------------------------------------ */

/* The error of the first system call that failed since the last look, and whether libhdf5 was refused memory,
 * because libhdf5 continues after some failures or calls the file damaged. There is one of each per process,
 * the child that reads. */
static char said_by_system[256];
static bool memory_was_refused;

static void keep_reason(const qd_h5_reason_t *reason)
{
    if (reason->system && said_by_system[0] == '\0')
        memcpy(said_by_system, reason->why, sizeof said_by_system);
    memory_was_refused = memory_was_refused || reason->memory;
}

static herr_t note_error(hid_t stack, void *context)
{
    qd_h5_reason_t reason;
    (void)context;
    qd_h5_find_reason(stack, &reason);
    keep_reason(&reason);
    return 0;
}

/* Replaces what libhdf5 says of the file. */
static void blame_memory(qd_h5_t *self)
{
    self->failed = self->absent = false;
    qd_h5_no_memory(self);
}

void qd_h5_here_blame_system(qd_h5_t *self)
{
    if (self->failed)
        keep_reason(&self->reason); /* H5Aiterate and H5Literate do not call note_error */
    if (said_by_system[0] != '\0') {
        self->failed = true;
        self->absent = false;
        snprintf(self->why, sizeof self->why, "reading it failed: %s", said_by_system);
    } else if (self->failed && qd_guard_lacks_memory()) {
        blame_memory(self);
    } else if (self->failed && memory_was_refused) {
        strncat(self->why, " (is memory short?)", sizeof self->why - strlen(self->why) - 1);
    }
    said_by_system[0] = '\0';
    memory_was_refused = false;
    self->reason = (qd_h5_reason_t){0};
}

void qd_h5_here_need_memory(qd_h5_t *self, bool doubtful)
{
    if (memory_was_refused || (self->failed && self->reason.memory) || (doubtful && qd_guard_lacks_memory()))
        blame_memory(self);
    memory_was_refused = self->reason.memory = false;
}

void qd_h5_here_fail(qd_h5_t *self, const char *doing, const char *object)
{
    if (self->failed)
        return;
    qd_h5_fail(self, doing, object);
    self->absent = true;
}

/* Refuses with the words "damaged: OBJECT WHY". */
static void refuse_file(qd_h5_t *self, const char *object, const char *why)
{
    char said[sizeof self->why];
    snprintf(said, sizeof said, "damaged: %.200s %s", object, why);
    qd_h5_refuse_contents(self, said);
}

/* ---- references to other files ------------------------------------------------------------------------- */

/* Refuses with the words "it holds WHAT (PATH); expected a file that stands alone". */
static void refuse_hostile(qd_h5_t *self, const char *what, const char *path)
{
    char why[sizeof self->why];
    snprintf(why, sizeof why, "it holds %s (%.200s); expected a file that stands alone", what, path);
    qd_h5_refuse_contents(self, why);
}

static herr_t follow_none(const char *file, const char *group, const char *other_file,
                          const char *other_object, unsigned *flags, hid_t access, void *context)
{
    (void)file, (void)group, (void)other_file, (void)other_object, (void)flags, (void)access, (void)context;
    return -1;
}

hid_t qd_h5_here_access(hid_t class)
{
    hid_t access = H5Pcreate(class);
    H5Pset_elink_cb(access, follow_none, NULL);
    return access;
}

/* Filters that are part of libhdf5 have the numbers 1 to 6; others would be loaded from a folder. */
static bool is_packed_by_others(hid_t creation)
{
    int filters = H5Pget_nfilters(creation);
    for (int i = 0; i < filters; i++) {
        unsigned flags, config;
        size_t values = 0;
        char name[2];
        H5Z_filter_t filter =
            H5Pget_filter2(creation, (unsigned)i, &flags, &values, NULL, sizeof name, name, &config);
        if (filter < H5Z_FILTER_DEFLATE || filter > H5Z_FILTER_SCALEOFFSET)
            return true;
    }
    return false;
}

bool qd_h5_here_vet_variable(qd_h5_t *self, hid_t variable, const char *path)
{
    hid_t creation = H5Dget_create_plist(variable);
    if (creation < 0)
        return true; /* cannot be read: reading it reports the failure */
    if (H5Pget_layout(creation) == H5D_VIRTUAL)
        refuse_hostile(self, "a variable made up from other files", path);
    else if (H5Pget_external_count(creation) > 0)
        refuse_hostile(self, "a variable whose values are in another file", path);
    else if (is_packed_by_others(creation))
        refuse_hostile(self, "a variable packed by a filter that is not HDF5's own", path);
    H5Pclose(creation);
    return !self->failed;
}

/* Returns 0 to continue the walk, 1 to end it. */
static herr_t vet_link(hid_t root, const char *path, const H5L_info_t *info, void *context)
{
    qd_h5_t *self = context;
    if (info->type == H5L_TYPE_SOFT)
        return 0; /* refers to an object of this file, or to a link that the walk meets too */
    if (info->type != H5L_TYPE_HARD) {
        refuse_hostile(self,
                       info->type == H5L_TYPE_EXTERNAL ? "a link to another file" : "a link of unknown kind",
                       path);
        return 1;
    }
    hid_t object = H5Oopen(root, path, H5P_DEFAULT);
    bool sound =
        object < 0 || H5Iget_type(object) != H5I_DATASET || qd_h5_here_vet_variable(self, object, path);
    if (object >= 0)
        H5Oclose(object);
    return sound ? 0 : 1;
}

void qd_h5_here_vet(qd_h5_t *self)
{
    if (!self->failed && H5Lvisit(self->file, H5_INDEX_NAME, H5_ITER_NATIVE, vet_link, self) < 0)
        qd_h5_here_fail(self, "reading the list of its contents", NULL);
}

/* ---- opening ------------------------------------------------------------------------------------------- */

static void open_file(qd_h5_t *self, const char *path, hid_t access)
{
    struct stat state;
    bool found = stat(path, &state) == 0;
    int number = errno;
    htri_t hdf5 = found && S_ISREG(state.st_mode) ? H5Fis_hdf5(path) : 0;
    if (hdf5 > 0)
        self->file = H5Fopen(path, H5F_ACC_RDONLY, access);
    /* A caller of the library may have the file open with other settings, by h5py say, which libhdf5 refuses;
     * by another driver it is another file. */
    if (hdf5 > 0 && self->file < 0 && H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_FILE) > 0 &&
        H5Pset_fapl_stdio(access) >= 0)
        self->file = H5Fopen(path, H5F_ACC_RDONLY, access);
    if (hdf5 < 0 || (hdf5 > 0 && self->file < 0))
        qd_h5_here_fail(self, "opening the file (cut off or damaged?)", NULL);
    else if (!found)
        qd_h5_refuse(self, strerror(number));
    else if (!S_ISREG(state.st_mode))
        qd_h5_refuse(self, "found something that is not a file; expected a result file");
    else if (hdf5 == 0)
        qd_h5_refuse(self, "not an HDF5 file");
    if (self->file < 0 && hdf5 == 0)
        self->absent = found || qd_unreadable_status(number) == QD_ERROR_INPUT;
}

void qd_h5_here_open(qd_h5_t *self, const char *path)
{
    *self = (qd_h5_t){.file = -1};
    snprintf(self->path, sizeof self->path, "%s", path);
    qd_h5_prepare();
    H5Eset_auto2(H5E_DEFAULT, note_error, NULL);
    hid_t access = qd_h5_file_access();
    open_file(self, path, access);
    H5Pclose(access);
}

/* Opens a variable with a small cache of chunks: many may be open, and each is read from its beginning to its
 * end. */
static hid_t open_variable(qd_h5_t *self, const char *path)
{
    if (self->failed)
        return -1;
    hid_t access = qd_h5_here_access(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, 13, CACHE, 1.0);
    hid_t variable = H5Dopen2(self->file, path, access);
    H5Pclose(access);
    if (variable < 0)
        qd_h5_here_fail(self, "opening variable", path);
    else if (!qd_h5_here_vet_variable(self, variable, path))
        H5Dclose(variable);
    return self->failed ? -1 : variable;
}

bool qd_h5_here_exists(qd_h5_t *self, const char *path)
{
    if (self->failed)
        return false;
    /* H5Lexists looks up one link at a time: the groups on the path come first. */
    char prefix[1024];
    if (strlen(path) >= sizeof prefix)
        return false;
    hid_t access = qd_h5_here_access(H5P_LINK_ACCESS);
    htri_t there = 1;
    for (const char *slash = strchr(path + 1, '/'); there > 0 && slash; slash = strchr(slash + 1, '/')) {
        snprintf(prefix, sizeof prefix, "%.*s", (int)(slash - path), path);
        there = H5Lexists(self->file, prefix, access);
    }
    if (there > 0)
        there = H5Lexists(self->file, path, access);
    if (there < 0)
        qd_h5_here_fail(self, "looking for", path);
    H5Pclose(access);
    return there > 0;
}

/* ---- attributes ---------------------------------------------------------------------------------------- */

/* Opens an attribute of one value; -1 without failing where there is none. */
static hid_t open_attribute(qd_h5_t *self, const char *path, const char *name, hid_t *space)
{
    if (self->failed)
        return -1;
    hid_t access = qd_h5_here_access(H5P_LINK_ACCESS), attribute = -1;
    htri_t there = H5Aexists_by_name(self->file, path, name, access);
    if (there > 0)
        attribute = H5Aopen_by_name(self->file, path, name, H5P_DEFAULT, access);
    if (there < 0 || (there > 0 && attribute < 0))
        qd_h5_here_fail(self, there < 0 ? "looking for attribute" : "opening attribute", name);
    H5Pclose(access);
    if (attribute < 0)
        return -1;
    *space = H5Aget_space(attribute);
    if (H5Sget_simple_extent_npoints(*space) == 1)
        return attribute;
    refuse_file(self, name, "is not one value");
    H5Sclose(*space);
    H5Aclose(attribute);
    return -1;
}

char *qd_h5_here_text(qd_h5_t *self, const char *path, const char *name)
{
    hid_t space, attribute = open_attribute(self, path, name, &space);
    if (attribute < 0)
        return NULL;
    char *value = NULL, *copy = NULL;
    hid_t type = qd_h5_memory_type(QD_H5_TEXT);
    if (H5Aread(attribute, type, &value) < 0)
        qd_h5_here_fail(self, "reading attribute", name);
    else if (!(copy = strdup(value ? value : "")))
        qd_h5_no_memory(self);
    if (value)
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, &value);
    H5Tclose(type);
    H5Sclose(space);
    H5Aclose(attribute);
    return copy;
}

bool qd_h5_here_number(qd_h5_t *self, const char *path, const char *name, qd_h5_type_t type, void *value)
{
    hid_t space, attribute = open_attribute(self, path, name, &space);
    if (attribute < 0)
        return false;
    if (H5Aread(attribute, qd_h5_memory_type(type), value) < 0)
        qd_h5_here_fail(self, "reading attribute", name);
    H5Sclose(space);
    H5Aclose(attribute);
    return !self->failed;
}

/* ---- variables ----------------------------------------------------------------------------------------- */

hsize_t qd_h5_here_length(qd_h5_t *self, const char *path, size_t axis)
{
    hid_t variable = open_variable(self, path);
    if (variable < 0)
        return 0;
    hsize_t size[H5S_MAX_RANK] = {0};
    hid_t space = H5Dget_space(variable);
    int rank = H5Sget_simple_extent_dims(space, size, NULL);
    H5Sclose(space);
    H5Dclose(variable);
    if (rank <= (int)axis)
        refuse_file(self, path, "has fewer dimensions than expected");
    return self->failed ? 0 : size[axis];
}

/* The number of elements of a variable. A sound file has bytes for them somewhere: chunks of points that were
 * not played are absent, but every point has its label. */
static bool count_elements(qd_h5_t *self, const char *path, hid_t variable, hid_t space, size_t *elements)
{
    static hsize_t absent; /* bytes of all variables read whole that no chunk can hold */
    hid_t type = H5Dget_type(variable);
    hssize_t points = H5Sget_simple_extent_npoints(space);
    hsize_t each = H5Tget_size(type), stored = H5Dget_storage_size(variable), size = 0;
    H5Tclose(type);
    H5Fget_filesize(self->file, &size);
    if (points < 0 || each == 0 || (hsize_t)points > (size * UNPACKED_MOST + SPARE_BYTES) / each) {
        refuse_file(self, path, "claims more elements than the file has bytes for");
        return false;
    }
    if ((hsize_t)points > READ_MOST / each) {
        refuse_file(self, path, "is larger than any that a result has");
        return false;
    }
    hsize_t held = (stored < size ? stored : size) * UNPACKED_MOST + SPARE_BYTES;
    if ((hsize_t)points * each > held)
        absent += (hsize_t)points * each - held;
    if (absent > ABSENT_MOST)
        qd_h5_refuse_contents(self, "most of its points were not played, and their missing values take more "
                                    "than 512 MiB: name fewer outcomes");
    *elements = (size_t)points;
    return !self->failed;
}

/* HDF5's strings, one after another; NULL where they are longer than the file can hold, or memory is
 * short. */
static void *join_texts(qd_h5_t *self, const char *path, char *const text[], size_t count, size_t *size)
{
    hsize_t most = 0, total = 0;
    H5Fget_filesize(self->file, &most);
    for (size_t i = 0; i < count; i++)
        total += (text[i] ? strlen(text[i]) : 0) + 1;
    if (total > most + SPARE_BYTES) {
        refuse_file(self, path, "holds longer texts than the file has bytes for");
        return NULL;
    }
    char *all = qd_new((size_t)total, 1, NULL), *at = all;
    for (size_t i = 0; all && i < count; i++)
        at = stpcpy(at, text[i] ? text[i] : "") + 1;
    if (!all)
        qd_h5_no_memory(self);
    *size = (size_t)total;
    return all;
}

static size_t size_of(qd_h5_type_t type)
{
    return type == QD_H5_BYTE ? 1 : type == QD_H5_TEXT ? sizeof(char *) : 8;
}

/* All elements of an open variable; texts are HDF5's own. */
static void *read_elements(qd_h5_t *self, const char *path, qd_h5_type_t type, hid_t variable,
                           hid_t in_memory, size_t elements)
{
    void *data = qd_new(elements, size_of(type), NULL);
    hid_t transfer = qd_h5_transfer(type, elements);
    if (!data)
        qd_h5_no_memory(self);
    else if (elements > 0 && H5Dread(variable, in_memory, H5S_ALL, H5S_ALL, transfer, data) < 0)
        qd_h5_here_fail(self, "reading variable", path);
    qd_h5_close_transfer(transfer);
    return data;
}

void *qd_h5_here_read(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t *size, size_t *count)
{
    *size = *count = 0;
    hid_t variable = open_variable(self, path);
    if (variable < 0)
        return NULL;
    hid_t in_memory = qd_h5_memory_type(type), space = H5Dget_space(variable);
    void *data = NULL;
    if (count_elements(self, path, variable, space, count)) {
        *size = *count * size_of(type);
        data = read_elements(self, path, type, variable, in_memory, *count);
    }
    if (!self->failed && type == QD_H5_TEXT) {
        char **text = data;
        data = join_texts(self, path, text, *count, size);
        H5Dvlen_reclaim(in_memory, space, H5P_DEFAULT, text);
        free(text);
    }
    H5Sclose(space);
    H5Dclose(variable);
    if (type == QD_H5_TEXT)
        H5Tclose(in_memory);
    if (!self->failed)
        return data;
    free(data);
    return NULL;
}

/* A variable, and whether it is closed after use. */
static hid_t find_open(qd_h5_t *self, const char *path, bool *passing)
{
    *passing = false;
    for (size_t i = 0; i < self->kept; i++)
        if (strcmp(self->keep[i].path, path) == 0)
            return self->keep[i].variable;
    hid_t variable = open_variable(self, path);
    qd_h5_kept_t *keep = &self->keep[self->kept];
    *passing = self->kept == QD_H5_KEPT_MOST || strlen(path) >= sizeof keep->path;
    if (variable < 0 || *passing)
        return variable;
    snprintf(keep->path, sizeof keep->path, "%s", path);
    keep->variable = variable;
    self->kept++;
    return variable;
}

void qd_h5_here_slab(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t rank, const hsize_t *start,
                     const hsize_t *count, void *data)
{
    bool passing;
    hid_t variable = self->failed ? -1 : find_open(self, path, &passing);
    if (variable < 0)
        return;
    hid_t space = H5Dget_space(variable), memory = H5Screate_simple((int)rank, count, NULL);
    if (H5Sget_simple_extent_ndims(space) != (int)rank)
        refuse_file(self, path, "has another number of dimensions than expected");
    else if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) < 0 ||
             H5Dread(variable, qd_h5_memory_type(type), memory, space, H5P_DEFAULT, data) < 0)
        qd_h5_here_fail(self, "reading variable", path);
    H5Sclose(memory);
    H5Sclose(space);
    if (passing)
        H5Dclose(variable);
}
