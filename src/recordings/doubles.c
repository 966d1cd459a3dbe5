#include "doubles.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "fs.h"

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

const char *double_of(char *const *paths, size_t nb, size_t at)
{
    const char *path = paths[at];
    char copy[NAME_BYTES], stem[NAME_BYTES];
    stem_of(copy, path);
    const bool marked = take_mark(copy) || double_suffix(path) || in_folder_of_copies(path) ||
                        strncasecmp(copy, "LRV_", 4) == 0;
    for (size_t i = 0; marked && i < nb; i++) {
        if (i == at || double_suffix(paths[i]) || in_folder_of_copies(paths[i]) ||
            !near(path, paths[i]))
            continue;
        stem_of(stem, paths[i]);
        if (names_original(copy, stem) && fs_size(paths[i]) > fs_size(path))
            return paths[i];
    }
    return NULL;
}
