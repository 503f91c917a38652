#include "store/hdf5_file.h"
#include "store/guard.h"

#include "store/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- errors -------------------------------------------------------------------------------------------- */

/* HDF5 forgets why a call failed at its next call: what failed is noted before anything is closed. */

static herr_t note_reason(unsigned n, const H5E_error2_t *entry, void *context)
{
    qd_h5_reason_t *reason = context;
    const char *text = entry->desc == NULL ? "" : entry->desc, *quoted = strstr(text, "error message = '");
    reason->system = reason->system || quoted != NULL || strstr(text, " stat info") != NULL;
    if (n > 0)
        return 0;
    if (quoted != NULL)
        text = quoted + strlen("error message = '");
    size_t length = quoted != NULL ? strcspn(text, "'") : strlen(text);
    snprintf(reason->why, sizeof reason->why, "%.*s", (int)(length > 255 ? 255 : length), text);
    return 0;
}

void qd_h5_find_reason(hid_t stack, qd_h5_reason_t *reason)
{
    *reason = (qd_h5_reason_t){0};
    H5Ewalk2(stack, H5E_WALK_UPWARD, note_reason, reason);
}

void qd_h5_fail(qd_h5_t *self, const char *doing, const char *object)
{
    if (self->failed)
        return;
    qd_h5_reason_t reason;
    qd_h5_find_reason(H5E_DEFAULT, &reason);
    self->failed = true;
    snprintf(self->why, sizeof self->why, "%s%s%s failed: %s", doing, object == NULL ? "" : " ",
             object == NULL ? "" : object, reason.why[0] == '\0' ? "HDF5 gives no reason" : reason.why);
}

void qd_h5_need(qd_h5_t *self, bool done, const char *doing, const char *object)
{
    if (!done)
        qd_h5_fail(self, doing, object);
}

hid_t qd_h5_memory_type(qd_h5_type_t type)
{
    switch (type) {
    case QD_H5_REAL:
        return H5T_NATIVE_DOUBLE;
    case QD_H5_WHOLE:
        return H5T_NATIVE_INT64;
    case QD_H5_BYTE:
        return H5T_NATIVE_UINT8;
    case QD_H5_HASH:
        return H5T_NATIVE_UINT64;
    case QD_H5_CODE:
        return H5T_NATIVE_INT8;
    case QD_H5_TEXT:
        break;
    }
    hid_t text = H5Tcopy(H5T_C_S1);
    if (text < 0 || (H5Tset_size(text, H5T_VARIABLE) >= 0 && H5Tset_cset(text, H5T_CSET_UTF8) >= 0))
        return text;
    H5Tclose(text);
    return -1;
}

hid_t qd_h5_file_type(qd_h5_type_t type)
{
    switch (type) {
    case QD_H5_REAL:
        return H5T_IEEE_F64LE;
    case QD_H5_WHOLE:
        return H5T_STD_I64LE;
    case QD_H5_BYTE:
        return H5T_STD_U8LE;
    case QD_H5_HASH:
        return H5T_STD_U64LE;
    case QD_H5_CODE:
        return H5T_STD_I8LE;
    case QD_H5_TEXT:
        break;
    }
    return qd_h5_memory_type(type);
}

bool qd_h5_close_type(qd_h5_type_t type, hid_t id)
{
    return type != QD_H5_TEXT || H5Tclose(id) >= 0;
}

/* ---- file and groups ----------------------------------------------------------------------------------- */

static bool track_order(hid_t creation)
{
    const unsigned tracked = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
    return H5Pset_link_creation_order(creation, tracked) >= 0 &&
           H5Pset_attr_creation_order(creation, tracked) >= 0;
}

void qd_h5_prepare(void)
{
    /* At exit HDF5 1.10 would try once more to write what a full disk refused, and crash. Everything is
     * closed by hand. */
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0); /* no filter is loaded from wherever the environment says */
}

hid_t qd_h5_file_access(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (H5Pset_file_locking(access, false, true) >= 0 && H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0)
        return access;
    H5Pclose(access);
    return -1;
}

void qd_h5_create(qd_h5_t *self, const char *path)
{
    *self = (qd_h5_t){.file = -1};
    snprintf(self->path, sizeof self->path, "%s", path);
    qd_h5_prepare();
    hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = qd_h5_file_access();
    if (track_order(creation) && H5Pset_istore_k(creation, 2) >= 0)
        self->file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    qd_h5_need(self, self->file >= 0, "creating the file", NULL);
    qd_h5_need(self, H5Pclose(creation) >= 0, "creating the file", NULL);
    qd_h5_need(self, H5Pclose(access) >= 0, "creating the file", NULL);
}

/* What a failure has left open. */
static void close_written(qd_h5_t *self)
{
    for (size_t i = 0; i < self->written; i++) {
        qd_h5_finish(self, i);
        free(self->variable[i].path);
    }
    free(self->variable);
    self->variable = NULL;
    self->written = self->room = 0;
}

qd_status_t qd_h5_close(qd_h5_t *self, qd_error_t *error)
{
    if (self->written > 0 && !self->failed)
        qd_digest_write(self);
    close_written(self);
    qd_h5_need(self, qd_h5_scales_close(&self->scales, !self->failed),
               "writing which variables have a dimension", NULL);
    for (; self->kept > 0; self->kept--)
        qd_h5_need(self, H5Dclose(self->keep[self->kept - 1].variable) >= 0, "closing a variable", NULL);
    if (self->file >= 0)
        qd_h5_need(self, H5Fclose(self->file) >= 0, "closing the file", NULL);
    self->file = -1;
    qd_guard_end(self->guard);
    self->guard = NULL;
    qd_status_t status = self->absent ? QD_ERROR_INPUT : QD_ERROR_IO;
    return self->failed ? qd_error_add(error, status, "%s: %s", self->path, self->why) : QD_OK;
}

void qd_h5_hasten(qd_h5_t *self)
{
    int fd = self->failed ? -1 : qd_h5_descriptor(self);
    if (fd >= 0)
        (void)!sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

int qd_h5_descriptor(const qd_h5_t *self)
{
    void *handle = NULL;
    return self->file < 0 || H5Fget_vfd_handle(self->file, H5P_DEFAULT, &handle) < 0 || handle == NULL
               ? -1
               : *(int *)handle;
}

void qd_h5_group(qd_h5_t *self, const char *path)
{
    if (self->failed)
        return;
    hid_t creation = H5Pcreate(H5P_GROUP_CREATE), group = -1;
    if (track_order(creation))
        group = H5Gcreate2(self->file, path, H5P_DEFAULT, creation, H5P_DEFAULT);
    qd_h5_need(self, group >= 0 && H5Gclose(group) >= 0, "creating group", path);
    qd_h5_need(self, H5Pclose(creation) >= 0, "creating group", path);
}

/* ---- attributes ---------------------------------------------------------------------------------------- */

void qd_h5_write_attribute(qd_h5_t *self, hid_t object, const char *name, hid_t in_file, hid_t in_memory,
                           size_t count, const void *value)
{
    if (self->failed)
        return;
    hsize_t size = count;
    hid_t space = count == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &size, NULL);
    hid_t attribute = H5Acreate2(object, name, in_file, space, H5P_DEFAULT, H5P_DEFAULT);
    qd_h5_need(self, attribute >= 0 && H5Awrite(attribute, in_memory, value) >= 0, "writing attribute", name);
    qd_h5_need(self, attribute < 0 || H5Aclose(attribute) >= 0, "writing attribute", name);
    qd_h5_need(self, H5Sclose(space) >= 0, "writing attribute", name);
}

void qd_h5_write_text(qd_h5_t *self, hid_t object, const char *name, const char *value)
{
    hid_t type = qd_h5_memory_type(QD_H5_TEXT);
    qd_h5_write_attribute(self, object, name, type, type, 0, &value);
    qd_h5_need(self, H5Tclose(type) >= 0, "writing attribute", name);
}

static void set_attribute(qd_h5_t *self, const char *path, const char *name, hid_t in_file, hid_t in_memory,
                          size_t count, const void *value)
{
    if (self->failed)
        return;
    hid_t object = H5Oopen(self->file, path, H5P_DEFAULT);
    qd_h5_need(self, object >= 0, "opening", path);
    qd_h5_write_attribute(self, object, name, in_file, in_memory, count, value);
    if (object >= 0)
        qd_h5_need(self, H5Oclose(object) >= 0, "closing", path);
}

void qd_h5_set_text(qd_h5_t *self, const char *path, const char *name, const char *value)
{
    hid_t type = qd_h5_memory_type(QD_H5_TEXT);
    set_attribute(self, path, name, type, type, 0, &value);
    qd_h5_need(self, H5Tclose(type) >= 0, "writing attribute", name);
}

void qd_h5_set_ascii(qd_h5_t *self, const char *path, const char *name, const char *value)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    qd_h5_need(self, H5Tset_size(type, strlen(value) + 1) >= 0, "writing attribute", name);
    set_attribute(self, path, name, type, type, 0, value);
    qd_h5_need(self, H5Tclose(type) >= 0, "writing attribute", name);
}

void qd_h5_set_whole(qd_h5_t *self, const char *path, const char *name, int64_t value)
{
    /* In 4 bytes where they suffice: R has no larger whole numbers. */
    bool small = value >= INT32_MIN && value <= INT32_MAX;
    set_attribute(self, path, name, small ? H5T_STD_I32LE : H5T_STD_I64LE, H5T_NATIVE_INT64, 0, &value);
}

void qd_h5_set_hash(qd_h5_t *self, const char *path, const char *name, uint64_t value)
{
    set_attribute(self, path, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, 0, &value);
}

void qd_h5_set_reals(qd_h5_t *self, const char *path, const char *name, const double *value, size_t count)
{
    set_attribute(self, path, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, count, value);
}
