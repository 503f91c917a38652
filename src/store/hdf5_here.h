/* Reads a file with libhdf5 in this process: in the child of a guard, which contains a crash of libhdf5 on a
 * damaged file. The functions are those of hdf5_file.h under "reading", which send requests to the child. A
 * file that this process has just written may be read here too. For hdf5_*.c and compare.c only. */
#ifndef QD_STORE_HDF5_HERE_H
#define QD_STORE_HDF5_HERE_H

#include "store/hdf5_file.h"

/* Opens a file for reading within it: links to other files are not followed. Refused are variables with
 * values in other files (external storage, virtual datasets) or with a filter that libhdf5 would have to
 * load. */
void qd_h5_here_open(qd_h5_t *self, const char *path);

/* Attributes a failure to the system, and no longer to the file (absent), if a system call has failed since
 * the last look, or the system lacks memory: libhdf5 may then call an intact file damaged, or miss some of
 * its contents. */
void qd_h5_here_blame_system(qd_h5_t *self);

/* Before the function above: fails, without blame of the file, if libhdf5 has been refused memory since the
 * last look, even if it continued, or if a finding is doubtful while the system lacks memory. For files
 * without forged sizes. */
void qd_h5_here_need_memory(qd_h5_t *self, bool doubtful);

bool qd_h5_here_exists(qd_h5_t *self, const char *path);

/* malloc'ed; NULL without failing where there is none. */
char *qd_h5_here_text(qd_h5_t *self, const char *path, const char *name);

/* A number of 8 bytes: double, int64_t or uint64_t by `type`. False without failing where there is none. */
bool qd_h5_here_number(qd_h5_t *self, const char *path, const char *name, qd_h5_type_t type, void *value);

hsize_t qd_h5_here_length(qd_h5_t *self, const char *path, size_t axis);

/* A whole variable, malloc'ed. Texts come as one array of chars, each with its NUL, one after another. *size:
 * bytes; *count: elements. Refuses a variable that claims more elements than the bytes of the file can
 * hold. */
void *qd_h5_here_read(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t *size, size_t *count);

/* A slab of it, of a type other than QD_H5_TEXT. */
void qd_h5_here_slab(qd_h5_t *self, const char *path, qd_h5_type_t type, size_t rank, const hsize_t *start,
                     const hsize_t *count, void *data);

/* Refuses a file that has such a link or variable anywhere. */
void qd_h5_here_vet(qd_h5_t *self);

/* Whether the variable is none of those; refuses it otherwise. `path` is for the message. */
bool qd_h5_here_vet_variable(qd_h5_t *self, hid_t variable, const char *path);

/* A property list for link or dataset access that follows no link to another file; close it with H5Pclose. */
hid_t qd_h5_here_access(hid_t class);

/* Notes a failure of HDF5 as that of the file, unless the system gave an error. */
void qd_h5_here_fail(qd_h5_t *self, const char *doing, const char *object);

#endif
