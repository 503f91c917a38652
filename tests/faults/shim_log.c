#include "shim_log.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DEPTH = 64, CHAINS = 1 << 16 };

static const char *path, *met;        /* opened for each line: processes renumber their descriptors */
static bool once;                     /* the log has the first call of each chain only */
static _Atomic uint64_t seen[CHAINS]; /* hashes of the chains of places that have a line */
static struct {
    uintptr_t base, end; /* addresses of the program itself, without its libraries */
} program;

/* For dl_iterate_phdr: the first object is the program. */
static int find_program(struct dl_phdr_info *object, size_t size, void *unused)
{
    (void)size, (void)unused;
    program.base = object->dlpi_addr;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        uintptr_t end = program.base + part->p_vaddr + part->p_memsz;
        if (part->p_type == PT_LOAD && end > program.end)
            program.end = end;
    }
    return 1;
}

void open_log(void)
{
    const char *all = getenv("QD_FAULT_LOG");
    path = all ? all : getenv("QD_FAULT_PLACES");
    once = !all;
    met = getenv("QD_FAULT_MET");
    dl_iterate_phdr(find_program, NULL);
}

/* Returns the calling program or library, also of a call through libc (strdup, asprintf). */
static const char *asker(void *const *frame, int frames)
{
    const char *name = "";
    Dl_info info, own;
    if (!dladdr((void *)&program, &own))
        return name;
    for (int f = 0; f < frames; f++) {
        if (!dladdr(frame[f], &info) || !info.dli_fname)
            break;
        if (info.dli_fbase == own.dli_fbase)
            continue;
        const char *slash = strrchr(info.dli_fname, '/');
        name = slash ? slash + 1 : info.dli_fname;
        if (strncmp(name, "libc.", 5) != 0)
            break;
    }
    return name;
}

/* Writes the program's own active calls into place[], and returns their number. */
static int places_of(void *const *frame, int frames, unsigned long *place)
{
    int count = 0;
    for (int f = 0; f < frames; f++) {
        uintptr_t address = (uintptr_t)frame[f];
        if (address >= program.base && address < program.end)
            place[count++] = address - program.base;
    }
    return count;
}

/* Whether a chain of places is new, by its FNV-1a hash. */
static bool is_new(const unsigned long *place, int places)
{
    uint64_t hash = 14695981039346656037U;
    for (int i = 0; i < places; i++)
        hash = (hash ^ place[i]) * 1099511628211U;
    for (uint64_t i = hash;; i++) {
        uint64_t found = 0;
        if (atomic_compare_exchange_strong(&seen[i % CHAINS], &found, hash))
            return true;
        if (found == hash)
            return false;
    }
}

/* Appends a line; `count` places follow it where `with_places`. */
static void append(const char *to, long number, const char *operation, const char *object, bool with_places,
                   const unsigned long *place, int count)
{
    char line[512 + DEPTH * 20];
    int length = snprintf(line, 512, "%ld %s %s", number, operation, object);
    length = length < 512 ? length : 511;
    if (with_places)
        line[length++] = '\t';
    for (int i = 0; with_places && i < count; i++)
        length += snprintf(line + length, 20, "%lx ", place[i]);
    line[length++] = '\n';
    int fd = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0 || syscall(SYS_write, fd, line, (size_t)length) < 0 || syscall(SYS_close, fd) < 0)
        abort();
}

void log_call(long number, const char *operation, const char *object)
{
    if (!path)
        return;
    void *frame[DEPTH];
    unsigned long place[DEPTH];
    int frames = backtrace(frame, DEPTH), places = places_of(frame, frames, place);
    if (!once || is_new(place, places))
        append(path, number, operation, object ? object : asker(frame, frames), once, place, places);
}

void log_failure(long number, const char *operation, const char *object)
{
    void *frame[DEPTH];
    if (met)
        append(met, number, operation, object ? object : asker(frame, backtrace(frame, DEPTH)), false, NULL,
               0);
}
