#include "work_listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"
#include "workdir.h"

enum {
    NB_FOLDERS = 256,
    LOOKS = 100,     /* look-ups before a folder is listed, since it may hold thousands of files */
    NAME_BYTES = 44, /* a key, a dot and a suffix; longer names are not of results */
};

struct folder {
    int nb_looks;
    bool listed;
    char (*names)[NAME_BYTES]; /* sorted */
    size_t nb;
};

struct work_listing {
    int work_dir;
    struct folder folders[NB_FOLDERS];
};

struct work_listing *work_listing_create(int work_dir)
{
    struct work_listing *l = mem_zalloc(1, sizeof *l);
    l->work_dir = work_dir;
    return l;
}

void work_listing_destroy(struct work_listing *l)
{
    for (int i = 0; l && i < NB_FOLDERS; i++)
        free(l->folders[i].names);
    free(l);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Lists a folder. If it exists but cannot be read to its end, it counts as not listed, and its
 * files are looked up one by one. */
static void list(struct folder *f, int work_dir, const char *key)
{
    const char name[] = {key[0], key[1], '\0'};
    const int fd = openat(work_dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    f->listed = fd < 0 && errno == ENOENT;
    if (fd >= 0 && !d)
        close(fd);
    errno = 0;
    for (const struct dirent *e; d && (e = readdir(d)); errno = 0) {
        const size_t nb = strlen(e->d_name);
        if (nb >= NAME_BYTES)
            continue;
        f->names = mem_grow(f->names, f->nb, sizeof *f->names);
        memcpy(f->names[f->nb++], e->d_name, nb + 1);
    }
    f->listed = f->listed || (d && errno == 0);
    if (f->nb)
        qsort(f->names, f->nb, sizeof *f->names, by_name);
    if (d)
        closedir(d);
}

static int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

bool work_listing_has(struct work_listing *l, const char *key, const char *ext)
{
    char name[NAME_BYTES];
    const size_t nb = strlen(ext);
    if (!workdir_key_valid(key) || nb >= NAME_BYTES - 33)
        return workdir_has(l->work_dir, key, ext);
    struct folder *f = &l->folders[16 * digit(key[0]) + digit(key[1])];
    if (++f->nb_looks == LOOKS)
        list(f, l->work_dir, key);
    if (!f->listed)
        return workdir_has(l->work_dir, key, ext);
    memcpy(name, key, 32);
    name[32] = '.';
    memcpy(name + 33, ext, nb + 1);
    return f->nb && bsearch(name, f->names, f->nb, sizeof *f->names, by_name);
}
