#include "registry/assumptions.h"

#include <stddef.h>

const char *const qd_assumed[] = {
#define QD_ASSUMED(sentence) sentence,
#define QD_FOUND(sentence)
#include "registry/assumptions.def"
#undef QD_ASSUMED
#undef QD_FOUND
    NULL};

const char *const qd_found[] = {
#define QD_ASSUMED(sentence)
#define QD_FOUND(sentence) sentence,
#include "registry/assumptions.def"
#undef QD_ASSUMED
#undef QD_FOUND
    NULL};
