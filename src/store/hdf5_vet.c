#include "store/hdf5_here.h"

#include <stdio.h>
#include <string.h>

/* Refuses in the words "damaged or hostile: it holds WHAT /PATH". */
static void refuse(qd_h5_t *self, const char *what, const char *path)
{
    char why[sizeof self->why];
    snprintf(why, sizeof why, "it holds %s (%.200s); expected a file that stands alone", what, path);
    qd_h5_refuse(self, why);
    self->absent = true;
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
        return true; /* it cannot be read, and whoever reads it will be told so */
    if (H5Pget_layout(creation) == H5D_VIRTUAL)
        refuse(self, "a variable made up from other files", path);
    else if (H5Pget_external_count(creation) > 0)
        refuse(self, "a variable whose values are in another file", path);
    else if (is_packed_by_others(creation))
        refuse(self, "a variable packed by a filter that is not HDF5's own", path);
    H5Pclose(creation);
    return !self->failed;
}

/* 0: the walk goes on; 1: it ends. */
static herr_t vet_link(hid_t root, const char *path, const H5L_info_t *info, void *context)
{
    qd_h5_t *self = context;
    if (info->type == H5L_TYPE_SOFT)
        return 0; /* leads within the file, or to a link that is met itself */
    if (info->type != H5L_TYPE_HARD) {
        refuse(self, info->type == H5L_TYPE_EXTERNAL ? "a link to another file" : "a link of unknown kind",
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
        qd_h5_here_fail(self, "reading the list of what it holds", NULL);
}
