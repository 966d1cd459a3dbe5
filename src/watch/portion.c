#include "portion.h"

#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "join_name.h"
#include "mem.h"

struct row {
    const char *path;
    size_t nb_dir; /* length of the path of its folder */
    struct join_name name;
};

static bool row_of(struct row *out, const char *path)
{
    const char *name = fs_basename(path);
    out->path = path;
    out->nb_dir = (size_t)(name - path);
    return join_name_parse(&out->name, name);
}

static bool is_in_row(const char *path, const struct row *rows, size_t nb)
{
    struct row own;
    if (!nb || !row_of(&own, path))
        return false;
    for (size_t i = 0; i < nb; i++)
        if (own.nb_dir == rows[i].nb_dir && memcmp(path, rows[i].path, own.nb_dir) == 0 &&
            join_name_same_row(&own.name, &rows[i].name))
            return true;
    return false;
}

static int by_size(const void *pa, const void *pb)
{
    const struct portion_file *a = *(struct portion_file *const *)pa,
                              *b = *(struct portion_file *const *)pb;
    if (a->size != b->size)
        return a->size > b->size ? -1 : 1;
    return strcmp(a->path, b->path);
}

/* The small files that may wait, the largest first. */
static size_t list_small(struct portion_file **out, struct portion_file *files, size_t nb)
{
    AUTO_FREE struct row *rows = mem_zalloc(nb + 1, sizeof *rows);
    size_t nb_rows = 0, nb_small = 0;
    for (size_t i = 0; i < nb; i++)
        nb_rows += files[i].size >= PORTION_SMALL_BYTES && row_of(&rows[nb_rows], files[i].path);
    for (size_t i = 0; i < nb; i++)
        if (files[i].size < PORTION_SMALL_BYTES && !is_in_row(files[i].path, rows, nb_rows))
            out[nb_small++] = &files[i];
    if (nb_small)
        qsort(out, nb_small, sizeof(struct portion_file *), by_size);
    return nb_small;
}

size_t portion_choose(struct portion_file *files, size_t nb)
{
    AUTO_FREE struct portion_file **small = mem_zalloc(nb + 1, sizeof(struct portion_file *));
    for (size_t i = 0; i < nb; i++)
        files[i].later = false;
    if (nb <= PORTION_FILES)
        return 0;
    const size_t nb_small = list_small(small, files, nb), nb_others = nb - nb_small;
    size_t now = PORTION_FILES / 2;
    if (nb_others < PORTION_FILES - now)
        now = PORTION_FILES - nb_others;
    for (size_t i = now; i < nb_small; i++)
        small[i]->later = true;
    return nb_small > now ? nb_small - now : 0;
}
