#include "recording_names.h"

#include <glib.h>

#include "fs.h"
#include "mem.h"

/* The name with one folder more, or the same where there is none. */
static const char *longer(const char *path, const char *name)
{
    if (name - path < 2)
        return name;
    name -= 2; /* before the slash */
    while (name > path && name[-1] != '/')
        name--;
    return name;
}

/* Makes names that several recordings share longer; returns whether there were any. */
static bool lengthen(const char **names, const char *const *paths, size_t nb)
{
    GHashTable *count = g_hash_table_new(g_str_hash, g_str_equal);
    bool longer_names = false;
    for (size_t i = 0; i < nb; i++) {
        gpointer name = (gpointer)(uintptr_t)names[i];
        const int had = GPOINTER_TO_INT(g_hash_table_lookup(count, name));
        g_hash_table_insert(count, name, GINT_TO_POINTER(had + 1));
    }
    AUTO_FREE bool *shared = mem_zalloc(nb + 1, sizeof *shared);
    for (size_t i = 0; i < nb; i++)
        shared[i] = GPOINTER_TO_INT(g_hash_table_lookup(count, names[i])) > 1;
    for (size_t i = 0; i < nb; i++) {
        const char *now = shared[i] ? longer(paths[i], names[i]) : names[i];
        longer_names = longer_names || now != names[i];
        names[i] = now;
    }
    g_hash_table_destroy(count);
    return longer_names;
}

void recording_names_find(const char **names, const char *const *paths, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        names[i] = fs_basename(paths[i]);
    while (lengthen(names, paths, nb))
        ;
}
