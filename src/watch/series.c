#include "series.h"

#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "join.h"
#include "join_name.h"
#include "mem.h"

struct member {
    struct series_file *file;
    size_t nb_dir; /* length of the path of its folder */
    struct join_name name;
};

static int by_folder(const struct member *a, const struct member *b)
{
    if (a->nb_dir != b->nb_dir)
        return a->nb_dir < b->nb_dir ? -1 : 1;
    return memcmp(a->file->path, b->file->path, a->nb_dir);
}

static int by_row(const void *pa, const void *pb)
{
    const struct member *a = pa, *b = pb;
    const int order = by_folder(a, b);
    return order ? order : join_name_order(&a->name, &b->name);
}

static bool same_row(const struct member *a, const struct member *b)
{
    return by_folder(a, b) == 0 && join_name_same_row(&a->name, &b->name);
}

/* Whether another file must follow: its size is a limit, or that of another file of its row. */
static bool is_full(const struct member *row, size_t nb, size_t at)
{
    const int64_t size = row[at].file->size;
    for (size_t i = 0; i < nb; i++)
        if (i != at && join_sizes_are_full(row[i].file->size, size))
            return true;
    return join_size_is_limit(size);
}

static void wait_for(struct member *m, const char *name)
{
    m->file->waits = true;
    m->file->awaits = mem_strdup(name);
}

static void judge(struct member *row, size_t nb, size_t at)
{
    struct member *m = &row[at], *next = at + 1 < nb ? &row[at + 1] : NULL;
    char name[512];
    const bool full = is_full(row, nb, at);
    if (!m->file->finished || (!full && !m->name.chapter))
        return;
    if (next && next->name.number == m->name.number + 1) {
        if (next->file->waits)
            wait_for(m, next->file->awaits);
        else if (!next->file->finished && !next->file->broken)
            wait_for(m, fs_basename(next->file->path));
    } else if (full && m->file->steady_s < SERIES_MOST_S) {
        wait_for(m, join_name_of(name, sizeof name, &m->name, m->name.number + 1));
    }
}

void series_judge(struct series_file *files, size_t nb)
{
    AUTO_FREE struct member *members = mem_zalloc(nb + 1, sizeof *members);
    size_t nb_members = 0;
    for (size_t i = 0; i < nb; i++) {
        const char *name = fs_basename(files[i].path);
        struct member *m = &members[nb_members];
        files[i].waits = false;
        m->file = &files[i];
        m->nb_dir = (size_t)(name - files[i].path);
        nb_members += join_name_parse(&m->name, name);
    }
    if (nb_members)
        qsort(members, nb_members, sizeof *members, by_row);
    for (size_t i = 0, end; i < nb_members; i = end) {
        for (end = i + 1; end < nb_members && same_row(&members[i], &members[end]); end++)
            ;
        for (size_t k = end; k-- > i;)
            judge(members + i, end - i, k - i);
    }
}

void series_finish(struct series_file *files, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        free(files[i].awaits);
}
