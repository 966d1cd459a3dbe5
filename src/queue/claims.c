#include "claims.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"
#include "str.h"
#include "workdir.h"

static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

char *pilot_name(const char *node, const char *task, int restart, int pid)
{
    char *name = mem_printf("%.80s-%.60s-%d-%d", node, task, restart, pid);
    for (char *c = name; *c; c++)
        *c = strchr(allowed, *c) ? *c : '_';
    if (*name == '.')
        *name = '_';
    return name;
}

bool pilot_name_valid(const char *name)
{
    const size_t nb = strlen(name);
    return nb && nb < PILOT_NAME_BYTES && *name != '.' && strspn(name, allowed) == nb;
}

char *pilot_folder(const char *queue, const char *name)
{
    return mem_printf("%s/pilots/%s", queue, name);
}

char *claim_path(const char *queue, const char *pilot, const char *key)
{
    return mem_printf("%s/pilots/%s/%s.json", queue, pilot, key);
}

/* The reply to a rename may be lost on NFS: it is repeated, and then finds nothing to rename. */
bool claim_take(const char *queue, const char *pilot, const char *name)
{
    struct waiting w;
    if (!waiting_parse(&w, name))
        return false;
    AUTO_FREE char *from = mem_printf("%s/new/%s", queue, name);
    AUTO_FREE char *to = claim_path(queue, pilot, w.key);
    return rename(from, to) == 0 || (errno == ENOENT && fs_is_there(to));
}

bool claim_drop(const char *queue, const char *pilot, const char *key)
{
    AUTO_FREE char *path = claim_path(queue, pilot, key);
    return unlink(path) == 0;
}

void claims_of(struct queue_names *out, const char *queue, const char *pilot)
{
    AUTO_FREE char *folder = pilot_folder(queue, pilot);
    AUTO_QUEUE_NAMES all = {0};
    queue_list(&all, folder);
    *out = (struct queue_names){0};
    for (size_t i = 0; i < all.nb; i++) {
        char *name = all.names[i];
        if (strlen(name) != KEY_BYTES - 1 + strlen(".json") || !str_ends(name, ".json"))
            continue;
        name[KEY_BYTES - 1] = '\0';
        if (workdir_key_valid(name))
            mem_add_string(&out->names, &out->nb, name);
    }
}
