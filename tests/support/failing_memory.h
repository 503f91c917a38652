/* Memory that runs out at the k-th request of the program under test, within the process: its caller sees
 * the consequences, and a build for coverage counts them. The processes of tests/faults die, and cannot be
 * counted.
 *
 * To be included by the one source file of a test program. Only requests of the program itself can fail, by
 * its own calls or by way of strdup, strndup, asprintf and fopencookie; those of libhdf5, libfyaml and libgsl
 * do not: not all of them survive it. A build with a sanitizer has an allocator of its own, so that nothing
 * fails there and the tests see whole runs alone. */
#ifndef TESTS_SUPPORT_FAILING_MEMORY_H
#define TESTS_SUPPORT_FAILING_MEMORY_H

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long failing_at, failing_count; /* 0: none is to fail */

/* Lets the k-th request from now fail; 0: none. Returns the number of requests since the last call. */
static inline long fail_at(long k)
{
    long made = failing_count;
    failing_count = 0;
    failing_at = k;
    return made;
}

/* ---- places -------------------------------------------------------------------------------------------- */

/* A place is the innermost calls that are under way at a request. */
#define PLACE_DEPTH 5
#define PLACES_MOST 8192

static struct {
    bool listening;
    long request;
    size_t known, fresh;
    uint64_t place[PLACES_MOST];
    long first[PLACES_MOST]; /* request of each place that is new since places_listen */
} places;

/* Notes the places of all requests from now to places_end. */
static inline void places_listen(void)
{
    places.listening = true;
    places.request = 0;
    places.fresh = 0;
}

/* The number of places that no earlier listening has met; places.first has their first requests, for
 * fail_at. */
static inline size_t places_end(void)
{
    places.listening = false;
    return places.fresh;
}

static inline void places_note(void)
{
    void *frame[PLACE_DEPTH];
    uint64_t hash = 14695981039346656037U; /* of Fowler, Noll and Vo */
    places.listening = false;              /* backtrace may ask for memory */
    int depth = backtrace(frame, PLACE_DEPTH);
    places.listening = true;
    places.request++;
    for (int i = 0; i < depth; i++)
        hash = (hash ^ (uintptr_t)frame[i]) * 1099511628211U;
    for (size_t i = 0; i < places.known; i++)
        if (places.place[i] == hash)
            return;
    if (places.known == PLACES_MOST)
        return;
    places.place[places.known++] = hash;
    places.first[places.fresh++] = places.request;
}

/* ---- refusals ------------------------------------------------------------------------------------------ */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FAILING_MEMORY 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define FAILING_MEMORY 0
#endif
#endif
#ifndef FAILING_MEMORY
#define FAILING_MEMORY 1
#endif

#if FAILING_MEMORY

extern const char __executable_start, etext;
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

static const char *library_first, *library_end; /* of a shared library that holds the program under test */

/* Finds that library, if there is one, among the objects of the process. */
static int find_library(struct dl_phdr_info *object, size_t size, void *unused)
{
    (void)size, (void)unused;
    if (!strstr(object->dlpi_name, "libquadrille"))
        return 0;
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X))
            continue;
        uintptr_t first = object->dlpi_addr + segment->p_vaddr;
        library_first = (const char *)first; // NOLINT(performance-no-int-to-ptr): the loader tells integers
        library_end = library_first + segment->p_memsz;
    }
    return 1;
}

__attribute__((constructor)) static void find_libraries(void)
{
    dl_iterate_phdr(find_library, NULL);
}

/* Whether a request by the code at `caller` fails. */
static bool is_refused(const void *caller)
{
    const char *at = caller;
    bool tested = (at >= &__executable_start && at < &etext) || (at >= library_first && at < library_end);
    if (tested && places.listening)
        places_note();
    if (failing_at == 0 || !tested || ++failing_count != failing_at)
        return false;
    errno = ENOMEM;
    return true;
}

#define REFUSED is_refused(__builtin_return_address(0))

void *malloc(size_t size)
{
    return REFUSED ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return REFUSED ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return REFUSED ? NULL : __libc_realloc(block, size);
}

void *reallocarray(void *block, size_t count, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(count, size, &bytes) || REFUSED ? NULL : __libc_realloc(block, bytes);
}

static char *copied(const char *text, size_t length)
{
    char *copy = __libc_malloc(length + 1);
    if (copy) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

char *strdup(const char *text)
{
    return REFUSED ? NULL : copied(text, strlen(text));
}

char *strndup(const char *text, size_t most)
{
    return REFUSED ? NULL : copied(text, strnlen(text, most));
}

#undef asprintf /* of a build with _FORTIFY_SOURCE */
int asprintf(char **text, const char *format, ...)
{
    va_list rest;
    if (REFUSED)
        return -1;
    va_start(rest, format);
    int length = vasprintf(text, format, rest);
    va_end(rest);
    return length;
}

/* Functions called by a build with _FORTIFY_SOURCE. */
int __asprintf_chk(char **text, int flag, const char *format, ...);

int __asprintf_chk(char **text, int flag, const char *format, ...)
{
    va_list rest;
    (void)flag;
    if (REFUSED)
        return -1;
    va_start(rest, format);
    int length = vasprintf(text, format, rest);
    va_end(rest);
    return length;
}

FILE *fopencookie(void *cookie, const char *mode, cookie_io_functions_t functions)
{
    FILE *(*real)(void *, const char *, cookie_io_functions_t);
    *(void **)&real = dlsym(RTLD_NEXT, "fopencookie");
    return REFUSED ? NULL : real(cookie, mode, functions);
}

#endif
#endif
