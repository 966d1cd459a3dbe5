#include "doubles.h"

#include <ctype.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fs.h"
#include "mem.h"

enum { NAME_BYTES = 256 };

static const char *suffix_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : "";
}

bool double_suffix(const char *name)
{
    return strcasecmp(suffix_of(name), "lrv") == 0 || strcasecmp(suffix_of(name), "lrf") == 0;
}

static void stem_of(char out[NAME_BYTES], const char *path)
{
    const char *name = fs_basename(path), *dot = strrchr(name, '.');
    snprintf(out, NAME_BYTES, "%.*s", dot ? (int)(dot - name) : (int)strlen(name), name);
}

/* A path's folder; its length, without the slash. 0: it has none. */
static size_t folder(const char *path, size_t nb)
{
    while (nb > 0 && path[nb - 1] != '/')
        nb--;
    return nb > 0 ? nb - 1 : 0;
}

static bool folder_named(const char *path, const char *name)
{
    const size_t nb = folder(path, strlen(path)), above = folder(path, nb),
                 at = above ? above + 1 : 0;
    return nb - at == strlen(name) && strncasecmp(path + at, name, nb - at) == 0;
}

static bool in_folder_of_copies(const char *path)
{
    return folder_named(path, "sub") || folder_named(path, "proxy") ||
           folder_named(path, "proxies");
}

static bool near(const char *a, const char *b)
{
    const size_t na = folder(a, strlen(a)), nb = folder(b, strlen(b));
    const size_t above_a = folder(a, na), above_b = folder(b, nb);
    const size_t pairs[][2] = {{na, nb}, {above_a, nb}, {na, above_b}, {above_a, above_b}};
    for (size_t i = 0; i < 4; i++)
        if (pairs[i][0] == pairs[i][1] && strncmp(a, b, pairs[i][0]) == 0 &&
            (i == 0 || pairs[i][0] > 0))
            return true;
    return false;
}

/* Takes an ending that marks copies off a name: S03 (Sony: C0001S03.MP4), _Proxy. */
static bool take_mark(char stem[NAME_BYTES])
{
    static const char *const marks[] = {"_proxy", "-proxy", " proxy", ".proxy"};
    const size_t nb = strlen(stem);
    if (nb > 4 && toupper((unsigned char)stem[nb - 3]) == 'S' && stem[nb - 2] == '0' &&
        isdigit((unsigned char)stem[nb - 1]) && isdigit((unsigned char)stem[nb - 4])) {
        stem[nb - 3] = '\0';
        return true;
    }
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const size_t mark = strlen(marks[i]);
        if (nb <= mark || strcasecmp(stem + nb - mark, marks[i]) != 0)
            continue;
        stem[nb - mark] = '\0';
        return true;
    }
    return false;
}

/* Whether the stem is that of the copy's original: the same, or in the way of GoPro (GL010042 of
 * GX010042) and Insta360 (LRV_… of VID_…). */
static bool names_original(const char *copy, const char *stem)
{
    if (strcasecmp(copy, stem) == 0)
        return true;
    if (strncasecmp(copy, "GL", 2) == 0 && toupper((unsigned char)stem[0]) == 'G')
        return strlen(copy) == 8 && strcasecmp(copy + 2, stem + 2) == 0;
    return strncasecmp(copy, "LRV_", 4) == 0 && strncasecmp(stem, "VID_", 4) == 0 &&
           strcasecmp(copy + 4, stem + 4) == 0;
}

/* What a stem has in common with those of its copies, whatever its case; a new string. */
static char *key_of(const char *stem)
{
    const bool prefixed = strncasecmp(stem, "VID_", 4) == 0 || strncasecmp(stem, "LRV_", 4) == 0;
    char *key = g_ascii_strdown(prefixed ? stem + 4 : stem, -1);
    if (!prefixed && *key == 'g' && strlen(key) == 8)
        key[1] = 'l';
    return key;
}

/* Files that may be originals, by the keys of their stems. */
struct index {
    GHashTable *first; /* key to position, from 1 */
    size_t *next;      /* of each file: the position of the next one with its key; 0: none */
};

static void index_files(struct index *x, char *const *paths, size_t nb)
{
    char stem[NAME_BYTES];
    x->first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    x->next = mem_zalloc(nb + 1, sizeof *x->next);
    for (size_t i = nb; i-- > 0;) {
        if (double_suffix(paths[i]) || in_folder_of_copies(paths[i]))
            continue;
        stem_of(stem, paths[i]);
        char *key = key_of(stem);
        x->next[i] = GPOINTER_TO_SIZE(g_hash_table_lookup(x->first, key));
        g_hash_table_replace(x->first, key, GSIZE_TO_POINTER(i + 1));
    }
}

static const char *find_original(const struct index *x, char *const *paths, size_t at)
{
    const char *path = paths[at];
    char copy[NAME_BYTES], stem[NAME_BYTES];
    stem_of(copy, path);
    if (!take_mark(copy) && !double_suffix(path) && !in_folder_of_copies(path) &&
        strncasecmp(copy, "LRV_", 4) != 0)
        return NULL;
    char *key = key_of(copy);
    size_t i = GPOINTER_TO_SIZE(g_hash_table_lookup(x->first, key));
    g_free(key);
    for (; i; i = x->next[i - 1]) {
        const char *other = paths[i - 1];
        stem_of(stem, other);
        if (i - 1 != at && near(path, other) && names_original(copy, stem) &&
            fs_size(other) > fs_size(path))
            return other;
    }
    return NULL;
}

void doubles_find(const char **originals, char *const *paths, size_t nb)
{
    struct index x;
    index_files(&x, paths, nb);
    for (size_t i = 0; i < nb; i++)
        originals[i] = find_original(&x, paths, i);
    g_hash_table_destroy(x.first);
    free(x.next);
}
