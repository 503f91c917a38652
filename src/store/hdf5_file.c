/* Common parts of writing and reading HDF5 files: errors, types, properties of files, attributes of open
 * objects. */
#include "store/hdf5_file.h"

#include <stdio.h>
#include <string.h>

/* ---- errors -------------------------------------------------------------------------------------------- */

/* HDF5 clears the reason of a failure at its next call: the failure is noted before anything is closed. */

static herr_t note_reason(unsigned n, const H5E_error2_t *entry, void *context)
{
    qd_h5_reason_t *reason = context;
    const char *text = entry->desc ? entry->desc : "", *quoted = strstr(text, "error message = '");
    reason->system = reason->system || quoted || strstr(text, " stat info");
    reason->memory = reason->memory || entry->min_num == H5E_NOSPACE || entry->min_num == H5E_CANTALLOC;
    if (n > 0)
        return 0;
    if (quoted)
        text = quoted + strlen("error message = '");
    size_t length = quoted ? strcspn(text, "'") : strlen(text);
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
    qd_h5_find_reason(H5E_DEFAULT, &self->reason);
    self->failed = true;
    snprintf(self->why, sizeof self->why, "%s%s%s failed: %s", doing, object ? " " : "", object ? object : "",
             self->reason.why[0] == '\0' ? "HDF5 gives no reason" : self->reason.why);
}

void qd_h5_refuse(qd_h5_t *self, const char *why)
{
    if (self->failed)
        return;
    self->failed = true;
    snprintf(self->why, sizeof self->why, "%s", why);
}

void qd_h5_refuse_contents(qd_h5_t *self, const char *why)
{
    self->absent = self->absent || !self->failed;
    qd_h5_refuse(self, why);
}

void qd_h5_no_memory(qd_h5_t *self)
{
    self->fault = self->fault || !self->failed;
    qd_h5_refuse(self, "out of memory");
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

#define TEXT_IN_FILE  ((size_t)16) /* bytes of a reference to a text, or more */
#define LARGEST_STEP  ((size_t)1 << 20)
#define SMALLEST_STEP ((size_t)1 << 10)

hid_t qd_h5_transfer(qd_h5_type_t type, hsize_t count)
{
    if (type != QD_H5_TEXT || count > LARGEST_STEP / TEXT_IN_FILE)
        return H5P_DEFAULT;
    size_t needed = (size_t)count * TEXT_IN_FILE;
    hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
    if (H5Pset_buffer(transfer, needed > SMALLEST_STEP ? needed : SMALLEST_STEP, NULL, NULL) >= 0)
        return transfer;
    H5Pclose(transfer);
    return -1;
}

bool qd_h5_close_transfer(hid_t id)
{
    return id == H5P_DEFAULT || H5Pclose(id) >= 0;
}

/* ---- the library and its files ------------------------------------------------------------------------- */

void qd_h5_prepare(void)
{
    /* HDF5 1.10 would retry a write that a full disk refused at exit, and crash: all objects are closed here
     * instead. */
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0); /* no filter is loaded from a folder named by the environment */
}

hid_t qd_h5_file_access(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (H5Pset_file_locking(access, false, true) >= 0 && H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0)
        return access;
    H5Pclose(access);
    return -1;
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
