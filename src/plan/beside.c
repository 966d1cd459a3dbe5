#include "beside.h"

#include <string.h>

#include "fs.h"
#include "mem.h"
#include "plan.h"

/* The index of the first source whose path is not before this one. Sources are sorted by path. */
static size_t first_from(const struct source *sources, size_t nb, const char *path)
{
    size_t low = 0, high = nb;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(sources[middle].recording->path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool beside_each(struct source *sources, size_t nb, const char *dir, const char *name, size_t stem,
                 void (*each)(void *opaque, struct source *source), void *opaque)
{
    bool any = false;
    AUTO_FREE char *path = fs_join(dir, name);
    const size_t length = strlen(path) - strlen(name) + stem;
    AUTO_FREE char *start = mem_printf("%.*s", (int)length, path);
    for (size_t i = first_from(sources, nb, start);
         i < nb && strncmp(sources[i].recording->path, start, length) == 0; i++) {
        const char *rest = sources[i].recording->path + length;
        const char *dot = strrchr(fs_basename(sources[i].recording->path), '.');
        if (sources[i].absent || strchr(rest, '/') || (dot ? dot != rest : *rest != '\0'))
            continue;
        each(opaque, &sources[i]);
        any = true;
    }
    return any;
}
