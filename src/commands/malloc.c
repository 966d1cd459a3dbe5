/*
 * The allocation functions for all libraries of a program: if an allocation of at most MOST_NEEDED
 * bytes fails, the program ends with one message, as with mem.h. A larger one returns the failure:
 * a damaged file can make a decoder ask for anything. FFmpeg asks posix_memalign(), and its MP4
 * muxer writes a file without parameter sets if that fails.
 *
 * Measured without it, one allocation failing at a time: `card` crashed at 257 of 1,483 places,
 * hung at 5, and at 29 wrote a card without some or all of its text, with exit status 0; an import
 * lost a talk or a date, with exit status 0, at 5 of 1,242. Of 400 places in workers, 3 hung, 1
 * published a wrong file, and 2 reported a good recording as damaged; with it, none of these
 * happened.
 *
 * Linked into the program itself, so that all libraries use it. Not with those sanitizers that have
 * their own malloc() (clang's), or cannot be called as early as this is (TSan).
 */
#include <dlfcn.h>
#include <errno.h>
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
static int (*libc_posix_memalign)(void **out, size_t alignment, size_t nb);

static void find(void *out, const char *name)
{
    const void *found = mem_need(dlsym(RTLD_NEXT, name));
    memcpy(out, &found, sizeof found);
}

/* Runs before the program has threads: the dynamic linker and constructors allocate. */
static void find_all(void)
{
    find(&libc_calloc, "calloc");
    find(&libc_realloc, "realloc");
    find(&libc_posix_memalign, "posix_memalign");
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

int posix_memalign(void **out, size_t alignment, size_t nb)
{
    if (!libc_malloc)
        find_all();
    const int ret = libc_posix_memalign(out, alignment, nb);
    if (ret == ENOMEM)
        need(NULL, nb);
    return ret;
}

#endif
