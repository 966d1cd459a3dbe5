/*
 * The C library's allocation with an end to it: whoever in the program asks for at most
 * MOST_NEEDED bytes and cannot have them ends it with one message, as mem.h does for our own code.
 * For libraries, which do not all look: of the 20,000 allocations of fontconfig one in nine crashed
 * it when it failed, and libical, GLib and libseccomp crashed or looped too. Whoever asks for more
 * is told, since a damaged file can make a decoder ask for anything; so is posix_memalign, which is
 * how FFmpeg asks, and FFmpeg looks.
 *
 * Linked into the program itself, whose malloc all libraries then use. Not with those sanitizers
 * that have their own there (clang's), or cannot be called as early as this is (TSan).
 */
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

#if defined(__SANITIZE_THREAD__)
#define OTHERS_ALLOCATE 1
#elif defined(__clang__)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OTHERS_ALLOCATE 1
#endif
#endif

#ifndef OTHERS_ALLOCATE

enum { MOST_NEEDED = 1 << 20 };

static void *(*libc_malloc)(size_t nb);
static void *(*libc_calloc)(size_t nb, size_t size);
static void *(*libc_realloc)(void *p, size_t nb);

static void find(void *out, const char *name)
{
    const void *found = mem_need(dlsym(RTLD_NEXT, name));
    memcpy(out, &found, sizeof found);
}

/* Before the program has threads: the dynamic linker and constructors allocate. */
static void find_all(void)
{
    find(&libc_calloc, "calloc");
    find(&libc_realloc, "realloc");
    find(&libc_malloc, "malloc");
}

static void *need(void *p, size_t nb)
{
    return nb <= MOST_NEEDED && nb > 0 ? mem_need(p) : p;
}

void *malloc(size_t nb)
{
    if (!libc_malloc)
        find_all();
    return need(libc_malloc(nb), nb);
}

void *calloc(size_t nb, size_t size)
{
    if (!libc_malloc)
        find_all();
    void *p = libc_calloc(nb, size);
    size_t bytes;
    return __builtin_mul_overflow(nb, size, &bytes) ? p : need(p, bytes);
}

void *realloc(void *p, size_t nb)
{
    if (!libc_malloc)
        find_all();
    return need(libc_realloc(p, nb), nb);
}

#endif
