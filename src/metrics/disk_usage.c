#include "disk_usage.h"

#include <fts.h>
#include <stddef.h>
#include <sys/stat.h>

int64_t disk_usage_bytes(const char *dir)
{
    char *const roots[] = {(char *)(uintptr_t)dir, NULL};
    int64_t nb = 0;
    /* The folder itself may be a link to another disk; links in it are not followed. */
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
    for (FTSENT *e; walk && (e = fts_read(walk));)
        if (e->fts_info == FTS_F)
            nb += e->fts_statp->st_size;
    if (walk)
        fts_close(walk);
    return nb;
}
