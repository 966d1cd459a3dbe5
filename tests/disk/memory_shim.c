/*
 * Memory that runs out, for tests: a library to be preloaded (LD_PRELOAD) in front of libc.
 *
 * MEMORY_FAULT: the number of the allocation that fails, the only one.
 *
 * MEMORY_FAULT_IN: coordinator or worker, whose allocations count.
 *
 * MEMORY_FAULT_OF: if it is "aligned", only posix_memalign() of at most 1 MiB counts.
 *
 * MEMORY_COUNT: a file that counts them over all processes, eight bytes.
 *
 * What the dynamic linker and libraries allocate before main() is not counted.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static _Atomic uint64_t *count; /* NULL: nothing is counted */
static uint64_t fault;
static bool aligned_only;

static void *(*real_malloc)(size_t nb);
static void *(*real_calloc)(size_t nb, size_t size);
static void *(*real_realloc)(void *p, size_t nb);
static int (*real_memalign)(void **out, size_t alignment, size_t nb);
static void (*real_free)(void *p);

/* dlsym() allocates: what it needs comes from here, and is never given back. */
static _Alignas(16) char first[65536];
static size_t nb_first;

static void *from_first(size_t nb)
{
    void *p = first + nb_first;
    nb_first += (nb + 15) / 16 * 16;
    if (nb_first > sizeof first)
        abort();
    return p;
}

static bool is_first(const void *p)
{
    return (uintptr_t)p - (uintptr_t)first < sizeof first;
}

static void look_up(void *out, const char *name)
{
    void *p = dlsym(RTLD_NEXT, name);
    memcpy(out, &p, sizeof p);
}

/* False while the functions are being looked up. */
static bool ready(void)
{
    static int state;
    if (state == 0) {
        state = 1;
        look_up(&real_malloc, "malloc");
        look_up(&real_calloc, "calloc");
        look_up(&real_realloc, "realloc");
        look_up(&real_memalign, "posix_memalign");
        look_up(&real_free, "free");
        state = 2;
    }
    return state == 2;
}

static bool is_worker(void)
{
    char line[4096] = "";
    const int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof line - 1);
    if (fd >= 0)
        close(fd);
    return n > 0 && strcmp(line + strlen(line) + 1, "worker") == 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("MEMORY_FAULT"), *who = getenv("MEMORY_FAULT_IN"),
               *path = getenv("MEMORY_COUNT");
    if (!at || !who || !path || is_worker() != (strcmp(who, "worker") == 0))
        return;
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    void *p = fd < 0 || ftruncate(fd, sizeof *count) < 0
                  ? MAP_FAILED
                  : mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        _exit(126);
    close(fd);
    const char *of = getenv("MEMORY_FAULT_OF");
    aligned_only = of && strcmp(of, "aligned") == 0;
    fault = strtoull(at, NULL, 10);
    count = p;
}

static bool fails(bool counts)
{
    if (!counts || !count || atomic_fetch_add(count, 1) + 1 != fault)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t nb)
{
    return !ready() ? from_first(nb) : fails(!aligned_only) ? NULL : real_malloc(nb);
}

void *calloc(size_t nb, size_t size)
{
    return !ready() ? from_first(nb * size) : fails(!aligned_only) ? NULL : real_calloc(nb, size);
}

void *realloc(void *p, size_t nb)
{
    if (ready() && !is_first(p))
        return fails(!aligned_only) ? NULL : real_realloc(p, nb);
    void *moved = malloc(nb);
    const size_t left = p ? (size_t)(first + sizeof first - (char *)p) : 0;
    if (moved && p)
        memcpy(moved, p, nb < left ? nb : left);
    return moved;
}

int posix_memalign(void **out, size_t alignment, size_t nb)
{
    if (!ready())
        abort();
    return fails(!aligned_only || nb <= 1 << 20) ? ENOMEM : real_memalign(out, alignment, nb);
}

void free(void *p)
{
    if (!is_first(p) && ready())
        real_free(p);
}
